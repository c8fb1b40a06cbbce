"""What all pages of an edition of returns stand on: its figures, the two years, and how a gap is told."""

from datetime import date
from typing import Final, Literal

from throughline.measures.intervals import Rate, Share
from throughline.reference import load
from throughline.statistics.disclosure import breakdown_of
from throughline.statistics.edition.before import Before
from throughline.statistics.edition.content import Column, Value
from throughline.statistics.edition.reckoning import Figures
from throughline.statistics.returns import Item

#: What stands first, on the first page and of a force, in the order in which it happens to a victim.
HEADLINES: Final = "calls-da crimes-da victims-repeat crimes-arrested charged evidential-does-not orders-applied marac-cases satisfied".split()
SIMILAR: Final = Column(
    "similar", "Similar forces", "share", "Middle of the printed figures of the forces most like it"
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
        return self.not_printed(day, code) if total is None else total

    def lower(self, code: str) -> str:
        label = self.items[code].label
        return label[:1].lower() + label[1:]

    def named(self, code: str) -> str:
        """A share by what it is of, as a reader asks for it."""
        over = self.items[code].part_of
        return f"{self.items[code].label}, of {self.lower(over)}" if over else self.items[code].label

    def why_not(self, day: date, force: str, code: str) -> str:
        answer = self.figures.answer(day, force, code)
        over = self.items[code].part_of
        if answer.status == "published" and over:
            answer = self.figures.answer(day, force, over)
        if answer.status == "missing":
            return "made no return"
        if answer.status == "not-asked":
            return "was not yet asked for when the return was made"
        if answer.status == "unable":
            reason = self.reasons.get(answer.reason, answer.reason)
            return f"unable to provide: {reason[:1].lower()}{reason[1:]}"
        return "protected" if answer.status == "protected" else "nothing to take a share of"

    def not_printed(self, day: date, code: str, *of: str) -> str:
        """In place of a figure of all forces: none where each counts in its own way, protected where some gave it, not yet
        asked for where that is why nobody did."""
        if self.figures.items[day][code].by_own_definition:
            return "[z]"
        if self.figures.gave(day, code, *of):
            return "[c]"
        why = {self.figures.answer(day, force, code).status for force in self.figures.forces}
        return "[n]" if "not-asked" in why and "unable" not in why else "[x]"

    def national_share(self, code: str) -> Value:
        """The share over all forces that gave both, of an item that is a part of another."""
        over = self.items[code].part_of
        if not over:
            return "[z]"
        share = self.figures.national(self.now, code)
        return round(share.share, 6) if share else self.not_printed(self.now, code, over)

    def national_rate(self, code: str, per: int) -> float | None:
        """The rate of all forces that gave a figure, by their residents."""
        total = self.figures.total(f"{self.now}:{code}:total")
        residents = sum(self.figures.forces[force].residents for force in self.figures.gave(self.now, code))
        return None if total is None or not residents else total / residents * per

    def breakdowns(self, total: str) -> list[list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in self.items.values():
            if item.adds_to == total:
                found.setdefault(breakdown_of(item), []).append(item)
        return [*found.values()]


def forces(number: int) -> str:
    """So many forces, in words that go with the number."""
    return f"{number} {'force' if number == 1 else 'forces'}"


def counts(of: str = "Of") -> tuple[Column, Column]:
    """How many, and of how many."""
    return Column("counted", "Number", "whole", "How many"), Column("of", of, "whole", "Of how many")


def with_interval(
    title: str,
    means: str,
    unit: Literal["share", "number"] = "share",
    *,
    name: str = "share",
    prefix: str = "",
) -> tuple[Column, Column, Column]:
    """A value and its interval. ``prefix`` keeps the names apart where a table has several."""
    return (
        Column(name, title, unit, means),
        Column(
            f"{prefix}low",
            "Interval from",
            unit,
            "Lower end of its 95 percent interval",
            ranged="95% interval",
        ),
        Column(f"{prefix}high", "Interval to", unit, "Upper end of its 95 percent interval"),
    )


def interval(value: Share | Rate | None) -> tuple[Value, Value, Value]:
    """The cells under `with_interval`."""
    if value is None:
        return "[z]", "[z]", "[z]"
    middle = value.share if isinstance(value, Share) else value.rate
    return rounded(middle), rounded(value.low), rounded(value.high)


def rounded(value: float | None) -> Value:
    return "[z]" if value is None else round(value, 6)


def slug(words: str) -> str:
    """Words as a part of a file's name."""
    return "-".join(words.lower().split())
