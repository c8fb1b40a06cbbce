"""What a measure is: the rows it counts, and how they become a figure.

A measure says which *rows* it is about, one for each thing that is counted, so that its figure always opens to
them. A flag or value that is not known stays unknown: it is counted as that, and never as no.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import ibis
from ibis import _
from ibis.expr.types import BooleanValue, Table, Value

from throughline.measures.intervals import Limits, Rate, Share, events, fewest, rate, wilson
from throughline.reference import load

#: Which quantiles of minutes are told, by the name of the column.
QUANTILES: Final[Mapping[str, float]] = {"median": 0.5, "ninth_decile": 0.9}


class Kind(StrEnum):
    """How rows become a figure."""

    COUNT = "count"
    """Of all rows, with how far chance alone would move it (`intervals.events`)."""
    SHARE = "share"
    """Of the rows whose ``counted`` is known, how many it is true of, with the interval of chance (`intervals.wilson`)."""
    RATIO = "ratio"
    """How many of another thing, ``counted``, belong to the rows of which that is known; it can be more than rows.
    With the interval of a rate (`intervals.rate`)."""
    DELAY = "delay"
    """The median and the ninth decile of ``minutes``, where they are known, each between two places in their order
    (`intervals.ranks`)."""


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
    it stands under, ``counted_unit`` what a ratio counts. ``standing`` is what stood at one moment, and not what
    happened over days.
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
    standing: bool = False

    def unit_of(self, number: int) -> str:
        """What so many of it are called: "suspects", and of one "suspect"."""
        return one_of(self.unit, number)

    def counted_unit_of(self, number: int) -> str:
        """What so many of what a ratio counts are called."""
        return one_of(self.counted_unit, number)

    @property
    def interval(self) -> str:
        """How its interval is reckoned, what it means and where it does not hold; or why there is none."""
        stood = self.standing and self.kind in (Kind.COUNT, Kind.DELAY)
        return intervals()[_STANDING if stood else _SURE[self.kind]]

    def around(self, counted: int, of: int, *, per: int = 100) -> Share | Rate | Limits | None:
        """The interval of a figure by its kind, a ratio's for each ``per``: none of a time (`in_order` finds that), of what
        stood at one moment, or of nothing known."""
        match self.kind:
            case Kind.SHARE:
                return wilson(counted, of)
            case Kind.RATIO:
                return rate(counted, of, per=per)
            case Kind.COUNT if not self.standing:
                return Limits(*events(counted))
        return None

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
                    # Spark has no count of no rows: its sum of none is unknown
                    "counted": _.count(where=_.counted).fill_null(0),
                    "unknown": _.count(where=_.counted.isnull()).fill_null(0),
                }
            case Kind.RATIO:
                measured |= {
                    "counted": _.counted.sum(),
                    "unknown": _.count(where=_.counted.isnull()).fill_null(0),
                }
            case Kind.DELAY:
                measured |= {"known": _.minutes.count()}
                measured |= {name: _.minutes.quantile(part) for name, part in QUANTILES.items()}
        if "group" not in rows.columns:
            return rows.aggregate(**measured)
        return rows.group_by("group").aggregate(**measured).order_by(ibis.asc("group", nulls_first=False))

    def in_order(self, period: Period, places: Mapping[Any, Collection[int]]) -> Table:
        """The minutes at these places, by group (None where there is one), counted from one in rising order of what is known.

        Columns: ``group`` (where there is one), ``nth`` and ``minutes``.
        """
        known = self.rows(period).filter(_.minutes.notnull())
        by = ["group"] if "group" in known.columns else []
        order = ibis.window(group_by=by, order_by="minutes")
        found = known.mutate(nth=ibis.row_number().over(order) + 1)
        wanted = [
            (_.group.isnull() if group is None else _.group == group) & _.nth.isin(sorted(of))
            if by
            else _.nth.isin(sorted(of))
            for group, of in places.items()
        ]
        return found.filter(ibis.or_(*wanted)).select(*by, "nth", "minutes").order_by(*by, "nth")


#: The words of units that say how many there are, and what they are of one.
_SINGULAR: Final = {
    "arrests": "arrest",
    "arrivals": "arrival",
    "assessments": "assessment",
    "attendances": "attendance",
    "calls": "call",
    "cases": "case",
    "checks": "check",
    "closings": "closing",
    "contacts": "contact",
    "crimes": "crime",
    "decisions": "decision",
    "duties": "duty",
    "entries": "entry",
    "handovers": "handover",
    "incidents": "incident",
    "looks": "look",
    "minutes": "minute",
    "plans": "plan",
    "promises": "promise",
    "proposals": "proposal",
    "referrals": "referral",
    "regrades": "regrade",
    "suspects": "suspect",
    "victims": "victim",
    "visits": "visit",
}


def one_of(unit: str, number: int) -> str:
    """A unit as it is said of a number: "incidents of a pair", and of one "incident of a pair"."""
    if number != 1:
        return unit
    return " ".join(_SINGULAR.get(word, word) for word in unit.split())


_SURE: Final = {
    Kind.COUNT: "Counts",
    Kind.SHARE: "Shares",
    Kind.RATIO: "Ratios",
    Kind.DELAY: "Times",
}
_STANDING: Final = "What stood at one moment"


@cache
def intervals() -> Mapping[str, str]:
    """How the interval of each sort of figure is reckoned, what it means and where it does not hold, in words."""
    means = (
        "All that was recorded is counted, so that the interval is no doubt about the figure. It says how far chance alone "
        "would move it, nineteen times in twenty, with nothing having changed"
    )
    exact = "Byar's method; below ten the exact interval of the Poisson distribution."
    median, decile = (fewest(part) for part in QUANTILES.values())
    return {
        _SURE[
            Kind.COUNT
        ]: f"{means}, if each came independently of the others. What comes in clusters, as several calls "
        f"about one incident do, moves further. {exact}",
        _SURE[
            Kind.SHARE
        ]: f"{means}, if each were so independently of the others. What is not known is left out. Wilson's "
        "interval.",
        _SURE[
            Kind.RATIO
        ]: f"{means}, if each that is counted came independently of the others. Several of one incident come "
        f"together, and move it further. {exact}",
        _SURE[
            Kind.DELAY
        ]: f"{means}, whatever the times are like. Its ends are two of the known times themselves, by their "
        f"place in the order (Thompson, 1936). A median of fewer than {median} known times has no interval, nor has a ninth "
        f"decile of fewer than {decile}. Times that are not known yet are left out, and are mostly the long ones.",
        _STANDING: "Counts and times of what stood at one moment have no interval: one cause then holds up many at once, so "
        "that the chance of single events does not describe them.",
    }


def seconds(at: Value) -> Value:
    """An instant in whole seconds since 1970: some engines hold no more, and all must give one figure."""
    return at.epoch_seconds().floor()


def first_of_each(rows: Table, by: Any, order: Sequence[str]) -> Table:
    """The rows that are the first of what has the same ``by``, in an order."""
    return rows.filter(ibis.row_number().over(ibis.window(group_by=by, order_by=[*order])) == 0)


def within_months(earlier: Value, later: Value, months: int) -> BooleanValue:
    """Whether an instant or a day is less than so many months of the calendar before another; true of one after it.

    Only where the days between leave it open is the calendar asked, over which engines take long.
    """
    if later.type().is_date():
        days = later.epoch_days() - earlier.epoch_days()
        earlier, later = earlier.cast("timestamp"), later.cast("timestamp")
    else:
        days = (seconds(later) - seconds(earlier)) / 86400
    by_calendar = earlier > later - ibis.interval(months=months)
    return ibis.cases((days < 28 * months, True), (days > 31 * months, False), else_=by_calendar)


def words_of(list_name: str, unknown: str) -> Callable[[str | None], str]:
    """The labels of one of reference's lists by code, and a word for none."""
    labels = {row.code: row.label for row in load(list_name).rows}
    return lambda code: labels.get(code, code) if code else unknown
