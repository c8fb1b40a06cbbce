"""Two people of whom each is named as the victim of the other: when that is so, and where it stands.

Nothing here says who the primary perpetrator is. A named person does, with reasons, and until then both are victims.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from throughline.foundations.clock.rules import Clock, due, parse_clock
from throughline.reference import load

# the question set that prompts whoever decides
PROMPTS: Final = "primary-perpetrator"


@dataclass(frozen=True, slots=True)
class Alleged:
    """That one person is confirmed as the victim of another in an incident."""

    victim: UUID
    suspect: UUID
    incident: UUID
    at: datetime


def between(on: date) -> Clock:
    """How far apart two allegations may lie to be held against each other, on a day in London."""
    return parse_clock(load("counter-allegation-times").get("between", on=on).text("within"))


def against_each_other(alleged: Iterable[Alleged], *, within: Clock) -> frozenset[frozenset[UUID]]:
    """The pairs of people of whom each is the victim of the other, in one incident or in two within a time."""
    found: dict[tuple[UUID, UUID], list[Alleged]] = {}
    for one in alleged:
        found.setdefault((one.victim, one.suspect), []).append(one)
    return frozenset(
        frozenset({victim, suspect})
        for (victim, suspect), theirs in found.items()
        if victim != suspect
        and any(_together(one, other, within) for one in theirs for other in found.get((suspect, victim), ()))
    )


def _together(one: Alleged, other: Alleged, within: Clock) -> bool:
    if one.incident == other.incident:
        return True
    earlier, later = sorted((one.at, other.at))
    return later <= due(within, earlier)


class Stands(StrEnum):
    """Where a counter-allegation stands; codes of reference's primary-standings."""

    UNDECIDED = "undecided"
    UNRESOLVED = "unresolved"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class CounterStep(StrEnum):
    """What becomes of one."""

    DECIDE = "decide"
    LEAVE_OPEN = "leave-unresolved"
    ALLEGE_AGAIN = "allege-again"
    OVERTURN = "overturn"
    WITHDRAW = "withdraw"


# what was decided holds until somebody decides again; overturned, both are as before anybody had
COUNTER_STEPS: Final[Mapping[tuple[Stands, CounterStep], Stands]] = MappingProxyType(
    {
        (Stands.UNDECIDED, CounterStep.DECIDE): Stands.DECIDED,
        (Stands.UNDECIDED, CounterStep.LEAVE_OPEN): Stands.UNRESOLVED,
        (Stands.UNDECIDED, CounterStep.ALLEGE_AGAIN): Stands.UNDECIDED,
        (Stands.UNDECIDED, CounterStep.WITHDRAW): Stands.WITHDRAWN,
        (Stands.UNRESOLVED, CounterStep.DECIDE): Stands.DECIDED,
        (Stands.UNRESOLVED, CounterStep.LEAVE_OPEN): Stands.UNRESOLVED,
        (Stands.UNRESOLVED, CounterStep.ALLEGE_AGAIN): Stands.UNRESOLVED,
        (Stands.UNRESOLVED, CounterStep.OVERTURN): Stands.UNDECIDED,
        (Stands.UNRESOLVED, CounterStep.WITHDRAW): Stands.WITHDRAWN,
        (Stands.DECIDED, CounterStep.DECIDE): Stands.DECIDED,
        (Stands.DECIDED, CounterStep.LEAVE_OPEN): Stands.UNRESOLVED,
        (Stands.DECIDED, CounterStep.ALLEGE_AGAIN): Stands.DECIDED,
        (Stands.DECIDED, CounterStep.OVERTURN): Stands.UNDECIDED,
        (Stands.DECIDED, CounterStep.WITHDRAW): Stands.WITHDRAWN,
    }
)


class Choice(StrEnum):
    """What somebody decides. Codes, since a decision names nobody: the first case is the one opened first."""

    FIRST = "first-suspect"
    """The suspect of the first case is the primary perpetrator; the second case is the counter-case."""
    SECOND = "second-suspect"
    UNRESOLVED = "unresolved"
    """It stays open who is: both are safeguarded."""
