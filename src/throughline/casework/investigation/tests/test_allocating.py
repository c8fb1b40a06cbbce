"""Who investigates: asked by risk, accepted, handed on, chosen otherwise and reviewed, ended with the case."""

from datetime import timedelta
from uuid import uuid4

import pytest

from throughline.casework.cases.commands.cases import reopen_case
from throughline.casework.cases.commands.crimes import cancel_crime
from throughline.casework.cases.commands.incidents import involve
from throughline.casework.cases.models import Case
from throughline.casework.conftest import NOW
from throughline.casework.investigation.commands import allocating, planning
from throughline.casework.investigation.models import (
    Allocation,
    Investigation,
    InvestigationWords,
    LineOfEnquiry,
)
from throughline.casework.investigation.tests.conftest import duties, worker
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.foundations.access.commands import grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry
from throughline.foundations.decisions.models import Decision

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def investigation(case):
    with seen_whole():
        return Investigation.objects.get(case=case)


def allocations(state):
    with seen_whole():
        return list(Allocation.objects.filter(state=state).order_by("asked_at"))


def test_nobody_is_asked_before_there_is_a_crime_and_nobody_before_there_is_a_grade(case, grade, crime):
    grade("high")
    with seen_whole():
        assert not Investigation.objects.exists()
    crime()
    worker()
    assert [one.role for one in allocations("asked")] == [Role.INVESTIGATOR]


def test_an_ungraded_case_with_a_crime_is_open_and_asks_once_it_is_graded(case, crime, grade):
    crime()
    assert worker() == 1
    assert worker() == 0
    assert investigation(case).investigator is None
    assert duties("investigation-accept") == []
    grade("standard")
    [duty] = duties("investigation-accept")
    assert (duty.role, duty.about, duty.owner) == (Role.INVESTIGATOR, case, None)


def test_it_is_asked_by_the_clock_of_her_grade_and_once(asked, case):
    [duty] = duties("investigation-accept")
    assert duty.due_at == NOW + 4 * HOUR
    [one] = allocations("asked")
    assert (one.policy, one.grade, one.account, one.decision_id) == ("high-any", "high", None, None)
    assert worker() == 0


def test_a_cancelled_crime_asks_nobody(does, case, crime, grade):
    made = crime()
    does(Role.REGISTRAR, cancel_crime, crime_id=made.id, reason="cancel-twice")
    grade("high")
    with seen_whole():
        assert not Investigation.objects.exists()


def test_somebody_accepts_and_a_plan_and_a_review_have_times(does, accepted, case, accounts):
    found = investigation(case)
    assert (found.investigator, found.accepted_at) == (accounts[Role.INVESTIGATOR].id, NOW)
    assert duties("investigation-accept") == []
    plan, review = duties("investigation-plan", "investigation-review")
    assert (plan.owner, plan.role, plan.due_at) == (found.investigator, Role.INVESTIGATOR, NOW + 24 * HOUR)
    assert (review.owner, review.role) == (None, Role.SERGEANT)
    assert worker() == 0
    with pytest.raises(Conflict):
        does(Role.INVESTIGATOR, allocating.accept, case_id=case)


def test_whoever_is_not_asked_does_not_accept(does, asked, case):
    with pytest.raises(Refused):
        does(Role.OFFICER, allocating.accept, case_id=case)
    with pytest.raises(Refused):
        does(Role.CALL_HANDLER, allocating.accept, case_id=case)


def test_she_has_one_investigator_for_all_her_cases(
    does, accepted, case, pair, add, incident, crime, grade, accounts
):
    other = add("Casimir", "Brent", sex="1")
    incident(pair[0], other)
    with seen_whole():
        second = Case.objects.get(victim=pair[0], suspect=other).id
    crime(of=second)
    grade("standard", of=second)
    [one] = allocations("asked")
    # of a victim the case that is graded highest says who, and whoever has one of hers is asked first
    assert (one.account, one.grade) == (accounts[Role.INVESTIGATOR].id, "high")
    [duty] = duties("investigation-accept")
    assert duty.owner == accounts[Role.INVESTIGATOR].id


def test_accepting_one_of_her_cases_is_accepting_the_others_that_wait(
    does, asked, case, pair, add, incident, crime, grade
):
    other = add("Casimir", "Brent", sex="1")
    incident(pair[0], other)
    with seen_whole():
        second = Case.objects.get(victim=pair[0], suspect=other).id
    crime(of=second)
    grade("standard", of=second)
    assert len(allocations("asked")) == 2
    does(Role.INVESTIGATOR, allocating.accept, case_id=second)
    assert investigation(case).investigator == investigation(second).investigator is not None
    assert duties("investigation-accept") == []


class TestAgainstThePolicy:
    WHY = {"reason": "investigate-trust", "words": "She asks for them"}

    def test_somebody_of_the_role_needs_no_reason(self, does, asked, case, colleague):
        mate = colleague(Role.INVESTIGATOR, "mate")
        does(Role.SERGEANT, allocating.allocate, case_id=case, account=mate.id)
        [one] = allocations("asked")
        assert (one.account, one.decision_id) == (mate.id, None)
        assert duties("allocation-review") == []
        [duty] = duties("investigation-accept")
        assert duty.owner == mate.id

    def test_another_role_needs_a_reason_that_is_one_and_words(self, does, asked, case, accounts):
        officer = accounts[Role.OFFICER].id
        for told in ({}, {"reason": "investigate-trust"}, {"reason": "grade-told-more", "words": "x"}):
            with pytest.raises(Malformed):
                does(Role.SERGEANT, allocating.allocate, case_id=case, account=officer, **told)

    def test_capacity_is_flagged_and_no_reason(self, does, asked, case, accounts):
        told = self.WHY | {"words": "We have no capacity in the unit"}
        made = does(
            Role.SERGEANT, allocating.allocate, case_id=case, account=accounts[Role.OFFICER].id, **told
        )
        assert made.flags == ["capacity"] or made.flags

    def test_it_stands_and_another_sergeant_reviews_it(self, does, asked, case, accounts, colleague):
        officer = accounts[Role.OFFICER].id
        made = does(Role.SERGEANT, allocating.allocate, case_id=case, account=officer, **self.WHY)
        assert worker() == 0
        does(Role.OFFICER, allocating.accept, case_id=case)
        assert worker() == 0
        assert investigation(case).investigator == officer
        [duty] = duties("allocation-review")
        assert (duty.role, duty.about) == (Role.SERGEANT, made.id)
        with pytest.raises(Refused):
            does(Role.SERGEANT, allocating.review_allocation, allocation_id=made.id, agreed=True)
        mate = colleague(Role.SERGEANT, "mate").actor
        does(mate, allocating.review_allocation, allocation_id=made.id, agreed=True)
        assert duties("allocation-review") == []
        with pytest.raises(Conflict):
            does(mate, allocating.review_allocation, allocation_id=made.id, agreed=True)
        assert worker() == 0

    def test_sent_back_the_policy_asks_and_whoever_has_it_goes_on(
        self, does, asked, case, accounts, colleague
    ):
        officer = accounts[Role.OFFICER].id
        made = does(Role.SERGEANT, allocating.allocate, case_id=case, account=officer, **self.WHY)
        does(Role.OFFICER, allocating.accept, case_id=case)
        mate = colleague(Role.SERGEANT, "mate").actor
        with pytest.raises(Malformed):
            does(mate, allocating.review_allocation, allocation_id=made.id, agreed=False)
        told = {"allocation_id": made.id, "agreed": False, "feedback": "An investigator has to"}
        does(mate, allocating.review_allocation, **told)
        [one] = allocations("asked")
        assert (one.role, one.decision_id) == (Role.INVESTIGATOR, None)
        assert investigation(case).investigator == officer
        # what was the officer's is the investigator's once she accepts
        line = does(
            Role.OFFICER,
            planning.add_line,
            case_id=case,
            kind="witness",
            what="Ask the neighbour",
            whose=officer,
            due_at=NOW + timedelta(days=2),
        )
        does(Role.INVESTIGATOR, allocating.accept, case_id=case)
        with seen_whole():
            assert LineOfEnquiry.objects.get(id=line.id).ended_as == "line-superseded"
            now_hers = LineOfEnquiry.objects.get(supersedes=line.id)
        assert (now_hers.whose, now_hers.due_at) == (accounts[Role.INVESTIGATOR].id, line.due_at)
        [duty] = duties("line-of-enquiry")
        assert (duty.owner, duty.about, duty.due_at) == (now_hers.whose, now_hers.id, line.due_at)
        [plan] = duties("investigation-plan")
        assert plan.owner == now_hers.whose

    def test_another_grade_asks_the_policy_anew(self, does, asked, case, accounts, grade):
        made = does(
            Role.SERGEANT, allocating.allocate, case_id=case, account=accounts[Role.OFFICER].id, **self.WHY
        )
        grade("medium")
        [one] = allocations("asked")
        assert one.id != made.id
        assert (one.role, one.policy) == (Role.INVESTIGATOR, "medium-partner")

    def test_who_may(self, does, asked, case, accounts):
        for role in (Role.OFFICER, Role.INVESTIGATOR, Role.HUB, Role.SUPERVISOR):
            with pytest.raises(Refused):
                does(role, allocating.allocate, case_id=case, account=accounts[Role.INVESTIGATOR].id)
        with pytest.raises(Malformed):
            does(Role.SERGEANT, allocating.allocate, case_id=case, account=accounts[Role.HUB].id, **self.WHY)


def test_who_has_left_is_replaced(does, accepted, case, accounts):
    with seen_whole():
        User.objects.filter(id=accounts[Role.INVESTIGATOR].id).update(is_active=False)
    assert worker() == 1
    [duty] = duties("investigation-accept")
    assert (duty.owner, duty.causes) == (None, ["investigator-left"])
    assert worker() == 0


def test_who_is_party_to_it_investigates_it_no_more(does, accepted, case, pair, accounts, colleague):
    mate = colleague(Role.INVESTIGATOR, "mate")
    with seen_whole():
        record(system("test"), Event.Kind.WRITE, "test")
        grant(
            by=system("test"),
            now=NOW,
            subject=pair[1],
            kind=Grant.Kind.EXCLUDE,
            grantee=accounts[Role.INVESTIGATOR].id,
            reason="party",
        )
    assert worker() == 1
    [duty] = duties("investigation-accept")
    assert (duty.owner, duty.causes) == (None, ["investigator-left"])
    party = accounts[Role.INVESTIGATOR].id
    with pytest.raises(Malformed):
        does(Role.SERGEANT, allocating.allocate, case_id=case, account=party)
    does(mate.actor, allocating.accept, case_id=case)
    assert investigation(case).investigator == mate.id
    assert worker() == 0


def test_a_closed_case_leaves_nothing_to_do_and_begins_again_when_it_is_opened(does, accepted, case):
    # what stands in the way of closing is the business of the room of cases
    with seen_whole():
        record(system("test"), Event.Kind.WRITE, "test")
        Case.objects.filter(id=case).update(closed_at=NOW, closed_by=uuid4(), closed_as="danger-past")
    assert worker() == 1
    assert duties(*allocating.DUTIES) == []
    assert investigation(case).ended_at == NOW
    assert worker() == 0
    does(Role.SERGEANT, reopen_case, case_id=case)
    assert worker() == 1
    assert investigation(case).ended_at is None


def test_a_suspect_who_becomes_known_is_whom_all_of_it_is_about(does, add, incident, crime, grade, accounts):
    her, him = add("Ada", "Quince"), add("Bo", "Quince", sex="1")
    incident_id = incident(her)
    with seen_whole():
        case = Case.objects.get(victim=her).id
    crime(of=case)
    grade("high", of=case)
    told = {"kind": "witness", "what": "Who is he?", "whose": accounts[Role.INVESTIGATOR].id}
    does(Role.INVESTIGATOR, planning.add_line, case_id=case, due_at=NOW + timedelta(days=1), **told)
    involved = {"incident_id": incident_id, "record_id": him, "part": "suspect", "confirmed": True}
    does(Role.OFFICER, involve, **involved)
    with seen_whole():
        assert Case.objects.get(id=case).suspect_id == him
    assert worker() == 1
    with seen_whole():
        for model in (Investigation, Allocation, LineOfEnquiry, InvestigationWords):
            assert set(model.objects.latest("id").subjects) == {her, him}
    assert worker() == 0


def test_the_line_of_the_two_holds_codes_and_the_reason_stands_in_the_decision(does, asked, case, accounts):
    does(
        Role.SERGEANT,
        allocating.allocate,
        case_id=case,
        account=accounts[Role.OFFICER].id,
        **TestAgainstThePolicy.WHY,
    )
    with seen_whole():
        kinds = dict(Entry.objects.filter(kind__startswith="investigation").values_list("kind", "code"))
        decision = Decision.objects.get(kind="investigation-override")
    assert kinds == {
        "investigation-opened": "",
        "investigation-asked": "high-any",
        "investigation-overridden": "investigate-trust",
    }
    assert (decision.reason, decision.words) == ("investigate-trust", "She asks for them")
