"""The command line of the invented force: `throughline synthetic …`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from throughline.synthetic.export import write_calls, write_csv
from throughline.synthetic.records import write_records

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


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"The file could not be written: {error.strerror}") from None


@synthetic.command()
@_FILE
@_PEOPLE
@_SEED
@_TODAY
def write(file: Path, count: int, seed: int, today: datetime) -> None:
    """Write an invented force's index of people to FILE, with its map beside it."""
    with _plain_errors():
        map_path = write_csv(
            file,
            count,
            seed,
            today.date(),
            say=lambda written: click.echo(f"{written:,} of {count:,}", err=True),
        )
    click.echo(f"Wrote {count:,} invented people to {file} and the map to {map_path}", err=True)


@synthetic.command()
@_FILE
@_PEOPLE
@click.option("--calls", type=click.IntRange(min=1), default=1_000, show_default=True)
@_SEED
@_TODAY
def calls(file: Path, count: int, calls: int, seed: int, today: datetime) -> None:
    """Write misremembered calls about that index to FILE, with the truth in the column TRUE_PERSON."""
    with _plain_errors():
        map_path = write_calls(file, count, calls, seed, today.date())
    click.echo(f"Wrote {calls:,} calls to {file} and the map to {map_path}", err=True)


@synthetic.command("records")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--incidents", type=click.IntRange(min=1), default=2_000, show_default=True)
@_SEED
@click.option(
    "--year-end",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2026-03-31",
    show_default=True,
    help="The last day.",
)
def records_command(folder: Path, incidents: int, seed: int, year_end: datetime) -> None:
    """Write the record exports of an invented force that uses other software to FOLDER, with their map."""
    with _plain_errors():
        map_path = write_records(folder, incidents, seed=seed, year_end=year_end.date())
    click.echo(f"Wrote the records of {incidents:,} invented incidents and the map to {map_path}", err=True)


@synthetic.command("returns")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--years", type=click.IntRange(1, 11), default=3, show_default=True, help="How many years.")
@click.option(
    "--last",
    type=click.IntRange(2015, 2100),
    default=2025,
    show_default=True,
    help="The year whose March is the last.",
)
@click.option("--seed", type=click.IntRange(min=0), default=20150331, show_default=True)
def returns(folder: Path, years: int, last: int, seed: int) -> None:
    """Write the signed data returns of 43 invented forces to FOLDER, for `throughline national publish`."""
    from throughline.synthetic.returning import write_invented_returns

    first = last - years + 1
    if first < 2015:
        raise click.UsageError("--years: the first return is for the year to March 2015")
    try:
        written = write_invented_returns(
            folder, [date(year, 3, 31) for year in range(first, last + 1)], seed=seed
        )
    except FileExistsError as error:
        raise click.ClickException(f"{error}.") from None
    click.echo(f"Wrote {written:,} returns to {folder}", err=True)


@synthetic.command("round")
def tell_round() -> None:
    """Tell an invented round at the national site: forces, accounts, returns, questions and signatures.

    Only where THROUGHLINE_DEMO=1: anybody may sign in to these accounts. Done again, it changes nothing.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "throughline.website.national.settings"

    import django
    from django.conf import settings

    django.setup()
    if not settings.DEMO:
        raise click.ClickException(
            "Only a demonstration (THROUGHLINE_DEMO=1) has accounts that are open to all."
        )

    from django.utils import timezone

    from throughline.synthetic.round import tell

    tell(now=timezone.now())


@synthetic.command("enact")
@click.option("--source", default="invented", show_default=True, help="What the import called the index.")
@click.option(
    "--hub",
    type=click.IntRange(min=0),
    default=40,
    show_default=True,
    help="How many further pairs wait for the safeguarding hub, as far as there are people to tell of.",
)
def enact_stories(source: str, hub: int) -> None:
    """Make the demonstration's accounts, complete the stories of its people, and tell fourteen months of calls and
    what is open now.

    Only where THROUGHLINE_DEMO=1: anybody may sign in to these accounts. Done again, it changes nothing.
    """
    import django
    from django.conf import settings

    django.setup()
    if not settings.DEMO:
        raise click.ClickException(
            "Only a demonstration (THROUGHLINE_DEMO=1) has accounts that are open to all."
        )

    from django.db import DatabaseError, connection
    from django.utils import timezone

    from throughline.synthetic.enacting import actors, colleagues, enact
    from throughline.synthetic.past.retelling import retell

    def say(told: int, of: int) -> None:
        click.echo(f"{told} of {of} calls", err=True)

    # a few hundred statements, tens of thousands of times: each is planned once
    connection.settings_dict["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}
    now = timezone.now()
    try:
        told = enact(now=now, source=source)
        calls_told = retell(actors(), colleagues(), now=now, source=source, say=say, hub=hub)
    except DatabaseError as error:
        first = (str(error).splitlines() or ["no reason was given"])[0]
        raise click.ClickException(f"The database failed: {first}. Nothing was changed.") from None
    click.echo(f"Made the accounts, told {told} stories and {calls_told} calls", err=True)
