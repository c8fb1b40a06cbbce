"""What a handover package holds, item by item: held, not held, or not applicable with a reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from throughline.reference import load


class Held(StrEnum):
    """Whether what a package must hold is in it. Unknown is not none: what nobody found or wrote is not held."""

    HELD = "held"
    NOT_HELD = "not-held"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Item:
    """A row of reference's handover-items, and how it stands. ``found`` by the system; else somebody wrote ``words``."""

    code: str
    label: str
    what: str
    held: Held
    found: bool
    words: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote of an item: that it is held elsewhere, or does not apply, and where or why."""

    held: Held
    words: str
    by: str


def package(found: Mapping[str, bool], written: Mapping[str, Written], on: date) -> tuple[Item, ...]:
    """How every item of a day's list stands, by what the system found and what somebody wrote.

    What was found is held, whatever was written of it before.
    """
    return tuple(
        _item(row.code, row.label, row.text("what"), found.get(row.code, False), written.get(row.code))
        for row in load("handover-items").as_of(on)
    )


def _item(code: str, label: str, what: str, found: bool, written: Written | None) -> Item:
    if found:
        return Item(code, label, what, Held.HELD, True)
    if written is None:
        return Item(code, label, what, Held.NOT_HELD, False)
    return Item(code, label, what, written.held, False, written.words, written.by)


def codes(items: Iterable[Item], held: Held) -> list[str]:
    """The codes of those that stand so."""
    return [item.code for item in items if item.held is held]
