"""How many of the errors put into a report's figures are found, and how many questions are asked for nothing.

    python benchmarks/consistency.py --out benchmarks/results/consistency.json

Each error of twelve kinds is put alone into the figures that the report of 2015 prints, without their quotations, and
they are judged as `throughline statistics consistency` judges them. An error is found where a question that was not
asked of the clean figures names a row that the error touches; a question that names none is one for nothing. The
figures as printed are judged as well: what is found there are the report's own contradictions.
"""

import argparse
import csv
import io
import random
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

from scratch import tell
from spoiling import KINDS, Row

from throughline.statistics.consistency import check, read
from throughline.statistics.printed import text_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20151215)
    parser.add_argument("--file", type=Path, help="Other figures of the same shape.")
    parser.add_argument("--missed", action="store_true", help="Name what was not found.")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    text = asked.file.read_text("utf-8-sig") if asked.file else text_of("hmic-2015")
    told = measure(text, errors=asked.errors, seed=asked.seed, say=print if asked.missed else None)
    tell(told, asked.out)


def measure(text: str, *, errors: int, seed: int, say: Any = None) -> dict[str, Any]:
    """Recall by kind, and the questions asked for nothing."""
    rows: list[Row] = list(csv.DictReader(io.StringIO(text)))
    clean = judged(rows)
    rng = random.Random(seed)
    tried: Counter[str] = Counter()
    found: Counter[str] = Counter()
    nothing: Counter[str] = Counter()
    begun = perf_counter()
    for number in range(errors):
        kind = list(KINDS)[number % len(KINDS)]
        spoilt, touched = KINDS[kind](rows, rng)
        new = [one for one in judged(spoilt) if one not in clean]
        tried[kind] += 1
        hit = any(touched & {*one[0]} for one in new)
        found[kind] += hit
        nothing[kind] += sum(not touched & {*one[0]} for one in new)
        if say and not hit:
            say(kind, [row for row in spoilt if row["id"] in touched][:2])
        if say:
            for one in new:
                if not touched & {*one[0]}:
                    say("FALSE", kind, touched, one)
    seconds = perf_counter() - begun
    return {
        "seed": seed,
        "errors": errors,
        "figures": len(rows),
        "recall": round(found.total() / errors, 4),
        "by_kind": {
            kind: {"errors": tried[kind], "found": found[kind], "asked_for_nothing": nothing[kind]}
            for kind in KINDS
        },
        "asked_for_nothing": nothing.total(),
        "found_in_the_report_itself": len(clean),
        "milliseconds_a_file": round(seconds / errors * 1000, 1),
    }


def judged(rows: list[Row]) -> set[tuple[tuple[str, ...], str, str]]:
    """What is asked of rows, without the line numbers that a missing row moves."""
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    facts, bad, _ = read(out.getvalue())
    return {(one.fact_ids, one.rule, one.message) for one in (*bad, *check(facts))}


if __name__ == "__main__":
    main()
