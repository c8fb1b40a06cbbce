"""The force's own method of counting calls, which is handed over with the numbers that it made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from throughline.handover.shapes import METHOD
from throughline.reference import Row, load

FORCE, DEFAULT = "force", "default"


@dataclass(frozen=True, slots=True)
class Method:
    """How calls were counted on the days from ``first`` to ``last``, both included."""

    first: date
    last: date
    channels: tuple[str, ...]
    each_call: bool
    words: str
    source: str
    verified: bool
    of_the_force: bool

    def row(self) -> dict[str, object]:
        """The method as it is handed over, of the shape `METHOD`."""
        return dict(
            zip(
                METHOD.columns,
                (
                    "calls",
                    self.first,
                    self.last,
                    "; ".join(self.channels),
                    self.each_call,
                    self.words,
                    self.source,
                    self.verified,
                    self.of_the_force,
                ),
                strict=True,
            )
        )


def call_methods(first: date, last: date) -> tuple[Method, ...]:
    """The methods that held over a period, in their order: the force's own where it has said one, else the default.

    A day on which none held is of no method, and its calls are not counted.
    """
    rows = load("call-counting").rows
    # the days on which what holds may change
    turns = {first}
    for row in rows:
        turns |= {row.valid_from, *([row.valid_until + timedelta(days=1)] if row.valid_until else [])}
    starts = sorted(day for day in turns if first <= day <= last)
    found: list[tuple[Row, date, date]] = []
    for start, following in zip(starts, [*starts[1:], last + timedelta(days=1)], strict=True):
        holding = _holds(rows, start)
        if holding is None:
            continue
        if found and found[-1][0] is holding:
            found[-1] = (holding, found[-1][1], following - timedelta(days=1))
        else:
            found.append((holding, start, following - timedelta(days=1)))
    return tuple(
        Method(
            start,
            end,
            row.texts("channels"),
            row.flag("each_call"),
            row.text("method"),
            row.source,
            row.verified,
            row.code == FORCE,
        )
        for row, start, end in found
    )


def _holds(rows: Iterable[Row], day: date) -> Row | None:
    holding = {row.code: row for row in rows if row.holds(day)}
    return holding.get(FORCE) or holding.get(DEFAULT)
