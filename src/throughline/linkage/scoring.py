"""Who is it? Candidates ranked by the evidence that they are the person described, with the reasons."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from .comparisons import (
    Level,
    born_level,
    forename_level,
    middle_level,
    other_party_level,
    phone_level,
    place_level,
    sex_level,
    surname_level,
)
from .features import Features, unpack
from .model import Model
from .names import NameParts, Reading, readings

Evidence = tuple[tuple[str, Level], ...]
"""Field and level, for every field in which both sides say something."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a field, how it agrees, that in words, and what it weighs in bits (log2 of the odds)."""

    field: str
    level: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Ranked[Id: (int, UUID)]:
    """A candidate: the sum of its reasons' weights in bits, and how probable it is that it is the person."""

    rid: Id
    weight: float
    probability: float
    reasons: tuple[Reason, ...]


def rank[Id: (int, UUID)](
    probe: Features, candidates: Sequence[tuple[Id, bytes]], model: Model, *, limit: int = 10
) -> list[Ranked[Id]]:
    """The likeliest candidates first; candidates are record ids with their packed features.

    The probabilities are of one question, "which of these is it, or none?": two candidates that fit
    equally well share it. Ties are broken by id, so that the order is always the same.
    """
    weighed: list[tuple[float, float, Id, Evidence]] = [
        (*weigh(evidence, model), rid, evidence) for rid, evidence in _compared(probe, candidates, model)
    ]
    weighed.sort(key=lambda one: (-one[0], one[2]))
    odds = [2.0 ** min(weight, 300.0) / model.population for weight, *_ in weighed]
    total = 1.0 + sum(odds)
    return [
        Ranked(rid, weight, share / total, _reasons(agreed, household, model))
        for (weight, household, rid, agreed), share in zip(weighed[:limit], odds, strict=False)
    ]


def _compared[Id: (int, UUID)](
    probe: Features, candidates: Sequence[tuple[Id, bytes]], model: Model
) -> Iterator[tuple[Id, Evidence]]:
    for rid, row in candidates:
        yield rid, compare(probe, unpack(row), model)


def weigh(evidence: Evidence, model: Model) -> tuple[float, float]:
    """Bits that it is the same person, and the part of them that a housemate takes away (0 or less)."""
    same = household = 0.0
    for field, level in evidence:
        bits, bits_of_household = model.bits(field, level)
        same += bits
        household += bits_of_household
    doubt = -math.log2(1.0 + model.household / model.population * 2.0 ** min(household, 300.0))
    return same + doubt, doubt


def compare(one: Features, other: Features, model: Model) -> Evidence:
    """How two persons' features agree, field by field."""
    evidence = [*_best_names(one.names, other.names, model)] if one.names and other.names else []
    if level := born_level(one, other):
        evidence.append(("born", level))
    if level := sex_level(one, other):
        evidence.append(("sex", level))
    if level := phone_level(one.phones, other.phones):
        evidence.append(("phone", level))
    if level := place_level(one.places, other.places):
        evidence.append(("place", level))
    if one.others and other.others and (level := other_party_level(_all(one.others), _all(other.others))):
        evidence.append(("other", level))
    return tuple(evidence)


@lru_cache(maxsize=65_536)
def _all(names: tuple[NameParts, ...]) -> tuple[Reading, ...]:
    return tuple(reading for name in names for reading in readings(name))


@lru_cache(maxsize=131_072)
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
                bits = _bits(evidence, model)
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
        swapped = min(one_turned, other_turned, key=lambda evidence: _bits(evidence, model))
        if all(level.name not in ("different", "alike") for _, level in swapped):
            yield (*swapped, ("order", Level("swapped")))


def _may_be_swapped(one: NameParts, other: NameParts) -> bool:
    """Whether the first letters allow it, which spares most pairs the closer look."""
    return bool(
        one.given
        and other.given
        and one.family
        and other.family
        and one.given[0][0] == other.family[0][0]
        and one.family[0][0] == other.given[0][0]
    )


def _bits(evidence: Evidence, model: Model) -> float:
    return sum(model.bits(field, level)[0] for field, level in evidence)


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
    reasons = [
        Reason(field, level.name, model.fields[field][level.name].words, model.bits(field, level)[0])
        for field, level in evidence
    ]
    level, words = _household_words(evidence, doubt, model)
    return (*reasons, Reason("household", level, words, doubt))


def _household_words(evidence: Evidence, doubt: float, model: Model) -> tuple[str, str]:
    if doubt > -1.0:
        return "apart", "no sign of someone else in the household"
    against = math.log2(model.household)
    for field, level in evidence:
        same, household = model.bits(field, level)
        against += household - same
    if against < -3.0:
        return "person", "more likely this person than someone in the household"
    return "doubt", "may be someone else in the household"
