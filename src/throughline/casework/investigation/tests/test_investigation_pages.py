"""The pages of an investigation, as each who uses them, and the command line."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.urls import reverse
from django.utils import timezone

from throughline.casework.conftest import NOW
from throughline.casework.investigation.commands import looking, planning, proving
from throughline.casework.investigation.models import (
    Investigation,
    LineOfEnquiry,
    OutstandingSuspect,
    Withdrawal,
)
from throughline.casework.investigation.tests.conftest import duties
from throughline.casework.people.commands.safety import restrict
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.tests.test_safeguarding_pages import text
from throughline.casework.scene.commands.attending import begin
from throughline.casework.scene.commands.gathering import gather
from throughline.cli import throughline
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.audit.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]


def address(name, *args):
    return reverse(f"investigation:{name}", args=args)


def in_days(days, field="due"):
    day = timezone.localdate() + timedelta(days=days)
    return {f"{field}_day": day.day, f"{field}_month": day.month, f"{field}_year": day.year}


def test_an_empty_page_says_what_is_not_known(signed_in, case):
    page = text(signed_in(Role.OFFICER).get(address("case", case)))
    for said in (
        "Nobody has accepted it",
        "Nobody has graded any case of hers: the policy names nobody yet.",
        "None is recorded yet.",
        "No line of enquiry is open.",
        "Nobody of this case is in the register.",
        "No personal statement offered",
        "Nobody has written that special measures were explained to her.",
        "Open the investigation",
    ):
        assert said in page, said


def test_from_the_investigators_list_to_a_plan_that_a_sergeant_reviews(signed_in, asked, case, accounts):
    investigator, sergeant = signed_in(Role.INVESTIGATOR), signed_in(Role.SERGEANT)
    [duty] = duties("investigation-accept")
    assert "An investigation waits to be accepted" in text(investigator.get(reverse("overview:home")))
    there = investigator.get(reverse("overview:duty", args=[duty.id]))
    assert address("case", case) in there.content.decode()
    page = text(investigator.get(address("case", case)))
    assert "Waiting for Investigator to accept since" in page
    assert "Specialist domestic abuse investigators" in page
    page = text(investigator.post(address("accept", case), {}, follow=True))
    assert "You investigate it." in page
    assert "The investigator, accepted" in page
    empty = text(investigator.post(address("add-line", case), {"what": "Ask at 16"}))
    assert "Select an answer to “What is it about" in empty
    assert "Ask at 16" in empty
    line = {
        "kind": "witness",
        "what": "Ask at 16",
        "whose": str(accounts[Role.OFFICER].id),
        "why": "He heard it",
    }
    page = text(
        investigator.post(
            address("add-line", case), {**line, **in_days(2), "priority": "may-be-lost"}, follow=True
        )
    )
    for said in (
        "Account of a witness",
        "It may be lost",
        "Ask at 16",
        "He heard it",
        "The response-officer",
    ):
        assert said in page, said
    assert "Made " in text(investigator.post(address("planned", case), {}, follow=True))
    assert "A line of enquiry is yours" in text(signed_in(Role.OFFICER).get(reverse("overview:home")))
    page = text(sergeant.get(address("waiting")))
    assert "Quillfeather" in page
    said = {"agreed": "no", "words": "Ask for the footage of the shop"}
    page = text(sergeant.post(address("review", case), said, follow=True))
    assert "Ask for the footage of the shop" in page
    assert "more is to be done" in page
    assert "More is wanted of it:" in text(investigator.get(address("case", case)))


def test_a_line_is_replaced_and_ended_with_what_it_was_before(signed_in, does, accepted, case, accounts):
    client, whose = signed_in(Role.INVESTIGATOR), accounts[Role.INVESTIGATOR].id
    told = {"kind": "medical", "what": "Ask the surgery", "whose": whose, "due_at": NOW + timedelta(days=3)}
    line = does(Role.INVESTIGATOR, planning.add_line, case_id=case, **told)
    form = client.get(address("replace-line", line.id)).content.decode()
    assert "Ask the surgery" in form
    sent = {"kind": "medical", "what": "Ask the hospital", "whose": str(whose), **in_days(4)}
    assert "Ask the hospital" in text(client.post(address("replace-line", line.id), sent, follow=True))
    with seen_whole():
        after = LineOfEnquiry.objects.get(supersedes=line.id)
    wrong = text(client.post(address("end-line", after.id), {"ending": "line-no-bearing"}))
    assert "is needed: say why it is no longer to be done" in wrong
    page = text(
        client.post(address("end-line", after.id), {"ending": "line-done", "words": "OP/7"}, follow=True)
    )
    assert "Done, replaced or let go (2)" in page
    again = text(client.post(address("end-line", after.id), {"ending": "line-done"}))
    assert "Somebody else has changed this meanwhile" in again


def test_what_the_scene_left_is_taken_up_or_let_go(signed_in, does, accepted, case, accounts):
    with seen_whole():
        incident_id = Investigation.objects.get().case.incident_links.get().incident_id
    does(Role.OFFICER, begin, incident_id=incident_id)
    for item in ("photographs", "house-to-house"):
        does(Role.OFFICER, gather, incident_id=incident_id, item=item, state="not-done")
    client = signed_in(Role.INVESTIGATOR)
    assert "Left by the scene" in text(client.get(address("case", case)))
    sent = {"kind": "photographs-later", "what": "On Friday", "whose": str(accounts[Role.INVESTIGATOR].id)}
    client.post(address("take", case, incident_id, "photographs"), {**sent, **in_days(1)})
    gone = {"ending": "line-not-there", "words": "A farm"}
    page = text(client.post(address("let-go", case, incident_id, "house-to-house"), gone, follow=True))
    assert "take it into the plan, or let it go" not in page
    assert "A farm" in page
    page = text(client.get(address("take", case, incident_id, "no-such-item"), follow=True))
    assert "The scene has not left this, or it has been done since." in page


def test_another_choice_than_the_policys_is_reviewed_by_another_sergeant(
    signed_in, asked, case, accounts, colleague
):
    sergeant = signed_in(Role.SERGEANT)
    account = str(accounts[Role.OFFICER].id)
    form = text(sergeant.get(address("allocate", case)))
    assert form.index("The investigator (") < form.index("The response-officer (")
    assert "is not a reason for this" in text(sergeant.post(address("allocate", case), {"account": account}))
    why = {"account": account, "reason": "investigate-trust", "words": "The unit has no capacity"}
    page = text(sergeant.post(address("allocate", case), why, follow=True))
    assert "That is no reason; it is kept beside them." in page
    assert "Against the policy" in page
    assert "No sergeant has reviewed it yet." in page
    [duty] = duties("allocation-review")
    assert "Quillfeather" in text(sergeant.get(address("waiting")))
    other = signed_in(Role.INSPECTOR)
    assert "She trusts whoever it is" in text(other.get(address("review-allocation", duty.about)))
    assert "is needed: say why you decided otherwise" in text(
        other.post(address("review-allocation", duty.about), {"agreed": "no"})
    )
    told = {"agreed": "no", "feedback": "An investigator has to"}
    page = text(other.post(address("review-allocation", duty.about), told, follow=True))
    assert "sent it back." in page
    assert "Waiting for Investigator to accept" in page


def test_a_suspect_is_looked_for_until_found(signed_in, does, accepted, case, accounts):
    client, sergeant = signed_in(Role.INVESTIGATOR), signed_in(Role.SERGEANT)
    page = text(
        client.post(address("register", case), {"source": "breached", "words": "At the yard"}, follow=True)
    )
    assert "Nobody has looked yet." in page
    with seen_whole():
        row = OutstandingSuspect.objects.get()
    listed = text(sergeant.get(address("suspects")))
    assert "Ashgrove" in listed
    assert "At the yard" in listed
    told = {"account": str(accounts[Role.OFFICER].id)}
    assert "The response-officer looks" in text(sergeant.post(address("looker", row.id), told, follow=True))
    officer = signed_in(Role.OFFICER)
    page = text(officer.post(address("attempt", row.id), {"result": "not-in", "words": "Dark"}, follow=True))
    assert "Nobody was in" in page
    page = text(officer.post(address("attempt", row.id), {"result": "found-arrested"}, follow=True))
    assert "To be found" not in page
    assert "Nobody is in the register." in text(sergeant.get(address("suspects")))


def test_a_suspect_is_no_longer_looked_for(signed_in, does, accepted, case):
    row = does(Role.OFFICER, looking.register, case_id=case, source="to-interview")
    client = signed_in(Role.OFFICER)
    assert "an answer to “" in text(client.post(address("close-suspect", row.id), {"ending": "ended-died"}))
    told = {"ending": "ended-not-suspected", "words": "He was abroad"}
    assert "He was abroad" in text(client.post(address("close-suspect", row.id), told, follow=True))


def test_routes_without_her_and_what_worked(signed_in, accepted, case, accounts):
    client = signed_in(Role.INVESTIGATOR)
    page = text(client.post(address("support", case), {"support": "she-does-not"}, follow=True))
    assert "Every route is to be looked at:" in page
    asks = text(client.get(address("route", case) + "?route=hearsay"))
    assert "What she or others said out of court" in asks
    sent = {"route": "hearsay", "state": "route-looked-for"}
    assert "say who looks for it" in text(client.post(address("route", case), sent))
    sent["whose"] = str(accounts[Role.OFFICER].id)
    page = text(client.post(address("route", case), sent, follow=True))
    assert "The response-officer looks for it" in page
    told = {"route": "hearsay", "result": "court-admitted", "lesson": "Name the source at once"}
    client.post(address("result", case), told)
    for where in ("", "?route=hearsay"):
        assert "Name the source at once" in text(client.get(address("learnt") + where))
    for where in ("?route=injuries",):
        page = text(client.get(address("learnt") + where))
        assert "Nothing has been kept of it yet." in page
    assert "Quillfeather" not in text(client.get(address("learnt")))


def test_her_statement_withdrawing_and_special_measures(signed_in, accepted, case):
    client = signed_in(Role.INVESTIGATOR)
    sent = {"taken": "yes", "exhibit": "OP/1", "personal": "vps-later"}
    page = text(client.post(address("statement", case), sent, follow=True))
    assert "Statement taken (OP/1); personal statement offered: Later" in page
    assert "No personal statement offered" not in page
    assert "an answer to “" in text(client.post(address("withdrawing", case), {"words": "She cried"}))
    told = {"reasons": ["she-fears"], "words": "She cried"}
    page = text(client.post(address("withdrawing", case), told, follow=True))
    assert "an officer and an independent adviser visit her first" in page
    visit = {"visit": "officer-alone", "withdraws": "yes"}
    page = text(client.post(address("withdrawal-visit", case), visit, follow=True))
    assert "Not officer and adviser together" in page
    decided = {"goes_on": "yes", "reason": "go-on-danger", "words": "He rang from custody"}
    page = text(client.post(address("withdrawal-decide", case), decided, follow=True))
    assert "It goes on without her evidence" in page
    with seen_whole():
        assert Withdrawal.objects.get().goes_on is True
    page = text(
        client.post(
            address("special-measure", case), {"measure": "screen", "step": "measure-asked-for"}, follow=True
        )
    )
    assert "A screen: She asks for it" in page


def test_what_was_typed_is_not_lost_and_a_look_is_logged(signed_in, accepted, case, accounts, pair):
    client = signed_in(Role.INVESTIGATOR)
    assert client.get(address("case", case)).status_code == 200
    look = Event.objects.filter(kind=Event.Kind.LOOK, action=Action.VIEW_INVESTIGATION).latest("id")
    assert set(look.subjects) == set(pair)
    page = client.post(address("withdrawing", case), {"words": "She said <b>no</b> " * 40}).content.decode()
    assert "She said &lt;b&gt;no&lt;/b&gt; She said" in page


@pytest.mark.parametrize("role", [Role.CALL_HANDLER, Role.FRONT_COUNTER, Role.ANALYST, Role.ADMINISTRATOR])
def test_nobody_else_reads_it(signed_in, case, role):
    assert signed_in(role).get(address("case", case)).status_code == 403


def test_who_reads_and_does_not_write(signed_in, accepted, case, does):
    page = text(signed_in(Role.HUB).get(address("case", case)))
    assert "Add a line of enquiry" not in page
    assert signed_in(Role.HUB).post(address("add-line", case), {}).status_code == 403
    for name in ("waiting", "suspects"):
        assert signed_in(Role.OFFICER).get(address(name)).status_code == 403


def test_a_restricted_case_is_out_of_sight_of_pages_and_lists(signed_in, does, accepted, case, pair):
    does(Role.OFFICER, looking.register, case_id=case, source="breached")
    does(
        Role.INVESTIGATOR,
        proving.keep_result,
        case_id=case,
        route="hearsay",
        result="pleaded",
        lesson="Zofia",
    )
    does(Role.DESK, restrict, record_id=pair[0], reason="sensitive-investigation")
    investigator, sergeant = signed_in(Role.INVESTIGATOR), signed_in(Role.SERGEANT)
    assert investigator.get(address("case", case)).status_code == 404
    for name in ("waiting", "suspects", "learnt"):
        page = text(sergeant.get(address(name)))
        assert "Quillfeather" not in page
        assert "Zofia" not in page


class TestTheCommandLine:
    def run(self, *args):
        told = CliRunner().invoke(throughline, ["investigation", *args], catch_exceptions=False)
        return told.exit_code, told.output

    def test_policy_waiting_accepting_and_the_plan(self, asked, does, case, accounts):
        investigator, sergeant = accounts[Role.INVESTIGATOR].username, accounts[Role.SERGEANT].username
        code, told = self.run("policy")
        assert code == 0
        assert "high      any        investigator" in told
        assert "unverified" in told
        code, told = self.run("waiting", "--as", sergeant)
        assert "not accepted: 1" in told
        assert str(case) in told
        assert "Quillfeather" not in told
        assert self.run("accept", str(case), "--as", accounts[Role.OFFICER].username)[0] == 1
        assert self.run("accept", str(case), "--as", investigator) == (0, "accepted\n")
        assert self.run("accept", str(case), "--as", investigator)[0] == 1
        given = {"kind": "witness", "what": "Ask Zofia", "whose": accounts[Role.OFFICER].id}
        does(Role.INVESTIGATOR, planning.add_line, case_id=case, due_at=NOW + timedelta(days=1), **given)
        code, told = self.run("plan", str(case), "--as", investigator)
        assert "plan: not made" in told
        assert "witness" in told
        assert "Zofia" not in told

    def test_suspects_attempts_and_what_was_learnt(self, accepted, does, case, accounts):
        row = does(Role.OFFICER, looking.register, case_id=case, source="breached")
        sergeant, officer = accounts[Role.SERGEANT].username, accounts[Role.OFFICER].username
        _code, told = self.run("suspects", "--as", sergeant)
        assert "to be found: 1, overdue: 0" in told
        assert f"{row.id}  case {case}  high  breached  0 days  tried never" in told
        assert self.run("suspects", "--as", officer)[0] == 1
        assert self.run("attempt", str(row.id), "--result", "no-code", "--as", officer)[0] == 1
        assert self.run("attempt", str(row.id), "--result", "not-in", "--as", officer)[0] == 0
        assert "not-in" in self.run("suspects", "--as", sergeant)[1]
        does(Role.INVESTIGATOR, proving.keep_result, case_id=case, route="injuries", result="pleaded")
        assert self.run("learnt", "--as", officer)[1] == "injuries  pleaded  1\n"
        assert self.run("learnt", "--route", "hearsay", "--as", officer)[1] == ""

    def test_the_workers_turn(self, case, crime, accounts):
        crime()
        code, told = self.run("ask", "--as", accounts[Role.SERGEANT].username)
        assert (code, told) == (0, "asked of cases: 1, suspects: 0\n")
        assert self.run("ask", "--as", accounts[Role.OFFICER].username)[0] == 1
