"""A call's recording: noted, asked for before it is deleted, exhibited or not held; and what lapses unasked."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from throughline.casework.cases.commands.crimes import record_crime
from throughline.casework.contact.commands.knowing import takes_part
from throughline.casework.contact.commands.receiving import keep_call
from throughline.casework.contact.commands.recordings import (
    answer_for_recording,
    ask_to_keep,
    listened_to,
    note_recording,
)
from throughline.casework.contact.commands.sending import send
from throughline.casework.contact.commands.taking import begin, change
from throughline.casework.contact.models import Contact, Recording
from throughline.casework.contact.queries.recordings import recording_of, recordings
from throughline.casework.contact.rules.recordings import Standing, held_until
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.chronology.models import Entry
from throughline.foundations.duties.models import Duty

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def known(handler, call, add):
    """A call about somebody who is known."""
    her = add("Joanne", "Whitmore")
    takes_part(by=handler, now=NOW, contact_id=call.id, record_id=her, part="victim", confirmed=True)
    call.refresh_from_db()
    return call


def duty_of(call):
    with acting(system("test")):
        return Duty.objects.filter(kind="keep-recording", about=call.id).first()


def keep(by, call, *, now=NOW, reason="keep-for-charge", **told):
    return ask_to_keep(by=by, now=now, contact_id=call.id, reason=reason, **told)


def standing(by, call, *, at=NOW):
    return recording_of(by, call.id, at=at).standing


# --- noting -------------------------------------------------------------------------------------------


def test_the_telephony_system_tells_of_the_recording_with_the_call_or_later(handler):
    until = (NOW + timedelta(days=40)).isoformat()
    raw = {"id": "C-1", "recording": "REC-7781"}
    kept = keep_call(json.dumps(raw).encode(), now=NOW, system="t", channel="999")
    assert kept.result == "new"
    again = keep_call(json.dumps(raw).encode(), now=NOW, system="t", channel="999")
    assert again.result == "same"
    later = keep_call(
        json.dumps(raw | {"recorded_until": until}).encode(), now=NOW, system="t", channel="999"
    )
    assert (later.result, later.faults) == ("changed", ())
    told = recording_of(handler, kept.contact_id, at=NOW)
    assert (told.reference, told.held_until.isoformat(), told.told_until) == ("REC-7781", until, True)


def test_a_call_is_not_lost_over_its_recording(handler):
    raw = {"id": "C-1", "recording": ["REC"], "recorded_until": "soon"}
    kept = keep_call(json.dumps(raw).encode(), now=NOW, system="t", channel="999")
    assert kept.result == "new"
    assert [fault.field for fault in kept.faults] == ["recording", "recorded_until"]


def test_it_is_noted_by_hand_and_held_by_the_rule_where_nobody_said(handler, call):
    note_recording(by=handler, now=NOW, contact_id=call.id, reference=" REC  1 ")
    told = recording_of(handler, call.id, at=NOW)
    assert (told.reference, told.held_until, told.told_until) == ("REC 1", held_until("999", NOW), False)
    assert not told.rule_verified
    with pytest.raises(Malformed, match="reference"):
        note_recording(by=handler, now=NOW, contact_id=call.id, reference="  ")


def test_a_visit_to_the_counter_has_none(handler, by):
    counter = by(Role.FRONT_COUNTER)
    visit = begin(by=counter, now=NOW, channel="front-counter")
    assert recording_of(counter, visit.id, at=NOW) is None
    with pytest.raises(Malformed, match="reason"):
        keep(counter, visit)


# --- asking, answering, listening ---------------------------------------------------------------------


def test_asked_for_it_is_a_duty_of_who_holds_the_audio(handler, by, known):
    officer = by(Role.OFFICER)
    keep(officer, known, words="A child is heard.")
    keep(officer, known)
    duty = duty_of(known)
    assert (duty.role, duty.causes) == ("intelligence-desk", ["keep-for-charge"])
    told = recording_of(officer, known.id, at=NOW)
    assert (told.standing, told.words, told.asked_by) == (
        Standing.REQUESTED,
        "A child is heard.",
        "The response-officer",
    )
    with pytest.raises(Malformed, match="reason"):
        keep(officer, known, reason="merge-said-so")


def test_it_is_due_before_it_would_be_deleted(handler, known):
    note_recording(by=handler, now=NOW, contact_id=known.id, reference="R", until=NOW + timedelta(hours=3))
    keep(handler, known)
    assert duty_of(known).due_at == NOW + timedelta(hours=3)


def test_exhibited_listened_to_and_told_to_later_rooms(handler, by, known):
    keep(handler, known)
    desk = by(Role.INTELLIGENCE)
    answer_for_recording(by=desk, now=NOW, contact_id=known.id, exhibit="OP/1")
    officer = by(Role.OFFICER)
    listened_to(by=officer, now=NOW, contact_id=known.id)
    listened_to(by=officer, now=NOW, contact_id=known.id)
    told = recording_of(officer, known.id, at=NOW)
    assert (told.standing, told.exhibit, told.listened_to_by) == (
        Standing.EXHIBITED,
        "OP/1",
        ("The response-officer",),
    )
    assert duty_of(known).outcome == "exhibited"
    with acting(system("test")):
        kinds = list(
            Entry.objects.filter(kind__startswith="recording-").order_by("id").values_list("kind", flat=True)
        )
    assert sorted(kinds) == ["recording-exhibited", "recording-listened-to", "recording-requested"]
    with pytest.raises(Conflict):
        answer_for_recording(by=by(Role.INTELLIGENCE), now=NOW, contact_id=known.id, exhibit="OP/2")


def test_not_held_has_a_reason_and_can_be_asked_anew(handler, by, known):
    keep(handler, known)
    desk = by(Role.INTELLIGENCE)
    for wrong in ({}, {"exhibit": "A", "not_held": "recording-lapsed"}, {"not_held": "eaten"}):
        with pytest.raises(Malformed):
            answer_for_recording(by=desk, now=NOW, contact_id=known.id, **wrong)
    answer_for_recording(by=desk, now=NOW, contact_id=known.id, not_held="recording-not-found")
    assert standing(desk, known) is Standing.NOT_HELD
    later = NOW + timedelta(minutes=5)
    keep(by(Role.OFFICER), known, now=later)
    assert standing(by(Role.OFFICER), known, at=later) is Standing.REQUESTED


def test_who_may(by, call):
    with pytest.raises(Refused):
        keep(by(Role.REGISTRAR), call)
    keep(by(Role.OFFICER), call)
    with pytest.raises(Refused):
        answer_for_recording(by=by(Role.OFFICER), now=NOW, contact_id=call.id, exhibit="OP/1")


def test_a_recording_of_somebody_out_of_sight_is_out_of_sight(by, known):
    handler = by(Role.CALL_HANDLER)
    note_recording(by=handler, now=NOW, contact_id=known.id, reference="R")
    desk = by(Role.DESK)
    restrict(by=desk, now=NOW, record_id=known.subjects[0], reason="honour-based")
    assert Recording.objects.count() == 1
    officer = by(Role.OFFICER)
    assert Recording.objects.count() == 0
    with pytest.raises(Refused):
        recording_of(officer, known.id, at=NOW)


# --- about to lapse -----------------------------------------------------------------------------------


@pytest.fixture
def with_a_crime(by, add):
    """``with_a_crime(days_ago)``: a domestic call of which a crime is recorded."""

    def made(days_ago, *, crime=True, domestic=True):
        handler, at = by(Role.CALL_HANDLER), NOW - timedelta(days=days_ago)
        contact = begin(by=handler, now=at, channel="999")
        change(by=handler, now=at, contact_id=contact.id, version=1, place="14 Alma Road", domestic=domestic)
        send(by=handler, now=at, contact_id=contact.id, grade="emergency")
        contact.refresh_from_db()
        if crime:
            registrar = by(Role.REGISTRAR)
            record_crime(
                by=registrar,
                now=at,
                incident_id=contact.incident_id,
                offence="violence-with-injury",
                reason="crime-complained",
            )
        return Contact.objects.get(id=contact.id)

    return made


def test_what_lapses_of_a_domestic_crime_and_nobody_asked_for_is_listed_first_to_go_first(by, with_a_crime):
    soon, sooner = with_a_crime(70), with_a_crime(85)
    asked, new, gone, no_crime = (
        with_a_crime(80),
        with_a_crime(3),
        with_a_crime(200),
        with_a_crime(80, crime=False),
    )
    keep(by(Role.OFFICER), asked)
    found = recordings(by(Role.INTELLIGENCE), at=NOW)
    assert [one.contact.id for one in found.lapsing] == [sooner.id, soon.id]
    assert [one.contact.id for one in found.requested] == [asked.id]
    assert {new.id, gone.id, no_crime.id}.isdisjoint(one.contact.id for one in found.lapsing)
    note_recording(
        by=by(Role.OFFICER), now=NOW, contact_id=sooner.id, reference="R", until=NOW + timedelta(days=200)
    )
    assert [one.contact.id for one in recordings(by(Role.INTELLIGENCE), at=NOW).lapsing] == [soon.id]


# --- pages --------------------------------------------------------------------------------------------


def test_the_pages_ask_answer_and_keep_what_was_typed(by, known, signed_in, plain_static_files):
    at = reverse("contact:recording", args=[known.id])
    officer, desk = signed_in(Role.OFFICER), signed_in(Role.INTELLIGENCE)
    page = officer.get(at).content.decode()
    assert "nobody has asked to keep it" in page
    assert "(not verified)" in page
    wrong = officer.post(at, {"do": "keep", "words": "A child is heard."}).content.decode()
    assert "A child is heard." in wrong
    assert "There is a problem" in wrong
    assert officer.post(at, {"do": "keep", "reason": "keep-for-charge"}).status_code == 302
    assert "What became of it" not in officer.get(at).content.decode()
    assert "Asked for" in desk.get(reverse("contact:recordings")).content.decode()
    assert "needs the exhibit reference" in desk.post(at, {"do": "answer"}).content.decode()
    assert desk.post(at, {"do": "answer", "exhibit": "OP/1"}).status_code == 302
    assert officer.post(at, {"do": "listened"}).status_code == 302
    page = officer.get(at).content.decode()
    assert "OP/1" in page
    assert "The response-officer" in page
    assert officer.post(at, {"do": "shout"}).status_code == 400
    assert (
        "exhibited as"
        in signed_in(Role.CALL_HANDLER).get(reverse("contact:contact", args=[known.id])).content.decode()
    )
