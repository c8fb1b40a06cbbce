"""What a contact may say, and what two people who change it at once are told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import system
from throughline.linkage.places import read_door

#: Who brings in what a telephony or command-and-control system delivers.
TELEPHONY = system("telephony")

#: What can be changed of a contact, and what of that is heard of people and kept beside it.
FIELDS = ("caller", "line", "cannot_speak", "number", "place", "postcode", "recorded_as", "domestic")
HEARD = ("who", "other")

#: Characters of a field that is said in one breath; more was pasted by mistake.
LONGEST = 500
#: Characters of one line of the log.
LONGEST_WORDS = 5_000

_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})\b")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a field says by now, who wrote that and when, beside what was to be written."""

    stands: Any
    typed: Any
    by: UUID
    at: datetime


class Overtaken(Conflict):
    """Fields were changed by somebody else since they were read. Nothing of them was written.

    ``fields`` tells of each what stands; ``version`` is the one to change it from.
    """

    def __init__(self, fields: Mapping[str, Standing], version: int) -> None:
        super().__init__("overtaken: " + ", ".join(sorted(fields)))
        self.fields = fields
        self.version = version


class TakenAlready(Conflict):
    """Somebody else took the call first."""

    def __init__(self, by: UUID, at: datetime) -> None:
        super().__init__("taken already")
        self.by = by
        self.at = at


def whole_postcode(place: str) -> str:
    """The postcode that a line of a place holds, in its written form; empty where it holds none."""
    found = _POSTCODE.search(place.upper())
    return f"{found[1]} {found[2]}" if found else ""


#: What is read of a place, beside the words themselves.
FOLLOWS_THE_PLACE = ("postcode", "house", "street")


def where(place: str) -> dict[str, str]:
    """What is kept of a line of a place, so that it is found again however somebody else writes it."""
    door = read_door(place)
    return {"postcode": whole_postcode(place), "house": door.house, "street": door.street}


def checked_words(field: str, words: str, *, longest: int) -> str:
    """Words of several lines as they are kept. Raises Malformed for too many, never repeating them."""
    words = words.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(words) > longest:
        raise Malformed(field, f"is longer than {longest} characters")
    return words


def checked(field: str, value: Any) -> Any:
    """A field's value as it is kept. Raises Malformed for a text of no use, never repeating it."""
    if not isinstance(value, str):
        return value
    text = " ".join(value.replace("\x00", "").split())
    if len(text) > LONGEST:
        raise Malformed(field, f"is longer than {LONGEST} characters")
    return text


def checked_position(
    latitude: float | None, longitude: float | None, within_metres: int | None
) -> tuple[float | None, float | None, int | None]:
    """A position on earth, and how far off it may be. Raises Malformed for half a position."""
    if (latitude is None) != (longitude is None):
        raise Malformed("latitude" if latitude is None else "longitude", "is missing")
    if latitude is not None and not -90 <= latitude <= 90:
        raise Malformed("latitude", "is not between -90 and 90")
    if longitude is not None and not -180 <= longitude <= 180:
        raise Malformed("longitude", "is not between -180 and 180")
    if within_metres is not None and not 0 <= within_metres <= 1_000_000:
        raise Malformed("within_metres", "is not a distance in metres")
    return latitude, longitude, within_metres
