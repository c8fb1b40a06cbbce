"""Finding pairs of records that may be of one person, and what somebody says of one.

The software proposes; a person joins, keeps apart or leaves it open, with a reason. Of a restricted record it takes
two. What is joined is joined by links alone (`identities`), so that parting restores it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from throughline.casework.people.commands import identities
from throughline.casework.people.models import Features as Packed
from throughline.casework.people.models import Pair, PairRun, Relationship
from throughline.casework.people.queries.pairs import KINDS, SECOND, UNSURE, kind_of, of_kind, pairs_that_wait
from throughline.casework.people.queries.searching import record_model
from throughline.casework.people.rules import RECOGNISER, Conflict, Malformed
from throughline.casework.people.rules.pairs import REASONS_FOR, Band, Choice, band_of, floor
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.queries import subjects_for
from throughline.foundations.access.rules import Action, Actor, Refused, Role
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for, review
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.commands import discharge, discharge_about, open_duty
from throughline.foundations.duties.models import Duty
from throughline.foundations.vault.keys import keys
from throughline.linkage.explaining import explain, start_of
from throughline.linkage.features import unpack
from throughline.linkage.keys import CAP, probe_keys
from throughline.linkage.model import Model
from throughline.linkage.scoring import rank
from throughline.reference import load

#: Records that are looked up in one transaction: a kill loses no more than so many.
CHUNK = 200

#: A walk begins this long after the last one ended: what was added since is looked up with everything else.
AGAIN_AFTER = timedelta(days=7)

#: What a pair that waits is on somebody's list as, and how many of one kind are at once: the rest wait on the page.
DUTY, AT_ONCE = "clerical-review", 10

#: Of the band that is not proposed, how many are put before somebody at all: to know what the thresholds miss.
SAMPLE = 30

TWO_PERSONS = "Two persons decide about a restricted record, and the first does not decide twice"

# of each record looked up, whom it shares a telling key with and is not held to be one person with already
_SHARING = """
with probe as materialized (
       select * from unnest(%(records)s::uuid[], %(keys)s::bigint[]) as p(probe, key)),
     hit as materialized (
       select p.probe, p.key, k.record_id from probe p
       cross join lateral (select record_id from people_key where key = p.key limit %(cap)s + 1) k),
     telling as (select probe, key from hit group by probe, key having count(*) <= %(cap)s),
     met as (select distinct h.probe, h.record_id from hit h join telling using (probe, key)
             where h.record_id <> h.probe)
select m.probe, m.record_id, f.packed
from met m join people_features f on f.record_id = m.record_id
where not exists (
  select from people_identitylink a join people_identitylink b on b.identity_id = a.identity_id
  where a.record_id = m.probe and b.record_id = m.record_id and a.valid_until is null and b.valid_until is null)
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a walk has come: records looked up of all that there are, and pairs found."""

    records: int
    of: int
    found: int


# -- finding -------------------------------------------------------------------------------------------


def propose(*, now: datetime, say: Callable[[Progress], None] | None = None) -> PairRun:
    """Walk over the whole index with the live engine and keep the pairs that it finds likely enough.

    Goes on where an earlier walk of the same model was stopped. What somebody has read stays as they said; a pair that
    is no longer found, and that nobody has read, goes.
    """
    run = _begun(now)
    # counted once: among ten million it takes longer than a chunk does
    of = _how_many()
    while run.finished_at is None:
        run = _next_chunk(run.id, now)
        if say:
            say(Progress(run.records, max(run.records, of), run.found))
    return run


def go_on(*, now: datetime) -> int:
    """One chunk of a walk, for the worker: goes on with the one that runs, or begins the next once it is time.

    Says how many records were looked up. The walk of `propose` is the same one, wherever either was stopped.
    """
    last = PairRun.objects.order_by("-started_at").first()
    ended = last.finished_at if last and last.model_version == _version(record_model()) else None
    if ended and now - ended < AGAIN_AFTER:
        return 0
    run = _begun(now)
    before = run.records
    return _next_chunk(run.id, now).records - before


def _version(by: Model) -> str:
    # the two contexts count their versions alike, and their weights do not stand beside each other
    return f"{by.context} {by.version}"


@transaction.atomic
def _begun(now: datetime) -> PairRun:
    set_actor(RECOGNISER)
    version = _version(record_model())
    stopped = PairRun.objects.select_for_update().filter(finished_at=None).first()
    if stopped and stopped.model_version != version:
        # weights of two models do not stand beside each other
        stopped.finished_at = now
        stopped.save(update_fields=["finished_at"])
        stopped = None
    return stopped or PairRun.objects.create(model_version=version, started_at=now)


@transaction.atomic
def _how_many() -> int:
    set_actor(RECOGNISER)
    return Packed.objects.count()


@transaction.atomic
def _next_chunk(run_id: UUID, now: datetime) -> PairRun:
    """Look up the next records of a walk, or end it where there are none."""
    set_actor(RECOGNISER)
    run = PairRun.objects.select_for_update().get(id=run_id)
    left = Packed.objects.filter(record__gt=run.after) if run.after else Packed.objects.all()
    rows = left.order_by("record").values_list("record", "packed")[:CHUNK]
    chunk = [(record_id, bytes(packed)) for record_id, packed in rows]
    undertake(RECOGNISER, Action.MERGE, detail={"run": str(run.id)})
    if chunk:
        run.found += _keep(_likely(chunk, record_model()), run=run, now=now)
        run.after, run.records = chunk[-1][0], run.records + len(chunk)
    else:
        run.finished_at = now
        stale = Q(state=Pair.State.OPEN, asked=False) & ~Q(run=run)
        Pair.objects.filter(stale).delete()
    run.save()
    return run


def _likely(chunk: list[tuple[UUID, bytes]], by: Model) -> dict[tuple[UUID, UUID], float]:
    """The pairs that records of a chunk make with any other, with how certain each is, where that is enough."""
    probes = {record_id: unpack(packed) for record_id, packed in chunk}
    asked = [(one, key) for one, known in probes.items() for key in probe_keys(known, keys().linkage)]
    with connection.cursor() as cursor:
        cursor.execute(
            _SHARING,
            {"records": [one for one, _ in asked], "keys": [key for _, key in asked], "cap": CAP},
        )
        met = defaultdict(list)
        for probe, other, packed in cursor.fetchall():
            met[probe].append((other, bytes(packed)))
    found: dict[tuple[UUID, UUID], float] = {}
    for probe, others in met.items():
        packed_of = dict(others)
        for one in rank(probes[probe], others, by, limit=len(others)):
            certainty = start_of(by) + one.weight
            if certainty < floor(by.certain):
                break
            # looked up from its other end a pair weighs a little otherwise: the first of the two is what counts
            if probe > one.rid:
                certainty = explain(unpack(packed_of[one.rid]), probes[probe], by).certainty
            found[min(probe, one.rid), max(probe, one.rid)] = certainty
    return found


def _keep(found: Mapping[tuple[UUID, UUID], float], *, run: PairRun, now: datetime) -> int:
    """Keep what a walk found, and say how many pairs it had not found before."""
    known = {
        (pair.record_id, pair.other_id): pair
        for pair in Pair.objects.select_for_update().filter(record__in={first for first, _ in found})
    }
    certain = record_model().certain
    related = _related({one for both in found for one in both})
    new = 0
    for (first, second), certainty in sorted(found.items()):
        pair = known.get((first, second)) or Pair(record_id=first, other_id=second, found_at=now)
        new += (first, second) not in known
        if pair.state != Pair.State.OPEN:
            # its band is the one that it was read in
            continue
        pair.run, pair.model_version = run, run.model_version
        pair.certainty = certainty
        pair.band = band_of(certainty, certain, related=(first, second) in related)
        pair.save()
    return new


def left_open(*, now: datetime, record_id: UUID, others: Iterable[UUID]) -> None:
    """Keep that whoever asked could not tell these records apart. Inside another command, which audits.

    A pair that somebody has read since stays as they said.
    """
    by = record_model()
    for other in others:
        first, second = sorted((record_id, other))
        if Pair.objects.filter(record=first, other=second).exists() or _one_person(first, second):
            continue
        known = {
            one.record_id: unpack(bytes(one.packed))
            for one in Packed.objects.filter(record__in=(first, second))
        }
        if len(known) < 2:
            continue
        certainty = explain(known[first], known[second], by).certainty
        Pair.objects.create(
            record_id=first,
            other_id=second,
            certainty=certainty,
            band=band_of(certainty, by.certain, related=bool(_related((first, second)))),
            model_version=_version(by),
            asked=True,
            found_at=now,
        )


def told_apart(*, record_id: UUID, others: Iterable[UUID]) -> None:
    """Whoever asked said that it is not this one: what they alone had left open about it goes. As `left_open`."""
    about = Q(record=record_id, other__in=list(others)) | Q(other=record_id, record__in=list(others))
    Pair.objects.filter(about, asked=True, run=None, state=Pair.State.OPEN).delete()


def _related(records: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Which two of these are, or were, something to each other on record, the lower id first."""
    ties = Relationship.objects.filter(record__in=records, other__in=records)
    return {(min(both), max(both)) for both in ties.values_list("record", "other")}


def _one_person(record_id: UUID, other_id: UUID) -> bool:
    return other_id in identities.held_together(record_id)


# -- calling for readers ---------------------------------------------------------------------------------


@transaction.atomic
def call_for_readers(*, now: datetime) -> int:
    """Keep the next pairs of each kind on the list of whoever reads them; says how many duties were opened or ended.

    Every band has as many at once, so that some of each are read and how right the proposals are can be told. Those of
    a band come in the order of `queries.pairs.queue`. A pair of a restricted record is the desk's.
    """
    set_actor(RECOGNISER)
    duties = Duty.objects.select_for_update().filter(kind=DUTY, discharged_at=None)
    standing = {duty.about: duty for duty in duties if duty.about}
    waiting = pairs_that_wait()
    listed = {pair.id: pair for pair in waiting.filter(id__in=standing).exclude(state=UNSURE)}
    wanted = [*listed.values()]
    for kind in KINDS:
        has = sum(kind_of(pair.state, pair.asked, pair.band) == kind for pair in listed.values())
        wanted += of_kind(waiting, kind).exclude(id__in=listed).order_by("id")[: max(_at_once(kind) - has, 0)]
    subject = _whom_it_is_about(wanted)
    over = [
        duty
        for duty in standing.values()
        if duty.about not in listed or (duty.record_id, duty.role) != subject[duty.about]
    ]
    ended = {duty.about for duty in over}
    opened = [pair for pair in wanted if pair.id not in standing or pair.id in ended]
    if over or opened:
        ids = {duty.record_id for duty in over} | {subject[pair.id][0] for pair in opened}
        undertake(RECOGNISER, Action.MERGE, *sorted(ids), detail={"opened": len(opened), "ended": len(over)})
    for duty in over:
        discharge(by=RECOGNISER, now=now, duty_id=duty.id, outcome="no-longer-needed")
    for pair in opened:
        record_id, role = subject[pair.id]
        cause = {SECOND: "second-reader", "asked": "left-open"}.get(
            kind_of(pair.state, pair.asked, pair.band), "pair-found"
        )
        open_duty(DUTY, now=now, record_id=record_id, about=pair.id, cause=cause, role=role)
    return len(over) + len(opened)


def _at_once(kind: str) -> int:
    if kind == UNSURE:
        # whoever left it unsure has read it
        return 0
    if kind != Band.UNLIKELY:
        return AT_ONCE
    read = Pair.objects.filter(band=Band.UNLIKELY, asked=False).exclude(state=Pair.State.OPEN).count()
    return min(AT_ONCE, max(SAMPLE - read, 0))


def _whom_it_is_about(pairs: Collection[Pair]) -> dict[UUID, tuple[UUID, Role]]:
    """On whose list each pair is, and under which of its records: a restricted one, where it has one."""
    both = {pair.id: (pair.record_id, pair.other_id) for pair in pairs}
    subjects = subjects_for(RECOGNISER, {one for ids in both.values() for one in ids})
    found = {}
    for pair_id, ids in both.items():
        hidden = [one for one in ids if subjects[one].restricted]
        found[pair_id] = (hidden[0], Role.DESK) if hidden else (ids[0], Role.INTELLIGENCE)
    return found


# -- reading -------------------------------------------------------------------------------------------


@transaction.atomic
def read_pair(
    *,
    by: Actor,
    now: datetime,
    pair_id: UUID,
    choice: Choice,
    reason: str,
    words: str = "",
    seen: datetime | None = None,
) -> Pair:
    """Say that two records are of one person, of two, or that it stays open, with a coded reason.

    ``seen`` is when the pair had last been read, as its reader saw it. Where a record is restricted, the first person's
    word waits for another's: who agrees has it done, who does not leaves it unsure. Raises `Refused`; Conflict where
    somebody has read it meanwhile; Malformed for a reason that is not one of the choice.
    """
    pair = Pair.objects.select_for_update().filter(id=pair_id).first()
    if pair is None:
        raise Refused("There is no such pair", pair_id)
    both = (pair.record_id, pair.other_id)
    undertake(
        by, Action.MERGE, *both, purpose="clerical-review", detail={"pair": str(pair.id), "choice": choice}
    )
    _insist_on_reason(choice, reason, now)
    if pair.read_at != seen or (_one_person(*both) and choice is not Choice.JOIN):
        raise Conflict
    if choice is not Choice.UNSURE and _any_restricted(by, both):
        done = _second_word(pair, by=by, now=now, choice=choice, reason=reason, words=words)
    else:
        done, pair.first_said = choice, ""
        _decide(pair, by=by, now=now, choice=choice, reason=reason, words=words)
    if done is Choice.JOIN and not _one_person(*both):
        identities.merge(by=by, now=now, record_id=both[1], into_id=both[0], reason=reason, words=words)
    pair.refresh_from_db(fields=["state"])
    pair.state = _STATES[done] if done else Pair.State.SECOND
    pair.read_by, pair.read_at = by.id, now
    discharge_about(pair.id, DUTY, by=by, now=now, outcome=pair.state)
    pair.save(update_fields=["state", "read_by", "read_at", "first_said"])
    return pair


@transaction.atomic
def join(
    *, by: Actor, now: datetime, record_id: UUID, into_id: UUID, reason: str, words: str = ""
) -> Pair.State:
    """`identities.merge` of two records that somebody has found themselves; of a restricted one it takes two persons.

    Says how the pair stands then. Raises Conflict where they are of one identity already.
    """
    both = (record_id, into_id)
    if not _any_restricted(by, both):
        identities.merge(by=by, now=now, record_id=record_id, into_id=into_id, reason=reason, words=words)
        return Pair.State.JOINED
    undertake(by, Action.MERGE, *both)
    left_open(now=now, record_id=record_id, others=[into_id])
    first, second = sorted(both)
    pair = Pair.objects.filter(record=first, other=second).first()
    if pair is None or _one_person(*both):
        raise Conflict
    read = read_pair(
        by=by, now=now, pair_id=pair.id, choice=Choice.JOIN, reason=reason, words=words, seen=pair.read_at
    )
    return Pair.State(read.state)


_STATES = {
    Choice.JOIN: Pair.State.JOINED,
    Choice.APART: Pair.State.APART,
    Choice.UNSURE: Pair.State.UNSURE,
}


def _any_restricted(by: Actor, both: Collection[UUID]) -> bool:
    """Whether any record that a join would hold together is restricted, also one that was joined with them before."""
    together = {one for record_id in both for one in identities.held_together(record_id)}
    return any(one.restricted for one in subjects_for(by, together | set(both)).values())


def _decide(pair: Pair, *, by: Actor, now: datetime, choice: Choice, reason: str, words: str) -> Decision:
    return decide_for(
        "pair",
        by=by,
        now=now,
        record_id=pair.record_id,
        about=pair.other_id,
        choice=choice,
        reason=reason,
        words=words,
    )


def _second_word(
    pair: Pair, *, by: Actor, now: datetime, choice: Choice, reason: str, words: str
) -> Choice | None:
    """What two persons have said together of a restricted record; None while only the first has."""
    if pair.state != Pair.State.SECOND:
        pair.first_said = choice
        _decide(pair, by=by, now=now, choice=choice, reason=reason, words=words)
        return None
    first = Decision.objects.filter(kind="pair", record_id=pair.record_id, about=pair.other_id).latest(
        "made_at"
    )
    if first.made_by == by.id:
        raise Refused(TWO_PERSONS, pair.record_id)
    agreed = pair.first_said == choice
    review(by=by, now=now, decision=first, agreed=agreed, feedback=words)
    pair.first_said = ""
    if agreed:
        return choice
    # both have been heard, and neither is carried out
    _decide(pair, by=by, now=now, choice=Choice.UNSURE, reason="unsure-conflicting", words=words)
    return Choice.UNSURE


def _insist_on_reason(choice: Choice, reason: str, now: datetime) -> None:
    if reason not in _reasons(choice, now):
        raise Malformed("reason", "choose one of the answers listed")


def _reasons(choice: Choice, now: datetime) -> set[str]:
    rows = load("decision-reasons").as_of(london_day(now))
    return {row.code for row in rows if row.text("decision") == REASONS_FOR[choice]}
