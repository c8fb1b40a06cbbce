"""One person: everything that their records say, for whoever may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from throughline.casework.people.commands.safety import open_refuge
from throughline.casework.people.models import (
    Address,
    IdentityLink,
    Marker,
    Member,
    Name,
    Phone,
    Record,
    RefugeAddress,
    Relationship,
    SafeContact,
)
from throughline.casework.people.queries.searching import shown_age, standing_markers
from throughline.foundations.access.protection import acting
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.rules import Action, Actor, Refused, Relation, decide, may, system
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.audit.queries import about
from throughline.foundations.chronology.models import Entry
from throughline.reference import load

NOT_FOUND = "There is no such record"


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody who is something to this person; ``kind`` is a code of `reference`, said from their side."""

    record_id: UUID
    name: str
    age: str
    kind: str
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Look:
    """One look at or change of this person's records."""

    at: datetime
    who: str
    role: str
    kind: str
    action: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Person:
    """What a person page shows. ``records`` are those of one identity, the one asked for first."""

    record: Record
    identity_id: UUID
    records: tuple[Record, ...]
    age: str
    names: tuple[Name, ...]
    phones: tuple[Phone, ...]
    addresses: tuple[Address, ...]
    safe_contact: SafeContact | None
    last_voided: SafeContact | None
    refuge: tuple[str, ...]
    refuge_held: bool
    household: tuple[Relative, ...]
    relatives: tuple[Relative, ...]
    markers: tuple[Marker, ...]
    timeline: tuple[Entry, ...]
    looks: tuple[Look, ...]
    restricted: bool
    allowed: frozenset[Action]

    @property
    def name(self) -> str:
        """The current name, or the best there is."""
        return shown_name(self.names)


def shown_name(names: Iterable[Name]) -> str:
    """The current name among some, else the first, else words that say there is none."""
    names = list(names)
    current = next((name for name in names if name.kind == "current" and name.valid_until is None), None)
    return (current or names[0]).shown if names else "Name not known"


def person(actor: Actor, record_id: UUID, *, today: date, purpose: str = "call") -> Person:
    """Everything about one person that ``actor`` may see, with the look written. Raises `Refused`.

    A record that does not exist and one that is out of sight are refused alike.
    """
    subject = subject_for(actor, record_id)
    decision = decide(actor, Action.VIEW_PERSON, subject)
    if not decision.allowed:
        raise Refused(decision.because, record_id)
    record = Record.objects.filter(id=record_id).first()
    if record is None:
        raise Refused(NOT_FOUND, record_id)
    link = IdentityLink.objects.get(record=record, valid_until=None)
    ids = [record_id] + [
        other
        for other in IdentityLink.objects.filter(identity=link.identity_id, valid_until=None)
        .exclude(record=record_id)
        .order_by("valid_from", "id")
        .values_list("record", flat=True)
    ]
    by_id = Record.objects.in_bulk(ids)
    records = tuple(by_id[one] for one in ids if one in by_id)
    allowed = frozenset(action for action in Action if may(actor, action, subject))
    safe = list(SafeContact.objects.filter(record__in=ids).order_by("-given_at"))
    housemates, relatives = _household(ids, today), _relatives(ids, today)
    looks = _looks(ids) if Action.VIEW_LOOKERS in allowed else ()
    shown = Person(
        record=record,
        identity_id=link.identity_id,
        records=records,
        age=next((age for one in records if (age := shown_age(one, today))), ""),
        names=tuple(Name.objects.filter(record__in=ids).order_by("valid_until", "kind", "id")),
        phones=tuple(Phone.objects.filter(record__in=ids).order_by("-valid_until", "-valid_from", "id")),
        addresses=tuple(Address.objects.filter(record__in=ids).order_by("-valid_until", "-valid_from", "id")),
        safe_contact=next((one for one in safe if one.voided_at is None), None),
        last_voided=next((one for one in safe if one.voided_at), None),
        refuge=_refuge(ids) if Relation.REFUGE in subject.relations else (),
        refuge_held=_refuge_held(ids),
        household=housemates,
        relatives=relatives,
        markers=tuple(standing_markers(ids, today)),
        timeline=tuple(Entry.objects.filter(record_id__in=ids).order_by("-at", "-id")[:200]),
        looks=looks,
        restricted=subject.restricted,
        allowed=allowed,
    )
    others = [one.record_id for one in (*housemates, *relatives)]
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_PERSON,
        subjects=dict.fromkeys([*ids, *others]),
        purpose=purpose,
    )
    return shown


def _household(ids: list[UUID], today: date) -> tuple[Relative, ...]:
    homes = Member.objects.filter(record__in=ids, valid_until=None).values("household")
    with_them = Member.objects.filter(household__in=homes, valid_until=None).exclude(record__in=ids)
    return _as_relatives([(member.record_id, "household", None) for member in with_them], today)


def _relatives(ids: list[UUID], today: date) -> tuple[Relative, ...]:
    ties = Relationship.objects.filter(Q(record__in=ids) | Q(other__in=ids)).order_by("id")
    told = []
    for tie in ties:
        if tie.record_id in ids:
            told.append((tie.other_id, tie.kind, tie.valid_until))
        else:
            told.append((tie.record_id, inverse(tie.kind, today), tie.valid_until))
    return _as_relatives(told, today)


def inverse(kind: str, on: date) -> str:
    """What the first is to the second, where the second is ``kind`` to the first."""
    return load("relationship").get(kind, on=on).text("inverse")


def _as_relatives(told: list[tuple[UUID, str, date | None]], today: date) -> tuple[Relative, ...]:
    records = Record.objects.in_bulk([one for one, _, _ in told])
    names: dict[UUID, list[Name]] = {}
    for name in Name.objects.filter(record__in=records).order_by("valid_until", "id"):
        names.setdefault(name.record_id, []).append(name)
    return tuple(
        Relative(
            one,
            shown_name(names.get(one, [])),
            shown_age(records[one], today),
            kind,
            until,
        )
        for one, kind, until in told
        if one in records
    )


def _refuge(ids: list[UUID]) -> tuple[str, ...]:
    kept = RefugeAddress.objects.filter(record__in=ids, valid_until=None)
    opened = map(open_refuge, kept)
    return tuple(
        ", ".join(part for part in (f"{one.number} {one.street}".strip(), one.town, one.postcode) if part)
        for one in opened
    )


def _refuge_held(ids: list[UUID]) -> bool:
    """Whether there is a refuge address at all: that she is safe may be known, where she is may not."""
    with acting(system("refuge")):
        return RefugeAddress.objects.filter(record__in=ids, valid_until=None).exists()


def _looks(ids: list[UUID]) -> tuple[Look, ...]:
    events = list(about(ids))
    users = User.objects.in_bulk({event.actor for event in events})
    return tuple(
        Look(
            at=event.at,
            who=users[event.actor].name if event.actor in users else "Throughline",
            role=event.role,
            kind=event.kind,
            action=event.action,
            purpose=event.purpose,
        )
        for event in events
    )
