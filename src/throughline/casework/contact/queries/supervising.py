"""The supervisor's list: the oldest danger first with why, then what was decided, stuck, silent or handed over.

Everything is read in a handful of statements whatever the number of contacts, and one look names everybody whom
the page shows.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from throughline.casework.cases.models import Case, Involvement, StandingFact
from throughline.casework.cases.queries.history import standing_at
from throughline.casework.contact.models import (
    Brief,
    Contact,
    Deployment,
    IntelligenceRequest,
    LogLine,
    Sample,
)
from throughline.casework.contact.queries.calls import staff_names
from throughline.casework.contact.queries.looking import look
from throughline.casework.contact.queries.proposing import count_waiting
from throughline.casework.contact.queries.reviewing import (
    LOOKS_BACK,
    REVIEW,
    SIGN_OFF,
    open_sign_offs,
    to_be_signed_off,
)
from throughline.casework.contact.queries.silence import Prompt, prompts
from throughline.casework.contact.queries.turns import Offer, duties_of, waiting_offers
from throughline.casework.contact.rules.danger import Known, Sign, Waiting, in_order, signs, why
from throughline.casework.contact.rules.spoken import speaks_of
from throughline.casework.people.queries.person import names_of
from throughline.casework.people.queries.searching import standing_markers
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.clock.rules import due, london_day, parse_clock
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import duty_kind
from throughline.reference import UnknownCode, load

#: More open contacts than this are counted, and not all shown.
SHOWN = 100
#: Appointments that are due within it are shown.
SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Open:
    """A contact that is not over, or to which somebody is still going, with why it stands where it does."""

    contact: Contact
    kind: str
    people: str
    taken_by: str
    grade: str
    due_at: datetime | None
    overdue: bool
    signs: tuple[Sign, ...]
    # what the signs are: warnings by name, and the dangers that the log speaks of
    markers: tuple[str, ...]
    spoken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToReview:
    """A decision not to send, or to send later, that waits."""

    contact: Contact
    people: str
    grade: str
    maker: str
    reason: str
    due_at: datetime
    late: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Appointment:
    """A time that was agreed, whether somebody has gone, and whether the contact was sampled."""

    contact: Contact
    people: str
    due_at: datetime
    late: bool
    sampled: bool


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that stands still: which code of reference's stuck-after, since when, with whom."""

    contact: Contact
    code: str
    label: str
    since: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Routine:
    """Open duties of the role that no other part of the list shows."""

    duty: Duty
    label: str
    late: bool


@dataclass(frozen=True, slots=True)
class ToSignOff:
    """A contact that is over and that nobody has signed off; ``due_at`` is None until the worker has asked for it."""

    contact: Contact
    people: str
    due_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class SupervisorsList:
    """The parts of the list in the order in which they are looked at."""

    now: tuple[Open, ...]
    reviews: tuple[ToReview, ...]
    appointments: tuple[Appointment, ...]
    stuck: tuple[Stuck, ...]
    misrecorded: int
    silent: tuple[Prompt, ...]
    sign_offs: tuple[ToSignOff, ...]
    samples: int
    routine: tuple[Routine, ...]
    routine_count: int
    quiet: tuple[Open, ...]
    offers: tuple[Offer, ...]


def supervisors_list(actor: Actor, *, now: datetime) -> SupervisorsList:
    """Everything that waits for a supervisor, with the one look at everybody shown. Raises Refused."""
    insist(actor, Action.SUPERVISE)
    contacts = _open_contacts()
    standing = _standing(contacts)
    reviews = _reviews(now)
    appointments = _appointments(now)
    sign_offs = list(to_be_signed_off(since=now - LOOKS_BACK)[:SHOWN])
    silent = prompts(actor, now=now)
    stuck = _stuck(contacts, standing, now)
    shown = {
        one.id: one
        for one in (
            *contacts,
            *(duty_contact for _, duty_contact in reviews),
            *(one.contact for one in appointments),
            *sign_offs,
            *(one.contact for one in stuck),
        )
    }
    people = _people(shown.values())
    offers = waiting_offers(actor, now=now)
    _look(actor, shown.values(), people, silent, offers)
    everything = _ordered(contacts, standing, people, now)
    routine = duties_of(actor.role).exclude(kind__in=[REVIEW, SIGN_OFF, "silent-call", "handover-acceptance"])
    return SupervisorsList(
        now=tuple(one for one in everything if one.signs),
        reviews=tuple(_to_review(actor, duty, contact, people, now) for duty, contact in reviews),
        appointments=tuple(_appointment(one, people, now) for one in appointments),
        stuck=tuple(stuck),
        misrecorded=count_waiting(),
        silent=silent,
        sign_offs=_to_sign_off(sign_offs, people, now),
        samples=Sample.objects.filter(judged_at=None).count(),
        routine=tuple(_routine(duty, now) for duty in routine.order_by("due_at", "id")[:SHOWN]),
        routine_count=routine.count(),
        quiet=tuple(one for one in everything if not one.signs),
        offers=tuple(offers),
    )


# --- who and what ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _People:
    """Who takes part in the incidents of some contacts, and their names where these are in sight."""

    parts: dict[UUID, list[Involvement]]
    named: dict[UUID, str]

    def of(self, contact: Contact, *parts: str) -> list[UUID]:
        """The records that have one of these parts, or any part where none is named."""
        theirs = self.parts.get(contact.incident_id, []) if contact.incident_id else []
        return [one.record_id for one in theirs if not parts or one.part in parts]

    def names(self, contact: Contact) -> str:
        """Victim / suspect, as the list shows them."""
        sides = [
            ", ".join(dict.fromkeys(self.named[one] for one in self.of(contact, part) if one in self.named))
            for part in ("victim", "suspect")
        ]
        return " / ".join(side for side in sides if side)


def _people(contacts: Iterable[Contact]) -> _People:
    incidents = {one.incident_id for one in contacts if one.incident_id}
    parts: dict[UUID, list[Involvement]] = defaultdict(list)
    for one in Involvement.objects.filter(incident__in=incidents, ended_at=None).order_by("made_at", "id"):
        parts[one.incident_id].append(one)
    records = {one.record_id for theirs in parts.values() for one in theirs}
    return _People(dict(parts), names_of(records))


def _look(
    actor: Actor,
    contacts: Iterable[Contact],
    people: _People,
    silent: Iterable[Prompt],
    offers: Iterable[Offer],
) -> None:
    subjects = {subject for contact in contacts for subject in contact.subjects}
    subjects |= people.named.keys()
    subjects |= {one.record_id for one in silent}
    subjects |= {subject for one in offers for contact in one.contacts for subject in contact.subjects}
    look(actor, subjects, action=Action.SUPERVISE)


def _open_contacts() -> list[Contact]:
    """Contacts that are not over, and those to which somebody is still going, longest first."""
    going = Deployment.objects.filter(
        superseded_by=None, arrived_at=None, stood_down_at=None, due_at__isnull=False, appointment=False
    ).values("contact")
    rows = Contact.objects.filter(Q(ended_at=None) | Q(id__in=going)).select_related("incident")
    return list(rows.order_by("received_at", "id")[:SHOWN])


def _standing(contacts: Iterable[Contact]) -> dict[UUID, Deployment]:
    """The decision that stands about each contact."""
    rows = Deployment.objects.filter(contact__in=[one.id for one in contacts], superseded_by=None)
    return {one.contact_id: one for one in rows}


# --- the oldest danger first ---------------------------------------------------------------------------------


def _ordered(
    contacts: list[Contact], standing: dict[UUID, Deployment], people: _People, now: datetime
) -> list[Open]:
    today = london_day(now)
    records = {record_id for one in contacts for record_id in people.of(one)}
    facts, grades = _facts(records, now), _grades(records, now)
    markers = _warnings(records, today)
    spoken = _spoken(contacts, today)
    names = staff_names(one.taken_by for one in contacts if one.taken_by)
    made: dict[UUID, Open] = {}
    waiting: list[Waiting] = []
    for contact in contacts:
        deployment = standing.get(contact.id)
        involved = people.of(contact)
        warned = sorted({label for one in involved for label in markers.get(one, ())})
        known = Known(
            facts=frozenset(group for one in people.of(contact, "suspect") for group in facts.get(one, ())),
            grades=frozenset(grade for one in involved for grade in grades.get(one, ())),
            markers=frozenset(warned),
            spoken=spoken.get(contact.id, frozenset()),
            decided=deployment is not None,
            soon=deployment is not None and _sends_soon(deployment),
            due_at=deployment.due_at if deployment and not deployment.stood_down_at else None,
            arrived=deployment is not None and deployment.arrived_at is not None,
        )
        shown = signs(known, now=now)
        waiting.append(Waiting(contact.id, contact.received_at, shown))
        made[contact.id] = Open(
            contact=contact,
            kind=_label("incident-kinds", contact.recorded_as, contact.received_at),
            people=people.names(contact),
            taken_by=names.get(contact.taken_by, "") if contact.taken_by else "",
            grade=_label("response-grades", deployment.grade, deployment.decided_at) if deployment else "",
            due_at=known.due_at if not known.arrived else None,
            overdue=Sign.OVERDUE in shown,
            signs=why(shown),
            markers=tuple(warned),
            spoken=tuple(sorted(_label("danger-phrases", code, now) for code in known.spoken)),
        )
    return [made[one.id] for one in in_order(waiting)]


def _sends_soon(deployment: Deployment) -> bool:
    row = load("response-grades").get(deployment.grade, on=london_day(deployment.decided_at))
    return row.flag("goes") and not row.flag("reviewed")


def _facts(records: set[UUID], now: datetime) -> dict[UUID, set[str]]:
    """The groups of what stands against each of these: bail, warrant."""
    kinds = load("standing-facts")
    found: dict[UUID, set[str]] = defaultdict(set)
    rows = standing_at(now, StandingFact.objects.filter(record__in=records, superseded_by=None))
    for one in rows:
        found[one.record_id].add(kinds.get(one.kind, on=london_day(one.valid_from)).text("group"))
    return found


def _grades(records: set[UUID], now: datetime) -> dict[UUID, set[str]]:
    """The grades that people have given to the open cases of each of these."""
    found: dict[UUID, set[str]] = defaultdict(set)
    cases = Case.objects.filter(Q(victim__in=records) | Q(suspect__in=records), closed_at=None)
    graded = standing_at(
        now, StandingFact.objects.filter(kind="grade", case__in=cases, superseded_by=None)
    ).select_related("case")
    for one in graded:
        assert one.case is not None
        for record_id in (one.case.victim_id, one.case.suspect_id):
            if record_id:
                found[record_id].add(one.value)
    return found


def _warnings(records: set[UUID], today: date) -> dict[UUID, set[str]]:
    """The warnings of danger that stand about each of these, by their labels; vulnerability is not danger."""
    markers = load("markers")
    found: dict[UUID, set[str]] = defaultdict(set)
    for one in standing_markers(records, today):
        row = markers.get(one.code, on=today)
        if row.text("kind") == "warning":
            found[one.record_id].add(row.label)
    return found


def _spoken(contacts: list[Contact], today: date) -> dict[UUID, frozenset[str]]:
    """The dangers that each log speaks of, by their codes."""
    phrases = {row.code: row.texts("says") for row in load("danger-phrases").as_of(today)}
    lines: dict[UUID, list[str]] = defaultdict(list)
    rows = LogLine.objects.filter(contact__in=[one.id for one in contacts], kind=LogLine.Kind.SAID)
    for contact_id, words in rows.values_list("contact", "words"):
        lines[contact_id].append(words)
    return {contact_id: speaks_of(said, phrases) for contact_id, said in lines.items()}


# --- to be signed off ---------------------------------------------------------------------------------------


def _to_sign_off(contacts: list[Contact], people: _People, now: datetime) -> tuple[ToSignOff, ...]:
    about = {one.id: one.incident_id or one.id for one in contacts}
    due_at = dict(open_sign_offs(about.values()).values_list("about", "due_at"))
    return tuple(
        ToSignOff(one, people.names(one), when, when is not None and when < now)
        for one in contacts
        for when in [due_at.get(about[one.id])]
    )


# --- decided not to; appointments ----------------------------------------------------------------------------


def _reviews(now: datetime) -> list[tuple[Duty, Contact]]:
    duties = list(Duty.objects.filter(kind=REVIEW, discharged_at=None).order_by("due_at", "id")[:SHOWN])
    contacts = Contact.objects.in_bulk([duty.about for duty in duties if duty.about])
    first: dict[UUID, Duty] = {}
    for duty in duties:
        if duty.about and duty.about in contacts:
            first.setdefault(duty.about, duty)
    return [(duty, contacts[contact_id]) for contact_id, duty in first.items()]


def _to_review(actor: Actor, duty: Duty, contact: Contact, people: _People, now: datetime) -> ToReview:
    decision = (
        Decision.objects.filter(kind="deployment", about=contact.id).order_by("-made_at", "-id").first()
    )
    maker = staff_names([decision.made_by]).get(decision.made_by, "") if decision else ""
    return ToReview(
        contact=contact,
        people=people.names(contact),
        grade=_label("response-grades", decision.choice, decision.made_at) if decision else "",
        maker=maker,
        reason=_label("decision-reasons", decision.reason, decision.made_at) if decision else "",
        due_at=duty.due_at,
        late=duty.due_at < now,
        mine=decision is not None and decision.made_by == actor.id,
    )


def _appointments(now: datetime) -> list[Deployment]:
    rows = Deployment.objects.filter(
        appointment=True, superseded_by=None, arrived_at=None, stood_down_at=None, due_at__lt=now + SOON
    )
    return list(rows.select_related("contact").order_by("due_at", "id")[:SHOWN])


def _appointment(deployment: Deployment, people: _People, now: datetime) -> Appointment:
    assert deployment.due_at is not None
    return Appointment(
        contact=deployment.contact,
        people=people.names(deployment.contact),
        due_at=deployment.due_at,
        late=deployment.due_at < now,
        sampled=deployment.contact.samples.exists(),
    )


# --- stuck ---------------------------------------------------------------------------------------------------


def _stuck(contacts: list[Contact], standing: dict[UUID, Deployment], now: datetime) -> list[Stuck]:
    times = load("stuck-after")

    def stands(code: str, since: datetime) -> bool:
        return due(parse_clock(times.get(code, on=london_day(now)).text("after")), since) < now

    found: list[tuple[Contact, str, datetime, UUID | None]] = []
    last_said = _last_said(contacts)
    for contact in contacts:
        if contact.ended_at is not None:
            continue
        moved = max(filter(None, (contact.taken_at, last_said.get(contact.id))), default=contact.received_at)
        if deployment := standing.get(contact.id):
            moved = max(moved, deployment.decided_at)
        if contact.taken_by is None:
            if stands("not-taken", contact.received_at):
                found.append((contact, "not-taken", contact.received_at, None))
        elif stands("idle", moved):
            found.append((contact, "idle", moved, contact.taken_by))
    # the newest of each deployment: whoever opens it has all that earlier ones said
    newer = Brief.objects.filter(deployment=OuterRef("deployment"), sent_at__gt=OuterRef("sent_at"))
    unopened = Brief.objects.filter(
        ~Exists(newer),
        opened_at=None,
        deployment__arrived_at__isnull=False,
        deployment__stood_down_at=None,
    ).select_related("deployment__contact")
    for brief in unopened.order_by("deployment__arrived_at")[:SHOWN]:
        arrived = brief.deployment.arrived_at
        if arrived and stands("brief-unopened", arrived):
            found.append((brief.deployment.contact, "brief-unopened", arrived, brief.deployment.officer))
    asked = IntelligenceRequest.objects.filter(answered_at=None).select_related("contact")
    found += [
        (one.contact, "intelligence-unanswered", one.asked_at, one.asked_by)
        for one in asked.order_by("asked_at")[:SHOWN]
        if stands("intelligence-unanswered", one.asked_at)
    ]
    names = staff_names(who for *_, who in found if who)
    return [
        Stuck(contact, code, times.label(code, on=london_day(now)), since, names.get(who, "") if who else "")
        for contact, code, since, who in sorted(found, key=lambda one: (one[2], one[0].id))
    ]


def _last_said(contacts: list[Contact]) -> dict[UUID, datetime]:
    rows = LogLine.objects.filter(contact__in=[one.id for one in contacts]).order_by("contact", "-at")
    return dict(rows.distinct("contact").values_list("contact", "at"))


def _routine(duty: Duty, now: datetime) -> Routine:
    return Routine(duty, duty_kind(duty.kind, on=london_day(duty.opened_at)).label, duty.due_at < now)


def _label(name: str, code: str, at: datetime) -> str:
    """A code in words; one that no longer is, as it stands."""
    try:
        return load(name).label(code, on=london_day(at)) if code else ""
    except UnknownCode:
        return code
