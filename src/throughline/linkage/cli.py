"""``throughline linkage``: recognition, from the command line."""

import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from .cleaning import further_name
from .explaining import explain, in_words
from .features import Features, features
from .files import FileError, describe_as_far, each_row
from .further import further_fields
from .known import usable
from .layout import Layout, LayoutError, MalformedValue, describe, layout_of, read_map, read_maps
from .model import Context, Model, ModelError, live_model, load_model, read_model, write_model

if TYPE_CHECKING:
    from .batch.stages import Engine, Linked
    from .evaluate import Evaluation


@click.group()
def linkage() -> None:
    """Is this the same person?"""


_MAP = click.option(
    "--map", "map_path", required=True, type=click.Path(path_type=Path), help="Our fields to theirs."
)
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else."
)
_SEED = click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the pairs drawn."
)


@linkage.command("evaluate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--truth", required=True, metavar="COLUMN", help="The column that says who each row really is.")
@_MAP
@click.option(
    "--model",
    "model_path",
    type=click.Path(path_type=Path),
    help="A model that `train --context batch` or `link` wrote. Default: one is trained on the file first.",
)
@_SEED
@_JSON
def evaluate_command(
    file: Path, truth: str, map_path: Path, model_path: Path | None, seed: int, as_json: bool
) -> None:
    """Measure recognition on a CSV file whose truth is known.

    Precision and recall are of pairs of rows. Beside them stand the figures of the way that many forces
    search today, the exact telephone number or address, on the same rows. The model is trained on the rows
    themselves, without their truth, unless one is given.
    """
    from .evaluate import evaluate

    today = datetime.now(ZoneInfo("Europe/London")).date()
    try:
        model = batch_model(model_path) if model_path else None
        layout = usable(file, read_map(map_path), truth, "rows", progress, further=True)
        found = evaluate(file, layout, truth, on=today, say=progress, model=model, seed=seed)
    except (FileError, LayoutError, ModelError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(found.as_dict()) if as_json else _table(found))


@linkage.command("train")
@click.argument("file", type=click.Path(path_type=Path))
@_MAP
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The model's file, YAML.")
@click.option(
    "--context",
    type=click.Choice(["live", "batch"]),
    default="live",
    show_default=True,
    help="live: a call against records; batch: records among themselves.",
)
@_SEED
def train_command(file: Path, map_path: Path, out: Path, context: Context, seed: int) -> None:
    """Train a model with Splink on an index of known persons, without its truth.

    Counted are how common each name, birth date and postcode is, how strangers of the index agree by chance, and
    how those agree who live together. For --context batch it is learnt as well how the records of one person agree;
    how often callers err is not in an index, and stays as it was. THROUGHLINE_MODEL gives a live model to a site.
    """
    from .batch.training import train_on

    today = datetime.now(ZoneInfo("Europe/London")).date()
    try:
        layout, _ = read_maps(map_path)
        layout = usable(file, layout, None, "known", progress, further=context == "batch")
        model = train_on(file, layout, context, on=today, seed=seed, say=progress)
        write_model(model, out)
    except (FileError, LayoutError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"The model cannot be written: {error.strerror}") from error
    progress(f"model {model.version} of {model.trained['records']:,} records written")


@linkage.command("link")
@click.argument("file", type=click.Path(path_type=Path))
@_MAP
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A folder that only its owner may read."
)
@click.option(
    "--model",
    "model_path",
    type=click.Path(path_type=Path),
    help="A model that `train --context batch` or an earlier `link` wrote. Default: one is trained on the file first.",
)
@click.option(
    "--join",
    type=click.FloatRange(0.5, 1, max_open=True),
    default=0.95,
    show_default=True,
    help="Probability from which two records are joined.",
)
@click.option(
    "--review",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="Probability from which a person looks at two records.",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="Where Splink weighs the pairs.",
)
@_SEED
@_JSON
def link_command(
    file: Path,
    map_path: Path,
    out: Path,
    model_path: Path | None,
    join: float,
    review: float,
    engine: "Engine",
    seed: int,
    as_json: bool,
) -> None:
    """Find which records of a CSV file are of one person, with Splink.

    OUT gets clusters.csv (row, id, cluster), review.csv (pairs for a person to look at, likeliest first, with the
    level and the weight of every field) and model.yaml. Stopped at any moment, the same command goes on where
    it was. Nothing is joined in a database. The folder holds who people are: it does not leave the force.
    """
    from .batch.spark import EngineError
    from .batch.stages import link

    today = datetime.now(ZoneInfo("Europe/London")).date()
    if review > join:
        raise click.UsageError("--review must not be above --join.")
    try:
        layout = usable(file, read_map(map_path), None, "records", progress, further=True)
        model = batch_model(model_path) if model_path else load_model("batch")
        found = link(
            file,
            layout,
            out,
            model=model,
            trained=model_path is not None,
            on=today,
            seed=seed,
            join=join,
            review=review,
            engine=engine,
            say=progress,
        )
    except (EngineError, FileError, LayoutError, ModelError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"The folder cannot be written: {error.strerror}") from error
    click.echo(json.dumps(found.as_dict()) if as_json else linked_in_words(found))


def batch_model(path: Path) -> Model:
    """A model for records among themselves, from its file. Raises ModelError."""
    model = read_model(str(path))
    if model.context != "batch":
        raise ModelError(f"the model is for {model.context} use; records among themselves need one for batch")
    return model


def linked_in_words(found: "Linked") -> str:
    """What linking found, in three lines."""
    return "\n".join(
        (
            f"{found.records:,} records, {found.pairs_compared:,} pairs compared, by model {found.model}",
            f"{found.clusters:,} persons; {found.joined_records:,} records share theirs with another",
            f"{found.to_review:,} pairs for a person to look at",
        )
    )


@linkage.command("explain")
@click.argument("a")
@click.argument("b")
@click.option("--file", type=click.Path(path_type=Path), help="A CSV of which A and B are rows.")
@click.option("--map", "map_path", type=click.Path(path_type=Path), help="Our fields to the file's.")
@click.option("--model", "model_path", type=click.Path(path_type=Path), help="A model that `train` wrote.")
@click.option("--records", type=click.IntRange(min=2), help="Among how many records B was found.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else.")
def explain_command(
    a: str,
    b: str,
    file: Path | None,
    map_path: Path | None,
    model_path: Path | None,
    records: int | None,
    as_json: bool,
) -> None:
    """Say why a description A and a record B are taken for the same person, or are not.

    A and B are JSON objects of our fields, as '{"forename": "Jo", "surname": "Whitmoor", "age": 31}', or, with
    --file and --map, rows of that file: by the column that the map gives for id, else by number, the first being 1.
    """
    today = datetime.now(ZoneInfo("Europe/London")).date()
    try:
        model = live_model(0, str(model_path or ""))
        if file:
            if map_path is None:
                raise click.UsageError("--file needs --map.")
            one, other = _rows(file, read_map(map_path), (a, b), today, model)
        else:
            one, other = (_said(text, today, model) for text in (a, b))
    except (FileError, LayoutError, MalformedValue, ModelError) as error:
        raise click.ClickException(str(error)) from error
    why = explain(one, other, model.with_population(records) if records else model)
    click.echo(json.dumps(why.as_dict()) if as_json else "\n".join(in_words(why)))


def _said(text: str, today: date, model: Model) -> Features:
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise click.UsageError("A and B must be JSON objects, or rows of a file given by --file and --map.")
    layout = layout_of({field: field for field in content})
    for field in layout.more:
        if further_name(field) not in model.fields:
            raise LayoutError(f"the description names an unknown field '{field}'")
    row = {field: "" if value is None else str(value) for field, value in content.items()}
    return features(describe(row, layout, on=today))


def _rows(file: Path, layout: Layout, wanted: tuple[str, str], today: date, model: Model) -> list[Features]:
    layout = usable(file, layout, None, "rows", progress, further=bool(further_fields(model)))
    found: dict[str, Features] = {}
    for number, row in enumerate(each_row(file), 1):
        mark = layout.value(row, "id") if "id" in layout.columns else str(number)
        if mark in wanted and mark not in found:
            found[mark] = features(describe_as_far(row, layout, on=today, unread=Counter()))
    for mark in wanted:
        if mark not in found:
            raise FileError(f"the file has no row {mark}")
    return [found[mark] for mark in wanted]


def progress(line: str) -> None:
    """Say how far a command has come, on standard error."""
    click.echo(line, err=True)


def _table(found: "Evaluation") -> str:
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
