"""Errors as people make them in a table of printed figures, by kind, put into rows by a seeded random source."""

import random
from collections.abc import Callable, Sequence
from decimal import Decimal

type Row = dict[str, str]
#: The rows with the error in them, and the ids of the rows that it touches.
type Spoilt = tuple[list[Row], set[str]]


def _with(rows: Sequence[Row], at: int, **cells: str) -> Spoilt:
    changed = [dict(row) for row in rows]
    changed[at].update(cells)
    return changed, {rows[at]["id"]}


def _choose(rows: Sequence[Row], rng: random.Random, fits: Callable[[Row], bool]) -> int:
    return rng.choice([at for at, row in enumerate(rows) if fits(row)])


def _counts(row: Row) -> bool:
    return row["statistic"] in ("count", "n_forces")


def _whole(row: Row) -> bool:
    return row["statistic"] == "percent" and bool(row["numerator"]) and bool(row["denominator"])


def _repeated(rows: Sequence[Row]) -> set[str]:
    """Indicators, places and periods that are printed more than once: their rows follow from each other."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = _key(row)
        seen[key] = seen.get(key, 0) + 1
    return {row["id"] for row in rows if seen[_key(row)] > 1}


def _key(row: Row) -> tuple[str, ...]:
    return (row["indicator"], row["geography"], row["statistic"], row["period_start"], row["period_end"])


def _misread(value: str, rng: random.Random) -> str:
    """Another figure than the one printed, as a slip of the eye makes it: a digit more or less, or two swapped."""
    digits = list(value.lstrip("-"))
    places = [at for at, digit in enumerate(digits) if digit.isdigit()]
    at = rng.choice(places[:2])
    digits[at] = rng.choice(
        [digit for digit in "123456789" if abs(int(digit) - int(value.lstrip("-")[at])) > 1]
    )
    return ("-" if value.startswith("-") else "") + "".join(digits)


def total(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """A total, or a part of it, that no longer adds up."""
    names = (
        "victim_focus_groups", "forces_dash_form", "forces_dash_different", "forces_dash_no_answer", "table3_evidence_led_examples",
        "forces_using_body_worn_video", "forces_body_worn_video",
    )  # fmt: skip
    at = _choose(
        rows,
        rng,
        lambda row: _counts(row) and row["indicator"].startswith(names) and "attend" not in row["indicator"],
    )
    value = str(int(rows[at]["value"]) + rng.choice([1, 2, 3, 5]))
    return _with(rows, at, value=value, **({"numerator": value} if rows[at]["numerator"] else {}))


def percentage(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """A percentage that does not follow from the counts beside it."""
    at = _choose(rows, rng, _whole)
    value = Decimal(rows[at]["value"])
    return _with(rows, at, value=str(value + rng.choice([-9, -6, -4, -3, 3, 4, 6, 9])))


def tenfold(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """A figure with a nought too many."""
    at = _choose(
        rows,
        rng,
        lambda row: row["statistic"] in ("count", "n_forces", "percent") and row["value"] not in ("0", ""),
    )
    return _with(rows, at, value=str(Decimal(rows[at]["value"]) * 10))


def swapped(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """The values of two neighbouring rows changed over."""
    pairs = [
        at
        for at in range(len(rows) - 1)
        if rows[at]["value"] != rows[at + 1]["value"]
        and rows[at]["statistic"] not in ("flag", "range_min", "range_max")
        and rows[at + 1]["statistic"] != "flag"
    ]
    at = rng.choice(pairs)
    changed = [dict(row) for row in rows]
    changed[at]["value"], changed[at + 1]["value"] = rows[at + 1]["value"], rows[at]["value"]
    return changed, {rows[at]["id"], rows[at + 1]["id"]}


def part_above_whole(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """The part and the whole changed over."""
    at = _choose(
        rows,
        rng,
        lambda row: (
            bool(row["numerator"])
            and bool(row["denominator"])
            and Decimal(row["numerator"]) < Decimal(row["denominator"])
            and not row["indicator"].endswith("_change")
        ),
    )
    return _with(rows, at, numerator=rows[at]["denominator"], denominator=rows[at]["numerator"])


def percentage_for_count(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """A percentage where the count should stand."""
    at = _choose(
        rows,
        rng,
        lambda row: (
            _counts(row)
            and bool(row["numerator"])
            and row["numerator"] != row["denominator"]
            and bool(row["denominator"])
        ),
    )
    share = round(Decimal(rows[at]["numerator"]) / Decimal(rows[at]["denominator"]) * 100)
    if share == Decimal(rows[at]["value"]):
        share += 1
    return _with(rows, at, value=str(share))


def above_all(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """A rate above a hundred percent."""
    at = _choose(
        rows,
        rng,
        lambda row: (
            row["statistic"] == "percent" and "change" not in row["unit"] and "points" not in row["unit"]
        ),
    )
    return _with(rows, at, value=str(Decimal(rows[at]["value"]) + 100))


def least_above_most(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """The two ends of a range changed over."""
    ends = {(row["indicator"], row["period_end"]): {} for row in rows if row["statistic"] == "range_min"}  # type: dict[tuple[str, str], dict[str, int]]
    for at, row in enumerate(rows):
        if (
            row["statistic"] in ("range_min", "range_max")
            and (key := (row["indicator"], row["period_end"])) in ends
        ):
            ends[key].setdefault(row["statistic"], at)
    low, high = rng.choice([(one["range_min"], one["range_max"]) for one in ends.values() if len(one) == 2])
    changed = [dict(row) for row in rows]
    changed[low]["value"], changed[high]["value"] = rows[high]["value"], rows[low]["value"]
    return changed, {rows[low]["id"], rows[high]["id"]}


def forces_named(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """A count of forces that differs from those who are named, or a force that is missing from its list."""
    lists = ("unable_to_provide_da_arrests", "not_adopted_repeat_victim_definition", "drive_pilot_force")
    if rng.random() < 0.5:
        at = _choose(rows, rng, lambda row: row["indicator"] in lists)
        gone = rows[at]
        kept = [dict(row) for row in rows if row is not gone]
        return kept, {row["id"] for row in rows if row["indicator"] == gone["indicator"] and row is not gone}
    counts = ("forces_unable_da_arrests", "forces_not_adopted_repeat_victim_definition", "drive_pilot_forces")
    at = _choose(rows, rng, lambda row: row["indicator"] in counts)
    value = str(int(rows[at]["value"]) + rng.choice([-1, 1, 2]))
    return _with(rows, at, value=value, numerator=value)


def change(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """A change that does not follow from the two years."""
    at = _choose(
        rows,
        rng,
        lambda row: (
            row["indicator"].endswith("_change")
            and row["statistic"] == "percent"
            and any(one["indicator"] == row["indicator"].removesuffix("_change") for one in rows)
        ),
    )
    value = Decimal(rows[at]["value"])
    step = rng.choice([3, 5, 8]) * rng.choice([-1, 1])
    return _with(rows, at, value=str(-value if value > 4 and rng.random() < 0.3 else value + step))


def base(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """Another base than the one that is printed."""
    at = _choose(rows, rng, _whole)
    return _with(rows, at, denominator=_misread(rows[at]["denominator"], rng))


def told_twice(rows: Sequence[Row], rng: random.Random) -> Spoilt:
    """A figure that is printed elsewhere as well, misread once."""
    again = _repeated(rows)
    at = _choose(
        rows,
        rng,
        lambda row: (
            row["id"] in again
            and row["statistic"] in ("count", "n_forces", "percent")
            and row["qualifier"] == "="
            and row["indicator"] != "victim_update_interval_days"
            and row["value"] != "0"
        ),
    )
    return _with(rows, at, value=_misread(rows[at]["value"], rng))


KINDS: dict[str, Callable[[Sequence[Row], random.Random], Spoilt]] = {
    "total": total,
    "percentage": percentage,
    "tenfold": tenfold,
    "swapped": swapped,
    "part above whole": part_above_whole,
    "percentage for count": percentage_for_count,
    "above all": above_all,
    "least above most": least_above_most,
    "forces named": forces_named,
    "change": change,
    "base": base,
    "told twice": told_twice,
}
