"""What is known, or was heard, of one person: the words that go into recognition."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Name:
    """One name. ``full`` is a name as heard, of which nobody knows the order."""

    forename: str = ""
    middle: str = ""
    surname: str = ""
    full: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere a person lives or lived. ``number`` is the house number or name, and the flat."""

    number: str = ""
    street: str = ""
    town: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """One person, as a record holds them or as a caller describes them. Everything is optional.

    ``born_from`` and ``born_to`` are years, both included, for when only an age is known.
    ``sex`` is ISO 5218 ("1" male, "2" female) or empty. ``others`` names the other party,
    ``more`` has what else a map names: the field and the value.
    """

    names: tuple[Name, ...] = ()
    born: date | None = None
    born_from: int | None = None
    born_to: int | None = None
    sex: str = ""
    phones: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    others: tuple[Name, ...] = ()
    emails: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()


def years_for_age(age: int, on: date) -> tuple[int, int]:
    """The first and last birth year of someone who is ``age`` years old on a day."""
    return on.year - age - 1, on.year - age
