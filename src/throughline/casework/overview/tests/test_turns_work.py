"""The page of a sergeant's and an inspector's turn, by Django's test client, as each role."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.models import Case, Incident
from throughline.casework.conftest import NOW
from throughline.casework.contact.commands.turns import end_turn, offer, start_turn
from throughline.casework.overview.queries.team import turns_work
from throughline.casework.overview.rules import SAME_READING, Looked, last_reading
from throughline.casework.people.commands.safety import restrict
from throughline.casework.risk.commands import checking, grading
from throughline.casework.risk.tests.conftest import THREAT, seen_whole
from throughline.casework.safeguarding.commands.contacting import record_contact
from throughline.casework.safeguarding.commands.promising import promise
from throughline.casework.scene.commands.children import decide_children
from throughline.foundations.access.rules import Action, Role, system
from throughline.foundations.accounts.commands import close_account
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.commands import pass_on
from throughline.foundations.duties.models import Duty
from throughline.foundations.offline.models import Lease

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]

LATER = timedelta(minutes=10)
TEAM = {Role.SERGEANT, Role.INSPECTOR}


def text(response):
    assert response.status_code == 200, response.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("&#39;", "'")


@pytest.fixture
def page(signed_in):
    """``page(Role.SERGEANT)``: the page as somebody reads it."""

    def read(role=Role.SERGEANT):
        return text(signed_in(role).get(reverse("overview:turns-work")))

    return read


@pytest.fixture
def work(does):
    def read(role=Role.SERGEANT, now=NOW + LATER):
        return does(role, lambda by, now: turns_work(by, now=now), now=now)

    return read


def the_incident(case_id):
    with seen_whole():
        return Incident.objects.get(case_links__case=case_id).id


class TestWhoReadsIt:
    def test_sergeants_and_inspectors_and_nobody_else(self, signed_in):
        for role in set(Role) - {Role.SYSTEM}:
            expected = 200 if role in TEAM else 403
            for name in ("turns-work", "why-this-order"):
                answer = signed_in(role).get(reverse(f"overview:{name}"))
                assert answer.status_code == expected, (role, name)

    def test_their_first_page_leads_to_it_with_a_count(self, signed_in, assessed):
        assessed()
        for role in TEAM:
            read = signed_in(role).get("/")
            assert reverse("overview:turns-work") in read.content.decode()
            assert "1 assessment waits to be checked" in text(read)
        assert "waits to be checked" not in text(signed_in(Role.OFFICER).get("/"))

    def test_empty_it_says_so_part_by_part(self, page):
        read = page()
        for words in (
            "You are not on duty",
            "0 now, 0 routine",
            "No assessment shows a sign of danger",
            "Nobody of yours was arrested",
            "No decision not to arrest waits",
            "Nothing stands still",
            "Nothing else waits for you",
        ):
            assert words in read, words

    def test_why_this_order_tells_every_part(self, signed_in):
        read = text(signed_in(Role.SERGEANT).get(reverse("overview:why-this-order")))
        for words in ("Before release", "Decided not to", "Stuck", "Routine", "there is no score"):
            assert words in read


class TestNow:
    def test_an_assessment_tells_all_that_its_reader_decides_by(
        self, page, case, pair, assessed, graded, visited
    ):
        visited(the_incident(case), pair[1])
        told = {"threats-to-kill": "yes", "threats-to-kill-words": THREAT, "fear": "yes"}
        assessed(**told)
        graded("standard")
        read = page()
        assert "1 now, 1 routine" in read
        for words in (
            "Zofia Quillfeather / Bertram Ashgrove",
            "Standard",
            "The response-officer",
            THREAT,
            "1 yes without words",
            "The suspect is at large",
            "The words speak of danger and the grade does not",
            "Nothing: Arrest is not necessary, as the law asks",
            "He left",
            "Child not seen: Ben Quillfeather",
            "Her own view: ",
        ):
            assert words in read, words
        assert "Ada Quillfeather" not in read
        assert "agree with all" not in read.lower()

    def test_without_a_sign_it_is_routine_until_it_is_overdue(self, work, case, assessed, graded):
        assessed()
        graded("medium")
        found = work()
        assert [one.line.case.id for one in found.later] == [case]
        assert (found.now, found.pressing, found.left) == ((), 0, 1)
        found = work(now=NOW + timedelta(hours=3))
        assert [one.line.case.id for one in found.now] == [case]
        assert (found.later, found.pressing, found.left) == ((), 1, 0)

    def test_it_stands_in_the_order_of_risks_rule(self, work, does, case, assessed, graded, add, incident):
        assessed()
        graded("medium")
        her, him = add("Maud", "Ferncliffe"), add("Craig", "Whitmore", sex="1")
        incident(her, him)
        does(Role.OFFICER, set_fact, kind="warrant", record_id=him, valid_from=NOW)
        with seen_whole():
            other = Case.objects.get(victim=her).id
        assessed(case_id=other, group="unknown", now=NOW + timedelta(minutes=5))
        found = work(now=NOW + timedelta(hours=4))
        assert [one.line.case.id for one in found.now] == [other, case]

    def test_an_inspector_is_shown_high_first_a_sergeant_their_checks(self, work, case, assessed, graded):
        assessed()
        graded("high")
        kinds = {role: work(role, NOW + timedelta(hours=4)).now[0].line.duty.kind for role in TEAM}
        assert kinds == {Role.SERGEANT: "risk-check", Role.INSPECTOR: "risk-check-high"}

    def test_what_one_assessed_a_colleague_checks(self, page, case, assessed, graded, pair, does):
        assessed(who=Role.SERGEANT, **{"threats-to-kill": "yes"})
        graded("standard", who=Role.SERGEANT)
        read = page()
        assert "Yours: a colleague checks it" in read
        assert "Check: agree, grade otherwise or return" not in read


class TestTheOtherParts:
    def test_who_was_arrested_and_how_she_can_be_told(self, page, work, case, pair, visited, does):
        visited(the_incident(case), pair[1], action="arrest")
        read = page()
        assert "nobody has written down when he leaves" in read
        assert "No safe way to reach her is known" in read
        assert "No bail has been entered since" in read
        [held] = work().held
        assert (held.case, held.release) == (case, None)
        does(
            Role.OFFICER,
            set_fact,
            kind="police-bail",
            record_id=pair[1],
            protects_id=pair[0],
            valid_from=NOW,
            now=NOW + timedelta(minutes=1),
        )
        assert "Since then entered" in page()
        assert work(now=NOW + timedelta(days=2)).held == ()

    def test_before_he_leaves_custody_she_is_told(self, page, work, case, pair, visited, does):
        visited(the_incident(case), pair[1], action="arrest")
        leaves = NOW + timedelta(hours=3)
        told = {"case_id": case, "update": "told-release-to-come"}
        does(Role.OFFICER, promise, before=leaves, **told)
        assert "she was not told yet" in page()
        # he leaves earlier than was thought, and nobody has told her
        does(Role.OFFICER, promise, before=NOW + timedelta(seconds=1), now=NOW, **told)
        assert work(now=NOW + timedelta(hours=1)).held[0].release.due_at == NOW + timedelta(seconds=1)
        reached = {"way": "telephone", "result": "reached-free", "told": ["told-release-to-come"]}
        does(Role.OFFICER, record_contact, case_id=case, **reached)
        assert re.search("she was told on .* that he leaves custody", page())

    def test_what_was_decided_against(self, page, case, pair, visited, does):
        children = visited(the_incident(case), pair[1])
        read = page()
        assert "Arrest (1)" in read
        assert "Deploy (0)" in read
        assert "Nothing is decided yet about the children of 1 incident" in read
        does(
            Role.OFFICER,
            decide_children,
            incident_id=the_incident(case),
            children=children,
            choice="nothing-needed",
            reason="already-open",
            words="They slept",
        )
        read = page()
        assert "Tell anybody of a child (1)" in read
        assert re.search("Ada Quillfeather ?; Ben Quillfeather ?; Nothing needed: ", read)
        assert "children of 0 incidents" in read

    def test_work_that_is_on_a_phone_is_stuck_until_it_comes_in(self, page, accounts, case, pair):
        with seen_whole():
            record(system("test"), Event.Kind.WRITE, "test")
            lease = Lease.objects.create(
                user=accounts[Role.OFFICER].id,
                device=uuid4(),
                about=case,
                label="QPI-00001",
                subjects=list(pair),
                ring=1,
                taken_at=NOW - timedelta(hours=6),
                until=NOW + timedelta(hours=1),
                seen_at=NOW - timedelta(hours=5),
                waiting=2,
                waiting_since=NOW - timedelta(hours=5),
            )
        read = page()
        assert "The response-officer, QPI-00001: Work on a device has not been sent" in read
        assert "2 forms not sent" in read
        with seen_whole():
            assert Event.objects.latest("id").detail == {"leases": [str(lease.id)]}
            record(system("test"), Event.Kind.WRITE, "test")
            Lease.objects.filter(id=lease.id).update(closed_at=NOW)
        assert "Nothing stands still" in page()

    def test_returned_work_of_somebody_off_duty_is_given_on(
        self, page, signed_in, does, colleague, case, pair, assessed, graded, accounts
    ):
        other = colleague(Role.OFFICER, "nadia")
        does(other.actor, start_turn, ends_at=NOW + timedelta(hours=6))
        does(Role.OFFICER, start_turn, ends_at=NOW + timedelta(hours=1))
        assessed()
        graded("standard")
        told = {"reason": "return-see-her", "feedback": "See her"}
        does(Role.SERGEANT, checking.give_back, case_id=case, **told)
        assert "is not on duty:" not in page()
        with seen_whole():
            duty = Duty.objects.get(kind="risk-returned")
        assert duty.owner == accounts[Role.OFFICER].id
        does(Role.OFFICER, end_turn)
        assert "The response-officer is not on duty:" in page()
        address = reverse("overview:give-on", args=[duty.id])
        sergeant = signed_in(Role.SERGEANT)
        read = text(sergeant.get(address))
        assert "Zofia Quillfeather" in read
        assert "Nadia, on duty" in read
        assert "Select an answer to “Who is to do it" in text(sergeant.post(address, {}))
        assert "The auditor" not in read
        assert sergeant.post(address, {"owner": str(other.id)}).status_code == 302
        with seen_whole():
            given = Duty.objects.get(id=duty.id)
            written = Event.objects.filter(kind="write", action=Action.SUPERVISE_TEAM).latest("id")
        assert (given.owner, given.due_at) == (other.id, duty.due_at)
        assert written.detail == {"duty": str(duty.id), "from": str(duty.owner), "to": str(other.id)}
        assert "is not on duty:" not in page()

    def test_what_nobody_ever_had_is_on_the_list_of_its_role_alone(self, page, does, case):
        does(Role.OFFICER, promise, case_id=case, update="told-released")
        assert "Nobody has it:" not in page()

    def test_returned_work_of_somebody_who_has_left_is_nobodys_and_given_on(
        self, page, signed_in, does, colleague, case, assessed, graded, accounts
    ):
        other = colleague(Role.OFFICER, "nadia")
        does(Role.OFFICER, start_turn, ends_at=NOW + timedelta(hours=1))
        assessed()
        graded("standard")
        told = {"reason": "return-see-her", "feedback": "See her"}
        does(Role.SERGEANT, checking.give_back, case_id=case, **told)
        does(
            Role.ADMINISTRATOR, lambda *, by, **_told: close_account(by=by, user_id=accounts[Role.OFFICER].id)
        )
        # whoever has left is not on duty, whatever their turn says
        assert "The response-officer is not on duty:" in page()
        with seen_whole():
            pass_on(now=NOW)
            duty = Duty.objects.get(kind="risk-returned")
        assert (duty.owner, duty.causes) == (None, ["returned", "owner-left"])
        assert "Nobody has it:" in page()
        address = reverse("overview:give-on", args=[duty.id])
        assert signed_in(Role.SERGEANT).post(address, {"owner": str(other.id)}).status_code == 302
        with seen_whole():
            assert Duty.objects.get(id=duty.id).owner == other.id

    def test_nobody_gives_on_what_is_no_ones_own_or_to_somebody_who_may_not_see_it(
        self, signed_in, does, colleague, case, pair, assessed, graded, party
    ):
        other = colleague(Role.OFFICER, "nadia")
        assessed()
        graded("standard")
        with seen_whole():
            check = Duty.objects.get(kind="risk-check")
        address = reverse("overview:give-on", args=[check.id])
        assert signed_in(Role.SERGEANT).get(address).status_code == 404
        does(Role.OFFICER, start_turn, ends_at=NOW + timedelta(hours=1))
        told = {"reason": "return-see-her", "feedback": "See her"}
        does(Role.SERGEANT, checking.give_back, case_id=case, **told)
        party(other, pair[1])
        with seen_whole():
            duty = Duty.objects.get(kind="risk-returned")
        address = reverse("overview:give-on", args=[duty.id])
        assert "Nadia" not in text(signed_in(Role.SERGEANT).get(address))
        answer = signed_in(Role.SERGEANT).post(address, {"owner": str(other.id)})
        assert answer.status_code == 200
        assert signed_in(Role.OFFICER).get(address).status_code == 403

    def test_the_turn_and_what_the_earlier_one_hands_over(
        self, page, does, colleague, case, assessed, signed_in
    ):
        assessed()
        early = colleague(Role.SERGEANT, "early")
        does(Role.SERGEANT, start_turn, ends_at=NOW + timedelta(hours=6))
        handed = does(early.actor, offer, words="Mind the first")
        read = page()
        assert "Your turn ends" in read
        assert "The turn of Early" in read
        assert "An assessment of risk is to be checked: 1" in read
        address = reverse("contact:handover", args=[handed.id])
        assert signed_in(Role.SERGEANT).post(address).status_code == 302
        assert "The turn of Early" not in page()


class TestLooking:
    def test_one_look_names_everybody_shown(self, page, case, pair, assessed, graded, visited, accounts):
        children = visited(the_incident(case), pair[1])
        assessed(**{"threats-to-kill": "yes"})
        graded("standard")
        with seen_whole():
            last = Event.objects.latest("id").id
        page()
        with seen_whole():
            [look] = Event.objects.filter(id__gt=last, actor=accounts[Role.SERGEANT].id)
        assert (look.kind, look.action, look.purpose) == ("look", Action.SUPERVISE_TEAM, "supervision")
        assert set(look.subjects) == {*pair, children[1]}

    def test_who_is_out_of_sight_is_not_there(self, page, case, pair, assessed, graded, visited, does):
        visited(the_incident(case), pair[1])
        assessed(**{"threats-to-kill": "yes", "threats-to-kill-words": THREAT})
        graded("standard")
        does(Role.DESK, restrict, record_id=pair[1], reason="sensitive-investigation")
        read = page()
        assert "Ashgrove" not in read
        assert "Quillfeather /" not in read
        assert THREAT not in read

    def test_who_is_party_sees_nothing_of_it(
        self, page, case, pair, assessed, graded, visited, party, accounts
    ):
        visited(the_incident(case), pair[1])
        assessed(**{"threats-to-kill": "yes", "threats-to-kill-words": THREAT})
        graded("standard")
        party(accounts[Role.SERGEANT], pair[1])
        assert "Ashgrove" not in page()
        assert THREAT not in page()
        assert THREAT in page(Role.INSPECTOR)

    def test_the_number_of_statements_does_not_grow(
        self, work, case, pair, assessed, graded, visited, add, incident, does, colleague
    ):
        def one_more(number):
            her, him = add("Maud", f"Ferncliffe{number}"), add("Craig", f"Whitmore{number}", sex="1")
            told = incident(her, him)
            with seen_whole():
                made = Case.objects.get(victim=her).id
            visited(told, him, action="arrest" if number % 2 else "none")
            assessed(case_id=made, group="unknown", **{"threats-to-kill": "yes"})
            because = {"grade": "standard", "reason": "grade-first-assessment"}
            does(Role.OFFICER, grading.give, case_id=made, **because)
            does(colleague(Role.SERGEANT, f"early{number}").actor, offer)

        one_more(1)
        one_more(2)
        with CaptureQueriesContext(connection) as few:
            work()
        for number in range(3, 9):
            one_more(number)
        with CaptureQueriesContext(connection) as many:
            found = work()
        assert len(found.now) == 8
        assert len(found.offers) == 8
        assert len(many) == len(few)
        # the actor is set by the test itself
        assert len(many) == 41


class TestReadings:
    def test_looks_close_together_are_one_reading(self):
        before = NOW - timedelta(hours=2)
        looks = [Looked(NOW - SAME_READING / 2, 9), Looked(NOW - SAME_READING, 8), Looked(before, 5)]
        assert last_reading(looks, NOW) == Looked(before, 5)
        assert last_reading(looks[:2], NOW) is None
        assert last_reading([], NOW) is None
