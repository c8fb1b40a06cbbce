"""Calling on her: whether it is safe is read again as somebody sets out, and what came of it is kept where visits and contacts are.

What she said about reaching her stands above any order to visit. An attempt is no contact.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.cases.commands.visiting import record_visit
from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.visits import homes_of, reaching
from throughline.casework.investigation.commands.words import said_in
from throughline.casework.neighbourhood.commands.words import keep_words
from throughline.casework.neighbourhood.models import SetOut
from throughline.casework.neighbourhood.rules.calling import NEVER, PATROL, WITH_WORDS, Calling, calling
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.safeguarding.commands.contacting import record_contact
from throughline.casework.safeguarding.commands.fitting import take_step
from throughline.casework.safeguarding.models import SafetyMeasure
from throughline.casework.safeguarding.rules.fitting import State as MeasureState
from throughline.casework.safeguarding.rules.fitting import Step as MeasureStep
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake

WHY_NOT = {
    Calling.NOT_SAFE: "she said that a visit is not safe: reach her by another way",
    Calling.NOT_NOW: "this is not an hour that she said is safe",
}


def standing_for(case: Case, *, at: datetime) -> tuple[Calling, UUID | None]:
    """Whether she can be called on at an instant, and the answers that say so. Part of a command or a page that looks."""
    said = reaching(held_together(case.victim_id)).said
    lives_there = homes_of([case], at=at)[case.id].he_lives_there
    return calling(said.answers if said else None, lives_there=lives_there, at=at), said.id if said else None


@transaction.atomic
def set_out(*, by: Actor, now: datetime, case_id: UUID, words: str = "") -> SetOut:
    """Say that one sets out to call on her: what she said about reaching her is read again at this minute.

    Where she said that a visit is not safe, or not at this hour, nobody sets out. Where nobody knows, or the suspect lives
    there, ``words`` say why it is safe. Raises Conflict for who is on their way already, Malformed, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.VISIT, *case.subjects, detail={"case": str(case.id), "step": "set-out"})
    if SetOut.objects.filter(case=case, by=by.id, told_at=None).exists():
        raise Conflict
    safety, rests_on = standing_for(case, at=now)
    if safety in NEVER:
        raise Malformed("", WHY_NOT[safety])
    said = said_in(
        "words", words, needed="is needed: say why it is safe to call" if safety in WITH_WORDS else ""
    )
    made = _kept(case, safety, rests_on, beforehand=True, by=by, now=now, at=now)
    keep_words(made.id, "set-out", said, subjects=case.subjects, by=by, now=now)
    return made


@transaction.atomic
def called(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    outcome: str,
    seen: Collection[str] = (),
    alone: bool | None = None,
    safe_to_talk: bool | None = None,
    agreed: str = "",
    other_way: str = "",
    next_on: date | None = None,
    feels: str = "",
    said: str = "",
    at: datetime | None = None,
) -> SetOut:
    """Write down what came of calling on her: the visit, and in the log of contacts that she was reached, or only tried.

    Written also where nobody had said that they set out; what stood about reaching her is then read now. Patrols that were
    ordered to keep her safe are in place once she was reached by one. Raises Malformed, NotYet, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.VISIT, *case.subjects, detail={"case": str(case.id), "outcome": outcome})
    done_at = held.when("at", at, now)
    told = row_of("visit-contacts", "outcome", outcome, now)
    not_free = told.optional_text("not_free") if alone is False or safe_to_talk is False else None
    result = not_free or told.text("result")
    reached = row_of("victim-contact-results", "outcome", result, now).flag("reached")
    if feels and not reached:
        raise Malformed("feels", "belongs to a visit at which she was spoken to")
    visit = record_visit(
        by=by,
        now=now,
        case_id=case.id,
        outcome=outcome,
        seen=seen,
        alone=alone,
        safe_to_talk=safe_to_talk,
        agreed=agreed,
        other_way=other_way,
        next_on=next_on,
    )
    contact = record_contact(
        by=by,
        now=now,
        case_id=case.id,
        way="in-person",
        result=result,
        feels=feels,
        said=said,
        at=done_at,
    )
    on_the_way = SetOut.objects.select_for_update().filter(case=case, by=by.id, told_at=None).first()
    if on_the_way is None:
        safety, rests_on = standing_for(case, at=now)
        on_the_way = _kept(case, safety, rests_on, beforehand=False, by=by, now=now, at=done_at)
    on_the_way.visit, on_the_way.contact, on_the_way.told_at = visit, contact, now
    on_the_way.save(update_fields=["visit", "contact", "told_at"])
    measure = on_the_way.measure
    if reached and measure and MeasureState(measure.state) is MeasureState.ORDERED:
        take_step(
            by=by, now=now, measure_id=measure.id, step=MeasureStep.FIT, at=max(done_at, measure.changed_at)
        )
    return on_the_way


def _kept(
    case: Case,
    safety: Calling,
    rests_on: UUID | None,
    *,
    beforehand: bool,
    by: Actor,
    now: datetime,
    at: datetime,
) -> SetOut:
    return SetOut.objects.create(
        case=case,
        record_id=case.victim_id,
        measure=SafetyMeasure.objects.filter(
            case=case, kind=PATROL, state__in=(MeasureState.ORDERED, MeasureState.FITTED)
        ).first(),
        safety=safety,
        rests_on=rests_on,
        beforehand=beforehand,
        at=at,
        by=by.id,
        subjects=case.subjects,
    )
