"""Calls recorded as something else: proposed, answered singly, and rules that are mostly wrong switched off."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from throughline.casework.cases.models import Incident
from throughline.casework.contact.commands import knowing, proposing, sending, taking
from throughline.casework.contact.models import Contact, Proposal, RuleSwitch
from throughline.casework.contact.queries.proposing import rules_on
from throughline.casework.contact.rules.proposing import COUNTED
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.people.commands.safety import lift_restriction, restrict
from throughline.casework.people.rules import Conflict
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]
SAID = "my ex has smashed the window and will not go"


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def lost(handler):
    """Make a call that is recorded as criminal damage, and says more than that."""

    def made(words=SAID, recorded_as="criminal-damage", place="", at=NOW):
        call = taking.begin(by=handler, now=at, channel="101")
        fields = {"recorded_as": recorded_as} | ({"place": place} if place else {})
        taking.change(by=handler, now=at, contact_id=call.id, version=1, **fields)
        if words:
            taking.say(by=handler, now=at, contact_id=call.id, words=words)
        return Contact.objects.get(id=call.id)

    return made


def proposed(by):
    proposing.propose(now=NOW)
    by(Role.SUPERVISOR)
    return set(Proposal.objects.values_list("contact", "rule"))


def test_a_call_that_names_a_partner_and_damage_is_proposed_once(by, lost):
    call = lost()
    assert proposed(by) == {(call.id, "partner-damage")}
    assert proposing.propose(now=NOW) == 0


@pytest.mark.parametrize(
    ("words", "recorded_as"),
    [
        ("kids smashed the bus shelter", "criminal-damage"),
        (SAID, "domestic-abuse"),
        (SAID, "road"),
        ("", "violence"),
    ],
)
def test_what_is_not_proposed(by, lost, words, recorded_as):
    lost(words, recorded_as)
    assert proposed(by) == set()


def test_an_address_with_a_domestic_history_is_proposed_unless_it_is_of_somebody_restricted(
    by, lost, handler, add
):
    earlier = lost("", "domestic-abuse", "14 Alma Road, ZT1 0AA", NOW - timedelta(days=30))
    knowing.takes_part(
        by=handler,
        now=NOW,
        contact_id=earlier.id,
        record_id=(her := add("Amina", "Hidden")),
        part="victim",
        confirmed=True,
    )
    taking.change(by=handler, now=NOW, contact_id=earlier.id, version=2, domestic=True)
    call = lost("noise again", "antisocial-behaviour", "14 Alma Road, ZT1 0AA")
    lost("noise", "antisocial-behaviour", "15 Alma Road, ZT1 0AA")
    restrict(by=by(Role.DESK), now=NOW, record_id=her, reason="sensitive-investigation")
    assert proposed(by) == set()
    lift_restriction(by=by(Role.DESK), now=NOW, record_id=her, reason="lift-by-mistake")
    assert proposed(by) == {(call.id, "place-history")}


def test_two_people_known_as_victim_and_suspect_are_proposed(by, lost, handler, add):
    her, him = add("Joanne", "Whitmore"), add("Craig", "Whitmore", sex="1")
    first = lost("", "domestic-abuse")
    call = lost("a row", "civil-dispute")
    for contact in (first, call):
        for record_id, part in ((her, "victim"), (him, "suspect")):
            knowing.takes_part(
                by=handler, now=NOW, contact_id=contact.id, record_id=record_id, part=part, confirmed=True
            )
    assert proposed(by) == {(call.id, "known-pair")}


class TestAnswering:
    def test_accepted_the_incident_is_recorded_as_domestic_abuse(self, by, lost, handler):
        call = lost()
        sending.send(by=handler, now=NOW, contact_id=call.id, grade="emergency", place="14 Alma Road")
        proposed(by)
        proposing.answer(
            by=by(Role.SUPERVISOR), now=NOW, proposal_id=Proposal.objects.get().id, accepted=True
        )
        incident = Incident.objects.get()
        assert (incident.recorded_as, incident.domestic) == ("domestic-abuse", True)
        assert Contact.objects.get().recorded_as == "domestic-abuse"

    def test_one_answer_is_for_every_rule_and_is_not_asked_again(self, by, lost):
        lost("my ex hit me and smashed the window")
        assert len(proposed(by)) == 2
        proposing.answer(
            by=by(Role.SUPERVISOR), now=NOW, proposal_id=Proposal.objects.first().id, accepted=False
        )
        assert set(Proposal.objects.values_list("accepted", flat=True)) == {False}
        assert proposing.propose(now=NOW) == 0

    def test_a_colleagues_answer_stands(self, by, lost):
        lost()
        proposed(by)
        supervisor, one = by(Role.SUPERVISOR), Proposal.objects.get()
        proposing.answer(by=supervisor, now=NOW, proposal_id=one.id, accepted=False)
        assert not proposing.answer(by=supervisor, now=NOW, proposal_id=one.id, accepted=False).accepted
        with pytest.raises(Conflict):
            proposing.answer(by=supervisor, now=NOW, proposal_id=one.id, accepted=True)

    def test_a_batch_through_the_page_keeps_each_by_itself(self, by, lost, signed_in):
        calls = [lost(), lost(), lost()]
        proposed(by)
        ids = {call: Proposal.objects.get(contact=call).id for call in calls}
        browser = signed_in(Role.SUPERVISOR)
        page = text(browser.get(reverse("contact:proposals")))
        assert "3 of 3 calls" in page
        assert SAID in page
        by(Role.SUPERVISOR)
        proposing.answer(by=by(Role.SUPERVISOR), now=NOW, proposal_id=ids[calls[0]], accepted=True)
        browser.post(
            reverse("contact:proposals"),
            {
                f"answer-{ids[calls[0]]}": "no",
                f"answer-{ids[calls[1]]}": "yes",
                f"answer-{ids[calls[2]]}": "later",
                "answer-nonsense": "yes",
            },
        )
        by(Role.SUPERVISOR)
        answers = dict(Proposal.objects.values_list("contact", "accepted"))
        assert answers == {calls[0].id: True, calls[1].id: True, calls[2].id: None}
        page = text(browser.get(reverse("contact:proposals")))
        assert "A colleague had answered 1 otherwise" in page
        assert "Answered: 1" in page
        assert "2 of 2" in page

    def test_one_alone(self, by, lost, signed_in):
        lost()
        proposed(by)
        address = reverse("contact:proposal", args=[Proposal.objects.get().id])
        browser = signed_in(Role.SUPERVISOR)
        assert "1 of 1 calls" in text(browser.get(address))
        browser.post(address, {f"answer-{Proposal.objects.get().id}": "no"})
        assert browser.get(address).status_code == 404


class TestSwitching:
    def _answers(self, by, lost, right, wrong):
        supervisor = by(Role.SUPERVISOR)
        record(supervisor, Event.Kind.WRITE, "test")
        for number in range(right + wrong):
            Proposal.objects.create(
                contact=lost(""),
                rule="partner-damage",
                proposed_at=NOW,
                accepted=number < right,
                answered_at=NOW - timedelta(minutes=1),
                answered_by=supervisor.id,
            )

    def _wrong_once_more(self, by, lost):
        lost()
        proposed(by)
        one = Proposal.objects.get(answered_at=None)
        proposing.answer(by=by(Role.SUPERVISOR), now=NOW, proposal_id=one.id, accepted=False)

    def test_a_rule_that_is_mostly_wrong_is_switched_off_and_on_again_by_a_person(self, by, lost, signed_in):
        self._answers(by, lost, 9, COUNTED - 10)
        self._wrong_once_more(by, lost)
        assert "partner-damage" not in {rule.code for rule in rules_on(london_day(NOW))}
        browser = signed_in(Role.SUPERVISOR)
        page = text(browser.get(reverse("contact:proposals")))
        assert "mostly wrong" in page
        assert "9 of 50" in page
        assert "18 in 100" in page
        assert (
            browser.post(reverse("contact:switch-rule"), {"rule": "partner-damage", "on": "yes"}).status_code
            == 302
        )
        by(Role.SUPERVISOR)
        assert "partner-damage" in {rule.code for rule in rules_on(london_day(NOW))}
        # what was answered before it was switched on again does not switch it off at once
        self._wrong_once_more(by, lost)
        by(Role.SUPERVISOR)
        assert RuleSwitch.objects.order_by("-at").first().on

    def test_one_in_five_right_is_enough(self, by, lost):
        self._answers(by, lost, 10, COUNTED - 11)
        self._wrong_once_more(by, lost)
        assert not RuleSwitch.objects.exists()

    def test_no_rule_of_another_name_is_switched(self, signed_in):
        assert (
            signed_in(Role.SUPERVISOR)
            .post(reverse("contact:switch-rule"), {"rule": "none", "on": "no"})
            .status_code
            == 403
        )
