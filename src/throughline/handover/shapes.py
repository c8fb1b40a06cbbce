"""The shapes, in words and types. A change of meaning is a new version."""

from dataclasses import dataclass

import ibis
from ibis.expr.types import Table

VERSION = "1"

_ID, _AT, _DAY, _CODE, _FLAG, _COUNT = (
    "uuid",
    "timestamp('UTC')",
    "date",
    "string",
    "boolean",
    "int64",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One table: what a row is, and its columns with their types. Null is not known, never none."""

    name: str
    row: str
    columns: dict[str, str]


SHAPES = (
    Shape(
        "handover_call",
        "One contact: a call for assistance, a visit to a counter, a partner's report",
        {
            "call": _ID,
            "at": _AT,
            # of the call, in London
            "day": _DAY,
            "channel": _CODE,
            "caller": _CODE,
            "line": _CODE,
            "domestic": _FLAG,
            "recorded_as": _CODE,
            "incident": _ID,
            "number": _COUNT,
            "place": _COUNT,
            "script_used": _FLAG,
            # concern, none-said, or null where nobody weighed it
            "thrive": _CODE,
        },
    ),
    Shape(
        "handover_deployment",
        "A decision whom to send how soon, or that nobody is sent",
        {
            "deployment": _ID,
            "call": _ID,
            "grade": _CODE,
            "decided_at": _AT,
            "due_at": _AT,
            "arrived_at": _AT,
            # whether no later decision has taken its place
            "stands": _FLAG,
            # the first time that its brief was opened; null also where none was sent
            "brief_sent_at": _AT,
            "brief_opened_at": _AT,
        },
    ),
    Shape(
        "handover_involvement",
        "Somebody's part in an incident, as confirmed by a person or not",
        {
            "incident": _ID,
            "day": _DAY,
            "at": _AT,
            "domestic": _FLAG,
            "crime": _FLAG,
            "person": _ID,
            "part": _CODE,
            "confirmed": _FLAG,
            # of a victim whom the suspect names as theirs: undecided, unresolved, primary-victim (the other was
            # decided to be the primary perpetrator) or counter-case (this one was); null for everybody else
            "counter": _CODE,
        },
    ),
    Shape(
        "handover_proposal",
        "A call that a rule proposed as recorded under the wrong kind",
        {"proposal": _ID, "call": _ID, "rule": _CODE, "day": _DAY, "accepted": _FLAG},
    ),
)
#: Handed over beside the rows: read from reference, and of no database. One row for each method of a period.
METHOD = Shape(
    "handover_method",
    "How the force counted calls, from one day to another, both included",
    {
        "measure": _CODE,
        "first": _DAY,
        "last": _DAY,
        # codes, parted by "; "
        "channels": _CODE,
        "each_call": _FLAG,
        "method": _CODE,
        "source": _CODE,
        "verified": _FLAG,
        "of_the_force": _FLAG,
    },
)
_BY_NAME = {shape.name: shape for shape in SHAPES}


def table(name: str) -> Table:
    """The shape as Ibis reads it. Raises KeyError for one that there is not."""
    return ibis.table(_BY_NAME[name].columns, name=name)
