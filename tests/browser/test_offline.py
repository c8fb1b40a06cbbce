"""An officer at a door without signal: reads, writes, shuts the browser, comes back, and it is sent once.

A real browser with a profile on disk. What is offline is the network of its context, pages and worker alike; the
form is a page of these tests, and the brief as it is.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from conftest import session_cookie
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route
from reader import AXE, NARROW, WIDE, Reader
from test_brief import Force, full

from throughline.casework.contact.models import Brief
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.routes import guarded
from throughline.foundations.access.rules import Action, Role, system
from throughline.foundations.accounts.models import Agency, User
from throughline.foundations.audit.models import Event
from throughline.foundations.govuk.forms import GovukForm
from throughline.foundations.offline.commands import Begun, begin, keep_conflict, say_waiting
from throughline.foundations.offline.commands import take_along as take_pages
from throughline.foundations.offline.marking import done, left_at, take_along
from throughline.foundations.offline.models import Entry, Lease
from throughline.foundations.offline.rules import Told, Why

ABOUT = UUID(int=77)
PLACE = "/at-the-door/"
WORDS = "She says: he will kill me"


class DoorForm(GovukForm):
    needed = ("words",)
    words = forms.CharField(label="Her own words", widget=forms.Textarea)
    version = forms.CharField(widget=forms.HiddenInput)


def _said() -> list[str]:
    return list(
        Agency.objects.filter(name__startswith="said ").order_by("name").values_list("name", flat=True)
    )


@guarded(Action.HOME)
def at_the_door(request: HttpRequest) -> HttpResponse:
    """A form that says which version it answers, as the pages of a scene do."""
    version = len(_said())
    form = DoorForm(request.POST or None, initial={"version": version})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["version"] != str(version):
            return HttpResponse("changed", status=409)
        words = form.cleaned_data["words"]
        Agency.objects.create(name=f"said {version} {words} {done(request, timezone.now()).doubtful}")
        left_at(request, version=version + 1)
        return redirect(PLACE)
    along = take_along(
        request, about=ABOUT, label="QZ 17", subjects=[], pages={PLACE: "At the door"}, purpose="attendance"
    )
    page = engines["jinja2"].from_string(
        '{% extends "throughline/page.html" %}{% block title %}At the door{% endblock %}'
        "{% block body %}{{ along_with_me(along) }}<p id=standing>{{ said | join('; ') }}</p>"
        "<form method=post {{ kept_offline(along, 'version') }}>{{ csrf_input }}{{ once() }}"
        "{{ form.govuk() }}<button class=govuk-button>Save</button></form>{% endblock %}"
    )
    return HttpResponse(page.render({"form": form, "along": along, "said": _said()}, request))


urlpatterns = [path("", include("throughline.website.urls")), path("at-the-door/", at_the_door)]
handler404 = "throughline.website.views.not_found"
pytestmark = pytest.mark.urls(__name__)
__all__ = ["full"]


@pytest.fixture
def force(accounts: dict[Role, User]) -> Force:
    return Force(accounts)


# a proxy where nobody answers, also for what is on this machine
_NO_WAY_OUT = ["--proxy-server=127.0.0.1:1", "--proxy-bypass-list=<-loopback>"]


@dataclass
class Phone:
    """A browser with a profile that outlives it."""

    browser: Browser
    site: str
    profile: Path
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)
    wrong: list[str] = field(default_factory=list)

    def start(self, user: User | None = None, *, signal: bool = True) -> None:
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        # a worker that starts with the browser may ask before `offline` reaches it
        args += [] if signal else _NO_WAY_OUT
        self.context = self.browser.browser_type.launch_persistent_context(
            self.profile,
            executable_path=shutil.which("chromium") or shutil.which("chromium-headless-shell"),
            args=args,
            viewport=NARROW,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        self.context.set_default_timeout(30_000)
        if user is not None:
            self.sign_in(user)
        self.page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def sign_in(self, user: User) -> None:
        self.context.add_cookies([session_cookie(user, self.site)])

    def restart(self, user: User | None = None, *, offline: bool = True) -> None:
        self.context.close()
        self.start(user, signal=not offline)
        self.offline(offline)

    def offline(self, off: bool = True) -> None:
        self.context.set_offline(off)

    def go(self, place: str) -> None:
        self.page.goto(self.site + place)

    def ready(self, place: str = PLACE) -> None:
        """Open a page with signal and wait until it is with us, under the worker."""
        self.go(place)
        self.page.locator("html[data-offline-ready=yes]").wait_for()
        self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")

    def says(self, words: str) -> None:
        self.page.locator(".throughline-offline", has_text=words).wait_for()

    def write(self, words: str) -> None:
        self.page.get_by_label("Her own words").fill(words)

    def save(self) -> None:
        self.page.get_by_role("button", name="Save").click()

    def drafted(self) -> None:
        """Wait until what is typed is on the disk."""
        self.until(lambda: bool(self.rows("drafts")))

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds: longer than the minute after which a device tries again that had no luck as its signal came."""
        for _ in range(800):
            if holds():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("it did not come about")

    def page_alone_sends(self) -> None:
        """The browser may wake the worker to send at a moment of its own choosing: here it sends nothing."""
        (worker,) = self.context.service_workers
        worker.evaluate("() => { throughlineOffline.sync = async () => {}; }")

    def rows(self, store: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(
            "async name => (await throughlineOffline.all(name)).map(row => ({...row,"
            " closed: row.closed && [...new Uint8Array(row.closed)].map(c => String.fromCharCode(c)).join('')}))",
            store,
        )
        return found


@pytest.fixture
def phone(chromium: Browser, live_server: Any, tmp_path: Path) -> Iterator[Phone]:
    one = Phone(chromium, live_server.url, tmp_path / "profile")
    yield one
    one.context.close()
    assert one.wrong == []


@pytest.fixture
def officer(accounts: dict[Role, User]) -> User:
    return accounts[Role.OFFICER]


def entries() -> list[Entry]:
    with transaction.atomic(), acting(system("test")):
        return list(Entry.objects.order_by("order"))


def the_lease() -> Lease:
    with transaction.atomic(), acting(system("test")):
        return Lease.objects.get()


def test_what_is_written_without_signal_outlives_the_browser_and_is_sent_once(
    phone: Phone, officer: User
) -> None:
    phone.start(officer)
    phone.ready()
    phone.offline()
    phone.page.reload()
    phone.says("No signal")
    phone.write(WORDS)
    phone.save()
    phone.says("not sent yet: 1")
    # filled in as it was kept, and answered again
    assert phone.page.get_by_label("Her own words").input_value() == WORDS
    phone.write(WORDS + ", and means it")
    phone.save()
    phone.says("not sent yet: 2")
    assert phone.page.evaluate(f"() => {{ {AXE.read_text()}; return true }}")
    found = phone.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [one["id"] for one in found] == []
    phone.restart()
    phone.go(PLACE)
    phone.says("not sent yet: 2")
    phone.page.get_by_role("link", name="See what waits").click()
    phone.page.locator("#offline-waiting ol li").nth(1).wait_for()
    assert phone.page.locator("#offline-waiting ol li").count() == 2
    assert _said() == []
    # the browser had forgotten who was signed in; with signal, the same officer signs in again
    phone.restart(officer, offline=False)
    phone.go(PLACE)
    phone.says("Sent: 2")
    assert _said() == [f"said 0 {WORDS} False", f"said 1 {WORDS}, and means it False"]
    assert [entry.outcome for entry in entries()] == ["taken", "taken"]
    assert phone.rows("entries") == []
    phone.page.reload()
    assert WORDS in phone.page.locator("#standing").inner_text()
    assert len(entries()) == 2


def test_nothing_moves_under_a_finger_as_the_page_says_what_is_with_you(phone: Phone, officer: User) -> None:
    phone.start(officer)
    phone.context.route("**/offline.js", lambda route: route.abort())
    phone.go(PLACE)
    # the worker keeps it for later
    phone.context.unroute("**/offline.js")
    save, panel = phone.page.get_by_role("button", name="Save"), phone.page.locator(".throughline-offline")

    def top() -> float:
        box = save.bounding_box()
        assert box is not None
        return box["y"]

    before = top()
    phone.page.evaluate((settings.CHECKOUT / "build" / "assets" / "offline.js").read_text())
    phone.page.locator("html[data-offline-ready=yes]").wait_for()
    phone.says("Taken along")
    assert panel.evaluate("panel => panel.offsetHeight") > 50
    assert top() == pytest.approx(before, abs=1)


def test_nothing_of_a_person_stands_on_the_device_in_the_clear(phone: Phone, officer: User) -> None:
    phone.start(officer)
    phone.ready()
    phone.offline()
    phone.page.reload()
    phone.write(WORDS)
    phone.drafted()
    drafts = phone.rows("drafts")
    assert len(drafts) == 1
    phone.save()
    phone.says("not sent yet: 1")
    for row in [*drafts, *phone.rows("entries"), *phone.rows("pages")]:
        assert "kill" not in str(row)
        assert "At the door" not in str(row)
    (lease,) = phone.rows("leases")
    extractable = phone.page.evaluate(
        "async () => (await throughlineOffline.all('leases')).map(l => [l.pagesKey.extractable, l.outboxKey.extractable])"
    )
    assert extractable == [[False, False]]
    assert lease["label"] == "QZ 17"
    # nor in the profile's files, once the browser has written them
    phone.context.close()
    words = WORDS.encode()
    held = [file for file in phone.profile.rglob("*") if file.is_file() and "IndexedDB" in str(file)]
    assert held
    for file in held:
        data = file.read_bytes()
        assert words not in data
        assert WORDS.encode("utf-16-le") not in data
    phone.start()


def test_what_is_typed_and_not_sent_is_still_there(phone: Phone, officer: User) -> None:
    phone.start(officer)
    phone.ready()
    phone.offline()
    phone.page.reload()
    phone.write("half a sent")
    phone.drafted()
    phone.restart()
    phone.go(PLACE)
    phone.says("We kept what you typed")
    assert phone.page.get_by_label("Her own words").input_value() == "half a sent"
    phone.save()
    phone.page.wait_for_load_state()
    phone.until(lambda: len(phone.rows("entries")) == 1)
    assert phone.rows("drafts") == []


def test_sent_with_signal_after_the_session_has_ended_it_is_kept_and_goes_at_the_next_sign_in(
    phone: Phone, officer: User
) -> None:
    phone.start(officer)
    phone.ready()
    phone.write(WORDS)
    phone.context.clear_cookies()
    phone.save()
    phone.page.wait_for_url("**/sign-in/**")
    phone.says("Sign in to send")
    assert len(phone.rows("entries")) == 1
    assert _said() == []
    phone.sign_in(officer)
    phone.go(PLACE)
    phone.says("Sent: 1")
    assert _said() == [f"said 0 {WORDS} False"]


def test_signed_out_with_work_unsent_it_stays_closed_and_goes_when_they_return(
    phone: Phone, officer: User, accounts: dict[Role, User]
) -> None:
    phone.start(officer)
    phone.ready()
    phone.offline()
    phone.page.reload()
    phone.write(WORDS)
    phone.save()
    phone.says("not sent yet: 1")
    # the site cannot take it in, so that it waits with signal too
    phone.context.route(
        "**/at-the-door/", lambda route: route.abort() if _is_entry(route) else route.continue_()
    )
    phone.offline(False)
    phone.go("/account/")
    phone.says("not sent yet: 1")
    phone.page.get_by_role("button", name="Sign out").first.click()
    phone.says("It stays here, encrypted")
    phone.page.get_by_role("button", name="Sign out").first.click()
    phone.page.wait_for_url("**/sign-in/**")
    phone.says("Sign in to send")
    (lease,) = phone.rows("leases")
    assert (lease["pagesKey"], lease["outboxKey"]) == (None, None)
    assert phone.rows("pages") == []
    # somebody else on the same device
    phone.sign_in(accounts[Role.SERGEANT])
    phone.go("/account/")
    phone.says("Work of a colleague waits on this phone: 1")
    phone.go("/offline/")
    phone.says("Work of a colleague")
    assert phone.page.locator("#offline-waiting li").count() == 0
    assert entries() == []
    phone.context.clear_cookies()
    phone.context.unroute("**/at-the-door/")
    phone.sign_in(officer)
    phone.go("/account/")
    phone.says("Sent: 1")
    assert _said() == [f"said 0 {WORDS} False"]


def test_signed_out_without_signal_nothing_can_be_read_until_they_return(phone: Phone, officer: User) -> None:
    phone.start(officer)
    phone.ready()
    phone.offline()
    phone.page.reload()
    phone.write(WORDS)
    phone.save()
    phone.says("not sent yet: 1")
    phone.page.get_by_role("button", name="Sign out").first.click()
    phone.says("It stays here, encrypted")
    phone.page.get_by_role("button", name="Sign out").first.click()
    phone.page.wait_for_url("**/offline/")
    phone.go(PLACE)
    assert "Her own words" not in phone.page.content()
    # with signal the session that was left open at the site ends before anything is shown
    phone.offline(False)
    phone.go(PLACE)
    phone.page.wait_for_url("**/sign-in/**")
    assert entries() == []
    assert len(phone.rows("entries")) == 1


def _is_entry(route: Route) -> bool:
    return "throughline-entry" in route.request.headers


def test_an_answer_that_is_lost_on_the_way_doubles_nothing(phone: Phone, officer: User) -> None:
    phone.start(officer)
    phone.ready()
    phone.page_alone_sends()
    phone.offline()
    phone.page.reload()
    phone.write(WORDS)
    phone.save()
    phone.says("not sent yet: 1")
    # the site takes it in, and its answer never comes
    phone.page.evaluate(
        "() => { const real = window.fetch; window.fetch = async (place, how) => {"
        " const answer = await real(place, how);"
        " if (!how?.headers?.['Throughline-Entry']) return answer;"
        " window.fetch = real; throw new TypeError('connection reset'); } }"
    )
    phone.offline(False)
    phone.until(lambda: len(_said()) == 1)
    phone.says("There is no signal")
    assert len(phone.rows("entries")) == len(entries()) == 1
    phone.page.get_by_role("button", name="Send now").click()
    phone.says("Sent: 1")
    assert len(_said()) == len(entries()) == 1
    assert phone.rows("entries") == []


def test_a_form_whose_answer_is_lost_is_kept_and_doubles_nothing(phone: Phone, officer: User) -> None:
    """It came through, the signal went before the answer: the device keeps it, and its ``once`` tells."""
    phone.start(officer)
    phone.ready()
    phone.write(WORDS)
    phone.page.evaluate(
        "async () => { const form = document.querySelector('form[data-offline]');"
        " const body = new URLSearchParams(new FormData(form));"
        " await fetch(form.action || location.href, {method: 'POST', body}); }"
    )
    assert len(_said()) == 1
    phone.offline()
    phone.save()
    phone.says("not sent yet: 1")
    phone.offline(False)
    phone.says("Sent: 1")
    assert len(_said()) == 1


def test_a_conflict_stops_what_follows_and_shows_both_versions(phone: Phone, officer: User) -> None:
    phone.start(officer)
    phone.ready()
    phone.offline()
    phone.page.reload()
    for words in (WORDS, "and the children heard"):
        phone.write(words)
        phone.save()
        phone.page.wait_for_load_state()
    phone.says("not sent yet: 2")
    Agency.objects.create(name="said 0 a colleague was here False")
    phone.offline(False)
    phone.says("could not be saved as it was: 1")
    phone.says("not sent yet: 1")
    assert [entry.outcome for entry in entries()] == ["conflict"]
    phone.page.get_by_role("link", name="See both versions").click()
    # what is said at the head of the page moves the list: the click comes once it is said
    phone.page.wait_for_url("**/offline/kept/")
    phone.says("could not be saved as it was: 1")
    phone.page.locator("main li a").first.click()
    table = phone.page.locator("[data-offline-both]")
    table.get_by_text("Stands now").wait_for()
    assert "Her own words" in table.inner_text()
    assert WORDS in table.inner_text()
    phone.page.get_by_role("button", name="Put what I wrote back").click()
    phone.page.wait_for_url(f"**{PLACE}")
    assert "a colleague was here" in phone.page.locator("#standing").inner_text()


def test_a_device_that_never_says_that_there_is_signal_again_finds_out(phone: Phone, officer: User) -> None:
    phone.start(officer)
    phone.context.add_init_script("addEventListener('online', (event) => event.stopImmediatePropagation())")
    phone.ready()
    phone.write(WORDS)
    phone.offline()
    phone.save()
    phone.says("not sent yet: 1")
    phone.offline(False)
    phone.says("Sent: 1")
    assert len(_said()) == 1


def test_a_try_that_gets_no_answer_is_not_joined_by_others(phone: Phone, officer: User) -> None:
    phone.start(officer)
    phone.ready()
    phone.write(WORDS)
    phone.offline()
    phone.save()
    phone.says("not sent yet: 1")
    phone.page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
    # time for three tries, but for the thirty seconds that one waits
    # time for three tries, and less than one waits
    phone.page.wait_for_timeout(17_000)
    tries = phone.page.evaluate("() => navigator.locks.query()")
    assert [len(tries[how]) for how in ("held", "pending")] == [1, 0]


def test_the_officer_reads_the_brief_without_signal_and_says_so(
    phone: Phone, officer: User, full: UUID
) -> None:
    place = f"/contact/briefs/{full}/"
    phone.start(officer)
    phone.go(place)
    phone.page.get_by_role("button", name="Open the brief").click()
    phone.page.locator("html[data-offline-ready=yes]").wait_for()
    phone.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    phone.says("Taken along on this device")
    phone.offline()
    phone.go(place)
    phone.says("No signal")
    assert "Craig Whitmore" in phone.page.locator("main").inner_text()
    assert "Ravensmoor" not in phone.page.content()
    width = phone.page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= NARROW["width"]
    phone.page.get_by_role("button", name="I have read it").click()
    phone.says("not sent yet: 1")
    phone.page.get_by_role("button", name="We are there").click()
    phone.says("not sent yet: 2")
    # how far the device's clock is off is known to some hundredths of a second
    wrote = timezone.now() + timedelta(seconds=2)
    phone.offline(False)
    phone.says("Sent: 2")
    with transaction.atomic():
        set_actor(officer.actor)
        brief = Brief.objects.select_related("deployment").get(id=full)
    assert brief.acknowledged_at is not None
    assert brief.deployment.arrived_at is not None
    assert brief.acknowledged_at <= brief.deployment.arrived_at <= wrote
    with transaction.atomic(), acting(system("test")):
        looks = list(Event.objects.filter(kind="look", action=Action.WORK_OFFLINE))
    assert {look.actor for look in looks} == {officer.id}
    assert all(look.purpose == "attendance" and look.subjects for look in looks)


def test_with_nothing_unsent_signing_out_leaves_nothing_behind(phone: Phone, officer: User) -> None:
    phone.start(officer)
    phone.ready()
    phone.page.get_by_role("button", name="Sign out").first.click()
    phone.page.wait_for_url("**/sign-in/**")
    assert phone.rows("pages") == phone.rows("leases") == []
    assert the_lease().closed_at is not None


def test_without_script_the_page_works_as_ever(
    readers: Callable[..., Any], accounts: dict[Role, User]
) -> None:
    reader = readers(Role.OFFICER, width=NARROW, script=False)
    reader.go(PLACE)
    reader.page.get_by_label("Her own words").fill(WORDS)
    reader.press("Save")
    assert _said() == [f"said 0 {WORDS} False"]


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_pages_about_it_are_readable_empty_and_full(
    width: dict[str, int], readers: Callable[..., Reader], accounts: dict[Role, User], officer: User
) -> None:
    reader, sergeant = readers(Role.OFFICER, width=width), readers(Role.SERGEANT, width=width)
    empty = {
        "/offline/": (reader, "Nothing waits"),
        "/offline/kept/": (reader, "was saved"),
        "/offline/stuck/": (sergeant, "stands still"),
    }
    for place, (who, words) in empty.items():
        who.go(place)
        who.page.get_by_text(words).first.wait_for()
        assert who.violations() == []
    long_ago = timezone.now() - timedelta(hours=5)
    with transaction.atomic():
        set_actor(officer.actor)
        by = {"by": officer.actor, "now": long_ago}
        told = {"device": UUID(int=1), "about": ABOUT, "label": "QZ 17/3344", "subjects": []}
        lease = take_pages(**by, **told, purpose="attendance").lease
        say_waiting(**by, lease_id=lease.id, waiting=3)
        shown = round(long_ago.timestamp() * 1000)
        typed = {"words": [(WORDS + " ") * 20 + "x" * 200], "version": ["7"]}
        kept = begin(**by, told=Told(UUID(int=4), lease.id, 0, shown, shown), place=PLACE, typed=typed)
        assert isinstance(kept, Begun)
        keep_conflict(entry=kept.entry, why=Why.CHANGED, typed=typed)
    full_pages = {
        "/offline/kept/": (reader, "QZ 17/3344"),
        f"/offline/kept/{UUID(int=4)}/": (reader, "Stands now"),
        "/offline/stuck/": (sergeant, "waiting: 3"),
    }
    for place, (who, words) in full_pages.items():
        who.go(place)
        who.page.get_by_text(words).first.wait_for()
        assert who.violations() == []
        assert who.overflow() == 0
    assert officer.name in sergeant.text()
    assert "kill" not in sergeant.page.content()
