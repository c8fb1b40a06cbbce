"""Kill web workers at random while forms are sent, and count what became of every form.

``python benchmarks/interrupted_posts.py --posts 5000 --kills 200 --out benchmarks/results/interrupted_posts.json``

A real granian with two workers serves a real database. Clients send "add a person" and "add a name" forms,
each with its own ``once``, and send the same bytes again whenever the connection breaks, as a browser's user
would. Afterwards every form must stand in the database exactly once, with its row in the log, and the log must
verify. Only this machine is spoken to.
"""

import argparse
import contextlib
import http.client
import json
import os
import platform
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psycopg

from throughline.running.cluster import SUPERUSER, Cluster
from throughline.running.logins import BACKUP, WEB, WORKER, Logins
from throughline.running.migrate import environment
from throughline.running.template import make_template

HOST = "127.0.0.1"
CLIENTS = 4
# people to whom names are added; adding many to one would measure something else
NAMED = 40
TRIES, PATIENCE = 600, 0.1
SEALED_WITHIN = 120


@dataclass(frozen=True)
class Outcome:
    """What became of the forms. What follows ``sent_again`` must be nought, but for the time."""

    posts: int
    kills: int
    restarts: int
    sent_again: int
    unanswered: int
    lost: int
    doubled: int
    without_log: int
    log_faults: int
    seconds: float

    @property
    def whole(self) -> bool:
        return not (self.unanswered or self.lost or self.doubled or self.without_log or self.log_faults)


@dataclass(frozen=True)
class Form:
    """One form as a browser sends it; ``words`` stand in no other."""

    path: str
    words: str
    body: bytes


def interrupt(
    logins: Logins, home: Path, *, session: str, posts: int, kills: int, seed: int, most_seconds: float
) -> Outcome:
    """Send the forms while workers die. ``session`` is the key of a signed-in account's session."""
    chance = random.Random(seed)
    began = time.monotonic()
    with _Site(logins, home) as site:
        sender = _Sender(site.port, session, began + most_seconds)
        first = [adding(f"Named {number}") for number in range(min(NAMED, posts // 4))]
        people = [UUID(sender.send(form).split("/")[2]) for form in first]
        rest = [
            adding(f"Added {number}") if chance.random() < 0.5 else naming(f"Alias {number}", people, chance)
            for number in range(posts - len(first))
        ]
        # a kill at each of these forms, wherever the others then are
        sender.deaths = _Deaths(site, chance, sorted(chance.sample(range(len(rest)), kills)))
        with ThreadPoolExecutor(CLIENTS) as clients:
            answers = list(clients.map(sender.try_to_send, rest))
        killed = sender.deaths.killed
    forms = [*first, *rest]
    lost, doubled, without_log = found(logins, forms)
    return Outcome(
        posts=posts,
        kills=killed,
        restarts=site.restarts,
        sent_again=sender.sent_again,
        unanswered=answers.count(None),
        lost=lost,
        doubled=doubled,
        without_log=without_log,
        log_faults=_log_faults(logins, home),
        seconds=round(time.monotonic() - began, 1),
    )


# --- the site ---------------------------------------------------------------------------------------


class _Site:
    """The web server and what a service manager does for it.

    granian replaces a worker that dies, but ends when the same one dies twice within 5.5 seconds; then it is
    started again, as systemd would.
    """

    def __init__(self, logins: Logins, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]
        self.command = [
            *(sys.executable, "-m", "granian", "throughline.website.wsgi:application"),
            *("--interface", "wsgi", "--host", HOST, "--port", str(self.port), "--workers", "2"),
            *("--respawn-failed-workers", "--respawn-interval", "0.2", "--blocking-threads", "4"),
            *("--workers-kill-timeout", "3", "--log-level", "critical"),
        ]
        self.env = environment(logins, WEB, home) | {"THROUGHLINE_DEMO": "1"}
        self.log = home / "web.log"
        self.restarts = -1
        self.stopped = threading.Event()

    def __enter__(self) -> "_Site":
        self._start()
        self.manager = threading.Thread(target=self._keep_up)
        self.manager.start()
        _wait_for(self.port)
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopped.set()
        self.manager.join()
        self._end()

    def _start(self) -> None:
        self.restarts += 1
        with self.log.open("ab") as log:
            self.web = subprocess.Popen(
                self.command, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def _keep_up(self) -> None:
        while not self.stopped.wait(0.1):
            if self.web.poll() is not None:
                self._end()
                self._start()

    def _end(self) -> None:
        self.web.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.web.wait(5)
        # with it what it may have left behind
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError("the web server did not answer")


@dataclass
class _Deaths:
    """Kills one worker at each of some forms."""

    site: _Site
    chance: random.Random
    at: list[int]
    sent: int = 0
    killed: int = 0

    def __post_init__(self) -> None:
        self.lock = threading.Lock()

    def one_more_form(self) -> None:
        with self.lock:
            self.sent += 1
            if not self.at or self.sent <= self.at[0]:
                return
            workers = _children(self.site.web.pid)
            if not workers:
                return
            # somewhere within the work on a form, not always at its beginning
            time.sleep(self.chance.uniform(0, 0.02))
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.chance.choice(workers), signal.SIGKILL)
                self.at.pop(0)
                self.killed += 1


def _children(pid: int) -> list[int]:
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name_end = (text := stat.read_text()).rindex(")")
            state, parent = text[name_end + 2 :].split()[:2]
            command = stat.with_name("cmdline").read_bytes()
            if int(parent) == pid and state != "Z" and b"resource_tracker" not in command:
                children.append(int(stat.parent.name))
    return children


# --- the forms --------------------------------------------------------------------------------------

_FORGERY_TOKEN = secrets.token_hex(16)


def _form(path: str, words: str, **fields: str) -> Form:
    sent = {"csrfmiddlewaretoken": _FORGERY_TOKEN, "once": str(uuid4()), "full": words, **fields}
    return Form(path, words, urlencode(sent).encode())


def adding(words: str) -> Form:
    return _form("/people/add/", words, order="unknown", kind="as-heard", needs_interpreter="unknown")


def naming(words: str, people: list[UUID], chance: random.Random) -> Form:
    return _form(f"/people/{chance.choice(people)}/name/", words, order="unknown", kind="alias")


class _Sender:
    """Sends a form until somebody answers it, as a patient person at a browser would."""

    def __init__(self, port: int, session: str, until: float) -> None:
        self.port, self.until = port, until
        self.headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={session}; csrftoken={_FORGERY_TOKEN}",
        }
        self.sent_again = 0
        self.deaths: _Deaths | None = None

    def try_to_send(self, form: Form) -> str | None:
        try:
            return self.send(form)
        except TimeoutError:
            return None

    def send(self, form: Form) -> str:
        if self.deaths:
            threading.Thread(target=self.deaths.one_more_form).start()
        for attempt in range(TRIES):
            if attempt:
                self.sent_again += 1
                time.sleep(PATIENCE)
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection(HOST, self.port, timeout=20)
                with contextlib.closing(connection):
                    connection.request("POST", form.path, form.body, self.headers)
                    answer = connection.getresponse()
                    answer.read()
                went_to = answer.headers.get("Location", "")
                if answer.status == 302 and went_to.startswith("/people/"):
                    return went_to
                # a worker that is being replaced answers 5xx; anything else is a mistake of ours
                if answer.status < 500:
                    raise RuntimeError(f"{form.path} answered {answer.status}")
            if time.monotonic() > self.until:
                break
        raise TimeoutError("nobody answered")


# --- the counting -----------------------------------------------------------------------------------


def found(logins: Logins, forms: list[Form]) -> tuple[int, int, int]:
    """How many forms are not there, are there more than once, and have not their one row in the log."""
    # row security hides people from every login but the backup's
    with psycopg.connect(logins.url_for(BACKUP)) as backup:
        there = dict(backup.execute('select "full", count(*) from people_name group by 1').fetchall())
        logged = dict(
            backup.execute(
                "select action, count(*) from audit_event where kind = 'write' group by 1"
            ).fetchall()
        )
    counts = [there.get(form.words, 0) for form in forms]
    added = sum(form.path == "/people/add/" for form in forms)
    without = abs(logged.get("person.add", 0) - added) + abs(
        logged.get("person.correct", 0) - (len(forms) - added)
    )
    return counts.count(0), sum(count > 1 for count in counts), without


_SEAL = """
import django; django.setup()
from pathlib import Path
from django.conf import settings
from throughline.foundations.audit.commands import Checkpoints, seal
while seal(): pass
Checkpoints(Path(settings.HOME) / "checkpoints").write()
"""


def _log_faults(logins: Logins, home: Path) -> int:
    """Seal what was written, and read the whole log: 1 where it is not whole or some of it is not sealed.

    A transaction that is open anywhere on the server, in another database too, holds sealing back until it ends.
    """
    worker = environment(logins, WORKER, home)
    until = time.monotonic() + SEALED_WITHIN
    while True:
        subprocess.run([sys.executable, "-c", _SEAL], env=worker, check=True)
        verify = [sys.executable, "-m", "throughline.cli", "audit", "verify", "--json"]
        told = subprocess.run(verify, env=worker, check=False, capture_output=True, text=True)
        verdict = json.loads(told.stdout)
        waiting = verdict["unsealed"] > 0 or verdict["sealed"] == 0
        if told.returncode or not waiting or time.monotonic() > until:
            return int(told.returncode != 0 or waiting)
        time.sleep(1)


# --- by itself --------------------------------------------------------------------------------------

_SIGNED_IN = """
import django; django.setup()
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.conf import settings
from django.utils import timezone
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.accounts.rules import Session
team = Team.objects.create(agency=Agency.objects.create(name="A force"), name="Control room")
user = User.objects.create_user(
    "handler", name="A handler", role="call-handler", team=team, made_at=timezone.now())
now = timezone.now().isoformat()
store = SessionStore()
store.update({
    SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
    HASH_SESSION_KEY: user.get_session_auth_hash(), Session.SIGNED_IN_AT: now, Session.SEEN_AT: now,
    Session.SECOND_FACTOR: True})
store.create()
print(store.session_key)
"""


def signed_in(logins: Logins, home: Path) -> str:
    """The key of the session of a new account, made under the site's own signing key."""
    (home / "signing-key").write_text(secrets.token_hex(32))
    made = subprocess.run(
        [sys.executable, "-c", _SIGNED_IN],
        env=environment(logins, WEB, home),
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=5_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most-seconds", type=float, default=1_800)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="throughline-interrupted-") as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        # beside the folder: under root the server is another user, who cannot pass a private one
        cluster = Cluster(Path(f"{folder}-database"))
        try:
            cluster.start()
            logins = make_template(cluster.url(SUPERUSER, "postgres"), "throughline", home)
            outcome = interrupt(
                logins,
                home,
                session=signed_in(logins, home),
                posts=asked.posts,
                kills=asked.kills,
                seed=asked.seed,
                most_seconds=asked.most_seconds,
            )
        finally:
            cluster.erase()
    machine = {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    told = json.dumps({"seed": asked.seed, "machine": machine, **asdict(outcome)}, indent=1)
    if asked.out:
        asked.out.write_text(told + "\n")
    print(told)
    sys.exit(0 if outcome.whole else 1)


if __name__ == "__main__":
    main()
