"""What all pages of an edition of returns stand on: its figures, the two years, and how a gap is told."""

from datetime import date
from typing import Final, Literal

from throughline.reference import load
from throughline.statistics.disclosure import breakdown_of
from throughline.statistics.edition.before import Before
from throughline.statistics.edition.content import Column, Value
from throughline.statistics.edition.reckoning import Figures
from throughline.statistics.returns import Item

FORCE: Final = (
    Column("force", "Code", means="Code of the force's area"),
    Column("name", "Force", means="Name of the force"),
)


class Basis:
    """The figures of an edition with the one before, as every page of it asks for them."""

    def __init__(self, name: str, figures: Figures, before: Before | None) -> None:
        self.name = name
        self.figures = figures
        self.before = before
        self.now = figures.now
        self.then = figures.before
        self.reasons = {row.code: row.label for row in load("unable-reasons").as_of(self.now)}
        self.items = figures.items[self.now]
        self.invented = figures.gathered.invented

    def force_name(self, code: str) -> str:
        return self.figures.forces[code].name

    def sources(self) -> tuple[str, ...]:
        if self.invented:
            return (
                "Invented by a seeded generator. No force of these names exists and no figure is anybody's.",
            )
        return (
            "Signed data returns of the forces",
            "Residents: Office for National Statistics, 2011 Census, table KS201, Open Government Licence v3.0",
        )

    def total(self, day: date, code: str) -> Value:
        total = self.figures.total(f"{day}:{code}:total")
        if total is not None:
            return total
        if self.figures.items[day][code].by_own_definition:
            return "[z]"
        return "[c]" if self.figures.gave(day, code) else "[x]"

    def lower(self, code: str) -> str:
        label = self.items[code].label
        return label[:1].lower() + label[1:]

    def why_not(self, day: date, force: str, code: str) -> str:
        answer = self.figures.answer(day, force, code)
        over = self.items[code].part_of
        if answer.status == "published" and over:
            answer = self.figures.answer(day, force, over)
        if answer.status == "missing":
            return "made no return"
        if answer.status == "unable":
            reason = self.reasons.get(answer.reason, answer.reason)
            return f"unable to provide: {reason[:1].lower()}{reason[1:]}"
        return "protected: too few" if answer.status == "protected" else "nothing to take a share of"

    def breakdowns(self, total: str) -> list[list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in self.items.values():
            if item.adds_to == total:
                found.setdefault(breakdown_of(item), []).append(item)
        return [*found.values()]


def ends(unit: Literal["share", "number"]) -> tuple[Column, Column]:
    return (
        Column("low", "From", unit, "Lower end of its 95 percent interval"),
        Column("high", "To", unit, "Upper end of its 95 percent interval"),
    )


def rounded(value: float | None) -> Value:
    return "[z]" if value is None else round(value, 4)


def slug(words: str) -> str:
    """Words as a part of a file's name."""
    return "-".join(words.lower().split())
