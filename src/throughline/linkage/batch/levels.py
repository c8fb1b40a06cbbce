"""The levels of `comparisons`, as SQL: one function that makes Splink's settings of a model.

The conditions name functions that `prepare_duckdb` gives a connection. Tests hold every level, and the weight of a
pair, to what `comparisons` and `scoring` say of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from ..cleaning import LEAST_OF_AN_EMAIL
from ..further import further_fields
from ..model import Model, Odds

Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Condition:
    """One way to reach a level of the model: where it holds, and the column whose value's rarity counts."""

    level: str
    sql: str
    term: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """The level's name among Splink's; two ways to one level have one each."""
        return self.name or self.level


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison of Splink's: a field of the model, where it says nothing, and its levels from first to last."""

    name: str
    field: str
    nothing: str
    levels: tuple[Condition, ...]


def _missing(*columns: str) -> str:
    return " or ".join(f"{column}_{side} is null" for column in columns for side in "lr")


def _pair(*columns: str) -> str:
    return ", ".join(f"{column}_{side}" for column in columns for side in "lr")


def _words(prefix: str, column: str) -> str:
    return _pair(f"{prefix}{column}", f"{prefix}{column}_sound")


def _forename(p: str) -> dict[str, str]:
    """The conditions of `forename_level`, in its order, for the person's names or the other party's."""
    f = f"{p}forename"
    full = f"length({f}_l) > 1 and length({f}_r) > 1"
    return {
        "same": f"{f}_l = {f}_r and length({f}_l) > 1",
        "joined": f"{f}_l <> {f}_r and {f}_all_l = {f}_all_r and {f}_count_l <> {f}_count_r",
        "initial": f"(length({f}_l) = 1 or length({f}_r) = 1) and left({f}_l, 1) = left({f}_r, 1)",
        "variant": f"{full} and (share_any({f}_heads_l, {f}_heads_r) or short_for({f}_l, {f}_r))",
        "nearly": f"{full} and nearly({_words(p, 'forename')})",
        "sounds": f"{full} and sounds({_words(p, 'forename')})",
        "another": f"{full} and another_given(" + _pair(f"{p}given", f, f"{f}_sound", f"{f}_heads") + ")",
        "alike": f"{full} and alike({f}_l, {f}_r)",
        "different": "true",
    }


def _surname(p: str) -> dict[str, str]:
    s, f = f"{p}surname", f"{p}family"
    lists = _pair(f, s, f"{s}_sound", f"{s}_shared")
    return {
        "same": f"{s}_l = {s}_r",
        "part": f"({f}_l is not null or {f}_r is not null) and part_of_name({lists})",
        "alike_part": f"({f}_l is not null or {f}_r is not null) and alike_part({lists})",
        "variant": f"{s}_root_l = {s}_root_r",
        "nearly": f"nearly({_words(p, 'surname')})",
        "sounds": f"sounds({_words(p, 'surname')})",
        "shared_name": f"{s}_shared_l <> {s}_shared_r",
        "alike": f"alike({s}_l, {s}_r)",
        "different": "true",
    }


def _any(conditions: Mapping[str, str], names: tuple[str, ...]) -> str:
    return " or ".join(f"({conditions[name]})" for name in names)


def _other() -> tuple[Condition, ...]:
    forename, surname = _forename("other_"), _surname("other_")
    no_forename, no_surname = _missing("other_forename"), _missing("other_surname")
    # a level that comes earlier in its field's order and does not agree stands before those that do
    initial = f"({forename['initial']})"
    by_forename = (
        f"not ({no_forename}) and coalesce(({forename['same']}) or ({forename['joined']}) or (not {initial} and"
        f" ({_any(forename, ('variant', 'nearly', 'sounds', 'another'))})), false)"
    )
    by_surname = (
        f"not ({no_surname}) and coalesce(({surname['same']}) or ({surname['part']}) or"
        f" (not coalesce({surname['alike_part']}, false) and"
        f" ({_any(surname, ('variant', 'nearly', 'sounds'))})), false)"
    )
    return (
        Condition("both", f"({by_forename}) and ({by_surname})"),
        Condition("forename", f"({no_surname}) and ({by_forename})"),
        Condition("surname", f"({no_forename} or {initial}) and ({by_surname})"),
        Condition("alike", f"({by_forename}) or ({by_surname})"),
        Condition("different", "true"),
    )


_GAP = "(greatest(born_first_l, born_first_r) - least(born_last_l, born_last_r))"
_YEARS = "abs(cast(left(born_l, 4) as int) - cast(left(born_r, 4) as int))"
_SAME_YEAR = "left(born_l, 4) = left(born_r, 4)"
_MONTH, _DAY = "substr(born_{}, 5, 2)", "substr(born_{}, 7, 2)"
_JANUARY = "right(born_l, 4) = '0101' and right(born_r, 4) = '0101'"
_SAME_MONTH = f"{_MONTH.format('l')} = {_MONTH.format('r')}"
_SAME_DAY = f"{_DAY.format('l')} = {_DAY.format('r')}"
_SWAPPED = f"{_MONTH.format('l')} = {_DAY.format('r')} and {_DAY.format('l')} = {_MONTH.format('r')}"


def compared(model: Model | None = None) -> tuple[Compared, ...]:
    """Every comparison, in the order of the model's fields; of a ``model`` that knows further fields these as well."""
    further = further_fields(model) if model else ()
    return (*_compared(), *map(_further, further))


def _further(name: str) -> Compared:
    """As `further.further_level` has it."""
    return Compared(
        name,
        name,
        _missing(name),
        (
            Condition("same", f"{name}_l = {name}_r", name),
            Condition(
                "nearly",
                f"has_words({name}_l, {name}_r) or has_words({name}_r, {name}_l) or one_edit_or_so({name}_l, {name}_r)",
            ),
            Condition("different", "true"),
        ),
    )


def _compared() -> tuple[Compared, ...]:
    forename, surname = _forename(""), _surname("")
    good = _any(forename, ("same", "joined", "initial", "variant", "nearly", "sounds"))
    places = _pair(
        "number", "street_stem", "street", "street_sound", "town", "town_sound", "postcode", "outcode"
    )
    return (
        Compared(
            "forename",
            "forename",
            _missing("forename"),
            tuple(
                Condition("same", sql, "forename_all", "joined")
                if name == "joined"
                else Condition(name, sql, "forename" if name == "same" else "")
                for name, sql in forename.items()
            ),
        ),
        Compared(
            "middle",
            "middle",
            f"{_missing('forename', 'middle')} or not ({good})",
            (
                Condition("same", "share_word(middle_l, middle_r)"),
                Condition("initial", "share_initial(middle_l, middle_r)"),
                Condition("nearly", "share_nearly(middle_l, middle_r)"),
                Condition("different", "true"),
            ),
        ),
        Compared(
            "surname",
            "surname",
            _missing("surname"),
            tuple(
                Condition("alike", sql, name="alike_part")
                if name == "alike_part"
                else Condition(name, sql, "surname" if name == "same" else "")
                for name, sql in surname.items()
            ),
        ),
        Compared("order", "order", "turned_l = turned_r", (Condition("swapped", "turned_l <> turned_r"),)),
        Compared(
            "born",
            "born",
            _missing("born"),
            (
                Condition("same_january", "born_l = born_r and right(born_l, 4) = '0101'", "born"),
                Condition("same", "born_l = born_r", "born"),
                Condition("slip", f"not ({_JANUARY}) and one_digit_off(born_l, born_r)"),
                Condition("swapped", f"{_SAME_YEAR} and {_SWAPPED}"),
                Condition(
                    "two_parts",
                    f"({_SAME_YEAR} and ({_SAME_MONTH} or {_SAME_DAY}))"
                    f" or ({_SAME_MONTH} and {_SAME_DAY} and not ({_JANUARY}))",
                ),
                Condition("year", _SAME_YEAR),
                Condition("within_2", f"{_YEARS} <= 2"),
                Condition("within_5", f"{_YEARS} <= 5"),
                Condition("far", "true"),
            ),
        ),
        Compared(
            "age",
            "born",
            f"{_missing('born_first')} or (born_l is not null and born_r is not null)",
            (
                Condition("age_fits", f"{_GAP} <= 0"),
                Condition("age_near", f"{_GAP} <= 2"),
                Condition("age_off", f"{_GAP} <= 5"),
                Condition("age_far", "true"),
            ),
        ),
        Compared(
            "sex",
            "sex",
            _missing("sex"),
            (Condition("same", "sex_l = sex_r"), Condition("different", "true")),
        ),
        Compared(
            "phone",
            "phone",
            _missing("phones"),
            (
                Condition(
                    "same_mobile", "share_any(phones_l, phones_r) and share_mobile(phones_l, phones_r)"
                ),
                Condition("same", "share_any(phones_l, phones_r)"),
                Condition("slip", "phones_slip(phones_l, phones_r)"),
                Condition("ending", "phones_end_alike(phones_l, phones_r)"),
                Condition("different", "true"),
            ),
        ),
        Compared(
            "place",
            "place",
            " and ".join(f"({_missing(part)})" for part in ("number", "street", "town", "postcode")),
            tuple(
                Condition(
                    name,
                    f"place_{name}({places})" if name != "different" else "true",
                    "postcode" if name == "postcode" else "",
                )
                for name in PLACE_LEVELS
            ),
        ),
        Compared(
            "other", "other", f"({_missing('other_forename')}) and ({_missing('other_surname')})", _other()
        ),
        Compared(
            "email",
            "email",
            _missing("emails"),
            (
                Condition("same", "share_any(emails_l, emails_r)"),
                Condition("nearly", "emails_nearly(emails_l, emails_r)"),
                Condition("name", "share_any(email_names_l, email_names_r)"),
                Condition("different", "true"),
            ),
        ),
    )


# in the order in which they are asked of one pair of places
PLACE_LEVELS = (
    "same", "near", "number_street", "street_area", "number_area", "postcode", "postcode_slip", "street",
    "area", "different",
)  # fmt: skip
PLACE_ORDER = (
    "same", "near", "street_area", "number_street", "postcode", "number_area", "postcode_slip", "street",
    "area", "different",
)  # fmt: skip
"""Levels of places from most to least telling: of several places the best counts."""
TERMS = {
    "forename": "forename",
    "forename_all": "forename",
    "surname": "surname",
    "born": "born",
    "postcode": "postcode",
}
"""Columns whose values have rarities: the column, and the kind of rarity in the model."""


def terms_of(model: Model) -> dict[str, str]:
    """The same with those of the model's further fields."""
    return {**TERMS, **{name: name for name in further_fields(model) if name in model.rarities}}


# -- settings ------------------------------------------------------------------------------------------


def settings_of(
    model: Model, asked: Sequence[Compared] | None = None, *, rare: bool = True
) -> dict[str, Any]:
    """Splink's settings for a model: its levels, weights and, unless not ``rare``, the columns whose values'
    frequencies count. Of all comparisons, or those that are ``asked``. No blocking, which is ours."""
    odds = 1.0 / model.population
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": odds,
        "blocking_rules_to_generate_predictions": ["l.unique_id = r.unique_id"],
        "comparisons": [_comparison(one, model.fields[one.field], rare) for one in asked or compared(model)],
        # a share that no pair supports shrinks with every round, and Splink refuses one that underflows
        "max_iterations": 12,
        "em_convergence": 0.001,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "additional_columns_to_retain": [],
    }


def _comparison(one: Compared, levels: Mapping[str, Odds], rare: bool) -> dict[str, Any]:
    return {
        "output_column_name": one.name,
        "comparison_levels": [
            {"sql_condition": one.nothing, "label_for_charts": "nothing said", "is_null_level": True},
            *(_level(condition, levels[condition.level], rare) for condition in one.levels),
            *_never(one),
        ],
    }


def _level(condition: Condition, odds: Odds, rare: bool) -> dict[str, Any]:
    level: dict[str, Any] = {
        "sql_condition": "ELSE" if condition.sql == "true" else condition.sql,
        "label_for_charts": condition.label,
        "m_probability": odds.same,
        "u_probability": odds.unrelated,
    }
    if rare and odds.rarity and condition.term:
        level |= {"tf_adjustment_column": condition.term, "disable_tf_exact_match_detection": True}
    return level


def _never(one: Compared) -> Iterator[dict[str, Any]]:
    """Splink wants a level for whatever is left over, where there is nothing."""
    if one.levels[-1].sql != "true":
        yield {
            "sql_condition": "ELSE", "label_for_charts": "none", "m_probability": 0.5, "u_probability": 0.5,
        }  # fmt: skip


# -- functions -----------------------------------------------------------------------------------------

_PLACE = "nl, nr, stl, str, sl, sr, sdl, sdr, tl, tr, tsl, tsr, pl, pr, ol, orr"


def _some(of: str, x: str, condition: str) -> str:
    """Whether any x of a list satisfies a condition."""
    return f"list_bool_or(list_transform({of}, lambda {x}: {condition}))"


def _each_pair(of: str, other: str, condition: str) -> str:
    return _some(of, "x", _some(other, "y", condition))


def functions() -> Iterator[tuple[str, str, str]]:
    """Every function of ours: its name, its arguments and its body, simple ones first."""
    four = "a, b, sa, sb"
    yield (
        "one_edit_or_so",
        "a, b",
        "(greatest(length(a), length(b)) > 7 and edits(a, b) <= 2)"
        " or (greatest(length(a), length(b)) > 3 and edits(a, b) = 1)",
    )
    yield (
        "nearly",
        four,
        "case when a is null or b is null or a = b or abs(length(a) - length(b)) > 3 or likeness(a, b) < 0.6 then false"
        " when one_edit_or_so(a, b) then true when likeness(a, b) <= 0.92 then false"
        " when sa = sb and (length(sa) > 2 or likeness(a, b) > 0.7) then false else edits(a, b) <= 3 end",
    )
    yield (
        "sounds",
        four,
        "case when a is null or b is null or a = b or sa <> sb or likeness(a, b) < 0.6 then false"
        " when length(sa) <= 2 and likeness(a, b) <= 0.7 then false"
        " when abs(length(a) - length(b)) > 2 then true else not one_edit_or_so(a, b) end",
    )
    yield (
        "short_for",
        "a, b",
        "least(length(a), length(b)) >= 3 and abs(length(a) - length(b)) >= 2"
        " and left(a, least(length(a), length(b))) = left(b, least(length(a), length(b)))",
    )
    yield (
        "alike",
        "a, b",
        "likeness(a, b) > 0.8 or (greatest(length(a), length(b)) <= 3 and least(length(a), length(b)) > 1"
        " and edits(a, b) = 1)",
    )
    yield (
        "other_given",
        "a, b",
        "a.w = b.w or share_any(a.h, b.h) or short_for(a.w, b.w) or nearly(a.w, b.w, a.s, b.s)",
    )
    lists = "ga, gb"
    yield (
        "another_given",
        "ga, gb, a, b, sa, sb, ha, hb",
        "case when ga is null and gb is null then false else "
        + _each_pair(
            "coalesce(ga, [{'w': a, 's': sa, 'h': ha, 'called': true}])",
            "coalesce(gb, [{'w': b, 's': sb, 'h': hb, 'called': true}])",
            "(x.called or y.called) and length(x.w) > 2 and other_given(x, y)",
        )
        + " end",
    )
    yield "share_word", lists, _each_pair("ga", "gb", "length(x.w) > 1 and x.w = y.w")
    yield (
        "share_initial",
        lists,
        _each_pair("ga", "gb", "(length(x.w) = 1 or length(y.w) = 1) and left(x.w, 1) = left(y.w, 1)"),
    )
    yield "share_nearly", lists, _each_pair("ga", "gb", "other_given(x, y)")
    names = "fa, fb, a, b, sa, sb, ha, hb"
    of = "coalesce(fa, [{'w': a, 's': sa, 'shared': ha}])"
    other = "coalesce(fb, [{'w': b, 's': sb, 'shared': hb}])"
    yield "part_of_name", names, _each_pair(of, other, "x.w = y.w and not x.shared")
    yield (
        "alike_part",
        names,
        _each_pair(
            of, other, "length(x.w) > 3 and (nearly(x.w, y.w, x.s, y.s) or sounds(x.w, y.w, x.s, y.s))"
        ),
    )
    yield (
        "one_digit_off",
        "a, b",
        "case when length(a) <> length(b) then false when digits_off(a, b) = 1 then true"
        " when digits_off(a, b) = 2 then edits(a, b) = 1 else false end",
    )
    phones = emails = "a, b"
    yield "phones_slip", phones, _each_pair("a", "b", "one_digit_off(x, y)")
    yield "phones_end_alike", phones, _each_pair("a", "b", "right(x, 6) = right(y, 6)")
    yield (
        "emails_nearly",
        emails,
        _each_pair("a", "b", f"least(length(x), length(y)) >= {LEAST_OF_AN_EMAIL} and edits(x, y) <= 2"),
    )
    yield from _place_functions()


def _place_functions() -> Iterator[tuple[str, str, str]]:
    two = "a, b"
    yield (
        "number_same",
        two,
        "a = b or ((contains(a, ' ') or contains(b, ' ')) and (has_words(a, b) or has_words(b, a)))",
    )
    yield "postcode_slip", two, "length(a) > 3 and one_digit_off(a, b)"
    yield (
        "street_alike",
        "a, b, na, nb, sa, sb",
        "a = b or replace(na, ' ', '') = replace(nb, ' ', '')"
        " or (likeness(a, b) >= 0.6 and (nearly(a, b, sa, sb) or sounds(a, b, sa, sb)))",
    )
    every = _PLACE
    number, street = "number_same(nl, nr)", "street_alike(stl, str, sl, sr, sdl, sdr)"
    postcode = "(pl = pr and (pl <> ol or left(pl, 1) between '0' and '9'))"
    area = "(pl = pr or ol = orr or postcode_slip(pl, pr) or tl = tr or nearly(tl, tr, tsl, tsr))"
    nowhere = "((pl is null or pr is null) and (tl is null or tr is null))"
    differs = f"(nl is not null and nr is not null and not {number} and edits(nl, nr) <> 1)"
    yield "place_area", every, area
    yield "place_street", every, street
    yield "place_postcode_slip", every, "postcode_slip(pl, pr)"
    yield "place_postcode", every, postcode
    yield "place_number_area", every, f"{number} and {area}"
    yield "place_street_area", every, f"{street} and {area}"
    yield (
        "place_number_street",
        every,
        f"{number} and (stl = str or replace(sl, ' ', '') = replace(sr, ' ', ''))",
    )
    yield (
        "place_near",
        every,
        f"({number} and pl = pr and pl <> ol) or (not {differs} and {street} and {area})",
    )
    yield (
        "place_same",
        every,
        f"{number} and (({street} and ({area} or {nowhere})) or ({postcode} and (stl is null or str is null)))",
    )
    held = (name for name in PLACE_LEVELS if name != "different")
    whens = " ".join(f"when place_{name}({_PLACE}) then {PLACE_ORDER.index(name)}" for name in held)
    unsaid = " and ".join(
        f"({one} is null or {other} is null)"
        for one, other in (("nl", "nr"), ("sl", "sr"), ("tl", "tr"), ("pl", "pr"))
    )
    yield (
        "place_rank",
        every,
        f"case when {unsaid} then {len(PLACE_ORDER)} {whens} else {len(PLACE_ORDER) - 1} end",
    )


def prepare_duckdb(con: Connection) -> None:
    """Give a DuckDB connection the functions that the settings name."""
    for name, body in (
        ("likeness(a, b)", "jaro_winkler_similarity(a, b)"),
        ("edits(a, b)", "damerau_levenshtein(a, b)"),
        ("digits_off(a, b)", "hamming(a, b)"),
        ("share_any(a, b)", "list_has_any(a, b)"),
        (
            "share_mobile(a, b)",
            "list_bool_or(list_transform(list_intersect(a, b), lambda x: starts_with(x, '447')))",
        ),
        ("has_words(a, b)", "list_has_all(string_split(a, ' '), string_split(b, ' '))"),
    ):
        con.execute(f"create or replace temp macro {name} as ({body})")
    for name, arguments, body in functions():
        con.execute(f"create or replace temp macro {name}({arguments}) as ({body})")
