"""Every measure of many forces and years, of the tables of handover that they gave."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from ibis import _
from ibis.expr.types import Table

from throughline.handover.reading import Extracts
from throughline.measures import QUANTILES, Kind, Measure, Period, measures
from throughline.measures.together import (
    FORCE,
    PERIOD,
    Reading,
    columns_of,
    readings,
    shared,
    tables_of,
    with_force,
)
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


def figures(
    given: Extracts,
    periods: Sequence[Period],
    *,
    chosen: Sequence[Measure] = (),
    say: Callable[[str], None] = lambda _said: None,
    at_once: int = 30_000_000,
) -> Iterator[Told]:
    """Every measure (or those ``chosen``) of every force over every period, in that order.

    A measure that reads a shape which a force did not hand over is not told of it, nor is one of days before the force's
    records begin: neither is nought. ``say`` is told what is counted next. Of the forces so many are counted together as
    handed over about ``at_once`` rows, or one; what several measures ask is asked once for them.
    """
    listed = chosen or measures()
    asked = [(measure, reading) for measure in listed for reading in readings(measure, periods)]
    reads: dict[str, frozenset[str]] = {}
    for measure, reading in asked:
        reads[measure.code] = reads.get(measure.code, frozenset()) | tables_of(reading.expression)
    told_apart = {measure.code for measure, one in asked if "group" in one.expression.columns}
    held, questions = shared([reading.expression for _measure, reading in asked])
    first_days = _first_days(frozenset[str]().union(*reads.values()))
    columns = columns_of([*questions, *first_days.values()], held)
    asking = Counter(name for one in (*questions, *held.values()) for name in tables_of(one))
    seldom = {name for name in with_force() if asking[name] <= _SELDOM}
    begins: dict[int, dict[str, date]] = {}
    lines: dict[tuple[str, int, int], list[Mapping[str, Any]]] = {}
    done = 0
    for numbers in _together(given.sizes, at_once):
        done += len(numbers)
        of_forces = f"{', '.join(given.forces[number] for number in numbers)} ({done} of {len(given.forces)})"
        say(f"{of_forces}: their tables are read")
        given.hold(numbers, columns, seldom)
        for name, first_day in first_days.items():
            for row in given.run(first_day):
                begins.setdefault(row[FORCE], {})[name] = row["first"]
        say(f"{of_forces}: what several measures ask")
        for name, expression in held.items():
            given.keep(name, expression, columns[name])
        counted = ""
        for (measure, reading), question in zip(asked, questions, strict=True):
            if measure.code != counted:
                counted = measure.code
                say(f"{of_forces}: {listed.index(measure) + 1} of {len(listed)}: {measure.label}")
            for row in given.run(question):
                lines.setdefault((counted, row[FORCE], _place(reading, row, periods)), []).append(row)
    for measure in listed:
        for number, force in enumerate(given.forces):
            for place, period in enumerate(periods):
                head = (measure.code, str(measure.kind), force, period.first, period.last)
                days = (day for name, day in begins.get(number, {}).items() if name in reads[measure.code])
                since = min(days, default=None)
                if why := _unable(reads[measure.code] & given.without[force], since, period):
                    yield Told(*head, unable=why)
                    continue
                if since and since <= period.first:
                    since = None
                found = lines.get((measure.code, number, place), [])
                for row in sorted(found, key=lambda one: (one.get("group") is None, str(one.get("group")))):
                    yield replace(_told(head, measure, row), since=since)
                if not found and measure.code not in told_apart:
                    yield replace(_told(head, measure, _NOUGHT), since=since)


def _together(sizes: Sequence[int], at_once: int) -> Iterator[list[int]]:
    """The places of sizes in their order, so many together as are not more than ``at_once``, or one."""
    numbers: list[int] = []
    for number, size in enumerate(sizes):
        if numbers and sum(sizes[one] for one in numbers) + size > at_once:
            yield numbers
            numbers = []
        numbers.append(number)
    if numbers:
        yield numbers


def _place(reading: Reading, row: Mapping[str, Any], periods: Sequence[Period]) -> int:
    return int(row[PERIOD]) if reading.period is None else periods.index(reading.period)


def _first_days(names: Collection[str]) -> dict[str, Table]:
    """Of each shape of these that has days, what gives the first by the number of the force."""
    return {
        name: shape.group_by(FORCE).aggregate(first=_.day.min())
        for name, shape in with_force().items()
        if name in names and "day" in shape.columns
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
