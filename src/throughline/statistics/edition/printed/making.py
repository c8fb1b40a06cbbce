"""The edition of 2015: what HMIC's report prints, each figure matched with what follows from the others, gaps as gaps.

Nothing is filled in: a force whose bar has no number in the text has none here, and where the text gives the lowest and the
highest of all, it is drawn as lying between.
"""

from dataclasses import replace
from datetime import date

from throughline.statistics.edition.content import Edition, Heading, Link, Links, Page, contents
from throughline.statistics.edition.gathering import real_forces
from throughline.statistics.edition.printed.bases import denominators_page
from throughline.statistics.edition.printed.pictures import FIGURES, figure_page
from throughline.statistics.edition.printed.report import NOW, Report
from throughline.statistics.edition.printed.tables import (
    annex_g,
    contradictions_page,
    headlines,
    numbers_page,
    printed_page,
    table_1,
    table_2,
)
from throughline.statistics.edition.similar import similar_page
from throughline.statistics.printed import UnknownReport, printed


def printed_edition(report: str, name: str) -> Edition:
    """The edition of a report's printed figures. Raises UnknownReport where none is carried, or none can be laid out."""
    told = printed(report)
    if report != "hmic-2015":
        raise UnknownReport(f"the pages of {report!r} are not known; of hmic-2015 they are")
    sheets = Report(told.facts)
    return Edition(
        name=name,
        title=f"Domestic abuse and the police: {name}",
        summary=(
            f"What HMIC's report of December 2015 prints: {len(told.facts)} figures, {sheets.many('follows')} of which follow from others,"
            f" {sheets.many('alike')} are printed more than once and alike, {sheets.many('contradicted')} take part in {len(sheets.findings)} contradictions,"
            f" and {sheets.many('alone')} stand alone. What its text does not give is a gap."
        ),
        published=date(2015, 12, 1),
        dated="As printed in December 2015",
        invented=False,
        periods=("12 months to 31 March 2015", "12 months to 31 August 2013"),
        pages=_pages(sheets),
        contact="The statistician who publishes this edition",
        sources=(
            told.source,
            "Residents, recorded crime and officers: Office for National Statistics and Home Office, Open Government Licence v3.0",
        ),
    )


def _pages(report: Report) -> tuple[Page, ...]:
    others = tuple(
        replace(page, group=group)
        for group, pages in (
            (
                "Tables of the report",
                (numbers_page(report), table_1(report), table_2(report), annex_g(report)),
            ),
            ("Pictures of the report", tuple(figure_page(report, one) for one in FIGURES)),
            (
                "Held against other figures",
                (
                    denominators_page(report),
                    similar_page(
                        {one.code: one for one in sorted(real_forces(NOW), key=lambda one: one.name)},
                        "Residents are of the census of 2011, officers of 31 March 2015, recorded crime of the 12 months to that day.",
                    ),
                    contradictions_page(report),
                    printed_page(report),
                ),
            ),
        )
        for page in pages
    )
    index = Page(
        "index.html",
        "The report of 2015, as it prints its figures",
        (
            "What HMIC's report of December 2015 prints, each figure held against the others and against published series.",
            Heading("At a glance", "glance"),
            headlines(report),
            Heading("How far its figures hold together", "together"),
            f"Of {len(report.facts)} printed figures {report.many('follows')} follow from others, {report.many('alike')} are printed more than once and"
            f" alike, {report.many('contradicted')} take part in {len(report.findings)} contradictions, {report.many('alone')} stand alone.",
            "The bars of its pictures have no numbers in the text: those that the text names are shown, the others are gaps.",
            *contents(others),
            Heading("Files", "files"),
            Links((Link("data.html", "All files to download"),)),
        ),
    )
    return (index, *others)
