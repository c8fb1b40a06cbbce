"""How strangers agree: counted in random pairs of a file's records, less those that are one person twice.

Splink's own random sample takes every random pair for one of strangers; where persons have several records, most
random pairs at one address are one person's.
"""

from dataclasses import dataclass, replace

import duckdb
import numpy as np
import numpy.typing as npt

from ..fitting import SEEN_OF_STRANGERS
from ..model import Model
from .levels import compared
from .table import count_of
from .weighing import levels_query, register_shares

Connection = duckdb.DuckDBPyConnection
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SAMPLED = 250_000
"""Random pairs in which the agreement of strangers is counted."""
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Strangers:
    """Random pairs of records, alike ones counted together: of each comparison the number of its level, or that of
    ``names`` where it says nothing; the bits of values whose rarity counts; and how many there are. ``before`` is how
    strangers agreed in the model before any were counted."""

    names: list[tuple[str, str]]
    levels: Integers
    rare: Floats
    home: Floats
    counts: Floats
    before: Floats


def draw_strangers(con: Connection, model: Model, seed: int) -> Strangers:
    """Draw random pairs of ``first_readings``, as many as there are where those are few."""
    register_shares(con, model)
    con.execute(
        "create or replace temp table numbered as"
        " select (row_number() over (order by rid)) - 1 as n, unique_id from first_readings"
    )
    rows = max(count_of(con, "numbered"), 1)
    con.execute(
        "create or replace temp table drawn as select a.unique_id as uid_l, b.unique_id as uid_r"
        f" from range({min(SAMPLED, rows * (rows - 1) // 2)}) drawn(k) join numbered a on a.n = hash(k, {seed}) % {rows}"
        f" join numbered b on b.n = hash({seed}, k) % {rows} where a.n <> b.n"
    )
    asked = compared(model)
    rare = " + ".join(
        f"case when {one.name}_level in ({', '.join(map(repr, labels))}) then {one.name}_bits else 0 end"
        for one in asked
        if (labels := [c.label for c in one.levels if c.term and model.fields[one.field][c.level].rarity])
    )
    found = con.execute(
        f"select {', '.join(f'{one.name}_level' for one in asked)}, round({rare}, 1), round(household), count(*)"
        f" from ({levels_query(model, 'drawn')}) group by all order by all"
    ).fetchall()
    con.execute("drop table drawn")
    con.execute("drop table numbered")
    field = {one.name: one.field for one in asked}
    names = list(dict.fromkeys((one.name, condition.level) for one in asked for condition in one.levels))
    number = {name: place for place, name in enumerate(names)}
    numbers = [{c.label: number[one.name, c.level] for c in one.levels} for one in asked]
    levels = [[of.get(label, len(names)) for of, label in zip(numbers, row, strict=False)] for row in found]
    return Strangers(
        names,
        np.array(levels, dtype=np.int64).reshape(-1, len(numbers)),
        np.array([row[-3] for row in found], dtype=np.float64),
        np.array([row[-2] for row in found], dtype=np.float64),
        np.array([row[-1] for row in found], dtype=np.float64),
        np.array([model.fields[field[name]][level].unrelated for name, level in names], dtype=np.float64),
    )


def with_strangers(model: Model, sample: Strangers, *, rare: bool = False) -> Model:
    """The model with the agreement of random pairs as that of strangers, each by how likely it is no person twice.

    Where persons have several records each, pairs of one person are most of those random pairs that share an address
    or a rare name. Housemates, whom a household explains as well, count among the strangers that they mostly are.
    The model's own share counts as some pairs seen, and as one of that level at the least, beside all that were drawn,
    for those who say nothing of a field are taken to be as the others: what is too rare for any sample keeps about the
    share that it had. With ``rare`` it is also counted how often strangers agree in values whose rarity counts,
    whichever these are.
    """
    if not len(sample.counts):
        return model
    field = {one.name: one.field for one in compared(model)}
    odds = [model.fields[field[name]][level] for name, level in sample.names]
    is_rare = np.array([bool(one.rarity) for one in odds] + [True])
    same = np.array([one.same for one in odds] + [1.0])
    begun = np.append(sample.before, 1.0)
    before = np.maximum(SEEN_OF_STRANGERS, 1 / begun)
    comparison = np.array([list(field).index(name) for name, _ in sample.names] + [len(field)])
    drawn = sample.counts.sum()
    unrelated, share = begun, 1.0 / model.population
    other = 1.0 + model.household / model.population * np.exp2(np.clip(sample.home, -300, 300))
    for _ in range(_ROUNDS):
        bits = np.where(is_rare, 0.0, np.log2(same / unrelated))[sample.levels].sum(axis=1) + sample.rare
        likely = share * np.exp2(np.clip(bits, -300, 300))
        likely /= likely + other
        share = float(((sample.counts * likely).sum() + 1) / (drawn + model.population))
        apart = np.repeat(sample.counts * (1 - likely), sample.levels.shape[1])
        seen = np.bincount(sample.levels.ravel(), apart, len(begun))
        seen[-1] = 0.0
        all_of = np.bincount(comparison, seen)[comparison]
        said = all_of > 0
        seen[said] *= drawn / all_of[said]
        unrelated = (seen + before * begun) / (np.where(said, drawn, 0.0) + before)
    fields = {name: dict(levels) for name, levels in model.fields.items()}
    for (name, level), one, learnt in zip(sample.names, odds, unrelated[:-1].tolist(), strict=True):
        if rare or not one.rarity:
            fields[field[name]][level] = replace(one, unrelated=learnt)
    return replace(model, fields=fields, _bits={})
