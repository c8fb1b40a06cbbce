"""By which phrases and factors answers are said to speak of danger, so that what was found once can be relied on."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256

from throughline.reference import load


@lru_cache(maxsize=32)
def phrases_of_danger(on: date) -> Mapping[str, tuple[str, ...]]:
    """The phrases of each danger that hold on a day in London, by its code."""
    return {row.code: row.texts("says") for row in load("danger-phrases").as_of(on)}


@lru_cache(maxsize=32)
def hearing(on: date) -> str:
    """A mark of what is listened for on a day: the phrases of danger, and the factors that are grave and were.

    As long as it is the same, the same answers say the same.
    """
    grave = [
        (row.code, row.valid_from, row.valid_until) for row in load("risk-factors").rows if row.flag("grave")
    ]
    return sha256(
        repr((sorted(phrases_of_danger(on).items()), sorted(grave, key=repr))).encode()
    ).hexdigest()[:16]
