"""What is open for the neighbourhood team today: visits that are due and patrols that were ordered, with whether it is safe."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from throughline.casework.cases.models import Case, Visit
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.cases.queries.visits import VISITS, Home, Reaching, homes_of, reaching_each
from throughline.casework.neighbourhood.models import SetOut
from throughline.casework.neighbourhood.queries.lapsing import lapsed_places
from throughline.casework.neighbourhood.rules.calling import NEVER, PATROL, Calling, calling
from throughline.casework.people.models import Marker
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import staff_names
from throughline.casework.safeguarding.models import SafetyMeasure
from throughline.casework.safeguarding.rules.fitting import State
from throughline.foundations.access.routes import insist_on_role
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.linkage.cleaning import fold

#: How many are shown; the rest is counted.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Open:
    """One victim to look in on: why, by when, whether it is safe now, where, and who is on the way."""

    case: Case
    victim: Somebody
    duty: Duty | None
    measure: SafetyMeasure | None
    reaching: Reaching
    safety: Calling
    home: Home
    last_visit: datetime | None
    on_the_way: tuple[str, ...]
    mine: bool

    @property
    def may_set_out(self) -> bool:
        """Whether nothing that she said stands against a visit now."""
        return self.safety not in NEVER and not (self.duty and self.duty.kind == "reach-another-way")

    @property
    def due_at(self) -> datetime | None:
        """When it is due, where something says."""
        if self.duty:
            return self.duty.due_at
        return self.measure.due_at if self.measure and self.measure.fitted_at is None else None


@dataclass(frozen=True, slots=True)
class Today:
    """What is open, the earliest first; markers of places there that have lapsed unseen; how many more there are."""

    open: tuple[Open, ...]
    lapsed: tuple[Marker, ...]
    more: int


def today(actor: Actor, *, now: datetime, near: str = "", purpose: str) -> Today:
    """Whom to look in on today, with the look at everybody who is shown. Raises Refused.

    ``near`` are words of an address. Where she said that no visit is safe she stands here all the same, and says so: another way
    is to be found. A refuge is never here.
    """
    insist_on_role(actor, Action.VISIT)
    duties = list(Duty.objects.filter(kind__in=VISITS, discharged_at=None).order_by("due_at", "id"))
    measures = list(
        SafetyMeasure.objects.filter(
            kind=PATROL, state__in=(State.ORDERED, State.FITTED), case__closed_at__isnull=True
        ).order_by("due_at", "id")
    )
    about = {one for one in (*(duty.about for duty in duties), *(each.case_id for each in measures)) if one}
    cases = {case.id: case for case in Case.objects.filter(among("id", about))}
    homes = homes_of(list(cases.values()), at=now)
    found: dict[UUID, tuple[Duty | None, SafetyMeasure | None]] = {}
    for duty in duties:
        if duty.about in cases:
            found.setdefault(duty.about, (duty, None))
    for measure in measures:
        if measure.case_id in cases:
            found[measure.case_id] = (found.get(measure.case_id, (None, None))[0], measure)
    near_by = [id for id in found if _is_near(homes[id].addresses, near)]
    hers = people_named({cases[id].victim_id for id in near_by}, london_day(now))
    near_by = [id for id in near_by if cases[id].victim_id in hers]
    visited = dict(
        Visit.objects.filter(among("case", near_by), outcome="visit-spoken")
        .values("case")
        .annotate(last=Max("made_at"))
        .values_list("case", "last")
    )
    told = {id: found[id] for id in near_by}
    order = sorted(told, key=lambda id: _place(*told[id], visited.get(id), now))[:SHOWN]
    reaching = reaching_each({cases[id].victim_id for id in order})
    on_the_way = list(SetOut.objects.filter(among("case", order), told_at=None).order_by("at"))
    names = staff_names({one.by for one in on_the_way})
    shown = []
    for id in order:
        said = reaching[cases[id].victim_id]
        shown.append(
            Open(
                case=cases[id],
                victim=hers[cases[id].victim_id],
                duty=told[id][0],
                measure=told[id][1],
                reaching=said,
                safety=calling(
                    said.said.answers if said.said else None, lives_there=homes[id].he_lives_there, at=now
                ),
                home=homes[id],
                last_visit=visited.get(id),
                on_the_way=tuple(names[one.by] for one in on_the_way if one.case_id == id),
                mine=any(one.by == actor.id for one in on_the_way if one.case_id == id),
            )
        )
    lapsed = [one for one in lapsed_places(now=now) if one.address and _is_near((one.address.shown,), near)]
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VISIT,
        subjects=sorted({one.case.victim_id for one in shown} | {one.record_id for one in lapsed[:SHOWN]}),
        purpose=purpose,
    )
    return Today(
        tuple(shown),
        tuple(lapsed[:SHOWN]),
        more=len(near_by) - len(shown) + len(lapsed[SHOWN:]),
    )


def _place(
    duty: Duty | None, measure: SafetyMeasure | None, last: datetime | None, now: datetime
) -> tuple[datetime, bool]:
    """The earliest due first; of patrols that go on, whoever was seen longest ago."""
    if duty:
        return duty.due_at, False
    if measure and measure.fitted_at is None and measure.due_at:
        return measure.due_at, False
    return now, last is not None


def _is_near(addresses: tuple[str, ...], near: str) -> bool:
    words = fold(near).split()
    shown = [f" {fold(one)} " for one in addresses]
    return all(any(f" {word}" in one for one in shown) for word in words)
