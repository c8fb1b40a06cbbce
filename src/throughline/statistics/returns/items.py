"""What a return holds on a day: the items of the dated list, in their order."""

from dataclasses import dataclass
from datetime import date

from throughline.reference import load


@dataclass(frozen=True, slots=True)
class Item:
    """One figure of a return: what is counted, in what unit, over what, and how it hangs on others."""

    code: str
    label: str
    sheet: str
    definition: str
    unit: str
    basis: str
    part_of: str | None
    adds_to: str | None
    compared: bool
    #: by what its parts tell the whole apart; parts of one breakdown add up
    breakdown: str | None = None
    #: counts those of whom it is not recorded to which other part they belong
    unrecorded: bool = False
    #: counted by each force by a definition of its own: no figures of two forces are added up or compared
    by_own_definition: bool = False
    #: the day from which every return must answer it; None: as long as there is this list
    asked_since: date | None = None

    def asked_on(self, day: date | None) -> bool:
        """Whether a return that was asked for on a day must answer it; of no day, whether it must now."""
        return day is None or self.asked_since is None or self.asked_since <= day


def items(year_end: date) -> tuple[Item, ...]:
    """The items of the return for the year that ends on a day."""
    return tuple(
        Item(
            row.code,
            row.label,
            row.text("sheet"),
            row.text("definition"),
            row.text("unit"),
            row.text("basis"),
            row.optional_text("part_of"),
            row.optional_text("adds_to"),
            row.flag("compared"),
            row.optional_text("breakdown"),
            row.flag("unrecorded"),
            row.flag("by_own_definition"),
            row.optional_day("asked_since"),
        )
        for row in load("return-items").as_of(year_end)
    )
