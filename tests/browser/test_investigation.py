"""An investigation in a real browser: from the list to the plan, and every page readable at both widths."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.cases.commands import crimes, holding, incidents
from throughline.casework.cases.models import Case
from throughline.casework.investigation.commands import allocating, hearing, looking, planning, proving
from throughline.casework.investigation.tasks import ask_who_investigates
from throughline.casework.people.commands.recording import NewName, add_record
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
    """A pair with names as long as can be, a crime and a grade of high; an investigator is asked."""
    handler, officer = accounts[Role.CALL_HANDLER].actor, accounts[Role.OFFICER].actor
    her = as_(handler, add_record, name=NewName(forename="Joanne", surname=LONG))
    him = as_(handler, add_record, name=NewName(forename="Craig", surname="Whitmore"))
    opened = as_(
        handler, incidents.open_incident, recorded_as="domestic-abuse", domestic=True, place="14 Alma Road"
    )
    for record_id, part in ((her.id, "victim"), (him.id, "suspect")):
        told = {"incident_id": opened.id, "record_id": record_id, "part": part, "confirmed": True}
        as_(handler, incidents.involve, **told)
    crime = {"incident_id": opened.id, "offence": "violence-with-injury", "reason": "crime-seen"}
    as_(accounts[Role.REGISTRAR].actor, crimes.record_crime, **crime)
    with transaction.atomic():
        set_actor(handler)
        found = Case.objects.get(victim=her.id).id
    told = {"case_id": found, "grade": "high", "reason": "grade-first-assessment"}
    as_(officer, holding.set_grade, **told)
    with transaction.atomic():
        ask_who_investigates(now=timezone.now())
    return found


def readable(reader: Reader, address: str) -> None:
    reader.go(address)
    assert reader.violations() == [], address
    assert reader.overflow() == 0, address
    assert "<span" not in reader.text(), address


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_from_the_list_to_the_plan_and_every_page_is_readable(
    case: UUID, accounts: dict[Role, User], readers: Readers, width: dict[str, int]
) -> None:
    investigator = readers(Role.INVESTIGATOR, width=width)
    page = f"/investigation/{case}/"
    readable(investigator, page)
    investigator.go(f"{page}accept/")
    investigator.press("Accept")
    investigator.page.wait_for_url(f"**{page}")
    assert "You investigate it." in investigator.text()
    for name in (
        "line",
        "statement",
        "withdrawing",
        "route",
        "support",
        "special-measure",
        "suspect",
        "planned",
    ):
        readable(investigator, f"{page}{name}/")
    by = accounts[Role.INVESTIGATOR].actor
    line = {"kind": "witness", "what": LONG, "why": LONG, "whose": by.id, "priority": "may-be-lost"}
    made = as_(by, planning.add_line, case_id=case, due_at=timezone.now() + timedelta(days=1), **line)
    found = as_(by, looking.register, case_id=case, source="breached", words=LONG)
    as_(by, looking.log_attempt, outstanding_id=found.id, result="not-in", words=LONG)
    as_(by, proving.say_support, case_id=case, support="she-no-longer")
    as_(by, proving.look_at_route, case_id=case, route="hearsay", state="route-there", words=LONG)
    as_(by, proving.keep_result, case_id=case, route="hearsay", result="pleaded", lesson=LONG)
    as_(
        by, hearing.take_statement, case_id=case, taken=True, exhibit="CL/1", personal="vps-later", words=LONG
    )
    as_(by, hearing.thinks_of_withdrawing, case_id=case, reasons=["she-fears"], words=LONG)
    step = {"measure": "screen", "step": "measure-asked-for", "words": LONG}
    as_(by, hearing.step_special_measure, case_id=case, **step)
    sergeant = accounts[Role.SERGEANT].actor
    as_(sergeant, planning.review_plan, case_id=case, agreed=False, words=LONG)
    why = {"reason": "investigate-trust", "words": f"No capacity {LONG}"}
    chosen = as_(sergeant, allocating.allocate, case_id=case, account=accounts[Role.OFFICER].id, **why)
    for address in (
        page,
        f"/investigation/lines/{made.id}/",
        f"{page}withdrawing/visit/",
        "/investigation/learnt/",
    ):
        readable(investigator, address)
    reader = readers(Role.INSPECTOR, width=width)
    for address in (
        page,
        f"{page}allocate/",
        f"{page}review/",
        "/investigation/supervision/",
        "/investigation/suspects/",
        f"/investigation/suspects/{found.id}/",
        f"/investigation/suspects/{found.id}/who/",
        f"/investigation/allocations/{chosen.id}/",
    ):
        readable(reader, address)
