"""Closing and reopening cases, joining those of one pair, and grouping those that belong together."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import (
    call_for_owner_and_grade,
    keep_whose,
    let_go,
    locked_case,
    reason_for,
    set_grade,
    set_owner,
)
from throughline.casework.cases.models import (
    Case,
    EarlierClosing,
    Group,
    GroupMember,
    Joining,
    StandingFact,
)
from throughline.casework.cases.queries.caseload import keeping_active, standings, together
from throughline.casework.cases.queries.counters import counter_allegations
from throughline.casework.cases.rules import CASE_STEPS, Kind, NotYet, Step, after, in_the_way
from throughline.casework.cases.rules.counter import Stands
from throughline.casework.cases.rules.groups import HONOUR_BASED, HONOUR_MARKER
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.commands.recording import set_marker
from throughline.casework.people.queries.searching import standing_markers
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge
from throughline.foundations.duties.models import Duty
from throughline.reference import UnknownCode, load

__all__ = [
    "close_case",
    "group_cases",
    "join_cases",
    "part_cases",
    "reopen_case",
    "set_grade",
    "set_owner",
    "ungroup",
]

PROPOSAL = "group-proposal"


def _tell(entry: str, case: Case, *, by: Actor, now: datetime, code: str = "") -> None:
    for record_id in case.subjects:
        write(entry, by=by, now=now, record_id=record_id, about=case.id, code=code)


@transaction.atomic
def close_case(*, by: Actor, now: datetime, case_id: UUID, closed_as: str) -> Case:
    """Close a case and those joined into it, in an offered code of reference's case-closings.

    Where it stays unresolved who of two is the primary perpetrator, the case the other way round is closed with it or
    neither is: both are safeguarded alike. Raises NotYet while an incident or a duty of one is open, an order, bail
    or a warrant stands (`rules.in_the_way`), or nobody has decided on a counter-allegation; Malformed, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.CLOSE_CASE, *case.subjects, detail={"case": str(case.id), "as": closed_as})
    after(CASE_STEPS, case.closed_at is not None, Step.CLOSE)
    try:
        offered = load("case-closings").get(closed_as, on=london_day(now)).flag("offered")
    except UnknownCode:
        offered = False
    if not offered:
        raise Malformed("closed_as", "is not one of the reasons to close")
    alike = together(case.id)
    for allegation in counter_allegations(alike):
        if allegation.stands == Stands.UNDECIDED:
            raise NotYet(["counter-undecided"])
        if allegation.stands == Stands.UNRESOLVED:
            alike |= together(allegation.first_id) | together(allegation.second_id)
    family = list(Case.objects.select_for_update().filter(id__in=alike).order_by("id"))
    # whoever opens a duty of one of these meanwhile finds it closed
    list(Duty.objects.select_for_update().filter(about__in=[one.id for one in family]).order_by("id"))
    closing, active = keeping_active(london_day(now))
    standing = standings([one.id for one in family], at=now).values()
    found = {reason for one in standing for reason in in_the_way(one, closing=closing, active=active)}
    if found:
        raise NotYet(found, {kind for one in standing for kind in one.open_duties if kind in closing})
    for one in family:
        if one.closed_at is None:
            one.closed_at, one.closed_by, one.closed_as = now, by.id, closed_as
            one.save(update_fields=["closed_at", "closed_by", "closed_as"])
            _tell("case-closed", one, by=by, now=now, code=closed_as)
    own = StandingFact.objects.filter(case__in=family, kind__in=[Kind.OWNER, Kind.GRADE], ended_at=None)
    for fact in own:
        fact.ended_at, fact.ended_by, fact.ended_because = now, by.id, "case-closed"
        fact.save(update_fields=["ended_at", "ended_by", "ended_because"])
    let_go(Duty.objects.filter(about__in=[one.id for one in family], discharged_at=None), by=by, now=now)
    case.refresh_from_db()
    return case


@transaction.atomic
def reopen_case(*, by: Actor, now: datetime, case_id: UUID) -> Case:
    """Open a closed case again; what it lacks is a duty. Raises Conflict where the pair has another open one."""
    case = locked_case(case_id)
    undertake(by, Action.CLOSE_CASE, *case.subjects, detail={"case": str(case.id)})
    after(CASE_STEPS, case.closed_at is not None, Step.REOPEN)
    others = Case.objects.filter(victim=case.victim_id, suspect=case.suspect_id, closed_at=None)
    if others.exists():
        raise Conflict
    open_again(case, by=by, now=now, cause="case-reopened")
    return case


def open_again(case: Case, *, by: Actor, now: datetime, cause: str) -> None:
    """Open a closed case; what it lacks is a duty. Inside another command only, which holds it and has audited."""
    assert case.closed_at is not None
    assert case.closed_by is not None
    # what was counted while it was closed can be counted again
    EarlierClosing.objects.create(
        case=case,
        closed_at=case.closed_at,
        closed_by=case.closed_by,
        closed_as=case.closed_as,
        reopened_at=now,
        reopened_by=by.id,
    )
    case.closed_at, case.closed_by, case.closed_as = None, None, ""
    case.save(update_fields=["closed_at", "closed_by", "closed_as"])
    _tell("case-reopened", case, by=by, now=now)
    call_for_owner_and_grade(case, by=by, now=now, cause=cause)
    keep_whose(case)


@transaction.atomic
def join_cases(*, by: Actor, now: datetime, case_id: UUID, into_id: UUID) -> Joining:
    """Hold two open cases to be of one pair; nothing of either changes, and it can be parted again.

    Raises Malformed where their records are not held to be of the same two people, Conflict where one is
    joined already, Refused.
    """
    # a fixed order of locks, so that two who join one pair wait instead of killing each other
    for either in sorted({case_id, into_id}):
        locked_case(either)
    case, into = locked_case(case_id), locked_case(into_id)
    undertake(
        by,
        Action.GROUP_CASES,
        *{*case.subjects, *into.subjects},
        detail={"case": str(case.id), "into": str(into.id)},
    )
    for one in (case, into):
        after(CASE_STEPS, one.closed_at is not None, Step.JOIN)
    if case == into or not _same_pair(case, into):
        raise Malformed("into", "is not of the same two people")
    if Joining.objects.filter(case__in=[case, into], ended_at=None).exists():
        raise Conflict
    joining = Joining.objects.create(case=case, into=into, made_at=now, made_by=by.id)
    _tell("cases-joined", case, by=by, now=now)
    _tell("cases-joined", into, by=by, now=now)
    return joining


def _same_pair(case: Case, into: Case) -> bool:
    if into.victim_id not in held_together(case.victim_id):
        return False
    if case.suspect_id is None:
        return True
    return into.suspect_id is not None and into.suspect_id in held_together(case.suspect_id)


@transaction.atomic
def part_cases(*, by: Actor, now: datetime, case_id: UUID) -> None:
    """End the joining of a case into another. Raises Conflict where it is not joined, Refused."""
    case = locked_case(case_id)
    undertake(by, Action.GROUP_CASES, *case.subjects, detail={"case": str(case.id)})
    joining = Joining.objects.select_for_update().filter(case=case, ended_at=None).first()
    if joining is None:
        raise Conflict
    joining.ended_at, joining.ended_by = now, by.id
    joining.save(update_fields=["ended_at", "ended_by"])
    _tell("cases-parted", case, by=by, now=now)
    _tell("cases-parted", joining.into, by=by, now=now)


@transaction.atomic
def group_cases(*, by: Actor, now: datetime, case_ids: Collection[UUID], reason: str) -> Group:
    """Hold cases to belong together, for one plan; they join the group that one of them is in.

    As honour-based abuse, the group is one from then on and every victim has the marker that warns of it.
    Raises Malformed for fewer than two or another reason, Conflict where they are of two groups, Refused.
    """
    cases = [locked_case(one) for one in sorted(set(case_ids))]
    undertake(
        by,
        Action.GROUP_CASES,
        *{record_id for case in cases for record_id in case.subjects},
        detail={"cases": [str(case.id) for case in cases], "reason": reason},
    )
    reason_for("group-cases", reason, now)
    if len(cases) < 2:
        raise Malformed("with", "needs another case")
    members = list(GroupMember.objects.filter(case__in=cases, ended_at=None).select_related("group"))
    groups = {member.group for member in members}
    if len(groups) > 1:
        raise Conflict
    group = groups.pop() if groups else Group.objects.create(reason=reason, made_at=now, made_by=by.id)
    if reason == HONOUR_BASED:
        group.reason = reason
        group.save(update_fields=["reason"])
        _warn(cases, by=by, now=now)
    for case in cases:
        if case.id not in {member.case_id for member in members}:
            GroupMember.objects.create(group=group, case=case, made_at=now, made_by=by.id)
            _tell("case-grouped", case, by=by, now=now, code=reason)
    for duty in Duty.objects.filter(kind=PROPOSAL, about__in=[case.id for case in cases], discharged_at=None):
        discharge(by=by, now=now, duty_id=duty.id, outcome="grouped")
    keep_parties(group)
    return group


def _warn(cases: Collection[Case], *, by: Actor, now: datetime) -> None:
    """Set the marker of honour-based abuse on every victim, in the name of who said that it is."""
    for victim in dict.fromkeys(case.victim_id for case in cases):
        together = held_together(victim)
        if not standing_markers(together, london_day(now)).filter(code=HONOUR_MARKER).exists():
            set_marker(by=by, now=now, record_id=victim, code=HONOUR_MARKER)


def keep_parties(group: Group) -> None:
    """Repeat on every line of a group's plan who is party to any of its cases: nobody of them reads it."""
    members = Case.objects.filter(memberships__group=group, memberships__ended_at=None)
    parties = {record_id for case in members for record_id in case.subjects}
    for line in group.lines.all():
        line.parties = sorted({*line.parties, *parties})
        line.save(update_fields=["parties"])


@transaction.atomic
def ungroup(*, by: Actor, now: datetime, case_id: UUID) -> None:
    """Take a case out of its group. Raises Conflict where it is in none, Refused."""
    case = locked_case(case_id)
    undertake(by, Action.GROUP_CASES, *case.subjects, detail={"case": str(case.id)})
    member = GroupMember.objects.select_for_update().filter(case=case, ended_at=None).first()
    if member is None:
        raise Conflict
    member.ended_at, member.ended_by = now, by.id
    member.save(update_fields=["ended_at", "ended_by"])
    _tell("case-ungrouped", case, by=by, now=now)
