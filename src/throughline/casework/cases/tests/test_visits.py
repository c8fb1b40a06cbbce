"""A visit within 72 hours of a grade of medium, what it leads to, and the page that officers patrol by."""

from datetime import timedelta

import pytest
from django.urls import reverse

from throughline.casework.cases.commands.cases import close_case
from throughline.casework.cases.commands.holding import set_grade
from throughline.casework.cases.commands.visiting import record_visit
from throughline.casework.cases.models import Case, Visit
from throughline.casework.cases.queries.visits import patrol
from throughline.casework.cases.rules import NotYet
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.recording import NewAddress, end_address, set_marker
from throughline.casework.people.commands.safety import give_safe_contact, record_refuge, restrict
from throughline.casework.people.models import Address
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import end_of_day, london_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.queries import library

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(incident, pair):
    incident(*pair)
    with seen_whole():
        return Case.objects.get(victim=pair[0])


@pytest.fixture
def graded(does, case):
    def given(grade, *, now=NOW, words="From what she says."):
        does(
            Role.SUPERVISOR,
            set_grade,
            now=now,
            case_id=case.id,
            grade=grade,
            reason="grade-first-assessment",
            words=words,
        )

    return given


def duties(case, kind="reassurance-visit"):
    with seen_whole():
        return list(Duty.objects.filter(kind=kind, about=case.id, discharged_at=None))


def visit(does, case, outcome="visit-spoken", **told):
    return does(Role.OFFICER, record_visit, case_id=case.id, outcome=outcome, **told)


def test_a_grade_of_medium_calls_for_one_visit_within_72_hours(graded, case):
    graded("standard", now=NOW - timedelta(minutes=1))
    assert duties(case) == []
    graded("medium")
    [duty] = duties(case)
    assert (duty.due_at - duty.opened_at, duty.role, duty.causes) == (
        timedelta(hours=72),
        "response-officer",
        ["graded"],
    )
    for minutes, grade in enumerate(("medium", "high", "medium"), start=1):
        graded(grade, now=NOW + timedelta(minutes=minutes))
    assert [one.id for one in duties(case)] == [duty.id]


def test_a_visit_at_which_she_was_spoken_to_is_done(does, graded, case):
    graded("medium")
    made = visit(
        does,
        case,
        seen=["victim", "children"],
        alone=True,
        safe_to_talk=True,
        agreed="She keeps her phone on.",
    )
    assert duties(case) == []
    with seen_whole():
        kept = Visit.objects.get(id=made.id)
        done = Duty.objects.get(kind="reassurance-visit", about=case.id)
    assert (done.outcome, kept.due_at, kept.seen) == ("visit-spoken", done.due_at, ["victim", "children"])


def test_the_next_visit_is_due_by_the_day_that_was_agreed(does, graded, case):
    graded("medium")
    day = london_day(NOW) + timedelta(days=9)
    visit(does, case, alone=True, safe_to_talk=True, next_on=day)
    [duty] = duties(case)
    assert (duty.due_at, duty.causes) == (end_of_day(day), ["visit-agreed"])


def test_nobody_in_leaves_the_visit_due_as_it_was(does, graded, case):
    graded("medium")
    [before] = duties(case)
    visit(does, case, "visit-nobody-in")
    [after] = duties(case)
    assert (after.id, after.due_at) == (before.id, before.due_at)


@pytest.mark.parametrize(
    ("outcome", "told", "field"),
    [
        ("visit-no-safe-way", {}, "other_way"),
        ("visit-no-safe-way", {"next_on": london_day(NOW)}, "other_way"),
        ("visit-not-safe", {}, "next_on"),
        ("visit-spoken", {"alone": False}, "next_on"),
        ("visit-spoken", {"safe_to_talk": False}, "next_on"),
        ("visit-spoken", {"next_on": london_day(NOW) - timedelta(days=1)}, "next_on"),
        ("visit-spoken", {"seen": ["the dog"]}, "seen"),
        ("visit-spoken", {"other_way": "pigeon"}, "other_way"),
        ("no such thing", {}, "outcome"),
    ],
)
def test_silence_is_no_outcome_and_bad_input_names_its_field(does, graded, case, outcome, told, field):
    graded("medium")
    with pytest.raises(Malformed) as wrong:
        visit(does, case, outcome, **told)
    assert wrong.value.field == field
    assert len(duties(case)) == 1
    with seen_whole():
        assert not Visit.objects.exists()


def test_where_no_visit_is_safe_another_way_is_a_duty_at_once(does, graded, case):
    graded("medium")
    visit(does, case, "visit-no-safe-way", other_way="through-idva")
    assert duties(case) == []
    [other] = duties(case, "reach-another-way")
    assert other.due_at - other.opened_at == timedelta(hours=24)


def test_a_case_is_not_closed_while_a_visit_is_due(does, graded, case):
    graded("medium")
    with pytest.raises(NotYet):
        does(Role.SUPERVISOR, close_case, case_id=case.id, closed_as="danger-past")


def test_whoever_neither_patrols_nor_sees_the_two_cannot(does, graded, case, pair, accounts):
    graded("medium")
    with pytest.raises(Refused):
        does(Role.CALL_HANDLER, record_visit, case_id=case.id, outcome="visit-spoken")
    with as_(accounts[Role.CALL_HANDLER].actor) as handler, pytest.raises(Refused):
        patrol(handler, at=NOW, purpose="duty")
    does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
    with pytest.raises(Refused):
        visit(does, case)


def seen_by(accounts, role=Role.OFFICER, *, near="", at=NOW):
    with as_(accounts[role].actor) as by:
        return patrol(by, at=at, near=near, purpose="duty")


def test_the_patrol_shows_what_is_due_earliest_first_with_places_and_warnings(
    does, graded, case, pair, accounts, incident, add
):
    graded("medium")
    with seen_whole():
        home = Address.objects.get(record=pair[0])
    does(Role.OFFICER, set_marker, record_id=pair[0], code="weapons-at-address", address_id=home.id)
    found = seen_by(accounts, at=NOW + timedelta(hours=80))
    [one] = found.due
    assert (one.name, one.addresses, one.warnings, one.overdue) == (
        "Zofia Quillfeather",
        ("14 Alma Road, Quarnley, ZT1 0AA",),
        ("weapons-at-address",),
        True,
    )
    # both of the two were written down at one address
    assert one.he_lives_there
    assert [place.codes for place in found.marked] == [("weapons-at-address",)]
    with seen_whole():
        look = Event.objects.filter(kind=Event.Kind.LOOK, action="visit.make").latest("id")
    assert pair[0] in look.subjects


@pytest.mark.parametrize(
    ("near", "count"), [("alma", 1), ("quarnley", 1), ("ZT1", 1), ("otherton", 0), ("elm road", 0)]
)
def test_near_is_any_part_of_an_address(graded, case, accounts, near, count):
    graded("medium")
    assert len(seen_by(accounts, near=near).due) == count


def test_neither_a_restricted_record_nor_a_refuge_is_on_the_patrol(does, graded, case, pair, accounts):
    graded("medium")
    with seen_whole():
        home = Address.objects.get(record=pair[0])
    does(Role.OFFICER, set_marker, record_id=pair[0], code="alarm-fitted", address_id=home.id)
    does(Role.OFFICER, end_address, record_id=pair[0], address_id=home.id)
    does(Role.DESK, record_refuge, record_id=pair[0], address=NewAddress("60", "Prospect Avenue", "Quarnley"))
    found = seen_by(accounts)
    assert (found.due[0].addresses, found.marked) == ((), ())
    assert "Prospect" not in repr(found)
    does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
    found = seen_by(accounts)
    assert (found.due, found.marked) == ((), ())


def test_the_pages_put_how_she_can_be_reached_first(does, graded, case, signed_in, plain_static_files):
    graded("medium")
    officer = signed_in(Role.OFFICER)
    page = officer.get(reverse("cases:patrol")).content.decode()
    assert page.index("No safe way is known") < page.index("14 Alma Road") < page.index("Zofia Quillfeather")
    at = reverse("cases:visit", args=[case.id])
    page = officer.get(at).content.decode()
    assert page.index("No safe way is known") < page.index("What came of it?")
    refused = officer.post(at, {"outcome": "visit-no-safe-way", "agreed": "She is afraid of the lodger."})
    assert "say by which other way she is reached" in refused.content.decode()
    assert "She is afraid of the lodger." in refused.content.decode()
    done = officer.post(
        at,
        {
            "outcome": "visit-spoken",
            "seen": ["victim"],
            "alone": "yes",
            "safe_to_talk": "yes",
            "agreed": "She rings.",
        },
    )
    assert done.status_code == 302
    shown = officer.get(reverse("cases:case", args=[case.id])).content.decode()
    assert "She was seen and spoken to" in shown
    assert "She rings." in shown
    assert officer.post(reverse("cases:patrol"), {"near": "alma"}).status_code == 200


def test_a_way_that_is_not_a_visit_is_said_before_the_visit(
    does, graded, case, pair, signed_in, plain_static_files
):
    graded("medium")
    does(
        Role.OFFICER,
        give_safe_contact,
        record_id=pair[0],
        instrument=library().as_of("safe-contact", london_day(NOW)),
        answers={"means": ["text-message"]},
        complete=False,
        after=None,
    )
    page = signed_in(Role.OFFICER).get(reverse("cases:visit", args=[case.id])).content.decode()
    assert "A visit is not among the ways that she said are safe" in page
