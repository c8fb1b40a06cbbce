"""Whose time is over, whoever it is with: so that a promise that was broken is read by somebody who can see to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.cases.rules import Kind
from throughline.casework.overview.queries.home import numbers_of, subjects_of_restricted
from throughline.casework.overview.rules import GIVEN_ON, ONES_OWN_WORK, TOLD_TOGETHER
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.foundations.access.queries import restricted_now
from throughline.foundations.access.rules import Action, Actor, Role, insist, may
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import DutyKind, duty_kind

SHOWN = 50
#: Whose duties are told outside the line of whoever supervises.
OUTSIDE = (Role.DESK, Role.AUDITOR)
_GRAVEST = "high"


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that was to be done by now: about whom, of which case, and who has it; empty: anybody of the role.

    ``number`` is the incident's where nobody is known yet.
    """

    duty: Duty
    kind: DutyKind
    victim: Somebody | None
    suspect: Somebody | None
    case: UUID | None
    grade: str
    owner: str
    number: str
    can_give_on: bool


@dataclass(frozen=True, slots=True)
class Together:
    """Several of one kind that wait on one list, the longest overdue first; ``count`` of them, also those not shown."""

    kind: DutyKind
    count: int
    rows: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is overdue in one role or in all, those at the gravest grade first and of them the longest overdue.

    ``together`` are the kinds that come in numbers.
    """

    rows: tuple[Broken, ...]
    together: tuple[Together, ...]
    roles: tuple[tuple[str, int], ...]
    role: str

    @property
    def count(self) -> int:
        """How many there are, also those that are not shown."""
        return sum(many for role, many in self.roles if self.role in ("", role))

    @property
    def left_out(self) -> int:
        """How many are not shown, of those that are not told together."""
        return self.count - len(self.rows) - sum(one.count for one in self.together)


def late(actor: Actor, now: datetime) -> QuerySet[Duty]:
    """The open duties whose time is over, of every role that is supervised.

    The desk reads of them what is about somebody restricted, whom those who supervise do not see.
    """
    found = Duty.objects.filter(discharged_at=None, due_at__lt=now).exclude(role__in=OUTSIDE)
    if actor.role == Role.DESK:
        restricted = restricted_now()
        found = found.filter(Q(record_id__in=restricted) | Q(about__in=subjects_of_restricted(restricted)))
    return found


def overdue(actor: Actor, *, now: datetime, role: str = "") -> Overdue:
    """What was promised and not kept, by whichever role, with the one look at everybody named. Raises Refused."""
    insist(actor, Action.VIEW_OVERDUE)
    in_all = late(actor, now)
    roles = in_all.values_list("role").annotate(Count("id")).order_by("role")
    of_role = in_all.filter(role=role) if role else in_all
    grave = StandingFact.objects.filter(
        case=OuterRef("about"), kind=Kind.GRADE, value=_GRAVEST, ended_at=None
    )
    many = dict(of_role.filter(kind__in=TOLD_TOGETHER).values_list("kind").annotate(Count("id")))
    together = {kind: many[kind] for kind in TOLD_TOGETHER if many.get(kind, 0) > 1}
    one_by_one = of_role.exclude(kind__in=together)
    duties = list(one_by_one.order_by(Exists(grave).desc(), "due_at", "id")[:SHOWN])
    for kind in together:
        duties += of_role.filter(kind=kind).order_by("due_at", "id")[:SHOWN]
    about = {duty.about for duty in duties if duty.about}
    cases = {one.id: one for one in Case.objects.filter(among("id", about))}
    facts = StandingFact.objects.filter(among("case", cases), kind=Kind.GRADE, ended_at=None)
    grades = dict(facts.values_list("case", "value"))
    numbers = numbers_of(duties)
    named = people_named(
        {
            *(duty.record_id for duty in duties),
            *(one for case in cases.values() for one in (case.victim_id, case.suspect_id) if one),
        },
        london_day(now),
    )
    names = staff_names({duty.owner for duty in duties if duty.owner})
    rows = [
        _broken(actor, duty, cases.get(duty.about) if duty.about else None, grades, named, names, numbers)
        for duty in duties
    ]
    found = Overdue(
        tuple(one for one in rows if one.duty.kind not in together),
        tuple(
            Together(of_kind[0].kind, count, of_kind)
            for kind, count in together.items()
            if (of_kind := tuple(one for one in rows if one.duty.kind == kind))
        ),
        tuple(roles),
        role,
    )
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_OVERDUE,
        subjects=sorted(named),
        purpose=PURPOSES.get(actor.role, ""),
    )
    return found


def _broken(
    actor: Actor,
    duty: Duty,
    case: Case | None,
    grades: Mapping[UUID, str],
    named: Mapping[UUID, Somebody],
    names: Mapping[UUID, str],
    numbers: Mapping[UUID, str],
) -> Broken:
    victim = named.get(case.victim_id if case else duty.record_id)
    return Broken(
        duty=duty,
        kind=duty_kind(duty.kind, on=london_day(duty.opened_at)),
        victim=victim,
        suspect=named.get(case.suspect_id) if case and case.suspect_id else None,
        case=case.id if case and victim else None,
        grade=grades.get(case.id, "") if case else "",
        owner=names[duty.owner] if duty.owner else "",
        number=numbers.get(duty.record_id, ""),
        can_give_on=bool(
            may(actor, Action.SUPERVISE_TEAM)
            and victim
            and duty.owner
            and duty.kind in ONES_OWN_WORK
            and duty.role in GIVEN_ON
        ),
    )
