"""The proof that no small count can be found, each reckoned anew from the returns and taken from nobody."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from throughline.statistics.disclosure.rules import Cell, Earlier, Limits, Protection, Sum, Witness
from throughline.statistics.disclosure.structure import Day, Return, printed_before, returns_of
from throughline.statistics.returns.items import Item


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
    days = {day: Day(given) for day, given in listed.items()}
    now = returns_of(values, days)
    old = {key: one for key, one in returns_of(earlier.values, days).items() if key not in now}
    kept = found.protected | {cell for cell in earlier.protected if (cell[0], cell[1], cell[3]) not in now}
    printed = earlier.printed | printed_before({**values, **earlier.values}, earlier)
    kept -= printed
    kept |= {one.cell(code) for each in (now, old) for one in each.values() for code in one.implied}
    same: dict[Cell, list[Cell]] = _same(kept, {**old, **now})
    guarded = {
        one.cell(code) for each in (now, old) for one in each.values() for code in one.hidden(policy, printed)
    }
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


def _same(kept: Collection[Cell], returns: Mapping[tuple[date, str, str], Return]) -> dict[Cell, list[Cell]]:
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


def _stands(one: Return, steps: Mapping[str, int], times: int) -> bool:
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
