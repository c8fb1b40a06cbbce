"""Bringing in what courts, prosecutors and prisons send: each row by itself, and the same file again changes nothing."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction

from throughline.casework.outcome.commands.court import record_event
from throughline.casework.outcome.models import CourtEvent
from throughline.casework.outcome.queries.court import REJECTS, crimes_named
from throughline.casework.outcome.rules.events import COLUMNS, MOST_BYTES, MOST_ROWS, NEEDED, read_row
from throughline.casework.people.rules import Malformed
from throughline.casework.people.rules.lines import FileProblem
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Action, Actor, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.commands import keep, let_go

BRINGER: Final = system("results of courts")
#: What stands before the columns of a row that did not land.
_WHY: Final = ("row", "field", "remedy")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that did not land: its number in the file, the column, what puts it right, and its cells as they were."""

    row: int
    field: str
    why: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of the rows of a file."""

    head: tuple[str, ...]
    added: int
    unchanged: int
    rejected: tuple[Rejected, ...]


def import_results(*, by: Actor, now: datetime, content: bytes) -> Brought:
    """Bring in a CSV file with a head of `rules.events.COLUMNS`: what cannot land is returned whole with its row number,
    field and remedy, and the rest is in.

    Rows land as the system, whoever's sight the people are in; nothing of them is told but row numbers. Raises
    FileProblem for a file that is none, Refused.
    """
    with transaction.atomic():
        undertake(by, Action.IMPORT_RESULTS, detail={"bytes": len(content)})
    head, rows = _read(content)
    added, unchanged, rejected = 0, 0, []
    for number, cells in rows:
        try:
            if len(cells) != len(head):
                raise Malformed("row", f"has {len(cells)} cells, and there are {len(head)} columns")
            if _land(dict(zip(head, cells, strict=True)), now=now):
                added += 1
            else:
                unchanged += 1
        except Malformed as wrong:
            rejected.append(Rejected(number, wrong.field or "row", wrong.why, tuple(cells)))
    return Brought(head, added, unchanged, tuple(rejected))


def rejects_of(brought: Brought) -> str:
    """What did not land as CSV, each row with why; put right, it is brought in again as it is."""
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow([*_WHY, *brought.head])
    lines.writerows([one.row, one.field, one.why, *one.cells] for one in brought.rejected)
    return out.getvalue()


def write_rejects(path: Path, brought: Brought) -> None:
    """Write what did not land to a file."""
    path.write_text(rejects_of(brought), encoding="utf-8", newline="")


@transaction.atomic
def keep_rejects(*, by: Actor, now: datetime, brought: Brought) -> None:
    """Keep what did not land for whoever brought it in, encrypted and for as long as a draft, in place of what was kept before.

    Raises Refused.
    """
    undertake(by, Action.IMPORT_RESULTS, detail={"rejects": len(brought.rejected)})
    if brought.rejected:
        keep(user=by.id, place=REJECTS, typed={"file": [rejects_of(brought)]}, now=now)
    else:
        let_go(user=by.id, place=REJECTS)


def read_file(path: Path) -> bytes:
    """The bytes of a file that is not too large. Raises FileProblem."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileProblem(f"{path.name} is larger than {MOST_BYTES:,} bytes: bring it in in parts")
        return path.read_bytes()
    except OSError as error:
        raise FileProblem(f"{path.name} cannot be read: {error.strerror}") from None


def _read(content: bytes) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    if len(content) > MOST_BYTES:
        raise FileProblem(f"The file is larger than {MOST_BYTES:,} bytes: bring it in in parts")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileProblem("The file is not UTF-8: save it as CSV in UTF-8") from None
    if "\x00" in text:
        raise FileProblem("The file holds a NUL byte: it is damaged, or is no text")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        head = tuple(cell.strip().lower() for cell in next(reader, []))
        # the rejects of an earlier file say why before each row
        skipped = len(_WHY) if head[: len(_WHY)] == _WHY else 0
        head = head[skipped:]
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, cells[skipped:]))
            if len(rows) > MOST_ROWS:
                raise FileProblem(f"The file has more than {MOST_ROWS:,} rows: bring it in in parts")
    except csv.Error:
        raise FileProblem(f"Line {reader.line_num} cannot be read as CSV: is a quote left open?") from None
    columns = ", ".join(COLUMNS)
    if missing := [one for one in NEEDED if one not in head]:
        raise FileProblem(f"The file has no column {missing[0]!r}; its columns are: {columns}")
    if not {"crime", "urn"} & set(head):
        raise FileProblem(f"The file has neither a column 'crime' nor 'urn'; its columns are: {columns}")
    if len(set(head)) != len(head):
        raise FileProblem("The file has a column twice")
    if unknown := [one for one in head if one not in COLUMNS]:
        raise FileProblem(f"The file has a column {unknown[0]!r}; its columns are: {columns}")
    return head, rows


@transaction.atomic
def _land(cells: dict[str, str], *, now: datetime) -> bool:
    """Write what a row says of each crime that it names; False where all of it was there."""
    row = read_row(cells, london_day(now))
    with acting(BRINGER):
        crimes = crimes_named(row.crime, row.urn)
        if not crimes:
            raise Malformed(
                "crime" if row.crime else "urn",
                "is of no crime here: look at the number, or write the URN on the page of the crime first",
            )
        landed = [_write(crime_id, row.kind, row.at, row.reference, now=now) for crime_id in crimes]
        return any(landed)


def _write(crime_id: UUID, kind: str, at: datetime, reference: str, *, now: datetime) -> bool:
    # what somebody withdrew here stays so while the file says nothing new of it
    if CourtEvent.objects.filter(crime=crime_id, kind=kind, at=at).exists():
        return False
    try:
        record_event(by=BRINGER, now=now, crime_id=crime_id, kind=kind, at=at, reference=reference)
    except Malformed as wrong:
        raise Malformed({"at": "date"}.get(wrong.field, wrong.field), wrong.why) from None
    return True
