"""A supervisor's second look: at a decision not to send, at a contact before it is closed, at a sample."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from throughline.casework.contact.commands.held import the_contact
from throughline.casework.contact.commands.sending import send
from throughline.casework.contact.commands.turns import give_back
from throughline.casework.contact.models import Contact, Deployment, Sample
from throughline.casework.contact.queries.reviewing import (
    LOOKS_BACK,
    SIGN_OFF,
    decision_to_review,
    not_over,
    nothing_to_sign_off,
    open_reviews,
    open_sign_offs,
    pool_of,
    to_be_signed_off,
)
from throughline.casework.contact.queries.subjects import subject_of
from throughline.casework.contact.rules.sampling import draw, seed
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.people.rules import NOT_FOUND, Malformed, row_of
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, Refused, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.audit.models import Seal
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for, review
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty
from throughline.reference import load

SUPERVISION = system("supervision")
NOT_ONES_OWN = "Nobody reviews their own decision"
LONGEST_WORDS = 4_000
#: How many contacts of each handler a random draw takes.
EACH = 2


# --- a decision not to send, or to send later ---------------------------------------------------------


@transaction.atomic
def agree(*, by: Actor, now: datetime, contact_id: UUID, feedback: str = "") -> Decision:
    """Agree with a decision not to send, or to send later; its maker reads what is said to them.

    Raises Refused for one's own decision, or where none waits.
    """
    return _review(by, now, contact_id, agreed=True, feedback=feedback)


@transaction.atomic
def overturn(
    *,
    by: Actor,
    now: datetime,
    contact_id: UUID,
    grade: str,
    feedback: str,
    reason: str = "",
    words: str = "",
    place: str | None = None,
    appointment_at: datetime | None = None,
) -> Deployment:
    """Decide otherwise: the supervisor's own deployment supersedes it, and what is left to do comes back.

    It goes to the handler who decided while they are on duty, else to whoever is. Raises Malformed where
    nothing is said to the maker, or where the grade is the one that stood; Refused as `agree` does.
    """
    if not feedback.strip():
        raise Malformed("feedback", "is needed: say why you decided otherwise")
    decision = _review(by, now, contact_id, agreed=False, feedback=feedback)
    if grade == decision.choice:
        raise Malformed("grade", "is the one that you look at: choose another, or agree")
    sent = send(
        by=by,
        now=now,
        contact_id=contact_id,
        grade=grade,
        place=place,
        appointment_at=appointment_at,
        reason=reason,
        words=words,
    )
    give_back(
        now=now,
        maker=decision.made_by,
        record_id=decision.record_id,
        about=contact_id,
        cause="overturned",
        besides=by.id,
    )
    return sent


def _review(by: Actor, now: datetime, contact_id: UUID, *, agreed: bool, feedback: str) -> Decision:
    undertake(by, Action.SUPERVISE, detail={"contact": str(contact_id), "agreed": agreed})
    contact = the_contact(contact_id, locked=True)
    undertake(by, Action.SUPERVISE, *contact.subjects, detail={"contact": str(contact_id)})
    duties = list(open_reviews([contact_id]).select_for_update())
    decision = decision_to_review(contact_id)
    if not duties or decision is None:
        raise Refused(NOT_FOUND, contact_id)
    if decision.made_by == by.id:
        raise Refused(NOT_ONES_OWN)
    review(
        by=by,
        now=now,
        decision=decision,
        agreed=agreed,
        feedback=checked_words("feedback", feedback, longest=LONGEST_WORDS),
    )
    for duty in duties:
        discharge(by=by, now=now, duty_id=duty.id, outcome="agreed" if agreed else "overturned")
    return decision


# --- signing off before closing ------------------------------------------------------------------------


@transaction.atomic
def sign_off(*, by: Actor, now: datetime, contact_id: UUID, reason: str, words: str = "") -> Decision:
    """Sign a contact off (report chapter 1: before closing). An incident of domestic abuse closes only so.

    Raises Malformed for a contact that is not over, while its decision waits for review, and without a reason;
    Refused for one's own contact.
    """
    undertake(by, Action.SUPERVISE, detail={"contact": str(contact_id), "what": "sign-off"})
    contact = the_contact(contact_id, locked=True)
    undertake(by, Action.SUPERVISE, *contact.subjects, detail={"contact": str(contact_id)})
    if contact.ended_at is None:
        raise Malformed("", "The contact is not over")
    if contact.taken_by == by.id:
        raise Refused("Nobody signs off their own contact")
    if open_reviews([contact_id]).exists():
        raise Malformed("", "Its decision waits for review: do that first")
    _coded("reason", reason, "contact-sign-off", now)
    subject = subject_of(contact)
    decision = decide_for(
        SIGN_OFF,
        by=by,
        now=now,
        record_id=subject,
        about=contact.id,
        choice="signed-off",
        reason=reason,
        words=checked_words("words", words, longest=LONGEST_WORDS),
    )
    # several calls may be of one incident: it closes when each is over and has been looked at
    others = [contact.incident_id] if contact.incident_id else []
    if not (to_be_signed_off(contact).exclude(id=contact.id).exists() or not_over(others).exists()):
        about = contact.incident_id or contact.id
        duties = list(open_sign_offs([about])) or [
            open_duty(SIGN_OFF, now=now, record_id=subject, about=about, cause="contact-ended")
        ]
        for duty in duties:
            discharge(by=by, now=now, duty_id=duty.id, outcome="signed-off")
    return decision


def call_for_another(*, now: datetime, contact: Contact) -> None:
    """Have an incident signed off again whose contacts all were, until another was of it. Inside another command only."""
    about = contact.incident_id
    done = Duty.objects.filter(kind=SIGN_OFF, about=about, discharged_at__isnull=False)
    if about and done.exists() and not_over([about]).exists():
        open_duty(SIGN_OFF, now=now, record_id=subject_of(contact), about=about, cause="another-contact")


@transaction.atomic
def call_for_sign_offs(*, now: datetime) -> int:
    """Open the duty to sign off for every contact that is over and is or may be domestic, or of somebody vulnerable.

    Also for an incident that was signed off and of which another contact goes on; let go where nothing is left to
    sign off. The worker's; says how many were opened.
    """
    set_actor(SUPERVISION)
    _let_go_of_sign_offs(now)
    # an incident of several calls has one such duty
    first = {one.incident_id or one.id: one for one in reversed(to_be_signed_off(since=now - LOOKS_BACK))}
    asked = set(open_sign_offs(first.keys()).values_list("about", flat=True))
    new = {about: contact for about, contact in first.items() if about not in asked}
    if new:
        undertake(SUPERVISION, Action.SUPERVISE, detail={"sign_offs": len(new)})
    for about, contact in new.items():
        open_duty(
            SIGN_OFF,
            now=now,
            record_id=subject_of(contact),
            about=about,
            cause="vulnerable" if contact.domestic is False else "contact-ended",
        )
    for contact in _another_goes_on():
        call_for_another(now=now, contact=contact)
    return len(new)


def _another_goes_on() -> list[Contact]:
    """One contact that is not over of each open incident whose others were signed off."""
    signed_off = Duty.objects.filter(kind=SIGN_OFF, about=OuterRef("incident"))
    going_on = Contact.objects.filter(ended_at=None, incident__domestic=True, incident__closed_at=None)
    found = list(
        going_on.filter(
            Exists(signed_off.filter(discharged_at__isnull=False)),
            ~Exists(signed_off.filter(discharged_at=None)),
        ).order_by("received_at", "id")
    )
    first = list({one.incident_id: one for one in reversed(found)}.values())
    if first:
        undertake(SUPERVISION, Action.SUPERVISE, detail={"another_contact": len(first)})
    return first


def _let_go_of_sign_offs(now: datetime) -> None:
    left = nothing_to_sign_off()
    if left:
        undertake(SUPERVISION, Action.SUPERVISE, detail={"nothing_to_sign_off": len(left)})
    for duty in left:
        discharge(by=SUPERVISION, now=now, duty_id=duty.id, outcome="no-longer-needed")


# --- samples -------------------------------------------------------------------------------------------


@transaction.atomic
def draw_random(*, by: Actor, now: datetime, appointments: bool = False) -> list[Sample]:
    """Draw last week's sample: some contacts of every handler, by a seed that nobody chooses.

    Drawn again, only handlers of whom nothing was drawn are added, so that nobody draws until they like it.
    ``appointments`` draws from the contacts that were given an appointment alone.
    """
    undertake(by, Action.SUPERVISE, detail={"what": "sample", "appointments": appointments})
    drawn_from = "appointments" if appointments else "random"
    period, pool = pool_of(now=now, appointments=appointments)
    already = set(
        Sample.objects.filter(seed__startswith=f"{period} ", drawn_from=drawn_from).values_list(
            "contact__taken_by", flat=True
        )
    )
    last = Seal.objects.order_by("-number").first()
    start = seed(period=period, seal=last.number if last else 0, seal_hash=bytes(last.hash) if last else b"")
    left = {handler: contacts for handler, contacts in pool.items() if handler not in already}
    return [
        Sample.objects.create(
            contact_id=contact,
            drawn_from=drawn_from,
            drawn_at=now,
            drawn_by=by.id,
            seed=start,
            drawn_of=len(pool[handler]),
        )
        for handler, contacts in draw(left, seed=start, each=EACH).items()
        for contact in contacts
    ]


@transaction.atomic
def listen_in(*, by: Actor, now: datetime, contact_id: UUID) -> Sample:
    """Sample a contact while it is live. Doing it twice is one sample. Raises Malformed where it is over."""
    undertake(by, Action.SUPERVISE, detail={"contact": str(contact_id), "what": "live"})
    contact = the_contact(contact_id, locked=True)
    if contact.ended_at is not None or contact.taken_by is None:
        raise Malformed("", "The contact is not live")
    if contact.taken_by == by.id:
        raise Refused("Nobody samples their own contact")
    sample, _ = Sample.objects.get_or_create(
        contact=contact, drawn_from="live", drawn_by=by.id, verdict="", defaults={"drawn_at": now}
    )
    return sample


@transaction.atomic
def judge(*, by: Actor, now: datetime, sample_id: UUID, verdict: str, feedback: str) -> Sample:
    """Say what was found in a sample, and tell the handler alone. What was judged once stays.

    Raises Malformed without words where something went wrong, Refused for one's own contact.
    """
    undertake(by, Action.SUPERVISE, detail={"sample": str(sample_id), "verdict": verdict})
    sample = (
        Sample.objects.select_for_update(of=("self",)).select_related("contact").filter(id=sample_id).first()
    )
    if sample is None:
        raise Refused(NOT_FOUND, sample_id)
    if sample.contact.taken_by == by.id:
        raise Refused("Nobody samples their own contact")
    if sample.judged_at is not None:
        raise Malformed("", "It has been judged already")
    found = row_of("sample-verdicts", "verdict", verdict, now)
    feedback = checked_words("feedback", feedback, longest=LONGEST_WORDS)
    if not feedback and not found.flag("right"):
        raise Malformed("feedback", "is needed: say what could be done otherwise")
    sample.verdict, sample.feedback, sample.judged_at = verdict, feedback, now
    sample.judged_by = by.id
    sample.save(update_fields=["verdict", "feedback", "judged_at", "judged_by"])
    return sample


@transaction.atomic
def read_feedback(*, by: Actor, now: datetime, sample_id: UUID) -> Sample:
    """The handler says that they have read what they were told. Doing it twice changes nothing."""
    undertake(by, Action.TAKE_CONTACT, detail={"sample": str(sample_id), "what": "read"})
    sample = (
        Sample.objects.select_for_update(of=("self",))
        .filter(id=sample_id, contact__taken_by=by.id, judged_at__isnull=False)
        .first()
    )
    if sample is None:
        raise Refused(NOT_FOUND, sample_id)
    if sample.read_at is None:
        sample.read_at = now
        sample.save(update_fields=["read_at"])
    return sample


def _coded(field: str, reason: str, decision: str, now: datetime) -> None:
    if reason not in dict(load("decision-reasons").choices(on=london_day(now), decision=decision)):
        raise Malformed(field, "choose one of the answers listed")
