"""Telling a victim, in a real browser: an officer at a desk and on a telephone's screen, empty, late, long text."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.cases.commands import incidents
from throughline.casework.cases.models import Case
from throughline.casework.people.commands.recording import NewName, add_record
from throughline.casework.safeguarding.commands.contacting import record_contact
from throughline.casework.safeguarding.commands.promising import promise
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.accounts.models import User

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5


def as_(actor: Actor, command: Callable[..., Any], **told: Any) -> Any:
    with transaction.atomic():
        set_actor(actor)
        return command(by=actor, now=told.pop("now", timezone.now()), **told)


@pytest.fixture
def case(accounts: dict[Role, User]) -> UUID:
    """A pair with an incident, of which nobody has told her anything; its names are as long as names can be."""
    handler = accounts[Role.CALL_HANDLER].actor
    her = as_(handler, add_record, name=NewName(forename="Joanne", surname=LONG))
    him = as_(handler, add_record, name=NewName(forename="Craig", surname="Whitmore"))
    opened = as_(handler, incidents.open_incident, recorded_as="domestic-abuse", place="14 Alma Road")
    for record_id, part in ((her.id, "victim"), (him.id, "suspect")):
        told = {"incident_id": opened.id, "record_id": record_id, "part": part, "confirmed": True}
        as_(handler, incidents.involve, **told)
    with transaction.atomic():
        set_actor(handler)
        return Case.objects.get(victim=her.id).id


def readable(reader: Reader, address: str) -> None:
    reader.go(address)
    assert reader.violations() == [], address
    assert reader.overflow() == 0, address
    assert "<span" not in reader.text(), address


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_yet_and_a_late_promise_are_readable_by_everybody(
    case: UUID, accounts: dict[Role, User], readers: Readers, width: dict[str, int]
) -> None:
    reader = readers(Role.OFFICER, width=width)
    addresses = [f"/safeguarding/{case}/", f"/safeguarding/{case}/contact/", f"/safeguarding/{case}/promise/"]
    for address in addresses:
        readable(reader, address)
    officer, now = accounts[Role.OFFICER].actor, timezone.now()
    late = now - timedelta(days=9)
    as_(officer, promise, case_id=case, update="told-released", happened_at=late)
    as_(officer, record_contact, case_id=case, way="telephone", result="somebody-else")
    said = {"way": "in-person", "result": "reached-free", "told": ["told-charge"], "feels": "less-safe"}
    as_(officer, record_contact, case_id=case, said=LONG * 3, hers=True, **said)
    for address in addresses:
        readable(reader, address)
    assert "Overdue" in reader.text()


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_an_officer_writes_down_that_she_was_told(
    case: UUID, accounts: dict[Role, User], readers: Readers, script: bool
) -> None:
    as_(accounts[Role.OFFICER].actor, promise, case_id=case, update="told-released")
    reader = readers(Role.OFFICER, width=NARROW, script=script)
    reader.go(f"/safeguarding/{case}/contact/")
    assert "Do not ring, text or write" in reader.text()
    reader.press("Write it down")
    assert "There is a problem" in reader.text()
    if script:
        assert reader.violations() == []
    reader.page.get_by_label("By telephone").check()
    reader.page.get_by_label("Reached, and she could speak freely").check()
    reader.page.get_by_label("The suspect was released without charge").check()
    reader.page.get_by_label("As before").check()
    reader.page.get_by_label("What she said").fill("She asks to be rung in the mornings")
    reader.press("Write it down")
    reader.page.wait_for_url(f"**/safeguarding/{case}/")
    assert "Nothing is due that she has not been told." in reader.text()
    assert "She asks to be rung in the mornings" in reader.text()
