"""What a force sends and signs: the one text of it, where a question stands, and where a whole return does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from throughline.foundations.clock.rules import due, london_day, parse_clock
from throughline.reference import load
from throughline.statistics.returns import Counted, Query, Return, binds_all, told_in

#: How long before its day a release is announced at least (Code of Practice for Statistics: four weeks).
NOTICE = timedelta(weeks=4)


class Amiss(ValueError):
    """What was asked for cannot be done so; the sentence says why, and ``field`` names the box, if it is about one."""

    def __init__(self, told: str, field: str | None = None) -> None:
        super().__init__(told)
        self.field = field


# --- what is signed -----------------------------------------------------------------------------------


def figures(text: str, methods: Iterable[Mapping[str, str]] = ()) -> Return:
    """The return that a canonical text holds. One that was signed by its figures alone was kept with its methods beside it."""
    told = told_in(text)
    return (
        told if binds_all(text) else replace(told, methods={one["sheet"]: Counted(**one) for one in methods})
    )


@dataclass(frozen=True, slots=True)
class Change:
    """An item whose answer differs between two versions."""

    item: str
    before: str
    after: str


def changes(before: Return, after: Return) -> tuple[Change, ...]:
    """What differs between two versions of a return: item by item, its answer and its note, then how each sheet was counted."""
    found = []
    for code in dict.fromkeys((*before.entries, *after.entries)):
        found.append(Change(code, answer(before, code), answer(after, code)))
        found.append(Change(f"{code}, note", note(before, code), note(after, code)))
    for sheet in dict.fromkeys((*before.methods, *after.methods)):
        found.append(Change(f"{sheet}, how it was counted", counted(before, sheet), counted(after, sheet)))
    return tuple(one for one in found if one.before != one.after)


def note(told: Return, item: str) -> str:
    """What the force adds to an item, or nothing."""
    entry = told.entries.get(item)
    return entry.note if entry else ""


def counted(told: Return, sheet: str) -> str:
    """How a sheet was counted, in one line of words, or nothing."""
    one = told.methods.get(sheet)
    if one is None:
        return ""
    bases = {row.code: row.label for row in load("counting-bases").rows}
    return "; ".join(filter(None, (bases.get(one.counted_by, one.counted_by), one.definition, one.method)))


def answer(told: Return, item: str) -> str:
    """An item's figure with its thousands, the code of the reason for which there is none, or nothing."""
    entry = told.entries.get(item)
    if entry is None:
        return ""
    return entry.unable or "" if entry.value is None else f"{entry.value:,}"


# --- what is asked -----------------------------------------------------------------------------------


class Source(StrEnum):
    """Where a question comes from: the return itself each time it comes in, or a statistician."""

    VERIFICATION = "verification"
    COMPARISON = "comparison"
    STATISTICIAN = "statistician"


class Move(StrEnum):
    """What one side says of a question."""

    ANSWER = "answer"
    ACCEPT = "accept"
    ASK_AGAIN = "ask-again"
    WITHDRAW = "withdraw"


class Asked(StrEnum):
    """Where a question stands."""

    WITH_FORCE = "with the force"
    WITH_STATISTICIAN = "with the statistician"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    # its version was corrected, and the corrected one was asked anew
    OVERTAKEN = "overtaken"


OPEN = frozenset({Asked.WITH_FORCE, Asked.WITH_STATISTICIAN})

QUESTION: dict[tuple[str, str], str] = {
    (Asked.WITH_FORCE, Move.ANSWER): Asked.WITH_STATISTICIAN,
    (Asked.WITH_FORCE, Move.WITHDRAW): Asked.WITHDRAWN,
    (Asked.WITH_STATISTICIAN, Move.ACCEPT): Asked.ACCEPTED,
    (Asked.WITH_STATISTICIAN, Move.ASK_AGAIN): Asked.WITH_FORCE,
    (Asked.WITH_STATISTICIAN, Move.WITHDRAW): Asked.WITHDRAWN,
    (Asked.ACCEPTED, Move.ASK_AGAIN): Asked.WITH_FORCE,
}
TRANSITIONS = {"a question about a return": QUESTION}


def stands(moves: Iterable[str], *, source: str, on_latest: bool) -> Asked:
    """Where a question stands after what was said of it, in order; raises Amiss for words that cannot follow.

    What the return itself raises is raised anew with each version; what a statistician asked stays until it is settled.
    """
    state: str = Asked.WITH_FORCE
    for move in moves:
        if (state, move) not in QUESTION:
            raise Amiss(f"It is {state}: that cannot be done now.")
        state = QUESTION[state, move]
    if source == Source.VERIFICATION and not on_latest and state in OPEN:
        return Asked.OVERTAKEN
    return Asked(state)


def mark_of(query: Query) -> tuple[str, tuple[str, ...], str, str]:
    """What makes two questions the same: asked once and accepted, it is not asked again of the same figures."""
    return query.rule, tuple(one for one in query.items if one), query.printed, query.recomputed


# --- a file that was sent ---------------------------------------------------------------------------------


class FileRule(StrEnum):
    """Under which rule the bytes of a file go (`reference/lists/file-retention.yaml`)."""

    FIGURES = "figures"
    NO_RETURN = "no-return"
    MISTAKE = "sent-by-mistake"


@dataclass(frozen=True, slots=True)
class Holding:
    """How long a file is held: until when, by which rule as it held on the day it was sent, and whether somebody has checked that."""

    label: str
    held_for: str
    reason: str
    source: str
    until: datetime
    verified: bool


def holding(rule: str, sent_at: datetime) -> Holding:
    """How long a file that was sent then is held under a rule."""
    row = load("file-retention").get(rule, on=london_day(sent_at))
    held_for = row.text("held_for")
    return Holding(
        row.label, held_for, row.text("reason"), row.source, due(parse_clock(held_for), sent_at), row.verified
    )


# --- a whole return ----------------------------------------------------------------------------------


class Standing(StrEnum):
    """Where the return of one force stands in a round, for both sides."""

    NOTHING_YET = "not sent yet"
    LATE = "late"
    FAULTY = "sent, not readable"
    QUESTIONS = "questions wait for the force"
    ANSWERS = "answers wait for the statistician"
    TO_SIGN = "to be signed"
    SIGNED = "signed"
    # all that a commissioner's office is told of one that is on its way
    UNSIGNED = "not signed yet"


def standing(
    *, sent: bool, read: bool, asked: Sequence[Asked], signed: bool, due: date, today: date
) -> Standing:
    """Where a return stands: the first thing that somebody must do about it."""
    if not read:
        if today > due:
            return Standing.LATE
        return Standing.FAULTY if sent else Standing.NOTHING_YET
    if Asked.WITH_FORCE in asked:
        return Standing.QUESTIONS
    if Asked.WITH_STATISTICIAN in asked:
        return Standing.ANSWERS
    return Standing.SIGNED if signed else Standing.TO_SIGN
