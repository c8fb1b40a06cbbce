"""What holds for people whatever the database: names of things and small judgements on dates."""

import re
from datetime import date, datetime
from functools import lru_cache

import phonenumbers

from throughline.foundations.access.rules import Role, system
from throughline.foundations.clock.rules import london_day, months_after
from throughline.reference import Row, UnknownCode, load

RECOGNISER = system("recogniser")
IMPORTER = system("importer")
RETENTION = system("retention")
# shuts staff out of what they are party to, and tells the auditor where they try
GUARDIAN = system("guardian")

# one that does not exist, one that was erased and one that is out of sight are refused alike
NOT_FOUND = "There is no such record"

# the source of a record that somebody typed here; an import names the system that it came from
TYPED_HERE = "throughline"

# Management of Police Information, group 3: the shortest review period, reviewed and never automatic
FIRST_REVIEW_MONTHS = 72

# why somebody of a role looks at a person where the page itself says no more; codes of `reference`
PURPOSES = {
    Role.CALL_HANDLER: "call",
    Role.FRONT_COUNTER: "counter-report",
    Role.OFFICER: "attendance",
    Role.SERGEANT: "supervision",
    Role.INSPECTOR: "supervision",
    Role.HUB: "risk-review",
    Role.INVESTIGATOR: "investigation",
    Role.SUPERVISOR: "supervision",
    Role.DESK: "restricted-desk",
    Role.INTELLIGENCE: "research",
    Role.REGISTRAR: "crime-recording",
    Role.IDVA: "independent-support",
}

# an age above it is a slip of the keyboard
OLDEST = 120

# characters that a name, a number or a line of an address may have
LONGEST = 200
# nobody alive was born before it
EARLIEST_BIRTH = date(1880, 1, 1)


def first_review(made_on: date) -> date:
    """When somebody must first decide whether a record made on this day is still needed."""
    return months_after(made_on, FIRST_REVIEW_MONTHS)


def age_on(born: date, day: date) -> int:
    """Completed years; somebody born on 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def possible_birth(born: date, today: date) -> bool:
    """Whether somebody whom a call may be about can have been born on this day."""
    return EARLIEST_BIRTH <= born <= today


class Conflict(Exception):
    """What was to be changed is no longer as the person who changes it saw it."""


class Malformed(ValueError):
    """A value that cannot be kept. Says which field and why, never the value."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


def row_of(name: str, field: str, code: str, now: datetime) -> Row:
    """The row of a reference list that a code names today. Raises Malformed, which names the field."""
    try:
        return load(name).get(code, on=london_day(now))
    except UnknownCode:
        raise Malformed(field, "choose one of the answers listed") from None


# a whole British number, which needs no telling apart; the rest is left to the library, which is slow
_BRITISH = re.compile(r"(?:0|\+44)([1-9][0-9]{9})")
_SPACING = str.maketrans("", "", " -()")


@lru_cache(maxsize=65_536)
def e164(given: str) -> str:
    """A telephone number in its one written form where it is a possible one, else its digits.

    Raises Malformed where there are fewer than three digits.
    """
    if british := _BRITISH.fullmatch(given.translate(_SPACING)):
        return f"+44{british[1]}"
    try:
        number = phonenumbers.parse(given, "GB")
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        pass
    digits = "".join(filter(str.isdigit, given))
    if len(digits) < 3:
        raise Malformed("phone", "is not a telephone number")
    return digits
