"""What must be kept back so that no small count can be found by subtraction, and the proof that it cannot.

A small count is moved up or down, together with another part of the same whole and with the same two figures of another
force that stands in the same totals: four cells whose rows and columns still add up. Where no other force will do, the
totals themselves are kept back. Forces know their own figures: so that however many of them lay theirs together find no more than
a reader, there is a proof for each of so many other forces and one more, or one that needs no other. A figure that was corrected
moves with what it was in earlier editions, as far as that was kept back too; where they cannot move alike, each version of a return
moves in its own way. What was printed and is the same again after a correction moves in no proof. In words: complementary suppression over the additive
structure (A. G. de Waal and L. C. R. J. Willenborg, Elements of Statistical Disclosure Control, 2001), with each proof kept as
whole numbers.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, islice
from typing import Final, NamedTuple

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
#: A total that is kept back costs more than a few cells.
TOTAL: Final = 50
#: How many ways of moving a force's returns apart are looked at, and how many of its figures move at once.
WAYS: Final = 60
MOST: Final = 8


class UnprotectedError(ValueError):
    """A small count could be found: nothing is published. Names the items, never a force with its count."""


class _Day:
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
class _Return:
    """One return as it was signed once."""

    day: _Day
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

    def small(self, policy: Limits) -> Iterator[str]:
        """The figures that are too small, or of which what is left of their whole is, and what is left for a part if it is."""
        items, values = self.day.items, self.values
        for code, value in values.items():
            item = items[code]
            if item.sheet in policy.open_sheets:
                continue
            whole = values.get(item.part_of) if item.part_of and not item.adds_to else None
            if _is_small(value, policy) or (whole is not None and _is_small(whole - value, policy)):
                yield code

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


def _steps_of(one: _Return, cells: Mapping[Cell, int]) -> dict[str, int]:
    """What of these steps is of a return, by item."""
    return {cell.item: step for cell, step in cells.items() if cell.version == one.version}


def _printed_before(values: Mapping[Cell, int], earlier: Earlier) -> frozenset[Cell]:
    """The figures that an earlier edition printed as the same of another version of the return."""
    told = {(cell[:3], earlier.values.get(cell)) for cell in earlier.printed}
    return frozenset(cell for cell, value in values.items() if (cell[:3], value) in told)


def _is_small(value: int, policy: Limits) -> bool:
    return 0 < value < policy.smallest


def _returns(values: Mapping[Cell, int], days: Mapping[date, _Day]) -> dict[tuple[date, str, str], _Return]:
    """The returns that cells are from, of the years that are listed."""
    found: dict[tuple[date, str, str], _Return] = {}
    for cell, value in values.items():
        year_end, force, code, version = cell
        one = found.get((year_end, force, version))
        if one is None:
            if year_end not in days:
                continue
            one = found[year_end, force, version] = _Return(days[year_end], year_end, force, version)
        if code in one.day.items:
            one.values[code] = value
    for one in found.values():
        one.imply()
    return found


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
    for target in work.order():
        work.settle(*target)
    found = Protection(
        frozenset(work.protected),
        frozenset(work.primary),
        frozenset(work.withheld),
        tuple(work.witnesses),
    )
    if left := unproved(found, values, listed, sums, policy, earlier):
        raise UnprotectedError(
            f"{len(left)} small counts could be found, of {', '.join(sorted({one.item for one in left}))}"
        )
    return found


class _Column:
    """The totals over an item of a year, each set of cells once and as one bit."""

    def __init__(self) -> None:
        self.codes: list[list[str]] = []
        #: by cell, in which totals it stands
        self.holds: dict[Cell, int] = defaultdict(int)
        #: those that an earlier edition printed, and those that nobody will see
        self.before = 0
        self.closed = 0

    def add(self, cells: frozenset[Cell], codes: list[str], before: bool) -> None:
        bit = 1 << len(self.codes)
        self.codes.append(codes)
        for cell in cells:
            self.holds[cell] |= bit
        self.before |= bit * before

    def codes_of(self, bits: int) -> set[str]:
        return {code for at, codes in enumerate(self.codes) if bits >> at & 1 for code in codes}


class _Moving(NamedTuple):
    """Every version of a force's figure that is kept back or can be, and in which totals they stand."""

    cells: tuple[Cell, ...]
    totals: int


class _Steps(NamedTuple):
    """Figures of a force moved by a step in every version that moves, and how many steps are possible forwards and backwards."""

    cells: dict[Cell, int]
    up: int
    down: int


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
        self.days = {day: _Day(items) for day, items in listed.items()}
        self.now: dict[tuple[date, str], _Return] = {
            key[:2]: one for key, one in _returns(values, self.days).items()
        }
        #: stands in a total that was printed and was not kept back, or was printed itself: everybody has it
        self.known = (
            frozenset(cell for one in earlier.sums for cell in one.cells) - earlier.protected
        ) | earlier.printed
        self.before = earlier.protected
        self._look_back(values, earlier)
        self._columns(values, sums, earlier)
        self.primary = {
            one.cell(code) for one in self.now.values() for code in one.small(policy)
        } - self.known
        # a corrected return has the same again: who takes that to be so is right, and it moves in no proof
        self.known |= _printed_before(values, earlier)
        #: what is to have a proof: small counts of now, and of before as far as they were kept back
        self.guarded = self.primary | {
            one.cell(code)
            for returns in self.old.values()
            for one, kept in returns
            for code in one.small(policy)
            if code in kept
        }
        #: with which other forces each figure was proved; None where a proof needs no other
        self.partners: dict[Cell, set[str] | None] = defaultdict(set)
        kept = {cell[:3] for cell in earlier.protected}
        self.protected: set[Cell] = {cell for cell in values if cell[:3] in kept or cell in self.primary}
        before = [one for returns in self.old.values() for one, _ in returns]
        self.implied = {one.cell(code) for one in (*self.now.values(), *before) for code in one.implied}
        self.witnesses: list[Witness] = []
        self._moving: dict[tuple[date, str, str], _Moving | None] = {}
        self._tried: dict[tuple[object, ...], _Steps | None] = {}
        self._walked: dict[tuple[object, ...], list[_Steps]] = {}
        self._forces: dict[date, list[str]] = defaultdict(list)
        for day, force in self.now:
            self._forces[day].append(force)

    def _look_back(self, values: Mapping[Cell, int], earlier: Earlier) -> None:
        """Returns that were corrected since, and what was kept back of them."""
        told = {cell for one in earlier.sums for cell in one.cells} | earlier.protected
        told = {cell for cell in told if cell.year_end in self.days and cell not in values}
        if lost := sorted({(one.year_end, one.force) for one in told if one not in earlier.values}):
            raise UnprotectedError(
                "What these returns said when an earlier edition was made is in its ledger, which is not named: "
                + ", ".join(f"{force} to {day}" for day, force in lost)
            )
        kept: dict[tuple[date, str, str], set[str]] = defaultdict(set)
        for cell in told & earlier.protected:
            kept[cell.year_end, cell.force, cell.version].add(cell.item)
        wanted = {
            cell: value for cell, value in earlier.values.items() if (cell[0], cell[1], cell[3]) in kept
        }
        #: by year and force, each with the figures that were kept back of it
        self.old: dict[tuple[date, str], list[tuple[_Return, set[str]]]] = defaultdict(list)
        for key, one in sorted(_returns(wanted, self.days).items()):
            self.old[key[:2]].append((one, kept[key] | one.implied))

    def _columns(self, values: Mapping[Cell, int], sums: Sequence[Sum], earlier: Earlier) -> None:
        self.columns: dict[tuple[str, date], _Column] = defaultdict(_Column)
        self.withheld: set[str] = set()
        printed = {one.cells for one in earlier.sums}
        seen: dict[frozenset[Cell], list[str]] = {}
        for now, given in ((True, sums), (False, earlier.sums)):
            for one in given:
                if one.cells not in seen:
                    seen[one.cells] = []
                    self.columns[one.item, one.year_end].add(one.cells, seen[one.cells], one.cells in printed)
                if now:
                    seen[one.cells].append(one.code)
        for one in sums:
            # a total that is so small itself
            if _is_small(sum(values[cell] for cell in one.cells), self.policy):
                column = self.columns[one.item, one.year_end]
                at = next(at for at, codes in enumerate(column.codes) if codes is seen[one.cells])
                self._close(column, 1 << at)

    def _close(self, column: _Column, bits: int) -> None:
        """Keep totals back; what was printed before stays known."""
        column.closed |= bits & ~column.before
        self.withheld |= column.codes_of(bits)

    def order(self) -> list[tuple[date, str, str]]:
        """Small counts, and what was small and kept back before: wholes before their parts, then as forces are named."""
        wanted = {cell[:3] for cell in self.guarded}
        depths = {day: {code: one.depth(code) for code in one.items} for day, one in self.days.items()}
        return sorted(
            (one for one in wanted if one[2] in depths[one[0]]),
            key=lambda one: (one[0], depths[one[0]][one[2]], one[1], one[2]),
        )

    def settle(self, day: date, force: str, code: str) -> None:
        """Keep back what a small count needs beside it: a proof that needs no other force, or so many that whoever lays figures
        together lacks one."""
        others: set[str] = set()
        while len(others) <= self.policy.insiders and (found := self._cheapest(day, force, code, others)):
            partner = self._keep(*found)
            if partner is None:
                break
            # the other force of a proof knows its own figures, and needs another beside it
            others.add(partner)
        for one in self._all(day, force):
            cell = one.cell(code)
            while cell in self.guarded and self._lacks_proof(cell) and (found := self._farther(one, code)):
                self._keep(*found)

    def _lacks_proof(self, cell: Cell) -> bool:
        partners = self.partners[cell]
        return partners is not None and len(partners) <= self.policy.insiders

    def _all(self, day: date, force: str) -> list[_Return]:
        """The return of a force as it is now, and as it was where something was kept back of it."""
        now = self.now.get((day, force))
        return [*([now] if now else []), *(one for one, _ in self.old.get((day, force), ()))]

    def _keep(self, witness: Witness, closing: Mapping[str, int]) -> str | None:
        """Take a proof and what it keeps back; the other force that it needs."""
        self.protected |= {
            cell
            for cell in witness.moves
            if cell not in self.implied
            and (now := self.now.get(cell[:2])) is not None
            and now.version == cell.version
        }
        for code, bits in closing.items():
            self._close(self.columns[code, witness.cell.year_end], bits)
        self.witnesses.append(witness)
        other = next((cell.force for cell in witness.moves if cell.force != witness.cell.force), None)
        for cell in witness.moves:
            if cell[:3] != witness.cell[:3]:
                continue
            if other is None:
                self.partners[cell] = None
            elif (known := self.partners[cell]) is not None:
                known.add(other)
        return other

    def _cheapest(
        self, day: date, force: str, code: str, without: Collection[str]
    ) -> tuple[Witness, dict[str, int]] | None:
        """The proof of a small count that keeps back least, with the totals by item that it needs kept back; none moves a figure
        of the forces that it is to do ``without``. All versions of a return move alike."""
        base = next(
            (one for one in self._all(day, force) if code in one.values),
            None,
        )
        if base is None:
            return None
        best: tuple[tuple[int, int, str], Witness, dict[str, int]] | None = None
        for moves in self._moves(base, code):
            own = self._steps(day, force, moves)
            if own is None:
                continue
            up, down = own.up, own.down
            if up + down + 1 < self.policy.values:
                continue
            cell = base.cell(code)
            mine = {one: self._one(day, force, one) for one in moves}
            choices: list[tuple[int, int, int, str, dict[str, int]]] = []
            for other in ("", *self._forces[day]):
                if other == force or other in without:
                    continue
                closing, new, weight = {}, 0, 0
                for one, ours in mine.items():
                    theirs = self._one(day, other, one) if other else _Moving((), 0)
                    if ours is None or theirs is None:
                        break
                    column = self.columns[one, day]
                    differs = (ours.totals ^ theirs.totals) & ~column.closed
                    if differs & column.before:
                        break
                    if differs:
                        closing[one] = differs
                    if other and self._fresh(theirs.cells[0]):
                        new += 1
                        weight += self.now[day, other].values[one]
                else:
                    closes = sum(bits.bit_count() for bits in closing.values())
                    choices.append((closes, new, weight, other, closing))
            fresh = [one for one in own.cells if self._fresh(one)]
            mass = sum(base.values[one.item] for one in fresh)
            for closes, new, weight, other, closing in sorted(choices, key=lambda one: one[:4]):
                cost = (len(fresh) + new + TOTAL * closes, mass + weight, other)
                if best is not None and cost >= best[0]:
                    break
                if not other:
                    best = (cost, Witness(cell, own.cells, up, down), closing)
                    break
                back = self._steps(day, other, {one: -step for one, step in moves.items()})
                if back is None:
                    continue
                both_up, both_down = min(up, back.up), min(down, back.down)
                if both_up + both_down + 1 >= self.policy.values:
                    best = (cost, Witness(cell, {**own.cells, **back.cells}, both_up, both_down), closing)
                    break
        return None if best is None else best[1:]

    def _farther(self, base: _Return, code: str) -> tuple[Witness, dict[str, int]] | None:
        """A proof in which the returns of a force move each in its own way, for a figure that has none in which they move alike: a
        return that was corrected may have to be balanced by another figure than the one that corrected it."""
        day, cell = base.year_end, base.cell(code)
        without = {base.force, *(self.partners[cell] or ())}
        best: tuple[tuple[int, int, str], Witness, dict[str, int]] | None = None
        for own in self._ways(day, base.force, code, 1, cell.version):
            items = {one.item for one in own.cells}
            for other in ("", *self._forces[day]):
                if other in without:
                    continue
                for back in (
                    self._ways(day, other, code, -1) if other else (_Steps({}, UNBOUNDED, UNBOUNDED),)
                ):
                    up, down = min(own.up, back.up), min(own.down, back.down)
                    if up + down + 1 < self.policy.values or not items.issuperset(
                        one.item for one in back.cells
                    ):
                        continue
                    moves = {**own.cells, **back.cells}
                    closing = self._betrayed(moves)
                    if closing is None:
                        continue
                    fresh = [one for one in moves if self._fresh(one)]
                    closes = sum(bits.bit_count() for bits in closing.values())
                    mass = sum(self.now[one[:2]].values[one.item] for one in fresh)
                    cost = (len(fresh) + TOTAL * closes, mass, other)
                    if best is None or cost < best[0]:
                        best = (cost, Witness(cell, moves, up, down), closing)
        return None if best is None else best[1:]

    def _betrayed(self, moves: Mapping[Cell, int]) -> dict[str, int] | None:
        """The totals by item that would tell of a step, unless they are kept back; None where one of them was printed before."""
        closing: dict[str, int] = {}
        by_item: dict[tuple[str, date], list[tuple[int, int]]] = defaultdict(list)
        for cell, step in moves.items():
            by_item[cell.item, cell.year_end].append(
                (self.columns[cell[2], cell[0]].holds.get(cell, 0), step)
            )
        for at, held in by_item.items():
            column = self.columns[at]
            bits = 0
            for place in range(len(column.codes)):
                if sum(step for holds, step in held if holds >> place & 1):
                    bits |= 1 << place
            bits &= ~column.closed
            if bits & column.before:
                return None
            if bits:
                closing[at[0]] = bits
        return closing

    def _ways(self, day: date, force: str, code: str, step: int, version: str = "") -> list[_Steps]:
        """Ways in which a figure of a force moves, in the return of a ``version`` or in any, each return balanced by itself."""
        key = (day, force, code, step, version)
        if key not in self._walked:
            found: dict[tuple[Cell, ...], _Steps] = {}
            returns = self._all(day, force)
            for begun in self._begun(returns, code, step):
                if version and all(cell[2:] != (code, version) for cell in begun):
                    continue
                for cells in islice(self._balanced(returns, begun), WAYS):
                    rooms = [one.room(_steps_of(one, cells)) for one in returns]
                    up, down = min(up for up, _ in rooms), min(down for _, down in rooms)
                    if up + down + 1 >= self.policy.values:
                        found.setdefault(tuple(sorted(cells)), _Steps(cells, up, down))
            self._walked[key] = [*found.values()]
        return self._walked[key]

    def _begun(self, returns: Sequence[_Return], code: str, step: int) -> Iterator[dict[Cell, int]]:
        """A figure moved by a step in some of the returns, by itself, with its whole, and with the whole of that."""
        alike = {tuple(cells): cells for one in returns if (cells := self._alike(returns, one, code, step))}
        for count in range(1, len(alike) + 1):
            for some in combinations(alike.values(), count):
                begun = {cell: step for cells in some for cell in cells}
                moved = [one for one in returns if one.cell(code) in begun]
                yield begun
                over = moved[0].day.items[code].part_of
                while over:
                    wholes = [self._alike(returns, one, over, step) for one in moved]
                    if None in wholes:
                        break
                    begun = begun | {cell: step for cells in wholes for cell in cells or ()}
                    yield begun
                    over = moved[0].day.items[over].part_of

    def _balanced(self, returns: Sequence[_Return], cells: dict[Cell, int]) -> Iterator[dict[Cell, int]]:
        """What else moves so that every return of a force adds up as it did."""
        for one in returns:
            here = _steps_of(one, cells)
            if (off := one.off(here)) is None:
                continue
            total, parts, by = off
            siblings = sorted(parts - here.keys(), key=lambda code: self._preferred(one, code))
            for code in [*siblings, *({total} - here.keys())]:
                more = self._alike(returns, one, code, by if code == total else -by)
                if more is None or any(cells.get(cell, step) != step for cell, step in more.items()):
                    continue
                if len(cells | more) <= MOST:
                    yield from self._balanced(returns, cells | more)
            return
        yield cells

    def _alike(
        self, returns: Sequence[_Return], base: _Return, code: str, step: int
    ) -> dict[Cell, int] | None:
        """A figure moved by a step in a return and wherever else it is the same; None where it was not given or everybody has it."""
        if code not in base.values:
            return None
        cells = [one.cell(code) for one in returns if one.values.get(code) == base.values[code]]
        if not self._secret(base.cell(code)):
            return None
        return {cell: step for cell in cells if self._secret(cell)}

    def _secret(self, cell: Cell) -> bool:
        """Whether a figure is kept back or still can be."""
        if cell in self.known:
            return False
        now = self.now.get(cell[:2])
        return (
            (now is not None and now.version == cell.version) or cell in self.before or cell in self.implied
        )

    def _fresh(self, cell: Cell) -> bool:
        """Whether a figure would be printed as things stand."""
        return not (cell in self.protected or cell in self.before or cell in self.implied)

    def _one(self, day: date, force: str, code: str) -> _Moving | None:
        """What of a force's figure moves together; None where everybody has it, or it was not given. What is the same before and
        after a correction moves with it, since who takes it to be the same is right."""
        key = (day, force, code)
        if key not in self._moving:
            self._moving[key] = self._together(*key)
        return self._moving[key]

    def _together(self, day: date, force: str, code: str) -> _Moving | None:
        now = self.now.get((day, force))
        cells = [one.cell(code) for one, kept in self.old.get((day, force), ()) if code in kept]
        if now is not None and code in now.values:
            if now.cell(code) in self.known:
                return None
            cells = [now.cell(code), *cells]
        totals = 0
        for cell in cells:
            totals |= self.columns[code, day].holds.get(cell, 0)
        return _Moving(tuple(cells), totals) if cells else None

    def _steps(self, day: date, force: str, moves: Mapping[str, int]) -> _Steps | None:
        """Figures of a force moved in each of its returns; None where one of them is printed, or a return would not add up."""
        key = (day, force, *moves.items())
        if key not in self._tried:
            self._tried[key] = self._try(day, force, moves)
        return self._tried[key]

    def _try(self, day: date, force: str, moves: Mapping[str, int]) -> _Steps | None:
        cells: dict[Cell, int] = {}
        for code, step in moves.items():
            moving = self._one(day, force, code)
            if moving is None:
                return None
            cells |= dict.fromkeys(moving.cells, step)
        up = down = UNBOUNDED
        for one in self._all(day, force):
            here = {code: step for code, step in moves.items() if one.cell(code) in cells}
            if not one.adds_up(here):
                return None
            forwards, backwards = one.room(here)
            up, down = min(up, forwards), min(down, backwards)
        return _Steps(cells, up, down)

    def _moves(self, base: _Return, code: str) -> Iterator[dict[str, int]]:
        """Ways in which a figure goes up by one and every whole of the force still adds up; the least of them first."""
        siblings = sorted(base.siblings(code), key=lambda one: self._preferred(base, one))
        for sibling in siblings[:6]:
            yield self._with_parts(base, code, 1) | self._with_parts(base, sibling, -1)
        up = self._with_parts(base, code, 1)
        if not siblings:
            yield up
        # with its whole, and that with its own
        at = code
        while (over := base.day.items[at].part_of) and over in base.values:
            up = up | {over: 1}
            for group in base.day.breakdowns.get(over, ()):
                if at not in group and (chosen := self._part(base, group)):
                    up = self._with_parts(base, chosen, 1) | up
            at = over
            if not base.siblings(at):
                yield dict(up)

    def _with_parts(self, base: _Return, code: str, step: int) -> dict[str, int]:
        """A figure moved, with a part of each breakdown that adds up to it."""
        moves = {code: step}
        for group in base.day.breakdowns.get(code, ()):
            if chosen := self._part(base, group):
                moves |= self._with_parts(base, chosen, step)
        return moves

    def _part(self, base: _Return, group: Sequence[str]) -> str | None:
        given = base.given(group)
        return min(given, key=lambda one: self._preferred(base, one)) if given else None

    def _preferred(self, base: _Return, code: str) -> tuple[bool, bool, int, str]:
        """What is kept back already and is large enough to move comes first, then the smallest that is."""
        value = base.values[code]
        return (self._fresh(base.cell(code)), value < self.policy.values, value, code)


def unproved(
    found: Protection,
    values: Mapping[Cell, int],
    listed: Mapping[date, Sequence[Item]],
    sums: Sequence[Sum],
    policy: Limits,
    earlier: Earlier = Earlier(),  # noqa: B008 - frozen and empty
) -> tuple[Cell, ...]:
    """The small counts that a reader could find, as far as is proved: none, or nothing is published.

    Before any edition is printed no number of forces that the policy names may find one together. What was printed cannot be
    taken back: beside it a count may be open to forces that corrected nothing can shut out (`withstood` names them).
    """
    asked = 0 if earlier.sums else policy.insiders
    return tuple(
        cell
        for cell, together in withstood(found, values, listed, sums, policy, earlier).items()
        if together is not None and together < asked
    )


def withstood(
    found: Protection,
    values: Mapping[Cell, int],
    listed: Mapping[date, Sequence[Item]],
    sums: Sequence[Sum],
    policy: Limits,
    earlier: Earlier = Earlier(),  # noqa: B008 - frozen and empty
) -> dict[Cell, int | None]:
    """How many other forces may lay their figures together and still not find a small count, each proof reckoned anew from the
    returns: -1 where a reader could, None where any number may."""
    days = {day: _Day(given) for day, given in listed.items()}
    now = _returns(values, days)
    old = {key: one for key, one in _returns(earlier.values, days).items() if key not in now}
    kept = found.protected | {cell for cell in earlier.protected if (cell[0], cell[1], cell[3]) not in now}
    kept -= earlier.printed | _printed_before({**values, **earlier.values}, earlier)
    kept |= {one.cell(code) for each in (now, old) for one in each.values() for code in one.implied}
    same: dict[Cell, list[Cell]] = _same(kept, {**old, **now})
    guarded = {one.cell(code) for each in (now, old) for one in each.values() for code in one.small(policy)}
    guarded = (guarded & kept) | found.primary
    shown = {one.cells for one in (*(one for one in sums if one.code not in found.withheld), *earlier.sums)}
    moved = frozenset(cell for witness in found.witnesses for cell in witness.moves)
    holding: dict[Cell, list[frozenset[Cell]]] = defaultdict(list)
    for cells in shown:
        for cell in cells & moved:
            holding[cell].append(cells)

    def holds(witness: Witness) -> bool:
        moves = witness.moves
        if not moves.keys() <= kept or witness.up + witness.down + 1 < policy.values:
            return False
        if any(moves.get(one) != step for cell, step in moves.items() for one in same[cell]):
            return False
        if any(sum(moves.get(one, 0) for one in cells) for cell in moves for cells in holding[cell]):
            return False
        by_return: dict[tuple[date, str, str], dict[str, int]] = defaultdict(dict)
        for cell, step in moves.items():
            by_return[cell[0], cell[1], cell[3]][cell.item] = step
        return all(
            _stands(now.get(key) or old[key], steps, times)
            for key, steps in by_return.items()
            for times in (witness.up, -witness.down)
        )

    others: dict[Cell, set[str]] = {cell: set() for cell in guarded}
    told: dict[Cell, int | None] = dict.fromkeys(guarded, -1)
    for witness in found.witnesses:
        forces = {cell.force for cell in witness.moves}
        for cell in (witness.moves.keys() & guarded) if holds(witness) else ():
            if abs(witness.moves[cell]) != 1 or len(forces) > 2:
                continue
            others[cell] |= forces - {cell.force}
            if forces == {cell.force}:
                told[cell] = None
            elif told[cell] is not None:
                told[cell] = len(others[cell]) - 1
    return dict(sorted(told.items()))


def _same(kept: Collection[Cell], returns: Mapping[tuple[date, str, str], _Return]) -> dict[Cell, list[Cell]]:
    """For each figure that is kept back, it and whatever other return gave the same for it."""
    values = {
        cell: one.values[cell.item]
        for cell in kept
        if (one := returns.get((cell[0], cell[1], cell[3]))) is not None and cell.item in one.values
    }
    alike: dict[tuple[tuple[date, str, str], int], list[Cell]] = defaultdict(list)
    for cell, value in values.items():
        alike[cell[:3], value].append(cell)
    return {cell: alike[cell[:3], value] for cell, value in values.items()}


def _stands(one: _Return, steps: Mapping[str, int], times: int) -> bool:
    """Whether a return with the moves made so often is one: nothing below nought, all that added up still does."""
    items, was = one.day.items, one.values
    after = {code: was[code] + step * max(min(times, 10**6), -(10**6)) for code, step in steps.items()}
    if any(value < 0 for value in after.values()):
        return False
    touched = {*steps, *(part for code in steps for part in one.day.parts.get(code, ()) if part in was)}
    for code in touched:
        over = items[code].part_of
        if (
            over
            and over in was
            and was[code] <= was[over]
            and after.get(code, was[code]) > after.get(over, was[over])
        ):
            return False
    for total, groups in one.day.breakdowns.items():
        for group in groups:
            given = [code for code in group if code in was]
            if total not in was or not given or steps.keys().isdisjoint((total, *given)):
                continue
            # the difference between a total and what was given of it is the same as before
            moved = sum(after.get(code, was[code]) - was[code] for code in given)
            if moved != after.get(total, was[total]) - was[total]:
                return False
    return True
