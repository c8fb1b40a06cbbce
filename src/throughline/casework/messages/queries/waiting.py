"""What the post round has to do: read under the messenger, who sees every message."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.messages.models import Departure, Message
from throughline.casework.messages.rules import MESSENGER, State
from throughline.foundations.access.protection import set_actor

#: The most that one round takes up; the rest is the next one's, a few seconds later.
MOST = 200


@transaction.atomic
def ready(*, now: datetime) -> list[tuple[UUID, str]]:
    """The texts that may leave now and their kinds, the one that is of use for the shortest first."""
    set_actor(MESSENGER)
    waiting = Message.objects.filter(state=State.WAITING, not_before__lte=now)
    return list(waiting.order_by("until", "id").values_list("id", "kind")[:MOST])


@transaction.atomic
def unanswered() -> list[Departure]:
    """Departures of which nobody knows whether the service took them, the oldest first."""
    set_actor(MESSENGER)
    return list(Departure.objects.filter(answered_at=None).order_by("left_at", "id")[:MOST])


@transaction.atomic
def sent() -> list[tuple[UUID, UUID]]:
    """The texts that the service took and of which no end is known, with what it calls the last departure of each."""
    set_actor(MESSENGER)
    last = (
        Departure.objects.filter(message__state=State.SENT, taken_as__isnull=False)
        .order_by("message", "-left_at")
        .distinct("message")
    )
    return [
        (message, taken_as)
        for message, taken_as in last.values_list("message", "taken_as")[:MOST]
        if taken_as
    ]
