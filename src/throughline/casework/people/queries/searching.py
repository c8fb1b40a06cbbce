"""Who is this? Scraps of what was heard, to ranked records with the reasons in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from time import monotonic
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from throughline.casework.people.models import Address, Marker, Match, Name, Record
from throughline.casework.people.queries.prepared import prepared
from throughline.casework.people.rules import RECOGNISER, age_on
from throughline.foundations.access.protection import reading_as
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.vault.keys import keys
from throughline.linkage.columns import columns_of
from throughline.linkage.description import Description
from throughline.linkage.features import Features, features
from throughline.linkage.keys import CAP, MOST, probe_keys, telling
from throughline.linkage.model import Model, batch_model, live_model
from throughline.linkage.prepared import NOT_HERE, digests
from throughline.linkage.scoring import Ranked, Reason, rank, rank_partly_prepared

SHOWN = 10
_COUNTED_FOR = 300.0  # seconds

# blocks over the cap say nothing (half the town); they are dropped before anything is fetched, and read no further than
# to know that they are over it: among a million, some have tens of thousands
_BLOCK = """block as materialized (
       select b.records from unnest(%(keys)s::bigint[]) k(key) cross join lateral (
         select array_agg(one.record_id) as records
         from (select record_id from people_key where key = k.key limit %(cap)s + 1) one) b)"""
_MET = "select unnest(records) as record_id from block where cardinality(records) <= %(cap)s"
# of very many those whose shared keys tell most, and who equals the last of them
_TOLD = f"(array{list(map(telling, range(1, CAP + 1)))})[cardinality(records)]"
_MOST_TELLING = f"""
  select record_id from (
    select unnest(records) as record_id, {_TOLD} as told from block where cardinality(records) <= %(cap)s) one
  group by record_id order by sum(told) desc fetch first %(most)s rows with ties"""  # noqa: S608 (of our own constants)
# hundreds of rows come as three values: made into objects one by one they take Python longer than to be found
_CANDIDATES = f"""
with {_BLOCK}
select coalesce(string_agg(uuid_send(f.record_id), ''), ''), {{of_each}},
       coalesce(string_agg(uuid_send(coalesce(f.identity, f.record_id)), ''), '')
from people_features f
where f.record_id in ({_MOST_TELLING})
"""  # noqa: S608 (of our own constants)
_DIGESTS = _CANDIDATES.format(of_each="coalesce(string_agg(f.digest, ''), '')")
_ROWS = _CANDIDATES.format(of_each="coalesce(array_agg(f.packed), '{}')")
_PACKED = "select record_id, packed from people_features where record_id = any(%(ids)s)"
_ANY_OVER_THE_CAP = f"""
with {_BLOCK} select exists (select from block where cardinality(records) > %(cap)s)
"""  # noqa: S608 (of our own constants)

# the same for records that somebody's sight does not reach, and whether that is because they are party. Each is held against
# its own grants: a force has thousands that are restricted, and a lookup meets few of them
_HIDDEN_CANDIDATES = f"""
with {_BLOCK},
     met as materialized (select distinct record_id from ({_MET}) one),
     out_of_sight as materialized (
       select met.record_id, o.party from met cross join lateral (
         select bool_or(g.kind = 'exclude') as party from access_grant g
         where g.subject = met.record_id and access_open(g)
           and (g.kind = 'restrict' or (g.kind = 'exclude' and g.grantee = %(actor)s))
         having count(*) > 0) o)
select f.record_id, f.packed, coalesce(f.identity, f.record_id), o.party
from out_of_sight o join people_features f on f.record_id = o.record_id
"""  # noqa: S608 (of our own constants)


@dataclass(frozen=True, slots=True)
class Found:
    """One record that it may be, with why."""

    record_id: UUID
    identity_id: UUID
    weight: float
    probability: float
    probable: bool
    reasons: tuple[Reason, ...]
    name: str
    other_names: tuple[str, ...] = ()
    sex: str = ""
    age: str = ""
    address: str = ""
    phone: str = ""
    markers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hidden:
    """A probable record that the one who asks must not learn of."""

    record_id: UUID
    weight: float
    probability: float
    party: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a lookup found: for the page, and out of its sight.

    Nothing found means nobody only where the scraps were neither ``too_little`` (one name alone, an age) to
    look anything up by, nor ``too_common`` (a name that hundreds share). ``more`` fit than are shown.
    """

    found: tuple[Found, ...]
    hidden: tuple[Hidden, ...]
    more: bool = False
    too_little: bool = False
    too_common: bool = False


def search(
    actor: Actor, heard: Description, *, today: date, purpose: str = "call", limit: int = SHOWN
) -> Answer:
    """Ranked records that the scraps may be of, best first. Raises Refused.

    Writes one look naming the records shown. What is hidden is for `recognition.tell_the_desk` alone.
    """
    insist(actor, Action.SEARCH_PEOPLE)
    probe = features(heard)
    probed = sorted(probe_keys(probe, keys().linkage))
    ranked = candidates(probe, probed, limit=limit + 1)
    hidden = _hidden(actor, probe, probed)
    found = _summaries(ranked[:limit], today)
    record(
        actor,
        Event.Kind.LOOK,
        Action.SEARCH_PEOPLE,
        subjects=[one.record_id for one in found],
        purpose=purpose,
    )
    return Answer(
        tuple(found),
        tuple(hidden),
        more=len(ranked) > limit,
        too_little=not probed,
        too_common=not found and _any_over_the_cap(probed),
    )


def out_of_sight(actor: Actor, heard: Description) -> tuple[Hidden, ...]:
    """What `search` would find out of ``actor``'s sight, for `recognition.tell_the_desk` alone. Raises Refused.

    For what is asked on the way to a page that searches again: nobody is shown, and no look is written.
    """
    insist(actor, Action.SEARCH_PEOPLE)
    probe = features(heard)
    return tuple(_hidden(actor, probe, sorted(probe_keys(probe, keys().linkage))))


def candidates(probe: Features, probed: list[int], *, limit: int) -> list[Ranked[UUID]]:
    """The records in the running actor's sight that share a telling key, ranked.

    Where rows were taken apart beforehand, the database says only which records they are and by which digests their rows
    are known; the rows of those that are not among them are read after that.
    """
    held = prepared()
    told = {"keys": probed, "cap": CAP, "most": MOST}
    [(ids, of_each, persons)] = _planned_once(_DIGESTS if held else _ROWS, told)
    met, person = _numbers(ids), _numbers(persons)
    if held:
        places = held.places(digests(of_each))
        others = [UUID(int=met[place]) for place in np.flatnonzero(places == NOT_HERE).tolist()]
        rows = dict(_planned_once(_PACKED, {"ids": others})) if others else {}
        if gone := {one.int for one in others if one not in rows}:  # taken away meanwhile
            still = [place for place, one in enumerate(met) if one not in gone]
            met, person, places = [met[one] for one in still], [person[one] for one in still], places[still]
        columns, packed = held.columns, [rows[one] for one in others if one in rows]
    else:
        columns, packed, places = _NO_COLUMNS, of_each, np.full(len(met), NOT_HERE)
    ranked = rank_partly_prepared(
        probe,
        met,
        columns,
        places,
        list(map(bytes, packed)),
        model(),
        # records of one person do not compete; mostly each is another's
        groups=dict(zip(met, person, strict=True)) if len(set(person)) < len(met) else None,
        limit=limit,
    )
    return [
        Ranked(UUID(int=one.rid), one.weight, one.probability, one.reasons, one.certainty) for one in ranked
    ]


_NO_COLUMNS = columns_of(())


def _numbers(joined: bytes) -> list[int]:
    """Ids that stand one after the other, as numbers in the same order as the ids."""
    return [int.from_bytes(joined[at : at + 16]) for at in range(0, len(joined), 16)]


def _planned_once(statement: str, told: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement whose plan each connection keeps: planned anew, it takes a lookup half a millisecond more."""
    wrapped = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    own: Any = psycopg.Cursor(connection.connection)
    own.format = psycopg.pq.Format.BINARY
    with wrapped(own) as cursor:
        cursor.execute(statement, told)
        return list(cursor.fetchall())


def model() -> Model:
    """The model of recognition for as many records as there are: among more, less is probable."""
    return _model_for(records_about())


def records_about() -> int:
    """How many records there are, as PostgreSQL last estimated; 0 where it has not yet."""
    return _record_count(int(monotonic() / _COUNTED_FOR))


def record_model() -> Model:
    """The model for one record beside another, among as many as there are."""
    return _record_model_for(records_about())


@lru_cache(maxsize=1)
def _record_model_for(records: int) -> Model:
    return batch_model(records)


@lru_cache(maxsize=1)
def _model_for(records: int) -> Model:
    return live_model(records, settings.LINKAGE_MODEL)


@lru_cache(maxsize=1)
def _record_count(_when: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select greatest(reltuples, 0)::bigint from pg_class where oid = 'people_record'::regclass"
        )
        return int(cursor.fetchone()[0])


def _any_over_the_cap(probed: list[int]) -> bool:
    [(any_is,)] = _planned_once(_ANY_OVER_THE_CAP, {"keys": probed, "cap": CAP})
    return bool(any_is)


def _hidden(actor: Actor, probe: Features, probed: list[int]) -> Iterable[Hidden]:
    """Probable records out of the actor's sight, found as the system."""
    # whether or not anybody is hidden in this force, so that how long a lookup takes says nothing of it
    with reading_as(RECOGNISER):
        rows = _planned_once(_HIDDEN_CANDIDATES, {"keys": probed, "cap": CAP, "actor": actor.id})
    if not rows:
        return []
    # the desk, and whoever was let in, has some of them in sight after all
    in_sight = set(Record.objects.filter(id__in=[row[0] for row in rows]).values_list("id", flat=True))
    rows = [row for row in rows if row[0] not in in_sight]
    if not rows:
        return []
    party = {record_id: is_party for record_id, *_, is_party in rows}
    ranked = rank(
        probe,
        [(record_id, bytes(packed)) for record_id, packed, *_ in rows],
        model(),
        groups={record_id: identity_id for record_id, _, identity_id, _ in rows},
        limit=SHOWN,
    )
    return [
        Hidden(one.rid, one.weight, one.probability, party[one.rid])
        for one in ranked
        if one.probability >= model().accept
    ]


# all that a line shows in one statement: a page of ten would else wait for six. What stands first is what is shown
_LINES = """
select r.id, coalesce(l.identity_id, r.id), r.sex, r.born, r.born_from, r.born_to,
       (select coalesce(json_agg(json_build_object(
                 'kind', n.kind, 'forename', n.forename, 'middle', n.middle, 'surname', n.surname, 'full', n."full",
                 'order', n."order", 'valid_until', n.valid_until) order by n.valid_until, n.id), '[]')
        from people_name n where n.record_id = r.id),
       (select coalesce(string_agg(p.given, '; ' order by p.number), '')
        from people_phone p where p.record_id = r.id and p.valid_until is null),
       (select json_build_object('number', a.number, 'street', a.street, 'town', a.town, 'postcode', a.postcode)
        from people_address a where a.record_id = r.id and a.valid_until is null order by a.id limit 1),
       (select coalesce(array_agg(m.code order by m.code), '{}')
        from people_marker m
        where m.record_id = r.id and m.ended_by is null and (m.valid_until is null or m.valid_until >= %(today)s))
from people_record r
left join people_identitylink l on l.record_id = r.id and l.valid_until is null
where r.id = any(%(ids)s)
"""


def _summaries(ranked: list[Ranked[UUID]], today: date) -> list[Found]:
    """What a line of the results shows of each record, in the order given."""
    told = {"ids": [one.rid for one in ranked], "today": today}
    lines = {line[0]: line[1:] for line in _planned_once(_LINES, told)} if ranked else {}
    probable = model().accept
    found = []
    for one in ranked:
        identity_id, sex, born, born_from, born_to, said, phone, place, markers = lines[one.rid]
        names = [Name(**name) for name in said]
        found.append(
            Found(
                record_id=one.rid,
                identity_id=identity_id,
                weight=one.weight,
                probability=one.probability,
                probable=one.probability >= probable,
                reasons=one.reasons,
                name=_current(names),
                other_names=_others(names),
                sex=sex,
                age=shown_age(Record(born=born, born_from=born_from, born_to=born_to), today),
                address=Address(**place).shown if place else "",
                phone=phone,
                markers=tuple(markers),
            )
        )
    return found


def _others(names: list[Name]) -> tuple[str, ...]:
    """The names besides the current one, each said once."""
    shown = dict.fromkeys(name.shown for name in names)
    shown.pop(_current(names), None)
    return tuple(shown)


def unended_markers(record_ids: Iterable[UUID]) -> QuerySet[Marker]:
    """The markers of these records that nobody has ended, those among them that have lapsed: nobody has looked at these."""
    return Marker.objects.filter(record__in=record_ids, ended_by=None).order_by("code")


def standing_markers(record_ids: Iterable[UUID], today: date) -> QuerySet[Marker]:
    """The markers of these records that have neither lapsed nor been ended."""
    return Marker.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=today), record__in=record_ids, ended_by=None
    ).order_by("code")


def _current(names: list[Name]) -> str:
    current = next((name for name in names if name.kind == "current" and name.valid_until is None), None)
    return (current or names[0]).shown if names else ""


def shown_age(of: Record, today: date) -> str:
    """An age as it is known: completed years, the years that an estimate leaves open, or nothing."""
    if of.born:
        return str(age_on(of.born, today))
    if of.born_from and of.born_to:
        # as it was said; by the end of the year both may be a year older
        youngest, oldest = sorted((today.year - of.born_to, today.year - of.born_from - 1))
        if of.born_from == of.born_to or youngest == oldest:
            return f"about {max(youngest, 0)}"
        return f"{max(youngest, 0)} to {oldest}"
    return ""


def is_child(of: Record, today: date) -> bool:
    """Certainly under 18, as far as is known."""
    if of.born:
        return age_on(of.born, today) < 18
    return of.born_from is not None and today.year - of.born_from < 18


def readings(enquiry_id: UUID) -> dict[UUID, Match]:
    """What the running actor has already made of the matches of an enquiry, by record."""
    read = Match.objects.filter(enquiry=enquiry_id, hidden=False, read_at__isnull=False)
    return {match.record_id: match for match in read}
