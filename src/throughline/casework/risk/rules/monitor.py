"""Whether regrades go down with the length of the queue, the turn or the reviewer: real, or noise?

The report asks whether capacity downgrades (HMIC 2015, Annex B, question 5). An interval says how sure a share is.
"""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from throughline.measures.intervals import Share, wilson
from throughline.reference import load


@dataclass(frozen=True, slots=True)
class Regrade:
    """A grade that somebody gave where another stood: by ranks, where one is the highest danger."""

    id: UUID
    was: int
    now: int
    queue_length: int
    turn: str
    by: UUID
    flagged: bool = False

    @property
    def down(self) -> bool:
        return self.now > self.was


def share_of(regrades: Collection[Regrade]) -> Share | None:
    """The share of regrades that went down, with its Wilson interval; None of none."""
    return wilson(sum(one.down for one in regrades), len(regrades))


def by[K: Hashable](key: Callable[[Regrade], K], regrades: Iterable[Regrade]) -> dict[K, Share | None]:
    """The share that went down of each of some parts, such as turns or reviewers."""
    parts: dict[K, list[Regrade]] = {}
    for one in regrades:
        parts.setdefault(key(one), []).append(one)
    return {part: share_of(theirs) for part, theirs in parts.items()}


def band_of(queue_length: int, on: date) -> str:
    """The band of reference's queue-bands in which a length falls: the one that begins last at or below it."""
    bands = sorted((row.number("least"), row.code) for row in load("queue-bands").as_of(on))
    return [code for least, code in bands if least <= queue_length][-1]
