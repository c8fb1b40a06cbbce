"""What victims are promised, and contact with them: commands on PostgreSQL."""

from datetime import timedelta

import pytest
from django.db import transaction

from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.holding import set_owner
from throughline.casework.cases.models import Case
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.rules import Malformed
from throughline.casework.risk.tasks import look_for_changes
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands.promising import promise
from throughline.casework.safeguarding.models import VictimContact
from throughline.casework.safeguarding.queries.promises import owed, promises
from throughline.casework.safeguarding.tasks import promise_what_happened
from throughline.casework.scene.commands.acting import act_on
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import end_of_day, london_day, working_day_after
from throughline.foundations.duties.commands import open_duty, pass_on
from throughline.foundations.duties.models import Duty

pytestmark = pytest.mark.django_db


def the_duty(kind="victim-update"):
    with seen_whole():
        return Duty.objects.filter(kind=kind).order_by("-opened_at").first()


def open_now(kind="victim-update"):
    with seen_whole():
        return list(Duty.objects.filter(kind=kind, discharged_at=None))


def lines(kind):
    with seen_whole():
        return list(Entry.objects.filter(kind=kind).values_list("code", flat=True))


def looked(now=NOW):
    """The worker's turn; of how many cases."""
    with transaction.atomic():
        return promise_what_happened(now=now)


def bailed(does, pair, **told):
    bail = {"kind": "police-bail", "record_id": pair[1], "protects_id": pair[0]}
    return does(Role.OFFICER, set_fact, **bail, valid_from=NOW, valid_until=NOW + timedelta(days=28), **told)


class TestPromising:
    def test_an_arrest_is_told_by_the_end_of_the_next_working_day_after_it(self, arrested, case):
        then = NOW - timedelta(hours=5)
        arrested(at=then)
        assert looked() == 1
        duty = the_duty()
        assert (duty.about, duty.causes, duty.role) == (case, ["told-arrest"], "response-officer")
        assert duty.due_at == end_of_day(working_day_after(london_day(then), 1))
        assert lines("update-promised") == ["told-arrest"]

    def test_looking_again_changes_nothing(self, arrested, case):
        arrested()
        assert looked() == 1
        assert looked(NOW + timedelta(minutes=1)) == 0
        assert len(open_now()) == 1

    def test_bail_joins_the_open_duty_whose_time_does_not_move(self, does, arrested, pair, case):
        arrested(at=NOW - timedelta(days=4))
        looked()
        due = the_duty().due_at
        bailed(does, pair)
        looked()
        [duty] = open_now()
        assert duty.causes == ["told-arrest", "told-bail"]
        assert duty.due_at == due < NOW

    def test_two_things_at_one_instant_are_two_to_be_told(self, does, arrested, pair, case):
        arrested()
        bailed(does, pair)
        looked()
        [duty] = open_now()
        assert set(duty.causes) == {"told-arrest", "told-bail"}

    def test_what_came_in_late_and_happened_earlier_is_due_earlier(self, does, arrested, pair, case):
        bailed(does, pair)
        looked()
        arrested(at=NOW - timedelta(days=5))
        looked()
        [duty] = open_now()
        assert duty.due_at == end_of_day(working_day_after(london_day(NOW - timedelta(days=5)), 1))

    def test_it_is_the_owners_where_an_officer_owns_the_case(self, does, arrested, case, accounts):
        does(Role.OFFICER, set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
        arrested()
        looked()
        assert the_duty().owner == accounts[Role.OFFICER].id

    def test_who_was_told_before_anybody_looked_is_not_promised_it_again(self, arrested, contacted, case):
        arrested(at=NOW - timedelta(minutes=30))
        contacted(told=["told-arrest"])
        assert looked() == 1
        assert not open_now()

    def test_somebody_elses_arrest_is_not_hers_to_be_told(self, does, incident, pair, add, case):
        other = incident(add("Cora", "Quillfeather"), pair[1])
        does(
            Role.OFFICER,
            act_on,
            incident_id=other,
            record_id=pair[1],
            action="arrest",
            offence="violence-with-injury",
        )
        looked()
        assert case not in {duty.about for duty in open_now()}

    def test_a_closed_case_is_told_of_nothing_more(self, arrested, case):
        arrested()
        with seen_whole():
            record(system("test"), Event.Kind.WRITE, "test")
            Case.objects.filter(id=case).update(closed_at=NOW, closed_by=system("test").id, closed_as="safe")
        assert looked() == 0
        assert not open_now()

    def test_by_hand_its_clock_runs_from_when_it_happened(self, does, case):
        then = NOW - timedelta(days=2)
        duty = does(Role.OFFICER, promise, case_id=case, update="told-released", happened_at=then)
        assert duty.due_at == end_of_day(working_day_after(london_day(then), 1))

    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("update", {"update": "told-weather"}),
            ("at", {"update": "told-released", "happened_at": NOW + timedelta(hours=1)}),
        ],
    )
    def test_a_wrong_promise_names_its_field(self, does, case, field, told):
        with pytest.raises(Malformed) as wrong:
            does(Role.OFFICER, promise, case_id=case, **told)
        assert wrong.value.field == field


class TestBeforeHeLeavesCustody:
    """She is told before he does, at the time that custody names; late is late at that minute."""

    def to_leave(self, does, case, at, **told):
        return does(Role.OFFICER, promise, case_id=case, update="told-release-to-come", before=at, **told)

    def test_it_is_due_when_he_leaves(self, does, case):
        at = NOW + timedelta(hours=2)
        self.to_leave(does, case, at)
        [duty] = open_now("before-release")
        assert (duty.due_at, duty.causes) == (at, ["told-release-to-come"])
        assert open_now() == []

    @pytest.mark.parametrize("hours", [1, 5])
    def test_he_leaves_at_another_time_than_was_thought(self, does, case, hours):
        self.to_leave(does, case, NOW + timedelta(hours=2))
        self.to_leave(does, case, NOW + timedelta(hours=hours), now=NOW + timedelta(minutes=5))
        [duty] = open_now("before-release")
        assert duty.due_at == NOW + timedelta(hours=hours)

    def test_only_being_told_of_it_ends_it(self, does, case, contacted):
        self.to_leave(does, case, NOW + timedelta(hours=2))
        contacted(told=["told-arrest"])
        contacted(result="no-answer")
        assert open_now("before-release")
        contacted(told=["told-release-to-come"])
        assert open_now("before-release") == []

    def test_what_else_she_is_to_be_told_stays_due(self, does, arrested, case, contacted):
        arrested()
        looked()
        self.to_leave(does, case, NOW + timedelta(hours=2))
        contacted(told=["told-release-to-come"])
        assert [duty.causes for duty in open_now()] == [["told-arrest"]]

    @pytest.mark.parametrize("before", [None, NOW - timedelta(minutes=1), NOW])
    def test_a_time_to_come_is_needed(self, does, case, before):
        with pytest.raises(Malformed) as wrong:
            self.to_leave(does, case, before)
        assert wrong.value.field == "leaves_at"


class TestContacting:
    def test_an_attempt_is_no_contact(self, arrested, contacted, case):
        arrested()
        looked()
        contacted(result="no-answer")
        assert len(open_now()) == 1
        assert lines("victim-tried") == ["no-answer"]
        assert not lines("victim-spoken-to")

    def test_what_was_told_ends_the_duty_when_it_is_all_of_it(self, does, arrested, contacted, pair, case):
        arrested(at=NOW - timedelta(minutes=20))
        bailed(does, pair)
        looked()
        contacted(told=["told-arrest"])
        assert len(open_now()) == 1
        contacted(told=["told-bail"], now=NOW + timedelta(minutes=1))
        assert not open_now()
        assert the_duty().outcome == "update-told"

    def test_being_told_of_one_arrest_says_nothing_of_the_next(self, arrested, contacted, case):
        arrested(at=NOW - timedelta(hours=3))
        looked()
        contacted(told=["told-arrest"], at=NOW - timedelta(hours=2))
        assert not open_now()
        arrested(at=NOW)
        looked(NOW + timedelta(minutes=1))
        assert len(open_now()) == 1
        contacted(told=["told-arrest"], at=NOW - timedelta(hours=1), now=NOW + timedelta(minutes=2))
        assert len(open_now()) == 1

    def test_what_she_does_not_want_to_know_is_kept_as_her_choice(self, arrested, contacted, case):
        arrested()
        looked()
        contacted(told=["told-arrest"], declined=True)
        assert the_duty().outcome == "update-declined"

    def test_a_way_that_may_put_her_in_danger_is_replaced_by_another(self, contacted, case):
        contacted(result="somebody-else")
        assert [duty.causes for duty in open_now("reach-another-way")] == [["unsafe-contact"]]

    def test_who_feels_less_safe_is_graded_anew_by_a_person(self, graded, contacted, case):
        graded("standard", now=NOW - timedelta(hours=1))
        contacted(feels="less-safe")
        assert look_for_changes(now=NOW + timedelta(minutes=1)) == 1
        assert [duty.causes for duty in open_now("risk-reassessment")] == [["feels-less-safe"]]

    @pytest.mark.parametrize("feels", ["safer", "as-before", "cannot-say", "not-asked"])
    def test_any_other_answer_calls_for_nothing(self, graded, contacted, case, feels):
        graded("standard", now=NOW - timedelta(hours=1))
        contacted(feels=feels)
        assert look_for_changes(now=NOW + timedelta(minutes=1)) == 0

    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("way", {"way": "pigeon"}),
            ("result", {"result": "perhaps"}),
            ("told", {"told": ["told-weather"]}),
            ("feels", {"feels": "fine"}),
            ("result", {"result": "no-answer", "told": ["told-arrest"]}),
            ("result", {"result": "no-answer", "hers": True}),
            ("told", {"declined": True}),
            ("said", {"said": "x" * 4_001}),
            ("at", {"at": NOW + timedelta(hours=1)}),
            ("at", {"at": NOW - timedelta(days=40)}),
        ],
    )
    def test_a_wrong_contact_names_its_field_and_keeps_nothing(self, contacted, case, field, told):
        with pytest.raises(Malformed) as wrong:
            contacted(**told)
        assert wrong.value.field == field
        with seen_whole():
            assert not VictimContact.objects.exists()

    def test_what_was_prompted_is_told_apart_from_what_was_not(
        self, does, arrested, contacted, case, accounts
    ):
        contacted(hers=True, said="He has not come back")
        arrested()
        looked()
        contacted(told=["told-arrest"], now=NOW + timedelta(minutes=1))
        contacted(result="no-answer", now=NOW + timedelta(minutes=2))

        def read(*, by, now):
            return promises(by, Case.objects.get(id=case), at=now, purpose="duty")

        page = does(Role.OFFICER, read)
        assert (page.reached, page.unprompted, page.attempts) == (2, 1, 1)
        assert [one.said for one in page.contacts] == ["", "", "He has not come back"]


class TestACallThatAPersonWasTold:
    @pytest.mark.parametrize("result", ["reached-free", "no-answer"])
    def test_ringing_her_keeps_it_whether_she_was_reached_or_not(self, does, case, pair, contacted, result):
        with transaction.atomic(), acting(system("test")):
            record(system("test"), Event.Kind.WRITE, "test")
            told = {"record_id": pair[0], "about": case, "cause": "told-of-a-call", "due_at": NOW}
            open_duty("promised-call", now=NOW, **told)
        contacted(result=result)
        assert open_now("promised-call") == []
        assert the_duty("promised-call").outcome == result


class TestSight:
    @pytest.mark.parametrize("role", [Role.CALL_HANDLER, Role.INTELLIGENCE, Role.REGISTRAR, Role.ANALYST])
    def test_who_is_not_in_touch_with_victims_writes_none(self, contacted, case, role):
        with pytest.raises(Refused):
            contacted(who=role)

    def test_a_restricted_record_hides_contact_with_her(self, does, contacted, pair, case):
        contacted(said="Ring my sister")
        does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
        with pytest.raises(Refused):
            contacted()

        def all_of_it(*, by, now):
            return list(VictimContact.objects.all())

        assert does(Role.OFFICER, all_of_it) == []
        assert len(does(Role.DESK, all_of_it)) == 1

    def test_the_list_is_read_with_a_look_at_each(self, does, arrested, case, pair):
        arrested()
        looked()

        def read(*, by, now):
            return owed(by)

        assert [one.about for one in does(Role.SERGEANT, read)] == [case]
        with pytest.raises(Refused):
            does(Role.ANALYST, read)


def test_what_somebody_who_leaves_was_to_tell_is_everybodys(does, arrested, contacted, case, accounts):
    officer = accounts[Role.OFFICER]
    does(Role.OFFICER, set_owner, case_id=case, owner=officer.id)
    arrested()
    looked()
    officer.is_active = False
    officer.save()
    assert pass_on(now=NOW) == 1
    [duty] = open_now()
    assert (duty.owner, duty.role) == (None, "response-officer")
    contacted(who=Role.SERGEANT, told=["told-arrest"])
    assert not open_now()
