"""Receiving, taking and changing a contact, and writing down what is said in it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from throughline.casework.cases.commands.incidents import reclassify
from throughline.casework.cases.rules import NOT_YET_RECORDED
from throughline.casework.contact.commands.briefing import renew
from throughline.casework.contact.commands.held import goes, the_contact
from throughline.casework.contact.commands.intelligence import pass_on
from throughline.casework.contact.commands.recordings import note
from throughline.casework.contact.commands.silence import notice
from throughline.casework.contact.commands.warnings import warn_of_hidden
from throughline.casework.contact.models import Asking, Change, Contact, Heard, LogLine, Recording
from throughline.casework.contact.rules.taking import (
    FIELDS,
    FOLLOWS_THE_PLACE,
    HEARD,
    LONGEST_WORDS,
    Overtaken,
    Standing,
    TakenAlready,
    checked,
    checked_position,
    checked_words,
    where,
)
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import open_duty
from throughline.reference import Row, UnknownCode, load

#: Two identical lines within it are one that was sent twice.
TWICE = timedelta(seconds=10)

# the list that a code must be of
_LISTS = {"caller": "callers", "line": "contact-lines", "recorded_as": "incident-kinds"}


def receive(*, by: Actor, now: datetime, channel: str, **told: Any) -> Contact:
    """Keep a call that a system delivers; it waits until somebody takes it. Keywords of `deliver`."""
    return deliver(by=by, now=now, channel=channel, **told)[0]


@transaction.atomic
def deliver(
    *,
    by: Actor,
    now: datetime,
    channel: str,
    system: str = "",
    system_ref: str = "",
    number: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    within_metres: int | None = None,
    place: str = "",
    line: str = "",
    received_at: datetime | None = None,
    recording: str = "",
    recorded_until: datetime | None = None,
) -> tuple[Contact, str]:
    """`receive`, saying whether the call is ``new``, ``changed`` or the ``same`` as it was.

    The same ``system`` and ``system_ref`` delivered again are one contact: a later delivery brings where the
    caller is by now and what became of the line, and fills in what was missing. What somebody has typed is
    left as it is. Raises Malformed, UnknownCode.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"system": system})
    _known("contact-channels", "channel", channel, now)
    if line:
        _known("contact-lines", "line", line, now)
    latitude, longitude, within_metres = checked_position(latitude, longitude, within_metres)
    told = {
        "number": checked("number", number),
        "place": checked("place", place),
        "latitude": latitude,
        "longitude": longitude,
        "within_metres": within_metres,
        "line": line,
    }
    standing = _delivered(system, system_ref)
    if standing is None:
        try:
            with transaction.atomic():
                new = Contact.objects.create(
                    channel=channel,
                    system=system,
                    system_ref=system_ref,
                    received_at=received_at or now,
                    **where(told["place"]),
                    **told,
                )
                notice(now=now, contact=new)
                _recorded(new, checked("recording", recording), recorded_until)
                return new, "new"
        except IntegrityError:
            # delivered at this moment by another line of the same system
            standing = _delivered(system, system_ref)
            if standing is None:
                raise
    changed = _brought_up_to_date(standing, told)
    if changed:
        notice(now=now, contact=standing)
    changed |= _recorded(standing, checked("recording", recording), recorded_until)
    return standing, "changed" if changed else "same"


def _delivered(system: str, system_ref: str) -> Contact | None:
    if not system_ref:
        return None
    return Contact.objects.select_for_update().filter(system=system, system_ref=system_ref).first()


def _recorded(contact: Contact, reference: str, until: datetime | None) -> bool:
    """Keep under what the system holds the recording and until when; says whether that is new."""
    if not reference and until is None:
        return False
    before = Recording.objects.filter(contact=contact).first()
    found = note(contact, reference=reference, until=until)
    was = (before.reference, before.held_until) if before else None
    return found is not None and (found.reference, found.held_until) != was


def _brought_up_to_date(contact: Contact, told: dict[str, Any]) -> bool:
    position = ("latitude", "longitude", "within_metres")
    wanted = {name: told[name] for name in ("number", "place") if told[name] and not getattr(contact, name)}
    if told["latitude"] is not None:
        wanted |= {name: told[name] for name in position}
    # what somebody who listened said of the line stands
    if told["line"] and not contact.changes.filter(fields__contains=["line"]).exists():
        wanted["line"] = told["line"]
    changed = {name: value for name, value in wanted.items() if getattr(contact, name) != value}
    for name, value in changed.items():
        setattr(contact, name, value)
    if "place" in changed:
        for name, value in where(contact.place).items():
            setattr(contact, name, value)
    if changed:
        contact.save()
    return bool(changed)


@transaction.atomic
def take(*, by: Actor, now: datetime, contact_id: UUID) -> Contact:
    """Take a call that waits, or take it over from whoever has left it.

    Taking one's own again changes nothing. Raises TakenAlready where a colleague took it first and it was
    waiting when this reader saw it; `take_over` is for a call that is to change hands.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"contact": str(contact_id)})
    contact = the_contact(contact_id, locked=True)
    if contact.taken_by not in (None, by.id):
        assert contact.taken_by is not None
        raise TakenAlready(contact.taken_by, contact.taken_at or now)
    if contact.taken_by is None:
        contact.taken_by, contact.taken_at = by.id, now
        contact.save(update_fields=["taken_by", "taken_at"])
    return contact


@transaction.atomic
def take_over(*, by: Actor, now: datetime, contact_id: UUID) -> Contact:
    """Take a contact from the colleague who has it, who keeps reading and may go on writing."""
    undertake(by, Action.TAKE_CONTACT, detail={"contact": str(contact_id)})
    contact = the_contact(contact_id, locked=True)
    if contact.taken_by != by.id:
        contact.taken_by, contact.taken_at = by.id, now
        contact.save(update_fields=["taken_by", "taken_at"])
    return contact


@transaction.atomic
def begin(*, by: Actor, now: datetime, channel: str) -> Contact:
    """Begin a contact that no system delivered: a call on a plain telephone, somebody at the counter."""
    undertake(by, Action.TAKE_CONTACT)
    _known("contact-channels", "channel", channel, now)
    return Contact.objects.create(channel=channel, received_at=now, taken_at=now, taken_by=by.id)


@transaction.atomic
def change(*, by: Actor, now: datetime, contact_id: UUID, version: int, **fields: Any) -> Contact:
    """Write what is known by now: fields of `rules.taking`, those alone that the writer has changed.

    ``version`` is the one that the writer read. Where a colleague has changed one of these fields since,
    raises Overtaken with what stands and writes nothing; a colleague's other fields are no conflict, nor is
    the same value. Whether it is domestic abuse is told to the incident, where there is one.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"contact": str(contact_id), "fields": sorted(fields)})
    contact = the_contact(contact_id, locked=True)
    heard = Heard.objects.filter(contact=contact).first() or Heard(contact=contact)
    wanted = {name: _as_kept(name, value, now) for name, value in fields.items()}
    if "place" in wanted:
        wanted = where(wanted["place"]) | wanted
    stands = {name: getattr(heard if name in HEARD else contact, name) for name in wanted}
    changed = {name: value for name, value in wanted.items() if stands[name] != value}
    if not changed:
        return contact
    _refuse_overtaken(contact, by, version, stands, changed)
    was = contact.domestic
    if changed.get("recorded_as") and contact.domestic is None and "domestic" not in changed:
        kind = _known("incident-kinds", "recorded_as", changed["recorded_as"], now)
        changed |= {"domestic": True} if kind.flag("domestic") else {}
    for name, value in changed.items():
        setattr(heard if name in HEARD else contact, name, value)
    if not changed.keys().isdisjoint(HEARD):
        heard.save()
    contact.version += 1
    contact.save()
    Change.objects.create(contact=contact, version=contact.version, fields=sorted(changed), at=now, by=by.id)
    if contact.incident_id and not changed.keys().isdisjoint({"recorded_as", "domestic"}):
        reclassify(
            by=by,
            now=now,
            incident_id=contact.incident_id,
            recorded_as=contact.recorded_as or NOT_YET_RECORDED,
            domestic=contact.domestic,
        )
    if not changed.keys().isdisjoint({"line", "number"}):
        notice(now=now, contact=contact)
    if "place" in changed and contact.incident_id:
        renew(by=by, now=now, contact=contact)
        if any(map(goes, contact.deployments.filter(superseded_by=None))):
            warn_of_hidden(by=by, now=now, contact=contact)
    if "domestic" in changed and was is False:
        _have_the_decision_reviewed(contact, now)
        for deployment in contact.deployments.filter(superseded_by=None):
            pass_on(by=by, now=now, deployment=deployment)
    return contact


def _as_kept(name: str, value: Any, now: datetime) -> Any:
    if name not in FIELDS + HEARD:
        raise TypeError(f"{name} is no field of a contact that can be changed")
    value = checked(name, value)
    if value and name in _LISTS:
        _known(_LISTS[name], name, value, now)
    return value


def _known(list_name: str, field: str, code: str, now: datetime) -> Row:
    try:
        return load(list_name).get(code, on=london_day(now))
    except UnknownCode:
        raise Malformed(field, f"is not a code of {list_name}") from None


def _refuse_overtaken(
    contact: Contact, by: Actor, version: int, stands: dict[str, Any], changed: dict[str, Any]
) -> None:
    if version >= contact.version:
        return
    overtaken: dict[str, Standing] = {}
    for earlier in contact.changes.filter(version__gt=version).exclude(by=by.id).order_by("version"):
        for name in earlier.fields:
            # what is read of a place follows it
            if name in changed and name not in FOLLOWS_THE_PLACE:
                overtaken[name] = Standing(stands[name], changed[name], earlier.by, earlier.at)
    if overtaken:
        raise Overtaken(overtaken, contact.version)


def _have_the_decision_reviewed(contact: Contact, now: datetime) -> None:
    """A decision not to go that nobody looks at, since it was no domestic abuse, is looked at after all."""
    deployment = contact.deployments.filter(superseded_by=None).first()
    if deployment is None:
        return
    if load("response-grades").get(deployment.grade, on=london_day(deployment.decided_at)).flag("reviewed"):
        open_duty(
            "deployment-review", now=now, record_id=contact.id, about=contact.id, cause="domestic-after-all"
        )


@transaction.atomic
def say(
    *,
    by: Actor,
    now: datetime,
    contact_id: UUID,
    words: str = "",
    kind: str = LogLine.Kind.SAID,
    code: str = "",
) -> LogLine:
    """Add a line to the log: words as they were said, advice given, or a prompt with its answer.

    A line is never changed; a correction is a line of its own. The same line sent twice is one. Raises
    Malformed for a line that says nothing.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"contact": str(contact_id), "kind": str(kind), "code": code})
    contact = the_contact(contact_id, locked=True)
    words = checked_words("words", words, longest=LONGEST_WORDS)
    if not words and not code:
        raise Malformed("words", "needs something to write down")
    same = LogLine.objects.filter(
        contact=contact, kind=kind, code=code, words=words, by=by.id, at__gt=now - TWICE
    )
    return same.first() or LogLine.objects.create(
        contact=contact, kind=kind, code=code, words=words, at=now, by=by.id
    )


@transaction.atomic
def end(*, by: Actor, now: datetime, contact_id: UUID) -> Contact:
    """End the contact: the caller is gone, and whom to send has been decided, were it nobody.

    Raises Malformed where nobody has decided; it stays open, and in everybody's sight.
    """
    undertake(by, Action.TAKE_CONTACT, detail={"contact": str(contact_id)})
    contact = the_contact(contact_id, locked=True)
    if not contact.deployments.exists():
        raise Malformed("grade", "needs a decision before the contact ends, were it that nobody is sent")
    if contact.ended_at is None:
        contact.ended_at = now
        contact.save(update_fields=["ended_at"])
    return contact


def enquiry_of(*, by: Actor, contact: Contact) -> UUID:
    """The enquiry under which ``by`` looks people up for this contact; the first who asks has the contact's own.

    An enquiry is readable by whoever asked it alone, so that a colleague who helps has another. The caller
    has audited.
    """
    asking = Asking.objects.filter(contact=contact, by=by.id).first()
    if asking is None:
        first = not Asking.objects.filter(contact=contact).exists()
        asking = Asking.objects.create(
            contact=contact, by=by.id, enquiry=contact.enquiry if first else uuid4()
        )
    return asking.enquiry
