"""What the commands of the scene write, refuse and leave to be done."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from throughline.casework.cases.commands import incidents
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import NotYet
from throughline.casework.conftest import NOW
from throughline.casework.contact.commands import asking, knowing, sending, taking
from throughline.casework.contact.models import Contact, Deployment
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.scene.commands.acting import act_on, review_action
from throughline.casework.scene.commands.adding import add, ask_correction
from throughline.casework.scene.commands.attending import begin, leave, still_true, write_section
from throughline.casework.scene.commands.children import (
    call_for_decisions,
    decide_children,
    find_child,
    name_child,
)
from throughline.casework.scene.commands.gathering import gather
from throughline.casework.scene.commands.injuries import add_injuries, withdraw_injury
from throughline.casework.scene.models import (
    Addendum,
    Attendance,
    ChildSeen,
    EvidenceItem,
    Injury,
    PositiveAction,
    Words,
)
from throughline.casework.scene.queries.earlier import earlier_for
from throughline.casework.scene.queries.pages import said_before
from throughline.casework.scene.queries.pages import visit as visit_page
from throughline.casework.scene.rules import Section
from throughline.casework.scene.tests.conftest import seen_whole
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.accounts.commands import close_account
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import LONDON, london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.commands import pass_on
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.commands import ChangedMeanwhile
from throughline.foundations.instruments.queries import library

pytestmark = pytest.mark.django_db


def duty(kind, **wanted):
    with seen_whole():
        return Duty.objects.get(kind=kind, **wanted)


def written(does, visit, section, *, complete=False, after=None, **answers):
    instrument = library().as_of(f"scene-{section}", london_day(NOW))
    return does(
        Role.OFFICER,
        write_section,
        attendance_id=visit,
        section=section,
        instrument=instrument,
        answers=answers,
        complete=complete,
        after=after,
    )


# --- arriving and leaving -----------------------------------------------------------------------------


def test_arriving_twice_is_one_visit_and_opens_what_must_follow(does, incident, pair, accounts):
    first = does(Role.OFFICER, begin, incident_id=incident)
    assert does(Role.OFFICER, begin, incident_id=incident).id == first.id
    her, him = pair
    with seen_whole():
        case = Case.objects.get(victim=her, suspect=him)
        assert {one.record_id for one in Entry.objects.filter(kind="attended")} == {her, him}
    risk = duty("risk-assessment")
    assert (risk.record_id, risk.about, risk.owner) == (her, case.id, accounts[Role.OFFICER].id)
    children = duty("child-decision")
    assert (children.about, children.owner) == (incident, accounts[Role.OFFICER].id)


def test_what_a_case_lacks_is_the_control_rooms_until_somebody_has_been_there(does, incident, pair, add):
    lacks = ("case-owner", "case-grade")
    assert {duty(kind).role for kind in lacks} == {Role.SUPERVISOR}
    visit = does(Role.OFFICER, begin, incident_id=incident)
    assert {duty(kind).role for kind in lacks} == {Role.SERGEANT}
    does(Role.OFFICER, leave, attendance_id=visit.id)
    # who else it was comes to light on the telephone, after the visit
    brother = add("Clement", "Ashgrove", sex="1")
    told = {"incident_id": incident, "record_id": brother, "part": "suspect", "confirmed": True}
    does(Role.CALL_HANDLER, incidents.involve, **told)
    with seen_whole():
        his = Case.objects.get(victim=pair[0], suspect=brother).id
    assert {duty(kind, about=his).role for kind in lacks} == {Role.SERGEANT}


def test_a_sergeant_who_attends_has_the_duties_on_their_own_list(does, incident):
    does(Role.SERGEANT, begin, incident_id=incident)
    assert duty("risk-assessment").role == Role.SERGEANT


def test_the_control_room_does_not_attend(does, incident):
    with pytest.raises(Refused):
        does(Role.CALL_HANDLER, begin, incident_id=incident)


def test_arriving_says_that_the_unit_is_there(does, accounts, pair):
    contact = does(Role.CALL_HANDLER, taking.begin, channel="999")
    sent = does(
        Role.CALL_HANDLER,
        sending.send,
        contact_id=contact.id,
        grade="emergency",
        place="14 Alma Road",
        officer=accounts[Role.OFFICER].id,
    )
    with seen_whole():
        incident = Contact.objects.get(id=contact.id).incident_id
    at = NOW - timedelta(hours=3)
    begun = does(Role.OFFICER, begin, incident_id=incident, at=at)
    assert (begun.deployment_id, begun.began_at, begun.entered_at) == (sent.id, at, NOW)
    with seen_whole():
        assert Deployment.objects.get(id=sent.id).arrived_at == at


def test_a_clock_that_is_ahead_is_not_believed(does, incident):
    begun = does(Role.OFFICER, begin, incident_id=incident, at=NOW + timedelta(hours=5))
    assert begun.began_at == NOW


def test_leaving_says_what_is_missing_keeps_nobody_and_closes_the_account(does, incident, visit):
    written(
        does, visit, Section.DANGER, weapons="no", breach="no", **{"where-he-is": "custody"}, complete=True
    )
    left = does(Role.OFFICER, leave, attendance_id=visit)
    assert left.left_at == NOW
    assert "danger" not in left.missing
    assert {"account", "children", "action", "evidence"} <= set(left.missing)
    assert does(Role.OFFICER, leave, attendance_id=visit, now=NOW + timedelta(hours=1)).left_at == NOW
    for change in (
        lambda: written(does, visit, Section.ACCOUNT, account="He came back"),
        lambda: does(Role.OFFICER, name_child, attendance_id=visit, forename="Ada"),
    ):
        with pytest.raises(Malformed, match="You have left"):
            change()
    # what goes on after the scene is no part of the first account
    assert (
        does(Role.OFFICER, gather, incident_id=incident, item="house-to-house", state="done").attendance_id
        == visit
    )


def test_saving_needs_nothing_and_an_older_page_overwrites_nothing(does, visit):
    first = written(does, visit, Section.ACCOUNT)
    written(does, visit, Section.ACCOUNT, account="He took my keys", after=first.id)
    with pytest.raises(ChangedMeanwhile):
        written(does, visit, Section.ACCOUNT, account="Something else", after=first.id)


def test_nobody_writes_the_visit_of_another(does, accounts, visit):
    instrument = library().as_of("scene-safety", london_day(NOW))
    told = {
        "section": Section.SAFETY,
        "instrument": instrument,
        "answers": {},
        "complete": False,
        "after": None,
    }
    with pytest.raises(Refused):
        does(Role.SERGEANT, write_section, attendance_id=visit, **told)
    with pytest.raises(Refused):
        does(Role.SERGEANT, leave, attendance_id=visit)


# --- injuries and evidence ----------------------------------------------------------------------------


def test_an_injury_is_one_row_a_region_and_can_be_taken_back(does, visit, pair):
    made = does(
        Role.OFFICER,
        add_injuries,
        attendance_id=visit,
        record_id=pair[0],
        regions=["front-neck", "front-left-forearm"],
        kind="red-mark",
        seen_by=["officer"],
        photographed=True,
        words="The width of a thumb",
    )
    assert {one.region for one in made} == {"front-neck", "front-left-forearm"}
    does(Role.OFFICER, withdraw_injury, attendance_id=visit, injury_id=made[0].id)
    with seen_whole():
        assert Injury.objects.filter(withdrawn_at=None).count() == 1
        assert Words.objects.filter(about=made[0].id).get().words == "The width of a thumb"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"regions": []}, "regions"),
        ({"regions": ["front-tail"]}, "regions"),
        ({"kind": "aura"}, "kind"),
        ({"seen_by": ["the cat"]}, "seen_by"),
    ],
)
def test_an_injury_that_cannot_be_names_its_field(does, visit, pair, wrong, field):
    told = {"record_id": pair[0], "regions": ["front-neck"], "kind": "cut", **wrong}
    with pytest.raises(Malformed) as refused:
        does(Role.OFFICER, add_injuries, attendance_id=visit, **told)
    assert refused.value.field == field


def test_what_was_gathered_is_superseded_and_stays(does, incident, visit):
    told = {"incident_id": incident, "item": "photographs"}
    first = does(
        Role.OFFICER, gather, **told, state="not-done", reason="no-equipment", words="Camera at the station"
    )
    same = does(
        Role.OFFICER, gather, **told, state="not-done", reason="no-equipment", words="Camera at the station"
    )
    assert same.id == first.id
    then = does(Role.SERGEANT, gather, **told, state="done", exhibit=" SR/2 ")
    assert (then.supersedes_id, then.exhibit, then.attendance_id) == (first.id, "SR/2", None)
    with seen_whole():
        assert EvidenceItem.objects.filter(item="photographs").count() == 2
        assert EvidenceItem.objects.get(item="photographs", superseded_by=None).state == "done"


def test_the_recording_asked_for_is_not_done(does, incident):
    told = {"incident_id": incident, "item": "call-recording"}
    with pytest.raises(Malformed) as refused:
        does(Role.OFFICER, gather, **told, state="done", listened=False, exhibit="SR/3")
    assert refused.value.field == "state"
    kept = does(Role.OFFICER, gather, **told, state="for-investigator", reason="asked-for")
    assert kept.state == "for-investigator"


# --- suspects -----------------------------------------------------------------------------------------


def test_an_arrest_is_nobodys_second_look(does, incident, visit, pair):
    at = NOW - timedelta(minutes=20)
    made = does(
        Role.OFFICER,
        act_on,
        incident_id=incident,
        record_id=pair[1],
        action="arrest",
        offence="violence-with-injury",
        reasons=["not-necessary"],
        at=at,
    )
    assert (made.at, made.reasons, made.attendance_id) == (at, [], visit)
    with seen_whole():
        assert not Duty.objects.filter(kind="no-arrest-review").exists()
        entry = Entry.objects.get(kind="arrested")
    assert (entry.record_id, entry.about, entry.code, entry.at) == (
        pair[1],
        incident,
        "violence-with-injury",
        at,
    )


def not_arrested(does, incident, pair, **more):
    told = {
        "action": "none",
        "power": True,
        "reasons": ["victim-unwilling"],
        "words": "She asks us to go",
        **more,
    }
    return does(Role.OFFICER, act_on, incident_id=incident, record_id=pair[1], **told)


def test_no_arrest_with_power_goes_to_a_sergeant_who_agrees(does, incident, pair):
    made = not_arrested(does, incident, pair)
    waiting = duty("no-arrest-review", discharged_at=None)
    assert (waiting.role, waiting.record_id, waiting.about) == (Role.SERGEANT, pair[1], incident)
    assert waiting.causes == ["no-arrest"]
    does(
        Role.SERGEANT,
        review_action,
        incident_id=incident,
        record_id=pair[1],
        agreed=True,
        feedback="Well said",
    )
    assert duty("no-arrest-review").outcome == "agreed"
    with seen_whole():
        assert Decision.objects.get(id=made.decision_id).reason == "victim-unwilling"
    with pytest.raises(Refused):
        does(Role.SERGEANT, review_action, incident_id=incident, record_id=pair[1], agreed=True)


def test_overturned_it_comes_back_and_a_new_decision_answers_it(does, incident, pair, accounts):
    not_arrested(does, incident, pair)
    with pytest.raises(Malformed) as refused:
        does(Role.SERGEANT, review_action, incident_id=incident, record_id=pair[1], agreed=False)
    assert refused.value.field == "feedback"
    does(
        Role.SERGEANT,
        review_action,
        incident_id=incident,
        record_id=pair[1],
        agreed=False,
        feedback="Look at the video",
    )
    back = duty("action-returned", discharged_at=None)
    # nobody of response is on duty: anyone of the role may take it
    assert (back.owner, back.role) == (None, Role.OFFICER)
    does(Role.OFFICER, act_on, incident_id=incident, record_id=pair[1], action="arrest")
    assert duty("action-returned").outcome == "decided-again"
    with seen_whole():
        assert PositiveAction.objects.filter(superseded_by=None).get().action == "arrest"
        assert PositiveAction.objects.count() == 2


def test_unsaid_power_is_looked_at_and_none_is_not(does, incident, pair):
    not_arrested(does, incident, pair, power=None)
    assert duty("no-arrest-review").causes == ["power-not-said"]
    not_arrested(does, incident, pair, power=False, reasons=["no-offence"])
    assert duty("no-arrest-review").outcome == "no-longer-needed"


def test_nobody_reviews_their_own(does, incident, pair):
    does(
        Role.SERGEANT,
        act_on,
        incident_id=incident,
        record_id=pair[1],
        action="voluntary-attendance",
        power=True,
    )
    with pytest.raises(Refused):
        does(Role.SERGEANT, review_action, incident_id=incident, record_id=pair[1], agreed=True)


def test_an_officer_does_not_review(does, incident, pair):
    not_arrested(does, incident, pair)
    with pytest.raises(Refused):
        does(Role.OFFICER, review_action, incident_id=incident, record_id=pair[1], agreed=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "shout"},
        {"reasons": ["too-few-officers"]},
        {"offence": "rudeness"},
        {"words": "x" * 10_001},
    ],
)
def test_what_is_on_no_list_is_refused(does, incident, pair, wrong):
    with pytest.raises(Malformed):
        not_arrested(does, incident, pair, **wrong)
    with pytest.raises(Malformed):
        does(Role.OFFICER, act_on, incident_id=incident, record_id=pair[0], action="arrest")


# --- children -----------------------------------------------------------------------------------------


@pytest.fixture
def children(does, visit):
    return [
        does(Role.OFFICER, name_child, attendance_id=visit, forename=name, surname="Quillfeather", age=age)
        for name, age in (("Ada", 6), ("Bo", 9))
    ]


def test_what_a_child_says_is_kept_beside_and_never_on_the_line(does, visit, children):
    told = {
        "attendance_id": visit,
        "record_id": children[0],
        "presence": "present",
        "seen": True,
        "spoken_to": True,
    }
    first = does(Role.OFFICER, find_child, **told, own_words="Dad was loud", school="Alma Primary")
    with pytest.raises(Conflict):
        does(Role.OFFICER, find_child, **told)
    second = does(Role.OFFICER, find_child, **told, own_words="Dad was very loud", after=first.id)
    assert second.supersedes_id == first.id
    with seen_whole():
        said = {one.part: one.words for one in Words.objects.filter(about=first.id)}
        assert said == {"own_words": "Dad was loud", "school": "Alma Primary"}
        assert {one.code for one in Entry.objects.filter(kind="child-found")} == {""}
        assert ChildSeen.objects.filter(superseded_by=None).count() == 1


def test_one_decision_covers_siblings_and_discharges_the_duty(does, incident, children):
    made = does(
        Role.OFFICER,
        decide_children,
        incident_id=incident,
        children=children,
        choice="refer-and-school",
        reason="harm",
        words="Both heard it",
    )
    assert set(made.subjects) == set(children)
    assert duty("child-decision").outcome == "refer-and-school"
    with seen_whole():
        assert Duty.objects.filter(kind="school-notice", discharged_at=None).count() == 2
        assert Duty.objects.filter(kind="child-referral", discharged_at=None).count() == 2
        assert Decision.objects.filter(kind="child-decision", about=incident).count() == 2
        assert {one.record_id for one in Entry.objects.filter(kind="child-decided")} == set(children)


def test_a_child_left_out_leaves_the_duty_open(does, incident, children):
    does(Role.OFFICER, decide_children, incident_id=incident, children=children[:1], choice="school")
    assert duty("child-decision").discharged_at is None


def test_the_school_is_told_before_the_next_school_day(does, incident, children):
    at = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)  # a Friday
    does(Role.OFFICER, decide_children, now=at, incident_id=incident, children=children[:1], choice="school")
    assert duty("school-notice").due_at == datetime(2026, 11, 30, 8, 30, tzinfo=LONDON)


def test_not_known_is_an_answer_where_somebody_finds_out_by_a_time(does, incident, children, accounts):
    told = {"incident_id": incident, "children": children, "choice": "unknown"}
    with pytest.raises(Malformed) as refused:
        does(Role.OFFICER, decide_children, **told)
    assert refused.value.field == "finder"
    hub, by = accounts[Role.HUB], NOW + timedelta(hours=14)
    with pytest.raises(Malformed) as refused:
        does(Role.OFFICER, decide_children, **told, finder=hub.id, find_out_by=NOW - timedelta(hours=1))
    assert refused.value.field == "find_out_by"
    does(Role.OFFICER, decide_children, **told, finder=hub.id, find_out_by=by)
    with seen_whole():
        found = list(Duty.objects.filter(kind="child-find-out"))
    assert {(one.owner, one.role, one.due_at) for one in found} == {(hub.id, Role.HUB, by)}
    assert duty("child-decision").outcome == "unknown"
    does(
        Role.HUB,
        decide_children,
        incident_id=incident,
        children=children,
        choice="nothing-needed",
        reason="contact-none",
    )
    with seen_whole():
        assert not Duty.objects.filter(kind="child-find-out", discharged_at=None).exists()


def test_no_child_is_an_answer_until_one_is_named(does, incident, visit):
    told = {"incident_id": incident, "children": [], "choice": "no-child"}
    does(Role.OFFICER, decide_children, **told)
    assert duty("child-decision").outcome == "no-child"
    child = does(Role.OFFICER, name_child, attendance_id=visit, forename="Cy")
    again = duty("child-decision", discharged_at=None)
    assert again.causes == ["child-named"]
    with pytest.raises(Malformed) as refused:
        does(Role.OFFICER, decide_children, **told)
    assert refused.value.field == "choice"
    with pytest.raises(Malformed) as refused:
        does(Role.OFFICER, decide_children, incident_id=incident, children=[child], choice="refer")
    assert refused.value.field == "reason"


def test_an_incident_that_nobody_attended_is_asked_about_and_does_not_close_without(does, incident):
    assert call_for_decisions(now=NOW) == 1
    assert call_for_decisions(now=NOW) == 0
    assert duty("child-decision").causes == ["nobody-attended"]
    with pytest.raises(NotYet) as refused:
        does(Role.SERGEANT, incidents.close_incident, incident_id=incident, closed_as="attended")
    assert "child-decision" in refused.value.why
    does(Role.HUB, decide_children, incident_id=incident, children=[], choice="no-child")
    assert call_for_decisions(now=NOW) == 0


def test_a_child_named_in_another_room_is_asked_about_again(does, incident, add):
    does(Role.OFFICER, decide_children, incident_id=incident, children=[], choice="no-child")
    child = add("Cy", "Quillfeather")
    does(
        Role.CALL_HANDLER,
        incidents.involve,
        incident_id=incident,
        record_id=child,
        part="child",
        confirmed=True,
    )
    assert call_for_decisions(now=NOW) == 1
    assert duty("child-decision", discharged_at=None).causes == ["child-named"]


# --- what was said before -----------------------------------------------------------------------------


@pytest.fixture
def called(does, accounts, pair):
    """She rang before somebody came, and said two things; the incident."""
    contact = does(Role.CALL_HANDLER, taking.begin, channel="999")
    does(Role.CALL_HANDLER, sending.send, contact_id=contact.id, grade="emergency", place="14 Alma Road")
    for record_id, part in zip(pair, ("victim", "suspect"), strict=True):
        does(
            Role.CALL_HANDLER,
            knowing.takes_part,
            contact_id=contact.id,
            record_id=record_id,
            part=part,
            confirmed=True,
        )
    does(Role.CALL_HANDLER, taking.say, contact_id=contact.id, kind="said", words="He has my keys")
    does(
        Role.CALL_HANDLER,
        asking.answer,
        contact_id=contact.id,
        script="call-script",
        question="where-is-he",
        given="same-room",
    )
    with seen_whole():
        return Contact.objects.get(id=contact.id).incident_id


def test_what_was_said_is_shown_after_her_own_account_and_answered_in_one_tap(does, accounts, called):
    visit = does(Role.OFFICER, begin, incident_id=called).id
    officer = accounts[Role.OFFICER].actor
    set_actor(officer)
    assert said_before(officer, visit_page(officer, visit, at=NOW), at=NOW) == ()
    written(does, visit, Section.ACCOUNT, account="He came in through the window")
    set_actor(officer)
    said = said_before(officer, visit_page(officer, visit, at=NOW), at=NOW)
    assert "He has my keys" in [one.line for one in said]
    assert "where-is-he" in [one.question for one in said]
    one = next(one for one in said if one.line == "He has my keys")
    told = {"attendance_id": visit, "about": one.about, "question": ""}
    does(Role.OFFICER, still_true, **told, verdict="no-longer")
    does(Role.OFFICER, still_true, **told, verdict="no-longer")
    with seen_whole():
        [kept] = Attendance.objects.get(id=visit).still_true.all()
        assert kept.verdict == "no-longer"
        [again] = [
            x for x in earlier_for(officer, Attendance.objects.get(id=visit), at=NOW) if x.about == one.about
        ]
    assert again.verdict == "no-longer"
    with pytest.raises(Malformed):
        does(Role.OFFICER, still_true, **told, verdict="perhaps")


def test_what_was_said_long_ago_is_not_asked_again(does, accounts, called):
    visit = does(Role.OFFICER, begin, incident_id=called).id
    with seen_whole():
        old = Attendance.objects.get(id=visit)
        old.began_at = NOW + timedelta(days=8)
        assert earlier_for(accounts[Role.OFFICER].actor, old, at=NOW + timedelta(days=8)) == ()


# --- first accounts are added to ----------------------------------------------------------------------


def test_a_correction_is_asked_of_the_author_and_answered_by_an_addendum(
    does, incident, visit, pair, accounts
):
    told = {"about": visit, "subjects": list(pair), "incident_id": incident}
    asked = does(
        Role.SERGEANT, ask_correction, **told, author=accounts[Role.OFFICER].id, words="It was the left arm"
    )
    waiting = duty("correction-request", discharged_at=None)
    assert (waiting.owner, waiting.role, waiting.about) == (accounts[Role.OFFICER].id, Role.OFFICER, asked.id)
    with pytest.raises(Refused):
        does(Role.SERGEANT, add, **told, words="So it was", answers=asked.id)
    does(Role.OFFICER, add, **told, words="So it was", answers=asked.id)
    assert duty("correction-request").outcome == "answered"
    does(Role.CALL_HANDLER, add, **told, words="She rang again")
    with seen_whole():
        assert [
            one.words for one in Addendum.objects.filter(about=visit).order_by("entered_at", "words")
        ] == [
            "She rang again",
            "So it was",
        ]


def test_what_is_asked_of_somebody_who_has_left_is_a_sergeants_to_answer(
    does, incident, visit, pair, accounts, signed_in
):
    told = {"about": visit, "subjects": list(pair), "incident_id": incident}
    author = accounts[Role.OFFICER]
    asked = does(Role.HUB, ask_correction, **told, author=author.id, words="It was the left arm")
    due = duty("correction-request").due_at
    assert pass_on(now=NOW) == 0
    close_account(by=accounts[Role.ADMINISTRATOR].actor, user_id=author.id)
    with pytest.raises(Malformed, match="has left"):
        does(Role.HUB, ask_correction, **told, author=author.id, words="And the right")
    assert (pass_on(now=NOW), pass_on(now=NOW)) == (3, 0)
    waiting = duty("correction-request")
    assert (waiting.owner, waiting.role, waiting.due_at) == (None, Role.SERGEANT, due)
    assert waiting.causes == ["correction-asked", "owner-left"]
    for who in (Role.HUB, Role.INSPECTOR):
        with pytest.raises(Refused):
            does(who, add, **told, words="So it was", answers=asked.id)
    page = signed_in(Role.SERGEANT).get(reverse("scene:answer", args=[asked.id]))
    assert "It was the left arm" in page.content.decode()
    does(Role.SERGEANT, add, **told, words="The video shows the left", answers=asked.id)
    assert duty("correction-request").outcome == "answered"


def test_nobody_asks_themselves_and_nothing_empty_is_kept(does, incident, visit, pair, accounts):
    told = {"about": visit, "subjects": list(pair), "incident_id": incident}
    with pytest.raises(Malformed, match="your own"):
        does(Role.OFFICER, ask_correction, **told, author=accounts[Role.OFFICER].id, words="I erred")
    with pytest.raises(Malformed) as refused:
        does(Role.OFFICER, add, **told, words="  ")
    assert refused.value.field == "words"


def test_an_account_of_a_case_without_an_incident_is_asked_about_too(does, pair, accounts, incident):
    with seen_whole():
        case = Case.objects.get(victim=pair[0])
    asked = does(
        Role.HUB,
        ask_correction,
        about=case.id,
        author=accounts[Role.SERGEANT].id,
        subjects=[pair[0]],
        words="Wrong day",
    )
    assert asked.incident_id is None
    assert duty("correction-request").role == Role.SERGEANT


def test_a_joined_incident_keeps_what_is_still_to_be_done_for_a_child_and_about_an_arrest(
    does, incident, pair, visit, add, everything_done
):
    """The school is told and the sergeant looks, whichever of the two incidents is left; it does not close before."""
    _her, him = pair
    child = does(Role.OFFICER, name_child, attendance_id=visit, forename="Robin", age=8)
    does(
        Role.OFFICER,
        decide_children,
        incident_id=incident,
        children=[child],
        choice="school",
    )
    does(
        Role.OFFICER,
        act_on,
        incident_id=incident,
        record_id=him,
        action="none",
        power=True,
        reasons=["not-necessary"],
    )
    into = does(Role.CALL_HANDLER, incidents.open_incident, recorded_as="domestic-abuse").id
    does(Role.CALL_HANDLER, incidents.join_incidents, incident_id=incident, into_id=into)
    with seen_whole():
        left = set(Duty.objects.filter(about=incident, discharged_at=None).values_list("kind", flat=True))
    assert left == {"school-notice", "no-arrest-review"}
    everything_done(into)
    close = {"incident_id": into, "closed_as": "attended"}
    with pytest.raises(NotYet) as refused:
        does(Role.SUPERVISOR, incidents.close_incident, **close)
    assert refused.value.why == ("no-arrest-review",)
    does(Role.SERGEANT, review_action, incident_id=incident, record_id=him, agreed=True)
    assert does(Role.SUPERVISOR, incidents.close_incident, **close).closed_at
