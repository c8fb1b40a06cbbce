"""Counter-allegations as pages show them. Both of the two are in the reader's sight, or nothing is shown."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughline.casework.cases.models import Case, CounterAllegation, StandingFact
from throughline.casework.cases.queries.pages import (
    NOT_THERE,
    Pair,
    Somebody,
    in_sight,
    pairs_of,
    people_named,
)
from throughline.casework.cases.rules import Kind
from throughline.casework.cases.rules.counter import PROMPTS, Choice, Stands
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import GUARDIAN
from throughline.foundations.access.protection import acting
from throughline.foundations.access.queries import allowed_on
from throughline.foundations.access.routes import insist_on_role
from throughline.foundations.access.rules import Action, Actor, Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import latest


def counter_allegations(case_ids: Collection[UUID]) -> tuple[CounterAllegation, ...]:
    """The counter-allegations that stand of some cases, oldest first."""
    found = CounterAllegation.objects.filter(Q(first__in=case_ids) | Q(second__in=case_ids), ended_at=None)
    return tuple(found.select_related("first", "second").order_by("seen_at", "id"))


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decided, with what a colleague made of it; ``agreed`` is None while nobody has looked."""

    decision: Decision
    by: str
    agreed: bool | None
    reviewed_by: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Against:
    """A counter-allegation. ``primary_id`` is who was decided to be the primary perpetrator, ``counter_case`` the
    case in which they are the victim; both None while nobody decided, or where it stays unresolved.
    """

    allegation: CounterAllegation
    decided: tuple[Decided, ...]
    review: Duty | None

    @property
    def latest(self) -> Decided | None:
        """What stands; None where nobody decided, or a colleague overturned it."""
        return self.decided[0] if self.decided and self.allegation.choice else None

    @property
    def primary_id(self) -> UUID | None:
        of = {Choice.FIRST: self.allegation.first, Choice.SECOND: self.allegation.second}
        case = of.get(self.allegation.choice)  # type: ignore[call-overload]
        return case.suspect_id if case else None

    @property
    def counter_case(self) -> Case | None:
        of = {Choice.FIRST: self.allegation.second, Choice.SECOND: self.allegation.first}
        found: Case | None = of.get(self.allegation.choice)  # type: ignore[call-overload]
        return found

    @property
    def stands(self) -> Stands:
        return Stands(self.allegation.stands)

    def other(self, case_id: UUID) -> Case:
        """The case the other way round."""
        return self.allegation.second if self.allegation.first_id == case_id else self.allegation.first


def against_of(actor: Actor, case_ids: Collection[UUID]) -> tuple[Against, ...]:
    """The counter-allegations of some cases with every decision, newest first. Part of a page."""
    insist_on_role(actor, Action.VIEW_CASE)
    return _with_decisions(counter_allegations(case_ids))


def against_about(actor: Actor, record_ids: Collection[UUID]) -> tuple[Against, ...]:
    """The counter-allegations that stand about any of some records, with every decision. Part of a page."""
    insist_on_role(actor, Action.VIEW_CASE)
    found = CounterAllegation.objects.filter(subjects__overlap=list(record_ids), ended_at=None)
    return _with_decisions(found.select_related("first", "second").order_by("seen_at", "id"))


def against(actor: Actor, allegation: CounterAllegation) -> Against:
    """One counter-allegation with every decision. Part of a page."""
    insist_on_role(actor, Action.VIEW_CASE)
    return _with_decisions([allegation])[0]


def _with_decisions(found: Iterable[CounterAllegation]) -> tuple[Against, ...]:
    found = list(found)
    made: dict[UUID | None, list[Decision]] = {}
    decisions = list(
        Decision.objects.filter(kind=PROMPTS, about__in=[one.id for one in found]).order_by("-made_at", "-id")
    )
    for one in decisions:
        made.setdefault(one.about, []).append(one)
    reviews = {one.decision_id: one for one in Review.objects.filter(decision__in=decisions)}
    waiting = {
        one.about: one
        for one in Duty.objects.filter(
            kind="primary-perpetrator-review", about__in=[one.id for one in decisions], discharged_at=None
        )
    }
    names = staff_names({*(one.made_by for one in decisions), *(one.made_by for one in reviews.values())})

    def decided(one: Decision) -> Decided:
        seen = reviews.get(one.id)
        return Decided(
            one,
            names[one.made_by],
            seen.agreed if seen else None,
            names[seen.made_by] if seen else "",
            seen.feedback if seen else "",
        )

    return tuple(
        Against(
            one,
            tuple(decided(each) for each in made.get(one.id, ())),
            next((waiting[each.id] for each in made.get(one.id, ()) if each.id in waiting), None),
        )
        for one in found
    )


def prompts(actor: Actor, allegation_id: UUID) -> Answers | None:
    """What was seen and said that tells who it is, as it stands."""
    return latest(actor, subject=allegation_id, instrument=PROMPTS)


def owners_of(case_ids: Collection[UUID], *, at: datetime) -> dict[UUID, UUID]:
    """Who owns each of some cases, by account."""
    facts = StandingFact.objects.filter(case__in=case_ids, kind=Kind.OWNER, ended_at=None, valid_from__lte=at)
    return {case_id: UUID(value) for case_id, value in facts.values_list("case", "value") if case_id}


def owned_by(case_ids: Collection[UUID], *roles: Role) -> dict[UUID, tuple[UUID, str]]:
    """Who owns each of some cases, by account and role; no line where the owner left or is of another role.

    For duties that stand with the owner: somebody of another role has no list on which they would stand.
    """
    facts = StandingFact.objects.filter(case__in=case_ids, kind=Kind.OWNER, ended_at=None)
    owned = {case_id: UUID(value) for case_id, value in facts.values_list("case", "value") if case_id}
    of_role = dict(
        User.objects.filter(id__in=owned.values(), is_active=True, role__in=roles).values_list("id", "role")
    )
    return {case_id: (account, of_role[account]) for case_id, account in owned.items() if account in of_role}


def would_hold_both(case: Case, account: UUID, *, at: datetime) -> bool:
    """Whether somebody owns a case the other way round already, and would be contact of both of the two."""
    others = [
        one.second_id if one.first_id == case.id else one.first_id for one in counter_allegations([case.id])
    ]
    return account in owners_of(others, at=at).values()


@dataclass(frozen=True, slots=True)
class AllegationPage:
    """A counter-allegation for whoever decides: both cases, what was seen and said, and what was decided before.

    ``earlier`` are counter-allegations of the same two people that no longer stand. ``both`` says that one account
    owns both cases.
    """

    against: Against
    pairs: tuple[Pair, Pair]
    named: dict[UUID, Somebody]
    owners: tuple[str, str]
    both: bool
    prompts: Answers | None
    duty: Duty | None
    earlier: tuple[Against, ...]
    allowed: frozenset[Action]


def allegation_page(
    actor: Actor, allegation: CounterAllegation, *, at: datetime, purpose: str
) -> AllegationPage:
    """A counter-allegation in sight, with the look at the two written."""
    today = london_day(at)
    cases = [allegation.first, allegation.second]
    named = people_named([one for case in cases for one in (case.victim_id, case.suspect_id)], today)
    pairs = pairs_of(cases, named, at)
    owners = owners_of([case.id for case in cases], at=at)
    names = staff_names(set(owners.values()))
    earlier = CounterAllegation.objects.filter(
        subjects__contains=allegation.subjects, ended_at__isnull=False
    ).exclude(id=allegation.id)
    page = AllegationPage(
        against=against(actor, allegation),
        pairs=(pairs[allegation.first_id], pairs[allegation.second_id]),
        named=named,
        owners=tuple(names[owners[case.id]] if case.id in owners else "" for case in cases),  # type: ignore[arg-type]
        both=len(owners) == 2 and len(set(owners.values())) == 1,
        prompts=prompts(actor, allegation.id),
        duty=Duty.objects.filter(kind="primary-perpetrator", about=allegation.id, discharged_at=None).first(),
        earlier=_with_decisions(earlier.select_related("first", "second").order_by("-seen_at")),
        allowed=allowed_on(actor, allegation.subjects),
    )
    write_audit(actor, Event.Kind.LOOK, Action.VIEW_CASE, subjects=sorted(named), purpose=purpose)
    return page


def decision_on(actor: Actor, decision_id: UUID) -> tuple[Decision, CounterAllegation]:
    """What somebody decided on a counter-allegation, for who may review it. Raises `Refused`."""
    with acting(GUARDIAN):
        decision = Decision.objects.filter(id=decision_id, kind=PROMPTS).first()
    if decision is None or decision.about is None:
        raise Refused(NOT_THERE, decision_id)
    return decision, in_sight(actor, Action.DECIDE_PRIMARY, CounterAllegation, decision.about)
