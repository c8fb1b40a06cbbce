"""What holds of risk whatever the database. Nothing here sets a level: a named person does.

Here: how far an assessment, and the hub's look at a pair, can go.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Assessing(StrEnum):
    """Where an assessment stands."""

    OPEN = "open"
    COMPLETE = "complete"


class AssessStep(StrEnum):
    """What its assessor or, of words, a colleague does to one."""

    ANSWER = "answer"
    COMPLETE = "complete"
    ADD_WORDS = "add-words"


# complete, it is never changed: words are added beside it
ASSESSMENT_STEPS: Final[Mapping[tuple[Assessing, AssessStep], Assessing]] = MappingProxyType(
    {
        (Assessing.OPEN, AssessStep.ANSWER): Assessing.OPEN,
        (Assessing.OPEN, AssessStep.COMPLETE): Assessing.COMPLETE,
        (Assessing.COMPLETE, AssessStep.COMPLETE): Assessing.COMPLETE,
        (Assessing.COMPLETE, AssessStep.ADD_WORDS): Assessing.COMPLETE,
    }
)


class Reviewing(StrEnum):
    """Where the hub's review of a pair stands once somebody has taken it."""

    TAKEN = "taken"
    PUT_BACK = "put-back"
    FINISHED = "finished"


class ReviewStep(StrEnum):
    """What the reviewer who has taken it does."""

    TAKE = "take"
    CHOOSE_DEPTH = "choose-depth"
    PUT_BACK = "put-back"
    FINISH = "finish"


# put back, the pair waits as long as it did, and taking it again is another review
HUB_STEPS: Final[Mapping[tuple[Reviewing, ReviewStep], Reviewing]] = MappingProxyType(
    {
        (Reviewing.TAKEN, ReviewStep.TAKE): Reviewing.TAKEN,
        (Reviewing.TAKEN, ReviewStep.CHOOSE_DEPTH): Reviewing.TAKEN,
        (Reviewing.TAKEN, ReviewStep.PUT_BACK): Reviewing.PUT_BACK,
        (Reviewing.TAKEN, ReviewStep.FINISH): Reviewing.FINISHED,
    }
)


def review_state(*, done: bool, let_go: bool) -> Reviewing:
    """Where a review stands, by what was written on it."""
    if done:
        return Reviewing.FINISHED
    return Reviewing.PUT_BACK if let_go else Reviewing.TAKEN


class Checking(StrEnum):
    """Where a check stands: it waits, somebody has said what came of it, or the assessment was added to since."""

    WAITING = "waiting"
    AGREED = "agreed"
    REGRADED = "regraded"
    RETURNED = "returned"
    VOID = "void"


class CheckStep(StrEnum):
    """What a checker, the maker and whoever adds to an assessment do."""

    AGREE = "agree"
    REGRADE = "regrade"
    RETURN = "return"
    READ = "read"
    ADD_TO = "add-to"


# void, it stays to be read, and another waits
CHECK_STEPS: Final[Mapping[tuple[Checking, CheckStep], Checking]] = MappingProxyType(
    {
        (Checking.WAITING, CheckStep.AGREE): Checking.AGREED,
        (Checking.WAITING, CheckStep.REGRADE): Checking.REGRADED,
        (Checking.WAITING, CheckStep.RETURN): Checking.RETURNED,
        (Checking.AGREED, CheckStep.READ): Checking.AGREED,
        (Checking.AGREED, CheckStep.ADD_TO): Checking.VOID,
        (Checking.REGRADED, CheckStep.READ): Checking.REGRADED,
        (Checking.REGRADED, CheckStep.ADD_TO): Checking.VOID,
        (Checking.RETURNED, CheckStep.READ): Checking.RETURNED,
        (Checking.RETURNED, CheckStep.ADD_TO): Checking.VOID,
        (Checking.VOID, CheckStep.READ): Checking.VOID,
    }
)
# every table of this room, by what it is of; drawn in docs/generated/transitions.md
TRANSITIONS: Final = MappingProxyType(
    {"assessment": ASSESSMENT_STEPS, "hub review": HUB_STEPS, "check": CHECK_STEPS}
)
