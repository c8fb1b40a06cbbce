"""Tables in a spreadsheet file, written and read by openpyxl, which is given nothing that was not judged before.

What comes from outside is not trusted: the directory of the archive is judged before anything is inflated, inflation is
capped, and every part is walked once before it is read: a document type or an entity is refused, and so is more, or more
deeply nested, than a return is. Formulas are never reckoned: the value that was saved with one is read.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Final
from xml.parsers import expat

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import TYPE_STRING
from openpyxl.styles import Font

LARGEST: Final = 5_000_000
#: All parts inflated, and how many there may be.
INFLATED: Final = 20_000_000
PARTS: Final = 200
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 50
#: Elements of all parts that are read cell by cell, of any other part, and how deep one may stand.
CELLS: Final = 500_000
OTHERS: Final = 20_000
DEEPEST: Final = 40
#: Earlier than any day on which one was made: the file is the same whenever it is made.
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
_BY_CELL: Final = ("xl/worksheets/sheet", "xl/sharedStrings")
_SAVED: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


class WorkbookError(ValueError):
    """The file is no spreadsheet that can be read: says why."""


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[str | int]]]) -> None:
    """Write tables into a spreadsheet file, each on a sheet of its name, the first row bold and held in view.

    A text stays a text, also one that begins as a formula does.
    """
    book = Workbook()
    book.remove(book.active)
    book.properties.creator = "Throughline"
    bold = Font(bold=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for row, cells in enumerate(rows, start=1):
            for column, told in enumerate(cells, start=1):
                if told == "":
                    continue
                cell = sheet.cell(row, column)
                cell.value = told
                if isinstance(told, str):
                    cell.data_type = TYPE_STRING
                if row == 1:
                    cell.font = bold
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as saved, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in saved.infolist():
            content = _SAVED.sub(rb"\g<1>1980-01-01T00:00:00Z", saved.read(info))
            archive.writestr(zipfile.ZipInfo(info.filename, _STAMP), content, zipfile.ZIP_DEFLATED)


def read_workbook(path: Path) -> dict[str, list[list[str]]]:
    """The tables of a spreadsheet file by the names of their sheets, every cell as text. Raises WorkbookError."""
    try:
        if path.stat().st_size > LARGEST:
            raise WorkbookError(f"is larger than {LARGEST:,} bytes")
        content = path.read_bytes()
    except OSError:
        raise WorkbookError("is not there or cannot be opened") from None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _judge(archive)
        with warnings.catch_warnings():
            # of extensions that it does not know, and does not need
            warnings.simplefilter("ignore")
            return _tables(content)
    except WorkbookError:
        raise
    # a library that is given a damaged file raises whatever the damage leads to
    except Exception:
        raise WorkbookError("is no spreadsheet of the kind .xlsx, or is damaged") from None


def _judge(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that is more than a spreadsheet of tables. Raises WorkbookError, or whatever zipfile raises."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(infos) > PARTS or sum(info.file_size for info in infos) > INFLATED:
        raise WorkbookError("would unpack to more than a return is")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise WorkbookError("is packed in a way that no spreadsheet is")
    if len({name.casefold() for name in names}) != len(names):
        raise WorkbookError("has two parts of one name")
    left, cells = INFLATED, CELLS
    for info in infos:
        with archive.open(info) as file:
            told = file.read(left + 1)
        left -= len(told)
        if left < 0:
            raise WorkbookError("would unpack to more than a return is")
        if not info.filename.casefold().endswith((".xml", ".rels")):
            continue
        by_cell = info.filename.startswith(_BY_CELL)
        found = _walk(told, cells if by_cell else OTHERS)
        cells -= found if by_cell else 0


def _walk(content: bytes, most: int) -> int:
    """How many elements a part has. Raises WorkbookError where it has more, or what no spreadsheet's part has."""
    found = depth = 0

    def refuse(*_: object) -> None:
        raise WorkbookError("has a document type or an entity, which no spreadsheet has")

    def start(*_: object) -> None:
        nonlocal found, depth
        found, depth = found + 1, depth + 1
        if found > most or depth > DEEPEST:
            raise WorkbookError("holds more than a return is")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise WorkbookError("has a part that is not XML") from None
    return found


def _tables(content: bytes) -> dict[str, list[list[str]]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        found: dict[str, list[list[str]]] = {}
        for sheet in book.worksheets:
            if sheet.title in found:
                raise WorkbookError("has two sheets of one name")
            # where a sheet says that it ends is not believed
            sheet.reset_dimensions()
            rows: list[list[str]] = []
            for cells in sheet.iter_rows(values_only=True):
                if len(rows) >= MOST_ROWS:
                    raise WorkbookError(f"has more than {MOST_ROWS:,} rows")
                if len(cells) > MOST_COLUMNS:
                    raise WorkbookError(f"has more than {MOST_COLUMNS} columns")
                rows.append([_text(cell) for cell in cells])
            found[sheet.title] = rows
        return found
    finally:
        book.close()


def _text(told: object) -> str:
    match told:
        case None:
            return ""
        case bool():
            return str(told).upper()
        case float() if told.is_integer() and abs(told) < 1e15:
            # 31.0 and 3.1E1 are how a spreadsheet may save 31
            return str(int(told))
        case datetime() if told.time() == time():
            # a day that was typed as text becomes a date by itself
            return told.date().isoformat()
        case date():
            return told.isoformat()
    return str(told)
