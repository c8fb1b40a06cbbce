"""A file linked in stages that are kept: stopped at any moment, the same command goes on where it was.

The folder holds the records while they are linked, so only its owner may read it. At the end it has ``model.yaml``,
``clusters.csv`` (row, id, cluster) and ``review.csv``, the pairs that a person looks at; the working database goes.
"""

import csv
import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import duckdb

from ..files import FileError
from ..layout import Layout
from ..model import Model, read_model, versioned, write_model
from .levels import compared
from .linking import Settled, chunks, clusters, for_the_file, make_weighed, prepare, settle, weigh_chunk
from .table import count_of, load, opened
from .training import train
from .weighing import Scorer, Scores, levels_query, register_shares

Connection = duckdb.DuckDBPyConnection
Say = Callable[[str], None]

Engine = Literal["duckdb", "spark"]

REVIEW, JOIN = 0.05, 0.95
"""Probability from which a pair is looked at by a person, and from which it is joined without."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What was found: how many records, pairs, persons and pairs to look at, and the time of every stage."""

    records: int
    pairs_compared: int
    clusters: int
    joined_records: int
    to_review: int
    model: str
    stages: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """The same, as ``--json`` prints it."""
        return asdict(self)


def link(
    path: Path,
    layout: Layout,
    out: Path,
    *,
    model: Model,
    trained: bool,
    on: date,
    seed: int,
    join: float = JOIN,
    review: float = REVIEW,
    engine: Engine = "duckdb",
    say: Say,
) -> Linked:
    """Link the records of a CSV among themselves, and write the results into a folder that only its owner reads.

    A model that is not ``trained`` is trained on the file first. With Spark the pairs are weighed there. Raises
    FileError, LayoutError, or EngineError where there is no Spark.
    """
    run = _Run(out, _fingerprint(path, layout, model, on, seed, engine), say)
    try:
        return _linked(run, path, layout, model, trained, on, seed, (review, join), engine)
    finally:
        run.close()


def owners_folder(out: Path) -> Path:
    """The folder, which is made where there is none, and is its owner's to read. Raises FileError."""
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        out.chmod(0o700)
    except OSError as error:
        raise FileError(f"the folder cannot be made: {error.strerror}") from error
    return out


class _Run:
    """The working database, and which stages are done in it."""

    def __init__(self, out: Path, fingerprint: str, say: Say) -> None:
        self.out, self.say = out, say
        owners_folder(out)
        self.path = out / "linking.duckdb"
        self._mask = os.umask(0o077)
        self.con = self._open()
        self.con.execute("create table if not exists stages (name varchar, seconds double)")
        self.con.execute("create table if not exists about (fingerprint varchar)")
        begun = [row[0] for row in self.con.execute("select fingerprint from about").fetchall()]
        if begun and begun != [fingerprint]:
            say("what the folder holds is of another file, map, model or seed: it is begun anew")
            self.con.close()
            self.path.unlink()
            self.con = self._open()
            self.con.execute("create table stages (name varchar, seconds double)")
            self.con.execute("create table about (fingerprint varchar)")
            begun = []
        if not begun:
            self.con.execute("insert into about values (?)", [fingerprint])
        self.done = {name: seconds for name, seconds in self.con.execute("from stages").fetchall()}
        if self.done:
            say(f"{len(self.done):,} stages were done before and are kept")

    def _open(self) -> Connection:
        try:
            return opened(self.path)
        except duckdb.Error:
            raise FileError("the folder is in use by another run, or its working file is damaged") from None

    def stage(self, name: str, work: Callable[[], object]) -> None:
        """Do one stage and note that it is done, unless it is. One that was broken off is done from its beginning,
        for what it makes takes the place of what it made."""
        if name in self.done:
            return
        start = time.perf_counter()
        work()
        seconds = round(time.perf_counter() - start, 2)
        self.con.execute("insert into stages values (?, ?)", [name, seconds])
        self.done[name] = seconds

    def close(self) -> None:
        self.con.close()
        os.umask(self._mask)

    def finish(self) -> None:
        self.con.close()
        for path in (self.path, self.path.with_suffix(".duckdb.wal")):
            with suppress(FileNotFoundError):
                path.unlink()


def _fingerprint(path: Path, layout: Layout, model: Model, on: date, seed: int, engine: Engine) -> str:
    try:
        about = path.stat()
    except OSError as error:
        raise FileError(f"the file cannot be read: {error.strerror}") from error
    every = {**layout.columns, **layout.more}
    columns = {field: (*column.names, column.format) for field, column in every.items()}
    said = [
        str(path.resolve()),
        about.st_size,
        about.st_mtime_ns,
        columns,
        model.version,
        on.isoformat(),
        seed,
        engine,
    ]
    return sha256(json.dumps(said).encode()).hexdigest()


def _linked(
    run: _Run,
    path: Path,
    layout: Layout,
    model: Model,
    trained: bool,
    on: date,
    seed: int,
    thresholds: tuple[float, float],
    engine: Engine,
) -> Linked:
    con, say, out = run.con, run.say, run.out
    run.stage("read", lambda: load(con, path, layout, None, on=on, say=say))
    rows = count_of(con, "records")
    run.stage("block", lambda: prepare(con, rows, say))
    fitted = out / "model.yaml"

    def fit() -> None:
        made = model if trained else train(con, model, seed, say)
        made = replace(
            made, trained={**made.trained, "thresholds": {"review": thresholds[0], "join": thresholds[1]}}
        )
        write_model(made if trained else versioned(made, seed), fitted)
        make_weighed(con)

    run.stage("train", fit)
    model = read_model(str(fitted))
    model = for_the_file(con, model, say if trained else _silent)
    parts = list(chunks(con))
    if any(f"weigh {part}" not in run.done for part in parts):
        scorer = _scorer(engine, con, model)
        for part in parts:
            run.stage(f"weigh {part}", partial(weigh_chunk, con, scorer, model, part))
            say(f"{part + 1} of {len(parts)} parts weighed")
        scorer.close()
    start = time.perf_counter()
    settled = settle(con, model, rows)
    joined = clusters(settled, rows, thresholds[1])
    _write(con, out, joined)
    to_review = _write_review(con, out, settled, joined, thresholds[0])
    stages = {**run.done, "join": round(time.perf_counter() - start, 2)}
    weighing = sum(seconds for name, seconds in stages.items() if name.startswith("weigh"))
    stages = {name: seconds for name, seconds in stages.items() if not name.startswith("weigh")}
    sizes: dict[int, int] = {}
    for one in joined:
        sizes[one] = sizes.get(one, 0) + 1
    pairs = count_of(con, "pairs")
    run.finish()
    return Linked(
        rows,
        pairs,
        len(sizes),
        sum(size for size in sizes.values() if size > 1),
        to_review,
        model.version,
        {**stages, "weigh": round(weighing, 2)},
    )


def _silent(_line: str) -> None:
    """Says nothing: the training has said it."""


def _scorer(engine: Engine, con: Connection, model: Model) -> Scores:
    if engine == "duckdb":
        return Scorer(con, model)
    from .spark import SparkScorer, session

    return SparkScorer(con, model, session())


def _write(con: Connection, out: Path, joined: Sequence[int]) -> None:
    marks = con.execute("select coalesce(mark, '') from records order by rid").fetchall()
    with (out / "clusters.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "id", "cluster"))
        writer.writerows(
            (row, mark, one + 1) for row, ((mark,), one) in enumerate(zip(marks, joined, strict=True), 1)
        )


def _write_review(con: Connection, out: Path, settled: Settled, joined: Sequence[int], review: float) -> int:
    """Pairs between the thresholds, and those beyond them that no cluster took, with every weight; likeliest first."""
    register_shares(con, settled.model)
    keep = settled.between(review, joined)
    con.register("kept", keep)
    con.execute("create or replace temp table to_review as select uid_l, uid_r, rid_l, rid_r, probability, weight,"
                " bits from kept join weighed using (rid_l, rid_r)")  # fmt: skip
    con.unregister("kept")
    fields = ", ".join(f"{one.name}_level as {one.name}, {one.name}_bits" for one in compared(settled.model))
    found = con.execute(f"""
        select rid_l + 1 as row_a, a.mark as id_a, rid_r + 1 as row_b, b.mark as id_b,
               round(probability, 4) as probability, round(weight, 3) as weight,
               round(weight - bits, 3) as household, {fields}
        from to_review join ({levels_query(settled.model, "to_review")}) using (uid_l, uid_r)
        join records a on a.rid = rid_l join records b on b.rid = rid_r order by probability desc, rid_l, rid_r
    """)
    names = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    with (out / "review.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(
            [round(value, 3) if isinstance(value, float) else value for value in row] for row in rows
        )
    return len(rows)
