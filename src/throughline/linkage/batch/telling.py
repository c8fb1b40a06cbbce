"""Which further fields of a file tell something that the others do not: before a training, and after it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import duckdb

from ..further import further_fields, without, without_rarity
from ..model import Model
from .table import count_of

Connection = duckdb.DuckDBPyConnection
Say = Callable[[str], None]

_TOLD = {
    "left(born, 4)": "the year of birth", "born": "the birth date", "forename": "the forename", "surname": "the surname",
    "sex": "the sex", "town": "the town", "outcode": "the postcode", "postcode": "the postcode", "street_stem": "the street",
}  # fmt: skip
# expressions of a reading that pairs of strangers share, and what each is of
_OTHERS = 10  # of other names with whom a record shares a value, from which they are taken for strangers
_SAYS_THE_SAME = 0.9  # of these the share that agrees in another field as well, where that says nothing new
_TELLS = 0.05  # of one person's records the share that must agree in a further field beyond chance
_FOR_A_REASON = 0.5  # and that from which it counts how rare a value is


def new_fields(con: Connection, say: Say) -> dict[str, tuple[str, float]]:
    """The further fields of ``first_readings`` that say more than the fields that are known: the name of each in the map, and
    how often two records agree in it.

    One that nearly always agrees where two strangers share a year of birth, a name, a town and so on says the same
    once more, and would count twice. So does one that tells what another further field does.
    """
    told, found = dict(_TOLD), {}
    rows = count_of(con, "first_readings")
    for name, field in con.execute("select name, field from further order by rowid").fetchall():
        agree = _pairs(con, (name,)) / max(_pairs(con, (f"{name} is not null or null",)), 1)
        for column, words in told.items():
            sharing = _strangers(con, (column, f"{name} is not null or null"))
            both = _strangers(con, (column, name)) / max(sharing, 1)
            if 2 * sharing > _OTHERS * rows and both > _SAYS_THE_SAME > agree:
                say(f"{field} is not compared: it says once more what {words} says")
                break
        else:
            found[name] = (field, min(max(agree, 1e-6), 0.999))
            told[name] = field
    return found


def _strangers(con: Connection, columns: Sequence[str]) -> int:
    """How many pairs of ``first_readings`` agree in all of these expressions and differ in both names."""
    present = "forename is not null and surname is not null"
    held = [f"case when {present} then {column} end" for column in columns]
    names = [name for name in ("forename", "surname") if name not in columns]
    return sum(
        (-1) ** len(shared) * _pairs(con, (*held, *shared))
        for count in range(len(names) + 1)
        for shared in combinations(names, count)
    )


def _pairs(con: Connection, columns: Sequence[str]) -> int:
    """How many pairs of ``first_readings`` agree in all of these expressions."""
    present = " and ".join(f"({column}) is not null" for column in columns)
    found = con.execute(
        "select coalesce(sum(n * (n - 1) / 2), 0)::bigint from (select count(*) as n from first_readings"
        f" where {present} group by {', '.join(columns)})"
    ).fetchall()
    return int(found[0][0])


def that_tell(model: Model, learnt: Mapping[str, Mapping[str, list[float]]], say: Say) -> Model:
    """The model with the further fields alone that the training found to tell something.

    A rare value counts for more than a common one only where one person's records mostly agree for a reason: of
    those that agree by chance, most agree in what is common.
    """
    for name in further_fields(model):
        odds = model.fields[name]["same"]
        field = odds.words.removeprefix("same ")
        by_reason = (odds.same - odds.unrelated) / (1 - odds.unrelated)
        if name not in learnt or odds.same <= odds.unrelated or by_reason < _TELLS:
            say(f"{field} is not compared: it tells nothing of who somebody is")
            model = without(model, [name])
            continue
        say(f"{field} is compared as well: of one person's records {odds.same:.0%} agree in it")
        if by_reason < _FOR_A_REASON:
            model = without_rarity(model, name)
    return model
