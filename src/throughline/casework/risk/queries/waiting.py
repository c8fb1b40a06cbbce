"""What waits to be checked or reviewed, in the order in which it is read, with why. Few statements, one look."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.history import standing_at
from throughline.casework.cases.rules import Kind
from throughline.casework.contact.rules.spoken import heard, speaks_of
from throughline.casework.people.queries.person import names_of, staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.casework.risk.models import Assessment, Check, HubReview
from throughline.casework.risk.queries.asking import Answered, answered
from throughline.casework.risk.rules.order import Known, Sign, Waiting, in_order, presses, signs, why
from throughline.casework.scene.models import PositiveAction
from throughline.foundations.access.rules import Action, Actor, Role, insist
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty
from throughline.reference import load

#: How many stand on a page of a queue.
A_PAGE = 25
#: More than these are ordered by their due time alone; a queue of so many is itself the news.
ORDERED = 1_000
ARREST = "arrest"


@dataclass(frozen=True, slots=True)
class Line:
    """One pair that waits: who, the grade and by whom, until when, and why it stands where it does.

    ``words`` are hers, of the answers that do not fit the grade; ``unworded`` how many answers still lack words;
    ``answered`` is all that was answered; ``presses`` whether it is read now.
    """

    duty: Duty
    case: Case
    people: str
    grade: str
    graded_by: str
    assessed_by: str
    how: str
    flags: tuple[str, ...]
    signs: tuple[Sign, ...]
    words: tuple[str, ...]
    unworded: tuple[str, ...]
    late: bool
    mine: bool
    taken_by: str
    answered: Answered | None
    graded_at: datetime | None
    presses: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """A list of pairs that wait, a page of it, how long it is, and how many of all are read now."""

    lines: tuple[Line, ...]
    count: int
    pressing: int
    late: int
    oldest: datetime | None
    page: int
    pages: int

    @property
    def subjects(self) -> set[UUID]:
        """Whom the page of it names: what its look names."""
        return {record for one in self.lines for record in one.case.subjects}


def to_check(actor: Actor, *, now: datetime, page: int = 1) -> Queue:
    """What waits for a sergeant or an inspector, in order, with the one look. Raises Refused."""
    found = checks_waiting(actor, now=now, page=page)
    _look(actor, Action.SUPERVISE_TEAM, found)
    return found


def checks_waiting(actor: Actor, *, now: datetime, page: int = 1) -> Queue:
    """`to_check` as part of a page, whose look names the queue's subjects. Raises Refused."""
    insist(actor, Action.SUPERVISE_TEAM)
    return _queue(actor, kinds_checked(actor.role), now=now, page=page)


def kinds_checked(role: Role) -> list[str]:
    """The kinds of duty that somebody of a role checks by; an inspector's own come first."""
    return ["risk-check-high", "risk-check"] if role is Role.INSPECTOR else ["risk-check"]


def hub_queue(actor: Actor, *, now: datetime, page: int = 1) -> Queue:
    """The pairs that the hub has not looked at, in order, with the one look. Raises Refused."""
    insist(actor, Action.REVIEW_RISK)
    found = _queue(actor, ["hub-review"], now=now, page=page)
    _look(actor, Action.REVIEW_RISK, found)
    return found


def _look(actor: Actor, action: Action, queue: Queue) -> None:
    write_audit(
        actor, Event.Kind.LOOK, action, subjects=sorted(queue.subjects), purpose=PURPOSES.get(actor.role, "")
    )


def _queue(actor: Actor, kinds: Collection[str], *, now: datetime, page: int) -> Queue:
    waiting = Duty.objects.filter(kind__in=kinds, discharged_at=None, about__isnull=False)
    duties: dict[UUID, Duty] = {}
    # an inspector's own first: a case stands once, with what is due first
    for duty in waiting.order_by("due_at", "id")[:ORDERED]:
        if duty.about is not None:
            duties.setdefault(duty.about, duty)
    cases = Case.objects.in_bulk(list(duties))
    seen = _Seen(cases.values(), now)
    known = {case_id: seen.known(case_id) for case_id in cases}
    ordered = in_order(Waiting(case_id, duties[case_id].due_at, signs(known[case_id])) for case_id in cases)
    pages = max(1, -(-len(ordered) // A_PAGE))
    page = min(max(page, 1), pages)
    shown = ordered[(page - 1) * A_PAGE : page * A_PAGE]
    people = names_of({record for one in shown for record in cases[one.id].subjects})
    lines = tuple(
        seen.line(actor, duties[one.id], known[one.id], why(one.signs), people, now) for one in shown
    )
    return Queue(
        lines=lines,
        count=len(ordered),
        pressing=sum(presses(one.signs, one.due_at, now) for one in ordered),
        late=sum(duties[one.id].due_at < now for one in ordered),
        oldest=min((duties[one.id].opened_at for one in ordered), default=None),
        page=page,
        pages=pages,
    )


class _Seen:
    """What the lines of a queue are told by, read at once for all of its cases."""

    def __init__(self, cases: Iterable[Case], now: datetime) -> None:
        self.cases = {case.id: case for case in cases}
        self.today = london_day(now)
        rows = Assessment.objects.filter(case__in=self.cases, completed_at__isnull=False)
        latest = list(rows.order_by("case", "-completed_at", "id").distinct("case"))
        self.assessed: dict[UUID, Answered] = {
            one.assessment.case_id: one for one in answered(latest).values()
        }
        graded = StandingFact.objects.filter(case__in=self.cases, kind=Kind.GRADE, ended_at=None)
        self.grades = {fact.case_id: fact for fact in graded}
        decisions = Decision.objects.filter(kind="case-grade", about__in=self.cases, decision=None)
        self.words = dict(decisions.order_by("made_at", "id").values_list("about", "words"))
        self.facts = self._facts(now)
        self.not_arrested = self._not_arrested()
        self.phrases = {row.code: row.texts("says") for row in load("danger-phrases").as_of(self.today)}
        ranks = {row.code: row.number("rank") for row in load("grades").as_of(self.today)}
        self.lowest = max(ranks, key=lambda code: ranks[code])
        taken = HubReview.objects.filter(case__in=self.cases, done_at=None, let_go_at=None)
        self.taken = dict(taken.values_list("case", "taken_by"))
        makers = {
            *(fact.set_by for fact in self.grades.values()),
            *self.taken.values(),
        }
        self.names = staff_names(makers)

    def _facts(self, now: datetime) -> dict[UUID, set[str]]:
        suspects = {case.suspect_id for case in self.cases.values() if case.suspect_id}
        kinds = load("standing-facts")
        found: dict[UUID, set[str]] = defaultdict(set)
        facts = standing_at(now, StandingFact.objects.filter(record__in=suspects, superseded_by=None))
        for record_id, kind, since in facts.values_list("record", "kind", "valid_from"):
            found[record_id].add(kinds.get(kind, on=london_day(since)).text("group"))
        return found

    def _not_arrested(self) -> set[UUID]:
        """The suspects of whom the latest that was done is something other than an arrest."""
        suspects = {case.suspect_id for case in self.cases.values() if case.suspect_id}
        rows = PositiveAction.objects.filter(record__in=suspects, superseded_by=None)
        latest = rows.order_by("record", "-at", "id").distinct("record").values_list("record", "action")
        return {record_id for record_id, action in latest if action != ARREST}

    def _lines(self, case_id: UUID) -> tuple[str, ...]:
        found = self.assessed.get(case_id)
        return (*(found.lines if found else ()), self.words.get(case_id, ""))

    def known(self, case_id: UUID) -> Known:
        case, found = self.cases[case_id], self.assessed.get(case_id)
        fact = self.grades.get(case_id)
        lowest = fact is not None and fact.value == self.lowest
        # words are at odds with the lowest grade alone: of the others they are not asked
        grave = found.grave_factors if found and lowest else frozenset[str]()
        return Known(
            facts=frozenset(self.facts.get(case.suspect_id, ())) if case.suspect_id else frozenset(),
            not_arrested=case.suspect_id in self.not_arrested,
            spoken=speaks_of(self._lines(case_id), self.phrases) if lowest and not grave else frozenset(),
            answered=grave,
            lowest=lowest,
        )

    def _what_does_not_fit(self, case_id: UUID) -> tuple[str, ...]:
        """Her words, of the grave factors that she said yes to and of the phrases of danger."""
        found = self.assessed.get(case_id)
        grave = [f"{one.question.text} {one.words}".strip() for one in found.grave] if found else []
        phrases = [phrase for says in self.phrases.values() for phrase in says]
        spoken = [line for line in self._lines(case_id) if heard([line], phrases)]
        said = {one.words for one in found.grave} if found else set()
        return tuple(dict.fromkeys([*grave, *(one for one in spoken if one not in said)]))

    def line(
        self,
        actor: Actor,
        duty: Duty,
        known: Known,
        shown: tuple[Sign, ...],
        people: dict[UUID, str],
        now: datetime,
    ) -> Line:
        assert duty.about is not None
        case, found, fact = self.cases[duty.about], self.assessed.get(duty.about), self.grades.get(duty.about)
        taken = self.taken.get(case.id)
        return Line(
            duty=duty,
            case=case,
            people=" / ".join(
                people[one] for one in (case.victim_id, case.suspect_id) if one and one in people
            ),
            grade=fact.value if fact else "",
            graded_by=self.names[fact.set_by] if fact else "",
            assessed_by=found.by if found else "",
            how=found.assessment.how if found else "",
            flags=tuple(found.assessment.flags) if found else (),
            signs=shown,
            words=self._what_does_not_fit(case.id) if Sign.MISMATCH in shown else (),
            unworded=tuple(one.text for one in found.without_words) if found else (),
            late=duty.due_at < now,
            mine=bool(found and found.assessment.by == actor.id) or bool(fact and fact.set_by == actor.id),
            taken_by=self.names[taken] if taken else "",
            answered=found,
            graded_at=fact.set_at if fact else None,
            presses=presses(shown, duty.due_at, now),
        )


# --- what was said of one's assessments -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """What a checker said of the reader's assessment."""

    check: Check
    people: str
    by: str
    reason: str
    words: str


def told(actor: Actor) -> tuple[Told, ...]:
    """What was said of the reader's own assessments, newest first, with the look. Raises Refused."""
    insist(actor, Action.ASSESS_RISK)
    rows = list(
        Check.objects.filter(maker=actor.id)
        .select_related("decision", "case", "regraded", "grading")
        .order_by("-at", "id")[:A_PAGE]
    )
    subjects = {record for row in rows for record in row.case.subjects}
    people, names = names_of(subjects), staff_names({row.by for row in rows})
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.ASSESS_RISK,
        subjects=sorted(subjects),
        purpose=PURPOSES.get(actor.role, ""),
    )
    return tuple(
        Told(
            row,
            " / ".join(
                people[one] for one in (row.case.victim_id, row.case.suspect_id) if one and one in people
            ),
            names[row.by],
            row.decision.reason,
            row.decision.words,
        )
        for row in rows
    )
