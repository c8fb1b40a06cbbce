"""How the reasons for and against one person add up, as a drawing: where each bar begins and ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from throughline.linkage.explaining import Explanation, Step, steps

# so narrow that the words can be read on a telephone, where a drawing is as wide as the screen
WIDTH = 360
# left of the bars stand the weights
_LEFT = 50
_RIGHT = WIDTH - 6
_ROW = 42
_HEAD = 22
_THINNEST = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One reason: its words stand at ``y`` above a bar from ``x`` on, which goes on below from ``end``."""

    step: Step
    y: int
    x: float
    width: float
    end: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The bars from above to below, beginning at ``start``; at ``even`` it is as likely as not."""

    bars: tuple[Bar, ...]
    start: float
    even: float
    total: float
    width: int
    height: int


def waterfall(explanation: Explanation) -> Waterfall:
    """The drawing of an explanation, in units of its own width."""
    told = steps(explanation)
    lowest = min(0.0, explanation.start, *(step.after for step in told))
    highest = max(0.0, *(step.after for step in told))

    def across(bits: float) -> float:
        return round(_LEFT + (bits - lowest) / ((highest - lowest) or 1.0) * (_RIGHT - _LEFT), 1)

    bars = []
    for number, step in enumerate(told):
        before, after = across(step.before), across(step.after)
        width = max(abs(after - before), _THINNEST)
        bars.append(Bar(step, _HEAD + number * _ROW, min(before, after), round(width, 1), after))
    height = _HEAD + len(told) * _ROW + _HEAD
    return Waterfall(
        tuple(bars), across(explanation.start), across(0.0), across(explanation.certainty), WIDTH, height
    )


def sides(told: Sequence[Step]) -> dict[str, tuple[Step, ...]]:
    """The reasons that speak for it, against it and neither way, the strongest of each first, and what is taken off."""
    strongest = sorted(told, key=lambda step: -abs(step.reason.weight))
    return {
        side: tuple(step for step in strongest if step.side == side)
        for side in ("for", "against", "neither", "taken")
    }
