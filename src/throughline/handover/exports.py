"""Reading a file of an export: its encoding and delimiter are found out where the map does not say them."""

import codecs
import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from throughline.handover.mapping import File, Map, MapError

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS: Final = (",", ";", "\t", "|")
_BLOCK: Final = 1 << 20
#: A longer cell is a quotation mark that was never closed. The limit is the whole process's, and other readers move it.
_LONGEST_CELL: Final = 131_072
#: So many rows of titles may stand above a heading for it to be looked for.
_TITLES: Final = 20


def rows_of(path: Path, file: File, told: Map) -> Iterator[tuple[int, dict[str, str] | str]]:
    """The rows of a file with their numbers, the heading being 1: by column, or what is wrong with the row.

    A file in which a column of the map is not there is refused before its first row. Raises MapError.
    """
    encoding = told.encoding or _encoding(path)
    delimiter, heading = _heading(path, encoding, file, told.delimiter)
    try:
        with path.open(encoding=encoding, newline="") as opened:
            csv.field_size_limit(_LONGEST_CELL)
            reader = csv.reader(opened, delimiter=delimiter)
            next(reader, None)
            for number, cells in enumerate(reader, start=2):
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) > len(heading) and not any(map(str.strip, cells[len(heading) :])):
                    cells = cells[: len(heading)]
                if len(cells) != len(heading):
                    yield number, f"has {len(cells)} cells, and the heading {len(heading)}"
                    continue
                yield number, {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}
    except UnicodeError:
        raise MapError(f"{path.name}: is not in the encoding {encoding}; say encoding in the map") from None
    except csv.Error as error:
        raise MapError(f"{path.name}: cannot be read as CSV ({error})") from None
    except OSError:
        raise MapError(f"{path.name}: is not there or cannot be opened") from None


def check_columns(path: Path, file: File, told: Map) -> None:
    """Raises MapError where the file cannot be read or a column of the map is not there."""
    _heading(path, told.encoding or _encoding(path), file, told.delimiter)


def _encoding(path: Path) -> str:
    """By its mark, by its bytes of nothing, or the first of UTF-8 and Windows' own in which all of it can be read."""
    try:
        with path.open("rb") as opened:
            head = opened.read(4096)
            if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
                raise MapError(f"{path.name}: is a spreadsheet or an archive; save its sheet as CSV")
            for mark, encoding in _MARKS:
                if head.startswith(mark):
                    return encoding
            if b"\x00" in head:
                return "utf-16-le" if head[1:2] == b"\x00" else "utf-16-be"
            decoder = codecs.getincrementaldecoder("utf-8")()
            decoder.decode(head)
            while block := opened.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except OSError:
        raise MapError(f"{path.name}: is not there or cannot be opened") from None
    return "utf-8"


def _heading(path: Path, encoding: str, file: File, delimiter: str) -> tuple[str, list[str]]:
    """The delimiter under which all columns of the map are there, and the heading. Raises MapError naming what is not."""
    try:
        with path.open(encoding=encoding, newline="") as opened:
            csv.field_size_limit(_LONGEST_CELL)
            found = []
            for each in (delimiter,) if delimiter else _DELIMITERS:
                opened.seek(0)
                found.append((each, [cell.strip() for cell in next(csv.reader(opened, delimiter=each), [])]))
    except UnicodeError:
        raise MapError(f"{path.name}: is not in the encoding {encoding}; say encoding in the map") from None
    except csv.Error as error:
        raise MapError(f"{path.name}: cannot be read as CSV ({error})") from None
    except OSError:
        raise MapError(f"{path.name}: is not there or cannot be opened") from None
    best, heading = max(found, key=lambda one: len(file.columns & {*one[1]}))
    if missing := sorted(file.columns - {*heading}):
        below = _heading_below(path, encoding, file, delimiter)
        remedy = f"; its columns are named in row {below}: take out the rows above it" if below else ""
        alike = [name for name in heading if name.casefold().split() == missing[0].casefold().split()]
        remedy = f"; it has {alike[0]!r}" if alike else remedy
        raise MapError(
            f"{file.kind}: the map names the column {missing[0]!r}, which is not in {path.name}{remedy}"
        )
    if twice := [name for name in sorted(file.columns) if heading.count(name) > 1]:
        raise MapError(f"{file.kind}: the column {twice[0]!r} stands twice in {path.name}")
    return best, heading


def _heading_below(path: Path, encoding: str, file: File, delimiter: str) -> int:
    """In which of the first rows the columns of the map are named, where that is not the first; 0 in none."""
    with path.open(encoding=encoding, newline="") as opened:
        for each in (delimiter,) if delimiter else _DELIMITERS:
            opened.seek(0)
            for number, cells in enumerate(islice(csv.reader(opened, delimiter=each), _TITLES), start=1):
                if file.columns <= {cell.strip() for cell in cells}:
                    return number
    return 0
