"""Calls that speak of domestic abuse and are recorded as something else: which rule proposes, and how well.

A rule is data (reference list proposal-rules) and only proposes: a supervisor answers each. How often it was
right is shown, and a rule that is mostly wrong is switched off until a person switches it on again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from throughline.casework.contact.rules.spoken import heard

#: A rule is switched off when fewer than this share of its latest answers agreed with it.
LEAST_RIGHT = 0.20
#: Over how many answers that is counted: fewer say too little.
COUNTED = 50


class Reads(StrEnum):
    """What a rule looks at."""

    WORDS = "words"
    PLACE = "place"
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of noticing. A rule of words wants one of ``says`` and, where there are any, one of ``beside``."""

    code: str
    reads: Reads
    says: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a call: its log, and whether its place or its people have a domestic history."""

    lines: tuple[str, ...] = ()
    place_known: bool = False
    pair_known: bool = False


def proposes(rule: Rule, told: Told) -> bool:
    """Say whether a rule would have a supervisor look at this call."""
    match rule.reads:
        case Reads.PLACE:
            return told.place_known
        case Reads.PAIR:
            return told.pair_known
        case Reads.WORDS:
            return bool(heard(told.lines, rule.says)) and (
                not rule.beside or bool(heard(told.lines, rule.beside))
            )


@dataclass(frozen=True, slots=True)
class Precision:
    """How many of a rule's proposals were answered, and how many of those were right."""

    answered: int
    right: int

    @property
    def share(self) -> float | None:
        """The share that was right; None while nobody has answered any."""
        return self.right / self.answered if self.answered else None


def precision(answers: Iterable[bool]) -> Precision:
    """Count answers: true for a proposal that was accepted."""
    kept = list(answers)
    return Precision(len(kept), sum(kept))


def mostly_wrong(newest_first: Iterable[bool]) -> bool:
    """Say whether a rule is to be switched off, from its answers since it was last switched on.

    True where `COUNTED` have been answered and fewer than `LEAST_RIGHT` of the latest of these were right.
    """
    latest = list(islice(newest_first, COUNTED))
    return len(latest) == COUNTED and sum(latest) < LEAST_RIGHT * COUNTED


@dataclass(frozen=True, slots=True)
class Switching:
    """A rule was switched on or off, by a person or because it was mostly wrong."""

    on: bool
    at: datetime


def is_on(switchings: Sequence[Switching]) -> bool:
    """Say whether a rule works: every rule does until it is switched off, and the last word counts."""
    return max(switchings, key=lambda one: one.at).on if switchings else True
