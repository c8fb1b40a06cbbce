"""What whoever attends must know: put together from people, cases and the answers of intelligence.

A score of queries whatever the number of people, since it is read while a caller speaks. Whoever is out
of the reader's sight is left out by the database and never hinted at.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from throughline.casework.cases.models import Case, Incident, Involvement, StandingFact
from throughline.casework.cases.queries import incidents_of, repeat, standing_facts
from throughline.casework.cases.queries.counters import against_about
from throughline.casework.cases.rules import pattern
from throughline.casework.contact.models import Contact, IntelligenceAnswer, IntelligenceRequest
from throughline.casework.contact.queries.intelligence import confidential_words
from throughline.casework.contact.queries.looking import look
from throughline.casework.contact.queries.places import known_place
from throughline.casework.contact.rules.brief import (
    OWN,
    Answer,
    Brief,
    Kind,
    Known,
    Line,
    Part,
    Reading,
    State,
    System,
    made,
)
from throughline.casework.people.models import IdentityLink, Member, Name, Record, Relationship
from throughline.casework.people.queries.person import said_of, shown_name, staff_names
from throughline.casework.people.queries.searching import is_child, shown_age, standing_markers
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.clock.rules import london_day, months_after, start_of_day
from throughline.reference import load

_YOUNGER = {"child", "step-child", "grandchild"}
_MONTHS = 12


def brief_for(actor: Actor, contact: Contact, *, at: datetime, action: Action = Action.READ_BRIEF) -> Brief:
    """What the reader may know of whom a contact is about, with one look naming them written. Raises Refused.

    Whoever it only may be is there as somebody it may be, beside the other reading. `Brief.record_ids` are those
    whom the look names.
    """
    insist(actor, action)
    brief = compose(actor, contact, at=at)
    look(actor, {*brief.record_ids, *contact.subjects}, action=action, detail={"contact": str(contact.id)})
    return brief


def compose(actor: Actor, contact: Contact, *, at: datetime) -> Brief:
    """`brief_for` without the look: for what is shown to nobody, or where the caller writes it."""
    today = london_day(at)
    rows = _Rows(actor, contact, at)
    people = rows.people
    place = known_place(actor, contact, at=at)
    own = {
        Part.DANGER: (*_of_danger(rows), place.reading),
        Part.HIM: _by_person(
            [one for one in people if one.part == "suspect" or rows.protecting(one)],
            lambda one: _him(rows, one),
        ),
        Part.CONTACT: tuple(_contact(rows, one) for one in people if one.part == "victim"),
        Part.HISTORY: _by_person(_victims(people), lambda one: _history(rows, one, contact)),
        Part.CHILDREN: _by_person(people, lambda one: _children(rows, one)),
    }
    answers, asked = answers_for(actor, contact)
    return made(
        people=people,
        own=own,
        systems=systems(today),
        answers=answers,
        asked=asked,
        record_ids=(*rows.shown, *place.record_ids),
    )


def _of_danger(rows: "_Rows") -> tuple[Reading, ...]:
    """What our own records say of each, or that nobody has said who it is."""
    told = _by_person(rows.people, lambda one: _danger(rows, one))
    return told or (Reading(OWN, State.NOT_CHECKED),)


def systems(today: date) -> tuple[System, ...]:
    """The systems that intelligence reads, as the rules know them."""
    return tuple(
        System(
            row.code,
            tuple(Part(part) for part in row.texts("parts")),
            row.text("who"),
            row.flag("confidential"),
        )
        for row in load("intelligence-systems").as_of(today)
    )


def answers_for(actor: Actor, contact: Contact) -> tuple[dict[str, Answer], dict[str, datetime]]:
    """The latest answer of each system about a contact, and when those still waited for were asked."""
    asked: dict[str, datetime] = {}
    for request in IntelligenceRequest.objects.filter(contact=contact, answered_at=None):
        asked |= dict.fromkeys(request.systems, request.asked_at)
    kept = list(IntelligenceAnswer.objects.filter(request__contact=contact).order_by("read_at"))
    words = confidential_words([one.id for one in kept])
    confidential = {row.code for row in load("intelligence-systems").rows if row.flag("confidential")}
    answers = {
        one.system: Answer(
            one.id,
            State(one.result),
            one.read_at,
            words.get(one.id, one.words),
            withheld=one.system in confidential and one.id not in words,
        )
        for one in kept
    }
    return answers, {code: at for code, at in asked.items() if code not in answers}


# --- the rows, read once for everybody ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Child:
    record_id: UUID
    name: str
    age: str
    certain: bool


class _Rows:
    """Everything that the parts are read from. ``people`` are victims before suspects, the sure before others."""

    def __init__(self, actor: Actor, contact: Contact, at: datetime) -> None:
        self.actor, self.at, self.today = actor, at, london_day(at)
        found = list(
            Involvement.objects.filter(
                incident=contact.incident_id,
                ended_at=None,
                part__in=("victim", "suspect", "child"),
                record__erased_at=None,
            ).order_by("-part", "-confirmed", "made_at")
            if contact.incident_id
            else []
        )
        self._children_named = {one.record_id for one in found if one.part == "child"}
        adults = [one for one in found if one.part != "child"]
        self._records_of = together(one.record_id for one in adults)
        told = [
            self._known(one.record_id, one.part, one.confirmed, one.made_at)
            for one in adults
            if one.record_id in self._records_of
        ]
        self.people = _once([*told, *self._from_her_cases(told)])
        # what stands against or about these people, or protects them
        self.facts = standing_facts(actor, self.ids, at=at) if self.people else ()
        # where one of them and somebody else each name the other
        self.against = against_about(actor, self.ids) if self.people else ()
        self._name_everybody()

    @property
    def ids(self) -> list[UUID]:
        return [record_id for one in self.people for record_id in one.records]

    def protecting(self, one: Known) -> list[StandingFact]:
        """What protects a victim from somebody who is not named as the suspect here."""
        named = {record_id for other in self.people if other.part == "suspect" for record_id in other.records}
        return [
            fact
            for fact in self.facts
            if one.part == "victim" and fact.protects_id in one.records and fact.record_id not in named
        ]

    def _known(self, record_id: UUID, part: str, confirmed: bool, since: datetime) -> Known:
        return Known(record_id, self._records_of[record_id], part, confirmed, since)

    def _from_her_cases(self, told: Sequence[Known]) -> list[Known]:
        """Who may be the suspect because he is in an open case of hers, where nobody has said who it is."""
        victims = {record_id: one for one in told if one.part == "victim" for record_id in one.records}
        if not victims or any(one.part == "suspect" and one.confirmed for one in told):
            return []
        pairs = list(
            Case.objects.filter(
                victim__in=victims, closed_at=None, suspect__isnull=False, suspect__erased_at=None
            )
            .order_by("-opened_at")
            .values_list("victim", "suspect")
        )
        self._records_of |= together(suspect for _, suspect in pairs)
        return [
            self._known(suspect, "suspect", False, victims[victim].since)
            for victim, suspect in pairs
            if suspect in self._records_of
        ]

    def _name_everybody(self) -> None:
        """Names and ages of the people, of whoever lives with them and of whom the facts name; markers."""
        ids = self.ids
        homes: dict[UUID, set[UUID]] = defaultdict(set)
        theirs = Member.objects.filter(record__in=ids, valid_until=None).values("household")
        for home, record_id in Member.objects.filter(household__in=theirs, valid_until=None).values_list(
            "household", "record"
        ):
            homes[home].add(record_id)
        self._with: dict[UUID, set[UUID]] = defaultdict(set)
        for members in homes.values():
            for record_id in members:
                self._with[record_id] |= members - {record_id}
        self._younger: dict[UUID, set[UUID]] = defaultdict(set)
        for tie in Relationship.objects.filter(Q(record__in=ids) | Q(other__in=ids), valid_until=None):
            if tie.kind in _YOUNGER:
                self._younger[tie.record_id].add(tie.other_id)
            elif load("relationship").get(tie.kind, on=self.today).text("inverse") in _YOUNGER:
                self._younger[tie.other_id].add(tie.record_id)
        others = {one for found in (self._with, self._younger) for mates in found.values() for one in mates}
        named = {*ids, *others, *self._children_named}
        named |= {id for fact in self.facts for id in (fact.record_id, fact.protects_id) if id}
        named |= {id for one in self.against for id in one.allegation.subjects}
        self.records = Record.objects.filter(erased_at=None).in_bulk(named)
        names: dict[UUID, list[Name]] = defaultdict(list)
        for name in Name.objects.filter(record__in=named).order_by("-valid_until", "id"):
            names[name.record_id].append(name)
        self._names = names
        self.markers = list(standing_markers(ids, self.today))
        self.staff = staff_names({fact.set_by for fact in self.facts if fact.kind == "grade"})
        self.people = tuple(
            replace(one, name=self.name(*one.records), age=self.age(*one.records)) for one in self.people
        )
        self.shown: list[UUID] = list(ids)

    def name(self, *record_ids: UUID) -> str:
        return shown_name(name for one in record_ids for name in self._names.get(one, []))

    def age(self, *record_ids: UUID) -> str:
        known = (shown_age(self.records[one], self.today) for one in record_ids if one in self.records)
        return next((age for age in known if age), "")

    def facts_of(self, one: Known) -> list[StandingFact]:
        """What stands against a suspect, or protects a victim, or is set about either."""
        return [
            fact for fact in self.facts if fact.record_id in one.records or fact.protects_id in one.records
        ]

    def children_of(self, one: Known) -> list[_Child]:
        """Who lives with or is related to them and is a child, or may be one since nobody knows the age."""
        grown = set(self.ids)
        near = {mate for id in one.records for mate in self._with[id]}
        younger = {child for id in one.records for child in self._younger[id]}
        found = []
        for record_id in near | younger | self._children_named:
            of = self.records.get(record_id)
            if of is None or record_id in grown:
                continue
            certain = is_child(of, self.today) or record_id in self._children_named
            if certain or not shown_age(of, self.today):
                self.shown.append(record_id)
                found.append(_Child(record_id, self.name(record_id), self.age(record_id), certain))
        return sorted(found, key=lambda child: (not child.certain, child.name, str(child.record_id)))


def together(record_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Every record of the identity of each of these, itself first; none for one out of sight."""
    wanted = set(record_ids)
    if not wanted:
        return {}
    identities = IdentityLink.objects.filter(record__in=wanted, valid_until=None).values("identity")
    of: dict[UUID, list[UUID]] = defaultdict(list)
    for identity, record_id in (
        IdentityLink.objects.filter(identity__in=identities, valid_until=None, record__erased_at=None)
        .order_by("valid_from", "pk")
        .values_list("identity", "record")
    ):
        of[identity].append(record_id)
    return {
        record_id: (record_id, *(other for other in linked if other != record_id))
        for linked in of.values()
        for record_id in linked
        if record_id in wanted
    }


def _once(people: Iterable[Known]) -> tuple[Known, ...]:
    """Each human being once in a part; the surer reading stands."""
    found: list[Known] = []
    for one in people:
        if not any(one.part == other.part and one.record_id in other.records for other in found):
            found.append(one)
    return tuple(found)


def _victims(people: Iterable[Known]) -> list[Known]:
    return [one for one in people if one.part == "victim"]


# --- the parts, as this force's own records have them ---------------------------------------------------


def _by_person(people, lines_of) -> tuple[Reading, ...]:  # type: ignore[no-untyped-def]
    """One reading of our own records for those beyond doubt, and one for each whom it only may be."""
    sure = [one for one in people if one.confirmed]
    readings = [_own([line for one in sure for line in lines_of(one)])] if sure else []
    readings += [_own(lines_of(one), about=one.record_id) for one in people if not one.confirmed]
    return tuple(readings)


def _own(lines: Sequence[Line], about: UUID | None = None) -> Reading:
    # grades before warnings before orders, of all together
    in_order = sorted(lines, key=lambda line: list(Kind).index(line.kind))
    once = tuple({(line.kind, line.id, line.code): line for line in in_order}.values())
    return Reading(OWN, State.HELD if once else State.NONE_FOUND, once, about=about)


def _danger(rows: _Rows, one: Known) -> list[Line]:
    """The grade that somebody gave, warnings, and that something stands."""
    about = {"name": one.name}
    facts = rows.facts_of(one)
    lines = [
        Line(
            Kind.GRADE,
            fact.id,
            fact.value,
            detail={"by": rows.staff[fact.set_by], "at": fact.set_at, **about},
        )
        for fact in facts
        if fact.kind == "grade"
    ]
    lines += [
        Line(Kind.MARKER, marker.id, marker.code, detail=about)
        for marker in rows.markers
        if marker.record_id in one.records
    ]
    lines += [Line(Kind.STANDS, fact.id, fact.kind) for fact in facts if _binds(fact, rows.today)]
    return [*lines, *_counter(rows, one)]


def _binds(fact: StandingFact, today: date) -> bool:
    """Whether it is an order, bail or a warrant."""
    return load("standing-facts").get(fact.kind, on=today).text("group") != "case"


def _him(rows: _Rows, one: Known) -> list[Line]:
    """What stands against him, with its conditions; for a victim what protects her from anybody else."""
    if one.part == "victim":
        return [_fact(rows, fact) for fact in rows.protecting(one)]
    return [
        _fact(rows, fact) for fact in rows.facts if fact.record_id in one.records and _binds(fact, rows.today)
    ]


def _fact(rows: _Rows, fact: StandingFact) -> Line:
    rows.shown += [id for id in (fact.record_id, fact.protects_id) if id]
    return Line(
        Kind.FACT,
        fact.id,
        fact.kind,
        fact.words,
        detail={
            "conditions": tuple(fact.conditions),
            "issuer": fact.issuer,
            "since": fact.valid_from,
            "until": fact.valid_until,
            "against": rows.name(fact.record_id),
            "protects": rows.name(fact.protects_id) if fact.protects_id else "",
        },
    )


def _counter(rows: _Rows, one: Known) -> list[Line]:
    """That this person and somebody else each name the other, and what was decided: both readings stay open."""
    lines = []
    for found in rows.against:
        theirs = found.allegation.subjects
        if not set(theirs) & set(one.records):
            continue
        rows.shown += theirs
        lines.append(
            Line(
                Kind.COUNTER,
                found.allegation.id,
                found.stands,
                detail={
                    "names": tuple(
                        rows.name(id)
                        for id in (found.allegation.first.victim_id, found.allegation.first.suspect_id)
                        if id
                    ),
                    "primary": rows.name(found.primary_id) if found.primary_id else "",
                    "by": found.latest.by if found.latest else "",
                    "at": found.latest.decision.made_at if found.latest else None,
                },
            )
        )
    return lines


def _contact(rows: _Rows, one: Known) -> Reading:
    """What she said about reaching her; where that no longer holds, or nobody asked, no way is safe."""
    about = None if one.confirmed else one.record_id
    said = said_of(list(one.records))
    standing = [kept for kept in said if kept.voided_at is None]
    if standing:
        lines = tuple(Line(Kind.SAFE_CONTACT, kept.id, detail={"said": kept}) for kept in standing)
        return Reading(OWN, State.HELD, lines, about=about)
    void = tuple(
        Line(Kind.VOID, kept.id, kept.voided_because, detail={"at": kept.voided_at}) for kept in said[:1]
    )
    return Reading(OWN, State.NOT_CHECKED, void, about=about)


def _history(rows: _Rows, one: Known, contact: Contact) -> list[Line]:
    """How often before this in twelve months, whether ever closer together, by which definitions repeat; and before."""
    since = start_of_day(months_after(rows.today, -_MONTHS))
    before = [
        found.incident
        for found in incidents_of(rows.actor, one.records)
        if "victim" in found.parts
        and found.incident.id != contact.incident_id
        and found.incident.reported_at <= rows.at
        and found.incident.domestic is not False
    ]
    earlier = [incident for incident in before if incident.reported_at >= since]
    longer_ago = [incident for incident in before if incident.reported_at < since]
    lines = list(_counter(rows, one))
    if earlier:
        lines.append(_counted(Kind.INCIDENTS, earlier))
        follows = pattern([contact.received_at, *(incident.reported_at for incident in earlier)])
        if follows.shortening:
            lines.append(Line(Kind.GAPS, code="shortening", detail={"days": follows.gaps[-3:]}))
        lines += [
            Line(Kind.REPEAT, code=found.definition.code, detail={"repeat": found})
            for found in repeat(rows.actor, one.records, at=rows.at)
        ]
    if longer_ago:
        lines.append(_counted(Kind.LONGER_AGO, longer_ago))
    return lines


def _counted(kind: Kind, incidents: list[Incident]) -> Line:
    newest = incidents[0]
    detail = {"count": len(incidents), "last": newest.reported_at}
    return Line(kind, newest.id, str(len(incidents)), detail=detail)


def _children(rows: _Rows, one: Known) -> list[Line]:
    return [
        Line(
            Kind.CHILD,
            child.record_id,
            detail={"name": child.name, "age": child.age, "certain": child.certain},
        )
        for child in rows.children_of(one)
    ]
