"""What was done about a suspect, and the sergeant's second look where nobody was arrested."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.incidents import locked
from throughline.casework.cases.models import Incident
from throughline.casework.cases.rules import Part
from throughline.casework.contact.queries.turns import on_duty
from throughline.casework.contact.rules.turns import whom
from throughline.casework.people.rules import Malformed
from throughline.casework.scene.models import PositiveAction
from throughline.casework.scene.queries.reach import done_at, insist_stands, of_part, own_attendance
from throughline.casework.scene.rules import LONGEST_WORDS, main_reason, to_be_reviewed
from throughline.casework.scene.rules.steps import NO_ARREST_STEPS, ActionStep, NotArrested, not_arrested
from throughline.foundations.access.rules import Action, Actor, Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for, review
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty
from throughline.reference import UnknownCode, load

POSITIVE_ACTION = "positive-action"
REVIEW, RETURNED = "no-arrest-review", "action-returned"
NOT_ONES_OWN = "Nobody reviews their own decision"
# what stands on the line of the suspect, by the code of what was done
_LINES = {
    "arrest": "arrested",
    "voluntary-attendance": "voluntary-attendance",
    "other": "other-action",
    "none": "no-action",
}


@transaction.atomic
def act_on(
    *,
    by: Actor,
    now: datetime,
    incident_id: UUID,
    record_id: UUID,
    action: str,
    power: bool | None = None,
    reasons: Collection[str] = (),
    offence: str = "",
    words: str = "",
    after: str | None = None,
    at: datetime | None = None,
) -> PositiveAction:
    """Keep what was done about one suspect, with the reasons. What was said before is superseded, and stays.

    Where there was power to arrest, or nobody says that there was none, and nobody was arrested, a sergeant looks at
    it. ``after`` is what stood on the page that was answered, as `insist_stands` takes it. Raises Malformed,
    Conflict, Refused.
    """
    incident = locked(incident_id)
    undertake(
        by,
        Action.ATTEND,
        *{*incident.subjects, record_id},
        detail={"incident": str(incident.id), "action": action, "power": power},
    )
    if record_id not in of_part(incident, Part.SUSPECT):
        raise Malformed("", "is no suspect of this incident")
    today = london_day(now)
    try:
        arrest = load("positive-actions").get(action, on=today).flag("arrest")
    except UnknownCode:
        raise Malformed("action", "is not on the list") from None
    known = {row.code: row for row in load("no-arrest-reasons").as_of(today)}
    # what is said against an arrest falls away with it
    kept = [] if arrest else list(dict.fromkeys(reasons))
    if not known.keys() >= set(kept):
        raise Malformed("reasons", "is not on the list")
    if offence and offence not in load("offence-groups").codes(on=today):
        raise Malformed("offence", "is not on the list")
    words = words.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(words) > LONGEST_WORDS:
        raise Malformed("words", "is longer than 10000 characters")
    before = PositiveAction.objects.filter(incident=incident, record=record_id, superseded_by=None).first()
    insist_stands(before, after)
    never = {code for code, row in known.items() if row.flag("never_alone")}
    decision = decide_for(
        POSITIVE_ACTION,
        by=by,
        now=now,
        record_id=record_id,
        about=incident.id,
        choice=action,
        reason=main_reason(kept, never),
        words=words,
    )
    made = PositiveAction.objects.create(
        incident=incident,
        attendance=own_attendance(by, incident),
        record_id=record_id,
        action=action,
        power=None if arrest else power,
        reasons=kept,
        offence=offence,
        at=done_at(at, now),
        entered_at=now,
        by=by.id,
        decision=decision,
        supersedes=before,
    )
    write(_LINES[action], by=by, now=made.at, record_id=record_id, about=incident.id, code=offence)
    _done(RETURNED, incident, record_id, by=by, now=now, outcome="decided-again")
    cause = to_be_reviewed(arrest=arrest, power=power)
    step = ActionStep.NO_ARREST if cause else ActionStep.ACT
    if NO_ARREST_STEPS[_stands(incident, record_id, before), step] is NotArrested.WAITING:
        open_duty(REVIEW, now=now, record_id=record_id, about=incident.id, cause=cause)
    else:
        _done(REVIEW, incident, record_id, by=by, now=now, outcome="no-longer-needed")
    return made


def _stands(incident: Incident, record_id: UUID, action: PositiveAction | None) -> NotArrested:
    """Where the second look at what was done about a suspect stands, held until the transaction ends."""
    duties = Duty.objects.select_for_update().filter(
        kind=REVIEW, about=incident.id, record_id=record_id, discharged_at=None
    )
    looked = Review.objects.filter(decision=action.decision_id).first() if action else None
    return not_arrested(waits=bool(duties), agreed=looked.agreed if looked else None)


def _done(kind: str, incident: Incident, record_id: UUID, *, by: Actor, now: datetime, outcome: str) -> None:
    for duty in Duty.objects.filter(kind=kind, about=incident.id, record_id=record_id, discharged_at=None):
        discharge(by=by, now=now, duty_id=duty.id, outcome=outcome)


@transaction.atomic
def review_action(
    *, by: Actor, now: datetime, incident_id: UUID, record_id: UUID, agreed: bool, feedback: str = ""
) -> Review:
    """A sergeant agrees that nobody was arrested, or would have decided otherwise; the officer reads what is said.

    Overturned, it comes back to the officer who decided, to their team or to whoever of response is on duty: the
    sergeant does not decide in their place. Raises Malformed where nothing is said to the officer; Refused for one's
    own decision, or where none waits.
    """
    incident = locked(incident_id)
    undertake(
        by,
        Action.CHECK_RISK,
        *{*incident.subjects, record_id},
        detail={"incident": str(incident.id), "agreed": agreed, "what": REVIEW},
    )
    standing = (
        PositiveAction.objects.filter(incident=incident, record=record_id, superseded_by=None)
        .select_related("decision")
        .first()
    )
    step = ActionStep.AGREE if agreed else ActionStep.OVERTURN
    after = NO_ARREST_STEPS.get((_stands(incident, record_id, standing), step))
    if standing is None or after is None:
        raise Refused("Nothing waits to be looked at", record_id)
    if standing.decision.made_by == by.id:
        raise Refused(NOT_ONES_OWN)
    feedback = feedback.replace("\x00", "").strip()
    if len(feedback) > LONGEST_WORDS:
        raise Malformed("feedback", "is longer than 10000 characters")
    if not agreed and not feedback:
        raise Malformed("feedback", "is needed: say what you would have done and why")
    kept = review(by=by, now=now, decision=standing.decision, agreed=agreed, feedback=feedback)
    write(
        "action-reviewed",
        by=by,
        now=now,
        record_id=record_id,
        about=incident.id,
        code=after,
    )
    _done(REVIEW, incident, record_id, by=by, now=now, outcome=after)
    if after is NotArrested.OVERTURNED:
        _give_back(standing.decision, incident, record_id, by=by, now=now)
    return kept


def _give_back(decision: Decision, incident: Incident, record_id: UUID, *, by: Actor, now: datetime) -> None:
    maker = User.objects.get(id=decision.made_by)
    role = Role(maker.role)
    taker = whom(maker=maker.id, team=maker.team_id, role=role, on_duty=on_duty(now), besides={by.id})
    open_duty(
        RETURNED,
        now=now,
        record_id=record_id,
        about=incident.id,
        cause="action-overturned",
        owner=taker,
        role=role if taker else None,
    )
