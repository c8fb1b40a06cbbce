"""`throughline measures` and `throughline duties`: the force's own figures, and its load, at the terminal."""

import json
import sys
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from throughline.casework.figures.queries import Line
    from throughline.measures import Measure
    from throughline.measures.intervals import Limits


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
    from throughline.casework.figures.queries import explained, figure
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import system
    from throughline.foundations.clock.rules import london_day
    from throughline.measures import Period, intervals
    from throughline.measures import measures as every

    usual = usual_period(london_day(timezone.now()))
    try:
        period = Period(_day(first) or usual.first, _day(last) or usual.last)
    except ValueError as wrong:
        raise click.UsageError(f"--{wrong}") from wrong
    with transaction.atomic():
        set_actor(system("counter"))
        counted = [figure(one, period) for one in every()]
        said = explained(period)
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
                    "low": line.interval.low if line.interval else None,
                    "high": line.interval.high if line.interval else None,
                    "median_minutes": line.median,
                    "median_low": line.median_between and line.median_between.low,
                    "median_high": line.median_between and line.median_between.high,
                    "ninth_decile_minutes": line.ninth_decile,
                    "ninth_decile_low": line.ninth_decile_between and line.ninth_decile_between.low,
                    "ninth_decile_high": line.ninth_decile_between and line.ninth_decile_between.high,
                    "interval": one.measure.interval,
                    "method": one.measure.method(period) if one.measure.method else None,
                    "explained": [
                        {
                            "from": each.first.isoformat(),
                            "until": each.last.isoformat(),
                            "words": each.words,
                            "by": each.by,
                        }
                        for each in said.get(one.measure.code, ())
                    ],
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
        for line in one.lines:
            click.echo(f"  {line.label + ': ' if line.label else ''}{in_words(line, one.measure)}")
        if not one.lines:
            click.echo("  none")
        if one.measure.method:
            click.echo(f"  Counted: {one.measure.method(period)}")
        for each in said.get(one.measure.code, ()):
            click.echo(f"  {each.by}, of {each.first} to {each.last}: {each.words}")
    click.echo("\nHow sure a figure is")
    for what, words in intervals().items():
        click.echo(f"  {what}: {words}")


@measures.command()
@click.argument("measure")
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day in London."
)
@click.option("--until", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day.")
@click.option("--words", required=True, help="Why it moved, naming nobody whom a case is about.")
@click.option("--as", "username", required=True, help="The account in whose name it is explained.")
def explain(measure: str, first: datetime, last: datetime, words: str, username: str) -> None:
    """Write down why a measure moved over some days, beside its figure."""
    import django

    django.setup()
    from throughline.casework.cases.cli import as_account
    from throughline.casework.figures import commands
    from throughline.measures import Period

    try:
        period = Period(first.date(), last.date())
    except ValueError as wrong:
        raise click.UsageError(f"--{wrong}") from wrong
    told: dict[str, Any] = {"measure": measure, "period": period, "words": words}
    as_account(username, lambda actor, now: commands.explain(by=actor, now=now, **told))
    click.echo("explained")


def in_words(line: "Line", measure: "Measure") -> str:
    """A line of a figure as a person says it."""
    kind = measure.kind
    if line.counted is None:
        if line.median is None:
            return f"no time known of {line.rows:,}"
        return (
            f"median {line.median:.0f} min{_between(line.median_between, measure)}, nine in ten within "
            f"{line.ninth_decile:.0f} min{_between(line.ninth_decile_between, measure)}, of {line.of:,}"
            + (f"; {line.unknown:,} without a time" if line.unknown else "")
        )
    if kind == "count":
        low, high = (line.interval.low, line.interval.high) if line.interval else (None, None)
        return f"{line.counted:,}" + (f", between {low:,.1f} and {high:,.1f}" if low is not None else "")
    if line.share is None:
        return f"unable to say: nothing known of {line.rows:,}" if line.rows else "0"
    share = f" of {line.of:,} ({line.share:.1f}%)"
    per, sign = 100, "%"
    if kind == "ratio":
        share = f" for {line.of:,} ({line.share:.1f} for each 100)"
        per, sign = 1, ""
    if line.interval:
        share += f", between {per * line.interval.low:.1f}{sign} and {per * line.interval.high:.1f}{sign}"
    return f"{line.counted:,}{share}" + (f"; {line.unknown:,} unknown" if line.unknown else "")


def _between(limits: "Limits | None", measure: "Measure") -> str:
    """The interval of a time; of what stood at one moment there is none, and of too few none can be given."""
    if limits:
        return f" (between {limits.low:.0f} and {limits.high:.0f})"
    return "" if measure.standing else " (no interval: too few)"


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


@click.group()
def duties() -> None:
    """What must happen next, and how much work it is."""


@duties.command()
@click.option(
    "--last-month", is_flag=True, help="Of the calendar month before this one; else of the last 30 days."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def simulate(last_month: bool, as_json: bool) -> None:
    """Say how many duties of each kind a month brings and how many hours each role works on them.

    Expected is what the kind's declared volume makes of the month's real calls, incidents and records; opened is
    how many there were in fact. Whoever owns the case does some kinds: what was opened counts as the hours of the role
    that had it, what is expected beyond that as those of the kind's role. Exit code 1 where a role is over its hours.
    """
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.figures.queries import month_of_duties
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import system
    from throughline.foundations.clock.rules import london_day
    from throughline.foundations.duties.rules import budgets, duty_kinds, hours_by_role, loads
    from throughline.measures import Period

    today = london_day(timezone.now())
    until = today.replace(day=1) - timedelta(days=1) if last_month else today - timedelta(days=1)
    period = Period(until.replace(day=1) if last_month else until - timedelta(days=29), until)
    with transaction.atomic():
        set_actor(system("counter"))
        month, opened = month_of_duties(period)
    days = (period.last - period.first).days + 1
    load = loads(duty_kinds(today), month, opened)
    hours = {role: total / days for role, total in hours_by_role(load).items()}
    allowed = {role: budget.hours_a_day for role, budget in budgets(today).items()}
    over = sorted(role for role, each in hours.items() if each > allowed.get(role, 0))
    if as_json:
        report = {
            "from": period.first.isoformat(),
            "until": period.last.isoformat(),
            "month": {str(base): count for base, count in month.items()},
            "kinds": [
                {
                    "kind": one.kind.code,
                    "role": one.kind.role,
                    "minutes": one.kind.minutes,
                    "expected": round(one.expected, 1),
                    "opened": one.opened,
                    "hours": round(one.hours, 1),
                    "hours_of": {role: round(each, 1) for role, each in one.hours_of.items()},
                }
                for one in load
            ],
            "roles": {
                role: {"hours_a_day": round(each, 2), "budget": allowed.get(role)}
                for role, each in hours.items()
            },
            "over": over,
        }
        json.dump(report, sys.stdout, indent=1)
        click.echo()
    else:
        click.echo(
            f"{period.first} to {period.last}: " + ", ".join(f"{n:,} {base}" for base, n in month.items())
        )
        click.echo(f"\n{'kind':<30}{'role':<26}{'expected':>9}{'opened':>8}{'minutes':>9}{'hours':>8}")
        for one in sorted(load, key=lambda one: -one.hours):
            click.echo(
                f"{one.kind.code:<30}{one.kind.role:<26}{one.expected:>9.1f}{one.opened:>8}"
                f"{one.kind.minutes:>9}{one.hours:>8.1f}"
            )
            for role, many in sorted((one.opened_by or {}).items()):
                if role != one.kind.role:
                    click.echo(f"{'':<30}{role:<26}{'':>9}{many:>8}{'':>9}{one.hours_of[role]:>8.1f}")
        click.echo(f"\n{'role':<26}{'hours a day':>12}{'budget':>8}")
        for role, each in sorted(hours.items(), key=lambda item: -item[1]):
            mark = "  over" if role in over else ""
            click.echo(f"{role:<26}{each:>12.2f}{allowed.get(role, 0):>8}{mark}")
        click.echo("\nMinutes and volumes are assumptions until a force has put its own in their place.")
    if over:
        raise SystemExit(1)
