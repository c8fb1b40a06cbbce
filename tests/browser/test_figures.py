"""Figures in a real browser: what is counted, how, and the records behind it, for those who may read them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader, record_named

from throughline.casework.contact.commands import knowing, sending, taking
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role
from throughline.foundations.accounts.models import User
from throughline.measures import measures

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 3


@pytest.fixture
def calls(people: None, accounts: dict[Role, User]) -> None:
    """One victim, twice: from another number and another place each time, the last with nobody there yet."""
    by, victim = accounts[Role.CALL_HANDLER].actor, record_named("Joanne", "Whitmore")
    for days, number, place in ((40, "07700 900111", "14 Alma Road"), (3, "07700 900222", LONG)):
        at = timezone.now() - timedelta(days=days)
        with transaction.atomic():
            set_actor(by)
            contact = taking.begin(by=by, now=at, channel="999")
            taking.change(
                by=by,
                now=at,
                contact_id=contact.id,
                version=contact.version,
                number=number,
                place=place,
                domestic=True,
                recorded_as="domestic-abuse",
            )
            sent = sending.send(by=by, now=at, contact_id=contact.id, grade="emergency", unit="QN12")
            knowing.takes_part(
                by=by, now=at, contact_id=contact.id, record_id=victim, part="victim", confirmed=True
            )
            if days == 40:
                sending.arrive(by=by, now=at + timedelta(minutes=12), deployment_id=sent.id)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ANALYST])
def test_every_figure_is_accessible_at_both_widths(role: Role, readers: Readers, calls: None) -> None:
    reader = readers(role)
    problems = {}
    for address in ("/figures/", *(f"/figures/{one.code}/" for one in measures())):
        reader.page.set_viewport_size(WIDE)
        reader.go(address)
        for size in (WIDE, NARROW):
            reader.page.set_viewport_size(size)
            if wrong := reader.violations():
                problems[f"{address} at {size['width']}"] = wrong
            if reader.overflow() > 0:
                problems[f"{address} at {size['width']}, wider by"] = reader.overflow()
    assert problems == {}


def test_from_a_figure_to_the_person_it_counted_without_javascript(readers: Readers, calls: None) -> None:
    reader = readers(Role.SUPERVISOR, script=False)
    reader.go("/figures/")
    missed = next(one for one in measures() if one.code == "repeat-victims-missed")
    row = reader.page.locator("tr", has=reader.page.get_by_role("link", name=missed.label))
    assert "1 of 1 victim (100.0%)" in row.inner_text()
    assert missed.definition not in row.inner_text()
    row.locator("summary").click()
    assert missed.definition in row.inner_text()
    row.get_by_role("link").click()
    reader.page.get_by_role("table").get_by_role("link", name="Whitmore").click()
    assert reader.path == f"/people/{record_named('Joanne', 'Whitmore')}/"


def test_a_figure_is_found_on_a_telephone_by_two_touches_without_javascript(readers: Readers) -> None:
    reader = readers(Role.ANALYST, script=False)
    reader.page.set_viewport_size(NARROW)
    reader.go("/figures/")
    wanted = next(one for one in measures() if one.part == "Investigation")
    contents = reader.page.get_by_role("navigation", name="On this page")
    assert not contents.get_by_role("link").first.is_visible()
    assert contents.bounding_box()["height"] < NARROW["height"]
    contents.get_by_text("Investigation: ").click()
    contents.get_by_role("link", name=wanted.label).click()
    assert reader.path == f"/figures/#{wanted.code}"
    assert 0 <= reader.page.locator(f"tr#{wanted.code}").bounding_box()["y"] < NARROW["height"] / 2
    reader.page.get_by_role("link", name="Back to the list of figures from Investigation").click()
    assert 0 <= contents.bounding_box()["y"] < NARROW["height"] / 2


def test_a_period_is_kept_from_the_list_to_a_figure(readers: Readers, calls: None) -> None:
    reader = readers(Role.ANALYST)
    reader.go("/figures/")
    day = timezone.localdate() - timedelta(days=10)
    for part in ("day", "month", "year"):
        reader.page.locator(f"[name=first_{part}]").fill(str(getattr(day, part)))
    reader.press("Count these days")
    link = reader.page.get_by_role("link", name="Calls for assistance")
    assert "1 call," in reader.page.locator("tr", has=link).inner_text()
    link.click()
    assert "1 call," in reader.text()
    # who counts and does not read about people gets no address
    assert LONG not in reader.text()
