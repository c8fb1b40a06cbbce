"""Where to look in on patrol: visits that are due, and places about which a warning stands."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from throughline.casework.cases.models import Case, Visit
from throughline.casework.people.models import Address, IdentityLink, Marker
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import Said, names_of, said_of, staff_names
from throughline.foundations.access.routes import insist_on_role
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.linkage.cleaning import fold
from throughline.linkage.description import Place
from throughline.linkage.places import Door, Nearness, door_of, nearness

VISITS = ("reassurance-visit", "reach-another-way")
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Reaching:
    """What she said about reaching her: what stands, or since when that no longer holds. Nothing said is no yes."""

    said: Said | None = None
    void: Said | None = None

    @property
    def visits_are_safe(self) -> bool | None:
        """Whether a visit is among the ways that she said are safe; None where nobody has asked."""
        if self.said is None or "means" not in self.said.answers:
            return None
        means = self.said.answers["means"]
        return "visit" in (means if isinstance(means, list) else [means])


@dataclass(frozen=True, slots=True)
class Due:
    """A visit that is due, or another way of reaching her: whom, where, and how she said she can be reached."""

    duty: Duty
    case: Case
    name: str
    reaching: Reaching
    addresses: tuple[str, ...]
    # the suspect is known to live there as well
    he_lives_there: bool
    warnings: tuple[str, ...]
    overdue: bool


@dataclass(frozen=True, slots=True)
class Home:
    """Where the victim of a case lives, as far as it may be known; whether he does too; warnings about it."""

    addresses: tuple[str, ...]
    he_lives_there: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """A place with the warnings that stand about it, in codes of reference's markers."""

    address: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Patrol:
    """What is due, the earliest first, and marked places; those near what was asked for, or all."""

    due: tuple[Due, ...]
    marked: tuple[Marked, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A visit that was made or tried, and by whom."""

    visit: Visit
    by: str


def patrol(actor: Actor, *, at: datetime, near: str = "", purpose: str) -> Patrol:
    """The addresses to see on patrol, with the look at everybody whom they lead to. Raises Refused.

    ``near`` are words of an address: a street, a town, the first half of a postcode. A refuge is never here.
    """
    insist_on_role(actor, Action.VISIT)
    today = london_day(at)
    duties = list(Duty.objects.filter(kind__in=VISITS, discharged_at=None).order_by("due_at", "id"))
    cases = Case.objects.in_bulk([duty.about for duty in duties if duty.about])
    of = _together(id for case in cases.values() for id in (case.victim_id, case.suspect_id) if id)
    homes = _homes({one for ids in of.values() for one in ids}, today)
    markers = _standing(today)
    due = [
        (duty, cases[duty.about], _of(cases[duty.about], of, homes)) for duty in duties if duty.about in cases
    ]
    due = [one for one in due if _is_near([home.shown for home in one[2]], near)]
    marked = {
        marker.id: marker for marker in markers if marker.address and _is_near([marker.address.shown], near)
    }
    names = names_of(case.victim_id for _duty, case, _home in due[:SHOWN])
    said = _reaching(
        {case.victim_id: of.get(case.victim_id, [case.victim_id]) for _d, case, _h in due[:SHOWN]}
    )
    told = tuple(
        Due(
            duty=duty,
            case=case,
            name=names.get(case.victim_id, ""),
            reaching=said[case.victim_id],
            addresses=tuple(home.shown for home in home_of),
            he_lives_there=_lives_there(case, home_of, of, homes),
            warnings=_warnings(home_of, markers),
            overdue=duty.due_at < at,
        )
        for duty, case, home_of in due[:SHOWN]
    )
    places: dict[str, list[Marker]] = defaultdict(list)
    for marker in marked.values():
        assert marker.address is not None
        places[marker.address.shown].append(marker)
    shown = sorted(places.items())[:SHOWN]
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VISIT,
        subjects=sorted(
            {one.case.victim_id for one in told}
            | {each.record_id for _place, found in shown for each in found}
        ),
        purpose=purpose,
    )
    return Patrol(
        told,
        tuple(Marked(place, tuple(sorted({one.code for one in found}))) for place, found in shown),
        more=len(due) > SHOWN or len(places) > SHOWN,
    )


def homes_of(cases: Collection[Case], *, at: datetime) -> dict[UUID, Home]:
    """Where the victims of some cases live, by case. Part of a page, whose look names them. A refuge is never here."""
    today = london_day(at)
    of = _together(one for case in cases for one in (case.victim_id, case.suspect_id) if one)
    homes = _homes({one for ids in of.values() for one in ids}, today)
    markers = _standing(today)
    hers = {case.id: _of(case, of, homes) for case in cases}
    return {
        case.id: Home(
            addresses=tuple(one.shown for one in hers[case.id]),
            he_lives_there=_lives_there(case, hers[case.id], of, homes),
            warnings=_warnings(hers[case.id], markers),
        )
        for case in cases
    }


def reaching(record_ids: Collection[UUID]) -> Reaching:
    """How one person, of these records, said she can be reached. The caller writes the look."""
    ids = list(record_ids)
    return _reaching({ids[0]: ids})[ids[0]]


def visits_of(case: Case) -> tuple[Made, ...]:
    """The visits of a case, the newest first. The caller writes the look."""
    made = list(Visit.objects.filter(case=case).order_by("-made_at", "id"))
    names = staff_names({one.made_by for one in made})
    return tuple(Made(one, names.get(one.made_by, "")) for one in made)


def visit_due(case: Case) -> Duty | None:
    """The visit that is due in a case, if any."""
    return Duty.objects.filter(kind="reassurance-visit", about=case.id, discharged_at=None).first()


def _together(record_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The records that are held to be of the same person as each of some records, itself among them."""
    wanted = set(record_ids)
    links = IdentityLink.objects.filter(
        among("identity__links__record", wanted), identity__links__valid_until=None
    )
    linked: dict[UUID, list[UUID]] = defaultdict(list)
    of_each = links.filter(valid_until=None).values_list("identity__links__record", "record")
    for record_id, one in of_each:
        linked[record_id].append(one)
    return linked


def _homes(record_ids: Collection[UUID], today: date) -> dict[UUID, list[Address]]:
    found: dict[UUID, list[Address]] = defaultdict(list)
    current = Q(valid_until=None) | Q(valid_until__gt=today)
    for address in Address.objects.filter(current, record__in=record_ids).order_by("id"):
        found[address.record_id].append(address)
    return found


def _standing(today: date) -> list[Marker]:
    """Warnings about places in sight that somebody still lives at."""
    return list(
        Marker.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=today),
            Q(address__valid_until__isnull=True) | Q(address__valid_until__gt=today),
            address__isnull=False,
            ended_by=None,
        )
        .select_related("address")
        .order_by("code", "id")
    )


def _of(case: Case, of: dict[UUID, list[UUID]], homes: dict[UUID, list[Address]]) -> list[Address]:
    """Where she lives; each place once, whichever of her records holds it."""
    held = [home for one in of.get(case.victim_id, ()) for home in homes.get(one, ())]
    return list({_door(home): home for home in held}.values())


def _door(address: Address) -> Door:
    return door_of(Place(address.number, address.street, address.town, address.postcode))


def _lives_there(
    case: Case, home_of: list[Address], of: dict[UUID, list[UUID]], homes: dict[UUID, list[Address]]
) -> bool:
    his = (
        [home for one in of.get(case.suspect_id, ()) for home in homes.get(one, ())]
        if case.suspect_id
        else []
    )
    return any(nearness(_door(hers), _door(one)) is Nearness.HERE for hers in home_of for one in his)


def _warnings(home_of: list[Address], markers: list[Marker]) -> tuple[str, ...]:
    codes = {
        marker.code
        for marker in markers
        for home in home_of
        if marker.address and nearness(_door(home), _door(marker.address)) is Nearness.HERE
    }
    return tuple(sorted(codes))


def reaching_each(record_ids: Iterable[UUID]) -> dict[UUID, Reaching]:
    """`reaching` of several people, read at once. Part of a page, whose look names them."""
    return _reaching(_together(record_ids))


def _reaching(of: dict[UUID, list[UUID]]) -> dict[UUID, Reaching]:
    whose = {one: her for her, records in of.items() for one in records}
    said: dict[UUID, list[Said]] = defaultdict(list)
    for kept in said_of(list(whose)):
        said[whose[kept.record_id]].append(kept)
    return {her: _newest(said[her]) for her in of}


def _newest(said: list[Said]) -> Reaching:
    standing = next((one for one in said if one.voided_at is None), None)
    return Reaching(standing, None if standing else next(iter(said), None))


def _is_near(addresses: Iterable[str], near: str) -> bool:
    words = fold(near).split()
    shown = [f" {fold(one)} " for one in addresses]
    return all(any(f" {word}" in one for one in shown) for word in words)
