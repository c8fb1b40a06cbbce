"""What this site asks of django-allauth, which checks passwords, codes and identity providers for us.

allauth calls these hooks in the course of signing in, so that what the log must hold is written before the
session opens. Its signals are not used: a receiver that fails there fails after the fact.
"""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.userkit import get_user_by_username
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from throughline.foundations.access.rules import Actor, system
from throughline.foundations.accounts.commands import forget_claims
from throughline.foundations.accounts.models import User
from throughline.foundations.accounts.rules import Session, SignIn, proves_second_factor
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.vault.keys import keys

#: Who stands in the log where nobody knows whose account it was.
SOMEBODY = system("sign-in")


def log(what: SignIn, actor: Actor) -> None:
    """Write one row about signing in. It holds the account where it is known, never what was typed."""
    with transaction.atomic():
        record(actor, Event.Kind.SIGN_IN, what)


class Accounts(DefaultAccountAdapter):
    """Signing in with a user name and a password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The user name or the password is wrong."),
        "incorrect_password": _("the password is wrong"),
        "enter_current_password": _("the password is wrong"),
        "too_many_login_attempts": _("There were too many wrong attempts. Wait 15 minutes and try again."),
        "rate_limited": _("there were too many wrong attempts; wait 15 minutes and try again"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes their own account."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for the password again before a second factor changes, not before the first is set up.

        Until then the session reaches nothing else.
        """
        return bool(self.request.session.get(Session.SECOND_FACTOR))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say themselves what happened."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail is sent: accounts need no address."""

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # the user name alone: allauth adds the host and port asked for, which an attacker may vary at will
        return str(credentials.get("username", "")).lower()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt, and log one that comes while the account or the address is locked out."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            log(SignIn.LOCKED_OUT, _actor_named(credentials))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Log a wrong password."""
        log(SignIn.WRONG_PASSWORD, _actor_named(credentials))

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Log an attempt at a closed account, and say that it is closed."""
        log(SignIn.CLOSED, user.actor)
        return super().respond_user_inactive(request, user)

    def get_login_stages(self) -> list[str]:
        """Ask for our second factor unless the identity provider has just vouched for one."""
        stages = super().get_login_stages()
        if getattr(self.request, "provider_second_factor", False):
            stages.remove("allauth.mfa.stages.AuthenticateStage")
        return stages

    def login(self, request: HttpRequest, user: User) -> None:
        """Open the session, with its row in the log, and note in it what it has been opened with."""
        methods = [used["method"] for used in get_authentication_records(request, user)]
        with transaction.atomic():
            log(SignIn.SUCCESS, user.actor)
            super().login(request, user)
        if request.session.pop(Session.ENDED, None):
            # the same person again: Django keeps the session's key, but it has lain about
            request.session.cycle_key()
        now = timezone.now().isoformat()
        request.session.update(
            {
                Session.SIGNED_IN_AT: now,
                Session.SEEN_AT: now,
                Session.SECOND_FACTOR: "mfa" in methods or getattr(request, "provider_second_factor", False),
                Session.ONE_TIME_PASSWORD: "password" in methods and user.password_is_one_time,
            }
        )

    def logout(self, request: HttpRequest) -> None:
        """Close the session, with its row in the log."""
        if isinstance(request.user, User):
            log(SignIn.SIGN_OUT, request.user.actor)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """Keep a password that its owner has chosen."""
        user.password_is_one_time = False
        super().set_password(user, password)
        self.request.session[Session.ONE_TIME_PASSWORD] = False


def _actor_named(credentials: dict[str, Any]) -> Actor:
    user = get_user_by_username(str(credentials.get("username", "")))
    return SOMEBODY if user is None else user.actor


class SecondFactors(DefaultMFAAdapter):
    """Authenticator apps and recovery codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("the code is wrong, or was used before; wait for the next one"),
    }
    _PLACE = "mfa_authenticator/data"

    def get_totp_label(self, user: User) -> str:
        """What the app shows beside the code."""
        return user.username

    def get_totp_issuer(self) -> str:
        """What the app shows above the code."""
        return "Throughline"

    def encrypt(self, text: str) -> str:
        """Close a secret under the deployment's key, so that a copy of the table makes no codes."""
        return base64.b64encode(keys().close(text.encode(), self._PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` closed."""
        return keys().open(base64.b64decode(encrypted_text), self._PLACE).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Nobody takes off their own second factor; an administrator resets it."""
        return False


class Identities(DefaultSocialAccountAdapter):
    """People whom the force's identity provider vouches for."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody makes their own account."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in only who an administrator has bound, by issuer and subject, whatever their e-mail says."""
        claims = sociallogin.account.extra_data.get("id_token", {})
        bound = (
            sociallogin.is_existing
            and claims.get("iss") == settings.OIDC_ISSUER
            # a signed-in person binding themselves would come here as "connect"
            and sociallogin.state.get("process") == AuthProcess.LOGIN
        )
        if not bound:
            log(SignIn.NOT_BOUND, SOMEBODY)
            raise ImmediateHttpResponse(render(request, "account/not_bound.html", status=403))
        forget_claims(sociallogin.account)
        request.provider_second_factor = proves_second_factor(  # type: ignore[attr-defined]
            claims, settings.OIDC_SECOND_FACTOR_CLAIM, settings.OIDC_SECOND_FACTOR_VALUE
        )

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """An e-mail address identifies nobody."""
        return False
