"""What a kind of duty is, and when a duty of that kind is due."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from throughline.foundations.clock.rules import Clock, due, parse_clock
from throughline.reference import Row, load

#: Why a duty is on the list of its role: the account that it was with is closed.
OWNER_LEFT: Final = "owner-left"
#: As above: they, or their team, turned out to be party to the matter.
OWNER_SHUT_OUT: Final = "owner-shut-out"


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
    #: On whose list it stands once somebody has been there; None: the same.
    after_visit: str | None
    named_owner: bool
    #: On whose list it stands once the account that it was with is closed; None: what opened it sees to that.
    left_to: str | None
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
        after_visit=row.optional_text("after_visit"),
        named_owner=row.flag("named_owner"),
        left_to=row.optional_text("left_to"),
        minutes=row.number("minutes"),
        volume=row.number("volume"),
        volume_per=row.text("volume_per"),
    )


# --- from one state to the next ----------------------------------------------------------------------


class State(StrEnum):
    """Where a duty stands."""

    OPEN = "open"
    DISCHARGED = "discharged"


class Step(StrEnum):
    """What can be done to one."""

    ADD_CAUSE = "add-cause"
    DISCHARGE = "discharge"


# another cause after it was discharged opens another duty
STEPS: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.OPEN, Step.ADD_CAUSE): State.OPEN,
        (State.OPEN, Step.DISCHARGE): State.DISCHARGED,
        (State.DISCHARGED, Step.DISCHARGE): State.DISCHARGED,
    }
)
TRANSITIONS: Final = MappingProxyType({"duty": STEPS})


# --- load, before a kind is switched on ---------------------------------------------------------------


class Base(StrEnum):
    """What the volume of a kind of duty is counted against."""

    CALLS = "calls about domestic abuse"
    CALLS_SENT = "calls about domestic abuse to which somebody is sent"
    CONTACTS = "contacts about domestic abuse"
    VISITS = "visits about domestic abuse"
    INCIDENTS = "domestic incidents"
    NEW_RECORDS = "new records"
    RECORDS = "records"
    RESTRICTED = "restricted records"
    ACCOUNTS = "accounts"
    COUNTERS = "counters"
    DAYS = "days"


MONTHS_A_YEAR: Final = 12
_VOLUME_PER: Final = re.compile(
    r"(?:(?P<of>[1-9][\d,]*) )?(?P<base>\D+?)(?P<yearly> a year| a month)?", re.ASCII
)
_SINGULAR: Final = {"day": Base.DAYS, "domestic incident": Base.INCIDENTS, "counter": Base.COUNTERS}


def parse_volume(text: str) -> tuple[int, Base, bool]:
    """Reads "1,000 records a year", "domestic incident", "counter a month": of how many of what, and whether
    in a year rather than a month. Raises ValueError for any other text.
    """
    match = _VOLUME_PER.fullmatch(text)
    base = match and (_SINGULAR.get(match["base"]) or (match["base"] in set(Base) and Base(match["base"])))
    if not match or not base:
        raise ValueError(f"not a volume: {text!r}; write how many of one of: {', '.join(Base)}")
    return int((match["of"] or "1").replace(",", "")), base, match["yearly"] == " a year"


@dataclass(frozen=True, slots=True)
class Load:
    """What a kind of duty would bring in a month: how many, and the minutes of work each takes.

    ``opened_by`` is how many there were in fact, by the role that has or had them, which is another than the kind's
    where whoever owns the case does them; None where nobody counted.
    """

    kind: DutyKind
    expected: float
    opened_by: Mapping[str, int] | None = None

    @property
    def opened(self) -> int | None:
        """How many there were in fact, of whatever role."""
        return None if self.opened_by is None else sum(self.opened_by.values())

    @property
    def hours(self) -> float:
        """Hours of work in the month: of what was opened where that is more than was expected."""
        return max(self.expected, self.opened or 0) * self.kind.minutes / 60

    @property
    def hours_of(self) -> dict[str, float]:
        """Those hours by role: of what was opened, whoever had it; of what is expected beyond that, the kind's role."""
        shared = {role: many * self.kind.minutes / 60 for role, many in (self.opened_by or {}).items()}
        rest = self.hours - sum(shared.values())
        return shared | {self.kind.role: shared.get(self.kind.role, 0.0) + rest}


def loads(
    kinds: Iterable[DutyKind],
    month: Mapping[Base, int],
    opened: Mapping[str, Mapping[str, int]] | None = None,
) -> tuple[Load, ...]:
    """The load of each kind in a month of which ``month`` holds the volumes. Every duty is declared with its
    volume and minutes, so that its load is known before it is switched on. ``opened`` counts those there were by kind
    and role.
    """
    return tuple(
        Load(kind, _expected(kind, month), None if opened is None else opened.get(kind.code, {}))
        for kind in kinds
    )


def _expected(kind: DutyKind, month: Mapping[Base, int]) -> float:
    of, base, yearly = parse_volume(kind.volume_per)
    return kind.volume * month.get(base, 0) / of / (MONTHS_A_YEAR if yearly else 1)


def hours_by_role(of: Iterable[Load]) -> dict[str, float]:
    """Hours of work in the month, by the role on whose list the duties stand."""
    hours: dict[str, float] = defaultdict(float)
    for load_ in of:
        for role, each in load_.hours_of.items():
            hours[role] += each
    return dict(hours)


@dataclass(frozen=True, slots=True)
class Budget:
    """The hours a day that a role has for its duties, in the invented force (reference's duty-budgets)."""

    role: str
    hours_a_day: int


def budgets(on: date) -> dict[str, Budget]:
    """The budget of each role on a day in London."""
    return {row.code: Budget(row.code, row.number("hours_a_day")) for row in load("duty-budgets").as_of(on)}
