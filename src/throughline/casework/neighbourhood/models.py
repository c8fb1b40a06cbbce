"""What a neighbourhood team keeps: disruption tasks about a suspect and each doing, and calls on her with what was known.

Visits stay in the room of cases, contacts with her in safeguarding, markers with people. Codes and times stand apart from
words, which name people and stand in `NeighbourhoodWords`. Every table has forced row security and refuses a write that is
not audited.
"""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.cases.models import Case, Visit
from throughline.casework.neighbourhood.rules.disrupting import State
from throughline.casework.people.models import Record
from throughline.casework.safeguarding.models import SafetyMeasure, VictimContact
from throughline.foundations.accounts.models import Team
from throughline.foundations.audit.models import guards
from throughline.foundations.decisions.models import Decision


class DisruptionTask(models.Model):
    """Something that is done about the suspect of a case again and again until it ends, in a code of disruption-kinds.

    ``decision`` says who ordered it and why. ``account`` is who accepted it, ``asked`` whom the order names, if anybody;
    ``team`` is that of whoever accepted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    state = models.TextField()
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    asked = models.UUIDField(null=True)
    account = models.UUIDField(null=True)
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    ordered_by = models.UUIDField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    # a code of disruption-endings
    ended_as = models.TextField(blank=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=~models.Q(state=str(State.ENDED)),
                name="neighbourhood_task_once",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "-ordered_at"], name="neighbourhood_tasks"),
            models.Index(
                fields=["account"],
                condition=models.Q(ended_at__isnull=True),
                name="neighbourhood_tasks_of",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"disruption task {self.id}"


class DisruptionDoing(models.Model):
    """That a task was done once, when, and what came of it (disruption-results). Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    task = models.ForeignKey(DisruptionTask, on_delete=models.PROTECT, related_name="doings")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    result = models.TextField()
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["task", "-at"], name="neighbourhood_doings")]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"doing of a disruption task {self.id}"


class DisruptionReview(models.Model):
    """A supervisor's entry about a task: it goes on as it is, or otherwise, in words. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    task = models.ForeignKey(DisruptionTask, on_delete=models.PROTECT, related_name="reviews")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField()
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"review of a disruption task {self.id}"


class SetOut(models.Model):
    """An officer set out to call on her: what she had said about reaching her then, and what came of it.

    ``safety`` is a code of `rules.calling`, ``rests_on`` the answers that it was read from. ``visit`` and ``contact`` are what was
    written afterwards; none while nobody has said what came of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    # the safety measure that orders it, where one does
    measure = models.ForeignKey(SafetyMeasure, null=True, on_delete=models.PROTECT, related_name="+")
    safety = models.TextField()
    rests_on = models.UUIDField(null=True)
    # where the officer said beforehand that they were going
    beforehand = models.BooleanField()
    at = models.DateTimeField()
    by = models.UUIDField()
    visit = models.OneToOneField(Visit, null=True, on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField(VictimContact, null=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "by"],
                condition=models.Q(told_at__isnull=True),
                name="neighbourhood_set_out_once",
            ),
        ]
        indexes = [models.Index(fields=["case", "-at"], name="neighbourhood_set_out")]
        triggers = [*guards()]
        verbose_name_plural = "settings out"

    def __str__(self) -> str:
        return f"setting out {self.id}"


class NeighbourhoodWords(models.Model):
    """Words beside one of these rows (``about``), apart from the codes, which are counted. ``part`` tells several apart."""

    id = models.BigAutoField(primary_key=True)
    about = models.UUIDField()
    part = models.TextField()
    words = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["about"], name="neighbourhood_words_of")]
        triggers = [*guards()]
        verbose_name_plural = "neighbourhood words"

    def __str__(self) -> str:
        return f"words about {self.about}"
