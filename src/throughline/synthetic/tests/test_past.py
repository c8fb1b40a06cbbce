"""The past of the invented force: planned by chance alone, and told once through the real commands."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import F

from throughline.casework.cases.models import (
    Case,
    CounterAllegation,
    Crime,
    DrawnFile,
    Incident,
    Involvement,
    StandingFact,
)
from throughline.casework.contact.models import Brief, Contact, Deployment
from throughline.casework.figures.queries import figure
from throughline.casework.neighbourhood.models import DisruptionTask, SetOut
from throughline.casework.people.commands.importing import Source, bring_in
from throughline.casework.people.rules import IMPORTER as IMPORTING
from throughline.casework.risk.models import Check, Grading
from throughline.casework.risk.queries.waiting import hub_queue, to_check
from throughline.casework.risk.rules.order import Sign
from throughline.casework.safeguarding.models import (
    HandoverSent,
    OnCall,
    PlanVersion,
    SafetyMeasure,
    Service,
    ServiceRequest,
    TeamPosts,
    Training,
)
from throughline.casework.scene.models import (
    Addendum,
    Attendance,
    CorrectionRequest,
    EvidenceItem,
    PositiveAction,
)
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.audit.models import Event
from throughline.foundations.decisions.models import Review
from throughline.foundations.duties.models import Duty
from throughline.foundations.offline.models import Lease
from throughline.measures import Period, measure, risk, scene
from throughline.running.logins import IMPORTER, WORKER
from throughline.synthetic.enacting import actors, colleagues, enact
from throughline.synthetic.export import index, write_csv
from throughline.synthetic.past import plan as planned
from throughline.synthetic.past.plan import couples, past
from throughline.synthetic.past.retelling import retell

# so few people differ with the hour: at some of them nobody is in high danger
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PEOPLE = list(index(600, seed=1, today=DAY))


def test_the_same_past_for_the_same_seed_and_day():
    assert past(PEOPLE, now=NOON, seed=1) == past(PEOPLE, now=NOON, seed=1)
    assert past(PEOPLE, now=NOON, seed=1) != past(PEOPLE, now=NOON, seed=2)


def test_calls_are_in_order_and_over():
    calls, orders = past(PEOPLE, now=NOON, seed=1)
    moments = [call.at for call in calls]
    assert moments == sorted(moments)
    assert NOON - planned.MONTHS_BACK - timedelta(days=1) < moments[0]
    assert moments[-1] < NOON - timedelta(hours=12)
    assert 110 < len(calls) < 300
    assert orders


def test_the_past_holds_what_a_control_room_must_find():
    calls, _ = past(PEOPLE, now=NOON, seed=1)
    again = {call.victim for call in calls if call.victim and sum(c.victim == call.victim for c in calls) > 2}
    assert again
    assert any(len({c.number for c in calls if c.victim == victim}) > 1 for victim in again)
    assert {call.caller for call in calls} >= {"victim", "other", "child", "suspect"}
    assert any(call.line in {"silent", "abandoned"} for call in calls)
    assert any(call.recorded_as == "concern-for-safety" and call.domestic is None for call in calls)
    assert any(call.grade == "nobody" for call in calls)
    assert any(call.arrived_after and call.opened_after is None for call in calls)


def test_couples_are_two_people_each_once():
    found = list(couples(PEOPLE))
    pairs = [frozenset((one.victim.number, one.suspect.number)) for one in found]
    assert len(set(pairs)) == len(pairs)
    assert all(len(pair) == 2 for pair in pairs)
    assert {one.victim.sex for one in found} == {"1", "2"}


@pytest.fixture
def told(transactional_db, working_as, tmp_path, monkeypatch):
    monkeypatch.setattr(planned, "COUPLES", 5)
    monkeypatch.setattr(planned, "ABOUT_SOMETHING_ELSE", 5)
    file = tmp_path / "people.csv"
    index_map = write_csv(file, 150, 1, DAY)
    with working_as(IMPORTER):
        bring_in(
            by=IMPORTING,
            now=NOW,
            source=Source(file, index_map, "invented"),
            rejects=tmp_path / "rejects.csv",
        )
    with working_as(WORKER):
        enact(now=NOW, source="invented")
        yield retell(actors(), colleagues(), now=NOW, source="invented", say=lambda *_: None, hub=4)


def the_scenes_are_told():
    with transaction.atomic():
        set_actor(system("test"))
        left = Attendance.objects.filter(left_at__isnull=False)
        assert left.count() > 10
        assert not left.filter(left_at__gt=NOW).exists()
        assert set(EvidenceItem.objects.values_list("state", flat=True)) >= {
            "done",
            "not-done",
            "for-investigator",
        }
        assert PositiveAction.objects.filter(action="arrest").exists()
        assert Review.objects.filter(decision__kind="positive-action").exists()
        assert set(Grading.objects.values_list("stage", flat=True)) >= {
            "officer",
            "supervisor",
            "reassessment",
        }
        assert not Check.objects.filter(by=F("maker")).exists()
        assert Addendum.objects.exists()
        assert CorrectionRequest.objects.filter(answered_at__isnull=False).exists()
        assert DrawnFile.objects.filter(reviewed_at__isnull=False).exists()
        assert "unresolved" in CounterAllegation.objects.values_list("stands", flat=True)


def plans_are_made_and_measures_ordered():
    with transaction.atomic():
        set_actor(system("test"))
        plans = PlanVersion.objects.filter(completed_at__isnull=False)
        assert plans.exists()
        assert not plans.filter(completed_at__gt=NOW).exists()
        measures = SafetyMeasure.objects.all()
        assert measures.filter(state="fitted").exists()
        assert measures.filter(state="ordered").exists()
        assert not measures.filter(fitted_at__lt=F("first_ordered_at")).exists()
        waits = set(
            Duty.objects.filter(kind="safety-measure", discharged_at=None).values_list("about", flat=True)
        )
        assert waits == set(measures.filter(state__in=["ordered", "failed"]).values_list("id", flat=True))
        assert Service.objects.count() == 10
        assert Service.objects.filter(checked_on=None).count() == 1


def who_safeguards_is_told():
    with transaction.atomic():
        set_actor(system("test"))
        assert ServiceRequest.objects.filter(state="accepted", owner__isnull=False).exists()
        assert HandoverSent.objects.exists()
        assert TeamPosts.objects.exists()
        assert OnCall.objects.exists()
        assert Training.objects.exists()


def neighbourhood_teams_work():
    with transaction.atomic():
        set_actor(system("test"))
        tasks = DisruptionTask.objects.all()
        assert tasks.exists()
        assert not tasks.filter(ordered_at__lt=F("case__opened_at")).exists()
        waits = set(
            Duty.objects.filter(kind="disruption-task", discharged_at=None).values_list("about", flat=True)
        )
        assert waits == set(tasks.exclude(state="ended").values_list("id", flat=True))
        assert SetOut.objects.filter(visit__isnull=False, contact__isnull=False).exists()
        lapsed = Duty.objects.filter(kind="marker-review", discharged_at=None, causes=["marker-lapsed"])
        assert lapsed.exists()
        assert not lapsed.filter(due_at__gte=NOW).exists()


def a_turn_is_under_way():
    everybody, second = actors(), colleagues()
    officer, sergeant, inspector = (everybody[one] for one in (Role.OFFICER, Role.SERGEANT, Role.INSPECTOR))
    with transaction.atomic():
        set_actor(system("test"))
        there = Attendance.objects.filter(left_at=None)
        assert set(there.values_list("officer", flat=True)) == {officer.id, second[Role.OFFICER].id}
        assert Lease.objects.get().waiting == 5
        waits = Duty.objects.filter(discharged_at=None)
        assert waits.get(kind="risk-returned").owner in {officer.id, second[Role.OFFICER].id}
        assert waits.filter(kind="no-arrest-review").count() >= 3
    with transaction.atomic():
        set_actor(sergeant)
        queue = to_check(sergeant, now=NOW)
        # at large, then what does not fit, then by time, the first of them late
        signs = [line.signs for line in queue.lines]
        assert Sign.AT_LARGE in signs[0]
        assert (Sign.MISMATCH,) in signs
        assert signs[-1] == ()
        assert any(line.late for line in queue.lines if not line.signs)
    with transaction.atomic():
        set_actor(inspector)
        assert sum(line.grade == "high" for line in to_check(inspector, now=NOW).lines) == 2
    with transaction.atomic():
        set_actor(everybody[Role.HUB])
        hub = hub_queue(everybody[Role.HUB], now=NOW)
        assert hub.count >= 4
        assert 0 < hub.late < hub.count


def test_it_is_told_through_the_commands_and_once(told):
    with transaction.atomic():
        set_actor(system("test"))
        waiting = Contact.objects.filter(taken_by=None)
        assert waiting.count() == 2
        assert Contact.objects.count() - 2 == told > 12
        domestic = Incident.objects.filter(domestic=True)
        assert domestic.count() >= 5
        assert Case.objects.exists()
        assert Involvement.objects.filter(part="suspect", confirmed=True).exists()
        assert Deployment.objects.filter(arrived_at__isnull=False).exists()
        assert StandingFact.objects.filter(kind="grade").exists()
        assert Brief.objects.filter(opened_at__isnull=False).exists()
        assert Crime.objects.exists()
        assert Event.objects.filter(kind="write", action="contact.take").count() > told
        # what is not new was dealt with, except that pairs wait for the hub
        old = Duty.objects.filter(opened_at__lt=NOW - timedelta(days=4), discharged_at=None)
        old = old.exclude(kind="hub-review")
        assert not set(old.values_list("role", "kind"))
        # by somebody else
        reviewed = Review.objects.filter(decision__kind="crime-recording")
        assert reviewed.exists()
        assert not reviewed.filter(made_by=F("decision__made_by")).exists()
        last_year = Period((NOW - timedelta(days=440)).date(), NOW.date())
        [calls] = figure(measure("calls"), last_year).lines
        assert calls.rows > 12
        # nothing is so good or so bad that its figure says nothing
        [opened] = figure(measure("brief-opened"), last_year).lines
        assert 0 < opened.counted < opened.rows
        assert not Brief.objects.filter(opened_at__lt=F("sent_at")).exists()
        found = figure(measure("misrecorded-found"), last_year).lines
        assert sum(line.counted for line in found) > 0
        for one in (*scene.measures(), *risk.measures()):
            lines = figure(one, last_year).lines
            assert sum(line.rows for line in lines) > 0, one.code
    the_scenes_are_told()
    plans_are_made_and_measures_ordered()
    who_safeguards_is_told()
    neighbourhood_teams_work()
    a_turn_is_under_way()
    assert retell(actors(), colleagues(), now=NOW, source="invented", say=lambda *_: None, hub=4) == 0
