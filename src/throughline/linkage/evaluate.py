"""How well does recognition do on a file whose truth is known? Measured beside exact phone or address."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from .batch.joining import joins, pairs_of
from .batch.linking import Settled, for_the_file, prepare, settle, weigh_pairs
from .batch.table import load, opened
from .batch.training import train
from .known import whose
from .layout import Layout
from .model import Model, load_model

Connection = duckdb.DuckDBPyConnection
Say = Callable[[str], None]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_LEAST = -7.0  # log2 of the odds to which pairs are ranked
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


def evaluate(
    path: Path, layout: Layout, truth: str, *, on: date, say: Say, model: Model | None = None, seed: int = 1
) -> Evaluation:
    """Measure on a CSV file in which the column ``truth`` says which rows are one person.

    Rows with an empty truth are nobody else's. Without a ``model`` the one that comes with this is trained on
    the file first, without its truth. Raises FileError or LayoutError.
    """
    start = time.perf_counter()
    con = opened()
    try:
        rows = load(con, path, layout, truth, on=on, say=say)
        people = truth_codes([whose(mark) for (mark,) in _all(con, "select truth from records order by rid")])
        true_pairs = pairs_within(people)
        prepare(con, rows, say)
        model = train(con, load_model("batch"), seed, say) if model is None else for_the_file(con, model, say)
        weigh_pairs(con, model, say)
        engine = _engine(settle(con, model, rows), rows, people, true_pairs)
        exact = exact_phone_or_address(con, people, true_pairs)
    finally:
        con.close()
    return Evaluation(rows, true_pairs, round(time.perf_counter() - start, 2), engine, exact)


def _all(con: Connection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


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


def _engine(settled: Settled, rows: int, people: Integers, true_pairs: int) -> Figures:
    """Figures of the pairs that are one person by their records and by those between: if A is B and B is C, then A is C."""
    accept = settled.model.accept
    codes, odds = pairs_of(joins(settled.left, settled.right, settled.odds, rows, _LEAST), rows)
    true = people[codes // rows] == people[codes % rows]
    return figures(odds, true, math.log2(accept / (1 - accept)), true_pairs)


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


def exact_phone_or_address(con: Connection, people: Integers, true_pairs: int) -> Figures:
    """What many forces do today: the same telephone, or the same house number and street or postcode.

    Counted by groups, so that a value shared by thousands costs nothing. Each row has at most one of each.
    """
    found = _all(
        con,
        """
        select p.phones[1], case when coalesce(h.street, h.postcode) is not null and h.number is not null then
            concat_ws('|', h.number, coalesce(h.street, ''), coalesce(h.postcode, h.town, '')) end
        from records r left join sayings p using (rid) left join homes h on h.rid = r.rid and h.place_no = 0
        order by r.rid
        """,
    )
    phones, homes = (truth_codes([one[place] or "" for one in found]) for place in (0, 1))

    def either(*also: Integers) -> int:
        return pairs_within(phones, *also) + pairs_within(homes, *also) - pairs_within(phones, homes, *also)

    return single_decision(either(), either(people), true_pairs)
