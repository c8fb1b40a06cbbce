"""The look that a page of contacts writes, last in its transaction."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from throughline.casework.people.rules import PURPOSES
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event


def look(
    actor: Actor,
    subjects: Iterable[UUID],
    *,
    action: Action = Action.VIEW_CONTACT,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write that whoever reads has seen these people, for the purpose that the work of their role is."""
    record(
        actor,
        Event.Kind.LOOK,
        action,
        subjects=sorted(set(subjects)),
        purpose=PURPOSES.get(actor.role, ""),
        detail=detail,
    )
