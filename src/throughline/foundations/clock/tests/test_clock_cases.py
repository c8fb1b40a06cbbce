"""Some seventy deadlines worked out by hand, with the calendar of the year beside them.

Weekdays, Easter and when the clocks change are those of the almanac. Bank holidays and what stands in for one that falls
on a weekend: Banking and Financial Dealings Act 1971, Schedule 1, and the list on GOV.UK; Good Friday and Christmas Day by common
law. Days proclaimed once or moved: royal proclamations under section 1(2) and (3), for 29 April 2011 (wedding), 4 and 5 June 2012
(jubilee), 8 May 2020 (VE Day), 2 and 3 June 2022 (jubilee), 19 September 2022 (state funeral) and 8 May 2023 (coronation).

Starts and ends are written as people in London read them off a clock ("2026-03-28 12:00"); where the hour
occurs twice, on the night the clocks go back, the offset from UTC is written too.
"""

from datetime import UTC, datetime

import pytest

from throughline.foundations.clock.rules import LONDON, due, parse_clock


def instant(text: str) -> datetime:
    """An instant from London wall-clock time, or from a time with its offset."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def last_moment(day: str) -> str:
    return f"{day} 23:59:59.999999"


def check(clock: str, start: str, end: str) -> None:
    result = due(parse_clock(clock), instant(start))
    assert result.tzinfo is UTC
    assert result == instant(end).astimezone(UTC), f"due {result.astimezone(LONDON)}"


@pytest.mark.parametrize("start", ["2026-11-23 10:15", "2026-03-29 00:59", "2026-10-25T01:30+00:00"])
def test_what_is_immediate_is_due_at_once(start):
    check("immediate", start, start)


# Clocks go forward at 01:00 on the last Sunday of March and back at 02:00 on the last Sunday of October.
@pytest.mark.parametrize(
    ("clock", "start", "end"),
    [
        ("24 hours", "2026-11-23 10:15", "2026-11-24 10:15"),
        ("1 hour", "2026-11-23 23:30", "2026-11-24 00:30"),
        ("48 hours", "2026-12-31 09:00", "2027-01-02 09:00"),
        ("24 hours", "2028-02-28 12:00", "2028-02-29 12:00"),
        # the short night
        ("24 hours", "2026-03-28 12:00", "2026-03-29 13:00"),
        ("24 hours", "2026-03-28 00:30", "2026-03-29 00:30"),
        ("24 hours", "2026-03-28 01:30", "2026-03-29 02:30"),
        ("1 hour", "2026-03-29 00:59", "2026-03-29 02:59"),
        ("1 hour", "2026-03-29 00:00", "2026-03-29 02:00"),
        ("48 hours", "2026-03-28 12:00", "2026-03-30 13:00"),
        ("24 hours", "2026-03-29 12:00", "2026-03-30 12:00"),
        ("24 hours", "2027-03-27 18:00", "2027-03-28 19:00"),
        # the long night
        ("24 hours", "2026-10-24 12:00", "2026-10-25 11:00"),
        ("24 hours", "2026-10-24 00:30", "2026-10-25T00:30+01:00"),
        ("24 hours", "2026-10-24 01:30", "2026-10-25T01:30+01:00"),
        ("1 hour", "2026-10-25T01:30+01:00", "2026-10-25T01:30+00:00"),
        ("2 hours", "2026-10-25T01:30+01:00", "2026-10-25 02:30"),
        ("1 hour", "2026-10-25T01:30+00:00", "2026-10-25 02:30"),
        ("48 hours", "2026-10-24 12:00", "2026-10-26 11:00"),
        ("24 hours", "2025-10-25 22:00", "2025-10-26 21:00"),
    ],
)
def test_hours_are_elapsed_hours_on_every_night(clock, start, end):
    check(clock, start, end)


@pytest.mark.parametrize(
    ("clock", "start", "day"),
    [
        # an ordinary week: 23 November 2026 is a Monday
        ("1 working day", "2026-11-23 10:15", "2026-11-24"),
        ("1 working day", "2026-11-23 00:00", "2026-11-24"),
        ("1 working day", "2026-11-23 23:59", "2026-11-24"),
        ("2 working days", "2026-11-23 10:15", "2026-11-25"),
        ("5 working days", "2026-11-23 10:15", "2026-11-30"),
        ("10 working days", "2026-11-23 10:15", "2026-12-07"),
        ("30 working days", "2026-11-02 09:00", "2026-12-14"),
        # weekends
        ("1 working day", "2026-11-27 16:59", "2026-11-30"),
        ("1 working day", "2026-11-28 03:00", "2026-11-30"),
        ("1 working day", "2026-11-29 23:00", "2026-11-30"),
        ("2 working days", "2026-11-28 03:00", "2026-12-01"),
        # the day is London's: 23:30 UTC in summer is already tomorrow
        ("1 working day", "2026-07-06T23:30+00:00", "2026-07-08"),
        ("1 working day", "2026-07-06T22:59+00:00", "2026-07-07"),
        ("1 working day", "2026-12-06T23:30+00:00", "2026-12-07"),
        # nights on which the clocks change
        ("1 working day", "2026-03-27 12:00", "2026-03-30"),
        ("1 working day", "2026-03-29 02:30", "2026-03-30"),
        ("1 working day", "2026-10-23 12:00", "2026-10-26"),
        ("1 working day", "2026-10-25T01:30+00:00", "2026-10-26"),
        # Easter: Good Friday 3 April and Easter Monday 6 April 2026; 26 and 29 March 2027; 29 March 2024
        ("1 working day", "2026-04-02 17:00", "2026-04-07"),
        ("2 working days", "2026-04-01 17:00", "2026-04-07"),
        ("1 working day", "2026-04-03 09:00", "2026-04-07"),
        ("1 working day", "2027-03-25 08:00", "2027-03-30"),
        ("3 working days", "2024-03-27 12:00", "2024-04-03"),
        # May and August Mondays
        ("1 working day", "2026-05-01 12:00", "2026-05-05"),
        ("1 working day", "2026-05-22 12:00", "2026-05-26"),
        ("1 working day", "2026-08-28 12:00", "2026-09-01"),
        # Christmas on a Friday, Boxing Day on a Saturday: Monday 28 stands in
        ("1 working day", "2026-12-24 15:00", "2026-12-29"),
        ("5 working days", "2026-12-24 15:00", "2027-01-05"),
        # on a Saturday and a Sunday: Monday 27 and Tuesday 28 stand in, and New Year moves to Monday 3
        ("1 working day", "2021-12-24 15:00", "2021-12-29"),
        ("3 working days", "2021-12-29 09:00", "2022-01-04"),
        ("1 working day", "2027-12-24 15:00", "2027-12-29"),
        # on a Sunday and a Monday: Boxing Day stays on Monday 26, Tuesday 27 stands in for Christmas
        ("1 working day", "2022-12-23 15:00", "2022-12-28"),
        ("1 working day", "2016-12-23 15:00", "2016-12-28"),
        ("3 working days", "2022-12-28 15:00", "2023-01-03"),
        # on a Wednesday and a Thursday
        ("1 working day", "2024-12-24 12:00", "2024-12-27"),
        ("1 working day", "2024-12-31 23:59", "2025-01-02"),
        # days proclaimed once, and days moved
        ("1 working day", "2011-04-28 12:00", "2011-05-03"),
        ("3 working days", "2011-04-20 12:00", "2011-04-27"),
        ("1 working day", "2012-05-25 12:00", "2012-05-28"),
        ("1 working day", "2012-06-01 12:00", "2012-06-06"),
        ("1 working day", "2020-05-01 12:00", "2020-05-04"),
        ("1 working day", "2020-05-07 12:00", "2020-05-11"),
        ("1 working day", "2022-05-27 12:00", "2022-05-30"),
        ("1 working day", "2022-06-01 12:00", "2022-06-06"),
        ("1 working day", "2022-09-16 12:00", "2022-09-20"),
        ("1 working day", "2023-05-05 12:00", "2023-05-09"),
        ("6 working days", "2023-04-28 12:00", "2023-05-10"),
        # beyond the copy of the published list: Good Friday 30 March and Easter Monday 2 April 2029
        ("1 working day", "2029-03-29 12:00", "2029-04-03"),
        ("1 working day", "2032-12-24 12:00", "2032-12-29"),
        ("1 working day", "2033-12-23 12:00", "2033-12-28"),
    ],
)
def test_working_days_end_with_the_day_in_london(clock, start, day):
    check(clock, start, last_moment(day))


@pytest.mark.parametrize(
    ("clock", "start", "day"),
    [
        ("1 month", "2026-01-15 12:00", "2026-02-15"),
        ("1 month", "2026-01-31 12:00", "2026-02-28"),
        ("1 month", "2028-01-31 12:00", "2028-02-29"),
        ("3 months", "2026-11-30 12:00", "2027-02-28"),
        ("3 months", "2026-12-25 12:00", "2027-03-25"),
        ("12 months", "2028-02-29 12:00", "2029-02-28"),
        ("6 years", "2026-11-23 12:00", "2032-11-23"),
        ("10 years", "2026-11-23 12:00", "2036-11-23"),
        ("10 years", "2028-02-29 12:00", "2038-02-28"),
        ("1 month", "2026-06-30T23:30+00:00", "2026-08-01"),
    ],
)
def test_months_and_years_end_with_the_corresponding_day(clock, start, day):
    check(clock, start, last_moment(day))
