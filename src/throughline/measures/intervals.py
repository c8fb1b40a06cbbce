"""How sure a share is: the interval that goes with a share of few.

Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
Journal of the American Statistical Association 22, 1927): unlike the share plus or minus so much it stays within
nought and one, and is not a single point where all or none of a few were counted. No web framework.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

#: How sure, unless somebody asks for another level.
USUAL: Final = 0.95


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
    if not 0 < level < 1:
        raise ValueError("level: is not between nought and one")
    if of == 0:
        return None
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = counted / of
    about = z * z / of
    middle = (share + about / 2) / (1 + about)
    half = z * sqrt(share * (1 - share) / of + about / (4 * of)) / (1 + about)
    # at the two ends the interval closes on the share itself, which floating point misses by a hair
    low = 0.0 if counted == 0 else middle - half
    high = 1.0 if counted == of else middle + half
    return Share(counted, of, share, low, high)
