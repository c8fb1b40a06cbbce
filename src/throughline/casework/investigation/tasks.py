"""What the worker does for this room between requests, as named actors, through ordinary commands."""

from datetime import datetime

from throughline.casework.investigation.commands import allocating, looking


def ask_who_investigates(*, now: datetime) -> int:
    """Open what is to be investigated and ask whoever the policy names; says of how many cases."""
    return allocating.ask_who_investigates(now=now)


def find_outstanding(*, now: datetime) -> int:
    """Put into the register whom a scene left at large and who is wanted; says of how many."""
    return looking.find_outstanding(now=now)
