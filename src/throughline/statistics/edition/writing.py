"""An edition as files: pages, pictures, CSV with CSVW and a data package, a spreadsheet, an index, and the digests of all."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from throughline.statistics.edition.content import (
    MARKS,
    Column,
    Edition,
    Figure,
    Link,
    Links,
    Page,
    Table,
    Value,
)
from throughline.statistics.edition.helping import TITLE as HELP
from throughline.statistics.edition.helping import helplines, how_sure
from throughline.statistics.edition.sealing import SUMS, seal
from throughline.statistics.edition.spreadsheet import write_spreadsheet
from throughline.statistics.edition.tabular import as_csv, as_csvw, as_json, with_invented

#: The style sheet that the whole project's pages have, as it is built at set-up.
STYLE: Final = Path(__file__).resolve().parents[4] / "build" / "assets" / "throughline.css"
SPREADSHEET: Final = "edition.xlsx"
INDEX: Final = "index.json"
_PACKAGE: Final = {
    "text": "string",
    "whole": "integer",
    "share": "number",
    "number": "number",
    "date": "date",
    "answer": "string",
}


class FolderError(ValueError):
    """The edition cannot be written where it was asked for: says why."""


def write_edition(
    edition: Edition, out: Path, *, style: Path = STYLE, progress: Callable[[str], None] = lambda _: None
) -> tuple[Path, ...]:
    """Write all of an edition into a folder that is new or empty; returns the files in order. Raises FolderError.

    Nothing in any file hangs on when or where it is written: rebuilt, each is the same to the last byte.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FolderError(f"{out.name} is there already and not empty; choose another folder")
    if not style.is_file():
        raise FolderError(
            "the style sheet is not built; run ./run demo or ./run test once, or name one with --style"
        )
    (out / "data").mkdir(parents=True)
    (out / "figures").mkdir()
    shutil.copyfile(Path(__file__).parent / "templates" / "edition.css", out / "edition.css")
    shutil.copyfile(style, out / "throughline.css")
    data = Page("data.html", "All files to download", (_downloads(edition),), "Files")
    templates = Environment(
        loader=PackageLoader("throughline.statistics.edition"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = templates.get_template("page.html")
    for page in (*edition.pages, data):
        (out / page.path).write_text(
            template.render(
                edition=edition,
                page=page,
                kind_of=_kind_of,
                csv_of=csv_path,
                marks=_marks_of(page),
                rows_of=rows_of,
                help={"title": HELP, "lines": helplines(), "sure": how_sure()},
            ),
            encoding="utf-8",
        )
    progress(f"{len(edition.pages) + 1} pages written")
    for figure, _ in edition.figures:
        (out / "figures" / f"{figure.id}.svg").write_text(figure.svg, encoding="utf-8")
    for table, _ in edition.tables:
        (out / csv_path(table)).write_bytes(as_csv(table, invented=edition.invented))
        csvw = as_csvw(
            table, f"{table.id}.csv", invented=edition.invented, issued=edition.published.isoformat()
        )
        (out / f"{csv_path(table)}-metadata.json").write_text(csvw, encoding="utf-8")
    (out / "datapackage.json").write_text(_package(edition), encoding="utf-8")
    progress(f"{len(edition.tables)} tables written")
    write_spreadsheet(out / SPREADSHEET, edition)
    (out / INDEX).write_text(_index(edition, data), encoding="utf-8")
    files = sorted(path for path in out.rglob("*") if path.is_file())
    seal(out)
    progress("spreadsheet, index and digests written")
    return (*files, out / SUMS)


def csv_path(table: Table) -> str:
    return f"data/{table.id}.csv"


def shown(value: Value, kind: str) -> str:
    """A cell as a reader sees it."""
    if value is None or value == "":
        return "[z]"
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if kind == "share":
        return f"{value:.1%}"
    return f"{value:,.1f}" if kind == "number" else f"{value:,}"


#: From so many letters a cell is words to be read, which need room.
WORDS: Final = 60


def rows_of(table: Table) -> tuple[list[tuple[Column, bool]], list[list[tuple[str, str, bool]]]]:
    """The columns that a page shows and the cells under them, each with its kind; words that need room say so.

    Both ends of a range stand in one cell.
    """
    columns, upper = table.columns, {at + 1 for at, column in enumerate(table.columns) if column.ranged}
    at = [number for number, column in enumerate(columns) if column.page and number not in upper]
    wide = {
        number
        for number in at
        if columns[number].kind == "text"
        and any(isinstance(row[number], str) and len(str(row[number])) > WORDS for row in table.rows)
    }

    def cell(row: tuple[Value, ...], number: int) -> str:
        kind, first = columns[number].kind, shown(row[number], columns[number].kind)
        # where there is no range both ends hold the mark that says why
        both = columns[number].ranged and not isinstance(row[number], str)
        return f"{first} to {shown(row[number + 1], kind)}" if both else first

    return (
        [
            (replace(columns[number], title=columns[number].ranged or columns[number].title), number in wide)
            for number in at
        ],
        [[(cell(row, number), columns[number].kind, number in wide) for number in at] for row in table.rows],
    )


def _kind_of(block: object) -> str:
    return "text" if isinstance(block, str) else type(block).__name__.lower()


def _marks_of(page: Page) -> list[tuple[str, str]]:
    """The marks that stand on a page, with what they mean."""
    cells = {
        str(cell)
        for block in page.blocks
        for table in (
            [block] if isinstance(block, Table) else [block.table] if isinstance(block, Figure) else []
        )
        for row in table.rows
        for cell in row
        if isinstance(cell, str) and cell.startswith("[")
    }
    return [(mark, means) for mark, means in MARKS.items() if mark in cells]


def _downloads(edition: Edition) -> Links:
    return Links(
        (
            Link(SPREADSHEET, "All tables as a spreadsheet", "Excel"),
            Link(INDEX, "What the edition holds", "JSON"),
            Link("datapackage.json", "What the files hold, as a data package", "JSON"),
            Link(SUMS, "Digests of all files"),
            *(Link(csv_path(table), table.title, "CSV") for table, _ in edition.tables),
        )
    )


def _package(edition: Edition) -> str:
    return as_json(
        {
            "profile": "tabular-data-package",
            "name": _slug(edition.name),
            "title": edition.title,
            "description": ("Invented figures of invented forces. " if edition.invented else "")
            + edition.summary,
            "created": f"{edition.published.isoformat()}T00:00:00Z",
            "sources": [{"title": source} for source in edition.sources],
            "resources": [
                {
                    "name": table.id,
                    "path": csv_path(table),
                    "title": table.title,
                    "profile": "tabular-data-resource",
                    "encoding": "utf-8",
                    "schema": {
                        "missingValues": ["", *MARKS],
                        "fields": [
                            {
                                "name": column.name,
                                "title": column.title,
                                "description": column.means or column.title,
                                "type": _PACKAGE[column.kind],
                            }
                            for column in with_invented(table, invented=edition.invented)
                        ],
                        **({"primaryKey": list(table.key)} if table.key else {}),
                    },
                }
                for table, _ in edition.tables
            ],
        }
    )


def _index(edition: Edition, data: Page) -> str:
    def page_of(page: Page | None) -> str:
        return page.path if page else data.path

    return as_json(
        {
            "edition": edition.name,
            "title": edition.title,
            "summary": edition.summary,
            "invented": edition.invented,
            "published": edition.published.isoformat(),
            "dated": edition.dated,
            "periods": list(edition.periods),
            "glance": [{"page": one.path, "text": one.text, "says": one.more} for one in edition.glance],
            "style": "throughline.css",
            "spreadsheet": SPREADSHEET,
            "pages": [
                {"path": page.path, "title": page.title, "group": page.group}
                for page in (*edition.pages, data)
            ],
            "tables": [
                {
                    "id": table.id,
                    "title": table.title,
                    "csv": csv_path(table),
                    "csvw": f"{csv_path(table)}-metadata.json",
                    "page": page_of(page),
                    "rows": len(table.rows),
                    "invented": edition.invented,
                }
                for table, page in edition.tables
            ],
            "figures": [
                {
                    "id": figure.id,
                    "title": figure.title,
                    "svg": f"figures/{figure.id}.svg",
                    "says": figure.says,
                    "table": figure.table.id,
                    "page": page.path,
                    "invented": edition.invented,
                }
                for figure, page in edition.figures
            ],
        }
    )


def _slug(name: str) -> str:
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())
    return "-".join(part for part in kept.split("-") if part) or "edition"
