"""Records kept in memory to be looked up: the same keys, cap and packed rows as the site's tables hold.

A snapshot may be written to one file and mapped from it: the processes that map it share the memory, and none of them
can change it. The file is read as it stands on the disk, so nothing has to be loaded.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .columns import Columns
from .features import Features, unpack
from .keys import CAP, MOST, probe_keys, telling
from .mapped import SnapshotError, head_of, map_arrays, write_arrays
from .model import Model
from .scoring import Ranked, rank_rows

__all__ = ["KeyTable", "Snapshot", "SnapshotError", "about"]

Integers = npt.NDArray[np.int64]


class KeyTable:
    """Which rows have a key: two columns, sorted by key."""

    def __init__(self, keys: Integers, rows: npt.NDArray[np.int32], *, is_sorted: bool = False) -> None:
        self.keys, self.rows = (keys, rows) if is_sorted else _sorted(keys, rows)

    def sharing(self, probed: Iterable[int], *, cap: int | None = None, most: int | None = None) -> Integers:
        """The rows that have any of the keys, each once; keys that more than ``cap`` rows have are dropped.

        Of more than ``most`` rows those whose keys tell most are kept, and who equals the last of them.
        """
        wanted = np.fromiter(probed, dtype=np.int64)
        starts = np.searchsorted(self.keys, wanted, side="left")
        ends = np.searchsorted(self.keys, wanted, side="right")
        blocks = [
            self.rows[start:end]
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
            if start < end and (cap is None or end - start <= cap)
        ]
        if not blocks:
            return np.empty(0, np.int64)
        found = np.concatenate(blocks, dtype=np.int64)
        if most is not None and len(found) > most:
            sizes = [len(block) for block in blocks]
            return _most_telling(found, np.repeat([telling(size) for size in sizes], sizes), most)
        found.sort()  # sooner than numpy.unique, which hashes
        return found[np.append(True, found[1:] != found[:-1])]


def _most_telling(found: Integers, told: Integers, most: int) -> Integers:
    order = found.argsort(kind="stable")
    found = found[order]
    first = np.append(True, found[1:] != found[:-1]).nonzero()[0]
    rows, sums = found[first], np.add.reduceat(told[order], first)
    if len(rows) <= most:
        return rows
    least = np.partition(sums, -most)[-most]
    return rows[sums >= least]


def _sorted(keys: Integers, rows: npt.NDArray[np.int32]) -> tuple[Integers, npt.NDArray[np.int32]]:
    """Both by key, equal ones as they stood; a part at a time, for of ten million records they are 300 million."""
    parts = max(1, len(keys) // _PART)
    # keys are digests: each part of their range has about as many
    bounds = np.linspace(-(2.0**63), 2.0**63, parts + 1)[1:-1].astype(np.int64)
    by_key, by_row = np.empty_like(keys), np.empty_like(rows)
    at = 0
    for least, end in pairwise((None, *bounds.tolist(), None)):
        here = np.ones(len(keys), dtype=bool) if least is None else keys >= least
        if end is not None:
            here &= keys < end
        mine, theirs = keys[here], rows[here]
        order = np.argsort(mine, kind="stable")
        by_key[at : at + len(mine)], by_row[at : at + len(mine)] = mine[order], theirs[order]
        at += len(mine)
    return by_key, by_row


_PART = 20_000_000


class Snapshot:
    """Known records by their row number, found by a description as the search page finds them."""

    def __init__(self, columns: Columns, keys: KeyTable, secret: bytes) -> None:
        self.columns, self._keys, self._secret = columns, keys, secret

    def __len__(self) -> int:
        return len(self.columns)

    def features(self, row: int) -> Features:
        """What is known of one record."""
        return unpack(self.columns.packed(row))

    def candidates(self, probe: Features) -> Integers:
        """The records that share a telling key with a description."""
        return self._keys.sharing(probe_keys(probe, self._secret), cap=CAP, most=MOST)

    def look_up(
        self, probe: Features, model: Model, *, limit: int, persons: npt.NDArray[np.int32] | None = None
    ) -> tuple[list[Ranked[int]], Integers]:
        """The likeliest records first, and the numbers of all that were weighed.

        ``persons`` says whose each record is; those of one person do not compete.
        """
        rows = self.candidates(probe)
        ids = rows.tolist()
        groups = None if persons is None else dict(zip(ids, persons[rows].tolist(), strict=True))
        return rank_rows(probe, self.columns, rows, ids, model, groups=groups, limit=limit), rows

    # -- as a file -----------------------------------------------------------------------------------------

    def write(self, path: Path, about: Mapping[str, Any]) -> None:
        """Write it to a file that `mapped` reads; ``about`` is kept in the file's head. Raises OSError."""
        arrays = {**self.columns.arrays, "keys": self._keys.keys, "key_rows": self._keys.rows}
        write_arrays(path, arrays, {"about": dict(about), "secret": _mark_of(self._secret)})

    @classmethod
    def mapped(cls, path: Path, secret: bytes) -> "Snapshot":
        """A snapshot out of its file, without loading it. Raises SnapshotError."""
        arrays, head = map_arrays(path)
        if head.get("secret") != _mark_of(secret):
            raise SnapshotError("the keys of the snapshot were made with another secret")
        table = KeyTable(arrays.pop("keys"), arrays.pop("key_rows"), is_sorted=True)
        return cls(Columns(arrays), table, secret)


def about(path: Path) -> Mapping[str, Any]:
    """What is said in the head of a snapshot's file. Raises SnapshotError."""
    said: Mapping[str, Any] = head_of(path)["about"]
    return said


def _mark_of(secret: bytes) -> str:
    """By which it is known again, and from which it cannot be had."""
    return blake2b(b"throughline snapshot", key=blake2b(secret).digest(), digest_size=16).hexdigest()
