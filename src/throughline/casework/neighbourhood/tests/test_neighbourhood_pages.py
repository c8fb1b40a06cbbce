"""The pages of a neighbourhood team, as each who uses them, and the command line."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.urls import reverse
from django.utils import timezone

from throughline.casework.conftest import NOW
from throughline.casework.neighbourhood.models import DisruptionTask
from throughline.casework.neighbourhood.tasks import call_for_marker_reviews
from throughline.casework.neighbourhood.tests.conftest import duties
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.models import Marker
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands import fitting
from throughline.casework.safeguarding.tests.test_safeguarding_pages import text
from throughline.cli import throughline
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.audit.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]


def address(name, *args):
    return reverse(f"neighbourhood:{name}", args=args)


def run(*told):
    return CliRunner().invoke(throughline, ["neighbourhood", *(str(one) for one in told)])


def day(ahead, field="until"):
    when = timezone.localdate() + timedelta(days=ahead)
    return {f"{field}_day": when.day, f"{field}_month": when.month, f"{field}_year": when.year}


def test_empty_pages_say_so(signed_in, case):
    officer, sergeant = signed_in(Role.OFFICER), signed_in(Role.SERGEANT)
    assert "Nothing was ordered." in text(officer.get(address("case", case)))
    assert "Nobody of the team has called on her." in text(officer.get(address("case", case)))
    assert "No task goes on." in text(officer.get(address("tasks")))
    assert "Nobody is to be looked in on." in text(officer.get(address("today")))
    assert "No marker has lapsed unseen." in text(sergeant.get(address("markers")))
    page = text(sergeant.get(address("supervision")))
    for said in ("Nothing that was found waits to be read.", "No task is overdue.", "Nobody has a task."):
        assert said in page, said


def test_from_the_order_to_what_was_found_and_a_supervisors_entry(signed_in, case):
    officer, sergeant = signed_in(Role.OFFICER), signed_in(Role.SERGEANT)
    empty = text(officer.post(address("order", case), {"words": "Every evening"}))
    assert "Select an answer to “What is to be done" in empty
    assert "Every evening" in empty
    ordered = {"kind": "curfew-check", "reason": "disrupt-binds", "words": "Every evening after eight"}
    page = text(officer.post(address("order", case), ordered, follow=True))
    for said in ("Check that a curfew is kept", "Every evening after eight", "Nobody has accepted it"):
        assert said in page, said
    with seen_whole():
        task = DisruptionTask.objects.get()
    # on the sergeants' list until somebody accepts it
    [duty] = duties("disruption-task")
    there = sergeant.get(reverse("overview:duty", args=[duty.id]))
    assert address("log", task.id) in there.content.decode()
    page = text(officer.post(address("accept", task.id), {}, follow=True))
    assert "The response-officer has it" in page
    wrong = text(officer.post(address("log", task.id), {"result": "found-breach"}))
    assert "is needed: say what was found, and where" in wrong
    found = {"result": "found-breach", "words": "He was not in at nine"}
    page = text(officer.post(address("log", task.id), found, follow=True))
    assert "Found: a supervisor reads it" in page
    assert "He was not in at nine" in page
    page = text(sergeant.get(address("supervision")))
    assert "He was not in at nine" in page
    assert address("review", task.id) in sergeant.get(address("supervision")).content.decode()
    entry = {"agreed": "no", "words": "Arrest him; then at ten as well"}
    page = text(sergeant.post(address("review", task.id), entry, follow=True))
    assert "it is to be done otherwise" in page
    assert "Arrest him; then at ten as well" in page
    assert "Found: a supervisor reads it" not in page
    again = text(sergeant.post(address("accept", task.id), {}, follow=True))
    assert "The response-sergeant has it" in again
    ended = {"ending": "task-in-custody", "words": "Remanded"}
    page = text(officer.post(address("end", task.id), ended, follow=True))
    assert "The suspect is in custody or in prison" in page
    gone = text(officer.post(address("log", task.id), {"result": "kept-to"}))
    assert "Somebody else has changed this meanwhile" in gone


def test_whether_it_is_safe_to_call_stands_on_todays_list(signed_in, does, case, says):
    measure = does(Role.HUB, fitting.offer, case_id=case, kind="patrol")
    does(Role.HUB, fitting.take_step, measure_id=measure.id, step="order")
    officer = signed_in(Role.OFFICER)
    page = text(officer.get(address("today")))
    for said in ("Zofia Quillfeather", "The suspect lives there, and nobody knows", "patrols were ordered"):
        assert said in page, said
    says(means=["phone-call"])
    answer = officer.get(address("today"))
    assert "Do not call: she said that a visit is not safe" in text(answer)
    assert address("set-out", case) not in answer.content.decode()
    assert "Do not set out" in text(officer.get(address("set-out", case)))
    refused = text(officer.post(address("set-out", case), {"words": "I go all the same"}))
    assert "reach her by another way" in refused
    assert "I go all the same" in refused
    says(means=["visit"], hours_limited="no", must_not_know="His mother")
    page = text(officer.get(address("today")))
    assert "She said that a visit at this hour is safe" in page
    assert "His mother" in page
    assert "You are on your way." in text(officer.post(address("set-out", case), {}, follow=True))
    assert "On the way" in text(officer.get(address("today")))
    assert "Quillfeather" not in text(officer.post(address("today"), {"near": "Nowhere Lane"}))
    assert "Nobody is to be looked in on near there." in text(
        officer.post(address("today"), {"near": "Nowhere"})
    )
    sergeant = signed_in(Role.SERGEANT)
    assert "Zofia Quillfeather" in text(sergeant.get(address("supervision")))
    came = {
        "outcome": "visit-spoken",
        "alone": "yes",
        "safe_to_talk": "yes",
        "said": "He is away",
        "feels": "safer",
    }
    page = text(officer.post(address("visit", case), came, follow=True))
    assert "She was seen and spoken to" in page
    assert "Reached, and she could speak freely" in page
    # in the log of contacts with her
    log = text(officer.get(reverse("safeguarding:promises", args=[case])))
    assert "He is away" in log


def test_a_marker_that_lapsed_is_loud_and_is_kept_or_ended(signed_in, marker, case, does, pair):
    lapsed, soon = marker(-4), marker(6, "alarm-fitted")
    call_for_marker_reviews(now=NOW)
    sergeant, officer = signed_in(Role.SERGEANT), signed_in(Role.OFFICER)
    page = text(sergeant.get(address("markers")))
    for said in (
        "Officers are no longer warned.",
        "4 days ago",
        "Lapses soon",
        "in 6 days",
        "Overdue",
    ):
        assert said in page, said
    officer.get(address("case", case))
    assert "has lapsed and nobody has looked at it" in text(
        officer.get(reverse("people:person", args=[pair[0]]))
    )
    # whoever goes there reads that it lapsed, also where she is not on today's list
    today = text(officer.get(address("today")))
    assert "1 marker of a place has lapsed and nobody has looked at it. It may still hold." in today
    assert "Treat any call from here as urgent" in today
    assert "lapsed" not in text(officer.post(address("today"), {"near": "Nowhere Lane"}))
    assert officer.get(address("markers")).status_code == 403
    far = text(sergeant.post(address("keep-marker", lapsed.id), {"reason": "marker-case-open", **day(900)}))
    assert "is further ahead than a marker is kept at once" in far
    sent = {"reason": "marker-case-open", "words": "Bail until March", **day(100)}
    page = text(sergeant.post(address("keep-marker", lapsed.id), sent, follow=True))
    assert "The marker is kept." in page
    assert "No marker has lapsed unseen." in page
    ended = {"reason": "marker-not-wanted", "words": "She rang"}
    page = text(sergeant.post(address("end-marker", soon.id), ended, follow=True))
    assert "No marker lapses soon." in page
    assert "nobody has looked at it" not in text(officer.get(reverse("people:person", args=[pair[0]])))


def test_a_look_at_each_page_is_logged_and_who_may_not_see_her_sees_nothing(
    signed_in, task, does, case, pair, marker
):
    made, old = task(), marker(-1)
    with seen_whole():
        before = Event.objects.count()
    sergeant = signed_in(Role.SERGEANT)
    for place in (
        address("case", case),
        address("tasks"),
        address("supervision"),
        address("markers"),
        address("today"),
    ):
        sergeant.get(place)
    with seen_whole():
        looks = Event.objects.filter(kind=Event.Kind.LOOK).order_by("id")
        assert Event.objects.count() >= before + 5
        assert any(one.action == Action.SUPERVISE_NEIGHBOURHOOD and pair[0] in one.subjects for one in looks)
    does(Role.DESK, restrict, record_id=pair[0], reason="refuge")
    for place in (address("tasks"), address("supervision"), address("markers"), address("today")):
        page = text(sergeant.get(place))
        assert "Quillfeather" not in page, place
        assert "Alma Road" not in page, place
    for place in (
        address("case", case),
        address("log", made.id),
        address("review", made.id),
        address("keep-marker", old.id),
        address("set-out", case),
    ):
        assert sergeant.get(place).status_code in {403, 404}, place


def test_the_command_line_does_the_same(accounts, does, case, marker, says):
    marker(-2)
    officer, sergeant = ("--as", "response-officer"), ("--as", "response-sergeant")
    told = ("--kind", "vehicle", "--reason", "disrupt-others", "--words", "The blue van")
    answer = run("order", case, *told, *officer)
    assert answer.exit_code == 0, answer.output
    task = answer.output.strip()
    assert "goes on or has ended already" in run("order", case, *told, *officer).output
    assert "accepted" in run("accept", task, *officer).output
    assert "written down" in run("log", task, "--result", "kept-to", *officer).output
    listed = run("tasks", "--mine", *officer).output
    assert "tasks: 1, overdue: 0" in listed
    assert "kept-to" in listed
    assert "van" not in listed
    assert "reviewed" in run("review", task, "--agreed", "--words", "Read", *sergeant).output
    assert "markers: 1, tasks of closed cases: 0" in run("call", *sergeant).output
    lapsed = run("markers", *sergeant).output
    assert "LAPSED UNSEEN: 1" in lapsed
    with seen_whole():
        marked = Marker.objects.get(ended_by=None)
    until = f"{timezone.localdate() + timedelta(days=30)}"
    kept = run("keep-marker", marked.id, "--until", until, "--reason", "marker-case-open", *sergeant)
    assert kept.exit_code == 0, kept.output
    ended = run("end-marker", kept.output.strip(), "--reason", "marker-moved", "--words", "Gone", *sergeant)
    assert "ended" in ended.output
    says(means=["phone-call"])
    assert "another way" in run("set-out", case, *officer).output
    says(means=["visit"], hours_limited="no")
    assert "on the way: safe" in run("set-out", case, *officer).output
    assert "open: 0" in run("today", *officer).output
    assert "on the way: 1" in run("supervision", *sergeant).output
    assert "written down" in run("called", case, "--outcome", "visit-nobody-in", *officer).output
    assert "ended" in run("end", task, "--ending", "task-no-effect", "--words", "Sold it", *officer).output
    assert run("supervision", *officer).exit_code == 1
