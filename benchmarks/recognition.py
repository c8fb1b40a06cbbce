"""How well people are recognised among an invented index, by ways of finding and by whom it is asked about.

    python benchmarks/recognition.py --people 1000000 --calls 60000 --seed 2 --out benchmarks/results/recognition_1000000.json

Writes an index and calls about it by the seed, fits the model to the index, plays the calls from a snapshot that is mapped
from its file, and lets one half of them teach the model and set its thresholds, as `throughline linkage replay` does. Beside the figures
of the other half stand those of each custom of naming, sex and age, at the thresholds of all, with how many calls
they rest on and 95 % intervals.

`--with splink,pg_trgm,union` asks other ways of finding for as many of the same calls as two minutes allow: Splink's
one-row call, the likeness of names in PostgreSQL, and sixteen rules by UNION with a btree each. Beside each stands
what recognition made of the very same calls just after, and how many times as long the other took by the clock.

Where other work shares the machine, `ms` is mostly waiting: `cpu_ms` is what of it the lookup itself took. Some of the calls are
answered once more with each candidate weighed alone, as the readable scorer does it: how often the answer was the
same, how much longer it took.
"""

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from comparators import one_row, union
from scratch import tell

from throughline.linkage.description import Description
from throughline.linkage.features import features
from throughline.linkage.known import Known, fitted, read_known, usable
from throughline.linkage.layout import read_map
from throughline.linkage.learning import calibrated
from throughline.linkage.model import Model, live_model
from throughline.linkage.replay import (
    SHOWN,
    Answer,
    Call,
    Engine,
    ExactPhoneOrAddress,
    Played,
    Way,
    expected_thresholds,
    in_order,
    measure,
    play,
    read_calls,
)
from throughline.linkage.scoring import rank, rank_rows
from throughline.running.trigrams import trigrams
from throughline.synthetic.export import (
    PEOPLE_COLUMNS,
    TRUTH_COLUMN,
    index,
    person_reference,
    write_calls,
    write_csv,
)
from throughline.synthetic.person import InventedPerson

TODAY = date(2026, 11, 26)
_COMPARED = 3_000
_PATIENCE = 120.0
"""Seconds for which another way is asked."""
AGES = ((0, 17), (18, 29), (30, 44), (45, 64), (65, 120))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--people", type=int, default=20_000)
    arguments.add_argument("--calls", type=int, default=4_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--processes", type=int, default=1, help="That read the index.")
    arguments.add_argument(
        "--with", dest="others", default="", help="Of splink, pg_trgm and union, parted by commas."
    )
    arguments.add_argument("--keep", type=Path, help="A folder for the files, used again where they are.")
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        tell({**vars(asked), "keep": None, "out": None, **_measure(folder, asked)}, asked.out)


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _measure(folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    people, heard = folder / "known.csv", folder / "calls.csv"
    if not people.exists():
        write_csv(people, asked.people, asked.seed, TODAY, say=lambda many: _say(f"{many:,} written"))
    if not heard.exists():
        write_calls(heard, asked.people, asked.calls, asked.seed, TODAY)
    reference = PEOPLE_COLUMNS["id"]
    layout = usable(people, read_map(people.with_suffix(".map.yaml")), reference, "known", _say)
    with (folder / "texts").open("w", encoding="utf-8") as texts:
        known = read_known(
            people,
            layout,
            reference,
            on=TODAY,
            processes=asked.processes,
            texts=texts if "pg_trgm" in asked.others else None,
            say=_say,
        )
    known = known.mapped(folder / "snapshot")
    layout = usable(heard, read_map(heard.with_suffix(".map.yaml")), TRUTH_COLUMN, "calls", _say)
    calls = in_order(read_calls(heard, layout, TRUTH_COLUMN, known, on=TODAY, say=_say), asked.seed)
    model = fitted(live_model(len(known)), known, asked.seed)
    model = calibrated(model, known, calls[0::2], asked.seed, _say)
    engine = _Timed(known, model)
    measured = play(engine, calls[1::2], known.person, say=_say)
    ours = measure(measured, halves=False, thresholds=model.certain)
    untaught = play(
        Engine(known, fitted(live_model(len(known)), known, asked.seed)), calls, known.person, say=_say
    )
    untaught_figures = measure(untaught, halves=False, thresholds=expected_thresholds(untaught))
    exact = measure(play(ExactPhoneOrAddress(known), calls, known.person, say=_say))
    as_it_comes = play(Engine(known, live_model(len(known))), calls, known.person, say=_say)
    shipped = measure(as_it_comes, halves=False, thresholds=expected_thresholds(as_it_comes))
    about = {call.person for call in calls[1::2]}
    whose = {number: reference for reference, number in known.numbers.items() if number in about}
    wanted = {*whose.values()}
    persons = {
        name: one
        for one in index(asked.people, seed=asked.seed, today=TODAY)
        if (name := person_reference(one)) in wanted
    }
    asked_about = [persons.get(whose.get(call.person, "")) for call in calls[1::2]]
    tables = {
        "custom of naming": lambda one: str(one.group),
        "double-barrelled": lambda one: "yes" if "-" in one.surname or " " in one.surname else "no",
        "surname changed": lambda one: "yes" if one.former_surname else "no",
        "sex": lambda one: {"1": "male", "2": "female"}[one.sex],
        "age": _age,
    }
    return {
        "ways": {
            "engine": {**ours.figures, "precision": ours.precisions, "best": ours.best},
            "engine fitted to the index alone": {
                **untaught_figures.figures,
                "precision": untaught_figures.precisions,
            },
            "engine with the shipped model": {**shipped.figures, "precision": shipped.precisions},
            "exact_phone_or_address": {**exact.figures, "precision": exact.precisions},
        },
        "engine": {
            "cpu_ms": _percentiles(engine.cpu_ms[-len(measured) :]),
            "candidates": _percentiles(engine.candidates[-len(measured) :]),
            "snapshot_bytes": (folder / "snapshot").stat().st_size,
        },
        "beside": {
            name: _beside(_OTHERS[name](known, model, calls, folder), known, model, calls)
            for name in asked.others.split(",")
            if name
        },
        "together_or_one_by_one": _one_by_one(known, model, calls[:_COMPARED]),
        "certainty": ours.thresholds,
        "groups": {
            name: _table(measured, asked_about, group, ours.thresholds["recall_at_p99"])
            for name, group in tables.items()
        },
    }


_OTHERS: dict[str, Callable[[Known, Model, list[Call], Path], AbstractContextManager[Way]]] = {
    "splink": lambda known, _model, calls, _folder: one_row(known, calls[0::2]),
    "pg_trgm": lambda _known, _model, _calls, folder: trigrams(folder / "texts"),
    "union": lambda known, model, _calls, _folder: union(known, model),
}


def _beside(
    opened: AbstractContextManager[Way], known: Known, model: Model, calls: list[Call]
) -> dict[str, Any]:
    """Another way of finding on the first of the calls, and recognition on the same."""
    with opened as way:
        _say(f"{type(way).__name__}:")
        played = play(way, calls, known.person, say=_say, seconds=_PATIENCE, at_least=100)
    other = measure(played)
    engine = _Timed(known, model)
    ours = measure(play(engine, calls[: len(played)], known.person))
    return {
        "calls": len(played),
        **other.figures,
        "engine": {**ours.figures, "cpu_ms": _percentiles(_measured(engine.cpu_ms, played))},
        "times_as_long": {
            at: round(other.figures["ms"][at] / ours.figures["ms"][at], 1) for at in ("p50", "p95", "p99")
        },
    }


class _Timed(Engine):
    """The engine, and what each lookup took of the processor and looked at."""

    def __init__(self, known: Known, model: Model) -> None:
        super().__init__(known, model)
        self.cpu_ms: list[float] = []
        self.candidates: list[int] = []

    def answer(self, heard: Description) -> Answer:
        start = time.thread_time()
        answer = super().answer(heard)
        self.cpu_ms.append(1000 * (time.thread_time() - start))
        self.candidates.append(len(answer.candidates))
        return answer


def _measured[T](each: list[T], played: Played) -> list[T]:
    """Of what was noted at each answer, also of those before the clock ran, the half that is measured."""
    return each[-len(played) :][1::2]


def _one_by_one(known: Known, model: Model, calls: list[Call]) -> dict[str, Any]:
    """The scoring of the same candidates in both ways, in turn."""
    together, alone, same = [], [], 0
    for call in calls:
        probe = features(call.heard)
        rows = known.snapshot.candidates(probe)
        start = time.thread_time()
        one = rank_rows(probe, known.snapshot.columns, rows, rows.tolist(), model, limit=SHOWN)
        together.append(1000 * (time.thread_time() - start))
        packed = [(row, known.snapshot.columns.packed(row)) for row in rows.tolist()]
        start = time.thread_time()
        other = rank(probe, packed, model, limit=SHOWN)
        alone.append(1000 * (time.thread_time() - start))
        same += one == other
    return {
        "calls": len(calls),
        "same_answer": same,
        "together_cpu_ms": _percentiles(together),
        "one_by_one_cpu_ms": _percentiles(alone),
        "ratio_at_p99": round(float(np.percentile(alone, 99) / np.percentile(together, 99)), 2),
    }


def _percentiles(values: list[float] | list[int]) -> dict[str, float]:
    return {f"p{at}": round(float(np.percentile(values, at)), 3) for at in (50, 95, 99)}


def _age(one: InventedPerson) -> str:
    age = one.age(TODAY)
    return next((f"{least}-{most}" for least, most in AGES if age is not None and least <= age <= most), "?")


def _table(
    played: Played,
    persons: list[InventedPerson | None],
    group: Callable[[InventedPerson], str],
    least: float,
) -> dict[str, Any]:
    groups = np.array([group(one) if one else "" for one in persons])
    table = {}
    for name in sorted(set(groups) - {""}):
        here = groups == name
        calls = int(here.sum())
        first = int((played.right & here).sum())
        found = int((played.right & here & (played.certainty >= least)).sum())
        table[str(name)] = {
            "calls": calls,
            "recall_at_1": round(first / calls, 4),
            "recall_at_p99": round(found / calls, 4),
            "recall_at_p99_interval": _interval(found, calls),
        }
    return table


def _interval(found: int, of: int) -> list[float]:
    """Wilson's interval of a share, 95 in 100."""
    z = 1.96
    share, spread = found / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return [round(middle - half, 4), round(middle + half, 4)]


if __name__ == "__main__":
    main()
