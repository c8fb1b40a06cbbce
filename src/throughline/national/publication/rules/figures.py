"""Every figure of an edition, to be narrowed by force, figure and year, and opened: what it counts, of what, beside whom."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table

from throughline.national.publication.rules.editions import Edition, inside

ITEMS, FIGURES, SHARES = "data/items.csv", "data/figures.csv", "data/shares.csv"
#: What a reader takes away, and what each column means.
MEANS: Final = {
    "year_end": "Last day of the year",
    "force": "Code of the force's area",
    "name": "Name of the force",
    "item": "Code of the item of the return",
    "label": "What is counted",
    "definition": "What is counted, in full",
    "value": "The figure; empty where none is printed",
    "status": "published, protected, unable or missing",
    "reason": "Code of why it was not provided",
    "of": "What it is a share of, counted",
    "share": "Value by of",
    "low": "Lower end of the 95 percent Wilson interval of the share",
    "high": "Upper end",
    "national": "Share over all forces that gave both",
    "similar": "Middle of the shares of the similar forces",
    "digest": "Tells the return from one that corrected it",
}
HEADINGS: Final = tuple(MEANS)


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


def as_csv(lines: Iterable[Line], *, invented: bool) -> str:
    """What is seen, as a reader takes it away; each row of an invented edition says so."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*HEADINGS, *(["invented"] if invented else [])])
    for row in cells(lines):
        writer.writerow([*row, *(["invented"] if invented else [])])
    return out.getvalue()


def as_csvw(name: str, *, invented: bool) -> str:
    """What the columns of ``as_csv`` mean, as CSV on the Web, for a file of that name."""
    kinds = {"year_end": "date", "value": "integer", "of": "integer"} | dict.fromkeys(
        ("share", "low", "high", "national", "similar"), "number"
    )
    columns = [
        {"name": one, "titles": one, "datatype": kinds.get(one, "string"), "dc:description": MEANS[one]}
        for one in HEADINGS
    ]
    if invented:
        columns.append(
            {
                "name": "invented",
                "titles": "invented",
                "datatype": "string",
                "dc:description": "No such force exists",
            }
        )
    for column in columns:
        if column["datatype"] in ("integer", "number"):
            # what an edition prints in place of a number it cannot tell
            column["null"] = ""
    told = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": name,
        "tableSchema": {"columns": columns, "primaryKey": ["year_end", "force", "item"]},
    }
    return json.dumps(told, indent=1) + "\n"


def as_xlsx(lines: Iterable[Line], *, title: str, invented: bool) -> bytes:
    """What is seen, as one table of a spreadsheet with its title above."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Figures"
    sheet.append([title + (" (invented)" if invented else "")])
    sheet["A1"].font = Font(name="Arial", size=12, bold=True)
    sheet.append(["One table. Where a figure is not printed, its status says why; [z] does not apply."])
    headings = [*HEADINGS, *(["invented"] if invented else [])]
    sheet.append(headings)
    for row in cells(lines):
        sheet.append([_cell(cell) for cell in (*row, *(["invented"] if invented else []))])
    for of_row in sheet.iter_rows(min_row=4):
        for cell in of_row:
            if isinstance(cell.value, str):
                # words are never reckoned as a formula
                cell.data_type = "s"
    if sheet.max_row > 3:
        sheet.add_table(
            Table(displayName="figures", ref=f"A3:{get_column_letter(len(headings))}{sheet.max_row}")
        )
    for at, heading in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = (
            40 if heading in ("label", "definition") else 16
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(cell: object) -> object:
    if cell is None or cell == "":
        return "[z]"
    return int(cell) if isinstance(cell, str) and cell.isascii() and cell.isdecimal() else cell


def cells(lines: Iterable[Line]) -> Sequence[tuple[object, ...]]:
    """The cells of each figure under ``HEADINGS``; empty where none is printed."""
    return [
        (
            line.year_end, line.force, line.name, line.item.code, line.item.label, line.item.definition, line.value,
            line.status, line.reason, line.of, line.share, line.low, line.high, line.national, line.similar, line.digest,
        )
        for line in lines
    ]  # fmt: skip
