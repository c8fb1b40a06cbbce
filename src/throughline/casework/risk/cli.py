"""``throughline risk``: how long the lists are, and whether regrades go down with them."""

from datetime import datetime

import click
import django

from throughline.casework.cases.cli import as_account
from throughline.foundations.access.rules import Action, Actor, may


@click.group()
def risk() -> None:
    """Risk: what waits, and the downgrade monitor."""
    django.setup()


@risk.command()
@click.option(
    "--as", "username", required=True, help="The account in whose name it is read; the look is logged."
)
def queue(username: str) -> None:
    """What waits to be checked or reviewed, as the account's role sees it, by number alone."""
    from throughline.casework.risk.queries.waiting import hub_queue, to_check

    def read(actor: Actor, now: datetime) -> None:
        for action, name, ask in (
            (Action.SUPERVISE_TEAM, "to check", to_check),
            (Action.REVIEW_RISK, "for the hub", hub_queue),
        ):
            if not may(actor, action):
                continue
            found = ask(actor, now=now)
            oldest = f", the oldest since {found.oldest:%Y-%m-%d %H:%M} UTC" if found.oldest else ""
            click.echo(f"{name}: {found.count}, overdue: {found.late}{oldest}")
            for line in found.lines:
                signs = ", ".join(line.signs) or "no sign"
                click.echo(f"  {line.case.id}  due {line.duty.due_at:%Y-%m-%d %H:%M} UTC  {signs}")

    as_account(username, read)


@risk.command()
@click.option("--as", "username", required=True, help="The account in whose name it is read.")
@click.option("--days", default=91, show_default=True, help="How many days back.")
def monitor(username: str, days: int) -> None:
    """The share of regrades that went down, by queue, turn and reviewer, with Wilson's interval at 95 %."""
    from throughline.casework.risk.queries.monitor import monitor as ask

    def read(actor: Actor, now: datetime) -> None:
        found = ask(actor, now=now, days=days)
        click.echo(f"all: {_told(found.all)}; reasons flagged: {found.flagged}; second looks: {found.looked}")
        for part, parts in found.parts.items():
            for one in parts:
                click.echo(f"{part} {one.code}: {_told(one.share)}")

    as_account(username, read)


def _told(share) -> str:  # type: ignore[no-untyped-def]
    if share is None:
        return "none to go by"
    return f"{share.counted} of {share.of} down, {share.share:.0%} ({share.low:.0%} to {share.high:.0%})"
