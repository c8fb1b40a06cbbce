"""A plan made with her, in a real browser: by keyboard, without JavaScript, on a telephone's screen, empty and full."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from reader import NARROW, WIDE, Reader
from test_safeguarding import LONG, as_, case, readable

from throughline.casework.safeguarding.commands import fitting, referring
from throughline.casework.safeguarding.commands.copying import give_copy
from throughline.casework.safeguarding.commands.directory import add_service
from throughline.casework.safeguarding.commands.planning import write_plan
from throughline.casework.safeguarding.rules.directory import Told, read_hours
from throughline.foundations.access.rules import Role
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.queries import library
from throughline.synthetic.past.attending import plain_answers

type Readers = Callable[..., Reader]
__all__ = ["case"]


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_empty_full_and_long_pages_are_readable_by_everybody(
    case: UUID, accounts: dict[Role, User], readers: Readers, width: dict[str, int]
) -> None:
    reader = readers(Role.HUB, width=width)
    addresses = [
        f"/safeguarding/{case}/plan/",
        f"/safeguarding/{case}/plan/make/",
        f"/safeguarding/{case}/plan/measure/",
        f"/safeguarding/{case}/plan/service/",
        "/safeguarding/measures/",
        "/safeguarding/directory/",
        "/safeguarding/directory/add/",
    ]
    for address in addresses:
        readable(reader, address)
    hub, now = accounts[Role.HUB].actor, timezone.now()
    form = library().as_of("safety-plan", london_day(now))
    answers = plain_answers(
        form, {"wants": LONG * 3, "children": "no", "neighbours": "yes", "neighbours-words": LONG}
    )
    told = {"took_part": ["victim", "idva"], "agreed": "agreed-in-part", "why": "fears-it", "words": LONG}
    for _each in range(2):
        plan = as_(hub, write_plan, case_id=case, answers=answers, complete=True, **told)
    as_(hub, give_copy, version_id=plan.id, why_not="copy-he-would-find-it", words=LONG)
    late = now - timedelta(days=20)
    locks = as_(hub, fitting.offer, now=late, case_id=case, kind="locks", words=LONG)
    as_(hub, fitting.take_step, now=late, measure_id=locks.id, step="order", supplier="council")
    service = as_(
        hub,
        add_service,
        told=Told(
            LONG[:90], LONG * 2, needs=("men", "lgbt"), hours=read_hours("always"), telephone="01632 960101"
        ),
    )
    basis = {"told_only": False, "basis": "safeguarding", "consent": "could-not-ask", "words": LONG}
    made = as_(hub, referring.refer, case_id=case, service_id=service.id, **basis)
    for address in (
        *addresses,
        f"/safeguarding/measures/{locks.id}/",
        f"/safeguarding/plans/{plan.id}/copy/",
        f"/safeguarding/plans/{plan.id}/print/",
        f"/safeguarding/referrals/{made.id}/",
        f"/safeguarding/directory/{service.id}/",
        f"/safeguarding/directory/{service.id}/change/",
        f"/safeguarding/{case}/plan/",
    ):
        readable(reader, address)
    assert "Late" in reader.text()


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_an_officer_makes_a_plan_with_her(case: UUID, readers: Readers, script: bool) -> None:
    reader = readers(Role.OFFICER, width=NARROW, script=script)
    reader.go(f"/safeguarding/{case}/plan/make/")
    reader.page.get_by_label("What does she want to happen?").fill("To sleep at home")
    reader.press("It is her plan")
    assert "There is a problem" in reader.text()
    if script:
        assert reader.violations() == []
    reader.press("Save and go on")
    assert "Saved. It is not her plan until you say so." in reader.text()
    page = reader.page
    assert page.get_by_label("What does she want to happen?").input_value() == "To sleep at home"
    page.get_by_label("She stays and does not want to leave").check()
    page.get_by_role("radio", name="No", exact=True).check()
    page.get_by_label("Sharing of her location is off").check()
    page.get_by_label("Not yet", exact=True).check()
    page.get_by_label("What does she want done at once").fill("Ring my sister")
    page.get_by_label("She herself").check()
    page.get_by_label("She agrees with it").check()
    reader.press("It is her plan")
    page.wait_for_url(f"**/safeguarding/{case}/plan/")
    assert "To sleep at home" in reader.text()
    reader.page.get_by_role("link", name="Offer her a measure").click()
    page.get_by_label("Locks").check()
    page.get_by_label("It is ordered").check()
    page.get_by_label("The council").check()
    reader.press("Write it down")
    page.wait_for_url(f"**/safeguarding/{case}/plan/")
    assert "ordered" in reader.text()
