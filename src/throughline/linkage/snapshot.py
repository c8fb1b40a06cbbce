"""Records kept in memory to be looked up: the same keys, cap and packed rows as the site's tables hold.

A snapshot may be written to one file and mapped from it: the processes that map it share the memory, and none of them
can change it. The file is read as it stands on the disk, so nothing has to be loaded.
"""

import json
import math
import mmap
import os
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .columns import Columns
from .features import Features, unpack
from .keys import CAP, probe_keys
from .model import Model
from .scoring import Ranked, rank_rows

Integers = npt.NDArray[np.int64]


class KeyTable:
    """Which rows have a key: two columns, sorted by key."""

    def __init__(self, keys: Integers, rows: npt.NDArray[np.int32], *, is_sorted: bool = False) -> None:
        if not is_sorted:
            order = np.argsort(keys, kind="stable")
            keys, rows = keys[order], rows[order]
        self.keys, self.rows = keys, rows

    def sharing(self, probed: Iterable[int], *, cap: int | None = None) -> Integers:
        """The rows that have any of the keys, each once; keys that more than ``cap`` rows have are dropped."""
        wanted = np.fromiter(probed, dtype=np.int64)
        starts = np.searchsorted(self.keys, wanted, side="left")
        ends = np.searchsorted(self.keys, wanted, side="right")
        blocks = [
            self.rows[start:end]
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
            if start < end and (cap is None or end - start <= cap)
        ]
        return np.unique(np.concatenate(blocks)).astype(np.int64) if blocks else np.empty(0, np.int64)


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
        return self._keys.sharing(probe_keys(probe, self._secret), cap=CAP)

    def look_up(self, probe: Features, model: Model, *, limit: int) -> tuple[list[Ranked[int]], Integers]:
        """The likeliest records first, and the numbers of all that were weighed."""
        rows = self.candidates(probe)
        return rank_rows(probe, self.columns, rows, rows.tolist(), model, limit=limit), rows

    # -- as a file -----------------------------------------------------------------------------------------

    def write(self, path: Path, about: Mapping[str, Any]) -> None:
        """Write it to a file that `mapped` reads; ``about`` is kept in the file's head. Raises OSError.

        The old file stands until the new one is whole: who is killed on the way leaves the old one.
        """
        arrays = {**self.columns.arrays, "keys": self._keys.keys, "key_rows": self._keys.rows}
        places, at = {}, 0
        for name, array in arrays.items():
            places[name] = (array.dtype.str, array.shape, at)
            at += -(-array.nbytes // _ALIGNED) * _ALIGNED
        head = json.dumps(
            {"about": dict(about), "secret": _mark_of(self._secret), "arrays": places, "bytes": at}
        ).encode()
        start = -(-(len(_MARK) + 8 + len(head)) // _ALIGNED) * _ALIGNED
        part = path.with_name(path.name + ".part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_MARK + len(head).to_bytes(8, "little") + head)
            for name, array in arrays.items():
                file.seek(start + places[name][2])
                file.write(np.ascontiguousarray(array).data)
            file.truncate(start + at)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    @classmethod
    def mapped(cls, path: Path, secret: bytes) -> "Snapshot":
        """A snapshot out of its file, without loading it. Raises SnapshotError."""
        arrays, head = _mapped(path)
        if head.get("secret") != _mark_of(secret):
            raise SnapshotError("the keys of the snapshot were made with another secret")
        table = KeyTable(arrays.pop("keys"), arrays.pop("key_rows"), is_sorted=True)
        return cls(Columns(arrays), table, secret)


def about(path: Path) -> Mapping[str, Any]:
    """What is said in the head of a snapshot's file. Raises SnapshotError."""
    said: Mapping[str, Any] = _mapped(path)[1]["about"]
    return said


def _mapped(path: Path) -> tuple[dict[str, npt.NDArray[Any]], Mapping[str, Any]]:
    try:
        with path.open("rb") as file:
            held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise SnapshotError("the snapshot cannot be read") from error
    if held[: len(_MARK)] != _MARK:
        raise SnapshotError("the file is no snapshot, or one of another version")
    try:
        length = int.from_bytes(held[len(_MARK) : len(_MARK) + 8], "little")
        head = json.loads(held[len(_MARK) + 8 : len(_MARK) + 8 + length])
        start = -(-(len(_MARK) + 8 + length) // _ALIGNED) * _ALIGNED
        if len(held) != start + head["bytes"]:
            raise SnapshotError("the snapshot is cut short")
        arrays = {
            name: np.frombuffer(held, dtype, count=math.prod(shape), offset=start + at).reshape(shape)
            for name, (dtype, shape, at) in head["arrays"].items()
        }
    except SnapshotError:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError("the head of the snapshot cannot be read") from error
    return arrays, head


class SnapshotError(ValueError):
    """The file holds no snapshot that can be used, and why."""


def _mark_of(secret: bytes) -> str:
    """By which it is known again, and from which it cannot be had."""
    return blake2b(b"throughline snapshot", key=blake2b(secret).digest(), digest_size=16).hexdigest()


_MARK = b"throughline snapshot 2\n"
_ALIGNED = 64
