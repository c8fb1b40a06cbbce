"""The rows that addresses name, for who may do something to everybody they are about."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from throughline.casework.cases.models import Incident, Involvement
from throughline.casework.cases.queries.pages import NOT_THERE, in_sight
from throughline.casework.cases.rules import Part
from throughline.casework.people.rules import GUARDIAN, Conflict
from throughline.casework.scene.models import Attendance, ChildDecision
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.accounts.models import User


def the_incident(actor: Actor, action: Action, incident_id: UUID) -> Incident:
    """The incident, for who may do this to everybody in it. Raises Refused."""
    return in_sight(actor, action, Incident, incident_id)


def the_attendance(actor: Actor, action: Action, attendance_id: UUID) -> Attendance:
    """The attendance with its incident, for who may do this to everybody in it.

    Raises Refused, in the name of a record that the actor is party to, so that it is noticed.
    """
    with acting(GUARDIAN):
        incident_id = Attendance.objects.filter(id=attendance_id).values_list("incident", flat=True).first()
    if incident_id is None:
        raise Refused(NOT_THERE, attendance_id)
    the_incident(actor, action, incident_id)
    return Attendance.objects.select_related("incident").get(id=attendance_id)


def insist_own(actor: Actor, attendance: Attendance) -> None:
    """Raise Refused for somebody else's attendance: each officer writes their own."""
    if attendance.officer != actor.id:
        raise Refused("Each officer writes what they themselves found", attendance.id)


def has_left(account: UUID) -> bool:
    """Whether an account is closed: nobody answers from it any more."""
    return User.objects.filter(id=account, is_active=False).exists()


def own_attendance(actor: Actor, incident: Incident) -> Attendance | None:
    """The actor's own attendance of an incident: that which is still going on, else the last."""
    return (
        Attendance.objects.filter(incident=incident, officer=actor.id)
        .order_by("-left_at", "-began_at")  # nulls first: the one that is not over
        .first()
    )


class Row(Protocol):
    """Anything that has an id."""

    id: UUID


def insist_stands(standing: Row | None, after: str | None) -> None:
    """Raise Conflict where something else stands than what the page showed that was answered.

    ``after`` is its id, empty where nothing stood; None where nobody answered a page.
    """
    if after is not None and after != (str(standing.id) if standing else ""):
        raise Conflict("somebody else has said of it meanwhile")


def parts_in(incident: Incident) -> list[tuple[UUID, str]]:
    """Who is what in an incident, as far as the running actor sees, in the order in which it was said."""
    live = Involvement.objects.filter(incident=incident, ended_at=None).order_by("made_at", "id")
    return list(live.values_list("record", "part"))


def of_part(incident: Incident, part: Part) -> list[UUID]:
    """The records of one part in an incident, each once."""
    return list(dict.fromkeys(record_id for record_id, one in parts_in(incident) if one == part))


def latest_decision(incident: Incident) -> ChildDecision | None:
    """What was decided last about the children of an incident."""
    return ChildDecision.objects.filter(incident=incident).order_by("-entered_at", "-id").first()


def subject_of(incident: Incident) -> UUID:
    """Whose line it stands on: the victim's record where she is known, else the incident itself."""
    return next(iter(of_part(incident, Part.VICTIM)), incident.id)


def done_at(at: datetime | None, now: datetime) -> datetime:
    """When something was done, as a device says: one whose clock is ahead is not believed beyond now."""
    return now if at is None else min(at, now)
