"""A marker that lapses: when a supervisor looks at it before, and for how long it can be kept."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from throughline.foundations.clock.rules import due, london_day, parse_clock
from throughline.reference import load

REVIEW_DUTY: Final = "marker-review"


class Lapsing(StrEnum):
    """Where a marker with a last day stands that nobody has ended."""

    LAPSED = "lapsed"
    SOON = "soon"
    STANDS = "stands"


def days_before(code: str, on: date) -> int:
    """How many days before its last day a marker of a code is looked at. Raises UnknownCode."""
    kind = load("markers").get(code, on=on).text("kind")
    return load("marker-review-times").get(kind, on=on).number("days_before")


def lapsing(code: str, last_day: date, today: date) -> Lapsing:
    """Where a marker of a code stands whose last day is ``last_day``."""
    if last_day < today:
        return Lapsing.LAPSED
    return Lapsing.SOON if last_day <= today + timedelta(days=days_before(code, today)) else Lapsing.STANDS


def longest(code: str, now: datetime) -> date:
    """The last day until which a marker of a code is kept at once. Raises UnknownCode."""
    today = london_day(now)
    kind = load("markers").get(code, on=today).text("kind")
    return london_day(due(parse_clock(load("marker-review-times").get(kind, on=today).text("kept_for")), now))
