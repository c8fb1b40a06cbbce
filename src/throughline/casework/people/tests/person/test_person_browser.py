"""The page of a person in a real browser: by keyboard alone, without scripts, wide and narrow, and axe."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from throughline.foundations.access.rules import Role

AXE = Path(settings.CHECKOUT) / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person(accounts, acting_as, request):
    """An invented person whom the server sees: committed, and by an actor set for one transaction."""
    with transaction.atomic():
        return request.getfixturevalue("amara")


@pytest.fixture
def open_page(chromium, live_server, signed_in, person):
    """Opens one address in a new browser window, signed in as a supervisor."""
    session = signed_in(Role.SUPERVISOR, person).session.session_key
    windows = []

    def opened(name: str, *, width: int = 1280, scripts: bool = True):
        context = chromium.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        windows.append(context)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        page = context.new_page()
        page.goto(live_server.url + reverse(f"people:{name}", args=[person]))
        return page

    yield opened
    for context in windows:
        context.close()


def violations(page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("only => axe.run({runOnly: only})", WCAG)["violations"]
    return [f"{one['id']}: {[node['html'][:80] for node in one['nodes']]}" for one in found]


@pytest.mark.parametrize("width", [1280, 375])
def test_the_pages_pass_axe_and_do_not_scroll_sideways(open_page, width):
    for name in ("person", "safe-contact", "correct", "add-name", "set-marker", "restrict", "merge"):
        page = open_page(name, width=width)
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


@pytest.mark.parametrize("width", [1280, 375])
def test_what_two_were_told_at_once_stands_side_by_side(open_page, width):
    page, other = open_page("safe-contact", width=width), open_page("safe-contact")
    other.get_by_label("Text message", exact=True).check()
    other.get_by_role("button", name="Save what has been said so far").click()
    page.get_by_label("Visit", exact=True).check()
    page.get_by_role("button", name="Save what has been said so far").click()
    both = page.get_by_role("row", name="Which ways of reaching you are safe?").inner_text()
    assert both.split("\t")[1:] == ["Text message", "Visit"]
    assert page.get_by_label("Visit", exact=True).is_checked()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_name_is_added_by_keyboard_alone_with_and_without_scripts(open_page, scripts):
    page = open_page("person", scripts=scripts)
    link = page.get_by_role("link", name="Add a name")
    for _press in range(60):
        page.keyboard.press("Tab")
        if _focused(link):
            break
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Alias").wait_for()
    page.get_by_role("radio", name="Alias").focus()
    page.keyboard.press("Space")
    page.get_by_label("First or given name").focus()
    page.keyboard.type("Ama")
    page.keyboard.press("Enter")
    page.get_by_text("Name added.").wait_for()
    assert page.get_by_text("Ama", exact=True).is_visible()


def _focused(link) -> bool:
    return link.and_(link.page.locator(":focus")).count() == 1


def test_what_is_wrong_is_reached_from_the_summary(open_page):
    page = open_page("add-phone", scripts=False)
    page.get_by_role("button", name="Add phone number").click()
    page.get_by_role("link", name="Enter an answer to “Phone number").click()
    assert page.locator("#id_phone:focus").count() == 1
