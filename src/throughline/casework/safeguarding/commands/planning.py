"""A plan made with her: written as it is talked through, complete when somebody says so, and gone through again."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import CASE_STEPS, Step, after
from throughline.casework.people.rules import Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.safeguarding.commands.words import hers_of, keep_words
from throughline.casework.safeguarding.models import PlanSheet, PlanVersion, SafetyWords
from throughline.casework.safeguarding.queries.planning import Called, called_for, grade_of, standing_version
from throughline.casework.safeguarding.rules.planning import (
    FORM,
    PLAN_DUTY,
    REVIEW_DUTY,
    WITHOUT_HER,
    reviewed_by,
)
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.commands import save_answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import Answer, BadAnswers, Instrument, unanswered

PLANNER = system("planner")
#: How far back the chronology is read: what happened while nothing ran is still found.
LOOKS_BACK = timedelta(days=14)


@transaction.atomic
def write_plan(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    answers: Mapping[str, Answer],
    after_row: UUID | None = None,
    complete: bool = False,
    took_part: Collection[str] = (),
    agreed: str = "",
    why: str = "",
    words: str = "",
    at: datetime | None = None,
) -> PlanVersion:
    """Keep what was talked through so far; ``complete``, it is her plan and the one before stays to be read.

    Saving asks for nothing. Completing needs what the instrument needs, who was in it, and whether she agrees, with why
    where she does not; of somebody who wants none, or could not be asked, it needs no more than that. ``after_row`` is the row of answers that the page was opened on. The duties to make and to review a plan of
    hers end; one made without her is to be gone through with her. Raises ChangedMeanwhile, BadAnswers, Malformed,
    NotYet for a closed case, Refused.
    """
    case, hers, about = hers_of(case_id)
    undertake(by, Action.PLAN_SAFETY, *about, detail={"case": str(case.id), "complete": complete})
    after(CASE_STEPS, case.closed_at is not None, Step.OWN)
    taking_part = [row_of("plan-participants", "took_part", code, now) for code in dict.fromkeys(took_part)]
    agreement = row_of("plan-agreements", "agreed", agreed, now) if agreed else None
    because = row_of("plan-disagreements", "why", why, now) if why else None
    at = held.when("at", at, now)
    version = PlanVersion.objects.select_for_update().filter(record__in=hers, completed_at=None).first()
    if version is None:
        version = PlanVersion(record_id=case.victim_id, case=case, begun_at=now, by=by.id)
        PlanSheet.objects.create(id=version.id)
    version.case, version.subjects = case, about
    version.took_part = [row.code for row in taking_part]
    version.agreed, version.why, version.at = agreed, why, at
    version.save()
    form = plan_form(version)
    save_answers(
        by=by, now=now, subject=version.id, instrument=form, answers=answers, complete=False, after=after_row
    )
    SafetyWords.objects.filter(about=version.id).delete()
    keep_words(version.id, words, subjects=about, by=by, now=now)
    if not complete:
        return version
    asks_nothing = because is not None and because.flag("asks_nothing")
    if (missing := unanswered(form, answers)) and not asks_nothing:
        raise BadAnswers("needed to complete: " + ", ".join(repr(one.code) for one in missing))
    if agreement is None:
        raise Malformed("agreed", "say whether she agrees with it")
    with_her = any(row.flag("hers") for row in taking_part)
    if with_her is (agreement.code == WITHOUT_HER):
        raise Malformed("took_part", "does not fit whether she agrees: say who was in it")
    if agreement.flag("needs_reason") and not why:
        raise Malformed("why", "say why")
    earlier = standing_version(hers)
    version.completed_at, version.completed_by = now, by.id
    version.save(update_fields=["completed_at", "completed_by"])
    kind = "safety-plan-reviewed" if earlier else "safety-plan-made"
    write(kind, by=by, now=now, record_id=version.record_id, about=case.id, code=agreed)
    _end(hers, by=by, now=now, outcome="plan-reviewed" if earlier else "plan-made")
    if agreement.code == WITHOUT_HER:
        open_duty(
            REVIEW_DUTY,
            now=now,
            record_id=case.victim_id,
            about=case.id,
            cause=WITHOUT_HER,
            due_at=reviewed_by(grade_of([case.id]).get(case.id, "high"), now, london_day(now)),
        )
    return version


def plan_form(version: PlanVersion) -> Instrument:
    """The questions that a version is written by: those of the day on which it was begun."""
    return library().as_of(FORM, london_day(version.begun_at))


def _end(hers: Collection[UUID], *, by: Actor, now: datetime, outcome: str) -> None:
    cases = Case.objects.filter(victim__in=hers).values("id")
    duties = Duty.objects.filter(kind__in=[PLAN_DUTY, REVIEW_DUTY], about__in=cases, discharged_at=None)
    for duty in duties.order_by("id"):
        discharge(by=by, now=now, duty_id=duty.id, outcome=outcome)


@transaction.atomic
def call_for_plans(*, now: datetime) -> int:
    """Put on the hub's list who was graded and has no plan, and whose plan does not know what has happened since.

    The worker's; says of how many cases. The clock runs from the line on the chronology, so that an hour without a
    worker costs her nothing. Run again it changes nothing.
    """
    set_actor(PLANNER)
    if not (found := called_for(now - LOOKS_BACK, now)):
        return 0
    # a plan that is completed meanwhile is waited for and then known
    list(Case.objects.select_for_update().filter(id__in={one.case.id for one in found}).order_by("id"))
    if not (found := called_for(now - LOOKS_BACK, now)):
        return 0
    undertake(
        PLANNER, Action.PLAN_SAFETY, *sorted({one.case.id for one in found}), detail={"plans": len(found)}
    )
    for one in found:
        _call(one, now)
    return len(found)


def _call(one: Called, now: datetime) -> None:
    for cause in one.causes:
        duty = open_duty(
            one.kind,
            now=now,
            record_id=one.case.victim_id,
            about=one.case.id,
            cause=cause,
            due_at=one.due_at,
        )
    # a higher grade, or something that came in late, is due earlier
    if one.due_at < duty.due_at:
        duty.due_at = one.due_at
        duty.save(update_fields=["due_at"])
