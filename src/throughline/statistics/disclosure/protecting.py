"""What must be kept back so that no small count can be found by subtraction, and the proof that it cannot.

A small count is moved up or down, together with another part of the same whole and with the same two figures of another
force that stands in the same totals: four cells whose rows and columns still add up. Where no other force will do, the
totals themselves are kept back. A force knows its own figures: so that it finds no more than a reader, there is a second proof
with another force, or with none. In words: complementary suppression over the additive structure (A. G. de Waal
and L. C. R. J. Willenborg, Elements of Statistical Disclosure Control, 2001), with each proof kept as whole numbers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from throughline.statistics.disclosure.rules import (
    Cell,
    Earlier,
    Limits,
    Protection,
    Sum,
    Witness,
    breakdowns,
)
from throughline.statistics.returns.items import Item

#: An upper end that nothing published gives.
UNBOUNDED: Final = 10**9


class UnprotectedError(ValueError):
    """A small count could be found: nothing is published. Names the items, never a force with its count."""


@dataclass(slots=True)
class _Year:
    """The returns of a year as a table, and how its items hang together."""

    year_end: date
    items: dict[str, Item]
    values: dict[tuple[str, str], int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    #: what adds up to a total, by total and breakdown
    breakdowns: dict[str, list[list[str]]] = field(default_factory=dict)
    parts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.breakdowns = breakdowns(self.items)
        for item in self.items.values():
            if item.part_of:
                self.parts[item.part_of].append(item.code)

    def cell(self, force: str, code: str) -> Cell:
        return Cell(self.year_end, force, code, self.versions[force])

    def given(self, force: str, codes: Iterable[str]) -> list[str]:
        return [code for code in codes if (force, code) in self.values]

    def siblings(self, force: str, code: str) -> list[str]:
        """What was given beside a figure of the same breakdown; none where its total was not given."""
        total = self.items[code].adds_to
        if total is None or (force, total) not in self.values:
            return []
        group = next(codes for codes in self.breakdowns[total] if code in codes)
        return [one for one in self.given(force, group) if one != code]


def protect(
    values: Mapping[Cell, int],
    listed: Mapping[date, Sequence[Item]],
    sums: Sequence[Sum],
    policy: Limits,
    earlier: Earlier = Earlier(),  # noqa: B008 - frozen and empty
) -> Protection:
    """What of an edition is kept back. ``listed`` are the items of each year, ``sums`` all totals that would be printed.

    Raises UnprotectedError where no way is found by which each small count keeps enough possible values.
    """
    work = _Work(values, listed, sums, policy, earlier)
    for cell in work.order():
        work.settle(cell)
    found = Protection(
        frozenset(work.protected),
        frozenset(work.primary),
        frozenset(work.withheld),
        tuple(work.witnesses),
        frozenset(work.carried),
    )
    if left := unproved(found, values, listed, sums, policy, earlier):
        raise UnprotectedError(
            f"{len(left)} small counts could be found, of {', '.join(sorted({one.item for one in left}))}"
        )
    return found


class _Work:
    """An edition while it is decided what is kept back."""

    def __init__(
        self,
        values: Mapping[Cell, int],
        listed: Mapping[date, Sequence[Item]],
        sums: Sequence[Sum],
        policy: Limits,
        earlier: Earlier,
    ) -> None:
        self.policy = policy
        self.before = earlier.protected
        self.years = {day: _Year(day, {item.code: item for item in items}) for day, items in listed.items()}
        for cell, value in values.items():
            year = self.years[cell.year_end]
            year.values[cell.force, cell.item] = value
            year.versions[cell.force] = cell.version
        #: the totals over a column, each set of cells once: its cells, its codes now, whether it was printed before
        self.columns: dict[tuple[str, date], list[tuple[frozenset[Cell], list[str], bool]]] = defaultdict(
            list
        )
        printed = {one.cells for one in earlier.sums}
        seen: dict[frozenset[Cell], list[str]] = {}
        for now, given in ((True, sums), (False, earlier.sums)):
            for one in given:
                if one.cells not in seen:
                    seen[one.cells] = []
                    self.columns[one.item, one.year_end].append(
                        (one.cells, seen[one.cells], one.cells in printed)
                    )
                if now:
                    seen[one.cells].append(one.code)
        self.withheld: set[str] = set()
        self.witnesses: list[Witness] = []
        self.carried: set[Cell] = set()
        kept = {(one.year_end, one.force, one.item) for one in earlier.protected}
        self.old = {cell for cell in values if (cell.year_end, cell.force, cell.item) in kept}
        #: stands in a total that was printed and was not kept back: everybody has it
        self.known = frozenset(cell for one in earlier.sums for cell in one.cells) - earlier.protected
        self.primary = {*self._small()} - self.known
        self.protected: set[Cell] = self.old | self.primary
        for column in self.columns.values():
            for cells, codes, _ in column:
                # a total that is so small itself
                if codes and self._is_small(sum(values[cell] for cell in cells if cell in values)):
                    self.withheld |= {*codes}

    def _small(self) -> Iterator[Cell]:
        for year in self.years.values():
            for (force, code), value in year.values.items():
                item = year.items[code]
                if item.sheet in self.policy.open_sheets:
                    continue
                whole = year.values.get((force, item.part_of)) if item.part_of and not item.adds_to else None
                if self._is_small(value) or (whole is not None and self._is_small(whole - value)):
                    yield year.cell(force, code)
            for total, groups in year.breakdowns.items():
                for group in groups:
                    if year.items[group[0]].sheet in self.policy.open_sheets:
                        continue
                    for force in year.versions:
                        given = year.given(force, group)
                        if (force, total) not in year.values or len(given) != len(group) - 1 or not given:
                            continue
                        # what the one part that was not provided would come to
                        rest = year.values[force, total] - sum(year.values[force, one] for one in given)
                        if self._is_small(rest):
                            yield year.cell(force, min(given, key=lambda one: (year.values[force, one], one)))

    def _is_small(self, value: int) -> bool:
        return 0 < value < self.policy.smallest

    def order(self) -> list[Cell]:
        """Small counts and what was kept back before: wholes before their parts, then as forces are named."""

        def depth(cell: Cell) -> int:
            items, code, deep = self.years[cell.year_end].items, cell.item, 0
            while above := items[code].part_of:
                code, deep = above, deep + 1
            return deep

        return sorted(
            self.primary | self.old, key=lambda cell: (cell.year_end, depth(cell), cell.force, cell.item)
        )

    def settle(self, cell: Cell) -> None:
        """Keep back what a small count needs beside it."""
        if cell in self.before and not self._news(cell):
            # the same return in the same totals as before: what was proved then holds
            self.carried.add(cell)
            return
        # kept back in a return that was corrected: whether this very figure changed is known to nobody, so no total tells
        corrected = cell in self.old and cell not in self.before
        first = self._cheapest(cell, corrected)
        if first is not None:
            self._keep(first)
            # the other force of a proof knows its own figures, and needs another beside it
            partners = _others(first[0])
            if partners and (second := self._cheapest(cell, corrected, partners)) is not None:
                self._keep(second)
        elif cell in self.before:
            self.withheld |= {
                code
                for cells, codes, before in self.columns[cell.item, cell.year_end]
                if cell in cells and not before
                for code in codes
            }
            self.carried.add(cell)

    def _keep(self, found: tuple[Witness, set[str]]) -> None:
        witness, withheld = found
        self.protected |= witness.moves.keys()
        self.withheld |= withheld
        self.witnesses.append(witness)

    def _cheapest(
        self,
        cell: Cell,
        corrected: bool,
        without: frozenset[str] = frozenset(),
    ) -> tuple[Witness, set[str]] | None:
        """The proof of a small count that keeps back least, with the totals that it needs kept back; none moves a figure of
        the forces that it is to do ``without``."""
        year = self.years[cell.year_end]
        best: tuple[tuple[int, int, str], Witness, set[str]] | None = None
        for moves in self._moves(year, cell.force, cell.item):
            own = {year.cell(cell.force, code): step for code, step in moves.items()}
            if own.keys() & self.known:
                continue
            partners = () if corrected else self._partners(year, cell.force, moves, without)
            for other in (None, *partners):
                steps, withheld = dict(own), set[str]()
                up, down = room(year.values, year.items, year.parts, cell.force, moves)
                if other is None:
                    printed, withheld = self._totals(own)
                    if printed:
                        continue
                else:
                    back = {code: -step for code, step in moves.items()}
                    steps |= {year.cell(other, code): step for code, step in back.items()}
                    other_up, other_down = room(year.values, year.items, year.parts, other, back)
                    up, down = min(up, other_up), min(down, other_down)
                if up + down + 1 < self.policy.values:
                    continue
                new = [one for one in steps if one not in self.protected]
                # a total that is kept back costs more than a few cells
                cost = (
                    len(new) + 50 * len(withheld - self.withheld),
                    sum(year.values[one.force, one.item] for one in new),
                    other or "",
                )
                if best is None or cost < best[0]:
                    best = (cost, Witness(cell, steps, up, down), withheld)
        return None if best is None else best[1:]

    def _news(self, cell: Cell) -> bool:
        """Whether a total that is printed now tells of a cell what none told before."""
        return any(
            cell in cells and codes and not before and not self.withheld.issuperset(codes)
            for cells, codes, before in self.columns[cell.item, cell.year_end]
        )

    def _totals(self, cells: Iterable[Cell]) -> tuple[bool, set[str]]:
        """Whether an earlier total holds one of the cells, and the codes of those now that do."""
        printed, named = False, set[str]()
        for cell in cells:
            for members, codes, before in self.columns[cell.item, cell.year_end]:
                if cell in members:
                    printed |= before
                    named |= {*codes}
        return printed, named

    def _stands_in(self, cell: Cell) -> tuple[bool, ...]:
        """In which totals a cell stands, those kept back aside."""
        return tuple(
            cell in cells
            for cells, codes, before in self.columns[cell.item, cell.year_end]
            if before or not self.withheld.issuperset(codes)
        )

    def _partners(
        self, year: _Year, force: str, moves: Mapping[str, int], without: frozenset[str]
    ) -> list[str]:
        """The forces that stand in the same totals by every figure that moves, those first that have most kept back."""
        wanted = [self._stands_in(year.cell(force, code)) for code in moves]
        found = []
        for other in year.versions:
            if other == force or other in without or any((other, code) not in year.values for code in moves):
                continue
            cells = [year.cell(other, code) for code in moves]
            if any(one in self.known or (one in self.old and one not in self.before) for one in cells):
                continue
            if [self._stands_in(one) for one in cells] != wanted:
                continue
            new = sum(one not in self.protected for one in cells)
            found.append((new, sum(year.values[other, code] for code in moves), other))
        return [other for _, _, other in sorted(found)[:12]]

    def _moves(self, year: _Year, force: str, code: str) -> Iterator[dict[str, int]]:
        """Ways in which a figure goes up by one and every whole of the force still adds up; the least of them first."""
        siblings = sorted(year.siblings(force, code), key=lambda one: self._preferred(year, force, one))
        for sibling in siblings[:6]:
            yield self._with_parts(year, force, code, 1) | self._with_parts(year, force, sibling, -1)
        up = self._with_parts(year, force, code, 1)
        if not siblings:
            yield up
        # with its whole, and that with its own
        at = code
        while (over := year.items[at].part_of) and (force, over) in year.values:
            up = up | {over: 1}
            for group in year.breakdowns.get(over, ()):
                if at not in group and (chosen := self._part(year, force, group)):
                    up = self._with_parts(year, force, chosen, 1) | up
            at = over
            if not year.siblings(force, at):
                yield dict(up)

    def _with_parts(self, year: _Year, force: str, code: str, step: int) -> dict[str, int]:
        """A figure moved, with a part of each breakdown that adds up to it."""
        moves = {code: step}
        for group in year.breakdowns.get(code, ()):
            if chosen := self._part(year, force, group):
                moves |= self._with_parts(year, force, chosen, step)
        return moves

    def _part(self, year: _Year, force: str, group: Sequence[str]) -> str | None:
        given = year.given(force, group)
        return min(given, key=lambda one: self._preferred(year, force, one)) if given else None

    def _preferred(self, year: _Year, force: str, code: str) -> tuple[bool, bool, int, str]:
        """What is kept back already and is large enough to move comes first, then the smallest that is."""
        value = year.values[force, code]
        return (year.cell(force, code) not in self.protected, value < self.policy.values, value, code)


def _others(witness: Witness) -> frozenset[str]:
    """The other forces whose figures a proof moves."""
    return frozenset(cell.force for cell in witness.moves) - {witness.cell.force}


def room(
    values: Mapping[tuple[str, str], int],
    items: Mapping[str, Item],
    parts: Mapping[str, Sequence[str]],
    force: str,
    moves: Mapping[str, int],
) -> tuple[int, int]:
    """How many steps of one force's moves are possible forwards and backwards."""
    up = down = UNBOUNDED
    # each slack that a step takes so much of
    slacks: list[tuple[int, int]] = [(values[force, code], step) for code, step in moves.items()]
    for code, step in moves.items():
        over = items[code].part_of
        if over and (force, over) in values:
            slacks.append((values[force, over] - values[force, code], moves.get(over, 0) - step))
        slacks += [
            (values[force, code] - values[force, part], step)
            for part in parts.get(code, ())
            if part not in moves and (force, part) in values
        ]
    for slack, step in slacks:
        # what a return gives wrongly is no bound that an attacker could lean on
        if slack < 0:
            continue
        if step < 0:
            up = min(up, slack // -step)
        elif step > 0:
            down = min(down, slack // step)
    return up, down


def unproved(
    found: Protection,
    values: Mapping[Cell, int],
    listed: Mapping[date, Sequence[Item]],
    sums: Sequence[Sum],
    policy: Limits,
    earlier: Earlier = Earlier(),  # noqa: B008 - frozen and empty
) -> tuple[Cell, ...]:
    """The small counts whose proof does not hold, each reckoned anew from the returns: none, or nothing is published."""
    items = {year_end: {item.code: item for item in given} for year_end, given in listed.items()}
    shown = [one for one in sums if one.code not in found.withheld]
    by_cell: dict[Cell, list[frozenset[Cell]]] = defaultdict(list)
    for cells in {one.cells for one in (*shown, *earlier.sums)}:
        for cell in cells:
            by_cell[cell].append(cells)
    proved = {*found.carried}
    for witness in found.witnesses:
        moves = witness.moves
        if moves.get(witness.cell) not in (1, -1) or not moves.keys() <= found.protected:
            continue
        if witness.up + witness.down + 1 < policy.values:
            continue
        if any(sum(moves.get(one, 0) for one in cells) for cell in moves for cells in by_cell[cell]):
            continue
        if all(
            _holds(values, items[witness.cell.year_end], moves, times)
            for times in (witness.up, -witness.down)
        ):
            proved.add(witness.cell)
    return tuple(sorted({*found.primary, *(found.protected & earlier.protected)} - proved))


def _holds(
    values: Mapping[Cell, int], items: Mapping[str, Item], moves: Mapping[Cell, int], times: int
) -> bool:
    """Whether the returns with the moves made so often are returns: nothing below nought, all that added up still does."""
    times = max(min(times, 10**6), -(10**6))
    for force in {cell.force for cell in moves}:
        first = next(cell for cell in moves if cell.force == force)

        def value(code: str, moved: bool, cell: Cell = first) -> int | None:
            one = cell._replace(item=code)
            given = values.get(one)
            return None if given is None else given + (moves.get(one, 0) * times if moved else 0)

        for code, item in items.items():
            now = value(code, True)
            if now is None:
                continue
            if now < 0:
                return False
            if item.part_of and (whole := value(item.part_of, True)) is not None:
                was, before = value(code, False), value(item.part_of, False)
                if now > whole and was is not None and before is not None and was <= before:
                    return False
        for total, groups in breakdowns(items).items():
            for codes in groups:
                if value(total, False) is None or all(value(code, False) is None for code in codes):
                    continue
                # the difference between a total and what was given of it is the same as before
                before, after = (
                    sum(value(code, moved) or 0 for code in codes) - (value(total, moved) or 0)
                    for moved in (False, True)
                )
                if before != after:
                    return False
    return True
