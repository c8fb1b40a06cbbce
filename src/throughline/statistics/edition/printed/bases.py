"""Real residents, officers and recorded crime of each force, and what can be made of printed figures by them."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from throughline.measures.dispersion import dispersion
from throughline.measures.intervals import rate
from throughline.statistics.consistency import Fact
from throughline.statistics.consistency.rounding import Span, counted, ratio, span
from throughline.statistics.edition.content import FORCE, Column, Figure, Heading, Listing, Page, Table, Value
from throughline.statistics.edition.drawing import Dot, dots
from throughline.statistics.edition.funnels import FUNNELS, both_funnels, standing
from throughline.statistics.edition.printed.report import NOW, ON_NUMBERS_PAGE, ROWS, Report

#: What a printed national figure is held against: its row, the printed share, the series and how the two are unlike.
OUTSIDE: Final = (
    ("Domestic abuse crimes", "da_crimes_recorded", "da_share_of_total_recorded_crime", "recorded", "recorded crime without fraud", "the same"),
    ("Domestic abuse sexual offences", "da_sexual_offences_recorded", "da_share_of_sexual_offences", "sexual", "sexual offences", "the same"),
    ("Domestic abuse assaults with injury", "da_assault_with_injury_recorded", "da_share_of_assault_with_injury", "violence_with_injury", "violence with injury", "the series has more than assaults"),
    ("Domestic abuse harassment", "da_harassment_recorded", "da_share_of_harassment", "stalking_and_harassment", "stalking and harassment, as grouped in 2018", "the series has stalking and malicious communications as well"),
)  # fmt: skip
#: Which printed counts are told by residents, and for how many.
BY_RESIDENTS: Final = {
    "da_calls_for_assistance": 1_000,
    "da_crimes_recorded": 1_000,
    "marac_referrals": 10_000,
    "dvpo_applications": 100_000,
    "dvds_applications": 100_000,
}


def denominators_page(report: Report) -> Page:
    """Real bases of each force, and the real rates that can be made of them."""
    rows: list[tuple[Value, ...]] = []
    placed: list[tuple[float, str, Dot]] = []
    applied: list[str] = []
    rates = {
        report.codes[fact.geography]: fact
        for fact in report.by_indicator["dvds_applications_per_100000"]
        if fact.geography in report.codes
    }
    for code, row in report.forces.items():
        crime, residents = report.crime[code], report.residents[code]
        told = rate(crime.number("recorded"), residents, per=1000)
        sexual = rate(crime.number("sexual"), residents, per=1000)
        assert told is not None
        assert sexual is not None
        rows.append(
            (
                code, row.label, row.text("region"), residents, round(report.officers[code], 2), crime.number("recorded"),
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
    total = sum(crime.number("recorded") for crime in report.crime.values())
    residents_all = sum(report.residents.values())
    table = Table(
        "denominators",
        "Residents, officers and recorded crime of each force",
        (
            *FORCE,
            Column("region", "Region", means="Region, or Wales", page=False),
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
            Column(
                "rate_low",
                "From",
                "number",
                "Lower end of Byar's 95 percent interval",
                ranged="95% interval",
            ),
            Column("rate_high", "To", "number", "Upper end"),
            Column(
                "sexual_rate",
                "Sexual offences per 1,000 residents",
                "number",
                "Sexual offences by residents",
            ),
            Column(
                "sexual_low",
                "From",
                "number",
                "Lower end of Byar's 95 percent interval",
                ranged="95% interval",
            ),
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
    return Page(
        "denominators.html",
        "The forces' real bases",
        (
            Figure("recorded-crime-rates", title, svg, says, table, table.notes),
            Heading("Two funnels over real forces", "funnels"),
            *_two_funnels(report),
            Heading("Printed figures beside published series", "held"),
            "A printed share is of what forces told the inspectorate; the series was revised since, and groups some offences otherwise."
            " Where the two differ, which is right is not said.",
            outside_table(report),
            Heading("Printed counts by residents", "residents"),
            by_residents(report, "by-residents", tuple(BY_RESIDENTS)),
            Heading("What printed rates come to", "rates"),
            Listing(tuple(applied)),
        ),
    )


def outside_table(report: Report) -> Table:
    """Printed national figures beside the series that counts the same, with the arithmetic, and whether they meet."""
    rows: list[tuple[Value, ...]] = []
    (total,) = report.by_indicator["total_recorded_crime"]
    published = sum(crime.number("recorded") for crime in report.crime.values())
    meets = span(total).meets(counted(Decimal(published)))
    rows.append(
        (
            "All recorded crime", total.shown, "recorded crime without fraud", published,
            f"{total.shown} beside {published:,}", "[z]", "[z]", "agrees" if meets else "differs", "the same", total.id,
        )
    )  # fmt: skip
    for label, indicator, share, column, series, unlike in OUTSIDE:
        base = sum(crime.number(column) for crime in report.crime.values())
        number = report.fact(indicator, ON_NUMBERS_PAGE, NOW)
        printed = report.fact(share, ON_NUMBERS_PAGE, NOW)
        reckoned = ratio(counted(number.value), counted(Decimal(base)))
        assert reckoned is not None
        rows.append(
            (
                label, number.shown, series, base, f"{number.shown} / {base:,} = {float(number.value) / base:.1%}",
                f"{reckoned}%", f"{printed.shown}%", "agrees" if reckoned.meets(span(printed)) else "differs",
                unlike, f"{number.id}, {printed.id}",
            )
        )  # fmt: skip
    return Table(
        "outside",
        "Printed figures beside published series, 12 months to 31 March 2015",
        (
            Column("what", "Domestic abuse figure", means="In short"),
            Column("printed", "Printed", means="As printed"),
            Column("series", "Published series", means="Office for National Statistics, as read in 2018"),
            Column("published", "Published", "whole", "All 43 areas"),
            Column("arithmetic", "Arithmetic", means="The one by the other"),
            Column("reckoned", "Share reckoned", means="Rounding understood"),
            Column("share", "Share printed", means="As printed"),
            Column("judgement", "Judgement", means="agrees or differs"),
            Column("unlike", "How the two are unlike", means="What is known of why they may differ"),
            ROWS,
        ),
        tuple(rows),
        key=("what",),
    )


def by_residents(report: Report, id: str, which: Sequence[str]) -> Table:
    """Printed counts for so many residents, for whom the text gives one; what rounding leaves is told as from and to."""
    rows: list[tuple[Value, ...]] = []
    everybody = sum(report.residents.values())
    for indicator in which:
        per = BY_RESIDENTS[indicator]
        for fact in _once(report.by_indicator[indicator]):
            rows.append(
                _by_residents(fact, "England and Wales", counted(fact.value), everybody, per, fact.id)
            )
        if indicator == "dvpo_applications":
            # the text gives one force's part of them
            (of_all,) = _once(report.by_indicator[indicator])
            for part in report.by_indicator["dvpo_share_of_applications"]:
                if part.geography in report.codes and part.statistic == "percent":
                    inside = span(part)
                    number = Span(
                        Fraction(of_all.value) * inside.low / 100, Fraction(of_all.value) * inside.high / 100
                    )
                    residents = report.residents[report.codes[part.geography]]
                    rows.append(
                        _by_residents(
                            of_all, part.geography, number, residents, per, f"{part.id}, {of_all.id}"
                        )
                    )
    return Table(
        id,
        "Printed counts by residents",
        (
            Column("what", "Figure", means="In short"),
            Column("whom", "Of whom", means="A force, or England and Wales"),
            Column("until", "Until", means="Last day of the period"),
            Column("number", "Number", means="As printed, or what the printed share of it comes to"),
            Column("residents", "Residents, 2011", "whole", "2011 Census"),
            Column("per", "Per residents", "whole", "For how many residents"),
            Column("low", "Rate, from", "number", "The least that rounding leaves"),
            Column("high", "Rate, to", "number", "The most"),
            ROWS,
        ),
        tuple(rows),
        (
            "Residents are of the census of 2011; more lived there in 2015, so that rates of that year were a little lower.",
            "Some forces gave no figure, so that a rate of England and Wales is of what was given.",
        ),
        key=("what", "whom", "until"),
    )


def _once(facts: Sequence[Fact]) -> list[Fact]:
    """The most exact row of each period: what is printed as "over" is left to the row that has the number."""
    found: dict[object, Fact] = {}
    for fact in facts:
        if fact.statistic == "count" and fact.geography == "England and Wales" and fact.qualifier == "=":
            found.setdefault(fact.end, fact)
    return [*found.values()]


def _by_residents(
    fact: Fact, whom: str, number: Span, residents: int, per: int, ids: str
) -> tuple[Value, ...]:
    return (
        fact.indicator.removeprefix("da_").replace("_", " "), whom, fact.end.isoformat() if fact.end else "[z]", f"{number}",
        residents, per, round(float(number.low) / residents * per, 3), round(float(number.high) / residents * per, 3), ids,
    )  # fmt: skip


def _two_funnels(report: Report) -> tuple[str, Table]:
    """Violence with injury among recorded crimes, by both funnels: why the plain one is no use between forces."""
    counts = {
        code: (crime.number("violence_with_injury"), crime.number("recorded"))
        for code, crime in report.crime.items()
    }
    spread = dispersion(counts)
    assert spread is not None
    rows = tuple(
        (
            code, report.forces[code].label, place.counted, place.of, round(place.share, 4),
            round(place.low, 4), round(place.high, 4), round(place.plain_low, 4), round(place.plain_high, 4),
            *standing(place),
        )
        for code, place in sorted(spread.places.items(), key=lambda one: (-one[1].share, one[0]))
    )  # fmt: skip
    table = Table(
        "two-funnels",
        "Violence with injury among recorded crimes of each force, with the limits of two funnels",
        (
            *FORCE,
            Column("counted", "Violence with injury", "whole", "12 months to 31 March 2015"),
            Column("of", "Recorded crime", "whole", "12 months to 31 March 2015, without fraud"),
            Column("share", "Share", "share", "Of recorded crimes"),
            Column("low", "Limit below", "share", "Of the funnel that allows for how much forces differ"),
            Column("high", "Limit above", "share", "Of the same funnel"),
            Column("plain_low", "Plain limit below", "share", "Of the plain binomial funnel"),
            Column("plain_high", "Plain limit above", "share", "Of the plain binomial funnel"),
            *FUNNELS,
        ),
        rows,
        (
            f"Limits hold {spread.level:.1%} of what chance gives; all forces together {spread.average:.1%}.",
            "Nothing here is of domestic abuse: the report prints no figure of every force to judge so.",
        ),
        key=("force",),
    )
    return f"Violence with injury, of recorded crimes. {both_funnels(spread)}", table
