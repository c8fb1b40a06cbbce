"""Sending the brief to whoever attends: opened or not, read or not, and sent again when something new comes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from throughline.casework.contact.commands.held import the_deployment
from throughline.casework.contact.models import Brief, Contact, Deployment
from throughline.casework.contact.queries.brief import compose
from throughline.casework.contact.queries.briefing import insist_attends, sight_of
from throughline.casework.contact.queries.subjects import subject_of
from throughline.casework.contact.rules.brief import kept
from throughline.casework.people.rules import NOT_FOUND
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write


@transaction.atomic
def send_brief(*, by: Actor, now: datetime, deployment_id: UUID) -> Brief:
    """Send what is known by now to the unit or officer of a deployment. The same again sends nothing.

    What it said is kept in states, ids and codes, never in words. Raises Refused.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"deployment": str(deployment_id), "what": "brief"})
    return _sent(by, now, the_deployment(deployment_id))


@transaction.atomic
def brief_whoever_goes(*, by: Actor, now: datetime, deployment: Deployment) -> Brief:
    """`send_brief` for a command that has audited and holds the deployment."""
    return _sent(by, now, deployment)


@transaction.atomic
def renew(*, by: Actor, now: datetime, contact: Contact) -> list[Brief]:
    """Send the brief again to whoever is on the way, where it says something else by now; says which were sent.

    For commands that change what a brief says: an answer, a match confirmed or rejected. They have audited.
    """
    under_way = contact.deployments.filter(
        Exists(Brief.objects.filter(deployment=OuterRef("id"))), superseded_by=None, stood_down_at=None
    )
    return [
        sent
        for deployment in under_way.select_related("contact")
        if (sent := _sent(by, now, deployment)).sent_at == now
    ]


def _sent(by: Actor, now: datetime, deployment: Deployment) -> Brief:
    """The brief as it stands now: the one that was sent last, where it says the same, else a new one."""
    contact = deployment.contact
    held = kept(compose(by, contact, at=now))
    latest = deployment.briefs.order_by("-sent_at", "-id").first()
    if latest is not None and latest.held == held:
        return latest
    return _written(by, now, deployment, held)


def _written(by: Actor, now: datetime, deployment: Deployment, held: dict[str, Any]) -> Brief:
    brief = Brief.objects.create(deployment=deployment, held=held, sent_at=now, sent_by=by.id)
    write("brief-sent", by=by, now=now, record_id=subject_of(deployment.contact), about=brief.id)
    return brief


@transaction.atomic
def renew_if_behind(*, by: Actor, now: datetime, deployment_id: UUID) -> Brief | None:
    """Send the brief again to one deployment, where what stands of its people is no longer what it says.

    For changes of which first contact is not told as they are made: a marker, an order, bail, a warrant, a safe
    way to reach her, a grade, and what lapses by itself. Put together as whoever attends may see it
    (`queries.briefing.sight_of`), so that it is the same brief that they open.
    """
    deployment = the_deployment(deployment_id)
    latest = deployment.briefs.order_by("-sent_at", "-id").first()
    with acting(seen_by := sight_of(deployment)):
        # restricted since: it is the desk that tells them by now
        in_sight = Deployment.objects.filter(id=deployment_id).exists()
        held = kept(compose(seen_by, deployment.contact, at=now)) if in_sight else None
    if latest is None or held in (None, latest.held) or deployment.stood_down_at is not None:
        return None
    undertake(by, Action.TAKE_CONTACT, detail={"deployment": str(deployment_id), "what": "brief"})
    assert held is not None
    return _written(by, now, deployment, held)


@transaction.atomic
def open_brief(*, by: Actor, now: datetime, brief_id: UUID, unit: str = "") -> Brief:
    """Whoever attends opens the brief: the newest of its deployment, with all that is known at this moment.

    Only the first opening of each is kept; opening it again changes nothing. ``unit`` is the call sign that an
    officer says they are with. Raises Refused for somebody who does not attend.
    """
    deployment = _undertaken(by, brief_id, unit, "opened")
    return _opened(by, now, deployment)


def _opened(by: Actor, now: datetime, deployment: Deployment) -> Brief:
    brief = _sent(by, now, deployment)
    if brief.opened_at is None:
        brief.opened_at, brief.opened_by = now, by.id
        brief.save(update_fields=["opened_at", "opened_by"])
        subject = subject_of(deployment.contact)
        write("brief-opened", by=by, now=now, record_id=subject, about=brief.id)
    return brief


@transaction.atomic
def acknowledge(*, by: Actor, now: datetime, brief_id: UUID, unit: str = "") -> Brief:
    """Whoever attends has read this brief. Said twice, the first time stands.

    It is this one that was read, also where a newer one has been sent since. Raises Refused.
    """
    deployment = _undertaken(by, brief_id, unit, "acknowledged")
    brief = deployment.briefs.select_for_update().get(id=brief_id)
    if brief.acknowledged_at is None:
        if brief.opened_at is None:
            brief.opened_at, brief.opened_by = now, by.id
        brief.acknowledged_at, brief.acknowledged_by = now, by.id
        brief.save()
        subject = subject_of(deployment.contact)
        write("brief-acknowledged", by=by, now=now, record_id=subject, about=brief.id)
    return brief


def _undertaken(by: Actor, brief_id: UUID, unit: str, what: str) -> Deployment:
    undertake(by, Action.READ_BRIEF, detail={"brief": str(brief_id), "what": what, "unit": unit})
    brief = Brief.objects.select_related("deployment").filter(id=brief_id).first()
    if brief is None:
        raise Refused(NOT_FOUND, brief_id)
    insist_attends(by, brief.deployment, unit)
    return the_deployment(brief.deployment_id)
