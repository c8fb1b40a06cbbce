"""The tables of an edition in a spreadsheet that follows the checklist of the Government Analysis Function.

One table a sheet, marked up as one; a cover, contents and notes; no merged or blank cells, no hidden sheets; numbers as
numbers, and in place of one the marks that the cover explains. The file is the same to the last byte each time.
"""

import warnings
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from throughline.statistics.edition.content import MARKS, Edition, Table

#: Earlier than any day on which one was made: the file is the same whenever it is made.
STAMP: Final = (1980, 1, 1, 0, 0, 0)
_FORMATS: Final = {"share": "0.0%", "number": "#,##0.0", "whole": "#,##0"}


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
            *(["Everything in this file is invented. No such force exists."] if invented else []),
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
    book.close()
    return _settled(stream.getvalue())


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
