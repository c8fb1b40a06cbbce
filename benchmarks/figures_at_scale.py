"""How fast figures are counted for a large force: under row security, beside DuckDB on the same rows.

    python benchmarks/figures_at_scale.py --contacts 300000 --out benchmarks/results/figures_at_scale.json

It starts a server of its own. Its rows are not told through the commands, which would take days: a superuser
writes them by generate_series with the triggers off, as this loader alone may, and then ANALYZEs as a load does.
Each figure is counted of the last month and of the last year, as a supervisor's page counts it, and once more
without row security. Both engines must give the same figures, or nothing is told.
"""

import argparse
import os
import statistics
from collections.abc import Callable
from datetime import timedelta
from math import isclose
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from scratch import scratch, tell

from throughline.running.cluster import SUPERUSER
from throughline.running.logins import WEB
from throughline.running.site import demo_environment, make_signing_key

MONTHS_BACK = 14

# of so many contacts two in three have an incident of their own, each with a victim and mostly a suspect; a victim
# has three incidents on average, some many more. Ids are hashes, so that nothing lies in the order of its making.
_ROWS = """
set session_replication_role = replica;
select setseed(0.42);
create function pg_temp.id(what text, n bigint) returns uuid language sql immutable as
  $$ select md5(what || n)::uuid $$;
create function pg_temp.one_of(codes text[], dice float) returns text language sql immutable as
  $$ select codes[1 + floor(dice * array_length(codes, 1))::int] $$;

insert into people_identity (id) select pg_temp.id('identity', n) from generate_series(1, {people}) n;
insert into people_record (id, source, source_ref, sex, gender_identity, born, born_from, born_to, ethnicity,
  ethnicity_scheme, ethnicity_officer_defined, language, needs_interpreter, made_at, review_on, erased_at)
select pg_temp.id('record', n), 'bench', n::text, (1 + n % 2)::text, '', date '1950-01-01' + (n % 20000)::int,
  null, null, '', '', '', '', null, now() - interval '3 years', current_date + 1000, null
from generate_series(1, {people}) n;
insert into people_identitylink (id, record_id, identity_id, valid_from, valid_until, made_by, ended_by)
select {link_id}, pg_temp.id('record', n), pg_temp.id('identity', case when n % 40 = 0 then n - 1 else n end),
  now() - interval '3 years', null, pg_temp.id('account', 1), null
from generate_series(1, {people}) n;
insert into access_grant (id, subject, kind, grantee, valid_from, valid_until, reason, made_by)
select pg_temp.id('grant', n), pg_temp.id('record', n * 500), 'restrict', null, now() - interval '1 year', null,
  'staff-connected', pg_temp.id('account', 1)
from generate_series(1, {people} / 500) n;

create temporary table told on commit preserve rows as
select n, now() - random() * interval '{months} months' as at,
  1 + floor(power(random(), 2) * {people} / 2)::bigint as victim, random() as a, random() as b, random() as c
from generate_series(1, {incidents}) n;
insert into cases_incident (id, number, reported_at, place, postcode, recorded_as, domestic, has_contact, closed_at,
  closed_by, closed_as, subjects)
select pg_temp.id('incident', n), 'b' || n, at, '', '', case when a < 0.85 then 'domestic-abuse' else 'other' end,
  case when a < 0.85 then true when a < 0.95 then false end, true, at + interval '3 days', null, 'attended',
  array[pg_temp.id('record', victim)] from told;
insert into cases_involvement (id, incident_id, record_id, part, confirmed, made_at, made_by, ended_at, ended_by)
select pg_temp.id('part' || part, n), pg_temp.id('incident', n),
  pg_temp.id('record', case part when 'victim' then victim else {people} - victim + 1 end), part, b < 0.95, at,
  pg_temp.id('account', 1), null, null
from told, unnest(array['victim', 'suspect']) part;
insert into cases_crime (id, incident_id, victim_id, offence, recorded_at, recorded_by, cancelled_at, cancelled_by,
  subjects)
select pg_temp.id('crime', n), pg_temp.id('incident', n), pg_temp.id('record', victim), 'violence-with-injury',
  at + interval '1 day', pg_temp.id('account', 1), case when c < 0.02 then now() end, null,
  array[pg_temp.id('record', victim)]
from told where a < 0.5;

insert into contact_contact (id, channel, caller, line, cannot_speak, received_at, taken_at, taken_by, ended_at,
  system, system_ref, number, latitude, longitude, within_metres, place, postcode, recorded_as, domestic, enquiry,
  incident_id, version, subjects)
select pg_temp.id('contact', m), case when t.b < 0.6 then '999' when t.b < 0.95 then '101' else 'front-counter' end,
  'victim', 'spoken', false, t.at + (m - n) / {incidents} * interval '9 minutes', t.at, pg_temp.id('account', 1),
  t.at + interval '15 minutes', '', '',
  case when t.c < 0.6 then '07700 9' || lpad((victim % 100000)::text, 5, '0')
    else '07700 9' || lpad(floor(random() * 100000)::text, 5, '0') end, null, null, null,
  case when t.b < 0.8 then victim || ' Alma Road' else n || ' Mill Lane' end, '', 'domestic-abuse',
  case when t.a < 0.85 then true end, gen_random_uuid(), pg_temp.id('incident', n), 1,
  array[pg_temp.id('record', victim)]
from generate_series(1, {contacts}) m join told t on t.n = 1 + (m - 1) % {incidents};
insert into contact_deployment (id, contact_id, grade, decided_at, decided_by, due_at, appointment, unit, officer,
  sent_at, arrived_at, stood_down_at, supersedes_id)
select pg_temp.id('deployment', m), pg_temp.id('contact', m),
  pg_temp.one_of(array['emergency', 'priority', 'routine'], t.c), t.at + interval '1 minute',
  pg_temp.id('account', 1), null, false, 'QN12', null, t.at,
  case when t.b < 0.9 then t.at + (5 + 200 * t.c) * interval '1 minute' end, null, null
from generate_series(1, {contacts}) m join told t on t.n = 1 + (m - 1) % {incidents};
insert into contact_brief (id, deployment_id, held, sent_at, sent_by, opened_at, opened_by, acknowledged_at,
  acknowledged_by)
select pg_temp.id('brief', m), pg_temp.id('deployment', m), '{{}}', t.at + interval '2 minutes',
  pg_temp.id('account', 1), case when t.a < 0.7 then t.at + interval '4 minutes' end, null, null, null
from generate_series(1, {contacts}) m join told t on t.n = 1 + (m - 1) % {incidents};
insert into instruments_answers (id, instrument, version, subject, answers, complete, answered_by, at, supersedes_id)
select pg_temp.id(what, m), what, '1', pg_temp.id('contact', m),
  case what when 'thrive' then jsonb_build_object('threat', case when t.a < 0.4 then 'concern' else 'none-said' end)
    else '{{"can-talk": "can-talk"}}' end, false, pg_temp.id('account', 1), t.at + interval '3 minutes', null
from generate_series(1, {contacts}) m join told t on t.n = 1 + (m - 1) % {incidents},
  unnest(array['thrive', 'call-script']) what where t.c < 0.7;
insert into contact_proposal (id, contact_id, rule, proposed_at, accepted, answered_at, answered_by)
select pg_temp.id('proposal', m), pg_temp.id('contact', m), 'words', t.at, t.c < 0.5, t.at, null
from generate_series(1, {contacts}) m join told t on t.n = 1 + (m - 1) % {incidents} where m % 50 = 0;
analyze;
"""


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--contacts", type=int, default=300_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()

    with scratch() as (folder, cluster, logins):
        make_signing_key(folder)
        whole = cluster.url(SUPERUSER, "bench")
        began = perf_counter()
        rows = _load(whole, asked.contacts)
        loaded = perf_counter() - began
        os.environ |= demo_environment(logins, WEB, folder)
        result = _measure(asked.rounds, whole)
    result |= {
        "rows": rows,
        "seconds_to_load": round(loaded, 1),
    }
    tell(result, asked.out)


def _load(whole: str, contacts: int) -> dict[str, int]:
    """Fill the tables that the figures read; says how many rows each has."""
    incidents = contacts * 2 // 3
    with psycopg.connect(whole, autocommit=True) as loader:
        kind = loader.execute(
            "select data_type from information_schema.columns"
            " where table_name = 'people_identitylink' and column_name = 'id'"
        ).fetchone()
        loader.execute(
            _ROWS.format(  # numbers of ours alone
                contacts=contacts,
                incidents=incidents,
                people=incidents * 2 // 3,
                months=MONTHS_BACK,
                link_id="pg_temp.id('link', n)" if kind == ("uuid",) else "n",
            )
        )
        tables = (
            "contact_contact",
            "cases_incident",
            "cases_involvement",
            "contact_deployment",
            "instruments_answers",
            "people_record",
        )
        return {
            table: loader.execute(f"select count(*) from {table}").fetchone()[0]  # type: ignore[index]
            for table in tables
        }


def _measure(rounds: int, whole: str) -> dict[str, Any]:
    import django

    django.setup()
    import ibis
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.figures.queries import run
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import Actor, Role
    from throughline.foundations.clock.rules import london_day
    from throughline.measures import Period, measures

    last = london_day(timezone.now())
    periods = {
        "month": Period(last - timedelta(days=30), last),
        "year": Period(last - timedelta(days=364), last),
    }
    supervisor = Actor(_account(), Role.SUPERVISOR)
    told: dict[str, Any] = {}
    # what is loaded is first contact alone: of other rooms there is nothing to count, and no time to tell
    without_rows: set[str] = set()
    with transaction.atomic(), psycopg.connect(whole) as unprotected:
        set_actor(supervisor)
        second = _on_duckdb()
        for name, period in periods.items():
            for one in measures():
                expression = one.figure(period)
                figure, other = run(expression), second(expression)
                rows = sum(int(line["rows"]) for line in figure)
                if not rows:
                    without_rows.add(one.code)
                    continue
                if not _agree(figure, other):
                    raise SystemExit(f"{one.code} of a {name}: {figure} and {other} on DuckDB")
                sql = ibis.to_sql(expression, dialect="postgres")
                ours = _median_ms(rounds, lambda e=expression: run(e))
                theirs = _median_ms(rounds, lambda e=expression: second(e))
                bare = _median_ms(1, lambda s=sql: unprotected.execute(s).fetchall())
                told.setdefault(one.code, {})[name] = {
                    "rows": rows,
                    "postgresql_ms": round(ours),
                    "duckdb_ms": round(theirs),
                    "ratio": round(ours / theirs, 1),
                    "without_row_security_ms": round(bare),
                }
                print(one.code, name, told[one.code][name], flush=True)
    return {
        "what": "milliseconds for a figure of a large force on PostgreSQL under row security; the ratio is to DuckDB"
        " on the same rows, read into its own tables before; medians",
        "rounds": rounds,
        "measures": told,
        "without_rows": sorted(without_rows),
        "every_measure_ms": {
            name: sum(one[name]["postgresql_ms"] for one in told.values() if name in one) for name in periods
        },
        "slowest_ms": max(period["postgresql_ms"] for one in told.values() for period in one.values()),
    }


def _account() -> Any:
    from uuid import uuid4

    return uuid4()


def _agree(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> bool:
    """Whether the lines of a figure are the same, minutes to a millionth."""

    def same(a: Any, b: Any) -> bool:
        return isclose(a, b, rel_tol=1e-6) if isinstance(a, float) and isinstance(b, float) else a == b

    return len(one) == len(other) and all(
        all(same(a, b) for a, b in zip(ours.values(), theirs.values(), strict=True))
        for ours, theirs in zip(one, other, strict=True)
    )


def _median_ms(rounds: int, do: Callable[[], object]) -> float:
    times = []
    for _ in range(rounds):
        began = perf_counter()
        do()
        times.append(1000 * (perf_counter() - began))
    return statistics.median(times)


def _on_duckdb() -> Callable[[Any], list[dict[str, Any]]]:
    """The same shapes, as this reader sees them, in DuckDB; returns what counts an expression there."""
    import csv
    import tempfile

    import duckdb
    import ibis
    from django.db import connection

    from throughline.handover import SHAPES

    second = duckdb.connect()
    second.execute("set timezone = 'UTC'")
    for shape in SHAPES:
        second.execute(shape.empty_on("duckdb"))
        # quoted, since a column may be called as a word of SQL is
        columns = ", ".join(f'"{name}"' for name in shape.columns)
        with (
            tempfile.NamedTemporaryFile("w", suffix=".csv", newline="") as file,
            connection.cursor() as cursor,
        ):
            writer = csv.writer(file)
            cursor.execute(f'select {columns} from "{shape.name}"')
            while some := cursor.fetchmany(20_000):
                writer.writerows(some)
            file.flush()
            second.execute(
                f"copy \"{shape.name}\" from '{file.name}' (auto_detect false, delim ',', nullstr '')"
            )

    def ask(expression: Any) -> list[dict[str, Any]]:
        answer = second.execute(ibis.to_sql(expression, dialect="duckdb"))
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    return ask


if __name__ == "__main__":
    main()
