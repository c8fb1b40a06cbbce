"""Outcomes given, reviewed, asked about, opened again: what each writes, calls for and refuses."""

from datetime import timedelta

import pytest

from throughline.casework.cases.commands.cases import close_case
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import NotYet
from throughline.casework.conftest import NOW
from throughline.casework.outcome.commands import asking, reopening, reviewing
from throughline.casework.outcome.commands.deciding import call_for_outcomes
from throughline.casework.outcome.models import Outcome, VictimReview
from throughline.casework.outcome.rules import State
from throughline.casework.outcome.tests.conftest import open_duties
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands.promising import promise_what_happened
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import due, parse_clock
from throughline.foundations.decisions.models import Decision

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=1)


def state_of(outcome):
    with seen_whole():
        return Outcome.objects.get(id=outcome.id).state


# --- given ----------------------------------------------------------------------------------------------


def test_an_outcome_is_a_decision_with_maker_reason_and_words_and_is_told_to_her(
    crime, case, gives, accounts
):
    one = crime()
    made = gives(one, "outcome-10", interviewed=True)
    with seen_whole():
        decision = Decision.objects.get(id=made.decision_id)
        lines = set(
            Entry.objects.filter(kind="outcome-given", about=case).values_list("record_id", "code", "at")
        )
        subjects = Case.objects.get(id=case).subjects
    assert (decision.choice, decision.reason, decision.words, decision.made_by) == (
        "outcome-10",
        "given-evidence-short",
        "No more can be had",
        accounts[Role.OFFICER].id,
    )
    assert lines == {(one, "outcome-10", NOW) for one in subjects}
    promise_what_happened(now=SOON)
    assert open_duties(case)["victim-update"].causes == ["told-no-action"]


def test_what_was_no_outcome_on_the_day_of_the_decision_is_refused_by_field(crime, gives):
    one = crime()
    with pytest.raises(Malformed) as raised:
        gives(one, "outcome-23")
    assert raised.value.field == "code"
    with pytest.raises(Malformed) as raised:
        gives(one, "outcome-15", at=NOW + timedelta(days=1))
    assert raised.value.field == "at"
    with pytest.raises(Malformed) as raised:
        gives(one, "outcome-15", words="")
    assert raised.value.field == "words"
    with pytest.raises(Malformed) as raised:
        gives(one, "outcome-15", reason="grade-told-more")
    assert raised.value.field == "reason"


def test_a_charge_needs_no_words_and_a_handler_gives_none(crime, gives):
    one = crime()
    assert gives(one, "outcome-1", words="", reason="given-evidence-meets").reviewed_because == []
    with pytest.raises(Refused):
        gives(one, "outcome-1", who=Role.CALL_HANDLER)


def test_another_outcome_supersedes_and_what_was_given_stays(crime, gives):
    one = crime()
    first = gives(one, "outcome-16")
    second = gives(one, "outcome-1", now=SOON, reason="given-evidence-meets")
    assert (state_of(first), state_of(second)) == (State.SUPERSEDED, State.STANDS)
    with seen_whole():
        assert Decision.objects.get(id=second.decision_id).supersedes_id == first.decision_id


def test_a_crime_without_an_outcome_is_its_owners_to_give_and_keeps_the_case_open(
    crime, case, gives, owned, does, everything_done
):
    one = crime(minutes_ago=50)
    assert call_for_outcomes(now=NOW) == 1
    duty = open_duties(case)["crime-outcome"]
    assert (duty.owner, duty.due_at) == (
        owned.id,
        due(parse_clock("3 months"), NOW - timedelta(minutes=50)),
    )
    assert call_for_outcomes(now=NOW) == 0
    with pytest.raises(NotYet):
        does(Role.SERGEANT, close_case, case_id=case, closed_as="danger-past")
    gives(one, "outcome-1", reason="given-evidence-meets")
    assert "crime-outcome" not in open_duties(case)
    assert call_for_outcomes(now=SOON) == 0


def test_the_duty_follows_whoever_owns_the_case(crime, case, does, accounts, owned, colleague):
    crime()
    call_for_outcomes(now=NOW)
    other = colleague(Role.OFFICER, "other")
    from throughline.casework.cases.commands.holding import set_owner

    does(other.actor, set_owner, case_id=case, owner=other.id)
    assert call_for_outcomes(now=SOON) == 1
    assert open_duties(case)["crime-outcome"].owner == other.id


def test_a_cancelled_crime_calls_for_none_and_takes_none(crime, case, does, gives):
    from throughline.casework.cases.commands.crimes import cancel_crime

    one = crime()
    call_for_outcomes(now=NOW)
    does(Role.REGISTRAR, cancel_crime, crime_id=one, reason="cancel-twice")
    assert call_for_outcomes(now=SOON) == 1
    assert "crime-outcome" not in open_duties(case)
    with pytest.raises(Malformed) as raised:
        gives(one, "outcome-1")
    assert raised.value.field == "crime"


# --- reviewed -------------------------------------------------------------------------------------------


def test_a_caution_is_endorsed_by_a_reviewer_who_did_not_give_it(crime, case, gives, does, reviewer):
    made = gives(crime(), "outcome-3", reason="given-admitted")
    duty = open_duties(case)["outcome-review"]
    assert (duty.role, duty.causes) == (Role.SERGEANT, ["reviewed-caution"])
    assert duty.due_at == due(parse_clock("2 working days"), NOW)
    does(Role.SERGEANT, reviewing.review_outcome, outcome_id=made.id, endorsed=True)
    assert state_of(made) == State.STANDS
    assert "outcome-review" not in open_duties(case)
    with pytest.raises(Conflict):
        does(Role.SERGEANT, reviewing.review_outcome, outcome_id=made.id, endorsed=True)


def test_only_who_is_written_down_reviews_and_nobody_their_own(crime, gives, does, accounts, reviewer):
    made = gives(crime(), "outcome-15")
    with pytest.raises(Refused):
        does(Role.OFFICER, reviewing.review_outcome, outcome_id=made.id, endorsed=True)
    with pytest.raises(Malformed) as raised:
        does(Role.INSPECTOR, reviewing.review_outcome, outcome_id=made.id, endorsed=True)
    assert raised.value.field == "endorsed"
    own = gives(crime(), "outcome-15", who=Role.SERGEANT)
    with pytest.raises(Malformed) as raised:
        does(Role.SERGEANT, reviewing.review_outcome, outcome_id=own.id, endorsed=True)
    assert raised.value.field == "endorsed"


def test_what_is_sent_back_is_its_makers_with_directions_until_it_is_given_again(
    crime, case, gives, does, accounts, reviewer
):
    one = crime()
    made = gives(one, "outcome-15")
    told = {"outcome_id": made.id, "endorsed": False}
    with pytest.raises(Malformed) as raised:
        does(Role.SERGEANT, reviewing.review_outcome, **told)
    assert raised.value.field == "directions"
    kept = does(Role.SERGEANT, reviewing.review_outcome, directions="Ask the neighbour", **told)
    assert (kept.agreed, kept.feedback, state_of(made)) == (False, "Ask the neighbour", State.SENT_BACK)
    returned = open_duties(case)["outcome-returned"]
    assert (returned.owner, returned.role) == (accounts[Role.OFFICER].id, Role.OFFICER)
    again = gives(one, "outcome-15", now=SOON, reason="given-as-directed")
    assert state_of(made) == State.SUPERSEDED
    assert "outcome-returned" not in open_duties(case)
    assert again.reviewed_because == ["reviewed-supported"]
    assert "outcome-review" in open_duties(case)


def test_no_further_action_at_a_grade_of_high_is_reviewed(crime, gives, graded):
    graded("high")
    assert gives(crime(), "outcome-18").reviewed_because == ["reviewed-high"]


def test_two_that_wait_are_one_duty_until_both_are_done(crime, case, gives, does, reviewer):
    first, second = (gives(crime(), code) for code in ("outcome-3", "outcome-15"))
    assert open_duties(case)["outcome-review"].causes[:2] == ["reviewed-caution", "reviewed-supported"]
    does(Role.SERGEANT, reviewing.review_outcome, outcome_id=first.id, endorsed=True)
    assert "outcome-review" in open_duties(case)
    does(Role.SERGEANT, reviewing.review_outcome, outcome_id=second.id, endorsed=True)
    assert "outcome-review" not in open_duties(case)


@pytest.mark.parametrize(("endorsed", "kind"), [(None, "outcome-review"), (False, "outcome-returned")])
def test_what_waits_about_a_crime_that_was_cancelled_is_on_nobodys_list(
    crime, case, gives, does, reviewer, endorsed, kind
):
    from throughline.casework.cases.commands.crimes import cancel_crime

    one, other = crime(), crime()
    made = gives(one, "outcome-15")
    gives(other, "outcome-1", reason="given-evidence-meets")
    if endorsed is not None:
        told = {"endorsed": endorsed, "directions": "Ask the neighbour"}
        does(Role.SERGEANT, reviewing.review_outcome, outcome_id=made.id, **told)
    assert call_for_outcomes(now=NOW) == 0
    assert kind in open_duties(case)
    does(Role.REGISTRAR, cancel_crime, crime_id=one, reason="cancel-twice")
    assert call_for_outcomes(now=SOON) == 1
    assert kind not in open_duties(case)
    assert call_for_outcomes(now=SOON) == 0


# --- her right ------------------------------------------------------------------------------------------


def test_she_asks_it_is_acknowledged_and_decided_by_another_in_working_days(
    crime, case, gives, does, accounts
):
    made = gives(crime(), "outcome-10", interviewed=True)
    asked = does(Role.OFFICER, asking.ask, outcome_id=made.id)
    duties = open_duties(case)
    assert duties["vrr-acknowledge"].due_at == due(parse_clock("10 working days"), NOW)
    assert duties["vrr-decide"].due_at == due(parse_clock("30 working days"), NOW)
    assert does(Role.OFFICER, asking.ask, outcome_id=made.id).id == asked.id
    does(Role.INSPECTOR, asking.acknowledge, asked_id=asked.id)
    assert "vrr-acknowledge" not in open_duties(case)
    with pytest.raises(Conflict):
        does(Role.INSPECTOR, asking.acknowledge, asked_id=asked.id)
    told = {"asked_id": asked.id, "overturned": False, "reason": "vrr-test-applied"}
    with pytest.raises(Malformed) as raised:
        does(Role.INSPECTOR, asking.decide, words="", **told)
    assert raised.value.field == "words"
    done = does(Role.INSPECTOR, asking.decide, words="Every line was followed", **told)
    assert done.state == "upheld"
    assert state_of(made) == State.STANDS
    assert "vrr-decide" not in open_duties(case)
    promise_what_happened(now=SOON)
    assert "told-review" in open_duties(case)["victim-update"].causes


def test_overturned_it_opens_the_crime_again(crime, case, gives, does):
    made = gives(crime(), "outcome-10", interviewed=True, who=Role.INSPECTOR)
    asked = does(Role.OFFICER, asking.ask, outcome_id=made.id)
    told = {"asked_id": asked.id, "overturned": True, "reason": "vrr-lines-open", "words": "The neighbour"}
    with pytest.raises(Malformed) as raised:
        does(Role.INSPECTOR, asking.decide, **told)
    assert raised.value.field == "result"
    does(Role.SERGEANT, asking.decide, **told)
    assert state_of(made) == State.REOPENED
    assert open_duties(case)["crime-outcome"].causes == ["outcome-reopened"]
    assert "vrr-acknowledge" not in open_duties(case)


def test_what_she_asked_about_a_crime_that_was_cancelled_since_is_answered(crime, case, gives, does):
    from throughline.casework.cases.commands.crimes import cancel_crime

    one = crime()
    made = gives(one, "outcome-10", interviewed=True)
    asked = does(Role.OFFICER, asking.ask, outcome_id=made.id)
    does(Role.REGISTRAR, cancel_crime, crime_id=one, reason="cancel-twice")
    does(Role.INSPECTOR, asking.acknowledge, asked_id=asked.id)
    told = {"overturned": True, "reason": "vrr-lines-open", "words": "The neighbour"}
    does(Role.INSPECTOR, asking.decide, asked_id=asked.id, **told)
    assert "vrr-decide" not in open_duties(case)
    call_for_outcomes(now=SOON)
    assert "crime-outcome" not in open_duties(case)


@pytest.mark.parametrize(
    ("code", "told", "days", "why"),
    [
        ("outcome-3", {}, 0, "out-of-court"),
        ("outcome-16", {}, 0, "withdrew"),
        ("outcome-10", {"interviewed": False}, 0, "not-interviewed"),
        ("outcome-10", {"interviewed": True}, 100, "too-late"),
    ],
)
def test_what_is_not_covered_is_kept_with_why_and_calls_for_nothing(
    crime, case, gives, does, code, told, days, why
):
    made = gives(crime(), code, **told)
    asked = does(Role.OFFICER, asking.ask, now=NOW + timedelta(days=days), outcome_id=made.id)
    assert (asked.state, asked.not_covered) == ("not-covered", why)
    assert "vrr-decide" not in open_duties(case)


def test_where_somebody_was_charged_with_some_of_it_the_police_do_not_review_the_rest(
    crime, gives, does, incident
):
    from throughline.casework.cases.commands.crimes import record_crime
    from throughline.casework.cases.models import Crime

    one = crime()
    with seen_whole():
        of = Crime.objects.get(id=one).incident_id
    other = does(Role.REGISTRAR, record_crime, incident_id=of, offence="damage-arson", reason="crime-seen")
    gives(other.id, "outcome-1", reason="given-evidence-meets")
    made = gives(one, "outcome-10", interviewed=True)
    asked = does(Role.OFFICER, asking.ask, outcome_id=made.id)
    assert asked.not_covered == "some-charged"
    with seen_whole():
        assert VictimReview.objects.count() == 1


# --- open again -----------------------------------------------------------------------------------------


def test_new_evidence_opens_the_crime_and_its_closed_case_and_can_be_taken_back(
    crime, case, gives, does, graded, owned
):
    made = gives(crime(), "outcome-10")
    with seen_whole():
        from throughline.foundations.access.rules import system
        from throughline.foundations.audit.commands import record
        from throughline.foundations.audit.models import Event

        record(system("test"), Event.Kind.WRITE, "test")
        Case.objects.filter(id=case).update(closed_at=NOW, closed_by=owned.id, closed_as="danger-past")
    told = {"outcome_id": made.id, "reason": "reopen-evidence"}
    with pytest.raises(Refused):
        does(Role.OFFICER, reopening.reopen, words="A video", **told)
    with pytest.raises(Malformed) as raised:
        does(Role.SERGEANT, reopening.reopen, words=" ", **told)
    assert raised.value.field == "words"
    does(Role.SERGEANT, reopening.reopen, words="A video", **told)
    with seen_whole():
        assert Case.objects.get(id=case).closed_at is None
    assert state_of(made) == State.REOPENED
    assert open_duties(case)["crime-outcome"].causes == ["outcome-reopened"]
    with pytest.raises(Conflict):
        does(Role.SERGEANT, reopening.reopen, words="A video", **told)
    does(Role.SERGEANT, reopening.restore, now=SOON, outcome_id=made.id, reason="restore-mistake")
    assert state_of(made) == State.STANDS
    assert "crime-outcome" not in open_duties(case)


def test_what_was_given_since_keeps_an_earlier_outcome_from_standing_again(crime, gives, does):
    one = crime()
    made = gives(one, "outcome-10")
    does(Role.SERGEANT, reopening.reopen, outcome_id=made.id, reason="reopen-evidence", words="A video")
    gives(one, "outcome-1", now=SOON, reason="given-evidence-meets")
    with pytest.raises(Conflict):
        does(Role.SERGEANT, reopening.restore, now=SOON, outcome_id=made.id, reason="restore-mistake")
