"""The first page, duties, the log and the reference lists, by Django's test client, as each role."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.incidents import open_incident
from throughline.casework.contact.commands.sending import send
from throughline.casework.contact.commands.taking import receive, take
from throughline.casework.people.commands.recording import set_marker
from throughline.casework.people.commands.retention import call_for_reviews
from throughline.casework.people.commands.safety import (
    break_glass,
    give_safe_contact,
    recognise_staff,
    restrict,
)
from throughline.casework.people.models import ImportRun, Match, Phone, Record
from throughline.casework.people.rules import RECOGNISER
from throughline.casework.scene.commands.attending import begin, leave
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.rules import READERS, RESPONSE, Action, Relation, Role
from throughline.foundations.accounts.models import Team
from throughline.foundations.audit.commands import undertake
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Review
from throughline.foundations.duties.commands import carry_out
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.queries import library
from throughline.reference import load, names

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]

NOW = datetime.now(UTC)
PHONE = "07700 900123"
ACCOUNTS = sorted(set(Role) - {Role.SYSTEM})


def shown(response) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def as_system():
    set_actor(RECOGNISER)


def doing(by, command, **given):
    with transaction.atomic():
        set_actor(by)
        return command(by=by, now=timezone.now(), **given)


def the_duty(kind: str) -> Duty:
    as_system()
    return Duty.objects.get(kind=kind)


@pytest.fixture
def restricted(accounts, add):
    """The id of a restricted record with a marker, in the sight of the desk alone."""
    record_id = add("Zofia", "Quillfeather", PHONE)
    doing(accounts[Role.CALL_HANDLER].actor, set_marker, record_id=record_id, code="weapons")
    doing(accounts[Role.DESK].actor, restrict, record_id=record_id, reason="staff-connected")
    return record_id


@pytest.fixture
def asked_about(restricted, signed_in) -> UUID:
    """The restricted record after a call handler has asked about it; they saw nobody."""
    signed_in(Role.CALL_HANDLER).post(
        "/people/search/", {"who": f"Zofia Quillfeather {PHONE}", "enquiry": str(uuid4())}
    )
    return restricted


@pytest.fixture
def for_review(accounts, add) -> UUID:
    """A record whose review date has come, with the duty that says so."""
    record_id = add("Odette", "Marrowbone")
    desk = accounts[Role.DESK].actor
    with transaction.atomic():
        set_actor(desk)
        undertake(desk, Action.REVIEW_RETENTION, record_id)
        Record.objects.filter(id=record_id).update(review_on=london_day(NOW) - timedelta(days=1))
    call_for_reviews(now=NOW - timedelta(days=120), limit=10) or call_for_reviews(now=timezone.now())
    return record_id


@pytest.mark.parametrize("role", ACCOUNTS)
def test_everybody_has_a_first_page_whose_links_they_may_follow(signed_in, role):
    client = signed_in(role)
    page = shown(client.get("/"))
    assert ("Search for a person" in page) == (role in READERS)
    assert ("Who looked at what" in page) == (role == Role.AUDITOR)
    links = set(re.findall(r'href="(/[a-z/-]*)"', page))
    assert {"/reference/", "/account/"} <= links
    assert ("/people/restricted/" in links) == (role in RESPONSE | {Role.SUPERVISOR, Role.HUB})
    assert ("/accounts/" in links) == (role == Role.ADMINISTRATOR)
    for link in links:
        assert client.get(link).status_code == 200, link


def test_the_first_page_searches(signed_in, add):
    add("Zofia", "Quillfeather", PHONE)
    client = signed_in(Role.FRONT_COUNTER)
    action = re.search(
        r'<form class="throughline-entry" method="post" action="([^"]+)"', shown(client.get("/"))
    )
    assert "1 person may be" in shown(client.post(action[1], {"who": PHONE}))


def test_the_list_shows_the_longest_overdue_first_with_why_and_writes_the_look(
    signed_in, accounts, for_review, add
):
    later = add("Zofia", "Quillfeather")
    desk = accounts[Role.DESK].actor
    with transaction.atomic():
        set_actor(desk)
        undertake(desk, Action.REVIEW_RETENTION, later)
        Record.objects.filter(id=later).update(review_on=london_day(NOW))
    call_for_reviews(now=timezone.now())
    as_system()
    with transaction.atomic():
        undertake(RECOGNISER, Action.REVIEW_RETENTION)
        Duty.objects.filter(record_id=for_review).update(due_at=NOW - timedelta(days=2))
    page = shown(signed_in(Role.SUPERVISOR).get("/"))
    assert "2 duties, 1 overdue" in page
    assert page.index("Marrowbone") < page.index("Quillfeather")
    assert "Its review date has come" in page
    as_system()
    look = Event.objects.filter(action="duties.view").latest("id")
    assert set(look.subjects) == {for_review, later}


def test_a_list_without_duties_says_so(signed_in):
    assert "No duty is waiting for you" in shown(signed_in(Role.OFFICER).get("/"))


def test_the_desk_reads_the_scraps_and_answers(signed_in, asked_about):
    client = signed_in(Role.DESK)
    duty = the_duty("restricted-match")
    assert "A lookup matched a restricted record: <bdi>Zofia Quillfeather</bdi>" in shown(client.get("/"))
    page = shown(client.get(f"/duties/{duty.id}/"))
    assert "The call-handler, Call handler, Control room" in page
    assert f"<bdi>{PHONE}</bdi>" in page
    assert "Carries or uses weapons" in page
    # the list led here: the record opens without asking why
    assert "Quillfeather" in shown(client.get(f"/people/{asked_about}/"))
    response = client.post(f"/duties/{duty.id}/done/", {"outcome": "told-officer"})
    assert response.status_code == 302
    as_system()
    assert Duty.objects.get(id=duty.id).outcome == "told-officer"
    assert Match.objects.get(record=asked_about, hidden=True).reading == "confirmed"
    done = Event.objects.get(action="duty.discharge")
    assert (done.kind, done.subjects) == ("write", [asked_about])


def test_the_desk_is_helped_with_a_silent_call_as_with_a_match(signed_in, accounts, restricted, add):
    handler, desk = accounts[Role.CALL_HANDLER].actor, accounts[Role.DESK].actor
    him = add("Bertram", "Ashgrove", sex="1")
    now = timezone.now()
    doing(
        desk,
        set_fact,
        kind="non-molestation",
        record_id=him,
        protects_id=restricted,
        valid_from=now - timedelta(days=1),
    )
    as_system()
    phone = Phone.objects.get(record=restricted)
    instrument = library().as_of("safe-contact", london_day(now))
    doing(
        desk,
        give_safe_contact,
        record_id=restricted,
        instrument=instrument,
        answers={"means": ["text-message"]},
        complete=False,
        after=None,
        phone_id=phone.id,
    )
    call = doing(handler, receive, channel="999", number=PHONE, line="silent", place="14 Alma Road")
    duty = the_duty("silent-call-restricted")
    page = shown(signed_in(Role.DESK).get(f"/duties/{duty.id}/"))
    for told in (
        "Nobody spoke, and the number is that of",
        "Zofia Quillfeather",
        "Do not ring back: she said that a phone call is not safe",
        "Nobody has taken the call yet; tell the control room",
        "14 Alma Road",
        "Not decided yet",
        "Carries or uses weapons",
        "Non-molestation order: protects them",
        "Text message",
        "The control room sends somebody and has the safety facts",
    ):
        assert told in page, told
    # whom it does not concern is not named
    assert "Ashgrove" not in page
    doing(handler, take, contact_id=call.id)
    doing(handler, send, contact_id=call.id, grade="emergency", unit="AB12")
    page = shown(signed_in(Role.DESK).get(f"/duties/{duty.id}/"))
    assert "The call is with The call-handler, Call handler, Control room" in page
    assert "AB12" in page
    response = signed_in(Role.DESK).post(f"/duties/{duty.id}/done/", {"outcome": "silent-hidden-told"})
    assert response.status_code == 302
    assert the_duty("silent-call-restricted").outcome == "silent-hidden-told"
    # what is done is read without the help that is no longer needed
    assert "Nobody spoke" not in shown(signed_in(Role.DESK).get(f"/duties/{duty.id}/"))


def test_of_a_silent_call_it_is_said_where_nobody_asked_her(signed_in, accounts, restricted):
    doing(accounts[Role.CALL_HANDLER].actor, receive, channel="999", number=PHONE, line="abandoned")
    duty = the_duty("silent-call-restricted")
    page = shown(signed_in(Role.DESK).get(f"/duties/{duty.id}/"))
    assert "No way is safe: do not ring back" in page
    assert "No order, bail or warrant is held here" in page
    assert "Not known yet" in page


def test_an_answer_without_an_outcome_names_its_field(signed_in, asked_about):
    duty = the_duty("restricted-match")
    page = shown(signed_in(Role.DESK).post(f"/duties/{duty.id}/done/", {}))
    assert "Select an answer to “What came of it" in page
    assert the_duty("restricted-match").discharged_at is None


@pytest.mark.parametrize("role", [role for role in ACCOUNTS if role != Role.DESK])
def test_nobody_else_reads_or_answers_what_is_the_desks(signed_in, asked_about, role):
    duty = the_duty("restricted-match")
    client = signed_in(role)
    assert client.get(f"/duties/{duty.id}/").status_code in {403, 404}
    response = client.post(f"/duties/{duty.id}/done/", {"outcome": "not-the-person"})
    assert response.status_code in {403, 404}
    assert the_duty("restricted-match").discharged_at is None


def test_an_outcome_of_another_kind_is_not_taken(accounts, asked_about):
    duty = the_duty("restricted-match")
    with pytest.raises(ValueError, match="not one of this kind"):
        doing(accounts[Role.DESK].actor, carry_out, duty_id=duty.id, outcome="two-people")


@pytest.mark.parametrize(("agreed", "sees"), [("yes", True), ("no", False)])
def test_breaking_the_glass_is_agreed_with_or_overturned(signed_in, accounts, add, agreed, sees):
    record_id = add("Zofia", "Quillfeather", PHONE)
    reason = next(
        row.code for row in load("restriction-reasons").as_of(london_day(NOW)) if row.flag("break_glass")
    )
    officer = accounts[Role.OFFICER].actor
    doing(accounts[Role.DESK].actor, restrict, record_id=record_id, reason=reason)
    doing(officer, break_glass, record_id=record_id, reason="glass-danger-to-life", words="He has a knife")
    duty, client = the_duty("break-glass-review"), signed_in(Role.DESK)
    page = shown(client.get(f"/duties/{duty.id}/"))
    assert "He has a knife" in page
    assert "Danger to life" in page
    response = client.post(f"/duties/{duty.id}/done/", {"agreed": agreed, "feedback": "Ring us first"})
    assert response.status_code == 302
    as_system()
    assert Review.objects.get(decision=duty.about).agreed == sees
    assert (Relation.BROKE_GLASS in subject_for(officer, record_id).relations) == sees


def test_overturning_says_why(signed_in, accounts, add):
    record_id = add("Zofia", "Quillfeather", PHONE)
    reason = next(
        row.code for row in load("restriction-reasons").as_of(london_day(NOW)) if row.flag("break_glass")
    )
    doing(accounts[Role.DESK].actor, restrict, record_id=record_id, reason=reason)
    doing(
        accounts[Role.OFFICER].actor,
        break_glass,
        record_id=record_id,
        reason="glass-danger-to-life",
        words="He has a knife",
    )
    duty = the_duty("break-glass-review")
    page = shown(signed_in(Role.DESK).post(f"/duties/{duty.id}/done/", {"agreed": "no"}))
    assert "say why it was not justified" in page


def test_a_record_is_kept_for_longer_with_a_reason(signed_in, for_review):
    duty, client = the_duty("retention-review"), signed_in(Role.SUPERVISOR)
    past = {"until_day": "1", "until_month": "1", "until_year": "2020", "reason": "extend-open-case"}
    assert "Keep until: must be a day to come" in shown(client.post(f"/duties/{duty.id}/done/", past))
    until = london_day(NOW) + timedelta(days=400)
    kept = past | {
        "until_day": str(until.day),
        "until_month": str(until.month),
        "until_year": str(until.year),
    }
    assert client.post(f"/duties/{duty.id}/done/", kept).status_code == 302
    as_system()
    assert Record.objects.get(id=for_review).review_on == until
    assert Duty.objects.get(id=duty.id).outcome == "kept"


def test_the_duty_leads_to_the_page_from_which_the_desk_erases(signed_in, accounts, for_review):
    duty, keeping = the_duty("retention-review"), f"/people/{for_review}/retention/"
    assert f'href="{keeping}"' in shown(signed_in(Role.SUPERVISOR).get(f"/duties/{duty.id}/"))
    desk = signed_in(Role.DESK)
    desk.post(f"/people/{for_review}/purpose/", {"purpose": "subject-request"})
    assert f'href="/people/{for_review}/erase/"' in shown(desk.get(keeping))


def test_the_auditor_is_told_of_staff_without_a_name_and_follows_the_log(signed_in, accounts, add):
    record_id = add("Zofia", "Quillfeather", PHONE)
    one = accounts[Role.OFFICER]
    # their line is shut out with them, and the auditor is of another
    one.team = Team.objects.create(agency=one.team.agency, name="Quarnley response")
    one.save()
    doing(accounts[Role.SUPERVISOR].actor, recognise_staff, record_id=record_id, user_id=one.id)
    client = signed_in(Role.AUDITOR)
    page = shown(client.get("/"))
    assert "Staff tried to read a case" in page
    assert "Quillfeather" not in page
    duty = the_duty("staff-attempt")
    page = shown(client.get(f"/duties/{duty.id}/"))
    assert "Quillfeather" not in page
    log = shown(client.get(re.search(r'href="(/looks/\?record=[^"]+)"', page)[1]))
    assert "saying that a person is one of the staff" in log
    assert client.post(f"/duties/{duty.id}/done/", {"outcome": "referred-on"}).status_code == 302


def test_the_log_is_narrowed_by_account_record_and_day_and_reading_it_is_logged(signed_in, accounts, add):
    record_id = add("Zofia", "Quillfeather", PHONE)
    add("Odette", "Marrowbone")
    signed_in(Role.CALL_HANDLER).post("/people/search/", {"who": PHONE, "enquiry": str(uuid4())})
    client = signed_in(Role.AUDITOR)
    everything = shown(client.get("/looks/"))
    assert everything.count("adding a person") == 2
    assert "Quillfeather" not in everything
    assert "900123" not in everything
    # short to read, whole where it leads
    assert re.search(rf'\?record={record_id}" title="{record_id}">{str(record_id)[:8]}</a>', everything)
    of_record = shown(client.get("/looks/", {"record": str(record_id)}))
    assert "searching for a person, and being shown whom it may be" in of_record
    assert 'data-label="Why">Answering a call for help<' in of_record
    assert "adding a person" not in of_record
    auditor = shown(client.get("/looks/", {"account": str(accounts[Role.AUDITOR].id)}))
    assert "searching" not in auditor
    assert "reading this log" in auditor
    day = {"day_day": "1", "day_month": "2", "day_year": "2020"}
    assert "Nothing in the log fits" in shown(client.get("/looks/", day))
    assert "Record number: copy the whole number" in shown(client.get("/looks/", {"record": "x"}))
    as_system()
    assert Event.objects.filter(action="audit.read", actor=accounts[Role.AUDITOR].id).count() == 5


def test_a_long_log_goes_on_at_older(signed_in, add, monkeypatch):
    monkeypatch.setattr("throughline.casework.overview.queries.home.PAGE", 2)
    for _ in range(3):
        add("Zofia", "Quillfeather")
    client = signed_in(Role.AUDITOR)
    page = shown(client.get("/looks/"))
    assert page.count("adding a person") == 2
    older = re.search(r'href="(/looks/\?[^"]*before=\d+)"', page)[1]
    assert shown(client.get(older.replace("&amp;", "&"))).count("adding a person") == 1


@pytest.mark.parametrize("role", [role for role in ACCOUNTS if role != Role.AUDITOR])
def test_only_auditors_read_the_log(signed_in, role):
    assert signed_in(role).get("/looks/").status_code == 403


def test_imports_tell_how_far_they_came(signed_in, accounts):
    ImportRun.objects.create(
        source="An older system",
        digest="x",
        state=ImportRun.State.LOADING,
        rows=1_000_000,
        added=250_000,
        rejected=12,
        started_at=NOW,
        started_by=accounts[Role.ADMINISTRATOR].id,
    )
    page = shown(signed_in(Role.ADMINISTRATOR).get("/imports/"))
    for told in ("An older system", "Loading", "1,000,000", "250,000", "12"):
        assert told in page
    assert signed_in(Role.ANALYST).get("/imports/").status_code == 403


@pytest.mark.parametrize("name", names())
def test_every_reference_list_is_shown_with_its_sources(signed_in, name):
    page = shown(signed_in(Role.ANALYST).get(f"/reference/{name}/"))
    many = len(load(name).as_of(london_day(NOW)))
    assert ("1 row<" if many == 1 else f"{many} rows<") in page
    assert "Source:" in page


def test_a_reference_list_is_shown_as_of_a_day(signed_in):
    client = signed_in(Role.ANALYST)
    day = {"day_day": "1", "day_month": "2", "day_year": "1950"}
    assert "As of 1 February 1950: 0 rows" in shown(client.get("/reference/markers/", day))
    assert "that month has no such day" in shown(client.get("/reference/markers/", day | {"day_day": "31"}))
    assert client.get("/reference/nothing/").status_code == 404


def test_an_officer_goes_on_from_the_first_page_at_the_scene_that_they_have_not_left(signed_in, accounts):
    officer = accounts[Role.OFFICER].actor
    incident = doing(officer, open_incident, recorded_as="domestic-abuse")
    assert "Go on at the scene" not in shown(signed_in(Role.OFFICER).get("/"))
    there = doing(officer, begin, incident_id=incident.id)
    page = shown(signed_in(Role.OFFICER).get("/"))
    assert f"Go on at the scene of {incident.number}" in page
    assert f"/scene/visit/{there.id}/" in page
    assert "Go on at the scene" not in shown(signed_in(Role.SERGEANT).get("/"))
    doing(officer, leave, attendance_id=there.id)
    assert "Go on at the scene" not in shown(signed_in(Role.OFFICER).get("/"))


def test_a_duty_about_nobody_yet_is_told_by_the_number_of_its_incident(signed_in, accounts):
    incident = doing(accounts[Role.OFFICER].actor, open_incident, recorded_as="domestic-abuse")
    registrar = signed_in(Role.REGISTRAR)
    assert incident.number in shown(registrar.get("/"))
    page = shown(registrar.get(f"/duties/{the_duty('crime-recording').id}/"))
    assert incident.number in page
    assert "Out of your sight" not in page
