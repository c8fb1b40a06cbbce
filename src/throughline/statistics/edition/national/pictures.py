"""The pictures of an edition of returns: every force in order, those without a figure last and with why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from throughline.measures.intervals import Rate, Share
from throughline.statistics.edition.content import (
    FORCE,
    Block,
    Column,
    Figure,
    Heading,
    Listing,
    Page,
    Table,
    Value,
)
from throughline.statistics.edition.drawing import Dot, dots, stacks
from throughline.statistics.edition.funnels import FUNNELS, both_funnels, standing
from throughline.statistics.edition.national.shared import (
    SIMILAR,
    Basis,
    forces,
    interval,
    rounded,
    with_interval,
)
from throughline.statistics.edition.reckoning import year_short
from throughline.statistics.returns import Item


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture of an edition: its number in the report's order, what it shows, and how it is told."""

    number: int
    item: str
    title: str
    per: int = 0
    """Nought for a share of what the item is part of; otherwise so many residents"""


#: In the order of the report of 2015, then what it collected and did not show.
DRAWN: Final = (
    Drawn(1, "crimes-da", "Recorded crime that is domestic abuse"),
    Drawn(2, "calls-da", "Calls for assistance that are about domestic abuse"),
    Drawn(3, "orders-applied", "Protection orders applied for, per 100,000 residents", 100_000),
    Drawn(4, "orders-breached", "Protection orders that were breached"),
    Drawn(5, "disclosure-applied", "Disclosure scheme applications, per 100,000 residents", 100_000),
    Drawn(6, "crimes-arrested", "Domestic abuse crimes with an arrest"),
    Drawn(7, "cases", "Active cases by grade of risk"),
    Drawn(8, "marac-cases", "Cases at MARACs, per 10,000 residents", 10_000),
    Drawn(9, "charged", "Domestic abuse crimes charged or summonsed"),
    Drawn(10, "cautioned", "Domestic abuse crimes cautioned"),
    Drawn(11, "evidential-supports", "Evidential difficulties, the victim supports action"),
    Drawn(12, "evidential-does-not", "Evidential difficulties, the victim does not support action"),
    Drawn(13, "victims-repeat", "Victims who are repeat victims"),
    Drawn(14, "calls-repeat", "Calls about domestic abuse from repeat victims"),
)


def drawn(basis: Basis) -> list[Drawn]:
    """The report's pictures, then one of every share and every breakdown that it has none of."""
    listed = [one for one in DRAWN if one.item in basis.items]
    shown = {one.item for one in listed}
    number = max((one.number for one in DRAWN), default=0)
    for code, item in basis.items.items():
        if code in shown or item.part_of is None or item.adds_to:
            continue
        number += 1
        listed.append(Drawn(number, code, f"{item.label}, of {basis.lower(item.part_of)}"))
    return listed


def figure_page(basis: Basis, one: Drawn) -> Page:
    item = basis.items[one.item]
    groups = basis.breakdowns(one.item) if one.item == "cases" else []
    figure = stacked(basis, one, groups[0]) if groups else dotted(basis, one)
    missing = basis.figures.gave_not(
        basis.now, *filter(None, (one.item, item.part_of if not one.per else None))
    )
    blocks: list[Block] = [f"{item.definition}.", figure]
    if missing:
        blocks += [
            Heading("Not in this picture", "missing"),
            Listing(
                tuple(
                    f"{basis.force_name(force)}: {basis.why_not(basis.now, force, one.item)}"
                    for force in missing
                )
            ),
        ]
    return Page(f"figure-{one.number:02}.html", f"Figure {one.number}: {one.title}", tuple(blocks))


def dotted(basis: Basis, one: Drawn) -> Figure:
    """A dot with its interval for each force, ordered by it; those without a figure stand last with why."""
    code, figures, item = one.item, basis.figures, basis.items[one.item]
    unit: Literal["share", "number"] = "number" if one.per else "share"
    breaks = figures.broken(code)
    rows: list[tuple[Value, ...]] = []
    places: list[tuple[float, str, Dot]] = []
    gaps: list[Dot] = []
    funnel = None if one.per else figures.funnel(basis.now, code)
    for force, who in figures.forces.items():
        now = (
            figures.rate(basis.now, force, code, one.per)
            if one.per
            else figures.share(basis.now, force, code)
        )
        then = None
        if basis.then:
            then = (
                figures.rate(basis.then, force, code, one.per)
                if one.per
                else figures.share(basis.then, force, code)
            )
        told, low, high = _ends(now)
        was = _ends(then)[0]
        place = funnel.places.get(force) if funnel else None
        similar = (
            figures.similar_rate(basis.now, force, code, one.per)
            if one.per
            else figures.similar_share(basis.now, force, code)
        )
        counted = figures.answer(basis.now, force, code)
        of: Value = who.residents if one.per else figures.answer(basis.now, force, item.part_of or "").shown
        rows.append(
            (
                force, who.name, counted.shown, of, *interval(now), rounded(was), rounded(similar),
                *(() if one.per else standing(place)),
            )
        )  # fmt: skip
        if told is None:
            gaps.append(Dot(who.name, None, before=was, note=basis.why_not(basis.now, force, code)))
        else:
            places.append((told, who.name, Dot(who.name, told, low, high, was)))
    ordered = [dot for _, _, dot in sorted(places, key=lambda place: (-place[0], place[1]))]
    every = None if one.per else figures.national(basis.now, code)
    national = basis.national_rate(code, one.per) if one.per else every.share if every else None
    whole = (
        f"of {basis.lower(item.part_of)}" if item.part_of and not one.per else f"per {one.per:,} residents"
    )
    says = " ".join([_says(one, ordered, gaps, national), *([both_funnels(funnel)] if funnel else [])])
    table = Table(
        f"figure-{one.number:02}",
        f"Figure {one.number}: {one.title}, by force",
        (
            *FORCE,
            Column("counted", item.label, "whole", item.definition),
            Column("of", "Residents" if one.per else basis.items[item.part_of or code].label, "whole", "What it is told of"),
            *with_interval(f"{'Rate' if one.per else 'Share'}, year to {basis.now:%B %Y}", f"{item.label} {whole}", unit, name="value"),
            Column("before", year_short(basis.then) if basis.then else "Before", unit, "The year before; across a series break it is not to be compared"),
            replace(SIMILAR, kind=unit),
            *(() if one.per else FUNNELS),
        ),
        tuple(rows),
        tuple(f"Series break: {each.label} on {each.on.day} {each.on:%B %Y}. {each.why}." for each in breaks),
        key=("force",),
    )  # fmt: skip
    svg = dots(
        f"f{one.number:02}",
        f"Figure {one.number}: {one.title}",
        says,
        [*ordered, *gaps],
        now=str(basis.now.year),
        then=str(basis.then.year) if basis.then else "",
        national=national,
        unit=f"{item.label} {whole}, year to March" if basis.now.month == 3 else f"{item.label} {whole}",
        share=not one.per,
        breaks="; ".join(each.label for each in breaks),
        invented=basis.invented,
    )
    return Figure(
        f"figure-{one.number:02}", f"Figure {one.number}: {one.title}", svg, says, table, table.notes
    )


def _says(one: Drawn, ordered: Sequence[Dot], gaps: Sequence[Dot], national: float | None) -> str:
    def told(value: float | None) -> str:
        return "" if value is None else f"{value:.1f}" if one.per else f"{value:.1%}"

    if not ordered:
        return f"No force has a figure that can be shown. {len(gaps)} have none."
    first, last = ordered[0], ordered[-1]
    words = [
        f"{forces(len(ordered))} from {told(last.value)} ({last.name}) to {told(first.value)} ({first.name})"
    ]
    if national is not None:
        words.append(f"all forces together {told(national)}")
    if gaps:
        words.append(f"without a figure {', '.join(gap.name for gap in gaps)}")
    return f"{'; '.join(words)}."


def stacked(basis: Basis, one: Drawn, group: Sequence[Item]) -> Figure:
    """A bar for each force that falls into the parts of a breakdown."""
    figures, rows = basis.figures, []
    bars: list[tuple[float, str, tuple[str, list[float] | None, str]]] = []
    for force, who in figures.forces.items():
        given = [figures.value(basis.now, force, item.code) for item in group]
        whole = figures.value(basis.now, force, group[0].adds_to or "")
        shares = None
        if whole and all(value is not None for value in given):
            shares = [(value or 0) / whole for value in given]
        rows.append(
            (
                force, who.name, figures.answer(basis.now, force, group[0].adds_to or "").shown,
                *(figures.answer(basis.now, force, item.code).shown for item in group),
                *("[z]" if shares is None else round(share, 6) for share in (shares or [0.0] * len(group))),
            )
        )  # fmt: skip
        note = (
            ""
            if shares
            else next(
                (
                    why
                    for item in group
                    if (why := basis.why_not(basis.now, force, item.code)) != "nothing to take a share of"
                ),
                "nothing to take a share of",
            )
        )
        bars.append((-(shares[0] if shares else -1.0), who.name, (who.name, shares, note)))
    told = [bar for _, _, bar in sorted(bars, key=lambda bar: (bar[0], bar[1]))]
    with_shares = [bar for bar in told if bar[1]]
    says = (
        f"{forces(len(with_shares))}; {group[0].label.lower()} from"
        f" {min((bar[1][0] for bar in with_shares if bar[1]), default=0):.1%} to"
        f" {max((bar[1][0] for bar in with_shares if bar[1]), default=0):.1%}."
        + (
            f" Without figures: {', '.join(bar[0] for bar in told if not bar[1])}."
            if len(with_shares) < len(told)
            else ""
        )
    )
    key = f"figure-{one.number:02}"
    table = Table(
        key,
        f"Figure {one.number}: {one.title}, by force",
        (
            *FORCE,
            Column("total", basis.items[group[0].adds_to or ""].label, "whole", "All of them"),
            *(Column(item.code.replace("-", "_"), item.label, "whole", item.definition) for item in group),
            *(
                Column(
                    f"{item.code.replace('-', '_')}_share",
                    f"{item.label}, share",
                    "share",
                    f"Share: {item.label}",
                )
                for item in group
            ),
        ),
        tuple(rows),
        key=("force",),
    )
    title = f"Figure {one.number}: {one.title}"
    svg = stacks(
        f"f{one.number:02}", title, says, told, [item.label for item in group],
        unit=basis.items[group[0].adds_to or ""].label, invented=basis.invented,
    )  # fmt: skip
    return Figure(key, title, svg, says, table)


def _ends(told: Share | Rate | None) -> tuple[float | None, float | None, float | None]:
    """The middle and both ends of a share or rate, as it is drawn."""
    if told is None:
        return None, None, None
    return (told.share if isinstance(told, Share) else told.rate), told.low, told.high
