"""The model: how often each level of agreement is seen in the same person, a household, and strangers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml

from .comparisons import Level

Context = Literal["live", "batch"]


@dataclass(frozen=True, slots=True)
class Odds:
    """One level: its words, and how often it is seen in each of the three kinds of pair."""

    words: str
    same: float
    household: float
    unrelated: float
    rarity: str = ""


@dataclass(frozen=True, eq=False)
class Model:
    """One versioned model. ``population`` records, ``household`` of which share the person's home.

    ``certain`` gives the certainty (log2 of the odds) from which so many of the first answers are right.

    Explanations can be repeated from (context, version), both of which should be kept with a decision.
    """

    context: str
    version: str
    seed: int | None
    population: int
    household: float
    accept: float
    certain: Mapping[str, float]
    fields: Mapping[str, Mapping[str, Odds]]
    rarities: Mapping[str, Mapping[str, float]]
    _bits: dict[tuple[str, Level], tuple[float, float]] = field(default_factory=dict, repr=False)

    def bits(self, name: str, level: Level) -> tuple[float, float]:
        """Evidence of one level, in bits: for the same person and for a household, against strangers."""
        known = self._bits.get((name, level))
        if known is None:
            known = self._work_out(name, level)
            if len(self._bits) > 100_000:
                self._bits.clear()
            self._bits[name, level] = known
        return known

    def _work_out(self, name: str, level: Level) -> tuple[float, float]:
        odds = self.fields[name][level.name]
        unrelated, household = odds.unrelated, odds.household
        if odds.rarity and level.term:
            unrelated = self.rarities[odds.rarity].get(level.term, unrelated)
            # those who live together may share the value for no better reason than strangers do
            household = household + (1 - household) * unrelated
        return math.log2(odds.same / unrelated), math.log2(household / unrelated)

    def with_population(self, records: int) -> "Model":
        """The same model for a collection of so many records."""
        return replace(self, population=max(records, 2), _bits={})


def model_from(content: Mapping[str, Any]) -> Model:
    """A model out of the content of its file."""
    return Model(
        context=content["context"],
        version=content["version"],
        seed=content["seed"],
        population=content["population"],
        household=content["household"],
        accept=content["accept"],
        certain=MappingProxyType(content["certain"]),
        fields=MappingProxyType(
            {
                name: {level: Odds(**odds) for level, odds in levels.items()}
                for name, levels in content["fields"].items()
            }
        ),
        rarities=MappingProxyType(
            {kind: MappingProxyType(shares) for kind, shares in content["rarities"].items()}
        ),
    )


@cache
def load_model(context: Context) -> Model:
    """The model for a call against records ("live") or for records among themselves ("batch")."""
    path = Path(__file__).parent / "models" / f"{context}.yaml"
    return model_from(yaml.safe_load(path.read_text(encoding="utf-8")))


# in an index just begun, the one who is described is more likely not in it than a small count would say
_FEWEST = 10_000


def live_model(records: int) -> Model:
    """The model for a call against so many records: among more, less is probable. 0 where nobody counted."""
    model = load_model("live")
    return model.with_population(max(records, _FEWEST)) if records else model
