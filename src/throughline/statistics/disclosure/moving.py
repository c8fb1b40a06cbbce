"""In which ways the figures of a force can be moved, so that every return of it still adds up as it did."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, islice
from typing import Final, NamedTuple

from throughline.statistics.disclosure.rules import Cell, Limits
from throughline.statistics.disclosure.structure import UNBOUNDED, Return, steps_of

#: How many ways of moving a force's returns apart are looked at, and how many of its figures move at once.
WAYS: Final = 60
MOST: Final = 8


class Steps(NamedTuple):
    """Figures of a force moved by a step in every version that moves, and how many steps are possible forwards and backwards."""

    cells: dict[Cell, int]
    up: int
    down: int


#: Of no other force.
NOBODY: Final = Steps({}, UNBOUNDED, UNBOUNDED)


class Ways:
    """The ways in which figures move that are kept back or still can be. What is ``protected`` grows while they are asked."""

    def __init__(
        self,
        policy: Limits,
        now: Mapping[tuple[date, str], Return],
        old: Mapping[tuple[date, str], Sequence[tuple[Return, set[str]]]],
        *,
        known: Collection[Cell],
        before: Collection[Cell],
        implied: Collection[Cell],
        protected: Collection[Cell],
    ) -> None:
        self._policy, self._now, self._old = policy, now, old
        self._known, self._before, self._implied, self._protected = known, before, implied, protected
        self._moving: dict[tuple[date, str, str], tuple[Cell, ...]] = {}
        self._tried: dict[tuple[object, ...], Steps | None] = {}
        self._walked: dict[tuple[object, ...], list[Steps]] = {}

    def alike(self, day: date, force: str, moves: Mapping[str, int]) -> Steps | None:
        """Figures of a force moved in each of its returns; None where one of them is printed, or a return would not add up."""
        key = (day, force, *moves.items())
        if key not in self._tried:
            self._tried[key] = self._try(day, force, moves)
        return self._tried[key]

    def _try(self, day: date, force: str, moves: Mapping[str, int]) -> Steps | None:
        cells: dict[Cell, int] = {}
        for code, step in moves.items():
            moving = self._together(day, force, code)
            if not moving:
                return None
            cells |= dict.fromkeys(moving, step)
        up = down = UNBOUNDED
        for one in self.returns(day, force):
            here = {code: step for code, step in moves.items() if one.cell(code) in cells}
            if not one.adds_up(here):
                return None
            forwards, backwards = one.room(here)
            up, down = min(up, forwards), min(down, backwards)
        return Steps(cells, up, down)

    def moves(self, base: Return, code: str) -> Iterator[dict[str, int]]:
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

    def _with_parts(self, base: Return, code: str, step: int) -> dict[str, int]:
        """A figure moved, with a part of each breakdown that adds up to it."""
        moves = {code: step}
        for group in base.day.breakdowns.get(code, ()):
            if chosen := self._part(base, group):
                moves |= self._with_parts(base, chosen, step)
        return moves

    def _part(self, base: Return, group: Sequence[str]) -> str | None:
        given = base.given(group)
        return min(given, key=lambda one: self._preferred(base, one)) if given else None

    def _preferred(self, base: Return, code: str) -> tuple[bool, bool, int, str]:
        """What is kept back already and is large enough to move comes first, then the smallest that is."""
        value = base.values[code]
        return (self.fresh(base.cell(code)), value < self._policy.values, value, code)

    def apart(self, day: date, force: str, code: str, step: int, version: str = "") -> list[Steps]:
        """Ways in which a figure of a force moves, in the return of a ``version`` or in any, each return balanced by itself."""
        key = (day, force, code, step, version)
        if key not in self._walked:
            found: dict[tuple[Cell, ...], Steps] = {}
            returns = self.returns(day, force)
            for begun in self._begun(returns, code, step):
                if version and all(cell[2:] != (code, version) for cell in begun):
                    continue
                for cells in islice(self._balanced(returns, begun), WAYS):
                    rooms = [one.room(steps_of(one, cells)) for one in returns]
                    up, down = min(up for up, _ in rooms), min(down for _, down in rooms)
                    if up + down + 1 >= self._policy.values:
                        found.setdefault(tuple(sorted(cells)), Steps(cells, up, down))
            self._walked[key] = [*found.values()]
        return self._walked[key]

    def _begun(self, returns: Sequence[Return], code: str, step: int) -> Iterator[dict[Cell, int]]:
        """A figure moved by a step in some of the returns, by itself, with its whole, and with the whole of that."""
        alike = {
            tuple(cells): cells for one in returns if (cells := self._where_same(returns, one, code, step))
        }
        for count in range(1, len(alike) + 1):
            for some in combinations(alike.values(), count):
                begun = {cell: step for cells in some for cell in cells}
                moved = [one for one in returns if one.cell(code) in begun]
                yield begun
                over = moved[0].day.items[code].part_of
                while over:
                    wholes = [self._where_same(returns, one, over, step) for one in moved]
                    if None in wholes:
                        break
                    begun = begun | {cell: step for cells in wholes for cell in cells or ()}
                    yield begun
                    over = moved[0].day.items[over].part_of

    def _balanced(self, returns: Sequence[Return], cells: dict[Cell, int]) -> Iterator[dict[Cell, int]]:
        """What else moves so that every return of a force adds up as it did."""
        for one in returns:
            here = steps_of(one, cells)
            if (off := one.off(here)) is None:
                continue
            total, parts, by = off
            siblings = sorted(parts - here.keys(), key=lambda code: self._preferred(one, code))
            for code in [*siblings, *({total} - here.keys())]:
                more = self._where_same(returns, one, code, by if code == total else -by)
                if more is None or any(cells.get(cell, step) != step for cell, step in more.items()):
                    continue
                if len(cells | more) <= MOST:
                    yield from self._balanced(returns, cells | more)
            return
        yield cells

    def _where_same(
        self, returns: Sequence[Return], base: Return, code: str, step: int
    ) -> dict[Cell, int] | None:
        """A figure moved by a step in a return and wherever else it is the same; None where it was not given or everybody has it."""
        if code not in base.values:
            return None
        cells = [one.cell(code) for one in returns if one.values.get(code) == base.values[code]]
        if not self._secret(base.cell(code)):
            return None
        return {cell: step for cell in cells if self._secret(cell)}

    def _together(self, day: date, force: str, code: str) -> tuple[Cell, ...]:
        """What of a force's figure moves together; nothing where everybody has it, or it was not given. What is the same before and
        after a correction moves with it, since who takes it to be the same is right."""
        key = (day, force, code)
        if key not in self._moving:
            now = self._now.get((day, force))
            cells = [one.cell(code) for one, kept in self._old.get((day, force), ()) if code in kept]
            if now is not None and code in now.values:
                cells = [] if now.cell(code) in self._known else [now.cell(code), *cells]
            self._moving[key] = tuple(cells)
        return self._moving[key]

    def _secret(self, cell: Cell) -> bool:
        """Whether a figure is kept back or still can be."""
        if cell in self._known:
            return False
        now = self._now.get(cell[:2])
        return (
            (now is not None and now.version == cell.version) or cell in self._before or cell in self._implied
        )

    def fresh(self, cell: Cell) -> bool:
        """Whether a figure would be printed as things stand."""
        return not (cell in self._protected or cell in self._before or cell in self._implied)

    def returns(self, day: date, force: str) -> list[Return]:
        """The return of a force as it is now, and as it was where something was kept back of it."""
        now = self._now.get((day, force))
        return [*([now] if now else []), *(one for one, _ in self._old.get((day, force), ()))]
