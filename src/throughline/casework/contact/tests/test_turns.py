"""Turns: who is on duty, handing over by name, and that nothing falls between."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from throughline.casework.contact.commands import taking, turns
from throughline.casework.contact.models import Handover, Shift
from throughline.casework.contact.queries.turns import duties_of, holders, on_duty
from throughline.casework.contact.rules.turns import Holder
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]
LATER = NOW + timedelta(hours=8)


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def next_one(accounts, team):
    """The supervisor of the next turn."""
    return User.objects.create_user(
        "next", name="Noor of the next turn", role=Role.SUPERVISOR.value, team=team, made_at=NOW
    ).actor


@pytest.fixture
def duty(by, add):
    """Something open on the supervisors' list, about somebody new each time."""

    def made():
        her = add("Joanne", "Whitmore")
        record(by(Role.SUPERVISOR), Event.Kind.WRITE, "test")
        return open_duty("clerical-review", now=NOW, record_id=her, cause="lookup", role=Role.SUPERVISOR)

    return made


def test_a_turn_begins_lasts_longer_and_ends(by, handler):
    turns.start_turn(by=handler, now=NOW, ends_at=LATER)
    turns.start_turn(by=handler, now=NOW, ends_at=LATER + timedelta(hours=1))
    [mine] = on_duty(NOW)
    assert (mine.user, mine.ends_at) == (handler.id, LATER + timedelta(hours=1))
    assert on_duty(LATER + timedelta(hours=2)) == []
    turns.end_turn(by=handler, now=NOW)
    turns.end_turn(by=handler, now=NOW)
    assert on_duty(NOW) == []
    with pytest.raises(Malformed):
        turns.start_turn(by=handler, now=NOW, ends_at=NOW + timedelta(hours=17))


def test_a_turn_that_nobody_ended_ended_when_it_was_to(by, handler):
    turns.start_turn(by=handler, now=NOW - timedelta(days=1), ends_at=NOW - timedelta(hours=16))
    turns.start_turn(by=handler, now=NOW, ends_at=LATER)
    assert set(Shift.objects.values_list("ended_at", flat=True)) == {NOW - timedelta(hours=16), None}


class TestHandingOver:
    def test_it_is_accepted_by_name_and_once(self, by, duty, next_one, handler):
        open_one = duty()
        taking.begin(by=by(Role.CALL_HANDLER), now=NOW, channel="999")
        supervisor = by(Role.SUPERVISOR)
        offered = turns.offer(
            by=supervisor, now=NOW, words="The flat in Alma Road: nobody has seen the child"
        )
        assert offered.duties == [open_one.id]
        assert len(offered.contacts) == 1
        assert holders(supervisor)[open_one.id].holder is Holder.OFFERED
        with pytest.raises(Refused):
            turns.accept(by=supervisor, now=NOW, handover_id=offered.id)
        with pytest.raises(Malformed):
            turns.accept(by=next_one, now=NOW, handover_id=offered.id)
        turns.start_turn(by=next_one, now=NOW, ends_at=LATER)
        turns.accept(by=next_one, now=NOW, handover_id=offered.id)
        taken = turns.accept(by=next_one, now=NOW, handover_id=offered.id)
        assert (taken.accepted_by, taken.accepted_at) == (next_one.id, NOW)
        assert holders(supervisor)[open_one.id].by == next_one.id
        assert Duty.objects.get(kind="handover-acceptance").outcome == "accepted"

    def test_a_colleague_who_was_quicker_has_it(self, by, next_one, accounts, team):
        third = User.objects.create_user(
            "third", name="C", role=Role.SUPERVISOR.value, team=team, made_at=NOW
        )
        offered = turns.offer(by=by(Role.SUPERVISOR), now=NOW)
        for one in (next_one, third.actor):
            turns.start_turn(by=one, now=NOW, ends_at=LATER)
        turns.accept(by=next_one, now=NOW, handover_id=offered.id)
        with pytest.raises(Conflict):
            turns.accept(by=third.actor, now=NOW, handover_id=offered.id)

    def test_offered_again_it_is_the_same_offer_with_what_is_open_by_now(self, by, duty):
        first = duty()
        turns.offer(by=by(Role.SUPERVISOR), now=NOW, words="one")
        second = duty()
        turns.offer(by=by(Role.SUPERVISOR), now=NOW, words="two")
        [offered] = Handover.objects.all()
        assert (set(offered.duties), offered.words) == ({first.id, second.id}, "two")

    def test_the_last_supervisor_does_not_leave_duties_with_nobody(self, by, duty, next_one):
        duty()
        supervisor = by(Role.SUPERVISOR)
        turns.start_turn(by=supervisor, now=NOW, ends_at=LATER)
        with pytest.raises(Malformed):
            turns.end_turn(by=supervisor, now=NOW)
        turns.offer(by=supervisor, now=NOW)
        turns.end_turn(by=supervisor, now=NOW)
        assert on_duty(NOW) == []

    def test_with_a_colleague_there_it_stays_with_the_turn(self, by, duty, next_one):
        duty()
        supervisor = by(Role.SUPERVISOR)
        for one in (supervisor, next_one):
            turns.start_turn(by=one, now=NOW, ends_at=LATER)
        turns.end_turn(by=supervisor, now=NOW)
        assert [one.user for one in on_duty(NOW)] == [next_one.id]

    def test_an_offer_that_nobody_accepts_is_shown_and_overdue(self, by, next_one, signed_in, enter):
        offered = turns.offer(by=by(Role.SUPERVISOR), now=NOW - timedelta(hours=1))
        page = text(signed_in(Role.SUPERVISOR).get(reverse("contact:supervision")))
        assert "Nobody has accepted it" in page
        assert "yours until somebody accepts it" in page
        assert Duty.objects.get(kind="handover-acceptance", record_id=offered.id).due_at < NOW

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.sampled_from(["open", "done", "offer", "accept"]), max_size=10))
    def test_every_open_duty_is_with_the_turn_offered_or_accepted(self, by, duty, next_one, steps):
        supervisor = by(Role.SUPERVISOR)
        turns.start_turn(by=next_one, now=NOW, ends_at=LATER)
        for number, step in enumerate(steps):
            at = NOW + timedelta(minutes=number)
            by(Role.SUPERVISOR)
            match step:
                case "open":
                    duty()
                case "done":
                    for one in duties_of(Role.SUPERVISOR).filter(kind="clerical-review")[:1]:
                        discharge(by=supervisor, now=at, duty_id=one.id, outcome="joined")
                case "offer":
                    turns.offer(by=supervisor, now=at)
                case "accept":
                    for one in Handover.objects.filter(accepted_at=None):
                        turns.accept(by=next_one, now=at, handover_id=one.id)
            held = holders(supervisor)
            assert held.keys() == set(duties_of(Role.SUPERVISOR).values_list("id", flat=True))
            for one in held.values():
                assert (one.by is None) == (one.holder is Holder.TURN)
                assert one.by in {None, supervisor.id, next_one.id}


@pytest.mark.parametrize("role", [Role.SERGEANT, Role.INSPECTOR, Role.HUB])
class TestEveryRoleThatHandsOver:
    @pytest.fixture
    def theirs(self, by, add, role):
        """Something open on the list of the role."""
        record(by(role), Event.Kind.WRITE, "test")
        her = add("Joanne", "Whitmore")
        record(by(role), Event.Kind.WRITE, "test")
        kind = {"response-sergeant": "risk-check", "duty-inspector": "risk-check-high"}.get(
            role, "hub-review"
        )
        return open_duty(kind, now=NOW, record_id=her, about=her, cause="assessed")

    def test_duties_go_and_contacts_stay_with_the_control_room(self, by, role, theirs, handler):
        taking.begin(by=by(Role.CALL_HANDLER), now=NOW, channel="999")
        offered = turns.offer(by=by(role), now=NOW, words="Mind the flat")
        assert (offered.role, offered.duties, offered.contacts) == (role, [theirs.id], [])
        assert Duty.objects.get(kind="handover-acceptance").role == role

    def test_the_last_does_not_leave_with_what_is_open(self, by, role, theirs):
        me = by(role)
        turns.start_turn(by=me, now=NOW, ends_at=LATER)
        with pytest.raises(Malformed):
            turns.end_turn(by=me, now=NOW)
        turns.offer(by=me, now=NOW)
        turns.end_turn(by=me, now=NOW)
        assert on_duty(NOW) == []

    def test_it_is_accepted_by_name_within_the_role_alone(self, by, role, theirs, accounts, team, signed_in):
        coming = User.objects.create_user("next", name="Next", role=role.value, team=team, made_at=NOW).actor
        offered = turns.offer(by=by(role), now=NOW)
        by(Role.SUPERVISOR)
        with pytest.raises(Refused):
            turns.accept(by=accounts[Role.SUPERVISOR].actor, now=NOW, handover_id=offered.id)
        by(role)
        turns.start_turn(by=coming, now=NOW, ends_at=LATER)
        assert turns.accept(by=coming, now=NOW, handover_id=offered.id).accepted_by == coming.id
        assert holders(by(role))[theirs.id].by == coming.id

    def test_through_the_pages_it_leads_to_ones_own_turn(self, by, role, theirs, signed_in):
        browser = signed_in(role)
        page = text(browser.get(reverse("contact:hand-over")))
        assert "Open duties" in page
        answer = browser.post(reverse("contact:hand-over"), {"words": "Mind the flat"})
        assert answer["Location"] == reverse("contact:turn")
        assert "yours until somebody accepts it" in text(browser.get(reverse("contact:turn")))


def test_through_the_pages(by, duty, next_one, signed_in, enter, accounts):
    duty()
    browser = signed_in(Role.SUPERVISOR)
    assert "You are not on duty" in text(browser.get(reverse("contact:supervision")))
    page = browser.get(reverse("contact:turn")).content.decode()
    until = re.search(r'<option value="(2[^"]+)"', page)[1]
    assert browser.post(reverse("contact:turn"), {"ends_at": until}).status_code == 302
    assert "Your turn ends" in text(browser.get(reverse("contact:supervision")))
    assert browser.post(reverse("contact:end-turn"))["Location"] == reverse("contact:hand-over")
    page = text(browser.get(reverse("contact:hand-over")))
    assert "Hand over what is open first" in page
    assert "Two records may be of one person: 1" in page
    assert browser.post(reverse("contact:hand-over"), {"words": "Mind the flat"}).status_code == 302
    by(Role.SUPERVISOR)
    offered = Handover.objects.get()
    # the next turn, in a browser of their own
    coming = enter(type(browser)(), User.objects.get(username="next"))
    address = reverse("contact:handover", args=[offered.id])
    page = text(coming.get(address))
    assert "Mind the flat" in page
    assert "Accept it as Noor of the next turn" in page
    refused = coming.post(address)
    assert "Begin your turn first" in text(refused)
    assert f'href="{reverse("contact:turn")}">Begin your turn</a>' in refused.content.decode()
    coming.post(reverse("contact:turn"), {"ends_at": until})
    assert coming.post(address).status_code == 302
    assert "Accepted by Noor of the next turn" in text(coming.get(address))
