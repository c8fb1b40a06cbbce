"""What the room of the scene keeps: who went, what was found, gathered and done, and what was decided of children.

Rows are ids, codes and times, so that they can be counted; every word stands in `Words`, in the answers to an
instrument or in a decision, for those alone who read about people. Every row is in sight with its incident.
Moments come twice: ``at`` is when it was done, as the officer or the device says; ``entered_at`` when it reached
the system, which may be days later where there was no signal.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.cases.models import Incident
from throughline.casework.contact.models import Deployment
from throughline.casework.people.models import Record
from throughline.foundations.audit.models import guards
from throughline.foundations.decisions.models import Decision


class Attendance(models.Model):
    """One visit of one officer to one incident, from arriving to leaving.

    The questions of each part of it are instruments, answered about this id. ``missing`` are the codes of what
    was not written as the officer left: asked for, never required.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    # where it came from, if somebody sent the officer
    deployment = models.ForeignKey(Deployment, null=True, on_delete=models.PROTECT, related_name="+")
    officer = models.UUIDField()
    began_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    left_entered_at = models.DateTimeField(null=True)
    missing = ArrayField(models.TextField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "officer"],
                condition=models.Q(left_at__isnull=True),
                name="scene_there_once",
            ),
        ]
        indexes = [models.Index(fields=["officer", "-began_at"], name="scene_attended")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"attendance {self.id}"


class EvidenceItem(models.Model):
    """What became of one of the seven things to gather (reference's evidence-items). The latest row stands.

    The recording of the call is done when somebody has listened to it *and* exhibited it, not when it is asked
    for. ``attendance`` is null where the investigator wrote it afterwards.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    attendance = models.ForeignKey(Attendance, null=True, on_delete=models.CASCADE, related_name="evidence")
    # codes of reference's evidence-items and evidence-reasons; the state is one of `rules.evidence.State`
    item = models.TextField()
    state = models.TextField()
    reason = models.TextField(blank=True)
    exhibit = models.TextField(blank=True)
    listened = models.BooleanField(null=True)
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "item"],
                condition=models.Q(supersedes__isnull=True),
                name="scene_evidence_first",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"evidence {self.id}"


class Injury(models.Model):
    """An injury that was seen or told of, on a region of the body chart; one written by mistake is withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="injuries")
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    # codes of reference's body-regions, injury-kinds and injury-witnesses
    region = models.TextField()
    kind = models.TextField()
    seen_by = ArrayField(models.TextField(), default=list)
    photographed = models.BooleanField(null=True)
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.UUIDField(null=True)

    class Meta:
        verbose_name_plural = "injuries"
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"injury {self.id}"


class PositiveAction(models.Model):
    """What was done about one suspect: arrest, voluntary attendance, something else, or nothing, and why.

    The reasons in words, and the sergeant's second look, stand on the decision. A later row supersedes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    attendance = models.ForeignKey(Attendance, null=True, on_delete=models.CASCADE, related_name="actions")
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    # codes of reference's positive-actions and no-arrest-reasons, and of offence-groups for what
    action = models.TextField()
    power = models.BooleanField(null=True)
    reasons = ArrayField(models.TextField(), default=list)
    offence = models.TextField(blank=True)
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "record"],
                condition=models.Q(supersedes__isnull=True),
                name="scene_action_first",
            ),
        ]
        indexes = [
            models.Index(fields=["action", "at"], name="scene_acted"),
            models.Index(fields=["record", "-at", "id"], name="scene_acted_latest"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"positive action {self.id}"


class ChildSeen(models.Model):
    """What one officer found of one child: there, living there or only named; seen; spoken to.

    The child's own words and school stand in `Words`. The latest row of an attendance stands.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="children")
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    # a code of reference's child-presences
    presence = models.TextField(blank=True)
    seen = models.BooleanField(null=True)
    spoken_to = models.BooleanField(null=True)
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )

    class Meta:
        verbose_name_plural = "children seen"
        constraints = [
            models.UniqueConstraint(
                fields=["attendance", "record"],
                condition=models.Q(supersedes__isnull=True),
                name="scene_child_first",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"child seen {self.id}"


class ChildDecision(models.Model):
    """What is done for some children of an incident, decided by a named person; one covers several siblings.

    ``subjects`` are the children, none where there is no child at all. Reasons in words stand on the decisions,
    one for each child.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    # codes of reference's child-choices and child-reasons
    choice = models.TextField()
    reason = models.TextField(blank=True)
    # of "not known": who finds out by when
    finder = models.UUIDField(null=True)
    find_out_by = models.DateTimeField(null=True)
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["incident", "entered_at"], name="scene_child_decided"),
            models.Index(fields=["-entered_at", "id"], name="scene_child_decided_latest"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"decision about children {self.id}"


class StillTrue(models.Model):
    """What became, at this visit, of something that was said before: still true, no longer, or not asked.

    ``about`` is the row that holds it (answers, a line of the log) and ``question`` which part of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="still_true")
    about = models.UUIDField()
    question = models.TextField(blank=True)
    verdict = models.TextField()
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        verbose_name_plural = "still true"
        indexes = [models.Index(fields=["attendance", "about"], name="scene_still_true")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"still true {self.id}"


class Words(models.Model):
    """Words that stand with one of these rows (``about``), for those alone who read about people."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    about = models.UUIDField()
    part = models.TextField()
    words = models.TextField()

    class Meta:
        verbose_name_plural = "words"
        constraints = [models.UniqueConstraint(fields=["about", "part"], name="scene_words_once")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"words {self.pk}"


class CorrectionRequest(models.Model):
    """Somebody asks the author of a first account to put something right. The author answers by an addendum.

    ``about`` is the id of the account, of this room or a later one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # null where the account is of a case and of no incident
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    about = models.UUIDField()
    author = models.UUIDField()
    words = models.TextField()
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    answered_at = models.DateTimeField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["about"], name="scene_correction_about")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"correction request {self.id}"


class Addendum(models.Model):
    """What is added to a first account afterwards, which itself is never changed. ``about`` as above."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # null where the account is of a case and of no incident
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    about = models.UUIDField()
    words = models.TextField()
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    answers = models.ForeignKey(
        CorrectionRequest, null=True, on_delete=models.PROTECT, related_name="addenda"
    )
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        verbose_name_plural = "addenda"
        indexes = [models.Index(fields=["about"], name="scene_addendum_about")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"addendum {self.id}"
