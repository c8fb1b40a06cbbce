"""Whom to send: a place and a grade are all it needs; not to send is looked at."""

from datetime import timedelta

import pytest

from throughline.casework.cases.models import Incident
from throughline.casework.contact.commands import sending, taking
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty

pytestmark = pytest.mark.django_db
LATER = {"reason": "deploy-victim-asks-later", "words": "asks for ten"}


def send(by, call, grade="emergency", **more):
    return sending.send(by=by, now=NOW, contact_id=call.id, grade=grade, **more)


def test_a_place_and_a_grade_send_somebody_and_open_the_incident(handler, call):
    sent = send(handler, call, place="14 Alma Rd flat 2")
    assert sent.due_at == NOW + timedelta(minutes=15)
    incident = Incident.objects.get()
    assert (incident.place, incident.recorded_as, incident.domestic) == (
        "14 Alma Rd flat 2",
        "not-yet-recorded",
        None,
    )
    call.refresh_from_db()
    assert call.incident_id == incident.id
    assert Decision.objects.get(kind="deployment").choice == "emergency"
    assert [duty.kind for duty in Duty.objects.all()] == ["intelligence-request"]


def test_nobody_is_sent_to_nowhere(handler, call):
    with pytest.raises(Malformed) as wrong:
        send(handler, call)
    assert wrong.value.field == "place"
    with pytest.raises(Malformed) as wrong:
        send(handler, call, "at-once", place="14 Alma Road")
    assert wrong.value.field == "grade"


@pytest.mark.parametrize("grade", ["routine", "nobody"])
def test_not_to_go_or_later_needs_a_reason_and_is_reviewed(handler, call, grade):
    with pytest.raises(Malformed) as wrong:
        send(handler, call, grade, place="14 Alma Road")
    assert wrong.value.field == "reason"
    with pytest.raises(Malformed) as wrong:
        send(handler, call, grade, place="14 Alma Road", reason=LATER["reason"])
    assert wrong.value.field == "decision_words"
    send(handler, call, grade, place="14 Alma Road", **LATER)
    duty = Duty.objects.get(kind="deployment-review")
    assert (duty.about, duty.record_id, duty.role) == (call.id, call.id, Role.SUPERVISOR)
    assert Decision.objects.get(kind="deployment").words == "asks for ten"


def test_what_is_judged_not_domestic_is_not_reviewed(handler, call):
    taking.change(by=handler, now=NOW, contact_id=call.id, version=1, domestic=False)
    send(handler, call, "routine", place="14 Alma Road")
    assert not Duty.objects.exists()


def test_a_later_decision_supersedes_and_stays_and_keeps_the_unit(handler, call):
    first = send(handler, call, "priority", place="14 Alma Road", unit="ab12")
    second = send(handler, call, "emergency")
    assert (second.supersedes, second.unit, second.sent_at) == (first, "AB12", NOW)
    assert Incident.objects.count() == 1


def test_an_appointment_has_its_time(handler, call):
    with pytest.raises(Malformed) as wrong:
        send(handler, call, "appointment", place="14 Alma Road", **LATER)
    assert wrong.value.field == "appointment_at"
    at = NOW + timedelta(hours=20)
    made = send(handler, call, "appointment", place="14 Alma Road", appointment_at=at, **LATER)
    assert (made.due_at, made.appointment) == (at, True)


def test_a_unit_is_sent_arrives_and_is_stood_down_by_who_may(by, accounts, handler, call):
    sent = send(handler, call, place="14 Alma Road")
    officer = accounts[Role.OFFICER].actor
    sending.assign_unit(by=handler, now=NOW, deployment_id=sent.id, unit="ab12", officer=officer.id)
    by(Role.OFFICER)
    there = NOW + timedelta(minutes=9)
    sending.arrive(by=officer, now=there, deployment_id=sent.id)
    assert (
        sending.arrive(by=officer, now=there + timedelta(minutes=1), deployment_id=sent.id).arrived_at
        == there
    )
    assert sending.stand_down(by=officer, now=there, deployment_id=sent.id).stood_down_at == there


def test_an_officer_who_was_not_sent_does_not_arrive(by, handler, call):
    sent = send(handler, call, place="14 Alma Road")
    with pytest.raises(Refused):
        sending.arrive(by=by(Role.OFFICER), now=NOW, deployment_id=sent.id)


def test_nobody_goes_where_nobody_is_sent(handler, call):
    nobody = send(handler, call, "nobody", **LATER)
    with pytest.raises(Malformed):
        sending.assign_unit(by=handler, now=NOW, deployment_id=nobody.id, unit="AB12")
