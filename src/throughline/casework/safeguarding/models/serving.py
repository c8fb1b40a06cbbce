"""Who safeguards her: requests by the policy, what was handed over with them, returns, and choices against the policy."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.cases.models import Case
from throughline.casework.people.models import Record
from throughline.casework.safeguarding.rules.serving import OPEN
from throughline.foundations.audit.models import guards
from throughline.foundations.decisions.models import Decision


class PolicyOverride(models.Model):
    """Somebody is to safeguard her whom the policy does not name. Stands while she is graded so, until it is ended.

    Why stands in the decision, which a colleague reviews.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    # codes of reference's grades and service-by-risk: what the policy said then
    grade = models.TextField()
    service = models.TextField()
    account = models.UUIDField()
    role = models.TextField()
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(ended_at__isnull=True),
                name="safeguarding_one_override",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"choice against the policy {self.id}"


class ServiceRequest(models.Model):
    """A role, or one account of it, is asked to safeguard the victim of a case and to own her cases.

    ``service`` is the row of reference's service-by-risk that asks. ``state`` is one of the request's states. Until
    it has ended whoever owns the case keeps it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    grade = models.TextField()
    service = models.TextField()
    role = models.TextField()
    account = models.UUIDField(null=True)
    override = models.ForeignKey(PolicyOverride, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    # who owned the case then, and who does once it has ended
    owned_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    owner = models.UUIDField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=[str(one) for one in OPEN]),
                name="safeguarding_one_request",
            ),
        ]
        indexes = [models.Index(fields=["case", "-asked_at"], name="safeguarding_requested")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"request to safeguard {self.id}"


class HandoverNote(models.Model):
    """What somebody wrote of an item of the package that the system does not find. The latest stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    # a code of handover-items, and whether it is held elsewhere or does not apply
    item = models.TextField()
    held = models.TextField()
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["case", "item", "-at"], name="safeguarding_noted")]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["words", "subjects"])]

    def __str__(self) -> str:
        return f"note on a handover {self.id}"


class HandoverSent(models.Model):
    """A package as it was sent: which items it held, lacked, or had no need of, in codes of handover-items."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="packages")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    held = ArrayField(models.TextField(), default=list)
    lacking = ArrayField(models.TextField(), default=list)
    not_applicable = ArrayField(models.TextField(), default=list)
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"package {self.id}"


class RequestReturn(models.Model):
    """A request came back: why is the decision; ``missing`` are codes of handover-items that it lacked.

    ``flags`` are codes of reference's capacity-phrases of which its words speak: none of them is a reason.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="returns")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    missing = ArrayField(models.TextField(), default=list)
    flags = ArrayField(models.TextField(), default=list)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"return {self.id}"
