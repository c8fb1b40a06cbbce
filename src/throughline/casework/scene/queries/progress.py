"""How far each section of an attendance is. Part of a page, or of the command by which the officer leaves."""

from datetime import datetime

from throughline.casework.cases.rules import Part
from throughline.casework.scene.models import Attendance, ChildDecision, EvidenceItem, PositiveAction
from throughline.casework.scene.queries.earlier import earlier_for
from throughline.casework.scene.queries.reach import of_part
from throughline.casework.scene.rules import (
    INSTRUMENTS,
    OWN_ACCOUNT,
    Section,
    State,
    of_answers,
    of_parts,
    undecided,
)
from throughline.foundations.access.rules import Actor
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.models import Answers
from throughline.reference import load


def answers_of(attendance: Attendance) -> dict[str, Answers]:
    """What was answered at a visit, by instrument: the rows that stand."""
    found = Answers.objects.filter(
        subject=attendance.id, instrument__in=INSTRUMENTS.values(), superseded_by=None
    )
    return {one.instrument: one for one in found}


def states_of(actor: Actor, attendance: Attendance, *, at: datetime) -> dict[Section, State]:
    """The state of every section that applies, in the order of the list.

    What was said before applies only where something was said.
    """
    answers = answers_of(attendance)
    incident = attendance.incident
    states: dict[Section, State] = {}
    for section in Section:
        if code := INSTRUMENTS.get(section):
            given = answers.get(code)
            states[section] = of_answers(answered=given is not None, complete=bool(given and given.complete))
    if (
        states[Section.INJURIES] is State.NOT_STARTED
        and attendance.injuries.filter(withdrawn_at=None).exists()
    ):
        states[Section.INJURIES] = State.WRITTEN
    items = load("evidence-items").codes(on=london_day(at))
    gathered = set(
        EvidenceItem.objects.filter(incident=incident, superseded_by=None).values_list("item", flat=True)
    )
    states[Section.EVIDENCE] = of_parts(len(gathered & items), len(items))
    suspects = set(of_part(incident, Part.SUSPECT))
    acted = set(
        PositiveAction.objects.filter(incident=incident, superseded_by=None).values_list("record", flat=True)
    )
    states[Section.ACTION] = of_parts(len(suspects & acted), len(suspects))
    states[Section.CHILDREN] = _children(attendance)
    said = earlier_for(actor, attendance, at=at)
    if said:
        asked = sum(1 for one in said if one.verdict)
        states[Section.EARLIER] = of_parts(asked, len(said))
    return {section: states[section] for section in Section if section in states}


def _children(attendance: Attendance) -> State:
    children = of_part(attendance.incident, Part.CHILD)
    made = list(ChildDecision.objects.filter(incident=attendance.incident))
    left = undecided(
        children, [one.subjects for one in made], none=any(one.choice == "no-child" for one in made)
    )
    if left is not None and not left:
        return State.FINISHED
    begun = bool(made) or bool(children) or attendance.children.exists()
    return State.WRITTEN if begun else State.NOT_STARTED


def account_is_written(attendance: Attendance) -> bool:
    """Whether her own account stands, before which nothing that was said earlier is shown."""
    given = answers_of(attendance).get(INSTRUMENTS[Section.ACCOUNT])
    return bool(given and given.answers.get(OWN_ACCOUNT))
