"""What was asked and answered in a contact, and the advice that was given."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.contact.commands.held import the_contact
from throughline.casework.contact.commands.taking import say
from throughline.casework.contact.models import LogLine
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.commands import save_answers
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import latest, library
from throughline.foundations.instruments.rules import Answer, Instrument
from throughline.reference import UnknownCode, load


@transaction.atomic
def answer(*, by: Actor, now: datetime, contact_id: UUID, script: str, question: str, given: str) -> Answers:
    """Keep the answer to one prompt of a call script, with a line of the log that says when.

    An earlier answer to the same question is superseded, and its line stays. Raises Malformed.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"contact": str(contact_id), "script": script})
    # one answer at a time, whoever gives it
    the_contact(contact_id, locked=True)
    before = latest(by, subject=contact_id, instrument=script)
    # a question set that was begun is gone on with, whatever version holds by now
    instrument = (
        library().version(script, before.version) if before else library().as_of(script, london_day(now))
    )
    box = instrument.boxes.get(question)
    if box is None or given not in box.options:
        raise Malformed("ask", "is not an answer to that question")
    say(
        by=by,
        now=now,
        contact_id=contact_id,
        kind=LogLine.Kind.PROMPT,
        code=question,
        words=f"{box.text} {box.options[given]}",
    )
    return save_answers(
        by=by,
        now=now,
        subject=contact_id,
        instrument=instrument,
        answers={**(before.answers if before else {}), question: given},
        complete=False,
        after=before.id if before else None,
    )


@transaction.atomic
def advise(*, by: Actor, now: datetime, contact_id: UUID, code: str) -> LogLine:
    """Safety advice was given: a line of the log, with its time. Raises Malformed."""
    try:
        row = load("safety-advice").get(code, on=london_day(now))
    except UnknownCode:
        raise Malformed("advice", "is not on the list") from None
    return say(by=by, now=now, contact_id=contact_id, kind=LogLine.Kind.ADVICE, code=code, words=row.label)


@transaction.atomic
def fill_in(
    *,
    by: Actor,
    now: datetime,
    contact_id: UUID,
    instrument: Instrument,
    answers: Mapping[str, Answer],
    complete: bool,
    after: UUID | None,
) -> Answers:
    """Keep the answers to a whole instrument about a contact: what was weighed, or the opening at a counter.

    Raises ChangedMeanwhile where a colleague has saved since ``after``.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"contact": str(contact_id), "instrument": instrument.code})
    the_contact(contact_id, locked=True)
    return save_answers(
        by=by,
        now=now,
        subject=contact_id,
        instrument=instrument,
        answers=answers,
        complete=complete,
        after=after,
    )
