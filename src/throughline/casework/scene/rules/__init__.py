"""What holds of a scene whatever the database: its sections, what is done, what is missing, what is looked at."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from throughline.casework.scene.rules.steps import TRANSITIONS as TRANSITIONS
from throughline.foundations.access.rules import system
from throughline.reference import Row, load

#: Opens the duty to decide about children where nobody attended.
CHILDREN: Final = system("children")

#: Characters of one box; more was pasted by mistake.
LONGEST_WORDS: Final = 10_000


class Section(StrEnum):
    """The parts of an attendance, in the order of the list. Any can be filled in first."""

    ACCOUNT = "account"
    EARLIER = "earlier"
    INJURIES = "injuries"
    DANGER = "danger"
    CHILDREN = "children"
    ACTION = "action"
    EVIDENCE = "evidence"
    VIDEO = "video"
    MESSAGES = "messages"
    SAFETY = "safety"
    STATEMENT = "statement"


#: The sections that are asked by an instrument, with its code; injuries have a chart besides.
INSTRUMENTS: Final = {
    section: f"scene-{section}"
    for section in (
        Section.ACCOUNT,
        Section.INJURIES,
        Section.DANGER,
        Section.VIDEO,
        Section.MESSAGES,
        Section.SAFETY,
        Section.STATEMENT,
    )
}
#: The question that holds her own account: until it is answered nothing that was said before is shown.
OWN_ACCOUNT: Final = "account"


class State(StrEnum):
    """How far a section is. Only the officer says of an instrument that it is finished."""

    NOT_STARTED = "not-started"
    WRITTEN = "written"
    FINISHED = "finished"


def of_answers(*, answered: bool, complete: bool) -> State:
    """The state of a section that is asked by an instrument."""
    if not answered:
        return State.NOT_STARTED
    return State.FINISHED if complete else State.WRITTEN


def of_parts(done: int, of: int, *, begun: bool = False) -> State:
    """The state of a section that is finished when each of its parts is. One of no parts is never finished."""
    if of and done >= of:
        return State.FINISHED
    return State.WRITTEN if done or begun else State.NOT_STARTED


def missing(states: Mapping[Section, State]) -> tuple[Section, ...]:
    """What is not finished as the officer leaves: asked for, never required."""
    return tuple(section for section, state in states.items() if state is not State.FINISHED)


# --- evidence -----------------------------------------------------------------------------------------


CALL_RECORDING: Final = "call-recording"


class Evidence(StrEnum):
    """What became of one of the things to gather."""

    DONE = "done"
    NOT_DONE = "not-done"
    NOT_APPLICABLE = "not-applicable"
    FOR_INVESTIGATOR = "for-investigator"


def reasons_for(item: str, state: str, on: date) -> tuple[Row, ...]:
    """The reasons of reference's evidence-reasons that fit an item in a state."""
    return tuple(
        row
        for row in load("evidence-reasons").as_of(on)
        if row.text("state") == state and (not row.texts("items") or item in row.texts("items"))
    )


def evidence_problem(
    item: str, state: str, reason: str, *, reasons: Collection[str], listened: bool | None, exhibit: str
) -> tuple[str, str] | None:
    """Why something gathered cannot be kept so, as field and reason; None where it can.

    ``reasons`` are the codes that fit the item and the state. A reason is asked for, and not needed. The recording
    of the call is done when it was listened to and exhibited (report, table 2), not when it was asked for.
    """
    if state not in set(Evidence):
        return "state", "is none of done, not done, not applicable and for the investigator"
    if reason and reason not in reasons:
        return "reason", "is not a reason for this"
    if item == CALL_RECORDING and state == Evidence.DONE and not (listened and exhibit):
        return (
            "state",
            "is done when it was listened to and has an exhibit reference: until then say who does it",
        )
    return None


# --- about suspects -----------------------------------------------------------------------------------


def to_be_reviewed(*, arrest: bool, power: bool | None) -> str:
    """Why a sergeant looks at it, as a cause of the duty; empty where nobody need.

    Where there was power and no arrest. That nobody said whether there was is not that there was none.
    """
    if arrest or power is False:
        return ""
    return "no-arrest" if power else "power-not-said"


def alone(reasons: Collection[str], never_alone: Collection[str]) -> bool:
    """Whether all that is said against arresting is what is never enough by itself."""
    return bool(reasons) and set(reasons) <= set(never_alone)


def main_reason(reasons: Iterable[str], never_alone: Collection[str]) -> str:
    """The code that the decision is counted by: the first that is enough by itself, else the first."""
    kept = list(reasons)
    return next((one for one in kept if one not in never_alone), kept[0] if kept else "")


def counter_alleged(involved: Iterable[tuple[UUID, str]], *, said: bool) -> bool:
    """Whether each may accuse the other: one is both victim and suspect, or the officer says so."""
    pairs = list(involved)
    victims = {record_id for record_id, part in pairs if part == "victim"}
    suspects = {record_id for record_id, part in pairs if part == "suspect"}
    return said or bool(victims & suspects)


# --- children -----------------------------------------------------------------------------------------


class Because(StrEnum):
    """Why a child is proposed, from what is known of those involved."""

    INVOLVED = "involved"
    HOUSEHOLD = "household"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Known:
    """A child whom some record ties to the incident, and how."""

    record_id: UUID
    because: Because


def proposals(
    involved: Iterable[UUID], household: Iterable[UUID], family: Iterable[UUID]
) -> tuple[Known, ...]:
    """Every child once, under the nearest tie: in the incident, in the home, in the family."""
    found: dict[UUID, Because] = {}
    for because, children in (
        (Because.INVOLVED, involved),
        (Because.HOUSEHOLD, household),
        (Because.FAMILY, family),
    ):
        for child in children:
            found.setdefault(child, because)
    return tuple(Known(child, because) for child, because in found.items())


def undecided(
    children: Collection[UUID], decided: Iterable[Collection[UUID]], *, none: bool
) -> set[UUID] | None:
    """The children of an incident of whom nothing is decided yet; None where nobody has said anything at all.

    ``none`` is that somebody decided that there is no child, which stands only while none is named.
    """
    covered = {child for one in decided for child in one}
    if not children and not none:
        return None
    return set(children) - covered


# --- what was said before -----------------------------------------------------------------------------


class Verdict(StrEnum):
    """What became of something that was said before."""

    STILL_TRUE = "still-true"
    NO_LONGER = "no-longer"
    NOT_ASKED = "not-asked"
