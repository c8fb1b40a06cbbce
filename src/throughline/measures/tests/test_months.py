"""Within so many months: by days where they decide it, always as the calendar has it."""

import duckdb
import ibis
import pytest

from throughline.measures.rules import within_months


@pytest.mark.parametrize("kind", ["date", "timestamp('UTC')"])
@pytest.mark.parametrize("months", [1, 6, 12])
def test_days_never_decide_otherwise_than_the_calendar(kind: str, months: int) -> None:
    engine = duckdb.connect()
    engine.execute("set timezone = 'UTC'")
    # each day of five years with a leap day among them, and one after it to more days before it than the months have
    engine.execute(f"""
        create table pairs as
        select later::{"date" if kind == "date" else "timestamptz"} as later, days,
          (later - to_days(days::int))::{"date" if kind == "date" else "timestamptz"} as earlier
        from range(timestamp '2021-01-01', timestamp '2026-01-01', interval 1 day) l(later), range(-2, {32 * months}) d(days)
    """)
    pairs = ibis.table({"later": kind, "earlier": kind, "days": "int64"}, name="pairs")
    ours = within_months(pairs.earlier, pairs.later, months)
    plain = pairs.earlier.cast("timestamp") > pairs.later.cast("timestamp") - ibis.interval(months=months)
    found = pairs.mutate(ours=ours, plain=plain).aggregate(
        wrong=lambda one: one.count(where=one.ours != one.plain),
        within=lambda one: one.count(where=one.ours),
        rows=lambda one: one.count(),
    )
    [(wrong, within, rows)] = engine.execute(str(ibis.to_sql(found, dialect="duckdb"))).fetchall()
    assert wrong == 0
    assert 0 < within < rows
