"""When two allegations are against each other, and where that stands."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.cases.rules.counter import (
    COUNTER_STEPS,
    Alleged,
    CounterStep,
    Stands,
    against_each_other,
    between,
)
from throughline.foundations.clock.rules import due, london_day, parse_clock

NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
A, B, C, ONE, TWO = (UUID(int=n) for n in range(1, 6))
YEAR = parse_clock("12 months")

people = st.sampled_from([A, B, C])
alleged = st.builds(
    Alleged,
    victim=people,
    suspect=people,
    incident=st.sampled_from([ONE, TWO]),
    at=st.integers(0, 1_000).map(lambda days: NOW - timedelta(days=days)),
)


def said(victim, suspect, *, days=0, incident=ONE):
    return Alleged(victim, suspect, incident, NOW + timedelta(days=days))


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([], set()),
        ([said(A, B)], set()),
        ([said(A, B), said(A, B, incident=TWO, days=3)], set()),
        ([said(A, B), said(B, A)], {frozenset({A, B})}),
        ([said(A, B), said(B, A, incident=TWO, days=300)], {frozenset({A, B})}),
        ([said(A, B, days=300), said(B, A, incident=TWO)], {frozenset({A, B})}),
        ([said(A, B), said(B, A, incident=TWO, days=400)], set()),
        # the second of hers is near enough
        (
            [said(A, B), said(A, B, incident=TWO, days=200), said(B, A, days=400, incident=C)],
            {frozenset({A, B})},
        ),
        ([said(A, B), said(B, C), said(C, A)], set()),
        ([said(A, A)], set()),
    ],
)
def test_two_are_against_each_other_where_each_is_the_victim_of_the_other(told, found):
    assert against_each_other(told, within=YEAR) == found


@given(st.lists(alleged, max_size=8))
def test_it_does_not_matter_in_which_order_it_was_told(told):
    assert against_each_other(told, within=YEAR) == against_each_other(told[::-1], within=YEAR)


@given(st.lists(alleged, max_size=8))
def test_each_pair_has_an_allegation_each_way_within_the_time(told):
    for pair in against_each_other(told, within=YEAR):
        one, other = sorted(pair)
        assert any(
            {(first.victim, first.suspect), (second.victim, second.suspect)} == {(one, other), (other, one)}
            and (
                first.incident == second.incident
                or max(first.at, second.at) <= due(YEAR, min(first.at, second.at))
            )
            for first, second in product(told, told)
        )


@given(st.lists(alleged, max_size=8), alleged)
def test_more_that_is_told_takes_nothing_back(told, more):
    assert against_each_other(told, within=YEAR) <= against_each_other([*told, more], within=YEAR)


def test_the_time_between_is_a_clock_of_reference():
    assert due(between(london_day(NOW)), NOW) > NOW


def test_whatever_was_decided_can_be_decided_again_and_nothing_after_it_was_withdrawn():
    for state in set(Stands) - {Stands.WITHDRAWN}:
        assert COUNTER_STEPS[state, CounterStep.DECIDE] is Stands.DECIDED
        assert COUNTER_STEPS[state, CounterStep.LEAVE_OPEN] is Stands.UNRESOLVED
        assert COUNTER_STEPS[state, CounterStep.WITHDRAW] is Stands.WITHDRAWN
    assert not any(state is Stands.WITHDRAWN for state, _step in COUNTER_STEPS)
    assert (Stands.UNDECIDED, CounterStep.OVERTURN) not in COUNTER_STEPS
