"""Whom a scene or a warrant leaves to be found, and the register of suspects who are outstanding."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.cases.rules import Kind
from throughline.casework.investigation.models import InvestigationWords, OutstandingSuspect, SuspectAttempt
from throughline.casework.investigation.rules.looking import order, source_of, source_of_fact
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.casework.scene.models import PositiveAction
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.reference import load

ATTEMPT_DUTY = "suspect-attempt"


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who is to be found: in which case, why, by which row, since when."""

    case: Case
    source: str
    because: UUID | None
    since: datetime


def to_be_found(since: datetime, now: datetime) -> list[Found]:
    """The suspects of open cases whom a scene of late left at large or to be interviewed, and who are wanted.

    None who is in the register, or was for the same row.
    """
    cases = Case.objects.filter(closed_at=None, suspect__isnull=False)
    in_register = Exists(OutstandingSuspect.objects.filter(case=OuterRef("pk"), closed_at=None))
    acted = PositiveAction.objects.filter(entered_at__gt=since, superseded_by=None).exclude(action="arrest")
    acted = acted.exclude(Exists(OutstandingSuspect.objects.filter(because=OuterRef("pk"))))
    found: dict[UUID, Found] = {}
    for action in acted.order_by("at", "id"):
        source = source_of(action.action, action.reasons)
        if not source:
            continue
        told = cases.filter(incident_links__incident=action.incident_id, suspect=action.record_id)
        for case in told.exclude(in_register):
            found[case.id] = Found(case, source, action.id, action.at)
    rows = load("suspect-sources").as_of(london_day(now))
    kinds = [row.optional_text("fact") for row in rows if row.optional_text("fact")]
    facts = (
        StandingFact.objects.filter(kind__in=kinds, ended_at=None, superseded_by=None, valid_from__lte=now)
        .filter(Q(valid_until=None) | Q(valid_until__gt=now))
        .exclude(Exists(OutstandingSuspect.objects.filter(because=OuterRef("pk"))))
    )
    for fact in facts.order_by("valid_from", "id"):
        theirs = cases.filter(id=fact.case_id) if fact.case_id else cases.filter(suspect=fact.record_id)
        for case in theirs.filter(suspect=fact.record_id).exclude(in_register):
            found.setdefault(case.id, Found(case, source_of_fact(fact.kind, rows), fact.id, fact.valid_from))
    return sorted(found.values(), key=lambda one: one.case.id)


def found_again() -> list[OutstandingSuspect]:
    """Whoever is in the register and was arrested at a scene of the case since."""
    arrested = PositiveAction.objects.filter(
        incident__case_links__case=OuterRef("case"),
        record=OuterRef("record"),
        action="arrest",
        superseded_by=None,
        at__gte=OuterRef("since"),
    )
    return list(OutstandingSuspect.objects.filter(Exists(arrested), closed_at=None).order_by("id"))


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt, by whom, and what was written of it."""

    row: SuspectAttempt
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Outstanding:
    """One suspect of the register: of which case and grade, who looks, what was tried, and when next."""

    row: OutstandingSuspect
    suspect: Somebody
    victim: Somebody
    grade: str
    days: int
    looker: str
    where: str
    ended: str
    attempts: tuple[Tried, ...]
    due: Duty | None

    @property
    def last(self) -> Tried | None:
        """The last attempt."""
        return self.attempts[0] if self.attempts else None


def told(rows: Collection[OutstandingSuspect], *, now: datetime) -> tuple[Outstanding, ...]:
    """Rows of the register with names and attempts, in the order of the list. The caller writes the look."""
    rows = [one for one in rows if one.case_id]
    today = london_day(now)
    cases = {one.id: one for one in Case.objects.filter(among("id", {one.case_id for one in rows}))}
    rows = [one for one in rows if one.case_id in cases]
    named = people_named(
        {each for one in rows for each in (one.record_id, cases[one.case_id].victim_id)}, today
    )
    facts = StandingFact.objects.filter(among("case", cases), kind=Kind.GRADE, ended_at=None)
    grades = dict(facts.values_list("case", "value"))
    ranks = {row.code: row.number("rank") for row in load("grades").as_of(today)}
    tried: dict[UUID, list[SuspectAttempt]] = defaultdict(list)
    for one in SuspectAttempt.objects.filter(outstanding__in=rows).order_by("-at", "-id"):
        tried[one.outstanding_id].append(one)
    attempts = [one for some in tried.values() for one in some]
    words = {
        (one.about, one.part): one.words
        for one in InvestigationWords.objects.filter(
            among("about", {*(one.id for one in rows), *(one.id for one in attempts)})
        )
    }
    duties = {
        duty.about: duty
        for duty in Duty.objects.filter(
            among("about", [one.id for one in rows]), kind=ATTEMPT_DUTY, discharged_at=None
        )
    }
    names = staff_names({*(one.looker for one in rows if one.looker), *(one.by for one in attempts)})
    shown = [
        Outstanding(
            row=one,
            suspect=named[one.record_id],
            victim=named[cases[one.case_id].victim_id],
            grade=grades.get(one.case_id, ""),
            days=((one.closed_at or now) - one.since).days,
            looker=names[one.looker] if one.looker else "",
            where=words.get((one.id, "where"), ""),
            ended=words.get((one.id, "ended"), ""),
            attempts=tuple(
                Tried(each, names[each.by], words.get((each.id, "attempt"), "")) for each in tried[one.id]
            ),
            due=duties.get(one.id),
        )
        for one in rows
        if one.record_id in named and cases[one.case_id].victim_id in named
    ]
    return tuple(sorted(shown, key=lambda one: order(ranks.get(one.grade), one.row.since)))


def outstanding(actor: Actor, *, now: datetime) -> tuple[Outstanding, ...]:
    """Everybody in the register whom the reader sees, the most dangerous first; with the look. Raises Refused."""
    insist(actor, Action.SUPERVISE_INVESTIGATION)
    found = told(list(OutstandingSuspect.objects.filter(closed_at=None)), now=now)
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.SUPERVISE_INVESTIGATION,
        subjects=sorted({each for one in found for each in one.row.subjects}),
        purpose=PURPOSES.get(actor.role, ""),
        detail={"outstanding": len(found)},
    )
    return found
