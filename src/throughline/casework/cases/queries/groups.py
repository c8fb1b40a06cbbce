"""A group of cases on one page: all its pairs, who owns, what stands, how to reach her, and one plan."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case, CaseIncident, Group, GroupMember, Incident, PlanLine
from throughline.casework.cases.queries.counters import owners_of
from throughline.casework.cases.queries.history import cases_of, standing_facts
from throughline.casework.cases.queries.pages import (
    MOST,
    NOT_THERE,
    Fact,
    Pair,
    Somebody,
    facts_shown,
    of_the_two,
    pairs_of,
    people_named,
)
from throughline.casework.cases.rules import Kind
from throughline.casework.cases.rules.groups import HONOUR_BASED, HONOUR_MARKER, PLAN_ROLES
from throughline.casework.people.commands.identities import each_held_together, held_together
from throughline.casework.people.queries.person import Said, said_of, staff_names
from throughline.casework.people.queries.searching import standing_markers
from throughline.casework.people.rules import GUARDIAN
from throughline.foundations.access.protection import acting
from throughline.foundations.access.queries import allowed_on, subjects_for
from throughline.foundations.access.rules import Action, Actor, Refused, Relation, insist
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day


def group_in_sight(actor: Actor, action: Action, group_id: UUID) -> tuple[Case, ...]:
    """The cases of a group that the actor may do this to, oldest first. Raises `Refused` where there is none.

    Who is party to any case of it is refused the whole, in the name of that record, so that it is noticed; a pair out
    of sight is left out and never hinted at.
    """
    members = Case.objects.filter(memberships__group=group_id, memberships__ended_at=None)
    members = members.order_by("opened_at", "id")
    with acting(GUARDIAN):
        everybody = list(members.all())
    subjects = subjects_for(actor, {one for case in everybody for one in case.subjects})
    for record_id, subject in subjects.items():
        if Relation.EXCLUDED in subject.relations:
            insist(actor, action, subject, record_id)
    seen = tuple(members.all())
    for record_id in {one for case in seen or everybody for one in case.subjects}:
        insist(actor, action, subjects[record_id], record_id)
    if not seen:
        raise Refused(NOT_THERE, group_id)
    return seen


def victims_of_group(cases: Collection[Case]) -> list[UUID]:
    """The victims of some cases, each once, in the order in which their cases were opened."""
    return list(dict.fromkeys(case.victim_id for case in cases))


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line of the plan with who does it, and what it said before, newest first."""

    line: PlanLine
    whose: str
    by: str
    ended_by: str
    #: the account of whose it is is closed
    left: bool
    before: tuple["LineShown", ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """A victim of the group, who owns her cases, and what she said about reaching her that still holds."""

    victim: Somebody
    owners: tuple[str, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A group in whole, as far as it is in the reader's sight."""

    group: Group
    pairs: tuple[Pair, ...]
    victims: tuple[Reached, ...]
    facts: tuple[Fact, ...]
    standing: tuple[LineShown, ...]
    ended: tuple[LineShown, ...]
    honour_based: bool
    may_change: bool


def group_page(actor: Actor, group_id: UUID, *, at: datetime, purpose: str) -> GroupPage:
    """A group of cases, with the look at all whom it names. Raises `Refused`."""
    cases = group_in_sight(actor, Action.VIEW_CASE, group_id)
    today = london_day(at)
    ids = each_held_together({one for case in cases for one in case.subjects})
    everybody = [each for together in ids.values() for each in together]
    facts = [
        one
        for one in standing_facts(actor, everybody, at=at)
        if one.kind not in (Kind.OWNER, Kind.GRADE)
        and any(
            case.suspect_id and of_the_two(one, ids[case.victim_id], ids[case.suspect_id]) for case in cases
        )
    ][:MOST]
    named = people_named(
        [
            *(one for case in cases for one in (case.victim_id, case.suspect_id)),
            *(one for fact in facts for one in (fact.record_id, fact.protects_id)),
        ],
        today,
    )
    victims = victims_of_group(cases)
    owners = owners_of([case.id for case in cases], at=at)
    names = staff_names(set(owners.values()))
    group = Group.objects.get(id=group_id)
    lines = _lines(group_id)
    page = GroupPage(
        group=group,
        pairs=tuple(pairs_of(cases, named, at).values()),
        victims=tuple(
            Reached(
                named[victim],
                tuple(
                    dict.fromkeys(
                        names[owners[case.id]]
                        for case in cases
                        if case.victim_id == victim and case.id in owners
                    )
                ),
                tuple(one for one in said_of(ids[victim]) if one.voided_at is None),
            )
            for victim in victims
        ),
        facts=facts_shown(facts, named),
        standing=tuple(one for one in lines if one.line.ended_at is None),
        ended=tuple(one for one in lines if one.line.ended_at is not None),
        honour_based=group.reason == HONOUR_BASED
        or standing_markers([each for one in victims for each in ids[one]], today)
        .filter(code=HONOUR_MARKER)
        .exists(),
        may_change=Action.GROUP_CASES in allowed_on(actor, list(ids)),
    )
    write_audit(actor, Event.Kind.LOOK, Action.VIEW_CASE, subjects=sorted(named), purpose=purpose)
    return page


def _lines(group_id: UUID) -> list[LineShown]:
    """The last version of each line, those that stand first by their day, with what each said before."""
    lines = {one.id: one for one in PlanLine.objects.filter(group=group_id).order_by("due_on", "made_at")}
    names = staff_names(
        {each for one in lines.values() for each in (one.whose, one.made_by, one.ended_by) if each}
    )
    superseded = {one.supersedes_id for one in lines.values()}

    closed = set(
        User.objects.filter(id__in=[one.whose for one in lines.values()], is_active=False).values_list(
            "id", flat=True
        )
    )

    def shown(one: PlanLine) -> LineShown:
        ended_by = names[one.ended_by] if one.ended_by else ""
        return LineShown(one, names[one.whose], names[one.made_by], ended_by, one.whose in closed)

    found = []
    for one in lines.values():
        if one.id in superseded:
            continue
        before, earlier = [], lines.get(one.supersedes_id) if one.supersedes_id else None
        while earlier is not None:
            before.append(shown(earlier))
            earlier = lines.get(earlier.supersedes_id) if earlier.supersedes_id else None
        last = shown(one)
        found.append(replace(last, before=tuple(before)))
    return found


def plan_line(actor: Actor, action: Action, line_id: UUID) -> tuple[PlanLine, tuple[Case, ...]]:
    """A line of a plan with the cases of its group in sight. Raises `Refused`."""
    with acting(GUARDIAN):
        hidden = PlanLine.objects.filter(id=line_id).first()
    if hidden is None:
        raise Refused(NOT_THERE, line_id)
    cases = group_in_sight(actor, action, hidden.group_id)
    line = PlanLine.objects.select_related("group").filter(id=line_id).first()
    if line is None:
        raise Refused(NOT_THERE, line_id)
    return line, cases


def group_of(case: Case) -> Group | None:
    """The group that a case is in."""
    member = GroupMember.objects.filter(case=case, ended_at=None).select_related("group").first()
    return member.group if member else None


def may_be_one(actor: Actor, case: Case, *, at: datetime) -> tuple[Pair, ...]:
    """Her other open cases with somebody known that are not in this case's group already. Part of a page."""
    hers = held_together(case.victim_id)
    group = group_of(case)
    inside = (
        set(GroupMember.objects.filter(group=group, ended_at=None).values_list("case", flat=True))
        if group
        else {case.id}
    )
    found = [
        one
        for one in cases_of(actor, hers)
        if one.victim_id in hers and one.suspect_id and one.closed_at is None
    ]
    # from a case outside it, a group of hers is what it may join
    left = [one for one in found if one.id != case.id and one.id not in inside]
    named = people_named([each for one in left for each in (one.victim_id, one.suspect_id)], london_day(at))
    return tuple(pairs_of(left, named, at).values())


def cases_of_one_victim(incident: Incident) -> dict[UUID, tuple[Case, ...]]:
    """The open cases of an incident by their victim, where she has several with somebody known in it."""
    found: dict[UUID, list[Case]] = {}
    cases = Case.objects.filter(incident_links__incident=incident, closed_at=None, suspect__isnull=False)
    for case in cases.order_by("opened_at", "id"):
        found.setdefault(case.victim_id, []).append(case)
    return {victim: tuple(theirs) for victim, theirs in found.items() if len(theirs) > 1}


def several_of_one_victim(incidents: Iterable[Incident]) -> frozenset[UUID]:
    """Those of some incidents in which one victim has several open cases that are not one group yet."""
    ids = [one.id for one in incidents]
    found: dict[tuple[UUID, UUID], set[UUID | None]] = {}
    counts: dict[tuple[UUID, UUID], int] = {}
    links = CaseIncident.objects.filter(
        incident__in=ids, case__closed_at=None, case__suspect__isnull=False
    ).values_list("incident", "case__victim", "case")
    rows = list(links)
    groups = dict(
        GroupMember.objects.filter(case__in=[case for *_, case in rows], ended_at=None).values_list(
            "case", "group"
        )
    )
    for incident_id, victim, case in rows:
        key = (incident_id, victim)
        found.setdefault(key, set()).add(groups.get(case))
        counts[key] = counts.get(key, 0) + 1
    return frozenset(
        incident_id
        for (incident_id, victim), of in found.items()
        if counts[incident_id, victim] > 1 and (None in of or len(of) > 1)
    )


def whose_work() -> list[tuple[str, str]]:
    """Who can be named in a plan, as choices by name."""
    found = User.objects.filter(is_active=True, role__in=PLAN_ROLES).order_by("name", "username")
    return [(str(one.id), one.name) for one in found]


def whose_has_left(line: PlanLine) -> bool:
    """Whether the account whose work a line of a plan is is closed. Part of a page."""
    return User.objects.filter(id=line.whose, is_active=False).exists()
