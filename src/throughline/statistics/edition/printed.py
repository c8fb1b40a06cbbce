"""The edition of 2015: what HMIC's report prints, each figure matched with what follows from the others, gaps as gaps.

Nothing is filled in: a force whose bar has no number in the text has none here, and where the text gives the lowest and the
highest of all, it is drawn as lying between.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final

from throughline.measures.intervals import rate
from throughline.reference import load
from throughline.statistics.consistency import Fact, Finding, check
from throughline.statistics.consistency.rounding import Span, counted, growth, ratio, span
from throughline.statistics.edition.content import (
    Block,
    Column,
    Edition,
    Figure,
    Heading,
    Link,
    Links,
    Listing,
    Page,
    Table,
    Value,
)
from throughline.statistics.edition.drawing import Dot, dots
from throughline.statistics.printed import UnknownReport, printed

NOW, THEN = date(2015, 3, 31), date(2013, 8, 31)
#: The numbers page: the report's row, its words, and the fact of each column.
NUMBERS: Final = (
    ("da_calls_for_assistance", "da_calls_change", "Calls for assistance for domestic abuse"),
    ("da_crimes_recorded", "da_crimes_change", "Domestic abuse related crimes"),
    ("da_sexual_offences_recorded", "da_sexual_offences_change", "Domestic abuse related sexual offences"),
    ("da_assault_with_injury_recorded", "da_assault_with_injury_change", "Domestic abuse related assaults with injury"),
    ("da_harassment_recorded", "da_harassment_change", "Domestic abuse related harassment"),
    ("da_share_of_total_recorded_crime", "da_share_of_total_recorded_crime_change", "Share of all recorded crime without fraud"),
    ("da_share_of_sexual_offences", "da_share_of_sexual_offences_change", "Share of recorded sexual offences"),
    ("da_share_of_assault_with_injury", "da_share_of_assault_with_injury_change", "Share of recorded assaults with injury"),
    ("da_share_of_harassment", "da_share_of_harassment_change", "Share of recorded harassment"),
    ("marac_referrals", "marac_referrals_change", "High-risk cases referred to MARAC"),
)  # fmt: skip
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
ON_NUMBERS_PAGE: Final = "in numbers (table)"


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure of the report: which indicator its bars are, and what else the text says of it."""

    number: int
    title: str
    indicator: str
    unit: str = "percent"
    #: whether every force has a bar, so that each lies between the lowest and the highest printed
    all_forces: bool = False
    unable: str = ""
    also: tuple[str, ...] = ()


FIGURES: Final = (
    Shown(1, "Recorded crime with a domestic abuse marker", "da_share_of_total_recorded_crime", also=("forces_da_share_reduction", "da_share_reduction_size_three_forces", "forces_da_offences_count_reduction")),
    Shown(2, "Calls for assistance with a domestic abuse marker", "da_share_of_total_calls", all_forces=True),
    Shown(3, "Protection orders applied for and granted", "dvpo_share_of_applications", "percent of all applied for", also=("dvpo_applications", "dvpo_granted", "dvpo_applications_where_granted_known", "dvpo_applications_forces_supplying", "dvpo_granted_forces_supplying", "dvpo_share_of_applications_next_three", "dvpo_next_highest_applications", "dvpo_share_of_granted")),
    Shown(4, "Protection orders breached", "dvpo_breach_rate", also=("dvpo_breached", "dvpo_granted_where_breaches_known", "dvpo_breaches_forces_supplying", "completeness_dvpo_breaches")),
    Shown(5, "Disclosure scheme applications per 100,000 residents", "dvds_applications_per_100000", "per 100,000 residents", also=("dvds_applications", "dvds_disclosure_rate", "dvds_forces_supplying")),
    Shown(6, "Arrest rates", "da_arrest_rate", unable="unable_to_provide_da_arrests", also=("da_arrest_rate_rank_ascending", "forces_unable_da_arrests", "unable_to_provide_da_arrests", "da_arrest_rate_change", "forces_comparable_arrest_data", "figure6_axis_minimum", "figure6_axis_maximum", "forces_offences_rose_more_than_arrests", "forces_arrest_rate_and_numbers_up", "forces_arrest_numbers_down", "forces_asked_about_largest_arrest_falls")),
    Shown(7, "Active cases by grade of risk on a day in April 2015", "", also=("forces_unable_caseload_by_risk", "completeness_caseload_by_risk")),
    Shown(8, "MARAC cases per 10,000 adult women", "marac_cases_per_10000_adult_females", "per 10,000 adult women", all_forces=True, also=("marac_referrals_from_police_share", "marac_police_referrals_forces_supplying")),
    Shown(9, "Charge rates", "da_charge_rate", all_forces=True, also=("forces_charge_rate_reduction",)),
    Shown(10, "Caution rates", "da_caution_rate", all_forces=True, also=("da_cautions", "forces_caution_rate_rise")),
    Shown(11, "Evidential difficulties, the victim supports action", "evidential_difficulties_victim_supports_rate", also=("completeness_da_evidential_difficulties",)),
    Shown(12, "Evidential difficulties, the victim does not support action", "evidential_difficulties_victim_does_not_support_rate", also=("completeness_da_evidential_difficulties",)),
)  # fmt: skip
ROWS: Final = Column("facts", "Rows", means="The rows of the list of printed figures that it stands in")


@dataclass(frozen=True, slots=True)
class Judged:
    """A printed figure and what follows for it from the others."""

    fact: Fact
    judgement: str
    """follows, alike, alone or contradicted"""
    how: str


def printed_edition(report: str, name: str) -> Edition:
    """The edition of a report's printed figures. Raises UnknownReport where none is carried, or none can be laid out."""
    told = printed(report)
    if report != "hmic-2015":
        raise UnknownReport(f"the pages of {report!r} are not known; of hmic-2015 they are")
    maker = _Maker(told.facts)
    return Edition(
        name=name,
        title=f"Domestic abuse and the police: {name}",
        summary=(
            f"What HMIC's report of December 2015 prints: {len(told.facts)} figures, {maker.many('follows')} of which follow from others,"
            f" {maker.many('alike')} are printed more than once and alike, {maker.many('contradicted')} take part in {len(maker.findings)} contradictions,"
            f" and {maker.many('alone')} stand alone. What its text does not give is a gap."
        ),
        published=date(2015, 12, 1),
        dated="As printed in December 2015",
        invented=False,
        periods=("12 months to 31 March 2015", "12 months to 31 August 2013"),
        pages=maker.pages(),
        contact="The statistician who publishes this edition",
        sources=(
            told.source,
            "Residents, recorded crime and officers: Office for National Statistics and Home Office, Open Government Licence v3.0",
        ),
    )


class _Maker:
    """Lays the report's figures out."""

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

    # pages
    def pages(self) -> tuple[Page, ...]:
        others = (
            self.numbers_page(),
            self.table_1(),
            self.table_2(),
            self.annex_g(),
            *(self.figure_page(one) for one in FIGURES),
            self.denominators_page(),
            self.contradictions_page(),
            self.printed_page(),
        )
        index = Page(
            "index.html",
            "The report of 2015, as it prints its figures",
            (
                f"Of {len(self.facts)} printed figures {self.many('follows')} follow from others, {self.many('alike')} are printed more than once and"
                f" alike, {self.many('contradicted')} take part in {len(self.findings)} contradictions, {self.many('alone')} stand alone.",
                "The bars of its pictures have no numbers in the text: those that the text names are shown, the others are gaps.",
                Links(
                    (
                        *(Link(page.path, page.title) for page in others),
                        Link("data.html", "All files to download"),
                    )
                ),
            ),
        )
        return (index, *others)

    def _fact(self, indicator: str, where: str, end: date | None = None) -> Fact:
        return next(
            fact
            for fact in self.by_indicator[indicator]
            if where in fact.source and (end is None or fact.end == end)
        )

    def numbers_page(self) -> Page:
        rows: list[tuple[Value, ...]] = []
        for indicator, changed, label in NUMBERS:
            then = self._fact(indicator, ON_NUMBERS_PAGE, THEN)
            now = self._fact(indicator, ON_NUMBERS_PAGE, NOW)
            change = self._fact(changed, ON_NUMBERS_PAGE)
            unit = "%" if then.statistic == "percent" else ""
            judged = self.judged[change.id]
            rows.append(
                (
                    label, then.shown + unit, now.shown + unit, f"{change.value:+f}".replace("+0", "0"),
                    "percentage points" if change.in_points else "percent",
                    judged.how, ", ".join((then.id, now.id, change.id)),
                )
            )  # fmt: skip
        hourly = self._fact("da_calls_per_hour", ON_NUMBERS_PAGE)
        rows.append(
            (
                "Calls for domestic abuse an hour",
                "[x]",
                hourly.shown,
                "[x]",
                "[z]",
                self.judged[hourly.id].how,
                hourly.id,
            )
        )
        table = Table(
            "numbers",
            "Domestic abuse in England and Wales in numbers",
            (
                Column("label", "Figure", means="The report's row"),
                Column("august_2013", "12 months to August 2013", means="As printed"),
                Column("march_2015", "12 months to March 2015", means="As printed"),
                Column("change", "Change", means="As printed"),
                Column("change_in", "Change in", means="Percent or percentage points"),
                Column(
                    "follows",
                    "What follows",
                    means="The change reckoned from what is printed, rounding understood",
                ),
                ROWS,
            ),
            tuple(rows),
            key=("label",),
        )
        return Page("numbers.html", "England and Wales in numbers", (table,))

    def table_1(self) -> Page:
        rows: list[tuple[Value, ...]] = []
        for who in ("frontline", "specialist"):
            facts = [fact for fact in self.facts if f"Table 1 ({who}" in fact.source]
            for place, fact in enumerate(facts, start=1):
                words = fact.indicator.removeprefix("practitioners_lot_of_improvement_").removesuffix(
                    f"_{who}"
                )
                rows.append((who, place, words.replace("_", " "), int(fact.value), fact.id))
        table = Table(
            "table-1",
            "Table 1: the five competencies that practitioners named most as needing a lot of improvement",
            (
                Column("officers", "Officers", means="Frontline, or specialists and investigators"),
                Column("place", "Place", "whole", "In the order of the report"),
                Column("competency", "Competency", means="In short"),
                Column("percent", "Percent of respondents", "whole", "As printed"),
                ROWS,
            ),
            tuple(rows),
            key=("officers", "place"),
        )
        return Page(
            "table-1.html",
            "Table 1: competencies that need improvement",
            ("Of over 450 practitioners who answered.", table),
        )

    def table_2(self) -> Page:
        rows: list[tuple[Value, ...]] = []
        for fact in self.facts:
            if fact.source != "Ch2 Table 2" or fact.statistic != "percent":
                continue
            files = self._fact(f"{fact.indicator}_applicable_files", "Table 2")
            done = self._fact(f"{fact.indicator}_files_completed", "Table 2")
            rows.append(
                (
                    fact.indicator.removeprefix("evidence_").replace("_", " "), int(files.value), int(done.value), int(fact.value),
                    self.judged[fact.id].how, ", ".join((files.id, done.id, fact.id)),
                )
            )  # fmt: skip
        table = Table(
            "table-2",
            "Table 2: evidence in 480 case files",
            (
                Column("evidence", "Evidence", means="In short"),
                Column("applicable", "Applicable files of 480", "whole", "As printed"),
                Column("completed", "Files where it was done", "whole", "As printed in brackets"),
                Column("percent", "Percent of applicable files", "whole", "As printed"),
                Column("follows", "What follows", means="Reckoned from the two counts"),
                ROWS,
            ),
            tuple(rows),
            key=("evidence",),
        )
        return Page("table-2.html", "Table 2: evidence in case files", (table,))

    def annex_g(self) -> Page:
        rows = [
            (
                fact.indicator.removeprefix("completeness_").replace("_", " "),
                "From introduction" if fact.start is None else "On a day in April 2015" if fact.start == date(2015, 4, 1) else "12 months to 31 March 2015",
                int(fact.value), 43 - int(fact.value), self.judged[fact.id].how, fact.id,
            )
            for fact in self.facts
            if fact.source == "Annex G table"
        ]  # fmt: skip
        table = Table(
            "annex-g",
            "Annex G: which forces provided what",
            (
                Column("data", "Data", means="In short"),
                Column("timing", "Timing", means="As printed"),
                Column("provided", "Forces that provided it", "whole", "As printed; all forces are 43"),
                Column("without", "Forces that did not", "whole", "43 less those"),
                Column("follows", "What follows", means="Whether the text agrees"),
                ROWS,
            ),
            tuple(rows),
            key=("data",),
        )
        named = [fact.geography for fact in self.by_indicator["unable_to_provide_da_arrests"]]
        return Page(
            "annex-g.html",
            "Annex G: about the data",
            (
                table,
                f"Of those that did not, the report names only the seven without arrests: {', '.join(named)}. The others are a gap.",
            ),
        )

    def figure_page(self, one: Shown) -> Page:
        blocks: list[Block] = []
        facts = [fact for fact in (self.by_indicator.get(one.indicator, []))]
        also = [
            fact
            for name in one.also
            for fact in self.by_indicator.get(name, [])
            if fact.statistic not in ("rank", "flag")
        ]
        if one.indicator:
            blocks.append(self._figure(one, facts))
        else:
            blocks.append("The text gives no number of any bar of this picture, and names no force of it.")
        seen = {fact.id: fact for fact in (*facts, *also) if fact.geography not in self.codes}
        table = Table(
            f"figure-{one.number:02}-text",
            f"Figure {one.number}: what else the text says",
            (
                Column("what", "What", means="The figure in short"),
                Column("whom", "Of whom", means="The geography as it is printed"),
                Column("period", "Until", means="Last day of the period"),
                Column("value", "Printed", means="As printed"),
                Column("unit", "Unit", means="Its unit"),
                Column("follows", "What follows", means="From other printed figures"),
                ROWS,
            ),
            tuple(
                (
                    fact.indicator.replace("_", " ") + (f" ({fact.statistic.replace('_', ' ')})" if fact.statistic.startswith("range") else ""),
                    fact.geography, fact.end.isoformat() if fact.end else "[z]", fact.shown, fact.unit, self.judged[fact.id].how, fact.id,
                )
                for fact in seen.values()
            ),
            key=("facts",),
        )  # fmt: skip
        if table.rows:
            blocks += [Heading("What else the text says", "text"), table]
        return Page(f"figure-{one.number:02}.html", f"Figure {one.number}: {one.title}", tuple(blocks))

    def _figure(self, one: Shown, facts: Sequence[Fact]) -> Figure:
        """Every force: what the text prints of it, where it stands in the order, or why there is a gap."""
        values: dict[tuple[str, date], list[Fact]] = defaultdict(list)
        lowest: Fact | None = None
        highest: Fact | None = None
        for fact in facts:
            if fact.geography in self.codes and fact.end:
                values[self.codes[fact.geography], fact.end].append(fact)
            if (
                fact.statistic == "range_min"
                and fact.geography == "range min"
                and fact.end in (NOW, date(2014, 12, 31), None)
            ):
                lowest = fact
            if (
                fact.statistic == "range_max"
                and fact.geography == "range max"
                and fact.end in (NOW, date(2014, 12, 31), None)
            ):
                highest = fact
        ranks = {
            self.codes[fact.geography]: int(fact.value)
            for fact in self.by_indicator.get(f"{one.indicator}_rank_ascending", [])
        }
        rank_facts = {
            self.codes[fact.geography]: fact
            for fact in self.by_indicator.get(f"{one.indicator}_rank_ascending", [])
        }
        unable = (
            {self.codes[fact.geography]: fact for fact in self.by_indicator.get(one.unable, [])}
            if one.unable
            else {}
        )
        named = {
            self.codes[fact.geography]: fact
            for name in one.also
            for fact in self.by_indicator.get(name, [])
            if fact.statistic == "flag" and fact.geography in self.codes and fact.indicator != one.unable
        }
        share = one.unit.startswith("percent")
        scale = 100 if share else 1
        between = (float(lowest.value) / scale, float(highest.value) / scale) if lowest and highest else None

        def now_of(code: str) -> Fact | None:
            return next(
                (
                    fact
                    for (force, end), given in values.items()
                    for fact in given
                    if force == code and end != THEN
                ),
                None,
            )

        rows: list[tuple[Value, ...]] = []
        drawn: list[tuple[tuple[int, float, str], Dot]] = []
        for code, row in self.forces.items():
            now, then = now_of(code), next(iter(values.get((code, THEN), [])), None)
            mark = "[u]" if code in unable else "[x]"
            inside = between if (one.all_forces or code in ranks) and now is None else None
            rows.append(
                (
                    code, row.label, ranks.get(code, "[z]"),
                    now.shown if now else mark, then.shown if then else "[x]",
                    f"between {lowest.shown} and {highest.shown}" if inside and lowest and highest else "[z]",
                    self.residents[code], self.crime[code].number("recorded"),
                    ", ".join(fact.id for fact in (now, then, rank_facts.get(code), unable.get(code), named.get(code)) if fact) or "[z]",
                )
            )  # fmt: skip
            note = (
                "unable to provide"
                if code in unable
                else ""
                if now or inside
                else "named among the next three"
                if code in named
                else "no number in the text"
            )
            value = float(now.value) / scale if now else None
            before = float(then.value) / scale if then else None
            order = (ranks.get(code, 99), -(value if value is not None else -1.0), row.label)
            low, high = inside or (None, None)
            drawn.append((order, Dot(row.label, value, low, high, before, note)))
        every = next(
            (
                fact
                for fact in facts
                if fact.geography in ("England and Wales", "32 forces")
                and fact.end == NOW
                and fact.statistic == "percent"
            ),
            None,
        )
        national = float(every.value) / scale if every else None
        known = [dot for _, dot in drawn if dot.value is not None]
        says = (
            f"{len(known)} of 43 forces have a number in the text"
            + (f": {', '.join(f'{dot.name} {_told(dot.value, share)}' for dot in known)}" if known else "")
            + (
                f"; all lie between {_told(between[0], share)} and {_told(between[1], share)}"
                if between
                else ""
            )
            + (f"; {every.geography} {_told(national, share)}" if every else "")
            + (
                f"; {len(unable)} forces unable to provide it: {', '.join(fact.geography for fact in unable.values())}"
                if unable
                else ""
            )
            + "."
        )
        title = f"Figure {one.number}: {one.title}"
        table = Table(
            f"figure-{one.number:02}",
            f"{title}, by force",
            (
                Column("force", "Code", means="Code of the force's area"),
                Column("name", "Force", means="Name of the force"),
                Column("order", "Place", "whole", "Place in the picture's order, where the text gives it"),
                Column(
                    "now",
                    f"Printed, latest ({one.unit})",
                    "number",
                    "As printed; [x] where the text has no number",
                ),
                Column("before", f"Printed, to August 2013 ({one.unit})", "number", "As printed"),
                Column("between", "Known only to lie", means="What the lowest and the highest printed leave"),
                Column("residents", "Residents, 2011", "whole", "2011 Census"),
                Column(
                    "recorded_crime", "Recorded crime, to March 2015", "whole", "Without fraud; revised since"
                ),
                ROWS,
            ),
            tuple(rows),
            key=("force",),
        )
        svg = dots(
            f"f{one.number:02}", title, says, [dot for _, dot in sorted(drawn, key=lambda pair: pair[0])],
            now="printed, latest", then="printed, to August 2013", national=national, national_words=every.geography if every else "", unit=one.unit, share=share,
        )  # fmt: skip
        return Figure(f"figure-{one.number:02}", title, svg, says, table)

    def denominators_page(self) -> Page:
        """Real bases of each force, and the real rates that can be made of them."""
        rows: list[tuple[Value, ...]] = []
        placed: list[tuple[float, str, Dot]] = []
        applied: list[str] = []
        rates = {
            self.codes[fact.geography]: fact
            for fact in self.by_indicator["dvds_applications_per_100000"]
            if fact.geography in self.codes
        }
        for code, row in self.forces.items():
            crime, residents = self.crime[code], self.residents[code]
            told = rate(crime.number("recorded"), residents, per=1000)
            sexual = rate(crime.number("sexual"), residents, per=1000)
            assert told is not None
            assert sexual is not None
            rows.append(
                (
                    code, row.label, row.text("region"), residents, round(self.officers[code], 2), crime.number("recorded"),
                    crime.number("violence_with_injury"), crime.number("sexual"), crime.number("stalking_and_harassment"),
                    round(told.rate, 2), round(told.low, 2), round(told.high, 2),
                    round(sexual.rate, 3), round(sexual.low, 3), round(sexual.high, 3),
                )
            )  # fmt: skip
            # the City's residents are no base for what happens among those who work there
            if residents > 100_000:
                placed.append((-told.rate, row.label, Dot(row.label, told.rate, told.low, told.high)))
            if code in rates:
                fact = rates[code]
                inside = span(fact)
                low, high = (float(end) * residents / 100_000 for end in (inside.low, inside.high))
                applied.append(
                    f"{row.label}: {fact.shown} per 100,000 of {residents:,} residents is {low:,.1f} to {high:,.1f} applications ({fact.id})."
                )
        total = sum(crime.number("recorded") for crime in self.crime.values())
        residents_all = sum(self.residents.values())
        table = Table(
            "denominators",
            "Residents, officers and recorded crime of each force",
            (
                Column("force", "Code", means="Code of the force's area"),
                Column("name", "Force", means="Name of the force"),
                Column("region", "Region", means="Region, or Wales"),
                Column("residents", "Residents, 2011", "whole", "2011 Census, usual residents"),
                Column("officers", "Officers", "number", "Full-time equivalents on 31 March 2015"),
                Column("recorded", "Recorded crime", "whole", "12 months to 31 March 2015, without fraud"),
                Column("violence", "Violence with injury", "whole", "12 months to 31 March 2015"),
                Column("sexual", "Sexual offences", "whole", "12 months to 31 March 2015"),
                Column(
                    "stalking",
                    "Stalking and harassment",
                    "whole",
                    "As it was grouped in 2018, wider than in 2015",
                ),
                Column("rate", "Recorded crime per 1,000 residents", "number", "Recorded by residents"),
                Column("rate_low", "From", "number", "Lower end of Byar's 95 percent interval"),
                Column("rate_high", "To", "number", "Upper end"),
                Column(
                    "sexual_rate",
                    "Sexual offences per 1,000 residents",
                    "number",
                    "Sexual offences by residents",
                ),
                Column("sexual_low", "From", "number", "Lower end of Byar's 95 percent interval"),
                Column("sexual_high", "To", "number", "Upper end"),
            ),
            tuple(rows),
            (
                f"Recorded crime of all forces is {total:,}; the report prints over 3.5 million.",
                "City of London is in the table and not in the picture: few live there of those to whom crimes happen.",
                "The series is revised: it was read from the tables of 2018.",
            ),
            key=("force",),
        )
        ordered = [dot for _, _, dot in sorted(placed)]
        says = (
            f"{len(ordered)} forces from {ordered[-1].value:.1f} ({ordered[-1].name}) to {ordered[0].value:.1f} ({ordered[0].name}) recorded crimes for 1,000 residents;"
            f" England and Wales {total / residents_all * 1000:.1f}."
        )
        title = "Recorded crime per 1,000 residents"
        svg = dots("rates", title, says, ordered, now="to March 2015", national=total / residents_all * 1000, national_words="England and Wales", unit="recorded crimes per 1,000 residents", share=False)  # fmt: skip
        checks: list[str] = []
        for label, indicator, column in (
            ("Domestic abuse crimes of all recorded crime", "da_crimes_recorded", "recorded"),
            (
                "Domestic abuse sexual offences of all sexual offences",
                "da_sexual_offences_recorded",
                "sexual",
            ),
        ):
            base = sum(crime.number(column) for crime in self.crime.values())
            fact = next(one for one in self.by_indicator[indicator] if one.end == NOW)
            share = next(
                one
                for one in self.by_indicator[
                    "da_share_of_total_recorded_crime"
                    if column == "recorded"
                    else "da_share_of_sexual_offences"
                ]
                if one.end == NOW and one.statistic == "percent"
            )
            checks.append(
                f"{label}: {fact.shown} of {base:,} is {float(fact.value) / base:.1%}; printed {share.shown}%."
            )
        return Page(
            "denominators.html",
            "The forces' real bases",
            (
                Figure("recorded-crime-rates", title, svg, says, table, table.notes),
                Heading("Printed shares held against the published series", "held"),
                Listing(tuple(checks)),
                Heading("What printed rates come to", "rates"),
                Listing(tuple(applied)),
            ),
        )

    def contradictions_page(self) -> Page:
        table = Table(
            "contradictions",
            "What does not follow",
            (
                Column("number", "Number", "whole", "By which the other tables name it"),
                Column("rule", "Rule", means="By which it was found"),
                Column("printed", "Printed", means="As printed"),
                Column("recomputed", "Follows", means="What follows from the others"),
                Column("how", "How", means="The arithmetic"),
                ROWS,
            ),
            tuple(
                (number, one.rule, one.printed, one.recomputed or "[z]", one.message, ", ".join(one.fact_ids))
                for number, one in enumerate(self.findings, start=1)
            ),
            key=("number",),
        )
        return Page(
            "contradictions.html", "Contradictions", ("Which of two figures is wrong is not said.", table)
        )

    def printed_page(self) -> Page:
        rows = [
            (
                fact.id, fact.indicator.replace("_", " "), fact.geography, fact.start.isoformat() if fact.start else "[z]",
                fact.end.isoformat() if fact.end else "[z]", fact.shown, fact.unit or "[z]", fact.source,
                self.judged[fact.id].judgement, self.judged[fact.id].how,
            )
            for fact in self.facts
        ]  # fmt: skip
        table = Table(
            "printed",
            "Every printed figure, and what follows for it",
            (
                Column("id", "Row", means="Its row in the list of printed figures"),
                Column("what", "What", means="In short"),
                Column("whom", "Of whom", means="Geography as printed"),
                Column("start", "From", means="First day of the period; of months alone nominal"),
                Column("end", "Until", means="Last day"),
                Column("value", "Printed", means="As printed, with its qualifier"),
                Column("unit", "Unit", means="Its unit"),
                Column("where", "Where", means="Where in the report"),
                Column("judgement", "Judgement", means="follows, alike, alone or contradicted"),
                Column("how", "How", means="The arithmetic, or the rows that print it alike"),
            ),
            tuple(rows),
            key=("id",),
        )
        return Page("printed.html", "Every printed figure", (table,))


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


def _told(value: float | None, share: bool) -> str:
    return "" if value is None else f"{value:.0%}" if share else f"{value:g}"
