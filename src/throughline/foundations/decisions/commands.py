"""The only writer of decisions and reviews."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.foundations.access.rules import Actor
from throughline.foundations.decisions.models import Decision, Review


@transaction.atomic
def decide_for(
    kind: str,
    *,
    by: Actor,
    now: datetime,
    record_id: UUID,
    choice: str,
    reason: str = "",
    words: str = "",
    about: UUID | None = None,
) -> Decision:
    """Keep a choice; an earlier one of the same kind about the same things is superseded, not changed.

    The caller has asked whether ``by`` may, and audits.
    """
    earlier = (
        Decision.objects.select_for_update()
        .filter(kind=kind, record_id=record_id, about=about, decision=None)
        .first()
    )
    return Decision.objects.create(
        kind=kind,
        record_id=record_id,
        about=about,
        choice=choice,
        reason=reason,
        words=words,
        made_by=by.id,
        made_at=now,
        supersedes=earlier,
    )


def review(
    *, by: Actor, now: datetime, decision: Decision, agreed: bool, feedback: str = ""
) -> Review:
    """Keep a second person's view of a decision. Nobody reviews their own."""
    if decision.made_by == by.id:
        raise ValueError("nobody reviews their own decision")
    return Review.objects.create(
        decision=decision, agreed=agreed, feedback=feedback, made_by=by.id, made_at=now
    )
