"""``throughline outcome``: results of prosecutors, courts and prisons, outcomes of crimes, and their review."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import django

from throughline.casework.cases.cli import as_account


@click.group()
def outcome() -> None:
    """Outcomes of crimes, and what comes from prosecutors, courts and prisons."""
    django.setup()


_AS = click.option("--as", "username", required=True, help="The account in whose name it is done.")


@outcome.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write what did not land, by row, field and remedy. Default: FILE.rejects.csv.",
)
@_AS
def import_results(file: Path, rejects: Path | None, username: str) -> None:
    """Bring in what prosecutors, courts and prisons sent, from a CSV file. Done again, it duplicates nothing."""
    from throughline.casework.outcome.commands import bringing
    from throughline.casework.people.rules.lines import FileProblem

    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    try:
        content = bringing.read_file(file)
        brought = as_account(
            username, lambda actor, now: bringing.import_results(by=actor, now=now, content=content)
        )
    except FileProblem as problem:
        raise click.UsageError(f"{problem}. Nothing was changed.") from problem
    click.echo(
        f"{brought.added:,} added, {brought.unchanged:,} unchanged, {len(brought.rejected):,} rejected"
    )
    if brought.rejected:
        bringing.write_rejects(rejects, brought)
        click.echo(f"Why rows were rejected, by row and field: {rejects}")


@outcome.command()
@click.argument("case_id", type=click.UUID)
@_AS
def show(case_id: UUID, username: str) -> None:
    """The crimes of a case and their outcomes, in codes without a word of anybody's; the look is logged."""
    from throughline.casework.cases.models import Case
    from throughline.casework.cases.queries.pages import in_sight
    from throughline.casework.outcome.queries.pages import outcome_page
    from throughline.casework.people.rules import PURPOSES
    from throughline.foundations.access.rules import Action

    def read(actor: Any, now: datetime) -> Any:
        case = in_sight(actor, Action.VIEW_CASE, Case, case_id)
        purpose = PURPOSES.get(actor.role, "")
        return outcome_page(actor, case, at=now, purpose=purpose, action=Action.VIEW_CASE)

    page = as_account(username, read)
    for one in page.crimes:
        standing = one.standing
        told = f"{standing.outcome.code} {standing.outcome.state}" if standing else "not-yet-assigned"
        waits = "  to be reviewed" if standing and standing.waits else ""
        cancelled = "  cancelled" if one.crime.cancelled_at else ""
        click.echo(f"{one.crime.id}  {one.number}  {one.crime.offence}  {told}{waits}{cancelled}")
        for event in one.events:
            click.echo(f"  {event.kind}  {event.at:%Y-%m-%d %H:%M} UTC")
    for duty in page.due:
        click.echo(f"{duty.kind}  due {duty.due_at:%Y-%m-%d %H:%M} UTC")


@outcome.command()
@click.argument("crime_id", type=click.UUID)
@click.option("--code", required=True, help="A code of outcome-codes.")
@click.option("--reason", required=True, help="A code of decision-reasons.")
@click.option("--words", default="", help="Why, in words.")
@_AS
def give(crime_id: UUID, code: str, reason: str, words: str, username: str) -> None:
    """Give a crime an outcome, with the reason."""
    from throughline.casework.outcome.commands import deciding

    told: dict[str, Any] = {"crime_id": crime_id, "code": code, "reason": reason, "words": words}
    made = as_account(username, lambda actor, now: deciding.give(by=actor, now=now, **told))
    click.echo("given, to be reviewed" if made.reviewed_because else "given")
