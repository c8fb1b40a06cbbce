"""What the pages of cases show. Every page that names somebody writes one look with all whom it names."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Model, Q

from throughline.casework.cases.models import (
    Case,
    CaseIncident,
    Crime,
    GroupMember,
    Incident,
    Involvement,
    Joining,
    StandingFact,
)
from throughline.casework.cases.queries import history
from throughline.casework.cases.queries.caseload import keeping_active, standings
from throughline.casework.cases.queries.history import cases_of, incidents_of, standing_at, standing_facts
from throughline.casework.cases.queries.visits import Made, visit_due, visits_of
from throughline.casework.cases.rules import (
    ENTERED,
    Kind,
    Part,
    Pattern,
    Reason,
    Repeat,
    longest_until,
    pattern,
    why_active,
)
from throughline.casework.cases.rules.serial import Serial
from throughline.casework.people.commands.identities import each_held_together, held_together
from throughline.casework.people.models import Name, Record, Relationship
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import shown_name, staff_names
from throughline.casework.people.queries.searching import shown_age
from throughline.casework.people.rules import GUARDIAN
from throughline.foundations.access.protection import acting
from throughline.foundations.access.queries import allowed_on, insist_on_all
from throughline.foundations.access.rules import Action, Actor, Refused, insist
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import OWNER_LEFT
from throughline.reference import load

NOT_THERE = "There is no such case"
# the most incidents, facts and lines of a timeline that one page shows
MOST = 200


def in_sight[M: Model](actor: Actor, action: Action, model: type[M], row_id: UUID) -> M:
    """The row that an address names, for who may do this to everybody it is about. Raises `Refused`.

    One out of sight is refused like one that is not there; one of a matter that the actor is party to is
    refused in the name of that record, so that it is noticed.
    """
    found = model._default_manager.filter(pk=row_id).first()
    if found is None:
        with acting(GUARDIAN):
            hidden = model._default_manager.filter(pk=row_id).first()
        if hidden is not None:
            insist_on_all(actor, action, hidden.subjects)  # type: ignore[attr-defined]
        raise Refused(NOT_THERE, row_id)
    insist(actor, action)
    insist_on_all(actor, action, found.subjects)  # type: ignore[attr-defined]
    return found


def both_held_together(case: Case) -> tuple[list[UUID], list[UUID]]:
    """The records that are held to be of the victim of a case, and of its suspect."""
    found = each_held_together(case.subjects)
    return found[case.victim_id], found[case.suspect_id] if case.suspect_id else []


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as a line of these pages names them."""

    record_id: UUID
    name: str
    age: str


def people_named(record_ids: Iterable[UUID | None], today: date) -> dict[UUID, Somebody]:
    """Those of some records that are in the running actor's sight, by record. The caller writes the look."""
    wanted = among("id", {one for one in record_ids if one})
    # of a long list no more is read than is shown of each
    records = list(Record.objects.filter(wanted).only("born", "born_from", "born_to"))
    names: dict[UUID, list[Name]] = {}
    theirs = Name.objects.filter(among("record", [record.id for record in records]))
    for name in theirs.order_by("-valid_until", "id"):
        names.setdefault(name.record_id, []).append(name)
    return {
        record.id: Somebody(record.id, shown_name(names.get(record.id, [])), shown_age(record, today))
        for record in records
    }


def look_at(
    actor: Actor, action: Action, record_ids: Iterable[UUID | None], *, today: date, purpose: str
) -> dict[UUID, Somebody]:
    """Name some people on a small page, with the look written."""
    named = people_named(record_ids, today)
    write_audit(actor, Event.Kind.LOOK, action, subjects=sorted(named), purpose=purpose)
    return named


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade as somebody gave it. Codes of reference, and the maker's own words."""

    value: str
    by: str
    at: datetime
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Owned:
    """Who accepted the case, or was asked to, or has left it, and since when."""

    account: UUID
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """An order, bail or a warrant; ``too_long`` where it runs beyond what the law allows."""

    fact: StandingFact
    binds: Somebody | None
    protects: Somebody | None
    set_by: str
    too_long: datetime | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the registrar judged, of an incident or one of its crimes; ``agreed`` as a second person says."""

    decision: Decision
    by: str
    agreed: bool | None


@dataclass(frozen=True, slots=True)
class CrimeLine:
    """A crime with its judgement."""

    crime: Crime
    judged: Judged | None


@dataclass(frozen=True, slots=True)
class Told:
    """An incident of a case: its crimes, or that there was none, or that the registrar has not said yet."""

    incident: Incident
    crimes: tuple[CrimeLine, ...]
    no_crime: Judged | None
    waiting: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline, in codes."""

    at: datetime
    kind: str
    code: str
    by: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A case on one line."""

    case: Case
    victim: Somebody | None
    suspect: Somebody | None
    grade: str
    incidents: int = 0


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case, for whoever may see both of the two."""

    case: Case
    victim: Somebody
    suspect: Somebody | None
    grade: Graded | None
    owner: Owned | None
    left: Owned | None
    asked: Owned | None
    facts: tuple[Fact, ...]
    incidents: tuple[Told, ...]
    pattern: Pattern
    repeats: tuple[Repeat, ...]
    serial: tuple[Serial, ...]
    active: tuple[Reason, ...]
    joined: tuple[Pair, ...]
    into: Pair | None
    joinable: tuple[Pair, ...]
    group: tuple[Pair, ...]
    others: tuple[Pair, ...]
    timeline: tuple[Line, ...]
    visits: tuple[Made, ...]
    visit_due: Duty | None
    allowed: frozenset[Action]


def case_page(actor: Actor, case_id: UUID, *, at: datetime, purpose: str) -> CasePage:
    """Everything about one case, with the look at all whom it names. Raises `Refused`."""
    case = in_sight(actor, Action.VIEW_CASE, Case, case_id)
    today = london_day(at)
    hers, his = both_held_together(case)
    joined_here = Joining.objects.filter(into=case, ended_at=None).values_list("case", flat=True)
    into = Joining.objects.filter(case=case, ended_at=None).values_list("into", flat=True).first()
    membership = GroupMember.objects.filter(case=case, ended_at=None).first()
    group = (
        GroupMember.objects.filter(group=membership.group_id, ended_at=None).exclude(case=case)
        if membership
        else GroupMember.objects.none()
    )
    of_hers = [one for one in cases_of(actor, hers) if one.victim_id in hers and one.id != case.id]
    ids = {case.id, *joined_here}
    shown = {
        *ids,
        *([into] if into else []),
        *group.values_list("case", flat=True),
        *(one.id for one in of_hers),
    }
    cases = Case.objects.in_bulk(list(shown))
    facts = [
        one
        for one in standing_facts(actor, [*hers, *his], at=at)
        if one.kind not in (Kind.OWNER, Kind.GRADE) and of_the_two(one, hers, his)
    ][:MOST]
    named = people_named(
        [
            case.victim_id,
            case.suspect_id,
            *(one for each in cases.values() for one in (each.victim_id, each.suspect_id)),
            *(one for fact in facts for one in (fact.record_id, fact.protects_id)),
        ],
        today,
    )
    pairs = pairs_of(cases.values(), named, at)
    told = _incidents(ids)
    closing, active = keeping_active(today)
    page = CasePage(
        case=case,
        victim=named[case.victim_id],
        suspect=named.get(case.suspect_id) if case.suspect_id else None,
        grade=_grade(case, at),
        owner=(owner := _owner(case, at)),
        left=None if owner or case.closed_at else owner_who_left(case),
        asked=_asked(case),
        facts=facts_shown(facts, named),
        incidents=told,
        pattern=pattern([one.incident.reported_at for one in told]),
        repeats=history.repeat(actor, hers, at=at),
        serial=history.serial(actor, his, at=at),
        active=why_active(standings([case.id], at=at)[case.id], closing=closing, active=active),
        joined=tuple(pairs[one] for one in joined_here),
        into=pairs.get(into) if into else None,
        joinable=joinable(actor, case, at=at) if case.closed_at is None and into is None else (),
        group=tuple(pairs[one] for one in group.values_list("case", flat=True) if one in pairs),
        others=tuple(pairs[one.id] for one in of_hers if one.id not in ids and one.id != into),
        timeline=_timeline(actor, [*hers, *his], ids, told, facts, today),
        visits=visits_of(case),
        visit_due=visit_due(case),
        allowed=allowed_on(actor, case.subjects),
    )
    write_audit(actor, Event.Kind.LOOK, Action.VIEW_CASE, subjects=sorted(named), purpose=purpose)
    return page


def of_the_two(fact: StandingFact, hers: Collection[UUID], his: Collection[UUID]) -> bool:
    """Whether a fact is of the case: what binds either, and protects the other or nobody by name."""
    if fact.record_id in his:
        return fact.protects_id is None or fact.protects_id in hers
    return fact.record_id in hers and (fact.protects_id is None or fact.protects_id in his)


def pairs_of(cases: Iterable[Case], named: dict[UUID, Somebody], at: datetime) -> dict[UUID, Pair]:
    """Some cases on a line each, by case. Part of a page."""
    cases = list(cases)
    grades = dict(
        standing_at(at, StandingFact.objects.filter(case__in=cases, kind=Kind.GRADE)).values_list(
            "case", "value"
        )
    )
    counts: dict[UUID, int] = {}
    for case_id in CaseIncident.objects.filter(case__in=cases).values_list("case", flat=True):
        counts[case_id] = counts.get(case_id, 0) + 1
    return {
        case.id: Pair(
            case,
            named.get(case.victim_id),
            named.get(case.suspect_id) if case.suspect_id else None,
            grades.get(case.id, ""),
            counts.get(case.id, 0),
        )
        for case in cases
    }


def _grade(case: Case, at: datetime) -> Graded | None:
    fact = standing_at(at, StandingFact.objects.filter(case=case, kind=Kind.GRADE)).first()
    if fact is None:
        return None
    made = (
        Decision.objects.filter(kind="case-grade", about=case.id, choice=fact.value, made_at=fact.set_at)
        .order_by("-id")
        .first()
    )
    return Graded(
        value=fact.value,
        by=staff_names({fact.set_by})[fact.set_by],
        at=fact.set_at,
        reason=made.reason if made else "",
        words=made.words if made else "",
    )


def _owner(case: Case, at: datetime) -> Owned | None:
    fact = standing_at(at, StandingFact.objects.filter(case=case, kind=Kind.OWNER)).first()
    if fact is None:
        return None
    account = UUID(fact.value)
    return Owned(account, staff_names({account})[account], fact.valid_from)


def owner_who_left(case: Case) -> Owned | None:
    """Who owned a case until their account was closed, and since when nobody does. Part of a page."""
    last = StandingFact.objects.filter(case=case, kind=Kind.OWNER).order_by("-valid_from", "-set_at").first()
    if last is None or last.ended_at is None or last.ended_because != OWNER_LEFT:
        return None
    account = UUID(last.value)
    return Owned(account, staff_names({account})[account], last.ended_at)


def _asked(case: Case) -> Owned | None:
    """Who was asked to own it and has not answered."""
    duty = Duty.objects.filter(kind="case-accept", about=case.id, discharged_at=None).first()
    if duty is None or duty.owner is None:
        return None
    return Owned(duty.owner, staff_names({duty.owner})[duty.owner], duty.opened_at)


def facts_shown(facts: Collection[StandingFact], named: dict[UUID, Somebody]) -> tuple[Fact, ...]:
    """Some orders, bail and warrants as a page shows them. Part of a page."""
    names = staff_names({fact.set_by for fact in facts})
    return tuple(
        Fact(
            fact=fact,
            binds=named.get(fact.record_id),
            protects=named.get(fact.protects_id) if fact.protects_id else None,
            set_by=names[fact.set_by],
            too_long=_too_long(fact),
        )
        for fact in facts
    )


def _too_long(fact: StandingFact) -> datetime | None:
    """The last instant that the law allows, where a fact is said to run beyond it or names no end."""
    kind = load("standing-facts").get(fact.kind, on=london_day(fact.set_at))
    last = longest_until(kind, fact.valid_from)
    return last if last and (fact.valid_until is None or fact.valid_until > last) else None


def _incidents(case_ids: Collection[UUID]) -> tuple[Told, ...]:
    links = CaseIncident.objects.filter(case__in=case_ids).values("incident")
    incidents = list(Incident.objects.filter(id__in=links).order_by("-reported_at", "id")[:MOST])
    return told_of(incidents)


def told_of(incidents: Collection[Incident]) -> tuple[Told, ...]:
    """Some incidents with what the registrar judged of each. Part of a page."""
    crimes = list(Crime.objects.filter(incident__in=incidents).order_by("recorded_at", "id"))
    about = {*(one.id for one in incidents), *(crime.id for crime in crimes)}
    judged = _judged(about)
    waiting = set(
        Duty.objects.filter(
            kind="crime-recording", about__in=[one.id for one in incidents], discharged_at=None
        ).values_list("about", flat=True)
    )
    return tuple(
        Told(
            incident=one,
            crimes=tuple(
                CrimeLine(crime, judged.get(crime.id)) for crime in crimes if crime.incident_id == one.id
            ),
            no_crime=judged.get(one.id),
            waiting=one.id in waiting,
        )
        for one in incidents
    )


def _judged(about: Collection[UUID]) -> dict[UUID, Judged]:
    """The latest judgement about each incident or crime."""
    decisions = {
        one.about: one
        for one in Decision.objects.filter(kind="crime-recording", about__in=about).order_by("made_at", "id")
        if one.about
    }
    reviewed = dict(
        Review.objects.filter(decision__in=decisions.values())
        .order_by("made_at")
        .values_list("decision", "agreed")
    )
    names = staff_names({one.made_by for one in decisions.values()})
    return {key: Judged(one, names[one.made_by], reviewed.get(one.id)) for key, one in decisions.items()}


def _timeline(
    actor: Actor,
    record_ids: Collection[UUID],
    case_ids: Collection[UUID],
    told: Iterable[Told],
    facts: Iterable[StandingFact],
    today: date,
) -> tuple[Line, ...]:
    """What happened to the case, its incidents and its facts, newest first, each thing once."""
    about = [*case_ids, *(one.incident.id for one in told), *(one.id for one in facts)]
    entries = entries_of(actor, record_ids, about, today)
    names = staff_names({entry.by for entry in entries})
    return tuple(Line(entry.at, entry.kind, entry.code, names[entry.by]) for entry in entries)


def entries_of(
    actor: Actor, record_ids: Collection[UUID], about: Collection[UUID], today: date
) -> tuple[Entry, ...]:
    """What the reader's role may read of what happened about some things, newest first, each thing once. Part of a page."""
    readable = [
        row.code for row in load("chronology-kinds").as_of(today) if actor.role in row.texts("readers")
    ]
    entries = Entry.objects.filter(record_id__in=record_ids, about__in=about, kind__in=readable)
    seen: dict[tuple[object, ...], Entry] = {}
    for entry in entries.order_by("-at", "-id")[:MOST]:
        # both of the two have a line of what happened to both
        code = "" if entry.kind == "case-opened" else entry.code
        seen.setdefault((entry.kind, entry.at, entry.about, code), entry)
    return tuple(seen.values())


def joinable(actor: Actor, case: Case, *, at: datetime) -> tuple[Pair, ...]:
    """The other open cases of the same two people, whichever of their records they name. Part of a page."""
    hers, his = both_held_together(case)
    found = [
        one
        for one in cases_of(actor, hers)
        if one.victim_id in hers
        and one.id != case.id
        and one.closed_at is None
        and one.suspect_id is not None
        and (case.suspect_id is None or one.suspect_id in his)
    ]
    return tuple(pairs_of(found, _named_in(found, at), at).values())


def groupable(actor: Actor, case: Case, *, at: datetime) -> tuple[Pair, ...]:
    """The other open cases that either of the two is in, or lives with somebody of. Part of a page."""
    hers, his = both_held_together(case)
    ids = [*hers, *his]
    ties = Relationship.objects.filter(Q(record__in=ids) | Q(other__in=ids), valid_until=None)
    around = {one for tie in ties.values_list("record", "other") for one in tie}
    found = [one for one in cases_of(actor, [*ids, *around]) if one.id != case.id and one.closed_at is None]
    return tuple(pairs_of(found, _named_in(found, at), at).values())


def _named_in(cases: Iterable[Case], at: datetime) -> dict[UUID, Somebody]:
    return people_named([one for case in cases for one in (case.victim_id, case.suspect_id)], london_day(at))


# --- one person ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonCases:
    """The cases of a person, what stands about them, and every incident they had a part in."""

    person: Somebody
    cases: tuple[Pair, ...]
    facts: tuple[Fact, ...]
    incidents: tuple[history.Involved, ...]
    repeats: tuple[Repeat, ...]
    serial: tuple[Serial, ...]
    allowed: frozenset[Action]


def cases_of_person(actor: Actor, record_id: UUID, *, at: datetime, purpose: str) -> PersonCases:
    """What a person's way in shows, with the look at all whom it names. The caller has asked about the record."""
    ids = held_together(record_id)
    cases = cases_of(actor, ids)[:MOST]
    facts = [one for one in standing_facts(actor, ids, at=at) if one.kind not in (Kind.OWNER, Kind.GRADE)][
        :MOST
    ]
    today = london_day(at)
    named = people_named(
        [
            record_id,
            *(one for case in cases for one in (case.victim_id, case.suspect_id)),
            *(one for fact in facts for one in (fact.record_id, fact.protects_id)),
        ],
        today,
    )
    pairs = pairs_of(cases, named, at)
    shown = PersonCases(
        person=named[record_id],
        cases=tuple(pairs[case.id] for case in cases),
        facts=facts_shown(facts, named),
        incidents=incidents_of(actor, ids)[:MOST],
        repeats=history.repeat(actor, ids, at=at),
        serial=history.serial(actor, ids, at=at),
        allowed=allowed_on(actor, [record_id]),
    )
    write_audit(actor, Event.Kind.LOOK, Action.VIEW_CASE, subjects=sorted(named), purpose=purpose)
    return shown


def may_be_protected(actor: Actor, record_id: UUID, today: date) -> dict[UUID, Somebody]:
    """Whom an order that binds somebody may protect: the victims of his cases and those related to him."""
    ids = held_together(record_id)
    others: set[UUID] = set()
    for case in cases_of(actor, ids):
        others |= {case.victim_id, *([case.suspect_id] if case.suspect_id else [])}
    ties = Relationship.objects.filter(Q(record__in=ids) | Q(other__in=ids), valid_until=None)
    for one, other in ties.values_list("record", "other"):
        others |= {one, other}
    return people_named(others - set(ids), today)


# --- standing facts --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FactPage:
    """One fact with what it was before and why it ended."""

    shown: Fact
    before: tuple[Fact, ...]
    stands: bool
    may_change: bool


def fact_page(actor: Actor, fact_id: UUID, *, at: datetime, purpose: str) -> FactPage:
    """One order, bail or warrant, with the look at whom it names. Raises `Refused`."""
    fact = entered_fact(actor, Action.VIEW_CASE, fact_id)
    before: list[StandingFact] = []
    one = fact.supersedes
    while one is not None and len(before) < MOST:
        before.append(one)
        one = one.supersedes
    named = look_at(
        actor,
        Action.VIEW_CASE,
        [fact.record_id, fact.protects_id],
        today=london_day(at),
        purpose=purpose,
    )
    return FactPage(
        shown=facts_shown([fact], named)[0],
        before=facts_shown(before, named),
        stands=standing_at(at, StandingFact.objects.filter(id=fact.id)).exists(),
        may_change=fact.ended_at is None and Action.RECORD_FACT in allowed_on(actor, fact.subjects),
    )


def entered_fact(actor: Actor, action: Action, fact_id: UUID) -> StandingFact:
    """An order, bail or warrant in sight, never an owner or a grade. Raises `Refused`."""
    fact = in_sight(actor, action, StandingFact, fact_id)
    if fact.kind in (Kind.OWNER, Kind.GRADE):
        raise Refused(NOT_THERE, fact_id)
    return fact


def facts_found(actor: Actor, reference: str, *, at: datetime) -> tuple[Fact, ...]:
    """The orders, bail and warrants of a court's or a system's number, standing or not, with the look written."""
    insist(actor, Action.VIEW_CASE)
    facts = list(
        StandingFact.objects.filter(source_ref__iexact=reference.strip())
        .exclude(source_ref="")
        .exclude(kind__in=[Kind.OWNER, Kind.GRADE])
        .order_by("-set_at", "id")[:MOST]
    )
    named = look_at(
        actor,
        Action.VIEW_CASE,
        [one for fact in facts for one in (fact.record_id, fact.protects_id)],
        today=london_day(at),
        purpose="investigation",
    )
    return facts_shown(facts, named)


def kinds_to_enter(on: date) -> list[tuple[str, str]]:
    """The kinds that can be entered, with their labels, as choices."""
    return [(row.code, row.label) for row in load("standing-facts").as_of(on) if row.text("group") in ENTERED]


# --- the registrar ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A domestic incident that the registrar has not judged, or a judgement to be looked at again."""

    duty: Duty
    incident: Incident
    victim: Somebody | None
    overdue: bool


def to_judge(actor: Actor, *, at: datetime, purpose: str) -> tuple[Waiting, ...]:
    """The domestic incidents in sight that wait for a judgement, longest overdue first, with the look."""
    insist(actor, Action.RECORD_CRIME)
    duties = list(Duty.objects.filter(kind="crime-recording", discharged_at=None).order_by("due_at")[:MOST])
    incidents = Incident.objects.in_bulk([duty.about for duty in duties if duty.about])
    victims = victims_of(incidents)
    named = look_at(actor, Action.RECORD_CRIME, victims.values(), today=london_day(at), purpose=purpose)
    return tuple(
        Waiting(
            duty,
            incidents[duty.about],
            named.get(victims[duty.about]) if duty.about in victims else None,
            duty.due_at < at,
        )
        for duty in duties
        if duty.about in incidents
    )


def victims_of(incident_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The first victim of each of some incidents."""
    found: dict[UUID, UUID] = {}
    parts = Involvement.objects.filter(incident__in=list(incident_ids), part=Part.VICTIM, ended_at=None)
    for incident_id, record_id in parts.order_by("-confirmed", "made_at").values_list("incident", "record"):
        found.setdefault(incident_id, record_id)
    return found


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """An incident with everybody in it, as a registrar or supervisor reads it."""

    told: Told
    involved: tuple[tuple[str, bool, Somebody | None], ...]
    cases: tuple[Case, ...]

    @property
    def incident(self) -> Incident:
        return self.told.incident


def incident_told(incident: Incident, today: date) -> IncidentPage:
    """One incident with everybody in it. Part of a page, whose look names its subjects."""
    parts = list(incident.involvements.filter(ended_at=None).order_by("part", "made_at", "id"))
    named = people_named([one.record_id for one in parts], today)
    return IncidentPage(
        told=told_of([incident])[0],
        involved=tuple((one.part, one.confirmed, named.get(one.record_id)) for one in parts),
        cases=tuple(Case.objects.filter(incident_links__incident=incident).order_by("opened_at")),
    )


def judgement(actor: Actor, decision_id: UUID) -> tuple[Decision, Incident]:
    """What a registrar judged, and of which incident, for who may review it. Raises `Refused`."""
    with acting(GUARDIAN):
        decision = Decision.objects.filter(id=decision_id, kind="crime-recording").first()
        about = decision.about if decision else None
        crime = Crime.objects.filter(id=about).select_related("incident").first() if about else None
    if decision is None or about is None:
        raise Refused(NOT_THERE, decision_id)
    incident_id = crime.incident_id if crime else about
    return decision, in_sight(actor, Action.REVIEW_CRIME, Incident, incident_id)


def officers(*, without: UUID) -> list[tuple[str, str]]:
    """Who can be asked to own a case, as choices by name."""
    found = User.objects.filter(is_active=True, role="response-officer").exclude(id=without)
    return [(str(one.id), one.name) for one in found.order_by("name", "username")]
