"""Row security: the database's own reading of the grants.

The actor is set for one transaction at a time (`acting`). Every policy asks for it and *raises* when it
is missing: on a reused connection it reads as the empty text, and a sweep would otherwise see nothing
and report success.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.migrations.operations import RunSQL
from psycopg.pq import TransactionStatus

from throughline.foundations.access.rules import READERS, Actor, Role

_READERS = ", ".join(f"'{role}'" for role in sorted({*READERS, Role.SYSTEM}))
_SEES_ALL = f"'{Role.DESK}', '{Role.SYSTEM}'"

FUNCTIONS = f"""
create function access_setting(name text) returns text language plpgsql stable as $$
declare value text := current_setting('throughline.' || name, true);
begin
  if value is null or value = '' then
    raise exception 'no % is set for this transaction', name using errcode = 'insufficient_privilege';
  end if;
  return value;
end $$;

create function access_actor() returns uuid language sql stable as $$ select access_setting('actor')::uuid $$;
create function access_role() returns text language sql stable as $$ select access_setting('role') $$;
create function access_team() returns uuid language sql stable as $$
  select nullif(current_setting('throughline.team', true), '')::uuid
$$;

create function access_reads_people() returns boolean language sql stable as $$
  select access_actor() is not null and access_role() in ({_READERS})
$$;

create function access_open(g access_grant) returns boolean language sql stable as $$
  select g.valid_from <= clock_timestamp() and (g.valid_until is null or g.valid_until > clock_timestamp())
$$;

create function access_party() returns setof uuid language sql stable as $$
  select g.subject from access_grant g
  where g.kind = 'exclude' and g.grantee = access_actor() and access_open(g)
$$;

-- the subjects that this actor must not see; small, and computed once a statement
create function access_hidden() returns setof uuid language sql stable as $$
  select access_party()
  union all
  select r.subject from access_grant r
  where r.kind = 'restrict' and access_open(r) and access_role() not in ({_SEES_ALL})
    and not exists (
      select 1 from access_grant s
      where s.subject = r.subject and s.kind in ('see', 'break-glass')
        and s.grantee in (access_actor(), access_team()) and access_open(s))
$$;

create function access_refuge() returns setof uuid language sql stable as $$
  select g.subject from access_grant g
  where g.kind = 'refuge' and g.grantee = access_actor() and access_open(g)
$$;
"""  # noqa: S608 (of our own constants)

# in place of the earlier definition, where that named fewer readers
READS_PEOPLE = f"""
create or replace function access_reads_people() returns boolean language sql stable as $$
  select access_actor() is not null and access_role() in ({_READERS})
$$;
"""

# in place of the earlier definitions, which asked who acts, and whether a grant is open, of every grant one by one: of
# three thousand restricted records that took each statement thirty milliseconds. Asked once, it takes one
_OPEN = "{0}.valid_from <= statement_timestamp() and ({0}.valid_until is null or {0}.valid_until > statement_timestamp())"
HIDDEN_AT_ONCE = f"""
create or replace function access_party() returns setof uuid language sql stable as $$
  select g.subject from access_grant g
  where g.kind = 'exclude' and g.grantee in ((select access_actor()), (select access_team()))
    and {_OPEN.format("g")}
$$;

create or replace function access_hidden() returns setof uuid language sql stable as $$
  select access_party()
  union all
  select r.subject from access_grant r
  where r.kind = 'restrict' and {_OPEN.format("r")} and (select access_role()) not in ({_SEES_ALL})
    and r.subject not in (
      select s.subject from access_grant s
      where s.kind in ('see', 'break-glass')
        and s.grantee in ((select access_actor()), (select access_team())) and {_OPEN.format("s")})
$$;
"""  # noqa: S608 (of our own constants)

# what several people have a part in is out of sight with any of them. Who counts reads ids and codes of all but
# their own matters
SHARED = f"""
create function access_out_of_sight() returns uuid[] language sql stable as $$
  select coalesce(array_agg(s), '{{}}') from (
    select access_party() as s
    union select h from access_hidden() h where access_role() <> '{Role.ANALYST}') as hidden
$$;

"""  # noqa: S608 (of our own constants)
READS_SHARED = f"""
create or replace function access_reads_shared() returns boolean language sql stable as $$
  select access_actor() is not null and access_role() in ({_READERS}, '{Role.ANALYST}')
$$;
"""
SHARED += READS_SHARED
DROP_SHARED = "drop function access_reads_shared(); drop function access_out_of_sight();"

DROP_FUNCTIONS = """
drop function access_kept_keys(); drop function access_kept_out(uuid[]); drop function access_kept_out(uuid);
drop function access_refuge(); drop function access_hidden(); drop function access_party(); drop function access_open(access_grant);
drop function access_reads_people(); drop function access_team(); drop function access_role();
drop function access_actor(); drop function access_setting(text);
"""

# a row is held against the grants on its own subjects, by their index: against all who are hidden, each row of several
# people took as many comparisons as a force has restricted records, and gathering those as long as the rest of a page.
# Most have no such grant, and no more is asked of them. Not inlined, so that a page of many tables is planned quickly.
# A row that says of nobody whom it is about is kept from everybody. A table of a few hundred grants the planner would
# read whole, of several subjects at once, which takes each row twenty times as long as their index
KEPT_OUT = f"""
create or replace function access_kept_out(who uuid) returns boolean language plpgsql stable strict
set enable_seqscan = off as $$
begin
  if not exists (select from access_grant g where g.subject = who and g.kind in ('restrict', 'exclude')) then
    return false;
  end if;
  -- whether `access_hidden` has this one: to gather all that it has takes as long as a lookup
  return exists (
    select from access_grant g
    where g.subject = who and g.kind = 'exclude' and g.grantee in (access_actor(), access_team())
      and {_OPEN.format("g")}
  ) or access_role() not in ({_SEES_ALL}) and exists (
    select from access_grant r where r.subject = who and r.kind = 'restrict' and {_OPEN.format("r")}
  ) and not exists (
    select from access_grant s
    where s.subject = who and s.kind in ('see', 'break-glass') and s.grantee in (access_actor(), access_team())
      and {_OPEN.format("s")}
  );
end $$;

create or replace function access_kept_out(who uuid[]) returns boolean language plpgsql stable strict
set enable_seqscan = off as $$
begin
  if not exists (select from access_grant g where g.subject = any (who) and g.kind in ('restrict', 'exclude')) then
    return false;
  end if;
  return who && (select access_out_of_sight());
end $$;
"""  # noqa: S608 (of our own constants)
# a statement that reads hundreds of thousands of rows holds each against the keys of one set instead, a hundred times
# as fast: null where only some rows are read. Those who are kept from none but their own matters always do
KEPT_KEYS = f"""
create or replace function access_kept_keys() returns jsonb language plpgsql stable as $$
declare
  counting constant boolean := current_setting('throughline.counting', true) = 'on';
begin
  if access_role() in ({_SEES_ALL}, '{Role.ANALYST}') then
    return coalesce((select jsonb_object_agg(p, true) from access_party() p), '{{}}');
  elsif counting then
    return coalesce((select jsonb_object_agg(h, true) from access_hidden() h), '{{}}');
  end if;
  return null;
end $$;
"""  # noqa: S608 (of our own constants)
FUNCTIONS += KEPT_OUT + KEPT_KEYS

# what a partner sees is a slice that somebody referred: the subjects that the actor or their team was let see
GRANTED = f"""
create function access_granted() returns setof uuid language sql stable as $$
  select g.subject from access_grant g
  where g.kind = 'see' and g.grantee in ((select access_actor()), (select access_team())) and {_OPEN.format("g")}
$$;
"""  # noqa: S608 (of our own constants)

#: That nobody keeps the reader from a row of one subject, or of several: what `protect` and its migrations are made of.
LET_SEE_ONE = "not coalesce((select access_kept_keys()) ? {column}::text, access_kept_out({column}))"
#: The same for tables of which a lookup reads hundreds of rows, nearly all of nobody who is kept from anybody: these are
#: known by the index alone, without the function, which takes half the time. Each statement is planned longer for it.
#: Without "offset 0" the planner may gather all grants of a force at every statement, for rows that a few steps in the
#: index would do for.
LET_SEE_ONE_OF_HUNDREDS = (
    "not coalesce((select access_kept_keys()) ? {column}::text, ({column} is null or exists (select from access_grant g"
    " where g.subject = {column} and g.kind in ('restrict', 'exclude') offset 0)) and access_kept_out({column}))"
)
LET_SEE_ALL = "not coalesce((select access_kept_keys()) ?| {column}::text[], access_kept_out({column}))"
ALL_IN_SIGHT = f"(select access_reads_shared()) and {LET_SEE_ALL}"
IN_SIGHT = f"(select access_reads_people()) and {LET_SEE_ONE}"


def protect(table: str, using: str = "", *, column: str = "record_id", check: str = "") -> RunSQL:
    """Migration step: force row security on ``table``, open to the front line for subjects in sight.

    ``column`` holds the subject's id. ``using`` replaces the condition, ``check`` that for new rows.
    """
    using = using or IN_SIGHT.format(column=column)
    check = check or using
    return RunSQL(
        f"alter table {table} enable row level security, force row level security;"
        f"create policy in_sight on {table} using ({using}) with check ({check});",
        f"drop policy in_sight on {table}; alter table {table} disable row level security;",
    )


def read_by_the_hundred(table: str, *, column: str = "record_id") -> RunSQL:
    """Migration step: a table of `protect` lets see the same rows in less time where hundreds are read."""
    said = "(select access_reads_people()) and " + LET_SEE_ONE_OF_HUNDREDS.format(column=column)
    before = IN_SIGHT.format(column=column)
    policy = f"alter policy in_sight on {table} using ({{0}}) with check ({{0}})"
    return RunSQL(policy.format(said), policy.format(before))


def protect_shared(table: str, *, column: str = "subjects") -> RunSQL:
    """Migration step: `protect` for what several people have a part in, whose ids ``column`` holds."""
    return protect(table, ALL_IN_SIGHT.format(column=column))


def reword_policies(*words: tuple[str, str]) -> RunSQL:
    """Migration step: policies of every room so far say ``words`` anew, whether made by `protect` or by hand.

    Each of ``words`` is a pattern of PostgreSQL's regular expressions, and what to say in its place.
    """
    reads, writes = "p.qual", "p.with_check"
    for earlier, later in words:
        reads, writes = (
            f"regexp_replace({old}, $x${earlier}$x$, $x${later}$x$, 'g')" for old in (reads, writes)
        )
    return RunSQL(
        f"""
do $$
declare
  policy record;
begin
  for policy in
    select p.policyname, p.tablename, p.qual, p.with_check, {reads} as reads, {writes} as writes
    from pg_policies p
    where p.schemaname = current_schema
  loop
    continue when (policy.reads, policy.writes) is not distinct from (policy.qual, policy.with_check);
    execute format('alter policy %I on %I', policy.policyname, policy.tablename)
      || coalesce(' using (' || policy.reads || ')', '') || coalesce(' with check (' || policy.writes || ')', '');
  end loop;
end $$;
""",  # noqa: S608 (of our own constants)
        RunSQL.noop,
    )


_SET = (
    "select set_config('throughline.actor', %s, true), set_config('throughline.role', %s, true), "
    "set_config('throughline.team', %s, true)"
)
_SET_FOR_A_PAGE = f"{_SET}, set_config('throughline.looking', %s, true)"
# what stood until then is read before any of it is set
_EXCHANGE = (
    "with before as materialized (select coalesce(current_setting('throughline.actor', true), '') as actor, "
    "coalesce(current_setting('throughline.role', true), '') as role, "
    "coalesce(current_setting('throughline.team', true), '') as team) "
    "select before.actor, before.role, before.team, set_config('throughline.actor', %s, true), "
    "set_config('throughline.role', %s, true), set_config('throughline.team', %s, true) from before"
)


def _settings(actor: Actor) -> list[str]:
    return [str(actor.id), str(actor.role), str(actor.team or "")]


def set_actor(actor: Actor, *, only_looks: bool | None = None) -> None:
    """Say to the database who acts, until the transaction ends.

    With ``only_looks`` also whether every guarded table is closed to them until then, but for the log of their looks.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an actor is set inside a transaction only")
    with connection.cursor() as cursor:
        if only_looks is None:
            cursor.execute(_SET, _settings(actor))
        else:
            cursor.execute(_SET_FOR_A_PAGE, [*_settings(actor), "on" if only_looks else "off"])


def count_many() -> None:
    """Say to the database that statements read many rows from here on, until the transaction ends.

    Who may see what is the same: rows are held against one set of who is hidden, and not each against its own grants.
    """
    with connection.cursor() as cursor:
        cursor.execute("select set_config('throughline.counting', 'on', true)")


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Act as ``actor`` for a few statements of the current transaction, then as before.

    For the system's own work out of the caller's sight, such as telling the desk of a restricted match.
    """
    # the savepoint takes the setting back when anything goes wrong inside
    with transaction.atomic(), reading_as(actor):
        yield


@contextmanager
def reading_as(actor: Actor) -> Iterator[None]:
    """`acting` for statements that only read: they leave nothing to be taken back, and a page waits for two fewer."""
    if not connection.in_atomic_block:
        raise RuntimeError("an actor is set inside a transaction only")
    with connection.cursor() as cursor:
        cursor.execute(_EXCHANGE, _settings(actor))
        before = cursor.fetchone()
    try:
        yield
    finally:
        # a transaction that the database gave up can but be rolled back, to where it was before, and the setting with it
        if connection.connection.info.transaction_status is not TransactionStatus.INERROR:
            with connection.cursor() as cursor:
                cursor.execute(_SET, before[:3])
