"""Packed rows taken apart beforehand, in a file that all workers map, found by what they hold.

Taking a row apart costs more than weighing it. Whoever has the digest of a row from the database finds here the same
row in columns; a row that has changed since has another digest, and is not found. So the file says what rows look like
and never which rows there are: one that is old, cut short or gone makes a lookup slower and its answer no other.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .columns import Columns, ColumnsBuilder
from .mapped import SnapshotError, head_of, map_arrays, write_arrays

Integers = npt.NDArray[np.int64]
Digests = npt.NDArray[np.uint64]
"""Of each row two numbers, which are its digest."""

LAYOUT = 3
"""Raised when columns are made in another way, or of other lists of names: older files are then not read."""
NOT_HERE = -1


def digest_of_row(packed: bytes) -> bytes:
    """By which a row is known: half of its SHA-256, as the database has it too (`casework.people` `Features.digest`)."""
    return sha256(packed).digest()[:_DIGEST]


_DIGEST = 16


def digests(joined: bytes) -> Digests:
    """Digests that stand one after the other, as `Prepared.places` takes them."""
    return np.frombuffer(joined, dtype="<u8").reshape(-1, 2)


class Prepared:
    """Rows in columns, by the digest of each."""

    def __init__(
        self, columns: Columns, first: npt.NDArray[np.uint64], second: npt.NDArray[np.uint64], rows: Integers
    ) -> None:
        """Rows of the columns by the two numbers of their digests, of which the first rises."""
        self.columns, self._first, self._second, self._rows = columns, first, second, rows

    @classmethod
    def of(cls, packed: Iterable[bytes]) -> "Prepared":
        """The rows taken apart; of equal ones, one."""
        builder = ColumnsBuilder()
        seen: dict[bytes, int] = {}
        for row in packed:
            if (digest := digest_of_row(row)) not in seen:
                seen[digest] = len(seen)
                builder.add(row)
        all_of_them = digests(b"".join(seen))
        order = np.argsort(all_of_them[:, 0])
        first, second = all_of_them[order].T
        return cls(Columns(builder.done()), first, second, order.astype(np.int64))

    def __len__(self) -> int:
        return len(self._rows)

    def places(self, of: Digests) -> Integers:
        """Where the row of each digest stands in the columns; NOT_HERE where it does not."""
        if not len(self):
            return np.full(len(of), NOT_HERE, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._first, of[:, 0]), len(self) - 1)
        same = (self._first[at] == of[:, 0]) & (self._second[at] == of[:, 1])
        return np.where(same, self._rows[at], NOT_HERE)

    def write(self, path: Path, about: Mapping[str, Any]) -> None:
        """Write them to a file that `mapped` reads; ``about`` is kept in its head. Raises OSError."""
        arrays = {
            **self.columns.arrays,
            "row_digest": self._first,
            "row_digest_2": self._second,
            "row_place": self._rows,
        }
        write_arrays(path, arrays, {"about": dict(about), "prepared": LAYOUT})

    @classmethod
    def mapped(cls, path: Path) -> "Prepared":
        """The rows of a file, which is read through once and not loaded. Raises SnapshotError where it is damaged."""
        arrays, head = map_arrays(path)
        _insist(head)
        try:
            return cls(Columns(arrays), arrays["row_digest"], arrays["row_digest_2"], arrays["row_place"])
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
