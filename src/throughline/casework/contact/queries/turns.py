"""Who is on duty, and what one turn would hand, or has handed, to the next."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from throughline.casework.contact.models import Contact, Handover, Shift
from throughline.casework.contact.queries.looking import look
from throughline.casework.contact.rules.turns import KEEPS_CONTACTS, Handed, Held, OnDuty, held
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import NOT_FOUND
from throughline.foundations.access.rules import Action, Actor, Refused, Role, insist
from throughline.foundations.accounts.models import Team, User
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import duty_kind

SHOWN = 20


def on_duty(now: datetime) -> list[OnDuty]:
    """Everybody who has begun a turn that has not ended and is not past its end."""
    there = on_duty_shifts(now).values_list("user", "role", "team", "ends_at")
    return [OnDuty(user, Role(role), team, ends_at) for user, role, team, ends_at in there]


def on_duty_shifts(now: datetime) -> QuerySet[Shift]:
    """The turns that have begun, have not ended and are not past their end, of accounts that are open."""
    closed = User.objects.filter(is_active=False).values("id")
    return Shift.objects.filter(ended_at=None, started_at__lte=now, ends_at__gt=now).exclude(user__in=closed)


def duties_of(role: str) -> QuerySet[Duty]:
    """The open duties of a role that are in the running actor's sight."""
    return Duty.objects.filter(role=role, owner=None, discharged_at=None)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody on duty, by name, until when."""

    name: str
    role: str
    team: str
    ends_at: datetime
    me: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """One's own turn, and who else is there."""

    mine: Shift | None
    there: tuple[Colleague, ...]


def turn(actor: Actor, *, now: datetime) -> Turn:
    """Who is on duty, one's own team first. Names staff alone, so that no look is written. Raises Refused."""
    insist(actor, Action.KEEP_TURN)
    there = on_duty(now)
    names = staff_names({one.user for one in there})
    teams = dict(Team.objects.filter(id__in={one.team for one in there}).values_list("id", "name"))
    there.sort(key=lambda one: (one.team != actor.team, str(one.team), one.role, names.get(one.user, "")))
    mine = Shift.objects.filter(user=actor.id, ended_at=None, ends_at__gt=now).first()
    return Turn(
        mine,
        tuple(
            Colleague(
                names.get(one.user, ""),
                one.role,
                teams.get(one.team, "") if one.team else "",
                one.ends_at,
                one.user == actor.id,
            )
            for one in there
        ),
    )


@dataclass(frozen=True, slots=True)
class OpenDuties:
    """Open duties of one kind: how many, how many of them are late, and the longest overdue or next due."""

    label: str
    count: int
    late: int
    next_due: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """What is or was handed over, by whom, and what of it is still open."""

    handover: Handover
    offered_by: str
    accepted_by: str
    mine: bool
    late: bool
    duties: tuple[OpenDuties, ...]
    contacts: tuple[Contact, ...]
    done_since: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be handed over now."""

    duties: tuple[OpenDuties, ...]
    contacts: tuple[Contact, ...]


def would_hand_over(actor: Actor, *, now: datetime) -> Preview:
    """What an offer would hold at this moment, with the look at its people. Raises Refused."""
    insist(actor, Action.HAND_OVER)
    duties = list(duties_of(actor.role).exclude(kind="handover-acceptance"))
    contacts = (
        list(Contact.objects.filter(ended_at=None).order_by("received_at"))
        if actor.role is KEEPS_CONTACTS
        else []
    )
    look(actor, {subject for contact in contacts for subject in contact.subjects}, action=Action.HAND_OVER)
    return Preview(_by_kind(duties, now), tuple(contacts))


def holders(actor: Actor) -> dict[UUID, Held]:
    """Who holds each open duty of the reader's role."""
    handings = [
        Handed(one.id, frozenset(one.duties), one.offered_at, one.offered_by, one.accepted_by)
        for one in Handover.objects.filter(role=actor.role)
    ]
    return held(duties_of(actor.role).values_list("id", flat=True), handings)


def waiting_offers(actor: Actor, *, now: datetime) -> list[Offer]:
    """The turns that nobody has accepted yet, longest waiting first. Part of a page whose look covers it."""
    rows = Handover.objects.filter(role=actor.role, accepted_at=None).order_by("offered_at")
    return _offers(actor, list(rows), now)


def handover(actor: Actor, handover_id: UUID, *, now: datetime) -> Offer:
    """One handing over, with the look at the people of its contacts. Raises Refused."""
    insist(actor, Action.HAND_OVER)
    row = Handover.objects.filter(id=handover_id, role=actor.role).first()
    if row is None:
        raise Refused(NOT_FOUND, handover_id)
    [found] = _offers(actor, [row], now)
    look(
        actor,
        {subject for contact in found.contacts for subject in contact.subjects},
        action=Action.HAND_OVER,
    )
    return found


def _offers(actor: Actor, rows: list[Handover], now: datetime) -> list[Offer]:
    """Some handings over with what of each is still open, read at once."""
    names = staff_names({one for row in rows for one in (row.offered_by, row.accepted_by) if one})
    duties = Duty.objects.filter(discharged_at=None).in_bulk([one for row in rows for one in row.duties])
    contacts = Contact.objects.filter(ended_at=None).in_bulk([one for row in rows for one in row.contacts])
    late = set(
        Duty.objects.filter(
            due_at__lt=now,
            kind="handover-acceptance",
            record_id__in=[row.id for row in rows],
            discharged_at=None,
        ).values_list("record_id", flat=True)
    )
    found = []
    for row in rows:
        still = [duties[one] for one in row.duties if one in duties]
        theirs = [contacts[one] for one in row.contacts if one in contacts]
        found.append(
            Offer(
                handover=row,
                offered_by=names.get(row.offered_by, ""),
                accepted_by=names.get(row.accepted_by, "") if row.accepted_by else "",
                mine=row.offered_by == actor.id,
                late=row.id in late,
                duties=_by_kind(still, now),
                contacts=tuple(sorted(theirs, key=lambda one: one.received_at)),
                done_since=len(row.duties) - len(still),
            )
        )
    return found


def _by_kind(duties: list[Duty], now: datetime) -> tuple[OpenDuties, ...]:
    kinds: dict[str, list[Duty]] = {}
    for duty in sorted(duties, key=lambda duty: (duty.due_at, duty.id)):
        kinds.setdefault(duty.kind, []).append(duty)
    return tuple(
        OpenDuties(
            duty_kind(kind, on=london_day(theirs[0].opened_at)).label,
            len(theirs),
            sum(duty.due_at < now for duty in theirs),
            theirs[0].due_at,
        )
        for kind, theirs in kinds.items()
    )
