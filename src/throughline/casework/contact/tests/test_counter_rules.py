"""Counters and their hours at the end of each year."""

from datetime import date, time, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.contact.rules.counters import Hours, Open, series, year_ends

NORTH, SOUTH = UUID(int=1), UUID(int=2)
days = st.dates(date(2010, 1, 1), date(2030, 1, 1))


def weekdays(counter, opens, closes, start, end=None):
    return [Hours(counter, opens, closes, start, end) for _ in range(5)]


def test_a_closed_counter_and_shorter_hours_show_at_the_end_of_the_year():
    start, cut = date(2013, 1, 1), date(2014, 6, 1)
    counters = [Open(NORTH, start), Open(SOUTH, start, cut)]
    hours = [
        *weekdays(NORTH, time(8), time(20), start, cut - timedelta(days=1)),
        *weekdays(NORTH, time(9), time(17), cut),
        # nobody ended the hours of the counter that was shut: they are not counted
        *weekdays(SOUTH, time(8), time(0), start),
    ]
    before, after = series(counters, hours, [date(2014, 3, 31), date(2015, 3, 31)])
    assert (before.counters, before.weekly_hours) == (2, Decimal(60 + 80))
    assert (before.counters_change, before.hours_change) == (None, None)
    assert (after.counters, after.weekly_hours) == (1, Decimal(40))
    assert (after.counters_change, after.hours_change) == (Decimal("-50.0"), Decimal("-71.4"))


def test_nothing_to_compare_with_has_no_change():
    none, some = series([Open(NORTH, date(2015, 1, 1))], [], [date(2014, 3, 31), date(2015, 3, 31)])
    assert (none.counters, some.counters, some.counters_change) == (0, 1, None)


@given(st.lists(st.tuples(days, st.none() | st.integers(1, 3_000)), max_size=6), st.lists(days, max_size=4))
def test_a_counter_is_counted_from_its_first_day_to_the_day_before_it_is_closed(spans, on):
    counters = [
        Open(UUID(int=number + 1), start, start + timedelta(days=length) if length else None)
        for number, (start, length) in enumerate(spans)
    ]
    for row in series(counters, [], on):
        there = [one for one in counters if one.opened_on <= row.day]
        assert row.counters == len([one for one in there if one.closed_on is None or row.day < one.closed_on])


@given(days, st.integers(0, 4_000))
def test_years_end_with_march_and_the_series_with_today(first, length):
    today = first + timedelta(days=length)
    ends = year_ends(first, today)
    assert ends[-1] == today
    assert ends == sorted(set(ends))
    assert all((end.month, end.day) == (3, 31) and first <= end for end in ends[:-1])
