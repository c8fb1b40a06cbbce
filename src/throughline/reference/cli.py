"""`throughline reference`: read the reference lists from the command line."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import click

from throughline.reference.loader import ReferenceList, Row, Value, load
from throughline.reference.loader import names as list_names

LONDON: Final = ZoneInfo("Europe/London")
WIDEST_CELL: Final = 44


class Day(click.ParamType[date]):
    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date; write it as 2015-04-01", param, ctx)


@click.group()
def reference() -> None:
    """Dated facts with their sources: forces, roles, codes, clocks."""


@reference.command()
def names() -> None:
    """Say which lists there are."""
    width = max(len(name) for name in list_names())
    for name in list_names():
        click.echo(f"{name:<{width}}  {load(name).title}")


@reference.command(name="list")
@click.argument("name")
@click.option("--as-of", type=Day(), help="The day to read the list on (default: today in London).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with every column.")
def show(name: str, as_of: date | None, as_json: bool) -> None:
    """Print a list as it held on a day, with source and confidence of each row."""
    if name not in list_names():
        raise click.UsageError(f"There is no list {name!r}. The lists are: {', '.join(list_names())}.")
    reference_list = load(name)
    on = as_of or datetime.now(LONDON).date()
    click.echo(as_object(reference_list, on) if as_json else as_table(reference_list, on))


def as_object(reference_list: ReferenceList, on: date) -> str:
    """The list on a day as one JSON object: its head, and its rows with every column."""
    return json.dumps(
        {
            "list": reference_list.name,
            "as_of": on.isoformat(),
            "title": reference_list.title,
            "description": reference_list.description,
            "source": reference_list.source,
            "licence": reference_list.licence,
            "columns": {name: column.means for name, column in reference_list.columns.items()},
            "rows": [_row_object(row) for row in reference_list.as_of(on)],
        },
        ensure_ascii=False,
        indent=2,
    )


def _row_object(row: Row) -> dict[str, Value]:
    return {
        "code": row.code,
        "label": row.label,
        **row.details,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "source": row.source,
        "confidence": row.confidence,
        "verified": row.verified,
        "note": row.note,
    }


def as_table(reference_list: ReferenceList, on: date) -> str:
    """The list on a day for a reader: aligned columns, and each row's source and note numbered below.

    A column with long texts is left to `--json`, and the table says so.
    """
    rows = reference_list.as_of(on)
    heading = f"{reference_list.title}, as of {on.isoformat()}"
    if not rows:
        return f"{heading}: no row holds on that day."
    narrow = [column for column in reference_list.columns if _width(rows, column) <= WIDEST_CELL]
    left_out = [column for column in reference_list.columns if column not in narrow]
    footnotes = list(dict.fromkeys(_footnote(row) for row in rows))
    lines = [["code", "label", *narrow, "from", "until", "confidence"]]
    for row in rows:
        mark = (
            f"{row.confidence}{'' if row.verified else ' unverified'} [{footnotes.index(_footnote(row)) + 1}]"
        )
        until = row.valid_until.isoformat() if row.valid_until else "–"
        cells = [_cell(row.details[column]) for column in narrow]
        lines.append([row.code, row.label, *cells, row.valid_from.isoformat(), until, mark])
    table = [heading, "", *as_columns(lines), ""]
    table += [f"[{number}] {text}" for number, text in enumerate(footnotes, start=1)]
    if left_out:
        table.append(f"With --json also: {', '.join(left_out)}.")
    return "\n".join([*table, f"Licence: {reference_list.licence}."])


def _footnote(row: Row) -> str:
    return f"{row.source}. {row.note}." if row.note else f"{row.source}."


def _width(rows: Sequence[Row], column: str) -> int:
    return max(len(_cell(row.details[column])) for row in rows)


def _cell(value: Value) -> str:
    match value:
        case None | ():
            return "–"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)


def as_columns(lines: Sequence[Sequence[str]]) -> list[str]:
    """Lines of as many cells each, aligned for a reader."""
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
