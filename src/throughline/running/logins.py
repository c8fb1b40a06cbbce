"""The database's logins, one for each kind of work, each with no more rights than that work needs.

======================  ==============================================================================
``throughline_owner``   owns the database and its schema, runs migrations; bound by forced row security
``throughline_web``     answers pages; its rights on tables are granted table by table
``throughline_worker``  runs jobs and seals the audit log; rights likewise
``throughline_importer``  brings in a force's files through the staging tables
``throughline_auditor`` verifies the audit log
``throughline_backup``  reads every row for a dump and can write none: the only login that row security
                        does not bind, since a dump that it filtered would silently lose people
======================  ==============================================================================

None is a superuser, and none may make databases or other logins.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

OWNER = "throughline_owner"
WEB = "throughline_web"
WORKER = "throughline_worker"
IMPORTER = "throughline_importer"
AUDITOR = "throughline_auditor"
BACKUP = "throughline_backup"
LOGINS = (OWNER, WEB, WORKER, IMPORTER, AUDITOR, BACKUP)


OLDEST_SERVER = 18


class ServerError(Exception):
    """This PostgreSQL server cannot be used; the text is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Logins:
    """How each login reaches one database."""

    server: str
    """The server as libpq reads it, without user, password or database."""
    database: str
    passwords: dict[str, str]
    """By login; empty where the server asks for none."""

    def url_for(self, login: str) -> str:
        """The address, with its password where there is one, under which ``login`` reaches the database."""
        secret = {"password": self.passwords[login]} if self.passwords else {}
        return make_conninfo(self.server, user=login, dbname=self.database, **secret)


def prepare_logins(admin_url: str, database: str, *, passwords: Path | None = None) -> Logins:
    """Make the logins and the database that they work in, or mend them; safe to repeat at every start.

    ``admin_url`` is the address of a superuser: PostgreSQL lets nobody else say of a role that it is none,
    or give one BYPASSRLS. ``passwords`` is the private file that keeps a generated password for each login; without
    it the logins have none, which is for the embedded server, whose socket is private. Raises `ServerError`
    for a server that is too old, or an address that is not a superuser's.
    """
    secret = _passwords(passwords) if passwords else {}
    # alone, since two starts at once would both find a role missing
    with psycopg.connect(admin_url, autocommit=True) as admin, _alone(admin):
        _insist_on_version(admin)
        _insist_on_superuser(admin)
        for login in LOGINS:
            _prepare_role(admin, login, secret.get(login))
        admin.execute(sql.SQL("grant pg_read_all_data to {}").format(sql.Identifier(BACKUP)))
        _make_database(admin, database)
        admit_logins(admin, database)
    with psycopg.connect(make_conninfo(admin_url, dbname=database), autocommit=True) as admin:
        _prepare_schema(admin)
    kept = {key: value for key, value in conninfo_to_dict(admin_url).items() if key not in _PERSONAL}
    return Logins(server=make_conninfo("", **kept), database=database, passwords=secret)


_PERSONAL = {"user", "password", "dbname"}
_PREPARING = 0x7468726F  # the advisory lock's number; any that nobody else takes


@contextlib.contextmanager
def _alone(admin: psycopg.Connection) -> Iterator[None]:
    admin.execute("select pg_advisory_lock(%s)", [_PREPARING])
    try:
        yield
    finally:
        admin.execute("select pg_advisory_unlock(%s)", [_PREPARING])


def _insist_on_superuser(admin: psycopg.Connection) -> None:
    row = admin.execute("select usesuper from pg_user where usename = current_user").fetchone()
    if row != (True,):
        raise ServerError(
            "The address of the database must be a superuser's, who makes the logins that work on it."
        )


def _insist_on_version(admin: psycopg.Connection) -> None:
    found = admin.info.server_version // 10_000
    if found < OLDEST_SERVER:
        raise ServerError(
            f"This server is PostgreSQL {found}; Throughline needs PostgreSQL {OLDEST_SERVER} or later."
        )


def _prepare_role(admin: psycopg.Connection, login: str, password: str | None) -> None:
    name = sql.Identifier(login)
    if not admin.execute("select 1 from pg_roles where rolname = %s", [login]).fetchone():
        admin.execute(sql.SQL("create role {}").format(name))
    row_security = "bypassrls" if login == BACKUP else "nobypassrls"
    admin.execute(
        sql.SQL(
            "alter role {} login nosuperuser nocreatedb nocreaterole noreplication {} password {}"
        ).format(name, sql.SQL(row_security), sql.Literal(password))
    )
    if login == BACKUP:
        admin.execute(sql.SQL("alter role {} set default_transaction_read_only = on").format(name))


def _make_database(admin: psycopg.Connection, database: str) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    if not admin.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
        admin.execute(sql.SQL("create database {}").format(name))
    admin.execute(sql.SQL("alter database {} owner to {}").format(name, owner))


def admit_logins(admin: psycopg.Connection, database: str) -> None:
    """Let our logins, and nobody else, connect to ``database``; a clone does not inherit this."""
    name = sql.Identifier(database)
    admin.execute(sql.SQL("revoke all on database {} from public").format(name))
    admin.execute(
        sql.SQL("grant connect on database {} to {}").format(
            name, sql.SQL(", ").join(sql.Identifier(login) for login in LOGINS)
        )
    )


def _prepare_schema(admin: psycopg.Connection) -> None:
    admin.execute("revoke all on schema public from public")
    admin.execute(sql.SQL("alter schema public owner to {}").format(sql.Identifier(OWNER)))
    admin.execute(
        sql.SQL("grant usage on schema public to {}").format(
            sql.SQL(", ").join(sql.Identifier(login) for login in LOGINS if login != OWNER)
        )
    )


def _passwords(file: Path) -> dict[str, str]:
    """Read the passwords, adding those that are missing; the file is readable by its owner alone."""
    known: dict[str, str] = json.loads(file.read_text()) if file.is_file() else {}
    missing = [login for login in LOGINS if login not in known]
    if missing:
        known |= {login: secrets.token_urlsafe(32) for login in missing}
        unfinished = file.with_name(file.name + ".unfinished")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            json.dump(known, opened, indent=1)
        unfinished.replace(file)
    return known
