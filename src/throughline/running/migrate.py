"""Bring a database's tables up to date, as the only login that may."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from throughline.foundations.access.logins import give_rights
from throughline.running.logins import OWNER, Logins

_SOURCE = Path(__file__).resolve().parents[2]

#: The two sites, by their settings.
FORCE = "throughline.website.settings"
NATIONAL = "throughline.website.national.settings"


class MigrationError(Exception):
    """The tables could not be brought up to date; the text ends with the migration's own last words."""


def environment(logins: Logins, login: str, home: Path, *, site: str = FORCE) -> dict[str, str]:
    """The environment of a child process that works on a site's database as ``login``."""
    path = os.pathsep.join(filter(None, [str(_SOURCE), os.environ.get("PYTHONPATH")]))
    return {
        **os.environ,
        "PYTHONPATH": path,
        "DJANGO_SETTINGS_MODULE": site,
        "THROUGHLINE_DATABASE": logins.url_for(login),
        "THROUGHLINE_HOME": str(home),
    }


def migrate(logins: Logins, home: Path, *, site: str = FORCE) -> None:
    """Make or change the tables as their owner, then give every login its rights on them.

    In a process of its own: the caller's Django, if it has one, stays connected as somebody who may less.
    A database that bears the mark of these very migrations is left as it is, which saves a start seconds.
    """
    wanted = mark_of_migrations(site)
    with psycopg.connect(logins.url_for(OWNER)) as owner:
        row = owner.execute("select obj_description('public'::regnamespace)").fetchone()
    if row == (wanted,):
        return
    ran = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity=0"],
        env=environment(logins, OWNER, home, site=site),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        last = (ran.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise MigrationError(f"The database's tables could not be brought up to date: {last}")
    with psycopg.connect(logins.url_for(OWNER)) as owner:
        give_rights(owner)
        owner.execute(sql.SQL("comment on schema public is {}").format(sql.Literal(wanted)))


def mark_of_migrations(site: str = FORCE) -> str:
    """A digest of everything that decides what the tables and rights become."""
    files = [
        _SOURCE.parent / "requirements.lock",  # libraries bring migrations of their own
        _SOURCE / "throughline" / "foundations" / "access" / "logins.py",
        *sorted(_SOURCE.glob("throughline/**/migrations/*.py")),
    ]
    digest = hashlib.sha256(b"" if site == FORCE else site.encode())
    for file in files:
        digest.update(f"{file.relative_to(_SOURCE.parent)}\0".encode() + file.read_bytes())
    return f"migrated to {digest.hexdigest()}"
