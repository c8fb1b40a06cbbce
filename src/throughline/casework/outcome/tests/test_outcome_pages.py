"""The pages of outcomes, as an owner, a reviewer and whoever brings in results use them."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from throughline.casework.conftest import NOW
from throughline.casework.outcome.commands import asking, court
from throughline.casework.outcome.models import CourtEvent, Outcome, VictimReview
from throughline.casework.outcome.tests.conftest import open_duties
from throughline.casework.outcome.tests.test_court import number_of
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.models import Event
from throughline.foundations.drafts.models import Draft
from throughline.foundations.duties.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]


def words(response) -> str:
    body = response.content.decode().split("<main", 1)[-1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_the_page_of_a_case_says_how_old_a_crime_without_outcome_is_and_writes_the_look(
    crime, case, signed_in, pair
):
    crime()
    shown = signed_in(Role.OFFICER).get(f"/outcome/{case}/")
    assert shown.status_code == 200
    assert "Not yet assigned recorded 0 days ago" in words(shown)
    assert "Give an outcome" in words(shown)
    with seen_whole():
        look = Event.objects.filter(kind=Event.Kind.LOOK).latest("id")
    assert set(pair) <= set(look.subjects)
    read_only = words(signed_in(Role.CALL_HANDLER).get(f"/outcome/{case}/"))
    assert "Not yet assigned" in read_only
    assert "Give an outcome" not in read_only


def test_the_pages_lead_here_from_the_case(crime, case, signed_in):
    browser = signed_in(Role.OFFICER)
    for page in (f"/cases/{case}/", f"/case/{case}/"):
        assert f"/outcome/{case}/" in browser.get(page).content.decode()


def test_an_officer_gives_an_outcome_and_what_is_wrong_is_named(crime, case, signed_in):
    one, browser = crime(), signed_in(Role.OFFICER)
    page = f"/outcome/crimes/{one}/give/"
    assert "15: Named suspect, the victim supports action" in words(browser.get(page))
    told = {"code": "outcome-15", "reason": "given-evidence-short", "words": "", "interviewed": "yes"}
    wrong = browser.post(page, told)
    assert "In your words: is needed: say why, for her and for whoever reviews it" in words(wrong)
    done = browser.post(page, told | {"words": "Her account alone"}, follow=True)
    assert done.redirect_chain[0][0] == f"/outcome/{case}/"
    shown = words(done)
    assert "Stands 15:" in shown
    assert "Her account alone" in shown
    assert "To be reviewed" in shown
    assert "She can ask the police to review it until" in shown


def test_a_reviewer_reads_it_sends_it_back_and_the_maker_finds_it_on_their_list(
    crime, case, gives, signed_in, reviewer
):
    made = gives(crime(), "outcome-15", words="Her account alone")
    browser = signed_in(Role.SERGEANT)
    assert "Review it" in words(browser.get(f"/outcome/{case}/"))
    duty = open_duties(case)["outcome-review"]
    assert f"/outcome/{case}/" in browser.get(f"/duties/{duty.id}/", follow=True).content.decode()
    page = f"/outcome/given/{made.id}/review/"
    assert "Her account alone" in words(browser.get(page))
    wrong = browser.post(page, {"endorsed": "no", "directions": ""})
    assert "is needed: say what is to be done" in words(wrong)
    browser.post(page, {"endorsed": "no", "directions": "Ask the neighbour"})
    shown = words(signed_in(Role.OFFICER).get(f"/outcome/{case}/"))
    assert "Sent back 15:" in shown
    assert "Ask the neighbour" in shown
    assert "An outcome came back from review (yours)" in shown


def test_who_is_not_written_down_as_a_reviewer_is_refused(crime, gives, case, signed_in):
    made = gives(crime(), "outcome-15")
    browser = signed_in(Role.SERGEANT)
    assert "Review it" not in words(browser.get(f"/outcome/{case}/"))
    told = {"endorsed": "yes", "directions": ""}
    refused = words(browser.post(f"/outcome/given/{made.id}/review/", told))
    assert "is for who is written down as an evidential reviewer to say" in refused
    assert signed_in(Role.OFFICER).get(f"/outcome/given/{made.id}/review/").status_code == 403


def test_her_request_is_written_down_acknowledged_and_overturned(crime, case, gives, signed_in):
    made = gives(crime(), "outcome-10", interviewed=True)
    signed_in(Role.OFFICER).post(f"/outcome/given/{made.id}/asked/", {})
    with seen_whole():
        asked = VictimReview.objects.get(outcome=made)
    browser = signed_in(Role.INSPECTOR)
    page = f"/outcome/asked/{asked.id}/"
    assert "not acknowledged yet" in words(browser.get(page))
    assert "acknowledged" in words(browser.post(page, {"do": "acknowledge"}, follow=True))
    told = {"result": "overturned", "reason": "vrr-lines-open", "words": "The neighbour was not asked"}
    shown = words(browser.post(page, told, follow=True))
    assert "overturned: A reasonable line of enquiry was not followed" in shown
    assert "Stands no more" in shown
    assert "Let the outcome stand again" in shown


def test_a_crime_is_opened_again_and_the_outcome_stands_again(crime, case, gives, signed_in):
    made, browser = gives(crime(), "outcome-10"), signed_in(Role.SERGEANT)
    told = {"reason": "reopen-evidence", "words": "A video"}
    assert "A video" in words(browser.post(f"/outcome/given/{made.id}/open-again/", told, follow=True))
    back = {"reason": "restore-evidence-fell", "words": ""}
    shown = words(browser.post(f"/outcome/given/{made.id}/stands-again/", back, follow=True))
    assert "Stands 10:" in shown
    # who has two tabs open is told
    again = browser.post(f"/outcome/given/{made.id}/stands-again/", back)
    assert again.status_code == 409


def test_what_came_from_court_is_written_down_taken_back_and_looked_at_together(
    crime, case, signed_in, owned
):
    one, browser = crime(), signed_in(Role.OFFICER)
    day = timezone.localdate() + timedelta(days=4)
    told = {"on_day": day.day, "on_month": day.month, "on_year": day.year}
    page = f"/outcome/crimes/{one}/court/"
    wrong = browser.post(page, {"kind": "found-guilty", **told})
    assert "On what day is it, or was it: has not come yet" in words(wrong)
    shown = words(
        browser.post(page, {"kind": "hearing", "at": "10am", "reference": "H-1", **told}, follow=True)
    )
    assert "A hearing is listed" in shown
    assert "To come" in shown
    browser.post(f"/outcome/crimes/{one}/urn/", {"urn": "01zz 126"})
    assert "URN 01ZZ 126" in words(browser.get(f"/outcome/{case}/"))
    assert "A hearing is listed: Zofia Quillfeather" in words(browser.get("/outcome/coming/"))
    with seen_whole():
        event = CourtEvent.objects.get()
    browser.post(f"/outcome/court/{event.id}/withdraw/", {})
    assert "Nothing is coming" in words(browser.get("/outcome/coming/"))


def test_a_finished_prosecution_is_looked_at_with_the_prosecutor(crime, case, does, signed_in):
    one = crime()
    does(Role.OFFICER, court.record_event, crime_id=one, kind="discontinued", at=NOW)
    browser = signed_in(Role.INSPECTOR)
    told = {"finding": "joint-delay", "words": "Two adjournments"}
    shown = words(browser.post(f"/outcome/crimes/{one}/together/", told, follow=True))
    assert "Looked at together with the prosecutor: It took too long" in shown
    assert "Two adjournments" in shown


def test_a_file_is_brought_in_and_rows_that_cannot_land_are_told_whole(crime, case, signed_in):
    one, browser = crime(), signed_in(Role.SERGEANT)
    assert "What stands in the file" in words(browser.get("/outcome/results/"))
    day, later = (f"{timezone.localdate() + timedelta(days=days):%Y-%m-%d}" for days in (4, 5))
    text = f"crime,what,result,date\n{number_of(one)},hearing,,{day}\n999999-0001/1,hearing,,{later}\n"
    file = SimpleUploadedFile("results.csv", text.encode())
    shown = words(browser.post("/outcome/results/", {"file": file}))
    assert "1 row is new." in shown
    assert "Row 3, crime is of no crime here" in shown
    assert f"999999-0001/1, hearing, , {later}" in shown
    there = "/outcome/results/rejects.csv"
    assert there in browser.get("/outcome/results/").content.decode()
    with seen_whole():
        kept, looks = (
            Draft.objects.get(place="outcome/results/rejects"),
            Event.objects.filter(kind="look").count(),
        )
        assert b"999999" not in bytes(kept.closed)
    taken = browser.get(there)
    assert taken["Content-Disposition"] == 'attachment; filename="results-rejects.csv"'
    rows = list(csv.DictReader(io.StringIO(taken.content.decode())))
    assert [(row["row"], row["field"], row["crime"]) for row in rows] == [("3", "crime", "999999-0001/1")]
    with seen_whole():
        [look] = Event.objects.filter(kind="look").order_by("-id")[
            : Event.objects.filter(kind="look").count() - looks
        ]
        assert (look.action, look.subjects) == ("court-results.import", [])
    # nobody else's, and nobody's who brings in no files
    assert signed_in(Role.INSPECTOR).get(there).status_code == 404
    assert signed_in(Role.OFFICER).get(there).status_code == 403
    right = taken.content.replace(b"999999-0001/1", number_of(one).encode())
    again = words(browser.post("/outcome/results/", {"file": SimpleUploadedFile("again.csv", right)}))
    assert "1 row is new." in again
    assert "Download the rows" not in again
    assert browser.get(there).status_code == 404
    wrong = SimpleUploadedFile("results.csv", b"\xff\xfe")
    assert "The file is not UTF-8" in words(browser.post("/outcome/results/", {"file": wrong}))
    large = SimpleUploadedFile("results.csv", b"crime,what,date\n" + b"x" * 1_000_001)
    assert "larger than 1 MB" in words(browser.post("/outcome/results/", {"file": large}))
    assert "Choose a file for “" in words(browser.post("/outcome/results/", {}))
    assert signed_in(Role.OFFICER).get("/outcome/results/").status_code == 403


def test_a_file_that_is_put_right_lands_from_the_same_page(crime, signed_in):
    one, browser = crime(), signed_in(Role.SERGEANT)
    page = {
        "once": re.search(r'name="once" value="([^"]+)"', browser.get("/outcome/results/").content.decode())[
            1
        ]
    }
    day = f"{timezone.localdate() + timedelta(days=4):%Y-%m-%d}"
    right = f"crime,what,result,date\n{number_of(one)},hearing,,{day}\n"
    for text, said in (
        ("crime,what\n", "There is a problem"),
        (right.replace("hearing", "herring"), "Row 2, what"),
        (right, "1 row is new."),
        (right, "1 was there already."),
    ):
        file = SimpleUploadedFile("results.csv", text.encode())
        assert said in words(browser.post("/outcome/results/", {"file": file, **page}))


def test_what_was_typed_is_kept_when_the_page_is_left(crime, signed_in):
    one, browser = crime(), signed_in(Role.OFFICER)
    page = f"/outcome/crimes/{one}/give/"
    browser.post(
        "/drafts/keep/",
        {"words": "Half a sentence"},
        headers={"HX-Current-URL": f"http://testserver{page}"},
    )
    assert "Half a sentence" in browser.get(page).content.decode()


def test_asking_twice_is_one_request(crime, gives, does):
    made = gives(crime(), "outcome-10", interviewed=True)
    for _again in range(2):
        does(Role.OFFICER, asking.ask, outcome_id=made.id)
    with seen_whole():
        assert (VictimReview.objects.count(), Outcome.objects.count()) == (1, 1)
        assert Duty.objects.filter(kind="vrr-decide").count() == 1
