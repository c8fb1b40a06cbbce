"""``throughline linkage``: recognition, from the command line."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from .evaluate import Evaluation, evaluate
from .files import FileError
from .layout import LayoutError, read_map


@click.group()
def linkage() -> None:
    """Is this the same person?"""


@linkage.command("evaluate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--truth", required=True, metavar="COLUMN", help="The column that says who each row really is.")
@click.option(
    "--map", "map_path", required=True, type=click.Path(path_type=Path), help="Our fields to theirs."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else.")
def evaluate_command(file: Path, truth: str, map_path: Path, as_json: bool) -> None:
    """Measure recognition on a CSV file whose truth is known.

    Precision and recall are of pairs of rows. Beside them stand the figures of the way that many forces
    search today, the exact telephone number or address, on the same rows.
    """
    today = datetime.now(ZoneInfo("Europe/London")).date()
    try:
        found = evaluate(file, read_map(map_path), truth, on=today, say=progress)
    except (FileError, LayoutError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(found.as_dict()) if as_json else _table(found))


def progress(line: str) -> None:
    """Say how far a command has come, on standard error."""
    click.echo(line, err=True)


def _table(found: Evaluation) -> str:
    lines = [
        f"{found.rows:,} rows, {found.true_pairs:,} true pairs, {found.seconds} s",
        "",
        f"{'':24}{'precision':>10}{'recall':>10}{'f1':>10}{'recall at precision .99':>26}",
    ]
    for name, one in (
        ("recognition", found.engine),
        ("exact phone or address", found.exact_phone_or_address),
    ):
        lines.append(
            f"{name:24}{one.precision:>10.4f}{one.recall:>10.4f}{one.f1:>10.4f}{one.recall_at_p99:>26.4f}"
        )
    return "\n".join(lines)
