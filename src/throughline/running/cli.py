"""The command line of a site on one machine: `demo` and `worker`."""

import os
from pathlib import Path

import click

from throughline.running.cluster import ClusterError
from throughline.running.logins import LOGINS, ServerError
from throughline.running.migrate import FORCE, NATIONAL, MigrationError
from throughline.running.site import SiteError

_PREFIX = "throughline_"
_CHECKOUT = Path(__file__).resolve().parents[3]


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--people",
    type=click.IntRange(min=0),
    default=100_000,
    show_default=True,
    help="How many people to invent when there are none yet.",
)
@click.option(
    "--hub",
    type=click.IntRange(min=0),
    default=40,
    show_default=True,
    help="How many further pairs wait for the safeguarding hub when their past is told.",
)
@click.option("--fresh", is_flag=True, help="First delete what earlier demonstrations left.")
@click.option(
    "--environment",
    type=click.Choice([login.removeprefix(_PREFIX) for login in LOGINS]),
    help="Serve nothing: print what a shell sets to use the command line, as this login, on the demonstration that"
    ' runs. For example: eval "$(./run demo --environment worker)"',
)
@click.option(
    "--national", is_flag=True, help="With --environment: of the national site in place of the force's."
)
def demo(port: int, people: int, hub: int, fresh: bool, environment: str | None, national: bool) -> None:
    """Serve Throughline on this machine, with invented people; beside it the national site, on the next port that is free.

    THROUGHLINE_HOME names the folder of its data (.throughline in the checkout); DATABASE_URL, the address
    of a superuser, puts another PostgreSQL server in place of the embedded one.
    """
    from throughline.running.demo import run, shell_words

    home = Path(os.environ.get("THROUGHLINE_HOME") or _CHECKOUT / ".throughline").absolute()
    database_url = os.environ.get("DATABASE_URL") or None
    try:
        if environment:
            login = _PREFIX + environment
            site = NATIONAL if national else FORCE
            click.echo(shell_words(home=home, login=login, database_url=database_url, site=site))
        else:
            run(home=home, port=port, people=people, hub=hub, fresh=fresh, database_url=database_url)
    except (SiteError, ClusterError, MigrationError, ServerError) as error:
        raise click.ClickException(str(error)) from None


@click.command()
def worker() -> None:
    """Seal the audit log and do a site's other work between requests."""
    import django
    from django.conf import settings

    django.setup()

    from throughline.foundations.audit.commands import Checkpoints
    from throughline.running.working import work

    checkpoints = Checkpoints(Path(settings.HOME) / "checkpoints")
    if settings.NATIONAL:
        from throughline.running.national import tasks
    else:
        from throughline.running.worker import tasks
    work(tasks(checkpoints))
    checkpoints.write()
