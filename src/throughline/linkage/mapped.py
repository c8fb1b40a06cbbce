"""Arrays in one file that many processes map: they share the memory, and none of them can change it."""

import json
import math
import mmap
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_MARK = b"throughline snapshot 4\n"
_ALIGNED = 64
_HEAD = len(_MARK) + 8 + 4
"""Where the head begins: after the mark, how long it is, and its checksum."""


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]], said: Mapping[str, Any]) -> None:
    """Write arrays to a file that `map_arrays` reads, with what is ``said`` of them in its head. Raises OSError.

    The old file stands until the new one is whole: who is killed on the way leaves the old one.
    """
    places, at = {}, 0
    for name, array in arrays.items():
        array = np.ascontiguousarray(array)
        places[name] = (array.dtype.str, array.shape, at, zlib.crc32(array.data))
        at += -(-array.nbytes // _ALIGNED) * _ALIGNED
    head = json.dumps({**said, "arrays": places, "bytes": at}).encode()
    start = -(-(_HEAD + len(head)) // _ALIGNED) * _ALIGNED
    part = path.with_name(path.name + ".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(_MARK + len(head).to_bytes(8, "little") + zlib.crc32(head).to_bytes(4, "little") + head)
        for name, array in arrays.items():
            file.seek(start + places[name][2])
            file.write(np.ascontiguousarray(array).data)
        file.truncate(start + at)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def map_arrays(path: Path) -> tuple[dict[str, npt.NDArray[Any]], Mapping[str, Any]]:
    """The arrays of a file, mapped and not loaded, and what its head says of them.

    Each is read through once and held to its checksum, at some gigabytes a second where the file is in memory.
    Raises SnapshotError.
    """
    held, head, start = _opened(path)
    arrays = {}
    try:
        for name, (dtype, shape, at, checksum) in head["arrays"].items():
            array = np.frombuffer(held, dtype, count=math.prod(shape), offset=start + at).reshape(shape)
            if zlib.crc32(array.data) != checksum:
                raise DamagedError(f"the snapshot is damaged in {name}")
            arrays[name] = array
    except SnapshotError:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError("the head of the snapshot cannot be read") from error
    return arrays, head


def head_of(path: Path) -> Mapping[str, Any]:
    """What the head of a file says, without a look at its arrays. Raises SnapshotError."""
    return _opened(path)[1]


def _opened(path: Path) -> tuple[mmap.mmap, Mapping[str, Any], int]:
    """A file of the right length, its head, and where its arrays begin."""
    try:
        with path.open("rb") as file:
            held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise SnapshotError("the snapshot cannot be read") from error
    if held[: len(_MARK)] != _MARK:
        raise SnapshotError("the file is no snapshot, or one of another version")
    length, checksum = (int.from_bytes(held[at:end], "little") for at, end in _BEFORE_THE_HEAD)
    written = held[_HEAD : _HEAD + length]
    if zlib.crc32(written) != checksum:
        raise SnapshotError("the head of the snapshot cannot be read")
    try:
        head = json.loads(written)
        start = -(-(_HEAD + length) // _ALIGNED) * _ALIGNED
        whole = len(held) == start + head["bytes"]
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError("the head of the snapshot cannot be read") from error
    if not whole:
        raise SnapshotError("the snapshot is cut short")
    return held, head, start


_BEFORE_THE_HEAD = ((len(_MARK), len(_MARK) + 8), (len(_MARK) + 8, _HEAD))


class SnapshotError(ValueError):
    """The file holds no snapshot that can be used, and why."""


class DamagedError(SnapshotError):
    """A byte of the file is no longer what was written."""
