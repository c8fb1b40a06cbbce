"""How long the measures of all forces take: of the tables that forces hand over, on DuckDB, beside pandas and Spark.

    python benchmarks/national_scale.py --out benchmarks/results/national_scale.json

43 invented forces over ten years, written as the folders of an extract each: about ten million incidents and four million
crimes, with what hangs on them. `throughline statistics measures` counts every measure of every force and year of them, in a
process of its own whose memory and processor time are told. pandas counts those measures that it can say in a few lines, of
the same files; Spark counts all of them of a cut. What the engines count must be the same, or nothing is told.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from math import isclose
from pathlib import Path
from typing import Any

import duckdb
from scratch import tell

from throughline.handover import SHAPES, VERSION
from throughline.handover.reading import ABOUT, read_extracts
from throughline.measures import measures
from throughline.measures.together import columns_of, readings
from throughline.statistics.measuring import figures, years_to

FORCES = 43
LAST = date(2025, 3, 31)
YEARS = 10

# An incident is a number from nought in the order of time; a victim has three on average, some many more, and mostly one
# perpetrator. Ids are hashes of numbers, so that nothing lies in the order of its making.
_MACROS = """
create or replace macro dice(n, what) as hash(n, what, {force}) / 18446744073709551616.0;
create or replace macro id(what, n) as
  (hash(n, what, {force})::uhugeint * 18446744073709551616::uhugeint + hash(what, {force}, n)::uhugeint)::uuid;
create or replace macro london(instant) as (instant at time zone 'Europe/London')::date;
create or replace macro one_of(codes, d) as codes[1 + floor(d * len(codes))::int];
create or replace macro later(instant, minutes) as instant + to_minutes(minutes::bigint);
create or replace temp table told as
select *, london(t0) as day, dice(n, 'a') as a, dice(n, 'b') as b, dice(n, 'c') as c,
  -- the other is now and then another
  case when dice(n, 'him') < 0.85 then victim else victim + {incidents} + (n % 3) end as suspect
from (
  select n, timestamptz '{first} 00:00:00+00' + to_seconds(n * {seconds} / {incidents}) as t0,
    floor(power(dice(n, 'victim'), 1.5) * {incidents} / 2)::bigint as victim
  from range({incidents}) t(n)
);
create or replace temp table pairs as
select victim, min(t0) as t0, max(t0) as last, min(day) as day, count(*) as incidents, min(n) as n,
  dice(victim, 'pa') as a, dice(victim, 'pb') as b
from told where a < 0.92 group by victim;
"""
# the rows of each shape, in the order of its columns
_ROWS = {
    "handover_call": """
select id('call', m), t0 + to_seconds(case when m = n then 0 else 300 end), day, one_of(['999','999','999','101','101','front-counter','partner'], b),
  one_of(['victim','victim','witness'], c), 'spoken', case when a < 0.92 then true when a < 0.98 then false end,
  'domestic-abuse', id('incident', n), victim % 50000, victim % 70000, a < 0.5, one_of(['concern','none-said',null], dice(m, 't'))
from told, unnest(case when n % 5 = 0 then [n, n + 100000000] else [n] end) t(m)""",
    "handover_deployment": """
select id('deployment', n + k * 100000000), id('call', n), one_of(['emergency','priority','routine','appointment'], b + k * 0.001),
  later(t0, 3 + k), later(t0, 60), case when c < 0.9 then later(t0, 5 + 240 * power(b, 3)) end, k = (n % 10 = 0)::int,
  later(t0, 3), case when a < 0.8 then later(t0, 2 + 30 * a) end
from told, unnest(case when n % 10 = 0 then [0, 1] else [0] end) t(k) where c < 0.8""",
    "handover_involvement": """
select id('incident', n), day, t0, a < 0.92, a < 0.4, id('person', who), part, b < 0.95,
  case when part = 'victim' and c < 0.03 then one_of(['undecided','unresolved','primary-victim'], b) end,
  id('record', who * 2 + (dice(n, part) < 0.1)::int), 16 + (who % 60)
from (select told.*, victim as who, 'victim' as part from told union all select told.*, suspect, 'suspect' from told)""",
    "handover_person": """
select id('person', victim), one_of(['2','2','2','1'], a), one_of(['white','white','asian','black','mixed','other',null], b),
  case when a < 0.7 then b < 0.2 end, one_of(['heterosexual','heterosexual','gay-lesbian',null], a), case when b < 0.5 then a < 0.01 end
from pairs""",
    "handover_proposal": """
select id('proposal', n), id('call', n), one_of(['partner-violence','partner-damage','place-history'], a), day,
  case when b < 0.8 then c < 0.4 end from told where n % 100 = 0""",
    "handover_incident": """
select id('incident', n), t0, day, case when a < 0.92 then true when a < 0.98 then false end, n % 200 = 199,
  case when b < 0.95 then later(t0, 4000 * (1 + c)) end, case when c < 0.9 then later(t0, 8000 * b) end from told""",
    "handover_case_incident": "select id('case', victim), id('incident', n) from told where a < 0.92",
    "handover_crime": """
select id('crime', n), id('incident', n), later(t0, 600 * b), london(later(t0, 600 * b)),
  one_of(['violence-with-injury','violence-without-injury','stalking-harassment','sexual'], c), true from told where a < 0.4""",
    "handover_outcome": """
select id('outcome', n), id('crime', n), one_of(['outcome-1','outcome-2','outcome-8','outcome-15','outcome-16','outcome-16','outcome-14'], b),
  later(t0, 50000 * c), london(later(t0, 50000 * c)), n % 50 <> 0 from told where a < 0.34""",
    "handover_attendance": """
select id('attendance', n), id('incident', n), later(t0, 60), london(later(t0, 60)), a < 0.92, one_of(['yes','yes','no','one-there'], b),
  one_of(['yes','yes','no'], c), one_of(['all','part','no',null], a), one_of(['yes','not-now','no',null], dice(n, 's'))
from told where c < 0.72""",
    "handover_evidence": """
select id('incident', n), item, one_of(['done','done','left','not-applicable'], dice(n, item)), '', later(t0, 120)
from told, unnest(['victim-statement','photographs','body-worn-video']) t(item) where c < 0.72 and b < 0.5""",
    "handover_action": """
select id('action', n), id('incident', n), t0, day, a < 0.92, id('person', suspect),
  one_of(['arrest','arrest','voluntary-attendance','none'], b), case when c < 0.9 then c < 0.85 end, later(t0, 100), n % 20 <> 0,
  case when c < 0.5 then one_of(['agreed','overturned'], dice(n, 'r')) end from told where a < 0.45""",
    "handover_action_reason": """
select id('action', n), one_of(['no-offence','no-grounds','not-necessary','gone'], c) from told where a < 0.45 and b >= 0.5""",
    "handover_assessment": """
select id('assessment', n), id('case', victim), case when c < 0.9 then id('incident', n) end, 'dash',
  one_of(['in-person','in-person','telephone','paper'], b), one_of(['partner','ex-partner','family','unknown',null], c), later(t0, 70),
  london(later(t0, 70)), later(t0, 90 + 900 * power(c, 4)), case when b < 0.95 then later(t0, 100) end from told where a < 0.6""",
    "handover_grading": """
select id('grading', n + k * 100000000), id('case', victim), id('assessment', n), case k when 0 then 'officer' else 'supervisor' end,
  one_of(['standard','standard','medium','high'], dice(n, 'g' || k)), case when k = 1 then one_of(['standard','standard','medium','high'], dice(n, 'g0')) end,
  later(t0, 90 + 300 * k), london(later(t0, 90 + 300 * k)), later(t0, 90 + 300 * k)
from told, unnest(case when n % 6 = 0 then [0, 1] else [0] end) t(k) where a < 0.6""",
    "handover_second_look": """
select id('look', n), id('case', victim), later(t0, 400), london(later(t0, 400)), 'supervisor', 'officer', 'standard',
  one_of(['agreed','agreed','agreed','regraded','returned'], b), null from told where a < 0.25""",
    "handover_duty": """
select id('duty', n + k * 100000000), one_of(['risk-check','victim-update','safeguard-accept','crime-outcome','idva-referral','investigation-plan','hub-review','investigation-review'], dice(n, 'd' || k)),
  id('case', victim), null, t0, later(t0, 1440 * (1 + k)), london(later(t0, 1440 * (1 + k))), case when c < 0.97 then later(t0, 3000 * b) end,
  case when c < 0.97 then one_of(['agreed','agreed','regraded'], b) end, case when c < 0.97 then 3000 * b <= 1440 * (1 + k) end,
  one_of(['response-officer','response-sergeant','hub-reviewer','investigator'], b)
from told, unnest(case when n % 2 = 0 then [0, 1] else [0] end) t(k) where a < 0.7""",
    "handover_standing": """
select id('case', victim), 'case', null, t0, null from pairs
union all select id('case', victim), 'closed', null, later(last, 50000 * a), null from pairs where b < 0.9
union all select id('case', victim), 'grade', one_of(['standard','standard','medium','high'], a), later(t0, 90), null from pairs where b < 0.95
union all select id('case', victim), 'incident', null, t0, later(t0, 20000 * c) from told where a < 0.92
union all select id('case', victim), 'fact', one_of(['dvpo','non-molestation','police-bail'], b), t0, later(t0, 100000 * a) from pairs where a < 0.3
union all select id('case', victim), 'duty', 'case-grade', t0, later(t0, 3000 * b) from pairs""",
    "handover_case": """
select id('case', victim), t0, day, id('person', victim), case when b < 0.95 then id('person', victim) end, id('record', victim * 2),
  case when b < 0.95 then id('record', victim * 2 + 1) end, one_of(['spouse','partner','former-partner','parent','sibling','unknown'], a) from pairs""",
    "handover_connection": """
select id('record', v * 2), id('record', o * 2), id('person', v), id('person', o) from (
  select victim as v, victim + 1 as o from pairs where a < 0.05 union all select victim + 1, victim from pairs where a < 0.05)""",
    "handover_closing": """
select id('case', victim), later(last, 50000 * a), london(later(last, 50000 * a)), timestamptz '2025-04-01 00:00:00+00' from pairs where b < 0.9""",
    "handover_ownership": """
select id('ownership', victim + k * 100000000), id('case', victim), later(t0, 600 * b + 90000 * k), london(later(t0, 600 * b + 90000 * k)), null, ''
from pairs, unnest(case when victim % 5 = 0 then [0, 1] else [0] end) t(k) where b < 0.97""",
    "handover_victim_contact": """
select id('contact', n), id('case', victim), later(t0, 2000 * c), london(later(t0, 2000 * c)), 'telephone',
  one_of(['reached-free','reached-free','no-answer','reached-not-free'], b), c < 0.1, a < 0.5, one_of(['safer','as-before','less-safe','not-asked'], dice(n, 'f'))
from told where a < 0.8""",
    "handover_plan": "select id('plan', victim), id('case', victim), later(t0, 5000 * a), 'yes' from pairs where b < 0.35",
    "handover_safety_measure": """
select id('measure', victim), id('case', victim), one_of(['locks','phone','cctv','lighting'], a), 'in-place', later(t0, 3000), london(later(t0, 3000)),
  case when a < 0.8 then later(t0, 3000 + 20000 * a) end from pairs where b < 0.3""",
    "handover_update": """
select id('case', victim), one_of(['told-charge','told-hearing','told-verdict','told-sentence'], b), later(t0, 9000), london(later(t0, 9000)),
  case when c < 0.8 then later(t0, 9000 + 5000 * c) end from told where a < 0.3""",
    "handover_adviser_referral": """
select id('adviser', n), id('case', victim), later(t0, 1500), london(later(t0, 1500)), one_of(['response-officer','hub-reviewer'], b),
  one_of(['high','medium',null], c), 'accepted', later(t0, 4000), case when c < 0.7 then later(t0, 1500 + 4000 * b) end from told where a < 0.1""",
    "handover_marac_referral": """
select id('marac', n), id('case', victim), later(t0, 2500), london(later(t0, 2500)), one_of(['hub-reviewer','idva'], b) from told where a < 0.06""",
    "handover_investigation": """
select id('investigation', victim), id('case', victim), later(t0, 700), london(later(t0, 700)), case when a < 0.9 then later(t0, 700 + 4000 * a) end,
  one_of(['she-supports','she-does-not','she-no-longer',null], b) from pairs where b < 0.8""",
    "handover_outstanding_suspect": """
select id('outstanding', n), id('case', victim), 'arrest', t0, case when c < 0.95 then later(t0, 60000 * b) end from told where a < 0.04""",
}


def write(folder: Path, incidents: int) -> dict[str, int]:
    """The extracts of all forces; says how many rows of each shape they hold."""
    weights = [1 + 9 * ((number * 7919 % FORCES) / FORCES) ** 3 for number in range(FORCES)]
    counts: dict[str, int] = {}
    engine = duckdb.connect(config={"threads": 2})
    engine.execute("set timezone = 'UTC'")
    for number, weight in enumerate(weights):
        force = folder / f"force=X{number + 1:08d}"
        force.mkdir(parents=True)
        of_it = round(incidents * weight / sum(weights))
        first = years_to(LAST, YEARS)[0].first
        seconds = ((LAST - first).days + 1) * 86400
        engine.execute(_MACROS.format(force=number, incidents=of_it, first=first, seconds=seconds))
        rows = 0
        for shape in SHAPES:
            engine.execute(shape.empty_on("duckdb").replace("CREATE TABLE", "create or replace temp table"))
            engine.execute(f'insert into "{shape.name}" {_ROWS[shape.name]}')
            written = engine.execute(
                f"copy \"{shape.name}\" to '{force / shape.name}.parquet' (format parquet, compression zstd)"
            ).fetchone()
            assert written is not None
            counts[shape.name] = counts.get(shape.name, 0) + written[0]
            rows += written[0]
            engine.execute(f'drop table "{shape.name}"')
        about = {"version": VERSION, "invented": True, "all_crimes": False, "rows": rows, "refused": 0}
        (force / ABOUT).write_text(json.dumps(about), "utf-8")
    return counts


# --- what counts them -------------------------------------------------------------------------------


def by_command(folder: Path, out: Path, memory: str) -> dict[str, Any]:
    """`throughline statistics measures` in a process of its own: its seconds, processor time and peak memory."""
    asked = ["statistics", "measures", str(folder), f"--until={LAST}", f"--years={YEARS}", f"--out={out}"]
    command = [sys.executable, "-m", "throughline.cli", *asked, f"--memory={memory}", "--threads=2"]
    return _measured(lambda: subprocess.Popen(command, stderr=subprocess.PIPE, text=True))


def _measured(start: Callable[[], "subprocess.Popen[str]"]) -> dict[str, Any]:
    began = time.perf_counter()
    process = start()
    assert process.stderr is not None
    said = process.stderr.read()
    _pid, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(said)
    return {
        "seconds": round(time.perf_counter() - began, 1),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_gb": round(used.ru_maxrss / 2**20, 2),
    }


#: What pandas says in a few lines; by the code of the measure.
IN_PANDAS = (
    "calls",
    "domestic-calls",
    "script-used",
    "children-decided",
    "spoken-to-apart",
    "video-used",
    "delay-by-grade",
    "outcomes-by-the-report",
    "adviser-referrals-by-source",
    "told-in-time",
)


def pandas_counts(folder: Path) -> dict[tuple[str, str, str, str], tuple[float, ...]]:
    """The same figures by pandas: force, year's last day and group of each measure of `IN_PANDAS`, with rows and counted or
    with rows and the median and ninth decile."""
    import pandas as pd

    from throughline.measures.outcome import COUNTED
    from throughline.measures.safeguarding import _LAPSED, _TOLD

    ends = [pd.Timestamp(one.last) for one in years_to(LAST, YEARS)]
    first = pd.Timestamp(years_to(LAST, YEARS)[0].first)
    found: dict[tuple[str, str, str, str], tuple[float, ...]] = {}

    def read(force: Path, name: str, *columns: str, day: bool = True) -> Any:
        frame = pd.read_parquet(force / f"{name}.parquet", columns=[*columns, *(["day"] if day else [])])
        if not day:
            return frame
        days = pd.to_datetime(frame["day"])
        frame = frame[(days >= first) & (days <= ends[-1])]
        frame["year"] = pd.Series(pd.cut(days, [first - pd.Timedelta(days=1), *ends], labels=False))
        return frame

    def share(code: str, force: str, frame: Any, counted: Any, group: Any = None) -> None:
        frame = pd.DataFrame(
            {"year": frame["year"], "group": "" if group is None else group, "counted": counted}
        )
        for (year, of), one in frame.groupby(["year", "group"], dropna=False)["counted"]:
            found[code, force, str(ends[int(year)].date()), "" if pd.isna(of) else str(of)] = (
                len(one),
                float(one.sum()),
            )

    for force_folder in sorted(folder.iterdir()):
        force = force_folder.name.removeprefix("force=")
        calls = read(force_folder, "handover_call", "call", "at", "channel", "domestic", "script_used")
        by_telephone = calls[calls["channel"].isin(["999", "101"])]
        share("calls", force, by_telephone, 1)
        share("domestic-calls", force, by_telephone, by_telephone["domestic"])
        told = calls[calls["domestic"].eq(True)]
        heard = told[told["channel"].isin(["999", "101"])]
        share("script-used", force, heard, heard["script_used"])
        decided = read(
            force_folder, "handover_deployment", "call", "deployment", "grade", "decided_at", "stands", "arrived_at",
            day=False,
        )  # fmt: skip
        sent = told[["call", "at", "year"]].merge(decided, on="call")
        sent = sent.sort_values(["decided_at", "stands", "deployment"])
        arrived = sent.groupby("call")["arrived_at"].min()
        sent = sent.drop_duplicates("call")
        waited = (sent["call"].map(arrived) - sent["at"]).dt.total_seconds() / 60
        for (year, grade), one in waited.groupby([sent["year"], sent["grade"]]):
            found["delay-by-grade", force, str(ends[int(year)].date()), str(grade)] = (
                len(one),
                *one.quantile([0.5, 0.9]),
            )
        del calls, by_telephone, told, heard, decided, sent
        incidents = read(
            force_folder, "handover_incident", "domestic", "joined", "closed_at", "children_decided_at"
        )
        closed = incidents[
            (incidents["domestic"].eq(True)) & ~incidents["joined"] & incidents["closed_at"].notna()
        ]
        share("children-decided", force, closed, closed["children_decided_at"] <= closed["closed_at"])
        visits = read(force_folder, "handover_attendance", "domestic", "apart", "camera", "camera_on")
        visits = visits[visits["domestic"].eq(True)]
        both = visits[visits["apart"].isna() | (visits["apart"] != "one-there")]
        share("spoken-to-apart", force, both, both["apart"] == "yes")
        had = visits[visits["camera"].isna() | (visits["camera"] == "yes")]
        share("video-used", force, had, had["camera_on"].isin(["all", "part"]))
        crimes = read(force_folder, "handover_crime", "crime", "domestic")
        outcomes = read(force_folder, "handover_outcome", "crime", "code", "stands", day=False)
        crimes = crimes[crimes["domestic"].eq(True)].merge(
            outcomes[outcomes["stands"]], on="crime", how="left"
        )
        for group, codes in COUNTED.items():
            share("outcomes-by-the-report", force, crimes, crimes["code"].isin(codes), group)
        referred = read(force_folder, "handover_adviser_referral", "source")
        share("adviser-referrals-by-source", force, referred, 1, referred["source"])
        due = read(force_folder, "handover_duty", "kind", "case", "outcome", "in_time")
        due = due[due["kind"].isin(_TOLD) & due["case"].notna() & (due["outcome"] != _LAPSED)]
        share("told-in-time", force, due, due["in_time"], due["kind"])
    return found


def pandas_process(folder: Path, out: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--pandas", str(folder), str(out)]
    return _measured(lambda: subprocess.Popen(command, stderr=subprocess.PIPE, text=True))


def duckdb_subset(folder: Path, spill: Path) -> dict[str, Any]:
    """DuckDB on the measures that pandas counts, in this process."""
    given = read_extracts(folder, threads=2, memory="4GB", spill=spill)
    chosen = [one for one in measures() if one.code in IN_PANDAS]
    began, processor = time.perf_counter(), time.process_time()
    list(figures(given, years_to(LAST, YEARS), chosen=chosen))
    return {
        "seconds": round(time.perf_counter() - began, 1),
        "processor_seconds": round(time.process_time() - processor, 1),
    }


def differing(told: Path, theirs: dict[tuple[str, str, str, str], tuple[float, ...]]) -> list[str]:
    """Which figures of the forces that pandas counted are not those of pandas, or are told by one alone."""
    forces = {force for _code, force, _last, _group in theirs}
    ours: dict[tuple[str, str, str, str], tuple[float, ...]] = {}
    with told.open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            if row["measure"] in IN_PANDAS and row["force"] in forces and row["rows"] not in ("", "0"):
                key = row["measure"], row["force"], row["last"], row["group"]
                two = (row["counted"],) if row["kind"] != "delay" else (row["median"], row["ninth_decile"])
                ours[key] = tuple(float(one) for one in (row["rows"], *two))
    return [
        f"{key}: {ours.get(key)} and {theirs.get(key)}"
        for key in sorted({*ours, *theirs})
        if key not in ours
        or key not in theirs
        or not all(isclose(a, b, abs_tol=0.02) for a, b in zip(ours[key], theirs[key], strict=True))
    ]


def of_some(folder: Path, cut: Path, forces: int) -> Path:
    """A folder of the first forces alone."""
    cut.mkdir()
    for one in sorted(folder.iterdir())[:forces]:
        (cut / one.name).symlink_to(one.resolve())
    return cut


def on_spark(folder: Path, work: Path, forces: int) -> dict[str, Any]:
    """Every measure of a few forces on Spark and on DuckDB: whether they are the same, and how long each took."""
    import ibis
    from pyspark.sql import SparkSession

    given = read_extracts(of_some(folder, work / "on-spark", forces), threads=2, memory="4GB", spill=work)
    asked = [(one, reading) for one in measures() for reading in readings(one, years_to(LAST, YEARS))]
    columns = columns_of([reading for _measure, reading in asked], {})
    engine = duckdb.connect(config={"threads": 2})
    engine.execute("set timezone = 'UTC'")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.driver.memory", "4g")
        .getOrCreate()
    )
    told = {"duckdb": 0.0, "spark": 0.0}
    try:
        spark = ibis.pyspark.connect(session)
        for force, of_it in zip(given.forces, sorted((work / "on-spark").iterdir()), strict=True):
            for shape in SHAPES:
                file = work / f"{force} {shape.name}.parquet"
                rows = f"select {shape.without_uuids()} from '{of_it / shape.name}.parquet'"
                engine.execute(f"copy ({rows}) to '{file}' (format parquet)")
                session.read.parquet(str(file)).createOrReplaceTempView(shape.name)
            with given.opened(force, columns) as tables:
                for measure, reading in asked:
                    began = time.perf_counter()
                    ours = tables.run(reading)
                    told["duckdb"] += time.perf_counter() - began
                    began = time.perf_counter()
                    theirs = [row.asDict() for row in session.sql(spark.compile(reading)).collect()]
                    told["spark"] += time.perf_counter() - began
                    if _in_order(ours) != _in_order(theirs):
                        raise SystemExit(
                            f"{measure.code}: {_in_order(ours)[:3]} and {_in_order(theirs)[:3]} on Spark"
                        )
    finally:
        session.stop()
    return {
        "forces": forces,
        "questions": len(asked) * forces,
        "equal": True,
        "duckdb_seconds": round(told["duckdb"], 1),
        "spark_seconds": round(told["spark"], 1),
        "ratio": round(told["spark"] / told["duckdb"], 1),
    }


def _in_order(rows: Any) -> list[str]:
    """The rows so that two engines' are alike: minutes to a thousandth, and in one order."""
    return sorted(
        str(
            {
                name: round(value, 3) if isinstance(value, float) else value
                for name, value in sorted(row.items())
            }
        )
        for row in rows
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--incidents", type=int, default=10_000_000)
    arguments.add_argument(
        "--data", type=Path, help="Where the tables are, or are to be; else they are erased."
    )
    arguments.add_argument("--memory", default="4GB")
    arguments.add_argument("--pandas-forces", type=int, default=FORCES)
    arguments.add_argument("--spark-forces", type=int, default=2)
    arguments.add_argument("--out", type=Path)
    arguments.add_argument("--pandas", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.pandas:
        folder, out = asked.pandas
        counted = pandas_counts(folder)
        out.write_text(json.dumps([[*key, *value] for key, value in counted.items()]), "utf-8")
        return
    with tempfile.TemporaryDirectory(prefix="throughline-scale-") as made:
        work = Path(made)
        folder = asked.data or work / "forces"
        began, written = time.perf_counter(), None
        if not folder.exists():
            write(folder, asked.incidents)
            written = round(time.perf_counter() - began, 1)
        ours = by_command(folder, work / "figures.csv", asked.memory)
        print(ours, flush=True)
        some = of_some(folder, work / "in-pandas", asked.pandas_forces)
        theirs = pandas_process(some, work / "pandas.json")
        print(theirs, flush=True)
        counted = {
            (code, force, last, group): tuple(value)
            for code, force, last, group, *value in json.loads((work / "pandas.json").read_text("utf-8"))
        }
        if wrong := differing(work / "figures.csv", counted):
            raise SystemExit(f"{len(wrong)} figures differ: {wrong[:5]}")
        subset = duckdb_subset(some, work)
        result = {
            "what": "every measure of every force and year by `throughline statistics measures`, of Parquet; pandas on"
            " some of them and Spark on all, of a few forces",
            "forces": FORCES,
            "years": YEARS,
            # there is no seed: every value is a hash of its number and force
            "memory_limit": asked.memory,
            "rows": {shape.name: _rows(folder, shape.name) for shape in SHAPES},
            # null where they were there before
            "seconds_to_write": written,
            "figures": sum(1 for _ in (work / "figures.csv").open()) - 1,
            "duckdb": ours,
            "pandas": {
                **theirs,
                "forces": asked.pandas_forces,
                "measures": list(IN_PANDAS),
                "figures": len(counted),
                "duckdb_on_the_same": subset,
                "ratio": round(theirs["seconds"] / subset["seconds"], 1),
            },
        }
        if asked.spark_forces:
            result["spark"] = on_spark(folder, work, asked.spark_forces)
        tell(result, asked.out)


def _rows(folder: Path, name: str) -> int:
    files = f"{folder}/*/{name}.parquet"
    found = duckdb.execute("select sum(num_rows) from parquet_file_metadata(?)", [files]).fetchone()
    return int(found[0]) if found else 0


if __name__ == "__main__":
    main()
