"""Dates and times as people write them, and which fields apply."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundations.govuk.rules import (
    Fault,
    Part,
    TimeRange,
    Unreadable,
    applying,
    chosen,
    read_day,
    read_time,
    read_time_range,
)


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        (("3", "11", "2026"), dt.date(2026, 11, 3)),
        (("03", "nov", "2026"), dt.date(2026, 11, 3)),
        ((" 3 ", "November", "2026"), dt.date(2026, 11, 3)),
        (("1", "Sept", "1999"), dt.date(1999, 9, 1)),
        (("29", "2", "2024"), dt.date(2024, 2, 29)),
        (("", "", ""), None),
        ((" ", "", ""), None),
    ],
)
def test_a_date_is_read_as_people_write_it(typed, date):
    assert read_day(*typed) == date


@pytest.mark.parametrize(
    ("typed", "part", "fault"),
    [
        (("", "11", "2026"), Part.DAY, Fault.MISSING),
        (("3", "", "2026"), Part.MONTH, Fault.MISSING),
        (("3", "11", ""), Part.YEAR, Fault.MISSING),
        (("32", "11", "2026"), Part.DAY, Fault.UNREADABLE),
        (("third", "11", "2026"), Part.DAY, Fault.UNREADABLE),
        (("3", "13", "2026"), Part.MONTH, Fault.UNREADABLE),
        (("3", "novel", "2026"), Part.MONTH, Fault.UNREADABLE),
        (("3", "no", "2026"), Part.MONTH, Fault.UNREADABLE),
        (("3", "11", "26"), Part.YEAR, Fault.UNREADABLE),
        (("3", "11", "20266"), Part.YEAR, Fault.UNREADABLE),
        (("٣", "11", "2026"), Part.DAY, Fault.UNREADABLE),
        (("31", "11", "2026"), Part.DAY, Fault.NO_SUCH_DAY),
        (("29", "2", "2026"), Part.DAY, Fault.NO_SUCH_DAY),
    ],
)
def test_a_wrong_date_names_the_first_wrong_box(typed, part, fault):
    with pytest.raises(Unreadable) as wrong:
        read_day(*typed)
    assert (wrong.value.part, wrong.value.fault) == (part, fault)


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_every_date_comes_back_from_its_boxes(date):
    assert read_day(str(date.day), str(date.month), f"{date.year:04}") == date
    assert read_day(f"{date.day:02}", f"{date:%B}", f"{date.year:04}") == date


@given(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))
def test_whatever_is_typed_gives_a_date_nothing_or_a_named_box(day, month, year):
    try:
        found: dt.date | str | None = read_day(day, month, year)
    except Unreadable as wrong:
        found = wrong.part
    nothing = not (day + month + year).strip()
    assert found is None if nothing else found in set(Part) or isinstance(found, dt.date)


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("9", dt.time(9)),
        ("9am", dt.time(9)),
        ("9 a.m.", dt.time(9)),
        ("7.30 PM", dt.time(19, 30)),
        ("1900", dt.time(19)),
        ("19:05", dt.time(19, 5)),
        ("12am", dt.time(0)),
        ("12pm", dt.time(12)),
        ("Noon", dt.time(12)),
        ("midnight", dt.time(0)),
        ("00:00", dt.time(0)),
    ],
)
def test_a_time_is_read_as_people_write_it(written, time):
    assert read_time(written, "start") == time


@pytest.mark.parametrize("written", ["25:00", "24:00", "9:60", "13pm", "0am", "tea time", "9 a", "9:5", "-9"])
def test_what_is_no_time_is_refused_without_repeating_it(written):
    with pytest.raises(Unreadable) as wrong:
        read_time(written, "until")
    assert str(wrong.value) == "until: unreadable"


@given(st.times())
def test_every_minute_comes_back(time):
    minute = time.replace(second=0, microsecond=0)
    assert read_time(f"{minute:%H:%M}", "start") == minute
    assert read_time(f"{minute:%I:%M %p}", "start") == minute


def test_a_range_may_run_past_midnight_and_half_of_one_is_refused():
    assert read_time_range("10pm", "2am") == TimeRange(dt.time(22), dt.time(2))
    assert read_time_range("", " ") is None
    with pytest.raises(Unreadable) as wrong:
        read_time_range("10pm", "")
    assert (wrong.value.part, wrong.value.fault) == ("until", Fault.MISSING)


@pytest.mark.parametrize(
    ("answer", "choices"),
    [
        (None, set()),
        ("", set()),
        ([], set()),
        ("text", {"text"}),
        (["text", "post"], {"text", "post"}),
        (True, {"yes"}),
        (False, {"no"}),
        (2, {"2"}),
    ],
)
def test_an_answer_is_the_set_of_its_choices(answer, choices):
    assert chosen(answer) == choices


NAMES = ["means", "voicemail", "greeting", "other"]
CONDITIONS = {"voicemail": {"means": ["call", "through"]}, "greeting": {"voicemail": ["yes"]}}


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({}, {"means", "other"}),
        ({"means": ["text"]}, {"means", "other"}),
        ({"means": ["text", "call"]}, {"means", "voicemail", "other"}),
        ({"means": ["call"], "voicemail": "yes"}, set(NAMES)),
        # an answer left over from before brings nothing with it
        ({"means": ["text"], "voicemail": "yes"}, {"means", "other"}),
    ],
)
def test_a_field_applies_with_the_answers_that_its_condition_names(answers, found):
    assert applying(NAMES, CONDITIONS, answers) == found


def test_what_depends_on_an_answer_that_cannot_be_read_yet_stays():
    assert applying(NAMES, CONDITIONS, {}, unsettled={"means"}) == {"means", "voicemail", "other"}
