"""``throughline scene``: what is kept of a scene, in codes and times."""

import click
import django


@click.group()
def scene() -> None:
    """What was found, gathered and done at the scene."""
    django.setup()


@scene.command("show")
@click.argument("number")
@click.option("--as", "username", required=True, help="The account in whose sight it is.")
def show(number: str, username: str) -> None:
    """One incident by its number: visits, evidence, what was done about suspects and for children. Names nobody."""
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.people.cli import actor_named
    from throughline.casework.scene.queries.pages import by_number
    from throughline.casework.scene.queries.pages import scene as read
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import Action, Refused

    actor = actor_named(username)
    try:
        with transaction.atomic():
            set_actor(actor)
            found = by_number(actor, number, action=Action.VIEW_SCENE)
            if found is None:
                raise click.UsageError("No incident that this account can read has this number.")
            page = read(actor, found.id, at=timezone.now())
    except Refused as error:
        raise click.UsageError(f"Refused: {error}.") from error
    for account in page.accounts:
        visit = account.attendance
        left = f"{visit.left_at:%Y-%m-%d %H:%M}" if visit.left_at else "still there"
        click.echo(f"visit {visit.id}: {visit.began_at:%Y-%m-%d %H:%M} to {left}")
        for asked in account.asked:
            click.echo(f"  {asked.section}: {'finished' if asked.complete else 'something written'}")
        click.echo(f"  injuries: {sum(one.injury.withdrawn_at is None for one in account.injuries)}")
        if visit.missing:
            click.echo(f"  missing on leaving: {', '.join(visit.missing)}")
    for gathered in page.evidence:
        click.echo(f"{gathered.code}: {gathered.item.state if gathered.item else 'not said yet'}")
    for acted in page.actions:
        click.echo(f"suspect {acted.record_id}: {acted.action.action if acted.action else 'not said yet'}")
    for decision, _children, _by, _words in page.decisions:
        click.echo(f"children: {decision.choice}, of {len(decision.subjects)}")
    if not page.decisions:
        click.echo("children: nobody has decided yet")
