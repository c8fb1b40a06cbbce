"""Disruption tasks from order to end, calls on her with what she said before, and markers that lapse seen."""

from datetime import timedelta

import pytest

from throughline.casework.cases.models import Case, StandingFact, Visit
from throughline.casework.conftest import NOW
from throughline.casework.neighbourhood.commands import disrupting, lapsing, visiting
from throughline.casework.neighbourhood.models import DisruptionDoing, DisruptionTask, SetOut
from throughline.casework.neighbourhood.tasks import call_for_marker_reviews, call_for_task_reviews
from throughline.casework.neighbourhood.tests.conftest import ORDER, duties
from throughline.casework.people.commands.recording import end_marker
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.models import Marker
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands import fitting
from throughline.casework.safeguarding.models import SafetyMeasure, VictimContact
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import end_of_day, london_day

pytestmark = pytest.mark.django_db


# --- tasks ---------------------------------------------------------------------------------------------


def test_an_order_has_a_reason_and_two_duties_by_the_clocks_of_its_kind(task, accounts, pair):
    made = task()
    [to_review, to_do] = duties("disruption-task", "disruption-review")
    assert (to_do.about, to_do.record_id) == (made.id, pair[1])
    assert to_do.due_at == NOW + timedelta(hours=24)
    assert (to_do.role, to_do.owner) == ("response-sergeant", None)
    assert (to_review.role, to_review.causes) == ("response-sergeant", ["disruption-ordered"])
    with seen_whole():
        made = DisruptionTask.objects.select_related("decision").get()
        assert (made.decision.reason, made.decision.made_by) == ("disrupt-binds", accounts[Role.OFFICER].id)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"kind": "no-such"}, "kind"),
        ({"reason": "task-no-effect"}, "reason"),
        ({"words": " "}, "words"),
        ({"words": "x" * 4_001}, "words"),
    ],
)
def test_an_order_that_is_wrong_names_its_field_and_leaves_nothing(task, told, field):
    with pytest.raises(Malformed) as wrong:
        task(**told)
    assert wrong.value.field == field
    assert not duties("disruption-task")


def test_nothing_is_ordered_about_somebody_whom_nobody_knows(does, pair, incident):
    incident(pair[0])
    with seen_whole():
        unknown = Case.objects.get(victim=pair[0], suspect=None)
    with pytest.raises(Malformed):
        does(Role.OFFICER, disrupting.order, case_id=unknown.id, **ORDER)


def test_the_same_is_not_ordered_twice_while_it_goes_on(task, does):
    made = task()
    with pytest.raises(Conflict):
        task()
    told = {"ending": "task-reached", "words": "He keeps to it"}
    does(Role.OFFICER, disrupting.end, task_id=made.id, **told)
    assert task().id != made.id


def test_whoever_is_asked_must_be_one_who_may_see_it(task, accounts, does, pair):
    with pytest.raises(Malformed, match="nobody who does such tasks"):
        task(asked=accounts[Role.HUB].id)
    made = task(asked=accounts[Role.INSPECTOR].id)
    [to_do] = duties("disruption-task")
    assert (to_do.owner, to_do.role) == (accounts[Role.INSPECTOR].id, "duty-inspector")
    assert made.account is None


def test_accepted_it_is_on_their_list_until_somebody_else_accepts(task, does, accounts, colleague):
    made = task()
    does(Role.OFFICER, disrupting.accept, task_id=made.id)
    [to_do] = duties("disruption-task")
    assert (to_do.owner, to_do.role) == (accounts[Role.OFFICER].id, "response-officer")
    assert to_do.due_at == NOW + timedelta(hours=24)
    with pytest.raises(Conflict):
        does(Role.OFFICER, disrupting.accept, task_id=made.id)
    other = colleague(Role.OFFICER, "nisha")
    does(other.actor, disrupting.accept, task_id=made.id)
    [to_do] = duties("disruption-task")
    assert to_do.owner == other.id
    with seen_whole():
        assert DisruptionTask.objects.get().team_id == other.team_id


def test_each_doing_is_kept_and_the_next_is_due_by_its_kind(task, does, accounts, pair):
    made = task()
    later = NOW + timedelta(hours=2)
    does(Role.OFFICER, disrupting.log, now=later, task_id=made.id, result="kept-to", words="In at nine")
    [to_do] = duties("disruption-task")
    assert (to_do.owner, to_do.due_at) == (accounts[Role.OFFICER].id, later + timedelta(hours=72))
    assert to_do.causes == ["disruption-done"]
    assert not duties("risk-reassessment")
    with seen_whole():
        assert DisruptionDoing.objects.get().result == "kept-to"
        assert Entry.objects.filter(record_id=pair[1], kind="disruption-done", code="kept-to").exists()


def test_a_doing_before_the_order_or_of_tomorrow_is_refused(task, does):
    made = task(now=NOW - timedelta(hours=1))
    for at in (NOW - timedelta(hours=2), NOW + timedelta(hours=1)):
        with pytest.raises(Malformed) as wrong:
            does(Role.OFFICER, disrupting.log, task_id=made.id, result="kept-to", at=at)
        assert wrong.value.field == "at"


@pytest.mark.parametrize(
    ("result", "cause"),
    [("found-breach", "breach"), ("found-offence", "told-more"), ("found-with-her", "told-more")],
)
def test_a_breach_or_an_offence_is_read_at_once_and_graded_anew_by_a_person(task, does, case, result, cause):
    made = task()
    with pytest.raises(Malformed):
        does(Role.OFFICER, disrupting.log, task_id=made.id, result=result)
    does(Role.OFFICER, disrupting.log, task_id=made.id, result=result, words="At her door at ten")
    [to_review] = duties("disruption-review")
    assert to_review.due_at == NOW
    assert "disruption-found" in to_review.causes
    [to_grade] = duties("risk-reassessment")
    assert (to_grade.about, to_grade.causes) == (case, [cause])
    with seen_whole():
        assert not StandingFact.objects.filter(case=case, kind="grade").exists()


def test_a_supervisor_reviews_and_not_whoever_does_it(task, does, accounts):
    made = task()
    does(Role.SERGEANT, disrupting.accept, task_id=made.id)
    told = {"task_id": made.id, "agreed": True, "words": "It goes on"}
    with pytest.raises(Refused, match="Nobody reviews"):
        does(Role.SERGEANT, disrupting.review, **told)
    with pytest.raises(Refused):
        does(Role.OFFICER, disrupting.review, **told)
    with pytest.raises(Malformed):
        does(Role.INSPECTOR, disrupting.review, **{**told, "words": ""})
    later = NOW + timedelta(days=1)
    does(Role.INSPECTOR, disrupting.review, now=later, **told)
    [to_review] = duties("disruption-review")
    assert to_review.causes == ["disruption-reviewed"]
    assert to_review.due_at > later


def test_ended_with_a_reason_nothing_is_due_and_nothing_more_is_done(task, does):
    made = task()
    with pytest.raises(Malformed):
        does(Role.OFFICER, disrupting.end, task_id=made.id, ending="task-reached", words="")
    does(Role.OFFICER, disrupting.end, task_id=made.id, ending="task-in-custody", words="Remanded today")
    assert not duties("disruption-task", "disruption-review")
    for command, told in (
        (disrupting.accept, {}),
        (disrupting.log, {"result": "kept-to"}),
        (disrupting.end, {"ending": "task-reached", "words": "Again"}),
    ):
        with pytest.raises(Conflict):
            does(Role.OFFICER, command, task_id=made.id, **told)


def test_what_goes_on_when_the_case_is_closed_is_read_once_at_once(task, does, case):
    made = task()
    assert call_for_task_reviews(now=NOW) == 0
    with seen_whole():
        record(disrupting.SUPERVISING, Event.Kind.WRITE, "test")
        Case.objects.filter(id=case).update(closed_at=NOW)
    assert call_for_task_reviews(now=NOW) == 1
    assert call_for_task_reviews(now=NOW) == 0
    [to_review] = duties("disruption-review")
    assert (to_review.due_at, to_review.causes[-1]) == (NOW, "disruption-case-closed")
    # a breach is still written down, though nobody grades a closed case
    does(Role.OFFICER, disrupting.log, task_id=made.id, result="found-breach", words="At her door")
    assert not duties("risk-reassessment")
    does(Role.SERGEANT, disrupting.review, task_id=made.id, agreed=False, words="Open it again")
    assert call_for_task_reviews(now=NOW + timedelta(minutes=1)) == 0


# --- calling on her ------------------------------------------------------------------------------------


def test_nobody_sets_out_where_she_said_that_a_visit_is_not_safe(does, case, says):
    says(means=["phone-call"])
    with pytest.raises(Malformed, match="another way"):
        does(Role.OFFICER, visiting.set_out, case_id=case, words="I go all the same")
    with seen_whole():
        assert not SetOut.objects.exists()


def test_what_stands_is_read_again_as_somebody_sets_out(does, case, says):
    says(means=["visit"], hours_limited="no")
    made = does(Role.OFFICER, visiting.set_out, case_id=case)
    assert (made.safety, made.beforehand) == ("safe", True)
    assert made.rests_on is not None
    with pytest.raises(Conflict):
        does(Role.OFFICER, visiting.set_out, case_id=case)
    # meanwhile she has said otherwise
    says(means=["none"])
    with pytest.raises(Malformed):
        does(Role.SERGEANT, visiting.set_out, case_id=case)


def test_where_nobody_knows_words_say_why_it_is_safe(does, case):
    with pytest.raises(Malformed) as wrong:
        does(Role.OFFICER, visiting.set_out, case_id=case)
    assert wrong.value.field == "words"
    made = does(Role.OFFICER, visiting.set_out, case_id=case, words="He is in custody until six")
    # both live at the address that was given
    assert made.safety == "suspect-lives-there"


def test_an_attempt_is_no_contact_and_the_visit_stays_due(does, case):
    made = does(Role.OFFICER, visiting.called, case_id=case, outcome="visit-nobody-in")
    with seen_whole():
        made = SetOut.objects.select_related("visit", "contact").get(id=made.id)
        assert made.visit.outcome == "visit-nobody-in"
        assert made.contact.result == "no-answer"
        assert made.beforehand is False
        assert Entry.objects.filter(about=case, kind="victim-tried").exists()
        assert not Entry.objects.filter(about=case, kind="victim-spoken-to").exists()


def test_she_was_reached_with_what_she_said_and_whether_she_is_safer(does, case, says):
    says(means=["visit"], hours_limited="no")
    begun = does(Role.OFFICER, visiting.set_out, case_id=case)
    told = {
        "outcome": "visit-spoken",
        "alone": True,
        "safe_to_talk": True,
        "said": "He rang again",
        "feels": "less-safe",
    }
    does(Role.OFFICER, visiting.called, case_id=case, **told)
    with seen_whole():
        made = SetOut.objects.select_related("visit", "contact").get()
        assert made.id == begun.id
        assert (made.contact.result, made.contact.feels) == ("reached-free", "less-safe")
        assert made.contact.words.said == "He rang again"
        assert made.told_at == NOW


def test_not_alone_she_could_not_speak_freely(does, case):
    told = {"outcome": "visit-spoken", "alone": False, "other_way": "safe-number"}
    does(Role.OFFICER, visiting.called, case_id=case, **told)
    with seen_whole():
        assert VictimContact.objects.get().result == "reached-not-free"
    assert duties("reach-another-way")


def test_an_attempt_tells_not_whether_she_is_safer_and_leaves_nothing(does, case):
    with pytest.raises(Malformed) as wrong:
        does(Role.OFFICER, visiting.called, case_id=case, outcome="visit-nobody-in", feels="less-safe")
    assert wrong.value.field == "feels"
    with seen_whole():
        assert not Visit.objects.exists()


def test_patrols_that_were_ordered_are_in_place_once_she_was_reached(does, case):
    measure = does(Role.HUB, fitting.offer, case_id=case, kind="patrol")
    does(Role.HUB, fitting.take_step, measure_id=measure.id, step="order")
    does(Role.OFFICER, visiting.called, case_id=case, outcome="visit-nobody-in")
    with seen_whole():
        assert SafetyMeasure.objects.get().state == "ordered"
    does(Role.OFFICER, visiting.called, case_id=case, outcome="visit-spoken")
    with seen_whole():
        assert SafetyMeasure.objects.get().state == "fitted"
    assert not duties("safety-measure")


# --- markers -------------------------------------------------------------------------------------------


def test_a_marker_is_put_before_a_supervisor_in_time_and_once(marker):
    stands, soon = marker(60), marker(5, "alarm-fitted")
    assert call_for_marker_reviews(now=NOW) == 1
    assert call_for_marker_reviews(now=NOW) == 0
    [duty] = duties("marker-review")
    assert (duty.about, duty.causes) == (soon.id, ["marker-lapses"])
    assert duty.due_at == end_of_day(soon.valid_until)
    # nobody looked: it has lapsed, and says so
    assert call_for_marker_reviews(now=NOW + timedelta(days=6)) == 1
    [duty] = duties("marker-review")
    assert duty.causes == ["marker-lapses", "marker-lapsed"]
    assert duty.about != stands.id


def test_kept_until_a_day_with_a_reason_another_stands_in_its_place(marker, does, pair):
    old = marker(-3)
    call_for_marker_reviews(now=NOW)
    until = london_day(NOW) + timedelta(days=90)
    told = {"until": until, "reason": "marker-danger-goes-on", "words": "He is on bail"}
    with pytest.raises(Refused):
        does(Role.OFFICER, lapsing.keep, marker_id=old.id, **told)
    new = does(Role.SERGEANT, lapsing.keep, marker_id=old.id, **told)
    assert (new.code, new.address_id, new.valid_until) == (old.code, old.address_id, until)
    assert not duties("marker-review")
    assert call_for_marker_reviews(now=NOW) == 0
    with pytest.raises(Conflict):
        does(Role.SERGEANT, lapsing.keep, marker_id=old.id, **told)
    with seen_whole():
        assert Entry.objects.filter(record_id=pair[0], kind="marker-reviewed").count() == 1


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [
        (0, "marker-case-open", "until"),
        (400, "marker-case-open", "until"),
        (30, "disrupt-binds", "reason"),
    ],
)
def test_a_marker_is_not_kept_into_the_past_nor_for_ever_nor_without_a_reason(
    marker, does, days, reason, field
):
    old = marker(5)
    until = london_day(NOW) + timedelta(days=days)
    with pytest.raises(Malformed) as wrong:
        does(Role.SERGEANT, lapsing.keep, marker_id=old.id, until=until, reason=reason)
    assert wrong.value.field == field
    with seen_whole():
        assert Marker.objects.get(id=old.id).ended_by is None


def test_ended_it_needs_words(marker, does):
    old = marker(5)
    call_for_marker_reviews(now=NOW)
    with pytest.raises(Malformed):
        does(Role.INSPECTOR, lapsing.end, marker_id=old.id, reason="marker-moved", words="")
    does(Role.INSPECTOR, lapsing.end, marker_id=old.id, reason="marker-moved", words="She moved on Friday")
    with seen_whole():
        assert Marker.objects.get(id=old.id).ended_by is not None
    assert not duties("marker-review")


def test_what_was_ended_on_her_page_is_off_the_list(marker, does, pair):
    old = marker(5)
    call_for_marker_reviews(now=NOW)
    does(Role.OFFICER, end_marker, record_id=pair[0], marker_id=old.id)
    assert call_for_marker_reviews(now=NOW) == 0
    assert not duties("marker-review")


def test_out_of_sight_nothing_is_done(task, does, marker, pair):
    made, old = task(), marker(5)
    does(Role.DESK, restrict, record_id=pair[0], reason="refuge")
    for who, command, told in (
        (Role.OFFICER, disrupting.accept, {"task_id": made.id}),
        (Role.SERGEANT, disrupting.review, {"task_id": made.id, "agreed": True, "words": "Read"}),
        (Role.OFFICER, visiting.set_out, {"case_id": made.case_id, "words": "x"}),
        (Role.SERGEANT, lapsing.end, {"marker_id": old.id, "reason": "marker-moved", "words": "x"}),
    ):
        with pytest.raises(Refused):
            does(who, command, **told)
