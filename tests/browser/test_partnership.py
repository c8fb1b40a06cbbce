"""An adviser and the police, in a real browser: referred, accepted, shared and conferred of, wide and on a telephone's screen."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.cases.commands import holding, incidents
from throughline.casework.cases.models import Case
from throughline.casework.partnership.commands import advising, conferring, noting
from throughline.casework.people.commands.recording import NewName, add_record
from throughline.casework.safeguarding.commands.promising import promise
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.accounts.models import User

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5
BASIS = {"basis": "safeguarding", "consent": "refused"}
WHY = {"chosen": ["professional-judgement"], "words": LONG}


def as_(actor: Actor, command: Callable[..., Any], **told: Any) -> Any:
    with transaction.atomic():
        set_actor(actor)
        return command(by=actor, now=timezone.now(), **told)


@pytest.fixture
def case(accounts: dict[Role, User]) -> UUID:
    """A pair with three incidents, graded high and owned by an officer. Her name is as long as can be."""
    handler, officer = accounts[Role.CALL_HANDLER].actor, accounts[Role.OFFICER].actor
    her = as_(handler, add_record, name=NewName(forename="Joanne", surname=LONG))
    him = as_(handler, add_record, name=NewName(forename="Craig", surname="Whitmore"))
    for _each in range(3):
        opened = as_(handler, incidents.open_incident, recorded_as="domestic-abuse", place="14 Alma Road")
        for record_id, part in ((her.id, "victim"), (him.id, "suspect")):
            told = {"incident_id": opened.id, "record_id": record_id, "part": part, "confirmed": True}
            as_(handler, incidents.involve, **told)
    with transaction.atomic():
        set_actor(handler)
        found = Case.objects.get(victim=her.id, suspect=him.id).id
    as_(officer, holding.set_owner, case_id=found, owner=officer.id)
    as_(officer, holding.set_grade, case_id=found, grade="high", reason="grade-first-assessment")
    return found


def readable(reader: Reader, address: str) -> None:
    reader.go(address)
    assert reader.violations() == [], address
    assert reader.overflow() == 0, address
    assert "<span" not in reader.text(), address


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_from_the_referral_to_what_is_shared_every_page_is_readable(
    case: UUID, accounts: dict[Role, User], readers: Readers, width: dict[str, int]
) -> None:
    officer, idva = accounts[Role.OFFICER].actor, accounts[Role.IDVA].actor
    police, adviser = readers(Role.OFFICER, width=width), readers(Role.IDVA, width=width)
    # empty: nobody is referred
    readable(adviser, "/partners/inbox/")
    for page in ("", "adviser/", "marac/", "marac/not/"):
        readable(police, f"/partners/{case}/{page}")
    as_(officer, promise, case_id=case, update="told-released")
    made = as_(officer, advising.refer, case_id=case, team_id=idva.team, words=LONG, **BASIS)
    hers = f"/partners/with-us/{made.id}/"
    readable(adviser, "/partners/inbox/")
    readable(adviser, hers)
    without_scripts = readers(Role.IDVA, width=width, script=False)
    without_scripts.go(hers)
    without_scripts.press("Accept her")
    without_scripts.page.wait_for_url(f"**{hers}")
    assert "She is yours." in without_scripts.text()
    for page in ("contact/", "note/", "danger/", "marac/", "return/", "end/"):
        readable(adviser, hers + page)
    note = as_(idva, noting.write_note, referral_id=made.id, kind="note", words=LONG)
    readable(adviser, f"/partners/with-us/notes/{note.id}/share/")
    as_(idva, noting.share, note_id=note.id, to="owner", words="He reads her post", **BASIS)
    marac = as_(officer, conferring.refer, case_id=case, **WHY)
    as_(officer, conferring.add, marac_id=marac.id, kind="correction", words=LONG)
    readable(adviser, hers)
    readable(police, f"/partners/{case}/")
    assert LONG in police.text()
    for page in ("add/", "sent/"):
        readable(police, f"/partners/marac/{marac.id}/{page}")
    # the two of them are told apart from everybody else
    readable(readers(Role.HUB, width=width), f"/partners/{case}/")
