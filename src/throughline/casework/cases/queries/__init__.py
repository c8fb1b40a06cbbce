"""What is known of incidents, cases and standing facts."""

from throughline.casework.cases.queries.history import (
    Involved,
    cases_of,
    happened_to,
    incidents_of,
    repeat,
    standing_facts,
)

__all__ = ["Involved", "cases_of", "happened_to", "incidents_of", "repeat", "standing_facts"]
