"""Reading a file of an export: its encoding and delimiter are found out where the map does not say them."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from throughline.handover.mapping import File, Map, MapError
from throughline.tables import DELIMITERS, SpreadsheetError, alike, encoding_of, heading_among

#: A longer cell is a quotation mark that was never closed. The limit is the whole process's, and other readers move it.
_LONGEST_CELL: Final = 131_072


def rows_of(path: Path, file: File, told: Map) -> Iterator[tuple[int, dict[str, str] | str]]:
    """The rows of a file with their numbers, the heading being 1: by column, or what is wrong with the row.

    A file in which a column of the map is not there is refused before its first row. Raises MapError.
    """
    encoding = told.encoding or _encoding(path)
    delimiter, heading = _heading(path, encoding, file, told.delimiter)
    with _opened(path, encoding) as opened:
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


def check_columns(path: Path, file: File, told: Map) -> None:
    """Raises MapError where the file cannot be read or a column of the map is not there."""
    _heading(path, told.encoding or _encoding(path), file, told.delimiter)


def _encoding(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            return encoding_of(opened)
    except SpreadsheetError:
        raise MapError(f"{path.name}: is a spreadsheet or an archive; save its sheet as CSV") from None
    except OSError:
        raise MapError(f"{path.name}: is not there or cannot be opened") from None


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[TextIO]:
    """A file while it is read as CSV. Raises MapError."""
    try:
        with path.open(encoding=encoding, newline="") as opened:
            csv.field_size_limit(_LONGEST_CELL)
            yield opened
    except UnicodeError:
        raise MapError(f"{path.name}: is not in the encoding {encoding}; say encoding in the map") from None
    except csv.Error as error:
        raise MapError(f"{path.name}: cannot be read as CSV ({error})") from None
    except OSError:
        raise MapError(f"{path.name}: is not there or cannot be opened") from None


def _heading(path: Path, encoding: str, file: File, delimiter: str) -> tuple[str, list[str]]:
    """The delimiter under which all columns of the map are there, and the heading. Raises MapError naming what is not."""
    found = []
    with _opened(path, encoding) as opened:
        for each in delimiter or DELIMITERS:
            opened.seek(0)
            found.append((each, [cell.strip() for cell in next(csv.reader(opened, delimiter=each), [])]))
    best, heading = max(found, key=lambda one: len(file.columns & {*one[1]}))
    if missing := sorted(file.columns - {*heading}):
        remedy = ""
        if held := alike(missing[0], heading):
            remedy = f"; it has {held!r}"
        elif below := _heading_below(path, encoding, file, delimiter):
            remedy = f"; its columns are named in row {below}: take out the rows above it"
        raise MapError(
            f"{file.kind}: the map names the column {missing[0]!r}, which is not in {path.name}{remedy}"
        )
    if twice := [name for name in sorted(file.columns) if heading.count(name) > 1]:
        raise MapError(f"{file.kind}: the column {twice[0]!r} stands twice in {path.name}")
    return best, heading


def _heading_below(path: Path, encoding: str, file: File, delimiter: str) -> int:
    """In which of the first rows the columns of the map are named, where that is not the first; 0 in none."""
    with _opened(path, encoding) as opened:
        for each in delimiter or DELIMITERS:
            opened.seek(0)
            if number := heading_among(csv.reader(opened, delimiter=each), file.columns):
                return number
    return 0
