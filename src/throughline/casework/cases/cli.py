"""``throughline facts``: bringing in orders, bail and warrants."""

from pathlib import Path

import click
import django
from django.db import DatabaseError, ProgrammingError


@click.group()
def facts() -> None:
    """Orders, bail and warrants."""
    django.setup()


@facts.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--map",
    "map_path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Our fields to the file's columns; see docs/running/facts.md.",
)
@click.option(
    "--source",
    required=True,
    help="The system that the file comes from. The same source and id are the same fact.",
)
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write what did not land, by line, field and reason. Default: FILE.rejects.csv.",
)
@click.option(
    "--whole", is_flag=True, help="The file is the whole: what it no longer names has ended. Never guessed."
)
@click.option("--as", "username", help="The administrator in whose name it is done. Default: the system.")
def import_facts(
    file: Path, map_path: Path, source: str, rejects: Path | None, whole: bool, username: str | None
) -> None:
    """Bring in orders, bail and warrants from a CSV file. Done again, it duplicates nothing."""
    from django.utils import timezone

    from throughline.casework.cases.commands.bringing import FactFile
    from throughline.casework.cases.commands.bringing import import_facts as bring
    from throughline.casework.people.cli import actor_named, first_line
    from throughline.casework.people.rules.lines import FileProblem
    from throughline.foundations.access.rules import Refused
    from throughline.linkage.layout import LayoutError

    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    try:
        brought = bring(
            by=actor_named(username),
            now=timezone.now(),
            file=FactFile(file, map_path, source, whole),
            rejects=rejects,
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
    counts = brought.counts
    told = ("added", "varied", "unchanged", "ended", "rejected")
    click.echo(", ".join(f"{counts[word]:,} {word}" for word in told))
    if brought.not_ended:
        click.echo(f"Nothing was ended: {brought.not_ended}.")
    if counts["rejected"]:
        click.echo(f"Why rows were rejected, by line and field: {rejects}")
