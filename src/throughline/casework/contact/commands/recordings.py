"""The recording of a call: noting it, asking that it be kept for evidence, and saying what became of that."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.contact.commands.held import the_contact
from throughline.casework.contact.models import Contact, Recording
from throughline.casework.contact.queries.subjects import subject_of
from throughline.casework.contact.rules import recordings as rules
from throughline.casework.contact.rules.taking import LONGEST_WORDS, checked, checked_words
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.duties.commands import discharge_about, open_duty
from throughline.reference import load

KEEP_DUTY = "keep-recording"


def note(contact: Contact, *, reference: str = "", until: datetime | None = None) -> Recording | None:
    """Keep what is told of a contact's recording; None where the channel has none. For commands that audited.

    What was said before stands where nothing new is said; a recording that lapses later is later.
    """
    by_rule = rules.held_until(contact.channel, contact.received_at)
    if by_rule is None:
        return None
    found, _made = Recording.objects.select_for_update().get_or_create(
        contact=contact, defaults={"held_until": by_rule}
    )
    if reference:
        found.reference = reference
    if until is not None:
        found.held_until, found.told_until = until, True
    found.save(update_fields=["reference", "held_until", "told_until"])
    return found


@transaction.atomic
def note_recording(
    *, by: Actor, now: datetime, contact_id: UUID, reference: str, until: datetime | None = None
) -> Recording:
    """Write down under which reference a call's recording is held, and until when if that is known.

    Raises Malformed for a contact that is not recorded, or a reference that says nothing.
    """
    undertake(by, Action.KEEP_RECORDING, detail={"contact": str(contact_id), "what": "note"})
    contact = the_contact(contact_id, locked=True)
    reference = checked("reference", reference)
    if not reference:
        raise Malformed("reference", "needs the reference of the recording")
    found = note(contact, reference=reference, until=until)
    if found is None:
        raise Malformed("reference", "is of a contact that is not recorded")
    return found


@transaction.atomic
def ask_to_keep(*, by: Actor, now: datetime, contact_id: UUID, reason: str, words: str = "") -> Recording:
    """Ask whoever holds the audio to keep a call's recording as evidence, with a coded reason.

    The duty is due before the recording would be deleted, however soon that is. Asked again changes nothing
    while it waits; after "not held" it is asked anew. Raises Malformed.
    """
    undertake(by, Action.KEEP_RECORDING, detail={"contact": str(contact_id), "what": "ask"})
    contact = the_contact(contact_id, locked=True)
    reasons = dict(load("decision-reasons").choices(on=london_day(now), decision=KEEP_DUTY))
    if reason not in reasons:
        raise Malformed("reason", "is needed to keep a recording")
    words = checked_words("words", words, longest=LONGEST_WORDS)
    found = note(contact)
    if found is None:
        raise Malformed("reason", "is for a contact that is recorded")
    if found.exhibit or (found.asked_at and not found.not_held):
        return found
    found.asked_at, found.asked_by, found.not_held = now, by.id, ""
    found.answered_at = found.answered_by = None
    found.save()
    subject = subject_of(contact)
    decide_for(
        KEEP_DUTY,
        by=by,
        now=now,
        record_id=subject,
        about=contact.id,
        choice="requested",
        reason=reason,
        words=words,
    )
    duty = open_duty(KEEP_DUTY, now=now, record_id=subject, about=contact.id, cause=reason)
    if found.held_until < duty.due_at:
        duty.due_at = max(found.held_until, now)
        duty.save(update_fields=["due_at"])
    write("recording-requested", by=by, now=now, record_id=subject, about=contact.id)
    return found


@transaction.atomic
def answer_for_recording(
    *, by: Actor, now: datetime, contact_id: UUID, exhibit: str = "", not_held: str = ""
) -> Recording:
    """Say what became of a request: exhibited under a reference, or not held and why. One of the two.

    Raises Malformed, Conflict where nobody has asked or it was answered already.
    """
    undertake(by, Action.ANSWER_RECORDING, detail={"contact": str(contact_id), "not_held": not_held})
    contact = the_contact(contact_id, locked=True)
    exhibit = checked("exhibit", exhibit)
    if bool(exhibit) == bool(not_held):
        raise Malformed("exhibit", "needs the exhibit reference, or why it is not held")
    if not_held and not_held not in load("recordings-not-held").codes(on=london_day(now)):
        raise Malformed("not_held", "is not one of the reasons")
    found = Recording.objects.select_for_update().filter(contact=contact).first()
    if found is None or found.asked_at is None or found.answered_at is not None:
        raise Conflict("nobody waits for an answer about this recording")
    found.exhibit, found.not_held = exhibit, not_held
    found.answered_at, found.answered_by = now, by.id
    found.save()
    outcome = "exhibited" if exhibit else not_held
    discharge_about(contact.id, KEEP_DUTY, by=by, now=now, outcome=outcome)
    kind = "recording-exhibited" if exhibit else "recording-not-held"
    write(kind, by=by, now=now, record_id=subject_of(contact), about=contact.id)
    return found


@transaction.atomic
def listened_to(*, by: Actor, now: datetime, contact_id: UUID) -> Recording:
    """Say that one has listened to a call's recording. Said twice, it was once. Raises Conflict without one."""
    undertake(by, Action.KEEP_RECORDING, detail={"contact": str(contact_id), "what": "listened"})
    contact = the_contact(contact_id, locked=True)
    found = Recording.objects.select_for_update().filter(contact=contact, not_held="").first()
    if found is None:
        raise Conflict("there is no recording of this contact")
    if by.id not in found.listeners:
        found.listeners.append(by.id)
        found.save(update_fields=["listeners"])
        write("recording-listened-to", by=by, now=now, record_id=subject_of(contact), about=contact.id)
    return found
