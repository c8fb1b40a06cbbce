"""Printed figures as rows, and reading them from a CSV file.

The columns are those of a list of a report's facts: `id`, `indicator`, `period_start`, `period_end`, `geography`,
`statistic` (count, percent, rate, n_forces, flag, rank, range_min, range_max), `value`, `unit`, `numerator`,
`denominator`, `source_ref`, `qualifier` (=, >, <, >=, <=, ≈), and where there are any `quote` and `note`.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from throughline.statistics.consistency.words import numbers
from throughline.tables import SpreadsheetError, delimiter_of, encoding_of, shortened

NEEDED: Final = ("id", "indicator", "value")
COLUMNS: Final = (
    "id",
    "indicator",
    "period_start",
    "period_end",
    "geography",
    "statistic",
    "value",
    "unit",
    "numerator",
    "denominator",
    "source_ref",
    "quote",
    "qualifier",
    "note",
)
STATISTICS: Final = frozenset(
    {"count", "percent", "rate", "mean", "median", "n_forces", "flag", "rank", "range_min", "range_max"}
)
#: Other words for them.
ALSO_STATISTICS: Final = {
    "percentage": "percent", "per cent": "percent", "%": "percent", "pct": "percent", "number": "count", "n": "count", "total": "count",
    "ratio": "rate", "average": "mean", "avg": "mean", "min": "range_min", "minimum": "range_min", "max": "range_max", "maximum": "range_max", "forces": "n_forces",
}  # fmt: skip
QUALIFIERS: Final = {
    "": "=",
    "=": "=",
    ">": ">",
    "<": "<",
    ">=": ">=",
    "<=": "<=",
    "≥": ">=",
    "≤": "<=",
    "≈": "≈",
    "~": "≈",
    **dict.fromkeys(("exactly", "exact"), "="),
    **dict.fromkeys(("over", "more than", "above"), ">"),
    **dict.fromkeys(("under", "less than", "fewer than", "below", "nearly", "almost"), "<"),
    **dict.fromkeys(("at least", "no fewer than"), ">="),
    **dict.fromkeys(("at most", "up to", "no more than"), "<="),
    **dict.fromkeys(("about", "around", "approximately", "approx", "approx.", "roughly", "circa", "c."), "≈"),
}
#: A change by its name, and by its unit; and one that goes down.
CHANGED: Final = re.compile(r"_(?:change|increase|decrease|rise|fall|growth|reduction)$")
CHANGES: Final = re.compile(
    r"(?:percent|percentage|per cent|%) (?:increase|decrease|rise|fall|growth|reduction)\b"
)
IN_POINTS: Final = re.compile(r"\bpoints?\b|\bppts?\b")
FALL: Final = re.compile(r"(?:^|[_ ])(?:decrease|fall|reduction)\b")
#: How a figure is told apart that is stated in one place, again in another, and then listed.
TOLD_AGAIN: Final = re.compile(r"_(?:stated|listed|counted)(?:_[a-z]+)?$")
NATION: Final = ("", "England and Wales", "England", "Wales", "UK", "United Kingdom")
SEVERAL: Final = re.compile(r"\b(forces?|combined|all|majority|some|range|not stated)\b", re.IGNORECASE)
#: A file of facts is a few hundred kilobytes; whatever is larger is something else.
LARGEST: Final = 20_000_000
#: Beyond this many digits a cell is junk, not a figure.
LONGEST_NUMBER: Final = 18

NUMBER: Final = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?|[-+]?\.\d+")
#: Thousands that are set apart by a space, whether or not a line may break there.
SPACED: Final = re.compile(r"[-+]?\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:\.\d+)?")
#: "1.3 million", "12k".
TIMES: Final = {
    "thousand": 1000, "k": 1000, "million": 1_000_000, "m": 1_000_000, "mn": 1_000_000, "billion": 10**9, "bn": 10**9,
}  # fmt: skip
#: A unit that says in how many the value is told: "million pounds", "thousands", "£m", "'000s of people".
IN_SCALE: Final = re.compile(
    r"(?P<money>£)?\s*(?:(?P<word>thousand|million|billion)s?|'?(?P<noughts>000)s?|(?<=£)\s*(?P<short>k|mn?|bn))(?![a-z\d])(?:\s+of\b)?\s*"
)
#: How two figures of one name differ that are of two measures, or in two units of time.
MEASURES: Final = tuple(
    frozenset(words.split())
    for words in (
        "fte headcount", "second minute hour day week month quarter year", "women men girl boy female male", "median mean",
        "pound dollar euro",
    )
)  # fmt: skip
#: Words of a unit that say nothing of whom or what it is of.
OF_ANYTHING: Final = frozenset(
    "percent per cent percentage proportion of the a an all total number change point in by for and".split()
)
#: A figure that is told again, and may be another for that.
REVISED: Final = re.compile(
    r"\b(?:revis\w+|provisional\w*|restat\w+|superseded|forecast\w*|target\w*|projected)\b",
    re.IGNORECASE,
)
SCALED: Final = re.compile(rf"([-+]?[\d.,]*\d)\s*({'|'.join(TIMES)})", re.IGNORECASE)
#: "one in four", "2 out of 3", "two thirds", "a quarter", "half".
IN_WORDS: Final = re.compile(
    r"[a-z ]*\b(?:in|out of|half|third|thirds|quarter|quarters|fifth|fifths)\b[a-z ]*|\d+ (?:in|out of) \d+",
    re.IGNORECASE,
)
A_RANGE: Final = re.compile(r"[\d.,]+\s*%?\s*(?:-|–|—|to|and)\s*[\d.,]+\s*%?")
IN_PERCENT_WORDS: Final = re.compile(r"(?<=\d)\s*(?:%|per ?cent)$", re.IGNORECASE)
#: What can be printed with a percent sign.
IN_PERCENT: Final = frozenset({"percent", "rate", "range_min", "range_max"})


class FileError(ValueError):
    """The file is not one of facts: says what it lacks."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not follow: the rows it concerns, by which rule, what is printed and what follows instead."""

    fact_ids: tuple[str, ...]
    rule: str
    printed: str
    recomputed: str
    message: str

    def as_dict(self) -> dict[str, object]:
        return {
            "fact_ids": list(self.fact_ids),
            "rule": self.rule,
            "printed": self.printed,
            "recomputed": self.recomputed,
            "message": self.message,
        }


@dataclass(frozen=True)
class Fact:
    """One printed figure. `line` is its row in the file, the heading being row 1."""

    id: str
    indicator: str
    start: date | None
    end: date | None
    geography: str
    statistic: str
    value: Decimal
    unit: str
    numerator: Decimal | None
    denominator: Decimal | None
    source: str
    quote: str
    qualifier: str
    line: int
    note: str = ""

    @property
    def period(self) -> tuple[date | None, date | None]:
        return self.start, self.end

    @cached_property
    def is_change(self) -> bool:
        """A change between two periods, in percent or in percentage points."""
        if self.indicator.endswith("_change") or "change" in self.unit.split():
            return True
        return self.statistic == "percent" and bool(
            CHANGED.search(self.indicator) or CHANGES.match(self.unit)
        )

    @cached_property
    def is_difference(self) -> bool:
        """A change told in what is counted itself ("5,285 officers more", "half a month less"), not in percent or points."""
        return (
            self.statistic in ("count", "rate", "mean", "median")
            and "percent" not in self.unit
            and not self.in_points
            and CHANGED.search(self.indicator) is not None
        )

    @property
    def changed(self) -> str | None:
        """What it is a change of, by its name."""
        told = (self.is_change or self.is_difference) and CHANGED.search(self.indicator)
        return CHANGED.sub("", self.indicator) if told else None

    @property
    def falls(self) -> bool:
        """A fall told as such, and so without a minus."""
        return (
            (self.is_change or self.is_difference)
            and self.value > 0
            and bool(FALL.search(f"{self.indicator} {self.unit}"))
        )

    @property
    def in_points(self) -> bool:
        return IN_POINTS.search(self.unit) is not None

    @cached_property
    def is_share(self) -> bool:
        """A part of a whole: a percentage that is no change, or a proportion. Its range's ends are of its kind."""
        if self.is_change or self.in_points:
            return False
        if self.statistic == "percent":
            return True
        if self.statistic == "rate":
            return "proportion" in self.unit
        return self.statistic in ("range_min", "range_max") and self.unit.startswith("percent")

    @property
    def kind(self) -> str:
        """Figures of one kind can be compared: shares, changes, points, or what is counted."""
        if self.is_share:
            return "share"
        if self.in_points:
            return "points"
        return "change" if self.is_change else self.statistic

    @property
    def subject(self) -> str:
        """What it counts, wherever it is told."""
        return TOLD_AGAIN.sub("", self.indicator)

    @cached_property
    def stems(self) -> frozenset[str]:
        """What it counts, as words without their endings."""
        return stems(self.indicator)

    @cached_property
    def head(self) -> frozenset[str]:
        """What is counted, without the limits to which it was known ("…_where_breaches_known")."""
        return stems(self.indicator.split("_where_")[0])

    @cached_property
    def based(self) -> frozenset[str]:
        """Whom or what its unit says that it is of, as words without their endings; a proportion in words is of anybody."""
        unit = re.sub(r"\([^)]*\)|\b[a-z\d]+ in [a-z\d]+\b|[(),]", " ", self.unit.replace("£", " pounds "))
        return frozenset(stem(word) for word in unit.replace("%", " ").split() if word not in OF_ANYTHING)

    @property
    def of_all(self) -> bool:
        """Of many places together, not of one that is named."""
        return self.geography in NATION or bool(SEVERAL.search(self.geography))

    @property
    def sources(self) -> frozenset[str]:
        """The places in the report that print it, where several are named in one cell."""
        return frozenset(part.strip() for part in self.source.split(";") if part.strip())

    @property
    def shown(self) -> str:
        """The value as a reader meets it, its qualifier before it."""
        return f"{'' if self.qualifier == '=' else self.qualifier}{number(self.value)}"

    @property
    def told(self) -> str:
        """Where and how it is printed."""
        return f"{self.id} prints {self.shown}{f' ({self.source})' if self.source else ''}"


class Printed(NamedTuple):
    """What a file prints: its facts, a finding for every row that cannot be read, and how many rows have no value."""

    facts: tuple[Fact, ...]
    bad: tuple[Finding, ...]
    empty: int


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """A word without its usual English ending, so that applied and applications meet."""
    for ending in ("ications", "ication", "ied", "ying"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word.removesuffix(ending)
    for ending in ("ches", "shes", "sses", "xes"):
        if word.endswith(ending):
            return word[:-2]
    if word.endswith("ed") and len(word) > 4:
        return word.removesuffix("ed")
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word.removesuffix("s")
    return word


def stems(name: str) -> frozenset[str]:
    """The words of a name that are joined by `_`, without their endings."""
    return frozenset(stem(word) for word in name.split("_") if word)


def nearest(fact: Fact, others: Sequence[Fact]) -> Fact:
    """Of other figures the print beside it: of the same source where there is one, else the closest row."""
    return min(others, key=lambda one: (not (one.sources & fact.sources), abs(one.line - fact.line)))


def comparable(one: Fact, other: Fact) -> bool:
    """Whether two figures of one name are of one measure and one base, as far as their units and notes say.

    Adults of 16 to 74 are others than those of 16 to 59, officers by head are others than full-time equivalents, and of
    crimes are others than of files.
    """
    mine, theirs = one.based, other.based
    revised = [REVISED.search(f"{fact.source} {fact.note}") is not None for fact in (one, other)]
    if revised[0] != revised[1]:
        return False
    if not mine or not theirs:
        return True
    # "offences per 1,000 households" are of others than "per 1,000 population"
    bases = [
        {stem(word) for word in unit.split(" per ", 1)[-1].split()}
        for unit in (one.unit, other.unit)
        if " per " in unit
    ]
    if len(bases) == 2 and (bases[0] - {"of"}).isdisjoint(word for word in bases[1] if not word[0].isdigit()):
        return False
    numbered = [frozenset(word for word in words if word[0].isdigit()) for words in (mine, theirs)]
    if all(numbered) and numbered[0] != numbered[1]:
        return False
    if any(mine & words and theirs & words and mine & words != theirs & words for words in MEASURES):
        return False
    return bool(mine & theirs)


def number(value: Decimal | int | float) -> str:
    """A figure for a reader: thousands apart, and no noughts behind the point."""
    told = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return told.rstrip("0").rstrip(".") if "." in told else told


def read_file(path: Path) -> Printed:
    """What a CSV file prints.

    Raises FileError where it is no such file: not there, not text, too large, or without the columns that are needed.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise FileError(f"{path.name}: is larger than {LARGEST:,} bytes, which no list of facts is.")
        text = _text(path.read_bytes())
    except OSError as error:
        raise FileError(f"{path.name}: cannot be opened ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise FileError(f"{path.name}: is not UTF-8 text (byte {error.start:,}).") from None
    except FileError as error:
        raise FileError(f"{path.name}: {error}") from None
    try:
        return read(text)
    except FileError as error:
        raise FileError(f"{path.name}: {error}") from None


def _text(content: bytes) -> str:
    try:
        return content.decode(encoding_of(io.BytesIO(content)))
    except SpreadsheetError:
        raise FileError("is a spreadsheet: save the sheet as CSV.") from None


def read(text: str) -> Printed:
    """What a CSV text prints. Raises FileError as `read_file`."""
    if "\x00" in text:
        raise FileError("holds bytes that no text has.")
    # a second reading for line numbers is not needed: a quoted line break counts as part of its row
    rows = csv.reader(io.StringIO(text), strict=False, delimiter=delimiter_of(text.partition("\n")[0]))
    try:
        heading = [cell.strip().lower() for cell in next(rows, [])]
        lines = list(rows)
    except csv.Error as error:
        raise FileError(f"row {rows.line_num}: is not CSV ({error}).") from None
    missing = [column for column in NEEDED if column not in heading]
    if missing:
        raise FileError(f"row 1: lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.")
    twice = sorted({column for column in heading if column and heading.count(column) > 1})
    if twice:
        raise FileError(f"row 1: has the column {twice[0]} twice.")
    facts: list[Fact] = []
    bad: list[Finding] = []
    empty = 0
    seen: dict[str, int] = {}
    for line, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(heading, (cell.strip() for cell in cells), strict=False))
        empty += not row.get("value")
        fact, wrong = _fact(row, line)
        if len(cells) > len(heading):
            wrong.append(f"has {len(cells)} cells, and the heading {len(heading)}")
        if (name := row.get("id", "")) in seen and name:
            wrong.append(f"id: {name} is that of row {seen[name]} as well")
        seen.setdefault(name, line)
        bad += (
            Finding((name,) if name else (), "row", row.get("value", ""), "", f"Row {line}: {what}.")
            for what in wrong
        )
        if fact is not None:
            facts.append(fact)
    return Printed(tuple(facts), tuple(bad), empty)


def _fact(row: dict[str, str], line: int) -> tuple[Fact | None, list[str]]:
    """The fact of a row, or None where it cannot be one, and what is wrong with its cells."""
    wrong: list[str] = []
    for column in ("id", "indicator"):
        if not row.get(column):
            wrong.append(f"{column}: is empty")
    # a percent sign, or "one in four", says what the value is where the row does not
    signed = IN_PERCENT_WORDS.search(row.get("value", "")) is not None
    part = _in_words(row.get("value", ""))
    statistic = " ".join(row.get("statistic", "").lower().split())
    statistic = ALSO_STATISTICS.get(statistic, statistic) or (
        "percent" if signed else "rate" if part else "count"
    )
    unit = row.get("unit", "").lower()
    if statistic == "proportion" or (part is not None and statistic == "rate" and "proportion" not in unit):
        statistic, unit = "rate", f"proportion {'(in words) ' if part else ''}{unit}".strip()
    if part is not None and statistic in IN_PERCENT:
        row = {**row, "value": f"{part * (1 if statistic == 'rate' else 100):.4f}"}
    if statistic in ("count", "mean", "median", "range_min", "range_max") and (scale := IN_SCALE.match(unit)):
        # "1,400 million pounds" are 1.4 billion pounds
        unit = f"{'pounds ' if scale['money'] else ''}{unit[scale.end() :]}".strip()
        in_scale = scale["word"] or scale["short"] or "thousand"
    else:
        in_scale = ""
    if statistic not in STATISTICS:
        wrong.append(f"statistic: {shortened(statistic)} is none of {', '.join(sorted(STATISTICS))}")
    qualifier = QUALIFIERS.get(row.get("qualifier", "").lower())
    if qualifier is None:
        wrong.append(f"qualifier: {shortened(row['qualifier'])} is none of = > < >= <= ≈")
    if signed and statistic in IN_PERCENT:
        row = {**row, "value": IN_PERCENT_WORDS.sub("", row["value"])}
    value = _number(row, "value", wrong)
    if in_scale and value is not None:
        value = _times(value, in_scale)
    numerator, denominator = _number(row, "numerator", wrong), _number(row, "denominator", wrong)
    undated = len(wrong)
    start, end = _day(row, "period_start", wrong), _day(row, "period_end", wrong)
    # of no known day it would be taken for one of another time, and differ from that
    undated = len(wrong) > undated
    if start and end and start > end:
        wrong.append(f"period: begins on {start}, after it ends on {end}")
    if value is None or undated or not row.get("id") or not row.get("indicator"):
        return None, wrong
    fact = Fact(
        id=row["id"],
        indicator="_".join(row["indicator"].lower().split()),
        start=start,
        end=end,
        geography=row.get("geography", ""),
        statistic=statistic,
        value=value,
        unit=unit,
        numerator=numerator,
        denominator=denominator,
        source=row.get("source_ref", ""),
        quote=row.get("quote", ""),
        qualifier=qualifier or "=",
        line=line,
        note=row.get("note", ""),
    )
    return fact, wrong


def _number(row: dict[str, str], column: str, wrong: list[str]) -> Decimal | None:
    told = row.get(column, "").replace("\N{MINUS SIGN}", "-")
    if not told:
        return None
    if SPACED.fullmatch(told):
        told = re.sub(r"\s", "", told)
    if scaled := SCALED.fullmatch(told):
        exact = _number({column: scaled[1]}, column, [])
        if exact is not None:
            return _times(exact, scaled[2].lower())
    if len(told) <= LONGEST_NUMBER and NUMBER.fullmatch(told):
        try:
            return Decimal(told.replace(",", ""))
        except InvalidOperation:  # pragma: no cover - the pattern lets nothing else through
            pass
    remedy = (
        ": give its least and its most a row each, with range_min and range_max"
        if A_RANGE.fullmatch(told)
        else ""
    )
    wrong.append(f"{column}: {shortened(told)} is not a number{remedy}")
    return None


def _times(value: Decimal, scale: str) -> Decimal:
    """A figure that is told in thousands or millions; its exponent says to how many it is rounded."""
    told = value * Decimal(1).scaleb(len(str(TIMES[scale])) - 1)
    exponent = told.as_tuple().exponent
    return told if isinstance(exponent, int) and exponent >= 0 else told.quantize(Decimal(1))


def _in_words(told: str) -> Fraction | None:
    """The part that a value names in words: "one in four", "two thirds", "half"."""
    if not IN_WORDS.fullmatch(told):
        return None
    parts = [one for one in numbers(told.replace("out of", "in")) if 0 < one < 1]
    return parts[-1] if parts else None


def _day(row: dict[str, str], column: str, wrong: list[str]) -> date | None:
    told = row.get(column, "")
    if not told:
        return None
    for form in ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(told, form).date()  # noqa: DTZ007 a day has no time zone
        except ValueError:
            continue
    else:
        wrong.append(f"{column}: {shortened(told)} is not a date written as 2015-03-31")
        return None


def ids(*facts: Fact | Iterable[Fact]) -> tuple[str, ...]:
    """The ids of facts, each once, in the order in which they are told."""
    flat = (one for given in facts for one in ((given,) if isinstance(given, Fact) else given))
    return tuple(dict.fromkeys(fact.id for fact in flat))
