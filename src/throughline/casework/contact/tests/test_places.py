"""What stands about a place, and happened there, is known before anybody is recognised; and nothing hidden is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from throughline.casework.contact.commands.knowing import takes_part
from throughline.casework.contact.commands.sending import send
from throughline.casework.contact.commands.taking import begin, change, deliver, enquiry_of
from throughline.casework.contact.models import Brief, Contact
from throughline.casework.contact.queries.brief import brief_for
from throughline.casework.contact.queries.places import known_place
from throughline.casework.contact.rules.brief import PLACE, Kind, Part, State
from throughline.casework.contact.rules.taking import TELEPHONY
from throughline.casework.people.commands.recognition import tell_the_desk
from throughline.casework.people.commands.recording import NewAddress, end_address, end_marker, set_marker
from throughline.casework.people.commands.safety import record_refuge, restrict
from throughline.casework.people.models import Address, Marker
from throughline.casework.people.queries.searching import Hidden
from throughline.foundations.access.commands import grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.models import Duty
from throughline.linkage.description import Description

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
BEFORE = NOW - timedelta(days=40)


@pytest.fixture
def her(add):
    return add("Joanne", "Whitmore", "07700 900123")


@pytest.fixture
def marked(handler, her):
    """Weapons are kept at 14 Alma Road."""
    home = Address.objects.get(record=her)
    return set_marker(by=handler, now=NOW, record_id=her, code="weapons-at-address", address_id=home.id)


def at(by, place, *, now=NOW, **fields):
    contact = begin(by=by, now=now, channel="999")
    return change(by=by, now=now, contact_id=contact.id, version=1, place=place, **fields)


def earlier(by, place, *, now=BEFORE, **fields):
    contact = at(by, place, now=now, domestic=True, **fields)
    send(by=by, now=now, contact_id=contact.id, grade="emergency")
    contact.refresh_from_db()
    return contact


def told(known):
    return [
        (line.kind, line.code, line.detail["near"] and line.detail["near"].value)
        for line in known.reading.lines
    ]


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("14 Alma Road", "here"),
        ("14 alma rd, quarnley", "here"),
        ("14, ZT1 0AA", "here"),
        ("Alma Rd", "same-street"),
        ("ZT1 0AA", "same-street"),
        ("flat 1, 14 Alma Road", "same-building"),
    ],
)
def test_a_warning_about_the_place_is_held_however_it_is_typed(handler, marked, her, typed, near):
    known = known_place(handler, at(handler, typed), at=NOW)
    assert known.reading.state is State.HELD
    assert told(known) == [(Kind.PLACE_MARKER, "weapons-at-address", near)]
    assert known.record_ids == (her,)


@pytest.mark.parametrize("typed", ["16 Alma Road", "14 Alma Road, Otherton", "14 Selborne Terrace"])
def test_another_place_has_none_found(handler, marked, typed):
    assert known_place(handler, at(handler, typed), at=NOW).reading.state is State.NONE_FOUND


@pytest.mark.parametrize("typed", ["", "the big tree"])
def test_what_is_no_place_is_not_checked(handler, marked, typed):
    known = known_place(handler, at(handler, typed, caller="victim"), at=NOW)
    assert known.reading.state is State.NOT_CHECKED
    assert not known.record_ids


def test_a_warning_that_was_ended_or_has_lapsed_stands_no_more(handler, marked, her):
    call = at(handler, "14 Alma Road")
    in_two_years = NOW + timedelta(days=750)
    assert known_place(handler, call, at=in_two_years).reading.state is State.NONE_FOUND
    end_marker(by=handler, now=NOW, record_id=her, marker_id=marked.id)
    assert known_place(handler, call, at=NOW).reading.state is State.NONE_FOUND


def test_that_whoever_it_was_set_for_has_left_is_said(handler, marked, her):
    end_address(by=handler, now=NOW - timedelta(days=3), record_id=her, address_id=marked.address_id)
    [line] = known_place(handler, at(handler, "14 Alma Road"), at=NOW).reading.lines
    assert line.detail["left"]


def test_earlier_domestic_incidents_there_are_counted_once_each_and_name_nobody(handler):
    first = earlier(handler, "14 Alma Rd")
    earlier(handler, "14 Alma Road", now=NOW - timedelta(days=5))
    Contact.objects.filter(id=at(handler, "14 Alma Road", now=BEFORE).id).update(incident=first.incident)
    at(handler, "14 Alma Road", now=BEFORE, domestic=False)
    earlier(handler, "14 Alma Road", now=NOW - timedelta(days=500))
    known = known_place(handler, at(handler, "14 alma road"), at=NOW)
    assert told(known) == [(Kind.PLACE_INCIDENTS, "2", "here")]
    assert known.record_ids == ()


def test_the_callers_own_position_finds_what_happened_there(handler):
    set_actor(TELEPHONY)
    near, far = {"latitude": 51.5034, "longitude": -0.1276}, {"latitude": 51.5134, "longitude": -0.1276}
    for number, where in enumerate((near, far)):
        deliver(
            by=TELEPHONY,
            now=BEFORE,
            channel="999",
            system="t",
            system_ref=str(number),
            within_metres=20,
            **where,
        )
    set_actor(handler)
    for contact in Contact.objects.filter(system="t"):
        change(by=handler, now=BEFORE, contact_id=contact.id, version=1, domestic=True)
    call = begin(by=handler, now=NOW, channel="999")
    call.latitude, call.longitude, call.within_metres = 51.5035, -0.1276, 30
    assert told(known_place(handler, call, at=NOW)) == [(Kind.PLACE_INCIDENTS, "1", None)]
    call.within_metres = 300
    assert known_place(handler, call, at=NOW).reading.state is State.NOT_CHECKED


def test_before_anybody_is_recognised_the_brief_says_what_stands_there(handler, marked, her):
    call = at(handler, "14 Alma Road")
    brief = brief_for(handler, call, at=NOW)
    danger = brief.section(Part.DANGER)
    assert [one.source for one in danger.of(State.HELD)] == [PLACE]
    assert brief.record_ids == (her,)
    with acting(system("test")):
        assert her in Event.objects.filter(kind=Event.Kind.LOOK).latest("id").subjects


def test_whoever_is_on_the_way_hears_of_a_place_put_right(handler, marked):
    call = at(handler, "16 Alma Road")
    send(by=handler, now=NOW, contact_id=call.id, grade="emergency", unit="QN12")
    call.refresh_from_db()
    change(
        by=handler,
        now=NOW + timedelta(minutes=1),
        contact_id=call.id,
        version=call.version,
        place="14 Alma Rd",
    )
    sent = Brief.objects.filter(deployment__contact=call.id).order_by("sent_at")
    assert sent.count() == 2
    assert "place-marker" in str(sent.last().held)


# --- what is hidden stays hidden ----------------------------------------------------------------------


def test_a_warning_of_a_restricted_record_is_there_for_the_desk_alone(by, handler, marked, her):
    call = at(handler, "14 Alma Road")
    desk = by(Role.DESK)
    restrict(by=desk, now=NOW, record_id=her, reason="honour-based")
    assert known_place(desk, call, at=NOW).reading.state is State.HELD
    for role in (Role.CALL_HANDLER, Role.OFFICER, Role.SUPERVISOR):
        known = known_place(by(role), call, at=NOW)
        assert (known.reading.state, known.record_ids) == (State.NONE_FOUND, ()), role


def warned(contact):
    with acting(system("test")):
        return list(
            Duty.objects.filter(kind="restricted-warning").values_list("record_id", "about", "causes")
        )


@pytest.mark.parametrize(
    ("typed", "told"),
    [("14 Alma Rd", True), ("flat 2, 14 Alma Road", True), ("16 Alma Road", False), ("the big tree", False)],
)
def test_a_restricted_warning_where_somebody_is_sent_is_told_to_the_desk(by, marked, her, typed, told):
    restrict(by=by(Role.DESK), now=NOW, record_id=her, reason="honour-based")
    handler = by(Role.CALL_HANDLER)
    call = at(handler, typed)
    assert warned(call) == []
    send(by=handler, now=NOW, contact_id=call.id, grade="emergency", unit="QN12")
    assert [(record, about) for record, about, _causes in warned(call)] == ([(her, call.id)] if told else [])
    # whoever sends reads of nothing
    call.refresh_from_db()
    assert not known_place(handler, call, at=NOW).record_ids
    assert not Duty.objects.filter(kind="restricted-warning").exists()


def test_a_warning_in_the_senders_own_sight_is_not_the_desks(handler, marked):
    send(by=handler, now=NOW, contact_id=at(handler, "14 Alma Road").id, grade="emergency")
    assert warned(None) == []


def test_where_nobody_goes_the_desk_is_not_called_and_where_they_are_led_later_it_is_once(by, marked, her):
    restrict(by=by(Role.DESK), now=NOW, record_id=her, reason="honour-based")
    handler = by(Role.CALL_HANDLER)
    call = at(handler, "14 Alma Road", domestic=False)
    send(by=handler, now=NOW, contact_id=call.id, grade="nobody")
    assert warned(call) == []
    call = at(handler, "16 Alma Road")
    send(by=handler, now=NOW, contact_id=call.id, grade="emergency", unit="QN12")
    call.refresh_from_db()
    change(by=handler, now=NOW, contact_id=call.id, version=call.version, place="14 Alma Road")
    send(by=handler, now=NOW, contact_id=call.id, grade="priority")
    assert len(warned(call)) == 1


def test_the_desk_reads_where_they_go_and_what_to_pass_on_and_says_that_it_did(by, signed_in, marked, her):
    restrict(by=by(Role.DESK), now=NOW, record_id=her, reason="honour-based")
    handler = by(Role.CALL_HANDLER)
    call = at(handler, "14 Alma Road")
    send(by=handler, now=NOW, contact_id=call.id, grade="emergency", unit="QN12")
    with acting(system("test")):
        duty = Duty.objects.get(kind="restricted-warning")
    browser = signed_in(Role.DESK)
    page = browser.get(reverse("overview:duty", args=[duty.id])).content.decode()
    for words in ("14 Alma Road", "QN12", "Weapons kept here", "read the record"):
        assert words in page
    browser.post(reverse("overview:discharge", args=[duty.id]), {"outcome": "warned", "once": "1"})
    with acting(system("test")):
        assert Duty.objects.get(id=duty.id).discharged_at is not None
    assert signed_in(Role.CALL_HANDLER).get(reverse("overview:duty", args=[duty.id])).status_code == 404


def test_whoever_is_party_to_it_sees_no_warning_and_no_incident(by, handler, marked, her):
    before = earlier(handler, "14 Alma Road")
    takes_part(by=handler, now=BEFORE, contact_id=before.id, record_id=her, part="victim", confirmed=True)
    call = at(handler, "14 Alma Road")
    assert len(known_place(handler, call, at=NOW).reading.lines) == 2
    with acting(system("test")):
        grant(
            by=system("test"),
            now=NOW,
            subject=her,
            kind=Grant.Kind.EXCLUDE,
            reason="party",
            grantee=handler.id,
        )
    assert known_place(handler, call, at=NOW).reading.state is State.NONE_FOUND


def test_an_incident_at_which_a_restricted_record_was_matched_out_of_sight_is_not_told(by, handler, her):
    before = earlier(handler, "14 Alma Road")
    call = at(handler, "14 Alma Road")
    assert known_place(handler, call, at=NOW).reading.state is State.HELD
    desk = by(Role.DESK)
    restrict(by=desk, now=NOW, record_id=her, reason="honour-based")
    handler = by(Role.CALL_HANDLER)
    tell_the_desk(
        by=handler,
        now=NOW,
        enquiry_id=enquiry_of(by=handler, contact=before),
        heard=Description(phones=("07700900123",)),
        hidden=[Hidden(her, 9.0, 0.99, False)],
    )
    assert known_place(handler, call, at=NOW).reading.state is State.NONE_FOUND
    assert known_place(by(Role.DESK), call, at=NOW).reading.state is State.HELD


def test_a_refuge_gives_nothing_neither_its_address_nor_that_somebody_rang_from_there(by, handler, her):
    desk = by(Role.DESK)
    record_refuge(by=desk, now=BEFORE, record_id=her, address=NewAddress("60", "Prospect Avenue"))
    assert not Marker.objects.filter(street="prospect").exists()
    assert not Address.objects.filter(street__icontains="prospect").exists()
    handler = by(Role.CALL_HANDLER)
    call = at(handler, "60 Prospect Avenue")
    assert known_place(handler, call, at=NOW).reading.state is State.NONE_FOUND
    before = earlier(handler, "60 Prospect Avenue", now=NOW - timedelta(days=2))
    takes_part(by=handler, now=NOW, contact_id=before.id, record_id=her, part="victim", confirmed=True)
    assert known_place(handler, call, at=NOW).reading.state is State.NONE_FOUND


# --- the page, and how much it asks -------------------------------------------------------------------


def test_the_screen_says_it_where_the_place_is_typed(signed_in, handler, marked, plain_static_files):
    call = at(handler, "14 Alma Rd")
    browser = signed_in(Role.CALL_HANDLER)
    page = browser.get(reverse("contact:contact", args=[call.id])).content.decode()
    strip = page[page.index('id="place-known"') : page.index('id="same"')]
    assert "Held" in strip
    assert "Weapons kept here" in strip
    assert "Whitmore" not in strip
    # said of the place once, where it changes as somebody types; whoever lives there has it on their card
    assert page.count("<b>Weapons kept here</b>") == 1
    live = browser.post(
        reverse("contact:contact", args=[call.id]),
        {"version": call.version, "place": "16 Alma Rd", "seen": "{}"},
        headers={"hx-request": "true"},
    ).content.decode()
    assert "No warning stands about it" in live


def test_it_is_two_queries_and_each_uses_an_index(handler, marked):
    call = at(handler, "14 Alma Road")
    with CaptureQueriesContext(connection) as asked:
        known_place(handler, call, at=NOW)
    assert len(asked) == 2
    # row security keeps a condition from an index where its operator might tell of hidden rows
    standing = Marker.objects.filter(
        street="alma", house__in=["14", ""], address__isnull=False, ended_by=None
    )
    there = Contact.objects.filter(street="alma", house__in=["14", ""])
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
    for rows, index in ((standing, "people_marker_street"), (there, "contact_street")):
        plan = rows.explain()
        assert index in plan
        assert "Index Cond: ((street = 'alma'" in plan, plan
