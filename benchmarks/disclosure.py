"""Whether small counts of invented editions can be found by subtraction, in an edition and beside the one before.

    python benchmarks/disclosure.py --out benchmarks/results/disclosure.json

1,000 editions of 43 invented forces over two years, each followed by an edition with late and corrected returns. Each is attacked
with everything that is printed, in both editions: cells, totals over all bases, parts and wholes. The same attack on editions
that keep back the small counts alone stands beside it. Every protection is also proved, edition by edition, as `publish` does.
"""

import argparse
import random
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from scratch import tell

from throughline.statistics.disclosure import Cell, Earlier, attack, published
from throughline.statistics.edition.gathering import Force, Gathered, Signed
from throughline.statistics.edition.reckoning import VERSION, Figures
from throughline.statistics.returns import Entry, Return, canonical, digest
from throughline.synthetic.returning import invented_forces, invented_returns

YEARS = (date(2024, 3, 31), date(2025, 3, 31))


@dataclass(frozen=True)
class Attacked:
    """What an attack on an edition found."""

    recovered: int
    narrowed: int
    recovered_from_small_alone: int
    small: int
    cells: int
    kept: int
    totals: int
    totals_kept: int

    @property
    def published_share(self) -> float:
        return 1 - self.kept / self.cells


def signed(told: Return) -> Signed:
    return Signed(told, digest(canonical(told)), "Invented data officer", told.year_end)


def invented_gathered(seed: int) -> Gathered:
    """The returns of one invented edition. Sizes and gaps differ by seed; some forces are small in many."""
    forces = {one.code: Force(one.code, one.name, one.residents) for one in invented_forces(seed)}
    returns = {(told.year_end, told.force): signed(told) for told in invented_returns(YEARS, seed)}
    return Gathered(forces, returns, True)


def revised(gathered: Gathered, rng: random.Random) -> Gathered:
    """The same a while later: some returns corrected in a few figures, the last force's among them, and one come in late."""
    returns = dict(gathered.returns)
    for key in rng.sample(sorted(returns), 3) + [max(returns)]:
        told = returns[key].told
        entries = dict(told.entries)
        parts = [
            entry
            for entry in entries.values()
            if entry.item in ("victims-repeat", "orders-applied", "asked", "marac-cases")
        ]
        for entry in parts:
            if entry.value:
                entries[entry.item] = Entry(
                    entry.item, max(0, entry.value - rng.randint(-3, 3)), None, entry.row
                )
        returns[key] = signed(replace(told, entries=entries))
    missing = [(day, force) for day in YEARS for force in gathered.forces if (day, force) not in returns]
    if missing:
        day, force = missing[0]
        like = next(one.told for (_, code), one in returns.items() if code == force)
        returns[day, force] = signed(Return(force, day, like.entries))
    return Gathered(gathered.forces, returns, True)


def attacked(figures: Figures, earlier: Earlier, before: Figures | None = None) -> Attacked:
    """Attack an edition with everything that it and the one before print."""
    listed = {day: [*items.values()] for day, items in figures.items.items()}
    values: dict[Cell, int] = {**(before.cells() if before else {}), **figures.cells()}
    protection = figures.protection
    sums = [*figures.printed_sums(), *earlier.sums]
    kept = protection.protected | earlier.protected
    found = attack(published(values, listed, sums, kept))
    alone = attack(published(figures.cells(), listed, [*figures.sums.values()], protection.primary))
    guarded = protection.primary | (before.protection.primary if before else frozenset())
    assert all(len(cell.version) == VERSION for cell in kept)
    for cell, (low, high) in found.items():
        assert low <= values[cell]
        assert high is None or values[cell] <= high
    return Attacked(
        recovered=sum(found[cell][0] == found[cell][1] for cell in guarded),
        narrowed=sum(
            high is not None and high - low + 1 < figures.policy.values
            for low, high in (found[cell] for cell in guarded)
        ),
        recovered_from_small_alone=sum(low == high for low, high in alone.values()),
        small=len(protection.primary),
        cells=figures.all_cells(),
        kept=len(protection.protected),
        totals=len(figures.sums),
        totals_kept=len(figures.sums) - len(figures.printed_sums()),
    )


def found_from_within(figures: Figures) -> tuple[int, int, int]:
    """What each force could find that subtracts its own figures as well: how many small counts of other forces at least one
    finds, how many at least one narrows below the values that must remain, and how many there are."""
    listed = {day: [*items.values()] for day, items in figures.items.items()}
    values, protection = figures.cells(), figures.protection
    recovered: set[Cell] = set()
    narrowed: set[Cell] = set()
    for force in figures.gathered.forces:
        unknown = frozenset(cell for cell in protection.protected if cell.force != force)
        found = attack(published(values, listed, figures.printed_sums(), unknown))
        for cell in protection.primary & unknown:
            low, high = found[cell]
            if low == high:
                recovered.add(cell)
            elif high is not None and high - low + 1 < figures.policy.values:
                narrowed.add(cell)
    return len(recovered), len(narrowed), len(protection.primary)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--editions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--insiders",
        type=int,
        default=20,
        help="In so many editions each force subtracts its own figures too.",
    )
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    tell(measure(editions=asked.editions, seed=asked.seed, insiders=asked.insiders), asked.out)


def measure(*, editions: int, seed: int, insiders: int = 0) -> dict[str, Any]:
    total: dict[str, Counter[str]] = {"first": Counter(), "next": Counter()}
    least = {"first": 1.0, "next": 1.0}
    within: Counter[str] = Counter()
    begun = time.perf_counter()
    for at in range(editions):
        first = Figures(invented_gathered(seed + at))
        earlier = Earlier(first.protection.protected, tuple(first.printed_sums()))
        second = Figures(revised(first.gathered, random.Random(seed + at)), earlier)
        for name, result in (
            ("first", attacked(first, Earlier())),
            ("next", attacked(second, earlier, first)),
        ):
            total[name].update({key: value for key, value in vars(result).items()})
            least[name] = min(least[name], result.published_share)
        if at < insiders:
            named = ("recovered_by_a_force", "narrowed_by_a_force", "small")
            within.update({"editions": 1, **dict(zip(named, found_from_within(first), strict=True))})
        if at % 50 == 49:
            print(f"{at + 1} editions, {time.perf_counter() - begun:.0f} s", flush=True)
    return {
        "editions": editions,
        "seed": seed,
        "seconds": round(time.perf_counter() - begun, 1),
        "processor_seconds": round(time.process_time(), 1),
        "from_within": dict(within),
        **{
            name: {
                **counted,
                "published_share": round(1 - counted["kept"] / counted["cells"], 4),
                "least_published_share": round(least[name], 4),
            }
            for name, counted in total.items()
        },
    }


if __name__ == "__main__":
    main()
