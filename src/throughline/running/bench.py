"""How quickly, and how well, a whole site recognises people: PostgreSQL, row security, sign-in, audit and all."""

import contextlib
import http.client
import os
import platform
import re
import shutil
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from http.cookies import SimpleCookie
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import psutil  # type: ignore[import-untyped]

from throughline.linkage.description import Description, Name, Place, years_for_age
from throughline.running.cluster import SUPERUSER, Cluster
from throughline.running.logins import IMPORTER, WEB, WORKER, Logins, prepare_logins
from throughline.running.migrate import environment, migrate
from throughline.running.site import (
    HOST,
    SIGN_IN,
    THROUGHLINE,
    Process,
    SiteError,
    call,
    demo_environment,
    make_signing_key,
    plain_errors,
    say,
    spawn,
    stoppable,
    wait_until_served,
    web_server,
)
from throughline.running.template import drop
from throughline.synthetic.export import at_places, index, may_be_called_about, person_reference
from throughline.synthetic.misremembering import Heard, misremember
from throughline.synthetic.person import InventedPerson

RATE = 20
"""Lookups a second on the search page: a busy control room's."""
_CALLERS = 4
"""Connections that share them, so that a slow answer does not delay the next question."""
_WARM_UP = 50
"""Lookups before those that count, for a process that has just started has read nothing yet."""
_SOURCE = "bench"
_SEARCH = "/people/search/"
_ROLE = "call-handler"


@dataclass(frozen=True, slots=True)
class Call:
    """What was heard of a person whom the index holds, and their reference there."""

    reference: str
    heard: Heard


def bench(*, people: int, lookups: int, seed: int, database_url: str | None) -> dict[str, Any]:
    """Measure ``lookups`` misremembered calls about known people in an index of ``people`` invented ones.

    Returns people, lookups, ``engine_ms``, ``engine_first_ms`` (the same calls asked for the first time after the database was
    started again, nothing of which is in its memory; none of a server that is not ours), ``engine_without_rows_ms`` (before the
    rows were taken apart), ``engine_cpu_ms`` (what a warm lookup takes of the processor in ``python`` and in the ``database``; the latter
    only beside Linux's own server) and ``http_ms`` (each p50, p95 and p99 in milliseconds), ``http_cpu_ms`` (what the web server's processes
    took of the processor for each page, in the mean), ``recall_at_1`` (how often the right person is first), seed, rate (lookups a
    second that the page answered, 20 at most) and machine.
    Everything that it makes is removed. Raises `SiteError`, `ClusterError`, `ServerError`, `MigrationError`.
    """
    today = datetime.now(ZoneInfo("Europe/London")).date()
    home = Path(tempfile.mkdtemp(prefix="throughline-bench-"))
    with stoppable(), contextlib.ExitStack() as site:
        site.callback(shutil.rmtree, home, ignore_errors=True)
        site.enter_context(plain_errors(home))
        logins, cluster = _database(site, home, database_url)
        migrate(logins, home)
        make_signing_key(home)
        _fill(logins, home, people=people, seed=seed, today=today)
        say("Thinking up calls…")
        calls = misremembered(people, lookups, seed=seed, today=today)
        figures = _measured(site, home, logins, cluster, calls, today)
    return {"people": people, "lookups": lookups, **figures, "seed": seed, "machine": _machine()}


def _measured(
    site: contextlib.ExitStack,
    home: Path,
    logins: Logins,
    cluster: Cluster | None,
    calls: Sequence[Call],
    today: date,
) -> dict[str, Any]:
    """The figures of a database that is filled."""
    say(f"Looking {len(calls):,} people up by the engine alone, without rows that were taken apart…")
    without = _by_engine(logins, home, calls, today)
    call(["people", "rows", "prepare"], demo_environment(logins, WORKER, home), home)
    first = None
    if cluster:
        say("With them, once the database was started again…")
        cluster.stop()
        cluster.start()
        first = _by_engine(logins, home, calls, today)
    say("With them…")
    engine = _by_engine(logins, home, calls, today)
    port = _free_port()
    web = spawn(site, "web server", web_server(port), demo_environment(logins, WEB, home), home)
    wait_until_served(port, web)
    spawn(site, "worker", [*THROUGHLINE, "worker"], demo_environment(logins, WORKER, home), home)
    say(f"Looking them up on the search page, {RATE} a second…")
    pages, rate, cpu = _by_page(port, calls, web)
    return {
        "engine_ms": _percentiles(engine.times),
        "engine_first_ms": first and _percentiles(first.times),
        "engine_without_rows_ms": _percentiles(without.times),
        "engine_cpu_ms": {
            "python": _percentiles(engine.in_python),
            "database": _percentiles(engine.in_database) if engine.in_database else None,
        },
        "http_ms": _percentiles(pages),
        "http_cpu_ms": cpu,
        "recall_at_1": round(engine.recall, 4),
        "rate": rate,
    }


def _database(
    site: contextlib.ExitStack, home: Path, database_url: str | None
) -> tuple[Logins, Cluster | None]:
    if database_url:
        name = f"throughline_bench_{os.getpid()}"
        site.callback(drop, database_url, name)
        return prepare_logins(database_url, name, passwords=home / "logins.json"), None
    cluster = Cluster(home / "database")
    site.callback(cluster.erase)
    say("Starting a database of its own…")
    cluster.start()
    return prepare_logins(cluster.url(SUPERUSER, "postgres"), "throughline"), cluster


def _fill(logins: Logins, home: Path, *, people: int, seed: int, today: date) -> None:
    file, file_map = home / "people.csv", home / "people.map.yaml"
    as_importer = demo_environment(logins, IMPORTER, home)
    call(
        ["synthetic", "write", str(file), f"--people={people}", f"--seed={seed}", f"--today={today}"],
        as_importer,
        home,
    )
    call(["people", "import", str(file), "--map", str(file_map), f"--source={_SOURCE}"], as_importer, home)
    # the accounts; nobody of the stories is hidden, for those who cannot be found are no measure of finding
    call(["synthetic", "enact"], demo_environment(logins, WORKER, home), home)


def misremembered(people: int, lookups: int, *, seed: int, today: date) -> list[Call]:
    """Calls about people drawn from the index, each heard with the mistakes that callers make."""
    rng = Random(seed)  # noqa: S311 - invented data, not a secret

    def known() -> Iterator[InventedPerson]:
        return (one for one in index(people, seed=seed, today=today) if may_be_called_about(one, today))

    # all of them at once would not fit in memory where they are many millions
    places = rng.choices(range(sum(1 for _ in known())), k=lookups)
    wanted = sorted(set(places))
    chosen = dict(zip(wanted, at_places(known(), wanted), strict=True))
    return [
        Call(person_reference(one), misremember(one, rng=rng, today=today))
        for one in (chosen[place] for place in places)
    ]


def described(heard: Heard, today: date) -> Description:
    """What was heard as the engine takes it."""
    first, last = (None, None) if heard.age is None else years_for_age(heard.age, today)
    name = Name(forename=heard.forename, surname=heard.surname, full=heard.full_name)
    place = Place(heard.house, heard.street, heard.town, heard.postcode)
    other = Name(forename=heard.other_forename, surname=heard.other_surname)
    return Description(
        names=(name,) if name != Name() else (),
        born=heard.birth_date,
        born_from=first,
        born_to=last,
        phones=(heard.phone,) if heard.phone else (),
        places=(place,) if place != Place() else (),
        others=(other,) if other != Name() else (),
    )


def typed(heard: Heard) -> dict[str, str]:
    """What was heard as somebody types it into the search page."""
    born = heard.birth_date
    return {
        "who": heard.full_name,
        "other": f"{heard.other_forename} {heard.other_surname}".strip(),
        "forename": heard.forename,
        "surname": heard.surname,
        "born_day": str(born.day) if born else "",
        "born_month": str(born.month) if born else "",
        "born_year": str(born.year) if born else "",
        "age": "" if heard.age is None else str(heard.age),
        "phone": heard.phone,
        "number": heard.house,
        "street": heard.street,
        "postcode": heard.postcode,
    }


# --- the engine alone -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ByEngine:
    """Of each lookup milliseconds by the clock, of the processor in this process and in the database's (empty where that
    cannot be read); and the share with the right person first."""

    times: list[float]
    in_python: list[float]
    in_database: list[float]
    recall: float


def _by_engine(logins: Logins, home: Path, calls: Sequence[Call], today: date) -> _ByEngine:
    """From each description to the ranked records."""
    os.environ.update(environment(logins, WEB, home))
    import django

    django.setup()

    from django.db import connection, transaction

    from throughline.casework.people.models import IdentityLink
    from throughline.casework.people.queries.searching import SHOWN, candidates
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.accounts.models import User
    from throughline.foundations.vault.keys import keys
    from throughline.linkage.features import features
    from throughline.linkage.keys import probe_keys

    actor = User.objects.get(username=_ROLE).actor

    times: list[float] = []
    in_python: list[float] = []
    in_database: list[float | None] = []
    firsts: list[UUID | None] = []
    working = _Worked(connection.connection.info.backend_pid)

    def look_up(heard: Description) -> None:
        database = working.ms()
        began, worked = time.perf_counter(), time.process_time()
        probe = features(heard)
        ranked = candidates(probe, sorted(probe_keys(probe, keys().linkage)), limit=SHOWN + 1)
        in_python.append((time.process_time() - worked) * 1000)
        times.append((time.perf_counter() - began) * 1000)
        in_database.append(None if database is None else (working.ms() or 0.0) - database)
        firsts.append(ranked[0].rid if ranked else None)

    descriptions = [described(one.heard, today) for one in calls]
    for heard in [*descriptions[:_WARM_UP], *descriptions]:
        with transaction.atomic():
            set_actor(actor)
            look_up(heard)
    for measured in (times, in_python, in_database, firsts):
        del measured[: -len(calls)]
    with transaction.atomic():
        set_actor(actor)
        links = IdentityLink.objects.filter(valid_until=None)
        identity = dict(links.filter(record__in={*firsts} - {None}).values_list("record", "identity"))
        asked = links.filter(record__source=_SOURCE, record__source_ref__in={one.reference for one in calls})
        wanted = dict(asked.values_list("record__source_ref", "identity"))
    connection.close()
    right = sum(
        first is not None and identity[first] == wanted[one.reference]
        for first, one in zip(firsts, calls, strict=True)
    )
    return _ByEngine(times, in_python, [one for one in in_database if one is not None], right / len(calls))


class _Worked:
    """What a process of this machine has taken of the processor, where Linux tells it to the microsecond."""

    def __init__(self, pid: int) -> None:
        self._told = Path(f"/proc/{pid}/schedstat")

    def ms(self) -> float | None:
        """Milliseconds since it began; None where it is not told."""
        try:
            return int(self._told.read_text().split()[0]) / 1e6
        except (OSError, ValueError, IndexError):
            return None


# --- the page ---------------------------------------------------------------------------------------


class _Caller:
    """A browser that keeps its connection, signed in as a call handler, on the search page."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)
        self._cookies: SimpleCookie = SimpleCookie()
        self._request("POST", SIGN_IN, {**self._hidden(self._request("GET", SIGN_IN)), "role": _ROLE})
        self._page = self._hidden(self._request("GET", _SEARCH))

    def look_up(self, heard: dict[str, str]) -> None:
        self._request("POST", _SEARCH, {**self._page, "enquiry": "", **heard})

    def close(self) -> None:
        self._connection.close()

    def _request(self, method: str, path: str, fields: dict[str, str] | None = None) -> str:
        headers = {"Cookie": "; ".join(f"{name}={one.value}" for name, one in self._cookies.items())}
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(fields)
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        page = answer.read().decode()
        if answer.status not in {HTTPStatus.OK, HTTPStatus.FOUND}:
            raise SiteError(f"The page {path} answered with {answer.status} and not with what was asked for.")
        for header in answer.headers.get_all("Set-Cookie") or ():
            self._cookies.load(header)
        return page

    @staticmethod
    def _hidden(page: str) -> dict[str, str]:
        found = dict(re.findall(r'name="(csrfmiddlewaretoken)" value="([^"]*)"', page))
        if not found:
            raise SiteError("A page that should hold a form holds none; the site cannot be measured.")
        return found


def _by_page(port: int, calls: Sequence[Call], web: Process) -> tuple[list[float], float, float]:
    """Milliseconds from sending each lookup to the last byte of its answer, the lookups a second that came, and
    milliseconds of the processor that each took of the web server's processes, in the mean.

    They are due 20 a second. A machine that does not keep up is asked as fast as it answers, and the rate that
    it reached says so.
    """
    forms = [typed(one.heard) for one in calls]
    callers = [_Caller(port) for _ in range(_CALLERS)]
    try:
        for number, form in enumerate(forms[:_WARM_UP]):
            callers[number % _CALLERS].look_up(form)
        worked = _processor_ms(web)
        began = time.perf_counter() + 0.1
        times = [0.0] * len(forms)
        waiting = iter(range(len(forms)))

        def work(caller: _Caller) -> None:
            # an iterator over a range gives each number to one thread only
            for number in waiting:
                due = began + number / RATE
                time.sleep(max(0.0, due - time.perf_counter()))
                sent = time.perf_counter()
                caller.look_up(forms[number])
                times[number] = (time.perf_counter() - sent) * 1000
                if number % (RATE * 10) == 0:
                    say(f"{number:,} of {len(forms):,}")

        with ThreadPoolExecutor(_CALLERS) as pool:
            for done in [pool.submit(work, caller) for caller in callers]:
                done.result()
        taken = time.perf_counter() - began
        worked = _processor_ms(web) - worked
    finally:
        for caller in callers:
            caller.close()
    return times, round(len(forms) / taken, 1), round(worked / len(forms), 2)


def _processor_ms(web: Process) -> float:
    """What a process and those that it started have taken of the processor."""
    master = psutil.Process(web.popen.pid)
    each = [one.cpu_times() for one in (master, *master.children(recursive=True))]
    return float(1000 * sum(times.user + times.system for times in each))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


# --- figures ----------------------------------------------------------------------------------------


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {f"p{share}": round(cuts[share - 1], 2) for share in (50, 95, 99)}


def _machine() -> dict[str, Any]:
    return {
        "cpu": _cpu_model(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _cpu_model() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
