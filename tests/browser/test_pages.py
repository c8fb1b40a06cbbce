"""Every kind of page, at two widths, with and without JavaScript: readable, reachable and quiet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Route
from reader import NARROW, WIDE, Reader, record_named

from throughline.casework.contact.commands.sending import send
from throughline.casework.contact.commands.taking import begin, receive
from throughline.casework.contact.rules.taking import TELEPHONY
from throughline.casework.people.commands.recording import (
    NewAddress,
    NewName,
    add_name,
    add_record,
    set_marker,
)
from throughline.casework.people.commands.safety import break_glass, restrict
from throughline.casework.people.models import Address, Phone
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.duties.models import Duty

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5


@dataclass(frozen=True)
class World:
    """Who and what the pages are about."""

    known: UUID
    restricted: UUID
    duties: dict[str, UUID]
    phone: UUID
    address: UUID
    account: UUID


@pytest.fixture
def world(people: None, accounts: dict[Role, User]) -> World:
    known, hidden = record_named("Joanne", "Whitmore"), record_named("Craig", "Whitmore")
    now = timezone.now()
    by = {role: user.actor for role, user in accounts.items()}
    with transaction.atomic():
        set_actor(by[Role.SUPERVISOR])
        # a name that no line holds, and one that is read from right to left
        add_name(by=by[Role.SUPERVISOR], now=now, record_id=known, name=NewName("alias", full=LONG))
        add_name(
            by=by[Role.SUPERVISOR], now=now, record_id=known, name=NewName("alias", full="فاطمة الزهراء")
        )
        restrict(by=by[Role.SUPERVISOR], now=now, record_id=hidden, reason="honour-based")
    with transaction.atomic():
        set_actor(by[Role.OFFICER])
        break_glass(
            by=by[Role.OFFICER],
            now=now,
            record_id=hidden,
            reason="glass-danger-to-life",
            words="A child calls",
        )
    with transaction.atomic():
        set_actor(by[Role.SUPERVISOR])
        marked = add_record(
            by=by[Role.SUPERVISOR],
            now=now,
            name=NewName(full=LONG),
            phones=("07700 900777",),
            addresses=(NewAddress("3", "Quarry Lane", "Quarnley"),),
        )
        set_marker(by=by[Role.SUPERVISOR], now=now, record_id=marked.id, code="weapons")
        home = Address.objects.get(record=marked)
        set_marker(
            by=by[Role.SUPERVISOR],
            now=now,
            record_id=marked.id,
            code="weapons-at-address",
            address_id=home.id,
        )
        restrict(by=by[Role.SUPERVISOR], now=now, record_id=marked.id, reason="honour-based")
    with transaction.atomic():
        handler = by[Role.CALL_HANDLER]
        set_actor(handler)
        call = begin(by=handler, now=now, channel="999")
        send(by=handler, now=now, contact_id=call.id, grade="emergency", place="3 Quarry Lane, Quarnley")
    with transaction.atomic(), acting(TELEPHONY):
        receive(by=TELEPHONY, now=now, channel="999", number="07700 900777", line="silent", place=LONG)
    with transaction.atomic(), acting(system("test")):
        duties = dict(Duty.objects.values_list("kind", "id"))
        phone, address = (
            Phone.objects.filter(record=known).first(),
            Address.objects.filter(record=known).first(),
        )
    assert phone
    assert address
    return World(known, hidden, duties, phone.id, address.id, accounts[Role.ANALYST].id)


def pages_of(role: Role, world: World) -> list[str]:
    """The pages that somebody of a role opens, each kind once over all roles."""
    one, hidden = f"/people/{world.known}/", f"/people/{world.restricted}/"
    match role:
        case Role.CALL_HANDLER:
            small = ("name", "particulars", "phone", "address", "safe-contact", "relationship", "household")
            return [
                "/",
                "/people/search/",
                "/people/add/",
                one,
                *(f"{one}{page}/" for page in (*small, "marker")),
                f"{one}phone/{world.phone}/end/",
                f"{one}address/{world.address}/end/",
                "/reference/",
                "/reference/roles/",
                "/reference/instruments/",
                "/reference/instruments/dash-27/1/",
                "/account/",
                "/account/password/",
                "/sign-out/",
            ]
        case Role.SUPERVISOR:
            return [
                "/",
                one,
                *(f"{one}{page}/" for page in ("merge", "part", "restrict", "staff", "retention")),
            ]
        case Role.OFFICER:
            return [hidden, "/people/restricted/"]
        case Role.DESK:
            return [
                "/",
                f"/duties/{world.duties['break-glass-review']}/",
                f"/duties/{world.duties['silent-call-restricted']}/",
                f"/duties/{world.duties['restricted-warning']}/",
                hidden,
                *(
                    f"{hidden}{page}/"
                    for page in ("restrict/lift", "sight", "refuge", "refuge/account", "erase")
                ),
            ]
        case Role.ADMINISTRATOR:
            return ["/", "/imports/", "/accounts/", "/accounts/add/", f"/accounts/{world.account}/"]
        case Role.AUDITOR:
            return ["/", "/looks/"]
        case _:
            return ["/"]


ROLES = [role for role in Role if role not in {Role.SYSTEM, Role.FRONT_COUNTER}]


def say_why(reader: Reader, world: World, role: Role) -> list[str]:
    """Say why somebody looks at the people of this test; gives what was wrong with the page that asks."""
    wrong = []
    people = {Role.OFFICER: [world.restricted], Role.DESK: [world.restricted]}.get(role, [world.known])
    if role in {Role.CALL_HANDLER, Role.SUPERVISOR, Role.OFFICER, Role.DESK}:
        for record_id in people:
            reader.go(f"/people/{record_id}/")
            wrong += reader.violations()
            reader.page.locator("input[name=purpose]").first.check()
            reader.page.locator("main form button").first.click()
    return wrong


@pytest.mark.parametrize("role", ROLES)
def test_every_kind_of_page_is_accessible_at_both_widths(role: Role, readers: Readers, world: World) -> None:
    reader = readers(role)
    problems: dict[str, Any] = {"why": wrong} if (wrong := say_why(reader, world, role)) else {}
    for address in pages_of(role, world):
        reader.page.set_viewport_size(WIDE)
        reader.go(address)
        assert reader.path == address
        for size in (WIDE, NARROW):
            reader.page.set_viewport_size(size)
            if wrong := reader.violations():
                problems[f"{address} at {size['width']}"] = wrong
            if reader.overflow() > 0:
                problems[f"{address} at {size['width']}, wider by"] = reader.overflow()
    assert problems == {}


def test_what_a_search_brings_is_accessible(readers: Readers, world: World) -> None:
    reader = readers(Role.CALL_HANDLER)
    problems: dict[str, Any] = {}
    states = {
        "found": "jo whitmoor 07700 900123",
        "too little": "joanne",
        "nobody": "Zofia Quillfeather 07700 900999",
        "an error": "joanne whitmore 31/2/1990",
        "long": LONG,
    }
    for state, typed in states.items():
        reader.go("/people/search/")
        reader.page.locator("#id_who").fill(typed)
        reader.press("Search")
        reader.page.wait_for_load_state()
        for size in (WIDE, NARROW):
            reader.page.set_viewport_size(size)
            if wrong := reader.violations():
                problems[f"{state} at {size['width']}"] = wrong
            if reader.overflow() > 0:
                problems[f"{state} at {size['width']}, wider by"] = reader.overflow()
    # forms that come back with what is wrong
    for address in ("/people/add/", f"/people/{world.known}/phone/", f"/people/{world.known}/particulars/"):
        reader.go(address)
        reader.page.locator("main form button").first.click()
        if wrong := reader.violations():
            problems[f"errors of {address}"] = wrong
    assert problems == {}


def test_signing_in_and_refusals_are_accessible(readers: Readers) -> None:
    reader, handler = readers(), readers(Role.CALL_HANDLER)
    reader.go("/sign-in/")
    assert reader.violations() == []
    assert reader.overflow() == 0
    handler.expects |= {403, 404}
    for address in ("/looks/", "/nowhere/"):
        handler.go(address)
        assert handler.violations() == []


def test_the_menu_of_a_telephone_is_folded_before_its_script_comes_and_unfolds_where_none_does(
    readers: Readers,
) -> None:
    reader = readers(Role.SUPERVISOR, width=NARROW)
    menu, entry = reader.page.get_by_role("button", name="Menu"), reader.page.locator("#navigation li").first
    held: list[Route] = []
    reader.page.route("**/throughline*.js", lambda route: held.append(route))
    reader.page.goto(f"{reader.site}/", wait_until="commit")
    reader.page.locator(".throughline-footer").wait_for()
    assert not entry.is_visible()
    at_first = reader.page.locator("main").bounding_box()
    assert held
    held[0].continue_()
    menu.wait_for()
    assert not entry.is_visible()
    assert reader.page.locator("main").bounding_box() == at_first
    menu.click()
    assert entry.is_visible()

    reader.page.unroute("**/throughline*.js")
    reader.page.route(
        "**/throughline*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    reader.go("/")
    entry.wait_for()

    without = readers(Role.SUPERVISOR, width=NARROW, script=False)
    without.go("/")
    assert without.page.locator("#navigation li").first.is_visible()
    assert not without.page.locator(".govuk-service-navigation__toggle").is_visible()


_WHAT_STANDS_THERE = """() => ({
  headings: [...document.querySelectorAll('main h1, main h2, main h3')].map(e => e.textContent.trim()),
  boxes: [...document.querySelectorAll('main [name]')].map(e => e.name + ':' + e.type).filter(
    name => !/csrf|once|enquiry/.test(name)),
  links: [...document.querySelectorAll('main a[href]')].map(e => e.getAttribute('href')),
  buttons: [...document.querySelectorAll('main button[type=submit], main form button:not([type=button])')].map(
    e => e.textContent.trim()),
})"""


@pytest.mark.parametrize("role", [Role.CALL_HANDLER, Role.SUPERVISOR, Role.DESK])
def test_without_javascript_the_same_stands_there(role: Role, readers: Readers, world: World) -> None:
    with_script, without = readers(role), readers(role, width=NARROW, script=False)
    say_why(with_script, world, role)
    without.go(f"/people/{world.restricted if role is Role.DESK else world.known}/")
    without.page.locator("input[name=purpose]").first.check()
    without.page.locator("main form button").first.click()
    for address in pages_of(role, world):
        with_script.go(address)
        without.go(address)
        assert without.page.evaluate(_WHAT_STANDS_THERE) == with_script.page.evaluate(_WHAT_STANDS_THERE), (
            address
        )
        # nothing that only a script would show stays out of reach, and no page is wider than a telephone
        assert without.overflow() == 0, address
        for button in without.page.locator("main form[method=post] button").all():
            assert button.is_visible() or button.get_attribute("type") == "button", address
