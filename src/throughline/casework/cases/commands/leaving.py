"""No case stays with somebody whose account is closed, or who is party to it: finding another is a duty at once."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from throughline.casework.cases.commands.holding import (
    ACCEPT_DUTY,
    call_for_owner_and_grade,
    keep_whose,
    let_go,
    locked_case,
)
from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.rules import Kind
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.queries import shut_out
from throughline.foundations.access.rules import Action
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.duties.commands import LEAVERS, pass_these_on
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import OWNER_LEFT, OWNER_SHUT_OUT


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
    _end(owned.filter(case__in=cases), because=OWNER_LEFT, now=now)
    let_go(asked.filter(about__in=[case.id for case in cases]), by=LEAVERS, now=now)
    for case in cases:
        call_for_owner_and_grade(case, by=LEAVERS, now=now, cause=OWNER_LEFT)
        keep_whose(case)
    return len(cases)


@transaction.atomic
def pass_on_from_the_line(*, now: datetime) -> int:
    """End the ownership of whoever is party to a case, or whose team is, and call for an owner who is not.

    What else of it they alone were to do is put on the list of its role. The worker's; says of how many cases. Run
    again it changes nothing (report recommendation 4: nobody of the line of a member of staff has their case).
    """
    set_actor(LEAVERS)
    party = shut_out()
    changed = 0
    for case in Case.objects.filter(subjects__overlap=list(party), closed_at=None).order_by("id"):
        grantees = {one for record_id in case.subjects for one in party.get(record_id, ())}
        line = User.objects.filter(Q(id__in=grantees) | Q(team__in=grantees)).values_list("id", flat=True)
        owned = StandingFact.objects.filter(
            case=case, kind=Kind.OWNER, ended_at=None, value__in=[str(one) for one in line]
        )
        theirs = Duty.objects.filter(
            Q(about=case.id) | Q(record_id__in=case.subjects), owner__in=line, discharged_at=None
        )
        if not owned.exists() and not theirs.exists():
            continue
        locked_case(case.id)
        undertake(LEAVERS, Action.OWN_CASE, *case.subjects, detail={"cases": [str(case.id)]})
        _end(owned, because=OWNER_SHUT_OUT, now=now)
        let_go(theirs.filter(kind=ACCEPT_DUTY), by=LEAVERS, now=now)
        pass_these_on(theirs, cause=OWNER_SHUT_OUT, now=now)
        call_for_owner_and_grade(case, by=LEAVERS, now=now, cause=OWNER_SHUT_OUT)
        keep_whose(case)
        changed += 1
    return changed


#: What the chronology says of the end of an ownership.
_ENTRIES = {OWNER_LEFT: "case-owner-left", OWNER_SHUT_OUT: "case-owner-shut-out"}


def _end(owned: QuerySet[StandingFact], *, because: str, now: datetime) -> None:
    for fact in owned.select_for_update(of=("self",)).select_related("case"):
        assert fact.case is not None
        fact.ended_at, fact.ended_by, fact.ended_because = now, LEAVERS.id, because
        fact.save(update_fields=["ended_at", "ended_by", "ended_because"])
        entry = _ENTRIES[because]
        write(entry, by=LEAVERS, now=now, record_id=fact.case.victim_id, about=fact.case.id)
