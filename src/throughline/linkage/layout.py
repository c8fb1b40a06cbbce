"""Which column of somebody's file holds which of our fields, and how to read a row of it."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

import yaml

from throughline.tables import Texts, alike

from .description import Description, Name, Place, years_for_age
from .names import Told, middle_of, names_apart
from .scraps import read_address

FIELDS = (
    "id", "forename", "middle", "surname", "full_name", "dob", "age", "sex", "phone", "house_number",
    "street", "address", "town", "postcode", "other_forename", "other_surname",
)  # fmt: skip

FURTHER = (
    "former_surname", "known_as", "aliases", "phone_2", "email", "previous_house_number", "previous_street",
    "previous_town", "previous_postcode",
)  # fmt: skip
"""What else an index may say by which a person is known; aliases are parted by semicolons."""
_PASSED_OVER = frozenset((
    "address_since", "previous_since", "previous_until", "ethnicity", "markers", "language", "household",
    "interpreter", "encoding",
))  # fmt: skip
"""What the map of an import may hold besides, and recognition does not read."""


class LayoutError(ValueError):
    """The map cannot be used. ``field`` names what is wrong with it, where that is known."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class MalformedValue(ValueError):
    """A value that cannot be read. It says which field and why, never the value."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file; ``format`` is that of its dates, as Python's strptime takes it.

    Where a value is spread over several, ``further`` names the others, and ``between`` is what parts their values.
    """

    name: str
    format: str = ""
    further: tuple[str, ...] = ()
    between: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that hold the value, in order."""
        return (self.name, *self.further)

    def among(self, present: Container[str]) -> "Column | None":
        """The same without the columns that a file lacks; None where it has none."""
        names = [name for name in self.names if name in present]
        return replace(self, name=names[0], further=tuple(names[1:])) if names else None


@dataclass(frozen=True, slots=True)
class Layout:
    """Our field to their column. Fields that they do not hold are absent."""

    columns: Mapping[str, Column]
    more: Mapping[str, Column] = dataclass_field(default_factory=dict)
    """Fields of the map that recognition does not know. Records among themselves are compared by them as well
    (`further.py`); a call is not."""

    def check(self, header: Iterable[str]) -> None:
        """Raise LayoutError where the file lacks a column that the map names."""
        for field, told in self.lacking(header):
            raise LayoutError(f"the file has {told}", field)

    def lacking(self, header: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Each column of the map that a file lacks: its field, and in words what there is not."""
        names = list(header)
        for field, name in self.missing(names):
            meant = f"; is it '{held}'?" if (held := alike(name, names)) else ""
            yield field, f"no column '{name}', which the map gives for {field}{meant}"

    def missing(self, header: Iterable[str]) -> list[tuple[str, str]]:
        """The fields and columns of the map that a file lacks."""
        present = set(header)
        return [
            (field, name)
            for field, column in {**self.columns, **self.more}.items()
            for name in column.names
            if name not in present
        ]

    def without(self, field: str) -> "Layout":
        """The same without one field."""
        columns = {name: column for name, column in self.columns.items() if name != field}
        return Layout(columns, self.more)

    def without_more(self) -> "Layout":
        """The same with the fields that recognition knows alone."""
        return Layout(self.columns)

    def among(self, header: Iterable[str]) -> "Layout":
        """The same without the fields whose columns a file lacks."""
        present = set(header)
        columns, more = (
            {name: held for name, column in every.items() if (held := column.among(present))}
            for every in (self.columns, self.more)
        )
        return Layout(columns, more)

    def value(self, row: Mapping[str, str], field: str) -> str:
        """What a row says in a field; empty where the layout or the row has none."""
        column = self.columns.get(field) or self.more.get(field)
        if not column:
            return ""
        if not column.further:
            return (row.get(column.name) or "").strip()
        parts = [(row.get(name) or "").strip() for name in column.names]
        return column.between.join(part for part in parts if not is_missing(part, field))


def read_map(path: Path | str) -> Layout:
    """A layout from its YAML file: ``field: column``, ``field: [column, column]`` or ``field: {column: NAME, format:
    "%d/%m/%Y"}``."""
    return layout_of(load_map(path))


def load_map(path: Path | str) -> dict[str, object]:
    """What a map's file says, unjudged: for those who know more fields than `layout_of` does."""
    try:
        content = yaml.load(Path(path).read_text(encoding="utf-8-sig"), Loader=Texts)  # noqa: S506 a safe one
    except (OSError, UnicodeDecodeError) as error:
        raise LayoutError(
            f"the map cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}"
        ) from error
    except yaml.YAMLError as error:
        raise LayoutError(f"the map is not YAML: {error}") from error
    if not isinstance(content, dict) or not content:
        raise LayoutError("the map must hold lines of the form 'field: column'")
    return {str(field): entry for field, entry in content.items()}


def read_maps(path: Path | str) -> tuple[Layout, Layout]:
    """The layouts of the known and of the calls: one map for both, or ``{known: {…}, calls: {…}}``."""
    content = load_map(path)
    if not content.keys() <= {"known", "calls"}:
        one = layout_of(content)
        return one, one
    known, calls = (_part(content, name) for name in ("known", "calls"))
    return layout_of(known), layout_of(calls)


def _part(content: Mapping[str, object], name: str) -> dict[str, object]:
    part = content.get(name)
    if not isinstance(part, dict) or not part:
        raise LayoutError(f"the map must hold lines of the form 'field: column' under {name}", name)
    return {str(field): entry for field, entry in part.items()}


def layout_of(content: Mapping[str, object]) -> Layout:
    """The layout that a map's lines give. Raises LayoutError for one that cannot be read, or is misspelt.

    The lines of an import's map that do not tell who somebody is are passed over, and a field without a column.
    What recognition does not know (the colour of eyes) is kept apart.
    """
    told = {name: entry for name, entry in content.items() if name not in _PASSED_OVER and entry is not None}
    columns = {name: _column(name, entry) for name, entry in told.items()}
    known = {name: column for name, column in columns.items() if name in _KNOWN}
    return Layout(known, {name: column for name, column in columns.items() if name not in _KNOWN})


_KNOWN = (*FIELDS, *FURTHER)


def _column(field: str, entry: object) -> Column:
    if (
        field not in _KNOWN
        and not _is_numbered(field)
        and (meant := get_close_matches(field, _KNOWN, n=1, cutoff=0.8))
    ):
        raise LayoutError(f"the map names an unknown field '{field}'; is it {meant[0]}?", field)
    if isinstance(entry, str) and entry:
        return Column(entry)
    if isinstance(entry, list) and entry and all(isinstance(one, str) and one for one in entry):
        return _columns(field, entry)
    if isinstance(entry, dict) and isinstance(several := entry.get("column"), list):
        return replace(_columns(field, several), format=_column(field, {**entry, "column": "-"}).format)
    if isinstance(entry, dict) and entry.get("column") and set(entry) <= {"column", "format"}:
        if "format" in entry and field in _KNOWN and field != "dob":
            raise LayoutError(f"the map gives a format for {field}; only dob has one", field)
        return Column(str(entry["column"]), str(entry.get("format", "")))
    if field not in _KNOWN:
        raise LayoutError(f"the map names an unknown field '{field}'; fields are {', '.join(_KNOWN)}", field)
    raise LayoutError(f"the map must give a column for {field}, or {{column: NAME, format: FORMAT}}", field)


def _is_numbered(field: str) -> bool:
    """Whether it is a second one of ours ("address_2"), and not ours misspelt ("phone2")."""
    first = re.sub(r"[ _-]*\d+$", "", field)
    return first != field and first in _KNOWN and f"{first}_2" not in _KNOWN


_BETWEEN = {
    "address": ", ", "house_number": ", ", "phone": "; ", "email": "; ", "aliases": "; ", "forename": " ", "middle": " ", "surname": " ",
    "full_name": " ", "other_forename": " ", "other_surname": " ", "former_surname": " ", "known_as": " ", "dob": "/",
    "postcode": " ",
}  # fmt: skip
"""Fields that may be spread over several columns, and what parts the values: a day, a month and a year, by strokes."""


def _columns(field: str, names: list[str]) -> Column:
    if len(names) == 1:
        return _column(field, names[0])
    if field not in _KNOWN:
        _column(field, names[0])
        return Column(names[0], further=tuple(names[1:]), between=" ")
    if field not in _BETWEEN:
        remedy = "give them to address" if field in ("street", "town") else "name one of them"
        raise LayoutError(f"the map gives several columns for {field}: {remedy}", field)
    return Column(names[0], further=tuple(names[1:]), between=_BETWEEN[field])


NOT_SAID = frozenset((
    "n/a", "#n/a", "<na>", "n/k", "unknown", "unkn", "not known", "not stated", "not given", "not recorded",
    "not provided", "not applicable", "unspecified", "no data", "no value", "blank", "missing", "refused", "declined",
    "withheld", "undefined", "tbc", "(null)", "<null>", "\\n",
))  # fmt: skip
"""What files write where they have nothing, in lower case; of these Blank and Missing are surnames as well."""
NO_VALUES = frozenset(("NULL", "null", "NaN", "nan", "None", "none", "NONE", "nil", "NIL", "NA"))
"""The same as programs write it. Null, Nan, Nil and Na are names of people, and are kept where names are asked for."""
_NAMES = frozenset((
    "forename", "middle", "surname", "full_name", "former_surname", "known_as", "aliases", "other_forename",
    "other_surname",
))  # fmt: skip
#: In any case, and as it is written.
_NOTHING = NOT_SAID, NO_VALUES
_NO_NAME = NOT_SAID - {"blank", "missing"}, NO_VALUES - {"NIL", "NA"}


def is_missing(text: str, field: str) -> bool:
    """Whether a cell holds a word for nothing ("NULL", "n/k", "-"), or no letter and no digit at all."""
    if not text or len(text) > LONGEST_NOTHING:
        return not text
    in_any_case, as_written = _NO_NAME if field in _NAMES else _NOTHING
    return text.lower() in in_any_case or text in as_written or not any(map(str.isalnum, text))


LONGEST_NOTHING = max(map(len, NOT_SAID))


def describe(row: Mapping[str, str], layout: Layout, *, on: date) -> Description:
    """One row as a description. ``on`` is the day on which the file's ages were true.

    Raises MalformedValue for a date, age or sex that cannot be read.
    """

    def value(field: str) -> str:
        text = layout.value(row, field)
        return "" if is_missing(text, field) else text

    born = born_from = born_to = None
    if text := value("dob"):
        born, born_from, born_to = _read_born(text, layout.columns["dob"].format, on)
    elif text := value("age"):
        youngest, oldest = _read_age(text)
        born_from, born_to = years_for_age(oldest, on)[0], years_for_age(youngest, on)[1]
    told = names_apart(Told(*map(value, Told._fields)))
    name = Name(told.forename, value("middle"), told.surname, told.full_name)
    if name.full and name.forename and name.surname and not name.middle:
        name = Name(name.forename, middle_of(name.full, name.forename, name.surname), name.surname, name.full)
    other = Name(value("other_forename"), "", value("other_surname"))
    place = Place(value("house_number"), value("street"), value("town"), value("postcode"))
    if text := value("address"):
        read = read_address(text)
        place = Place(
            place.number or read.number,
            place.street or read.street,
            place.town or read.town,
            place.postcode or read.postcode,
        )
    names = [name, *_further_names(told, name)]
    places = [place]
    if not layout.columns.keys().isdisjoint(FURTHER):
        places.append(
            Place(*(value(f"previous_{part}") for part in ("house_number", "street", "town", "postcode")))
        )
    return Description(
        names=tuple(one for one in names if one != Name()),
        born=born,
        born_from=born_from,
        born_to=born_to,
        sex=_read_sex(value("sex")),
        phones=tuple(filter(None, (value("phone"), value("phone_2")))),
        places=tuple(one for one in places if one != Place()),
        others=(other,) if other != Name() else (),
        emails=(text,) if (text := value("email")) else (),
        more=tuple((field, text) for field in layout.more if (text := value(field))),
    )


def _further_names(told: Told, name: Name) -> Iterator[Name]:
    """Former names, and what the person is called: a pet form goes with the surname."""
    if told.former_surname:
        yield Name(name.forename, name.middle, told.former_surname)
    for text in (told.known_as, *told.aliases.split(";")):
        if called := text.strip():
            alone = " " not in called and name.surname
            yield Name(called, "", name.surname) if alone else Name(full=called)


_DATE_FORMATS = (
    "%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y", "%d %B %Y", "%d-%b-%Y",
    "%d/%m/%y", "%d-%m-%y", "%d.%m.%y", "%d-%b-%y", "%d %b %y", "%b %d %Y", "%B %d %Y",
)  # fmt: skip
_YEAR = re.compile(r"(1[5-9]|20)\d\d")
_TIME = re.compile(
    r"(?:\.0+|[T ]+\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[ap]m)?(?:Z| ?[+-]\d\d:?\d\d)?)$", re.I
)
_WORDED = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b|\bof\b|,", re.I)
_PART = r"(?:0?0|\?\??|xx|--?)"
_YEAR_ALONE = re.compile(
    rf"(?:{_PART}[/.-]){{2}}({_YEAR.pattern})|({_YEAR.pattern})(?:[/.-]{_PART}){{2}}", re.I
)


def _read_born(text: str, form: str, on: date) -> tuple[date | None, int | None, int | None]:
    """A birth date, or the year alone where that is all there is (1984, 00/00/1984)."""
    day = _TIME.sub("", text)
    if _YEAR.fullmatch(day):
        return None, int(day), int(day)
    words = " ".join(_WORDED.sub(" ", day).split())
    for one in (form,) if form else _DATE_FORMATS:
        if born := _parsed(text, one) or _parsed(day, one) or (None if form else _parsed(words, one)):
            break
    else:
        if alone := _YEAR_ALONE.fullmatch(text):
            year = int(alone[1] or alone[3])
            return None, year, year
        raise MalformedValue("dob", f"is not a date of the form {form}" if form else "is not a date")
    if "%y" in one and born > on:  # of two figures: who is asked about has been born
        born = born.replace(year=born.year - 100)
    if not 1500 <= born.year <= on.year + 1:
        raise MalformedValue("dob", "is no possible birth year")
    return born, None, None


def _parsed(text: str, form: str) -> date | None:
    try:
        if form == "%Y-%m-%d":
            return date.fromisoformat(text)
        if form == "%d/%m/%Y":  # the usual ones without strptime, which is slow
            day, month, year = text.split("/")
            return date(int(year), int(month), int(day)) if len(year) == 4 else None
        if form == "%Y%m%d":
            return date(int(text[:4]), int(text[4:6]), int(text[6:])) if len(text) == 8 else None
        return datetime.strptime(text, form).date()  # noqa: DTZ007 a birth date has no time zone
    except (ValueError, OverflowError):
        return None


_AGE = re.compile(
    r"(?:aged?|about|around|approx\.?|approximately|roughly|circa|c\.?|~)*\s*"
    r"(\d{1,3})(?:\.\d+)?(?:\s*(?:-|–|to|or)\s*(\d{1,3})|('?s))?"
    r"\s*(?:years?|yrs?|yo|y/o|y)?\.?[\s-]*(?:old|of age)?(?:ish)?\s*(?:\(?(?:approx|about|est)\.?\)?)?",
    re.I,
)


def _read_age(text: str) -> tuple[int, int]:
    """The youngest and the oldest that somebody may be: "31", "about 30 yrs", "30s", "25-30"."""
    found = _AGE.fullmatch(text)
    youngest = int(found[1]) if found else -1
    oldest = int(found[2]) if found and found[2] else youngest
    if found and found[3]:
        oldest = youngest + 9 if youngest % 10 == 0 else -1
    if not 0 <= youngest <= oldest <= 130:
        raise MalformedValue("age", "is no possible age")
    return youngest, oldest


_SEXES = {
    "1": "1", "m": "1", "male": "1", "man": "1", "boy": "1", "2": "2", "f": "2", "female": "2", "woman": "2",
    "girl": "2", "": "", "0": "", "9": "", "u": "", "x": "", "n": "", "unknown": "", "not known": "",
    "indeterminate": "", "not specified": "", "other": "", "na": "", "prefer not to say": "", "non-binary": "",
    "gentleman": "1", "gent": "1", "lady": "2",
}  # fmt: skip


def _read_sex(text: str) -> str:
    try:
        return _SEXES[text.strip().lower().removesuffix(".0")]
    except KeyError:
        raise MalformedValue("sex", "is none of the codes for male, female and not known") from None
