"""Services that she is told of or referred to, and their answer."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.rules import CASE_STEPS, Step, after
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.safeguarding.commands.words import hers_of, keep_words, whose
from throughline.casework.safeguarding.models import Referral, Service
from throughline.casework.safeguarding.rules.planning import ANSWER_DUTY
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import duty_kind

NO_REFERRAL = "There is no such referral"
AGREED, CONSENT, NOT_SAID = "agreed", "consent", "not-said"


@transaction.atomic
def refer(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    service_id: UUID,
    told_only: bool,
    basis: str = "",
    consent: str = "",
    words: str = "",
    at: datetime | None = None,
) -> Referral:
    """Write down that she was told of a service, or referred to it: on what basis, and whether she agreed.

    A referral waits for its answer on the list of whoever made it. One that she did not agree to rests on another basis than
    consent, with words. Raises Malformed, NotYet for a closed case, Refused.
    """
    case, _hers, about = hers_of(case_id)
    undertake(by, Action.PLAN_SAFETY, *about, detail={"case": str(case.id), "service": str(service_id)})
    after(CASE_STEPS, case.closed_at is not None, Step.OWN)
    service = Service.objects.filter(id=service_id, withdrawn_on=None).first()
    if service is None:
        raise Malformed("service", "is not in the directory, or was withdrawn from it")
    at = held.when("at", at, now)
    if told_only:
        if basis or consent:
            raise Malformed("basis", "telling her of a service passes nothing on: leave it empty")
    else:
        insist_on_basis(basis, consent, words, now)
    made = Referral.objects.create(
        record_id=case.victim_id,
        case=case,
        service=service,
        told_only=told_only,
        basis=basis,
        consent=consent,
        at=at,
        by=by.id,
        subjects=about,
    )
    keep_words(made.id, words, subjects=about, by=by, now=now)
    if told_only:
        write("service-told-of", by=by, now=at, record_id=case.victim_id, about=case.id)
        return made
    write("referral-made", by=by, now=at, record_id=case.victim_id, about=case.id, code=consent)
    owner, role = whose(by)
    open_duty(
        ANSWER_DUTY,
        now=now,
        record_id=case.victim_id,
        about=made.id,
        cause="referred",
        owner=owner,
        role=role,
        due_at=duty_kind(ANSWER_DUTY, on=london_day(at)).due_at(at),
    )
    return made


def insist_on_basis(basis: str, consent: str, words: str, now: datetime) -> None:
    """Raise Malformed where it is not said on what basis something about her is passed on, and whether she agreed.

    One that she did not agree to rests on another basis than consent, with words.
    """
    row_of("referral-consents", "consent", consent, now)
    row_of("sharing-bases", "basis", basis, now)
    if basis == NOT_SAID:
        raise Malformed("basis", "choose one of the answers listed")
    if basis == CONSENT and consent != AGREED:
        raise Malformed("basis", "is consent, which she has not given: choose another, or tell her only")
    if consent != AGREED and not words.strip():
        raise Malformed("words", "say why she is referred although she has not agreed")


@transaction.atomic
def answer(*, by: Actor, now: datetime, referral_id: UUID, answer: str, words: str = "") -> Referral:
    """Write down what the service answered. One that is still waited for is asked about again.

    Raises Conflict where it is answered, or where she was told only; Malformed, Refused.
    """
    made = Referral.objects.select_for_update().filter(id=referral_id).first()
    if made is None:
        raise Refused(NO_REFERRAL, referral_id)
    undertake(by, Action.PLAN_SAFETY, *made.subjects, detail={"referral": str(made.id), "answer": answer})
    row = row_of("referral-answers", "answer", answer, now)
    waits = list(Duty.objects.filter(kind=ANSWER_DUTY, about=made.id, discharged_at=None))
    if made.told_only or not waits:
        raise Conflict
    made.answer, made.answered_at, made.answered_by = answer, now, by.id
    made.save(update_fields=["answer", "answered_at", "answered_by"])
    keep_words(made.id, words, subjects=made.subjects, by=by, now=now)
    write("referral-answered", by=by, now=now, record_id=made.record_id, about=made.case_id, code=answer)
    for duty in waits:
        if row.flag("ends"):
            discharge(by=by, now=now, duty_id=duty.id, outcome=answer)
        else:
            duty.due_at = duty_kind(ANSWER_DUTY, on=london_day(now)).due_at(now)
            duty.save(update_fields=["due_at"])
    return made
