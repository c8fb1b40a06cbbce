"""What the worker does for this room between requests, as a named actor, through an ordinary command."""

from datetime import datetime

from throughline.casework.risk.commands.assessing import call_for_assessments
from throughline.casework.risk.commands.hearing import hear_those_that_wait
from throughline.casework.risk.commands.reassessing import call_for_reassessments


def look_for_changes(*, now: datetime) -> int:
    """Call for a new grade where something happened after the last one; says of how many cases."""
    return call_for_reassessments(now=now)


def call_where_nobody_attended(*, now: datetime) -> int:
    """Call for an assessment where nobody has been; says of how many cases."""
    return call_for_assessments(now=now)


def hear_anew(*, now: datetime) -> int:
    """Find in what waits the phrases of danger that hold now; says in how many assessments."""
    return hear_those_that_wait(now=now)
