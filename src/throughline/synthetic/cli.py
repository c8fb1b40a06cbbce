"""The command line of the invented force: `throughline synthetic …`."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from throughline.synthetic.export import write_calls, write_csv

_FILE = click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
_PEOPLE = click.option("--people", "count", type=click.IntRange(min=1), default=10_000, show_default=True)
_SEED = click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
_TODAY = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    default=lambda: datetime.now(ZoneInfo("Europe/London")).strftime("%Y-%m-%d"),
    help="The day on which ages are counted, so that a file can be made again. Default: the current day.",
)


@click.group()
def synthetic() -> None:
    """Invented people, and calls about them. Nobody in these files exists."""


@synthetic.command()
@_FILE
@_PEOPLE
@_SEED
@_TODAY
def write(file: Path, count: int, seed: int, today: datetime) -> None:
    """Write an invented force's index of people to FILE, with its map beside it."""
    map_path = write_csv(file, count, seed, today.date())
    click.echo(f"Wrote {count:,} invented people to {file} and the map to {map_path}", err=True)


@synthetic.command()
@_FILE
@_PEOPLE
@click.option("--calls", type=click.IntRange(min=1), default=1_000, show_default=True)
@_SEED
@_TODAY
def calls(file: Path, count: int, calls: int, seed: int, today: datetime) -> None:
    """Write misremembered calls about that index to FILE, with the truth in the column TRUE_PERSON."""
    map_path = write_calls(file, count, calls, seed, today.date())
    click.echo(f"Wrote {calls:,} calls to {file} and the map to {map_path}", err=True)
