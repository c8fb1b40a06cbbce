"""Asking for a text to be sent, and taking it back."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import OTHER_WAY_DUTY, locked_case
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import CASE_STEPS, Step, after
from throughline.casework.messages import rules
from throughline.casework.messages.commands.going import stop
from throughline.casework.messages.models import UNDER_WAY, Message
from throughline.casework.messages.queries.channels import channel_to
from throughline.casework.messages.rules import SafeChannel, Stop
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.rules import Conflict, Malformed, e164
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import open_duty

#: The longest that somebody is told beforehand that they are rung.
_SOON = timedelta(hours=12)


@transaction.atomic
def ask(
    *, by: Actor, now: datetime, case_id: UUID, kind: str, ring: str, rings_at: time | None = None
) -> Message | Stop:
    """Have a neutral text sent to the victim of a case, through the channel that is safe for her now.

    Who says when they will ring (``rings_at``, a time of day in London) has it on their list once the text has left.
    Nothing has left when this returns: the worker sends it in her safe hours, having asked again whether the channel
    is still safe. Where there is no safe channel nothing is kept to be sent, finding another way to reach her is a
    duty at once, and the reason is returned. Raises Conflict where a text of the case is under way, Malformed,
    NotYet, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.CONTACT_VICTIM, *case.subjects, detail={"case": str(case.id), "text": kind})
    after(CASE_STEPS, case.closed_at is not None, Step.OWN)
    known = {one.code: one for one in rules.message_kinds(london_day(now))}
    if kind not in known:
        raise Malformed("kind", "is not one of those offered")
    if not (number := _ours(ring)):
        raise Malformed("ring", "write a telephone number of this country, such as 020 7946 0123")
    if known[kind].asks_time and rings_at is None:
        raise Malformed("rings_at", "say when somebody will ring")
    if Message.objects.filter(case=case, state__in=UNDER_WAY).exists():
        raise Conflict
    channel = channel_to(held_together(case.victim_id), at=now)
    until = known[kind].until(now)
    if isinstance(channel, Stop):
        why = channel
    elif (leaves := rules.departs_at(channel.hours, now, until)) is None:
        why = Stop.OUT_OF_HOURS
    else:
        rings = None
        if known[kind].asks_time and rings_at:
            rings = _rings(rings_at, channel, leaves)
            until = min(until, rings)
        message = Message.objects.create(
            case=case,
            record_id=case.victim_id,
            kind=kind,
            said=channel.said,
            phone=channel.phone,
            ring=number,
            rings_at=rings,
            asked_at=now,
            asked_by=by.id,
            until=until,
            not_before=leaves,
            subjects=case.subjects,
        )
        write("text-asked-for", by=by, now=now, record_id=case.victim_id, about=message.id, code=kind)
        return message
    _call_for_another_way(case, why, by=by, now=now)
    return why


def _rings(at: time, channel: SafeChannel, leaves: datetime) -> datetime:
    """When she is rung: by a way that is safe, in her hours, and after the text that says so can have arrived."""
    if not channel.calls:
        raise Malformed("rings_at", "a call is not among the ways that she said are safe")
    rings = rules.rings(at, leaves + rules.ARRIVES_WITHIN)
    if not rules.is_within(channel.hours, rings):
        raise Malformed("rings_at", "is not in her safe hours")
    if rings > leaves + _SOON:
        raise Malformed("rings_at", "comes before the text can arrive, or too long after it")
    return rings


@transaction.atomic
def reach_another_way(*, by: Actor, now: datetime, case_id: UUID) -> Stop:
    """Put reaching the victim of a case another way on the list, since no text can be sent safely; says why none can.

    Raises Conflict where one can by now, NotYet, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.CONTACT_VICTIM, *case.subjects, detail={"case": str(case.id), "text": "another-way"})
    after(CASE_STEPS, case.closed_at is not None, Step.OWN)
    channel = channel_to(held_together(case.victim_id), at=now)
    if not isinstance(channel, Stop):
        raise Conflict
    _call_for_another_way(case, channel, by=by, now=now)
    return channel


def _call_for_another_way(case: Case, why: Stop, *, by: Actor, now: datetime) -> None:
    write("text-stopped", by=by, now=now, record_id=case.victim_id, about=case.id, code=why)
    open_duty(OTHER_WAY_DUTY, now=now, record_id=case.victim_id, about=case.id, cause="text-stopped")


def _ours(ring: str) -> str:
    """A number of this country as one dials it, or nothing."""
    try:
        number = e164(ring)
    except Malformed:
        return ""
    return f"0{number[3:]}" if number.startswith("+44") and len(number) == 13 else ""


@transaction.atomic
def withdraw(*, by: Actor, now: datetime, case_id: UUID) -> Message:
    """Take back the text of a case that has not left. Raises Conflict where none waits, Refused."""
    case = locked_case(case_id)
    undertake(by, Action.CONTACT_VICTIM, *case.subjects, detail={"case": str(case.id), "text": "withdrawn"})
    message = Message.objects.select_for_update().filter(case=case, state=rules.State.WAITING).first()
    if message is None:
        raise Conflict
    stop(message, Stop.WITHDRAWN, by=by, now=now)
    return message
