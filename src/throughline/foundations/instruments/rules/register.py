"""The force's own register: which question sets it registered, ended or chose, who did so and when.

One line of JSON for each deed, in the force's folder, only ever added to. A version's file is never changed to end
it: the register says from when it is not asked any more.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from throughline.foundations.instruments.rules.choosing import Setting
from throughline.foundations.instruments.rules.questions import BadInstrument

REGISTER = "register.jsonl"


class Deed(StrEnum):
    """What was done."""

    REGISTERED = "registered"
    ENDED = "ended"
    CHOSEN = "chosen"


class Variant(StrEnum):
    """What a version is beside the one that comes with the software. The 2015 inspection counted the first three."""

    STANDARD = "standard"
    AMENDED = "amended"
    OWN = "own"
    LICENSED = "licensed-wording"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. Which of the last four it has, the deed says: a version with its variant and the SHA-256 of its file;
    a version and its last day; an instrument, from a first day on, in a setting."""

    deed: Deed
    code: str
    by: str
    at: dt.datetime
    version: str | None = None
    variant: Variant | None = None
    digest: str | None = None
    day: dt.date | None = None
    setting: Setting | None = None


_NEEDED: Mapping[Deed, frozenset[str]] = {
    Deed.REGISTERED: frozenset({"version", "variant", "digest"}),
    Deed.ENDED: frozenset({"version", "day"}),
    Deed.CHOSEN: frozenset({"day", "setting"}),
}


def as_line(entry: Entry) -> str:
    """The line to add for an entry, with its end."""
    said = {name: value for name, value in asdict(entry).items() if value is not None}
    return json.dumps(said, default=lambda value: value.isoformat(), ensure_ascii=False) + "\n"


def read_register(text: str, *, file: str) -> tuple[Entry, ...]:
    """The entries of a register, in the order they were made. Raises BadInstrument with the line."""
    return tuple(
        _entry(line, f"{file}, line {number}")
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
    )


def _entry(line: str, place: str) -> Entry:
    try:
        raw = json.loads(line)
    except ValueError:
        raise BadInstrument(f"{place}: not JSON") from None
    if not isinstance(raw, dict) or not all(isinstance(value, str) and value for value in raw.values()):
        raise BadInstrument(f"{place}: not an entry of a register")
    try:
        deed = Deed(raw.pop("deed", ""))
        needed = {"code", "by", "at", *_NEEDED[deed]}
        if raw.keys() != needed:
            raise ValueError
        typed: dict[str, Any] = {name: _READ.get(name, str)(value) for name, value in raw.items()}
        if typed["at"].tzinfo is None:
            raise ValueError
    except ValueError:
        raise BadInstrument(f"{place}: not an entry of a register") from None
    return Entry(deed=deed, **typed)


_READ: Mapping[str, Any] = {
    "at": dt.datetime.fromisoformat,
    "day": dt.date.fromisoformat,
    "variant": Variant,
    "setting": Setting,
}
