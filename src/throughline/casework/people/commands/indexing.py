"""Keeping what recognition reads beside the record, in the same transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from throughline.casework.people.models import (
    Address,
    Features,
    Key,
    Name,
    Phone,
    Record,
    Relationship,
    SourceRow,
)
from throughline.casework.people.rules import RECOGNISER
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action
from throughline.foundations.audit.commands import undertake
from throughline.foundations.vault.keys import keys
from throughline.linkage.description import Description, Place
from throughline.linkage.description import Name as HeardName
from throughline.linkage.features import features, pack
from throughline.linkage.keys import VERSION, record_keys
from throughline.reference import load


def index(record: Record) -> None:
    """Make the record findable by what is now known of it. The caller audits.

    Refuge addresses are kept elsewhere and give no keys; an erased record gives none at all.
    """
    index_all([record])


def index_all(records: Iterable[Record]) -> None:
    """`index` for many records at once, in as many statements as for one."""
    found = {one: features(description) for one, description in described(records).items()}
    # in the order in which a merge changes them, so that the two wait for each other and neither is killed
    Features.objects.bulk_create(
        [Features(record_id=one, packed=pack(found[one]), keyed=VERSION) for one in sorted(found)],
        update_conflicts=True,
        unique_fields=["record"],
        update_fields=["packed", "keyed"],
    )
    wanted = {(one, key) for one, known in found.items() for key in record_keys(known, keys().linkage)}
    present = set(Key.objects.filter(record__in=found).values_list("record_id", "key"))
    Key.objects.filter(pk__in=[(key, one) for one, key in sorted(present - wanted)]).delete()
    Key.objects.bulk_create(Key(record_id=one, key=key) for one, key in sorted(wanted - present))


def unindex(record: Record) -> None:
    """Make the record impossible to find. The caller audits."""
    Key.objects.filter(record=record).delete()
    Features.objects.filter(record=record).delete()


@transaction.atomic
def renew_keys(*, now: datetime, limit: int = 500) -> int:
    """Give records whose keys were made by earlier rules those of today, so many at a time; says for how many.

    Until all have them a record is found by its earlier keys. Stopped at any moment, it goes on where it was.
    """
    set_actor(RECOGNISER)
    old = Features.objects.filter(keyed__lt=VERSION).order_by("keyed", "record")
    ids = list(old.values_list("record", flat=True)[:limit])
    if ids:
        undertake(RECOGNISER, Action.IMPORT_PEOPLE, detail={"keys": VERSION, "records": len(ids)})
        index_all(Record.objects.filter(id__in=ids))
    return len(ids)


def described(records: Iterable[Record]) -> dict[UUID, Description]:
    """All that is known of each record, also of former times, as recognition takes it."""
    told = {record.id: record for record in records}
    names = _by_record(Name.objects.filter(record__in=told).order_by("id"))
    phones = _by_record(Phone.objects.filter(record__in=told).order_by("id"))
    places = _by_record(Address.objects.filter(record__in=told).order_by("id"))
    others = _other_parties(told)
    return {
        one: Description(
            names=tuple(map(_heard, names[one])),
            born=record.born,
            born_from=record.born_from,
            born_to=record.born_to,
            sex=record.sex,
            phones=tuple(phone.number for phone in phones[one]),
            places=tuple(
                Place(place.number, place.street, place.town, place.postcode) for place in places[one]
            ),
            others=tuple(others[one]),
        )
        for one, record in told.items()
    }


def _by_record(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[row.record_id].append(row)
    return grouped


def _heard(name: Name) -> HeardName:
    return HeardName(name.forename, name.middle, name.surname, name.full)


def _other_parties(told: Mapping[UUID, Record]) -> dict[UUID, list[HeardName]]:
    """The names of partners, present and former, and of whom the source names beside the person: callers
    name him more often than themselves."""
    heard: dict[UUID, list[HeardName]] = defaultdict(list)
    for row in SourceRow.objects.filter(record__in=told):
        heard[row.record_id] += [HeardName(forename, "", surname) for forename, surname in row.said["others"]]
    # partners of all times: a kind that was once in use still tells
    partners = [
        row.code for row in load("relationship").rows if row.text("group") in {"partner", "ex-partner"}
    ]
    pairs = list(
        Relationship.objects.filter(Q(record__in=told) | Q(other__in=told), kind__in=partners).order_by("id")
    )
    beside = [(pair.record_id, pair.other_id) for pair in pairs]
    names = _by_record(
        Name.objects.filter(record__in={one for pair in beside for one in pair}).order_by("id")
    )
    for one, other in (*beside, *((other, one) for one, other in beside)):
        if one in told:
            heard[one] += map(_heard, names[other])
    return heard
