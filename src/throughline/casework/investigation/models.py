"""What the investigation of a case keeps: who investigates, its plan, whom to find, and what may prove it.

Codes and times stand apart from words, which name people and stand in `InvestigationWords`. Every table has forced
row security and refuses a write that is not audited.
"""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.cases.models import Case, Incident
from throughline.casework.investigation.rules.allocating import Request
from throughline.casework.people.models import Record
from throughline.foundations.audit.models import guards
from throughline.foundations.decisions.models import Decision


class Investigation(models.Model):
    """The investigation of one case. Its crimes are those of the case's incidents.

    ``investigator`` is null until somebody has accepted. ``support`` is a code of victim-support, the last that she
    said. It ends with the case and goes on where that is opened again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField()
    investigator = models.UUIDField(null=True)
    accepted_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(null=True)
    support = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [
            models.Index(
                fields=["investigator"],
                condition=models.Q(ended_at__isnull=True),
                name="investigation_investigated",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"investigation {self.id}"


class Allocation(models.Model):
    """A role, or one account of it, is asked to investigate. ``policy`` is the row of investigation-by-risk that asks.

    ``decision`` says why, where somebody was chosen otherwise than the policy says; a sergeant reviews it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    investigation = models.ForeignKey(Investigation, on_delete=models.PROTECT, related_name="allocations")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    grade = models.TextField()
    policy = models.TextField()
    role = models.TextField()
    account = models.UUIDField(null=True)
    decision = models.OneToOneField(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    # codes of reference's capacity-phrases of which its words speak: none of them is a reason
    flags = ArrayField(models.TextField(), default=list)
    state = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["investigation"],
                condition=models.Q(state=str(Request.ASKED)),
                name="investigation_asked_once",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"allocation {self.id}"


class LineOfEnquiry(models.Model):
    """One line of an investigation plan: what, whose, by when, how soon it matters. Never changed; the next supersedes.

    ``incident`` and ``item`` name what the scene left undone where that proposed it. What and why stand in words.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    investigation = models.ForeignKey(Investigation, on_delete=models.PROTECT, related_name="lines")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    # codes of investigation-lines and line-priorities
    kind = models.TextField()
    priority = models.TextField(blank=True)
    # null for a proposal that was let go at once
    whose = models.UUIDField(null=True)
    due_at = models.DateTimeField(null=True)
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    item = models.TextField(blank=True)
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    made_at = models.DateTimeField()
    by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    # a code of line-endings
    ended_as = models.TextField(blank=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["investigation", "made_at"], name="investigation_lines")]
        triggers = [
            *guards(),
            pgtrigger.ReadOnly(name="ends_only", exclude=["ended_at", "ended_by", "ended_as", "subjects"]),
        ]
        verbose_name_plural = "lines of enquiry"

    def __str__(self) -> str:
        return f"line of enquiry {self.id}"


class PlanReview(models.Model):
    """A sergeant's entry in an investigation plan: agreed with, or more is wanted. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    investigation = models.ForeignKey(Investigation, on_delete=models.PROTECT, related_name="reviews")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField()
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"review of a plan {self.id}"


class OutstandingSuspect(models.Model):
    """A suspect who is to be found or interviewed, since when, and who looks.

    ``because`` is the positive action or the standing fact that says so, where one does.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    # codes of suspect-sources and suspect-endings
    source = models.TextField()
    because = models.UUIDField(null=True)
    since = models.DateTimeField()
    looker = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    closed_as = models.TextField(blank=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "record"],
                condition=models.Q(closed_at__isnull=True),
                name="investigation_outstanding_once",
            ),
        ]
        indexes = [models.Index(fields=["because"], name="investigation_because")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"outstanding suspect {self.id}"


class SuspectAttempt(models.Model):
    """One attempt to find a suspect, with its result (a code of attempt-results). Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    outstanding = models.ForeignKey(OutstandingSuspect, on_delete=models.PROTECT, related_name="attempts")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    result = models.TextField()
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"attempt {self.id}"


class RouteLooked(models.Model):
    """Where a route to evidence without her stands, as somebody said it. The latest of a route stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    investigation = models.ForeignKey(Investigation, on_delete=models.PROTECT, related_name="routes")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    # codes of evidence-routes and route-states
    route = models.TextField()
    state = models.TextField()
    # who looks, where it is being looked for
    whose = models.UUIDField(null=True)
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["investigation", "route", "-at"], name="investigation_routes")]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]
        verbose_name_plural = "routes looked at"

    def __str__(self) -> str:
        return f"route {self.id}"


class RouteResult(models.Model):
    """What a prosecutor or a court did with evidence by a route, for others to learn from. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    investigation = models.ForeignKey(Investigation, on_delete=models.PROTECT, related_name="results")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    # codes of evidence-routes and route-results
    route = models.TextField()
    result = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["route", "-at"], name="investigation_learnt")]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"result of a route {self.id}"


class VictimStatement(models.Model):
    """Her statement was taken, or she was offered a personal statement with it or afterwards. Never changed.

    Neither text is kept here: ``exhibit`` says where it is. ``personal`` is a code of personal-statement-answers, empty
    where none was offered.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    investigation = models.ForeignKey(Investigation, on_delete=models.PROTECT, related_name="statements")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    # the evidence of what happened; false where only the personal statement was offered
    taken = models.BooleanField()
    personal = models.TextField(blank=True)
    exhibit = models.TextField(blank=True)
    personal_exhibit = models.TextField(blank=True)
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"statement {self.id}"


class Withdrawal(models.Model):
    """She thinks of withdrawing: why, whether she was visited by officer and adviser, and whether it goes on.

    ``reasons`` are codes of withdrawal-reasons, ``visit`` one of withdrawal-visits. Who decided and why is the
    decision. Neither closes the case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    investigation = models.ForeignKey(Investigation, on_delete=models.PROTECT, related_name="withdrawals")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    reasons = ArrayField(models.TextField(), default=list)
    raised_at = models.DateTimeField()
    raised_by = models.UUIDField()
    visit = models.TextField(blank=True)
    visited_at = models.DateTimeField(null=True)
    visited_by = models.UUIDField(null=True)
    # what she said at the visit; null until she was seen
    withdraws = models.BooleanField(null=True)
    goes_on = models.BooleanField(null=True)
    decision = models.OneToOneField(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["investigation"],
                condition=models.Q(ended_at__isnull=True),
                name="investigation_one_withdrawal",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"withdrawal {self.id}"


class SpecialMeasure(models.Model):
    """One step with one special measure in court. The latest of a measure stands. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    investigation = models.ForeignKey(
        Investigation, on_delete=models.PROTECT, related_name="special_measures"
    )
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    # codes of special-measures and special-measure-steps
    measure = models.TextField()
    step = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"special measure {self.id}"


class InvestigationWords(models.Model):
    """Words beside one of these rows (``about``), apart from the codes, which are counted. ``part`` tells several apart."""

    id = models.BigAutoField(primary_key=True)
    about = models.UUIDField()
    part = models.TextField()
    words = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["about"], name="investigation_words_of")]
        triggers = [*guards()]
        verbose_name_plural = "investigation words"

    def __str__(self) -> str:
        return f"words about {self.about}"
