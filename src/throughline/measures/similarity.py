"""Which places are like which: the distance between what is known of them, every measure on one scale.

Each measure is a size or a rate, of which ratios count and not differences, so its logarithm is taken. It is then told in how far it
lies from the middle place, in units of how far places spread: the half of them in the middle spans 1.35, as in a normal distribution
of deviation one. One place unlike all others (a city that is for offices) does not widen that scale. The distance of two
places is the root of the mean of their squared differences. No web framework.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log, sqrt
from statistics import NormalDist, median, quantiles
from typing import Final

#: What the middle half of a normal distribution of deviation one spans.
MIDDLE_HALF: Final = 2 * NormalDist().inv_cdf(0.75)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Places by name with each of ``measures`` on the common scale; nought is the middle place."""

    measures: tuple[str, ...]
    scaled: Mapping[str, tuple[float, ...]]

    def distance(self, one: str, other: str) -> float:
        """How far two places are apart: nought for alike, about one for two of the usual kind."""
        pairs = zip(self.scaled[one], self.scaled[other], strict=True)
        squares = [(here - there) ** 2 for here, there in pairs]
        return sqrt(sum(squares) / len(squares)) if squares else 0.0

    def nearest(self, place: str, many: int, *, within: float) -> tuple[str, ...]:
        """At most so many other places, the nearest first, none further than ``within``. What is as far goes by name."""
        apart = sorted((self.distance(place, other), other) for other in self.scaled if other != place)
        return tuple(other for distance, other in apart[:many] if distance <= within)


def likeness(known: Mapping[str, Mapping[str, float]]) -> Likeness:
    """What is known of places, by name and measure, on one scale.

    A measure that is not known of every place, not above nought everywhere, or the same nearly everywhere, tells nobody apart
    and is left out.
    """
    measures: list[str] = []
    columns: list[dict[str, float]] = []
    for measure in dict.fromkeys(measure for of in known.values() for measure in of):
        given = {place: of[measure] for place, of in known.items() if of.get(measure, 0) > 0}
        if len(given) != len(known) or len(given) < 2:
            continue
        logs = {place: log(value) for place, value in given.items()}
        low, _, high = quantiles(sorted(logs.values()), n=4, method="inclusive")
        if high - low <= 0:
            continue
        middle = median(logs.values())
        measures.append(measure)
        columns.append(
            {place: (value - middle) / ((high - low) / MIDDLE_HALF) for place, value in logs.items()}
        )
    return Likeness(tuple(measures), {place: tuple(column[place] for column in columns) for place in known})
