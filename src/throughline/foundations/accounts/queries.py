"""Who has an account, for those who keep them."""

from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from throughline.foundations.access.rules import Action, Actor, Role, insist
from throughline.foundations.accounts.models import User


@dataclass(frozen=True, slots=True)
class Account:
    """One account as its keeper sees it."""

    user: User
    has_second_factor: bool
    is_bound: bool


def accounts(actor: Actor) -> list[Account]:
    """Every account by user name, for an administrator or the system. Raises `Refused`."""
    if actor.role is not Role.SYSTEM:
        insist(actor, Action.MANAGE_ACCOUNTS)
    with_app = set(Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user", flat=True))
    bound = set(SocialAccount.objects.values_list("user", flat=True))
    users = User.objects.select_related("team__agency").order_by("username")
    return [Account(user, user.id in with_app, user.id in bound) for user in users]


def account(actor: Actor, user_id: UUID) -> Account | None:
    """One account, or None where there is none. Raises `Refused`."""
    return next((one for one in accounts(actor) if one.user.id == user_id), None)


def one_of_each_role(many: int = 1) -> list[User]:
    """The oldest open account of each role, or so many of them, in the order of `Role`: what the demonstration offers."""
    oldest: dict[str, list[User]] = {}
    for user in (
        User.objects.filter(is_active=True).select_related("team__agency").order_by("made_at", "username")
    ):
        oldest.setdefault(user.role, []).append(user)
    return [user for role in Role for user in oldest.get(role, [])[:many]]
