"""Wilson's interval: against worked values, and what holds of every one."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from throughline.measures.intervals import Share, wilson


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
