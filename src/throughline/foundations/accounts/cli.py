"""`throughline accounts …`: the first account of a deployment, and what to do when nobody can sign in."""

from uuid import UUID

import click
import django

from throughline.foundations.access.rules import Role, system

COMMAND_LINE = system("command-line")


@click.group()
def accounts() -> None:
    """Make, list and close accounts; mend their sign-in."""
    django.setup()


def _user_id(username: str) -> UUID:
    from throughline.foundations.accounts.models import User

    user = User.objects.filter(username=username.strip().lower()).first()
    if user is None:
        raise click.ClickException("There is no account of that user name.")
    return user.id


def _show(password: str) -> None:
    click.echo("The password for the first sign-in, which then asks for a new one:", err=True)
    click.echo(password)


@accounts.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's name, as colleagues read it.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role if role != Role.SYSTEM]))
@click.option("--team", required=True, help="Who share their room and queue; made if it is new.")
@click.option("--agency", required=True, help="The force, or the partner agency; made if it is new.")
def add(username: str, name: str, role: str, team: str, agency: str) -> None:
    """Make an account and print its one-time password."""
    from django.utils import timezone

    from throughline.foundations.accounts.commands import AccountError, create_account

    try:
        made = create_account(
            by=COMMAND_LINE,
            now=timezone.now(),
            username=username,
            name=name,
            role=Role(role),
            team=team,
            agency=agency,
        )
    except AccountError as problem:
        raise click.ClickException(str(problem)) from None
    _show(made.password)


@accounts.command("list")
def list_() -> None:
    """Print every account: user name, role, team, and what it signs in with."""
    from throughline.foundations.accounts.queries import accounts as all_accounts

    for one in all_accounts(COMMAND_LINE):
        user = one.user
        state = "open" if user.is_active else "closed"
        factor = "second factor" if one.has_second_factor else "no second factor"
        bound = "bound to the identity provider" if one.is_bound else "password"
        click.echo(
            "\t".join([user.username, user.role, f"{user.team}, {user.team.agency}", state, factor, bound])
        )


@accounts.command()
@click.argument("username")
def close(username: str) -> None:
    """Let an account sign in no more."""
    from throughline.foundations.accounts.commands import close_account

    close_account(by=COMMAND_LINE, user_id=_user_id(username))
    click.echo("Closed. What was theirs alone is passed on by the worker, within a minute.", err=True)


@accounts.command("reset-second-factor")
@click.argument("username")
def reset_second_factor(username: str) -> None:
    """Forget an account's authenticator app, for a lost telephone."""
    from throughline.foundations.accounts.commands import reset_second_factor as reset

    reset(by=COMMAND_LINE, user_id=_user_id(username))
    click.echo("Reset. The next sign-in sets up a new app.", err=True)


@accounts.command("new-password")
@click.argument("username")
def new_password(username: str) -> None:
    """Replace a forgotten password and print the one-time one."""
    from throughline.foundations.accounts.commands import give_one_time_password

    _show(give_one_time_password(by=COMMAND_LINE, user_id=_user_id(username)))


@accounts.command()
@click.argument("username")
@click.option("--subject", required=True, help="The identity provider's `sub` for this person.")
def bind(username: str, subject: str) -> None:
    """Let a person known to the force's identity provider sign in to an account."""
    from django.conf import settings

    from throughline.foundations.accounts.commands import AccountError, bind_identity

    if not settings.OIDC_PROVIDER:
        raise click.ClickException("No identity provider is set: THROUGHLINE_OIDC_ISSUER is empty.")
    try:
        bind_identity(
            by=COMMAND_LINE, user_id=_user_id(username), provider=settings.OIDC_PROVIDER, subject=subject
        )
    except AccountError as problem:
        raise click.ClickException(str(problem)) from None
    click.echo("Bound.", err=True)
