"""Arrays in one file that many processes map: they share the memory, and none of them can change it."""

import json
import math
import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_MARK = b"throughline snapshot 2\n"
_ALIGNED = 64


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]], said: Mapping[str, Any]) -> None:
    """Write arrays to a file that `map_arrays` reads, with what is ``said`` of them in its head. Raises OSError.

    The old file stands until the new one is whole: who is killed on the way leaves the old one.
    """
    places, at = {}, 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, array.shape, at)
        at += -(-array.nbytes // _ALIGNED) * _ALIGNED
    head = json.dumps({**said, "arrays": places, "bytes": at}).encode()
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


def map_arrays(path: Path) -> tuple[dict[str, npt.NDArray[Any]], Mapping[str, Any]]:
    """The arrays of a file, mapped and not loaded, and what its head says of them. Raises SnapshotError."""
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
