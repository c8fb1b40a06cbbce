"""What became of each of the seven things to gather."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.incidents import locked
from throughline.casework.people.rules import Malformed
from throughline.casework.scene.commands.attending import keep_words
from throughline.casework.scene.models import EvidenceItem, Words
from throughline.casework.scene.queries.reach import done_at, insist_stands, own_attendance
from throughline.casework.scene.rules import evidence_problem, reasons_for
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.reference import UnknownCode, load


@transaction.atomic
def gather(
    *,
    by: Actor,
    now: datetime,
    incident_id: UUID,
    item: str,
    state: str,
    reason: str = "",
    words: str = "",
    exhibit: str = "",
    listened: bool | None = None,
    after: str | None = None,
    at: datetime | None = None,
) -> EvidenceItem:
    """Say what became of one thing to gather; what was said before is superseded, and stays. The same again is none.

    Also after the scene, by whoever of response goes on with it. ``after`` is what stood on the page that was
    answered, as `insist_stands` takes it. Raises Malformed, Conflict, Refused.
    """
    incident = locked(incident_id)
    undertake(
        by,
        Action.ATTEND,
        *incident.subjects,
        detail={"incident": str(incident.id), "item": item, "state": state},
    )
    today = london_day(now)
    try:
        load("evidence-items").get(item, on=today)
    except UnknownCode:
        raise Malformed("item", "is not on the list") from None
    exhibit = " ".join(exhibit.split())
    if problem := evidence_problem(
        item,
        state,
        reason,
        reasons=[row.code for row in reasons_for(item, state, today)],
        listened=listened,
        exhibit=exhibit,
    ):
        raise Malformed(*problem)
    standing = EvidenceItem.objects.filter(incident=incident, item=item, superseded_by=None).first()
    if standing is not None and _same(standing, state, reason, exhibit, listened, words):
        return standing
    insist_stands(standing, after)
    made = EvidenceItem.objects.create(
        incident=incident,
        attendance=own_attendance(by, incident),
        item=item,
        state=state,
        reason=reason,
        exhibit=exhibit,
        listened=listened,
        at=done_at(at, now),
        entered_at=now,
        by=by.id,
        supersedes=standing,
    )
    keep_words(incident, made.id, words=words)
    return made


def _same(
    standing: EvidenceItem, state: str, reason: str, exhibit: str, listened: bool | None, words: str
) -> bool:
    said = Words.objects.filter(about=standing.id, part="words").values_list("words", flat=True).first()
    return (standing.state, standing.reason, standing.exhibit, standing.listened, said or "") == (
        state,
        reason,
        exhibit,
        listened,
        words.strip(),
    )
