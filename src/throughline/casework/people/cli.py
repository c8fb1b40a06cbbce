"""``throughline people``: bringing in a force's index, and calling for reviews."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

import click
import django
from django.db import DatabaseError, ProgrammingError


@click.group()
def people() -> None:
    """The index of people."""
    django.setup()


@people.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--map",
    "map_path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Our fields to the file's columns; see docs/running/import.md.",
)
@click.option(
    "--source",
    default="index",
    show_default=True,
    help="The system that the file comes from. The same source and id are the same record.",
)
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write what did not land, by line, field and reason. Default: FILE.rejects.csv.",
)
@click.option("--as", "username", help="The administrator in whose name it is done. Default: the system.")
def import_people(
    file: Path, map_path: Path, source: str, rejects: Path | None, username: str | None
) -> None:
    """Bring in an index of people from a CSV file.

    Stopped at any moment, the same command goes on where it was. Done again, it duplicates nothing.
    """
    from django.utils import timezone

    from throughline.casework.people.commands.importing import Source, bring_in
    from throughline.casework.people.rules.lines import FileProblem
    from throughline.foundations.access.rules import Refused
    from throughline.linkage.layout import LayoutError

    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    try:
        run = bring_in(
            by=actor_named(username),
            now=timezone.now(),
            source=Source(file, map_path, source),
            rejects=rejects,
            say=progress(),
        )
    except (FileProblem, LayoutError) as error:
        raise click.UsageError(f"{error}. Nothing was changed.") from error
    except Refused as error:
        raise click.UsageError(f"Refused: {error}. Nothing was changed.") from error
    except ProgrammingError as error:
        raise click.ClickException(f"The database did not allow it: {first_line(error)}") from error
    except DatabaseError as error:
        raise click.ClickException(
            f"The database failed: {first_line(error)}. What is in stays; the same command goes on from there."
        ) from error
    click.echo(
        f"{run.rows:,} rows: {run.added:,} added, {run.changed:,} changed, {run.unchanged:,} unchanged, "
        f"{run.repeated:,} repeated, {run.rejected:,} rejected"
    )
    if run.rejected:
        click.echo(f"Why rows were rejected, by line and field: {rejects}")


def first_line(error: Exception) -> str:
    """The database's own sentence, without the DETAIL lines, which can quote values."""
    return (str(error).splitlines() or ["no reason was given"])[0]


def actor_named(username: str | None):  # type: ignore[no-untyped-def]
    """In whose name a file is brought in: an account, or the system."""
    from throughline.casework.people.rules import IMPORTER
    from throughline.foundations.accounts.models import User

    if username is None:
        return IMPORTER
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise click.UsageError("There is no such account")
    return user.actor


def progress() -> Callable[[object, int], None]:
    """Tells on stderr, about once a second, how many rows are done, how fast, and how long is left."""
    began, told, first = monotonic(), 0.0, -1

    def say(run, lines: int) -> None:  # type: ignore[no-untyped-def]
        nonlocal told, first
        now = monotonic()
        if first < 0:
            first = run.rows
        if now - told < 1:
            return
        told = now
        rate = (run.rows - first) / (now - began) if run.rows > first else 0
        left = (lines - 1 - run.rows) / rate if rate else 0
        time_left = f", about {int(left) // 60} min {int(left) % 60:02} s left" if rate and left > 1 else ""
        speed = f", {rate:,.0f} a second" if rate else ""
        click.echo(f"{run.rows:,} of {lines - 1:,} rows{speed}{time_left}", err=True)

    return say


@people.command("call-for-retention-reviews")
def call_for_retention_reviews() -> None:
    """Open a duty for every record whose review date has come. Run it daily."""
    from django.utils import timezone

    from throughline.casework.people.commands.retention import call_for_reviews

    count = 0
    while called := call_for_reviews(now=timezone.now()):
        count += called
    click.echo(f"{count:,} records are to be reviewed")
