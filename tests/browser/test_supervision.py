"""The supervisor and the front counter in a real browser: empty, busy, with long text, at both widths."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.contact.commands import (
    asking,
    counters,
    knowing,
    proposing,
    reviewing,
    sending,
    taking,
    turns,
)
from throughline.casework.contact.models import Handover, Proposal
from throughline.casework.people.commands.recording import NewName, add_record, set_marker
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.queries import library

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5
LATER = {"reason": "deploy-victim-asks-later", "words": f"She asks for tomorrow. {LONG}"}
PLACES = ("/contact/supervision/", "/contact/supervision/samples/", "/contact/supervision/proposals/")
EMPTY = (
    *PLACES,
    "/contact/supervision/handover/",
    "/contact/turn/",
    "/contact/counters/",
    "/contact/feedback/",
)


@pytest.fixture
def busy(accounts: dict[Role, User]) -> dict[str, str]:
    """A bad night: what stands on every part of the list, by the address that opens it."""
    handler, supervisor = accounts[Role.CALL_HANDLER].actor, accounts[Role.SUPERVISOR].actor
    now = timezone.now()
    before = now - timedelta(hours=2)
    with transaction.atomic():
        set_actor(handler)
        her = add_record(
            by=handler, now=now, name=NewName(forename="Joanne", surname=LONG), phones=("07700 900123",)
        )
        set_marker(by=handler, now=now, record_id=her.id, code="weapons")
        for number in range(12):
            call = taking.begin(by=handler, now=before, channel="999")
            told = {"recorded_as": "criminal-damage", "place": f"{number} Alma Road, ZT1 0AA"}
            taking.change(by=handler, now=before, contact_id=call.id, version=1, **told)
            taking.say(
                by=handler,
                now=before,
                contact_id=call.id,
                words=f"my ex smashed the door, he has a knife {LONG}",
            )
            sending.send(
                by=handler,
                now=before,
                contact_id=call.id,
                grade="nobody" if number % 2 else "priority",
                **LATER,
            )
            if number < 4 or number == 11:
                knowing.takes_part(
                    by=handler, now=now, contact_id=call.id, record_id=her.id, part="victim", confirmed=True
                )
        thrive = library().as_of("thrive", london_day(now))
        asking.fill_in(
            by=handler,
            now=now,
            contact_id=call.id,
            instrument=thrive,
            answers={"threat": "concern", "rationale": f"He has a knife {LONG}"},
            complete=False,
            after=None,
        )
        over = taking.begin(by=handler, now=before, channel="101")
        taking.change(
            by=handler, now=before, contact_id=over.id, version=1, domestic=True, place="1 A Street"
        )
        sending.send(by=handler, now=before, contact_id=over.id, grade="emergency")
        taking.end(by=handler, now=before, contact_id=over.id)
        taking.receive(by=handler, now=now, channel="999", number="07700 900123", line="silent")
    proposing.propose(now=now)
    with transaction.atomic():
        set_actor(supervisor)
        sample = reviewing.listen_in(by=supervisor, now=now, contact_id=call.id)
        counter = counters.open_counter(
            by=supervisor, now=now, name=f"Quarnley {LONG[:80]}", opened_on=date(2013, 1, 1)
        )
        counters.put_out(by=supervisor, now=now, counter_id=counter.id, topic="fgm", language="so")
        turns.offer(by=supervisor, now=before, words=f"Mind the flat. {LONG}")
        return {
            "decision": f"/contact/supervision/decision/{call.id}/",
            "sign-off": f"/contact/supervision/sign-off/{over.id}/",
            "sample": f"/contact/supervision/samples/{sample.id}/",
            "proposal": f"/contact/supervision/proposals/{Proposal.objects.first().id}/",
            "handover": f"/contact/supervision/handover/{Handover.objects.get().id}/",
            "counter": f"/contact/counters/{counter.id}/",
            "hours": f"/contact/counters/{counter.id}/hours/",
            "leaflets": f"/contact/counters/{counter.id}/leaflets/",
            "years": "/contact/counters/years/",
            "why": "/contact/supervision/why-this-order/",
        }


def readable(reader: Reader, address: str) -> None:
    """Nobody is shut out of a page, and it is no wider than its window; kept as a picture where asked."""
    reader.go(address)
    assert reader.violations() == [], address
    assert reader.overflow() == 0, address
    assert "<span" not in reader.text(), address
    if folder := os.environ.get("THROUGHLINE_LOOK"):
        name = "-".join(part for part in address.split("/") if part and "-" not in part)
        width = reader.page.viewport_size["width"]
        reader.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_an_empty_list_is_readable_by_everybody(readers: Readers, width: dict[str, int]) -> None:
    reader = readers(Role.SUPERVISOR, width=width)
    for address in EMPTY:
        readable(reader, address)


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_bad_night_is_readable_by_everybody(
    busy: dict[str, str], readers: Readers, width: dict[str, int]
) -> None:
    reader = readers(Role.SUPERVISOR, width=width)
    for address in (*EMPTY, *busy.values()):
        readable(reader, address)


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_a_decision_is_looked_at_by_keyboard(busy: dict[str, str], readers: Readers, script: bool) -> None:
    reader = readers(Role.SUPERVISOR, script=script)
    reader.go(busy["decision"])
    assert "WHAT IS KNOWN BY NOW" in reader.text().upper()
    assert "Carries or uses weapons" in reader.text()
    assert "Yes, there is concern" in reader.text()
    reader.page.get_by_label("I decide otherwise").check()
    reader.page.get_by_label("Emergency").check()
    reader.page.get_by_label("What you want to tell whoever decided").fill("She says that he has a knife: go")
    reader.press("Keep this")
    reader.page.wait_for_url("**/contact/supervision/")
    assert "Kept. Whoever decided reads what you told them." in reader.text()
    handler = readers(Role.CALL_HANDLER)
    handler.go("/contact/feedback/")
    assert "A supervisor decided otherwise" in handler.text()
    assert handler.violations() == []
