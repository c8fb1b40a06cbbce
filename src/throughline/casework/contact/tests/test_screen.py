"""The screen of first contact by Django's test client, as the people who use it."""

import json
import re
from uuid import UUID

import pytest
from django.utils import timezone

from throughline.casework.cases.models import Incident, Involvement
from throughline.casework.contact.commands.taking import receive
from throughline.casework.contact.models import Contact, Deployment, Heard, LogLine
from throughline.casework.contact.rules.taking import TELEPHONY
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.models import Name
from throughline.casework.people.rules import RECOGNISER
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.models import Event
from throughline.foundations.drafts.commands import keep
from throughline.foundations.drafts.models import Draft
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.models import Answers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]
PHONE = "07700 900123"


@pytest.fixture
def browser(signed_in):
    return signed_in(Role.CALL_HANDLER)


@pytest.fixture
def colleague(signed_in):
    return signed_in(Role.SUPERVISOR)


@pytest.fixture
def begun(browser):
    """The address of a call that the handler has begun."""

    def begin(channel="999"):
        return browser.post("/contact/begin/", {"channel": channel})["Location"]

    return begin


def page_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, response
    return response.content.decode()


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1].replace("&#34;", '"')


def post(client, address, do="save", *, page=None, live=False, **typed):
    """Send the screen as it was opened, with what was typed since."""
    page = page or page_of(client, address)
    fields = {"version": hidden(page, "version"), "seen": hidden(page, "seen")}
    shown = {name: value for name, value in json.loads(fields["seen"]).items() if value}
    headers = {"HX-Request": "true"} if live else {}
    return client.post(address, {**shown, **fields, **typed, "do": do}, headers=headers)


def as_system():
    set_actor(RECOGNISER)


def test_a_place_and_one_button_send_somebody(browser, begun):
    address = begun()
    sent = post(browser, address, "send:emergency", place="14 Alma Rd flat 2")
    assert sent.status_code == 302
    as_system()
    assert Deployment.objects.get().grade == "emergency"
    assert Contact.objects.get().place == "14 Alma Rd flat 2"
    assert "Emergency" in page_of(browser, address)


def test_what_was_typed_earlier_and_comes_in_later_takes_nothing_back(browser, begun):
    """The page is saved as it is typed; of what is on its way the last may come in first."""
    address = begun()
    page = page_of(browser, address)
    once = hidden(page, "once")

    def comes_in(nth, do="save", *, live=True, **typed):
        return post(browser, address, do, page=page, live=live, once=once, nth=str(nth), **typed)

    assert comes_in(1, place="14 Alma").status_code == 200
    sent = comes_in(3, "send:emergency", live=False, place="14 Alma Rd flat 2", words="he is back")
    assert sent.status_code == 302
    assert comes_in(2, place="14 Alma Rd", words="he is").status_code == 204
    page_after = page_of(browser, address)
    assert "back in its fields" not in page_after
    as_system()
    assert Contact.objects.get().place == "14 Alma Rd flat 2"
    assert LogLine.objects.get().words == "he is back"


def test_a_button_that_was_overtaken_by_more_typing_is_obeyed_and_takes_nothing_back(browser, begun):
    address = begun()
    page = page_of(browser, address)
    told = {"page": page, "once": hidden(page, "once")}
    post(browser, address, live=True, nth="2", place="14 Alma Rd flat 2", **told)
    sent = post(browser, address, "send:emergency", nth="1", place="14 Alma Rd", **told)
    assert sent.status_code == 302
    as_system()
    assert Deployment.objects.get().grade == "emergency"
    assert Contact.objects.get().place == "14 Alma Rd flat 2"


@pytest.mark.parametrize("nth", ["", "x", "-1", "1.5", "9" * 30, "¹"])
def test_a_page_that_does_not_count_its_posts_is_saved_as_ever(browser, begun, nth):
    address = begun()
    page = page_of(browser, address)
    post(browser, address, live=True, page=page, once=hidden(page, "once"), nth=nth, place="14 Alma Rd")
    as_system()
    assert Contact.objects.get().place == "14 Alma Rd"


def test_nobody_is_sent_to_nowhere_and_what_was_typed_is_saved(browser, begun):
    address = begun()
    refused = post(browser, address, "send:emergency", who="jo whitmoor", words="whispering")
    assert refused.status_code == 200
    assert "is needed to send somebody" in refused.content.decode()
    page = page_of(browser, address)
    assert "jo whitmoor" in page
    assert "whispering" in page
    as_system()
    assert not Deployment.objects.exists()
    assert LogLine.objects.get().words == "whispering"


def test_every_button_saves_everything_that_was_typed(browser, begun):
    address = begun()
    post(
        browser,
        address,
        "advice:stay-on-line",
        place="14 Alma Road",
        caller="child",
        other="Dan",
        words="mum is hurt",
    )
    as_system()
    contact = Contact.objects.get()
    assert (contact.place, contact.caller) == ("14 Alma Road", "child")
    assert Heard.objects.get().other == "Dan"
    assert set(LogLine.objects.values_list("kind", "code")) == {("said", ""), ("advice", "stay-on-line")}


def test_typing_is_saved_and_brings_matches_and_the_next_version(browser, begun, add):
    add("Zofia", "Quillfeather", PHONE)
    address = begun()
    first = page_of(browser, address)
    live = post(
        browser, address, page=first, live=True, who=f"Sofia Quilfeather {PHONE}", words="she whispers"
    ).content.decode()
    assert "Quillfeather" in live
    assert "same mobile" in live
    assert hidden(live, "version") == "2"
    assert "<html" not in live
    # words are a line when their writer says so, and kept until then
    again = page_of(browser, address)
    assert "she whispers" in again
    as_system()
    assert not LogLine.objects.exists()


def test_a_number_that_calls_is_recognised_before_anything_is_typed(browser, begun, add):
    add("Zofia", "Quillfeather", PHONE)
    with acting(TELEPHONY):
        call = receive(
            by=TELEPHONY,
            now=NOW,
            channel="999",
            number=PHONE,
            place="14 Alma Road",
        )
    browser.post(f"/contact/{call.id}/take/")
    assert "Quillfeather" in page_of(browser, f"/contact/{call.id}/")
    # a neighbour's number is not hers
    post(browser, f"/contact/{call.id}/", caller="other", place="somewhere")
    assert "Quillfeather" not in page_of(browser, f"/contact/{call.id}/")


def test_confirming_her_and_adding_him(browser, begun, add):
    made = add("Zofia", "Quillfeather", PHONE)
    address = begun()
    post(
        browser,
        address,
        f"is:victim:confirmed:{made}",
        who=f"Zofia Quillfeather {PHONE}",
        other="Gavin Thistlewick",
    )
    page = page_of(browser, address)
    assert "Who may be the other party" in page or "add the other party" in page.lower()
    post(browser, address, "add:suspect")
    as_system()
    parts = dict(Involvement.objects.values_list("part", "confirmed"))
    assert parts == {"victim": True, "suspect": True}
    assert Name.objects.filter(full="Gavin Thistlewick").exists()
    assert len(Contact.objects.get().subjects) == 2
    # one look names each of them
    last = Event.objects.order_by("-id").first().id
    page = page_of(browser, address)
    as_system()
    looks = [event for event in Event.objects.filter(id__gt=last, kind="look") if made in event.subjects]
    assert len(looks) == 1
    assert "Quillfeather" in page


def test_how_a_match_adds_up_is_a_page_of_its_own_and_what_was_typed_is_saved_first(browser, begun, add):
    her, address = add("Zofia", "Quillfeather", "07700 900123"), begun()
    led = post(browser, address, f"why:{her}", who="Sofia Quilfeather 07700 900123", words="whispering")
    assert led.status_code == 302
    assert led["Location"] == f"{address}why/{her}/"
    page = page_of(browser, led["Location"])
    assert "same mobile: <b>very strongly for</b>" in page
    assert f'href="{address}"' in page
    as_system()
    assert LogLine.objects.get().words == "whispering"
    looks = Event.objects.filter(kind="look", action="person.view")
    assert looks.latest("id").subjects == [her]


def test_unsure_keeps_both_readings_and_not_her_takes_her_out(browser, begun, add):
    made = add("Zofia", "Quillfeather", PHONE)
    address = begun()
    heard = {"who": f"Zofia Quillfeather {PHONE}"}
    post(browser, address, f"is:victim:unconfirmed:{made}", **heard)
    assert "Perhaps victim" in page_of(browser, address)
    post(browser, address, f"is:victim:rejected:{made}")
    page = page_of(browser, address)
    assert "Perhaps victim" not in page
    assert "not them" in page
    as_system()
    assert Contact.objects.get().subjects == []


def test_a_restricted_match_shows_what_nobody_shows_and_calls_the_desk(
    browser, colleague, begun, add, accounts
):
    made = add("Zofia", "Quillfeather", PHONE)
    address, other = begun(), begun()
    desk = accounts[Role.DESK].actor
    set_actor(desk)
    restrict(by=desk, now=NOW, record_id=made, reason="refuge")
    nobody = post(browser, other, live=True, who="Xanthe Nobodyson 07700 900999").content.decode()
    shown = post(browser, address, live=True, who=f"Zofia Quillfeather {PHONE}").content.decode()
    assert "Nobody found is not nobody known" in shown
    assert "Quillfeather" not in re.sub(r'name="seen" value="[^"]*"', "", shown)

    def plain(page):
        page = re.sub(r'name="(seen|version)" value="[^"]*"', "", page)
        return re.sub(r"saved \d\d:\d\d", "", page)

    assert plain(shown) == plain(nobody)
    as_system()
    duty = Duty.objects.get(kind="restricted-match")
    assert duty.about == Contact.objects.get(id=address.split("/")[2]).enquiry


def test_without_a_script_the_desk_is_called_as_well_and_reads_where_and_whom_to_tell(
    signed_in, browser, add, accounts
):
    made = add("Zofia", "Quillfeather", PHONE)
    desk = accounts[Role.DESK].actor
    set_actor(desk)
    restrict(by=desk, now=NOW, record_id=made, reason="refuge")
    with acting(TELEPHONY):
        # her number and her address are enough
        call = receive(by=TELEPHONY, now=NOW, channel="999", number=PHONE)
    address = f"/contact/{call.id}/"
    browser.post(f"{address}take/")
    post(browser, address, "send:emergency", place="3 Mill Lane", who="Zofia Quillfeather")
    as_system()
    duty = Duty.objects.get(kind="restricted-match")
    deployment = Deployment.objects.get().id
    post(browser, address, f"unit:{deployment}", unit="ab12")
    page = page_of(signed_in(Role.DESK), f"/duties/{duty.id}/")
    for words in ("3 Mill Lane", "Emergency", "AB12", address):
        assert words in page
    assert "Quillfeather" not in re.sub(r'value="[^"]*"', "", page_of(browser, address))


def test_what_a_session_lost_is_back_and_still_meets_a_colleagues_change(browser, colleague, begun):
    address = begun()
    page = page_of(browser, address)
    # what the frame keeps of a form that cannot be taken in
    fields = {
        "version": hidden(page, "version"), "seen": hidden(page, "seen"), "place": "14 Alma Road", "who": "",
        "words": "he has a knife",
    }  # fmt: skip
    post(colleague, address, place="41 Alma Road", who="jo")
    as_system()
    keep(
        user=Contact.objects.get().taken_by,
        place=address,
        typed={name: [value] for name, value in fields.items()},
        now=timezone.now(),
    )
    back = page_of(browser, address)
    assert "We kept what you typed" in back
    assert 'value="14 Alma Road"' in back
    assert 'value="jo"' in back
    assert "he has a knife" in back
    answer = post(browser, address, page=back, place="14 Alma Road").content.decode()
    assert "was changed by The control-room-supervisor" in answer
    as_system()
    assert Contact.objects.get().place == "41 Alma Road"


def test_two_editors_are_shown_both_versions(browser, colleague, begun):
    address = begun()
    seen = page_of(colleague, address)
    post(browser, address, place="14 Alma Road", who="jo")
    answer = post(colleague, address, page=seen, place="41 Alma Road", caller="child")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "was changed by The call-handler" in page
    assert "14 Alma Road" in page
    assert "41 Alma Road" in page
    as_system()
    contact = Contact.objects.get()
    # nothing was overwritten, and what did not clash was saved
    assert (contact.place, contact.caller) == ("14 Alma Road", "child")
    assert Heard.objects.get().who == "jo"
    mine = re.search(r'value="(mine:place:\d+)"', page)[1]
    post(colleague, address, mine, page=page, place="41 Alma Road")
    as_system()
    assert Contact.objects.get().place == "41 Alma Road"


def test_keeping_theirs_forgets_mine(browser, colleague, begun):
    address = begun()
    seen = page_of(colleague, address)
    post(browser, address, place="14 Alma Road")
    page = post(colleague, address, page=seen, place="41 Alma Road").content.decode()
    assert "41 Alma Road" in page_of(colleague, address)
    post(colleague, address, "theirs:place", page=page, place="41 Alma Road")
    assert "41 Alma Road" not in page_of(colleague, address)
    as_system()
    assert Contact.objects.get().place == "14 Alma Road"
    assert not Draft.objects.exists()


def test_a_car_is_not_sent_to_a_place_that_two_say_otherwise(browser, colleague, begun):
    address = begun()
    seen = page_of(colleague, address)
    post(browser, address, place="14 Alma Road")
    post(colleague, address, "send:emergency", page=seen, place="41 Alma Road")
    as_system()
    assert not Deployment.objects.exists()


def test_what_is_typed_in_one_contact_never_stands_in_another(browser, colleague, begun):
    first, second = begun(), begun()
    post(browser, first, live=True, words="she whispers")
    assert "she whispers" in page_of(browser, first)
    assert "she whispers" not in page_of(browser, second)
    assert "she whispers" not in page_of(colleague, first)


def test_a_form_sent_twice_begins_one_contact(browser):
    once = re.search(r'name="once" value="([^"]*)"', page_of(browser, "/contact/"))[1]
    went = {browser.post("/contact/begin/", {"channel": "999", "once": once})["Location"] for _ in range(2)}
    assert len(went) == 1
    as_system()
    assert Contact.objects.count() == 1


def test_later_or_nobody_needs_a_reason_and_opens_the_review(browser, begun):
    address = begun()
    refused = post(browser, address, "decide", place="14 Alma Road", grade="nobody")
    assert "is needed not to send somebody" in refused.content.decode()
    assert (
        post(
            browser,
            address,
            "decide",
            grade="nobody",
            reason="deploy-victim-asks-later",
            decision_words="asks for ten",
        ).status_code
        == 302
    )
    as_system()
    assert Duty.objects.get(kind="deployment-review").causes == ["deploy-victim-asks-later"]


def test_an_appointment_is_in_london_time(browser, begun):
    address = begun()
    when = {
        "appointment_day_day": "3",
        "appointment_day_month": "7",
        "appointment_day_year": "2026",
        "appointment_time": "14:30",
    }
    post(
        browser,
        address,
        "decide",
        place="14 Alma Road",
        grade="appointment",
        reason="deploy-victim-asks-later",
        decision_words="asks",
        **when,
    )
    as_system()
    assert Deployment.objects.get().due_at.isoformat() == "2026-07-03T13:30:00+00:00"


def test_yes_or_no_asks_one_question_at_a_time_and_keeps_the_answers(browser, begun):
    address = begun()
    post(browser, address, "speak:no")
    page = page_of(browser, address)
    assert "cough, tap the phone or press any key" in page
    post(browser, address, "answer:call-script-yes-no:hears:yes")
    assert "Do you need the police?" in page_of(browser, address)
    as_system()
    assert Answers.objects.get(superseded_by=None).answers == {"hears": "yes"}
    assert LogLine.objects.get(kind="prompt").code == "hears"


@pytest.mark.parametrize(
    ("caller", "words"),
    [("child", "Are you somewhere safe right now?"), ("suspect", "Who else is there with you?")],
)
def test_who_calls_changes_what_is_asked(browser, begun, caller, words):
    address = begun()
    assert words in post(browser, address, live=True, caller=caller).content.decode()


def test_one_who_may_be_overheard_changes_what_may_be_said(browser, begun):
    address = begun()
    post(browser, address, "answer:call-script:can-talk:overheard")
    page = page_of(browser, address)
    assert "The suspect may hear you" in page
    assert "Not while the suspect may hear" in page


def test_several_callers_make_one_incident(browser, begun):
    first, second = begun(), begun()
    post(browser, first, "send:emergency", place="14 Alma Road")
    post(browser, second, place="14 alma road")
    page = page_of(browser, second)
    same = re.search(r'value="(same:[^"]*)"', page)[1]
    post(browser, second, same)
    post(browser, second, "send:priority")
    as_system()
    assert Incident.objects.count() == 1
    assert Deployment.objects.count() == 2


def test_the_unit_arrives_and_the_contact_ends(browser, begun):
    address = begun()
    assert "needs a decision" in post(browser, address, "end").content.decode()
    post(browser, address, "send:emergency", place="14 Alma Road")
    as_system()
    deployment = Deployment.objects.get().id
    post(browser, address, f"unit:{deployment}", unit="ab12")
    post(browser, address, f"arrived:{deployment}")
    post(browser, address, f"stood-down:{deployment}")
    assert post(browser, address, "end")["Location"] == "/contact/"
    as_system()
    deployment = Deployment.objects.get()
    assert deployment.unit == "AB12"
    assert deployment.arrived_at
    assert deployment.stood_down_at
    assert Contact.objects.get().ended_at


def test_the_counter_begins_with_its_own_questions(signed_in):
    counter = signed_in(Role.FRONT_COUNTER)
    address = counter.post("/contact/begin/", {"channel": "front-counter"})["Location"]
    assert counter.get(address)["Location"] == f"{address}opening/"
    page = page_of(counter, f"{address}opening/")
    assert "How long can you stay" in page
    assert "Never family, friends" in page
    counter.post(f"{address}opening/", {"do": "save", "after": "", "how-long": "minutes"})
    assert "Where" in page_of(counter, address)


def test_what_was_weighed_is_six_prompts_and_one_rationale(browser, begun):
    address = begun()
    page = page_of(browser, f"{address}thrive/")
    assert len(re.findall(r"(Threat|Harm|Risk|Investigation|Vulnerability|Engagement):", page)) >= 6
    browser.post(
        f"{address}thrive/",
        {"do": "complete", "after": "", "rationale": "he said he would come back", "outcome": "harm-likely"},
    )
    as_system()
    assert Answers.objects.get().answers["outcome"] == "harm-likely"
    assert "complete" in page_of(browser, address)


def test_who_only_reads_a_contact_cannot_write_in_it(signed_in, begun):
    address = begun()
    officer = signed_in(Role.OFFICER)
    page = page_of(officer, address)
    assert "SEND NOW" not in page
    assert post(officer, address, "send:emergency", page=page, place="14 Alma Road").status_code == 403


def test_a_button_that_is_none_is_refused(browser, begun):
    address = begun()
    for do in ("burn", "is:victim", "is:victim:maybe:x", "unit:7", "arrived:x"):
        assert post(browser, address, do).status_code == 400


def test_the_same_incident_is_found_only_after_sending(browser, begun):
    first, second = begun(), begun()
    post(browser, first, "send:emergency", place="14 Alma Road")
    post(browser, second, "send:priority", place="14 alma road", who="Zofia Quillfeather")
    post(browser, second, "add:victim")
    page = page_of(browser, second)
    assert "This contact then goes on under that number" in page
    as_system()
    mine, theirs = (Contact.objects.get(id=address.split("/")[2]).incident for address in (second, first))
    assert post(browser, second, re.search(r'value="(same:[^"]*)"', page)[1]).status_code == 302
    as_system()
    joined = Contact.objects.get(id=second.split("/")[2])
    assert joined.incident == theirs
    assert joined.deployments.get().grade == "priority"
    assert Involvement.objects.get(ended_at=None).incident == theirs
    mine.refresh_from_db()
    assert (mine.closed_as, mine.joined_into) == ("joined", theirs)
    page = page_of(browser, second)
    assert theirs.number in page
    assert 'value="same:' not in page


def test_what_was_said_to_be_the_same_can_be_parted_again_with_its_call(browser, signed_in, begun):
    first, second = begun(), begun()
    post(browser, first, "send:emergency", place="14 Alma Road")
    post(browser, second, "send:priority", place="14 alma road", who="Zofia Quillfeather")
    post(browser, second, "add:victim")
    mine, theirs = same_as(second), same_as(first)
    post(browser, second, "same:" + theirs)
    address = f"/contact/incidents/{mine}/part/"
    assert address in page_of(browser, first)
    assert signed_in(Role.OFFICER).get(address).status_code == 403
    assert "part them" in page_of(browser, address)
    assert browser.post(address).status_code == 302
    assert (same_as(second), same_as(first)) == (mine, theirs)
    assert Incident.objects.get(id=mine).closed_at is None
    assert Involvement.objects.get(ended_at=None).incident_id == UUID(mine)
    contacts = {str(one.incident_id): one.subjects for one in Contact.objects.all()}
    assert contacts[theirs] == []
    assert len(contacts[mine]) == 1
    assert "not the same after all" not in page_of(browser, first)
    # asked again, it says that there is nothing to part, and changes nothing
    for again in (browser.get(address, follow=True), browser.post(address, follow=True)):
        assert "joined with no other incident" in again.content.decode()
        assert "part them" not in again.content.decode()
    assert (same_as(second), same_as(first)) == (mine, theirs)


def test_an_incident_that_another_call_is_of_stays(browser, begun):
    first, second, third = begun(), begun(), begun()
    post(browser, first, "send:emergency", place="14 Alma Road")
    post(browser, second, "same:" + same_as(first))
    post(browser, second, "say", words="somebody is crying", place="9 Elm Street")
    post(browser, third, "send:emergency", place="9 Elm Street")
    post(browser, second, "same:" + same_as(third))
    as_system()
    assert Incident.objects.filter(closed_at=None).count() == 2
    assert {str(one.incident_id) for one in Contact.objects.all()} == {same_as(first), same_as(third)}


def same_as(address):
    as_system()
    return str(Contact.objects.get(id=address.split("/")[2]).incident_id)
