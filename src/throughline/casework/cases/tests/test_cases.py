"""Who holds a case, how it is graded, closed, joined and grouped."""

from datetime import timedelta

import pytest

from throughline.casework.cases.commands import cases, crimes, facts, holding, incidents
from throughline.casework.cases.models import Case, Joining, StandingFact
from throughline.casework.cases.queries.caseload import active_caseload
from throughline.casework.cases.rules import NotYet
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands import identities
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty

pytestmark = pytest.mark.django_db

FIRST = "grade-first-assessment"


@pytest.fixture
def case(incident, pair):
    """The open case of an incident between the two; its id."""
    incident(*pair)
    with seen_whole():
        return Case.objects.get(suspect__isnull=False).id


def open_duties(about):
    with seen_whole():
        return set(Duty.objects.filter(about=about, discharged_at=None).values_list("kind", flat=True))


def held_by(case_id):
    with seen_whole():
        fact = StandingFact.objects.filter(case=case_id, kind="owner", ended_at=None).first()
        return fact.value if fact else None


def test_an_officer_owns_a_case_only_once_they_have_accepted(does, case, accounts):
    officer = accounts[Role.OFFICER].id
    does(Role.SUPERVISOR, holding.set_owner, case_id=case, owner=officer)
    assert held_by(case) is None
    assert open_duties(case) == {"case-owner", "case-grade", "case-accept"}
    with pytest.raises(Conflict):
        does(Role.SUPERVISOR, holding.accept_case, case_id=case)
    does(Role.OFFICER, holding.accept_case, case_id=case)
    assert held_by(case) == str(officer)
    assert open_duties(case) == {"case-grade"}


@pytest.mark.parametrize("who", [Role.SERGEANT, Role.INSPECTOR])
def test_who_answers_for_a_turn_asks_an_officer_to_own_a_case(does, case, accounts, who):
    does(who, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
    assert held_by(case) is None
    does(Role.OFFICER, holding.accept_case, case_id=case)
    assert held_by(case) == str(accounts[Role.OFFICER].id)


def test_who_may_own_and_who_may_ask(does, case, accounts):
    with pytest.raises(Refused):
        does(Role.CALL_HANDLER, holding.set_owner, case_id=case, owner=accounts[Role.CALL_HANDLER].id)
    with pytest.raises(Refused):
        does(Role.OFFICER, holding.set_owner, case_id=case, owner=accounts[Role.SUPERVISOR].id)
    with pytest.raises(Malformed):
        does(Role.SUPERVISOR, holding.set_owner, case_id=case, owner=accounts[Role.ANALYST].id)


def test_she_never_has_two_owners(does, case, incident, pair, add, accounts):
    does(Role.OFFICER, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
    incident(pair[0], add("Otto", "Larchwood", sex="1"))
    with seen_whole():
        other = Case.objects.exclude(id=case).get(closed_at=None).id
    assert held_by(other) == str(accounts[Role.OFFICER].id)
    does(Role.SUPERVISOR, holding.set_owner, case_id=other, owner=accounts[Role.SUPERVISOR].id)
    assert held_by(case) == held_by(other) == str(accounts[Role.SUPERVISOR].id)


def test_a_grade_is_somebodys_with_a_reason_and_the_last_stays_to_be_read(does, case):
    told = {"case_id": case, "grade": "high", "reason": FIRST, "words": "He has her keys"}
    does(Role.OFFICER, holding.set_grade, **told)
    assert "case-grade" not in open_duties(case)
    with pytest.raises(Malformed) as refused:
        does(Role.OFFICER, holding.set_grade, case_id=case, grade="standard", reason="grade-safeguards-hold")
    assert refused.value.field == "words"
    lower = {"grade": "medium", "reason": "grade-safeguards-hold", "words": "Locks changed, he is tagged"}
    does(Role.OFFICER, holding.set_grade, case_id=case, **lower)
    with seen_whole():
        grades = StandingFact.objects.filter(case=case, kind="grade").order_by("ended_at")
        assert [(fact.value, fact.ended_because) for fact in grades] == [("high", "regraded"), ("medium", "")]
        assert Decision.objects.filter(kind="case-grade", about=case).count() == 2
    for wrong in ({"grade": "gold", "reason": FIRST}, {"grade": "high", "reason": "no-crime-elsewhere"}):
        with pytest.raises(Malformed):
            does(Role.OFFICER, holding.set_grade, case_id=case, **wrong)


@pytest.fixture
def nearly_closed(does, case, accounts, everything_done):
    """A case of which everything is done but what a test leaves undone."""

    def done():
        with seen_whole():
            waiting = list(Case.objects.get(id=case).incident_links.values_list("incident", flat=True))
        for one in waiting:
            does(Role.REGISTRAR, crimes.not_a_crime, incident_id=one, reason="no-crime-none-described")
            everything_done(one)
            does(Role.SUPERVISOR, incidents.close_incident, incident_id=one, closed_as="attended")
        does(Role.SUPERVISOR, holding.set_owner, case_id=case, owner=accounts[Role.SUPERVISOR].id)
        does(Role.SUPERVISOR, holding.set_grade, case_id=case, grade="standard", reason=FIRST)
        return case

    return done


def test_a_case_closes_only_when_nothing_of_it_is_open_or_stands(does, case, pair, order, nearly_closed):
    closing = {"case_id": case, "closed_as": "danger-past"}
    bail = order(pair[1], pair[0], kind="police-bail")
    with pytest.raises(NotYet) as refused:
        does(Role.SUPERVISOR, cases.close_case, **closing)
    assert refused.value.why == ("open-duty", "open-incident", "standing-fact")
    nearly_closed()
    with pytest.raises(NotYet) as refused:
        does(Role.SUPERVISOR, cases.close_case, **closing)
    assert refused.value.why == ("standing-fact",)
    does(Role.OFFICER, facts.end_fact, fact_id=bail, because="charged")
    with pytest.raises(Malformed):
        does(Role.SUPERVISOR, cases.close_case, case_id=case, closed_as="opened-by-mistake")
    with pytest.raises(Refused):
        does(Role.OFFICER, cases.close_case, **closing)
    assert does(Role.SUPERVISOR, cases.close_case, **closing).closed_at == NOW
    assert held_by(case) is None


def test_a_case_that_is_reopened_has_no_gap(does, case, nearly_closed):
    nearly_closed()
    does(Role.SUPERVISOR, cases.close_case, case_id=case, closed_as="danger-past")
    does(Role.SUPERVISOR, cases.reopen_case, case_id=case)
    assert open_duties(case) == {"case-owner", "case-grade"}


def test_the_pair_has_a_new_case_after_the_last_was_closed(does, case, nearly_closed, incident, pair):
    nearly_closed()
    does(Role.SUPERVISOR, cases.close_case, case_id=case, closed_as="danger-past")
    incident(*pair)
    with seen_whole():
        assert Case.objects.exclude(id=case).filter(closed_at=None).count() == 1
    with pytest.raises(Conflict):
        does(Role.SUPERVISOR, cases.reopen_case, case_id=case)


def test_the_active_caseload_of_a_day_by_grade(does, case, nearly_closed, pair, order, accounts):
    def counted(at):
        with as_(accounts[Role.SUPERVISOR].actor) as actor:
            return active_caseload(actor, at=at)

    assert counted(NOW) == {"no-grade": 1}
    assert counted(NOW - timedelta(days=1)) == {}
    nearly_closed()
    assert counted(NOW) == {"standard": 1}
    does(Role.SUPERVISOR, cases.close_case, case_id=case, closed_as="danger-past")
    assert counted(NOW) == {}
    # he is bailed again: the closed case is active, whether or not somebody has reopened it
    order(pair[1], pair[0], kind="police-bail")
    assert counted(NOW) == {"no-grade": 1}


def test_two_cases_of_one_pair_stay_apart_until_they_are_joined(does, case, incident, pair, add):
    her, him = pair
    again = add("Sofia", "Quillfeather")
    incident(again, him)
    with seen_whole():
        second = Case.objects.get(victim=again, suspect=him).id
    joining = {"case_id": second, "into_id": case}
    with pytest.raises(Malformed):
        does(Role.SUPERVISOR, cases.join_cases, **joining)
    does(Role.SUPERVISOR, identities.merge, record_id=again, into_id=her, reason="merge-said-so")
    with seen_whole():
        assert not Joining.objects.exists()
    with pytest.raises(Refused):
        does(Role.CALL_HANDLER, cases.join_cases, **joining)
    does(Role.SUPERVISOR, cases.join_cases, **joining)
    with pytest.raises(Conflict):
        does(Role.SUPERVISOR, cases.join_cases, **joining)
    does(Role.SUPERVISOR, cases.part_cases, case_id=second)
    with pytest.raises(Conflict):
        does(Role.SUPERVISOR, cases.part_cases, case_id=second)
    with seen_whole():
        assert Case.objects.filter(id__in=[case, second], closed_at=None).count() == 2


def test_cases_that_belong_together_are_one_group(does, case, incident, pair, add):
    incident(pair[0], add("Otto", "Larchwood", sex="1"))
    with seen_whole():
        other = Case.objects.exclude(id=case).get(closed_at=None).id
    grouping = {"case_ids": [case, other], "reason": "group-same-victim"}
    group = does(Role.SUPERVISOR, cases.group_cases, **grouping)
    assert does(Role.SUPERVISOR, cases.group_cases, **grouping).id == group.id
    with seen_whole():
        assert group.members.filter(ended_at=None).count() == 2
    with pytest.raises(Malformed):
        does(Role.SUPERVISOR, cases.group_cases, case_ids=[case], reason="group-same-victim")
    does(Role.SUPERVISOR, cases.ungroup, case_id=other)
    with pytest.raises(Conflict):
        does(Role.SUPERVISOR, cases.ungroup, case_id=other)
