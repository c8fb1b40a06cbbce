"""A neighbourhood team in a real browser: ordered, done, read by a supervisor, and every page readable at both widths."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.cases.commands import holding, incidents
from throughline.casework.cases.models import Case
from throughline.casework.neighbourhood.commands import disrupting
from throughline.casework.neighbourhood.models import DisruptionTask
from throughline.casework.people.commands.recording import NewAddress, NewName, add_record, set_marker
from throughline.casework.people.models import Address, Marker
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Actor, Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5


def as_(actor: Actor, command: Callable[..., Any], **told: Any) -> Any:
    with transaction.atomic():
        set_actor(actor)
        return command(by=actor, now=timezone.now(), **told)


@pytest.fixture
def case(accounts: dict[Role, User]) -> UUID:
    """A pair with names as long as can be, graded medium, so that a visit is due; a marker has lapsed, another soon will."""
    handler, officer = accounts[Role.CALL_HANDLER].actor, accounts[Role.OFFICER].actor
    home = NewAddress("14", "Alma Road", "Quarnley", "ZT1 0AA")
    her = as_(handler, add_record, name=NewName(forename="Joanne", surname=LONG), addresses=(home,))
    him = as_(handler, add_record, name=NewName(forename="Craig", surname="Whitmore"))
    opened = as_(
        handler, incidents.open_incident, recorded_as="domestic-abuse", domestic=True, place="14 Alma Road"
    )
    for record_id, part in ((her.id, "victim"), (him.id, "suspect")):
        told = {"incident_id": opened.id, "record_id": record_id, "part": part, "confirmed": True}
        as_(handler, incidents.involve, **told)
    with transaction.atomic():
        set_actor(handler)
        found = Case.objects.get(victim=her.id).id
        address = Address.objects.get(record=her.id).id
    as_(officer, holding.set_grade, case_id=found, grade="medium", reason="grade-first-assessment")
    today = london_day(timezone.now())
    for code, days in (("respond-urgently", -3), ("alarm-fitted", 5)):
        until = today + timedelta(days=days)
        as_(officer, set_marker, record_id=her.id, code=code, address_id=address, until=until)
    return found


def readable(reader: Reader, address: str) -> None:
    reader.go(address)
    assert reader.violations() == [], address
    assert reader.overflow() == 0, address
    assert "<span" not in reader.text(), address


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_ordered_done_and_read_by_a_supervisor(
    case: UUID, accounts: dict[Role, User], readers: Readers, width: dict[str, int]
) -> None:
    officer, sergeant = readers(Role.OFFICER, width=width), readers(Role.SERGEANT, width=width)
    page = f"/neighbourhood/{case}/"
    readable(officer, page)
    for name in ("order", "set-out", "visit"):
        readable(officer, f"{page}{name}/")
    readable(officer, "/neighbourhood/today/")
    assert "nobody has looked at it" in officer.text()
    ordered = {"case_id": case, "kind": "curfew-check", "reason": "disrupt-binds", "words": f"At {LONG}"}
    as_(accounts[Role.OFFICER].actor, disrupting.order, **ordered)
    with transaction.atomic(), acting(system("test")):
        task = DisruptionTask.objects.get()
        marker = Marker.objects.get(code="respond-urgently")
    officer.go(f"/neighbourhood/tasks/{task.id}/accept/")
    officer.press("Accept it")
    officer.page.wait_for_url(f"**{page}")
    readable(officer, f"/neighbourhood/tasks/{task.id}/")
    officer.page.get_by_label("A breach of bail, of an order or of a condition").check()
    officer.page.get_by_label("What you saw and did, and where").fill("Not in at nine")
    officer.press("Save")
    officer.page.wait_for_url(f"**{page}")
    assert "Found: a supervisor reads it" in officer.text()
    readable(officer, page)
    readable(officer, "/neighbourhood/tasks/")
    readable(sergeant, "/neighbourhood/supervision/")
    assert "Not in at nine" in sergeant.text()
    for address in (
        "markers/",
        f"markers/{marker.id}/",
        f"markers/{marker.id}/end/",
        f"tasks/{task.id}/end/",
    ):
        readable(sergeant, f"/neighbourhood/{address}")
    readable(sergeant, f"/neighbourhood/tasks/{task.id}/review/")
    sergeant.page.get_by_label("It is to be done otherwise").check()
    sergeant.page.get_by_label("Your entry").fill("Arrest him")
    sergeant.press("Save")
    sergeant.page.wait_for_url(f"**{page}")
    assert "Arrest him" in sergeant.text()
