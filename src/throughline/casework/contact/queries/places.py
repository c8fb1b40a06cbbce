"""What is known of a place, before anybody is recognised: warnings that stand there, and what happened there.

Two queries, whatever the place, and a third only where something happened. Whoever is out of the reader's sight
is left out by the database; what might lead to them is left out here. A refuge is no address of anybody's.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import cos, radians
from uuid import UUID

from django.db.models import Q

from throughline.casework.contact.models import Asking, Contact
from throughline.casework.contact.rules.brief import PLACE, Kind, Line, Reading, State
from throughline.casework.contact.rules.taking import whole_postcode
from throughline.casework.people.models import Marker, Match, RefugeAddress
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Actor, Role, system
from throughline.foundations.clock.rules import london_day, months_after, start_of_day
from throughline.linkage.description import Place
from throughline.linkage.places import Door, Nearness, door_of, nearness, read_door

_MONTHS = 12
_SHOWN = 20
#: A position that may be further off than this says nothing of a door.
NEAR_ENOUGH = 100
_METRES_A_DEGREE = 111_320
_GUARDIAN = system("places")
_NEVER = date.max


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """What the force's own records say of a place, and whom a look at it shows."""

    reading: Reading
    record_ids: tuple[UUID, ...] = ()


def known_place(actor: Actor, contact: Contact, *, at: datetime) -> KnownPlace:
    """What stands about the place of a contact or happened there in twelve months; the caller writes the look.

    Held, or none found where a place or a near position could be looked up, else not checked. Of an earlier
    incident no more is told than that there was one.
    """
    door = read_door(contact.place)
    located = _is_located(contact)
    if not door.is_known and not located:
        return KnownPlace(Reading(PLACE, State.NOT_CHECKED))
    markers = _markers(door, at) if door.is_known else []
    earlier = _earlier(actor, contact, door, at=at, located=located)
    lines = [
        *(_warning(marker, near, at) for marker, near in markers),
        *_happened(earlier),
    ]
    shown = {marker.record_id for marker, _near in markers}
    shown |= {subject for one, _near in earlier for subject in one.subjects}
    return KnownPlace(
        Reading(PLACE, State.HELD if lines else State.NONE_FOUND, tuple(lines)), tuple(sorted(shown))
    )


def warned_out_of_sight(actor: Actor, place: str, *, at: datetime) -> list[UUID]:
    """Whose warnings stand at a place or in its building out of ``actor``'s sight; for the desk alone."""
    door = read_door(place)
    if not door.is_known:
        return []
    seen = _records_warned_of(door, at)
    with acting(_GUARDIAN):
        return sorted(_records_warned_of(door, at) - seen)


def _records_warned_of(door: Door, at: datetime) -> set[UUID]:
    return {marker.record_id for marker, near in _standing(door, at) if near is not Nearness.STREET}


def _found_under(door: Door, postcode: str) -> Q:
    """What may be that place: the same house of its street or postcode; the street where a house is not said."""
    house = Q(house__in=[door.house, ""]) if door.house else Q()
    found = Q(pk__in=[])
    if door.street:
        found |= Q(street=door.street) & house
    if postcode:
        found |= Q(postcode=postcode) & house
    return found


def _standing(door: Door, at: datetime) -> list[tuple[Marker, Nearness]]:
    today = london_day(at)
    standing = Marker.objects.filter(
        _found_under(door, door.postcode),
        Q(valid_until__isnull=True) | Q(valid_until__gte=today),
        address__isnull=False,
        ended_by=None,
    )
    return [
        (marker, near)
        for marker in sorted(standing.select_related("address"), key=lambda one: (one.code, one.id))
        if (near := nearness(door, _door(marker)))
    ]


def _markers(door: Door, at: datetime) -> list[tuple[Marker, Nearness]]:
    found = _standing(door, at)
    found.sort(key=lambda one: list(Nearness).index(one[1]))
    # one warning that stands of two people of a home is one warning
    once = {(marker.code, near, _door(marker)): (marker, near) for marker, near in reversed(found)}
    return list(reversed(once.values()))[:_SHOWN]


def _door(marker: Marker) -> Door:
    held = marker.address
    assert held is not None
    return door_of(Place(held.number, held.street, held.town, held.postcode))


def _warning(marker: Marker, near: Nearness, at: datetime) -> Line:
    held = marker.address
    assert held is not None
    left = held.valid_until is not None and held.valid_until < london_day(at)
    return Line(
        Kind.PLACE_MARKER,
        marker.id,
        marker.code,
        detail={"near": near, "address": held.shown, "left": left, "until": marker.valid_until},
    )


def _is_located(contact: Contact) -> bool:
    """Whether the caller's position is near enough to stand for a door."""
    return (
        contact.latitude is not None
        and contact.within_metres is not None
        and contact.within_metres <= NEAR_ENOUGH
    )


def _earlier(
    actor: Actor, contact: Contact, door: Door, *, at: datetime, located: bool
) -> list[tuple[Contact, Nearness | None]]:
    """The latest call of each earlier domestic incident there; None where only the position says so."""
    found = _found_under(door, whole_postcode(door.postcode)) if door.is_known else Q(pk__in=[])
    if located:
        found |= _around(contact)
    calls = Contact.objects.filter(
        found,
        Q(incident__domestic=True) | Q(incident__isnull=True, domestic=True),
        received_at__range=(start_of_day(months_after(london_day(at), -_MONTHS)), at),
    ).exclude(id=contact.id)
    if contact.incident_id:
        calls = calls.exclude(incident=contact.incident_id)
    near: dict[UUID, tuple[Contact, Nearness | None]] = {}
    # put in order here, so that no index on the time alone is walked for it
    for one in sorted(calls, key=lambda call: (call.received_at, call.id), reverse=True):
        how = nearness(door, read_door(one.place)) if door.is_known else None
        if how is None and not (located and _is_around(contact, one)):
            continue
        key = one.incident_id or one.id
        standing = near.get(key)
        # an incident that several rang about is where the nearest of them said
        if standing is None or (how is Nearness.HERE and standing[1] is not Nearness.HERE):
            near[key] = (one, how)
    hidden = _may_lead_to_somebody_hidden(actor, [one for one, _how in near.values()])
    return [(one, how) for one, how in near.values() if one.id not in hidden]


def _around(contact: Contact) -> Q:
    assert contact.latitude is not None
    assert contact.longitude is not None
    up = NEAR_ENOUGH / _METRES_A_DEGREE
    across = up / max(cos(radians(contact.latitude)), 0.01)
    return Q(
        latitude__range=(contact.latitude - up, contact.latitude + up),
        longitude__range=(contact.longitude - across, contact.longitude + across),
        within_metres__lte=NEAR_ENOUGH,
    )


def _is_around(contact: Contact, other: Contact) -> bool:
    if other.latitude is None or other.longitude is None or not _is_located(other):
        return False
    assert contact.latitude is not None
    assert contact.longitude is not None
    up = (other.latitude - contact.latitude) * _METRES_A_DEGREE
    across = (other.longitude - contact.longitude) * _METRES_A_DEGREE * cos(radians(contact.latitude))
    return up * up + across * across <= NEAR_ENOUGH * NEAR_ENOUGH


def _may_lead_to_somebody_hidden(actor: Actor, calls: Collection[Contact]) -> set[UUID]:
    """Calls that a restricted record was matched at out of sight, or that may be from somebody's refuge.

    Asked as the system, and answered by leaving the call out: a reader learns nothing by its absence.
    """
    if not calls or actor.role is Role.DESK:
        return set()
    with acting(_GUARDIAN):
        matched = Match.objects.filter(hidden=True).exclude(reading=Match.Reading.REJECTED)
        hidden = set(
            Asking.objects.filter(
                contact__in=[one.id for one in calls], enquiry__in=matched.values("enquiry")
            ).values_list("contact", flat=True)
        )
        subjects = {subject for one in calls for subject in one.subjects}
        since = dict(RefugeAddress.objects.filter(record__in=subjects).values_list("record", "valid_from"))
    return hidden | {one.id for one in calls if _may_be_a_refuge(one, since)}


def _may_be_a_refuge(call: Contact, since: Mapping[UUID, date | None]) -> bool:
    """Whether somebody of it had a refuge by then."""
    day = london_day(call.received_at)
    return any((began := since.get(one, _NEVER)) is None or began <= day for one in call.subjects)


def _happened(earlier: Iterable[tuple[Contact, Nearness | None]]) -> list[Line]:
    together: dict[Nearness | None, list[Contact]] = {}
    for one, near in earlier:
        together.setdefault(near, []).append(one)
    order: list[Nearness | None] = [*Nearness, None]
    lines = []
    for near in order:
        calls = sorted(together.get(near, []), key=lambda one: one.received_at, reverse=True)
        if calls:
            newest = calls[0]
            lines.append(
                Line(
                    Kind.PLACE_INCIDENTS,
                    newest.incident_id or newest.id,
                    str(len(calls)),
                    detail={
                        "near": near,
                        "count": len(calls),
                        "last": newest.received_at,
                        "metres": NEAR_ENOUGH,
                    },
                )
            )
    return lines
