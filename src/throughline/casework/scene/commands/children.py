"""The children of an incident: who they are, what was found of each, and what is done for them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.incidents import involve, locked
from throughline.casework.cases.models import Incident, Involvement
from throughline.casework.cases.rules import Part
from throughline.casework.people.commands.recording import NewName, Particulars, add_record
from throughline.casework.people.models import Record
from throughline.casework.people.queries.searching import is_child
from throughline.casework.people.rules import OLDEST, Conflict, Malformed
from throughline.casework.scene.commands.attending import keep_words, undertaken
from throughline.casework.scene.models import ChildDecision, ChildSeen
from throughline.casework.scene.queries.reach import (
    done_at,
    insist_stands,
    latest_decision,
    of_part,
    subject_of,
)
from throughline.casework.scene.rules import CHILDREN, LONGEST_WORDS, Section, undecided
from throughline.casework.scene.rules.steps import CHILD_STEPS, ChildStep, ForChild, for_child
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty
from throughline.reference import UnknownCode, load

DUTY, FIND_OUT, SCHOOL, REFERRAL = "child-decision", "child-find-out", "school-notice", "child-referral"


@transaction.atomic
def name_child(
    *,
    by: Actor,
    now: datetime,
    attendance_id: UUID,
    record_id: UUID | None = None,
    forename: str = "",
    surname: str = "",
    age: int | None = None,
) -> UUID:
    """Say that a child has to do with the incident: one that is known by a record, or one that is only named.

    Returns the child's record. Raises Malformed for one who is grown up as far as is known, or without any name.
    """
    attendance = undertaken(by, attendance_id, Section.CHILDREN)
    today = london_day(now)
    if record_id is None:
        if age is not None and not 0 <= age <= OLDEST:
            raise Malformed("age", "is not a possible age")
        if not (forename.strip() or surname.strip()):
            raise Malformed("forename", "is empty: write what the child is called, if only “a boy”")
        born_to = None if age is None else today.year - age
        made = add_record(
            by=by,
            now=now,
            name=NewName(forename=forename, surname=surname),
            particulars=Particulars(born_from=None if born_to is None else born_to - 1, born_to=born_to),
        )
        record_id = made.id
    elif (
        (known := Record.objects.filter(id=record_id).first()) is not None
        and known.born
        and not is_child(known, today)
    ):
        raise Malformed("", "is grown up, as far as is known")
    involve(
        by=by,
        now=now,
        incident_id=attendance.incident_id,
        record_id=record_id,
        part=Part.CHILD,
        confirmed=True,
    )
    call_for_decision(Incident.objects.get(id=attendance.incident_id), by=by, now=now)
    return record_id


@transaction.atomic
def find_child(
    *,
    by: Actor,
    now: datetime,
    attendance_id: UUID,
    record_id: UUID,
    presence: str = "",
    seen: bool | None = None,
    spoken_to: bool | None = None,
    own_words: str = "",
    school: str = "",
    after: UUID | None = None,
    at: datetime | None = None,
) -> ChildSeen:
    """Keep what the officer found of one child; nothing is needed. What was written before is superseded, and stays.

    ``after`` is the row that the page was opened on. Raises Malformed, Conflict.
    """
    attendance = undertaken(by, attendance_id, Section.CHILDREN)
    if record_id not in of_part(attendance.incident, Part.CHILD):
        raise Malformed("", "is no child of this incident")
    if presence and presence not in load("child-presences").codes(on=london_day(now)):
        raise Malformed("presence", "is not on the list")
    before = attendance.children.filter(record=record_id, superseded_by=None).first()
    if (before.id if before else None) != after:
        raise Conflict("the child was written of meanwhile")
    made = ChildSeen.objects.create(
        attendance=attendance,
        record_id=record_id,
        presence=presence,
        seen=seen,
        spoken_to=spoken_to,
        at=done_at(at, now),
        entered_at=now,
        by=by.id,
        supersedes=before,
    )
    keep_words(attendance.incident, made.id, own_words=own_words, school=school)
    if before is None:
        write("child-found", by=by, now=made.at, record_id=record_id, about=attendance.incident_id)
    return made


# --- deciding -----------------------------------------------------------------------------------------


@transaction.atomic
def decide_children(
    *,
    by: Actor,
    now: datetime,
    incident_id: UUID,
    children: Collection[UUID],
    choice: str,
    reason: str = "",
    words: str = "",
    finder: UUID | None = None,
    find_out_by: datetime | None = None,
    after: str | None = None,
    at: datetime | None = None,
) -> ChildDecision:
    """Decide what is done for one child or several together, or that there is none: by a named person, who is ``by``.

    A school that is to be told is a duty before the next school day; a referral, and what somebody is to find out,
    are duties too. ``after`` is the latest decision that the page showed, as `insist_stands` takes it. Raises
    Malformed, naming the field; Conflict, Refused.
    """
    incident = locked(incident_id)
    undertake(
        by,
        Action.DECIDE_CHILD,
        *{*incident.subjects, *children},
        detail={"incident": str(incident.id), "choice": choice},
    )
    insist_stands(latest_decision(incident), after)
    today = london_day(now)
    try:
        row = load("child-choices").get(choice, on=today)
    except UnknownCode:
        raise Malformed("choice", "is not on the list") from None
    _check_children(incident, children, of_nobody=row.flag("of_nobody"))
    base = "refer" if row.flag("refers") else choice
    fits = {one.code for one in load("child-reasons").as_of(today) if one.text("choice") == base}
    if reason and reason not in fits:
        raise Malformed("reason", "is not a reason for this")
    if fits and not reason:
        raise Malformed("reason", "is needed: it is read where the child is looked after next")
    if choice == "unknown":
        _check_finder(finder, find_out_by, now)
    else:
        finder, find_out_by = None, None
    words = words.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(words) > LONGEST_WORDS:
        raise Malformed("words", "is longer than 10000 characters")
    made = ChildDecision.objects.create(
        incident=incident,
        choice=choice,
        reason=reason,
        finder=finder,
        find_out_by=find_out_by,
        at=done_at(at, now),
        entered_at=now,
        by=by.id,
        subjects=sorted(set(children)),
    )
    for record_id in made.subjects or [subject_of(incident)]:
        decide_for(
            DUTY,
            by=by,
            now=now,
            record_id=record_id,
            about=incident.id,
            choice=choice,
            reason=reason,
            words=words,
        )
    for record_id in made.subjects:
        write("child-decided", by=by, now=made.at, record_id=record_id, about=incident.id, code=choice)
        _follow(
            made,
            record_id,
            incident,
            by=by,
            now=now,
            school=row.flag("tells_school"),
            refers=row.flag("refers"),
        )
    settle(incident, by=by, now=now)
    return made


def _check_children(incident: Incident, children: Collection[UUID], *, of_nobody: bool) -> None:
    involved = set(of_part(incident, Part.CHILD))
    if of_nobody and (children or involved):
        raise Malformed("choice", "cannot be: a child is named in this incident")
    if not of_nobody and not children:
        raise Malformed("children", "choose at least one child")
    if not involved.issuperset(children):
        raise Malformed("children", "is no child of this incident")


def _check_finder(finder: UUID | None, find_out_by: datetime | None, now: datetime) -> None:
    if finder is None or not User.objects.filter(id=finder, is_active=True).exists():
        raise Malformed("finder", "is needed: name who finds out")
    if find_out_by is None or find_out_by <= now:
        raise Malformed("find_out_by", "is needed: a time to come, by when it is found out")


def _follow(
    made: ChildDecision,
    record_id: UUID,
    incident: Incident,
    *,
    by: Actor,
    now: datetime,
    school: bool,
    refers: bool,
) -> None:
    """The duties that a decision about one child brings; what the child's earlier one asked to find out is found."""
    # also what was to be found out under an incident that turned out to be this one
    asked = [incident.id, *incident.joined_from.values_list("id", flat=True)]
    waiting = Duty.objects.filter(kind=FIND_OUT, record_id=record_id, about__in=asked, discharged_at=None)
    earlier = ChildDecision.objects.filter(incident=incident, subjects__contains=[record_id])
    stands = for_child(asked=bool(waiting), decided=earlier.exclude(id=made.id).exists())
    for duty in waiting:
        discharge(by=by, now=now, duty_id=duty.id, outcome="decided")
    step = ChildStep.DECIDE if made.finder is None else ChildStep.FIND_OUT
    if CHILD_STEPS[stands, step] is ForChild.BEING_FOUND_OUT:
        assert made.finder is not None
        finder = User.objects.get(id=made.finder)
        open_duty(
            FIND_OUT,
            now=now,
            record_id=record_id,
            about=incident.id,
            cause="find-out",
            owner=finder.id,
            role=finder.role,
            due_at=made.find_out_by,
        )
    kinds = load("duty-kinds").codes(on=london_day(now))
    for wanted, kind, cause in ((school, SCHOOL, "school"), (refers, REFERRAL, "refer")):
        # telling the school is a duty in law from its day on, and has no clock before
        if wanted and kind in kinds:
            open_duty(kind, now=now, record_id=record_id, about=incident.id, cause=cause)


def settle(incident: Incident, *, by: Actor, now: datetime) -> None:
    """Discharge the duty to decide about children where every child is decided of. Inside another command only."""
    children = of_part(incident, Part.CHILD)
    made = list(ChildDecision.objects.filter(incident=incident).order_by("entered_at", "id"))
    left = undecided(
        children, [one.subjects for one in made], none=any(one.choice == "no-child" for one in made)
    )
    if left is None or left:
        return
    duties = list(Duty.objects.filter(kind=DUTY, about=incident.id, discharged_at=None))
    if not duties and not Duty.objects.filter(kind=DUTY, about=incident.id).exists():
        duties = [
            open_duty(DUTY, now=now, record_id=subject_of(incident), about=incident.id, cause="attended")
        ]
    for duty in duties:
        discharge(by=by, now=now, duty_id=duty.id, outcome=made[-1].choice)


def call_for_decision(incident: Incident, *, by: Actor, now: datetime) -> None:
    """Open the duty again where a child was named of whom nothing is decided. Inside another command only."""
    decided = [one.subjects for one in ChildDecision.objects.filter(incident=incident)]
    left = undecided(of_part(incident, Part.CHILD), decided, none=False)
    if left and not Duty.objects.filter(kind=DUTY, about=incident.id, discharged_at=None).exists():
        open_duty(
            DUTY,
            now=now,
            record_id=subject_of(incident),
            about=incident.id,
            cause="child-named",
            owner=by.id if by != CHILDREN else None,
            role=by.role if by != CHILDREN else None,
        )


@transaction.atomic
def call_for_decisions(*, now: datetime) -> int:
    """Open the duty to decide about children for every open domestic incident that has none, attended or not.

    Also where a child was named afterwards in another room. The worker's; says how many incidents it was opened for.
    """
    set_actor(CHILDREN)
    open_duties = Duty.objects.filter(kind=DUTY, discharged_at=None, about__isnull=False).values("about")
    waiting = Incident.objects.filter(closed_at=None, domestic=True).exclude(id__in=open_duties)
    decided = Duty.objects.filter(kind=DUTY, discharged_at__isnull=False, about__isnull=False)
    never = list(waiting.exclude(id__in=decided.values("about")))
    named = Involvement.objects.filter(
        part=Part.CHILD, ended_at=None, incident__in=waiting.filter(id__in=decided.values("about"))
    ).values("incident")
    again = [one for one in Incident.objects.filter(id__in=named) if _left(one)]
    if never or again:
        undertake(CHILDREN, Action.DECIDE_CHILD, detail={"incidents": len(never) + len(again)})
    for incident in never:
        open_duty(DUTY, now=now, record_id=subject_of(incident), about=incident.id, cause="nobody-attended")
    for incident in again:
        call_for_decision(incident, by=CHILDREN, now=now)
    return len(never) + len(again)


def _left(incident: Incident) -> bool:
    decided = [one.subjects for one in ChildDecision.objects.filter(incident=incident)]
    return bool(undecided(of_part(incident, Part.CHILD), decided, none=False))
