"""The database's own guards: row security on every table of people, and no write without its audit row."""

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from throughline.casework.people.commands import identities, recording, safety
from throughline.casework.people.commands.recording import NewAddress, NewName, Particulars
from throughline.casework.people.models import Record
from throughline.foundations.access.commands import grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.protection import (
    LET_SEE_ALL,
    LET_SEE_ONE,
    LET_SEE_ONE_OF_HUNDREDS,
    acting,
    count_many,
    set_actor,
)
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.rules import Action, Actor, Role, decide, system
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.commands import open_duty

NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
GUARDED_APPS = (
    "people", "cases", "outbox", "contact", "scene", "risk", "safeguarding", "partnership", "investigation",
    "outcome", "neighbourhood", "duties", "decisions", "chronology",
    "offline",
)  # fmt: skip
# bare ids of a run, told of nobody
NOT_ABOUT_A_PERSON = {
    "people_importrun", "people_pairrun", "contact_counter", "contact_counterhours", "contact_leaflet",
    "safeguarding_service", "safeguarding_servicehours",
}  # fmt: skip

TABLES = sorted(
    model._meta.db_table
    for app in GUARDED_APPS
    for model in apps.get_app_config(app).get_models()
    if model._meta.db_table not in NOT_ABOUT_A_PERSON
)


@pytest.fixture
def supervisor(db: None) -> Actor:
    return Actor(uuid4(), Role.SUPERVISOR, uuid4())


@pytest.fixture
def record_id(supervisor: Actor) -> UUID:
    """A record with a row in nearly every table."""
    set_actor(supervisor)
    by = {"by": supervisor, "now": NOW}
    made = recording.add_record(
        **by,
        name=NewName(forename="Joanne", surname="Whitmore"),
        particulars=Particulars(sex="2"),
        phones=("07700 900123",),
        addresses=(NewAddress("14", "Alma Road", "Quarnley", "ZT1 4LX"),),
    )
    other = recording.add_record(**by, name=NewName(forename="Craig", surname="Whitmore"))
    recording.relate(**by, record_id=made.id, other_id=other.id, kind="spouse")
    recording.join_household(**by, record_id=made.id, with_record_id=other.id)
    recording.set_marker(**by, record_id=made.id, code="intimidated")
    identities.merge(**by, record_id=made.id, into_id=other.id, reason="merge-said-so")
    identities.part(**by, record_id=made.id, reason="part-said-so")
    open_duty("clerical-review", now=NOW, record_id=made.id, cause="test", role=Role.SUPERVISOR)
    return made.id


def rows_seen(record_id: UUID) -> dict[str, int]:
    """How many rows about a record the running actor sees, by table."""
    seen = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                "select column_name from information_schema.columns"
                " where table_schema = 'public' and table_name = %s",
                [table],
            )
            columns = {name for (name,) in cursor.fetchall()}
            column = "id" if table == "people_record" else "record_id"
            if column in columns:
                cursor.execute(f'select count(*) from "{table}" where {column} = %s', [record_id])
                seen[table] = cursor.fetchone()[0]
    return seen


@pytest.mark.parametrize("table", TABLES)
def test_row_security_is_forced(table: str, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select relrowsecurity, relforcerowsecurity from pg_class where oid = %s::regclass", [table]
        )
        assert cursor.fetchone() == (True, True)
        cursor.execute("select count(*) from pg_policy where polrelid = %s::regclass", [table])
        assert cursor.fetchone()[0] >= 1


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement", ["insert into {} default values", "update {} set {} = {}", "delete from {}"]
)
def test_an_unaudited_write_is_refused(table: str, statement: str, supervisor: Actor) -> None:
    set_actor(supervisor)
    with connection.cursor() as cursor:
        cursor.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 limit 1", [table]
        )
        column = f'"{cursor.fetchone()[0]}"'
    with (
        pytest.raises(DatabaseError, match="unaudited write"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(f'"{table}"', column, column))


@pytest.mark.parametrize("table", [*TABLES, "audit_event", "audit_seal", "access_grant"])
def test_no_table_is_emptied(table: str, owner_connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"not emptied|unaudited"):
        owner_connection.execute(f'truncate "{table}" cascade')


def test_without_an_actor_a_sweep_fails_instead_of_seeing_nothing(record_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('throughline.actor', '', true)")
    for table in ("people_record", "people_name", "people_key", "chronology_entry", "duties_duty"):
        with (
            pytest.raises(DatabaseError, match="no actor is set"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"select count(*) from {table}")


def relations(record_id: UUID, actor: Actor) -> Iterator[tuple[str, list[Grant.Kind]]]:
    yield "none", []
    yield "granted", [Grant.Kind.SEE]
    yield "broke the glass", [Grant.Kind.BREAK_GLASS]
    yield "party", [Grant.Kind.EXCLUDE]
    yield "party, and granted", [Grant.Kind.EXCLUDE, Grant.Kind.SEE]


@pytest.mark.parametrize(("role", "restricted"), list(product(Role, [False, True])))
def test_the_database_shows_what_the_rules_allow(role: Role, restricted: bool, record_id: UUID) -> None:
    """Every role, relation and restriction: rows are seen exactly where `decide` lets the person be seen."""
    with acting(system("guardian")):
        everything = rows_seen(record_id)
        assert sum(everything.values()) > 15
        if restricted:
            write_audit(system("guardian"), Event.Kind.WRITE, "test")
            grant(
                by=system("guardian"), now=NOW, subject=record_id, kind=Grant.Kind.RESTRICT, reason="refuge"
            )
    for _, kinds in relations(record_id, system("guardian")):
        actor = Actor(uuid4(), role, uuid4())
        for kind in kinds:
            grant(by=actor, now=NOW, subject=record_id, kind=kind, reason="test", grantee=actor.id)
        set_actor(actor)
        allowed = decide(actor, Action.VIEW_PERSON, subject_for(actor, record_id)).allowed
        # the system sees all: no page acts as it
        if role is Role.SYSTEM:
            allowed = not kinds or Grant.Kind.EXCLUDE not in kinds
        seen = rows_seen(record_id)
        # who counts repeat victims reads which records are of one person and who is connected with whom, and nothing of
        # who they are
        counted = (
            {"people_identitylink", "people_relationship", "people_member"}
            if role is Role.ANALYST and Grant.Kind.EXCLUDE not in kinds
            else set()
        )
        own_list = {"duties_duty"} if role is Role.SUPERVISOR and Grant.Kind.EXCLUDE not in kinds else set()
        for table, rows in seen.items():
            if table in own_list:
                continue
            assert rows == (everything[table] if allowed or table in counted else 0), (table, kinds)


@pytest.mark.parametrize("counting", [False, True])
@pytest.mark.parametrize("role", Role)
def test_each_row_is_held_against_all_who_are_hidden(role: Role, counting: bool, record_id: UUID) -> None:
    """Policies ask by index or by key; whoever is hidden is the same as in the whole set, alone or with others."""
    other, desk = uuid4(), Actor(uuid4(), Role.DESK)
    grants = (Grant.Kind.RESTRICT, Grant.Kind.SEE, Grant.Kind.BREAK_GLASS, Grant.Kind.EXCLUDE)
    whose = ("their own", "their team's", "somebody else's", "lapsed")
    held = f"""
        select one in (select access_hidden()), not ({LET_SEE_ONE.format(column="one")}),
          both_of_them && access_out_of_sight(), not ({LET_SEE_ALL.format(column="both_of_them")}),
          not ({LET_SEE_ONE_OF_HUNDREDS.format(column="one")}),
          ({LET_SEE_ONE_OF_HUNDREDS.format(column="nobody")}) is true,
          ({LET_SEE_ONE.format(column="nobody")}) is true, ({LET_SEE_ALL.format(column="none")}) is true
        from (select %s::uuid as one, array[%s, %s]::uuid[] as both_of_them,
          null::uuid as nobody, null::uuid[] as none) as row
    """
    if counting:
        count_many()
    hidden = set()
    for given, *chosen in product(whose, *[(False, True)] * len(grants)):
        actor, subject = Actor(uuid4(), role, uuid4()), uuid4()
        grantee = {"their team's": actor.team, "somebody else's": other}.get(given, actor.id)
        set_actor(desk)
        for kind in (kind for kind, wanted in zip(grants, chosen, strict=True) if wanted):
            to = {"grantee": grantee, "until": NOW + timedelta(days=1) if given == "lapsed" else None}
            of = {} if kind is Grant.Kind.RESTRICT else to
            grant(by=desk, now=NOW, subject=subject, kind=kind, reason="test", **of)
        set_actor(actor)
        with connection.cursor() as cursor:
            cursor.execute(held, [subject, other, subject])
            among_all, one, any_among_all, any_of_them, one_of_hundreds, *of_nobody = cursor.fetchone()
        # who counts reads nothing by the person
        assert (one == among_all) or role is Role.ANALYST
        assert one_of_hundreds == one
        assert any_of_them == any_among_all
        assert of_nobody == [False, False, False]
        hidden.add(any_of_them)
    assert hidden == {True, False}


def test_a_row_is_held_against_the_grants_by_their_index(record_id: UUID) -> None:
    """However cheap it looks to read them all: that would be done for each row that a page reads."""
    reads = "select seq_scan, idx_scan from pg_stat_xact_user_tables where relname = 'access_grant'"
    with connection.cursor() as cursor:
        cursor.execute("set local random_page_cost = 10000; discard plans")
        for held in ("access_kept_out(%s)", "access_kept_out(array[%s])"):
            cursor.execute(reads)
            whole, by_index = cursor.fetchone()
            cursor.execute(f"select {held}", [record_id])
            assert cursor.fetchone() == (False,)
            cursor.execute(reads)
            assert cursor.fetchone() == (whole, by_index + 1)


def test_no_policy_gathers_all_who_are_hidden(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_policies"
            " where concat(qual, with_check) ~ 'access_out_of_sight|access_hidden'"
        )
        assert not cursor.fetchall()


_BY_SET = (
    "record_id not in (select access_hidden()) and other_id not in (select access_hidden())"
    " and not (subjects && (select access_out_of_sight()))"
    " and not (array[record_id] && (select access_out_of_sight()))"
)
_BY_INDEX = (
    "not access_kept_out(record_id) and not access_kept_out(other_id)"
    " and not coalesce(subjects && (select access_counts_all_but()), access_kept_out(subjects))"
    " and not coalesce(array[record_id] && (select access_counts_all_but()), access_kept_out(array[record_id]))"
)


@pytest.mark.parametrize(
    ("words", "migration"), [(_BY_SET, "0007_sight_by_index"), (_BY_INDEX, "0008_sight_by_keys")]
)
def test_policies_that_were_made_earlier_say_the_same_today(
    words: str, migration: str, owner_connection: psycopg.Connection
) -> None:
    """An installation whose tables were protected by the earlier words reads as a new one does."""
    reads = "(select access_reads_people()) and "
    today = " and ".join(
        [LET_SEE_ONE.format(column=column) for column in ("record_id", "other_id")]
        + [LET_SEE_ALL.format(column=column) for column in ("subjects", "array[record_id]")]
    )
    step = importlib.import_module(f"throughline.casework.figures.migrations.{migration}").Migration
    with owner_connection.transaction(force_rollback=True):
        owner_connection.execute(
            "create function access_counts_all_but() returns uuid[] language sql as $$ select null::uuid[] $$"
        )
        for name, said in {"earlier": reads + words, "today": reads + today}.items():
            owner_connection.execute(f"create table {name} (record_id uuid, other_id uuid, subjects uuid[])")
            owner_connection.execute(f"create policy p on {name} using ({said}) with check ({said})")
        owner_connection.execute(step.operations[0].sql)
        found = owner_connection.execute(
            "select qual, with_check from pg_policies where policyname = 'p'"
        ).fetchall()
        assert len(found) == 2
        assert found[0] == found[1]


def test_a_team_can_be_let_see(record_id: UUID) -> None:
    desk, officer = Actor(uuid4(), Role.DESK), Actor(uuid4(), Role.OFFICER, uuid4())
    set_actor(desk)
    safety.restrict(by=desk, now=NOW, record_id=record_id, reason="honour-based")
    set_actor(officer)
    assert not Record.objects.filter(id=record_id).exists()
    set_actor(desk)
    safety.let_see(by=desk, now=NOW, record_id=record_id, grantee=officer.team, reason="attending")
    set_actor(officer)
    assert Record.objects.filter(id=record_id).exists()


def test_a_refuge_address_is_read_by_named_accounts_alone(record_id: UUID) -> None:
    desk = Actor(uuid4(), Role.DESK)
    named, other = Actor(uuid4(), Role.OFFICER), Actor(uuid4(), Role.OFFICER)
    set_actor(desk)
    safety.record_refuge(by=desk, now=NOW, record_id=record_id, address=NewAddress("1", "Hidden Lane"))
    safety.name_for_refuge(by=desk, now=NOW, record_id=record_id, grantee=named.id, reason="transport")
    table = "select closed from people_refugeaddress"
    seen = {}
    for actor in (desk, named, other):
        set_actor(actor)
        with connection.cursor() as cursor:
            cursor.execute(table)
            seen[actor.id] = [bytes(closed) for (closed,) in cursor.fetchall()]
    assert seen[desk.id] == seen[other.id] == []
    assert len(seen[named.id]) == 1
    assert b"Hidden" not in seen[named.id][0]


def test_acting_for_a_moment_goes_back_even_after_an_error(supervisor: Actor) -> None:
    set_actor(supervisor)

    def running_as() -> str:
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('throughline.actor')")
            return cursor.fetchone()[0]

    with acting(system("guardian")):
        assert running_as() == str(system("guardian").id)
    assert running_as() == str(supervisor.id)
    with pytest.raises(ValueError, match="on the way"), acting(system("guardian")):
        raise ValueError("on the way")
    assert running_as() == str(supervisor.id)


def test_a_page_that_is_only_looked_at_cannot_write(supervisor: Actor) -> None:
    set_actor(supervisor)
    with connection.cursor() as cursor:
        cursor.execute("select set_config('throughline.looking', 'on', true)")
    write_audit(supervisor, Event.Kind.LOOK, "person.view")
    with pytest.raises(DatabaseError, match="only looked at"), transaction.atomic():
        recording.add_record(by=supervisor, now=NOW, name=NewName(forename="Nobody"))
