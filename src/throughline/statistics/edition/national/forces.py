"""The digest of each force: its shares beside others' and beside its own history."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from throughline.statistics.edition.content import (
    ITEM,
    YEAR,
    Block,
    Column,
    Figure,
    Heading,
    Link,
    Links,
    Listing,
    Page,
    Table,
    Value,
)
from throughline.statistics.edition.drawing import history
from throughline.statistics.edition.funnels import FUNNELS, standing
from throughline.statistics.edition.national.pictures import DRAWN
from throughline.statistics.edition.national.shared import (
    HEADLINES,
    SIMILAR,
    Basis,
    counts,
    interval,
    rounded,
    with_interval,
)
from throughline.statistics.edition.reckoning import year_words

#: What a force's digest shows over all years.
DIGEST: Final = ("crimes-da", "calls-da", "crimes-arrested", "charged", "victims-repeat", "satisfied")


def force_page(basis: Basis, force: str) -> Page:
    figures, who = basis.figures, basis.figures.forces[force]
    shared = [code for code, item in basis.items.items() if item.part_of]
    first = _beside(basis, force, [code for code in shared if not basis.items[code].adds_to])
    parts = _beside(basis, force, [code for code in shared if basis.items[code].adds_to], more="-parts")
    alike = ", ".join(basis.force_name(one) for one in figures.similar(force))
    blocks: list[Block] = [
        f"{who.name} has {who.residents:,} residents. "
        + (
            f"The forces most like it are {alike}."
            if alike
            else "No force is near enough to be called similar."
        ),
        Links((Link("similar.html", "Which forces are similar, and why"),)),
    ]
    if (basis.now, force) not in figures.gathered.returns:
        blocks.append(f"No return was made for the {year_words(basis.now)}.")
    else:
        blocks += [Heading("At a glance", "glance"), _glance(basis, force)]
    if outside := [line for code in shared if (line := _outside(basis, force, code))]:
        blocks += [
            Heading("Further from the other forces than forces differ", "outside"),
            Listing(tuple(outside)),
            "That is more than chance and how much forces usually differ. Whether it is better, worse or otherwise counted is for the force to"
            " say.",
        ]
    unable = [
        f"{item.label}: {basis.why_not(basis.now, force, code).removeprefix('unable to provide: ')}"
        for code, item in basis.items.items()
        if figures.answer(basis.now, force, code).status == "unable"
    ]
    if unable:
        blocks += [Heading("Unable to provide", "unable"), Listing(tuple(unable))]
    blocks += [Heading("Beside others", "beside"), first, _rates(basis, force)]
    blocks += [Heading("Who the victims are, grades and outcomes", "parts"), parts]
    if len(figures.years) > 1:
        blocks.append(Heading("Over the years", "years"))
        blocks += [
            history_figure(basis, force, code)
            for code in DIGEST
            if code in basis.items and any(figures.share(day, force, code) for day in figures.years)
        ]
    return Page(f"force-{force.lower()}.html", who.name, tuple(blocks))


def _glance(basis: Basis, force: str) -> Listing:
    """A force's headlines, each beside all forces, similar ones and its own year before, or why there is none."""
    figures, lines = basis.figures, []
    for code in HEADLINES:
        if code not in basis.items or not basis.items[code].part_of:
            continue
        share = figures.share(basis.now, force, code)
        if share is None:
            lines.append(f"{basis.named(code)}: {basis.why_not(basis.now, force, code)}")
            continue
        every, then = figures.national(basis.now, code), figures.share(basis.then, force, code)
        similar = figures.similar_share(basis.now, force, code)
        beside = [
            f"all forces {every.share:.1%}" if every else "",
            f"similar forces {similar:.1%}" if similar is not None else "",
            "the year before is counted otherwise"
            if figures.broken(code)
            else f"the year before {then.share:.1%}"
            if then
            else "",
        ]
        told = ", ".join(one for one in beside if one)
        lines.append(f"{basis.named(code)}: {share.share:.1%}" + (f" ({told})" if told else ""))
    return Listing(tuple(lines))


def _outside(basis: Basis, force: str, code: str) -> str:
    """A share that lies outside the limits among all forces, with what they are; empty of one that does not."""
    funnel = basis.figures.funnel(basis.now, code)
    place = funnel.places.get(force) if funnel else None
    if funnel is None or place is None or not place.outside:
        return ""
    return (
        f"{basis.named(code)}: {place.share:.1%}; all forces {funnel.average:.1%}, and at this size between {place.low:.1%} and"
        f" {place.high:.1%}"
    )


def _beside(basis: Basis, force: str, codes: Sequence[str], *, more: str = "") -> Table:
    """Shares of a force, and the same of the year before, of all forces, and of similar ones."""
    figures, name = basis.figures, basis.force_name(force)
    rows: list[tuple[Value, ...]] = []
    for code in codes:
        funnel = figures.funnel(basis.now, code)
        then = figures.share(basis.then, force, code)
        rows.append(
            (
                code, basis.named(code), figures.answer(basis.now, force, code).shown,
                figures.answer(basis.now, force, basis.items[code].part_of or "").shown,
                *interval(figures.share(basis.now, force, code)),
                "[b]" if figures.broken(code) else rounded(then.share if then else None),
                basis.national_share(code),
                rounded(figures.similar_share(basis.now, force, code)),
                standing(funnel.places.get(force) if funnel else None)[0],
            )
        )  # fmt: skip
    return Table(
        f"force-{force.lower()}{more}",
        f"{name}: {'shares of their parts' if more else 'shares'}, {year_words(basis.now)}",
        (
            *ITEM,
            *counts("Of how many"),
            *with_interval("Share", "The force's share"),
            Column("before", "The year before", "share", "The force's share the year before"),
            Column("national", "All forces", "share", "Share over all forces that gave both"),
            SIMILAR,
            FUNNELS[0],
        ),
        tuple(rows),
        long=True,
        key=("item",),
    )


def _rates(basis: Basis, force: str) -> Table:
    """What the pictures tell by residents."""
    figures = basis.figures
    rows: list[tuple[Value, ...]] = []
    for one in DRAWN:
        if not one.per or one.item not in basis.items:
            continue
        then = figures.rate(basis.then, force, one.item, one.per)
        rows.append(
            (
                one.item, basis.items[one.item].label, figures.answer(basis.now, force, one.item).shown, one.per,
                *interval(figures.rate(basis.now, force, one.item, one.per)),
                "[b]" if figures.broken(one.item) else rounded(then.rate if then else None),
                rounded(basis.national_rate(one.item, one.per)),
                rounded(figures.similar_rate(basis.now, force, one.item, one.per)),
            )
        )  # fmt: skip
    return Table(
        f"force-{force.lower()}-rates",
        f"{basis.force_name(force)}: rates by residents, {year_words(basis.now)}",
        (
            *ITEM,
            Column("counted", "Number", "whole", "How many"),
            Column("per", "Per residents", "whole", "For how many residents the rate is told"),
            *with_interval("Rate", "The force's rate", "number", name="rate"),
            Column("before", "The year before", "number", "The force's rate the year before"),
            Column("national", "All forces", "number", "Rate over all forces that gave it"),
            replace(SIMILAR, kind="number"),
        ),
        tuple(rows),
        long=True,
        key=("item",),
    )


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
        f" {len(years)} {'year has' if len(years) == 1 else 'years have'} a figure."
        + "".join(f" The series breaks before the year to {years[at].year}: {label}." for at, label in breaks)
    )
    key = f"{force.lower()}-{code}"
    title = basis.named(code)
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
            YEAR,
            *counts(),
            *with_interval("Share", "The force's share"),
            Column("national", "All forces", "share", "Share over all forces that gave both"),
            Column("breaks", "Series break before it", means="Whether the series breaks between the year before and this one"),
        ),
        tuple(
            (
                day, figures.answer(day, force, code).shown, figures.answer(day, force, item.part_of or code).shown,
                *interval(one), rounded(every.share if every else None), dict(breaks).get(at, "none"),
            )
            for at, (day, one, every) in enumerate(zip(years, own, national, strict=True))
        ),
        long=True,
        key=("year_end",),
    )  # fmt: skip
    return Figure(f"history-{key}", title, svg, says, table)
