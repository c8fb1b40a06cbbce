"""The model: how often each level of agreement is seen in the same person, a household, and strangers."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml

from throughline.tables import SafeLoader

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

    ``unknown`` is how many descriptions of somebody who has no record there are for each of somebody who has one.

    ``trained`` says by which versions and from which pairs it was trained, and is empty for one set by hand.
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
    trained: Mapping[str, Any] = MappingProxyType({})
    unknown: float = 1.0
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

    @property
    def start(self) -> float:
        """What is thought of any record before something is compared, as log2 of the odds against nobody."""
        return -math.log2(self.population * self.unknown)

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
        trained=MappingProxyType(content.get("trained") or {}),
        unknown=content.get("unknown", 1.0),
    )


@cache
def load_model(context: Context) -> Model:
    """The model for a call against records ("live") or for records among themselves ("batch")."""
    path = Path(__file__).parent / "models" / f"{context}.yaml"
    return model_from(yaml.safe_load(path.read_text(encoding="utf-8")))


class ModelError(ValueError):
    """The file holds no model, and why."""


@cache
def read_model(path: str) -> Model:
    """A model from a file that `write_model` wrote. Raises ModelError."""
    try:
        content = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=SafeLoader)  # noqa: S506 a safe one
        model = model_from(content)
    except OSError as error:
        raise ModelError(f"the model cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("the model's file does not hold a model") from error
    if model.context not in ("live", "batch"):
        raise ModelError("the model's file does not hold a model")
    shipped = load_model("batch" if model.context == "batch" else "live")
    lacking = [name for name in shipped.fields if name not in model.fields]
    for name in lacking:
        if not _is_older(model, name):
            raise ModelError(f"the model's file lacks the field {name}")
    # a field that is compared since the model was written: what comes with this stands for it
    added = {name: shipped.fields[name] for name in lacking}
    model = replace(model, fields=MappingProxyType({**model.fields, **added}), _bits={})
    for name, levels in shipped.fields.items():
        if missing := levels.keys() - model.fields[name].keys():
            raise ModelError(f"the model is of another version: it has no level '{min(missing)}' of {name}")
    for name, levels in model.fields.items():
        for level, odds in levels.items():
            if min(odds.same, odds.household, odds.unrelated) <= 0:
                raise ModelError(f"the model has a share of nothing for the level '{level}' of {name}")
            if odds.rarity and odds.rarity not in model.rarities:
                raise ModelError(f"the model lacks the shares of values of {odds.rarity}")
    return model


_LAST_WITHOUT = {"email": {"live": "2026-11-2", "batch": "2026-11-1"}}
"""Fields that are compared since the models that came with this bore a later version than these."""


def _is_older(model: Model, name: str) -> bool:
    """Whether a model was made before a field was compared."""
    last = _LAST_WITHOUT.get(name, {}).get(model.context)
    version = model.version.partition("+")[0]
    return last is not None and _numbers(version) <= _numbers(last)


def _numbers(version: str) -> tuple[int, ...]:
    """A version such that a later one is more; what is no version of ours is more than any."""
    parts = version.split("-")
    return tuple(map(int, parts)) if all(map(str.isdecimal, parts)) else (10**6,)


# the same language in C, for a model lists a hundred thousand values
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def write_model(model: Model, path: Path) -> None:
    """Write a model to a file, so that an explanation can be repeated. Raises OSError."""
    text = yaml.dump(_content(model), Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    path.write_text(_HEAD + text, encoding="utf-8")


_HEAD = """\
# The weights of recognition, fitted to one index of persons by `throughline linkage train`.
# unrelated, household and rarities are counted in that index; same is that of the model it began from, or, where
# "trained" names calls, same and household are such that their answers come out likeliest.
# Values that few records have are not listed. It tells of the index as a whole and stays with the force.
"""


def _content(model: Model) -> dict[str, Any]:
    return {
        "context": model.context,
        "version": model.version,
        "seed": model.seed,
        "population": model.population,
        "household": model.household,
        "unknown": model.unknown,
        "accept": model.accept,
        "certain": dict(model.certain),
        "fields": {
            field: {
                name: {key: one for key, one in asdict(odds).items() if one != ""}
                for name, odds in levels.items()
            }
            for field, levels in model.fields.items()
        },
        "trained": dict(model.trained),
        "rarities": {kind: dict(sorted(shares.items())) for kind, shares in model.rarities.items()},
    }


def versioned(model: Model, seed: int) -> Model:
    """A fitted model under a version of its own: that which it began from, and a digest of what it holds."""
    begun = replace(model, version=model.version.partition("+")[0], seed=seed, _bits={})
    digest = sha256(json.dumps(_content(begun), sort_keys=True).encode()).hexdigest()[:12]
    return replace(begun, version=f"{begun.version}+{digest}", _bits={})


# in an index just begun, the one who is described is more likely not in it than a small count would say
_FEWEST = 10_000


def live_model(records: int, fitted: str = "") -> Model:
    """The model for a call against so many records: among more, less is probable. 0 where nobody counted.

    ``fitted`` is the file of a model that was fitted to the index; else it is the one that comes with this.
    """
    model = read_model(fitted) if fitted else load_model("live")
    return model.with_population(max(records, _FEWEST)) if records else model


def batch_model(records: int) -> Model:
    """The model for a record against so many others: what is written down is misheard less than what is said."""
    model = load_model("batch")
    return model.with_population(max(records, _FEWEST)) if records else model


def with_fewest(model: Model) -> Model:
    """The model for an index of no fewer records than one just begun is taken to have."""
    return model.with_population(max(model.population, _FEWEST))
