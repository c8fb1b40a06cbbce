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

The certainties are read off one half of the calls, drawn by the seed, and all figures are of the other half: so
the precision reached there may be a little above or below the one asked for, and is given in the details. Where
no certainty gives a precision, nothing is found at it: 0. Without calibration the model's own certainties hold
and every call is measured; the other ways, which have none of their own, are then given the best for these calls.
"""

import math
import time
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Protocol, TextIO

import numpy as np
import numpy.typing as npt

from .description import Description
from .features import Features, features, pack
from .files import FileError, describe_as_far, each_row, header_of
from .keys import record_keys
from .layout import Layout, LayoutError
from .model import Model
from .snapshot import KeyTable, Snapshot

Say = Callable[[str], None]

PRECISIONS = {"recall_at_p95": 0.95, "recall_at_p99": 0.99, "recall_at_p999": 0.999}
SHOWN = 11
"""How many of the ranked are worked out in full: as many as a page of results asks for."""
_SECRET = b"a replay keeps nothing, so its keys need no secret of the force"
_BATCH = 2_000
_FEW = 20_000
"""Rows below which a second process takes longer to start than it saves."""
_SAID_EVERY = 10.0
_UNKNOWN = -1


class Call(NamedTuple):
    """A call as it was heard, cleaned later so that the time is counted; and whose it is, -1 where not known."""

    heard: Description
    person: int


class Answer(NamedTuple):
    """What a way of finding answered: first record (-1 for none), how certain, and all that it looked at."""

    first: int
    certainty: float
    candidates: Sequence[int]


class Way(Protocol):
    """A way of finding a person among the known."""

    def answer(self, heard: Description) -> Answer:
        """The likeliest record."""


@dataclass(frozen=True, slots=True)
class Known:
    """The known records: packed, with their keys, whose each is, and what the exact search goes by."""

    snapshot: Snapshot
    exact: KeyTable
    person: npt.NDArray[np.int32]
    numbers: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.person)


# -- reading -------------------------------------------------------------------------------------------


def usable(path: Path, layout: Layout, truth: str, what: str, say: Say) -> Layout:
    """The part of the layout that a file has columns for; what it lacks is said.

    Raises FileError or LayoutError: nothing of the map is there, or no truth.
    """
    header = set(header_of(path))
    if truth not in header:
        raise LayoutError(f"the {what} have no column '{truth}', which was given as the truth")
    present = Layout({name: one for name, one in layout.columns.items() if one.name in header})
    for name in layout.columns.keys() - present.columns.keys():
        say(f"the {what} have no column '{layout.columns[name].name}' for {name}")
    if not present.columns.keys() - {"id"}:
        raise LayoutError(f"the {what} have none of the columns that the map names")
    return present


def whose(value: str | None) -> str:
    """A person's mark as it is compared: a whole number that a spreadsheet wrote as 12.0 is 12."""
    text = (value or "").strip()
    number, dot, rest = text.partition(".")
    if dot and number.isdigit() and not rest.strip("0"):
        return number
    return "" if text.lower() in ("nan", "none", "null") else text


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the rows of a file are made ready in another process."""

    layout: Layout
    columns: tuple[str, ...]
    on: date
    with_names: bool

    def ready(self, batch: Sequence[tuple[str, ...]]) -> "_Ready":
        """A batch of rows, described, cleaned, keyed and packed."""
        unread: Counter[str] = Counter()
        ready = _Ready([], array("i"), array("q"), array("i"), array("q"), [], unread)
        for values in batch:
            row = dict(zip(self.columns, values, strict=True))
            described = describe_as_far(row, self.layout, on=self.on, unread=unread)
            cleaned = features(described)
            keys = record_keys(cleaned, _SECRET)
            exact = exact_keys(cleaned)
            ready.packed.append(pack(cleaned))
            ready.key_counts.append(len(keys))
            ready.keys.extend(keys)
            ready.exact_counts.append(len(exact))
            ready.exact.extend(exact)
            if self.with_names:
                ready.texts.append("\t".join(plain_text(described, cleaned)))
        return ready


class _Ready(NamedTuple):
    packed: list[bytes]
    key_counts: "array[int]"
    keys: "array[int]"
    exact_counts: "array[int]"
    exact: "array[int]"
    texts: list[str]
    unread: Counter[str]


def read_known(
    path: Path, layout: Layout, truth: str, *, on: date, processes: int, texts: TextIO | None, say: Say
) -> Known:
    """All known records. ``texts`` gets each one's name, birth date, telephone and postcode, a line each."""
    columns = tuple({column.name: None for column in layout.columns.values()})
    reading = _Reading(layout, columns, on, texts is not None)
    numbers: dict[str, int] = {}
    person = array("i")
    skipped: Counter[str] = Counter()

    def rows() -> Iterator[tuple[str, ...]]:
        for row in each_row(path, skipped=skipped):
            mark = whose(row.get(truth))
            person.append(numbers.setdefault(mark, len(numbers)) if mark else _UNKNOWN)
            yield tuple([row.get(column) or "" for column in columns])

    packed: list[bytes] = []
    key_counts, keys, exact_counts, exact = array("i"), array("q"), array("i"), array("q")
    unread: Counter[str] = Counter()
    told = time.monotonic()
    for ready in _in_turn(reading.ready, rows(), processes):
        packed += ready.packed
        key_counts += ready.key_counts
        keys += ready.keys
        exact_counts += ready.exact_counts
        exact += ready.exact
        unread += ready.unread
        if texts is not None:
            texts.writelines(
                f"{len(packed) - len(ready.texts) + n}\t{line}\n" for n, line in enumerate(ready.texts)
            )
        if time.monotonic() - told > _SAID_EVERY:
            told = time.monotonic()
            say(f"{len(packed):,} known records read")
    if not packed:
        raise FileError("the known have a header and no rows")
    _tell("known", unread + skipped, say)
    table = _key_table(keys, key_counts)
    say(f"{len(packed):,} known records of {len(numbers):,} persons, {len(keys):,} keys")
    return Known(
        Snapshot(packed, table, _SECRET),
        _key_table(exact, exact_counts),
        np.asarray(person, dtype=np.int32),
        numbers,
    )


def _key_table(keys: "array[int]", counts: "array[int]") -> KeyTable:
    rows = np.repeat(np.arange(len(counts), dtype=np.int32), np.asarray(counts))
    return KeyTable(np.asarray(keys, dtype=np.int64), rows)


def _tell(what: str, unread: Counter[str], say: Say) -> None:
    for name, count in unread.items():
        if name == "row":
            say(f"the {what}: {count:,} rows are no CSV and are passed over")
        else:
            say(f"the {what}: {count:,} values of {name} cannot be read and count as missing")


def _in_turn[T](
    work: Callable[[Sequence[tuple[str, ...]]], T], rows: Iterator[tuple[str, ...]], processes: int
) -> Iterator[T]:
    """The batches of rows worked on, in their order, in other processes where there are many."""
    first = list(islice(rows, _FEW))
    if processes < 2 or len(first) < _FEW:
        yield work(first)
        while batch := list(islice(rows, _BATCH)):
            yield work(batch)
        return
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(processes, mp_context=get_context("spawn")))
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        waiting: deque[Future[T]] = deque()
        for start in range(0, len(first), _BATCH):
            waiting.append(pool.submit(work, first[start : start + _BATCH]))
        del first
        while waiting:
            while len(waiting) < 2 * processes and (batch := list(islice(rows, _BATCH))):
                waiting.append(pool.submit(work, batch))
            yield waiting.popleft().result()


def read_calls(path: Path, layout: Layout, truth: str, known: Known, *, on: date, say: Say) -> list[Call]:
    """The calls, each with the number of its person among the known, or -1."""
    unread: Counter[str] = Counter()
    calls = []
    for row in each_row(path, skipped=unread):
        person = known.numbers.get(whose(row.get(truth)), _UNKNOWN)
        calls.append(Call(describe_as_far(row, layout, on=on, unread=unread), person))
    if not calls:
        raise FileError("the calls have a header and no rows")
    _tell("calls", unread, say)
    say(f"{len(calls):,} calls, {sum(call.person >= 0 for call in calls):,} of persons who are known")
    return calls


# -- ways of finding -------------------------------------------------------------------------------------


class Engine:
    """Recognition, as the search page does it."""

    def __init__(self, known: Known, model: Model) -> None:
        self._snapshot, self._model = known.snapshot, model

    def answer(self, heard: Description) -> Answer:
        """The first of the ranked."""
        ranked, candidates = self._snapshot.look_up(features(heard), self._model, limit=SHOWN)
        if not ranked:
            return Answer(-1, -math.inf, ())
        return Answer(ranked[0].rid, ranked[0].certainty, candidates)


def exact_keys(cleaned: Features) -> list[int]:
    """What many forces search by today: each telephone number, and each house number with street or postcode."""
    texts = [f"p{phone}" for phone in cleaned.phones]
    for place in cleaned.places:
        if place.number and (place.street or place.postcode):
            texts.append(f"a{place.number}|{place.street}|{place.postcode or place.town}")
    return [
        int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
        for text in dict.fromkeys(texts)
    ]


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


def plain_text(heard: Description, cleaned: Features) -> tuple[str, str, str, str]:
    """Name, birth date, telephone and postcode as one would search for them by text alone."""
    name = heard.names[0] if heard.names else None
    text = " ".join(f"{name.forename} {name.surname} {name.full}".lower().split()) if name else ""
    return (
        text.replace("\\", ""),
        cleaned.born,
        cleaned.phones[0] if cleaned.phones else "",
        cleaned.places[0].postcode if cleaned.places else "",
    )


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
    begun = told = time.monotonic()
    for number, call in enumerate(calls, 1):
        start = time.perf_counter()
        answer = way.answer(call.heard)
        ms.append(1000 * (time.perf_counter() - start))
        known.append(call.person >= 0)
        right.append(call.person >= 0 and answer.first >= 0 and person[answer.first] == call.person)
        seen.append(call.person >= 0 and any(person[row] == call.person for row in answer.candidates))
        certainty.append(answer.certainty)
        now = time.monotonic()
        if now - told > _SAID_EVERY:
            told = now
            say(f"{number:,} of {len(calls):,} calls played")
        if now - begun > seconds and number >= at_least:
            break
    return Played(np.array(known), np.array(right), np.array(seen), np.array(certainty), np.array(ms))


def threshold(played: Played, precision: float) -> float:
    """The lowest certainty from which so many first answers were right; infinite where there is none."""
    order = np.argsort(-played.certainty, kind="stable")
    falling = played.certainty[order]
    hits = np.cumsum(played.right[order])
    ends = np.append(falling[1:] != falling[:-1], True) if len(falling) else np.empty(0, bool)
    good = ends & np.isfinite(falling) & (hits >= precision * np.arange(1, len(falling) + 1)) & (hits > 0)
    return float(falling[good].min()) if good.any() else math.inf


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one way, and at each threshold the precision that was reached."""

    figures: dict[str, Any]
    thresholds: dict[str, float]
    precisions: dict[str, float]
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
    recalls, precisions = {}, {}
    for name, least in thresholds.items():
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
    return Measured(figures, dict(thresholds), precisions, len(played))
