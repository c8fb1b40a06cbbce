"""Where a reader who is abused, or knows somebody who is, finds help: real numbers, in an edition of invented figures too."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from throughline.reference import Row, load

TITLE: Final = "If this is happening to you"


@dataclass(frozen=True, slots=True)
class Helpline:
    """Whom to ring: by which name, the number as it is read and as it is dialled, for whom."""

    name: str
    number: str
    dial: str
    whom: str


def helplines() -> tuple[Helpline, ...]:
    """The numbers that are not known to have ended: an edition is read long after the days of its figures."""
    return tuple(
        Helpline(row.label, row.text("number"), row.text("dial"), row.text("whom")) for row in _standing()
    )


def how_sure() -> str:
    """Whether somebody has rung the numbers, and when at the latest for all of them."""
    days = [row.optional_day("checked") for row in _standing() if row.verified]
    rung = [day for day in days if day is not None]
    if len(rung) < len(_standing()):
        return "These numbers are real, as the services print them; not each has been rung to check it."
    day: date = min(rung)
    return f"These numbers are real; each was rung on {day.day} {day:%B %Y} or since."


def _standing() -> tuple[Row, ...]:
    return tuple(row for row in load("helplines").rows if row.valid_until is None)
