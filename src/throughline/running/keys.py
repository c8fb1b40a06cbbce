"""`throughline keys`: a new key for what a site closes."""

from pathlib import Path

import click

from throughline.foundations.access.rules import Actor


def rotate_keys(*, by: Actor) -> int:
    """Close under a new key from now on, with its row in the log; returns the key's number.

    Raises `Refused`, or `CannotRotate` where there is no ring or it cannot be written, and then nothing has changed.
    """
    from django.conf import settings
    from django.db import transaction

    from throughline.foundations.access.rules import Action
    from throughline.foundations.audit.commands import undertake
    from throughline.foundations.vault.keys import CannotRotate
    from throughline.foundations.vault.keys import keys as ring

    with transaction.atomic():
        # a ring made here would be another than the site's, which is elsewhere
        if not (Path(settings.HOME) / "keys.json").is_file():
            raise CannotRotate(
                "There is no keys.json in THROUGHLINE_HOME: it is made when the site first closes something."
            )
        undertake(by, Action.ROTATE_KEYS, detail={"after": ring().current})
        return ring().rotate()


@click.group()
def keys() -> None:
    """The keys that close refuge addresses, drafts and what else nobody may read in a dump."""
    import django

    django.setup()


@keys.command()
def rotate() -> None:
    """Close under a new key from now on. What earlier keys closed stays readable."""
    from throughline.foundations.accounts.cli import COMMAND_LINE
    from throughline.foundations.vault.keys import CannotRotate

    try:
        number = rotate_keys(by=COMMAND_LINE)
    except CannotRotate as problem:
        raise click.ClickException(str(problem)) from None
    earlier = "key 1" if number == 2 else f"keys 1 to {number - 1}"
    click.echo(
        f"Key {number} closes from now on, in every process that reads this keys.json; none need start again."
    )
    click.echo(
        f"What {earlier} closed stays readable, and is closed under key {number} when it is written again."
    )
    click.echo(
        "Not rotated: the secret of the recognition keys, since everybody's would have to be made anew; the keys that sign"
        " sessions and checkpoints, which are files of their own."
    )
    click.echo(
        "Copy keys.json anew to where its copy is kept: an older copy does not open what is closed from now on."
    )
