"""Every measure of many forces, of the folders that they gave."""

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import ibis
import pytest
from click.testing import CliRunner, Result

from throughline.handover import table
from throughline.handover.importing import import_records
from throughline.handover.mapping import read_map
from throughline.handover.reading import ABOUT, read_extract, read_extracts
from throughline.measures import Period, measure
from throughline.statistics.cli import statistics
from throughline.statistics.measuring import figures
from throughline.synthetic.records import write_records

LAST = date(2026, 3, 31)
YEAR = Period(date(2025, 4, 1), LAST)


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the extracts of two forces: one as Parquet, and one as CSV that hands over no crimes."""
    home = tmp_path_factory.mktemp("forces")
    export = home / "export"
    write_records(export, 300, seed=5, year_end=LAST)
    told = read_map(export / "map.yaml")
    forces = home / "forces"
    forces.mkdir()
    import_records(told, sorted(export.glob("*.csv")), forces / "X1", key=bytes(32))
    import_records(told, sorted(export.glob("*.csv")), forces / "X2", key=bytes(32), as_csv=True)
    (forces / "X2" / "handover_crime.csv").unlink()
    return forces


def _count(folder: Path, out: Path, *more: str) -> Result:
    return CliRunner().invoke(
        statistics, ["measures", str(folder), f"--until={LAST}", f"--out={out}", "--threads=1", *more]
    )


@pytest.fixture(scope="module")
def told(handed: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The rows that the command makes, of four years."""
    out = tmp_path_factory.mktemp("out") / "figures.csv"
    result = _count(handed, out, "--years=4")
    assert result.exit_code == 0, result.output
    assert "is counted (2 of 2)" in result.stderr
    with out.open(encoding="utf-8", newline="") as opened:
        return [*csv.DictReader(opened)]


def test_each_force_has_the_figures_that_it_counts_itself(handed: Path, told: list[dict[str, str]]) -> None:
    for force in ("X1", "X2"):
        alone = read_extract(handed / force)
        for code in ("domestic-calls", "repeat-victims-government", "counter-allegations"):
            [*theirs] = alone.run(measure(code).figure(YEAR))
            ours = [
                row
                for row in told
                if (row["measure"], row["force"], row["last"]) == (code, force, LAST.isoformat())
            ]
            assert not any(row["unable"] for row in ours)
            assert [int(row["rows"]) for row in ours] == [row["rows"] for row in theirs]
            assert [int(row["counted"]) for row in ours] == [
                row.get("counted", row["rows"]) for row in theirs
            ]
            for row in ours:
                assert not row["low"] or 0 <= float(row["low"]) <= float(row["high"])
    crimes = {
        row["force"]: row
        for row in told
        if row["measure"] == "arrests-once" and row["last"] == LAST.isoformat()
    }
    assert int(crimes["X1"]["rows"]) > 0
    # what was not handed over is no nought
    assert crimes["X2"]["rows"] == ""
    assert crimes["X2"]["unable"] == "Not handed over: crime."


def test_days_before_the_records_begin_are_no_nought(told: list[dict[str, str]]) -> None:
    first, then, *_rest = [row for row in told if row["measure"] == "domestic-calls"]
    assert (first["last"], first["rows"]) == ("2023-03-31", "")
    assert first["unable"].startswith("The records begin on ")
    # in the year after they begin, and the figure is of its other days
    assert int(then["rows"]) > 0
    assert then["first"] < then["since"] < then["last"]


def test_forces_counted_at_once_have_the_figures_that_each_has_by_itself(handed: Path) -> None:
    said: list[str] = []
    chosen = [
        measure(code) for code in ("repeat-victims-by-way", "delay-by-grade", "delay-by-thrive", "caseload")
    ]
    alone = read_extracts(handed, threads=1)
    at_once = read_extracts(handed, threads=3)
    assert (alone.at_once, at_once.at_once) == (1, 2)
    told = [*figures(at_once, (YEAR,), chosen=chosen, say=said.append)]
    assert told == [*figures(alone, (YEAR,), chosen=chosen)]
    assert any(one.rows for one in told)
    assert {one[:2] for one in said} == {"X1", "X2"}
    assert said[-1].endswith("is counted (2 of 2)")


def test_forces_too_large_to_be_held_at_once_are_counted_one_by_one(handed: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(handed, copied)
    about = json.loads((copied / "X2" / ABOUT).read_text("utf-8"))
    (copied / "X2" / ABOUT).write_text(json.dumps(about | {"rows": 20_000_000}), "utf-8")
    assert read_extracts(copied, threads=8).at_once == 1


def test_columns_that_nobody_asked_for_are_not_held_and_say_so(handed: Path) -> None:
    calls = table("handover_call")
    counted = calls.aggregate(rows=calls.count(), domestic=calls.domestic.sum())
    given = read_extracts(handed, threads=1)
    for seldom in ((), ("handover_call",)):
        for force in given.forces:
            with given.opened(force, {"handover_call": {"domestic"}}, seldom) as tables:
                assert [*tables.run(counted)] == [*read_extract(handed / force).run(counted)]
                # as text it is read into memory all the same
                if not seldom or force == "X2":
                    with pytest.raises(duckdb.InvalidInputException, match="handover_call holds no channel"):
                        tables.run(calls.group_by("channel").aggregate(rows=calls.count()))
                tables.keep("of calls", counted, {"rows"})
                kept = ibis.table(counted.schema(), name="of calls")
                [row] = tables.run(kept.select("rows"))
                assert row["rows"] > 0
                with pytest.raises(duckdb.InvalidInputException, match="of calls holds no domestic"):
                    tables.run(kept)


def test_what_stood_is_told_where_no_table_that_is_read_has_days(handed: Path) -> None:
    given = read_extracts(handed, threads=1)
    assert {one.force for one in figures(given, [YEAR], chosen=[measure("caseload")])} == {"X1", "X2"}


def test_what_fits_nowhere_says_so(handed: Path, tmp_path: Path) -> None:
    result = _count(handed, tmp_path / "figures.csv", "--memory=2MB")
    assert result.exit_code == 1
    assert "fits neither into the memory that may be used nor into 10GB beside it." in result.output
    assert not (tmp_path / "figures.csv").exists()
    nowhere = _count(handed, tmp_path / "absent" / "figures.csv")
    assert "Error: absent is no folder that figures.csv can be written to." in nowhere.output


def test_a_folder_that_cannot_be_read_says_of_which_force(handed: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.csv"
    (empty := tmp_path / "empty").mkdir()
    assert "empty holds no folder of a force." in _count(empty, out).output
    copied = tmp_path / "copied"
    shutil.copytree(handed, copied)
    about = json.loads((copied / "X2" / ABOUT).read_text("utf-8"))
    (copied / "X2" / ABOUT).write_text(json.dumps(about | {"version": "1"}), "utf-8")
    assert "X2: its tables are of version '1', and this reads version" in _count(copied, out).output
    (copied / "X2" / ABOUT).write_text(json.dumps(about), "utf-8")
    (copied / "X1" / "handover_call.parquet").write_bytes(b"no Parquet")
    assert (
        "X1: handover_call does not hold the columns of its shape, or is damaged."
        in _count(copied, out).output
    )
    assert not out.exists()


def test_a_table_that_is_damaged_within_says_which(handed: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(handed, copied)
    damaged = copied / "X1" / "handover_incident.parquet"
    whole = damaged.read_bytes()
    # what says where the columns are stands at its end, and is left as it is
    damaged.write_bytes(whole[:4] + bytes(len(whole) // 2) + whole[4 + len(whole) // 2 :])
    result = _count(copied, tmp_path / "figures.csv")
    assert "X1: handover_incident does not hold the columns of its shape, or is damaged." in result.output
    assert not (tmp_path / "figures.csv").exists()
