"""The database that every other test stands on: who uses it, and that one test leaves nothing to the next."""

import socket
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import ProgrammingError, connection, transaction
from pytest_django.live_server_helper import LiveServer

from throughline.running.logins import Logins
from throughline.running.migrate import migrate


def current_user() -> object:
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_pages_are_tested_under_their_own_login() -> None:
    assert current_user() == "throughline_web"


@pytest.mark.django_db
def test_that_login_cannot_truncate() -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("truncate django_content_type cascade")


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db
def test_what_a_test_writes_is_rolled_back(turn: int) -> None:
    assert not ContentType.objects.filter(app_label="left-behind").exists()
    ContentType.objects.create(app_label="left-behind", model="thing")


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_is_gone_with_its_copy(
    turn: int, owner_connection: psycopg.Connection, superuser_connection: psycopg.Connection
) -> None:
    ContentType.objects.create(app_label="left-behind", model="thing")
    for other in (owner_connection, superuser_connection):
        found = other.execute("select count(*) from django_content_type where app_label = 'left-behind'")
        assert found.fetchone() == (1,)


def test_live_server_is_reached(live_server: LiveServer) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404") as refused:
        urllib.request.urlopen(f"{live_server.url}/static/no-such-file")
    refused.value.close()


def test_no_test_reaches_another_machine() -> None:
    with (
        pytest.warns(UserWarning, match="tried to use socket"),
        pytest.raises(RuntimeError, match=r"192\.0\.2\.1"),
        socket.socket() as probe,
    ):
        probe.connect(("192.0.2.1", 9))


def test_migrating_is_done_again_only_when_the_mark_is_gone(
    test_logins: Logins, superuser_connection: psycopg.Connection, tmp_path: Path
) -> None:
    # a database that bears the mark is left alone; one that lost it is brought up to date
    superuser_connection.execute("revoke select on django_content_type from throughline_web")
    migrate(test_logins, tmp_path)
    with pytest.raises(ProgrammingError, match="permission denied"):
        ContentType.objects.count()
    superuser_connection.execute("comment on schema public is null")
    migrate(test_logins, tmp_path)
    assert ContentType.objects.count() > 0
