"""Forms that a device kept without signal, sent through their ordinary pages: once, in order, nothing lost."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import BadRequest
from django.db import connections
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from throughline.foundations.access.protection import acting
from throughline.foundations.access.routes import guarded
from throughline.foundations.access.rules import Action, Refused, Role, system
from throughline.foundations.access.tests.looking import open_to_writing
from throughline.foundations.accounts.commands import create_account
from throughline.foundations.accounts.models import Agency, User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.drafts.models import Draft
from throughline.foundations.offline.marking import done, left_at, take_along
from throughline.foundations.offline.models import Entry, Lease
from throughline.website.views import problem

ABOUT, DEVICE = UUID(int=77), UUID(int=9)
PLACE = "/attendance/"


def _standing() -> list[str]:
    return list(
        Agency.objects.filter(name__startswith="note ").order_by("name").values_list("name", flat=True)
    )


@guarded(Action.HOME)
def attendance(request: HttpRequest) -> HttpResponse:
    """A page that can be taken along, whose form says which version it answers."""
    version = Agency.objects.filter(name__startswith="note ").count()
    if request.method == "POST":
        words = request.POST.get("words", "")
        match words:
            case "crash":
                raise RuntimeError("words that name somebody")
            case "refuse":
                raise Refused("No rule allows it", UUID(int=5))
            case "gone":
                raise Http404
            case "unreadable":
                raise BadRequest
            case "down":
                return HttpResponse(status=503)
            case "":
                return HttpResponse("needs words")
        if request.POST.get("version") != str(version):
            return problem(request, 409)
        when = done(request, timezone.now())
        Agency.objects.create(name=f"note {version} {words} {when.at:%H:%M} {when.doubtful}")
        left_at(request, version=version + 1)
        return redirect(PLACE)
    along = take_along(
        request, about=ABOUT, label="QZ 17", subjects=[], pages={PLACE: "At the door"}, purpose="attendance"
    )
    page = engines["jinja2"].from_string(
        "{{ along_with_me(along) }}<form method=post {{ kept_offline(along, 'version') }}>{{ csrf_input }}</form>"
    )
    return HttpResponse(page.render({"along": along}, request))


urlpatterns = [path("", include("throughline.website.urls")), path("attendance/", attendance)]
handler500 = "throughline.website.views.broken"
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def account(username: str, role: Role = Role.OFFICER) -> User:
    # all requests of a test share one transaction; a page that was looked at leaves it closed
    open_to_writing()
    return create_account(
        by=system("test"),
        now=timezone.now(),
        username=username,
        name="Olive Invented",
        role=role,
        team="Response",
        agency="Invented Force",
    ).user


@pytest.fixture
def officer(db: None) -> User:
    return account("officer")


@pytest.fixture
def client(officer: User, enter: Any) -> Client:
    return enter(Client(raise_request_exception=False), officer)


def ticket_on(client: Client) -> str:
    page = client.get(PLACE).content.decode()
    return page.split('data-offline-along="')[1].split('"')[0]


def take(client: Client, device: UUID = DEVICE) -> dict[str, Any]:
    answer = client.post("/offline/leases/", {"ticket": ticket_on(client), "device": str(device)})
    assert answer.status_code == 200, answer.content
    return answer.json()


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


class Phone:
    """A device with one lease, whose clock may be wrong."""

    def __init__(self, client: Client, ahead: timedelta = timedelta(0)) -> None:
        self.client, self.ahead, self.order = client, ahead, 0
        self.lease = take(client)["id"]

    def write(
        self, words: str, *, version: int = 0, ago: timedelta = timedelta(0), **more: Any
    ) -> dict[str, Any]:
        self.order += 1
        return {
            "id": str(uuid4()),
            "order": self.order,
            "typed": ms(timezone.now() - ago + self.ahead),
            "fields": {"words": words, "version": str(version), "offline": f"{ABOUT} version", **more},
        }

    def send(self, entry: dict[str, Any], client: Client | None = None, place: str = PLACE) -> Any:
        return (client or self.client).post(
            place,
            entry["fields"],
            headers={
                "Throughline-Entry": entry["id"],
                "Throughline-Entry-Lease": self.lease,
                "Throughline-Entry-Order": str(entry["order"]),
                "Throughline-Entry-Typed": str(entry["typed"]),
                "Throughline-Entry-Sent": str(ms(timezone.now() + self.ahead)),
                "Throughline-Entry-Versions": "version",
            },
        )

    def outcome(self, *args: Any, **kwargs: Any) -> str:
        return self.send(*args, **kwargs).json()["outcome"]


@pytest.fixture
def phone(client: Client) -> Phone:
    return Phone(client)


def entries() -> list[Entry]:
    with acting(system("test")):
        return list(Entry.objects.order_by("order"))


def lease_of(phone: Phone) -> Lease:
    with acting(system("test")):
        return Lease.objects.get(id=phone.lease)


def events(kind: str) -> list[Event]:
    with acting(system("test")):
        return list(Event.objects.filter(kind=kind, action=Action.WORK_OFFLINE).order_by("id"))


# --- taking along ---------------------------------------------------------------------------------------------


def test_taking_along_is_a_look_and_gives_a_key_for_72_hours(client: Client, officer: User) -> None:
    given = take(client)
    assert given["user"] == str(officer.id)
    assert given["label"] == "QZ 17"
    assert len(given["pages"]) == len(given["outbox"]) == 44
    assert given["pages"] != given["outbox"]
    assert abs(given["until"] - ms(timezone.now() + timedelta(hours=72))) < 5_000
    (look,) = events("look")
    assert (look.actor, look.purpose, look.detail["about"]) == (officer.id, "attendance", str(ABOUT))
    # again on the same device: the same lease and keys; on another: others
    again, other = take(client), take(client, UUID(int=10))
    assert (again["id"], again["pages"]) == (given["id"], given["pages"])
    assert other["id"] != given["id"]
    assert other["pages"] != given["pages"]


def test_a_ticket_is_its_readers_alone(client: Client, enter: Any) -> None:
    ticket = ticket_on(client)
    other = enter(Client(), account("other"))
    told = {"ticket": ticket, "device": str(UUID(int=9))}
    assert other.post("/offline/leases/", told).status_code == 400
    assert client.post("/offline/leases/", {**told, "ticket": ticket + "x"}).status_code == 400
    assert client.post("/offline/leases/", {**told, "device": "mine"}).status_code == 400
    auditor = enter(Client(), account("auditor", Role.AUDITOR))
    assert "data-offline" not in auditor.get(PLACE).content.decode()


def test_a_lapsed_lease_opens_its_outbox_and_no_page(phone: Phone, client: Client) -> None:
    given = client.post(f"/offline/leases/{phone.lease}/keys/", {"waiting": "2"}).json()
    assert given["pages"]
    age(phone.lease, timedelta(hours=73))
    late = client.post(f"/offline/leases/{phone.lease}/keys/", {"waiting": "2"}).json()
    assert late["pages"] is None
    assert late["outbox"] == given["outbox"]
    # and what was written is still taken in
    assert phone.outcome(phone.write("late", ago=timedelta(hours=73))) == "taken"
    assert entries()[0].doubtful


def age(lease: str, by: timedelta) -> None:
    """Let time pass for a lease."""
    with acting(system("test")):
        record(system("test"), Event.Kind.WRITE, "test")
        Lease.objects.filter(id=lease).update(
            taken_at=F("taken_at") - by, until=F("until") - by, seen_at=F("seen_at") - by
        )


def test_nobody_else_fetches_keys_or_speaks_for_a_device(phone: Phone, enter: Any) -> None:
    other = enter(Client(), account("other"))
    for what in ("keys", "seen", "return"):
        answer = other.post(f"/offline/leases/{phone.lease}/{what}/", {"waiting": "0"})
        assert answer.status_code == 403, what
    assert lease_of(phone).closed_at is None


def test_a_device_says_how_much_waits_and_what_was_given_back_is_over(phone: Phone, client: Client) -> None:
    say = f"/offline/leases/{phone.lease}/seen/"
    assert client.post(say, {"waiting": "3"}).json() == {"open": True}
    since = lease_of(phone).waiting_since
    client.post(say, {"waiting": "2"})
    assert (lease_of(phone).waiting, lease_of(phone).waiting_since) == (2, since)
    assert client.post(f"/offline/leases/{phone.lease}/return/").json() == {"ended": False}
    client.post(say, {"waiting": "0"})
    assert lease_of(phone).waiting_since is None
    assert client.post(f"/offline/leases/{phone.lease}/return/").json() == {"ended": True}
    given = client.post(f"/offline/leases/{phone.lease}/keys/", {"waiting": "0"}).json()
    assert given["pages"] is None
    for wrong in ("-1", "many", "99999"):
        assert client.post(say, {"waiting": wrong}).status_code == 400


# --- once, in order --------------------------------------------------------------------------------------------


def test_an_entry_is_taken_in_through_its_page_at_the_time_it_was_typed(phone: Phone, officer: User) -> None:
    age(phone.lease, timedelta(hours=6))
    entry = phone.write("she spoke", ago=timedelta(hours=5))
    answer = phone.send(entry)
    assert answer.json() == {"outcome": "taken", "why": "", "went_to": PLACE}
    then = timezone.now() - timedelta(hours=5)
    assert _standing() == [f"note 0 she spoke {then.astimezone(UTC):%H:%M} False"]
    (kept,) = entries()
    assert (kept.user, kept.place, kept.outcome, kept.left) == (officer.id, PLACE, "taken", {"version": "1"})
    assert kept.closed is None
    assert [event.detail["entry"] for event in events("write") if "entry" in event.detail] == [entry["id"]]


def test_the_same_entry_again_changes_nothing_and_answers_the_same(phone: Phone) -> None:
    entry = phone.write("once")
    first = phone.send(entry).json()
    assert phone.send(entry).json() == first
    assert len(_standing()) == 1
    assert len(entries()) == 1


def test_a_form_that_came_through_before_the_signal_went_is_not_doubled(phone: Phone, client: Client) -> None:
    """Its answer was lost, so the device kept it: what was typed is the same, with the same ``once``."""
    entry = phone.write("once", once=str(uuid4()))
    assert client.post(PLACE, {**entry["fields"], "csrfmiddlewaretoken": "t"}).status_code == 302
    assert phone.send(entry).json()["outcome"] == "taken"
    assert len(_standing()) == 1


def test_what_one_device_typed_on_one_page_follows_on_itself(phone: Phone) -> None:
    first, second, third = (phone.write(words, version=0) for words in ("one", "two", "three"))
    assert [phone.outcome(one) for one in (first, second, third)] == ["taken"] * 3
    assert [name.split()[1:3] for name in _standing()] == [["0", "one"], ["1", "two"], ["2", "three"]]


def test_somebody_else_in_between_is_a_conflict(phone: Phone, client: Client) -> None:
    first, second = phone.write("one"), phone.write("two")
    assert phone.outcome(first) == "taken"
    client.post(PLACE, {"words": "theirs", "version": "1"})
    assert phone.outcome(second) == "conflict"
    assert [name.split()[2] for name in _standing()] == ["one", "theirs"]


def test_a_queue_stops_at_a_conflict_until_its_author_has_settled_it(phone: Phone, client: Client) -> None:
    before, wrong, behind = (
        phone.write("one"),
        phone.write("mine", version=7),
        phone.write("after", version=7),
    )
    assert phone.outcome(before) == "taken"
    assert phone.send(wrong).json()["why"] == "changed"
    assert phone.send(behind).json() == {"outcome": "waits"}
    assert len(entries()) == 2
    page = client.get("/offline/kept/").content.decode()
    assert "QZ 17" in page
    shown = client.get(f"/offline/kept/{wrong['id']}/").content.decode()
    assert "mine" in shown
    # sent again it is the same conflict
    assert phone.outcome(wrong) == "conflict"
    back = client.post(f"/offline/kept/{wrong['id']}/", {"do": "put-back"})
    assert (back.status_code, back["Location"]) == (302, PLACE)
    assert Draft.objects.filter(place=PLACE).count() == 1
    assert phone.outcome(behind) == "waits"
    # the form itself, sent from the page as it stands, settles it
    client.post(PLACE, {"words": "mine", "version": "1"})
    settled = entries()[1]
    assert settled.settled_at is not None
    assert settled.closed is None
    assert phone.outcome(phone.write("more", version=2)) == "taken"


def test_leaving_what_stands_settles_it_too(phone: Phone, client: Client) -> None:
    wrong = phone.write("mine", version=7)
    phone.send(wrong)
    assert client.post(f"/offline/kept/{wrong['id']}/", {"do": "nothing"}).status_code == 400
    client.post(f"/offline/kept/{wrong['id']}/", {"do": "throw-away"})
    assert entries()[0].settled_at is not None
    assert client.get(f"/offline/kept/{wrong['id']}/").status_code == 404
    assert phone.outcome(phone.write("next")) == "taken"


@pytest.mark.parametrize(
    ("words", "why"),
    [("", "errors"), ("refuse", "refused"), ("gone", "not-there"), ("unreadable", "unreadable")],
)
def test_what_the_page_does_not_take_in_is_kept_encrypted_for_its_author(
    words: str, why: str, phone: Phone, client: Client, enter: Any
) -> None:
    entry = phone.write(words, more="her own words")
    assert phone.send(entry).json() == {"outcome": "conflict", "why": why, "went_to": ""}
    (kept,) = entries()
    assert b"her own" not in bytes(kept.closed or b"")
    assert _standing() == []
    assert "her own words" in client.get(f"/offline/kept/{entry['id']}/").content.decode()
    sergeant = enter(Client(), account("sergeant", Role.SERGEANT))
    assert sergeant.get(f"/offline/kept/{entry['id']}/").status_code == 404
    assert sergeant.post(f"/offline/kept/{entry['id']}/", {"do": "throw-away"}).status_code == 403
    # a draft of seven days is not where it is kept
    assert not Draft.objects.exists()


@pytest.mark.parametrize("words", ["crash", "down"])
def test_a_failure_of_ours_leaves_it_on_the_device(words: str, phone: Phone) -> None:
    answer = phone.send(phone.write(words))
    assert answer.status_code >= 500
    assert entries() == []
    assert not Draft.objects.exists()
    assert lease_of(phone).entries.count() == 0


def test_a_wrong_clock_is_put_right(client: Client) -> None:
    phone = Phone(client, ahead=timedelta(days=-400, hours=3))
    age(phone.lease, timedelta(hours=9))
    phone.send(phone.write("then", ago=timedelta(hours=8)))
    (kept,) = entries()
    assert abs(kept.done_at - (timezone.now() - timedelta(hours=8))) < timedelta(seconds=5)
    assert not kept.doubtful


def test_another_account_on_the_same_device_sends_nothing_of_it(phone: Phone, enter: Any) -> None:
    other = enter(Client(), account("other"))
    entry = phone.write("mine")
    answer = phone.send(entry, client=other)
    assert (answer.status_code, answer.json()["outcome"]) == (403, "not-yours")
    assert entries() == []
    assert phone.outcome(entry) == "taken"
    assert phone.send(entry, client=other).json()["outcome"] == "not-yours"


def test_signed_out_it_is_asked_to_sign_in_and_nothing_is_lost(
    phone: Phone, officer: User, enter: Any
) -> None:
    entry = phone.write("later")
    answer = phone.send(entry, client=Client())
    assert (answer.status_code, answer.json()) == (401, {"outcome": "sign-in"})
    session = phone.client.session
    session["seen_at"] = (timezone.now() - timedelta(hours=1)).isoformat()
    session.save()
    assert phone.outcome(entry) == "sign-in"
    assert not Draft.objects.exists()
    enter(phone.client, officer)
    assert phone.outcome(entry) == "taken"


def test_what_cannot_be_read_of_an_entry_stays_on_the_device(phone: Phone) -> None:
    entry = phone.write("x")
    entry["typed"] = "yesterday"
    answer = phone.send(entry)
    assert (answer.status_code, answer.json()["outcome"]) == (400, "later")
    assert "yesterday" not in answer.json()["why"]


def test_an_entry_without_the_token_of_the_session_is_not_taken_in(officer: User, enter: Any) -> None:
    strict = enter(Client(enforce_csrf_checks=True), officer)
    token = strict.get("/offline/here/").json()["token"]
    told = {"ticket": ticket_on(strict), "device": str(UUID(int=9))}
    given = strict.post("/offline/leases/", told, headers={"X-CSRFToken": token}).json()
    headers = {
        "Throughline-Entry": str(uuid4()),
        "Throughline-Entry-Lease": given["id"],
        "Throughline-Entry-Order": "0",
        "Throughline-Entry-Typed": str(ms(timezone.now())),
        "Throughline-Entry-Sent": str(ms(timezone.now())),
    }
    fields = {"words": "mine", "version": "0"}
    assert strict.post(PLACE, fields, headers=headers)["Content-Type"].startswith("text/html")
    assert entries() == []
    answer = strict.post(PLACE, fields, headers={**headers, "X-CSRFToken": token})
    assert answer.json()["outcome"] == "taken"


def test_messages_of_a_page_that_nobody_reads_do_not_turn_up_elsewhere(phone: Phone, client: Client) -> None:
    phone.send(phone.write("one"))
    assert "govuk-notification-banner" not in client.get("/offline/kept/").content.decode()


def test_the_device_asks_who_is_here_without_keeping_the_session_open(client: Client, officer: User) -> None:
    known = client.get("/offline/here/", headers={"Throughline-Unattended": "yes"}).json()
    assert known["user"] == str(officer.id)
    assert abs(known["now"] - ms(timezone.now())) < 5_000
    assert Client().get("/offline/here/").json()["user"] is None


def test_the_worker_reaches_every_page_and_may_run(client: Client) -> None:
    answer = client.get("/offline-worker.js")
    assert answer["Content-Type"] == "text/javascript"
    assert answer["Service-Worker-Allowed"] == "/"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    shell = Client().get("/offline/").content.decode()
    assert "Olive" not in shell


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_taken_in_once(phone: Phone) -> None:
    entry = phone.write("once")
    told: list[str] = []
    start = threading.Barrier(4)

    def send() -> None:
        client = Client()
        client.cookies = phone.client.cookies
        start.wait()
        told.append(phone.outcome(entry, client=client))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["taken"] * 4
    assert len(_standing()) == 1
