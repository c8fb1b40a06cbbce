"""A file as a table of columns that SQL can compare: cleaned by the same functions as a single description.

Every distinct value of a column is cleaned once, however many rows hold it, and joined back. A record has a
*reading* for each of its names, for each way in which an unordered name can be read, and for each place; all
of its columns are scalars or short lists. ``rid`` is the row's number in the file, the first being 0.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ..cleaning import (
    HOUSE_IN_STREET,
    NO_NUMBER,
    clean_emails,
    clean_further,
    clean_number,
    clean_phones,
    clean_postcode,
    clean_street,
    email_names,
    fold,
    further_name,
    outcode,
    street_stem,
)
from ..description import Name
from ..files import FileError, delimiter_in_utf8, each_row, header_of
from ..known import tell
from ..layout import (
    FURTHER,
    LONGEST_NOTHING,
    Column,
    Layout,
    LayoutError,
    MalformedValue,
    describe,
    is_missing,
)
from ..names import (
    ALSO,
    SHARED_NAMES,
    Told,
    called_by,
    family_root,
    heads,
    middle_of,
    names_apart,
    parts_of,
    words_of_name,
)
from ..phonetics import sound
from ..scraps import read_address
from .levels import prepare_duckdb

Connection = duckdb.DuckDBPyConnection
Say = Callable[[str], None]

_MOST_WORDS = 5
_PLACE = ("house_number", "street", "town", "postcode")


def opened(path: Path | None = None) -> Connection:
    """A database with the functions that the levels are written in; in memory where there is no path."""
    con = duckdb.connect(str(path) if path else ":memory:")
    prepare_duckdb(con)
    return con


def load(con: Connection, path: Path, layout: Layout, truth: str | None, *, on: date, say: Say) -> int:
    """Fill the tables ``records`` and ``readings`` from a CSV; how many rows it has.

    ``records(rid, mark, truth)`` holds the row's own id and, where asked for, who it really is. A value that
    cannot be read counts as missing, and how many is said. Raises FileError or LayoutError.
    """
    for name in ("said", "records", "ways", "given_forms", "family_forms", "sayings", "homes", "further"):
        con.execute(f"drop table if exists {name}")
    more, rows = _read(con, path, layout, truth, say)
    say(f"{rows:,} rows read")
    _clean(con, layout, more, on, say)
    con.execute("drop table said")
    return rows


def count_of(con: Connection, table: str) -> int:
    """How many rows a table has."""
    return int(con.execute(f"select count(*) from {table}").fetchall()[0][0])


# -- reading -------------------------------------------------------------------------------------------


def _read(
    con: Connection, path: Path, layout: Layout, truth: str | None, say: Say
) -> tuple[dict[str, str], int]:
    """The further fields that are read, by what they are called, and how many rows there are."""
    header = header_of(path)
    layout.check(header)
    if truth is not None and truth not in header:
        raise LayoutError(f"the file has no column '{truth}', which was given as the truth")
    further = _usable_further(layout, truth, say)
    layout = Layout({**layout.columns, **{further_name(field): layout.more[field] for field in further}})
    if truth is not None:
        layout = Layout({**layout.columns, "truth": Column(truth)})
    if not _read_at_once(con, path, header, layout):
        _read_row_by_row(con, path, layout, say)
    rows = count_of(con, "said")
    if not rows:
        raise FileError("the file has a header and no rows")
    return {further_name(field): field for field in further}, rows


def _usable_further(layout: Layout, truth: str | None, say: Say) -> list[str]:
    """The further fields of a map, whose columns are there, that can be compared. Why another cannot is said."""
    taken = {column for one in layout.columns.values() for column in one.names}
    names = dict.fromkeys(map(further_name, layout.more), 0)
    usable = []
    for field, column in layout.more.items():
        names[further_name(field)] += 1
        if truth in column.names:
            why = "it is the truth"
        elif not taken.isdisjoint(column.names):
            why = "another field has its column"
        elif names[further_name(field)] > 1:
            why = "another field has nearly its name"
        else:
            usable.append(field)
            taken.update(column.names)
            continue
        say(f"{field} is not compared: {why}")
    return usable


def _read_at_once(con: Connection, path: Path, header: Sequence[str], layout: Layout) -> bool:
    """A plain file is read by DuckDB, in a twentieth of the time; whatever is odd in it row by row."""
    delimiter = delimiter_in_utf8(path)
    if not delimiter or any(column.further for column in layout.columns.values()):
        return False
    columns = {f"c{number}": "VARCHAR" for number in range(len(header))}
    names = {f"c{number}": name for number, name in enumerate(header)}
    chosen = ", ".join(
        f"nullif(trim({next(code for code, name in names.items() if name == column.name)}), '') as {field}"
        for field, column in layout.columns.items()
    )
    try:
        con.execute(
            f"create table said as select (row_number() over ()) - 1 as rid, {chosen} from read_csv(?,"
            " columns = $columns, header = true, delim = $delim, quote = '\"', escape = '\"',"
            " auto_detect = false, strict_mode = true, max_line_size = 16777216)".replace("?", "$path"),
            {"path": str(path), "columns": columns, "delim": delimiter},
        )
    except duckdb.Error:
        con.execute("drop table if exists said")
        return False
    return True


def _read_row_by_row(con: Connection, path: Path, layout: Layout, say: Say) -> None:
    taken: dict[str, list[str | None]] = {field: [] for field in layout.columns}
    skipped: Counter[str] = Counter()
    for row in each_row(path, skipped=skipped):
        for field, values in taken.items():
            values.append(layout.value(row, field) or None)
    tell("rows", skipped, say)
    table = pa.table({field: pa.array(values, pa.string()) for field, values in taken.items()})
    size = len(next(iter(taken.values()), ()))
    table = table.append_column("rid", pa.array(range(size), pa.int64()))
    con.register("taken", table)
    con.execute("create table said as select * from taken")
    con.unregister("taken")


# -- cleaning ------------------------------------------------------------------------------------------


def _clean(con: Connection, layout: Layout, more: Mapping[str, str], on: date, say: Say) -> None:
    fields = set(layout.columns)
    for field in ("id", "truth", *_ALL):
        con.execute(f"alter table said add column if not exists {field} varchar")
    for field in (*(fields & set(_ALL)), *more):
        _leave_out_what_says_nothing(con, field)
    _names_apart(con)
    con.execute("create table records as select rid, id as mark, truth from said order by rid")
    _names(con, fields)
    _ways(con)
    _forms(con)
    _births(con, layout, on, say)
    _phones(con)
    _emails(con)
    _places(con)
    _put_together(con, _further(con, more, say))


def _leave_out_what_says_nothing(con: Connection, field: str) -> None:
    """As `layout.is_missing` has it."""
    short = con.execute(
        f"select distinct {field} from said where length({field}) <= {LONGEST_NOTHING}"
    ).fetchall()
    if empty := [text for (text,) in short if is_missing(text, field)]:
        con.execute(f"update said set {field} = null where list_contains($1, {field})", [empty])


def _names_apart(con: Connection) -> None:
    """What a box of names holds besides its own, where it belongs: as `names.names_apart` has it."""
    _dictionary(
        con,
        "apart",
        f"select distinct {', '.join(Told._fields)} from said where "
        + " or ".join(f"regexp_matches({field}, '{ALSO}')" for field in Told._fields[:3]),
        _schema(**dict.fromkeys((*(f"{field}_said" for field in Told._fields), *Told._fields), "text")),
        lambda *said: [(*said, *(one or None for one in names_apart(Told(*(one or "" for one in said)))))],
    )
    same = " and ".join(f"said.{field} is not distinct from apart.{field}_said" for field in Told._fields)
    con.execute(
        f"update said set {', '.join(f'{one} = apart.{one}' for one in Told._fields)} from apart where {same}"
    )


_ALL = (
    "forename", "middle", "surname", "full_name", "dob", "age", "sex", "phone", "house_number", "street",
    "address", "town", "postcode", "other_forename", "other_surname", *FURTHER,
)  # fmt: skip


def _dictionary(
    con: Connection, name: str, query: str, schema: pa.Schema, of: Callable[..., Iterable[tuple[Any, ...]]]
) -> None:
    """A table of what ``of`` makes of each distinct row of a query: any number of rows for each."""
    found = [made for said in con.execute(query).fetchall() for made in of(*said)]
    columns: list[Sequence[Any]] = list(zip(*found, strict=True)) if found else [() for _ in schema.names]
    made = pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], schema=schema
    )
    con.register("made", made)
    con.execute(f"create temp table {name} as select * from made")
    con.unregister("made")


def _schema(**columns: str | pa.DataType) -> pa.Schema:
    kinds = {"text": pa.string(), "texts": pa.list_(pa.string()), "number": pa.int32(), "yes": pa.bool_()}
    return pa.schema(
        [(name, kinds[kind] if isinstance(kind, str) else kind) for name, kind in columns.items()]
    )


def _names(con: Connection, fields: set[str]) -> None:
    """``names(rid, name_no, given, family, ordered)``: each name that a record has, each once."""
    split = _schema(said="text", given="text", family="text", ordered="yes")
    _middles(con, fields)

    def words(text: str) -> list[tuple[str, str]]:
        return [(text, " ".join(words_of_name(text)))]

    whole = "concat_ws(' ', coalesce(forename, ''), coalesce(middle, ''))"
    _dictionary(
        con,
        "words",
        f"select distinct {whole} as text from said union select surname from said where surname is not null"
        " union select former_surname from said where former_surname is not null"
        " union select other_forename from said where other_forename is not null"
        " union select other_surname from said where other_surname is not null",
        _schema(text="text", words="text"),
        words,
    )

    def full(text: str) -> list[tuple[str, str, str, bool]]:
        parts = parts_of(Name(full=text))
        return [(text, " ".join(parts.given), " ".join(parts.family), parts.ordered)] if parts else []

    called = "unnest(list_concat([known_as], string_split(coalesce(aliases, ''), ';')))"
    con.execute(
        f"create temp table called as select rid, nullif(trim(called), '') as called, surname, place from "
        f"(select rid, {called} as called, surname, generate_subscripts(list_concat([known_as], "
        "string_split(coalesce(aliases, ''), ';')), 1) as place from said where known_as is not null or "
        "aliases is not null) where nullif(trim(called), '') is not null"
    )
    alone = "(surname is not null and not contains(called, ' '))"
    con.execute(
        f"insert into words select distinct called, '' from called where {alone}"
        " and called not in (select text from words)"
    )
    _refill_words(con, words)
    _dictionary(
        con,
        "full_names",
        "select distinct full_name from said where forename is null and surname is null and "
        f"full_name is not null union select called from called where not {alone}",
        split,
        full,
    )
    con.execute(f"""
        create temp table names as
        with every as (
            select rid, 0 as place, g.words as given, f.words as family, true as ordered
            from said join words g on g.text = {whole} left join words f on f.text = surname
            where not (forename is null and surname is null and full_name is not null)
            union all by name
            select rid, 0 as place, n.given, n.family, n.ordered
            from said join full_names n on n.said = full_name
            where forename is null and surname is null
            union all by name
            select rid, 1 as place, g.words as given, f.words as family, true as ordered
            from said join words g on g.text = {whole} join words f on f.text = former_surname
            union all by name
            select rid, 1 + place as place, g.words as given, f.words as family, true as ordered
            from called join words g on g.text = called join words f on f.text = surname where {alone}
            union all by name
            select rid, 1 + place as place, n.given, n.family, n.ordered
            from called join full_names n on n.said = called where not {alone}
        ), telling as (
            select rid, place, coalesce(given, '') as given, coalesce(family, '') as family, ordered from every
            where coalesce(given, '') <> '' or coalesce(family, '') <> ''
        )
        select rid, (row_number() over (partition by rid order by place)) - 1 as name_no, given, family, ordered
        from (select rid, given, family, ordered, min(place) as place from telling group by all)
    """)
    con.execute("""
        create temp table others as
        select rid, coalesce(g.words, '') as given, coalesce(f.words, '') as family
        from said left join words g on g.text = other_forename left join words f on f.text = other_surname
        where coalesce(g.words, '') <> '' or coalesce(f.words, '') <> ''
    """)


def _middles(con: Connection, fields: set[str]) -> None:
    """Middle names that only the whole name holds."""
    if not {"full_name", "forename", "surname"} <= fields:
        return
    three = ("full_name", "forename", "surname")
    _dictionary(
        con,
        "middles",
        f"select distinct {', '.join(three)} from said where middle is null and full_name is not null"
        " and lower(full_name) <> lower(forename || ' ' || surname)",
        _schema(**dict.fromkeys((*three, "middle"), "text")),
        lambda *said: [(*said, middle)] if (middle := middle_of(*said)) else [],
    )
    con.execute(
        f"update said set middle = m.middle from middles m where said.middle is null and"
        f" {' and '.join(f'said.{one} = m.{one}' for one in three)}"
    )


def _refill_words(con: Connection, words: Callable[[str], list[tuple[str, str]]]) -> None:
    """What of the names somebody is called by is yet to be cleaned."""
    waiting = con.execute("select text from words where words = '' and text <> ''").fetchall()
    cleaned = [made for (text,) in waiting for made in words(text)]
    con.executemany("update words set words = $2 where text = $1", cleaned) if cleaned else None


# a word, its sound, the full forms that it may stand for, and whether the person is called by it
_WORD = pa.struct(
    [("w", pa.string()), ("s", pa.string()), ("h", pa.list_(pa.string())), ("called", pa.bool_())]
)
_FAMILY = pa.struct([("w", pa.string()), ("s", pa.string()), ("shared", pa.bool_())])


def _ways(con: Connection) -> None:
    """``ways``: how each name can be taken apart; one whose order nobody knows in two ways."""
    con.execute("""
        create table ways as
        select rid, name_no, 0 as way, given as name_given, family as name_family, ordered from names where ordered
        union all
        select rid, name_no, way, read.given, read.family, false from (
            select rid, name_no, unnest([0, 1]) as way, unnest(case
                when not contains(given, ' ') then [
                    {'given': given, 'family': ''}, {'given': '', 'family': given}]
                else [
                    {'given': regexp_extract(given, '^(.*) [^ ]+$', 1), 'family': regexp_extract(given, '[^ ]+$')},
                    {'given': regexp_extract(given, '^[^ ]+ (.*)$', 1), 'family': regexp_extract(given, '^[^ ]+')}]
                end) as read
            from names where not ordered)
    """)


def _forms(con: Connection) -> None:
    """``givens`` and ``families``: what is compared of each distinct list of words, as either kind of name."""
    _dictionary(
        con,
        "givens",
        "select distinct unnest([name_given, name_family]) from ways union select given from others",
        _schema(
            text="text", forename="text", forename_all="text", forename_sound="text", forename_heads="texts",
            forename_count="number", given=pa.list_(_WORD), middle=pa.list_(_WORD), given_codes="texts",
            given_letter="text",
        ),
        _given,
    )  # fmt: skip
    _dictionary(
        con,
        "families",
        "select distinct unnest([name_given, name_family]) from ways union select family from others",
        _schema(
            text="text", surname="text", surname_root="text", surname_sound="text", surname_shared="yes",
            family=pa.list_(_FAMILY), family_codes="texts", family_letter="text",
        ),
        _family,
    )  # fmt: skip
    for name in ("givens", "families"):
        con.execute(f"delete from {name} where text = ''")


def _kept(words: Sequence[str], called: Sequence[str]) -> Iterator[bool]:
    """Which of the words are those that somebody is called by: a word said twice may be kept once ("Ali Ali")."""
    left = list(reversed(called))
    for word in words:
        is_kept = bool(left) and left[-1] == word
        if is_kept:
            left.pop()
        yield is_kept


def _given(text: str) -> list[tuple[Any, ...]]:
    words = tuple(text.split())
    if not words:
        return []
    called = called_by(words)
    every = [
        {"w": word, "s": sound(word), "h": sorted(heads(word)), "called": is_called}
        for word, is_called in zip(words, _kept(words, called), strict=True)
    ]
    by_name = [word for word in every if word["called"]]
    first = by_name[0]
    codes = sorted({code for word in called[:_MOST_WORDS] for code in _codes(word)})
    return [
        (
            text, called[0], "".join(called), first["s"], first["h"], len(called), every if len(every) > 1 else None,
            by_name[1:] or None, codes, words[0][0],
        )
    ]  # fmt: skip


def _family(text: str) -> list[tuple[Any, ...]]:
    words = tuple(text.split())
    if not words:
        return []
    word = "".join(words)
    every = [{"w": one, "s": sound(one), "shared": one in SHARED_NAMES} for one in words]
    codes = sorted({code for one in words[:_MOST_WORDS] for code in _codes(one)})
    return [
        (
            text, word, family_root(word), sound(word), SHARED_NAMES.issuperset(words),
            every if len(words) > 1 else None, codes, words[0][0],
        )
    ]  # fmt: skip


def _codes(word: str) -> list[str]:
    """How a word sounds, in each full form that it may stand for; nothing for an initial."""
    return [sound(head) for head in heads(family_root(word))] if len(word) > 1 else []


def _births(con: Connection, layout: Layout, on: date, say: Say) -> None:
    """``births``, ``sexes``: what is read of each distinct birth date or age, and sex."""
    unread: Counter[str] = Counter()

    def reader(field: str) -> Callable[[str, int], list[tuple[Any, ...]]]:
        column = layout.columns.get(field)
        alone = Layout({field: replace(column, further=())}) if column else Layout({})

        def read(text: str, count: int) -> list[tuple[Any, ...]]:
            try:
                one = describe({column.name: text} if column else {}, alone, on=on)
            except MalformedValue as error:
                unread[error.field] += count
                return []
            if field == "sex":
                return [(text, one.sex)] if one.sex else []
            born = f"{one.born.year:04}{one.born.month:02}{one.born.day:02}" if one.born else None
            first = one.born.year if one.born else one.born_from or one.born_to
            last = one.born.year if one.born else one.born_to or one.born_from
            return [(text, born, first, last)] if first else []

        return read

    years = _schema(said="text", born="text", born_first="number", born_last="number")
    counted = "select {0}, count(*) from said where {0} is not null group by {0}"
    _dictionary(con, "births", counted.format("dob"), years, reader("dob"))
    _dictionary(con, "sexes", counted.format("sex"), _schema(said="text", sex="text"), reader("sex"))
    _dictionary(
        con,
        "ages",
        "select age, count(*) from said where age is not null and (dob is null or dob not in "
        "(select said from births)) group by age",
        years,
        reader("age"),
    )
    for name, count in unread.items():
        say(f"{name}: {count:,} values cannot be read and count as missing")


def _phones(con: Connection) -> None:
    """``phones(rid, phones)``. The usual British number is cleaned by the database as `clean_phone` does it."""
    digits = "regexp_replace(said, '[^0-9]', '', 'g')"
    con.execute(f"""
        create temp table numbers as
        select rid, place, said, case
            when regexp_matches(said, '^[0-9 ()-]*$') and not regexp_matches({digits}, '{NO_NUMBER}')
                 and regexp_matches({digits}, '^0[1-9][0-9]{{8,9}}$') then '44' || substr({digits}, 2)
            end as phone
        from (select rid, 0 as place, phone as said from said where phone is not null
              union all select rid, 1, phone_2 from said where phone_2 is not null)
    """)

    def cleaned(text: str) -> list[tuple[str, str]]:
        return [(text, phone) for phone in clean_phones(text)]

    _dictionary(
        con,
        "unusual",
        "select distinct said from numbers where phone is null",
        _schema(said="text", cleaned="text"),
        cleaned,
    )
    con.execute("""
        create temp table phones as
        select rid, list(phone order by place, phone) as phones from (
            select rid, phone, min(place) as place from (
                select rid, place, coalesce(phone, cleaned) as phone
                from numbers left join unusual using (said)
            ) where phone is not null group by rid, phone
        ) group by rid
    """)


def _emails(con: Connection) -> None:
    """``mails(said, emails, email_names)``."""

    def cleaned(text: str) -> list[tuple[str, list[str], list[str]]]:
        return [(text, emails, email_names(emails))] if (emails := clean_emails(text)) else []

    _dictionary(
        con,
        "mails",
        "select distinct email from said where email is not null",
        _schema(said="text", emails="texts", email_names="texts"),
        cleaned,
    )


def _places(con: Connection) -> None:
    """``places(rid, place_no, number, street, …)``: each place of a record, each once."""

    def address(text: str) -> list[tuple[str, ...]]:
        read = read_address(text)
        return [(text, read.number, read.street, read.town, read.postcode)]

    parts = dict.fromkeys(("said", *_PLACE), "text")
    _dictionary(
        con,
        "addresses",
        "select distinct address from said where address is not null",
        _schema(**parts),
        address,
    )
    con.execute(f"""
        create temp table lived as
        select rid, 0 as place, {", ".join(f"coalesce(s.{part}, nullif(a.{part}, '')) as {part}" for part in _PLACE)}
        from said s left join addresses a on a.said = s.address
        union all
        select rid, 1, {", ".join(f"previous_{part}" for part in _PLACE)} from said
        where coalesce({", ".join(f"previous_{part}" for part in _PLACE)}) is not null
    """)

    leading = f"{HOUSE_IN_STREET}(.+)$"
    con.execute(
        "update lived set house_number = concat_ws(' ', house_number, regexp_extract(street, $1, 1)), "
        "street = regexp_extract(street, $1, 2) where regexp_matches(street, $1)",
        [leading],
    )

    def cleaner(of: Callable[[str], str], *more: Callable[[str], str]) -> Callable[[str], list[Any]]:
        def cleaned(text: str) -> list[tuple[str, ...]]:
            value = of(text)
            return [(text, value, *(one(value) for one in more))] if value else []

        return cleaned

    for part, columns, clean in (
        ("house_number", ("number",), cleaner(clean_number)),
        (
            "street",
            ("street", "street_stem", "street_sound"),
            cleaner(clean_street, street_stem, lambda street: sound(street_stem(street))),
        ),
        (
            "town",
            ("town", "town_sound", "town_code"),
            cleaner(fold, sound, lambda town: sound(town.replace(" ", ""))),
        ),
        ("postcode", ("postcode", "outcode"), cleaner(clean_postcode, outcode)),
    ):
        _dictionary(
            con,
            f"{part}s",
            f"select distinct {part} from lived where {part} is not null",
            _schema(said="text", **dict.fromkeys(columns, "text")),
            clean,
        )
    con.execute("""
        create temp table places as
        select rid, (row_number() over (partition by rid order by place)) - 1 as place_no, * exclude (rid, place)
        from (
            select l.rid, h.number, s.street, s.street_stem, s.street_sound, t.town, t.town_sound, t.town_code,
                   p.postcode, p.outcode, min(place) as place
            from lived l left join house_numbers h on h.said = l.house_number
            left join streets s on s.said = l.street left join towns t on t.said = l.town
            left join postcodes p on p.said = l.postcode
            where coalesce(h.number, s.street, t.town, p.postcode) is not null
            group by all
        )
    """)


def _further(con: Connection, more: Mapping[str, str], say: Say) -> list[str]:
    """Tables of their names, ``(said, NAME)``, with what is compared of every value of the further fields; those fields in
    which records can differ and agree at all. ``further(name, field)`` tells them."""
    con.execute("create table further (name varchar, field varchar)")
    usable = []
    for name, field in more.items():
        _dictionary(
            con,
            name,
            f"select distinct {name} from said where {name} is not null",
            _schema(**{"said": "text", name: "text"}),
            lambda text: [(text, value)] if (value := clean_further(text)) else [],
        )
        values, shared = con.execute(
            f"select count(*), count(*) filter (n > 1) from (select count(*) as n from said join {name} c"
            f" on c.said = said.{name} group by c.{name})"
        ).fetchall()[0]
        if values > 1 and shared:
            usable.append(name)
            con.execute("insert into further values (?, ?)", [name, field])
        else:
            why = (
                "no two rows have the same value"
                if values > 1
                else "all rows have the same value"
                if values
                else "it is empty"
            )
            say(f"{field} is not compared: {why}")
    return usable


def further_in(con: Connection) -> list[str]:
    """What the further fields are called that the readings of a file have."""
    return [name for (name,) in con.execute("select name from further order by rowid").fetchall()]


READING = """
    rid, name_no, way, place_no, turned, name_given, name_family, ordered,
    forename, forename_all, forename_sound, forename_heads, forename_count, given, middle,
    surname, surname_root, surname_sound, surname_shared, family,
    born, born_first, born_last, sex, phones, number, street, street_stem, street_sound, town, town_sound,
    postcode, outcode, emails, email_names, other_forename, other_forename_all, other_forename_sound, other_forename_heads,
    other_forename_count, other_given, other_surname, other_surname_root, other_surname_sound,
    other_surname_shared, other_family
"""


def _put_together(con: Connection, further: Sequence[str]) -> None:
    con.execute("create table sayings as select rid, b.born, coalesce(b.born_first, a.born_first) as born_first,"
                " coalesce(b.born_last, a.born_last) as born_last, x.sex, p.phones, m.emails, m.email_names,"
                " g.forename as other_forename, g.forename_all as other_forename_all,"
                " g.forename_sound as other_forename_sound, g.forename_heads as other_forename_heads,"
                " g.forename_count as other_forename_count, g.given as other_given,"
                " g.given_codes as other_given_codes, f.family_codes as other_family_codes,"
                " f.surname as other_surname, f.surname_root as other_surname_root,"
                " f.surname_sound as other_surname_sound, f.surname_shared as other_surname_shared,"
                f" f.family as other_family{''.join(f', {name}.{name}' for name in further)}"
                " from said s left join births b on b.said = s.dob left join ages a on a.said = s.age"
                " left join sexes x on x.said = s.sex left join phones p using (rid)"
                " left join mails m on m.said = s.email"
                " left join others o using (rid) left join givens g on g.text = o.given"
                " left join families f on f.text = o.family"
                + "".join(f" left join {name} on {name}.said = s.{name}" for name in further))  # fmt: skip
    con.execute("create table homes as select * from places")
    con.execute("create table given_forms as select * from givens")
    con.execute("create table family_forms as select * from families")


def readings_of(which: str, turned: bool, further: Sequence[str] = ()) -> str:
    """The query for the readings of the rows of ``ways`` that satisfy a condition.

    A turned reading takes the given words for the family's and the other way about.
    """
    given, family = ("w.name_family", "w.name_given") if turned else ("w.name_given", "w.name_family")
    return f"""
        select {", ".join((READING, *further))} from (
            select s.* exclude (rid), r.rid, coalesce(w.name_no, 0) as name_no, coalesce(w.way, 0) as way,
                   coalesce(h.place_no, 0) as place_no, {turned} as turned, {given} as name_given,
                   {family} as name_family, w.ordered, g.* exclude (text), f.* exclude (text),
                   h.* exclude (rid, place_no)
            from records r join sayings s on s.rid = r.rid left join ways w on w.rid = r.rid
            left join homes h on h.rid = r.rid left join given_forms g on g.text = {given}
            left join family_forms f on f.text = {family}
        ) where {which}
    """
