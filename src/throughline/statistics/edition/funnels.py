"""How a force stands among others, by the funnel that allows for how much forces differ and by the plain one beside it."""

from typing import Final

from throughline.measures.dispersion import Dispersion, Place
from throughline.statistics.edition.content import Column, Value

FUNNELS: Final = (
    Column(
        "funnel",
        "Among all forces",
        means="Whether it lies within the limits at its size, allowing for how much forces differ",
    ),
    Column(
        "plain_funnel",
        "By chance alone",
        means="Whether it lies within the limits of a plain binomial funnel, as if forces differed by chance alone",
    ),
)


def standing(place: Place | None) -> tuple[Value, Value]:
    """A force's cells under `FUNNELS`."""
    if place is None:
        return "[z]", "[z]"
    return _words(place.outside), _words(place.plain_outside)


def _words(outside: bool) -> str:
    return "outside" if outside else "within"


def both_funnels(spread: Dispersion) -> str:
    """How many forces each of the two funnels has outside."""
    return (
        f"If forces differed by chance alone (a plain binomial funnel), {len(spread.plain_outside)} of {len(spread.places)}"
        f" would lie outside the limits; allowing for how much they differ, {len(spread.outside) or 'none'}"
        f" {'does' if len(spread.outside) == 1 else 'do'}."
    )
