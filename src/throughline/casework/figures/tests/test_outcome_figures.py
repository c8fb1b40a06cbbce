"""Figures of outcomes: what was given by the commands, counted by the rules in words."""

from datetime import timedelta

import pytest
from django.db import transaction

from throughline.casework.conftest import NOW
from throughline.casework.figures import queries
from throughline.casework.outcome.commands.deciding import give
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Role, system
from throughline.foundations.clock.rules import london_day
from throughline.measures import Period, measure
from throughline.measures.intervals import wilson

pytestmark = pytest.mark.django_db
TODAY = london_day(NOW)
YEAR = Period(TODAY - timedelta(days=364), TODAY)


def lines(code, period=YEAR):
    with transaction.atomic(), acting(system("counter")):
        return {line.group: line for line in queries.figure(measure(code), period).lines}


def test_the_reports_four_are_of_all_crimes_recorded_with_their_intervals(ended):
    found = lines("outcomes-by-the-report")
    assert {group: (line.counted, line.of) for group, line in found.items()} == {
        "charge": (1, 5),
        "caution": (0, 5),
        "outcome-15": (1, 5),
        "outcome-16": (1, 5),
    }
    assert found["charge"].interval == wilson(1, 5)


def test_todays_groups_add_up_and_say_what_has_none_yet(ended):
    found = {group: line.counted for group, line in lines("outcomes-by-group").items()}
    assert found["charged"] == found["evidential-victim-supports"] == 1
    assert found["not-yet-assigned"] == 2
    assert sum(found.values()) == 5


def test_only_the_outcome_that_stands_counts(ended, does):
    crime = ended[1][0]
    does(Role.OFFICER, give, crime_id=crime.id, code="outcome-1", reason="given-evidence-meets")
    found = lines("outcomes-by-the-report")
    assert (found["charge"].counted, found["outcome-15"].counted) == (2, 0)


def test_a_review_that_is_not_due_yet_is_unknown(ended):
    ahead = Period(TODAY, TODAY + timedelta(days=10))
    review = lines("outcomes-in-time", ahead)["outcome-review"]
    assert (review.counted, review.of, review.unknown) == (0, 0, 1)
