"""What a kind of duty is, and when a duty of that kind is due."""

from dataclasses import dataclass
from datetime import date, datetime

from throughline.foundations.clock.rules import Clock, due, parse_clock
from throughline.reference import Row, load


@dataclass(frozen=True, slots=True)
class DutyKind:
    """One row of the reference list duty-kinds.

    `role` is the code of the role on whose list it stands; with `named_owner` the subject names the one
    account whose duty it is. `minutes` is the work that one duty takes and `volume` how many arise per
    `volume_per`: assumptions, for simulating the load before a kind is switched on.
    """

    code: str
    label: str
    what: str
    clock: Clock
    role: str
    named_owner: bool
    minutes: int
    volume: int
    volume_per: str

    def due_at(self, opened_at: datetime) -> datetime:
        """The last instant, in UTC, at which a duty opened at an aware instant is discharged in time."""
        return due(self.clock, opened_at)


def duty_kinds(on: date) -> tuple[DutyKind, ...]:
    """The kinds of duty there are on a day in London."""
    return tuple(_from_row(row) for row in load("duty-kinds").as_of(on))


def duty_kind(code: str, *, on: date) -> DutyKind:
    """A kind of duty as it is on a day in London. Raises UnknownCode where there is none."""
    return _from_row(load("duty-kinds").get(code, on=on))


def _from_row(row: Row) -> DutyKind:
    return DutyKind(
        code=row.code,
        label=row.label,
        what=row.text("what"),
        clock=parse_clock(row.text("clock")),
        role=row.text("role"),
        named_owner=row.flag("named_owner"),
        minutes=row.number("minutes"),
        volume=row.number("volume"),
        volume_per=row.text("volume_per"),
    )
