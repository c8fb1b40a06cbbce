"""Every measure of many forces and years, of the tables of handover that they gave."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from ibis import _

from throughline.handover.reading import Extracts
from throughline.measures import QUANTILES, Kind, Measure, Period, measures
from throughline.measures.together import FORCE, PERIOD, Reading, readings, tables_of, with_force
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
) -> Iterator[Told]:
    """Every measure (or those ``chosen``) of every force over every period, in that order.

    A measure that reads a shape which a force did not hand over is not told of it, nor is one of days before the force's
    records begin: neither is nought. ``say`` is told what is counted next.
    """
    begins = _begins(given)
    listed = chosen or measures()
    for at, measure in enumerate(listed, start=1):
        say(f"{at} of {len(listed)}: {measure.label}")
        lines: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
        reads: frozenset[str] = frozenset()
        told_apart = False
        for reading in readings(measure, periods):
            reads |= tables_of(reading.expression)
            told_apart |= "group" in reading.expression.columns
            for row in given.run(reading.expression):
                lines.setdefault((row[FORCE], _place(reading, row, periods)), []).append(row)
        for number, force in enumerate(given.forces):
            for place, period in enumerate(periods):
                head = (measure.code, str(measure.kind), force, period.first, period.last)
                since = min(
                    (day for name, day in begins.get(number, {}).items() if name in reads), default=None
                )
                if why := _unable(reads & given.without[force], since, period):
                    yield Told(*head, unable=why)
                    continue
                if since and since <= period.first:
                    since = None
                found = lines.get((number, place), [])
                for row in sorted(found, key=lambda one: (one.get("group") is None, str(one.get("group")))):
                    yield replace(_told(head, measure, row), since=since)
                if not found and not told_apart:
                    yield replace(_told(head, measure, _NOUGHT), since=since)


def _place(reading: Reading, row: Mapping[str, Any], periods: Sequence[Period]) -> int:
    return int(row[PERIOD]) if reading.period is None else periods.index(reading.period)


def _begins(given: Extracts) -> dict[int, dict[str, date]]:
    """The first day of each shape that has days, by the number of the force."""
    found: dict[int, dict[str, date]] = {}
    for name, shape in with_force().items():
        if "day" in shape.columns:
            for row in given.run(shape.group_by(FORCE).aggregate(first=_.day.min())):
                found.setdefault(row[FORCE], {})[name] = row["first"]
    return found


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
