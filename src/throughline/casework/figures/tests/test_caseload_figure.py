"""The caseload of a day by the rule of `cases` and by the measure: the same, whatever went before."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from throughline.casework.cases.queries.caseload import UNGRADED, active_caseload
from throughline.casework.cases.tests.conftest import as_, incident, pair  # noqa: F401 (fixtures)
from throughline.casework.cases.tests.test_past_caseload import ALL_DONE, BEGAN, STEP, STEPS, Life
from throughline.casework.conftest import NOW
from throughline.casework.figures import queries
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.clock.rules import end_of_day, london_day
from throughline.measures import Period, measure

pytestmark = pytest.mark.django_db


@pytest.fixture
def life(does, incident, pair, accounts, everything_done):  # noqa: F811
    return Life(does, incident, pair, accounts, everything_done)


def by_the_measure(day: date) -> dict[str, int]:
    lines = queries.figure(measure("caseload"), Period(day, day)).lines
    return {line.group or UNGRADED: line.rows for line in lines}


def by_the_rule(actor: Actor, day: date) -> dict[str, int]:
    return active_caseload(actor, at=end_of_day(day))


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(STEPS), min_size=2, max_size=9))
@example([*ALL_DONE, "reopens", "is_held_and_graded", "closes", "reopens", "closes"])
@example([*ALL_DONE, "bail_is_learnt_of", "bail_ends", "reopens", "happens_again"])
@example([*ALL_DONE, "is_not_domestic_after_all", "is_domestic_after_all", "reopens", "closes"])
def test_the_measure_is_the_rule_on_every_day(life, accounts, steps):
    with transaction.atomic():
        life.now = BEGAN
        for step in steps:
            life.goes_on(step)
        with as_(accounts[Role.SUPERVISOR].actor) as actor:
            day = london_day(BEGAN)
            while day <= london_day(life.now + STEP):
                assert by_the_measure(day) == by_the_rule(actor, day), day
                day += timedelta(days=1)
        transaction.set_rollback(True)


def test_bail_keeps_a_closed_case_in_the_count_and_its_grade_has_gone(life, accounts):
    for step in (*ALL_DONE, "bail_is_learnt_of"):
        life.goes_on(step)
    with as_(accounts[Role.SUPERVISOR].actor) as actor:
        day = london_day(life.now)
        assert by_the_measure(day) == by_the_rule(actor, day) == {"no-grade": 1}
        assert by_the_measure(london_day(BEGAN) - timedelta(days=1)) == {}


def test_of_nights_that_went_differently_on_every_day(nights, accounts):
    with as_(accounts[Role.SUPERVISOR].actor) as actor:
        for back in range(12):
            day = london_day(NOW) - timedelta(days=back)
            assert by_the_measure(day) == by_the_rule(actor, day), day
        assert sum(by_the_measure(london_day(NOW)).values()) == 4
