"""``throughline linkage``: recognition, from the command line."""

import json
import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from .evaluate import Evaluation, evaluate
from .files import FileError
from .known import fitted, read_known, usable
from .layout import LayoutError, read_map, read_maps
from .model import live_model, write_model


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


@linkage.command("train")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map", "map_path", required=True, type=click.Path(path_type=Path), help="Our fields to theirs."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The model's file, YAML.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the pairs drawn.")
@click.option("--processes", type=click.IntRange(min=1), default=os.cpu_count() or 1)
def train_command(file: Path, map_path: Path, out: Path, seed: int, processes: int) -> None:
    """Fit the live model to an index of known persons, without its truth.

    Counted are how common each name, birth date and postcode is, how strangers of the index agree by chance, and
    how those agree who live together. How often callers err is not in an index, and stays as it was.
    THROUGHLINE_MODEL gives the file to a site.
    """
    today = datetime.now(ZoneInfo("Europe/London")).date()
    try:
        layout, _ = read_maps(map_path)
        layout = usable(file, layout, None, "known", progress)
        known = read_known(file, layout, None, on=today, processes=processes, texts=None, say=progress)
        model = fitted(live_model(len(known)), known, seed)
        write_model(model, out)
    except (FileError, LayoutError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"The model cannot be written: {error.strerror}") from error
    progress(f"model {model.version} of {len(known):,} records written")


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
