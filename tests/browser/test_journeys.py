"""What people do all day, in a real browser: with the keyboard, without JavaScript, and when it goes wrong."""

import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import unquote_plus

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.sessions.models import Session as StoredSession
from django.db import transaction
from django.utils import timezone
from reader import NARROW, PASSWORD, SECRET, Reader, picture, record_named

from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.queries.restriction import spoken_reference
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role
from throughline.foundations.accounts.models import User
from throughline.foundations.accounts.rules import Session
from throughline.foundations.duties.rules import duty_kind

type Readers = Callable[..., Reader]
GLASS_REVIEW = duty_kind("break-glass-review", on=timezone.now().date()).label


def out_of_addresses(reader: Reader, *words: str) -> None:
    """No word of a search stands in any address asked for, nor in where a request says it comes from."""
    for request in reader.requests:
        told = unquote_plus(f"{request.url} {request.headers.get('referer', '')}").lower()
        assert not [word for word in words if word.lower() in told]


def code() -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def test_signing_in_with_a_second_factor(readers: Readers) -> None:
    reader = readers()
    reader.go("/people/search/")
    assert reader.path.startswith("/sign-in/")
    reader.page.get_by_label("User name").fill(Role.CALL_HANDLER)
    reader.page.locator("input[name=password]").fill(PASSWORD)
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/sign-in/code/**")
    reader.page.locator("input[name=code]").fill(code())
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/people/search/")
    assert "Search for a person" in reader.text()


def test_a_misremembered_person_is_found_by_keyboard_alone(people: None, readers: Readers) -> None:
    reader = readers(Role.CALL_HANDLER)
    reader.go("/people/search/")
    keys = reader.page.keyboard
    # the page opens with the first field under the fingers
    keys.type("jo whitmoor 07700 900123")
    reader.page.wait_for_selector(".throughline-found")
    assert "may be" in reader.page.locator("#status").inner_text()
    assert "Joanne" in reader.page.locator("#found-1").inner_text()
    picture(reader, "search.png", {"width": 1280, "height": 1300})
    reader.page.locator("#id_who").focus()
    reader.tab_to("Confirm it is her")
    keys.press("Enter")
    reader.page.wait_for_url("**/people/*-*/")
    assert "Joanne" in reader.page.locator("h1").inner_text()
    assert "No safe way is known" in reader.text() or "no safe way is known" in reader.text()
    out_of_addresses(reader, "whitmoor", "900123")


def test_enter_searches_as_well_and_goes_to_the_results(people: None, readers: Readers) -> None:
    reader = readers(Role.CALL_HANDLER)
    reader.go("/people/search/")
    reader.page.keyboard.type("whitmore alma road")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_selector("#status[autofocus]")
    assert reader.page.evaluate("() => document.activeElement.id") == "status"
    assert reader.path == "/people/search/"


def test_without_javascript_the_button_brings_the_same(people: None, readers: Readers) -> None:
    reader = readers(Role.CALL_HANDLER, script=False)
    reader.go("/people/search/")
    reader.page.locator("#id_who").fill("jo whitmoor 07700 900123")
    reader.press("Search")
    assert "Joanne" in reader.page.locator("#found-1").inner_text()
    reader.press("Confirm it is her")
    assert "Joanne" in reader.page.locator("h1").inner_text()
    reader.page.get_by_role("link", name="Add a name").click()
    reader.page.get_by_label("The whole name, as heard").fill("Joey Invented")
    reader.page.locator("input[name=kind]").first.check()
    reader.press("Add name")
    assert "Name added" in reader.page.locator("body").inner_text()
    out_of_addresses(reader, "whitmoor", "900123")


def open_person(reader: Reader, forename: str, surname: str) -> str:
    """Open somebody, saying why; gives the address of their page."""
    address = f"/people/{record_named(forename, surname)}/"
    reader.go(address)
    if reader.page.locator("input[name=purpose]").count():
        reader.page.locator("input[name=purpose]").first.check()
        reader.page.get_by_role("button", name="Continue").or_(
            reader.page.locator("main form button")
        ).first.click()
    assert reader.path == address
    return address


def test_a_safe_way_is_written_down_and_voided_by_a_new_number(people: None, readers: Readers) -> None:
    reader = readers(Role.CALL_HANDLER)
    address = open_person(reader, "Joanne", "Whitmore")
    reader.page.get_by_role("link", name="Ask how to reach them safely").click()
    reader.page.get_by_label("Text message").check()
    reader.page.locator("input[name=phone]").first.check()
    reader.press("Save what has been said so far")
    assert reader.path == address
    reach = reader.page.locator("section", has=reader.page.locator("#reach"))
    assert "Text message" in reach.inner_text()
    # as whoever opens the page next sees it, without the words of what was just done
    reader.page.reload()
    picture(reader, "person.png", {"width": 1280, "height": 1300})
    picture(reader, "person-375.png", NARROW)
    reader.page.get_by_role("link", name="Add a phone number").click()
    reader.page.get_by_label("Phone number").fill("07700 900555")
    reader.press("Add phone number")
    assert "voided" in reach.inner_text()
    assert "Text message" not in reach.inner_text()


def test_a_restricted_person_looks_like_nobody_and_the_desk_is_called(
    people: None, readers: Readers, accounts: dict[Role, User]
) -> None:
    record_id = record_named("Joanne", "Whitmore")
    desk = accounts[Role.DESK].actor
    with transaction.atomic():
        set_actor(desk)
        restrict(by=desk, now=timezone.now(), record_id=record_id, reason="honour-based")
    heard = "joanne whitmore 07700 900123"

    handler = readers(Role.CALL_HANDLER)
    handler.go("/people/search/")
    handler.page.keyboard.type(heard)
    handler.page.keyboard.press("Enter")
    handler.page.wait_for_selector("#status[autofocus]")
    assert "Joanne" not in handler.page.locator("#results h3").all_inner_texts().__str__()
    handler.expects.add(404)
    handler.go(f"/people/{record_id}/")
    assert "There is nothing at this address" in handler.text()

    at_desk = readers(Role.DESK)
    at_desk.go("/")
    duty = at_desk.page.locator(".govuk-task-list__link").first
    assert "Joanne" in duty.inner_text()
    duty.click()
    assert "07700 900123" in at_desk.text() or "+447700900123" in at_desk.text()

    officer = readers(Role.OFFICER)
    officer.go("/people/restricted/")
    officer.page.get_by_label("Reference").fill(spoken_reference(record_id))
    officer.page.locator("input[name=reason]").first.check()
    officer.page.locator("[name=words]").fill("Children are in the house and nobody answers")
    officer.page.locator("main form button").first.click()
    assert officer.path == f"/people/{record_id}/"
    assert "Joanne" in officer.page.locator("h1").inner_text()

    at_desk.page.locator("input[name=outcome]").first.check()
    at_desk.press("Done")
    assert at_desk.path == "/"
    review = at_desk.page.get_by_role("link", name=GLASS_REVIEW)
    review.click()
    assert "Children are in the house" in at_desk.text()
    at_desk.page.locator("input[name=agreed]").first.check()
    at_desk.press("Done")
    assert at_desk.path == "/"
    assert review.count() == 0


def test_an_unused_session_ends_and_what_was_typed_comes_back(readers: Readers) -> None:
    reader = readers(Role.CALL_HANDLER)
    reader.go("/people/add/")
    reader.page.get_by_label("Whole name, as heard").fill("Zofia Quillfeather")
    long_ago = (timezone.now() - settings.SESSION_IDLE - timedelta(minutes=1)).isoformat()
    for stored in StoredSession.objects.all():
        values = stored.get_decoded()
        values[Session.SEEN_AT] = long_ago
        stored.session_data = StoredSession.get_session_store_class()().encode(values)
        stored.save()
    reader.press("Add this person")
    assert reader.path.startswith("/sign-in/")
    assert "is kept for you" in reader.text()
    reader.page.get_by_label("User name").fill(Role.CALL_HANDLER)
    reader.page.locator("input[name=password]").fill(PASSWORD)
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/sign-in/code/**")
    reader.page.locator("input[name=code]").fill(code())
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/people/add/")
    assert reader.page.get_by_label("Whole name, as heard").input_value() == "Zofia Quillfeather"
    assert "We kept what you typed" in reader.text()


def test_two_editors_read_what_the_other_changed(people: None, readers: Readers) -> None:
    first, second = readers(Role.CALL_HANDLER), readers(Role.OFFICER)
    for reader in (first, second):
        address = open_person(reader, "Joanne", "Whitmore")
        reader.page.get_by_role("link", name="Correct").first.click()
    first.page.get_by_label("Language", exact=True).fill("Polish")
    first.press("Correct particulars")
    assert first.path == address
    second.page.get_by_label("Language", exact=True).fill("Welsh")
    second.press("Correct particulars")
    assert "Somebody else has corrected this meanwhile" in second.text()
    row = second.page.locator("tr", has_text="Language").inner_text()
    assert "Polish" in row
    assert "Welsh" in row
    assert second.violations() == []
    second.press("Correct particulars")
    assert second.path == address
    assert "Welsh" in second.text()


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_adds_one_person(readers: Readers, script: bool) -> None:
    reader = readers(Role.CALL_HANDLER, script=script)
    reader.go("/people/add/")
    reader.page.get_by_label("Whole name, as heard").fill("Zofia Quillfeather")
    reader.page.get_by_role("button", name="Add this person").dblclick()
    reader.page.wait_for_url("**/people/*-*/")
    reader.go("/people/search/")
    reader.page.locator("#id_who").fill("Zofia Quillfeather")
    reader.press("Search")
    reader.page.wait_for_selector(".throughline-found")
    assert reader.page.locator(".throughline-found").count() == 1
