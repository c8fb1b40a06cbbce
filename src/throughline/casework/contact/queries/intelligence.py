"""What the intelligence desk is asked, and who reads what confidential systems hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughline.casework.contact.models import (
    ConfidentialWords,
    Contact,
    Deployment,
    IntelligenceAnswer,
    IntelligenceRequest,
)
from throughline.casework.contact.rules.brief import Known
from throughline.casework.contact.rules.intelligence import named_for
from throughline.casework.people.models import Address, Name, Phone, Record
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.queries.searching import shown_age
from throughline.casework.people.rules import NOT_FOUND, PURPOSES
from throughline.foundations.access.models import Grant
from throughline.foundations.access.queries import open_grants
from throughline.foundations.access.rules import Action, Actor, Refused, insist
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import duty_kind
from throughline.reference import Row, load

SHOWN = 50


def confidential_words(answer_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What confidential systems hold, of those alone for which the running actor is named."""
    return dict(ConfidentialWords.objects.filter(answer__in=list(answer_ids)).values_list("answer", "words"))


def is_named(actor: Actor, system: str) -> bool:
    """Whether this account is named for a confidential system."""
    return open_grants(named_for(system)).filter(kind=Grant.Kind.SEE, grantee=actor.id).exists()


def confidential_systems(on: date) -> tuple[Row, ...]:
    """The systems that named staff alone read."""
    return tuple(row for row in load("intelligence-systems").as_of(on) if row.flag("confidential"))


@dataclass(frozen=True, slots=True)
class Named:
    """An account that reads a confidential system, since when and why."""

    grantee: UUID
    who: str
    system: str
    label: str
    since: datetime


def named(actor: Actor, *, on: date) -> tuple[Named, ...]:
    """Who is named for which confidential system. Raises Refused."""
    insist(actor, Action.NAME_CONFIDENTIAL)
    found = [
        (grant, row)
        for row in confidential_systems(on)
        for grant in open_grants(named_for(row.code)).filter(kind=Grant.Kind.SEE).order_by("valid_from")
    ]
    names = staff_names({grant.grantee for grant, _ in found if grant.grantee})
    return tuple(
        Named(grant.grantee, names[grant.grantee], row.code, row.label, grant.valid_from)
        for grant, row in found
        if grant.grantee
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the list of the desk shows it: how many of its systems are answered, and by when all are due."""

    request: IntelligenceRequest
    contact: Contact
    deployment: Deployment | None
    answered: int
    due_at: datetime


def queue(actor: Actor) -> tuple[Asked, ...]:
    """What the desk has still to answer, the longest asked first, with the look written. Raises Refused."""
    insist(actor, Action.ANSWER_INTELLIGENCE)
    waiting = list(
        IntelligenceRequest.objects.filter(answered_at=None)
        .select_related("contact__incident")
        .prefetch_related("answers")
        .order_by("asked_at", "id")[:SHOWN]
    )
    deployments = _standing([one.contact_id for one in waiting])
    record(
        actor,
        Event.Kind.LOOK,
        Action.ANSWER_INTELLIGENCE,
        subjects=sorted({subject for one in waiting for subject in one.contact.subjects}),
        purpose=PURPOSES[actor.role],
    )
    return tuple(
        Asked(
            one,
            one.contact,
            deployments.get(one.contact_id),
            len({answer.system for answer in one.answers.all()} & set(one.systems)),
            due_at(one),
        )
        for one in waiting
    )


def due_at(request: IntelligenceRequest) -> datetime:
    """By when a request is to be answered, by the clock of its duty."""
    return duty_kind("intelligence-request", on=london_day(request.asked_at)).due_at(request.asked_at)


def _standing(contact_ids: Iterable[UUID]) -> dict[UUID, Deployment]:
    standing = Deployment.objects.filter(contact__in=list(contact_ids), superseded_by=None)
    return {one.contact_id: one for one in standing}


@dataclass(frozen=True, slots=True)
class System:
    """One system of a request: what was answered, by whom; ``closed`` where the reader is not named for it."""

    row: Row
    asked: bool
    answer: IntelligenceAnswer | None
    words: str
    by: str
    closed: bool


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request with what it needs to be answered: where, who is asked about, what was read."""

    request: IntelligenceRequest
    contact: Contact
    deployment: Deployment | None
    asked_by: str
    due_at: datetime
    systems: tuple[System, ...]


def request_page(actor: Actor, request_id: UUID, *, at: datetime) -> RequestPage:
    """One request and its answers. The brief that is shown beside it writes the look. Raises Refused."""
    request = the_request(actor, request_id)
    answers = {one.system: one for one in request.answers.all()}
    words = confidential_words(one.id for one in answers.values())
    names = staff_names({request.asked_by, *(one.read_by for one in answers.values())})
    systems = []
    for row in load("intelligence-systems").as_of(london_day(at)):
        answer = answers.get(row.code)
        systems.append(
            System(
                row,
                row.code in request.systems,
                answer,
                words.get(answer.id, answer.words) if answer else "",
                names[answer.read_by] if answer else "",
                row.flag("confidential") and not is_named(actor, row.code),
            )
        )
    return RequestPage(
        request,
        request.contact,
        _standing([request.contact_id]).get(request.contact_id),
        names[request.asked_by],
        due_at(request),
        tuple(sorted(systems, key=lambda one: not one.asked)),
    )


def the_request(actor: Actor, request_id: UUID) -> IntelligenceRequest:
    """The request that an address names, where it is in sight. Raises Refused."""
    insist(actor, Action.ANSWER_INTELLIGENCE)
    request = IntelligenceRequest.objects.select_related("contact__incident").filter(id=request_id).first()
    if request is None:
        raise Refused(NOT_FOUND, request_id)
    return request


def request_of(duty: Duty) -> UUID | None:
    """The open request that a duty of the desk is for."""
    open_one = IntelligenceRequest.objects.filter(contact=duty.about, answered_at=None).order_by("asked_at")
    return open_one.values_list("id", flat=True).first()


@dataclass(frozen=True, slots=True)
class LookFor:
    """Somebody as the desk looks for them elsewhere: every name, when born, where, on which numbers."""

    part: str
    confirmed: bool
    names: tuple[str, ...]
    born: str
    addresses: tuple[str, ...]
    phones: tuple[str, ...]


def look_for(people: Iterable[Known], *, today: date) -> tuple[LookFor, ...]:
    """What is known of the people of a brief, to be looked up elsewhere. The look at the brief names them."""
    people = list(people)
    ids = [record_id for one in people for record_id in one.records]
    records = Record.objects.in_bulk(ids)
    # what they are called now before what they were or call themselves
    in_order = sorted(
        Name.objects.filter(record__in=ids).order_by("id"),
        key=lambda name: (name.valid_until is not None, name.kind != "current"),
    )
    names = _of(in_order)
    addresses = _of(Address.objects.filter(record__in=ids, valid_until=None).order_by("id"))
    phones = _of(Phone.objects.filter(record__in=ids, valid_until=None).order_by("id"))

    def each[T](one: Known, rows: Mapping[UUID, list[T]], words: Callable[[T], str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(words(row) for id in one.records for row in rows.get(id, [])))

    return tuple(
        LookFor(
            one.part,
            one.confirmed,
            each(one, names, lambda name: name.shown),
            next((_born(records[id], today) for id in one.records if id in records), ""),
            each(one, addresses, lambda place: place.shown),
            each(one, phones, lambda phone: phone.given),
        )
        for one in people
    )


def _born(of: Record, today: date) -> str:
    """The date of birth in figures, as other systems ask for it, or the age as far as it is known."""
    return f"{of.born:%d/%m/%Y}" if of.born else shown_age(of, today)


def _of[T: (Name, Address, Phone)](rows: Iterable[T]) -> dict[UUID, list[T]]:
    grouped: dict[UUID, list[T]] = {}
    for row in rows:
        grouped.setdefault(row.record_id, []).append(row)
    return grouped
