"""What every command of this room needs to know beside what it writes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from throughline.casework.cases.models import Case
from throughline.casework.people.rules import Malformed
from throughline.casework.risk.models import Assessment
from throughline.casework.risk.rules.assessing import Stage
from throughline.foundations.access.rules import Actor, Refused, Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty
from throughline.reference import load

NOT_THERE: Final = "There is no such assessment"
CHECK, CHECK_HIGH, RETURNED = "risk-check", "risk-check-high", "risk-returned"
HUB, REASSESS, ASSESS = "hub-review", "risk-reassessment", "risk-assessment"
HIGH: Final = "high"
LONGEST_WORDS: Final = 4_000
#: A paper form may be as old as this when it is entered, and an unsynced telephone's clock as far ahead.
OLDEST_DAYS, AHEAD_MINUTES = 31, 5

#: The list that somebody works from who grades at a stage: its length is kept beside every grade.
QUEUES: Final[Mapping[Stage, str]] = {
    Stage.OFFICER: ASSESS,
    Stage.SUPERVISOR: CHECK,
    Stage.INSPECTOR: CHECK_HIGH,
    Stage.HUB: HUB,
    Stage.REASSESSMENT: REASSESS,
}


def the_assessment(assessment_id: UUID) -> Assessment:
    """The assessment, held until the transaction ends. Raises Refused where there is none in sight."""
    found = Assessment.objects.select_for_update(of=("self",)).filter(id=assessment_id).first()
    if found is None:
        raise Refused(NOT_THERE, assessment_id)
    return found


def queue_length(kind: str) -> int:
    """How many duties of a kind are open, of all whom the running actor sees."""
    return Duty.objects.filter(kind=kind, discharged_at=None).count()


def call_for(kind: str, case: Case, *, now: datetime, cause: str, owner: UUID | None = None) -> Duty:
    """Put a duty about the case on the list of its kind, or add the cause to the open one."""
    return open_duty(kind, now=now, record_id=case.victim_id, about=case.id, cause=cause, owner=owner)


def open_of(kind: str, case_id: UUID) -> list[Duty]:
    """The open duties of a kind about a case."""
    return list(Duty.objects.filter(kind=kind, about=case_id, discharged_at=None))


def done(kind: str, case: Case, *, by: Actor, now: datetime, outcome: str) -> Duty | None:
    """Discharge what is open of a kind about a case; the first of them, if there was any."""
    found = open_of(kind, case.id)
    for duty in found:
        discharge(by=by, now=now, duty_id=duty.id, outcome=outcome)
    return found[0] if found else None


def when(field: str, at: datetime | None, now: datetime) -> datetime:
    """When something was done, as somebody says; now where nobody does. Raises Malformed for an impossible one."""
    if at is None:
        return now
    if (at - now).total_seconds() > AHEAD_MINUTES * 60:
        raise Malformed(field, "has not come yet")
    if (now - at).days > OLDEST_DAYS:
        raise Malformed(field, "is more than a month ago")
    return min(at, now)


def coded(field: str, reason: str, decision: str, now: datetime) -> None:
    """Raise Malformed for a code that is not a reason for such a decision."""
    if reason not in dict(load("decision-reasons").choices(on=london_day(now), decision=decision)):
        raise Malformed(field, "choose one of the answers listed")


def graded_by(role: Role) -> Stage:
    """The stage at which somebody of a role grades who looks at what another did."""
    return {
        Role.SERGEANT: Stage.SUPERVISOR,
        Role.SUPERVISOR: Stage.SUPERVISOR,
        Role.INSPECTOR: Stage.INSPECTOR,
        Role.HUB: Stage.HUB,
    }.get(role, Stage.OFFICER)
