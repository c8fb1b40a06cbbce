"""Writing down who somebody is and how to reach them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.commands.indexing import index
from throughline.casework.people.models import (
    Address,
    Household,
    Identity,
    IdentityLink,
    Marker,
    Member,
    Name,
    Phone,
    Record,
    Relationship,
    SafeContact,
)
from throughline.casework.people.rules import (
    LONGEST,
    NOT_FOUND,
    TYPED_HERE,
    Conflict,
    Malformed,
    e164,
    first_review,
    possible_birth,
)
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import due, london_day, parse_clock
from throughline.linkage.description import Place
from throughline.linkage.places import door_of
from throughline.reference import Row, load


@dataclass(frozen=True, slots=True)
class NewName:
    """A name as somebody types it."""

    kind: str = "current"
    forename: str = ""
    middle: str = ""
    surname: str = ""
    full: str = ""
    order: str = Name.Order.GIVEN_FIRST


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address as somebody types it."""

    number: str = ""
    street: str = ""
    town: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a record itself says of a person. Empty is not known."""

    sex: str = ""
    gender_identity: str = ""
    born: date | None = None
    born_from: int | None = None
    born_to: int | None = None
    ethnicity: str = ""
    ethnicity_scheme: str = ""
    ethnicity_officer_defined: str = ""
    language: str = ""
    needs_interpreter: bool | None = None


def _checked(**texts: str) -> dict[str, str]:
    """The texts without surrounding space; one that is too long names its field."""
    for field, text in texts.items():
        if len(text) > LONGEST:
            raise Malformed(field, f"is longer than {LONGEST} characters")
    return {field: " ".join(text.split()) for field, text in texts.items()}


def _checked_particulars(given: Particulars, today: date) -> Particulars:
    if given.born and not possible_birth(given.born, today):
        raise Malformed("born", "is not a possible date of birth")
    for list_name, code in (
        ("sex", given.sex),
        (given.ethnicity_scheme or "ethnicity-18-plus-1", given.ethnicity),
        ("ethnicity-officer-defined", given.ethnicity_officer_defined),
    ):
        if code:
            load(list_name).get(code, on=today)
    if given.born:
        return replace(given, born_from=None, born_to=None)
    return given


@transaction.atomic
def add_record(
    *,
    by: Actor,
    now: datetime,
    name: NewName,
    particulars: Particulars = Particulars(),
    phones: tuple[str, ...] = (),
    addresses: tuple[NewAddress, ...] = (),
) -> Record:
    """Add a person whom no record is of, with an identity of their own. Raises Malformed, Refused."""
    undertake(by, Action.ADD_PERSON, detail={"source": TYPED_HERE})
    record_id = uuid4()
    given = _checked_particulars(particulars, london_day(now))
    record = Record.objects.create(
        id=record_id,
        source=TYPED_HERE,
        source_ref=str(record_id),
        made_at=now,
        review_on=first_review(london_day(now)),
        **{field: getattr(given, field) for field in given.__slots__},
    )
    IdentityLink.objects.create(
        record=record, identity=Identity.objects.create(), valid_from=now, made_by=by.id
    )
    write("record-created", by=by, now=now, record_id=record.id)
    _add_name(record, name)
    for phone in phones:
        _add_phone(record, phone, now)
    for address in addresses:
        _add_address(record, address, now)
    index(record)
    return record


def not_erased(*record_ids: UUID) -> list[Record]:
    """The records, none of which is erased until this is done. Raises `Refused` where one has been: nothing is written about
    who it was of."""
    ids = sorted(record_ids)
    found = list(
        Record.objects.select_for_update(no_key=True).filter(id__in=ids, erased_at=None).order_by("id")
    )
    if missing := set(ids) - {one.id for one in found}:
        raise Refused(NOT_FOUND, min(missing))
    return found


def _add_name(record: Record, name: NewName) -> Name:
    texts = _checked(forename=name.forename, middle=name.middle, surname=name.surname, full=name.full)
    if not any(texts.values()):
        raise Malformed("name", "is empty")
    return Name.objects.create(record=record, kind=name.kind, order=name.order, **texts)


def _add_phone(record: Record, given: str, now: datetime) -> Phone:
    [given] = _checked(phone=given).values()
    number = e164(given)
    phone, _ = Phone.objects.get_or_create(
        record=record,
        number=number,
        valid_until=None,
        defaults={"given": given, "valid_from": london_day(now)},
    )
    return phone


def _add_address(record: Record, address: NewAddress, now: datetime) -> Address:
    texts = _checked(
        number=address.number, street=address.street, town=address.town, postcode=address.postcode.upper()
    )
    if not any(texts.values()):
        raise Malformed("address", "is empty")
    return Address.objects.create(record=record, valid_from=london_day(now), **texts)


@transaction.atomic
def correct_particulars(
    *, by: Actor, now: datetime, record_id: UUID, seen: Particulars, particulars: Particulars
) -> Record:
    """Change what a record says of a person. Raises Conflict where it is no longer what ``by`` saw."""
    undertake(by, Action.CORRECT_PERSON, record_id)
    [record] = not_erased(record_id)
    if particulars_of(record) != seen:
        raise Conflict
    given = _checked_particulars(particulars, london_day(now))
    for field in given.__slots__:
        setattr(record, field, getattr(given, field))
    record.save(update_fields=list(given.__slots__))
    index(record)
    return record


def particulars_of(record: Record) -> Particulars:
    """What a record says now, for `correct_particulars` to compare."""
    return Particulars(**{field: getattr(record, field) for field in Particulars.__slots__})


@transaction.atomic
def add_name(*, by: Actor, now: datetime, record_id: UUID, name: NewName) -> Name:
    """Add a name that the person has, had, uses or was heard by; a new current name ends the last."""
    undertake(by, Action.CORRECT_PERSON, record_id)
    [record] = not_erased(record_id)
    load("name-kinds").get(name.kind, on=london_day(now))
    if name.kind == "current":
        Name.objects.filter(record=record, kind="current", valid_until=None).update(
            kind="former", valid_until=london_day(now)
        )
    added = _add_name(record, name)
    write("name-added", by=by, now=now, record_id=record.id, about=added.id, code=name.kind)
    index(record)
    return added


@transaction.atomic
def add_phone(*, by: Actor, now: datetime, record_id: UUID, number: str) -> Phone:
    """Add a number that the person can be reached at, whatever is safe."""
    undertake(by, Action.CHANGE_CONTACT, record_id)
    [record] = not_erased(record_id)
    phone = _add_phone(record, number, now)
    write("phone-added", by=by, now=now, record_id=record.id, about=phone.id)
    void_safe_contact(by=by, now=now, record_id=record.id, because="number-changed")
    index(record)
    return phone


@transaction.atomic
def end_phone(*, by: Actor, now: datetime, record_id: UUID, phone_id: UUID) -> None:
    """Say that the person no longer has a number. It stays known, for recognising them."""
    undertake(by, Action.CHANGE_CONTACT, record_id)
    if Phone.objects.filter(id=phone_id, record=record_id, valid_until=None).update(
        valid_until=london_day(now)
    ):
        write("phone-ended", by=by, now=now, record_id=record_id, about=phone_id)
        void_safe_contact(by=by, now=now, record_id=record_id, because="number-changed")


@transaction.atomic
def add_address(*, by: Actor, now: datetime, record_id: UUID, address: NewAddress) -> Address:
    """Say that the person lives, or stays, at a place that may be known. Never for a refuge."""
    undertake(by, Action.CHANGE_CONTACT, record_id)
    [record] = not_erased(record_id)
    added = _add_address(record, address, now)
    write("address-added", by=by, now=now, record_id=record.id, about=added.id)
    void_safe_contact(by=by, now=now, record_id=record.id, because="address-changed")
    index(record)
    return added


@transaction.atomic
def end_address(*, by: Actor, now: datetime, record_id: UUID, address_id: UUID) -> None:
    """Say that the person no longer lives at a place."""
    undertake(by, Action.CHANGE_CONTACT, record_id)
    ended = Address.objects.filter(id=address_id, record=record_id, valid_until=None)
    if ended.update(valid_until=london_day(now)):
        write("address-ended", by=by, now=now, record_id=record_id, about=address_id)
        void_safe_contact(by=by, now=now, record_id=record_id, because="address-changed")


def void_safe_contact(*, by: Actor, now: datetime, record_id: UUID, because: str) -> None:
    """End the promise of a safe way, since what it rested on has changed. Inside another command only.

    Merged records are of one person, who changed their number whichever record it was written on.
    """
    for standing in SafeContact.objects.filter(record__in=held_together(record_id), voided_at=None):
        standing.voided_at, standing.voided_because = now, because
        standing.save(update_fields=["voided_at", "voided_because"])
        write(
            "safe-contact-voided",
            by=by,
            now=now,
            record_id=standing.record_id,
            about=standing.id,
            code=because,
        )


@transaction.atomic
def relate(*, by: Actor, now: datetime, record_id: UUID, other_id: UUID, kind: str) -> Relationship:
    """Say what another person is to this one; asked about both, since both are shown by it.

    What it takes the place of, as reference's relationships say, ends: who are separated are partners no longer.
    """
    undertake(by, Action.RECORD_RELATIONSHIP, record_id, other_id)
    if record_id == other_id:
        raise Malformed("other", "is the same person")
    both = not_erased(record_id, other_id)
    replaced = load("relationship").get(kind, on=london_day(now)).texts("replaces")
    relationship, made = Relationship.objects.get_or_create(
        record_id=record_id,
        other_id=other_id,
        kind=kind,
        valid_until=None,
        defaults={"valid_from": london_day(now)},
    )
    if made:
        write("relationship-added", by=by, now=now, record_id=record_id, about=other_id, code=kind)
        write("relationship-added", by=by, now=now, record_id=other_id, about=record_id, code=kind)
        _end_relationships(record_id, other_id, replaced, by=by, now=now)
        for record in both:
            index(record)
    return relationship


def _end_relationships(
    record_id: UUID, other_id: UUID, kinds: Collection[str], *, by: Actor, now: datetime
) -> None:
    one, other = held_together(record_id), held_together(other_id)
    ended = Relationship.objects.filter(
        Q(record__in=one, other__in=other) | Q(record__in=other, other__in=one),
        kind__in=kinds,
        valid_until=None,
    )
    for tie in ended.order_by("id"):
        tie.valid_until = london_day(now)
        tie.save(update_fields=["valid_until"])
        for of, to in ((tie.record_id, tie.other_id), (tie.other_id, tie.record_id)):
            write("relationship-ended", by=by, now=now, record_id=of, about=to, code=tie.kind)


@transaction.atomic
def join_household(
    *, by: Actor, now: datetime, record_id: UUID, with_record_id: UUID | None = None
) -> Household:
    """Put a person into the household of another, or into a new one of their own."""
    others = [with_record_id] if with_record_id else []
    undertake(by, Action.RECORD_RELATIONSHIP, record_id, *others)
    not_erased(record_id, *others)
    household = None
    if with_record_id:
        theirs = Member.objects.filter(record=with_record_id, valid_until=None).first()
        household = theirs.household if theirs else None
    if household is None:
        household = Household.objects.create()
        if with_record_id:
            _join(with_record_id, household, by=by, now=now)
    _join(record_id, household, by=by, now=now)
    return household


def _join(record_id: UUID, household: Household, *, by: Actor, now: datetime) -> None:
    left = Member.objects.filter(record=record_id, valid_until=None).exclude(household=household)
    for membership in left:
        _leave(membership, by=by, now=now)
    _, made = Member.objects.get_or_create(
        record_id=record_id, household=household, valid_until=None, defaults={"valid_from": london_day(now)}
    )
    if made:
        write("joined-household", by=by, now=now, record_id=record_id, about=household.id)


def _leave(membership: Member, *, by: Actor, now: datetime) -> None:
    membership.valid_until = london_day(now)
    membership.save(update_fields=["valid_until"])
    write("left-household", by=by, now=now, record_id=membership.record_id, about=membership.household_id)


@transaction.atomic
def leave_household(*, by: Actor, now: datetime, record_id: UUID) -> None:
    """Say that a person no longer lives with those of their household."""
    undertake(by, Action.RECORD_RELATIONSHIP, record_id)
    for membership in Member.objects.filter(record=record_id, valid_until=None):
        _leave(membership, by=by, now=now)


@transaction.atomic
def set_marker(
    *,
    by: Actor,
    now: datetime,
    record_id: UUID,
    code: str,
    address_id: UUID | None = None,
    until: date | None = None,
) -> Marker:
    """Set a warning, which lapses when `reference` says or after ``until``; setting it again renews it. Systems 3 and 76."""
    undertake(by, Action.SET_MARKER, record_id)
    not_erased(record_id)
    kind = load("markers").get(code, on=london_day(now))
    if (kind.text("about") == "address") != (address_id is not None):
        raise Malformed("marker", "is about a person" if address_id else "is about an address")
    until = until or marker_ends(kind, now)
    Marker.objects.filter(record=record_id, code=code, address=address_id, ended_by=None).update(
        ended_by=by.id, valid_until=london_day(now)
    )
    marker = Marker.objects.create(
        record_id=record_id,
        code=code,
        address_id=address_id,
        **(found_by(Address.objects.get(id=address_id, record=record_id)) if address_id else {}),
        set_by=by.id,
        valid_from=london_day(now),
        valid_until=until,
    )
    write("marker-set", by=by, now=now, record_id=record_id, about=marker.id, code=code)
    return marker


def found_by(address: Address) -> dict[str, str]:
    """What a marker about an address is found under, however somebody types the place."""
    door = door_of(Place(address.number, address.street, address.town, address.postcode))
    return {"house": door.house, "street": door.street, "postcode": door.postcode}


def marker_ends(kind: Row, now: datetime) -> date | None:
    """The last day of a warning of this kind that is set now; None where only somebody ends it."""
    lasts = kind.optional_text("expires_after")
    return due(parse_clock(lasts), now).date() if lasts else None


@transaction.atomic
def end_marker(*, by: Actor, now: datetime, record_id: UUID, marker_id: UUID) -> None:
    """End a warning before it lapses. Ending it twice changes nothing."""
    undertake(by, Action.SET_MARKER, record_id)
    marker = Marker.objects.select_for_update().get(id=marker_id, record=record_id)
    if marker.ended_by is None:
        marker.ended_by, marker.valid_until = by.id, london_day(now)
        marker.save(update_fields=["ended_by", "valid_until"])
        write("marker-ended", by=by, now=now, record_id=record_id, about=marker.id, code=marker.code)
