"""The chain of hashes over the log, without a database."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Entry:
    """An audit row as the chain sees it."""

    id: int
    at: datetime
    xact: int
    actor: UUID
    role: str
    kind: str
    action: str
    purpose: str
    subjects: tuple[UUID, ...]
    detail: dict[str, Any]

    def canonical(self) -> bytes:
        """The one text of this row that is hashed: JSON with sorted keys, times in UTC."""
        row = {
            "id": self.id,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "xact": self.xact,
            "actor": str(self.actor),
            "role": self.role,
            "kind": self.kind,
            "action": self.action,
            "purpose": self.purpose,
            "subjects": [str(subject) for subject in self.subjects],
            "detail": self.detail,
        }
        return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Link:
    """One seal: its number from 1, the event it covers and the hash so far."""

    number: int
    event: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where the log is not what was sealed."""

    what: str
    number: int | None = None
    event: int | None = None

    def __str__(self) -> str:
        place = " ".join(
            f"{name} {value}" for name, value in (("seal", self.number), ("event", self.event)) if value
        )
        return f"{self.what} ({place})" if place else self.what


def link_hash(previous: bytes, number: int, entry: Entry) -> bytes:
    """SHA-256 over the hash before, the link's number and the row."""
    return hashlib.sha256(previous + number.to_bytes(8, "big") + entry.canonical()).digest()


def extend(last: Link | None, entries: Iterable[Entry]) -> Iterator[Link]:
    """Seal ``entries`` in the order given, after ``last``."""
    number, running = (last.number, last.hash) if last else (0, GENESIS)
    for entry in entries:
        number += 1
        running = link_hash(running, number, entry)
        yield Link(number, entry.id, running)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the chain reached, signed and kept away from the database."""

    number: int
    hash: bytes


def first_fault(
    chain: Iterable[tuple[Link, Entry | None]], checkpoints: Iterable[Checkpoint] = ()
) -> Fault | None:
    """Walk the sealed log and name the first row that is not what was sealed, or None.

    ``chain`` holds the links by number, each with the event that it names. A checkpoint that the chain
    does not reach means that its end was cut off.
    """
    expected = {checkpoint.number: checkpoint.hash for checkpoint in checkpoints}
    number, running = 0, GENESIS
    for link, entry in chain:
        number += 1
        if link.number != number:
            return Fault("a seal is missing", number=number)
        if entry is None:
            return Fault("a sealed event is missing", number=number, event=link.event)
        running = link_hash(running, number, entry)
        if running != link.hash:
            return Fault("an event or its seal was changed", number=number, event=link.event)
        if number in expected and expected.pop(number) != running:
            return Fault("the chain was rewritten before a checkpoint", number=number)
    if expected:
        return Fault("the end of the log was cut off", number=number + 1)
    return None
