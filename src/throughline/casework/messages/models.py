"""What was asked to be sent to a victim, and each time that it left. Neither words nor numbers are kept here."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.cases.models import Case
from throughline.casework.messages.rules import State
from throughline.casework.people.models import Record
from throughline.foundations.audit.models import guards

#: A message that may still leave or arrive.
UNDER_WAY = (State.WAITING.value, State.LEAVING.value, State.SENT.value)


class Message(models.Model):
    """One text to the victim of a case. At most one of a case is under way."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    # a code of message-kinds
    kind = models.TextField()
    # what she had said, and the number, when it was asked for: ids that no row need have any more
    said = models.UUIDField()
    phone = models.UUIDField()
    # the number of ours that she is to ring, and when whoever asked for it rings her
    ring = models.TextField()
    rings_at = models.DateTimeField(null=True)
    state = models.TextField(default=State.WAITING.value)
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    # after this it is of no use
    until = models.DateTimeField()
    # it leaves no earlier
    not_before = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # a code of message-stops where it was stopped
    why = models.TextField(blank=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["case", "-asked_at"], name="outbox_of_case"),
            models.Index(
                fields=["not_before"], name="outbox_under_way", condition=models.Q(state__in=UNDER_WAY)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=UNDER_WAY), name="outbox_one_under_way"
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"message {self.id}"


class Departure(models.Model):
    """One time that a message left. Its id is the reference under which the sending service keeps it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="departures")
    left_at = models.DateTimeField()
    # when it was known whether the service took it, and what the service calls it
    answered_at = models.DateTimeField(null=True)
    taken_as = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(answered_at=None), name="outbox_one_unanswered"
            ),
        ]
        triggers = [
            *guards(),
            pgtrigger.ReadOnly(name="append_only", exclude=["answered_at", "taken_as"]),
        ]

    def __str__(self) -> str:
        return f"departure {self.id}"
