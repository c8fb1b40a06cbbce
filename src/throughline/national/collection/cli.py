"""`throughline national …`: rounds and returns from the command line, in the name of the account that is named."""

import csv
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
from django.utils import timezone

from throughline.foundations.access.rules import Actor, Refused, system
from throughline.foundations.clock.rules import LONDON
from throughline.national.collection.rules import Amiss, Move
from throughline.statistics.edition.cli import publish

COMMAND_LINE = system("national command line")


def _day(_ctx: click.Context, _option: click.Parameter, told: str) -> Any:
    try:
        return datetime.strptime(told, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise click.BadParameter("write the day as 2026-03-31") from None


def in_one_transaction(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command as an account of this site, whole or not at all; what it complains of is one sentence.

    Without ``--as`` it is the system's, for who keeps the site; that signs nothing and answers nothing.
    """

    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        import django

        django.setup()
        from django.db import ProgrammingError, transaction

        from throughline.foundations.access.protection import set_actor

        try:
            with transaction.atomic():
                actor = _actor(options.pop("as_", None))
                set_actor(actor)
                status = command(actor, *args, **options)
        except ProgrammingError:
            raise click.ClickException(
                "This database is not the national site's; THROUGHLINE_DATABASE says where it is."
            ) from None
        except Amiss as amiss:
            where = f"--{amiss.field.replace('_', '-')}: " if amiss.field else ""
            raise click.ClickException(f"{where}{amiss}") from None
        except Refused as refused:
            raise click.ClickException(f"Refused: {refused}.") from None
        # what it wrote stays: only the status says that something is wrong with it
        raise SystemExit(status or 0)

    return run


def _actor(username: str | None) -> Actor:
    from throughline.foundations.accounts.models import User

    if username is None:
        return COMMAND_LINE
    user = User.objects.filter(username=username.strip().lower(), is_active=True).first()
    if user is None:
        raise click.ClickException("There is no open account of that user name.")
    return user.actor


def _round(code: str) -> Any:
    from throughline.national.collection.models import Round

    found = Round.objects.filter(code=code).first()
    if found is None:
        raise click.ClickException(f"There is no round {code!r}.")
    return found


def _force(code: str) -> Any:
    from throughline.national.collection.models import Force

    found = Force.objects.filter(code=code).first()
    if found is None:
        raise click.ClickException(f"No force takes part under {code!r}.")
    return found


_ROUND = click.option(
    "--round", "round_code", required=True, metavar="ROUND", help="The short name of the round."
)
_FORCE = click.option("--force", "force_code", required=True, metavar="CODE", help="The code of the force.")
_OF_FORCE = click.option("--force", "force_code", metavar="CODE", help="Of one force.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output.")
_AS = click.option("--as", "as_", required=True, metavar="USERNAME", help="In whose name.")
_MAYBE_AS = click.option(
    "--as", "as_", metavar="USERNAME", help="In whose name; the system's where not said."
)


@click.group()
def national() -> None:
    """The national site: rounds, returns, questions, signatures, and what is taken for an edition."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "throughline.website.national.settings"


national.add_command(publish)


@national.command()
@click.argument("code")
@click.argument("name")
@click.option(
    "--residents", type=click.IntRange(min=1), help="How many live in its area, for a force that is invented."
)
@_MAYBE_AS
@in_one_transaction
def enrol(by: Actor, code: str, name: str, residents: int | None) -> None:
    """Let a force take part: CODE stands in its return. Makes the teams of its contacts and of its commissioner's office."""
    from throughline.national.collection.commands.rounds import enrol as command

    command(by=by, code=code, name=name, residents=residents)


@national.group("round")
def round_() -> None:
    """Rounds of collection."""


@round_.command("open")
@click.argument("code")
@click.option("--title", required=True)
@click.option("--year-end", required=True, callback=_day, metavar="DATE", help="The last day of the year.")
@click.option("--opens", required=True, callback=_day, metavar="DATE")
@click.option("--due", required=True, callback=_day, metavar="DATE")
@_MAYBE_AS
@in_one_transaction
def open_(by: Actor, code: str, title: str, year_end: Any, opens: Any, due: Any) -> None:
    """Open a round."""
    from throughline.national.collection.commands.rounds import open_round

    open_round(by=by, now=timezone.now(), code=code, title=title, year_end=year_end, opens=opens, due=due)


@round_.command()
@_ROUND
@click.option("--title", required=True)
@click.option("--edition", required=True, help="The name of the edition's folder.")
@click.option("--at", required=True, metavar="MOMENT", help='In London, such as "2027-03-16 09:30".')
@click.option("--why", default="", help="Why an edition that is announced already is moved.")
@_MAYBE_AS
@in_one_transaction
def announce(by: Actor, round_code: str, title: str, edition: str, at: str, why: str) -> None:
    """Announce when an edition comes out, or move it."""
    from throughline.national.collection.commands.rounds import announce as command

    try:
        moment = datetime.strptime(at, "%Y-%m-%d %H:%M").replace(tzinfo=LONDON)
    except ValueError:
        raise click.ClickException('--at: write it as "2027-03-16 09:30"') from None
    command(
        by=by,
        now=timezone.now(),
        round_id=_round(round_code).id,
        title=title,
        edition=edition,
        at=moment,
        why=why,
    )


@national.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@_ROUND
@_FORCE
@_AS
@click.option("--why", default="", help="What a corrected return corrects, and why.")
@in_one_transaction
def receive(by: Actor, paths: tuple[Path, ...], round_code: str, force_code: str, why: str) -> int:
    """Send a return: the spreadsheet, or the CSV files of the template.

    Every fault is named by sheet, row and item, and the status is 1; the files are kept either way.
    """
    from throughline.national.collection.commands.receiving import receive as command

    files = [(path.name, path.read_bytes()) for path in paths]
    received = command(
        by=by,
        now=timezone.now(),
        round_id=_round(round_code).id,
        force_id=_force(force_code).id,
        files=files,
        why=why,
    )
    if received.version is None:
        for problem in received.problems:
            click.echo(str(problem))
        return 1
    asked = received.version.questions.count()
    questions = "question" if asked == 1 else "questions"
    click.echo(f"Version {received.version.number}, {received.version.digest}; {asked} {questions}.")
    return 0


@national.command()
@_ROUND
@_OF_FORCE
@_JSON
@_MAYBE_AS
@in_one_transaction
def queries(by: Actor, round_code: str, force_code: str | None, as_json: bool) -> None:
    """Print the open questions with their arithmetic, and the id by which each is answered."""
    from throughline.national.collection.models import Force
    from throughline.national.collection.queries.returns import open_questions, standing_of

    of = _round(round_code)
    forces = [_force(force_code)] if force_code else list(Force.objects.order_by("name"))
    found = [
        {
            "id": str(one.id),
            "force": force.code,
            "version": one.version.number,
            "stands": str(standing_of(one)),
            "level": one.level,
            "rule": one.rule,
            "items": one.items,
            "message": one.message,
            "remedy": one.remedy,
        }
        for force in forces
        for one in open_questions(of.id, force.id)
    ]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for told in found:
        click.echo(
            f"{told['id']}  {told['force']}, {told['stands']}, {told['rule']}: {told['message']} {told['remedy']}"
        )
    click.echo(f"{len(found)} open.")


@national.command()
@_ROUND
@_MAYBE_AS
@in_one_transaction
def compare(by: Actor, round_code: str) -> None:
    """Ask of every return what differs from other forces by more than forces differ."""
    from throughline.national.collection.commands.asking import compare as command

    click.echo(f"{command(by=by, now=timezone.now(), round_id=_round(round_code).id)} new.")


@national.command()
@click.argument("question", type=click.UUID)
@click.argument("words")
@_AS
@in_one_transaction
def answer(by: Actor, question: Any, words: str) -> None:
    """Answer a question in the force's words."""
    from throughline.national.collection.commands.asking import answer as command

    command(by=by, now=timezone.now(), question_id=question, words=words)


@national.command()
@click.argument("question", type=click.UUID)
@click.argument("move", type=click.Choice(["accept", "ask-again", "withdraw"]))
@click.option("--words", default="")
@_AS
@in_one_transaction
def judge(by: Actor, question: Any, move: str, words: str) -> None:
    """Accept an answer, ask again, or take a question back."""
    from throughline.national.collection.commands.asking import judge as command

    command(by=by, now=timezone.now(), question_id=question, move=Move(move), words=words)


@national.command()
@_ROUND
@_FORCE
@click.option("--digest", required=True, help="The SHA-256 of the figures that you have read.")
@click.option("--post", required=True, help="Your post, as it stands beside your name.")
@_AS
@in_one_transaction
def sign(by: Actor, round_code: str, force_code: str, digest: str, post: str) -> None:
    """Sign exactly the figures whose digest is given."""
    from throughline.national.collection.commands.signing import sign as command
    from throughline.national.collection.queries.returns import latest_version

    version = latest_version(_round(round_code).id, _force(force_code).id)
    if version is None:
        raise Amiss("There are no figures to sign yet.")
    command(by=by, now=timezone.now(), version_id=version.id, shown=digest, post=post)


@national.command()
@_ROUND
@_JSON
@_MAYBE_AS
@in_one_transaction
def status(by: Actor, round_code: str, as_json: bool) -> None:
    """Print where every return of a round stands."""
    from throughline.national.collection.models import Force
    from throughline.national.collection.queries.pages import rows_of

    rows = rows_of(_round(round_code), list(Force.objects.order_by("name")), now=timezone.now())
    told = [
        {
            "force": row.force.code,
            "name": row.force.name,
            "stands": str(row.standing),
            "version": row.version.number if row.version else None,
            "digest": row.version.digest if row.version else None,
            "with_force": row.with_force,
            "with_statistician": row.with_statistician,
        }
        for row in rows
    ]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for one in told:
        click.echo("\t".join(str(value if value is not None else "-") for value in one.values()))


@national.group()
def files() -> None:
    """The files that forces sent: until when each is held, and removing those whose time is over."""


@files.command("list")
@_ROUND
@_OF_FORCE
@_JSON
@_MAYBE_AS
@in_one_transaction
def list_files(by: Actor, round_code: str, force_code: str | None, as_json: bool) -> None:
    """Print every file of a round: its id, size and SHA-256, until when and by which rule it is held, or when it went."""
    from throughline.national.collection.queries.files import files_of_round

    found = [
        {
            "id": str(one.row.id),
            "force": one.row.force.code,
            "name": one.row.name,
            "bytes": one.row.size,
            "sha256": one.row.sha256,
            "sent_at": one.row.receipt.sent_at.isoformat(),
            "rule": one.rule,
            "held_until": one.holding.until.isoformat(),
            "verified": one.holding.verified,
            "removed_at": one.row.removed_at.isoformat() if one.row.removed_at else None,
            "why": one.row.removed_why,
        }
        for one in files_of_round(_round(round_code).id, _force(force_code).id if force_code else None)
    ]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for told in found:
        gone = f"removed {told['removed_at']}" if told["removed_at"] else f"held until {told['held_until']}"
        unverified = "" if told["verified"] else ", unverified"
        click.echo(
            f"{told['id']}  {told['force']}, {told['name']}, {told['bytes']:,} bytes: {gone} ({told['rule']}{unverified})"
        )


@files.command("expire")
@in_one_transaction
def expire_files(by: Actor) -> None:
    """Remove the bytes of every file whose time is over. The worker does so every hour."""
    from throughline.national.collection.commands.removing import remove_expired

    click.echo(f"{remove_expired(now=timezone.now())} removed.")


@files.command("remove")
@click.argument("file", type=click.UUID)
@click.option("--why", required=True, help="Why it goes before its time; the force reads it.")
@_AS
@in_one_transaction
def remove_file(by: Actor, file: Any, why: str) -> None:
    """Remove at once the bytes of a file that was sent by mistake, such as a list of people."""
    from throughline.national.collection.commands.removing import remove_file as command

    command(by=by, now=timezone.now(), file_id=file, why=why)


@national.command("export-signed")
@click.option(
    "--round",
    "codes",
    required=True,
    multiple=True,
    metavar="ROUND",
    help="A round; repeated for several years.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="An empty folder, or a new one.",
)
@_MAYBE_AS
@in_one_transaction
def export_signed(by: Actor, codes: tuple[str, ...], out: Path) -> None:
    """Take what is signed, exactly, and write it to a folder that an edition is built from.

    ``signatures.csv`` names each return's folder with the digest that was signed, ``corrections.csv`` why figures were corrected,
    ``forces.csv`` the forces where they are invented. ``signed.json`` has both sides' words too, and which forces are missing and why.
    ``signed.txt`` beside each return is the text that was signed; ``SHA256SUMS`` seals every file, and its own SHA-256 is said at the end
    (`national publish --seal`).
    Each return is a folder of CSV files that `throughline return check` reads.
    """
    from throughline.national.collection.commands.taking import take
    from throughline.national.collection.queries.exporting import signed_set, tables_of_signed
    from throughline.statistics.edition.gathering import SIGNED
    from throughline.statistics.edition.sealing import SUMS, seal

    if out.exists() and any(out.iterdir()):
        raise click.ClickException(f"{out} holds something already; choose an empty folder.")
    now = timezone.now()
    rounds: list[dict[str, Any]] = []
    folders: dict[str, dict[str, list[list[str]]]] = {}
    for code in codes:
        told, returns = signed_set(take(by=by, now=now, round_id=_round(code).id), now=now)
        rounds.append(told)
        folders |= returns
    signed = [one for told in rounds for one in told["forces"]]
    if len({one["invented"] for one in signed}) > 1:
        raise click.ClickException("Invented forces and others are not taken together.")
    tables = {Path(name): rows for name, rows in tables_of_signed(signed).items()}
    tables |= {Path(folder) / name: rows for folder, files in folders.items() for name, rows in files.items()}
    for path, rows in tables.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        with (out / path).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    for one in signed:
        # byte for byte, whatever the system ends its lines with
        (out / one["folder"] / SIGNED).write_bytes(one.pop("text").encode())
    text = json.dumps({"rounds": rounds}, ensure_ascii=False, indent=1)
    (out / "signed.json").write_text(text + "\n", encoding="utf-8")
    sealed = seal(out)
    missing = sum(len(told["missing"]) for told in rounds)
    click.echo(f"{len(folders)} signed returns in {out}; {missing} are missing.")
    click.echo(f"Sealed; SHA-256 of {SUMS}: {sealed}")
