"""Whoever subtracts: what can be worked out of what is kept back, from everything that is published and nothing else."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import gcd
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
    """What a reader has of returns when some cells are kept back and these totals are printed (those of earlier editions too).

    ``values`` and ``kept`` hold every version of a figure that an edition printed or kept back. Where a return was corrected and a
    figure of it was not, that is taken as known, whether it was kept back or printed: whoever guesses it is right. What parts that were not provided would
    come to (`implied`) are figures as well.
    """
    equations: list[tuple[Mapping[Cell, int], int]] = [
        (dict.fromkeys(one.cells, 1), sum(values[cell] for cell in one.cells))
        for one in sums
        if not kept.isdisjoint(one.cells)
    ]
    items = {day: {item.code: item for item in given} for day, given in listed.items()}
    totals = {day: breakdowns(given) for day, given in items.items()}
    parts: set[tuple[Cell, Cell]] = set()
    rows: set[tuple[Cell, int]] = set()
    versions: dict[tuple[date, str, str], list[Cell]] = defaultdict(list)
    for cell in sorted(kept):
        day, _, code, _ = cell
        item = items[day][code]
        versions[cell[:3]].append(cell)
        if item.part_of:
            parts.add((cell, cell._replace(item=item.part_of)))
        parts |= {(cell._replace(item=one.code), cell) for one in items[day].values() if one.part_of == code}
        if item.adds_to:
            groups = totals[day][item.adds_to]
            at = next(number for number, group in enumerate(groups) if code in group)
            rows.add((cell._replace(item=item.adds_to), at))
        rows |= {(cell, at) for at in range(len(totals[day].get(code, ())))}
    for total, at in sorted(rows):
        members = [total._replace(item=code) for code in totals[total.year_end][total.item][at]]
        given_all = total in values and all(one in values for one in members)
        if given_all and sum(values[one] for one in members) == values[total]:
            equations.append((dict.fromkeys(members, 1) | {total: -1}, 0))
    for cell in values.keys() - kept:
        # what one version of a return has printed is taken to be so in another
        if cell[:3] in versions:
            versions[cell[:3]].append(cell)
    for cells in versions.values():
        for one, other in pairwise(sorted(cells, key=lambda cell: (values[cell], cell))):
            if values[one] == values[other] and not kept.isdisjoint((one, other)):
                equations.append(({one: 1, other: -1}, 0))
    return Published(
        {cell: value for cell, value in values.items() if cell not in kept},
        kept,
        equations,
        sorted(
            (part, whole)
            for part, whole in parts
            if part in values and whole in values and values[part] <= values[whole]
        ),
    )


def implied(values: Mapping[Cell, int], listed: Mapping[date, Sequence[Item]]) -> dict[Cell, int]:
    """What the one part of a whole that a return does not provide comes to, since the others are there."""
    found: dict[Cell, int] = {}
    returns = {(cell.year_end, cell.force, cell.version) for cell in values}
    groups = {
        day: [
            (total, group)
            for total, each in breakdowns({one.code: one for one in given}).items()
            for group in each
        ]
        for day, given in listed.items()
    }
    for day, force, version in returns:
        for total, group in groups[day]:
            whole = values.get(Cell(day, force, total, version))
            members = [Cell(day, force, code, version) for code in group]
            left = [one for one in members if one not in values]
            if whole is None or len(left) != 1 or len(members) == 1:
                continue
            rest = whole - sum(values[one] for one in members if one in values)
            if rest >= 0:
                found[left[0]] = rest
    return found


def opened(given: Published) -> Published:
    """The same without what says nothing of cells that are kept back: what is printed is subtracted from each equation."""
    equations = []
    for terms, total in given.equations:
        rest = {cell: factor for cell, factor in terms.items() if cell in given.kept}
        if rest:
            told = sum(factor * given.printed[cell] for cell, factor in terms.items() if cell not in rest)
            equations.append((rest, total - told))
    parts = [pair for pair in given.parts if not given.kept.isdisjoint(pair)]
    printed = {cell: given.printed[cell] for pair in parts for cell in pair if cell in given.printed}
    return Published(printed, given.kept, equations, parts)


def known_to(given: Published, values: Mapping[Cell, int], forces: Collection[str]) -> Published:
    """What forces that lay their own figures together have of it."""
    own = {cell: values[cell] for cell in given.kept if cell.force in forces}
    return Published({**given.printed, **own}, given.kept - own.keys(), given.equations, given.parts)


def apart(given: Published) -> list[Published]:
    """What is opened, in pieces that say nothing of each other."""
    groups = _together(
        [
            *given.equations,
            *((dict.fromkeys(pair, 1), 0) for pair in given.parts if given.kept.issuperset(pair)),
            *(({cell: 1}, 0) for cell in given.kept),
        ]
    )
    at = {cell: number for number, group in enumerate(groups) for terms, _ in group for cell in terms}
    equations: list[list[tuple[Mapping[Cell, int], int]]] = [[] for _ in groups]
    parts: list[list[tuple[Cell, Cell]]] = [[] for _ in groups]
    for one in given.equations:
        equations[at[next(iter(one[0]))]].append(one)
    for pair in given.parts:
        parts[at[next(cell for cell in pair if cell in at)]].append(pair)
    kept: list[list[Cell]] = [[] for _ in groups]
    for cell in given.kept:
        kept[at[cell]].append(cell)
    return [
        Published(given.printed, frozenset(cells), rows, pairs)
        for cells, rows, pairs in zip(kept, equations, parts, strict=True)
    ]


def attack(given: Published) -> dict[Cell, tuple[int, int | None]]:
    """Between which whole numbers each cell that is kept back must lie; None where nothing bounds it above.

    Equations are subtracted from each other exactly until none gives more, and the ends of each cell are narrowed by
    every equation and part, those found by subtraction as well.
    """
    given = opened(given)
    low: dict[Cell, int] = dict.fromkeys(given.kept, 0)
    high: dict[Cell, int | None] = dict.fromkeys(given.kept)
    pairs = []
    for part, whole in given.parts:
        if part in given.kept and whole in given.kept:
            pairs.append((part, whole))
        elif part in given.kept:
            high[part] = _least(high[part], given.printed[whole])
        else:
            low[whole] = max(low[whole], given.printed[part])
    rows = [*given.equations]
    for group in _together(given.equations):
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
    """The equations subtracted from each other until each has a cell to itself (exact: in whole numbers throughout)."""
    rows: dict[Cell, tuple[dict[Cell, int], int]] = {}
    for terms, total in equations:
        row, rest = dict(terms), total
        for pivot in [cell for cell in row if cell in rows]:
            row, rest = _without(row, rest, pivot, rows[pivot])
        if not row:
            continue
        pivot = min(row)
        for at, (other, value) in rows.items():
            if pivot in other:
                rows[at] = _without(other, value, pivot, (row, rest))
        rows[pivot] = (row, rest)
    return [*rows.values()]


def _without(
    row: Mapping[Cell, int], rest: int, pivot: Cell, other: tuple[Mapping[Cell, int], int]
) -> tuple[dict[Cell, int], int]:
    """An equation less so much of another that a cell falls out of it, in the smallest whole numbers."""
    terms, value = other
    times, scale = row[pivot], terms[pivot]
    found = {cell: factor * scale for cell, factor in row.items()}
    for cell, factor in terms.items():
        left = found.get(cell, 0) - times * factor
        if left:
            found[cell] = left
        else:
            del found[cell]
    total = rest * scale - times * value
    if (common := gcd(total, *found.values())) > 1:
        return {cell: factor // common for cell, factor in found.items()}, total // common
    return found, total
