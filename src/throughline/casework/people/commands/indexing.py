"""Keeping what recognition reads beside the record, in the same transaction."""

from django.db.models import Q

from throughline.casework.people.models import Address, Features, Key, Name, Phone, Record, Relationship
from throughline.foundations.vault.keys import keys
from throughline.linkage.description import Description, Place
from throughline.linkage.description import Name as HeardName
from throughline.linkage.features import features, pack
from throughline.linkage.keys import record_keys
from throughline.reference import load


def index(record: Record) -> None:
    """Make the record findable by what is now known of it. The caller audits.

    Refuge addresses are kept elsewhere and give no keys; an erased record gives none at all.
    """
    found = features(described(record))
    Features.objects.update_or_create(record=record, defaults={"packed": pack(found)})
    wanted = record_keys(found, keys().linkage)
    present = dict(Key.objects.filter(record=record).values_list("key", "id"))
    Key.objects.filter(id__in=[row for key, row in present.items() if key not in wanted]).delete()
    Key.objects.bulk_create(Key(key=key, record=record) for key in sorted(wanted - present.keys()))


def unindex(record: Record) -> None:
    """Make the record impossible to find. The caller audits."""
    Key.objects.filter(record=record).delete()
    Features.objects.filter(record=record).delete()


def described(record: Record) -> Description:
    """All that is known of a record, also of former times, as recognition takes it."""
    return Description(
        names=tuple(_heard(name) for name in Name.objects.filter(record=record).order_by("id")),
        born=record.born,
        born_from=record.born_from,
        born_to=record.born_to,
        sex=record.sex,
        phones=tuple(Phone.objects.filter(record=record).order_by("id").values_list("number", flat=True)),
        places=tuple(
            Place(place.number, place.street, place.town, place.postcode)
            for place in Address.objects.filter(record=record).order_by("id")
        ),
        others=tuple(_heard(name) for name in _other_parties(record)),
    )


def _heard(name: Name) -> HeardName:
    return HeardName(name.forename, name.middle, name.surname, name.full)


def _other_parties(record: Record) -> list[Name]:
    """The names of partners, present and former: callers name him more often than themselves."""
    partners = [
        row.code
        for row in load("relationship").as_of(record.made_at.date())
        if row.text("group") in {"partner", "ex-partner"}
    ]
    pairs = Relationship.objects.filter(Q(record=record) | Q(other=record), kind__in=partners)
    others = {other for pair in pairs for other in (pair.record_id, pair.other_id) if other != record.id}
    return list(Name.objects.filter(record__in=others).order_by("id"))
