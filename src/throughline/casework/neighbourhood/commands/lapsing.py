"""Markers that lapse: put before a supervisor in time, and kept until a day or ended with a reason. None lapses unseen."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import reason_for
from throughline.casework.investigation.commands.words import said_in
from throughline.casework.neighbourhood.queries.lapsing import NOT_THERE, open_markers
from throughline.casework.neighbourhood.rules.lapsing import REVIEW_DUTY, Lapsing, lapsing, longest
from throughline.casework.people.commands import recording
from throughline.casework.people.models import Marker
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, Refused, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import end_of_day, london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.duties.commands import discharge, discharge_about, open_duty
from throughline.foundations.duties.models import Duty

CALLER = system("markers that lapse")
DECISION = "marker-review"


@transaction.atomic
def call_for_reviews(*, now: datetime) -> int:
    """Put before a supervisor every marker that lapses soon or has lapsed unseen; says of how many that is new.

    What was renewed or ended on the person's page is off the list. The worker's; run again it changes nothing.
    """
    set_actor(CALLER)
    today = london_day(now)
    duties = {
        duty.about: duty for duty in Duty.objects.filter(kind=REVIEW_DUTY, discharged_at=None).order_by("id")
    }
    stands = set(
        Marker.objects.filter(id__in=[one for one in duties if one], ended_by=None).values_list(
            "id", flat=True
        )
    )
    gone = [duty for about, duty in duties.items() if about not in stands]
    called = []
    for marker in open_markers():
        assert marker.valid_until is not None
        match lapsing(marker.code, marker.valid_until, today):
            case Lapsing.STANDS:
                continue
            case Lapsing.SOON:
                cause = "marker-lapses"
            case Lapsing.LAPSED:
                cause = "marker-lapsed"
        known = duties.get(marker.id)
        if known is None or cause not in known.causes:
            called.append((marker, cause))
    if not called and not gone:
        return 0
    undertake(
        CALLER,
        Action.SUPERVISE_NEIGHBOURHOOD,
        detail={"markers": len(called), "gone": len(gone)},
    )
    for duty in gone:
        discharge(by=CALLER, now=now, duty_id=duty.id, outcome="no-longer-needed")
    for marker, cause in called:
        assert marker.valid_until is not None
        open_duty(
            REVIEW_DUTY,
            now=now,
            record_id=marker.record_id,
            about=marker.id,
            cause=cause,
            due_at=end_of_day(marker.valid_until),
        )
    return len(called)


@transaction.atomic
def keep(*, by: Actor, now: datetime, marker_id: UUID, until: date, reason: str, words: str = "") -> Marker:
    """Keep a marker until a day, also one that has lapsed. The longest is in marker-review-times.

    The one that stood ends, and one like it begins. Raises Conflict for one that somebody has ended or renewed,
    Malformed, Refused.
    """
    marker = _marker(marker_id)
    undertake(
        by, Action.SUPERVISE_NEIGHBOURHOOD, marker.record_id, detail={"marker": str(marker.id), "kept": True}
    )
    _insist_open(marker)
    if until <= london_day(now):
        raise Malformed("until", "must be a day to come")
    if until > longest(marker.code, now):
        raise Malformed("until", "is further ahead than a marker is kept at once")
    _decide(marker, "kept", reason, words, by=by, now=now)
    return recording.set_marker(
        by=by,
        now=now,
        record_id=marker.record_id,
        code=marker.code,
        address_id=marker.address_id,
        until=until,
    )


@transaction.atomic
def end(*, by: Actor, now: datetime, marker_id: UUID, reason: str, words: str) -> None:
    """End a marker with the reason. Raises Conflict for one that somebody has ended or renewed, Malformed, Refused."""
    marker = _marker(marker_id)
    undertake(
        by, Action.SUPERVISE_NEIGHBOURHOOD, marker.record_id, detail={"marker": str(marker.id), "kept": False}
    )
    _insist_open(marker)
    _decide(
        marker,
        "ended",
        reason,
        said_in("words", words, needed="is needed: say how you know"),
        by=by,
        now=now,
    )
    recording.end_marker(by=by, now=now, record_id=marker.record_id, marker_id=marker.id)


def _decide(marker: Marker, choice: str, reason: str, words: str, *, by: Actor, now: datetime) -> None:
    reason_for(DECISION, reason, now)
    said = said_in("words", words)
    decide_for(
        DECISION,
        by=by,
        now=now,
        record_id=marker.record_id,
        about=marker.id,
        choice=choice,
        reason=reason,
        words=said,
    )
    write("marker-reviewed", by=by, now=now, record_id=marker.record_id, about=marker.id, code=reason)
    discharge_about(marker.id, REVIEW_DUTY, by=by, now=now, outcome=f"marker-{choice}")


def _marker(marker_id: UUID) -> Marker:
    found = Marker.objects.select_for_update(of=("self",)).filter(id=marker_id).first()
    if found is None:
        raise Refused(NOT_THERE, marker_id)
    return found


def _insist_open(marker: Marker) -> None:
    if marker.ended_by is not None:
        raise Conflict
