"""When something is due: hours, working days and months from an instant, as people in London count them.

A clock is written as data ("24 hours", "1 working day", "10 years") and applied to an aware instant. Minutes and
hours are elapsed time, counted in UTC, so that a limit is as long on the night the clocks change as on any
other. Days and months are counted on the calendar in London and run to the last moment of the day.
"""

import re
from calendar import MONDAY, SATURDAY, SUNDAY, monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from govuk_bank_holidays.bank_holidays import BankHolidays

from throughline.reference import load

LONDON: Final = ZoneInfo("Europe/London")
# Bank holidays that broke the pattern are listed from this year on (reference list bank-holiday-changes).
FIRST_YEAR: Final = 2011
ONE_DAY: Final = timedelta(days=1)


class Unit(StrEnum):
    IMMEDIATE = "immediate"
    MINUTES = "minutes"
    HOURS = "hours"
    WORKING_DAYS = "working days"
    MONTHS = "months"
    NEXT_SCHOOL_DAY = "next school day"


# clocks that have no count
_WITHOUT_COUNT: Final = {Unit.IMMEDIATE, Unit.NEXT_SCHOOL_DAY}
# when a school that was told before can still do something with it
SCHOOL_BEGINS: Final = time(8, 30)


@dataclass(frozen=True, slots=True)
class Clock:
    """How long there is: a count of one unit. Immediate and the next school day have no count; others at least one."""

    unit: Unit
    count: int = 0

    def __post_init__(self) -> None:
        if (self.unit in _WITHOUT_COUNT) != (self.count == 0) or self.count < 0:
            raise ValueError(f"a clock of {self.count} {self.unit} cannot be kept")


CLOCK_TEXT: Final = re.compile(
    r"(?P<count>[1-9]\d*) (?P<unit>minute|hour|working day|month|year)s?", re.ASCII
)
UNITS: Final = {
    "minute": (Unit.MINUTES, 1),
    "hour": (Unit.HOURS, 1),
    "working day": (Unit.WORKING_DAYS, 1),
    "month": (Unit.MONTHS, 1),
    "year": (Unit.MONTHS, 12),
}


def parse_clock(text: str) -> Clock:
    """Reads a clock as lists write it: "immediate", "24 hours", "1 working day", "10 years", "next school day".

    Raises ValueError for any other text.
    """
    if text in _WITHOUT_COUNT:
        return Clock(Unit(text))
    match = CLOCK_TEXT.fullmatch(text)
    if match is None:
        raise ValueError(f"not a clock: {text!r}; write it as immediate, 24 hours, 1 working day or 10 years")
    unit, size = UNITS[match["unit"]]
    return Clock(unit, int(match["count"]) * size)


def due(clock: Clock, start: datetime) -> datetime:
    """The last instant, in UTC, at which something opened at an aware `start` is in time.

    Immediate is due at the start. Minutes and hours are elapsed time. Working days end with the nth working day after
    the day of the start: its hour does not matter, and the day itself, working or not, is not counted. Months
    end with the day of the same number n months later, or with the last of the month where it has no such day
    (the corresponding-date rule). The next school day is due as the first one after the start begins, on the day of
    the start itself where school has not begun yet.

    Raises ValueError for a start without a time zone.
    """
    if start.utcoffset() is None:
        raise ValueError("a clock starts at an instant with a time zone")
    match clock.unit:
        case Unit.IMMEDIATE:
            return start.astimezone(UTC)
        case Unit.MINUTES:
            return start.astimezone(UTC) + timedelta(minutes=clock.count)
        case Unit.HOURS:
            return start.astimezone(UTC) + timedelta(hours=clock.count)
        case Unit.WORKING_DAYS:
            return end_of_day(working_day_after(london_day(start), clock.count))
        case Unit.MONTHS:
            return end_of_day(months_after(london_day(start), clock.count))
        case Unit.NEXT_SCHOOL_DAY:
            return school_begins_after(start)


def school_begins_after(instant: datetime) -> datetime:
    """When school next begins, in UTC.

    Terms differ from place to place, so that every working day counts as one: never later than the true day.
    """
    day = london_day(instant)
    while not is_working_day(day) or datetime.combine(day, SCHOOL_BEGINS, tzinfo=LONDON) <= instant:
        day += ONE_DAY
    return datetime.combine(day, SCHOOL_BEGINS, tzinfo=LONDON).astimezone(UTC)


def london_day(instant: datetime) -> date:
    """The day it is in London at an aware instant."""
    return instant.astimezone(LONDON).date()


def start_of_day(day: date) -> datetime:
    """The first moment of a day, on the clocks of London."""
    return datetime.combine(day, time.min, tzinfo=LONDON)


def end_of_day(day: date) -> datetime:
    """The last microsecond of a day in London, in UTC. The clocks never change at midnight there."""
    return datetime.combine(day, time.max, tzinfo=LONDON).astimezone(UTC)


def months_after(day: date, count: int) -> date:
    """The day of the same number `count` months later, or the last day of that month if it is shorter."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def working_day_after(day: date, count: int) -> date:
    """The `count`th working day after a day, which need not be one itself and is not counted."""
    for _ in range(count):
        day += ONE_DAY
        while not is_working_day(day):
            day += ONE_DAY
    return day


def is_working_day(day: date) -> bool:
    """Whether a day is neither Saturday, Sunday nor a bank or public holiday in England and Wales."""
    return day.weekday() not in (SATURDAY, SUNDAY) and day not in bank_holidays(day.year)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The bank and public holidays of England and Wales in a year from 2011 on.

    They are those of the GOV.UK list in the years that its installed copy covers; before and after, those
    that the rule gives. A day proclaimed for a year after the copy ends is not known until the package or the
    reference list bank-holiday-changes is brought up to date. Raises ValueError before 2011.
    """
    if year < FIRST_YEAR:
        raise ValueError(f"bank holidays are known from {FIRST_YEAR} on, not for {year}")
    published = published_bank_holidays()
    return published[year] if year in published else bank_holidays_by_rule(year)


@cache
def published_bank_holidays() -> Mapping[int, frozenset[date]]:
    """By year, the holidays in the copy of the GOV.UK list that the package carries; never the network."""
    events = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    days: list[date] = [event["date"] for event in events]
    return MappingProxyType(
        {year: frozenset(day for day in days if day.year == year) for year in {day.year for day in days}}
    )


def bank_holidays_by_rule(year: int) -> frozenset[date]:
    """The holidays that follow from statute, custom and the list of days that broke the pattern.

    Source: Banking and Financial Dealings Act 1971, Schedule 1 (Easter Monday, last Mondays of May and
    August, Boxing Day); common law (Good Friday, Christmas Day); yearly proclamation under section 1 of the
    Act (New Year's Day, first Monday of May, substitutes for days that fall at a weekend).
    """
    easter = easter_sunday(year)
    usual = {
        _first_weekday_from(date(year, 1, 1)),
        easter - 2 * ONE_DAY,
        easter + ONE_DAY,
        _monday_from(date(year, 5, 1)),
        _monday_from(date(year, 5, 25)),
        _monday_from(date(year, 8, 25)),
        *_christmas(year),
    }
    changes = [row for row in load("bank-holiday-changes").rows if row.valid_from.year == year]
    not_kept = {
        date.fromisoformat(instead_of)
        for row in changes
        if (instead_of := row.optional_text("instead_of")) is not None
    }
    return frozenset(usual - not_kept | {row.valid_from for row in changes})


def easter_sunday(year: int) -> date:
    """Easter in the Gregorian calendar, by the method of Meeus, Jones and Butcher (Nature, 1876)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30
    leap_years, year_rest = divmod(of_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leap_years - epact - year_rest) % 7
    late_moon = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late_moon + 114, 31)
    return date(year, month, day + 1)


def _christmas(year: int) -> set[date]:
    """Two weekdays from Christmas Day on: itself and Boxing Day, or what stands in for them."""
    first = _first_weekday_from(date(year, 12, 25))
    return {first, _first_weekday_from(first + ONE_DAY)}


def _first_weekday_from(day: date) -> date:
    while day.weekday() in (SATURDAY, SUNDAY):
        day += ONE_DAY
    return day


def _monday_from(day: date) -> date:
    return day + (MONDAY - day.weekday()) % 7 * ONE_DAY
