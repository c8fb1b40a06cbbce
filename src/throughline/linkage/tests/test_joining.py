"""Records joined in persons, from pairs weighed by hand."""

import numpy as np
import pytest

from throughline.linkage.batch import joining
from throughline.linkage.batch.joining import UNLIKELY, Join, joins, pairs_of


def joined(rows: int, pairs: dict[tuple[int, int], float], least: float = 0.0) -> list[Join]:
    left, right = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    return joins(left, right, np.array(list(pairs.values()), dtype=np.float64), rows, least)


def groups(rows: int, found: list[Join]) -> set[frozenset[int]]:
    of = {row: frozenset((row,)) for row in range(rows)}
    for one, other, _ in found:
        whole = frozenset(one) | frozenset(other)
        of |= dict.fromkeys(whole, whole)
    return set(of.values())


def test_if_a_is_b_and_b_is_c_then_a_is_c_with_the_odds_of_their_joining() -> None:
    found = joined(5, {(0, 1): 20.0, (1, 2): 18.0, (3, 4): 6.0})

    assert groups(5, found) == {frozenset((0, 1, 2)), frozenset((3, 4))}
    codes, odds = pairs_of(found, 5)
    known = dict(zip(codes.tolist(), odds.tolist(), strict=True))
    assert known[0 * 5 + 1] == pytest.approx(20.0, abs=0.3)
    # between the best that is known of her and the pair that was not weighed
    assert known[0 * 5 + 2] == known[1 * 5 + 2] == pytest.approx((18.0 + (18.0 + UNLIKELY) / 2) / 2, abs=0.3)


def test_one_pair_in_favour_does_not_join_groups_that_all_others_hold_apart() -> None:
    # father and son of one name: the record without a birth date may be of either
    pairs = {(0, 1): 25.0, (0, 2): 25.0, (1, 2): 25.0, (3, 4): 25.0, (2, 3): 3.0}
    pairs |= {(a, b): UNLIKELY for a in (0, 1) for b in (3, 4)}

    assert groups(5, joined(5, pairs)) == {frozenset((0, 1, 2)), frozenset((3, 4))}


def test_a_pair_as_sure_as_is_asked_for_joins_what_the_others_do_not_outweigh() -> None:
    left, right = np.array([0, 1]), np.array([1, 2])
    weak, sure = (joins(left, right, np.array([20.0, one]), 3, 0.0, 5.0) for one in (4.0, 16.0))

    assert groups(3, weak) == {frozenset((0, 1)), frozenset((2,))}
    assert groups(3, sure) == {frozenset((0, 1, 2))}


def test_nothing_weighed_joins_nobody() -> None:
    assert joined(3, {}) == []


def test_where_nearly_everybody_has_two_records_those_left_over_seek_their_like_and_couples_stay_apart() -> (
    None
):
    couples = {(2 * one, 2 * one + 1): 20.0 for one in range(1000)}
    in_doubt = {(2000, 2001): -3.0}
    between = {(0, 2): 1.0, (0, 3): 1.0, (1, 2): 1.0, (1, 3): 1.0}

    found = groups(2002, joined(2002, couples | in_doubt | between))

    assert frozenset((2000, 2001)) in found
    assert frozenset((0, 1)) in found
    # in a file whose numbers say nothing the same pairs are judged by themselves
    alone = groups(6, joined(6, {(0, 1): 20.0, (2, 3): 20.0, (4, 5): -3.0} | between))
    assert frozenset((0, 1, 2, 3)) in alone
    assert frozenset((4,)) in alone


def test_a_chain_stops_before_it_is_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "LARGEST", 10)
    pairs = {(a, b): 20.0 for a in range(12) for b in range(a + 1, 12)}

    assert max(map(len, groups(12, joined(12, pairs)))) <= 10


def test_a_sample_says_how_many_records_persons_have(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = {(2 * one, 2 * one + 1): 20.0 for one in range(2000)} | {(4000, 4001): -3.0}
    whole = joined(4002, pairs)
    monkeypatch.setattr(joining, "_SAMPLED", 500)

    assert groups(4002, joined(4002, pairs)) == groups(4002, whole)
