"""Is this the same place? An address however it is written, and what it is found under.

Judged by house, flat, street, postcode and town alone: whoever lives there plays no part. A street without a
house is a street, and never a door.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from .cleaning import (
    STREET_ENDINGS,
    clean_number,
    clean_postcode,
    clean_street,
    fold,
    is_whole_postcode,
    outcode,
    street_stem,
)
from .description import Place
from .scraps import read_address

_FLATS = "flat|apt|apartment|unit|room"
_FLAT = re.compile(rf"\b(?:{_FLATS})\s*(\w+)", re.I)
_HOUSE = re.compile(r"^\s*(\d+[a-z]?(?:[/-]\d+)?)\b[, ]*", re.I)
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", re.I)
_ENDINGS = "|".join(sorted((ending for ending in STREET_ENDINGS if ending), key=len, reverse=True))
# what a caller says before the street: "outside the shop on Alma Road"
_BEFORE_A_STREET = re.compile(
    rf"^.*\b(?:outside|near|opposite|behind|corner of|on|at|in)\s+(?=[^,\d]*\b(?:{_ENDINGS})\b)", re.I
)
_HOUSE_IN_WORDS = re.compile(
    rf"(?:\b(?:{_FLATS})\s*\w+[, ]+)?\b\d+[a-z]?(?:[/-]\d+)?[, ]+(?:[^\W\d_][\w'’.-]*\s+){{1,4}}?(?:{_ENDINGS})\b.*",
    re.I | re.S,
)
_ENDS_A_STREET = re.compile(rf"\b(?:{_ENDINGS})\b\.?\s*(?:,|$)", re.I)


class Nearness(StrEnum):
    """How a place stands to another, the nearest first."""

    HERE = "here"
    # the same house, of which a flat is not said or is another
    BUILDING = "same-building"
    STREET = "same-street"


class Door(NamedTuple):
    """A cleaned place. Empty where not known; ``street`` is what a caller remembers of it, without its ending."""

    house: str = ""
    flat: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is anything to find it by: a street, or a whole postcode."""
        return bool(self.street or self.postcode)


def door_of(place: Place) -> Door:
    """The place as an address holds it, in whichever of its fields the house number stands."""
    number, street = place.number, place.street
    if leading := _HOUSE.match(street):
        number, street = f"{number} {leading[1]}", street[leading.end() :]
    flat = _FLAT.search(number)
    if flat:
        number = number[: flat.start()] + " " + number[flat.end() :]
    postcode = clean_postcode(place.postcode)
    return Door(
        house=clean_number(number),
        flat=fold(flat[1]) if flat else "",
        street=street_stem(clean_street(street)),
        postcode=postcode if is_whole_postcode(postcode) else "",
        town=fold(place.town),
    )


def read_door(text: str) -> Door:
    """The place that a line of words tells of: "14 Alma Rd flat 2", "outside 14 Alma Road", "Rose Cottage, Mill Lane"."""
    postcode = found[0] if (found := _POSTCODE.search(text)) else ""
    rest = _POSTCODE.sub(" ", text)
    if house := _HOUSE_IN_WORDS.search(rest):
        read = read_address(house[0])
        return door_of(Place(read.number, read.street, read.town, postcode))
    name, _comma, after = rest.partition(",")
    if len(name.split()) > 1 and not _ENDS_A_STREET.search(name) and _ENDS_A_STREET.search(after):
        read = read_address(after)
        return door_of(Place(name, read.street, read.town, postcode))
    read = read_address(_BEFORE_A_STREET.sub("", rest))
    # "by the big tree" is a place to go to, and none to look up
    street = read.street if read.number or _ENDS_A_STREET.search(read.street) else ""
    return door_of(Place(read.number, street, read.town, postcode))


def nearness(asked: Door, held: Door) -> Nearness | None:
    """How ``held`` stands to the place that is asked about; None where it is another one."""
    if not _may_be_one_street(asked, held):
        return None
    if not asked.house or not held.house:
        return Nearness.STREET
    if asked.house != held.house:
        return None
    return Nearness.HERE if asked.flat == held.flat else Nearness.BUILDING


def _may_be_one_street(asked: Door, held: Door) -> bool:
    """By what both say; streets of one name in two towns are two."""
    if asked.postcode and held.postcode:
        if outcode(asked.postcode) != outcode(held.postcode):
            return False
    elif asked.town and held.town and asked.town != held.town:
        return False
    if asked.street and held.street:
        return asked.street == held.street
    return bool(asked.postcode) and asked.postcode == held.postcode
