"""The embedded database: private, quick, and plain about what is wrong."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import psycopg
import pytest

from throughline.running import cluster as cluster_module
from throughline.running.cluster import SUPERUSER, Cluster, ClusterError


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("with space, and comma") / "cluster", fast=True)
    yield made
    made.erase()


def ask(cluster: Cluster, question: str) -> object:
    with psycopg.connect(cluster.url(SUPERUSER, "postgres")) as connection:
        return connection.execute(question).fetchone()[0]


def do(cluster: Cluster, command: str) -> None:
    with psycopg.connect(cluster.url(SUPERUSER, "postgres")) as connection:
        connection.execute(command)


def wait_until_gone(cluster: Cluster) -> None:
    deadline = time.monotonic() + 10
    while cluster.running():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_answers_in_utf8_on_a_private_socket_only(cluster: Cluster) -> None:
    with cluster:
        assert cluster.running()
        assert ask(cluster, "select lower('ÉŁ')") == "éł"
        assert ask(cluster, "show listen_addresses") == ""
        locale = ask(
            cluster, "select datlocprovider::text || datlocale from pg_database where datname = 'postgres'"
        )
        assert locale == "bC.UTF-8"
        assert cluster.place.stat().st_mode & 0o777 == 0o700
        assert cluster.sockets.stat().st_mode & 0o777 == 0o700
    assert not cluster.running()


def test_starts_again_with_its_data_within_two_seconds(cluster: Cluster) -> None:
    with cluster:
        do(cluster, "create table kept as select 1")
    began = time.monotonic()
    with cluster:
        assert ask(cluster, "select count(*) from kept") == 1
        assert time.monotonic() - began < 2


def test_survives_kill_9_of_the_server(tmp_path_factory: pytest.TempPathFactory) -> None:
    cluster = Cluster(tmp_path_factory.mktemp("safe") / "cluster")
    cluster.start()
    do(cluster, "create table kept as select 1")
    server = int((cluster.data / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)
    wait_until_gone(cluster)
    with cluster:
        assert ask(cluster, "select count(*) from kept") == 1
    cluster.erase()


def test_survives_a_lock_file_that_names_a_stranger(cluster: Cluster) -> None:
    with cluster:
        pass
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (cluster.data / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster.data}\n0\n5432\n")
        with cluster:
            assert cluster.running()
    finally:
        stranger.kill()
        stranger.wait()


def test_a_running_server_is_used_and_left_running(cluster: Cluster) -> None:
    with cluster:
        with Cluster(cluster.folder) as second:
            assert ask(second, "select 1") == 1
        assert cluster.running()


def test_the_server_goes_when_the_process_that_started_it_is_killed(cluster: Cluster) -> None:
    program = (
        "import sys, time, pathlib; from throughline.running.cluster import Cluster;"
        "Cluster(pathlib.Path(sys.argv[1]), fast=True).start(); print('up', flush=True); time.sleep(60)"
    )
    source = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", program, str(cluster.folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(source)},
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"
        assert cluster.running()
        owner.kill()
    wait_until_gone(cluster)


def test_a_folder_of_another_version_is_named(cluster: Cluster) -> None:
    with cluster:
        pass
    (cluster.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(ClusterError, match="was made by PostgreSQL 15 and this is PostgreSQL 18"):
        cluster.start()


def test_broken_data_are_said_to_be_broken(cluster: Cluster) -> None:
    with cluster:
        pass
    (cluster.data / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(ClusterError, match=r"does not start .*pg_control"):
        cluster.start()


def test_files_that_are_no_database_are_not_overwritten(cluster: Cluster) -> None:
    with cluster:
        pass
    (cluster.data / "PG_VERSION").unlink()
    with pytest.raises(ClusterError, match="holds files but no database"):
        cluster.start()
    assert (cluster.data / "base").is_dir()


def test_an_error_leaves_no_row_in_the_log(cluster: Cluster) -> None:
    with cluster:
        do(cluster, "create table one (phone text primary key)")
        do(cluster, "insert into one values ('canary')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            do(cluster, "insert into one values ('canary')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            do(cluster, "select 1 from one where phone::int = 1")
    assert "canary" not in cluster.log.read_text()


def test_a_long_path_still_gets_a_socket(tmp_path_factory: pytest.TempPathFactory) -> None:
    cluster = Cluster(tmp_path_factory.mktemp("x") / ("long" * 30) / "cluster", fast=True)
    with cluster:
        assert ask(cluster, "select 1") == 1
    cluster.erase()
    assert not cluster.sockets.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ClusterError, match="cannot write to"):
        Cluster(tmp_path / "cluster").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else or mount a small disk")
class TestAsRoot:
    def test_the_server_does_not_run_as_root(self, cluster: Cluster) -> None:
        with cluster:
            server = int((cluster.data / "postmaster.pid").read_text().split()[0])
            assert Path(f"/proc/{server}").stat().st_uid != 0

    def test_a_full_disk_is_said_to_be_full(self) -> None:
        # not in pytest's folders, which only root may enter: the server would be put somewhere else
        disk = Path(tempfile.mkdtemp())
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=12m,mode=755", "none", str(disk)], check=False
        )
        if mounted.returncode != 0:
            pytest.skip("this machine lets nobody mount a disk")
        try:
            with pytest.raises(ClusterError, match=r"The disk that holds .* is full"):
                Cluster(disk / "cluster").start()
        finally:
            subprocess.run(["umount", str(disk)], check=True)
            disk.rmdir()


@pytest.mark.parametrize(("memory", "kept"), [(2 << 30, 512 << 20), (256 << 30, 4 << 30)])
def test_keeps_a_quarter_of_the_memory_and_no_more_than_it_uses(
    monkeypatch: pytest.MonkeyPatch, memory: int, kept: int
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=memory))
    # no container here
    monkeypatch.setattr(cluster_module, "CONTAINER_LIMIT", Path("/nowhere"))
    assert cluster_module.share_of_memory() == kept


def test_a_container_is_held_to_its_own_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=256 << 30))
    monkeypatch.setattr(cluster_module, "CONTAINER_LIMIT", limit)
    limit.write_text(f"{1 << 30}\n")
    assert cluster_module.share_of_memory() == 256 << 20
    limit.write_text("max\n")
    assert cluster_module.share_of_memory() == 4 << 30
