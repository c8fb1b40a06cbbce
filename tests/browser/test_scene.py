"""The scene on an officer's telephone: by keyboard alone, without JavaScript, nothing wider than the screen."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from reader import NARROW, Reader

from throughline.casework.cases.commands.incidents import involve, open_incident
from throughline.casework.people.commands.recording import NewName, add_record
from throughline.casework.scene.commands.attending import begin
from throughline.casework.scene.models import Injury
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.accounts.models import User

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 3


@pytest.fixture
def visit(accounts: dict[Role, User]) -> tuple[UUID, UUID]:
    """An officer at an incident with long names; the visit and the incident."""
    now, handler, officer = timezone.now(), accounts[Role.CALL_HANDLER].actor, accounts[Role.OFFICER].actor
    with transaction.atomic():
        set_actor(handler)
        incident = open_incident(by=handler, now=now, recorded_as="domestic-abuse", place=f"14 {LONG} Road")
        for surname, part in ((LONG, "victim"), ("Ashgrove", "suspect"), ("Quillfeather", "child")):
            made = add_record(by=handler, now=now, name=NewName(forename="Zofia", surname=surname))
            told = {"incident_id": incident.id, "record_id": made.id, "part": part, "confirmed": True}
            involve(by=handler, now=now, **told)
    with transaction.atomic():
        set_actor(officer)
        return begin(by=officer, now=now, incident_id=incident.id).id, incident.id


def test_an_officer_writes_down_a_scene_by_keyboard_alone_without_javascript(
    readers: Readers, visit: tuple[UUID, UUID]
) -> None:
    attendance, _incident = visit
    reader = readers(Role.OFFICER, width=NARROW, script=False)
    keys = reader.page.keyboard

    def enter(words: str) -> None:
        keys.press("Tab")
        reader.tab_to(words, most=150)
        with reader.page.expect_navigation():
            keys.press("Enter")

    def tick(words: str) -> None:
        reader.tab_to(words, most=150)
        keys.press("Space")

    reader.go(reverse("scene:visit", args=[attendance]))
    enter("Injuries")
    enter("Mark an injury on the body chart")
    # a region of the drawing leads to its own box of the list
    enter("Left forearm")
    tick("Left forearm")
    reader.page.get_by_label("Bruise", exact=True).focus()
    keys.press("Space")
    enter("Write it down")
    reader.page.get_by_text("Written down.").wait_for()
    with transaction.atomic(), acting(system("test")):
        assert Injury.objects.get().region == "front-left-forearm"


def test_a_region_of_the_chart_is_a_button_that_ticks_its_box(
    readers: Readers, visit: tuple[UUID, UUID]
) -> None:
    reader = readers(Role.OFFICER, width=NARROW)
    page = reader.page
    reader.go(reverse("scene:chart", args=[visit[0]]))
    region = page.get_by_role("button", name="Face", exact=True)
    region.focus()
    page.keyboard.press("Space")
    assert region.get_attribute("aria-pressed") == "true"
    assert page.locator("input[value=front-face]").is_checked()
    region.click()
    assert region.get_attribute("aria-pressed") == "false"
    assert not page.locator("input[value=front-face]").is_checked()


@pytest.mark.parametrize("script", [True, False])
def test_every_page_of_the_scene_fits_the_screen_and_is_read_by_everybody(
    readers: Readers, visit: tuple[UUID, UUID], script: bool
) -> None:
    attendance, incident = visit
    reader = readers(Role.OFFICER, width=NARROW, script=script)
    addresses = [
        reverse("scene:home"),
        *(
            reverse(f"scene:{name}", args=[attendance])
            for name in ("visit", "account", "injuries", "chart", "earlier", "children", "leave", "add")
        ),
        *(
            reverse(f"scene:{name}", args=[incident])
            for name in ("read", "evidence", "actions", "child-decision")
        ),
        reverse("scene:item", args=[incident, "call-recording"]),
    ]
    for address in addresses:
        reader.go(address)
        assert reader.overflow() <= 0, address
        if script:  # axe itself is one
            assert reader.violations() == [], address
