"""Packed rows taken apart beforehand, in a file that all workers map, found by what they hold.

Taking a row apart costs more than weighing it. Whoever has read a row from the database finds here the same row in
columns; a row that has changed since is another row, and is not found. So the file says what rows look like and never
which rows there are: one that is old, cut short or gone makes a lookup slower and its answer no other.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .columns import Columns, ColumnsBuilder, digest_of
from .mapped import SnapshotError, head_of, map_arrays, write_arrays

Integers = npt.NDArray[np.int64]

LAYOUT = 2
"""Raised when columns are made in another way, or of other lists of names: older files are then not read."""
NOT_HERE = -1


class Prepared:
    """Rows in columns, by the digest of each."""

    def __init__(
        self, columns: Columns, digests: npt.NDArray[np.uint64], rows: npt.NDArray[np.int64]
    ) -> None:
        self.columns, self._digests, self._rows = columns, digests, rows

    @classmethod
    def of(cls, packed: Iterable[bytes]) -> "Prepared":
        """The rows taken apart; of equal ones, one."""
        builder = ColumnsBuilder()
        seen: dict[int, int] = {}
        for row in packed:
            if (digest := digest_of(row)) not in seen:
                seen[digest] = len(seen)
                builder.add(row)
        digests = np.fromiter(seen, dtype=np.uint64, count=len(seen))
        order = np.argsort(digests)
        return cls(Columns(builder.done()), digests[order], order.astype(np.int64))

    def __len__(self) -> int:
        return len(self._digests)

    def places(self, packed: Sequence[bytes]) -> Integers:
        """Where each row stands in the columns; NOT_HERE where it does not, to the last byte."""
        if not len(self):
            return np.full(len(packed), NOT_HERE, dtype=np.int64)
        digests = np.fromiter(map(digest_of, packed), dtype=np.uint64, count=len(packed))
        at = np.minimum(np.searchsorted(self._digests, digests), len(self) - 1)
        places = np.where(self._digests[at] == digests, self._rows[at], NOT_HERE)
        for number, place in enumerate(places.tolist()):
            if place != NOT_HERE and self.columns.packed(place) != packed[number]:
                places[number] = NOT_HERE
        return places

    def write(self, path: Path, about: Mapping[str, Any]) -> None:
        """Write them to a file that `mapped` reads; ``about`` is kept in its head. Raises OSError."""
        arrays = {**self.columns.arrays, "row_digest": self._digests, "row_place": self._rows}
        write_arrays(path, arrays, {"about": dict(about), "prepared": LAYOUT})

    @classmethod
    def mapped(cls, path: Path) -> "Prepared":
        """The rows of a file, which is read through once and not loaded. Raises SnapshotError where it is damaged."""
        arrays, head = map_arrays(path)
        _insist(head)
        try:
            return cls(Columns(arrays), arrays["row_digest"], arrays["row_place"])
        except (KeyError, ValueError) as error:
            raise SnapshotError("the rows of the file cannot be read") from error


def about(path: Path) -> Mapping[str, Any]:
    """What is said in the head of a file of prepared rows, of which no more is read. Raises SnapshotError."""
    head = head_of(path)
    _insist(head)
    said: Mapping[str, Any] = head["about"]
    return said


def _insist(head: Mapping[str, Any]) -> None:
    if head.get("prepared") != LAYOUT:
        raise SnapshotError("the file holds no rows that this version reads")
