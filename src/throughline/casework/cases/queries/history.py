"""What has happened to somebody and what stands about them, for whoever may see it.

Row security shows each reader what is in their sight. These are parts of a page: its look names whom it shows.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from uuid import UUID

from django.db.models import Q, QuerySet

from throughline.casework.cases import rules
from throughline.casework.cases.models import Case, Crime, Incident, Involvement, StandingFact
from throughline.casework.cases.rules import (
    MISTAKEN,
    SUSPECT_KNOWN,
    Happened,
    Part,
    Repeat,
    repeat_definitions,
)
from throughline.casework.cases.rules import serial as by_rule
from throughline.casework.cases.rules.serial import Serial
from throughline.casework.people.models import IdentityLink, Member, Relationship
from throughline.foundations.access.routes import insist_on_role
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.clock.rules import london_day


def standing_facts(actor: Actor, record_ids: Collection[UUID], *, at: datetime) -> tuple[StandingFact, ...]:
    """What stands at an instant that binds, is about or protects any of some records, newest first."""
    insist_on_role(actor, Action.VIEW_CASE)
    facts = StandingFact.objects.filter(Q(record__in=record_ids) | Q(protects__in=record_ids))
    return tuple(standing_at(at, facts).order_by("-valid_from", "id"))


def standing_at(at: datetime, facts: QuerySet[StandingFact]) -> QuerySet[StandingFact]:
    """Those that hold at an instant, as `rules.stands` says."""
    return facts.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=at),
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        valid_from__lte=at,
    )


@dataclass(frozen=True, slots=True)
class Involved:
    """An incident that somebody had a part in. One that is not confirmed may be somebody else's."""

    incident: Incident
    parts: tuple[str, ...]
    confirmed: bool


def incidents_of(actor: Actor, record_ids: Collection[UUID]) -> tuple[Involved, ...]:
    """The incidents that any of some records has a part in, newest first."""
    insist_on_role(actor, Action.VIEW_CASE)
    parts = Involvement.objects.filter(record__in=record_ids, ended_at=None).select_related("incident")
    found: dict[UUID, list[Involvement]] = {}
    for one in parts.order_by("-incident__reported_at", "incident", "made_at", "id"):
        found.setdefault(one.incident_id, []).append(one)
    return tuple(
        Involved(
            together[0].incident,
            tuple(dict.fromkeys(one.part for one in together)),
            any(one.confirmed for one in together),
        )
        for together in found.values()
    )


def cases_of(actor: Actor, record_ids: Collection[UUID]) -> tuple[Case, ...]:
    """The cases in which any of some records is victim or suspect, open ones first, newest first.

    Without those that were closed by rule because nothing was left of them.
    """
    insist_on_role(actor, Action.VIEW_CASE)
    found = Case.objects.filter(Q(victim__in=record_ids) | Q(suspect__in=record_ids))
    found = found.exclude(closed_as__in=[MISTAKEN, SUSPECT_KNOWN])
    return tuple(sorted(found.order_by("-opened_at", "id"), key=lambda case: case.closed_at is not None))


def happened_to(actor: Actor, victim_ids: Collection[UUID]) -> tuple[Happened, ...]:
    """The domestic incidents that these records are the confirmed victim of, oldest first.

    A suspect is one person whichever record names him, so that merged records of his count as one.
    """
    insist_on_role(actor, Action.VIEW_CASE)
    theirs = Involvement.objects.filter(
        record__in=victim_ids, part=Part.VICTIM, confirmed=True, ended_at=None, incident__domestic=True
    )
    incidents = {one.incident_id: one.incident for one in theirs.select_related("incident")}
    suspects: dict[UUID, UUID] = {}
    named = Involvement.objects.filter(
        incident__in=incidents, part=Part.SUSPECT, confirmed=True, ended_at=None
    )
    for incident_id, record_id in named.order_by("made_at", "id").values_list("incident", "record"):
        suspects.setdefault(incident_id, record_id)
    persons = identities(suspects.values())
    crimes = set(
        Crime.objects.filter(incident__in=incidents, cancelled_at=None).values_list("incident", flat=True)
    )
    told = sorted(incidents.values(), key=lambda incident: (incident.reported_at, incident.id))
    return tuple(
        Happened(
            at=incident.reported_at,
            suspect=persons.get(suspects[incident.id]) if incident.id in suspects else None,
            crime=incident.id in crimes,
        )
        for incident in told
    )


def identities(record_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The identity that each of some records is held to be of."""
    links = IdentityLink.objects.filter(record__in=set(record_ids), valid_until=None)
    return dict(links.values_list("record", "identity"))


def repeat(actor: Actor, victim_ids: Collection[UUID], *, at: datetime) -> tuple[Repeat, ...]:
    """How somebody stands to every definition of a repeat victim in use on the day of an instant."""
    on = london_day(at)
    happened = [one for one in happened_to(actor, victim_ids) if one.at <= at]
    return tuple(rules.repeat(definition, happened, on) for definition in repeat_definitions(on))


def serial(actor: Actor, suspect_ids: Collection[UUID], *, at: datetime) -> tuple[Serial, ...]:
    """How somebody stands to every definition of a serial perpetrator in use; none of whoever was suspected of nothing.

    Counted are confirmed victims in sight of confirmed domestic incidents, each person once whichever record names them.
    """
    insist_on_role(actor, Action.VIEW_CASE)
    his = Involvement.objects.filter(
        record__in=suspect_ids, part=Part.SUSPECT, confirmed=True, ended_at=None, incident__domestic=True
    )
    told = dict(his.filter(incident__reported_at__lte=at).values_list("incident", "incident__reported_at"))
    if not told:
        return ()
    hers = Involvement.objects.filter(incident__in=told, part=Part.VICTIM, confirmed=True, ended_at=None)
    rows = list(hers.exclude(record__in=suspect_ids).values_list("incident", "record"))
    persons = identities(record_id for _, record_id in rows)
    against = [(told[incident], persons.get(record_id, record_id)) for incident, record_id in rows]
    connected = connections(persons.values())
    on = london_day(at)
    return tuple(by_rule.serial(one, against, connected, on) for one in by_rule.serial_definitions(on))


def connections(persons: Iterable[UUID]) -> set[frozenset[UUID]]:
    """Which two of some identities are on record as anything to each other, or have lived in one household."""
    links = IdentityLink.objects.filter(identity__in=set(persons), valid_until=None)
    of = dict(links.values_list("record", "identity"))
    ties = Relationship.objects.filter(record__in=of, other__in=of).values_list("record", "other")
    found = {frozenset((of[one], of[other])) for one, other in ties}
    homes: dict[UUID, set[UUID]] = {}
    for record_id, home in Member.objects.filter(record__in=of).values_list("record", "household"):
        homes.setdefault(home, set()).add(of[record_id])
    return found | {frozenset(two) for home in homes.values() for two in combinations(home, 2)}
