"""What one version of an instrument asks otherwise than another, by factor where the questions have one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from throughline.foundations.instruments.rules.questions import Instrument, Question


class Change(StrEnum):
    """In which way a question is another."""

    ADDED = "added"
    REMOVED = "removed"
    REWORDED = "reworded"
    ANSWERED_OTHERWISE = "answered otherwise"
    ASKED_OF_OTHERS = "asked of others"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same, with both wordings; the one that is not there is empty."""

    change: Change
    code: str
    factor: str | None
    before: str
    after: str


def differences(before: Instrument, after: Instrument) -> tuple[Difference, ...]:
    """What ``after`` asks otherwise than ``before``: first in the order of its questions, then what it left out.

    A question is the same one where it has the same code, or else the same factor.
    """
    left = list(before.questions)
    pairs: dict[str, Question] = {}
    for same in (_same_code, _same_factor):
        for question in after.questions:
            if question.code not in pairs and (found := _first(left, question, same)):
                pairs[question.code] = found
                left.remove(found)
    found_changes: list[Difference] = []
    for question in after.questions:
        match pairs.get(question.code):
            case None:
                found_changes.append(_difference(Change.ADDED, None, question))
            case earlier:
                found_changes += [
                    _difference(change, earlier, question) for change in _changes(earlier, question)
                ]
    return (*found_changes, *(_difference(Change.REMOVED, question, None) for question in left))


def _first(
    questions: Sequence[Question], like: Question, same: Callable[[Question, Question], bool]
) -> Question | None:
    return next((one for one in questions if same(one, like)), None)


def _same_code(one: Question, other: Question) -> bool:
    return one.code == other.code


def _same_factor(one: Question, other: Question) -> bool:
    return one.factor is not None and one.factor == other.factor


def _changes(before: Question, after: Question) -> list[Change]:
    found = []
    if (before.text, before.hint) != (after.text, after.hint):
        found.append(Change.REWORDED)
    if (before.kind, dict(before.options), before.present_when) != (
        after.kind,
        dict(after.options),
        after.present_when,
    ):
        found.append(Change.ANSWERED_OTHERWISE)
    if (set(before.applies_to), dict(before.shown_when)) != (set(after.applies_to), dict(after.shown_when)):
        found.append(Change.ASKED_OF_OTHERS)
    return found


def _difference(change: Change, before: Question | None, after: Question | None) -> Difference:
    one = after or before
    assert one is not None
    return Difference(
        change, one.code, one.factor, before.text if before else "", after.text if after else ""
    )
