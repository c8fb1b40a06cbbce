"""One person: everything that their records say, for whoever may see it."""

from collections.abc import Iterable, Mapping
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
    StaffLink,
)
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.searching import is_child, shown_age, unended_markers
from throughline.casework.people.rules import NOT_FOUND
from throughline.foundations.access.protection import acting
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.rules import (
    Action,
    Actor,
    Refused,
    Relation,
    Subject,
    insist,
    may,
    system,
)
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.audit.queries import about
from throughline.foundations.chronology.models import Entry
from throughline.foundations.instruments.rules import Answer
from throughline.reference import load


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody who is something to this person; ``kind`` is a code of `reference`, said from their side."""

    record_id: UUID
    name: str
    age: str
    kind: str
    valid_until: date | None
    is_child: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """A record of the identity, since when it is held to be of it, and who said so."""

    record: Record
    since: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Said:
    """What was said about reaching this person, under which questions, and whether it still holds.

    ``complete`` is false where some questions are still to be asked.
    """

    id: UUID
    record_id: UUID
    version: str
    answers: Mapping[str, Answer]
    complete: bool
    given_at: datetime
    taken_by: str
    phone: Phone | None
    address: Address | None
    voided_at: datetime | None
    voided_because: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline: codes of `reference`, and who wrote it."""

    at: datetime
    kind: str
    code: str
    by: str


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
    linked: tuple[Linked, ...]
    # newest first; more than one stands only where merged records were each asked
    said: tuple[Said, ...]
    last_voided: Said | None
    refuge: tuple[str, ...]
    refuge_held: bool
    household: tuple[Relative, ...]
    relatives: tuple[Relative, ...]
    markers: tuple[Marker, ...]
    # those that have lapsed and that nobody has ended or renewed
    lapsed: tuple[Marker, ...]
    timeline: tuple[Line, ...]
    looks: tuple[Event, ...]
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


def names_of(record_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What those of some records are called that are in the running actor's sight. The caller writes the look."""
    names = _by_record(Name.objects.filter(among("record", set(record_ids))).order_by("valid_until", "id"))
    return {record_id: shown_name(theirs) for record_id, theirs in names.items()}


def insist_on(actor: Actor, action: Action, record_id: UUID) -> Subject:
    """How the actor stands to a record that they may do this to; raises `Refused`.

    A record that does not exist, one that was erased and one that is out of sight are refused alike.
    """
    subject = subject_for(actor, record_id)
    insist(actor, action, subject, record_id)
    if not Record.objects.filter(id=record_id, erased_at=None).exists():
        raise Refused(NOT_FOUND, record_id)
    return subject


def told_apart(actor: Actor, action: Action, record_id: UUID) -> tuple[Record, list[str]]:
    """One record by itself, with its own names and numbers: which of several that may bear the same name. The caller
    writes the look. Raises `Refused`."""
    insist_on(actor, action, record_id)
    phones = Phone.objects.filter(record=record_id, valid_until=None).order_by("valid_from", "id")
    names = Name.objects.filter(record=record_id).order_by("-valid_until", "id")
    said = [*(name.shown for name in names), *phones.values_list("given", flat=True)]
    return Record.objects.get(id=record_id), list(dict.fromkeys(said))


def heading(actor: Actor, action: Action, *record_ids: UUID, purpose: str = "") -> tuple[str, ...]:
    """The names at the head of a small page about these records, with the look written. Raises `Refused`."""
    for record_id in record_ids:
        insist_on(actor, action, record_id)
    names = _by_record(Name.objects.filter(record__in=record_ids).order_by("-valid_until", "id"))
    write_audit(actor, Event.Kind.LOOK, action, subjects=record_ids, purpose=purpose)
    return tuple(shown_name(names.get(record_id, [])) for record_id in record_ids)


def person(actor: Actor, record_id: UUID, *, today: date, purpose: str = "call") -> Person:
    """Everything about one person that ``actor`` may see, with the look written. Raises `Refused`.

    A record that does not exist and one that is out of sight are refused alike.
    """
    subject = insist_on(actor, Action.VIEW_PERSON, record_id)
    identity = IdentityLink.objects.get(record=record_id, valid_until=None).identity_id
    linked = _linked(identity, first=record_id)
    records = tuple(one.record for one in linked)
    ids = [one.id for one in records]
    allowed = frozenset(action for action in Action if may(actor, action, subject))
    said = said_of(ids)
    housemates, relatives = _household(ids, today), _relatives(ids, today)
    unended = list(unended_markers(ids).select_related("address"))
    lapsed = tuple(one for one in unended if one.valid_until and one.valid_until < today)
    shown = Person(
        record=records[0],
        identity_id=identity,
        records=records,
        linked=linked,
        age=next((age for one in records if (age := shown_age(one, today))), ""),
        names=_names(ids),
        phones=tuple(Phone.objects.filter(record__in=ids).order_by("-valid_until", "-valid_from", "id")),
        addresses=tuple(Address.objects.filter(record__in=ids).order_by("-valid_until", "-valid_from", "id")),
        said=tuple(one for one in said if one.voided_at is None),
        last_voided=next((one for one in said if one.voided_at), None),
        refuge=_refuge(ids) if Relation.REFUGE in subject.relations else (),
        refuge_held=_refuge_held(ids),
        household=housemates,
        relatives=relatives,
        markers=tuple(one for one in unended if one not in lapsed),
        lapsed=lapsed,
        timeline=_timeline(actor, ids, today),
        looks=tuple(about(ids)) if Action.VIEW_LOOKERS in allowed else (),
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


def _linked(identity: UUID, *, first: UUID) -> tuple[Linked, ...]:
    """The records of an identity, the one asked for before the others."""
    links = IdentityLink.objects.filter(identity=identity, valid_until=None, record__erased_at=None)
    in_order = sorted(
        links.select_related("record"), key=lambda link: (link.record_id != first, link.valid_from, link.pk)
    )
    names = staff_names({link.made_by for link in in_order})
    return tuple(Linked(link.record, link.valid_from, names[link.made_by]) for link in in_order)


def said_of(ids: list[UUID]) -> list[Said]:
    """All that was ever said about reaching these records, newest first. The caller writes the look."""
    kept = list(
        SafeContact.objects.filter(among("record", ids))
        .select_related("answers", "phone", "address")
        .order_by("-given_at")
    )
    names = staff_names({one.taken_by for one in kept})
    return [
        Said(
            id=one.id,
            record_id=one.record_id,
            version=one.answers.version,
            answers=one.answers.answers,
            complete=one.answers.complete,
            given_at=one.given_at,
            taken_by=names[one.taken_by],
            phone=one.phone,
            address=one.address,
            voided_at=one.voided_at,
            voided_because=one.voided_because,
        )
        for one in kept
    ]


def _timeline(actor: Actor, ids: list[UUID], today: date) -> tuple[Line, ...]:
    """The lines that the reader's role may read, newest first."""
    readable = [
        row.code for row in load("chronology-kinds").as_of(today) if actor.role in row.texts("readers")
    ]
    entries = list(Entry.objects.filter(record_id__in=ids, kind__in=readable).order_by("-at", "-id")[:200])
    names = staff_names({entry.by for entry in entries})
    return tuple(Line(entry.at, entry.kind, entry.code, names[entry.by]) for entry in entries)


class _NamesOfStaff(dict[UUID, str]):
    """The system acts under ids that no account has."""

    def __missing__(self, key: UUID) -> str:
        return "Throughline"


def staff_names(ids: set[UUID]) -> Mapping[UUID, str]:
    """Who the accounts are that did something; the system's own actors are called by its name."""
    return _NamesOfStaff(User.objects.filter(among("id", ids)).values_list("id", "name"))


def _names(ids: list[UUID]) -> tuple[Name, ...]:
    """The names of some records: what they are called now first, and of that what the first record says."""
    names = Name.objects.filter(record__in=ids).order_by("-valid_until", "id")
    return tuple(sorted(names, key=lambda name: (name.kind != "current", ids.index(name.record_id))))


def _by_record(rows: Iterable[Name]) -> dict[UUID, list[Name]]:
    grouped: dict[UUID, list[Name]] = {}
    for row in rows:
        grouped.setdefault(row.record_id, []).append(row)
    return grouped


def _household(ids: list[UUID], today: date) -> tuple[Relative, ...]:
    """Those who live with them, children first and the youngest of them before the others."""
    homes = Member.objects.filter(record__in=ids, valid_until=None).values("household")
    with_them = Member.objects.filter(household__in=homes, valid_until=None).exclude(record__in=ids)
    found = _as_relatives([(member.record_id, "household", None) for member in with_them], today)
    return tuple(sorted(found, key=lambda one: (not one.is_child, one.name)))


def _relatives(ids: list[UUID], today: date) -> tuple[Relative, ...]:
    ties = Relationship.objects.filter(Q(record__in=ids) | Q(other__in=ids)).order_by("-valid_until", "id")
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
    names = _by_record(Name.objects.filter(record__in=records).order_by("-valid_until", "id"))
    return tuple(
        Relative(
            one,
            shown_name(names.get(one, [])),
            shown_age(records[one], today),
            kind,
            until,
            is_child(records[one], today),
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


def what_is_held(actor: Actor, record_id: UUID) -> tuple[tuple[str, int], ...]:
    """How much a record holds, by kind, for who is about to erase it. Raises `Refused`."""
    insist_on(actor, Action.ERASE, record_id)
    tables = (Name, Phone, Address, SafeContact, Marker, Member, StaffLink)
    counts = [
        (str(table._meta.verbose_name_plural), table.objects.filter(record=record_id).count())
        for table in tables
    ]
    ties = Relationship.objects.filter(Q(record=record_id) | Q(other=record_id)).count()
    return (*counts, (str(Relationship._meta.verbose_name_plural), ties))
