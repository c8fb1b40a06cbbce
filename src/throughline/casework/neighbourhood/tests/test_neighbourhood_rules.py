"""When a task is due, whether it is safe to call, and when a marker lapses."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.casework.neighbourhood.rules.calling import NEVER, WITH_WORDS, Calling, calling
from throughline.casework.neighbourhood.rules.disrupting import STEPS, State, Step, clocks_of
from throughline.casework.neighbourhood.rules.lapsing import Lapsing, lapsing, longest
from throughline.reference import load

TODAY = date(2026, 11, 26)
#: Ten in the morning in London.
TEN = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


def test_every_step_can_be_taken_until_a_task_has_ended_and_none_afterwards():
    for state, step in product(State, Step):
        assert ((state, step) in STEPS) == (state is not State.ENDED)
    assert {STEPS[state, Step.END] for state in (State.ORDERED, State.ACCEPTED)} == {State.ENDED}


@pytest.mark.parametrize("kind", [row.code for row in load("disruption-kinds").as_of(TODAY)])
def test_every_kind_is_done_and_read_by_a_time_to_come(kind):
    clocks = clocks_of(kind, TODAY)
    assert clocks.first_by(TEN) > TEN
    assert clocks.again_by(TEN) > TEN
    # a supervisor reads it when it was done at least once, if it was done in time
    assert clocks.reviewed_by(TEN) >= clocks.first_by(TEN)


def test_a_bail_check_is_done_within_a_day():
    assert clocks_of("bail-check", TODAY).first_by(TEN) == TEN + timedelta(hours=24)
    assert clocks_of("bail-check", TODAY).again_by(TEN) == TEN + timedelta(hours=72)


@pytest.mark.parametrize(
    ("said", "lives_there", "safety"),
    [
        (None, False, Calling.NOT_KNOWN),
        (None, True, Calling.SUSPECT_LIVES_THERE),
        ({}, True, Calling.SUSPECT_LIVES_THERE),
        ({"means": ["phone-call"]}, False, Calling.NOT_SAFE),
        ({"means": ["none"]}, False, Calling.NOT_SAFE),
        ({"means": "visit"}, False, Calling.SAFE),
        ({"means": ["visit"]}, True, Calling.SAFE),
        ({"means": ["visit"], "hours-limited": "no"}, False, Calling.SAFE),
        # words alone about hours are for a person to read
        ({"means": ["visit"], "hours-limited": "yes"}, False, Calling.NOT_KNOWN),
        (
            {"means": ["visit"], "hours-limited": "yes", "hours": {"start": "09:00", "until": "10:00"}},
            False,
            Calling.NOT_NOW,
        ),
        (
            {"means": ["visit"], "hours-limited": "yes", "hours": {"start": "10:00", "until": "15:00"}},
            False,
            Calling.SAFE,
        ),
        # over midnight
        (
            {"means": ["visit"], "hours-limited": "yes", "hours": {"start": "22:00", "until": "11:00"}},
            False,
            Calling.SAFE,
        ),
    ],
)
def test_what_she_said_decides_whether_it_is_safe_to_call(said, lives_there, safety):
    assert calling(said, lives_there=lives_there, at=TEN) is safety


def test_hours_are_those_of_london():
    summer = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    said = {"means": ["visit"], "hours-limited": "yes", "hours": {"start": "10:00", "until": "11:00"}}
    assert calling(said, lives_there=False, at=summer) is Calling.SAFE


@settings(max_examples=50)
@given(
    st.sets(st.sampled_from(["phone-call", "text-message", "letter", "through-another", "none"])),
    st.booleans(),
    st.datetimes(min_value=datetime(2020, 1, 1), timezones=st.just(UTC)),
)
def test_a_visit_that_she_did_not_name_is_never_safe(means, lives_there, at):
    assert calling({"means": sorted(means)}, lives_there=lives_there, at=at) in NEVER


def test_what_is_neither_safe_nor_ruled_out_needs_words():
    assert {Calling.SAFE} == set(Calling) - NEVER - WITH_WORDS
    assert not NEVER & WITH_WORDS


@pytest.mark.parametrize(
    ("days", "where"),
    [
        (-400, Lapsing.LAPSED),
        (-1, Lapsing.LAPSED),
        (0, Lapsing.SOON),
        (14, Lapsing.SOON),
        (15, Lapsing.STANDS),
    ],
)
def test_a_marker_is_put_before_somebody_before_its_last_day(days, where):
    assert lapsing("respond-urgently", TODAY + timedelta(days=days), TODAY) is where


def test_a_marker_is_kept_for_a_year_at_most():
    assert longest("respond-urgently", TEN) == date(2027, 11, 26)


def test_every_kind_of_marker_has_times_and_no_result_names_a_grade():
    kinds = {row.text("kind") for row in load("markers").as_of(TODAY)}
    assert kinds == {row.code for row in load("marker-review-times").as_of(TODAY)}
    causes = {row.code for row in load("reassessment-causes").as_of(TODAY)}
    for row in load("disruption-results").as_of(TODAY):
        assert row.optional_text("cause") is None or row.text("cause") in causes
        # what calls for a person to grade anew is read by a supervisor as well
        assert row.flag("supervisor") == (row.optional_text("cause") is not None)


def test_every_result_of_a_visit_is_told_in_the_log_of_contacts_and_an_attempt_is_none():
    results = {row.code: row.flag("reached") for row in load("victim-contact-results").as_of(TODAY)}
    told = {row.code: row for row in load("visit-contacts").as_of(TODAY)}
    assert set(told) == {row.code for row in load("visit-outcomes").as_of(TODAY)}
    assert {code for code, row in told.items() if results[row.text("result")]} == {"visit-spoken"}
