"""Chance drawn in bulk: numpy's speed for code that decides one person at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

_UNITS_AT_ONCE = 8192
_PICKS_AT_ONCE = 512


@dataclass(frozen=True, eq=False, slots=True)
class Weighted:
    """Words with the share that each is drawn at; compared by identity, so that it can key a buffer."""

    words: tuple[str, ...]
    cumulative: NDArray[np.float64]

    @classmethod
    def of(cls, words: Sequence[str], weights: Sequence[float] | NDArray[np.float64]) -> Self:
        sums = np.cumsum(np.asarray(weights, dtype=np.float64))
        return cls(tuple(words), sums / sums[-1])


class Chance:
    """A deterministic stream of decisions: the same seed and the same questions give the same answers."""

    def __init__(self, *seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._units: list[float] = []
        self._picks: dict[Weighted, list[str]] = {}

    def unit(self) -> float:
        """A number from 0 up to, not including, 1."""
        if not self._units:
            self._units = self._rng.random(_UNITS_AT_ONCE).tolist()
        return self._units.pop()

    def yes(self, probability: float) -> bool:
        return self.unit() < probability

    def below(self, bound: int) -> int:
        """A whole number from 0 up to, not including, `bound`."""
        return int(self.unit() * bound)

    def between(self, low: float, high: float) -> float:
        return low + self.unit() * (high - low)

    def pick(self, table: Weighted) -> str:
        waiting = self._picks.get(table)
        if not waiting:
            drawn = np.searchsorted(table.cumulative, self._rng.random(_PICKS_AT_ONCE), side="right")
            waiting = self._picks[table] = [table.words[i] for i in drawn.tolist()]
        return waiting.pop()
