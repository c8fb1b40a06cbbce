"""The database of the tests: a real one, used under the login that serves pages, with every guard on.

One server and one migrated template serve the whole run. Each process works in a copy of its own. A test
that asks for ``db`` is rolled back; one that commits (``transactional_db``, ``live_server``) leaves its
copy behind and the next test gets a fresh one. Nothing is started for tests that need no database.

The embedded server begins with a migrated database that an earlier run left in ``build``, as long as no
migration has changed.

``THROUGHLINE_TEST_DATABASE_URL``, the address of a superuser, puts another server in place of the embedded
one.
"""

import contextlib
import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import TransactionTestCase
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from throughline.running.cluster import SUPERUSER, Cluster
from throughline.running.logins import OWNER, WEB, Logins
from throughline.running.migrate import mark_of_migrations
from throughline.running.template import clone, drop, make_template

_HANDED_ON = "throughline_server"
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made inside
# what a run leaves there at most, with room to spare
_ROOM = 4 << 30
# a migrated database from run to run, by what it was made of: migrating takes as long as a hundred tests
_KEPT = Path(__file__).parent / "build" / "test-database"
# a run is of one site: the national one has settings, a database and tests of its own
_SITE = os.environ["DJANGO_SETTINGS_MODULE"]
_SOURCE = Path(__file__).parent / "src" / "throughline"
_NATIONAL = (_SOURCE / "national", Path(__file__).parent / "tests" / "national")
_EITHER = (Path(__file__).parent / "tests" / "architecture" / "test_relations.py",)
# how long an example takes says how busy the machine is, and nothing of the code
hypothesis.settings.register_profile(
    "throughline", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("throughline")


@dataclasses.dataclass(frozen=True)
class Server:
    """What a process has to know to make its own copy of the migrated database."""

    admin_url: str
    template: str
    logins: Logins


@dataclasses.dataclass
class Run:
    """What this process has opened for the run, to be closed in reverse at its end."""

    folder: Path
    opened: contextlib.ExitStack
    server: Server | None = None


_RUN = pytest.StashKey[Run]()


def pytest_configure(config: pytest.Config) -> None:
    _work_in_memory()
    folder = Path(tempfile.mkdtemp(prefix="throughline-test-"))
    opened = contextlib.ExitStack()
    opened.callback(shutil.rmtree, folder, ignore_errors=True)
    config.stash[_RUN] = Run(folder, opened)
    # the keys and checkpoints that a test makes are as fleeting as its database
    settings.HOME = folder / "home"
    settings.HOME.mkdir(mode=0o700)
    os.environ["THROUGHLINE_HOME"] = str(settings.HOME)
    # most tests look at pages without their style sheet, and WhiteNoise warns of a folder that is not there
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


def _work_in_memory() -> None:
    """Keep what the run throws away off the disk: a copy of the database takes 0.05 s there, and up to 0.6 s here."""
    with contextlib.suppress(OSError):
        if "TMPDIR" not in os.environ and shutil.disk_usage(_MEMORY).free > _ROOM:
            # also for what a test starts, and for the other processes of the run
            os.environ["TMPDIR"] = str(_MEMORY)
            tempfile.tempdir = None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the tests of the other site, which know tables that this one does not have."""
    of_national = any(collection_path.is_relative_to(folder) for folder in _NATIONAL)
    if not settings.NATIONAL:
        return of_national or None
    leads_there = any(one.is_relative_to(collection_path) for one in (*_NATIONAL, *_EITHER))
    return None if of_national or leads_there else True


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_RUN].opened.close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the one server on to a process of pytest-xdist; pytest calls this where the run is led."""
    server = _server(node.config.stash[_RUN])
    node.workerinput[_HANDED_ON] = {
        "admin_url": server.admin_url,
        "template": server.template,
        "logins": dataclasses.asdict(server.logins),
    }


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a browser or Spark is required, a test that leaves it out has failed."""
    report = yield
    for what in ("browser", "spark"):
        required = os.environ.get(f"THROUGHLINE_REQUIRE_{what.upper()}") == "1"
        if required and report.skipped and item.get_closest_marker(what):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was left out where {what} is required: {report.longrepr}"
    return report


def _server(run: Run) -> Server:
    if run.server is None:
        run.server = _start_server(run)
    return run.server


def _start_server(run: Run) -> Server:
    admin_url = os.environ.get("THROUGHLINE_TEST_DATABASE_URL")
    template = f"throughline_test_{os.getpid()}"
    if admin_url:
        run.opened.callback(drop, admin_url, template)
        return Server(
            admin_url,
            template,
            make_template(
                admin_url, template, settings.HOME, passwords=run.folder / "logins.json", site=_SITE
            ),
        )
    # beside the run's folder, not in it: root's server is another user, who cannot pass a private folder
    cluster = Cluster(run.folder.with_name(run.folder.name + "-database"), fast=True)
    run.opened.callback(cluster.erase)
    admin_url = cluster.url(SUPERUSER, "postgres")
    kept = _KEPT / _SITE / mark_of_migrations(_SITE).split()[-1]
    if kept.is_dir():
        _copy(kept, cluster.data)
    cluster.start()
    server = Server(
        admin_url, "throughline_test", make_template(admin_url, "throughline_test", settings.HOME, site=_SITE)
    )
    if not kept.is_dir():
        cluster.stop()
        shutil.rmtree(kept.parent, ignore_errors=True)
        _copy(cluster.data, kept)
        cluster.start()
    return server


def _copy(folder: Path, to: Path) -> None:
    """Copy the files of a server that does not run, each with its owner: root's server is another user's.

    Where another run keeps or takes away the same meanwhile, nothing is copied: that costs time alone.
    """
    unfinished = to.with_name(f"{to.name}.{os.getpid()}")
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", str(folder), str(unfinished)], check=True)  # noqa: S603, S607 - folders of ours
        unfinished.rename(to)
    shutil.rmtree(unfinished, ignore_errors=True)


@pytest.fixture
def small_spark(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Spark on one core, for so few rows: they are counted sooner without what makes many quick, here and in Java."""
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    pytest.importorskip("pyspark", reason="Spark is not installed: THROUGHLINE_REQUIRE_SPARK=1 ./run test")
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> Server:
    """The server of this run, with its migrated template; started by whoever asks first."""
    handed_on = getattr(request.config, "workerinput", {}).get(_HANDED_ON)
    if handed_on is None:
        return _server(request.config.stash[_RUN])
    return Server(handed_on["admin_url"], handed_on["template"], Logins(**handed_on["logins"]))


@pytest.fixture(scope="session")
def test_logins(database_server: Server) -> Logins:
    """How each login reaches this process's own copy of the database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return dataclasses.replace(database_server.logins, database=f"{database_server.template}_{worker}")


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    database_server: Server,
    test_logins: Logins,
    django_test_environment: None,
    django_db_blocker: Any,
) -> Iterator[None]:
    """Take the place of pytest-django's fixture: connect Django as the web login to this process's copy."""
    admin_url, template, name = database_server.admin_url, database_server.template, test_logins.database

    def make_afresh(_test: object = None) -> None:
        connections.close_all()
        clone(admin_url, template, name)

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        make_afresh()
        address = test_logins.url_for(WEB)
        patch.setenv("THROUGHLINE_DATABASE", address)
        connections["default"].settings_dict.update(_django_names(address))
        # Django would flush, which is a TRUNCATE
        patch.setattr(TransactionTestCase, "_fixture_teardown", make_afresh)
        yield
        connections.close_all()
        drop(admin_url, name)


def _django_names(address: str) -> dict[str, str]:
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    parts = conninfo_to_dict(address)
    return {django: str(parts.get(libpq) or "") for libpq, django in names.items()}


@pytest.fixture(scope="module")
def db_of_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What fixtures of a module write once: it stands in each of its tests, and is rolled back after the last.

    A test asks for ``db`` besides, and is rolled back to it. Not for a module in which one commits.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def owner_connection(transactional_db: None, test_logins: Logins) -> Iterator[psycopg.Connection]:
    """A session, each statement its own transaction, as the owner of the tables, whom row security binds."""
    with psycopg.connect(test_logins.url_for(OWNER), autocommit=True) as connection:
        yield connection


@pytest.fixture
def superuser_connection(
    transactional_db: None, database_server: Server, test_logins: Logins
) -> Iterator[psycopg.Connection]:
    """A session as the superuser, who gets past every guard: the hand that tampers."""
    address = make_conninfo(database_server.admin_url, dbname=test_logins.database)
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


@pytest.fixture
def working_as(transactional_db: None, test_logins: Logins) -> Callable[[str], AbstractContextManager[None]]:
    """``with working_as(WORKER): …`` connects Django under another login, for what pages may not do."""

    @contextlib.contextmanager
    def switched(login: str) -> Iterator[None]:
        connection = connections["default"]
        before = dict(connection.settings_dict)
        connection.close()
        connection.settings_dict.update(_django_names(test_logins.url_for(login)))
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(before)

    return switched


@pytest.fixture
def enter() -> Callable[[Any, Any], Any]:
    """Open the session of an account in a test client as signing in does, with both factors shown.

    ``enter(client, user)`` returns the client.
    """
    from django.utils import timezone

    def opened(client: Any, user: Any) -> Any:
        client.force_login(user)
        session = client.session
        now = timezone.now().isoformat()
        session.update({"signed_in_at": now, "seen_at": now, "second_factor": True, "ended": False})
        session.save()
        return client

    return opened


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the whole run, on the built pages: of two in one process, the second would not start."""
    from playwright.sync_api import sync_playwright

    installed = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if installed is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    built = (settings.CHECKOUT / "node_modules" / "axe-core", settings.CHECKOUT / "build" / "assets")
    if not all(folder.is_dir() for folder in built):
        make = [sys.executable, "-m", "throughline.running.assets"]
        subprocess.run(  # noqa: S603 - our own program
            make, check=True, env={**os.environ, "PYTHONPATH": str(settings.CHECKOUT / "src")}
        )
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # its own loop runs in the thread that also asks the database
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=installed, args=sandbox)
        yield browser
        browser.close()
