"""``throughline people``: bringing in a force's index, and calling for reviews."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click
import django
from django.db import DatabaseError, ProgrammingError

if TYPE_CHECKING:
    from throughline.foundations.access.rules import Actor
    from throughline.linkage.model import Context


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

    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    with bringing_in():
        run = bring_in(
            by=actor_named(username),
            now=timezone.now(),
            source=Source(file, map_path, source),
            rejects=rejects,
            say=progress(),
        )
    click.echo(
        f"{run.rows:,} rows: {run.added:,} added, {run.changed:,} changed, {run.unchanged:,} unchanged, "
        f"{run.repeated:,} repeated, {run.rejected:,} rejected"
    )
    if run.rejected:
        click.echo(f"Why rows were rejected, by line and field: {rejects}")


@contextmanager
def bringing_in() -> Iterator[None]:
    """Says in words what went wrong while a file was brought in."""
    from throughline.casework.people.rules.lines import FileProblem
    from throughline.linkage.layout import LayoutError

    try:
        with refusing():
            yield
    except (FileProblem, LayoutError) as error:
        raise click.UsageError(f"{error}. Nothing was changed.") from error
    except ProgrammingError as error:
        raise click.ClickException(f"The database did not allow it: {_first_line(error)}") from error
    except DatabaseError as error:
        raise click.ClickException(
            f"The database failed: {_first_line(error)}. What is in stays; the same command goes on from there."
        ) from error


def _first_line(error: Exception) -> str:
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


@people.group("rows")
def rows() -> None:
    """The rows that recognition reads: taken apart for the web processes of this machine, found by today's keys."""


@rows.command("prepare")
@click.option(
    "--if-due",
    is_flag=True,
    help="Only where there is no file, or it is old, or holds somebody hidden since.",
)
def prepare_rows(if_due: bool) -> None:
    """Take the rows apart and write them to the file that web processes map. The worker does it by itself.

    Lookups without the file are slower, and their answers are the same.
    """
    from django.conf import settings
    from django.utils import timezone

    from throughline.casework.people.commands.preparing import prepare

    made = prepare(
        settings.PREPARED_ROWS,
        now=timezone.now(),
        always=not if_due,
        say=lambda read: click.echo(f"{read:,} rows", err=True),
    )
    click.echo("Nothing is due, or it is under way." if made is None else f"{made:,} rows taken apart")


@rows.command("status")
def rows_status() -> None:
    """When the rows were taken apart, of how many records, and how many have keys of earlier rules."""
    from django.conf import settings
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.people.models import Features
    from throughline.casework.people.queries.prepared import due, told_of
    from throughline.casework.people.rules import RECOGNISER
    from throughline.foundations.access.protection import set_actor
    from throughline.linkage.keys import VERSION

    told = told_of(settings.PREPARED_ROWS)
    with transaction.atomic():
        set_actor(RECOGNISER)
        is_due = due(settings.PREPARED_ROWS, now=timezone.now())
        old, of = Features.objects.filter(keyed__lt=VERSION).count(), Features.objects.count()
    click.echo(f"{told['rows']:,} rows taken apart at {told['made']}" if told else "no rows are taken apart")
    click.echo("to be taken apart anew" if is_due else "not due yet")
    click.echo(f"{old:,} of {of:,} records have keys of earlier rules")


@rows.command("renew-keys")
def renew_rows() -> None:
    """Give all records the keys of today's rules. The worker does it by itself, some at a time."""
    from django.utils import timezone

    from throughline.casework.people.commands.indexing import renew_keys

    renewed = 0
    while many := renew_keys(now=timezone.now()):
        renewed += many
        click.echo(f"{renewed:,} records", err=True)
    click.echo(f"{renewed:,} records have new keys")


@people.group("pairs")
def pairs() -> None:
    """Records that may be of one person: finding them, reading them, and how right the proposals are."""


@pairs.command("propose")
def propose_pairs() -> None:
    """Look through the whole index for pairs of records that may be of one person.

    Stopped at any moment, the same command goes on where it was. It joins nobody.
    """
    from django.utils import timezone

    from throughline.casework.people.commands.pairs import propose

    run = propose(now=timezone.now(), say=_walked())
    click.echo(f"{run.records:,} records looked up, {run.found:,} pairs that were not known before")


def _walked() -> Callable[[object], None]:
    told = 0.0

    def say(far) -> None:  # type: ignore[no-untyped-def]
        nonlocal told
        if monotonic() - told >= 1:
            told = monotonic()
            click.echo(f"{far.records:,} of {far.of:,} records, {far.found:,} pairs", err=True)

    return say


_AS = click.option("--as", "username", required=True, help="The account in whose name it is done.")


@pairs.command("list")
@click.option("--kind", default="probable", show_default=True, help="A band, or asked, second or unsure.")
@_AS
def list_pairs(kind: str, username: str) -> None:
    """The next pairs of a kind that wait to be read, by id, and how many wait of each kind."""
    from throughline.casework.people.queries.pairs import KINDS, queue

    if kind not in KINDS:
        raise click.UsageError(f"--kind: one of {', '.join(KINDS)}")
    with acting_as(username) as actor:
        found = queue(actor, kind)
    click.echo("  ".join(f"{one} {many:,}" for one, many in found.waiting.items()))
    for line in found.lines:
        click.echo(f"{line.pair.id}  {line.pair.certainty:+.1f}")


@pairs.command("explain")
@click.argument("pair_id", type=click.UUID)
@_AS
def explain_pair(pair_id, username: str) -> None:  # type: ignore[no-untyped-def]
    """What speaks for one person and what against, without saying who they are."""
    from django.utils import timezone

    from throughline.casework.people.queries.pairs import side_by_side
    from throughline.foundations.clock.rules import london_day
    from throughline.linkage.explaining import in_words

    with acting_as(username) as actor:
        shown = side_by_side(actor, pair_id, today=london_day(timezone.now()))
    click.echo("\n".join(in_words(shown.why)))


@pairs.command("say")
@click.argument("pair_id", type=click.UUID)
@click.argument("choice", type=click.Choice(["join", "apart", "unsure"]))
@click.option("--reason", required=True, help="A code of the list decision-reasons.")
@click.option("--words", default="", help="What you know that decides it.")
@_AS
def say_of_pair(pair_id, choice: str, reason: str, words: str, username: str) -> None:  # type: ignore[no-untyped-def]
    """Join two records, keep them apart, or leave it open. Of a restricted one it takes two persons."""
    from django.utils import timezone

    from throughline.casework.people.commands.pairs import read_pair
    from throughline.casework.people.models import Pair
    from throughline.casework.people.rules import Conflict, Malformed
    from throughline.casework.people.rules.pairs import Choice

    with acting_as(username) as actor:
        seen = Pair.objects.filter(id=pair_id).values_list("read_at", flat=True).first()
        try:
            read = read_pair(
                by=actor,
                now=timezone.now(),
                pair_id=pair_id,
                choice=Choice(choice),
                reason=reason,
                words=words,
                seen=seen,
            )
        except Malformed as wrong:
            raise click.UsageError(f"{wrong}. Nothing was changed.") from wrong
        except Conflict as conflict:
            raise click.UsageError("They are held to be one person: part them instead.") from conflict
    click.echo(read.state)


@pairs.command("figures")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else.")
def pair_figures(as_json: bool) -> None:
    """How right the proposals have been, by what people said of them. Counts of all pairs; nobody is named."""
    import json
    from dataclasses import asdict

    from django.db import transaction

    from throughline.casework.people.queries.pairs import reckoned
    from throughline.casework.people.rules import RECOGNISER
    from throughline.foundations.access.protection import set_actor

    with transaction.atomic():
        set_actor(RECOGNISER)
        found = reckoned()
    if as_json:
        click.echo(json.dumps(asdict(found)))
        return
    click.echo(f"{'':16}{'found':>10}{'one':>8}{'two':>8}{'unsure':>8}")
    for one in found.bands:
        click.echo(f"{one.band:16}{one.size:>10,}{one.joined:>8,}{one.apart:>8,}{one.unsure:>8,}")
    for name, share in (("precision", found.precision), ("recall of those weighed", found.recall)):
        told = f"{share.share:.3f} ({share.low:.3f}-{share.high:.3f})" if share else "not known yet"
        click.echo(f"{name}: {told}")
    click.echo("Pairs that share nothing telling, or fall below the last band, are in neither figure.")


_REASON = click.option(
    "--reason", required=True, help="extract-repeats, extract-training: a code of the list decision-reasons."
)
_SEED = click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the pairs drawn."
)


@people.command("link")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A folder that only its owner may read."
)
@click.option("--model", "model_path", type=click.Path(path_type=Path), help="Default: one is trained first.")
@_REASON
@_AS
@_SEED
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else.")
def link_people(
    out: Path, model_path: Path | None, reason: str, username: str, seed: int, as_json: bool
) -> None:
    """Find which of the force's own records are of one person, with Splink, as `linkage link` does with a file.

    The records in your sight are taken out into OUT, each as a look in your name, and removed from there at the end. OUT
    gets clusters.csv and review.csv, by the ids of records, and model.yaml. Nobody is joined. Stopped at any moment,
    the same command goes on where it was.
    """
    import json

    from django.utils import timezone

    from throughline.foundations.clock.rules import london_day
    from throughline.linkage.batch.stages import link, owners_folder
    from throughline.linkage.cli import batch_model, linked_in_words
    from throughline.linkage.model import load_model

    now = timezone.now()
    with _extracting():
        file = owners_folder(out) / "records.csv"
        model = batch_model(model_path) if model_path else load_model("batch")
        taken = _extract(file, reason, username, now)
        found = link(
            file,
            taken,
            out,
            model=model,
            trained=model_path is not None,
            on=london_day(now),
            seed=seed,
            say=_say,
        )
        file.unlink()
    click.echo(json.dumps(found.as_dict()) if as_json else linked_in_words(found))


@people.command("train")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The model's file, YAML.")
@click.option(
    "--context",
    type=click.Choice(["live", "batch"]),
    default="live",
    show_default=True,
    help="live: a call against records; batch: records among themselves.",
)
@_REASON
@_AS
@_SEED
def train_on_people(out: Path, context: "Context", reason: str, username: str, seed: int) -> None:
    """Fit a model to the force's own records, unsupervised, as `linkage train` does to a file.

    The records in your sight are taken out into a folder of this process, each as a look in your name, and are gone
    with it.
    """
    from tempfile import TemporaryDirectory

    from django.utils import timezone

    from throughline.foundations.clock.rules import london_day
    from throughline.linkage.batch.training import train_on
    from throughline.linkage.model import write_model

    now = timezone.now()
    with _extracting(), TemporaryDirectory() as folder:
        file = Path(folder) / "records.csv"
        taken = _extract(file, reason, username, now)
        model = train_on(file, taken, context, on=london_day(now), seed=seed, say=_say)
        write_model(model, out)
    click.echo(f"model {model.version} of {model.trained['records']:,} records written")


def _extract(file: Path, reason: str, username: str, now):  # type: ignore[no-untyped-def]
    from throughline.casework.people.commands.extracting import extract, layout

    extract(by=actor_named(username), now=now, reason=reason, file=file, say=_say)
    return layout()


def _say(line: str) -> None:
    click.echo(line, err=True)


@contextmanager
def _extracting() -> Iterator[None]:
    """Says in words what went wrong while records were taken out or linked."""
    from throughline.casework.people.rules import Malformed
    from throughline.linkage.files import FileError
    from throughline.linkage.model import ModelError

    try:
        with refusing():
            yield
    except Malformed as wrong:
        raise click.UsageError(f"{wrong}. Nothing was taken out.") from wrong
    except (FileError, ModelError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"It cannot be written: {error.strerror}") from error


@contextmanager
def acting_as(username: str) -> Iterator["Actor"]:
    """One transaction in the name of an account; what is refused is said in words, and nothing is changed."""
    from django.db import transaction

    from throughline.foundations.access.protection import set_actor

    with refusing(), transaction.atomic():
        actor = actor_named(username)
        set_actor(actor)
        yield actor


@contextmanager
def refusing() -> Iterator[None]:
    """Says on the command line what the rules refuse, naming nobody."""
    from throughline.foundations.access.rules import Refused

    try:
        yield
    except Refused as error:
        raise click.UsageError(f"Refused: {error}. Nothing was changed.") from error


@people.command("call-for-retention-reviews")
def call_for_retention_reviews() -> None:
    """Open a duty for every record whose review date has come. Run it daily."""
    from django.utils import timezone

    from throughline.casework.people.commands.retention import call_for_reviews

    count = 0
    while called := call_for_reviews(now=timezone.now()):
        count += called
    click.echo(f"{count:,} records are to be reviewed")
