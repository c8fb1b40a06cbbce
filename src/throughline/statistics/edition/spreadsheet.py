"""The tables of an edition in a spreadsheet that follows the checklist of the Government Analysis Function.

One table a sheet, marked up as one; a cover, contents and notes; no merged or blank cells, no hidden sheets; numbers as
numbers, and in place of one the marks that the cover explains. The file is the same to the last byte each time.
"""

import warnings
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from throughline.statistics.edition.content import MARKS, Edition, Table
from throughline.statistics.edition.helping import TITLE as HELP
from throughline.statistics.edition.helping import helplines, how_sure

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

#: Earlier than any day on which one was made: the file is the same whenever it is made.
STAMP: Final = (1980, 1, 1, 0, 0, 0)
#: The widest column, in pixels: as much as is read without moving the window. Excel refuses one that is three times as wide.
_WIDEST: Final = 720
#: What a line of words is high, to the size of its letters; what Arial is wider than the letters that widths are measured in, of 19
#: texts in 20; the margin of a cell in pixels.
_LINE, _WIDER, _MARGIN = 1.3, 1.09, 7
_FORMATS: Final = {"share": "0.0%", "number": "#,##0.0", "whole": "#,##0", "answer": "#,##0"}


def write_spreadsheet(path: Path, edition: Edition) -> None:
    """Write every table of an edition that is for a reader."""
    path.write_bytes(
        spreadsheet(
            [table for table, _ in edition.tables if not table.long and table.rows],
            title=edition.title,
            summary=edition.summary,
            dated=edition.dated or f"Published {edition.published.day} {edition.published:%B %Y}",
            day=edition.published,
            contact=edition.contact,
            sources=edition.sources,
            invented=edition.invented,
        )
    )


def spreadsheet(
    tables: Sequence[Table],
    *,
    title: str,
    summary: str,
    dated: str,
    day: date,
    contact: str,
    sources: Sequence[str],
    invented: bool,
) -> bytes:
    """Tables, one a sheet, with cover, contents and notes."""
    # quarter of a second to load, and no other command needs it
    import pandas as pd

    with warnings.catch_warnings():
        # it leaves the file of its theme open
        warnings.simplefilter("ignore", category=ResourceWarning)
        from gptables import Cover, GPTable, produce_workbook

    notes: list[tuple[str, str]] = []
    sheets: dict[str, GPTable] = {}
    for number, table in enumerate(tables, start=1):
        titles = _titles(table)
        references = []
        for note in table.notes:
            notes.append((f"note {len(notes) + 1}", note))
            references.append(f"$${notes[-1][0]}$$")
        frame = pd.DataFrame(
            [
                [
                    *("[z]" if cell is None or cell == "" else _cell(cell) for cell in row),
                    *(("invented",) if invented else ()),
                ]
                for row in table.rows
            ],
            columns=titles + (["Invented"] if invented else []),
            dtype=object,
        )
        words = "Invented figures of invented forces. " if invented else ""
        sheets[f"T{number}"] = GPTable(
            table=frame,
            table_name=f"table_{table.id.replace('-', '_')}",
            title=table.title + "".join(references[:1]),
            subtitles=[
                f"{words}This worksheet contains one table. Marks in square brackets are explained on the cover."
                + "".join(references[1:])
            ],
            scope="England and Wales" if not invented else "Invented",
            source=sources[0] if sources else None,
            instructions="Some cells refer to notes, which are on the notes worksheet."
            if references
            else "No cell refers to a note.",
            index_columns={2: 0},
            additional_formatting=[
                {"column": {"columns": [titles[at]], "format": {"num_format": _FORMATS[column.kind]}}}
                for at, column in enumerate(table.columns)
                if column.kind in _FORMATS
            ],
        )
    cover = Cover(
        title=title,
        intro=[
            summary,
            *(
                ["Every force and every figure in this file is invented. No such force exists."]
                if invented
                else []
            ),
            f"{HELP}:",
            *(f"{one.name}, {one.number} ({one.whom})" for one in helplines()),
            how_sure(),
        ],
        about=[
            f"{dated}.",
            "Marks that stand in place of a number:",
            *(f"{mark} {means}" for mark, means in MARKS.items()),
            *sources,
        ],
        contact=[contact],
        cover_label="Cover",
    )
    stream = BytesIO()
    with warnings.catch_warnings():
        # gptables asks pandas for what the next pandas will not have
        warnings.simplefilter("ignore", category=pd.errors.Pandas4Warning)
        book = produce_workbook(
            filename=stream,
            sheets=sheets,
            cover=cover,
            notes_table=pd.DataFrame(
                notes or [("note 1", "There are no further notes.")], columns=["Note reference", "Note text"]
            ),
            contentsheet_label="Contents",
            auto_width=True,
        )
    book.set_properties(
        {
            "title": title,
            "subject": "Invented statistics" if invented else "Official statistics on domestic abuse",
            "author": contact,
            "comments": "invented" if invented else "",
            # a day, not the moment of writing
            "created": datetime(day.year, day.month, day.day),  # noqa: DTZ001
        }
    )
    _fit(book)
    book.close()
    return _settled(stream.getvalue())


def _fit(book: "Workbook") -> None:
    """No column wider than a screen, and each row as high as its words: not every program finds that out when it opens a file."""
    words = {at: text for text, at in book.str_table.string_table.items()}
    for sheet in book.worksheets():
        rooms = {at: min(ceil(info.width * _WIDER), _WIDEST) for at, info in sheet.col_info.items()}
        for at, room in rooms.items():
            sheet.set_column_pixels(at, at, room)
        for number, cells in sheet.table.items():
            height = 0.0
            for at, cell in cells.items():
                # beside words of several lines a number stands with the first
                cell.format.set_align("top")
                size, room = cell.format.font_size, rooms.get(at, sheet.default_col_width)
                wrapped = cell.format.text_wrap and hasattr(cell, "string")
                many = _lines(words[cell.string], size, room - _MARGIN) if wrapped else 1
                height = max(height, many * size * _LINE)
            sheet.set_row(number, round(height, 1))


def _lines(text: str, size: float, room: float) -> int:
    """In how many lines words of a size stand in a column, whose room is in pixels."""
    from xlsxwriter.utility import xl_pixel_width

    many = 0
    for line in text.split("\n"):
        many, used = many + 1, 0.0
        for word in line.split():
            # widths are those of letters of 11 points
            needs = xl_pixel_width(f"{word} ") * size / 11 * _WIDER
            if used and used + needs > room:
                many, used = many + 1, 0.0
            used += needs
            # a word that is longer than the column is broken
            while used > room:
                many, used = many + 1, used - room
    return many


def _cell(cell: object) -> object:
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


def _titles(table: Table) -> list[str]:
    """Titles of columns, each its own: a second of the same words says of which column it is."""
    found: list[str] = []
    for column in table.columns:
        title = (
            column.title if column.title not in found else f"{column.title} ({column.name.replace('_', ' ')})"
        )
        found.append(title)
    return found


def _settled(content: bytes) -> bytes:
    """The same archive with its parts in one order and of one date."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as settled,
    ):
        for info in given.infolist():
            part = zipfile.ZipInfo(info.filename, STAMP)
            part.external_attr = 0o600 << 16
            settled.writestr(part, given.read(info.filename), zipfile.ZIP_DEFLATED)
    return out.getvalue()
