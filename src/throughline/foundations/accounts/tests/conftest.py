"""Accounts for the tests of signing in, and the codes that an authenticator app would show."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from throughline.foundations.access.rules import Role, system
from throughline.foundations.accounts.commands import NewAccount, create_account
from throughline.foundations.accounts.models import User

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
PASSWORD = "three random words here"


@pytest.fixture(autouse=True)
def _cheap_passwords(settings) -> None:
    # Argon2 takes its time by design
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def code_of() -> Callable[..., str]:
    """What the app shows now, or some periods of 30 seconds from now."""

    def code(secret: str, periods_ahead: int = 0) -> str:
        return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods_ahead))

    return code


@pytest.fixture
def make_account(db: None) -> Callable[..., NewAccount]:
    """Make an account as the command line does, with a one-time password."""

    def make(username: str = "handler", role: Role = Role.CALL_HANDLER) -> NewAccount:
        return create_account(
            by=system("test"),
            now=NOW,
            username=username,
            name=f"{username} Invented".title(),
            role=role,
            team="Room one",
            agency="Invented Force",
        )

    return make


@pytest.fixture
def settled(make_account: Callable[..., NewAccount]) -> Callable[..., tuple[User, str]]:
    """An account with a password of its own and an app; gives the app's secret."""

    def make(username: str = "handler", role: Role = Role.CALL_HANDLER) -> tuple[User, str]:
        user = make_account(username, role).user
        user.set_password(PASSWORD)
        user.password_is_one_time = False
        user.save()
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
        return user, secret

    return make


@pytest.fixture
def sign_in(code_of: Callable[..., str]) -> Callable[..., Client]:
    """Sign in through the pages, as a browser would."""

    def go(client: Client, user: User, secret: str) -> Client:
        client.post("/sign-in/", {"login": user.username, "password": PASSWORD})
        answer = client.post("/sign-in/code/", {"code": code_of(secret)})
        assert answer.status_code == 302, "the code was not taken"
        return client

    return go
