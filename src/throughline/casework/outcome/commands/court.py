"""What comes from prosecutors, courts and prisons: written down, moved, withdrawn, and looked at together."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.outcome.commands.crimes import (
    JOINT_DUTY,
    case_for,
    opened,
    tell_line,
    the_crime,
)
from throughline.casework.outcome.models import CourtEvent, CourtReference
from throughline.casework.outcome.queries.court import over
from throughline.casework.outcome.queries.outcomes import crimes_of
from throughline.casework.outcome.rules.events import LONGEST_NUMBER, RELEASE
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands.held import LONGEST_WORDS, REASSESS, call_for
from throughline.casework.risk.queries.reassessing import grades_anew
from throughline.casework.safeguarding.commands.promising import promise
from throughline.casework.safeguarding.queries.promises import RELEASE_DUTY
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.commands import discharge, discharge_about, stand_with
from throughline.foundations.duties.models import Duty

JOINT: Final = "joint-review"
RESULT: Final = "court-result"
TO_COME: Final = "told-release-to-come"
CAME: Final = "told-left-prison"
NO_EVENT: Final = "There is no such entry"


@transaction.atomic
def record_event(
    *, by: Actor, now: datetime, crime_id: UUID, kind: str, at: datetime, reference: str = ""
) -> CourtEvent:
    """Write down what came about a crime, in a code of court-events; the same again changes nothing.

    She is told of it by the Code's clock, from when it happened, Saturdays too; of a release before it, which calls for a new grade as well. What is to come
    under the number of an earlier entry, and another day of release, moves that entry. A closed case opens again. Raises
    Malformed, Refused.
    """
    crime = the_crime(crime_id, by=by, action=Action.GIVE_OUTCOME, kind=kind)
    row = row_of("court-events", "kind", kind, now)
    to_come = row.flag("to_come")
    if at > now and not to_come:
        raise Malformed("at", "has not come yet")
    if at < crime.incident.reported_at:
        raise Malformed("at", "is before police were told of the crime")
    reference = _number("reference", reference)
    standing = CourtEvent.objects.filter(crime=crime, kind=kind, withdrawn_at=None)
    if same := standing.filter(at=at).first():
        return same
    moved = standing.filter(at__gt=now)
    if kind != RELEASE:
        moved = moved.filter(reference=reference) if to_come and reference else moved.none()
    moved.update(withdrawn_at=now, withdrawn_by=by.id)
    event = CourtEvent.objects.create(
        crime=crime, kind=kind, at=at, reference=reference, entered_at=now, by=by.id
    )
    case = opened(case_for(crime), by=by, now=now, cause=RESULT)
    tell_line(RESULT, crime, case, by=by, now=now, at=now if to_come else at, code=kind)
    if kind == RELEASE and at > now:
        promise(by=by, now=now, case_id=case.id, update=TO_COME, before=at)
    elif kind == RELEASE:
        promise(by=by, now=now, case_id=case.id, update=CAME, happened_at=at)
    if kind == RELEASE:
        stand_with(call_for(REASSESS, case, now=now, cause="release"), grades_anew([case.id]).get(case.id))
    if row.flag("joint"):
        call_for(JOINT_DUTY, case, now=now, cause="prosecution-over")
    return event


@transaction.atomic
def withdraw_event(*, by: Actor, now: datetime, event_id: UUID) -> CourtEvent:
    """Take back what was wrong; the row stays. Raises Conflict where it was taken back already, Refused."""
    crime_id = CourtEvent.objects.filter(id=event_id).values_list("crime", flat=True).first()
    if crime_id is None:
        raise Refused(NO_EVENT, event_id)
    crime = the_crime(crime_id, by=by, action=Action.GIVE_OUTCOME, event=str(event_id))
    event = CourtEvent.objects.select_for_update(of=("self",)).get(id=event_id)
    if event.withdrawn_at is not None:
        raise Conflict
    event.withdrawn_at, event.withdrawn_by = now, by.id
    event.save(update_fields=["withdrawn_at", "withdrawn_by"])
    case = case_for(crime)
    tell_line("court-result-withdrawn", crime, case, by=by, now=now, at=now, code=event.kind)
    # nobody tells her of a release that does not come
    for duty in Duty.objects.filter(kind=RELEASE_DUTY, about=case.id, due_at=event.at, discharged_at=None):
        discharge(by=by, now=now, duty_id=duty.id, outcome="no-longer-needed")
    return event


@transaction.atomic
def name_urn(*, by: Actor, now: datetime, crime_id: UUID, urn: str) -> CourtReference | None:
    """Write the number under which prosecutors and courts know the file of a crime, in place of an earlier one.

    Empty: it has none any more. Raises Malformed, Refused.
    """
    crime = the_crime(crime_id, by=by, action=Action.GIVE_OUTCOME)
    urn = _number("urn", urn).upper()
    standing = (
        CourtReference.objects.select_for_update(of=("self",)).filter(crime=crime, ended_at=None).first()
    )
    if standing and standing.urn == urn:
        return standing
    if standing:
        standing.ended_at = now
        standing.save(update_fields=["ended_at"])
    if not urn:
        return None
    return CourtReference.objects.create(crime=crime, urn=urn, at=now, by=by.id)


@transaction.atomic
def review_jointly(*, by: Actor, now: datetime, crime_id: UUID, finding: str, words: str = "") -> Decision:
    """Keep what police and prosecutors found together of a finished prosecution, in a code of joint-review-findings.

    A later note supersedes. Raises Malformed, Conflict while no prosecution of it is over, Refused.
    """
    crime = the_crime(crime_id, by=by, action=Action.REVIEW_OUTCOME, finding=finding)
    if not over([crime.id]):
        raise Conflict
    row_of("joint-review-findings", "finding", finding, now)
    case = case_for(crime)
    kept = decide_for(
        JOINT,
        by=by,
        now=now,
        record_id=case.victim_id,
        about=crime.id,
        choice=finding,
        words=checked_words("words", words, longest=LONGEST_WORDS),
    )
    tell_line("joint-reviewed", crime, case, by=by, now=now, at=now, code=finding)
    waiting = over([one.id for one in crimes_of(case)])
    noted = Decision.objects.filter(kind=JOINT, about__in=waiting).values_list("about", flat=True)
    if not waiting - set(noted):
        discharge_about(case.id, JOINT_DUTY, by=by, now=now, outcome="joint-reviewed")
    return kept


def _number(field: str, text: str) -> str:
    text = " ".join(text.replace("\x00", "").split())
    if len(text) > LONGEST_NUMBER:
        raise Malformed(field, f"is longer than {LONGEST_NUMBER} characters")
    return text
