"""``throughline statistics``: figures judged, from the command line."""

import json
from pathlib import Path

import click

from throughline.statistics.consistency import FileError, Finding, check, read_file


@click.group()
def statistics() -> None:
    """Figures of reports and returns: judged against themselves and against others."""


@statistics.command("consistency")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output, nothing else.")
@click.option("--strict", is_flag=True, help="End with status 1 where anything is found.")
def consistency_command(file: Path, as_json: bool, strict: bool) -> None:
    """Say which figures of a report do not follow from its others, each with its arithmetic.

    FILE is a CSV file in UTF-8 with a row for each printed figure: id, indicator, period_start, period_end, geography,
    statistic, value, unit, numerator, denominator, source_ref, quote, qualifier, note; only id, indicator and value
    must be there. Rounding is understood. A row that cannot be read is told with its number, and the others are judged.

    The status is 0 whether or not anything is found (1 where something is, with --strict), and 2 where the file
    cannot be read at all.
    """
    try:
        facts, bad = read_file(file)
    except FileError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(2) from error
    found = (*bad, *check(facts))
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in found], ensure_ascii=False, indent=1))
    else:
        click.echo(as_text(found, len(facts)))
    if strict and found:
        raise SystemExit(1)


def as_text(found: tuple[Finding, ...], of: int) -> str:
    """Findings for a reader: a line each, with the rows that they are about."""
    lines = [f"{of:,} figures read, {len(found):,} {'question' if len(found) == 1 else 'questions'}."]
    lines += [f"- {finding.rule}: {finding.message} [{', '.join(finding.fact_ids)}]" for finding in found]
    return "\n".join(lines)
