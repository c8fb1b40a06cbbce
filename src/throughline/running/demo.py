"""The demonstration: everything a site needs, started in order on this machine and stopped together."""

import contextlib
import fcntl
import json
import os
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from throughline.foundations.access.rules import Role
from throughline.running.cluster import SUPERUSER, Cluster
from throughline.running.logins import BACKUP, IMPORTER, WEB, WORKER, Logins, prepare_logins
from throughline.running.migrate import FORCE, NATIONAL, migrate
from throughline.running.site import (
    HOST,
    SIGN_IN,
    THROUGHLINE,
    Process,
    SiteError,
    call,
    check_port,
    demo_environment,
    free_port,
    insist_on_room,
    make_signing_key,
    plain_errors,
    say,
    spawn,
    stoppable,
    wait_until_served,
    watch,
    web_server,
)
from throughline.synthetic.notify import demonstrated
from throughline.synthetic.staff import AGENCY

DATABASE = "throughline"

#: What a site's database is called besides, on one server.
_ENDING = {FORCE: "", NATIONAL: "_national"}

_SOURCE = "invented"
"""What the import calls the index of invented people."""

_TEXTS = "sending-service.json"
"""Where shells beside the demonstration find the stand-in of the sending service."""


def run(*, home: Path, port: int, people: int, hub: int, fresh: bool, database_url: str | None) -> None:
    """Start the demonstration and serve it until Ctrl-C or SIGTERM, then stop all that was started.

    ``home`` is the private folder of its data; ``people`` how many to invent when there are none, and ``hub``
    how many further pairs then wait for the hub; ``fresh`` deletes what is there first; ``database_url`` a
    superuser of another PostgreSQL server to use in place of the embedded one. Raises `SiteError`,
    `ClusterError`, `ServerError` or `MigrationError` when it cannot run.
    """
    with (
        contextlib.suppress(KeyboardInterrupt),
        stoppable(),
        plain_errors(home),
        contextlib.ExitStack() as site,
    ):
        site.enter_context(_alone_in(home))
        check_port(port)
        if not fresh:
            insist_on_room(home)
        logins = _database(site, home, database_url, fresh)
        say("Bringing its tables up to date…")
        migrate(logins, home)
        make_signing_key(home)
        _people(logins, home, people, hub)
        web = spawn(site, "web server", web_server(port), demo_environment(logins, WEB, home), home)
        wait_until_served(port, web)
        # after the pages, which somebody is waiting for
        texts = site.enter_context(_texts(home))
        as_worker = demo_environment(logins, WORKER, home) | texts
        worker = spawn(site, "worker", [*THROUGHLINE, "worker"], as_worker, home)
        _welcome(logins, port)
        watch(worker, web, *_national(site, home, port, database_url))


def _national(
    site: contextlib.ExitStack, home: Path, beside: int, database_url: str | None
) -> tuple[Process, Process]:
    """The national site, with a database and a folder of its own; begun once the force's site is there to be used."""
    say("\nStarting the national site beside it…")
    folder = _national_home(home)
    folder.mkdir(mode=0o700, exist_ok=True)
    logins = _logins(home, database_url, site=NATIONAL)
    migrate(logins, folder, site=NATIONAL)
    make_signing_key(folder)
    as_teller = demo_environment(logins, WORKER, folder, site=NATIONAL)
    call(["synthetic", "round"], as_teller, home)
    _publish(folder, as_teller, home)
    port = free_port(beside)
    as_web = demo_environment(logins, WEB, folder, site=NATIONAL)
    web = spawn(site, "national web server", web_server(port, site=NATIONAL), as_web, home)
    wait_until_served(port, web)
    as_worker = demo_environment(logins, WORKER, folder, site=NATIONAL)
    worker = spawn(site, "national worker", [*THROUGHLINE, "worker"], as_worker, home)
    say(
        f"\nThe national site is at http://{HOST}:{port}/ with an open round of invented forces: everybody reads what is published;"
    )
    say(f"force contacts, the statistician and a commissioner sign in at http://{HOST}:{port}{SIGN_IN}")
    return web, worker


def _publish(folder: Path, env: dict[str, str], home: Path) -> None:
    """Two editions to read, once: what the report of 2015 prints, and one in full of invented forces."""
    editions = folder / "editions"
    editions.mkdir(exist_ok=True)
    returns = folder / "returns"
    if not (editions / "invented").exists():
        shutil.rmtree(returns, ignore_errors=True)
        call(["synthetic", "returns", str(returns), "--years", "3"], env, home)
    for place, name, of in (
        ("report-2015", "The report of 2015", ["--report", "hmic-2015"]),
        ("invented", "Demonstration", ["--returns", str(returns)]),
    ):
        if not (editions / place).exists():
            # what is being written is no edition yet
            unfinished = editions / f".{place}"
            shutil.rmtree(unfinished, ignore_errors=True)
            written = ["--edition", name, "--out", str(unfinished), "--quiet"]
            call(["national", "publish", *written, *of], env, home)
            unfinished.rename(editions / place)


def _national_home(home: Path) -> Path:
    return home / "national"


def shell_words(*, home: Path, login: str, database_url: str | None, site: str = FORCE) -> str:
    """What a shell sets so that the command line works on the demonstration that runs, as ``login``, at one of its sites.

    Raises `SiteError` where none runs.
    """
    if not database_url and not Cluster(home / "database").running():
        raise SiteError(f"No demonstration runs from {home}; start one with ./run demo.")
    with plain_errors(home):
        folder = _national_home(home) if site == NATIONAL else home
        wanted = demo_environment(_logins(home, database_url, site=site), login, folder, site=site)
        wanted |= {} if site == NATIONAL else _texts_of(home)
    new = {name: value for name, value in wanted.items() if os.environ.get(name) != value}
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in sorted(new.items()))


@contextlib.contextmanager
def _texts(home: Path) -> Iterator[dict[str, str]]:
    """The environment of who sends texts, kept for shells beside the demonstration while it runs."""
    kept = home / _TEXTS
    with demonstrated(home) as environment:
        kept.write_text(json.dumps(environment))
        kept.chmod(0o600)
        try:
            yield environment
        finally:
            kept.unlink(missing_ok=True)


def _texts_of(home: Path) -> dict[str, str]:
    kept = home / _TEXTS
    told: dict[str, str] = json.loads(kept.read_text()) if kept.is_file() else {}
    return told


# --- the folder and the port ------------------------------------------------------------------------


@contextlib.contextmanager
def _alone_in(home: Path) -> Iterator[None]:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    with (home / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SiteError(f"A demonstration already runs from {home}; stop it first.") from None
        yield


def _empty(home: Path) -> None:
    for path in home.iterdir():
        if path.name == "lock":
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


# --- the database -----------------------------------------------------------------------------------


def _database(site: contextlib.ExitStack, home: Path, database_url: str | None, fresh: bool) -> Logins:
    if database_url:
        if fresh:
            raise SiteError("--fresh does not delete a database of your own; drop it and start again.")
        return _logins(home, database_url)
    cluster = Cluster(home / "database")
    if fresh:
        cluster.erase()
        _empty(home)
    say(f"Starting the database in {cluster.place}…")
    site.callback(cluster.stop)
    cluster.start()
    return _logins(home, None)


def _logins(home: Path, database_url: str | None, *, site: str = FORCE) -> Logins:
    """How each login reaches the database of a site, which answers."""
    if database_url:
        try:
            name = str(conninfo_to_dict(database_url).get("dbname") or DATABASE)
        except psycopg.ProgrammingError:
            raise SiteError("DATABASE_URL is not an address of a PostgreSQL database.") from None
        # the one that every server has is for administering it
        name = DATABASE if name == "postgres" else name
        return prepare_logins(database_url, name + _ENDING[site], passwords=home / "logins.json")
    return prepare_logins(Cluster(home / "database").url(SUPERUSER, "postgres"), DATABASE + _ENDING[site])


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


def _people(logins: Logins, home: Path, wanted: int, hub: int) -> None:
    """Make the accounts, and invent people where there are none; what a killed start began is gone on with."""
    held = _held(logins)
    if not held.ours:
        # anybody may sign in to a demonstration, as anybody
        raise SiteError(
            "This database holds people or accounts that are not invented; it is not shown to all."
        )
    if held.people and not (home / "keys.json").is_file():
        raise SiteError(
            f"The keys under which this database was filled are not in {home}; use the folder of then. "
            "What an earlier demonstration left is deleted by `./run demo --fresh`."
        )
    folder = home / "invented"
    if wanted and not held.people:
        folder.mkdir(exist_ok=True)
    if folder.is_dir():
        _bring_in(logins, home, folder, wanted)
    if folder.is_dir() or not held.agency:
        told = ["synthetic", "enact", f"--source={_SOURCE}", f"--hub={hub}"]
        call(told, demo_environment(logins, WORKER, home), home)
    if folder.is_dir():
        shutil.rmtree(folder)


def _bring_in(logins: Logins, home: Path, folder: Path, wanted: int) -> None:
    index, index_map = folder / "people.csv", folder / "people.map.yaml"
    as_importer = demo_environment(logins, IMPORTER, home)
    # the map is written last, so where it stands the index is whole
    if wanted and not index_map.exists():
        say(f"Inventing {wanted:,} people…")
        call(["synthetic", "write", str(index), f"--people={wanted}"], as_importer, home)
    if index_map.exists():
        say("Bringing them in, as a force brings in its own index…")
        brought = ["people", "import", str(index), "--map", str(index_map), f"--source={_SOURCE}"]
        call(brought, as_importer, home)


# --- what is said -----------------------------------------------------------------------------------


def _welcome(logins: Logins, port: int) -> None:
    with psycopg.connect(logins.url_for(WEB)) as web:
        accounts = web.execute(
            "select distinct on (role) role, name, username from accounts_user where is_active"
            " order by role, made_at, username"
        ).fetchall()
    say(f"\nThroughline is at http://{HOST}:{port}/ on this machine. Everybody in it is invented.\n")
    say(f"One click signs you in at http://{HOST}:{port}{SIGN_IN} as")
    order = list(Role)
    for role, name, username in sorted(accounts, key=lambda account: order.index(Role(account[0]))):
        say(f"  {role.replace('-', ' '):<24} {name} ({username})")
    say(_TRY_FIRST)
    say("Ctrl-C stops it.")


_TRY_FIRST = """
Try first: sign in as the call handler and take the 999 call from 07700 900199. Type where it is, press F4 and
send with Enter. Then type under WHO what you might hear of somebody:

    jo whitmoor 14 alma road

The page says who it may be, and why; confirm her, and the brief fills. As the response officer, say under Briefs
that QN12 is your unit, or whichever you sent. As the supervisor, see what was decided and what stands still.

At the scene: the response officer, on a telephone's screen, goes on with a visit that is half written. The response
sergeant has a turn that ends soon, the duty inspector grades of high to check, the hub reviewer pairs that wait.

Then search for "rachel denholm": the call handler finds nobody, and the restricted-records desk has a new duty.
"""
