"""From one state to the next: a deployment, and the brief that goes with it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Going(StrEnum):
    """Where a deployment stands. A later decision supersedes it in whatever state it is; it stays in that."""

    DECIDED = "decided"
    SENT = "sent"
    ARRIVED = "arrived"
    STOOD_DOWN = "stood-down"


class GoingStep(StrEnum):
    """What can be said of one."""

    ASSIGN = "assign"
    ARRIVE = "arrive"
    STAND_DOWN = "stand-down"


DEPLOYMENT_STEPS: Final[Mapping[tuple[Going, GoingStep], Going]] = MappingProxyType(
    {
        (Going.DECIDED, GoingStep.ASSIGN): Going.SENT,
        (Going.DECIDED, GoingStep.ARRIVE): Going.ARRIVED,
        (Going.DECIDED, GoingStep.STAND_DOWN): Going.STOOD_DOWN,
        (Going.SENT, GoingStep.ASSIGN): Going.SENT,
        (Going.SENT, GoingStep.ARRIVE): Going.ARRIVED,
        (Going.SENT, GoingStep.STAND_DOWN): Going.STOOD_DOWN,
        (Going.ARRIVED, GoingStep.ASSIGN): Going.ARRIVED,
        (Going.ARRIVED, GoingStep.ARRIVE): Going.ARRIVED,
        (Going.ARRIVED, GoingStep.STAND_DOWN): Going.STOOD_DOWN,
        # who went, or that they had been there, may be said late: they are free all the same
        (Going.STOOD_DOWN, GoingStep.ASSIGN): Going.STOOD_DOWN,
        (Going.STOOD_DOWN, GoingStep.ARRIVE): Going.STOOD_DOWN,
        (Going.STOOD_DOWN, GoingStep.STAND_DOWN): Going.STOOD_DOWN,
    }
)


def going(*, sent_at: datetime | None, arrived_at: datetime | None, stood_down_at: datetime | None) -> Going:
    """Where a deployment stands, by when each was first said of it."""
    if stood_down_at is not None:
        return Going.STOOD_DOWN
    if arrived_at is not None:
        return Going.ARRIVED
    return Going.SENT if sent_at is not None else Going.DECIDED


class Passed(StrEnum):
    """Where a brief stands. A newer one of its deployment takes its place; it stays as it was."""

    SENT = "sent"
    OPENED = "opened"
    READ = "read"


class PassedStep(StrEnum):
    """What whoever attends does with one."""

    OPEN = "open"
    ACKNOWLEDGE = "acknowledge"


BRIEF_STEPS: Final[Mapping[tuple[Passed, PassedStep], Passed]] = MappingProxyType(
    {
        (Passed.SENT, PassedStep.OPEN): Passed.OPENED,
        (Passed.SENT, PassedStep.ACKNOWLEDGE): Passed.READ,
        (Passed.OPENED, PassedStep.OPEN): Passed.OPENED,
        (Passed.OPENED, PassedStep.ACKNOWLEDGE): Passed.READ,
        (Passed.READ, PassedStep.OPEN): Passed.READ,
        (Passed.READ, PassedStep.ACKNOWLEDGE): Passed.READ,
    }
)


def passed(*, opened_at: datetime | None, acknowledged_at: datetime | None) -> Passed:
    """Where a brief stands, by when each was first done with it."""
    if acknowledged_at is not None:
        return Passed.READ
    return Passed.OPENED if opened_at is not None else Passed.SENT


TRANSITIONS: Final = MappingProxyType({"deployment": DEPLOYMENT_STEPS, "brief": BRIEF_STEPS})
