"""Sending, opening and acknowledging the brief; what is asked of intelligence; and the pages of both."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from throughline.casework.contact.commands.briefing import acknowledge, open_brief, renew, send_brief
from throughline.casework.contact.commands.intelligence import answer, ask, name_for
from throughline.casework.contact.commands.knowing import takes_part
from throughline.casework.contact.commands.sending import send
from throughline.casework.contact.commands.taking import begin, change
from throughline.casework.contact.models import Brief, IntelligenceRequest
from throughline.casework.contact.queries.briefing import my_briefs
from throughline.casework.people.commands.recording import set_marker
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.accounts.models import Team, User
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry
from throughline.foundations.duties.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]
NOW = datetime.now(UTC)
PLACE = "14 Alma Road"


@pytest.fixture
def people(add):
    return {"her": add("Joanne", "Whitmore", "07700 900123"), "him": add("Craig", "Whitmore", sex="1")}


@pytest.fixture
def sent(handler, call, people, accounts):
    """A deployment to a call about domestic abuse: its officer has the brief."""
    takes_part(
        by=handler, now=NOW, contact_id=call.id, record_id=people["her"], part="victim", confirmed=True
    )
    call.refresh_from_db()
    change(by=handler, now=NOW, contact_id=call.id, version=call.version, domestic=True, place=PLACE)
    return send(
        by=handler,
        now=NOW,
        contact_id=call.id,
        grade="emergency",
        unit="AB12",
        officer=accounts[Role.OFFICER].id,
    )


@pytest.fixture
def the_brief(sent):
    return Brief.objects.get(deployment=sent)


def text(answer):
    page = answer.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def kinds(record_id):
    with acting(system("test")):
        return set(Entry.objects.filter(record_id=record_id).values_list("kind", flat=True))


# --- sending, opening, acknowledging -----------------------------------------------------------------


def test_sending_somebody_sends_the_brief_and_asks_intelligence(sent, the_brief, people):
    assert the_brief.opened_at is None
    request = IntelligenceRequest.objects.get(contact=sent.contact)
    assert {"pnc", "child-protection"} <= set(request.systems)
    duty = Duty.objects.get(kind="intelligence-request")
    assert (duty.role, duty.record_id, duty.about) == ("intelligence-desk", people["her"], sent.contact_id)
    assert duty.due_at == NOW + timedelta(minutes=15)
    assert {"brief-sent", "intelligence-asked"} <= kinds(people["her"])


def test_what_is_kept_of_a_brief_holds_no_names(the_brief):
    assert the_brief.held["danger"]["state"] == "not-checked"
    assert "Whitmore" not in str(the_brief.held)


def test_nothing_is_asked_about_a_call_that_is_not_about_domestic_abuse(handler, call):
    change(by=handler, now=NOW, contact_id=call.id, version=call.version, domestic=False, place=PLACE)
    send(by=handler, now=NOW, contact_id=call.id, grade="emergency", unit="AB12")
    assert not IntelligenceRequest.objects.exists()


def test_the_first_opening_stands_and_reading_it_is_another_thing(by, sent, the_brief, people):
    officer = by(Role.OFFICER)
    opened = open_brief(by=officer, now=NOW, brief_id=the_brief.id)
    open_brief(by=officer, now=NOW + timedelta(minutes=1), brief_id=the_brief.id)
    opened.refresh_from_db()
    assert (opened.opened_at, opened.opened_by, opened.acknowledged_at) == (NOW, officer.id, None)
    acknowledge(by=officer, now=NOW + timedelta(minutes=2), brief_id=opened.id)
    acknowledge(by=officer, now=NOW + timedelta(minutes=3), brief_id=opened.id)
    opened.refresh_from_db()
    assert opened.acknowledged_at == NOW + timedelta(minutes=2)
    assert {"brief-opened", "brief-acknowledged"} <= kinds(people["her"])


def test_only_whoever_attends_opens_it(by, sent, the_brief):
    with pytest.raises(Refused):
        open_brief(by=by(Role.SUPERVISOR), now=NOW, brief_id=the_brief.id)
    with pytest.raises(Refused):
        open_brief(by=by(Role.OFFICER), now=NOW, brief_id=uuid4())
    assert Brief.objects.get(id=the_brief.id).opened_at is None


def test_something_new_is_sent_again_and_the_same_is_not(by, sent, the_brief, people):
    handler = by(Role.CALL_HANDLER)
    assert renew(by=handler, now=NOW + timedelta(minutes=1), contact=sent.contact) == []
    set_marker(by=handler, now=NOW, record_id=people["her"], code="intimidated")
    [again] = renew(by=handler, now=NOW + timedelta(minutes=1), contact=sent.contact)
    assert again.held != the_brief.held
    assert send_brief(by=handler, now=NOW + timedelta(minutes=2), deployment_id=sent.id) == again


def test_an_answer_and_a_match_send_it_again(by, sent, the_brief, people):
    request = IntelligenceRequest.objects.get(contact=sent.contact)
    desk = by(Role.INTELLIGENCE)
    answer(
        by=desk,
        now=NOW + timedelta(minutes=1),
        request_id=request.id,
        system="pnc",
        result="held",
        words="Warned for knives",
    )
    assert Brief.objects.filter(deployment=sent).count() == 2
    handler = by(Role.CALL_HANDLER)
    takes_part(
        by=handler,
        now=NOW + timedelta(minutes=2),
        contact_id=sent.contact_id,
        record_id=people["him"],
        part="suspect",
        confirmed=True,
    )
    assert Brief.objects.filter(deployment=sent).count() == 3


# --- asking and answering ----------------------------------------------------------------------------


def test_what_is_asked_besides_joins_the_open_request(by, sent):
    officer = by(Role.OFFICER)
    more = ask(
        by=officer, now=NOW, contact_id=sent.contact_id, systems=["firearms"], question="Guns at number 16?"
    )
    assert IntelligenceRequest.objects.count() == 1
    assert more.question == "Guns at number 16?"
    assert Duty.objects.filter(kind="intelligence-request").count() == 1
    with pytest.raises(Malformed):
        ask(by=officer, now=NOW, contact_id=sent.contact_id, systems=["tea-leaves"])


def answered(by, accounts, contact, result="none-found"):
    """Every system that was asked, answered by an account that is named for all of them."""
    request = IntelligenceRequest.objects.get(contact=contact)
    for code in ("offender-register", "child-protection"):
        name_for(by=by(Role.DESK), now=NOW, system=code, grantee=accounts[Role.INTELLIGENCE].id)
    desk = by(Role.INTELLIGENCE)
    for code in request.systems:
        assert Duty.objects.filter(kind="intelligence-request", discharged_at=None).exists()
        answer(by=desk, now=NOW + timedelta(minutes=1), request_id=request.id, system=code, result=result)
    request.refresh_from_db()
    return request


def test_the_duty_is_done_with_the_last_system(by, accounts, sent):
    assert answered(by, accounts, sent.contact).answered_at == NOW + timedelta(minutes=1)
    assert Duty.objects.get(kind="intelligence-request").outcome == "answered"


def test_that_nothing_could_be_reached_is_an_answer_of_its_own(by, accounts, sent):
    answered(by, accounts, sent.contact, result="not-checked")
    assert Duty.objects.get(kind="intelligence-request").outcome == "not-reached"


def test_what_is_held_needs_words_and_a_colleagues_answer_is_not_overwritten(by, sent):
    request = IntelligenceRequest.objects.get(contact=sent.contact)
    desk = by(Role.INTELLIGENCE)
    about = {"by": desk, "now": NOW, "request_id": request.id, "system": "pnc"}
    with pytest.raises(Malformed):
        answer(**about, result="held", words=" ")
    first = answer(**about, result="none-found")
    with pytest.raises(Conflict):
        answer(**about, result="held", words="Warned for knives")
    put_right = answer(**about, result="held", words="Warned for knives", seen=first.read_at)
    assert (put_right.id, put_right.result) == (first.id, "held")


def test_what_is_confidential_is_answered_by_named_accounts_alone(by, sent):
    request = IntelligenceRequest.objects.get(contact=sent.contact)
    about = {"by": by(Role.INTELLIGENCE), "request_id": request.id, "system": "child-protection"}
    with pytest.raises(Refused):
        answer(**about, now=NOW, result="none-found")
    tried = answer(**about, now=NOW, result="not-checked", words="Nobody named is on duty")
    assert (tried.result, tried.words) == ("not-checked", "")
    with pytest.raises(Refused):
        answer(**about, now=NOW, result="held", words="On a plan", seen=tried.read_at)


# --- the officer's pages -----------------------------------------------------------------------------


def at(brief):
    return reverse("contact:brief", args=[brief.id])


def test_the_officer_opens_reads_and_arrives(signed_in, sent, the_brief, by):
    officer = signed_in(Role.OFFICER)
    assert PLACE in text(officer.get(reverse("contact:briefs")))
    closed = text(officer.get(at(the_brief)))
    assert "Open the brief" in closed
    assert "Joanne" not in closed
    assert Brief.objects.get(id=the_brief.id).opened_at is None

    opened = officer.post(at(the_brief), {"do": "open"})
    assert opened.status_code == 200
    assert "Joanne Whitmore" in text(opened)
    assert "I have read it" in text(opened)
    assert officer.post(at(the_brief), {"do": "open"}).status_code == 200

    for what in ("read", "read", "arrived", "arrived"):
        assert officer.post(at(the_brief), {"do": what}).url == at(the_brief)
    page = text(officer.get(at(the_brief)))
    assert "There since" in page
    assert "I have read it" not in page
    sent.refresh_from_db()
    assert sent.arrived_at is not None


def test_what_has_changed_since_it_was_opened_is_said_first(signed_in, sent, the_brief, by):
    officer = signed_in(Role.OFFICER)
    officer.post(at(the_brief), {"do": "open"})
    request = IntelligenceRequest.objects.get(contact=sent.contact)
    answer(
        by=by(Role.INTELLIGENCE),
        now=datetime.now(UTC),
        request_id=request.id,
        system="court-orders",
        result="held",
        words="An order of last week",
    )
    by(Role.OFFICER)
    [newer] = Brief.objects.filter(deployment=sent).exclude(id=the_brief.id)
    waiting = text(officer.get(at(the_brief)))
    assert "Open the brief" in waiting
    assert "An order of last week" not in waiting
    again = text(officer.post(at(the_brief), {"do": "open"}))
    assert "Changed since you opened it: Him" in again
    assert "An order of last week" in again
    officer.post(at(newer), {"do": "read"})
    assert "Changed since" not in text(officer.get(at(newer)))


def test_a_brief_of_others_is_not_there_until_the_officer_says_their_unit(signed_in, accounts, the_brief):
    elsewhere = Team.objects.create(agency=accounts[Role.OFFICER].team.agency, name="Other end of the county")
    User.objects.filter(id=accounts[Role.OFFICER].id).update(team=elsewhere)
    the_brief.deployment.officer = None
    with acting(system("test")):
        Event.objects.create(actor=uuid4(), role="system", kind="write", action="test")
        the_brief.deployment.save()
    officer = signed_in(Role.OFFICER)
    assert PLACE not in text(officer.get(reverse("contact:briefs")))
    assert officer.get(at(the_brief)).status_code == 404
    assert officer.post(at(the_brief), {"do": "open"}).status_code == 404
    officer.post(reverse("contact:briefs"), {"unit": " ab 12"})
    assert PLACE in text(officer.get(reverse("contact:briefs")))
    assert "Joanne" in text(officer.post(at(the_brief), {"do": "open"}))


def test_others_of_the_front_line_read_it_and_that_opens_nothing(signed_in, the_brief):
    supervisor = signed_in(Role.SUPERVISOR)
    assert "Joanne Whitmore" in text(supervisor.get(at(the_brief)))
    assert Brief.objects.get(id=the_brief.id).opened_at is None


def test_the_brief_is_a_small_page(signed_in, the_brief):
    page = signed_in(Role.OFFICER).post(at(the_brief), {"do": "open"}).content
    assert len(page) < 30_000
    assert b"<img" not in page


def test_the_newest_unread_brief_stands_first(by, sent, handler, accounts, call):
    officer = by(Role.OFFICER)
    [first] = my_briefs(officer, unit="", at=NOW)
    open_brief(by=officer, now=NOW, brief_id=first.brief.id)
    handler = by(Role.CALL_HANDLER)
    other = begin(by=handler, now=NOW, channel="999")
    send(
        by=handler,
        now=NOW,
        contact_id=other.id,
        grade="emergency",
        place="2 Mill Lane",
        unit="AB12",
        officer=officer.id,
    )
    shown = my_briefs(by(Role.OFFICER), unit="", at=NOW)
    assert [(one.contact.place, one.unread) for one in shown] == [("2 Mill Lane", True), (PLACE, False)]


# --- the desk's pages --------------------------------------------------------------------------------


def test_the_desk_answers_as_much_as_it_knows(signed_in, by, sent):
    desk = signed_in(Role.INTELLIGENCE)
    request = IntelligenceRequest.objects.get(contact=sent.contact)
    address = reverse("contact:intelligence-request", args=[request.id])
    assert PLACE in text(desk.get(reverse("contact:intelligence")))
    page = text(desk.get(address))
    assert "Joanne Whitmore" in page
    assert "07700 900123" in page
    assert "you are not named for it" in page

    nothing = desk.post(address, {})
    assert "Choose what came of at least one system" in text(nothing)
    wrong = desk.post(address, {"result_pnc": "held", "result_pnd": "none-found", "words_pnc": ""})
    assert "needs what is held" in text(wrong)
    by(Role.INTELLIGENCE)
    assert not request.answers.exists()

    typed = {"result_pnc": "held", "words_pnc": "Warned for knives", "result_pnd": "none-found"}
    assert desk.post(address, typed).url == address
    by(Role.INTELLIGENCE)
    assert dict(request.answers.values_list("system", "result")) == {"pnc": "held", "pnd": "none-found"}
    assert "Warned for knives" in desk.get(address).content.decode()
    late = desk.post(address, typed | {"words_pnc": "Something else"})
    assert "a colleague has answered it meanwhile" in text(late)
    assert "Something else" in late.content.decode()


def test_handler_and_officer_ask_and_come_back_to_where_they_were(signed_in, by, sent, the_brief):
    address = reverse("contact:ask-intelligence", args=[sent.contact_id])
    typed = {"systems": ["firearms"], "question": "Guns at number 16?"}
    assert signed_in(Role.OFFICER).post(address, typed).url == at(the_brief)
    back = signed_in(Role.CALL_HANDLER).post(address, typed).url
    assert back == reverse("contact:contact", args=[sent.contact_id])
    by(Role.INTELLIGENCE)
    assert IntelligenceRequest.objects.get().question == "Guns at number 16?"


def test_the_restricted_records_desk_names_who_reads_what_is_confidential(signed_in, accounts):
    desk, address = signed_in(Role.DESK), reverse("contact:named")
    name = accounts[Role.INTELLIGENCE].name
    account = str(accounts[Role.INTELLIGENCE].id)
    assert desk.post(address, {"system": "child-protection", "account": account}).url == address
    assert f"{name} : Child-protection plans" in text(desk.get(address))
    assert desk.post(address, {"end": f"child-protection {account}"}).url == address
    assert "Nobody is named" in text(desk.get(address))
    assert signed_in(Role.SUPERVISOR).get(address).status_code == 403


def test_the_control_room_reads_the_brief_of_a_contact(signed_in, sent):
    page = signed_in(Role.CALL_HANDLER).get(reverse("contact:contact-brief", args=[sent.contact_id]))
    assert "Joanne Whitmore" in text(page)
    assert "asked at" in text(page)
