"""The tables of an edition of returns: in numbers, by subject and force, gaps, equality, repeat victims."""

from collections.abc import Sequence

from throughline.reference import load
from throughline.statistics.disclosure import breakdown_of
from throughline.statistics.edition.content import Block, Column, Heading, Listing, Page, Table, Value
from throughline.statistics.edition.national.pictures import Drawn, drawn, stacked
from throughline.statistics.edition.national.shared import FORCE, Basis, ends, rounded, slug
from throughline.statistics.edition.reckoning import year_words
from throughline.statistics.returns import Item


def numbers_page(basis: Basis) -> Page:
    return Page(
        "numbers.html",
        "England and Wales in numbers" if not basis.invented else "The invented country in numbers",
        (
            "All figures that were asked for. A change is reckoned over the forces that gave the figure in both years, and says"
            " how many those are; across a break of the series none is.",
            numbers_table(basis),
        ),
    )


def numbers_table(basis: Basis) -> Table:
    rows: list[tuple[Value, ...]] = []
    for code, item in basis.items.items():
        change = basis.figures.change(code)
        breaks = basis.figures.broken(code)
        share = basis.figures.national(basis.now, code)
        mark: Value = "[b]" if breaks else "[z]" if item.by_own_definition else "[x]"
        rows.append(
            (
                code, item.sheet, item.label,
                basis.total(basis.then, code) if basis.then else "[z]",
                basis.total(basis.now, code),
                len(basis.figures.gave(basis.now, code)),
                mark if change is None or change.change is None else round(change.change, 4),
                mark if change is None or change.low is None else round(change.low, 4),
                mark if change is None or change.high is None else round(change.high, 4),
                "[z]" if change is None else change.both,
                basis.items[item.part_of].label if item.part_of else "[z]",
                "[z]" if share is None else round(share.share, 4),
                "; ".join(f"{one.label}, {one.on.day} {one.on:%B %Y}" for one in breaks) or "none",
            )
        )  # fmt: skip
    return Table(
        "numbers",
        "National figures",
        (
            Column("item", "Item", means="Code of the item of the return"),
            Column("sheet", "Subject", means="Sheet of the return"),
            Column("label", "Figure", means="What is counted"),
            Column(
                "before",
                year_words(basis.then) if basis.then else "Before",
                "whole",
                "Total of all forces that gave it, the year before",
            ),
            Column("now", year_words(basis.now), "whole", "Total of all forces that gave it"),
            Column(
                "forces",
                "Forces that gave it",
                "whole",
                "How many forces gave the figure for the last year",
            ),
            Column("change", "Change", "share", "Change over the forces that gave it in both years"),
            Column("change_low", "Change, from", "share", "Lower end of its 95 percent interval"),
            Column("change_high", "Change, to", "share", "Upper end of its 95 percent interval"),
            Column(
                "forces_both",
                "Forces in both years",
                "whole",
                "How many forces the change is reckoned over",
            ),
            Column("part_of", "Share of", means="What it is a share of"),
            Column("share", "Share", "share", "Share over the forces that gave both"),
            Column("breaks", "Series breaks", means="Breaks of the series between the two years"),
        ),
        tuple(rows),
        key=("item",),
    )


def sheet_page(basis: Basis, sheet: str, listed: Sequence[Item]) -> Page:
    words = sorted(
        {
            (who, text)
            for (day, who, of), text in basis.figures.gathered.methods.items()
            if day == basis.now and of == sheet
        }
    )
    blocks: list[Block] = [sheet_table(basis, sheet, listed)]
    if words:
        by_words: dict[str, list[str]] = {}
        for who, text in words:
            by_words.setdefault(text, []).append(basis.force_name(who))
        blocks += [
            Heading("How forces counted", "methods"),
            Listing(
                tuple(
                    f"{text} ({len(who)} forces)" if len(who) > 3 else f"{text} ({', '.join(who)})"
                    for text, who in by_words.items()
                )
            ),
        ]
    if notes := _notes(basis, sheet, listed):
        blocks += [Heading("What forces add", "notes"), notes]
    return Page(f"table-{slug(sheet)}.html", f"Table: {sheet}", tuple(blocks))


def _notes(basis: Basis, sheet: str, listed: Sequence[Item]) -> Table | None:
    """The notes of forces on the items of a sheet; none on a figure that is protected, which its note could give away."""
    rows = []
    for force, who in basis.figures.forces.items():
        one = basis.figures.gathered.returns.get((basis.now, force))
        for item in listed:
            entry = one.told.entries.get(item.code) if one else None
            if entry and entry.note and basis.figures.answer(basis.now, force, item.code).shown != "[c]":
                rows.append((force, who.name, item.code, item.label, entry.note))
    if not rows:
        return None
    return Table(
        f"notes-{slug(sheet)}",
        f"What forces add to {sheet}, {year_words(basis.now)}",
        (*FORCE, Column("item", "Code"), Column("label", "What"), Column("note", "Note of the force")),
        tuple(rows),
        key=("force", "item"),
    )


def sheet_table(basis: Basis, sheet: str, listed: Sequence[Item]) -> Table:
    rows: list[tuple[Value, ...]] = [
        (force, who.name, *(basis.figures.answer(basis.now, force, item.code).shown for item in listed))
        for force, who in basis.figures.forces.items()
    ]
    rows.append(("all", "All forces that gave it", *(basis.total(basis.now, item.code) for item in listed)))
    return Table(
        f"table-{slug(sheet)}",
        f"{sheet} by force, {year_words(basis.now)}",
        (
            *FORCE,
            *(Column(item.code.replace("-", "_"), item.label, "whole", item.definition) for item in listed),
        ),
        tuple(rows),
        tuple(f"{item.label}: {item.definition}." for item in listed),
        key=("force",),
    )


def gaps_page(basis: Basis) -> Page:
    """Which forces gave what, as the report's Annex G, with names and reasons."""
    rows: list[tuple[Value, ...]] = []
    for code, item in basis.items.items():
        without = basis.figures.gave_not(basis.now, code)
        rows.append(
            (
                code, item.sheet, item.label, item.basis, len(basis.figures.gave(basis.now, code)), len(basis.figures.forces),
                len(basis.figures.gave(basis.then, code)) if basis.then else "[z]",
                "; ".join(f"{basis.force_name(force)} ({basis.why_not(basis.now, force, code)})" for force in without) or "none",
            )
        )  # fmt: skip
    table = Table(
        "gaps",
        "Which forces gave what",
        (
            Column("item", "Item", means="Code of the item"),
            Column("sheet", "Subject", means="Sheet of the return"),
            Column("label", "Figure", means="What is counted"),
            Column("basis", "Over what", means="The year, since introduction, or one day"),
            Column("gave", "Forces that gave it", "whole", "For the last year"),
            Column("asked", "Forces asked", "whole", "All forces"),
            Column("gave_before", "Gave it before", "whole", "For the year before"),
            Column(
                "without",
                "Without, and why",
                means="The forces that did not give it, each with its reason",
            ),
        ),
        tuple(rows),
        key=("item",),
    )
    return Page(
        "gaps.html",
        "What forces could not provide",
        ("A figure that was not provided is named here and is never a nought.", table),
    )


def equality_page(basis: Basis) -> Page:
    """Every breakdown of people and outcomes, nationally: counts, shares and intervals."""
    blocks: list[Block] = [
        "Breakdowns of who is a victim, of outcomes and of grades, each over the forces that gave the part and the total. By force they stand"
        " in the tables of their subject.",
    ]
    for total in dict.fromkeys(item.adds_to for item in basis.items.values() if item.adds_to):
        for group in basis.breakdowns(total):
            rows: list[tuple[Value, ...]] = []
            for item in group:
                share = basis.figures.national(basis.now, item.code)
                then = basis.figures.national(basis.then, item.code) if basis.then else None
                rows.append(
                    (
                        item.code, item.label,
                        share.counted if share else "[c]", share.of if share else "[c]",
                        rounded(share.share if share else None), rounded(share.low if share else None),
                        rounded(share.high if share else None),
                        "[b]" if basis.figures.broken(item.code) else rounded(then.share if then else None),
                        len(basis.figures.gave(basis.now, item.code, total)),
                    )
                )  # fmt: skip
            kind = breakdown_of(group[0])
            key = f"breakdown-{total}-{slug(kind)}"
            blocks += [
                Heading(
                    basis.items[total].label
                    if kind == basis.items[total].sheet
                    else f"{basis.items[total].label} by {kind.replace('-', ' ').lower()}",
                    key,
                ),
                Table(
                    key,
                    f"{basis.items[total].label} by their parts ({kind})",
                    (
                        Column("item", "Item", means="Code of the item"),
                        Column("label", "Part", means="Which of them"),
                        Column("counted", "Number", "whole", "Over the forces that gave it and the total"),
                        Column("of", "Of", "whole", "The total over the same forces"),
                        Column("share", "Share", "share", "Share of the total"),
                        *ends("share"),
                        Column(
                            "before",
                            "Share, the year before",
                            "share",
                            "Over the forces that gave it then",
                        ),
                        Column("forces", "Forces", "whole", "How many forces gave it"),
                    ),
                    tuple(rows),
                    key=("item",),
                ),
            ]
    sexes = next((group for group in basis.breakdowns("victims") if group[0].code == "victims-female"), None)
    if sexes:
        number = drawn(basis)[-1].number + 1
        blocks.append(stacked(basis, Drawn(number, "victims", "Victims by sex"), sexes))
    return Page("equality.html", "Equality: who the victims are, and what became of it", tuple(blocks))


def _own_definition(basis: Basis, force: str) -> str:
    """What a force says of its own definition of a repeat victim, where its figure by it is printed: how it counted, and its note."""
    if basis.figures.answer(basis.now, force, "victims-repeat-own").status != "published":
        return ""
    told = basis.figures.gathered.returns[basis.now, force].told
    counted = told.methods.get(basis.items["victims-repeat-own"].sheet)
    said = (counted.definition if counted else "", told.entries["victims-repeat-own"].note)
    return "; ".join(filter(None, said)) or "it is not said"


def repeat_page(basis: Basis) -> Page:
    codes = [code for code in ("victims-repeat", "victims-repeat-own", "calls-repeat") if code in basis.items]
    rows: list[tuple[Value, ...]] = []
    for force, who in basis.figures.forces.items():
        cells: list[Value] = [force, who.name]
        for code in codes:
            share = basis.figures.share(basis.now, force, code)
            cells += [basis.figures.answer(basis.now, force, code).shown, rounded(share.share if share else None), rounded(share.low if share else None), rounded(share.high if share else None)]  # fmt: skip
        rows.append(tuple(cells))
    columns = [*FORCE]
    for code in codes:
        item, short = basis.items[code], code.replace("-", "_")
        columns += [
            Column(short, item.label, "whole", item.definition),
            Column(f"{short}_share", "Share", "share", f"Share of {basis.lower(item.part_of or code)}"),
            Column(f"{short}_low", "From", "share", "Lower end of its 95 percent interval"),
            Column(f"{short}_high", "To", "share", "Upper end of its 95 percent interval"),
        ]
    table = Table(
        "repeat-victims",
        f"Repeat victims by force, {year_words(basis.now)}",
        tuple(columns),
        tuple(rows),
        key=("force",),
    )
    government = next(row for row in load("repeat-definitions").as_of(basis.now) if row.code == "government")
    unverified = "" if government.verified else " (its wording is not verified)"
    own = [
        f"{who.name}: {words}"
        for force, who in basis.figures.forces.items()
        if "victims-repeat-own" in codes and (words := _own_definition(basis, force))
    ]
    told = [
        f"{basis.items[code].label}: {len(basis.figures.gave(basis.now, code))} of {len(basis.figures.forces)} forces could say"
        + (
            f"; of them together {share.share:.1%} (from {share.low:.1%} to {share.high:.1%})"
            if (share := basis.figures.national(basis.now, code))
            else ""
        )
        + "."
        for code in codes
    ]
    return Page(
        "repeat-victims.html",
        "Repeat victims",
        (
            Listing(tuple(told)),
            f"By the government's definition a repeat victim is one with {government.number('needed')} or more domestic incidents or crimes in"
            f" {government.number('months')} months{unverified}. Beside it stands what a force counts by a definition of its own, where it has one:"
            " such figures are of that force alone, and are neither added up nor compared.",
            *((Heading("Forces' own definitions", "own-definitions"), Listing(tuple(own))) if own else ()),
            table,
        ),
    )
