"""``throughline safeguarding``: what victims are to be told, and how late it is."""

import click
import django


@click.group()
def safeguarding() -> None:
    """Safeguarding: promises to victims."""
    django.setup()


@safeguarding.command()
@click.option(
    "--as", "username", required=True, help="The account in whose name it is read; the look is logged."
)
def promises(username: str) -> None:
    """What victims are to be told, as the account's role sees it: by case and code, the earliest due first."""
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.people.cli import actor_named
    from throughline.casework.safeguarding.queries.promises import owed
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import Refused

    actor, now = actor_named(username), timezone.now()
    try:
        with transaction.atomic():
            set_actor(actor)
            found = owed(actor)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    late = sum(one.due_at < now for one in found)
    click.echo(f"to be told: {len(found)}, overdue: {late}")
    for one in found:
        click.echo(f"  {one.about}  due {one.due_at:%Y-%m-%d %H:%M} UTC  {', '.join(one.causes)}")
