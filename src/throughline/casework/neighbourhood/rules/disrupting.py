"""A disruption task: what can be done to it from which state, and its clocks, of reference's disruption-kinds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from throughline.foundations.clock.rules import Clock, due, parse_clock
from throughline.reference import load

TASK_DUTY, REVIEW_DUTY = "disruption-task", "disruption-review"


class State(StrEnum):
    """Where a task stands."""

    ORDERED = "ordered"
    ACCEPTED = "accepted"
    ENDED = "ended"


class Step(StrEnum):
    """What somebody does to one."""

    ACCEPT = "accept"
    DO = "do"
    REVIEW = "review"
    END = "end"


# whoever does it without having accepted it first has accepted it; another may accept it later in their place
STEPS: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.ORDERED, Step.ACCEPT): State.ACCEPTED,
        (State.ORDERED, Step.DO): State.ACCEPTED,
        (State.ORDERED, Step.REVIEW): State.ORDERED,
        (State.ORDERED, Step.END): State.ENDED,
        (State.ACCEPTED, Step.ACCEPT): State.ACCEPTED,
        (State.ACCEPTED, Step.DO): State.ACCEPTED,
        (State.ACCEPTED, Step.REVIEW): State.ACCEPTED,
        (State.ACCEPTED, Step.END): State.ENDED,
    }
)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of one kind of task."""

    first: Clock
    again: Clock
    reviewed: Clock

    def first_by(self, ordered_at: datetime) -> datetime:
        """The last instant at which it is first done in time."""
        return due(self.first, ordered_at)

    def again_by(self, done_at: datetime) -> datetime:
        """The last instant at which it is done again in time."""
        return due(self.again, done_at)

    def reviewed_by(self, since: datetime) -> datetime:
        """The last instant at which a supervisor looks at it in time."""
        return due(self.reviewed, since)


def clocks_of(kind: str, on: date) -> Clocks:
    """The clocks of a kind, as they hold on a day. Raises UnknownCode."""
    row = load("disruption-kinds").get(kind, on=on)
    return Clocks(
        parse_clock(row.text("first_within")),
        parse_clock(row.text("again_within")),
        parse_clock(row.text("reviewed_within")),
    )
