"""What waits for a supervisor's second look, what was drawn for a sample, and what a handler was told."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, UUIDField

from throughline.casework.contact.models import Contact, Sample
from throughline.casework.contact.queries.brief import compose
from throughline.casework.contact.queries.calls import ContactPage, contact_page, staff_names, the_contact
from throughline.casework.contact.queries.looking import look
from throughline.casework.contact.rules.brief import Brief
from throughline.casework.contact.rules.script import THRIVE
from throughline.casework.people.models import Marker
from throughline.casework.people.rules import NOT_FOUND
from throughline.foundations.access.rules import Action, Actor, Refused, insist, may
from throughline.foundations.clock.rules import london_day, start_of_day
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import latest
from throughline.reference import load

REVIEW = "deployment-review"
SIGN_OFF = "contact-sign-off"
SHOWN = 50
#: A contact that ended longer ago is signed off by its duty, or was before there was one.
LOOKS_BACK = timedelta(days=14)


def open_reviews(contact_ids: Collection[UUID]) -> QuerySet[Duty]:
    """The open duties to review a decision about these contacts."""
    return Duty.objects.filter(kind=REVIEW, about__in=contact_ids, discharged_at=None)


def open_sign_offs(about: Collection[UUID]) -> QuerySet[Duty]:
    """The open duties to sign off these incidents, or contacts without one."""
    return Duty.objects.filter(kind=SIGN_OFF, about__in=about, discharged_at=None)


def decision_to_review(contact_id: UUID) -> Decision | None:
    """The latest decision about a contact that is looked at again: not to send, or to send later."""
    reviewed = {row.code for row in load("response-grades").rows if row.flag("reviewed")}
    made = Decision.objects.filter(kind="deployment", about=contact_id, choice__in=reviewed)
    return made.order_by("-made_at", "-id").first()


def to_be_signed_off(
    contact: Contact | None = None, *, since: datetime | None = None, of: Collection[UUID] | None = None
) -> QuerySet[Contact]:
    """Contacts that are over, are domestic or of somebody marked vulnerable, and that nobody has signed off.

    Those of one contact's incident where it is given, or ``of`` these incidents or contacts, else all that ended since. HMIC 2015, chapter 1: every
    log of somebody vulnerable is screened.
    """
    vulnerable = [row.code for row in load("markers").rows if row.text("kind") == "vulnerability"]
    of_it = ExpressionWrapper(OuterRef("subjects"), output_field=ArrayField(UUIDField()))
    marked = Marker.objects.annotate(of_it=of_it).filter(
        Q(valid_until=None) | Q(valid_until__gte=OuterRef("ended_at__date")),
        code__in=vulnerable,
        ended_by=None,
        of_it__contains=[F("record_id")],  # type: ignore[misc]
    )
    signed = Decision.objects.filter(kind=SIGN_OFF, about=OuterRef("id"))
    rows = Contact.objects.filter(ended_at__isnull=False)
    if since is not None:
        rows = rows.filter(ended_at__gte=since)
    if of is not None:
        rows = rows.filter(Q(incident__in=of) | Q(id__in=of))
    if contact is not None:
        rows = (
            rows.filter(incident=contact.incident_id) if contact.incident_id else rows.filter(id=contact.id)
        )
    return rows.filter(
        Q(domestic=True) | Q(incident__domestic=True) | Q(Exists(marked)), ~Exists(signed)
    ).order_by("ended_at", "id")


def not_over(incident_ids: Collection[UUID]) -> QuerySet[Contact]:
    """The contacts of incidents that may be domestic abuse that go on: nobody can sign them off yet."""
    of_it = Contact.objects.filter(incident__in=incident_ids, ended_at=None)
    return of_it.exclude(incident__domestic=False).order_by("received_at", "id")


def nothing_to_sign_off() -> list[Duty]:
    """The open duties to sign off of whose contacts every one is signed off or need not be."""
    duties = list(Duty.objects.filter(kind=SIGN_OFF, discharged_at=None).order_by("id"))
    about = {duty.about for duty in duties if duty.about}
    if not about:
        return []
    of_them = Contact.objects.filter(Q(incident__in=about) | Q(id__in=about))
    known = set(of_them.values_list("incident", flat=True)) | set(of_them.values_list("id", flat=True))
    left = [*to_be_signed_off(of=about), *not_over(about)]
    waiting = {one.incident_id for one in left} | {one.id for one in left}
    return [duty for duty in duties if duty.about in known - waiting]


def next_to_sign_off(actor: Actor, about: UUID) -> UUID | None:
    """The first contact of an incident, or the contact itself, that waits to be signed off. Raises Refused.

    Names nobody, so that no look is written.
    """
    insist(actor, Action.SUPERVISE)
    first = Contact.objects.filter(Q(incident=about) | Q(id=about)).order_by("received_at").first()
    if first is None:
        raise Refused(NOT_FOUND, about)
    return to_be_signed_off(first).values_list("id", flat=True).first()


def still_going_on(actor: Actor, about: UUID) -> UUID | None:
    """The first contact of an incident that is not over, for whoever is to sign it off. Raises Refused. Names nobody."""
    insist(actor, Action.SUPERVISE)
    return not_over([about]).values_list("id", flat=True).first()


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A decision that waits, with what was said, who made it why, and what else is known.

    ``thrive`` holds the answers as codes and words of the instrument; ``brief`` is what whoever goes would be
    told by now, for who may read it; ``mine`` says that the reader made the decision.
    """

    page: ContactPage
    decision: Decision
    maker: str
    reason: str
    grade: str
    causes: tuple[str, ...]
    due_at: datetime
    thrive: Answers | None
    brief: Brief | None
    mine: bool


def review_page(actor: Actor, contact_id: UUID, *, now: datetime) -> ReviewPage | None:
    """A decision to look at, with the look at its people written; None where none waits. Raises Refused."""
    insist(actor, Action.SUPERVISE)
    contact = the_contact(actor, contact_id)
    duty = open_reviews([contact_id]).order_by("due_at").first()
    decision = decision_to_review(contact_id)
    if duty is None or decision is None:
        return None
    brief = compose(actor, contact, at=now) if may(actor, Action.READ_BRIEF) else None
    page = contact_page(actor, contact_id, now=now, shows=brief.record_ids if brief else ())
    on = london_day(decision.made_at)
    return ReviewPage(
        page=page,
        decision=decision,
        maker=staff_names([decision.made_by]).get(decision.made_by, ""),
        reason=load("decision-reasons").label(decision.reason, on=on) if decision.reason else "",
        grade=load("response-grades").label(decision.choice, on=on),
        causes=tuple(duty.causes),
        due_at=duty.due_at,
        thrive=latest(actor, subject=contact_id, instrument=THRIVE),
        brief=brief,
        mine=decision.made_by == actor.id,
    )


# --- samples -------------------------------------------------------------------------------------------


def pool_of(*, now: datetime, appointments: bool = False) -> tuple[str, dict[UUID, list[UUID]]]:
    """The last whole week in London, by its ISO name, and its contacts that are over, by handler."""
    monday = london_day(now) - timedelta(days=london_day(now).weekday() + 7)
    rows = Contact.objects.filter(
        received_at__gte=start_of_day(monday),
        received_at__lt=start_of_day(monday + timedelta(days=7)),
        taken_by__isnull=False,
        ended_at__isnull=False,
    )
    if appointments:
        rows = rows.filter(deployments__appointment=True).distinct()
    pool: dict[UUID, list[UUID]] = defaultdict(list)
    for contact_id, handler in rows.values_list("id", "taken_by"):
        if handler:
            pool[handler].append(contact_id)
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}", dict(pool)


@dataclass(frozen=True, slots=True)
class Sampled:
    """One contact of a sample, as a list shows it."""

    sample: Sample
    handler: str
    verdict: str
    judged_by: str


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples that wait to be judged, and the latest that were, with the contacts that are live."""

    waiting: tuple[Sampled, ...]
    judged: tuple[Sampled, ...]
    live: tuple[tuple[Contact, str], ...]


def samples(actor: Actor) -> Samples:
    """What was drawn and what was found, and what could be listened to now. Shows nobody. Raises Refused."""
    insist(actor, Action.SUPERVISE)
    rows = Sample.objects.select_related("contact")
    live = Contact.objects.filter(ended_at=None, taken_by__isnull=False).exclude(taken_by=actor.id)
    contacts = list(live.order_by("taken_at")[:SHOWN])
    names = staff_names(one.taken_by for one in contacts if one.taken_by)
    return Samples(
        _sampled(list(rows.filter(judged_at=None).order_by("drawn_at", "id")[:SHOWN])),
        _sampled(list(rows.exclude(judged_at=None).order_by("-judged_at", "id")[:SHOWN])),
        tuple((one, names.get(one.taken_by, "") if one.taken_by else "") for one in contacts),
    )


@dataclass(frozen=True, slots=True)
class SamplePage:
    """One sampled contact to be judged, with what was said."""

    sampled: Sampled
    page: ContactPage
    thrive: Answers | None
    mine: bool


def sample_page(actor: Actor, sample_id: UUID, *, now: datetime) -> SamplePage:
    """One sample, with the look at its people written. Raises Refused."""
    insist(actor, Action.SUPERVISE)
    sample = Sample.objects.select_related("contact").filter(id=sample_id).first()
    if sample is None:
        raise Refused(NOT_FOUND, sample_id)
    return SamplePage(
        _sampled([sample])[0],
        contact_page(actor, sample.contact_id, now=now),
        latest(actor, subject=sample.contact_id, instrument=THRIVE),
        sample.contact.taken_by == actor.id,
    )


def _sampled(rows: list[Sample]) -> tuple[Sampled, ...]:
    verdicts = load("sample-verdicts")
    names = staff_names(
        one for row in rows for one in (row.contact.taken_by, row.judged_by) if one is not None
    )
    return tuple(
        Sampled(
            row,
            names.get(row.contact.taken_by, "") if row.contact.taken_by else "",
            verdicts.label(row.verdict, on=london_day(row.judged_at))
            if row.verdict and row.judged_at
            else "",
            names.get(row.judged_by, "") if row.judged_by else "",
        )
        for row in rows
    )


# --- what a handler was told -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """Feedback to the one who took a contact or made a decision: by whom, about which contact, read or not."""

    contact: Contact
    what: str
    words: str
    by: str
    at: datetime
    sample_id: UUID | None = None
    read_at: datetime | None = None


def feedback(actor: Actor) -> tuple[Told, ...]:
    """What supervisors have told this reader alone, newest first, with the look at the contacts' people."""
    insist(actor, Action.TAKE_CONTACT)
    judged = Sample.objects.filter(contact__taken_by=actor.id, judged_at__isnull=False)
    samples = list(judged.select_related("contact").order_by("-judged_at")[:SHOWN])
    reviews = list(
        Review.objects.filter(decision__made_by=actor.id, decision__kind="deployment")
        .select_related("decision")
        .order_by("-made_at")[:SHOWN]
    )
    contacts = Contact.objects.in_bulk([one.decision.about for one in reviews if one.decision.about])
    names = staff_names(
        [*(one.judged_by for one in samples if one.judged_by), *(one.made_by for one in reviews)]
    )
    verdicts = load("sample-verdicts")
    told = [
        Told(
            one.contact,
            verdicts.label(one.verdict, on=london_day(one.judged_at)),
            one.feedback,
            names.get(one.judged_by, "") if one.judged_by else "",
            one.judged_at,
            one.id,
            one.read_at,
        )
        for one in samples
        if one.judged_at
    ] + [
        Told(
            contacts[one.decision.about],
            "agreed" if one.agreed else "overturned",
            one.feedback,
            names.get(one.made_by, ""),
            one.made_at,
        )
        for one in reviews
        if one.decision.about in contacts
    ]
    look(actor, {subject for one in told for subject in one.contact.subjects})
    return tuple(sorted(told, key=lambda one: one.at, reverse=True)[:SHOWN])


def unread(actor: Actor) -> int:
    """How many samples this reader has been told of and not read."""
    return Sample.objects.filter(contact__taken_by=actor.id, judged_at__isnull=False, read_at=None).count()
