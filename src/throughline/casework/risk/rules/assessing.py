"""How an assessment is done: which questions, what is still asked for, and what was said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

from throughline.foundations.clock.rules import LONDON
from throughline.foundations.govuk.rules import chosen
from throughline.foundations.instruments.rules import Answer, Instrument, Kind, Question, applicable
from throughline.reference import load

#: The questions that are always asked, whatever instrument a force uses: her own view, and control.
ALWAYS: Final = "risk-always"


class Stage(StrEnum):
    """At which stage somebody graded. The stages' grades stay apart."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    INSPECTOR = "inspector"
    HUB = "hub"
    REASSESSMENT = "reassessment"


class Flag(StrEnum):
    """What a checker must know of how an assessment was done."""

    BY_TELEPHONE = "by-telephone"
    WITHOUT_HER = "without-her"


class ByTelephone(StrEnum):
    """What the force has set for an assessment by telephone: nothing, show it to the checker, or refuse it."""

    ALLOWED = "allowed"
    FLAGGED = "flagged"
    REFUSED = "refused"


def by_telephone(group: str, on: date) -> ByTelephone:
    """What the force has set for an assessment of this relationship by telephone."""
    for row in load("telephone-assessment").as_of(on):
        if group in row.texts("groups"):
            return ByTelephone(row.text("rule"))
    return ByTelephone.ALLOWED


def with_always(instrument: Instrument, always: Instrument) -> Instrument:
    """The questions of an instrument and, of those that are always asked, the ones it does not itself ask.

    One asks the same where it has the same code or is about the same factor.
    """
    codes = {one.code for one in instrument.questions}
    about = {one.factor for one in instrument.questions if one.factor}
    more = tuple(one for one in always.questions if one.code not in codes and one.factor not in about)
    return replace(instrument, questions=(*instrument.questions, *more))


def split(
    instrument: Instrument, answers: Mapping[str, Answer]
) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """Answers to `with_always`, parted into the instrument's own and the rest."""
    own = set(instrument.boxes)
    return (
        {code: answer for code, answer in answers.items() if code in own},
        {code: answer for code, answer in answers.items() if code not in own},
    )


@dataclass(frozen=True, slots=True)
class Said:
    """One answered question: the answer as its label, what she said beside it, and what it says of its factor."""

    question: Question
    answer: str
    words: str
    present: bool
    grave: bool


def said(instrument: Instrument, answers: Mapping[str, Answer], on: date) -> tuple[Said, ...]:
    """Everything that was answered, in the order of asking, in words.

    Grave are the answers that say a factor is there of which reference's risk-factors says so: shown first.
    """
    grave = load("risk-factors").codes(on=on, grave=True)
    found = []
    for question in applicable(instrument, answers):
        if question.code not in answers:
            continue
        present = not chosen(answers[question.code]).isdisjoint(question.present_when)
        found.append(
            Said(
                question,
                _in_words(question, answers[question.code]),
                str(answers.get(question.words_code, "")),
                present,
                present and question.factor in grave,
            )
        )
    return tuple(found)


def grave_factors(instrument: Instrument, answers: Mapping[str, Answer], on: date) -> frozenset[str]:
    """The factors of what `said` calls grave, for whoever needs to know no more."""
    grave = load("risk-factors").codes(on=on, grave=True)
    there = {
        question.code: question.factor
        for question in instrument.questions
        if question.factor in grave
        and question.code in answers
        and question.code in instrument.boxes
        and not chosen(answers[question.code]).isdisjoint(question.present_when)
    }
    if instrument.conditions.keys().isdisjoint(there):
        return frozenset(factor for factor in there.values() if factor)
    asked = {question.code for question in applicable(instrument, answers)}
    return frozenset(factor for code, factor in there.items() if code in asked and factor)


def _in_words(question: Question, answer: Answer) -> str:
    match answer:
        case list():
            return "; ".join(question.options.get(one, one) for one in answer)
        case dict():
            return f"{answer['start']}–{answer['until']}"
        case _:
            return question.options.get(str(answer), str(answer))


def lines(instrument: Instrument, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """The words that were written, without what was chosen."""
    return tuple(
        str(answers[code])
        for code, question in instrument.boxes.items()
        if code in answers and (code != question.code or question.kind in (Kind.TEXT, Kind.LONG_TEXT))
    )


def turn_of(at: datetime) -> str:
    """The turn in which an instant falls, a code of reference's turns, by the clocks of London."""
    local = at.astimezone(LONDON)
    turns = sorted(
        (time.fromisoformat(row.text("starts")), row.code) for row in load("turns").as_of(local.date())
    )
    # before the first turn of the day it is still the last of the day before
    begun = [code for starts, code in turns if starts <= local.time()]
    return begun[-1] if begun else turns[-1][1]
