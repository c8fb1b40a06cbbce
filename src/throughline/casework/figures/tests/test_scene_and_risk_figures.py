"""Figures of the scene and of risk: what was done by the commands, counted by the rules in words."""

import re
from datetime import timedelta

import pytest
from django.db import transaction

from throughline.casework.cases.commands.incidents import close_incident, open_incident
from throughline.casework.conftest import NOW
from throughline.casework.figures import queries
from throughline.casework.people.commands.safety import restrict
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.measures import Period, measure, measures
from throughline.measures.intervals import wilson

pytestmark = pytest.mark.django_db

TODAY = london_day(NOW)
YEAR = Period(TODAY - timedelta(days=364), TODAY)


def lines(code, period=YEAR):
    with transaction.atomic(), acting(system("counter")):
        return {line.group: line for line in queries.figure(measure(code), period).lines}


def told(code, period=YEAR):
    """Counted, of how many known, and how many unknown, by group."""
    return {group: (line.counted, line.of, line.unknown) for group, line in lines(code, period).items()}


def test_the_seven_items_are_of_applicable_incidents_with_an_interval(nights):
    found = lines("evidence-gathered")
    assert len(found) == 7
    statement, photographs = found["victim-statement"], found["photographs"]
    assert (statement.counted, statement.of, statement.unknown) == (1, 2, 2)
    assert statement.interval == wilson(1, 2)
    # not applicable at one of the four
    assert (photographs.counted, photographs.of, photographs.rows) == (1, 1, 3)
    # left to the investigator is not done, and nothing said is unknown
    assert told("evidence-gathered")["call-recording"] == (0, 1, 3)
    assert found["body-worn-video"].share is None
    assert found["body-worn-video"].interval is None
    assert statement.label == "Her statement"


def test_what_stands_counts_of_what_was_gathered(night, gathered):
    one = night()
    gathered(one, photographs="not-done")
    gathered(one, photographs="done")
    assert told("evidence-gathered")["photographs"] == (1, 1, 0)


def test_an_incident_where_nobody_was_has_no_scene(nights, does):
    does(Role.CALL_HANDLER, open_incident, recorded_as="domestic-abuse", place="9 Elm Street")
    assert {line.rows for line in lines("evidence-gathered").values()} == {3, 4}


def test_what_was_asked_at_the_scene(nights):
    # only one of them was there: nobody to speak to apart
    assert told("spoken-to-apart") == {None: (1, 2, 1)}
    # an officer without a camera is not counted, one of whom nobody said is unknown
    assert told("video-used") == {None: (1, 2, 1)}
    assert told("statement-offered") == {None: (1, 2, 2)}


def test_arrests_by_both_counting_bases(nights):
    # two crimes of one incident, one suspect arrested; of one crime nothing is written
    assert told("arrests-once") == {None: (1, 4, 1)}
    assert told("arrests-each-crime") == {None: (2, 4, 1)}
    assert told("voluntary-once") == {None: (1, 4, 1)}
    assert told("voluntary-each-crime") == {None: (1, 4, 1)}
    for code, basis in (("arrests-once", "counts once"), ("arrests-each-crime", "counts for each crime")):
        assert f"Counting basis: one arrest {basis}" in measure(code).definition


def test_reasons_for_no_arrest_and_what_a_sergeant_overturned(nights):
    assert told("no-arrest-overturned") == {
        "not-necessary": (1, 1, 0),
        "victim-unwilling": (1, 2, 0),
    }


def test_a_review_is_of_what_stood_then(night, acted):
    one = night()
    acted(one, "none", power=True, reasons=["no-grounds"], reviewed=False)
    acted(one, "none", power=True, reasons=["too-ill"], minutes=30)
    # what was changed before anybody looked is not counted, and what nobody has looked at yet is unknown
    acted(one, "none", power=True, reasons=["gone"], minutes=40)
    acted(one, "none", power=True, minutes=50)
    found = told("no-arrest-overturned")
    assert found == {None: (0, 0, 1), "no-grounds": (1, 1, 0)}
    assert lines("no-arrest-overturned")[None].label == "No reason written down"
    # no power, nothing to overturn
    two = night()
    acted(two, "none", power=False, reasons=["no-offence"])
    assert told("no-arrest-overturned") == found


def test_children_are_decided_about_before_closing(does, night, no_child, everything_done):
    decided, not_decided, open_still = night(), night(), night()
    no_child(decided)
    no_child(open_still)
    for one in (decided, not_decided):
        everything_done(one.incident)
        does(Role.SUPERVISOR, close_incident, incident_id=one.incident, closed_as="attended")
    assert told("children-decided") == {None: (1, 2, 0)}


def test_completion_is_of_incidents_of_a_pair(nights, does):
    # an incident of which nobody is known has none
    does(Role.CALL_HANDLER, open_incident, recorded_as="domestic-abuse", place="9 Elm Street")
    assert told("assessments-completed") == {None: (3, 5, 0)}


def test_from_her_to_the_system_by_how_it_was_done(nights):
    found = lines("assessment-delay")
    assert {group: line.median for group, line in found.items()} == {
        "in-person": 0, "paper": 3000, "telephone": 900,
    }  # fmt: skip
    assert found["paper"].label == "On paper in person, entered later"


def test_by_telephone_partners_apart_and_grades_by_way(nights):
    assert told("assessed-by-telephone") == {"partners": (1, 2, 0), "others": (0, 1, 0)}
    assert told("graded-high-by-way") == {"in-person": (1, 1, 0), "paper": (0, 1, 0), "telephone": (0, 1, 0)}
    assert told("graded-standard-by-way")["telephone"] == (1, 1, 0)


def test_an_assessment_without_a_grade_is_unknown(night, assessed):
    assessed(night())
    assert told("graded-high-by-way") == {"in-person": (0, 0, 1)}


def test_checks_against_the_time_that_they_were_due(nights):
    # due in two hours: one was made after five; an inspector's is due in one, and was made after six
    found = told("checks-in-time")
    assert found["risk-check"] == (2, 3, 0)
    assert found["risk-check-high"] == (0, 1, 0)


def test_a_check_that_nobody_makes_is_late_or_not_yet_known(night, assessed):
    assessed(night(3), "standard")
    assessed(night(0), "standard")
    tomorrow = Period(YEAR.first, TODAY + timedelta(days=1))
    assert told("checks-in-time", tomorrow)["risk-check"] == (0, 1, 1)


def test_regrades_and_who_disagreed_with_whom(nights):
    assert {group: line.rows for group, line in lines("regrades").items()} == {
        "inspector / down": 1,
        "supervisor / up": 1,
    }
    assert told("disagreement") == {
        "inspector / hub": (0, 1, 0),
        "officer / inspector": (1, 1, 0),
        # one was returned, which says nothing of the grade
        "officer / supervisor": (1, 2, 1),
    }
    assert lines("disagreement")["officer / inspector"].label == "Graded by officer, looked at by inspector"
    assert lines("disagreement")["officer / supervisor"].interval == wilson(1, 2)


def test_the_hubs_backlog_as_a_period_ended(nights):
    unwilling = nights[2]
    [now] = lines("hub-backlog").values()
    assert now.rows == 2
    entered = unwilling.at + timedelta(minutes=3010)
    ends = Period(YEAR.first, london_day(entered)).ends_at
    # the others had not come yet
    [that_day] = lines("hub-backlog", Period(YEAR.first, london_day(entered))).values()
    assert that_day.rows == 1
    assert that_day.median == pytest.approx((ends - entered).total_seconds() / 60, abs=1)


def test_each_counts_what_they_may_see_and_opens_what_they_may_read(
    nights, looked_after, accounts, signed_in, does, plain_static_files
):
    asked_in = nights[1]
    does(Role.DESK, restrict, record_id=asked_in.her, reason="refuge")
    codes = [one.code for one in measures() if one.part != "First contact"]
    counted = {}
    for role in (Role.SERGEANT, Role.ANALYST):
        with transaction.atomic():
            set_actor(accounts[role].actor)
            counted[role] = {code: queries.figure(measure(code), YEAR).lines for code in codes}
    with transaction.atomic(), acting(system("counter")):
        everything = {code: queries.figure(measure(code), YEAR).lines for code in codes}
    # who counts and reads nobody counts all
    assert counted[Role.ANALYST] == everything
    assert sum(line.rows for line in counted[Role.SERGEANT]["caseload"]) == 3
    sergeant, analyst = signed_in(Role.SERGEANT), signed_in(Role.ANALYST)
    for code in codes:
        with transaction.atomic(), acting(system("test")):
            before = Event.objects.filter(kind="look").count()
        shown = sergeant.get(f"/figures/{code}/").content.decode()
        with transaction.atomic(), acting(system("test")):
            assert Event.objects.filter(kind="look").count() == before + 2
        opened = [f"/scene/{one.incident}/" in shown or f"/risk/{one.case}/" in shown for one in nights]
        something = any(line.rows for line in counted[Role.SERGEANT][code])
        assert any(opened) is something or code in ("children-decided", "again-after-closing"), code
        assert not opened[1], code
        counts = analyst.get(f"/figures/{code}/").content.decode()
        assert "Quillfeather" not in counts
        assert "/scene/" not in counts.split("<main")[1]
    assert "Quillfeather" in sergeant.get("/figures/caseload/").content.decode()
    page = sergeant.get("/figures/").content.decode()
    for said in ("At the scene", "for each 100", "between"):
        assert said in page
    assert re.search("arrests? for", page)
