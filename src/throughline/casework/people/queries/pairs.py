"""Pairs of records that may be of one person: what waits to be read, one of them, and how right they have been."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from throughline.casework.people.models import IdentityLink, Pair, PairRun
from throughline.casework.people.queries.explaining import known_of
from throughline.casework.people.queries.person import Person, names_of, person, staff_names
from throughline.casework.people.queries.searching import record_model, records_about
from throughline.casework.people.rules.pairs import PROPOSED, Band
from throughline.foundations.access.queries import subjects_for
from throughline.foundations.access.rules import Action, Actor, Refused, insist
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.decisions.models import Decision
from throughline.linkage.explaining import Explanation, explain
from throughline.measures.intervals import (
    Estimate,
    Share,
    Stratum,
    share_of_all,
    share_that_lies_in,
    wilson,
)

PURPOSE = "clerical-review"
SHOWN = 20

_WAITING = (Pair.State.OPEN, Pair.State.UNSURE, Pair.State.SECOND)


@dataclass(frozen=True, slots=True)
class Line:
    """A pair as the queue shows it."""

    pair: Pair
    names: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits: how many of each kind, the oldest, and the next of the kind asked for."""

    waiting: Mapping[str, int]
    lines: tuple[Line, ...]
    last_run: PairRun | None
    # that there are, about; 0 where PostgreSQL has not estimated it
    records: int
    oldest: datetime | None


#: The kinds of the queue beside the bands: whoever asked could not tell them apart; a second person must say; unsure.
ASKED, SECOND, UNSURE = "asked", "second", "unsure"
KINDS = (SECOND, ASKED, *PROPOSED, Band.UNLIKELY, UNSURE)


def queue(actor: Actor, kind: str) -> Queue:
    """Pairs in the actor's sight that wait to be read, with the look at those named. Raises `Refused`.

    Those of a band come in the order of their ids, which were drawn at random: who reads the first so many has read a
    sample of it.
    """
    insist(actor, Action.MERGE)
    waiting = pairs_that_wait()
    counts = Counter[str]()
    for row in waiting.values("state", "asked", "band").annotate(many=Count("id")):
        counts[kind_of(row["state"], row["asked"], row["band"])] += row["many"]
    pairs = list(of_kind(waiting, kind).order_by("id")[:SHOWN])
    names = names_of(one for pair in pairs for one in (pair.record_id, pair.other_id))
    if names:
        write_audit(actor, Event.Kind.LOOK, Action.MERGE, subjects=sorted(names), purpose=PURPOSE)
    return Queue(
        {one: counts[one] for one in KINDS},
        tuple(Line(pair, (names.get(pair.record_id, ""), names.get(pair.other_id, ""))) for pair in pairs),
        PairRun.objects.order_by("-started_at").first(),
        records_about(),
        waiting.order_by("found_at").values_list("found_at", flat=True).first(),
    )


def pairs_that_wait() -> QuerySet[Pair]:
    """Pairs in sight that nobody has answered, and that are not held to be one person for another reason."""

    def identity(of: str) -> Subquery:
        link = IdentityLink.objects.filter(record=OuterRef(of), valid_until=None)
        return Subquery(link.values("identity")[:1])

    both = Pair.objects.filter(state__in=_WAITING).annotate(mine=identity("record"), theirs=identity("other"))
    return both.exclude(mine=F("theirs"))


def kind_of(state: str, asked: bool, band: str) -> str:
    if state != Pair.State.OPEN:
        return state
    return ASKED if asked else band


def of_kind(waiting: QuerySet[Pair], kind: str) -> QuerySet[Pair]:
    if kind in (SECOND, UNSURE):
        return waiting.filter(state=kind)
    unread = waiting.filter(state=Pair.State.OPEN)
    return unread.filter(asked=True) if kind == ASKED else unread.filter(asked=False, band=kind)


def next_of(actor: Actor, kind: str) -> UUID | None:
    """The pair of a kind that is to be read next; nobody is named, so no look is written. Raises `Refused`."""
    insist(actor, Action.MERGE)
    return of_kind(pairs_that_wait(), kind).order_by("id").values_list("id", flat=True).first()


@dataclass(frozen=True, slots=True)
class Said:
    """What one person has said of a pair, in codes of `reference` and in their words."""

    decision: Decision
    by: str


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two records beside each other, what speaks for one person and what against, and what was said of them."""

    pair: Pair
    one: Person
    other: Person
    why: Explanation
    restricted: bool
    one_person: bool
    said: tuple[Said, ...]
    kind: str

    @property
    def related(self) -> tuple[str, ...]:
        """What the other is, or was, to the one on record, in codes of reference's relationships."""
        held = {record.id for record in self.other.records}
        return tuple(tie.kind for tie in self.one.relatives if tie.record_id in held)


def side_by_side(actor: Actor, pair_id: UUID, *, today: date) -> SideBySide:
    """Everything that two records say, with the look at both written. Raises `Refused` where one is out of sight."""
    insist(actor, Action.MERGE)
    pair = Pair.objects.filter(id=pair_id).first()
    if pair is None:
        raise Refused("There is no such pair", pair_id)
    both = (pair.record_id, pair.other_id)
    subjects = subjects_for(actor, both)
    for record_id, subject in subjects.items():
        insist(actor, Action.MERGE, subject, record_id)
    one, other = (person(actor, record_id, today=today, purpose=PURPOSE) for record_id in both)
    decisions = Decision.objects.filter(kind="pair", record_id=pair.record_id, about=pair.other_id)
    told = list(decisions.order_by("-made_at"))
    names = staff_names({one.made_by for one in told})
    return SideBySide(
        pair=pair,
        one=one,
        other=other,
        why=explain(known_of(both[0]), known_of(both[1]), record_model()),
        restricted=any(subject.restricted for subject in subjects.values()),
        one_person=one.identity_id == other.identity_id,
        said=tuple(Said(one, names.get(one.made_by, "")) for one in told),
        kind=kind_of(pair.state, pair.asked, pair.band),
    )


@dataclass(frozen=True, slots=True)
class BandFigure:
    """Of the pairs of a band that a walk found: how many there are, and what those who read some of them said."""

    band: Band
    size: int
    joined: int
    apart: int
    unsure: int

    @property
    def one_person(self) -> Share | None:
        """The share that were one person of those that somebody could tell, with Wilson's interval."""
        return wilson(self.joined, self.joined + self.apart)

    @property
    def stratum(self) -> Stratum:
        return Stratum(self.joined, self.joined + self.apart, self.size)


@dataclass(frozen=True, slots=True)
class Figures:
    """How right the proposals have been, by what people said of them."""

    bands: tuple[BandFigure, ...]
    # of the pairs proposed, how many are one person; None until some of each band were read
    precision: Estimate | None
    # of the pairs that were looked at and are one person, how many were proposed
    recall: Estimate | None


def figures(actor: Actor) -> Figures:
    """Precision and recall of the pairs in the actor's sight, by bands of weight. Raises `Refused`.

    Left out are pairs that were read because somebody asked: those were not drawn by chance.
    """
    insist(actor, Action.MERGE)
    return reckoned()


def reckoned() -> Figures:
    """`figures` of the pairs in the running actor's sight, whose caller has asked whether they may."""
    drawn = Pair.objects.filter(run__isnull=False, asked=False)
    counts: dict[str, Counter[str]] = {band: Counter() for band in Band}
    for row in drawn.values("band", "state").annotate(many=Count("id")):
        counts[row["band"]][row["state"]] += row["many"]
    bands = tuple(
        BandFigure(
            band,
            size=of.total(),
            joined=of[Pair.State.JOINED],
            apart=of[Pair.State.APART],
            unsure=of[Pair.State.UNSURE],
        )
        for band, of in ((Band(code), of) for code, of in counts.items())
    )
    proposed = [one.stratum for one in bands if one.band in PROPOSED]
    rest = [one.stratum for one in bands if one.band not in PROPOSED]
    return Figures(bands, share_of_all(proposed), share_that_lies_in(proposed, rest))
