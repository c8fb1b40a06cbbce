"""From the referral to an independent adviser until she lets it go. Reference's policy says who is referred by when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from throughline.foundations.clock.rules import due, parse_clock
from throughline.reference import Row, load

REFER_DUTY, RETURNED_DUTY, SEEN_DUTY = "idva-referral", "idva-returned", "idva-returned-seen"
LATE_DUTY, NOTE_DUTY = "idva-late", "adviser-note"


class Held(StrEnum):
    """Where a referral stands. The police owner of the case stands whatever it is: an adviser never owns it."""

    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    ENDED = "ended"


class Step(StrEnum):
    """What the service does with a referral."""

    ACCEPT = "accept"
    TAKE_OVER = "take-over"
    RETURN = "return"
    END = "end"


STEPS: Final[Mapping[tuple[Held, Step], Held]] = MappingProxyType(
    {
        (Held.SENT, Step.ACCEPT): Held.ACCEPTED,
        (Held.SENT, Step.RETURN): Held.RETURNED,
        # a colleague of the same service, where whoever has her is away or has left
        (Held.ACCEPTED, Step.TAKE_OVER): Held.ACCEPTED,
        # she was taken on, and then the service finds that it cannot
        (Held.ACCEPTED, Step.RETURN): Held.RETURNED,
        (Held.ACCEPTED, Step.END): Held.ENDED,
    }
)
#: Those that the service has, and sees.
OPEN: Final = (Held.SENT, Held.ACCEPTED)


def after(state: Held, step: Step) -> Held | None:
    """The state after a step; None where it cannot be taken from there."""
    return STEPS.get((state, step))


@dataclass(frozen=True, slots=True)
class Policy:
    """Whether a referral is asked for, and its clocks (reference's idva-referral-policy)."""

    code: str
    asks: bool
    refer_within: str
    accept_within: str
    contact_within: str
    verified: bool

    def refer_by(self, graded_at: datetime) -> datetime:
        """By when she is referred, from the grade."""
        return due(parse_clock(self.refer_within), graded_at)

    def accept_by(self, sent_at: datetime) -> datetime:
        """By when the service accepts her or returns it."""
        return due(parse_clock(self.accept_within), sent_at)

    def contact_by(self, sent_at: datetime) -> datetime:
        """By when the adviser has reached her."""
        return due(parse_clock(self.contact_within), sent_at)


def policy_for(grade: str, *, repeat: bool, on: date) -> Policy:
    """The row of the policy that says most of a grade and of whether it is a repeat.

    A case that nobody has graded has the clocks of the highest grade, and is asked for by nothing. Raises
    ValueError where the list has no row for a grade.
    """
    rows = load("idva-referral-policy").as_of(on)
    if not grade:
        worst = min(load("grades").as_of(on), key=lambda row: row.number("rank")).code
        found = policy_for(worst, repeat=repeat, on=on)
        return Policy(
            "", False, found.refer_within, found.accept_within, found.contact_within, found.verified
        )
    of_grade = {row.text("repeat"): row for row in rows if row.text("grade") == grade}
    row = of_grade.get("repeat" if repeat else "first") or of_grade.get("any")
    if row is None:
        raise ValueError("idva-referral-policy: no row for a grade")
    return _policy(row)


def _policy(row: Row) -> Policy:
    return Policy(
        code=row.code,
        asks=row.flag("asks"),
        refer_within=row.text("refer_within"),
        accept_within=row.text("accept_within"),
        contact_within=row.text("contact_within"),
        verified=row.verified,
    )


def rank_of(grade: str, on: date) -> int:
    """The place of a grade in an order by danger, the highest first; what nobody has graded stands before all.

    Nobody knows yet how dangerous that is, and unknown is not none.
    """
    return {row.code: row.number("rank") for row in load("grades").as_of(on)}.get(grade, 0)


@dataclass(frozen=True, slots=True)
class Clocks:
    """Which of a referral's clocks is over at a moment."""

    accept: bool
    contact: bool

    @property
    def causes(self) -> tuple[str, ...]:
        """Why it is on somebody's list, in codes of reference's duty-causes."""
        said = ((self.accept, "idva-not-accepted"), (self.contact, "idva-not-reached"))
        return tuple(code for late, code in said if late)


def clocks(
    state: Held,
    *,
    accept_by: datetime,
    contact_by: datetime,
    reached_at: datetime | None,
    now: datetime,
) -> Clocks:
    """Whether the service has been too long in answering, and the adviser in reaching her. What is over and done with is not late."""
    return Clocks(
        accept=state is Held.SENT and accept_by < now,
        contact=state in OPEN and reached_at is None and contact_by < now,
    )
