"""The pages of cases, of orders, bail and warrants, and of the registrar, as their readers use them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from throughline.casework.cases.commands import crimes, holding, incidents
from throughline.casework.cases.models import Case, Crime, StandingFact
from throughline.casework.cases.tests.conftest import seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands import identities, safety
from throughline.casework.people.views.wording import code_in_words
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]


@pytest.fixture
def case(incident, pair):
    incident(*pair, days_ago=90)
    incident(*pair, days_ago=20)
    incident(*pair)
    with seen_whole():
        return Case.objects.get(suspect__isnull=False, closed_at=None).id


@pytest.fixture
def read(signed_in, pair):
    """Open a page as a role and say what it says, without its marks."""

    def opened(role, name, *args, status=200):
        browser = signed_in(role)
        session = browser.session
        session["purposes"] = {str(one): "call" for one in pair}
        session.save()
        response = browser.get(reverse(f"cases:{name}", args=args))
        assert response.status_code == status
        return " ".join(response.content.decode().split())

    return opened


@pytest.fixture
def send(signed_in, pair):
    """Send a form of a page as a role; says the answer."""

    def sent(role, name, *args, **typed):
        browser = signed_in(role)
        session = browser.session
        session["purposes"] = {str(one): "call" for one in pair}
        session.save()
        return browser.post(reverse(f"cases:{name}", args=args), {"once": str(uuid4()), **typed})

    return sent


def test_a_case_says_what_is_not_known_as_plainly_as_what_is(read, case):
    page = read(Role.OFFICER, "case", case)
    first, second, last = (london_day(NOW - timedelta(days=days)) for days in (90, 20, 0))
    for words in (
        "Zofia Quillfeather",
        "Bertram Ashgrove",
        "No grade yet: nobody has judged it",
        "Nobody has accepted it",
        "None found here. Other systems are not checked from here.",
        "The gaps are shortening.",
        f"{(second - first).days}, {(last - second).days}",
        "Registrar has not judged yet",
        "14 Alma Road",
        "Repeat victim",
    ):
        assert words in page, words
    assert "withdr" not in page.lower()


def test_a_case_shows_who_judged_and_who_accepted(read, does, case, order, pair, accounts):
    does(
        Role.OFFICER,
        holding.set_grade,
        case_id=case,
        grade="high",
        reason="grade-first-assessment",
        words="He has her keys",
    )
    does(Role.OFFICER, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
    order(pair[1], pair[0], kind="dvpo", valid_until=NOW + timedelta(days=40), conditions=["no-contact"])
    page = read(Role.SUPERVISOR, "case", case)
    officer = accounts[Role.OFFICER].name
    for words in (f"by {officer}", "He has her keys", "No contact with them", "Longer than the law allows"):
        assert words in page, words


def test_one_look_names_everybody_on_the_page(read, case, pair):
    with seen_whole():
        before = Event.objects.filter(kind="look").count()
    read(Role.OFFICER, "case", case)
    with seen_whole():
        looks = list(Event.objects.filter(kind="look").order_by("id"))[before:]
    [look] = looks
    assert (look.action, set(look.subjects), look.purpose) == ("case.view", set(pair), "call")


def test_a_restricted_victims_case_is_nowhere_but_at_the_desk(read, does, case, pair, order):
    fact = order(pair[1], pair[0], source_ref="CT-77")
    does(Role.SUPERVISOR, safety.restrict, record_id=pair[0], reason="honour-based")
    for role in (Role.CALL_HANDLER, Role.OFFICER, Role.SUPERVISOR, Role.REGISTRAR):
        read(role, "case", case, status=404)
        read(role, "fact", fact, status=404)
        page = read(role, "of", pair[1])
        assert "Quillfeather" not in page
        assert "No case is held here" in page
    assert "Zofia Quillfeather" in read(Role.DESK, "case", case)
    assert "None waits" in read(Role.REGISTRAR, "waiting")


def test_an_officer_accepts_what_a_supervisor_asks(read, send, case, accounts):
    send(Role.SUPERVISOR, "owner", case, owner=str(accounts[Role.OFFICER].id))
    assert "You are asked to own this case" in read(Role.OFFICER, "case", case)
    assert send(Role.OFFICER, "accept", case).status_code == 302
    assert "accepted" in read(Role.OFFICER, "case", case)
    with seen_whole():
        assert not Duty.objects.filter(kind__in=["case-owner", "case-accept"], discharged_at=None).exists()


def test_a_case_that_cannot_be_closed_says_why(send, case):
    answer = send(Role.SUPERVISOR, "close", case, closed_as="danger-past")
    page = answer.content.decode()
    assert "something that must happen first is not done; an incident of it is open" in page
    assert "Still to be done: A case has no grade; A case has no owner." in page
    with seen_whole():
        assert Case.objects.get(id=case).closed_at is None


def test_cases_of_one_pair_are_joined_and_parted_on_their_pages(read, send, does, case, incident, pair, add):
    again = add("Sofia", "Quillfeather")
    incident(again, pair[1])
    does(Role.SUPERVISOR, identities.merge, record_id=again, into_id=pair[0], reason="merge-said-so")
    assert "Another open case is of the same two people" in read(Role.SUPERVISOR, "case", case)
    with seen_whole():
        second = Case.objects.get(victim=again, suspect=pair[1]).id
    assert send(Role.SUPERVISOR, "join", second, into=str(case)).status_code == 302
    assert "Joined" in read(Role.SUPERVISOR, "case", case)
    assert "This case is joined into" in read(Role.SUPERVISOR, "case", second)
    assert send(Role.SUPERVISOR, "part", second).status_code == 302
    assert "This case is joined into" not in read(Role.SUPERVISOR, "case", second)


def test_cases_are_grouped_on_their_page(read, send, case, incident, pair, add):
    incident(pair[0], add("Otto", "Larchwood", sex="1"))
    with seen_whole():
        other = Case.objects.exclude(id=case).get(closed_at=None).id
    assert "Otto Larchwood" in read(Role.SUPERVISOR, "group", case)
    answer = send(Role.SUPERVISOR, "group", case, cases=[str(other)], reason="group-same-victim")
    assert answer.status_code == 302
    assert "Grouped with" in read(Role.OFFICER, "case", case)
    assert send(Role.SUPERVISOR, "ungroup", case).status_code == 302


# --- orders, bail and warrants ---------------------------------------------------------------------------


def typed_order(her, **more):
    day = london_day(NOW)
    return {
        "kind": "non-molestation",
        "protects": str(her),
        "terms": ["no-contact"],
        "words": "not within 100 metres",
        "issuer": "Quarnley court",
        "source_ref": "CT-77",
        "begins_day": str(day.day),
        "begins_month": str(day.month),
        "begins_year": str(day.year),
        **more,
    }


def test_an_order_is_entered_varied_and_ended_by_page(read, send, case, pair):
    her, him = pair
    assert "Zofia Quillfeather" in read(Role.OFFICER, "enter-fact", him)
    answer = send(Role.OFFICER, "enter-fact", him, **typed_order(her))
    assert answer["Location"] == reverse("cases:of", args=[him])
    with seen_whole():
        fact = StandingFact.objects.get(source_ref="CT-77")
    assert (fact.record_id, fact.protects_id, fact.conditions) == (him, her, ["no-contact"])
    for name, args in (("case", [case]), ("of", [her]), ("fact", [fact.id])):
        assert "not within 100 metres" in read(Role.OFFICER, name, *args)
    found = send(Role.OFFICER, "facts", reference="ct-77").content.decode()
    assert "Quarnley court" in found
    varied = {key: value for key, value in typed_order(her).items() if key.startswith("begins")}
    answer = send(Role.INTELLIGENCE, "vary-fact", fact.id, terms=["curfew"], **varied)
    assert answer.status_code == 302
    with seen_whole():
        now_stands = StandingFact.objects.get(source_ref="CT-77", ended_at=None)
    assert now_stands.supersedes_id == fact.id
    assert "not within 100 metres" in read(Role.OFFICER, "fact", now_stands.id)
    assert send(Role.OFFICER, "end-fact", now_stands.id, because="discharged").status_code == 302
    assert "None found here" in read(Role.OFFICER, "of", him)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"begins_day": "31", "begins_month": "2"}, "that month has no such day"),
        ({"ends_day": "1", "ends_month": "1", "ends_year": "2014"}, "is before it begins"),
        ({"begins_at": "teatime"}, "write a time like 2pm"),
        ({"kind": "dapo", "begins_year": "2023"}, "is not one that there was on that day"),
        ({"terms": ["be-nice"]}, "choose one of the answers listed"),
    ],
)
def test_what_is_wrong_with_an_order_is_said_at_its_field(send, case, pair, wrong, words):
    answer = send(Role.OFFICER, "enter-fact", pair[1], **typed_order(pair[0], **wrong))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert words in page
    assert "not within 100 metres" in page
    with seen_whole():
        assert not StandingFact.objects.filter(source_ref="CT-77").exists()


def test_an_owner_or_a_grade_is_no_order(read, does, case):
    fact = does(Role.OFFICER, holding.set_grade, case_id=case, grade="high", reason="grade-first-assessment")
    for name in ("fact", "vary-fact", "end-fact"):
        read(Role.OFFICER, name, fact.id, status=404)


# --- the registrar ---------------------------------------------------------------------------------------


def test_the_registrar_judges_from_the_list(read, send, incident, pair):
    made = incident(*pair)
    page = read(Role.REGISTRAR, "waiting")
    assert "Zofia Quillfeather" in page
    assert "Coercive" not in page
    assert "Controlling or coercive behaviour" in read(Role.REGISTRAR, "judge", made)
    answer = send(
        Role.REGISTRAR,
        "judge",
        made,
        do="crime",
        offence="coercive-control",
        reason="crime-complained",
        words="Months of it",
    )
    assert answer["Location"] == reverse("cases:judge", args=[made])
    assert "Months of it" in read(Role.REGISTRAR, "judge", made)
    assert "None waits" in read(Role.REGISTRAR, "waiting")
    read(Role.SUPERVISOR, "waiting", status=403)
    with seen_whole():
        crime = Crime.objects.get(incident=made).id
    assert send(Role.REGISTRAR, "cancel-crime", crime, reason="cancel-twice").status_code == 302
    assert "Cancelled" in read(Role.REGISTRAR, "judge", made)


def test_no_crime_is_judged_and_overturned_by_page(read, send, does, incident, pair):
    made = incident(*pair)
    answer = send(
        Role.REGISTRAR, "judge", made, do="none", reason="no-crime-none-described", words="Words only"
    )
    assert answer.status_code == 302
    with seen_whole():
        judged = Decision.objects.get(about=made, kind="crime-recording").id
    assert "Words only" in read(Role.SUPERVISOR, "review-crime", judged)
    own = send(Role.REGISTRAR, "review-crime", judged, agreed="yes")
    assert "nobody reviews their own judgement" in own.content.decode()
    answer = send(Role.SUPERVISOR, "review-crime", judged, agreed="no", feedback="She was pushed")
    assert answer.status_code == 302
    assert "What was judged about a crime was overturned" in read(Role.REGISTRAR, "waiting")


def test_an_incident_is_closed_by_page_once_all_is_done(read, send, does, incident, pair, everything_done):
    made = incident(*pair)
    answer = send(Role.SUPERVISOR, "close-incident", made, closed_as="attended")
    assert "the registrar has not judged whether a crime is recorded" in answer.content.decode()
    does(Role.REGISTRAR, crimes.not_a_crime, incident_id=made, reason="no-crime-none-described")
    everything_done(made)
    assert send(Role.SUPERVISOR, "close-incident", made, closed_as="attended").status_code == 302


def test_a_duty_leads_to_where_it_is_done(signed_in, case, pair):
    with seen_whole():
        duty = Duty.objects.get(kind="case-grade", about=case)
    page = signed_in(Role.SUPERVISOR).get(f"/duties/{duty.id}/").content.decode()
    assert f"/risk/{case}/grade/" in page
    assert "What came of it?" not in page


def test_an_incident_that_may_be_hers_is_marked_as_that(read, does, incident, pair):
    made = incident()
    does(
        Role.CALL_HANDLER,
        incidents.involve,
        incident_id=made,
        record_id=pair[0],
        part="victim",
        confirmed=False,
    )
    assert "May be somebody else" in read(Role.OFFICER, "of", pair[0])


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("involved", "suspect", "Suspect"),
        ("incident-closed", "joined", "Its only contact was of another open incident"),
        ("fact-set", "court-bail", "Court bail with conditions"),
        ("marker-set", "weapons", "Carries or uses weapons"),
        ("crime-recorded", "", ""),
    ],
)
def test_a_line_of_the_timeline_is_in_words_on_every_page(kind, code, words):
    assert code_in_words(kind, code, london_day(NOW)).startswith(words)
