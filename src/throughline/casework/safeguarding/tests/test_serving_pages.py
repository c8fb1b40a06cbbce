"""The pages about who safeguards her, the workload and the registers, as each who uses them, and the command line."""

import pytest
from click.testing import CliRunner
from django.urls import reverse

from throughline.casework.cases.commands import holding
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.safety import restrict
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands import serving
from throughline.casework.safeguarding.models import (
    HandoverNote,
    OnCall,
    PolicyOverride,
    ServiceRequest,
    Training,
)
from throughline.casework.safeguarding.tests.test_safeguarding_pages import address, text
from throughline.casework.safeguarding.tests.test_serving_commands import asked, duties, owner_of
from throughline.cli import throughline
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.accounts.models import Team
from throughline.foundations.audit.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]


@pytest.fixture
def high(does, case, accounts):
    """The officer owns the case, which is graded high, and the hub is asked."""
    does(Role.OFFICER, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
    told = {"case_id": case, "grade": "high", "reason": "grade-first-assessment"}
    does(Role.OFFICER, holding.set_grade, **told)
    asked(NOW)


def test_before_anybody_has_graded_it_the_page_says_so(signed_in, case):
    page = text(signed_in(Role.OFFICER).get(address("serving", case)))
    assert "Nobody has graded any case of hers: the policy names nobody yet." in page
    assert "Complete and send the package" not in page


def test_the_owner_reads_everywhere_that_it_waits_and_that_they_keep_it(signed_in, high, case):
    officer = signed_in(Role.OFFICER)
    for where in (reverse("overview:home"), reverse("overview:case", args=[case]), address("serving", case)):
        page = text(officer.get(where))
        assert "aiting for Hub reviewer since" in page, where
        assert "You keep it" in page, where
    page = text(officer.get(address("serving", case)))
    assert "The hub or an independent adviser speaks with her" in page
    assert "within 24 hours of the grade" in page
    assert "Complete and send the package" in page
    assert ">Accept<" not in officer.get(address("serving", case)).content.decode()


def test_a_colleague_reads_who_keeps_it(signed_in, high, case):
    page = text(signed_in(Role.SERGEANT).get(reverse("overview:case", args=[case])))
    assert "The response-officer keeps it until it is accepted." in page


def test_from_the_hubs_list_to_owning_her_case(signed_in, high, case, accounts):
    hub = signed_in(Role.HUB)
    [duty] = duties("safeguard-accept")
    there = hub.get(reverse("overview:duty", args=[duty.id]))
    assert address("serving", case) in there.content.decode()
    assert "Accept" in text(hub.get(address("serving", case)))
    after = hub.post(address("accept", case), {}, follow=True)
    page = text(after)
    assert "You safeguard her and own her open cases." in page
    assert "Handed over 1 time" in page
    assert "accepted by The hub-reviewer" in page
    assert owner_of(case) == str(accounts[Role.HUB].id)


def test_returned_added_to_and_returned_again_until_a_sergeant_decides(signed_in, high, case, accounts):
    hub, officer, sergeant = (signed_in(role) for role in (Role.HUB, Role.OFFICER, Role.SERGEANT))
    empty = text(hub.post(address("return", case), {"words": "There is no statement"}))
    assert "Select an answer to “Why" in empty
    assert "There is no statement" in empty
    told = {"reason": "return-package", "missing": ["handover-statement"], "words": "There is no statement"}
    page = text(hub.post(address("return", case), told, follow=True))
    assert "Hub reviewer returned it" in page
    assert "missing: Her statement" in page
    package = text(officer.get(address("package", case)))
    assert "It came back: What is handed over lacks what is named" in package
    note = {"item": "handover-statement", "held": "not-applicable", "words": ""}
    assert "say where it is held" in text(officer.post(address("package", case), note))
    note["words"] = "She gave it on video"
    page = text(officer.post(address("package", case), note, follow=True))
    assert "Does not apply She gave it on video (The response-officer)" in page
    page = text(officer.post(address("package", case), {"do": "send"}, follow=True))
    assert "Sent. You keep the case until it is accepted." in page
    told["words"] = "We have no capacity"
    page = text(hub.post(address("return", case), told, follow=True))
    assert "Your words speak of: How busy somebody is. That is no reason" in page
    assert "It was returned twice: a sergeant decides." in page
    assert officer.get(address("decide", case)).status_code == 403
    form = sergeant.get(address("decide", case)).content.decode()
    assert form.index("The hub-reviewer") < form.index("The response-officer"), (
        "whom the policy names stands first"
    )
    told = {
        "owner": str(accounts[Role.HUB].id),
        "reason": "settled-missing-later",
        "words": "The video is enough",
    }
    page = text(sergeant.post(address("decide", case), told, follow=True))
    assert "decided: The hub-reviewer" in page
    assert "The video is enough" in page
    assert owner_of(case) == str(accounts[Role.HUB].id)


def test_a_choice_against_the_policy_is_said_and_reviewed(signed_in, high, case, accounts):
    sergeant, inspector = signed_in(Role.SERGEANT), signed_in(Role.INSPECTOR)
    told = {"account": str(accounts[Role.OFFICER].id), "words": "She trusts her"}
    assert "is not a reason for this" in text(sergeant.post(address("ask", case), told))
    page = text(sergeant.post(address("ask", case), told | {"reason": "override-trust"}, follow=True))
    assert "Against the policy" in page
    assert "Nobody has reviewed it yet." in page
    with seen_whole():
        override = PolicyOverride.objects.get()
    there = reverse("safeguarding:review-override", args=[override.id])
    assert "She trusts her" in text(inspector.get(there))
    assert "is needed: say why you decided otherwise" in text(inspector.post(there, {"agreed": "no"}))
    page = text(inspector.post(there, {"agreed": "no", "feedback": "The hub knows him"}, follow=True))
    assert "did not agree. The hub knows him" in page
    assert "Waiting for Hub reviewer since" in page


def test_out_of_sight_there_is_no_such_page(signed_in, does, high, case, pair):
    does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
    sergeant = signed_in(Role.SERGEANT)
    for name in ("serving", "accept", "return", "package", "decide", "ask"):
        assert sergeant.get(address(name, case)).status_code == 404, name
    page = text(sergeant.get(reverse("safeguarding:workload")))
    assert "0 requests wait to be accepted" in page
    assert "Quillfeather" not in page


def test_who_only_reads_is_offered_nothing(signed_in, high, case):
    handler = signed_in(Role.CALL_HANDLER)
    page = text(handler.get(address("serving", case)))
    for words in ("Complete and send the package", "Ask somebody by name", "Return it"):
        assert words not in page
    for name in ("accept", "return", "package", "decide", "ask"):
        assert handler.get(address(name, case)).status_code == 403, name
    assert handler.get(reverse("safeguarding:workload")).status_code == 403


def test_the_workload_names_who_has_how_much_and_what_waits_with_one_look(signed_in, high, case, pair):
    page = text(signed_in(Role.SUPERVISOR).get(reverse("safeguarding:workload")))
    assert "1 request waits to be accepted" in page
    assert "Waiting for Hub reviewer" in page
    assert "The response-officer keeps it" in page
    assert "How much somebody has is no reason for a grade" in page
    assert "Nobody has written it" in page
    with seen_whole():
        looks = list(Event.objects.filter(kind=Event.Kind.LOOK, action=Action.VIEW_WORKLOAD))
    assert [set(look.subjects) for look in looks] == [set(pair)]


def test_the_workload_reads_as_often_however_much_there_is(
    signed_in, does, high, case, django_assert_max_num_queries
):
    supervisor = signed_in(Role.SUPERVISOR)
    supervisor.get(reverse("safeguarding:workload"))
    with django_assert_max_num_queries(60):
        supervisor.get(reverse("safeguarding:workload"))


def test_posts_are_written_and_what_nobody_wrote_is_not_none(signed_in, accounts):
    sergeant = signed_in(Role.SERGEANT)
    team = Team.objects.get()
    there = reverse("safeguarding:posts")
    told = {"team": str(team.id), "established": "10", "filled": "12"}
    assert "is more than there are posts" in text(sergeant.post(there, told))
    page = text(sergeant.post(there, told | {"filled": "7"}, follow=True))
    assert "10 posts, 7 filled, 3 vacant" in page


def test_who_is_on_call_is_written_and_ended(signed_in, accounts):
    sergeant = signed_in(Role.SERGEANT)
    there = reverse("safeguarding:on-call")
    told = {"account": str(accounts[Role.HUB].id), "starts_at": "6pm", "ends_at": "8am"}
    days = {
        "starts_day": "1",
        "starts_month": "1",
        "starts_year": "2100",
        "ends_day": "1",
        "ends_month": "1",
        "ends_year": "2100",
    }
    assert "is before it begins" in text(sergeant.post(there, told | days))
    page = text(sergeant.post(there, told | days | {"ends_day": "2"}, follow=True))
    assert "The hub-reviewer" in page
    assert "End it" in page
    with seen_whole():
        entry = OnCall.objects.get()
    page = text(sergeant.post(there, {"end": str(entry.id)}, follow=True))
    assert "Nobody is written down." in page


def test_training_is_shown_where_somebody_is_chosen(signed_in, high, case, accounts):
    sergeant = signed_in(Role.SERGEANT)
    there = reverse("safeguarding:training")
    told = {"account": str(accounts[Role.HUB].id), "kind": "stalking"}
    told |= {"valid_from_day": "1", "valid_from_month": "2", "valid_from_year": "2026"}
    page = text(sergeant.post(there, told, follow=True))
    assert "Stalking, since" in page
    assert "The hub-reviewer (Hub reviewer; Stalking)" in text(sergeant.get(address("ask", case)))
    assert "Stalking" in text(sergeant.get(reverse("safeguarding:workload")))
    with seen_whole():
        entry = Training.objects.get()
    sergeant.post(there, {"end": str(entry.id)})
    with seen_whole():
        assert Training.objects.get().valid_until is not None


def run(*words):
    return CliRunner().invoke(throughline, ["safeguarding", *words])


def test_the_command_line_tells_the_policy_of_a_day():
    told = run("policy", "--on", "2026-11-26")
    assert told.exit_code == 0, told.output
    assert "high" in told.output
    assert "hub-reviewer" in told.output
    assert "reassurance-visit" in told.output
    assert "unverified" in told.output


def test_the_command_line_answers_by_case_and_code(high, case, accounts):
    sergeant, hub, officer = (accounts[role].username for role in (Role.SERGEANT, Role.HUB, Role.OFFICER))
    told = run("workload", "--as", sergeant)
    assert told.exit_code == 0, told.output
    assert "waiting to be accepted: 1" in told.output
    assert str(case) in told.output
    assert "Quillfeather" not in told.output
    assert run("workload", "--as", officer).exit_code == 1
    assert run("return", str(case), "--as", hub, "--reason", "return-package", "--words", "No").exit_code == 1
    told = run(
        "return",
        str(case),
        "--as",
        hub,
        "--reason",
        "return-package",
        "--words",
        "No",
        "--missing",
        "handover-statement",
    )
    assert told.exit_code == 0, told.output
    assert "returned" in told.output
    told = run("hand-over", str(case), "--as", officer)
    assert told.exit_code == 0, told.output
    assert "lacking" in told.output
    assert run("accept", str(case), "--as", officer).exit_code == 1
    assert run("accept", str(case), "--as", hub).exit_code == 0
    assert owner_of(case) == str(accounts[Role.HUB].id)
    with seen_whole():
        assert ServiceRequest.objects.get().state == "accepted"
        assert not HandoverNote.objects.exists()
    assert run("ask").exit_code == 0


def test_the_command_line_decides(high, does, case, accounts):
    told = {"case_id": case, "reason": "return-safe-contact", "words": "Nobody knows"}
    does(Role.HUB, serving.give_back, **told)
    sergeant, officer = accounts[Role.SERGEANT].username, accounts[Role.OFFICER].username
    told = run(
        "decide",
        str(case),
        "--as",
        sergeant,
        "--owner",
        officer,
        "--reason",
        "settled-trust",
        "--words",
        "So",
    )
    assert told.exit_code == 1, "it came back once only"
    run("hand-over", str(case), "--as", officer)
    told = {"case_id": case, "reason": "return-safe-contact", "words": "Nobody knows"}
    does(Role.HUB, serving.give_back, **told)
    told = run(
        "decide",
        str(case),
        "--as",
        sergeant,
        "--owner",
        officer,
        "--reason",
        "settled-trust",
        "--words",
        "So",
    )
    assert told.exit_code == 0, told.output
    assert owner_of(case) == str(accounts[Role.OFFICER].id)
