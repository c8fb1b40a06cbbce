"""Two open incidents that are the same: nothing is lost, and the one that is left cannot be left open."""

import pytest

from throughline.casework.cases.commands import crimes, holding, incidents
from throughline.casework.cases.models import Case, Crime, Incident, Involvement
from throughline.casework.cases.queries import repeat
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.duties.models import Duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def join(does):
    def joined(incident_id, into_id, role=Role.CALL_HANDLER):
        return does(role, incidents.join_incidents, incident_id=incident_id, into_id=into_id)

    return joined


def live(incident_id):
    return {
        (one.record_id, one.part, one.confirmed)
        for one in Involvement.objects.filter(incident=incident_id, ended_at=None)
    }


def test_everybody_goes_over_and_the_case_keeps_its_owner_and_grade(
    does, pair, incident, join, accounts, everything_done
):
    her, him = pair
    left, into = incident(her, him), incident()
    with seen_whole():
        case = Case.objects.get()
    does(Role.SUPERVISOR, holding.set_grade, case_id=case.id, grade="high", reason="grade-new-incident")
    join(left, into)
    with seen_whole():
        assert live(into) == {(her, "victim", True), (him, "suspect", True)}
        assert live(left) == set()
        [same] = Case.objects.all()
        assert (same.id, same.closed_at) == (case.id, None)
        assert list(same.incident_links.values_list("incident", flat=True)) == [into]
        assert same.facts.filter(kind="grade", ended_at=None).exists()
        empty = Incident.objects.get(id=left)
        assert (empty.closed_at, empty.closed_as, empty.joined_into_id) == (NOW, "joined", into)
        assert not Duty.objects.filter(about=left, discharged_at=None).exists()
        # one incident waits for the registrar, once
        assert Duty.objects.filter(kind="crime-recording", about=into, discharged_at=None).count() == 1


def test_she_is_not_counted_twice_for_it(does, pair, incident, join, accounts):
    her, him = pair
    left, into = incident(her, him), incident(her, him)
    join(left, into)
    with as_(accounts[Role.CALL_HANDLER].actor) as by:
        assert {found.count for found in repeat(by, [her], at=NOW)} == {1}


def test_a_case_that_waits_for_its_suspect_gets_him(pair, incident, join):
    her, him = pair
    left, into = incident(her), incident(None, him)
    join(left, into)
    with seen_whole():
        [case] = Case.objects.filter(closed_at=None)
        assert (case.victim_id, case.suspect_id) == (her, him)


def test_both_readings_stay_open_and_nobody_is_made_less_sure(does, pair, incident, join):
    her, him = pair
    left, into = incident(), incident(her)
    for record_id, part in ((her, "victim"), (him, "suspect")):
        does(
            Role.CALL_HANDLER,
            incidents.involve,
            incident_id=left,
            record_id=record_id,
            part=part,
            confirmed=False,
        )
    join(left, into)
    with seen_whole():
        assert live(into) == {(her, "victim", True), (him, "suspect", False)}


def test_a_crime_goes_over_and_what_was_not_judged_is_to_be_judged(does, pair, incident, join):
    her, him = pair
    left, into = incident(her, him), incident(her, him)
    crime = does(
        Role.REGISTRAR,
        crimes.record_crime,
        incident_id=left,
        offence="violence-with-injury",
        reason="crime-complained",
    )
    does(Role.REGISTRAR, crimes.not_a_crime, incident_id=into, reason="no-crime-none-described")
    another = incident(her, him)
    join(left, into)
    with seen_whole():
        moved = Crime.objects.get(id=crime.id)
        assert moved.incident_id == into
        assert set(moved.subjects) == {her, him}
        # both were judged: nothing waits
        assert not Duty.objects.filter(kind="crime-recording", about=into, discharged_at=None).exists()
    join(another, into)
    with seen_whole():
        duty = Duty.objects.get(kind="crime-recording", about=into, discharged_at=None)
        assert duty.causes == ["incident-joined"]


@pytest.mark.parametrize(
    ("left", "into", "after"),
    [(True, None, True), (True, False, True), (False, True, True), (None, True, True), (False, None, False)],
)
def test_what_speaks_for_domestic_abuse_stands(incident, join, left, into, after):
    one = incident(recorded_as="criminal-damage", domestic=left)
    other = incident(recorded_as="not-yet-recorded", domestic=into)
    joined = join(one, other)
    assert (joined.domestic, joined.recorded_as) == (after, "criminal-damage")


def test_a_closed_one_is_joined_to_nothing_and_nobody_chooses_the_code(
    does, pair, incident, join, everything_done
):
    left, into = incident(), incident()
    with pytest.raises(Malformed, match="closed_as"):
        does(Role.SUPERVISOR, incidents.close_incident, incident_id=left, closed_as="joined")
    join(left, into)
    third = incident()
    for one, other in ((left, into), (third, left)):
        with pytest.raises(Conflict):
            join(one, other)


def test_what_was_joined_is_out_of_sight_with_whoever_is_known_later(does, pair, incident, join, accounts):
    her, _ = pair
    first, second, last = incident(), incident(), incident()
    join(first, second)
    join(second, last)
    does(
        Role.CALL_HANDLER,
        incidents.involve,
        incident_id=last,
        record_id=her,
        part="victim",
        confirmed=True,
    )
    does(Role.DESK, restrict, record_id=her, reason="sensitive-investigation")
    with as_(accounts[Role.CALL_HANDLER].actor):
        assert not Incident.objects.filter(id__in=[first, second, last]).exists()
    with seen_whole():
        assert set(Incident.objects.filter(joined_into=last).values_list("id", flat=True)) == {first, second}


def test_whoever_may_not_record_joins_nothing(incident, join):
    left, into = incident(), incident()
    with pytest.raises(Refused):
        join(left, into, Role.ANALYST)
