"""Words beside the codes of a plan, a measure, a copy or a referral, and what several commands check."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughline.casework.cases.commands.holding import NO_CASE
from throughline.casework.cases.models import Case
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.people.commands.identities import held_together
from throughline.casework.risk.commands import held
from throughline.casework.safeguarding.models import SafetyWords
from throughline.foundations.access.rules import Actor, Refused, Role

#: Who keeps on their own list what they ordered or referred; what anybody else did stands on the hub's.
KEEPS_OWN = (Role.OFFICER, Role.SERGEANT, Role.INSPECTOR, Role.SUPERVISOR, Role.HUB)


def hers_of(case_id: UUID) -> tuple[Case, list[UUID], list[UUID]]:
    """A case, the records of its victim, and whom her plan is about as far as it is in sight.

    All her cases are held until the transaction ends: whoever writes of her in another waits. Raises Refused.
    """
    asked = Case.objects.filter(id=case_id).first()
    if asked is None:
        raise Refused(NO_CASE, case_id)
    hers = held_together(asked.victim_id)
    # in one order, so that two who begin at two cases of hers wait for each other
    wanted = Q(id=case_id) | Q(victim__in=hers)
    cases = list(Case.objects.select_for_update().filter(wanted).order_by("id"))
    about = {one for case in cases if case.closed_at is None for one in case.subjects}
    case = next(one for one in cases if one.id == case_id)
    return case, hers, sorted(about | set(case.subjects))


def keep_words(
    about: UUID, words: str, *, subjects: Collection[UUID], by: Actor, now: datetime, field: str = "words"
) -> None:
    """Keep what somebody wrote about a row, if anything. Raises Malformed for what is too long."""
    if said := checked_words(field, words, longest=held.LONGEST_WORDS):
        SafetyWords.objects.create(about=about, words=said, at=now, by=by.id, subjects=list(subjects))


def whose(by: Actor) -> tuple[UUID | None, Role]:
    """On whose list something stands that somebody has begun, and of which role."""
    return (by.id, by.role) if by.role in KEEPS_OWN else (None, Role.HUB)
