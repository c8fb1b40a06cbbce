"""Safety measures: offered to her, declined or ordered, and followed until they are in place."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.rules import CASE_STEPS, after
from throughline.casework.cases.rules import Step as CaseStep
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.safeguarding.commands.words import hers_of, keep_words, whose
from throughline.casework.safeguarding.models import MeasureStep, SafetyMeasure
from throughline.casework.safeguarding.rules.fitting import (
    ENTRIES,
    REASONED,
    STEPS,
    WAITING,
    State,
    Step,
    due_at,
)
from throughline.casework.safeguarding.rules.planning import MEASURE_DUTY
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty

NO_MEASURE = "There is no such measure"


@transaction.atomic
def offer(
    *, by: Actor, now: datetime, case_id: UUID, kind: str, words: str = "", at: datetime | None = None
) -> SafetyMeasure:
    """Write down that she was offered a measure, in a code of safety-measures. Raises Malformed, NotYet, Refused."""
    case, _hers, about = hers_of(case_id)
    undertake(by, Action.PLAN_SAFETY, *about, detail={"case": str(case.id), "measure": kind})
    after(CASE_STEPS, case.closed_at is not None, CaseStep.OWN)
    row_of("safety-measures", "kind", kind, now)
    at = held.when("at", at, now)
    measure = SafetyMeasure.objects.create(
        record_id=case.victim_id,
        case=case,
        kind=kind,
        state=State.OFFERED,
        offered_at=at,
        changed_at=at,
        by=by.id,
        subjects=about,
    )
    _write_step(measure, "", by=by, now=now, at=at, reason="", words=words)
    write("measure-offered", by=by, now=at, record_id=case.victim_id, about=case.id, code=kind)
    return measure


@transaction.atomic
def take_step(
    *,
    by: Actor,
    now: datetime,
    measure_id: UUID,
    step: str,
    reason: str = "",
    supplier: str = "",
    words: str = "",
    at: datetime | None = None,
) -> SafetyMeasure:
    """Write down what became of a measure, in a step of `rules.fitting`, ``at`` when it did.

    From its order until it is in place, or let go with a reason, it is a duty of whoever ordered it, due by the clock of
    its kind; one that fails is one again. Raises Conflict where it stands elsewhere meanwhile, Malformed, Refused.
    """
    measure = SafetyMeasure.objects.select_for_update().filter(id=measure_id).first()
    if measure is None:
        raise Refused(NO_MEASURE, measure_id)
    undertake(
        by, Action.PLAN_SAFETY, *measure.subjects, detail={"measure": str(measure.id), "step": str(step)}
    )
    if step not in set(Step):
        raise Malformed("step", "choose one of the answers listed")
    step = Step(step)
    before = State(measure.state)
    if (before, step) not in STEPS:
        raise Conflict
    if step in REASONED:
        if step not in row_of("measure-reasons", "reason", reason, now).texts("steps"):
            raise Malformed("reason", "is not a reason for this")
    elif reason:
        raise Malformed("reason", "is not a reason for this")
    if supplier and step is not Step.ORDER:
        raise Malformed("supplier", "is said when it is ordered")
    if supplier:
        row_of("measure-suppliers", "supplier", supplier, now)
    at = held.when("at", at, now)
    if at < measure.changed_at:
        raise Malformed("at", "is before what was last written of it")
    measure.state, measure.changed_at = STEPS[before, step], at
    if step is Step.ORDER:
        measure.supplier, measure.ordered_at, measure.fitted_at = supplier, at, None
        measure.first_ordered_at = measure.first_ordered_at or at
        measure.due_at = due_at(measure.kind, at, london_day(at))
    elif step is Step.FIT:
        measure.fitted_at = at
    elif step is Step.FAIL and before is State.FITTED:
        # what was in place and is so no longer is to be replaced as soon as it was to be fitted
        measure.due_at = due_at(measure.kind, at, london_day(at))
    measure.save()
    _write_step(measure, step, by=by, now=now, at=at, reason=reason, words=words)
    if entry := ENTRIES.get(step):
        write(entry, by=by, now=at, record_id=measure.record_id, about=measure.case_id, code=measure.kind)
    _keep_duty(measure, step, by=by, now=now)
    return measure


def _write_step(
    measure: SafetyMeasure, step: str, *, by: Actor, now: datetime, at: datetime, reason: str, words: str
) -> None:
    made = MeasureStep.objects.create(
        measure=measure,
        number=measure.steps.count() + 1,
        step=step,
        reason=reason,
        at=at,
        entered_at=now,
        by=by.id,
        subjects=measure.subjects,
    )
    keep_words(made.id, words, subjects=measure.subjects, by=by, now=now)


def _keep_duty(measure: SafetyMeasure, step: Step, *, by: Actor, now: datetime) -> None:
    """One duty while it is waited for, with whoever ordered it last; none otherwise."""
    open_one = Duty.objects.select_for_update().filter(
        kind=MEASURE_DUTY, about=measure.id, discharged_at=None
    )
    if State(measure.state) not in WAITING:
        for duty in open_one:
            discharge(by=by, now=now, duty_id=duty.id, outcome=str(measure.state))
        return
    if step is Step.CHASE:
        return
    owner, role = whose(by)
    duty = open_duty(
        MEASURE_DUTY,
        now=now,
        record_id=measure.record_id,
        about=measure.id,
        cause="measure-failed" if step is Step.FAIL else "measure-ordered",
        owner=owner,
        role=role,
        due_at=measure.due_at,
    )
    if step is Step.ORDER and measure.due_at:
        duty.due_at, duty.owner, duty.role = measure.due_at, owner, role
        duty.save(update_fields=["due_at", "owner", "role"])
