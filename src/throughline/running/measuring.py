"""``throughline linkage bench``: recognition measured on a whole site, beside what `linkage` measures alone."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from throughline.linkage.cli import linkage, progress
from throughline.linkage.files import FileError
from throughline.linkage.layout import LayoutError
from throughline.linkage.model import ModelError
from throughline.linkage.model import write_model as keep_model
from throughline.running.cluster import ClusterError
from throughline.running.logins import ServerError
from throughline.running.migrate import MigrationError
from throughline.running.site import SiteError

__all__ = ["linkage"]


@linkage.command("bench")
@click.option(
    "--people",
    type=click.IntRange(min=20),
    default=100_000,
    show_default=True,
    help="How many invented people the index holds.",
)
@click.option("--lookups", type=click.IntRange(min=2), default=2_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else.")
def bench_command(people: int, lookups: int, seed: int, as_json: bool) -> None:
    """Measure how quickly and how well a misremembered person is found.

    Imports invented people into a database of its own, which is gone afterwards, and looks people up in it:
    once by the engine alone, once through the search page as it is served. DATABASE_URL, the address of a
    superuser, puts a PostgreSQL server that nothing else of ours works on in place of the embedded one.
    """
    from throughline.running.bench import bench

    try:
        found = bench(
            people=people, lookups=lookups, seed=seed, database_url=os.environ.get("DATABASE_URL") or None
        )
    except (SiteError, ClusterError, ServerError, MigrationError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(found) if as_json else _table(found))


_FILE = click.Path(path_type=Path)


@linkage.command("replay")
@click.option("--known", "known_path", required=True, type=_FILE, help="The index: a CSV of known persons.")
@click.option("--calls", "calls_path", required=True, type=_FILE, help="A CSV of calls, as they were heard.")
@click.option(
    "--truth",
    required=True,
    metavar="COLUMN",
    help="Who each row really is: in both files, or in the calls as the id of the known says it.",
)
@click.option(
    "--map",
    "map_path",
    required=True,
    type=_FILE,
    help="Our fields to theirs: one map, or {known: {…}, calls: {…}}.",
)
@click.option(
    "--no-calibration",
    is_flag=True,
    help="Take the model and its thresholds as they are and measure every call; else half of the calls teach them.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the halves.")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    default=lambda: datetime.now(ZoneInfo("Europe/London")).strftime("%Y-%m-%d"),
    help="The day on which ages were true. Default: the current day.",
)
@click.option(
    "--trigram-seconds",
    type=click.FloatRange(min=0),
    default=180,
    show_default=True,
    help="How long pg_trgm is asked at the most; then its figures are of the calls asked so far.",
)
@click.option(
    "--model",
    "model_path",
    type=_FILE,
    help="A model that `train` wrote. Default: fitted to the known first.",
)
@click.option(
    "--processes", type=click.IntRange(min=1), default=os.cpu_count() or 1, help="To read the known."
)
@click.option("--details", type=_FILE, help="A file for the thresholds and the precisions reached, as JSON.")
@click.option(
    "--write-model", type=_FILE, help="A file for the model that the calls taught, for THROUGHLINE_MODEL."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else.")
def replay_command(
    known_path: Path,
    calls_path: Path,
    truth: str,
    map_path: Path,
    no_calibration: bool,
    seed: int,
    on: datetime,
    trigram_seconds: float,
    model_path: Path | None,
    processes: int,
    details: Path | None,
    write_model: Path | None,
    as_json: bool,
) -> None:
    """Play calls against known persons, one by one, and measure how well the right person is found.

    Recognition answers as the search page does; beside it stand the exact telephone number or address, and the
    likeness of names by PostgreSQL's pg_trgm. Every field is optional, values that cannot be read count as
    missing, and a call whose person is not among the known is one that nobody should be found for.
    """
    from throughline.running.replaying import replay

    try:
        if details:
            details.touch()  # so that nothing is measured in vain
        found = replay(
            known_path,
            calls_path,
            truth,
            map_path,
            on=on.date(),
            seed=seed,
            calibrate=not no_calibration,
            processes=processes,
            trigram_seconds=trigram_seconds,
            model_path=model_path,
            say=progress,
        )
        if details:
            details.write_text(json.dumps(found.details(), indent=2) + "\n")
        if write_model:
            keep_model(found.model, write_model)
    except (FileError, LayoutError, ModelError, ClusterError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"A file cannot be written: {error.strerror}") from None
    click.echo(json.dumps(found.as_dict()) if as_json else _replayed(found.as_dict()))


def _replayed(found: dict[str, Any]) -> str:
    names = ("recall_at_1", "recall_at_p95", "recall_at_p99", "recall_at_p999", "candidate_recall")
    lines = [
        f"{found['known']:,} known, {found['calls']:,} calls",
        "",
        f"{'':24}{'first':>9}{'at .95':>9}{'at .99':>9}{'at .999':>9}{'seen':>9}{'p50':>9}{'p95':>9}{'p99 ms':>9}",
    ]
    for key, name in (
        ("engine", "recognition"),
        ("exact_phone_or_address", "exact phone or address"),
        ("pg_trgm", "pg_trgm"),
    ):
        one = found[key]
        shares = "".join(f"{one[figure]:>9.4f}" for figure in names)
        times = "".join(f"{one['ms'][time]:>9.2f}" for time in ("p50", "p95", "p99"))
        lines.append(f"{name:24}{shares}{times}")
    return "\n".join(lines)


def _table(found: dict[str, Any]) -> str:
    lines = [
        f"{found['people']:,} people, {found['lookups']:,} lookups; first of the results:"
        f" {found['recall_at_1']:.1%}",
        "",
        f"{'milliseconds':24}{'p50':>10}{'p95':>10}{'p99':>10}",
    ]
    for name, key in (("engine", "engine_ms"), ("search page", "http_ms")):
        one = found[key]
        lines.append(f"{name:24}{one['p50']:>10.2f}{one['p95']:>10.2f}{one['p99']:>10.2f}")
    return "\n".join(lines)
