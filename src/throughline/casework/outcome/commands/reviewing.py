"""An evidential reviewer endorses an outcome, or sends it back with directions."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.outcome.commands.crimes import (
    RETURNED_DUTY,
    REVIEW_DUTY,
    case_for,
    the_crime,
)
from throughline.casework.outcome.models import Outcome
from throughline.casework.outcome.queries.outcomes import waiting_for_review
from throughline.casework.outcome.rules import REVIEWER, STEPS, State, Step
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.commands.held import LONGEST_WORDS, call_for
from throughline.casework.safeguarding.queries.registers import trained_in
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.accounts.models import User
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import review
from throughline.foundations.decisions.models import Review
from throughline.foundations.duties.commands import discharge_about, stand_with

NO_OUTCOME: Final = "There is no such outcome"


@transaction.atomic
def review_outcome(
    *, by: Actor, now: datetime, outcome_id: UUID, endorsed: bool, directions: str = ""
) -> Review:
    """Endorse an outcome that waits for it, or send it back with directions: then it is its maker's to give again.

    Only a sergeant or an inspector whom the register of training names as a reviewer does, and nobody reviews their own.
    Raises Malformed, Conflict where it does not wait any more, Refused.
    """
    outcome = the_outcome(outcome_id, by=by, action=Action.REVIEW_OUTCOME)
    crime = outcome.crime
    if not trained_in(by.id, REVIEWER, on=london_day(now)):
        raise Malformed("endorsed", "is for who is written down as an evidential reviewer to say")
    if outcome.by == by.id:
        raise Malformed("endorsed", "is for somebody else to say: nobody reviews their own decision")
    case = case_for(crime)
    if outcome.id not in {one.id for one in waiting_for_review(case)}:
        raise Conflict
    directions = checked_words("directions", directions, longest=LONGEST_WORDS)
    if not endorsed and not directions:
        raise Malformed("directions", "is needed: say what is to be done")
    kept = review(by=by, now=now, decision=outcome.decision, agreed=endorsed, feedback=directions)
    outcome.state = STEPS[State(outcome.state), Step.ENDORSE if endorsed else Step.SEND_BACK]
    outcome.save(update_fields=["state"])
    for record_id in sorted({case.victim_id, *crime.subjects}):
        code = "endorsed" if endorsed else "sent-back"
        write("outcome-reviewed", by=by, now=now, record_id=record_id, about=case.id, code=code)
    if not waiting_for_review(case):
        discharge_about(case.id, REVIEW_DUTY, by=by, now=now, outcome="endorsed" if endorsed else "sent-back")
    if not endorsed:
        maker = User.objects.filter(id=outcome.by, is_active=True).first()
        stand_with(
            call_for(RETURNED_DUTY, case, now=now, cause="outcome-sent-back"),
            (maker.id, maker.role) if maker else None,
        )
    return kept


def the_outcome(outcome_id: UUID, *, by: Actor, action: Action, **detail: str) -> Outcome:
    """The outcome with its crime, held until the transaction ends, with the audit row of what is done.

    The crime first, as whoever gives another holds it. Raises Malformed, Refused where there is none in sight.
    """
    crime_id = Outcome.objects.filter(id=outcome_id).values_list("crime", flat=True).first()
    if crime_id is None:
        raise Refused(NO_OUTCOME, outcome_id)
    the_crime(crime_id, by=by, action=action, outcome=str(outcome_id), **detail)
    return Outcome.objects.select_for_update(of=("self",)).get(id=outcome_id)
