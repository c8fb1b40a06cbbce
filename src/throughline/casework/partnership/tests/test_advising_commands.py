"""Referred to an adviser, who accepts or returns; her contacts and notes; and that the police read only what is shared."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from throughline.casework.cases.commands import holding
from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.conftest import NOW
from throughline.casework.partnership.commands import advising, noting
from throughline.casework.partnership.models import (
    AdviserContact,
    AdviserNote,
    AdviserReferral,
    NoteShare,
    ReferralWords,
)
from throughline.casework.partnership.queries.inbox import inbox, slice_of
from throughline.casework.partnership.tests.conftest import CONSENT, called, open_now
from throughline.casework.people.commands.safety import let_see, restrict
from throughline.casework.people.models import Name, Record
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands.promising import promise, promise_what_happened
from throughline.casework.safeguarding.models import VictimContact
from throughline.casework.safeguarding.queries.promises import open_updates
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry

pytestmark = pytest.mark.django_db

NOBODY_ELSE = [role for role in Role if role not in (Role.SYSTEM, Role.IDVA)]
HOUR = timedelta(hours=1)


def sees(actor, model, **wanted) -> int:
    """How many rows of a table somebody's own transaction shows."""
    with transaction.atomic():
        set_actor(actor)
        return model.objects.filter(**wanted).count()


class TestTheDuty:
    def test_a_high_grade_asks_at_once_and_the_referral_ends_it(self, high, case, referred, accounts):
        assert called() == 1
        assert called() == 0
        [duty] = open_now("idva-referral")
        assert (duty.owner, duty.role) == (accounts[Role.OFFICER].id, "response-officer")
        assert duty.due_at == NOW + 4 * HOUR
        referred()
        assert not open_now("idva-referral")
        assert called() == 0

    def test_a_later_stage_of_one_grade_does_not_ask_again_and_a_new_grade_does(
        self, does, case, referred, high
    ):
        made = referred()
        does(Role.IDVA, advising.accept, referral_id=made.id)
        does(Role.IDVA, advising.let_go, referral_id=made.id, reason="plan-in-place")
        told = {"case_id": case, "grade": "high", "reason": "grade-first-assessment"}
        does(Role.OFFICER, holding.set_grade, now=NOW + HOUR, **told)
        assert called(NOW + HOUR) == 0
        does(Role.OFFICER, holding.set_grade, now=NOW + timedelta(days=8), **told)
        assert called(NOW + timedelta(days=8)) == 1

    @pytest.mark.parametrize(
        ("grade", "times", "asked"), [("medium", 1, 0), ("medium", 2, 1), ("standard", 2, 0)]
    )
    def test_others_by_the_policy(self, does, case, pair, incident, grade, times, asked):
        for _more in range(times - 1):
            incident(*pair)
        told = {"case_id": case, "grade": grade, "reason": "grade-first-assessment"}
        does(Role.OFFICER, holding.set_grade, **told)
        assert called() == asked


class TestReferring:
    def test_her_service_sees_her_slice_and_nothing_else_of_the_house(
        self, referred, case, pair, accounts, colleague
    ):
        adviser = accounts[Role.IDVA].actor
        assert sees(adviser, AdviserReferral) == 0
        made = referred(words="She works at night")
        assert sees(adviser, AdviserReferral) == 1
        assert sees(adviser, ReferralWords) == 1
        for model in (Case, Record, Name, StandingFact, Entry, VictimContact):
            assert sees(adviser, model) == 0, model
        elsewhere = colleague(Role.IDVA, "another-service")
        assert sees(elsewhere.actor, AdviserReferral) == 0
        with seen_whole():
            # whoever owned it owns it
            owner = StandingFact.objects.get(case=case, kind="owner", ended_at=None)
            assert owner.value == str(accounts[Role.OFFICER].id)
            assert Entry.objects.filter(kind="idva-referred", about=case).count() == 1
        assert made.accept_by == NOW + 4 * HOUR

    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({"basis": "consent", "consent": "refused", "words": "why"}, "basis"),
            ({"basis": "safeguarding", "consent": "refused"}, "words"),
            ({"basis": "not-said", "consent": "agreed"}, "basis"),
            ({"basis": "", "consent": "agreed"}, "basis"),
        ],
    )
    def test_what_is_wrong_is_said_by_its_field(self, referred, told, field):
        with pytest.raises(Malformed) as wrong:
            referred(**told)
        assert wrong.value.field == field

    def test_without_her_consent_on_another_ground_with_why(self, referred):
        made = referred(basis="safeguarding", consent="refused", words="He has threatened to kill her")
        assert (made.basis, made.consent) == ("safeguarding", "refused")

    def test_one_service_at_a_time_and_only_one_that_there_is(self, referred, team):
        with pytest.raises(Malformed):
            referred(team_id=team.id)
        referred()
        with pytest.raises(Malformed):
            referred()

    def test_a_restricted_victim_is_referred_once_the_desk_lets_the_service_see(
        self, does, referred, pair, service, accounts
    ):
        does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
        told = {"record_id": pair[0], "grantee": accounts[Role.HUB].id, "reason": "hub"}
        does(Role.DESK, let_see, **told)
        with pytest.raises(Malformed, match="team"):
            referred(who=Role.HUB)
        does(Role.DESK, let_see, record_id=pair[0], grantee=service.id, reason="adviser")
        referred(who=Role.HUB)
        assert sees(accounts[Role.IDVA].actor, AdviserReferral) == 1

    def test_one_who_is_restricted_later_goes_out_of_sight_and_the_hub_is_told(
        self, does, hers, pair, accounts
    ):
        does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
        assert sees(accounts[Role.IDVA].actor, AdviserReferral) == 0
        with pytest.raises(Refused):
            does(Role.IDVA, noting.write_note, referral_id=hers.id, kind="note", words="No")
        assert called() == 1
        assert open_now("idva-late")[0].causes == ["idva-out-of-sight"]

    @pytest.mark.parametrize("role", [Role.IDVA, Role.CALL_HANDLER, Role.INTELLIGENCE, Role.ANALYST])
    def test_who_does_not_refer(self, referred, role):
        with pytest.raises(Refused):
            referred(who=role)


class TestAnswering:
    def test_accepted_it_is_hers_by_name(self, does, hers, accounts):
        with seen_whole():
            row = AdviserReferral.objects.get()
        assert (row.state, row.account) == ("accepted", accounts[Role.IDVA].id)
        with pytest.raises(Conflict):
            does(Role.IDVA, advising.accept, referral_id=hers.id)

    def test_a_colleague_of_the_service_takes_her_over(self, does, hers, colleague, service):
        other = colleague(Role.IDVA, "other", of=service)
        does(other.actor, advising.accept, referral_id=hers.id)
        with seen_whole():
            assert AdviserReferral.objects.get().account == other.id

    def test_whose_adviser_has_left_is_found_another_and_a_colleague_who_takes_her_over_ends_it(
        self, does, hers, colleague, service, accounts
    ):
        other = colleague(Role.IDVA, "other", of=service)
        does(Role.IDVA, noting.record_contact, referral_id=hers.id, way="telephone", result="reached-free")
        assert called() == 0
        User.objects.filter(id=accounts[Role.IDVA].id).update(is_active=False)
        assert called() == 1
        assert open_now("idva-late")[0].causes == ["idva-left"]
        does(other.actor, advising.accept, referral_id=hers.id)
        assert open_now("idva-late") == []
        assert called() == 0

    def test_returned_it_goes_to_who_referred_and_to_a_sergeant_and_out_of_the_services_sight(
        self, does, referred, accounts
    ):
        made = referred()
        does(Role.IDVA, advising.give_back, referral_id=made.id, reason="no-room", words="Ask again in May")
        [back, seen] = open_now("idva-returned", "idva-returned-seen")
        assert (back.owner, back.role) == (accounts[Role.OFFICER].id, "response-officer")
        assert seen.role == "response-sergeant"
        assert sees(accounts[Role.IDVA].actor, AdviserReferral) == 0
        with pytest.raises(Refused):
            does(Role.IDVA, advising.accept, referral_id=made.id)
        # the worker asks for no second referral beside it, and another one ends it
        assert called() == 0
        referred()
        assert not open_now("idva-returned")

    def test_what_is_not_answered_in_time_escalates_and_ends_when_it_is(self, does, referred):
        made = referred()
        assert called(NOW + 3 * HOUR) == 0
        assert called(NOW + 5 * HOUR) == 1
        assert called(NOW + 5 * HOUR) == 0
        [late] = open_now("idva-late")
        assert (late.role, late.causes) == ("hub-reviewer", ["idva-not-accepted"])
        does(Role.IDVA, advising.accept, now=NOW + 6 * HOUR, referral_id=made.id)
        assert not open_now("idva-late")
        assert called(NOW + 40 * HOUR) == 0
        assert called(NOW + 50 * HOUR) == 1
        assert open_now("idva-late")[0].causes == ["idva-not-reached"]

    def test_the_inbox_is_in_order_of_grade_and_age(self, does, referred, hers, accounts):
        with transaction.atomic():
            set_actor(accounts[Role.IDVA].actor)
            [line] = inbox(accounts[Role.IDVA].actor, now=NOW)
        assert (line.grade, line.taken, line.late.causes) == ("high", True, ())

    @pytest.mark.parametrize("role", NOBODY_ELSE)
    def test_nobody_else_answers_for_the_service(self, does, referred, role):
        made = referred()
        with pytest.raises(Refused):
            does(role, advising.accept, referral_id=made.id)


class TestContacts:
    def test_reached_and_told_by_her_adviser_the_police_do_not_tell_her_again(
        self, does, hers, case, accounts
    ):
        does(Role.OFFICER, promise, case_id=case, update="told-released", happened_at=NOW - HOUR)
        with transaction.atomic():
            set_actor(accounts[Role.IDVA].actor)
            shown = slice_of(accounts[Role.IDVA].actor, hers, now=NOW)
        assert [code for code, _at in shown.untold] == ["told-released"]
        made = does(
            Role.IDVA,
            noting.record_contact,
            referral_id=hers.id,
            way="telephone",
            result="reached-free",
            told=["told-released"],
            words="She wants to move",
        )
        with seen_whole():
            contact = VictimContact.objects.get(id=made.contact_id)
            assert (contact.by, contact.told) == (accounts[Role.IDVA].id, ["told-released"])
            assert not open_updates(case)
            assert AdviserReferral.objects.get().reached_at == NOW
            assert AdviserNote.objects.get().words == "She wants to move"

    def test_only_what_she_is_due_to_hear_is_told_and_only_once_she_is_taken_on(self, does, hers, referred):
        told = {"way": "telephone", "result": "reached-free"}
        with pytest.raises(Malformed) as wrong:
            does(Role.IDVA, noting.record_contact, referral_id=hers.id, told=["told-released"], **told)
        assert wrong.value.field == "told"

    def test_an_attempt_is_no_contact(self, does, hers):
        does(Role.IDVA, noting.record_contact, referral_id=hers.id, way="telephone", result="no-answer")
        with seen_whole():
            assert AdviserReferral.objects.get().reached_at is None
            assert AdviserContact.objects.count() == 1

    def test_before_it_is_accepted_nobody_is_rung(self, does, referred):
        made = referred()
        with pytest.raises(Conflict):
            does(Role.IDVA, noting.record_contact, referral_id=made.id, way="telephone", result="no-answer")


class TestNotes:
    @pytest.mark.parametrize("role", NOBODY_ELSE)
    def test_nobody_in_the_police_reads_them_until_they_are_shared(self, note, accounts, role):
        note()
        assert sees(accounts[role].actor, AdviserNote) == 0

    def test_shared_with_the_owner_whoever_owns_the_case_reads_it_and_nobody_else(
        self, does, note, case, accounts, colleague
    ):
        made = note()
        told = {"note_id": made.id, "to": "owner", **CONSENT}
        does(Role.IDVA, noting.share, **told)
        reads = {role for role in NOBODY_ELSE if sees(accounts[role].actor, AdviserNote)}
        assert reads == {Role.OFFICER}
        assert sees(colleague(Role.OFFICER, "another").actor, AdviserNote) == 0
        [duty] = open_now("adviser-note")
        assert duty.owner == accounts[Role.OFFICER].id
        # another owner reads what was shared with whoever owns it
        does(Role.HUB, holding.set_owner, case_id=case, owner=accounts[Role.HUB].id)
        reads = {role for role in NOBODY_ELSE if sees(accounts[role].actor, AdviserNote)}
        assert reads == {Role.HUB}
        with pytest.raises(Conflict):
            does(Role.IDVA, noting.share, **told)

    def test_shared_with_more(self, does, note, accounts):
        does(Role.IDVA, noting.share, note_id=note().id, to="supervisors-too", **CONSENT)
        reads = {role for role in NOBODY_ELSE if sees(accounts[role].actor, AdviserNote)}
        assert reads == {Role.OFFICER, Role.HUB, Role.SERGEANT, Role.INSPECTOR}

    def test_sharing_needs_a_basis(self, does, note):
        with pytest.raises(Malformed) as wrong:
            does(
                Role.IDVA,
                noting.share,
                note_id=note().id,
                to="owner",
                basis="consent",
                consent="refused",
                words="-",
            )
        assert wrong.value.field == "basis"
        with seen_whole():
            assert not NoteShare.objects.exists()

    def test_shared_it_stays_read_when_her_service_has_the_case_no_more(self, does, note, hers, accounts):
        does(Role.IDVA, noting.share, note_id=note().id, to="owner", **CONSENT)
        does(Role.IDVA, advising.let_go, referral_id=hers.id, reason="she-ended-it")
        assert sees(accounts[Role.OFFICER].actor, AdviserNote) == 1
        assert sees(accounts[Role.IDVA].actor, AdviserNote) == 0

    def test_a_note_is_never_changed(self, note):
        made = note()
        with pytest.raises(DatabaseError), seen_whole():
            AdviserNote.objects.filter(id=made.id).update(kind="plan-input")

    def test_that_the_danger_has_changed_calls_for_a_new_grade_and_sets_none(
        self, does, hers, case, accounts
    ):
        does(
            Role.IDVA,
            noting.say_danger_changed,
            referral_id=hers.id,
            words="He has found the school",
            to="owner-and-hub",
            **CONSENT,
        )
        [duty] = open_now("risk-reassessment")
        assert "adviser-says" in duty.causes
        with seen_whole():
            assert StandingFact.objects.get(case=case, kind="grade", ended_at=None).value == "high"
        assert sees(accounts[Role.HUB].actor, AdviserNote) == 1

    def test_a_slice_is_in_the_log(self, hers, accounts, pair):
        with transaction.atomic():
            set_actor(accounts[Role.IDVA].actor)
            shown = slice_of(accounts[Role.IDVA].actor, hers, now=NOW)
        assert shown.victim.name == "Zofia Quillfeather"
        with seen_whole():
            look = Event.objects.filter(kind="look", actor=accounts[Role.IDVA].id).latest("id")
        assert set(look.subjects) == set(pair)


def test_what_is_found_by_the_worker_reaches_her_adviser(does, hers, case, accounts):
    with transaction.atomic():
        promise_what_happened(now=NOW)
    with transaction.atomic():
        set_actor(accounts[Role.IDVA].actor)
        assert slice_of(accounts[Role.IDVA].actor, hers, now=NOW).owner == accounts[Role.OFFICER].name
