"""Records kept in memory to be looked up: the same keys, cap and packed rows as the site's tables hold."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from .features import Features, unpack
from .keys import CAP, probe_keys
from .model import Model
from .scoring import Ranked, rank

Integers = npt.NDArray[np.int64]


class KeyTable:
    """Which rows have a key: two columns, sorted by key."""

    def __init__(self, keys: Integers, rows: npt.NDArray[np.int32]) -> None:
        order = np.argsort(keys, kind="stable")
        self._keys, self._rows = keys[order], rows[order]

    def sharing(self, probed: Iterable[int], *, cap: int | None = None) -> Integers:
        """The rows that have any of the keys, each once; keys that more than ``cap`` rows have are dropped."""
        wanted = np.fromiter(probed, dtype=np.int64)
        starts = np.searchsorted(self._keys, wanted, side="left")
        ends = np.searchsorted(self._keys, wanted, side="right")
        blocks = [
            self._rows[start:end]
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
            if start < end and (cap is None or end - start <= cap)
        ]
        return np.unique(np.concatenate(blocks)).astype(np.int64) if blocks else np.empty(0, np.int64)


class Snapshot:
    """Known records by their row number, found by a description as the search page finds them."""

    def __init__(self, packed: Sequence[bytes], keys: KeyTable, secret: bytes) -> None:
        self._packed, self._keys, self._secret = packed, keys, secret

    def __len__(self) -> int:
        return len(self._packed)

    def features(self, row: int) -> Features:
        """What is known of one record."""
        return unpack(self._packed[row])

    def candidates(self, probe: Features) -> list[tuple[int, bytes]]:
        """The records that share a telling key with a description."""
        rows = self._keys.sharing(probe_keys(probe, self._secret), cap=CAP)
        return [(row, self._packed[row]) for row in rows.tolist()]

    def look_up(self, probe: Features, model: Model, *, limit: int) -> tuple[list[Ranked[int]], list[int]]:
        """The likeliest records first, and the numbers of all that were weighed."""
        candidates = self.candidates(probe)
        return rank(probe, candidates, model, limit=limit), [row for row, _ in candidates]
