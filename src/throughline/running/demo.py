"""The demonstration: everything a site needs, started in order on this machine and stopped together."""

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict

from throughline.running.cluster import SUPERUSER, Cluster
from throughline.running.logins import BACKUP, IMPORTER, WEB, WORKER, Logins, prepare_logins
from throughline.running.migrate import environment, migrate
from throughline.running.tether import tie, untie

CHECKOUT = Path(__file__).resolve().parents[3]
DATABASE = "throughline"
HOST = "127.0.0.1"

_THROUGHLINE = (sys.executable, "-m", "throughline.cli")
_START = 60.0
"""Seconds for the web server to answer."""
_STOP = 10.0
"""Seconds for a process to end when asked, before it is made to."""


class DemoError(Exception):
    """The demonstration cannot run; the text is one sentence for the person at the terminal."""


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


def run(*, home: Path, port: int, people: int, fresh: bool, database_url: str | None) -> None:
    """Start the demonstration and serve it until Ctrl-C or SIGTERM, then stop all that was started.

    ``home`` is the private folder of its data; ``people`` how many to invent when there are none; ``fresh``
    deletes what is there first; ``database_url`` a superuser of another PostgreSQL server to use in place
    of the embedded one. Raises `DemoError`, `ClusterError` or `MigrationError` when it cannot run.
    """
    with (
        contextlib.suppress(KeyboardInterrupt),
        _stoppable(),
        _plain_errors(home),
        contextlib.ExitStack() as site,
    ):
        site.enter_context(_alone_in(home))
        _check_port(port)
        logins = _database(site, home, database_url, fresh)
        _say("Bringing its tables up to date…")
        migrate(logins, home)
        _make_signing_key(home)
        if people and not _people_exist(logins):
            _invent(logins, home, people)
        worker = _spawn(site, "worker", [*_THROUGHLINE, "worker"], environment(logins, WORKER, home), home)
        web = _spawn(site, "web server", _web_server(port), environment(logins, WEB, home), home)
        _wait_until_served(port, web)
        _welcome(logins, port)
        _watch(worker, web)


# --- the folder and the port ------------------------------------------------------------------------


@contextlib.contextmanager
def _alone_in(home: Path) -> Iterator[None]:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    with (home / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(f"A demonstration already runs from {home}; stop it first.") from None
        yield


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        # as the server will, so that a port just left is not called taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise DemoError(
                f"Port {port} is in use; choose another, for example --port {port + 1}."
            ) from None


def _empty(home: Path) -> None:
    for path in home.iterdir():
        if path.name == "lock":
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _make_signing_key(home: Path) -> None:
    file = home / "signing-key"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(secrets.token_hex(32))


# --- the database -----------------------------------------------------------------------------------


def _database(site: contextlib.ExitStack, home: Path, database_url: str | None, fresh: bool) -> Logins:
    if database_url:
        if fresh:
            raise DemoError("--fresh does not delete a database of your own; drop it and start again.")
        name = str(conninfo_to_dict(database_url).get("dbname") or DATABASE)
        return prepare_logins(database_url, name, passwords=home / "logins.json")
    cluster = Cluster(home / "database")
    if fresh:
        cluster.erase()
        _empty(home)
    _say(f"Starting the database in {cluster.place}…")
    site.callback(cluster.stop)
    cluster.start()
    return prepare_logins(cluster.url(SUPERUSER, "postgres"), DATABASE)


def _people_exist(logins: Logins) -> bool:
    # row security hides people from every login but the backup's
    with psycopg.connect(logins.url_for(BACKUP)) as backup:
        row = backup.execute("select exists (select from people_record)").fetchone()
    return row is not None and bool(row[0])


def _invent(logins: Logins, home: Path, people: int) -> None:
    _say(f"Inventing {people:,} people and bringing them in, as a force brings in its own index…")
    with tempfile.TemporaryDirectory(dir=home) as folder:
        index = Path(folder) / "invented.csv"
        as_importer = environment(logins, IMPORTER, home)
        _call(["synthetic", "write", str(index), f"--people={people}"], as_importer)
        (index_map,) = Path(folder).glob("*.yaml")
        _call(["people", "import", str(index), "--map", str(index_map)], as_importer)


def _call(arguments: Sequence[str], env: dict[str, str]) -> None:
    # its progress goes to the terminal as it is
    ran = subprocess.run([*_THROUGHLINE, *arguments], env=env, stdin=subprocess.DEVNULL, check=False)  # noqa: S603
    if ran.returncode != 0:
        raise DemoError(f"'throughline {' '.join(arguments[:2])}' failed; what it said stands above.")


# --- the processes ----------------------------------------------------------------------------------


def _web_server(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "throughline.website.wsgi:application"),
        *("--interface", "wsgi", "--host", HOST, "--port", str(port)),
        *("--workers", "2", "--respawn-failed-workers", "--respawn-interval", "0.5"),
        # more threads than this wait for the database and not for each other
        *("--blocking-threads", "8", "--backpressure", "64"),
        # one that was told to stop while it was still starting never hears it
        *("--workers-kill-timeout", "3", "--log-level", "warning"),
    ]


def _spawn(
    site: contextlib.ExitStack, name: str, command: Sequence[str], env: dict[str, str], home: Path
) -> Process:
    log = home / f"{name.replace(' ', '-')}.log"
    with log.open("wb") as written:
        # a group of its own: Ctrl-C reaches us alone, and we end it with all its children
        popen = subprocess.Popen(  # noqa: S603
            command,
            env={**env, "THROUGHLINE_DEMO": "1"},
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
    # when we cannot stop it in good order, nothing gentler is sure to free the port
    process = Process(name, log, popen, tie(-popen.pid, "KILL"))
    site.callback(process.stop)
    return process


def _wait_until_served(port: int, web: Process) -> None:
    deadline = time.monotonic() + _START
    while True:
        _insist_alive(web)
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        if time.monotonic() > deadline:
            raise DemoError(f"The web server did not answer within {_START:.0f} s; its log is {web.log}.")
        time.sleep(0.1)


def _watch(*processes: Process) -> None:
    while True:
        for process in processes:
            _insist_alive(process)
        time.sleep(0.5)


def _insist_alive(process: Process) -> None:
    if process.popen.poll() is None:
        return
    lines = process.log.read_text(errors="replace").strip().splitlines()
    last = f" Its last words: {lines[-1]}" if lines else ""
    raise DemoError(f"The {process.name} stopped; its log is {process.log}.{last}")


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
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
def _plain_errors(home: Path) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.DiskFull:
        raise DemoError("The database's disk is full; make room and start again.") from None
    except psycopg.OperationalError as error:
        first = (str(error).strip().splitlines() or ["no reason was given"])[0]
        raise DemoError(f"The database does not answer: {first}") from None
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DemoError(f"The disk that holds {home} is full; make room and start again.") from None
        raise DemoError(f"{error.filename or home} cannot be used: {error.strerror}.") from None


# --- what is said -----------------------------------------------------------------------------------


def _say(words: str) -> None:
    click.echo(words, err=True)


def _welcome(logins: Logins, port: int) -> None:
    with psycopg.connect(logins.url_for(WEB)) as web:
        accounts = web.execute("select role, username from accounts_user order by role, username").fetchall()
    _say(f"\nThroughline is at http://{HOST}:{port}/ on this machine. Everybody in it is invented.\n")
    for role, username in accounts:
        _say(f"  {role:<24} sign in as {username}")
    _say(_TRY_FIRST)
    _say("Ctrl-C stops it.")


_TRY_FIRST = """
Try first: sign in as the call handler and type scraps of somebody as you would hear them, such as
"jo whitmoor alma road". The page says who it may be, and why.
"""
