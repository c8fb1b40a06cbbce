"""What happens to a text on its way: each step is written down before the next is tried, so that none is lost or doubled."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import OTHER_WAY_DUTY
from throughline.casework.messages import rules
from throughline.casework.messages.models import UNDER_WAY, Departure, Message
from throughline.casework.messages.queries.channels import channel_to
from throughline.casework.messages.rules import (
    ENDS_IT,
    MESSAGE_STEPS,
    MESSENGER,
    Receipt,
    SafeChannel,
    State,
    Step,
    Stop,
)
from throughline.casework.people.commands.identities import held_together
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import LONDON, london_day
from throughline.foundations.duties.commands import open_duty

CALL_DUTY = "promised-call"
#: A departure that the service does not know this long after it was tried was never taken.
SETTLES = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A departure that may be made now: to which channel, of which kind, and what fills the gaps of its words."""

    departure: UUID
    channel: SafeChannel
    kind: str
    gaps: dict[str, str]


@transaction.atomic
def depart(*, now: datetime, message_id: UUID) -> Leaving | None:
    """Write down that a waiting text leaves, after asking again whether its channel is safe; None where it does not.

    The worker's. What has changed since it was asked for stops it, and another way to reach her is a duty at once.
    Two workers never let one text leave twice: the second finds it leaving.
    """
    set_actor(MESSENGER)
    # another worker's is left to it; the lock of the row is what tells the two apart
    message = (
        Message.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("case")
        .filter(id=message_id, state=State.WAITING, not_before__lte=now)
        .first()
    )
    if message is None:
        return None
    undertake(MESSENGER, Action.CONTACT_VICTIM, *message.subjects, detail={"message": str(message.id)})
    channel = channel_to(held_together(message.record_id), at=now)
    if why := _why_not(message, channel, now):
        stop(message, why, by=MESSENGER, now=now)
        return None
    assert isinstance(channel, SafeChannel)
    leaves = rules.departs_at(channel.hours, now, message.until)
    if leaves is None:
        stop(message, Stop.OUT_OF_HOURS, by=MESSENGER, now=now)
        return None
    if leaves > now:
        message.not_before = leaves
        message.save(update_fields=["not_before"])
        return None
    kind = next(one for one in rules.message_kinds(london_day(message.asked_at)) if one.code == message.kind)
    departure = Departure.objects.create(message=message, left_at=now)
    _go(message, Step.DEPART)
    gaps = kind.gaps(
        sender=channel.sender,
        ring=message.ring,
        at=f"{message.rings_at.astimezone(LONDON):%H:%M}" if message.rings_at else "",
    )
    return Leaving(departure.id, channel, message.kind, gaps)


def _why_not(message: Message, channel: SafeChannel | Stop, now: datetime) -> Stop | None:
    if message.case.closed_at is not None:
        return Stop.CASE_CLOSED
    if now >= message.until:
        return Stop.TOO_LATE
    if isinstance(channel, Stop):
        return channel
    return None if (channel.said, channel.phone) == (message.said, message.phone) else Stop.CHANGED_SINCE


@transaction.atomic
def taken(*, now: datetime, departure_id: UUID, taken_as: UUID) -> None:
    """Keep that the service took a departure, and what it calls it. The worker's. Said twice it changes nothing."""
    departure = _unanswered(departure_id)
    if departure is None:
        return
    departure.answered_at, departure.taken_as = now, taken_as
    departure.save(update_fields=["answered_at", "taken_as"])
    message = departure.message
    # one that was given up meanwhile has left all the same; what came of it stays said
    if message.state == State.LEAVING:
        _go(message, Step.ACCEPT)
    write("text-sent", by=MESSENGER, now=now, record_id=message.record_id, about=message.id)
    if message.rings_at:
        _promise_to_ring(message, message.rings_at, now)


def _promise_to_ring(message: Message, at: datetime, now: datetime) -> None:
    """She has been told when somebody rings: it is on the list of who said so, or of their role where they have left."""
    asker = User.objects.filter(id=message.asked_by, is_active=True).first()
    open_duty(
        CALL_DUTY,
        now=now,
        record_id=message.record_id,
        about=message.case_id,
        owner=asker.id if asker else None,
        role=asker.role if asker else None,
        cause="told-of-a-call",
        due_at=at,
    )


@transaction.atomic
def not_taken(*, now: datetime, departure_id: UUID, why: Stop | None = None) -> None:
    """Keep that the service did not take a departure: it is tried again, or given up where ``why`` says so. The worker's."""
    departure = _unanswered(departure_id)
    if departure is None:
        return
    departure.answered_at = now
    departure.save(update_fields=["answered_at"])
    message = departure.message
    if message.state != State.LEAVING:
        return
    if why:
        stop(message, why, by=MESSENGER, now=now)
        return
    message.not_before = rules.tries_again_at(message.departures.count(), now)
    _go(message, Step.PUT_OFF)


def _unanswered(departure_id: UUID) -> Departure | None:
    set_actor(MESSENGER)
    found = Departure.objects.filter(id=departure_id).values_list("message", flat=True).first()
    if found is None:
        return None
    message = Message.objects.select_for_update().get(id=found)
    departure = Departure.objects.filter(id=departure_id, answered_at=None).first()
    if departure is not None:
        undertake(
            MESSENGER, Action.CONTACT_VICTIM, *message.subjects, detail={"departure": str(departure.id)}
        )
        departure.message = message
    return departure


@transaction.atomic
def received(*, now: datetime, message_id: UUID, receipt: Receipt) -> None:
    """Keep what the service says became of a text. The worker's. One that was lost on its way is tried again."""
    set_actor(MESSENGER)
    message = Message.objects.select_for_update().get(id=message_id)
    if message.state != State.SENT or receipt is Receipt.ON_ITS_WAY:
        return
    undertake(MESSENGER, Action.CONTACT_VICTIM, *message.subjects, detail={"message": str(message.id)})
    match receipt:
        case Receipt.DELIVERED:
            message.ended_at = now
            _go(message, Step.DELIVER)
            write("text-arrived", by=MESSENGER, now=now, record_id=message.record_id, about=message.id)
        case Receipt.LOST:
            message.not_before = rules.tries_again_at(message.departures.count(), now)
            _go(message, Step.LOSE)
        case Receipt.BOUNCED:
            stop(message, Stop.BOUNCED, by=MESSENGER, now=now)


@transaction.atomic
def give_up(*, now: datetime) -> int:
    """Stop every text whose time is over: another way to reach her is a duty. The worker's; says how many."""
    set_actor(MESSENGER)
    late = list(
        Message.objects.select_for_update()
        .filter(state__in=UNDER_WAY, until__lte=now)
        .order_by("until", "id")
    )
    if late:
        subjects = sorted({one for message in late for one in message.subjects})
        undertake(MESSENGER, Action.CONTACT_VICTIM, *subjects, detail={"late": len(late)})
    for message in late:
        why = Stop.TOO_LATE if message.state == State.WAITING else Stop.NO_RECEIPT
        stop(message, why, by=MESSENGER, now=now)
    return len(late)


def stop(message: Message, why: Stop, *, by: Actor, now: datetime) -> None:
    """Let a text go no further and, unless nobody is to be reached any more, call for another way at once.

    Inside another command only, which audits.
    """
    message.ended_at, message.why = now, why
    _go(message, Step.STOP)
    write("text-stopped", by=by, now=now, record_id=message.record_id, about=message.id, code=why)
    if why not in ENDS_IT:
        open_duty(
            OTHER_WAY_DUTY, now=now, record_id=message.record_id, about=message.case_id, cause="text-stopped"
        )


def _go(message: Message, step: Step) -> None:
    message.state = MESSAGE_STEPS[State(message.state), step]
    message.save(update_fields=["state", "not_before", "ended_at", "why"])
