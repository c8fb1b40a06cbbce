"""Suspects who are outstanding: found in what was done at the scene and in warrants, or written down, and looked for."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import let_go, locked_case
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import CASE_STEPS, Step, after
from throughline.casework.investigation.commands.words import keep_words, open_of, said_in, somebody, there
from throughline.casework.investigation.models import Investigation, OutstandingSuspect, SuspectAttempt
from throughline.casework.investigation.queries.allocating import standing_of
from throughline.casework.investigation.queries.looking import Found, found_again, to_be_found
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.safeguarding.commands.promising import promise
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, Refused, Role, may, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.duties.commands import discharge_about, open_duty

FINDER = system("outstanding suspects")
ATTEMPT_DUTY = "suspect-attempt"
NOT_THERE = "There is no such suspect to be found"
#: How far back what was done at a scene is read: what happened while nothing ran is still found.
LOOKS_BACK = timedelta(days=14)


@transaction.atomic
def find_outstanding(*, now: datetime) -> int:
    """Put into the register whom a scene left at large or to be interviewed, and who is wanted; says of how many.

    Whoever was arrested since is no longer in it. The worker's; run again it changes nothing.
    """
    set_actor(FINDER)
    found, again = to_be_found(now - LOOKS_BACK, now), found_again()
    if not found and not again:
        return 0
    about = {one.case.id for one in found} | {one.case_id for one in again}
    cases = {one.id: one for one in Case.objects.select_for_update().filter(id__in=about).order_by("id")}
    undertake(FINDER, Action.INVESTIGATE, *sorted(about), detail={"outstanding": len(found) + len(again)})
    for one in found:
        _open(cases[one.case.id], one, by=FINDER, now=now)
    for suspect in again:
        _close(suspect, cases[suspect.case_id], "ended-arrested", by=FINDER, now=now)
    return len(found) + len(again)


@transaction.atomic
def register(
    *, by: Actor, now: datetime, case_id: UUID, source: str, since: datetime | None = None, words: str = ""
) -> OutstandingSuspect:
    """Write down that the suspect of a case is to be found, in a code of suspect-sources.

    Raises Conflict where they are in the register already, Malformed where nobody knows who it is, NotYet, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *case.subjects, detail={"case": str(case.id), "outstanding": source})
    after(CASE_STEPS, case.closed_at is not None, Step.OWN)
    if not row_of("suspect-sources", "source", source, now).flag("by_hand"):
        raise Malformed("source", "choose one of the answers listed")
    if case.suspect_id is None:
        raise Malformed("", "has no suspect whom anybody knows")
    if OutstandingSuspect.objects.filter(case=case, closed_at=None).exists():
        raise Conflict
    at = held.when("since", since, now)
    said = said_in("words", words)
    made = _open(case, Found(case, source, None, at), by=by, now=now)
    keep_words(made.id, "where", said, subjects=case.subjects, by=by, now=now)
    return made


def _open(case: Case, found: Found, *, by: Actor, now: datetime) -> OutstandingSuspect:
    assert case.suspect_id is not None
    investigator = (
        Investigation.objects.filter(case=case, ended_at=None).values_list("investigator", flat=True).first()
    )
    looker = there(investigator, case.subjects) if investigator else None
    made = OutstandingSuspect.objects.create(
        case=case,
        record_id=case.suspect_id,
        source=found.source,
        because=found.because,
        since=found.since,
        looker=looker.id if looker else None,
        opened_at=now,
        opened_by=by.id,
        subjects=case.subjects,
    )
    write(
        "suspect-outstanding",
        by=by,
        now=now,
        record_id=case.suspect_id,
        about=case.id,
        code=found.source,
    )
    _call(made, case, cause="suspect-outstanding", since=found.since, now=now)
    return made


def _call(
    suspect: OutstandingSuspect,
    case: Case,
    *,
    cause: str,
    since: datetime,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """The next attempt, on the list of whoever looks; of the sergeants where nobody is named."""
    policy = standing_of(case, now=now).policy
    looker = there(suspect.looker, case.subjects) if suspect.looker else None
    open_duty(
        ATTEMPT_DUTY,
        now=now,
        record_id=suspect.record_id,
        about=suspect.id,
        cause=cause,
        owner=looker.id if looker else None,
        role=str(looker.role) if looker else str(Role.SERGEANT),
        due_at=due_at or (policy.attempted_by(since) if policy else None),
    )


@transaction.atomic
def name_looker(*, by: Actor, now: datetime, outstanding_id: UUID, account: UUID) -> OutstandingSuspect:
    """Say who looks for a suspect. When the next attempt is due stays as it was. Raises Conflict, Malformed, Refused."""
    suspect, case = _suspect(outstanding_id)
    undertake(
        by,
        Action.SUPERVISE_INVESTIGATION,
        *suspect.subjects,
        detail={"outstanding": str(suspect.id), "account": str(account)},
    )
    _insist_open(suspect)
    user = somebody("account", account, case)
    suspect.looker = user.id
    suspect.save(update_fields=["looker"])
    for duty in open_of(ATTEMPT_DUTY, suspect.id):
        duty.owner, duty.role = user.id, str(user.role)
        duty.save(update_fields=["owner", "role"])
    return suspect


@transaction.atomic
def log_attempt(
    *,
    by: Actor,
    now: datetime,
    outstanding_id: UUID,
    result: str,
    at: datetime | None = None,
    words: str = "",
    next_at: datetime | None = None,
) -> SuspectAttempt:
    """Write down an attempt to find a suspect and what came of it, in a code of attempt-results.

    Found, they leave the register and what she must be told of it is put on a list; else the next attempt is due
    when somebody says, or by the grade. Raises Conflict for one who is found already, Malformed, Refused.
    """
    suspect, case = _suspect(outstanding_id)
    undertake(
        by, Action.INVESTIGATE, *suspect.subjects, detail={"outstanding": str(suspect.id), "result": result}
    )
    _insist_open(suspect)
    row = row_of("attempt-results", "result", result, now)
    done_at = held.when("at", at, now)
    if next_at is not None and next_at <= now:
        raise Malformed("next", "is over")
    said = said_in("words", words)
    made = SuspectAttempt.objects.create(
        outstanding=suspect,
        record_id=suspect.record_id,
        result=result,
        at=done_at,
        entered_at=now,
        by=by.id,
        subjects=suspect.subjects,
    )
    keep_words(made.id, "attempt", said, subjects=suspect.subjects, by=by, now=now)
    write("suspect-looked-for", by=by, now=now, record_id=suspect.record_id, about=case.id, code=result)
    discharge_about(suspect.id, ATTEMPT_DUTY, by=by, now=now, outcome="attempted")
    if ending := row.optional_text("ends_as"):
        _close(suspect, case, ending, by=by, now=now, at=done_at)
    else:
        _call(suspect, case, cause="attempt-made", since=done_at, now=now, due_at=next_at)
    return made


@transaction.atomic
def close(*, by: Actor, now: datetime, outstanding_id: UUID, ending: str, words: str) -> OutstandingSuspect:
    """Say why a suspect is no longer looked for, in a code of suspect-endings and words. Raises Conflict, Malformed, Refused."""
    suspect, case = _suspect(outstanding_id)
    undertake(
        by, Action.INVESTIGATE, *suspect.subjects, detail={"outstanding": str(suspect.id), "ending": ending}
    )
    _insist_open(suspect)
    if not row_of("suspect-endings", "ending", ending, now).flag("by_hand"):
        raise Malformed("ending", "choose one of the answers listed")
    said = said_in("words", words, needed="is needed: say how you know")
    keep_words(suspect.id, "ended", said, subjects=suspect.subjects, by=by, now=now)
    _close(suspect, case, ending, by=by, now=now, at=now)
    return suspect


def _close(
    suspect: OutstandingSuspect,
    case: Case,
    ending: str,
    *,
    by: Actor,
    now: datetime,
    at: datetime | None = None,
) -> None:
    """Take a suspect out of the register; where ``at`` says when, she is to be told of it.

    Of an arrest that the scene told she is told already.
    """
    suspect.closed_at, suspect.closed_by, suspect.closed_as = now, by.id, ending
    suspect.save(update_fields=["closed_at", "closed_by", "closed_as"])
    let_go(open_of(ATTEMPT_DUTY, suspect.id), by=by, now=now)
    write(
        "suspect-no-longer-outstanding",
        by=by,
        now=now,
        record_id=suspect.record_id,
        about=case.id,
        code=ending,
    )
    update = row_of("suspect-endings", "ending", ending, now).optional_text("update")
    if at and update and case.closed_at is None and may(by, Action.CONTACT_VICTIM):
        promise(by=by, now=now, case_id=case.id, update=update, happened_at=at)


def _suspect(outstanding_id: UUID) -> tuple[OutstandingSuspect, Case]:
    found = OutstandingSuspect.objects.filter(id=outstanding_id).first()
    if found is None:
        raise Refused(NOT_THERE, outstanding_id)
    case = locked_case(found.case_id)
    return OutstandingSuspect.objects.select_for_update().get(id=found.id), case


def _insist_open(suspect: OutstandingSuspect) -> None:
    if suspect.closed_at is not None:
        raise Conflict
