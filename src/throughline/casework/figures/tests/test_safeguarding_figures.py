"""Figures of safeguarding: what was done for her by the commands, counted by the rules in words."""

from datetime import timedelta

import pytest
from django.db import transaction

from throughline.casework.cases.commands import incidents
from throughline.casework.cases.commands.holding import let_go
from throughline.casework.conftest import NOW
from throughline.casework.figures import queries
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Role, system
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.measures import Period, measure
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


def test_until_somebody_owned_it_and_until_she_was_reached(looked_after):
    [owned] = lines("owner-delay").values()
    assert (owned.rows, owned.unknown, owned.median) == (4, 3, 20)
    reached = lines("first-contact-delay")
    # an attempt after forty minutes reached nobody
    assert (reached["high"].rows, reached["high"].unknown, reached["high"].median) == (1, 0, 60)
    assert {group: line.rows for group, line in reached.items()} == {None: 1, "high": 1, "standard": 2}
    assert reached[None].label == "No grade"
    assert reached["standard"].median == 180


def test_what_was_due_to_be_told_and_done(looked_after):
    assert told("told-in-time")["victim-update"] == (1, 1, 0)
    # she was spoken with before it was due
    assert told("served-in-time")["service-contact"] == (1, 1, 0)
    late = lines("overdue-by-role")
    assert all(line.label != "Not known" for line in late.values())
    before = Period(YEAR.first, TODAY - timedelta(days=30))
    assert lines("overdue-by-role", before) == {}


def test_what_became_superfluous_is_neither_in_time_nor_late(nights):
    held = nights[0]
    assert told("served-in-time")["service-contact"] == (0, 1, 0)
    with transaction.atomic(), acting(system("test")):
        record(system("test"), Event.Kind.WRITE, "test")
        let_go(Duty.objects.filter(kind="service-contact", about=held.case), by=system("test"), now=NOW)
    assert "service-contact" not in told("served-in-time")


def test_in_touch_unprompted_and_whether_she_feels_safer(looked_after):
    # she rang herself once; of the two others one was due
    assert told("contacts-unprompted") == {None: (1, 2, 0)}
    assert told("feels-safer") == {None: (1, 2, 1)}
    assert told("feels-less-safe") == {None: (1, 2, 1)}
    assert lines("feels-safer")[None].interval == wilson(1, 2)


def test_handed_on_planned_for_and_fitted(looked_after):
    [handed] = lines("handed-on").values()
    assert handed.counted == 1
    plans = told("plans-by-grade")
    assert sum(counted for counted, _of, _unknown in plans.values()) == 1
    assert sum(of for _counted, of, _unknown in plans.values()) == 4
    fitted = lines("measures-fitted")
    assert (fitted["locks"].median, fitted["locks"].unknown) == (300, 0)
    assert (fitted["personal-alarm"].median, fitted["personal-alarm"].unknown) == (None, 1)
    # nothing was planned or ordered before it happened
    before = Period(YEAR.first, TODAY - timedelta(days=30))
    assert lines("plans-by-grade", before) == {} == lines("measures-fitted", before)


def test_it_happened_again_after_the_case_was_closed(closed, does):
    quiet, again, late, lately = closed(200), closed(180), closed(170), closed(20)
    for one, days in ((again, 30), (late, 92)):
        at = one.at + timedelta(days=1 + days)
        made = does(Role.CALL_HANDLER, incidents.open_incident, now=at, recorded_as="domestic-abuse").id
        for record_id, part in ((one.her, "victim"), (one.him, "suspect")):
            involved = {"incident_id": made, "record_id": record_id, "part": part, "confirmed": True}
            does(Role.CALL_HANDLER, incidents.involve, now=at, **involved)
    # the pair that was quiet, and the one whose next came too late for it, are no; of the last it is not known yet
    assert told("again-after-closing") == {None: (1, 3, 1)}
    assert lines("again-after-closing")[None].interval == wilson(1, 3)
    assert quiet.case != lately.case
