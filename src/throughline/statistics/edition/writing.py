"""An edition as files: pages, pictures, CSV with CSVW and a data package, a spreadsheet, an index, and the digests of all."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

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
from throughline.statistics.edition.sealing import SUMS, seal
from throughline.statistics.edition.spreadsheet import write_spreadsheet

#: The style sheet that the whole project's pages have, as it is built at set-up.
STYLE: Final = Path(__file__).resolve().parents[4] / "build" / "assets" / "throughline.css"
SPREADSHEET: Final = "edition.xlsx"
INDEX: Final = "index.json"
_CSVW: Final[dict[str, Any]] = {
    "text": "string",
    "whole": "integer",
    "share": "number",
    "number": "number",
    "date": {"base": "date", "format": "yyyy-MM-dd"},
}
_PACKAGE: Final = {
    "text": "string",
    "whole": "integer",
    "share": "number",
    "number": "number",
    "date": "date",
}
_INVENTED: Final = Column("invented", "Invented", means="invented: no such force exists")


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
    templates.filters["shown"] = shown
    template = templates.get_template("page.html")
    for page in (*edition.pages, data):
        (out / page.path).write_text(
            template.render(
                edition=edition, page=page, kind_of=_kind_of, csv_of=csv_path, marks=_marks_of(page)
            ),
            encoding="utf-8",
        )
    progress(f"{len(edition.pages) + 1} pages written")
    for figure, _ in edition.figures:
        (out / "figures" / f"{figure.id}.svg").write_text(figure.svg, encoding="utf-8")
    for table, _ in edition.tables:
        (out / csv_path(table)).write_bytes(_csv(table, edition.invented))
        (out / f"{csv_path(table)}-metadata.json").write_text(_csvw(table, edition), encoding="utf-8")
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


def _columns(table: Table, invented: bool) -> tuple[Column, ...]:
    return (*table.columns, _INVENTED) if invented else table.columns


def _csv(table: Table, invented: bool) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in _columns(table, invented)])
    for row in table.rows:
        cells: list[object] = [
            "" if cell is None else cell.isoformat() if isinstance(cell, date) else cell for cell in row
        ]
        writer.writerow([*cells, "invented"] if invented else cells)
    return out.getvalue().encode()


def _csvw(table: Table, edition: Edition) -> str:
    columns: list[dict[str, object]] = []
    for column in _columns(table, edition.invented):
        one: dict[str, object] = {
            "name": column.name,
            "titles": column.name,
            "dc:title": column.title,
            "dc:description": column.means or column.title,
            "datatype": _CSVW[column.kind],
        }
        if column.kind != "text":
            one["null"] = ["", *MARKS]
        columns.append(one)
    schema: dict[str, object] = {"columns": columns}
    if table.key:
        schema["primaryKey"] = list(table.key)
    return _json(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": f"{table.id}.csv",
            "dc:title": table.title + (" (invented)" if edition.invented else ""),
            "dc:description": " ".join(table.notes) or table.title,
            "dc:issued": edition.published.isoformat(),
            "dialect": {"header": True},
            "tableSchema": schema,
        }
    )


def _package(edition: Edition) -> str:
    return _json(
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
                            for column in _columns(table, edition.invented)
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

    return _json(
        {
            "edition": edition.name,
            "title": edition.title,
            "summary": edition.summary,
            "invented": edition.invented,
            "published": edition.published.isoformat(),
            "periods": list(edition.periods),
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


def _json(told: object) -> str:
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"
