"""Words beside the codes of this room, and what several of its commands check."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from throughline.casework.neighbourhood.models import NeighbourhoodWords
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.queries import sight_of
from throughline.foundations.access.rules import Action, Actor, may
from throughline.foundations.accounts.models import User


def keep_words(
    about: UUID, part: str, said: str, *, subjects: Collection[UUID], by: Actor, now: datetime
) -> None:
    """Keep what somebody wrote about a row, if anything."""
    if said:
        NeighbourhoodWords.objects.create(
            about=about, part=part, words=said, at=now, by=by.id, subjects=list(subjects)
        )


def somebody(field: str, account: UUID, about: Collection[UUID]) -> User:
    """An active account that may do a disruption task, let see whom it is about and party to none of it. Raises Malformed."""
    found = User.objects.filter(id=account, is_active=True).first()
    if found is None or not may(found.actor, Action.DISRUPT):
        raise Malformed(field, "is nobody who does such tasks")
    if not sight_of(about).lets(found.id, found.team_id):
        raise Malformed(field, "is nobody who may see this case")
    return found
