"""An officer at a door begins with signal, loses it, writes, restarts, and comes back: everything comes in once.

The pages are those of the scene and of risk as they are; what is offline is the network of the browser's context.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, reverse
from django.utils import timezone
from playwright.sync_api import Browser
from reader import NARROW, Reader
from test_offline import Phone, entries

from throughline.casework.cases.commands.incidents import involve, open_incident
from throughline.casework.cases.models import Case
from throughline.casework.people.commands.recording import NewName, add_record
from throughline.casework.risk.models import Assessment, Grading
from throughline.casework.scene.commands.gathering import gather
from throughline.casework.scene.commands.injuries import add_injuries
from throughline.casework.scene.models import Attendance, EvidenceItem, Injury
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.routes import Open, guarded
from throughline.foundations.access.rules import Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.decisions.models import Decision
from throughline.foundations.instruments.models import Answers
from throughline.foundations.offline.queries import unsynced
from throughline.foundations.offline.views import worker

#: By how much the telephone's clock is ahead of ours, in its pages and its worker.
DEVICE = {"ahead": timedelta(0)}


def device_clock() -> str:
    ahead = DEVICE["ahead"] // timedelta(milliseconds=1)
    return f"{{ const real = Date.now; Date.now = () => real() + {ahead}; }}\n"


@guarded(Open.TO_EVERYBODY)
def worker_of_the_device(request: HttpRequest) -> HttpResponse:
    """The worker as it is, on the telephone's clock. It sends nothing by itself, so that a page is seen to."""
    answer = worker(request)
    alone = "Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', {get: () => undefined});\n"
    answer.content = (device_clock() + alone).encode() + answer.content if DEVICE["ahead"] else answer.content
    return answer


urlpatterns = [
    path("offline-worker.js", worker_of_the_device),
    path("", include("throughline.website.urls")),
]
handler404 = "throughline.website.views.not_found"
pytestmark = pytest.mark.urls(__name__)

HERS = "He came back at nine and took her telephone"
FEARS = "since he broke the door in March"


@dataclass
class Scene:
    """An incident of two, and where its pages are once the officer is there."""

    incident: UUID
    case: UUID
    visit: UUID | None = None

    def at(self, name: str, *more: Any) -> str:
        return reverse(f"scene:{name}", args=[self.visit, *more])


@pytest.fixture
def scene(accounts: dict[Role, User]) -> Scene:
    handler, now = accounts[Role.CALL_HANDLER].actor, timezone.now()
    with transaction.atomic():
        set_actor(handler)
        incident = open_incident(by=handler, now=now, recorded_as="domestic-abuse", place="14 Alma Road")
        for surname, part in (("Quillfeather", "victim"), ("Ashgrove", "suspect")):
            made = add_record(by=handler, now=now, name=NewName(forename="Zofia", surname=surname))
            told = {"incident_id": incident.id, "record_id": made.id, "part": part, "confirmed": True}
            involve(by=handler, now=now, **told)
        case = Case.objects.get(incident_links__incident=incident)
    return Scene(incident.id, case.id)


@pytest.fixture
def phone(chromium: Browser, live_server: Any, tmp_path: Path) -> Iterator[Phone]:
    one = Phone(chromium, live_server.url, tmp_path / "profile")
    yield one
    one.context.close()
    assert one.wrong == []


def arrives(phone: Phone, officer: User, scene: Scene) -> None:
    """The officer says with signal that they are there, and every page of the visit is taken along."""
    phone.start(officer)
    is_there(phone, scene)


def is_there(phone: Phone, scene: Scene) -> None:
    phone.go(reverse("scene:begin", args=[scene.incident]))
    assert "needs signal" in phone.page.locator("main").inner_text()
    phone.page.get_by_role("button", name="I am here").click()
    phone.page.locator("html[data-offline-ready=yes]").wait_for(timeout=60_000)
    phone.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    with transaction.atomic(), acting(system("test")):
        scene.visit = Attendance.objects.get().id


def waits(phone: Phone, number: int) -> None:
    phone.says(f"not sent yet: {number}")


def her(scene: Scene) -> UUID:
    with transaction.atomic(), acting(system("test")):
        return Case.objects.get(id=scene.case).victim_id


def page_kept(phone: Phone, place: str) -> str:
    """A page as the telephone would show it without signal."""
    read = "async place => (await throughlineOffline.readPage(place))?.body ?? ''"
    body: str = phone.page.evaluate(read, place)
    return body


def clean(phone: Phone) -> bool:
    """Whether what is shown breaks no rule of axe and fits the screen."""
    reader = Reader(phone.context, phone.page, phone.site)
    return reader.violations() == [] and reader.overflow() == 0


def item(scene: Scene) -> str:
    return reverse("scene:item", args=[scene.incident, "house-to-house"])


def says_it_is_done(phone: Phone, scene: Scene) -> None:
    phone.go(item(scene))
    phone.says("No signal")
    phone.page.get_by_label("Done", exact=True).check()
    phone.page.get_by_label("Exhibit reference").fill("QZ/7")
    phone.page.get_by_role("button", name="Save").click()


def test_all_that_is_written_without_signal_comes_in_once_in_order_at_its_time(
    phone: Phone, scene: Scene, accounts: dict[Role, User]
) -> None:
    officer, sergeant = accounts[Role.OFFICER], accounts[Role.SERGEANT].actor
    arrives(phone, officer, scene)
    phone.offline()
    before = timezone.now()
    # her account, twice on the same page: the second stands on the first
    for words in (HERS, HERS + ", then the keys"):
        phone.go(scene.at("account"))
        phone.says("No signal")
        phone.page.locator("textarea[name=account]").fill(words)
        phone.page.get_by_role("button", name="Save and go on").click()
        phone.until(lambda: "not sent yet" in phone.page.locator(".throughline-offline").inner_text())
    waits(phone, 2)
    says_it_is_done(phone, scene)
    waits(phone, 3)
    phone.go(scene.at("chart"))
    phone.says("No signal")
    phone.page.get_by_role("button", name="Face", exact=True).click()
    phone.page.get_by_label("Bruise", exact=True).check()
    phone.page.get_by_role("button", name="Write it down").click()
    waits(phone, 4)
    # the whole assessment, begun without signal: its address is the case's
    place = reverse("risk:assess", args=[scene.case])
    phone.go(place)
    phone.says("No signal")
    phone.page.locator("input[name=fear][value=yes]").check()
    phone.page.locator("textarea[name=fear-words]").fill(FEARS)
    phone.page.get_by_role("button", name="Save and go on").click()
    waits(phone, 5)
    phone.page.reload()
    waits(phone, 5)
    assert phone.page.locator("textarea[name=fear-words]").input_value() == FEARS
    wrote = timezone.now()
    # the browser is shut, and still without signal
    phone.restart()
    phone.go(scene.at("account"))
    waits(phone, 5)
    assert phone.page.locator("textarea[name=account]").input_value() == HERS + ", then the keys"
    assert entries() == []
    assert phone.page.evaluate("() => document.documentElement.scrollWidth") <= NARROW["width"]
    # nobody has heard from the telephone: who answers for the turn sees that it stands still, not what it says
    with transaction.atomic():
        set_actor(sergeant)
        [stuck] = unsynced(sergeant, now=timezone.now() + timedelta(hours=13))
    assert (stuck.user, stuck.about, stuck.stands) == (officer.id, scene.incident, "phone-unseen")
    phone.restart(officer, offline=False)
    phone.go(scene.at("visit"))
    phone.until(lambda: len(entries()) == 5 and not phone.rows("entries"))
    with transaction.atomic(), acting(system("test")):
        accounts_of_her = list(Answers.objects.filter(subject=scene.visit).order_by("at"))
        gathered, injury = EvidenceItem.objects.get(), Injury.objects.get()
        assessment = Assessment.objects.get()
        said = Answers.objects.get(subject=assessment.id, instrument=assessment.instrument)
    assert [one.answers["account"] for one in accounts_of_her] == [HERS, HERS + ", then the keys"]
    assert (gathered.state, gathered.exhibit, injury.region) == ("done", "QZ/7", "front-face")
    assert said.answers["fear-words"] == FEARS
    done = [*(one.at for one in accounts_of_her), gathered.at, injury.at, said.at]
    assert done == sorted(done)
    slack = timedelta(seconds=2)
    assert before - slack <= done[0]
    assert done[-1] <= wrote + slack
    assert assessment.assessed_at == said.at
    # it reached the site later than it was written
    assert min(gathered.entered_at, injury.entered_at, assessment.entered_at) > wrote
    assert [(one.outcome, one.doubtful) for one in entries()] == [("taken", False)] * 5
    phone.page.reload()
    phone.page.wait_for_load_state()
    assert len(entries()) == 5
    with transaction.atomic():
        set_actor(sergeant)
        assert unsynced(sergeant, now=timezone.now() + timedelta(hours=2)) == ()


def test_what_a_colleague_said_meanwhile_is_a_conflict_that_both_can_be_read_in(
    phone: Phone, scene: Scene, accounts: dict[Role, User]
) -> None:
    officer, sergeant = accounts[Role.OFFICER], accounts[Role.SERGEANT].actor
    arrives(phone, officer, scene)
    phone.offline()
    says_it_is_done(phone, scene)
    waits(phone, 1)
    with transaction.atomic():
        set_actor(sergeant)
        told = {"item": "house-to-house", "state": "not-done", "reason": "nobody-in"}
        words = "The neighbours come home at six"
        gather(by=sergeant, now=timezone.now(), incident_id=scene.incident, words=words, **told)
    phone.offline(False)
    phone.says("could not be saved as it was: 1")
    [entry] = entries()
    assert (entry.outcome, entry.why) == ("conflict", "changed")
    with transaction.atomic(), acting(system("test")):
        assert EvidenceItem.objects.get().state == "not-done"
    with transaction.atomic():
        set_actor(sergeant)
        [stuck] = unsynced(sergeant, now=timezone.now() + timedelta(hours=2))
    assert (stuck.user, stuck.stands) == (officer.id, "offline-conflict")
    phone.page.get_by_role("link", name="See both versions").click()
    # what is said at the head of the page moves the list: the click comes once it is said
    phone.page.wait_for_url("**/offline/kept/")
    phone.says("could not be saved as it was: 1")
    assert "written" in phone.page.locator("main li a").first.inner_text()
    phone.page.locator("main li a").first.click()
    table = phone.page.locator("[data-offline-both]")
    table.get_by_text("Stands now").wait_for()
    read = table.inner_text()
    assert "What became of it?" in read
    assert "Exhibit reference" in read
    assert "not-done" not in read
    assert "QZ/7" in read
    assert "The neighbours come home at six" in read
    assert clean(phone)
    # put back, it stands on what stands now: sent, it is taken in and settled
    phone.page.get_by_role("button", name="Put what I wrote back").click()
    phone.page.wait_for_url(f"**{item(scene)}")
    assert phone.page.get_by_label("Exhibit reference").input_value() == "QZ/7"
    phone.page.get_by_role("button", name="Save").click()
    phone.page.wait_for_url(f"**{reverse('scene:evidence', args=[scene.incident])}")
    with transaction.atomic(), acting(system("test")):
        standing = EvidenceItem.objects.get(superseded_by=None)
    assert (standing.state, standing.exhibit, standing.by) == ("done", "QZ/7", officer.id)
    assert entries()[0].settled_at is not None


def test_a_grade_given_without_signal_is_kept_with_its_flags(
    phone: Phone, scene: Scene, accounts: dict[Role, User]
) -> None:
    arrives(phone, accounts[Role.OFFICER], scene)
    phone.offline()
    place = reverse("risk:grade", args=[scene.case])
    phone.go(place)
    phone.says("No signal")
    phone.page.locator("input[name=grade][value=medium]").check()
    phone.page.locator("input[name=reason]").first.check()
    # words of capacity are flagged and kept, with nobody there to be asked again
    phone.page.locator("textarea[name=words]").fill("No capacity tonight")
    phone.page.get_by_role("button", name="Set grade").click()
    waits(phone, 1)
    phone.offline(False)
    phone.says("Sent: 1")
    with transaction.atomic(), acting(system("test")):
        given = Grading.objects.get()
    assert given.grade == "medium"
    assert given.flags
    assert given.at < given.entered_at


def test_before_a_visit_nothing_of_it_can_be_begun_without_signal(
    phone: Phone, scene: Scene, accounts: dict[Role, User]
) -> None:
    phone.start(accounts[Role.OFFICER])
    phone.go(reverse("scene:begin", args=[scene.incident]))
    assert phone.page.locator("form[data-offline]").count() == 0
    assert phone.page.locator("[data-offline-along]").count() == 0


def test_what_cannot_be_taken_along_stops_nothing_and_is_said_where_it_is_needed(
    phone: Phone, scene: Scene, accounts: dict[Role, User]
) -> None:
    """One page is refused, one does not answer: the others are there, these are named, and one comes later."""
    refused, silent = reverse("risk:case", args=[scene.case]), item(scene)
    phone.start(accounts[Role.OFFICER])
    phone.context.route(f"**{refused}", lambda route: route.fulfill(status=403, body="no"))
    phone.context.route(f"**{silent}", lambda route: route.abort())
    phone.go(reverse("scene:begin", args=[scene.incident]))
    phone.page.get_by_role("button", name="I am here").click()
    phone.page.locator("html[data-offline-ready=part]").wait_for(timeout=60_000)
    assert clean(phone)
    said = phone.page.locator(".throughline-offline")
    told = re.search(r"Taken along on this device: (\d+) of (\d+) pages", said.inner_text())
    assert told is not None
    assert int(told[1]) == int(told[2]) - 2 == len(phone.rows("pages"))
    assert "not with you: " in said.inner_text()
    assert "Evidence: House-to-house enquiries" in said.inner_text()
    assert "asked for again" in said.inner_text()
    assert phone.page.locator("progress").count() == 0
    phone.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    with transaction.atomic(), acting(system("test")):
        scene.visit = Attendance.objects.get().id
    phone.offline()
    phone.go(reverse("scene:evidence", args=[scene.incident]))
    phone.says("No signal")
    needing = phone.page.locator("main a", has_text="needs signal")
    needing.first.wait_for()
    assert needing.all_inner_texts() == ["House-to-house enquiries (needs signal)"]
    needing.click()
    phone.says("that page was not taken along")
    assert clean(phone)
    phone.page.get_by_role("link", name="Photographs", exact=False).click()
    phone.says("No signal")
    # with signal again, it is fetched by itself, and the refused one is asked for once a page
    phone.context.unroute(f"**{silent}")
    asked: list[str] = []
    phone.context.on("request", lambda request: asked.append(request.url))
    phone.offline(False)
    phone.until(lambda: silent in [row["place"] for row in phone.rows("pages")])
    assert len([url for url in asked if url.endswith(refused)]) <= 1
    phone.go(scene.at("visit"))
    phone.says(f"{int(told[2]) - 1} of {told[2]} pages")
    assert clean(phone)


def test_an_injury_is_taken_back_and_she_is_told_the_result_without_signal(
    phone: Phone, scene: Scene, accounts: dict[Role, User]
) -> None:
    officer = accounts[Role.OFFICER]
    arrives(phone, officer, scene)
    with transaction.atomic():
        set_actor(officer.actor)
        told = {"regions": ["front-face"], "kind": "bruise", "record_id": her(scene)}
        add_injuries(by=officer.actor, now=timezone.now(), attendance_id=scene.visit, **told)
    phone.go(scene.at("injuries"))
    phone.page.get_by_text("Written by mistake").wait_for()
    phone.until(lambda: "Written by mistake" in page_kept(phone, scene.at("injuries")))
    phone.offline()
    phone.go(scene.at("injuries"))
    phone.says("No signal")
    phone.page.get_by_role("button", name="Written by mistake").click()
    waits(phone, 1)
    assert "not sent yet: 1" in phone.page.locator(".throughline-scene__row form").inner_text()
    # from the visit to the danger, all on this phone
    phone.go(scene.at("visit"))
    phone.page.get_by_role("link", name="Grade the danger").click()
    phone.says("No signal")
    phone.page.locator("input[name=grade][value=high]").check()
    phone.page.locator("input[name=reason]").first.check()
    phone.page.get_by_role("button", name="Set grade").click()
    waits(phone, 2)
    phone.page.get_by_role("link", name="Tell her the result").click()
    phone.says("No signal")
    assert "No grade of yours has come in yet" in phone.page.locator("main").inner_text()
    phone.page.locator("input[name=grade][value=high]").check()
    phone.page.locator("input[name=told][value=yes]").check()
    phone.page.locator("input[name=how][value=told-in-person]").check()
    phone.page.get_by_role("button", name="Write it down").click()
    waits(phone, 3)
    assert clean(phone)
    phone.offline(False)
    phone.says("Sent: 3")
    assert [one.outcome for one in entries()] == ["taken"] * 3
    with transaction.atomic(), acting(system("test")):
        injury, given = Injury.objects.get(), Grading.objects.get()
        decision = Decision.objects.get(kind="result-told")
    assert injury.withdrawn_by == officer.id
    assert (decision.about, decision.choice, decision.made_by) == (given.id, "told", officer.id)
    assert injury.withdrawn_at <= given.at <= decision.made_at < given.entered_at


def test_a_clock_hours_wrong_and_seventy_hours_late_comes_in_at_its_time(
    phone: Phone, scene: Scene, accounts: dict[Role, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The telephone, its worker too, is five hours ahead throughout; the site hears of it seventy hours later."""
    officer, wrong, late = accounts[Role.OFFICER], timedelta(hours=5, minutes=17), timedelta(hours=70)
    monkeypatch.setitem(DEVICE, "ahead", wrong)
    phone.start(officer)
    phone.context.add_init_script(device_clock())
    phone.page = phone.context.new_page()
    is_there(phone, scene)
    phone.offline()
    says_it_is_done(phone, scene)
    waits(phone, 1)
    wrote, real = timezone.now(), timezone.now
    # three days pass, for the site and for the telephone
    monkeypatch.setattr(timezone, "now", lambda: real() + late)
    monkeypatch.setitem(DEVICE, "ahead", wrong + late)
    phone.context.close()
    phone.start(officer)
    phone.context.add_init_script(device_clock())
    phone.page = phone.context.new_page()
    phone.go(scene.at("visit"))
    phone.until(lambda: len(entries()) == 1 and not phone.rows("entries"))
    [entry] = entries()
    with transaction.atomic(), acting(system("test")):
        gathered = EvidenceItem.objects.get()
    assert (entry.outcome, entry.doubtful) == ("taken", False)
    assert abs(entry.device_time - wrote - wrong) < timedelta(minutes=1)
    assert abs(gathered.at - wrote) < timedelta(minutes=1)
    assert gathered.entered_at - gathered.at > late - timedelta(minutes=1)
