"""Bring a database's tables up to date, as the only login that may."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from throughline.foundations.access.logins import give_rights
from throughline.running.logins import OWNER, Logins

_SOURCE = Path(__file__).resolve().parents[2]


class MigrationError(Exception):
    """The tables could not be brought up to date; the text ends with the migration's own last words."""


def environment(logins: Logins, login: str, home: Path) -> dict[str, str]:
    """The environment of a child process that works on this site's database as ``login``."""
    path = os.pathsep.join(filter(None, [str(_SOURCE), os.environ.get("PYTHONPATH")]))
    return {
        **os.environ,
        "PYTHONPATH": path,
        "DJANGO_SETTINGS_MODULE": "throughline.website.settings",
        "THROUGHLINE_DATABASE": logins.url_for(login),
        "THROUGHLINE_HOME": str(home),
    }


def migrate(logins: Logins, home: Path) -> None:
    """Make or change the tables as their owner, then give every login its rights on them.

    In a process of its own: the caller's Django, if it has one, stays connected as somebody who may less.
    """
    ran = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity=0"],
        env=environment(logins, OWNER, home),
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
