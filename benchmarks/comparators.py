"""Other ways of finding a person, beside which recognition is measured on the same known persons and calls.

Each is set up as its own documentation would have it, on one plain row for each record: the first name, telephone and
place that is known. What Splink learns, it learns without the truth; candidates of the sixteen rules are weighed by our
own weights, so that what differs is how they are found.
"""

import contextlib
import logging
import math
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, LiteralString

import duckdb
import psycopg
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from throughline.linkage.cleaning import outcode
from throughline.linkage.description import Description
from throughline.linkage.features import Features, features
from throughline.linkage.known import Known
from throughline.linkage.model import Model
from throughline.linkage.names import readings
from throughline.linkage.phonetics import sound
from throughline.linkage.replay import SHOWN, Answer, Call
from throughline.linkage.scoring import rank
from throughline.running.cluster import SUPERUSER, Cluster

NOBODY = Answer(-1, -math.inf, ())
COLUMNS = (
    "forename", "surname", "forename_sound", "surname_sound", "born", "year", "phone", "postcode", "outcode", "house",
    "street",
)  # fmt: skip


def plain_row(one: Features) -> tuple[str | None, ...]:
    """What is known of a record or said in a call, in the order of COLUMNS; None where nothing is."""
    reading = readings(one.names[0])[0] if one.names else None
    forename = reading.given[0] if reading and reading.given else ""
    surname = "".join(reading.family) if reading else ""
    place = one.places[0] if one.places else None
    postcode = place.postcode if place else ""
    year = one.born[:4] or (str((one.born_from + one.born_to) // 2) if one.born_from else "")
    said = (
        forename,
        surname,
        sound(forename) if forename else "",
        sound(surname) if surname else "",
        one.born,
        year,
        one.phones[0] if one.phones else "",
        postcode,
        outcode(postcode) if postcode else "",
        place.number if place else "",
        place.street if place else "",
    )
    return tuple(value or None for value in said)


# -- sixteen rules by UNION --------------------------------------------------------------------------------

RULES: tuple[tuple[LiteralString, ...], ...] = (
    ("phone",),
    ("forename", "surname", "year"),
    ("forename_sound", "surname_sound", "year"),
    ("forename", "surname", "outcode"),
    ("forename_sound", "surname_sound", "outcode"),
    ("forename", "born"),
    ("surname", "born"),
    ("forename_sound", "born"),
    ("surname_sound", "born"),
    ("born", "outcode"),
    ("forename", "postcode"),
    ("surname", "postcode"),
    ("forename_sound", "postcode"),
    ("surname_sound", "postcode"),
    ("house", "postcode"),
    ("house", "street"),
)


class Union:
    """Records that equal the call in all columns of any of the rules, weighed by our weights."""

    def __init__(self, connection: psycopg.Connection, model: Model) -> None:
        self._connection, self._model = connection, model
        self._query: LiteralString = " union ".join(
            "select row, packed from known where "
            + " and ".join(f"{column} = %({column})s::text" for column in rule)
            for rule in RULES
        )

    def answer(self, heard: Description) -> Answer:
        """The likeliest of them."""
        probe = features(heard)
        asked = dict(zip(COLUMNS, plain_row(probe), strict=True))
        found = self._connection.execute(self._query, asked, prepare=True, binary=True).fetchall()
        ranked = rank(probe, found, self._model, limit=SHOWN)
        if not ranked:
            return NOBODY
        return Answer(ranked[0].rid, ranked[0].certainty, [row for row, _ in found])


@contextlib.contextmanager
def union(known: Known, model: Model) -> Iterator[Union]:
    """A PostgreSQL server of its own with the known and a btree for each rule, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="throughline-rules-"))
    cluster = Cluster(folder.with_name(folder.name + "-database"), fast=True)
    try:
        cluster.start()
        with psycopg.connect(cluster.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            columns = ", ".join(f"{name} text" for name in COLUMNS)
            connection.execute(f"create unlogged table known (row integer, packed bytea, {columns})")
            with connection.cursor() as cursor, cursor.copy("copy known from stdin") as copy:
                for row in range(len(known)):
                    packed = known.snapshot.columns.packed(row)
                    copy.write_row((row, packed, *plain_row(known.snapshot.features(row))))
            connection.execute("set maintenance_work_mem = '512MB'")
            for rule in RULES:
                connection.execute(f"create index on known ({', '.join(rule)})")
            connection.execute("analyze known")
            yield Union(connection, model)
    finally:
        cluster.erase()
        shutil.rmtree(folder, ignore_errors=True)


# -- Splink, one row at a time -----------------------------------------------------------------------------

_BLOCKED_ON = (
    ("phone",), ("forename", "born"), ("surname", "born"), ("forename", "surname"), ("postcode", "forename"),
    ("postcode", "surname"), ("postcode", "house"), ("born", "outcode"),
)  # fmt: skip
_LEARNT_ON = (("forename", "born"), ("surname", "born"), ("postcode", "forename"))


class OneRow:
    """Splink's `predict_between` of the known and a table of one call."""

    def __init__(
        self, database: duckdb.DuckDBPyConnection, known: Known, calibration: Sequence[Call]
    ) -> None:
        logging.getLogger("splink").setLevel(logging.ERROR)
        self._database, self._asked = database, 0
        _fill(database, "known", (known.snapshot.features(row) for row in range(len(known))))
        _fill(database, "heard", (features(call.heard) for call in calibration))
        self._api = DuckDBAPI(database)
        self._known = self._api.register("known", dataset_display_name="known")
        heard = self._api.register("heard", dataset_display_name="heard")
        settings = SettingsCreator(
            link_type="link_only",
            comparisons=[
                cl.NameComparison("forename").configure(term_frequency_adjustments=True),
                cl.NameComparison("surname").configure(term_frequency_adjustments=True),
                cl.DamerauLevenshteinAtThresholds("born", [1, 2]),
                cl.ExactMatch("phone"),
                cl.LevenshteinAtThresholds("postcode", [1]).configure(term_frequency_adjustments=True),
                cl.ExactMatch("house"),
                cl.JaroWinklerAtThresholds("street", [0.9]),
            ],
            blocking_rules_to_generate_predictions=[block_on(*rule) for rule in _BLOCKED_ON],
        )
        self._linker = Linker([self._known, heard], settings, validate_settings=False, log_level=None)
        training = self._linker.training
        training.estimate_probability_two_random_records_match(
            [block_on("phone"), block_on("forename", "surname", "born")], recall=0.7
        )
        training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
        for rule in _LEARNT_ON:
            training.estimate_parameters_using_expectation_maximisation(block_on(*rule))

    def answer(self, heard: Description) -> Answer:
        """The record of the greatest match weight."""
        self._asked += 1
        name = f"call_{self._asked}"
        _fill(self._database, name, [features(heard)])
        call = self._api.register(name, dataset_display_name=name)
        scored = self._linker.inference.predict_between(self._known, call, warning_mode="never")
        found = self._database.execute(
            "select case when source_dataset_l = 'known' then unique_id_l else unique_id_r end as row, match_weight"
            f" from {scored.physical_name} order by match_weight desc, row"
        ).fetchall()
        scored.drop_table_from_database_and_remove_from_cache()
        return Answer(found[0][0], found[0][1], [row for row, _ in found]) if found else NOBODY


def _fill(database: duckdb.DuckDBPyConnection, name: str, rows: Any) -> None:
    lines = [plain_row(one) for one in rows]
    columns: dict[str, Any] = {"unique_id": pa.array(range(len(lines)), pa.int64())}
    for place, column in enumerate(COLUMNS):
        columns[column] = pa.array([line[place] for line in lines], pa.string())
    table = pa.table(columns)
    database.register("lines", table)
    database.execute(f"create table {name} as select * from lines")
    database.unregister("lines")


@contextlib.contextmanager
def one_row(known: Known, calibration: Sequence[Call]) -> Iterator[OneRow]:
    """Splink on DuckDB in memory, trained on the known and the calls that calibrate."""
    database = duckdb.connect()
    try:
        yield OneRow(database, known, calibration)
    finally:
        database.close()
