"""The pages of a round as each side uses them, errors first."""

import html
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import system
from throughline.national.collection.models import Question, Receipt, Release, Round, Said, Signature, Version
from throughline.national.collection.queries.pages import Figure, ReturnPage
from throughline.national.collection.rules import figures
from throughline.national.conftest import CLEAN, World, figures_csv
from throughline.statistics.returns import changed, items

SignedIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, now: Any) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def as_system() -> None:
    set_actor(system("a test"))


def at(world: World, name: str, **more: Any) -> str:
    return reverse(
        f"collection:{name}", kwargs={"round_id": world.round.id, "force_id": world.force.id, **more}
    )


def a_file(given: Any = None, name: str = "figures.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, figures_csv(given))


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_file_with_faults_is_named_by_row_and_nothing_is_loaded(world: World, signed_in: SignedIn) -> None:
    client = signed_in("contact")
    page = client.post(at(world, "send"))
    assert "Your return: choose the spreadsheet" in words(page)
    page = client.post(at(world, "send"), {"upload": SimpleUploadedFile("return.xlsx", b"")})
    assert "the file is empty: choose the filled one" in words(page)
    page = client.post(at(world, "send"), {"upload": SimpleUploadedFile("letter.docx", b"x")})
    assert "choose one spreadsheet (.xlsx), or figures.csv" in words(page)
    page = client.post(at(world, "send"), {"upload": a_file({"calls": "no", "crimes": "none"})}, follow=True)
    assert "2 faults: nothing was loaded" in words(page)
    # by the sheet that is open before whoever mends it, and by the words that stand beside the cell
    assert re.search(
        r"figures, row 2, Calls for assistance \(calls\): &#39;no&#39; is no reason\.", words(page)
    )
    as_system()
    assert (Receipt.objects.count(), Version.objects.count()) == (1, 0)


def test_a_force_with_only_a_spreadsheet_takes_the_template_and_the_csv_files(
    world: World, signed_in: SignedIn
) -> None:
    client = signed_in("contact")
    sheet = client.get(at(world, "template", kind="spreadsheet"))
    assert sheet["Content-Disposition"] == 'attachment; filename="return.xlsx"'
    assert zipfile.is_zipfile(io.BytesIO(sheet.content))
    packed = zipfile.ZipFile(io.BytesIO(client.get(at(world, "template", kind="csv")).content))
    assert sorted(packed.namelist()) == ["about.csv", "csv-metadata.json", "figures.csv", "methods.csv"]
    assert b"X01,2026-03-31," in packed.read("about.csv")
    page = client.post(
        at(world, "send"), {"upload": SimpleUploadedFile("return.xlsx", sheet.content)}, follow=True
    )
    # an empty one is full of faults, each named
    assert re.search(r"\d\d faults: nothing was loaded", words(page))


def test_a_correction_begins_with_the_figures_that_stand(world: World, signed_in: SignedIn) -> None:
    client = signed_in("contact")
    assert client.get(at(world, "template", kind="filled")).status_code == 404
    client.post(at(world, "send"), {"upload": a_file()})
    filled = client.get(at(world, "template", kind="filled")).content
    assert signed_in("other contact").get(at(world, "template", kind="filled")).status_code == 404
    book = load_workbook(io.BytesIO(filled))
    rows = {row[1].value: row for row in book["figures"].iter_rows(min_row=2)}
    rows["calls"][6].value = " 90,100 "  # as a person types
    rows["crimes"][6].value, rows["crimes"][7].value = None, "The system cannot count it"
    mended = io.BytesIO()
    book.save(mended)
    upload = SimpleUploadedFile("mended.xlsx", mended.getvalue())
    client.post(at(world, "send"), {"upload": upload, "why": "Late calls."})
    as_system()
    before, after = (figures(one.figures) for one in Version.objects.order_by("number"))
    assert [one.partition(",")[0] for one in changed(before, after)] == [
        "the figure of calls",
        "the figure of crimes",
    ]
    assert (after.value("calls"), after.entries["crimes"].unable) == (90_100, "system")


def test_from_a_question_to_the_signature(world: World, signed_in: SignedIn) -> None:
    contact = signed_in("contact")
    page = contact.post(at(world, "send"), {"upload": a_file({"victims-repeat": 5_500})}, follow=True)
    assert "1 open question" in words(page)
    assert "Repeat victims are 5,500, a part of “Victims”, which are 5,000" in words(page)
    assert "Read every figure and sign" not in words(page)
    as_system()
    question = Question.objects.get()
    answer = reverse("collection:answer", args=[question.id])
    assert "Enter an answer to “Your answer" in words(contact.post(answer, {"words": " "}))
    contact.post(answer, {"words": "Counted by <b>incident</b>."})
    statistician = signed_in("statistician")
    page = statistician.get(at(world, "return"))
    assert "Counted by &lt;b&gt;incident&lt;/b&gt;." in page.content.decode()
    judge = reverse("collection:judge", args=[question.id])
    page = statistician.post(judge, {"move": "accept", "words": ""})
    assert "Enter an answer to “In words" in words(page)
    statistician.post(judge, {"move": "accept", "words": "It stands."})
    page = contact.get(at(world, "sign"))
    shown = re.search(r'name="shown"[^>]*value="([0-9a-f]{64})"', page.content.decode())
    assert shown
    page = contact.post(at(world, "sign"), {"shown": shown[1], "post": ""})
    assert "Enter an answer to “Your post" in words(page)
    assert "I have read every figure" in words(page)
    page = contact.post(
        at(world, "sign"), {"shown": shown[1], "post": "Head of data", "read": "yes"}, follow=True
    )
    assert "was signed by Contact One, Head of data" in words(page)
    as_system()
    assert Signature.objects.get().digest == shown[1]
    assert list(Said.objects.order_by("place").values_list("move", flat=True)) == ["answer", "accept"]


def test_a_return_opens_where_something_is_asked_tells_what_is_missing_and_shows_all_of_it_on_demand(
    world: World, signed_in: SignedIn
) -> None:
    contact = signed_in("contact")
    contact.post(at(world, "send"), {"upload": a_file({"victims-repeat": 5_500, "charged": "system"})})
    listed = items(world.round.year_end)
    for reader in (contact, signed_in("statistician")):
        page = reader.get(at(world, "return")).content.decode()
        folded = re.findall(r'<details class="govuk-details throughline-sheet" id="[^"]+"( open)?>(.*?)</details>', page, re.DOTALL)  # fmt: skip
        assert len(folded) == len({one.sheet for one in listed})
        for is_open, held in folded:
            told = re.sub(r"<[^>]+>", " ", held.partition("</summary>")[0])
            assert bool(is_open) == ("asked about" in told), told
        assert {bool(is_open) for is_open, _ in folded} == {True, False}
        # what is missing stands in sight, under its reason
        gaps = html.unescape(
            page[page.index('id="missing"') : page.index("</section>", page.index('id="missing"'))]
        )
        assert f"The system cannot count it: {len(listed) - len(CLEAN) + 1} figures" in gaps
        told = [line.partition(": ")[2].split("; ") for line in re.findall("<li>(.*?)</li>", gaps)]
        missing = [one.label for one in listed if one.code not in CLEAN or one.code == "charged"]
        assert [label for line in told for label in line] == missing
        # nothing of it is lost
        shut = html.unescape("".join(held for _, held in folded))
        assert all(one.label in shut and one.definition in shut for one in listed)
        for anchor in re.findall(r'href="#([a-z]+)"', page):
            assert f'id="{anchor}"' in page
        every = reader.get(at(world, "return"), {"sheets": "all"}).content.decode()
        assert every.count("<details") == every.count(" open>") == len(folded)
    # whoever signs reads every figure
    as_system()
    other = signed_in("contact")
    other.post(at(world, "send"), {"upload": a_file(), "why": "Mended."})
    assert "<details" not in other.get(at(world, "sign")).content.decode()


def test_figures_without_an_answer_stand_together_by_reason_and_note_the_most_first() -> None:
    def figure(code: str, unable: str = "", note: str = "", before: str = "") -> Figure:
        return Figure(code, code.upper(), "", "" if unable else "7", unable, before, note, True, True)

    page = ReturnPage(
        *[None] * 3,  # type: ignore[arg-type]
        [
            ("Calls", [figure("a", "Not recorded", "By hand"), figure("b"), figure("c", "Not recorded")], ""),
            ("Crimes", [figure("d", "Not recorded", before="12"), figure("e", "Too late", "By hand")], ""),
        ],
        *[None] * 4,  # type: ignore[arg-type]
    )
    told = [
        (gap.reason, gap.note, {sheet: [one.code for one in lines] for sheet, lines in gap.sheets.items()})
        for gap in page.gaps
    ]
    assert [gap.given_before for gap in page.gaps] == [True, False, False]
    assert told == [
        ("Not recorded", "", {"Calls": ["c"], "Crimes": ["d"]}),
        ("Not recorded", "By hand", {"Calls": ["a"]}),
        ("Too late", "By hand", {"Crimes": ["e"]}),
    ]


def test_figures_that_came_in_while_a_page_was_open_are_not_signed_by_it(
    world: World, signed_in: SignedIn
) -> None:
    contact = signed_in("contact")
    contact.post(at(world, "send"), {"upload": a_file()})
    as_system()
    old = Version.objects.get().digest
    contact.post(at(world, "send"), {"upload": a_file({"calls": 90_100}), "why": "Late calls."})
    page = contact.post(at(world, "sign"), {"shown": old, "post": "Head", "read": "yes"})
    assert "The figures were corrected since you opened this page" in words(page)
    assert f'value="{old}"' not in page.content.decode()
    as_system()
    assert not Signature.objects.exists()


def test_a_correction_says_why_and_shows_what_changed(world: World, signed_in: SignedIn) -> None:
    contact = signed_in("contact")
    contact.post(at(world, "send"), {"upload": a_file()})
    page = contact.post(at(world, "send"), {"upload": a_file({"calls": 90_100})})
    assert "Enter an answer to “What did you correct, and why" in words(page)
    page = contact.post(
        at(world, "send"), {"upload": a_file({"calls": 90_100}), "why": "Late calls."}, follow=True
    )
    assert "Calls for assistance: 90,000 → 90,100" in words(page)
    assert "Late calls." in words(page)


def test_a_commissioner_reads_what_was_signed_and_nothing_before(world: World, signed_in: SignedIn) -> None:
    contact, office = signed_in("contact"), signed_in("office")
    contact.post(at(world, "send"), {"upload": a_file()})
    assert "The force has signed none yet." in words(office.get(at(world, "return")))
    as_system()
    contact.post(at(world, "sign"), {"shown": Version.objects.get().digest, "post": "Head", "read": "yes"})
    page = words(office.get(at(world, "return")))
    assert "90,000" in page
    assert "Send" not in page
    assert "figures.csv" not in page
    assert office.post(at(world, "send"), {"upload": a_file()}).status_code == 403


def test_another_force_is_not_there(world: World, signed_in: SignedIn) -> None:
    signed_in("contact").post(at(world, "send"), {"upload": a_file()})
    other = signed_in("other contact")
    for name in ("return", "send", "sign"):
        assert other.get(at(world, name)).status_code == 404
    assert "Fellmoor" not in words(other.get(reverse("collection:rounds")))


def test_a_statistician_opens_a_round_announces_a_release_and_narrows(
    world: World, signed_in: SignedIn
) -> None:
    client = signed_in("statistician")
    sent = {
        "code": "2025", "title": "Year to March 2025", "year_end_day": "31", "year_end_month": "3", "year_end_year": "2025",
        "opens_day": "1", "opens_month": "2", "opens_year": "2025", "due_day": "1", "due_month": "6", "due_year": "2025",
    }  # fmt: skip
    assert "Opens on: must be after the year has ended" in words(
        client.post(reverse("collection:open-round"), sent)
    )
    client.post(reverse("collection:open-round"), {**sent, "opens_month": "5"})
    assert Round.objects.filter(code="2025").exists()
    told = {
        "title": "The edition",
        "edition": "e-2026",
        "day_day": "20",
        "day_month": "11",
        "day_year": "2026",
        "time": "9:30am",
    }
    announce = reverse("collection:announce", args=[world.round.id])
    assert "Comes out on" not in words(client.get(reverse("collection:round", args=[world.round.id])))
    page = client.post(announce, told)
    assert "must be 28 days ahead" in words(page)
    client.post(announce, {**told, "day_month": "12"})
    assert Release.objects.get().at.isoformat() == "2026-12-20T09:30:00+00:00"
    page = client.get(reverse("collection:round", args=[world.round.id]), {"standing": "signed"})
    assert "0 returns, of 2" in words(page)
    page = client.get(reverse("collection:round", args=[world.round.id]), {"standing": "nonsense"})
    assert "2 returns" in words(page)


def test_a_question_of_ones_own(world: World, signed_in: SignedIn) -> None:
    contact, client = signed_in("contact"), signed_in("statistician")
    assert "There are no figures to ask about yet" in words(client.post(at(world, "ask"), {"words": "Why?"}))
    contact.post(at(world, "send"), {"upload": a_file()})
    client.post(at(world, "ask"), {"words": "Is 101 among them?", "items": ["calls"]})
    page = words(contact.get(at(world, "return")))
    assert "Calls for assistance" in page
    assert "Is 101 among them?" in page
    as_system()
    judge = reverse("collection:judge", args=[Question.objects.get().id])
    assert "Take the question back" in words(client.get(judge))
    client.post(judge, {"move": "withdraw", "words": "Answered by telephone."})
    assert "Read every figure and sign" in words(contact.get(at(world, "return")))


def test_a_file_goes_back_as_it_came_and_never_into_the_page(world: World, signed_in: SignedIn) -> None:
    contact = signed_in("contact")
    contact.post(at(world, "send"), {"upload": a_file()})
    as_system()
    file = Receipt.objects.get().files.get()
    back = contact.get(reverse("collection:file", args=[file.id]))
    assert back.content == figures_csv()
    assert back["Content-Type"] == "application/octet-stream"
    assert back["Content-Disposition"].startswith("attachment")


def test_an_address_of_nothing_and_a_refusal_speak_of_this_site(
    world: World, signed_in: Callable[[str], Client]
) -> None:
    client = signed_in("contact")
    nothing, refused = client.get("/nothing/"), client.get(reverse("collection:log"))
    assert (nothing.status_code, refused.status_code) == (404, 403)
    assert (
        f'href="{reverse("publication:editions")}">Begin at the published editions<'
        in nothing.content.decode()
    )
    assert "ask an administrator of this site" in words(refused)
    assert "person again" not in words(nothing)
    assert "supervisor" not in words(refused)
