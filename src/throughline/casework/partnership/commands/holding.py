"""What the commands of the room share: the system's hand, the referral that an adviser has, and on whose list a duty is."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.casework.cases.models import Case
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.partnership.models import AdviserReferral
from throughline.casework.people.rules import Malformed
from throughline.casework.risk.commands import held
from throughline.casework.safeguarding.queries.promises import tells_her
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.rules import Action, Actor, Refused, Role, insist
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.duties.commands import open_duty
from throughline.foundations.duties.models import Duty

NOT_THERE = "There is no such referral"


def held_by(by: Actor, referral_id: UUID, **detail: Any) -> AdviserReferral:
    """The referral that an adviser's service has, held until the transaction ends, with the command's audit row.

    Raises Refused for one that was never referred to it, or that it has no more.
    """
    referral = AdviserReferral.objects.select_for_update().filter(id=referral_id).first()
    if referral is None:
        raise Refused(NOT_THERE, referral_id)
    insist(by, Action.HOLD_REFERRAL, subject_for(by, referral.id), referral.record_id)
    undertake(by, Action.WORK_REFERRED, *referral.subjects, detail={"referral": str(referral.id), **detail})
    return referral


def needed(field: str, words: str) -> str:
    """Words that must be there. Raises Malformed."""
    said = checked_words(field, words, longest=held.LONGEST_WORDS)
    if not said:
        raise Malformed(field, "is needed")
    return said


def on_the_list_of(
    kind: str,
    case: Case,
    *,
    now: datetime,
    causes: Collection[str],
    about: UUID | None = None,
    account: UUID | None = None,
    nobody: Role = Role.HUB,
    due_at: datetime | None = None,
) -> Duty:
    """Open a duty for an account that is still there, else for whoever owns the case, else for a role."""
    user = User.objects.filter(id=account, is_active=True).first() if account else None
    owner, role = (
        (user.id, str(user.role)) if user else tells_her([case.id]).get(case.id, (None, str(nobody)))
    )
    duty = None
    for cause in causes:
        duty = open_duty(
            kind,
            now=now,
            record_id=case.victim_id,
            about=about or case.id,
            cause=cause,
            owner=owner,
            role=role,
            due_at=due_at,
        )
    assert duty is not None
    return duty
