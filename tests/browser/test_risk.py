"""Risk in a real browser: an officer on a doorstep, a sergeant, an inspector and the hub, empty, busy, long text."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.cases.commands import incidents
from throughline.casework.cases.models import Case
from throughline.casework.people.commands.recording import NewName, add_record
from throughline.casework.risk.commands import assessing, checking, grading, hub, reassessing
from throughline.casework.risk.rules.assessing import with_always
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.accounts.models import User
from throughline.synthetic.past.attending import plain_answers

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5
EMPTY = {
    Role.OFFICER: ("/risk/said/",),
    Role.SERGEANT: ("/risk/checks/", "/risk/checks/why-this-order/", "/risk/monitor/", "/contact/turn/"),
    Role.HUB: ("/risk/hub/", "/risk/monitor/records/"),
}


def as_(actor: Actor, command: Callable[..., Any], **told: Any) -> Any:
    with transaction.atomic():
        set_actor(actor)
        return command(by=actor, now=told.pop("now", timezone.now()), **told)


@pytest.fixture
def pairs(accounts: dict[Role, User]) -> list[UUID]:
    """Some pairs with an incident each; the first has names and words as long as names and words can be."""
    handler = accounts[Role.CALL_HANDLER].actor
    made = []
    for number in range(3):
        her = as_(handler, add_record, name=NewName(forename="Joanne", surname=f"{LONG}{number}"))
        him = as_(handler, add_record, name=NewName(forename="Craig", surname=f"Whitmore{number}"))
        opened = as_(handler, incidents.open_incident, recorded_as="domestic-abuse", place="14 Alma Road")
        for record_id, part in ((her.id, "victim"), (him.id, "suspect")):
            told = {"incident_id": opened.id, "record_id": record_id, "part": part, "confirmed": True}
            as_(handler, incidents.involve, **told)
        with transaction.atomic():
            set_actor(handler)
            made.append(Case.objects.get(victim=her.id).id)
    return made


@pytest.fixture
def busy(accounts: dict[Role, User], pairs: list[UUID]) -> dict[str, tuple[Role, str]]:
    """A bad night: what opens from every list, by who opens it."""
    officer, sergeant, reviewer = (accounts[role].actor for role in (Role.OFFICER, Role.SERGEANT, Role.HUB))
    before = timezone.now() - timedelta(hours=30)
    for case_id in pairs:
        about = {"case_id": case_id, "now": before}
        begun = as_(officer, assessing.begin, how="telephone", **about)
        with transaction.atomic():
            set_actor(officer)
            answers = plain_answers(with_always(*assessing.questions_of(begun)))
        answers |= {"strangulation": "yes", "strangulation-words": f"he had his hands round my neck {LONG}"}
        as_(officer, assessing.answer, assessment_id=begun.id, answers={**answers, "fear": "yes"}, now=before)
        as_(officer, assessing.complete, assessment_id=begun.id, now=before)
        because = {"reason": "grade-first-assessment", "words": f"No capacity. {LONG}"}
        given = as_(officer, grading.give, grade="standard", **because, **about)
    case = {"case_id": pairs[0]}
    told = {"reason": "grade-wrong-before", "feedback": f"Read her words again. {LONG}"}
    as_(sergeant, checking.regrade, grade="high", **told, **case)
    as_(sergeant, checking.give_back, case_id=pairs[1], reason="return-see-her", feedback=f"See her. {LONG}")
    as_(officer, reassessing.call_for, cause="separation", **case)
    taken = as_(reviewer, hub.take, **case)
    as_(reviewer, hub.choose_depth, review_id=taken.id, deep=True, reason="deep-partners", words=LONG)
    shared = {
        "agency": "health",
        "controller": LONG,
        "shared_by": LONG,
        "basis": "safeguarding",
        "words": LONG,
    }
    as_(reviewer, hub.record_share, **shared, **case)
    return {
        "assess": (Role.OFFICER, f"/risk/{pairs[0]}/assess/"),
        "grade": (Role.OFFICER, f"/risk/{pairs[0]}/grade/"),
        "tell": (Role.OFFICER, f"/risk/told/{given.id}/"),
        "reassess": (Role.OFFICER, f"/risk/{pairs[0]}/reassess/"),
        "said": (Role.OFFICER, "/risk/said/"),
        "case": (Role.SERGEANT, f"/risk/{pairs[0]}/"),
        "checks": (Role.SERGEANT, "/risk/checks/"),
        "check": (Role.SERGEANT, f"/risk/{pairs[2]}/check/"),
        "high": (Role.INSPECTOR, f"/risk/{pairs[0]}/check/"),
        "monitor": (Role.INSPECTOR, "/risk/monitor/"),
        "records": (Role.INSPECTOR, "/risk/monitor/records/"),
        "hub": (Role.HUB, "/risk/hub/"),
        "review": (Role.HUB, f"/risk/{pairs[0]}/review/"),
        "share": (Role.HUB, f"/risk/{pairs[0]}/share/"),
    }


def readable(reader: Reader, address: str, name: str = "") -> None:
    """Nobody is shut out of a page, and it is no wider than its window; kept as a picture where asked."""
    reader.go(address)
    seen(reader, name or address.strip("/").replace("/", "-"))


def seen(reader: Reader, name: str) -> None:
    assert reader.violations() == [], name
    assert reader.overflow() == 0, name
    assert "<span" not in reader.text(), name
    if folder := os.environ.get("THROUGHLINE_LOOK"):
        width = reader.page.viewport_size["width"]
        reader.page.screenshot(path=Path(folder) / f"risk-{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_empty_pages_are_readable_by_everybody(readers: Readers, width: dict[str, int]) -> None:
    for role, addresses in EMPTY.items():
        reader = readers(role, width=width)
        for address in addresses:
            readable(reader, address)


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_bad_night_is_readable_by_everybody(
    busy: dict[str, tuple[Role, str]], readers: Readers, width: dict[str, int]
) -> None:
    opened = {role: readers(role, width=width) for role in {role for role, _ in busy.values()}}
    for name, (role, address) in busy.items():
        readable(opened[role], address, name)


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_an_officer_on_a_doorstep_saves_completes_grades_and_tells_her(
    pairs: list[UUID], readers: Readers, script: bool
) -> None:
    reader = readers(Role.OFFICER, width=NARROW, script=script)
    reader.go(f"/risk/{pairs[0]}/assess/")
    assert "Tell her why you ask" in reader.text()
    reader.page.locator("[name=fear][value=yes]").check()
    reader.press("Save and go on")
    assert "Asked for, never needed" in reader.text()
    reader.press("All has been asked")
    assert "There is a problem" in reader.text()
    if script:
        seen(reader, "assess-problem")
    groups = {box.get_attribute("name") for box in reader.page.locator("form input[type=radio]").all()} - {
        "fear",
        "done-how",
        "done-incident",
        None,
    }
    for group in sorted(group for group in groups if group):
        boxes = reader.page.locator(f"[name={group}]")
        values = [box.get_attribute("value") for box in boxes.all()]
        value = "no" if "no" in values else "did-not-say"
        reader.page.locator(f"[name={group}][value={value}]").check()
    reader.page.locator("[name=observed]").fill("The door is broken; she holds her arm")
    reader.page.locator("[name=done-how][value=in-person]").check()
    reader.press("All has been asked")
    reader.page.wait_for_url("**/grade/")
    assert "Nothing is added up" in reader.text()
    reader.page.get_by_label("Medium", exact=True).check()
    reader.page.get_by_label("First assessment of what she said and what is known").check()
    reader.press("Set grade")
    reader.page.wait_for_url("**/told/**")
    assert "Say why, in your own words" in reader.text()
    if script:
        seen(reader, "tell-her")


def test_a_sergeant_reads_her_words_first_and_returns_it_by_keyboard(
    busy: dict[str, tuple[Role, str]], readers: Readers
) -> None:
    reader = readers(Role.SERGEANT)
    reader.go("/risk/checks/")
    assert "The words speak of danger and the grade does not" in reader.text()
    reader.page.keyboard.press("Tab")
    reader.tab_to("Joanne")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/check/")
    assert reader.text().index("hands round my neck") < reader.text().index("Your check")
    reader.page.get_by_label("I return it, to be added to").check()
    reader.page.get_by_label("She has not been seen").check()
    reader.page.get_by_label("What you want to tell whoever assessed").fill("Go and see her")
    reader.press("Keep this")
    reader.page.wait_for_url("**/risk/checks/")
    officer = readers(Role.OFFICER, width=NARROW)
    officer.go("/risk/said/")
    assert "Go and see her" in officer.text()
