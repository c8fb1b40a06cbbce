"""What is out on devices: one's own, and for who answers for a turn everybody's that stands still."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Action, Actor, Refused, insist
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import due, london_day, parse_clock
from throughline.foundations.offline.commands import KEEPER, NOT_YOURS, typed_in
from throughline.foundations.offline.models import Entry, Lease
from throughline.foundations.offline.rules import Stands
from throughline.reference import load


@dataclass(frozen=True, slots=True)
class Unsynced:
    """Work of one account about one matter that has stood still: why (a code of stuck-after) and since when."""

    lease: UUID
    user: UUID
    name: str
    about: UUID
    label: str
    stands: Stands
    words: str
    since: datetime
    waiting: int


def unsynced(actor: Actor, *, now: datetime) -> tuple[Unsynced, ...]:
    """Whose work is stuck on a device or could not be saved, and since when, oldest first. Raises Refused.

    Work said to be waiting, a device with pages not heard from, and conflicts not settled, each once it has
    stood for as long as reference's stuck-after says. Ids, names of staff and numbers of incidents.
    """
    found = standing_still(actor, now=now)
    record(
        actor,
        Event.Kind.LOOK,
        Action.SUPERVISE_TEAM,
        detail={"leases": [str(one.lease) for one in found]},
    )
    return found


def standing_still(actor: Actor, *, now: datetime) -> tuple[Unsynced, ...]:
    """`unsynced` as part of a page, whose look names the leases. Raises Refused."""
    insist(actor, Action.SUPERVISE_TEAM)
    out = list(Lease.objects.filter(Q(waiting__gt=0) | Q(until__gt=now), closed_at=None))
    found = [
        *((one, Stands.UNSENT, one.waiting_since, one.waiting) for one in out if one.waiting),
        *((one, Stands.UNSEEN, one.seen_at, 0) for one in out if not one.waiting),
        *_conflicts(),
    ]
    times, today = load("stuck-after"), london_day(now)
    stuck = [
        (lease, stands, since, waiting)
        for lease, stands, since, waiting in found
        if since and due(parse_clock(times.get(stands, on=today).text("after")), since) < now
    ]
    names = dict(User.objects.filter(id__in={lease.user for lease, *_ in stuck}).values_list("id", "name"))
    return tuple(
        Unsynced(
            lease.id,
            lease.user,
            names.get(lease.user, ""),
            lease.about,
            lease.label,
            stands,
            times.label(stands, on=today),
            since,
            waiting,
        )
        for lease, stands, since, waiting in sorted(stuck, key=lambda one: (one[2], str(one[0].id)))
    )


def _conflicts() -> list[tuple[Lease, Stands, datetime, int]]:
    """Each matter once, with its first unsettled conflict: what came after it waits on the device."""
    rows = Entry.objects.filter(outcome=Entry.Outcome.CONFLICT, settled_at=None).select_related("lease")
    first: dict[UUID, Entry] = {}
    for entry in rows.order_by("received_at"):
        first.setdefault(entry.lease_id, entry)
    return [(one.lease, Stands.CONFLICT, one.received_at, one.lease.waiting) for one in first.values()]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What could not be saved as it was: the entry, and what its author typed by field."""

    entry: Entry
    typed: Mapping[str, list[str]]


def my_conflicts(actor: Actor) -> list[Entry]:
    """One's own entries that could not be taken in and are not settled, oldest first."""
    rows = Entry.objects.filter(user=actor.id, outcome=Entry.Outcome.CONFLICT, settled_at=None)
    return list(rows.select_related("lease").order_by("received_at", "order"))


def conflict(actor: Actor, entry_id: UUID) -> Conflict:
    """One of them, opened for its author, with the look. Raises Refused for anybody else."""
    found = next((one for one in my_conflicts(actor) if one.id == entry_id), None)
    if found is None:
        raise Refused(NOT_YOURS, entry_id)
    record(
        actor,
        Event.Kind.LOOK,
        Action.WORK_OFFLINE,
        subjects=found.lease.subjects,
        detail={"entry": str(entry_id)},
    )
    return Conflict(found, typed_in(found))


@dataclass(frozen=True, slots=True)
class Doubted:
    """Something that was written without signal on a phone whose clock contradicts itself: by whom, and when."""

    by: str
    done_at: datetime
    received_at: datetime


def doubted(about: Iterable[UUID]) -> tuple[Doubted, ...]:
    """The times that are to be doubted of what was taken in about some matters, in order. Names of staff and times.

    Part of a page that has looked, for whoever reads what was written: a wrong time is not theirs to trust.
    """
    with acting(KEEPER):
        found = list(
            Entry.objects.filter(lease__about__in=list(about), doubtful=True, outcome=Entry.Outcome.TAKEN)
            .order_by("done_at", "received_at")
            .values_list("user", "done_at", "received_at")
        )
        names = dict(User.objects.filter(id__in={user for user, *_ in found}).values_list("id", "name"))
    return tuple(Doubted(names.get(user, ""), done_at, received_at) for user, done_at, received_at in found)
