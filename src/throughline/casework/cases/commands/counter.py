"""Counter-allegations: two people of whom each is named as the victim of the other.

Software sees that it is so and calls for a decision; a named person says who the primary perpetrator is, or that it
stays unresolved, and a colleague looks at it. Nothing is closed or graded by any of this.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from throughline.casework.cases.commands.cases import open_again
from throughline.casework.cases.commands.holding import let_go, reason_for
from throughline.casework.cases.models import Case, CaseIncident, CounterAllegation
from throughline.casework.cases.rules import MISTAKEN, SUSPECT_KNOWN
from throughline.casework.cases.rules.counter import (
    COUNTER_STEPS,
    PROMPTS,
    Alleged,
    Choice,
    CounterStep,
    Stands,
    against_each_other,
    between,
)
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for, review
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.commands import discharge, discharge_about, open_duty
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.commands import save_answers
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.rules import Answer, Instrument

PRIMARY, REVIEW = "primary-perpetrator", "primary-perpetrator-review"
NO_ALLEGATION = "There is no such counter-allegation"


def keep_counters(case_ids: Collection[UUID], *, new: Collection[UUID], by: Actor, now: datetime) -> None:
    """Hold each of some cases against the case the other way round, where there is one, and let go where not.

    ``new`` are those of the cases under which another incident was put. A closed case that is held against an
    open one is open again: both are victims until somebody decides. Inside a command only, which holds the records of
    both people and has audited.
    """
    for case in Case.objects.filter(id__in=case_ids, suspect__isnull=False).order_by("opened_at", "id"):
        against = _against(case, now)
        for other in against:
            _hold_against(case, other, again=case.id in new or other.id in new, by=by, now=now)
        gone = _open_allegations(case).exclude(
            Q(first__in=[one.id for one in against]) | Q(second__in=[one.id for one in against])
        )
        for allegation in gone:
            _withdraw(allegation, by=by, now=now)


def _open_allegations(case: Case) -> QuerySet[CounterAllegation]:
    return CounterAllegation.objects.select_for_update().filter(Q(first=case) | Q(second=case), ended_at=None)


def _against(case: Case, now: datetime) -> list[Case]:
    """The cases the other way round that are near enough in time, the open one of a pair before others."""
    assert case.suspect_id is not None
    found = Case.objects.filter(
        victim__in=held_together(case.suspect_id), suspect__in=held_together(case.victim_id)
    ).exclude(closed_as__in=[MISTAKEN, SUSPECT_KNOWN])
    cases = sorted(found.order_by("opened_at", "id"), key=lambda one: one.closed_at is not None)
    within = between(london_day(now))
    mine = _alleged(case, case.victim_id, case.suspect_id)
    return [
        other
        for other in cases[:1]
        if against_each_other([*mine, *_alleged(other, case.suspect_id, case.victim_id)], within=within)
    ]


def _alleged(case: Case, victim: UUID, suspect: UUID) -> list[Alleged]:
    told = CaseIncident.objects.filter(case=case).exclude(incident__domestic=False)
    return [
        Alleged(victim, suspect, incident_id, at)
        for incident_id, at in told.values_list("incident", "incident__reported_at")
    ]


def _hold_against(case: Case, other: Case, *, again: bool, by: Actor, now: datetime) -> None:
    first, second = sorted((case, other), key=lambda one: (one.opened_at, one.id))
    allegation, made = CounterAllegation.objects.get_or_create(
        first=first,
        second=second,
        ended_at=None,
        defaults={
            "seen_at": now,
            "seen_by": by.id,
            "stands": Stands.UNDECIDED,
            "subjects": sorted({*first.subjects, *second.subjects}),
        },
    )
    if made:
        for one in (first, second):
            if one.closed_at is not None and (first.closed_at is None or second.closed_at is None):
                open_again(one, by=by, now=now, cause="counter-alleged")
        _tell("counter-alleged", allegation, by=by, now=now)
        _call_for_a_decision(allegation, "counter-alleged", now)
    elif again and allegation.stands != Stands.UNDECIDED:
        _step(allegation, CounterStep.ALLEGE_AGAIN)
        _call_for_a_decision(allegation, "counter-again", now)


def _call_for_a_decision(allegation: CounterAllegation, cause: str, now: datetime) -> None:
    open_duty(PRIMARY, now=now, record_id=allegation.first.victim_id, about=allegation.id, cause=cause)


def _withdraw(allegation: CounterAllegation, *, by: Actor, now: datetime) -> None:
    """One of the two is no longer named: what was decided stays to be read, and nothing waits."""
    allegation.stands = _step(allegation, CounterStep.WITHDRAW)
    allegation.ended_at, allegation.ended_by = now, by.id
    allegation.save(update_fields=["stands", "ended_at", "ended_by"])
    _tell("counter-withdrawn", allegation, by=by, now=now)
    decided = Decision.objects.filter(kind=PRIMARY, about=allegation.id).values_list("id", flat=True)
    let_go(
        Duty.objects.filter(
            kind__in=[PRIMARY, REVIEW], about__in=[allegation.id, *decided], discharged_at=None
        ),
        by=by,
        now=now,
    )


def _step(allegation: CounterAllegation, step: CounterStep) -> Stands:
    """Where a step leads from where it stands. Raises Conflict for one that cannot be taken."""
    try:
        return COUNTER_STEPS[Stands(allegation.stands), step]
    except KeyError:
        raise Conflict from None


def _tell(entry: str, allegation: CounterAllegation, *, by: Actor, now: datetime, code: str = "") -> None:
    """A line for both of the two under each of the cases, so that each case's page has it."""
    for case in (allegation.first, allegation.second):
        for record_id in case.subjects:
            write(entry, by=by, now=now, record_id=record_id, about=case.id, code=code)


def the_allegation(allegation_id: UUID) -> CounterAllegation:
    """The counter-allegation, held until the transaction ends. Raises Refused where there is none in sight."""
    found = (
        CounterAllegation.objects.select_for_update(of=("self",))
        .select_related("first", "second")
        .filter(id=allegation_id)
        .first()
    )
    if found is None:
        raise Refused(NO_ALLEGATION, allegation_id)
    return found


@transaction.atomic
def keep_prompts(
    *,
    by: Actor,
    now: datetime,
    allegation_id: UUID,
    instrument: Instrument,
    answers: Mapping[str, Answer],
    complete: bool,
    after: UUID | None,
) -> Answers:
    """Keep what was seen and said that tells who it is; nothing is computed from it.

    Raises ChangedMeanwhile where a colleague has saved since ``after``, BadAnswers, Refused.
    """
    allegation = the_allegation(allegation_id)
    undertake(
        by, Action.RECORD_INCIDENT, *allegation.subjects, detail={"counter-allegation": str(allegation.id)}
    )
    if instrument.code != PROMPTS:
        raise ValueError("instrument: is not the one of counter-allegations")
    return save_answers(
        by=by,
        now=now,
        subject=allegation.id,
        instrument=instrument,
        answers=answers,
        complete=complete,
        after=after,
    )


@transaction.atomic
def decide_primary(
    *, by: Actor, now: datetime, allegation_id: UUID, choice: str, reason: str, words: str
) -> Decision:
    """Say who the primary perpetrator is, or that it stays unresolved and both are safeguarded.

    ``choice`` is one of `Choice`. An earlier decision is superseded and kept, and its review let go. No case is
    closed and no grade changed. Raises Malformed, Conflict where one of the two is no longer named, Refused.
    """
    allegation = the_allegation(allegation_id)
    undertake(
        by,
        Action.DECIDE_PRIMARY,
        *allegation.subjects,
        detail={"counter-allegation": str(allegation.id), "choice": choice},
    )
    if choice not in set(Choice):
        raise Malformed("choice", "is not one of the answers listed")
    reason_for(PRIMARY, reason, now)
    if not words.strip():
        raise Malformed("words", "say what decides it, or why it cannot be decided")
    step = CounterStep.LEAVE_OPEN if choice == Choice.UNRESOLVED else CounterStep.DECIDE
    allegation.stands, allegation.choice = _step(allegation, step), choice
    before = Decision.objects.filter(kind=PRIMARY, about=allegation.id).values_list("id", flat=True)
    let_go(Duty.objects.filter(kind=REVIEW, about__in=list(before), discharged_at=None), by=by, now=now)
    decision = decide_for(
        PRIMARY,
        by=by,
        now=now,
        record_id=allegation.first.victim_id,
        about=allegation.id,
        choice=choice,
        reason=reason,
        words=words.strip(),
    )
    allegation.save(update_fields=["stands", "choice"])
    _tell("primary-decided", allegation, by=by, now=now, code=allegation.stands)
    discharge_about(allegation.id, PRIMARY, by=by, now=now, outcome=allegation.stands)
    open_duty(REVIEW, now=now, record_id=decision.record_id, about=decision.id, cause="primary-decided")
    return decision


@transaction.atomic
def review_primary(
    *, by: Actor, now: datetime, decision_id: UUID, agreed: bool, feedback: str = ""
) -> Review:
    """Agree with what a colleague decided, or overturn it: then both are as before anybody had decided.

    Nobody reviews their own. Raises Malformed, Conflict where it was reviewed or superseded meanwhile, Refused.
    """
    decision = Decision.objects.filter(id=decision_id, kind=PRIMARY).first()
    if decision is None or decision.about is None:
        raise Refused(NO_ALLEGATION, decision_id)
    allegation = the_allegation(decision.about)
    undertake(by, Action.DECIDE_PRIMARY, *allegation.subjects, detail={"decision": str(decision.id)})
    if decision.made_by == by.id:
        raise Malformed("agreed", "is for somebody else to say: nobody reviews their own judgement")
    waiting = (
        Duty.objects.select_for_update().filter(kind=REVIEW, about=decision.id, discharged_at=None).first()
    )
    if waiting is None:
        raise Conflict
    if not agreed and not feedback.strip():
        raise Malformed("feedback", "say what was judged wrongly")
    kept = review(by=by, now=now, decision=decision, agreed=agreed, feedback=feedback.strip())
    discharge(by=by, now=now, duty_id=waiting.id, outcome="agreed" if agreed else "overturned")
    if not agreed:
        allegation.stands, allegation.choice = _step(allegation, CounterStep.OVERTURN), ""
        allegation.save(update_fields=["stands", "choice"])
        _call_for_a_decision(allegation, "primary-overturned", now)
    _tell("primary-reviewed", allegation, by=by, now=now, code="agreed" if agreed else "overturned")
    return kept
