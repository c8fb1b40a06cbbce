"""What holds of every clock and of every year's bank holidays."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundations.clock.rules import (
    FIRST_YEAR,
    LONDON,
    Clock,
    Unit,
    bank_holidays,
    bank_holidays_by_rule,
    due,
    easter_sunday,
    end_of_day,
    is_working_day,
    london_day,
    months_after,
    parse_clock,
    published_bank_holidays,
    working_day_after,
)

LAST_YEAR = 2060
days = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR - 20, 12, 31))
instants = st.datetimes(
    datetime(FIRST_YEAR, 1, 2),
    datetime(LAST_YEAR - 20, 12, 31),
    timezones=st.sampled_from([UTC, LONDON, timezone(timedelta(hours=5, minutes=30))]),
)
counts = st.integers(1, 60)
counted_units = st.sampled_from([Unit.HOURS, Unit.WORKING_DAYS, Unit.MONTHS])
EVERY_HOLIDAY = numpy.array(
    sorted(day for year in range(FIRST_YEAR, LAST_YEAR) for day in bank_holidays(year)), dtype="datetime64[D]"
)


@given(unit=counted_units, count=counts, start=instants)
def test_a_longer_clock_is_never_due_earlier(unit, count, start):
    assert start < due(Clock(unit, count), start) < due(Clock(unit, count + 1), start)


@given(unit=counted_units, count=counts, start=instants, later=st.timedeltas(timedelta(0), timedelta(90)))
def test_a_later_start_is_never_due_earlier(unit, count, start, later):
    clock = Clock(unit, count)
    # elapsed time is added in UTC: Python adds wall-clock time to an instant that carries a zone
    assert due(clock, start) <= due(clock, start.astimezone(UTC) + later)


@given(unit=counted_units, count=counts, start=instants)
def test_an_instant_is_due_alike_in_whatever_zone_it_is_written(unit, count, start):
    clock = Clock(unit, count)
    assert due(clock, start) == due(clock, start.astimezone(UTC)) == due(clock, start.astimezone(LONDON))


@given(count=counts, start=instants)
def test_hours_are_as_long_as_they_say(count, start):
    assert due(Clock(Unit.HOURS, count), start) - start.astimezone(UTC) == timedelta(hours=count)


@given(count=counts, start=instants)
def test_working_days_end_with_a_working_day_and_a_moment_later_is_another_day(count, start):
    end = due(Clock(Unit.WORKING_DAYS, count), start)
    assert is_working_day(london_day(end))
    assert london_day(end + timedelta(microseconds=1)) == london_day(end) + timedelta(days=1)


@given(day=days, count=counts)
def test_working_days_agree_with_an_independent_count(day, count):
    # a day that is not a working day counts from the one before it
    counted = numpy.busday_offset(day, count, roll="backward", holidays=EVERY_HOLIDAY)
    assert working_day_after(day, count) == counted.astype(date)


def test_a_hundred_thousand_deadlines_of_2013_to_2035_agree_with_the_calendar_of_numpy():
    """Instants to the second, on nights when the clocks change as on any other; each due as its last day ends."""
    dice = numpy.random.default_rng(2015)
    begins, ends = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2013, 2036))
    starts = [datetime.fromtimestamp(int(one), UTC) for one in dice.integers(begins, ends, 100_000)]
    counts = dice.integers(1, 31, len(starts))
    days = numpy.array([london_day(start) for start in starts], dtype="datetime64[D]")
    expected = numpy.busday_offset(days, counts, roll="backward", holidays=EVERY_HOLIDAY).astype(object)
    for start, count, day in zip(starts, counts, expected, strict=True):
        assert due(Clock(Unit.WORKING_DAYS, int(count)), start) == end_of_day(day), (start, count)


@given(day=days, count=st.integers(1, 240))
def test_months_keep_the_number_of_the_day_or_end_the_month(day, count):
    later = months_after(day, count)
    assert (later.year - day.year) * 12 + later.month - day.month == count
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_the_published_list_and_the_rule_agree_in_every_year_that_both_know():
    published = published_bank_holidays()
    assert set(published) >= set(range(2012, 2029))
    for year, holidays in published.items():
        assert bank_holidays_by_rule(year) == holidays, year


def test_before_and_after_the_published_list_the_rule_speaks():
    published = published_bank_holidays()
    for year in (FIRST_YEAR, LAST_YEAR):
        assert year not in published
        assert bank_holidays(year) == bank_holidays_by_rule(year)
    assert date(2011, 4, 29) in bank_holidays(2011)


def test_years_whose_one_off_holidays_are_not_listed_are_refused():
    with pytest.raises(ValueError, match="from 2011 on, not for 2010"):
        is_working_day(date(2010, 12, 29))


def test_bank_holidays_are_read_without_the_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(requests, "get", refuse)
    published_bank_holidays.cache_clear()
    assert date(2026, 12, 28) in published_bank_holidays()[2026]


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR))
def test_every_year_has_eight_weekday_holidays_or_more(year):
    assert len(bank_holidays(year)) >= 8
    assert all(day.weekday() < 5 for day in bank_holidays(year))


# Dates published in almanacs, among them the earliest and latest that Easter can be.
@pytest.mark.parametrize(
    "easter",
    [
        date(1818, 3, 22),
        date(1943, 4, 25),
        date(1954, 4, 18),
        date(1981, 4, 19),
        date(2000, 4, 23),
        date(2011, 4, 24),
        date(2038, 4, 25),
        date(2049, 4, 18),
        date(2285, 3, 22),
    ],
)
def test_easter_falls_on_its_published_date(easter):
    assert easter_sunday(easter.year) == easter


@given(day=days)
def test_a_day_ends_within_itself(day):
    assert london_day(end_of_day(day)) == day
    assert end_of_day(day).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("immediate", Clock(Unit.IMMEDIATE)),
        ("1 hour", Clock(Unit.HOURS, 1)),
        ("24 hours", Clock(Unit.HOURS, 24)),
        ("1 working day", Clock(Unit.WORKING_DAYS, 1)),
        ("10 working days", Clock(Unit.WORKING_DAYS, 10)),
        ("3 months", Clock(Unit.MONTHS, 3)),
        ("10 years", Clock(Unit.MONTHS, 120)),
    ],
)
def test_a_clock_is_read_from_its_words(text, clock):
    assert parse_clock(text) == clock


@pytest.mark.parametrize(
    "text", ["", "soon", "0 hours", "-1 hours", "1.5 hours", "2 days", "24hours", "24 hours ", "Immediate"]
)
def test_other_words_are_not_a_clock(text):
    with pytest.raises(ValueError, match="not a clock"):
        parse_clock(text)


@pytest.mark.parametrize(("unit", "count"), [(Unit.HOURS, 0), (Unit.MONTHS, -1), (Unit.IMMEDIATE, 1)])
def test_a_clock_that_cannot_be_kept_is_refused(unit, count):
    with pytest.raises(ValueError, match="cannot be kept"):
        Clock(unit, count)


@pytest.mark.parametrize("text", ["immediate", "24 hours", "1 working day", "1 month"])
def test_a_start_without_a_zone_is_refused(text):
    with pytest.raises(ValueError, match="with a time zone"):
        due(parse_clock(text), datetime(2026, 11, 23, 12))
