"""What a source says otherwise than before, taken over without losing what was typed here.

Three things are compared: what the source said last, what it says now, and what stands here. Only what the
source itself changed is changed: a fact that it dropped ends, a fact that it brought begins, and a particular
that somebody corrected here stays corrected. An empty cell wipes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from throughline.casework.people.commands.indexing import index_all
from throughline.casework.people.commands.recording import marker_ends
from throughline.casework.people.models import (
    Address,
    Household,
    ImportRun,
    Marker,
    Member,
    Name,
    Phone,
    Record,
    SafeContact,
    SourceRow,
)
from throughline.foundations.access.rules import Actor
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.reference import load

# particulars that are changed each for itself; the birth is one of three columns
_ALONE = ("sex", "language", "needs_interpreter", "ethnicity_officer_defined")
_TOGETHER = (("born", "born_from", "born_to"), ("ethnicity", "ethnicity_scheme"))
_NOTHING_SAID: dict[str, Any] = {
    "names": [], "phones": [], "addresses": [], "others": [], "markers": [], "household": "", "birth": "",
    "born": None, "born_from": None, "born_to": None, "sex": "", "language": "", "needs_interpreter": None,
    "ethnicity": "", "ethnicity_scheme": "", "ethnicity_officer_defined": "",
}  # fmt: skip


@dataclass(slots=True)
class _Amendment:
    """All that a batch changes, gathered so that each table is written once."""

    by: Actor
    now: datetime
    run_id: UUID
    entries: list[Entry] = field(default_factory=list)
    voided: dict[UUID, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return london_day(self.now)

    def write(self, kind: str, record_id: UUID, about: UUID | None = None, code: str = "") -> None:
        self.entries.append(
            Entry(kind=kind, at=self.now, by=self.by.id, record_id=record_id, about=about, code=code)
        )


@dataclass(frozen=True, slots=True)
class _Change:
    """What a source said of one record, and says now."""

    record: Record
    old: Mapping[str, Any]
    new: Mapping[str, Any]

    def dropped(self, what: str) -> list[Any]:
        return [one for one in self.old[what] if one not in self.new[what]]

    def brought(self, what: str) -> list[Any]:
        return [one for one in self.new[what] if one not in self.old[what]]


def amend(*, by: Actor, now: datetime, run_id: UUID, landing: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Take over what a source now says of records it has spoken of before. Inside an audited batch only.

    ``landing`` gives for each record {"said": …, "digest": hexadecimal}.
    """
    if not landing:
        return
    records = Record.objects.in_bulk(list(landing))
    before = {row.record_id: row.said for row in SourceRow.objects.filter(record__in=landing)}
    changes = [
        _Change(records[one], old, {"markers": old["markers"]} | row["said"])
        for one, row in landing.items()
        for old in [_NOTHING_SAID | before.get(one, {})]
    ]
    amendment = _Amendment(by, now, run_id)
    _amend_particulars(changes)
    _amend_names(amendment, changes)
    _amend_phones(amendment, changes)
    _amend_addresses(amendment, changes)
    _amend_households(amendment, changes)
    _amend_markers(amendment, changes)
    _void_safe_contact(amendment)
    SourceRow.objects.bulk_create(
        [
            SourceRow(record_id=one, run=run_id, digest=bytes.fromhex(row["digest"]), said=row["said"])
            for one, row in landing.items()
        ],
        update_conflicts=True,
        unique_fields=["record"],
        update_fields=["run", "digest", "said"],
    )
    for change in changes:
        amendment.write("record-imported", change.record.id, about=run_id)
    Entry.objects.bulk_create(amendment.entries)
    index_all(records.values())


def _amend_particulars(changes: Iterable[_Change]) -> None:
    fields = [*((name,) for name in _ALONE), *_TOGETHER]
    touched = []
    for change in changes:
        for together in fields:
            old = tuple(_value(change.old, name) for name in together)
            new = tuple(_value(change.new, name) for name in together)
            here = tuple(getattr(change.record, name) for name in together)
            said_otherwise = (
                old != new if "born" not in together else change.old["birth"] != change.new["birth"]
            )
            if said_otherwise and here == old and any(one not in ("", None) for one in new):
                for name, value in zip(together, new, strict=True):
                    setattr(change.record, name, value)
                touched.append(change.record)
    Record.objects.bulk_update(
        {record.id: record for record in touched}.values(), [name for some in fields for name in some]
    )


def _value(said: Mapping[str, Any], name: str) -> Any:
    value = said[name]
    return date.fromisoformat(value) if name == "born" and value else value


def _standing(table: type[Any], changes: Iterable[_Change], **having: Any) -> dict[UUID, list[Any]]:
    rows: dict[UUID, list[Any]] = {change.record.id: [] for change in changes}
    for row in table.objects.filter(record__in=rows, valid_until=None, **having).order_by("id"):
        rows[row.record_id].append(row)
    return rows


def _amend_names(amendment: _Amendment, changes: list[_Change]) -> None:
    standing = _standing(Name, changes)
    ended, added = [], []
    for change in changes:
        here = standing[change.record.id]
        if not change.new["names"]:
            continue
        for one in change.dropped("names"):
            for name in here:
                if _as_said(name) == one and name not in ended:
                    name.kind = "former" if name.kind == "current" else name.kind
                    name.valid_until = amendment.today
                    ended.append(name)
                    break
        left = [name for name in here if name not in ended]
        for kind, *parts in change.brought("names"):
            if any(_as_said(name)[1:] == parts for name in left):
                continue
            # a current name that was typed here stays the current one
            if kind == "current" and any(name.kind == "current" for name in left):
                kind = "alias"
            forename, middle, surname, full, order = parts
            name = Name(
                record=change.record, kind=kind, forename=forename, middle=middle, surname=surname, full=full,
                order=order,
            )  # fmt: skip
            added.append(name)
            left.append(name)
            amendment.write("name-added", change.record.id, name.id, kind)
    Name.objects.bulk_update(ended, ["kind", "valid_until"])
    Name.objects.bulk_create(added)


def _as_said(name: Name) -> list[str]:
    return [name.kind, name.forename, name.middle, name.surname, name.full, name.order]


def _amend_phones(amendment: _Amendment, changes: list[_Change]) -> None:
    standing = _standing(Phone, changes)
    ended, added = [], []
    for change in changes:
        here = {phone.number: phone for phone in standing[change.record.id]}
        said = {number for number, _ in change.new["phones"]}
        for number, _ in change.dropped("phones"):
            phone = here.get(number)
            # written otherwise, it is the same number
            if phone is not None and number not in said and change.new["phones"]:
                phone.valid_until = amendment.today
                ended.append(phone)
                del here[number]
                amendment.write("phone-ended", change.record.id, phone.id)
                amendment.voided[change.record.id] = "number-changed"
        known = {number for number, _ in change.old["phones"]}
        for number, given in change.brought("phones"):
            if number not in here and number not in known:
                phone = Phone(record=change.record, number=number, given=given, valid_from=amendment.today)
                added.append(phone)
                amendment.write("phone-added", change.record.id, phone.id)
                amendment.voided[change.record.id] = "number-changed"
    Phone.objects.bulk_update(ended, ["valid_until"])
    Phone.objects.bulk_create(added)


def _amend_addresses(amendment: _Amendment, changes: list[_Change]) -> None:
    standing = _standing(Address, changes)
    ended, added = [], []
    for change in changes:
        here = {_place(address): address for address in standing[change.record.id]}
        now_current = {tuple(one[:4]) for one in change.new["addresses"] if not one[6]}
        was_current = {tuple(one[:4]) for one in change.old["addresses"] if not one[6]}
        said_before = {tuple(one[:4]) for one in change.old["addresses"]}
        until = {tuple(one[:4]): one[5] for one in change.new["addresses"] if one[6]}
        for place in was_current - now_current:
            address = here.get(place)
            if address is not None and now_current | until.keys():
                left = until.get(place)
                address.valid_until = date.fromisoformat(left) if left else amendment.today
                ended.append(address)
                amendment.write("address-ended", change.record.id, address.id)
                amendment.voided[change.record.id] = "address-changed"
        for number, street, town, postcode, since, left, former in change.brought("addresses"):
            place = (number, street, town, postcode)
            if place in here or place in (was_current if not former else said_before):
                continue
            address = Address(
                record=change.record, number=number, street=street, town=town, postcode=postcode,
                valid_from=since and date.fromisoformat(since),
            )  # fmt: skip
            if former:
                address.valid_until = date.fromisoformat(left) if left else amendment.today
            else:
                amendment.voided[change.record.id] = "address-changed"
            added.append(address)
            amendment.write("address-added", change.record.id, address.id)
    Address.objects.bulk_update(ended, ["valid_until"])
    Address.objects.bulk_create(added)


def _place(address: Address) -> tuple[str, str, str, str]:
    return address.number, address.street, address.town, address.postcode


def _amend_households(amendment: _Amendment, changes: list[_Change]) -> None:
    moved = [
        change
        for change in changes
        if change.new["household"] and change.new["household"] != change.old["household"]
    ]
    if not moved:
        return
    source = moved[0].record.source
    wanted = {one.new["household"] for one in moved}
    Household.objects.bulk_create(
        [Household(source=source, source_ref=ref) for ref in sorted(wanted)], ignore_conflicts=True
    )
    refs = wanted | {one.old["household"] for one in moved}
    homes = {home.source_ref: home for home in Household.objects.filter(source=source, source_ref__in=refs)}
    standing = _standing(Member, moved)
    ended, added = [], []
    for change in moved:
        old, new = homes.get(change.old["household"]), homes[change.new["household"]]
        here = {member.household_id: member for member in standing[change.record.id]}
        if old is not None and (member := here.get(old.id)):
            member.valid_until = amendment.today
            ended.append(member)
            amendment.write("left-household", change.record.id, old.id)
        if new.id not in here:
            added.append(Member(record=change.record, household=new, valid_from=amendment.today))
            amendment.write("joined-household", change.record.id, new.id)
    Member.objects.bulk_update(ended, ["valid_until"])
    Member.objects.bulk_create(added)


def _amend_markers(amendment: _Amendment, changes: list[_Change]) -> None:
    altered = [change for change in changes if change.old["markers"] != change.new["markers"]]
    if not altered:
        return
    importers = set(ImportRun.objects.values_list("started_by", flat=True))
    standing: dict[UUID, dict[str, Marker]] = {change.record.id: {} for change in altered}
    for marker in Marker.objects.filter(record__in=standing, ended_by=None, address=None):
        standing[marker.record_id][marker.code] = marker
    ended, added = [], []
    for change in altered:
        here = standing[change.record.id]
        for code in change.dropped("markers"):
            stood = here.get(code)
            # one that somebody set again here is theirs
            if stood is not None and stood.set_by in importers:
                stood.ended_by, stood.valid_until = amendment.by.id, amendment.today
                ended.append(stood)
                amendment.write("marker-ended", change.record.id, stood.id, code)
        for code in change.brought("markers"):
            if code not in here:
                kind = load("markers").get(code, on=amendment.today)
                marker = Marker(
                    record=change.record, code=code, set_by=amendment.by.id, valid_from=amendment.today,
                    valid_until=marker_ends(kind, amendment.now),
                )  # fmt: skip
                added.append(marker)
                amendment.write("marker-set", change.record.id, marker.id, code)
    Marker.objects.bulk_update(ended, ["ended_by", "valid_until"])
    Marker.objects.bulk_create(added)


def _void_safe_contact(amendment: _Amendment) -> None:
    """The promise of a safe way ends with the number or the address that it rested on."""
    standing = list(SafeContact.objects.filter(record__in=amendment.voided, voided_at=None))
    for safe in standing:
        because = amendment.voided[safe.record_id]
        safe.voided_at, safe.voided_because = amendment.now, because
        amendment.write("safe-contact-voided", safe.record_id, safe.id, because)
    SafeContact.objects.bulk_update(standing, ["voided_at", "voided_because"])
