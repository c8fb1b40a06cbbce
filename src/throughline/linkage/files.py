"""Somebody's CSV file, row by row, in whatever encoding and with whatever delimiter it was written."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

from .description import Description
from .layout import Layout, MalformedValue, describe

_LOOKED_AT = 2**20
_LONGEST_CELL = 2**24


class FileError(ValueError):
    """The file cannot be used, and why, in words for the person who gave it."""


def read_rows(path: Path) -> list[dict[str, str]]:
    """All rows of a CSV. Raises FileError where there is none, or one is no CSV."""
    rows = list(each_row(path))
    if not rows:
        raise FileError("the file has a header and no rows")
    return rows


def each_row(path: Path, *, skipped: Counter[str] | None = None) -> Iterator[dict[str, str]]:
    """The rows of a CSV in UTF-8 (with or without a mark), UTF-16 or else Windows' Western code page.

    The delimiter is the comma, semicolon, tab or bar that the header has most of. A row that is no CSV is
    counted in ``skipped`` and passed over, or raises FileError where nobody counts.
    """
    try:
        with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
            yield from _rows(file, skipped)
    except UnicodeError as error:  # a file of UTF-16 that ends in the middle of a letter
        raise FileError("the file is not text: write it as CSV in UTF-8") from error
    except OSError as error:
        raise FileError(f"the file cannot be read: {error.strerror}") from error


def header_of(path: Path) -> list[str]:
    """The names of a CSV's columns. Raises FileError where it has no header, or no row below it."""
    for row in each_row(path, skipped=Counter()):
        return list(row)
    raise FileError("the file has a header and no rows")


def is_utf8(path: Path) -> bool:
    """Whether a file is read as UTF-8."""
    return _encoding(path) == "utf-8-sig"


def delimiter_of(path: Path) -> str:
    """What parts the columns of a file that is UTF-8."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return _delimiter(file.readline())


def _delimiter(header: str) -> str:
    return max(",;\t|", key=header.count)


def _encoding(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        begun = file.read(4)
        if begun[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        if begun.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise FileError("the file is a spreadsheet or an archive: save the sheet as CSV")
        file.seek(0)
        try:
            while part := file.read(_LOOKED_AT):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _rows(file: TextIO, skipped: Counter[str] | None) -> Iterator[dict[str, str]]:
    header = file.readline()
    if not header.strip("\ufeff\0 \r\n"):
        raise FileError("the file is empty: it has no header")
    file.seek(0)
    delimiter = _delimiter(header)
    csv.field_size_limit(_LONGEST_CELL)
    lines = (line.replace("\0", "") for line in file)
    reader = csv.DictReader(lines, delimiter=delimiter, skipinitialspace=True)
    try:
        reader.fieldnames = _each_once([name.strip() for name in reader.fieldnames or ()])
    except csv.Error as error:
        raise FileError(f"line {reader.line_num} is not CSV: {error}") from error
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            if skipped is None:
                raise FileError(f"line {reader.line_num} is not CSV: {error}") from error
            skipped["row"] += 1
            continue
        if row is None:
            return
        if skipped is not None and any(row.pop(None, ())):
            skipped[LONG] += 1
        yield row


LONG = "cells"
"""Under what a row is counted that has more cells than there are columns."""


def _each_once(header: Sequence[str]) -> list[str]:
    """The names of columns, of which a second one of the same name is "NAME (2)"."""
    count: Counter[str] = Counter()
    names = []
    for name in header:
        count[name] += 1
        names.append(f"{name} ({count[name]})" if count[name] > 1 else name)
    return names


def said_twice(layout: Layout, header: Iterable[str]) -> Iterator[str]:
    """What is to be told of a header that has a column of the map more than once."""
    names = list(header)
    for column in layout.columns.values():
        for name in column.names:
            if f"{name} (2)" in names:
                yield f"column '{name}' stands there more than once: the first is read; the map may name '{name} (2)'"


def describe_as_far(row: Mapping[str, str], layout: Layout, *, on: date, unread: Counter[str]) -> Description:
    """One row as a description; a value that cannot be read counts as missing, and in ``unread``."""
    while True:
        try:
            return describe(row, layout, on=on)
        except MalformedValue as error:
            unread[error.field] += 1
            layout = layout.without(error.field)
