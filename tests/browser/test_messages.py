"""Texting a victim, in a real browser: at a desk and on a telephone's screen, where it is safe and where it is not."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.cases.commands import incidents
from throughline.casework.cases.models import Case
from throughline.casework.messages.tasks import post as make_round
from throughline.casework.people.commands.recording import NewName, add_record
from throughline.casework.people.commands.safety import give_safe_contact
from throughline.casework.people.models import Phone
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.queries import library
from throughline.foundations.notify.service import Notify
from throughline.reference import load
from throughline.synthetic.notify import Post, serving

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5


def as_(actor: Actor, command: Callable[..., Any], **told: Any) -> Any:
    with transaction.atomic():
        set_actor(actor)
        return command(by=actor, now=timezone.now(), **told)


@pytest.fixture
def case(accounts: dict[Role, User]) -> UUID:
    """A pair with an incident; her name is as long as names can be, and nobody has asked how she can be reached."""
    handler = accounts[Role.CALL_HANDLER].actor
    her = as_(handler, add_record, name=NewName(forename="Joanne", surname=LONG), phones=("07700 900123",))
    him = as_(handler, add_record, name=NewName(forename="Craig", surname="Whitmore"))
    opened = as_(handler, incidents.open_incident, recorded_as="domestic-abuse", place="14 Alma Road")
    for record_id, part in ((her.id, "victim"), (him.id, "suspect")):
        told = {"incident_id": opened.id, "record_id": record_id, "part": part, "confirmed": True}
        as_(handler, incidents.involve, **told)
    with transaction.atomic():
        set_actor(handler)
        return Case.objects.get(victim=her.id).id


def may_be_texted(accounts: dict[Role, User], case: UUID) -> None:
    officer = accounts[Role.OFFICER].actor
    with transaction.atomic():
        set_actor(officer)
        her = Case.objects.get(id=case).victim_id
        phone = Phone.objects.get(record=her).id
    as_(
        officer,
        give_safe_contact,
        record_id=her,
        instrument=library().as_of("safe-contact", london_day(timezone.now())),
        answers={
            "means": ["text-message"],
            "text-from": "Parcel depot",
            "others-see-phone": "no",
            "hours-limited": "no",
            "code-word": "no",
            "interpreter": "no",
        },
        complete=True,
        after=None,
        phone_id=phone,
    )


def readable(reader: Reader) -> None:
    assert reader.violations() == []
    assert reader.overflow() == 0


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_an_officer_has_a_text_sent_and_sees_that_it_arrived(
    case: UUID, accounts: dict[Role, User], readers: Readers, width: dict[str, int]
) -> None:
    may_be_texted(accounts, case)
    reader = readers(Role.OFFICER, width=width)
    reader.go(f"/messages/{case}/")
    assert "Parcel depot: please ring" in reader.text()
    readable(reader)
    reader.press("Have it sent")
    assert "There is a problem" in reader.text()
    readable(reader)
    reader.page.get_by_label("Asks her to ring", exact=True).check()
    reader.page.get_by_label("Which number is she to ring?").fill("020 7946 0123")
    reader.press("Have it sent")
    assert "A text is under way." in reader.text()
    readable(reader)
    kinds = load("message-kinds").as_of(london_day(timezone.now()))
    post = Post.holding({row.code: row.text("text") for row in kinds})
    with serving(post) as url:
        for _round in range(2):
            make_round(Notify(key=post.key, url=url), now=timezone.now())
    assert [one.number for one in post.texts] == ["07700900123"]
    reader.go(f"/messages/{case}/")
    assert "Arrived" in reader.text()
    readable(reader)


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_where_no_text_is_safe_another_way_is_on_the_list(case: UUID, readers: Readers, script: bool) -> None:
    reader = readers(Role.OFFICER, width=NARROW, script=script)
    reader.go(f"/messages/{case}/")
    assert "No. Nobody has asked her how she can be reached safely." in reader.text()
    if script:
        readable(reader)
    reader.press("Have her reached another way")
    assert "Reaching her another way stands on the list, at once." in reader.text()
    reader.go("/")
    assert "is to be reached another way" in reader.text()
