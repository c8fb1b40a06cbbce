"""Beginning and ending a turn, handing it over by name, and work that comes back to whoever is on duty."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from throughline.casework.contact.models import Contact, Handover, Shift
from throughline.casework.contact.queries.turns import duties_of, on_duty
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.contact.rules.turns import HANDS_OVER, KEEPS_CONTACTS, whom
from throughline.casework.people.rules import NOT_FOUND, Conflict, Malformed
from throughline.foundations.access.rules import Action, Actor, Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty

LONGEST_TURN = timedelta(hours=16)
LONGEST_WORDS = 4_000
ACCEPTANCE = "handover-acceptance"
NOT_ONES_OWN = "Nobody accepts what they themselves hand over"

# under which kind work comes back to somebody of a role; anybody else's is found a place by the supervisor
_RETURNED = {Role.CALL_HANDLER: "returned-contact", Role.FRONT_COUNTER: "returned-visit"}
_UNCLAIMED = "returned-unclaimed"


@transaction.atomic
def start_turn(*, by: Actor, now: datetime, ends_at: datetime) -> Shift:
    """Say that one is on duty until when; said again, only the end changes. Raises Malformed."""
    undertake(by, Action.KEEP_TURN, detail={"what": "started"})
    if not now < ends_at <= now + LONGEST_TURN:
        raise Malformed("ends_at", "must be within the next 16 hours")
    shift = Shift.objects.select_for_update().filter(user=by.id, ended_at=None).first()
    if shift is not None and shift.ends_at <= now:
        # nobody ended it: it ended when it was to
        shift.ended_at = shift.ends_at
        shift.save(update_fields=["ended_at"])
        shift = None
    if shift is None:
        return Shift.objects.create(user=by.id, role=by.role, team=by.team, started_at=now, ends_at=ends_at)
    shift.ends_at = ends_at
    shift.save(update_fields=["ends_at"])
    return shift


@transaction.atomic
def end_turn(*, by: Actor, now: datetime) -> None:
    """Say that one is no longer on duty. Doing it twice changes nothing.

    The last of a role that hands over offers what is open first: raises Malformed while it is with nobody.
    """
    undertake(by, Action.KEEP_TURN, detail={"what": "ended"})
    shift = Shift.objects.select_for_update().filter(user=by.id, ended_at=None).first()
    if shift is None:
        return
    if by.role in HANDS_OVER and _left_behind(by, now):
        raise Malformed("", "Hand over what is open first: nobody else of your role is on duty")
    shift.ended_at = min(now, shift.ends_at)
    shift.save(update_fields=["ended_at"])


def _left_behind(by: Actor, now: datetime) -> bool:
    """Whether duties would be with nobody: neither with another of the role on duty nor offered."""
    if any(one.user != by.id and one.role == by.role for one in on_duty(now)):
        return False
    offered = {
        duty
        for duties in Handover.objects.filter(role=by.role, offered_by=by.id, accepted_at=None).values_list(
            "duties", flat=True
        )
        for duty in duties
    }
    # the duty to accept an offer is for the turn that comes
    left = duties_of(by.role).exclude(kind=ACCEPTANCE).exclude(id__in=offered)
    return left.exists()


@transaction.atomic
def offer(*, by: Actor, now: datetime, words: str = "") -> Handover:
    """Hand over every open duty of one's role, with words, to whoever accepts it; a supervisor's open contacts too.

    Offered again before anybody has accepted it, it is the same offer with what is open by now. A duty to
    accept it stays on the list until somebody does, and is overdue after its clock. Raises Malformed.
    """
    undertake(by, Action.HAND_OVER, detail={"what": "offered"})
    words = checked_words("words", words, longest=LONGEST_WORDS)
    told = {
        "duties": list(duties_of(by.role).exclude(kind=ACCEPTANCE).values_list("id", flat=True)),
        "contacts": list(Contact.objects.filter(ended_at=None).values_list("id", flat=True))
        if by.role is KEEPS_CONTACTS
        else [],
        "words": words,
        "offered_at": now,
    }
    handover, _ = Handover.objects.select_for_update().update_or_create(
        role=by.role, offered_by=by.id, accepted_at=None, defaults=told
    )
    open_duty(
        ACCEPTANCE, now=now, record_id=handover.id, about=handover.id, cause="turn-offered", role=by.role
    )
    return handover


@transaction.atomic
def accept(*, by: Actor, now: datetime, handover_id: UUID) -> Handover:
    """Take over by name what a colleague handed over. Accepting it twice changes nothing.

    Raises Refused for one's own, Malformed before one's turn has begun, Conflict where a colleague was quicker.
    """
    undertake(by, Action.HAND_OVER, detail={"handover": str(handover_id), "what": "accepted"})
    handover = Handover.objects.select_for_update().filter(id=handover_id, role=by.role).first()
    if handover is None:
        raise Refused(NOT_FOUND, handover_id)
    if handover.offered_by == by.id:
        raise Refused(NOT_ONES_OWN)
    if handover.accepted_by == by.id:
        return handover
    if handover.accepted_by is not None:
        raise Conflict("a colleague has accepted it")
    if by.id not in {one.user for one in on_duty(now)}:
        raise Malformed("", "Begin your turn first")
    handover.accepted_at, handover.accepted_by = now, by.id
    handover.save(update_fields=["accepted_at", "accepted_by"])
    for duty in Duty.objects.filter(kind=ACCEPTANCE, record_id=handover.id, discharged_at=None):
        discharge(by=by, now=now, duty_id=duty.id, outcome="accepted")
    return handover


def give_back(*, now: datetime, maker: UUID, record_id: UUID, about: UUID, cause: str, besides: UUID) -> Duty:
    """Put work that comes back on the list of whoever is on duty (`rules.turns.whom`). Inside a command only.

    Where nobody of the maker's role is on duty it stands on the supervisors' list.
    """
    user = User.objects.filter(id=maker).first()
    kind = _RETURNED.get(Role(user.role), _UNCLAIMED) if user else _UNCLAIMED
    taker = None
    if user is not None and kind != _UNCLAIMED:
        taker = whom(
            maker=maker, team=user.team_id, role=Role(user.role), on_duty=on_duty(now), besides={besides}
        )
    if taker is None:
        return open_duty(_UNCLAIMED, now=now, record_id=record_id, about=about, cause=cause)
    return open_duty(kind, now=now, record_id=record_id, about=about, cause=cause, owner=taker)
