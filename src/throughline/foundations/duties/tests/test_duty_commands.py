"""One open duty of a kind, collecting its causes; discharged once, by somebody."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import STEPS, State, Step
from throughline.reference import UnknownCode

NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)


@pytest.fixture
def desk(db: None) -> Iterator[Actor]:
    actor = Actor(uuid4(), Role.DESK)
    set_actor(actor)
    record(actor, Event.Kind.WRITE, "test")
    return actor


def test_a_second_cause_joins_the_open_duty(desk: Actor) -> None:
    record_id = uuid4()
    first = open_duty("restricted-match", now=NOW, record_id=record_id, cause="lookup")
    again = open_duty("restricted-match", now=NOW + timedelta(hours=1), record_id=record_id, cause="call")
    same = open_duty("restricted-match", now=NOW + timedelta(hours=2), record_id=record_id, cause="call")
    assert first.id == again.id == same.id
    assert Duty.objects.get(id=first.id).causes == ["lookup", "call"]
    assert Duty.objects.get(id=first.id).due_at == NOW


def test_another_matter_and_another_person_are_other_duties(desk: Actor) -> None:
    record_id = uuid4()
    kinds = [
        open_duty("restricted-match", now=NOW, record_id=record_id, about=about, cause="lookup").id
        for about in (None, uuid4(), uuid4())
    ]
    kinds.append(open_duty("restricted-match", now=NOW, record_id=uuid4(), cause="lookup").id)
    assert len(set(kinds)) == 4


def test_discharging_twice_keeps_the_first(desk: Actor) -> None:
    duty = open_duty("retention-review", now=NOW, record_id=uuid4(), cause="review-date")
    assert duty.due_at > NOW + timedelta(days=80)
    discharge(by=desk, now=NOW, duty_id=duty.id, outcome="kept")
    discharge(
        by=Actor(uuid4(), Role.SUPERVISOR), now=NOW + timedelta(days=1), duty_id=duty.id, outcome="erased"
    )
    kept = Duty.objects.get(id=duty.id)
    assert (kept.outcome, kept.discharged_by, kept.discharged_at) == ("kept", desk.id, NOW)


def test_after_discharge_the_next_cause_opens_a_new_duty(desk: Actor) -> None:
    record_id = uuid4()
    first = open_duty("restricted-match", now=NOW, record_id=record_id, cause="lookup")
    discharge(by=desk, now=NOW, duty_id=first.id, outcome="told")
    second = open_duty("restricted-match", now=NOW, record_id=record_id, cause="lookup")
    assert second.id != first.id


def test_an_unknown_kind_opens_nothing(desk: Actor) -> None:
    with pytest.raises(UnknownCode):
        open_duty("make-it-up", now=NOW, record_id=uuid4(), cause="x")


def test_a_duty_goes_as_its_table_says(desk: Actor) -> None:
    def stands(duty: Duty) -> State:
        duty.refresh_from_db()
        return State.DISCHARGED if duty.discharged_at else State.OPEN

    for state, step in product(State, Step):
        record_id = uuid4()
        duty = open_duty("restricted-match", now=NOW, record_id=record_id, cause="lookup")
        if state is State.DISCHARGED:
            discharge(by=desk, now=NOW, duty_id=duty.id, outcome="told")
        assert stands(duty) is state
        if step is Step.DISCHARGE:
            discharge(by=desk, now=NOW, duty_id=duty.id, outcome="told")
            assert stands(duty) is STEPS[state, step]
        else:
            again = open_duty("restricted-match", now=NOW, record_id=record_id, cause="call")
            # no arrow: it opened another
            assert (again.id == duty.id) == ((state, step) in STEPS)
            assert stands(duty) is STEPS.get((state, step), state)
