"""What the two of a case are to each other, where she lives, and whose she is by the policy."""

from datetime import date
from typing import Final

from django.db.models import F, OuterRef, Q, Subquery

from throughline.casework.cases.models import Case
from throughline.casework.cases.rules.serving import ANY, Service, area_of, areas, of_a_case, services
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.models import Address, Relationship
from throughline.foundations.chronology.models import Entry
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


def lives_in(case: Case, on: date) -> str:
    """The area in which the victim of a case lives, in a code of reference's areas, by the latest address with a postcode.

    A refuge is kept apart from addresses: where she is safe is not read off from who safeguards her.
    """
    here = Address.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=on), record__in=held_together(case.victim_id)
    ).exclude(postcode="")
    # of two of one day, the one that was written down later
    added = Entry.objects.filter(kind="address-added", about=OuterRef("id")).order_by("-id").values("id")[:1]
    latest = here.order_by(
        F("valid_from").desc(nulls_last=True), Subquery(added).desc(nulls_last=True), "id"
    ).values_list("postcode", flat=True)
    return area_of(latest.first() or "", areas(on))


def service_of(case: Case, grade: str, on: date) -> Service:
    """The row of the policy of a day that says most of a case at a grade. Raises NoService."""
    policy = services(on)
    # where no row tells areas apart, nobody's address is read
    area = lives_in(case, on) if any(one.area != ANY for one in policy if one.grade == grade) else ANY
    return of_a_case(policy, grade, relationship=group_of(case, on), area=area)
