"""Any scrap: what a caller handler types into one box, in whatever order, as a description."""

import re
from datetime import date

from .cleaning import STREET_ENDINGS
from .description import Description, Name, Place, years_for_age

_PHONE = re.compile(r"(?<![\w/.-])(?:\(?0(?:[ ()-]*\d){9,10}|\+(?:[ ()-]*\d){8,14}|\d{7,14})(?![\w/.])")
_WHOLE_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?) ?(\d[abd-hjlnp-uw-z]{2})\b", re.I)
_OUTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\b", re.I)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NUMERIC_DATE = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_WORDED_DATE = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({'|'.join(_MONTHS)})[a-z]*,? (\d{{4}}|\d{{2}})\b", re.I
)
_YEAR = re.compile(r"\b(?:born|dob|b\.?)?\s*(19\d\d|20\d\d)\b", re.I)
_DECADE = re.compile(r"\b(early|mid|late)?[ -]?([1-9]0)'?s\b|\b(early|mid|late)?[ -]?(teens)\b", re.I)
_WORDED_AGE = re.compile(
    r"\b(?:aged?|about|around|approx\.?|roughly|c\.?)\s*(\d{1,3})\b"
    r"|\b(\d{1,3})\s*(?:yrs?|years?)?[ -]*(?:old|yo)\b"
    r"|\b(\d{1,3})\s*(?:yrs|years)\b",
    re.I,
)
_BARE_AGE = re.compile(r"(?<![\w/])(\d{2,3})(?![\w/])")
_ENDINGS = "|".join(sorted((ending for ending in STREET_ENDINGS if ending), key=len, reverse=True))
_NUMBERED_ADDRESS = re.compile(
    rf"(?:\b(?:flat|apt|apartment|unit|room)\s*\w+[, ]+)?\b\d+[a-z]?[, ]+(?:[^\W\d_][\w'’.-]*\s+){{1,4}}?"
    rf"(?:{_ENDINGS})\b\.?(?:[, ]+(?:flat|apt|apartment|unit|room)\s*\w+)?",
    re.I,
)
_FLAT = re.compile(r"\b(?:flat|apt|apartment|unit|room)\s*\w+", re.I)
_NUMBER = re.compile(r"^\s*(\d+[a-z]?(?:[/-]\d+)?)\b[, ]*", re.I)
_SEX = re.compile(r"\b(?:(female|woman|lady|girl)|(male|man|gentleman|boy))\b", re.I)
_OTHER = re.compile(
    r"\b(?:other party|partner|ex|husband|wife|boyfriend|girlfriend|suspect|against|and him|and her)\b:?\s+"
    r"((?:[^\W\d_][\w'’-]*\s?){1,3})",
    re.I,
)
_ALIAS = re.compile(r"\b(?:aka|a\.k\.a\.|also known as|known as|née|nee|formerly|or)\b|[;\n/()]", re.I)
_WORDS_ABOUT = re.compile(
    r"\b(?:called|named?|is|lives?|living|at|on|in|from|of|born|dob|tel|phone|mobile|mob|years?|yrs?|old|"
    r"aged?|about|around|approx|her|his|my|ex)\b\.?:?",
    re.I,
)


def read_scraps(text: str, *, today: date) -> Description:
    """Take one line of scraps apart: name, age or birth date, telephone, postcode, house and street.

    What is left over is taken for the name, in no known order; aliases are parted by "aka" or ";".
    A bare number from 10 to 109 with no street behind it is an age. Nothing raises: what cannot be
    read is a name that finds nobody.
    """
    rest = _Rest(text)
    born = _take_date(rest, today)
    phones = tuple(match[0] for match in rest.take_all(_PHONE))
    whole = rest.take(_WHOLE_POSTCODE)
    postcode = whole[0] if whole else ""
    decade = None if born else rest.take(_DECADE)
    # before the street: "about 30, Alma Road" is an age, not a house
    worded_age = rest.take(_WORDED_AGE)
    street = rest.take(_NUMBERED_ADDRESS)
    other = rest.take(_OTHER)
    if not street:
        street = rest.take(_street_alone(rest.text))
    if not postcode and (outcode := rest.take(_OUTCODE)):
        postcode = outcode[0]
    year = None if born else rest.take(_YEAR)
    age = worded_age or (None if born or decade or year else rest.take(_BARE_AGE))
    sex = rest.take(_SEX)
    years = _years(age, decade, year, today) if not born else None
    place = _place_of(street[0] if street else "", postcode)
    names = [name.strip(" ,.-") for name in _ALIAS.split(_WORDS_ABOUT.sub(" ", rest.text))]
    return Description(
        names=tuple(Name(full=" ".join(name.split())) for name in names if any(map(str.isalpha, name))),
        born=born,
        born_from=years[0] if years else None,
        born_to=years[1] if years else None,
        sex="" if not sex else "2" if sex[1] else "1",
        phones=phones,
        places=(place,) if place else (),
        others=(Name(full=other[1].strip()),) if other else (),
    )


def holds_unreadable_date(text: str, *, today: date) -> bool:
    """Whether there is something written as a date that no calendar knows, such as 31/2/1990."""
    looks_like_one = any(pattern.search(text) for pattern in (_ISO_DATE, _NUMERIC_DATE, _WORDED_DATE))
    return looks_like_one and _take_date(_Rest(text), today) is None


class _Rest:
    """Text from which what has been understood is taken out."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: re.Pattern[str] | None) -> re.Match[str] | None:
        match = pattern.search(self.text) if pattern else None
        if match:
            # a comma keeps what stood left and right of it apart
            self.text = f"{self.text[: match.start()]} , {self.text[match.end() :]}"
        return match

    def take_all(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        found = []
        while match := self.take(pattern):
            found.append(match)
        return found


def _street_alone(text: str) -> re.Pattern[str] | None:
    """The street pattern without a number, only where a comma or "at" or "on" sets it off from a name."""
    parted = re.search(
        rf"(?:,|\bat|\bon|\bin)\s+((?:[^\W\d_][\w'’-]*\s+){{1,3}}?(?:{_ENDINGS})\b)", text, re.I
    )
    return re.compile(re.escape(parted[1])) if parted else None


def _take_date(rest: _Rest, today: date) -> date | None:
    if match := rest.take(_ISO_DATE):
        return _date(match[1], match[2], match[3], today)
    if match := rest.take(_NUMERIC_DATE):
        return _date(match[3], match[2], match[1], today) or _date(match[3], match[1], match[2], today)
    if match := rest.take(_WORDED_DATE):
        return _date(match[3], str(_MONTHS.index(match[2].lower()) + 1), match[1], today)
    return None


def _date(year: str, month: str, day: str, today: date) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 1900 if number > today.year % 100 else 2000
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def _years(
    age: re.Match[str] | None, decade: re.Match[str] | None, year: re.Match[str] | None, today: date
) -> tuple[int, int] | None:
    if year:
        return int(year[1]), int(year[1])
    if age:
        number = int(next(filter(None, age.groups())))
        return years_for_age(number, today) if number < 120 else None
    if decade:
        part = (decade[1] or decade[3] or "").lower()
        first, last = (13, 19) if decade[4] else (int(decade[2]), int(decade[2]) + 9)
        if part == "early":
            last = first + 3
        elif part == "mid":
            first, last = first + 3, first + 6
        elif part == "late":
            first = last - 3
        return today.year - last - 1, today.year - first
    return None


_STREET_THEN_TOWN = re.compile(rf"^([^\d]+?\s(?:{_ENDINGS})\b\.?)\s+([^\d]+)$", re.I)


def read_address(text: str) -> Place:
    """An address on one line: number or flat, street, town, postcode; parts are best set off by commas."""
    postcode = ""
    if match := _WHOLE_POSTCODE.search(text):
        postcode = match[0]
        text = text[: match.start()] + text[match.end() :]
    parts = [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]
    numbers: list[str] = []
    street = town = ""
    for part in parts:
        if flat := _FLAT.search(part):
            numbers.append(flat[0])
            part = (part[: flat.start()] + part[flat.end() :]).strip()
        if number := _NUMBER.match(part):
            numbers.append(number[1])
            part = part[number.end() :].strip()
        if not part:
            continue
        if not street:
            street, _, after = _STREET_THEN_TOWN.sub(r"\1\n\2", part).partition("\n")
            town = town or after
        else:
            town = town or part
    return Place(" ".join(numbers), street, town, postcode)


def _place_of(address: str, postcode: str) -> Place | None:
    if not address and not postcode:
        return None
    read = read_address(address)
    return Place(read.number, read.street, read.town, postcode)
