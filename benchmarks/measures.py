"""How fast figures are counted: Ibis on PostgreSQL, beside the loop that one would write first, and DuckDB.

    python benchmarks/measures.py --out benchmarks/results/measures.json

It starts a server of its own and has the invented force live through its fourteen months. The figures are
counted as a supervisor's page counts them: under the web login, with row security. The loops go through
the ORM and the rule that a brief uses, under the same login. All must give the same figures, or nothing is told.
"""

import argparse
import os
import statistics
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from scratch import scratch, tell

from throughline.running.logins import IMPORTER, WEB, WORKER
from throughline.running.site import call, demo_environment, make_signing_key

# a group, its rows, how many are counted, the median and the ninth decile of its minutes
type Told = tuple[str | None, int, int | None, float | None, float | None]
LONDON = ZoneInfo("Europe/London")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--people", type=int, default=1_000)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()

    with scratch() as (folder, _cluster, logins):
        make_signing_key(folder)
        file = folder / "people.csv"
        as_importer = demo_environment(logins, IMPORTER, folder)
        call(["synthetic", "write", str(file), f"--people={asked.people}"], as_importer, folder)
        brought = ["people", "import", str(file), "--map", str(file.with_suffix(".map.yaml"))]
        call([*brought, "--source=invented"], as_importer, folder)
        began = perf_counter()
        call(["synthetic", "enact"], demo_environment(logins, WORKER, folder), folder)
        enacted = perf_counter() - began
        os.environ |= demo_environment(logins, WEB, folder)
        result = _measure(asked.rounds)
    result |= {
        "people": asked.people,
        "seconds_to_enact": round(enacted, 1),
    }
    tell(result, asked.out)


def _measure(rounds: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from throughline.casework.figures.forms import usual_period
    from throughline.casework.figures.queries import figure
    from throughline.foundations.access.protection import set_actor
    from throughline.foundations.access.rules import Role
    from throughline.foundations.clock.rules import london_day
    from throughline.measures import Period, measure, measures
    from throughline.synthetic.enacting import actors

    supervisor = actors()[Role.SUPERVISOR]
    # all fourteen months
    last = usual_period(london_day(timezone.now())).last
    period = Period(last - timedelta(days=440), last)
    loops = {
        "domestic-calls": _domestic_calls,
        "repeat-victims-government": _repeat_victims,
        "delay-by-grade": _delay_by_grade,
    }
    by_measure = {}
    with transaction.atomic():
        set_actor(supervisor)
        for code, loop in loops.items():
            one = measure(code)
            expected = {_told(line) for line in figure(one, period).lines}
            told = loop(supervisor, period)
            if expected != told:
                raise SystemExit(
                    f"{code}: {sorted(expected, key=str)} by Ibis, {sorted(told, key=str)} by the loop"
                )
            ibis_ms = _median_ms(rounds, lambda one=one: figure(one, period))
            loop_ms = _median_ms(rounds, lambda loop=loop: loop(supervisor, period))
            by_measure[code] = {
                "rows": sum(rows for _, rows, *_ in told),
                "ibis_ms": round(ibis_ms, 1),
                "loop_ms": round(loop_ms, 1),
                "ratio": round(loop_ms / ibis_ms, 1),
            }
        every_ms = _median_ms(rounds, lambda: [figure(one, period) for one in measures()])
        duckdb_ms = _on_duckdb(rounds, period)
    return {
        "what": "milliseconds for a figure, Ibis on PostgreSQL against a loop over the ORM; medians",
        "rounds": rounds,
        "measures": by_measure,
        "every_measure_postgresql_ms": round(every_ms, 1),
        "every_measure_duckdb_ms": round(duckdb_ms, 1),
        "ratio": round(
            sum(one["loop_ms"] for one in by_measure.values())
            / sum(one["ibis_ms"] for one in by_measure.values()),
            1,
        ),
    }


def _told(line: Any) -> Told:
    quantiles = [None if one is None else round(one, 6) for one in (line.median, line.ninth_decile)]
    return line.group, line.rows, line.counted, *quantiles


def _median_ms(rounds: int, do: Callable[[], object]) -> float:
    times = []
    for _ in range(rounds):
        began = perf_counter()
        do()
        times.append(1000 * (perf_counter() - began))
    return statistics.median(times)


# --- the loops that one would write first -----------------------------------------------------------


def _between(period: Any) -> tuple[datetime, datetime]:
    return (
        datetime.combine(period.first, time(), tzinfo=LONDON),
        datetime.combine(period.last + timedelta(days=1), time(), tzinfo=LONDON),
    )


def _calls(period: Any) -> list[tuple[Any, bool | None]]:
    """Each contact of the period with what was judged of it."""
    from throughline.casework.contact.models import Contact

    first, end = _between(period)
    return [
        (contact, contact.domestic if incident is None or incident.domestic is None else incident.domestic)
        for contact in Contact.objects.filter(received_at__gte=first, received_at__lt=end)
        for incident in [contact.incident]
    ]


def _domestic_calls(_actor: Any, period: Any) -> set[Told]:
    from throughline.reference import load

    telephone = {row.code for row in load("contact-channels").rows if row.flag("telephone")}
    judged = [domestic for contact, domestic in _calls(period) if contact.channel in telephone]
    return {(None, len(judged), sum(one is True for one in judged), None, None)}


def _repeat_victims(actor: Any, period: Any) -> set[Told]:
    """By the rule of the brief, asked of each victim at the end of the last of her days."""
    from throughline.casework.cases.models import Incident
    from throughline.casework.cases.queries.history import identities, repeat
    from throughline.foundations.clock.rules import london_day

    first, end = _between(period)
    days: dict[Any, Any] = {}
    records: dict[Any, set[Any]] = {}
    for incident in Incident.objects.filter(domestic=True, reported_at__lt=end).order_by("reported_at"):
        for part in incident.involvements.filter(part="victim", confirmed=True, ended_at=None):
            person = identities([part.record_id])[part.record_id]
            records.setdefault(person, set()).add(part.record_id)
            if incident.reported_at >= first:
                days[person] = london_day(incident.reported_at)
    counted = 0
    for person, day in days.items():
        at = datetime.combine(day, time(23, 59, 59), tzinfo=LONDON)
        [by_government] = [
            one for one in repeat(actor, records[person], at=at) if one.definition.code == "government"
        ]
        counted += by_government.is_repeat
    return {(None, len(days), counted, None, None)}


def _delay_by_grade(_actor: Any, period: Any) -> set[Told]:
    waits: dict[str, list[float | None]] = {}
    for contact, domestic in _calls(period):
        decided = list(contact.deployments.order_by("decided_at"))
        if domestic and decided:
            arrived = [one.arrived_at for one in decided if one.arrived_at]
            wait = int(min(arrived).timestamp()) - int(contact.received_at.timestamp()) if arrived else None
            waits.setdefault(decided[0].grade, []).append(None if wait is None else wait / 60)
    return {
        (grade, len(all_), None, _quantile(known, 0.5), _quantile(known, 0.9))
        for grade, all_ in waits.items()
        for known in [sorted(wait for wait in all_ if wait is not None)]
    }


def _quantile(ordered: list[float], share: float) -> float | None:
    """Between the two nearest, as PostgreSQL does."""
    if not ordered:
        return None
    below, rest = divmod(share * (len(ordered) - 1), 1)
    above = min(int(below) + 1, len(ordered) - 1)
    return round(ordered[int(below)] + rest * (ordered[above] - ordered[int(below)]), 6)


# --- the second engine ------------------------------------------------------------------------------


def _on_duckdb(rounds: int, period: Any) -> float:
    """Milliseconds for every measure on DuckDB over the same rows, which must give the same figures."""
    import duckdb
    import ibis
    from django.db import connection

    from throughline.casework.figures.queries import run
    from throughline.handover import SHAPES
    from throughline.measures import measures

    second = duckdb.connect()
    for shape in SHAPES:
        second.execute(shape.empty_on("duckdb"))
        with connection.cursor() as cursor:
            cursor.execute(f'select {", ".join(shape.columns)} from "{shape.name}"')
            second.executemany(
                f'insert into "{shape.name}" values ({", ".join("?" * len(shape.columns))})',
                [list(row) for row in cursor.fetchall()],
            )

    def ask(expression: Any) -> list[dict[str, Any]]:
        answer = second.execute(ibis.to_sql(expression, dialect="duckdb"))
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    for one in measures():
        if ask(one.figure(period)) != run(one.figure(period)):
            raise SystemExit(f"{one.code}: another figure on DuckDB")
    return _median_ms(rounds, lambda: [ask(one.figure(period)) for one in measures()])


if __name__ == "__main__":
    main()
