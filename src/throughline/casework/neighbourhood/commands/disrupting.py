"""Disruption tasks about the suspect of a case: ordered, accepted, done again and again, reviewed, ended. None sets a grade."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import let_go, locked_case, reason_for
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import CASE_STEPS, after
from throughline.casework.cases.rules import Step as CaseStep
from throughline.casework.investigation.commands.words import said_in
from throughline.casework.neighbourhood.commands.words import keep_words, somebody
from throughline.casework.neighbourhood.models import DisruptionDoing, DisruptionReview, DisruptionTask
from throughline.casework.neighbourhood.rules.disrupting import (
    REVIEW_DUTY,
    STEPS,
    TASK_DUTY,
    State,
    Step,
    clocks_of,
)
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.risk.commands.reassessing import call_for
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.queries import sight_of
from throughline.foundations.access.rules import Action, Actor, Refused, Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.duties.commands import discharge_about, open_duty
from throughline.foundations.duties.models import Duty

SUPERVISING = system("disruption tasks of closed cases")
ORDER = "disruption-order"
NOT_THERE = "There is no such task"


@transaction.atomic
def order(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    kind: str,
    reason: str,
    words: str,
    asked: UUID | None = None,
) -> DisruptionTask:
    """Order something to be done about the suspect of a case, with the reason; of somebody by name or of whoever accepts.

    Raises Conflict where such a task is going on, Malformed where nobody knows who the suspect is, NotYet, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.ORDER_DISRUPTION, *case.subjects, detail={"case": str(case.id), "kind": kind})
    after(CASE_STEPS, case.closed_at is not None, CaseStep.OWN)
    row_of("disruption-kinds", "kind", kind, now)
    reason_for(ORDER, reason, now)
    said = said_in("words", words, needed="is needed: say what is to be done, where and when")
    if case.suspect_id is None:
        raise Malformed("", "has no suspect whom anybody knows")
    user = somebody("asked", asked, case.subjects) if asked else None
    if DisruptionTask.objects.filter(case=case, kind=kind).exclude(state=State.ENDED).exists():
        raise Conflict
    decision = decide_for(
        ORDER, by=by, now=now, record_id=case.suspect_id, about=case.id, choice=kind, reason=reason
    )
    task = DisruptionTask.objects.create(
        case=case,
        record_id=case.suspect_id,
        kind=kind,
        state=State.ORDERED,
        decision=decision,
        asked=user.id if user else None,
        ordered_at=now,
        ordered_by=by.id,
        subjects=case.subjects,
    )
    keep_words(task.id, "order", said, subjects=case.subjects, by=by, now=now)
    write("disruption-ordered", by=by, now=now, record_id=task.record_id, about=case.id, code=kind)
    clocks = clocks_of(kind, london_day(now))
    _ask(task, user, cause="disruption-ordered", now=now, due_at=clocks.first_by(now))
    _call_for_review(task, cause="disruption-ordered", now=now, due_at=clocks.reviewed_by(now))
    return task


@transaction.atomic
def accept(*, by: Actor, now: datetime, task_id: UUID) -> DisruptionTask:
    """Take a task on oneself; whoever had it has it no longer. When it is due stays. Raises Conflict, Refused."""
    task, case = _task(task_id)
    undertake(by, Action.DISRUPT, *task.subjects, detail={"task": str(task.id), "step": "accept"})
    _step(task, Step.ACCEPT)
    if task.account == by.id:
        raise Conflict
    _accepted(task, case, by=by, now=now)
    return task


@transaction.atomic
def log(
    *,
    by: Actor,
    now: datetime,
    task_id: UUID,
    result: str,
    words: str = "",
    at: datetime | None = None,
) -> DisruptionDoing:
    """Write down that a task was done, when, and what was found, in a code of disruption-results.

    What is a breach, an offence or danger to her is put before a supervisor at once, and calls for a person to grade the
    case anew; nothing is graded here. The next doing is due by its kind. Raises Conflict for an ended one, Malformed, Refused.
    """
    task, case = _task(task_id)
    undertake(by, Action.DISRUPT, *task.subjects, detail={"task": str(task.id), "result": result})
    _step(task, Step.DO)
    row = row_of("disruption-results", "result", result, now)
    done_at = held.when("at", at, now)
    if done_at < task.ordered_at:
        raise Malformed("at", "is before it was ordered")
    needed = "is needed: say what was found, and where" if row.flag("supervisor") else ""
    said = said_in("words", words, needed=needed)
    if task.account is None:
        _accepted(task, case, by=by, now=now)
    doing = DisruptionDoing.objects.create(
        task=task,
        record_id=task.record_id,
        result=result,
        at=done_at,
        entered_at=now,
        by=by.id,
        subjects=task.subjects,
    )
    keep_words(doing.id, "doing", said, subjects=task.subjects, by=by, now=now)
    write("disruption-done", by=by, now=done_at, record_id=task.record_id, about=case.id, code=result)
    discharge_about(task.id, TASK_DUTY, by=by, now=now, outcome=result)
    _ask(
        task,
        _whoever_has(task),
        cause="disruption-done",
        now=now,
        due_at=clocks_of(task.kind, london_day(now)).again_by(done_at),
    )
    if row.flag("supervisor"):
        _call_for_review(task, cause="disruption-found", now=now, due_at=now)
    if (cause := row.optional_text("cause")) and case.closed_at is None:
        call_for(by=by, now=now, case_id=case.id, cause=cause)
    return doing


@transaction.atomic
def review(*, by: Actor, now: datetime, task_id: UUID, agreed: bool, words: str) -> DisruptionReview:
    """A supervisor's entry: it goes on as it is, or otherwise. The next review is due by its kind.

    Nobody reviews what they themselves do. Raises Conflict for an ended one, Malformed, Refused.
    """
    task, case = _task(task_id)
    undertake(
        by, Action.SUPERVISE_NEIGHBOURHOOD, *task.subjects, detail={"task": str(task.id), "agreed": agreed}
    )
    _step(task, Step.REVIEW)
    if by.id == task.account:
        raise Refused("Nobody reviews what they do themselves", task.record_id)
    said = said_in("words", words, needed="is needed: say what you read, and what goes on or changes")
    made = DisruptionReview.objects.create(
        task=task, record_id=task.record_id, agreed=agreed, at=now, by=by.id, subjects=task.subjects
    )
    keep_words(made.id, "review", said, subjects=task.subjects, by=by, now=now)
    write("disruption-reviewed", by=by, now=now, record_id=task.record_id, about=case.id, code=task.kind)
    discharge_about(task.id, REVIEW_DUTY, by=by, now=now, outcome="agreed" if agreed else "changed")
    due_at = clocks_of(task.kind, london_day(now)).reviewed_by(now)
    _call_for_review(task, cause="disruption-reviewed", now=now, due_at=due_at)
    return made


@transaction.atomic
def end(*, by: Actor, now: datetime, task_id: UUID, ending: str, words: str) -> DisruptionTask:
    """Say why a task is no longer done, in a code of disruption-endings and words. Raises Conflict, Malformed, Refused."""
    task, case = _task(task_id)
    undertake(by, Action.DISRUPT, *task.subjects, detail={"task": str(task.id), "ending": ending})
    _step(task, Step.END)
    row_of("disruption-endings", "ending", ending, now)
    said = said_in("words", words, needed="is needed: say how you know")
    keep_words(task.id, "ended", said, subjects=task.subjects, by=by, now=now)
    task.ended_at, task.ended_by, task.ended_as = now, by.id, ending
    task.save(update_fields=["state", "ended_at", "ended_by", "ended_as"])
    open_ones = Duty.objects.filter(kind__in=(TASK_DUTY, REVIEW_DUTY), about=task.id, discharged_at=None)
    let_go(open_ones, by=by, now=now)
    write("disruption-ended", by=by, now=now, record_id=task.record_id, about=case.id, code=ending)
    return task


@transaction.atomic
def call_for_reviews_of_closed_cases(*, now: datetime) -> int:
    """Put before a supervisor at once what is still done about the suspect of a case that is closed; says of how many.

    The worker's; run again it changes nothing.
    """
    set_actor(SUPERVISING)
    going_on = DisruptionTask.objects.select_for_update(of=("self",)).exclude(state=State.ENDED)
    tasks = list(going_on.filter(case__closed_at__isnull=False).order_by("id"))
    known = Duty.objects.filter(kind=REVIEW_DUTY, about__in=[task.id for task in tasks], discharged_at=None)
    told = {duty.about for duty in known if "disruption-case-closed" in duty.causes}
    # a review since it was closed is the answer
    new = [
        task
        for task in tasks
        if task.id not in told and not task.reviews.filter(at__gte=task.case.closed_at).exists()
    ]
    if new:
        undertake(SUPERVISING, Action.SUPERVISE_NEIGHBOURHOOD, detail={"tasks": len(new)})
    for task in new:
        _call_for_review(task, cause="disruption-case-closed", now=now, due_at=now)
    return len(new)


def _accepted(task: DisruptionTask, case: Case, *, by: Actor, now: datetime) -> None:
    task.state, task.account, task.team_id, task.accepted_at = State.ACCEPTED, by.id, by.team, now
    task.save(update_fields=["state", "account", "team", "accepted_at"])
    for duty in Duty.objects.filter(kind=TASK_DUTY, about=task.id, discharged_at=None):
        duty.owner, duty.role = by.id, str(by.role)
        duty.save(update_fields=["owner", "role"])
    write("disruption-accepted", by=by, now=now, record_id=task.record_id, about=case.id, code=task.kind)


def _ask(task: DisruptionTask, user: User | None, *, cause: str, now: datetime, due_at: datetime) -> None:
    """The next doing, on the list of somebody; of the sergeants where nobody is named."""
    open_duty(
        TASK_DUTY,
        now=now,
        record_id=task.record_id,
        about=task.id,
        cause=cause,
        owner=user.id if user else None,
        role=str(user.role) if user else str(Role.SERGEANT),
        due_at=due_at,
    )


def _call_for_review(task: DisruptionTask, *, cause: str, now: datetime, due_at: datetime) -> None:
    """A supervisor's look by a time; one that is open already is due then, if that is earlier."""
    duty = open_duty(
        REVIEW_DUTY, now=now, record_id=task.record_id, about=task.id, cause=cause, due_at=due_at
    )
    if duty.due_at > due_at:
        duty.due_at = due_at
        duty.save(update_fields=["due_at"])


def _whoever_has(task: DisruptionTask) -> User | None:
    """Who accepted a task, unless they have left, or they or their team are party to it."""
    if task.account is None:
        return None
    user = User.objects.filter(id=task.account, is_active=True).first()
    return None if user is None or sight_of(task.subjects).keeps_out(user.id, user.team_id) else user


def _task(task_id: UUID) -> tuple[DisruptionTask, Case]:
    found = DisruptionTask.objects.filter(id=task_id).first()
    if found is None:
        raise Refused(NOT_THERE, task_id)
    case = locked_case(found.case_id)
    return DisruptionTask.objects.select_for_update().get(id=found.id), case


def _step(task: DisruptionTask, step: Step) -> None:
    """Where a task stands after a step. Raises Conflict where it cannot be taken."""
    if (State(task.state), step) not in STEPS:
        raise Conflict
    task.state = STEPS[State(task.state), step]
