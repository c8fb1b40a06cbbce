"""The processes of a site on this machine: started, watched, and stopped together however we end."""

import contextlib
import errno
import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import click
import psycopg

from throughline.running.cluster import Cluster
from throughline.running.logins import Logins
from throughline.running.migrate import FORCE, NATIONAL, environment
from throughline.running.tether import tie, untie

HOST = "127.0.0.1"
THROUGHLINE = (sys.executable, "-m", "throughline.cli")
SIGN_IN = "/sign-in/demonstration/"
_START = 60.0
"""Seconds for the web server to answer."""
_STOP = 10.0
"""Seconds for a process to end when asked, before it is made to."""
_ROOM = 20 << 20
"""Bytes free below which a failure is put down to the disk: PostgreSQL makes its log 16 MB at a time."""


class SiteError(Exception):
    """The site cannot run; the text is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Process:
    """A part of the site that runs for as long as the site does, with everything that it started."""

    name: str
    log: Path
    popen: subprocess.Popen[bytes]
    tether: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Ask the process and its children to end, and after a while make them."""
        # the master alone, which stops its children; asked as well, they would look to it as if they had failed
        self.popen.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(_STOP)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        untie(self.tether)


def check_port(port: int) -> None:
    """Raise `SiteError` where somebody else listens already."""
    with socket.socket() as probe:
        # as the server will, so that a port just left is not called taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise SiteError(
                f"Port {port} is in use; choose another, for example --port {port + 1}."
            ) from None


def make_signing_key(home: Path) -> None:
    """Make the key that sessions are signed with, once for each ``home``."""
    file = home / "signing-key"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(secrets.token_hex(32))


def call(arguments: Sequence[str], env: dict[str, str], home: Path) -> None:
    """Run a command of `throughline` to its end; raises `SiteError` when it fails."""
    # its progress goes to the terminal as it is; in a group of its own, so that Ctrl-C reaches us alone
    with subprocess.Popen(  # noqa: S603
        [*THROUGHLINE, *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
    ) as child:
        tether = tie(-child.pid, "KILL")
        try:
            child.wait()
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            untie(tether)
    if child.returncode != 0:
        insist_on_room(home)
        raise SiteError(f"'throughline {' '.join(arguments[:2])}' failed; what it said stands above.")


def web_server(port: int, *, site: str = FORCE) -> list[str]:
    """The command that serves a site on this machine alone."""
    application = "throughline.website.national.wsgi" if site == NATIONAL else "throughline.website.wsgi"
    return [
        *(sys.executable, "-m", "granian", f"{application}:application"),
        *("--interface", "wsgi", "--host", HOST, "--port", str(port)),
        *(
            "--workers",
            "1" if site == NATIONAL else "2",
            "--respawn-failed-workers",
            "--respawn-interval",
            "0.5",
        ),
        # more threads than this wait for the database and not for each other
        *("--blocking-threads", "8", "--backpressure", "64"),
        # one that was told to stop while it was still starting never hears it
        *("--workers-kill-timeout", "3", "--log-level", "warning"),
    ]


def demo_environment(logins: Logins, login: str, home: Path, *, site: str = FORCE) -> dict[str, str]:
    """`environment` of a site where everybody is invented, and anybody signs in with one click."""
    return {**environment(logins, login, home, site=site), "THROUGHLINE_DEMO": "1"}


def free_port(beside: int) -> int:
    """A port for a second site: the next one, or, where somebody listens there, any that is free."""
    for port in (beside + 1, 0):
        with socket.socket() as probe, contextlib.suppress(OSError, OverflowError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise SiteError("No port is free for the national site.")


def spawn(
    site: contextlib.ExitStack, name: str, command: Sequence[str], env: dict[str, str], home: Path
) -> Process:
    """Start a part of the site, to be stopped when ``site`` closes; it writes its log into ``home``."""
    log = home / f"{name.replace(' ', '-')}.log"
    with log.open("wb") as written:
        # a group of its own: Ctrl-C reaches us alone, and we end it with all its children
        popen = subprocess.Popen(  # noqa: S603
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
    # when we cannot stop it in good order, nothing gentler is sure to free the port
    process = Process(name, log, popen, tie(-popen.pid, "KILL"))
    site.callback(process.stop)
    return process


def wait_until_served(port: int, web: Process) -> None:
    """Return when a page comes; raises `SiteError` where none does."""
    deadline = time.monotonic() + _START
    while True:
        _insist_alive(web)
        if _answers(port):
            return
        if time.monotonic() > deadline:
            raise SiteError(f"The web server did not answer within {_START:.0f} s; its log is {web.log}.")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    """Whether the page to sign in at comes; the port is open before the program behind it has started."""
    asked = http.client.HTTPConnection(HOST, port, timeout=_START)
    with contextlib.closing(asked), contextlib.suppress(OSError, http.client.HTTPException):
        asked.request("GET", SIGN_IN)
        return asked.getresponse().status == HTTPStatus.OK
    return False


def watch(*processes: Process) -> None:
    """Wait until one of the processes has stopped by itself, and raise `SiteError`."""
    while True:
        for process in processes:
            _insist_alive(process)
        time.sleep(0.5)


def _insist_alive(process: Process) -> None:
    if process.popen.poll() is None:
        return
    lines = process.log.read_text(errors="replace").strip().splitlines()
    last = f" Its last words: {lines[-1]}" if lines else ""
    raise SiteError(f"The {process.name} stopped; its log is {process.log}.{last}")


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Stop on SIGTERM and a closed terminal as on Ctrl-C, and let nothing interrupt the stopping."""

    def stop(*_received: object) -> None:
        for sign in signs:
            signal.signal(sign, signal.SIG_IGN)
        raise KeyboardInterrupt

    signs = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(sign, stop) for sign in signs]
    try:
        yield
    finally:
        for sign, handler in zip(signs, before, strict=True):
            signal.signal(sign, handler)


@contextlib.contextmanager
def plain_errors(home: Path) -> Iterator[None]:
    """Say in one sentence, as `SiteError`, what goes wrong with the disk or the database."""
    try:
        yield
    except psycopg.errors.DiskFull:
        raise SiteError("The database's disk is full; make room and start again.") from None
    except psycopg.OperationalError as error:
        insist_on_room(home)
        raise SiteError(f"The database does not answer: {_first_line(error)}") from None
    except psycopg.Error as error:
        raise SiteError(f"The database does not allow it: {_first_line(error)}") from None
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise SiteError(f"The disk that holds {home} is full; make room and start again.") from None
        raise SiteError(f"{error.filename or home} cannot be used: {error.strerror}.") from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason was given"])[0]


def insist_on_room(home: Path) -> None:
    """Say that the disk is full where it is: a database that finds no room may just break off."""
    for folder in {home, Cluster(home / "database").place}:
        if folder.exists() and shutil.disk_usage(folder).free < _ROOM:
            raise SiteError(
                f"The disk that holds {folder} is full; make room and start again: it goes on from there."
            )


def say(words: str) -> None:
    """Tell the person at the terminal; standard output is for what programs read."""
    click.echo(words, err=True)
