"""Whoever subtracts: what can be worked out of what is kept back, from everything that is published and nothing else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Final

from throughline.statistics.disclosure.rules import Cell, Sum, breakdowns
from throughline.statistics.returns.items import Item

#: As far as rounds of narrowing are followed; each takes the ends in by a whole number at least.
ROUNDS: Final = 60


@dataclass(frozen=True, slots=True)
class Published:
    """An edition as its reader has it: cells that are printed, cells that are kept back, and what must hold between them.

    ``equations`` add cells with a factor each to a printed number; of each pair of ``parts`` the first is no more than the second.
    """

    printed: Mapping[Cell, int]
    kept: frozenset[Cell]
    equations: Sequence[tuple[Mapping[Cell, int], int]]
    parts: Sequence[tuple[Cell, Cell]]


def published(
    values: Mapping[Cell, int],
    listed: Mapping[date, Sequence[Item]],
    sums: Sequence[Sum],
    kept: frozenset[Cell],
) -> Published:
    """What a reader has of returns when some cells are kept back and these totals are printed (those of earlier editions too)."""
    equations: list[tuple[Mapping[Cell, int], int]] = [
        (dict.fromkeys(one.cells, 1), sum(values[cell] for cell in one.cells)) for one in sums
    ]
    parts = []
    items = {day: {item.code: item for item in given} for day, given in listed.items()}
    totals = {day: breakdowns(given) for day, given in items.items()}
    for cell in values:
        over = items[cell.year_end][cell.item].part_of
        if over and (whole := cell._replace(item=over)) in values and values[cell] <= values[whole]:
            parts.append((cell, whole))
        for group in totals[cell.year_end].get(cell.item, ()):
            members = [cell._replace(item=code) for code in group]
            if all(one in values for one in members) and sum(values[one] for one in members) == values[cell]:
                equations.append((dict.fromkeys(members, 1) | {cell: -1}, 0))
    return Published(
        {cell: value for cell, value in values.items() if cell not in kept}, kept, equations, parts
    )


def attack(given: Published) -> dict[Cell, tuple[int, int | None]]:
    """Between which whole numbers each cell that is kept back must lie; None where nothing bounds it above.

    Equations are subtracted from each other exactly until none gives more, and the ends of each cell are narrowed by
    every equation and part, those found by subtraction as well.
    """
    open_equations: list[tuple[dict[Cell, int], int]] = []
    for terms, total in given.equations:
        rest = {cell: factor for cell, factor in terms.items() if cell in given.kept}
        if rest:
            open_equations.append(
                (
                    rest,
                    total
                    - sum(factor * given.printed[cell] for cell, factor in terms.items() if cell not in rest),
                )
            )
    low: dict[Cell, int] = dict.fromkeys(given.kept, 0)
    high: dict[Cell, int | None] = dict.fromkeys(given.kept)
    pairs = []
    for part, whole in given.parts:
        if part in given.kept and whole in given.kept:
            pairs.append((part, whole))
        elif part in given.kept and whole in given.printed:
            high[part] = _least(high[part], given.printed[whole])
        elif whole in given.kept and part in given.printed:
            low[whole] = max(low[whole], given.printed[part])
    rows = [*open_equations]
    for group in _together(open_equations):
        rows += _reduced(group)
    for _ in range(ROUNDS):
        changed = False
        for part, whole in pairs:
            if low[part] > low[whole]:
                low[whole], changed = low[part], True
            top = _least(high[part], high[whole])
            if top != high[part]:
                high[part], changed = top, True
        for terms, total in rows:
            changed |= _narrow(terms, total, low, high)
        if not changed:
            break
    return {cell: (low[cell], high[cell]) for cell in given.kept}


def _least(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)


def _narrow(
    terms: Mapping[Cell, int], total: int, low: dict[Cell, int], high: dict[Cell, int | None]
) -> bool:
    """Take the ends of each cell in by what the others of an equation leave it."""
    least = greatest = 0
    open_least = open_greatest = 0
    ends: dict[Cell, tuple[int | None, int | None]] = {}
    for cell, factor in terms.items():
        top = high[cell]
        at_low, at_high = factor * low[cell], None if top is None else factor * top
        small, large = (at_low, at_high) if factor > 0 else (at_high, at_low)
        ends[cell] = (small, large)
        if small is None:
            open_least += 1
        else:
            least += small
        if large is None:
            open_greatest += 1
        else:
            greatest += large
    changed = False
    for cell, factor in terms.items():
        small, large = ends[cell]
        # what is left for this cell when all others are at their least or at their greatest
        most = None if open_least - (small is None) else total - (least - (small or 0))
        fewest = None if open_greatest - (large is None) else total - (greatest - (large or 0))
        if factor < 0:
            most, fewest = fewest, most
        if fewest is not None:
            bound = -(-fewest // factor)
            if bound > low[cell]:
                low[cell], changed = bound, True
        if most is not None:
            bound = most // factor
            top = high[cell]
            if top is None or bound < top:
                high[cell], changed = bound, True
    return changed


def _together(
    equations: Sequence[tuple[Mapping[Cell, int], int]],
) -> list[list[tuple[Mapping[Cell, int], int]]]:
    """Equations in groups that share no cell."""
    leader: dict[Cell, Cell] = {}

    def first(cell: Cell) -> Cell:
        while leader.setdefault(cell, cell) != cell:
            leader[cell] = leader[leader[cell]]
            cell = leader[cell]
        return cell

    for terms, _ in equations:
        cells = [*terms]
        for other in cells[1:]:
            leader[first(other)] = first(cells[0])
    groups: dict[Cell, list[tuple[Mapping[Cell, int], int]]] = defaultdict(list)
    for terms, total in equations:
        groups[first(next(iter(terms)))].append((terms, total))
    return [*groups.values()]


def _reduced(equations: Sequence[tuple[Mapping[Cell, int], int]]) -> list[tuple[dict[Cell, int], int]]:
    """The equations subtracted from each other until each has a cell to itself (exact; as whole numbers)."""
    rows: list[tuple[dict[Cell, Fraction], Fraction]] = []
    for terms, total in equations:
        row = {cell: Fraction(factor) for cell, factor in terms.items()}
        rest = Fraction(total)
        for other, value in rows:
            pivot = next(iter(other))
            if pivot in row:
                times = row[pivot]
                rest -= times * value
                for cell, factor in other.items():
                    row[cell] = row.get(cell, Fraction(0)) - times * factor
                    if not row[cell]:
                        del row[cell]
        if not row:
            continue
        pivot = min(row)
        scale = row[pivot]
        row = {pivot: Fraction(1)} | {cell: factor / scale for cell, factor in row.items() if cell != pivot}
        rest /= scale
        for at, (other, value) in enumerate(rows):
            if pivot in other:
                times = other[pivot]
                for cell, factor in row.items():
                    other[cell] = other.get(cell, Fraction(0)) - times * factor
                    if not other[cell]:
                        del other[cell]
                rows[at] = (other, value - times * rest)
        rows.append((row, rest))
    found = []
    for row, rest in rows:
        common = lcm(*(factor.denominator for factor in (*row.values(), rest)))
        found.append(({cell: int(factor * common) for cell, factor in row.items()}, int(rest * common)))
    return found
