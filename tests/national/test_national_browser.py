"""A round in a real browser: sent with faults, corrected, argued with and signed, by keyboard, at both widths, without scripts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser
from reader import NARROW, WIDE, Reader

from throughline.foundations.accounts.models import User
from throughline.foundations.accounts.rules import Session
from throughline.national.conftest import World, figures_csv, make_world

pytestmark = pytest.mark.browser


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    from throughline.national.conftest import NOW

    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    with transaction.atomic():
        return make_world()


@pytest.fixture
def open_as(chromium: Browser, live_server: Any, world: World) -> Iterator[Callable[..., Reader]]:
    """A browser signed in as somebody of the world; at the end nothing may have gone wrong in any of them."""
    opened: list[Reader] = []

    def open_for(name: str | None = None, *, width: dict[str, int] = WIDE, script: bool = True) -> Reader:
        context = chromium.new_context(viewport=width, java_script_enabled=script, locale="en-GB")
        context.set_default_timeout(30_000)
        if name is not None:
            context.add_cookies([_cookie(world.accounts[name], live_server.url)])
        reader = Reader(context, context.new_page(), live_server.url, script)
        reader.watch()
        opened.append(reader)
        return reader

    yield open_for
    for reader in opened:
        reader.context.close()
    assert [words for reader in opened for words in reader.wrong] == []


def _cookie(user: User, site: str) -> dict[str, Any]:
    client = Client()
    client.force_login(user)
    session, now = client.session, timezone.now().isoformat()
    session.update({Session.SIGNED_IN_AT: now, Session.SEEN_AT: now, Session.SECOND_FACTOR: True})
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": site}


def a_file(folder: Path, given: Any = None) -> Path:
    path = folder / "figures.csv"
    path.write_bytes(figures_csv(given))
    return path


def test_a_round_without_scripts(open_as: Callable[..., Reader], tmp_path: Path) -> None:
    contact = open_as("contact", width=NARROW, script=False)
    contact.go("/")
    contact.page.get_by_role("link", name="The return of Fellmoor Police").click()
    contact.page.get_by_role("button", name="Send your return").click()
    contact.press("Send it")
    assert "choose the spreadsheet, or the CSV files" in contact.text()
    contact.page.get_by_label("Your return").set_input_files(a_file(tmp_path, {"calls": "twelve"}))
    contact.press("Send it")
    assert "1 fault: nothing was loaded" in contact.text()
    assert "'twelve' is no reason" in contact.text()
    contact.page.get_by_role("button", name="Send it again").click()
    contact.page.get_by_label("Your return").set_input_files(a_file(tmp_path, {"victims-repeat": 5_500}))
    contact.press("Send it")
    assert "1 open question" in contact.text()
    contact.page.get_by_role("link", name="Answer").first.click()
    contact.page.get_by_label("Your answer").fill("Counted by incident.")
    contact.press("Send the answer")

    statistician = open_as("statistician", script=False)
    statistician.go("/")
    statistician.page.get_by_role("link", name="Year to March 2026").click()
    statistician.page.get_by_role("link", name="Fellmoor Police").click()
    statistician.page.get_by_role("link", name="Accept, or ask again").click()
    statistician.page.get_by_label("Accept the answer").check()
    statistician.press("Write it down")
    assert "an answer to “" in statistician.text()
    statistician.page.get_by_label("In words").fill("Then it stands.")
    statistician.press("Write it down")
    assert "To be signed" in statistician.text()

    contact.page.get_by_role("link", name="Rounds").click()
    contact.page.get_by_role("link", name="The return of Fellmoor Police").click()
    contact.page.get_by_role("button", name="Read every figure and sign").click()
    contact.page.get_by_label("Your post").fill("Head of performance")
    contact.page.get_by_label("I have read every figure above").check()
    contact.press("Sign these figures")
    assert "was signed by Contact One, Head of performance" in contact.text()
    office = open_as("office", width=NARROW, script=False)
    office.go("/")
    office.page.get_by_role("link", name="The return of Fellmoor Police").click()
    # a question that is settled opens when it is asked for
    assert "Counted by incident." not in office.text()
    office.page.locator("summary", has_text="Repeat victims").click()
    assert "Counted by incident." in office.text()


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["1280", "375"])
def test_pages_are_for_everybody(
    open_as: Callable[..., Reader], world: World, tmp_path: Path, width: dict[str, int]
) -> None:
    contact = open_as("contact", width=width)
    at = f"/collection/{world.round.id}/{world.force.id}/"
    contact.go(at + "send/")
    contact.page.get_by_label("Your return").set_input_files(
        a_file(tmp_path, {"victims-repeat": 5_500, "victims": 5_000})
    )
    contact.press("Send it")
    seen = [contact.violations(), contact.overflow()]
    contact.page.get_by_role("link", name="Answer").first.click()
    contact.tab_to("Your answer")
    contact.page.keyboard.type("Counted by incident. " * 40)
    seen += [contact.violations(), contact.overflow()]
    contact.tab_to("Send the answer")
    contact.page.keyboard.press("Enter")
    contact.page.wait_for_url(f"**{at}")
    statistician = open_as("statistician", width=width)
    for address in (
        "/collection/", f"/collection/{world.round.id}/", at, "/collection/open/", f"/collection/{world.round.id}/announce/", at + "ask/",
        "/editions/", "/calendar/", "/revisions/", "/help/",
    ):  # fmt: skip
        statistician.go(address)
        seen += [statistician.violations(), statistician.overflow()]
    assert seen == [[], 0] * 12
