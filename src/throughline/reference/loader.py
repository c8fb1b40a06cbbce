"""Reads the lists in `lists/` and answers what held on a day.

A list is a YAML file: a head (title, description, source, licence, columns) and its rows. Long tables keep
their rows beside it in a CSV file of the same name. Every row has a code, a label, the days between which it
holds, a source and a confidence; what else it says is declared under `columns`. A list that breaks its own
declarations is refused whole, with the list and the row named.
"""

import csv
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

import yaml

from throughline.tables import SafeLoader

type Confidence = Literal["H", "M", "L"]
type ColumnType = Literal["text", "optional-text", "texts", "number", "flag", "optional-day"]
type Value = str | int | bool | date | tuple[str, ...] | None

CONFIDENCES: Final = frozenset(get_args(Confidence.__value__))
COLUMN_TYPES: Final = frozenset(get_args(ColumnType.__value__))
TEXTS_SEPARATOR: Final = "; "
LISTS: Final = files("throughline.reference") / "lists"


class BadList(ValueError):
    """A list's file breaks its own declarations: names the list and the row."""


class UnknownList(LookupError):
    """No list has this name."""


class UnknownCode(LookupError):
    """A list has no such code on that day."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a list says of each row beyond code, label, days, source and confidence."""

    type: ColumnType
    means: str


@dataclass(frozen=True, slots=True)
class Row:
    """One dated fact. `valid_until` is the last day on which it holds; None: still holds.

    Confidence covers the whole row and is that of its weakest part: H high, M medium, L low. `verified` is
    false where the fact rests on memory or on an assumption, and whoever shows the row must say so.
    """

    list_name: str
    code: str
    label: str
    valid_from: date
    valid_until: date | None
    source: str
    confidence: Confidence
    verified: bool
    note: str | None
    details: Mapping[str, Value]

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    def text(self, column: str) -> str:
        return self._typed(column, str)

    def optional_text(self, column: str) -> str | None:
        return None if self._value(column) is None else self.text(column)

    def texts(self, column: str) -> tuple[str, ...]:
        return self._typed(column, tuple)

    def number(self, column: str) -> int:
        return self._typed(column, int)

    def flag(self, column: str) -> bool:
        return self._typed(column, bool)

    def optional_day(self, column: str) -> date | None:
        return None if self._value(column) is None else self._typed(column, date)

    def _typed[T](self, column: str, kind: type[T]) -> T:
        value = self._value(column)
        if not isinstance(value, kind):
            raise TypeError(f"reference list {self.list_name!r}: column {column!r} is not {kind.__name__}")
        return value

    def _value(self, column: str) -> Value:
        try:
            return self.details[column]
        except KeyError:
            raise KeyError(f"reference list {self.list_name!r} has no column {column!r}") from None


@dataclass(frozen=True, slots=True)
class ReferenceList:
    """A named list of dated rows, in the order of its file."""

    name: str
    title: str
    description: str
    source: str
    licence: str
    columns: Mapping[str, Column]
    rows: tuple[Row, ...]
    _by_code: Mapping[str, tuple[Row, ...]] = field(init=False, repr=False, compare=False)
    #: The days on which other rows begin to hold, in order, and the rows that hold before and from each.
    _changes: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _holding: tuple[tuple[Row, ...], ...] = field(init=False, repr=False, compare=False)
    _codes: dict[Hashable, frozenset[str]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        by_code: dict[str, tuple[Row, ...]] = {}
        for row in self.rows:
            by_code[row.code] = (*by_code.get(row.code, ()), row)
        begin = {row.valid_from for row in self.rows}
        end = {row.valid_until + timedelta(days=1) for row in self.rows if row.valid_until}
        changes = tuple(sorted(begin | end))
        holding = ((), *(tuple(row for row in self.rows if row.holds(day)) for day in changes))
        object.__setattr__(self, "_by_code", MappingProxyType(by_code))
        object.__setattr__(self, "_changes", changes)
        object.__setattr__(self, "_holding", holding)

    def as_of(self, on: date) -> tuple[Row, ...]:
        """The rows that hold on a day in London, in the order of the file."""
        return self._holding[bisect_right(self._changes, _day(on))]

    def get(self, code: str, *, on: date) -> Row:
        """The one row of a code on a day. Raises UnknownCode where there is none."""
        for row in self._by_code.get(code, ()):
            if row.holds(_day(on)):
                return row
        raise UnknownCode(f"reference list {self.name!r} has no code {code!r} on {on.isoformat()}")

    def label(self, code: str, *, on: date) -> str:
        """What to show a reader for a code, as it was worded on a day. Raises UnknownCode."""
        return self.get(code, on=on).label

    def choices(self, *, on: date, **having: str | bool) -> list[tuple[str, str]]:
        """(code, label) pairs for a form field, of the rows whose columns hold the given values.

        `load("decision-reasons").choices(on=today, decision="merge")` are the reasons for a merge.
        """
        return [(row.code, row.label) for row in self._having(on, having)]

    def codes(self, *, on: date, **having: str | bool) -> frozenset[str]:
        """The codes that hold on a day, of the rows whose columns hold the given values."""
        asked = (bisect_right(self._changes, _day(on)), *sorted(having.items()))
        if asked not in self._codes:
            self._codes[asked] = frozenset(row.code for row in self._having(on, having))
        return self._codes[asked]

    def _having(self, on: date, having: Mapping[str, str | bool]) -> list[Row]:
        for column in having:
            if column not in self.columns:
                raise KeyError(f"reference list {self.name!r} has no column {column!r}")
        return [
            row
            for row in self.as_of(on)
            if all(row.details[column] == value for column, value in having.items())
        ]


@cache
def names() -> tuple[str, ...]:
    """The lists there are, in alphabetical order."""
    return tuple(
        sorted(entry.name.removesuffix(".yaml") for entry in LISTS.iterdir() if entry.name.endswith(".yaml"))
    )


@cache
def load(name: str) -> ReferenceList:
    """A list by name, read once per process. Raises UnknownList, and BadList for a file at fault."""
    if name not in names():
        raise UnknownList(f"no reference list {name!r}; there are: {', '.join(names())}")
    return read(name, LISTS)


def read(name: str, folder: Traversable) -> ReferenceList:
    """Reads and checks `NAME.yaml` in a folder, and `NAME.csv` where the head says `rows: csv`."""
    document = _yaml(name, folder)
    head = _head(name, document)
    columns = {
        column: Column(**_exactly(f"{name}, column {column}", spec, fields(Column)))
        for column, spec in document.get("columns", {}).items()
    }
    for column, spec in columns.items():
        if spec.type not in COLUMN_TYPES:
            raise BadList(f"{name}, column {column}: type is none of {', '.join(sorted(COLUMN_TYPES))}")
    defaults = document.get("defaults", {})
    rows = tuple(
        _row(name, place, defaults | record, columns)
        for place, record in _records(name, document["rows"], columns, folder)
    )
    _refuse_overlaps_and_gaps(name, rows, document.get("gaps", {}))
    return ReferenceList(name=name, columns=MappingProxyType(columns), rows=rows, **head)


HEAD_TEXTS: Final = ("title", "description", "source", "licence")
HEAD_KEYS: Final = frozenset({*HEAD_TEXTS, "columns", "defaults", "gaps", "rows"})
OWN_KEYS: Final = frozenset(
    {"code", "label", "valid_from", "valid_until", "source", "confidence", "verified", "note"}
)


class _OneOfEachKey(SafeLoader):
    """YAML keeps the last of two equal keys without a word; a list that says two things must be refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} is given twice", key.start_mark
                )
            seen.add(key.value)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made


def _yaml(name: str, folder: Traversable) -> Any:
    text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
    try:
        return yaml.load(text, _OneOfEachKey)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "unknown"
        raise BadList(f"{name}.yaml, line {line}: {error.problem}") from error


def _head(name: str, document: Any) -> dict[str, str]:
    if not isinstance(document, dict):
        raise BadList(f"{name}: not a mapping of head and rows")
    if unknown := sorted(document.keys() - HEAD_KEYS):
        raise BadList(f"{name}: unknown in the head: {', '.join(unknown)}")
    head = {key: document.get(key) for key in HEAD_TEXTS}
    if missing := [key for key, value in head.items() if not _is_text(value)]:
        raise BadList(f"{name}: missing in the head: {', '.join(missing)}")
    if not document.get("rows"):
        raise BadList(f"{name}: no rows")
    return {key: " ".join(str(value).split()) for key, value in head.items()}


def _exactly(place: str, spec: Any, wanted: Iterable[Any]) -> dict[str, Any]:
    keys = {each.name for each in wanted}
    if not isinstance(spec, dict) or spec.keys() != keys:
        raise BadList(f"{place}: needs {' and '.join(sorted(keys))}, nothing else")
    return spec


def _records(
    name: str, rows: Any, columns: Mapping[str, Column], folder: Traversable
) -> Iterable[tuple[str, dict[str, Any]]]:
    if rows != "csv":
        for number, record in enumerate(rows, start=1):
            if not isinstance(record, dict):
                raise BadList(f"{name}, row {number}: not a mapping of columns to values")
            yield f"{name}, row {number}", record
        return
    reader = csv.DictReader(
        (folder / f"{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True), strict=True
    )
    for record in reader:
        place = f"{name}.csv, line {reader.line_num}"
        if None in record or None in record.values():
            raise BadList(f"{place}: not as many cells as the first line")
        yield place, {key: _cell(place, key, text, columns) for key, text in record.items() if text != ""}


def _cell(place: str, key: str, text: str, columns: Mapping[str, Column]) -> Any:
    """CSV knows only text: give a cell the type that YAML would have given it."""
    kind = columns[key].type if key in columns else "text"
    if key in ("valid_from", "valid_until") or kind == "optional-day":
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BadList(f"{place}: {key} is not a date such as 2015-04-01") from None
    if kind == "texts":
        return text.split(TEXTS_SEPARATOR)
    if kind == "number":
        return int(text) if text.isdecimal() else text
    if kind == "flag" or key == "verified":
        return {"true": True, "false": False}.get(text, text)
    return text


def _row(name: str, place: str, record: Mapping[str, Any], columns: Mapping[str, Column]) -> Row:
    if unknown := sorted(record.keys() - OWN_KEYS - columns.keys()):
        raise BadList(f"{place}: unknown columns: {', '.join(unknown)}")
    for key in ("code", "label", "source"):
        if not _is_text(record.get(key)):
            raise BadList(f"{place}: {key} is missing or not text (a number needs quotes)")
    _check_days(place, record)
    if record.get("confidence") not in CONFIDENCES:
        raise BadList(f"{place}: confidence is not H, M or L")
    verified = record.get("verified", record["confidence"] != "L")
    if not isinstance(verified, bool) or (verified and record["confidence"] == "L"):
        raise BadList(f"{place}: verified must be true or false, and low confidence is never verified")
    return Row(
        list_name=name,
        code=record["code"],
        label=record["label"],
        valid_from=record["valid_from"],
        valid_until=record.get("valid_until"),
        source=" ".join(record["source"].split()),
        confidence=record["confidence"],
        verified=verified,
        note=" ".join(record["note"].split()) if record.get("note") else None,
        details=MappingProxyType(
            {key: _detail(place, key, record.get(key), spec.type) for key, spec in columns.items()}
        ),
    )


def _check_days(place: str, record: Mapping[str, Any]) -> None:
    start, end = record.get("valid_from"), record.get("valid_until")
    if not _is_day(start) or not (end is None or _is_day(end)):
        raise BadList(f"{place}: valid_from and valid_until must be dates such as 2015-04-01")
    if end is not None and end < start:
        raise BadList(f"{place}: valid_until is before valid_from")


def _detail(place: str, key: str, value: Any, kind: ColumnType) -> Value:
    match kind:
        case "optional-text" if value is None:
            return None
        case "text" | "optional-text" if _is_text(value):
            return " ".join(value.split())
        case "texts" if value is None:
            return ()
        case "texts" if isinstance(value, list) and all(_is_text(each) for each in value):
            return tuple(value)
        case "number" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "flag" if isinstance(value, bool):
            return value
        case "optional-day" if value is None:
            return None
        case "optional-day" if isinstance(value, date) and _is_day(value):
            return value
    raise BadList(f"{place}: {key} is missing or not of type {kind}")


def _refuse_overlaps_and_gaps(name: str, rows: tuple[Row, ...], gaps: Mapping[str, str]) -> None:
    """Two rows of a code never hold on one day; a gap between them needs its reason under `gaps`."""
    for earlier, later in pairwise(sorted(rows, key=lambda row: (row.code, row.valid_from))):
        if earlier.code != later.code:
            continue
        if earlier.holds(later.valid_from):
            raise BadList(f"{name}: two rows of code {later.code!r} hold on {later.valid_from}")
        assert earlier.valid_until is not None
        if later.valid_from - earlier.valid_until > timedelta(days=1) and not _is_text(gaps.get(later.code)):
            raise BadList(f"{name}: code {later.code!r} has a gap before {later.valid_from} without a reason")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _day(on: date) -> date:
    """An instant lies on different days in London and in UTC: whoever asks must have chosen the day."""
    if isinstance(on, datetime):
        raise TypeError("a reference list is asked for a day in London, not for an instant")
    return on
