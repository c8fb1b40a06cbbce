"""For those who supervise a neighbourhood team: what is overdue, what is to be read, and who has how much."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.cases.queries.visits import VISITS
from throughline.casework.neighbourhood.models import DisruptionTask, SetOut
from throughline.casework.neighbourhood.queries.disrupting import Task, tasks_of
from throughline.casework.neighbourhood.queries.lapsing import open_markers
from throughline.casework.neighbourhood.rules.disrupting import State
from throughline.casework.neighbourhood.rules.lapsing import Lapsing, lapsing
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty

#: How many tasks are shown; the rest is counted.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Has:
    """What one officer has: tasks that they accepted, how many are late, and calls of which nobody said what came of them."""

    name: str
    team: str
    tasks: int
    late: int
    on_the_way: int


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """Somebody who set out to her and has not said what came of it."""

    row: SetOut
    by: str
    victim: Somebody


@dataclass(frozen=True, slots=True)
class Supervision:
    """What is put before a supervisor: what was found first, then what is late; and the counts beside it."""

    found: tuple[Task, ...]
    late: tuple[Task, ...]
    reviews: tuple[Task, ...]
    unaccepted: tuple[Task, ...]
    on_the_way: tuple[OnTheWay, ...]
    officers: tuple[Has, ...]
    tasks: int
    visits_due: int
    visits_late: int
    lapsed: int
    soon: int
    more: int


def supervision(actor: Actor, *, now: datetime) -> Supervision:
    """What of the neighbourhood team's work waits or is late, by officer, in the reader's sight; with the look. Raises Refused."""
    insist(actor, Action.SUPERVISE_NEIGHBOURHOOD)
    today = london_day(now)
    rows = list(DisruptionTask.objects.exclude(state=State.ENDED).order_by("ordered_at", "id"))
    tasks = tasks_of(rows, now=now)
    way = list(SetOut.objects.filter(told_at=None).order_by("at", "id"))
    cases = {one.id: one for one in Case.objects.filter(among("id", {one.case_id for one in way}))}
    named = people_named({case.victim_id for case in cases.values()}, today)
    names = staff_names({one.by for one in way})
    overdue = {one.row.id for one in tasks if one.due and one.due.due_at < now}
    visits = list(Duty.objects.filter(kind__in=VISITS, discharged_at=None).values_list("due_at", flat=True))
    stands = Counter(
        lapsing(one.code, one.valid_until, today) for one in open_markers() if one.valid_until is not None
    )
    # a task stands once, where it presses most
    found = [one for one in tasks if one.found]
    rest = [one for one in tasks if not one.found]
    late = [one for one in rest if one.row.id in overdue]
    rest = [one for one in rest if one.row.id not in overdue]
    reviews = [one for one in rest if one.review_due and one.review_due.due_at < now]
    unaccepted = [one for one in rest if one.row.account is None and one not in reviews]
    shown = [some[:SHOWN] for some in (found, late, reviews, unaccepted)]
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.SUPERVISE_NEIGHBOURHOOD,
        subjects=sorted({*named, *(each for some in shown for one in some for each in one.row.subjects)}),
        purpose=PURPOSES.get(actor.role, ""),
        detail={"tasks": len(tasks)},
    )
    return Supervision(
        found=tuple(shown[0]),
        late=tuple(shown[1]),
        reviews=tuple(shown[2]),
        unaccepted=tuple(shown[3]),
        on_the_way=tuple(
            OnTheWay(one, names[one.by], named[cases[one.case_id].victim_id])
            for one in way
            if one.case_id in cases and cases[one.case_id].victim_id in named
        ),
        officers=_officers(tasks, way, overdue),
        tasks=len(tasks),
        visits_due=len(visits),
        visits_late=sum(at < now for at in visits),
        lapsed=stands[Lapsing.LAPSED],
        soon=stands[Lapsing.SOON],
        more=sum(
            len(some) - len(few) for some, few in zip((found, late, reviews, unaccepted), shown, strict=True)
        ),
    )


def _officers(tasks: tuple[Task, ...], way: list[SetOut], late: set[UUID]) -> tuple[Has, ...]:
    """Who has how much, what is late first."""
    has = Counter(one.row.account for one in tasks if one.row.account)
    behind = Counter(one.row.account for one in tasks if one.row.account and one.row.id in late)
    going = Counter(one.by for one in way)
    users = User.objects.filter(id__in={*has, *going}).select_related("team")
    told = [
        Has(user.name, user.team.name if user.team else "", has[user.id], behind[user.id], going[user.id])
        for user in users
    ]
    return tuple(sorted(told, key=lambda one: (-one.late, -one.tasks, one.name)))
