"""Samples: drawn so that nobody chooses, judged singly, and read by the handler alone."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from throughline.casework.contact.commands import reviewing, sending, taking
from throughline.casework.contact.models import Sample
from throughline.casework.contact.queries.reviewing import pool_of
from throughline.casework.contact.rules.sampling import draw
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]
LAST_WEEK = NOW - timedelta(days=7)


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def handlers(accounts, team):
    more = User.objects.create_user(
        "other", name="Another handler", role=Role.CALL_HANDLER.value, team=team, made_at=NOW
    )
    return [accounts[Role.CALL_HANDLER].actor, more.actor]


@pytest.fixture
def week(by, handlers):
    """Five contacts of last week of each of two handlers, one of each with an appointment."""
    by(Role.CALL_HANDLER)
    made = []
    for handler in handlers:
        for number in range(5):
            call = taking.begin(by=handler, now=LAST_WEEK, channel="999")
            later = (
                {
                    "grade": "appointment",
                    "appointment_at": NOW,
                    "reason": "deploy-victim-asks-later",
                    "words": "x",
                }
                if number == 0
                else {"grade": "emergency"}
            )
            sending.send(by=handler, now=LAST_WEEK, contact_id=call.id, place="14 Alma Road", **later)
            made.append(taking.end(by=handler, now=LAST_WEEK, contact_id=call.id))
    return made


def test_every_handler_is_sampled_and_the_same_can_be_drawn_again(by, week, handlers):
    supervisor = by(Role.SUPERVISOR)
    drawn = reviewing.draw_random(by=supervisor, now=NOW)
    assert len(drawn) == 2 * reviewing.EACH
    assert {one.contact.taken_by for one in drawn} == {one.id for one in handlers}
    [seed] = {one.seed for one in drawn}
    period, pool = pool_of(now=NOW)
    assert seed.startswith(f"{period} seal ")
    again = draw(pool, seed=seed, each=reviewing.EACH)
    assert {one.contact_id for one in drawn} == {contact for theirs in again.values() for contact in theirs}
    assert {one.drawn_of for one in drawn} == {5}
    # nobody draws until they like it
    assert reviewing.draw_random(by=supervisor, now=NOW) == []


def test_appointments_are_sampled_apart(by, week):
    drawn = reviewing.draw_random(by=by(Role.SUPERVISOR), now=NOW, appointments=True)
    assert len(drawn) == 2
    assert all(one.contact.deployments.get().appointment for one in drawn)


def test_this_weeks_contacts_are_not_in_the_pool(by, call, handler):
    sending.send(by=handler, now=NOW, contact_id=call.id, grade="emergency", place="1 A St")
    taking.end(by=handler, now=NOW, contact_id=call.id)
    assert reviewing.draw_random(by=by(Role.SUPERVISOR), now=NOW) == []


def test_a_live_contact_is_sampled_once_and_a_supervisors_own_never(by, call):
    supervisor = by(Role.SUPERVISOR)
    one = reviewing.listen_in(by=supervisor, now=NOW, contact_id=call.id)
    assert reviewing.listen_in(by=supervisor, now=NOW, contact_id=call.id) == one
    mine = taking.begin(by=supervisor, now=NOW, channel="101")
    with pytest.raises(Refused):
        reviewing.listen_in(by=supervisor, now=NOW, contact_id=mine.id)


def test_a_fault_needs_words_and_what_was_judged_stays(by, call):
    supervisor = by(Role.SUPERVISOR)
    sample = reviewing.listen_in(by=supervisor, now=NOW, contact_id=call.id)
    with pytest.raises(Malformed, match="feedback"):
        reviewing.judge(by=supervisor, now=NOW, sample_id=sample.id, verdict="danger-missed", feedback=" ")
    with pytest.raises(Malformed, match="verdict"):
        reviewing.judge(by=supervisor, now=NOW, sample_id=sample.id, verdict="seven", feedback="")
    reviewing.judge(by=supervisor, now=NOW, sample_id=sample.id, verdict="sound", feedback="")
    with pytest.raises(Malformed, match="already"):
        reviewing.judge(by=supervisor, now=NOW, sample_id=sample.id, verdict="good", feedback="")


def test_the_handler_reads_it_on_their_page_and_nobody_elses(by, call, signed_in, accounts, handlers, enter):
    supervisor = signed_in(Role.SUPERVISOR)
    assert supervisor.post(reverse("contact:listen-in", args=[call.id])).status_code == 302
    by(Role.SUPERVISOR)
    sample = Sample.objects.get()
    address = reverse("contact:sample", args=[sample.id])
    assert "Select an answer to “What did you find" in text(supervisor.post(address, {}))
    typed = {"verdict": "prompts-missed", "feedback": "Ask whether he can hear"}
    assert supervisor.post(address, typed).status_code == 302
    assert "not read yet" in text(supervisor.get(reverse("contact:samples")))
    handler = signed_in(Role.CALL_HANDLER)
    page = text(handler.get(reverse("contact:feedback")))
    assert "Questions that had to be asked were not" in page
    assert "Ask whether he can hear" in page
    other = signed_in(Role.FRONT_COUNTER)
    assert "Ask whether he can hear" not in text(other.get(reverse("contact:feedback")))
    assert other.post(reverse("contact:read-feedback", args=[sample.id])).status_code == 404
    assert handler.post(reverse("contact:read-feedback", args=[sample.id])).status_code == 302
    assert "I have read this" not in text(handler.get(reverse("contact:feedback")))
    by(Role.SUPERVISOR)
    assert Sample.objects.get().read_at is not None


def test_drawing_through_the_page(week, signed_in):
    browser = signed_in(Role.SUPERVISOR)
    assert "Nothing waits" in text(browser.get(reverse("contact:samples")))
    assert browser.post(reverse("contact:draw"), {"from": "all"}).status_code == 302
    page = text(browser.get(reverse("contact:samples")))
    assert "Drawn: 4" in page
    assert "of 5; seed" in page
    browser.post(reverse("contact:draw"), {"from": "all"})
    assert "Nothing more to draw" in text(browser.get(reverse("contact:samples")))
