"""The only writer of accounts. Each command asks the rules and writes the log before it changes anything."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction

from throughline.foundations.access.rules import Action, Actor, Refused, Role
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.accounts.rules import USERNAME, readable_password
from throughline.foundations.audit.commands import undertake

NOT_ONESELF = "Nobody closes their own account"


class AccountError(ValueError):
    """The account cannot be made or changed so; the sentence names the field, never its value."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account and its one-time password, which is shown once and kept nowhere."""

    user: User
    password: str = field(repr=False)


def _log(by: Actor, what: str, account: UUID) -> None:
    undertake(by, Action.MANAGE_ACCOUNTS, detail={"account": str(account), "what": what})


@transaction.atomic
def create_account(
    *, by: Actor, now: datetime, username: str, name: str, role: Role, team: str, agency: str
) -> NewAccount:
    """Make an account with a one-time password, in a team that is made if it is not there yet.

    Raises `Refused`, or `AccountError` where the user name is taken or cannot be dictated.
    """
    user = User(
        username=username.strip().lower(),
        name=name.strip(),
        role=role,
        made_at=now,
        password_is_one_time=True,
    )
    _log(by, "made", user.id)
    if not USERNAME.fullmatch(user.username):
        raise AccountError("user name: use 2 to 64 letters, figures, dots, dashes and underscores")
    if User.objects.filter(username=user.username).exists():
        raise AccountError("user name: somebody else has it")
    if role not in settings.ROLES:
        raise AccountError("role: nobody has it at this site")
    if not user.name:
        raise AccountError("name: needs an answer")
    of, _ = Agency.objects.get_or_create(name=agency.strip())
    user.team, _ = Team.objects.get_or_create(agency=of, name=team.strip())
    password = readable_password()
    user.set_password(password)
    user.save()
    return NewAccount(user, password)


@transaction.atomic
def give_one_time_password(*, by: Actor, user_id: UUID) -> str:
    """Replace a forgotten password by one that must be changed at the next sign-in; ends every session."""
    _log(by, "given-password", user_id)
    user = User.objects.select_for_update().get(id=user_id)
    password = readable_password()
    user.set_password(password)
    user.password_is_one_time = True
    user.save(update_fields=["password", "password_is_one_time"])
    return password


@transaction.atomic
def close_account(*, by: Actor, user_id: UUID) -> None:
    """Let an account sign in no more, and end its sessions. It is kept, for the log names it.

    What later rooms know to be with it alone is passed on by the worker, which finds it by the closed account.
    """
    if by.id == user_id:
        raise Refused(NOT_ONESELF)
    _log(by, "closed", user_id)
    user = User.objects.select_for_update().get(id=user_id)
    user.is_active = False
    user.generation += 1
    user.save(update_fields=["is_active", "generation"])


@transaction.atomic
def reset_second_factor(*, by: Actor, user_id: UUID) -> None:
    """Forget an account's authenticator app and recovery codes, and end its sessions.

    For a lost telephone: at the next sign-in the account sets up a new one and can reach nothing else.
    """
    _log(by, "reset-second-factor", user_id)
    user = User.objects.select_for_update().get(id=user_id)
    Authenticator.objects.filter(user=user).delete()
    user.generation += 1
    user.save(update_fields=["generation"])


@transaction.atomic
def bind_identity(*, by: Actor, user_id: UUID, provider: str, subject: str) -> None:
    """Let the person whom the identity provider calls ``subject`` sign in to this account.

    ``provider`` stands for one issuer (`settings.OIDC_PROVIDER`): the pair is what identifies a person, an
    e-mail address does not (OpenID Connect Core 1.0, section 5.7). Raises `AccountError` where the subject
    has another account.
    """
    _log(by, "bound-identity", user_id)
    bound, made = SocialAccount.objects.get_or_create(
        provider=provider, uid=subject, defaults={"user_id": user_id}
    )
    if not made and bound.user_id != user_id:
        raise AccountError("subject: it is bound to another account")


def forget_claims(bound: SocialAccount) -> None:
    """Empty what the identity provider has just told of a person, and allauth kept: only the link is ours."""
    bound.extra_data = {}
    bound.save(update_fields=["extra_data"])
