"""What a victim must be told, and whether she has been: pure rules."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.safeguarding.rules.telling import Told, untold, updates
from throughline.reference import load

CODES = sorted(one.code for one in updates(date(2026, 11, 26)))
# two of them are the same often enough to see what happens then
instants = st.integers(0, 50).map(lambda hours: datetime(2026, 11, 20, tzinfo=UTC) + timedelta(hours=hours))


@given(
    st.dictionaries(st.sampled_from(CODES), instants),
    st.lists(st.builds(Told, instants, st.frozensets(st.sampled_from(CODES)))),
)
def test_she_knows_what_she_was_told_of_after_it_happened_and_nothing_else(promised, told):
    waits = untold(promised, told)
    for code, happened_at in promised.items():
        later = [one for one in told if one.at >= happened_at and code in one.updates]
        assert (code in waits) == (not later)
    assert waits <= promised.keys()


@given(st.sampled_from(CODES), instants, instants)
def test_what_is_told_never_makes_more_to_tell(code, happened_at, at):
    more = Told(at, frozenset(CODES))
    assert untold({code: happened_at}, [more]) <= untold({code: happened_at}, [])


def test_the_code_of_its_day_says_what_she_is_told():
    assert not updates(date(2013, 12, 9))
    of_2015 = {one.code for one in updates(date(2015, 11, 16))}
    of_2021 = {one.code for one in updates(date(2021, 4, 1))}
    assert of_2021 - of_2015 == {"told-under-investigation", "told-not-investigated"}


@pytest.mark.parametrize(
    ("happened", "by"),
    [
        # an arrest on a Friday evening: the end of Monday
        (datetime(2026, 11, 20, 22, 15, tzinfo=UTC), datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=UTC)),
        # on a Sunday: the end of Monday, the day itself is not counted
        (datetime(2026, 11, 22, 3, 0, tzinfo=UTC), datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=UTC)),
        # on Christmas Eve 2026, a Thursday: Boxing Day's substitute is Monday, so the end of Tuesday
        (datetime(2026, 12, 24, 9, 0, tzinfo=UTC), datetime(2026, 12, 29, 23, 59, 59, 999999, tzinfo=UTC)),
        # in summer the day of London ends an hour before that of Greenwich
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), datetime(2026, 7, 3, 22, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_the_clock_runs_from_what_happened_to_the_end_of_the_next_working_day(happened, by):
    (arrest,) = (one for one in updates(happened.date()) if one.code == "told-arrest")
    assert arrest.due_at(happened) == by
    assert arrest.due_at(happened) > happened + timedelta(hours=23)


def test_every_update_is_a_cause_of_its_duty_in_the_same_words():
    causes = load("duty-causes")
    for one in updates(date(2026, 11, 26)):
        assert not (one.before and one.entries), "what is found on the chronology has happened"
        assert causes.label(one.code, on=date(2026, 11, 26)) == one.label
