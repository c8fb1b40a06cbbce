"""What the worker does for this room between requests, as named actors, through ordinary commands."""

from datetime import datetime

from throughline.casework.people.commands import pairs


def look_for_pairs(*, now: datetime) -> int:
    """Look the next records up for pairs that may be of one person; says how many."""
    return pairs.go_on(now=now)


def call_for_readers(*, now: datetime) -> int:
    """Put the next pairs on the lists of who reads them, and take off what waits no longer; says how many."""
    return pairs.call_for_readers(now=now)
