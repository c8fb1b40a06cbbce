"""Real residents, officers and recorded crime of each force, and what can be made of printed figures by them."""

from throughline.measures.dispersion import dispersion
from throughline.measures.intervals import rate
from throughline.statistics.consistency.rounding import span
from throughline.statistics.edition.content import Column, Figure, Heading, Listing, Page, Table, Value
from throughline.statistics.edition.drawing import Dot, dots
from throughline.statistics.edition.funnels import FUNNELS, both_funnels, standing
from throughline.statistics.edition.printed.report import NOW, Report


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
        base = sum(crime.number(column) for crime in report.crime.values())
        fact = next(one for one in report.by_indicator[indicator] if one.end == NOW)
        share = next(
            one
            for one in report.by_indicator[
                "da_share_of_total_recorded_crime" if column == "recorded" else "da_share_of_sexual_offences"
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
            Heading("Two funnels over real forces", "funnels"),
            *_two_funnels(report),
            Heading("Printed shares held against the published series", "held"),
            Listing(tuple(checks)),
            Heading("What printed rates come to", "rates"),
            Listing(tuple(applied)),
        ),
    )


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
            Column("force", "Code", means="Code of the force's area"),
            Column("name", "Force", means="Name of the force"),
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
