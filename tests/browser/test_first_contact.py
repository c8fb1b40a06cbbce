"""First contact in a real browser: as a handler at two in the morning, with the keyboard and no hand free."""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session as StoredSession
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Request, Route, expect
from reader import NARROW, Reader, picture, record_named

from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.holding import set_grade
from throughline.casework.cases.commands.incidents import involve, open_incident
from throughline.casework.cases.models import Case
from throughline.casework.contact.commands.taking import change, receive
from throughline.casework.contact.models import Contact, Deployment, LogLine
from throughline.casework.contact.rules.taking import TELEPHONY
from throughline.casework.people.commands.recording import set_marker
from throughline.casework.people.commands.safety import give_safe_contact
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.accounts.rules import Session
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.queries import library

type Readers = Callable[..., Reader]
MOBILE = "07700 900123"
# seconds for one key of somebody who types while they listen: a slow 40 words a minute
PACE = 0.3
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5
SCREEN = {"width": 1280, "height": 800}


def rings(*, number: str = MOBILE, place: str = "", line: str = "") -> UUID:
    """A call that the telephony system delivers."""
    with transaction.atomic(), acting(TELEPHONY):
        return receive(
            by=TELEPHONY,
            now=timezone.now(),
            channel="999",
            number=number,
            place=place,
            line=line,
            latitude=51.5034,
            longitude=-0.1276,
            within_metres=300,
        ).id


def deployments() -> list[Deployment]:
    with transaction.atomic(), acting(system("test")):
        return list(Deployment.objects.select_related("contact").order_by("decided_at"))


class Typist:
    """Types at a person's pace and counts the keys."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.keys = 0

    def type(self, words: str) -> None:
        self.reader.page.keyboard.type(words, delay=PACE * 1000)
        self.keys += len(words)

    def press(self, key: str) -> None:
        time.sleep(PACE)
        self.reader.page.keyboard.press(key)
        self.keys += 1


def test_from_the_place_to_a_car_in_fifteen_seconds_by_keyboard_alone(people: None, readers: Readers) -> None:
    rings()
    reader = readers(Role.CALL_HANDLER, width=SCREEN)
    reader.go("/contact/")
    typist = Typist(reader)
    # the page opens on the call that waits longest
    typist.press("Enter")
    reader.page.wait_for_selector("#id_place:focus")
    begun, typist.keys = time.monotonic(), 0
    typist.type("14 alma rd flat 2")
    typist.press("F4")
    typist.press("Enter")
    reader.page.wait_for_selector(".throughline-sent")
    took = time.monotonic() - begun
    print(f"place to SEND: {typist.keys} keys, {took:.1f} s at {PACE} s a key")  # noqa: T201
    assert typist.keys == 19
    assert typist.keys * PACE < 15
    [sent] = deployments()
    assert (sent.grade, sent.contact.place) == ("emergency", "14 alma rd flat 2")


def test_a_save_that_is_slow_on_its_way_takes_nothing_back(people: None, readers: Readers) -> None:
    """What was typed before the button is saved after it: the place stays what it was when the car was sent."""
    rings()
    reader = readers(Role.CALL_HANDLER, width=SCREEN)
    reader.go("/contact/")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_selector("#id_place:focus")
    late: list[Request] = []

    def hold(route: Route) -> None:
        if "hx-request" in route.request.headers and not late:
            late.append(route.request)
            route.fulfill(status=204)
        else:
            route.continue_()

    reader.page.route("**/contact/**", hold)
    with reader.page.expect_request(lambda asked: "hx-request" in asked.headers):
        reader.page.keyboard.type("14 alma rd")
    reader.page.keyboard.type(" flat 2")
    reader.page.keyboard.press("F4")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_selector(".throughline-sent")
    [asked] = late
    answer = reader.context.request.post(asked.url, headers=asked.headers, data=asked.post_data)
    assert answer.status == 204
    [sent] = deployments()
    assert sent.contact.place == "14 alma rd flat 2"


def test_who_it_is_by_keyboard_while_she_whispers(people: None, readers: Readers) -> None:
    rings(number="07700 900999")
    reader = readers(Role.CALL_HANDLER, width=SCREEN)
    reader.go("/contact/")
    keys = reader.page.keyboard
    keys.press("Enter")
    reader.page.wait_for_selector("#id_place:focus")
    keys.type("14 alma road")
    reader.page.keyboard.press("F4")
    keys.press("Enter")
    # after sending the page opens on who it is
    reader.page.wait_for_selector("#id_who:focus")
    keys.type(f"jo whitmoor {MOBILE}")
    expect(reader.page.locator(".throughline-match").first).to_contain_text("same mobile")
    assert "PROBABLE" in reader.page.locator(".throughline-match").first.inner_text()
    reader.tab_to("Confirm her")
    keys.press("Enter")
    reader.page.wait_for_selector(".throughline-parties")
    assert "Joanne" in reader.page.locator(".throughline-parties").inner_text()
    # and then on the other party
    assert reader.page.evaluate("() => document.activeElement.id") == "id_other"


def test_where_sending_who_and_matches_are_seen_without_scrolling(people: None, readers: Readers) -> None:
    rings()
    reader = readers(Role.CALL_HANDLER, width=SCREEN)
    reader.go("/contact/")
    reader.press("Take")
    reader.page.wait_for_selector(".throughline-match")
    for what in ("#id_place", "#send-emergency", "#id_who", "#id_other", ".throughline-match"):
        box = reader.page.locator(what).first.bounding_box()
        assert box is not None, what
        assert box["y"] + box["height"] <= SCREEN["height"], (what, box)


def test_what_is_typed_is_saved_as_it_is_typed(people: None, readers: Readers) -> None:
    contact = rings()
    reader = readers(Role.CALL_HANDLER, width=SCREEN)
    reader.go("/contact/")
    reader.press("Take")
    reader.page.locator("#id_place").fill("14 Alma Road")
    reader.page.get_by_label("Child", exact=True).check()
    reader.page.locator("#id_words").fill("she says he is coming back")
    expect(reader.page.locator("#saved")).to_contain_text("saved")
    reader.page.wait_for_function(
        "() => JSON.parse(document.querySelector('[name=seen]').value).caller === 'child'"
    )
    assert "Are you somewhere safe" in reader.text()
    reader.page.reload()
    assert reader.page.locator("#id_place").input_value() == "14 Alma Road"
    assert reader.page.locator("#id_words").input_value() == "she says he is coming back"
    reader.page.locator("#id_words").focus()
    reader.press("Add to the log")
    reader.page.wait_for_selector(".throughline-log__lines time")
    assert reader.page.locator("#id_words").input_value() == ""
    with transaction.atomic(), acting(system("test")):
        assert LogLine.objects.get(contact=contact).words == "she says he is coming back"


def test_the_clock_runs_and_keys_are_told(people: None, readers: Readers) -> None:
    rings()
    reader = readers(Role.CALL_HANDLER)
    reader.go("/contact/")
    reader.press("Take")
    before = reader.page.locator(".throughline-call__clock").inner_text()
    reader.page.wait_for_timeout(2100)
    assert reader.page.locator(".throughline-call__clock").inner_text() != before
    reader.page.keyboard.press("F8")
    assert reader.page.evaluate("() => document.activeElement.id") == "id_words"


def test_a_call_that_comes_while_the_list_is_open_is_told(people: None, readers: Readers) -> None:
    reader = readers(Role.CALL_HANDLER)
    reader.go("/contact/")
    assert "No call is waiting" in reader.text()
    rings()
    told = reader.page.get_by_role("link", name="1 call is waiting now")
    told.wait_for(timeout=10_000)
    assert reader.violations() == []
    told.click()
    reader.page.get_by_role("button", name="Take").wait_for()


def test_a_caller_who_cannot_speak_is_asked_for_yes_or_no(people: None, readers: Readers) -> None:
    rings(line="silent")
    reader = readers(Role.CALL_HANDLER, width=SCREEN)
    reader.go("/contact/")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_selector("#id_place:focus")
    reader.page.keyboard.press("F2")
    reader.page.wait_for_selector(".throughline-ask--loud")
    assert "Once for yes, twice for no" in reader.text()
    assert reader.violations() == []
    for _ in range(3):
        question = reader.page.locator("#ask-question").inner_text()
        reader.tab_to("Yes, one sound")
        reader.page.keyboard.press("Enter")
        expect(reader.page.locator("#ask-question")).not_to_have_text(question)
        assert reader.page.evaluate("() => document.activeElement.id") == "answer-1"
    with transaction.atomic(), acting(system("test")):
        assert LogLine.objects.filter(kind="prompt").count() == 3


def test_a_session_that_ends_loses_nothing_that_was_typed(people: None, readers: Readers) -> None:
    rings()
    reader = readers(Role.CALL_HANDLER)
    reader.expects = {401, 403}
    reader.go("/contact/")
    reader.press("Take")
    reader.page.wait_for_selector("#id_place:focus")
    for stored in StoredSession.objects.all():
        data = stored.get_decoded() | {Session.SEEN_AT: "2020-01-01T00:00:00+00:00"}
        stored.session_data = StoredSession.get_session_store_class()().encode(data)
        stored.save()
    reader.page.locator("#id_place").fill("14 Alma Road")
    reader.page.locator("#id_words").fill("he has a knife")
    # the page asks to sign in again
    reader.page.wait_for_url("**/sign-in/**")
    address = reader.page.url.split("next=")[1]
    again = readers(Role.CALL_HANDLER)
    again.go(address.replace("%2F", "/"))
    assert "We kept what you typed" in again.text()
    assert again.page.locator("#id_place").input_value() == "14 Alma Road"
    assert again.page.locator("#id_words").input_value() == "he has a knife"


def test_all_of_it_without_javascript(people: None, readers: Readers) -> None:
    rings()
    reader = readers(Role.CALL_HANDLER, width=SCREEN, script=False)
    reader.go("/contact/")
    reader.press("Take")
    assert reader.page.locator(".throughline-match").count()
    reader.page.locator("#id_place").fill("14 Alma Road")
    reader.page.locator("#id_words").fill("whispering")
    # Enter saves and sends nobody
    reader.page.locator("#id_place").press("Enter")
    assert deployments() == []
    assert reader.page.locator("#id_place").input_value() == "14 Alma Road"
    reader.press("Emergency")
    assert "decided" in reader.page.locator(".throughline-sent").inner_text()
    reader.press("Confirm her")
    assert "Joanne" in reader.page.locator(".throughline-parties").inner_text()
    reader.page.locator("#id_unit").fill("AB12")
    reader.press("Assign")
    reader.press("Unit has arrived")
    assert "arrived" in reader.page.locator(".throughline-sent").inner_text()
    reader.press("End the contact")
    assert reader.path == "/contact/"


def test_somebody_at_the_counter(people: None, readers: Readers) -> None:
    reader = readers(Role.FRONT_COUNTER)
    reader.go("/contact/")
    reader.press("Somebody at the counter")
    assert "How long can you stay" in reader.text()
    assert reader.violations() == []
    reader.page.get_by_label("A few minutes").check()
    reader.press("Save and go on")
    reader.page.wait_for_selector("#id_place")
    assert "Front counter" in reader.page.locator("h1").inner_text()


def contact_in_every_state(accounts: dict[Role, User], contact: UUID) -> None:
    """Long words in every field."""
    by = accounts[Role.CALL_HANDLER].actor
    with transaction.atomic():
        set_actor(by)
        change(
            by=by,
            now=timezone.now(),
            contact_id=contact,
            version=Contact.objects.get(id=contact).version,
            place=LONG,
            who=f"jo whitmoor {MOBILE}",
            other=LONG,
            caller="suspect",
        )


@pytest.mark.parametrize("width", [SCREEN, NARROW], ids=["1280", "375"])
def test_every_state_of_the_screen_is_readable_by_everybody(
    people: None, readers: Readers, accounts: dict[Role, User], width: dict[str, int]
) -> None:
    contact = rings()
    rings(number="", place=LONG, line="abandoned")
    reader = readers(Role.CALL_HANDLER, width=width)
    supervisor = readers(Role.SUPERVISOR, width=width)
    for _ in range(2):
        reader.go("/contact/")
        assert reader.violations() == []
        assert reader.overflow() == 0
        if reader.page.get_by_role("button", name="Take").count() == 2:
            reader.press("Take")
    reader.go(f"/contact/{contact}/")
    for step in ("empty", "long", "matched", "sent", "refused"):
        if step == "long":
            contact_in_every_state(accounts, contact)
            reader.go(f"/contact/{contact}/")
        if step == "matched":
            reader.press("Confirm her")
        if step == "sent":
            reader.press("Emergency")
        if step == "refused":
            reader.page.get_by_text("Later, or nobody").click()
            reader.press("Decide")
            assert "There is a problem" in reader.text()
        assert reader.violations() == [], step
        assert reader.overflow() == 0, step
    supervisor.go(f"/contact/{contact}/")
    assert supervisor.violations() == []
    for page in ("thrive", "opening"):
        reader.go(f"/contact/{contact}/{page}/")
        assert reader.violations() == []
        assert reader.overflow() == 0


@pytest.mark.parametrize("width", [SCREEN, NARROW], ids=["1280", "375"])
def test_the_same_incident_is_found_after_sending(
    people: None, readers: Readers, width: dict[str, int]
) -> None:
    first, second = rings(number="", place="14 Alma Road"), rings(number="", place="14 Alma Road")
    reader = readers(Role.CALL_HANDLER, width=width)
    for contact in (first, second):
        reader.go(f"/contact/{contact}/")
        reader.press("Emergency")
    assert "This contact then goes on under that number" in reader.text()
    assert reader.violations() == []
    assert reader.overflow() == 0
    reader.press("It is the same")
    reader.page.wait_for_load_state()
    assert "It is the same" not in reader.text()
    assert len({one.contact.incident_id for one in deployments()}) == 1


def test_taking_a_call_needs_no_scrolling_to_the_side(people: None, readers: Readers) -> None:
    rings(place=LONG, line="silent")
    reader = readers(Role.CALL_HANDLER, width=NARROW)
    reader.go("/contact/")
    box = reader.page.get_by_role("button", name="Take").first.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW["width"]
    assert reader.violations() == []


def test_the_screen_as_it_stands_once_she_is_known(
    people: None, readers: Readers, accounts: dict[Role, User]
) -> None:
    """The picture of the README: what is there at two in the morning, a minute after it rang."""
    her, him = record_named("Joanne", "Whitmore"), record_named("Craig", "Whitmore")
    known_of(accounts, her, him)
    rings(number="07700 900999")
    reader = readers(Role.CALL_HANDLER, width=SCREEN)
    reader.go("/contact/")
    reader.press("Take")
    reader.page.locator("#id_place").fill("14 Alma Road, flat 2")
    reader.press("Emergency")
    reader.page.locator("#id_who").fill(f"jo whitmoor {MOBILE}")
    reader.page.get_by_role("button", name="Confirm her").first.click()
    reader.page.locator("#id_other").fill("craig")
    reader.page.get_by_role("button", name="Confirm him").first.click()
    for answer in ("Somebody can hear", "In the same room"):
        reader.press(answer)
    reader.page.locator("#id_words").fill("Whispering. A man shouts, something breaks. Children crying")
    reader.press("Add to the log")
    reader.page.locator("#id_unit").fill("QN12")
    reader.press("Assign")
    reader.page.wait_for_selector(".throughline-parties")
    words = reader.text()
    for told in ("High risk", "Carries or uses weapons", "Court bail", "QN12", "The suspect may hear you"):
        assert told in words, told
    assert reader.violations() == []
    picture(reader, "first-contact.png", {"width": 1280, "height": 1010})


def known_of(accounts: dict[Role, User], her: UUID, him: UUID) -> None:
    """What the force holds of the two: a warning, bail, a grade, what she said about reaching her, and before."""
    now = timezone.now()
    handler, supervisor = accounts[Role.CALL_HANDLER].actor, accounts[Role.SUPERVISOR].actor
    with transaction.atomic():
        set_actor(supervisor)
        set_marker(by=supervisor, now=now, record_id=him, code="weapons")
        set_fact(
            by=supervisor,
            now=now,
            kind="court-bail",
            record_id=him,
            protects_id=her,
            conditions=("no-contact", "not-to-approach"),
            valid_from=now - timedelta(days=3),
            valid_until=now + timedelta(days=20),
        )
    with transaction.atomic():
        set_actor(handler)
        for ago in (200, 100, 40, 15):
            then = now - timedelta(days=ago)
            before = open_incident(
                by=handler, now=then, recorded_as="domestic-abuse", domestic=True, reported_at=then
            )
            for record_id, part in ((him, "suspect"), (her, "victim")):
                involve(
                    by=handler,
                    now=then,
                    incident_id=before.id,
                    record_id=record_id,
                    part=part,
                    confirmed=True,
                )
        give_safe_contact(
            by=handler,
            now=now,
            record_id=her,
            instrument=library().as_of("safe-contact", london_day(now)),
            answers={"means": ["visit"], "code-word": "yes", "code-word-is": "umbrella"},
            complete=False,
            after=None,
        )
    with transaction.atomic():
        set_actor(supervisor)
        set_grade(
            by=supervisor,
            now=now - timedelta(days=14),
            case_id=Case.objects.get().id,
            grade="high",
            reason="grade-first-assessment",
        )


def test_two_who_type_at_once_see_both_versions(people: None, readers: Readers) -> None:
    contact = rings()
    first, second = readers(Role.CALL_HANDLER), readers(Role.SUPERVISOR)
    first.go("/contact/")
    first.press("Take")
    second.go(f"/contact/{contact}/")
    first.page.locator("#id_place").fill("14 Alma Road")
    expect(first.page.locator("#saved")).to_contain_text("saved")
    second.page.locator("#id_place").fill("41 Alma Road")
    second.page.wait_for_selector(".throughline-clash")
    told = second.page.locator(".throughline-clash").inner_text()
    assert "14 Alma Road" in told
    assert "41 Alma Road" in told
    assert "Call handler One" in told
    assert second.violations() == []
    second.press("Save mine")
    second.page.wait_for_load_state()
    assert second.page.locator(".throughline-clash").count() == 0
    with transaction.atomic(), acting(system("test")):
        assert Contact.objects.get(id=contact).place == "41 Alma Road"
