"""One table as CSV, and what its columns mean as CSV on the Web: of an edition, and of what a reader takes from the site."""

import csv
import io
import json
from datetime import date
from typing import Any, Final

from throughline.statistics.edition.content import MARKS, Column, Table

_CSVW: Final[dict[str, Any]] = {
    "text": "string",
    "whole": "integer",
    "share": "number",
    "number": "number",
    "date": {"base": "date", "format": "yyyy-MM-dd"},
    "answer": "string",
}
#: The unit of a share, which a reader is shown as a percentage.
SHARE: Final = "share of 1"
#: Of whole numbers among words.
ANSWER: Final = "count, or words in place of one"
_INVENTED: Final = Column("invented", "Invented", means="invented: no such force exists")


def with_invented(table: Table, *, invented: bool) -> tuple[Column, ...]:
    """The columns of a table; of invented figures with one more, which says so in every row."""
    return (*table.columns, _INVENTED) if invented else table.columns


def as_csv(table: Table, *, invented: bool) -> bytes:
    """A table as UTF-8, its columns by name."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in with_invented(table, invented=invented)])
    for row in table.rows:
        cells: list[object] = [
            "" if cell is None else cell.isoformat() if isinstance(cell, date) else cell for cell in row
        ]
        writer.writerow([*cells, "invented"] if invented else cells)
    return out.getvalue().encode()


def as_csvw(table: Table, url: str, *, invented: bool, issued: str = "") -> str:
    """What the columns of `as_csv` mean, for the file of that name beside it."""
    columns: list[dict[str, object]] = []
    for column in with_invented(table, invented=invented):
        one: dict[str, object] = {
            "name": column.name,
            "titles": column.name,
            "dc:title": column.title,
            "dc:description": column.means or column.title,
            "datatype": _CSVW[column.kind],
        }
        if column.kind in ("share", "answer"):
            one["schema:unitText"] = SHARE if column.kind == "share" else ANSWER
        if column.kind not in ("text", "answer"):
            one["null"] = ["", *MARKS]
        columns.append(one)
    schema: dict[str, object] = {"columns": columns}
    if table.key:
        schema["primaryKey"] = list(table.key)
    return as_json(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": url,
            "dc:title": table.title + (" (invented)" if invented else ""),
            "dc:description": " ".join(table.notes) or table.title,
            **({"dc:issued": issued} if issued else {}),
            "dialect": {"header": True},
            "tableSchema": schema,
        }
    )


def as_json(told: object) -> str:
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"
