"""A description cleaned and coded, and the compact row in which it is kept beside a record."""

from itertools import chain
from typing import NamedTuple

from .cleaning import (
    clean_emails,
    clean_further,
    clean_number,
    clean_phones,
    clean_postcode,
    clean_street,
    fold,
    further_name,
    house_and_street,
)
from .description import Description, Name, Place
from .names import NameParts, parts_of


class Residence(NamedTuple):
    """A cleaned place; empty where not known."""

    number: str
    street: str
    town: str
    postcode: str


class Birth(NamedTuple):
    """When: "yyyymmdd" or empty, or the first and last year that it may be, 0 where not known."""

    date: str
    first_year: int
    last_year: int


class Features(NamedTuple):
    """What is compared. ``born`` is "yyyymmdd" or empty; the years are 0 where not known."""

    names: tuple[NameParts, ...]
    born: str
    born_from: int
    born_to: int
    sex: str
    phones: tuple[str, ...]
    places: tuple[Residence, ...]
    others: tuple[NameParts, ...]
    emails: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()
    """What a map names besides, by what the field is called in a model. It is not packed: no call is compared by it."""

    @property
    def birth(self) -> Birth:
        """What is known of the birth."""
        return Birth(self.born, self.born_from, self.born_to)


def features(description: Description) -> Features:
    """Clean a description. What is empty after cleaning is left out, what is said twice is kept once."""
    born = description.born
    born_from = description.born_from or description.born_to or 0
    return Features(
        names=_names(description.names),
        born=f"{born.year:04}{born.month:02}{born.day:02}" if born else "",
        born_from=0 if born else born_from,
        born_to=0 if born else description.born_to or born_from,
        sex=description.sex if description.sex in ("1", "2") else "",
        phones=tuple(dict.fromkeys(chain.from_iterable(map(clean_phones, description.phones)))),
        places=tuple(dict.fromkeys(filter(any, map(_residence, description.places)))),
        others=_names(description.others),
        emails=tuple(dict.fromkeys(chain.from_iterable(map(clean_emails, description.emails)))),
        more=tuple(
            (further_name(field), value) for field, text in description.more if (value := clean_further(text))
        ),
    )


def _names(names: tuple[Name, ...]) -> tuple[NameParts, ...]:
    return tuple(dict.fromkeys(parts for name in names if (parts := parts_of(name))))


def _residence(place: Place) -> Residence:
    number, street = house_and_street(place.number, place.street)
    return Residence(
        clean_number(number),
        clean_street(street),
        fold(place.town),
        clean_postcode(place.postcode),
    )


# Cleaning leaves letters, digits and single spaces, so these can never stand inside a value.
_FIELD, _ITEM, _PART = "\n", "|", "/"
_TEXTS = 7
"""Of a row without an e-mail address the last is left out."""


def pack(features: Features) -> bytes:
    """The features as one compact row of bytes, some 60 to 120 for a usual record."""
    emails = (_ITEM.join(features.emails),) if features.emails else ()
    return _FIELD.join(
        (
            _ITEM.join(map(_name_text, features.names)),
            features.born or (f"{features.born_from}-{features.born_to}" if features.born_from else ""),
            features.sex,
            _ITEM.join(features.phones),
            _ITEM.join(map(_PART.join, features.places)),
            _ITEM.join(map(_name_text, features.others)),
            *emails,
        )
    ).encode()


def unpack(row: bytes) -> Features:
    """The features that were packed."""
    names, born, sex, phones, places, others, emails = texts_of(row)
    return Features(
        read_names(names),
        *read_born(born),
        sex,
        read_phones(phones),
        read_places(places),
        read_names(others),
        read_emails(emails),
    )


def texts_of(row: bytes) -> list[str]:
    """The seven texts of a packed row: names, birth, sex, telephones, places, names of the other party, e-mail addresses.

    Equal texts say the same. Sex is as in `Features`; the others are read by the functions below.
    """
    texts = row.decode().split(_FIELD)
    return texts if len(texts) == _TEXTS else [*texts, ""]


def read_names(text: str) -> tuple[NameParts, ...]:
    """The names in a text of a packed row."""
    return tuple([_name_of(name) for name in text.split(_ITEM)]) if text else ()


def read_born(text: str) -> Birth:
    """The birth in a text of a packed row."""
    first, years, last = text.partition("-")
    return Birth("", int(first), int(last)) if years else Birth(text, 0, 0)


def read_phones(text: str) -> tuple[str, ...]:
    """The telephone numbers in a text of a packed row."""
    return tuple(text.split(_ITEM)) if text else ()


def read_emails(text: str) -> tuple[str, ...]:
    """The e-mail addresses in a text of a packed row."""
    return tuple(text.split(_ITEM)) if text else ()


def read_places(text: str) -> tuple[Residence, ...]:
    """The places in a text of a packed row."""
    return tuple([Residence._make(place.split(_PART)) for place in text.split(_ITEM)]) if text else ()


def _name_text(name: NameParts) -> str:
    return f"{' '.join(name.given)}/{' '.join(name.family)}" if name.ordered else " ".join(name.given)


def _name_of(text: str) -> NameParts:
    given, ordered, family = text.partition(_PART)
    return NameParts(tuple(given.split()), tuple(family.split()), bool(ordered))
