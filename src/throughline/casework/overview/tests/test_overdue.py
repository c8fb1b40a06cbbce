"""What is overdue, whoever it is with, as whoever supervises reads it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from throughline.casework.cases.commands.incidents import open_incident
from throughline.casework.conftest import NOW
from throughline.casework.overview.queries.overdue import overdue
from throughline.casework.overview.tests.test_turns_work import text
from throughline.casework.people.commands.safety import restrict
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands.promising import promise
from throughline.foundations.access.rules import Action, Role, system
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.commands import open_duty
from throughline.foundations.duties.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]

ADDRESS = "/turn/overdue/"
LONG_AGO = NOW - timedelta(days=9)
READERS = {Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR, Role.DESK}


@pytest.fixture
def broken(does, case):
    """She was to be told of a release nine days ago, and nobody did."""
    does(Role.OFFICER, promise, case_id=case, update="told-released", happened_at=LONG_AGO, now=LONG_AGO)


def owed(kind, record_id, *, about=None, due=LONG_AGO, owner=None, role=None):
    with seen_whole():
        record(system("test"), Event.Kind.WRITE, "test")
        told = {"record_id": record_id, "about": about, "cause": "test", "owner": owner, "role": role}
        return open_duty(kind, now=due, due_at=due, **told)


def test_those_who_supervise_read_it_and_nobody_else(signed_in):
    for role in set(Role) - {Role.SYSTEM}:
        assert signed_in(role).get(ADDRESS).status_code == (200 if role in READERS else 403), role
    assert "Nothing is overdue." in text(signed_in(Role.SERGEANT).get(ADDRESS))


def test_a_broken_promise_is_read_with_who_has_it_and_what_is_to_be_done(
    signed_in, broken, case, pair, accounts
):
    sergeant = signed_in(Role.SERGEANT)
    with seen_whole():
        Duty.objects.update(owner=None)
    page = text(sergeant.get(ADDRESS))
    for words in (
        "Zofia Quillfeather / Bertram Ashgrove : She is to be told what has happened",
        "No grade yet",
        "Overdue since",
        "it is on the list of: Response officer",
        "an attempt is not a contact",
        "Response officer (1)",
    ):
        assert words in page, words
    assert reverse("overview:case", args=[case]) in sergeant.get(ADDRESS).content.decode()
    with seen_whole():
        look = Event.objects.filter(kind=Event.Kind.LOOK, action=Action.VIEW_OVERDUE).latest("id")
    assert set(look.subjects) == set(pair)
    assert "1 thing is overdue, of every role" in text(sergeant.get(reverse("overview:turns-work")))


def test_what_one_officer_has_can_be_given_on_by_a_sergeant(signed_in, case, pair, accounts):
    owed("adviser-note", pair[0], about=case, owner=accounts[Role.OFFICER].id, role=Role.OFFICER)
    page = signed_in(Role.SERGEANT).get(ADDRESS).content.decode()
    assert "The response-officer has it" in page
    assert "/give-on/" in page
    assert "/give-on/" not in signed_in(Role.SUPERVISOR).get(ADDRESS).content.decode()


def test_high_stands_first_then_the_longest_overdue_and_one_role_by_itself(does, case, pair, add, graded):
    graded("high")
    her = add("Maud", "Ferncliffe")
    owed("retention-review", her, due=LONG_AGO - timedelta(days=30))
    owed("hub-review", pair[0], about=case, due=NOW - timedelta(hours=1))
    owed("clerical-review", her, due=LONG_AGO)

    def read(role=""):
        found = does(Role.SERGEANT, lambda by, now: overdue(by, now=now, role=role))
        return [one.duty.kind for one in found.rows], found.count

    assert read() == (["hub-review", "retention-review", "clerical-review"], 3)
    assert read("hub-reviewer") == (["hub-review"], 1)


def test_what_intelligence_is_asked_is_told_once_with_how_many_there_are(does, signed_in, add, monkeypatch):
    her = add("Maud", "Ferncliffe")
    unknown = does(Role.CALL_HANDLER, open_incident, recorded_as="domestic-abuse").id
    owed("retention-review", her)
    owed("intelligence-request", her, due=LONG_AGO - timedelta(days=1))
    # a single one is a line as any other
    [alone] = does(Role.SERGEANT, lambda by, now: overdue(by, now=now)).rows[:1]
    assert alone.duty.kind == "intelligence-request"
    for hours in range(3):
        owed(
            "intelligence-request",
            unknown,
            about=unknown if hours else None,
            due=LONG_AGO + timedelta(hours=hours),
        )
    with seen_whole():
        waiting = Duty.objects.filter(kind="intelligence-request").count()
    found = does(Role.SERGEANT, lambda by, now: overdue(by, now=now))
    assert [one.duty.kind for one in found.rows] == ["retention-review"]
    [all_of_them] = found.together
    assert all_of_them.count == waiting > 1
    assert [one.duty.due_at for one in all_of_them.rows] == sorted(
        one.duty.due_at for one in all_of_them.rows
    )
    assert (found.count, found.left_out) == (waiting + 1, 0)
    page = text(signed_in(Role.SERGEANT).get(ADDRESS))
    assert f"Intelligence is asked about a call: {waiting}" in page
    assert "on the list of: Intelligence desk" in page
    assert "Maud Ferncliffe" in page
    assert "more are not shown" not in page
    monkeypatch.setattr("throughline.casework.overview.queries.overdue.SHOWN", 1)
    assert f"{waiting - 1} more are not shown" in text(signed_in(Role.SERGEANT).get(ADDRESS))


def test_what_is_outside_the_line_or_out_of_sight_names_nobody(signed_in, does, broken, case, pair):
    owed("staff-attempt", pair[0])
    owed("restricted-match", pair[0])
    does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
    inspector = signed_in(Role.INSPECTOR)
    assert "Nothing is overdue." in text(inspector.get(ADDRESS))
    assert "overdue, of every role" not in text(inspector.get(reverse("overview:turns-work")))


@pytest.mark.parametrize("which", [0, 1], ids=["she", "he"])
def test_the_desk_reads_what_is_overdue_about_the_restricted_and_nothing_else(
    signed_in, does, broken, case, pair, add, accounts, which
):
    owed("retention-review", add("Maud", "Ferncliffe"))
    owed("restricted-match", pair[0])
    assert "Nothing is overdue." in text(signed_in(Role.DESK).get(ADDRESS))
    does(Role.DESK, restrict, record_id=pair[which], reason="honour-based")
    page = text(signed_in(Role.DESK).get(ADDRESS))
    assert "Zofia Quillfeather / Bertram Ashgrove : She is to be told what has happened" in page
    assert "Response officer (1)" in page
    assert "Ferncliffe" not in page
    assert "matched" not in page
    with seen_whole():
        look = Event.objects.filter(kind=Event.Kind.LOOK, action=Action.VIEW_OVERDUE).latest("id")
    assert (set(look.subjects), look.purpose) == (set(pair), "restricted-desk")


def test_it_is_read_in_as_few_statements_however_much_there_is(does, case, pair, accounts):
    def reads():
        with CaptureQueriesContext(connection) as made:
            does(Role.SERGEANT, lambda by, now: overdue(by, now=now), now=timezone.now())
        return len(made)

    owed("hub-review", pair[0], about=case)
    few = reads()
    for kind in ("safety-plan", "risk-check", "service-contact", "risk-reassessment"):
        owed(kind, pair[0], about=case)
    assert reads() == few
