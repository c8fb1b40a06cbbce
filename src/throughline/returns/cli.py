"""``throughline return build``: the force's return from its own records, or from tables that it handed over."""

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from throughline.handover.reading import ExtractError, read_extract
from throughline.measures import Period
from throughline.reference import load
from throughline.statistics.returns.building import build, year_to
from throughline.statistics.returns.cli import returning
from throughline.statistics.returns.rules import Return
from throughline.statistics.returns.template import write_return

__all__ = ["returning"]
_INVENTED = "Invented: nobody in these records exists, and this is no force's figure."
_DAY = click.DateTime(["%Y-%m-%d"])


@returning.command("build")
@click.option("--from", "first", type=_DAY, help="The first day of the year; twelve months before its end.")
@click.option("--to", "last", type=_DAY, required=True, help="The last day of the year.")
@click.option("--force", required=True, metavar="CODE", help="The code of the force's area.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="An empty folder."
)
@click.option("--as", "username", help="The account in whose name it is made of the force's own database.")
@click.option(
    "--from-handover",
    "extract",
    type=click.Path(path_type=Path, file_okay=False),
    help="Made of the tables in this folder instead, as `handover import` writes them.",
)
@click.option("--contact", default="", help="Whom to ask: a post, not a person.")
def build_command(
    first: datetime | None,
    last: datetime,
    force: str,
    out: Path,
    username: str | None,
    extract: Path | None,
    contact: str,
) -> None:
    """Make the force's return for a year, as `return check` takes it: each item a figure, or why there is none.

    Of the force's own database it is made in the name of an analyst (--as), and written into the log; of tables that
    were handed over no database is asked.
    """
    if (username is None) == (extract is None):
        raise click.UsageError("Say either --as, for the force's own database, or --from-handover.")
    period = year_to(last.date())
    if first and first.date() != period.first:
        raise click.UsageError(
            f"--from: a return is of a year; that to {period.last} begins on {period.first}."
        )
    if force not in {row.code for row in load("forces").as_of(max(period.last, date(2011, 1, 1)))}:
        raise click.UsageError("--force: is no force's code; `throughline reference list forces` shows them.")
    if out.exists() and any(out.iterdir()):
        raise click.UsageError("--out: is not empty.")
    made = _of_files(extract, force, period) if extract else _of_the_database(str(username), force, period)
    for path in write_return(out, made, contact=contact):
        click.echo(path)
    unable = sum(entry.value is None for entry in made.entries.values())
    click.echo(
        f"{len(made.entries) - unable} figures, {unable} unable to provide, each with the reason.", err=True
    )


def _of_files(folder: Path, force: str, period: Period) -> Return:
    try:
        extract = read_extract(folder)
    except ExtractError as error:
        raise click.ClickException(f"{folder}: {error}.") from None
    more = (
        f"{extract.refused:,} of {extract.rows:,} rows of the export did not land." if extract.refused else ""
    )
    return build(
        extract.run,
        force=force,
        period=period,
        made_on=_today(),
        all_crimes=extract.all_crimes,
        more=more,
        say=_say,
    )


def _of_the_database(username: str, force: str, period: Period) -> Return:
    """Made in one transaction with the row of the log that says who made it of which year."""
    import django

    django.setup()
    from django.conf import settings

    from throughline.casework.cases.cli import as_account
    from throughline.casework.figures.queries import run_for_return

    told: dict[str, Any] = {"force": force, "period": period, "made_on": _today(), "say": _say}
    more = _INVENTED if settings.DEMO else ""
    return as_account(username, lambda actor, _now: build(run_for_return(actor, period), more=more, **told))


def _say(said: str) -> None:
    click.echo(said, err=True)


def _today() -> date:
    return datetime.now(ZoneInfo("Europe/London")).date()
