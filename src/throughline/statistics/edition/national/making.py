"""An edition made of returns: the numbers page, tables, pictures, a digest for each force, and what changed and why."""

from collections.abc import Callable
from dataclasses import replace

from throughline.statistics.edition.before import Before
from throughline.statistics.edition.content import Edition, Heading, Link, Links, Page, contents
from throughline.statistics.edition.national.about import (
    changes_page,
    corrections_page,
    methods_page,
    outside_page,
    unpublished_page,
)
from throughline.statistics.edition.national.forces import force_page
from throughline.statistics.edition.national.machines import data
from throughline.statistics.edition.national.pictures import drawn, figure_page
from throughline.statistics.edition.national.shared import Basis
from throughline.statistics.edition.national.tables import (
    before_quoting,
    equality_page,
    gaps_page,
    headlines,
    numbers_page,
    repeat_page,
    sheet_page,
)
from throughline.statistics.edition.reckoning import Figures, year_words
from throughline.statistics.edition.similar import similar_page


def national_edition(
    name: str,
    figures: Figures,
    before: Before | None = None,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Edition:
    """The whole edition as data. ``before`` is the last one, for corrections and what changed."""
    basis = Basis(name, figures, before)
    pages = _pages(basis, progress)
    return Edition(
        name=name,
        title=f"Domestic abuse and the police: {name}",
        summary=_summary(basis),
        published=figures.gathered.signed_last,
        invented=figures.gathered.invented,
        periods=tuple(year_words(day) for day in reversed(figures.years)),
        pages=pages,
        contact="The statistician who publishes this edition",
        data=data(basis),
        sources=basis.sources(),
    )


def _summary(basis: Basis) -> str:
    given = len(basis.figures.gave(basis.now))
    return (
        f"Figures of {given} of {len(basis.figures.forces)} forces for the {year_words(basis.now)}"
        + (f", beside the {year_words(basis.then)}" if basis.then else "")
        + ". Every figure leads to its table and file; what a force could not provide is named, and small counts are protected."
    )


def _pages(basis: Basis, progress: Callable[[str], None]) -> tuple[Page, ...]:
    by_subject: dict[str, list[Page]] = {}
    for sheet, listed in basis.figures.by_sheet.items():
        by_subject[sheet] = [_grouped(sheet_page(basis, sheet, listed), _subject(sheet))]
    pictures = drawn(basis)
    for one in pictures:
        sheet = basis.items[one.item].sheet
        by_subject[sheet].append(_grouped(figure_page(basis, one), _subject(sheet)))
    progress(f"{len(pictures)} pictures drawn")
    forces = []
    for at, force in enumerate(basis.figures.forces, start=1):
        forces.append(_grouped(force_page(basis, force), "Force by force"))
        if at % 10 == 0:
            progress(f"{at} of {len(basis.figures.forces)} digests made")
    first = [
        _grouped(page, "In short")
        for page in (numbers_page(basis), equality_page(basis), repeat_page(basis), gaps_page(basis))
    ]
    about = [
        _grouped(page, "About this edition")
        for page in (
            changes_page(basis),
            corrections_page(basis),
            methods_page(basis),
            similar_page(basis.figures.forces, _known_of(basis)),
            outside_page(basis),
            unpublished_page(basis),
        )
    ]
    rest = (*first, *forces, *(page for pages in by_subject.values() for page in pages), *about)
    index = Page(
        "index.html",
        f"Domestic abuse and the police: {basis.name}",
        (
            _summary(basis),
            Heading("At a glance", "glance"),
            headlines(basis),
            Heading("Before you quote a figure", "before-quoting"),
            before_quoting(basis),
            *contents(rest),
            Heading("Files", "files"),
            Links((Link("data.html", "All files to download"),)),
        ),
    )
    return (index, *rest)


def _known_of(basis: Basis) -> str:
    if basis.invented:
        return "Residents, officers and recorded crime of these forces are invented, as the forces are."
    return (
        "Residents are of the census of 2011; officers in full-time equivalents and all recorded crime without fraud are of the latest year"
        f" of their published series that had ended by {basis.now.day} {basis.now:%B %Y}. They are lists of this project, with their sources."
    )


def _subject(sheet: str) -> str:
    """The heading of the contents under which a sheet stands: “Victims” for all sheets of victims."""
    return sheet.partition(" by ")[0]


def _grouped(page: Page, group: str) -> Page:
    return replace(page, group=group)
