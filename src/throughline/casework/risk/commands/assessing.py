"""Assessing risk with her: saved as it is answered, complete when the assessor says so, then never changed."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.cases.models import Case, CaseIncident
from throughline.casework.cases.queries.relating import group_of
from throughline.casework.cases.rules import CASE_STEPS, Step, after
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.risk.commands.checking import void
from throughline.casework.risk.commands.hearing import hear
from throughline.casework.risk.models import Assessment, Sheet
from throughline.casework.risk.queries.asking import asked_of
from throughline.casework.risk.rules import ASSESSMENT_STEPS, Assessing, AssessStep
from throughline.casework.risk.rules.assessing import (
    ALWAYS,
    ByTelephone,
    Flag,
    by_telephone,
    split,
    with_always,
)
from throughline.casework.scene.commands.adding import add
from throughline.casework.scene.commands.saying import keep_what_changed
from throughline.casework.scene.models import Addendum
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, Refused, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.commands import save_answers
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import Answer, BadAnswers, Instrument, unanswered
from throughline.reference import load

TELEPHONE = "telephone"
#: Calls for an assessment where nobody attended.
ASSESSMENTS = system("assessments")


@transaction.atomic
def begin(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    incident_id: UUID | None = None,
    how: str = "",
    at: datetime | None = None,
) -> Assessment:
    """Begin an assessment of a pair, or go on with one's own that is open: somebody has one of a case at a time.

    ``incident_id`` is one of the case's; ``at`` when it was done with her, as the assessor says. It adds to the
    latest that is complete. Raises Malformed, NotYet for a closed case, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.ASSESS_RISK, *case.subjects, detail={"case": str(case.id)})
    after(CASE_STEPS, case.closed_at is not None, Step.GRADE)
    mine = Assessment.objects.select_for_update().filter(case=case, by=by.id, completed_at=None).first()
    incident = _incident(case, incident_id)
    assessed_at = held.when("at", at, now)
    group = group_of(case, london_day(now))
    if mine is None:
        instrument = asked_of(group, by.role, london_day(assessed_at))
        latest = Assessment.objects.filter(case=case, completed_at__isnull=False, followed_by=None)
        mine = Assessment(
            case=case,
            instrument=instrument.code,
            entered_at=now,
            by=by.id,
            team=by.team,
            follows=latest.order_by("-completed_at", "id").first(),
        )
        Sheet.objects.create(id=mine.id)
    mine.group = group
    mine.incident_id = incident or mine.incident_id
    if how:
        mine.how = _way(how, now)
    if at is not None or mine._state.adding:
        mine.assessed_at = assessed_at
    mine.save()
    return mine


def _incident(case: Case, incident_id: UUID | None) -> UUID | None:
    if incident_id is None:
        return None
    if not CaseIncident.objects.filter(case=case, incident=incident_id).exists():
        raise Malformed("incident", "is not an incident of these two")
    return incident_id


def _way(how: str, now: datetime) -> str:
    return row_of("assessment-ways", "how", how, now).code


@transaction.atomic
def answer(
    *,
    by: Actor,
    now: datetime,
    assessment_id: UUID,
    answers: Mapping[str, Answer],
    after: tuple[UUID | None, UUID | None] = (None, None),
    instrument: str = "",
    at: datetime | None = None,
) -> tuple[UUID | None, UUID | None]:
    """Keep what was answered so far, ``at`` a time that its assessor says; saving asks for nothing.

    ``answers`` are those to the instrument with the questions that are always asked, or to a follow-up named by
    ``instrument``. ``after`` are the rows of answers that the page was opened on; those that stand now are
    returned. Raises ChangedMeanwhile, BadAnswers, Conflict for an assessment that is complete, Refused for
    somebody else's.
    """
    assessment = held.the_assessment(assessment_id)
    _insist_on_own(by, assessment)
    if not _may(assessment, AssessStep.ANSWER):
        raise Conflict("it is complete")
    answered_at = held.when("at", at, now)
    if instrument:
        asked = library().as_of(instrument, london_day(assessment.assessed_at)).asked_of(assessment.group)
        return _keep(asked, answers, assessment, by, answered_at, after[0]), None
    main, always = questions_of(assessment)
    own, rest = split(main, answers)
    first, second = _keep(main, own, assessment, by, answered_at, after[0]), after[1]
    if rest or after[1]:
        second = _keep(always, rest, assessment, by, answered_at, after[1])
    return first, second


def _may(assessment: Assessment, step: AssessStep) -> bool:
    state = Assessing.OPEN if assessment.completed_at is None else Assessing.COMPLETE
    return (state, step) in ASSESSMENT_STEPS


def questions_of(assessment: Assessment) -> tuple[Instrument, Instrument]:
    """The instrument of an assessment, for the relationship of the two, and what is always asked."""
    on = london_day(assessment.assessed_at)
    main = library().as_of(assessment.instrument, on).asked_of(assessment.group)
    return main, library().as_of(ALWAYS, on).asked_of(assessment.group)


def _keep(
    instrument: Instrument,
    answers: Mapping[str, Answer],
    assessment: Assessment,
    by: Actor,
    at: datetime,
    after: UUID | None,
) -> UUID:
    saved = save_answers(
        by=by,
        now=at,
        subject=assessment.id,
        instrument=instrument,
        answers=answers,
        complete=False,
        after=after,
    )
    return saved.id


@transaction.atomic
def complete(*, by: Actor, now: datetime, assessment_id: UUID) -> Assessment:
    """Say that everything was asked. From then on it is not changed; it is to be checked, and the hub looks at it.

    Needs her own view and control beside what the instrument needs; words beside a yes are asked for and not
    needed. Raises Malformed for what is missing, and for a telephone where the force refuses it; Refused. Doing
    it twice changes nothing.
    """
    assessment = held.the_assessment(assessment_id)
    _insist_on_own(by, assessment)
    if assessment.completed_at is not None:
        return assessment
    if not assessment.how:
        raise Malformed("how", "say how it was done")
    flags = _flags(assessment, now)
    main, always = questions_of(assessment)
    kept = answers_of(assessment)
    whole = with_always(main, always)
    if missing := unanswered(whole, kept):
        raise BadAnswers("needed to complete: " + ", ".join(repr(one.code) for one in missing))
    assessment.completed_at, assessment.flags = now, flags
    assessment.save(update_fields=["completed_at", "flags"])
    hear([assessment], now=now)
    case = assessment.case
    for record_id in case.subjects:
        write("risk-assessed", by=by, now=now, record_id=record_id, about=case.id, code=assessment.how)
    _keep_what_changed(assessment, by=by, now=now)
    if not held.open_of(held.ASSESS, case.id):
        # nobody was sent: that it was due, and was done, is still to be seen
        held.call_for(held.ASSESS, case, now=now, cause="assessed", owner=by.id)
    held.done(held.ASSESS, case, by=by, now=now, outcome="assessed")
    held.done(held.RETURNED, case, by=by, now=now, outcome="added-to")
    voided = void(case, by=by, now=now, because="added-to")
    causes = [
        "added-to" if voided else "assessed",
        *(Flag.BY_TELEPHONE for one in flags if one == Flag.BY_TELEPHONE),
    ]
    for cause in causes:
        held.call_for(held.CHECK, case, now=now, cause=cause)
    held.call_for(held.HUB, case, now=now, cause="assessed")
    return assessment


def _keep_what_changed(assessment: Assessment, *, by: Actor, now: datetime) -> None:
    for row in Answers.objects.filter(subject=assessment.id, superseded_by=None).order_by("instrument"):
        keep_what_changed(
            library().version(row.instrument, row.version).asked_of(assessment.group),
            row.answers,
            by=by,
            now=now,
            about=assessment.case_id,
            records=assessment.case.subjects,
            since=now,
        )


@transaction.atomic
def call_for_assessments(*, now: datetime) -> int:
    """Open the duty to assess risk in every open case of an open domestic incident that has none, attended or not.

    One that was done since police were told of the incident is enough; whoever attends takes over what is nobody's.
    The worker's; says of how many cases.
    """
    set_actor(ASSESSMENTS)
    links = CaseIncident.objects.filter(
        incident__closed_at=None, incident__domestic=True, case__closed_at=None
    ).select_related("incident", "case")
    of = Duty.objects.filter(kind=held.ASSESS, about=OuterRef("case"))
    missing = links.exclude(Exists(of.filter(discharged_at=None))).exclude(
        Exists(of.filter(discharged_at__gte=OuterRef("incident__reported_at")))
    )
    cases = {link.case_id: link.case for link in missing.order_by("made_at", "id")}
    if cases:
        undertake(ASSESSMENTS, Action.ASSESS_RISK, detail={"assessments": len(cases)})
    for case in cases.values():
        held.call_for(held.ASSESS, case, now=now, cause="not-assessed")
    return len(cases)


@transaction.atomic
def add_words(
    *, by: Actor, now: datetime, assessment_id: UUID, words: str, at: datetime | None = None
) -> Addendum:
    """Add words to an assessment that is complete, which itself stays as it was; it is to be checked again.

    Anybody of the front line may. Raises Malformed, NotYet for a closed case, Refused.
    """
    assessment = held.the_assessment(assessment_id)
    case = locked_case(assessment.case_id)
    undertake(by, Action.AMEND_ACCOUNT, *case.subjects, detail={"assessment": str(assessment.id)})
    after(CASE_STEPS, case.closed_at is not None, Step.GRADE)
    if not _may(assessment, AssessStep.ADD_WORDS):
        raise Malformed("words", "the assessment is not complete: write it there")
    made = add(
        by=by,
        now=now,
        about=assessment.id,
        subjects=case.subjects,
        words=words,
        incident_id=assessment.incident_id,
        at=at,
    )
    void(case, by=by, now=now, because="added-to")
    held.call_for(held.CHECK, case, now=now, cause="added-to")
    return made


def answers_of(assessment: Assessment) -> dict[str, Answer]:
    """What stands as answered to the instrument and to what is always asked."""
    codes = [assessment.instrument, ALWAYS]
    rows = Answers.objects.filter(subject=assessment.id, instrument__in=codes, superseded_by=None)
    return {code: one for row in rows for code, one in row.answers.items()}


def _flags(assessment: Assessment, now: datetime) -> list[str]:
    flags: list[str] = []
    if assessment.how == TELEPHONE:
        rule = by_telephone(assessment.group, london_day(now))
        if rule is ByTelephone.REFUSED:
            raise Malformed(
                "how", "an intimate partner’s danger is not assessed by telephone here: see her first"
            )
        if rule is ByTelephone.FLAGGED:
            flags.append(Flag.BY_TELEPHONE)
    if not load("assessment-ways").get(assessment.how, on=london_day(now)).flag("with_her"):
        flags.append(Flag.WITHOUT_HER)
    return flags


def _insist_on_own(by: Actor, assessment: Assessment) -> None:
    undertake(
        by,
        Action.ASSESS_RISK,
        *assessment.case.subjects,
        detail={"case": str(assessment.case_id), "assessment": str(assessment.id)},
    )
    if assessment.by != by.id:
        raise Refused("Only whoever assesses writes an assessment", assessment.case.victim_id)
