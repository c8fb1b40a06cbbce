"""Whose a record is stands beside what a lookup reads of it, and is what its open link says, whatever is done."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction

from throughline.casework.conftest import NOW
from throughline.casework.people.commands.identities import merge, part
from throughline.casework.people.commands.indexing import index_all, renew_keys
from throughline.casework.people.commands.retention import erase
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.models import Features, Identity, IdentityLink, Record
from throughline.casework.people.queries.searching import search
from throughline.casework.people.rules import RECOGNISER
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.linkage.scraps import read_scraps

pytestmark = pytest.mark.django_db
PHONE = "07700 900123"
HEARD = read_scraps(f"zofia quillfeather {PHONE}", today=NOW.date())


@pytest.fixture
def does(accounts):
    """Have somebody of a role do something, in a transaction of its own."""

    def done(role, command, **how):
        by = accounts[role].actor
        with transaction.atomic():
            set_actor(by)
            return command(by=by, now=NOW, **how)

    return done


def whose() -> dict[UUID, UUID | None]:
    """Whose each record is that can be found, which must be what its open link says."""
    with transaction.atomic(), acting(RECOGNISER):
        told = dict(Features.objects.values_list("record", "identity"))
        links = IdentityLink.objects.filter(record__in=told, valid_until=None)
        assert told == dict.fromkeys(told) | dict(links.values_list("record", "identity"))
    return told


def found(accounts) -> set[UUID]:
    actor = accounts[Role.CALL_HANDLER].actor
    with transaction.atomic():
        set_actor(actor)
        return {one.record_id for one in search(actor, HEARD, today=NOW.date()).found}


def test_joined_parted_and_joined_with_another_it_is_whose_they_are_now(add, does, accounts):
    one, other, third = (add("Zofia", "Quillfeather", PHONE) for _ in range(3))
    told = whose()
    assert len(set(told.values())) == 3
    assert None not in told.values()

    does(Role.SUPERVISOR, merge, record_id=one, into_id=other, reason="merge-said-so")
    assert whose() == told | {one: told[other]}

    # with all that she is held together with
    does(Role.SUPERVISOR, merge, record_id=one, into_id=third, reason="merge-said-so")
    assert whose() == dict.fromkeys(told, told[third])

    does(Role.SUPERVISOR, part, record_id=one, reason="part-said-so")
    parted = whose()
    assert parted[other] == parted[third] == told[third]
    assert parted[one] not in told.values()
    does(Role.SUPERVISOR, merge, record_id=other, into_id=one, reason="merge-said-so")
    assert set(whose().values()) == {parted[one]}
    assert found(accounts) == {one, other, third}


def test_who_is_restricted_or_erased_is_out_of_sight_and_the_rest_is_told_right(add, does, accounts):
    one, other, third = (add("Zofia", "Quillfeather", PHONE) for _ in range(3))
    does(Role.SUPERVISOR, merge, record_id=one, into_id=other, reason="merge-said-so")
    told = whose()
    does(Role.DESK, restrict, record_id=one, reason="staff-connected")
    assert whose() == told
    assert found(accounts) == {other, third}
    # joined by who sees her
    does(Role.DESK, merge, record_id=third, into_id=other, reason="merge-said-so")
    assert set(whose().values()) == {told[other]}
    assert found(accounts) == {other, third}
    does(Role.DESK, erase, record_id=other, reason="erase-ordered")
    assert whose() == {one: told[other], third: told[other]}
    assert found(accounts) == {third}


def test_nobody_writes_it_otherwise(add):
    one, other = (add("Zofia", "Quillfeather", PHONE) for _ in range(2))
    told = whose()
    with transaction.atomic(), acting(RECOGNISER):
        write_audit(RECOGNISER, Event.Kind.WRITE, "test")
        Features.objects.filter(record=one).update(identity=told[other])
        kept = Features.objects.get(record=other)
        kept.identity = None
        kept.save()
    assert whose() == told
    with transaction.atomic(), acting(RECOGNISER):
        write_audit(RECOGNISER, Event.Kind.WRITE, "test")
        Features.objects.filter(record=one).delete()
        Features.objects.create(record_id=one, packed=b"", identity=uuid4())
        Features.objects.update(keyed=0)
    renew_keys(now=NOW)
    assert whose() == told


def test_a_link_that_is_changed_or_goes_is_told_as_well(add):
    """No command does so; whoever mends the database by hand may."""
    one, other = (add("Zofia", "Quillfeather", PHONE) for _ in range(2))
    told = whose()
    with transaction.atomic(), acting(RECOGNISER):
        write_audit(RECOGNISER, Event.Kind.WRITE, "test")
        link = IdentityLink.objects.get(record=one, valid_until=None)
        link.identity = Identity.objects.create()
        link.save()
        IdentityLink.objects.filter(record=other).delete()
    assert whose() == {one: link.identity_id, other: None}
    with transaction.atomic(), acting(RECOGNISER):
        write_audit(RECOGNISER, Event.Kind.WRITE, "test")
        IdentityLink.objects.filter(id=link.id).update(record=other)
    assert whose() == {one: None, other: link.identity_id}
    assert told[one] != link.identity_id


@pytest.mark.django_db(transaction=True)
def test_joined_again_and_again_while_the_records_change_it_is_told_right(add, does, accounts):
    records = [add("Zofia", "Quillfeather", PHONE) for _ in range(4)]
    together = Barrier(2)

    def joins():
        for one, into in ((0, 1), (2, 3), (1, None), (1, 2), (2, None), (0, 1)):
            if into is None:
                does(Role.SUPERVISOR, part, record_id=records[one], reason="part-said-so")
            else:
                two = {"record_id": records[one], "into_id": records[into]}
                does(Role.SUPERVISOR, merge, **two, reason="merge-said-so")

    def changes():
        for turn in range(6):
            with transaction.atomic(), acting(RECOGNISER):
                write_audit(RECOGNISER, Event.Kind.WRITE, "test")
                # both ways round
                index_all(Record.objects.order_by("id" if turn % 2 else "-id"))
                Features.objects.filter(record=records[turn % 4]).update(keyed=0)
            renew_keys(now=NOW + timedelta(seconds=turn))

    def run(work):
        try:
            together.wait(10)
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, [joins, changes]))
    assert set(whose()) == set(records)
    assert found(accounts) == set(records)


@pytest.mark.django_db(transaction=True)
def test_those_who_were_there_before_are_told_by_the_migration(add, does, owner_connection):
    one, other, third = (add("Zofia", "Quillfeather", PHONE) for _ in range(3))
    does(Role.SUPERVISOR, merge, record_id=one, into_id=other, reason="merge-said-so")
    does(Role.DESK, restrict, record_id=third, reason="staff-connected")
    told = whose()
    step = import_module("throughline.casework.people.migrations.0011_whose_beside_features")
    with owner_connection.transaction():
        owner_connection.execute("drop trigger says_whose on people_features")
        owner_connection.execute("alter table people_features alter column identity type uuid using null")
    with transaction.atomic(), acting(RECOGNISER), connection.cursor() as cursor:
        cursor.execute("select count(*) from people_features where identity is null")
        assert cursor.fetchone() == (3,)
    with owner_connection.transaction():
        owner_connection.execute(step._FILLED)
    assert whose() == told
