"""Front counters: opened and closed, their hours, and the leaflets on view in them."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from throughline.casework.contact.models import Counter, CounterHours, Leaflet
from throughline.casework.people.rules import NOT_FOUND, Malformed, row_of
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty

LEAFLET_CHECK = "leaflet-check"
LONGEST_NAME = 100
NO_LATER = "cannot be in the future"

type WeekHours = Mapping[int, tuple[time, time]]


@transaction.atomic
def open_counter(*, by: Actor, now: datetime, name: str, opened_on: date) -> Counter:
    """Write down a front counter; its leaflets are looked over from now on. Raises Malformed."""
    undertake(by, Action.KEEP_COUNTER, detail={"what": "opened"})
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Malformed("name", f"needs 1 to {LONGEST_NAME} characters")
    if Counter.objects.filter(name__iexact=name).exists():
        raise Malformed("name", "is that of another counter")
    if opened_on > london_day(now):
        raise Malformed("opened_on", NO_LATER)
    counter = Counter.objects.create(name=name, opened_on=opened_on)
    _look_over_again(counter.id, now)
    return counter


@transaction.atomic
def close_counter(*, by: Actor, now: datetime, counter_id: UUID, closed_on: date) -> Counter:
    """A counter is no longer there: ``closed_on`` is the first day on which it is not. Raises Malformed."""
    undertake(by, Action.KEEP_COUNTER, detail={"counter": str(counter_id), "what": "closed"})
    counter = _the_counter(counter_id)
    if closed_on <= counter.opened_on:
        raise Malformed("closed_on", "must be after the day on which it was opened")
    if closed_on > london_day(now):
        raise Malformed("closed_on", NO_LATER)
    counter.closed_on = closed_on
    counter.save(update_fields=["closed_on"])
    counter.leaflets.filter(removed_on=None).update(removed_on=closed_on)
    for duty in _checks(counter_id):
        discharge(by=by, now=now, duty_id=duty.id, outcome="counter-closed")
    return counter


@transaction.atomic
def set_hours(
    *, by: Actor, now: datetime, counter_id: UUID, week: WeekHours, valid_from: date
) -> list[CounterHours]:
    """Opening hours from a day on, by day of the week (0 is Monday); a day that is not there is shut.

    What held before ends the day before, and stays for the count of earlier years; what was to begin on that
    day or later is replaced. Raises Malformed.
    """
    undertake(by, Action.KEEP_COUNTER, detail={"counter": str(counter_id), "what": "hours"})
    counter = _the_counter(counter_id)
    if valid_from < counter.opened_on:
        raise Malformed("valid_from", "is before the day on which it was opened")
    for opens, closes in week.values():
        if closes <= opens and closes != time():
            raise Malformed("", "A counter closes after it opens; midnight is the end of the day")
    counter.hours.filter(valid_from__gte=valid_from).delete()
    counter.hours.filter(Q(valid_until=None) | Q(valid_until__gte=valid_from)).update(
        valid_until=valid_from - timedelta(days=1)
    )
    return [
        CounterHours.objects.create(
            counter=counter, weekday=weekday, opens=opens, closes=closes, valid_from=valid_from
        )
        for weekday, (opens, closes) in sorted(week.items())
    ]


@transaction.atomic
def put_out(
    *,
    by: Actor,
    now: datetime,
    counter_id: UUID,
    topic: str,
    language: str,
    printed_on: date | None = None,
) -> Leaflet:
    """Put a leaflet on view where whoever comes in can take it. Raises Malformed."""
    undertake(by, Action.KEEP_COUNTER, detail={"counter": str(counter_id), "what": "leaflet"})
    counter = _the_counter(counter_id)
    today = london_day(now)
    for field, name, code in (
        ("topic", "leaflet-topics", topic),
        ("language", "leaflet-languages", language),
    ):
        row_of(name, field, code, now)
    if printed_on and printed_on > today:
        raise Malformed("printed_on", NO_LATER)
    return Leaflet.objects.create(
        counter=counter,
        topic=topic,
        language=language,
        printed_on=printed_on,
        put_out_on=today,
        checked_on=today,
        checked_by=by.id,
    )


@transaction.atomic
def look_at_leaflet(*, by: Actor, now: datetime, leaflet_id: UUID, still_there: bool) -> Leaflet:
    """Say that a leaflet is on view and may stay, or that it is no longer there.

    When the last leaflet of the counter has been looked at, the duty to look them over is done, and the next
    begins.
    """
    leaflet = _leaflet(by, leaflet_id)
    leaflet.checked_on, leaflet.checked_by = london_day(now), by.id
    if not still_there:
        leaflet.removed_on = leaflet.checked_on
    leaflet.save(update_fields=["checked_on", "checked_by", "removed_on"])
    _settle_check(leaflet.counter_id, by, now)
    return leaflet


@transaction.atomic
def replace_leaflet(*, by: Actor, now: datetime, leaflet_id: UUID, printed_on: date | None = None) -> Leaflet:
    """Take a leaflet away and put a newer print of it on view. Raises Malformed."""
    old = _leaflet(by, leaflet_id)
    if old.printed_on and printed_on and printed_on <= old.printed_on:
        raise Malformed("printed_on", "is not newer than the leaflet that it replaces")
    old.removed_on = london_day(now)
    old.save(update_fields=["removed_on"])
    new = put_out(
        by=by,
        now=now,
        counter_id=old.counter_id,
        topic=old.topic,
        language=old.language,
        printed_on=printed_on,
    )
    _settle_check(old.counter_id, by, now)
    return new


def _the_counter(counter_id: UUID) -> Counter:
    counter = Counter.objects.select_for_update().filter(id=counter_id).first()
    if counter is None:
        raise Refused(NOT_FOUND, counter_id)
    if counter.closed_on is not None:
        raise Malformed("", "The counter is closed")
    return counter


def _leaflet(by: Actor, leaflet_id: UUID) -> Leaflet:
    """The leaflet that is on view, with its counter locked."""
    undertake(by, Action.KEEP_COUNTER, detail={"leaflet": str(leaflet_id)})
    leaflet = Leaflet.objects.filter(id=leaflet_id, removed_on=None).first()
    if leaflet is None:
        raise Refused(NOT_FOUND, leaflet_id)
    _the_counter(leaflet.counter_id)
    return leaflet


def _checks(counter_id: UUID) -> list[Duty]:
    return list(Duty.objects.filter(kind=LEAFLET_CHECK, record_id=counter_id, discharged_at=None))


def _look_over_again(counter_id: UUID, now: datetime) -> None:
    open_duty(LEAFLET_CHECK, now=now, record_id=counter_id, about=counter_id, cause="last-looked-over")


def _settle_check(counter_id: UUID, by: Actor, now: datetime) -> None:
    for duty in _checks(counter_id):
        # one that was looked at on the day on which the duty began was looked at before it
        unseen = Leaflet.objects.filter(
            counter=counter_id, removed_on=None, checked_on__lte=london_day(duty.opened_at)
        )
        if not unseen.exists():
            discharge(by=by, now=now, duty_id=duty.id, outcome="looked-over")
            _look_over_again(counter_id, now)
