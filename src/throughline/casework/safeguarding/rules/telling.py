"""What a victim is promised to be told, by when, and whether she has been."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from throughline.foundations.clock.rules import Clock, due, parse_clock
from throughline.reference import load


@dataclass(frozen=True, slots=True)
class Update:
    """A row of reference's victim-updates: something that she must be told, how soon, and by what it is known."""

    code: str
    label: str
    clock: Clock
    entries: tuple[str, ...]
    codes: tuple[str, ...]
    # she is told before it happens, at a time that somebody names
    before: bool

    def brought_by(self, kind: str, code: str) -> bool:
        """Whether a line of the chronology is this; no codes: whatever its code."""
        return kind in self.entries and (not self.codes or code in self.codes)

    def due_at(self, happened_at: datetime) -> datetime:
        """The last instant at which she is told in time. It runs from what happened, not from its entry."""
        return due(self.clock, happened_at)


@dataclass(frozen=True, slots=True)
class Told:
    """A contact in which she was reached: when, and what she was told, in codes of updates."""

    at: datetime
    updates: frozenset[str]


def updates(on: date) -> tuple[Update, ...]:
    """What victims must be told of what happens on a day in London, as the Code of that day has it."""
    return tuple(
        Update(
            row.code,
            row.label,
            parse_clock(row.text("clock")),
            row.texts("entries"),
            row.texts("codes"),
            row.flag("before"),
        )
        for row in load("victim-updates").as_of(on)
    )


def untold(promised: Mapping[str, datetime], told: Iterable[Told]) -> frozenset[str]:
    """Of what happened last at some instants, by code of update, what she has not been told since.

    Being told of an arrest says nothing of the next one.
    """
    told = tuple(told)
    return frozenset(
        code
        for code, happened_at in promised.items()
        if not any(one.at >= happened_at and code in one.updates for one in told)
    )
