"""Calls that wait, contacts that are open, and one contact with all that is known of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from throughline.casework.cases.models import Incident, Involvement
from throughline.casework.contact.models import Asking, Contact, Deployment, Heard, LogLine
from throughline.casework.contact.queries.looking import look
from throughline.casework.contact.queries.silence import Prompt, prompts
from throughline.casework.contact.rules.looking import SUSPECT, VICTIM, suspect_as_heard, victim_as_heard
from throughline.casework.people.queries.person import names_of
from throughline.casework.people.rules import NOT_FOUND
from throughline.foundations.access.rules import Action, Actor, Refused, insist
from throughline.foundations.accounts.models import User
from throughline.linkage.description import Description

SHOWN = 50
#: For how long an open incident at the same place or from the same number may be the same one.
SAME_FOR = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the list of contacts. ``taken_by`` is the colleague's name; ``grade`` a code, if decided."""

    contact: Contact
    taken_by: str
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls nobody has taken, longest first; the reader's open contacts; their colleagues'."""

    waiting: tuple[Call, ...]
    mine: tuple[Call, ...]
    others: tuple[Call, ...]


def calls(actor: Actor) -> Calls:
    """What waits and what is open. Writes one look naming the people that the contacts are known to be about."""
    insist(actor, Action.VIEW_CONTACT)
    rows = Contact.objects.filter(ended_at=None).order_by("received_at", "id")
    waiting = list(rows.filter(taken_by=None)[:SHOWN])
    mine = list(rows.filter(taken_by=actor.id)[:SHOWN])
    others = list(rows.exclude(taken_by=actor.id).exclude(taken_by=None)[:SHOWN])
    everything = [*waiting, *mine, *others]
    names = staff_names(contact.taken_by for contact in everything if contact.taken_by)
    grades = dict(
        Deployment.objects.filter(contact__in=[one.id for one in everything], superseded_by=None).values_list(
            "contact", "grade"
        )
    )
    look(actor, {subject for contact in everything for subject in contact.subjects})

    def shown(contacts: list[Contact]) -> tuple[Call, ...]:
        return tuple(
            Call(one, names.get(one.taken_by, "") if one.taken_by else "", grades.get(one.id, ""))
            for one in contacts
        )

    return Calls(shown(waiting), shown(mine), shown(others))


def waiting(actor: Actor) -> tuple[Call, ...]:
    """The calls nobody has taken, longest first."""
    return calls(actor).waiting


@dataclass(frozen=True, slots=True)
class Count:
    """How many calls nobody has taken, and how many open contacts are the reader's."""

    waiting: int
    mine: int


def count_calls(actor: Actor) -> Count:
    """What waits for the reader, as numbers: shows nobody, and writes no look."""
    insist(actor, Action.VIEW_CONTACT)
    rows = Contact.objects.filter(ended_at=None)
    return Count(rows.filter(taken_by=None).count(), rows.filter(taken_by=actor.id).count())


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who takes part in the incident of a contact, surely or perhaps."""

    record_id: UUID
    name: str
    part: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the log and who wrote it."""

    line: LogLine
    by: str


@dataclass(frozen=True, slots=True)
class SameIncident:
    """An open incident at the same place, or from the same number: several callers, one incident."""

    incident: Incident
    why: str  # place or number


@dataclass(frozen=True, slots=True)
class ContactPage:
    """One contact with all that was written of it. ``log`` is newest first, ``deployments`` too."""

    contact: Contact
    taken_by: str
    who: str
    other: str
    log: tuple[Said, ...]
    deployments: tuple[Deployment, ...]
    parties: tuple[Party, ...]
    same: tuple[SameIncident, ...]
    # incidents that were said to be the same as the one it is of
    joined: tuple[Incident, ...] = ()
    silent: tuple[Prompt, ...] = ()

    @property
    def deployment(self) -> Deployment | None:
        """The decision that stands."""
        return self.deployments[0] if self.deployments else None


def the_contact(actor: Actor, contact_id: UUID) -> Contact:
    """The contact, where it is in sight. Raises Refused; writes no look, since it names nobody."""
    insist(actor, Action.VIEW_CONTACT)
    contact = Contact.objects.select_related("incident", "heard").filter(id=contact_id).first()
    if contact is None:
        raise Refused(NOT_FOUND, contact_id)
    return contact


def contact_page(
    actor: Actor,
    contact_id: UUID,
    *,
    now: datetime,
    looked_at: Iterable[UUID] = (),
    shows: Iterable[UUID] = (),
) -> ContactPage:
    """One contact, with the look at its people written. Raises Refused.

    ``looked_at`` are people whom another look of this page has named, ``shows`` those whom the page shows
    besides, in its brief.
    """
    contact = the_contact(actor, contact_id)
    parties = parties_of(contact)
    silent = prompts(actor, now=now, contact_id=contact_id)
    look(
        actor,
        {
            *contact.subjects,
            *(one.record_id for one in parties),
            *(one.record_id for one in silent),
            *shows,
        }
        - set(looked_at),
        detail={"contact": str(contact.id)},
    )
    log = list(contact.log.order_by("-at", "-id"))
    names = staff_names([*(line.by for line in log), *([contact.taken_by] if contact.taken_by else [])])
    heard = getattr(contact, "heard", None)
    return ContactPage(
        contact=contact,
        taken_by=names.get(contact.taken_by, "") if contact.taken_by else "",
        who=heard.who if heard else "",
        other=heard.other if heard else "",
        log=tuple(Said(line, names.get(line.by, "")) for line in log),
        deployments=tuple(contact.deployments.order_by("-decided_at", "-id")),
        parties=parties,
        same=_perhaps_the_same(contact, now),
        joined=joined_into([contact.incident_id] if contact.incident_id else []),
        silent=silent,
    )


def to_look_for(contact: Contact, *, today: date) -> list[tuple[str, Description]]:
    """Whom to look for in which order, and by what: the victim, then whom she is afraid of.

    Whoever is confirmed is looked for no more.
    """
    heard = Heard.objects.filter(contact=contact).first() or Heard()
    parties = parties_of(contact)
    sure = {party.part for party in parties if party.confirmed}
    found: list[tuple[str, Description]] = []
    if VICTIM not in sure:
        victim = victim_as_heard(
            who=heard.who,
            other=heard.other,
            place=contact.place,
            number=contact.number,
            caller=contact.caller,
            today=today,
        )
        found.append((VICTIM, victim))
    if SUSPECT not in sure and heard.other:
        name = next((party.name for party in parties if party.part == VICTIM), "")
        suspect = suspect_as_heard(other=heard.other, victim=name, place=contact.place, today=today)
        found.append((SUSPECT, suspect))
    return [(part, description) for part, description in found if description != Description()]


def enquiry_for(actor: Actor, contact: Contact) -> UUID | None:
    """The enquiry under which ``actor`` has looked people up for this contact, if they have."""
    return Asking.objects.filter(contact=contact, by=actor.id).values_list("enquiry", flat=True).first()


def contact_of_enquiry(enquiry_id: UUID) -> Contact | None:
    """The contact that an enquiry was made for, where there is one and it is in the running actor's sight."""
    asking = Asking.objects.select_related("contact").filter(enquiry=enquiry_id).first()
    return asking.contact if asking else None


def parties_of(contact: Contact) -> tuple[Party, ...]:
    """Who takes part, victims first; names of those in the running actor's sight alone."""
    if contact.incident_id is None:
        return ()
    parts = list(
        Involvement.objects.filter(incident=contact.incident_id, ended_at=None).order_by("made_at", "id")
    )
    names = names_of(one.record_id for one in parts)
    order = ("victim", "suspect", "child", "witness", "caller")
    return tuple(
        Party(one.record_id, names[one.record_id], one.part, one.confirmed)
        for one in sorted(parts, key=lambda one: order.index(one.part) if one.part in order else len(order))
        if one.record_id in names
    )


def _perhaps_the_same(contact: Contact, now: datetime) -> tuple[SameIncident, ...]:
    """Open incidents of other contacts at this place or from this number that began not long ago."""
    since = contact.received_at - SAME_FOR
    near = Contact.objects.filter(
        received_at__range=(since, contact.received_at + SAME_FOR),
        incident__isnull=False,
        incident__closed_at=None,
    ).exclude(id=contact.id)
    if contact.incident_id:
        near = near.exclude(incident=contact.incident_id)
    alike = Q(pk__in=[])
    if contact.place:
        alike |= Q(place__iexact=contact.place)
    if contact.number:
        alike |= Q(number=contact.number)
    found: dict[UUID, SameIncident] = {}
    for other in near.filter(alike).select_related("incident").order_by("-received_at")[:SHOWN]:
        assert other.incident is not None
        why = "number" if contact.number and other.number == contact.number else "place"
        found.setdefault(other.incident.id, SameIncident(other.incident, why))
    return tuple(found.values())[:3]


def joined_into(incident_ids: Iterable[UUID]) -> tuple[Incident, ...]:
    """The incidents in the reader's sight that were joined into some, with the one that each is joined into."""
    found = Incident.objects.filter(joined_into__in=set(incident_ids)).select_related("joined_into")
    return tuple(found.order_by("reported_at", "number"))


def a_contact_of(incident: Incident) -> UUID | None:
    """The contact by which police were first told of an incident, or of the one that it is joined into, if in sight."""
    told = Contact.objects.filter(
        Q(came_from=incident) | Q(incident__in=[incident.id, incident.joined_into_id])
    )
    return told.order_by("received_at", "id").values_list("id", flat=True).first()


def staff_names(accounts: Iterable[UUID]) -> dict[UUID, str]:
    """The names of accounts, to say who wrote what."""
    return dict(User.objects.filter(id__in=set(accounts)).values_list("id", "name"))
