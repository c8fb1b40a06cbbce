"""A past day's caseload, counted later, is what was counted on that day."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from throughline.casework.cases.commands import cases, crimes, facts, holding, incidents
from throughline.casework.cases.models import Case, EarlierClosing, Incident, StandingFact
from throughline.casework.cases.queries.caseload import active_caseload
from throughline.casework.cases.rules import NotYet
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.rules import Conflict
from throughline.foundations.access.rules import Role

pytestmark = pytest.mark.django_db

BEGAN = NOW - timedelta(days=90)
STEP = timedelta(hours=7)
OFFENDED = {"reason": "no-crime-none-described"}


class Life:
    """What two people's cases can go through, each step as whoever may take it, or refused and nothing done."""

    def __init__(self, does, incident, pair, accounts, everything_done):
        self.does, self.incident, self.pair, self.accounts = does, incident, pair, accounts
        self.everything_done = everything_done
        self.now = BEGAN

    def newest(self, model, **which):
        with seen_whole():
            return model.objects.filter(**which).order_by("-id").values_list("id", flat=True).first()

    def happens_again(self):
        self.incident(*self.pair, days_ago=(NOW - self.now) / timedelta(days=1), has_contact=False)

    def incidents_are_done_with(self):
        with seen_whole():
            waiting = list(Incident.objects.filter(closed_at=None).values_list("id", "domestic"))
        for one, domestic in waiting:
            if domestic:
                self.does(Role.REGISTRAR, crimes.not_a_crime, now=self.now, incident_id=one, **OFFENDED)
                self.everything_done(one, now=self.now)
            self.does(
                Role.SUPERVISOR,
                incidents.close_incident,
                now=self.now,
                incident_id=one,
                closed_as="attended",
            )

    def is_not_domestic_after_all(self):
        self.reclassified(False)

    def is_domestic_after_all(self):
        self.reclassified(True)

    def reclassified(self, domestic):
        if one := self.newest(Incident):
            told = {"incident_id": one, "recorded_as": "other", "domestic": domestic}
            self.does(Role.SUPERVISOR, incidents.reclassify, now=self.now, **told)

    def is_held_and_graded(self):
        if one := self.newest(Case, closed_at=None):
            told = {"now": self.now, "case_id": one}
            supervisor = self.accounts[Role.SUPERVISOR].id
            self.does(Role.SUPERVISOR, holding.set_owner, owner=supervisor, **told)
            self.does(
                Role.SUPERVISOR, holding.set_grade, grade="standard", reason="grade-first-assessment", **told
            )

    def closes(self):
        if one := self.newest(Case, closed_at=None):
            told = {"case_id": one, "closed_as": "danger-past"}
            self.does(Role.SUPERVISOR, cases.close_case, now=self.now, **told)

    def reopens(self):
        if one := self.newest(Case, closed_at__isnull=False):
            self.does(Role.SUPERVISOR, cases.reopen_case, now=self.now, case_id=one)

    def bail_is_learnt_of(self):
        her, him = self.pair
        self.does(
            Role.SUPERVISOR,
            facts.set_fact,
            now=self.now,
            kind="police-bail",
            record_id=him,
            protects_id=her,
            valid_from=self.now - 2 * STEP,
        )

    def bail_ends(self):
        if one := self.newest(StandingFact, kind="police-bail", ended_at=None):
            self.does(Role.SUPERVISOR, facts.end_fact, now=self.now, fact_id=one, because="charged")

    def goes_on(self, step):
        self.now += STEP
        try:
            with transaction.atomic():
                getattr(self, step)()
        except (NotYet, Conflict):
            return

    def counted(self, at):
        with as_(self.accounts[Role.SUPERVISOR].actor) as actor:
            return active_caseload(actor, at=at)


STEPS = sorted(
    name
    for name in vars(Life)
    if not name.startswith("_") and name not in {"newest", "reclassified", "goes_on", "counted"}
)
ALL_DONE = ["happens_again", "incidents_are_done_with", "is_held_and_graded", "closes"]


@pytest.fixture
def life(does, incident, pair, accounts, everything_done):
    return Life(does, incident, pair, accounts, everything_done)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(STEPS), min_size=2, max_size=9))
@example([*ALL_DONE, "reopens", "is_held_and_graded", "closes", "reopens", "closes"])
@example([*ALL_DONE, "bail_is_learnt_of", "bail_ends", "reopens", "happens_again"])
@example([*ALL_DONE, "is_not_domestic_after_all", "is_domestic_after_all", "reopens", "closes"])
def test_whatever_came_since_a_past_day_counts_as_it_did(life, steps):
    with transaction.atomic():
        life.now = BEGAN
        then = {}
        for step in steps:
            life.goes_on(step)
            then[life.now] = life.counted(life.now)
        for at, counted in then.items():
            assert life.counted(at) == counted
            # nothing happened until the next step
            assert life.counted(at + STEP / 2) == counted
        assert life.counted(BEGAN) == {}
        transaction.set_rollback(True)


def test_a_case_that_was_reopened_was_closed_between(life):
    for step in (*ALL_DONE, "reopens"):
        life.goes_on(step)
    reopened = life.now
    assert [life.counted(reopened - back * STEP) for back in (2, 1, 0)] == [
        {"standard": 1},
        {},
        {"no-grade": 1},
    ]
    with seen_whole():
        [closing] = EarlierClosing.objects.all()
    assert (closing.closed_at, closing.reopened_at) == (reopened - STEP, reopened)
    assert closing.closed_as == "danger-past"


def test_an_order_counts_from_when_it_was_written_down(life):
    for step in (*ALL_DONE, "bail_is_learnt_of"):
        life.goes_on(step)
    # it was in force by then, and nobody knew
    assert life.counted(life.now - STEP) == {}
    assert life.counted(life.now) == {"no-grade": 1}
