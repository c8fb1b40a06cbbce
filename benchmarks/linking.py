"""How long a large file is linked, training included, and how well, beside the exact search of the same file.

    python benchmarks/linking.py --records 1000000 --out benchmarks/results/linking_1000000.json

Writes an invented force's index and calls about it, seven records to three, as one file of records; a call is noted down
as callers misremember. The command line links it in a process of its own, as `throughline linkage link` does, and
the clock is of the whole command. Then the clusters are held against who the records really are.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from scratch import tell

from throughline.synthetic.export import (
    CALL_COLUMNS,
    PEOPLE_COLUMNS,
    TRUTH_COLUMN,
    write_calls,
    write_csv,
)

TODAY = date(2026, 11, 26)
FIELDS = (
    "id", "forename", "middle", "surname", "former_surname", "known_as", "full_name", "dob", "age", "sex", "phone",
    "phone_2", "house_number", "street", "town", "postcode", "previous_house_number", "previous_street",
    "previous_postcode", "other_forename", "other_surname",
)  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--records", type=int, default=1_000_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument(
        "--keep", type=Path, help="A folder for the file of records, used again where it is."
    )
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(exist_ok=True)
        records = folder / f"records_{asked.records}_{asked.seed}.csv"
        if not records.exists():
            _write(records, asked.records, asked.seed)
        tell(
            {"records": asked.records, "seed": asked.seed, **_measure(records, Path(scratch), asked.seed)},
            asked.out,
        )


def _write(records: Path, count: int, seed: int) -> None:
    people, calls = records.with_suffix(".people.csv"), records.with_suffix(".calls.csv")
    persons = count * 7 // 10
    write_csv(people, persons, seed, TODAY)
    write_calls(calls, persons, count - persons, seed, TODAY)
    with records.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*FIELDS, TRUTH_COLUMN])
        for path, columns, truth in (
            (people, PEOPLE_COLUMNS, PEOPLE_COLUMNS["id"]),
            (calls, CALL_COLUMNS, TRUTH_COLUMN),
        ):
            writer.writerows(_rows(path, columns, truth))
            path.unlink()
    mapped = {field: {"column": field, "format": "%d/%m/%Y"} if field == "dob" else field for field in FIELDS}
    records.with_suffix(".map.yaml").write_text(json.dumps(mapped), encoding="utf-8")


def _rows(path: Path, columns: dict[str, str], truth: str) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield [*(row.get(columns.get(field, ""), "") for field in FIELDS), row[truth]]


def _measure(records: Path, scratch: Path, seed: int) -> dict[str, Any]:
    begun = time.perf_counter()
    command = [
        sys.executable, "-m", "throughline.cli", "linkage", "link", str(records), "--map",
        str(records.with_suffix(".map.yaml")), "--out", str(scratch / "linked"), "--seed", str(seed), "--json",
    ]  # fmt: skip
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = round(used.ru_utime + used.ru_stime, 1)
    load = round(os.getloadavg()[0], 1)
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": processor,
        "load": load,
        **json.loads(done.stdout),
        **_truth(records, scratch / "linked"),
    }


def _truth(records: Path, linked: Path) -> dict[str, Any]:
    import duckdb

    con = duckdb.connect()
    con.execute(
        "create table told as select (row_number() over ()) - 1 as rid, * from read_csv($1, all_varchar = true)",
        [str(records)],
    )
    con.execute(
        "create table joined as select row - 1 as rid, cluster from read_csv($1)",
        [str(linked / "clusters.csv")],
    )
    pairs = "coalesce(sum(n * (n - 1) / 2), 0)::bigint from (select count(*) as n from"

    def count(query: str) -> int:
        return int(con.execute(f"select {pairs} {query})").fetchall()[0][0])

    both = "told join joined using (rid)"
    exact = "(select *, house_number || '|' || coalesce(street, postcode) as home from told)"
    right = count(f"{both} where {TRUTH_COLUMN} <> '' group by cluster, {TRUTH_COLUMN}")
    taken, true = (
        count("joined group by cluster"),
        count(f"told where {TRUTH_COLUMN} <> '' group by {TRUTH_COLUMN}"),
    )

    def either(extra: str) -> int:
        phone = count(f"{exact} where phone <> '' group by phone{extra}")
        home = count(f"{exact} where home <> '' group by home{extra}")
        return phone + home - count(f"{exact} where phone <> '' and home <> '' group by phone, home{extra}")

    found, hit = either(""), either(f", {TRUTH_COLUMN}")
    return {
        "true_pairs": true,
        "engine": {"precision": round(right / taken, 4), "recall": round(right / true, 4)},
        "exact_phone_or_address": {"precision": round(hit / found, 4), "recall": round(hit / true, 4)},
    }


if __name__ == "__main__":
    main()
