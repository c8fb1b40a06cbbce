"""Small counts kept from whoever subtracts: across tables, totals, bases and editions.

What is protected can always be shown to be: beside each small count stand two other sets of returns that agree with everything
published, now and before, and in which that count is far from what it is. No web framework.
"""

from throughline.statistics.disclosure.attacking import (
    Published,
    apart,
    attack,
    implied,
    known_to,
    opened,
    published,
)
from throughline.statistics.disclosure.protecting import UnprotectedError, protect
from throughline.statistics.disclosure.proving import unproved, withstood
from throughline.statistics.disclosure.rules import (
    Cell,
    Earlier,
    Limits,
    Protection,
    Sum,
    Witness,
    breakdown_of,
    limits,
)

__all__ = [
    "Cell",
    "Earlier",
    "Limits",
    "Protection",
    "Published",
    "Sum",
    "UnprotectedError",
    "Witness",
    "apart",
    "attack",
    "breakdown_of",
    "implied",
    "known_to",
    "limits",
    "opened",
    "protect",
    "published",
    "unproved",
    "withstood",
]
