"""Reading a filled return: every fault of its form is named by sheet, row, item, rule and remedy, and nothing loads in part."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from throughline.reference import load
from throughline.statistics.returns.items import Item, items
from throughline.statistics.returns.rules import Counted, Entry, Return
from throughline.statistics.returns.template import ABOUT, FIGURES, METHODS
from throughline.statistics.returns.workbook import UNRECKONED, WorkbookError, read_workbook
from throughline.tables import SpreadsheetError, delimiter_of, encoding_of, heading_among, shortened

LARGEST: Final = 5_000_000
MOST_ROWS: Final = 5_000
#: What the heading of each table must name.
_NEEDED: Final = {
    ABOUT: ("force", "year_end"),
    FIGURES: ("item", "value", "unable"),
    METHODS: ("sheet", "definition", "method"),
}
#: A count with more digits is no count of anything in a force.
LONGEST: Final = 9
_WHOLE: Final = re.compile(r"\d{1,3}(?:[, \u00a0\u202f]\d{3})+|\d+", re.ASCII)
#: The number by which a spreadsheet keeps a day between 1982 and 2091.
_SERIAL: Final = re.compile(r"[3-6]\d{4}", re.ASCII)
#: What is held against the CSV files of a folder, or said to be no spreadsheet that is read.
_SPREADSHEETS: Final = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_DAYS_BEGIN: Final = date(1899, 12, 30)
_BRITISH: Final = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)


type Rows = list[tuple[int, dict[str, str]]]
"""Rows of a table with their numbers, each by column."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a return's form: where, by which rule, and what to do."""

    sheet: str
    row: int
    item: str
    rule: str
    message: str
    remedy: str

    def __str__(self) -> str:
        where = ", ".join(
            part for part in (self.sheet, f"row {self.row}" if self.row else "", self.item) if part
        )
        return f"{where}: {self.message} {self.remedy}"


def read_return(
    path: Path, *, forces: Collection[str] | None = None, asked_on: date | None = None
) -> tuple[Return | None, tuple[Problem, ...]]:
    """The return in a folder of CSV files or in one spreadsheet, or None with every problem of its form.

    A return with a problem is not read in part. Where a folder holds CSV files and a spreadsheet, whatever differs between them is a
    problem: which of them counts is the sender's to say. What nobody filled in says nothing. ``forces`` are the codes that a force may
    have; without it, those of the forces of England and Wales. ``asked_on`` is the day on which the return was asked for: an item that was
    added to the list since may be left out or empty, as not asked for then. Without it every item of today's list is asked for.
    """
    first, *others = _sources(path)
    told, problems = _judged(first, forces, asked_on)
    for other in others:
        problems += _differences(first, other)
    if first.book:
        # who has the spreadsheet alone has sheets, and no files of these names
        problems = [replace(one, sheet=one.sheet.removesuffix(".csv")) for one in problems]
    return (None if problems else told), tuple(problems)


type Read = tuple[Rows | None, list[Problem]]
"""The rows of a table, or None and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class _Source:
    """The tables of a return as the CSV files or a spreadsheet have them; None for one that cannot be read."""

    #: the name of the spreadsheet; empty for CSV files
    book: str
    about: Rows | None
    figures: Rows | None
    methods: Rows | None
    problems: list[Problem]
    #: whether a spreadsheet that could be opened has any table of a return
    is_return: bool = True

    def named(self, table: str) -> str:
        return self.book or table

    @property
    def is_filled(self) -> bool:
        # a table without a row is no form, and may have lost them all
        return not self.figures or _filled(self.figures, _ANSWER)


#: What is filled in by hand.
_ANSWER: Final = ("value", "unable", "note")
_METHOD: Final = ("counted_by", "definition", "method")


def _filled(rows: Rows | None, columns: Collection[str]) -> bool:
    """Whether anything stands in a table: one that cannot be read may hold it all."""
    return rows is None or any(cells.get(name) for _, cells in rows for name in columns)


def _sources(path: Path) -> list[_Source]:
    """Where a return may stand, without forms in which nothing is filled in; the first is judged, and the others are held against it."""
    if not path.is_dir():
        return [_of_workbook(path)]
    try:
        # a spreadsheet program leaves a file of such a name beside one that is open
        books = sorted(
            one
            for one in path.iterdir()
            if one.suffix.casefold() in _SPREADSHEETS and not one.name.startswith(("~$", "."))
        )
    except OSError:
        books = []
    found = [_of_workbook(one) for one in books]
    if not books or any(_at(path, name).exists() for name in _NEEDED):
        found.insert(0, _of_files(path))
    # somebody's workings, say
    found = [one for one in found if one.is_return] or found[:1]
    filled = [one for one in found if one.is_filled or _filled(one.methods, _METHOD)]
    return sorted(filled, key=lambda one: not one.is_filled) or found[:1]


def _of_files(folder: Path) -> _Source:
    about, problems = _file(folder, ABOUT)
    figures, more = _file(folder, FIGURES)
    # a return that says nothing of how it was counted is one, and is asked of it
    methods, last = _file(folder, METHODS) if _at(folder, METHODS).exists() else ([], [])
    return _Source("", about, figures, methods, problems + more + last)


def _of_workbook(path: Path) -> _Source:
    try:
        sheets = read_workbook(path)
    except WorkbookError as error:
        remedy = "Send the folder, or the spreadsheet as .xlsx."
        problem = Problem(path.name, 0, "", "file", f"{error}.", remedy)
        return _Source(path.name, None, None, None, [problem])
    about, problems = _sheet(sheets, ABOUT)
    if about is not None and any(_is(title, FIGURES) for title in sheets):
        problems += _second(sheets, _NEEDED[FIGURES])
    figures, more = _sheet(sheets, FIGURES)
    methods, last = (
        _sheet(sheets, METHODS)
        if any(_is(title, METHODS) for title in sheets) or _with_heading(sheets, _NEEDED[METHODS])
        else ([], [])
    )
    is_return = any(
        _is(title, name) or (rows and {*needed} <= {*_as_heading(rows[0])})
        for title, rows in sheets.items()
        for name, needed in _NEEDED.items()
    )
    return _Source(path.name, about, figures, methods, problems + more + last, is_return)


def _judged(
    source: _Source, forces: Collection[str] | None, asked_on: date | None
) -> tuple[Return | None, list[Problem]]:
    problems = [*source.problems]
    if source.about is None or source.figures is None or source.methods is None:
        return None, problems
    force, year_end = _about(source.about, problems, forces)
    if year_end is None:
        return None, problems
    listed = {item.code: item for item in items(year_end)}
    if not listed:
        problems.append(
            Problem(
                ABOUT,
                2,
                "year_end",
                "year",
                f"there is no return for the year to {year_end}.",
                "Give another year.",
            )
        )
        return None, problems
    entries = _entries(source.figures, listed, year_end, asked_on, problems)
    methods = _methods(source.methods, {item.sheet for item in listed.values()}, year_end, problems)
    if problems or force is None:
        return None, problems
    return Return(force, year_end, entries, methods), problems


def _differences(first: _Source, other: _Source) -> list[Problem]:
    """What a second source says otherwise than the first, or why it cannot be held against it."""
    found = [
        replace(
            one,
            sheet=f"{other.book}, {one.sheet}" if other.book not in ("", one.sheet) else one.sheet,
            remedy=f"{one.remedy} Or take {other.named('the CSV files')} out, if the other counts.",
        )
        for one in other.problems
    ]
    year_end: date | None = None
    if first.about and other.about:
        (row, mine), (_, theirs) = first.about[0], other.about[0]
        year_end = _day(mine["year_end"])
        for name in ("force", "year_end"):
            same = mine[name] == theirs[name] or (name == "year_end" and year_end == _day(theirs[name]))
            if not same:
                found.append(_differs(ABOUT, row, name, "", mine[name], theirs[name], first, other, ABOUT, 2))
    if first.figures is not None and other.figures is not None and other.is_filled:
        found += _other_figures(first, other, first.figures, other.figures, year_end)
    if first.methods is not None and other.methods is not None and _filled(other.methods, _METHOD):
        found += _other_methods(first, other, first.methods, other.methods)
    return found


def _other_figures(
    first: _Source, other: _Source, mine: Rows, theirs: Rows, year_end: date | None
) -> Iterator[Problem]:
    listed = {item.code: item for item in items(year_end)} if year_end else {}

    def answer(code: str, row: int, cells: Mapping[str, str]) -> tuple[str, str]:
        """What is answered, the same however it is written, and its note."""
        given = cells.get("value", "") or cells.get("unable", "")
        if year_end and code in listed and (entry := _entry(listed[code], cells, row, year_end, [])):
            given = entry.unable or str(entry.value)
        return given, " ".join(cells.get("note", "").split())

    here = {cells["item"]: (row, cells) for row, cells in reversed(mine)}
    there = {cells["item"] for _, cells in theirs}
    nothing: dict[str, str] = {}
    pairs = [(cells["item"], *here.get(cells["item"], (0, nothing)), at, cells) for at, cells in theirs]
    pairs += [(code, row, cells, 0, nothing) for code, (row, cells) in here.items() if code not in there]
    for code, row, cells, at, others in pairs:
        sheet = listed[code].sheet if code in listed else FIGURES.removesuffix(".csv")
        ours, their = answer(code, row, cells), answer(code, at, others)
        for what, one, two in zip(("", "the note "), ours, their, strict=True):
            if one != two:
                yield _differs(sheet, row, code, what, one, two, first, other, FIGURES, at)


def _other_methods(first: _Source, other: _Source, mine: Rows, theirs: Rows) -> Iterator[Problem]:
    here = {cells["sheet"]: (row, cells) for row, cells in mine}
    there = {cells["sheet"]: (row, cells) for row, cells in theirs}
    nothing: tuple[int, dict[str, str]] = (0, {})
    for sheet in dict.fromkeys((*here, *there)):
        (row, ours), (at, their) = here.get(sheet, nothing), there.get(sheet, nothing)
        for name in _METHOD:
            one, two = (" ".join(cells.get(name, "").split()) for cells in (ours, their))
            if one != two:
                yield _differs(
                    METHODS.removesuffix(".csv"), row, sheet, f"{name} ", one, two, first, other, METHODS, at
                )


def _differs(
    sheet: str, row: int, item: str, what: str, mine: str, theirs: str,
    first: _Source, other: _Source, table: str, at: int,
) -> Problem:  # fmt: skip
    one, two = (_shown(told) for told in (mine, theirs))
    return Problem(
        sheet,
        row,
        item,
        "two returns",
        f"{what}is {one} in {first.named(table)} and {two} in {other.named(table)}{f', row {at}' if at else ''}.",
        "Say which of them counts: make both say the same, or take the other out.",
    )


def _shown(told: str) -> str:
    return (told if told.isdecimal() else shortened(told)) if told else "empty"


def _about(
    about: Rows, problems: list[Problem], forces: Collection[str] | None
) -> tuple[str | None, date | None]:
    if len(about) != 1:
        problems.append(
            Problem(
                ABOUT, 0, "", "one row", f"has {len(about)} rows.", "Give one row: force, year_end, contact."
            )
        )
        return None, None
    row, cells = about[0]
    year_end = _day(cells["year_end"])
    if year_end is None:
        problems.append(
            Problem(
                ABOUT,
                row,
                "year_end",
                "date",
                f"{shortened(cells['year_end'])} is not a date.",
                "Write it as 2015-03-31.",
            )
        )
        return None, None
    if forces is None:
        forces = {force.code for force in load("forces").as_of(max(year_end, date(2011, 1, 1)))}
    if cells["force"] not in forces:
        problems.append(
            Problem(
                ABOUT,
                row,
                "force",
                "force",
                f"{shortened(cells['force'])} is no force's code.",
                "Take it from the template.",
            )
        )
        return None, year_end
    return cells["force"], year_end


def _entries(
    told: Rows, listed: Mapping[str, Item], year_end: date, asked_on: date | None, problems: list[Problem]
) -> dict[str, Entry]:
    """By code what each row answers; an item that is asked for and has no row is a problem."""
    entries: dict[str, Entry] = {}
    for row, cells in told:
        code = cells["item"]
        if (not code or " " in code) and not cells["value"] and not cells["unable"]:
            # a line of words under the table
            continue
        item = listed.get(code)
        if not code:
            message, remedy = "has a figure and no item.", "Take the row out, or write the item's code."
            problems.append(Problem(FIGURES, row, "", "item", message, remedy))
        elif item is None:
            problems.append(
                Problem(
                    FIGURES,
                    row,
                    shortened(code),
                    "item",
                    "is no item of this return.",
                    "Take the code from the template.",
                )
            )
        elif code in entries:
            problems.append(
                Problem(
                    item.sheet,
                    row,
                    code,
                    "twice",
                    f"stands in row {entries[code].row} as well.",
                    "Leave one of the two.",
                )
            )
        elif not item.asked_on(asked_on) and not cells["value"] and not cells["unable"]:
            continue
        elif entry := _entry(item, cells, row, year_end, problems):
            entries[code] = entry
    named = {cells["item"] for _, cells in told}
    problems += [
        Problem(
            item.sheet,
            0,
            code,
            "missing",
            "has no row.",
            'Give a figure, or "unable to provide" with a reason.'
            + (
                f" If the return was asked for before {item.asked_since:%-d %B %Y}, say on which day."
                if item.asked_since
                else ""
            ),
        )
        for code, item in listed.items()
        if code not in named and item.asked_on(asked_on)
    ]
    return entries


def _day(told: str) -> date | None:
    """A day as a spreadsheet or somebody writes it: 2015-03-31, 31/03/2015, 31 March 2015, or the number that it has there."""
    if british := _BRITISH.fullmatch(told):
        told = f"{british[3]}-{british[2]}-{british[1]}"
    try:
        if _SERIAL.fullmatch(told):
            return _DAYS_BEGIN + timedelta(days=int(told))
        if told[-4:].isdigit() and " " in told:
            return datetime.strptime(told, "%d %B %Y").date()  # noqa: DTZ007 (a day has no zone)
        return date.fromisoformat(told)
    except ValueError:
        return None


def _methods(counted: Rows, sheets: set[str], year_end: date, problems: list[Problem]) -> dict[str, Counted]:
    """By sheet how it was counted; a row of which nothing is filled in says nothing."""
    bases = [basis.code for basis in load("counting-bases").as_of(year_end)]
    found: dict[str, Counted] = {}
    for row, cells in counted:
        sheet, by = cells["sheet"], cells.get("counted_by", "")
        if sheet not in sheets:
            rule, message, remedy = (
                "sheet",
                f"{shortened(sheet)} is no sheet of this return.",
                "Take it from the template.",
            )
        elif sheet in found:
            rule, message, remedy = "twice", f"{shortened(sheet)} stands twice.", "Leave one of the two."
        elif by and by not in bases:
            rule, message, remedy = (
                "counted by",
                f"{shortened(by)} is no basis.",
                f"One of {', '.join(bases)}.",
            )
        else:
            if by or cells["definition"] or cells["method"]:
                found[sheet] = Counted(sheet, by, cells["definition"], cells["method"])
            continue
        problems.append(Problem(METHODS.removesuffix(".csv"), row, "", rule, message, remedy))
    return found


def _entry(
    item: Item, cells: Mapping[str, str], row: int, year_end: date, problems: list[Problem]
) -> Entry | None:
    value, unable = cells.get("value", ""), cells.get("unable", "")
    whole = re.sub(r"\.00?$", "", value)  # as a spreadsheet writes a whole number
    digits = re.sub(r"\D", "", whole)

    def wrong(rule: str, message: str, remedy: str) -> None:
        problems.append(Problem(item.sheet, row, item.code, rule, message, remedy))

    if value and unable:
        wrong("both", "has a figure and a reason for which there is none.", "Leave one of the two.")
    elif not value and not unable:
        wrong("neither", "is empty.", "Give a figure, 0 if there was none, or a reason in the column unable.")
    elif unable:
        reasons = {reason.code: reason.label.casefold() for reason in load("unable-reasons").as_of(year_end)}
        for code, words in reasons.items():
            # by its code, or by its words as the spreadsheet explains it
            if unable == code or unable.casefold().removesuffix(".") == words:
                return Entry(item.code, None, code, row, cells.get("note", ""))
        wrong("reason", f"{shortened(unable)} is no reason.", f"One of {', '.join(reasons)}.")
    elif value == UNRECKONED:
        wrong(
            "formula",
            "holds a formula whose value was not saved.",
            "Open and save it in a spreadsheet program, or type the figure.",
        )
    elif value.endswith("%"):
        wrong("percentage", f"{shortened(value)} is a percentage.", f"Give the count of {item.unit}s.")
    elif not _WHOLE.fullmatch(whole):
        wrong(
            "whole number",
            f"{shortened(value)} is not a whole number.",
            f"Give the count of {item.unit}s, in digits; where there is none, leave it empty and choose why in the column unable.",
        )
    elif len(digits) > LONGEST:
        wrong("size", f"{shortened(value)} is larger than any count.", "Look whether two cells ran together.")
    else:
        return Entry(item.code, int(digits), None, row, cells.get("note", ""))
    return None


def _refused(sheet: str, rule: str, message: str, remedy: str, row: int = 0) -> tuple[None, list[Problem]]:
    return None, [Problem(sheet, row, "", rule, message, remedy)]


def _at(folder: Path, name: str) -> Path:
    """Where a file of a folder is, whose name may be written in capitals."""
    if not (folder / name).exists():
        try:
            return next((one for one in folder.iterdir() if one.name.casefold() == name), folder / name)
        except OSError:
            pass
    return folder / name


def _file(folder: Path, name: str) -> Read:
    """The rows of a CSV file."""
    path = _at(folder, name)
    try:
        if not path.is_file():
            raise OSError
        if path.stat().st_size > LARGEST:
            return _refused(
                name, "size", f"is larger than {LARGEST:,} bytes.", "Send the filled template alone."
            )
        content = path.read_bytes()
        encoding = encoding_of(io.BytesIO(content))
        text = content.decode("utf-8-sig" if encoding == "cp1252" else encoding)
    except OSError:
        return _refused(
            name, "file", "is not there or cannot be opened.", "Send the files of the template together."
        )
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        return _refused(
            name, "text", f"is not UTF-8 text (byte {error.start:,}).", "Save it as CSV UTF-8.", row
        )
    except SpreadsheetError:
        return _refused(name, "text", "is a spreadsheet, and no CSV.", "Save it as CSV UTF-8.")
    if "\x00" in text:
        return _refused(name, "text", "holds bytes that no text has.", "Save it as CSV UTF-8.")
    if "\n" not in text:
        # as older programs end a line
        text = text.replace("\r", "\n")
    reader = csv.reader(io.StringIO(text), delimiter=delimiter_of(text.partition("\n")[0]))
    try:
        # one more than may be, which is refused
        rows = list(islice(reader, MOST_ROWS + 1))
    except csv.Error as error:
        return _refused(name, "csv", f"cannot be read ({error}).", "Save it as CSV UTF-8.", reader.line_num)
    return _table(name, rows, _NEEDED[name])


def _sheet(sheets: dict[str, list[list[str]]], name: str) -> Read:
    """The rows of a sheet. A spreadsheet leaves out what is empty at the end of a row."""
    short = name.removesuffix(".csv")
    rows = sheets.get(short) or next(
        (held for title, held in sheets.items() if title.strip().casefold() == short), None
    )
    if rows is None:
        if renamed := _with_heading(sheets, _NEEDED[name]):
            message = f"is not in the spreadsheet, and {shortened(renamed)} has its columns."
            return _refused(short, "sheet", message, f"Name that sheet {short}.")
        return _refused(
            short, "sheet", "is not in the spreadsheet.", "Keep the names of the template's sheets."
        )
    width = len(rows[0]) if rows else 0
    return _table(short, [[*row, *[""] * (width - len(row))] for row in rows], _NEEDED[name])


def _with_heading(sheets: dict[str, list[list[str]]], needed: tuple[str, ...]) -> str:
    """The title of the sheet, of another name than the template's, that begins with a heading; empty where there is none."""
    named = [title for title in sheets if not any(_is(title, name) for name in _NEEDED)]
    return next(
        (title for title in named if sheets[title] and {*needed} <= {*_as_heading(sheets[title][0])}), ""
    )


def _is(title: str, name: str) -> bool:
    """Whether a sheet bears the name of one of the template's files."""
    return title.strip().casefold() == name.removesuffix(".csv")


def _second(sheets: dict[str, list[list[str]]], needed: tuple[str, ...]) -> list[Problem]:
    """Another sheet with filled figures, as where a sheet was copied: nobody knows which of the two is meant."""
    found: list[Problem] = []
    for title, rows in sheets.items():
        heading = _as_heading(rows[0]) if rows else []
        if _is(title, FIGURES) or not {*needed} <= {*heading}:
            continue
        at = [heading.index(name) for name in ("value", "unable")]
        if any(cells[one].strip() for cells in rows[1:] for one in at if one < len(cells)):
            remedy = "Send one return in a spreadsheet, and take out the copy."
            found.append(Problem(shortened(title), 0, "", "two returns", "holds figures as well.", remedy))
    return found


def _table(sheet: str, lines: list[list[str]], needed: tuple[str, ...]) -> Read:
    heading = _as_heading(lines[0]) if lines else []
    missing = [column for column in needed if column not in heading]
    if missing:
        if number := heading_among(map(_as_heading, lines), {*needed}):
            remedy = "Take out the rows above it."
            return _refused(sheet, "columns", f"has its heading in row {number}.", remedy, number)
        return _refused(
            sheet, "columns", f"lacks {', '.join(missing)}.", "Take the heading from the template.", 1
        )
    if len({*heading}) != len(heading):
        return _refused(sheet, "columns", "has a column twice.", "Take the heading from the template.", 1)
    if len(lines) > MOST_ROWS:
        return _refused(
            sheet, "rows", f"has more than {MOST_ROWS:,} rows.", "Send the filled template alone."
        )
    told: Rows = []
    problems: list[Problem] = []
    for row, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if not any(cell.strip() for cell in cells[len(heading) :]):
            cells = cells[: len(heading)]
        if len(cells) != len(heading):
            problems.append(
                Problem(
                    sheet,
                    row,
                    "",
                    "cells",
                    f"has {len(cells)} cells, and the heading {len(heading)}.",
                    "Look for a comma too many or too few.",
                )
            )
            continue
        told.append((row, {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}))
    return told, problems


def _as_heading(cells: list[str]) -> list[str]:
    """The names of columns, without empty ones at the end."""
    names = [cell.strip().lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names
