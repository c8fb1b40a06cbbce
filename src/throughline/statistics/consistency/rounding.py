"""Between which values a printed figure lies: what its rounding and its qualifier leave open.

Everything is reckoned in exact fractions, so that a figure on the edge of its rounding is not lost to floating point.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from throughline.statistics.consistency.facts import Fact
from throughline.statistics.consistency.words import MANY

#: How far "about" may be from what is meant.
ABOUT: Final = Fraction(1, 10)
#: A count of at least so much with two noughts at its end is taken as rounded; a smaller one as counted.
ROUNDED_FROM: Final = 1000
#: A proportion of which the unit says that it is printed in words.
IN_WORDS: Final = re.compile(r"\b(?:in words|[a-z]+ in [a-z]+|halves|half|thirds?|quarters?)\b")
#: However few its digits, no count is rounded by more than so much of itself: "2 million" is not 1.5.
COARSEST: Final = Fraction(1, 10)


class Span(NamedTuple):
    """All values from `low` to `high`, both included; None is open."""

    low: Fraction
    high: Fraction

    def meets(self, other: "Span") -> bool:
        return self.low <= other.high and other.low <= self.high

    def __str__(self) -> str:
        low, high = shown(self.low), shown(self.high)
        return low if low == high else f"{low} to {high}"


def shown(value: Fraction) -> str:
    """For a reader: whole where it is whole, else to two places, or to three significant digits where it is small."""
    if value.denominator == 1:
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{float(value):,.0f}"
    return f"{float(value):.2f}" if abs(value) >= Fraction(1, 10) else f"{float(value):.3g}"


def place(value: Decimal) -> Fraction:
    """The unit of the last digit that is printed."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return Fraction(10) ** min(exponent, 0)


def counted(value: Decimal) -> Span:
    """What a printed count may stand for: itself, or what rounds to it where it ends on noughts."""
    exact = Fraction(value)
    half = Fraction(0)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        # "24.83 million" is told to ten thousand, whatever noughts it ends on
        half = min(Fraction(10) ** exponent / 2, abs(exact) * COARSEST)
    elif exact.denominator == 1 and abs(exact) >= ROUNDED_FROM and exact % 100 == 0:
        step = 100
        while exact % (step * 10) == 0:
            step *= 10
        half = min(Fraction(step, 2), abs(exact) * COARSEST)
    return Span(exact - half, exact + half)


def roundness(value: Fraction) -> Fraction:
    """The largest 1, 5, 10, 50 … that divides a figure: how far "over" and "under" may go before the next of its kind.

    "Over 900,000" stops before a million, "over 75" before 80, "over 17" before 18.
    """
    size = abs(value)
    if size == 0:
        return Fraction(1)
    step = Fraction(1)
    while size % step:
        step /= 10
    while size % (step * 10) == 0:
        step *= 10
    return step * 5 if size % (step * 5) == 0 else step


def span(fact: Fact) -> Span:
    """Between which values what is printed lies; a proportion is told as a percentage."""
    # "a fall of 10 percent" is a change of −10
    exact = -Fraction(fact.value) if fact.falls else Fraction(fact.value)
    match fact.statistic:
        case "percent" | "rate" | "mean" | "median":
            half = place(fact.value) / 2
            low, high = exact - half, exact + half
        case "range_min" | "range_max" if (
            fact.unit.startswith(("percent", "rate")) or "per" in fact.unit.split()
        ):
            half = place(fact.value) / 2
            low, high = exact - half, exact + half
        case "count":
            low, high = counted(fact.value)
            if fact.falls:
                low, high = -high, -low
        case _:
            low, high = exact, exact
    if fact.statistic == "rate" and fact.is_share:
        low, high, exact = low * 100, high * 100, exact * 100
        if IN_WORDS.search(fact.unit) and fact.qualifier == "=":
            # "one in three" is said of 31 percent as well
            return Span(exact * (1 - ABOUT), exact * (1 + ABOUT))
    far = roundness(exact)
    match fact.qualifier:
        case ">" | ">=":
            return Span(exact, exact + far)
        case "<" | "<=":
            return Span(exact - far, exact)
        case "≈":
            return Span(min(low, exact * (1 - ABOUT)), max(high, exact * (1 + ABOUT)))
    return Span(low, high)


def ratio(above: Span, below: Span, *, times: int = 100) -> Span | None:
    """The quotient of what lies in two spans, times a hundred; None where the one below reaches nought."""
    if below.low <= 0 or above.low < 0:
        return None
    return Span(above.low / below.high * times, above.high / below.low * times)


def growth(late: Span, early: Span) -> Span | None:
    """The change in percent from early to late."""
    quotient = ratio(late, early)
    return None if quotient is None else Span(quotient.low - 100, quotient.high - 100)


def times_of(told: str | None) -> int:
    """In how many a rate is told: 1,000 of "per 1,000", a million of "per million", 100 where nothing is said."""
    return MANY.get(told or "") or int((told or "100").replace(",", ""))
