"""A return as figures, and a question about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Entry:
    """One item's answer: a figure, or a coded reason for which there is none. Never both, never neither."""

    item: str
    value: int | None
    unable: str | None = None
    row: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.unable is None):
            raise ValueError(f"{self.item}: is a figure or a reason for which there is none")
        if self.value is not None and self.value < 0:
            raise ValueError(f"{self.item}: is below nought")


@dataclass(frozen=True, slots=True)
class Counted:
    """How a force counted the figures of one sheet: by what (a code of counting-bases), its own definition, its method."""

    sheet: str
    counted_by: str
    definition: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """What a force returned for the year that ends on a day."""

    force: str
    year_end: date
    entries: Mapping[str, Entry]
    #: by sheet, as far as the force said it
    methods: Mapping[str, Counted] = field(default_factory=dict)

    def value(self, item: str) -> int | None:
        """The figure of an item, or None where none was provided."""
        entry = self.entries.get(item)
        return None if entry is None else entry.value

    def row(self, item: str) -> int:
        entry = self.entries.get(item)
        return 0 if entry is None else entry.row


@dataclass(frozen=True, slots=True)
class Query:
    """A question about figures of a return, with its arithmetic and what would answer it.

    An `error` cannot be so; a `question` may be, and a person says why.
    """

    level: Literal["error", "question"]
    rule: str
    items: tuple[str, ...]
    printed: str
    recomputed: str
    message: str
    remedy: str
