"""The tables of an edition of returns: in numbers, by subject and force, gaps, equality, repeat victims."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import product
from typing import Final

from throughline.reference import load
from throughline.statistics.disclosure import breakdown_of
from throughline.statistics.edition.content import (
    CODE,
    FORCE,
    ITEM,
    YEAR,
    Block,
    Column,
    Heading,
    Link,
    Links,
    Listing,
    Page,
    Table,
    Value,
)
from throughline.statistics.edition.national.pictures import Drawn, drawn, stacked
from throughline.statistics.edition.national.shared import (
    HEADLINES,
    Basis,
    forces,
    interval,
    rounded,
    slug,
    with_interval,
)
from throughline.statistics.edition.reckoning import year_short, year_words
from throughline.statistics.returns import Item

#: Among fewer forces nothing is said of the lowest and the highest.
FEWEST: Final = 3


def numbers_page(basis: Basis) -> Page:
    return Page(
        "numbers.html",
        "England and Wales in numbers" if not basis.invented else "The invented country in numbers",
        (
            "All figures that were asked for, over the forces that gave them. A change is reckoned over the forces that gave the figure in both"
            " years, and says how many those are; across a break of the series none is.",
            numbers_table(basis),
        ),
    )


def numbers_table(basis: Basis) -> Table:
    rows: list[tuple[Value, ...]] = []
    for code, item in basis.items.items():
        change = basis.figures.change(code)
        breaks = basis.figures.broken(code)
        mark: Value = "[b]" if breaks else "[z]" if item.by_own_definition else "[x]"
        rows.append(
            (
                code, item.label, item.sheet,
                basis.total(basis.then, code) if basis.then else "[z]",
                basis.total(basis.now, code),
                len(basis.figures.gave(basis.now, code)),
                mark if change is None or change.change is None else round(change.change, 6),
                mark if change is None or change.low is None else round(change.low, 6),
                mark if change is None or change.high is None else round(change.high, 6),
                "[z]" if change is None else change.both,
                basis.items[item.part_of].label if item.part_of else "[z]",
                basis.national_share(code),
                "; ".join(f"{one.label}, {one.on.day} {one.on:%B %Y}" for one in breaks) or "none",
            )
        )  # fmt: skip
    return Table(
        "numbers",
        "National figures",
        (
            *ITEM,
            Column("sheet", "Subject", means="Sheet of the return", page=False),
            Column(
                "before",
                year_short(basis.then) if basis.then else "Before",
                "whole",
                "Total of all forces that gave it, the year before",
            ),
            Column("now", year_short(basis.now), "whole", "Total of all forces that gave it"),
            Column("forces", "Forces that gave it", "whole", "How many gave it for the last year"),
            *with_interval(
                "Change", "Change over the forces that gave it in both years", name="change", prefix="change_"
            ),
            Column("forces_both", "Forces in both years", "whole", "Over how many the change is reckoned"),
            Column("part_of", "Share of", means="What it is a share of"),
            Column("share", "Share", "share", "Share over the forces that gave both"),
            Column("breaks", "Series breaks", means="Breaks between the two years", page=False),
        ),
        tuple(rows),
        _breaks_between(basis, basis.items),
        key=("item",),
    )


def _breaks_between(basis: Basis, codes: Iterable[str]) -> tuple[str, ...]:
    """The breaks between the two years, each once, with what it is of."""
    found = {one for code in codes for one in basis.figures.broken(code)}
    return tuple(
        f"Series break, {one.on.day} {one.on:%B %Y}: {one.label}. {one.why}."
        for one in sorted(found, key=lambda one: (one.on, one.label))
    )


def headlines(basis: Basis) -> Links:
    """What a reader asks first, each with its share and size, how forces differ and how it changed, leading to its picture."""
    pictures = {one.item: one for one in drawn(basis)}
    lines = []
    for code in HEADLINES:
        total = basis.figures.total(f"{basis.now}:{code}:total")
        if code not in pictures or total is None:
            continue
        share, over = basis.figures.national(basis.now, code), basis.items[code].part_of
        if share and over:
            gave = forces(len(basis.figures.gave(basis.now, code, over)))
            # the share and its own two counts: what all forces gave of the whole is another number
            words = [
                f"{share.share:.1%} of {basis.lower(over)} ({share.counted:,} of {share.of:,}, from {gave})"
            ]
        else:
            words = [f"{total:,} from {forces(len(basis.figures.gave(basis.now, code)))}"]
        words += [one for one in (_changed(basis, code), _differing(basis, code)) if one]
        lines.append(
            Link(f"figure-{pictures[code].number:02}.html", basis.items[code].label, "; ".join(words))
        )
    return Links(tuple(lines), listed=True)


def _differing(basis: Basis, code: str) -> str:
    """Between which forces a share lies, and how many lie further out than forces differ; by what is printed alone."""
    shares = sorted(
        (share.share, basis.force_name(force))
        for force in basis.figures.forces
        if (share := basis.figures.share(basis.now, force, code))
    )
    if len(shares) < FEWEST:
        return ""
    (low, lowest), (high, highest) = shares[0], shares[-1]
    funnel = basis.figures.funnel(basis.now, code)
    return f"by force from {low:.1%} ({lowest}) to {high:.1%} ({highest})" + (
        f", {len(funnel.outside) or 'none'} of them further from the others than forces usually differ"
        if funnel
        else ""
    )


def _changed(basis: Basis, code: str) -> str:
    change = basis.figures.change(code)
    if basis.figures.broken(code):
        return "not compared with the year before: the series breaks"
    if change is None or change.change is None or change.low is None or change.high is None:
        return ""
    return (
        f"the number is {_went(change.change)} over the {forces(change.both)} that gave both years"
        f" ({change.low:+.1%} to {change.high:+.1%})"
    )


def before_quoting(basis: Basis) -> Listing:
    """What whoever quotes a figure must know first: what it counts, who is missing, where a series breaks, what was corrected."""
    figures = basis.figures
    answers = Counter(
        figures.answer(basis.now, force, code).status for force in figures.forces for code in basis.items
    )
    asked, unable = answers.total() - answers["not-asked"], answers["unable"]
    missing = [
        who.name
        for force, who in figures.forces.items()
        if (basis.now, force) not in figures.gathered.returns
    ]
    corrected = len(basis.before.corrections(figures)) if basis.before else 0
    return Listing(
        (
            "These count what reached the police and was recorded as domestic abuse, not how much of it there is. More can be more"
            " abuse, more people who trust the police with it, or better recording.",
            "A force that differs from the others is not better or worse by that alone: it may count otherwise. How each counted stands"
            " with its tables.",
            f"No return was made by {', '.join(missing)}." if missing else "Every force made a return.",
            f"Of {asked:,} figures asked for, forces were unable to provide {unable:,}; which, and why, is named.",
            *_breaks_between(basis, basis.items),
            f"Figures that an earlier edition printed and that are corrected here: {corrected:,}."
            if corrected
            else "No figure that was printed before is corrected.",
        )
    )


def _went(change: float) -> str:
    return "no change" if abs(change) < 0.0005 else f"{'up' if change > 0 else 'down'} {abs(change):.1%}"


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
                    f"{text} ({forces(len(who))})" if len(who) > 3 else f"{text} ({', '.join(who)})"
                    for text, who in by_words.items()
                )
            ),
        ]
    if notes := notes_table(basis, f"notes-{slug(sheet)}", sheet, [basis.now], [one.code for one in listed]):
        blocks += [Heading("What forces add", "notes"), notes]
    return Page(f"table-{slug(sheet)}.html", f"Table: {sheet}", tuple(blocks))


def notes_table(
    basis: Basis, id: str, of: str, years: Sequence[date], codes: Sequence[str], *, long: bool = False
) -> Table | None:
    """The notes of forces on some items; none on a figure that is protected, which its note could give away."""
    rows = []
    for day, (force, who) in product(years, basis.figures.forces.items()):
        one = basis.figures.gathered.returns.get((day, force))
        for code in codes:
            entry = one.told.entries.get(code) if one else None
            if entry and entry.note and basis.figures.answer(day, force, code).status != "protected":
                rows.append((day, force, who.name, code, basis.figures.items[day][code].label, entry.note))
    if not rows:
        return None
    return Table(
        id,
        f"What forces add to {of}",
        (YEAR, *FORCE, *ITEM, Column("note", "Note of the force", means="In the force's own words")),
        tuple(rows),
        long=long,
        key=("year_end", "force", "item"),
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
        early = [one for one in without if basis.figures.answer(basis.now, one, code).status == "not-asked"]
        rows.append(
            (
                code, item.label, item.sheet, item.basis, len(basis.figures.gave(basis.now, code)),
                len(basis.figures.forces) - len(early),
                len(basis.figures.gave(basis.then, code)) if basis.then else "[z]",
                "; ".join(_by_reason(basis, code, without)) or "none",
            )
        )  # fmt: skip
    table = Table(
        "gaps",
        "Which forces gave what",
        (
            *ITEM,
            Column("sheet", "Subject", means="Sheet of the return", page=False),
            Column("basis", "Over what", means="The year, since introduction, or one day"),
            Column("gave", "Forces that gave it", "whole", "For the last year"),
            Column(
                "asked",
                "Forces asked",
                "whole",
                "All forces but those whose return was made before it was asked for",
            ),
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


def _by_reason(basis: Basis, code: str, without: Sequence[str]) -> list[str]:
    """Each reason once, with the forces that gave it."""
    found: dict[str, list[str]] = {}
    for force in without:
        found.setdefault(basis.why_not(basis.now, force, code), []).append(basis.force_name(force))
    return [f"{why}: {', '.join(names)}" for why, names in found.items()]


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
                        share.counted if share else "[c]", share.of if share else "[c]", *interval(share),
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
                    f"{basis.items[total].label} by {kind.replace('-', ' ').lower()}, {year_words(basis.now)}",
                    (
                        CODE,
                        Column("label", "Part", means="Which of them"),
                        Column("counted", "Number", "whole", "Over the forces that gave it and the total"),
                        Column("of", "Of", "whole", "The total over the same forces"),
                        *with_interval("Share", "Share of the total"),
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
            cells.append(basis.figures.answer(basis.now, force, code).shown)
            cells += interval(basis.figures.share(basis.now, force, code))
        rows.append(tuple(cells))
    columns = [*FORCE]
    for code in codes:
        item, short = basis.items[code], code.replace("-", "_")
        columns += [
            Column(short, item.label, "whole", item.definition),
            *with_interval(
                "Share",
                f"Share of {basis.lower(item.part_of or code)}",
                name=f"{short}_share",
                prefix=f"{short}_",
            ),
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
