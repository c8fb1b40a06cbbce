"""The rows that commands are about, where they are in sight, and held until the command ends."""

from uuid import UUID

from django.db.models import QuerySet

from throughline.casework.contact.models import Contact, Deployment
from throughline.casework.people.rules import NOT_FOUND
from throughline.foundations.access.rules import Refused
from throughline.foundations.clock.rules import london_day
from throughline.reference import load


def the_contact(contact_id: UUID, *, locked: bool = False) -> Contact:
    """The contact that a command is about, where it is in sight. Raises Refused."""
    rows: QuerySet[Contact] = Contact.objects.all()
    if locked:
        rows = rows.select_for_update()
    contact = rows.filter(id=contact_id).first()
    if contact is None:
        raise Refused(NOT_FOUND, contact_id)
    return contact


def the_deployment(deployment_id: UUID) -> Deployment:
    """The deployment with its contact, held, so that two senders do not send twice. Raises Refused."""
    deployment = (
        Deployment.objects.select_for_update(of=("self",))
        .select_related("contact")
        .filter(id=deployment_id)
        .first()
    )
    if deployment is None:
        raise Refused(NOT_FOUND, deployment_id)
    return deployment


def goes(deployment: Deployment) -> bool:
    """Whether its decision is that somebody goes, by the list of its day."""
    day = london_day(deployment.decided_at)
    return load("response-grades").get(deployment.grade, on=day).flag("goes")
