"""What whoever attends must know, in five parts: held, none found, or not checked and who could check.

Unknown is never none. A part is "none found" only where every source that says something of it was read, about
people who were recognised beyond doubt, and held nothing. Nothing here grades anybody, and nothing tells how
often somebody withdrew support: that is no reason to go slower.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class State(StrEnum):
    """What is known of a source, or of a whole part."""

    HELD = "held"
    NONE_FOUND = "none-found"
    NOT_CHECKED = "not-checked"


class Part(StrEnum):
    """The parts of a brief, in the order in which they are read."""

    DANGER = "danger"
    HIM = "him"
    CONTACT = "contact"
    HISTORY = "history"
    CHILDREN = "children"


class Kind(StrEnum):
    """What a line tells; each has its words on the page."""

    GRADE = "grade"
    COUNTER = "counter"
    MARKER = "marker"
    PLACE_MARKER = "place-marker"
    PLACE_INCIDENTS = "place-incidents"
    STANDS = "stands"
    FACT = "fact"
    SAFE_CONTACT = "safe-contact"
    VOID = "void"
    INCIDENTS = "incidents"
    LONGER_AGO = "longer-ago"
    REPEAT = "repeat"
    GAPS = "gaps"
    CHILD = "child"
    ANSWER = "answer"
    SEE = "see"
    WITHHELD = "withheld"


# sources that no list names: what this force holds here, and whoever it may be instead
OWN = "own-records"
SOMEBODY_ELSE = "somebody-else"
# the place itself, whoever is there
PLACE = "place"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is held. ``id`` is the row it was read from, ``code`` a code of `reference`, ``words``
    what somebody wrote; ``detail`` is what its kind needs besides, and no part of what is kept when it is sent.
    """

    kind: Kind
    id: UUID | None = None
    code: str = ""
    words: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one source says, or that it was not read and who could read it.

    ``about`` is the record of somebody who only may be the person: with it, the other reading stays open. Where
    nothing is held, ``lines`` may still say what no longer holds. ``asked_at`` is set while an answer is waited for, ``stale`` where it was read before it was known who it is.
    """

    source: str
    state: State
    lines: tuple[Line, ...] = ()
    about: UUID | None = None
    read_at: datetime | None = None
    who: str = ""
    asked_at: datetime | None = None
    stale: bool = False

    def __post_init__(self) -> None:
        if self.state is State.HELD and not self.lines:
            raise ValueError("what is held has a line")
        if self.state is State.NONE_FOUND and self.lines:
            raise ValueError("a line is something found")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the brief with what each source says of it."""

    part: Part
    readings: tuple[Reading, ...]

    @property
    def state(self) -> State:
        return state_of(self.readings)

    def of(self, state: State) -> tuple[Reading, ...]:
        return tuple(one for one in self.readings if one.state is state)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom the contact is about, or may be: every record of theirs, and since when that was said.

    ``part`` is victim or suspect. ``name`` and ``age`` are empty where nobody knows them.
    """

    record_id: UUID
    records: tuple[UUID, ...]
    part: str
    confirmed: bool
    since: datetime
    name: str = ""
    age: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """A system that intelligence reads: a row of reference's intelligence-systems."""

    code: str
    parts: tuple[Part, ...]
    who: str
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What intelligence said of one system. ``withheld`` where the reader is not named for what it holds."""

    id: UUID
    state: State
    read_at: datetime
    words: str = ""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Brief:
    """The five parts, whom they are about, and every record that a look at it shows."""

    sections: tuple[Section, ...]
    people: tuple[Known, ...]
    record_ids: tuple[UUID, ...]

    def section(self, part: Part) -> Section:
        return next(one for one in self.sections if one.part is part)


def without_the_place(brief: Brief) -> Brief:
    """The brief for a page that says by itself what is known of the place, also while it is typed."""
    sections = tuple(
        replace(section, readings=tuple(one for one in section.readings if one.source != PLACE))
        for section in brief.sections
    )
    return replace(brief, sections=sections)


# on whom a part hangs: who else she or he may be leaves it open
_HANGS_ON = {
    Part.DANGER: frozenset({"victim", "suspect"}),
    Part.HIM: frozenset({"suspect"}),
    Part.CONTACT: frozenset({"victim"}),
    Part.HISTORY: frozenset({"victim"}),
    Part.CHILDREN: frozenset({"victim", "suspect"}),
}


def state_of(readings: Iterable[Reading]) -> State:
    """Held where any source holds something; none found only where all were read and none does."""
    states = {one.state for one in readings}
    if State.HELD in states:
        return State.HELD
    return State.NONE_FOUND if states == {State.NONE_FOUND} else State.NOT_CHECKED


def made(
    *,
    people: Sequence[Known],
    own: Mapping[Part, Sequence[Reading]],
    systems: Sequence[System],
    answers: Mapping[str, Answer],
    asked: Mapping[str, datetime],
    record_ids: Iterable[UUID] = (),
) -> Brief:
    """Put together what the force holds itself (``own``) and what intelligence answered.

    ``answers`` and ``asked`` are by the code of the system. What was read before somebody was recognised is no
    answer about them, except what it holds.
    """
    since = max((one.since for one in people), default=None)
    return Brief(
        sections=tuple(
            Section(
                part,
                (
                    *(own.get(part) or (Reading(OWN, State.NOT_CHECKED),)),
                    *_may_be_another(part, people),
                    *(
                        _read(system, part, answers.get(system.code), asked.get(system.code), since)
                        for system in systems
                        if part in system.parts
                    ),
                ),
            )
            for part in Part
        ),
        people=tuple(people),
        record_ids=tuple(dict.fromkeys(record_ids)),
    )


def _may_be_another(part: Part, people: Sequence[Known]) -> tuple[Reading, ...]:
    doubtful = [one for one in people if not one.confirmed and one.part in _HANGS_ON[part]]
    return (Reading(SOMEBODY_ELSE, State.NOT_CHECKED),) if doubtful else ()


def _read(
    system: System, part: Part, answer: Answer | None, asked_at: datetime | None, since: datetime | None
) -> Reading:
    if answer is None or answer.state is State.NOT_CHECKED:
        return Reading(
            system.code,
            State.NOT_CHECKED,
            who=system.who,
            asked_at=None if answer else asked_at,
            read_at=answer.read_at if answer else None,
        )
    if answer.state is State.NONE_FOUND:
        if since is not None and answer.read_at < since:
            return Reading(system.code, State.NOT_CHECKED, who=system.who, read_at=answer.read_at, stale=True)
        return Reading(system.code, State.NONE_FOUND, read_at=answer.read_at)
    first = system.parts[0]
    if answer.withheld:
        line = Line(Kind.WITHHELD, answer.id, system.code)
    elif part is not first:
        line = Line(Kind.SEE, answer.id, first)
    else:
        line = Line(Kind.ANSWER, answer.id, system.code, answer.words)
    return Reading(system.code, State.HELD, (line,), read_at=answer.read_at)


# --- what is kept of one that was sent ----------------------------------------------------------------


# what is held is the same whoever may read it
_KEPT_AS = {Kind.WITHHELD: Kind.ANSWER}


def kept(brief: Brief) -> dict[str, Any]:
    """What a brief said, in states, ids and codes alone: never a word about anybody."""
    return {
        section.part.value: {
            "state": section.state.value,
            "readings": [
                {
                    "source": one.source,
                    "state": one.state.value,
                    **({"about": str(one.about)} if one.about else {}),
                    "lines": [
                        {
                            "kind": _KEPT_AS.get(line.kind, line.kind),
                            "id": str(line.id or ""),
                            "code": line.code,
                        }
                        for line in one.lines
                    ],
                }
                for one in section.readings
            ],
        }
        for section in brief.sections
    }


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Part, ...]:
    """The parts in which what was kept of two briefs differs, in their order."""
    return tuple(part for part in Part if _told(before.get(part)) != _told(now.get(part)))


def _told(part: Mapping[str, Any] | None) -> list[str]:
    """What one part said, whatever the order it was said in."""
    return sorted(json.dumps(one, sort_keys=True) for one in part["readings"]) if part else []
