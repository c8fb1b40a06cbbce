"""What she must be told: found in what has happened, or named by hand."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import CASE_STEPS, Step, after
from throughline.casework.people.rules import Malformed
from throughline.casework.safeguarding.queries.choosing import chosen_of, to_hear
from throughline.casework.safeguarding.queries.promises import (
    CHOSEN_DUTY,
    PROMISED,
    RELEASE_DUTY,
    UPDATE_DUTY,
    happened,
    not_promised,
    tells_her,
    told_in,
)
from throughline.casework.safeguarding.rules.telling import Rhythm, Update, untold, updates
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import open_duty, stand_with
from throughline.foundations.duties.models import Duty

PROMISER = system("promiser")
#: How far back the chronology is read: what happened while nothing ran is still found.
LOOKS_BACK = timedelta(days=14)


@transaction.atomic
def promise(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    update: str,
    happened_at: datetime | None = None,
    before: datetime | None = None,
) -> Duty | None:
    """Say that she must be told of something that no entry tells of, such as a release without charge.

    Its clock runs from when it happened, now where nobody says; of what is still to come, such as a suspect who is about
    to leave custody, she is told ``before`` it does, and said again it is due at the new time. Returns the duty, or
    None where she knows already, or chose to hear of such things only when she asks. Raises Malformed, NotYet, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.CONTACT_VICTIM, *case.subjects, detail={"case": str(case.id), "update": update})
    after(CASE_STEPS, case.closed_at is not None, Step.OWN)
    at = happened_at or now
    if at > now:
        raise Malformed("at", "has not come yet")
    known = {one.code: one for one in updates(london_day(at))}
    if update not in known or known[update].chosen:
        raise Malformed("update", "choose one of the answers listed")
    if known[update].before:
        if before is None:
            raise Malformed("leaves_at", "say when, as far as custody knows")
        if before <= now:
            raise Malformed("leaves_at", "is over: she is told of what has happened")
    return _promise(
        case,
        {(at, known[update])},
        by=by,
        now=now,
        before=before,
        whose=tells_her([case.id]).get(case.id),
        rhythm=chosen_of([case], now).get(case.id),
    )


@transaction.atomic
def promise_what_happened(*, now: datetime) -> int:
    """Put on somebody's list what victims must be told of what happened of late, and who hears again as she chose; says of
    how many cases.

    The worker's. Run again it changes nothing; a closed case is told of nothing more.
    """
    set_actor(PROMISER)
    found = happened(now - LOOKS_BACK, now)
    for case_id, again in not_promised(to_hear(now)).items():
        found.setdefault(case_id, set()).add(again)
    if not found:
        return 0
    undertake(PROMISER, Action.CONTACT_VICTIM, *sorted(found), detail={"promises": len(found)})
    of = tells_her(found)
    cases = list(Case.objects.select_for_update().filter(id__in=found, closed_at=None).order_by("id"))
    chose = chosen_of(cases, now)
    for case in cases:
        _promise(case, found[case.id], by=PROMISER, now=now, whose=of.get(case.id), rhythm=chose.get(case.id))
    return len(found)


def _promise(
    case: Case,
    what: Iterable[tuple[datetime, Update]],
    *,
    by: Actor,
    now: datetime,
    whose: tuple[UUID, str] | None,
    rhythm: Rhythm | None,
    before: datetime | None = None,
) -> Duty | None:
    """Write each down at the instant at which it happened, and open the duty for what she does not know yet.

    It stands on the list of ``whose``, an account and its role; of every officer where that is nobody. Who owns the case
    now tells her, also what an earlier owner was still to tell. What she chose to hear of only when she asks is written down
    and put on nobody's list.
    """
    owner, role = whose or (None, None)
    told = told_in(case.id)
    duty = None
    for at, update in sorted(what, key=lambda one: one[0]):
        write(PROMISED, by=by, now=at, record_id=case.victim_id, about=case.id, code=update.code)
        if not untold({update.code: at}, told) or (rhythm and not rhythm.tells(update)):
            continue
        due_at = before if update.before and before else update.due_at(at)
        duty = open_duty(
            RELEASE_DUTY if update.before else CHOSEN_DUTY if update.chosen else UPDATE_DUTY,
            now=now,
            record_id=case.victim_id,
            about=case.id,
            owner=owner,
            role=role,
            cause=update.code,
            due_at=due_at,
        )
        stand_with(duty, whose)
        # what happened earlier and came in later is due earlier; a release is when it was last said to be
        if due_at < duty.due_at or (update.before and due_at != duty.due_at):
            duty.due_at = due_at
            duty.save(update_fields=["due_at"])
    return duty
