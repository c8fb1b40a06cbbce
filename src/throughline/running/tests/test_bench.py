"""`linkage bench`: a call is asked of the engine and of the page alike, and a whole run prints its one object."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from throughline.linkage.description import Name, Place
from throughline.running.bench import _percentiles, described, misremembered, typed
from throughline.synthetic.misremembering import Heard

SOURCE = Path(__file__).parents[3]
TODAY = date(2026, 11, 23)


def test_nothing_heard_is_lost_on_the_way_to_the_engine_or_to_the_page() -> None:
    heard = Heard(
        forename="Jo", surname="Whitmoor", age=31, phone="07700900123", house="14", street="Alma Rd",
        town="Quarnley", postcode="ZT1 4LX", other_forename="Craig", other_surname="Marsh",
    )  # fmt: skip
    engine = described(heard, TODAY)
    assert engine.names == (Name(forename="Jo", surname="Whitmoor"),)
    assert (engine.born_from, engine.born_to) == (1994, 1995)
    assert engine.places == (Place("14", "Alma Rd", "Quarnley", "ZT1 4LX"),)
    assert engine.phones == ("07700900123",)
    assert engine.others == (Name(forename="Craig", surname="Marsh"),)
    page = typed(heard)
    assert (page["forename"], page["surname"], page["age"]) == ("Jo", "Whitmoor", "31")
    assert (page["other"], page["number"], page["postcode"]) == ("Craig Marsh", "14", "ZT1 4LX")


def test_what_was_not_heard_is_not_asked() -> None:
    engine = described(Heard(full_name="Jo Whitmoor", birth_date=date(1995, 3, 8)), TODAY)
    assert engine.names == (Name(full="Jo Whitmoor"),)
    assert engine.born == date(1995, 3, 8)
    assert (engine.born_from, engine.phones, engine.places, engine.others) == (None, (), (), ())
    page = typed(Heard(full_name="Jo Whitmoor", birth_date=date(1995, 3, 8)))
    assert {name: value for name, value in page.items() if value} == {
        "who": "Jo Whitmoor",
        "born_day": "8",
        "born_month": "3",
        "born_year": "1995",
    }


def test_the_same_seed_gives_the_same_calls() -> None:
    first, again = (misremembered(50, 30, seed=7, today=TODAY) for _ in range(2))
    assert first == again != misremembered(50, 30, seed=8, today=TODAY)
    assert len(first) == 30


def test_percentiles_of_a_hundred_and_one_times() -> None:
    assert _percentiles([float(n) for n in range(101)]) == {"p50": 50.0, "p95": 95.0, "p99": 99.0}


def bench(tmp_path: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "throughline.cli", "linkage", "bench", *arguments],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(tmp_path), **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_whole_run_prints_one_object_and_leaves_nothing(tmp_path: Path) -> None:
    ran = bench(tmp_path, "--people=300", "--lookups=20", "--json")
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found.keys() >= {"people", "lookups", "engine_ms", "http_ms", "recall_at_1"}
    assert (found["people"], found["lookups"]) == (300, 20)
    for times in (found["engine_ms"], found["engine_first_ms"], found["http_ms"]):
        assert 0 < times["p50"] <= times["p95"] <= times["p99"]
    assert found["engine_ms"]["p50"] < found["http_ms"]["p50"]
    assert 1 < found["http_cpu_ms"] < 1000
    of_processor = found["engine_cpu_ms"]
    assert 0 < of_processor["python"]["p50"] <= found["engine_ms"]["p99"]
    assert (
        of_processor["database"] is None or 0 < of_processor["database"]["p50"] <= found["engine_ms"]["p99"]
    )
    assert 0.7 <= found["recall_at_1"] <= 1
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    ran = bench(tmp_path, "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:1/force")
    assert ran.returncode != 0
    assert ran.stdout == ""
    assert "The database does not answer" in ran.stderr
    assert "Traceback" not in ran.stderr
