"""A victim asks for a review of a decision not to charge: acknowledged, and decided by somebody who did not make it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import reason_for
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.outcome.commands.crimes import (
    also_cancelled,
    case_for,
    opened,
    tell_line,
)
from throughline.casework.outcome.commands.reopening import stop_standing
from throughline.casework.outcome.commands.reviewing import the_outcome
from throughline.casework.outcome.models import VictimReview as Asked
from throughline.casework.outcome.queries.outcomes import crimes_of
from throughline.casework.outcome.queries.rights import right_of
from throughline.casework.outcome.rules import LIVE
from throughline.casework.outcome.rules.right import (
    ACKNOWLEDGE_DUTY,
    DECIDE_DUTY,
    OPEN,
    VICTIM_REVIEW_STEPS,
    Step,
    VictimReview,
)
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.commands.held import LONGEST_WORDS, call_for
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.duties.commands import discharge_about

VICTIM_REVIEW = "victim-review"
NOT_ASKED = "Nobody asked for such a review"


@transaction.atomic
def ask(*, by: Actor, now: datetime, outcome_id: UUID, asked_at: datetime | None = None) -> Asked:
    """Write down that she asked for a review of an outcome; the clocks run from when she did.

    One that the scheme does not cover is kept with why not, so that she can be told. Asked twice, the first stands.
    Raises Malformed, Conflict where the outcome stands no more, Refused.
    """
    outcome = the_outcome(outcome_id, by=by, action=Action.CONTACT_VICTIM)
    crime = outcome.crime
    at = asked_at or now
    if at > now:
        raise Malformed("at", "has not come yet")
    if at < outcome.decided_at:
        raise Malformed("at", "is before it was decided")
    earlier = outcome.asked.exclude(state=VictimReview.NOT_COVERED).first()
    if earlier:
        return earlier
    if outcome.state not in LIVE:
        raise Conflict
    why_not = right_of(outcome, asked_on=london_day(at)).not_covered
    case = case_for(crime)
    if not why_not:
        case = opened(case, by=by, now=now, cause="review-asked")
    kept = Asked.objects.create(
        crime=crime,
        outcome=outcome,
        asked_at=at,
        entered_at=now,
        by=by.id,
        state=VictimReview.NOT_COVERED if why_not else VictimReview.ASKED,
        not_covered=why_not,
    )
    tell_line("victim-review-asked", crime, case, by=by, now=now, at=at, code=why_not)
    if not why_not:
        for kind in (ACKNOWLEDGE_DUTY, DECIDE_DUTY):
            call_for(kind, case, now=at, cause="review-asked")
    return kept


@transaction.atomic
def acknowledge(*, by: Actor, now: datetime, asked_id: UUID) -> Asked:
    """Write down that her request was acknowledged to her. Raises Conflict where it was already, Refused."""
    asked = _the_request(asked_id, by=by)
    step = VICTIM_REVIEW_STEPS.get((VictimReview(asked.state), Step.ACKNOWLEDGE))
    if step is None:
        raise Conflict
    asked.state, asked.acknowledged_at, asked.acknowledged_by = step, now, by.id
    asked.save(update_fields=["state", "acknowledged_at", "acknowledged_by"])
    case = case_for(asked.crime)
    tell_line("victim-review-acknowledged", asked.crime, case, by=by, now=now, at=now)
    _let_go(asked, by=by, now=now)
    return asked


@transaction.atomic
def decide(*, by: Actor, now: datetime, asked_id: UUID, overturned: bool, reason: str, words: str) -> Asked:
    """Uphold the decision that she asked about, or overturn it, which opens the crime again. She is told which and why.

    Nobody decides about their own decision, nor about what they endorsed. Raises Malformed, Conflict, Refused.
    """
    asked = _the_request(asked_id, by=by)
    outcome = asked.outcome
    if by.id in {outcome.by, *outcome.decision.reviews.values_list("made_by", flat=True)}:
        raise Malformed("result", "is for somebody else to say: nobody reviews what they decided or endorsed")
    step = VICTIM_REVIEW_STEPS.get((VictimReview(asked.state), Step.OVERTURN if overturned else Step.UPHOLD))
    if step is None:
        raise Conflict
    reason_for(VICTIM_REVIEW, reason, now)
    words = checked_words("words", words, longest=LONGEST_WORDS)
    if not words:
        raise Malformed("words", "is needed: she is told why")
    case = case_for(asked.crime)
    asked.state, asked.decided_at, asked.decided_by = step, now, by.id
    asked.decision = decide_for(
        VICTIM_REVIEW,
        by=by,
        now=now,
        record_id=case.victim_id,
        about=outcome.id,
        choice=step,
        reason=reason,
        words=words,
    )
    asked.save(update_fields=["state", "decided_at", "decided_by", "decision"])
    tell_line("victim-review-decided", asked.crime, case, by=by, now=now, at=now, code=reason)
    _let_go(asked, by=by, now=now)
    # what was given anew meanwhile stands; only the decision that she asked about falls
    if overturned and outcome.state in LIVE:
        stop_standing(outcome, by=by, now=now, reason="reopen-overturned", words=words)
    return asked


def _the_request(asked_id: UUID, *, by: Actor) -> Asked:
    crime_id = Asked.objects.filter(id=asked_id).values_list("crime", flat=True).first()
    if crime_id is None:
        raise Refused(NOT_ASKED, asked_id)
    # she asked before the registrar cancelled it: she is answered all the same
    also_cancelled(crime_id, by=by, action=Action.REVIEW_OUTCOME, asked=str(asked_id))
    return Asked.objects.select_for_update(of=("self",)).get(id=asked_id)


def _let_go(asked: Asked, *, by: Actor, now: datetime) -> None:
    """End the duties about the case of which no request is open any more."""
    case = case_for(asked.crime)
    open_ones = set(
        Asked.objects.filter(state__in=OPEN, crime__in=crimes_of(case)).values_list("state", flat=True)
    )
    if VictimReview.ASKED not in open_ones:
        discharge_about(case.id, ACKNOWLEDGE_DUTY, by=by, now=now, outcome="acknowledged")
    if not open_ones:
        discharge_about(case.id, DECIDE_DUTY, by=by, now=now, outcome=str(asked.state))
