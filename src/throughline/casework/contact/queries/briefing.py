"""Briefs that were sent: whose they are, what is new in them, and whether they were opened in time."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from throughline.casework.cases.models import Case, Involvement
from throughline.casework.contact.models import Brief, Contact, Deployment
from throughline.casework.contact.queries import brief as composing
from throughline.casework.contact.queries.brief import together
from throughline.casework.contact.rules import brief as rules
from throughline.casework.contact.rules.brief import Part
from throughline.casework.people.rules import NOT_FOUND, PURPOSES
from throughline.foundations.access.rules import Action, Actor, Refused, Role, insist, system
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry
from throughline.reference import load

# a brief of the turn before is no longer anybody's way to a door
_KEPT_ON_THE_LIST = timedelta(hours=24)
SHOWN = 20
#: An entry has the time at which its command began; it may be in sight only so long after.
COMMITS_WITHIN = timedelta(minutes=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
#: An officer whom nothing but the role lets see anything.
ANY_OFFICER = Actor(system("whoever attends").id, Role.OFFICER)


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

    ``before`` is when an earlier one was opened, ``changed`` the parts that say something else than it did.
    """

    brief: Brief
    deployment: Deployment
    contact: Contact
    attends: bool
    before: datetime | None
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
    opened = before.opened_at if before else None
    return BriefPage(newest, deployment, deployment.contact, goes, opened, changed, told)


# --- sent to somebody on the way, and something new since --------------------------------------------------


def under_way(now: datetime) -> QuerySet[Deployment]:
    """Deployments of this turn to which a brief was sent and that nobody has stood down."""
    of_it = Brief.objects.filter(deployment=OuterRef("pk"))
    return Deployment.objects.filter(
        Exists(of_it), superseded_by=None, stood_down_at=None, decided_at__gte=now - _KEPT_ON_THE_LIST
    )


def perhaps_behind(now: datetime) -> list[UUID]:
    """Those under way about whose people something was written down since their brief was sent.

    One query where nobody is under way, and a handful however many are. What lapses by itself writes nothing,
    and what is written of somebody whom a brief names besides is not found here.
    """
    sent = under_way(now).annotate(last=Max("briefs__sent_at")).select_related("contact")
    going = list(sent)
    if not going:
        return []
    people = _people_of({one.contact.incident_id for one in going if one.contact.incident_id})
    entries = Entry.objects.filter(
        record_id__in=set().union(*people.values()),
        kind__in=_written_elsewhere(),
        at__gt=min(one.last for one in going) - COMMITS_WITHIN,
    )
    newest = dict(entries.order_by().values_list("record_id").annotate(Max("at")))
    return [
        one.id
        for one in going
        if any(
            newest.get(record_id, _LONG_AGO) > one.last - COMMITS_WITHIN
            for record_id in people.get(one.contact.incident_id, ())
        )
    ]


def _written_elsewhere() -> list[str]:
    return [row.code for row in load("chronology-kinds").rows if row.text("writer") != "contact"]


def _people_of(incidents: Collection[UUID]) -> dict[UUID | None, set[UUID]]:
    """Every record of who was ever in each incident, and of the suspects of their open cases."""
    ever: dict[UUID | None, set[UUID]] = defaultdict(set)
    for incident, record_id in Involvement.objects.filter(incident__in=incidents).values_list(
        "incident", "record"
    ):
        ever[incident].add(record_id)
    fellows = together(set().union(*ever.values()))
    found = {
        incident: {fellow for one in records for fellow in (one, *fellows.get(one, ()))}
        for incident, records in ever.items()
    }
    pairs = Case.objects.filter(
        victim__in=set().union(*found.values()), closed_at=None, suspect__isnull=False
    ).values_list("victim", "suspect")
    his = together({suspect for _, suspect in pairs})
    for victim, suspect in pairs:
        for records in found.values():
            if victim in records:
                records |= {suspect, *his.get(suspect, ())}
    return dict(found)


def sight_of(deployment: Deployment) -> Actor:
    """As whom to put together what is sent to a deployment: who is named to go, or has opened it, else any officer.

    A brief never says to the officer that something is new which they themselves may not see.
    """
    newest = deployment.briefs.order_by("-sent_at", "-id").first()
    named = (deployment.officer, newest.opened_by if newest else None)
    users = User.objects.filter(id__in=[one for one in named if one], role=Role.OFFICER, is_active=True)
    who = users.first()
    return who.actor if who else ANY_OFFICER


def newer_than(actor: Actor, brief_id: UUID, *, unit: str) -> Brief | None:
    """A brief that was sent to the same deployment after the one that a page shows. Shows nobody. Raises Refused."""
    insist(actor, Action.READ_BRIEF)
    shown = Brief.objects.filter(id=brief_id).select_related("deployment").first()
    if shown is None:
        raise Refused(NOT_FOUND, brief_id)
    if actor.role is Role.OFFICER:
        insist_attends(actor, shown.deployment, unit)
    newest = Brief.objects.filter(deployment=shown.deployment_id).order_by("-sent_at", "-id").first()
    return newest if newest and newest.id != brief_id else None


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
