"""A supervisor's list, second looks and signing off, on the database and through the pages."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from throughline.casework.cases.commands.crimes import not_a_crime
from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.incidents import close_incident, open_incident, reclassify
from throughline.casework.cases.rules import NotYet
from throughline.casework.contact.commands import asking, knowing, reviewing, sending, taking, turns
from throughline.casework.contact.models import Contact, Deployment
from throughline.casework.contact.queries.reviewing import to_be_signed_off
from throughline.casework.contact.queries.supervising import supervisors_list
from throughline.casework.contact.rules.danger import Sign
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.people.commands.recording import relate, set_marker
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.rules import Action, Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.queries import library

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]
AFTER = NOW + timedelta(minutes=1)
LATER = {"reason": "deploy-victim-asks-later", "words": "She asks for ten o’clock"}


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def decided(handler, call):
    """A call about domestic abuse to which nobody is sent."""
    taking.change(by=handler, now=NOW, contact_id=call.id, version=1, domestic=True, place="14 Alma Road")
    taking.say(by=handler, now=NOW, contact_id=call.id, words="he has locked me in")
    sending.send(by=handler, now=NOW, contact_id=call.id, grade="nobody", **LATER)
    return call


@pytest.fixture
def colleague(accounts, team):
    """Another supervisor."""
    return User.objects.create_user(
        "second", name="A second supervisor", role=Role.SUPERVISOR.value, team=team, made_at=NOW
    )


def the_list(by, now=NOW + timedelta(seconds=1)):
    return supervisors_list(by(Role.SUPERVISOR), now=now)


class TestTheList:
    def test_an_empty_list_says_so(self, signed_in):
        page = text(signed_in(Role.SUPERVISOR).get(reverse("contact:supervision")))
        assert "No open contact shows a sign of danger" in page
        assert "No decision waits for a second look" in page
        assert "Nothing stands still" in page

    def test_each_sign_is_said_and_the_suspect_at_large_comes_first(self, by, handler, add):
        victim, suspect = add("Joanne", "Whitmore"), add("Craig", "Whitmore", sex="1")
        older = taking.begin(by=handler, now=NOW - timedelta(hours=1), channel="999")
        sending.send(
            by=handler, now=NOW - timedelta(hours=1), contact_id=older.id, grade="emergency", place="1 A St"
        )
        newer = taking.begin(by=handler, now=NOW, channel="999")
        for record_id, part in ((victim, "victim"), (suspect, "suspect")):
            knowing.takes_part(
                by=handler, now=NOW, contact_id=newer.id, record_id=record_id, part=part, confirmed=True
            )
        set_marker(by=handler, now=NOW, record_id=suspect, code="weapons")
        set_fact(by=handler, now=NOW, kind="warrant", record_id=suspect, valid_from=NOW)
        found = the_list(by)
        assert [one.contact.id for one in found.now] == [newer.id, older.id]
        assert found.now[0].signs == (Sign.AT_LARGE, Sign.MARKER)
        assert found.now[0].people == "Joanne Whitmore / Craig Whitmore"
        assert found.now[1].signs == (Sign.OVERDUE,)

    def test_words_of_danger_and_nobody_sent_is_a_mismatch(self, by, decided):
        [one] = the_list(by).now
        assert one.signs == (Sign.MISMATCH,)
        assert one.spoken == ("Somebody cannot leave",)

    def test_whoever_stands_still_is_shown(self, by, handler):
        then = NOW - timedelta(hours=1)
        taking.receive(by=handler, now=then, channel="999", number="07700 900555")
        idle = taking.begin(by=handler, now=then, channel="101")
        busy = taking.begin(by=handler, now=then, channel="101")
        taking.say(by=handler, now=NOW, contact_id=busy.id, words="still talking")
        found = the_list(by).stuck
        assert {one.code for one in found} == {"not-taken", "idle"}
        assert {one.contact.id for one in found if one.code == "idle"} == {idle.id}

    def test_one_look_names_everybody_shown_and_nothing_is_written(self, by, signed_in, handler, call, add):
        victim = add("Joanne", "Whitmore")
        knowing.takes_part(
            by=handler, now=NOW, contact_id=call.id, record_id=victim, part="victim", confirmed=True
        )
        browser = signed_in(Role.SUPERVISOR)
        assert "Joanne Whitmore" in text(browser.get(reverse("contact:supervision")))
        [look] = Event.objects.filter(kind=Event.Kind.LOOK, action=Action.SUPERVISE)
        assert look.subjects == [victim]

    def test_a_contact_of_somebody_restricted_is_not_there(self, by, handler, call, add):
        victim = add("Amina", "Hidden")
        knowing.takes_part(
            by=handler, now=NOW, contact_id=call.id, record_id=victim, part="victim", confirmed=True
        )
        restrict(by=by(Role.DESK), now=NOW, record_id=victim, reason="sensitive-investigation")
        found = the_list(by)
        assert not found.quiet
        assert not found.now

    def test_the_order_is_explained(self, signed_in):
        page = text(signed_in(Role.SUPERVISOR).get(reverse("contact:why-this-order")))
        assert "there is no score" in page
        assert "on bail" in page


class TestDecidedNotTo:
    def test_agreeing_tells_the_maker_and_ends_the_duty(self, by, decided, signed_in):
        browser = signed_in(Role.SUPERVISOR)
        page = browser.get(reverse("contact:decision", args=[decided.id]))
        assert "he has locked me in" in text(page)
        assert "She asks for ten" in text(page)
        answer = browser.post(
            reverse("contact:decision", args=[decided.id]), {"answer": "agree", "feedback": "Well explained"}
        )
        assert answer.status_code == 302
        by(Role.SUPERVISOR)
        assert Duty.objects.get(kind="deployment-review").outcome == "agreed"
        assert Review.objects.get().agreed
        told = text(signed_in(Role.CALL_HANDLER).get(reverse("contact:feedback")))
        assert "Your decision was agreed with" in told
        assert "Well explained" in told

    def test_what_is_known_by_now_is_read_in_the_look_of_the_brief_and_named_in_the_log(
        self, by, decided, signed_in, add
    ):
        handler, her = by(Role.CALL_HANDLER), add("Joanne", "Whitmore")
        child = add("Ellie", "Whitmore", born=london_day(NOW) - timedelta(days=6 * 365))
        relate(by=handler, now=NOW, record_id=her, kind="child", other_id=child)
        set_marker(by=handler, now=NOW, record_id=her, code="intimidated")
        knowing.takes_part(
            by=handler, now=NOW, contact_id=decided.id, record_id=her, part="victim", confirmed=True
        )
        page = text(signed_in(Role.SUPERVISOR).get(reverse("contact:decision", args=[decided.id])))
        assert "What is known by now" in page
        assert "Danger Held" in page
        assert "Ellie Whitmore, 5" in page or "Ellie Whitmore, 6" in page
        look = Event.objects.filter(kind=Event.Kind.LOOK, role=Role.SUPERVISOR).latest("id")
        assert {her, child} <= set(look.subjects)

    def test_deciding_otherwise_sends_somebody_and_gives_the_work_back(
        self, by, decided, accounts, signed_in
    ):
        turns.start_turn(by=by(Role.CALL_HANDLER), now=NOW, ends_at=NOW + timedelta(hours=3))
        answer = signed_in(Role.SUPERVISOR).post(
            reverse("contact:decision", args=[decided.id]),
            {"answer": "otherwise", "grade": "emergency", "feedback": "She is locked in: go"},
        )
        assert answer.status_code == 302
        by(Role.SUPERVISOR)
        sent = Deployment.objects.get(superseded_by=None)
        assert (sent.grade, sent.decided_by) == ("emergency", accounts[Role.SUPERVISOR].id)
        assert Duty.objects.get(kind="deployment-review").outcome == "overturned"
        back = Duty.objects.get(kind="returned-contact")
        assert (back.owner, back.about) == (accounts[Role.CALL_HANDLER].id, decided.id)

    def test_work_comes_back_to_the_supervisor_where_nobody_is_on_duty(self, by, decided):
        reviewing.overturn(
            by=by(Role.SUPERVISOR),
            now=NOW,
            contact_id=decided.id,
            grade="priority",
            feedback="Go within the hour",
        )
        back = Duty.objects.get(kind="returned-unclaimed")
        assert (back.role, back.owner) == (Role.SUPERVISOR, None)

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({}, "Select an answer to “What do you decide"),
            ({"answer": "otherwise", "feedback": "Go"}, "say who is sent"),
            ({"answer": "otherwise", "grade": "emergency"}, "say why you decided otherwise"),
        ],
    )
    def test_what_is_missing_is_said(self, by, decided, signed_in, typed, said):
        page = signed_in(Role.SUPERVISOR).post(reverse("contact:decision", args=[decided.id]), typed)
        assert said in text(page)
        by(Role.SUPERVISOR)
        assert not Review.objects.exists()

    def test_nobody_reviews_their_own(self, by, call):
        supervisor = by(Role.SUPERVISOR)
        sending.send(by=supervisor, now=NOW, contact_id=call.id, grade="nobody", **LATER)
        for review in (
            lambda: reviewing.agree(by=supervisor, now=NOW, contact_id=call.id),
            lambda: reviewing.overturn(
                by=supervisor, now=NOW, contact_id=call.id, grade="emergency", feedback="x", place="1 A St"
            ),
        ):
            with pytest.raises(Refused):
                review()
        assert not Review.objects.exists()
        [shown] = the_list(by).reviews
        assert shown.mine

    def test_deciding_otherwise_but_later_is_itself_reviewed_by_another(self, by, decided, colleague):
        supervisor = by(Role.SUPERVISOR)
        reviewing.overturn(
            by=supervisor,
            now=AFTER,
            contact_id=decided.id,
            grade="routine",
            feedback="See her today",
            **LATER,
        )
        assert Duty.objects.filter(kind="deployment-review", discharged_at=None).count() == 1
        with pytest.raises(Refused):
            reviewing.agree(by=supervisor, now=NOW, contact_id=decided.id)
        reviewing.agree(by=colleague.actor, now=AFTER, contact_id=decided.id)
        assert not Duty.objects.filter(kind="deployment-review", discharged_at=None).exists()

    def test_without_a_decision_that_waits_the_list_says_so(self, call, signed_in):
        page = signed_in(Role.SUPERVISOR).get(reverse("contact:decision", args=[call.id]), follow=True)
        assert "Nothing waits about that contact" in text(page)


class TestSigningOff:
    @pytest.fixture
    def over(self, by, decided):
        reviewing.agree(by=by(Role.SUPERVISOR), now=NOW, contact_id=decided.id)
        return taking.end(by=by(Role.CALL_HANDLER), now=NOW, contact_id=decided.id)

    def test_the_worker_calls_for_it_once_and_an_incident_closes_only_through_it(self, by, over):
        assert reviewing.call_for_sign_offs(now=NOW) == 1
        assert reviewing.call_for_sign_offs(now=NOW) == 0
        supervisor = by(Role.SUPERVISOR)
        with pytest.raises(NotYet) as missing:
            close_incident(by=supervisor, now=NOW, incident_id=over.incident_id, closed_as="attended")
        assert "contact-sign-off" in missing.value.why
        reviewing.sign_off(by=supervisor, now=NOW, contact_id=over.id, reason="sign-off-complete")
        duty = Duty.objects.get(kind="contact-sign-off")
        assert (duty.about, duty.outcome) == (over.incident_id, "signed-off")
        with pytest.raises(NotYet) as missing:
            close_incident(by=supervisor, now=NOW, incident_id=over.incident_id, closed_as="attended")
        assert "contact-sign-off" not in missing.value.why

    def test_the_list_says_by_when_and_since_when_it_is_overdue(self, by, over):
        assert the_list(by).sign_offs[0].due_at is None
        reviewing.call_for_sign_offs(now=NOW)
        [one] = the_list(by).sign_offs
        assert one.due_at
        assert not one.late
        [late] = the_list(by, now=one.due_at + timedelta(minutes=1)).sign_offs
        assert late.late

    def test_several_calls_of_one_incident_are_each_signed_off(self, by, over):
        handler = by(Role.CALL_HANDLER)
        second = taking.begin(by=handler, now=NOW, channel="999")
        knowing.same_incident(by=handler, now=NOW, contact_id=second.id, incident_id=over.incident_id)
        sending.send(by=handler, now=NOW, contact_id=second.id, grade="emergency", place="14 Alma Road")
        taking.end(by=handler, now=NOW, contact_id=second.id)
        reviewing.call_for_sign_offs(now=NOW)
        supervisor = by(Role.SUPERVISOR)
        reviewing.sign_off(by=supervisor, now=NOW, contact_id=over.id, reason="sign-off-complete")
        assert Duty.objects.get(kind="contact-sign-off").discharged_at is None
        reviewing.sign_off(by=supervisor, now=NOW, contact_id=second.id, reason="sign-off-complete")
        assert Duty.objects.get(kind="contact-sign-off").discharged_at == NOW

    def test_an_incident_that_was_signed_off_does_not_close_while_another_contact_of_it_goes_on(
        self, by, over, everything_done, signed_in
    ):
        supervisor = by(Role.SUPERVISOR)
        reviewing.sign_off(by=supervisor, now=NOW, contact_id=over.id, reason="sign-off-complete")
        handler = by(Role.CALL_HANDLER)
        second = taking.begin(by=handler, now=NOW, channel="999")
        knowing.same_incident(by=handler, now=NOW, contact_id=second.id, incident_id=over.incident_id)
        by(Role.SUPERVISOR)
        duty = Duty.objects.get(kind="contact-sign-off", discharged_at=None)
        assert (duty.about, duty.causes) == (over.incident_id, ["another-contact"])
        closing = {"incident_id": over.incident_id, "closed_as": "attended"}
        with pytest.raises(NotYet) as missing:
            close_incident(by=by(Role.SUPERVISOR), now=NOW, **closing)
        assert "contact-sign-off" in missing.value.why
        # from the duty to the contact that goes on
        to = signed_in(Role.SUPERVISOR).get(reverse("contact:next-sign-off", args=[over.incident_id]))
        assert to["Location"] == reverse("contact:contact", args=[second.id])
        assert reviewing.call_for_sign_offs(now=NOW) == 0
        handler = by(Role.CALL_HANDLER)
        sending.send(by=handler, now=NOW, contact_id=second.id, grade="emergency", place="14 Alma Road")
        taking.end(by=handler, now=NOW, contact_id=second.id)
        supervisor = by(Role.SUPERVISOR)
        reviewing.sign_off(by=supervisor, now=NOW, contact_id=second.id, reason="sign-off-complete")
        everything_done(over.incident_id)
        assert close_incident(by=by(Role.SUPERVISOR), now=NOW, **closing).closed_at == NOW

    def test_signing_off_one_of_two_leaves_the_incident_to_the_one_that_goes_on(self, by, over):
        reviewing.call_for_sign_offs(now=NOW)
        handler = by(Role.CALL_HANDLER)
        second = taking.begin(by=handler, now=NOW, channel="999")
        knowing.same_incident(by=handler, now=NOW, contact_id=second.id, incident_id=over.incident_id)
        supervisor = by(Role.SUPERVISOR)
        reviewing.sign_off(by=supervisor, now=NOW, contact_id=over.id, reason="sign-off-complete")
        assert Duty.objects.get(kind="contact-sign-off").discharged_at is None
        # it turns out to be of another incident: nothing is left to sign off of this one
        other = open_incident(
            by=by(Role.CALL_HANDLER), now=NOW, recorded_as="domestic-abuse", has_contact=True
        )
        handler = by(Role.CALL_HANDLER)
        knowing.same_incident(by=handler, now=NOW, contact_id=second.id, incident_id=other.id)
        reviewing.call_for_sign_offs(now=NOW)
        by(Role.SUPERVISOR)
        duty = Duty.objects.get(kind="contact-sign-off", about=over.incident_id)
        assert duty.outcome == "no-longer-needed"

    def test_judged_domestic_after_all_it_waits_for_the_contact_that_goes_on(self, by, over):
        by(Role.SUPERVISOR)
        reviewing.sign_off(by=by(Role.SUPERVISOR), now=NOW, contact_id=over.id, reason="sign-off-complete")
        told = {"incident_id": over.incident_id, "recorded_as": "domestic-abuse"}
        reclassify(by=by(Role.OFFICER), now=NOW, domestic=False, **told)
        handler = by(Role.CALL_HANDLER)
        second = taking.begin(by=handler, now=NOW, channel="999")
        knowing.same_incident(by=handler, now=NOW, contact_id=second.id, incident_id=over.incident_id)
        by(Role.SUPERVISOR)
        assert not Duty.objects.filter(kind="contact-sign-off", discharged_at=None).exists()
        reclassify(by=by(Role.OFFICER), now=NOW, domestic=True, **told)
        reviewing.call_for_sign_offs(now=NOW)
        by(Role.SUPERVISOR)
        assert Duty.objects.get(kind="contact-sign-off", discharged_at=None).about == over.incident_id

    def test_a_call_about_what_an_officer_wrote_down_is_signed_off_before_that_closes(
        self, by, everything_done
    ):
        incident = open_incident(by=by(Role.OFFICER), now=NOW, recorded_as="domestic-abuse")
        not_a_crime(by=by(Role.REGISTRAR), now=NOW, incident_id=incident.id, reason="no-crime-none-described")
        handler = by(Role.CALL_HANDLER)
        call = taking.begin(by=handler, now=NOW, channel="999")
        knowing.same_incident(by=handler, now=NOW, contact_id=call.id, incident_id=incident.id)
        sending.send(by=handler, now=NOW, contact_id=call.id, grade="emergency", place="14 Alma Road")
        taking.end(by=handler, now=NOW, contact_id=call.id)
        supervisor = by(Role.SUPERVISOR)
        closing = {"by": supervisor, "now": NOW, "incident_id": incident.id, "closed_as": "attended"}
        with pytest.raises(NotYet) as missing:
            close_incident(**closing)
        assert "contact-sign-off" in missing.value.why
        reviewing.sign_off(by=supervisor, now=NOW, contact_id=call.id, reason="sign-off-complete")
        everything_done(incident.id)
        assert close_incident(**closing).closed_at == NOW

    def test_not_before_it_is_over_nor_while_a_review_waits_nor_by_oneself(self, by, decided):
        supervisor = by(Role.SUPERVISOR)
        with pytest.raises(Malformed, match="not over"):
            reviewing.sign_off(by=supervisor, now=NOW, contact_id=decided.id, reason="sign-off-complete")
        taking.end(by=by(Role.CALL_HANDLER), now=NOW, contact_id=decided.id)
        supervisor = by(Role.SUPERVISOR)
        with pytest.raises(Malformed, match="review"):
            reviewing.sign_off(by=supervisor, now=NOW, contact_id=decided.id, reason="sign-off-complete")
        Contact.objects.filter(id=decided.id).update(taken_by=supervisor.id)
        with pytest.raises(Refused):
            reviewing.sign_off(by=supervisor, now=NOW, contact_id=decided.id, reason="sign-off-complete")

    def test_every_log_of_somebody_vulnerable_is_screened(self, by, handler, call, add):
        woman = add("Elsie", "Marsh")
        set_marker(by=handler, now=NOW, record_id=woman, code="vulnerable-adult")
        knowing.takes_part(
            by=handler, now=NOW, contact_id=call.id, record_id=woman, part="caller", confirmed=True
        )
        taking.change(by=handler, now=NOW, contact_id=call.id, version=1, domestic=False)
        sending.send(by=handler, now=NOW, contact_id=call.id, grade="emergency", place="1 A St")
        assert not to_be_signed_off().exists()
        taking.end(by=handler, now=NOW, contact_id=call.id)
        by(Role.SUPERVISOR)
        assert list(to_be_signed_off()) == [Contact.objects.get(id=call.id)]
        reviewing.call_for_sign_offs(now=NOW)
        by(Role.SUPERVISOR)
        assert Duty.objects.get(kind="contact-sign-off").causes == ["vulnerable"]

    def test_what_was_weighed_is_read_before_signing_off(self, by, over, signed_in):
        address = reverse("contact:sign-off", args=[over.id])
        assert "It has not been answered" in text(signed_in(Role.SUPERVISOR).get(address))
        asking.fill_in(
            by=by(Role.CALL_HANDLER),
            now=NOW,
            contact_id=over.id,
            instrument=library().as_of("thrive", london_day(NOW)),
            answers={"threat": "concern"},
            complete=False,
            after=None,
        )
        page = text(signed_in(Role.SUPERVISOR).get(address))
        assert "It has not been answered" not in page
        assert "Threat: what might happen to somebody, and who is behind it? Yes, there is concern" in page
        assert "Harm: what has been done already? Not answered" in page
        assert "begun, not said to be complete" in page

    def test_what_was_chosen_from_lists_is_read_in_words(self, by, decided, signed_in, add):
        handler, him = by(Role.CALL_HANDLER), add("Craig", "Whitmore", sex="1")
        knowing.takes_part(
            by=handler, now=NOW, contact_id=decided.id, record_id=him, part="suspect", confirmed=True
        )
        asking.answer(
            by=handler,
            now=NOW,
            contact_id=decided.id,
            script="call-script",
            question="can-talk",
            given="overheard",
        )
        asking.advise(by=handler, now=NOW, contact_id=decided.id, code="lock-in")
        version = Contact.objects.get(id=decided.id).version
        taking.change(
            by=handler,
            now=NOW,
            contact_id=decided.id,
            version=version,
            caller="victim",
            recorded_as="domestic-abuse",
        )
        page = text(signed_in(Role.SUPERVISOR).get(reverse("contact:decision", args=[decided.id])))
        for code in (
            "nobody,",
            "lock-in",
            "domestic-abuse",
            "can-talk",
            "overheard",
            "deploy-victim-asks-later",
        ):
            assert code not in page
        assert "asked" in page
        assert "advice given" in page
        assert "Who calls Victim" in page

    def test_through_the_page(self, by, over, signed_in):
        browser = signed_in(Role.SUPERVISOR)
        assert "To be signed off" in text(browser.get(reverse("contact:supervision")))
        address = reverse("contact:sign-off", args=[over.id])
        assert "Sign off a contact" in text(browser.get(address))
        assert "Select an answer to “Why can it be signed off" in text(browser.post(address, {}))
        assert browser.post(address, {"reason": "sign-off-complete", "words": "All asked"}).status_code == 302
        by(Role.SUPERVISOR)
        assert Decision.objects.get(kind="contact-sign-off").words == "All asked"
