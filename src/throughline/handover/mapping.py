"""The map of an export of other software: which of its files and columns holds what, and what its codes mean."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import yaml

from throughline.reference import load
from throughline.tables import Texts

type Value = str | bool | None

ELSE: Final = "*"
EXCEL: Final = "excel"
"""Among the formats of dates: the number of days by which a spreadsheet keeps one."""
_FLAGS: Final = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}
_LARGEST: Final = 1_000_000
#: How an outcome is written by its number, with or without its words behind it.
_NUMBERED: Final = re.compile(
    r"(?P<outcome>outcome(?: type| code)?|o/?c|o|type)?[ .:#-]*(?P<number>\d{1,2}[a-z]?)(?:\s*[.:;,()\u2013\u2014-].*|\s+\D.*)?",
    re.IGNORECASE | re.DOTALL,
)
#: What stands in a cell in which nothing is said.
SAYS_NOTHING: Final = frozenset(
    (
        "not stated",
        "not known",
        "unknown",
        "not recorded",
        "not given",
        "n/k",
        "nk",
        "n/a",
        "none",
        "null",
        "-",
    )
)


class MapError(ValueError):
    """The map, or the export under it, cannot be used at all: says which entry and why."""


class Type(StrEnum):
    """What a cell holds."""

    REFERENCE = "reference"
    AT = "date and time"
    DAY = "date"
    COUNT = "number"
    FLAG = "yes or no"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Field:
    """One of our fields: what it holds, of a code which there are, and whether a row lands without it."""

    type: Type
    codes: Callable[[], Iterable[str]] = tuple
    needed: bool = False
    #: What else is plainly one of our codes, where the map does not say what its own mean.
    words: Callable[[], Mapping[str, str]] = dict
    #: Whether its codes are known by their numbers.
    numbered: bool = False


def _list(name: str) -> Callable[[], list[str]]:
    return lambda: [row.code for row in load(name).rows]


def _labels(name: str) -> Callable[[], dict[str, str]]:
    return lambda: {row.label: row.code for row in load(name).rows}


def _coded(name: str, *, needed: bool = False, **words: str) -> Field:
    """A field of a list's codes, which its labels say as well, and the usual words for some."""
    return Field(Type.CODE, _list(name), needed, lambda: {**_labels(name)(), **words})


_ID, _REF = Field(Type.REFERENCE, needed=True), Field(Type.REFERENCE)
_AT, _FLAG = Field(Type.AT, needed=True), Field(Type.FLAG)
#: What an export may hold, in the order in which it lands: a later kind refers to earlier ones.
KINDS: Final[Mapping[str, Mapping[str, Field]]] = {
    "incidents": {"id": _ID, "at": _AT, "domestic": Field(Type.FLAG, needed=True), "closed": Field(Type.AT)},
    "crimes": {
        "id": _ID,
        "incident": _ID,
        "at": _AT,
        "offence": _coded("offence-groups"),
        "domestic": _FLAG,
    },
    "people": {
        "incident": _REF,
        "crime": _REF,
        "person": _ID,
        "part": _coded("involvements", needed=True),
        "born": Field(Type.DAY),
        "age": Field(Type.COUNT),
        "sex": _coded("sex", f="2", m="1", woman="2", man="1", unknown="0"),
        "ethnicity": Field(Type.CODE, lambda: ("white", "mixed", "asian", "black", "other")),
        "disabled": _FLAG,
        "orientation": Field(Type.CODE, lambda: ("heterosexual", "gay-lesbian", "bisexual", "other")),
        "gender_differs": _FLAG,
        "relationship": _coded("relationship"),
    },
    "custody": {
        "id": _ID,
        "incident": _REF,
        "crime": _REF,
        "person": _ID,
        "at": _AT,
        "done": _coded("positive-actions", needed=True),
    },
    "outcomes": {"crime": _ID, "at": _AT, "code": replace(_coded("outcome-codes", needed=True), numbered=True)},
    "calls": {
        "id": _ID,
        "at": _AT,
        "channel": _coded("contact-channels", needed=True),
        "domestic": _FLAG,
        "incident": _REF,
    },
}  # fmt: skip
#: Kinds whose rows may name an incident, or a crime of it.
_BY_EITHER: Final = ("people", "custody")


@dataclass(frozen=True, slots=True)
class Source:
    """Where one field comes from: a column with what its codes mean, or one value for all rows."""

    field: Field
    column: str = ""
    codes: Mapping[str, Value] | None = None
    always: Value = None
    #: Whether the map says what the codes mean, so that nothing else is guessed.
    told: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """One kind of file: how it is called, and where each field comes from.

    Of ``several`` of one kind in a row (a first victim, a second) each may be empty.
    """

    kind: str
    pattern: str
    sources: Mapping[str, Source]
    several: bool = False
    #: Whether other kinds stand in its rows as well, so that what is told once for each of them is told again and again.
    shared: bool = False
    #: The columns that none of those other kinds has.
    own: frozenset[str] = frozenset()

    @property
    def columns(self) -> set[str]:
        return {source.column for source in self.sources.values() if source.column}


@dataclass(frozen=True, slots=True)
class Map:
    """A whole map. ``encoding`` and ``delimiter`` are empty where they are to be found out."""

    files: tuple[File, ...]
    dates: tuple[str, ...]
    encoding: str
    delimiter: str
    all_crimes: bool


class _Loader(Texts):
    """Of what a map says only true and false are no texts. What stands twice is refused: of two only the last would count."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names: set[str] = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in names:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value[:40]} stands twice", key.start_mark
                )
            names.add(str(key.value))
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(?i:true|false)$"), list("tTfF"))


def read_map(path: Path) -> Map:
    """The map in a YAML file. Raises MapError, which names the entry."""
    try:
        if path.stat().st_size > _LARGEST:
            raise MapError("is larger than a map is")
        told = yaml.load(path.read_text("utf-8-sig"), Loader=_Loader)  # noqa: S506 (a safe one)
    except OSError:
        raise MapError("is not there or cannot be opened") from None
    except yaml.MarkedYAMLError as error:
        at = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise MapError(f"{at}cannot be read as YAML ({error.problem or 'it ends too soon'})") from None
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError):
        raise MapError("is not YAML in UTF-8") from None
    if told is None:
        raise MapError("holds nothing")
    told = _mapping(told, "the map")
    known = {"dates", "encoding", "delimiter", "all_crimes", *KINDS}
    if unknown := sorted(set(told) - known):
        raise MapError(f"{unknown[0]}: is nothing that a map says; it may say {', '.join(sorted(known))}")
    if "incidents" not in told:
        raise MapError("incidents: is needed; all others refer to them")
    dates = told.get("dates", [])
    if (
        not isinstance(dates, list)
        or not dates
        or not all(isinstance(one, str) and ("%" in one or one == EXCEL) for one in dates)
    ):
        raise MapError('dates: is needed, a list of formats such as ["%d/%m/%Y %H:%M", "%d/%m/%Y"]')
    for each in dates:
        if each != EXCEL and not _is_format(each):
            raise MapError(f"dates: {each[:40]!r} is no format; it is written as in %d/%m/%Y %H:%M")
    encoding, delimiter = str(told.get("encoding") or ""), str(told.get("delimiter") or "")
    try:
        "".encode(encoding or "utf-8")
    except LookupError:
        raise MapError("encoding: is none that is known, such as utf-8, cp1252 or utf-16") from None
    if delimiter and len(delimiter) != 1:
        raise MapError("delimiter: is one character")
    if not isinstance(told.get("all_crimes", False), bool):
        raise MapError("all_crimes: is true or false")
    files = tuple(
        _file(kind, each, several=isinstance(told[kind], list))
        for kind in KINDS
        if kind in told
        for each in (told[kind] if isinstance(told[kind], list) else [told[kind]])
    )
    if not all(any(file.kind == kind for file in files) for kind in KINDS if kind in told):
        raise MapError("a list of nothing: give what each is, or leave the kind out")
    files = tuple(_beside(file, files) for file in files)
    return Map(files, tuple(dates), encoding, delimiter, told.get("all_crimes", False))


def _is_format(told: str) -> bool:
    """Whether dates can be read by a format: a day that is written by it is read again."""
    day = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    try:
        return datetime.strptime(day.strftime(told), told).month == day.month  # noqa: DTZ007 (its zone is no matter here)
    except ValueError:
        return False


def _beside(file: File, files: Iterable[File]) -> File:
    """A file with what it shares with other kinds of the same rows."""
    others = [one for one in files if one.pattern == file.pattern and one.kind != file.kind]
    taken = {column for one in others for column in one.columns}
    return replace(file, shared=bool(others), own=frozenset(file.columns - taken))


def _mapping(told: object, where: str) -> dict[str, Any]:
    if told is None:
        raise MapError(f"{where}: says nothing; give what it is, or leave it out")
    if not isinstance(told, dict) or not all(isinstance(key, str) for key in told):
        raise MapError(f"{where}: is not a list of names with what each is")
    return told


def _file(kind: str, told: object, *, several: bool) -> File:
    given = _mapping(told, kind)
    fields = KINDS[kind]
    pattern = given.get("file")
    if not isinstance(pattern, str) or not pattern:
        raise MapError(f"{kind}: file: is needed, the name of the file, such as {kind}*.csv")
    if unknown := sorted(set(given) - {"file", *fields}):
        raise MapError(f"{kind}: {unknown[0]}: is none of its fields, which are {', '.join(fields)}")
    if missing := [name for name, field in fields.items() if field.needed and name not in given]:
        raise MapError(f"{kind}: {missing[0]}: is needed")
    if kind in _BY_EITHER and not {"incident", "crime"} & {*given}:
        raise MapError(f"{kind}: incident: is needed, or crime")
    return File(
        kind,
        pattern,
        {
            name: _source(f"{kind}: {name}", fields[name], each)
            for name, each in given.items()
            if name != "file"
        },
        several,
    )


def _source(where: str, field: Field, told: object) -> Source:
    if isinstance(told, str) and told:
        told = {"column": told}
    given = _mapping(told, where)
    if set(given) == {"always"} and field.type in (Type.CODE, Type.FLAG):
        return Source(field, always=_ours(where, field, given["always"]))
    column, codes = given.get("column"), given.get("codes")
    if not isinstance(column, str) or not column or set(given) - {"column", "codes"}:
        one = ", or one value that is always so" if field.type in (Type.CODE, Type.FLAG) else ""
        raise MapError(f"{where}: is a column, or {{column: …, codes: …}}{one}")
    if codes is None:
        return Source(field, column, _plain(field))
    if field.type not in (Type.CODE, Type.FLAG) or not isinstance(codes, dict):
        if field.type not in (Type.CODE, Type.FLAG):
            raise MapError(f"{where}: is a {field.type} and has no codes")
        raise MapError(
            f"{where}: codes: are theirs with ours, such as {{Theirs: {next(iter(field.codes()), 'true')}}}"
        )
    theirs: dict[str, Value] = {}
    for key, value in codes.items():
        ours = _ours(where, field, value)
        if theirs.setdefault(same(str(key)), ours) != ours:
            raise MapError(f"{where}: codes: {str(key)[:40]!r} stands twice, and means two things")
    return Source(field, column, theirs, told=True)


def _ours(where: str, field: Field, value: object) -> Value:
    """One of our codes, or nothing: left out on purpose."""
    if value is None:
        return None
    if field.type is Type.FLAG:
        if isinstance(value, bool):
            return value
        raise MapError(f"{where}: is true or false")
    codes = [*field.codes()]
    if str(value) not in codes:
        raise MapError(f"{where}: {str(value)[:40]!r} is none of our codes, which are {', '.join(codes)}")
    return str(value)


def _plain(field: Field) -> Mapping[str, Value] | None:
    """What codes mean of which the map says nothing: ours, or the usual words for yes and no."""
    match field.type:
        case Type.FLAG:
            return _FLAGS
        case Type.CODE:
            theirs = {code.replace("-", " "): code for code in field.codes()} | {**field.words()}
            return {same(told): code for told, code in theirs.items()} | {
                same(code): code for code in field.codes()
            }
    return None


def numbered(told: str, *, plainly: bool) -> str | None:
    """The outcome that a text numbers: "Outcome 16: Evidential difficulties …", "O16", "1A"; None where it names no number that
    there is. Without ``plainly`` a bare number is none, for it may be one of the force's own."""
    found = _NUMBERED.fullmatch(told.strip())
    if found is None or not (plainly or found["outcome"]):
        return None
    code = f"outcome-{found['number'].lstrip('0').lower()}"
    return code if code in {row.code for row in load("outcome-codes").rows} else None


def same(told: str) -> str:
    """A code as it is compared: however it is spaced and in whatever letters."""
    return " ".join(told.split()).casefold()
