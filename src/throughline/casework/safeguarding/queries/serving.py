"""Who is to safeguard a victim by the policy, who does, and what waits for an answer."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.cases.queries.relating import group_of, service_of
from throughline.casework.cases.rules import Kind
from throughline.casework.cases.rules.serving import Service, services
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import staff_names
from throughline.casework.safeguarding.models import PolicyOverride, RequestReturn, ServiceRequest
from throughline.casework.safeguarding.queries.handing import package_of
from throughline.casework.safeguarding.rules.handing import Item
from throughline.casework.safeguarding.rules.serving import OPEN
from throughline.foundations.access.queries import allowed_on, may_on_all, sight_of
from throughline.foundations.access.rules import Action, Actor, Role, may
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty
from throughline.reference import load


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to safeguard her: the role that the policy names for the case that is graded highest, or who was chosen
    against it.
    """

    case: Case
    grade: str
    relationship: str
    service: Service
    role: str
    account: UUID | None
    override: PolicyOverride | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a victim: her open cases, who owns them, and who is to; nobody where no case is graded."""

    cases: tuple[Case, ...]
    owner: UUID | None
    owner_role: str
    wanted: Wanted | None

    @property
    def is_met(self) -> bool:
        """Whether nobody needs to be asked.

        Where nobody owns a case of which any officer may be the owner, the duty to find one asks already.
        """
        if self.wanted is None:
            return True
        if self.wanted.account:
            return self.owner == self.wanted.account
        if self.owner is None:
            return self.wanted.role == Role.OFFICER
        return self.owner_role == self.wanted.role


def standing_of(case: Case, *, now: datetime) -> Standing:
    """How it stands with the victim of a case, over every open case of hers in the running actor's sight."""
    today = london_day(now)
    records = held_together(case.victim_id)
    cases = tuple(Case.objects.filter(among("victim", records), closed_at=None).order_by("opened_at", "id"))
    facts = list(
        StandingFact.objects.filter(
            case__in=cases, kind__in=[Kind.OWNER, Kind.GRADE], ended_at=None
        ).order_by("-set_at", "-id")
    )
    owner = next((UUID(fact.value) for fact in facts if fact.kind == Kind.OWNER), None)
    role = User.objects.filter(id=owner).values_list("role", flat=True).first() or "" if owner else ""
    ranks = {row.code: row.number("rank") for row in load("grades").as_of(today)}
    graded = sorted((fact for fact in facts if fact.kind == Kind.GRADE), key=lambda one: ranks[one.value])
    if not graded:
        return Standing(cases, owner, role, None)
    of = {one.id: one for one in cases}
    highest = graded[0]
    assert highest.case_id is not None
    return Standing(cases, owner, role, _wanted(of[highest.case_id], highest.value, cases, now))


def _wanted(case: Case, grade: str, cases: Collection[Case], now: datetime) -> Wanted:
    relationship = group_of(case, london_day(now))
    service = service_of(case, grade, london_day(now))
    chosen = PolicyOverride.objects.filter(case__in=cases, grade=grade, ended_at=None)
    override = chosen.order_by("-made_at", "-id").first()
    if override and not User.objects.filter(id=override.account, is_active=True).exists():
        override = None
    return Wanted(
        case=case,
        grade=grade,
        relationship=relationship,
        service=service,
        role=override.role if override else service.role,
        account=override.account if override else None,
        override=override,
    )


def out_of_step(*, now: datetime) -> list[Case]:
    """An open case of every victim whom somebody else may have to safeguard than owns her cases, or who waits already.

    Read at once over all open cases; more may be named than there is something to do for.
    """
    today = london_day(now)
    ranks = {row.code: row.number("rank") for row in load("grades").as_of(today)}
    roles_of: dict[str, set[str]] = defaultdict(set)
    for service in services(today):
        roles_of[service.grade].add(service.role)
    of: dict[UUID, UUID] = dict(Case.objects.filter(closed_at=None).values_list("id", "victim"))
    facts = StandingFact.objects.filter(
        kind__in=[Kind.OWNER, Kind.GRADE], ended_at=None, case__closed_at=None
    ).values_list("case", "kind", "value")
    highest: dict[UUID, tuple[int, str, UUID]] = {}
    owners: dict[UUID, str] = {}
    for case, kind, value in facts:
        if case is None:
            continue
        if kind == Kind.OWNER:
            owners[of[case]] = value
        else:
            highest[of[case]] = min((ranks[value], value, case), highest.get(of[case], (99, "", case)))
    role_of = {
        str(account): role
        for account, role in User.objects.filter(id__in=set(owners.values())).values_list("id", "role")
    }
    chosen = {
        (case, grade, str(account))
        for case, grade, account in PolicyOverride.objects.filter(ended_at=None).values_list(
            "case", "grade", "account"
        )
    }
    found = set(ServiceRequest.objects.filter(state__in=OPEN).values_list("case", flat=True))
    for victim, (_rank, grade, case) in highest.items():
        owner = owners.get(victim, "")
        roles = roles_of[grade]
        if owner and (case, grade, owner) in chosen:
            continue
        met = roles == {role_of.get(owner, "")} if owner else roles == {str(Role.OFFICER)}
        if not met:
            found.add(case)
    # somebody was chosen and does not own it, or not any more
    found |= {case for case, _grade, account in chosen if case in of and account != owners.get(of[case], "")}
    return list(Case.objects.filter(id__in=found).order_by("id"))


def open_request(case_id: UUID) -> ServiceRequest | None:
    """The request of a case that has not ended."""
    return ServiceRequest.objects.filter(case=case_id, state__in=OPEN).first()


# --- for pages --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waits:
    """That somebody waits for an answer: since when, for whom, and how often it came back. For a page of the case."""

    request: ServiceRequest
    for_whom: str
    returns: int


def waits_of(case_ids: Collection[UUID], *, now: datetime) -> tuple[Waits, ...]:
    """The requests about some cases that have not ended, the oldest first. Part of a page, whose look names whom."""
    rows = list(
        ServiceRequest.objects.filter(among("case", case_ids), state__in=OPEN).order_by("asked_at", "id")
    )
    if not rows:
        return ()
    returned: dict[UUID, int] = defaultdict(int)
    for request in RequestReturn.objects.filter(request__in=rows).values_list("request", flat=True):
        returned[request] += 1
    names = staff_names({one.account for one in rows if one.account})
    roles, today = load("roles"), london_day(now)
    return tuple(
        Waits(one, names[one.account] if one.account else roles.label(one.role, on=today), returned[one.id])
        for one in rows
    )


def mine_that_wait(actor: Actor, *, now: datetime) -> tuple[Waits, ...]:
    """The requests about cases that the reader owns and keeps until somebody accepts. Names nobody but staff."""
    mine = StandingFact.objects.filter(kind=Kind.OWNER, value=str(actor.id), ended_at=None)
    return waits_of(set(mine.values_list("case", flat=True)), now=now)


def handovers(case_ids: Collection[UUID]) -> int:
    """How often cases of one victim went from one owner to another, the case of which it was most."""
    rows = StandingFact.objects.filter(among("case", case_ids), kind=Kind.OWNER).order_by("set_at", "id")
    values: dict[UUID | None, list[str]] = defaultdict(list)
    for case, value in rows.values_list("case", "value"):
        values[case].append(value)
    return max(
        (sum(one != other for one, other in pairwise(those)) for those in values.values()),
        default=0,
    )


@dataclass(frozen=True, slots=True)
class Came:
    """One return: by whom, why, in whose words, what was missing, and of which phrases of capacity it speaks."""

    row: RequestReturn
    by: str
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One request with who was asked, what came back, and who owns the case since it ended."""

    request: ServiceRequest
    for_whom: str
    by: str
    owner: str
    returns: tuple[Came, ...]
    settled: Decision | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice against the policy, by whom and why, and what a colleague made of it."""

    override: PolicyOverride
    account: str
    by: str
    agreed: bool | None
    feedback: str
    reviewed_by: str


@dataclass(frozen=True, slots=True)
class Serving:
    """Who safeguards the victim of a case: by the policy, in fact, what waits, what is handed over, and what came before."""

    victim: Somebody
    suspect: Somebody | None
    standing: Standing
    owner: str
    open: Asked | None
    due: Duty | None
    package: tuple[Item, ...]
    sent_at: datetime | None
    before: tuple[Asked, ...]
    chosen: tuple[Chosen, ...]
    handovers: int
    service_due: Duty | None
    allowed: frozenset[Action]


def serving(actor: Actor, case: Case, *, now: datetime, purpose: str) -> Serving:
    """Who safeguards the victim of a case in the reader's sight, with the look at the two."""
    today = london_day(now)
    named = people_named(set(case.subjects), today)
    standing = standing_of(case, now=now)
    cases = {case.id, *(one.id for one in standing.cases)}
    requests = list(ServiceRequest.objects.filter(case__in=cases).order_by("-asked_at", "-id"))
    chosen = list(
        PolicyOverride.objects.filter(case__in=cases).select_related("decision").order_by("-made_at", "-id")
    )
    reviews = {
        review.decision_id: review
        for one in chosen
        for review in one.decision.reviews.order_by("made_at", "id")
    }
    returns: dict[UUID, list[RequestReturn]] = defaultdict(list)
    for row in (
        RequestReturn.objects.filter(request__in=requests).select_related("decision").order_by("at", "id")
    ):
        returns[row.request_id].append(row)
    settled = {
        one.about: one
        for one in Decision.objects.filter(kind="safeguard-decision", about__in=[one.id for one in requests])
    }
    names = staff_names(
        {
            *(account for one in requests for account in (one.account, one.owner, one.asked_by) if account),
            *(row.by for rows in returns.values() for row in rows),
            *(account for one in chosen for account in (one.account, one.by)),
            *(review.made_by for review in reviews.values()),
            *([standing.owner] if standing.owner else []),
        }
    )
    roles = load("roles")

    def told(one: ServiceRequest) -> Asked:
        return Asked(
            request=one,
            for_whom=names[one.account] if one.account else roles.label(one.role, on=today),
            by=names[one.asked_by],
            owner=names[one.owner] if one.owner else "",
            returns=tuple(
                Came(row, names[row.by], row.decision.reason, row.decision.words) for row in returns[one.id]
            ),
            settled=settled.get(one.id),
        )

    waiting = next((one for one in requests if one.state in OPEN), None)
    duties = list(
        Duty.objects.filter(
            about__in=cases, kind__in=["safeguard-accept", "service-contact"], discharged_at=None
        ).order_by("due_at", "id")
    )
    items, sent_at = package_of(case, waiting, now=now)
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_CASE,
        subjects=sorted(case.subjects),
        purpose=purpose,
        detail={"case": str(case.id)},
    )
    return Serving(
        victim=named[case.victim_id],
        suspect=named.get(case.suspect_id) if case.suspect_id else None,
        standing=standing,
        owner=names[standing.owner] if standing.owner else "",
        open=told(waiting) if waiting else None,
        due=next((duty for duty in duties if duty.kind == "safeguard-accept"), None),
        package=items,
        sent_at=sent_at,
        before=tuple(told(one) for one in requests if one is not waiting),
        chosen=tuple(
            Chosen(
                one,
                names[one.account],
                names[one.by],
                review.agreed if (review := reviews.get(one.decision_id)) else None,
                review.feedback if review else "",
                names[review.made_by] if review else "",
            )
            for one in chosen
        ),
        handovers=handovers(cases),
        service_due=next((duty for duty in duties if duty.kind == "service-contact"), None),
        allowed=allowed_on(actor, case.subjects),
    )


def who_could(case: Case) -> list[User]:
    """The accounts that may own a case: party to none of it, and let see whatever of it is restricted; by name."""
    owning = [str(role) for role in Role if may(Actor(case.id, role), Action.OWN_CASE)]
    sight = sight_of(case.subjects)
    users = User.objects.filter(is_active=True, role__in=owning).order_by("name", "username")
    return [user for user in users if sight.lets(user.id, user.team_id)]


def may_own(user: User, case: Case) -> bool:
    """Whether the rules let an account own a case."""
    return user.is_active and may_on_all(user.actor, Action.OWN_CASE, case.subjects)
