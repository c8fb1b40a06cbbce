"""Briefs that were sent: whose they are, what is new in them, and whether they were opened in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from throughline.casework.contact.models import Brief, Contact, Deployment
from throughline.casework.contact.queries import brief as composing
from throughline.casework.contact.rules import brief as rules
from throughline.casework.contact.rules.brief import Part
from throughline.casework.people.queries.person import NOT_FOUND
from throughline.casework.people.rules import PURPOSES
from throughline.foundations.access.rules import Action, Actor, Refused, Role, insist
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event

# a brief of the turn before is no longer anybody's way to a door
_KEPT_ON_THE_LIST = timedelta(hours=24)
SHOWN = 20


def _theirs(actor: Actor, unit: str) -> Q:
    """Deployments of an officer: their own, their team's, and those of the unit that they say they are with."""
    mine = Q(officer=actor.id)
    if actor.team is not None:
        mine |= Q(officer__in=User.objects.filter(team=actor.team).values("id"))
    if unit:
        mine |= Q(unit=unit)
    return mine


def attends(actor: Actor, deployment: Deployment, unit: str) -> bool:
    """Whether an officer goes there, alone or with their team or unit."""
    if actor.role is not Role.OFFICER:
        return False
    return Deployment.objects.filter(_theirs(actor, unit), id=deployment.id).exists()


def insist_attends(actor: Actor, deployment: Deployment, unit: str) -> None:
    """Raise Refused for whoever does not attend; a deployment of others looks like none."""
    if not attends(actor, deployment, unit):
        raise Refused(NOT_FOUND, deployment.id)


@dataclass(frozen=True, slots=True)
class Sent:
    """One deployment as its officer's list shows it, with the newest brief sent to it."""

    brief: Brief
    deployment: Deployment
    contact: Contact

    @property
    def unread(self) -> bool:
        return self.brief.opened_at is None


def _latest(deployments: Q, since: datetime) -> QuerySet[Brief]:
    """The newest brief of each deployment that stands; nobody is stood down."""
    return (
        Brief.objects.filter(
            deployment__in=Deployment.objects.filter(
                deployments, superseded_by=None, stood_down_at=None, decided_at__gte=since
            )
        )
        .order_by("deployment", "-sent_at", "-id")
        .distinct("deployment")
        .select_related("deployment__contact__incident")
    )


def my_briefs(actor: Actor, *, unit: str, at: datetime) -> tuple[Sent, ...]:
    """An officer's briefs, those not opened first and of them the newest. Writes the look. Raises Refused."""
    insist(actor, Action.READ_BRIEF)
    if actor.role is not Role.OFFICER:
        return ()
    found = [
        Sent(one, one.deployment, one.deployment.contact)
        for one in _latest(_theirs(actor, unit), at - _KEPT_ON_THE_LIST)
    ]
    found.sort(key=lambda one: one.brief.sent_at, reverse=True)
    found.sort(key=lambda one: (one.deployment.arrived_at is not None, not one.unread))
    shown = tuple(found[:SHOWN])
    record(
        actor,
        Event.Kind.LOOK,
        Action.READ_BRIEF,
        subjects=sorted({subject for one in shown for subject in one.contact.subjects}),
        purpose=PURPOSES[actor.role],
    )
    return shown


@dataclass(frozen=True, slots=True)
class BriefPage:
    """One brief as its page shows it. ``told`` is None while whoever attends has not opened it.

    ``changed`` are the parts that say something else than when it was opened before.
    """

    brief: Brief
    deployment: Deployment
    contact: Contact
    attends: bool
    changed: tuple[Part, ...]
    told: rules.Brief | None


def brief_page(actor: Actor, brief_id: UUID, *, unit: str, at: datetime) -> BriefPage:
    """The newest brief of the deployment that ``brief_id`` was sent to, with the look written. Raises Refused.

    To an officer it opens nothing by itself: until they say so (`commands.briefing.open_brief`) it shows where
    to go and no more. Others of the front line read what was sent.
    """
    insist(actor, Action.READ_BRIEF)
    sent = Brief.objects.filter(id=brief_id).select_related("deployment__contact__incident").first()
    if sent is None:
        raise Refused(NOT_FOUND, brief_id)
    deployment = sent.deployment
    goes = attends(actor, deployment, unit)
    if actor.role is Role.OFFICER and not goes:
        raise Refused(NOT_FOUND, brief_id)
    briefs = list(Brief.objects.filter(deployment=deployment).order_by("-sent_at", "-id"))
    newest = briefs[0]
    before = next((one for one in briefs[1:] if one.opened_at), None)
    changed = rules.changed(before.held, newest.held) if before and not newest.acknowledged_at else ()
    if goes and newest.opened_at is None:
        told = None
        record(
            actor,
            Event.Kind.LOOK,
            Action.READ_BRIEF,
            subjects=deployment.contact.subjects,
            purpose=PURPOSES[actor.role],
            detail={"brief": str(newest.id)},
        )
    else:
        told = composing.brief_for(actor, deployment.contact, at=at)
    return BriefPage(newest, deployment, deployment.contact, goes, changed, told)


@dataclass(frozen=True, slots=True)
class InTime:
    """Of the deployments that arrived: how many had been sent a brief, and how many had opened one by then."""

    arrived: int
    sent: int
    opened: int


def opened_before_arrival(actor: Actor, *, since: datetime, until: datetime) -> InTime:
    """How many went in knowing what was known, of those that arrived in ``[since, until)``. Raises Refused."""
    insist(actor, Action.VIEW_MEASURES)
    of_it = Brief.objects.filter(deployment=OuterRef("pk"))
    arrived = Deployment.objects.filter(arrived_at__gte=since, arrived_at__lt=until).annotate(
        told=Exists(of_it.filter(sent_at__lte=OuterRef("arrived_at"))),
        read=Exists(of_it.filter(opened_at__lte=OuterRef("arrived_at"))),
    )
    return InTime(arrived.count(), arrived.filter(told=True).count(), arrived.filter(read=True).count())


def states_of(deployment_ids: Iterable[UUID]) -> dict[UUID, Brief]:
    """The newest brief of each deployment, for pages that say whether it was opened. The caller looks."""
    newest = (
        Brief.objects.filter(deployment__in=list(deployment_ids))
        .order_by("deployment", F("sent_at").desc(), "-id")
        .distinct("deployment")
    )
    return {one.deployment_id: one for one in newest}


def newest_of(contact_id: UUID) -> Brief | None:
    """The brief that was sent last about a contact; the caller's page shows nobody by it."""
    return Brief.objects.filter(deployment__contact=contact_id).order_by("-sent_at", "-id").first()
