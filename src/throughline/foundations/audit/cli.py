"""`throughline audit`: is the log whole?"""

import json
from pathlib import Path

import click


@click.group()
def audit() -> None:
    """The log of who did or saw what."""


@audit.command()
@click.option(
    "--checkpoints", help="Folder with the signed checkpoints; the deployment's own where not said."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def verify(checkpoints: str | None, as_json: bool) -> None:
    """Walk the sealed log and name the first row that was tampered with (exit code 1)."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import transaction

    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import system
    from throughline.foundations.audit import queries
    from throughline.foundations.audit.commands import Checkpoints

    signed = Checkpoints(Path(checkpoints) if checkpoints else Path(settings.HOME) / "checkpoints")
    with transaction.atomic():
        set_actor(system("verifier"))
        verdict = queries.verify(signed)
    if as_json:
        fault = verdict.fault and {
            "what": verdict.fault.what,
            "seal": verdict.fault.number,
            "event": verdict.fault.event,
        }
        click.echo(
            json.dumps(
                {
                    "sealed": verdict.sealed,
                    "unsealed": verdict.unsealed,
                    "checkpoints": verdict.checkpoints,
                    "fault": fault,
                }
            )
        )
    else:
        click.echo(
            f"{verdict.sealed} sealed rows, {verdict.unsealed} not yet sealed, {verdict.checkpoints} signed checkpoints"
        )
        click.echo(f"TAMPERED: {verdict.fault}" if verdict.fault else "The log is whole.")
    if verdict.fault:
        raise SystemExit(1)
