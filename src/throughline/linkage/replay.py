"""How well are the people of somebody's calls found among the records of somebody's index?

The calls are played one by one, each through the very keys, weights and household reasoning by which the search
page answers; only that the records are held in memory. Beside it stand other ways of finding the same.

What the figures mean, of the calls that are measured:

recall_at_1        of the calls whose person is known, the share that has a record of that person first
candidate_recall   of the same calls, the share that has one among the records looked at, at whatever rank
recall_at_p95      of the same calls, the share that has one first *and* with at least the certainty from which 95 in
                   100 first answers were right. An answer to a call whose person is not known is wrong.
recall_at_p99, recall_at_p999   the same for 99 in 100 and for 999 in 1,000
ms                 the time of one lookup by this process's clock: cleaning, keys, candidates, ranking, reasons

The certainties are read off one half of the calls, drawn by the seed, which teaches the model as well
(`learning.py`), and all figures are of the other half: so the precision reached there may be a little above or below
the one asked for, and is given in the details, beside the recall at the best certainty for the very calls that are
measured. Recognition's certainties leave a little over for that; the other ways have theirs at the very least that reached it.
Where no certainty gives a precision, nothing is found at it: 0.

Without calibration nothing is read off whose a call is. The certainties are then those from which the model itself expects
that precision of the answers that it gave, so that they hold among few as among many known, and whatever the fields;
those of a model that checked calls have taught are its own. Every call is measured; the other ways, which expect
nothing, are given the best certainties for these very calls.

Records of one person in the known count as joined, as the site holds them once somebody has joined them: they do not compete.
"""

import gc
import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from .description import Description
from .features import features
from .files import FileError, describe_as_far, each_row
from .known import NOBODY, SAID_EVERY, Known, Say, exact_keys, tell, whose
from .layout import Layout
from .model import Model

PRECISIONS = {"recall_at_p95": 0.95, "recall_at_p99": 0.99, "recall_at_p999": 0.999}
_WARMING = 5
"""Calls that are answered before the clock runs, since tables of names and connections are made at the first."""
SHOWN = 11
"""How many of the ranked are worked out in full: as many as a page of results asks for."""


class Call(NamedTuple):
    """A call as it was heard, cleaned later so that the time is counted; and whose it is, -1 where not known."""

    heard: Description
    person: int


class Answer(NamedTuple):
    """What a way of finding answered: first record (-1 for none), how certain, and all that it looked at."""

    first: int
    certainty: float
    candidates: Sequence[int] | npt.NDArray[np.int64]


class Way(Protocol):
    """A way of finding a person among the known."""

    def answer(self, heard: Description) -> Answer:
        """The likeliest record."""


# -- reading -------------------------------------------------------------------------------------------


def read_calls(path: Path, layout: Layout, truth: str, known: Known, *, on: date, say: Say) -> list[Call]:
    """The calls, each with the number of its person among the known, or -1."""
    unread: Counter[str] = Counter()
    calls = []
    for row in each_row(path, skipped=unread):
        person = known.numbers.get(whose(row.get(truth)), NOBODY)
        calls.append(Call(describe_as_far(row, layout, on=on, unread=unread), person))
    if not calls:
        raise FileError("the calls have a header and no rows")
    tell("calls", unread, say)
    of_known = sum(call.person >= 0 for call in calls)
    say(f"{len(calls):,} calls, {of_known:,} of persons who are known")
    if not of_known:
        say(
            f"no call has a mark in '{truth}' that one of the known has: all count as strangers, and nothing can be found"
        )
    return calls


# -- ways of finding -------------------------------------------------------------------------------------


class Engine:
    """Recognition, as the search page does it."""

    def __init__(self, known: Known, model: Model) -> None:
        self._snapshot, self._model, self._persons = known.snapshot, model, known.joined

    def answer(self, heard: Description) -> Answer:
        """The first of the ranked."""
        ranked, candidates = self._snapshot.look_up(
            features(heard), self._model, limit=SHOWN, persons=self._persons
        )
        if not ranked:
            return Answer(-1, -math.inf, ())
        return Answer(ranked[0].rid, ranked[0].certainty, candidates)


class ExactPhoneOrAddress:
    """The very same telephone number or address. Who shares both stands before who shares one; then the one
    whom fewest others equal is the most certain, and the first in the file is first."""

    def __init__(self, known: Known) -> None:
        self._table = known.exact

    def answer(self, heard: Description) -> Answer:
        """The first of those who share most."""
        shared: Counter[int] = Counter()
        for key in exact_keys(features(heard)):
            shared.update(self._table.sharing([key]).tolist())
        if not shared:
            return Answer(-1, -math.inf, ())
        most = max(shared.values())
        equal = [row for row, count in shared.items() if count == most]
        return Answer(min(equal), most - math.log10(len(equal)) / 10, tuple(shared))


# -- measuring -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Played:
    """How the calls went, one line each."""

    known: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]
    seen: npt.NDArray[np.bool_]
    certainty: npt.NDArray[np.float64]
    ms: npt.NDArray[np.float64]

    def __getitem__(self, which: slice) -> "Played":
        return Played(
            self.known[which], self.right[which], self.seen[which], self.certainty[which], self.ms[which]
        )

    def __len__(self) -> int:
        return len(self.known)


def together(parts: Sequence[Played]) -> Played:
    """How several lots of calls went, as one."""
    each = [[getattr(part, one.name) for part in parts] for one in dataclass_fields(Played)]
    return Played(*map(np.concatenate, each))


def in_order(calls: Sequence[Call], seed: int) -> list[Call]:
    """The calls shuffled by a seed: those at even places calibrate, those at odd places are measured."""
    shuffled = list(calls)
    Random(seed).shuffle(shuffled)  # noqa: S311 a sample, not a secret
    return shuffled


def play(
    way: Way,
    calls: Sequence[Call],
    person: npt.NDArray[np.int32],
    *,
    say: Say = lambda _: None,
    seconds: float = math.inf,
    at_least: int = 0,
) -> Played:
    """Play the calls one by one; after ``seconds`` no more than ``at_least`` of them."""
    known, right, seen, certainty, ms = [], [], [], [], []
    for call in calls[:_WARMING]:
        way.answer(call.heard)
    begun = told = time.monotonic()
    gc.collect()
    gc.freeze()  # what was read before is not searched for garbage again and again while the clock runs
    try:
        for number, call in enumerate(calls, 1):
            start = time.perf_counter()
            answer = way.answer(call.heard)
            ms.append(1000 * (time.perf_counter() - start))
            known.append(call.person >= 0)
            right.append(call.person >= 0 and answer.first >= 0 and person[answer.first] == call.person)
            looked_at = np.asarray(answer.candidates, dtype=np.int64)
            seen.append(call.person >= 0 and bool((person[looked_at] == call.person).any()))
            certainty.append(answer.certainty)
            now = time.monotonic()
            if now - told > SAID_EVERY:
                told = now
                say(f"{number:,} of {len(calls):,} calls played")
            if now - begun > seconds and number >= at_least:
                break
    finally:
        gc.unfreeze()
    return Played(np.array(known), np.array(right), np.array(seen), np.array(certainty), np.array(ms))


def threshold(played: Played, precision: float) -> float:
    """The lowest certainty from which so many first answers were right; infinite where there is none."""
    falling, order, ends = _falling(played.certainty)
    hits = np.cumsum(played.right[order])
    good = ends & (hits >= precision * np.arange(1, len(falling) + 1)) & (hits > 0)
    return float(falling[good].min()) if good.any() else math.inf


def expected_thresholds(played: Played) -> dict[str, float]:
    """The lowest certainties from which the model itself expects so many first answers to be right.

    Whose the calls are is not looked at.
    """
    falling, _, ends = _falling(played.certainty)
    believed = _believed(falling)
    least = {}
    for name, precision in PRECISIONS.items():
        good = ends & (believed >= precision)
        least[name] = float(falling[good].min()) if good.any() else math.inf
    return least


def careful_threshold(played: Played, precision: float) -> float:
    """The lowest certainty from which so many first answers may be relied on to be right, with few calls as with many.

    What the model expects counts as some answers more, as many as would hold five wrong ones: of a hundred calls none
    can show that 999 in 1,000 are right. Half a standard error is left over, since the lowest certainty that passes
    is one that luck has helped (measured: docs/recognition.md).
    """
    falling, order, ends = _falling(played.certainty)
    count = np.arange(1, len(falling) + 1)
    held = _HELD_WRONG / (1 - precision)
    share = (np.cumsum(played.right[order]) + held * _believed(falling)) / (count + held)
    spared = _SPARED * np.sqrt(precision * (1 - precision) / (count + held))
    good = ends & (share - spared >= precision)
    return float(falling[good].min()) if good.any() else math.inf


_HELD_WRONG, _SPARED = 5.0, 0.5


def _falling(
    certainty: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The certainties of what was answered, the highest first, where each stood, and which are the last of their like."""
    order = np.argsort(-certainty, kind="stable")
    order = order[np.isfinite(certainty[order])]
    falling = certainty[order]
    ends = np.append(falling[1:] != falling[:-1], True) if len(falling) else np.empty(0, bool)
    return falling, order, ends


def _believed(falling: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Of the answers down to each, the share that the model expects to be right."""
    return np.cumsum(1 / (1 + np.exp2(-falling))) / np.arange(1, len(falling) + 1)


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one way, and at each threshold the precision that was reached.

    ``best`` has the recalls that the best thresholds for these very calls would give: what others often quote.
    """

    figures: dict[str, Any]
    thresholds: dict[str, float]
    precisions: dict[str, float]
    best: dict[str, float]
    calls: int


def measure(
    played: Played, *, halves: bool = True, thresholds: Mapping[str, float] | None = None
) -> Measured:
    """The figures of the half of the calls that did not set the thresholds; else of all calls.

    Of all calls the thresholds are those given, or the best that there are for these very calls.
    """
    calibration = played[0::2] if halves else played
    played = played[1::2] if halves else played
    if thresholds is None:
        thresholds = {name: threshold(calibration, at) for name, at in PRECISIONS.items()}
    persons = int(played.known.sum()) or 1
    recalls, precisions, best = {}, {}, {}
    for name, least in thresholds.items():
        chosen = played.certainty >= threshold(played, PRECISIONS[name])
        best[name] = round(int((chosen & played.right).sum()) / persons, 4)
        taken = played.certainty >= least
        correct = int((taken & played.right).sum())
        recalls[name] = round(correct / persons, 4)
        precisions[name] = round(correct / int(taken.sum()), 4) if taken.any() else 0.0
    p50, p95, p99 = np.percentile(played.ms, [50, 95, 99]).tolist() if len(played) else (0.0, 0.0, 0.0)
    figures = {
        "recall_at_1": round(int(played.right.sum()) / persons, 4),
        **recalls,
        "candidate_recall": round(int(played.seen.sum()) / persons, 4),
        "ms": {"p50": round(p50, 3), "p95": round(p95, 3), "p99": round(p99, 3)},
    }
    return Measured(figures, dict(thresholds), precisions, best, len(played))
