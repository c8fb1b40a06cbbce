"""Serial perpetrators: by which definition somebody has had two victims who are unconnected to each other."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from uuid import UUID

from throughline.foundations.clock.rules import london_day, months_after
from throughline.reference import Row, load


@dataclass(frozen=True, slots=True)
class Serial:
    """How somebody stands to one definition on a day: of how many victims, and whether two are unconnected."""

    definition: Row
    victims: int
    is_serial: bool
    first_day: date | None


def serial_definitions(on: date) -> tuple[Row, ...]:
    """The definitions in use on a day in London, rows of reference's serial-definitions."""
    return tuple(load("serial-definitions").as_of(on))


def serial(
    definition: Row,
    against: Iterable[tuple[datetime, UUID]],
    connected: Collection[frozenset[UUID]],
    on: date,
) -> Serial:
    """Of when somebody was a suspect against whom: whether two of them are unconnected, by one definition on a day.

    ``connected`` are the two of each connection.
    """
    months = definition.number("months")
    # as a period of repeat victims: whole months that end with the day
    after = months_after(on, -months) if months else None
    victims = {
        victim for at, victim in against if london_day(at) <= on and (after is None or london_day(at) > after)
    }
    apart = any(frozenset(two) not in connected for two in combinations(sorted(victims), 2))
    return Serial(definition, len(victims), apart, after)
