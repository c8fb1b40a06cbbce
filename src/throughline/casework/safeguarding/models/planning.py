"""Her safety plan: versions, measures, copies and referrals. All of the person, whichever of her cases they came of.

Rows name her record and the case in which they were written: a merge re-points nothing, and her plan is the newest
version of all records held to be hers. Codes and times stand apart from words, which name people.
"""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.cases.models import Case
from throughline.casework.people.models import Record
from throughline.casework.safeguarding.models.directory import Service
from throughline.foundations.audit.models import guards


class PlanSheet(models.Model):
    """The bare id of a version, by which row security tells its answers from those about a person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"sheet of a safety plan {self.id}"


class PlanVersion(models.Model):
    """One version of her plan: open while it is being written, then never changed; the next stands in its place.

    What was answered stands with its instrument under the id of the version. ``took_part`` and ``agreed`` are codes of
    plan-participants and plan-agreements, ``why`` of plan-disagreements. ``at`` is when it was gone through with her.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    by = models.UUIDField()
    took_part = ArrayField(models.TextField(), default=list)
    agreed = models.TextField(blank=True)
    why = models.TextField(blank=True)
    at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    completed_by = models.UUIDField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record"],
                condition=models.Q(completed_at__isnull=True),
                name="safeguarding_one_open_plan",
            ),
        ]
        indexes = [models.Index(fields=["record", "-completed_at"], name="safeguarding_planned")]
        triggers = [
            *guards(),
            pgtrigger.Protect(
                name="complete_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__completed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"version of a safety plan {self.id}"


class SafetyMeasure(models.Model):
    """Something that is to make her safer, and where it stands (`rules.fitting`), in codes of reference's lists.

    ``ordered_at`` is that of the last order, ``first_ordered_at`` of the first: the time until it was fitted is counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    state = models.TextField()
    supplier = models.TextField(blank=True)
    offered_at = models.DateTimeField()
    first_ordered_at = models.DateTimeField(null=True)
    ordered_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    fitted_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["record", "-offered_at"], name="safeguarding_measures")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"safety measure {self.id}"


class MeasureStep(models.Model):
    """One step that was taken with a measure, when and by whom. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    measure = models.ForeignKey(SafetyMeasure, on_delete=models.PROTECT, related_name="steps")
    # in the order in which they were written down, the offer first
    number = models.SmallIntegerField()
    # a step of `rules.fitting`; empty: it was offered
    step = models.TextField(blank=True)
    # a code of measure-reasons, where the step needs one
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measure", "number"], name="safeguarding_step_by_step"),
        ]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"step of a safety measure {self.id}"


class PlanCopy(models.Model):
    """That she was given or told her plan, in a form of plan-copy-forms; or that she was not, and why.

    ``rests_on`` is what she said about reaching her, as it stood then.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="copies")
    form = models.TextField(blank=True)
    why_not = models.TextField(blank=True)
    rests_on = models.UUIDField(null=True)
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="safeguarding_given_or_why_not",
                condition=models.Q(form="", why_not__gt="") | models.Q(form__gt="", why_not=""),
            ),
        ]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]
        verbose_name_plural = "plan copies"

    def __str__(self) -> str:
        return f"copy of a safety plan {self.id}"


class Referral(models.Model):
    """A service that she was told of, or referred to: with its basis, whether she agreed, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    # told of it only: nothing about her was passed on
    told_only = models.BooleanField()
    basis = models.TextField(blank=True)
    consent = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.UUIDField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["record", "-at"], name="safeguarding_referred")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"referral {self.id}"


class SafetyWords(models.Model):
    """Words beside a version, a step, a copy or a referral (``about``), apart from the codes, which are counted."""

    id = models.BigAutoField(primary_key=True)
    about = models.UUIDField()
    words = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["about", "at"], name="safeguarding_words_of")]
        triggers = [*guards()]
        verbose_name_plural = "safety words"

    def __str__(self) -> str:
        return f"words about {self.about}"
