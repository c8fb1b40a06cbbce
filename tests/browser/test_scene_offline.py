"""An officer at a door begins with signal, loses it, writes, restarts, and comes back: everything comes in once.

The pages are those of the scene and of risk as they are; what is offline is the network of the browser's context.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser
from reader import NARROW
from test_offline import Phone, entries

from throughline.casework.cases.commands.incidents import involve, open_incident
from throughline.casework.cases.models import Case
from throughline.casework.people.commands.recording import NewName, add_record
from throughline.casework.risk.models import Assessment, Grading
from throughline.casework.scene.commands.gathering import gather
from throughline.casework.scene.models import Attendance, EvidenceItem, Injury
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.instruments.models import Answers
from throughline.foundations.offline.queries import unsynced

HERS = "He came back at nine and took her telephone"
FEARS = "since he broke the door in March"


@dataclass
class Scene:
    """An incident of two, and where its pages are once the officer is there."""

    incident: UUID
    case: UUID
    visit: UUID = UUID(int=0)

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
    phone.go(reverse("scene:begin", args=[scene.incident]))
    assert "needs signal" in phone.page.locator("main").inner_text()
    phone.page.get_by_role("button", name="I am here").click()
    phone.page.locator("html[data-offline-ready=yes]").wait_for(timeout=60_000)
    phone.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    with transaction.atomic(), acting(system("test")):
        scene.visit = Attendance.objects.get().id


def waits(phone: Phone, number: int) -> None:
    phone.says(f"not sent yet: {number}")


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
    assert "written" in phone.page.locator("main li a").first.inner_text()
    phone.page.locator("main li a").first.click()
    table = phone.page.locator("[data-offline-both]")
    table.get_by_text("Stands now").wait_for()
    read = table.inner_text()
    assert "What became of it?" in read
    assert "QZ/7" in read
    assert "The neighbours come home at six" in read
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
