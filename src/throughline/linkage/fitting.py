"""What of a model is counted in an index that is held in memory, quickly and without Splink, for `replay`.

Shares are held near the model's own by counting those as some hundred pairs already seen, so that a small or odd
file cannot pull it away. `batch.training` learns the same, and how one person's records agree, with Splink.
"""

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from .features import Features
from .model import Model, Odds
from .names import called_by
from .scoring import compare, weigh

SEEN = 100.0  # pairs that the model's own figures count for
SEEN_OF_STRANGERS = 2_000.0  # pairs of strangers that they count for
_STRANGERS = 40_000  # random pairs from which the agreement of strangers is estimated
_SEED = 20151  # of the random pairs: the same file gives the same model


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
    counts = {key: count for key, count in counts.items() if key[0] in model.rarities}
    for (kind, _), count in counts.items():
        totals[kind] += count
    shares: dict[str, dict[str, float]] = {kind: {} for kind in model.rarities}
    rest, squares = Counter[str](), dict.fromkeys(model.rarities, 0.0)
    for (kind, value), count in counts.items():
        seen = _PERSONS_SEEN.get(kind, 0.0)  # of a further field nothing is known but the file
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
    person twice are left out. Where no birth date is held a father and son of one name look like one person: there, how
    often a household agrees in what mostly the pairs that are left out show is not taken for rarer than it was.
    Places stay as they are: where somebody lives says nothing of who of them it is. So do the telephones of callers,
    who borrow each other's as no record tells.
    """
    if len(pairs) < 100:
        return model
    seen: Counter[tuple[str, str]] = Counter()
    left_out: Counter[tuple[str, str]] = Counter()
    twice = math.log2(model.population)
    for one, other in pairs:
        evidence = compare(one, other, model)
        counted = seen if weigh(evidence, model)[0] < twice else left_out
        counted.update((field, level.name) for field, level in evidence)
    undated = not any(field == "born" for field, _ in (*seen, *left_out))
    fields = {}
    for field, levels in model.fields.items():
        fields[field] = dict(levels)
        if field == "place" or (field == "phone" and model.context == "live"):
            continue
        for group in alternatives(levels):
            total = sum(seen[field, name] for name in group)
            whole = sum(levels[name].household for name in group)
            for name in group:
                if len(group) > 1:
                    share = (seen[field, name] + SEEN * levels[name].household / whole) / (total + SEEN)
                    if undated and left_out[field, name] > seen[field, name]:
                        share = max(share, levels[name].household)
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
        for group in alternatives(levels):
            total = sum(seen[field, name] for name in group)
            whole = sum(levels[name].unrelated for name in group)
            for name in group:
                odds = levels[name]
                if not odds.rarity and field != "order":
                    share = (seen[field, name] + 20 * SEEN * odds.unrelated / whole) / (total + 20 * SEEN)
                    fields[field][name] = replace(odds, unrelated=share)
    return replace(model, fields=fields, _bits={})


def alternatives(levels: Mapping[str, Odds]) -> list[list[str]]:
    """Levels of which exactly one holds: those of ages stand apart from those of dates."""
    names = list(levels)
    ages = [name for name in names if name.startswith("age_")]
    return [group for group in ([name for name in names if name not in ages], ages) if group]
