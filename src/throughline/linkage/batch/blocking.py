"""Which records of a file are compared: those that share a telling key, as `keys.batch_keys` has them.

A key that more than CAP records share is dropped, so that a hostel or a common name costs nothing. Where the
telling keys find few pairs, as in a small or much misspelt file, looser ones are taken as well.
"""

from collections.abc import Callable

import duckdb

from ..keys import AGE_SLACK, CAP
from .table import count_of

Connection = duckdb.DuckDBPyConnection
Say = Callable[[str], None]

PAIRS_PER_ROW = 8
"""How many pairs for each row of the file are wanted: the looser keys fill up to so many, the rarest first."""
_KEYS_OF_A_PAIR = 12  # of the looser keys, by how many of them one pair is found on average, about

_SOURCES = """
    create or replace temp table codes as
    select rid, code from (
        select w.rid, unnest(list_concat(coalesce(g.given_codes, []), coalesce(f.family_codes, []))) as code
        from ways w left join given_forms g on g.text = w.name_given
        left join family_forms f on f.text = w.name_family where way = 0
    ) group by all;
    create or replace temp table name_pairs as
    select rid, pair from (
        select rid, unnest(pairs) as pair from (
            select rid, list_distinct(flatten(list_transform(every, lambda a, i: list_transform(
                every[i + 1:], lambda b: least(a, b) || '/' || greatest(a, b))))) as pairs
            from (select w.rid, list_concat(coalesce(g.given_codes, []), coalesce(f.family_codes, [])) as every
                  from ways w left join given_forms g on g.text = w.name_given
                  left join family_forms f on f.text = w.name_family where way = 0)
        )
    ) group by all;
    create or replace temp table places as
    select *, unnest(case when number is null then [null] else string_split(number, ' ')[:3] end) as part from homes;
    create or replace temp table years as
    select rid, unnest(range(born_first - slack, born_last + slack + 1)) as year
    from (select *, case when born is null then {slack} else 0 end as slack from sayings
          where born_first is not null and born_last - born_first <= 12)
"""

_TELLING = {
    "p": "select rid, right(unnest(phones), 9) from sayings",
    "n": "select rid, pair from name_pairs",
    "y": "select rid, pair || year from name_pairs join years using (rid)",
    "b": "select rid, born || code from sayings join codes using (rid) where born is not null",
    "o": "select rid, born || outcode from sayings join homes using (rid) where born is not null",
    "c": "select rid, postcode || code from homes join codes using (rid) where postcode is not null",
    "h": "select rid, postcode || '/' || part from places where postcode is not null and part is not null",
    "s": "select rid, street_stem || '/' || part from places where street is not null and part is not null",
    "x": "select rid, least(g, f) || '/' || greatest(g, f) || code from ("
    " select rid, unnest(other_given_codes) as g, other_family_codes from sayings where other_given_codes is not null"
    ") join (select rid, unnest(other_family_codes) as f from sayings) using (rid) join codes using (rid)",
    "z": "select rid, other || '/' || code || year from (select rid, unnest(list_concat("
    "coalesce(other_given_codes, []), coalesce(other_family_codes, []))) as other from sayings)"
    " join codes using (rid) join years using (rid)",
}
_LOOSE = {
    "w": "select rid, left(born, 4) || substr(born, 7, 2) || substr(born, 5, 2) || code from sayings"
    " join codes using (rid) where born is not null and substr(born, 7, 2) <= '12'"
    " and substr(born, 7, 2) <> substr(born, 5, 2)",
    "1": "select rid, left(born, 6) || code from sayings join codes using (rid) where born is not null",
    "2": "select rid, right(born, 4) || code from sayings join codes using (rid) where born is not null",
    "3": "select rid, left(born, 4) || right(born, 2) || code from sayings join codes using (rid)"
    " where born is not null",
    "4": "select rid, code || year from codes join years using (rid)",
    "5": "select rid, code || year || town_code from codes join years using (rid) join homes using (rid)"
    " where town is not null",
    "6": "select rid, code || town_code from codes join homes using (rid) where town is not null",
    "7": "select rid, street_stem || '/' || town_code from homes where street is not null and town is not null",
    "8": "select rid, part || '/' || town_code from places where part is not null and town is not null",
    "9": "select rid, part || '/' || born from places join sayings using (rid)"
    " where part is not null and born is not null",
    "0": "select rid, street_stem || '/' || code from homes join codes using (rid) where street is not null",
    "d": "select rid, born from sayings where born is not null",
    "u": "select rid, part || '/' || code from places join codes using (rid) where part is not null",
    "v": "select rid, postcode || '/' || year from homes join years using (rid) where postcode is not null",
    "m": "select rid, postcode || '/' || street_stem from homes where postcode is not null and street is not null",
    "e": "select rid, street_stem from homes where street is not null",
    "f": "select rid, postcode || town_code from homes where postcode is not null and town is not null",
    "t": "select rid, town_code || born from homes join sayings using (rid)"
    " where town is not null and born is not null",
}


def block(con: Connection, rows: int, say: Say) -> int:
    """The table ``pairs(rid_l, rid_r)``: records that share a key, each pair once, and how many there are."""
    for statement in _SOURCES.format(slack=AGE_SLACK).split(";"):
        con.execute(statement)
    con.execute("create or replace table pairs (rid_l bigint, rid_r bigint)")
    pairs = 0
    for keys in (_TELLING, _LOOSE):
        every = " union all ".join(
            f"select rid, hash('{mark}' || key) as key from ({query}) found(rid, key) where key is not null"
            for mark, query in keys.items()
        )
        con.execute(f"create or replace temp table keys as select distinct key, rid from ({every})")
        cap = CAP if keys is _TELLING else _cap(con, (PAIRS_PER_ROW * rows - pairs) * _KEYS_OF_A_PAIR)
        con.execute(
            "create or replace temp table shared as select key, rid from keys"
            f" semi join (select key from keys group by key having count(*) between 2 and {cap}) using (key)"
        )
        con.execute(
            "insert into pairs select distinct l.rid, r.rid from shared l join shared r using (key)"
            " where l.rid < r.rid" + (" except select rid_l, rid_r from pairs" if pairs else "")
        )
        pairs = count_of(con, "pairs")
        if pairs >= PAIRS_PER_ROW * rows:
            break
    for name in ("keys", "shared", "codes", "name_pairs", "places", "years"):
        con.execute(f"drop table {name}")
    say(f"{pairs:,} pairs of rows share a key")
    return pairs


def _cap(con: Connection, most: int) -> int:
    """By how many records a key may be shared, that no more than so many pairs share one."""
    cap, pairs = 1, 0
    for size, held in con.execute(
        "select n, count(*) * n * (n - 1) // 2 from (select count(*) as n from keys group by key) where n > 1"
        f" and n <= {CAP} group by n order by n"
    ).fetchall():
        pairs += held
        if pairs > most:
            break
        cap = size
    return cap
