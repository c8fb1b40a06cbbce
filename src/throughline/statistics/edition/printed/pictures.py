"""The report's pictures: the bars that its text names, where the others lie if it says so, and gaps as gaps."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from throughline.statistics.consistency import Fact
from throughline.statistics.edition.content import FORCE, Block, Column, Figure, Heading, Page, Table, Value
from throughline.statistics.edition.drawing import Dot, dots
from throughline.statistics.edition.printed.bases import by_residents
from throughline.statistics.edition.printed.report import NOW, ROWS, THEN, Report


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
    #: the printed counts that residents give a rate of
    counts: tuple[str, ...] = ()


FIGURES: Final = (
    Shown(1, "Recorded crime with a domestic abuse marker", "da_share_of_total_recorded_crime", also=("forces_da_share_reduction", "da_share_reduction_size_three_forces", "forces_da_offences_count_reduction")),
    Shown(2, "Calls for assistance with a domestic abuse marker", "da_share_of_total_calls", all_forces=True),
    Shown(3, "Protection orders applied for and granted", "dvpo_share_of_applications", "percent of all applied for", also=("dvpo_applications", "dvpo_granted", "dvpo_applications_where_granted_known", "dvpo_applications_forces_supplying", "dvpo_granted_forces_supplying", "dvpo_share_of_applications_next_three", "dvpo_next_highest_applications", "dvpo_share_of_granted"), counts=("dvpo_applications",)),
    Shown(4, "Protection orders breached", "dvpo_breach_rate", also=("dvpo_breached", "dvpo_granted_where_breaches_known", "dvpo_breaches_forces_supplying", "completeness_dvpo_breaches")),
    Shown(5, "Disclosure scheme applications per 100,000 residents", "dvds_applications_per_100000", "per 100,000 residents", also=("dvds_applications", "dvds_disclosure_rate", "dvds_forces_supplying"), counts=("dvds_applications",)),
    Shown(6, "Arrest rates", "da_arrest_rate", unable="unable_to_provide_da_arrests", also=("da_arrest_rate_rank_ascending", "forces_unable_da_arrests", "unable_to_provide_da_arrests", "da_arrest_rate_change", "forces_comparable_arrest_data", "figure6_axis_minimum", "figure6_axis_maximum", "forces_offences_rose_more_than_arrests", "forces_arrest_rate_and_numbers_up", "forces_arrest_numbers_down", "forces_asked_about_largest_arrest_falls")),
    Shown(7, "Active cases by grade of risk on a day in April 2015", "", also=("forces_unable_caseload_by_risk", "completeness_caseload_by_risk")),
    Shown(8, "MARAC cases per 10,000 adult women", "marac_cases_per_10000_adult_females", "per 10,000 adult women", all_forces=True, also=("marac_referrals_from_police_share", "marac_police_referrals_forces_supplying"), counts=("marac_referrals",)),
    Shown(9, "Charge rates", "da_charge_rate", all_forces=True, also=("forces_charge_rate_reduction",)),
    Shown(10, "Caution rates", "da_caution_rate", all_forces=True, also=("da_cautions", "forces_caution_rate_rise")),
    Shown(11, "Evidential difficulties, the victim supports action", "evidential_difficulties_victim_supports_rate", also=("completeness_da_evidential_difficulties",)),
    Shown(12, "Evidential difficulties, the victim does not support action", "evidential_difficulties_victim_does_not_support_rate", also=("completeness_da_evidential_difficulties",)),
)  # fmt: skip


def figure_page(report: Report, one: Shown) -> Page:
    blocks: list[Block] = []
    facts = [fact for fact in (report.by_indicator.get(one.indicator, []))]
    also = [
        fact
        for name in one.also
        for fact in report.by_indicator.get(name, [])
        if fact.statistic not in ("rank", "flag")
    ]
    if one.indicator:
        blocks.append(_figure(report, one, facts))
    else:
        blocks.append("The text gives no number of any bar of this picture, and names no force of it.")
    seen = {fact.id: fact for fact in (*facts, *also) if fact.geography not in report.codes}
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
                fact.geography, fact.end.isoformat() if fact.end else "[z]", fact.shown, fact.unit, report.judged[fact.id].how, fact.id,
            )
            for fact in seen.values()
        ),
        key=("facts",),
    )  # fmt: skip
    if table.rows:
        blocks += [Heading("What else the text says", "text"), table]
    if one.counts:
        blocks += [
            Heading("By residents", "residents"),
            by_residents(report, f"figure-{one.number:02}-residents", one.counts),
        ]
    if one.number == 8:
        blocks.append(
            "The picture is by adult women, of whom no list is carried here. There are fewer of them than residents, so that a rate by them is"
            " above the one by residents, as the printed lowest is."
        )
    return Page(f"figure-{one.number:02}.html", f"Figure {one.number}: {one.title}", tuple(blocks))


def _figure(report: Report, one: Shown, facts: Sequence[Fact]) -> Figure:
    """Every force: what the text prints of it, where it stands in the order, or why there is a gap."""
    values: dict[tuple[str, date], list[Fact]] = defaultdict(list)
    lowest: Fact | None = None
    highest: Fact | None = None
    for fact in facts:
        if fact.geography in report.codes and fact.end:
            values[report.codes[fact.geography], fact.end].append(fact)
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
        report.codes[fact.geography]: int(fact.value)
        for fact in report.by_indicator.get(f"{one.indicator}_rank_ascending", [])
    }
    rank_facts = {
        report.codes[fact.geography]: fact
        for fact in report.by_indicator.get(f"{one.indicator}_rank_ascending", [])
    }
    unable = (
        {report.codes[fact.geography]: fact for fact in report.by_indicator.get(one.unable, [])}
        if one.unable
        else {}
    )
    named = {
        report.codes[fact.geography]: fact
        for name in one.also
        for fact in report.by_indicator.get(name, [])
        if fact.statistic == "flag" and fact.geography in report.codes and fact.indicator != one.unable
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
    for code, row in report.forces.items():
        now, then = now_of(code), next(iter(values.get((code, THEN), [])), None)
        mark = "[u]" if code in unable else "[x]"
        inside = between if (one.all_forces or code in ranks) and now is None else None
        rows.append(
            (
                code, row.label, ranks.get(code, "[z]"),
                now.shown if now else mark, then.shown if then else "[x]",
                f"between {lowest.shown} and {highest.shown}" if inside and lowest and highest else "[z]",
                report.residents[code], report.crime[code].number("recorded"),
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
        + (f"; all lie between {_told(between[0], share)} and {_told(between[1], share)}" if between else "")
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
            *FORCE,
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


def _told(value: float | None, share: bool) -> str:
    return "" if value is None else f"{value:.0%}" if share else f"{value:g}"
