"""What holds of the pages that compose rooms, whatever the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from throughline.foundations.access.rules import Role

#: Looks that follow each other this closely are one reading: going from a page and back hides nothing that is new.
SAME_READING: Final = timedelta(minutes=30)
#: What one officer has to do and another can do as well, so that it need not wait for them to be on duty.
ONES_OWN_WORK: Final = (
    "risk-returned",
    "action-returned",
    "child-find-out",
    "victim-update",
    "chosen-update",
    "safety-measure",
    "referral-answer",
    "idva-referral",
    "idva-returned",
    "marac-referral",
    "marac-send",
    "adviser-note",
)
#: What comes in such numbers that it is told once, with how many there are.
TOLD_TOGETHER: Final = ("intelligence-request",)
#: Whose work a sergeant or an inspector may give to somebody else of the role.
GIVEN_ON: Final = frozenset({Role.OFFICER})


@dataclass(frozen=True, slots=True)
class Looked:
    """An earlier look at a case: when, and the last entry of its chronology that was written by then."""

    at: datetime
    entry: int


def last_reading(looks: Iterable[Looked], now: datetime) -> Looked | None:
    """The latest of some looks, newest first, that is not of the reading that goes on; None for a first reading."""
    later = now
    for look in looks:
        if later - look.at > SAME_READING:
            return look
        later = look.at
    return None
