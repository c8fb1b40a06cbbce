"""``throughline return``: a force's data return, from the command line."""

import json
from datetime import date
from pathlib import Path

import click

from throughline.statistics.returns.items import items
from throughline.statistics.returns.reading import Problem, read_return
from throughline.statistics.returns.rules import Query, Return
from throughline.statistics.returns.template import write_template
from throughline.statistics.returns.verifying import (
    against_outside,
    against_past,
    within_itself,
    without_method,
)


@click.group("return")
def returning() -> None:
    """A force's data return: its template, and whether a filled one is right."""


@returning.command()
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write to."
)
@click.option(
    "--year-end", default="2015-03-31", show_default=True, metavar="DATE", help="The last day of the year."
)
@click.option("--force", default="", metavar="CODE", help="The code of the force's area.")
def template(out: Path, year_end: str, force: str) -> None:
    """Write an empty return: CSV files with CSVW that says what each column is, and the same as a spreadsheet."""
    try:
        written = write_template(out, _day(year_end), force=force)
    except FileExistsError as error:
        raise click.ClickException(f"{error}.") from error
    for path in written:
        click.echo(path)


@returning.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--before", type=click.Path(path_type=Path), help="The return of the year before, to hold it against."
)
@click.option(
    "--asked-on",
    metavar="DATE",
    help="The day on which it was asked for; what is asked since it need not answer.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output, nothing else.")
def check(path: Path, before: Path | None, asked_on: str | None, as_json: bool) -> None:
    """Judge a filled return: PATH is the folder with its CSV files, or the spreadsheet.

    Each fault is named by sheet, row, item, rule and remedy. The status is 1 where there is an error, and 0 where there are
    questions alone, or nothing.
    """
    told, problems = read_return(path, asked_on=_day(asked_on, "--asked-on") if asked_on else None)
    found = [_problem(one) for one in problems]
    if told is not None:
        queries = (*within_itself(told), *without_method(told), *against_outside(told))
        if before is not None:
            # it was judged when it came in, by what was asked then
            past, wrong = read_return(before, asked_on=date.min)
            if past is None:
                raise click.ClickException(f"{before}: is no return that can be read: {wrong[0]}")
            if past.force != told.force or past.year_end >= told.year_end:
                raise click.ClickException(f"{before}: is not of the same force and an earlier year.")
            queries += against_past(told, past)
        found += [_query(told, one) for one in queries]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for one in found:
            row = f"row {one['row']}" if one["row"] else ""
            where = ", ".join(str(part) for part in (one["sheet"], row, one["item"]) if part)
            click.echo(f"{one['level']}: {where}: {one['message']} {one['remedy']}")
        click.echo(f"{len(found)} found." if found else "Nothing to ask.")
    if any(one["level"] == "error" for one in found):
        raise SystemExit(1)


def _problem(one: Problem) -> dict[str, object]:
    return {
        "level": "error", "sheet": one.sheet, "row": one.row, "item": one.item, "rule": one.rule,
        "message": one.message, "remedy": one.remedy,
    }  # fmt: skip


def _query(told: Return, one: Query) -> dict[str, object]:
    sheets = {item.code: item.sheet for item in items(told.year_end)}
    return {
        "level": one.level, "sheet": sheets[one.items[0]], "row": told.row(one.items[0]), "item": one.items[0],
        "rule": one.rule, "message": one.message, "remedy": one.remedy, "items": list(one.items), "printed": one.printed,
        "recomputed": one.recomputed,
    }  # fmt: skip


def _day(told: str, option: str = "--year-end") -> date:
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise click.UsageError(f"{option}: {told!r} is not a date; write it as 2015-03-31") from None
