"""How many of the errors put into invented returns are found, and how many questions a clean return is asked.

    python benchmarks/verification.py --out benchmarks/results/verification.json

2,000 errors of twelve kinds, each alone in the return of one of 43 invented forces, judged by itself, against the year
before and against the others. An error is found where a question that the clean return was not asked names an item that it
touches. The small forces, a
quarter of all, are told apart.
"""

import argparse
import random
from collections import Counter
from pathlib import Path
from typing import Any

from invented_returns import KINDS, invented
from scratch import tell

from throughline.statistics.returns import Query, Return, against_others, against_past, within_itself


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20150331)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    tell(measure(errors=asked.errors, seed=asked.seed), asked.out)


def measure(*, errors: int, seed: int, worlds: int = 20) -> dict[str, Any]:
    """Recall by kind, of all and of small forces, and the questions asked of clean returns."""
    rng = random.Random(seed)
    tried: Counter[tuple[str, bool]] = Counter()
    found: Counter[tuple[str, bool]] = Counter()
    clean: list[int] = []
    clean_small: list[int] = []
    done = 0
    for world in range(worlds):
        returns = invented(seed + world)
        sizes = sorted(told.value("crimes") or 0 for _, told in returns.values())
        small_below = sizes[len(sizes) // 4]
        now = {name: told for name, (_, told) in returns.items()}
        past = [before for before, _ in returns.values()]
        others = against_others(now.values(), past)
        for name, (before, told) in returns.items():
            count = len(within_itself(told)) + len(against_past(told, before)) + len(others[name])
            (clean_small if (told.value("crimes") or 0) < small_below else clean).append(count)
        todo = errors * (world + 1) // worlds - errors * world // worlds
        while todo:
            kind = [*KINDS][done % len(KINDS)]
            name = rng.choice([*returns])
            before, told = returns[name]
            spoilt = KINDS[kind](told, before, rng)
            if spoilt is None or spoilt[0].entries == told.entries:
                continue
            small = (told.value("crimes") or 0) < small_below
            tried[kind, small] += 1
            usual = {(query.rule, query.items) for query in judged(told, past, now)}
            found[kind, small] += any(
                spoilt[1] & {*query.items}
                for query in judged(spoilt[0], past, now)
                if (query.rule, query.items) not in usual
            )
            done, todo = done + 1, todo - 1
    return {
        "seed": seed,
        "errors": errors,
        "recall": round(found.total() / tried.total(), 4),
        "recall_small_forces": _share(found, tried, small=True),
        "recall_other_forces": _share(found, tried, small=False),
        "by_kind": {
            kind: {
                "errors": tried[kind, True] + tried[kind, False],
                "found": found[kind, True] + found[kind, False],
            }
            for kind in KINDS
        },
        "clean_returns": len(clean) + len(clean_small),
        "questions_a_clean_return": round(
            (sum(clean) + sum(clean_small)) / (len(clean) + len(clean_small)), 3
        ),
        "questions_a_clean_return_small": round(sum(clean_small) / max(len(clean_small), 1), 3),
        "most_questions_of_a_clean_return": max([*clean, *clean_small]),
        "clean_returns_with_more_than_one": sum(count > 1 for count in [*clean, *clean_small]),
    }


def judged(told: Return, past: list[Return], others: dict[str, Return]) -> tuple[Query, ...]:
    """Every question that a return raises, among the others as they are and all as they were."""
    beside = against_others([*(one for name, one in others.items() if name != told.force), told], past)
    before = next(one for one in past if one.force == told.force)
    return (*within_itself(told), *against_past(told, before), *beside[told.force])


def _share(found: Counter[tuple[str, bool]], tried: Counter[tuple[str, bool]], *, small: bool) -> float:
    of = sum(count for (_, one), count in tried.items() if one is small)
    return round(sum(count for (_, one), count in found.items() if one is small) / max(of, 1), 4)


if __name__ == "__main__":
    main()
