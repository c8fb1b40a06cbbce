"""Leases: given to one account on one device, lapsing, given back, and what a sergeant is shown of them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from throughline.foundations.access.commands import grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Action, Actor, Refused, Role, system
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.offline.commands import (
    Begun,
    Keys,
    Waits,
    begin,
    expire,
    forget,
    give_back,
    keep_conflict,
    keys_again,
    say_waiting,
    settle_at,
    take_along,
    throw_away,
    typed_in,
)
from throughline.foundations.offline.models import Entry, Lease
from throughline.foundations.offline.queries import conflict, my_conflicts, unsynced
from throughline.foundations.offline.rules import LASTS, Stands, Told, Why
from throughline.foundations.vault.keys import keys

NOW = datetime(2026, 11, 3, 19, 0, tzinfo=UTC)
DEVICE, ABOUT, HER = UUID(int=1), UUID(int=2), UUID(int=3)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Actor:
    team = Team.objects.create(agency=Agency.objects.create(name="A force"), name="Response")
    user = User.objects.create(
        username="officer", name="Olive Invented", role=Role.OFFICER, team=team, made_at=NOW, password="!"
    )
    set_actor(user.actor)
    return user.actor


@pytest.fixture
def sergeant() -> Actor:
    return Actor(uuid4(), Role.SERGEANT)


def take(by: Actor, now: datetime = NOW, device: UUID = DEVICE, about: UUID = ABOUT) -> Keys:
    told = {"label": "QZ 17", "subjects": [HER], "purpose": "attendance"}
    return take_along(by=by, now=now, device=device, about=about, **told)


def told(lease: Lease, order: int = 0, **more: int) -> Told:
    shown = round(NOW.timestamp() * 1000)
    return Told(uuid4(), lease.id, order, shown, shown, **more)


def begun(by: Actor, lease: Lease, order: int = 0, now: datetime = NOW) -> Entry:
    opened = begin(by=by, now=now, told=told(lease, order), place="/scene/1/", typed={"words": ["hers"]})
    assert isinstance(opened, Begun)
    return opened.entry


def in_conflict(by: Actor, lease: Lease, now: datetime = NOW) -> Entry:
    entry = begun(by, lease, now=now)
    keep_conflict(entry=entry, why=Why.CHANGED, typed={"words": ["hers"], "csrfmiddlewaretoken": ["t"]})
    return entry


def test_keys_are_one_accounts_on_one_device_about_one_matter(officer: Actor) -> None:
    given = take(officer)
    assert given.pages == keys().derive(
        f"offline pages {officer.id}/{ABOUT}/{given.lease.id}", given.lease.ring
    )
    others = [take(officer, device=uuid4()), take(officer, about=uuid4())]
    assert len({given.pages, given.outbox, *(key for one in others for key in (one.pages, one.outbox))}) == 6


def test_a_new_master_key_leaves_what_is_out_readable(officer: Actor) -> None:
    given = take(officer)
    keys().rotate()
    again = keys_again(by=officer, now=NOW, lease_id=given.lease.id, waiting=0)
    assert (again.pages, again.outbox) == (given.pages, given.outbox)
    assert take(officer, device=uuid4()).lease.ring == keys().current != given.lease.ring


def test_taken_along_again_the_lease_lasts_from_then(officer: Actor) -> None:
    first = take(officer)
    again = take(officer, now=NOW + 10 * HOUR)
    assert again.lease.id == first.lease.id
    assert (again.lease.taken_at, again.lease.until) == (NOW, NOW + 10 * HOUR + LASTS)
    later = take(officer, now=NOW + 200 * HOUR)
    assert later.lease.id != first.lease.id
    assert Lease.objects.get(id=first.lease.id).closed_at == NOW + 200 * HOUR


def test_a_lapsed_lease_with_work_waiting_goes_on_as_it_is(officer: Actor) -> None:
    first = take(officer)
    say_waiting(by=officer, now=NOW, lease_id=first.lease.id, waiting=2)
    assert take(officer, now=NOW + 200 * HOUR).lease.id == first.lease.id


def test_whoever_is_out_of_sight_is_not_among_those_looked_at(officer: Actor) -> None:
    with acting(system("guardian")):
        record(system("guardian"), Event.Kind.WRITE, "test")
        grant(by=system("guardian"), now=NOW, subject=HER, kind=Grant.Kind.RESTRICT, reason="refuge")
    assert take(officer).lease.subjects == []
    with pytest.raises(Refused):
        take(Actor(uuid4(), Role.ANALYST))


def test_expiry_closes_what_has_lapsed_and_never_what_waits(officer: Actor) -> None:
    idle, waits, running = (take(officer, device=uuid4()).lease for _ in range(3))
    say_waiting(by=officer, now=NOW, lease_id=waits.id, waiting=1)
    Lease.objects.filter(id=running.id).update(until=NOW + 2 * LASTS)
    assert expire(now=NOW + LASTS) == 1
    assert expire(now=NOW + LASTS) == 0
    set_actor(officer)
    closed = dict(Lease.objects.values_list("id", "closed_at"))
    assert closed == {idle.id: NOW + LASTS, waits.id: None, running.id: None}


def test_a_device_that_wrote_on_after_it_was_thought_done_is_on_the_list_again(officer: Actor) -> None:
    lease = take(officer).lease
    expire(now=NOW + LASTS)
    set_actor(officer)
    given = keys_again(by=officer, now=NOW + LASTS, lease_id=lease.id, waiting=3)
    assert given.pages is None
    assert given.lease.closed_at is None
    assert give_back(by=officer, now=NOW + LASTS, lease_id=lease.id) is False


def test_nobody_elses_lease_or_entry(officer: Actor) -> None:
    lease = take(officer).lease
    entry = in_conflict(officer, lease)
    other = Actor(uuid4(), Role.OFFICER)
    set_actor(other)
    assert not Lease.objects.exists()
    assert not Entry.objects.exists()
    for command in (keys_again, say_waiting):
        with pytest.raises(Refused):
            command(by=other, now=NOW, lease_id=lease.id, waiting=0)
    with pytest.raises(Refused):
        begin(by=other, now=NOW, told=told(lease), place="/scene/1/", typed={})
    with pytest.raises(Refused):
        throw_away(by=other, now=NOW, entry_id=entry.id)
    with pytest.raises(Refused):
        conflict(other, entry.id)


def test_behind_a_conflict_the_same_matter_waits_and_another_goes_on(officer: Actor) -> None:
    lease, other = take(officer).lease, take(officer, about=uuid4()).lease
    entry = in_conflict(officer, lease)
    with pytest.raises(Waits):
        begun(officer, lease, order=1)
    begun(officer, other)
    assert [one.id for one in my_conflicts(officer)] == [entry.id]
    assert conflict(officer, entry.id).typed == {"words": ["hers"]}
    assert settle_at(by=officer, now=NOW, place="/scene/2/") == 0
    assert settle_at(by=officer, now=NOW, place="/scene/1/") == 1
    begun(officer, lease, order=1)


def test_a_conflict_is_no_draft_that_expires_and_opens_under_no_other_name(officer: Actor) -> None:
    entry = in_conflict(officer, take(officer).lease)
    kept = Entry.objects.get(id=entry.id)
    assert b"hers" not in bytes(kept.closed or b"")
    assert typed_in(kept) == {"words": ["hers"]}
    kept.user = uuid4()
    with pytest.raises(Exception, match="altered"):
        typed_in(kept)


def test_a_sergeant_sees_whose_work_stands_still_and_since_when(officer: Actor, sergeant: Actor) -> None:
    unsent, unseen, stopped = (take(officer, about=uuid4()).lease for _ in range(3))
    say_waiting(by=officer, now=NOW, lease_id=unsent.id, waiting=4)
    in_conflict(officer, stopped)
    say_waiting(by=officer, now=NOW + 11 * HOUR, lease_id=stopped.id, waiting=0)
    set_actor(sergeant)
    assert unsynced(sergeant, now=NOW + HOUR / 2) == ()
    five = unsynced(sergeant, now=NOW + 5 * HOUR)
    assert {(one.about, one.stands, one.since, one.waiting) for one in five} == {
        (unsent.about, Stands.UNSENT, NOW, 4),
        (stopped.about, Stands.CONFLICT, NOW, 0),
    }
    assert {(one.name, one.label) for one in five} == {("Olive Invented", "QZ 17")}
    thirteen = unsynced(sergeant, now=NOW + 13 * HOUR)
    assert (unseen.about, Stands.UNSEEN) in {(one.about, one.stands) for one in thirteen}
    assert unsynced(sergeant, now=NOW + LASTS + HOUR)[0].waiting in {0, 4}
    with pytest.raises(Refused):
        unsynced(officer, now=NOW)


def test_work_that_waits_stands_on_the_list_however_old(officer: Actor, sergeant: Actor) -> None:
    lease = take(officer).lease
    say_waiting(by=officer, now=NOW, lease_id=lease.id, waiting=1)
    expire(now=NOW + 300 * HOUR)
    set_actor(sergeant)
    (one,) = unsynced(sergeant, now=NOW + 300 * HOUR)
    assert (one.stands, one.since) == (Stands.UNSENT, NOW)


def test_one_who_is_erased_is_forgotten_here_too(officer: Actor) -> None:
    lease = take(officer).lease
    entry = in_conflict(officer, lease)
    forget(record_id=HER, now=NOW + HOUR)
    assert Entry.objects.get(id=entry.id).closed is None
    again = keys_again(by=officer, now=NOW + HOUR, lease_id=lease.id, waiting=0)
    assert again.pages is None


def test_every_key_given_is_in_the_log(officer: Actor) -> None:
    lease = take(officer).lease
    keys_again(by=officer, now=NOW, lease_id=lease.id, waiting=0)
    with acting(system("test")):
        events = list(Event.objects.filter(action=Action.WORK_OFFLINE).order_by("id"))
    assert [(event.kind, event.detail.get("what")) for event in events] == [
        ("write", "taken-along"),
        ("look", None),
        ("write", "keys"),
        ("look", None),
    ]
    assert events[1].purpose == "attendance"
    assert events[1].subjects == events[3].subjects == [HER]
