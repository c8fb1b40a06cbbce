"""The digest of each force: its shares beside others' and beside its own history."""

from typing import Final

from throughline.statistics.edition.content import Block, Column, Figure, Heading, Listing, Page, Table, Value
from throughline.statistics.edition.drawing import history
from throughline.statistics.edition.national.shared import Basis, ends, rounded
from throughline.statistics.edition.reckoning import year_words

#: What a force's digest shows over all years.
DIGEST: Final = ("crimes-da", "calls-da", "crimes-arrested", "charged", "victims-repeat", "satisfied")


def force_page(basis: Basis, force: str) -> Page:
    figures, who = basis.figures, basis.figures.forces[force]
    rows: list[tuple[Value, ...]] = []
    for code, item in basis.items.items():
        if item.part_of is None:
            continue
        share, national = figures.share(basis.now, force, code), figures.national(basis.now, code)
        then = figures.share(basis.then, force, code)
        similar = figures.similar_share(basis.now, force, code)
        funnel = figures.funnel(basis.now, code)
        place = funnel.places.get(force) if funnel else None
        rows.append(
            (
                code, item.label, basis.items[item.part_of].label, figures.answer(basis.now, force, code).shown,
                figures.answer(basis.now, force, item.part_of).shown,
                rounded(share.share if share else None), rounded(share.low if share else None), rounded(share.high if share else None),
                "[b]" if figures.broken(code) else rounded(then.share if then else None),
                rounded(national.share if national else None), "[z]" if similar is None else round(similar, 4),
                "[z]" if place is None else ("outside" if place.outside else "within"),
            )
        )  # fmt: skip
    table = Table(
        f"force-{force.lower()}",
        f"{who.name}: shares, {year_words(basis.now)}",
        (
            Column("item", "Item", means="Code of the item"),
            Column("label", "Figure", means="What is counted"),
            Column("part_of", "Of", means="What it is a share of"),
            Column("counted", "Number", "whole", "How many"),
            Column("of", "Of how many", "whole", "Of how many"),
            Column("share", "Share", "share", "The force's share"),
            *ends("share"),
            Column("before", "The year before", "share", "The force's share the year before"),
            Column("national", "All forces", "share", "Share over all forces that gave both"),
            Column(
                "similar",
                "Similar forces",
                "share",
                "Middle of the five forces nearest in number of residents",
            ),
            Column("funnel", "Among all forces", means="Within or outside the limits at its size"),
        ),
        tuple(rows),
        long=True,
        key=("item",),
    )
    outside = [row[1] for row in rows if row[-1] == "outside"]
    blocks: list[Block] = [
        f"{who.name} has {who.residents:,} residents. The forces nearest in number are"
        f" {', '.join(basis.force_name(one) for one in figures.similar(force))}.",
    ]
    if (basis.now, force) not in figures.gathered.returns:
        blocks.append(f"No return was made for the {year_words(basis.now)}.")
    if outside:
        blocks += [
            Heading("Further from the other forces than forces differ", "outside"),
            Listing(tuple(str(one) for one in outside)),
        ]
    unable = [
        f"{item.label}: {basis.why_not(basis.now, force, code)}"
        for code, item in basis.items.items()
        if figures.answer(basis.now, force, code).status == "unable"
    ]
    if unable:
        blocks += [Heading("Unable to provide", "unable"), Listing(tuple(unable))]
    blocks += [Heading("Beside others", "beside"), table]
    drawn = [code for code in DIGEST if code in basis.items]
    if len(figures.years) > 1:
        blocks.append(Heading("Over the years", "years"))
        blocks += [
            history_figure(basis, force, code)
            for code in drawn
            if any(figures.share(day, force, code) for day in figures.years)
        ]
    return Page(f"force-{force.lower()}.html", who.name, tuple(blocks))


def history_figure(basis: Basis, force: str, code: str) -> Figure:
    figures, item = basis.figures, basis.items[code]
    years = figures.years
    own = [figures.share(day, force, code) for day in years]
    national = [figures.national(day, code) for day in years]
    breaks = [
        (at, each.label)
        for at in range(1, len(years))
        for each in figures.breaks_between(years[at - 1], years[at], code)[:1]
    ]
    day, share = [(day, one) for day, one in zip(years, own, strict=True) if one][-1]
    # two years across a break are never told in one sentence
    says = (
        f"{basis.force_name(force)}: {share.share:.1%} in the year to {day.year}; {sum(one is not None for one in own)} of"
        f" {len(years)} years have a figure."
        + "".join(f" The series breaks before the year to {years[at].year}: {label}." for at, label in breaks)
    )
    key = f"{force.lower()}-{code}"
    title = f"{item.label}, of {basis.lower(item.part_of or code)}"
    svg = history(
        key, title, says, [str(day.year) for day in years],
        [(basis.force_name(force), [(one.share, one.low, one.high) if one else None for one in own]),
         ("all forces", [(one.share, one.low, one.high) if one else None for one in national])],
        breaks, unit="Year to the end of its period", invented=basis.invented,
    )  # fmt: skip
    table = Table(
        f"history-{key}",
        f"{basis.force_name(force)}: {title}",
        (
            Column("year_end", "Year to", "date", "Last day of the year"),
            Column("counted", "Number", "whole", "How many"),
            Column("of", "Of", "whole", "Of how many"),
            Column("share", "Share", "share", "The force's share"),
            *ends("share"),
            Column("national", "All forces", "share", "Share over all forces that gave both"),
            Column("breaks", "Series break before it", means="Whether the series breaks between the year before and this one"),
        ),
        tuple(
            (
                day, figures.answer(day, force, code).shown, figures.answer(day, force, item.part_of or code).shown,
                rounded(one.share if one else None), rounded(one.low if one else None), rounded(one.high if one else None),
                rounded(every.share if every else None), dict(breaks).get(at, "none"),
            )
            for at, (day, one, every) in enumerate(zip(years, own, national, strict=True))
        ),
        long=True,
        key=("year_end",),
    )  # fmt: skip
    return Figure(f"history-{key}", title, svg, says, table)
