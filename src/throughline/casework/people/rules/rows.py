"""What one row of somebody's index says of a person, judged; and how it goes into the staging table.

A row lands whole or not at all: the first thing wrong with it is its reason.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from multiprocessing import parent_process
from pathlib import Path
from threading import Thread
from typing import Any, Final, NamedTuple
from uuid import UUID

from throughline.casework.people.rules import (
    EARLIEST_BIRTH,
    LONGEST,
    Malformed,
    age_on,
    e164,
    possible_birth,
)
from throughline.casework.people.rules.lines import Record, cells, known_encoding
from throughline.linkage.description import Description, Name, Place
from throughline.linkage.features import features, pack
from throughline.linkage.keys import record_keys
from throughline.linkage.layout import (
    FIELDS,
    Column,
    Layout,
    LayoutError,
    MalformedValue,
    describe,
    layout_of,
    load_map,
)
from throughline.linkage.names import Told, names_apart
from throughline.reference import load

# what the index of a force holds beyond the fields by which recognition knows a person
DATES: Final = ("address_since", "previous_since", "previous_until")
CODED: Final = ("ethnicity", "markers", "language")
FIELDS_HERE: Final = (
    "former_surname", "known_as", "aliases", "phone_2", "previous_house_number", "previous_street",
    "previous_town", "previous_postcode", "household", "interpreter", *DATES, *CODED,
)  # fmt: skip
ETHNICITY_SCHEMES: Final = ("ethnicity-18-plus-1", "ethnicity-16-plus-1", "ethnicity-officer-defined")
SEVERAL: Final = frozenset({"aliases", "markers"})
SEPARATOR: Final = ";"

# what clerks write where they know nothing; a name may well be "Na", so names are taken as they are
_NOT_KNOWN = frozenset("n/k nk n/a na none nil null unknown - -- . ? tbc".split()) | {
    "not known",
    "not stated",
}
_MAY_BE_NOT_KNOWN = (
    "dob", "age", "phone", "phone_2", "postcode", "previous_postcode", "house_number", "previous_house_number",
    "household", "interpreter", *DATES, *CODED,
)  # fmt: skip
_YES, _NO = frozenset({"y", "yes", "true", "1"}), frozenset({"n", "no", "false", "0"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# an age is of the day on which the file was written, which nobody tells
_YEARS_APART = 2


@dataclass(frozen=True, slots=True)
class FileMap:
    """Where a file keeps our fields, what its codes mean, and how it is written."""

    shared: Layout
    own: Layout
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ethnicity_scheme: str = ETHNICITY_SCHEMES[0]
    encoding: str = "utf-8"

    def columns(self) -> dict[str, str]:
        """Our field to the name of their column."""
        both = {**self.shared.columns, **self.own.columns}
        return {name: column.name for name, column in both.items()}

    def check(self, header: list[str]) -> None:
        """Raise LayoutError where the file lacks a column of the map, or has it twice."""
        self.shared.check(header)
        self.own.check(header)
        for name, column in self.columns().items():
            if header.count(column) > 1:
                raise LayoutError(f"the file has the column '{column}' twice, which the map gives for {name}")


def read_file_map(path: Path) -> FileMap:
    """The map of an index of people. Raises LayoutError, which says what is wrong with it."""
    content = load_map(path)
    encoding = _encoding(content.pop("encoding", "utf-8"))
    own = {name: content.pop(name) for name in FIELDS_HERE if name in content}
    unknown = content.keys() - set(FIELDS)
    if unknown:
        raise LayoutError(
            f"the map names an unknown field '{min(unknown)}'; fields are {', '.join((*FIELDS, *FIELDS_HERE))}",
            min(unknown),
        )
    shared = layout_of(content)
    if "id" not in shared.columns:
        raise LayoutError("the map must give the column for id, by which a row is known the next time", "id")
    columns: dict[str, Column] = {}
    codes: dict[str, Mapping[str, str]] = {}
    scheme = ETHNICITY_SCHEMES[0]
    for name, entry in own.items():
        columns[name], extra = _own_column(name, entry)
        codes[name] = extra.get("codes", {})
        scheme = extra.get("scheme", scheme)
    for shared_name, column in shared.columns.items():
        if column.further:
            raise LayoutError(
                f"the map gives several columns for {shared_name}, which an import reads from one",
                shared_name,
            )
    for column in (*shared.columns.values(), *columns.values()):
        _check_format(column)
    return FileMap(shared, Layout(columns), codes, scheme, encoding)


def _encoding(name: object) -> str:
    try:
        return known_encoding(str(name))
    except LookupError:
        raise LayoutError(f"the map gives an encoding that is not read here: '{name}'", "encoding") from None


def _own_column(name: str, entry: object) -> tuple[Column, dict[str, Any]]:
    if isinstance(entry, str) and entry:
        return Column(entry), {}
    allowed = {"column"} | ({"format"} if name in DATES else set()) | ({"codes"} if name in CODED else set())
    allowed |= {"scheme"} if name == "ethnicity" else set()
    if not isinstance(entry, dict) or not entry.get("column") or not set(entry) <= allowed:
        raise LayoutError(f"the map must give for {name} a column, or {{{', '.join(sorted(allowed))}}}", name)
    codes = entry.get("codes", {})
    if not isinstance(codes, dict):
        raise LayoutError(f"the map's codes for {name} must be lines of the form 'theirs: ours'", name)
    if entry.get("scheme", ETHNICITY_SCHEMES[0]) not in ETHNICITY_SCHEMES:
        raise LayoutError(f"the map's scheme for ethnicity is none of {', '.join(ETHNICITY_SCHEMES)}", name)
    told = {str(theirs).casefold(): "" if ours is None else str(ours) for theirs, ours in codes.items()}
    return Column(str(entry["column"]), str(entry.get("format", ""))), {**entry, "codes": told}


def _check_format(column: Column) -> None:
    """A birth date without its year, or its day, is none."""
    form, day = column.format, date(2001, 12, 31)
    if form and day.strftime(form) == date(2002, 12, 31).strftime(form):
        raise LayoutError(f"the map's format for the column '{column.name}' does not write the year")
    if form and not _tells(form, day, date(2001, 12, 30)):
        raise LayoutError(f"the map's format for the column '{column.name}' does not write a whole date")


def _tells(form: str, one: date, other: date) -> bool:
    try:
        return datetime.strptime(one.strftime(form), form) != datetime.strptime(other.strftime(form), form)  # noqa: DTZ007
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Row:
    """A person as a row tells of them: the source's own reference, what it said, and how to recognise them."""

    source_ref: str
    said: dict[str, Any]
    description: Description

    @property
    def digest(self) -> bytes:
        """The same for two rows that say the same. What is worked out from an age is left out: the years
        move with the calendar though the source says nothing new."""
        told = {name: value for name, value in self.said.items() if name not in ("born_from", "born_to")}
        return blake2b(_json(told).encode(), digest_size=16).digest()


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class Staged(NamedTuple):
    """A batch of judged rows as COPY takes it."""

    rows: int
    first_line: int
    last_line: int
    copy: bytes


COPY_COLUMNS: Final = ("run", "line", "source_ref", "digest", "said", "packed", "keys", "field", "reason")


def end_with_the_import() -> None:
    """Called in a process that judges: when the import is killed it goes too, with the rows and the secret."""
    Thread(target=_go_after_the_parent, daemon=True).start()


def _go_after_the_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the rows of one file, for one run. Goes to other processes whole."""

    file_map: FileMap
    header: tuple[str, ...]
    # the day on which the file's ages were true, and by which a birth is possible
    on: date
    run: UUID
    secret: bytes
    places: Mapping[str, int] = field(init=False)
    marker_codes: frozenset[str] = field(init=False)
    ethnicity_codes: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        columns = self.file_map.columns()
        told = {name: self.header.index(column) for name, column in columns.items()}
        markers = load("markers").codes(on=self.on, about="person")
        ethnicities = {row.code for row in load(self.file_map.ethnicity_scheme).as_of(self.on)}
        object.__setattr__(self, "places", told)
        object.__setattr__(self, "marker_codes", frozenset(markers))
        object.__setattr__(self, "ethnicity_codes", frozenset(ethnicities))

    def stage(self, batch: Sequence[Record]) -> Staged:
        """A batch of records as lines for COPY into the staging table, each landing or with its reason."""
        copy = "".join(map(self._copy_line, batch)).encode()
        return Staged(len(batch), batch[0].line, batch[-1].line, copy)

    def _copy_line(self, record: Record) -> str:
        try:
            row = self.judge(record)
        except Malformed as wrong:
            return f"{self.run}\t{record.line}" + "\t\\N" * 5 + f"\t{wrong.field}\t{wrong.why}\n"
        known = features(row.description)
        keys = ",".join(map(str, sorted(record_keys(known, self.secret))))
        said = _json(row.said).replace("\\", "\\\\")
        return (
            f"{self.run}\t{record.line}\t{row.source_ref.replace('\\', '\\\\')}\t\\\\x{row.digest.hex()}\t{said}\t"
            f"\\\\x{pack(known).hex()}\t{{{keys}}}\t\t\n"
        )

    def judge(self, record: Record) -> Row:
        """What a record says. Raises Malformed with the field (or "row") and the reason."""
        try:
            texts = cells(record, self.file_map.encoding)
        except ValueError as error:
            raise Malformed("row", str(error)) from None
        if len(texts) != len(self.header):
            raise Malformed("row", f"has {len(texts)} columns, the first line has {len(self.header)}")
        told = self._told(texts)
        if not told["id"]:
            raise Malformed("id", "is empty")
        base = self._described(told)
        names, addresses = _names(told, base), _addresses(told, base, self._days(told, base))
        phones = _phones(told)
        others = [[other.forename, other.surname] for other in base.others]
        description = Description(
            names=tuple(Name(*one[1:5]) for one in names),
            born=base.born,
            born_from=base.born_from,
            born_to=base.born_to,
            sex=base.sex,
            phones=tuple(number for number, _ in phones),
            places=tuple(Place(*one[:4]) for one in addresses),
            others=base.others,
        )
        if description == Description(sex=base.sex):
            raise Malformed("row", "says nothing by which a person is known")
        ethnicity = self._ethnicity(told.get("ethnicity", ""))
        said: dict[str, Any] = {
            "names": names,
            "phones": phones,
            "addresses": addresses,
            "others": others,
            "birth": _birth(told, base),
            "born": base.born.isoformat() if base.born else None,
            "born_from": base.born_from,
            "born_to": base.born_to,
            "sex": base.sex,
            "language": self._translated("language", told.get("language", "")),
            "needs_interpreter": _yes_or_no("interpreter", told.get("interpreter", "")),
            "household": told.get("household", ""),
            **ethnicity,
        }
        # a file without the column says nothing of markers, which is not that there are none
        if "markers" in told:
            said["markers"] = self._markers(told["markers"])
        return Row(told["id"], said, description)

    def _told(self, texts: list[str]) -> dict[str, str]:
        """Our fields, with space tidied and the ways of writing "not known" emptied."""
        told = {name: " ".join(texts[place].split()) for name, place in self.places.items()}
        for name, text in told.items():
            if len(text) > LONGEST * (10 if name in SEVERAL else 1):
                raise Malformed(name, f"is longer than {LONGEST} characters")
            if _CONTROL.search(texts[self.places[name]]):
                raise Malformed(name, "holds a control character")
        for name in _MAY_BE_NOT_KNOWN:
            if told.get(name, "").lower() in _NOT_KNOWN:
                told[name] = ""
        said = Told(*(told.get(name, "") for name in Told._fields))
        if (apart := names_apart(said)) != said:
            told |= {name: text for name, text in apart._asdict().items() if text}
        return told

    def _described(self, told: Mapping[str, str]) -> Description:
        by_column = {column.name: told[name] for name, column in self.file_map.shared.columns.items()}
        try:
            base = describe(by_column, self.file_map.shared, on=self.on)
            if told.get("dob") and told.get("age"):
                only_age = Layout({"age": Column("age")})
                aged = describe({"age": told["age"]}, only_age, on=self.on)
                _refuse_other_age(base, aged, self.on)
        except MalformedValue as error:
            raise Malformed(error.field, str(error).removeprefix(f"{error.field}: ")) from None
        born_years = (base.born_from, base.born_to) if told.get("dob") else (None, None)
        if base.born and not possible_birth(base.born, self.on):
            raise Malformed("dob", "is not a possible date of birth")
        if any(year and not EARLIEST_BIRTH.year <= year <= self.on.year for year in born_years):
            raise Malformed("dob", "is not a possible year of birth")
        return base

    def _days(self, told: Mapping[str, str], base: Description) -> dict[str, date | None]:
        """When somebody came to an address and left it. Raises Malformed where that cannot be."""
        days = {name: self._day(name, told.get(name, "")) for name in DATES}
        since, until = days["previous_since"], days["previous_until"]
        if since and until and until < since:
            raise Malformed("previous_until", "is before previous_since")
        for name, day in days.items():
            if day and base.born and day < base.born:
                raise Malformed(name, "is before dob")
            if day and day > self.on:
                raise Malformed(name, "is a day to come")
        return days

    def _day(self, name: str, text: str) -> date | None:
        if not text:
            return None
        form = self.file_map.own.columns[name].format or "%Y-%m-%d"
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 a day has no time zone
        except ValueError:
            raise Malformed(name, f"is not a date of the form {form}") from None

    def _translated(self, name: str, text: str) -> str:
        return self.file_map.codes.get(name, {}).get(text.casefold(), text)

    def _ethnicity(self, text: str) -> dict[str, str]:
        code, scheme = self._translated("ethnicity", text), self.file_map.ethnicity_scheme
        if code and code not in self.ethnicity_codes:
            raise Malformed("ethnicity", f"is no code of the list {scheme}")
        officer = scheme == "ethnicity-officer-defined"
        return {
            "ethnicity": "" if officer else code,
            "ethnicity_scheme": "" if officer or not code else scheme,
            "ethnicity_officer_defined": code if officer else "",
        }

    def _markers(self, text: str) -> list[str]:
        codes = {self._translated("markers", one) for one in _several(text)} - {""}
        if not codes <= self.marker_codes:
            raise Malformed("markers", "holds a code that is no marker of a person")
        return sorted(codes)


def _several(text: str) -> list[str]:
    return [one for part in text.split(SEPARATOR) if (one := part.strip())]


def _refuse_other_age(base: Description, aged: Description, on: date) -> None:
    """An age beside a birth date must be about right."""
    youngest = on.year - (aged.born_to or 0)
    born = base.born or date(base.born_to or on.year, 6, 30)
    if abs(age_on(born, on) - youngest) > _YEARS_APART:
        raise Malformed("age", "contradicts dob")


def _birth(told: Mapping[str, str], base: Description) -> str:
    """The birth in the source's own terms: a date, a year, or an age."""
    if base.born:
        return base.born.isoformat()
    if told.get("dob"):
        return str(base.born_from)
    return f"age {told['age']}" if told.get("age") else ""


def _names(told: Mapping[str, str], base: Description) -> list[list[str]]:
    """Each as kind, forename, middle, surname, full, order."""
    names = []
    surname = told.get("surname", "")
    for one in base.names:
        order = "unknown" if one.full and not one.surname else "given-first"
        names.append(["current", one.forename, one.middle, one.surname, one.full, order])
    if former := told.get("former_surname"):
        names.append(["former", told.get("forename", ""), "", former, "", "given-first"])
    called = [("known-as", told.get("known_as", ""))]
    called += [("alias", one) for one in _several(told.get("aliases", ""))]
    for kind, text in called:
        if len(text) > LONGEST:
            raise Malformed("aliases", f"holds one longer than {LONGEST} characters")
        if not text:
            continue
        if " " in text or not surname:
            names.append([kind, "", "", "", text, "unknown"])
        else:  # a pet form goes with the surname
            names.append([kind, text, "", surname, "", "given-first"])
    return _once(names)


def _phones(told: Mapping[str, str]) -> list[list[str]]:
    """Each in E.164 and as given."""
    numbers: dict[str, str] = {}
    for name in ("phone", "phone_2"):
        if given := told.get(name):
            try:
                numbers.setdefault(e164(given), given)
            except Malformed as wrong:
                raise Malformed(name, wrong.why) from None
    return [[number, given] for number, given in numbers.items()]


def _addresses(
    told: Mapping[str, str], base: Description, days: Mapping[str, date | None]
) -> list[list[Any]]:
    """Each as number, street, town, postcode, since, until, and whether it is a former one."""
    found: list[list[Any]] = []
    for place in base.places:
        since = days["address_since"]
        found.append([*_place(place), since.isoformat() if since else None, None, False])
    former = Place(
        *(told.get(f"previous_{part}", "") for part in ("house_number", "street", "town", "postcode"))
    )
    if former != Place() and _place(former) not in [one[:4] for one in found]:
        since, until = days["previous_since"], days["previous_until"]
        found.append(
            [
                *_place(former),
                since.isoformat() if since else None,
                until.isoformat() if until else None,
                True,
            ]
        )
    return found


def _place(place: Place) -> list[str]:
    return [place.number, place.street, place.town, place.postcode.upper()]


def _once(rows: Iterable[list[str]]) -> list[list[str]]:
    """The same name by two columns is one name, of the first kind."""
    return list({tuple(row[1:]): row for row in reversed(list(rows))}.values())[::-1]


def _yes_or_no(name: str, text: str) -> bool | None:
    if not text:
        return None
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise Malformed(name, "is neither yes nor no")
