"""The pages of the scene: an officer's visit, a sergeant's look, and what is read of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from throughline.casework.conftest import NOW
from throughline.casework.contact.commands import sending, taking
from throughline.casework.contact.commands.recordings import listened_to, note_recording
from throughline.casework.contact.models import Contact
from throughline.casework.scene.commands.acting import act_on
from throughline.casework.scene.commands.adding import ask_correction
from throughline.casework.scene.commands.attending import begin, leave
from throughline.casework.scene.commands.children import name_child
from throughline.casework.scene.models import (
    Addendum,
    Attendance,
    ChildDecision,
    ChildSeen,
    EvidenceItem,
    Injury,
    PositiveAction,
)
from throughline.casework.scene.tests.conftest import seen_whole
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.models import Event
from throughline.foundations.decisions.models import Review
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.models import Answers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]


@pytest.fixture
def read(signed_in):
    """``read(role, name, *args)``: a page of the room as its text."""

    def got(role, name, *args):
        answer = signed_in(role).get(reverse(f"scene:{name}", args=args))
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    return got


@pytest.fixture
def send(signed_in):
    """``send(role, name, *args, **typed)``: post a form of the room."""

    def posted(role, name, *args, **typed):
        return signed_in(role).post(reverse(f"scene:{name}", args=args), {"once": str(uuid4()), **typed})

    return posted


def test_an_officer_finds_an_incident_by_its_number_and_begins_there(read, send, incident):
    with seen_whole():
        number = Attendance._meta.get_field("incident").related_model.objects.get(id=incident).number
    found = send(Role.OFFICER, "home", number=f" {number.lower()} ")
    assert found.url == reverse("scene:begin", args=[incident])
    page = read(Role.OFFICER, "begin", incident)
    assert "Quillfeather" in page
    begun = send(Role.OFFICER, "begin", incident)
    with seen_whole():
        visit = Attendance.objects.get()
    assert begun.url == reverse("scene:visit", args=[visit.id])
    assert number in read(Role.OFFICER, "home")


def test_a_number_that_nobody_has_is_said_in_the_form(send):
    assert (
        "no incident that you can open has it" in send(Role.OFFICER, "home", number="QX-1").content.decode()
    )


def test_the_list_says_how_far_each_section_is(read, send, visit):
    page = read(Role.OFFICER, "visit", visit)
    assert page.count("Not started") == 10
    send(Role.OFFICER, "danger", visit, do="save", weapons="used", **{"weapons-words": "A kitchen knife"})
    done = {"do": "complete", "are-there": "no"}
    assert send(Role.OFFICER, "messages", visit, **done).url == reverse("scene:visit", args=[visit])
    page = read(Role.OFFICER, "visit", visit)
    assert (page.count("Something written"), page.count("Finished")) == (1, 1)
    with seen_whole():
        kept = Answers.objects.get(subject=visit, instrument="scene-danger")
    assert kept.answers == {"weapons": "used", "weapons-words": "A kitchen knife"}


def test_finishing_asks_for_what_saving_does_not(send, visit):
    assert send(Role.OFFICER, "safety", visit, do="save").status_code == 302
    answer = send(Role.OFFICER, "statement", visit, do="complete")
    assert "an answer to “" in answer.content.decode()


def test_two_devices_do_not_overwrite_each_other(send, visit):
    send(Role.OFFICER, "account", visit, do="save", account="He came back at nine", after="")
    second = send(Role.OFFICER, "account", visit, do="save", account="Something else", after="")
    page = second.content.decode()
    assert "saved elsewhere meanwhile" in page
    assert "Something else" in page
    with seen_whole():
        assert (
            Answers.objects.get(subject=visit, superseded_by=None).answers["account"]
            == "He came back at nine"
        )


def test_family_who_interpret_are_asked_about_in_words(read, visit):
    page = read(Role.OFFICER, "account", visit)
    assert "Never family, friends, children" in page
    assert "interpreter-who-words" in page


def test_each_accusing_the_other_is_said(read, send, visit):
    said = "Each says that the other was violent"
    assert said not in read(Role.OFFICER, "visit", visit)
    send(Role.OFFICER, "account", visit, do="save", **{"each-accuses": "yes"})
    assert said in read(Role.OFFICER, "visit", visit)


def test_an_injury_is_marked_on_the_chart_and_taken_back(read, send, visit, pair):
    page = read(Role.OFFICER, "chart", visit)
    assert page.count("<polygon") == 45
    wrong = send(Role.OFFICER, "chart", visit, whose=str(pair[0]), kind="bruise")
    assert "Select an answer to “Where" in wrong.content.decode()
    where = ["front-neck", "back-left-hand"]
    told = {"whose": str(pair[0]), "regions": where, "kind": "strangulation-mark", "seen_by": ["told"]}
    assert send(Role.OFFICER, "chart", visit, **told, words="Two thumbs").status_code == 302
    with seen_whole():
        first = Injury.objects.get(region="front-neck")
    assert "Two thumbs" in read(Role.OFFICER, "injuries", visit)
    assert "has an injury already" in read(Role.OFFICER, "chart", visit)
    send(Role.OFFICER, "withdraw-injury", visit, first.id)
    assert "Taken back" in read(Role.OFFICER, "injuries", visit)


def test_evidence_is_done_or_said_why_not(read, send, incident, visit):
    told = {"state": "not-done", "reason_not-done": "no-equipment", "words": "No camera in the car"}
    assert send(Role.OFFICER, "item", incident, "photographs", **told).status_code == 302
    wrong = send(
        Role.OFFICER, "item", incident, "call-recording", state="done", listened="no", exhibit="SR/1"
    )
    assert "listened to and has an exhibit reference" in wrong.content.decode()
    told = {"state": "done", "listened": "yes", "exhibit": "SR/1"}
    assert send(Role.OFFICER, "item", incident, "call-recording", **told).status_code == 302
    with seen_whole():
        assert dict(EvidenceItem.objects.values_list("item", "reason")) == {
            "photographs": "no-equipment",
            "call-recording": "",
        }
    page = read(Role.OFFICER, "evidence", incident)
    assert page.count("Not said yet") == 5
    assert "No camera in the car" in read(Role.OFFICER, "item", incident, "photographs")


def test_the_recording_of_a_call_is_told_where_it_is_to_be_exhibited(does, read, accounts):
    at_the_counter = _called(does, "front-counter")
    assert "No call of this incident" in read(Role.OFFICER, "item", at_the_counter, "call-recording")
    incident = _called(does, "999")
    page = read(Role.OFFICER, "item", incident, "call-recording")
    assert "nobody has asked to keep it" in page
    with seen_whole():
        call = Contact.objects.get(incident=incident).id
    does(Role.CALL_HANDLER, note_recording, contact_id=call, reference="REC-7781")
    does(Role.OFFICER, listened_to, contact_id=call)
    page = read(Role.OFFICER, "item", incident, "call-recording")
    assert f"listened to by {accounts[Role.OFFICER].name}" in " ".join(page.split())
    assert reverse("contact:recording", args=[call]) in page
    assert "Recordings of its calls" not in read(Role.OFFICER, "item", incident, "photographs")


def _called(does, channel):
    """The incident of a call that somebody is sent to."""
    call = does(Role.CALL_HANDLER, taking.begin, channel=channel)
    told = {"version": call.version, "place": "14 Alma Road"}
    does(Role.CALL_HANDLER, taking.change, contact_id=call.id, **told)
    does(Role.CALL_HANDLER, sending.send, contact_id=call.id, grade="emergency")
    with seen_whole():
        return Contact.objects.get(id=call.id).incident_id


def test_what_is_gathered_under_no_such_name_is_not_there(signed_in, incident):
    address = reverse("scene:item", args=[incident, "crystal-ball"])
    assert signed_in(Role.OFFICER).get(address).status_code == 404


def test_no_arrest_asks_for_evidence_led_action_and_a_sergeant_looks(read, send, incident, pair, visit):
    told = {"action": "none", "power": "yes", "reasons": ["victim-unwilling"], "words": "She asks us to go"}
    assert send(Role.OFFICER, "action", incident, pair[1], **told).status_code == 302
    assert "Never enough by itself" in read(Role.OFFICER, "actions", incident)
    page = read(Role.SERGEANT, "no-arrest", incident)
    assert "She asks us to go" in page
    assert "What does the evidence say without her" in page
    said = {"suspect": str(pair[1]), "answer": "otherwise"}
    wrong = send(Role.SERGEANT, "no-arrest", incident, **said)
    assert "say what you would have done and why" in wrong.content.decode()
    assert (
        send(Role.SERGEANT, "no-arrest", incident, **said, feedback="The video shows it").status_code == 302
    )
    with seen_whole():
        assert Review.objects.get().agreed is False
    assert "The video shows it" in read(Role.OFFICER, "home")
    assert send(Role.SERGEANT, "no-arrest", incident, **said).url == reverse("scene:read", args=[incident])


def test_the_time_of_an_arrest_is_the_last_such_time(send, incident, pair, visit):
    told = {"action": "arrest", "offence": "violence-with-injury", "time": "23:59"}
    assert send(Role.OFFICER, "action", incident, pair[1], **told).status_code == 302
    with seen_whole():
        made = PositiveAction.objects.get()
    assert NOW - timedelta(days=1, minutes=1) <= made.at <= NOW + timedelta(minutes=1)
    wrong = send(Role.OFFICER, "action", incident, pair[1], action="arrest", time="half past never")
    assert "write the time like 9pm or 21:40" in wrong.content.decode()


def test_children_are_named_found_and_decided_together(read, send, incident, visit):
    named = send(Role.OFFICER, "children", visit, forename="Ada", surname="Quillfeather", age="6")
    send(Role.OFFICER, "children", visit, forename="Bo", age="9")
    child = named.url.rstrip("/").rsplit("/", 1)[1]
    told = {"presence": "present", "seen": "yes", "spoken_to": "yes", "own_words": "Dad shouted", "after": ""}
    assert send(Role.OFFICER, "child", visit, child, **told).status_code == 302
    again = send(Role.OFFICER, "child", visit, child, **told)
    assert "changed this meanwhile" in again.content.decode()
    assert "Dad shouted" in read(Role.OFFICER, "children", visit)
    with seen_whole():
        kids = [
            str(one) for one in ChildSeen.objects.values_list("attendance__incident__subjects", flat=True)[0]
        ]
        children = [one for one in kids if one != str(incident)]
    page = read(Role.OFFICER, "child-decision", incident)
    assert page.count('name="children"') == 2
    told = {"children": [one for one in children if f'value="{one}"' in page], "choice": "refer"}
    wrong = send(Role.OFFICER, "child-decision", incident, **told)
    assert "it is read where the child is looked after next" in wrong.content.decode()
    told |= {"basis": "harm"}
    assert send(Role.OFFICER, "child-decision", incident, **told).status_code == 302
    with seen_whole():
        assert len(ChildDecision.objects.get().subjects) == 2
        assert Duty.objects.get(kind="child-decision").outcome == "refer"


def test_no_child_is_decided_by_a_named_person(read, send, incident, visit, accounts):
    page = read(Role.OFFICER, "child-decision", incident)
    assert "No child was there, lives there or was named" in page
    send(Role.OFFICER, "child-decision", incident, choice="no-child")
    with seen_whole():
        assert ChildDecision.objects.get().by == accounts[Role.OFFICER].id
    assert accounts[Role.OFFICER].name in read(Role.OFFICER, "children", visit)


def test_a_child_of_the_household_is_proposed_and_taken_in_with_one_tap(read, send, does, add, pair, visit):
    from datetime import date

    from throughline.casework.people.commands.recording import join_household

    child = add("Ada", "Quillfeather", born=date(NOW.year - 7, 1, 1))
    does(Role.CALL_HANDLER, join_household, record_id=child, with_record_id=pair[0])
    page = read(Role.OFFICER, "children", visit)
    assert "Lives with one of them" in page
    assert send(Role.OFFICER, "children", visit, child=str(child)).url == reverse(
        "scene:child", args=[visit, child]
    )
    assert "Lives with one of them" not in read(Role.OFFICER, "children", visit)


def test_leaving_says_what_is_missing_and_what_is_written_stands(read, send, visit):
    page = read(Role.OFFICER, "leave", visit)
    assert "You can leave all the same" in page
    assert "Evidence" in page
    assert send(Role.OFFICER, "leave", visit).status_code == 302
    assert "is your first account, and stands" in read(Role.OFFICER, "visit", visit)
    page = send(Role.OFFICER, "account", visit, do="save", account="More").content.decode()
    assert "You have left" in page
    assert "Add to your account" in page


def test_a_correction_is_asked_and_answered_by_page(read, send, signed_in, incident, visit, accounts):
    assert send(Role.SERGEANT, "correct", visit, words="It was the left arm").status_code == 302
    with seen_whole():
        duty = Duty.objects.get(kind="correction-request")
    page = signed_in(Role.OFFICER).get(f"/duties/{duty.id}/").content.decode()
    assert reverse("scene:answer", args=[duty.about]) in page
    assert "It was the left arm" in read(Role.OFFICER, "answer", duty.about)
    assert send(Role.OFFICER, "answer", duty.about, words="The left, yes").status_code == 302
    with seen_whole():
        assert Addendum.objects.get().answers_id == duty.about
    page = read(Role.SERGEANT, "read", incident)
    assert "It was the left arm" in page
    assert "The left, yes" in page


def test_all_that_is_written_is_read_and_the_look_is_logged(
    read, send, does, incident, pair, visit, accounts
):
    send(Role.OFFICER, "account", visit, do="save", account="He took my keys")
    does(Role.OFFICER, act_on, incident_id=incident, record_id=pair[1], action="arrest")
    does(Role.OFFICER, name_child, attendance_id=visit, forename="Ada")
    does(Role.OFFICER, leave, attendance_id=visit)
    page = read(Role.HUB, "read", incident)
    for words in ("He took my keys", "Arrested", accounts[Role.OFFICER].name, "Not finished on leaving"):
        assert words in page
    with seen_whole():
        look = Event.objects.filter(kind="look", action="scene.view", actor=accounts[Role.HUB].id).latest(
            "id"
        )
    assert {*pair} <= {*look.subjects}


def test_the_analyst_reads_no_scene(signed_in, incident):
    assert signed_in(Role.ANALYST).get(reverse("scene:read", args=[incident])).status_code == 403


def test_an_incident_of_a_restricted_person_is_not_there(signed_in, does, incident, pair):
    from throughline.casework.people.commands.safety import restrict

    does(Role.SUPERVISOR, restrict, record_id=pair[0], reason="honour-based", words="Family")
    for name in ("read", "begin", "evidence", "actions", "child-decision"):
        assert signed_in(Role.OFFICER).get(reverse(f"scene:{name}", args=[incident])).status_code == 404


def test_the_brief_leads_to_the_scene(signed_in, does, accounts, incident):
    from throughline.website.navigation import from_a_brief

    ways = from_a_brief(incident, accounts[Role.OFFICER].actor)
    assert (reverse("scene:begin", args=[incident]), "At the scene") in ways
    assert from_a_brief(incident, accounts[Role.CALL_HANDLER].actor) == []


def test_an_author_has_nothing_to_ask_of_themselves(read, does, incident, pair, accounts):
    visit = does(Role.SERGEANT, begin, incident_id=incident).id
    told = {"about": visit, "subjects": list(pair), "incident_id": incident}
    does(Role.HUB, ask_correction, **told, author=accounts[Role.SERGEANT].id, words="Wrong street")
    assert "Ask for a correction" not in read(Role.SERGEANT, "read", incident)


def test_the_command_line_says_in_codes_how_far_a_scene_is(send, incident, visit, accounts):
    from click.testing import CliRunner

    from throughline.casework.scene.cli import scene

    send(Role.OFFICER, "danger", visit, do="save", weapons="no")
    send(Role.OFFICER, "item", incident, "house-to-house", state="done")
    with seen_whole():
        number = Attendance.objects.select_related("incident").get(id=visit).incident.number
    told = CliRunner().invoke(scene, ["show", number, "--as", accounts[Role.HUB].username])
    assert told.exit_code == 0, told.output
    for line in ("  danger: something written", "house-to-house: done", "children: nobody has decided yet"):
        assert line in told.output
    assert "Quillfeather" not in told.output
    nobody = CliRunner().invoke(scene, ["show", "QX-1", "--as", accounts[Role.HUB].username])
    assert "No incident that this account can read" in nobody.output
