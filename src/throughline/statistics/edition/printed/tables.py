"""The report's numbers page, Tables 1 and 2 and Annex G; what does not follow; and every printed figure."""

from datetime import date
from typing import Final

from throughline.statistics.edition.content import Column, Link, Links, Page, Table, Value
from throughline.statistics.edition.printed.report import NOW, ON_NUMBERS_PAGE, ROWS, THEN, Report

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


def headlines(report: Report) -> Links:
    """The report's own numbers page in sentences, as printed."""
    lines = []
    for indicator, changed, label in NUMBERS:
        then, now = (report.fact(indicator, ON_NUMBERS_PAGE, end) for end in (THEN, NOW))
        change, unit = report.fact(changed, ON_NUMBERS_PAGE), "%" if now.statistic == "percent" else ""
        how = f"{change.value:+f}".replace("+0", "0")
        lines.append(
            Link(
                "numbers.html",
                label,
                f"{now.shown}{unit} in the 12 months to March 2015, {then.shown}{unit} in the 12 months to August 2013"
                f" ({how} {'percentage points' if change.in_points else 'percent'}, as printed)",
            )
        )
    return Links(tuple(lines), listed=True)


def numbers_page(report: Report) -> Page:
    rows: list[tuple[Value, ...]] = []
    for indicator, changed, label in NUMBERS:
        then = report.fact(indicator, ON_NUMBERS_PAGE, THEN)
        now = report.fact(indicator, ON_NUMBERS_PAGE, NOW)
        change = report.fact(changed, ON_NUMBERS_PAGE)
        unit = "%" if then.statistic == "percent" else ""
        judged = report.judged[change.id]
        rows.append(
            (
                label, then.shown + unit, now.shown + unit, f"{change.value:+f}".replace("+0", "0"),
                "percentage points" if change.in_points else "percent",
                judged.how, ", ".join((then.id, now.id, change.id)),
            )
        )  # fmt: skip
    hourly = report.fact("da_calls_per_hour", ON_NUMBERS_PAGE)
    rows.append(
        (
            "Calls for domestic abuse an hour",
            "[x]",
            hourly.shown,
            "[x]",
            "[z]",
            report.judged[hourly.id].how,
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


def table_1(report: Report) -> Page:
    rows: list[tuple[Value, ...]] = []
    for who in ("frontline", "specialist"):
        facts = [fact for fact in report.facts if f"Table 1 ({who}" in fact.source]
        for place, fact in enumerate(facts, start=1):
            words = fact.indicator.removeprefix("practitioners_lot_of_improvement_").removesuffix(f"_{who}")
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


def table_2(report: Report) -> Page:
    rows: list[tuple[Value, ...]] = []
    for fact in report.facts:
        if fact.source != "Ch2 Table 2" or fact.statistic != "percent":
            continue
        files = report.fact(f"{fact.indicator}_applicable_files", "Table 2")
        done = report.fact(f"{fact.indicator}_files_completed", "Table 2")
        rows.append(
            (
                fact.indicator.removeprefix("evidence_").replace("_", " "), int(files.value), int(done.value), int(fact.value),
                report.judged[fact.id].how, ", ".join((files.id, done.id, fact.id)),
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


def annex_g(report: Report) -> Page:
    rows = [
        (
            fact.indicator.removeprefix("completeness_").replace("_", " "),
            "From introduction" if fact.start is None else "On a day in April 2015" if fact.start == date(2015, 4, 1) else "12 months to 31 March 2015",
            int(fact.value), 43 - int(fact.value), report.judged[fact.id].how, fact.id,
        )
        for fact in report.facts
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
    named = [fact.geography for fact in report.by_indicator["unable_to_provide_da_arrests"]]
    return Page(
        "annex-g.html",
        "Annex G: about the data",
        (
            table,
            f"Of those that did not, the report names only the seven without arrests: {', '.join(named)}. The others are a gap.",
        ),
    )


def contradictions_page(report: Report) -> Page:
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
            for number, one in enumerate(report.findings, start=1)
        ),
        key=("number",),
    )
    return Page(
        "contradictions.html", "Contradictions", ("Which of two figures is wrong is not said.", table)
    )


def printed_page(report: Report) -> Page:
    rows = [
        (
            fact.id, fact.indicator.replace("_", " "), fact.geography, fact.start.isoformat() if fact.start else "[z]",
            fact.end.isoformat() if fact.end else "[z]", fact.shown, fact.unit or "[z]", fact.source,
            report.judged[fact.id].judgement, report.judged[fact.id].how,
        )
        for fact in report.facts
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
