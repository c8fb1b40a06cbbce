"""What a published edition is: a folder with an index, of which nothing is served but what it may hold."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from throughline.statistics.edition.tabular import ANSWER, SHARE

#: What an edition may hold, and as what it is sent. Anything else in its folder is not served.
KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".txt": "text/plain; charset=utf-8",
}
#: What has no ending, of whatever edition.
NAMED: Final = {"SHA256SUMS"}
#: What a reader saves rather than reads in the browser.
SAVED: Final = {".csv", ".json", ".xlsx", ".ods", ".txt"}
#: The first page of an edition.
FIRST: Final = "index.html"
#: Rows of a table on one page.
A_PAGE: Final = 100
#: Columns that name a force by its code.
OF_A_FORCE: Final = ("force", "force_code", "code", "area_code")


class BadEdition(ValueError):
    """A folder is no edition that can be served; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """A page, table or figure of an edition: its file, its title, and the files that go with it."""

    id: str
    title: str
    path: str
    page: str
    files: tuple[str, ...]
    group: str = ""
    """The heading of the contents under which a page stands; empty for the contents themselves."""


@dataclass(frozen=True, slots=True)
class Glance:
    """One line of what an edition says at a glance, and the page that shows it."""

    page: str
    text: str
    says: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A published edition."""

    slug: str
    title: str
    invented: bool
    periods: tuple[str, ...]
    pages: tuple[Part, ...]
    tables: tuple[Part, ...]
    figures: tuple[Part, ...]
    folder: Path
    summary: str = ""
    published: date | None = None
    dated: str = ""
    """What stands in place of the day of publication, as for a report that was printed long ago."""
    glance: tuple[Glance, ...] = ()
    spreadsheet: str = ""


def read_edition(folder: Path) -> Edition:
    """The edition in a folder, by its ``index.json``. Raises BadEdition."""
    try:
        told = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        return Edition(
            folder.name,
            _title(told.get("title") or told["edition"]),
            bool(told["invented"]),
            tuple(_title(one) for one in told.get("periods", [])),
            tuple(_part(one, "path") for one in told.get("pages", [])),
            tuple(_part(one, "csv") for one in told.get("tables", [])),
            tuple(_part(one, "svg") for one in told.get("figures", [])),
            folder,
            str(told.get("summary") or ""),
            date.fromisoformat(told["published"]) if told.get("published") else None,
            str(told.get("dated") or ""),
            tuple(
                Glance(str(one["page"]), str(one["text"]), str(one["says"])) for one in told.get("glance", [])
            ),
            str(told.get("spreadsheet") or ""),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadEdition(
            f"{folder.name}: index.json is no index of an edition ({type(error).__name__})"
        ) from None


def _title(told: Any) -> str:
    """A text, or the title or name of something that has more to it."""
    if isinstance(told, dict):
        return str(told.get("title") or told.get("label") or told.get("name") or told.get("code") or "")
    return str(told)


def _part(told: dict[str, Any], main: str) -> Part:
    """A part of an edition; ``main`` is the name of its own file in the index."""
    files = [
        str(value)
        for name, value in told.items()
        if name != "page" and isinstance(value, str) and Path(value).suffix in KINDS
    ]
    path = str(told.get(main) or told.get("path") or (files[0] if files else ""))
    return Part(
        str(told.get("id") or path),
        str(told["title"]),
        path,
        str(told.get("page") or ""),
        tuple(files),
        str(told.get("group") or ""),
    )


def grouped(pages: Sequence[Part]) -> dict[str, list[Part]]:
    """The pages of an edition under the headings of its contents, in its own order; its first page is not one of them."""
    found: dict[str, list[Part]] = {}
    for page in pages:
        if page.path == FIRST:
            continue
        found.setdefault(page.group, []).append(page)
    return found


def force_path(code: str) -> str:
    """Where the digest of a force stands in an edition of returns."""
    return f"force-{code.lower()}.html"


def holding(parts: Sequence[Part], words: str) -> list[Part]:
    """The tables or figures whose title holds every one of some words."""
    asked = words.casefold().split()
    return [part for part in parts if all(word in part.title.casefold() for word in asked)]


def inside(folder: Path, relative: str) -> Path | None:
    """The file of an edition that an address names, where it may be served; None for everything else."""
    parts = Path(relative).parts
    if not parts or any(part.startswith(".") or part == "/" for part in parts):
        return None
    path = (folder / relative).resolve()
    if (
        (path.suffix not in KINDS and path.name not in NAMED)
        or not path.is_relative_to(folder.resolve())
        or not path.is_file()
    ):
        return None
    return path


@dataclass(frozen=True, slots=True)
class Table:
    """Some rows of a table: how many there are that fit, and which of them these are."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    found: int
    of: int
    page: int
    pages: int


def read_table(path: Path, *, column: str = "", contains: str = "", page: int = 1) -> Table:
    """The rows of a CSV file whose ``column``, or any column where none is said, holds some text; a page of them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        columns = tuple(next(reader, ()))
        rows = list(_fitting(reader, columns, column, contains.strip().casefold()))
    found = [row for fits, row in rows if fits]
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(max(page, 1), pages)
    shown = tuple(found[(page - 1) * A_PAGE : page * A_PAGE])
    return Table(columns, shown, len(found), len(rows), page, pages)


@dataclass(frozen=True, slots=True)
class Head:
    """How a column is shown: its title, and as what its numbers are read."""

    title: str
    kind: str = ""
    """whole, share, or empty for what is shown as it stands in the file"""

    def shown(self, cell: str) -> str:
        """A cell for a reader; a mark in place of a number stays."""
        if self.kind == "whole" and cell.isascii() and cell.isdecimal():
            return f"{int(cell):,}"
        if self.kind == "share" and _SHARE.fullmatch(cell):
            return f"{float(cell):.1%}"
        return cell


_SHARE: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def heads(path: Path, columns: Sequence[str]) -> list[Head]:
    """The columns of a table by the titles of the CSVW beside it; by their names where there is none."""
    try:
        beside = path.with_name(f"{path.name}-metadata.json").read_text(encoding="utf-8")
        told = {one["name"]: one for one in json.loads(beside)["tableSchema"]["columns"]}
        return [_head(name, told.get(name, {})) for name in columns]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [Head(name) for name in columns]


def _head(name: str, told: dict[str, Any]) -> Head:
    kind = (
        "share"
        if told.get("schema:unitText") == SHARE
        else "whole"
        if told.get("datatype") == "integer" or told.get("schema:unitText") == ANSWER
        else ""
    )
    return Head(str(told.get("dc:title") or name), kind)


def _fitting(
    reader: Iterator[Sequence[str]], columns: Sequence[str], column: str, contains: str
) -> Iterator[tuple[bool, tuple[str, ...]]]:
    at = columns.index(column) if column in columns else None
    for row in reader:
        cells = row if at is None else row[at : at + 1]
        yield not contains or any(contains in cell.casefold() for cell in cells), tuple(row)
