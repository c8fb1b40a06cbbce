"""What a telephony or command-and-control system says of a call: one JSON object, read field by field.

A call is never lost over a minor field: what cannot be read is left out and named. Only without an ``id``, or
where the line is no JSON object, is there nothing to keep it by. See docs/running/telephony.md.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from throughline.casework.contact.rules.taking import LONGEST, checked_position
from throughline.casework.people.rules import Malformed

#: Bytes of a line; a call that is told in more was not told by a telephone.
LONGEST_LINE = 65_536
FIELDS = (
    "id",
    "number",
    "latitude",
    "longitude",
    "within_metres",
    "channel",
    "at",
    "line",
    "place",
    "recording",
    "recorded_until",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that could not be read, and why; never what it said."""

    field: str
    why: str

    def __str__(self) -> str:
        return f"{self.field}: {self.why}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A call as it was delivered, with the fields that had to be left out."""

    ref: str
    number: str = ""
    latitude: float | None = None
    longitude: float | None = None
    within_metres: int | None = None
    channel: str = ""
    at: datetime | None = None
    line: str = ""
    place: str = ""
    recording: str = ""
    recorded_until: datetime | None = None
    faults: tuple[Fault, ...] = ()


def read_delivery(raw: bytes, *, now: datetime, known: Callable[[str, str], bool] | None = None) -> Delivery:
    """One call from one line. ``known`` says whether ``channel`` and ``line`` are codes that we have.

    Raises Malformed where the line cannot be kept at all: its field is ``line`` or ``id``.
    """
    told = _object(raw)
    ref = _text(told.get("id"))
    if not ref:
        raise Malformed("id", "is missing" if told.get("id") in (None, "") else "is not text or a number")
    faults: list[Fault] = [
        Fault(name, "is not a field of ours") for name in sorted(told) if name not in FIELDS
    ]

    def read(field: str, reader: Callable[[Any], Any]) -> Any:
        if told.get(field) in (None, ""):
            return None
        try:
            return reader(told[field])
        except ValueError as wrong:
            faults.append(Fault(field, wrong.why if isinstance(wrong, Malformed) else str(wrong)))
            return None

    latitude, longitude = read("latitude", _number), read("longitude", _number)
    within = read("within_metres", lambda value: round(_number(value)))
    try:
        latitude, longitude, within = checked_position(latitude, longitude, within)
    except Malformed as wrong:
        faults.append(Fault(wrong.field, wrong.why))
        latitude = longitude = within = None
    at = read("at", _moment)
    return Delivery(
        ref=ref,
        number=read("number", _said) or "",
        latitude=latitude,
        longitude=longitude,
        within_metres=within,
        channel=read("channel", lambda value: _code("channel", value, known)) or "",
        # a clock that runs ahead of ours must not hide how long somebody has waited
        at=min(at, now) if at else None,
        line=read("line", lambda value: _code("line", value, known)) or "",
        place=read("place", _said) or "",
        recording=read("recording", _said) or "",
        recorded_until=read("recorded_until", _moment),
        faults=tuple(faults),
    )


def _object(raw: bytes) -> dict[str, Any]:
    if len(raw) > LONGEST_LINE:
        raise Malformed("line", f"is longer than {LONGEST_LINE} bytes")
    try:
        told = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise Malformed("line", "is not UTF-8") from None
    except (ValueError, RecursionError):
        raise Malformed("line", "is not JSON; it may have been cut off") from None
    if not isinstance(told, dict):
        raise Malformed("line", "is not a JSON object")
    return told


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).replace("\x00", "").strip()
    # a lone surrogate is valid JSON and no text
    return "" if len(text) > LONGEST or not text.isprintable() else text


def _said(value: Any) -> str:
    text = " ".join(str(value).replace("\x00", "").split()) if isinstance(value, str | int) else ""
    if isinstance(value, bool) or not text:
        raise ValueError("is not text")
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("is not text") from None
    return text


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("is not a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise ValueError("is not a number") from None
    if not math.isfinite(number):
        raise ValueError("is not a number")
    return number


def _moment(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("is not a moment such as 2026-11-03T02:14:05+00:00") from None
    if at.utcoffset() is None:
        raise ValueError("has no time zone")
    return at


def _code(field: str, value: Any, known: Callable[[str, str], bool] | None) -> str:
    code = _said(value)
    if known is not None and not known(field, code):
        raise ValueError("is not one of our codes")
    return code
