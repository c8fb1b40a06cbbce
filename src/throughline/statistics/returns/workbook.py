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
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Final
from xml.parsers import expat

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import TYPE_STRING, Cell, MergedCell
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from throughline.tables import OF_XLS

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
#: A cell with a formula whose value was not saved: nobody reckons it here.
UNRECKONED: Final = "=…"
_BY_CELL: Final = ("xl/worksheets/sheet", "xl/sharedStrings")
#: By what name the content of a file with a password stands in it.
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
#: So many empty rows below the last that may be are gone through.
_EMPTY_ROWS: Final = 100_000
_SAVED: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


type AnyCell = Cell | MergedCell | ReadOnlyCell | EmptyCell


class WorkbookError(ValueError):
    """The file is no spreadsheet that can be read: says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a sheet is laid out for who fills it by hand. Columns are counted from 0."""

    widths: tuple[int, ...]
    """In letters; words that are longer go on in the next line."""
    filled: frozenset[int] = frozenset()
    """The columns that are filled in, which stand out."""
    bold: frozenset[int] = frozenset()
    """Rows that are headings besides the first, counted from 1."""
    choices: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """What a column offers in each cell; another word can be typed, and is judged when the file is read."""


def write_workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[str | int]]], looks: Mapping[str, Look] | None = None
) -> None:
    """Write tables into a spreadsheet file, each on a sheet of its name, the first row bold and held in view.

    A text stays a text, also one that begins as a formula does. A sheet in ``looks`` is laid out to be filled.
    """
    book = Workbook()
    book.remove(book.active)
    book.properties.creator = "Throughline"
    bold = Font(bold=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        look = (looks or {}).get(name)
        for row, cells in enumerate(rows, start=1):
            for column, told in enumerate(cells, start=1):
                if told == "":
                    continue
                cell = sheet.cell(row, column)
                cell.value = told
                if isinstance(told, str):
                    cell.data_type = TYPE_STRING
                if row == 1 or (look and row in look.bold):
                    cell.font = bold
        if look:
            _lay_out(sheet, look, rows)
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as saved, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in saved.infolist():
            content = _SAVED.sub(rb"\g<1>1980-01-01T00:00:00Z", saved.read(info))
            archive.writestr(zipfile.ZipInfo(info.filename, _STAMP), content, zipfile.ZIP_DEFLATED)


def _lay_out(sheet: Worksheet, look: Look, rows: Sequence[Sequence[str | int]]) -> None:
    wrapped, to_fill = Alignment(wrap_text=True, vertical="top"), PatternFill("solid", fgColor="FFF7BF")
    for row, cells in enumerate(rows, start=1):
        # not every program makes a row as high as its words
        lines = [-(-len(str(told)) // (width - 2)) for told, width in zip(cells, look.widths, strict=True)]
        sheet.row_dimensions[row].height = 15 * max(1, *lines)
        for column in range(len(look.widths)):
            cell = sheet.cell(row, column + 1)
            cell.alignment = wrapped
            if row > 1 and column in look.filled:
                cell.fill = to_fill
    for column, width in enumerate(look.widths):
        letter = get_column_letter(column + 1)
        sheet.column_dimensions[letter].width = width
        if (offered := look.choices.get(column)) and len(rows) > 1:
            choice = DataValidation("list", formula1=f'"{",".join(offered)}"', allow_blank=True)
            choice.showErrorMessage = False
            choice.add(f"{letter}2:{letter}{len(rows)}")
            sheet.add_data_validation(choice)
    # landscape, as wide as a page, the heading on each
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


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
            formulas = _formulas(archive)
        with warnings.catch_warnings():
            # of extensions that it does not know, and does not need
            warnings.simplefilter("ignore")
            return _tables(content, formulas=formulas)
    except WorkbookError:
        raise
    except zipfile.BadZipFile:
        raise WorkbookError(_kind_of(content)) from None
    # a library that is given a damaged file raises whatever the damage leads to
    except Exception:
        raise WorkbookError("is no spreadsheet of the kind .xlsx, or is damaged") from None


def _kind_of(content: bytes) -> str:
    """What a file is that is no archive."""
    if content.startswith(OF_XLS):
        if _ENCRYPTED in content:
            return "is protected by a password: save it without one"
        return "is a spreadsheet of the old kind .xls"
    if content.isascii() and b"\n" in content and b"\x00" not in content:
        return "is one file of text, and no spreadsheet of the kind .xlsx"
    return "is no spreadsheet of the kind .xlsx, or is damaged"


def _judge(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that is more than a spreadsheet of tables. Raises WorkbookError, or whatever zipfile raises."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if "[Content_Types].xml" not in names and len(infos) <= PARTS:
        if any(name.casefold().endswith(".csv") for name in names):
            raise WorkbookError("is an archive of CSV files, which are sent unpacked in a folder")
        if "mimetype" in names:
            raise WorkbookError("is an OpenDocument file, which is saved as .xlsx first")
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


def _formulas(archive: zipfile.ZipFile) -> bool:
    """Whether a cell of a sheet holds a formula; the archive was judged before."""
    return any(
        re.search(rb"<(?:\w+:)?f[ />]", archive.read(name)) is not None
        for name in archive.namelist()
        if name.startswith("xl/worksheets/sheet")
    )


def _tables(content: bytes, *, formulas: bool) -> dict[str, list[list[str]]]:
    found = _cells(content, values=True)
    if formulas:
        for title, rows in _cells(content, values=False).items():
            for told, written in zip(found.get(title, []), rows, strict=False):
                told += [""] * (len(written) - len(told))
                for at, cell in enumerate(written):
                    if not told[at] and cell.startswith("="):
                        told[at] = UNRECKONED
    return found


def _cells(content: bytes, *, values: bool) -> dict[str, list[list[str]]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=values, keep_links=False)
    try:
        found: dict[str, list[list[str]]] = {}
        for sheet in book.worksheets:
            if sheet.title in found:
                raise WorkbookError("has two sheets of one name")
            # where a sheet says that it ends is not believed
            sheet.reset_dimensions()
            rows: list[list[str]] = []
            for at, cells in enumerate(sheet.iter_rows()):
                # cells that only look otherwise hold nothing
                filled = next((n for n in range(len(cells), 0, -1) if cells[n - 1].value is not None), 0)
                if at >= MOST_ROWS and (filled or at >= _EMPTY_ROWS):
                    raise WorkbookError(f"has more than {MOST_ROWS:,} rows")
                if filled > MOST_COLUMNS:
                    raise WorkbookError(f"has more than {MOST_COLUMNS} columns")
                if at < MOST_ROWS:
                    rows.append([_text(cell) for cell in cells[:filled]])
            found[sheet.title] = rows
        if not found:
            raise WorkbookError(
                "has no sheet that can be read: save it as an ordinary Excel workbook (.xlsx)"
            )
        return found
    finally:
        book.close()


def _text(cell: AnyCell) -> str:
    told = cell.value
    if isinstance(told, int | float) and not isinstance(told, bool) and "%" in (cell.number_format or ""):
        # 100 % is kept as 1
        return f"{told * 100:.10g}%"
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
