"""What calls for a new grade: causes, and which of them lines of the chronology bring by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughline.reference import load


@dataclass(frozen=True, slots=True)
class Cause:
    """A row of reference's reassessment-causes: what happened, and by which entries it is known."""

    code: str
    label: str
    entries: tuple[str, ...]
    codes: tuple[str, ...]
    #: Said in one case, it is of all of hers.
    of_victim: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the chronology that is of a case: its kind, its code and when."""

    case: UUID
    kind: str
    code: str
    at: datetime


def causes(on: date) -> tuple[Cause, ...]:
    """What calls for a new grade on a day in London."""
    return tuple(
        Cause(row.code, row.label, row.texts("entries"), row.texts("codes"), row.text("concerns") == "victim")
        for row in load("reassessment-causes").as_of(on)
    )


def brought_by(cause: Cause, kind: str, code: str) -> bool:
    """Whether an entry of the chronology is what this cause is known by; no codes: whatever its code."""
    return kind in cause.entries and (not cause.codes or code in cause.codes)


def calls(
    happened: Iterable[Happened], graded_at: dict[UUID, datetime], of: Iterable[Cause]
) -> dict[UUID, tuple[str, ...]]:
    """The causes that each case calls for a new grade by: what happened after somebody last graded it.

    A case that nobody has graded has its duty to grade already, and is not named.
    """
    known = tuple(of)
    found: dict[UUID, dict[str, None]] = {}
    for one in happened:
        last = graded_at.get(one.case)
        if last is None or one.at <= last:
            continue
        for cause in known:
            if brought_by(cause, one.kind, one.code):
                found.setdefault(one.case, {})[cause.code] = None
    return {case: tuple(codes) for case, codes in found.items()}
