"""Which routes to evidence without her have been looked at, and what worked in other cases."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.casework.investigation.models import (
    Investigation,
    InvestigationWords,
    RouteLooked,
    RouteResult,
)
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.reference import Row, load

#: How many results of a route are shown, the newest first; the rest is counted.
SHOWN = 50


def standing_routes(investigation: Investigation) -> dict[str, RouteLooked]:
    """What was said last of each route, by its code."""
    return {one.route: one for one in investigation.routes.order_by("at", "id")}


def unlooked(investigation: Investigation, now: datetime) -> list[str]:
    """The routes of which nobody has said anything yet, in the order of the list."""
    looked = set(investigation.routes.values_list("route", flat=True))
    return [row.code for row in load("evidence-routes").as_of(london_day(now)) if row.code not in looked]


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One route of a case: what to look for, and where it stands."""

    row: Row
    looked: RouteLooked | None
    whose: str
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a route in some case, with the lesson; of nobody by name."""

    row: RouteResult
    by: str
    lesson: str


@dataclass(frozen=True, slots=True)
class Learnt:
    """The register of one route, or of all: how often each result, and the newest with their lessons."""

    route: str
    counts: tuple[tuple[str, str, int], ...]
    results: tuple[Result, ...]
    more: int


def results(rows: Collection[RouteResult]) -> tuple[Result, ...]:
    """Results with their lessons. The caller writes the look."""
    words = {
        one.about: one.words
        for one in InvestigationWords.objects.filter(among("about", [r.id for r in rows]))
    }
    names = staff_names({one.by for one in rows})
    return tuple(Result(one, names[one.by], words.get(one.id, "")) for one in rows)


def learnt(actor: Actor, *, route: str = "") -> Learnt:
    """What worked, by route, in the cases that the reader may see. The look names whom they were about. Raises Refused."""
    insist(actor, Action.VIEW_INVESTIGATION)
    found = RouteResult.objects.all()
    if route:
        found = found.filter(route=route)
    counts = Counter(found.values_list("route", "result"))
    rows = list(found.order_by("-at", "-id")[:SHOWN])
    subjects: set[UUID] = {each for one in rows for each in one.subjects}
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_INVESTIGATION,
        subjects=sorted(subjects),
        purpose=PURPOSES.get(actor.role, ""),
        detail={"route": route},
    )
    return Learnt(
        route=route,
        counts=tuple((one, result, count) for (one, result), count in sorted(counts.items())),
        results=results(rows),
        more=sum(counts.values()) - len(rows),
    )
