"""What an adviser does for her: contacts, notes that are her service's own until shared, and how she sees the danger."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.partnership.commands.advising import settle
from throughline.casework.partnership.commands.holding import (
    NOT_THERE,
    held_by,
    needed,
    on_the_list_of,
)
from throughline.casework.partnership.models import AdviserContact, AdviserNote, AdviserReferral, NoteShare
from throughline.casework.partnership.rules import PARTNERS
from throughline.casework.partnership.rules.advising import NOTE_DUTY, Held
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.risk.commands.reassessing import call_for
from throughline.casework.safeguarding.commands.contacting import keep_contact
from throughline.casework.safeguarding.commands.referring import insist_on_basis
from throughline.casework.safeguarding.queries.promises import open_updates, still_untold
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Actor, Refused
from throughline.foundations.chronology.commands import write

DANGER_VIEW = "danger-view"
SAYS_SO = "adviser-says"


@transaction.atomic
def record_contact(
    *,
    by: Actor,
    now: datetime,
    referral_id: UUID,
    way: str,
    result: str,
    told: Collection[str] = (),
    words: str = "",
    at: datetime | None = None,
) -> AdviserContact:
    """Keep one contact of an adviser with her, or an attempt. What was said is a note, which the police do not read.

    That she was reached, by whom, and what she was told of is in the contacts of the case: the police do not tell
    her a second time. Only of what she is due to hear can she be told here. Raises Conflict before it is accepted, Malformed,
    Refused.
    """
    referral = _accepted(by, referral_id, result=result)
    at = held.when("at", at, now)
    with acting(PARTNERS):
        case = referral.case
        due = still_untold(case, [code for duty in open_updates(case.id) for code in duty.causes])
        if not set(told) <= set(due):
            raise Malformed("told", "is nothing that she is due to hear now")
        contact = keep_contact(case, by=by, now=now, way=way, result=result, told=told, at=at)
        made = AdviserContact.objects.create(referral=referral, contact=contact, subjects=referral.subjects)
        if row_of("victim-contact-results", "result", result, now).flag("reached") and (
            referral.reached_at is None or at < referral.reached_at
        ):
            referral.reached_at = at
            referral.save(update_fields=["reached_at"])
            settle(referral, by=by, now=now)
        if words.strip():
            _note(referral, "note", words, by=by, now=now)
    return made


@transaction.atomic
def write_note(*, by: Actor, now: datetime, referral_id: UUID, kind: str, words: str) -> AdviserNote:
    """Keep a note: her service's own, until it is shared. Raises Conflict before it is accepted, Malformed, Refused."""
    referral = _accepted(by, referral_id, note=kind)
    row_of("note-kinds", "kind", kind, now)
    with acting(PARTNERS):
        return _note(referral, kind, words, by=by, now=now)


@transaction.atomic
def share(
    *, by: Actor, now: datetime, note_id: UUID, to: str, basis: str, consent: str, words: str = ""
) -> NoteShare:
    """Share a note with somebody in the police, on a basis. From then on they read it, and each reading is logged.

    Raises Conflict where they read it already, Malformed, Refused.
    """
    note = AdviserNote.objects.filter(id=note_id).first()
    if note is None:
        raise Refused(NOT_THERE, note_id)
    referral = held_by(by, note.referral_id, note=str(note.id), to=to)
    with acting(PARTNERS):
        return _share(note, referral, to, basis, consent, words, by=by, now=now)


@transaction.atomic
def say_danger_changed(
    *,
    by: Actor,
    now: datetime,
    referral_id: UUID,
    words: str,
    to: str,
    basis: str,
    consent: str,
    why: str = "",
) -> AdviserNote:
    """Say to the police that the danger has changed, and how she sees it: the case is graded anew, by them.

    Her view is shared on a basis, and sets no grade. Raises Conflict, Malformed, NotYet for a closed case, Refused.
    """
    referral = _accepted(by, referral_id, note=DANGER_VIEW)
    with acting(PARTNERS):
        note = _note(referral, DANGER_VIEW, words, by=by, now=now)
        _share(note, referral, to, basis, consent, why, by=by, now=now)
        # a grade is of the police: the system calls for it in her words
        call_for(by=PARTNERS, now=now, case_id=referral.case_id, cause=SAYS_SO)
    return note


def _accepted(by: Actor, referral_id: UUID, **detail: str) -> AdviserReferral:
    """A referral that the service has accepted: nobody is rung by a service that has not taken her on."""
    referral = held_by(by, referral_id, **detail)
    if referral.state != Held.ACCEPTED:
        raise Conflict
    return referral


def _note(referral: AdviserReferral, kind: str, words: str, *, by: Actor, now: datetime) -> AdviserNote:
    return AdviserNote.objects.create(
        referral=referral,
        kind=kind,
        words=needed("words", words),
        at=now,
        by=by.id,
        subjects=referral.subjects,
    )


def _share(
    note: AdviserNote,
    referral: AdviserReferral,
    to: str,
    basis: str,
    consent: str,
    words: str,
    *,
    by: Actor,
    now: datetime,
) -> NoteShare:
    recipient = row_of("note-recipients", "to", to, now)
    insist_on_basis(basis, consent, words, now)
    if NoteShare.objects.filter(note=note, to=to).exists():
        raise Conflict
    made = NoteShare.objects.create(
        note=note,
        referral=referral,
        case_id=referral.case_id,
        to=to,
        roles=list(recipient.texts("roles")),
        basis=basis,
        consent=consent,
        at=now,
        by=by.id,
        subjects=referral.subjects,
    )
    if words.strip():
        # why it is shared although she has not agreed stays with her service, as a note of its own
        _note(referral, "note", words, by=by, now=now)
    write(
        "idva-note-shared",
        by=by,
        now=now,
        record_id=referral.record_id,
        about=referral.case_id,
        code=note.kind,
    )
    on_the_list_of(NOTE_DUTY, referral.case, now=now, causes=["note-shared"], about=made.id)
    return made
