"""Spark weighs by the same settings as DuckDB: every condition written out, and a sample of pairs weighed by both."""

import csv
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from throughline.linkage.batch.levels import functions
from throughline.linkage.batch.linking import prepare
from throughline.linkage.batch.spark import SparkScorer, spark_settings_of, written_out
from throughline.linkage.batch.table import load, opened
from throughline.linkage.batch.weighing import Scorer, weigh
from throughline.linkage.layout import layout_of
from throughline.linkage.model import load_model

MODEL = load_model("batch")
ROWS = (
    ("Joanne Marie", "Whitmoor", "1988-11-03", "07700 900123", "14", "Alma Road", "Leeds", "LS6 2AB", "Craig", "Dunn"),
    ("Jo", "Whitmore", "1988-03-11", "07700 900124", "14", "Almer Road", "Leeds", "LS6 2AB", "Craig", "Dunne"),
    ("Marie", "Smith-Whitmoor", "1988-11-04", "", "41", "Alma Road", "Leads", "LS6 2AD", "", "Dunn"),
    ("Mohammed Ali", "Khan", "1991-01-01", "01632 960123", "2", "Mill Lane", "York", "YO1 7AA", "Aisha", "Khan"),
    ("Ali", "Khan", "1991-01-01", "01632 960123", "Flat 2, 14", "Mill Lane", "York", "YO1 7AA", "", ""),
    ("Khan", "Muhammad", "1990-05-06", "07700 900123", "", "Fox Place", "York", "YO1", "Ayesha", "Begum"),
    ("", "Kowalski", "", "07700 900999", "", "", "Leeds", "", "Anna", "Kowalska"),
    ("Anna", "Kowalska", "1979-07-21", "07700 900999", "3", "Fox Place", "Leeds", "LS6 2AD", "", "Kowalski"),
)  # fmt: skip
FIELDS = (
    "forename", "surname", "dob", "phone", "house_number", "street", "town", "postcode", "other_forename",
    "other_surname",
)  # fmt: skip


def test_no_function_of_ours_is_left_in_sparks_settings() -> None:
    text = str(spark_settings_of(MODEL))

    ours = {name for name, _, _ in functions()} | {"likeness", "edits", "digits_off", "share_any"}
    assert not [name for name in ours if f"{name}(" in text]
    assert "lambda" not in text
    assert written_out("phones_end_alike(one, two)").count("->") == 2


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_spark_weighs_pairs_as_duckdb_does(tmp_path: Path, small_spark: Any) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows((FIELDS, *ROWS))
    con = opened()
    layout = layout_of({field: field for field in FIELDS})
    load(con, path, layout, None, on=date(2026, 11, 26), say=lambda _: None)
    prepare(con, len(ROWS), lambda _: None)
    con.execute("create temp table pairs_now (rid_l bigint, rid_r bigint)")
    con.executemany("insert into pairs_now values (?, ?)", list(combinations(range(len(ROWS)), 2)))

    def weighed(scorer: Scorer | SparkScorer) -> dict[tuple[int, int], float]:
        weigh(con, scorer, MODEL, least=-1000)
        scorer.close()
        found = con.execute("select rid_l, rid_r, bits from weighed_now").fetchall()
        return {(left, right): bits for left, right, bits in found}

    on_duckdb = weighed(Scorer(con, MODEL))
    on_spark = weighed(SparkScorer(con, MODEL, small_spark))

    assert len(on_duckdb) == len(ROWS) * (len(ROWS) - 1) // 2
    assert on_spark == pytest.approx(on_duckdb, abs=0.001)
