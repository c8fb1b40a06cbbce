"""When a message to somebody may leave, and what becomes of it: only a safe channel is ever written to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from throughline.foundations.access.rules import system
from throughline.foundations.clock.rules import LONDON, Clock, due, london_day, parse_clock
from throughline.foundations.govuk.rules import TimeRange, chosen
from throughline.foundations.instruments.rules import Answer
from throughline.reference import load

#: Sends what waits and follows it.
MESSENGER = system("messenger")


class State(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    LEAVING = "leaving"
    SENT = "sent"
    DELIVERED = "delivered"
    STOPPED = "stopped"


class Step(StrEnum):
    """What can happen to one."""

    DEPART = "depart"
    ACCEPT = "accept"
    PUT_OFF = "put-off"
    DELIVER = "deliver"
    LOSE = "lose"
    STOP = "stop"


# a departure whose answer was lost is asked after, never made again: nothing leads from LEAVING to LEAVING
MESSAGE_STEPS: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.WAITING, Step.DEPART): State.LEAVING,
        (State.WAITING, Step.STOP): State.STOPPED,
        (State.LEAVING, Step.ACCEPT): State.SENT,
        (State.LEAVING, Step.PUT_OFF): State.WAITING,
        (State.LEAVING, Step.STOP): State.STOPPED,
        (State.SENT, Step.DELIVER): State.DELIVERED,
        (State.SENT, Step.LOSE): State.WAITING,
        (State.SENT, Step.STOP): State.STOPPED,
    }
)
#: drawn in docs/generated/transitions.md
TRANSITIONS: Final = MappingProxyType({"message": MESSAGE_STEPS})


class Stop(StrEnum):
    """Why a message does not leave or goes no further: codes of reference's message-stops."""

    NOTHING_SAID = "nothing-said"
    NOT_FINISHED = "not-finished"
    NOT_BY_TEXT = "not-by-text"
    NO_NUMBER = "no-number"
    NOT_A_MOBILE = "not-a-mobile"
    OTHERS_SEE = "others-see"
    SHARED_NUMBER = "shared-number"
    ASK_AGAIN = "ask-again"
    WORDS_ABOUT_HOURS = "words-about-hours"
    CHANGED_SINCE = "changed-since"
    OUT_OF_HOURS = "out-of-hours"
    TOO_LATE = "too-late"
    REFUSED = "refused"
    BOUNCED = "bounced"
    NO_RECEIPT = "no-receipt"
    WITHDRAWN = "withdrawn"
    CASE_CLOSED = "case-closed"


#: Nobody has to find another way after these: somebody took it back, or there is nothing more to reach her about.
ENDS_IT: Final = frozenset({Stop.WITHDRAWN, Stop.CASE_CLOSED})


@dataclass(frozen=True, slots=True)
class SafeChannel:
    """A number that somebody said is safe to text, under what she said and when. Made by `safe_channel` alone."""

    said: UUID
    phone: UUID
    number: str
    hours: TimeRange | None
    # the name that she agreed a text may give
    sender: str
    # whether a call is among the ways that she said are safe
    calls: bool


@dataclass(frozen=True, slots=True)
class WhatSheSaid:
    """What stands of how she can be reached: the answers, and the number that they rest on, if any.

    ``phone`` is the id, the number in E.164, and whether it is still in use; ``shared`` is whether another person
    is held to have the same number.
    """

    id: UUID
    answers: Mapping[str, Answer]
    complete: bool
    phone: tuple[UUID, str, bool] | None
    shared: bool


#: A text leaves no later than this before her safe hours end, since it takes a while to arrive.
ARRIVES_WITHIN = timedelta(minutes=15)
#: The name of a text where she named none, or one too long to be a name.
PLAIN_SENDER = "Hello"
LONGEST_SENDER = 30


def safe_channel(said: WhatSheSaid | None, today: date) -> SafeChannel | Stop:
    """The channel to text her by on a day in London, or why there is none. Silence and doubt are no yes.

    What is said in words about days cannot be kept by software, so that nothing leaves by itself under it.
    """
    if said is None:
        return Stop.NOTHING_SAID
    answers = said.answers
    hours = _hours(answers.get("hours"))
    refused = (
        (not said.complete, Stop.NOT_FINISHED),
        ("text-message" not in chosen(answers.get("means")), Stop.NOT_BY_TEXT),
        (said.phone is None or not said.phone[2], Stop.NO_NUMBER),
        (said.phone is not None and not said.phone[1].startswith("+447"), Stop.NOT_A_MOBILE),
        (chosen(answers.get("others-see-phone")) != {"no"}, Stop.OTHERS_SEE),
        (said.shared, Stop.SHARED_NUMBER),
        (_has_passed(answers.get("review-on"), today), Stop.ASK_AGAIN),
        (bool(str(answers.get("hours-notes") or "").strip()), Stop.WORDS_ABOUT_HOURS),
        (chosen(answers.get("hours-limited")) != {"no"} and hours is None, Stop.WORDS_ABOUT_HOURS),
    )
    for holds, why in refused:
        if holds:
            return why
    assert said.phone is not None
    phone, number, _in_use = said.phone
    sender = " ".join(str(answers.get("text-from") or "").split())
    return SafeChannel(
        said=said.id,
        phone=phone,
        number=number,
        hours=hours,
        sender=sender if 0 < len(sender) <= LONGEST_SENDER else PLAIN_SENDER,
        calls="phone-call" in chosen(answers.get("means")),
    )


def _hours(answer: Answer | None) -> TimeRange | None:
    match answer:
        case {"start": str(start), "until": str(until)}:
            return TimeRange(time.fromisoformat(start), time.fromisoformat(until))
    return None


def _has_passed(answer: Answer | None, today: date) -> bool:
    return isinstance(answer, str) and bool(answer) and date.fromisoformat(answer) < today


def departs_at(hours: TimeRange | None, after: datetime, until: datetime) -> datetime | None:
    """The first instant from ``after`` on at which a text may leave so that it arrives in her hours; None
    where there is none before ``until``.
    """
    if after >= until:
        return None
    if hours is None:
        return after
    day = london_day(after) - timedelta(days=1)
    while day <= london_day(until):
        opens, closes = _window(hours, day)
        first = max(opens, after)
        if first <= closes - ARRIVES_WITHIN:
            return first if first < until else None
        day += timedelta(days=1)
    return None


def rings(at: time, after: datetime) -> datetime:
    """The next instant at which it is a time of day in London."""
    day = london_day(after)
    today = _instant(day, at)
    return today if today > after else _instant(day + timedelta(days=1), at)


def is_within(hours: TimeRange | None, instant: datetime) -> bool:
    """Whether an instant is in her hours."""
    if hours is None:
        return True
    today = london_day(instant)
    windows = (_window(hours, day) for day in (today - timedelta(days=1), today))
    return any(opens <= instant < closes for opens, closes in windows)


def _window(hours: TimeRange, day: date) -> tuple[datetime, datetime]:
    """When the hours that begin on a day in London open and close. Equal times are the whole day."""
    closes_on = day if hours.start < hours.until else day + timedelta(days=1)
    return _instant(day, hours.start), _instant(closes_on, hours.until)


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def tries_again_at(departures: int, now: datetime) -> datetime:
    """When what could not leave is tried again: after 1, 2, 4 and 8 minutes, then each quarter of an hour."""
    return now + timedelta(minutes=min(2 ** max(departures - 1, 0), 15))


@dataclass(frozen=True, slots=True)
class MessageKind:
    """A row of reference's message-kinds: the words of a text, what fills its gaps, and how long it is of use."""

    code: str
    label: str
    text: str
    clock: Clock
    asks_time: bool

    def until(self, asked_at: datetime) -> datetime:
        """After this it is of no use, and she is reached another way."""
        return due(self.clock, asked_at)

    def words(self, *, sender: str, ring: str, at: str = "") -> str:
        """The text as she reads it."""
        filled = self.text
        for gap, value in self.gaps(sender=sender, ring=ring, at=at).items():
            filled = filled.replace(f"(({gap}))", value)
        return filled

    def gaps(self, *, sender: str, ring: str, at: str = "") -> dict[str, str]:
        """What fills the gaps of the text, by their names."""
        given = {"sender": sender, "ring": ring, "time": at}
        return {gap: value for gap, value in given.items() if f"(({gap}))" in self.text}


def message_kinds(on: date) -> tuple[MessageKind, ...]:
    """What may be sent on a day in London."""
    return tuple(
        MessageKind(
            row.code,
            row.label,
            row.text("text"),
            parse_clock(row.text("clock")),
            "((time))" in row.text("text"),
        )
        for row in load("message-kinds").as_of(on)
    )


class Receipt(StrEnum):
    """What the service says of a text that it took, in our words."""

    ON_ITS_WAY = "on-its-way"
    DELIVERED = "delivered"
    LOST = "lost"
    BOUNCED = "bounced"
