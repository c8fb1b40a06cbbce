"""``throughline safeguarding``: what victims are to be told, and how late it is."""

from pathlib import Path
from uuid import UUID

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


@safeguarding.command()
@click.argument("case_id", type=click.UUID)
@click.option(
    "--as", "username", required=True, help="The account in whose name it is read; the look is logged."
)
def plan(case_id: UUID, username: str) -> None:
    """How it stands with the safety plan of a case's victim: in codes, without a word of hers."""
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.cases.models import Case
    from throughline.casework.cases.queries.pages import in_sight
    from throughline.casework.people.cli import actor_named
    from throughline.casework.people.rules import PURPOSES
    from throughline.casework.safeguarding.queries.planning import plan_page
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import Action, Refused

    actor, now = actor_named(username), timezone.now()
    try:
        with transaction.atomic():
            set_actor(actor)
            case = in_sight(actor, Action.VIEW_CASE, Case, case_id)
            page = plan_page(actor, case, at=now, purpose=PURPOSES.get(actor.role, ""))
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    version = page.plan.version if page.plan else None
    click.echo(f"plan: {version.agreed} {version.at:%Y-%m-%d %H:%M} UTC" if version else "plan: none")
    for duty in page.due:
        click.echo(f"  {duty.kind}  due {duty.due_at:%Y-%m-%d %H:%M} UTC  {', '.join(duty.causes)}")
    for one in page.measures:
        late = "  late" if one.late else ""
        due = f"  due {one.measure.due_at:%Y-%m-%d %H:%M} UTC" if one.measure.due_at else ""
        click.echo(f"  {one.measure.kind}  {one.measure.state}{due}{late}")


@safeguarding.command()
@click.option(
    "--as", "username", required=True, help="The account in whose name it is read; the look is logged."
)
def measures(username: str) -> None:
    """Safety measures that are ordered and not in place, as the account's role sees them, the earliest due first."""
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.people.cli import actor_named
    from throughline.casework.safeguarding.queries.planning import measures_waiting
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import Refused

    actor, now = actor_named(username), timezone.now()
    try:
        with transaction.atomic():
            set_actor(actor)
            found = measures_waiting(actor, at=now)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"waited for: {len(found)}, late: {sum(one.late for one in found)}")
    for one in found:
        due = f"{one.measure.due_at:%Y-%m-%d %H:%M}" if one.measure.due_at else ""
        click.echo(f"  {one.measure.case_id}  {one.measure.kind}  {one.measure.state}  due {due} UTC")


@safeguarding.command()
@click.option("--need", default="", help="A code of the list service-needs.")
@click.option("--language", default="", help="A code of the list leaflet-languages.")
@click.option("--open-now", is_flag=True, help="Only those where somebody answers now.")
@click.option("--as", "username", required=True, help="The account in whose name it is read.")
def directory(need: str, language: str, open_now: bool, username: str) -> None:
    """The support directory: services by need and language, and when each was last checked."""
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.people.cli import actor_named
    from throughline.casework.safeguarding.queries.directory import services
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import Refused

    actor, now = actor_named(username), timezone.now()
    try:
        with transaction.atomic():
            set_actor(actor)
            found = services(actor, now=now, need=need, language=language, open_now=open_now)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    for one in found:
        row = one.service
        checked = f"checked {row.checked_on}" if row.checked_on else "never checked"
        click.echo(
            "  ".join(filter(None, (row.name, row.telephone, one.hours, ", ".join(row.needs), checked)))
        )


@safeguarding.command("directory-import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write what did not land, by row, field and reason. Default: FILE.rejects.csv.",
)
@click.option("--as", "username", required=True, help="The account in whose name it is brought in.")
def import_directory(file: Path, rejects: Path | None, username: str) -> None:
    """Bring services into the support directory from a CSV file; see docs/running/directory.md.

    A service that is known by its name is put right. Done again, it duplicates nothing.
    """
    from django.utils import timezone

    from throughline.casework.people.cli import actor_named
    from throughline.casework.people.rules.lines import FileProblem
    from throughline.casework.safeguarding.commands.directory import import_services
    from throughline.foundations.access.rules import Refused

    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    try:
        brought = import_services(by=actor_named(username), now=timezone.now(), file=file, rejects=rejects)
    except FileProblem as error:
        raise click.UsageError(f"{error}. Nothing was changed.") from error
    except Refused as error:
        raise click.UsageError(f"Refused: {error}. Nothing was changed.") from error
    click.echo(f"{brought.added} added, {brought.changed} changed, {brought.rejected} rejected")
    if brought.rejected:
        click.echo(f"Why rows were rejected, by row and field: {rejects}")
