"""What holds of incidents, cases and standing facts whatever the database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Final
from uuid import UUID

from throughline.casework.cases.rules.counter import COUNTER_STEPS
from throughline.casework.cases.rules.groups import PLAN_STEPS
from throughline.foundations.clock.rules import end_of_day, london_day, months_after
from throughline.reference import Row, load

# where a fact that somebody typed here comes from; an import names the system that it came from
ENTERED_HERE: Final = "throughline"


class Part(StrEnum):
    """Who somebody was in an incident, as far as the rules care; codes of reference's involvements."""

    VICTIM = "victim"
    SUSPECT = "suspect"
    CHILD = "child"


class Kind(StrEnum):
    """Kinds of standing fact that a case itself has; the others are orders, bail and warrants."""

    OWNER = "owner"
    GRADE = "grade"


# the codes of case-closings that are given by rule: nothing is left of what opened the case, or her case of the
# two of them took over. Nothing ever stood on such a case
MISTAKEN, SUSPECT_KNOWN = "opened-by-mistake", "suspect-known"
# the code of incident-closings that is given by rule: another open incident has all that was in it
JOINED = "joined"
# what an incident is recorded as until somebody has said
NOT_YET_RECORDED = "not-yet-recorded"


class NotYet(Exception):
    """Something stands in the way of closing. ``why`` holds codes, never words about a person.

    ``duties`` are the kinds of what is not done, where ``why`` says only that something is not.
    """

    def __init__(self, why: Collection[str], duties: Collection[str] = ()) -> None:
        super().__init__(", ".join(sorted(why)))
        self.why = tuple(sorted(why))
        self.duties = tuple(sorted(duties))


def incident_number(day: date, count: int) -> str:
    """What is said over the air: the day in London, and a count that runs on over the days."""
    return f"{day:%y%m%d}-{count:04d}"


# --- from one state to the next ----------------------------------------------------------------------


class State(StrEnum):
    """Where an incident or a case stands."""

    OPEN = "open"
    CLOSED = "closed"


class Step(StrEnum):
    """What can be done to one."""

    TELL = "tell"
    INVOLVE = "involve"
    WITHDRAW = "withdraw"
    RECLASSIFY = "reclassify"
    CLOSE = "close"
    REOPEN = "reopen"
    JOIN = "join"
    PART = "part"
    GROUP = "group"
    OWN = "own"
    GRADE = "grade"


# what is learnt late still belongs to an incident that was closed; that reopens nothing by itself
INCIDENT_STEPS: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.OPEN, Step.TELL): State.OPEN,
        (State.OPEN, Step.INVOLVE): State.OPEN,
        (State.OPEN, Step.WITHDRAW): State.OPEN,
        (State.OPEN, Step.RECLASSIFY): State.OPEN,
        (State.OPEN, Step.CLOSE): State.CLOSED,
        (State.CLOSED, Step.INVOLVE): State.CLOSED,
        (State.CLOSED, Step.WITHDRAW): State.CLOSED,
        # judged domestic after all, it is to be worked on again
        (State.CLOSED, Step.RECLASSIFY): State.OPEN,
        # joined with another, and not the same after all; judged domestic meanwhile it may be open already
        (State.CLOSED, Step.PART): State.OPEN,
        (State.OPEN, Step.PART): State.OPEN,
    }
)
CASE_STEPS: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.OPEN, Step.OWN): State.OPEN,
        (State.OPEN, Step.GRADE): State.OPEN,
        (State.OPEN, Step.JOIN): State.OPEN,
        (State.OPEN, Step.GROUP): State.OPEN,
        (State.OPEN, Step.CLOSE): State.CLOSED,
        (State.CLOSED, Step.GROUP): State.CLOSED,
        (State.CLOSED, Step.REOPEN): State.OPEN,
    }
)
# every table of this room, by what it is of; drawn in docs/generated/transitions.md
TRANSITIONS: Final = MappingProxyType(
    {
        "incident": INCIDENT_STEPS,
        "case": CASE_STEPS,
        "counter-allegation": COUNTER_STEPS,
        "line of a plan": PLAN_STEPS,
    }
)


def after(steps: Mapping[tuple[State, Step], State], closed: bool, step: Step) -> State:
    """The state after a step. Raises NotYet for a step that cannot be taken from here."""
    state = State.CLOSED if closed else State.OPEN
    try:
        return steps[state, step]
    except KeyError:
        raise NotYet([f"{state}-{step}"]) from None


def closing_duties(closes: str, on: date) -> tuple[Row, ...]:
    """The duty kinds whose duties must be discharged before an incident or a case is closed."""
    return tuple(row for row in load("closing-duties").as_of(on) if row.text("closes") == closes)


def must_exist(row: Row, *, has_contact: bool) -> bool:
    """Whether a duty of closing-duties must have been opened before a domestic incident is closed."""
    return row.flag("must_exist") and (has_contact or not row.flag("of_contacts"))


# --- standing facts ----------------------------------------------------------------------------------


# the groups of kinds that are entered; the rest are set by a case's own commands
ENTERED: Final = ("order", "bail", "warrant")


def fact_kinds(on: date, *groups: str) -> tuple[Row, ...]:
    """The kinds of standing fact there are on a day in London, of some groups or of all."""
    return tuple(row for row in load("standing-facts").as_of(on) if not groups or row.text("group") in groups)


def fact_problem(
    kind: str,
    record_id: UUID,
    protects_id: UUID | None,
    *,
    valid_from: datetime,
    valid_until: datetime | None,
    on: date,
) -> tuple[str, str] | None:
    """Why an order, bail or a warrant cannot be so, as field and reason; None where it can.

    Its kind must be one on the day that it begins, and on the day it is entered if it begins later.
    """
    if kind not in {row.code for row in fact_kinds(min(london_day(valid_from), on), *ENTERED)}:
        return "kind", "is not one that there was on that day"
    if protects_id == record_id:
        return "protects", "is the person whom it binds"
    if valid_until is not None and valid_until < valid_from:
        return "until", "is before it begins"
    return None


def longest_until(kind: Row, valid_from: datetime) -> datetime | None:
    """The last instant that the law lets a fact of this kind stand; None where a court says how long.

    The first day counts: a domestic violence protection order of 28 days beginning with the day it was made
    ends with the 27th day after (Crime and Security Act 2010 s28).
    """
    days = kind.optional_text("longest")
    if days is None:
        return None
    return end_of_day(london_day(valid_from) + timedelta(days=int(days.removesuffix(" days")) - 1))


def stands(
    at: datetime, *, valid_from: datetime, valid_until: datetime | None, ended_at: datetime | None
) -> bool:
    """Whether a fact holds at an instant: it began, did not lapse, and was neither ended nor varied."""
    return (
        valid_from <= at
        and (valid_until is None or at <= valid_until)
        and (ended_at is None or at < ended_at)
    )


# --- when a case is active (docs/decisions/0006-when-a-case-is-active.md) -----------------------------


class Reason(StrEnum):
    """Why a case is active, or cannot be closed."""

    NOT_CLOSED = "not-closed"
    OPEN_INCIDENT = "open-incident"
    OPEN_DUTY = "open-duty"
    STANDING_FACT = "standing-fact"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a case stands on at one moment: duty kinds and fact kinds as codes of reference."""

    closed: bool
    open_incidents: int = 0
    open_duties: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()


def in_the_way(
    standing: Standing, *, closing: Collection[str], active: Collection[str]
) -> tuple[Reason, ...]:
    """What keeps a case from being closed; empty: it may be.

    ``closing`` are the duty kinds that reference's closing-duties names for a case, ``active`` the kinds of
    standing fact that keep one active.
    """
    reasons = []
    if standing.open_incidents:
        reasons.append(Reason.OPEN_INCIDENT)
    if not standing.open_duties.isdisjoint(closing):
        reasons.append(Reason.OPEN_DUTY)
    if not standing.facts.isdisjoint(active):
        reasons.append(Reason.STANDING_FACT)
    return tuple(reasons)


def why_active(
    standing: Standing, *, closing: Collection[str], active: Collection[str]
) -> tuple[Reason, ...]:
    """Why a case counts in the active caseload of a day; empty: it does not.

    Until it is closed a case is active. A closed one is active again while an order, bail or a warrant of it
    stands, or an incident or a duty of it is open, whether or not somebody has reopened it yet.
    """
    found = in_the_way(standing, closing=closing, active=active)
    return found if standing.closed else (Reason.NOT_CLOSED, *found)


# --- repeat victims and patterns ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happened:
    """A domestic incident against one victim: when, by which person if that is known, and whether a crime."""

    at: datetime
    suspect: UUID | None = None
    crime: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """When somebody is a repeat victim: a row of reference's repeat-definitions."""

    code: str
    label: str
    months: int
    needed: int
    same_perpetrator: bool
    crimes_only: bool
    source: str
    confidence: str
    verified: bool
    valid_from: date


def repeat_definitions(on: date) -> tuple[Definition, ...]:
    """The definitions in use on a day in London: the government's and the force's own."""
    return tuple(
        Definition(
            code=row.code,
            label=row.label,
            months=row.number("months"),
            needed=row.number("needed"),
            same_perpetrator=row.flag("same_perpetrator"),
            crimes_only=row.flag("crimes_only"),
            source=row.source,
            confidence=row.confidence,
            verified=row.verified,
            valid_from=row.valid_from,
        )
        for row in load("repeat-definitions").as_of(on)
    )


@dataclass(frozen=True, slots=True)
class Repeat:
    """How somebody stands to one definition on a day: how many count, and since when they are counted."""

    definition: Definition
    count: int
    first_day: date

    @property
    def is_repeat(self) -> bool:
        return self.count >= self.definition.needed


def first_day_of(months: int, on: date) -> date:
    """The first day of the period of whole months that ends with a day in London, that day included."""
    return months_after(on, -months) + timedelta(days=1)


def repeat(definition: Definition, happened: Iterable[Happened], on: date) -> Repeat:
    """How many incidents count towards a definition in the months that end with a day in London.

    Where one perpetrator is asked for, the one with most; incidents by nobody known count each for itself.
    """
    first = first_day_of(definition.months, on)
    counted = [
        one
        for one in happened
        if first <= london_day(one.at) <= on and (one.crime or not definition.crimes_only)
    ]
    if not definition.same_perpetrator:
        return Repeat(definition, len(counted), first)
    by = [one.suspect for one in counted]
    most = max((by.count(one) if one else 1 for one in by), default=0)
    return Repeat(definition, most, first)


@dataclass(frozen=True, slots=True)
class Pattern:
    """How incidents follow each other: whole days between them, oldest first."""

    count: int
    gaps: tuple[int, ...]

    @property
    def shortening(self) -> bool:
        """Whether each of the last gaps is shorter than the one before: two gaps at least, three if there are."""
        last = self.gaps[-3:]
        return len(last) >= 2 and all(later < earlier for earlier, later in pairwise(last))


def pattern(moments: Sequence[datetime]) -> Pattern:
    """The pattern of incidents at these instants, in any order."""
    days = sorted(london_day(moment) for moment in moments)
    return Pattern(len(days), tuple((later - earlier).days for earlier, later in pairwise(days)))


# --- crimes -------------------------------------------------------------------------------------------


class Judgement(StrEnum):
    """What the registrar judged of an incident or a crime."""

    RECORDED = "recorded"
    NO_CRIME = "no-crime"
    CANCELLED = "cancelled"


# of recorded crimes, one in so many is looked at by somebody else
DRAWN_ONE_IN: Final = 10


def is_drawn(decision_id: UUID) -> bool:
    """Whether the recording of a crime is one that is drawn to be looked at; its random id decides."""
    return decision_id.int % DRAWN_ONE_IN == 0
