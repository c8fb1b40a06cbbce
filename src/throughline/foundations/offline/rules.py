"""When something typed without signal was done, and what becomes of it. Pure: no clock, no database.

A device keeps its own time, which may be hours or years off, or be put right in between. It is asked twice: how
late it thinks it is as it sends, and how far off it was when it last heard from us. The true moment lies between
taking the pages along and the arrival here, which decides between the two readings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

#: How long pages taken along can be read, and how late a post may come before its time is doubted.
LASTS = timedelta(hours=72)
#: How far two readings of one clock may lie apart: the way through the air, and a clock that drifts.
TOLERANCE = timedelta(minutes=2)

# what a device's clock may say at all, in milliseconds: a hundred years either side of 1970
_MOST = 100 * 365 * 24 * 3600 * 1000
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION = re.compile(r"[\w:+.,\-]{0,80}", re.ASCII)


class Outcome(StrEnum):
    """What became of an entry. What is *later*, *waits* or asks to *sign in* stays on the device."""

    TAKEN = "taken"
    CONFLICT = "conflict"
    WAITS = "waits"
    LATER = "later"
    SIGN_IN = "sign-in"
    NOT_YOURS = "not-yours"


class Why(StrEnum):
    """Why an entry was kept as a conflict and not taken in."""

    CHANGED = "changed"
    ERRORS = "errors"
    REFUSED = "refused"
    NOT_THERE = "not-there"
    UNREADABLE = "unreadable"


class BadEntry(ValueError):
    """What a device says of an entry cannot be read; names the field, never its value."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the device says of an entry: its number in the incident's order, and its clock in milliseconds.

    ``known``: by how much our clock was ahead of the device's when they last spoke before it was typed.
    ``versions``: the names of the form's fields that say which version of the page was answered.
    """

    id: UUID
    lease: UUID
    order: int
    typed: int
    sent: int
    known: int | None = None
    versions: tuple[str, ...] = ()


def read_told(headers: Mapping[str, str]) -> Told | None:
    """The entry that a request carries, or None for an ordinary one. Raises :class:`BadEntry`."""
    if "Throughline-Entry" not in headers:
        return None
    known = headers.get("Throughline-Entry-Known", "")
    return Told(
        id=_uuid(headers, "Throughline-Entry"),
        lease=_uuid(headers, "Throughline-Entry-Lease"),
        order=_number(headers, "Throughline-Entry-Order", least=0, most=2**31 - 1),
        typed=_number(headers, "Throughline-Entry-Typed"),
        sent=_number(headers, "Throughline-Entry-Sent"),
        known=_number(headers, "Throughline-Entry-Known", least=-2 * _MOST, most=2 * _MOST)
        if known
        else None,
        versions=tuple(headers.get("Throughline-Entry-Versions", "").split()),
    )


def _uuid(headers: Mapping[str, str], name: str) -> UUID:
    try:
        return UUID(headers.get(name, ""))
    except ValueError:
        raise BadEntry(f"{name}: not an id") from None


def _number(headers: Mapping[str, str], name: str, *, least: int = -_MOST, most: int = _MOST) -> int:
    text = headers.get(name, "")
    if not re.fullmatch(r"-?\d{1,16}", text, re.ASCII) or not least <= int(text) <= most:
        raise BadEntry(f"{name}: not a number that it can be")
    return int(text)


def device_time(milliseconds: int) -> datetime:
    """What a device's clock showed, as a moment."""
    return _FIRST + timedelta(milliseconds=milliseconds)


@dataclass(frozen=True, slots=True)
class Done:
    """When something was done, by our clock, and whether that is to be doubted."""

    at: datetime
    doubtful: bool = False


def corrected(
    told: Told, *, received: datetime, taken_along: datetime, after: datetime | None = None
) -> Done:
    """When an entry was typed, by our clock.

    First reading: as long before it arrived as the device says that it was typed before it was sent. Second:
    what its clock showed as it was typed, put right by what it was off when we last spoke. A reading before the
    pages were taken along or after the arrival is impossible. Two possible ones that differ, none, more than
    `LASTS` late, or before the entry that came ``after``: a moment within what is possible, and doubtful.
    """
    readings = [received + timedelta(milliseconds=told.typed - told.sent)]
    if told.known is not None:
        readings.append(device_time(told.typed) + timedelta(milliseconds=told.known))
    earliest = min(max(taken_along, after or taken_along), received)
    possible = [one for one in readings if earliest - TOLERANCE <= one <= received + TOLERANCE]
    at = min(max(possible[0] if possible else readings[0], earliest), received)
    agree = bool(possible) and max(possible) - min(possible) <= TOLERANCE
    return Done(at, doubtful=not agree or received - at > LASTS)


def has_lapsed(until: datetime, now: datetime) -> bool:
    """Whether pages that were taken along can be opened no more."""
    return now >= until


def versions_in(typed: Mapping[str, list[str]], names: tuple[str, ...]) -> dict[str, str]:
    """The version that a form was answered on: numbers and ids alone (two of a page with commas), so that they can be kept in the clear."""
    first = {name: typed[name][0] for name in names if typed.get(name)}
    return {name: value for name, value in first.items() if _VERSION.fullmatch(value)}


def carried_on(
    answered: Mapping[str, str], before: Mapping[str, str], left: Mapping[str, str]
) -> dict[str, str]:
    """The version to take an entry in on, where the same device has answered the same page before it.

    Both were typed on the page as it was taken along (``answered`` equals ``before``); the first has changed it
    (to ``left``). That is no conflict with anybody, and the second stands on what the first left.
    """
    return dict(left) if answered and left and answered == before else {}


class Stands(StrEnum):
    """How work stands that is out on a device. The first two are codes of reference's stuck-after."""

    UNSENT = "unsent"
    UNSEEN = "phone-unseen"
    CONFLICT = "offline-conflict"
