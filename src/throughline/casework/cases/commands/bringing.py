"""Bringing in orders, bail and warrants from another system's file: again and again, and nothing twice."""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

from throughline.casework.cases.commands.facts import end_fact, set_fact, vary_fact
from throughline.casework.cases.models import StandingFact
from throughline.casework.cases.rules.rows import FactMap, FactRow, Who, judge, read_fact_map
from throughline.casework.people.commands.importing import WORTH_ANALYSING
from throughline.casework.people.models import IdentityLink, Name, Record
from throughline.casework.people.rules import IMPORTER, Malformed
from throughline.casework.people.rules.lines import FileProblem, cells, opened_records, read_header, survey
from throughline.casework.people.rules.lines import Record as Line
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.linkage.layout import LayoutError

ADDED, VARIED, UNCHANGED, ENDED, REJECTED = "added", "varied", "unchanged", "ended", "rejected"
NOT_IN_FILE = "not-in-file"


@dataclass(frozen=True, slots=True)
class FactFile:
    """A file, its map, and the name of the system that it comes from. ``whole``: what is not in it has ended."""

    file: Path
    map_path: Path
    source: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of the rows, by the words above; and why the rest was not ended, where it was asked for."""

    counts: Counter[str]
    not_ended: str = ""


def import_facts(*, by: Actor, now: datetime, file: FactFile, rejects: Path) -> Brought:
    """Bring in a file of standing facts; what cannot land goes to ``rejects`` by line, field and reason.

    A row is known again by the source and its id: the same changes nothing, a changed one varies. A fact that
    the file no longer names stands on, unless the file is said to be the ``whole`` and every row of it could be
    read. Each row is a transaction of its own, so that whatever stops it, what landed stays. Raises Refused;
    FileProblem and LayoutError before anything is changed.
    """
    with transaction.atomic():
        set_actor(by)
        undertake(by, Action.IMPORT_FACTS, detail={"source": file.source, "whole": file.whole})
    file_map = read_fact_map(file.map_path)
    header = read_header(file.file, file_map.encoding)
    file_map.layout.check(header)
    if survey(file.file, file_map.encoding).lines < 2:
        raise FileProblem("The file holds the names of columns and no rows")
    if file.source == "throughline" or not file.source.strip():
        raise LayoutError("the source must name the system that the file comes from")
    counts: Counter[str] = Counter()
    named: set[str] = set()
    unread = 0
    with (
        rejects.open("w", newline="", encoding="utf-8") as out,
        opened_records(file.file, file_map.encoding, len(header)) as lines,
    ):
        told = csv.writer(out)
        told.writerow(["line", "field", "reason"])
        for line in lines:
            try:
                row = _told(line, header, file_map)
                ref = file_map.layout.value(row, "id").strip()
                if ref in named:
                    raise Malformed("id", "stands twice in this file")
                named.add(ref)
                unread += not ref
                counts[_land(judge(file_map, row), file, file_map.people, now=now)] += 1
            except Malformed as wrong:
                counts[REJECTED] += 1
                unread += wrong.field == "row"
                told.writerow([line.line, wrong.field, wrong.why])
    not_ended = ""
    if file.whole and unread:
        not_ended = "some rows could not be read, so that nobody can say what the file leaves out"
    elif file.whole:
        counts[ENDED] = _end_the_rest(file, named, now=now)
    if counts[ADDED] + counts[VARIED] >= WORTH_ANALYSING:
        with connection.cursor() as cursor:
            cursor.execute("analyze cases_standingfact, chronology_entry")
    return Brought(counts, not_ended)


def _told(line: Line, header: list[str], file_map: FactMap) -> dict[str, str]:
    """The cells of a row by their column."""
    try:
        row = cells(line, file_map.encoding)
    except ValueError as error:
        raise Malformed("row", str(error)) from None
    if len(row) != len(header):
        raise Malformed("row", "has another number of cells than there are columns")
    return dict(zip(header, row, strict=True))


@transaction.atomic
def _land(row: FactRow, file: FactFile, people: str, *, now: datetime) -> str:
    """Set, vary or leave what a row says; says which."""
    set_actor(IMPORTER)
    binds = _person(row.binds, people, "person_ref", "dob")
    protects = _person(row.protects, people, "protects_ref", "protects_dob") if row.protects else None
    known = StandingFact.objects.filter(source=file.source, source_ref=row.ref).order_by("-set_at", "-id")
    latest = known.filter(ended_at=None).first() or known.first()
    same_terms = latest is not None and (
        latest.kind,
        latest.record_id,
        latest.protects_id,
        tuple(latest.conditions),
        latest.words,
        latest.issuer,
        latest.valid_from,
        latest.valid_until,
    ) == (
        row.kind,
        binds,
        protects,
        tuple(dict.fromkeys(row.conditions)),
        row.words,
        row.issuer,
        row.valid_from,
        row.valid_until,
    )
    # what somebody ended here stays ended while the file says nothing new of it
    if latest and same_terms and (latest.ended_at is None or latest.ended_because != NOT_IN_FILE):
        return UNCHANGED
    terms = {
        "conditions": row.conditions,
        "words": row.words,
        "issuer": row.issuer,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
    }
    if latest and latest.ended_at is None:
        if (latest.kind, latest.record_id, latest.protects_id) != (row.kind, binds, protects):
            raise Malformed("id", "is of another kind or of other people than it was before")
        _by_our_field(lambda: vary_fact(by=IMPORTER, now=now, fact_id=latest.id, **terms))  # type: ignore[arg-type]
        return VARIED
    _by_our_field(
        lambda: set_fact(
            by=IMPORTER,
            now=now,
            kind=row.kind,
            record_id=binds,
            protects_id=protects,
            source=file.source,
            source_ref=row.ref,
            **terms,  # type: ignore[arg-type]
        )
    )
    return ADDED


_OUR_FIELDS = {"protects": "protects_ref"}


def _by_our_field(command: Callable[[], object]) -> None:
    try:
        command()
    except Malformed as wrong:
        raise Malformed(_OUR_FIELDS.get(wrong.field, wrong.field), wrong.why) from None


def _person(who: Who, people: str, ref_field: str, name_field: str) -> UUID:
    """The one record that a row means. Raises Malformed where there is none, or more than one person."""
    if who.ref:
        found = Record.objects.filter(source=people, source_ref=who.ref, erased_at=None).first()
        if found is None:
            raise Malformed(ref_field, "is nobody's in the index of people")
        return found.id
    named = Name.objects.filter(
        forename__iexact=who.forename,
        surname__iexact=who.surname,
        record__born=who.born,
        record__erased_at=None,
    )
    records = list(dict.fromkeys(named.order_by("record").values_list("record", flat=True)))
    links = IdentityLink.objects.filter(record__in=records, valid_until=None)
    persons = set(links.values_list("identity", flat=True))
    if len(persons) != 1:
        raise Malformed(
            name_field,
            "and name are of more than one person here" if persons else "and name are of nobody here",
        )
    return records[0]


def _end_the_rest(file: FactFile, named: set[str], *, now: datetime) -> int:
    """End what a whole file no longer names; says how many."""
    with transaction.atomic():
        set_actor(IMPORTER)
        standing = StandingFact.objects.filter(source=file.source, ended_at=None).exclude(source_ref="")
        gone = [one for one, ref in standing.values_list("id", "source_ref") if ref not in named]
        for fact_id in gone:
            end_fact(by=IMPORTER, now=now, fact_id=fact_id, because=NOT_IN_FILE)
    return len(gone)
