"""Two open incidents that are the same, and not the same after all: nothing is lost, and no empty one is left open."""

from datetime import timedelta

import pytest

from throughline.casework.cases.commands import crimes, holding, incidents
from throughline.casework.cases.models import Case, Crime, Incident, Involvement
from throughline.casework.cases.queries import repeat
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.chronology.models import Entry
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


# --- not the same after all ----------------------------------------------------------------------------


@pytest.fixture
def part(does):
    def parted(incident_id, role=Role.CALL_HANDLER, *, other_has_contact=True):
        return does(
            role,
            incidents.part_incidents,
            now=NOW + timedelta(hours=1),
            incident_id=incident_id,
            other_has_contact=other_has_contact,
        )

    return parted


def under(case):
    return set(case.incident_links.values_list("incident", flat=True))


def test_parted_each_has_its_own_people_case_and_duties_again(
    does, pair, incident, join, part, everything_done
):
    her, him = pair
    left, into = incident(her, him), incident(None, him)
    join(left, into)
    part(left)
    with seen_whole():
        assert live(left) == {(her, "victim", True), (him, "suspect", True)}
        assert live(into) == {(him, "suspect", True)}
        again, other = Incident.objects.get(id=left), Incident.objects.get(id=into)
        assert (again.closed_at, again.closed_as, again.joined_into_id) == (None, "", None)
        assert (set(again.subjects), set(other.subjects)) == ({her, him}, {him})
        [case] = Case.objects.filter(closed_at=None)
        assert (case.victim_id, case.suspect_id, under(case)) == (her, him, {left})
        # what was let go when they were joined is to be done again, and says why
        again_due = Duty.objects.filter(about=left, discharged_at=None, causes=["incident-parted"])
        assert "crime-recording" in again_due.values_list("kind", flat=True)
        # nothing that was said while they were one is gone
        assert Involvement.objects.filter(incident=into, record=her).exclude(ended_at=None).exists()
        assert Entry.objects.filter(kind="incidents-parted", about=left, record_id=her).exists()


def test_a_crime_goes_back_and_what_was_recorded_of_the_other_stays(does, pair, incident, join, part):
    her, him = pair
    left, into = incident(her, him), incident(her, him)
    crime = {"offence": "violence-with-injury", "reason": "crime-complained"}
    hers = does(Role.REGISTRAR, crimes.record_crime, incident_id=left, **crime)
    join(left, into)
    since = does(Role.REGISTRAR, crimes.record_crime, incident_id=into, **crime)
    part(left)
    with seen_whole():
        assert dict(Crime.objects.values_list("id", "incident")) == {hers.id: left, since.id: into}


def test_she_is_counted_for_both_again(does, pair, incident, join, part, accounts):
    her, him = pair
    left, into = incident(her, him), incident(her, him)
    join(left, into)
    part(left)
    with as_(accounts[Role.CALL_HANDLER].actor) as by:
        assert {found.count for found in repeat(by, [her], at=NOW + timedelta(hours=2))} == {2}


def test_the_registrar_is_asked_no_more_of_the_other_for_what_was_never_its(does, pair, incident, join, part):
    her, him = pair
    left, into = incident(her, him), incident(her, him)
    does(Role.REGISTRAR, crimes.not_a_crime, incident_id=into, reason="no-crime-none-described")
    join(left, into)
    part(left)
    with seen_whole():
        waiting = Duty.objects.filter(kind="crime-recording", discharged_at=None)
        assert list(waiting.values_list("about", flat=True)) == [left]


@pytest.mark.parametrize(
    ("judged_since", "after"), [(False, ("not-yet-recorded", None)), (True, ("criminal-damage", True))]
)
def test_the_other_is_what_it_was_unless_somebody_has_judged_it_since(
    does, incident, join, part, judged_since, after
):
    left = incident(recorded_as="domestic-abuse", domestic=True)
    into = incident(recorded_as="not-yet-recorded", domestic=None)
    join(left, into)
    if judged_since:
        does(
            Role.CALL_HANDLER,
            incidents.reclassify,
            incident_id=into,
            recorded_as="criminal-damage",
            domestic=True,
        )
    part(left)
    with seen_whole():
        other = Incident.objects.get(id=into)
        assert (other.recorded_as, other.domestic) == after


def test_one_that_was_told_by_no_contact_can_be_closed_without_one_again(does, incident, join, part):
    left, into = incident(), incident(has_contact=False)
    join(left, into)
    does(Role.CALL_HANDLER, incidents.has_contact, incident_id=into)
    part(left, other_has_contact=False)
    with seen_whole():
        assert dict(Incident.objects.values_list("id", "has_contact")) == {left: True, into: False}


def test_whoever_was_found_not_to_have_been_there_is_not_brought_back(does, pair, incident, join, part):
    her, him = pair
    left, into = incident(her, him), incident(her)
    join(left, into)
    with seen_whole():
        mistaken = Involvement.objects.get(incident=into, record=him, ended_at=None)
    does(Role.CALL_HANDLER, incidents.withdraw, involvement_id=mistaken.id)
    part(left)
    with seen_whole():
        assert live(left) == {(her, "victim", True)}
        assert live(into) == {(her, "victim", True)}


def test_of_three_each_is_parted_by_itself(pair, incident, join, part):
    her, him = pair
    first, second, last = incident(her), incident(None, him), incident()
    join(first, second)
    join(second, last)
    part(second)
    with seen_whole():
        assert (live(second), live(last)) == ({(him, "suspect", True)}, {(her, "victim", True)})
    part(first)
    with seen_whole():
        assert (live(first), live(last)) == ({(her, "victim", True)}, set())


def test_nobody_parts_twice_nor_without_the_right_to_join(incident, join, part):
    left, into = incident(), incident()
    with pytest.raises(Conflict):
        part(left)
    join(left, into)
    with pytest.raises(Refused):
        part(left, Role.ANALYST)
    part(left)
    with pytest.raises(Conflict):
        part(left)
    # and they can be joined again
    join(left, into)


def test_one_that_was_judged_domestic_while_it_was_joined_is_parted_as_well(does, pair, incident, join, part):
    her, him = pair
    left = incident(her, him, recorded_as="not-yet-recorded", domestic=False)
    into = incident(her)
    join(left, into)
    does(
        Role.CALL_HANDLER,
        incidents.reclassify,
        incident_id=left,
        recorded_as="domestic-abuse",
        domestic=True,
    )
    part(left)
    with seen_whole():
        assert live(left) == {(her, "victim", True), (him, "suspect", True)}
        assert live(into) == {(her, "victim", True)}
        assert Incident.objects.get(id=left).joined_into is None
