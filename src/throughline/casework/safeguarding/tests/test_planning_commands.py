"""Safety plans, measures, copies and referrals: commands on PostgreSQL."""

from datetime import timedelta

import pytest
from django.db import transaction

from throughline.casework.cases.commands.holding import set_grade
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import NotYet
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.identities import merge
from throughline.casework.people.commands.safety import give_safe_contact, restrict
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.commands.reassessing import call_for
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands.copying import give_copy
from throughline.casework.safeguarding.commands.directory import add_service, withdraw_service
from throughline.casework.safeguarding.commands.fitting import take_step
from throughline.casework.safeguarding.commands.planning import write_plan
from throughline.casework.safeguarding.commands.referring import answer, refer
from throughline.casework.safeguarding.models import PlanVersion, SafetyMeasure, SafetyWords
from throughline.casework.safeguarding.queries.planning import measures_waiting, plan_page, safety_of
from throughline.casework.safeguarding.rules.directory import Told
from throughline.casework.safeguarding.rules.fitting import REASONED, STEPS, WAITING, State, due_at
from throughline.casework.safeguarding.rules.planning import made_by, reviewed_by
from throughline.casework.safeguarding.tasks import call_for_plans
from throughline.casework.safeguarding.tests.conftest import PLANNED
from throughline.casework.safeguarding.tests.test_safeguarding_commands import lines, open_now
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge, pass_on
from throughline.foundations.duties.rules import duty_kind
from throughline.foundations.instruments.commands import ChangedMeanwhile
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import BadAnswers
from throughline.reference import load

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=10)


def called(now=NOW):
    """The worker's turn; of how many cases."""
    with transaction.atomic():
        return call_for_plans(now=now)


@pytest.fixture
def graded_as(does, case):
    """``graded_as("medium", now=…)``: somebody says how dangerous a case is."""

    def given(grade, *, now=NOW, case_id=None):
        told = {"grade": grade, "reason": "grade-told-more", "words": "From what she told"}
        does(Role.OFFICER, set_grade, now=now, case_id=case_id or case, **told)

    return given


@pytest.fixture
def safe_by(does, pair):
    """``safe_by(means=["email"])``: what she said about reaching her."""

    def said(**answers):
        with seen_whole():
            standing = Answers.objects.filter(
                subject=pair[0], instrument="safe-contact", superseded_by=None
            ).first()
        does(
            Role.CALL_HANDLER,
            give_safe_contact,
            record_id=pair[0],
            instrument=library().as_of("safe-contact", london_day(NOW)),
            answers=answers,
            complete=False,
            after=standing.id if standing else None,
        )

    return said


class TestCalling:
    @pytest.mark.parametrize("grade", ["high", "medium", "standard"])
    def test_whoever_is_graded_has_a_plan_in_the_time_of_the_grade(self, graded_as, case, grade):
        then = NOW - timedelta(hours=3)
        graded_as(grade, now=then)
        assert called() == 1
        [duty] = open_now("safety-plan")
        assert (duty.about, duty.causes, duty.role) == (case, ["no-plan"], "hub-reviewer")
        assert duty.due_at == made_by(grade, then, london_day(then))
        assert called(LATER) == 0

    def test_a_higher_grade_is_due_earlier(self, graded_as, case):
        graded_as("standard")
        called()
        graded_as("high", now=NOW + timedelta(minutes=1))
        assert called(LATER) == 1
        [duty] = open_now("safety-plan")
        at = NOW + timedelta(minutes=1)
        assert duty.due_at == made_by("high", at, london_day(at))

    def test_nobody_who_is_not_graded_is_called_for(self, case):
        assert called() == 0

    def test_of_two_cases_of_hers_one_duty_is_enough_and_one_plan_ends_it(
        self, graded_as, planned, does, pair, case, incident, add
    ):
        incident(pair[0], add("Craig", "Whitmore", sex="1"))
        with seen_whole():
            other = Case.objects.exclude(id=case).get(victim=pair[0]).id
        graded_as("standard")
        graded_as("high", case_id=other)
        assert called() == 1
        [duty] = open_now("safety-plan")
        assert duty.about == other
        planned(now=LATER)
        assert not open_now("safety-plan")
        assert called(LATER) == 0

    def test_it_goes_with_the_case_and_comes_back_for_her_other_one(
        self, graded_as, case, pair, incident, add
    ):
        incident(pair[0], add("Craig", "Whitmore", sex="1"))
        with seen_whole():
            other = Case.objects.exclude(id=case).get(victim=pair[0]).id
        graded_as("high")
        graded_as("standard", case_id=other)
        called()
        [duty] = open_now("safety-plan")
        assert duty.about == case
        with seen_whole():
            record(system("test"), Event.Kind.WRITE, "test")
            Case.objects.filter(id=case).update(closed_at=NOW, closed_by=system("test").id, closed_as="safe")
            discharge(by=system("test"), now=NOW, duty_id=duty.id, outcome="no-longer-needed")
        assert called(LATER) == 1
        assert [one.about for one in open_now("safety-plan")] == [other]


class TestReviewing:
    def test_another_grade_calls_for_a_review_and_the_review_ends_it(self, graded_as, planned, case):
        graded_as("standard", now=NOW - timedelta(hours=2))
        planned(now=NOW - timedelta(hours=1), at=NOW - timedelta(hours=1))
        assert called() == 0
        graded_as("high", now=NOW)
        assert called(LATER) == 1
        [duty] = open_now("safety-plan-review")
        assert duty.causes == ["regraded"]
        assert duty.due_at == reviewed_by("high", NOW, london_day(NOW))
        planned(now=LATER, at=LATER)
        assert not open_now("safety-plan-review")
        assert lines("safety-plan-reviewed") == ["agreed"]
        assert called(LATER + timedelta(minutes=1)) == 0

    def test_one_open_duty_collects_what_has_changed(self, graded_as, planned, does, case):
        graded_as("standard", now=NOW - timedelta(hours=2))
        planned(now=NOW - timedelta(hours=1), at=NOW - timedelta(hours=1))
        does(Role.OFFICER, call_for, now=NOW, case_id=case, cause="breach")
        called()
        does(Role.OFFICER, call_for, now=NOW + timedelta(minutes=1), case_id=case, cause="release")
        called(LATER)
        [duty] = open_now("safety-plan-review")
        assert duty.causes == ["breach", "release"]
        assert duty.due_at == reviewed_by("standard", NOW, london_day(NOW))

    def test_what_happened_after_it_was_talked_through_is_still_to_be_reviewed(
        self, graded_as, planned, case
    ):
        graded_as("standard", now=NOW - timedelta(hours=3))
        graded_as("high", now=NOW - timedelta(hours=1))
        planned(now=NOW, at=NOW - timedelta(hours=2))
        assert called(LATER) == 1
        assert [one.causes for one in open_now("safety-plan-review")] == [["regraded"]]

    def test_one_made_without_her_is_to_be_gone_through_with_her(self, graded_as, planned, case):
        graded_as("high")
        called()
        planned(took_part=["officer"], agreed="made-without-her", why="danger-at-once")
        assert not open_now("safety-plan")
        assert [one.causes for one in open_now("safety-plan-review")] == [["made-without-her"]]


class TestPlanning:
    def test_saving_asks_for_nothing_and_completing_asks_for_what_is_missing(self, does, case):
        kept = does(Role.OFFICER, write_plan, case_id=case, answers={})
        assert kept.completed_at is None
        with seen_whole():
            row = Answers.objects.get(subject=kept.id).id
        with pytest.raises(BadAnswers):
            does(Role.OFFICER, write_plan, case_id=case, answers={}, after_row=row, complete=True)
        with seen_whole():
            assert PlanVersion.objects.get().completed_at is None

    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("agreed", {"agreed": ""}),
            ("agreed", {"agreed": "perhaps"}),
            ("took_part", {"took_part": ["officer"]}),
            ("took_part", {"took_part": ["victim"], "agreed": "made-without-her", "why": "not-free"}),
            ("took_part", {"took_part": ["cat"]}),
            ("why", {"agreed": "not-agreed"}),
            ("why", {"why": "no-time"}),
            ("words", {"words": "x" * 4_001}),
            ("at", {"at": NOW + timedelta(hours=1)}),
        ],
    )
    def test_a_wrong_plan_names_its_field_and_keeps_nothing(self, planned, field, told):
        with pytest.raises(Malformed) as wrong:
            planned(**told)
        assert wrong.value.field == field
        with seen_whole():
            assert not PlanVersion.objects.exists()

    def test_versions_are_kept_and_never_changed(self, planned, case):
        first = planned(words="She wants to stay")
        second = planned(now=LATER, answers={**PLANNED, "wants": "She wants to leave"})
        assert first.id != second.id
        with seen_whole():
            assert [one.answers["wants"] for one in Answers.objects.order_by("at")] == [
                PLANNED["wants"],
                "She wants to leave",
            ]
            assert SafetyWords.objects.get(about=first.id).words == "She wants to stay"

    def test_two_who_write_at_once_do_not_overwrite(self, does, case):
        does(Role.OFFICER, write_plan, case_id=case, answers={"wants": "One"})
        with pytest.raises(ChangedMeanwhile):
            does(Role.HUB, write_plan, case_id=case, answers={"wants": "Another"})

    def test_a_plan_is_hers_whichever_record_and_case(self, does, planned, case, pair, add, incident):
        planned()
        again = add("Zofia", "Quillfeather-Ashgrove")
        incident(again, add("Craig", "Whitmore", sex="1"))
        does(Role.SUPERVISOR, merge, record_id=again, into_id=pair[0], reason="merge-said-so")

        def read(*, by, now):
            return plan_page(by, Case.objects.get(victim=again), at=now, purpose="duty")

        page = does(Role.OFFICER, read)
        assert page.plan is not None
        assert [one.question.code for one in page.plan.said][:1] == ["wants"]

    def test_a_closed_case_has_no_new_plan(self, planned, case):
        with seen_whole():
            record(system("test"), Event.Kind.WRITE, "test")
            Case.objects.filter(id=case).update(closed_at=NOW, closed_by=system("test").id, closed_as="safe")
        with pytest.raises(NotYet):
            planned()


class TestMeasures:
    def test_from_the_offer_until_it_is_in_place(self, does, measure, accounts, case):
        made = measure("locks")
        does(Role.HUB, take_step, measure_id=made.id, step="order", supplier="council")
        [duty] = open_now("safety-measure")
        assert (duty.owner, duty.role) == (accounts[Role.HUB].id, "hub-reviewer")
        assert duty.due_at == due_at("locks", NOW, london_day(NOW))
        does(Role.HUB, take_step, now=LATER, measure_id=made.id, step="chase", words="They come on Friday")
        assert len(open_now("safety-measure")) == 1
        does(Role.HUB, take_step, now=LATER, measure_id=made.id, step="fit", at=LATER)
        assert not open_now("safety-measure")
        with seen_whole():
            kept = SafetyMeasure.objects.get()
        assert (kept.state, kept.fitted_at - kept.first_ordered_at) == ("fitted", LATER - NOW)
        for kind in ("measure-offered", "measure-ordered", "measure-fitted"):
            assert lines(kind) == ["locks"]

    def test_what_fails_stays_on_the_list_until_it_is_ordered_again(self, does, measure):
        made = measure("phone", ordered=True)
        does(Role.HUB, take_step, now=LATER, measure_id=made.id, step="fail", reason="none-to-be-had")
        [duty] = open_now("safety-measure")
        assert duty.causes == ["measure-ordered", "measure-failed"]
        again = LATER + timedelta(minutes=1)
        does(Role.OFFICER, take_step, now=again, measure_id=made.id, step="order")
        [duty] = open_now("safety-measure")
        assert (duty.role, duty.due_at) == ("response-officer", due_at("phone", again, london_day(again)))

    def test_what_was_in_place_and_breaks_is_a_duty_again(self, does, measure):
        made = measure("cctv", ordered=True)
        does(Role.HUB, take_step, measure_id=made.id, step="fit")
        does(Role.HUB, take_step, now=LATER, measure_id=made.id, step="fail", reason="destroyed")
        assert [one.causes for one in open_now("safety-measure")] == [["measure-failed"]]

    def test_with_whoever_ordered_it_gone_the_hub_has_it(self, does, measure, accounts):
        made = measure("locks")
        does(Role.OFFICER, take_step, measure_id=made.id, step="order")
        officer = accounts[Role.OFFICER]
        officer.is_active = False
        officer.save()
        assert pass_on(now=NOW) == 1
        [duty] = open_now("safety-measure")
        assert (duty.owner, duty.role) == (None, "hub-reviewer")

    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("step", {"step": "explode"}),
            ("reason", {"step": "decline"}),
            ("reason", {"step": "decline", "reason": "does-not-work"}),
            ("reason", {"step": "order", "reason": "not-wanted"}),
            ("supplier", {"step": "order", "supplier": "him"}),
            ("supplier", {"step": "decline", "reason": "not-wanted", "supplier": "council"}),
            ("at", {"step": "order", "at": NOW - timedelta(hours=1)}),
            ("words", {"step": "order", "words": "x" * 4_001}),
        ],
    )
    def test_a_wrong_step_names_its_field(self, does, measure, field, told):
        made = measure("locks")
        with pytest.raises(Malformed) as wrong:
            does(Role.HUB, take_step, measure_id=made.id, **told)
        assert wrong.value.field == field
        assert not open_now("safety-measure")

    def test_a_step_from_elsewhere_is_a_conflict(self, does, measure):
        made = measure("locks")
        with pytest.raises(Conflict):
            does(Role.HUB, take_step, measure_id=made.id, step="fit")

    def test_the_case_page_has_it_in_one_line_and_says_what_is_late(self, does, measure, planned, pair):
        planned()
        locks, _phone, cctv = measure("locks", ordered=True), measure("phone", ordered=True), measure("cctv")
        does(Role.HUB, take_step, measure_id=locks.id, step="fit")
        does(Role.HUB, take_step, measure_id=cctv.id, step="decline", reason="not-wanted")

        def read(*, by, now):
            return safety_of([pair[0]], now)

        late = does(Role.OFFICER, read, now=NOW + timedelta(days=30))
        assert late[0].kind == ""
        assert {(one.kind, one.state, one.late) for one in late[1:]} == {
            ("locks", State.FITTED, False),
            ("phone", State.ORDERED, True),
            ("cctv", State.DECLINED, False),
        }

    def test_the_list_names_what_is_waited_for(self, does, measure, pair):
        measure("locks", ordered=True)
        measure("cctv")

        def read(*, by, now):
            return measures_waiting(by, at=now)

        [waiting] = does(Role.SERGEANT, read)
        assert (waiting.measure.kind, waiting.late) == ("locks", False)
        assert waiting.whose == "The hub-reviewer"
        with pytest.raises(Refused):
            does(Role.ANALYST, read)


class TestCopies:
    def test_nothing_is_left_with_her_where_no_safe_way_stands(self, does, planned):
        made = planned()
        with pytest.raises(Malformed) as wrong:
            does(Role.OFFICER, give_copy, version_id=made.id, form="paper-in-hand", safe_to_keep=True)
        assert wrong.value.field == "form"
        does(Role.OFFICER, give_copy, version_id=made.id, form="told")
        assert lines("plan-copy-given") == ["told"]

    def test_an_email_goes_only_where_nobody_else_reads_it(self, does, planned, safe_by):
        made = planned()
        safe_by(means=["email"], **{"others-see-email": "unsure"})
        with pytest.raises(Malformed) as wrong:
            does(Role.OFFICER, give_copy, version_id=made.id, form="email", safe_to_keep=True)
        assert wrong.value.field == "form"
        safe_by(means=["email"], **{"others-see-email": "no"})
        does(Role.OFFICER, give_copy, version_id=made.id, form="email", safe_to_keep=True)
        assert lines("plan-copy-given") == ["email"]

    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("form", {}),
            ("form", {"form": "told", "why_not": "copy-not-wanted"}),
            ("form", {"form": "pigeon"}),
            ("why_not", {"why_not": "too-busy"}),
            ("form", {"form": "email", "safe_to_keep": True}),
            ("safe_to_keep", {"form": "paper-by-letter"}),
        ],
    )
    def test_a_wrong_copy_names_its_field(self, does, planned, safe_by, field, told):
        made = planned()
        safe_by(means=["letter"])
        with pytest.raises(Malformed) as wrong:
            does(Role.OFFICER, give_copy, version_id=made.id, **told)
        assert wrong.value.field == field
        assert not lines("plan-copy-given")

    def test_that_she_was_given_none_is_kept_with_why(self, does, planned):
        does(Role.OFFICER, give_copy, version_id=planned().id, why_not="copy-he-would-find-it")
        assert lines("plan-copy-not-given") == ["copy-he-would-find-it"]


@pytest.fixture
def service(does):
    """A service of the directory."""
    return does(
        Role.HUB, add_service, told=Told("Marigold House", "Advice and a room to talk", needs=("men",))
    )


class TestReferrals:
    def test_a_referral_waits_for_its_answer(self, does, case, service, accounts):
        made = does(
            Role.OFFICER,
            refer,
            case_id=case,
            service_id=service.id,
            told_only=False,
            basis="consent",
            consent="agreed",
        )
        [duty] = open_now("referral-answer")
        assert (duty.owner, duty.about) == (accounts[Role.OFFICER].id, made.id)
        does(Role.OFFICER, answer, now=LATER, referral_id=made.id, answer="on-a-list")
        [waits] = open_now("referral-answer")
        assert waits.due_at == duty_kind("referral-answer", on=london_day(LATER)).due_at(LATER)
        does(Role.OFFICER, answer, now=LATER, referral_id=made.id, answer="taken-on")
        assert not open_now("referral-answer")
        assert lines("referral-answered") == ["on-a-list", "taken-on"]
        with pytest.raises(Conflict):
            does(Role.OFFICER, answer, now=LATER, referral_id=made.id, answer="taken-on")

    def test_telling_her_of_a_service_passes_nothing_on(self, does, case, service):
        does(Role.OFFICER, refer, case_id=case, service_id=service.id, told_only=True)
        assert not open_now("referral-answer")

    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("consent", {"basis": "consent"}),
            ("basis", {"consent": "agreed"}),
            ("basis", {"basis": "not-said", "consent": "agreed"}),
            ("basis", {"basis": "consent", "consent": "refused"}),
            ("words", {"basis": "safeguarding", "consent": "could-not-ask"}),
            ("basis", {"told_only": True, "basis": "consent"}),
        ],
    )
    def test_a_wrong_referral_names_its_field(self, does, case, service, field, told):
        with pytest.raises(Malformed) as wrong:
            does(
                Role.OFFICER, refer, **{"case_id": case, "service_id": service.id, "told_only": False, **told}
            )
        assert wrong.value.field == field
        assert not open_now("referral-answer")

    def test_nobody_is_referred_to_what_was_withdrawn(self, does, case, service):
        does(Role.HUB, withdraw_service, service_id=service.id)
        with pytest.raises(Malformed):
            does(Role.OFFICER, refer, case_id=case, service_id=service.id, told_only=True)


class TestSight:
    @pytest.mark.parametrize("role", [Role.CALL_HANDLER, Role.INTELLIGENCE, Role.REGISTRAR, Role.ANALYST])
    def test_who_does_not_plan_writes_none(self, planned, role):
        with pytest.raises(Refused):
            planned(who=role)

    def test_a_restricted_record_hides_all_of_it(self, does, planned, measure, pair):
        planned(words="Ring my sister")
        measure("locks", ordered=True)
        does(Role.DESK, restrict, record_id=pair[1], reason="honour-based")

        def all_of_it(*, by, now):
            return [model.objects.count() for model in (PlanVersion, SafetyMeasure, SafetyWords)] + [
                Answers.objects.filter(instrument="safety-plan").count()
            ]

        assert does(Role.OFFICER, all_of_it) == [0, 0, 0, 0]
        assert does(Role.DESK, all_of_it) == [1, 1, 1, 1]

    def test_who_counts_reads_codes_and_no_words(self, does, planned, measure):
        planned(words="Ring my sister")
        measure("locks")

        def all_of_it(*, by, now):
            return (
                PlanVersion.objects.count(),
                SafetyMeasure.objects.count(),
                SafetyWords.objects.count(),
                Answers.objects.filter(instrument="safety-plan").count(),
            )

        assert does(Role.ANALYST, all_of_it) == (1, 1, 0, 0)


def ways_to(state):
    """The shortest steps from the offer to a state."""
    ways = {State.OFFERED: []}
    waiting = [State.OFFERED]
    while waiting:
        before = waiting.pop(0)
        for (one, step), after in STEPS.items():
            if one is before and after not in ways:
                ways[after] = [*ways[before], step]
                waiting.append(after)
    return ways[state]


@pytest.mark.parametrize(("state", "step"), list(STEPS))
def test_it_is_on_a_list_exactly_while_it_is_waited_for(does, measure, state, step):
    made, at = measure("locks"), NOW
    for one in (*ways_to(state), step):
        at += timedelta(minutes=1)
        reason = next((row.code for row in load("measure-reasons").rows if one in row.texts("steps")), "")
        told = {"reason": reason if one in REASONED else ""}
        does(Role.HUB, take_step, now=at, measure_id=made.id, step=one, **told)
        with seen_whole():
            kept = SafetyMeasure.objects.get(id=made.id)
        waits = [duty.due_at for duty in open_now("safety-measure")]
        assert waits == ([kept.due_at] if kept.state in WAITING else [])
    assert kept.state == STEPS[state, step]
