"""What the worker does for this room between requests, as a named actor, through ordinary commands."""

from datetime import datetime

from throughline.casework.outcome.commands import deciding


def call_for_outcomes(*, now: datetime) -> int:
    """Put on somebody's list that a recorded crime has no outcome; says of how many cases."""
    return deciding.call_for_outcomes(now=now)
