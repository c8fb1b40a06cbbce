"""Leases given and given back, and entries that are taken in or kept as conflicts."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.queries import subjects_for
from throughline.foundations.access.rules import Action, Actor, Refused, may, system
from throughline.foundations.audit.commands import record, undertake
from throughline.foundations.audit.models import Event
from throughline.foundations.drafts.commands import keep as keep_draft
from throughline.foundations.offline.models import Entry, Lease
from throughline.foundations.offline.rules import (
    LASTS,
    Told,
    Why,
    carried_on,
    corrected,
    device_time,
    has_lapsed,
    versions_in,
)
from throughline.foundations.vault.keys import keys

KEEPER = system("offline-keeper")
NOT_YOURS = "Nobody opens or sends what somebody else took along"
# the page's own fields, never what proves who sent it
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "once", "password", "offline"})


@dataclass(frozen=True, slots=True)
class Keys:
    """What a device opens its pages and its outbox with. ``pages`` is None once the lease has lapsed.

    The outbox is always given to its author: what they wrote must reach us however late.
    """

    lease: Lease
    pages: bytes | None
    outbox: bytes


@transaction.atomic
def take_along(
    *,
    by: Actor,
    now: datetime,
    device: UUID,
    about: UUID,
    label: str,
    subjects: Iterable[UUID],
    purpose: str,
) -> Keys:
    """Let an account keep the pages about one matter on a device for `LASTS`, and give it the keys.

    It is a look at everybody in sight whom those pages tell of. Taken along again, the same lease lasts from
    now on. Raises Refused.
    """
    seen = [
        one
        for one, subject in subjects_for(by, list(subjects)).items()
        if may(by, Action.WORK_OFFLINE, subject)
    ]
    undertake(by, Action.WORK_OFFLINE, *seen, purpose=purpose, detail={"what": "taken-along"})
    with connection.cursor() as cursor:
        # two pages of one matter that open at once take along one lease
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{by.id}/{device}/{about}"])
    lease = Lease.objects.filter(user=by.id, device=device, about=about, closed_at=None).first()
    if lease is None:
        lease = Lease(user=by.id, device=device, about=about, ring=keys().current, taken_at=now)
    elif has_lapsed(lease.until, now) and not lease.waiting:
        # its keys are not given out again
        lease.closed_at = now
        lease.save()
        lease = Lease(user=by.id, device=device, about=about, ring=keys().current, taken_at=now)
    lease.label, lease.subjects = label, sorted({*lease.subjects, *seen})
    lease.until, lease.seen_at = now + LASTS, now
    lease.save()
    _looked(by, lease, purpose)
    return _keys(by, lease, now)


@transaction.atomic
def keys_again(*, by: Actor, now: datetime, lease_id: UUID, waiting: int) -> Keys:
    """The keys of a lease for its own account, after signing in again; the device says how much waits.

    A lapsed or returned lease opens its outbox alone, so that what was written can still be sent. Pages are
    looked at again when they are opened, which the log says. Raises Refused.
    """
    undertake(by, Action.WORK_OFFLINE, detail={"what": "keys", "lease": str(lease_id)})
    lease = _own(by, lease_id)
    _say_waiting(lease, now, waiting)
    if not has_lapsed(lease.until, now) and lease.closed_at is None:
        _looked(by, lease, "")
    return _keys(by, lease, now)


@transaction.atomic
def say_waiting(*, by: Actor, now: datetime, lease_id: UUID, waiting: int) -> Lease:
    """The device of a lease was seen, and says how many entries it has not sent. Raises Refused."""
    undertake(by, Action.WORK_OFFLINE, detail={"what": "seen", "lease": str(lease_id), "waiting": waiting})
    lease = _own(by, lease_id)
    _say_waiting(lease, now, waiting)
    return lease


@transaction.atomic
def give_back(*, by: Actor, now: datetime, lease_id: UUID) -> bool:
    """End a lease whose pages are gone from the device; says whether it ended. One with work waiting does not."""
    undertake(by, Action.WORK_OFFLINE, detail={"what": "given-back", "lease": str(lease_id)})
    lease = _own(by, lease_id)
    if lease.waiting or lease.closed_at:
        return lease.closed_at is not None
    lease.closed_at = lease.seen_at = now
    lease.save()
    return True


@transaction.atomic
def expire(*, now: datetime) -> int:
    """Close what has lapsed and has nothing waiting; says how many. Run hourly.

    Work that waits keeps its lease on the supervisor's list, however old it is.
    """
    set_actor(KEEPER)
    over = Lease.objects.filter(closed_at=None, until__lte=now, waiting=0)
    ids = [str(one) for one in over.values_list("id", flat=True)]
    if ids:
        undertake(KEEPER, Action.WORK_OFFLINE, detail={"what": "lapsed", "leases": ids})
        over.update(closed_at=now)
    return len(ids)


def _own(by: Actor, lease_id: UUID) -> Lease:
    """A lease of this account, held until the transaction ends. Raises Refused for anybody else's."""
    lease = Lease.objects.select_for_update().filter(id=lease_id, user=by.id).first()
    if lease is None:
        raise Refused(NOT_YOURS)
    return lease


def _say_waiting(lease: Lease, now: datetime, waiting: int) -> None:
    if waiting and lease.closed_at:
        # its device wrote on after it was thought to be done
        reopened = not Lease.objects.filter(
            user=lease.user, device=lease.device, about=lease.about, closed_at=None
        ).exists()
        lease.closed_at = None if reopened else lease.closed_at
    lease.waiting_since = (lease.waiting_since or now) if waiting else None
    lease.waiting, lease.seen_at = waiting, now
    lease.save()


def _looked(by: Actor, lease: Lease, purpose: str) -> None:
    detail = {"lease": str(lease.id), "about": str(lease.about), "until": lease.until.isoformat()}
    record(by, Event.Kind.LOOK, Action.WORK_OFFLINE, subjects=lease.subjects, purpose=purpose, detail=detail)


def _keys(by: Actor, lease: Lease, now: datetime) -> Keys:
    whose = f"{by.id}/{lease.about}/{lease.id}"
    readable = lease.closed_at is None and not has_lapsed(lease.until, now)
    return Keys(
        lease,
        keys().derive(f"offline pages {whose}", lease.ring) if readable else None,
        keys().derive(f"offline outbox {whose}", lease.ring),
    )


# --- entries -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begun:
    """An entry about to be taken in, and the version of the page that it stands on now, where that moved on."""

    entry: Entry
    versions: dict[str, str]


class Waits(Exception):
    """An earlier entry of the same matter is a conflict that its author has not settled."""


@transaction.atomic
def begin(
    *, by: Actor, now: datetime, told: Told, place: str, typed: Mapping[str, list[str]]
) -> Begun | Entry:
    """Open an entry, for the transaction of what it does; or give the one that has been taken in before.

    One of a lease at a time, in the order in which they come. Raises Refused for somebody else's lease or entry,
    and :class:`Waits` behind an unsettled conflict.
    """
    undertake(by, Action.WORK_OFFLINE, detail={"what": "entry", "entry": str(told.id), "order": told.order})
    lease = _own(by, told.lease)
    before = Entry.objects.filter(id=told.id).first()
    if before is not None:
        if before.lease_id != lease.id:
            raise Refused(NOT_YOURS)
        return before
    earlier = lease.entries.filter(order__lt=told.order).order_by("-order", "-received_at")
    if lease.entries.filter(outcome=Entry.Outcome.CONFLICT, settled_at=None).exists():
        raise Waits
    latest = earlier.first()
    done = corrected(told, received=now, taken_along=lease.taken_at, after=latest.done_at if latest else None)
    answered = versions_in(typed, told.versions)
    same_page = earlier.filter(place=place, outcome=Entry.Outcome.TAKEN).exclude(left={}).first()
    entry = Entry.objects.create(
        id=told.id,
        lease=lease,
        user=by.id,
        order=told.order,
        place=place,
        device_time=device_time(told.typed),
        received_at=now,
        done_at=done.at,
        doubtful=done.doubtful,
        outcome=Entry.Outcome.TAKEN,
        answered=answered,
    )
    lease.seen_at = now
    lease.save()
    on = carried_on(answered, same_page.answered, same_page.left) if same_page else {}
    return Begun(entry, on)


@transaction.atomic
def taken(*, entry: Entry, went_to: str, left: Mapping[str, str]) -> None:
    """An entry has done what it asked for. For the transaction of `begin`, which has audited."""
    entry.went_to, entry.left = went_to, dict(left)
    entry.save()


@transaction.atomic
def keep_conflict(*, entry: Entry, why: Why, typed: Mapping[str, list[str]]) -> None:
    """An entry could not be taken in: keep what was typed for its author, encrypted, until they settle it.

    For the transaction of `begin`, which has audited.
    """
    fields = {name: values for name, values in typed.items() if name not in _NOT_TYPED}
    entry.outcome, entry.why = Entry.Outcome.CONFLICT, why
    entry.closed = keys().close(json.dumps(fields).encode(), _bound(entry))
    entry.save()


def typed_in(entry: Entry) -> dict[str, list[str]]:
    """What was typed in a conflict that is not settled; nothing once it is."""
    if entry.closed is None:
        return {}
    opened: dict[str, list[str]] = json.loads(keys().open(bytes(entry.closed), _bound(entry)))
    return opened


def _bound(entry: Entry) -> str:
    return f"offline_entry/closed/{entry.user}/{entry.id}"


@transaction.atomic
def put_back(*, by: Actor, now: datetime, entry_id: UUID) -> Entry:
    """Put what was typed back into the form that it was typed in, as its author's draft. Raises Refused.

    It stays a conflict until that form has been taken in, or it is thrown away. The version that it was typed on
    is not put back: its author has read what stands, and answers that.
    """
    undertake(by, Action.WORK_OFFLINE, detail={"what": "put-back", "entry": str(entry_id)})
    entry = _conflict(by, entry_id)
    typed = {name: values for name, values in typed_in(entry).items() if name not in entry.answered}
    keep_draft(user=by.id, place=entry.place, typed=typed, now=now)
    return entry


@transaction.atomic
def throw_away(*, by: Actor, now: datetime, entry_id: UUID) -> Entry:
    """Its author has read both versions and leaves what stands. Raises Refused."""
    undertake(by, Action.WORK_OFFLINE, detail={"what": "thrown-away", "entry": str(entry_id)})
    entry = _conflict(by, entry_id)
    _settle(entry, now)
    return entry


@transaction.atomic
def settle_at(*, by: Actor, now: datetime, place: str) -> int:
    """The form of a page was taken in, which settles what its author had in conflict there; says how many."""
    there = Entry.objects.filter(user=by.id, place=place, outcome=Entry.Outcome.CONFLICT, settled_at=None)
    # most forms have none, and the next statement must be in the log first
    if not (found := list(there)):
        return 0
    detail = {"what": "settled", "entries": [str(entry.id) for entry in found]}
    undertake(by, Action.WORK_OFFLINE, detail=detail)
    for entry in found:
        _settle(entry, now)
    return len(found)


def _conflict(by: Actor, entry_id: UUID) -> Entry:
    entry = (
        Entry.objects.select_for_update()
        .filter(id=entry_id, user=by.id, outcome=Entry.Outcome.CONFLICT, settled_at=None)
        .first()
    )
    if entry is None:
        raise Refused(NOT_YOURS)
    return entry


def _settle(entry: Entry, now: datetime) -> None:
    entry.settled_at, entry.closed = now, None
    entry.save()


@transaction.atomic
def forget(*, record_id: UUID, now: datetime) -> None:
    """Forget what was typed about a record that is erased, and give out no key to pages that tell of them.

    The caller has audited, and acts in the system's name.
    """
    about = Q(lease__subjects__contains=[record_id]) | Q(place__contains=str(record_id))
    with acting(KEEPER):
        Entry.objects.filter(about, closed__isnull=False).update(closed=None, settled_at=now)
        Lease.objects.filter(subjects__contains=[record_id], until__gt=now).update(until=now)
