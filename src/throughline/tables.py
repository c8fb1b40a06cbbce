"""Tables that other people wrote as text: how a file is encoded, what parts its columns, where its heading stands.

What is wrong with a file each room says in its own words.
"""

import codecs
from collections.abc import Collection, Iterable, Set
from itertools import islice
from typing import Any, BinaryIO, Final

import yaml

DELIMITERS: Final = ",;\t|"
#: How a spreadsheet of the kind .xls begins.
OF_XLS: Final = b"\xd0\xcf\x11\xe0"
_OF_SPREADSHEETS: Final = (b"PK\x03\x04", OF_XLS)
_BLOCK: Final = 1 << 20
#: So many rows of titles may stand above a heading for it to be looked for.
_TITLES: Final = 20


#: Of YAML, in C where it was built: a process that reads every list and instrument begins half a second sooner.
SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class SpreadsheetError(ValueError):
    """The file is a spreadsheet or an archive."""


class Texts(yaml.SafeLoader):
    """YAML in which columns and codes are what they look like: a bare NO, 1.10 or 2015-03-31 is a text."""

    yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in forms if tag.endswith((":null", ":merge"))]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def encoding_of(file: BinaryIO) -> str:
    """UTF-16 by its mark or its bytes of nothing, UTF-8 (with or without a mark) where all of it is that, else Windows' Western
    code page. Raises SpreadsheetError."""
    block = file.read(_BLOCK)
    if block.startswith(_OF_SPREADSHEETS):
        raise SpreadsheetError
    if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if block[:2].count(0) == 1:
        return "utf-16-be" if block[0] == 0 else "utf-16-le"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block:
            decoder.decode(block)
            block = file.read(_BLOCK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def delimiter_of(heading: str) -> str:
    """The delimiter that a heading has most of."""
    return max(DELIMITERS, key=heading.count)


def heading_among(rows: Iterable[Collection[str]], columns: Set[str]) -> int:
    """Which of the first rows, counted from 1, names all columns; 0 where none does."""
    for number, cells in enumerate(islice(rows, _TITLES), start=1):
        if columns <= {cell.strip() for cell in cells}:
            return number
    return 0


def alike(name: str, names: Iterable[str]) -> str:
    """Which of the names is the same but for capitals and spaces; empty where none is."""
    return next((one for one in names if one.casefold().split() == name.casefold().split()), "")


def shortened(cell: str) -> str:
    """A cell in quotation marks, as a complaint about it names it."""
    return repr(cell if len(cell) <= 40 else cell[:39] + "…")
