"""Front counters: how many are open how long, and which leaflets must be looked at or replaced."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Open:
    """A counter, from which day until which (the day after its last; None: still)."""

    id: UUID
    opened_on: date
    closed_on: date | None = None

    def on(self, day: date) -> bool:
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of one day of the week, while they hold; ``closes`` at 00:00 is the end of the day."""

    counter: UUID
    opens: time
    closes: time
    valid_from: date
    valid_until: date | None = None

    def on(self, day: date) -> bool:
        """Whether they hold on a day; ``valid_until`` is the last day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    @property
    def minutes(self) -> int:
        """How long the counter is open by them."""
        opens, closes = (one.hour * 60 + one.minute for one in (self.opens, self.closes))
        return (closes or 24 * 60) - opens


@dataclass(frozen=True, slots=True)
class YearEnd:
    """Counters open on a day and their hours a week; the changes are against the first day of the series."""

    day: date
    counters: int
    weekly_hours: Decimal
    counters_change: Decimal | None
    hours_change: Decimal | None


def series(counters: Iterable[Open], hours: Iterable[Hours], days: Iterable[date]) -> list[YearEnd]:
    """Counters and weekly hours as they stood on each of some days, with the change since the first, in per cent.

    HMIC, "Increasingly everyone's business" (2015), chapter 1: 881 counters became 691 between 2012/13 and
    2014/15, and hours fell by 15 per cent. Only hours of a counter that is itself open are counted.
    """
    counters, hours = list(counters), list(hours)
    rows: list[YearEnd] = []
    for day in days:
        there = {one.id for one in counters if one.on(day)}
        minutes = sum(one.minutes for one in hours if one.counter in there and one.on(day))
        weekly = Decimal(minutes) / 60
        first = rows[0] if rows else None
        rows.append(
            YearEnd(
                day,
                len(there),
                weekly,
                _change(Decimal(len(there)), Decimal(first.counters)) if first else None,
                _change(weekly, first.weekly_hours) if first else None,
            )
        )
    return rows


def _change(now: Decimal, then: Decimal) -> Decimal | None:
    """In per cent, to one decimal; None where there was nothing to compare with."""
    return ((now - then) * 100 / then).quantize(Decimal("0.1")) if then else None


def year_ends(first: date, today: date) -> list[date]:
    """The last days of the years to 31 March, as HMIC counted them, that are over, and today."""
    ends = [date(year, 3, 31) for year in range(first.year, today.year + 1)]
    return [*(end for end in ends if first <= end < today), today]
