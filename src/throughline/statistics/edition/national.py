"""An edition made of returns: the numbers page, tables, pictures, a digest for each force, and what changed and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from throughline.reference import load
from throughline.statistics.disclosure import breakdown_of
from throughline.statistics.edition.before import Before
from throughline.statistics.edition.content import (
    MARKS,
    Block,
    Column,
    Edition,
    Figure,
    Heading,
    Link,
    Links,
    Listing,
    Page,
    Table,
    Value,
)
from throughline.statistics.edition.drawing import Dot, dots, history, stacks
from throughline.statistics.edition.reckoning import Figures, year_words
from throughline.statistics.returns import Item

#: What a return holds that is in no table, with why. Everything else is; a test walks the return.
UNPUBLISHED: Final = {
    "contact": "Whom to ask about a return is a post for the statistician, not a figure.",
    "note": "Words beside a figure are not bound by the signature and may name people; the statistician reads them.",
}


def _ends(unit: Literal["share", "number"]) -> tuple[Column, Column]:
    return (
        Column("low", "From", unit, "Lower end of its 95 percent interval"),
        Column("high", "To", unit, "Upper end of its 95 percent interval"),
    )


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
#: What a force's digest shows over all years.
DIGEST: Final = ("crimes-da", "calls-da", "crimes-arrested", "charged", "victims-repeat", "satisfied")
FORCE: Final = (
    Column("force", "Code", means="Code of the force's area"),
    Column("name", "Force", means="Name of the force"),
)


def national_edition(
    name: str,
    figures: Figures,
    before: Before | None = None,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Edition:
    """The whole edition as data. ``before`` is the last one, for corrections and what changed."""
    maker = _Maker(name, figures, before)
    pages = maker.pages(progress)
    return Edition(
        name=name,
        title=f"Domestic abuse and the police: {name}",
        summary=maker.summary(),
        published=figures.gathered.signed_last,
        invented=figures.gathered.invented,
        periods=tuple(year_words(day) for day in reversed(figures.years)),
        pages=pages,
        contact="The statistician who publishes this edition",
        data=maker.data(),
        sources=maker.sources(),
    )


class _Maker:
    """Makes the tables, pictures and pages of one edition."""

    def __init__(self, name: str, figures: Figures, before: Before | None) -> None:
        self.name = name
        self.figures = figures
        self.before = before
        self.now = figures.now
        self.then = figures.before
        self.reasons = {row.code: row.label for row in load("unable-reasons").as_of(self.now)}
        self.items = figures.items[self.now]
        self.invented = figures.gathered.invented

    def force_name(self, code: str) -> str:
        return self.figures.forces[code].name

    def summary(self) -> str:
        given = len(self.figures.gave(self.now))
        return (
            f"Figures of {given} of {len(self.figures.forces)} forces for the {year_words(self.now)}"
            + (f", beside the {year_words(self.then)}" if self.then else "")
            + ". Every figure leads to its table and file; what a force could not provide is named, and small counts are protected."
        )

    def sources(self) -> tuple[str, ...]:
        if self.invented:
            return (
                "Invented by a seeded generator. No force of these names exists and no figure is anybody's.",
            )
        return (
            "Signed data returns of the forces",
            "Residents: Office for National Statistics, 2011 Census, table KS201, Open Government Licence v3.0",
        )

    def pages(self, progress: Callable[[str], None]) -> tuple[Page, ...]:
        drawn = [self.figure_page(one) for one in self.drawn()]
        progress(f"{len(drawn)} pictures drawn")
        tables = [self.sheet_page(sheet, listed) for sheet, listed in self.figures.by_sheet.items()]
        forces = []
        for at, force in enumerate(self.figures.forces, start=1):
            forces.append(self.force_page(force))
            if at % 10 == 0:
                progress(f"{at} of {len(self.figures.forces)} digests made")
        others = [
            self.numbers_page(),
            self.gaps_page(),
            self.equality_page(),
            self.repeat_page(),
            self.changes_page(),
            self.corrections_page(),
            self.methods_page(),
            self.unpublished_page(),
        ]
        index = Page(
            "index.html",
            f"Domestic abuse and the police: {self.name}",
            (
                self.summary(),
                Links(tuple(Link(page.path, page.title) for page in others)),
                Heading("Pictures", "pictures"),
                Links(tuple(Link(page.path, page.title) for page in drawn)),
                Heading("Tables", "tables"),
                Links(
                    (
                        *(Link(page.path, page.title) for page in tables),
                        Link("data.html", "All files to download"),
                    )
                ),
                Heading("Force by force", "forces"),
                Links(tuple(Link(page.path, page.title) for page in forces)),
            ),
        )
        return (index, *others, *drawn, *tables, *forces)

    # numbers
    def numbers_page(self) -> Page:
        return Page(
            "numbers.html",
            "England and Wales in numbers" if not self.invented else "The invented country in numbers",
            (
                "All figures that were asked for. A change is reckoned over the forces that gave the figure in both years, and says"
                " how many those are; across a break of the series none is.",
                self.numbers_table(),
            ),
        )

    def numbers_table(self) -> Table:
        rows: list[tuple[Value, ...]] = []
        for code, item in self.items.items():
            change = self.figures.change(code)
            breaks = self.figures.broken(code)
            share = self.figures.national(self.now, code)
            mark: Value = "[b]" if breaks else "[x]"
            rows.append(
                (
                    code, item.sheet, item.label,
                    self._total(self.then, code) if self.then else "[z]",
                    self._total(self.now, code),
                    len(self.figures.gave(self.now, code)),
                    mark if change is None or change.change is None else round(change.change, 4),
                    mark if change is None or change.low is None else round(change.low, 4),
                    mark if change is None or change.high is None else round(change.high, 4),
                    "[z]" if change is None else change.both,
                    self.items[item.part_of].label if item.part_of else "[z]",
                    "[z]" if share is None else round(share.share, 4),
                    "; ".join(f"{one.label}, {one.on:%d %B %Y}" for one in breaks) or "none",
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
                    year_words(self.then) if self.then else "Before",
                    "whole",
                    "Total of all forces that gave it, the year before",
                ),
                Column("now", year_words(self.now), "whole", "Total of all forces that gave it"),
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

    def _total(self, day: date, code: str) -> Value:
        total = self.figures.total(f"{day}:{code}:total")
        if total is not None:
            return total
        return "[c]" if self.figures.gave(day, code) else "[x]"

    # pictures
    def drawn(self) -> list[Drawn]:
        """The report's pictures, then one of every share and every breakdown that it has none of."""
        listed = [one for one in DRAWN if one.item in self.items]
        shown = {one.item for one in listed}
        number = max((one.number for one in DRAWN), default=0)
        for code, item in self.items.items():
            if code in shown or item.part_of is None or item.adds_to:
                continue
            number += 1
            listed.append(Drawn(number, code, f"{item.label}, of {self._lower(item.part_of)}"))
        return listed

    def _lower(self, code: str) -> str:
        label = self.items[code].label
        return label[:1].lower() + label[1:]

    def figure_page(self, one: Drawn) -> Page:
        item = self.items[one.item]
        groups = self._breakdowns(one.item) if one.item == "cases" else []
        figure = self.stacked(one, groups[0]) if groups else self.dotted(one)
        missing = self.figures.gave_not(
            self.now, *filter(None, (one.item, item.part_of if not one.per else None))
        )
        blocks: list[Block] = [f"{item.definition}.", figure]
        if missing:
            blocks += [
                Heading("Not in this picture", "missing"),
                Listing(
                    tuple(
                        f"{self.force_name(force)}: {self._why_not(self.now, force, one.item)}"
                        for force in missing
                    )
                ),
            ]
        return Page(f"figure-{one.number:02}.html", f"Figure {one.number}: {one.title}", tuple(blocks))

    def _why_not(self, day: date, force: str, code: str) -> str:
        answer = self.figures.answer(day, force, code)
        over = self.items[code].part_of
        if answer.status == "published" and over:
            answer = self.figures.answer(day, force, over)
        if answer.status == "missing":
            return "made no return"
        if answer.status == "unable":
            reason = self.reasons.get(answer.reason, answer.reason)
            return f"unable to provide: {reason[:1].lower()}{reason[1:]}"
        return "protected: too few" if answer.status == "protected" else "nothing to take a share of"

    def dotted(self, one: Drawn) -> Figure:
        """A dot with its interval for each force, ordered by it; those without a figure stand last with why."""
        code, figures, item = one.item, self.figures, self.items[one.item]
        breaks = figures.broken(code)
        rows: list[tuple[Value, ...]] = []
        places: list[tuple[float, str, Dot]] = []
        gaps: list[Dot] = []
        funnel = None if one.per else figures.funnel(self.now, code)
        for force, who in figures.forces.items():
            now = (
                figures.rate(self.now, force, code, one.per)
                if one.per
                else figures.share(self.now, force, code)
            )
            then = None
            if self.then:
                then = (
                    figures.rate(self.then, force, code, one.per)
                    if one.per
                    else figures.share(self.then, force, code)
                )
            told = _value(now)
            was = _value(then)
            place = funnel.places.get(force) if funnel else None
            similar = None if one.per else figures.similar_share(self.now, force, code)
            counted = figures.answer(self.now, force, code)
            of: Value = (
                who.residents if one.per else figures.answer(self.now, force, item.part_of or "").shown
            )
            rows.append(
                (
                    force, who.name, counted.shown, of,
                    _round(told), _round(now.low if now else None), _round(now.high if now else None), _round(was),
                    "[z]" if similar is None else round(similar, 4),
                    "[z]" if place is None else ("outside" if place.outside else "within"),
                )
            )  # fmt: skip
            if now is None or told is None:
                gaps.append(Dot(who.name, None, before=was, note=self._why_not(self.now, force, code)))
            else:
                places.append((told, who.name, Dot(who.name, told, now.low, now.high, was)))
        ordered = [dot for _, _, dot in sorted(places, key=lambda place: (-place[0], place[1]))]
        national = self._national(one)
        whole = (
            f"of {self._lower(item.part_of)}"
            if item.part_of and not one.per
            else f"per {one.per:,} residents"
        )
        says = self._says(one, ordered, gaps, national)
        table = Table(
            f"figure-{one.number:02}",
            f"Figure {one.number}: {one.title}, by force",
            (
                *FORCE,
                Column("counted", item.label, "whole", item.definition),
                Column("of", "Residents" if one.per else self.items[item.part_of or code].label, "whole", "What it is told of"),
                Column("value", f"{'Rate' if one.per else 'Share'}, {year_words(self.now)}", "number" if one.per else "share", f"{item.label} {whole}"),
                *_ends("number" if one.per else "share"),
                Column("before", year_words(self.then) if self.then else "Before", "number" if one.per else "share", "The year before; across a series break it is not to be compared"),
                Column("similar", "Similar forces", "share", "Middle of the shares of the five forces nearest in number of residents"),
                Column("funnel", "Among all forces", means="Whether it lies within the limits at its size, allowing for how much forces differ"),
            ),
            tuple(rows),
            tuple(f"Series break: {each.label} on {each.on:%d %B %Y}. {each.why}." for each in breaks),
            key=("force",),
        )  # fmt: skip
        svg = dots(
            f"f{one.number:02}",
            f"Figure {one.number}: {one.title}",
            says,
            [*ordered, *gaps],
            now=str(self.now.year),
            then=str(self.then.year) if self.then else "",
            national=national,
            unit=f"{item.label} {whole}, year to March" if self.now.month == 3 else f"{item.label} {whole}",
            share=not one.per,
            breaks="; ".join(each.label for each in breaks),
            invented=self.invented,
        )
        return Figure(
            f"figure-{one.number:02}", f"Figure {one.number}: {one.title}", svg, says, table, table.notes
        )

    def _national(self, one: Drawn) -> float | None:
        if not one.per:
            share = self.figures.national(self.now, one.item)
            return share.share if share else None
        total = self.figures.total(f"{self.now}:{one.item}:total")
        residents = sum(
            self.figures.forces[force].residents for force in self.figures.gave(self.now, one.item)
        )
        return None if total is None or not residents else total / residents * one.per

    def _says(self, one: Drawn, ordered: Sequence[Dot], gaps: Sequence[Dot], national: float | None) -> str:
        def told(value: float | None) -> str:
            return "" if value is None else f"{value:.1f}" if one.per else f"{value:.1%}"

        if not ordered:
            return f"No force has a figure that can be shown. {len(gaps)} have none."
        first, last = ordered[0], ordered[-1]
        words = [
            f"{len(ordered)} forces from {told(last.value)} ({last.name}) to {told(first.value)} ({first.name})"
        ]
        if national is not None:
            words.append(f"all forces together {told(national)}")
        if gaps:
            words.append(f"{len(gaps)} without a figure: {', '.join(gap.name for gap in gaps)}")
        return f"{'; '.join(words)}."

    def _breakdowns(self, total: str) -> list[list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in self.items.values():
            if item.adds_to == total:
                found.setdefault(breakdown_of(item), []).append(item)
        return [*found.values()]

    def stacked(self, one: Drawn, group: Sequence[Item]) -> Figure:
        """A bar for each force that falls into the parts of a breakdown."""
        figures, rows = self.figures, []
        bars: list[tuple[float, str, tuple[str, list[float] | None, str]]] = []
        for force, who in figures.forces.items():
            given = [figures.value(self.now, force, item.code) for item in group]
            whole = figures.value(self.now, force, group[0].adds_to or "")
            shares = None
            if whole and all(value is not None for value in given):
                shares = [(value or 0) / whole for value in given]
            rows.append(
                (
                    force, who.name, figures.answer(self.now, force, group[0].adds_to or "").shown,
                    *(figures.answer(self.now, force, item.code).shown for item in group),
                    *("[z]" if shares is None else round(share, 4) for share in (shares or [0.0] * len(group))),
                )
            )  # fmt: skip
            note = (
                ""
                if shares
                else next(
                    (
                        why
                        for item in group
                        if (why := self._why_not(self.now, force, item.code)) != "nothing to take a share of"
                    ),
                    "nothing to take a share of",
                )
            )
            bars.append((-(shares[0] if shares else -1.0), who.name, (who.name, shares, note)))
        told = [bar for _, _, bar in sorted(bars, key=lambda bar: (bar[0], bar[1]))]
        with_shares = [bar for bar in told if bar[1]]
        says = (
            f"{len(with_shares)} forces; {group[0].label.lower()} from"
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
                Column("total", self.items[group[0].adds_to or ""].label, "whole", "All of them"),
                *(
                    Column(item.code.replace("-", "_"), item.label, "whole", item.definition)
                    for item in group
                ),
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
            unit=self.items[group[0].adds_to or ""].label, invented=self.invented,
        )  # fmt: skip
        return Figure(key, title, svg, says, table)

    # tables
    def sheet_page(self, sheet: str, listed: Sequence[Item]) -> Page:
        words = sorted(
            {
                (who, text)
                for (day, who, of), text in self.figures.gathered.methods.items()
                if day == self.now and of == sheet
            }
        )
        blocks: list[Block] = [self.sheet_table(sheet, listed)]
        if words:
            by_words: dict[str, list[str]] = {}
            for who, text in words:
                by_words.setdefault(text, []).append(self.force_name(who))
            blocks += [
                Heading("How forces counted", "methods"),
                Listing(
                    tuple(
                        f"{text} ({len(who)} forces)" if len(who) > 3 else f"{text} ({', '.join(who)})"
                        for text, who in by_words.items()
                    )
                ),
            ]
        return Page(f"table-{_slug(sheet)}.html", f"Table: {sheet}", tuple(blocks))

    def sheet_table(self, sheet: str, listed: Sequence[Item]) -> Table:
        rows: list[tuple[Value, ...]] = [
            (force, who.name, *(self.figures.answer(self.now, force, item.code).shown for item in listed))
            for force, who in self.figures.forces.items()
        ]
        rows.append(
            ("all", "All forces that gave it", *(self._total(self.now, item.code) for item in listed))
        )
        return Table(
            f"table-{_slug(sheet)}",
            f"{sheet} by force, {year_words(self.now)}",
            (
                *FORCE,
                *(
                    Column(item.code.replace("-", "_"), item.label, "whole", item.definition)
                    for item in listed
                ),
            ),
            tuple(rows),
            tuple(f"{item.label}: {item.definition}." for item in listed),
            key=("force",),
        )

    def gaps_page(self) -> Page:
        """Which forces gave what, as the report's Annex G, with names and reasons."""
        rows: list[tuple[Value, ...]] = []
        for code, item in self.items.items():
            without = self.figures.gave_not(self.now, code)
            rows.append(
                (
                    code, item.sheet, item.label, item.basis, len(self.figures.gave(self.now, code)), len(self.figures.forces),
                    len(self.figures.gave(self.then, code)) if self.then else "[z]",
                    "; ".join(f"{self.force_name(force)} ({self._why_not(self.now, force, code)})" for force in without) or "none",
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

    def equality_page(self) -> Page:
        """Every breakdown of people and outcomes, nationally: counts, shares and intervals."""
        blocks: list[Block] = [
            "Breakdowns of who is a victim, of outcomes and of grades, each over the forces that gave the part and the total. By force they stand"
            " in the tables of their subject.",
        ]
        for total in dict.fromkeys(item.adds_to for item in self.items.values() if item.adds_to):
            for group in self._breakdowns(total):
                rows: list[tuple[Value, ...]] = []
                for item in group:
                    share = self.figures.national(self.now, item.code)
                    then = self.figures.national(self.then, item.code) if self.then else None
                    rows.append(
                        (
                            item.code, item.label,
                            share.counted if share else "[c]", share.of if share else "[c]",
                            _round(share.share if share else None), _round(share.low if share else None),
                            _round(share.high if share else None),
                            "[b]" if self.figures.broken(item.code) else _round(then.share if then else None),
                            len(self.figures.gave(self.now, item.code, total)),
                        )
                    )  # fmt: skip
                kind = breakdown_of(group[0])
                key = f"breakdown-{total}-{_slug(kind)}"
                blocks += [
                    Heading(
                        self.items[total].label
                        if kind == self.items[total].sheet
                        else f"{self.items[total].label} by {kind.replace('-', ' ').lower()}",
                        key,
                    ),
                    Table(
                        key,
                        f"{self.items[total].label} by their parts ({kind})",
                        (
                            Column("item", "Item", means="Code of the item"),
                            Column("label", "Part", means="Which of them"),
                            Column(
                                "counted", "Number", "whole", "Over the forces that gave it and the total"
                            ),
                            Column("of", "Of", "whole", "The total over the same forces"),
                            Column("share", "Share", "share", "Share of the total"),
                            *_ends("share"),
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
        sexes = next(
            (group for group in self._breakdowns("victims") if group[0].code == "victims-female"), None
        )
        if sexes:
            number = self.drawn()[-1].number + 1
            blocks.append(self.stacked(Drawn(number, "victims", "Victims by sex"), sexes))
        return Page("equality.html", "Equality: who the victims are, and what became of it", tuple(blocks))

    def repeat_page(self) -> Page:
        codes = [code for code in ("victims-repeat", "calls-repeat") if code in self.items]
        rows: list[tuple[Value, ...]] = []
        for force, who in self.figures.forces.items():
            cells: list[Value] = [force, who.name]
            for code in codes:
                share = self.figures.share(self.now, force, code)
                cells += [self.figures.answer(self.now, force, code).shown, _round(share.share if share else None), _round(share.low if share else None), _round(share.high if share else None)]  # fmt: skip
            rows.append(tuple(cells))
        columns = [*FORCE]
        for code in codes:
            item, short = self.items[code], code.replace("-", "_")
            columns += [
                Column(short, item.label, "whole", item.definition),
                Column(f"{short}_share", "Share", "share", f"Share of {self._lower(item.part_of or code)}"),
                Column(f"{short}_low", "From", "share", "Lower end of its 95 percent interval"),
                Column(f"{short}_high", "To", "share", "Upper end of its 95 percent interval"),
            ]
        table = Table(
            "repeat-victims",
            f"Repeat victims by force, {year_words(self.now)}",
            tuple(columns),
            tuple(rows),
            key=("force",),
        )
        definitions = [
            f"{row.label}: {row.number('needed')} or more in {row.number('months')} months"
            + (" by one perpetrator" if row.flag("same_perpetrator") else "")
            for row in load("repeat-definitions").as_of(self.now)
        ]
        told = [
            f"{self.items[code].label}: {len(self.figures.gave(self.now, code))} of {len(self.figures.forces)} forces could say"
            + (
                f"; of them together {share.share:.1%} (from {share.low:.1%} to {share.high:.1%})"
                if (share := self.figures.national(self.now, code))
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
                "Each force counts by its own definition, which it states in its methods. Definitions in use, as examples:",
                Listing(tuple(definitions)),
                table,
            ),
        )

    # forces
    def force_page(self, force: str) -> Page:
        figures, who = self.figures, self.figures.forces[force]
        rows: list[tuple[Value, ...]] = []
        for code, item in self.items.items():
            if item.part_of is None:
                continue
            share, national = figures.share(self.now, force, code), figures.national(self.now, code)
            then = figures.share(self.then, force, code)
            similar = figures.similar_share(self.now, force, code)
            funnel = figures.funnel(self.now, code)
            place = funnel.places.get(force) if funnel else None
            rows.append(
                (
                    code, item.label, self.items[item.part_of].label, figures.answer(self.now, force, code).shown,
                    figures.answer(self.now, force, item.part_of).shown,
                    _round(share.share if share else None), _round(share.low if share else None), _round(share.high if share else None),
                    "[b]" if figures.broken(code) else _round(then.share if then else None),
                    _round(national.share if national else None), "[z]" if similar is None else round(similar, 4),
                    "[z]" if place is None else ("outside" if place.outside else "within"),
                )
            )  # fmt: skip
        table = Table(
            f"force-{force.lower()}",
            f"{who.name}: shares, {year_words(self.now)}",
            (
                Column("item", "Item", means="Code of the item"),
                Column("label", "Figure", means="What is counted"),
                Column("part_of", "Of", means="What it is a share of"),
                Column("counted", "Number", "whole", "How many"),
                Column("of", "Of how many", "whole", "Of how many"),
                Column("share", "Share", "share", "The force's share"),
                *_ends("share"),
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
            f" {', '.join(self.force_name(one) for one in figures.similar(force))}.",
        ]
        if (self.now, force) not in figures.gathered.returns:
            blocks.append(f"No return was made for the {year_words(self.now)}.")
        if outside:
            blocks += [
                Heading("Further from the other forces than forces differ", "outside"),
                Listing(tuple(str(one) for one in outside)),
            ]
        unable = [
            f"{item.label}: {self._why_not(self.now, force, code)}"
            for code, item in self.items.items()
            if figures.answer(self.now, force, code).status == "unable"
        ]
        if unable:
            blocks += [Heading("Unable to provide", "unable"), Listing(tuple(unable))]
        blocks += [Heading("Beside others", "beside"), table]
        drawn = [code for code in DIGEST if code in self.items]
        if len(figures.years) > 1:
            blocks.append(Heading("Over the years", "years"))
            blocks += [
                self.history_figure(force, code)
                for code in drawn
                if any(figures.share(day, force, code) for day in figures.years)
            ]
        return Page(f"force-{force.lower()}.html", who.name, tuple(blocks))

    def history_figure(self, force: str, code: str) -> Figure:
        figures, item = self.figures, self.items[code]
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
            f"{self.force_name(force)}: {share.share:.1%} in the year to {day.year}; {sum(one is not None for one in own)} of"
            f" {len(years)} years have a figure."
            + "".join(
                f" The series breaks before the year to {years[at].year}: {label}." for at, label in breaks
            )
        )
        key = f"{force.lower()}-{code}"
        title = f"{item.label}, of {self._lower(item.part_of or code)}"
        svg = history(
            key, title, says, [str(day.year) for day in years],
            [(self.force_name(force), [(one.share, one.low, one.high) if one else None for one in own]),
             ("all forces", [(one.share, one.low, one.high) if one else None for one in national])],
            breaks, unit="Year to the end of its period", invented=self.invented,
        )  # fmt: skip
        table = Table(
            f"history-{key}",
            f"{self.force_name(force)}: {title}",
            (
                Column("year_end", "Year to", "date", "Last day of the year"),
                Column("counted", "Number", "whole", "How many"),
                Column("of", "Of", "whole", "Of how many"),
                Column("share", "Share", "share", "The force's share"),
                *_ends("share"),
                Column("national", "All forces", "share", "Share over all forces that gave both"),
                Column("breaks", "Series break before it", means="Whether the series breaks between the year before and this one"),
            ),
            tuple(
                (
                    day, figures.answer(day, force, code).shown, figures.answer(day, force, item.part_of or code).shown,
                    _round(one.share if one else None), _round(one.low if one else None), _round(one.high if one else None),
                    _round(every.share if every else None), dict(breaks).get(at, "none"),
                )
                for at, (day, one, every) in enumerate(zip(years, own, national, strict=True))
            ),
            long=True,
            key=("year_end",),
        )  # fmt: skip
        return Figure(f"history-{key}", title, svg, says, table)

    # what changed
    def changes_page(self) -> Page:
        if self.before is None:
            return Page(
                "changes.html",
                "What changed and why",
                ("This is the first edition: there is none to hold it against.",),
            )
        lines = self.before.words(self.figures)
        return Page(
            "changes.html", "What changed and why", (f"Since the edition {self.before.name}.", Listing(lines))
        )

    def corrections_page(self) -> Page:
        rows = self.before.corrections(self.figures) if self.before else []
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
                (force, self.force_name(force), day, code, self.figures.items[day][code].label, was, now, why)
                for force, day, code, was, now, why in rows
            ),
            key=("force", "year_end", "item"),
        )
        told = "Nothing that was printed has been corrected." if not rows else f"{len(rows)} figures."
        return Page("corrections.html", "Corrections", (told, *((table,) if rows else ())))

    def methods_page(self) -> Page:
        policy, figures = self.figures.policy, self.figures
        kept, cells = figures.protected_count(), figures.all_cells()
        marks = tuple(f"{mark}: {means}" for mark, means in MARKS.items())
        return Page(
            "methods.html",
            "How the figures were made",
            (
                Heading("Returns and signatures", "returns"),
                "Every figure comes from a return that was signed; the signature binds all its figures, and a return that was changed after it is not"
                " published. The file of all figures names the digest that was signed.",
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
                Listing(
                    tuple(f"{one.label}, {one.on.day} {one.on:%B %Y}: {one.why}." for one in figures.breaks)
                ),
                Heading("Sources", "sources"),
                Listing(self.sources()),
            ),
        )

    def unpublished_page(self) -> Page:
        return Page(
            "unpublished.html",
            "Collected and not published",
            (
                f"All {len(self.items)} figures of the return are published. What else a return holds is not, for these reasons.",
                Listing(tuple(f"{what}: {why}" for what, why in UNPUBLISHED.items())),
            ),
        )

    # for machines
    def data(self) -> tuple[Table, ...]:
        """Every figure of every year, every share, every total with the forces it is over."""
        figures = self.figures
        rows: list[tuple[Value, ...]] = []
        shares: list[tuple[Value, ...]] = []
        for day in figures.years:
            for force, who in figures.forces.items():
                signed = figures.gathered.returns.get((day, force))
                for code in figures.items[day]:
                    answer = figures.answer(day, force, code)
                    rows.append(
                        (
                            day,
                            force,
                            who.name,
                            code,
                            answer.value,
                            answer.status,
                            answer.reason,
                            signed.digest if signed else "",
                        )
                    )
                    if share := figures.share(day, force, code):
                        shares.append(
                            (
                                day,
                                force,
                                who.name,
                                code,
                                share.counted,
                                share.of,
                                round(share.share, 6),
                                round(share.low, 6),
                                round(share.high, 6),
                            )
                        )
        total_rows: list[tuple[Value, ...]] = []
        for one in figures.printed_sums():
            total_rows.append(
                (
                    one.code, one.year_end, one.item, one.code.rpartition(":")[2], figures.total(one.code), len(one.cells),
                    " ".join(f"{cell.force}/{cell.version}" for cell in sorted(one.cells)),
                )
            )  # fmt: skip
        earlier = self.before.superseded(figures) if self.before else []
        return (
            Table(
                "figures",
                "Every figure of every force and year",
                (
                    Column("year_end", "Year to", "date", "Last day of the year"),
                    *FORCE,
                    Column("item", "Item", means="Code of the item of the return"),
                    Column("value", "Value", "whole", "The figure; empty where none is printed"),
                    Column("status", "Status", means="published, protected, unable or missing"),
                    Column("reason", "Reason", means="Code of why it was not provided"),
                    Column("digest", "Digest", means="What the signature of the return binds"),
                ),
                tuple(rows),
                long=True,
                key=("year_end", "force", "item"),
            ),
            Table(
                "shares",
                "Every share of every force and year with its interval",
                (
                    Column("year_end", "Year to", "date", "Last day of the year"),
                    *FORCE,
                    Column("item", "Item", means="Code of the item of the return"),
                    Column("counted", "Number", "whole", "How many"),
                    Column("of", "Of", "whole", "Of how many"),
                    Column("share", "Share", "number", "Counted by of"),
                    Column("low", "From", "number", "Lower end of its 95 percent Wilson interval"),
                    Column("high", "To", "number", "Upper end"),
                ),
                tuple(shares),
                long=True,
                key=("year_end", "force", "item"),
            ),
            Table(
                "totals",
                "Every total with the forces that it is over",
                (
                    Column("total", "Total", means="Code of the total"),
                    Column("year_end", "Year to", "date", "Last day of the year"),
                    Column("item", "Item", means="Code of the item of the return"),
                    Column(
                        "basis",
                        "Basis",
                        means="total: who gave it; part and of: who gave it and its whole; then and now: who gave it in both years",
                    ),
                    Column("value", "Value", "whole", "The total"),
                    Column("forces", "Forces", "whole", "Over how many"),
                    Column(
                        "over",
                        "Over",
                        means="Code of each force and the beginning of the digest that was signed",
                    ),
                ),
                (*total_rows, *earlier),
                long=True,
                key=("total",),
            ),
        )


def _value(told: object) -> float | None:
    return (
        None
        if told is None
        else getattr(told, "share", None)
        if hasattr(told, "share")
        else getattr(told, "rate", None)
    )


def _round(value: float | None) -> Value:
    return "[z]" if value is None else round(value, 4)


def _slug(words: str) -> str:
    """Words as a part of a file's name."""
    return "-".join(words.lower().split())
