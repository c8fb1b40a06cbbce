"""What a site that was running holds when it is upgraded: files and receipts of before they could be removed lose nothing."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg.types.json import Jsonb

from throughline.foundations.access.logins import give_rights
from throughline.national.collection.commands.removing import remove_expired
from throughline.national.collection.models import Receipt, ReceivedFile
from throughline.national.collection.rules import holding
from throughline.national.conftest import NOW, World, make_world
from throughline.running.logins import OWNER

BEFORE, AFTER = "0003_log_read", "0004_files_removed"
#: By receipt: what was wrong with it, and its files. Every byte, none at all, more than a page of the database, and a text.
OLD: list[tuple[list[dict[str, object]], dict[str, bytes]]] = [
    ([], {"return.xlsx": bytes(range(256)) * 300}),
    ([], {"figures.csv": "item,value,unable\ncalls,1,\n£,é".encode(), "methods.csv": b""}),
    (
        [{"sheet": "Calls", "row": 2, "item": "calls", "message": "is '12%'."}],
        {"figures.csv": b"\x00\xff'\\"},
    ),
]


def migrate(working_as: Callable[[str], AbstractContextManager[None]], to: str) -> None:
    with working_as(OWNER):
        MigrationExecutor(connection).migrate([("collection", to)])


def put_old_rows(old: psycopg.Connection, world: World) -> None:
    """Rows as the release before wrote them; its commands are gone, so nothing asks who writes."""
    old.execute("set session_replication_role = replica")
    for number, (problems, files) in enumerate(OLD, start=1):
        receipt = uuid4()
        old.execute(
            "insert into collection_receipt (id, round_id, force_id, number, problems, sent_at, sent_by)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            (
                receipt, world.round.id, world.force.id, number, Jsonb(problems), NOW + timedelta(hours=number),
                world.accounts["contact"].id,
            ),
        )  # fmt: skip
        for name, content in files.items():
            old.execute(
                "insert into collection_receivedfile (id, receipt_id, force_id, name, content, sha256)"
                " values (%s, %s, %s, %s, %s, %s)",
                (uuid4(), receipt, world.force.id, name, content, hashlib.sha256(content).hexdigest()),
            )
    old.execute("set session_replication_role = origin")


def held(database: psycopg.Connection) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """All that both tables held before the upgrade."""
    receipts = "select id, round_id, force_id, number, problems, sent_at, sent_by from collection_receipt order by id"
    files = "select id, receipt_id, force_id, name, content, sha256 from collection_receivedfile order by id"
    return database.execute(receipts).fetchall(), database.execute(files).fetchall()


def guards_of(database: psycopg.Connection) -> list[tuple[object, ...]]:
    """Row security, its rules and the triggers of both tables."""
    return database.execute(
        "select c.relname, c.relrowsecurity, c.relforcerowsecurity,"
        " array(select tgname::text from pg_trigger where tgrelid = c.oid and not tgisinternal order by 1),"
        " array(select polname::text from pg_policy where polrelid = c.oid order by 1)"
        " from pg_class c where relname in ('collection_receipt', 'collection_receivedfile') order by 1"
    ).fetchall()


def test_nothing_that_was_sent_is_lost_when_files_become_removable(
    working_as: Callable[[str], AbstractContextManager[None]],
    owner_connection: psycopg.Connection,
    superuser_connection: psycopg.Connection,
) -> None:
    with transaction.atomic():
        world = make_world()
    new = guards_of(superuser_connection)
    migrate(working_as, BEFORE)
    put_old_rows(superuser_connection, world)
    before = held(superuser_connection)
    assert [len(rows) for rows in before] == [3, 4]

    migrate(working_as, AFTER)
    give_rights(owner_connection)

    assert held(superuser_connection) == before
    assert guards_of(superuser_connection) == new
    with transaction.atomic():
        world.as_("statistician")
        there = {file.id: file for file in ReceivedFile.objects.all()}
        assert {one: (bytes(file.content), file.size) for one, file in there.items()} == {
            _id(row): (bytes(_content(row)), len(_content(row))) for row in before[1]
        }
        assert {(file.removed_at, file.removed_under, file.removed_why) for file in there.values()} == {
            (None, "", "")
        }
    # an old file goes when its time is over, as a new one does, and what was said of it stays
    with transaction.atomic():
        assert remove_expired(now=holding("no-return", NOW).until + timedelta(days=1)) == 4
    with transaction.atomic():
        world.as_("statistician")
        assert {(file.content, file.removed_under) for file in ReceivedFile.objects.all()} == {
            (None, "no-return")
        }
        assert {file.size for file in ReceivedFile.objects.all()} == {len(_content(row)) for row in before[1]}
        assert [len(one.problems) for one in Receipt.objects.order_by("number")] == [0, 0, 1]


def _id(row: tuple[object, ...]) -> UUID:
    assert isinstance(row[0], UUID)
    return row[0]


def _content(row: tuple[object, ...]) -> bytes:
    assert isinstance(row[4], bytes)
    return row[4]
