"""Which records of a file are compared: those that share a telling key. They are more than `keys` has for
a lookup, and in the clear, for they are not kept.

A key that more than CAP records share is dropped, so that a hostel or a common name costs nothing. Where the
telling keys find few pairs, as in a small or much misspelt file, looser ones are taken as well.
"""

from collections.abc import Callable, Mapping

import duckdb

from ..cleaning import FURTHER_MARK
from ..keys import AGE_SLACK, CAP
from .table import count_of, further_in

Connection = duckdb.DuckDBPyConnection
Say = Callable[[str], None]

FEW, PAIRS_PER_ROW, MORE_PER_ROW = 60_000, 8, 12
"""In a file of so few rows looser keys are taken as well: they fill up to so many pairs for each row, and add so many at
the least, the likeliest first."""
MANY, CAP_OF_MANY = 250_000, 64
"""Rows that are many, and by how many of them a key may be shared."""
MOST, MOST_PER_ROW = 2_000_000, 2
"""How many pairs are compared, at the most, and how many for each row in a larger file: the likeliest."""
PAIRS_LOOKED_AT = 20
"""For each pair that is wanted, how many that share a looser key are looked at."""

_SOURCES = """
    create or replace temp table codes as
    select rid, code, bool_or(given) as given from (
        select w.rid, unnest(g.given_codes) as code, true as given
        from ways w join given_forms g on g.text = w.name_given where way = 0
        union all
        select w.rid, unnest(f.family_codes) as code, not ordered as given
        from ways w join family_forms f on f.text = w.name_family where way = 0
    ) group by rid, code;
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
    "q": "select rid, unnest(list_concat(emails, email_names)) from sayings",
    "n": "select rid, pair from name_pairs",
    "y": "select rid, pair || year from name_pairs join years using (rid)",
    "b": "select rid, born || code from sayings join codes using (rid) where born is not null",
    "i": "select rid, born || unnest(list_distinct([given_letter, family_letter])) from ("
    " select w.rid, g.given_letter, f.family_letter from ways w left join given_forms g on g.text = w.name_given"
    " left join family_forms f on f.text = w.name_family where way = 0) join sayings using (rid) where born is not null",
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
    "g": "select rid, unnest(other_given_codes) || '/' || code from sayings join codes using (rid) where given",
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


_WORDS = {
    "p": "telephone", "q": "e-mail", "n": "two names", "y": "two names, year", "b": "birth date, name", "i": "birth date, initial",
    "o": "birth date, area", "c": "postcode, name", "h": "postcode, number", "s": "street, number",
    "x": "other party, name", "z": "one name of the other party, name, year",
}  # fmt: skip
# What a key already says, which does not count again: how many words of a name, how much of a birth date (its year,
# or most of it), and whether the postcode or street.
_SAYS = {
    "n": (2, 0, 0), "y": (2, 1, 0), "b": (1, 2, 0), "i": (0, 2, 0), "o": (0, 2, 0), "c": (1, 0, 1), "h": (0, 0, 1), "s": (0, 0, 1),
    "x": (1, 0, 0), "g": (1, 0, 0), "z": (1, 1, 0), "w": (1, 2, 0), "1": (1, 2, 0), "2": (1, 2, 0), "3": (1, 2, 0), "4": (1, 1, 0),
    "5": (1, 1, 0), "6": (1, 0, 0), "7": (0, 0, 1), "9": (0, 2, 0), "0": (1, 0, 1), "d": (0, 2, 0), "u": (1, 0, 0),
    "v": (0, 1, 1), "m": (0, 0, 1), "e": (0, 0, 1), "f": (0, 0, 1), "t": (0, 2, 0),
}  # fmt: skip
_SIGNS = """
    create or replace temp table signs as
    select r.rid, cast(s.born as integer) as born, cast(s.born_first as smallint) as born_first,
           cast(s.born_last as smallint) as born_last, s.sex, coalesce(c.names, 0) as names,
           coalesce(c.given, 0) as given,
           coalesce(list_sum(list_transform(list_distinct(list_transform(s.phones, lambda x: hash(right(x, 9)) % 62)),
               lambda x: 1::bigint << x::integer)), 0)::bigint as phones,
           coalesce(list_sum(list_transform(list_distinct(list_transform(list_concat(s.emails, s.email_names),
               lambda x: hash(x) % 62)), lambda x: 1::bigint << x::integer)), 0)::bigint as mails,
           coalesce(h.posts, 0) as posts, coalesce(h.streets, 0) as streets,
           coalesce(list_sum(list_transform(list_distinct(list_transform(list_concat(
               coalesce(s.other_given_codes, []), coalesce(s.other_family_codes, [])), lambda x: hash(x) % 62)),
               lambda x: 1::bigint << x::integer)), 0)::bigint as others
    from records r left join sayings s using (rid)
    left join (select rid, bit_or(1::bigint << (hash(code) % 62)::integer) as names,
                      bit_or(1::bigint << (hash(code) % 62)::integer) filter (given) as given from codes group by rid
    ) c using (rid)
    left join (select rid, bit_or(1::bigint << (hash(postcode) % 62)::integer) as posts,
                      bit_or(1::bigint << (hash(street_stem) % 62)::integer) as streets from homes group by rid
    ) h using (rid)
"""
_MONTH, _DAY = "(({0}.born // 100) % 100)", "({0}.born % 100)"
_PARTS = (
    "((l.born // 10000 = r.born // 10000)::tinyint + "
    f"({_MONTH.format('l')} = {_MONTH.format('r')})::tinyint + ({_DAY.format('l')} = {_DAY.format('r')})::tinyint)"
)
_SWAPPED = f"({_MONTH.format('l')} = {_DAY.format('r')} and {_DAY.format('l')} = {_MONTH.format('r')})"
_GAP = "(greatest(l.born_first, r.born_first) - least(l.born_last, r.born_last))"
_MORE_OF_NAMES = "(bit_count(l.names & r.names) - l.words)"
_OTHER_GIVEN = "l.given <> 0 and r.given <> 0 and l.given & r.given = 0"
_EVIDENCE = f"""
    case when l.names = 0 or r.names = 0 then 0
         when l.words = 2 then case when {_MORE_OF_NAMES} > 0 then 3 else 0 end
         when l.words = 1 then case when {_MORE_OF_NAMES} > 0 then 9 when {_OTHER_GIVEN} then -6 else -3 end
         when {_MORE_OF_NAMES} > 1 then 12 when {_MORE_OF_NAMES} < 1 then -6 when {_OTHER_GIVEN} then -4 else 4 end
    + case when l.dated = 2 or l.born_first is null or r.born_first is null then 0
           when l.born is null or r.born is null then
               case when {_GAP} <= 0 then 1 when {_GAP} <= 5 then -1 else -4 end
           when l.born = r.born then case when l.dated = 1 then 8 else 14 end
           when {_PARTS} = 2 or {_SWAPPED} then 5 when l.born // 10000 = r.born // 10000 then 0
           when {_GAP} <= 2 then -2 else -5 end
    + case when l.placed = 1 then 0 when l.posts & r.posts <> 0 then 11 when l.streets & r.streets <> 0 then 7
           when l.posts <> 0 and r.posts <> 0 then -2 else 0 end
    + case when l.phones & r.phones <> 0 then 16 else 0 end
    + case when l.mails & r.mails <> 0 then 12 else 0 end
    + case when l.others & r.others <> 0 then 6 else 0 end
    + case when l.sex <> r.sex then -5 else 0 end
"""
"""About how many bits the rest of two records adds to a key that they share, quickly and rather too many than too few:
names, telephones and places by the sounds and values that they have in common. Where of the names only the surname
agrees, a household explains what else does."""
_LIKELY, _LEAST = -2.0, -14.0
"""Bits beside the key, of which log2(n) go to the n who share it, from which a pair is compared in any case, and below
which it never is. Between the two as many are taken as are wanted, the likeliest first."""


def block(con: Connection, rows: int, say: Say) -> int:
    """The table ``pairs(rid_l, rid_r)``: records that share a key, each pair once, and how many there are.

    Who shares a key and differs in whatever else is known of both is no pair.
    """
    for statement in _SOURCES.format(slack=AGE_SLACK).split(";"):
        con.execute(statement)
    con.execute(_SIGNS)
    further = further_in(con)
    telling = _TELLING | {name: f"select rid, {name} from sayings" for name in further}
    loose = _LOOSE | {
        f"{name} name": f"select rid, {name} || '/' || code from sayings join codes using (rid)"
        for name in further
    }
    says = _SAYS | {f"{name} name": (1, 0, 0) for name in further}
    _share(con, telling, says, CAP if rows <= MANY else CAP_OF_MANY)
    con.execute(
        f"create or replace temp table likely as select l.rid as rid_l, r.rid as rid_r, max({_EVIDENCE} - l.need) as e"
        f" from shared l join shared r using (key) where l.rid < r.rid and {_EVIDENCE} >= l.need + {_LIKELY}"
        " group by all"
    )
    con.execute("create or replace table pairs (rid_l bigint, rid_r bigint)")
    con.execute(f"insert into pairs select rid_l, rid_r from likely where e >= {_least(con, rows)}")
    con.execute("drop table likely")
    pairs = count_of(con, "pairs")
    if told := _reach(con):
        say(told)
    if rows <= FEW:
        wanted = max(PAIRS_PER_ROW * rows, pairs + MORE_PER_ROW * rows)
        _share(con, telling | loose, says, None, PAIRS_LOOKED_AT * wanted)
        con.execute(
            f"create or replace temp table maybe as select l.rid as rid_l, r.rid as rid_r, max({_EVIDENCE} - l.need) as e"
            f" from shared l join shared r using (key) where l.rid < r.rid and {_EVIDENCE} >= l.need + {_LEAST}"
            " group by all"
        )
        con.execute(
            "insert into pairs select rid_l, rid_r from maybe anti join pairs using (rid_l, rid_r)"
            f" order by e desc, rid_l, rid_r limit {wanted - pairs}"
        )
        con.execute("drop table maybe")
        pairs = count_of(con, "pairs")
    for name in ("keys", "shared", "codes", "name_pairs", "places", "years", "signs"):
        con.execute(f"drop table {name}")
    say(f"{pairs:,} pairs of rows share a key")
    return pairs


def _reach(con: Connection) -> str:
    """Where it is known who the records are: of the pairs that are one person, how many share each key that tells."""
    con.execute(
        "create or replace temp table of_one as select l.rid as rid_l, r.rid as rid_r from records l join records r"
        " using (truth) join (select truth from records group by truth having count(*) between 2 and 100) using (truth)"
        " where l.rid < r.rid order by hash(l.rid, r.rid) limit 100000"
    )
    every = count_of(con, "of_one")
    found = con.execute(
        "select l.mark, count(distinct (rid_l, rid_r)) as pairs from of_one join keys l on l.rid = rid_l"
        " join keys r on r.rid = rid_r and r.key = l.key group by l.mark order by pairs desc, l.mark"
    ).fetchall()
    con.execute("drop table of_one")
    shares = "; ".join(
        f"{_WORDS.get(mark, mark.removeprefix(FURTHER_MARK))} {count / every:.3f}" for mark, count in found
    )
    return f"of the true pairs share: {shares}" if found else ""


def _share(
    con: Connection,
    keys: Mapping[str, str],
    says: Mapping[str, tuple[int, int, int]],
    cap: int | None,
    most: int = 0,
) -> None:
    """``shared``: of every key that few enough records share, the records with their signs. Few enough are ``cap``, or as
    few as make no more than ``most`` pairs."""
    every = " union all ".join(
        f"select rid, hash('{mark}' || key) as key, '{mark}' as mark from ({query}) found(rid, key)"
        " where key is not null"
        for mark, query in keys.items()
    )
    con.execute(f"create or replace temp table keys as select distinct key, mark, rid from ({every})")
    if cap is None:
        cap = _cap(con, most)
    said = ", ".join(f"('{mark}', {', '.join(map(str, says.get(mark, (0, 0, 0))))})" for mark in keys)
    con.execute(
        "create or replace temp table shared as select key, need, words, dated, placed, s.* from keys"
        " join (select key, log2(count(*)) as need from keys group by key"
        f" having count(*) between 2 and {cap}) using (key)"
        f" join (values {said}) says(mark, words, dated, placed) using (mark) join signs s using (rid)"
    )


_NONE = 1000.0  # bits that no pair has


def _least(con: Connection, rows: int) -> float:
    """From how many bits the pairs of ``likely`` are no more than MOST_PER_ROW for each row, or than MOST."""
    pairs, least = 0, _NONE
    for bits, count in con.execute(
        "select floor(e * 2) / 2 as bits, count(*) from likely group by bits order by bits desc"
    ).fetchall():
        pairs += count
        if pairs > max(MOST_PER_ROW * rows, MOST):
            break
        least = bits
    return least


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
