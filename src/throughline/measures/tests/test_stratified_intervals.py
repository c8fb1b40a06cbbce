"""Shares reckoned from samples of strata: what must hold of each, and how often the interval holds the truth."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.measures.intervals import Stratum, share_of_all, share_that_lies_in, wilson


@st.composite
def strata(draw) -> Stratum:
    of = draw(st.integers(1, 400))
    return Stratum(draw(st.integers(0, of)), of, draw(st.integers(of, 20_000)))


@given(strata())
def test_of_one_stratum_it_is_wilsons(one) -> None:
    found, whole = share_of_all([one]), wilson(one.counted, one.of)
    assert found is not None
    assert whole is not None
    assert (found.share, found.low, found.high) == pytest.approx((whole.share, whole.low, whole.high))


@given(st.lists(strata(), min_size=1, max_size=4), st.lists(strata(), max_size=3))
def test_the_share_lies_in_its_interval_and_both_within_nought_and_one(found, rest) -> None:
    for one in (share_of_all(found + rest), share_that_lies_in(found, rest)):
        if one is not None:
            assert 0 <= one.low <= one.share + 1e-9
            assert one.share - 1e-9 <= one.high <= 1


def test_a_large_stratum_counts_for_more() -> None:
    found = share_of_all([Stratum(10, 10, 900), Stratum(0, 10, 100)])
    assert found is not None
    assert found.share == pytest.approx(0.9)


@pytest.mark.parametrize("unread", [Stratum(0, 0, 5)])
def test_what_nobody_looked_at_is_not_spoken_for(unread) -> None:
    assert share_of_all([Stratum(3, 4, 9), unread]) is None
    assert share_that_lies_in([Stratum(3, 4, 9)], [unread]) is None
    assert share_of_all([]) is None


def test_an_empty_stratum_says_nothing() -> None:
    assert share_of_all([Stratum(3, 4, 9), Stratum(0, 0, 0)]) == share_of_all([Stratum(3, 4, 9)])
    assert share_that_lies_in([Stratum(0, 4, 9)], [Stratum(0, 2, 9)]) is None


def test_where_nothing_lies_outside_all_of_it_is_found() -> None:
    found = share_that_lies_in([Stratum(3, 4, 9)], [])
    assert found is not None
    assert (found.share, found.low, found.high) == (1.0, 1.0, 1.0)


def test_few_of_a_large_rest_leave_it_open_how_much_lies_there() -> None:
    """None of ten were so among ten thousand: that says little, and the interval says so."""
    little = share_that_lies_in([Stratum(95, 100, 100)], [Stratum(0, 10, 10_000)])
    much = share_that_lies_in([Stratum(95, 100, 100)], [Stratum(0, 1_000, 10_000)])
    assert little is not None
    assert much is not None
    assert little.share == much.share == 1.0
    assert little.low < 0.1 < 0.6 < much.low


# bands as recognition leaves them: many certain pairs that mostly are one person, and a long tail that mostly is not
_BANDS = ((0.97, 60, 900), (0.7, 60, 300), (0.35, 60, 500), (0.03, 120, 4_000))


def test_about_ninety_five_of_a_hundred_intervals_hold_the_truth() -> None:
    chance = Random(7)
    precision = sum(p * size for p, _, size in _BANDS[:3]) / sum(size for _, _, size in _BANDS[:3])
    so = [p * size for p, _, size in _BANDS]
    recall = sum(so[:3]) / sum(so)
    held = [0, 0]
    tried = 400
    for _ in range(tried):
        drawn = [Stratum(sum(chance.random() < p for _ in range(of)), of, size) for p, of, size in _BANDS]
        for place, (found, truth) in enumerate(
            ((share_of_all(drawn[:3]), precision), (share_that_lies_in(drawn[:3], drawn[3:]), recall))
        ):
            assert found is not None
            held[place] += found.low <= truth <= found.high
    assert held[0] / tried > 0.92
    assert held[1] / tried > 0.90
