"""What waits to be checked or reviewed, in the order in which it is read, with why. Few statements, one look."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case as If
from django.db.models import OuterRef, QuerySet, Subquery, When

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.history import standing_at
from throughline.casework.cases.rules import Kind
from throughline.casework.contact.rules.spoken import heard, speaks_of
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import names_of, staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.casework.risk.models import Assessment, Check, HubReview
from throughline.casework.risk.queries.asking import Answered, answered, answered_and_named
from throughline.casework.risk.rules.hearing import hearing, phrases_of_danger
from throughline.casework.risk.rules.order import Known, Sign, Waiting, in_order, presses, signs, why
from throughline.casework.scene.models import Addendum, PositiveAction
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


class Pair(NamedTuple):
    """The two of a case that waits, as far as a list tells of them."""

    id: UUID
    victim_id: UUID
    suspect_id: UUID | None
    subjects: list[UUID]


class Owed(NamedTuple):
    """What is owed about a case, of which kind, since when and until when."""

    about: UUID
    kind: str
    opened_at: datetime
    due_at: datetime


class Graded(NamedTuple):
    """The grade that stands: which, by whom and when, with the words of whoever gave it where it is the lowest."""

    value: str
    set_by: UUID
    set_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One pair that waits: who, the grade and by whom, until when, and why it stands where it does.

    ``words`` are hers, of the answers that do not fit the grade; ``unworded`` how many answers still lack words;
    ``answered`` is all that was answered; ``presses`` whether it is read now.
    """

    duty: Owed
    case: Pair
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


def checks_waiting(actor: Actor, *, now: datetime, page: int = 1, most: int = A_PAGE) -> Queue:
    """`to_check` as part of a page, whose look names the queue's subjects, ``most`` of them. Raises Refused."""
    insist(actor, Action.SUPERVISE_TEAM)
    return _queue(actor, kinds_checked(actor.role), now=now, page=page, most=most)


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


def _queue(actor: Actor, kinds: Collection[str], *, now: datetime, page: int, most: int = A_PAGE) -> Queue:
    waiting = Duty.objects.filter(kind__in=kinds, discharged_at=None, about__isnull=False)
    duties: dict[UUID, Owed] = {}
    # an inspector's own first: a case stands once, with what is due first
    rows = waiting.order_by("due_at", "id").values_list("about", "kind", "opened_at", "due_at")
    for about, kind, opened_at, due_at in rows[:ORDERED]:
        if about is not None:
            duties.setdefault(about, Owed(about, kind, opened_at, due_at))
    known = _Known(duties, now)
    ordered = in_order(
        Waiting(case_id, duties[case_id].due_at, signs(known.of(case_id))) for case_id in known.pairs
    )
    pages = max(1, -(-len(ordered) // most))
    page = min(max(page, 1), pages)
    shown = ordered[(page - 1) * most : page * most]
    seen = _Seen(known, [one.id for one in shown])
    lines = tuple(seen.line(actor, duties[one.id], why(one.signs), now) for one in shown)
    return Queue(
        lines=lines,
        count=len(ordered),
        pressing=sum(presses(one.signs, one.due_at, now) for one in ordered),
        late=sum(duties[one.id].due_at < now for one in ordered),
        oldest=min((duties[one.id].opened_at for one in ordered), default=None),
        page=page,
        pages=pages,
    )


def _latest_complete(cases: Collection[UUID]) -> QuerySet[Assessment]:
    """The latest assessment of each of some cases that is complete."""
    rows = Assessment.objects.filter(among("case", cases), completed_at__isnull=False)
    return rows.order_by("case", "-completed_at", "id").distinct("case")


class _Known:
    """What orders a queue, of all of its cases: codes and times, and words of where the grade is the lowest.

    What was answered is not read: whether it speaks of danger was found as the assessment was completed.
    """

    def __init__(self, waiting: Collection[UUID], now: datetime) -> None:
        self.today = london_day(now)
        self.phrases = phrases_of_danger(self.today)
        of_him = PositiveAction.objects.filter(record=OuterRef("suspect"), superseded_by=None)
        cases = Case.objects.filter(among("id", waiting)).values_list(
            "id",
            "victim_id",
            "suspect_id",
            "subjects",
            Subquery(of_him.order_by("-at", "id").values("action")[:1]),
        )
        self.pairs: dict[UUID, Pair] = {}
        # the suspects of whom the latest that was done is something other than an arrest
        self.not_arrested: set[UUID | None] = set()
        for *pair, action in cases:
            one = Pair(*pair)
            self.pairs[one.id] = one
            if action is not None and action != ARREST:
                self.not_arrested.add(one.suspect_id)
        self.grades = self._grades()
        self.lowest = {case_id for case_id, grade in self.grades.items() if grade.value == self._lowest()}
        self.facts = self._facts(now)
        self.heard, self.added = self._heard()
        # a phrase of one text is among those of all of them, which are few
        written = [text for case_id in self.lowest for text in self._written(case_id)]
        there = heard(written, [phrase for says in self.phrases.values() for phrase in says])
        self.there = {code: there.intersection(says) for code, says in self.phrases.items()}

    def _written(self, case_id: UUID) -> tuple[str, ...]:
        """What was added to the answers, and the words of whoever graded."""
        return (*self.added.get(case_id, ()), self.grades[case_id].words)

    def _lowest(self) -> str:
        ranks = {row.code: row.number("rank") for row in load("grades").as_of(self.today)}
        return max(ranks, key=lambda code: ranks[code])

    def _grades(self) -> dict[UUID, Graded]:
        """The grade that stands in each case, with its words where danger may be spoken of."""
        decided = Decision.objects.filter(kind="case-grade", about=OuterRef("case"), decision=None)
        words = Subquery(decided.order_by("-made_at", "-id").values("words")[:1])
        graded = StandingFact.objects.filter(among("case", self.pairs), kind=Kind.GRADE, ended_at=None)
        rows = graded.values_list(
            "case", "value", "set_by", "set_at", If(When(value=self._lowest(), then=words))
        )
        return {case_id: Graded(value, by, at, said or "") for case_id, value, by, at, said in rows}

    def _facts(self, now: datetime) -> dict[UUID, set[str]]:
        suspects = {pair.suspect_id for pair in self.pairs.values() if pair.suspect_id}
        kinds = load("standing-facts")
        found: dict[UUID, set[str]] = defaultdict(set)
        facts = standing_at(now, StandingFact.objects.filter(among("record", suspects), superseded_by=None))
        for record_id, kind, since in facts.values_list("record", "kind", "valid_from"):
            found[record_id].add(kinds.get(kind, on=london_day(since)).text("group"))
        return found

    def _heard(self) -> tuple[set[UUID], dict[UUID, list[str]]]:
        """The cases whose answers speak of danger, and what was added to them; words are at odds with the lowest alone."""
        more = Addendum.objects.filter(about=OuterRef("id")).order_by("at", "id").values("words")
        rows = _latest_complete(self.lowest)
        found = list(rows.values_list("case", "id", "danger", "heard_by", ArraySubquery(more)))
        by = hearing(self.today)
        # what was heard by other phrases than today's is heard anew, until the worker has done so
        unheard = {one: case_id for case_id, one, _danger, heard_by, _more in found if heard_by != by}
        anew = answered(list(Assessment.objects.filter(among("id", unheard)))) if unheard else {}
        heard = {case_id for case_id, _one, danger, heard_by, _more in found if heard_by == by and danger}
        heard |= {unheard[one] for one, said in anew.items() if said.speaks_of_danger(self.phrases)}
        return heard, {case_id: added for case_id, _one, _danger, _by, added in found}

    def of(self, case_id: UUID) -> Known:
        suspect = self.pairs[case_id].suspect_id
        lowest, heard_in = case_id in self.lowest, case_id in self.heard
        written = self._written(case_id) if lowest and not heard_in else ()
        return Known(
            facts=frozenset(self.facts.get(suspect, ())) if suspect else frozenset(),
            not_arrested=suspect in self.not_arrested,
            spoken=speaks_of(written, self.there) if any(written) else frozenset(),
            heard=heard_in,
            lowest=lowest,
        )


class _Seen:
    """What the lines of a page of a queue are told by, read at once for its cases alone."""

    def __init__(self, known: _Known, shown: Collection[UUID]) -> None:
        self.known = known
        self.cases = {case_id: known.pairs[case_id] for case_id in shown}
        taken = HubReview.objects.filter(among("case", shown), done_at=None, let_go_at=None)
        self.taken = dict(taken.values_list("case", "taken_by"))
        makers = {*(known.grades[one].set_by for one in shown if one in known.grades), *self.taken.values()}
        found, self.names = answered_and_named(list(_latest_complete(shown)), makers)
        self.assessed: dict[UUID, Answered] = {one.assessment.case_id: one for one in found.values()}
        self.people = names_of({record for case in self.cases.values() for record in case.subjects})

    def _lines(self, case_id: UUID) -> tuple[str, ...]:
        found, grade = self.assessed.get(case_id), self.known.grades.get(case_id)
        return (*(found.lines if found else ()), grade.words if grade else "")

    def _what_does_not_fit(self, case_id: UUID) -> tuple[str, ...]:
        """Her words, of the grave factors that she said yes to and of the phrases of danger."""
        found = self.assessed.get(case_id)
        grave = [f"{one.question.text} {one.words}".strip() for one in found.grave] if found else []
        phrases = [phrase for says in self.known.phrases.values() for phrase in says]
        lines = self._lines(case_id)
        # those of a single line are among those of all, which are few
        spoken_of = heard(lines, phrases)
        spoken = [line for line in lines if heard([line], spoken_of)]
        said = {one.words for one in found.grave} if found else set()
        return tuple(dict.fromkeys([*grave, *(one for one in spoken if one not in said)]))

    def line(self, actor: Actor, duty: Owed, shown: tuple[Sign, ...], now: datetime) -> Line:
        case = self.cases[duty.about]
        found, grade, taken = (
            self.assessed.get(case.id), self.known.grades.get(case.id), self.taken.get(case.id),
        )  # fmt: skip
        return Line(
            duty=duty,
            case=case,
            people=" / ".join(
                self.people[one] for one in (case.victim_id, case.suspect_id) if one and one in self.people
            ),
            grade=grade.value if grade else "",
            graded_by=self.names[grade.set_by] if grade else "",
            assessed_by=found.by if found else "",
            how=found.assessment.how if found else "",
            flags=tuple(found.assessment.flags) if found else (),
            signs=shown,
            words=self._what_does_not_fit(case.id) if Sign.MISMATCH in shown else (),
            unworded=tuple(one.text for one in found.without_words) if found else (),
            late=duty.due_at < now,
            mine=bool(found and found.assessment.by == actor.id) or bool(grade and grade.set_by == actor.id),
            taken_by=self.names[taken] if taken else "",
            answered=found,
            graded_at=grade.set_at if grade else None,
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
