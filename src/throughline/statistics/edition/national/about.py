"""What an edition of returns says of itself: what changed, what was corrected, how it was made, what it leaves out."""

from typing import Final

from throughline.statistics.edition.content import MARKS, Column, Heading, Listing, Page, Table
from throughline.statistics.edition.national.shared import FORCE, Basis

#: What a return holds that is in no table, with why. Everything else is; a test walks the return.
UNPUBLISHED: Final = {
    "contact": "Whom to ask about a return is a post for the statistician, not a figure.",
    "note": "Words that a force adds to a protected figure could give it away; those to other figures stand with the table of their subject.",
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
            Column("year_end", "Year to", "date", "The year that was corrected"),
            Column("item", "Item", means="Code of the item"),
            Column("label", "Figure", means="What is counted"),
            Column("was", "Printed before", means="What the last edition printed"),
            Column("now", "Printed now", means="What this edition prints"),
            Column("why", "Why", means="In the force's own words"),
        ),
        tuple(
            (force, basis.force_name(force), day, code, basis.figures.items[day][code].label, was, now, why)
            for force, day, code, was, now, why in rows
        ),
        key=("force", "year_end", "item"),
    )
    told = "Nothing that was printed has been corrected." if not rows else f"{len(rows)} figures."
    return Page("corrections.html", "Corrections", (told, *((table,) if rows else ())))


def methods_page(basis: Basis) -> Page:
    policy, figures = basis.figures.policy, basis.figures
    kept, cells = figures.protected_count(), figures.all_cells()
    marks = tuple(f"{mark}: {means}" for mark, means in MARKS.items())
    return Page(
        "methods.html",
        "How the figures were made",
        (
            Heading("Returns and signatures", "returns"),
            "Every figure comes from a return that was signed; the signature binds all its figures, and a return that was changed after it is not"
            " published. The file of all figures has a digest for each return, which is another once it is corrected. It is made of what was signed and of"
            " a mark that the publisher keeps, so that nobody can try protected figures against it.",
            Heading("Intervals", "intervals"),
            "Shares have Wilson's interval, rates Byar's (exact below ten), both of 95 percent. A change is reckoned over forces that gave both years."
            " The limits among all forces allow for how much forces differ anyway (Spiegelhalter 2005), at 99.8 percent.",
            Heading("Similar forces", "similar"),
            "The five forces nearest in number of residents, by ratio; what is told of them is the middle of their printed shares.",
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
            Listing(tuple(f"{what}: {why}" for what, why in UNPUBLISHED.items())),
        ),
    )
