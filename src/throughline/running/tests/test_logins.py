"""The logins: what each may do, on a real server, and that making them again changes nothing."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from throughline.running.cluster import SUPERUSER, Cluster
from throughline.running.logins import BACKUP, LOGINS, OWNER, WEB, Logins, ServerError, prepare_logins


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    cluster = Cluster(tmp_path_factory.mktemp("logins") / "cluster", fast=True)
    with cluster:
        yield cluster.url(SUPERUSER, "postgres")
    cluster.erase()


@pytest.fixture(scope="module")
def logins(admin: str) -> Logins:
    prepare_logins(admin, "force")
    return prepare_logins(admin, "force")


def writing(logins: Logins, login: str) -> psycopg.Connection:
    """A session that has lifted its own read-only default, as anybody may."""
    return psycopg.connect(logins.url_for(login), options="-c default_transaction_read_only=off")


@pytest.mark.parametrize("login", LOGINS)
def test_every_login_connects_and_none_is_privileged(logins: Logins, login: str) -> None:
    with psycopg.connect(logins.url_for(login)) as connection:
        found = connection.execute(
            "select current_user, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
            " from pg_roles where rolname = current_user"
        ).fetchone()
    assert found == (login, False, False, False, False, login == BACKUP)


def test_only_the_owner_makes_tables_and_row_security_binds_it(logins: Logins) -> None:
    with psycopg.connect(logins.url_for(OWNER)) as owner:
        owner.execute("create table kept (id int)")
        owner.execute("insert into kept values (1)")
        owner.execute("alter table kept enable row level security, force row level security")
        assert owner.execute("select count(*) from kept").fetchone() == (0,)
    for login in LOGINS:
        if login != OWNER:
            with (
                psycopg.connect(
                    logins.url_for(login), options="-c default_transaction_read_only=off"
                ) as other,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                other.execute("create table mine (id int)")


def test_the_backup_reads_every_row_and_writes_none(logins: Logins) -> None:
    with psycopg.connect(logins.url_for(OWNER)) as owner:
        owner.execute("create table person (id int)")
        owner.execute("insert into person values (1), (2)")
        owner.execute("alter table person enable row level security, force row level security")
    with psycopg.connect(logins.url_for(BACKUP)) as backup:
        assert backup.execute("select count(*) from person").fetchone() == (2,)
    with writing(logins, BACKUP) as backup, pytest.raises(psycopg.errors.InsufficientPrivilege):
        backup.execute("delete from person")


def test_a_stranger_cannot_connect(admin: str, logins: Logins) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("create role stranger login")
    stranger = Logins(logins.server, logins.database, {}).url_for("stranger")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(stranger)


def test_passwords_are_made_once_and_kept_privately(admin: str, tmp_path: Path) -> None:
    file = tmp_path / "logins.json"
    first = prepare_logins(admin, "guarded", passwords=file)
    again = prepare_logins(admin, "guarded", passwords=file)
    assert first == again
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(set(first.passwords.values())) == len(LOGINS)
    assert first.passwords[WEB] in first.url_for(WEB)
    with contextlib.closing(psycopg.connect(admin)) as connection:
        held = connection.execute(
            "select count(*) from pg_authid where rolname like 'throughline%' and rolpassword like 'SCRAM%'"
        ).fetchone()
    assert held == (len(LOGINS),)


def test_a_server_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch, admin: str) -> None:
    monkeypatch.setattr("throughline.running.logins.OLDEST_SERVER", 99)
    with pytest.raises(ServerError, match=r"This server is PostgreSQL 18; Throughline needs PostgreSQL 99"):
        prepare_logins(admin, "force")


def test_an_address_of_somebody_who_is_no_superuser_is_refused(logins: Logins) -> None:
    with pytest.raises(ServerError, match="must be a superuser's"):
        prepare_logins(logins.url_for(OWNER), "force")
