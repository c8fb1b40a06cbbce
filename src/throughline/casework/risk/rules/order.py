"""Which assessment a sergeant, an inspector or the hub reads first, with why, and never a score.

A sign is something that a person has said or decided. Signs are compared one after the other, in the order in
which they are written here, then the time at which the check is due; they are not added up, and they set no grade.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Sign(StrEnum):
    """Why an assessment is read before others; the one that is written first counts first."""

    AT_LARGE = "at-large"
    MISMATCH = "mismatch"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an assessment that waits.

    ``facts`` are the groups (bail, warrant) of what stands against the suspect; ``not_arrested`` says that he
    was there to arrest and was not. ``spoken`` are the codes of danger that the words speak of, ``answered`` the
    grave factors that she said yes to; ``heard`` says that her answers hold either, where no more than that is known.
    ``lowest`` says that the grade is the lowest there is; nobody's grade is no grade.
    """

    facts: frozenset[str] = frozenset()
    not_arrested: bool = False
    spoken: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    lowest: bool = False
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits to be read, until when it is due, and the signs that it shows."""

    id: UUID
    due_at: datetime
    signs: frozenset[Sign]


def signs(known: Known) -> frozenset[Sign]:
    """The signs that an assessment shows. While nobody has graded, there is nothing for the words to disagree with."""
    shown = {
        Sign.AT_LARGE: known.not_arrested or bool(known.facts & {"bail", "warrant"}),
        Sign.MISMATCH: known.lowest and (known.heard or bool(known.spoken | known.answered)),
    }
    return frozenset(sign for sign, holds in shown.items() if holds)


def presses(shown: Collection[Sign], due_at: datetime, now: datetime) -> bool:
    """Whether it is read now: it shows a sign, or its time is over. The rest is routine, opened singly all the same."""
    return bool(shown) or due_at < now


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Sign by sign as `Sign` has them, and what is due first among equals."""
    return sorted(waiting, key=lambda one: (*(sign not in one.signs for sign in Sign), one.due_at, one.id))


def why(shown: Collection[Sign]) -> tuple[Sign, ...]:
    """The signs in the order in which they count, to be said in words."""
    return tuple(sign for sign in Sign if sign in shown)
