"""A model fitted to one file without its truth: its own rarities, its own strangers, its own mistakes.

Expectation-maximisation over three kinds of pair (same person, same household, unrelated), held near the
model's own figures by counting those as some hundred pairs already seen, so that a small or odd file cannot
pull it away.
"""

import math
import random
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .comparisons import Level
from .features import Features
from .model import Model, Odds
from .names import called_by
from .scoring import Evidence, compare, weigh

Floats = npt.NDArray[np.float64]

_SEEN = 100.0  # pairs that the model's own figures count for
_SEEN_OF_STRANGERS = 2_000.0  # pairs of strangers that they count for
_STRANGERS = 40_000  # random pairs from which the agreement of strangers is estimated
_ROUNDS = 25
_SEED = 20151  # of the random pairs: the same file gives the same model


def with_rarities(model: Model, rows: Sequence[Features]) -> Model:
    """The model with the file's own number of rows, and shares of names, birth dates and postcodes."""
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in model.rarities}
    for row in rows:
        for name in row.names:
            counts["forename"].update(called_by(name.given)[:1] if name.ordered else name.given)
            counts["surname"].update({"".join(name.family), *name.family} if name.ordered else name.given)
        counts["born"].update([row.born])
        counts["postcode"].update({place.postcode for place in row.places})
    rarities = {}
    for kind, table in counts.items():
        del table[""]
        total = table.total() or 1
        rarities[kind] = {value: count / total for value, count in table.items()}
    return replace(model, rarities=rarities, population=max(len(rows), 2), _bits={})


# How many persons the model's own shares count for beside those of an index: birth dates are spread evenly
# enough that a few thousand records say little of any one of them.
_PERSONS_SEEN = {"forename": 1_000.0, "surname": 1_000.0, "born": 20_000.0, "postcode": 1_000.0}

_WHOLE = frozenset(("same", "postcode"))  # levels whose rarity is that of the whole value
LISTED = 5
"""How many records must have a value for it to be listed in a model."""


def values_of(row: Features) -> Iterator[tuple[str, str]]:
    """What of one record has a rarity: the kind and the value."""
    for name in row.names:
        for word in called_by(name.given)[:1] if name.ordered else name.given:
            yield "forename", word
        for word in {"".join(name.family), *name.family} - {""} if name.ordered else name.given:
            yield "surname", word
    if row.born:
        yield "born", row.born
    for postcode in {place.postcode for place in row.places} - {""}:
        yield "postcode", postcode


def with_shares(model: Model, counts: Mapping[tuple[str, str], int]) -> Model:
    """The model with the shares of names, birth dates and postcodes in an index, as `values_of` gives them.

    Each is held near the model's own by counting that as some persons already seen. What fewer than LISTED
    records have is not listed, for it might name somebody: all such values have one share, as often as
    two records with one of them agree in it.
    """
    usual = {
        odds.rarity: odds.unrelated
        for levels in model.fields.values()
        for level, odds in levels.items()
        if odds.rarity and level in _WHOLE
    }
    totals = Counter[str]()
    for (kind, _), count in counts.items():
        totals[kind] += count
    shares: dict[str, dict[str, float]] = {kind: {} for kind in model.rarities}
    rest, squares = Counter[str](), dict.fromkeys(model.rarities, 0.0)
    for (kind, value), count in counts.items():
        seen = _PERSONS_SEEN[kind]
        share = (count + seen * model.rarities[kind].get(value, usual[kind])) / (totals[kind] + seen)
        if count >= LISTED:
            shares[kind][value] = share
        else:
            rest[kind] += count
            squares[kind] += count * share
    fields = {field: dict(levels) for field, levels in model.fields.items()}
    for field, levels in fields.items():
        for name, odds in levels.items():
            if odds.rarity and name in _WHOLE and rest[odds.rarity]:
                fields[field][name] = replace(odds, unrelated=squares[odds.rarity] / rest[odds.rarity])
    return replace(model, rarities=shares, fields=fields, _bits={})


def with_households(model: Model, pairs: Sequence[tuple[Features, Features]], others: float) -> Model:
    """The model with the agreement of co-resident known pairs as that of a household.

    ``others`` is how many other records share a record's home on average. Pairs that are more likely one
    person twice are left out. Places stay as they are: where somebody lives says nothing of who of them it is.
    """
    if len(pairs) < 100:
        return model
    seen: Counter[tuple[str, str]] = Counter()
    twice = math.log2(model.population)
    for one, other in pairs:
        evidence = compare(one, other, model)
        if weigh(evidence, model)[0] < twice:
            seen.update((field, level.name) for field, level in evidence)
    fields = {}
    for field, levels in model.fields.items():
        fields[field] = dict(levels)
        if field == "place":
            continue
        for group in _alternatives(levels):
            total = sum(seen[field, name] for name in group)
            whole = sum(levels[name].household for name in group)
            for name in group:
                if len(group) > 1:
                    share = (seen[field, name] + _SEEN * levels[name].household / whole) / (total + _SEEN)
                    fields[field][name] = replace(levels[name], household=share)
    return replace(model, fields=fields, household=min(max(others, 0.5), 10.0), _bits={})


def with_strangers(model: Model, rows: Sequence[Features]) -> Model:
    """The model with the agreement of random pairs of rows as that of strangers."""
    if len(rows) < 100:
        return model
    draw = random.Random(_SEED)  # noqa: S311 a sample, not a secret
    seen: Counter[tuple[str, str]] = Counter()
    likely = math.log2(model.population) / 2
    for _ in range(_STRANGERS):
        one, other = draw.choice(rows), draw.choice(rows)
        evidence = compare(one, other, model)
        if weigh(evidence, model)[0] < likely:  # the file's own matches are no strangers
            seen.update((field, level.name) for field, level in evidence)
    fields = {}
    for field, levels in model.fields.items():
        fields[field] = dict(levels)
        for group in _alternatives(levels):
            total = sum(seen[field, name] for name in group)
            whole = sum(levels[name].unrelated for name in group)
            for name in group:
                odds = levels[name]
                if not odds.rarity and field != "order":
                    share = (seen[field, name] + 20 * _SEEN * odds.unrelated / whole) / (total + 20 * _SEEN)
                    fields[field][name] = replace(odds, unrelated=share)
    return replace(model, fields=fields, _bits={})


def _alternatives(levels: Mapping[str, Odds]) -> list[list[str]]:
    """Levels of which exactly one holds: those of ages stand apart from those of dates."""
    names = list(levels)
    ages = [name for name in names if name.startswith("age_")]
    return [group for group in ([name for name in names if name not in ages], ages) if group]


@dataclass(frozen=True, slots=True)
class Column:
    """One field over all pairs: the level's place in ``names`` (-1: none) and its evidence in bits."""

    names: tuple[str, ...]
    level: npt.NDArray[np.int64]
    unrelated: Floats
    household: Floats


class EvidenceTable:
    """The evidence of millions of pairs: each distinct (field, level) once, and each pair its numbers."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, Level], int] = {}
        self._held = array("i")
        self._counts = array("i")

    def add(self, evidence: Evidence) -> None:
        """Add the next pair."""
        numbers = self._numbers
        self._held.extend([numbers.setdefault(one, len(numbers)) for one in evidence])
        self._counts.append(len(evidence))

    def __len__(self) -> int:
        return len(self._counts)

    def columns(self, model: Model) -> dict[str, Column]:
        """The evidence field by field, with the model's bits for strangers and households."""
        held = np.asarray(self._held, dtype=np.int64)
        pair = np.repeat(np.arange(len(self)), np.asarray(self._counts, dtype=np.int64))
        fields = list(model.fields)
        field = np.zeros(len(self._numbers), dtype=np.int64)
        level = np.zeros(len(self._numbers), dtype=np.int64)
        unrelated = np.zeros(len(self._numbers))
        household = np.zeros(len(self._numbers))
        for (name, one), number in self._numbers.items():
            bits, household[number] = model.bits(name, one)
            field[number] = fields.index(name)
            level[number] = list(model.fields[name]).index(one.name)
            unrelated[number] = math.log2(model.fields[name][one.name].same) - bits
        columns = {}
        for number, name in enumerate(fields):
            here = field[held] == number
            rows, values = pair[here], held[here]
            column = Column(
                tuple(model.fields[name]), np.full(len(self), -1), np.zeros(len(self)), np.zeros(len(self))
            )
            column.level[rows] = level[values]
            column.unrelated[rows] = unrelated[values]
            column.household[rows] = household[values]
            columns[name] = column
        return columns


@dataclass(frozen=True, slots=True)
class Fitted:
    """The model fitted to the file, and the weight in bits of every pair by it."""

    model: Model
    weights: Floats


def fit(model: Model, evidence: EvidenceTable, pairs: int) -> Fitted:
    """Fit how often the same person agrees, and how many pairs are the same, to ``pairs`` of a file.

    ``evidence`` is of the pairs that share a key; the others are taken to be unrelated.
    """
    columns = evidence.columns(model)
    home = sum((column.household for column in columns.values()), np.zeros(len(evidence)))
    same_share, home_share = 1.0 / model.population, model.household / model.population
    fields = {field: dict(levels) for field, levels in model.fields.items()}
    for _ in range(_ROUNDS):
        same = _bits_of_same(columns, fields, len(evidence))
        odds = same_share * np.exp2(np.minimum(same, 300))
        odds_home = home_share * np.exp2(np.minimum(home, 300))
        whole = 1.0 + odds + odds_home
        chance = odds / whole
        same_share = float((chance.sum() + 1.0) / pairs)
        home_share = float(
            np.clip((odds_home / whole).sum() / pairs, 0.1 / model.population, 5 / model.population)
        )
        fields = {field: _refitted(model.fields[field], columns[field], chance) for field in model.fields}
    done = replace(
        model,
        fields=fields,
        population=max(round(1 / same_share), 2),
        household=home_share / same_share,
        _bits={},
    )
    same = _bits_of_same(columns, fields, len(evidence))
    weights = same - np.log2(1.0 + home_share * np.exp2(np.minimum(home, 300)))
    return Fitted(done, weights)


def _bits_of_same(columns: dict[str, Column], fields: dict[str, dict[str, Odds]], size: int) -> Floats:
    total = np.zeros(size)
    for field, column in columns.items():
        same = np.log2(
            [*(fields[field][name].same for name in column.names), 1.0]
        )  # -1 takes the last: no bits
        total += same[column.level] - column.unrelated
    return total


def _refitted(levels: Mapping[str, Odds], column: Column, chance: Floats) -> dict[str, Odds]:
    held = column.level >= 0
    counts = np.bincount(column.level[held], weights=chance[held], minlength=len(column.names))
    seen = dict(zip(column.names, counts.tolist(), strict=True))
    fitted = dict(levels)
    for group in _alternatives(levels):
        total = sum(seen[name] for name in group)
        whole = sum(fitted[name].same for name in group)
        for name in group:
            if len(group) > 1:
                share = (seen[name] + _SEEN * fitted[name].same / whole) / (total + _SEEN)
                fitted[name] = replace(fitted[name], same=share)
    return fitted
