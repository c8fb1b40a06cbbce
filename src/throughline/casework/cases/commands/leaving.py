"""No case stays with somebody whose account is closed: until an officer accepts it, finding one is a duty."""

from datetime import datetime

from django.db import transaction

from throughline.casework.cases.commands.holding import (
    ACCEPT_DUTY,
    call_for_owner_and_grade,
    keep_whose,
    let_go,
)
from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.rules import Kind
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.duties.commands import LEAVERS
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import OWNER_LEFT


@transaction.atomic
def pass_on_cases(*, now: datetime) -> int:
    """End the ownership of whoever has left, and call for an owner of each of their cases.

    Where somebody else owns another open case of hers they own it, so that she never has two. Who was asked to own a
    case and has left is asked no more. The worker's; says of how many cases. Run again it changes nothing.
    """
    set_actor(LEAVERS)
    closed = [str(account) for account in User.objects.filter(is_active=False).values_list("id", flat=True)]
    owned = StandingFact.objects.filter(kind=Kind.OWNER, ended_at=None, value__in=closed)
    asked = Duty.objects.filter(kind=ACCEPT_DUTY, owner__in=closed, discharged_at=None)
    about = {*owned.values_list("case", flat=True), *asked.values_list("about", flat=True)}
    ids = [one for one in about if one]
    cases = list(Case.objects.select_for_update().filter(id__in=ids, closed_at=None).order_by("id"))
    if not cases:
        return 0
    subjects = {record_id for case in cases for record_id in case.subjects}
    undertake(LEAVERS, Action.OWN_CASE, *sorted(subjects), detail={"cases": [str(case.id) for case in cases]})
    # all of them before an owner is looked for: what somebody who has left owns is carried over to nothing
    for fact in owned.select_for_update(of=("self",)).filter(case__in=cases).select_related("case"):
        assert fact.case is not None
        fact.ended_at, fact.ended_by, fact.ended_because = now, LEAVERS.id, OWNER_LEFT
        fact.save(update_fields=["ended_at", "ended_by", "ended_because"])
        write("case-owner-left", by=LEAVERS, now=now, record_id=fact.case.victim_id, about=fact.case.id)
    let_go(asked.filter(about__in=[case.id for case in cases]), by=LEAVERS, now=now)
    for case in cases:
        call_for_owner_and_grade(case, by=LEAVERS, now=now, cause=OWNER_LEFT)
        keep_whose(case)
    return len(cases)
