"""What is known of an invented person: the shape that the generator, the stories and the export share."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Group(StrEnum):
    """Whose customs of naming a person has."""

    ENGLISH = "english"
    WELSH = "welsh"
    IRISH = "irish"
    CARIBBEAN = "caribbean"
    SOUTH_ASIAN_MUSLIM = "south-asian-muslim"
    SOUTH_ASIAN_SIKH_HINDU = "south-asian-sikh-hindu"
    ARABIC = "arabic"
    POLISH = "polish"
    EASTERN_EUROPEAN = "eastern-european"
    CHINESE = "chinese"
    WEST_AFRICAN = "west-african"


class Relation(StrEnum):
    """What the other person is to this one."""

    PARTNER = "partner"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"


class Phone(NamedTuple):
    """A number, and from when until when it was this person's (None: still is)."""

    number: str
    since: date | None
    until: date | None


class Address(NamedTuple):
    """`house` is the number, flat or room, as written on a form."""

    house: str
    street: str
    town: str
    postcode: str
    since: date | None
    until: date | None


class Relationship(NamedTuple):
    kind: Relation
    number: int


class OtherParty(NamedTuple):
    """The partner or former partner whom the force has recorded beside this person."""

    forename: str
    surname: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedPerson:
    """One record of the invented force's index.

    `sex` is ISO 5218 ("1" male, "2" female). Where `birth_date` is None, `estimated_age` stands in its
    place. `ethnicity` is a code of the 18+1 classification or "" where nobody asked, `language` an
    ISO 639-1 code or "". The newest phone and address come first.
    """

    number: int
    forename: str
    surname: str
    group: Group
    sex: str
    household: int
    middle: str = ""
    former_surname: str = ""
    known_as: str = ""
    family_name_first: bool = False
    birth_date: date | None = None
    estimated_age: int | None = None
    phones: tuple[Phone, ...] = ()
    addresses: tuple[Address, ...] = ()
    ethnicity: str = ""
    language: str = ""
    markers: tuple[str, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    other_party: OtherParty | None = None

    @property
    def full_name(self) -> str:
        """The name in the order in which its bearer says it."""
        parts = (self.forename, self.middle, self.surname)
        if self.family_name_first:
            parts = (self.surname, self.forename, self.middle)
        return " ".join(part for part in parts if part)

    def age(self, today: date) -> int | None:
        """Whole years on `today`, or the estimate, or None where there is neither."""
        if self.birth_date is None:
            return self.estimated_age
        had_birthday = (today.month, today.day) >= (self.birth_date.month, self.birth_date.day)
        return today.year - self.birth_date.year - (not had_birthday)
