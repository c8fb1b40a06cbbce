"""The demonstration: everything a site needs, started in order on this machine and stopped together."""

import contextlib
import errno
import fcntl
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
from psycopg.conninfo import conninfo_to_dict

from throughline.foundations.access.rules import Role
from throughline.running.cluster import SUPERUSER, Cluster
from throughline.running.logins import BACKUP, IMPORTER, WEB, WORKER, Logins, prepare_logins
from throughline.running.migrate import environment, migrate
from throughline.running.tether import tie, untie
from throughline.synthetic.staff import AGENCY

CHECKOUT = Path(__file__).resolve().parents[3]
DATABASE = "throughline"
HOST = "127.0.0.1"

_SOURCE = "invented"
"""What the import calls the index of invented people."""

_THROUGHLINE = (sys.executable, "-m", "throughline.cli")
_SIGN_IN = "/sign-in/demonstration/"
_START = 60.0
"""Seconds for the web server to answer."""
_STOP = 10.0
"""Seconds for a process to end when asked, before it is made to."""
_ROOM = 20 << 20
"""Bytes free below which a failure is put down to the disk: PostgreSQL makes its log 16 MB at a time."""


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
    of the embedded one. Raises `DemoError`, `ClusterError`, `ServerError` or
    `MigrationError` when it cannot run.
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
        _people(logins, home, people)
        web = _spawn(site, "web server", _web_server(port), _environment(logins, WEB, home), home)
        _wait_until_served(port, web)
        # after the pages, which somebody is waiting for
        worker = _spawn(site, "worker", [*_THROUGHLINE, "worker"], _environment(logins, WORKER, home), home)
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
        # the one that every server has is for administering it
        name = DATABASE if name == "postgres" else name
        return prepare_logins(database_url, name, passwords=home / "logins.json")
    cluster = Cluster(home / "database")
    if fresh:
        cluster.erase()
        _empty(home)
    _say(f"Starting the database in {cluster.place}…")
    site.callback(cluster.stop)
    cluster.start()
    return prepare_logins(cluster.url(SUPERUSER, "postgres"), DATABASE)


# --- the people -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Held:
    """What the database holds already."""

    people: bool
    accounts: bool
    agency: bool
    import_begun: bool

    @property
    def ours(self) -> bool:
        return self.agency or (not self.accounts and (self.import_begun or not self.people))


def _held(logins: Logins) -> _Held:
    # row security hides people from every login but the backup's
    with psycopg.connect(logins.url_for(BACKUP)) as backup:
        row = backup.execute(
            "select exists (select from people_record), exists (select from accounts_user),"
            " exists (select from accounts_agency where name = %s),"
            " exists (select from people_importrun where source = %s)",
            [AGENCY, _SOURCE],
        ).fetchone()
    return _Held(*row) if row else _Held(False, False, False, False)


def _people(logins: Logins, home: Path, wanted: int) -> None:
    """Make the accounts, and invent people where there are none; what a killed start began is gone on with."""
    held = _held(logins)
    if not held.ours:
        # anybody may sign in to a demonstration, as anybody
        raise DemoError(
            "This database holds people or accounts that are not invented; it is not shown to all."
        )
    folder = home / "invented"
    if wanted and not held.people:
        folder.mkdir(exist_ok=True)
    if folder.is_dir():
        _bring_in(logins, home, folder, wanted)
    if folder.is_dir() or not held.agency:
        _call(["synthetic", "enact", f"--source={_SOURCE}"], _environment(logins, WORKER, home), home)
    if folder.is_dir():
        shutil.rmtree(folder)


def _bring_in(logins: Logins, home: Path, folder: Path, wanted: int) -> None:
    index, index_map = folder / "people.csv", folder / "people.map.yaml"
    as_importer = _environment(logins, IMPORTER, home)
    # the map is written last, so where it stands the index is whole
    if wanted and not index_map.exists():
        _say(f"Inventing {wanted:,} people…")
        _call(["synthetic", "write", str(index), f"--people={wanted}"], as_importer, home)
    if index_map.exists():
        _say("Bringing them in, as a force brings in its own index…")
        brought = ["people", "import", str(index), "--map", str(index_map), f"--source={_SOURCE}"]
        _call(brought, as_importer, home)


def _call(arguments: Sequence[str], env: dict[str, str], home: Path) -> None:
    # its progress goes to the terminal as it is; in a group of its own, so that Ctrl-C reaches us alone
    with subprocess.Popen(  # noqa: S603
        [*_THROUGHLINE, *arguments],
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
        _insist_on_room(home)
        raise DemoError(
            f"'throughline {' '.join(arguments[:2])}' failed; what it said stands above. The next start goes on"
            " from there."
        )


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


def _environment(logins: Logins, login: str, home: Path) -> dict[str, str]:
    return {**environment(logins, login, home), "THROUGHLINE_DEMO": "1"}


def _spawn(
    site: contextlib.ExitStack, name: str, command: Sequence[str], env: dict[str, str], home: Path
) -> Process:
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


def _wait_until_served(port: int, web: Process) -> None:
    deadline = time.monotonic() + _START
    while True:
        _insist_alive(web)
        if _answers(port):
            return
        if time.monotonic() > deadline:
            raise DemoError(f"The web server did not answer within {_START:.0f} s; its log is {web.log}.")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    """Whether the page to sign in at comes; the port is open before the program behind it has started."""
    asked = http.client.HTTPConnection(HOST, port, timeout=_START)
    with contextlib.closing(asked), contextlib.suppress(OSError, http.client.HTTPException):
        asked.request("GET", _SIGN_IN)
        return asked.getresponse().status == HTTPStatus.OK
    return False


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
        _insist_on_room(home)
        raise DemoError(f"The database does not answer: {_first_line(error)}") from None
    except psycopg.Error as error:
        raise DemoError(f"The database does not allow it: {_first_line(error)}") from None
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DemoError(f"The disk that holds {home} is full; make room and start again.") from None
        raise DemoError(f"{error.filename or home} cannot be used: {error.strerror}.") from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason was given"])[0]


def _insist_on_room(home: Path) -> None:
    """Say that the disk is full where it is: a database that finds no room may just break off."""
    for folder in {home, Cluster(home / "database").place}:
        if folder.exists() and shutil.disk_usage(folder).free < _ROOM:
            raise DemoError(
                f"The disk that holds {folder} is full; make room and start again: it goes on from there."
            )


# --- what is said -----------------------------------------------------------------------------------


def _say(words: str) -> None:
    click.echo(words, err=True)


def _welcome(logins: Logins, port: int) -> None:
    with psycopg.connect(logins.url_for(WEB)) as web:
        accounts = web.execute(
            "select distinct on (role) role, name, username from accounts_user where is_active"
            " order by role, made_at, username"
        ).fetchall()
    _say(f"\nThroughline is at http://{HOST}:{port}/ on this machine. Everybody in it is invented.\n")
    _say(f"One click signs you in at http://{HOST}:{port}{_SIGN_IN} as")
    order = list(Role)
    for role, name, username in sorted(accounts, key=lambda account: order.index(Role(account[0]))):
        _say(f"  {role.replace('-', ' '):<24} {name} ({username})")
    _say(_TRY_FIRST)
    _say("Ctrl-C stops it.")


_TRY_FIRST = """
Try first: sign in as the call handler, choose "Find a person" and type what you might hear of somebody:

    jo whitmoor, about 30, alma road

The page says who it may be, and why. Then look for "rachel denholm": the call handler finds nobody, and the
restricted-records desk has a new duty on its worklist.
"""
