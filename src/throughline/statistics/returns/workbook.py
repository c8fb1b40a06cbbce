"""Tables in a spreadsheet file, written and read with nothing but the standard library.

What comes from outside is not trusted: the directory of the archive is judged before anything is inflated, inflation is
capped, and a document type or an entity in its XML is refused. Formulas are never reckoned: the value that was saved
with one is read.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

LARGEST: Final = 5_000_000
#: All parts inflated, and how many there may be.
INFLATED: Final = 50_000_000
PARTS: Final = 200
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 50
#: Earlier than any day on which one was made: the file is the same whenever it is made.
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
_CELL: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class WorkbookError(ValueError):
    """The file is no spreadsheet that can be read: says why."""


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """Write tables of text into a spreadsheet file, each on a sheet of its name, the first row bold and held in view."""
    numbers = range(1, len(sheets) + 1)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_TYPES}.worksheet+xml"/>'
            for at in numbers
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"/>'
            for at, name in zip(numbers, sheets, strict=True)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{at}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
            for at in numbers
        )
        + f'<Relationship Id="rId{len(sheets) + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="12"/><name val="Arial"/></font>'
        '<font><b/><sz val="12"/><name val="Arial"/></font></fonts><fills count="1"><fill><patternFill'
        ' patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/>'
        '</cellStyleXfs><cellXfs count="2"><xf fontId="0"/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>',
        **{
            f"xl/worksheets/sheet{at}.xml": _sheet(rows)
            for at, rows in zip(numbers, sheets.values(), strict=True)
        },
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), head + text, zipfile.ZIP_DEFLATED)


def _sheet(rows: Sequence[Sequence[str]]) -> str:
    lines = []
    for row, cells in enumerate(rows, start=1):
        style = ' s="1"' if row == 1 else ""
        told = "".join(
            f'<c r="{_column(at)}{row}" t="inlineStr"{style}><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
            for at, cell in enumerate(cells)
            if cell
        )
        lines.append(f'<row r="{row}">{told}</row>')
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2"'
        f' state="frozen"/></sheetView></sheetViews><sheetData>{"".join(lines)}</sheetData></worksheet>'
    )


def _column(at: int) -> str:
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name


def read_workbook(path: Path) -> dict[str, list[list[str]]]:
    """The tables of a spreadsheet file by the names of their sheets, every cell as text. Raises WorkbookError."""
    try:
        if path.stat().st_size > LARGEST:
            raise WorkbookError(f"is larger than {LARGEST:,} bytes")
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            return _read(archive)
    except OSError:
        raise WorkbookError("is not there or cannot be opened") from None
    except WorkbookError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        raise WorkbookError("is no spreadsheet of the kind .xlsx, or is damaged") from None


def _read(archive: zipfile.ZipFile) -> dict[str, list[list[str]]]:
    infos = archive.infolist()
    if len(infos) > PARTS or sum(info.file_size for info in infos) > INFLATED:
        raise WorkbookError("would unpack to more than a return is")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise WorkbookError("is packed in a way that no spreadsheet is")
    left = INFLATED

    def part(name: str) -> bytes:
        nonlocal left
        try:
            with archive.open(name) as file:
                told = file.read(left + 1)
        except KeyError:
            raise WorkbookError(f"lacks its part {name}") from None
        if len(told) > left:
            raise WorkbookError("would unpack to more than a return is")
        left -= len(told)
        return told

    targets: dict[str, str] = {}
    named: list[tuple[str, str]] = []

    def relation(name: str, given: Mapping[str, str]) -> None:
        if name == "Relationship":
            targets[given.get("Id", "")] = given.get("Target", "")

    def sheet(name: str, given: Mapping[str, str]) -> None:
        if name == "sheet":
            told = next((value for key, value in given.items() if key.endswith("}id") or key == "r:id"), "")
            named.append((given.get("name", ""), told))

    _walk(part("xl/_rels/workbook.xml.rels"), relation)
    _walk(part("xl/workbook.xml"), sheet)
    shared = _shared(part("xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in archive.namelist() else []
    found: dict[str, list[list[str]]] = {}
    for name, told in named:
        target = targets.get(told, "")
        target = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        found[name] = _rows(part(target), shared)
    return found


class _Walker:
    """Walks a part's elements by their local names, and refuses what a spreadsheet's part has no need of."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.buffer_text = True

    def _refuse(self, *_: object) -> None:
        raise WorkbookError("has a document type or an entity, which no spreadsheet has")

    def parse(self, content: bytes) -> None:
        try:
            self.parser.Parse(content, True)
        except expat.ExpatError:
            raise WorkbookError("has a part that is not XML") from None


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _walk(content: bytes, start: Callable[[str, Mapping[str, str]], None]) -> None:
    walker = _Walker()
    walker.parser.StartElementHandler = lambda name, given: start(_local(name), given)
    walker.parse(content)


def _shared(content: bytes) -> list[str]:
    found: list[str] = []
    inside = {"t": False, "phonetic": False}

    def start(name: str, _: Mapping[str, str]) -> None:
        name = _local(name)
        if name == "si":
            found.append("")
        inside["phonetic"] = inside["phonetic"] or name == "rPh"
        inside["t"] = name == "t"

    def end(name: str) -> None:
        inside["t"] = False
        if _local(name) == "rPh":
            inside["phonetic"] = False

    def text(told: str) -> None:
        if inside["t"] and not inside["phonetic"] and found:
            found[-1] += told

    walker = _Walker()
    walker.parser.StartElementHandler, walker.parser.EndElementHandler = start, end
    walker.parser.CharacterDataHandler = text
    walker.parse(content)
    return found


def _rows(content: bytes, shared: Sequence[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    at = {"column": -1, "row": 0}
    cell = {"kind": "", "text": ""}
    reading = {"on": False}

    def start(name: str, given: Mapping[str, str]) -> None:
        name = _local(name)
        if name == "row":
            at["row"] = int(given["r"]) if given.get("r", "").isdigit() else at["row"] + 1
            if at["row"] > MOST_ROWS:
                raise WorkbookError(f"has more than {MOST_ROWS:,} rows")
            while len(rows) < at["row"]:
                rows.append([])
            at["column"] = -1
        elif name == "c":
            match = _CELL.fullmatch(given.get("r", ""))
            at["column"] = _number(match.group(1)) if match else at["column"] + 1
            if at["column"] >= MOST_COLUMNS:
                raise WorkbookError(f"has more than {MOST_COLUMNS} columns")
            cell["kind"], cell["text"] = given.get("t", "n"), ""
        reading["on"] = name in ("v", "t")

    def end(name: str) -> None:
        name = _local(name)
        reading["on"] = False
        if name == "c" and rows:
            row = rows[-1]
            while len(row) <= at["column"]:
                row.append("")
            row[at["column"]] = _text(cell["kind"], cell["text"], shared)

    def text(told: str) -> None:
        if reading["on"]:
            cell["text"] += told

    walker = _Walker()
    walker.parser.StartElementHandler, walker.parser.EndElementHandler = start, end
    walker.parser.CharacterDataHandler = text
    walker.parse(content)
    return rows


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _text(kind: str, told: str, shared: Sequence[str]) -> str:
    if kind == "s":
        if not told.strip().isdigit() or int(told) >= len(shared):
            raise WorkbookError("names a text that it does not hold")
        return shared[int(told)]
    if kind == "n" and told:
        try:
            value = float(told)
        except ValueError:
            return told
        # 31.0 and 3.1E1 are how a spreadsheet may save 31
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else told
    return told
