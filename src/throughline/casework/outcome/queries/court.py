"""What came from prosecutors, courts and prisons, what is coming, and which crimes a file means."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from throughline.casework.cases.models import Case, Crime
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.outcome.models import CourtEvent, CourtReference
from throughline.casework.outcome.queries.outcomes import cases_of
from throughline.casework.outcome.rules import crime_number
from throughline.casework.people.rules import PURPOSES
from throughline.casework.safeguarding.queries.promises import tells_her
from throughline.foundations.access.rules import Action, Actor, Role, insist
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.queries import recall
from throughline.reference import load

#: Under which drafts keep what did not land of a file, for each account its own.
REJECTS: Final = "outcome/results/rejects"
#: How far ahead, and how far back, the list of what is coming looks; and the most that it shows.
AHEAD, BACK, MOST = timedelta(days=14), timedelta(days=1), 200
#: Who sees what is coming of every case in sight; everybody else of those that they own.
SEES_ALL: Final = (Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR)


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that is coming, of which case, and whether it is the reader's."""

    event: CourtEvent
    case: Case
    victim: Somebody
    mine: bool


@dataclass(frozen=True, slots=True)
class Rejects:
    """What did not land of the last file that somebody brought in: as CSV, and when that was."""

    text: str
    at: datetime


def kept_rejects(actor: Actor, *, now: datetime) -> Rejects | None:
    """What did not land of the reader's own last file, while it is kept; None where all of it did. Raises Refused."""
    insist(actor, Action.IMPORT_RESULTS)
    kept = recall(user=actor.id, place=REJECTS, now=now)
    return Rejects(str(kept.typed["file"]), kept.saved_at) if kept else None


def take_rejects(actor: Actor, *, now: datetime) -> Rejects | None:
    """`kept_rejects` to be taken away as a file, with the look written. Raises Refused."""
    if found := kept_rejects(actor, now=now):
        write_audit(actor, Event.Kind.LOOK, Action.IMPORT_RESULTS, detail={"bytes": len(found.text)})
    return found


def over(crime_ids: Collection[UUID]) -> set[UUID]:
    """Of some crimes, those of which a prosecution is over and calls for a joint note."""
    joint = [row.code for row in load("court-events").rows if row.flag("joint")]
    found = CourtEvent.objects.filter(crime__in=crime_ids, kind__in=joint, withdrawn_at=None)
    return set(found.values_list("crime", flat=True))


def numbers_of(crimes: Collection[Crime]) -> dict[UUID, str]:
    """What each crime is called in files and by people."""
    places: dict[UUID, int] = {}
    counted: dict[UUID, int] = {}
    of = Crime.objects.filter(incident__in={one.incident_id for one in crimes})
    for crime_id, incident in of.order_by("recorded_at", "id").values_list("id", "incident"):
        counted[incident] = counted.get(incident, 0) + 1
        places[crime_id] = counted[incident]
    return {one.id: crime_number(one.incident.number, places[one.id]) for one in crimes}


def crimes_named(number: str, urn: str) -> tuple[UUID, ...]:
    """The crimes that a row of a file means: the one of a number, else those of a URN; none where it is of nobody's.

    The number of an incident alone means its one crime. For a command, which acts as the system.
    """
    if number:
        incident, _slash, place = number.partition("/")
        crimes = list(Crime.objects.filter(incident__number=incident).order_by("recorded_at", "id"))
        if place:
            found = crimes[int(place) - 1 : int(place)] if place.isdecimal() and int(place) else []
            return tuple(one.id for one in found)
        crimes = [one for one in crimes if one.cancelled_at is None]
        return tuple(one.id for one in crimes) if len(crimes) == 1 else ()
    named = CourtReference.objects.filter(urn=urn, ended_at=None, crime__cancelled_at=None)
    return tuple(named.order_by("at", "id").values_list("crime", flat=True))


def coming(actor: Actor, *, now: datetime) -> tuple[Coming, ...]:
    """Hearings and releases of the next days, the first first: of the reader's own cases, for who answers for others of all.

    With the look at the victims. Raises Refused.
    """
    insist(actor, Action.GIVE_OUTCOME)
    kinds = [row.code for row in load("court-events").rows if row.flag("to_come")]
    events = list(
        CourtEvent.objects.filter(kind__in=kinds, withdrawn_at=None, at__gte=now - BACK, at__lte=now + AHEAD)
        .select_related("crime__incident")
        .order_by("at", "id")[:MOST]
    )
    of = cases_of([one.crime for one in events])
    answering = {one.id: of[one.crime_id][0] for one in events if of[one.crime_id]}
    owners = tells_her({case.id for case in answering.values()})
    mine = {case for case, whose in owners.items() if whose[0] == actor.id}
    shown = [
        (one, answering[one.id])
        for one in events
        if one.id in answering and (actor.role in SEES_ALL or answering[one.id].id in mine)
    ]
    named = people_named({case.victim_id for _event, case in shown}, london_day(now))
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.GIVE_OUTCOME,
        subjects=sorted(named),
        purpose=PURPOSES.get(actor.role, ""),
    )
    return tuple(
        Coming(one, case, named[case.victim_id], case.id in mine)
        for one, case in shown
        if case.victim_id in named
    )
