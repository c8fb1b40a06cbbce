"""The crime that a command of this room is about, the case that answers for it, and what several commands write."""

from datetime import datetime
from uuid import UUID

from throughline.casework.cases.commands.cases import open_again
from throughline.casework.cases.models import Case, Crime
from throughline.casework.outcome.queries.outcomes import cases_of, has_live_outcome
from throughline.casework.people.rules import Malformed
from throughline.casework.risk.commands.held import call_for
from throughline.casework.safeguarding.commands.promising import LOOKS_BACK, promise
from throughline.casework.safeguarding.queries.promises import tells_her
from throughline.casework.safeguarding.rules.telling import updates
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge_about, stand_with
from throughline.foundations.duties.models import Duty

NO_CRIME = "There is no such crime"
OUTCOME_DUTY, REVIEW_DUTY, RETURNED_DUTY = "crime-outcome", "outcome-review", "outcome-returned"
JOINT_DUTY = "joint-review"


def the_crime(crime_id: UUID, *, by: Actor, action: Action, **detail: str) -> Crime:
    """The crime, held until the transaction ends, with the audit row of what is done. Raises Malformed, Refused."""
    crime = also_cancelled(crime_id, by=by, action=action, **detail)
    if crime.cancelled_at is not None:
        raise Malformed("crime", "was cancelled by the registrar")
    return crime


def also_cancelled(crime_id: UUID, *, by: Actor, action: Action, **detail: str) -> Crime:
    """`the_crime`, also of one that the registrar has cancelled. Raises Refused."""
    crime = Crime.objects.select_for_update().filter(id=crime_id).first()
    if crime is None:
        raise Refused(NO_CRIME, crime_id)
    undertake(by, action, *crime.subjects, detail={"crime": str(crime.id), **detail})
    return crime


def case_for(crime: Crime) -> Case:
    """The case that answers for a crime: an open one before a closed one. Raises Malformed where it is of none."""
    cases = cases_of([crime])[crime.id]
    if not cases:
        raise Malformed("crime", "is of no case: say first who was in its incident")
    return cases[0]


def opened(case: Case, *, by: Actor, now: datetime, cause: str) -> Case:
    """The case, open: what came to it later is for somebody to do. Inside a command only, which has audited."""
    case = Case.objects.select_for_update().get(id=case.id)
    if case.closed_at is not None:
        open_again(case, by=by, now=now, cause=cause)
    return case


def tell_line(
    kind: str, crime: Crime, case: Case, *, by: Actor, now: datetime, at: datetime, code: str = ""
) -> None:
    """Write a line about the case on everybody's whom the crime is about, at when it happened.

    What she is to be told of it is found there by the worker, which looks back over some days; of what happened before
    those she is promised it at once.
    """
    for record_id in sorted({case.victim_id, *crime.subjects}):
        write(kind, by=by, now=at, record_id=record_id, about=case.id, code=code)
    if at < now - LOOKS_BACK:
        for update in updates(london_day(at)):
            if update.brought_by(kind, code):
                promise(by=by, now=now, case_id=case.id, update=update.code, happened_at=at)


def call_for_outcome(case: Case, *, now: datetime, cause: str) -> Duty:
    """A crime of the case has no outcome: it is for whoever owns the case, a sergeant where that is nobody."""
    return stand_with(call_for(OUTCOME_DUTY, case, now=now, cause=cause), tells_her([case.id]).get(case.id))


def keep_outcome_duty(case: Case, *, by: Actor, now: datetime) -> None:
    """End what calls for an outcome once every crime of the case has one."""
    if has_live_outcome(case):
        discharge_about(case.id, OUTCOME_DUTY, by=by, now=now, outcome="outcome-given")
