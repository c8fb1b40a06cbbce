"""Who has how many cases, what is late, what waits to be accepted, and what came back. Nothing here suggests a grade."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.caseload import UNGRADED
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.cases.rules import Kind
from throughline.casework.people.rules import PURPOSES
from throughline.casework.safeguarding.models import (
    HandoverSent,
    PolicyOverride,
    RequestReturn,
    ServiceRequest,
)
from throughline.casework.safeguarding.queries.registers import Listed, Posts, teams, trained
from throughline.casework.safeguarding.queries.serving import Waits, waits_of
from throughline.casework.safeguarding.rules.serving import OPEN
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty

#: How many days back returns and packages are counted.
DAYS = 28
#: How many that wait are shown; the rest is counted.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Has:
    """What one owner has: open cases by grade, duties of theirs that are late, and cases that wait to be accepted."""

    account: UUID
    name: str
    role: str
    team: str
    left: bool
    by_grade: Counter[str]
    late: int
    waits: int

    @property
    def cases(self) -> int:
        """All open cases."""
        return sum(self.by_grade.values())


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request that waits: whose case, for whom, since when, and whether its time is over."""

    waits: Waits
    victim: Somebody
    suspect: Somebody | None
    owner: str
    due: Duty | None


@dataclass(frozen=True, slots=True)
class Workload:
    """Cases, duties, requests and staff, as far as they are in the reader's sight."""

    owners: tuple[Has, ...]
    unowned: Counter[str]
    waiting: tuple[Waiting, ...]
    waiting_count: int
    to_decide: int
    returns: tuple[tuple[str, int], ...]
    of_capacity: int
    sent: int
    complete: int
    overridden: int
    teams: tuple[Posts, ...]
    trained: tuple[Listed, ...]


def workload(actor: Actor, *, now: datetime) -> Workload:
    """What a supervisor asks of who has how much, with the look at everybody named. Raises Refused."""
    insist(actor, Action.VIEW_WORKLOAD)
    since = now - timedelta(days=DAYS)
    facts = StandingFact.objects.filter(
        kind__in=[Kind.OWNER, Kind.GRADE], ended_at=None, case__closed_at=None
    )
    owned: dict[UUID, UUID] = {}
    graded: dict[UUID, str] = {}
    for case, kind, value in facts.values_list("case", "kind", "value"):
        if case and kind == Kind.OWNER:
            owned[case] = UUID(value)
        elif case:
            graded[case] = value
    every = set(Case.objects.filter(closed_at=None).values_list("id", flat=True))
    waiting = waits_of(ServiceRequest.objects.filter(state__in=OPEN).values_list("case", flat=True), now=now)
    shown = waiting[:SHOWN]
    users = {user.id: user for user in User.objects.filter(id__in=set(owned.values())).select_related("team")}
    named = people_named(
        [one for each in shown for one in (each.request.record_id, *each.request.subjects)],
        london_day(now),
    )
    returned = RequestReturn.objects.filter(at__gte=since).values_list("decision__reason", "flags")
    rows = list(returned)
    packages = list(HandoverSent.objects.filter(at__gte=since).values_list("lacking", flat=True))
    found = Workload(
        owners=_owners(owned, graded, users, [one.request.case_id for one in waiting], now),
        unowned=Counter(graded.get(case, UNGRADED) for case in every - owned.keys()),
        waiting=_shown(shown, named, owned, users),
        waiting_count=len(waiting),
        to_decide=sum(one.request.state == "to-decide" for one in waiting),
        returns=tuple(Counter(reason for reason, _flags in rows).most_common()),
        of_capacity=sum("capacity" in flags for _reason, flags in rows),
        sent=len(packages),
        complete=sum(not lacking for lacking in packages),
        overridden=PolicyOverride.objects.filter(ended_at=None).count(),
        teams=teams(actor, now=now),
        trained=trained(actor, on=london_day(now)),
    )
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_WORKLOAD,
        subjects=sorted(named),
        purpose=PURPOSES.get(actor.role, ""),
    )
    return found


def _owners(
    owned: dict[UUID, UUID],
    graded: dict[UUID, str],
    users: dict[UUID, User],
    waiting: list[UUID],
    now: datetime,
) -> tuple[Has, ...]:
    """Every owner, those with most cases of the gravest grade first, by their names where they have as many."""
    by_grade: dict[UUID, Counter[str]] = defaultdict(Counter)
    for case, account in owned.items():
        by_grade[account][graded.get(case, UNGRADED)] += 1
    waits = Counter(owned[case] for case in waiting if case in owned)
    late = Counter(
        Duty.objects.filter(owner__in=list(by_grade), discharged_at=None, due_at__lt=now).values_list(
            "owner", flat=True
        )
    )
    found = [
        Has(
            account=account,
            name=user.name,
            role=user.role,
            team=user.team.name,
            left=not user.is_active,
            by_grade=counts,
            late=late[account],
            waits=waits[account],
        )
        for account, counts in by_grade.items()
        if (user := users.get(account))
    ]
    return tuple(sorted(found, key=lambda one: (-one.by_grade["high"], -one.cases, one.name)))


def _shown(
    shown: tuple[Waits, ...],
    named: dict[UUID, Somebody],
    owned: dict[UUID, UUID],
    users: dict[UUID, User],
) -> tuple[Waiting, ...]:
    cases = [one.request.case_id for one in shown]
    duties = Duty.objects.filter(
        about__in=cases,
        kind__in=["safeguard-accept", "handover-package", "safeguard-decide"],
        discharged_at=None,
    )
    # of one case the package may wait beside the answer: the answer is what is late
    due = {duty.about: duty for duty in duties.order_by("kind", "-due_at")}
    suspects = dict(Case.objects.filter(id__in=cases).values_list("id", "suspect"))
    return tuple(
        Waiting(
            waits=one,
            victim=named[one.request.record_id],
            suspect=named.get(suspect) if (suspect := suspects.get(one.request.case_id)) else None,
            owner=users[account].name
            if (account := owned.get(one.request.case_id)) and account in users
            else "",
            due=due.get(one.request.case_id),
        )
        for one in shown
        if one.request.record_id in named
    )
