"""The plan, the suspects to be found, the routes without her, her statements, withdrawing, special measures, erasure."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction

from throughline.casework.cases.commands.facts import end_fact, set_fact
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import NotYet
from throughline.casework.conftest import NOW
from throughline.casework.contact.models import Contact
from throughline.casework.investigation.commands import hearing, looking, planning, proving
from throughline.casework.investigation.commands.forgetting import forget
from throughline.casework.investigation.models import (
    Investigation,
    InvestigationWords,
    LineOfEnquiry,
    OutstandingSuspect,
    PlanReview,
    RouteLooked,
    RouteResult,
    SpecialMeasure,
    SuspectAttempt,
    VictimStatement,
    Withdrawal,
)
from throughline.casework.investigation.queries.looking import outstanding
from throughline.casework.investigation.queries.pages import investigation_page, proposals_of
from throughline.casework.investigation.queries.proving import learnt
from throughline.casework.investigation.tasks import find_outstanding
from throughline.casework.investigation.tests.conftest import duties
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.scene.commands.acting import act_on
from throughline.casework.scene.commands.attending import begin
from throughline.casework.scene.commands.gathering import gather
from throughline.casework.scene.models import PositiveAction
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.reference import load

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def line(does, accepted, case, accounts):
    """``line()``: the investigator adds a line of enquiry."""

    def added(*, who=Role.INVESTIGATOR, whose=Role.INVESTIGATOR, now=NOW, **told):
        given = {"kind": "witness", "what": "Ask the neighbour at 16", "due_at": NOW + 2 * DAY, **told}
        return does(who, planning.add_line, now=now, case_id=case, whose=accounts[whose].id, **given)

    return added


@pytest.fixture
def scene(does, case):
    """The incident of the case, which an officer attends."""
    with seen_whole():
        incident_id = Case.objects.get(id=case).incident_links.get().incident_id
    does(Role.OFFICER, begin, incident_id=incident_id)
    return incident_id


def page(case, who, accounts):
    with transaction.atomic(), acting(accounts[who].actor):
        return investigation_page(
            accounts[who].actor, Case.objects.get(id=case), now=NOW, purpose="investigation"
        )


class TestThePlan:
    def test_a_line_stands_on_the_list_of_whoever_it_names_by_its_day(self, line, accounts):
        made = line(whose=Role.OFFICER, priority="may-be-lost", why="She heard the blow")
        [duty] = duties("line-of-enquiry")
        assert (duty.owner, duty.role, duty.about) == (accounts[Role.OFFICER].id, Role.OFFICER, made.id)
        assert duty.due_at == NOW + 2 * DAY
        with seen_whole():
            words = dict(InvestigationWords.objects.filter(about=made.id).values_list("part", "words"))
        assert words == {"what": "Ask the neighbour at 16", "why": "She heard the blow"}

    def test_what_is_wrong_is_said_by_its_field(self, line):
        for told, field in (
            ({"kind": "no-such-kind"}, "kind"),
            ({"what": "  "}, "what"),
            ({"priority": "soon"}, "priority"),
            ({"due_at": NOW}, "due"),
            ({"whose": Role.ANALYST}, "whose"),
            ({"what": "x" * 5000}, "what"),
        ):
            with pytest.raises(Malformed) as wrong:
                line(**told)
            assert wrong.value.field == field
        with seen_whole():
            assert not LineOfEnquiry.objects.exists()

    def test_a_line_is_done_once(self, line, does):
        made = line()
        does(Role.INVESTIGATOR, planning.end_line, line_id=made.id, ending="line-done", words="Heard nothing")
        assert duties("line-of-enquiry") == []
        with pytest.raises(Conflict):
            does(Role.INVESTIGATOR, planning.end_line, line_id=made.id, ending="line-done")

    def test_letting_a_line_go_needs_words_and_replacing_is_no_answer_of_a_person(self, line, does):
        made = line()
        for ending in ("line-no-bearing", "line-superseded", "nothing"):
            with pytest.raises(Malformed):
                does(Role.INVESTIGATOR, planning.end_line, line_id=made.id, ending=ending)

    def test_another_line_takes_its_place_and_it_stays_to_be_read(self, line, accounts, case):
        first = line()
        second = line(what="Ask at 16 and 18", supersedes=first.id)
        with pytest.raises(Conflict):
            line(what="Ask at 20", supersedes=first.id)
        shown = page(case, Role.SERGEANT, accounts)
        assert [one.row.id for one in shown.lines] == [second.id]
        [past] = shown.past_lines
        assert (past.row.ended_as, past.what) == ("line-superseded", "Ask the neighbour at 16")
        [duty] = duties("line-of-enquiry")
        assert duty.about == second.id

    def test_lines_are_in_the_order_of_how_soon_they_matter(self, line, accounts, case):
        for priority in ("in-its-time", "may-be-lost", "decides"):
            line(priority=priority)
        shown = page(case, Role.INVESTIGATOR, accounts)
        assert [one.row.priority for one in shown.lines] == ["may-be-lost", "decides", "in-its-time"]

    def test_what_was_written_is_never_changed(self, line):
        made = line()
        with seen_whole():
            record(system("test"), Event.Kind.WRITE, "test")
            with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
                LineOfEnquiry.objects.filter(id=made.id).update(kind="medical")

    def test_the_plan_is_made_when_somebody_says_so(self, line, does, case):
        with pytest.raises(Malformed):
            does(Role.INVESTIGATOR, planning.complete_plan, case_id=case)
        line()
        assert len(duties("investigation-plan")) == 1
        does(Role.INVESTIGATOR, planning.complete_plan, case_id=case)
        assert duties("investigation-plan") == []

    def test_a_sergeant_reviews_and_the_next_review_has_a_time(self, line, does, case, accounts):
        line()
        does(Role.INVESTIGATOR, planning.complete_plan, case_id=case)
        later = NOW + DAY
        with pytest.raises(Malformed):
            does(Role.SERGEANT, planning.review_plan, case_id=case, agreed=True, words="")
        told = {"case_id": case, "agreed": False, "words": "Ask for the footage of the shop"}
        does(Role.SERGEANT, planning.review_plan, now=later, **told)
        plan, review = duties("investigation-plan", "investigation-review")
        assert (plan.owner, plan.causes) == (accounts[Role.INVESTIGATOR].id, ["plan-sent-back"])
        assert (review.opened_at, review.role) == (later, Role.SERGEANT)
        assert review.due_at > later + 5 * DAY
        with seen_whole():
            assert PlanReview.objects.get().agreed is False

    def test_who_may(self, line, does, case, colleague, accounts):
        made = line()
        for role in (Role.CALL_HANDLER, Role.HUB, Role.ANALYST, Role.INTELLIGENCE):
            with pytest.raises(Refused):
                does(role, planning.end_line, line_id=made.id, ending="line-done")
        for role in (Role.INVESTIGATOR, Role.OFFICER):
            with pytest.raises(Refused):
                does(role, planning.review_plan, case_id=case, agreed=True, words="Right")


class TestWhatTheSceneLeft:
    def test_it_is_proposed_and_taken_up_or_let_go_once(self, does, accepted, case, scene, accounts):
        told = {"item": "photographs", "state": "for-investigator", "reason": "needs-longer"}
        does(Role.OFFICER, gather, incident_id=scene, **told)
        does(Role.OFFICER, gather, incident_id=scene, item="house-to-house", state="not-done")
        does(Role.OFFICER, gather, incident_id=scene, item="body-worn-video", state="done", exhibit="OP/1")
        proposed = page(case, Role.INVESTIGATOR, accounts).proposals
        assert [one.left.item for one in proposed] == ["house-to-house", "photographs"]
        does(
            Role.INVESTIGATOR,
            planning.add_line,
            case_id=case,
            kind="photographs-later",
            what="Photographs on Friday",
            whose=accounts[Role.INVESTIGATOR].id,
            due_at=NOW + DAY,
            incident_id=scene,
            item="photographs",
        )
        gone = {"case_id": case, "incident_id": scene, "item": "house-to-house", "ending": "line-not-there"}
        with pytest.raises(Malformed):
            does(Role.INVESTIGATOR, planning.let_go_of_proposal, words="", **gone)
        does(Role.INVESTIGATOR, planning.let_go_of_proposal, words="A farm without neighbours", **gone)
        assert page(case, Role.INVESTIGATOR, accounts).proposals == ()
        with pytest.raises(Conflict):
            does(Role.INVESTIGATOR, planning.let_go_of_proposal, words="Again", **gone)

    def test_a_recording_that_nobody_spoke_of_is_proposed_where_somebody_rang(
        self, accepted, case, scene, accounts
    ):
        assert page(case, Role.INVESTIGATOR, accounts).proposals == ()
        with seen_whole():
            record(system("test"), Event.Kind.WRITE, "test")
            Contact.objects.create(channel="999", received_at=NOW, incident_id=scene)
            found = proposals_of(Case.objects.get(id=case), None)
        assert [(one.left.item, one.left.state) for one in found] == [("call-recording", "")]

    def test_what_is_of_another_case_is_refused(self, does, accepted, case, incident, add, accounts):
        elsewhere = incident(add("Ada", "Quince"), add("Bo", "Quince", sex="1"))
        told = {"case_id": case, "incident_id": elsewhere, "item": "photographs", "ending": "line-not-there"}
        with pytest.raises(Malformed):
            does(Role.INVESTIGATOR, planning.let_go_of_proposal, words="None", **told)


@pytest.fixture
def gone(does, case, pair, scene):
    """The officer writes that he had gone, and the worker has its turn."""
    told = {"action": "none", "reasons": ["gone"], "power": True, "words": "He ran"}
    does(Role.OFFICER, act_on, incident_id=scene, record_id=pair[1], **told)
    assert find_outstanding(now=NOW) == 1
    with seen_whole():
        return OutstandingSuspect.objects.get()


class TestSuspectsToBeFound:
    def test_whom_a_scene_left_at_large_is_in_the_register_once(self, gone, pair, case, graded_high):
        assert (gone.record_id, gone.case_id, gone.source, gone.looker) == (pair[1], case, "had-gone", None)
        assert find_outstanding(now=NOW) == 0
        [duty] = duties("suspect-attempt")
        assert (duty.role, duty.owner, duty.about) == (Role.SERGEANT, None, gone.id)

    def test_whoever_investigates_looks_and_a_sergeant_names_another(self, does, accepted, gone, accounts):
        [duty] = duties("suspect-attempt")
        assert duty.owner == accounts[Role.INVESTIGATOR].id
        assert duty.due_at == NOW + DAY
        does(Role.SERGEANT, looking.name_looker, outstanding_id=gone.id, account=accounts[Role.OFFICER].id)
        [after] = duties("suspect-attempt")
        assert (after.owner, after.role, after.due_at) == (
            accounts[Role.OFFICER].id,
            Role.OFFICER,
            duty.due_at,
        )
        with pytest.raises(Malformed):
            does(Role.SERGEANT, looking.name_looker, outstanding_id=gone.id, account=accounts[Role.HUB].id)
        with pytest.raises(Refused):
            does(Role.OFFICER, looking.name_looker, outstanding_id=gone.id, account=accounts[Role.OFFICER].id)

    def test_an_attempt_that_finds_nobody_calls_for_the_next_by_her_grade(self, does, accepted, gone):
        later = NOW + timedelta(hours=6)
        told = {"outstanding_id": gone.id, "result": "not-in", "words": "His mother's house"}
        does(Role.OFFICER, looking.log_attempt, now=later, **told)
        [duty] = duties("suspect-attempt")
        assert (duty.due_at, duty.causes) == (later + DAY, ["attempt-made"])
        when = later + 3 * DAY
        does(
            Role.OFFICER,
            looking.log_attempt,
            now=later,
            outstanding_id=gone.id,
            result="moved-away",
            next_at=when,
        )
        [duty] = duties("suspect-attempt")
        assert duty.due_at == when
        for told in ({"next_at": NOW}, {"at": later + DAY}, {"result": "no-code"}):
            with pytest.raises(Malformed):
                does(
                    Role.OFFICER,
                    looking.log_attempt,
                    now=later,
                    outstanding_id=gone.id,
                    **({"result": "not-in"} | told),
                )

    def test_found_they_leave_the_register_and_she_is_to_be_told(self, does, accepted, gone, case):
        does(Role.OFFICER, looking.log_attempt, outstanding_id=gone.id, result="found-arrested")
        assert duties("suspect-attempt") == []
        [told] = duties("victim-update")
        assert (told.about, told.causes) == (case, ["told-arrest"])
        with seen_whole():
            assert OutstandingSuspect.objects.get().closed_as == "ended-arrested"
        with pytest.raises(Conflict):
            does(Role.OFFICER, looking.log_attempt, outstanding_id=gone.id, result="not-in")
        assert find_outstanding(now=NOW) == 0

    def test_an_arrest_at_the_scene_takes_them_out(self, does, gone, scene, pair):
        later = NOW + timedelta(minutes=5)
        told = {"action": "arrest", "offence": "violence-with-injury", "power": True}
        with seen_whole():
            after = PositiveAction.objects.get().id
        does(
            Role.OFFICER,
            act_on,
            now=later,
            incident_id=scene,
            record_id=pair[1],
            at=later,
            after=str(after),
            **told,
        )
        assert find_outstanding(now=later) == 1
        with seen_whole():
            assert OutstandingSuspect.objects.get().closed_as == "ended-arrested"
        assert find_outstanding(now=later) == 0

    def test_whoever_is_wanted_on_a_warrant_is_in_it(self, does, case, pair):
        fact = does(Role.OFFICER, set_fact, kind="warrant", record_id=pair[1], valid_from=NOW)
        assert find_outstanding(now=NOW) == 1
        with seen_whole():
            found = OutstandingSuspect.objects.get()
        assert (found.source, found.because) == ("on-warrant", fact.id)
        with pytest.raises(Malformed):
            does(Role.OFFICER, looking.close, outstanding_id=found.id, ending="ended-withdrawn", words="")
        does(
            Role.OFFICER,
            looking.close,
            outstanding_id=found.id,
            ending="ended-withdrawn",
            words="The court says so",
        )
        assert find_outstanding(now=NOW) == 0
        does(Role.OFFICER, end_fact, fact_id=fact.id, because="discharged")

    def test_somebody_writes_it_by_hand_once(self, does, case):
        told = {"case_id": case, "source": "to-interview", "words": "Works at the yard"}
        does(Role.OFFICER, looking.register, **told)
        with pytest.raises(Conflict):
            does(Role.OFFICER, looking.register, **told)
        with pytest.raises(Refused):
            does(Role.HUB, looking.register, **told)

    def test_the_register_is_by_grade_and_then_by_how_long(
        self, does, accounts, case, pair, add, incident, grade
    ):
        grade("standard")
        ids = {}
        for name, days, level in (
            ("Ash", 1, "high"),
            ("Birch", 9, "high"),
            ("Cedar", 20, "medium"),
            ("Dale", 2, None),
        ):
            other = add(name, "Quince", sex="1")
            incident(add(f"Her {name}", "Quince"), other)
            with seen_whole():
                ids[name] = Case.objects.get(suspect=other).id
            if level:
                grade(level, of=ids[name])
            does(Role.OFFICER, looking.register, case_id=ids[name], source="breached", since=NOW - days * DAY)
        does(Role.OFFICER, looking.register, case_id=case, source="breached", since=NOW - 25 * DAY)
        sergeant = accounts[Role.SERGEANT].actor
        with transaction.atomic(), acting(sergeant):
            found = outstanding(sergeant, now=NOW)
        assert [one.row.case_id for one in found] == [
            ids["Dale"],
            ids["Birch"],
            ids["Ash"],
            ids["Cedar"],
            case,
        ]
        assert [one.days for one in found] == [2, 9, 1, 20, 25]
        officer = accounts[Role.OFFICER].actor
        with pytest.raises(Refused), transaction.atomic(), acting(officer):
            outstanding(officer, now=NOW)


@pytest.fixture
def graded_high(grade):
    grade("high")


class TestWithoutHer:
    def test_not_supporting_it_calls_for_a_look_at_every_route(self, does, accepted, case, accounts):
        does(Role.INVESTIGATOR, proving.say_support, case_id=case, support="she-supports")
        assert duties("evidence-routes") == []
        does(Role.OFFICER, proving.say_support, case_id=case, support="she-no-longer")
        [duty] = duties("evidence-routes")
        assert duty.owner == accounts[Role.INVESTIGATOR].id
        routes = [row.code for row in load("evidence-routes").as_of(london_day(NOW))]
        for route in routes:
            assert duties("evidence-routes") != []
            does(Role.INVESTIGATOR, proving.look_at_route, case_id=case, route=route, state="route-not-there")
        assert duties("evidence-routes") == []
        # said again, there is nothing left to look at
        does(Role.OFFICER, proving.say_support, case_id=case, support="she-does-not")
        assert duties("evidence-routes") == []

    def test_the_latest_of_a_route_stands_and_looking_for_it_names_somebody(
        self, does, accepted, case, accounts
    ):
        told = {"case_id": case, "route": "hearsay"}
        with pytest.raises(Malformed):
            does(Role.INVESTIGATOR, proving.look_at_route, state="route-looked-for", **told)
        whose = accounts[Role.OFFICER].id
        does(Role.INVESTIGATOR, proving.look_at_route, state="route-looked-for", whose=whose, **told)
        later = NOW + DAY
        does(
            Role.OFFICER,
            proving.look_at_route,
            now=later,
            state="route-there",
            words="Her sister, OP/4",
            **told,
        )
        shown = {one.row.code: one for one in page(case, Role.HUB, accounts).routes}
        assert (shown["hearsay"].looked.state, shown["hearsay"].words) == ("route-there", "Her sister, OP/4")
        assert shown["admissions"].looked is None
        with seen_whole():
            assert RouteLooked.objects.count() == 2

    def test_what_worked_is_found_by_its_route(self, does, accepted, case, accounts):
        for route, result in (
            ("hearsay", "court-admitted"),
            ("hearsay", "court-refused"),
            ("injuries", "pleaded"),
        ):
            told = {"case_id": case, "route": route, "result": result, "lesson": f"About {route}"}
            does(Role.INVESTIGATOR, proving.keep_result, **told)
        actor = accounts[Role.SERGEANT].actor
        with transaction.atomic(), acting(actor):
            found, every = learnt(actor, route="hearsay"), learnt(actor)
        assert found.counts == (("hearsay", "court-admitted", 1), ("hearsay", "court-refused", 1))
        assert {one.lesson for one in found.results} == {"About hearsay"}
        assert len(every.results) == 3
        handler = accounts[Role.CALL_HANDLER].actor
        with pytest.raises(Refused), transaction.atomic(), acting(handler):
            learnt(handler)


class TestHerStatements:
    def test_a_statement_and_the_offer_of_a_personal_one_may_come_again(self, does, accepted, case, accounts):
        take = hearing.take_statement
        does(Role.OFFICER, take, case_id=case, taken=True, exhibit=" OP/1 ", personal="vps-later")
        does(Role.INVESTIGATOR, take, case_id=case, taken=False, personal="vps-made", personal_exhibit="CL/1")
        does(
            Role.INVESTIGATOR, take, case_id=case, taken=False, personal="vps-added", personal_exhibit="CL/2"
        )
        shown = page(case, Role.INVESTIGATOR, accounts)
        assert shown.personal_offered
        assert sorted(one.row.personal for one in shown.statements) == ["vps-added", "vps-later", "vps-made"]
        with seen_whole():
            assert VictimStatement.objects.get(taken=True).exhibit == "OP/1"

    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({"taken": False}, "taken"),
            ({"taken": False, "personal": "vps-later", "exhibit": "OP/1"}, "exhibit"),
            ({"taken": True, "personal": "vps-declined", "personal_exhibit": "OP/2"}, "personal_exhibit"),
            ({"taken": True, "personal": "yes"}, "personal"),
            ({"taken": True, "exhibit": "x" * 61}, "exhibit"),
            ({"taken": True, "at": NOW + DAY}, "at"),
        ],
    )
    def test_what_is_wrong_is_said_by_its_field(self, does, accepted, case, told, field):
        with pytest.raises(Malformed) as wrong:
            does(Role.OFFICER, hearing.take_statement, case_id=case, **told)
        assert wrong.value.field == field

    def test_that_none_was_offered_is_seen(self, does, accepted, case, accounts):
        does(Role.OFFICER, hearing.take_statement, case_id=case, taken=True)
        assert not page(case, Role.INVESTIGATOR, accounts).personal_offered


class TestWithdrawing:
    def test_visited_first_then_decided_and_the_case_stays_open(self, does, accepted, case, accounts):
        told = {"case_id": case, "reasons": ["she-fears", "she-is-pressed"], "words": "His brother rang"}
        does(Role.OFFICER, hearing.thinks_of_withdrawing, **told)
        [visit] = duties("withdrawal-visit")
        assert visit.owner == accounts[Role.INVESTIGATOR].id
        with pytest.raises(Conflict):
            does(Role.OFFICER, hearing.thinks_of_withdrawing, **told)
        decide = {"case_id": case, "goes_on": True, "reason": "go-on-danger", "words": "He rang from custody"}
        with pytest.raises(Malformed):
            does(Role.INVESTIGATOR, hearing.decide_without_her, **decide)
        does(Role.OFFICER, hearing.visited, case_id=case, visit="visit-not-reached")
        assert duties("withdrawal-visit") == [visit]
        with pytest.raises(Malformed):
            does(Role.OFFICER, hearing.visited, case_id=case, visit="officer-and-adviser")
        does(Role.OFFICER, hearing.visited, case_id=case, visit="officer-and-adviser", withdraws=True)
        assert duties("withdrawal-visit") == []
        assert [one.owner for one in duties("withdrawal-decision")] == [accounts[Role.INVESTIGATOR].id]
        with pytest.raises(Malformed):
            does(Role.INVESTIGATOR, hearing.decide_without_her, **(decide | {"goes_on": False}))
        made = does(Role.INVESTIGATOR, hearing.decide_without_her, **decide)
        assert duties("withdrawal-decision") == []
        assert made.goes_on is True
        assert made.decision.made_by == accounts[Role.INVESTIGATOR].id
        with seen_whole():
            assert Case.objects.get(id=case).closed_at is None
            assert Investigation.objects.get().ended_at is None

    def test_she_goes_on_after_all_and_may_think_of_it_again(self, does, accepted, case):
        think = {"case_id": case, "reasons": ["process-too-long"]}
        does(Role.OFFICER, hearing.thinks_of_withdrawing, **think)
        does(Role.OFFICER, hearing.visited, case_id=case, visit="adviser-alone", withdraws=False)
        assert duties("withdrawal-visit", "withdrawal-decision") == []
        does(Role.OFFICER, hearing.thinks_of_withdrawing, **think)
        with seen_whole():
            assert Withdrawal.objects.count() == 2

    def test_a_reason_is_needed(self, does, accepted, case):
        for reasons in ([], ["no-code"]):
            with pytest.raises(Malformed):
                does(Role.OFFICER, hearing.thinks_of_withdrawing, case_id=case, reasons=reasons)


def test_the_latest_of_a_special_measure_stands(does, accepted, case, accounts):
    assert page(case, Role.INVESTIGATOR, accounts).special_measures == ()
    steps = ("measure-explained", "measure-asked-for", "measure-applied-for", "measure-granted")
    for days, step in enumerate(steps):
        told = {"case_id": case, "measure": "screen", "step": step}
        does(Role.INVESTIGATOR, hearing.step_special_measure, now=NOW + days * DAY, **told)
    does(
        Role.INVESTIGATOR,
        hearing.step_special_measure,
        case_id=case,
        measure="live-link",
        step="measure-not-wanted",
    )
    shown = page(case, Role.INVESTIGATOR, accounts).special_measures
    assert {one.row.measure: one.row.step for one in shown} == {
        "screen": "measure-granted",
        "live-link": "measure-not-wanted",
    }
    with pytest.raises(Malformed):
        does(Role.INVESTIGATOR, hearing.step_special_measure, case_id=case, measure="screen", step="no-code")


def test_words_go_with_the_person_and_codes_stay(line, does, case, gone, pair):
    line(why="She heard it")
    does(Role.OFFICER, looking.log_attempt, outstanding_id=gone.id, result="not-in", words="At his mother's")
    does(Role.OFFICER, hearing.thinks_of_withdrawing, case_id=case, reasons=["she-fears"], words="She cried")
    does(
        Role.OFFICER, hearing.visited, case_id=case, visit="officer-alone", withdraws=True, words="She cried"
    )
    told = {"goes_on": True, "reason": "go-on-danger", "words": "He will kill Zofia"}
    does(Role.INVESTIGATOR, hearing.decide_without_her, case_id=case, **told)
    does(
        Role.INVESTIGATOR,
        hearing.step_special_measure,
        case_id=case,
        measure="screen",
        step="measure-explained",
    )
    does(
        Role.INVESTIGATOR,
        proving.keep_result,
        case_id=case,
        route="hearsay",
        result="pleaded",
        lesson="Zofia",
    )
    with seen_whole():
        record(system("test"), Event.Kind.WRITE, "test")
        forget(record_id=pair[0])
        assert set(InvestigationWords.objects.values_list("words", flat=True)) == {""}
        assert Withdrawal.objects.get().decision.words == ""
        assert (
            SuspectAttempt.objects.count(),
            RouteResult.objects.count(),
            SpecialMeasure.objects.count(),
        ) == (1, 1, 1)
        assert not Entry.objects.filter(code__icontains="zofia").exists()


def test_a_closed_case_takes_nothing_more_but_what_a_court_did(line, does, case):
    made = line()
    with seen_whole():
        record(system("test"), Event.Kind.WRITE, "test")
        Case.objects.filter(id=case).update(closed_at=NOW, closed_by=system("t").id, closed_as="danger-past")
    for command, told in (
        (proving.say_support, {"support": "she-supports"}),
        (hearing.take_statement, {"taken": True}),
        (planning.complete_plan, {}),
        (looking.register, {"source": "breached"}),
    ):
        with pytest.raises(NotYet):
            does(Role.INVESTIGATOR, command, case_id=case, **told)
    with pytest.raises(NotYet):
        line(supersedes=made.id)
    does(Role.INVESTIGATOR, proving.keep_result, case_id=case, route="injuries", result="court-admitted")
