"""Assessing, grading, checking, the hub and what calls for a new grade, on a real database."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from throughline.casework.cases.commands import facts
from throughline.casework.cases.commands.holding import set_owner
from throughline.casework.cases.commands.incidents import close_incident
from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.rules import NotYet
from throughline.casework.conftest import NOW
from throughline.casework.contact.commands import turns
from throughline.casework.people.commands.recording import relate
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.commands import assessing, checking, grading, hub, reassessing
from throughline.casework.risk.models import Assessment, Check, Grading, HubReview, Share
from throughline.casework.risk.rules.assessing import Stage
from throughline.casework.risk.tasks import call_where_nobody_attended, look_for_changes
from throughline.casework.risk.tests.conftest import THREAT, answers, seen_whole
from throughline.casework.scene.commands import attending
from throughline.casework.scene.models import Addendum
from throughline.casework.scene.rules import Section
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.accounts.commands import close_account
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Review
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.commands import ChangedMeanwhile
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import BadAnswers

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=10)
AGREE = {"reason": "check-fits"}
RETURN = {"reason": "return-no-words", "feedback": "Ask her what he said about the children"}


def duties(case, kind=None):
    with seen_whole():
        found = Duty.objects.filter(about=case, discharged_at=None).order_by("kind")
        return [duty.kind for duty in found if kind in (None, duty.kind)]


def standing(case):
    with seen_whole():
        return StandingFact.objects.get(case=case, kind="grade", ended_at=None).value


class TestAssessing:
    def test_it_is_saved_as_it_is_answered_and_complete_when_the_assessor_says_so(self, does, case, pair):
        begun = does(Role.OFFICER, assessing.begin, case_id=case)
        again = does(Role.OFFICER, assessing.begin, case_id=case, how="in-person")
        assert begun.id == again.id
        does(Role.OFFICER, assessing.answer, assessment_id=begun.id, answers={"fear": "yes"})
        with pytest.raises(BadAnswers, match="needed to complete"):
            does(Role.OFFICER, assessing.complete, assessment_id=begun.id)
        with pytest.raises(ChangedMeanwhile):
            does(Role.OFFICER, assessing.answer, assessment_id=begun.id, answers=answers())
        with seen_whole():
            first = Answers.objects.get(subject=begun.id).id
        does(Role.OFFICER, assessing.answer, assessment_id=begun.id, answers=answers(), after=(first, None))
        done = does(Role.OFFICER, assessing.complete, now=LATER, assessment_id=begun.id)
        assert (done.completed_at, done.group, done.instrument) == (LATER, "partner", "dash-27")
        assert duties(case) == ["case-grade", "case-owner", "hub-review", "risk-check"]
        with seen_whole():
            assert Duty.objects.get(kind="risk-assessment", about=case).outcome == "assessed"
            assert Entry.objects.filter(kind="risk-assessed", record_id__in=pair).count() == 2

    def test_what_is_complete_is_never_changed_but_added_to(self, does, case, assessed, graded):
        first = assessed(fear="yes")
        with pytest.raises(Conflict):
            does(Role.OFFICER, assessing.answer, assessment_id=first.id, answers=answers())
        graded("medium")
        does(Role.SERGEANT, checking.agree, case_id=case, **AGREE)
        second = assessed(now=LATER, fear="yes", **{"fear-words": THREAT})
        assert second.follows_id == first.id
        with seen_whole():
            check = Check.objects.get()
            assert (check.voided_at, check.voided_because) == (LATER, "added-to")
            assert Duty.objects.get(kind="risk-check", discharged_at=None).causes == ["added-to"]
            assert "fear-words" not in Answers.objects.get(subject=first.id).answers

    def test_words_are_added_beside_it_and_it_is_checked_again(self, does, case, assessed, graded):
        first = assessed()
        graded("medium")
        does(Role.SERGEANT, checking.agree, case_id=case, **AGREE)
        about = {"assessment_id": first.id, "words": THREAT}
        does(Role.HUB, assessing.add_words, now=LATER, **about)
        with seen_whole():
            assert Check.objects.get().voided_because == "added-to"
            assert Addendum.objects.get(about=first.id).words == THREAT
            assert Duty.objects.get(kind="risk-check", discharged_at=None).causes == ["added-to"]
        begun = does(Role.OFFICER, assessing.begin, now=LATER, case_id=case)
        with pytest.raises(Malformed):
            does(Role.HUB, assessing.add_words, now=LATER, assessment_id=begun.id, words=THREAT)

    def test_only_whoever_began_it_writes_it(self, does, case, colleague):
        begun = does(Role.OFFICER, assessing.begin, case_id=case)
        with pytest.raises(Refused):
            does(
                colleague(Role.OFFICER, "second").actor,
                assessing.answer,
                assessment_id=begun.id,
                answers={"fear": "yes"},
            )

    def test_a_paper_form_keeps_both_times(self, assessed):
        done = assessed(how="paper", at=NOW - timedelta(hours=30))
        assert (done.assessed_at, done.completed_at) == (NOW - timedelta(hours=30), NOW)
        with pytest.raises(Malformed, match="has not come yet"):
            assessed(how="paper", at=NOW + timedelta(hours=1), now=NOW)

    def test_by_telephone_an_intimate_partner_is_flagged_or_refused(self, assessed, case, monkeypatch):
        done = assessed(how="telephone")
        assert done.flags == ["by-telephone"]
        with seen_whole():
            assert Duty.objects.get(kind="risk-check").causes == ["assessed", "by-telephone"]
        monkeypatch.setattr(assessing, "by_telephone", lambda *_: assessing.ByTelephone.REFUSED)
        with pytest.raises(Malformed, match="telephone"):
            assessed(how="telephone", now=LATER)
        with seen_whole():
            # nothing that was typed is lost: what was refused is only that it be called complete
            assert Assessment.objects.filter(completed_at=None).count() == 1
            assert Answers.objects.count() == 2

    def test_answers_are_out_of_sight_with_either_of_the_two(self, does, assessed, accounts, pair):
        done = assessed()
        does(Role.DESK, restrict, record_id=pair[1], reason="sensitive-investigation")
        for role, seen in ((Role.SERGEANT, 0), (Role.DESK, 1)):
            with transaction.atomic():
                set_actor(accounts[role].actor)
                assert Answers.objects.filter(subject=done.id).count() == seen
                assert Assessment.objects.filter(id=done.id).count() == seen


class TestGrading:
    def test_every_stages_grade_stays_and_the_latest_stands(self, does, case, assessed, graded):
        assessed()
        graded("standard", words="He has gone to his mother's")
        does(
            Role.SERGEANT,
            checking.regrade,
            case_id=case,
            grade="high",
            reason="grade-wrong-before",
            feedback="She says that he will kill her",
        )
        assert standing(case) == "high"
        with seen_whole():
            assert list(
                Grading.objects.order_by("entered_at", "stage").values_list("stage", "grade", "before")
            ) == [("officer", "standard", ""), ("supervisor", "high", "standard")]
            assert Review.objects.get(decision=Grading.objects.get(stage="officer").decision).agreed is False
        assert duties(case, "risk-check-high") == ["risk-check-high"]

    def test_lower_than_before_needs_words_and_words_of_capacity_are_flagged_and_kept(
        self, case, assessed, graded
    ):
        assessed()
        graded("high")
        with pytest.raises(Malformed, match="words"):
            graded("medium", now=LATER)
        made = graded("medium", now=LATER, words="Only 9 ticks, and MARAC is full")
        assert made.flags == ["capacity", "counting"]
        assert made.decision.words == "Only 9 ticks, and MARAC is full"
        assert standing(case) == "medium"

    def test_the_length_of_the_list_is_kept_with_it(self, does, case, assessed, graded):
        assessed()
        graded("medium")
        check = does(Role.SERGEANT, checking.agree, case_id=case, **AGREE)
        assert (check.queue, check.queue_length) == ("risk-check", 1)
        assert duties(case, "case-grade") == []

    def test_a_grade_is_never_changed(self, case, assessed, graded):
        assessed()
        made = graded("medium")
        with (
            seen_whole(),
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("update risk_grading set grade = 'high' where id = %s", [made.id])

    def test_she_is_told_or_it_is_said_why_not(self, does, assessed, graded):
        assessed()
        made = graded("medium")
        with pytest.raises(Malformed):
            does(Role.OFFICER, grading.tell, grading_id=made.id, told=True, reason="not-told-unsafe")
        does(Role.OFFICER, grading.tell, grading_id=made.id, told=False, reason="not-told-unsafe")
        told = does(
            Role.OFFICER, grading.tell, now=LATER, grading_id=made.id, told=True, reason="told-in-person"
        )
        assert told.supersedes.choice == "not-told"


class TestChecking:
    def test_nobody_checks_their_own(self, does, case, assessed, graded):
        assessed(who=Role.SERGEANT)
        with pytest.raises(Refused, match="their own"):
            does(Role.SERGEANT, checking.agree, case_id=case, **AGREE)
        graded("medium", who=Role.INSPECTOR, stage=Stage.OFFICER)
        with pytest.raises(Refused, match="their own"):
            does(Role.INSPECTOR, checking.agree, case_id=case, **AGREE)

    def test_without_a_grade_it_is_graded_or_returned_and_not_agreed_with(self, does, case, assessed):
        assessed(who=Role.FRONT_COUNTER, how="counter")
        with pytest.raises(Malformed, match="nobody has graded"):
            does(Role.SERGEANT, checking.agree, case_id=case, **AGREE)
        made = does(
            Role.SERGEANT,
            checking.regrade,
            case_id=case,
            grade="medium",
            reason="grade-first-assessment",
            feedback="Graded at the counter",
        )
        assert (made.grading, made.regraded.grade) == (None, "medium")

    def test_high_needs_the_inspector(self, does, case, assessed, graded):
        assessed()
        graded("high")
        does(Role.SERGEANT, checking.agree, case_id=case, **AGREE)
        assert duties(case, "risk-check-high") == ["risk-check-high"]
        with pytest.raises(Refused):
            does(Role.SERGEANT, checking.agree, now=LATER, case_id=case, **AGREE)
        check = does(Role.INSPECTOR, checking.agree, now=LATER, case_id=case, **AGREE)
        assert check.high
        assert duties(case, "risk-check-high") == []

    def test_it_goes_back_to_whoever_is_on_duty(self, does, case, assessed, graded, accounts, colleague):
        assessed()
        graded("standard")
        check = does(Role.SERGEANT, checking.give_back, case_id=case, **RETURN)
        assert check.returned_to is None
        assert duties(case, "risk-returned") == ["risk-returned"]
        assert duties(case, "risk-check") == []
        second = colleague(Role.OFFICER, "second")
        does(second.actor, turns.start_turn, ends_at=NOW + timedelta(hours=8))
        assessed(now=LATER)
        assert duties(case, "risk-returned") == []
        check = does(Role.SERGEANT, checking.give_back, now=LATER, case_id=case, **RETURN)
        assert check.returned_to == second.id
        does(Role.OFFICER, turns.start_turn, ends_at=NOW + timedelta(hours=8))
        assessed(now=LATER + timedelta(minutes=1))
        check = does(
            Role.SERGEANT, checking.give_back, now=LATER + timedelta(minutes=2), case_id=case, **RETURN
        )
        assert check.returned_to == accounts[Role.OFFICER].id

    def test_the_maker_alone_reads_what_was_said_and_says_so_once(self, does, case, assessed, graded):
        assessed()
        graded("medium")
        check = does(Role.SERGEANT, checking.agree, case_id=case, feedback="Well asked", **AGREE)
        read = does(Role.OFFICER, checking.read_feedback, check_id=check.id)
        again = does(Role.OFFICER, checking.read_feedback, now=LATER, check_id=check.id)
        assert read.read_at == again.read_at == NOW
        with pytest.raises(Refused):
            does(Role.HUB, checking.read_feedback, check_id=check.id)

    def test_an_incident_closes_only_when_each_pair_was_assessed_and_checked(
        self, does, case, pair, incident, assessed, graded, everything_done
    ):
        first = incident(*pair, minutes_ago=30)
        with pytest.raises(NotYet) as refused:
            does(Role.SERGEANT, close_incident, incident_id=first, closed_as="attended")
        assert {"risk-assessment", "risk-check"} <= set(refused.value.why)
        assessed()
        graded("medium")
        does(Role.SERGEANT, checking.agree, case_id=case, **AGREE)
        with pytest.raises(NotYet) as refused:
            does(Role.SERGEANT, close_incident, incident_id=first, closed_as="attended")
        assert not {why for why in refused.value.why if why.startswith("risk")}
        everything_done(first)
        assert does(Role.SERGEANT, close_incident, incident_id=first, closed_as="attended").closed_at
        # the same two again: what was done before is not about it
        next_one = incident(*pair, minutes_ago=-20)
        with pytest.raises(NotYet) as refused:
            does(Role.SERGEANT, close_incident, incident_id=next_one, closed_as="attended")
        assert {"risk-assessment", "risk-check"} <= set(refused.value.why)


class TestTheHub:
    @pytest.fixture
    def taken(self, does, case, assessed, graded):
        assessed()
        graded("standard")
        return does(Role.HUB, hub.take, case_id=case)

    def test_one_reviewer_has_it_and_may_put_it_back(self, does, case, taken, colleague):
        second = colleague(Role.HUB, "second").actor
        with pytest.raises(Conflict):
            does(second, hub.take, case_id=case)
        does(Role.HUB, hub.put_back, review_id=taken.id)
        assert does(second, hub.take, case_id=case).queued_at == taken.queued_at

    def test_what_somebody_has_taken_who_leaves_waits_again(self, does, case, taken, colleague, accounts):
        assert hub.put_back_what_was_left(now=NOW) == 0
        does(Role.ADMINISTRATOR, lambda *, by, **_told: close_account(by=by, user_id=taken.taken_by))
        assert (hub.put_back_what_was_left(now=NOW), hub.put_back_what_was_left(now=NOW)) == (1, 0)
        second = colleague(Role.HUB, "second").actor
        assert does(second, hub.take, case_id=case).queued_at == taken.queued_at

    def test_how_deep_is_the_reviewers_choice_with_a_reason_before_the_grade(self, does, case, taken):
        with pytest.raises(Malformed, match="how deep"):
            does(Role.HUB, hub.finish, review_id=taken.id, grade="standard", reason="review-fits")
        chosen = does(Role.HUB, hub.choose_depth, review_id=taken.id, deep=True, reason="deep-partners")
        assert chosen.deep
        done = does(
            Role.HUB,
            hub.finish,
            now=LATER,
            review_id=taken.id,
            grade="high",
            reason="grade-told-more",
            words="Health know of two visits",
        )
        assert (done.outcome, done.done_at, done.queued_at) == ("regraded", LATER, NOW)
        assert done.regraded.stage == "hub"
        assert standing(case) == "high"
        assert duties(case, "hub-review") == []
        assert duties(case, "risk-check-high") == ["risk-check-high"]
        with pytest.raises(Conflict):
            does(Role.HUB, hub.finish, review_id=taken.id, grade="high", reason="review-fits")

    def test_agreeing_leaves_the_grade_and_tells_its_maker(self, does, case, taken):
        does(Role.HUB, hub.choose_depth, review_id=taken.id, deep=False, reason="light-enough")
        does(Role.HUB, hub.finish, review_id=taken.id, grade="standard", reason="review-fits")
        with seen_whole():
            assert HubReview.objects.get().outcome == "agreed"
            assert Grading.objects.count() == 1
            assert Review.objects.get().agreed

    def test_what_a_partner_shared_names_who_and_on_what_basis(self, does, case, accounts):
        told = {
            "case_id": case,
            "agency": "health",
            "controller": "Quarnley General Hospital",
            "shared_by": "Dr Amadi",
            "words": "Seen twice this month",
        }
        with pytest.raises(Malformed, match="basis"):
            does(Role.HUB, hub.record_share, basis="because", **told)
        with pytest.raises(Malformed, match="shared_by"):
            does(Role.HUB, hub.record_share, basis="consent", **{**told, "shared_by": " "})
        does(Role.HUB, hub.record_share, basis="safeguarding", **told)
        for role, seen in ((Role.HUB, 1), (Role.ANALYST, 0)):
            with transaction.atomic():
                set_actor(accounts[role].actor)
                assert Share.objects.count() == seen


class TestReassessing:
    def test_one_duty_collects_the_causes_and_a_new_grade_discharges_it(self, does, case, graded):
        graded("medium")
        with pytest.raises(Malformed):
            does(Role.OFFICER, reassessing.call_for, case_id=case, cause="boredom")
        does(Role.OFFICER, reassessing.call_for, now=LATER, case_id=case, cause="separation")
        does(Role.SERGEANT, reassessing.call_for, now=LATER, case_id=case, cause="pregnancy")
        with seen_whole():
            assert Duty.objects.get(kind="risk-reassessment").causes == ["separation", "pregnancy"]
        graded("high", now=LATER, stage=Stage.REASSESSMENT, reason="grade-separation")
        assert duties(case, "risk-reassessment") == []

    def test_it_stands_with_whoever_owns_the_case_also_where_that_changes(self, does, case, graded, accounts):
        graded("high")
        whose = []
        for role, cause in ((Role.OFFICER, "separation"), (Role.HUB, "pregnancy"), (Role.SERGEANT, "breach")):
            does(role, set_owner, case_id=case, owner=accounts[role].id)
            does(Role.OFFICER, reassessing.call_for, now=LATER, case_id=case, cause=cause)
            with seen_whole():
                [duty] = Duty.objects.filter(kind="risk-reassessment", discharged_at=None)
            whose.append((duty.role, duty.owner))
        officer, hub = ((role, accounts[role].id) for role in (Role.OFFICER, Role.HUB))
        # a sergeant grades no case anew: it stays where it stands
        assert whose == [officer, hub, hub]

    def test_the_worker_finds_another_incident_and_an_end_of_bail_once(
        self, does, case, pair, incident, graded
    ):
        her, him = pair
        bail = does(
            Role.OFFICER,
            facts.set_fact,
            kind="police-bail",
            record_id=him,
            protects_id=her,
            valid_from=NOW - timedelta(days=1),
        )
        graded("medium")
        assert look_for_changes(now=NOW + timedelta(hours=1)) == 0
        incident(her, him, minutes_ago=-30)
        does(Role.OFFICER, facts.end_fact, now=LATER, fact_id=bail.id, because="charged")
        assert look_for_changes(now=NOW + timedelta(hours=1)) == 1
        assert look_for_changes(now=NOW + timedelta(hours=1)) == 0
        with seen_whole():
            assert set(Duty.objects.get(kind="risk-reassessment").causes) == {"repeat-call", "bail-ended"}
        at = NOW + timedelta(hours=2)
        graded("medium", now=at, stage=Stage.REASSESSMENT, reason="grade-new-incident")
        assert look_for_changes(now=at + timedelta(minutes=1)) == 0

    def test_a_release_on_bail_and_a_breach_said_at_the_scene_call_for_it(
        self, does, case, pair, incident, graded
    ):
        her, him = pair
        graded("medium")
        told = {"kind": "police-bail", "record_id": him, "protects_id": her, "valid_from": NOW}
        does(Role.OFFICER, facts.set_fact, now=NOW + timedelta(minutes=20), **told)
        again = incident(her, him)
        visit = does(Role.OFFICER, attending.begin, now=NOW + timedelta(minutes=30), incident_id=again)
        after = None
        for minutes in (40, 50):
            told = {"attendance_id": visit.id, "section": Section.DANGER, "answers": {"breach": "yes"}}
            told |= {"instrument": library().as_of("scene-danger", london_day(NOW)), "complete": False}
            now = NOW + timedelta(minutes=minutes)
            after = does(Role.OFFICER, attending.write_section, now=now, after=after, **told).id
        assert look_for_changes(now=NOW + timedelta(hours=1)) == 1
        with seen_whole():
            assert {"release", "breach"} <= set(Duty.objects.get(kind="risk-reassessment").causes)
            assert Entry.objects.filter(kind="danger-changed", code="breach", record_id=her).count() == 1

    def test_what_an_assessment_says_itself_calls_for_no_other_but_of_her_other_cases(
        self, does, add, pair, case, incident, graded, assessed
    ):
        her, _him = pair
        brother = add("Clement", "Ashgrove", sex="1")
        incident(her, brother)
        with seen_whole():
            other = Case.objects.get(victim=her, suspect=brother).id
        graded("medium")
        does(Role.OFFICER, grading.give, case_id=other, grade="medium", reason="grade-first-assessment")
        assessed(now=NOW + timedelta(minutes=5), separation="yes", pregnancy="yes")
        assert look_for_changes(now=LATER) == 1
        assert duties(case, "risk-reassessment") == []
        with seen_whole():
            [duty] = Duty.objects.filter(kind="risk-reassessment", discharged_at=None)
            assert (duty.about, duty.causes) == (other, ["pregnancy"])
        does(
            Role.OFFICER,
            grading.give,
            now=LATER,
            case_id=other,
            grade="medium",
            reason="grade-told-more",
            stage=Stage.REASSESSMENT,
        )
        # the same again is nothing new
        assessed(now=LATER + timedelta(minutes=5), pregnancy="yes")
        assert look_for_changes(now=LATER + timedelta(minutes=10)) == 0
        # that it was no longer so, and then is again, is
        assessed(now=LATER + timedelta(minutes=15), pregnancy="no")
        assert look_for_changes(now=LATER + timedelta(minutes=20)) == 0
        assessed(now=LATER + timedelta(minutes=25), pregnancy="yes")
        assert look_for_changes(now=LATER + timedelta(minutes=30)) == 1

    def test_support_withdrawn_at_the_scene_and_a_separation_recorded_call_for_it(
        self, does, pair, incident, graded, case
    ):
        her, him = pair
        graded("medium")
        visit = does(Role.OFFICER, attending.begin, incident_id=incident(her, him))
        does(Role.OFFICER, grading.give, case_id=case, grade="medium", reason="grade-new-incident")
        told = {"instrument": library().as_of("scene-statement", london_day(NOW)), "complete": False}
        told |= {"attendance_id": visit.id, "section": Section.STATEMENT, "after": None}
        # typed without signal before somebody graded it, and come in after: whoever graded did not know
        does(
            Role.OFFICER,
            attending.write_section,
            now=NOW + timedelta(minutes=5),
            at=NOW - timedelta(hours=2),
            answers={"support": "no-longer"},
            **told,
        )
        assert look_for_changes(now=NOW + timedelta(minutes=6)) == 1
        told = {"record_id": him, "other_id": her, "kind": "former-spouse"}
        does(Role.OFFICER, relate, now=NOW + timedelta(minutes=7), **told)
        assert look_for_changes(now=NOW + timedelta(minutes=8)) == 1
        with seen_whole():
            duty = Duty.objects.get(kind="risk-reassessment", discharged_at=None)
            assert (duty.about, set(duty.causes)) == (case, {"withdrawal", "separation"})

    def test_two_who_come_together_again_have_not_separated(self, does, pair, graded, case):
        her, him = pair
        does(Role.OFFICER, relate, record_id=her, other_id=him, kind="former-spouse")
        graded("medium")
        does(Role.OFFICER, relate, now=NOW + timedelta(minutes=7), record_id=her, other_id=him, kind="spouse")
        assert look_for_changes(now=NOW + timedelta(minutes=8)) == 0

    def test_bail_that_lapses_unnoticed_calls_for_it_too(self, does, case, pair, graded):
        her, him = pair
        does(
            Role.OFFICER,
            facts.set_fact,
            kind="police-bail",
            record_id=him,
            protects_id=her,
            valid_from=NOW - timedelta(days=1),
            valid_until=NOW + timedelta(hours=3),
        )
        graded("medium")
        assert look_for_changes(now=NOW + timedelta(hours=2)) == 0
        assert look_for_changes(now=NOW + timedelta(hours=4)) == 1


def test_where_nobody_attends_the_worker_calls_for_an_assessment_and_whoever_comes_takes_it(
    does, pair, incident
):
    told_of = incident(*pair)
    with seen_whole():
        case = Case.objects.get().id
    assert call_where_nobody_attended(now=NOW) == 1
    assert call_where_nobody_attended(now=NOW) == 0
    with seen_whole():
        [duty] = Duty.objects.filter(kind="risk-assessment", about=case)
        assert (duty.owner, duty.role, duty.discharged_at) == (None, Role.OFFICER, None)
    visit = does(Role.OFFICER, attending.begin, incident_id=told_of)
    with seen_whole():
        duty.refresh_from_db()
        assert (duty.owner, set(duty.causes)) == (visit.officer, {"not-assessed", "attended"})


def test_what_was_assessed_before_another_incident_is_not_about_that(does, pair, case, assessed, incident):
    assessed(now=NOW - timedelta(minutes=50))
    assert call_where_nobody_attended(now=NOW) == 0
    incident(*pair, minutes_ago=5)
    assert call_where_nobody_attended(now=NOW) == 1
