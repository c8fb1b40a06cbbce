"""Who is it? Candidates ranked by the evidence that they are the person described, with the reasons."""

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt

from .columns import Columns
from .comparisons import (
    Evidence,
    Level,
    born_level,
    email_level,
    forename_level,
    middle_level,
    other_party_level,
    phone_level,
    place_level,
    sex_level,
    surname_level,
)
from .features import Features, read_born, read_emails, read_names, read_phones, read_places, texts_of
from .further import further_level
from .model import Model
from .names import NameParts, Reading, readings
from .prepared import NOT_HERE
from .weighing import Weighing, doubts, is_usual, powers_of_two


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a field, how it agrees, that in words, and what it weighs in bits (log2 of the odds)."""

    field: str
    level: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Ranked[Id: (int, UUID)]:
    """A candidate: the sum of its reasons' weights in bits, and how probable it is that it is the person.

    ``certainty`` says the same as the probability as log2 of its odds, which tells near certainties apart.
    """

    rid: Id
    weight: float
    probability: float
    reasons: tuple[Reason, ...]
    certainty: float


def rank[Id: (int, UUID)](
    probe: Features,
    candidates: Sequence[tuple[Id, bytes]],
    model: Model,
    *,
    groups: Mapping[Id, Hashable] | None = None,
    limit: int = 10,
) -> list[Ranked[Id]]:
    """The likeliest candidates first; candidates are record ids with their packed features.

    The probabilities are of one question, "which of these is it, or none?": two candidates that fit
    equally well share it. Records that ``groups`` holds to be one person do not compete: each has the
    probability of the person, by the record that fits best. Ties are broken by id, so that the order is
    always the same.
    """
    ids = [rid for rid, _ in candidates]
    weighed = _WeighedOneByOne(probe, [row for _, row in candidates], model)
    return _ranked(ids, weighed, model, groups, limit)


def rank_pair(probe: Features, other: Features, model: Model) -> Ranked[int]:
    """What `rank` says of one candidate, were there no other."""
    (found,) = _ranked([1], _WeighedPair(probe, other, model), model, None, 1)
    return found


def rank_rows[Id: (int, UUID)](
    probe: Features,
    columns: Columns,
    rows: npt.NDArray[np.int64],
    ids: Sequence[Id],
    model: Model,
    *,
    groups: Mapping[Id, Hashable] | None = None,
    limit: int = 10,
) -> list[Ranked[Id]]:
    """`rank` for candidates that stand in ``rows`` of columns, under ``ids``: the same answer, of hundreds sooner."""
    if len(rows) < _MANY or not is_usual(probe) or columns.odd[rows].any():
        packed = [(one, columns.packed(row)) for one, row in zip(ids, rows.tolist(), strict=True)]
        return rank(probe, packed, model, groups=groups, limit=limit)
    return _ranked(ids, Weighing(probe, columns, rows, model), model, groups, limit)


def rank_partly_prepared[Id: (int, UUID)](
    probe: Features,
    ids: Sequence[Id],
    columns: Columns,
    places: npt.NDArray[np.int64],
    others: Sequence[bytes],
    model: Model,
    *,
    groups: Mapping[Id, Hashable] | None = None,
    limit: int = 10,
) -> list[Ranked[Id]]:
    """`rank` for candidates of which some stand in columns, at ``places``: the same answer, sooner.

    ``others`` are the packed rows, in their order, of those whose place is NOT_HERE.
    """
    here = places != NOT_HERE
    together = here & ~columns.odd[places] if len(columns) and is_usual(probe) else np.zeros_like(here)
    if together.sum() < _MANY:
        together[:] = False
    rest = iter(others)
    singly = [
        columns.packed(place) if place != NOT_HERE else next(rest) for place in places[~together].tolist()
    ]
    weighed: Weighed = _WeighedOneByOne(probe, singly, model)
    if together.any():
        in_columns = Weighing(probe, columns, places[together], model)
        weighed = _WeighedInTwo(in_columns, weighed, together) if singly else in_columns
    return _ranked(ids, weighed, model, groups, limit)


_MANY = 24
"""Candidates from which weighing them together is quicker than one by one."""


class Weighed(Protocol):
    """Candidates that have been weighed, by their place."""

    @property
    def bits(self) -> npt.NDArray[np.float64]:
        """Bits that it is the person, of each."""

    @property
    def doubt(self) -> npt.NDArray[np.float64]:
        """The part of them that a housemate takes away, 0 or less."""

    def evidence(self, place: int) -> Evidence:
        """How one of them agrees, field by field."""


class _WeighedOneByOne:
    def __init__(self, probe: Features, rows: Sequence[bytes], model: Model) -> None:
        weigh_row = _weigher(probe, model)
        weighed = [weigh_row(row) for row in rows]
        self._evidence = [evidence for evidence, _, _ in weighed]
        self.doubt = doubts(np.array([household for _, _, household in weighed]), model)
        self.bits = np.array([same for _, same, _ in weighed]) + self.doubt

    def evidence(self, place: int) -> Evidence:
        return self._evidence[place]


class _WeighedPair:
    """One other person, compared field by field: by the further fields of a file as well."""

    def __init__(self, probe: Features, other: Features, model: Model) -> None:
        self._evidence = compare(probe, other, model)
        same, doubt = weigh(self._evidence, model)
        self.bits, self.doubt = np.array([same]), np.array([doubt])

    def evidence(self, place: int) -> Evidence:
        return self._evidence


class _WeighedInTwo:
    """Some rows weighed together and the others one by one, each at its own place."""

    def __init__(self, together: Weighed, singly: Weighed, is_together: npt.NDArray[np.bool_]) -> None:
        self._parts, self._is_together = (singly, together), is_together
        self._place = np.where(is_together, np.cumsum(is_together), np.cumsum(~is_together)) - 1
        self.bits, self.doubt = np.empty(len(is_together)), np.empty(len(is_together))
        for part, mine in ((singly, ~is_together), (together, is_together)):
            self.bits[mine], self.doubt[mine] = part.bits, part.doubt

    def evidence(self, place: int) -> Evidence:
        return self._parts[int(self._is_together[place])].evidence(int(self._place[place]))


def _ranked[Id: (int, UUID)](
    ids: Sequence[Id],
    weighed: Weighed,
    model: Model,
    groups: Mapping[Id, Hashable] | None,
    limit: int,
) -> list[Ranked[Id]]:
    bits = weighed.bits
    of: Mapping[int, float]

    def rank_of(place: int) -> tuple[float, Id]:
        return -of[place], ids[place]

    if groups:  # each has the seat of the person, whose record that fits best has taken it
        of = dict(enumerate(bits.tolist()))
        order = sorted(of, key=rank_of)
        first: dict[Hashable, int] = {}
        for place in order:
            first.setdefault(groups[ids[place]], place)
        falling = [of[place] for place in first.values()]
        seat_of = {person: seat for seat, person in enumerate(first)}
        seats: Sequence[int] = [seat_of[groups[ids[place]]] for place in order[:limit]]
    else:  # of those that are not shown all that is asked is how much they weigh
        falling = np.sort(bits)[::-1].tolist()
        least = falling[limit - 1] if len(falling) > limit else -math.inf
        shown = np.flatnonzero(bits >= least)
        of = dict(zip(shown.tolist(), bits[shown].tolist(), strict=True))
        order = sorted(of, key=rank_of)
        seats = range(len(order))
    start = 2.0**model.start
    odds = (powers_of_two(np.array(falling)) * start).tolist()
    total = 1.0 + sum(odds)
    against = _odds_against(odds, limit)
    return [
        Ranked(
            ids[place],
            of[place],
            odds[seat] / total,
            _reasons(weighed.evidence(place), float(weighed.doubt[place]), model),
            math.log2(odds[seat] / against[seat]) if odds[seat] else -math.inf,
        )
        for seat, place in zip(seats[:limit], order[:limit], strict=True)
    ]


def _odds_against(odds: Sequence[float], limit: int) -> list[float]:
    """Beside each of the first persons the sum of what all others and nobody have; not by taking away, which
    would lose it."""
    after = [sum(reversed(odds[limit:]))]
    for one in reversed(odds[:limit]):
        after.append(after[-1] + one)
    against, before = [], 1.0
    for place, one in enumerate(odds[:limit], 1):
        against.append(before + after[len(after) - 1 - place])
        before += one
    return against


def _weigher(probe: Features, model: Model) -> Callable[[bytes], tuple[Evidence, float, float]]:
    """Compares packed records with one description, exactly as `compare` does: the evidence, and its bits.

    Candidates come in blocks that share an address, a birth date or the other party: each text of their
    rows is taken apart and judged once, however many records hold it.
    """
    judges = _judges(probe, model)

    def weigh_row(row: bytes) -> tuple[Evidence, float, float]:
        same = household = 0.0
        evidence: Evidence = ()
        for judge, text in zip(judges, texts_of(row), strict=True):
            if text and judge:
                agreed, bits, bits_of_household = judge(text)
                evidence += agreed
                same += bits
                household += bits_of_household
        return evidence, same, household

    return weigh_row


type _Judge = Callable[[str], tuple[Evidence, float, float]]
"""One text of a packed row to its evidence, and its bits for the same person and for a household."""


def _judges(probe: Features, model: Model) -> list[_Judge | None]:
    """A judge for each text of a packed row, in its order; None where the probe says nothing."""

    def judge(said: object, evidence_of: Callable[[str], Evidence]) -> _Judge | None:
        @cache
        def judged(text: str) -> tuple[Evidence, float, float]:
            evidence = evidence_of(text)
            return evidence, *_bits(evidence, model)

        return judged if said else None

    def one(field: str, level: Level | None) -> Evidence:
        return ((field, level),) if level else ()

    birth, others = probe.birth, _all(probe.others)
    return [
        judge(probe.names, lambda text: _best_names(probe.names, read_names(text), model)),
        judge(any(birth), lambda text: one("born", born_level(birth, read_born(text)))),
        judge(probe.sex, lambda text: one("sex", sex_level(probe.sex, text))),
        judge(probe.phones, lambda text: one("phone", phone_level(probe.phones, read_phones(text)))),
        judge(probe.places, lambda text: one("place", place_level(probe.places, read_places(text)))),
        judge(others, lambda text: one("other", other_party_level(others, _all(read_names(text))))),
        judge(probe.emails, lambda text: one("email", email_level(probe.emails, read_emails(text)))),
    ]


def weigh(evidence: Evidence, model: Model) -> tuple[float, float]:
    """Bits that it is the same person, and the part of them that a housemate takes away (0 or less)."""
    same, household = _bits(evidence, model)
    doubt = float(doubts(np.array([household]), model)[0])
    return same + doubt, doubt


def _bits(evidence: Evidence, model: Model) -> tuple[float, float]:
    same = household = 0.0
    for field, level in evidence:
        bits, bits_of_household = model.bits(field, level)
        same += bits
        household += bits_of_household
    return same, household


def compare(one: Features, other: Features, model: Model) -> Evidence:
    """How two persons' features agree, field by field."""
    evidence = [*_best_names(one.names, other.names, model)] if one.names and other.names else []
    if level := born_level(one.birth, other.birth):
        evidence.append(("born", level))
    if level := sex_level(one.sex, other.sex):
        evidence.append(("sex", level))
    if level := phone_level(one.phones, other.phones):
        evidence.append(("phone", level))
    if level := place_level(one.places, other.places):
        evidence.append(("place", level))
    if one.others and other.others and (level := other_party_level(_all(one.others), _all(other.others))):
        evidence.append(("other", level))
    if level := email_level(one.emails, other.emails):
        evidence.append(("email", level))
    if one.more and other.more:
        values = dict(other.more)
        for field, value in one.more:
            if field in values and field in model.fields:
                evidence.append((field, further_level(value, values[field])))
    return tuple(evidence)


def _all(names: tuple[NameParts, ...]) -> tuple[Reading, ...]:
    return tuple(reading for name in names for reading in readings(name))


def _best_names(one: tuple[NameParts, ...], other: tuple[NameParts, ...], model: Model) -> Evidence:
    """The evidence of the two names, among all that each person goes by, that agree best."""
    if len(one) == len(other) == 1:
        name, name_2 = one[0], other[0]
        if name.ordered and name_2.ordered and not _may_be_swapped(name, name_2):  # the usual case
            return _name_evidence(readings(name)[0], readings(name_2)[0])
    best: Evidence = ()
    most = -math.inf
    for name in one:
        for name_2 in other:
            for evidence in _ways_to_agree(name, name_2, model):
                bits, _ = _bits(evidence, model)
                if bits > most:
                    best, most = evidence, bits
    return best


def _ways_to_agree(one: NameParts, other: NameParts, model: Model) -> Iterator[Evidence]:
    for reading in readings(one):
        for reading_2 in readings(other):
            yield _name_evidence(reading, reading_2)
    if one.ordered and other.ordered and _may_be_swapped(one, other):
        # Either of the two may be the one written the wrong way round: the rarity of the names counts
        # as that of the likelier, or "Campbell Thomas" would always be a find.
        one_turned = _name_evidence(Reading(one.family, one.given), Reading(other.given, other.family))
        other_turned = _name_evidence(Reading(one.given, one.family), Reading(other.family, other.given))
        swapped = min(one_turned, other_turned, key=lambda evidence: _bits(evidence, model)[0])
        if all(level.name not in ("different", "alike") for _, level in swapped):
            yield (*swapped, ("order", Level("swapped")))


def _may_be_swapped(one: NameParts, other: NameParts) -> bool:
    """Whether the first letters allow it, which spares most pairs the closer look.

    Of a name alone in the box of the other kind ("Tang", a surname, where the forename goes) that one decides.
    """
    crossed = ((one.given, other.family), (one.family, other.given))
    said = [(word, word_2) for word, word_2 in crossed if word and word_2]
    return bool(said) and all(word[0][0] == word_2[0][0] for word, word_2 in said)


def _name_evidence(one: Reading, other: Reading) -> Evidence:
    evidence = []
    if level := forename_level(one.given, other.given):
        evidence.append(("forename", level))
        if level.name in ("same", "variant", "nearly", "sounds", "initial") and (
            middle := middle_level(one.given, other.given)
        ):
            evidence.append(("middle", middle))
    if level := surname_level(one.family, other.family):
        evidence.append(("surname", level))
    return tuple(evidence)


def _reasons(evidence: Evidence, doubt: float, model: Model) -> tuple[Reason, ...]:
    """The evidence in words, then what it means that the person may live with others we know."""
    reasons, against = [], math.log2(model.household)
    for field, level in evidence:
        same, household = model.bits(field, level)
        against += household - same
        reasons.append(_reason(model, field, level))
    if doubt > -1.0:
        kind, words = "apart", "allowance for others of the household"
    elif against < -3.0:
        kind, words = "person", "more likely this person than someone in the household"
    else:
        kind, words = "doubt", "may be someone else in the household"
    return (*reasons, Reason("household", kind, words, doubt))


@lru_cache(maxsize=16_384)
def _reason(model: Model, field: str, level: Level) -> Reason:
    return Reason(field, level.name, model.fields[field][level.name].words, model.bits(field, level)[0])
