"""A model trained by Splink on a file's own records, without its truth.

How strangers agree (u) is counted in a random sample of pairs, less those that are one person twice; how one
person's records agree (m) is found by Splink's expectation-maximisation among pairs that share a birth date and
forename, a birth date and outcode, or both names and outcode. Never among pairs that share a telephone: a household
does, and would be learnt as one person.
Splink knows two kinds of pair; the third, the household, is counted in pairs of records that share a home.

Each share is held near the model's own by counting that as some pairs already seen, and a field of which
the training says that agreeing speaks against the same person keeps what it had.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import splink
from splink import DuckDBAPI
from splink.internals.exceptions import EMTrainingException

from ..cleaning import FURTHER_MARK
from ..fitting import SEEN, alternatives, with_shares
from ..further import further_fields, with_further
from ..layout import Layout
from ..model import Context, Model, Odds, load_model, versioned, with_fewest
from .levels import Compared, compared, settings_of
from .strangers import SAMPLED, Strangers, draw_strangers, with_strangers
from .table import count_of, further_in, load, opened
from .telling import new_fields, that_tell
from .weighing import Scorer, levels_query, linker_of, make_letters, make_readings, weigh

Connection = duckdb.DuckDBPyConnection
Say = Callable[[str], None]
Shares = dict[str, dict[str, list[float]]]

RULES = {
    "birth date and forename": "l.born = r.born and l.forename = r.forename",
    "birth date and outcode": "l.born = r.born and l.outcode = r.outcode",
    "both names and outcode": "l.forename = r.forename and l.surname = r.surname and l.outcode = r.outcode",
}
LOOKED_AT = 300_000
"""Records, at the most, among which pairs are looked for: of a larger file so many are drawn."""
BLOCKED = 150_000
"""Pairs of each rule, at the most, in which the agreement of one person's records is found."""
FEWEST = 100
"""Records from which a file teaches anything."""
_SHARES = (
    0.01,
    0.99,
)  # between which the search for the share of the blocked pairs that are one person's begins
_FEW = 50.0  # matches among the pairs of a rule below which it teaches nothing
_SAMPLE = 5_000  # records whose household is looked at
_KNOWN_HOMES = 1_000  # records with a home from which that hardly any share one is no chance
_ALONE = 0.001  # others in a household, at the least
_ROUNDS = 12
_HOME = 20  # an address that more records share is a hostel or a tower: no household


@dataclass(frozen=True, slots=True)
class Session:
    """What was learnt from the pairs of one rule."""

    rule: str
    pairs: int
    matches: float

    def as_dict(self) -> dict[str, Any]:
        return {"blocked_on": self.rule, "pairs": self.pairs, "matches": round(self.matches)}


def train(con: Connection, model: Model, seed: int, say: Say, *, same: bool = True) -> Model:
    """The model with what the tables ``records`` and ``readings`` say of strangers, persons and households.

    Without ``same`` it keeps how one person's descriptions agree: that of a call is not in an index.
    """
    rows = count_of(con, "records")
    model = model.with_population(rows)
    some = f"hash(rid + {seed}) % {rows} < {LOOKED_AT}" if rows > LOOKED_AT else "true"
    con.execute(
        "create or replace temp table first_readings as select * from readings"
        f" where name_no = 0 and way = 0 and place_no = 0 and not turned and {some}"
    )
    sessions: list[Session] = []
    counts = counted_values(con)
    if same and rows >= FEWEST:
        model = with_further(model, new_fields(con, say))
    elif same and further_in(con):
        say(f"of fewer than {FEWEST} rows nothing is learnt, and further fields are not compared")
    sample = draw_strangers(con, model, seed) if rows >= FEWEST else None
    if sample and same:
        begun = further_fields(model)
        model, sessions = _learnt(con, model, sample, say)
        if begun:
            sample = draw_strangers(con, model, seed)
    model = with_shares(model, counts)
    before, model = model, with_home_sharers(con, model, seed)
    homes = model is not before
    if sample:
        model = with_strangers(model, sample)
        say("how strangers agree is counted")
    con.execute("drop table first_readings")
    made_by = {
        "splink": splink.__version__,
        "duckdb": duckdb.__version__,
        "records": rows,
        "strangers": {"pairs": SAMPLED},
        "homes": homes,
        "sessions": [session.as_dict() for session in sessions],
    }
    return replace(_rounded(model), trained=made_by, _bits={})


def _rounded(model: Model) -> Model:
    """To eight digits, for in what order a database adds up is not always the same."""

    def short(share: float) -> float:
        return float(f"{share:.8g}")

    fields = {
        field: {
            name: replace(
                odds,
                same=short(odds.same),
                household=short(odds.household),
                unrelated=short(odds.unrelated),
            )
            for name, odds in levels.items()
        }
        for field, levels in model.fields.items()
    }
    rarities = {
        kind: {value: short(share) for value, share in shares.items()}
        for kind, shares in model.rarities.items()
    }
    return replace(model, fields=fields, rarities=rarities, _bits={})


def _learnt(con: Connection, model: Model, sample: Strangers, say: Say) -> tuple[Model, list[Session]]:
    """What Splink learns of the same person. It learns without the rarities of values, and so with how often strangers
    agree in any; every rule begins from what the rules before it taught."""
    sessions: list[Session] = []
    learnt: Shares = defaultdict(lambda: defaultdict(list))
    begun = with_strangers(model, sample, rare=True)
    for name, rule in RULES.items():
        if found := _learn(con, _as_learnt(begun, learnt), name, rule):
            session, shares = found
            sessions.append(session)
            for one, levels in shares.items():
                for level, share in levels.items():
                    learnt[one][level].append(share)
            say(f"{session.pairs:,} pairs that share {name}: {session.matches:,.0f} of one person")
    matches = sum(session.matches for session in sessions)
    if matches:
        model = _with_same(with_strangers(model, sample), learnt, matches, say)
    return that_tell(model, learnt, say), sessions


def train_on(path: Path, layout: Layout, context: Context, *, on: date, seed: int, say: Say) -> Model:
    """The shipped model of a context trained on a file, under a version of its own. Raises FileError or LayoutError.

    A live one keeps how a call agrees, which is in no index, and is for no fewer records than an index just begun has.
    """
    live = context == "live"
    layout = layout.without_more() if live else layout
    con = opened()
    try:
        rows = load(con, path, layout, None, on=on, say=say)
        con.execute("create table pairs (rid_l bigint, rid_r bigint)")
        make_letters(con)
        make_readings(con)
        trained = train(con, load_model(context), seed, say, same=not live).with_population(rows)
    finally:
        con.close()
    model = versioned(trained, seed)
    return with_fewest(model) if live else model


def counted_values(con: Connection) -> Counter[tuple[str, str]]:
    """How many records have each forename, word of a surname, birth date and postcode, as `values_of` gives them."""
    found: Counter[tuple[str, str]] = Counter()
    for kind, query in (
        ("forename", "select rid, name_no, forename as value from names_in where ordered"),
        (
            "surname",
            "select rid, name_no, unnest(list_distinct(list_concat([surname],"
            " coalesce(list_transform(family, lambda x: x.w), [])))) as value from names_in"
            " where ordered and surname is not null",
        ),
        ("forename", _LOOSE),
        ("surname", _LOOSE),
        ("born", "select rid, 0 as name_no, born as value from sayings"),
        ("postcode", "select rid, 0 as name_no, postcode as value from homes group by all"),
        *((name, f"select rid, 0 as name_no, {name} as value from sayings") for name in further_in(con)),
    ):
        con.execute(
            "create or replace temp view names_in as select w.rid, w.name_no, w.ordered, w.name_given, w.name_family,"
            " g.forename, f.surname, f.family from ways w left join given_forms g on g.text = w.name_given"
            " left join family_forms f on f.text = w.name_family where w.way = 0"
        )
        for value, count in con.execute(
            f"select value, count(*) from ({query}) where value is not null group by value order by value"
        ).fetchall():
            found[kind, value] += count
    return found


_LOOSE = (
    "select rid, name_no, unnest(string_split(trim(name_given || ' ' || name_family), ' ')) as value"
    " from names_in where not ordered"
)


def _as_learnt(model: Model, learnt: Mapping[str, Mapping[str, list[float]]]) -> Model:
    """The model from which the next rule begins: what the rules before it, which are purer, say of one person."""
    fields = {field: dict(levels) for field, levels in model.fields.items()}
    for one in compared(model):
        for level, each in learnt.get(one.name, {}).items():
            if known := [share for share in each if share]:
                fields[one.field][level] = replace(fields[one.field][level], same=sum(known) / len(known))
    return replace(model, fields=fields, _bits={})


def _learn(
    con: Connection, model: Model, name: str, rule: str
) -> tuple[Session, dict[str, dict[str, float]]] | None:
    """What Splink learns from the pairs of one rule: of every comparison that the rule leaves open how one person's
    records agree. A level that it never saw, which keeps to the digit what it began with, has a share of 0."""
    columns = columns_of(rule)
    pairs, chance = pairs_sharing(con, columns)
    if not pairs:
        return None
    left_open = [one for one in compared(model) if not is_settled_by(one, columns)]
    settings = settings_of(model, left_open, rare=False)
    # Splink raises the odds of two random records by what it takes a rule to tell, and where most pairs share it by
    # chance would begin, and stay, with all of them for one person's. Of comparisons that are left out a rule
    # tells nothing, so it begins with these odds.
    settings["probability_two_random_records_match"] = min(max(1 - chance / pairs, _SHARES[0]), _SHARES[1])
    linker = linker_of(DuckDBAPI(con), "first_readings", settings)
    try:
        session = linker.training.estimate_parameters_using_expectation_maximisation(
            rule,
            estimate_without_term_frequencies=True,
            max_pairs=BLOCKED if pairs > BLOCKED else None,
            record_sample_proportion=1.0 if pairs < 10 * BLOCKED else 0.1,
        )
    except (EMTrainingException, ValueError):  # no pairs, or a share too small for Splink
        return None
    finally:
        linker.table_management.delete_tables_created_by_splink_from_db()
    pairs = min(pairs, BLOCKED)
    matches = session.core_model_settings.probability_two_random_records_match * pairs
    if matches < _FEW:
        return None
    made = {one["output_column_name"]: one for one in linker.misc.save_model_to_json()["comparisons"]}
    shares = {}
    for one in left_open:
        levels = [level for level in made[one.name]["comparison_levels"] if not level.get("is_null_level")]
        seen: dict[str, float] = defaultdict(float)
        for condition, level in zip(one.levels, levels, strict=False):
            share = level.get("m_probability", 0.0)
            seen[condition.level] += share if share != model.fields[one.field][condition.level].same else 0.0
        if any(seen.values()):
            shares[one.name] = dict(seen)
    return Session(name, pairs, matches), shares


def columns_of(rule: str) -> list[str]:
    """The columns that two records of a rule share."""
    return re.findall(r"(?:^| and )l\.(\w+) = ", rule)


def is_settled_by(one: Compared, columns: Sequence[str]) -> bool:
    """Whether a comparison looks at a column that the pairs of a rule share, and so learns nothing from them."""
    said = " ".join((one.nothing, *(condition.sql for condition in one.levels)))
    return any(re.search(rf"\b{column}_[lr]\b", said) for column in columns)


def pairs_sharing(con: Connection, columns: Sequence[str]) -> tuple[int, float]:
    """How many pairs of ``first_readings`` share all columns, and how many would by chance, were the columns independent."""
    present = " and ".join(f"{column} is not null" for column in columns)

    def pairs(of: str) -> int:
        return int(
            con.execute(
                "select coalesce(sum(n * (n - 1) / 2), 0)::bigint from (select count(*) as n from first_readings"
                f" where {present} group by {of})"
            ).fetchall()[0][0]
        )

    every = max(pairs("true"), 1)
    return pairs(", ".join(columns)), every * math.prod(pairs(column) / every for column in columns)


def _with_same(
    model: Model, learnt: Mapping[str, Mapping[str, list[float]]], matches: float, say: Say
) -> Model:
    fields = {field: dict(levels) for field, levels in model.fields.items()}
    for one in compared(model):
        shares = {name: sum(each) / len(each) for name, each in learnt.get(one.name, {}).items()}
        if not shares:
            continue
        before = {name: fields[one.field][name] for name in shares}
        further = one.name.startswith(FURTHER_MARK)
        if not _agreeing_speaks_for(one, shares, before):
            if further:  # it tells nothing
                fields[one.field] = {
                    name: replace(odds, same=odds.unrelated) for name, odds in before.items()
                }
            else:
                say(f"{one.name}: the training says nothing sensible, and it stays as it was")
            continue
        # of a further field nobody knows beforehand that it tells anything
        held = {name: odds.unrelated if further else odds.same for name, odds in before.items()}
        whole = sum(held.values())
        total = sum(shares.values())
        for name, odds in before.items():
            share = (matches * shares[name] / total + SEEN * held[name] / whole) / (matches + SEEN)
            home = odds.household
            if one.name == "place":  # where somebody lives says nothing of who of them it is
                home = min(home * share / odds.same, 1.0)
            fields[one.field][name] = replace(odds, same=share, household=home)
    return replace(model, fields=fields, _bits={})


def _agreeing_speaks_for(one: Compared, shares: Mapping[str, float], levels: Mapping[str, Odds]) -> bool:
    """Whether what says most against strangers is seen more in one person than what says least, as it must be.

    What a file cannot hold, as the same address where it has no house numbers, is not asked for.
    """
    first = next((condition.level for condition in one.levels if shares.get(condition.level)), "")
    last = one.levels[-1].level
    if one.name == "born":
        first = "same"
    for_it = shares.get(first, 0.0) / levels[first].unrelated if first in levels else 0.0
    against = shares.get(last, 0.0) / levels[last].unrelated if last in levels else 0.0
    return for_it > against and against < 1


def with_home_sharers(con: Connection, model: Model, seed: int) -> Model:
    """The model with the agreement of co-resident known pairs as that of a household.

    Each counts by how likely it is no person twice. Places stay as they are: where somebody lives says nothing of who
    of them it is. So do the telephones of callers, who borrow each other's as no record tells.
    """
    con.execute("""
        create or replace temp table at_home as
        select hash(number, coalesce(street, ''), coalesce(postcode, town)) as home, rid
        from homes where place_no = 0 and number is not null and coalesce(street, postcode) is not null
    """)
    con.execute(f"""
        create or replace temp table lived_with as
        select a.rid, b.rid as other from (
            select * from at_home order by hash(rid + {seed}) limit {_SAMPLE}) a
        join at_home b using (home)
        join (select home from at_home group by home having count(*) between 2 and {_HOME}) using (home)
        where a.rid <> b.rid
    """)
    (housed, pairs) = con.execute(
        f"select least(count(*), {_SAMPLE}), (select count(*) from lived_with) from at_home"
    ).fetchall()[0]
    con.execute("drop table at_home")
    if pairs < 100:
        con.execute("drop table lived_with")
        known = housed >= _KNOWN_HOMES and model.context == "batch"
        return replace(model, household=max(pairs / housed, _ALONE), _bits={}) if known else model
    con.execute("create or replace temp view pairs_now as select distinct least(rid, other) as rid_l,"
                " greatest(rid, other) as rid_r from lived_with")  # fmt: skip
    scorer = Scorer(con, model)
    weigh(con, scorer, model, least=-1000.0)
    scorer.close()
    agreeing = con.execute(
        f"select {', '.join(f'{one.name}_level' for one in compared(model))}, count(*)"
        f" from ({levels_query(model, 'weighed_now')}) group by all order by all"
    ).fetchall()
    fields, share = _of_housemates(model, [(row[:-1], row[-1]) for row in agreeing])
    con.execute("drop view pairs_now")
    con.execute("drop table lived_with")
    others = min(max(share * pairs / housed, _ALONE if model.context == "batch" else 0.5), 10.0)
    return replace(model, fields=fields, household=others, _bits={})


def _of_housemates(
    model: Model, agreeing: Sequence[tuple[Sequence[str | None], int]]
) -> tuple[dict[str, dict[str, Odds]], float]:
    """How housemates agree, and their share among pairs that share a home, the others being one person twice.

    ``agreeing`` is how many of the pairs agree by these labels. By expectation-maximisation in which only the
    household is learnt: that they share a home is given, so where they live does not count, and how one
    person's records agree stays as it is.
    """
    kept = {"place", "phone"} if model.context == "live" else {"place"}
    asked = [one for one in compared(model) if one.field not in kept]
    named = [
        {condition.label: (one.field, condition.level) for condition in one.levels} for one in compared(model)
    ]
    patterns = [
        ([named[place][label] for place, label in enumerate(labels) if label in named[place]], count)
        for labels, count in agreeing
    ]
    fields = {field: dict(levels) for field, levels in model.fields.items()}
    share = 0.5
    for _ in range(_ROUNDS):
        seen: dict[tuple[str, str], float] = defaultdict(float)
        whole = found = 0.0
        for levels, count in patterns:
            against = share
            for field, level in levels:
                odds = fields[field][level]
                if field != "place":
                    against *= odds.household / odds.same
            likely = count * against / (against + 1 - share)
            whole, found = whole + count, found + likely
            for key in levels:
                seen[key] += likely
        share = (found + 1) / (whole + 2)
        for field in {one.field for one in asked}:
            before = model.fields[field]
            for group in alternatives(before):
                total, all_of = (
                    sum(seen[field, name] for name in group),
                    sum(before[name].household for name in group),
                )
                for name in group if len(group) > 1 else ():
                    fields[field][name] = replace(
                        before[name],
                        household=(seen[field, name] + SEEN * before[name].household / all_of)
                        / (total + SEEN),
                    )
    return fields, share
