"""Drawing files for review by a seed that nobody chooses, and keeping what a reviewer found."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.models import DrawnFile, FileDraw
from throughline.casework.cases.queries.counters import owners_of
from throughline.casework.cases.queries.files import pool_of_files
from throughline.casework.cases.rules.drawing import draw, seed
from throughline.casework.cases.rules.files import FORM, MOST_EACH
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.audit.models import Seal
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.instruments.commands import save_answers
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.rules import Answer, Instrument

DRAW = "file-draw"
NO_FILE = "There is no such file"
OWN_CASE = "Nobody reviews the file of a case that they own"


@transaction.atomic
def draw_files(*, by: Actor, now: datetime, first: date, last: date, each: int) -> FileDraw:
    """Draw up to ``each`` domestic incidents of every offence group, told of on days in London, both included.

    The seed is the last seal of the log, which nobody can know beforehand or choose; it is kept as a decision. The
    files are drawn from those in the sight of who draws, and of the same days once, so that nobody draws until they
    like it. Raises Malformed, Refused.
    """
    undertake(by, Action.REVIEW_FILES, detail={"first": first.isoformat(), "last": last.isoformat()})
    if last < first:
        raise Malformed("last", "is before the first day")
    if last >= london_day(now):
        raise Malformed("last", "is not over yet")
    if not 1 <= each <= MOST_EACH:
        raise Malformed("each", f"is not between 1 and {MOST_EACH}")
    if FileDraw.objects.filter(first_day=first, last_day=last).exists():
        raise Malformed("first", "begins days of which files have been drawn already")
    pool = pool_of_files(first, last)
    sealed = Seal.objects.order_by("-number").first()
    start = seed(
        period=f"{first.isoformat()}/{last.isoformat()}",
        seal=sealed.number if sealed else 0,
        seal_hash=bytes(sealed.hash) if sealed else b"",
    )
    made = FileDraw.objects.create(
        first_day=first, last_day=last, each=each, seed=start, drawn_at=now, drawn_by=by.id
    )
    decide_for(DRAW, by=by, now=now, record_id=made.id, about=made.id, choice=start)
    for offence, incidents in draw(pool, seed=start, each=each).items():
        for incident_id in incidents:
            DrawnFile.objects.create(
                draw=made, incident_id=incident_id, offence=offence, drawn_of=len(pool[offence])
            )
    return made


@transaction.atomic
def review_file(
    *,
    by: Actor,
    now: datetime,
    file_id: UUID,
    instrument: Instrument,
    answers: Mapping[str, Answer],
    complete: bool,
    after: UUID | None,
) -> Answers:
    """Keep what a reviewer found in a drawn file; complete, it counts.

    Nobody reviews the file of a case that they own. Raises ChangedMeanwhile where a colleague has saved since
    ``after``, BadAnswers, Refused.
    """
    undertake(by, Action.REVIEW_FILES, detail={"file": str(file_id), "complete": complete})
    file = (
        DrawnFile.objects.select_for_update(of=("self",))
        .select_related("incident")
        .filter(id=file_id)
        .first()
    )
    if file is None:
        raise Refused(NO_FILE, file_id)
    undertake(by, Action.REVIEW_FILES, *file.incident.subjects, detail={"file": str(file_id)})
    cases = list(file.incident.case_links.values_list("case", flat=True))
    if by.id in owners_of(cases, at=now).values():
        raise Refused(OWN_CASE, file_id)
    if instrument.code != FORM:
        raise ValueError("instrument: is not the one of file reviews")
    kept = save_answers(
        by=by,
        now=now,
        subject=file.id,
        instrument=instrument,
        answers=answers,
        complete=complete,
        after=after,
    )
    if complete and file.reviewed_at is None:
        file.reviewed_at, file.reviewed_by = now, by.id
        file.save(update_fields=["reviewed_at", "reviewed_by"])
        for record_id in file.incident.subjects:
            write("file-reviewed", by=by, now=now, record_id=record_id, about=file.incident_id)
    return kept
