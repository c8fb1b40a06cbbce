"""Giving a crime its outcome."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import reason_for
from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.history import repeat
from throughline.casework.cases.rules import Kind as FactKind
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.outcome.commands.crimes import (
    OUTCOME_DUTY,
    RETURNED_DUTY,
    REVIEW_DUTY,
    call_for_outcome,
    case_for,
    keep_outcome_duty,
    opened,
    tell_line,
    the_crime,
)
from throughline.casework.outcome.models import Outcome
from throughline.casework.outcome.queries.outcomes import (
    crimes_of,
    sent_back,
    waiting_for_review,
    without_outcome,
)
from throughline.casework.outcome.queries.waiting import outcome_duties_to_keep, with_nothing_left
from throughline.casework.outcome.rules import LIVE, STEPS, Kind, State, Step, code_of
from throughline.casework.outcome.rules.reviewing import causes
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.rules import Malformed
from throughline.casework.risk.commands.held import HIGH, LONGEST_WORDS, call_for
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.duties.commands import discharge_about

OUTCOME = "outcome-given"
CALLER = system("caller for outcomes")


@transaction.atomic
def give(
    *,
    by: Actor,
    now: datetime,
    crime_id: UUID,
    code: str,
    reason: str,
    words: str = "",
    interviewed: bool | None = None,
    at: datetime | None = None,
) -> Outcome:
    """Give a crime an outcome, in a code of outcome-codes of the day on which it was decided; an earlier one is superseded.

    What is not a charge needs words: she is told why, and a reviewer reads them. Which outcomes are reviewed is in
    outcome-review-policy. A closed case opens again. Raises Malformed, which names the field; Refused.
    """
    crime = the_crime(crime_id, by=by, action=Action.GIVE_OUTCOME, code=code)
    at = at or now
    if at > now:
        raise Malformed("at", "has not come yet")
    if at < crime.incident.reported_at:
        raise Malformed("at", "is before police were told of it")
    given = code_of(code, london_day(at))
    if given is None:
        raise Malformed("code", "is not an outcome that there was on the day of the decision")
    reason_for(OUTCOME, reason, now)
    words = checked_words("words", words, longest=LONGEST_WORDS)
    if not words and given.kind is not Kind.CHARGED:
        raise Malformed("words", "is needed: say why, for her and for whoever reviews it")
    case = case_for(crime)
    if given.needs_suspect and case.suspect_id is None:
        raise Malformed("code", "says that there is a named suspect, and nobody is named in the case")
    before = Outcome.objects.select_for_update(of=("self",)).filter(crime=crime, state__in=LIVE).first()
    if before:
        before.state = STEPS[State(before.state), Step.SUPERSEDE]
        before.save(update_fields=["state"])
    case = opened(case, by=by, now=now, cause="outcome-reopened")
    decision = decide_for(
        OUTCOME,
        by=by,
        now=now,
        record_id=case.victim_id,
        about=crime.id,
        choice=code,
        reason=reason,
        words=words,
    )
    why = causes(
        given,
        decision_id=decision.id,
        high=_is_high(case),
        repeat=_is_repeat(by, case, at),
        on=london_day(at),
    )
    outcome = Outcome.objects.create(
        crime=crime,
        code=code,
        decision=decision,
        decided_at=at,
        given_at=now,
        by=by.id,
        interviewed=interviewed,
        reviewed_because=list(why),
        state=State.STANDS,
    )
    tell_line(OUTCOME, crime, case, by=by, now=now, at=at, code=code)
    keep_outcome_duty(case, by=by, now=now)
    if not sent_back(case):
        discharge_about(case.id, RETURNED_DUTY, by=by, now=now, outcome="outcome-given")
    for cause in why:
        call_for(REVIEW_DUTY, case, now=now, cause=cause)
    # what was superseded is not looked at any more
    if not waiting_for_review(case):
        discharge_about(case.id, REVIEW_DUTY, by=by, now=now, outcome="no-longer-needed")
    return outcome


def _is_high(case: Case) -> bool:
    hers = held_together(case.victim_id)
    return StandingFact.objects.filter(
        kind=FactKind.GRADE, value=HIGH, ended_at=None, case__victim__in=hers
    ).exists()


def _is_repeat(by: Actor, case: Case, at: datetime) -> bool:
    """By any definition in use."""
    return any(one.is_repeat for one in repeat(by, held_together(case.victim_id), at=at))


@transaction.atomic
def call_for_outcomes(*, now: datetime) -> int:
    """Put on somebody's list that a recorded crime of an open case has no outcome; says of how many cases.

    The worker's. The clock runs from when the crime was recorded. What is to be done about an outcome of a crime that the
    registrar has cancelled ends. Run again it changes nothing but whose it is.
    """
    set_actor(CALLER)
    found = outcome_duties_to_keep(OUTCOME_DUTY) | with_nothing_left(REVIEW_DUTY, RETURNED_DUTY)
    if not found:
        return 0
    cases = list(Case.objects.select_for_update().filter(id__in=found, closed_at=None).order_by("id"))
    subjects = sorted({record_id for case in cases for record_id in case.subjects})
    undertake(CALLER, Action.GIVE_OUTCOME, *subjects, detail={"cases": len(cases)})
    for case in cases:
        open_ones = without_outcome(crimes_of(case))
        if open_ones:
            since = min(one.recorded_at for one in open_ones)
            call_for_outcome(case, now=since, cause="no-outcome")
        else:
            discharge_about(case.id, OUTCOME_DUTY, by=CALLER, now=now, outcome="no-longer-needed")
        if not waiting_for_review(case):
            discharge_about(case.id, REVIEW_DUTY, by=CALLER, now=now, outcome="no-longer-needed")
        if not sent_back(case):
            discharge_about(case.id, RETURNED_DUTY, by=CALLER, now=now, outcome="no-longer-needed")
    return len(cases)
