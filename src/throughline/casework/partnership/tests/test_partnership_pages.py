"""The pages of working with partners, as the adviser, the officer, the hub and the sergeant; and the command line."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from throughline.casework.conftest import NOW
from throughline.casework.partnership.commands import advising
from throughline.casework.partnership.models import (
    AdviserNote,
    AdviserReferral,
    MaracReferral,
    MaracSent,
    NotReferred,
)
from throughline.casework.partnership.tests.conftest import CONSENT, open_now
from throughline.casework.people.commands.safety import restrict
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands.choosing import choose
from throughline.casework.safeguarding.commands.directory import add_service
from throughline.casework.safeguarding.commands.promising import promise
from throughline.casework.safeguarding.commands.referring import refer as tell_of
from throughline.casework.safeguarding.models import VictimContact
from throughline.casework.safeguarding.rules.directory import Told
from throughline.casework.safeguarding.tests.test_safeguarding_pages import text
from throughline.cli import throughline
from throughline.foundations.access.rules import Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]


def address(name, *ids):
    return reverse(f"partnership:{name}", args=ids)


class TestTheAdviser:
    def test_from_the_inbox_to_a_contact_in_which_she_was_told(
        self, signed_in, does, referred, case, accounts
    ):
        does(Role.OFFICER, promise, case_id=case, update="told-released", happened_at=NOW)
        made = referred(words="She works at night")
        adviser = signed_in(Role.IDVA)
        assert address("inbox") in adviser.get(reverse("overview:home")).content.decode()
        inbox = text(adviser.get(address("inbox")))
        for words in ("Zofia Quillfeather", "nobody has accepted it", "She is due to hear 1 thing", "High"):
            assert words in inbox, words
        assert adviser.post(address("accept", made.id)).status_code == 302
        page = text(adviser.get(address("slice", made.id)))
        for words in (
            "She works at night",
            "The suspect was released without charge",
            "No safe way is known",
            accounts[Role.OFFICER].name,
            "The police read none of them",
        ):
            assert words in page, words
        sent = adviser.post(
            address("contact", made.id),
            {"way": "telephone", "result": "reached-free", "told": ["told-released"], "words": "She cried"},
        )
        assert sent.status_code == 302, text(sent)
        page = text(adviser.get(address("slice", made.id)))
        assert "Nothing is due that she has not been told." in page
        assert "She cried" in page
        with seen_whole():
            assert VictimContact.objects.get().by == accounts[Role.IDVA].id
        # the officer reads that she was told and by whom, and nothing of the note
        officer = text(signed_in(Role.OFFICER).get(reverse("safeguarding:promises", args=[case])))
        assert accounts[Role.IDVA].name in officer
        assert "She cried" not in officer

    def test_what_she_chose_is_read_and_of_other_cases_and_where_a_refuge_is_nothing(
        self, signed_in, does, referred, case
    ):
        made = referred()
        adviser = signed_in(Role.IDVA)
        page = text(adviser.get(address("slice", made.id)))
        assert "Nobody has asked her how often she wants to hear." in page
        assert "told her of no other service" in page
        does(Role.OFFICER, choose, case_id=case, rhythm="weekly", way="")
        for name, need, basis in (("Quarnley Debt Advice", "money", {}), ("Rose House", "housing", CONSENT)):
            listed = does(Role.HUB, add_service, told=Told(name=name, what="Helps", needs=(need,)))
            told = {"case_id": case, "service_id": listed.id, "told_only": not basis}
            does(Role.OFFICER, tell_of, **told, **basis)
        page = text(adviser.get(address("slice", made.id)))
        for words in (
            "She hears again by",
            "Quarnley Debt Advice : told of it",
            "Housing and refuge: referred",
        ):
            assert words in page, words
        assert "Rose House" not in page

    def test_what_she_is_due_to_hear_is_overdue_and_can_still_be_told(self, signed_in, does, hers, case):
        long_ago = NOW - timedelta(days=9)
        told = {"case_id": case, "update": "told-released", "happened_at": long_ago}
        does(Role.OFFICER, promise, now=long_ago, **told)
        for name in ("slice", "contact"):
            assert "Overdue since" in text(signed_in(Role.IDVA).get(address(name, hers.id))), name

    def test_a_second_acceptance_changes_nothing(self, signed_in, hers):
        again = signed_in(Role.IDVA).post(address("accept", hers.id), follow=True)
        assert "It was answered meanwhile" in text(again)

    def test_her_own_pages_alone_are_open_to_her(self, signed_in, hers, case, pair):
        adviser = signed_in(Role.IDVA)
        for where in (
            reverse("overview:case", args=[case]),
            reverse("safeguarding:plan", args=[case]),
            reverse("risk:case", args=[case]),
            reverse("people:person", args=[pair[0]]),
            reverse("people:search"),
            address("partners", case),
            address("marac", case),
        ):
            assert adviser.get(where).status_code in (403, 404), where

    def test_what_was_not_referred_to_her_service_is_not_there(self, signed_in, hers, colleague, accounts):
        accounts[Role.IDVA] = colleague(Role.IDVA, "elsewhere")
        elsewhere = signed_in(Role.IDVA)
        for name in ("slice", "contact", "note", "danger", "marac-through", "return", "end"):
            assert elsewhere.get(address(name, hers.id)).status_code == 404, name
        assert "Nothing is referred to your service now." in text(elsewhere.get(address("inbox")))

    def test_once_let_go_it_is_gone(self, signed_in, hers):
        adviser = signed_in(Role.IDVA)
        ended = adviser.post(address("end", hers.id), {"reason": "plan-in-place", "words": "She moved"})
        assert ended.status_code == 302
        assert adviser.get(address("slice", hers.id)).status_code == 404

    def test_a_note_is_shared_on_a_basis_and_then_read_with_a_look(
        self, signed_in, note, hers, case, accounts
    ):
        made = note("She is afraid of Sundays")
        officer = signed_in(Role.OFFICER)
        assert "afraid of Sundays" not in text(officer.get(address("partners", case)))
        adviser = signed_in(Role.IDVA)
        assert "afraid of Sundays" in text(adviser.get(address("share", made.id)))
        missing = adviser.post(
            address("share", made.id), {"to": "owner", "consent": "refused", "basis": "consent"}
        )
        assert "is consent, which she has not given" in text(missing)
        assert adviser.post(address("share", made.id), {"to": "owner", **CONSENT}).status_code == 302
        [duty] = open_now("adviser-note")
        there = officer.get(reverse("overview:duty", args=[duty.id]))
        assert address("shared", duty.about) in there.content.decode()
        assert "afraid of Sundays" in text(officer.get(address("shared", duty.about), follow=True))
        with seen_whole():
            assert Event.objects.filter(kind="look", actor=accounts[Role.OFFICER].id).exists()
        hub = text(signed_in(Role.HUB).get(address("partners", case)))
        assert "It was not shared with you" in hub
        assert "afraid of Sundays" not in hub

    def test_the_danger_has_changed(self, signed_in, hers):
        adviser = signed_in(Role.IDVA)
        told = {"view": "He has found the school", "to": "owner-and-hub", **CONSENT}
        assert adviser.post(address("danger", hers.id), told).status_code == 302
        assert open_now("risk-reassessment")

    def test_a_note_and_a_referral_to_a_marac(self, signed_in, hers):
        adviser = signed_in(Role.IDVA)
        assert (
            adviser.post(
                address("note", hers.id), {"kind": "plan-input", "words": "A second telephone"}
            ).status_code
            == 302
        )
        told = {"chosen": ["professional-judgement"], "words": "She says he will"}
        assert adviser.post(address("marac-through", hers.id), told).status_code == 302
        with seen_whole():
            assert AdviserNote.objects.get().kind == "plan-input"
            assert MaracReferral.objects.get().agency.name == "A charity"

    def test_what_is_missing_is_said_and_what_was_typed_is_kept(self, signed_in, hers):
        missing = signed_in(Role.IDVA).post(address("note", hers.id), {"kind": "", "words": "Half a line"})
        assert "There is a problem" in text(missing)
        assert "Half a line" in missing.content.decode()

    def test_returned_from_the_page(self, signed_in, referred, case):
        made = referred()
        back = signed_in(Role.IDVA).post(address("return", made.id), {"reason": "no-room", "words": "In May"})
        assert back.status_code == 302
        page = text(signed_in(Role.OFFICER).get(address("partners", case)))
        assert "The service has no room for her now" in page
        assert "In May" in page


class TestThePolice:
    def test_from_the_duty_to_the_referral(self, signed_in, high, case, service):
        with transaction.atomic():
            advising.call_for_advisers(now=timezone.now())
        [duty] = open_now("idva-referral")
        officer = signed_in(Role.OFFICER)
        assert (
            address("refer", case) in officer.get(reverse("overview:duty", args=[duty.id])).content.decode()
        )
        page = text(officer.get(address("refer", case)))
        assert "A charity, Advisers" in page
        assert "within 4 hours" in page
        wrong = officer.post(
            address("refer", case), {"team": str(service.id), "consent": "refused", "basis": "safeguarding"}
        )
        assert "say why she is referred" in text(wrong)
        told = {"team": str(service.id), **CONSENT, "words": "Ring after nine"}
        assert officer.post(address("refer", case), told).status_code == 302
        page = text(officer.get(address("partners", case)))
        assert "waits to be accepted" in page
        assert "; She agreed to it." in page
        assert "An adviser owns no case" in page
        with seen_whole():
            assert AdviserReferral.objects.get().state == "sent"

    def test_nobody_looks_at_a_case_out_of_their_sight(self, signed_in, does, referred, case, pair):
        made = referred()
        does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
        officer = signed_in(Role.OFFICER)
        for where in (
            address("partners", case),
            address("refer", case),
            address("referral", made.id),
            address("marac", case),
        ):
            assert officer.get(where).status_code == 404, where

    def test_the_service_without_an_account(self, signed_in, high, case):
        User.objects.filter(role=Role.IDVA).update(is_active=False)
        page = text(signed_in(Role.OFFICER).get(address("refer", case)))
        assert "No advisers’ service has an account here yet" in page

    def test_a_referral_to_a_marac_added_to_and_sent(self, signed_in, case):
        officer = signed_in(Role.OFFICER)
        page = text(officer.get(address("marac", case)))
        for words in (
            "Yours to say",
            "No such form was completed",
            "Incidents of the two that the police know of in 12 months: 1; 3 meet it",
            "a MARAC owns no case",
        ):
            assert words in page, words
        missing = officer.post(address("marac", case), {"words": "He will"})
        assert "There is a problem" in text(missing)
        told = {"chosen": ["professional-judgement"], "words": "She says he will", "consent": "could-not-ask"}
        assert officer.post(address("marac", case), told).status_code == 302
        with seen_whole():
            made = MaracReferral.objects.get()
        assert "Not sent yet" in text(officer.get(address("partners", case)))
        added = {"kind": "correction", "words": "It was a Monday"}
        assert officer.post(address("marac-add", made.id), added).status_code == 302
        assert (
            officer.post(
                address("marac-sent", made.id), {"to": "coordinator", "reference": "M 12"}
            ).status_code
            == 302
        )
        page = text(officer.get(address("partners", case)))
        for words in ("It was a Monday", "M 12", "She says he will", "A force"):
            assert words in page, words
        with seen_whole():
            assert MaracSent.objects.count() == 1

    def test_not_referred_and_seen_by_a_sergeant(self, signed_in, incident, pair, case):
        for minutes in (20, 10):
            incident(*pair, minutes_ago=minutes)
        officer = signed_in(Role.OFFICER)
        assert "Say why it is not referred" in text(officer.get(address("partners", case)))
        told = {"reason": "not-referred-mistaken", "words": "There is no room on the agenda"}
        assert officer.post(address("marac-not", case), told).status_code == 302
        with seen_whole():
            made = NotReferred.objects.get()
        [duty] = open_now("marac-not-referred")
        sergeant = signed_in(Role.SERGEANT)
        assert (
            address("marac-review", made.id)
            in sergeant.get(reverse("overview:duty", args=[duty.id])).content.decode()
        )
        assert "There is no room on the agenda" in text(sergeant.get(address("marac-review", made.id)))
        told = {"agreed": "no", "feedback": "Refer it"}
        assert sergeant.post(address("marac-review", made.id), told).status_code == 302
        assert open_now("marac-referral")
        assert "Decided otherwise" in text(officer.get(address("partners", case)))

    def test_where_nothing_asks_the_page_says_so(self, signed_in, case):
        assert "Nothing asks for a referral now" in text(
            signed_in(Role.OFFICER).get(address("marac-not", case))
        )


def run(*words: str):
    return CliRunner().invoke(throughline, ["partners", *words])


def test_the_command_line(does, high, case, service, accounts):
    assert "high  any: asked for" in run("policy").output
    assert "advisers: 1" in run("call").output
    assert str(service.id) in run("services").output
    told = ["--service", str(service.id), "--basis", "consent"]
    wrong = run("refer", str(case), "--as", "response-officer", *told, "--consent", "refused")
    assert wrong.exit_code == 1
    assert "basis" in wrong.output
    made = run("refer", str(case), "--as", "response-officer", *told, "--consent", "agreed").output.strip()
    assert "sent" in run("inbox", "--as", "idva").output
    assert "accepted" in run("accept", made, "--as", "idva").output
    assert run("accept", made, "--as", "response-officer").exit_code == 1
    assert "returned" in run("return", made, "--as", "idva", "--reason", "no-room").output
    assert (
        "potential-escalation: not met by a record, 1 of 3"
        in run("criteria", str(case), "--as", "hub-reviewer").output
    )
    why = ["--criterion", "professional-judgement", "--words", "She says he will"]
    marac = run("marac", str(case), "--as", "hub-reviewer", *why).output.strip()
    assert "sent" in run("marac-sent", marac, "--as", "hub-reviewer", "--to", "coordinator").output
