"""Several against one: one group of cases, one plan. The lines of the plan, and who further may belong to it."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.cases import PROPOSAL
from throughline.casework.cases.models import Case, Group, GroupMember, PlanLine
from throughline.casework.cases.queries.groups import group_in_sight, victims_of_group
from throughline.casework.cases.rules.groups import (
    CHANGED,
    LONGEST_LINE,
    PLAN_DUTY,
    PLAN_ROLES,
    PLAN_STEPS,
    LineState,
    LineStep,
    line_state,
)
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import end_of_day, london_day
from throughline.foundations.duties.commands import discharge_about, open_duty
from throughline.foundations.duties.models import Duty
from throughline.reference import UnknownCode, load

NO_LINE = "There is no such line of a plan"


def propose_groups(case_ids: Collection[UUID], *, now: datetime) -> None:
    """Ask whether a case of somebody further belongs to the group of her others. Said once of each case.

    Inside another command only, which has audited.
    """
    for case in Case.objects.filter(id__in=case_ids, suspect__isnull=False, closed_at=None).order_by("id"):
        if case.memberships.filter(ended_at=None).exists():
            continue
        if Duty.objects.filter(kind=PROPOSAL, about=case.id).exists():
            continue
        hers = held_together(case.victim_id)
        if GroupMember.objects.filter(case__victim__in=hers, ended_at=None).exclude(case=case).exists():
            open_duty(PROPOSAL, now=now, record_id=case.victim_id, about=case.id, cause="further-suspect")


@transaction.atomic
def add_line(*, by: Actor, now: datetime, group_id: UUID, what: str, whose: UUID, due_on: date) -> PlanLine:
    """Put a line into a group's plan: what is to be done, by whom, by when. It is a duty of theirs at once.

    Raises Malformed, Refused.
    """
    cases = group_in_sight(by, Action.GROUP_CASES, group_id)
    _undertake(by, cases, {"group": str(group_id), "whose": str(whose)})
    group = Group.objects.select_for_update().get(id=group_id)
    return _write(group, cases, what=what, whose=whose, due_on=due_on, by=by, now=now)


@transaction.atomic
def change_line(*, by: Actor, now: datetime, line_id: UUID, what: str, whose: UUID, due_on: date) -> PlanLine:
    """Write a line anew; what it said stays to be read under it. Raises Conflict where it was changed or ended
    meanwhile, Malformed, Refused.
    """
    line, cases = _held(by, line_id)
    _undertake(by, cases, {"line": str(line.id), "whose": str(whose)})
    _step(line, LineStep.CHANGE)
    _end(line, by=by, now=now, ended_as=CHANGED)
    _let_go(line, by=by, now=now, outcome="no-longer-needed")
    return _write(line.group, cases, what=what, whose=whose, due_on=due_on, by=by, now=now, supersedes=line)


@transaction.atomic
def end_line(*, by: Actor, now: datetime, line_id: UUID, ended_as: str, words: str = "") -> PlanLine:
    """Say that a line is done, or why it is no longer to be done, in an offered code of plan-line-endings.

    Raises Conflict where it was changed or ended meanwhile, Malformed, Refused.
    """
    line, cases = _held(by, line_id)
    _undertake(by, cases, {"line": str(line.id), "as": ended_as})
    try:
        offered = load("plan-line-endings").get(ended_as, on=london_day(now)).flag("offered")
    except UnknownCode:
        offered = False
    if not offered:
        raise Malformed("ended_as", "is not one of the answers listed")
    if ended_as != "done" and not words.strip():
        raise Malformed("words", "say why it is no longer to be done")
    _step(line, LineStep.END)
    _end(line, by=by, now=now, ended_as=ended_as, words=words.strip())
    _let_go(line, by=by, now=now, outcome=ended_as)
    for record_id in line.subjects:
        write("plan-line-ended", by=by, now=now, record_id=record_id, about=line.group_id, code=ended_as)
    return line


def _undertake(by: Actor, cases: Collection[Case], detail: dict[str, str]) -> None:
    undertake(
        by, Action.GROUP_CASES, *{record_id for case in cases for record_id in case.subjects}, detail=detail
    )


def _held(by: Actor, line_id: UUID) -> tuple[PlanLine, tuple[Case, ...]]:
    line = PlanLine.objects.select_for_update(of=("self",)).select_related("group").filter(id=line_id).first()
    if line is None:
        raise Refused(NO_LINE, line_id)
    return line, group_in_sight(by, Action.GROUP_CASES, line.group_id)


def _step(line: PlanLine, step: LineStep) -> LineState:
    try:
        return PLAN_STEPS[line_state(line.ended_as), step]
    except KeyError:
        raise Conflict from None


def _write(
    group: Group,
    cases: Collection[Case],
    *,
    what: str,
    whose: UUID,
    due_on: date,
    by: Actor,
    now: datetime,
    supersedes: PlanLine | None = None,
) -> PlanLine:
    what = what.replace("\x00", "").strip()
    if not what or len(what) > LONGEST_LINE:
        raise Malformed(
            "what", "say what is to be done" if not what else f"is longer than {LONGEST_LINE} characters"
        )
    named = User.objects.filter(id=whose, is_active=True, role__in=PLAN_ROLES).first()
    if named is None:
        raise Malformed("whose", "is not somebody whose work it can be")
    if due_on < london_day(now):
        raise Malformed("due_on", "is over")
    victims = victims_of_group(cases)
    line = PlanLine.objects.create(
        group=group,
        what=what,
        whose=whose,
        due_on=due_on,
        supersedes=supersedes,
        made_at=now,
        made_by=by.id,
        subjects=sorted(victims),
        parties=sorted({record_id for case in cases for record_id in case.subjects}),
    )
    open_duty(
        PLAN_DUTY,
        now=now,
        record_id=victims[0],
        about=line.id,
        owner=whose,
        role=named.role,
        cause="plan",
        due_at=end_of_day(due_on),
    )
    for record_id in victims:
        write("plan-line-set", by=by, now=now, record_id=record_id, about=group.id)
    return line


def _end(line: PlanLine, *, by: Actor, now: datetime, ended_as: str, words: str = "") -> None:
    line.ended_at, line.ended_by, line.ended_as, line.ended_words = now, by.id, ended_as, words
    line.save(update_fields=["ended_at", "ended_by", "ended_as", "ended_words"])


def _let_go(line: PlanLine, *, by: Actor, now: datetime, outcome: str) -> None:
    discharge_about(line.id, PLAN_DUTY, by=by, now=now, outcome=outcome)
