"""A line on which nobody speaks: when it is looked at at once, and whether she may be rung back."""

from collections.abc import Mapping
from datetime import time
from enum import StrEnum

from throughline.foundations.instruments.rules import Answer

#: States of the line (reference's contact-lines) that say nobody could speak.
SILENT = frozenset({"silent", "abandoned", "cut-off"})


class RingBack(StrEnum):
    """Whether a number may be rung back, by what she said about reaching her. Only one of these is a yes."""

    NOT_SAID = "not-said"
    NOT_SAFE = "not-safe"
    OTHER_NUMBER = "other-number"
    OUT_OF_HOURS = "out-of-hours"
    SAFE = "safe"


def ring_back(answers: Mapping[str, Answer] | None, *, her_number: bool, at: time) -> RingBack:
    """Read the answers of the instrument safe-contact, which stand, at a time of day in London.

    ``her_number`` says that the number on the line is the one that she gave for it. Nothing said means no:
    whoever answers may be him.
    """
    if answers is None or "means" not in answers:
        return RingBack.NOT_SAID
    if "phone-call" not in _chosen(answers["means"]):
        return RingBack.NOT_SAFE
    if not her_number:
        return RingBack.OTHER_NUMBER
    if _chosen(answers.get("hours-limited")) == {"yes"} and not _within(answers.get("hours"), at):
        return RingBack.OUT_OF_HOURS
    return RingBack.SAFE


def _chosen(answer: Answer | None) -> set[str]:
    """A stored answer as the choices that it names."""
    match answer:
        case None:
            return set()
        case list():
            return {str(one) for one in answer}
        case bool():
            return {"yes" if answer else "no"}
        case _:
            return {str(answer)}


def _within(hours: Answer | None, at: time) -> bool:
    """Whether a time lies in a stored range; one that ends before it starts runs past midnight."""
    if not isinstance(hours, Mapping):
        return False
    try:
        start, until = time.fromisoformat(str(hours["start"])), time.fromisoformat(str(hours["until"]))
    except (KeyError, ValueError):
        return False
    return start <= at < until if start < until else at >= start or at < until
