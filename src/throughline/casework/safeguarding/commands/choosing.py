"""How often and by what she wants to hear: asked of her, and followed from then on."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import CASE_STEPS, Step, after
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.rules import Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.safeguarding.models import UpdateChoice
from throughline.casework.safeguarding.queries.choosing import standing_choice, way_is_safe
from throughline.casework.safeguarding.queries.promises import (
    CHOSEN_DUTY,
    UPDATE_DUTY,
    kept_back,
    tells_her,
)
from throughline.casework.safeguarding.rules.telling import Rhythm, rhythm, updates
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty


@transaction.atomic
def choose(
    *, by: Actor, now: datetime, case_id: UUID, rhythm: str, way: str = "", at: datetime | None = None
) -> UpdateChoice:
    """Keep what she said about how often, and by what, she wants to hear how it stands; ``at`` is when she said it.

    It holds over all her cases until she says otherwise. Where she wants to hear less, what is open and waits for her asking
    goes from the list, and never what bears on her safety; where she wants to hear of each step again, what was kept back
    is to be told, by its clock from now. Raises Malformed, NotYet, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.CONTACT_VICTIM, *case.subjects, detail={"case": str(case.id), "rhythm": rhythm})
    after(CASE_STEPS, case.closed_at is not None, Step.OWN)
    at = held.when("at", at, now)
    row_of("update-rhythms", "rhythm", rhythm, now)
    hers = held_together(case.victim_id)
    if way:
        row_of("victim-contact-ways", "way", way, now)
        if way_is_safe(hers, way, now) is False:
            raise Malformed("way", "is not among the ways that she said are safe: ask her about those first")
    earlier = standing_choice(hers)
    choice = UpdateChoice.objects.create(
        case=case,
        record_id=case.victim_id,
        rhythm=rhythm,
        way=way,
        at=at,
        entered_at=now,
        by=by.id,
        subjects=case.subjects,
    )
    write("updates-chosen", by=by, now=at, record_id=case.victim_id, about=case.id, code=rhythm)
    # what came in late does not undo what she has said since
    if standing_choice(hers) == choice:
        _follow(hers, earlier, rhythm, by=by, now=now)
    return choice


def _follow(
    hers: Collection[UUID], earlier: UpdateChoice | None, code: str, *, by: Actor, now: datetime
) -> None:
    """Let the lists say what she chose, in each of her open cases."""
    today = london_day(now)
    how = rhythm(code, today)
    told_all = earlier is None or rhythm(earlier.rhythm, today).steps
    for case in Case.objects.filter(victim__in=hers, closed_at=None).order_by("id"):
        # how often anew: the next is counted from what she said now
        if earlier is None or earlier.rhythm != code:
            for duty in Duty.objects.filter(kind=CHOSEN_DUTY, about=case.id, discharged_at=None):
                discharge(by=by, now=now, duty_id=duty.id, outcome="no-longer-needed")
        if not how.steps:
            _keep_what_is_always_told(case, how, by=by, now=now)
        elif not told_all:
            _tell_what_was_kept_back(case, now=now)


def _keep_what_is_always_told(case: Case, how: Rhythm, *, by: Actor, now: datetime) -> None:
    tells = {one.code for one in updates(london_day(now)) if how.tells(one)}
    known = {one.code for one in updates(london_day(now))}
    for duty in Duty.objects.select_for_update().filter(kind=UPDATE_DUTY, about=case.id, discharged_at=None):
        # a cause may also say why it is on this list
        if not (kept := [one for one in duty.causes if one in tells]):
            discharge(by=by, now=now, duty_id=duty.id, outcome="update-declined")
        elif set(duty.causes) & known - tells:
            duty.causes = [one for one in duty.causes if one in kept or one not in known]
            duty.save(update_fields=["causes"])


def _tell_what_was_kept_back(case: Case, *, now: datetime) -> None:
    of = {one.code: one for one in updates(london_day(now))}
    owner, role = tells_her([case.id]).get(case.id, (None, None))
    for code in sorted(kept_back(case, now)):
        open_duty(
            UPDATE_DUTY,
            now=now,
            record_id=case.victim_id,
            about=case.id,
            owner=owner,
            role=role,
            cause=code,
            due_at=of[code].due_at(now),
        )
