"""A model trained by Splink on a file's own records, without its truth.

How strangers agree (u) is counted in a random sample of pairs, how one person's records agree (m) is found by
expectation-maximisation among pairs that share a birth date and forename, a birth date and outcode, or both names
and outcode. Never among pairs that share a telephone: a household does, and would be learnt as one person.
Splink knows two kinds of pair; the third, the household, is counted in pairs of records that share a home.

Each share is held near the model's own by counting that as some pairs already seen, and a field of which
the training says that agreeing speaks against the same person keeps what it had.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import splink
from splink.internals.exceptions import EMTrainingException
from splink.internals.settings import Settings

from ..fitting import SEEN, SEEN_OF_STRANGERS, alternatives, with_shares
from ..layout import Layout
from ..model import Context, Model, Odds, load_model, versioned, with_fewest
from .levels import Compared, compared
from .table import count_of, load, opened
from .weighing import Scorer, levels_query, linker_of, make_letters, make_readings, weigh

Connection = duckdb.DuckDBPyConnection
Say = Callable[[str], None]

RULES = {
    "birth date and forename": "l.born = r.born and l.forename = r.forename",
    "birth date and outcode": "l.born = r.born and l.outcode = r.outcode",
    "both names and outcode": "l.forename = r.forename and l.surname = r.surname and l.outcode = r.outcode",
}
SAMPLED = 250_000
"""Random pairs in which the agreement of strangers is counted."""
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
    rounds: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "blocked_on": self.rule,
            "pairs": self.pairs,
            "matches": round(self.matches),
            "rounds": self.rounds,
        }


def train(con: Connection, model: Model, seed: int, say: Say, *, same: bool = True) -> Model:
    """The model with what the tables ``records`` and ``readings`` say of strangers, persons and households.

    Without ``same`` it keeps how one person's descriptions agree: that of a call is not in an index.
    """
    rows = count_of(con, "records")
    model = with_shares(model.with_population(rows), counted_values(con))
    some = f"hash(rid + {seed}) % {rows} < {LOOKED_AT}" if rows > LOOKED_AT else "true"
    con.execute(
        "create or replace temp table first_readings as select * from readings"
        f" where name_no = 0 and way = 0 and place_no = 0 and not turned and {some}"
    )
    sessions: list[Session] = []
    if rows >= FEWEST:
        model, sessions = _learnt(con, model, rows, seed, same, say)
    before, model = model, with_home_sharers(con, model, seed)
    con.execute("drop table first_readings")
    made_by = {
        "splink": splink.__version__,
        "duckdb": duckdb.__version__,
        "records": rows,
        "strangers": {"pairs": SAMPLED},
        "homes": model is not before,
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


def _learnt(
    con: Connection, model: Model, rows: int, seed: int, same: bool, say: Say
) -> tuple[Model, list[Session]]:
    """What Splink learns of strangers and of the same person."""
    sessions: list[Session] = []
    linker = linker_of(con, model, table="first_readings")
    linker.training.estimate_u_using_random_sampling(
        max_pairs=SAMPLED, seed=seed, num_chunks=1, min_count_per_level=None
    )
    model = _with_strangers(model, _trained(linker, "u_probability"), min(SAMPLED, rows * (rows - 1) // 2))
    say("how strangers agree is counted")
    if same:
        for name, rule in RULES.items():
            if session := _learn(con, linker, name, rule):
                sessions.append(session)
                say(f"{session.pairs:,} pairs that share {name}: {session.matches:,.0f} of one person")
        matches = sum(session.matches for session in sessions)
        if matches:
            model = _with_same(model, _trained(linker, "m_probability"), matches, say)
    linker.table_management.delete_tables_created_by_splink_from_db()
    return model, sessions


def train_on(path: Path, layout: Layout, context: Context, *, on: date, seed: int, say: Say) -> Model:
    """The shipped model of a context trained on a file, under a version of its own. Raises FileError or LayoutError.

    A live one keeps how a call agrees, which is in no index, and is for no fewer records than an index just begun has.
    """
    live = context == "live"
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


def _learn(con: Connection, linker: Any, name: str, rule: str) -> Session | None:
    columns = [part.split(".")[1].split(" ")[0] for part in rule.split(" and ")]
    pairs, chance = pairs_sharing(con, columns)
    if not pairs:
        return None
    before = linker._settings_obj.core_model_settings.copy()
    _begin_with(linker, rule, min(max(1 - chance / pairs, _SHARES[0]), _SHARES[1]))
    try:
        session = linker.training.estimate_parameters_using_expectation_maximisation(
            rule,
            estimate_without_term_frequencies=True,
            max_pairs=BLOCKED if pairs > BLOCKED else None,
            record_sample_proportion=1.0 if pairs < 10 * BLOCKED else 0.1,
        )
    except (EMTrainingException, ValueError):  # no pairs, or a share too small for Splink
        linker._settings_obj.core_model_settings = before
        return None
    pairs = min(pairs, BLOCKED)
    matches = session.core_model_settings.probability_two_random_records_match * pairs
    if matches < _FEW:
        linker._settings_obj.core_model_settings = before
        return None
    return Session(name, pairs, matches, len(session._core_model_settings_history) - 1)


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


def _begin_with(linker: Any, rule: str, share: float) -> None:
    """Have the search for one person's records begin with so large a share of the pairs of a rule.

    Splink multiplies the odds of two random records by what it takes the rule to tell, and where most pairs of a rule
    share it by chance it would begin, and stay, with all of them for one person's.
    """
    model = linker._settings_obj.core_model_settings
    told = Settings._get_comparison_levels_corresponding_to_training_blocking_rule(
        blocking_rule_sql=rule, sqlglot_dialect="duckdb", comparisons=model.comparisons
    )
    odds = share / (1 - share) / math.prod(found["level"]._bayes_factor for found in told)
    model.probability_two_random_records_match = odds / (1 + odds)


def _trained(linker: Any, which: str) -> dict[str, dict[str, list[float]]]:
    """The shares that Splink has learnt, by comparison and level of the model; those it never saw are left out."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    listed = "_trained_m_probabilities" if which.startswith("m") else "_trained_u_probabilities"
    for one, comparison in zip(compared(), linker._settings_obj.comparisons, strict=True):
        levels = [level for level in comparison.comparison_levels if not level.is_null_level]
        for condition, level in zip(one.levels, levels, strict=False):
            learnt = [entry["probability"] for entry in getattr(level, listed)]
            known = [share for share in learnt if isinstance(share, float | int)]
            if learnt:
                found[one.name][condition.level].append(sum(known) / len(learnt))
    return {name: levels for name, levels in found.items() if any(map(sum, levels.values()))}


def _with_strangers(model: Model, learnt: Mapping[str, Mapping[str, list[float]]], pairs: int) -> Model:
    """How strangers agree. The model's own share counts as some pairs seen, and as one of that level at the least:
    what is too rare for any sample keeps about the share that it had."""
    fields = {field: dict(levels) for field, levels in model.fields.items()}
    for one in compared():
        for name, shares in learnt.get(one.name, {}).items():
            odds = fields[one.field][name]
            if not odds.rarity:
                seen = sum(shares) * pairs
                before = max(SEEN_OF_STRANGERS, 1 / odds.unrelated)
                share = (seen + before * odds.unrelated) / (pairs + before)
                fields[one.field][name] = replace(odds, unrelated=share)
    return replace(model, fields=fields, _bits={})


def _with_same(
    model: Model, learnt: Mapping[str, Mapping[str, list[float]]], matches: float, say: Say
) -> Model:
    fields = {field: dict(levels) for field, levels in model.fields.items()}
    for one in compared():
        shares = {name: sum(each) for name, each in learnt.get(one.name, {}).items()}
        if not shares:
            continue
        before = {name: fields[one.field][name] for name in shares}
        if not _agreeing_speaks_for(one, shares, before):
            say(f"{one.name}: the training says nothing sensible, and it stays as it was")
            continue
        whole = sum(odds.same for odds in before.values())
        total = sum(shares.values())
        for name, odds in before.items():
            share = (matches * shares[name] / total + SEEN * odds.same / whole) / (matches + SEEN)
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
        f"select {', '.join(f'{one.name}_level' for one in compared())}, count(*)"
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
    asked = [one for one in compared() if one.field not in kept]
    named = [
        {condition.label: (one.field, condition.level) for condition in one.levels} for one in compared()
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
