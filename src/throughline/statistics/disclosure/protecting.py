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
from datetime import date
from typing import Final

from throughline.statistics.disclosure.moving import NOBODY, Steps, Ways
from throughline.statistics.disclosure.proving import unproved
from throughline.statistics.disclosure.rules import Cell, Earlier, Limits, Protection, Sum, Witness
from throughline.statistics.disclosure.structure import Day, Return, is_small, printed_before, returns_of
from throughline.statistics.returns.items import Item

#: A total that is kept back costs more than a few cells.
TOTAL: Final = 50


class UnprotectedError(ValueError):
    """A small count could be found: nothing is published. Names the items, never a force with its count."""


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


#: A force's figures moved, another force, and its figures moved back.
type _Pair = tuple[Steps, str, Steps]


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
        self.days = {day: Day(items) for day, items in listed.items()}
        self.now: dict[tuple[date, str], Return] = {
            key[:2]: one for key, one in returns_of(values, self.days).items()
        }
        #: stands in a total that was printed and was not kept back, or was printed itself: everybody has it
        self.known = (
            frozenset(cell for one in earlier.sums for cell in one.cells) - earlier.protected
        ) | earlier.printed
        self.before = earlier.protected
        self._look_back(values, earlier)
        self._columns(values, sums, earlier)
        printed = earlier.printed | printed_before({**values, **earlier.values}, earlier)
        self.primary = {
            one.cell(code) for one in self.now.values() for code in one.hidden(policy, printed)
        } - self.known
        # a corrected return has the same again: who takes that to be so is right, and it moves in no proof
        self.known |= printed_before(values, earlier)
        #: what is to have a proof: small counts of now, and of before as far as they were kept back
        self.guarded = self.primary | {
            one.cell(code)
            for returns in self.old.values()
            for one, kept in returns
            for code in one.hidden(policy, printed)
            if code in kept
        }
        #: with which other forces each figure was proved; None where a proof needs no other
        self.partners: dict[Cell, set[str] | None] = defaultdict(set)
        kept = {cell[:3] for cell in earlier.protected}
        self.protected: set[Cell] = {cell for cell in values if cell[:3] in kept or cell in self.primary}
        before = [one for returns in self.old.values() for one, _ in returns]
        self.implied = {one.cell(code) for one in (*self.now.values(), *before) for code in one.implied}
        self.witnesses: list[Witness] = []
        self.ways = Ways(
            policy,
            self.now,
            self.old,
            known=self.known,
            before=self.before,
            implied=self.implied,
            protected=self.protected,
        )
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
        self.old: dict[tuple[date, str], list[tuple[Return, set[str]]]] = defaultdict(list)
        for key, one in sorted(returns_of(wanted, self.days).items()):
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
            if is_small(sum(values[cell] for cell in one.cells), self.policy):
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
        returns = self.ways.returns(day, force)
        base = next((one for one in returns if code in one.values), None)
        others = {force}
        while base and len(others) <= self.policy.insiders + 1:
            found = self._least(base.cell(code), self._alike(base, code, others))
            partner = self._keep(*found) if found else None
            if partner is None:
                break
            # the other force of a proof knows its own figures, and needs another beside it
            others.add(partner)
        for one in returns:
            cell = one.cell(code)
            while cell in self.guarded and self._lacks_proof(cell):
                found = self._least(cell, self._apart(one, code, {force, *(self.partners[cell] or ())}))
                if found is None:
                    break
                self._keep(*found)

    def _lacks_proof(self, cell: Cell) -> bool:
        partners = self.partners[cell]
        return partners is not None and len(partners) <= self.policy.insiders

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

    def _alike(self, base: Return, code: str, without: Collection[str]) -> Iterator[_Pair]:
        """Ways in which all versions of a return move alike, by themselves and beside each force that it does not do ``without``."""
        day, force = base.year_end, base.force
        for moves in self.ways.moves(base, code):
            if (own := self.ways.alike(day, force, moves)) is None:
                continue
            yield own, "", NOBODY
            back = {one: -step for one, step in moves.items()}
            for other in self._forces[day]:
                if other not in without and (theirs := self.ways.alike(day, other, back)):
                    yield own, other, theirs

    def _apart(self, base: Return, code: str, without: Collection[str]) -> Iterator[_Pair]:
        """Ways in which the returns of a force move each in its own way, for a figure that has none in which they move alike: a
        return that was corrected may have to be balanced by another figure than the one that corrected it."""
        day = base.year_end
        for own in self.ways.apart(day, base.force, code, 1, base.version):
            items = {one.item for one in own.cells}
            yield own, "", NOBODY
            for other in self._forces[day]:
                for theirs in self.ways.apart(day, other, code, -1) if other not in without else ():
                    if items.issuperset(one.item for one in theirs.cells):
                        yield own, other, theirs

    def _least(self, cell: Cell, pairs: Iterable[_Pair]) -> tuple[Witness, dict[str, int]] | None:
        """Of the ways in which a small count moves, and another force moves back, the proof that keeps back least, with the totals by
        item that it needs kept back."""
        best: tuple[tuple[int, int, str], Witness, dict[str, int]] | None = None
        for own, other, theirs in pairs:
            up, down = min(own.up, theirs.up), min(own.down, theirs.down)
            if up + down + 1 < self.policy.values:
                continue
            fresh = [one for cells in (own.cells, theirs.cells) for one in cells if self.ways.fresh(one)]
            if best is not None and len(fresh) > best[0][0]:
                continue
            moves = {**own.cells, **theirs.cells}
            if (closing := self._betrayed(moves)) is None:
                continue
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
            if len(held) == 2 and held[0][1] == -held[1][1]:
                # by far the most: one up and another down
                bits = held[0][0] ^ held[1][0]
            else:
                bits = sum(
                    1 << place
                    for place in range(len(column.codes))
                    if sum(step for holds, step in held if holds >> place & 1)
                )
            bits &= ~column.closed
            if bits & column.before:
                return None
            if bits:
                closing[at[0]] = bits
        return closing
