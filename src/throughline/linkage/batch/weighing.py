"""Pairs of records weighed by Splink, with the part of the weight that a housemate takes away.

Splink compares readings; of the readings of two records those count that `scoring.compare` would choose: the best
pair of names, and the best pair of places. Names that may be swapped are weighed turned as well, either of the two
being the one written the wrong way round, and count as the likelier.
"""

import logging
import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker

from ..further import further_fields
from ..model import Model
from .levels import Compared, compared, settings_of, terms_of
from .table import READING, further_in, readings_of

Connection = duckdb.DuckDBPyConnection

_PLACE = "number street_stem street street_sound town town_sound postcode outcode".split()
_PLACE_PAIR = ", ".join(f"{side}.{part}" for part in _PLACE for side in ("a", "b"))


def make_readings(con: Connection) -> None:
    """The table ``readings`` that Splink reads, with the turned ones of records in ``pairs`` that need them.

    ``ways_in`` says the same of each reading in a few columns.
    """
    con.execute("""
        create temp table crossed as
        select l.rid as rid_l, r.rid as rid_r from pairs p
        join letters l on l.rid = p.rid_l join letters r on r.rid = p.rid_r
        where (l.g = r.f or l.g is null or r.f is null) and (l.f = r.g or l.f is null or r.g is null)
              and ((l.g is not null and r.f is not null) or (l.f is not null and r.g is not null))
    """)
    further = further_in(con)
    turned = "ordered and rid in (select unnest([rid_l, rid_r]) from crossed)"
    con.execute(f"""
        create or replace table readings as
        select (row_number() over ()) as unique_id, * from (
            {readings_of("true", False, further)} union all by name {readings_of(turned, True, further)}
        )
    """)
    con.execute("drop table crossed")
    con.execute("""
        create or replace table ways_in as
        select r.unique_id, r.rid, r.turned, r.place_no, coalesce(r.ordered, false) as ordered,
               r.name_no * 2 + r.way as name_no, g.given_letter as g, f.family_letter as f
        from readings r left join given_forms g on g.text = r.name_given
        left join family_forms f on f.text = r.name_family
    """)


def make_letters(con: Connection) -> None:
    """``letters``: the first letters of each ordered name, by which a swap is ruled out."""
    con.execute("""
        create or replace temp table letters as
        select distinct w.rid, g.given_letter as g, f.family_letter as f
        from ways w left join given_forms g on g.text = w.name_given
        left join family_forms f on f.text = w.name_family where w.ordered
    """)


_BEST_PLACES = f"""
    create or replace temp table best_places as
    select rid_l, rid_r, place_l, place_r from (
        select p.rid_l, p.rid_r, a.place_no as place_l, b.place_no as place_r, row_number() over (
                   partition by p.rid_l, p.rid_r order by place_rank({_PLACE_PAIR}), a.place_no, b.place_no) as n
        from (select * from pairs_now where rid_l in (select rid from homes where place_no = 1)
              or rid_r in (select rid from homes where place_no = 1)) p
        join homes a on a.rid = p.rid_l join homes b on b.rid = p.rid_r
    ) where n = 1
"""
_STRAIGHT = """
    create or replace temp table blocked as
    select '0' as match_key, l.unique_id as join_key_l, r.unique_id as join_key_r
    from pairs_now p join ways_in l on l.rid = p.rid_l join ways_in r on r.rid = p.rid_r
    left join best_places b on b.rid_l = p.rid_l and b.rid_r = p.rid_r
    where l.place_no = coalesce(b.place_l, l.place_no) and r.place_no = coalesce(b.place_r, r.place_no)
          and not l.turned and not r.turned
"""
_TURNED = """
    create or replace temp table turned_pairs as
    with turnable as materialized (
        select p.rid_l, p.rid_r, b.place_l, b.place_r from pairs_now p
        semi join (select rid from ways_in where turned) l on l.rid = p.rid_l
        semi join (select rid from ways_in where turned) r on r.rid = p.rid_r
        left join best_places b on b.rid_l = p.rid_l and b.rid_r = p.rid_r
    )
    select l.unique_id as uid_l, r.unique_id as uid_r
    from turnable p join ways_in l on l.rid = p.rid_l join ways_in r on r.rid = p.rid_r
    where l.place_no = coalesce(p.place_l, l.place_no) and r.place_no = coalesce(p.place_r, r.place_no)
          and l.turned <> r.turned and l.ordered and r.ordered
          and (l.g = r.g or l.g is null or r.g is null) and (l.f = r.f or l.f is null or r.f is null)
          and ((l.g is not null and r.g is not null) or (l.f is not null and r.f is not null))
"""


def block_readings(con: Connection) -> None:
    """``blocked``: which readings of the pairs in ``pairs_now`` are compared, as Splink takes them."""
    con.execute(_BEST_PLACES)
    con.execute(_STRAIGHT)
    con.execute(_TURNED)
    names = [one for one in compared() if one.name in ("forename", "middle", "surname")]
    agrees = " and ".join(f"coalesce({level_sql(one)}, '') not in {_APART}" for one in names)
    con.execute(
        "create or replace temp table may_be_turned as"
        f" select unique_id_l as uid_l, unique_id_r as uid_r from ({sides('turned_pairs')}) where {agrees}"
    )
    con.execute("insert into blocked select '0', uid_l, uid_r from turned_pairs")


_APART = "('different', 'alike', 'alike_part')"


def sides(pairs: str, further: Sequence[str] = ()) -> str:
    """The readings of pairs ``(uid_l, uid_r)`` beside each other, their columns ending in _l and _r."""
    both = ", ".join(
        f"{side}.{column} as {column}_{side}" for column in (*_COLUMNS, *further) for side in ("l", "r")
    )
    return (
        f"select {both} from {pairs} p join readings l on l.unique_id = p.uid_l"
        " join readings r on r.unique_id = p.uid_r"
    )


_COLUMNS = ("unique_id", *(column.strip() for column in READING.split(",")))


def level_sql(one: Compared) -> str:
    """The label of a comparison's level, null where nothing is said, of two readings beside each other."""
    whens = " ".join(
        f"when {condition.sql} then '{condition.label}'"
        for condition in one.levels
        if condition.sql != "true"
    )
    last = f"else '{one.levels[-1].label}'" if one.levels[-1].sql == "true" else ""
    return f"case when {one.nothing} then null {whens} {last} end"


class Scores(Protocol):
    """Whatever weighs the readings in ``blocked``."""

    def score(self, least: float) -> str:
        """A table with unique_id_l, unique_id_r and match_weight, of so much weight at the least."""

    def close(self) -> None:
        """Put away what it made."""


class Scorer:
    """Splink, comparing the readings in ``blocked``."""

    def __init__(self, con: Connection, model: Model) -> None:
        self._database = DuckDBAPI(con)
        self._linker = linker_of(self._database, "readings", settings_of(model))
        register_shares(con, model)
        for column in terms_of(model):  # in place of those of the table
            shares = self._database.register(f"tf_of_{column}")
            self._linker.table_management.register_term_frequency_lookup(shares, column)

    def score(self, least: float) -> str:
        """A table with unique_id_l, unique_id_r and match_weight, of so much weight at the least."""
        tables = self._linker.table_management
        tables.register_blocked_pairs_for_predict(self._database.register("blocked"))
        scored = self._linker.inference.predict(threshold_match_weight=least, warning_mode="never")
        return str(scored.physical_name)

    def close(self) -> None:
        """Put away what it made."""
        self._linker.table_management.delete_tables_created_by_splink_from_db()


def weigh(con: Connection, scorer: Scores, model: Model, *, least: float) -> None:
    """``weighed_now(rid_l, rid_r, uid_l, uid_r, bits)``: the pairs in ``pairs_now`` of at least so many bits.

    Bits are those of the levels alone, without the odds that two records are one person's.
    """
    block_readings(con)
    prior = prior_bits(model)
    scored = scorer.score(least + prior)
    con.execute(f"""
        create or replace temp table weighed_now as
        with told as (
            select l.rid as rid_l, r.rid as rid_r, l.name_no as name_l, r.name_no as name_r,
                   l.turned <> r.turned as turned,
                   unique_id_l as uid_l, unique_id_r as uid_r, match_weight - ({prior}) as bits
            from {scored} s join ways_in l on l.unique_id = s.unique_id_l
            join ways_in r on r.unique_id = s.unique_id_r
        ), counted as (
            select rid_l, rid_r, uid_l, uid_r, bits from told where not turned
            union all
            select rid_l, rid_r, uid_l, uid_r, bits from (
                select rid_l, rid_r, arg_min(uid_l, bits) as uid_l, arg_min(uid_r, bits) as uid_r,
                       min(bits) as bits from told where turned
                group by rid_l, rid_r, name_l, name_r having count(*) > 1
            ) semi join may_be_turned using (uid_l, uid_r)
        )
        select rid_l, rid_r, arg_max(uid_l, bits) as uid_l, arg_max(uid_r, bits) as uid_r, max(bits) as bits
        from counted group by rid_l, rid_r
    """)
    con.execute(f"drop table {scored}")


def prior_bits(model: Model) -> float:
    """What Splink adds to every weight: the log2 of the odds that two records are one person's."""
    share = 1.0 / model.population
    return math.log2(share / (1.0 - share))


def _bits_sql(one: Compared, model: Model, bits: Callable[[float, float, float], float], shared: str) -> str:
    """A comparison's bits by its level, of ``bits(same, household, unrelated)``; of a value whose share is known
    by ``shared``, with {share} in its place."""
    whens = []
    for condition in one.levels:
        odds = model.fields[one.field][condition.level]
        worth = f"cast({bits(odds.same, odds.household, odds.unrelated)!r} as double)"
        if odds.rarity and condition.term:
            worth = shared.format(
                same=f"cast({odds.same!r} as double)",
                household=f"cast({odds.household!r} as double)",
                share=f"coalesce(tf_{condition.term}, cast({odds.unrelated!r} as double))",
            )
        whens.append(f"when '{condition.label}' then {worth}")
    return f"case {one.name}_level {' '.join(whens)} else cast(0 as double) end"


def levels_query(model: Model, pairs: str) -> str:
    """Of pairs of readings ``(uid_l, uid_r)``, as a query: of every comparison the level and its bits for the same
    person (``forename_level``, ``forename_bits``, …), and the bits of a household in all."""
    asked, columns = compared(model), terms_of(model)
    levels = ", ".join(f"{level_sql(one)} as {one.name}_level" for one in asked)
    terms = ", ".join(f"{column}_l" for column in columns)
    joins = " ".join(
        f"left join tf_of_{column} on tf_of_{column}.{column} = {column}_l" for column in columns
    )
    kept = ", ".join(
        f"{one.name}_level, "
        + _bits_sql(one, model, lambda m, _, u: math.log2(m / u), "log2({same} / {share})")
        + f" as {one.name}_bits"
        for one in asked
    )
    household = " + ".join(
        _bits_sql(
            one,
            model,
            lambda _, h, u: math.log2(h / u),
            "log2(({household} + (1 - {household}) * {share}) / {share})",
        )
        for one in asked
    )
    return (
        f"select uid_l, uid_r, {kept}, {household} as household from ("
        f"select unique_id_l as uid_l, unique_id_r as uid_r, {terms}, {levels} from ({sides(pairs, further_fields(model))})) {joins}"
    )


def linker_of(database: DuckDBAPI, table: str, settings: dict[str, Any]) -> Linker:
    """Splink over a table of readings."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    return Linker(database.register(table), settings, validate_settings=False, log_level=None)


def register_shares(con: Connection, model: Model) -> None:
    """The model's shares as tables, ``tf_of_forename`` and so on."""
    for column, kind in terms_of(model).items():
        shares = model.rarities[kind]
        table = pa.table(
            {
                column: pa.array(list(shares), pa.string()),
                f"tf_{column}": pa.array(shares.values(), pa.float64()),
            }
        )
        con.register("shares", table)
        con.execute(f"create or replace temp table tf_of_{column} as select * from shares")
        con.unregister("shares")
