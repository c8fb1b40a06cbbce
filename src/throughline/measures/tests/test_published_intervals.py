"""Intervals against values that others published, to 1e-6, and what holds of every one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.measures.dispersion import dispersion
from throughline.measures.intervals import change, events, funnel, rate, wilson

# "Introduction to PHEindicatormethods", G. Anderson, 7 March 2019 (ukhsa-collaboration/PHEindicatormethods, vignettes): the
# examples of phe_proportion and phe_rate with confidence=99.8 and multiplier=100, and phe_rate as it is by default. The
# page prints seven digits of each column.
COUNTS = [(24, 162), (6, 120), (68, 173), (95, 146), (46, 143), (56, 132), (76, 183), (18, 149)]
PROPORTIONS = [
    (8.166047, 25.38084), (1.533517, 15.10069), (28.680466, 51.05106), (52.294492, 75.99232),
    (21.543623, 45.02461), (30.088158, 55.78251), (30.968023, 52.93222), (6.046514, 22.68239),
]  # fmt: skip
RATES = [
    (7.1693910, 26.77154), (0.9225872, 15.05136), (26.1925701, 56.39516), (46.3595418, 88.46988),
    (19.4573177, 49.71192), (27.0186592, 63.05222), (28.3382512, 58.47473), (5.1176169, 23.75627),
]  # fmt: skip
RATES_BY_DEFAULT = [
    (9489.334, 22044.21), (1834.912, 10882.90), (30521.553, 49830.92), (52642.965, 79543.66),
    (23548.788, 42908.37), (32044.793, 55092.43), (32719.746, 51981.74), (7156.037, 19093.45),
]  # fmt: skip
# tests/testthat/testdata_funnel_prop_outputs.csv of the same: population, 95 percent limits, 99.8 percent limits
BASELINE = 80.642448
FUNNEL = [
    (100 + 2, 72.974925, 88.309971, 68.553233, 92.731663),
    (1008, 78.203374, 83.081521, 76.796814, 84.488082),
    (9998, 79.867989, 81.416907, 79.421375, 81.863521),
    (110000, 80.408963, 80.875933, 80.274317, 81.010578),
    (2, 25.885383, 100, 0, 100),
]


def printed(digits: str | float, value: float) -> float:
    """Half of the last digit that the page prints, and never less than 1e-6 of the value."""
    told = str(digits)
    places = len(told.partition(".")[2])
    return max(0.5 * 10**-places * 1.001, abs(value) * 1e-6)


@pytest.mark.parametrize(("told", "limits"), [*zip(COUNTS, PROPORTIONS, strict=True)])
def test_shares_are_those_of_the_vignette(told: tuple[int, int], limits: tuple[float, float]) -> None:
    found = wilson(*told, level=0.998)
    assert found is not None
    for mine, theirs in zip((found.low * 100, found.high * 100), limits, strict=True):
        assert mine == pytest.approx(theirs, abs=printed(theirs, theirs))


@pytest.mark.parametrize(("told", "limits"), [*zip(COUNTS, RATES, strict=True)])
def test_rates_are_those_of_the_vignette(told: tuple[int, int], limits: tuple[float, float]) -> None:
    found = rate(*told, per=100, level=0.998)
    assert found is not None
    assert found.method == ("exact" if told[0] < 10 else "byar")
    for mine, theirs in zip((found.low, found.high), limits, strict=True):
        assert mine == pytest.approx(theirs, abs=printed(theirs, theirs))


@pytest.mark.parametrize(("told", "limits"), [*zip(COUNTS, RATES_BY_DEFAULT, strict=True)])
def test_rates_by_default_are_those_of_the_vignette(
    told: tuple[int, int], limits: tuple[float, float]
) -> None:
    found = rate(*told)
    assert found is not None
    for mine, theirs in zip((found.low, found.high), limits, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize(("of", "low95", "high95", "low998", "high998"), FUNNEL)
def test_funnels_of_shares_are_those_published(
    of: int, low95: float, high95: float, low998: float, high998: float
) -> None:
    for level, low, high in ((0.95, low95, high95), (0.998, low998, high998)):
        found = funnel(BASELINE / 100, of, level=level)
        assert found.low * 100 == pytest.approx(low, abs=1.1e-6)
        assert found.high * 100 == pytest.approx(high, abs=1.1e-6)


@given(st.integers(0, 100_000))
def test_the_events_lie_within_their_interval(counted: int) -> None:
    low, high = events(counted)
    assert 0 <= low <= counted < high


def test_nothing_counted_is_not_sure_to_be_nothing() -> None:
    low, high = events(0)
    assert low == 0
    # minus the logarithm of 0.025
    assert high == pytest.approx(3.6888794541139363, rel=1e-12)
    assert rate(3, 0) is None


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: rate(-1, 5), "counted"),
        (lambda: rate(1, -5), "of"),
        (lambda: rate(1, 5, level=1), "level"),
        (lambda: funnel(1.2, 5), "average"),
        (lambda: funnel(0.2, 0), "of"),
        (lambda: change({"A": -1}, {"A": 2}), "counts"),
        (lambda: dispersion({"A": (2, 1)}), "counted"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call: object, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}: "):
        call()  # type: ignore[operator]


class TestChange:
    def test_it_is_over_those_who_supplied_both(self) -> None:
        found = change({"A": 100, "B": None, "C": 50}, {"A": 110, "B": 900, "C": 55, "D": 4})
        assert (found.then, found.now, found.both, found.of) == (150, 165, 2, 4)
        assert found.change == pytest.approx(0.1)
        assert found.low is not None
        assert found.high is not None
        assert found.low < 0 < 0.1 < found.high

    def test_from_nothing_there_is_no_change_to_tell(self) -> None:
        assert change({"A": 0}, {"A": 3}).change is None
        assert change({}, {}).both == 0

    @given(
        st.dictionaries(
            st.sampled_from("ABCDEFG"), st.tuples(st.integers(1, 9999), st.integers(1, 9999)), min_size=1
        )
    )
    def test_it_lies_within_its_interval(self, counts: dict[str, tuple[int, int]]) -> None:
        found = change(
            {name: one for name, (one, _) in counts.items()}, {name: two for name, (_, two) in counts.items()}
        )
        assert found.change is not None
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.change <= found.high


class TestDispersion:
    def test_places_that_differ_by_chance_alone_have_the_plain_funnel(self) -> None:
        found = dispersion({f"P{at}": (300 + at % 3, 1000) for at in range(20)})
        assert found is not None
        assert found.between == 0
        assert all(place.low == place.plain_low for place in found.places.values())
        assert found.outside == ()

    def test_large_places_that_differ_as_places_do_are_not_all_outside(self) -> None:
        # shares from 40 to 92 percent of thousands: a plain funnel has nearly all of them outside
        told = {
            f"P{at}": (round((0.4 + 0.015 * at) * of), of) for at, of in enumerate(range(2000, 37000, 1000))
        }
        found = dispersion(told)
        assert found is not None
        assert len(found.plain_outside) > 30
        assert found.outside == ()
        assert found.factor > 100

    def test_one_that_differs_from_all_is_still_outside(self) -> None:
        told = {f"P{at}": (280 + at, 1000) for at in range(40)} | {"odd": (800, 1000)}
        found = dispersion(told)
        assert found is not None
        assert found.outside == ("odd",)

    def test_of_too_few_nothing_is_said(self) -> None:
        assert dispersion({"A": (1, 2), "B": (1, 3), "C": (0, 0), "D": (1, 1), "E": (2, 9)}) is None

    @given(
        st.dictionaries(
            st.text("abcdefgh", min_size=1, max_size=3),
            st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))),
            min_size=5,
        )
    )
    def test_the_wider_funnel_is_never_the_narrower(self, counts: dict[str, tuple[int, int]]) -> None:
        found = dispersion(counts)
        assert found is not None
        assert {*found.outside} <= {*found.plain_outside}
        for place in found.places.values():
            assert 0 <= place.low <= place.plain_low <= place.plain_high <= place.high <= 1
