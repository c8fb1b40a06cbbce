"""A victim's right to have a decision of the police reviewed (Police Victims' Right to Review)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from throughline.foundations.clock.rules import months_after
from throughline.reference import load

ACKNOWLEDGE_DUTY, DECIDE_DUTY = "vrr-acknowledge", "vrr-decide"
#: What reference's outcome-codes says of an outcome that the right is about.
COVERED: Final = "yes"


class VictimReview(StrEnum):
    """Where a review stands that she asked for."""

    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    NOT_COVERED = "not-covered"


class Step(StrEnum):
    """What can be done to one."""

    ACKNOWLEDGE = "acknowledge"
    UPHOLD = "uphold"
    OVERTURN = "overturn"


#: What is still to be done about.
OPEN: Final = (VictimReview.ASKED, VictimReview.ACKNOWLEDGED)
VICTIM_REVIEW_STEPS: Final[Mapping[tuple[VictimReview, Step], VictimReview]] = MappingProxyType(
    {
        (VictimReview.ASKED, Step.ACKNOWLEDGE): VictimReview.ACKNOWLEDGED,
        (VictimReview.ASKED, Step.UPHOLD): VictimReview.UPHELD,
        (VictimReview.ASKED, Step.OVERTURN): VictimReview.OVERTURNED,
        (VictimReview.ACKNOWLEDGED, Step.UPHOLD): VictimReview.UPHELD,
        (VictimReview.ACKNOWLEDGED, Step.OVERTURN): VictimReview.OVERTURNED,
    }
)


def not_covered(right: str, *, decided_on: date, interviewed: bool | None, some_charged: bool) -> str:
    """Why a decision of a day is none that the police review for her, as a code of review-exclusions; empty: it is.

    ``right`` is what outcome-codes says of it. Where nobody said whether the suspect was interviewed, she has the right:
    what is unknown is not held against her.
    """
    if decided_on < _scheme_begins():
        return "before-scheme"
    if right != COVERED:
        return right
    if interviewed is False:
        return "not-interviewed"
    return "some-charged" if some_charged else ""


def until(decided_on: date) -> date:
    """The last day on which she can ask for a review of what was decided on a day."""
    return months_after(decided_on, _months(decided_on))


def _months(on: date) -> int:
    rows = load("review-right").rows
    row = next((row for row in rows if row.holds(on)), rows[0])
    return row.number("months")


def _scheme_begins() -> date:
    return min(row.valid_from for row in load("review-right").rows)
