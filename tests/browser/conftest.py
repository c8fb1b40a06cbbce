"""A real browser on a real site: Debian's Chromium, Django's live server, the database of the tests.

Where Chromium is not installed these tests are left out, with that reason; `THROUGHLINE_REQUIRE_BROWSER=1`
turns that into a failure (see the root's conftest).
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser
from reader import PASSWORD, SECRET, WIDE, Reader

from throughline.casework.conftest import everything_done as everything_done
from throughline.casework.people.commands.importing import Source, bring_in
from throughline.casework.people.rules import IMPORTER as IMPORTING
from throughline.foundations.access.rules import Role
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.accounts.rules import Session
from throughline.running.logins import IMPORTER
from throughline.synthetic.export import write_csv

PEOPLE = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def readers(
    chromium: Browser, live_server: Any, accounts: dict[Role, User]
) -> Iterator[Callable[..., Reader]]:
    """Open a browser, signed in as a role; at the end nothing may have gone wrong in any of them."""
    opened: list[Reader] = []

    def open_for(role: Role | None = None, *, width: dict[str, int] = WIDE, script: bool = True) -> Reader:
        context = chromium.new_context(
            viewport=width, java_script_enabled=script, locale="en-GB", timezone_id="Europe/London"
        )
        context.set_default_timeout(30_000)
        if role is not None:
            context.add_cookies([session_cookie(accounts[role], live_server.url)])
        reader = Reader(context, context.new_page(), live_server.url, script)
        reader.watch()
        opened.append(reader)
        return reader

    yield open_for
    for reader in opened:
        reader.context.close()
    assert [words for reader in opened for words in reader.wrong] == []


def session_cookie(user: User, site: str) -> dict[str, Any]:
    """The cookie of a session in which somebody has shown their second factor."""
    client = Client()
    client.force_login(user)
    session, now = client.session, timezone.now().isoformat()
    session.update({Session.SIGNED_IN_AT: now, Session.SEEN_AT: now, Session.SECOND_FACTOR: True})
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": site}


_HASHED: list[str] = []


@pytest.fixture
def accounts(transactional_db: None) -> dict[Role, User]:
    """One account of each role, with a password and an authenticator app."""
    if not _HASHED:
        _HASHED.append(make_password(PASSWORD))
    team = Team.objects.create(agency=Agency.objects.create(name="Quarnley Police"), name="Control room")
    made = {
        role: User.objects.create(
            username=role.value,
            name=f"{role.value.replace('-', ' ').capitalize()} One",
            role=role.value,
            team=team,
            made_at=timezone.now(),
            password=_HASHED[0],
        )
        for role in Role
        if role is not Role.SYSTEM
    }
    for user in made.values():
        TOTP.activate(user, SECRET)
    return made


@pytest.fixture(scope="session")
def index_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An invented force's index of a few hundred people, and its map."""
    file = tmp_path_factory.mktemp("index") / "people.csv"
    return file, write_csv(file, PEOPLE, 1, datetime(2026, 11, 3, tzinfo=UTC).date())


@pytest.fixture
def people(
    accounts: dict[Role, User],
    index_file: tuple[Path, Path],
    working_as: Callable[[str], Any],
    tmp_path: Path,
) -> None:
    """The index, brought in as a force brings in its own."""
    file, index_map = index_file
    with working_as(IMPORTER):
        run = bring_in(
            by=IMPORTING,
            now=timezone.now(),
            source=Source(file, index_map, "index"),
            rejects=tmp_path / "rejects.csv",
        )
    assert run.added == PEOPLE
