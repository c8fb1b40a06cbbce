"""Intervals of shares and quantiles: against worked values, and what holds of every one."""

from fractions import Fraction
from math import comb, exp, log, sqrt
from random import Random
from statistics import NormalDist

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from throughline.measures.intervals import Share, fewest, ranks, wilson


@st.composite
def counts(draw, smallest: int = 1) -> tuple[int, int]:
    of = draw(st.integers(smallest, 100_000))
    return draw(st.integers(0, of)), of


def test_nothing_has_no_share() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize(
    ("counted", "of", "low", "high"),
    [
        # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
        # table I, the score method without continuity correction
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_values(counted: int, of: int, low: float, high: float) -> None:
    found = wilson(counted, of)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(counts())
def test_it_holds_the_share_and_stays_within_nought_and_one(told: tuple[int, int]) -> None:
    found = wilson(*told)
    assert found is not None
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert found.low < found.high


@given(counts())
def test_what_was_not_counted_mirrors_it(told: tuple[int, int]) -> None:
    counted, of = told
    one, other = wilson(counted, of), wilson(of - counted, of)
    assert one is not None
    assert other is not None
    assert one.low == pytest.approx(1 - other.high)
    assert one.high == pytest.approx(1 - other.low)


@given(counts(), st.integers(2, 50))
def test_more_of_the_same_is_surer(told: tuple[int, int], times: int) -> None:
    counted, of = told
    few, many = wilson(counted, of), wilson(counted * times, of * times)
    assert few is not None
    assert many is not None
    assert many.high - many.low < few.high - few.low


@given(counts(), st.floats(0.5, 0.9), st.floats(0.901, 0.999))
def test_surer_is_wider(told: tuple[int, int], lower: float, higher: float) -> None:
    one, other = wilson(*told, level=lower), wilson(*told, level=higher)
    assert one is not None
    assert other is not None
    assert other.low <= one.low
    assert one.high <= other.high


@given(counts())
def test_one_more_moves_it_up(told: tuple[int, int]) -> None:
    counted, of = told
    assume(counted < of)
    before, after = wilson(counted, of), wilson(counted + 1, of)
    assert before is not None
    assert after is not None
    assert before.low < after.low
    assert before.high < after.high


@pytest.mark.parametrize(
    ("counted", "of", "level"), [(-1, 3, 0.95), (4, 3, 0.95), (1, 3, 0.0), (1, 3, 1.0), (0, -1, 0.95)]
)
def test_what_is_no_share_is_refused(counted: int, of: int, level: float) -> None:
    with pytest.raises(ValueError, match="is not between"):
        wilson(counted, of, level=level)


def test_it_says_what_it_was_made_of() -> None:
    found = wilson(3, 4)
    assert found == Share(3, 4, 0.75, found.low, found.high)


@pytest.mark.parametrize(
    ("of", "low", "high", "level"),
    [
        # of a median: Campbell and Gardner, "Calculating confidence intervals for some non-parametric analyses", BMJ 296
        # (1988), appendix; the level that is reached is the sum of the binomial terms
        (6, 1, 6, 0.969),
        (10, 2, 9, 0.979),
        (20, 6, 15, 0.959),
        (50, 18, 33, 0.967),
        (100, 40, 61, 0.965),
    ],
)
def test_published_places_of_a_median(of: int, low: int, high: int, level: float) -> None:
    found = ranks(of, 0.5)
    assert found is not None
    assert (found.low, found.high) == (low, high)
    assert round(found.level, 3) == level


def test_too_few_have_no_places() -> None:
    # half of half … must not be more than a fortieth, and so for nine tenths
    assert (fewest(0.5), fewest(0.9)) == (6, 36)
    assert 0.5**6 <= 0.025 < 0.5**5
    assert 0.9**35 > 0.025 >= 0.9**36
    assert [ranks(of, 0.5) for of in range(6)] == [None] * 6
    assert ranks(35, 0.9) is None


@given(st.integers(0, 3_000), st.sampled_from([0.1, 0.5, 0.9]), st.sampled_from([0.8, 0.95, 0.99]))
def test_places_are_as_sure_as_was_asked_and_no_surer_than_they_must(
    of: int, quantile: float, level: float
) -> None:
    found = ranks(of, quantile, level=level)
    assert (found is None) is (of < fewest(quantile, level=level))
    if found is None:
        return
    assert 1 <= found.low < found.high <= of
    # each end by itself, by exact fractions: one place further in would leave too much
    part, tail = Fraction(quantile).limit_denominator(10), (1 - Fraction(level).limit_denominator(100)) / 2
    if of <= 120:
        terms = [comb(of, number) * part**number * (1 - part) ** (of - number) for number in range(of + 1)]
        assert sum(terms[: found.low]) <= tail < sum(terms[: found.low + 1])
        assert sum(terms[found.high :]) <= tail < sum(terms[found.high - 1 :])
        assert found.level == pytest.approx(float(sum(terms[found.low : found.high])))
    assert found.level >= level


@given(st.integers(36, 20_000), st.sampled_from([0.5, 0.9]))
def test_the_quantile_itself_lies_between_its_places(of: int, quantile: float) -> None:
    found = ranks(of, quantile)
    assert found is not None
    # where the quantile of what was measured stands, as both engines interpolate it
    assert found.low <= (of - 1) * quantile + 1 <= found.high


@given(st.integers(36, 5_000), st.sampled_from([0.5, 0.9]))
def test_more_measured_is_surer(of: int, quantile: float) -> None:
    few, many = ranks(of, quantile), ranks(4 * of, quantile)
    assert few is not None
    assert many is not None
    assert (many.high - many.low) / (4 * of) < (few.high - few.low) / of
    after = ranks(of + 1, quantile)
    assert after is not None
    assert (after.low, after.high) >= (few.low, few.high)


@pytest.mark.parametrize("quantile", [0.5, 0.9])
@pytest.mark.parametrize(
    ("drawn", "at"),
    [
        (lambda chance: chance.random(), lambda part: part),
        (lambda chance: chance.expovariate(1), lambda part: -log(1 - part)),
        (lambda chance: chance.lognormvariate(0, 2), lambda part: exp(2 * NormalDist().inv_cdf(part))),
        # one of ten values, so that many are the same
        (lambda chance: chance.randrange(10), lambda part: 10 * part - 1),
    ],
    ids=["even", "waits", "long-tailed", "ten-values"],
)
def test_it_holds_the_true_quantile_as_often_as_it_says(quantile: float, drawn, at) -> None:
    chance, of, times = Random(20261126), 80, 2_000
    found = ranks(of, quantile)
    assert found is not None
    true, held = at(quantile), 0
    for _ in range(times):
        told = sorted(drawn(chance) for _ in range(of))
        held += told[found.low - 1] <= true <= told[found.high - 1]
    # four spreads of a share of two thousand: chance itself passes it once in thirty thousand
    assert held / times > found.level - 4 * sqrt(found.level * (1 - found.level) / times)


@pytest.mark.parametrize(
    ("of", "quantile", "level"), [(-1, 0.5, 0.95), (9, 0.0, 0.95), (9, 1.0, 0.95), (9, 0.5, 1.0)]
)
def test_what_is_no_quantile_is_refused(of: int, quantile: float, level: float) -> None:
    with pytest.raises(ValueError, match="nought"):
        ranks(of, quantile, level=level)
