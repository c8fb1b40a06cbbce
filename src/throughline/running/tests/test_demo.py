"""The demonstration from outside: what it refuses and why, that it shows what it promises, and that it leaves
nothing running, however it ends."""

import http.cookiejar
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from throughline.running.cluster import Cluster
from throughline.running.site import SiteError, insist_on_room

SOURCE = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home of the demo"
    yield folder
    Cluster(folder / "database").erase()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demonstration(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "throughline.cli", "demo", "--people=20", f"--port={port}"],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "THROUGHLINE_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        try:
            yield demo
        finally:
            demo.kill()


def until(demo: subprocess.Popen[str], words: str) -> str:
    said = ""
    assert demo.stderr is not None
    for line in demo.stderr:
        said += line
        if words in line:
            return said
    pytest.fail(f"it never said '{words}': {said}")


def refusal(home: Path, port: int) -> str:
    with demonstration(home, port) as demo:
        _, said = demo.communicate(timeout=300)
        assert demo.returncode not in (0, None)
        assert "Traceback" not in said
        return said


def all_processes_of(demo: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(demo.pid).children(recursive=True)


class Browser:
    """Somebody who has signed in to the demonstration with one click."""

    def __init__(self, port: int, role: str) -> None:
        self._site = f"http://127.0.0.1:{port}"
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
        self.post("/sign-in/demonstration/", role=role)

    def get(self, path: str) -> str:
        with self._opener.open(self._site + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **typed: str) -> str:
        hidden = dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', self.get(path)))
        body = urllib.parse.urlencode({**hidden, **typed}).encode()
        with self._opener.open(self._site + path, body, timeout=60) as answer:
            return str(answer.read().decode())

    def find(self, who: str) -> str:
        return self.post("/people/search/", who=who)


def test_a_demonstration_from_its_first_start_to_its_last(home: Path, port: int) -> None:
    with demonstration(home, port) as demo:
        until(demo, "Bringing them in")
        processes = all_processes_of(demo)
        demo.kill()
        # the database, and whatever was being done to it, see for themselves that nobody waits for them
        assert psutil.wait_procs(processes, timeout=30)[1] == []

    with demonstration(home, port) as demo:
        said = until(demo, "Ctrl-C stops it")
        assert "Inventing" not in said
        assert f"http://127.0.0.1:{port}/" in said
        for role in ("call handler", "response officer", "auditor"):
            assert re.search(rf"^  {role} +\w+ \w+ \(", said, re.MULTILINE)
        assert not (home / "invented").exists()
        shows_what_it_says(said, port)
        answers_the_command_line(home)
        shows_the_national_site(until(demo, "force contacts, the statistician"), home)
        assert "A demonstration already runs from" in refusal(home, port + 1)
        processes = all_processes_of(demo)
        assert {"postgres", "granian"} & {process.name() for process in processes}
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0
        assert psutil.wait_procs(processes, timeout=30)[1] == []
    assert not Cluster(home / "database").running()

    with demonstration(home, port) as demo:
        said = until(demo, "Ctrl-C stops it")
        assert "told" not in said
        processes = all_processes_of(demo)
        demo.kill()
        # the web server with its workers and the sealer notice it too
        assert psutil.wait_procs(processes, timeout=30)[1] == []


def command(home: Path, line: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell in which ``throughline`` is the command line, before anything was set."""
    known = {name: value for name, value in os.environ.items() if name != "THROUGHLINE_DATABASE"}
    env = {**known, "PYTHONPATH": str(SOURCE), "THROUGHLINE_HOME": str(home)}
    throughline = f'throughline() {{ "{sys.executable}" -m throughline.cli "$@"; }}\n'
    return subprocess.run(
        ["sh", "-c", throughline + line], env=env, capture_output=True, text=True, check=False
    )


def answers_the_command_line(home: Path) -> None:
    """A shell that sets what it prints works on it; one that does not is told so."""
    asked = command(
        home, 'eval "$(throughline demo --environment worker)" && throughline duties simulate --last-month'
    )
    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout
    asked = command(home, "THROUGHLINE_DATABASE=host=/nowhere throughline duties simulate --last-month")
    assert asked.returncode == 1
    assert asked.stderr.startswith("Error: No database answers. THROUGHLINE_DATABASE says where it is")


def shows_the_national_site(said: str, home: Path) -> None:
    """Beside the force's site stands the national one, with a round of invented forces, and a shell works on it."""
    told = re.search(r"The national site is at http://127\.0\.0\.1:(\d+)/", said)
    assert told
    with urllib.request.urlopen(f"http://127.0.0.1:{told[1]}/editions/") as answer:
        page = answer.read().decode()
    for told_of in ("What comes next", "The report of 2015", "Demonstration", "Invented figures"):
        assert told_of in page
    assert "Late" in Browser(int(told[1]), "statistician").get("/collection/")
    year = datetime.now(UTC).year - 1
    asked = command(
        home,
        'eval "$(throughline demo --environment worker --national)"'
        f" && throughline national status --round {year} && throughline national queries --round {year}",
    )
    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout.count("\tsigned\t") >= 5


def test_where_none_runs_there_is_nothing_to_set(home: Path) -> None:
    asked = command(home, "throughline demo --environment worker")
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.startswith("Error: No demonstration runs from")


def shows_what_it_says(said: str, port: int) -> None:
    """What the welcome tells to try first is there, and what it tells is hidden is hidden."""
    tried = re.search(r"^    (\S.*)$", said, re.MULTILINE)
    assert tried
    handler = Browser(port, "call-handler")
    page = handler.find(tried[1])
    assert "Joanne Marie Whitmore" in page
    assert page.index("Joanne Marie Whitmore") < min(
        (page.index(other) for other in ("Craig", "Ella") if other in page), default=len(page)
    )
    assert "Denholm" in said.title()
    assert "Anne Denholm" not in handler.find("rachel denholm")
    assert "Anne Denholm" in Browser(port, "restricted-records-desk").find("rachel denholm")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/static/throughline.js") as answer:
        assert answer.status == 200


def test_a_port_in_use_is_named_before_anything_is_made(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} is in use" in refusal(home, port)
    assert [path.name for path in home.iterdir()] == ["lock"]


def test_a_broken_database_is_said_to_be_broken(home: Path, port: int) -> None:
    with Cluster(home / "database", fast=True) as cluster:
        pass
    (cluster.data / "global" / "pg_control").write_bytes(b"")
    assert re.search(r"The database in .* does not start", refusal(home, port))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://nobody@127.0.0.1:{port}/force", "The database does not answer"),
        ("the database", "DATABASE_URL is not an address"),
    ],
)
def test_an_address_where_no_database_answers_is_said_to_be_that(
    home: Path, port: int, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address.format(port=port))
    assert words in refusal(home, port)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, port: int) -> None:
    tmp_path.chmod(0o500)
    assert re.search(r"cannot be used: Permission denied", refusal(tmp_path / "home", port))


@pytest.fixture
def small_disk() -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    disk = Path(tempfile.mkdtemp())
    disk.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=3,mode=755", "none", str(disk)]
    if subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount a disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)
    shutil.rmtree(disk)


def test_a_full_disk_is_said_to_be_full(small_disk: Path, port: int) -> None:
    assert re.search(r"The disk that holds .* is full", refusal(small_disk / "home", port))


def test_a_disk_that_has_filled_up_meanwhile_is_said_to_be_full(small_disk: Path) -> None:
    with pytest.raises(SiteError, match=r"The disk that holds .* is full; make room and start again"):
        insist_on_room(small_disk)
