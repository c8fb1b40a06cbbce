"""The search page, by Django's test client under the web login, as each role."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from throughline.casework.people.commands.safety import recognise_staff, restrict
from throughline.casework.people.models import Enquiry, Match, Name
from throughline.casework.people.queries.searching import candidates
from throughline.casework.people.rules import RECOGNISER
from throughline.foundations.access.protection import reading_as, set_actor
from throughline.foundations.access.rules import READERS, Role
from throughline.foundations.audit.models import Event
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty
from throughline.foundations.vault.keys import keys
from throughline.linkage.features import features
from throughline.linkage.keys import probe_keys
from throughline.linkage.scraps import read_scraps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]

NOW = datetime.now(UTC)
PHONE = "07700 900123"
SEARCH, READ, ADD = "/people/search/", "/people/search/reading/", "/people/add/"


@pytest.fixture
def handler(signed_in) -> Client:
    return signed_in(Role.CALL_HANDLER)


def as_system():
    set_actor(RECOGNISER)


def asked(client: Client, who: str = "", *, enquiry: UUID | None = None, address: str = SEARCH, **fields):
    return client.post(address, {"who": who, "enquiry": str(enquiry or uuid4()), **fields})


def shown(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def without_tokens(page: str) -> str:
    """The page without what differs between any two pages: tokens and the enquiry's own number."""
    for name in ("csrfmiddlewaretoken", "enquiry", "once"):
        page = re.sub(rf'(name="{name}"[^>]*value=")[^"]*', r"\1", page)
    return re.sub(r'nonce="[^"]*"', "", page)


def test_the_empty_page_says_what_to_type_and_begins_an_enquiry(handler):
    first, second = shown(handler.get(SEARCH)), shown(handler.get(SEARCH))
    assert "Type any two things" in first
    numbers = [re.search(r'name="enquiry" value="([0-9a-f-]{36})"', page)[1] for page in (first, second)]
    assert numbers[0] != numbers[1]
    as_system()
    assert not Event.objects.filter(action="people.search").exists()


def test_one_person_with_the_reasons_and_their_weights(handler, add):
    add("Zofia", "Quillfeather", PHONE)
    page = shown(asked(handler, f"Sofia Quilfeather {PHONE}"))
    assert "1 person may be the one you mean" in page
    assert "PROBABLE" in page
    assert "same mobile" in page
    assert re.search(r"<td[^>]*--numeric\">\+\d+\.\d</td>", page)
    assert "Confirm it is her" in page
    assert "14 Alma Road, Quarnley, ZT1 0AA" in page


@pytest.mark.parametrize(("sex", "words"), [("1", "Not him"), ("2", "Not her"), ("", "Not them")])
def test_the_buttons_speak_of_the_person_as_recorded(handler, add, sex, words):
    add("Zofia", "Quillfeather", PHONE, sex=sex)
    assert words in shown(asked(handler, PHONE))


def test_while_typing_only_the_results_come(handler, add):
    add("Zofia", "Quillfeather", PHONE)
    response = handler.post(SEARCH, {"who": PHONE, "enquiry": str(uuid4())}, headers={"HX-Request": "true"})
    part = shown(response)
    assert "Quillfeather" in part
    assert "<html" not in part
    assert 'id="status" hx-swap-oob="innerHTML">1 person' in part


def test_an_emptied_page_begins_another_enquiry(handler):
    enquiry = uuid4()
    response = handler.post(SEARCH, {"who": " ", "enquiry": str(enquiry)}, headers={"HX-Request": "true"})
    found = re.search(r'id="id_enquiry" name="enquiry" value="([^"]+)" hx-swap-oob="true"', shown(response))
    assert UUID(found[1]) != enquiry


def test_nothing_to_search_by_names_its_field(handler):
    page = shown(asked(handler))
    assert "Who is it: enter anything that you have heard" in page
    assert 'href="#id_who"' in page
    assert "<title>Error:" in " ".join(page.split()).replace("> ", ">")


def test_a_malformed_date_names_its_box_and_the_rest_is_looked_up(handler, add):
    add("Zofia", "Quillfeather", PHONE)
    page = shown(asked(handler, PHONE, born_day="31", born_month="2", born_year="1990"))
    assert "Date of birth: that month has no such day" in page
    assert 'href="#id_born_day"' in page
    assert "Quillfeather" in page


def test_a_date_in_the_scraps_that_no_calendar_knows_is_said(handler):
    assert "Who is it: there is no such date" in shown(asked(handler, f"{PHONE} 31/2/1990"))


def test_one_name_alone_is_too_little(handler, add):
    add("Zofia", "Quillfeather")
    page = shown(asked(handler, "Zofia"))
    assert "That is too little to search by" in page
    assert "a phone number" in page
    assert "Nobody found" not in page


def test_too_many_says_so_and_what_would_narrow_it(handler, add):
    for year in range(1970, 1982):
        add("Zofia", "Quillfeather", born=datetime(year, 5, 3).date())
    page = shown(asked(handler, "Zofia Quillfeather"))
    assert "More than 10 people fit" in page
    assert "To narrow it" in page
    assert page.count('class="govuk-summary-card throughline-found"') == 10


def test_a_name_that_hundreds_share_is_not_nobody(handler, add, monkeypatch):
    monkeypatch.setattr("throughline.casework.people.queries.searching.CAP", 2)
    for year in range(1970, 1974):
        add("Zofia", "Quillfeather", born=datetime(year, 5, 3).date())
    page = shown(asked(handler, "Zofia Quillfeather"))
    assert "Too many people share that" in page
    assert "Nobody found" not in page


def test_of_very_many_who_share_something_those_who_share_most_are_weighed(accounts, add, monkeypatch):
    meant = add("Zofia", "Quillfeather", PHONE, born=datetime(1980, 5, 3).date())
    others = {add(name, "Ormerod", PHONE) for name in ("Ann", "Beth", "Carys")}
    heard = read_scraps(f"zofia quillfeather {PHONE} 3/5/1980", today=NOW.date())

    def weighed(most: int) -> set[UUID]:
        monkeypatch.setattr("throughline.casework.people.queries.searching.MOST", most)
        with transaction.atomic(), reading_as(accounts[Role.CALL_HANDLER].actor):
            probe = features(heard)
            probed = sorted(probe_keys(probe, keys().linkage))
            return {one.rid for one in candidates(probe, probed, limit=10)}

    assert weighed(1) == {meant}
    # nobody goes while one who tells as much stays
    assert weighed(2) == weighed(4) == {meant, *others}


def test_nobody_found_says_what_was_not_checked_and_offers_to_add(handler):
    page = shown(asked(handler, f"Zofia Quillfeather {PHONE}"))
    assert "Nobody found is not nobody known." in page
    assert "Police National Computer" in page
    assert f'formaction="{ADD}"' in page


def test_what_was_typed_is_carried_over_to_adding(handler):
    page = shown(
        asked(handler, f"Zofia Quillfeather {PHONE} 14 Alma Road born 3/5/1990", address=ADD, carried="yes")
    )
    for name, value in {
        "full": "Zofia Quillfeather",
        "phone": PHONE,
        "number": "14",
        "street": "Alma Road",
        "born_day": "3",
        "born_month": "5",
        "born_year": "1990",
    }.items():
        assert re.search(rf'name="{name}"[^>]*value="{re.escape(value)}"', page), name
    as_system()
    assert not Name.objects.exists()


@pytest.mark.parametrize("role", sorted(READERS - {Role.DESK}))
def test_a_restricted_match_shows_what_none_shows_and_calls_the_desk(signed_in, accounts, add, role):
    client = signed_in(role)
    words = f"Zofia Quillfeather {PHONE}"
    none = without_tokens(shown(asked(client, words)))
    hidden = add("Zofia", "Quillfeather", PHONE)
    desk = accounts[Role.DESK].actor
    with transaction.atomic():
        set_actor(desk)
        restrict(by=desk, now=NOW, record_id=hidden, reason="staff-connected")
    enquiry = uuid4()
    restricted = without_tokens(shown(asked(client, words, enquiry=enquiry)))
    assert restricted == none
    as_system()
    duty = Duty.objects.get(kind="restricted-match", record_id=hidden, about=enquiry)
    assert duty.discharged_at is None
    assert Match.objects.get(enquiry=enquiry, record=hidden).hidden
    assert b"Quillfeather" not in bytes(Enquiry.objects.get(id=enquiry).closed)


def test_out_of_sight_is_looked_for_whether_or_not_anything_is_restricted(handler, accounts, add):
    desk = accounts[Role.DESK].actor
    add("Zofia", "Quillfeather", PHONE)
    other = add("Odette", "Marrowbone")
    asked(handler, PHONE)  # after which the session leads to whom it found
    with CaptureQueriesContext(connection) as before:
        asked(handler, PHONE)
    with transaction.atomic():
        set_actor(desk)
        restrict(by=desk, now=NOW, record_id=other, reason="staff-connected")
    with CaptureQueriesContext(connection) as after:
        asked(handler, PHONE)
    looked = [sum("out_of_sight" in query["sql"] for query in queries) for queries in (before, after)]
    assert looked == [1, 1]
    assert len(before) == len(after)


def test_who_reads_as_somebody_else_is_themselves_again_whatever_went_wrong(accounts):
    handler = accounts[Role.CALL_HANDLER].actor

    def who() -> str:
        with connection.cursor() as cursor:
            cursor.execute("select access_actor()::text")
            return cursor.fetchone()[0]

    set_actor(handler)
    with reading_as(RECOGNISER):
        assert who() == str(RECOGNISER.id)
    assert who() == str(handler.id)
    with suppress(KeyError), reading_as(RECOGNISER):
        raise KeyError
    assert who() == str(handler.id)
    with suppress(DatabaseError), transaction.atomic(), reading_as(RECOGNISER), connection.cursor() as cursor:
        cursor.execute("select 1 / 0")
    assert who() == str(handler.id)


def test_the_desk_sees_the_restricted_person_and_is_not_called_for_it(signed_in, accounts, add):
    hidden = add("Zofia", "Quillfeather", PHONE)
    desk = accounts[Role.DESK].actor
    with transaction.atomic():
        set_actor(desk)
        restrict(by=desk, now=NOW, record_id=hidden, reason="staff-connected")
    assert "1 person may be" in shown(asked(signed_in(Role.DESK), f"Zofia Quillfeather {PHONE}"))
    as_system()
    assert not Duty.objects.filter(kind="restricted-match").exists()


def test_one_who_is_party_finds_nobody_and_the_auditor_is_told(signed_in, accounts, add):
    theirs = add("Zofia", "Quillfeather", PHONE)
    officer, supervisor = accounts[Role.OFFICER], accounts[Role.SUPERVISOR].actor
    with transaction.atomic():
        set_actor(supervisor)
        recognise_staff(by=supervisor, now=NOW, record_id=theirs, user_id=officer.id)
    page = shown(asked(signed_in(Role.OFFICER), f"Zofia Quillfeather {PHONE}"))
    assert "Nobody found is not nobody known." in page
    as_system()
    assert Duty.objects.filter(kind="staff-attempt", record_id=theirs, about=officer.id).exists()


@pytest.mark.parametrize("role", sorted(set(Role) - READERS - {Role.SYSTEM}))
def test_who_does_not_meet_people_does_not_search(signed_in, role):
    client = signed_in(role)
    for response in (client.get(SEARCH), asked(client, PHONE), asked(client, address=ADD)):
        assert response.status_code == 403


def reading(client: Client, reading: str, record_id: UUID, *, enquiry: UUID, who: str = PHONE):
    return client.post(READ, {"who": who, "enquiry": str(enquiry), "reading": f"{reading} {record_id}"})


def test_a_confirmed_match_leads_to_the_person_who_is_then_shown_without_asking_why(handler, add):
    record_id, enquiry = add("Zofia", "Quillfeather", PHONE), uuid4()
    response = reading(handler, "confirmed", record_id, enquiry=enquiry)
    assert response.status_code == 302
    assert response["Location"] == f"/people/{record_id}/"
    assert "Quillfeather" in shown(handler.get(response["Location"]))
    as_system()
    assert Match.objects.get(enquiry=enquiry).reading == "confirmed"


def test_a_reading_is_shown_can_be_changed_and_is_kept_each_time(handler, add):
    record_id, enquiry = add("Zofia", "Quillfeather", PHONE), uuid4()
    assert "You said it is not this one" in shown(reading(handler, "rejected", record_id, enquiry=enquiry))
    # a second press of the same button decides nothing new
    reading(handler, "rejected", record_id, enquiry=enquiry)
    assert "You are unsure, and both are kept" in shown(
        reading(handler, "unconfirmed", record_id, enquiry=enquiry)
    )
    assert "You are unsure, and both are kept" in shown(asked(handler, PHONE, enquiry=enquiry))
    as_system()
    choices = Decision.objects.filter(kind="match", record_id=record_id, about=enquiry).order_by("made_at")
    assert list(choices.values_list("choice", flat=True)) == ["rejected", "unconfirmed"]


def test_a_reading_of_somebody_whom_the_scraps_no_longer_find_is_not_kept(handler, add):
    record_id, enquiry = add("Zofia", "Quillfeather", PHONE), uuid4()
    page = shown(reading(handler, "confirmed", record_id, enquiry=enquiry, who="07700 900456"))
    assert "no longer finds the person" in page
    as_system()
    assert not Match.objects.exists()


@pytest.mark.parametrize(
    "typed", ["", "confirmed", "confirmed x", "perhaps 3f0a1f40-0000-4000-8000-000000000000"]
)
def test_a_reading_that_is_none_is_refused_plainly(handler, typed):
    response = handler.post(READ, {"who": PHONE, "enquiry": str(uuid4()), "reading": typed})
    assert response.status_code == 400


def test_another_persons_enquiry_is_not_taken_over(signed_in, add):
    record_id, enquiry = add("Zofia", "Quillfeather", PHONE), uuid4()
    reading(signed_in(Role.CALL_HANDLER), "rejected", record_id, enquiry=enquiry)
    other = signed_in(Role.FRONT_COUNTER, raise_request_exception=False)
    reading(other, "confirmed", record_id, enquiry=enquiry)
    as_system()
    assert Match.objects.get(enquiry=enquiry).reading == "rejected"


def test_names_of_any_length_and_script_stand_whole_and_apart(handler, add):
    long = "Wolfeschlegelsteinhausenbergerdorff" * 5
    add("", "", PHONE, full="فاطمة الزهراء")
    add("Żaneta-Šárka", long, PHONE)
    page = shown(asked(handler, PHONE))
    assert "<bdi>فاطمة الزهراء</bdi>" in page
    assert f"<bdi>Żaneta-Šárka {long}</bdi>" in page


def test_what_was_typed_is_written_out_as_text(handler):
    page = shown(asked(handler, "<script>alert(1)</script> Quillfeather"))
    assert "<script>alert" not in page


def test_each_lookup_is_in_the_log_once_with_those_shown(handler, accounts, add):
    record_id = add("Zofia", "Quillfeather", PHONE)
    asked(handler, PHONE)
    as_system()
    [look] = Event.objects.filter(action="people.search")
    assert (look.kind, look.actor, look.purpose) == ("look", accounts[Role.CALL_HANDLER].id, "call")
    assert look.subjects == [record_id]
    assert PHONE not in str(look.detail)


def test_a_log_that_cannot_be_written_refuses_the_page_without_a_name(signed_in, add, monkeypatch):
    add("Zofia", "Quillfeather", PHONE)
    client = signed_in(Role.CALL_HANDLER, raise_request_exception=False)

    def refused(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("insert into audit_event (actor) values (null)")

    monkeypatch.setattr("throughline.casework.people.queries.searching.record", refused)
    response = asked(client, f"Zofia Quillfeather {PHONE}")
    assert response.status_code == 500
    page = response.content.decode()
    assert "Something went wrong on our side" in page
    assert "Quillfeather" not in page
    assert "900123" not in page


def test_an_account_that_is_signed_out_is_taken_to_sign_in():
    response = Client().get(SEARCH)
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


def test_adding_a_person_leads_to_their_page_and_they_are_found_at_once(handler):
    response = handler.post(
        ADD,
        {
            "forename": "Zofia",
            "surname": "Quillfeather",
            "order": "given-first",
            "kind": "current",
            "age": "31",
            "sex": "2",
            "phone": PHONE,
            "needs_interpreter": "no",
        },
    )
    assert response.status_code == 302
    assert "Quillfeather" in shown(handler.get(response["Location"]))
    assert "1 person may be" in shown(asked(handler, PHONE))


@pytest.mark.parametrize(
    ("typed", "says", "box"),
    [
        ({}, "Whole name, as heard: enter some name", "id_full"),
        ({"forename": "Zofia", "phone": "x"}, "Phone number: is not a telephone number", "id_phone"),
        ({"forename": "Zofia", "born_day": "31"}, "Date of birth: enter the month as well", "id_born_month"),
        ({"forename": "Zofia", "age": "old"}, "Estimated age: enter a number of years", "id_age"),
        ({"forename": "Zofia", "sex": "7"}, "Sex: choose one of the answers listed", "id_sex"),
    ],
)
def test_an_error_in_adding_names_its_field_and_keeps_what_was_typed(handler, typed, says, box):
    page = shown(handler.post(ADD, typed))
    assert says in page
    assert f'href="#{box}"' in page
    if typed:
        assert 'value="Zofia"' in page
    as_system()
    assert not Name.objects.exists()


def test_a_birth_date_to_come_is_refused_by_name(handler):
    year = str((timezone.now() + timedelta(days=400)).year)
    page = shown(
        handler.post(ADD, {"forename": "Zofia", "born_day": "1", "born_month": "1", "born_year": year})
    )
    assert "Date of birth: is not a possible date of birth" in page


def test_adding_twice_by_one_page_adds_once(handler):
    typed = {"full": "Zofia Quillfeather", "order": "unknown", "kind": "as-heard", "once": str(uuid4())}
    first, second = handler.post(ADD, typed), handler.post(ADD, typed)
    assert first["Location"] == second["Location"]
    as_system()
    assert Name.objects.count() == 1


#: Of one lookup with its page: who asks, the transaction with its actor, what a browser kept, whom it may be, whether anybody is
#: hidden, what a line shows, the look, what was made of the matches, and whom the session now leads to.
STATEMENTS = 17


def test_the_number_of_statements_of_a_lookup_is_fixed(handler, add):
    def lookup() -> tuple[list[str], str]:
        with CaptureQueriesContext(connection) as made:
            page = shown(asked(handler, f"Sofia Quilfeather {PHONE}"))
        return [one["sql"][:90] for one in made], page

    lookup()
    add("Zofia", "Quillfeather", PHONE)
    few, page = lookup()
    assert page.count("<section") == 1
    for forename in ("Sofia", "Zofija", "Sophie", "Zosia", "Zoe", "Zara"):
        add(forename, "Quillfeather", PHONE)

    many, page = lookup()

    assert page.count("<section") == 7
    assert len(many) == len(few) == STATEMENTS, many
