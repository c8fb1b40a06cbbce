"""How well does recognition do on a file whose truth is known? Measured beside exact phone or address."""

import gc
import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .description import Description
from .features import Features, features
from .files import describe_as_far, read_rows
from .fitting import EvidenceTable, fit, with_rarities, with_strangers
from .keys import CAP, batch_keys
from .layout import Layout, LayoutError
from .model import load_model
from .scoring import compare

Say = Callable[[str], None]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
PAIRS_PER_ROW = 8
"""How many pairs are compared at most, for each row of the file: some 15 microseconds each."""
CHAIN_MARGIN = 4.0
"""Bits beyond acceptance that a link needs before others are drawn from it (odds of 16 to 1)."""
LONGEST_CHAIN = 60
"""Rows of one person beyond which a chain is not believed."""
PRECISION = 0.99
"""The precision at which recall_at_p99 is read off."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a method finds the pairs of rows that are the same person."""

    precision: float
    recall: float
    f1: float
    recall_at_p99: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured on one file."""

    rows: int
    true_pairs: int
    seconds: float
    engine: Figures
    exact_phone_or_address: Figures

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def evaluate(path: Path, layout: Layout, truth: str, *, on: date, say: Say) -> Evaluation:
    """Measure on a CSV file in which the column ``truth`` says which rows are one person.

    Rows with an empty truth are nobody else's. Raises FileError or LayoutError.
    """
    start = time.perf_counter()
    rows = read_rows(path)
    header = rows[0].keys() if rows else ()
    layout.check(header)
    if truth not in header:
        raise LayoutError(f"the file has no column '{truth}', which was given as the truth")
    say(f"{len(rows):,} rows read")
    people = truth_codes([(row.get(truth) or "").strip() for row in rows])
    described = _describe_all(rows, layout, on, say)
    cleaned = [features(one) for one in described]
    say("cleaned")
    true_pairs = pairs_within(people)
    with _no_collector():
        engine = _engine(cleaned, people, true_pairs, say)
    exact = exact_phone_or_address(cleaned, people, true_pairs)
    return Evaluation(len(rows), true_pairs, round(time.perf_counter() - start, 2), engine, exact)


@contextmanager
def _no_collector() -> Iterator[None]:
    """No search for cycles meanwhile: among millions of tuples it is half of the time, and finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# -- the file ------------------------------------------------------------------------------------------


def _describe_all(rows: Sequence[Mapping[str, str]], layout: Layout, on: date, say: Say) -> list[Description]:
    """Every row as a description. A value that cannot be read counts as missing, and is reported."""
    unread: Counter[str] = Counter()
    described = [describe_as_far(row, layout, on=on, unread=unread) for row in rows]
    for name, count in unread.items():
        say(f"{name}: {count:,} values cannot be read and count as missing")
    return described


def truth_codes(truth: Sequence[str]) -> Integers:
    """The person of each row as a number; rows without truth get one of their own."""
    numbers: dict[str, int] = {}
    return np.array(
        [numbers.setdefault(value or f"\0{row}", len(numbers)) for row, value in enumerate(truth)],
        dtype=np.int64,
    )


def pairs_within(*codes: Integers) -> int:
    """How many pairs of rows agree in every one of these columns of codes."""
    counts = np.unique(np.stack(codes, axis=1), axis=0, return_counts=True)[1].astype(object)
    return int(sum(count * (count - 1) // 2 for count in counts))


# -- the engine ----------------------------------------------------------------------------------------


def _engine(cleaned: Sequence[Features], people: Integers, true_pairs: int, say: Say) -> Figures:
    left, right = candidate_pairs(cleaned, say)
    model = with_strangers(with_rarities(load_model("batch"), cleaned), cleaned)
    evidence = EvidenceTable()
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        evidence.add(compare(cleaned[one], cleaned[other], model))
        if len(evidence) % 500_000 == 0:
            say(f"{len(evidence):,} of {len(left):,} pairs compared")
    fitted = fit(model, evidence, len(cleaned) * (len(cleaned) - 1) // 2)
    threshold = math.log2(fitted.model.population * model.accept / (1 - model.accept))
    codes = left * len(cleaned) + right
    codes, weights = with_chains(codes, fitted.weights, len(cleaned), threshold)
    true = people[codes // len(cleaned)] == people[codes % len(cleaned)]
    return figures(weights, true, threshold, true_pairs)


def with_chains(codes: Integers, weights: Floats, rows: int, threshold: float) -> tuple[Integers, Floats]:
    """The pairs weighed, and those that follow from them: if A is B and B is C, then A is C.

    A person's oldest and newest record may share little but those between. A chain weighs as its weakest
    link less CHAIN_MARGIN bits, so that no chain is accepted over a link that is not itself well beyond
    doubt; that a long chain grows by one false link is checked by LONGEST_CHAIN.
    """
    strong = np.flatnonzero(weights >= threshold + CHAIN_MARGIN)
    strong = strong[np.argsort(-weights[strong], kind="stable")]
    cluster = list(range(rows))
    members: dict[int, list[int]] = {}
    implied: list[int] = []
    implied_weights: list[float] = []
    for code, weight in zip(codes[strong].tolist(), weights[strong].tolist(), strict=True):
        one, other = cluster[code // rows], cluster[code % rows]
        if one == other:
            continue
        these, those = members.get(one, [one]), members.get(other, [other])
        if len(these) + len(those) > LONGEST_CHAIN:
            continue
        implied.extend(min(a, b) * rows + max(a, b) for a in these for b in those)
        implied_weights.extend([weight - CHAIN_MARGIN] * (len(these) * len(those)))
        members[one] = these + those
        for row in those:
            cluster[row] = one
    every = np.concatenate([codes, np.array(implied, dtype=np.int64)])
    all_weights = np.concatenate([weights, np.array(implied_weights)])
    order = np.lexsort((-all_weights, every))
    every, all_weights = every[order], all_weights[order]
    first = np.append(True, every[1:] != every[:-1])
    return every[first], all_weights[first]


def candidate_pairs(cleaned: Sequence[Features], say: Say) -> tuple[Integers, Integers]:
    """Pairs of rows that share a key, as two arrays of row numbers, each pair once.

    The keys that fewest rows share tell most: they are taken first, until there are PAIRS_PER_ROW.
    """
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for row, one in enumerate(cleaned):
        for key in batch_keys(one):
            blocks[key].append(row)
    size = len(cleaned)
    found = np.empty(0, np.int64)
    waiting: list[Integers] = []
    held = 0
    for rows in sorted((rows for rows in blocks.values() if 2 <= len(rows) <= CAP), key=len):
        block = np.array(rows, dtype=np.int64)
        first, second = _corners(len(block))
        waiting.append(block[first] * size + block[second])
        held += len(first)
        if held > 5 * size:
            found, waiting, held = np.unique(np.concatenate([found, *waiting])), [], 0
            if len(found) > PAIRS_PER_ROW * size:
                break
    found = np.unique(np.concatenate([found, *waiting]))
    say(f"{len(found):,} pairs of rows share a key")
    return found // size, found % size


@cache
def _corners(size: int) -> tuple[Integers, Integers]:
    first, second = np.triu_indices(size, 1)
    return first, second


# -- the figures ---------------------------------------------------------------------------------------


def figures(weights: Floats, true: npt.NDArray[np.bool_], threshold: float, true_pairs: int) -> Figures:
    """Figures of pairs weighed; pairs that are not among them count as refused."""
    accepted = weights >= threshold
    chosen = single_decision(int(accepted.sum()), int(true[accepted].sum()), true_pairs)
    return replace(chosen, recall_at_p99=recall_at(PRECISION, weights, true, true_pairs))


def recall_at(precision: float, weights: Floats, true: npt.NDArray[np.bool_], true_pairs: int) -> float:
    """The highest recall of any threshold at which precision is at least so much; 0 where there is none."""
    if not len(weights) or not true_pairs:
        return 0.0
    order = np.argsort(-weights, kind="stable")
    hits = np.cumsum(true[order])
    taken = np.arange(1, len(order) + 1)
    falling = weights[order]
    ends = np.append(falling[1:] != falling[:-1], True)  # a threshold takes all pairs of one weight
    good = ends & (hits >= precision * taken)
    return float(hits[good].max() / true_pairs) if good.any() else 0.0


def single_decision(accepted: int, correct: int, true_pairs: int) -> Figures:
    """Figures of a method that says yes or no. Where nothing is accepted, precision is 0."""
    precision = correct / accepted if accepted else 0.0
    recall = correct / true_pairs if true_pairs else 0.0
    f1 = 2 * correct / (accepted + true_pairs) if accepted + true_pairs else 0.0
    return Figures(precision, recall, f1, recall if precision >= PRECISION else 0.0)


def exact_phone_or_address(cleaned: Sequence[Features], people: Integers, true_pairs: int) -> Figures:
    """What many forces do today: the same telephone, or the same house number and street or postcode.

    Counted by groups, so that a value shared by thousands costs nothing. Each row has at most one of each.
    """
    phones = truth_codes([one.phones[0] if one.phones else "" for one in cleaned])
    homes = truth_codes([_exact_address(one) for one in cleaned])

    def either(*also: Integers) -> int:
        return pairs_within(phones, *also) + pairs_within(homes, *also) - pairs_within(phones, homes, *also)

    return single_decision(either(), either(people), true_pairs)


def _exact_address(one: Features) -> str:
    if not one.places:
        return ""
    place = one.places[0]
    if not place.number or not (place.street or place.postcode):
        return ""
    return "|".join((place.number, place.street, place.postcode or place.town))
