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
    # she is told whatever she chose: it bears on her safety, or a right of hers lapses
    always: bool
    # it comes of how often she chose to hear, and of nothing that happened
    chosen: bool

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
            row.flag("always"),
            row.flag("chosen"),
        )
        for row in load("victim-updates").as_of(on)
    )


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often she chose to hear, a row of reference's update-rhythms: of each step, and how long after she last heard."""

    code: str
    steps: bool
    clock: Clock | None

    def tells(self, update: Update) -> bool:
        """Whether she is told of something by itself; what bears on her safety she is told whatever she chose."""
        return self.steps or update.always or update.before or update.chosen

    def hears_by(self, last: datetime) -> datetime | None:
        """The last instant at which she hears again in time, after she last heard or chose; None: only of what happens."""
        return due(self.clock, last) if self.clock else None


def rhythm(code: str, on: date) -> Rhythm:
    """A choice of how often, as reference has it on a day in London."""
    row = load("update-rhythms").get(code, on=on)
    clock = row.optional_text("clock")
    return Rhythm(row.code, row.flag("steps"), parse_clock(clock) if clock else None)


def comes_up(hears_by: datetime, update: Update) -> datetime:
    """When it comes onto a list that she is to hear by an instant: so long before as the clock of the update says."""
    return hears_by - (update.due_at(hears_by) - hears_by)


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
