"""The log on a real database: append-only, sealed in order, and tampering located."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from psycopg.conninfo import make_conninfo

from throughline.foundations.access.logins import WORKER
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role, system
from throughline.foundations.audit.commands import Checkpoints, record, seal
from throughline.foundations.audit.models import Event
from throughline.foundations.audit.queries import Verdict, verify

ROWS = 60


def write_rows(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            record(
                Actor(uuid4(), Role.CALL_HANDLER),
                Event.Kind.LOOK,
                "person.view",
                subjects=[uuid4()],
                purpose="call",
                detail={"n": number},
            )


def verified(checkpoints: Checkpoints) -> Verdict:
    with transaction.atomic():
        set_actor(system("verifier"))
        return verify(checkpoints)


_OPEN_ELSEWHERE = (
    "select backend_xid::text from pg_stat_activity"
    " where datname <> current_database() and backend_xid is not null"
)


@pytest.fixture
def sealed(
    working_as: Callable[[str], AbstractContextManager[None]], database_server: Any, test_logins: Any
) -> Iterator[Callable[[], int]]:
    """Seals what waits, under the worker's login, and says how many rows.

    The sealer waits for every older transaction of the server, also those of tests beside this one.
    """
    # a session of its own: inside a transaction, such as a test may hold open, who else is at work is read but once
    address = make_conninfo(database_server.admin_url, dbname=test_logins.database)
    with psycopg.connect(address, autocommit=True) as asking:

        def open_elsewhere() -> set[tuple[str]]:
            return set(asking.execute(_OPEN_ELSEWHERE).fetchall())

        def sealing() -> int:
            older = open_elsewhere()
            while older & open_elsewhere():
                sleep(0.02)
            with working_as(WORKER):
                return seal()

        yield sealing


@pytest.fixture
def checkpoints(transactional_db: None, tmp_path: Path, sealed: Callable[[], int]) -> Checkpoints:
    """Where a log of some rows was sealed and signed."""
    kept = Checkpoints(tmp_path / "checkpoints")
    write_rows(ROWS // 2)
    sealed()
    kept.write()
    write_rows(ROWS // 2)
    assert sealed() == ROWS // 2
    assert sealed() == 0
    kept.write()
    return kept


@pytest.mark.parametrize("table", ["audit_event", "audit_seal"])
@pytest.mark.parametrize("statement", ["update {} set {} = {}", "delete from {}"])
def test_the_log_is_append_only(
    table: str, statement: str, checkpoints: Checkpoints, owner_connection: psycopg.Connection
) -> None:
    column = "action" if table == "audit_event" else "hash"
    owner_connection.execute("select set_config('throughline.actor', %s, false)", [str(uuid4())])
    owner_connection.execute("select set_config('throughline.role', 'auditor', false)")
    # row security already lets the owner change no row; the trigger stands behind it
    owner_connection.execute(f"alter table {table} no force row level security")
    with pytest.raises(psycopg.Error, match=r"Cannot (update|delete)"):
        owner_connection.execute(statement.format(table, column, column))
    assert owner_connection.execute(f"select count(*) from {table}").fetchone() == (ROWS,)


def test_the_web_login_can_neither_change_nor_seal(checkpoints: Checkpoints) -> None:
    for statement in (
        "update audit_event set action = 'x'",
        "delete from audit_event",
        "insert into audit_seal (number, event, hash) values (99, 99, '')",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_untouched_log_is_whole(checkpoints: Checkpoints) -> None:
    verdict = verified(checkpoints)
    assert verdict == Verdict(sealed=ROWS, unsealed=0, checkpoints=2, fault=None)


def test_rows_of_a_transaction_still_open_are_sealed_later_and_in_order(
    checkpoints: Checkpoints, superuser_connection: psycopg.Connection, sealed: Callable[[], int]
) -> None:
    slow = superuser_connection
    slow.execute("begin")
    slow.execute(
        "insert into audit_event (actor, role, kind, action, purpose, subjects, detail)"
        " values (gen_random_uuid(), 'call-handler', 'look', 'slow', '', '{}', '{}')"
    )
    write_rows(3)
    # the later rows wait for the earlier transaction: nothing can slip in before what is sealed
    assert sealed() == 0
    slow.execute("commit")
    assert sealed() == 4
    assert verified(checkpoints).fault is None


def _tamper_event(hand: psycopg.Connection, chance: random.Random) -> int:
    """Change one field of one event; returns the seal at which it must be found."""
    number = chance.randint(1, ROWS)
    change = chance.choice(
        [
            "action = action || 'x'",
            "at = at + interval '1 microsecond'",
            "actor = gen_random_uuid()",
            "role = 'auditor'",
            "kind = 'write'",
            "purpose = ''",
            "subjects = '{}'",
            "detail = '{}'",
            "xact = xact + 1",
        ]
    )
    hand.execute(
        f"update audit_event set {change} where id = (select event from audit_seal where number = %s)",
        [number],
    )
    return number


def _remove_event(hand: psycopg.Connection, chance: random.Random) -> int:
    number = chance.randint(1, ROWS)
    hand.execute(
        "delete from audit_event where id = (select event from audit_seal where number = %s)", [number]
    )
    return number


def _remove_seal(hand: psycopg.Connection, chance: random.Random) -> int:
    number = chance.randint(1, ROWS - 1)
    hand.execute("delete from audit_seal where number = %s", [number])
    return number


def _change_seal(hand: psycopg.Connection, chance: random.Random) -> int:
    number = chance.randint(1, ROWS)
    hand.execute("update audit_seal set hash = sha256(hash) where number = %s", [number])
    return number


def _cut_the_end(hand: psycopg.Connection, chance: random.Random) -> int:
    number = chance.randint(2, ROWS)
    hand.execute(
        "delete from audit_event where id in (select event from audit_seal where number >= %s)", [number]
    )
    hand.execute("delete from audit_seal where number >= %s", [number])
    return number


def _swap_two(hand: psycopg.Connection, chance: random.Random) -> int:
    first = chance.randint(1, ROWS - 1)
    hand.execute("update audit_seal set event = -event where number in (%s, %s)", [first, first + 1])
    hand.execute(
        "update audit_seal s set event = -o.event from (select number, event from audit_seal) o"
        " where (s.number, o.number) in ((%s, %s), (%s, %s))",
        [first, first + 1, first + 1, first],
    )
    return first


TAMPERINGS: list[Callable[[psycopg.Connection, random.Random], int]] = [
    *[_tamper_event] * 3, _remove_event, _remove_seal, _change_seal, _cut_the_end, _swap_two,
]  # fmt: skip


def tampered_and_located(
    superuser: psycopg.Connection, checkpoints: Checkpoints, count: int, seed: int
) -> tuple[int, int]:
    """Tamper ``count`` times, each alone, past every guard; returns how often it was found and located."""
    chance = random.Random(seed)
    found = located = 0
    superuser.execute("set session_replication_role = replica")
    superuser.execute("create temp table kept_event as select * from audit_event")
    superuser.execute("create temp table kept_seal as select * from audit_seal")
    for _ in range(count):
        number = chance.choice(TAMPERINGS)(superuser, chance)
        fault = verified(checkpoints).fault
        found += fault is not None
        located += fault is not None and fault.number == number
        for name in ("event", "seal"):
            superuser.execute(f"delete from audit_{name}")
            overriding = "overriding system value" if name == "event" else ""
            superuser.execute(f"insert into audit_{name} {overriding} select * from kept_{name}")
    return found, located


def test_a_thousand_tamperings_are_located(
    checkpoints: Checkpoints, superuser_connection: psycopg.Connection
) -> None:
    assert tampered_and_located(superuser_connection, checkpoints, count=1_000, seed=2015) == (1_000, 1_000)
    assert verified(checkpoints).fault is None


def test_a_row_slipped_in_afterwards_is_named(
    checkpoints: Checkpoints, superuser_connection: psycopg.Connection
) -> None:
    superuser_connection.execute(
        "insert into audit_event (at, xact, actor, role, kind, action, purpose, subjects, detail)"
        " select at, xact, actor, role, kind, 'slipped in', purpose, subjects, detail"
        " from audit_event where id = (select event from audit_seal where number = 5)"
    )
    fault = verified(checkpoints).fault
    assert fault is not None
    assert fault.what == "an event was slipped in after sealing"
    assert fault.event is not None


def test_an_altered_checkpoint_is_named(checkpoints: Checkpoints) -> None:
    note = sorted(checkpoints.folder.glob("*.json"))[0]
    note.write_text(note.read_text().replace('"number": 30', '"number": 31'))
    fault = verified(checkpoints).fault
    assert fault is not None
    assert note.name in fault.what


def test_the_whole_chain_rewritten_is_told_by_the_checkpoints(
    checkpoints: Checkpoints, superuser_connection: psycopg.Connection, sealed: Callable[[], int]
) -> None:
    superuser_connection.execute("set session_replication_role = replica")
    superuser_connection.execute(
        "update audit_event set action = 'person.add' where id = (select min(id) from audit_event)"
    )
    superuser_connection.execute("delete from audit_seal")
    assert sealed() == ROWS
    fault = verified(checkpoints).fault
    assert fault is not None
    assert fault.what == "the chain was rewritten before a checkpoint"
