"""A crime is opened again, with the reason, and what was opened by mistake is put back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import reason_for
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.outcome.commands.crimes import (
    RETURNED_DUTY,
    REVIEW_DUTY,
    call_for_outcome,
    case_for,
    keep_outcome_duty,
    opened,
    tell_line,
)
from throughline.casework.outcome.commands.reviewing import the_outcome
from throughline.casework.outcome.models import Outcome
from throughline.casework.outcome.queries.outcomes import sent_back, waiting_for_review
from throughline.casework.outcome.rules import LIVE, REOPENED, STEPS, State, Step
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.commands.held import LONGEST_WORDS, call_for
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.duties.commands import discharge_about

RESTORED = "outcome-restored"


@transaction.atomic
def reopen(*, by: Actor, now: datetime, outcome_id: UUID, reason: str, words: str) -> Outcome:
    """Open a crime again: its outcome stands no more and stays to be read. A closed case opens with it.

    Raises Conflict where the outcome stands no more, Malformed, Refused.
    """
    outcome = the_outcome(outcome_id, by=by, action=Action.CLOSE_CASE, what=REOPENED)
    reason_for(REOPENED, reason, now)
    words = checked_words("words", words, longest=LONGEST_WORDS)
    if not words:
        raise Malformed("words", "is needed: say what is new, or what was wrong")
    stop_standing(outcome, by=by, now=now, reason=reason, words=words)
    return outcome


def stop_standing(outcome: Outcome, *, by: Actor, now: datetime, reason: str, words: str) -> None:
    """Take an outcome out of standing, and call for another. Inside a command only, which holds it and has audited."""
    step = STEPS.get((State(outcome.state), Step.REOPEN))
    if step is None:
        raise Conflict
    outcome.state = step
    outcome.save(update_fields=["state"])
    crime = outcome.crime
    case = opened(case_for(crime), by=by, now=now, cause="outcome-reopened")
    decide_for(
        REOPENED,
        by=by,
        now=now,
        record_id=case.victim_id,
        about=outcome.id,
        choice="reopened",
        reason=reason,
        words=words,
    )
    tell_line(REOPENED, crime, case, by=by, now=now, at=now, code=reason)
    call_for_outcome(case, now=now, cause=REOPENED)
    if not waiting_for_review(case):
        discharge_about(case.id, REVIEW_DUTY, by=by, now=now, outcome="no-longer-needed")
    if not sent_back(case):
        discharge_about(case.id, RETURNED_DUTY, by=by, now=now, outcome="no-longer-needed")


@transaction.atomic
def restore(*, by: Actor, now: datetime, outcome_id: UUID, reason: str, words: str = "") -> Outcome:
    """Let an outcome stand again that was opened by mistake, while no other was given.

    Raises Conflict where it stands, or another does; Malformed, Refused.
    """
    outcome = the_outcome(outcome_id, by=by, action=Action.CLOSE_CASE, what=RESTORED)
    crime = outcome.crime
    reason_for(RESTORED, reason, now)
    step = STEPS.get((State(outcome.state), Step.RESTORE))
    if step is None or Outcome.objects.filter(crime=crime, given_at__gt=outcome.given_at).exists():
        raise Conflict
    if Outcome.objects.filter(crime=crime, state__in=LIVE).exists():
        raise Conflict
    outcome.state = step
    outcome.save(update_fields=["state"])
    case = case_for(crime)
    decide_for(
        REOPENED,
        by=by,
        now=now,
        record_id=case.victim_id,
        about=outcome.id,
        choice="restored",
        reason=reason,
        words=checked_words("words", words, longest=LONGEST_WORDS),
    )
    tell_line(RESTORED, crime, case, by=by, now=now, at=now, code=reason)
    keep_outcome_duty(case, by=by, now=now)
    if outcome.id in {one.id for one in waiting_for_review(case)}:
        for cause in outcome.reviewed_because:
            call_for(REVIEW_DUTY, case, now=now, cause=cause)
    return outcome
