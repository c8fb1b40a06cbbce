"""What somebody says that may change how dangerous it is, by reference's reassessment-answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from throughline.foundations.govuk.rules import chosen
from throughline.foundations.instruments.rules import Answer, Instrument, Question, applicable
from throughline.reference import Row, load

#: The lines of the chronology that say so: that something is so now, and that it is so no longer.
CHANGED, AS_BEFORE = "danger-changed", "danger-as-before"
NOT_KNOWN: Final = "not-known"


@dataclass(frozen=True, slots=True)
class Saying:
    """A cause of reference's reassessment-causes, said to be so or not, and whether it happens anew each time."""

    cause: str
    so: bool
    anew: bool


def sayings(instrument: Instrument, answers: Mapping[str, Answer], on: date) -> tuple[Saying, ...]:
    """What answers say of each cause, once; one that nothing is said of, or that is not known, is not among them.

    Said to be so by one answer, it is so whatever another says.
    """
    found: dict[str, Saying] = {}
    asked = applicable(instrument, answers)
    for row in load("reassessment-answers").as_of(on):
        if row.texts("instruments") and instrument.code not in row.texts("instruments"):
            continue
        for question in asked:
            so = _says(row, question, chosen(answers.get(question.code)))
            cause = row.text("cause")
            if so is not None and (so or cause not in found):
                found[cause] = Saying(cause, so, row.flag("anew"))
    return tuple(found.values())


def _says(row: Row, question: Question, answer: frozenset[str]) -> bool | None:
    factor = row.optional_text("factor")
    if question.factor != factor if factor else question.code != row.optional_text("question"):
        return None
    if answer & set(row.texts("answers") or question.present_when):
        return True
    denied = set(question.options) - {NOT_KNOWN} if factor else set(row.texts("denied"))
    return False if answer & denied else None


def is_new(saying: Saying, *, last: str | None) -> bool:
    """Whether a state differs from what was last said of it, ``last`` being the kind of that line, if any."""
    return last != CHANGED if saying.so else last == CHANGED
