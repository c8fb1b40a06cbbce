"""Grading: a named person's judgement, with its reason, at a stage; and telling her what it was."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case, set_grade
from throughline.casework.cases.models import StandingFact
from throughline.casework.cases.rules import Kind
from throughline.casework.contact.rules.spoken import speaks_of
from throughline.casework.people.rules import Malformed
from throughline.casework.risk.commands import held
from throughline.casework.risk.models import Assessment, Grading
from throughline.casework.risk.rules.assessing import Stage, turn_of
from throughline.casework.scene.queries.reach import insist_stands
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.decisions.models import Decision
from throughline.reference import load

TOLD, NOT_TOLD = "told", "not-told"


@transaction.atomic
def give(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    grade: str,
    reason: str,
    words: str = "",
    stage: Stage | None = None,
    assessment_id: UUID | None = None,
    after: str | None = None,
    at: datetime | None = None,
) -> Grading:
    """Grade a case, beside the assessment that was just done or, where none is named, the latest complete one.

    ``stage`` is that of the maker's role unless said. A grade at a reassessment discharges the duty to make one.
    A grade of high calls an inspector. Words of capacity or counting are flagged and kept. ``after`` is the latest
    grading that the page showed, as `insist_stands` takes it: what was judged later is not covered by what was
    judged before. Raises Conflict, Malformed, NotYet, Refused as `set_grade` does.
    """
    case = locked_case(case_id)
    undertake(by, Action.GRADE_CASE, *case.subjects, detail={"case": str(case.id), "grade": grade})
    insist_stands(latest_grading(case_id), after)
    stage = stage or held.graded_by(by.role)
    assessment = _assessment(case_id, assessment_id)
    standing = StandingFact.objects.filter(case=case, kind=Kind.GRADE, ended_at=None).first()
    if len(words) > held.LONGEST_WORDS:
        raise Malformed("words", f"is longer than {held.LONGEST_WORDS} characters")
    # how many wait is counted before this one is done
    waiting = held.queue_length(held.QUEUES[stage])
    set_grade(by=by, now=now, case_id=case_id, grade=grade, reason=reason, words=words)
    made = Grading.objects.create(
        case=case,
        assessment=assessment,
        stage=stage,
        grade=grade,
        before=standing.value if standing else "",
        decision=Decision.objects.get(kind="case-grade", about=case.id, decision=None),
        by=by.id,
        team=by.team,
        at=held.when("at", at, now),
        entered_at=now,
        queue=held.QUEUES[stage],
        queue_length=waiting,
        turn=turn_of(now),
        flags=sorted(flags_in(words, now)),
    )
    if stage is Stage.REASSESSMENT:
        held.done(held.REASSESS, case, by=by, now=now, outcome="graded")
    if stage in (Stage.OFFICER, Stage.REASSESSMENT):
        held.call_for(held.CHECK, case, now=now, cause="assessed")
    if grade == held.HIGH and stage is not Stage.INSPECTOR and (standing is None or standing.value != grade):
        held.call_for(held.CHECK_HIGH, case, now=now, cause="graded-high")
    return made


def latest_grading(case_id: UUID) -> Grading | None:
    """The grade that came in last of a case, at whatever stage."""
    return Grading.objects.filter(case=case_id).order_by("-entered_at", "-id").first()


def _assessment(case_id: UUID, assessment_id: UUID | None) -> Assessment | None:
    rows = Assessment.objects.filter(case=case_id, completed_at__isnull=False)
    if assessment_id is None:
        return rows.order_by("-completed_at", "id").first()
    found = rows.filter(id=assessment_id).first()
    if found is None:
        raise Refused(held.NOT_THERE, assessment_id)
    return found


def flags_in(words: str, now: datetime) -> frozenset[str]:
    """The codes of reference's capacity-phrases that words speak of."""
    phrases = {row.code: row.texts("says") for row in load("capacity-phrases").as_of(london_day(now))}
    return speaks_of([words], phrases)


@transaction.atomic
def tell(
    *,
    by: Actor,
    now: datetime,
    grading_id: UUID,
    told: bool,
    reason: str,
    words: str = "",
    at: datetime | None = None,
) -> Decision:
    """Write down whether she was told the result, how, or why not. The latest stands. Raises Malformed, Refused."""
    grading = Grading.objects.select_related("case").filter(id=grading_id).first()
    if grading is None:
        raise Refused(held.NOT_THERE, grading_id)
    case = grading.case
    undertake(by, Action.ASSESS_RISK, *case.subjects, detail={"case": str(case.id), "told": told})
    held.coded("reason", reason, "result-told" if told else "result-not-told", now)
    made = decide_for(
        "result-told",
        by=by,
        now=held.when("at", at, now),
        record_id=case.victim_id,
        about=grading.id,
        choice=TOLD if told else NOT_TOLD,
        reason=reason,
        words=words.strip(),
    )
    write(
        "risk-result-told",
        by=by,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        code=made.choice,
    )
    return made
