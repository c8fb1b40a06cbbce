"""What was asked in a contact, what comes next, and which advice was given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.casework.contact.models import Contact, LogLine
from throughline.casework.contact.rules.script import THRIVE, Script, next_question, overheard, script_for
from throughline.foundations.access.rules import Actor
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import latest, library
from throughline.foundations.instruments.rules import Instrument, Question
from throughline.reference import Row, load


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice, whether it can be said while somebody listens, and when it was given."""

    row: Row
    given_at: datetime | None

    @property
    def unsafe(self) -> bool:
        return self.row.flag("listened")


@dataclass(frozen=True, slots=True)
class Asking:
    """The script of a contact: what is asked next, what was answered, and what the one who listens may hear."""

    script: Script
    instrument: Instrument
    question: Question | None
    answered: tuple[tuple[Question, str], ...]
    overheard: bool
    advice: tuple[Advice, ...]
    thrive: Answers | None

    @property
    def count(self) -> int:
        return len(self.instrument.questions)


def asking_of(actor: Actor, contact: Contact, *, now: datetime) -> Asking:
    """What to ask next in a contact that ``actor`` has been shown; the page has written its look."""
    script = script_for(contact.caller, cannot_speak=contact.cannot_speak)
    given = {one: latest(actor, subject=contact.id, instrument=one) for one in Script}
    before = given[script]
    instrument = (
        library().version(script, before.version) if before else library().as_of(script, london_day(now))
    )
    answers = before.answers if before else {}
    everything = {code: said for one in given.values() if one for code, said in one.answers.items()}
    return Asking(
        script=script,
        instrument=instrument,
        question=next_question(instrument, answers),
        answered=_answered(instrument, answers),
        overheard=overheard(contact.caller, everything),
        advice=_advice(contact.id, now),
        thrive=latest(actor, subject=contact.id, instrument=THRIVE),
    )


def _answered(instrument: Instrument, answers: Mapping[str, object]) -> tuple[tuple[Question, str], ...]:
    return tuple(
        (question, question.options.get(str(answers[question.code]), ""))
        for question in instrument.questions
        if question.code in answers
    )


def _advice(contact_id: UUID, now: datetime) -> tuple[Advice, ...]:
    given = dict(
        LogLine.objects.filter(contact=contact_id, kind=LogLine.Kind.ADVICE)
        .order_by("-at")
        .values_list("code", "at")
    )
    return tuple(Advice(row, given.get(row.code)) for row in load("safety-advice").as_of(london_day(now)))
