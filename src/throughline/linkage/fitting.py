"""A model fitted to one file without its truth: its own rarities, its own strangers, its own mistakes.

Expectation-maximisation over three kinds of pair (same person, same household, unrelated), held near the
model's own figures by counting those as some hundred pairs already seen, so that a small or odd file cannot
pull it away.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence
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


def _alternatives(levels: dict[str, Odds] | object) -> list[list[str]]:
    """Levels of which exactly one holds: those of ages stand apart from those of dates."""
    names = list(levels)  # type: ignore[call-overload]
    ages = [name for name in names if name.startswith("age_")]
    return [group for group in ([name for name in names if name not in ages], ages) if group]


@dataclass(frozen=True, slots=True)
class Column:
    """One field over all pairs: the level's place in ``names`` (-1: none) and its evidence in bits."""

    names: tuple[str, ...]
    level: npt.NDArray[np.int16]
    unrelated: Floats
    household: Floats


def columns_of(model: Model, evidence: Sequence[Evidence]) -> dict[str, Column]:
    """The evidence of many pairs, column by column."""
    columns = {}
    for field, levels in model.fields.items():
        names = tuple(levels)
        numbers = {name: number for number, name in enumerate(names)}
        level = np.full(len(evidence), -1, dtype=np.int16)
        unrelated = np.zeros(len(evidence))
        household = np.zeros(len(evidence))
        columns[field] = Column(names, level, unrelated, household)
        known: dict[Level, tuple[int, float, float]] = {}
        for at, pair in enumerate(evidence):
            for name, one in pair:
                if name == field:
                    if one not in known:
                        same, home = model.bits(field, one)
                        odds = levels[one.name].same
                        known[one] = (numbers[one.name], np.log2(odds) - same, home)
                    level[at], unrelated[at], household[at] = known[one]
                    break
    return columns


@dataclass(frozen=True, slots=True)
class Fitted:
    """The model fitted to the file, and the weight in bits of every pair by it."""

    model: Model
    weights: Floats


def fit(model: Model, evidence: Sequence[Evidence], pairs: int) -> Fitted:
    """Fit how often the same person agrees, and how many pairs are the same, to ``pairs`` of a file.

    ``evidence`` is of the pairs that share a key; the others are taken to be unrelated.
    """
    columns = columns_of(model, evidence)
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


def _refitted(levels: dict[str, Odds] | object, column: Column, chance: Floats) -> dict[str, Odds]:
    held = column.level >= 0
    counts = np.bincount(column.level[held], weights=chance[held], minlength=len(column.names))
    seen = dict(zip(column.names, counts.tolist(), strict=True))
    fitted = dict(levels)  # type: ignore[call-overload]
    for group in _alternatives(levels):
        total = sum(seen[name] for name in group)
        whole = sum(fitted[name].same for name in group)
        for name in group:
            if len(group) > 1:
                share = (seen[name] + _SEEN * fitted[name].same / whole) / (total + _SEEN)
                fitted[name] = replace(fitted[name], same=share)
    return fitted
