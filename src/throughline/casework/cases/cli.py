"""``throughline facts``: bringing in orders, bail and warrants. ``throughline review``: drawing files for review."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
import django

from throughline.foundations.access.rules import Actor


def as_account[T](
    username: str, do: Callable[[Actor, datetime], T], *, conflict: str = "somebody else was quicker"
) -> T:
    """What is done in one transaction in the name of an account; what is refused or wrong is said in a sentence."""
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.cases.rules import NotYet
    from throughline.casework.people.cli import actor_named
    from throughline.casework.people.rules import Conflict, Malformed
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import Refused

    actor = actor_named(username)
    try:
        with transaction.atomic():
            set_actor(actor)
            return do(actor, timezone.now())
    except (Malformed, NotYet, Refused) as wrong:
        raise click.ClickException(str(wrong)) from None
    except Conflict:
        raise click.ClickException(conflict) from None


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
    from throughline.casework.people.cli import actor_named, bringing_in

    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    with bringing_in():
        brought = bring(
            by=actor_named(username),
            now=timezone.now(),
            file=FactFile(file, map_path, source, whole),
            rejects=rejects,
        )
    counts = brought.counts
    told = ("added", "varied", "unchanged", "ended", "rejected")
    click.echo(", ".join(f"{counts[word]:,} {word}" for word in told))
    if brought.not_ended:
        click.echo(f"Nothing was ended: {brought.not_ended}.")
    if counts["rejected"]:
        click.echo(f"Why rows were rejected, by line and field: {rejects}")


@click.group()
def review() -> None:
    """Files of domestic incidents, drawn and reviewed."""
    django.setup()


@review.command("draw")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day.")
@click.option(
    "--until", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day, which is over."
)
@click.option("--each", type=int, default=10, show_default=True, help="Files of each offence group.")
@click.option("--as", "username", required=True, help="The account in whose name, and of whose sight, it is.")
def draw_files(first: datetime, last: datetime, each: int, username: str) -> None:
    """Draw files by a seed that nobody chooses, and say which. Names nobody."""
    from django.utils import timezone

    from throughline.casework.cases.commands.files import draw_files as draw

    with _acting_as(username) as actor:
        made = draw(by=actor, now=timezone.now(), first=first.date(), last=last.date(), each=each)
        _say_draw(actor, made.id)


@review.command("show")
@click.argument("draw", type=click.UUID)
@click.option("--as", "username", required=True, help="The account in whose sight it is.")
def show_draw(draw: UUID, username: str) -> None:
    """One draw: its files, and what was found over those to which each item applies."""
    with _acting_as(username) as actor:
        _say_draw(actor, draw)


@contextmanager
def _acting_as(username: str) -> Iterator[Actor]:
    """`acting_as`; what cannot be is said by the option at fault."""
    from throughline.casework.people.cli import acting_as
    from throughline.casework.people.rules import Malformed

    try:
        with acting_as(username) as actor:
            yield actor
    except Malformed as wrong:
        option = {"first": "--from", "last": "--until"}.get(wrong.field, f"--{wrong.field}")
        raise click.UsageError(f"{option} {wrong.why}. Nothing was changed.") from wrong


def _say_draw(actor: Actor, draw_id: UUID) -> None:
    from throughline.casework.cases.queries.files import draw_page

    page = draw_page(actor, draw_id)
    click.echo(f"draw {page.draw.id}: {page.draw.first_day} to {page.draw.last_day}, seed {page.draw.seed}")
    for offence, of, files in page.groups:
        numbers = ", ".join(f"{one.number}{'' if one.file.reviewed_at else ' (to review)'}" for one in files)
        click.echo(f"  {offence}: {len(files)} of {of}: {numbers}")
    click.echo(f"{page.reviewed} of {page.files} reviewed")
    for one in page.found if page.reviewed else ():
        share = one.all.share
        told = (
            f"{share.counted} of {share.of}, {share.share:.0%} ({share.low:.0%} to {share.high:.0%})"
            if share
            else "applies to none"
        )
        click.echo(
            f"  {one.question.code}: {told}; not applicable {one.all.not_applicable}, not said {one.all.not_said}"
        )
