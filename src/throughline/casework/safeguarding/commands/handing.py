"""Handing over: what somebody writes of the package, and that it was sent."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.cases.models import Case
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.safeguarding.commands.serving import (
    PACKAGE_DUTY,
    answers_for,
    call_for_answer,
    into,
    step_of,
)
from throughline.casework.safeguarding.models import HandoverNote, HandoverSent
from throughline.casework.safeguarding.queries.handing import package_of
from throughline.casework.safeguarding.queries.serving import open_request, standing_of
from throughline.casework.safeguarding.rules.handing import Held, codes
from throughline.casework.safeguarding.rules.serving import Request, Step
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.duties.commands import discharge_about


@transaction.atomic
def note(*, by: Actor, now: datetime, case_id: UUID, item: str, state: str, words: str = "") -> HandoverNote:
    """Write of an item of the package that it is held elsewhere, is not held, or does not apply, and where or why.

    The latest stands; what the system finds is held whatever is written. Raises Malformed, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.OWN_CASE, *case.subjects, detail={"case": str(case.id), "item": item})
    _insist_on_answering(by, case, now)
    row_of("handover-items", "item", item, now)
    if state not in set(Held):
        raise Malformed("held", "choose one of the answers listed")
    said = checked_words("words", words, longest=held.LONGEST_WORDS)
    if state != Held.NOT_HELD and not said:
        raise Malformed("words", "is needed: say where it is held, or why it does not apply")
    return HandoverNote.objects.create(
        case=case,
        record=case.victim,
        item=item,
        held=state,
        words=said,
        at=now,
        by=by.id,
        subjects=case.subjects,
    )


@transaction.atomic
def send(*, by: Actor, now: datetime, case_id: UUID) -> HandoverSent:
    """Send the package as it stands, with the request that waits; whoever is asked is asked again where it came back.

    Nothing must be complete: what is lacking is sent as lacking. Raises Conflict where nobody is asked, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.OWN_CASE, *case.subjects, detail={"case": str(case.id)})
    _insist_on_answering(by, case, now)
    request = open_request(case.id)
    if request is None:
        raise Conflict
    came_back = request.state == Request.RETURNED
    state = step_of(request, Step.SEND)
    items, _sent_at = package_of(case, request, now=now)
    made = HandoverSent.objects.create(
        request=request,
        record=case.victim,
        held=codes(items, Held.HELD),
        lacking=codes(items, Held.NOT_HELD),
        not_applicable=codes(items, Held.NOT_APPLICABLE),
        at=now,
        by=by.id,
        subjects=case.subjects,
    )
    into(request, state)
    write("handover-sent", by=by, now=now, record_id=case.victim_id, about=case.id)
    discharge_about(case.id, PACKAGE_DUTY, by=by, now=now, outcome="handed-over")
    wanted = standing_of(case, now=now).wanted
    if came_back and wanted:
        call_for_answer(request, case, wanted, now=now, cause="handed-over-again")
    return made


def _insist_on_answering(by: Actor, case: Case, now: datetime) -> None:
    if not answers_for(by, case, now=now):
        raise Refused("Whoever owns the case hands it over, or who answers for a turn", case.victim_id)
