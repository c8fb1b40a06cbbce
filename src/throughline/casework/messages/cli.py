"""``throughline messages``: the texts that wait, the sending service, and one post round by hand."""

import click
import django

from throughline.casework.cases.cli import as_account


@click.group()
def messages() -> None:
    """Texts to victims, through GOV.UK Notify."""
    django.setup()


@messages.command()
def check() -> None:
    """Ask the sending service whether each text says there what it says here; exit code 1 where one does not."""
    from django.utils import timezone

    from throughline.casework.messages.queries.service import service
    from throughline.casework.messages.rules import message_kinds
    from throughline.casework.messages.tasks import agreed
    from throughline.foundations.clock.rules import london_day
    from throughline.foundations.notify.service import TooBusy, Unreachable

    now, notify = timezone.now(), service()
    if notify is None:
        raise click.ClickException(
            "no sending service is set: THROUGHLINE_NOTIFY_KEY is empty, so no text leaves"
        )
    try:
        templates = notify.templates()
    except (Unreachable, TooBusy) as down:
        raise click.ClickException(
            f"the sending service does not answer: {type(down).__name__} {down}"
        ) from None
    wrong = 0
    for kind in message_kinds(london_day(now)):
        held = next((one for one in templates if one.name == kind.code), None)
        if agreed(kind.code, templates, now):
            click.echo(f"{kind.code}: the same words")
            continue
        wrong += 1
        said = "has no template of this name" if held is None else f"says: {held.body}"
        click.echo(f"{kind.code}: does not leave. The service {said}\n  it must say: {kind.text}")
    raise SystemExit(1 if wrong else 0)


@messages.command()
@click.option(
    "--as", "username", required=True, help="The account in whose name it is read; the look is logged."
)
def waiting(username: str) -> None:
    """The texts that have not arrived yet, as the account sees them: by case, kind and state, the shortest of use first."""
    from throughline.casework.messages.queries.pages import under_way

    found, now = as_account(username, lambda actor, now: (under_way(actor), now))
    click.echo(f"under way: {len(found)}, overdue: {sum(one.until <= now for one in found)}")
    for one in found:
        click.echo(f"  {one.case_id}  {one.kind}  {one.state}  of use until {one.until:%Y-%m-%d %H:%M} UTC")


@messages.command()
def send() -> None:
    """Make one post round now, as the worker does every few seconds."""
    from django.utils import timezone

    from throughline.casework.messages.queries.service import service
    from throughline.casework.messages.tasks import post

    post(service(), now=timezone.now())
