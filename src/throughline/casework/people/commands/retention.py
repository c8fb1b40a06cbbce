"""How long a record is kept, and erasing it."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from throughline.casework.people.commands.indexing import index, unindex
from throughline.casework.people.models import (
    Address,
    Enquiry,
    Household,
    Marker,
    Match,
    Member,
    Name,
    Pair,
    Phone,
    Record,
    RefugeAddress,
    Relationship,
    SafeContact,
    SourceRow,
    StaffLink,
)
from throughline.casework.people.rules import RETENTION, Malformed
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for, forget_words
from throughline.foundations.drafts.commands import let_go_about
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.commands import forget_answers
from throughline.foundations.offline.commands import forget as forget_offline
from throughline.foundations.vault.keys import keys
from throughline.reference import load


@transaction.atomic
def call_for_reviews(*, now: datetime, limit: int = 1_000) -> int:
    """Open a duty for every record whose review date has come; says for how many. Run daily."""
    set_actor(RETENTION)
    waiting = Duty.objects.filter(kind="retention-review", discharged_at=None).values("record_id")
    due = Record.objects.filter(review_on__lte=london_day(now), erased_at=None).exclude(id__in=waiting)
    ids = list(due.order_by("review_on").values_list("id", flat=True)[:limit])
    if ids:
        undertake(RETENTION, Action.REVIEW_RETENTION, *ids)
        for record_id in ids:
            open_duty("retention-review", now=now, record_id=record_id, cause="review-date")
    return len(ids)


@transaction.atomic
def extend_retention(
    *, by: Actor, now: datetime, record_id: UUID, until: date, reason: str, words: str = ""
) -> None:
    """Keep a record until a new review date, for a reason. Raises Malformed for a date that has passed."""
    undertake(by, Action.REVIEW_RETENTION, record_id)
    load("decision-reasons").get(reason, on=london_day(now))
    if until <= london_day(now):
        raise Malformed("until", "must be a day to come")
    Record.objects.filter(id=record_id).update(review_on=until)
    decide_for(
        "extend-retention", by=by, now=now, record_id=record_id, choice="kept", reason=reason, words=words
    )
    write("retention-reviewed", by=by, now=now, record_id=record_id, code=reason)
    for duty in Duty.objects.filter(kind="retention-review", record_id=record_id, discharged_at=None):
        discharge(by=by, now=now, duty_id=duty.id, outcome="kept")


@transaction.atomic
def erase(*, by: Actor, now: datetime, record_id: UUID, reason: str) -> None:
    """Remove everything that says who a person is, from every table; what remains is ids, codes and dates.

    The record stays as a stone without a name, marked with a keyed hash of where it came from, so that
    bringing in the same file again does not raise it. Data Protection Act 2018 ss47 and 62.

    A source may also name them as the other party on somebody else's row, as text alone. That text goes from
    the records of their relatives, of their households and of their addresses. What cannot be known: such a
    text on the record of somebody who shares none of these, or spelt otherwise; and a source that still names
    them brings the name again when it next says something new of that row, until it is erased there too.
    """
    undertake(by, Action.ERASE, record_id)
    load("decision-reasons").get(reason, on=london_day(now))
    # as the system: a refuge address, or a relative whose matter the desk is party to, is out of its sight
    with acting(RETENTION):
        _remove(Record.objects.select_for_update().get(id=record_id), now)
    decide_for("erase", by=by, now=now, record_id=record_id, choice="erased", reason=reason)
    for duty in Duty.objects.filter(record_id=record_id, discharged_at=None):
        discharge(by=by, now=now, duty_id=duty.id, outcome="erased")


def _remove(record: Record, now: datetime) -> None:
    partners = _related(record)
    named_beside = _forget_other_party(record, partners)
    enquiries = list(Match.objects.filter(record=record).values_list("enquiry", flat=True))
    homes = list(Member.objects.filter(record=record).values_list("household", flat=True))
    unindex(record)
    # what was said on another record of the same person rested on a number or address that goes
    rested = SafeContact.objects.filter(Q(phone__record=record) | Q(address__record=record))
    rested.filter(voided_at=None).update(voided_at=now, voided_because="erased")
    rested.update(phone=None, address=None)
    for table in _TABLES:
        table.objects.filter(record=record).delete()
    # a home that nobody is left in says who lived there, by the number that its source gave it
    Household.objects.filter(id__in=homes, members=None).delete()
    Relationship.objects.filter(Q(record=record) | Q(other=record)).delete()
    Pair.objects.filter(Q(record=record) | Q(other=record)).delete()
    # the scraps that somebody was recognised by tell who they are
    Enquiry.objects.filter(id__in=enquiries).delete()
    forget_answers(subject=record.id)
    forget_words(record_id=record.id)
    let_go_about(record_id=record.id)
    forget_offline(record_id=record.id, now=now)
    for field in _SAYS_WHO:
        setattr(record, field, None if Record._meta.get_field(field).null else "")
    record.source_ref = erased_ref(record.source, record.source_ref)
    record.erased_at = now
    record.save()
    for other in {*partners, *named_beside}:
        index(other)


_TABLES = (SafeContact, RefugeAddress, Marker, Member, Name, Phone, Address, StaffLink, SourceRow)
_SAYS_WHO = (
    "sex",
    "gender_identity",
    "born",
    "born_from",
    "born_to",
    "ethnicity",
    "ethnicity_scheme",
    "ethnicity_officer_defined",
    "language",
    "needs_interpreter",
)


def erased_ref(source: str, source_ref: str) -> str:
    """What stands in place of the source's own number on the stone of an erased record."""
    return f"erased:{keys().fingerprint(f'{source}/{source_ref}')}"


def _related(record: Record) -> list[Record]:
    pairs = Relationship.objects.filter(Q(record=record) | Q(other=record))
    ids = {one for pair in pairs for one in (pair.record_id, pair.other_id)} - {record.id}
    return list(Record.objects.filter(id__in=ids))


def _forget_other_party(record: Record, partners: Iterable[Record]) -> list[Record]:
    """Drop the erased person's name where a source gives it as the other party of those around them.

    Says whose records that changed. What the source's row is known again by stays, so that the same row
    brought in again changes nothing.
    """
    around = {one.id for one in partners}
    homes = Member.objects.filter(record=record).values("household")
    around |= set(Member.objects.filter(household__in=homes).values_list("record_id", flat=True))
    for place in Address.objects.filter(record=record).exclude(street="", postcode=""):
        same = {part: getattr(place, part) for part in ("number", "street", "town", "postcode")}
        around |= set(Address.objects.filter(**same).values_list("record_id", flat=True))
    names = list(Name.objects.filter(record=record))
    changed = []
    for row in SourceRow.objects.filter(record__in=around - {record.id}).select_related("record"):
        kept = [other for other in row.said["others"] if not any(_is_of(name, *other) for name in names)]
        if kept != row.said["others"]:
            row.said["others"] = kept
            row.save(update_fields=["said"])
            changed.append(row.record)
    return changed


def _is_of(name: Name, forename: str, surname: str) -> bool:
    """Whether a source's other party, of whom it may give one part alone, is called this."""
    heard, known = (
        (forename.casefold(), surname.casefold()),
        (name.forename.casefold(), name.surname.casefold()),
    )
    if name.full and name.full.casefold() == " ".join(filter(None, heard)):
        return True
    return any(heard) and all(part in ("", held) for part, held in zip(heard, known, strict=True))
