"""Incidents, and the cases that follow from who was in them."""

from datetime import timedelta

import pytest

from throughline.casework.cases.commands import crimes, incidents
from throughline.casework.cases.models import Case, CaseIncident, Incident, Involvement, Joining
from throughline.casework.cases.queries import cases_of, incidents_of, repeat
from throughline.casework.cases.rules import NotYet
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands import identities, safety
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.commands import open_duty
from throughline.foundations.duties.models import Duty
from throughline.reference import UnknownCode

pytestmark = pytest.mark.django_db


def the_cases():
    with seen_whole():
        return list(Case.objects.order_by("opened_at", "id"))


def test_an_incident_has_a_number_that_says_the_day_and_nothing_else(does, incident):
    numbers = []
    for made in (incident(), incident()):
        with seen_whole():
            numbers.append(Incident.objects.get(id=made).number)
    assert len(set(numbers)) == 2
    assert all(number.startswith(f"{NOW:%y}") and number[6] == "-" for number in numbers)


def test_a_kind_that_says_domestic_abuse_waits_for_the_registrar(incident):
    made = incident()
    with seen_whole():
        duty = Duty.objects.get(kind="crime-recording", about=made)
    assert duty.due_at == NOW + timedelta(hours=24)
    other = incident(recorded_as="theft")
    with seen_whole():
        assert Incident.objects.get(id=other).domestic is None
        assert not Duty.objects.filter(about=other).exists()


def test_her_case_takes_its_suspect_when_he_is_known(incident, pair, does):
    her, him = pair
    made = incident(her)
    [case] = the_cases()
    assert (case.victim_id, case.suspect_id) == (her, None)
    does(
        Role.CALL_HANDLER,
        incidents.involve,
        incident_id=made,
        record_id=him,
        part="suspect",
        confirmed=True,
    )
    [same] = the_cases()
    assert (same.id, same.suspect_id) == (case.id, him)
    assert set(same.subjects) == {her, him}
    with seen_whole():
        assert {duty.kind for duty in Duty.objects.filter(about=case.id)} == {"case-owner", "case-grade"}


def test_another_incident_between_the_two_joins_their_case(incident, pair):
    incident(*pair, days_ago=40)
    incident(*pair)
    [case] = [case for case in the_cases() if case.closed_at is None]
    with seen_whole():
        assert CaseIncident.objects.filter(case=case).count() == 2


def test_a_second_record_of_hers_is_of_the_same_case(incident, pair, add, does):
    her, him = pair
    again = add("Sofia", "Quillfeather")
    incident(her, him)
    does(Role.SUPERVISOR, identities.merge, record_id=again, into_id=her, reason="merge-said-so")
    incident(again, him)
    assert len([case for case in the_cases() if case.closed_at is None]) == 1


def test_what_waited_for_a_suspect_goes_to_the_case_of_the_two(incident, pair, does, accounts):
    her, him = pair
    incident(her, him, days_ago=10)
    second = incident(her)
    assert len(the_cases()) == 2
    does(
        Role.CALL_HANDLER,
        incidents.involve,
        incident_id=second,
        record_id=him,
        part="suspect",
        confirmed=True,
    )
    known = next(case for case in the_cases() if case.suspect_id)
    waited = next(case for case in the_cases() if not case.suspect_id)
    with seen_whole():
        assert known.incident_links.count() == 2
        assert (waited.closed_as, waited.incident_links.count()) == ("suspect-known", 0)
        assert not Joining.objects.exists()
    with as_(accounts[Role.OFFICER].actor) as actor:
        assert cases_of(actor, [her]) == (known,)


def test_one_who_may_be_somebody_else_opens_no_case_until_confirmed(does, incident, pair):
    her, him = pair
    made = incident(None, him)
    for confirmed, many in ((False, 0), (True, 1), (True, 1)):
        does(
            Role.CALL_HANDLER,
            incidents.involve,
            incident_id=made,
            record_id=her,
            part="victim",
            confirmed=confirmed,
        )
        assert len(the_cases()) == many
    with seen_whole():
        assert Involvement.objects.filter(incident=made, part="victim").count() == 1


def test_a_part_that_was_mistaken_takes_its_case_along(does, incident, pair):
    made = incident(*pair)
    with seen_whole():
        mistaken = Involvement.objects.get(incident=made, part="victim").id
    for _ in range(2):
        does(Role.CALL_HANDLER, incidents.withdraw, involvement_id=mistaken)
    [case] = the_cases()
    assert case.closed_as == "opened-by-mistake"
    with seen_whole():
        assert Incident.objects.get(id=made).subjects == [pair[1]]
        assert not Duty.objects.filter(about=case.id, discharged_at=None).exists()


def test_what_is_not_domestic_has_no_case_and_can_have_one_again(does, incident, pair):
    made = incident(*pair)
    for domestic in (False, True):
        does(
            Role.SUPERVISOR,
            incidents.reclassify,
            incident_id=made,
            recorded_as="other",
            domestic=domestic,
        )
        assert any(case.closed_at is None for case in the_cases()) is domestic


def test_an_incident_closes_only_when_all_that_must_be_done_about_it_is_done(does, incident, pair):
    made = incident(*pair)
    closing = {"incident_id": made, "closed_as": "attended"}
    with pytest.raises(NotYet) as refused:
        does(Role.SUPERVISOR, incidents.close_incident, **closing)
    assert {
        "child-decision",
        "contact-sign-off",
        "crime-recording",
        "risk-assessment",
        "risk-check",
    } <= set(refused.value.why)
    with pytest.raises(Refused):
        does(Role.CALL_HANDLER, incidents.close_incident, **closing)
    unjudged = incident(recorded_as="other")
    with pytest.raises(NotYet) as refused:
        does(Role.SUPERVISOR, incidents.close_incident, incident_id=unjudged, closed_as="attended")
    assert refused.value.why == ("not-judged",)
    does(Role.SUPERVISOR, incidents.reclassify, incident_id=unjudged, recorded_as="other", domestic=False)
    with pytest.raises(UnknownCode):
        does(Role.SUPERVISOR, incidents.close_incident, incident_id=unjudged, closed_as="bored")
    closed = does(Role.SUPERVISOR, incidents.close_incident, incident_id=unjudged, closed_as="attended")
    assert closed.closed_at == NOW
    again = does(
        Role.SUPERVISOR, incidents.reclassify, incident_id=unjudged, recorded_as="other", domestic=True
    )
    assert again.closed_at is None


def test_an_incident_without_a_contact_closes_without_a_sign_off(does, incident, pair, everything_done):
    made = incident(*pair, has_contact=False)
    closing = {"incident_id": made, "closed_as": "attended"}
    with pytest.raises(NotYet) as refused:
        does(Role.SUPERVISOR, incidents.close_incident, **closing)
    assert "crime-recording" in refused.value.why
    assert "contact-sign-off" not in refused.value.why
    does(Role.REGISTRAR, crimes.not_a_crime, incident_id=made, reason="no-crime-none-described")
    everything_done(made)
    assert does(Role.SUPERVISOR, incidents.close_incident, **closing).closed_at == NOW


def test_a_sign_off_that_waits_keeps_it_open_whatever_it_came_by(does, incident, pair, everything_done):
    made = incident(*pair, has_contact=False)
    everything_done(made)
    with seen_whole():
        record(system("test"), Event.Kind.WRITE, "test")
        open_duty("contact-sign-off", now=NOW, record_id=made, about=made, cause="contact-ended")
    with pytest.raises(NotYet) as refused:
        does(Role.SUPERVISOR, incidents.close_incident, incident_id=made, closed_as="attended")
    assert refused.value.why == ("contact-sign-off",)


def test_a_contact_that_is_found_to_be_of_it_is_signed_off_before_it_closes(
    does, incident, pair, everything_done
):
    made = incident(*pair, has_contact=False)
    everything_done(made)
    for _ in range(2):
        does(Role.CALL_HANDLER, incidents.has_contact, incident_id=made)
    closing = {"incident_id": made, "closed_as": "attended"}
    with pytest.raises(NotYet) as refused:
        does(Role.SUPERVISOR, incidents.close_incident, **closing)
    assert refused.value.why == ("contact-sign-off",)
    everything_done(made)
    does(Role.SUPERVISOR, incidents.close_incident, **closing)
    with pytest.raises(NotYet) as refused:
        does(Role.CALL_HANDLER, incidents.has_contact, incident_id=made)
    assert refused.value.why == ("closed-tell",)


def test_officers_write_down_what_no_contact_told_of(does):
    written = {"recorded_as": "domestic-abuse"}
    assert does(Role.OFFICER, incidents.open_incident, **written).has_contact is False
    with pytest.raises(Refused):
        does(Role.OFFICER, incidents.open_incident, has_contact=True, **written)
    with pytest.raises(Refused):
        does(Role.ANALYST, incidents.open_incident, **written)


def test_who_is_restricted_takes_incident_and_case_out_of_sight(does, incident, pair, accounts):
    her, him = pair
    made = incident(her, him)
    does(Role.SUPERVISOR, safety.restrict, record_id=her, reason="honour-based")
    for role, many in ((Role.CALL_HANDLER, 0), (Role.REGISTRAR, 0), (Role.DESK, 1)):
        with as_(accounts[role].actor) as actor:
            assert len(incidents_of(actor, [her, him])) == many
            assert len(cases_of(actor, [her, him])) == many
    with pytest.raises(Refused):
        does(
            Role.CALL_HANDLER,
            incidents.involve,
            incident_id=made,
            record_id=him,
            part="witness",
            confirmed=True,
        )
    with as_(accounts[Role.ADMINISTRATOR].actor) as actor, pytest.raises(Refused):
        cases_of(actor, [him])


def test_a_repeat_victim_by_both_definitions(incident, pair, add, accounts):
    her, him = pair
    incident(her, him, days_ago=400)
    incident(her, him, days_ago=200)
    incident(her, add("Otto", "Larchwood", sex="1"))
    incident(her, recorded_as="theft")
    with as_(accounts[Role.CALL_HANDLER].actor) as actor:
        government, own = repeat(actor, [her], at=NOW)
    assert (government.count, government.is_repeat) == (2, True)
    assert (own.count, own.is_repeat) == (1, False)
