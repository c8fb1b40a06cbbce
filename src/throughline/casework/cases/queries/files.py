"""Drawn files: which there are to draw from, which wait, one of them, and what was found over those that apply."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from throughline.casework.cases.models import Crime, DrawnFile, FileDraw, Incident
from throughline.casework.cases.queries.pages import (
    NOT_THERE,
    IncidentPage,
    in_sight,
    incident_told,
    look_at,
)
from throughline.casework.cases.rules.files import FORM, NO_CRIME, Tally, tally
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import GUARDIAN
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Action, Actor, Refused, insist
from throughline.foundations.clock.rules import london_day, start_of_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import latest, library
from throughline.foundations.instruments.rules import Instrument, Kind, Question

SHOWN = 50


def pool_of_files(first: date, last: date) -> dict[str, list[UUID]]:
    """The domestic incidents in sight that were told of on some days, by the offence group of their crimes.

    One with crimes of two groups is under both; one that was judged to be no crime under `NO_CRIME`. One that the
    registrar has not judged is under none.
    """
    told = Incident.objects.filter(
        reported_at__gte=start_of_day(first),
        reported_at__lt=start_of_day(last + timedelta(days=1)),
        domestic=True,
    )
    pool: dict[str, set[UUID]] = defaultdict(set)
    crimes = Crime.objects.filter(incident__in=told, cancelled_at=None)
    for offence, incident_id in crimes.values_list("offence", "incident"):
        pool[offence].add(incident_id)
    with_crime = {one for ids in pool.values() for one in ids}
    judged = Decision.objects.filter(kind="crime-recording", about__in=told.values("id"), choice="no-crime")
    if without := {one for one in judged.values_list("about", flat=True) if one} - with_crime:
        pool[NO_CRIME] = without
    return {offence: sorted(ids) for offence, ids in pool.items()}


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw as a list shows it. Counts are of the files in the reader's sight."""

    draw: FileDraw
    by: str
    files: int
    reviewed: int


def draws(actor: Actor) -> tuple[Draw, ...]:
    """The draws there were, newest first. Shows nobody. Raises Refused."""
    insist(actor, Action.REVIEW_FILES)
    found = list(FileDraw.objects.order_by("-drawn_at", "id")[:SHOWN])
    names = staff_names({one.drawn_by for one in found})
    files: dict[UUID, list[bool]] = defaultdict(list)
    for draw_id, reviewed_at in DrawnFile.objects.filter(draw__in=found).values_list("draw", "reviewed_at"):
        files[draw_id].append(reviewed_at is not None)
    return tuple(Draw(one, names[one.drawn_by], len(files[one.id]), sum(files[one.id])) for one in found)


@dataclass(frozen=True, slots=True)
class Listed:
    """One drawn file on a line: the incident's number, who reviewed it and whether they have finished."""

    file: DrawnFile
    number: str
    reviewed_by: str
    begun: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one item: over all files that were reviewed, and by offence group."""

    question: Question
    all: Tally
    groups: tuple[tuple[str, Tally], ...]


@dataclass(frozen=True, slots=True)
class DrawPage:
    """One draw: its files by offence group, and what was found in those that were reviewed in full."""

    draw: FileDraw
    by: str
    groups: tuple[tuple[str, int, tuple[Listed, ...]], ...]
    found: tuple[Found, ...]
    files: int
    reviewed: int
    instrument: Instrument


def draw_page(actor: Actor, draw_id: UUID) -> DrawPage:
    """One draw with its results. Names nobody: incidents by their numbers. Raises Refused."""
    insist(actor, Action.REVIEW_FILES)
    made = FileDraw.objects.filter(id=draw_id).first()
    if made is None:
        raise Refused(NOT_THERE, draw_id)
    files = list(DrawnFile.objects.filter(draw=made).select_related("incident").order_by("offence", "id"))
    answers = {
        one.subject: one
        for one in Answers.objects.filter(
            subject__in=[file.id for file in files], instrument=FORM, superseded_by=None
        )
    }
    names = staff_names({*(one.reviewed_by for one in files if one.reviewed_by), made.drawn_by})
    listed: dict[str, list[Listed]] = defaultdict(list)
    for file in files:
        listed[file.offence].append(
            Listed(
                file,
                file.incident.number,
                names[file.reviewed_by] if file.reviewed_by else "",
                file.id in answers,
            )
        )
    done = [file for file in files if file.reviewed_at is not None and file.id in answers]
    instrument = library().as_of(FORM, london_day(made.drawn_at))
    return DrawPage(
        draw=made,
        by=names[made.drawn_by],
        groups=tuple((offence, of[0].file.drawn_of, tuple(of)) for offence, of in listed.items()),
        found=tuple(
            Found(
                question,
                tally(question.code, [answers[file.id].answers for file in done]),
                tuple(
                    (
                        offence,
                        tally(
                            question.code,
                            [answers[file.id].answers for file in done if file.offence == offence],
                        ),
                    )
                    for offence in listed
                ),
            )
            for question in instrument.questions
            if question.kind is Kind.CHOICE
        ),
        files=len(files),
        reviewed=len(done),
        instrument=instrument,
    )


@dataclass(frozen=True, slots=True)
class FilePage:
    """One drawn file, with the incident and whom it names, and what was answered of it so far."""

    file: DrawnFile
    told: IncidentPage
    before: Answers | None
    reviewed_by: str


def file_page(actor: Actor, file_id: UUID, *, at: datetime, purpose: str) -> FilePage:
    """One drawn file, with the look at everybody in its incident. Raises Refused."""
    insist(actor, Action.REVIEW_FILES)
    with acting(GUARDIAN):
        file = DrawnFile.objects.filter(id=file_id).select_related("draw").first()
    if file is None:
        raise Refused(NOT_THERE, file_id)
    incident = in_sight(actor, Action.REVIEW_FILES, Incident, file.incident_id)
    today = london_day(at)
    told = incident_told(incident, today)
    look_at(actor, Action.REVIEW_FILES, incident.subjects, today=today, purpose=purpose)
    return FilePage(
        file,
        told,
        latest(actor, subject=file.id, instrument=FORM),
        staff_names({file.reviewed_by})[file.reviewed_by] if file.reviewed_by else "",
    )
