"""A warning that stands where somebody is sent, of somebody the sender must not learn of: the desk is told at once."""

from datetime import datetime

from django.db import transaction

from throughline.casework.contact.models import Contact
from throughline.casework.contact.queries.places import warned_out_of_sight
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Action, Actor, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.duties.commands import open_duty

WARNING = system("place-warnings")


@transaction.atomic
def warn_of_hidden(*, by: Actor, now: datetime, contact: Contact) -> None:
    """Have the desk pass on what whoever goes must know of the place, and what ``by`` may not read.

    Called by whatever sends somebody to a place, or changes where they are sent, inside its transaction. The
    page of ``by`` is that of a place of which nothing is known.
    """
    hidden = warned_out_of_sight(by, contact.place, at=now)
    with acting(WARNING):
        for record_id in hidden:
            undertake(WARNING, Action.SUPERVISE, record_id, detail={"contact": str(contact.id)})
            open_duty(
                "restricted-warning", now=now, record_id=record_id, about=contact.id, cause="sent-there"
            )
