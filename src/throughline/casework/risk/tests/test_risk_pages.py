"""The pages of risk, as each who uses them."""

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.urls import reverse

from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.holding import set_owner
from throughline.casework.cases.commands.incidents import involve
from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.safety import restrict
from throughline.casework.risk.commands import checking, grading, reassessing
from throughline.casework.risk.models import Assessment, Check, Grading, HubReview, Share
from throughline.casework.risk.queries.waiting import A_PAGE, hub_queue, to_check
from throughline.casework.risk.rules.order import Sign
from throughline.casework.risk.tests.conftest import THREAT, answers, seen_whole
from throughline.cli import throughline
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("&#39;", "'")


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


@pytest.fixture
def page(signed_in):
    """``page(Role.OFFICER, "assess", id)``: a page as somebody reads it."""

    def read(role, name, *args):
        response = signed_in(role).get(reverse(f"risk:{name}", args=args))
        assert response.status_code == 200, response.status_code
        return response

    return read


@pytest.fixture
def send(signed_in):
    """``send(Role.OFFICER, "assess", id, do="save")``: what somebody sends from it."""

    def sent(role, name, *args, **told):
        return signed_in(role).post(reverse(f"risk:{name}", args=args), told)

    return sent


class TestAssessing:
    def test_from_an_incident_to_its_one_pair(self, signed_in, case, incident, pair):
        answer = signed_in(Role.OFFICER).get(reverse("risk:of-incident", args=[incident(*pair)]))
        assert answer["Location"] == reverse("risk:assess", args=[case])

    def test_several_pairs_are_named_and_where_nobody_is_it_is_said(self, page, does, incident, pair, add):
        both = incident(*pair)
        third = {"record_id": add("Maud", "Ferncliffe"), "part": "suspect", "confirmed": True}
        does(Role.CALL_HANDLER, involve, incident_id=both, **third)
        read = text(page(Role.OFFICER, "of-incident", both))
        assert "Zofia Quillfeather / Bertram Ashgrove" in read
        assert "Zofia Quillfeather / Maud Ferncliffe" in read
        assert "no pair is known" in text(page(Role.OFFICER, "of-incident", incident(None)))

    def test_she_is_told_why_and_nothing_is_needed_to_save(self, page, send, case):
        read = page(Role.OFFICER, "assess", case)
        assert "Tell her why you ask" in text(read)
        assert "I ask everybody the same" in text(read)
        answer = send(Role.OFFICER, "assess", case, do="save", after=hidden(read, "after"), fear="yes")
        assert answer["Location"] == reverse("risk:assess", args=[case])
        again = text(page(Role.OFFICER, "assess", case))
        assert "Asked for, never needed: in her words" in again
        assert "Do they scare you?" in again

    def test_saying_that_all_was_asked_names_what_is_missing_and_keeps_what_was_typed(self, page, send, case):
        after = hidden(page(Role.OFFICER, "assess", case), "after")
        typed = {"do": "complete", "after": after, "fear": "yes", "fear-words": THREAT}
        answer = send(Role.OFFICER, "assess", case, **typed)
        assert answer.status_code == 200
        assert "an answer to “" in text(answer)
        assert THREAT in answer.content.decode()
        with seen_whole():
            assert not Assessment.objects.exists()

    def test_complete_leads_to_the_grade_and_the_grade_to_telling_her(self, page, send, case):
        after = hidden(page(Role.OFFICER, "assess", case), "after")
        told = answers(fear="yes", **{"fear-words": THREAT})
        answer = send(
            Role.OFFICER, "assess", case, do="complete", after=after, **told, **{"done-how": "in-person"}
        )
        assert answer["Location"] == reverse("risk:grade", args=[case])
        read = text(page(Role.OFFICER, "grade", case))
        assert THREAT in read
        assert "Nothing is added up" in read
        assert not re.search(r"\b\d+ (ticks|yeses|of 27)", read)
        answer = send(Role.OFFICER, "grade", case, grade="medium", reason="grade-first-assessment")
        with seen_whole():
            made = Grading.objects.get()
        assert answer["Location"] == reverse("risk:tell", args=[made.id])
        assert "I think that you could be badly hurt if something changes" in text(
            page(Role.OFFICER, "tell", made.id)
        )
        answer = send(Role.OFFICER, "tell", made.id, told="yes")
        assert "How was she told: choose one of the answers listed" in text(answer)
        answer = send(Role.OFFICER, "tell", made.id, told="yes", how="told-in-person")
        assert answer["Location"] == reverse("risk:case", args=[case])
        assert "She was told" in text(page(Role.OFFICER, "case", case))

    def test_what_she_was_told_goes_to_no_grade_but_the_one_that_was_given(self, page, send, case):
        told = {"told": "yes", "how": "told-in-person"}
        assert "you have not graded it" in text(send(Role.OFFICER, "tell-her", case, grade="high", **told))
        send(Role.OFFICER, "grade", case, grade="medium", reason="grade-first-assessment")
        wrong = send(Role.OFFICER, "tell-her", case, grade="high", **told)
        assert "is not the grade that you gave last" in text(wrong)
        assert "She was told" not in text(page(Role.OFFICER, "case", case))
        answer = send(Role.OFFICER, "tell-her", case, grade="medium", **told)
        assert answer["Location"] == reverse("risk:case", args=[case])
        assert "She was told" in text(page(Role.OFFICER, "case", case))

    def test_an_answer_brings_further_questions(self, page, send, case):
        after = hidden(page(Role.OFFICER, "assess", case), "after")
        send(Role.OFFICER, "assess", case, do="save", after=after, stalking="yes")
        read = page(Role.OFFICER, "assess", case)
        assert reverse("risk:further", args=[case, "stalking-follow-up"]) in read.content.decode()
        more = page(Role.OFFICER, "further", case, "stalking-follow-up")
        first = re.search(r'name="([a-z-]+)" type="radio" value="yes"', more.content.decode())[1]
        answer = send(
            Role.OFFICER, "further", case, "stalking-follow-up", after=hidden(more, "after"), **{first: "yes"}
        )
        assert answer["Location"] == reverse("risk:assess", args=[case])

    def test_saved_in_another_tab_nothing_is_overwritten(self, page, send, case):
        after = hidden(page(Role.OFFICER, "assess", case), "after")
        send(Role.OFFICER, "assess", case, do="save", after=after, fear="yes")
        answer = send(Role.OFFICER, "assess", case, do="save", after=after, fear="no")
        assert answer.status_code == 409
        assert "Nothing was overwritten" in text(answer)

    def test_an_impossible_time_is_said_at_its_field(self, page, send, case):
        after = hidden(page(Role.OFFICER, "assess", case), "after")
        answer = send(Role.OFFICER, "assess", case, do="save", after=after, **{"done-at": "half past"})
        assert "write the time like 2pm or 14:30" in text(answer)


def test_words_are_added_by_page(page, send, case, assessed):
    assert "Nobody has assessed it with her" in text(page(Role.OFFICER, "add", case))
    assessed()
    assert "an answer to “" in text(send(Role.SERGEANT, "add", case, words=" "))
    assert send(Role.SERGEANT, "add", case, words="She rang again: he is back").status_code == 302
    assert "She rang again: he is back" in text(page(Role.HUB, "case", case))


class TestGrading:
    def test_words_of_capacity_are_said_before_and_after_and_saved_all_the_same(
        self, page, send, case, assessed, graded
    ):
        assessed()
        graded("high")
        told = {"grade": "medium", "reason": "grade-wrong-before", "words": "MARAC full, only 9 ticks"}
        answer = send(Role.OFFICER, "grade", case, **told)
        assert "Save it as it is" in text(answer)
        assert "How busy somebody is" in text(answer)
        with seen_whole():
            assert Grading.objects.count() == 1
        answer = send(Role.OFFICER, "grade", case, warned="yes", **told)
        assert answer.status_code == 302
        read = text(page(Role.SERGEANT, "check", case))
        assert "The reason speaks of: How busy somebody is" in read
        with seen_whole():
            assert Grading.objects.order_by("-entered_at", "-id").filter(flags__len=2).exists()

    def test_whoever_of_the_hub_owns_the_case_is_done_once_they_have_graded_anew(
        self, send, does, case, accounts, assessed, graded
    ):
        assessed()
        graded("high")
        does(Role.HUB, set_owner, case_id=case, owner=accounts[Role.HUB].id)
        does(Role.HUB, reassessing.call_for, case_id=case, cause="separation")
        told = {"grade": "high", "reason": "grade-suspect-changed", "words": "He is out"}
        assert send(Role.HUB, "grade", case, **told).status_code == 302
        with seen_whole():
            assert Grading.objects.latest("entered_at").stage == "reassessment"
            assert not Duty.objects.filter(kind="risk-reassessment", discharged_at=None).exists()

    def test_every_stage_stands_beside_the_others(self, page, does, case, assessed, graded):
        assessed()
        graded("standard", words="He is away")
        about = {"reason": "grade-wrong-before", "feedback": "She says he will be back"}
        does(Role.SERGEANT, checking.regrade, case_id=case, grade="high", **about)
        read = text(page(Role.HUB, "case", case))
        assert re.search(r"Officer .*Standard", read)
        assert re.search(r"Supervisor .*High", read)
        assert "He is away" in read


class TestChecking:
    def test_an_empty_list_says_so(self, page):
        assert "Nothing waits to be checked" in text(page(Role.SERGEANT, "checks"))
        assert "The hub has looked at every pair" in text(page(Role.HUB, "hub"))
        assert "there is no score" in text(page(Role.SERGEANT, "why-this-order"))

    def test_her_words_stand_where_they_do_not_fit_the_grade(
        self, page, does, case, pair, assessed, graded, accounts
    ):
        assessed(strangulation="yes", **{"strangulation-words": "with both hands, twice"})
        graded("standard")
        read = text(page(Role.SERGEANT, "checks"))
        assert "The words speak of danger and the grade does not" in read
        assert "with both hands, twice" in read
        assert "Zofia Quillfeather / Bertram Ashgrove" in read
        looks = Event.objects.filter(kind=Event.Kind.LOOK, action=Action.SUPERVISE_TEAM)
        with seen_whole():
            assert [set(one.subjects) for one in looks] == [set(pair)]

    def test_at_large_comes_first_then_what_does_not_fit_then_due(
        self, does, case, pair, add, incident, assessed, graded, accounts
    ):
        assessed(how="in-person")
        graded("medium")
        found = {"plain": case}
        for name, facts in (("mismatch", False), ("at-large", True)):
            her, him = add(name.capitalize(), "Whitmore"), add("Craig", "Whitmore", sex="1")
            incident(her, him)
            with seen_whole():
                found[name] = Case.objects.get(victim=her).id
            assessed(
                case_id=found[name],
                group="unknown",
                now=NOW + timedelta(minutes=5),
                **{"threats-to-kill": "yes"},
            )
            does(
                Role.OFFICER,
                grading.give,
                now=NOW + timedelta(minutes=5),
                case_id=found[name],
                grade="medium" if facts else "standard",
                reason="grade-first-assessment",
            )
            if facts:
                does(Role.OFFICER, set_fact, kind="warrant", record_id=him, valid_from=NOW)
        queue = does(Role.SERGEANT, lambda by, now: to_check(by, now=now), now=NOW + timedelta(minutes=6))
        assert [one.case.id for one in queue.lines] == [found["at-large"], found["mismatch"], found["plain"]]
        assert [one.signs for one in queue.lines] == [(Sign.AT_LARGE,), (Sign.MISMATCH,), ()]

    def test_returned_work_is_read_by_its_maker_alone(self, page, send, case, assessed, graded, signed_in):
        assessed()
        graded("standard")
        answer = send(Role.SERGEANT, "check", case, answer="return", returned_because="return-no-words")
        assert "Enter an answer to “What you want to tell whoever assessed" in text(answer)
        told = {"returned_because": "return-no-words", "feedback": "Ask her about the knife"}
        answer = send(Role.SERGEANT, "check", case, answer="return", **told)
        assert answer["Location"] == reverse("risk:checks")
        read = page(Role.OFFICER, "said")
        assert "Ask her about the knife" in text(read)
        with seen_whole():
            check = Check.objects.get()
        assert send(Role.OFFICER, "read", check.id).status_code == 302
        assert "I have read this" not in text(page(Role.OFFICER, "said"))
        assert "Ask her about the knife" not in text(page(Role.HUB, "said"))

    def test_what_one_graded_a_colleague_checks(self, page, case, assessed, graded):
        assessed(who=Role.SERGEANT)
        assert "a colleague checks it" in text(page(Role.SERGEANT, "check", case))

    def test_a_pair_out_of_sight_is_not_there(self, does, signed_in, page, case, pair, assessed):
        assessed()
        does(Role.DESK, restrict, record_id=pair[1], reason="sensitive-investigation")
        assert "Nothing waits to be checked" in text(page(Role.SERGEANT, "checks"))
        for name in ("case", "check", "grade", "assess"):
            browser = signed_in(Role.SERGEANT)
            assert browser.get(reverse(f"risk:{name}", args=[case])).status_code == 404

    def test_from_the_duty_to_the_check(self, signed_in, case, assessed):
        assessed()
        with seen_whole():
            duty = Duty.objects.get(kind="risk-check")
        answer = signed_in(Role.SERGEANT).get(f"/duties/{duty.id}/").content.decode()
        assert reverse("risk:check", args=[case]) in answer


class TestTheHub:
    def test_taken_looked_at_and_graded_by_page(self, page, send, case, assessed, graded):
        assessed()
        graded("standard")
        assert "Zofia Quillfeather" in text(page(Role.HUB, "hub"))
        assert "Take it" in text(page(Role.HUB, "review", case))
        assert send(Role.HUB, "take", case)["Location"] == reverse("risk:review", args=[case])
        answer = send(Role.HUB, "review", case, do="depth", **{"depth-depth": "deep"})
        assert "There is a problem Why in depth: choose one of the answers listed" in text(answer)
        told = {"depth-depth": "deep", "depth-deep_because": "deep-partners"}
        assert send(Role.HUB, "review", case, do="depth", **told).status_code == 302
        told = {
            "agency": "health",
            "controller": "Quarnley General Hospital",
            "shared_by": "Dr Amadi, consultant",
            "basis": "safeguarding",
            "words": "Two visits this month",
        }
        answer = send(Role.HUB, "share", case, **{**told, "basis": ""})
        assert "On what basis?" in text(answer)
        assert send(Role.HUB, "share", case, **told).status_code == 302
        read = text(page(Role.HUB, "review", case))
        assert "Two visits this month" in read
        assert "Safeguarding a child or an individual at risk" in read
        told = {"review-answer": "regrade", "review-grade": "high", "review-reason": "grade-told-more"}
        assert send(Role.HUB, "review", case, do="review", **told)["Location"] == reverse("risk:hub")
        with seen_whole():
            assert HubReview.objects.get().outcome == "regraded"
            assert StandingFact.objects.get(kind="grade", ended_at=None).value == "high"
            assert Share.objects.count() == 1
        assert "The hub has looked at every pair" in text(page(Role.HUB, "hub"))

    def test_a_long_queue_is_read_in_pages_and_few_statements(
        self, does, add, incident, case, accounts, django_assert_max_num_queries, pair, wait
    ):
        her, him = pair
        incident(her, him)
        wait("hub-review", A_PAGE + 5)
        with django_assert_max_num_queries(24):
            first = does(Role.HUB, lambda by, now: hub_queue(by, now=now))
        assert (first.count, first.pages, len(first.lines)) == (A_PAGE + 5, 2, A_PAGE)
        second = does(Role.HUB, lambda by, now: hub_queue(by, now=now, page=2))
        assert len(second.lines) == 5
        dues = [one.duty.due_at for one in (*first.lines, *second.lines)]
        assert dues == sorted(dues)


class TestTheMonitor:
    @pytest.fixture
    def regraded(self, does, case, assessed, graded):
        assessed()
        graded("high")
        about = {"reason": "grade-wrong-before", "feedback": "See her words"}
        does(
            Role.SERGEANT,
            checking.regrade,
            case_id=case,
            grade="medium",
            words="no capacity for more",
            **about,
        )

    def test_it_says_so_where_nobody_graded_otherwise(self, page):
        assert "Nobody has graded anything otherwise" in text(page(Role.ANALYST, "monitor"))

    def test_who_counts_reads_codes_and_who_may_see_the_two_opens_them(self, regraded, signed_in, page):
        assert "1 of 1 regrade went down" in text(page(Role.ANALYST, "monitor"))
        assert "1 reason speaks of capacity or counting" in text(page(Role.ANALYST, "monitor"))
        for role, named in ((Role.ANALYST, False), (Role.INSPECTOR, True)):
            answer = signed_in(role).get(
                reverse("risk:monitor-records"), {"part": "queue", "code": "up-to-9"}
            )
            assert ("Zofia Quillfeather" in text(answer)) is named
            assert "High to Medium" in text(answer)
        answer = signed_in(Role.INSPECTOR).get(
            reverse("risk:monitor-records"), {"part": "queue", "code": "from-300"}
        )
        assert "None." in text(answer)

    def test_on_the_command_line(self, regraded, accounts, settings):
        run = CliRunner()
        told = run.invoke(throughline, ["risk", "monitor", "--as", Role.ANALYST.value])
        assert told.exit_code == 0, told.output
        assert "all: 1 of 1 down, 100%" in told.output
        told = run.invoke(throughline, ["risk", "queue", "--as", Role.HUB.value])
        assert "for the hub: 1, overdue: 0" in told.output
        assert "Zofia" not in told.output
        refused = run.invoke(throughline, ["risk", "monitor", "--as", Role.CALL_HANDLER.value])
        assert refused.exit_code != 0


def test_something_has_changed_by_hand(page, send, case, graded):
    graded("medium")
    assert "Something has changed" in text(page(Role.OFFICER, "reassess", case))
    assert send(Role.OFFICER, "reassess", case, cause="separation").status_code == 302
    read = text(page(Role.OFFICER, "grade", case))
    assert "Reassessment" in read
    answer = send(Role.OFFICER, "grade", case, grade="high", reason="grade-separation")
    assert answer.status_code == 302
    with seen_whole():
        assert Grading.objects.filter(stage="reassessment", grade="high").exists()
        assert not Duty.objects.filter(kind="risk-reassessment", discharged_at=None).exists()
