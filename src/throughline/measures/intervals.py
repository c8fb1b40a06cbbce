"""How sure a share, a rate or a change is: the interval that goes with what was counted of few.

Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
Journal of the American Statistical Association 22, 1927): unlike the share plus or minus so much it stays within
nought and one, and is not a single point where all or none of a few were counted. Of a rate Byar's approximation
(N. E. Breslow and N. E. Day, Statistical Methods in Cancer Research II, IARC 1987), and below ten events the exact
interval of the Poisson distribution (P. Armitage and G. Berry, Statistical Methods in Medical Research, 4th edition,
2002), as the Fingertips technical guidance has them. No web framework.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, sqrt
from statistics import NormalDist
from typing import Final, Literal

#: How sure, unless somebody asks for another level.
USUAL: Final = 0.95
#: Below so many events Byar's approximation is left for the exact interval.
EXACT_BELOW: Final = 10


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the interval that the share of all like them lies in at the level asked for."""

    counted: int
    of: int
    share: float
    low: float
    high: float


def wilson(counted: int, of: int, *, level: float = USUAL) -> Share | None:
    """The share ``counted`` of ``of`` with its Wilson interval; None where there is nothing to take a share of.

    Raises ValueError for a count below nought or above ``of``, and for a level that is not between nought and one.
    """
    if not 0 <= counted <= of:
        raise ValueError("counted: is not between none and all")
    z = _z(level)
    if of == 0:
        return None
    share = counted / of
    about = z * z / of
    middle = (share + about / 2) / (1 + about)
    half = z * sqrt(share * (1 - share) / of + about / (4 * of)) / (1 + about)
    # at the two ends the interval closes on the share itself, which floating point misses by a hair
    low = 0.0 if counted == 0 else middle - half
    high = 1.0 if counted == of else middle + half
    return Share(counted, of, share, low, high)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many events among so many, told per so many, with its interval and how that was reckoned."""

    counted: int
    of: float
    per: int
    rate: float
    low: float
    high: float
    method: Literal["byar", "exact"]


def rate(counted: int, of: float, *, per: int = 100_000, level: float = USUAL) -> Rate | None:
    """The rate of ``counted`` events among ``of`` with its interval; None where there is nobody to have them.

    Raises ValueError for a count or a base below nought, and for a level that is not between nought and one.
    """
    if of < 0:
        raise ValueError("of: is below nought")
    low, high = events(counted, level=level)
    if of == 0:
        return None
    method: Literal["byar", "exact"] = "exact" if counted < EXACT_BELOW else "byar"
    return Rate(counted, of, per, counted / of * per, low / of * per, high / of * per, method)


def events(counted: int, *, level: float = USUAL) -> tuple[float, float]:
    """Between which numbers of events what is expected lies where so many were counted."""
    if counted < 0:
        raise ValueError("counted: is below nought")
    z = _z(level)
    if counted < EXACT_BELOW:
        return _exactly(counted, (1 - level) / 2)
    more = counted + 1
    low = counted * (1 - 1 / (9 * counted) - z / (3 * sqrt(counted))) ** 3
    return low, more * (1 - 1 / (9 * more) + z / (3 * sqrt(more))) ** 3


def _exactly(counted: int, tail: float) -> tuple[float, float]:
    """The two expectations under which so many events or more, and so many or fewer, are just as likely as the tail."""
    low = 0.0 if counted == 0 else _where(lambda mean: 1 - _at_most(counted - 1, mean), tail)
    return low, _where(lambda mean: 1 - _at_most(counted, mean), 1 - tail)


def _at_most(counted: int, mean: float) -> float:
    term = total = exp(-mean)
    for number in range(1, counted + 1):
        term *= mean / number
        total += term
    return total


def _where(rising: Callable[[float], float], level: float) -> float:
    """Where a rising function of the mean passes a level, by halving until floating point has no more."""
    low, high = 0.0, 1.0
    while rising(high) < level:
        high *= 2
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        low, high = (middle, high) if rising(middle) < level else (low, middle)


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which values a place lies whose share or rate is that of all."""

    low: float
    high: float


def funnel(average: float, of: float, *, level: float = USUAL) -> Limits:
    """The control limits of a share at ``of`` observations around the share of all."""
    if not 0 <= average <= 1:
        raise ValueError("average: is not between nought and one")
    if of <= 0:
        raise ValueError("of: is nought or below")
    half = _z(level) * sqrt(average * (1 - average) / of)
    return Limits(max(0.0, average - half), min(1.0, average + half))


@dataclass(frozen=True, slots=True)
class Change:
    """The change of a count over those who supplied both periods, and how many those are of all who were asked.

    `change` is a share of the earlier count, with its interval; None where nothing was counted before.
    """

    then: int
    now: int
    both: int
    of: int
    change: float | None
    low: float | None
    high: float | None


def change(then: Mapping[str, int | None], now: Mapping[str, int | None], *, level: float = USUAL) -> Change:
    """The change from one period to another over whoever supplied both; None for a count is "unable to provide".

    The interval takes both totals as counts of independent events: given their sum, the later is a share of it
    (J. Przyborowski and H. Wilenski, Biometrika 31, 1940), whose Wilson interval is told as a ratio. Raises ValueError
    for a count below nought.
    """
    pairs = [
        (before, after)
        for name in then
        if (before := then[name]) is not None and (after := now.get(name)) is not None
    ]
    if any(before < 0 or after < 0 for before, after in pairs):
        raise ValueError("counts: one is below nought")
    early, late = sum(before for before, _ in pairs), sum(after for _, after in pairs)
    asked = len({*then, *now})
    share = wilson(late, early + late, level=level)
    if not early or share is None:
        return Change(early, late, len(pairs), asked, None, None, None)
    return Change(
        early,
        late,
        len(pairs),
        asked,
        late / early - 1,
        share.low / (1 - share.low) - 1,
        share.high / (1 - share.high) - 1,
    )


def _z(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError("level: is not between nought and one")
    return NormalDist().inv_cdf((1 + level) / 2)
