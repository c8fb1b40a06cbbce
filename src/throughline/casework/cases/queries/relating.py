"""What the two of a case are to each other."""

from datetime import date
from typing import Final

from django.db.models import Q

from throughline.casework.cases.models import Case
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.models import Relationship
from throughline.reference import load

#: Where the relationship of the two is not known.
UNKNOWN: Final = "unknown"
# a relationship of an earlier group says more of the danger than one of a later
GROUPS: Final = ("partner", "ex-partner", "family", "household", UNKNOWN)


def group_of(case: Case, on: date) -> str:
    """What the two of a case are to each other, as a group of reference's relationships; unknown where nobody said."""
    if case.suspect_id is None:
        return UNKNOWN
    hers, his = held_together(case.victim_id), held_together(case.suspect_id)
    ties = Relationship.objects.filter(
        Q(record__in=hers, other__in=his) | Q(record__in=his, other__in=hers),
        Q(valid_until=None) | Q(valid_until__gt=on),
    )
    kinds = load("relationship")
    found = {kinds.get(kind, on=on).text("group") for kind in ties.values_list("kind", flat=True)}
    return next((group for group in GROUPS if group in found), UNKNOWN)
