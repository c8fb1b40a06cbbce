"""Which open contact stands first on the supervisor's list: the oldest danger, with why, and never a score.

A sign is something that a person has said or decided, or a time that has passed. Signs are compared one after
the other, in the order in which they are written here; they are not added up, and they set no level of risk.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Sign(StrEnum):
    """Why a contact is looked at before others; the one that is written first counts first."""

    AT_LARGE = "at-large"
    GRADED_HIGH = "graded-high"
    MARKER = "danger-marker"
    MISMATCH = "mismatch"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a contact that is not over, as far as its danger goes.

    ``facts`` are the groups (bail, warrant) of what stands against whoever is involved, ``spoken`` the codes of
    danger that the log speaks of. ``decided`` says that somebody chose a grade of response, ``soon`` that it
    sends somebody at once or within hours. ``due_at`` is when somebody is to be there, ``arrived`` that they are.
    """

    facts: frozenset[str] = frozenset()
    grades: frozenset[str] = frozenset()
    markers: frozenset[str] = frozenset()
    spoken: frozenset[str] = frozenset()
    decided: bool = False
    soon: bool = False
    due_at: datetime | None = None
    arrived: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contact that waits, since when, and the signs of danger that it shows."""

    id: UUID
    since: datetime
    signs: frozenset[Sign]


def signs(known: Known, *, now: datetime) -> frozenset[Sign]:
    """The signs that a contact shows at ``now``.

    A mismatch is danger in the words and a response that is late or none: while nobody has decided, there is
    nothing yet for the words to disagree with.
    """
    shown = {
        Sign.AT_LARGE: bool(known.facts & {"bail", "warrant"}),
        Sign.GRADED_HIGH: "high" in known.grades,
        Sign.MARKER: bool(known.markers),
        Sign.MISMATCH: bool(known.spoken) and known.decided and not known.soon,
        Sign.OVERDUE: known.due_at is not None and not known.arrived and known.due_at < now,
    }
    return frozenset(sign for sign, holds in shown.items() if holds)


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The order of the list: sign by sign as `Sign` has them, and the longest waiting first among equals."""
    return sorted(waiting, key=lambda one: (*(sign not in one.signs for sign in Sign), one.since, one.id))


def dangerous(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Those that show any sign, in order: what stands under NOW."""
    return in_order(one for one in waiting if one.signs)


def why(shown: Collection[Sign]) -> tuple[Sign, ...]:
    """The signs in the order in which they count, to be said in words beside a contact."""
    return tuple(sign for sign in Sign if sign in shown)
