"""What a report prints, each figure judged by what follows from the others, and the real bases of each force."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final

from throughline.reference import load
from throughline.statistics.consistency import Fact, Finding, check
from throughline.statistics.consistency.rounding import Span, counted, growth, ratio, span
from throughline.statistics.edition.content import Column

NOW, THEN = date(2015, 3, 31), date(2013, 8, 31)
#: Where the report prints its numbers page.
ON_NUMBERS_PAGE: Final = "in numbers (table)"
ROWS: Final = Column("facts", "Rows", means="The rows of the list of printed figures that it stands in")
#: What adds up to what, by the words of the report.
SUMS: Final = (
    ("victim_focus_groups", ("victim_focus_groups_female", "victim_focus_groups_male")),
    ("forces_using_body_worn_video", ("forces_body_worn_video_force_wide", "forces_body_worn_video_pilot")),
    (
        "forces_inspected",
        (
            "forces_dash_form_standard",
            "forces_dash_form_amended",
            "forces_dash_different_form",
            "forces_dash_no_answer",
        ),
    ),
    (
        "table3_evidence_led_examples",
        ("table3_evidence_led_examples_guilty_plea", "table3_evidence_led_examples_guilty_after_trial"),
    ),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A printed figure and what follows for it from the others."""

    fact: Fact
    judgement: str
    """follows, alike, alone or contradicted"""
    how: str


class Report:
    """The printed figures of a report with what follows for each, and what is known of its forces."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self.findings: tuple[Finding, ...] = check(facts)
        self.by_indicator: Mapping[str, list[Fact]] = defaultdict(list)
        for fact in facts:
            self.by_indicator[fact.indicator].append(fact)
        day = date(2015, 3, 31)
        self.forces = {row.code: row for row in load("forces").as_of(day)}
        self.codes = {
            name: row.code for row in self.forces.values() for name in (row.label, *row.texts("aliases"))
        } | {"Avon & Somerset": "E23000036"}
        self.residents = {row.code: row.number("residents") for row in load("force-residents-2011").rows}
        self.crime = {row.code: row for row in load("force-recorded-crime").as_of(day)}
        self.officers = {
            row.code: row.number("hundredths") / 100 for row in load("force-officers").as_of(day)
        }

    def many(self, judgement: str) -> int:
        return sum(one.judgement == judgement for one in self.judged.values())

    @cached_property
    def judged(self) -> dict[str, Judged]:
        return {fact.id: self._judge(fact) for fact in self.facts}

    def _judge(self, fact: Fact) -> Judged:
        asked = [
            f"contradiction {number}"
            for number, finding in enumerate(self.findings, start=1)
            if fact.id in finding.fact_ids
        ]
        found = self._follows(fact)
        if asked:
            return Judged(fact, "contradicted", "; ".join((*([found] if found else []), *asked)))
        if found:
            return Judged(fact, "follows", found)
        same = [
            other.id
            for other in self.by_indicator[fact.indicator]
            if other.id != fact.id
            and (other.period, other.geography, other.statistic)
            == (fact.period, fact.geography, fact.statistic)
            and span(other).meets(span(fact))
        ]
        if same:
            return Judged(fact, "alike", f"printed alike in {', '.join(same)}")
        return Judged(fact, "alone", "nothing else printed gives it")

    def _follows(self, fact: Fact) -> str:
        """How a figure is reckoned from others that are printed; empty where it cannot be."""
        told = span(fact)
        if fact.numerator is not None and fact.denominator and fact.statistic in ("percent", "rate"):
            above, below = counted(fact.numerator), counted(fact.denominator)
            if fact.is_change:
                return _reckoned(
                    growth(above, below), told, f"{_n(fact.numerator)} ÷ {_n(fact.denominator)} − 1"
                )
            if fact.is_share:
                return _reckoned(ratio(above, below), told, f"{_n(fact.numerator)} ÷ {_n(fact.denominator)}")
        if fact.statistic == "n_forces" and fact.numerator is not None and fact.denominator == 43:
            base = fact.indicator
            for one, other in (
                ("_unable_", "_able_"),
                ("_able_", "_unable_"),
                ("_not_adopted_", "_adopted_"),
                ("_adopted_", "_not_adopted_"),
            ):
                if one in base:
                    for rest in self.by_indicator[base.replace(one, other, 1)]:
                        if rest.period == fact.period and rest.value + fact.value == 43:
                            return f"43 − {_n(rest.value)} = {_n(fact.value)} ({rest.id})"
            named = [
                other
                for other in self.facts
                if other.statistic == "flag" and _alike(other.indicator, base) and other.period == fact.period
            ]
            if named and len(named) == fact.value:
                return f"{len(named)} forces are named ({named[0].id} to {named[-1].id})"
        for whole, parts in SUMS:
            if fact.indicator == whole:
                given = [
                    next(one for one in self.by_indicator[part] if one.period == fact.period)
                    for part in parts
                ]
                if sum(one.value for one in given) == fact.value:
                    return f"{' + '.join(one.shown for one in given)} = {fact.shown} ({', '.join(one.id for one in given)})"
        changed = fact.changed
        if changed and fact.is_change:
            for late in self._counts(changed, fact.source):
                for early in self._counts(changed, fact.source):
                    if late.geography != early.geography:
                        continue
                    if late.end and early.end and late.end == fact.end and early.end == fact.start:
                        if fact.in_points:
                            difference = Span(
                                span(late).low - span(early).high, span(late).high - span(early).low
                            )
                            found = _reckoned(difference, told, f"{late.shown} − {early.shown}", "points")
                        else:
                            found = _reckoned(
                                growth(span(late), span(early)), told, f"{late.shown} ÷ {early.shown} − 1"
                            )
                        if found:
                            return f"{found} ({early.id}, {late.id})"
        return ""

    def _counts(self, indicator: str, source: str) -> list[Fact]:
        """What a change is a change of, as the counts or shares are named; those printed in the same place first."""
        names = (indicator, f"{indicator}_recorded", f"{indicator}_for_assistance", f"total_{indicator}")
        found = [
            fact
            for name in names
            for fact in self.by_indicator.get(name, [])
            if not fact.statistic.startswith("range")
        ]
        return sorted(found, key=lambda fact: fact.source != source)

    def fact(self, indicator: str, where: str, end: date | None = None) -> Fact:
        return next(
            fact
            for fact in self.by_indicator[indicator]
            if where in fact.source and (end is None or fact.end == end)
        )


def _reckoned(found: Span | None, told: Span, how: str, unit: str = "percent") -> str:
    """What follows, where it meets what is printed; empty where it does not (a finding says so then)."""
    if found is None or not found.meets(told):
        return ""
    return f"{how} = {found} {unit}"


def _n(value: Decimal) -> str:
    return f"{value:,f}".rstrip("0").rstrip(".") if "." in f"{value}" else f"{value:,}"


def _alike(flag: str, count: str) -> bool:
    """Whether a list of forces is what a number of forces counts, by their names."""
    return {*flag.split("_")} - {"provide", "to", "definition"} <= {*count.split("_")} | {"to", "provide"}
