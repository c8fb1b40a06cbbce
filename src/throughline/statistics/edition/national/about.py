"""What an edition of returns says of itself: what changed, what was corrected, how it was made, what it leaves out."""

from typing import Final

from throughline.statistics.edition.content import (
    FORCE,
    ITEM,
    MARKS,
    YEAR,
    Column,
    Heading,
    Listing,
    Page,
    Table,
    Value,
)
from throughline.statistics.edition.national.shared import Basis
from throughline.statistics.edition.similar import MEASURES
from throughline.statistics.returns import beside_outside

#: What a return and its signature hold that is in no table, with why. Everything else is; a test walks the return.
UNPUBLISHED: Final = {
    "contact": "Whom to ask about a return is a post for the statistician, not a figure.",
    "signed_by": "Who signed is kept with the signature; the day and what it binds are published.",
    "note": "Notes are published, but for those beside a protected figure, which could give it away.",
}


def changes_page(basis: Basis) -> Page:
    if basis.before is None:
        return Page(
            "changes.html",
            "What changed and why",
            ("This is the first edition: there is none to hold it against.",),
        )
    lines = basis.before.words(basis.figures)
    return Page(
        "changes.html", "What changed and why", (f"Since the edition {basis.before.name}.", Listing(lines))
    )


def corrections_page(basis: Basis) -> Page:
    rows = basis.before.corrections(basis.figures) if basis.before else []
    table = Table(
        "corrections",
        "Corrections to what an earlier edition printed",
        (
            *FORCE,
            YEAR,
            *ITEM,
            Column("was", "Printed before", "answer", "What the last edition printed"),
            Column("now", "Printed now", "answer", "What this edition prints"),
            Column("why", "Why", means="In the force's own words"),
        ),
        tuple(
            (
                force,
                basis.force_name(force),
                day,
                code,
                basis.figures.items[day][code].label,
                _answer(was),
                _answer(now),
                why,
            )
            for force, day, code, was, now, why in rows
        ),
        key=("force", "year_end", "item"),
    )
    told = (
        "Nothing that was printed has been corrected."
        if not rows
        else "1 figure."
        if len(rows) == 1
        else f"{len(rows):,} figures."
    )
    return Page("corrections.html", "Corrections", (told, *((table,) if rows else ())))


def _answer(told: str) -> Value:
    """What an edition prints of a figure: a number, or the words in place of one."""
    return int(told) if told.isdecimal() else told


def outside_page(basis: Basis) -> Page:
    """Every printed figure of which a published series of the same area and year is carried, and which of them differ."""
    rows: list[tuple[Value, ...]] = []
    for (day, force), signed in sorted(basis.figures.gathered.returns.items(), reverse=True):
        for one in beside_outside(signed.told):
            # what is protected is not told by what it is beside a series either
            if basis.figures.answer(day, force, one.item).status == "published":
                rows.append(
                    (
                        day, force, basis.force_name(force), one.item, basis.figures.items[day][one.item].label, one.value,
                        one.series, round(one.published, 2), one.arithmetic, one.allowed, "differs" if one.differs else "agrees",
                    )
                )  # fmt: skip
    differ = [row for row in rows if row[-1] == "differs"]
    columns = (
        YEAR,
        *FORCE,
        *ITEM,
        Column("value", "Printed", "whole", "As the force returned it"),
        Column("series", "Series", means="The published series"),
        Column("published", "Published", "number", "What the series has for the area and the year"),
        Column("arithmetic", "Printed by published", means="The one divided by the other"),
        Column("allowed", "Not asked about", means="Between which ends a difference is no more than revisions make"),
        Column("judgement", "Judgement", means="agrees or differs"),
    )  # fmt: skip
    key = ("year_end", "force", "item", "series")
    every = Table("outside", "Figures beside published series", columns, tuple(rows), long=True, key=key)
    if not rows:
        told = "No series is published of the areas and years of this edition, so that nothing could be held against one."
        return Page("outside.html", "Held against published series", (told,))
    return Page(
        "outside.html",
        "Held against published series",
        (
            f"{len(rows):,} figures have a published series of the same area and year beside them; {len(differ):,} differ by more than the series is"
            " revised. Which of the two is right is not said: each was asked of the force.",
            *(
                (Table("outside-differs", "Figures that differ", columns, tuple(differ), key=key),)
                if differ
                else ()
            ),
            Heading("All that were held", "all"),
            every,
        ),
    )


def methods_page(basis: Basis) -> Page:
    policy, figures = basis.figures.policy, basis.figures
    kept, cells = figures.protected_count(), figures.all_cells()
    marks = tuple(f"{mark}: {means}" for mark, means in MARKS.items())
    return Page(
        "methods.html",
        "How the figures were made",
        (
            Heading("Returns and signatures", "returns"),
            "Every figure comes from a return that was signed; the signature binds its figures, reasons and notes and how each was counted, and a return"
            " that was changed after it is not published. The file of all figures has a digest for each return, which is another once it is corrected."
            " It is made of what was signed and of a mark that the publisher keeps, so that nobody can try protected figures against it.",
            Heading("Intervals", "intervals"),
            "Shares have Wilson's interval, rates Byar's (exact below ten), both of 95 percent. A change is reckoned over forces that gave both years."
            " The limits among all forces allow for how much forces differ anyway (Spiegelhalter 2005), at 99.8 percent.",
            Heading("Similar forces", "similar"),
            f"By {', '.join(MEASURES[one] for one in figures.likeness.measures)}: the page of similar forces says how, and names those of each.",
            Heading("Small counts", "small"),
            f"Counts of people above nought and below {policy.smallest} are protected, and so is what would give them away by subtraction:"
            f" from totals, from other tables, from other bases or from an earlier edition. {kept:,} of {cells:,} figures are, which is"
            f" {kept / max(cells, 1):.1%}. For each small count at least {policy.values} whole numbers remain possible; that was proved for each before"
            " this edition was written.",
            "Totals are given over different sets of forces (all that gave a figure; those that gave its whole as well; those that gave both years); each says"
            " over which, and the file of totals names them.",
            Heading("Marks", "marks"),
            Listing(marks),
            Heading("Series breaks", "breaks"),
            Listing(tuple(f"{one.label}, {one.on.day} {one.on:%B %Y}: {one.why}." for one in figures.breaks)),
            Heading("Sources", "sources"),
            Listing(basis.sources()),
        ),
    )


def unpublished_page(basis: Basis) -> Page:
    return Page(
        "unpublished.html",
        "Collected and not published",
        (
            f"All {len(basis.items)} figures of the return are published. What else a return holds is not, for these reasons.",
            Listing(tuple(UNPUBLISHED.values())),
        ),
    )
