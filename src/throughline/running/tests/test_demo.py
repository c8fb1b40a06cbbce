"""The demonstration from outside: what it refuses and why, that it starts, and that it leaves nothing running."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from throughline.running.cluster import Cluster

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
        [sys.executable, "-m", "throughline.cli", "demo", "--people=0", f"--port={port}"],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "THROUGHLINE_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        try:
            yield demo
        finally:
            demo.kill()


def until_served(demo: subprocess.Popen[str]) -> str:
    said = ""
    assert demo.stderr is not None
    for line in demo.stderr:
        said += line
        if "Ctrl-C stops it" in line:
            return said
    pytest.fail(f"it did not start: {said}")


def refusal(home: Path, port: int) -> str:
    with demonstration(home, port) as demo:
        _, said = demo.communicate(timeout=60)
        assert demo.returncode not in (0, None)
        assert "Traceback" not in said
        return said


def all_processes_of(demo: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(demo.pid).children(recursive=True)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_starts_serves_and_stops_what_it_started(home: Path, port: int, sign: signal.Signals) -> None:
    with demonstration(home, port) as demo:
        assert f"http://127.0.0.1:{port}/" in until_served(demo)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/static/throughline.js") as answer:
            assert answer.status == 200
        processes = all_processes_of(demo)
        assert {"postgres", "granian"} & {process.name() for process in processes}
        demo.send_signal(sign)
        assert demo.wait(30) == 0
        assert psutil.wait_procs(processes, timeout=5)[1] == []
    assert not Cluster(home / "database").running()


def test_starts_again_quickly_after_kill_9(home: Path, port: int) -> None:
    with demonstration(home, port) as demo:
        until_served(demo)
        processes = all_processes_of(demo)
        demo.kill()
        # the database, the web server with its workers and the sealer see for themselves that it is gone
        assert psutil.wait_procs(processes, timeout=15)[1] == []
    began = time.monotonic()
    with demonstration(home, port) as again:
        until_served(again)
        # five seconds on an idle machine; the tests run beside others
        assert time.monotonic() - began < 30
        again.send_signal(signal.SIGINT)
        assert again.wait(30) == 0


def test_a_second_one_in_the_same_folder_is_refused(home: Path, port: int) -> None:
    with demonstration(home, port) as first:
        until_served(first)
        assert "A demonstration already runs from" in refusal(home, port + 1)
        first.send_signal(signal.SIGINT)
        assert first.wait(30) == 0


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


def test_a_database_that_does_not_answer_is_said_not_to(
    home: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@127.0.0.1:{port}/force")
    assert "The database does not answer" in refusal(home, port)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, port: int) -> None:
    tmp_path.chmod(0o500)
    assert re.search(r"cannot be used: Permission denied", refusal(tmp_path / "home", port))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_said_to_be_full(tmp_path: Path, port: int) -> None:
    for folder in [tmp_path, *tmp_path.parents[:2]]:
        folder.chmod(0o755)
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=3,mode=755", "none", str(disk)]
    if subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        assert re.search(r"The disk that holds .* is full", refusal(disk / "home", port))
    finally:
        subprocess.run(["umount", str(disk)], check=True)
