"""Who is it: what somebody made of a match, and what that says of the incident."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.incidents import (
    both_open,
    carry_over,
    has_contact,
    involve,
    join_incidents,
    locked,
    part_incidents,
    withdraw,
)
from throughline.casework.cases.models import Incident, Involvement
from throughline.casework.contact.commands.briefing import renew
from throughline.casework.contact.commands.held import the_contact
from throughline.casework.contact.commands.reviewing import call_for_another
from throughline.casework.contact.commands.sending import with_incident
from throughline.casework.contact.commands.taking import enquiry_of
from throughline.casework.contact.models import Contact
from throughline.casework.contact.queries.calls import to_look_for
from throughline.casework.people.commands.recognition import read_match, tell_the_desk
from throughline.casework.people.models import Match
from throughline.casework.people.queries.searching import Found, out_of_sight
from throughline.casework.people.rules import NOT_FOUND, Conflict, Malformed
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Action, Actor, Refused, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.linkage.description import Description
from throughline.reference import UnknownCode, load

JOINING = system("joining incidents")


@transaction.atomic
def match_is(
    *,
    by: Actor,
    now: datetime,
    contact_id: UUID,
    heard: Description,
    found: Found,
    part: str,
    reading: Match.Reading,
) -> Contact:
    """Keep whether a match is the victim, the suspect, …: confirmed, rejected, or unsure with both readings open.

    A confirmed or unsure one takes part in the incident, which is opened where there is none; a rejected one
    no longer does. Raises Refused, Malformed.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"contact": str(contact_id), "reading": str(reading)})
    contact = the_contact(contact_id, locked=True)
    read_match(
        by=by,
        now=now,
        enquiry_id=enquiry_of(by=by, contact=contact),
        heard=heard,
        found=found,
        reading=reading,
    )
    if reading == Match.Reading.REJECTED:
        return leave_out(by=by, now=now, contact_id=contact_id, record_id=found.record_id)
    return takes_part(
        by=by,
        now=now,
        contact_id=contact_id,
        record_id=found.record_id,
        part=part,
        confirmed=reading == Match.Reading.CONFIRMED,
    )


@transaction.atomic
def tell_of_hidden(*, by: Actor, now: datetime, contact_id: UUID) -> None:
    """Call the desk for whoever this contact may be about out of the handler's sight, if anybody.

    The handler's page shows what it shows when nobody is found.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"contact": str(contact_id)})
    contact = the_contact(contact_id)
    for _part, heard in to_look_for(contact, today=london_day(now)):
        if hidden := out_of_sight(by, heard):
            tell_the_desk(
                by=by,
                now=now,
                enquiry_id=enquiry_of(by=by, contact=contact),
                heard=heard,
                hidden=list(hidden),
            )


@transaction.atomic
def takes_part(
    *, by: Actor, now: datetime, contact_id: UUID, record_id: UUID, part: str, confirmed: bool
) -> Contact:
    """Somebody whose record is known is the victim, the suspect, … of this contact, surely or perhaps."""
    undertake(by, Action.RECORD_INCIDENT, record_id, detail={"contact": str(contact_id)})
    contact = the_contact(contact_id, locked=True)
    try:
        load("involvements").get(part, on=london_day(now))
    except UnknownCode:
        raise Malformed("part", "is not a part in an incident") from None
    contact = with_incident(by=by, now=now, contact=contact)
    assert contact.incident_id is not None
    before = _parts(contact.incident_id, record_id)
    # somebody said on purpose that each of two names the other: one of the two parts takes nothing from that
    each_names_the_other = {"victim", "suspect", part} == {one.part for one in before if one.confirmed}
    # what was said before and is now said otherwise no longer holds; to be sure by now needs no new part
    for earlier in before:
        if each_names_the_other:
            continue
        if earlier.part != part or (earlier.confirmed and not confirmed):
            withdraw(by=by, now=now, involvement_id=earlier.id)
    involve(
        by=by, now=now, incident_id=contact.incident_id, record_id=record_id, part=part, confirmed=confirmed
    )
    if record_id not in contact.subjects:
        contact.subjects = [*contact.subjects, record_id]
        contact.save(update_fields=["subjects"])
    renew(by=by, now=now, contact=contact)
    return contact


@transaction.atomic
def leave_out(*, by: Actor, now: datetime, contact_id: UUID, record_id: UUID) -> Contact:
    """Somebody is not of this contact after all."""
    undertake(by, Action.RECORD_INCIDENT, record_id, detail={"contact": str(contact_id)})
    contact = the_contact(contact_id, locked=True)
    if contact.incident_id:
        for involvement in _parts(contact.incident_id, record_id):
            withdraw(by=by, now=now, involvement_id=involvement.id)
    if record_id in contact.subjects:
        contact.subjects = [one for one in contact.subjects if one != record_id]
        contact.save(update_fields=["subjects"])
    renew(by=by, now=now, contact=contact)
    return contact


def _parts(incident_id: UUID, record_id: UUID) -> list[Involvement]:
    return list(Involvement.objects.filter(incident=incident_id, record=record_id, ended_at=None))


@transaction.atomic
def same_incident(*, by: Actor, now: datetime, contact_id: UUID, incident_id: UUID) -> Contact:
    """Several callers, one incident: this contact is of one that is open already.

    Where it has an incident of its own by now, whoever was said to be in that is said to be in the other; with
    its last contact the incident that is left is closed by rule (`join_incidents`), so that no empty one stays
    that nobody can close. What was decided, sent, asked and said stays with the contact. Raises Conflict where
    one of them was closed meanwhile, Refused for one out of sight.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"contact": str(contact_id), "incident": str(incident_id)})
    contact = the_contact(contact_id, locked=True)
    if contact.incident_id == incident_id:
        return contact
    if not Incident.objects.filter(id=incident_id).exists():
        raise Refused(NOT_FOUND, incident_id)
    if contact.incident_id is None:
        # held, so that nobody closes it or leaves it meanwhile
        incident = locked(incident_id)
        if incident.closed_at is not None:
            raise Conflict("the incident is closed")
    else:
        # both are held before it is asked who else is there
        both_open(contact.incident_id, incident_id)
        whole = join_incidents if _is_alone(contact) else carry_over
        incident = whole(by=by, now=now, incident_id=contact.incident_id, into_id=incident_id)
        contact.came_from_id = contact.came_from_id or contact.incident_id
    contact.incident = has_contact(by=by, now=now, incident_id=incident.id)
    contact.subjects = sorted({*contact.subjects, *incident.subjects})
    contact.save(update_fields=["incident", "came_from", "subjects"])
    call_for_another(now=now, contact=contact)
    # there may be others by now whom the brief of every call about it must name
    for one in Contact.objects.filter(incident=incident).order_by("received_at", "id"):
        renew(by=by, now=now, contact=one)
    return contact


@transaction.atomic
def another_incident(*, by: Actor, now: datetime, incident_id: UUID) -> Incident:
    """An incident that was joined into another is not the same after all: both stand for themselves again.

    Whoever may say that they are the same may say this. The contacts that were of it are of it again, also those out
    of sight, with what was decided, sent, asked and said in them; every brief of either is made anew. Returns the one
    that is open again. Raises Conflict where it is joined with none, Refused.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"incident": str(incident_id)})
    into_id = locked(incident_id).joined_into_id
    if into_id is None:
        raise Conflict("the incident is joined with no other")
    with acting(JOINING):
        of_both = list(
            Contact.objects.select_for_update().filter(incident=into_id).order_by("received_at", "id")
        )
    its_own = [one for one in of_both if one.came_from_id == incident_id]
    incident = part_incidents(
        by=by, now=now, incident_id=incident_id, other_has_contact=len(its_own) < len(of_both)
    )
    only_in_the_other = {*locked(into_id).subjects} - {*incident.subjects}
    with acting(JOINING):
        for contact in its_own:
            contact.incident, contact.came_from = incident, None
            contact.subjects = [one for one in contact.subjects if one not in only_in_the_other]
            contact.save(update_fields=["incident", "came_from", "subjects"])
    for contact in Contact.objects.filter(id__in=[one.id for one in of_both]).order_by("received_at", "id"):
        call_for_another(now=now, contact=contact)
        renew(by=by, now=now, contact=contact)
    return incident


def _is_alone(contact: Contact) -> bool:
    """Whether no other contact is of its incident, also none out of the handler's sight."""
    with acting(JOINING):
        return not Contact.objects.filter(incident=contact.incident_id).exclude(id=contact.id).exists()
