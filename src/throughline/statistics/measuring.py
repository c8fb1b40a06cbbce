"""Every measure of many forces and years, of the tables of handover that they gave."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from ibis import _
from ibis.expr.types import Table

from throughline.handover import SHAPES, table
from throughline.handover.reading import Extracts
from throughline.measures import QUANTILES, Kind, Measure, Period, measures
from throughline.measures.together import PERIOD, columns_of, readings, shared, tables_of
from throughline.statistics.returns import year_to


@dataclass(frozen=True, slots=True)
class Told:
    """A figure of a force over a period, or why there is none in ``unable``; ``low`` and ``high`` as `Measure.interval` says."""

    measure: str
    kind: str
    force: str
    first: date
    last: date
    group: str | None = None
    rows: int | None = None
    counted: int | None = None
    unknown: int | None = None
    low: float | None = None
    high: float | None = None
    median: float | None = None
    ninth_decile: float | None = None
    #: the first day of which there are records, where that is within the period
    since: date | None = None
    unable: str = ""


#: What so many ask at most is read again each time: it takes no longer than to hold it, and less memory.
_SELDOM: Final = 4
_NOUGHT: Mapping[str, Any] = {
    **dict.fromkeys(("rows", "counted", "unknown", "known"), 0),
    **dict.fromkeys(QUANTILES),
}


def years_to(last: date, years: int) -> tuple[Period, ...]:
    """So many years of twelve months that follow each other, the last of which ends with a day."""
    found = [year_to(last)]
    while len(found) < years:
        found.append(year_to(found[-1].first - timedelta(days=1)))
    return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of each force: what several measures ask, to be held by its name; then what each asks of itself."""

    held: Mapping[str, Table]
    questions: Sequence[tuple[Measure, Table]]
    first_days: Mapping[str, Table]
    columns: Mapping[str, Collection[str]]
    #: shapes that are read where they lie
    seldom: Collection[str]


@dataclass(frozen=True, slots=True)
class _Counted:
    """The rows of a force by measure and place of the period, and the first day of each shape that has any."""

    lines: Mapping[tuple[str, int], Sequence[Mapping[str, Any]]]
    begins: Mapping[str, date]


def figures(
    given: Extracts,
    periods: Sequence[Period],
    *,
    chosen: Sequence[Measure] = (),
    say: Callable[[str], None] = lambda _said: None,
) -> Iterator[Told]:
    """Every measure (or those ``chosen``) of every force over every period, in that order.

    A measure that reads a shape which a force did not hand over is not told of it, nor is one of days before the force's
    records begin: neither is nought. ``say`` is told of each force that is counted. What several measures ask of one is asked
    once.
    """
    listed = chosen or measures()
    asked = [(measure, reading) for measure in listed for reading in readings(measure, periods)]
    reads: dict[str, frozenset[str]] = {}
    for measure, reading in asked:
        reads[measure.code] = reads.get(measure.code, frozenset()) | tables_of(reading)
    told_apart = {measure.code for measure, reading in asked if "group" in reading.columns}
    counted = _of_each_force(given, _what_to_ask(asked), say)
    for measure in listed:
        for force in given.forces:
            for place, period in enumerate(periods):
                head = (measure.code, str(measure.kind), force, period.first, period.last)
                days = (day for name, day in counted[force].begins.items() if name in reads[measure.code])
                since = min(days, default=None)
                if why := _unable(reads[measure.code] & given.without[force], since, period):
                    yield Told(*head, unable=why)
                    continue
                if since and since <= period.first:
                    since = None
                found = counted[force].lines.get((measure.code, place), [])
                for row in sorted(found, key=lambda one: (one.get("group") is None, str(one.get("group")))):
                    yield replace(_told(head, measure, row), since=since)
                if not found and measure.code not in told_apart:
                    yield replace(_told(head, measure, _NOUGHT), since=since)


def _what_to_ask(asked: Sequence[tuple[Measure, Table]]) -> _Asked:
    held, questions = shared([reading for _measure, reading in asked])
    first_days = _first_days(frozenset[str]().union(*(tables_of(reading) for _measure, reading in asked)))
    asking = Counter(name for one in (*questions, *held.values()) for name in tables_of(one))
    return _Asked(
        held,
        [(measure, question) for (measure, _reading), question in zip(asked, questions, strict=True)],
        first_days,
        columns_of([*questions, *first_days.values()], held),
        {shape.name for shape in SHAPES if asking[shape.name] <= _SELDOM},
    )


def _of_each_force(given: Extracts, asked: _Asked, say: Callable[[str], None]) -> dict[str, _Counted]:
    """What each counted, the largest first, so that none is left at the end to be counted alone."""
    found: dict[str, _Counted] = {}
    with ThreadPoolExecutor(given.at_once) as pool:
        asking = {
            pool.submit(_of_one_force, given, force, asked): force
            for force in sorted(given.forces, key=lambda one: -given.sizes[one])
        }
        try:
            for done in as_completed(asking):
                force = asking[done]
                found[force] = done.result()
                say(f"{force} is counted ({len(found)} of {len(asking)})")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return found


def _of_one_force(given: Extracts, force: str, asked: _Asked) -> _Counted:
    lines: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    with given.opened(force, asked.columns, asked.seldom) as tables:
        begins = {name: tables.run(one)[0]["first"] for name, one in asked.first_days.items()}
        for name, expression in asked.held.items():
            tables.keep(name, expression, asked.columns[name])
        for measure, question in asked.questions:
            for row in tables.run(question):
                # of no rows there is one of all the same, where they are told apart by nothing
                if row["rows"]:
                    lines.setdefault((measure.code, int(row[PERIOD])), []).append(row)
    return _Counted(lines, {name: day for name, day in begins.items() if day})


def _first_days(names: Collection[str]) -> dict[str, Table]:
    """Of each shape of these that has days, what gives the first."""
    return {
        shape.name: table(shape.name).aggregate(first=_.day.min())
        for shape in SHAPES
        if shape.name in names and "day" in shape.columns
    }


def _unable(lacking: frozenset[str], since: date | None, period: Period) -> str:
    if lacking:
        names = ", ".join(sorted(name.removeprefix("handover_").replace("_", " ") for name in lacking))
        return f"Not handed over: {names}."
    if since and period.last < since:
        return f"The records begin on {since:%-d %B %Y}."
    return ""


def _told(head: tuple[str, str, str, date, date], measure: Measure, row: Mapping[str, Any]) -> Told:
    group, rows = row.get("group"), int(row["rows"])
    if measure.kind is Kind.DELAY:
        median, ninth_decile = (
            None if row[name] is None else round(float(row[name]), 3) for name in ("median", "ninth_decile")
        )
        unknown = rows - int(row["known"])
        return Told(*head, group, rows, unknown=unknown, median=median, ninth_decile=ninth_decile)
    counted = rows if measure.kind is Kind.COUNT else int(row["counted"] or 0)
    unknown = 0 if measure.kind is Kind.COUNT else int(row["unknown"])
    around = measure.around(counted, rows - unknown, per=1)
    low, high = (around.low, around.high) if around else (None, None)
    return Told(*head, group, rows, counted, unknown, low, high)
