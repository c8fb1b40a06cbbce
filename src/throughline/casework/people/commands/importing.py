# ruff: noqa: S608 (statements are put together of the constants of this module; values are parameters)
"""Bringing in a force's index of people: a file of a million rows, judged, staged by COPY, and landed in batches.

Each batch is one transaction: its rows go into the staging table, and from there by INSERT … SELECT into the
tables of people, with one audit row, one line of chronology for each record that names the run, and the run's
own count of how far it came. Killed at any moment, the same command goes on with the first batch that is not
there. The staging table is unlogged: after a crash of the server it is filled again from the file, without
landing anything twice.
"""

import csv
import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import batched, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now

from throughline.casework.people.commands.amending import amend
from throughline.casework.people.commands.recording import marker_ends
from throughline.casework.people.commands.retention import erased_ref
from throughline.casework.people.models import ImportRun, Record
from throughline.casework.people.rules import IMPORTER, first_review
from throughline.casework.people.rules.lines import FileProblem, opened_records, read_header, survey
from throughline.casework.people.rules.lines import Record as Line
from throughline.casework.people.rules.rows import (
    COPY_COLUMNS,
    Judge,
    Staged,
    end_with_the_import,
    read_file_map,
)
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.queries import excluded_from
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.foundations.vault.keys import keys
from throughline.linkage.keys import VERSION
from throughline.reference import load

BATCH = 5_000
# below this a second process costs more than it saves
WORTH_A_POOL = 2_000_000
# new statistics are worth their while from here on
WORTH_ANALYSING = 1_000
_LOCK = 7310902

type Say = Callable[[ImportRun, int], None]


@dataclass(frozen=True, slots=True)
class Source:
    """A file, its map, and the name of the system that it comes from, by which its rows are known again."""

    file: Path
    map_path: Path
    name: str


def bring_in(
    *,
    by: Actor,
    now: datetime,
    source: Source,
    rejects: Path,
    say: Say | None = None,
    batch: int = BATCH,
) -> ImportRun:
    """Bring in a file, or go on with it; what cannot land goes to ``rejects`` by line, field and reason.

    ``say`` is told after each batch how far the run is, of how many lines. Raises Refused; FileProblem and
    LayoutError where nothing can be read, before anything is changed.
    """
    with transaction.atomic():
        undertake(by, Action.IMPORT_PEOPLE)
    file_map = read_file_map(source.map_path)
    header = read_header(source.file, file_map.encoding)
    file_map.check(header)
    surveyed = survey(source.file, file_map.encoding)
    if surveyed.lines < 2:
        raise FileProblem("The file holds the names of columns and no rows")
    _check_writable(rejects)
    digest = sha256(f"{source.name}\n{surveyed.digest}\n".encode() + source.map_path.read_bytes()).hexdigest()
    with _alone():
        run, _ = ImportRun.objects.get_or_create(
            digest=digest, defaults={"source": source.name, "started_at": now, "started_by": by.id}
        )
        if run.state != ImportRun.State.DONE:
            judge = Judge(file_map, tuple(header), london_day(run.started_at), run.id, keys().linkage)
            processes = _processes(source.file)
            _land(run, judge, source.file, by=by, now=now, batch=batch, processes=processes,
                  say=lambda: say(run, surveyed.lines) if say else None)  # fmt: skip
            _write_rejects(run, rejects)
            _finish(run, by=by)
        else:
            _write_rejects(run, rejects)
    return run


@contextmanager
def _alone() -> Iterator[None]:
    """One import at a time. A killed one's last batch may still be on its way: wait for it."""
    with connection.cursor() as cursor:
        # this session ends soon after its client, though a statement be at work
        cursor.execute("set client_connection_check_interval = '1s'")
        cursor.execute("set lock_timeout = '20s'")
        try:
            cursor.execute("select pg_advisory_lock(%s)", [_LOCK])
        except OperationalError as error:
            raise FileProblem("Another import is at work: wait until it is done") from error
        cursor.execute("reset lock_timeout")
        try:
            yield
        finally:
            if connection.is_usable():
                cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])


def _processes(file: Path) -> int:
    cores = os.cpu_count() or 1  # process_cpu_count is of Python 3.13
    return cores if cores > 1 and file.stat().st_size > WORTH_A_POOL else 0


def _land(
    run: ImportRun,
    judge: Judge,
    file: Path,
    *,
    by: Actor,
    now: datetime,
    batch: int,
    processes: int,
    say: Callable[[], None],
) -> None:
    """Deal with every row of the file that has not been dealt with."""
    staged = _staged_already(run)
    with opened_records(file, judge.file_map.encoding, len(judge.header)) as records:
        next(islice(records, staged, staged), None)
        again = batched(islice(records, run.rows - staged), batch)
        for rows in _judged(judge, again, processes if run.rows - staged > batch else 0):
            _stage_again(run, rows, by=by)
        for rows in _judged(judge, batched(records, batch), processes):
            _land_batch(run, rows, by=by, now=now)
            say()


def _staged_already(run: ImportRun) -> int:
    """How many rows need not be read again: all that were dealt with, unless the staging table was lost."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "delete from people_staging s using people_importrun r"
            " where r.id = s.run and r.id <> %s and r.state = 'done' and r.source = %s",
            [run.id, run.source],
        )
        cursor.execute("select count(*) from people_staging where run = %s", [run.id])
        [(held,)] = cursor.fetchall()
        if held == run.rows - run.repeated:
            return run.rows
        cursor.execute("delete from people_staging where run = %s", [run.id])
    return 0


def _judged(judge: Judge, batches: Iterable[tuple[Line, ...]], processes: int) -> Iterator[Staged]:
    """The batches in order, judged ahead of their landing by other processes where there are any."""
    if not processes:
        yield from map(judge.stage, batches)
        return
    # never forked: the connection of this process would be shared
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=end_with_the_import
    ) as pool:
        ahead: deque[Future[Staged]] = deque()
        for rows in batches:
            ahead.append(pool.submit(judge.stage, rows))
            if len(ahead) > processes + 1:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


@transaction.atomic
def _stage_again(run: ImportRun, rows: Staged, *, by: Actor) -> None:
    set_actor(IMPORTER)
    _stage(run, rows)
    _leave_out_erased(run, rows)
    _leave_out_party(run, rows, by=by)


@transaction.atomic
def _land_batch(run: ImportRun, rows: Staged, *, by: Actor, now: datetime) -> None:
    set_actor(IMPORTER)
    undertake(
        by,
        Action.IMPORT_PEOPLE,
        detail={"run": str(run.id), "lines": [rows.first_line, rows.last_line]},
    )
    repeated = _stage(run, rows)
    _leave_out_erased(run, rows)
    _leave_out_party(run, rows, by=by)
    known = _known(run, rows)
    changed = [line for line, _, same in known if not same]
    added = _add(run, rows, [line for line, _, _ in known], by=by, now=now)
    amend(by=by, now=now, run_id=run.id, landing=_said(run, known, changed))
    run.rows += rows.rows
    run.added += added
    run.changed += len(changed)
    run.unchanged += len(known) - len(changed)
    run.repeated += repeated
    run.rejected += _count_rejected(run, rows)
    run.save()


def _within(run: ImportRun, rows: Staged) -> dict[str, Any]:
    return {"run": run.id, "first": rows.first_line, "last": rows.last_line, "source": run.source}


_BATCH_ROWS = "s.run = %(run)s and s.line between %(first)s and %(last)s and s.reason = ''"

# the first of the rows that have one reference stands; the same again is nothing new, another is refused
_COMPARED = f"""
with other as (
  select s.line, s.digest = first.digest as same, first.line as first_line
  from people_staging s cross join lateral (
    select e.line, e.digest from people_staging e
    where e.run = s.run and e.source_ref = s.source_ref and e.reason = '' and e.line < s.line
    order by e.line limit 1) first
  where {_BATCH_ROWS})
"""
_REPEATED = f"""{_COMPARED}
delete from people_staging s using other where s.run = %(run)s and s.line = other.line and other.same"""
_CONTRADICTING = f"""{_COMPARED}
update people_staging s set field = 'id', reason = 'contradicts line ' || other.first_line
from other where s.run = %(run)s and s.line = other.line and not other.same"""


def _stage(run: ImportRun, rows: Staged) -> int:
    """Copy a batch in and compare it with the rows before it; says how many rows merely repeat one."""
    with connection.cursor() as cursor:
        # a batch lost with the machine is brought in again: nobody waits for the disk at each
        cursor.execute("set local synchronous_commit to off")
        # the keys of a batch are sorted in memory
        cursor.execute("set local work_mem to '32MB'")
        with cursor.copy(f"copy people_staging ({', '.join(COPY_COLUMNS)}) from stdin") as copy:
            copy.write(rows.copy)
        cursor.execute(_REPEATED, _within(run, rows))
        repeated = cursor.rowcount
        cursor.execute(_CONTRADICTING, _within(run, rows))
    return repeated


def _leave_out_erased(run: ImportRun, rows: Staged) -> None:
    """Refuse the rows of people who were erased here: their stones say so under a keyed hash."""
    if not Record.objects.filter(source=run.source, erased_at__isnull=False).exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"select s.line, s.source_ref from people_staging s where {_BATCH_ROWS}", _within(run, rows)
        )
        stones = {erased_ref(run.source, ref): line for line, ref in cursor.fetchall()}
        found = Record.objects.filter(source=run.source, source_ref__in=stones)
        lines = [stones[stone] for stone in found.values_list("source_ref", flat=True)]
        cursor.execute(
            "update people_staging set field = 'id', reason = 'was erased here and is not raised again'"
            " where run = %s and line = any(%s)",
            [run.id, lines],
        )


def _leave_out_party(run: ImportRun, rows: Staged, *, by: Actor) -> None:
    """Refuse what would change the record of a matter that ``by`` is party to, without saying that it is one."""
    subjects = list(excluded_from(by).values_list("subject", flat=True))
    if not subjects:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "update people_staging s set field = 'row', reason = 'not allowed'"
            " from people_record r left join people_sourcerow t on t.record_id = r.id"
            " where r.source = %(source)s and r.source_ref = s.source_ref and r.id = any(%(subjects)s)"
            f" and t.digest is distinct from s.digest and {_BATCH_ROWS}",
            _within(run, rows) | {"subjects": subjects},
        )


# "offset 0" and the lock keep each look-up to itself, one by its index for each row: the planner knows nothing
# yet of tables that are just being filled, and would compare everything with everything
_KNOWN = f"""
select s.line, r.id, coalesce(t.digest = s.digest, false)
from people_staging s
cross join lateral (
  select id from people_record where source = %(source)s and source_ref = s.source_ref for update) r
left join lateral (select digest from people_sourcerow where record_id = r.id offset 0) t on true
where {_BATCH_ROWS}
"""


def _known(run: ImportRun, rows: Staged) -> list[tuple[int, UUID, bool]]:
    """The rows of whom there is a record: line, record, and whether the source says what it said before."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, _within(run, rows))
        return cursor.fetchall()


def _said(run: ImportRun, known: list[tuple[int, UUID, bool]], lines: list[int]) -> dict[UUID, dict]:
    """What the source now says of the records of these lines, with its digest."""
    if not lines:
        return {}
    record = {line: record_id for line, record_id, _ in known}
    with connection.cursor() as cursor:
        cursor.execute(
            "select line, jsonb_build_object('said', said, 'digest', encode(digest, 'hex'))"
            " from people_staging where run = %s and line = any(%s)",
            [run.id, lines],
        )
        # Django leaves jsonb as text to whoever asks past its models
        return {record[line]: json.loads(content) for line, content in cursor.fetchall()}


def _count_rejected(run: ImportRun, rows: Staged) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from people_staging"
            " where run = %(run)s and line between %(first)s and %(last)s and reason <> ''",
            _within(run, rows),
        )
        [(count,)] = cursor.fetchall()
    return count


# the new rows of a batch. Rows of one batch whose record is known are amended instead
_NEW = f"people_staging s {{}} where {_BATCH_ROWS} and s.line <> all(%(known)s)"
_NAMES = "cross join lateral jsonb_array_elements(s.said -> 'names') one"
_PHONES = "cross join lateral jsonb_array_elements(s.said -> 'phones') one"
_ADDRESSES = "cross join lateral jsonb_array_elements(s.said -> 'addresses') one"
_MARKERS = "cross join lateral jsonb_array_elements_text(s.said -> 'markers') one"
_HOUSEHOLDS = """cross join lateral (
  select id from people_household
  where source = %(source)s and source_ref = s.said ->> 'household' and source_ref <> '' offset 0) h"""

_ADDING = (
    f"""insert into people_record (id, source, source_ref, sex, gender_identity, born, born_from, born_to,
      ethnicity, ethnicity_scheme, ethnicity_officer_defined, language, needs_interpreter, made_at, review_on)
    select s.record, %(source)s, s.source_ref, s.said ->> 'sex', '', (s.said ->> 'born')::date,
      (s.said ->> 'born_from')::smallint, (s.said ->> 'born_to')::smallint, s.said ->> 'ethnicity',
      s.said ->> 'ethnicity_scheme', s.said ->> 'ethnicity_officer_defined', s.said ->> 'language',
      (s.said ->> 'needs_interpreter')::boolean, %(now)s, %(review)s
    from {_NEW.format("")}""",
    f"insert into people_identity (id) select s.identity from {_NEW.format('')}",
    f"""insert into people_identitylink (record_id, identity_id, valid_from, made_by)
    select s.record, s.identity, %(now)s, %(by)s from {_NEW.format("")}""",
    f"""insert into people_name (id, record_id, kind, forename, middle, surname, "full", "order")
    select gen_random_uuid(), s.record, one ->> 0, one ->> 1, one ->> 2, one ->> 3, one ->> 4, one ->> 5
    from {_NEW.format(_NAMES)}""",
    f"""insert into people_phone (id, record_id, number, given, valid_from)
    select gen_random_uuid(), s.record, one ->> 0, one ->> 1, %(today)s from {_NEW.format(_PHONES)}""",
    f"""insert into people_address (id, record_id, number, street, town, postcode, valid_from, valid_until)
    select gen_random_uuid(), s.record, one ->> 0, one ->> 1, one ->> 2, one ->> 3, (one ->> 4)::date,
      case when (one ->> 6)::boolean then coalesce((one ->> 5)::date, %(today)s) end
    from {_NEW.format(_ADDRESSES)}""",
    f"""insert into people_household (id, source, source_ref)
    select gen_random_uuid(), %(source)s, ref from (
      select distinct s.said ->> 'household' as ref from {_NEW.format("")}) as refs
    where ref <> '' on conflict do nothing""",
    f"""insert into people_member (id, record_id, household_id, valid_from)
    select gen_random_uuid(), s.record, h.id, %(today)s from {_NEW.format(_HOUSEHOLDS)}""",
    f"""insert into people_marker (id, record_id, code, set_by, valid_from, valid_until)
    select gen_random_uuid(), s.record, one, %(by)s, %(today)s, (%(ends)s::jsonb ->> one)::date
    from {_NEW.format(_MARKERS)}""",
    "insert into people_features (record_id, packed, keyed)"
    f" select s.record, s.packed, {VERSION} from {_NEW.format('')}",
    # in the order of the index, which has outgrown the memory: a page is fetched once for all its keys
    f"insert into people_key (key, record_id) select unnest(s.keys) as key, s.record from {_NEW.format('')}"
    " order by key",
    f"""insert into people_sourcerow (record_id, run, digest, said)
    select s.record, s.run, s.digest, s.said from {_NEW.format("")}""",
    f"""insert into chronology_entry (record_id, kind, at, by, about, code)
    select s.record, 'record-imported', %(now)s, %(by)s, s.run, '' from {_NEW.format("")}""",
)


def _add(run: ImportRun, rows: Staged, known: list[int], *, by: Actor, now: datetime) -> int:
    """Land the rows of whom there is no record; says how many."""
    today = london_day(now)
    ends = {row.code: marker_ends(row, now) for row in load("markers").as_of(today)}
    told = _within(run, rows) | {
        "known": known,
        "now": now,
        "today": today,
        "review": first_review(today),
        "by": by.id,
        "ends": "{" + ",".join(f'"{code}":"{end}"' for code, end in ends.items() if end) + "}",
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADDING[0], told)
        added = cursor.rowcount
        for statement in _ADDING[1:] if added else ():
            cursor.execute(statement, told)
    return added


def _check_writable(rejects: Path) -> None:
    """Find out before the work, not after it, that the rejects file cannot be written."""
    if rejects.is_dir() or not os.access(rejects.parent, os.W_OK):
        raise FileProblem("The rejects file cannot be written there: give another place with --rejects")


def _write_rejects(run: ImportRun, rejects: Path) -> None:
    """Write what did not land: line, field and reason, and no value. Values stay in the source file."""
    part = rejects.with_name(f"{rejects.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file, transaction.atomic():
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("line", "field", "reason"))
        held = 0
        with connection.cursor() as cursor:
            cursor.execute(
                "select line, field, reason from people_staging where run = %s and reason <> '' order by line",
                [run.id],
            )
            while some := cursor.fetchmany(BATCH):
                writer.writerows(some)
                held += len(some)
    if held == run.rejected:
        part.replace(rejects)
    else:  # done long ago, and the staging table emptied since: what was written then stays
        part.unlink()


_TOLD_OF = (
    "people_record", "people_identity", "people_identitylink", "people_name", "people_phone", "people_address",
    "people_household", "people_member", "people_marker", "people_features", "people_key", "people_sourcerow",
    "chronology_entry",
)  # fmt: skip


def _finish(run: ImportRun, *, by: Actor) -> None:
    with connection.cursor() as cursor:
        if run.added + run.changed >= WORTH_ANALYSING:
            cursor.execute(f"analyze {', '.join(_TOLD_OF)}")
        with transaction.atomic():
            cursor.execute("delete from people_staging where run = %s and reason = ''", [run.id])
            # of a row that did not land only the line, the field and the reason are kept: erasing does not reach it
            cursor.execute(
                "update people_staging set source_ref = null, digest = null, said = null, packed = null,"
                " keys = null where run = %s",
                [run.id],
            )
            run.state, run.finished_at = ImportRun.State.DONE, Now()
            run.save()
    run.refresh_from_db()
