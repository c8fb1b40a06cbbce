"""The pages of her safety plan and of the support directory, as each who uses them, and the command line."""

import csv

import pytest
from click.testing import CliRunner
from django.urls import reverse

from throughline.casework.conftest import NOW
from throughline.casework.people.commands.safety import restrict
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands.directory import add_service
from throughline.casework.safeguarding.models import (
    PlanCopy,
    PlanVersion,
    Referral,
    SafetyMeasure,
    SafetyWords,
    Service,
)
from throughline.casework.safeguarding.rules.directory import Told, read_hours
from throughline.casework.safeguarding.tests.conftest import PLANNED
from throughline.casework.safeguarding.tests.test_planning_commands import (  # noqa: F401 (fixtures)
    called,
    graded_as,
    safe_by,
)
from throughline.casework.safeguarding.tests.test_safeguarding_commands import open_now
from throughline.casework.safeguarding.tests.test_safeguarding_pages import text
from throughline.cli import throughline
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.models import Event
from throughline.foundations.instruments.models import Answers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]


def address(name, *ids):
    return reverse(f"safeguarding:{name}", args=ids)


AGREED = {"done-took_part": ["victim", "idva"], "done-agreed": "agreed"}


class TestThePlan:
    def test_from_the_duty_to_her_plan_and_the_case_page(self, signed_in, graded_as, case):  # noqa: F811
        graded_as("standard")
        called()
        [duty] = open_now("safety-plan")
        hub = signed_in(Role.HUB)
        there = hub.get(reverse("overview:duty", args=[duty.id]))
        assert "She has no safety plan" in text(there)
        assert address("make-plan", case) in there.content.decode()
        made = hub.post(address("make-plan", case), {**PLANNED, **AGREED, "do": "complete", "after": ""})
        assert made.status_code == 302, text(made)
        page = text(hub.get(address("plan", case)))
        for words in (
            "She agrees with it",
            "Her independent domestic violence adviser",
            "To sleep at home",
            "Nobody has decided whether she is given this plan",
            "She has been offered none",
        ):
            assert words in page, words
        assert not open_now("safety-plan")
        assert "Plan of" in text(hub.get(reverse("overview:case", args=[case])))

    def test_saving_asks_for_nothing_and_what_was_saved_is_gone_on_with(self, signed_in, case):
        officer = signed_in(Role.OFFICER)
        kept = officer.post(
            address("make-plan", case), {"wants": "To be left alone", "do": "save", "after": ""}
        )
        assert kept.status_code == 302
        with seen_whole():
            assert PlanVersion.objects.get().completed_at is None
            row = Answers.objects.get(instrument="safety-plan")
        page = officer.get(address("make-plan", case)).content.decode()
        assert "To be left alone" in page
        assert str(row.id) in page
        assert "Being written" in text(officer.get(address("plan", case)))

    def test_completing_says_what_is_missing_and_keeps_what_was_typed(self, signed_in, case):
        officer = signed_in(Role.OFFICER)
        missing = officer.post(
            address("make-plan", case), {"wants": "To be left alone", "do": "complete", "after": ""}
        )
        assert "There is a problem" in text(missing)
        assert "To be left alone" in missing.content.decode()
        agree = officer.post(
            address("make-plan", case),
            {
                **PLANNED,
                "done-agreed": "not-agreed",
                "done-took_part": ["victim"],
                "do": "complete",
                "after": "",
            },
        )
        assert "say why" in text(agree)
        with seen_whole():
            assert not PlanVersion.objects.exists()

    def test_who_wants_no_plan_is_asked_no_more(self, signed_in, case):
        told = {
            "done-took_part": ["victim", "officer"],
            "done-agreed": "not-agreed",
            "done-why": "wants-none",
        }
        kept = signed_in(Role.OFFICER).post(
            address("make-plan", case), {**told, "do": "complete", "after": "", "done-words": "Leave me be"}
        )
        assert kept.status_code == 302
        with seen_whole():
            assert PlanVersion.objects.get().completed_at is not None

    def test_two_who_write_at_once_are_told(self, signed_in, case):
        first, second = signed_in(Role.OFFICER), signed_in(Role.HUB)
        first.post(address("make-plan", case), {"wants": "One", "do": "save", "after": ""})
        late = second.post(address("make-plan", case), {"wants": "Another", "do": "save", "after": ""})
        assert late.status_code == 409
        assert "Another" in late.content.decode()
        with seen_whole():
            assert [one.answers for one in Answers.objects.filter(instrument="safety-plan")] == [
                {"wants": "One"}
            ]

    def test_earlier_versions_stay_to_be_read(self, signed_in, planned, case):
        planned(words="She wants to stay")
        planned(answers={**PLANNED, "wants": "To leave in spring"})
        page = text(signed_in(Role.OFFICER).get(address("plan", case)))
        assert "Earlier versions" in page
        assert "She wants to stay" in page

    def test_long_words_and_markup_are_shown_as_written(self, signed_in, planned, case):
        planned(answers={**PLANNED, "wants": "<b>" + "x" * 600})
        page = signed_in(Role.OFFICER).get(address("plan", case)).content.decode()
        assert "&lt;b&gt;" + "x" * 600 in page

    @pytest.mark.parametrize("role", [Role.CALL_HANDLER, Role.INTELLIGENCE])
    def test_who_reads_and_does_not_plan_is_offered_nothing(self, signed_in, planned, measure, case, role):
        planned()
        measure("locks")
        browser = signed_in(role)
        page = browser.get(address("plan", case)).content.decode()
        assert "To sleep at home" in page
        for name in ("make-plan", "offer-measure", "refer"):
            assert address(name, case) not in page
            assert browser.get(address(name, case)).status_code == 403

    def test_a_look_at_both_is_written(self, signed_in, planned, case, pair):
        planned()
        signed_in(Role.OFFICER).get(address("plan", case))
        with seen_whole():
            looks = Event.objects.filter(kind=Event.Kind.LOOK).latest("id")
        assert set(looks.subjects) == set(pair)

    def test_one_out_of_sight_is_not_there(self, signed_in, does, planned, measure, case, pair):
        version, made = planned(), measure("locks")
        does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
        officer = signed_in(Role.OFFICER)
        for there in (
            address("plan", case),
            address("make-plan", case),
            address("measure", made.id),
            address("copy-plan", version.id),
            address("print-plan", version.id),
        ):
            assert officer.get(there).status_code == 404, there
        assert "Nothing is ordered" in text(officer.get(address("measures")))


class TestMeasures:
    def test_offered_ordered_and_in_place(self, signed_in, case):
        hub = signed_in(Role.HUB)
        told = {"kind": "locks", "then": "order", "supplier": "council", "words": "Back door first"}
        assert hub.post(address("offer-measure", case), told).status_code == 302
        with seen_whole():
            made = SafetyMeasure.objects.get()
        waiting = text(hub.get(address("measures")))
        assert "Locks: Zofia Quillfeather" in waiting
        page = hub.get(address("measure", made.id))
        assert "Back door first" in text(page)
        assert hub.post(address("measure", made.id), {"step": "fit"}).status_code == 302
        assert "in place" in text(hub.get(address("plan", case)))
        assert "Locks in place" in text(hub.get(reverse("overview:case", args=[case])))
        assert "Nothing is ordered" in text(hub.get(address("measures")))

    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, signed_in, case):
        hub = signed_in(Role.HUB)
        wrong = hub.post(
            address("offer-measure", case), {"kind": "cctv", "then": "decline", "words": "She says no"}
        )
        assert "There is a problem" in text(wrong)
        assert "She says no" in wrong.content.decode()
        with seen_whole():
            assert not SafetyMeasure.objects.exists()

    def test_what_is_done_can_be_read_and_nothing_further(self, signed_in, does, measure):
        made = measure("cctv")
        hub = signed_in(Role.HUB)
        assert (
            hub.post(address("measure", made.id), {"step": "decline", "reason": "not-wanted"}).status_code
            == 302
        )
        page = text(hub.get(address("measure", made.id)))
        assert "She does not want it" in page
        assert hub.post(address("measure", made.id), {"step": "fit"}).status_code == 200


class TestACopy:
    def test_it_is_refused_in_words_where_it_is_not_safe(self, signed_in, planned):
        made = planned()
        told = {"given": "yes", "form": "paper-in-hand", "safe_to_keep": "on"}
        page = text(signed_in(Role.OFFICER).post(address("copy-plan", made.id), told))
        assert "no safe way of reaching her is known" in page
        with seen_whole():
            assert not PlanCopy.objects.exists()

    def test_printed_it_names_nobody_and_no_place(self, signed_in, planned, safe_by, case):  # noqa: F811
        made = planned(
            answers={
                **PLANNED,
                "phone-words": "Bertram reads the tablet",
                "leaving-words": "To the refuge",
                "money-words": "Ask at 12 Alma Road",
                "work": "The office has his picture",
                "calling": "Two knocks on the wall",
            }
        )
        officer = signed_in(Role.OFFICER)
        assert "nobody has decided" in text(officer.get(address("print-plan", made.id))).lower()
        safe_by(means=["visit"])
        told = {"given": "yes", "form": "paper-in-hand", "safe_to_keep": "on"}
        assert officer.post(address("copy-plan", made.id), told).status_code == 302
        page = text(officer.get(address("print-plan", made.id)))
        assert "Two knocks on the wall" in page
        assert "The office has his picture" in page
        for hidden in ("Bertram", "Alma", "refuge", "Zofia", "Police", "Throughline", "To sleep at home"):
            assert hidden.lower() not in page.lower(), hidden
        # what it rests on has changed
        safe_by(means=["none"])
        assert "has changed since" in text(officer.get(address("print-plan", made.id)))


class TestServices:
    def test_told_referred_and_answered(self, signed_in, does, case):
        service = does(Role.HUB, add_service, told=Told("Marigold House", "Advice"))
        officer = signed_in(Role.OFFICER)
        told = {"service": str(service.id), "how": "referred", "consent": "agreed", "basis": "consent"}
        assert officer.post(address("refer", case), told).status_code == 302
        with seen_whole():
            made = Referral.objects.get()
        page = text(officer.get(address("plan", case)))
        assert "referred; She agreed to it, " in page
        assert "Waits for an answer" in page
        assert officer.post(address("referral", made.id), {"answer": "taken-on"}).status_code == 302
        page = text(officer.get(address("plan", case)))
        assert "The service has taken her on" in page
        assert "Waits for an answer" not in page
        refused = {**told, "consent": "refused", "basis": "safeguarding", "words": "Her children are at risk"}
        assert officer.post(address("refer", case), refused).status_code == 302
        page = text(officer.get(address("plan", case)))
        assert "She did not agree (basis: Safeguarding a child or an individual at risk), " in page

    def test_an_empty_directory_says_so(self, signed_in, case):
        officer = signed_in(Role.OFFICER)
        assert "No service has been written down yet" in text(officer.get(address("directory")))
        assert "No service stands in the directory yet" in text(officer.get(address("refer", case)))

    def test_it_is_found_by_need_language_and_hours(self, signed_in, does):
        open_all = read_hours("always")
        for name, needs, languages, hours in (
            ("Marigold House", ("men",), ("pl",), open_all),
            ("Harbour", ("anybody",), ("en",), ()),
            ("Lantern", ("children",), ("en",), open_all),
        ):
            told = Told(name, "Advice", needs=needs, languages=languages, hours=hours)
            does(Role.HUB, add_service, told=told)
        handler = signed_in(Role.CALL_HANDLER)
        page = text(handler.get(address("directory"), {"need": "men"}))
        assert page.index("Marigold House") < page.index("Harbour")
        assert "Lantern" not in page
        page = text(handler.get(address("directory"), {"language": "pl"}))
        assert "Marigold House" in page
        assert "Harbour" not in page
        page = text(handler.get(address("directory"), {"now": "on"}))
        assert "Harbour" not in page
        assert "Add a service" not in page

    def test_kept_checked_and_withdrawn(self, signed_in):
        hub = signed_in(Role.HUB)
        told = {
            "name": "Marigold House",
            "what": "Advice",
            "needs": ["men", "lgbt"],
            "hours": "Mon-Fri 9am-5pm",
            "telephone": "01632 960123",
            "languages": ["en"],
        }
        assert hub.post(address("add-service"), told).status_code == 302
        with seen_whole():
            service = Service.objects.get()
        assert "Nobody has checked it" in text(hub.get(address("service", service.id)))
        wrong = hub.post(address("change-service", service.id), {**told, "hours": "sometimes"})
        assert "write hours like" in text(wrong)
        changed = hub.post(address("change-service", service.id), {**told, "what": "Advice and a room"})
        assert changed.status_code == 302
        hub.post(address("check-service", service.id))
        page = text(hub.get(address("service", service.id)))
        assert "Mon-Fri 09:00-17:00" in page
        assert "The hub-reviewer" in page
        [duty] = open_now("directory-check")
        assert duty.due_at > NOW
        asked = hub.get(address("withdraw-service", service.id)).content.decode()
        assert "Withdraw it from the directory?" in asked
        assert "was withdrawn" not in hub.get(address("service", service.id)).content.decode()
        hub.post(address("withdraw-service", service.id))
        assert hub.get(address("withdraw-service", service.id)).status_code == 302
        assert "Withdrawn" in text(hub.get(address("service", service.id)))
        assert "No service has been written down yet" in text(hub.get(address("directory")))
        again = text(hub.post(address("check-service", service.id), follow=True))
        assert "was withdrawn" in again
        assert not open_now("directory-check")

    def test_who_does_not_keep_it_changes_nothing(self, signed_in, does):
        service = does(Role.HUB, add_service, told=Told("Marigold House", "Advice"))
        officer = signed_in(Role.OFFICER)
        assert officer.post(address("check-service", service.id)).status_code == 403
        assert officer.get(address("add-service")).status_code == 403
        assert "Checked today" not in text(officer.get(address("service", service.id)))


class TestTheCommandLine:
    def test_the_plan_of_a_case_in_codes(self, planned, measure, case, accounts):
        planned(words="Ring my sister")
        measure("locks", ordered=True)
        told = CliRunner().invoke(
            throughline, ["safeguarding", "plan", str(case), "--as", "response-officer"]
        )
        assert told.exit_code == 0, told.output
        assert "plan: agreed" in told.output
        assert "locks  ordered" in told.output
        assert "sister" not in told.output

    def test_measures_that_are_waited_for(self, measure, accounts):
        measure("locks", ordered=True)
        told = CliRunner().invoke(throughline, ["safeguarding", "measures", "--as", "hub-reviewer"])
        assert told.exit_code == 0, told.output
        assert "waited for: 1, late: 0" in told.output
        refused = CliRunner().invoke(throughline, ["safeguarding", "measures", "--as", "analyst"])
        assert refused.exit_code == 1

    def test_a_file_of_services_lands_and_what_does_not_is_named(self, tmp_path, accounts):
        file = tmp_path / "services.csv"
        file.write_text(
            "name,what,needs,hours,telephone,languages,checked_on\n"
            "Marigold House,Advice,men; lgbt,Mon-Fri 09:00-17:00,01632 960123,en; pl,2026-11-02\n"
            "Harbour,Rooms,elephants,always,01632 960124,en,\n"
            ",Nameless,men,always,,en,\n"
            "Lantern,Play,children,now and then,,en,\n"
            "Beacon,Law,legal,always,,en,tomorrow\n"
        )
        run = ["safeguarding", "directory-import", str(file), "--as", "hub-reviewer"]
        told = CliRunner().invoke(throughline, run)
        assert told.exit_code == 0, told.output
        assert "1 added, 0 changed, 4 rejected" in told.output
        with (tmp_path / "services.csv.rejects.csv").open() as rejects:
            rows = list(csv.DictReader(rejects))
        assert [(row["row"], row["field"]) for row in rows] == [
            ("3", "needs"),
            ("4", "name"),
            ("5", "hours"),
            ("6", "checked_on"),
        ]
        assert rows[0]["name"] == "Harbour"
        again = CliRunner().invoke(throughline, run)
        assert "0 added, 1 changed, 4 rejected" in again.output
        found = CliRunner().invoke(
            throughline, ["safeguarding", "directory", "--need", "men", "--as", "response-officer"]
        )
        assert "Marigold House" in found.output

    def test_a_file_that_is_none_changes_nothing(self, tmp_path, accounts):
        file = tmp_path / "services.csv"
        file.write_text("name,wat\nMarigold House,Advice\n")
        told = CliRunner().invoke(
            throughline, ["safeguarding", "directory-import", str(file), "--as", "hub-reviewer"]
        )
        assert told.exit_code == 2
        assert "no column 'what'" in told.output
        refused = CliRunner().invoke(
            throughline, ["safeguarding", "directory-import", str(file), "--as", "analyst"]
        )
        assert refused.exit_code != 0


def test_what_is_said_of_her_is_kept_apart_from_what_is_counted(planned, measure):
    planned(words="Ring my sister")
    with seen_whole():
        assert [one.words for one in SafetyWords.objects.all()] == ["Ring my sister"]
