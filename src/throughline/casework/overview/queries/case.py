"""One case on one page: how dangerous, whose, how to reach her, what stands, and what has come since the reader looked.

Composed of what the rooms keep, read in a fixed number of statements however much has happened, with one look.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import F, Q

from throughline.casework.cases.models import (
    Case,
    CaseIncident,
    CounterAllegation,
    GroupMember,
    Incident,
    Involvement,
    Joining,
    StandingFact,
    Visit,
)
from throughline.casework.cases.queries.counters import counter_allegations
from throughline.casework.cases.queries.history import standing_at
from throughline.casework.cases.queries.pages import (
    MOST,
    Owned,
    Somebody,
    both_held_together,
    entries_of,
    of_the_two,
    owner_who_left,
    people_named,
)
from throughline.casework.cases.queries.visits import Reaching, reaching
from throughline.casework.cases.rules import Kind, Part, Pattern, pattern
from throughline.casework.contact.queries.calls import joined_into
from throughline.casework.investigation.models import Investigation
from throughline.casework.overview.rules import Looked, last_reading
from throughline.casework.risk.models import Assessment, Grading
from throughline.casework.risk.queries.asking import Answered, answered_and_named
from throughline.casework.risk.rules.assessing import Stage
from throughline.casework.risk.rules.order import Known, Sign, signs
from throughline.casework.safeguarding.queries.choosing import Chosen, chosen_by
from throughline.casework.safeguarding.queries.planning import Safety, safety_of
from throughline.casework.safeguarding.queries.promises import last_reached
from throughline.casework.safeguarding.queries.serving import Waits, handovers, waits_of
from throughline.casework.scene.models import ChildDecision, ChildSeen, EvidenceItem, PositiveAction
from throughline.casework.scene.rules import Evidence
from throughline.foundations.access.queries import allowed_on
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.audit.queries import own_looks
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import duty_kind
from throughline.reference import load

#: How many entries that are new to the reader are named before the timeline.
NEW: Final = 12


@dataclass(frozen=True, slots=True)
class Given:
    """A grade with its maker, reason and words. Codes of reference."""

    value: str
    by: str
    at: datetime
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Whose:
    """An account and since when: who owns the case, or was asked to."""

    account: UUID
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """A duty about the case: what, by when, whose, and when it was done, if at all."""

    duty: Duty
    label: str
    whose: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline, in codes; ``new`` to this reader; ``judged`` by a person rather than seen to happen."""

    at: datetime
    kind: str
    code: str
    by: str
    judged: bool
    new: bool


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the case's incidents: whether an officer saw them, what was decided, and who finds out by when."""

    who: Somebody
    seen: ChildSeen | None
    decision: ChildDecision | None
    decided_by: str
    finding: Promise | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of the things to gather at the latest incident, by the codes of reference's evidence-items."""

    incident: Incident
    done: tuple[str, ...]
    of: int
    left: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WholeCase:
    """Everything about one case that its owner, a supervisor or the hub asks for first."""

    case: Case
    victim: Somebody
    suspect: Somebody | None
    grade: Given | None
    assessed: Answered | None
    owner: Whose | None
    left: Owned | None
    asked: Whose | None
    # who has accepted the investigation; ``opened`` says that there is one, accepted or not
    investigates: Whose | None
    opened: bool
    safeguards: Waits | None
    handovers: int
    next: Promise | None
    reaching: Reaching
    spoke_at: datetime | None
    hears: Chosen | None
    facts: tuple[StandingFact, ...]
    at_large: bool
    acted: PositiveAction | None
    acted_by: str
    last_looked: Looked | None
    new: tuple[Line, ...]
    new_count: int
    incidents: tuple[Incident, ...]
    # those that were said to be the same as one of them
    same: tuple[Incident, ...]
    pattern: Pattern
    others: int
    due: tuple[Promise, ...]
    late: tuple[Promise, ...]
    broken: tuple[Promise, ...]
    safety: tuple[Safety, ...]
    children: tuple[Child, ...]
    evidence: Gathered | None
    grades: dict[Stage, Given]
    against: tuple[CounterAllegation, ...]
    group: UUID | None
    joined: int
    timeline: tuple[Line, ...]
    allowed: frozenset[Action]


def whole_case(actor: Actor, case: Case, *, now: datetime, purpose: str) -> WholeCase:
    """A case in sight with everything that the rooms know of it, and the look at all whom it names written."""
    today = london_day(now)
    of = _Read(actor, case, now, today)
    lines, looked = _timeline(actor, of, now, today)
    page = WholeCase(
        case=case,
        victim=of.named[case.victim_id],
        suspect=of.named.get(case.suspect_id) if case.suspect_id else None,
        grade=of.grade(),
        assessed=of.assessed,
        owner=of.owner(),
        left=None if of.owned or of.case.closed_at else owner_who_left(of.case),
        asked=of.asked(),
        investigates=of.investigates(),
        opened=of.investigation is not None,
        safeguards=next(iter(waits_of([case.id, *(one.id for one in of.others)], now=now)), None),
        handovers=handovers(of.ids),
        next=next(iter(of.promises(of.open)), None),
        reaching=reaching(of.hers),
        spoke_at=of.spoke_at(),
        hears=chosen_by(of.hers, now),
        facts=of.facts,
        at_large=of.at_large(today),
        acted=of.acted,
        acted_by=of.names[of.acted.by] if of.acted else "",
        last_looked=looked,
        new=tuple(line for line in lines if line.new)[:NEW],
        new_count=sum(line.new for line in lines),
        incidents=of.incidents,
        same=joined_into(one.id for one in of.incidents),
        pattern=pattern([one.reported_at for one in of.incidents]),
        others=len(of.others),
        due=of.promises(duty for duty in of.open if duty.due_at >= now),
        late=of.promises(duty for duty in of.open if duty.due_at < now),
        broken=of.promises(duty for duty in of.duties if duty.discharged_at),
        safety=of.safety,
        children=of.children_shown(),
        evidence=of.gathered(today),
        grades=of.by_stage(),
        against=of.against,
        group=of.group,
        joined=len(of.ids) - 1,
        timeline=lines,
        allowed=allowed_on(actor, case.subjects),
    )
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_CASE,
        subjects=sorted(of.named),
        purpose=purpose,
        # what had been written by then, so that the next look tells what came since, however late it came in
        detail={"case": str(case.id), "entry": max((one.id for one in of.entries), default=0)},
    )
    return page


class _Read:
    """What the rooms keep about one case, each kind of row read once."""

    def __init__(self, actor: Actor, case: Case, now: datetime, today: date) -> None:
        self.case = case
        self.hers, self.his = both_held_together(case)
        joined = Joining.objects.filter(into=case, ended_at=None).values_list("case", flat=True)
        self.ids = {case.id, *joined}
        links = CaseIncident.objects.filter(case__in=self.ids).values("incident")
        self.incidents = tuple(Incident.objects.filter(id__in=links).order_by("-reported_at", "id")[:MOST])
        incidents = [one.id for one in self.incidents]
        self.others = [
            one for one in Case.objects.filter(victim__in=self.hers, closed_at=None) if one.id not in self.ids
        ]
        self.group = (
            GroupMember.objects.filter(case=case, ended_at=None).values_list("group", flat=True).first()
        )
        self.against = counter_allegations([case.id])
        self._standing(now)
        self._risk()
        self._scene(incidents)
        about = [*self.ids, *incidents]
        self.safety = safety_of(self.hers, now)
        waited_for = [one.id for one in self.safety if one.waits]
        kept_late = Q(discharged_at__isnull=True) | Q(discharged_at__gt=F("due_at"))
        self.duties = list(
            Duty.objects.filter(kept_late, about__in=[*about, *waited_for]).order_by("due_at", "id")[:MOST]
        )
        self.open = [duty for duty in self.duties if duty.discharged_at is None]
        self.visit = Visit.objects.filter(case__in=self.ids).order_by("-made_at", "id").first()
        self.entries = entries_of(
            actor, [*self.hers, *self.his], [*about, *(fact.id for fact in self.facts)], today
        )
        self.named = people_named([case.victim_id, case.suspect_id, *self.children], today)
        latest = Assessment.objects.filter(case=self.case, completed_at__isnull=False)
        found, self.names = answered_and_named(
            list(latest.order_by("-completed_at", "id")[:1]), self._makers()
        )
        self.assessed = next(iter(found.values()), None)

    def _standing(self, now: datetime) -> None:
        both = [*self.hers, *self.his]
        wanted = Q(record__in=both) | Q(protects__in=both) | Q(case=self.case)
        rows = list(standing_at(now, StandingFact.objects.filter(wanted)).order_by("-valid_from", "id"))
        own = {row.kind: row for row in rows if row.case_id == self.case.id}
        self.graded, self.owned = own.get(Kind.GRADE), own.get(Kind.OWNER)
        self.facts = tuple(
            row
            for row in rows
            if row.kind not in (Kind.OWNER, Kind.GRADE) and of_the_two(row, self.hers, self.his)
        )[:MOST]

    def _risk(self) -> None:
        rows = Grading.objects.filter(case=self.case).select_related("decision")
        self.gradings = list(rows.order_by("-entered_at", "-id")[:MOST])
        made = Decision.objects.filter(kind="case-grade", about=self.case.id)
        self.earlier = None if self.gradings else made.order_by("-made_at", "-id").first()

    def _scene(self, incidents: list[UUID]) -> None:
        acts = PositiveAction.objects.filter(
            incident__in=incidents, record__in=self.his, superseded_by=None
        ).select_related("decision")
        self.acted = acts.order_by("-at", "id").first()
        self.investigation = (
            Investigation.objects.filter(case__in=self.ids).order_by(F("ended_at").desc(), "id").first()
        )
        parts = Involvement.objects.filter(incident__in=incidents, part=Part.CHILD, ended_at=None)
        self.children = list(dict.fromkeys(parts.order_by("made_at", "id").values_list("record", flat=True)))
        self.seen = list(
            ChildSeen.objects.filter(attendance__incident__in=incidents, superseded_by=None).order_by(
                "at", "id"
            )
        )
        self.decided = list(ChildDecision.objects.filter(incident__in=incidents).order_by("entered_at", "id"))
        self.items = {
            one.item: one
            for one in EvidenceItem.objects.filter(incident__in=incidents[:1], superseded_by=None)
        }

    def _makers(self) -> set[UUID]:
        rows = (self.graded, *self.facts)
        return {
            *(row.set_by for row in rows if row),
            *([UUID(self.owned.value)] if self.owned else []),
            *(one.by for one in self.gradings),
            *([self.acted.by] if self.acted else []),
            *([one] if self.investigation and (one := self.investigation.investigator) else []),
            *(one.by for one in self.decided),
            *(duty.owner for duty in self.duties if duty.owner),
            *(entry.by for entry in self.entries),
        }

    # --- as the page shows it ---------------------------------------------------------------------------

    def grade(self) -> Given | None:
        fact = self.graded
        if fact is None:
            return None
        made = next((one.decision for one in self.gradings if one.grade == fact.value), self.earlier)
        return Given(
            fact.value,
            self.names[fact.set_by],
            fact.set_at,
            made.reason if made else "",
            made.words if made else "",
        )

    def by_stage(self) -> dict[Stage, Given]:
        """The latest grade of each stage, in the order of the stages."""
        found: dict[Stage, Given] = {}
        for one in reversed(self.gradings):
            found[Stage(one.stage)] = Given(
                one.grade, self.names[one.by], one.at, one.decision.reason, one.decision.words
            )
        return {stage: found[stage] for stage in Stage if stage in found}

    def owner(self) -> Whose | None:
        if self.owned is None:
            return None
        account = UUID(self.owned.value)
        return Whose(account, self.names[account], self.owned.valid_from)

    def investigates(self) -> Whose | None:
        one = self.investigation
        if one is None or one.investigator is None:
            return None
        return Whose(one.investigator, self.names[one.investigator], one.accepted_at or one.opened_at)

    def asked(self) -> Whose | None:
        """Who was asked to own it and has not answered."""
        duty = next((duty for duty in self.open if duty.kind == "case-accept" and duty.owner), None)
        return Whose(duty.owner, self.names[duty.owner], duty.opened_at) if duty and duty.owner else None

    def promises(self, duties: Iterable[Duty]) -> tuple[Promise, ...]:
        roles = load("roles")
        return tuple(
            Promise(
                duty,
                duty_kind(duty.kind, on=(on := london_day(duty.opened_at))).label,
                self.names[duty.owner] if duty.owner else roles.label(duty.role, on=on),
            )
            for duty in duties
        )

    def spoke_at(self) -> datetime | None:
        """When somebody last spoke with her, as far as visits, assessments and contacts tell."""
        visited = self.visit.made_at if self.visit and self.visit.seen else None
        with_her = self.assessed is not None and "without-her" not in self.assessed.assessment.flags
        assessed = self.assessed.assessment.assessed_at if self.assessed and with_her else None
        return max((one for one in (visited, assessed, last_reached(self.case.id)) if one), default=None)

    def at_large(self, today: date) -> bool:
        """Whether the list of checks would call him that, by the same rule."""
        kinds = load("standing-facts")
        groups = {
            kinds.get(fact.kind, on=london_day(fact.valid_from)).text("group")
            for fact in self.facts
            if fact.record_id in self.his
        }
        arrests = load("positive-actions").codes(on=today, arrest=True)
        not_arrested = self.acted is not None and self.acted.action not in arrests
        return Sign.AT_LARGE in signs(Known(facts=frozenset(groups), not_arrested=not_arrested))

    def children_shown(self) -> tuple[Child, ...]:
        seen = {one.record_id: one for one in self.seen if one.seen}
        decided = {child: one for one in self.decided for child in one.subjects}
        finding = {duty.record_id: duty for duty in self.open if duty.kind == "child-find-out"}
        return tuple(
            Child(
                who=self.named[child],
                seen=seen.get(child),
                decision=decided.get(child),
                decided_by=self.names[decided[child].by] if child in decided else "",
                finding=self.promises([finding[child]])[0] if child in finding else None,
            )
            for child in self.children
            if child in self.named
        )

    def gathered(self, today: date) -> Gathered | None:
        if not self.incidents:
            return None
        wanted = [row.code for row in load("evidence-items").as_of(today)]
        states = {code: self.items[code].state if code in self.items else "" for code in wanted}
        applicable = [code for code in wanted if states[code] != Evidence.NOT_APPLICABLE]
        return Gathered(
            incident=self.incidents[0],
            done=tuple(code for code in applicable if states[code] == Evidence.DONE),
            of=len(applicable),
            left=tuple((code, states[code]) for code in applicable if states[code] != Evidence.DONE),
        )


def _timeline(actor: Actor, of: _Read, now: datetime, today: date) -> tuple[tuple[Line, ...], Looked | None]:
    """What happened, newest first, with what has been written since the reader's last reading by somebody else."""
    looks = [
        Looked(event.at, int(event.detail["entry"]))
        for event in own_looks(actor.id, Action.VIEW_CASE, of.case.victim_id)
        if event.detail.get("case") == str(of.case.id) and "entry" in event.detail
    ]
    looked = last_reading(looks, now)
    kinds = {row.code: row.flag("judgement") for row in load("chronology-kinds").as_of(today)}

    def line(entry: Entry) -> Line:
        new = looked is not None and entry.id > looked.entry and entry.by != actor.id
        return Line(entry.at, entry.kind, entry.code, of.names[entry.by], kinds[entry.kind], new)

    return tuple(line(entry) for entry in of.entries), looked
