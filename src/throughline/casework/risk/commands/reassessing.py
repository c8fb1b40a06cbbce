"""Calling for a new grade: by hand, or because the chronology says that something has changed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import CASE_STEPS, Step, after
from throughline.casework.people.rules import Malformed
from throughline.casework.risk.commands import held
from throughline.casework.risk.queries.reassessing import grades_anew, happened_since
from throughline.casework.risk.rules.reassessing import calls, causes
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import stand_with
from throughline.foundations.duties.models import Duty

REASSESSOR = system("reassessor")
#: How far back the chronology is read: what happened while nothing ran is still found.
LOOKS_BACK = timedelta(days=14)


@transaction.atomic
def call_for(*, by: Actor, now: datetime, case_id: UUID, cause: str) -> Duty:
    """Open the one duty to grade a case anew, or add a cause to it. Raises Malformed, NotYet, Refused."""
    case = locked_case(case_id)
    undertake(by, Action.GRADE_CASE, *case.subjects, detail={"case": str(case.id), "cause": cause})
    after(CASE_STEPS, case.closed_at is not None, Step.GRADE)
    if cause not in {one.code for one in causes(london_day(now))}:
        raise Malformed("cause", "choose one of the answers listed")
    return _call(case, [cause], by=by, now=now, whose=grades_anew([case.id]).get(case.id))


def _call(
    case: Case, found: Iterable[str], *, by: Actor, now: datetime, whose: tuple[UUID, str] | None
) -> Duty:
    before = {cause for duty in held.open_of(held.REASSESS, case.id) for cause in duty.causes}
    duty = None
    for cause in found:
        duty = stand_with(held.call_for(held.REASSESS, case, now=now, cause=cause), whose)
        if cause not in before:
            for record_id in case.subjects:
                write("reassessment-called", by=by, now=now, record_id=record_id, about=case.id, code=cause)
    assert duty is not None
    return duty


@transaction.atomic
def call_for_reassessments(*, now: datetime) -> int:
    """Call for a new grade of every open case where something happened after somebody last graded it.

    The worker's; says how many cases were called for or given another cause. Run again it changes nothing.
    """
    set_actor(REASSESSOR)
    happened, graded_at = happened_since(now - LOOKS_BACK, now)
    found = calls(happened, graded_at, causes(london_day(now)))
    waiting = {
        duty.about: set(duty.causes)
        for duty in Duty.objects.filter(kind=held.REASSESS, about__in=found, discharged_at=None)
    }
    new = {
        case_id: [cause for cause in wanted if cause not in waiting.get(case_id, ())]
        for case_id, wanted in found.items()
    }
    new = {case_id: wanted for case_id, wanted in new.items() if wanted}
    if not new:
        return 0
    undertake(REASSESSOR, Action.GRADE_CASE, *sorted(new), detail={"reassessments": len(new)})
    of = grades_anew(new)
    for case in Case.objects.select_for_update().filter(id__in=new, closed_at=None).order_by("id"):
        _call(case, new[case.id], by=REASSESSOR, now=now, whose=of.get(case.id))
    return len(new)
