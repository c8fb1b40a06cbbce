"""Asking the intelligence desk, and its answers: each reaches the brief at once, also the first of many."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.contact.commands.briefing import brief_whoever_goes, renew
from throughline.casework.contact.commands.held import goes, the_contact
from throughline.casework.contact.models import (
    ConfidentialWords,
    Contact,
    Deployment,
    IntelligenceAnswer,
    IntelligenceRequest,
)
from throughline.casework.contact.queries.intelligence import is_named
from throughline.casework.contact.queries.subjects import subject_of
from throughline.casework.contact.rules.intelligence import named_for
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.people.rules import NOT_FOUND, Conflict, Malformed
from throughline.foundations.access.commands import end_grants, grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.queries import open_grants
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty
from throughline.reference import Row, UnknownCode, load

# characters of one question or answer: a screen of a telephone, several times over
LONGEST_WORDS = 4_000


@transaction.atomic
def pass_on(*, by: Actor, now: datetime, deployment: Deployment) -> None:
    """Tell whoever goes what is known, and ask intelligence once for the rest where it is or may be domestic abuse.

    For the commands that decide whom to send, which have audited. Before a unit or an officer is named there is
    nobody to tell, but the desk begins to read.
    """
    contact = deployment.contact
    if not goes(deployment):
        return
    asked = IntelligenceRequest.objects.filter(contact=contact).exists()
    if contact.domestic is not False and not asked:
        ask(by=by, now=now, contact_id=contact.id, cause="sent")
    if deployment.unit or deployment.officer:
        brief_whoever_goes(by=by, now=now, deployment=deployment)


@transaction.atomic
def ask(
    *,
    by: Actor,
    now: datetime,
    contact_id: UUID,
    systems: Iterable[str] = (),
    question: str = "",
    cause: str = "asked",
) -> IntelligenceRequest:
    """Ask the desk about a contact; without ``systems``, those that are asked by themselves.

    There is one open request for a contact: what is asked besides joins it, and nothing is asked twice. The
    duty to answer stands on the desk's list. Raises Refused, Malformed.
    """
    undertake(by, Action.ASK_INTELLIGENCE, detail={"contact": str(contact_id), "cause": cause})
    contact = the_contact(contact_id, locked=True)
    known = load("intelligence-systems").as_of(london_day(now))
    wanted = list(dict.fromkeys(systems)) or [row.code for row in known if row.flag("asked")]
    if not {row.code for row in known}.issuperset(wanted):
        raise Malformed("systems", "is not a system that intelligence reads")
    question = checked_words("question", question, longest=LONGEST_WORDS)
    request = IntelligenceRequest.objects.filter(contact=contact, answered_at=None).first()
    if request is None:
        request = IntelligenceRequest(contact=contact, asked_at=now, asked_by=by.id)
    request.systems = list(dict.fromkeys([*request.systems, *wanted]))
    if question and question not in request.question.split("\n"):
        request.question = "\n".join(part for part in (request.question, question) if part)
    request.save()
    if not _open_duties(contact):
        subject = subject_of(contact)
        open_duty("intelligence-request", now=now, record_id=subject, about=contact.id, cause=cause)
        write("intelligence-asked", by=by, now=now, record_id=subject, about=contact.id)
    return request


@transaction.atomic
def answer(
    *,
    by: Actor,
    now: datetime,
    request_id: UUID,
    system: str,
    result: IntelligenceAnswer.Result,
    words: str = "",
    seen: datetime | None = None,
) -> IntelligenceAnswer:
    """Say what was read in one system; the brief shows it as soon as this is done.

    ``seen`` is when the answer was read that the writer had before them, if there was one: raises Conflict
    where a colleague has answered since. What a confidential system holds is said by who is named for it, and
    kept for them; anybody at the desk may say that it could not be checked. With the last system the duty is done. Raises Malformed, Refused.
    """
    request = _the_request(request_id)
    undertake(
        by,
        Action.ANSWER_INTELLIGENCE,
        *request.contact.subjects,
        detail={"request": str(request_id), "system": system, "result": str(result)},
    )
    row = _system(system, now)
    confidential = row.flag("confidential")
    kept = request.answers.filter(system=system).first()
    if confidential and not is_named(by, system):
        if kept or result != IntelligenceAnswer.Result.NOT_CHECKED:
            raise Refused("What a confidential system holds is read by named staff")
        words = ""
    words = checked_words("words", words, longest=LONGEST_WORDS)
    if result == IntelligenceAnswer.Result.HELD and not words:
        raise Malformed("words", "needs what is held, in words that the officer can use")
    if result == IntelligenceAnswer.Result.NONE_FOUND:
        words = ""
    if (kept.read_at if kept else None) != seen:
        raise Conflict
    kept = kept or IntelligenceAnswer(request=request, system=system)
    kept.result, kept.words = result, "" if confidential else words
    kept.read_at, kept.read_by = now, by.id
    kept.save()
    if confidential:
        ConfidentialWords.objects.filter(answer=kept).delete()
        if words:
            ConfidentialWords.objects.create(answer=kept, system=named_for(system), words=words)
    if system not in request.systems:
        request.systems = [*request.systems, system]
        request.save(update_fields=["systems"])
    _close_when_all_is_answered(by, now, request)
    subject = subject_of(request.contact)
    write("intelligence-answered", by=by, now=now, record_id=subject, about=request.contact_id, code=system)
    renew(by=by, now=now, contact=request.contact)
    return kept


def _the_request(request_id: UUID) -> IntelligenceRequest:
    request = (
        IntelligenceRequest.objects.select_for_update(of=("self",))
        .select_related("contact")
        .filter(id=request_id)
        .first()
    )
    if request is None:
        raise Refused(NOT_FOUND, request_id)
    return request


def _system(code: str, now: datetime) -> Row:
    try:
        return load("intelligence-systems").get(code, on=london_day(now))
    except UnknownCode:
        raise Malformed("system", "is not a system that intelligence reads") from None


def _open_duties(contact: Contact) -> list[Duty]:
    return list(Duty.objects.filter(kind="intelligence-request", about=contact.id, discharged_at=None))


def _close_when_all_is_answered(by: Actor, now: datetime, request: IntelligenceRequest) -> None:
    results = dict(request.answers.values_list("system", "result"))
    if request.answered_at is not None or not results.keys() >= set(request.systems):
        return
    request.answered_at, request.answered_by = now, by.id
    request.save(update_fields=["answered_at", "answered_by"])
    reached = set(results.values()) - {IntelligenceAnswer.Result.NOT_CHECKED}
    for duty in _open_duties(request.contact):
        discharge(by=by, now=now, duty_id=duty.id, outcome="answered" if reached else "not-reached")


@transaction.atomic
def name_for(*, by: Actor, now: datetime, system: str, grantee: UUID) -> None:
    """Let one account read, and say, what a confidential system holds. Twice changes nothing."""
    undertake(by, Action.NAME_CONFIDENTIAL, detail={"system": system, "grantee": str(grantee)})
    if not _system(system, now).flag("confidential"):
        raise Malformed("system", "is read by everybody whom the brief reaches")
    if not open_grants(named_for(system)).filter(kind=Grant.Kind.SEE, grantee=grantee).exists():
        grant(
            by=by,
            now=now,
            subject=named_for(system),
            kind=Grant.Kind.SEE,
            grantee=grantee,
            reason="confidential",
        )


@transaction.atomic
def unname(*, by: Actor, now: datetime, system: str, grantee: UUID) -> None:
    """Take back what `name_for` gave; what was read stays in the log."""
    undertake(by, Action.NAME_CONFIDENTIAL, detail={"system": system, "grantee": str(grantee)})
    end_grants(now=now, subject=named_for(system), kind=Grant.Kind.SEE, grantee=grantee)
