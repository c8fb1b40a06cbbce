"""How risk was assessed, graded, checked and looked at again, in ids, codes and times.

What was answered stands with its instrument, under the id of the assessment; words of whoever graded, checked or
reviewed stand with their decision. So these rows can be counted by who reads no words. Each is in sight with its
case. Nothing is changed once it was said: what comes to light later is another row.
"""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.cases.models import Case, Incident
from throughline.foundations.audit.models import guards
from throughline.foundations.decisions.models import Decision


class Sheet(models.Model):
    """The bare id of an assessment, by which row security tells its answers from those about a person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"sheet {self.id}"


class Assessment(models.Model):
    """One sitting with her about one pair: by whom, how, when it was done and when it reached the system.

    ``instrument`` is the code of the question set, ``group`` what the two were to each other then
    (reference's relationship groups), ``how`` a code of reference's assessment-ways. Open until somebody says it
    is complete; from then on it is never changed: ``follows`` names the one that it adds to.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    instrument = models.TextField()
    group = models.TextField(blank=True)
    how = models.TextField(blank=True)
    assessed_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    team = models.UUIDField(null=True)
    completed_at = models.DateTimeField(null=True)
    # codes of what a checker must know of how it was done, such as by-telephone
    flags = ArrayField(models.TextField(), default=list)
    follows = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    # whether what was answered speaks of danger, and the mark of what was listened for (`rules.hearing`): what orders a
    # long list of those that wait without reading their answers. Null until it was complete
    danger = models.BooleanField(null=True)
    heard_by = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "by"],
                condition=models.Q(completed_at__isnull=True),
                name="risk_one_open_assessment",
            ),
        ]
        indexes = [models.Index(fields=["case", "-assessed_at"], name="risk_assessed")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"assessment {self.id}"


class Grading(models.Model):
    """A grade as one person gave it at one stage. Every stage's stays; the case's standing fact is the latest.

    ``before`` is what stood until then, empty where nobody had graded. ``decision`` holds the reason and the
    words. Beside it, so that capacity can be seen for what it is: how many waited on the list that the maker
    worked from (``queue``, a kind of duty), in which turn, and what of reference's capacity-phrases the words say.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT, related_name="gradings")
    stage = models.TextField()
    grade = models.TextField()
    before = models.TextField(blank=True)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    by = models.UUIDField()
    team = models.UUIDField(null=True)
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    queue = models.TextField()
    queue_length = models.IntegerField()
    turn = models.TextField()
    flags = ArrayField(models.TextField(), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["case", "-at"], name="risk_graded"),
            models.Index(fields=["entered_at"], name="risk_graded_when"),
        ]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only")]

    def __str__(self) -> str:
        return f"grading {self.id}"


class Check(models.Model):
    """A sergeant's or an inspector's check: agreed, regraded or returned, with what the maker is told.

    ``decision`` holds the reason and the words to the maker. Void once the assessment was added to; it stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT, related_name="checks")
    # the grade that was looked at; null where the maker had given none
    grading = models.ForeignKey(Grading, null=True, on_delete=models.PROTECT, related_name="checks")
    regraded = models.OneToOneField(Grading, null=True, on_delete=models.PROTECT, related_name="+")
    verdict = models.TextField()
    # whether it was the check that every grade of high needs
    high = models.BooleanField()
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    maker = models.UUIDField()
    by = models.UUIDField()
    team = models.UUIDField(null=True)
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    queue = models.TextField()
    queue_length = models.IntegerField()
    turn = models.TextField()
    returned_to = models.UUIDField(null=True)
    read_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    voided_because = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["maker", "-at"], name="risk_told"),
            models.Index(fields=["case", "-at"], name="risk_checked"),
            models.Index(fields=["at"], name="risk_checked_when"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"check {self.id}"


class HubReview(models.Model):
    """A pair as the hub looked at it: since when it waited, who took it when, how deep and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    queue_length = models.IntegerField()
    turn = models.TextField()
    taken_at = models.DateTimeField()
    taken_by = models.UUIDField()
    # put back unfinished: somebody else takes it
    let_go_at = models.DateTimeField(null=True)
    # chosen by the reviewer, with a reason: null until then
    deep = models.BooleanField(null=True)
    depth = models.OneToOneField(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    # agreed or regraded; empty until it is finished
    outcome = models.TextField(blank=True)
    decision = models.OneToOneField(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    # the grade that was looked at, and the one that the reviewer gave
    grading = models.ForeignKey(Grading, null=True, on_delete=models.PROTECT, related_name="reviews")
    regraded = models.OneToOneField(Grading, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(done_at__isnull=True) & models.Q(let_go_at__isnull=True),
                name="risk_one_open_review",
            ),
        ]
        indexes = [models.Index(fields=["done_at"], name="risk_reviewed")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"review {self.id}"


class Share(models.Model):
    """What a partner shared about a pair: which agency answers for it, who shared it, on what basis, and when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    # a code of reference's partner-agencies, and its own name: the controller of what it shares
    agency = models.TextField()
    controller = models.TextField()
    shared_by = models.TextField()
    # a code of reference's sharing-bases
    basis = models.TextField()
    shared_at = models.DateTimeField()
    words = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["case", "-shared_at"], name="risk_shared")]
        triggers = [
            *guards(),
            # only erasing a person may change what was shared
            pgtrigger.ReadOnly(name="append_only", exclude=["words", "shared_by", "controller"]),
        ]

    def __str__(self) -> str:
        return f"share {self.id}"
