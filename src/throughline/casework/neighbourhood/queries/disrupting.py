"""Disruption tasks: those of a case, and those that go on, with what was found and what is due."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.cases.rules import Kind
from throughline.casework.neighbourhood.models import (
    DisruptionDoing,
    DisruptionReview,
    DisruptionTask,
    NeighbourhoodWords,
    SetOut,
)
from throughline.casework.neighbourhood.rules.disrupting import REVIEW_DUTY, TASK_DUTY, State
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import staff_names
from throughline.foundations.access.queries import allowed_on
from throughline.foundations.access.routes import insist_on_role
from throughline.foundations.access.rules import Action, Actor, Role, may
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty


@dataclass(frozen=True, slots=True)
class Done:
    """One doing, by whom, and what was written of it."""

    row: DisruptionDoing
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Read:
    """One supervisor's entry, by whom, and what they wrote."""

    row: DisruptionReview
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Task:
    """One task: of which case and grade, who ordered and who has it, what was found, and what is due."""

    row: DisruptionTask
    suspect: Somebody
    victim: Somebody
    grade: str
    ordered_by: str
    words: str
    asked: str
    account: str
    team: str
    ended: str
    ended_by: str
    doings: tuple[Done, ...]
    reviews: tuple[Read, ...]
    due: Duty | None
    review_due: Duty | None

    @property
    def found(self) -> bool:
        """Whether what was last found is put before a supervisor who has not looked yet."""
        return self.review_due is not None and "disruption-found" in self.review_due.causes


def tasks_of(rows: Collection[DisruptionTask], *, now: datetime) -> tuple[Task, ...]:
    """Tasks with names, doings and duties; what is due first stands first, what has ended last. The caller writes the look."""
    rows = list(rows)
    today = london_day(now)
    cases = {one.id: one for one in Case.objects.filter(among("id", {row.case_id for row in rows}))}
    rows = [row for row in rows if row.case_id in cases]
    named = people_named(
        {each for row in rows for each in (row.record_id, cases[row.case_id].victim_id)}, today
    )
    facts = StandingFact.objects.filter(among("case", cases), kind=Kind.GRADE, ended_at=None)
    grades = dict(facts.values_list("case", "value"))
    ids = [row.id for row in rows]
    doings = list(DisruptionDoing.objects.filter(among("task", ids)).order_by("-at", "-entered_at"))
    reviews = list(DisruptionReview.objects.filter(among("task", ids)).order_by("-at"))
    about = {*ids, *(one.id for one in doings), *(one.id for one in reviews)}
    words = {
        (one.about, one.part): one.words for one in NeighbourhoodWords.objects.filter(among("about", about))
    }
    open_ones = Duty.objects.filter(
        among("about", ids), kind__in=(TASK_DUTY, REVIEW_DUTY), discharged_at=None
    )
    duties = {(duty.about, duty.kind): duty for duty in open_ones}
    names = staff_names(
        {
            *(one.by for one in doings),
            *(one.by for one in reviews),
            *(row.ordered_by for row in rows),
            *(one for row in rows for one in (row.asked, row.account, row.ended_by) if one),
        }
    )
    done: dict[UUID, list[Done]] = defaultdict(list)
    read: dict[UUID, list[Read]] = defaultdict(list)
    for one in doings:
        done[one.task_id].append(Done(one, names[one.by], words.get((one.id, "doing"), "")))
    for entry in reviews:
        read[entry.task_id].append(Read(entry, names[entry.by], words.get((entry.id, "review"), "")))
    teams = dict(
        DisruptionTask.objects.filter(among("id", ids), team__isnull=False).values_list("id", "team__name")
    )
    told = [
        Task(
            row=row,
            suspect=named[row.record_id],
            victim=named[cases[row.case_id].victim_id],
            grade=grades.get(row.case_id, ""),
            ordered_by=names[row.ordered_by],
            words=words.get((row.id, "order"), ""),
            asked=names[row.asked] if row.asked else "",
            account=names[row.account] if row.account else "",
            team=teams.get(row.id, ""),
            ended=words.get((row.id, "ended"), ""),
            ended_by=names[row.ended_by] if row.ended_by else "",
            doings=tuple(done[row.id]),
            reviews=tuple(read[row.id]),
            due=duties.get((row.id, TASK_DUTY)),
            review_due=duties.get((row.id, REVIEW_DUTY)),
        )
        for row in rows
        if row.record_id in named and cases[row.case_id].victim_id in named
    ]
    return tuple(
        sorted(told, key=lambda one: (one.row.ended_at is not None, one.due.due_at if one.due else now))
    )


@dataclass(frozen=True, slots=True)
class Wayfarer:
    """Somebody who set out to call on her: what stood then, and whether they have said what came of it."""

    row: SetOut
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The page of one case."""

    case: Case
    victim: Somebody
    suspect: Somebody | None
    allowed: frozenset[Action]
    tasks: tuple[Task, ...]
    calls: tuple[Wayfarer, ...]


def neighbourhood(actor: Actor, case: Case, *, now: datetime, purpose: str) -> Neighbourhood:
    """What the neighbourhood team does in a case in the reader's sight, with the look at the two."""
    named = people_named(case.subjects, london_day(now))
    tasks = tasks_of(DisruptionTask.objects.filter(case=case), now=now)
    calls = list(SetOut.objects.filter(case=case).select_related("visit", "contact").order_by("-at"))
    names = staff_names({one.by for one in calls})
    words = {
        one.about: one.words
        for one in NeighbourhoodWords.objects.filter(
            among("about", [one.id for one in calls]), part="set-out"
        )
    }
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_CASE,
        subjects=sorted(case.subjects),
        purpose=purpose,
        detail={"case": str(case.id)},
    )
    return Neighbourhood(
        case=case,
        victim=named[case.victim_id],
        suspect=named.get(case.suspect_id) if case.suspect_id else None,
        allowed=allowed_on(actor, case.subjects),
        tasks=tasks,
        calls=tuple(Wayfarer(one, names[one.by], words.get(one.id, "")) for one in calls),
    )


def going_on(actor: Actor, *, now: datetime, purpose: str, mine: bool = False) -> tuple[Task, ...]:
    """The tasks that go on, all in the reader's sight or those that wait for them, with the look. Raises Refused."""
    insist_on_role(actor, Action.DISRUPT)
    rows = DisruptionTask.objects.exclude(state=State.ENDED)
    told = tasks_of(rows, now=now)
    if mine:
        told = tuple(
            one
            for one in told
            if one.row.account == actor.id or (one.row.account is None and one.row.asked in (None, actor.id))
        )
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.DISRUPT,
        subjects=sorted({each for one in told for each in one.row.subjects}),
        purpose=purpose,
        detail={"tasks": len(told)},
    )
    return told


def who_could() -> list[User]:
    """The accounts that may do a task, by name; whether somebody may see a case is asked when they are chosen."""
    roles = [str(role) for role in Role if may(Actor(UUID(int=0), role), Action.DISRUPT)]
    return list(User.objects.filter(is_active=True, role__in=roles).order_by("name", "username"))
