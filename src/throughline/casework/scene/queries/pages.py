"""What the officer's pages show, and what is read of a scene afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from throughline.casework.cases.models import Case, Incident
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.cases.rules import Part
from throughline.casework.contact.models import Deployment
from throughline.casework.contact.queries.briefing import my_briefs
from throughline.casework.people.models import Member, Record, Relationship
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.queries.searching import is_child
from throughline.casework.people.rules import PURPOSES
from throughline.casework.scene.models import (
    Addendum,
    Attendance,
    ChildDecision,
    ChildSeen,
    CorrectionRequest,
    EvidenceItem,
    Injury,
    PositiveAction,
    StillTrue,
    Words,
)
from throughline.casework.scene.queries.earlier import Earlier, Given, earlier_for, given_in
from throughline.casework.scene.queries.progress import account_is_written, answers_of, states_of
from throughline.casework.scene.queries.reach import (
    has_left,
    insist_own,
    of_part,
    parts_in,
    the_attendance,
    the_incident,
)
from throughline.casework.scene.rules import (
    INSTRUMENTS,
    Because,
    Known,
    Section,
    State,
    alone,
    counter_alleged,
    proposals,
)
from throughline.foundations.access.queries import allowed_on, insist_on_all
from throughline.foundations.access.rules import Action, Actor, Refused, Role, insist, may
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.models import Answers
from throughline.foundations.offline.queries import Doubted, doubted
from throughline.reference import load

#: How long what was attended, and what a sergeant said of it, stays on an officer's own page.
SHOWN_FOR = timedelta(days=28)
MOST = 50


def look(actor: Actor, action: Action, subjects: Iterable[UUID], *, incident_id: UUID | None = None) -> None:
    """Write that whoever reads has seen these people, for the purpose that the work of their role is."""
    write_audit(
        actor,
        Event.Kind.LOOK,
        action,
        subjects=sorted(set(subjects)),
        purpose=PURPOSES.get(actor.role, ""),
        detail={"incident": str(incident_id)} if incident_id else None,
    )


@dataclass(frozen=True, slots=True)
class Involved:
    """Somebody in an incident, by name, with all their parts."""

    who: Somebody
    parts: tuple[str, ...]


def involved_in(incident: Incident, today: date) -> tuple[Involved, ...]:
    """Who is in an incident and in sight, by name, victims first. The caller writes the look."""
    parts: dict[UUID, list[str]] = {}
    for record_id, part in parts_in(incident):
        parts.setdefault(record_id, []).append(part)
    named = people_named(parts, today)
    order = [str(part) for part in (Part.VICTIM, Part.SUSPECT, Part.CHILD)]
    found = [Involved(named[one], tuple(theirs)) for one, theirs in parts.items() if one in named]
    return tuple(
        sorted(found, key=lambda one: min(order.index(p) if p in order else len(order) for p in one.parts))
    )


# --- an officer's own list ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """What a sergeant said to the officer about a decision of theirs."""

    incident: Incident
    agreed: bool
    feedback: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Mine:
    """What an officer attends or attended, and where they are sent; ``open_to`` is what can be begun."""

    going_on: tuple[Attendance, ...]
    sent_to: tuple[tuple[Incident, Deployment], ...]
    over: tuple[Attendance, ...]
    told: tuple[Told, ...]


def my_scenes(actor: Actor, *, unit: str, at: datetime) -> Mine:
    """An officer's incidents: those they are at, those they are sent to, those they left. Writes the look."""
    insist(actor, Action.ATTEND)
    since = at - SHOWN_FOR
    own = Attendance.objects.filter(officer=actor.id).select_related("incident")
    going_on = tuple(own.filter(left_at=None).order_by("-began_at")[:MOST])
    over = tuple(own.filter(left_at__gte=since).order_by("-left_at")[:MOST])
    been = {one.incident_id for one in (*going_on, *over)}
    sent = my_briefs(actor, unit=unit, at=at)
    sent_to: dict[UUID, tuple[Incident, Deployment]] = {}
    for one in sent:
        if one.contact.incident is not None and one.contact.incident_id not in been:
            sent_to.setdefault(one.contact.incident.id, (one.contact.incident, one.deployment))
    shown = [*(one.incident for one in (*going_on, *over)), *(one for one, _ in sent_to.values())]
    told = _told(actor, since)
    look(
        actor,
        Action.ATTEND,
        {subject for one in (*shown, *(t.incident for t in told)) for subject in one.subjects},
    )
    return Mine(going_on, tuple(sent_to.values()), over, told)


def going_on(actor: Actor) -> tuple[Attendance, ...]:
    """Where an officer is now, by the incidents' numbers: names nobody, so that no look is written. Raises Refused."""
    insist(actor, Action.ATTEND)
    own = Attendance.objects.filter(officer=actor.id, left_at=None).select_related("incident")
    return tuple(own.order_by("-began_at")[:MOST])


def _told(actor: Actor, since: datetime) -> tuple[Told, ...]:
    mine = Review.objects.filter(
        decision__kind="positive-action", decision__made_by=actor.id, made_at__gte=since
    ).select_related("decision")
    found = list(mine.order_by("-made_at")[:MOST])
    incidents = Incident.objects.in_bulk([one.decision.about for one in found if one.decision.about])
    names = staff_names({one.made_by for one in found})
    return tuple(
        Told(incidents[one.decision.about], one.agreed, one.feedback, one.made_at, names[one.made_by])
        for one in found
        if one.decision.about in incidents
    )


def by_number(actor: Actor, number: str, *, action: Action = Action.ATTEND) -> Incident | None:
    """The incident of a number that is said over the air, where the actor may attend it, or do what ``action`` says."""
    found = Incident.objects.filter(number__iexact="".join(number.split())).first()
    if found is None:
        return None
    return found if action in allowed_on(actor, found.subjects) else None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An incident before an officer begins there."""

    incident: Incident
    involved: tuple[Involved, ...]
    going_on: Attendance | None


def arrival(actor: Actor, incident_id: UUID, *, at: datetime) -> Arrival:
    """What is seen before one begins, with the look written. Raises Refused."""
    incident = the_incident(actor, Action.ATTEND, incident_id)
    look(actor, Action.ATTEND, incident.subjects, incident_id=incident.id)
    going_on = Attendance.objects.filter(incident=incident, officer=actor.id, left_at=None).first()
    return Arrival(incident, involved_in(incident, london_day(at)), going_on)


# --- one visit ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of one's own, with how far each section is and whether it can still be written."""

    attendance: Attendance
    involved: tuple[Involved, ...]
    states: dict[Section, State]
    account_written: bool
    counter_alleged: bool
    cases: tuple[Case, ...]
    waiting: tuple[CorrectionRequest, ...]
    doubted: tuple[Doubted, ...]

    @property
    def incident(self) -> Incident:
        return self.attendance.incident

    @property
    def over(self) -> bool:
        return self.attendance.left_at is not None

    @property
    def unfinished(self) -> list[Section]:
        return [section for section, state in self.states.items() if state is not State.FINISHED]

    def called(self, record_id: UUID) -> str:
        """What somebody in it is called; empty for nobody of it."""
        return next((one.who.name for one in self.involved if one.who.record_id == record_id), "")

    def of(self, part: str) -> list[Involved]:
        return [one for one in self.involved if part in one.parts]


def visit(actor: Actor, attendance_id: UUID, *, at: datetime) -> Visit:
    """One's own visit, with the look at everybody in it written. Raises Refused."""
    attendance = the_attendance(actor, Action.ATTEND, attendance_id)
    insist_own(actor, attendance)
    incident = attendance.incident
    look(actor, Action.ATTEND, incident.subjects, incident_id=incident.id)
    said = answers_of(attendance).get(INSTRUMENTS[Section.ACCOUNT])
    return Visit(
        attendance=attendance,
        involved=involved_in(incident, london_day(at)),
        states=states_of(actor, attendance, at=at),
        account_written=account_is_written(attendance),
        counter_alleged=counter_alleged(
            parts_in(incident), said=bool(said and said.answers.get("each-accuses") == "yes")
        ),
        cases=tuple(Case.objects.filter(incident_links__incident=incident).order_by("opened_at")),
        waiting=tuple(CorrectionRequest.objects.filter(about=attendance.id, answered_at=None)),
        doubted=doubted([incident.id]),
    )


def said_before(actor: Actor, of: Visit, *, at: datetime) -> tuple[Earlier, ...]:
    """What was said before, once her own account is written; before it nothing. Part of the visit's page."""
    return earlier_for(actor, of.attendance, at=at) if of.account_written else ()


# --- injuries -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """An injury with whose it is, and its words."""

    injury: Injury
    whose: Somebody | None
    words: str


def injuries_of(attendance: Attendance, today: date) -> tuple[Shown, ...]:
    """The injuries of a visit, those withdrawn too, newest first. Part of a page that has looked."""
    found = list(attendance.injuries.order_by("-entered_at", "id"))
    named = people_named([one.record_id for one in found], today)
    words = words_of([one.id for one in found])
    return tuple(Shown(one, named.get(one.record_id), words.get((one.id, "words"), "")) for one in found)


def words_of(about: Iterable[UUID]) -> dict[tuple[UUID, str], str]:
    """The words that stand with some rows, by row and part. Part of a page that has looked."""
    found = Words.objects.filter(about__in=list(about))
    return {(one.about, one.part): one.words for one in found}


# --- evidence -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gathered:
    """One of the things to gather, what stands of it with its words, and who said so."""

    code: str
    label: str
    done: str
    item: EvidenceItem | None
    words: str
    by: str


def evidence_of(incident: Incident, today: date) -> tuple[Gathered, ...]:
    """All that is to be gathered, in the order of the list. Part of a page that has looked."""
    standing = {one.item: one for one in EvidenceItem.objects.filter(incident=incident, superseded_by=None)}
    words = words_of([one.id for one in standing.values()])
    names = staff_names({one.by for one in standing.values()})
    return tuple(
        Gathered(
            row.code,
            row.label,
            row.text("done"),
            one := standing.get(row.code),
            words.get((one.id, "words"), "") if one else "",
            names[one.by] if one else "",
        )
        for row in load("evidence-items").as_of(today)
    )


# --- suspects -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done about one suspect, by whom, in which words; ``alone``: no reason that is enough by itself."""

    suspect: Somebody | None
    record_id: UUID
    action: PositiveAction | None
    words: str
    by: str
    alone: bool
    review: Review | None
    reviewed_by: str


def actions_of(incident: Incident, today: date) -> tuple[Acted, ...]:
    """Every suspect of an incident with what stands of them. Part of a page that has looked."""
    suspects = of_part(incident, Part.SUSPECT)
    standing = {
        one.record_id: one
        for one in PositiveAction.objects.filter(incident=incident, superseded_by=None).select_related(
            "decision"
        )
    }
    reviews = {
        one.decision_id: one
        for one in Review.objects.filter(
            decision__in=[one.decision_id for one in standing.values()]
        ).order_by("made_at")
    }
    names = staff_names({*(one.by for one in standing.values()), *(one.made_by for one in reviews.values())})
    never = load("no-arrest-reasons").codes(on=today, never_alone=True)
    people = people_named({*suspects, *standing}, today)
    found = []
    for record_id in dict.fromkeys([*suspects, *standing]):
        action = standing.get(record_id)
        review = reviews.get(action.decision_id) if action else None
        found.append(
            Acted(
                suspect=people.get(record_id),
                record_id=record_id,
                action=action,
                words=action.decision.words if action else "",
                by=names[action.by] if action else "",
                alone=bool(action and alone(action.reasons, never)),
                review=review,
                reviewed_by=names[review.made_by] if review else "",
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class OnIncident:
    """An incident as its small pages show it: who is in it, and what stands."""

    incident: Incident
    involved: tuple[Involved, ...]
    own: Attendance | None


def on_incident(actor: Actor, action: Action, incident_id: UUID, *, at: datetime) -> OnIncident:
    """An incident with everybody in it, with the look written. Raises Refused."""
    incident = the_incident(actor, action, incident_id)
    look(actor, action, incident.subjects, incident_id=incident.id)
    own = (
        Attendance.objects.filter(incident=incident, officer=actor.id)
        .select_related("incident")
        .order_by("-began_at")
        .first()
    )
    return OnIncident(incident, involved_in(incident, london_day(at)), own)


def to_review(actor: Actor, incident: Incident, *, at: datetime) -> tuple[Acted, ...]:
    """What of an incident waits for a sergeant. Part of a page that has looked."""
    waiting = set(
        Duty.objects.filter(kind="no-arrest-review", about=incident.id, discharged_at=None).values_list(
            "record_id", flat=True
        )
    )
    return tuple(one for one in actions_of(incident, london_day(at)) if one.record_id in waiting)


# --- children -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the incident, or one who is proposed: why, what was found, and what was decided."""

    who: Somebody
    because: Because
    found: ChildSeen | None
    own_words: str
    school: str
    decision: ChildDecision | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class Children:
    """The children of an incident, those who are proposed, and what was decided of none."""

    involved: tuple[Child, ...]
    proposed: tuple[Child, ...]
    none_decided: ChildDecision | None
    decided_by: str


def children_of(actor: Actor, incident: Incident, attendance: Attendance | None, *, today: date) -> Children:
    """Every child of an incident, and those whom the records of its people tie to it. Writes the look at them."""
    involved = of_part(incident, Part.CHILD)
    known = children_around(incident, today)
    people = people_named([one.record_id for one in known], today)
    # whoever is in the incident, the page has named already
    shown = set(people) - set(incident.subjects)
    if shown:
        look(actor, Action.VIEW_SCENE, shown, incident_id=incident.id)
    found = {
        one.record_id: one
        for one in ChildSeen.objects.filter(attendance__incident=incident, superseded_by=None).order_by("at")
        if attendance is None or one.attendance_id == attendance.id
    }
    words = words_of([one.id for one in found.values()])
    made = list(ChildDecision.objects.filter(incident=incident).order_by("entered_at", "id"))
    names = staff_names({one.by for one in made})
    decided = {child: one for one in made for child in one.subjects}
    of_none = next((one for one in reversed(made) if not one.subjects), None)
    children = [
        Child(
            who=people[one.record_id],
            because=one.because,
            found=(seen := found.get(one.record_id)),
            own_words=words.get((seen.id, "own_words"), "") if seen else "",
            school=words.get((seen.id, "school"), "") if seen else "",
            decision=(last := decided.get(one.record_id)),
            decided_by=names[last.by] if last else "",
        )
        for one in known
        if one.record_id in people
    ]
    return Children(
        involved=tuple(one for one in children if one.because is Because.INVOLVED),
        proposed=tuple(one for one in children if one.because is not Because.INVOLVED),
        none_decided=of_none if of_none and not involved else None,
        decided_by=names[of_none.by] if of_none else "",
    )


def children_around(incident: Incident, today: date) -> tuple[Known, ...]:
    """The children of an incident, then those whom the records of its people tie to it. Part of a page that looks."""
    around = [one for one, part in parts_in(incident) if part in (Part.VICTIM, Part.SUSPECT)]
    involved = of_part(incident, Part.CHILD)
    return proposals(involved, _household(around, today), _family(around, today))


def _children_among(record_ids: Iterable[UUID], today: date) -> list[UUID]:
    records = Record.objects.in_bulk(list(record_ids))
    return [one for one, record in records.items() if is_child(record, today)]


def _household(around: list[UUID], today: date) -> list[UUID]:
    homes = Member.objects.filter(record__in=around, valid_until=None).values("household")
    there = Member.objects.filter(household__in=homes, valid_until=None).exclude(record__in=around)
    return _children_among(there.values_list("record", flat=True), today)


def _family(around: list[UUID], today: date) -> list[UUID]:
    ties = Relationship.objects.filter(record__in=around, valid_until=None).values_list("other", flat=True)
    back = Relationship.objects.filter(other__in=around, valid_until=None).values_list("record", flat=True)
    return _children_among({*ties, *back} - set(around), today)


def the_child(actor: Actor, attendance_id: UUID, child_id: UUID, *, at: datetime) -> tuple[Visit, Child]:
    """One child of one's own visit. Raises Refused for one who is not in the incident."""
    of = visit(actor, attendance_id, at=at)
    for one in children_of(actor, of.incident, of.attendance, today=london_day(at)).involved:
        if one.who.record_id == child_id:
            return of, one
    raise Refused("There is no such child", child_id)


def finders() -> list[tuple[str, str]]:
    """Who can be named to find something out about a child, as choices by name."""
    found = User.objects.filter(
        is_active=True, role__in=["response-officer", "response-sergeant", "hub-reviewer"]
    )
    return [(str(one.id), one.name) for one in found.order_by("name", "username")]


# --- what is read afterwards --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A section as it was answered: which, what was answered, when, and whether it was finished."""

    section: Section
    lines: tuple[Given, ...]
    at: datetime
    complete: bool


@dataclass(frozen=True, slots=True)
class Amended:
    """What was added to an account, or asked of its author."""

    at: datetime
    by: str
    words: str
    addendum: Addendum | None = None
    request: CorrectionRequest | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One officer's visit as it is read."""

    attendance: Attendance
    by: str
    mine: bool
    asked: tuple[Asked, ...]
    injuries: tuple[Shown, ...]
    still_true: tuple[tuple[StillTrue, Earlier | None], ...]
    children: tuple[tuple[Somebody | None, ChildSeen, str, str], ...]
    amended: tuple[Amended, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that was written of a scene, by whom and when."""

    incident: Incident
    involved: tuple[Involved, ...]
    accounts: tuple[Account, ...]
    evidence: tuple[Gathered, ...]
    actions: tuple[Acted, ...]
    decisions: tuple[tuple[ChildDecision, tuple[Somebody, ...], str, str], ...]
    allowed: frozenset[Action]
    doubted: tuple[Doubted, ...]


def scene(actor: Actor, incident_id: UUID, *, at: datetime) -> Scene:
    """All of a scene for whoever may read it, with the look at everybody named. Raises Refused."""
    incident = the_incident(actor, Action.VIEW_SCENE, incident_id)
    today = london_day(at)
    look(actor, Action.VIEW_SCENE, incident.subjects, incident_id=incident.id)
    visits = list(
        Attendance.objects.filter(incident=incident).select_related("incident").order_by("began_at")
    )
    names = staff_names({one.officer for one in visits})
    made = list(ChildDecision.objects.filter(incident=incident).order_by("entered_at", "id"))
    deciders = staff_names({one.by for one in made})
    children = people_named({child for one in made for child in one.subjects}, today)
    words = {
        (one.record_id, one.made_at): one.words
        for one in Decision.objects.filter(kind="child-decision", about=incident.id)
    }
    return Scene(
        incident=incident,
        involved=involved_in(incident, today),
        accounts=tuple(_account(actor, one, names[one.officer], at=at) for one in visits),
        evidence=evidence_of(incident, today),
        actions=actions_of(incident, today),
        decisions=tuple(
            (
                one,
                tuple(children[child] for child in one.subjects if child in children),
                deciders[one.by],
                next((said for (_who, when), said in words.items() if when == one.entered_at and said), ""),
            )
            for one in made
        ),
        allowed=frozenset(
            action
            for action in (Action.AMEND_ACCOUNT, Action.DECIDE_CHILD, Action.ATTEND)
            if may(actor, action)
        ),
        doubted=doubted([incident.id]),
    )


def _account(actor: Actor, attendance: Attendance, by: str, *, at: datetime) -> Account:
    today = london_day(at)
    given = answers_of(attendance)
    said = {(one.about, one.question): one for one in earlier_for(actor, attendance, at=at)}
    seen = list(attendance.children.filter(superseded_by=None).order_by("entered_at", "id"))
    people = people_named([one.record_id for one in seen], today)
    words = words_of([one.id for one in seen])
    return Account(
        attendance=attendance,
        by=by,
        mine=attendance.officer == actor.id,
        asked=tuple(_asked(section, given[code]) for section, code in INSTRUMENTS.items() if code in given),
        injuries=injuries_of(attendance, today),
        still_true=tuple(
            (one, said.get((one.about, one.question)))
            for one in attendance.still_true.order_by("entered_at", "id")
        ),
        children=tuple(
            (
                people.get(one.record_id),
                one,
                words.get((one.id, "own_words"), ""),
                words.get((one.id, "school"), ""),
            )
            for one in seen
        ),
        amended=amended(attendance.id),
    )


def _asked(section: Section, given: Answers) -> Asked:
    return Asked(section, tuple(given_in(given)), given.at, given.complete)


def amended(about: UUID) -> tuple[Amended, ...]:
    """What was added to a first account and asked of its author, oldest first. Part of a page that has looked."""
    added = list(Addendum.objects.filter(about=about))
    asked = list(CorrectionRequest.objects.filter(about=about))
    names = staff_names({*(one.by for one in added), *(one.by for one in asked)})
    found = [
        *(Amended(one.at, names[one.by], one.words, addendum=one) for one in added),
        *(Amended(one.at, names[one.by], one.words, request=one) for one in asked),
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def an_account(actor: Actor, attendance_id: UUID) -> tuple[Attendance, str]:
    """A visit whose account is added to, and its officer's name, with the look written. Raises Refused."""
    attendance = the_attendance(actor, Action.AMEND_ACCOUNT, attendance_id)
    look(actor, Action.AMEND_ACCOUNT, attendance.incident.subjects, incident_id=attendance.incident_id)
    return attendance, staff_names({attendance.officer})[attendance.officer]


def correction(actor: Actor, correction_id: UUID) -> CorrectionRequest:
    """A request that the actor is to answer, or a sergeant for one who has left, with the look written. Raises Refused."""
    insist(actor, Action.AMEND_ACCOUNT)
    found = CorrectionRequest.objects.filter(id=correction_id).first()
    if found is None or not (
        found.author == actor.id or (actor.role is Role.SERGEANT and has_left(found.author))
    ):
        raise Refused("There is no such request", correction_id)
    insist_on_all(actor, Action.AMEND_ACCOUNT, found.subjects)
    look(actor, Action.AMEND_ACCOUNT, found.subjects, incident_id=found.incident_id)
    return found
