"""A group of cases with one plan: its lines, and on whose list each stands."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from throughline.foundations.access.rules import Role

# the reason under which several of one family or community are held together, and the marker that goes with it
HONOUR_BASED: Final = "group-honour-based"
HONOUR_MARKER: Final = "honour-based"

# whom a line of the plan can name; its duty stands on the list of their role
PLAN_ROLES: Final = (Role.OFFICER, Role.SERGEANT, Role.INSPECTOR, Role.HUB)
PLAN_DUTY: Final = "group-plan"
LONGEST_LINE: Final = 1_000


class LineState(StrEnum):
    """Where a line of a plan stands."""

    STANDING = "standing"
    CHANGED = "changed"
    ENDED = "ended"


class LineStep(StrEnum):
    """What becomes of one. A changed line stays to be read; its next version stands in its place."""

    CHANGE = "change"
    END = "end"


PLAN_STEPS: Final[Mapping[tuple[LineState, LineStep], LineState]] = MappingProxyType(
    {
        (LineState.STANDING, LineStep.CHANGE): LineState.CHANGED,
        (LineState.STANDING, LineStep.END): LineState.ENDED,
    }
)
CHANGED: Final = "changed"


def line_state(ended_as: str) -> LineState:
    """Where a line stands, by the code of reference's plan-line-endings that it ended with; empty: it stands."""
    if not ended_as:
        return LineState.STANDING
    return LineState.CHANGED if ended_as == CHANGED else LineState.ENDED
