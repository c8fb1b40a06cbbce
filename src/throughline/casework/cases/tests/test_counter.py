"""Counter-allegations: seen by rule, decided by a named person, looked at by a colleague; both are victims till then."""

from datetime import timedelta

import pytest

from throughline.casework.cases.commands import cases, counter, crimes, holding, incidents
from throughline.casework.cases.models import Case, CounterAllegation, Involvement, StandingFact
from throughline.casework.cases.queries.counters import against_of
from throughline.casework.cases.rules import NotYet
from throughline.casework.cases.rules.counter import PROMPTS, Choice
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands import identities, safety
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.queries import library

pytestmark = pytest.mark.django_db

WHY = {"reason": "primary-control", "words": "He keeps her passport and her bank card"}


@pytest.fixture
def both(does, incident, pair):
    """One incident in which each of the two is confirmed as victim and as suspect."""

    def done(days_ago=0):
        made = incident(*pair, days_ago=days_ago)
        for record_id, part in ((pair[1], "victim"), (pair[0], "suspect")):
            does(
                Role.CALL_HANDLER,
                incidents.involve,
                now=NOW - timedelta(days=days_ago),
                incident_id=made,
                record_id=record_id,
                part=part,
                confirmed=True,
            )
        return made

    return done


def the_one():
    with seen_whole():
        return CounterAllegation.objects.select_related("first", "second").get(ended_at=None)


def duties(kind, **having):
    with seen_whole():
        return list(Duty.objects.filter(kind=kind, discharged_at=None, **having))


def case_of(victim, suspect):
    with seen_whole():
        return Case.objects.get(victim=victim, suspect=suspect, closed_at=None)


def test_each_the_victim_of_the_other_is_two_cases_and_a_duty_of_the_sergeants(both, pair):
    both()
    found = the_one()
    hers, his = case_of(*pair), case_of(*reversed(pair))
    assert {found.first_id, found.second_id} == {hers.id, his.id}
    assert (found.stands, found.choice, sorted(found.subjects)) == ("undecided", "", sorted(pair))
    [duty] = duties("primary-perpetrator")
    assert (duty.role, duty.about, duty.causes) == (Role.SERGEANT, found.id, ["counter-alleged"])
    assert duty.due_at == duty.opened_at + timedelta(hours=24)
    # both are victims everywhere: each case has all that a case has
    for case in (hers, his):
        with seen_whole():
            kinds = set(Duty.objects.filter(about=case.id, discharged_at=None).values_list("kind", flat=True))
            told = set(
                Entry.objects.filter(about=case.id, kind="counter-alleged").values_list(
                    "record_id", flat=True
                )
            )
        assert kinds == {"case-owner", "case-grade"}
        assert told == set(pair)


def test_it_is_said_of_an_incident_of_the_case_in_one_step(does, incident, pair, add):
    made = incident(*pair)
    hers = case_of(*pair)
    other = incident(add("Eva", "Dunmore"), pair[1])
    told = {"case_id": hers.id, "incident_id": other}
    with pytest.raises(Malformed) as refused:
        does(Role.OFFICER, incidents.name_each_other, **told)
    assert refused.value.field == "incident"
    for _twice in range(2):
        does(Role.OFFICER, incidents.name_each_other, case_id=hers.id, incident_id=made)
    assert hers.id in {the_one().first_id, the_one().second_id}
    with pytest.raises(Refused):
        does(Role.REGISTRAR, incidents.name_each_other, case_id=hers.id, incident_id=made)


def test_two_incidents_within_the_time_are_one_and_beyond_it_are_not(incident, pair):
    incident(*pair, days_ago=800)
    incident(*reversed(pair), days_ago=300)
    with seen_whole():
        assert not CounterAllegation.objects.exists()
    incident(*pair, days_ago=0)
    assert the_one().stands == "undecided"


def test_who_is_not_confirmed_is_not_held_against_anybody(does, incident, pair):
    made = incident(*pair)
    for record_id, part in ((pair[1], "victim"), (pair[0], "suspect")):
        does(
            Role.CALL_HANDLER,
            incidents.involve,
            incident_id=made,
            record_id=record_id,
            part=part,
            confirmed=False,
        )
    with seen_whole():
        assert not CounterAllegation.objects.exists()


def test_another_record_of_the_same_person_is_the_same_person(does, incident, pair, add):
    again = add("Sofia", "Quillfeather")
    does(Role.SUPERVISOR, identities.merge, record_id=again, into_id=pair[0], reason="merge-said-so")
    incident(*pair)
    incident(pair[1], again)
    assert the_one().stands == "undecided"


def test_a_decision_is_somebodys_and_marks_the_counter_case_and_closes_nothing(does, both, pair, accounts):
    both()
    found = the_one()
    hers, his = case_of(*pair), case_of(*reversed(pair))
    his_is_primary = Choice.FIRST if found.first_id == hers.id else Choice.SECOND
    for role in (Role.OFFICER, Role.CALL_HANDLER, Role.SUPERVISOR):
        with pytest.raises(Refused):
            does(role, counter.decide_primary, allegation_id=found.id, choice=his_is_primary, **WHY)
    for wrong in ({"reason": "no-crime-elsewhere"}, {"words": " "}, {"choice": "her"}):
        told = {"choice": his_is_primary, **WHY, **wrong}
        with pytest.raises(Malformed) as refused:
            does(Role.SERGEANT, counter.decide_primary, allegation_id=found.id, **told)
        assert refused.value.field == next(iter(wrong))
    does(Role.SERGEANT, counter.decide_primary, allegation_id=found.id, choice=his_is_primary, **WHY)
    with as_(accounts[Role.OFFICER].actor) as actor:
        [shown] = against_of(actor, [hers.id])
        assert (shown.primary_id, shown.counter_case) == (pair[1], his)
        assert shown.latest.by == accounts[Role.SERGEANT].name
        assert shown.other(hers.id) == his
    assert not duties("primary-perpetrator")
    with seen_whole():
        assert Case.objects.filter(closed_at=None, suspect__isnull=False).count() == 2
        assert not StandingFact.objects.exists()
    [look_again] = duties("primary-perpetrator-review")
    assert (look_again.role, look_again.causes) == (Role.INSPECTOR, ["primary-decided"])


def test_a_later_decision_takes_the_place_of_the_first_which_is_kept(does, both):
    both()
    found = the_one()
    first = does(Role.SERGEANT, counter.decide_primary, allegation_id=found.id, choice=Choice.UNRESOLVED,
                 reason="primary-too-little", words="Both marked, nobody saw it")  # fmt: skip
    assert the_one().stands == "unresolved"
    second = does(Role.HUB, counter.decide_primary, allegation_id=found.id, choice=Choice.SECOND, **WHY)
    with seen_whole():
        kept = list(Decision.objects.filter(kind=PROMPTS, about=found.id).order_by("made_at", "id"))
    assert {one.id for one in kept} == {first.id, second.id}
    assert second.supersedes_id == first.id
    # nobody is asked to look at what no longer stands
    assert [one.about for one in duties("primary-perpetrator-review")] == [second.id]
    with pytest.raises(Conflict):
        does(Role.INSPECTOR, counter.review_primary, decision_id=first.id, agreed=True)


def test_a_colleague_agrees_or_overturns_and_nobody_their_own(does, both):
    both()
    found = the_one()
    told = {"allegation_id": found.id, "choice": Choice.FIRST, **WHY}
    one = does(Role.SERGEANT, counter.decide_primary, **told)
    with pytest.raises(Malformed):
        does(Role.SERGEANT, counter.review_primary, decision_id=one.id, agreed=True)
    with pytest.raises(Malformed) as refused:
        does(Role.INSPECTOR, counter.review_primary, decision_id=one.id, agreed=False)
    assert refused.value.field == "feedback"
    does(Role.INSPECTOR, counter.review_primary, decision_id=one.id, agreed=True)
    assert (the_one().stands, duties("primary-perpetrator-review")) == ("decided", [])
    two = does(Role.SERGEANT, counter.decide_primary, **told)
    does(
        Role.INSPECTOR,
        counter.review_primary,
        decision_id=two.id,
        agreed=False,
        feedback="The marks on her arms are of defence",
    )
    overturned = the_one()
    assert (overturned.stands, overturned.choice) == ("undecided", "")
    [again] = duties("primary-perpetrator")
    assert again.causes == ["primary-overturned"]


def test_it_happens_again_after_it_was_decided(does, both, incident, pair):
    both(days_ago=10)
    found = the_one()
    does(Role.SERGEANT, counter.decide_primary, allegation_id=found.id, choice=Choice.FIRST, **WHY)
    incident(*pair)
    [again] = duties("primary-perpetrator")
    assert again.causes == ["counter-again"]
    assert (the_one().id, the_one().stands) == (found.id, "decided")


def test_one_who_is_no_longer_named_takes_it_back(does, both, pair):
    made = both()
    found = the_one()
    with seen_whole():
        part = Involvement.objects.get(incident=made, record=pair[1], part="victim").id
    does(Role.CALL_HANDLER, incidents.withdraw, involvement_id=part)
    with seen_whole():
        ended = CounterAllegation.objects.get(id=found.id)
    assert (ended.stands, ended.ended_at) == ("withdrawn", NOW)
    assert not duties("primary-perpetrator")
    with pytest.raises(Conflict):
        does(Role.SERGEANT, counter.decide_primary, allegation_id=found.id, choice=Choice.FIRST, **WHY)


@pytest.fixture
def nearly_closed(does, accounts, everything_done):
    """Everything done of some cases but what a test leaves undone."""

    def done(*found):
        with seen_whole():
            told = {one for case in found for one in case.incident_links.values_list("incident", flat=True)}
        for one in told:
            does(Role.REGISTRAR, crimes.not_a_crime, incident_id=one, reason="no-crime-none-described")
            everything_done(one)
            does(Role.SUPERVISOR, incidents.close_incident, incident_id=one, closed_as="attended")
        for case, role in zip(found, (Role.SUPERVISOR, Role.SERGEANT), strict=False):
            does(role, holding.set_owner, case_id=case.id, owner=accounts[role].id)
            does(
                Role.OFFICER,
                holding.set_grade,
                case_id=case.id,
                grade="standard",
                reason="grade-first-assessment",
            )

    return done


def test_neither_case_is_closed_before_somebody_has_decided_nor_one_without_the_other(
    does, both, pair, nearly_closed
):
    both()
    found = the_one()
    hers, his = case_of(*pair), case_of(*reversed(pair))
    nearly_closed(hers, his)
    closing = {"closed_as": "danger-past"}
    with pytest.raises(NotYet) as refused:
        does(Role.SUPERVISOR, cases.close_case, case_id=his.id, **closing)
    assert refused.value.why == ("counter-undecided",)
    does(Role.SERGEANT, counter.decide_primary, allegation_id=found.id, choice=Choice.UNRESOLVED, **WHY)
    does(Role.SUPERVISOR, cases.close_case, case_id=his.id, **closing)
    with seen_whole():
        assert not Case.objects.filter(id__in=[hers.id, his.id], closed_at=None).exists()


def test_decided_each_case_is_closed_for_itself(does, both, pair, nearly_closed):
    both()
    found = the_one()
    hers, his = case_of(*pair), case_of(*reversed(pair))
    nearly_closed(hers, his)
    does(Role.SERGEANT, counter.decide_primary, allegation_id=found.id, choice=Choice.FIRST, **WHY)
    does(Role.SUPERVISOR, cases.close_case, case_id=his.id, closed_as="danger-past")
    assert case_of(*pair).closed_at is None


def test_a_closed_case_the_other_way_round_is_open_again(does, incident, pair, nearly_closed):
    incident(*pair, days_ago=20)
    hers = case_of(*pair)
    nearly_closed(hers)
    does(Role.SUPERVISOR, cases.close_case, case_id=hers.id, closed_as="danger-past")
    incident(*reversed(pair))
    with seen_whole():
        hers.refresh_from_db()
        kinds = set(Duty.objects.filter(about=hers.id, discharged_at=None).values_list("kind", flat=True))
    assert hers.closed_at is None
    assert kinds == {"case-owner", "case-grade"}
    assert the_one().first_id == hers.id


def test_nobody_is_the_contact_of_both_without_being_told(does, both, pair, accounts):
    both()
    hers, his = case_of(*pair), case_of(*reversed(pair))
    officer = accounts[Role.OFFICER].id
    does(Role.OFFICER, holding.set_owner, case_id=hers.id, owner=officer)
    with pytest.raises(Malformed) as told:
        does(Role.OFFICER, holding.set_owner, case_id=his.id, owner=officer)
    assert told.value.field == "both_sides"
    with pytest.raises(Malformed):
        does(Role.SUPERVISOR, holding.set_owner, case_id=his.id, owner=officer)
    does(Role.SUPERVISOR, holding.set_owner, case_id=his.id, owner=officer, both_sides=True)
    with pytest.raises(Malformed):
        does(Role.OFFICER, holding.accept_case, case_id=his.id)
    does(Role.OFFICER, holding.accept_case, case_id=his.id, both_sides=True)
    with seen_whole():
        owners = StandingFact.objects.filter(kind="owner", ended_at=None).values_list("value", flat=True)
        assert set(owners) == {str(officer)}
        assert len(owners) == 2


def test_the_prompts_are_kept_by_whoever_was_there_and_nothing_is_computed(does, both):
    both()
    found = the_one()
    instrument = library().as_of(PROMPTS, london_day(NOW))
    told = {"instrument": instrument, "complete": False, "after": None}
    does(
        Role.OFFICER,
        counter.keep_prompts,
        allegation_id=found.id,
        answers={"fear": "first", "fear-words": "She would not look at him"},
        **told,
    )
    assert (the_one().stands, the_one().choice) == ("undecided", "")
    with pytest.raises(Refused):
        does(Role.REGISTRAR, counter.keep_prompts, allegation_id=found.id, answers={"fear": "second"}, **told)


def test_out_of_sight_with_either_of_the_two(does, both, pair):
    both()
    found = the_one()
    does(Role.SUPERVISOR, safety.restrict, record_id=pair[0], reason="honour-based")
    with pytest.raises(Refused):
        does(Role.SERGEANT, counter.decide_primary, allegation_id=found.id, choice=Choice.FIRST, **WHY)
