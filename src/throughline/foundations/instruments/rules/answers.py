"""Answers to an instrument: which questions they bring, what is missing, and whether they fit."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

from throughline.foundations.govuk.rules import TimeRange, applying, chosen
from throughline.foundations.instruments.rules.questions import (
    NOT_KNOWN,
    Answer,
    BadAnswers,
    Instrument,
    Kind,
    Question,
)


class Presence(StrEnum):
    """What answers say of a factor. Not asked and not known are one: neither says that it is not there."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = NOT_KNOWN


def applicable(instrument: Instrument, answers: Mapping[str, object]) -> tuple[Question, ...]:
    """The questions to ask, in order, given the answers so far."""
    shown = applying(instrument.boxes, instrument.conditions, answers)
    return tuple(question for question in instrument.questions if question.code in shown)


def unanswered(instrument: Instrument, answers: Mapping[str, object]) -> tuple[Question, ...]:
    """The questions that apply, are needed to call the answers complete, and have none."""
    return tuple(q for q in applicable(instrument, answers) if q.to_complete and answers.get(q.code) is None)


def without_words(instrument: Instrument, answers: Mapping[str, object]) -> tuple[Question, ...]:
    """The questions whose answer asks for words and that have none yet: to be asked for, never demanded."""
    return tuple(
        question
        for question in applicable(instrument, answers)
        if chosen(answers.get(question.code)) & set(question.ask_words_when)
        and not str(answers.get(question.words_code) or "").strip()
    )


def follow_ups(instrument: Instrument, answers: Mapping[str, object]) -> tuple[str, ...]:
    """The codes of the instruments that these answers bring, in the order of asking, each once."""
    brought = (
        code
        for question in applicable(instrument, answers)
        for answer, code in question.brings.items()
        if answer in chosen(answers.get(question.code))
    )
    return tuple(dict.fromkeys(brought))


def factors(instrument: Instrument, answers: Mapping[str, object]) -> dict[str, Presence]:
    """What the answers say of each factor that was to be asked about, whatever the version's wording.

    Of several questions about one factor, one that says yes is enough, and all must say no for a no. A factor
    that is left out was not to be asked about.
    """
    said: dict[str, set[Presence]] = {}
    for question in applicable(instrument, answers):
        if question.factor is not None:
            said.setdefault(question.factor, set()).add(_presence(question, answers.get(question.code)))
    return {
        factor: next(one for one in (Presence.YES, Presence.NOT_KNOWN, Presence.NO) if one in all_said)
        for factor, all_said in said.items()
    }


def _presence(question: Question, answer: object) -> Presence:
    given = chosen(answer)
    if given & set(question.present_when):
        return Presence.YES
    return Presence.NOT_KNOWN if not given or NOT_KNOWN in given else Presence.NO


def as_kept(answer: object) -> Answer | None:
    """An answer of a form as it is kept; nothing answered is None."""
    match answer:
        case None | "" | []:
            return None
        case TimeRange(start, until):
            return {"start": f"{start:%H:%M}", "until": f"{until:%H:%M}"}
        case dt.date():
            return answer.isoformat()
        case list() | str() | int():
            return answer
    raise TypeError(f"an answer is never a {type(answer).__name__}")


def as_asked(question: Question, code: str, answer: Answer) -> object:
    """The answer kept under ``code`` as a form takes it. The reverse of :func:`as_kept`."""
    match answer:
        case str() if question.kind is Kind.DATE and code == question.code:
            return dt.date.fromisoformat(answer)
        case {"start": start, "until": until}:
            return TimeRange(dt.time.fromisoformat(start), dt.time.fromisoformat(until))
    return answer


def check(instrument: Instrument, answers: Mapping[str, Answer], *, complete: bool) -> None:
    """Raise :class:`BadAnswers` unless ``answers`` can be kept as answers to ``instrument``.

    None may stand under an unknown code or a question that does not apply, so that nothing is kept that
    nobody was asked; completing needs the questions that say so.
    """
    boxes = instrument.boxes
    shown = applying(boxes, instrument.conditions, answers)
    elsewhere = {code for q in instrument.questions for code in (q.code, q.words_code)} - boxes.keys()
    for code, answer in answers.items():
        if code in elsewhere:
            raise BadAnswers(
                f"{instrument.code} {instrument.version}: question {code!r} is not asked about this relationship"
            )
        if code not in boxes:
            raise BadAnswers(f"{instrument.code} {instrument.version}: no question {code!r}")
        if code not in shown:
            raise BadAnswers(f"{instrument.code} {instrument.version}: question {code!r} was not asked")
        if not _fits(boxes[code], code, answer):
            raise BadAnswers(f"{instrument.code} {instrument.version}: answer to {code!r} is not of its kind")
    if complete and (missing := unanswered(instrument, answers)):
        names = ", ".join(repr(question.code) for question in missing)
        raise BadAnswers(f"{instrument.code} {instrument.version}: needed to complete: {names}")


def _fits(question: Question, code: str, answer: Answer) -> bool:
    if code != question.code:
        return isinstance(answer, str) and answer != ""
    match question.kind, answer:
        case Kind.YES_NO | Kind.CHOICE, str():
            return answer in question.options
        case Kind.CHOICES, list():
            return (
                0 < len(answer) == len(set(answer))
                and set(answer) <= question.options.keys()
                and (question.alone not in answer or len(answer) == 1)
            )
        case Kind.TEXT | Kind.LONG_TEXT, str():
            return answer != ""
        case Kind.NUMBER, int():
            return not isinstance(answer, bool)
        case (Kind.DATE, str()) | (Kind.TIME_RANGE, {"start": str(), "until": str()}):
            try:
                return as_kept(as_asked(question, code, answer)) == answer
            except ValueError:
                return False
    return False
