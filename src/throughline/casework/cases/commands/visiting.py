"""Reassurance visits: what an officer saw and agreed, and that somebody who cannot be visited is not forgotten."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import OTHER_WAY_DUTY, VISIT_DUTY, locked_case
from throughline.casework.cases.models import Case, Visit
from throughline.casework.cases.rules.rows import LONGEST_WORDS
from throughline.casework.people.rules import Malformed, row_of
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import end_of_day, london_day
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty
from throughline.reference import Row


@transaction.atomic
def record_visit(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    outcome: str,
    seen: Collection[str] = (),
    alone: bool | None = None,
    safe_to_talk: bool | None = None,
    agreed: str = "",
    other_way: str = "",
    next_on: date | None = None,
) -> Visit:
    """Write down a visit, made or tried; the one that was due is done where reference says so.

    Where she was not alone, could not talk, or cannot be visited, it needs a day for the next or another way of
    reaching her: each becomes a duty, so that silence is never an outcome. Raises Malformed, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.VISIT, *case.subjects, detail={"case": str(case.id), "outcome": outcome})
    came_of_it = row_of("visit-outcomes", "outcome", outcome, now)
    seen = [row_of("visit-seen", "seen", code, now).code for code in dict.fromkeys(seen)]
    if other_way:
        row_of("visit-ways", "other_way", other_way, now)
    agreed = agreed.replace("\x00", "").strip()
    if len(agreed) > LONGEST_WORDS:
        raise Malformed("agreed", f"is longer than {LONGEST_WORDS} characters")
    _insist_on_no_silence(came_of_it, alone, safe_to_talk, other_way, next_on, now)
    duty = Duty.objects.filter(kind=VISIT_DUTY, about=case.id, discharged_at=None).first()
    visit = Visit.objects.create(
        case=case,
        record_id=case.victim_id,
        outcome=outcome,
        seen=seen,
        alone=alone,
        safe_to_talk=safe_to_talk,
        agreed=agreed,
        other_way=other_way,
        next_on=next_on,
        due_at=duty.due_at if duty else None,
        made_at=now,
        made_by=by.id,
        subjects=case.subjects,
    )
    write("visited", by=by, now=now, record_id=case.victim_id, about=visit.id, code=outcome)
    if duty and came_of_it.flag("discharges"):
        discharge(by=by, now=now, duty_id=duty.id, outcome=outcome)
    _go_on(case, came_of_it, other_way, next_on, now)
    return visit


def _insist_on_no_silence(
    came_of_it: Row,
    alone: bool | None,
    safe_to_talk: bool | None,
    other_way: str,
    next_on: date | None,
    now: datetime,
) -> None:
    if next_on and next_on < london_day(now):
        raise Malformed("next_on", "must be a day to come")
    if came_of_it.code == NO_SAFE_WAY and not other_way:
        raise Malformed("other_way", "say by which other way she is reached, so that nobody leaves it there")
    could_not_talk = came_of_it.flag("needs_next") or alone is False or safe_to_talk is False
    if could_not_talk and came_of_it.flag("discharges") and not (next_on or other_way):
        raise Malformed("next_on", "say when she is visited again, or by which other way she is reached")


#: The outcome that says a visit itself would put her in danger.
NO_SAFE_WAY = "visit-no-safe-way"


def _go_on(case: Case, came_of_it: Row, other_way: str, next_on: date | None, now: datetime) -> None:
    """The next visit by the day that was agreed, and the other way at once. What is still due stays as it is."""
    if other_way:
        open_duty(OTHER_WAY_DUTY, now=now, record_id=case.victim_id, about=case.id, cause="no-safe-visit")
    if next_on and came_of_it.flag("discharges"):
        duty = open_duty(VISIT_DUTY, now=now, record_id=case.victim_id, about=case.id, cause="visit-agreed")
        duty.due_at = end_of_day(next_on)
        duty.save(update_fields=["due_at"])
