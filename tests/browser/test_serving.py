"""Who safeguards her, in a real browser: asked, returned, decided, and the workload, wide and on a telephone's screen."""

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
from throughline.casework.people.commands.recording import NewName, add_record
from throughline.casework.safeguarding.commands import handing, serving
from throughline.casework.safeguarding.commands.promising import promise
from throughline.casework.safeguarding.tasks import ask_who_safeguards
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.accounts.models import User

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5


def as_(actor: Actor, command: Callable[..., Any], **told: Any) -> Any:
    with transaction.atomic():
        set_actor(actor)
        return command(by=actor, now=timezone.now(), **told)


@pytest.fixture
def case(accounts: dict[Role, User]) -> UUID:
    """A pair with an incident; an officer owns the case, which nobody has graded. Its names are as long as can be."""
    handler, officer = accounts[Role.CALL_HANDLER].actor, accounts[Role.OFFICER].actor
    her = as_(handler, add_record, name=NewName(forename="Joanne", surname=LONG))
    him = as_(handler, add_record, name=NewName(forename="Craig", surname="Whitmore"))
    opened = as_(handler, incidents.open_incident, recorded_as="domestic-abuse", place="14 Alma Road")
    for record_id, part in ((her.id, "victim"), (him.id, "suspect")):
        told = {"incident_id": opened.id, "record_id": record_id, "part": part, "confirmed": True}
        as_(handler, incidents.involve, **told)
    with transaction.atomic():
        set_actor(handler)
        found = Case.objects.get(victim=her.id).id
    as_(officer, holding.set_owner, case_id=found, owner=officer.id)
    return found


def graded_high(case: UUID, officer: Actor) -> None:
    told = {"case_id": case, "grade": "high", "reason": "grade-first-assessment"}
    as_(officer, holding.set_grade, **told)
    with transaction.atomic():
        ask_who_safeguards(now=timezone.now())


def readable(reader: Reader, address: str) -> None:
    reader.go(address)
    assert reader.violations() == [], address
    assert reader.overflow() == 0, address
    assert "<span" not in reader.text(), address


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_each_page_is_readable_by_everybody(
    case: UUID, accounts: dict[Role, User], readers: Readers, width: dict[str, int]
) -> None:
    officer, hub = accounts[Role.OFFICER].actor, accounts[Role.HUB].actor
    reader = readers(Role.SERGEANT, width=width)
    registers = [f"/safeguarding/workload/{name}" for name in ("", "posts/", "on-call/", "training/")]
    registers.append("/turn/overdue/")
    who = f"/safeguarding/{case}/who/"
    # empty: nobody has graded, nobody is written down
    for address in (who, f"{who}package/", f"{who}ask/", *registers):
        readable(reader, address)
    graded_high(case, officer)
    # what she was to be told of nine days ago
    told = {"case_id": case, "update": "told-released", "happened_at": timezone.now() - timedelta(days=9)}
    as_(officer, promise, **told)
    told = {"case_id": case, "reason": "return-package", "words": LONG, "missing": ["handover-statement"]}
    as_(hub, serving.give_back, **told)
    note = {"case_id": case, "item": "handover-statement", "state": "held", "words": LONG}
    as_(officer, handing.note, **note)
    as_(officer, handing.send, case_id=case)
    for address in (who, f"{who}package/", f"/case/{case}/", registers[0], registers[-1]):
        readable(reader, address)
    as_(hub, serving.give_back, **told)
    for address in (who, f"{who}decide/", *registers[:1]):
        readable(reader, address)


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_the_hub_accepts_and_the_officer_has_kept_her_until_then(
    case: UUID, accounts: dict[Role, User], readers: Readers, script: bool
) -> None:
    graded_high(case, accounts[Role.OFFICER].actor)
    officer = readers(Role.OFFICER, width=NARROW, script=script)
    officer.go("/")
    assert "You keep it." in officer.text()
    officer.go(f"/safeguarding/{case}/who/package/")
    officer.press("Send it as it stands")
    assert "Sent. You keep the case until it is accepted." in officer.text()
    hub = readers(Role.HUB, width=WIDE, script=script)
    hub.go(f"/safeguarding/{case}/who/accept/")
    hub.press("Accept")
    hub.page.wait_for_url(f"**/safeguarding/{case}/who/")
    assert "Handed over 1 time" in hub.text()
    officer.go("/")
    assert "You keep it." not in officer.text()
