"""The brief on an officer's telephone and the desk's pages: readable, reachable, also without JavaScript."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.incidents import involve, open_incident
from throughline.casework.contact.commands.intelligence import answer, ask, name_for
from throughline.casework.contact.commands.knowing import takes_part
from throughline.casework.contact.commands.sending import send
from throughline.casework.contact.commands.taking import begin, change
from throughline.casework.contact.models import Brief, IntelligenceRequest
from throughline.casework.contact.tasks import renew_what_is_new
from throughline.casework.people.commands.recording import (
    NewName,
    Particulars,
    add_record,
    join_household,
    set_marker,
)
from throughline.casework.people.commands.safety import give_safe_contact, restrict
from throughline.casework.people.models import Name
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Actor, Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.instruments.queries import library

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 4


@dataclass
class Force:
    """What tests do as somebody, each in a transaction of its own."""

    accounts: dict[Role, User]

    def act(self, role: Role, command: Callable[..., object], **told: object) -> object:
        by: Actor = self.accounts[role].actor
        with transaction.atomic():
            set_actor(by)
            return command(by=by, now=told.pop("now", timezone.now()), **told)

    def add(self, forename: str, surname: str, **known: object) -> UUID:
        made = self.act(
            Role.CALL_HANDLER,
            add_record,
            name=NewName(forename=forename, surname=surname),
            particulars=Particulars(**known),
        )
        return made.id  # type: ignore[attr-defined]

    def call(self, *, place: str, people: dict[UUID, tuple[str, bool]]) -> UUID:
        """A call about domestic abuse; the people with their part and whether that is sure."""
        call = self.act(Role.CALL_HANDLER, begin, channel="999")
        for record_id, (part, confirmed) in people.items():
            self.act(
                Role.CALL_HANDLER,
                takes_part,
                contact_id=call.id,
                record_id=record_id,
                part=part,
                confirmed=confirmed,
            )
        self.act(
            Role.CALL_HANDLER, change, contact_id=call.id, version=call.version, domestic=True, place=place
        )
        return call.id

    def send(self, contact_id: UUID) -> UUID:
        """Send the officer; gives the brief."""
        deployment = self.act(
            Role.CALL_HANDLER,
            send,
            contact_id=contact_id,
            grade="emergency",
            unit="AB12",
            officer=self.accounts[Role.OFFICER].id,
        )
        with transaction.atomic():
            set_actor(self.accounts[Role.OFFICER].actor)
            return Brief.objects.get(deployment=deployment.id).id


@pytest.fixture
def force(accounts: dict[Role, User]) -> Force:
    return Force(accounts)


@pytest.fixture
def full(force: Force) -> UUID:
    """A call of which a great deal is known, in long words, with many children, one of them restricted."""
    now = timezone.now()
    her = force.add("Joanne", LONG, sex="2", born=date(1994, 3, 5))
    him = force.add("Craig", "Whitmore", sex="1", born=date(1990, 1, 1))
    for number in range(6):
        child = force.add(f"Child{number}", LONG, born=date(now.year - 3 - number, 1, 1))
        force.act(Role.CALL_HANDLER, join_household, record_id=child, with_record_id=her)
    hidden = force.add("Mia", "Ravensmoor", born=date(now.year - 6, 1, 1))
    force.act(Role.CALL_HANDLER, join_household, record_id=hidden, with_record_id=her)
    force.act(Role.SUPERVISOR, restrict, record_id=hidden, reason="honour-based")
    for code in ("weapons", "strangulation"):
        force.act(Role.CALL_HANDLER, set_marker, record_id=him, code=code)
    force.act(
        Role.CALL_HANDLER,
        set_fact,
        kind="court-bail",
        record_id=him,
        protects_id=her,
        conditions=("no-contact", "not-to-approach"),
        words="Not to go to the school. " * 5,
        issuer="Quarnley Magistrates",
        valid_from=now - timedelta(days=3),
        valid_until=now + timedelta(days=20),
    )
    for ago in (200, 100, 40, 15):
        then = now - timedelta(days=ago)
        before = force.act(
            Role.CALL_HANDLER,
            open_incident,
            now=then,
            recorded_as="domestic-abuse",
            domestic=True,
            reported_at=then,
        )
        force.act(
            Role.CALL_HANDLER, involve, incident_id=before.id, record_id=her, part="victim", confirmed=True
        )
    force.act(
        Role.CALL_HANDLER,
        give_safe_contact,
        record_id=her,
        instrument=library().as_of("safe-contact", now.date()),
        answers={
            "means": ["visit"],
            "code-word": "yes",
            "code-word-is": "umbrella",
            "must-not-know": "Craig",
        },
        complete=False,
        after=None,
    )
    contact = force.call(place="14 Alma Road, flat 2", people={her: ("victim", True), him: ("suspect", True)})
    return force.send(contact)


@pytest.fixture
def doubtful(force: Force) -> UUID:
    """A call from somebody who may be one of two."""
    one, other = force.add("Joanne", "Whitmore", sex="2"), force.add("Joan", "Whitemoor", sex="2")
    force.act(Role.CALL_HANDLER, set_marker, record_id=one, code="intimidated")
    people = {one: ("victim", False), other: ("victim", False)}
    return force.send(force.call(place="2 Mill Lane", people=people))


@pytest.fixture
def empty(force: Force) -> UUID:
    """A call of which nothing is known but the place."""
    return force.send(force.call(place="High Street", people={}))


def wrong_with(reader: Reader) -> list[str]:
    return [*reader.violations(), *([f"{reader.overflow()} px too wide"] if reader.overflow() else [])]


@pytest.mark.parametrize("which", ["full", "doubtful", "empty"])
@pytest.mark.parametrize("script", [True, False])
def test_an_officer_opens_reads_and_arrives(
    which: str, script: bool, readers: Readers, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(which)
    reader = readers(Role.OFFICER, width=NARROW, script=script)
    reader.go("/")
    reader.page.get_by_role("link", name="Briefs").click()
    assert "Not opened" in reader.text()
    reader.page.locator("main h2 a").first.click()
    assert "Open the brief" in reader.text()
    reader.press("Open the brief")
    words = reader.text()
    headings = [
        one.split("\n")[0].strip().lower() for one in reader.page.locator("main section h2").all_inner_texts()
    ]
    assert headings == ["danger", "him", "contact", "history", "children"]
    assert "Ravensmoor" not in words
    if script:
        assert wrong_with(reader) == []
    sizes = [one.bounding_box() for one in reader.page.locator("main button").all()]
    assert all(size and size["height"] >= 48 for size in sizes)
    reader.press("I have read it")
    reader.press("We are there")
    assert "There since" in reader.text()


def test_a_brief_that_is_open_says_that_something_is_new(readers: Readers, full: UUID, force: Force) -> None:
    reader = readers(Role.OFFICER, width=NARROW)
    reader.go(f"/contact/briefs/{full}/")
    reader.press("Open the brief")
    assert "Something new" not in reader.text()
    with transaction.atomic(), acting(system("test")):
        him = Name.objects.get(forename="Craig").record_id
    force.act(Role.SUPERVISOR, set_marker, record_id=him, code="firearms")
    assert renew_what_is_new(now=timezone.now()) == 1
    # the page asks by itself, and nobody has touched it
    news = reader.page.get_by_role("link", name="Something new was sent")
    news.wait_for()
    assert wrong_with(reader) == []
    news.click()
    assert "Something else is known than when you opened it" in reader.text()
    assert wrong_with(reader) == []
    reader.press("Open the brief")
    assert "Changed since you opened it: Danger" in reader.text()
    assert wrong_with(reader) == []


def test_both_readings_stand_beside_each_other(readers: Readers, doubtful: UUID) -> None:
    reader = readers(Role.OFFICER, width=NARROW)
    reader.go(f"/contact/briefs/{doubtful}/")
    reader.press("Open the brief")
    words = reader.text()
    assert "May be Joanne Whitmore – not confirmed" in words
    assert "if it is Joan Whitemoor" in words
    assert "It may be somebody else" in words


def test_the_desk_answers_by_keyboard_and_the_officer_reads_it(
    readers: Readers, full: UUID, force: Force
) -> None:
    desk = readers(Role.INTELLIGENCE, width=WIDE)
    desk.go("/")
    desk.page.get_by_role("link", name="Intelligence is asked about a call").click()
    for size in (WIDE, NARROW):
        desk.page.set_viewport_size(size)
        assert wrong_with(desk) == []
    desk.page.set_viewport_size(WIDE)
    # the whole page holds every word: begin where something is focused
    desk.page.keyboard.press("Tab")
    desk.tab_to("Held")
    desk.page.keyboard.press("Space")
    desk.page.locator("#id_words_pnc").wait_for()
    desk.tab_to("What the officer needs of it")
    desk.page.keyboard.type("Warned for knives")
    desk.tab_to("Send to handler and officer")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_text("Sent: handler and officer read it").wait_for()
    desk.go("/contact/intelligence/")
    assert wrong_with(desk) == []
    officer = readers(Role.OFFICER, width=NARROW)
    officer.go(f"/contact/briefs/{full}/")
    officer.press("Open the brief")
    assert "Warned for knives" in officer.text()


def test_what_is_confidential_is_named_and_withheld(readers: Readers, full: UUID, force: Force) -> None:
    desk = readers(Role.DESK)
    desk.go("/contact/intelligence/named/")
    assert wrong_with(desk) == []
    grantee = force.accounts[Role.INTELLIGENCE].id
    force.act(Role.DESK, name_for, system="child-protection", grantee=grantee)
    with transaction.atomic():
        set_actor(force.accounts[Role.INTELLIGENCE].actor)
        request = IntelligenceRequest.objects.get()
    told = {"system": "child-protection", "result": "held", "words": "On a plan since May"}
    force.act(Role.INTELLIGENCE, answer, request_id=request.id, **told)
    force.act(Role.OFFICER, ask, contact_id=request.contact_id, question="Guns at number 16?")
    desk.go("/contact/intelligence/named/")
    assert wrong_with(desk) == []
    officer = readers(Role.OFFICER, width=NARROW)
    officer.go(f"/contact/briefs/{full}/")
    officer.press("Open the brief")
    assert "ring the intelligence desk" in officer.text()
    assert "On a plan" not in officer.text()
    officer.page.get_by_role("link", name="Ask intelligence").click()
    assert wrong_with(officer) == []
