"""Whom to send, how soon; who went, and when they were there."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.incidents import open_incident
from throughline.casework.cases.rules import NOT_YET_RECORDED
from throughline.casework.contact.commands.held import goes, the_contact, the_deployment
from throughline.casework.contact.commands.intelligence import pass_on
from throughline.casework.contact.commands.taking import change
from throughline.casework.contact.commands.warnings import warn_of_hidden
from throughline.casework.contact.models import Contact, Deployment
from throughline.casework.contact.queries.subjects import subject_of
from throughline.casework.people.rules import LONGEST, Malformed
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import due, london_day, parse_clock
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.duties.commands import open_duty
from throughline.reference import Row, UnknownCode, load


def with_incident(*, by: Actor, now: datetime, contact: Contact) -> Contact:
    """The contact with its incident, opened now where there is none. The caller holds its lock."""
    if contact.incident_id is None:
        contact.incident = open_incident(
            by=by,
            now=now,
            recorded_as=contact.recorded_as or NOT_YET_RECORDED,
            place=contact.place,
            postcode=contact.postcode,
            domestic=contact.domestic,
            reported_at=contact.received_at,
            has_contact=True,
        )
        contact.save(update_fields=["incident"])
    return contact


@transaction.atomic
def send(
    *,
    by: Actor,
    now: datetime,
    contact_id: UUID,
    grade: str,
    place: str | None = None,
    unit: str = "",
    officer: UUID | None = None,
    appointment_at: datetime | None = None,
    reason: str = "",
    words: str = "",
) -> Deployment:
    """Decide whom to send how soon, or that nobody is sent. Where, and a grade, are all it needs.

    A decision that is looked at again (not to go, or to go much later, where it is or may be domestic abuse:
    HMIC 2015, chapter 1) needs a coded reason and words, and opens the duty to review it. A later decision
    supersedes an earlier one. Raises Malformed.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"contact": str(contact_id), "grade": grade})
    contact = the_contact(contact_id, locked=True)
    if place is not None and place != contact.place:
        contact = change(by=by, now=now, contact_id=contact_id, version=contact.version, place=place)
    chosen = _grade(grade, now)
    if chosen.flag("goes") and not contact.place:
        raise Malformed("place", "is needed to send somebody")
    if chosen.flag("appointment") and appointment_at is None:
        raise Malformed("appointment_at", "needs the time that was agreed")
    reviewed = chosen.flag("reviewed") and contact.domestic is not False
    if reviewed:
        _check_reason(reason, words, now)
    contact = with_incident(by=by, now=now, contact=contact)
    earlier = contact.deployments.filter(superseded_by=None).first()
    if earlier is not None and chosen.flag("goes"):
        unit, officer = unit or earlier.unit, officer or earlier.officer
    within = chosen.optional_text("within")
    deployment = Deployment.objects.create(
        contact=contact,
        grade=grade,
        decided_at=now,
        decided_by=by.id,
        due_at=appointment_at or (due(parse_clock(within), now) if within else None),
        appointment=chosen.flag("appointment"),
        unit=_unit(unit),
        officer=officer,
        sent_at=(earlier.sent_at if earlier and earlier.sent_at else now) if unit or officer else None,
        supersedes=earlier,
    )
    subject = subject_of(contact)
    decide_for(
        "deployment",
        by=by,
        now=now,
        record_id=subject,
        about=contact.id,
        choice=grade,
        reason=reason,
        words=words.strip(),
    )
    if reviewed:
        open_duty("deployment-review", now=now, record_id=subject, about=contact.id, cause=reason)
    pass_on(by=by, now=now, deployment=deployment)
    if goes(deployment) and not (earlier and goes(earlier)):
        warn_of_hidden(by=by, now=now, contact=contact)
    return deployment


def _grade(grade: str, now: datetime) -> Row:
    try:
        return load("response-grades").get(grade, on=london_day(now))
    except UnknownCode:
        raise Malformed("grade", "needs one of the responses listed") from None


def _check_reason(reason: str, words: str, now: datetime) -> None:
    reasons = dict(load("decision-reasons").choices(on=london_day(now), decision="deployment"))
    if reason not in reasons:
        raise Malformed("reason", "is needed not to send somebody, or to send them later")
    if not words.strip():
        raise Malformed("decision_words", "are needed not to send somebody, or to send them later")


def _unit(unit: str) -> str:
    unit = " ".join(unit.split()).upper()
    if len(unit) > LONGEST:
        raise Malformed("unit", f"is longer than {LONGEST} characters")
    return unit


def _undertake_for(by: Actor, deployment_id: UUID, what: str) -> Deployment:
    """Open a command that the officer who goes may do as well as the control room."""
    officers = Deployment.objects.filter(id=deployment_id, officer=by.id).exists()
    undertake(
        by,
        Action.READ_BRIEF if officers else Action.TAKE_CONTACT,
        detail={"deployment": str(deployment_id), "what": what},
    )
    return the_deployment(deployment_id)


@transaction.atomic
def assign_unit(
    *, by: Actor, now: datetime, deployment_id: UUID, unit: str, officer: UUID | None = None
) -> Deployment:
    """Say which unit goes, and which officer reads the brief. Raises Malformed."""
    undertake(by, Action.TAKE_CONTACT, detail={"deployment": str(deployment_id), "what": "assigned"})
    deployment = the_deployment(deployment_id)
    if not goes(deployment):
        raise Malformed("unit", "cannot go where nobody is sent")
    deployment.unit = _unit(unit)
    deployment.officer = officer
    if not deployment.unit and officer is None:
        raise Malformed("unit", "needs a unit or an officer")
    deployment.sent_at = deployment.sent_at or now
    deployment.save(update_fields=["unit", "officer", "sent_at"])
    pass_on(by=by, now=now, deployment=deployment)
    return deployment


@transaction.atomic
def arrive(*, by: Actor, now: datetime, deployment_id: UUID) -> Deployment:
    """The unit is there. Said twice, the first time stands."""
    deployment = _undertake_for(by, deployment_id, "arrived")
    if deployment.arrived_at is None:
        deployment.arrived_at = now
        deployment.sent_at = deployment.sent_at or now
        deployment.save(update_fields=["arrived_at", "sent_at"])
    return deployment


@transaction.atomic
def stand_down(*, by: Actor, now: datetime, deployment_id: UUID) -> Deployment:
    """The unit is free again, whether it had arrived or was called back."""
    deployment = _undertake_for(by, deployment_id, "stood-down")
    if deployment.stood_down_at is None:
        deployment.stood_down_at = now
        deployment.save(update_fields=["stood_down_at"])
    return deployment
