"""The pages of counter-allegations, of groups with their plans, and of drawn files, as their readers use them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from throughline.casework.cases.commands import cases as case_commands
from throughline.casework.cases.commands import counter, crimes, groups, holding, incidents
from throughline.casework.cases.models import Case, CounterAllegation, DrawnFile, FileDraw, Group, PlanLine
from throughline.casework.cases.tests.conftest import seen_whole
from throughline.casework.conftest import NOW
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.models import Answers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]
TODAY = london_day(NOW)


@pytest.fixture
def go(signed_in):
    """``go(role, name, id, **typed)``: open a page of this room, or send its form; the answer's words and itself."""

    def done(role, name, *args, status=200, **typed):
        browser = signed_in(role)
        address = reverse(f"cases:{name}", args=args)
        told = browser.post(address, {"once": str(uuid4()), **typed}) if typed else browser.get(address)
        assert told.status_code == status, told.content.decode()[:2000]
        return " ".join(told.content.decode().split())

    return done


@pytest.fixture
def found(does, incident, pair):
    """A counter-allegation of one incident."""
    made = incident(*pair)
    for record_id, part in ((pair[1], "victim"), (pair[0], "suspect")):
        does(
            Role.CALL_HANDLER,
            incidents.involve,
            incident_id=made,
            record_id=record_id,
            part=part,
            confirmed=True,
        )
    with seen_whole():
        return CounterAllegation.objects.select_related("first", "second").get()


def test_both_cases_say_that_it_is_open_and_where_it_is_decided(go, found):
    for case_id in (found.first_id, found.second_id):
        page = go(Role.OFFICER, "case", case_id)
        assert "Counter-allegation" in page
        assert "Both are safeguarded as victims." in page
        assert reverse("cases:allegation", args=[found.id]) in page
    page = go(Role.SERGEANT, "allegation", found.id)
    for words in (
        "Nobody has decided yet. Both are safeguarded.",
        "Nobody has answered the prompts yet.",
        "To be decided by",
    ):
        assert words in page, words
    assert reverse("cases:decide-primary", args=[found.id]) in page
    assert reverse("cases:decide-primary", args=[found.id]) not in go(Role.OFFICER, "allegation", found.id)


def test_an_officer_writes_down_on_a_page_that_each_names_the_other(go, incident, pair):
    made = incident(*pair)
    with seen_whole():
        case = Case.objects.get(victim=pair[0], suspect=pair[1])
    address = reverse("cases:each-other", args=[case.id])
    assert address in go(Role.OFFICER, "case", case.id)
    assert "a sergeant is asked to decide" in go(Role.OFFICER, "each-other", case.id)
    go(Role.OFFICER, "each-other", case.id, status=302, incident=str(made))
    page = go(Role.OFFICER, "case", case.id)
    assert "Both are safeguarded as victims." in page
    assert address not in page


def test_the_prompts_are_answered_and_shown_and_the_decision_names_its_maker(go, found, accounts, pair):
    page = go(Role.OFFICER, "prompts", found.id)
    assert "Nothing is computed" in page
    typed = {"do": "save", "after": "", "fear": "first", "fear-words": "She hid behind the neighbour"}
    go(Role.OFFICER, "prompts", found.id, status=302, **typed)
    go(Role.SERGEANT, "decide-primary", found.id, choice="first-suspect", reason="primary-fear", words="")
    with seen_whole():
        assert not Decision.objects.filter(kind="primary-perpetrator").exists()
    told = {"choice": "first-suspect", "reason": "primary-fear", "words": "She alone is afraid"}
    go(Role.SERGEANT, "decide-primary", found.id, status=302, **told)
    page = go(Role.INSPECTOR, "allegation", found.id)
    sergeant = accounts[Role.SERGEANT].name
    for words in (
        "Mostly the one named first: She hid behind the neighbour",
        f"decided by {sergeant}",
        "She alone is afraid",
        "No colleague has looked at it",
        "Counter-case",
        "Look at the decision",
    ):
        assert words in page, words
    assert "Look at the decision" not in go(Role.SERGEANT, "allegation", found.id)
    assert "This is the counter-case" in go(Role.OFFICER, "case", found.second_id)
    assert "the suspect of this case is the primary perpetrator" in go(Role.OFFICER, "case", found.first_id)


def test_the_review_is_a_page_that_says_what_was_decided(go, does, found):
    made = does(
        Role.SERGEANT,
        counter.decide_primary,
        allegation_id=found.id,
        choice="unresolved",
        reason="primary-conflicting",
        words="Each has marks of attack",
    )
    page = go(Role.INSPECTOR, "review-primary", made.id)
    assert "Unresolved: both are safeguarded" in page
    assert "Each has marks of attack" in page
    assert "say what was judged wrongly" in go(Role.INSPECTOR, "review-primary", made.id, agreed="no")
    go(Role.INSPECTOR, "review-primary", made.id, status=302, agreed="yes")
    assert "Looked at and agreed by" in go(Role.SERGEANT, "allegation", found.id)


def test_one_look_names_both(go, found, pair):
    with seen_whole():
        before = Event.objects.filter(kind="look").count()
    go(Role.SERGEANT, "allegation", found.id)
    with seen_whole():
        [look] = list(Event.objects.filter(kind="look").order_by("id"))[before:]
    assert set(look.subjects) == set(pair)


def test_whoever_would_be_the_contact_of_both_is_told_and_says_that_it_is_meant(go, does, found, accounts):
    officer = str(accounts[Role.OFFICER].id)
    does(Role.OFFICER, holding.set_owner, case_id=found.first_id, owner=accounts[Role.OFFICER].id)
    page = go(Role.OFFICER, "owner", found.second_id)
    assert "Should one person be the contact of both?" in page
    assert "(owner of the other side)" in page
    refused = go(Role.OFFICER, "owner", found.second_id, owner=officer)
    assert "the case of the other of the two has the same owner" in refused
    go(Role.OFFICER, "owner", found.second_id, status=302, owner=officer, both_sides="on")
    assert "The same person owns both cases." in go(Role.SERGEANT, "case", found.second_id)
    assert "owns both cases and is the contact of both" in go(Role.SERGEANT, "allegation", found.id)


def test_closing_says_what_waits(go, found):
    page = go(Role.SUPERVISOR, "close", found.first_id, closed_as="danger-past")
    assert "nobody has decided who of the two is the primary perpetrator" in page


@pytest.fixture
def several(does, incident, pair, add):
    """An incident of one victim and three suspects."""
    made = incident(pair[0])
    for forename in ("Otto", "Emil", "Viktor"):
        does(
            Role.CALL_HANDLER,
            incidents.involve,
            incident_id=made,
            record_id=add(forename, "Ravensmoor", sex="1"),
            part="suspect",
            confirmed=True,
        )
    return made


def test_one_step_from_the_incident_makes_one_group(go, several):
    with seen_whole():
        cases = list(Case.objects.filter(incident_links__incident=several, closed_at=None))
    address = reverse("cases:one-group-of-incident", args=[several])
    assert address in go(Role.OFFICER, "case", cases[0].id)
    page = go(Role.OFFICER, "one-group-of-incident", several)
    # all of them, for the reason that the page is for
    assert page.count("checked") == len(cases) + 1
    typed = {"cases": [str(one.id) for one in cases], "reason": "group-honour-based"}
    go(Role.OFFICER, "one-group-of-incident", several, status=302, **typed)
    with seen_whole():
        group = Group.objects.get()
    page = go(Role.OFFICER, "case", cases[0].id)
    assert address not in page
    assert reverse("cases:group-page", args=[group.id]) in page
    page = go(Role.SERGEANT, "group-page", group.id)
    for words in (
        "Never use an interpreter from the family or the community.",
        "Never tell a relative where she is",
        "No safe way is known.",
        "Otto Ravensmoor",
        "Emil Ravensmoor",
        "Viktor Ravensmoor",
        "Nothing is planned yet.",
        "Nobody owns her cases yet",
    ):
        assert words in page, words


def test_a_plan_is_written_changed_and_done_on_its_pages(go, does, several, accounts):
    with seen_whole():
        ids = list(
            Case.objects.filter(incident_links__incident=several, closed_at=None).values_list("id", flat=True)
        )
    group = does(Role.OFFICER, case_commands.group_cases, case_ids=ids, reason="group-honour-based")
    day = TODAY + timedelta(days=2)
    when = {"due_on_0": str(day.day), "due_on_1": str(day.month), "due_on_2": str(day.year)}
    when |= {
        "due_on_day": when["due_on_0"],
        "due_on_month": when["due_on_1"],
        "due_on_year": when["due_on_2"],
    }
    typed = {
        "what": "Photograph of each for the front counter",
        "whose": str(accounts[Role.OFFICER].id),
        **when,
    }
    go(Role.SERGEANT, "add-line", group.id, status=302, **typed)
    with seen_whole():
        line = PlanLine.objects.get()
    assert "is over" in go(
        Role.SERGEANT, "add-line", group.id, **{**typed, "due_on_year": "2015", "due_on_2": "2015"}
    )
    page = go(Role.OFFICER, "change-line", line.id)
    assert "Photograph of each for the front counter" in page
    go(Role.OFFICER, "change-line", line.id, status=302, **{**typed, "what": "Photographs, of all three"})
    with seen_whole():
        later = PlanLine.objects.get(supersedes=line)
    page = go(Role.OFFICER, "end-line", later.id)
    assert "Photographs, of all three" in page
    go(Role.OFFICER, "end-line", later.id, status=302, ended_as="done")
    page = go(Role.SERGEANT, "group-page", group.id)
    for words in ("Done or let go", "Photographs, of all three", "What it said before", "Photograph of each"):
        assert words in page, words


def test_each_duty_leads_to_where_it_is_done(signed_in, does, found, accounts):
    group = does(
        Role.OFFICER,
        case_commands.group_cases,
        case_ids=[found.first_id, found.second_id],
        reason="group-same-home",
    )
    line = does(
        Role.OFFICER,
        groups.add_line,
        group_id=group.id,
        what="See both",
        whose=accounts[Role.OFFICER].id,
        due_on=TODAY,
    )
    for role, kind, address in (
        (Role.SERGEANT, "primary-perpetrator", reverse("cases:allegation", args=[found.id])),
        (Role.OFFICER, "group-plan", reverse("cases:end-line", args=[line.id])),
    ):
        with seen_whole():
            duty = Duty.objects.get(kind=kind, discharged_at=None)
        page = signed_in(role).get(reverse("overview:duty", args=[duty.id])).content.decode()
        assert address in page


def test_files_are_drawn_reviewed_and_counted_on_their_pages(go, does, incident, pair):
    told = incident(*pair, days_ago=3)
    does(Role.REGISTRAR, crimes.record_crime, incident_id=told, offence="theft", reason="crime-complained")
    assert "No files have been drawn yet." in go(Role.SUPERVISOR, "draws")
    first, last = TODAY - timedelta(days=30), TODAY - timedelta(days=1)
    typed = {"each": "10"}
    for field, day in (("first", first), ("last", last)):
        typed |= {f"{field}_day": day.day, f"{field}_month": day.month, f"{field}_year": day.year}
    go(Role.SUPERVISOR, "draws", status=302, **typed)
    with seen_whole():
        drawn, file = FileDraw.objects.get(), DrawnFile.objects.get()
    page = go(Role.INSPECTOR, "draw", drawn.id)
    for words in ("Theft offences", "1 drawn of 1", "To review", "No file has been reviewed in full yet."):
        assert words in page, words
    page = go(Role.INSPECTOR, "file", file.id)
    assert "Zofia Quillfeather" in page
    go(Role.INSPECTOR, "file", file.id, status=302, do="save", after="", video="no")
    with seen_whole():
        kept = Answers.objects.get(subject=file.id)
    assert "Begun" in go(Role.INSPECTOR, "draw", drawn.id)
    incomplete = go(Role.INSPECTOR, "file", file.id, do="complete", after=str(kept.id), video="no")
    assert "There is a problem" in incomplete
    answers = dict.fromkeys(
        ("history", "apart", "recording", "photographs", "witnesses", "messages", "children", "suspect",
         "assessed", "checked", "safety", "statement", "told", "evidence-led"), "not-applicable",
    )  # fmt: skip
    go(Role.INSPECTOR, "file", file.id, status=302, do="complete", after=str(kept.id), video="yes", **answers)
    page = go(Role.SUPERVISOR, "draw", drawn.id)
    assert "1 of 1, 100%" in page
    assert "between 21% and 100%" in page
    assert "Applies to none" in page
