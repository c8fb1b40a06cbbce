"""What the worker does for this room between requests, as named actors, through ordinary commands."""

from datetime import datetime

from throughline.casework.neighbourhood.commands import disrupting, lapsing


def call_for_marker_reviews(*, now: datetime) -> int:
    """Put markers that lapse before a supervisor; says of how many."""
    return lapsing.call_for_reviews(now=now)


def call_for_task_reviews(*, now: datetime) -> int:
    """Put tasks of closed cases before a supervisor; says of how many."""
    return disrupting.call_for_reviews_of_closed_cases(now=now)
