"""Whom a contact is about."""

from uuid import UUID

from throughline.casework.cases.models import Involvement
from throughline.casework.contact.models import Contact


def victim_of(contact: Contact) -> UUID | None:
    """The record of the victim, where somebody has said who she is."""
    if contact.incident_id is None:
        return None
    return (
        Involvement.objects.filter(incident=contact.incident_id, part="victim", ended_at=None)
        .order_by("-confirmed", "made_at")
        .values_list("record", flat=True)
        .first()
    )


def subject_of(contact: Contact) -> UUID:
    """Whose line a contact stands on: the victim's record where she is known, else the contact itself."""
    return victim_of(contact) or contact.id
