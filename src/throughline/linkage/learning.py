"""What checked calls teach: how often callers err, and what a household shares with them, of one force.

An index tells how common a name is and how those agree who live together. How callers mishear, misremember and
borrow telephones no index tells; calls whose truth somebody has checked do. The figures of a model are moved so that
the right answer to each becomes as likely as may be, "nobody" among the answers (a conditional logit, by gradient
ascent); each is held near what it was, so that a few hundred calls move it little and a level that they never
show stays. It also makes up for what the fields tell twice, which counting each alone cannot.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .features import features
from .known import Known, Say
from .model import Model, versioned
from .replay import PRECISIONS, Call, Engine, Played, careful_threshold, play, together
from .scoring import compare

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

FEWEST = 200
"""Checked calls about known persons below which nothing is learnt."""
_MOST = 20_000  # calls beyond which more teach nothing
_CANDIDATES = 20  # of each call, the likeliest
_HELD = (
    0.6  # how strongly a figure is held: of each bit squared, against the logarithm of a call's likelihood
)
_LEVELS = 10  # levels of one pair at the most: the fields, a middle name, the order
_PARTS = 4
_STEPS = ((120, 0.1), (50, 0.03), (30, 0.01))  # how often by how many bits
_LN2 = float(np.log(2.0))


@dataclass(frozen=True, slots=True)
class _Seen:
    """Candidates of all calls, one line each: their levels by number, bits for the person and a household,
    the call, and whether it is the person."""

    levels: Numbers
    bits: Floats
    home: Floats
    call: Numbers
    right: npt.NDArray[np.bool_]
    calls: int

    def of(self, calls: npt.NDArray[np.bool_]) -> "_Seen":
        """Those of some of the calls."""
        kept = calls[self.call]
        number = np.cumsum(calls) - 1
        return _Seen(
            self.levels[kept], self.bits[kept], self.home[kept], number[self.call[kept]], self.right[kept],
            int(calls.sum()),
        )  # fmt: skip


def calibrated(model: Model, known: Known, calls: Sequence[Call], seed: int, say: Say) -> Model:
    """The model taught by the calls, with the thresholds that they give it. Too few of them set thresholds alone.

    What taught a model flatters it: the thresholds are read off the answers of models that were each taught by three
    quarters of the calls, to the calls of the fourth.
    """
    teaching = calls[:_MOST]
    if sum(call.person >= 0 for call in teaching) < FEWEST:
        say(
            f"fewer than {FEWEST} of the calls that calibrate are of known persons: they set thresholds, and teach nothing"
        )
        answers = play(Engine(known, model), calls, known.person, say=say)
        return versioned(replace(model, certain=_thresholds(answers)), seed)
    seen = _look(model, known, teaching)
    part = np.arange(len(teaching)) % _PARTS
    by_others = [_taught(model, seen.of(part != one)) for one in range(_PARTS)]
    say(f"{len(teaching):,} calls teach the model; each is asked of a model that it did not teach")
    asked = [
        play(Engine(known, one), calls[place::_PARTS], known.person, say=say)
        for place, one in enumerate(by_others)
    ]
    trained = {**model.trained, "calls": len(teaching)}
    taught = replace(_taught(model, seen), certain=_thresholds(together(asked)), trained=trained)
    return versioned(taught, seed)


def _thresholds(answers: Played) -> dict[str, float]:
    return {name: careful_threshold(answers, precision) for name, precision in PRECISIONS.items()}


def _look(model: Model, known: Known, calls: Sequence[Call]) -> _Seen:
    number = {one: place for place, one in enumerate(_levels_of(model))}
    levels, bits, home, whose, right = [], [], [], [], []
    persons = known.joined
    for place, call in enumerate(calls):
        heard = features(call.heard)
        ranked, _ = known.snapshot.look_up(heard, model, limit=_CANDIDATES, persons=persons)
        if persons is not None:  # each person by the record that fits best, as the ranking has it
            ranked = list({int(persons[one.rid]): one for one in reversed(ranked)}.values())
        for one in ranked:
            evidence = compare(heard, known.snapshot.features(one.rid), model)
            told = [model.bits(field, level) for field, level in evidence]
            row = [number[field, level.name] for field, level in evidence]
            levels.append(row + [len(number)] * (_LEVELS - len(row)))
            bits.append(sum(same for same, _ in told))
            home.append(sum(household for _, household in told))
            whose.append(place)
            right.append(call.person >= 0 and int(known.person[one.rid]) == call.person)
    return _Seen(
        np.array(levels, dtype=np.int64).reshape(-1, _LEVELS), np.array(bits, dtype=np.float64),
        np.array(home, dtype=np.float64), np.array(whose, dtype=np.int64), np.array(right, dtype=bool), len(calls),
    )  # fmt: skip


def _levels_of(model: Model) -> list[tuple[str, str]]:
    return [(field, level) for field, levels in model.fields.items() for level in levels]


def _taught(model: Model, seen: _Seen) -> Model:
    names = _levels_of(model)
    moved = _climb(seen, model, len(names))
    same, home = (dict(zip(names, 2.0**part, strict=True)) for part in np.split(moved[:-2], 2))
    unknown, household = (2.0 ** moved[-2:]).tolist()
    fields = {
        field: {
            name: replace(
                odds,
                same=odds.same * float(same[field, name]),
                household=odds.household * float(home[field, name]),
            )
            for name, odds in levels.items()
        }
        for field, levels in model.fields.items()
    }
    return replace(
        model, fields=fields, unknown=model.unknown * unknown, household=model.household * household, _bits={}
    )


def _climb(seen: _Seen, model: Model, levels: int) -> Floats:
    """By how many bits each figure is moved: of the person, of a household, nobody, and how large a household is."""
    held = np.full(2 * levels + 2, _HELD)
    held[-2:] /= 10
    moved, speed, size = (np.zeros(2 * levels + 2) for _ in range(3))
    step = 0
    for steps, by in _STEPS:
        for _ in range(steps):
            step += 1
            slope = (_slope(seen, model, moved, levels)[1] + 2 * held * moved) / seen.calls
            speed = 0.9 * speed + 0.1 * slope
            size = 0.99 * size + 0.01 * slope**2
            moved = moved - by * (speed / (1 - 0.9**step)) / (np.sqrt(size / (1 - 0.99**step)) + 1e-6)
    return moved


def _slope(seen: _Seen, model: Model, moved: Floats, levels: int) -> tuple[float, Floats]:
    """Minus the logarithm of the likelihood of the right answers, and how it rises with each of the figures."""
    same, home = (np.append(part, 0.0)[seen.levels].sum(axis=1) for part in np.split(moved[:-2], 2))
    unknown, household = moved[-2:]
    of_home = (seen.home + home + household + np.log2(model.household / model.population)) * _LN2
    doubt = np.logaddexp(0.0, of_home)
    taken_off = -np.expm1(-doubt)
    weight = (seen.bits + same - unknown - np.log2(model.population * model.unknown)) * _LN2 - doubt
    most = np.zeros(seen.calls)
    np.maximum.at(most, seen.call, weight)
    odds = np.exp(weight - most[seen.call])
    whole = np.bincount(seen.call, odds, seen.calls) + np.exp(-most)
    share = odds / whole[seen.call]
    right = np.bincount(seen.call, share * seen.right, seen.calls)
    there = (np.bincount(seen.call, seen.right, seen.calls) > 0)[seen.call]
    slope = share - np.where(there, share * seen.right / np.maximum(right, 1e-12)[seen.call], 0.0)

    def of_levels(each: Floats) -> Floats:
        return np.bincount(seen.levels.ravel(), np.repeat(each, _LEVELS), levels + 1)[:levels] * _LN2

    home_slope = -slope * taken_off
    answered = np.where(np.bincount(seen.call, seen.right, seen.calls) > 0, right, np.exp(-most) / whole)
    return float(-np.log(np.maximum(answered, 1e-12)).sum()), np.concatenate(
        [of_levels(slope), of_levels(home_slope), [-slope.sum() * _LN2, home_slope.sum() * _LN2]]
    )
