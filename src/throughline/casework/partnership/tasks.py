"""What the worker does for this room between requests, as named actors, through ordinary commands."""

from datetime import datetime

from throughline.casework.partnership.commands import advising, conferring


def call_for_advisers(*, now: datetime) -> int:
    """Put on somebody's list who is to be referred to an adviser, and which service is late; says of how many."""
    return advising.call_for_advisers(now=now)


def call_for_maracs(*, now: datetime) -> int:
    """Put on somebody's list which cases meet a criterion for a MARAC and were not referred; says of how many."""
    return conferring.call_for_referrals(now=now)
