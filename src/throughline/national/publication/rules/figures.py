"""Every figure of an edition, to be narrowed by force, figure and year, and opened: what it counts, of what, beside whom."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from throughline.national.publication.rules.editions import Edition, inside
from throughline.statistics.edition.content import FORCE, ITEM, YEAR, Column, Table, Value
from throughline.statistics.edition.spreadsheet import spreadsheet

ITEMS, FIGURES, SHARES = "data/items.csv", "data/figures.csv", "data/shares.csv"
#: What a reader takes away.
COLUMNS: Final = (
    YEAR,
    *FORCE,
    *ITEM,
    Column("definition", "Definition", means="What is counted, in full"),
    Column("value", "Number", "whole", "The figure; empty where none is printed"),
    Column("status", "Status", means="published, protected, unable or missing"),
    Column("reason", "Reason", means="Code of why it was not provided"),
    Column("of", "Of how many", "whole", "What it is a share of, counted"),
    Column("share", "Share", "share", "Figure by of"),
    Column("low", "Interval from", "share", "Lower end of the 95 percent Wilson interval of the share"),
    Column("high", "Interval to", "share", "Upper end"),
    Column("national", "All forces", "share", "Share over all forces that gave both"),
    Column("similar", "Similar forces", "share", "Middle of the shares of the similar forces"),
    Column("digest", "Digest", means="Tells the return from one that corrected it"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """What a figure counts, and of what it is a share."""

    code: str
    sheet: str
    label: str
    definition: str
    part_of: str


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one force for one year, as the edition prints it. Shares are from 0 to 1, None where none is printed."""

    year_end: date
    force: str
    name: str
    item: Item
    value: str
    status: str
    """published, protected, unable or missing"""
    reason: str
    digest: str
    of: str = ""
    share: float | None = None
    low: float | None = None
    high: float | None = None
    national: float | None = None
    similar: float | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """All figures of an edition."""

    items: dict[str, Item]
    forces: dict[str, str]
    years: tuple[date, ...]
    """Last days of the years, the latest first."""
    lines: tuple[Line, ...]
    invented: bool

    def narrowed(self, *, force: str = "", item: str = "", year: str = "") -> list[Line]:
        """The figures of a force, of one kind, of a year; what is empty is not asked. The latest year comes first."""
        found = [
            line
            for line in self.lines
            if (not force or line.force == force)
            and (not item or line.item.code == item)
            and (not year or line.year_end.isoformat() == year)
        ]
        return sorted(found, key=lambda line: line.year_end, reverse=True)


def read_book(edition: Edition) -> Book | None:
    """Every figure of an edition that is made of returns; None for one that is not, as a report's printed figures."""
    paths = [inside(edition.folder, name) for name in (ITEMS, FIGURES, SHARES)]
    if not all(paths):
        return None
    there = [path for path in paths if path is not None]
    return _read(tuple(there), tuple(path.stat().st_mtime_ns for path in there), edition.invented)


@lru_cache(maxsize=4)
def _read(paths: tuple[Path, ...], _written: tuple[int, ...], invented: bool) -> Book | None:
    try:
        items = {
            row["item"]: Item(
                row["item"], row["sheet"], row["label"], row["definition"],
                "" if row["part_of"].startswith("[") else row["part_of"],
            )
            for row in _rows(paths[0])
        }  # fmt: skip
        shares = {(row["year_end"], row["force"], row["item"]): row for row in _rows(paths[2])}
        lines = []
        for row in _rows(paths[1]):
            share = shares.get((row["year_end"], row["force"], row["item"]), {})
            # a figure of an earlier year that is not asked for any more has no words of this year
            item = items.get(row["item"]) or Item(row["item"], "", row["item"], "", "")
            lines.append(
                Line(
                    date.fromisoformat(row["year_end"]), row["force"], row["name"], item, row["value"], row["status"], row["reason"],
                    row["digest"], share.get("of", ""),
                    *(_number(share.get(name, "")) for name in ("share", "low", "high", "national", "similar")),
                )
            )  # fmt: skip
    except (KeyError, ValueError):
        return None
    return Book(
        items,
        {line.force: line.name for line in sorted(lines, key=lambda line: line.name.casefold())},
        tuple(sorted({line.year_end for line in lines}, reverse=True)),
        tuple(lines),
        invented,
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _number(text: str) -> float | None:
    return float(text) if text and not text.startswith("[") else None


def seen(lines: Iterable[Line], *, title: str) -> Table:
    """What is seen, as one table to take away; empty cells where nothing is printed."""
    rows: list[tuple[Value, ...]] = [
        (
            line.year_end, line.force, line.name, line.item.code, line.item.label, line.item.definition, _whole(line.value),
            line.status, line.reason, _whole(line.of), line.share, line.low, line.high, line.national, line.similar, line.digest,
        )
        for line in lines
    ]  # fmt: skip
    notes = ("Where a figure is not printed, its status says why.",)
    return Table("figures", title, COLUMNS, tuple(rows), notes, key=("year_end", "force", "item"))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def as_workbook(table: Table, edition: Edition) -> bytes:
    """The same as a spreadsheet, with a cover and notes as the spreadsheet of a whole edition has them."""
    day = edition.published or max(row[0] for row in table.rows if isinstance(row[0], date))
    return spreadsheet(
        [table],
        title=edition.title,
        summary=edition.summary,
        dated=f"Published {day.day} {day:%B %Y}",
        day=day,
        contact="The statistician who publishes this edition",
        sources=(),
        invented=edition.invented,
    )
