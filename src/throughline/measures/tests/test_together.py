"""The figures of several periods in one reading are those of each by itself."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import duckdb
import ibis
import pytest

from throughline.handover import SHAPES, Shape
from throughline.measures import Measure, Period, measures
from throughline.measures import measure as of_code
from throughline.measures.together import PERIOD, columns_of, readings, shared, tables_of

PERIODS = (
    Period(date(2022, 4, 1), date(2023, 3, 31)),
    Period(date(2023, 4, 1), date(2024, 3, 31)),
    Period(date(2024, 4, 1), date(2025, 3, 31)),
)
#: Of each way of carrying over one: windows, unions, rows of a period beside others, what stood, and all that is shared.
ON_SPARK = {
    "repeat-victims-missed", "delay-by-grade", "evidence-gathered", "high-referred", "suspects-outstanding",
}  # fmt: skip
# of each sort of thing so many
POOL = 60
ROWS = 160
CODES: Mapping[str, tuple[str | None, ...]] = {
    "channel": ("999", "101", "partner"),
    "thrive": ("concern", "none-said", None),
    "part": ("victim", "victim", "suspect"),
    "counter": (None, None, "undecided"),
    "item": ("photographs", "victim-statement"),
    "state": ("done", "left", "not-applicable"),
    "done": ("arrest", "voluntary-attendance", "none"),
    "reviewed": ("agreed", "overturned", None),
    "reason": ("no-offence", "gone"),
    "apart": ("yes", "no", "one-there", None),
    "camera": ("yes", "no"),
    "camera_on": ("all", "no", None),
    "statement_offered": ("yes", "no"),
    "how": ("in-person", "telephone"),
    "relationship": ("partner", "ex-partner", "family", "unknown"),
    "grade": ("high", "medium", "standard"),
    "before": ("high", "standard", None),
    "stage": ("officer", "supervisor"),
    "of_stage": ("officer", None),
    "verdict": ("agreed", "regraded", "returned"),
    "result": ("reached-free", "no-answer"),
    "feels": ("safer", "less-safe", "not-asked", None),
    "role": ("investigator", "hub-reviewer"),
    "source": ("idva", "hub-reviewer"),
    "support": ("she-does-not", "she-supports"),
    "rule": ("known-pair", "place-history"),
}
OF_SHAPES: Mapping[tuple[str, str], tuple[str | None, ...]] = {
    ("handover_duty", "kind"): ("risk-check", "hub-review", "victim-update", "crime-outcome", "idva-referral",
                                "investigation-review", "investigation-plan", "safeguard-accept"),
    ("handover_duty", "outcome"): ("agreed", "regraded", None),
    ("handover_standing", "kind"): ("case", "case", "closed", "joined", "incident", "grade", "grade"),
    ("handover_standing", "code"): ("high", "high", "standard", "case-grade"),
    ("handover_outcome", "code"): ("outcome-1", "outcome-2", "outcome-15", "outcome-16"),
    ("handover_update", "code"): ("told-charge", "told-verdict"),
    ("handover_deployment", "grade"): ("emergency", "priority"),
    ("handover_safety_measure", "kind"): ("locks", "phone"),
}  # fmt: skip
ALIKE = {"other": "person", "victim": "person", "suspect": "person"}
ALIKE |= {f"{one}_record": "record" for one in ("other", "victim", "suspect")}
#: They count active cases, by lists of what keeps one active that changed between two of the periods.
BY_CHANGED_LISTS = {"caseload", "plans-by-grade", "high-referred"}
#: Of these a thing has one row.
ONCE = {
    "call", "deployment", "proposal", "crime", "outcome", "attendance", "action", "assessment", "grading", "look", "duty",
    "ownership", "contact", "plan", "measure", "referral", "investigation", "outstanding",
}  # fmt: skip


def _id(column: str, number: int) -> UUID:
    return UUID(int=(_kind_as_number(ALIKE.get(column, column)) << 64) + number, version=4)


def _kind_as_number(word: str) -> int:
    return int.from_bytes(word.encode()[:7].ljust(7, b"-"))


def _row(rng: random.Random, shape: Shape, number: int) -> list[Any]:
    own = next(iter(shape.columns))
    at = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(5 * 365 * 24 * 60))
    found: list[Any] = []
    # the first instant of a shape is the one that its day is of
    first_instant = True
    for name, kind in shape.columns.items():
        value: Any
        if kind == "uuid":
            unique = name == own and (
                own in ONCE or shape.name in ("handover_incident", "handover_case", "handover_person")
            )
            value = _id(name, number if unique else rng.randrange(POOL))
            if name == "suspect" and rng.random() < 0.1:
                value = None
        elif kind == "date":
            value = at.astimezone(ZoneInfo("Europe/London")).date()
        elif kind.startswith("timestamp"):
            of_day = {"handover_duty": "due_at", "handover_standing": "since"}.get(shape.name)
            exact = name == of_day if of_day else first_instant
            value = at if exact else at + timedelta(minutes=rng.randrange(-2_000, 60_000))
            if not exact and name not in ("opened_at", "entered_at", "decided_at") and rng.random() < 0.3:
                value = None
            first_instant = False
        elif kind == "boolean":
            value = rng.choice((True, True, True, False, None))
            value = bool(value) if name in ("joined", "stands", "hers", "prompted") else value
        elif kind == "int64":
            value = rng.randrange(20)
        else:
            value = rng.choice(OF_SHAPES.get((shape.name, name)) or CODES.get(name) or ("x",))
        found.append(value)
    return found


@pytest.fixture(scope="module")
def given() -> duckdb.DuckDBPyConnection:
    """The tables of a force."""
    rng = random.Random(11)
    engine = duckdb.connect()
    engine.execute("set timezone = 'UTC'")
    for shape in SHAPES:
        engine.execute(shape.empty_on("duckdb"))
        _insert(engine, shape, [_row(rng, shape, at) for at in range(2 * ROWS)])
    return engine


def _insert(engine: duckdb.DuckDBPyConnection, shape: Shape, rows: list[list[Any]]) -> None:
    """All in one statement, which is much quicker than one for each."""
    row = f"({', '.join('?' * len(rows[0]))})"
    engine.execute(
        f'insert into "{shape.name}" values {", ".join([row] * len(rows))}',
        [one for of in rows for one in of],
    )


def _ask(engine: duckdb.DuckDBPyConnection, expression: Any) -> list[dict[str, Any]]:
    answer = engine.execute(ibis.to_sql(expression, dialect="duckdb"))
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _key(row: Mapping[str, Any]) -> str:
    return str(row.get("group"))


@pytest.mark.parametrize("measure", measures(), ids=lambda one: one.code)
def test_each_figure_is_the_one_of_its_period_alone(
    given: duckdb.DuckDBPyConnection, measure: Measure
) -> None:
    told: dict[int, list[dict[str, Any]]] = {}
    for reading in readings(measure, PERIODS):
        for row in _ask(given, reading):
            told.setdefault(row.pop(PERIOD), []).append(row)
    some = 0
    for place, period in enumerate(PERIODS):
        alone = [row for row in _ask(given, measure.figure(period)) if row["rows"]]
        counted = [row for row in told.get(place, []) if row["rows"]]
        assert sorted(counted, key=_key) == sorted(alone, key=_key)
        some += len(alone)
    assert some, "nothing was counted"


def test_periods_are_read_together_where_only_their_days_and_ends_differ() -> None:
    for measure in measures():
        found = readings(measure, PERIODS)
        assert len(found) == (2 if measure.code in BY_CHANGED_LISTS else 1), measure.code


def test_what_stood_is_of_each_period_as_whose_last_instant_it_stood() -> None:
    engine = duckdb.connect()
    shape = next(one for one in SHAPES if one.name == "handover_outstanding_suspect")
    engine.execute(shape.empty_on("duckdb"))
    instant = timedelta(microseconds=1)
    first, second, third = (one.ends_at for one in PERIODS)
    for since, until in (
        (first, second),
        (first, second + instant),
        (first + instant, second),
        (first + instant, None),
        (third + instant, None),
        (first - timedelta(days=7), first + instant),
    ):
        engine.execute(f"insert into {shape.name} values (uuid(), uuid(), 'arrest', ?, ?)", [since, until])
    [reading] = readings(of_code("suspects-outstanding"), PERIODS)
    counted = {(row[PERIOD], row["group"]): row["rows"] for row in _ask(engine, reading)}
    assert counted == {(0, "0"): 2, (0, "7"): 1, (1, "91"): 2, (2, "91"): 1}


def test_what_several_measures_ask_is_asked_once_and_their_figures_stay(
    given: duckdb.DuckDBPyConnection,
) -> None:
    asked = [one for measure in measures() for one in readings(measure, PERIODS[-1:])]
    held, questions = shared(asked)
    assert held
    reads = [one for question in (*held.values(), *questions) for one in tables_of(question) if one in held]
    assert {*reads} == {*held}
    assert any(reads.count(one) > 1 for one in held)
    for name, expression in held.items():
        given.execute(f'create temp table "{name}" as {ibis.to_sql(expression, dialect="duckdb")}')
    changed = [
        pair for pair in zip(asked, questions, strict=True) if any(one in held for one in tables_of(pair[1]))
    ]
    assert len(changed) > 10
    for expression, question in changed:
        assert sorted(map(str, _ask(given, question))) == sorted(map(str, _ask(given, expression)))


def test_of_each_table_the_columns_are_named_that_decide_a_figure() -> None:
    """Also through what is held for several: `serial-perpetrators` asks of connections what its joins are made by."""
    [alone] = readings(of_code("domestic-calls"), PERIODS)
    assert columns_of([alone], {}) == {"handover_call": {"day", "channel", "domestic"}}
    asked = [
        one
        for code in ("serial-perpetrators-acpo", "serial-perpetrators-acpo-by-way")
        for one in readings(of_code(code), PERIODS)
    ]
    held, questions = shared(asked)
    found = columns_of(questions, held)
    assert found["handover_connection"] == {"record", "other_record", "person", "other"}
    assert found["handover_involvement"] == {
        "incident", "day", "domestic", "confirmed", "part", "person", "record",
    }  # fmt: skip
    assert {*held} <= {*found}


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_several_periods_are_counted_on_spark_as_on_duckdb(
    given: duckdb.DuckDBPyConnection, tmp_path: Path, small_spark: Any
) -> None:
    spark = ibis.pyspark.connect(small_spark)
    chosen = [one for one in measures() if one.code in ON_SPARK]
    asked = [one for measure in chosen for one in readings(measure, PERIODS)]
    held, questions = shared(asked)
    read = {name for one in (*held.values(), *questions) for name in tables_of(one)}
    for shape in SHAPES:
        if shape.name not in read:
            continue
        file = tmp_path / f"{shape.name}.parquet"
        given.execute(
            f"""copy (select {shape.without_uuids()} from "{shape.name}") to '{file}' (format parquet)"""
        )
        small_spark.read.parquet(str(file)).createOrReplaceTempView(shape.name)
    for name, expression in held.items():
        small_spark.sql(spark.compile(expression)).createOrReplaceTempView(f"`{name}`")
    counted = set()
    for expression, question in zip(asked, questions, strict=True):
        theirs = [row.asDict() for row in small_spark.sql(spark.compile(question)).collect()]
        assert _nearly(theirs) == _nearly(_ask(given, expression))
        counted |= {row[PERIOD] for row in theirs}
    assert counted == {*range(len(PERIODS))}


def _nearly(rows: list[dict[str, Any]]) -> list[str]:
    """Rows in one order, minutes to a thousandth."""
    return sorted(
        str({name: round(one, 3) if isinstance(one, float) else one for name, one in sorted(row.items())})
        for row in rows
    )


def test_a_day_between_two_periods_is_of_neither() -> None:
    engine = duckdb.connect()
    shape = next(one for one in SHAPES if one.name == "handover_marac_referral")
    engine.execute(shape.empty_on("duckdb"))
    for day in ("2022-05-01", "2023-05-01", "2024-05-01"):
        engine.execute(
            f"insert into \"{shape.name}\" values (uuid(), uuid(), '{day} 12:00:00+00', '{day}', 'idva')"
        )
    measure = next(one for one in measures() if one.code == "marac-referrals-by-source")
    [reading] = readings(measure, (PERIODS[0], PERIODS[2]))
    assert {row[PERIOD]: row["rows"] for row in _ask(engine, reading)} == {0: 1, 1: 1}


def test_periods_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        [*readings(measures()[0], (PERIODS[1], PERIODS[0]))]
