"""Fields that a file's own map names and nobody else knows: an occupation, a birth place, a number of some register.

Such a field is compared as it is written, and what agreeing in it tells is learnt from the file itself, where records
are compared among themselves: until the file says otherwise it tells nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from rapidfuzz.distance import DamerauLevenshtein

from .cleaning import FURTHER_MARK
from .comparisons import Level
from .model import Model, Odds


def further_fields(model: Model) -> list[str]:
    """The further fields that a model knows, by what they are called in it."""
    return [name for name in model.fields if name.startswith(FURTHER_MARK)]


def further_level(one: str, other: str) -> Level:
    """How two values agree: same, nearly (a letter or two differ, or one has the other's words and more) or different."""
    if one == other:
        return Level("same", one)
    words, words_2 = set(one.split(" ")), set(other.split(" "))
    if words <= words_2 or words_2 <= words:
        return Level("nearly")
    longest = max(len(one), len(other))
    edits = DamerauLevenshtein.distance(one, other, score_cutoff=2)
    is_near = (longest > 7 and edits <= 2) or (longest > 3 and edits == 1)
    return Level("nearly" if is_near else "different")


def with_further(model: Model, fields: Mapping[str, tuple[str, float]]) -> Model:
    """The model with further fields, from which its training begins: what each is called in the map, and how often two
    records agree in it."""
    begun = {
        name: {
            "same": Odds(f"same {field}", 0.7, 0.4, agree, name),
            "nearly": Odds(f"{field} nearly the same", 0.1, 0.05, 0.005 * (1 - agree)),
            "different": Odds(f"different {field}", 0.2, 0.55, 0.995 * (1 - agree)),
        }
        for name, (field, agree) in fields.items()
    }
    rarities = {**model.rarities, **{name: {} for name in fields}}
    return replace(model, fields={**model.fields, **begun}, rarities=rarities, _bits={})


def without_rarity(model: Model, name: str) -> Model:
    """The model in which it does not count how common a value of a further field is."""
    levels = {level: replace(odds, rarity="") for level, odds in model.fields[name].items()}
    rarities = {kind: shares for kind, shares in model.rarities.items() if kind != name}
    return replace(model, fields={**model.fields, name: levels}, rarities=rarities, _bits={})


def without(model: Model, names: Collection[str]) -> Model:
    """The model without some of its further fields."""
    fields = {name: levels for name, levels in model.fields.items() if name not in names}
    rarities = {kind: shares for kind, shares in model.rarities.items() if kind not in names}
    return replace(model, fields=fields, rarities=rarities, _bits={})
