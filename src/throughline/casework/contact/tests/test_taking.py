"""Receiving, taking, changing and ending contacts, on a real database as the site's own login."""

from datetime import timedelta

import pytest

from throughline.casework.contact.commands import taking
from throughline.casework.contact.commands.sending import send
from throughline.casework.contact.models import Contact, LogLine
from throughline.casework.contact.queries import calls
from throughline.casework.contact.rules.taking import TELEPHONY, Overtaken, TakenAlready
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.models import Duty

pytestmark = pytest.mark.django_db


def delivered(**told):
    with acting(TELEPHONY):
        return taking.deliver(by=TELEPHONY, now=NOW, channel="999", system="phones", system_ref="1", **told)


def test_a_call_delivered_twice_is_one_contact(handler):
    first, how = delivered(number="07700 900123", place="14 Alma Road, ZT1 0AA")
    second, again = delivered(number="07700 900123", place="14 Alma Road, ZT1 0AA")
    assert (how, again) == ("new", "same")
    assert first.id == second.id
    assert first.postcode == "ZT1 0AA"
    assert Contact.objects.count() == 1


def test_a_later_delivery_moves_the_caller_and_leaves_what_was_typed(handler):
    call, _ = delivered(latitude=51.0, longitude=-0.1, within_metres=300)
    taking.take(by=handler, now=NOW, contact_id=call.id)
    taking.change(by=handler, now=NOW, contact_id=call.id, version=1, place="14 Alma Rd flat 2")
    moved, how = delivered(
        place="1 High Street", latitude=51.1, longitude=-0.1, within_metres=20, line="cut-off"
    )
    assert how == "changed"
    assert (moved.latitude, moved.within_metres, moved.line) == (51.1, 20, "cut-off")
    assert moved.place == "14 Alma Rd flat 2"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"latitude": 51.0}, "longitude"),
        ({"latitude": 91.0, "longitude": 0.0}, "latitude"),
        ({"line": "crackling"}, "line"),
        ({"place": "x" * 501}, "place"),
    ],
)
def test_a_delivery_that_cannot_be_kept_names_its_field(handler, told, field):
    with pytest.raises(Malformed) as wrong:
        delivered(**told)
    assert wrong.value.field == field
    assert "x" * 20 not in str(wrong.value)


def test_two_who_take_one_call(by, handler):
    call, _ = delivered()
    taking.take(by=handler, now=NOW, contact_id=call.id)
    taking.take(by=handler, now=NOW, contact_id=call.id)
    slower = by(Role.SUPERVISOR)
    with pytest.raises(TakenAlready) as quicker:
        taking.take(by=slower, now=NOW, contact_id=call.id)
    assert quicker.value.by == handler.id
    assert taking.take_over(by=slower, now=NOW, contact_id=call.id).taken_by == slower.id


def test_who_takes_no_contacts_begins_none(by):
    for role in (Role.OFFICER, Role.DESK, Role.ANALYST):
        with pytest.raises(Refused):
            taking.begin(by=by(role), now=NOW, channel="999")


def test_two_who_change_different_fields_do_not_disturb_each_other(by, handler, call):
    taking.change(by=handler, now=NOW, contact_id=call.id, version=1, place="14 Alma Road")
    other = by(Role.SUPERVISOR)
    changed = taking.change(by=other, now=NOW, contact_id=call.id, version=1, caller="child")
    assert (changed.place, changed.caller, changed.version) == ("14 Alma Road", "child", 3)


def test_two_who_change_one_field_learn_of_each_other(by, handler, call):
    taking.change(by=handler, now=NOW, contact_id=call.id, version=1, who="jo whitmoor", place="14 Alma Road")
    other = by(Role.SUPERVISOR)
    with pytest.raises(Overtaken) as overtaken:
        taking.change(by=other, now=NOW, contact_id=call.id, version=1, place="41 Alma Road", who="jo")
    told = overtaken.value.fields["place"]
    assert (told.stands, told.typed, told.by) == ("14 Alma Road", "41 Alma Road", handler.id)
    assert "Alma" not in str(overtaken.value)
    assert calls.contact_page(other, call.id, now=NOW).who == "jo whitmoor"
    # from the version that stands, it is a change like any other
    version = overtaken.value.version
    assert (
        taking.change(by=other, now=NOW, contact_id=call.id, version=version, place="41 Alma Road").place
        == "41 Alma Road"
    )


def test_the_same_value_is_no_conflict(by, handler, call):
    taking.change(by=handler, now=NOW, contact_id=call.id, version=1, place="14 Alma Road")
    taking.change(by=by(Role.SUPERVISOR), now=NOW, contact_id=call.id, version=1, place="14  Alma Road ")


def test_one_may_overtake_oneself(handler, call):
    for place in ("1", "14", "14 Alma"):
        taking.change(by=handler, now=NOW, contact_id=call.id, version=1, place=place)
    assert Contact.objects.get().place == "14 Alma"


def test_a_line_said_twice_at_once_is_one_and_said_again_later_is_two(handler, call):
    for seconds in (0, 1, 60):
        taking.say(
            by=handler, now=NOW + timedelta(seconds=seconds), contact_id=call.id, words="he is at the door"
        )
    assert LogLine.objects.count() == 2
    with pytest.raises(Malformed):
        taking.say(by=handler, now=NOW, contact_id=call.id, words=" \n")


def test_a_contact_ends_with_a_decision(handler, call):
    with pytest.raises(Malformed):
        taking.end(by=handler, now=NOW, contact_id=call.id)
    send(by=handler, now=NOW, contact_id=call.id, grade="emergency", place="14 Alma Road")
    assert taking.end(by=handler, now=NOW, contact_id=call.id).ended_at == NOW


def test_a_decision_not_to_go_is_looked_at_once_it_turns_out_domestic(handler, call):
    taking.change(by=handler, now=NOW, contact_id=call.id, version=1, domestic=False)
    send(by=handler, now=NOW, contact_id=call.id, grade="nobody")
    assert not Duty.objects.filter(kind="deployment-review").exists()
    taking.change(by=handler, now=NOW, contact_id=call.id, version=2, domestic=True)
    assert Duty.objects.get(kind="deployment-review").causes == ["domestic-after-all"]


def test_calls_that_wait_stand_longest_first_and_the_look_is_logged(handler):
    with acting(TELEPHONY):
        for minutes in (1, 5, 3):
            taking.receive(by=TELEPHONY, now=NOW, channel="101", received_at=NOW - timedelta(minutes=minutes))
    waiting = calls.calls(handler).waiting
    assert [(NOW - call.contact.received_at) // timedelta(minutes=1) for call in waiting] == [5, 3, 1]
    with acting(TELEPHONY):
        assert Event.objects.filter(kind="look", action="contact.view", actor=handler.id).count() == 1


def test_each_who_looks_people_up_has_an_enquiry_of_their_own(by, handler, call):
    first = taking.enquiry_of(by=handler, contact=call)
    assert first == call.enquiry == taking.enquiry_of(by=handler, contact=call)
    second = taking.enquiry_of(by=by(Role.SUPERVISOR), contact=call)
    assert second != first
    assert calls.contact_of_enquiry(second) == call
