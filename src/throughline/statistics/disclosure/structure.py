"""Returns as numbers that hang together: what adds up to what, what is too small, and how far figures can move."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from throughline.statistics.disclosure.rules import Cell, Earlier, Limits, breakdowns
from throughline.statistics.returns.items import Item

#: An upper end that nothing published gives.
UNBOUNDED: Final = 10**9


class Day:
    """How the items of a year hang together."""

    def __init__(self, listed: Sequence[Item]) -> None:
        self.items = {item.code: item for item in listed}
        #: what adds up to a total, by total and breakdown
        self.breakdowns = breakdowns(self.items)
        self.parts: dict[str, list[str]] = defaultdict(list)
        for item in listed:
            if item.part_of:
                self.parts[item.part_of].append(item.code)
        self.beside = {
            code: group for groups in self.breakdowns.values() for group in groups for code in group
        }

    def depth(self, code: str) -> int:
        deep = 0
        while above := self.items[code].part_of:
            code, deep = above, deep + 1
        return deep


@dataclass(slots=True)
class Return:
    """One return as it was signed once."""

    day: Day
    year_end: date
    force: str
    version: str
    values: dict[str, int] = field(default_factory=dict)
    #: what was not provided and is what the others leave of their whole: in no total, and nobody prints it
    implied: set[str] = field(default_factory=set)

    def imply(self) -> None:
        """Reckon what is left for the one part of a whole that was not provided."""
        for total, groups in self.day.breakdowns.items():
            for group in groups if total in self.values else ():
                given = self.given(group)
                rest = self.values[total] - sum(self.values[one] for one in given)
                if given and len(given) == len(group) - 1 and rest >= 0:
                    (left,) = {*group} - {*given}
                    self.values[left] = rest
                    self.implied.add(left)

    def cell(self, code: str) -> Cell:
        return Cell(self.year_end, self.force, code, self.version)

    def given(self, codes: Iterable[str]) -> list[str]:
        return [code for code in codes if code in self.values]

    def siblings(self, code: str) -> list[str]:
        """What was given beside a figure of the same breakdown; none where its total was not given."""
        total = self.day.items[code].adds_to
        if total is None or total not in self.values:
            return []
        return [one for one in self.given(self.day.beside[code]) if one != code]

    def hidden(self, policy: Limits, printed: Collection[Cell]) -> Iterator[str]:
        """The figures that are too small, or of which what is left of their whole is, and what is left for a part if it is. Where what
        is left is small and the figure is ``printed`` already as it is, its whole: the one of the two that can still be kept back."""
        items, values = self.day.items, self.values
        for code, value in values.items():
            item = items[code]
            if item.sheet in policy.open_sheets:
                continue
            over = item.part_of if item.part_of in values and not item.adds_to else None
            if is_small(value, policy):
                yield code
            elif over and is_small(values[over] - value, policy):
                yield over if self.cell(code) in printed else code

    def adds_up(self, moves: Mapping[str, int]) -> bool:
        """Whether everything that was given adds up, or fails to, by as much as before when these figures move by so much."""
        totals = {item.adds_to for code in moves if (item := self.day.items[code]).adds_to}
        totals |= {code for code in moves if code in self.day.breakdowns}
        return all(
            sum(moves.get(one, 0) for one in given) == moves.get(total, 0)
            for total in totals
            if total in self.values
            for group in self.day.breakdowns[total]
            if (given := self.given(group))
        )

    def off(self, moves: Mapping[str, int]) -> tuple[str, set[str], int] | None:
        """A total and its parts that no longer add up when these figures move, and by how much the parts are more."""
        for total, groups in self.day.breakdowns.items():
            for group in groups if total in self.values else ():
                given = {*self.given(group)}
                by = sum(step for code, step in moves.items() if code in given) - moves.get(total, 0)
                if given and by:
                    return total, given, by
        return None

    def room(self, moves: Mapping[str, int]) -> tuple[int, int]:
        """How many steps are possible forwards and backwards: nothing falls below nought, no part grows over its whole."""
        up = down = UNBOUNDED
        values, items = self.values, self.day.items
        for code, step in moves.items():
            # each slack that a step takes so much of
            slacks = [(values[code], step)]
            over = items[code].part_of
            if over and over in values:
                slacks.append((values[over] - values[code], moves.get(over, 0) - step))
            slacks += [
                (values[code] - values[part], step)
                for part in self.day.parts.get(code, ())
                if part not in moves and part in values
            ]
            for slack, taken in slacks:
                # what a return gives wrongly is no bound that an attacker could lean on
                if slack < 0:
                    continue
                if taken < 0:
                    up = min(up, slack // -taken)
                elif taken > 0:
                    down = min(down, slack // taken)
        return up, down


def steps_of(one: Return, cells: Mapping[Cell, int]) -> dict[str, int]:
    """What of these steps is of a return, by item."""
    return {cell.item: step for cell, step in cells.items() if cell.version == one.version}


def printed_before(values: Mapping[Cell, int], earlier: Earlier) -> frozenset[Cell]:
    """The figures that an earlier edition printed as the same of another version of the return."""
    told = {(cell[:3], earlier.values.get(cell)) for cell in earlier.printed}
    return frozenset(cell for cell, value in values.items() if (cell[:3], value) in told)


def is_small(value: int, policy: Limits) -> bool:
    return 0 < value < policy.smallest


def returns_of(values: Mapping[Cell, int], days: Mapping[date, Day]) -> dict[tuple[date, str, str], Return]:
    """The returns that cells are from, of the years that are listed."""
    found: dict[tuple[date, str, str], Return] = {}
    for cell, value in values.items():
        year_end, force, code, version = cell
        one = found.get((year_end, force, version))
        if one is None:
            if year_end not in days:
                continue
            one = found[year_end, force, version] = Return(days[year_end], year_end, force, version)
        if code in one.day.items:
            one.values[code] = value
    for one in found.values():
        one.imply()
    return found
