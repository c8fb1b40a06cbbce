"""Standing facts: what is entered, varied and ended about somebody, and never changed in place."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.rules import ENTERED_HERE, fact_problem
from throughline.casework.people.models import Record
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.reference import UnknownCode, load

NO_FACT = "There is no such standing fact"
VARIED = "varied"


@transaction.atomic
def set_fact(
    *,
    by: Actor,
    now: datetime,
    kind: str,
    record_id: UUID,
    protects_id: UUID | None = None,
    case_id: UUID | None = None,
    conditions: Collection[str] = (),
    words: str = "",
    issuer: str = "",
    valid_from: datetime,
    valid_until: datetime | None = None,
    source: str = ENTERED_HERE,
    source_ref: str = "",
) -> StandingFact:
    """Enter an order, bail or a warrant: a kind of reference's standing-facts but those of a case alone.

    ``record_id`` is whom it binds, ``protects_id`` whom it protects, ``conditions`` codes of reference's
    conditions, ``issuer`` the court or force, ``source_ref`` its number there. Both ends are instants, the
    last included. A length beyond what the law allows is kept, since it is what the paper says
    (`rules.longest_until` flags it). Raises Malformed, Refused.
    """
    undertake(
        by, Action.RECORD_FACT, *_named(record_id, protects_id), detail={"kind": kind, "source": source}
    )
    _insist_on_people(record_id, protects_id)
    return _enter(
        by=by,
        now=now,
        kind=kind,
        record_id=record_id,
        protects_id=protects_id,
        case_id=case_id,
        conditions=conditions,
        words=words,
        issuer=issuer,
        valid_from=valid_from,
        valid_until=valid_until,
        source=source,
        source_ref=source_ref,
    )


@transaction.atomic
def vary_fact(
    *,
    by: Actor,
    now: datetime,
    fact_id: UUID,
    conditions: Collection[str],
    words: str,
    valid_from: datetime,
    valid_until: datetime | None,
    issuer: str | None = None,
) -> StandingFact:
    """Enter what a fact has become; what it was is ended as varied and stays to be read.

    Raises Conflict where it was varied or ended meanwhile, Malformed, Refused.
    """
    old = standing_fact(fact_id)
    undertake(by, Action.RECORD_FACT, *_named(old.record_id, old.protects_id), detail={"fact": str(old.id)})
    _insist_on_standing(old)
    _end(old, by=by, now=now, because=VARIED)
    return _enter(
        by=by,
        now=now,
        kind=old.kind,
        record_id=old.record_id,
        protects_id=old.protects_id,
        case_id=old.case_id,
        conditions=conditions,
        words=words,
        issuer=old.issuer if issuer is None else issuer,
        valid_from=valid_from,
        valid_until=valid_until,
        source=old.source,
        source_ref=old.source_ref,
        supersedes=old,
    )


@transaction.atomic
def end_fact(*, by: Actor, now: datetime, fact_id: UUID, because: str) -> StandingFact:
    """End a fact before it lapses, in a code of reference's fact-endings. Raises Conflict, UnknownCode, Refused."""
    fact = standing_fact(fact_id)
    undertake(
        by, Action.RECORD_FACT, *_named(fact.record_id, fact.protects_id), detail={"fact": str(fact.id)}
    )
    load("fact-endings").get(because, on=london_day(now))
    _insist_on_standing(fact)
    _end(fact, by=by, now=now, because=because)
    return fact


def standing_fact(fact_id: UUID) -> StandingFact:
    """The fact, held until the transaction ends. Raises Refused where there is none in sight."""
    try:
        return StandingFact.objects.select_for_update().get(id=fact_id)
    except StandingFact.DoesNotExist:
        raise Refused(NO_FACT, fact_id) from None


def _insist_on_standing(fact: StandingFact) -> None:
    if fact.ended_at is not None:
        raise Conflict


def _named(record_id: UUID, protects_id: UUID | None) -> list[UUID]:
    return [record_id, *([protects_id] if protects_id else [])]


def _insist_on_people(record_id: UUID, protects_id: UUID | None) -> None:
    """Nobody can be bound or protected whose record is not there, or was erased."""
    named = _named(record_id, protects_id)
    if Record.objects.filter(id__in=named, erased_at=None).count() != len(set(named)):
        raise Refused("There is no such record", record_id)


def _enter(
    *,
    by: Actor,
    now: datetime,
    kind: str,
    record_id: UUID,
    protects_id: UUID | None,
    case_id: UUID | None,
    conditions: Collection[str],
    words: str,
    issuer: str,
    valid_from: datetime,
    valid_until: datetime | None,
    source: str,
    source_ref: str,
    supersedes: StandingFact | None = None,
) -> StandingFact:
    if problem := fact_problem(
        kind, record_id, protects_id, valid_from=valid_from, valid_until=valid_until, on=london_day(now)
    ):
        raise Malformed(*problem)
    known = load("conditions")
    try:
        for code in conditions:
            known.get(code, on=london_day(now))
    except UnknownCode:
        raise Malformed("conditions", "holds a code that is not one of the conditions") from None
    subjects = set(_named(record_id, protects_id))
    if case_id:
        subjects |= set(Case.objects.get(id=case_id).subjects)
    fact = StandingFact.objects.create(
        kind=kind,
        case_id=case_id,
        record_id=record_id,
        protects_id=protects_id,
        conditions=list(dict.fromkeys(conditions)),
        words=words.strip(),
        issuer=" ".join(issuer.split()),
        valid_from=valid_from,
        valid_until=valid_until,
        supersedes=supersedes,
        set_at=now,
        set_by=by.id,
        source=source,
        source_ref=source_ref,
        subjects=sorted(subjects),
    )
    tell("fact-varied" if supersedes else "fact-set", fact, by=by, now=now)
    return fact


def _end(fact: StandingFact, *, by: Actor, now: datetime, because: str) -> None:
    fact.ended_at, fact.ended_by, fact.ended_because = now, by.id, because
    fact.save(update_fields=["ended_at", "ended_by", "ended_because"])
    if because != VARIED:
        tell("fact-ended", fact, by=by, now=now)


def tell(entry: str, fact: StandingFact, *, by: Actor, now: datetime) -> None:
    """Write a line about a fact to everybody that it names. Inside a command only."""
    for record_id in _named(fact.record_id, fact.protects_id):
        write(entry, by=by, now=now, record_id=record_id, about=fact.id, code=fact.kind)
