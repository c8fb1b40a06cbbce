"""All rules, in the order in which a reader would try them."""

from collections.abc import Sequence

from throughline.statistics.consistency.between import between
from throughline.statistics.consistency.facts import Fact, Finding
from throughline.statistics.consistency.forces import forces
from throughline.statistics.consistency.within import within


def check(facts: Sequence[Fact]) -> tuple[Finding, ...]:
    """Every finding about the printed figures, each once: what one row says, what rows say of each other, and forces."""
    return tuple(dict.fromkeys((*within(facts), *between(facts), *forces(facts))))
