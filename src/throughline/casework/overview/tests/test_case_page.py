"""One case on one page, composed of every room, by Django's test client, as each role."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from throughline.casework.cases.commands.cases import group_cases
from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.holding import set_owner
from throughline.casework.cases.models import Case
from throughline.casework.conftest import NOW
from throughline.casework.overview.queries.case import whole_case
from throughline.casework.people.commands.safety import restrict
from throughline.casework.risk.commands import checking
from throughline.casework.risk.tests.conftest import THREAT, seen_whole
from throughline.casework.scene.commands.gathering import gather
from throughline.foundations.access.rules import READERS, Action, Role
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]

#: Statements for a whole case, whatever has happened in it: one of them for her plan and all her measures, one for what was
#: said to be the same as its incidents, two where a request to safeguard her waits.
STATEMENTS = 38


def text(response):
    assert response.status_code == 200, response.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("&#39;", "'")


@pytest.fixture
def page(signed_in, case):
    """``page(Role.OFFICER)``: the case as somebody reads it."""

    def read(role=Role.OFFICER, case_id=case):
        return text(signed_in(role).get(reverse("overview:case", args=[case_id])))

    return read


@pytest.fixture
def whole(does, case):
    """The page's content as somebody's, at a time."""

    def read(role=Role.OFFICER, now=NOW):
        def looked(by, now):
            return whole_case(by, Case.objects.get(id=case), now=now, purpose="attendance")

        return does(role, looked, now=now)

    return read


def incident_of(case):
    with seen_whole():
        return Case.objects.get(id=case).incident_links.get().incident_id


class TestWhatItShows:
    def test_a_case_of_which_nothing_is_known_yet_says_so(self, page):
        read = page()
        for words in (
            "Zofia Quillfeather / Bertram Ashgrove",
            "No grade yet",
            "Nobody has accepted it",
            "No safe way is known. Do not ring, text or write.",
            "Nobody is known to have spoken with her",
            "No order, bail or warrant found here",
            "Nobody has written what was done about him",
            "You have not opened this page of the case before",
            "1 incident.",
            "No child is named",
            "0 of 7",
            "Nobody has graded it at any stage",
            "She has no safety plan",
        ):
            assert words in read, words

    def test_a_case_in_full(self, page, does, case, pair, assessed, graded, visited):
        visited(incident_of(case), pair[1])
        told = {"incident_id": incident_of(case)}
        does(Role.OFFICER, gather, item="victim-statement", state="done", **told)
        does(Role.OFFICER, gather, item="photographs", state="not-applicable", reason="no-injury", **told)
        assessed(**{"own-view": "not-safe", "own-view-words": THREAT})
        graded("medium", words="She fears him")
        reason = {"reason": "grade-wrong-before", "feedback": "Read her words"}
        does(Role.SERGEANT, checking.regrade, case_id=case, grade="high", words="He strangles", **reason)
        does(Role.OFFICER, set_fact, kind="warrant", record_id=pair[1], valid_from=NOW)
        does(Role.OFFICER, set_owner, case_id=case, owner=_me(does))
        read = page()
        for words in (
            "High by The response-sergeant",
            "He strangles",
            "Her own view",
            "The response-officer, accepted",
            "At large",
            "Warrant",
            "Nothing: Arrest is not necessary",
            "Ada Quillfeather: seen",
            "Ben Quillfeather: not seen ; nothing is decided",
            "1 of 6",
            "Recording of the 999 call (Not said yet)",
            "Officer : Medium",
            "Supervisor : High",
            "Last spoken with",
            "Judgement",
        ):
            assert "".join(words.split()).lower() in "".join(read.split()).lower(), words

    def test_its_marks_of_counter_allegation_and_group(self, page, case, pair, incident, does, add):
        incident(pair[1], pair[0], minutes_ago=30)
        third = add("Craig", "Whitmore", sex="1")
        incident(pair[0], third, minutes_ago=20)
        with seen_whole():
            other = Case.objects.get(victim=pair[0], suspect=third).id
        does(Role.SERGEANT, group_cases, case_ids=[case, other], reason="group-same-home")
        read = page()
        assert "Counter-allegation" in read
        assert "Of a group" in read
        assert "The group and its plan" in read
        assert "Her other open cases: 1" in read

    def test_promises_that_are_due_overdue_and_were_done_too_late(self, whole, does, case, assessed, graded):
        assessed()
        graded("medium")
        found = whole(now=NOW + timedelta(hours=3))
        assert "risk-check" in {one.duty.kind for one in found.late}
        assert "hub-review" in {one.duty.kind for one in found.due}
        assert found.next.duty.due_at == min(one.duty.due_at for one in (*found.late, *found.due))
        does(Role.SERGEANT, checking.agree, now=NOW + timedelta(hours=4), case_id=case, reason="check-fits")
        found = whole(now=NOW + timedelta(hours=5))
        assert "risk-check" in {one.duty.kind for one in found.broken}

    def test_who_may_do_what_is_offered_it(self, signed_in, case):
        def offered(role):
            read = signed_in(role).get(reverse("overview:case", args=[case])).content.decode()
            ways = ("risk:grade", "cases:close", "cases:visit", "risk:assess")
            return {name for name in ways if reverse(name, args=[case]) in read}

        assert offered(Role.OFFICER) == {"risk:grade", "cases:visit", "risk:assess"}
        assert offered(Role.SERGEANT) == {"risk:grade", "cases:close", "cases:visit", "risk:assess"}
        assert offered(Role.REGISTRAR) == set()

    def test_the_record_of_a_case_leads_to_it_and_back(self, signed_in, case):
        record = signed_in(Role.OFFICER).get(reverse("cases:case", args=[case])).content.decode()
        assert reverse("overview:case", args=[case]) in record
        whole = signed_in(Role.OFFICER).get(reverse("overview:case", args=[case])).content.decode()
        assert reverse("cases:case", args=[case]) in whole


def _me(does):
    return does(Role.OFFICER, lambda by, **_now: by.id)


class TestSinceOneLooked:
    def test_what_others_wrote_since_is_told_and_ones_own_is_not(self, whole, does, case, pair, assessed):
        whole()
        assessed(now=NOW + timedelta(minutes=50))
        does(
            Role.CALL_HANDLER,
            set_fact,
            kind="warrant",
            record_id=pair[1],
            valid_from=NOW,
            now=NOW + timedelta(minutes=55),
        )
        later = timezone.now() + timedelta(hours=1)
        found = whole(now=later)
        assert [line.kind for line in found.new] == ["fact-set"]
        assert found.new_count == 1
        # somebody else who has never looked is told nothing is new
        assert whole(Role.SERGEANT, now=later).last_looked is None

    def test_what_came_in_late_is_new_though_it_happened_before(self, whole, does, pair):
        whole()
        does(
            Role.CALL_HANDLER, set_fact, kind="warrant", record_id=pair[1], valid_from=NOW - timedelta(days=2)
        )
        found = whole(now=timezone.now() + timedelta(hours=1))
        assert [line.kind for line in found.new] == ["fact-set"]


class TestLooking:
    def test_as_each_role(self, signed_in, case):
        for role in set(Role) - {Role.SYSTEM}:
            expected = 200 if role in READERS else 403
            answer = signed_in(role).get(reverse("overview:case", args=[case]))
            assert answer.status_code == expected, role

    def test_one_look_names_everybody_shown(self, page, case, pair, visited, accounts):
        children = visited(incident_of(case), pair[1])
        with seen_whole():
            last = Event.objects.latest("id").id
        page()
        with seen_whole():
            [look] = Event.objects.filter(id__gt=last, actor=accounts[Role.OFFICER].id)
        assert (look.kind, look.action, look.purpose) == ("look", Action.VIEW_CASE, "attendance")
        assert set(look.subjects) == {*pair, *children}
        assert look.detail["case"] == str(case)
        assert set(look.detail) == {"case", "entry"}

    def test_one_out_of_sight_or_of_ones_own_matter_is_not_there(
        self, signed_in, does, case, pair, accounts, party
    ):
        address = reverse("overview:case", args=[case])
        party(accounts[Role.SERGEANT], pair[1])
        assert signed_in(Role.SERGEANT).get(address).status_code == 404
        assert signed_in(Role.OFFICER).get(address).status_code == 200
        does(Role.DESK, restrict, record_id=pair[0], reason="sensitive-investigation")
        assert signed_in(Role.OFFICER).get(address).status_code == 404
        assert signed_in(Role.DESK).get(address).status_code == 200

    def test_a_restricted_child_is_left_out(self, page, does, case, pair, visited):
        children = visited(incident_of(case), pair[1])
        assert "Ben Quillfeather" in page()
        with seen_whole():
            assert Duty.objects.filter(kind="child-decision").exists()
        does(Role.DESK, restrict, record_id=children[1], reason="sensitive-investigation")
        # the incident is then out of sight with the child, and the pair stays
        read = page()
        assert "Ben Quillfeather" not in read
        assert "Zofia Quillfeather" in read

    def test_everybody_reads_their_own_looks_and_nobody_elses(self, page, does, case):
        page()
        page(Role.SERGEANT)
        read = does(Role.OFFICER, lambda **_told: set(Event.objects.values_list("actor", "kind")))
        assert read == {(_me(does), "look")}

    def test_the_number_of_statements_is_fixed(
        self, whole, does, case, pair, assessed, graded, visited, incident
    ):
        visited(incident_of(case), pair[1])
        assessed()
        graded("medium")
        with CaptureQueriesContext(connection) as few:
            whole()
        for number in range(5):
            told = incident(*pair, minutes_ago=50 - number)
            visited(told, pair[1])
            graded("high", now=NOW + timedelta(minutes=number + 1))
            does(Role.OFFICER, set_fact, kind="warrant", record_id=pair[1], valid_from=NOW)
        with CaptureQueriesContext(connection) as many:
            found = whole()
        assert len(found.incidents) == 6
        assert len(many) == len(few)
        assert len(many) == STATEMENTS, [one["sql"][:90] for one in many]
