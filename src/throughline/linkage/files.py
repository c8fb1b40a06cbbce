"""Somebody's CSV file, row by row, in whatever encoding and with whatever delimiter it was written."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

from throughline.tables import SpreadsheetError, delimiter_of, encoding_of

from .description import Description
from .layout import Layout, MalformedValue, describe

_LONGEST_CELL = 2**24


class FileError(ValueError):
    """The file cannot be used, and why, in words for the person who gave it."""


def each_row(path: Path, *, skipped: Counter[str] | None = None) -> Iterator[dict[str, str]]:
    """The rows of a CSV, whichever its encoding and delimiter.

    A row that is no CSV is counted in ``skipped`` and passed over, or raises FileError where nobody counts.
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


def delimiter_in_utf8(path: Path) -> str:
    """What parts the columns of a file that is read as UTF-8; empty for any other."""
    if _encoding(path) != "utf-8-sig":
        return ""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return delimiter_of(file.readline())


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        try:
            return encoding_of(file)
        except SpreadsheetError:
            raise FileError("the file is a spreadsheet or an archive: save the sheet as CSV") from None


def _rows(file: TextIO, skipped: Counter[str] | None) -> Iterator[dict[str, str]]:
    header = file.readline()
    if not header.strip("\ufeff\0 \r\n"):
        raise FileError("the file is empty: it has no header")
    file.seek(0)
    delimiter = delimiter_of(header)
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
