"""What a measure is: the rows it counts, and how they become a figure.

A measure says which *rows* it is about, one for each thing that is counted, so that its figure always opens to
them. A flag or value that is not known stays unknown: it is counted as that, and never as no.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import ibis
from ibis import _
from ibis.expr.types import Table, Value

from throughline.reference import load


class Kind(StrEnum):
    """How rows become a figure."""

    COUNT = "count"
    """Of all rows."""
    SHARE = "share"
    """Of the rows whose ``counted`` is known, how many it is true of, with the interval of chance (`intervals.wilson`)."""
    RATIO = "ratio"
    """How many of another thing, ``counted``, belong to the rows of which that is known; it can be more than rows."""
    DELAY = "delay"
    """The median and the ninth decile of ``minutes``, where they are known."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days in London, both included. Raises ValueError where it ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("until: is before the first day")

    @property
    def ends_at(self) -> datetime:
        """The last microsecond of the last day."""
        return datetime.combine(self.last, time.max, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)

    def with_months_before(self, months: int) -> "Period":
        """These days and at least so many months before them."""
        return Period(self.first - timedelta(days=31 * months), self.last)

    def surely_within(self, at: Value) -> Value:
        """Whether an instant is of these days or of one beside them, wherever the day begins.

        Asked besides the day itself, so that a database finds the rows by an index of instants.
        """
        begins = datetime.combine(self.first, time(), tzinfo=UTC) - timedelta(days=1)
        ends = datetime.combine(self.last, time(), tzinfo=UTC) + timedelta(days=2)
        return at.between(ibis.literal(begins), ibis.literal(ends))


@dataclass(frozen=True, slots=True)
class Measure:
    """One counting rule.

    ``rows`` gives, for a period, one row for each thing counted: ``call``, ``incident``, ``case`` or ``person``,
    what its kind asks for, and a ``group`` where it is told apart. ``parameters`` are the dated data that it was made
    with, ``method`` says how the force itself counted in a period, where forces differ. ``part`` is the heading that
    it stands under, ``counted_unit`` what a ratio counts.
    """

    code: str
    label: str
    kind: Kind
    unit: str
    definition: str
    source: str
    rows: Callable[[Period], Table]
    caveat: str = ""
    groups: Callable[[str | None], str] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    method: Callable[[Period], str] | None = None
    part: str = "First contact"
    counted_unit: str = ""

    def counted_how(self, period: Period) -> str:
        """The definition with the method that goes with the number of a period."""
        return f"{self.definition} {self.method(period)}" if self.method else self.definition

    def figure(self, period: Period) -> Table:
        """The figure over a period: a row for each group, or one.

        Columns: ``group`` (where there is one), ``rows`` (all), and by kind ``counted`` with ``unknown``, or
        ``known``, ``median`` and ``ninth_decile`` in minutes.
        """
        rows = self.rows(period)
        measured = {"rows": _.count()}
        match self.kind:
            case Kind.SHARE:
                measured |= {
                    "counted": _.count(where=_.counted),
                    "unknown": _.count(where=_.counted.isnull()),
                }
            case Kind.RATIO:
                measured |= {
                    "counted": _.counted.sum(),
                    "unknown": _.count(where=_.counted.isnull()),
                }
            case Kind.DELAY:
                measured |= {
                    "known": _.minutes.count(),
                    "median": _.minutes.quantile(0.5),
                    "ninth_decile": _.minutes.quantile(0.9),
                }
        if "group" not in rows.columns:
            return rows.aggregate(**measured)
        return rows.group_by("group").aggregate(**measured).order_by(ibis.asc("group", nulls_first=False))


def words_of(list_name: str, unknown: str) -> Callable[[str | None], str]:
    """The labels of one of reference's lists by code, and a word for none."""
    labels = {row.code: row.label for row in load(list_name).rows}
    return lambda code: labels.get(code, code) if code else unknown
