"""What the worker does for this room between requests, as named actors, through ordinary commands."""

from datetime import datetime

from throughline.casework.safeguarding.commands import planning, promising, serving


def promise_what_happened(*, now: datetime) -> int:
    """Put on somebody's list what victims must be told of what happened of late; says of how many cases."""
    return promising.promise_what_happened(now=now)


def call_for_plans(*, now: datetime) -> int:
    """Put on somebody's list who has no safety plan, and whose plan is to be reviewed; says of how many cases."""
    return planning.call_for_plans(now=now)


def ask_who_safeguards(*, now: datetime) -> int:
    """Ask whoever safeguards by the policy where somebody else owns the cases of a victim; says of how many."""
    return serving.ask_who_safeguards(now=now)
