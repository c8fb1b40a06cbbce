"""Recordings of calls: where each stands, what is asked for, and what is about to lapse unasked.

`recording_of` is what later rooms read of a call's recording as evidence.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from throughline.casework.cases.models import Crime
from throughline.casework.contact.models import Contact, Recording
from throughline.casework.contact.queries.calls import the_contact
from throughline.casework.contact.queries.looking import look
from throughline.casework.contact.rules import recordings as rules
from throughline.casework.contact.rules.recordings import Standing
from throughline.casework.people.queries.person import staff_names
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.clock.rules import due, london_day, months_after, parse_clock, start_of_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty

SHOWN = 100
# no recording is held for longer than this unless it was asked for
_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Told:
    """The recording of one contact as evidence. ``reason`` is a code; names are of accounts."""

    contact: Contact
    standing: Standing
    reference: str
    held_until: datetime
    # whether the telephony system said until when; else a rule did, verified or not
    told_until: bool
    rule_verified: bool
    asked_at: datetime | None = None
    asked_by: str = ""
    reason: str = ""
    words: str = ""
    exhibit: str = ""
    not_held: str = ""
    answered_at: datetime | None = None
    answered_by: str = ""
    listened_to_by: tuple[str, ...] = ()
    listeners: tuple[UUID, ...] = ()
    due_at: datetime | None = None


def recording_of(actor: Actor, contact_id: UUID, *, at: datetime) -> Told | None:
    """The recording of a contact, with the look written; None where its channel is not recorded. Raises Refused."""
    insist(actor, Action.VIEW_CONTACT)
    contact = the_contact(actor, contact_id)
    look(actor, contact.subjects, detail={"contact": str(contact.id)})
    return told(contact, at=at)


def told(contact: Contact, *, at: datetime) -> Told | None:
    """`recording_of` for a page that writes the look itself."""
    found = Recording.objects.filter(contact=contact).first()
    return _told(contact, found, at, _names([found] if found else []))


def told_of(incident_id: UUID, *, at: datetime) -> tuple[Told, ...]:
    """Every recording of an incident's contacts, oldest first, for a page that writes the look itself."""
    calls = list(Contact.objects.filter(incident=incident_id).order_by("received_at", "id"))
    held = {one.contact_id: one for one in Recording.objects.filter(contact__in=calls)}
    names = _names(list(held.values()))
    return tuple(one for call in calls if (one := _told(call, held.get(call.id), at, names)))


def _told(contact: Contact, found: Recording | None, at: datetime, names: dict[UUID, str]) -> Told | None:
    rule = rules.rule_for(contact.channel, london_day(contact.received_at))
    until = found.held_until if found else rules.held_until(contact.channel, contact.received_at)
    if until is None:
        return None
    decision = (
        Decision.objects.filter(kind="keep-recording", about=contact.id).order_by("-made_at", "-id").first()
        if found and found.asked_at
        else None
    )
    duty = Duty.objects.filter(kind="keep-recording", about=contact.id, discharged_at=None).first()
    found = found or Recording(contact=contact, held_until=until)
    return Told(
        contact=contact,
        standing=rules.standing(
            asked=found.asked_at is not None,
            exhibit=found.exhibit,
            not_held=found.not_held,
            until=until,
            at=at,
        ),
        reference=found.reference,
        held_until=until,
        told_until=found.told_until,
        rule_verified=bool(rule and rule.verified),
        asked_at=found.asked_at,
        asked_by=names.get(found.asked_by, "") if found.asked_by else "",
        reason=decision.reason if decision else "",
        words=decision.words if decision else "",
        exhibit=found.exhibit,
        not_held=found.not_held,
        answered_at=found.answered_at,
        answered_by=names.get(found.answered_by, "") if found.answered_by else "",
        listened_to_by=tuple(names.get(one, "") for one in found.listeners),
        listeners=tuple(found.listeners),
        due_at=duty.due_at if duty else None,
    )


def _names(found: list[Recording]) -> dict[UUID, str]:
    accounts = {one for each in found for one in (each.asked_by, each.answered_by, *each.listeners) if one}
    return dict(staff_names(accounts))


@dataclass(frozen=True, slots=True)
class Recordings:
    """Those that are asked for, the earliest due first; and those about to lapse that nobody has asked for."""

    requested: tuple[Told, ...]
    lapsing: tuple[Told, ...]
    more: bool


def recordings(actor: Actor, *, at: datetime) -> Recordings:
    """The lists of whoever holds or wants the audio, with one look written. Raises Refused.

    About to lapse are the recordings of domestic contacts of which a crime is recorded, also where nobody has
    said under which reference they are held.
    """
    insist(actor, Action.KEEP_RECORDING)
    asked = list(
        Recording.objects.filter(asked_at__isnull=False, answered_at=None).select_related("contact__incident")
    )
    unasked = _with_a_crime(at)
    held = {one.contact_id: one for one in Recording.objects.filter(contact__in=[one.id for one in unasked])}
    lapsing = []
    for contact in unasked:
        found = held.get(contact.id)
        until = found.held_until if found else rules.held_until(contact.channel, contact.received_at)
        if until is None or (found and found.asked_at) or not _is_about_to_lapse(contact, until, at):
            continue
        lapsing.append((until, contact, found))
    lapsing.sort(key=lambda one: (one[0], one[1].id))
    names = _names(asked)
    requested = [told for one in asked if (told := _told(one.contact, one, at, names))]
    requested.sort(key=lambda one: one.due_at or one.held_until)
    shown = [told for _until, contact, found in lapsing[:SHOWN] if (told := _told(contact, found, at, names))]
    look(
        actor,
        {subject for one in (*requested[:SHOWN], *shown) for subject in one.contact.subjects},
        action=Action.KEEP_RECORDING,
    )
    return Recordings(
        tuple(requested[:SHOWN]), tuple(shown), more=len(requested) > SHOWN or len(lapsing) > SHOWN
    )


def _with_a_crime(at: datetime) -> list[Contact]:
    crimes = Crime.objects.filter(incident=OuterRef("incident"), cancelled_at=None)
    since = start_of_day(months_after(london_day(at), -_MONTHS))
    return list(
        Contact.objects.filter(Exists(crimes), incident__domestic=True, received_at__range=(since, at))
        .select_related("incident")
        .order_by("received_at", "id")
    )


def _is_about_to_lapse(contact: Contact, until: datetime, at: datetime) -> bool:
    rule = rules.rule_for(contact.channel, london_day(contact.received_at))
    return rule is not None and at <= until <= due(parse_clock(rule.warn_before), at)
