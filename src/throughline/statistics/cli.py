"""``throughline statistics``: figures judged, from the command line."""

import csv
import json
import tempfile
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from pathlib import Path

import click

from throughline.handover.reading import ExtractError, read_extracts
from throughline.statistics.consistency import FileError, Finding, check, read_file
from throughline.statistics.measuring import Told, figures, years_to


@click.group()
def statistics() -> None:
    """Figures of reports and returns: judged against themselves and against others."""


@statistics.command("consistency")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output, nothing else.")
@click.option("--strict", is_flag=True, help="End with status 1 where anything is found.")
def consistency_command(file: Path, as_json: bool, strict: bool) -> None:
    """Say which figures of a report do not follow from its others, each with its arithmetic.

    FILE is a CSV file with a row for each printed figure: id, indicator, period_start, period_end, geography,
    statistic, value, unit, numerator, denominator, source_ref, quote, qualifier, note; only id, indicator and value
    must be there. Rounding is understood. A row that cannot be read is told with its number, and the others are judged;
    how many have no value is told as well, with --json on standard error.

    The status is 0 whether or not anything is found (1 where something is, with --strict), and 2 where the file
    cannot be read at all.
    """
    try:
        printed = read_file(file)
    except FileError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(2) from error
    found = (*printed.bad, *check(printed.facts))
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in found], ensure_ascii=False, indent=1))
    else:
        click.echo(as_text(found, len(printed.facts)))
    if empty := printed.empty:
        told = f"{empty:,} {'row has' if empty == 1 else 'rows have'} no value and cannot be judged."
        click.echo(told, err=as_json)
    if strict and found:
        raise SystemExit(1)


def as_text(found: tuple[Finding, ...], of: int) -> str:
    """Findings for a reader: a line each, with the rows that they are about."""
    lines = [f"{of:,} figures read, {len(found):,} {'question' if len(found) == 1 else 'questions'}."]
    lines += [f"- {finding.rule}: {finding.message} [{', '.join(finding.fact_ids)}]" for finding in found]
    return "\n".join(lines)


@statistics.command("measures")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--until", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day of the last year."
)
@click.option("--years", type=click.IntRange(1, 40), default=2, show_default=True, help="How many years.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The CSV file to be made."
)
@click.option("--memory", default="4GB", show_default=True, help="What tables and sums may take at most.")
@click.option("--threads", type=click.IntRange(1), help="Processors that are used; all.")
def measures_command(
    folder: Path, last: datetime, years: int, out: Path, memory: str, threads: int | None
) -> None:
    """Count every measure of many forces over years, of the tables of handover that they gave.

    FOLDER holds a folder of each force, named by its code, as `throughline handover import` makes it. The file has a row for
    each figure: measure, kind, force, first and last day, group, rows, counted, unknown, low and high of the interval, the
    median and the ninth decile in minutes; or in `unable` why there is no figure, which is never nought.
    """
    if not out.parent.is_dir():
        raise click.ClickException(f"{out.parent.name} is no folder that {out.name} can be written to.")
    try:
        with tempfile.TemporaryDirectory(prefix="throughline-") as spill:
            given = read_extracts(folder, threads=threads, memory=memory, spill=Path(spill))
            periods = years_to(last.date(), years)
            click.echo(f"{len(given.forces)} forces, {periods[0].first} to {periods[-1].last}", err=True)
            # all of them before the file: what cannot be counted leaves none
            told = [*figures(given, periods, say=lambda said: click.echo(said, err=True))]
        with out.open("w", encoding="utf-8", newline="") as opened:
            names = [one.name for one in fields(Told)]
            writer = csv.writer(opened, lineterminator="\n")
            writer.writerows([names, *map(attrgetter(*names), told)])
    except ExtractError as error:
        raise click.ClickException(f"{error}.") from None
    except OSError as error:
        raise click.ClickException(f"{out.name}: {error.strerror}.") from None
    click.echo(f"{len(told):,} figures: {out}")
