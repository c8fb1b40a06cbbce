"""What the registrar judges, and who looks at it again."""

import pytest

from throughline.casework.cases.commands import crimes, incidents
from throughline.casework.cases.models import Crime
from throughline.casework.cases.tests.conftest import seen_whole
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.models import Duty

pytestmark = pytest.mark.django_db

RECORDED = {"offence": "violence-with-injury", "reason": "crime-complained"}


def open_duties(kind):
    with seen_whole():
        return list(Duty.objects.filter(kind=kind, discharged_at=None))


def the_judgement(choice):
    with seen_whole():
        return Decision.objects.filter(kind="crime-recording", choice=choice).latest("made_at")


def test_several_crimes_come_of_one_incident(does, incident, pair):
    made = incident(*pair)
    crime = does(Role.REGISTRAR, crimes.record_crime, incident_id=made, words="Seen by officers", **RECORDED)
    does(
        Role.REGISTRAR,
        crimes.record_crime,
        incident_id=made,
        offence="damage-arson",
        reason="crime-seen",
    )
    assert (crime.victim_id, set(crime.subjects)) == (pair[0], set(pair))
    assert not open_duties("crime-recording")
    with seen_whole():
        judged = Decision.objects.get(about=crime.id)
        assert Crime.objects.filter(incident=made).count() == 2
    assert (judged.choice, judged.reason, judged.words) == (
        "recorded",
        "crime-complained",
        "Seen by officers",
    )


def test_only_the_registrar_judges_and_only_with_a_reason_for_it(does, incident, pair):
    made = incident(*pair)
    with pytest.raises(Refused):
        does(Role.SUPERVISOR, crimes.record_crime, incident_id=made, **RECORDED)
    for wrong, field in (
        ({**RECORDED, "reason": "cancel-twice"}, "reason"),
        ({**RECORDED, "offence": "witchcraft"}, "offence"),
        ({**RECORDED, "victim_id": pair[1]}, "victim"),
    ):
        with pytest.raises(Malformed) as refused:
            does(Role.REGISTRAR, crimes.record_crime, incident_id=made, **wrong)
        assert refused.value.field == field


def test_that_there_was_no_crime_is_always_looked_at_by_somebody_else(does, incident, pair, accounts, team):
    made = incident(*pair)
    does(Role.REGISTRAR, crimes.not_a_crime, incident_id=made, reason="no-crime-none-described")
    [duty] = open_duties("crime-review")
    assert duty.causes == ["no-crime"]
    judged = the_judgement("no-crime")
    assert duty.about == judged.id
    looking = {"decision_id": judged.id, "agreed": False, "feedback": "She described a push"}
    with pytest.raises(Malformed):
        does(Role.REGISTRAR, crimes.review_crime, **looking)
    with pytest.raises(Refused):
        does(Role.OFFICER, crimes.review_crime, **looking)
    with pytest.raises(Malformed) as refused:
        does(Role.SUPERVISOR, crimes.review_crime, **looking | {"feedback": " "})
    assert refused.value.field == "feedback"
    does(Role.SUPERVISOR, crimes.review_crime, **looking)
    with pytest.raises(Conflict):
        does(Role.SUPERVISOR, crimes.review_crime, **looking)
    with seen_whole():
        assert Review.objects.get(decision=judged).agreed is False
    # overturned, the incident waits for the registrar again, who now records it
    assert [one.causes for one in open_duties("crime-recording")] == [["crime-overturned"]]
    does(Role.REGISTRAR, crimes.record_crime, incident_id=made, **RECORDED)
    assert not open_duties("crime-recording")
    with pytest.raises(Conflict):
        does(Role.REGISTRAR, crimes.not_a_crime, incident_id=made, reason="no-crime-none-described")


def test_another_registrar_may_look_at_it(does, incident, pair, accounts, team):
    made = incident(*pair)
    does(Role.REGISTRAR, crimes.not_a_crime, incident_id=made, reason="no-crime-none-described")
    other = User.objects.create(
        username="other",
        name="Another",
        role=Role.REGISTRAR,
        team=team,
        made_at=accounts[Role.REGISTRAR].made_at,
    )
    accounts[Role.REGISTRAR] = other
    does(Role.REGISTRAR, crimes.review_crime, decision_id=the_judgement("no-crime").id, agreed=True)
    assert not open_duties("crime-review")


def test_a_cancelled_crime_stays_and_is_looked_at(does, incident, pair):
    made = incident(*pair)
    crime = does(Role.REGISTRAR, crimes.record_crime, incident_id=made, **RECORDED)
    does(Role.REGISTRAR, crimes.cancel_crime, crime_id=crime.id, reason="cancel-twice")
    with pytest.raises(Conflict):
        does(Role.REGISTRAR, crimes.cancel_crime, crime_id=crime.id, reason="cancel-twice")
    with seen_whole():
        assert Crime.objects.get(id=crime.id).cancelled_at is not None
    assert ["crime-cancelled"] in [duty.causes for duty in open_duties("crime-review")]
    assert the_judgement("cancelled").supersedes.choice == "recorded"


def test_an_incident_can_be_closed_once_it_was_judged(does, incident, pair, everything_done):
    made = incident(*pair)
    does(Role.REGISTRAR, crimes.record_crime, incident_id=made, **RECORDED)
    everything_done(made)
    closed = does(Role.SUPERVISOR, incidents.close_incident, incident_id=made, closed_as="attended")
    assert closed.closed_at is not None
