"""Records joined in persons from the surest pair on, each time by all that is known between two groups of records.

A person's oldest and newest record may share little but those between, so a record joins a group on the strength of
the pair that speaks for it most; but the others of the group count as much, so that a father is not joined to two
records of his son by the one of them that lacks a birth date. A pair that was not weighed counts as unlikely.

How many records a person has is read off the file as well: where nearly everybody has two, a record that is left over
seeks its like, and two couples of records are two persons.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LARGEST = 60
"""Records of one person beyond which a group is not believed."""
UNLIKELY = -7.0
"""Log2 of the odds of a pair that was not weighed, and the least that any pair counts for."""
_SURER = 8.0  # bits that the numbers of records may add to a pair
_LESS_SURE = -2.0  # and take from it: whoever is alone may be one whose other records were not recognised
_APART = -12.0  # bits that they may take from larger groups, beyond as many as are disregarded
_SAMPLED = 200_000  # pairs in which it is seen how many records persons have
_SEEN = 50.0  # persons for which it counts that numbers of records fall off evenly


class Join(NamedTuple):
    """Two groups of rows that became one, and log2 of the odds that they are one person."""

    one: tuple[int, ...]
    other: tuple[int, ...]
    odds: float


def joins(
    left: Integers, right: Integers, odds: Floats, rows: int, least: float, surest: float = -math.inf
) -> list[Join]:
    """The joins of at least so much likelihood, in the order in which they were made.

    ``odds`` is log2 of each pair's own odds; with ``surest`` one pair of every join has so much by itself. How many
    records persons have is found in a first round.
    """
    usual = [0.0] * (LARGEST + 1)
    every = 1 + len(odds) // _SAMPLED
    first = _joins(left, right, odds, rows=rows, least=0.0, usual=usual, every=every)
    usual = _usual(_sizes(first, rows, every))
    return _joins(left, right, odds, rows=rows, least=least, surest=surest, usual=usual)


def pairs_of(joined: Sequence[Join], rows: int) -> tuple[Integers, Floats]:
    """Every pair of rows that the joins made one person, as ``left * rows + right``, and its log2 odds."""
    codes: list[int] = []
    odds: list[float] = []
    for join in joined:
        codes.extend(min(a, b) * rows + max(a, b) for a in join.one for b in join.other)
        odds.extend([join.odds] * (len(join.one) * len(join.other)))
    return np.array(codes, dtype=np.int64), np.array(odds, dtype=np.float64)


def _sizes(joined: Sequence[Join], rows: int, every: int) -> list[int]:
    """How many groups there are of each number of rows, where one in so many was looked at."""
    counts = [0] * (LARGEST + 1)
    counts[1] = rows
    for join in joined:
        counts[len(join.one)] -= every
        counts[len(join.other)] -= every
        counts[len(join.one) + len(join.other)] += every
    return [max(count, 0) for count in counts]


def _usual(counts: Sequence[int]) -> list[float]:
    """By how many bits persons with so many records are more than if their numbers fell off evenly from one to the next."""
    persons = sum(counts)
    mean = sum(size * count for size, count in enumerate(counts)) / persons
    if mean <= 1.0:
        return [0.0] * len(counts)
    more = 1.0 - 1.0 / mean
    usual = [0.0]
    for size, count in enumerate(counts[1:], 1):
        even = (1.0 - more) * more ** (size - 1)
        usual.append(math.log2((count + _SEEN * even + 1e-9) / ((persons + _SEEN) * even + 1e-9)))
    return usual


def _by_numbers(usual: Sequence[float], size: int, size_2: int) -> float:
    """Bits that the numbers of records add to joining two groups."""
    both = size + size_2
    bits = usual[both] - usual[size] - usual[size_2]
    if both == 2:
        return min(max(bits, _LESS_SURE), _SURER)
    return min(max(bits - _LESS_SURE, _APART), 0.0)


def _joins(
    left: Integers,
    right: Integers,
    odds: Floats,
    *,
    rows: int,
    least: float,
    usual: Sequence[float],
    surest: float = -math.inf,
    every: int = 1,
) -> list[Join]:
    """Joins from the surest on, each connected set of rows by itself, and one in so many of those sets."""
    added = _by_numbers(usual, 1, 1)
    odds = np.maximum(odds, UNLIKELY)
    enough = max(least, surest)
    reached = odds + max(added, 0.0) >= enough
    of = _connected(left[reached], right[reached], rows)
    within = (of[left] == of[right]) & (of[left] % every == 0)
    left, right, odds = left[within], right[within], odds[within]
    alone = np.bincount(of, minlength=rows)[of[left]] == 2
    made = [
        Join((a,), (b,), pair)
        for a, b, pair in zip(
            left[alone].tolist(), right[alone].tolist(), (odds[alone] + added).tolist(), strict=True
        )
        if pair >= enough
    ]
    pairs = zip(left[~alone].tolist(), right[~alone].tolist(), odds[~alone].tolist(), strict=True)
    return made + _joins_of_more(pairs, least=least, surest=surest, usual=usual)


def _connected(left: Integers, right: Integers, rows: int) -> Integers:
    """Of every row the first of those that it is connected with by any chain of pairs."""
    of = np.arange(rows)
    while True:
        a, b = of[left], of[right]
        apart = a != b
        if not apart.any():
            return of
        left, right, a, b = left[apart], right[apart], a[apart], b[apart]
        np.minimum.at(of, np.maximum(a, b), np.minimum(a, b))
        while ((further := of[of]) != of).any():
            of = further


def _joins_of_more(
    pairs: Iterable[tuple[int, int, float]], *, least: float, surest: float, usual: Sequence[float]
) -> list[Join]:
    """Joins among any rows. What is known between a group and others is kept with both: sum, number, best of pairs."""
    added = _by_numbers(usual, 1, 1)
    known: dict[int, dict[int, tuple[float, int, float]]] = defaultdict(dict)
    heap: list[tuple[float, int, int, int, int]] = []
    for a, b, pair in pairs:
        known[a][b] = known[b][a] = (pair, 1, pair)
        if pair + added >= max(least, surest):
            heap.append((-pair - added, a, b, 1, 1))
    heapq.heapify(heap)
    members: dict[int, tuple[int, ...]] = {row: (row,) for row in known}
    made: list[Join] = []
    while heap:
        against, a, b, size, size_2 = heapq.heappop(heap)
        if a not in members or b not in members or (len(members[a]), len(members[b])) != (size, size_2):
            continue
        if len(known[a]) < len(known[b]):
            a, b = b, a
        made.append(Join(members[a], members[b], -against))
        members[a] += members.pop(b)
        here = known[a]
        del here[b]
        for other, (total, count, best) in known.pop(b).items():
            if other == a:
                continue
            beside = known[other]
            del beside[b]
            if before := here.get(other):
                total, count, best = total + before[0], count + before[1], max(best, before[2])
            here[other] = beside[a] = (total, count, best)
        size = len(members[a])
        for other, (total, count, best) in here.items():
            size_2 = len(members[other])
            if size + size_2 > LARGEST:
                continue
            every = size * size_2
            pair = (best + (total + (every - count) * UNLIKELY) / every) / 2
            numbers = _by_numbers(usual, size, size_2)
            pair += numbers
            if pair >= least and best + numbers >= surest:
                heapq.heappush(heap, (-pair, a, other, size, size_2))
    return made
