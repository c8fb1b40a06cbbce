"""Whose number a silent line is, as far as the reader may know, and whether it may be rung back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.history import standing_at
from throughline.casework.contact.models import Contact
from throughline.casework.contact.rules.silence import RingBack, ring_back
from throughline.casework.people.models import IdentityLink, Key, Name, Phone, SafeContact
from throughline.casework.people.queries.person import shown_name
from throughline.casework.people.queries.searching import standing_markers
from throughline.casework.people.rules import Malformed, e164
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.rules import Action, Actor, insist, system
from throughline.foundations.clock.rules import LONDON, london_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.vault.keys import keys
from throughline.linkage.description import Description
from throughline.linkage.features import features
from throughline.linkage.keys import probe_keys
from throughline.reference import load

HIGH = "high"
SILENCE = system("silent-calls")


@dataclass(frozen=True, slots=True)
class InDanger:
    """Somebody whose number it is and about whom a person has said that there is danger."""

    record_id: UUID
    restricted: bool


def in_danger_at(number: str, *, now: datetime) -> list[InDanger]:
    """Those whose number this is, and who have a grade of high or a warning. For the system alone, out of sight.

    One of each person, whichever of their records the number is on; restricted where any of them is.
    """
    today = london_day(now)
    found: dict[UUID, InDanger] = {}
    for record_id in _with_number(number, today):
        together = _together(record_id)
        if found.keys().isdisjoint(together) and _dangers(together, now=now):
            restricted = any(subject_for(SILENCE, one).restricted for one in together)
            found[record_id] = InDanger(record_id, restricted)
    return list(found.values())


def _with_number(number: str, today: date) -> list[UUID]:
    """The records that a number in use is on, by the keys of recognition, since numbers have no index."""
    try:
        written = e164(number)
    except Malformed:
        return []
    probed = probe_keys(features(Description(phones=(number,))), keys().linkage)
    records = Key.objects.filter(key__in=sorted(probed)).values("record")
    mine = Phone.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=today), number=written, record__in=records
    )
    return list(mine.order_by("record").values_list("record", flat=True).distinct())


def _together(record_id: UUID) -> list[UUID]:
    identity = IdentityLink.objects.filter(record=record_id, valid_until=None).values("identity")
    linked = IdentityLink.objects.filter(identity__in=identity, valid_until=None)
    return sorted({record_id, *linked.values_list("record", flat=True)})


def _dangers(record_ids: Collection[UUID], *, now: datetime) -> tuple[str, ...]:
    """What was said of danger: the labels of warnings, and that a case of theirs is graded high."""
    today = london_day(now)
    markers = load("markers")
    warnings = dict.fromkeys(
        markers.label(marker.code, on=today)
        for marker in standing_markers(record_ids, today)
        if markers.get(marker.code, on=today).text("kind") != "vulnerability"
    )
    cases = Case.objects.filter(Q(victim__in=record_ids) | Q(suspect__in=record_ids), closed_at=None)
    graded = standing_at(now, StandingFact.objects.filter(kind="grade", value=HIGH, case__in=cases))
    return (*(["high"] if graded.exists() else []), *warnings)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A silent line from the number of somebody in danger, for a reader who may know who it is."""

    duty: Duty
    contact: Contact
    record_id: UUID
    name: str
    dangers: tuple[str, ...]
    ring_back: RingBack


def prompts(
    actor: Actor, *, now: datetime, contact_id: UUID | None = None, restricted: bool = False
) -> tuple[Prompt, ...]:
    """The prompts that are open and in the reader's sight, longest first; those of one contact where it is named.

    Part of a page whose look must name ``record_id`` of each. A prompt about somebody restricted is the desk's.
    """
    insist(actor, Action.VIEW_CONTACT)
    duties = Duty.objects.filter(
        kind="silent-call-restricted" if restricted else "silent-call", discharged_at=None
    )
    if contact_id:
        duties = duties.filter(about=contact_id)
    kept = list(duties.order_by("due_at", "id"))
    contacts = Contact.objects.in_bulk([duty.about for duty in kept if duty.about])
    return tuple(
        _prompt(duty, contacts[duty.about], now) for duty in kept if duty.about and duty.about in contacts
    )


def _prompt(duty: Duty, contact: Contact, now: datetime) -> Prompt:
    together = _together(duty.record_id)
    names = Name.objects.filter(record__in=together).order_by("valid_until", "id")
    said = (
        SafeContact.objects.filter(record__in=together, voided_at=None)
        .select_related("answers", "phone")
        .order_by("-given_at")
        .first()
    )
    return Prompt(
        duty=duty,
        contact=contact,
        record_id=duty.record_id,
        name=shown_name(names),
        dangers=_dangers(together, now=now),
        ring_back=ring_back(
            said.answers.answers if said else None,
            her_number=bool(said and said.phone and said.phone.number == _written(contact.number)),
            at=now.astimezone(LONDON).time(),
        ),
    )


def _written(number: str) -> str:
    try:
        return e164(number)
    except Malformed:
        return number
