"""Which records of a file are one person: weighed by Splink, settled against the household, joined in clusters."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..cleaning import FURTHER_MARK
from ..further import further_fields, without
from ..model import Model
from .blocking import block
from .joining import joins
from .table import count_of, further_in
from .weighing import Scorer, Scores, levels_query, make_letters, make_readings, weigh

Connection = duckdb.DuckDBPyConnection
Say = Callable[[str], None]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LEAST, _UNLIKELY = 2.0, 9.0
"""Bits for the same person below which a pair is not kept, whatever a household would explain: so many, or so many
less than make it as likely as not."""
CHUNK = 1_000_000
"""Pairs that are weighed at a time."""
_ROUNDS = 25


def prepare(con: Connection, rows: int, say: Say) -> None:
    """Block the records and make their readings."""
    block(con, rows, say)
    make_letters(con)
    make_readings(con)


def make_weighed(con: Connection) -> None:
    """``weighed``: every pair of ``pairs`` with enough for it, its bits and those of a household; empty yet."""
    con.execute(
        "create or replace table weighed (part int, rid_l bigint, rid_r bigint, uid_l bigint, uid_r bigint,"
        " bits double, household double)"
    )


def weigh_pairs(con: Connection, model: Model, say: Say) -> None:
    """Weigh all pairs into ``weighed``, on DuckDB."""
    make_weighed(con)
    scorer = Scorer(con, model)
    for chunk in chunks(con):
        weigh_chunk(con, scorer, model, chunk)
        say(f"{min((chunk + 1) * CHUNK, count_of(con, 'pairs')):,} pairs weighed")
    scorer.close()


def chunks(con: Connection) -> Iterable[int]:
    """The numbers of the parts in which the pairs are weighed."""
    return range(-(-count_of(con, "pairs") // CHUNK))


def weigh_chunk(con: Connection, scorer: Scores, model: Model, chunk: int) -> None:
    """Weigh one part of the pairs."""
    con.execute(
        f"create or replace temp table pairs_now as select rid_l, rid_r from pairs where rowid >= {chunk * CHUNK}"
        f" and rowid < {(chunk + 1) * CHUNK}"
    )
    weigh(con, scorer, model, least=max(LEAST, math.log2(model.population) - _UNLIKELY))
    levels = levels_query(model, "weighed_now")
    con.execute("delete from weighed where part = ?", [chunk])
    con.execute(
        f"insert into weighed select {chunk}, rid_l, rid_r, uid_l, uid_r, bits, household from weighed_now"
        f" join (select uid_l, uid_r, household from ({levels})) using (uid_l, uid_r)"
    )
    con.execute("drop table weighed_now")
    con.execute("drop table pairs_now")


def for_the_file(con: Connection, model: Model, say: Say) -> Model:
    """The model without the further fields that the file lacks; which of the file's it does not know is said."""
    held, known = further_in(con), further_fields(model)
    for name in held:
        if name not in known:
            say(f"{name.removeprefix(FURTHER_MARK)} is not compared: the model does not know it")
    return without(model, [name for name in known if name not in held])


@dataclass(frozen=True, slots=True)
class Settled:
    """The model with the file's own odds, and each pair's bits after what its household explains is taken off."""

    model: Model
    left: Integers
    right: Integers
    weights: Floats

    @property
    def odds(self) -> Floats:
        """Log2 of the odds of every pair, by itself."""
        return self.weights - math.log2(self.model.population)

    def weight_at(self, probability: float) -> float:
        """The bits from which a pair is of one person with so much probability."""
        return float(np.log2(self.model.population * probability / (1 - probability)))

    def between(self, review: float, joined: Sequence[int]) -> pa.Table:
        """The pairs that are likely enough to be looked at and are not in one cluster."""
        cluster = np.asarray(joined)
        chosen = (self.weights >= self.weight_at(review)) & (cluster[self.left] != cluster[self.right])
        weights = self.weights[chosen]
        odds = np.exp2(np.minimum(weights, 300)) / self.model.population
        return pa.table(
            {
                "rid_l": self.left[chosen],
                "rid_r": self.right[chosen],
                "weight": weights,
                "probability": odds / (1 + odds),
            }
        )


def settle(con: Connection, model: Model, rows: int) -> Settled:
    """How many pairs are of one person, found in the weights of all pairs at once; and of one household, unless the
    training counted it among those who share a home."""
    found = con.execute(
        "select rid_l, rid_r, bits, household from weighed order by rid_l, rid_r"
    ).fetchnumpy()
    bits, home = (
        np.exp2(np.clip(found[name].astype(np.float64), -300, 300)) for name in ("bits", "household")
    )
    pairs = max(rows * (rows - 1) // 2, 1)
    same_share, home_share = (
        1.0 / model.population,
        model.household / (rows if model.trained.get("homes") else model.population),
    )
    for _ in range(_ROUNDS):
        odds, odds_home = same_share * bits, home_share * home
        whole = 1.0 + odds + odds_home
        same_share = float(((odds / whole).sum() + 1.0) / pairs)
        if not model.trained.get("homes"):
            home_share = float(
                np.clip((odds_home / whole).sum() / pairs, 0.001 / model.population, 5 / model.population)
            )
    weights = np.log2(bits) - np.log2(1.0 + home_share * home)
    settled = replace(
        model, population=max(round(1 / same_share), 2), household=home_share / same_share, _bits={}
    )
    return Settled(settled, found["rid_l"].astype(np.int64), found["rid_r"].astype(np.int64), weights)


def clusters(settled: Settled, rows: int, join: float) -> list[int]:
    """Of every row the first row of its person: groups are joined where a pair of theirs is one person with so much
    probability and the others do not outweigh it."""
    surest = math.log2(join / (1 - join))
    of = list(range(rows))
    for one, other, _ in joins(settled.left, settled.right, settled.odds, rows, 0.0, surest):
        first = min(of[one[0]], of[other[0]])
        for row in (*one, *other):
            of[row] = first
    return of
