"""What keeps somebody safe from those who may read: safe ways, refuges, restrictions and staff who are party."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from django.db import transaction

from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.commands.recording import NewAddress, not_erased, void_safe_contact
from throughline.casework.people.models import Address, Phone, RefugeAddress, SafeContact, StaffLink
from throughline.casework.people.rules import GUARDIAN, Conflict, Malformed
from throughline.foundations.access.commands import end_grants, grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.protection import acting
from throughline.foundations.access.queries import open_grants, subject_for
from throughline.foundations.access.rules import Action, Actor, Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for, review
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.commands import ChangedMeanwhile, save_answers
from throughline.foundations.instruments.rules import Answer, Instrument
from throughline.foundations.vault.keys import keys
from throughline.reference import load

GLASS_STAYS_BROKEN = timedelta(hours=4)


@transaction.atomic
def give_safe_contact(
    *,
    by: Actor,
    now: datetime,
    record_id: UUID,
    instrument: Instrument,
    answers: Mapping[str, Answer],
    complete: bool,
    after: UUID | None,
    phone_id: UUID | None = None,
    address_id: UUID | None = None,
) -> SafeContact:
    """Keep what she said about reaching her without harm, in place of what she said before.

    ``after`` is the row of answers that the page was opened on. Raises Conflict where somebody has asked
    her since, Malformed for a number or address that is no longer hers, BadAnswers, Refused.
    """
    undertake(by, Action.RECORD_SAFE_CONTACT, record_id)
    not_erased(record_id)
    together = held_together(record_id)
    for field, kind, chosen in (("phone", Phone, phone_id), ("address", Address, address_id)):
        if chosen and not kind.objects.filter(id=chosen, record__in=together, valid_until=None).exists():
            raise Malformed(field, "is no longer in use")
    try:
        said = save_answers(
            by=by,
            now=now,
            subject=record_id,
            instrument=instrument,
            answers=answers,
            complete=complete,
            after=after,
        )
    except ChangedMeanwhile:
        raise Conflict from None
    void_safe_contact(by=by, now=now, record_id=record_id, because="said-anew")
    given = SafeContact.objects.create(
        record_id=record_id,
        answers=said,
        phone_id=phone_id,
        address_id=address_id,
        given_at=now,
        taken_by=by.id,
    )
    write("safe-contact-given", by=by, now=now, record_id=record_id, about=given.id)
    return given


def _place(row: UUID) -> str:
    return f"people_refugeaddress/closed/{row}"


@transaction.atomic
def record_refuge(*, by: Actor, now: datetime, record_id: UUID, address: NewAddress) -> RefugeAddress:
    """Keep the address of a refuge, encrypted, for the accounts that are named for it and nobody else."""
    undertake(by, Action.RECORD_REFUGE, record_id)
    not_erased(record_id)
    if not any(asdict(address).values()):
        raise Malformed("address", "is empty")
    row = uuid4()
    closed = keys().close(json.dumps(asdict(address)).encode(), _place(row))
    return RefugeAddress.objects.create(
        id=row, record_id=record_id, closed=closed, valid_from=london_day(now)
    )


@transaction.atomic
def name_for_refuge(*, by: Actor, now: datetime, record_id: UUID, grantee: UUID, reason: str) -> None:
    """Let one named account read a refuge address. There is no break-glass for it."""
    undertake(by, Action.RECORD_REFUGE, record_id, detail={"grantee": str(grantee)})
    grant(by=by, now=now, subject=record_id, kind=Grant.Kind.REFUGE, grantee=grantee, reason=reason)


def open_refuge(address: RefugeAddress) -> NewAddress:
    """The refuge address in words. The caller has decided that it may be read, and audits."""
    return NewAddress(**json.loads(keys().open(bytes(address.closed), _place(address.id))))


@transaction.atomic
def restrict(*, by: Actor, now: datetime, record_id: UUID, reason: str, words: str = "") -> None:
    """Take a record out of everybody's sight but the desk's, at once. Raises Conflict where it is."""
    undertake(by, Action.RESTRICT, record_id)
    load("restriction-reasons").get(reason, on=london_day(now))
    if subject_for(by, record_id).restricted:
        raise Conflict
    write("restricted", by=by, now=now, record_id=record_id, code=reason)
    decide_for(
        "restrict", by=by, now=now, record_id=record_id, choice="restricted", reason=reason, words=words
    )
    # last: afterwards a supervisor no longer sees what they restrict
    grant(by=by, now=now, subject=record_id, kind=Grant.Kind.RESTRICT, reason=reason)


@transaction.atomic
def lift_restriction(*, by: Actor, now: datetime, record_id: UUID, reason: str, words: str = "") -> None:
    """Bring a record back into the sight of the front line."""
    undertake(by, Action.LIFT_RESTRICTION, record_id)
    load("decision-reasons").get(reason, on=london_day(now))
    end_grants(now=now, subject=record_id, kind=Grant.Kind.RESTRICT)
    decide_for("restrict", by=by, now=now, record_id=record_id, choice="lifted", reason=reason, words=words)
    write("restriction-lifted", by=by, now=now, record_id=record_id, code=reason)


@transaction.atomic
def let_see(
    *,
    by: Actor,
    now: datetime,
    record_id: UUID,
    grantee: UUID,
    reason: str,
    until: datetime | None = None,
) -> None:
    """Let one account or team see a restricted record, for a reason and for a time."""
    undertake(by, Action.GRANT_SIGHT, record_id, detail={"grantee": str(grantee)})
    grant(by=by, now=now, subject=record_id, kind=Grant.Kind.SEE, grantee=grantee, reason=reason, until=until)


@transaction.atomic
def stop_seeing(*, by: Actor, now: datetime, record_id: UUID, grantee: UUID) -> None:
    """Take back what `let_see` gave."""
    undertake(by, Action.GRANT_SIGHT, record_id, detail={"grantee": str(grantee)})
    end_grants(now=now, subject=record_id, kind=Grant.Kind.SEE, grantee=grantee)


@transaction.atomic
def break_glass(*, by: Actor, now: datetime, record_id: UUID, reason: str, words: str) -> datetime:
    """See a restricted record for four hours without being let; the desk is told and reviews it.

    Returns when the sight ends. A record restricted for a reason that `reference` closes to break-glass is
    refused, as is one whose only secret is a refuge.
    """
    undertake(by, Action.BREAK_GLASS, record_id)
    load("decision-reasons").get(reason, on=london_day(now))
    if not words.strip():
        raise Malformed("words", "say why it cannot wait for the desk")
    closed = load("restriction-reasons").codes(on=london_day(now), break_glass=False)
    if open_grants(record_id).filter(kind=Grant.Kind.RESTRICT, reason__in=closed).exists():
        raise Refused("This restriction is not broken", record_id)
    until = now + GLASS_STAYS_BROKEN
    grant(
        by=by,
        now=now,
        subject=record_id,
        kind=Grant.Kind.BREAK_GLASS,
        grantee=by.id,
        reason=reason,
        until=until,
    )
    decision = decide_for(
        "break-glass", by=by, now=now, record_id=record_id, choice="broken", reason=reason, words=words
    )
    open_duty("break-glass-review", now=now, record_id=record_id, about=decision.id, cause=reason)
    return until


@transaction.atomic
def review_break_glass(
    *, by: Actor, now: datetime, duty_id: UUID, agreed: bool, feedback: str = ""
) -> Review:
    """Say whether breaking the glass was justified; sight ends at once where it was not."""
    duty = Duty.objects.get(id=duty_id, kind="break-glass-review")
    undertake(by, Action.REVIEW_BREAK_GLASS, duty.record_id)
    decision = Decision.objects.get(kind="break-glass", id=cast(UUID, duty.about))
    if not agreed:
        end_grants(now=now, subject=duty.record_id, kind=Grant.Kind.BREAK_GLASS, grantee=decision.made_by)
    discharge(by=by, now=now, duty_id=duty.id, outcome="agreed" if agreed else "overturned")
    return review(by=by, now=now, decision=decision, agreed=agreed, feedback=feedback)


@transaction.atomic
def recognise_staff(*, by: Actor, now: datetime, record_id: UUID, user_id: UUID) -> StaffLink:
    """Say that a person is one of the staff: their account and their team are shut out, and the record restricted.

    Nobody of their line reads it, owns a case of it or can be let see it; of the desk's own staff the account alone is
    shut out, or nobody would answer for the record. The auditor is told, outside the line, to
    read who looked at the record in the year before (report recommendation 4; the 2022 super-complaint).
    """
    undertake(by, Action.RECOGNISE_STAFF, record_id)
    not_erased(record_id)
    link, _ = StaffLink.objects.get_or_create(
        record_id=record_id, user=user_id, defaults={"made_at": now, "made_by": by.id}
    )
    write("staff-recognised", by=by, now=now, record_id=record_id)
    # as the system: the desk is told of what the one who recognised them may no longer see
    with acting(GUARDIAN):
        user = User.objects.get(id=user_id)
        shut_out = {"party": user.id} | ({} if user.role == Role.DESK else {"line": user.team_id})
        for reason, grantee in shut_out.items():
            grant(by=by, now=now, subject=record_id, kind=Grant.Kind.EXCLUDE, grantee=grantee, reason=reason)
        open_duty("staff-attempt", now=now, record_id=record_id, cause="recognised")
        if not subject_for(GUARDIAN, record_id).restricted:
            grant(by=by, now=now, subject=record_id, kind=Grant.Kind.RESTRICT, reason="staff-connected")
            write("restricted", by=by, now=now, record_id=record_id, code="staff-connected")
    return link
