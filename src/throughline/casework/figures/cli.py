"""`throughline measures`: the force's own figures at the terminal."""

import json
import sys
from datetime import date, datetime

import click


@click.group()
def measures() -> None:
    """The force's own figures, each counted by one rule."""


@measures.command()
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day in London; a year ago.")
@click.option("--until", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day; yesterday.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array on standard output.")
def show(first: datetime | None, last: datetime | None, as_json: bool) -> None:
    """Count every measure over a period, of all rows that there are."""
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.figures.forms import usual_period
    from throughline.casework.figures.queries import figure
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import system
    from throughline.foundations.clock.rules import london_day
    from throughline.measures import Period
    from throughline.measures import measures as every

    usual = usual_period(london_day(timezone.now()))
    try:
        period = Period(_day(first) or usual.first, _day(last) or usual.last)
    except ValueError as wrong:
        raise click.UsageError(f"--{wrong}") from wrong
    with transaction.atomic():
        set_actor(system("counter"))
        counted = [figure(one, period) for one in every()]
    if as_json:
        json.dump(
            [
                {
                    "measure": one.measure.code,
                    "from": period.first.isoformat(),
                    "until": period.last.isoformat(),
                    "group": line.group,
                    "rows": line.rows,
                    "counted": line.counted,
                    "unknown": line.unknown,
                    "median_minutes": line.median,
                    "ninth_decile_minutes": line.ninth_decile,
                }
                for one in counted
                for line in one.lines
            ],
            sys.stdout,
            indent=1,
        )
        click.echo()
        return
    click.echo(f"{period.first} to {period.last}")
    for one in counted:
        click.echo(f"\n{one.measure.label}")
        for line in one.lines or ():
            click.echo(f"  {line.label + ': ' if line.label else ''}{in_words(line)}")
        if not one.lines:
            click.echo("  none")


def in_words(line: object) -> str:
    """A line of a figure as a person says it."""
    from throughline.casework.figures.queries import Line

    assert isinstance(line, Line)
    if line.counted is None:
        if line.median is None:
            return f"no time known of {line.rows:,}"
        return (
            f"median {line.median:.0f} min, nine in ten within {line.ninth_decile:.0f} min, of {line.of:,}"
            + (f"; {line.unknown:,} without a time" if line.unknown else "")
        )
    if line.share is None:
        return f"unable to say: nothing known of {line.rows:,}" if line.rows else "0"
    share = "" if line.counted == line.rows else f" of {line.of:,} ({line.share:.1f}%)"
    return f"{line.counted:,}{share}" + (f"; {line.unknown:,} unknown" if line.unknown else "")


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
