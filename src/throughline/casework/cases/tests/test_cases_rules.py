"""What holds of cases, repeat victims and patterns, over many invented ones."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.cases.rules import (
    CASE_STEPS,
    INCIDENT_STEPS,
    Definition,
    Happened,
    NotYet,
    Reason,
    Standing,
    State,
    Step,
    after,
    fact_kinds,
    fact_problem,
    first_day_of,
    in_the_way,
    incident_number,
    is_drawn,
    longest_until,
    pattern,
    repeat,
    repeat_definitions,
    stands,
    why_active,
)
from throughline.foundations.clock.rules import LONDON, london_day, months_after

TODAY = date(2026, 11, 24)
KINDS = ("non-molestation", "police-bail", "warrant", "owner", "grade")
DUTIES = ("case-owner", "case-grade", "crime-review", "retention-review")
CLOSING, ACTIVE = ("case-owner", "case-grade"), ("non-molestation", "police-bail", "warrant")

standings = st.builds(
    Standing,
    closed=st.booleans(),
    open_incidents=st.integers(0, 3),
    open_duties=st.frozensets(st.sampled_from(DUTIES)),
    facts=st.frozensets(st.sampled_from(KINDS)),
)


@given(standings)
def test_a_case_is_active_until_it_is_closed_and_while_anything_of_it_stands(standing):
    way = in_the_way(standing, closing=CLOSING, active=ACTIVE)
    why = why_active(standing, closing=CLOSING, active=ACTIVE)
    assert (Reason.NOT_CLOSED in why) is not standing.closed
    assert set(way) == set(why) - {Reason.NOT_CLOSED}
    assert bool(why) is (
        not standing.closed
        or standing.open_incidents > 0
        or bool(standing.open_duties & set(CLOSING))
        or bool(standing.facts & set(ACTIVE))
    )


@given(standings)
def test_an_owner_a_grade_or_another_duty_keep_no_closed_case_active(standing):
    bare = Standing(
        closed=True,
        open_duties=standing.open_duties - set(CLOSING),
        facts=standing.facts - set(ACTIVE),
    )
    assert why_active(bare, closing=CLOSING, active=ACTIVE) == ()


@pytest.mark.parametrize("steps", [INCIDENT_STEPS, CASE_STEPS])
def test_a_step_that_no_table_names_is_refused_with_its_state(steps):
    for state in State:
        for step in Step:
            if (state, step) in steps:
                assert after(steps, state is State.CLOSED, step) is steps[state, step]
            else:
                with pytest.raises(NotYet) as refused:
                    after(steps, state is State.CLOSED, step)
                assert refused.value.why == (f"{state}-{step}",)


def test_what_is_closed_can_be_open_again_and_the_other_way():
    for steps in (INCIDENT_STEPS, CASE_STEPS):
        assert {(before, then) for (before, _), then in steps.items()} >= {
            (State.OPEN, State.CLOSED),
            (State.CLOSED, State.OPEN),
        }


def definition(**told):
    told = {"months": 12, "needed": 2, "same_perpetrator": False, "crimes_only": False} | told
    return Definition(
        code="test",
        label="Test",
        source="test",
        confidence="H",
        verified=True,
        valid_from=date(2013, 1, 1),
        **told,
    )


HIM, OTHER = uuid4(), uuid4()
days = st.dates(date(2019, 1, 1), date(2026, 11, 24))
moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 24), timezones=st.just(UTC))
incidents = st.lists(
    st.builds(Happened, at=moments, suspect=st.sampled_from([HIM, OTHER, None]), crime=st.booleans()),
    max_size=8,
)


@given(days, st.integers(1, 36))
def test_the_months_that_roll_begin_the_day_after_the_same_day(on, months):
    first = first_day_of(months, on)
    assert first == months_after(on, -months) + timedelta(days=1)
    assert first <= on


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        # the clocks go back: half past eleven in the evening of 24 November 2025 in London
        (datetime(2025, 11, 24, 23, 30, tzinfo=LONDON), False),
        (datetime(2025, 11, 25, 0, 0, tzinfo=LONDON), True),
        # five to midnight in London in summer is another day than in UTC
        (datetime(2026, 7, 1, 23, 55, tzinfo=LONDON), True),
        (datetime(2026, 11, 24, 23, 59, tzinfo=LONDON), True),
        (datetime(2026, 11, 25, 0, 0, tzinfo=LONDON), False),
    ],
)
def test_only_incidents_of_the_last_twelve_months_count_by_london_days(told, counts):
    found = repeat(definition(), [Happened(told)], TODAY)
    assert found.count == int(counts)


def test_an_incident_in_a_summer_night_counts_on_its_london_day():
    told = Happened(datetime(2025, 6, 30, 23, 30, tzinfo=UTC))  # 1 July in London
    assert repeat(definition(months=1), [told], date(2025, 7, 1)).count == 1
    assert repeat(definition(months=1), [told], date(2025, 7, 31)).count == 1
    assert repeat(definition(months=1), [told], date(2025, 8, 1)).count == 0


@given(incidents, days)
def test_narrower_definitions_never_count_more(happened, on):
    wide = repeat(definition(), happened, on)
    assert repeat(definition(crimes_only=True), happened, on).count <= wide.count
    assert repeat(definition(same_perpetrator=True), happened, on).count <= wide.count
    assert repeat(definition(months=6), happened, on).count <= wide.count
    assert wide.is_repeat is (wide.count >= 2)


@given(incidents, days)
def test_those_by_one_perpetrator_are_those_by_the_one_with_most(happened, on):
    counted = [one for one in happened if first_day_of(12, on) <= london_day(one.at) <= on]
    of = [sum(one.suspect == suspect for one in counted) for suspect in (HIM, OTHER)]
    alone = 1 if any(one.suspect is None for one in counted) else 0
    assert repeat(definition(same_perpetrator=True), happened, on).count == max(*of, alone)


def test_both_definitions_are_named_dated_and_not_the_same():
    government, own = repeat_definitions(TODAY)
    assert (government.code, government.needed, government.months) == ("government", 2, 12)
    assert own.code == "force"
    assert government.source
    assert own.source
    assert not government.verified


@given(st.lists(moments, max_size=8))
def test_a_pattern_has_a_gap_between_each_two_incidents(when):
    found = pattern(when)
    assert found == pattern(list(reversed(when)))
    assert len(found.gaps) == max(0, len(when) - 1)
    assert all(gap >= 0 for gap in found.gaps)
    if found.shortening:
        assert all(later < earlier for earlier, later in pairwise(found.gaps[-3:]))


@pytest.mark.parametrize(
    ("gaps", "shortening"),
    [((), False), ((9,), False), ((90, 30), True), ((30, 90), False), ((9, 90, 30), False),
     ((90, 30, 9), True), ((5, 90, 30, 9), True), ((30, 30), False)],
)  # fmt: skip
def test_gaps_shorten_where_each_of_the_last_is_shorter(gaps, shortening):
    when = [datetime(2025, 1, 1, 12, tzinfo=UTC)]
    for gap in gaps:
        when.append(when[-1] + timedelta(days=gap))
    assert pattern(when).gaps == gaps
    assert pattern(when).shortening is shortening


@given(moments, moments, st.none() | moments, st.none() | moments)
def test_a_fact_holds_from_its_beginning_until_it_lapses_or_ends(at, begins, lapses, ended):
    holds = stands(at, valid_from=begins, valid_until=lapses, ended_at=ended)
    assert holds is not (
        at < begins or (lapses is not None and at > lapses) or (ended is not None and at >= ended)
    )


def test_a_protection_order_lasts_28_days_the_first_counted():
    [dvpo] = [row for row in fact_kinds(TODAY) if row.code == "dvpo"]
    made = datetime(2026, 11, 24, 10, 30, tzinfo=LONDON)
    last = longest_until(dvpo, made)
    assert london_day(last) == date(2026, 12, 21)
    assert last.astimezone(LONDON).time() == time.max
    [restraining] = [row for row in fact_kinds(TODAY) if row.code == "restraining"]
    assert longest_until(restraining, made) is None


def test_a_kind_is_none_before_its_law():
    told = {"valid_until": None, "on": TODAY}
    before, since = (datetime(2024, 11, day, 12, tzinfo=LONDON) for day in (26, 27))
    assert fact_problem("dapo", HIM, OTHER, valid_from=before, **told) == (
        "kind",
        "is not one that there was on that day",
    )
    assert fact_problem("dapo", HIM, OTHER, valid_from=since, **told) is None
    assert fact_problem("grade", HIM, None, valid_from=since, **told) is not None


def test_a_number_says_the_day_and_a_count():
    assert incident_number(date(2024, 11, 24), 7) == "241124-0007"
    assert incident_number(date(2024, 11, 24), 12345) == "241124-12345"


@given(st.uuids(version=4))
def test_one_judgement_in_ten_is_drawn(one):
    assert is_drawn(one) is (one.int % 10 == 0)
    assert sum(is_drawn(UUID(int=one.int + further)) for further in range(10)) == 1
