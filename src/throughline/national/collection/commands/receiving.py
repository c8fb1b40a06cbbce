"""A return comes in: the files are kept as they are, the figures only when all of them could be read, and are asked about."""

import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction

from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.national.collection.commands.shared import in_line, said
from throughline.national.collection.models import Force, Question, Receipt, ReceivedFile, Round, Version
from throughline.national.collection.queries.returns import (
    accepted_marks,
    before,
    latest_version,
    subject_of,
)
from throughline.national.collection.rules import Amiss, Source, figures, mark_of
from throughline.statistics.returns import (
    Problem,
    Query,
    Return,
    against_outside,
    against_past,
    binds_all,
    canonical,
    digest,
    read_return,
    within_itself,
    write_template,
)
from throughline.statistics.returns.template import WORKBOOK

#: Of one file, in bytes; `statistics.returns` refuses what is larger.
LARGEST: Final = 5_000_000
TABLES: Final = ("about.csv", "figures.csv", "methods.csv")
METHODS: Final = ("sheet", "counted_by", "definition", "method")


@dataclass(frozen=True, slots=True)
class Received:
    """What became of what was sent: a version of the figures, or what is wrong with it."""

    receipt: Receipt
    version: Version | None
    problems: tuple[Problem, ...]


@transaction.atomic
def receive(
    *,
    by: Actor,
    now: datetime,
    round_id: UUID,
    force_id: UUID,
    files: Sequence[tuple[str, bytes]],
    why: str = "",
) -> Received:
    """Take in a return: one spreadsheet, or the CSV files of the template. It is kept, readable or not.

    Figures that could be read become a version, and every question that they raise is asked. A correction says why.
    Raises Amiss for what is no upload at all or brings no change, `Refused`.
    """
    undertake(
        by,
        Action.SEND_RETURN,
        detail={"round": str(round_id), "force": str(force_id), "files": len(files)},
        subject=subject_of(by, force_id),
    )
    in_line(round_id, force_id)
    of, force = Round.objects.get(id=round_id), Force.objects.get(id=force_id)
    if london_day(now) < of.opens:
        raise Amiss("The round is not open yet.")
    _insist_on_files(files)
    latest = latest_version(round_id, force_id)
    told, methods, problems = _read(files, force=force, of=of)
    text = canonical(told) if told else ""
    if latest is not None:
        why = said("why", why)
        if told and told_as(latest, told, methods):
            raise Amiss(f"these are the figures of version {latest.number}: nothing has changed", "upload")
    receipt = Receipt.objects.create(
        round=of,
        force=force,
        number=Receipt.objects.filter(round=of, force=force).count() + 1,
        problems=[asdict(problem) for problem in problems],
        sent_at=now,
        sent_by=by.id,
    )
    ReceivedFile.objects.bulk_create(
        ReceivedFile(
            receipt=receipt,
            force=force,
            name=name,
            content=content,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for name, content in files
    )
    if told is None:
        return Received(receipt, None, problems)
    version = Version.objects.create(
        round=of,
        force=force,
        number=latest.number + 1 if latest else 1,
        receipt=receipt,
        figures=text,
        digest=digest(text),
        methods=methods,
        why=why if latest else "",
        made_at=now,
        made_by=by.id,
    )
    settled = accepted_marks(round_id, force_id)
    raised = [one for one in _raised(told, of, force) if mark_of(one) not in settled]
    put(version, raised, Source.VERIFICATION, by=by, now=now)
    return Received(receipt, version, ())


def told_as(latest: Version, told: Return, methods: list[dict[str, str]]) -> bool:
    """Whether a return says nothing else than a version that is kept, also one by the text of earlier years."""
    if binds_all(latest.figures):
        return canonical(told) == latest.figures
    noted = any(entry.note for entry in told.entries.values())
    return not noted and (canonical(told, version=1), methods) == (latest.figures, latest.methods)


def put(version: Version, raised: Iterable[Query], source: Source, *, by: Actor, now: datetime) -> None:
    """Ask questions of a version, after those that it was asked before."""
    there = version.questions.count()
    Question.objects.bulk_create(
        Question(
            version=version,
            round_id=version.round_id,
            force_id=version.force_id,
            place=place,
            source=source,
            level=one.level,
            rule=one.rule,
            items=[item for item in one.items if item],
            printed=one.printed,
            recomputed=one.recomputed,
            message=one.message,
            remedy=one.remedy,
            asked_at=now,
            asked_by=by.id,
        )
        for place, one in enumerate(raised, start=there + 1)
    )


def _raised(told: Return, of: Round, force: Force) -> tuple[Query, ...]:
    past = before(of, force.id)
    asked_of_past = against_past(told, figures(past.figures)) if past else ()
    return (*within_itself(told), *asked_of_past, *against_outside(told))


def _insist_on_files(files: Sequence[tuple[str, bytes]]) -> None:
    names = [name.lower() for name, _ in files]
    spreadsheet = len(names) == 1 and names[0].endswith(".xlsx")
    tables = "figures.csv" in names and len({*names}) == len(names) and {*names} <= {*TABLES}
    if not spreadsheet and not tables:
        raise Amiss(
            "choose one spreadsheet (.xlsx), or figures.csv, with about.csv and methods.csv if you have them",
            "upload",
        )
    if any(len(content) > LARGEST for _, content in files):
        raise Amiss(f"is larger than {LARGEST // 1_000_000} MB: send the filled template alone", "upload")


def _read(
    files: Sequence[tuple[str, bytes]], *, force: Force, of: Round
) -> tuple[Return | None, list[dict[str, str]], tuple[Problem, ...]]:
    """The return in what was sent, with how it was counted; one of another force or year is no return of this round."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "return"
        if files[0][0].lower().endswith(".xlsx"):
            path = Path(made) / "return.xlsx"
            path.write_bytes(files[0][1])
        else:
            path = folder
            # who sent it is known from the page: about.csv may be left out
            write_template(folder, of.year_end, force=force.code)
            # an empty form, which nobody sent
            (folder / WORKBOOK).unlink()
            for name, content in files:
                (folder / name.lower()).write_bytes(content)
        codes = list(Force.objects.values_list("code", flat=True))
        told, problems = read_return(path, forces=codes, asked_on=of.opens)
    if told is None:
        return None, [], problems
    other = []
    if told.force != force.code:
        other.append(
            ("force", f"is {told.force!r}, and this is the return of {force.name}.", f"Write {force.code}.")
        )
    if told.year_end != of.year_end:
        other.append(
            ("year_end", f"is {told.year_end}, and this round is of {of.year_end}.", f"Write {of.year_end}.")
        )
    if other:
        return (
            None,
            [],
            tuple(Problem("about", 2, item, "round", message, remedy) for item, message, remedy in other),
        )
    counted = [told.methods[sheet] for sheet in sorted(told.methods)]
    return told, [{name: getattr(one, name) for name in METHODS} for one in counted], ()
