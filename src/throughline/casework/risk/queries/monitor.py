"""Regrades against the length of the queue, the turn and the reviewer. Codes and ids; opened to records."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from throughline.casework.people.queries.person import names_of, staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.casework.risk.models import Check, Grading, HubReview
from throughline.casework.risk.rules.monitor import Regrade, band_of, by, share_of
from throughline.foundations.access.queries import subjects_for
from throughline.foundations.access.rules import Action, Actor, insist, may
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.measures.intervals import Share
from throughline.reference import load

#: How far back the monitor looks unless somebody asks for another time: a quarter.
DAYS = 91
SHOWN = 200
QUEUE, TURN, REVIEWER = "queue", "turn", "reviewer"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a table: its code, its label, the share that went down of its regrades."""

    code: str
    label: str
    share: Share | None


@dataclass(frozen=True, slots=True)
class Monitor:
    """The page: all regrades of a time, and their parts; how many second looks there were in all."""

    since: datetime
    all: Share | None
    looked: int
    flagged: int
    parts: dict[str, tuple[Part, ...]]


def monitor(actor: Actor, *, now: datetime, days: int = DAYS) -> Monitor:
    """How many regrades went down, by queue, turn and reviewer. Names staff alone. Raises Refused."""
    insist(actor, Action.VIEW_MEASURES)
    since = now - timedelta(days=days)
    found = [one for _, one in regrades(since, now)]
    today = london_day(now)
    names = staff_names({one.by for one in found})
    bands = load("queue-bands").as_of(today)
    turns = load("turns").as_of(today)
    by_band = by(lambda one: band_of(one.queue_length, today), found)
    by_turn = by(lambda one: one.turn, found)
    by_reviewer = by(lambda one: one.by, found)
    looked = (
        Check.objects.filter(at__gte=since, at__lte=now).count()
        + HubReview.objects.filter(done_at__gte=since, done_at__lte=now).count()
    )
    return Monitor(
        since=since,
        all=share_of(found),
        looked=looked,
        flagged=sum(one.flagged for one in found),
        parts={
            QUEUE: tuple(Part(row.code, row.label, by_band.get(row.code)) for row in bands),
            TURN: tuple(Part(row.code, row.label, by_turn.get(row.code)) for row in turns),
            REVIEWER: tuple(
                Part(str(account), names[account], share)
                for account, share in sorted(by_reviewer.items(), key=lambda one: names[one[0]])
            ),
        },
    )


def regrades(since: datetime, until: datetime) -> list[tuple[Grading, Regrade]]:
    """The grades of a time that differ from what stood before them, newest first, in the actor's sight."""
    rows = Grading.objects.filter(entered_at__gte=since, entered_at__lte=until).exclude(before="")
    ranks = {row.code: row.number("rank") for row in load("grades").rows}
    return [
        (
            row,
            Regrade(
                id=row.id,
                was=ranks[row.before],
                now=ranks[row.grade],
                queue_length=row.queue_length,
                turn=row.turn,
                by=row.by,
                flagged=bool(row.flags),
            ),
        )
        for row in rows.select_related("case").order_by("-entered_at", "id")
        if row.before != row.grade
    ]


@dataclass(frozen=True, slots=True)
class Record:
    """One regrade behind a figure; ``people`` is empty for who may not see them."""

    grading: Grading
    by: str
    people: str
    opens: bool


def records(actor: Actor, *, now: datetime, part: str, code: str, days: int = DAYS) -> tuple[Record, ...]:
    """The regrades behind one part of the page, with the look at whom it names. Raises Refused."""
    insist(actor, Action.VIEW_MEASURES)
    today = london_day(now)
    belongs = {
        QUEUE: lambda one: band_of(one.queue_length, today) == code,
        TURN: lambda one: one.turn == code,
        REVIEWER: lambda one: str(one.by) == code,
    }.get(part, bool)
    rows = [row for row, one in regrades(now - timedelta(days=days), now) if belongs(one)][:SHOWN]
    subjects = subjects_for(actor, {one for row in rows for one in row.case.subjects})
    seen = {
        row.id
        for row in rows
        if all(may(actor, Action.VIEW_RISK, subjects[one]) for one in row.case.subjects)
    }
    people = names_of({record for row in rows if row.id in seen for record in row.case.subjects})
    names = staff_names({row.by for row in rows})
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_MEASURES,
        subjects=sorted(people),
        purpose=PURPOSES.get(actor.role, ""),
    )
    return tuple(
        Record(
            row,
            names[row.by],
            " / ".join(
                people[one] for one in (row.case.victim_id, row.case.suspect_id) if one and one in people
            ),
            row.id in seen,
        )
        for row in rows
    )
