"""What the registrar judges of a domestic incident: crimes recorded, none, or one cancelled; and its review.

Recording is a judgement with a coded reason (Home Office Counting Rules, from general knowledge of them). Every
judgement that there was no crime, every cancelled crime and one recorded crime in ten are looked at by somebody
else; the volume stands with the duty kind crime-review.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import reason_for
from throughline.casework.cases.commands.incidents import locked
from throughline.casework.cases.models import Crime, Incident, Involvement
from throughline.casework.cases.rules import Judgement, Part, is_drawn
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for, review
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.commands import discharge, discharge_about, open_duty
from throughline.foundations.duties.models import Duty
from throughline.reference import UnknownCode, load

RECORDING, REVIEW = "crime-recording", "crime-review"
NO_CRIME = "There is no such crime"


@transaction.atomic
def record_crime(
    *,
    by: Actor,
    now: datetime,
    incident_id: UUID,
    offence: str,
    reason: str,
    words: str = "",
    victim_id: UUID | None = None,
) -> Crime:
    """Record a crime of a domestic incident, in a code of reference's offence-groups; several may come of one.

    ``victim_id`` is one of the incident's; where it has only one, that is she. Raises Malformed, Refused.
    """
    incident = locked(incident_id)
    undertake(by, Action.RECORD_CRIME, *incident.subjects, detail={"incident": str(incident.id)})
    reason_for("crime-recorded", reason, now)
    try:
        load("offence-groups").get(offence, on=london_day(incident.reported_at))
    except UnknownCode:
        raise Malformed("offence", "is not one that there was on that day") from None
    victims = _victims(incident)
    if victim_id is not None and victim_id not in victims:
        raise Malformed("victim", "is not a victim of this incident")
    victim = victim_id or (victims[0] if len(victims) == 1 else None)
    crime = Crime.objects.create(
        incident=incident,
        victim_id=victim,
        offence=offence,
        recorded_at=now,
        recorded_by=by.id,
        subjects=incident.subjects,
    )
    _judge(incident, Judgement.RECORDED, by=by, now=now, about=crime.id, reason=reason, words=words)
    return crime


@transaction.atomic
def not_a_crime(*, by: Actor, now: datetime, incident_id: UUID, reason: str, words: str = "") -> Decision:
    """Judge that no crime is to be recorded of an incident. Raises Conflict where one stands, Malformed, Refused."""
    incident = locked(incident_id)
    undertake(by, Action.RECORD_CRIME, *incident.subjects, detail={"incident": str(incident.id)})
    reason_for("no-crime", reason, now)
    if incident.crimes.filter(cancelled_at=None).exists():
        raise Conflict
    return _judge(incident, Judgement.NO_CRIME, by=by, now=now, about=incident.id, reason=reason, words=words)


@transaction.atomic
def cancel_crime(*, by: Actor, now: datetime, crime_id: UUID, reason: str, words: str = "") -> Crime:
    """Cancel a recorded crime; the row stays. Raises Conflict where it is cancelled, Malformed, Refused."""
    crime = Crime.objects.select_for_update().filter(id=crime_id).first()
    if crime is None:
        raise Refused(NO_CRIME, crime_id)
    undertake(by, Action.RECORD_CRIME, *crime.subjects, detail={"crime": str(crime.id)})
    reason_for("cancel-crime", reason, now)
    if crime.cancelled_at is not None:
        raise Conflict
    crime.cancelled_at, crime.cancelled_by = now, by.id
    crime.save(update_fields=["cancelled_at", "cancelled_by"])
    _judge(crime.incident, Judgement.CANCELLED, by=by, now=now, about=crime.id, reason=reason, words=words)
    return crime


@transaction.atomic
def review_crime(*, by: Actor, now: datetime, decision_id: UUID, agreed: bool, feedback: str = "") -> Review:
    """Agree with what another registrar judged, or overturn it: then the incident waits to be judged again.

    Nobody reviews their own. Raises Malformed, Conflict where it was reviewed meanwhile, Refused.
    """
    decision = Decision.objects.filter(id=decision_id, kind=RECORDING).first()
    if decision is None:
        raise Refused(NO_CRIME, decision_id)
    incident = incident_judged(decision)
    undertake(by, Action.REVIEW_CRIME, *incident.subjects, detail={"decision": str(decision.id)})
    if decision.made_by == by.id:
        raise Malformed("agreed", "is for somebody else to say: nobody reviews their own judgement")
    waiting = (
        Duty.objects.select_for_update().filter(kind=REVIEW, about=decision.id, discharged_at=None).first()
    )
    if waiting is None:
        raise Conflict
    if not agreed and not feedback.strip():
        raise Malformed("feedback", "say what was judged wrongly")
    kept = review(by=by, now=now, decision=decision, agreed=agreed, feedback=feedback.strip())
    discharge(by=by, now=now, duty_id=waiting.id, outcome="agreed" if agreed else "overturned")
    for record_id in incident.subjects:
        write(
            "crime-reviewed",
            by=by,
            now=now,
            record_id=record_id,
            about=incident.id,
            code="agreed" if agreed else "overturned",
        )
    if not agreed:
        open_duty(
            RECORDING, now=now, record_id=decision.record_id, about=incident.id, cause="crime-overturned"
        )
    return kept


def incident_judged(decision: Decision) -> Incident:
    """The incident that a judgement is about, itself or by one of its crimes. Raises Refused out of sight."""
    about = decision.about or decision.id
    crime = Crime.objects.filter(id=about).select_related("incident").first()
    incident = crime.incident if crime else Incident.objects.filter(id=about).first()
    if incident is None:
        raise Refused(NO_CRIME, decision.id)
    return incident


def _victims(incident: Incident) -> list[UUID]:
    parts = Involvement.objects.filter(incident=incident, part=Part.VICTIM, ended_at=None)
    return list(parts.order_by("-confirmed", "made_at", "id").values_list("record", flat=True))


def _judge(
    incident: Incident,
    judgement: Judgement,
    *,
    by: Actor,
    now: datetime,
    about: UUID,
    reason: str,
    words: str,
) -> Decision:
    """Keep the judgement, say so to everybody in the incident, and have it looked at where that is due."""
    victims = _victims(incident)
    record_id = victims[0] if victims else incident.id
    decision = decide_for(
        RECORDING,
        by=by,
        now=now,
        record_id=record_id,
        about=about,
        choice=judgement,
        reason=reason,
        words=words.strip(),
    )
    for one in incident.subjects:
        write(_TOLD[judgement], by=by, now=now, record_id=one, about=incident.id)
    if judgement is not Judgement.CANCELLED:
        discharge_about(incident.id, RECORDING, by=by, now=now, outcome=judgement)
    if cause := _review_cause(judgement, decision.id):
        open_duty(REVIEW, now=now, record_id=record_id, about=decision.id, cause=cause)
    return decision


_TOLD = {
    Judgement.RECORDED: "crime-recorded",
    Judgement.NO_CRIME: "no-crime-recorded",
    Judgement.CANCELLED: "crime-cancelled",
}


def _review_cause(judgement: Judgement, decision_id: UUID) -> str:
    """Why somebody else looks at it, as a code of reference's duty-causes; empty where nobody does."""
    if judgement is Judgement.RECORDED:
        return "drawn" if is_drawn(decision_id) else ""
    return {Judgement.NO_CRIME: "no-crime", Judgement.CANCELLED: "crime-cancelled"}[judgement]
