"""The long tables of an edition of returns, for programs: every figure, every share, every total with its forces."""

from datetime import date

from throughline.reference import load
from throughline.statistics.edition.content import CODE, FORCE, ITEM, YEAR, Column, Table, Value
from throughline.statistics.edition.national.shared import Basis, counts, with_interval
from throughline.statistics.edition.national.tables import notes_table
from throughline.statistics.edition.similar import pairs


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
    codes = [*dict.fromkeys(code for day in figures.years for code in figures.items[day])]
    notes = notes_table(basis, "notes", "every figure of every year", figures.years, codes, long=True)
    return (
        Table(
            "items",
            "What each figure counts",
            (
                *ITEM,
                Column("sheet", "Subject", means="Sheet of the return"),
                Column("definition", "Definition", means="What is counted, in full"),
                Column("part_of", "Share of", means="Code of the item that it is a share of"),
            ),
            tuple(
                (code, item.label, item.sheet, item.definition, item.part_of or "[z]")
                for code, item in basis.items.items()
            ),
            key=("item",),
        ),
        Table(
            "figures",
            "Every figure of every force and year",
            (
                YEAR,
                *FORCE,
                CODE,
                Column("value", "Value", "whole", "The figure; empty where none is printed"),
                Column(
                    "status",
                    "Status",
                    means="published, protected, unable, not-asked (the item was added to the list since) or missing",
                ),
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
                YEAR,
                *FORCE,
                CODE,
                *counts(),
                *with_interval("Share", "Counted by of, with Wilson's interval", "number"),
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
                YEAR,
                CODE,
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
        _returns(basis),
        _methods(basis),
        *([notes] if notes else []),
        pairs(figures.forces),
    )


def _returns(basis: Basis) -> Table:
    """Which force made a return for which year, when it was signed and what the signature binds."""
    gathered = basis.figures.gathered
    rows: list[tuple[Value, ...]] = []
    for day in basis.figures.years:
        for force, who in basis.figures.forces.items():
            signed = gathered.returns.get((day, force))
            given = sum(entry.value is not None for entry in signed.told.entries.values()) if signed else 0
            if signed:
                asked = len(signed.told.entries)
                rows.append((day, force, who.name, "signed", asked, given, signed.signed_on))
            else:
                rows.append((day, force, who.name, "missing", len(basis.figures.items[day]), given, None))
    return Table(
        "returns",
        "Every return that was asked for",
        (
            YEAR,
            *FORCE,
            Column("status", "Status", means="signed or missing"),
            Column(
                "asked",
                "Figures asked for",
                "whole",
                "Items of the return of that year, as they were when it was asked for",
            ),
            Column("given", "Figures given", "whole", "How many it gave; the others say why not"),
            Column("signed_on", "Signed on", "date", "Day of the signature"),
        ),
        tuple(rows),
        long=True,
        key=("year_end", "force"),
    )


def _methods(basis: Basis) -> Table:
    """How each force says that it counted each sheet."""
    bases = {row.code: row.label for row in load("counting-bases").rows}
    rows: list[tuple[Value, ...]] = []
    for (day, force), signed in sorted(basis.figures.gathered.returns.items()):
        for sheet, one in signed.told.methods.items():
            by = bases.get(one.counted_by, one.counted_by)
            rows.append((day, force, basis.force_name(force), sheet, by, one.definition, one.method))
    return Table(
        "methods",
        "How every force counted",
        (
            YEAR,
            *FORCE,
            Column("sheet", "Subject", means="Sheet of the return"),
            Column("counted_by", "Counted by", means="By what the sheet was counted"),
            Column("definition", "Definition", means="The force's own, where it differs"),
            Column("method", "Method", means="In the force's own words"),
        ),
        tuple(rows),
        long=True,
        key=("year_end", "force", "sheet"),
    )


def _similar(basis: Basis, day: date, force: str, code: str) -> float | None:
    middle = basis.figures.similar_share(day, force, code)
    return None if middle is None else round(middle, 6)
