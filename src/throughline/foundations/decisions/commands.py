"""The only writer of decisions and reviews."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

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
    told = Decision.objects.select_for_update().filter(kind=kind, record_id=record_id, about=about)
    rows = list(told.order_by("-made_at", "-id"))
    # the one that nothing supersedes: two that were decided at once may be kept in the other order of their times
    superseded = {one.supersedes_id for one in rows}
    earlier = next((one for one in rows if one.id not in superseded), None)
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


def review(*, by: Actor, now: datetime, decision: Decision, agreed: bool, feedback: str = "") -> Review:
    """Keep a second person's view of a decision. Nobody reviews their own."""
    if decision.made_by == by.id:
        raise ValueError("nobody reviews their own decision")
    return Review.objects.create(
        decision=decision, agreed=agreed, feedback=feedback, made_by=by.id, made_at=now
    )


def forget_words(*, record_id: UUID) -> None:
    """Blank what was written in words about a record that is erased; the codes stay."""
    about = Q(record_id=record_id) | Q(about=record_id)
    decisions = Decision.objects.filter(about)
    Review.objects.filter(decision__in=decisions).update(feedback="")
    decisions.update(words="")
