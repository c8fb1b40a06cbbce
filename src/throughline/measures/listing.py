"""All measures in one list, in the order of what happens."""

from functools import cache

from throughline.measures import contact, investigation, outcome, partnership, risk, safeguarding, scene
from throughline.measures.rules import Measure


@cache
def measures() -> tuple[Measure, ...]:
    """Every measure, in the order in which it is read."""
    return (
        *contact.measures(),
        *scene.measures(),
        *risk.measures(),
        *safeguarding.measures(),
        *partnership.measures(),
        *investigation.measures(),
        *outcome.measures(),
    )


def measure(code: str) -> Measure:
    """A measure by its code. Raises KeyError."""
    return {one.code: one for one in measures()}[code]
