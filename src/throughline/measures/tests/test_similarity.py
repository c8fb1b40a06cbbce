"""Which places are alike: a distance, the same from either side, in whatever order places are told."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from throughline.measures.similarity import likeness

MEASURES = ("residents", "crime", "officers")
places = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.fixed_dictionaries({one: st.floats(0.01, 1e7) for one in MEASURES}),
    min_size=2,
    max_size=12,
)


@given(places)
def test_a_distance_is_the_same_from_either_side_and_nought_to_itself(
    known: dict[str, dict[str, float]],
) -> None:
    alike = likeness(known)
    for one in known:
        assert alike.distance(one, one) == 0
        for other in known:
            assert alike.distance(one, other) == alike.distance(other, one) >= 0
            for third in known:
                around = alike.distance(one, third) + alike.distance(third, other)
                assert alike.distance(one, other) <= around * (1 + 1e-9) + 1e-9


@given(places, st.integers(1, 6), st.floats(0, 5))
def test_no_place_is_its_own_neighbour_and_the_nearest_come_first(
    known: dict[str, dict[str, float]], many: int, within: float
) -> None:
    alike = likeness(known)
    for one in known:
        found = alike.nearest(one, many, within=within)
        apart = [alike.distance(one, other) for other in found]
        assert one not in found
        assert len({*found}) == len(found) <= many
        assert apart == sorted(apart)
        assert all(distance <= within for distance in apart)
        left = {*known} - {*found, one}
        if len(found) < many:
            assert all(alike.distance(one, other) > within for other in left)
        else:
            assert all(alike.distance(one, other) >= apart[-1] for other in left)


@given(places, st.randoms(use_true_random=False))
def test_the_order_in_which_places_are_told_says_nothing(
    known: dict[str, dict[str, float]], rng: object
) -> None:
    shuffled = [*known]
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = likeness(known), likeness({place: known[place] for place in shuffled})
    for place in known:
        assert one.nearest(place, 3, within=3) == other.nearest(place, 3, within=3)


@given(places, st.floats(0.01, 100))
def test_the_unit_of_a_measure_says_nothing(known: dict[str, dict[str, float]], factor: float) -> None:
    told = likeness({place: {**of, "crime": of["crime"] * factor} for place, of in known.items()})
    plain = likeness(known)
    if told.measures != plain.measures:
        # spread so little that what is left of it is the rounding of a float
        return
    for one in known:
        for other in known:
            assert isclose(told.distance(one, other), plain.distance(one, other), rel_tol=1e-3, abs_tol=1e-3)


def test_what_is_not_known_of_all_or_the_same_of_all_tells_nobody_apart() -> None:
    known = {
        "a": {"residents": 100.0, "crime": 5.0, "officers": 2.0},
        "b": {"residents": 200.0, "crime": 5.0},
        "c": {"residents": 400.0, "crime": 5.0, "officers": 0.0},
    }
    alike = likeness(known)
    assert alike.measures == ("residents",)
    assert alike.nearest("a", 2, within=9) == ("b", "c")
    assert isclose(alike.distance("a", "c"), 2 * alike.distance("a", "b"))
    assert likeness({"a": {"residents": 1.0}}).nearest("a", 5, within=9) == ()


def test_one_place_unlike_all_does_not_draw_the_others_together() -> None:
    known = {f"p{at}": {"residents": 1000.0 * 1.1**at} for at in range(12)}
    plain = likeness(known).distance("p0", "p6")
    beside = likeness({**known, "city": {"residents": 1.0}}).distance("p0", "p6")
    assert isclose(plain, beside, rel_tol=0.25)
