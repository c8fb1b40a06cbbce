"""Which places differ from the others by more than places do: a funnel that allows for how much they differ anyway.

A plain binomial funnel takes every difference between places for chance or for an alarm; with tens of thousands of
cases each nearly every force lies outside it. Here a variance between places is estimated and added (D. J.
Spiegelhalter, "Handling over-dispersion of performance indicators", Quality and Safety in Health Care 14, 2005): z-scores
are winsorised so that the outliers that are sought do not widen the limits, the overdispersion factor is their mean
square, over what that is of normal scores drawn in likewise, and the variance between places is that of R. DerSimonian
and N. Laird (1986). No web framework.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import asin, floor, sin, sqrt
from statistics import NormalDist
from typing import Final

#: The share at either end whose scores are drawn in before dispersion is estimated.
DRAWN_IN: Final = 0.1
#: With fewer places nothing is said of how places differ.
FEWEST: Final = 5
#: 99.8 percent: on average one place in five hundred lies outside by chance.
LEVEL: Final = 0.998


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a funnel: its share, the limits of the plain and of the wider funnel at its size, and its score."""

    counted: int
    of: int
    share: float
    plain_low: float
    plain_high: float
    low: float
    high: float
    score: float
    plain_outside: bool
    outside: bool


@dataclass(frozen=True, slots=True)
class Dispersion:
    """All places, the share of all, the overdispersion factor and the variance between places (on the arcsine scale)."""

    average: float
    factor: float
    between: float
    level: float
    places: Mapping[str, Place]

    @property
    def outside(self) -> tuple[str, ...]:
        return tuple(name for name, place in self.places.items() if place.outside)

    @property
    def plain_outside(self) -> tuple[str, ...]:
        return tuple(name for name, place in self.places.items() if place.plain_outside)


def dispersion(counts: Mapping[str, tuple[int, int]], *, level: float = LEVEL) -> Dispersion | None:
    """The funnel of places by name, each with its count and base; None for too few with a base.

    Shares are compared on the scale of the arcsine of their square root, on which their variance hangs on the base
    alone. Raises ValueError for a count that is not between none and all of its base.
    """
    if any(not 0 <= counted <= of for counted, of in counts.values()):
        raise ValueError("counted: is not between none and all")
    based = {name: one for name, one in counts.items() if one[1] > 0}
    if len(based) < FEWEST:
        return None
    total = sum(of for _, of in based.values())
    average = sum(counted for counted, _ in based.values()) / total
    middle = _scaled(average)
    deviations = {name: 1 / (2 * sqrt(of)) for name, (_, of) in based.items()}
    plain = {
        name: (_scaled(counted / of) - middle) / deviations[name] for name, (counted, of) in based.items()
    }
    factor = sum(score * score for score in _drawn_in([*plain.values()])) / len(plain) / _drawn_in_of_normal()
    between = _between(factor, [1 / deviation**2 for deviation in deviations.values()])
    z = NormalDist().inv_cdf((1 + level) / 2)
    places = {}
    for name, (counted, of) in based.items():
        wide = sqrt(deviations[name] ** 2 + between)
        score = (_scaled(counted / of) - middle) / wide
        places[name] = Place(
            counted,
            of,
            counted / of,
            _share(middle - z * deviations[name]),
            _share(middle + z * deviations[name]),
            _share(middle - z * wide),
            _share(middle + z * wide),
            score,
            abs(plain[name]) > z,
            abs(score) > z,
        )
    return Dispersion(average, factor, between, level, places)


def _scaled(share: float) -> float:
    return asin(sqrt(share))


def _share(scaled: float) -> float:
    return sin(min(max(scaled, 0.0), 1.5707963267948966)) ** 2


def _drawn_in(scores: list[float]) -> list[float]:
    """Scores with those at either end drawn in to the one that stands there."""
    ordered = sorted(scores)
    out = floor(len(ordered) * DRAWN_IN)
    low, high = ordered[out], ordered[len(ordered) - 1 - out]
    return [min(max(score, low), high) for score in scores]


def _drawn_in_of_normal() -> float:
    """The mean square of normal scores whose ends are drawn in: without it places of the usual kind would lie outside."""
    normal = NormalDist()
    end = normal.inv_cdf(1 - DRAWN_IN)
    return 2 * DRAWN_IN * end * end + (1 - 2 * DRAWN_IN) - 2 * end * normal.pdf(end)


def _between(factor: float, weights: list[float]) -> float:
    """The variance between places, nought where they differ no more than chance has them differ."""
    many = len(weights)
    if many * factor <= many - 1:
        return 0.0
    total = sum(weights)
    return (many * factor - (many - 1)) / (total - sum(weight * weight for weight in weights) / total)
