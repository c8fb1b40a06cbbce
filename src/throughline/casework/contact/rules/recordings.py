"""Until when a recording is held, and where it stands as evidence (report chapter 2, system 15)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from throughline.foundations.clock.rules import due, london_day, parse_clock
from throughline.reference import UnknownCode, load


class Standing(StrEnum):
    """Where the recording of a call stands."""

    NOT_ASKED = "not-asked"
    REQUESTED = "requested"
    EXHIBITED = "exhibited"
    NOT_HELD = "not-held"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Rule:
    """The force's rule for one channel, as it was on the day of the call."""

    held_for: str
    warn_before: str
    verified: bool


def rule_for(channel: str, on: date) -> Rule | None:
    """The rule for calls of a channel on a day; None for a channel of which nothing is recorded."""
    try:
        row = load("recording-retention").get(channel, on=on)
    except UnknownCode:
        return None
    return Rule(row.text("held_for"), row.text("warn_before"), row.verified)


def held_until(channel: str, received_at: datetime) -> datetime | None:
    """Until when the recording of a call is held where nobody keeps it; None where none is made."""
    rule = rule_for(channel, london_day(received_at))
    return due(parse_clock(rule.held_for), received_at) if rule else None


def standing(*, asked: bool, exhibit: str, not_held: str, until: datetime, at: datetime) -> Standing:
    """Where a recording stands: what was answered before what was asked, and its time only where nobody asked."""
    if exhibit:
        return Standing.EXHIBITED
    if not_held:
        return Standing.NOT_HELD
    if asked:
        return Standing.REQUESTED
    return Standing.LAPSED if until < at else Standing.NOT_ASKED
