"""Joining records of one person and parting them again, by links alone.

A merge ends one record's link and opens another, to the identity of the record that it is joined with; no
row of any other table changes. Parting ends that link and gives the record an identity of its own. Every
table refers to the record, and reads resolve the identity.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from throughline.casework.people.models import Identity, IdentityLink, Pair
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.reference import load


def held_together(record_id: UUID) -> list[UUID]:
    """The records in sight that are held to be of the same person as this one, itself included."""
    return each_held_together([record_id])[record_id]


def each_held_together(record_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """`held_together` of each of some records, read at once; of one out of sight, nobody."""
    wanted = list(record_ids)
    identities = IdentityLink.objects.filter(record__in=wanted, valid_until=None).values("identity")
    links = IdentityLink.objects.filter(identity__in=identities, valid_until=None).order_by(
        "valid_from", "id"
    )
    of_one: dict[UUID, list[UUID]] = {}
    identity_of: dict[UUID, UUID] = {}
    for record_id, identity in links.values_list("record", "identity"):
        of_one.setdefault(identity, []).append(record_id)
        identity_of[record_id] = identity
    return {one: list(of_one[identity_of[one]]) if one in identity_of else [] for one in wanted}


def _open_links(*record_ids: UUID) -> dict[UUID, IdentityLink]:
    links = IdentityLink.objects.select_for_update().filter(record__in=record_ids, valid_until=None)
    # a fixed order of locks, so that two merges of one pair wait instead of killing each other
    return {link.record_id: link for link in links.order_by("record")}


@transaction.atomic
def merge(
    *, by: Actor, now: datetime, record_id: UUID, into_id: UUID, reason: str, words: str = ""
) -> Identity:
    """Hold two records to be of one person: all of the first's identity joins the second's.

    Raises Conflict where they already are of one identity, Malformed where that would also hold two records together
    that somebody has kept apart.
    """
    undertake(by, Action.MERGE, record_id, into_id)
    load("decision-reasons").get(reason, on=london_day(now))
    links = _open_links(record_id, into_id)
    old, new = links[record_id].identity, links[into_id].identity
    if old == new:
        raise Conflict
    moving = list(
        IdentityLink.objects.select_for_update().filter(identity=old, valid_until=None).order_by("record")
    )
    mine = [link.record_id for link in moving]
    undertake(by, Action.MERGE, *mine)
    theirs = held_together(into_id)
    apart = Pair.objects.filter(_across(mine, theirs), state=Pair.State.APART)
    if apart.exclude(_across([record_id], [into_id])).exists():
        raise Malformed(
            "reason", "would also join two records that somebody has kept apart; read those first"
        )
    for link in moving:
        _move(link, new, by=by, now=now)
        write("merged", by=by, now=now, record_id=link.record_id, about=into_id, code=reason)
    write("merged", by=by, now=now, record_id=into_id, about=record_id, code=reason)
    decide_for(
        "merge",
        by=by,
        now=now,
        record_id=record_id,
        about=into_id,
        choice="same",
        reason=reason,
        words=words,
    )
    # whatever was left to be read of these is answered by it
    together = held_together(into_id)
    waiting = Pair.objects.filter(record__in=together, other__in=together).exclude(state=Pair.State.JOINED)
    waiting.update(state=Pair.State.JOINED, read_by=by.id, read_at=now)
    return new


@transaction.atomic
def part(*, by: Actor, now: datetime, record_id: UUID, reason: str, words: str = "") -> Identity:
    """Hold a record to be of somebody else than the rest of its identity, as before it was merged.

    Raises Conflict where it stands alone already.
    """
    undertake(by, Action.PART, record_id)
    load("decision-reasons").get(reason, on=london_day(now))
    link = _open_links(record_id)[record_id]
    rest = IdentityLink.objects.filter(identity=link.identity, valid_until=None).exclude(record=record_id)
    remaining = [other.record_id for other in rest]
    if not remaining:
        raise Conflict
    identity = Identity.objects.create()
    _move(link, identity, by=by, now=now)
    write("parted", by=by, now=now, record_id=record_id, about=remaining[0], code=reason)
    for other in remaining:
        write("parted", by=by, now=now, record_id=other, about=record_id, code=reason)
    decide_for(
        "part",
        by=by,
        now=now,
        record_id=record_id,
        about=remaining[0],
        choice="different",
        reason=reason,
        words=words,
    )
    joined = Pair.objects.filter(_across([record_id], remaining), state=Pair.State.JOINED)
    joined.update(state=Pair.State.APART, read_by=by.id, read_at=now)
    return identity


def _across(some: Iterable[UUID], others: Iterable[UUID]) -> Q:
    """That a pair is of one of some records and one of others."""
    some, others = list(some), list(others)
    return Q(record__in=some, other__in=others) | Q(record__in=others, other__in=some)


def _move(link: IdentityLink, identity: Identity, *, by: Actor, now: datetime) -> None:
    link.valid_until, link.ended_by = now, by.id
    link.save(update_fields=["valid_until", "ended_by"])
    IdentityLink.objects.create(record_id=link.record_id, identity=identity, valid_from=now, made_by=by.id)
