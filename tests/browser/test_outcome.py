"""What became of a crime, in a real browser: given, sent back, asked about, at court; wide and on a telephone's screen."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.cases.commands import holding, incidents
from throughline.casework.cases.commands.crimes import record_crime
from throughline.casework.cases.models import Case
from throughline.casework.outcome.commands import asking, court
from throughline.casework.outcome.models import Outcome
from throughline.casework.people.commands.recording import NewName, add_record
from throughline.casework.safeguarding.commands.registers import record_training
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5


def as_(actor: Actor, command: Callable[..., Any], **told: Any) -> Any:
    with transaction.atomic():
        set_actor(actor)
        return command(by=actor, now=timezone.now(), **told)


def readable(reader: Reader, address: str) -> None:
    reader.go(address)
    assert reader.violations() == [], address
    assert reader.overflow() == 0, address
    assert "<span" not in reader.text(), address


def test_from_a_crime_without_outcome_to_a_court(
    accounts: dict[Role, User], readers: Readers, tmp_path: Path
) -> None:
    by = {role: account.actor for role, account in accounts.items()}
    case, crime = _crime(by)
    officer = readers(Role.OFFICER, width=NARROW)
    readable(officer, f"/outcome/{case}/")
    assert "Not yet assigned" in officer.text()
    readable(officer, f"/outcome/crimes/{crime}/give/")
    officer.page.get_by_label("15: Named suspect, the victim supports action").check()
    officer.page.get_by_label("The evidence does not meet the test").check()
    officer.press("Give this outcome")
    assert "is needed: say why, for her and for whoever reviews it" in officer.text()
    officer.page.get_by_label("In your words").fill(LONG)
    officer.press("Give this outcome")
    assert "To be reviewed" in officer.text()
    with transaction.atomic():
        set_actor(by[Role.OFFICER])
        made = Outcome.objects.get(crime=crime).id
    sergeant = readers(Role.SERGEANT, width=WIDE)
    readable(sergeant, f"/outcome/given/{made}/review/")
    sergeant.page.get_by_label("I endorse it").check()
    sergeant.press("Save")
    sergeant.page.wait_for_url(f"**/outcome/{case}/")
    assert "endorsed it" in sergeant.text()
    asked = as_(by[Role.OFFICER], asking.ask, outcome_id=made)
    hearing = {"kind": "hearing", "at": timezone.now() + timedelta(days=3), "reference": LONG[:40]}
    as_(by[Role.OFFICER], court.record_event, crime_id=crime, **hearing)
    event = as_(by[Role.OFFICER], court.record_event, crime_id=crime, kind="discontinued", at=timezone.now())
    results = tmp_path / "results.csv"
    results.write_text("crime,what,date\n999999-0001/1,sentence,2026-11-03\n")
    for width in (WIDE, NARROW):
        reader = readers(Role.INSPECTOR, width=width)
        for address in (
            f"/outcome/{case}/",
            f"/outcome/given/{made}/open-again/",
            f"/outcome/given/{made}/asked/",
            f"/outcome/asked/{asked.id}/",
            f"/outcome/crimes/{crime}/court/",
            f"/outcome/crimes/{crime}/urn/",
            f"/outcome/crimes/{crime}/together/",
            f"/outcome/court/{event.id}/withdraw/",
            "/outcome/coming/",
            "/outcome/results/",
        ):
            readable(reader, address)
        reader.page.get_by_label("CSV file").set_input_files(results)
        reader.press("Bring it in")
        reader.page.get_by_text("Row 2, crime").wait_for()
        assert reader.violations() == []
        assert reader.overflow() == 0


def _crime(by: dict[Role, Actor]) -> tuple[UUID, UUID]:
    """A pair with a crime; an officer owns the case, a sergeant reviews. Its names are as long as can be."""
    handler, officer = by[Role.CALL_HANDLER], by[Role.OFFICER]
    her = as_(handler, add_record, name=NewName(forename="Joanne", surname=LONG))
    him = as_(handler, add_record, name=NewName(forename="Craig", surname="Whitmore"))
    opened = as_(
        handler, incidents.open_incident, recorded_as="domestic-abuse", domestic=True, place="14 Alma Road"
    )
    for record_id, part in ((her.id, "victim"), (him.id, "suspect")):
        told = {"incident_id": opened.id, "record_id": record_id, "part": part, "confirmed": True}
        as_(handler, incidents.involve, **told)
    why = {"offence": "violence-with-injury", "reason": "crime-complained"}
    crime = as_(by[Role.REGISTRAR], record_crime, incident_id=opened.id, **why)
    with transaction.atomic():
        set_actor(handler)
        case = Case.objects.get(victim=her.id, closed_at=None).id
    as_(officer, holding.set_owner, case_id=case, owner=officer.id)
    trained = {"account": by[Role.SERGEANT].id, "kind": "evidential-reviewer"}
    as_(by[Role.INSPECTOR], record_training, valid_from=london_day(timezone.now()), **trained)
    return case, crime.id
