"""Whom a search for the same number or address would have missed: as every call compared with every other says."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

import duckdb
import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.handover import SHAPES
from throughline.measures.contact import missed_by_exact_match, repeat_victims
from throughline.measures.rules import Period

PERIOD = Period(date(2026, 3, 1), date(2026, 3, 31))
BEGAN = datetime(2025, 1, 10, 8, tzinfo=UTC)
DEFINITION = {"months": 12, "needed": 2, "same_perpetrator": False, "crimes_only": False}


class Call(NamedTuple):
    """A call about an incident, so many hours after the first that could be; each second incident is of one victim."""

    incident: int
    hours: int
    number: int | None
    place: int | None

    @property
    def at(self) -> datetime:
        return BEGAN + timedelta(hours=self.hours)

    @property
    def victim(self) -> int:
        return self.incident % 2


def as_told(call: Call, last_day: date, calls: list[Call]) -> bool:
    """Whether the same number or place rang before within the year, about something else."""
    return call.at.date() == last_day and any(
        one.incident != call.incident
        and call.at.replace(year=call.at.year - 1) < one.at < call.at
        and ((one.number and one.number == call.number) or (one.place and one.place == call.place))
        for one in calls
    )


# more than a year before the period, less, and three in it
_DAYS = (45, 100, 416, 420, 421)
_CALLS = st.lists(
    st.builds(
        Call,
        incident=st.integers(0, 3),
        # on few days, so that several calls are of one; distinct, so that of two calls one is the earlier
        hours=st.builds(lambda day, hour: day * 24 + hour, st.sampled_from(_DAYS), st.integers(0, 11)),
        number=st.none() | st.integers(1, 4),
        place=st.none() | st.integers(1, 8),
    ),
    min_size=3,
    max_size=8,
    unique_by=lambda call: call.hours,
)


@cache
def _sql(measured: Callable[..., ibis.Table]) -> str:
    chosen = measured(PERIOD, **DEFINITION).select("person", "last_day", "counted")
    return str(ibis.to_sql(chosen, dialect="duckdb"))


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """Both tables, empty."""
    with duckdb.connect() as opened:
        opened.execute("set timezone = 'UTC'")
        for shape in SHAPES:
            opened.execute(shape.empty_on("duckdb"))
        yield opened


def fill(engine: duckdb.DuckDBPyConnection, calls: list[Call]) -> None:
    """The calls, and who each incident of them was against, in the place of what was there."""
    engine.execute("delete from handover_call; delete from handover_involvement")
    for n, call in enumerate(calls):
        told = [UUID(int=n), call.at, call.at.date(), UUID(int=100 + call.incident), call.number, call.place]
        engine.execute(
            'insert into handover_call (call, "at", day, incident, number, place, domestic)'
            " values (?, ?, ?, ?, ?, ?, true)",
            told,
        )
    for incident in {call.incident for call in calls}:
        # the day of an incident may be another than that of the first call about it
        told_of = max(call.at for call in calls if call.incident == incident)
        engine.execute(
            'insert into handover_involvement (incident, day, "at", domestic, person, part, confirmed)'
            " values (?, ?, ?, true, ?, 'victim', true)",
            [UUID(int=100 + incident), told_of.date(), told_of, UUID(int=incident % 2)],
        )


@given(_CALLS)
@settings(max_examples=200, deadline=None)
def test_one_pass_over_the_calls_says_what_comparing_each_with_each_says(
    engine: duckdb.DuckDBPyConnection, calls: list[Call]
) -> None:
    fill(engine, calls)

    def ask(measured: Callable[..., ibis.Table]) -> dict[UUID, tuple[date, bool]]:
        rows = engine.execute(_sql(measured)).fetchall()
        return {person: (last_day, counted) for person, last_day, counted in rows}

    repeats = {person: day for person, (day, counted) in ask(repeat_victims).items() if counted}
    assert ask(missed_by_exact_match) == {
        person: (day, not any(as_told(one, day, calls) for one in calls if one.victim == person.int))
        for person, day in repeats.items()
    }
