"""What holds of outcomes whatever the database: their codes of the day, and what can be done from which state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from throughline.casework.outcome.rules.right import VICTIM_REVIEW_STEPS
from throughline.reference import Row, UnknownCode, load

#: The part, in reference's training-kinds, of who reviews outcomes.
REVIEWER: Final = "evidential-reviewer"
#: The kind of decision, reason and line of the chronology by which a crime is opened again.
REOPENED: Final = "outcome-reopened"


class Kind(StrEnum):
    """What an outcome is to a victim; the column kind of reference's outcome-codes."""

    CHARGED = "charged"
    OUT_OF_COURT = "out-of-court"
    NO_ACTION = "no-action"
    OTHER = "other"


class State(StrEnum):
    """Where an outcome stands."""

    STANDS = "stands"
    SENT_BACK = "sent-back"
    SUPERSEDED = "superseded"
    REOPENED = "reopened"


class Step(StrEnum):
    """What can be done to one."""

    ENDORSE = "endorse"
    SEND_BACK = "send-back"
    SUPERSEDE = "supersede"
    REOPEN = "reopen"
    RESTORE = "restore"


#: A crime has at most one outcome in one of these.
LIVE: Final = (State.STANDS, State.SENT_BACK)
STEPS: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.STANDS, Step.ENDORSE): State.STANDS,
        (State.STANDS, Step.SEND_BACK): State.SENT_BACK,
        (State.STANDS, Step.SUPERSEDE): State.SUPERSEDED,
        (State.SENT_BACK, Step.SUPERSEDE): State.SUPERSEDED,
        (State.STANDS, Step.REOPEN): State.REOPENED,
        (State.SENT_BACK, Step.REOPEN): State.REOPENED,
        # opened again by mistake, while nothing else was given
        (State.REOPENED, Step.RESTORE): State.STANDS,
    }
)
#: Drawn in docs/generated/transitions.md.
TRANSITIONS: Final = MappingProxyType(
    {"outcome of a crime": STEPS, "review that a victim asked for": VICTIM_REVIEW_STEPS}
)


@dataclass(frozen=True, slots=True)
class Code:
    """One outcome as it was on a day: how the counting rules number it, its group and what it is to her."""

    code: str
    number: str
    label: str
    group: str
    kind: Kind
    #: "yes", or why the police do not review it for her
    right: str
    needs_suspect: bool


def codes(on: date) -> tuple[Code, ...]:
    """The outcomes that a crime could be given on a day in London."""
    return tuple(_code(row) for row in load("outcome-codes").as_of(on))


def code_of(code: str, on: date) -> Code | None:
    """The outcome of a code on a day; None where there was none on that day."""
    try:
        return _code(load("outcome-codes").get(code, on=on))
    except UnknownCode:
        return None


def _code(row: Row) -> Code:
    return Code(
        row.code,
        row.text("number"),
        row.label,
        row.text("group"),
        Kind(row.text("kind")),
        row.text("right"),
        row.flag("needs_suspect"),
    )


def crime_number(incident_number: str, place: int) -> str:
    """What files and people call a crime: the number of its incident, and the how-manieth of it it is."""
    return f"{incident_number}/{place}"
