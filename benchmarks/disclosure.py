"""Whether small counts of invented editions can be found by subtraction, by readers, by forces and by two or three forces together.

    python benchmarks/disclosure.py --out benchmarks/results/disclosure.json

Editions come in threes, of 43 invented forces: one of two years, one in which returns are corrected and late ones have come in, and
one a year later, with more corrections. Each is attacked with everything that it and those before it print: cells, totals over
all bases, parts and wholes, and which figures that are kept back a correction left as they were. A force subtracts its own figures as well,
and two forces lay theirs together; of three, who are more than is promised (`disclosure-limits`), a sample says what they would find. The same attack on editions that keep back the small counts alone stands beside it. Every protection
is also proved, edition by edition, as `publish` does.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from scratch import tell

from throughline.statistics.disclosure import (
    Cell,
    Published,
    UnprotectedError,
    apart,
    attack,
    breakdown_of,
    implied,
    known_to,
    opened,
    published,
    withstood,
)
from throughline.statistics.edition.gathering import Force, Gathered, Signed
from throughline.statistics.edition.reckoning import Figures
from throughline.statistics.returns import Entry, Return, canonical, digest, items
from throughline.synthetic.returning import invented_forces, invented_returns

#: So many groups of three forces are tried at most where more could subtract from each other.
TRIPLES = 200
YEARS = (date(2024, 3, 31), date(2025, 3, 31), date(2026, 3, 31))


def signed(told: Return) -> Signed:
    return Signed(
        told, digest(canonical(told)), "Invented data officer", told.year_end, "a mark of the publisher"
    )


def invented_gathered(seed: int, years: Sequence[date] = YEARS[:2]) -> Gathered:
    """The returns of one invented edition. Sizes and gaps differ by seed; some forces are small in many."""
    forces = {one.code: Force(one.code, one.name, one.residents) for one in invented_forces(seed)}
    returns = {(told.year_end, told.force): signed(told) for told in invented_returns(years, seed)}
    return Gathered(forces, returns, True)


def revised(gathered: Gathered, rng: random.Random, corrected: int = 4) -> Gathered:
    """The same a while later: so many returns corrected in some figures and that of the smallest force, and one come in late."""
    returns = dict(gathered.returns)
    for key in [*rng.sample(sorted(returns), corrected), max(returns)]:
        told = returns[key].told
        entries = dict(told.entries)
        for change in rng.sample((_counted_again, _told_apart_again, _withdrawn), rng.randint(1, 2)):
            change(told, entries, rng)
        returns[key] = signed(replace(told, entries=entries))
    days = gathered.years
    missing = [(day, force) for day in days for force in gathered.forces if (day, force) not in returns]
    if missing:
        day, force = missing[0]
        like = next(one.told for (_, code), one in returns.items() if code == force)
        returns[day, force] = signed(Return(force, day, like.entries))
    return Gathered(gathered.forces, returns, True)


def _set(entries: dict[str, Entry], code: str, value: int) -> None:
    entries[code] = replace(entries[code], value=value)


def _counted_again(told: Return, entries: dict[str, Entry], rng: random.Random) -> None:
    """Figures that add up to nothing, and are no whole, are a few more or fewer."""
    for code in rng.sample(
        ("victims-repeat", "calls-repeat", "marac-police", "satisfied", "orders-breached"), 2
    ):
        if value := entries[code].value:
            _set(entries, code, max(0, value + rng.randint(-3, 0)))


def _told_apart_again(told: Return, entries: dict[str, Entry], rng: random.Random) -> None:
    """One or two go from one part of a whole to another."""
    parts = rng.choice(
        [
            ("victims-sex-unknown", "victims-female"),
            ("victims-orientation-other", "victims-orientation-unknown"),
            ("victims-age-unknown", "victims-age-25-34"),
            ("cases-high", "cases-medium"),
            ("victims-household", "victims-family"),
        ]
    )
    one, other = (entries[code].value for code in parts)
    if one is not None and other is not None:
        times = max(-one, min(rng.choice((-1, 1, 2)), other))
        _set(entries, parts[0], one + times)
        _set(entries, parts[1], other - times)


def _withdrawn(told: Return, entries: dict[str, Entry], rng: random.Random) -> None:
    """A figure cannot be provided after all."""
    code = rng.choice(("orders-breached", "crimes-da-sexual", "disclosure-made", "victims-sex-unknown"))
    entries[code] = replace(entries[code], value=None, unable="not-recorded")


def editions(seed: int) -> Iterator[Figures]:
    """One edition, the same with corrections, and one a year later: each after those before it."""
    rng = random.Random(seed)
    every = invented_gathered(seed, YEARS)
    # of the second year one return comes in late
    late = (YEARS[1], sorted(every.forces)[4])
    first = {key: one for key, one in every.returns.items() if key[0] != YEARS[2] and key != late}
    figures = Figures(Gathered(every.forces, first, True))
    yield figures
    second = revised(figures.gathered, rng)
    figures = Figures(second, figures.after())
    yield figures
    new = {key: one for key, one in every.returns.items() if key[0] == YEARS[2]}
    third = revised(second, rng, corrected=2)
    yield Figures(Gathered(every.forces, {**third.returns, **new}, True), figures.after())


@dataclass
class Within:
    """What groups of forces found and narrowed, in how many attacks, and in how many of them something was found."""

    recovered: set[Cell] = field(default_factory=set)
    narrowed: set[Cell] = field(default_factory=set)
    attacks: int = 0
    found_some: int = 0


@dataclass(frozen=True)
class Reader:
    """All that was published, now and before, and what of it is to stay unknown."""

    given: Published
    values: Mapping[Cell, int]
    small: frozenset[Cell]
    least: int

    @classmethod
    def of(cls, told: Sequence[Figures]) -> "Reader":
        values: dict[Cell, int] = {}
        for figures in told:
            values |= figures.cells()
        listed = {day: items(day) for day in {cell.year_end for cell in values}}
        sums = {one.cells: one for figures in told for one in figures.printed_sums()}
        kept = frozenset(cell for figures in told for cell in figures.protection.protected)
        printed = {cell for figures in told for cell in figures.cells().keys() - figures.protection.protected}
        small = frozenset(cell for figures in told for cell in figures.protection.primary)
        assert not kept & printed, "what was printed once is no secret"
        left = implied(values, listed)
        values |= left
        kept |= left.keys()
        given = published(values, listed, [*sums.values()], kept)
        return cls(opened(given), values, small & given.kept, told[-1].policy.values)

    def attacked(self, given: Published) -> tuple[set[Cell], set[Cell]]:
        """The small counts that are found, and those that are narrowed below the values that must remain."""
        found = attack(given)
        for cell, (low, high) in found.items():
            assert low <= self.values[cell]
            assert high is None or self.values[cell] <= high
        guarded = self.small & given.kept
        recovered = {cell for cell in guarded if found[cell][0] == found[cell][1]}
        close = {
            cell
            for cell in guarded
            if (high := found[cell][1]) is not None and high - found[cell][0] + 1 < self.least
        }
        return recovered, close

    def from_within(self, together: int, at_most: int | None = None) -> "Within":
        """What forces find that lay their figures together, so many at once; of the groups of a piece ``at_most`` a sample."""
        told = Within()
        for piece in apart(self.given):
            if not piece.kept & self.small:
                continue
            # of whom nothing stands in it, subtracts nothing
            groups = [*combinations(sorted({cell.force for cell in piece.kept}), together)]
            if at_most is not None and len(groups) > at_most:
                groups = random.Random(len(groups)).sample(groups, at_most)
            for forces in groups:
                left = known_to(piece, self.values, forces)
                if left.kept & self.small:
                    recovered, close = self.attacked(left)
                    told.recovered |= recovered
                    told.narrowed |= close
                    told.attacks += 1
                    told.found_some += bool(recovered)
        return told

    def needless(self, secondary: frozenset[Cell]) -> int:
        """How many figures that are kept back for others' sake could each be printed by itself, and as far as the attacks tell nothing
        would be found, by two forces together either."""
        count = 0
        for piece in apart(self.given):
            for cell in piece.kept & secondary:
                shown = Published(
                    {**piece.printed, cell: self.values[cell]},
                    piece.kept - {cell},
                    piece.equations,
                    piece.parts,
                )
                forces = sorted({one.force for one in shown.kept})
                tried = (
                    known_to(shown, self.values, pair)
                    for pair in ((), *combinations(forces, min(2, len(forces))))
                )
                count += not any(any(self.attacked(one)) for one in tried)
        return count


def needed(figures: Figures) -> int:
    """A number of figures that must be kept back at least, so that any two forces find no small count of a first edition by its
    column: of each column with one, four (it, those of both, and another), and where a row has one alone, as many of a second column."""
    together = figures.policy.insiders + 2
    small = figures.protection.primary & figures.cells().keys()
    summed = {cell for one in figures.printed_sums() for cell in one.cells}
    shown = {(cell.item, cell.year_end) for cell in small & summed}
    closed = {(one.item, one.year_end) for one in figures.sums.values() if one.cells} - {
        (one.item, one.year_end) for one in figures.printed_sums()
    }
    count = 0
    for day, listed in figures.items.items():
        by_item = Counter(cell.item for cell in small if cell.year_end == day)
        by_row = Counter(
            (cell.force, item.adds_to, breakdown_of(item))
            for cell in small
            if cell.year_end == day and (item := listed[cell.item]).adds_to
        )
        columns = {code: max(n, together) if (code, day) in shown else n for code, n in by_item.items()}
        count += sum(columns.values())
        groups: dict[tuple[str, str], set[str]] = {}
        for code in by_item:
            if over := listed[code].adds_to:
                groups.setdefault((over, breakdown_of(listed[code])), set()).add(code)
        for group, codes in groups.items():
            rows = [number for (_, *row), number in by_row.items() if tuple(row) == group]
            open_ = all(
                (item.code, day) not in closed
                for item in listed.values()
                if item.adds_to == group[0] and breakdown_of(item) == group[1]
            )
            if len(codes) == 1 and 1 in rows and (next(iter(codes)), day) in shown and open_:
                count += together
    return count


def alone(figures: Figures) -> int:
    """How many are found where small counts alone are kept back."""
    listed = {day: [*listed.values()] for day, listed in figures.items.items()}
    sums = [one for one in figures.sums.values() if one.cells]
    values = {**figures.cells(), **implied(figures.cells(), listed)}
    kept = figures.protection.primary | (values.keys() - figures.cells().keys())
    found = attack(published(values, listed, sums, kept))
    return sum(found[cell][0] == found[cell][1] for cell in figures.protection.primary)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threes", type=int, default=334)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--needless", type=int, default=10, help="In so many first editions each figure is printed on trial."
    )
    parser.add_argument(
        "--pairs", type=int, default=1000, help="In so many threes any two forces lay theirs together."
    )
    parser.add_argument(
        "--triples", type=int, default=40, help="In so many threes any three do, as far as they are sampled."
    )
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    tell(
        measure(
            threes=asked.threes,
            processes=asked.processes,
            seed=asked.seed,
            pairs=asked.pairs,
            triples=asked.triples,
            needless=asked.needless,
        ),
        asked.out,
    )


KINDS = ("first", "corrected", "year_later")


def _unless_refused(seed: int, total: Mapping[str, Counter[str]]) -> Iterator[Figures]:
    """The editions of a seed until one is not published because a small count could be found."""
    made = editions(seed)
    for kind in KINDS:
        try:
            yield next(made)
        except UnprotectedError as error:
            total[kind]["refused"] += 1
            print(f"{seed}, {kind}: {error}", flush=True)
            return


@dataclass
class Told:
    """What was counted of some threes, by kind of edition; the least share that one published; the processor's seconds by work."""

    total: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})
    least: dict[str, float] = field(default_factory=lambda: dict.fromkeys(KINDS, 1.0))
    spent: Counter[str] = field(default_factory=Counter)
    if_three: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Told") -> None:
        for kind in KINDS:
            self.total[kind].update(other.total[kind])
            self.least[kind] = min(self.least[kind], other.least[kind])
        self.spent.update(other.spent)
        self.if_three.update(other.if_three)


@dataclass(frozen=True)
class Asked:
    """Which three, and which of the longer attacks it has."""

    seed: int
    pairs: bool
    triples: bool
    needless: bool


def attack_three(asked: Asked) -> Told:
    """Make the three editions of a seed, and attack each beside those before it."""
    found = Told()
    told: list[Figures] = []
    clock = time.process_time()

    def lap(work: str) -> None:
        nonlocal clock
        found.spent[work] += (now := time.process_time()) - clock
        clock = now

    for kind, figures in zip(KINDS, _unless_refused(asked.seed, found.total), strict=False):
        lap("editions")
        told.append(figures)
        counted = found.total[kind]
        protection = figures.protection
        counted["editions"] += 1
        counted["cells"] += figures.all_cells()
        counted["kept"] += len(protection.protected)
        counted["small"] += len(protection.primary)
        counted["totals"] += len(figures.sums)
        counted["totals_kept"] += len(figures.sums) - len(figures.printed_sums())
        listed = {day: [*items_.values()] for day, items_ in figures.items.items()}
        sums = [*figures.sums.values()]
        for together in withstood(
            protection, figures.cells(), listed, sums, figures.policy, figures.earlier
        ).values():
            counted["proved"] += together is None or together >= 0
            counted["proved_against_two_forces"] += together is None or together >= 2
            counted["to_be_proved"] += 1
        if kind == "first":
            counted["needed_at_least"] += needed(figures)
        found.least[kind] = min(found.least[kind], 1 - len(protection.protected) / figures.all_cells())
        reader = Reader.of(told)
        recovered, close = reader.attacked(reader.given)
        counted["attacked"] += len(reader.small)
        counted["recovered_by_readers"] += len(recovered)
        counted["narrowed_by_readers"] += len(close)
        counted["recovered_from_small_alone"] += alone(figures)
        if kind == "first" and asked.needless:
            secondary = protection.protected - protection.primary
            counted["tried_on_their_own"] += len(secondary)
            counted["could_be_printed_on_their_own"] += reader.needless(secondary)
        lap("readers")
        for together, (name, wanted, at_most) in enumerate(
            (
                ("a_force", True, None),
                ("two_forces", asked.pairs, None),
                ("three_forces", asked.triples, TRIPLES),
            ),
            start=1,
        ):
            if not wanted:
                continue
            within = reader.from_within(together, at_most)
            counted[f"attacks_by_{name}"] += within.attacks
            counted[f"attacks_by_{name}_that_found"] += within.found_some
            counted[f"held_against_{name}"] += len(reader.small)
            counted[f"recovered_by_{name}"] += len(within.recovered)
            counted[f"narrowed_by_{name}"] += len(within.narrowed)
            lap(name)
        if kind == "first" and asked.triples:
            more = replace(figures.policy, insiders=figures.policy.insiders + 1)
            promised = Figures(figures.gathered, policy=more)
            found.if_three["cells"] += promised.all_cells()
            found.if_three["kept"] += len(promised.protection.protected)
            found.if_three["kept_against_two"] += len(protection.protected)
            within = Reader.of([promised]).from_within(3, TRIPLES)
            found.if_three["recovered_by_three_forces"] += len(within.recovered)
            lap("if_three_were_promised")
    return found


def measure(
    *, threes: int, seed: int, pairs: int = 0, triples: int = 0, needless: int = 0, processes: int = 1
) -> dict[str, Any]:
    found, begun = Told(), time.perf_counter()
    every = [Asked(seed + at, at < pairs, at < triples, at < needless) for at in range(threes)]
    with ProcessPoolExecutor(processes) as pool:
        for at, one in enumerate(pool.map(attack_three, every), start=1):
            found.add(one)
            if at % 25 == 0:
                print(f"{at} threes, {time.perf_counter() - begun:.0f} s", flush=True)
    return {
        "editions": sum(one["editions"] for one in found.total.values()),
        "refused": sum(one["refused"] for one in found.total.values()),
        "seed": seed,
        "processes": processes,
        "seconds": round(time.perf_counter() - begun, 1),
        "processor_seconds": round(sum(found.spent.values()), 1),
        "processor_seconds_by_work": {name: round(value, 1) for name, value in found.spent.items()},
        "threes_attacked_by_two_forces": min(pairs, threes),
        "threes_attacked_by_three_forces": min(triples, threes),
        "first_editions_if_three_were_promised": found.if_three,
        **{
            name: {
                **counted,
                "published_share": round(1 - counted["kept"] / max(1, counted["cells"]), 4),
                "least_published_share": round(found.least[name], 4),
            }
            for name, counted in found.total.items()
        },
    }


if __name__ == "__main__":
    main()
