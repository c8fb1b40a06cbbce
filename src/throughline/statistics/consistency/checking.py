"""All rules, in the order in which a reader would try them."""

from collections.abc import Sequence
from itertools import chain

from throughline.statistics.consistency.again import again
from throughline.statistics.consistency.dividing import dividing
from throughline.statistics.consistency.facts import Fact, Finding
from throughline.statistics.consistency.forces import forces
from throughline.statistics.consistency.parts import parts
from throughline.statistics.consistency.periods import periods
from throughline.statistics.consistency.places import places
from throughline.statistics.consistency.within import within


def check(facts: Sequence[Fact]) -> tuple[Finding, ...]:
    """Every finding about the printed figures, each once: what one row says, what rows say of each other, and forces."""
    rules = (within, again, periods, parts, dividing, places, forces)
    found: dict[tuple[str, frozenset[str], str], Finding] = {}
    for one in chain.from_iterable(rule(facts) for rule in rules):
        # the same rows may be found not to add up by their names, and by what adds up elsewhere
        found.setdefault((one.rule, frozenset(one.fact_ids), one.recomputed), one)
    return tuple(found.values())
