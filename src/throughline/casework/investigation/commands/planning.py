"""The plan of an investigation: lines taken up, done, let go or replaced, and what a sergeant says of it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.cases.models import Case, Incident
from throughline.casework.investigation.commands.words import (
    investigation_of,
    investigator_of,
    keep_words,
    said_in,
    somebody,
)
from throughline.casework.investigation.models import (
    Investigation,
    InvestigationWords,
    LineOfEnquiry,
    PlanReview,
)
from throughline.casework.investigation.queries.allocating import standing_of
from throughline.casework.investigation.rules.planning import kind_for
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge_about, open_duty

LINE_DUTY, PLAN_DUTY, REVIEW_DUTY = "line-of-enquiry", "investigation-plan", "investigation-review"
NO_LINE = "There is no such line"


@transaction.atomic
def add_line(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    kind: str,
    what: str,
    whose: UUID,
    due_at: datetime,
    priority: str = "",
    why: str = "",
    incident_id: UUID | None = None,
    item: str = "",
    supersedes: UUID | None = None,
) -> LineOfEnquiry:
    """Take a line of enquiry into the plan: what, whose and by when. It stands on the list of whoever it names.

    ``incident_id`` and ``item`` are what the scene left that it comes from; ``supersedes`` the line whose place it
    takes, which stays to be read. Raises Conflict where that line has ended or what the scene left was taken up
    meanwhile, Malformed, NotYet for a closed case, Refused.
    """
    asked = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *asked.subjects, detail={"case": str(asked.id), "line": kind})
    case, investigation = investigation_of(case_id, by=by, now=now)
    row_of("investigation-lines", "kind", kind, now)
    if priority:
        row_of("line-priorities", "priority", priority, now)
    said = said_in("what", what, needed="is needed: say what is to be done")
    because = said_in("why", why)
    user = somebody("whose", whose, case)
    if due_at <= now:
        raise Malformed("due", "is over")
    if incident_id:
        _insist_it_was_left(investigation, case, incident_id, item)
    earlier = _standing(supersedes, case) if supersedes else None
    if earlier:
        _end(earlier, "line-superseded", by=by, now=now, outcome="superseded")
    made = LineOfEnquiry.objects.create(
        investigation=investigation,
        record_id=case.victim_id,
        kind=kind,
        priority=priority,
        whose=user.id,
        due_at=due_at,
        incident_id=incident_id or (earlier.incident_id if earlier else None),
        item=item or (earlier.item if earlier else ""),
        supersedes=earlier,
        made_at=now,
        by=by.id,
        subjects=case.subjects,
    )
    for part, words in (("what", said), ("why", because)):
        keep_words(made.id, part, words, subjects=case.subjects, by=by, now=now)
    _on_the_list(made, user, now=now)
    return made


def _on_the_list(line: LineOfEnquiry, user: User, *, now: datetime) -> None:
    open_duty(
        LINE_DUTY,
        now=now,
        record_id=line.record_id,
        about=line.id,
        cause="line-added",
        role=str(user.role),
        owner=user.id,
        due_at=line.due_at,
    )


def _insist_it_was_left(investigation: Investigation, case: Case, incident_id: UUID, item: str) -> None:
    """Raise Malformed for what is not of the case, Conflict for what was taken up or let go already."""
    if not Incident.objects.filter(id=incident_id, case_links__case=case).exists():
        raise Malformed("", "is not one of this case")
    if investigation.lines.filter(incident=incident_id, item=item).exists():
        raise Conflict


@transaction.atomic
def let_go_of_proposal(
    *, by: Actor, now: datetime, case_id: UUID, incident_id: UUID, item: str, ending: str, words: str
) -> LineOfEnquiry:
    """Say why what the scene left is not taken into the plan, in a code of line-endings and words.

    Raises Conflict where it was taken up or let go meanwhile, Malformed, NotYet for a closed case, Refused.
    """
    asked = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *asked.subjects, detail={"case": str(asked.id), "item": item})
    case, investigation = investigation_of(case_id, by=by, now=now)
    row_of("evidence-items", "item", item, now)
    _insist_it_was_left(investigation, case, incident_id, item)
    said = _ending("ending", ending, words, now)
    made = LineOfEnquiry.objects.create(
        investigation=investigation,
        record_id=case.victim_id,
        kind=kind_for(item, london_day(now)),
        incident_id=incident_id,
        item=item,
        made_at=now,
        by=by.id,
        ended_at=now,
        ended_by=by.id,
        ended_as=ending,
        subjects=case.subjects,
    )
    keep_words(made.id, "ended", said, subjects=case.subjects, by=by, now=now)
    return made


@transaction.atomic
def end_line(*, by: Actor, now: datetime, line_id: UUID, ending: str, words: str = "") -> LineOfEnquiry:
    """Say that a line is done, or why it is let go undone, which needs words.

    Raises Conflict where it has ended, Malformed, Refused.
    """
    found = LineOfEnquiry.objects.filter(id=line_id).select_related("investigation").first()
    if found is None:
        raise Refused(NO_LINE, line_id)
    case = locked_case(found.investigation.case_id)
    undertake(by, Action.INVESTIGATE, *case.subjects, detail={"line": str(found.id), "ending": ending})
    line = _standing(found.id, case)
    said = _ending("ending", ending, words, now)
    _end(line, ending, by=by, now=now, outcome="line-ended")
    keep_words(line.id, "ended", said, subjects=case.subjects, by=by, now=now)
    return line


def _ending(field: str, ending: str, words: str, now: datetime) -> str:
    row = row_of("line-endings", field, ending, now)
    if not row.flag("by_hand"):
        raise Malformed(field, "choose one of the answers listed")
    return said_in(
        "words", words, needed="is needed: say why it is no longer to be done" if row.flag("drops") else ""
    )


def _standing(line_id: UUID, case: Case) -> LineOfEnquiry:
    line = LineOfEnquiry.objects.select_for_update().filter(id=line_id, investigation__case=case).first()
    if line is None:
        raise Refused(NO_LINE, line_id)
    if line.ended_at is not None:
        raise Conflict
    return line


def _end(line: LineOfEnquiry, ending: str, *, by: Actor, now: datetime, outcome: str) -> None:
    line.ended_at, line.ended_by, line.ended_as = now, by.id, ending
    line.save(update_fields=["ended_at", "ended_by", "ended_as"])
    discharge_about(line.id, LINE_DUTY, by=by, now=now, outcome=outcome)


def hand_lines_on(investigation: Investigation, before: UUID, *, by: Actor, now: datetime) -> None:
    """The open lines of whoever investigated are of whoever does now: new lines in their place, due as they were.

    Inside another command only. The words of a line stay with it and are copied to the new one.
    """
    for line in (
        investigation.lines.select_for_update().filter(whose=before, ended_at=None).order_by("made_at", "id")
    ):
        _end(line, "line-superseded", by=by, now=now, outcome="superseded")
        made = LineOfEnquiry.objects.create(
            investigation=investigation,
            record_id=line.record_id,
            kind=line.kind,
            priority=line.priority,
            whose=by.id,
            due_at=line.due_at,
            incident_id=line.incident_id,
            item=line.item,
            supersedes=line,
            made_at=now,
            by=by.id,
            subjects=line.subjects,
        )
        for one in InvestigationWords.objects.filter(about=line.id).order_by("id"):
            keep_words(made.id, one.part, one.words, subjects=line.subjects, by=by, now=now)
        _on_the_list(made, User.objects.get(id=by.id), now=now)


@transaction.atomic
def complete_plan(*, by: Actor, now: datetime, case_id: UUID) -> Investigation:
    """Say that the plan is made, for whoever investigates or a sergeant. Lines may be added at any time.

    Raises Malformed where there is no line, NotYet for a closed case, Refused.
    """
    asked = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *asked.subjects, detail={"case": str(asked.id), "planned": True})
    case, investigation = investigation_of(case_id, by=by, now=now)
    if not investigation.lines.exists():
        raise Malformed("", "add a line first")
    investigation.planned_at = now
    investigation.save(update_fields=["planned_at"])
    discharge_about(case.id, PLAN_DUTY, by=by, now=now, outcome="planned")
    write("investigation-planned", by=by, now=now, record_id=case.victim_id, about=case.id)
    return investigation


@transaction.atomic
def review_plan(*, by: Actor, now: datetime, case_id: UUID, agreed: bool, words: str) -> PlanReview:
    """A sergeant's entry in the plan: agreed with, or what more is wanted. The next review is due by the grade.

    Nobody reviews what they investigate. Raises Malformed, NotYet for a closed case, Refused.
    """
    asked = locked_case(case_id)
    undertake(
        by,
        Action.SUPERVISE_INVESTIGATION,
        *asked.subjects,
        detail={"case": str(asked.id), "agreed": agreed},
    )
    case, investigation = investigation_of(case_id, by=by, now=now)
    if investigation.investigator == by.id:
        raise Refused("Nobody reviews what they investigate", case.victim_id)
    said = said_in("words", words, needed="is needed: say what you read, and what more is to be done")
    made = PlanReview.objects.create(
        investigation=investigation,
        record_id=case.victim_id,
        agreed=agreed,
        at=now,
        by=by.id,
        subjects=case.subjects,
    )
    keep_words(made.id, "review", said, subjects=case.subjects, by=by, now=now)
    write("investigation-reviewed", by=by, now=now, record_id=case.victim_id, about=case.id)
    discharge_about(case.id, REVIEW_DUTY, by=by, now=now, outcome="reviewed")
    policy = standing_of(case, now=now).policy
    open_duty(
        REVIEW_DUTY,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        cause="investigation-accepted",
        due_at=policy.reviewed_by(now) if policy else None,
    )
    user = investigator_of(investigation)
    if not agreed and user:
        open_duty(
            PLAN_DUTY,
            now=now,
            record_id=case.victim_id,
            about=case.id,
            cause="plan-sent-back",
            role=str(user.role),
            owner=user.id,
            due_at=policy.planned_by(now) if policy else None,
        )
    return made
