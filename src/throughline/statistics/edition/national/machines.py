"""The long tables of an edition of returns, for programs: every figure, every share, every total with its forces."""

from datetime import date

from throughline.statistics.edition.content import Column, Table, Value
from throughline.statistics.edition.national.shared import FORCE, Basis


def data(basis: Basis) -> tuple[Table, ...]:
    """Every figure of every year, every share, every total with the forces it is over."""
    figures = basis.figures
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
                        signed.told_by if signed else "",
                    )
                )
                if share := figures.share(day, force, code):
                    every = figures.national(day, code)
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
                            None if every is None else round(every.share, 6),
                            _similar(basis, day, force, code),
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
    earlier = basis.before.superseded(figures) if basis.before else []
    return (
        Table(
            "items",
            "What each figure counts",
            (
                Column("item", "Item", means="Code of the item of the return"),
                Column("sheet", "Subject", means="Sheet of the return"),
                Column("label", "Figure", means="What is counted"),
                Column("definition", "Definition", means="What is counted, in full"),
                Column("part_of", "Share of", means="Code of the item that it is a share of"),
            ),
            tuple(
                (code, item.sheet, item.label, item.definition, item.part_of or "[z]")
                for code, item in basis.items.items()
            ),
            key=("item",),
        ),
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
                Column("digest", "Digest", means="Tells the return from one that corrected it"),
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
                Column("national", "All forces", "number", "Share over all forces that gave both"),
                Column("similar", "Similar forces", "number", "Middle of the shares of the similar forces"),
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
                    means="Code of each force and the beginning of the digest of its return",
                ),
            ),
            (*total_rows, *earlier),
            long=True,
            key=("total",),
        ),
    )


def _similar(basis: Basis, day: date, force: str, code: str) -> float | None:
    middle = basis.figures.similar_share(day, force, code)
    return None if middle is None else round(middle, 6)
