"""What was said in the last days about the same two people: to the control room, at a counter, at an earlier visit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from throughline.casework.cases.models import CaseIncident, Incident
from throughline.casework.contact.models import Contact, LogLine
from throughline.casework.people.queries.person import staff_names
from throughline.casework.scene.models import Attendance
from throughline.casework.scene.rules import INSTRUMENTS, OWN_ACCOUNT, Section
from throughline.foundations.access.rules import Actor
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import Answer, Question
from throughline.reference import load

#: The most lines that a page asks about.
MOST = 60
#: What of an earlier visit is asked about again: what can have changed, and what she said.
_OF_VISITS = (
    INSTRUMENTS[Section.ACCOUNT],
    INSTRUMENTS[Section.DANGER],
    INSTRUMENTS[Section.MESSAGES],
    INSTRUMENTS[Section.SAFETY],
)
# of an account: what she or he said, and not how it was asked
_SAID = {OWN_ACCOUNT, "his-account"}


@dataclass(frozen=True, slots=True)
class Given:
    """A question with its answer, and the words that stand beside it."""

    question: Question
    answer: Answer
    words: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """One thing that was said before: the question with its answer or a line of a log, when and by whom it was written.

    ``about`` is the row that holds it, ``question`` which part; ``verdict`` what became of it at this visit.
    """

    about: UUID
    question: str
    given: Given | None
    line: str
    at: datetime
    by: str
    verdict: str


def earlier_for(actor: Actor, attendance: Attendance, *, at: datetime) -> tuple[Earlier, ...]:
    """What was said in the days before a visit, newest first, as far as the actor sees it. Part of a page."""
    days = load("looking-back").get("said-before", on=london_day(at)).number("days")
    since = attendance.began_at - timedelta(days=days)
    incidents = _of_the_same(attendance.incident, since)
    contacts = list(
        Contact.objects.filter(incident__in=incidents, received_at__gte=since).values_list("id", flat=True)
    )
    visits = list(
        Attendance.objects.filter(incident__in=incidents, began_at__gte=since)
        .exclude(id=attendance.id)
        .values_list("id", flat=True)
    )
    answers = list(
        Answers.objects.filter(superseded_by=None, at__gte=since, subject__in=[*contacts, *visits]).order_by(
            "-at", "id"
        )
    )
    lines = list(
        LogLine.objects.filter(contact__in=contacts, kind=LogLine.Kind.SAID, at__gte=since)
        .exclude(words="")
        .order_by("-at", "id")[:MOST]
    )
    verdicts = {
        (one.about, one.question): one.verdict for one in attendance.still_true.order_by("entered_at", "id")
    }
    names = staff_names({*(one.answered_by for one in answers), *(one.by for one in lines)})
    found = [
        Earlier(
            about=one.id,
            question=given.question.code,
            given=given,
            line="",
            at=one.at,
            by=names[one.answered_by],
            verdict=verdicts.get((one.id, given.question.code), ""),
        )
        for one in answers
        for given in _said(one, visit=one.subject in visits)
    ]
    found += [
        Earlier(
            about=line.id,
            question="",
            given=None,
            line=line.words,
            at=line.at,
            by=names[line.by],
            verdict=verdicts.get((line.id, ""), ""),
        )
        for line in lines
    ]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:MOST])


def _of_the_same(incident: Incident, since: datetime) -> list[UUID]:
    """The incident itself and those of the last days that are of one of its cases."""
    cases = CaseIncident.objects.filter(incident=incident).values("case")
    others = CaseIncident.objects.filter(case__in=cases, incident__reported_at__gte=since)
    return [incident.id, *others.exclude(incident=incident).values_list("incident", flat=True).distinct()]


def _said(answers: Answers, *, visit: bool) -> list[Given]:
    if not visit:
        return given_in(answers)
    if answers.instrument not in _OF_VISITS:
        return []
    of_account = answers.instrument == INSTRUMENTS[Section.ACCOUNT]
    return [one for one in given_in(answers) if not of_account or one.question.code in _SAID]


def given_in(answers: Answers) -> list[Given]:
    """What was answered, question by question in the order of asking, with the words beside each answer."""
    instrument = library().version(answers.instrument, answers.version)
    return [
        Given(question, answers.answers[question.code], str(answers.answers.get(question.words_code) or ""))
        for question in instrument.questions
        if question.code in answers.answers
    ]
