"""Writing down that she was reached, or tried: what she was told, what she said, and whether she feels safer."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import OTHER_WAY_DUTY, locked_case
from throughline.casework.cases.models import Case
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.messages.commands.going import CALL_DUTY
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.rules import Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.safeguarding.models import ContactWords, VictimContact
from throughline.casework.safeguarding.queries.choosing import AS_CHOSEN, chosen_of
from throughline.casework.safeguarding.queries.promises import CHOSEN_DUTY, open_updates, still_untold
from throughline.casework.safeguarding.queries.serving import standing_of
from throughline.foundations.access.rules import Action, Actor, Role
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.duties.commands import discharge, discharge_about, open_duty
from throughline.foundations.duties.models import Duty

SERVICE_DUTY = "service-contact"


@transaction.atomic
def record_contact(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    way: str,
    result: str,
    hers: bool = False,
    told: Collection[str] = (),
    declined: bool = False,
    feels: str = "",
    said: str = "",
    at: datetime | None = None,
) -> VictimContact:
    """Keep one contact with the victim of a case, or an attempt at one.

    Only one in which she was reached tells her anything; the duty to tell her ends when all that it is about has been
    told since it happened, or she does not want to be told (``declined``). A result that says the way may put
    her in danger opens the duty to find another. Less safe than before calls for a new grade, through the
    chronology; nothing is graded here. Raises Malformed, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.CONTACT_VICTIM, *case.subjects, detail={"case": str(case.id), "result": result})
    return keep_contact(
        case,
        by=by,
        now=now,
        way=way,
        result=result,
        hers=hers,
        told=told,
        declined=declined,
        feels=feels,
        said=said,
        at=at,
    )


def keep_contact(
    case: Case,
    *,
    by: Actor,
    now: datetime,
    way: str,
    result: str,
    hers: bool = False,
    told: Collection[str] = (),
    declined: bool = False,
    feels: str = "",
    said: str = "",
    at: datetime | None = None,
) -> VictimContact:
    """`record_contact` for a case that is held, inside another command only, which audits. Raises Malformed."""
    at = held.when("at", at, now)
    row_of("victim-contact-ways", "way", way, now)
    came_of_it = row_of("victim-contact-results", "result", result, now)
    reached = came_of_it.flag("reached")
    told = [row_of("victim-updates", "told", code, now).code for code in dict.fromkeys(told)]
    if feels:
        row_of("feels-safer", "feels", feels, now)
    if not reached and (told or feels):
        raise Malformed("result", "an attempt tells her nothing: say that she was reached, or leave it empty")
    if hers and not reached:
        raise Malformed("result", "whoever got in touch was reached")
    if declined and not told:
        raise Malformed("told", "say of what she does not want to be told")
    # whatever she is told, she has heard, and hears again so long after
    if told and not declined and _hears_regularly(case, now) and AS_CHOSEN not in told:
        told.append(AS_CHOSEN)
    due = open_updates(case.id)
    contact = VictimContact.objects.create(
        case=case,
        record_id=case.victim_id,
        hers=hers,
        way=way,
        result=result,
        told=told,
        declined=declined,
        feels=feels,
        prompted=bool(due),
        at=at,
        entered_at=now,
        by=by.id,
        subjects=case.subjects,
    )
    if said := checked_words("said", said, longest=held.LONGEST_WORDS):
        ContactWords.objects.create(contact=contact, said=said)
    if reached:
        write("victim-spoken-to", by=by, now=at, record_id=case.victim_id, about=case.id, code=feels)
    else:
        write("victim-tried", by=by, now=at, record_id=case.victim_id, about=case.id, code=result)
    if came_of_it.flag("unsafe"):
        _find_another_way(case, now)
    if reached:
        _had_the_service(case, by=by, now=now, outcome=result)
    # she was rung, or has rung first; an attempt keeps that promise as well
    discharge_about(case.id, CALL_DUTY, by=by, now=now, outcome=result)
    for duty in due:
        if not still_untold(case, duty.causes):
            discharge(
                by=by, now=now, duty_id=duty.id, outcome="update-declined" if declined else "update-told"
            )
    if AS_CHOSEN in told and not declined:
        _has_heard(case, at, by=by, now=now)
    return contact


def _hears_regularly(case: Case, now: datetime) -> bool:
    chose = chosen_of([case], now).get(case.id)
    return chose is not None and chose.clock is not None


def _has_heard(case: Case, at: datetime, *, by: Actor, now: datetime) -> None:
    """She hears once over all her cases: what she was told in this one she need not hear in another."""
    others = Case.objects.filter(victim__in=held_together(case.victim_id)).values("id")
    up = Duty.objects.filter(kind=CHOSEN_DUTY, about__in=others, discharged_at=None, opened_at__lte=at)
    for duty in up.order_by("id"):
        discharge(by=by, now=now, duty_id=duty.id, outcome="update-told")


def _had_the_service(case: Case, *, by: Actor, now: datetime, outcome: str) -> None:
    """The service that a grade calls for is that whoever the policy names for it, or her adviser, has spoken with her.

    An officer who brings news does not take their place, unless it was decided that they safeguard her.
    """
    owed = Duty.objects.filter(kind=SERVICE_DUTY, about=case.id, discharged_at=None)
    for duty in owed.order_by("id"):
        wanted = standing_of(case, now=now).wanted
        if by.role in (duty.role, Role.IDVA) or (wanted and wanted.account == by.id):
            discharge(by=by, now=now, duty_id=duty.id, outcome=outcome)


def _find_another_way(case: Case, now: datetime) -> None:
    open_duty(OTHER_WAY_DUTY, now=now, record_id=case.victim_id, about=case.id, cause="unsafe-contact")
