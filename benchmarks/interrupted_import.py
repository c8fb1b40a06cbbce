"""Kill an import of many people half-way, go on, and count what became of every row.

    python benchmarks/interrupted_import.py --people 1000000 --out benchmarks/results/interrupted_import.json

The file holds some rows that must not land, one row twice, and one that contradicts another. The command is
killed with ``kill -9`` at four tenths of the file and the database server at seven; the same command must go
on, land every row once, name every reject, and change nothing when it is run again.
"""

import argparse
import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psutil
import psycopg
from scratch import SOURCE, scratch, tell

from throughline.running.cluster import SUPERUSER, Cluster
from throughline.running.logins import IMPORTER
from throughline.synthetic.export import write_csv

TODAY = date(2026, 11, 23)
# one row in so many has a column too many
SPOILT = 9_973
TABLES = (
    "record", "identity", "identitylink", "name", "phone", "address", "household", "member", "marker",
    "features", "key", "sourcerow", "importrun",
)  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--people", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()
    with scratch() as (folder, cluster, logins):
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "throughline.website.settings",
            "PYTHONPATH": str(SOURCE),
            "THROUGHLINE_DATABASE": logins.url_for(IMPORTER),
            "THROUGHLINE_HOME": str(folder),
        }
        file = folder / "people.csv"
        write_csv(file, asked.people, asked.seed, TODAY)
        expected = _spoil(file)
        result = _interrupt(cluster, file, asked.people, expected)
    tell(result | {"seed": asked.seed}, asked.out)


def _spoil(file: Path) -> list[tuple[str, str, str]]:
    """Spoil rows here and there; the rejects that must come of it. Line 1 holds the names of columns."""
    whole = file.rename(file.with_suffix(".whole.csv"))
    expected, early = [], []
    with (
        whole.open(encoding="utf-8", newline="") as read,
        file.open("w", encoding="utf-8", newline="") as out,
    ):
        write = csv.writer(out, lineterminator="\n").writerow
        for line, row in enumerate(csv.reader(read), start=1):
            if line % SPOILT == 0:
                expected.append(
                    (str(line), "row", f"has {len(row) + 1} columns, the first line has {len(row)}")
                )
                row.append("")
            elif line in {2, 3}:
                early.append(row)
            write(row)
        write(early[0])
        write([*early[1][:3], "Somebodyelse", *early[1][4:]])
    whole.unlink()
    return [*expected, (str(line + 2), "id", "contradicts line 3")]


def _interrupt(
    cluster: Cluster, file: Path, people: int, expected: list[tuple[str, str, str]]
) -> dict[str, object]:
    url = cluster.url(SUPERUSER, "bench")
    rejects = file.with_name("rejects.csv")
    command = [
        sys.executable, "-m", "throughline.cli", "people", "import", str(file),
        "--map", str(file.with_suffix(".map.yaml")), "--rejects", str(rejects),
    ]  # fmt: skip
    began = time.perf_counter()

    killed_at = _killed(command, url, people * 4 // 10, lambda: None)
    went_on_from = _rows(url)

    server = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    server_killed_at = _killed(command, url, people * 7 // 10, lambda: os.kill(server, signal.SIGKILL))
    start = time.perf_counter()
    cluster.start()
    recovery = time.perf_counter() - start
    kept = _rows(url)

    subprocess.run(command, check=True)
    seconds = time.perf_counter() - began
    before = _standing(url)
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {
        "what": "an import killed with kill -9, its server killed, gone on with, and done again",
        "people": people,
        "killed_at_row": killed_at,
        "went_on_from_row": went_on_from,
        "server_killed_at_row": server_killed_at,
        "rows_kept_by_the_server": kept,
        "recovery_seconds": round(recovery, 1),
        "seconds": round(seconds, 1),
        "records": before["record"][0],
        "records_right": before["record"][0] == people - len(expected) + 1,
        "batches_in_the_log_meet": _batches_meet(url),
        "rejects": len(expected),
        "rejects_right": _read(rejects) == expected,
        "again_changes_nothing": _standing(url) == before,
        "again_says": said.splitlines()[0],
    }


def _killed(command: list[str], url: str, row: int, first: Callable[[], object]) -> int:
    """Start the command and kill it once it is past a row; how many rows it had landed."""
    worker = subprocess.Popen(command)
    children: list[psutil.Process] = []
    while (rows := _rows(url)) < row:
        if worker.poll() is not None:
            raise SystemExit("The import ended before it was killed")
        children = psutil.Process(worker.pid).children(recursive=True) or children
        time.sleep(0.3)
    first()
    worker.kill()
    worker.wait()
    if psutil.wait_procs(children, timeout=30)[1]:
        raise SystemExit("A killed import left processes behind")
    return rows


def _rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("select rows from people_importrun").fetchone()
    return found[0] if found else 0


def _standing(url: str) -> dict[str, tuple[int, int]]:
    """How many rows each table has, and a sum over their contents."""
    with psycopg.connect(url) as connection:
        return {
            table: connection.execute(
                f"select count(*), sum(hashtext(t::text)::bigint) from people_{table} t"
            ).fetchone()
            for table in TABLES
        }


def _batches_meet(url: str) -> bool:
    """Whether the log's batches follow on each other: none twice, none left out."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select (detail -> 'lines' ->> 0)::bigint, (detail -> 'lines' ->> 1)::bigint"
            " from audit_event where detail ? 'lines' order by 1"
        ).fetchall()
        [(last,)] = connection.execute("select rows + 1 from people_importrun").fetchall()
    ends = [1, *(end for _, end in found)]
    return [first for first, _ in found] == [end + 1 for end in ends[:-1]] and ends[-1] == last


def _read(rejects: Path) -> list[tuple[str, ...]]:
    with rejects.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


if __name__ == "__main__":
    main()
