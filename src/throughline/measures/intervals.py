"""How sure a share, a rate, a time or a change is: the interval that goes with what was counted of few.

Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
Journal of the American Statistical Association 22, 1927): unlike the share plus or minus so much it stays within
nought and one, and is not a single point where all or none of a few were counted. Of a rate Byar's approximation
(N. E. Breslow and N. E. Day, Statistical Methods in Cancer Research II, IARC 1987), and below ten events the exact
interval of the Poisson distribution (P. Armitage and G. Berry, Statistical Methods in Medical Research, 4th edition,
2002), as the Fingertips technical guidance has them. Of a median or a decile two places in the order of what was
measured, whatever its distribution (W. R. Thompson, "On confidence ranges for the median and other expectation
distributions for populations of unknown distribution form", Annals of Mathematical Statistics 7, 1936; as tables in
M. J. Campbell and M. J. Gardner, BMJ 296, 1988). No web framework.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from math import exp, lgamma, log, sqrt
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
    return Share(counted, of, share, *_score(share, of, z))


def _score(share: float, of: float, z: float) -> tuple[float, float]:
    about = z * z / of
    middle = (share + about / 2) / (1 + about)
    half = z * sqrt(share * (1 - share) / of + about / (4 * of)) / (1 + about)
    # at the two ends the interval closes on the share itself, which floating point misses by a hair
    return (0.0 if share == 0 else middle - half), (1.0 if share == 1 else middle + half)


@dataclass(frozen=True, slots=True)
class Stratum:
    """``size`` things of one kind, of which ``of`` were looked at, drawn at random, and ``counted`` were so."""

    counted: int
    of: int
    size: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share that was reckoned from samples, with the interval that it lies in at the level asked for."""

    share: float
    low: float
    high: float


def share_of_all(strata: Sequence[Stratum], *, level: float = USUAL) -> Estimate | None:
    """What share of all the things of some strata are so, each stratum by its size.

    Wilson's interval at the effective number looked at, which with one stratum is Wilson's own. The chance in each is
    reckoned at Wilson's middle, so that a stratum of which all or none were so is not taken to be without any. None
    where of one that holds something nothing was looked at: the rest do not speak for it.
    """
    held = _all_looked_at(strata)
    if not held:
        return None
    z, size = _z(level), sum(one.size for one in held)
    share = min(1.0, sum(one.size * one.counted / one.of for one in held) / size)
    middle = sum(one.size * _middle(one, z) for one in held) / size
    chance = sum((one.size / size) ** 2 * _chance(one, z) for one in held)
    return Estimate(share, *_score(share, middle * (1 - middle) / chance, z))


def share_that_lies_in(
    found: Sequence[Stratum], rest: Sequence[Stratum], *, level: float = USUAL
) -> Estimate | None:
    """Of all that are so in ``found`` and ``rest`` together, what share lies in ``found``.

    The limits of `share_of_all` for either side, put together by the method of variance estimates recovery (A. Donner
    and G. Zou, "Closed-form confidence intervals for functions of the normal mean and standard deviation",
    Statistical Methods in Medical Research 21, 2012): none of a few among very many leaves it wide open. None where of
    a stratum that holds something nothing was looked at, or where none at all was so.
    """
    if not _all_looked_at([*found, *rest]):
        return None
    inside, outside = _number(found, level), _number(rest, level)
    if inside.share + outside.share == 0:
        return None
    share = inside.share / (inside.share + outside.share)
    if outside.high == 0:
        return Estimate(share, 1.0, 1.0)
    fewest, most = _times(outside, inside)
    return Estimate(share, 1 / (1 + most), 1 / (1 + fewest))


def _number(strata: Sequence[Stratum], level: float) -> Estimate:
    """How many of the things of some strata are so."""
    size = sum(one.size for one in strata)
    found = share_of_all(strata, level=level)
    return Estimate(found.share * size, found.low * size, found.high * size) if found else Estimate(0, 0, 0)


def _times(one: Estimate, other: Estimate) -> tuple[float, float]:
    """Between what numbers the first lies as a multiple of the second."""
    both = one.share * other.share
    below = other.high * (2 * other.share - other.high)
    above = other.low * (2 * other.share - other.low)
    low_of, high_of = one.low * (2 * one.share - one.low), one.high * (2 * one.share - one.high)
    if below:
        fewest = (both - sqrt(max(0.0, both**2 - low_of * below))) / below
    else:
        fewest = low_of / (2 * both) if both else 0.0
    most = (both + sqrt(max(0.0, both**2 - high_of * above))) / above if above > 0 else float("inf")
    return max(0.0, fewest), most


def _all_looked_at(strata: Sequence[Stratum]) -> list[Stratum]:
    """The strata that hold anything, or nothing where one of them was not looked at."""
    held = [one for one in strata if one.size]
    return held if all(one.of for one in held) else []


def _middle(one: Stratum, z: float) -> float:
    return (one.counted + z * z / 2) / (one.of + z * z)


def _chance(one: Stratum, z: float) -> float:
    middle = _middle(one, z)
    return middle * (1 - middle) / one.of


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
class Ranks:
    """The two places, counted from one in rising order, between whose values a quantile lies, and how surely."""

    low: int
    high: int
    level: float


@cache
def ranks(of: int, quantile: float, *, level: float = USUAL) -> Ranks | None:
    """Between which places of ``of`` measured values the quantile of all like them lies; None: too few to say.

    Each end leaves at most half of what the level leaves, so that it is sure at the level or more. Raises ValueError for
    a number below nought, and for a quantile or level that is not between nought and one.
    """
    if of < 0:
        raise ValueError("of: is below nought")
    if not 0 < quantile < 1:
        raise ValueError("quantile: is not between nought and one")
    _z(level)
    tail, mean, spread = (1 - level) / 2, of * quantile, sqrt(of * quantile * (1 - quantile))
    low = high = None
    # so far from the mean, twelve spreads, nothing is left that floating point could add
    first, last = max(0, int(mean - 12 * spread) - 1), min(of, int(mean + 12 * spread) + 1)
    at_most = left_out = within = 0.0
    for number in range(first, last + 1):
        at_most += _exactly_so_many(number, of, quantile)
        if at_most <= tail:
            low, left_out = number + 1, at_most
        if high is None and at_most >= 1 - tail:
            high, within = number + 1, at_most
    if low is None or high is None or high > of:
        return None
    return Ranks(low, high, within - left_out)


@cache
def fewest(quantile: float, *, level: float = USUAL) -> int:
    """How many values must be measured before a quantile has an interval."""
    return next(of for of in count(1) if ranks(of, quantile, level=level))


def _exactly_so_many(number: int, of: int, chance: float) -> float:
    ways = lgamma(of + 1) - lgamma(number + 1) - lgamma(of - number + 1)
    return exp(ways + number * log(chance) + (of - number) * log(1 - chance))


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which two values something lies: a count, a time, or a place whose share or rate is that of all."""

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
