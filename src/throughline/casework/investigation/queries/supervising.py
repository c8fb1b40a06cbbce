"""What of investigations waits for a sergeant, and who investigates how much. Nothing here suggests a grade."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.caseload import UNGRADED
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.cases.rules import Kind
from throughline.casework.investigation.models import Allocation, Investigation
from throughline.casework.investigation.rules.allocating import Request
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.casework.safeguarding.queries.registers import Posts, teams
from throughline.foundations.access.rules import Action, Actor, Role, insist
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.reference import load

#: How many that wait are shown of each; the rest is counted.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """One choice, request or plan that waits: of whose case, how graded, since when, and whether its time is over."""

    case: UUID
    victim: Somebody
    suspect: Somebody | None
    grade: str
    duty: Duty
    allocation: Allocation | None
    whose: str


@dataclass(frozen=True, slots=True)
class Has:
    """What one investigator has: open cases by grade, and what of their work is late."""

    name: str
    role: str
    team: str
    by_grade: Counter[str]
    late: int

    @property
    def cases(self) -> int:
        """All of them."""
        return sum(self.by_grade.values())


@dataclass(frozen=True, slots=True)
class Supervision:
    """What waits for a sergeant, and the workload beside it."""

    choices: tuple[Waiting, ...]
    unaccepted: tuple[Waiting, ...]
    reviews: tuple[Waiting, ...]
    more: dict[str, int]
    investigators: tuple[Has, ...]
    nobody: Counter[str]
    teams: tuple[Posts, ...]


def supervision(actor: Actor, *, now: datetime) -> Supervision:
    """Choices to review, what nobody has accepted, plans to review, and who has how much; with the look. Raises Refused."""
    insist(actor, Action.SUPERVISE_INVESTIGATION)
    today = london_day(now)
    ranks = {row.code: row.number("rank") for row in load("grades").as_of(today)}
    kinds = {
        "choices": "allocation-review",
        "unaccepted": "investigation-accept",
        "reviews": "investigation-review",
    }
    duties = list(Duty.objects.filter(kind__in=kinds.values(), discharged_at=None).order_by("due_at", "id"))
    about = {duty.about for duty in duties if duty.about}
    chosen = {
        one.id: one for one in Allocation.objects.filter(among("id", about)).select_related("investigation")
    }
    asked = {
        one.investigation.case_id: one
        for one in Allocation.objects.filter(
            among("investigation__case", about), state=Request.ASKED
        ).select_related("investigation")
    }
    case_of = {one: chosen[one].investigation.case_id if one in chosen else one for one in about}
    cases = {one.id: one for one in Case.objects.filter(among("id", set(case_of.values())))}
    facts = StandingFact.objects.filter(among("case", cases), kind=Kind.GRADE, ended_at=None)
    grades = dict(facts.values_list("case", "value"))
    names = staff_names({one.account for one in (*chosen.values(), *asked.values()) if one.account})
    roles = load("roles")

    def of_duty(duty: Duty) -> UUID:
        assert duty.about is not None
        return case_of[duty.about]

    def place(duty: Duty) -> tuple[bool, int, datetime]:
        return duty.due_at >= now, ranks.get(grades.get(of_duty(duty), ""), -1), duty.due_at

    some: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties:
        if duty.about and case_of[duty.about] in cases:
            some[duty.kind].append(duty)
    shown = {kind: sorted(found, key=place)[:SHOWN] for kind, found in some.items()}
    subjects = {each for found in shown.values() for one in found for each in cases[of_duty(one)].subjects}
    named = people_named(subjects, today)

    def told(kind: str) -> tuple[Waiting, ...]:
        found = []
        for duty in shown.get(kind, []):
            assert duty.about is not None
            case = cases[case_of[duty.about]]
            one = chosen.get(duty.about) or asked.get(case.id)
            if case.victim_id not in named:
                continue
            found.append(
                Waiting(
                    case=case.id,
                    victim=named[case.victim_id],
                    suspect=named.get(case.suspect_id) if case.suspect_id else None,
                    grade=grades.get(case.id, ""),
                    duty=duty,
                    allocation=one,
                    whose=""
                    if one is None
                    else names[one.account]
                    if one.account
                    else roles.label(one.role, on=today),
                )
            )
        return tuple(found)

    has, nobody = _workload(now)
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.SUPERVISE_INVESTIGATION,
        subjects=sorted(named),
        purpose=PURPOSES.get(actor.role, ""),
        detail={"waiting": sum(len(found) for found in some.values())},
    )
    return Supervision(
        **{name: told(kind) for name, kind in kinds.items()},
        more={name: len(some[kind]) - len(shown.get(kind, [])) for name, kind in kinds.items()},
        investigators=has,
        nobody=nobody,
        teams=_with_posts(actor, has, now),
    )


def _workload(now: datetime) -> tuple[tuple[Has, ...], Counter[str]]:
    """Who investigates how many open cases of each grade, the most of the gravest first; and what nobody does."""
    going_on = list(
        Investigation.objects.filter(ended_at=None, case__closed_at=None).values_list("case", "investigator")
    )
    facts = StandingFact.objects.filter(
        among("case", [case for case, _ in going_on]), kind=Kind.GRADE, ended_at=None
    )
    grades = dict(facts.values_list("case", "value"))
    of: dict[UUID | None, Counter[str]] = defaultdict(Counter)
    for case, who in going_on:
        of[who][grades.get(case, UNGRADED)] += 1
    users = {
        user.id: user
        for user in User.objects.filter(is_active=True, id__in=[who for who in of if who]).select_related(
            "team"
        )
    }
    users |= {
        user.id: user
        for user in User.objects.filter(is_active=True, role=Role.INVESTIGATOR).select_related("team")
    }
    late = Counter(
        Duty.objects.filter(owner__in=users, kind__in=LATE, discharged_at=None, due_at__lt=now).values_list(
            "owner", flat=True
        )
    )
    nobody = sum((count for who, count in of.items() if who not in users), Counter[str]())
    has = [
        Has(user.name, user.role, user.team.name if user.team else "", of[user.id], late[user.id])
        for user in users.values()
    ]
    codes = [row.code for row in load("grades").as_of(london_day(now))]
    return tuple(sorted(has, key=lambda one: ([-one.by_grade[code] for code in codes], one.name))), nobody


#: What of somebody's own work is counted where it is late.
LATE = (
    "investigation-plan",
    "line-of-enquiry",
    "suspect-attempt",
    "withdrawal-visit",
    "withdrawal-decision",
    "evidence-routes",
)


def _with_posts(actor: Actor, has: Collection[Has], now: datetime) -> tuple[Posts, ...]:
    """The posts and vacancies of the teams that investigate, as somebody typed them in."""
    investigate = {one.team for one in has}
    return tuple(one for one in teams(actor, now=now) if one.team.name in investigate)
