"""What one row of somebody's file says of an order, bail or a warrant, judged. Nothing is looked up here.

A row lands whole or not at all: the first thing wrong with it is its reason, which never quotes the value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from throughline.casework.people.rules import LONGEST, Malformed
from throughline.casework.people.rules.lines import known_encoding
from throughline.foundations.clock.rules import LONDON, end_of_day, start_of_day
from throughline.linkage.layout import Column, Layout, LayoutError, load_map

FIELDS: Final = (
    "id", "kind", "person_ref", "forename", "surname", "dob", "protects_ref", "protects_forename",
    "protects_surname", "protects_dob", "conditions", "words", "issuer", "from", "until",
)  # fmt: skip
NEEDED: Final = ("id", "kind", "from")
DATES: Final = ("dob", "protects_dob", "from", "until")
CODED: Final = ("kind", "conditions")
SEPARATOR: Final = ";"
LONGEST_WORDS: Final = 2_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class FactMap:
    """Where a file keeps our fields, what its codes mean, and whose references it names people by."""

    layout: Layout
    codes: Mapping[str, Mapping[str, str]]
    # the source under which the index of people was brought in
    people: str = "index"
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Who:
    """A person as a row names them: by the index's own reference, or by whole name and date of birth."""

    ref: str = ""
    forename: str = ""
    surname: str = ""
    born: date | None = None


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row, in our codes and instants."""

    ref: str
    kind: str
    binds: Who
    protects: Who | None
    conditions: tuple[str, ...]
    words: str
    issuer: str
    valid_from: datetime
    valid_until: datetime | None


def read_fact_map(path: Path) -> FactMap:
    """The map of a file of standing facts. Raises LayoutError, which says what is wrong with it."""
    content = load_map(path)
    try:
        encoding = known_encoding(str(content.pop("encoding", "utf-8")))
    except LookupError:
        raise LayoutError("the map gives an encoding that is not read here", "encoding") from None
    people = str(content.pop("people", "index"))
    if unknown := content.keys() - set(FIELDS):
        raise LayoutError(
            f"the map names an unknown field '{min(unknown)}'; fields are {', '.join(FIELDS)}", min(unknown)
        )
    for name in NEEDED:
        if name not in content:
            raise LayoutError(f"the map must give the column for {name}", name)
    if "person_ref" not in content and not {"forename", "surname", "dob"} <= content.keys():
        raise LayoutError("the map must say whom it binds: person_ref, or forename, surname and dob")
    columns, codes = {}, {}
    for name, entry in content.items():
        columns[name], codes[name] = _column(name, entry)
    return FactMap(Layout(columns), codes, people, encoding)


def _column(name: str, entry: Any) -> tuple[Column, dict[str, str]]:
    if isinstance(entry, str) and entry:
        return Column(entry), {}
    allowed = {"column"} | ({"format"} if name in DATES else set()) | ({"codes"} if name in CODED else set())
    if not isinstance(entry, dict) or not entry.get("column") or not set(entry) <= allowed:
        raise LayoutError(f"the map must give for {name} a column, or {{{', '.join(sorted(allowed))}}}", name)
    told = entry.get("codes", {})
    if not isinstance(told, dict):
        raise LayoutError(f"the map's codes for {name} must be lines of the form 'theirs: ours'", name)
    codes = {str(theirs).casefold(): "" if ours is None else str(ours) for theirs, ours in told.items()}
    return Column(str(entry["column"]), str(entry.get("format", ""))), codes


def judge(file_map: FactMap, row: Mapping[str, str]) -> FactRow:
    """What a row says, of columns to cells. Raises Malformed, which names our field and never the value."""
    told = {name: _text(file_map, row, name) for name in FIELDS}
    for name in NEEDED:
        if not told[name]:
            raise Malformed(name, "is empty")
    binds = _who(file_map, told, "")
    if binds is None:
        raise Malformed("person_ref", "is empty, and so are the name or the date of birth")
    until = _instant(file_map, told, "until", last=True)
    begins = _instant(file_map, told, "from", last=False)
    if begins is None:
        raise Malformed("from", "is empty")
    return FactRow(
        ref=told["id"],
        kind=_code(file_map, "kind", told["kind"]),
        binds=binds,
        protects=_who(file_map, told, "protects_"),
        conditions=tuple(
            code
            for one in told["conditions"].split(SEPARATOR)
            if one.strip() and (code := _code(file_map, "conditions", one.strip()))
        ),
        words=told["words"],
        issuer=told["issuer"],
        valid_from=begins,
        valid_until=until,
    )


def _text(file_map: FactMap, row: Mapping[str, str], name: str) -> str:
    text = " ".join(file_map.layout.value(row, name).split())
    if _CONTROL.search(text):
        raise Malformed(name, "holds a control character")
    longest = LONGEST_WORDS if name == "words" else LONGEST
    if len(text) > longest:
        raise Malformed(name, f"is longer than {longest} characters")
    return text


def _code(file_map: FactMap, name: str, theirs: str) -> str:
    return file_map.codes.get(name, {}).get(theirs.casefold(), theirs)


def _who(file_map: FactMap, told: Mapping[str, str], before: str) -> Who | None:
    """Whom a row binds, or protects: its reference goes before the name."""
    ref = told["person_ref" if not before else "protects_ref"]
    if ref:
        return Who(ref=ref)
    forename, surname = told[f"{before}forename"], told[f"{before}surname"]
    born = _day(file_map, told, f"{before}dob")
    if not (forename or surname or born):
        return None
    if not (forename and surname and born):
        raise Malformed(f"{before}dob", "is needed with the whole name, where no reference is given")
    return Who(forename=forename, surname=surname, born=born)


def _day(file_map: FactMap, told: Mapping[str, str], name: str) -> date | None:
    found = _read(file_map, told, name)
    return found.date() if found else None


def _instant(file_map: FactMap, told: Mapping[str, str], name: str, *, last: bool) -> datetime | None:
    """The instant in London that a date or time of the file means: the first or the last of its day."""
    found = _read(file_map, told, name)
    if found is None:
        return None
    if "%H" in file_map.layout.columns[name].format or "%I" in file_map.layout.columns[name].format:
        return found.replace(tzinfo=LONDON)
    return end_of_day(found.date()) if last else start_of_day(found.date())


def _read(file_map: FactMap, told: Mapping[str, str], name: str) -> datetime | None:
    if not told[name]:
        return None
    try:
        return datetime.strptime(told[name], file_map.layout.columns[name].format or "%Y-%m-%d")  # noqa: DTZ007
    except ValueError:
        raise Malformed(name, "is not a date as the map writes it") from None
