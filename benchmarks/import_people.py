"""How fast an index is brought in: rows a second, beside the same people typed in one by one by command.

    python benchmarks/import_people.py --people 100000 --cut 500 --out benchmarks/results/import_100000.json

It starts a server of its own, migrates it, and works under the importer's login with every guard on.
"""

import argparse
import os
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from scratch import scratch, tell

from throughline.running.logins import IMPORTER
from throughline.synthetic.export import write_csv

TODAY = date(2026, 11, 23)
TENTHS = 10


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--people", type=int, default=100_000)
    arguments.add_argument("--cut", type=int, default=500, help="how many are added one by one")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()

    with scratch() as (folder, _cluster, logins):
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "throughline.website.settings",
            "THROUGHLINE_DATABASE": logins.url_for(IMPORTER),
            "THROUGHLINE_HOME": str(folder),
        }
        file = folder / "people.csv"
        write_csv(file, asked.people, asked.seed, TODAY)
        result = _measure(file, asked)
    tell(result, asked.out)


def _measure(file: Path, asked: argparse.Namespace) -> dict[str, object]:
    import django

    django.setup()
    from django.utils import timezone

    from throughline.casework.people.commands.importing import Source, bring_in
    from throughline.casework.people.models import ImportRun
    from throughline.casework.people.rules import IMPORTER

    began = perf_counter()
    reached = [(0, began)]

    def say(run: ImportRun, lines: int) -> None:
        print(f"{run.rows:,} of {lines:,} {perf_counter() - began:.0f} s", file=sys.stderr)
        if run.rows >= len(reached) * asked.people / TENTHS:
            reached.append((run.rows, perf_counter()))

    run = bring_in(
        by=IMPORTER,
        now=timezone.now(),
        source=Source(file, file.with_suffix(".map.yaml"), "bench"),
        rejects=file.with_suffix(".rejects.csv"),
        say=say,
    )
    seconds = perf_counter() - began
    tenths = [round((to - of) / (end - start)) for (of, start), (to, end) in pairwise(reached)]
    one_by_one = _one_by_one(asked)
    rate = run.added / seconds
    return {
        "what": "rows a second, import against recording.add_record, one by one, on a cut of the same people",
        "people": run.added,
        "rejected": run.rejected,
        "seconds": round(seconds, 1),
        "rows_per_second": round(rate),
        "rows_per_second_by_tenth": tenths,
        "one_by_one_rows": asked.cut,
        "one_by_one_per_second": round(one_by_one, 1),
        "ratio": round(rate / one_by_one, 1),
        "seed": asked.seed,
    }


def _one_by_one(asked: argparse.Namespace) -> float:
    """Rows a second of the command that a form calls, each in its own transaction."""
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.people.commands.recording import NewAddress, NewName, Particulars, add_record
    from throughline.casework.people.rules import IMPORTER
    from throughline.foundations.access.protection import set_actor
    from throughline.synthetic.export import index

    began = perf_counter()
    for person in index(asked.cut, seed=asked.seed, today=TODAY):
        with transaction.atomic():
            set_actor(IMPORTER)
            add_record(
                by=IMPORTER,
                now=timezone.now(),
                name=NewName(forename=person.forename, middle=person.middle, surname=person.surname),
                particulars=Particulars(sex=person.sex, born=person.birth_date),
                phones=tuple(phone.number for phone in person.phones[:2]),
                addresses=tuple(
                    NewAddress(one.house, one.street, one.town, one.postcode) for one in person.addresses[:2]
                ),
            )
    return asked.cut / (perf_counter() - began)


if __name__ == "__main__":
    main()
