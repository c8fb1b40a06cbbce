"""Safety measures from the offer until they are in place: what can be done from which state, and when one is late."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from throughline.foundations.clock.rules import due, parse_clock
from throughline.reference import load


class State(StrEnum):
    """Where a safety measure stands."""

    OFFERED = "offered"
    DECLINED = "declined"
    ORDERED = "ordered"
    FITTED = "fitted"
    FAILED = "failed"
    LET_GO = "let-go"
    TAKEN_AWAY = "taken-away"


class Step(StrEnum):
    """What becomes of one, as somebody writes it down."""

    ORDER = "order"
    DECLINE = "decline"
    CHASE = "chase"
    FIT = "fit"
    FAIL = "fail"
    LET_GO = "let-go"
    TAKE_AWAY = "take-away"


# what failed is ordered again or let go with a reason: until then somebody has it on their list
STEPS: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.OFFERED, Step.DECLINE): State.DECLINED,
        (State.OFFERED, Step.ORDER): State.ORDERED,
        (State.DECLINED, Step.ORDER): State.ORDERED,
        (State.ORDERED, Step.CHASE): State.ORDERED,
        (State.ORDERED, Step.FIT): State.FITTED,
        (State.ORDERED, Step.FAIL): State.FAILED,
        (State.ORDERED, Step.LET_GO): State.LET_GO,
        (State.FAILED, Step.ORDER): State.ORDERED,
        (State.FAILED, Step.LET_GO): State.LET_GO,
        (State.FITTED, Step.FAIL): State.FAILED,
        (State.FITTED, Step.TAKE_AWAY): State.TAKEN_AWAY,
    }
)
#: In which somebody has it on their list until it is in place, or is let go.
WAITING: Final = frozenset({State.ORDERED, State.FAILED})
#: Steps that need a coded reason.
REASONED: Final = frozenset({Step.DECLINE, Step.FAIL, Step.LET_GO, Step.TAKE_AWAY})
#: The kind of chronology entry that a step writes; a reminder to the supplier writes none.
ENTRIES: Final[Mapping[Step, str]] = MappingProxyType(
    {
        Step.DECLINE: "measure-declined",
        Step.ORDER: "measure-ordered",
        Step.FIT: "measure-fitted",
        Step.FAIL: "measure-failed",
        Step.LET_GO: "measure-ended",
        Step.TAKE_AWAY: "measure-ended",
    }
)


def can(state: State) -> tuple[Step, ...]:
    """The steps that can be taken from a state, in the order of the table."""
    return tuple(step for (before, step) in STEPS if before is state)


def due_at(kind: str, ordered_at: datetime, on: date) -> datetime:
    """The last instant at which a measure of a kind that was ordered at an instant is in place in time."""
    return due(parse_clock(load("safety-measures").get(kind, on=on).text("clock")), ordered_at)


def is_late(state: State, due: datetime | None, now: datetime) -> bool:
    """Whether a measure that is waited for is past its time."""
    return state in WAITING and due is not None and due < now
