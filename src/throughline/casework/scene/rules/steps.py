"""From one state to the next: a visit, a decision not to arrest, what is decided for a child, a correction."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Visiting(StrEnum):
    """Where an attendance stands."""

    GOING_ON = "going-on"
    LEFT = "left"


class VisitStep(StrEnum):
    """What its officer does to one."""

    WRITE = "write"
    LEAVE = "leave"


# left, it is a first account: it is added to and never changed
ATTENDANCE_STEPS: Final[Mapping[tuple[Visiting, VisitStep], Visiting]] = MappingProxyType(
    {
        (Visiting.GOING_ON, VisitStep.WRITE): Visiting.GOING_ON,
        (Visiting.GOING_ON, VisitStep.LEAVE): Visiting.LEFT,
        (Visiting.LEFT, VisitStep.LEAVE): Visiting.LEFT,
    }
)


class NotArrested(StrEnum):
    """Where the second look at what was done about a suspect stands."""

    NOTHING_TO_REVIEW = "nothing-to-review"
    WAITING = "waiting"
    AGREED = "agreed"
    OVERTURNED = "overturned"


class ActionStep(StrEnum):
    """What an officer says was done, and what a sergeant makes of it."""

    ACT = "act"
    NO_ARREST = "no-arrest"
    AGREE = "agree"
    OVERTURN = "overturn"


# what the officer says anew is looked at anew; where there is no power, or an arrest, nobody need look
NO_ARREST_STEPS: Final[Mapping[tuple[NotArrested, ActionStep], NotArrested]] = MappingProxyType(
    {
        **{(state, ActionStep.ACT): NotArrested.NOTHING_TO_REVIEW for state in NotArrested},
        **{(state, ActionStep.NO_ARREST): NotArrested.WAITING for state in NotArrested},
        (NotArrested.WAITING, ActionStep.AGREE): NotArrested.AGREED,
        (NotArrested.WAITING, ActionStep.OVERTURN): NotArrested.OVERTURNED,
    }
)


def not_arrested(*, waits: bool, agreed: bool | None) -> NotArrested:
    """Where it stands, by whether the duty is open and, if somebody looked at what stands, what they said."""
    if waits:
        return NotArrested.WAITING
    if agreed is None:
        return NotArrested.NOTHING_TO_REVIEW
    return NotArrested.AGREED if agreed else NotArrested.OVERTURNED


class ForChild(StrEnum):
    """Whether it is decided what is done for a child."""

    UNDECIDED = "undecided"
    BEING_FOUND_OUT = "being-found-out"
    DECIDED = "decided"


class ChildStep(StrEnum):
    """What a named person says of a child: what is done, or who finds out by when."""

    DECIDE = "decide"
    FIND_OUT = "find-out"


CHILD_STEPS: Final[Mapping[tuple[ForChild, ChildStep], ForChild]] = MappingProxyType(
    {
        (ForChild.UNDECIDED, ChildStep.DECIDE): ForChild.DECIDED,
        (ForChild.UNDECIDED, ChildStep.FIND_OUT): ForChild.BEING_FOUND_OUT,
        (ForChild.BEING_FOUND_OUT, ChildStep.DECIDE): ForChild.DECIDED,
        (ForChild.BEING_FOUND_OUT, ChildStep.FIND_OUT): ForChild.BEING_FOUND_OUT,
        # decided otherwise, or found to be less known than was thought
        (ForChild.DECIDED, ChildStep.DECIDE): ForChild.DECIDED,
        (ForChild.DECIDED, ChildStep.FIND_OUT): ForChild.BEING_FOUND_OUT,
    }
)


def for_child(*, asked: bool, decided: bool) -> ForChild:
    """Where it stands, by whether somebody is to find out, and whether anything was decided."""
    if asked:
        return ForChild.BEING_FOUND_OUT
    return ForChild.DECIDED if decided else ForChild.UNDECIDED


class Correcting(StrEnum):
    """Where a request to put a first account right stands."""

    ASKED = "asked"
    ANSWERED = "answered"


class CorrectionStep(StrEnum):
    """What its author, whom it asks, does."""

    ANSWER = "answer"


# answered, it can be answered more fully: each answer is an addendum of its own
CORRECTION_STEPS: Final[Mapping[tuple[Correcting, CorrectionStep], Correcting]] = MappingProxyType(
    {
        (Correcting.ASKED, CorrectionStep.ANSWER): Correcting.ANSWERED,
        (Correcting.ANSWERED, CorrectionStep.ANSWER): Correcting.ANSWERED,
    }
)
# every table of this room, by what it is of; drawn in docs/generated/transitions.md
TRANSITIONS: Final = MappingProxyType(
    {
        "attendance": ATTENDANCE_STEPS,
        "review of no arrest": NO_ARREST_STEPS,
        "decision for a child": CHILD_STEPS,
        "correction request": CORRECTION_STEPS,
    }
)
