"""Whether regrades go down with the length of the queue, the turn or the reviewer: real, or noise?

The report asks whether capacity downgrades (HMIC 2015, Annex B, question 5). An interval says how sure a share is.
"""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Final
from uuid import UUID

from throughline.reference import load

#: Two-sided 95 %.
_Z: Final = 1.959963984540054


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


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some regrades went down, with the interval within which the share lies in 95 of 100 cases."""

    down: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        return self.down / self.of if self.of else None


def wilson(k: int, n: int) -> tuple[float, float]:
    """Wilson's score interval for ``k`` of ``n``; the whole range where there is nothing to go by.

    E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209–212. Raises ValueError for a ``k``
    that is not within ``n``.
    """
    if not 0 <= k <= n:
        raise ValueError("a share is of as many as there are")
    if n == 0:
        return 0.0, 1.0
    p = k / n
    middle = p + _Z**2 / (2 * n)
    spread = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    below = 1 + _Z**2 / n
    # the ends are exact where nobody or everybody was counted
    low = 0.0 if k == 0 else max(0.0, (middle - spread) / below)
    high = 1.0 if k == n else min(1.0, (middle + spread) / below)
    return low, high


def share_of(regrades: Collection[Regrade]) -> Share:
    """The share of regrades that went down."""
    down = sum(one.down for one in regrades)
    return Share(down, len(regrades), *wilson(down, len(regrades)))


def by[K: Hashable](key: Callable[[Regrade], K], regrades: Iterable[Regrade]) -> dict[K, Share]:
    """The share that went down of each of some parts, such as turns or reviewers."""
    parts: dict[K, list[Regrade]] = {}
    for one in regrades:
        parts.setdefault(key(one), []).append(one)
    return {part: share_of(theirs) for part, theirs in parts.items()}


def band_of(queue_length: int, on: date) -> str:
    """The band of reference's queue-bands in which a length falls: the one that begins last at or below it."""
    bands = sorted((row.number("least"), row.code) for row in load("queue-bands").as_of(on))
    return [code for least, code in bands if least <= queue_length][-1]
