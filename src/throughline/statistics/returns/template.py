"""A return as files, empty for a force to fill or filled: CSV files with CSVW that says what is what, and the same in a
spreadsheet."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from throughline.reference import load
from throughline.statistics.returns.items import items
from throughline.statistics.returns.rules import Counted, Entry, Return
from throughline.statistics.returns.workbook import Look, write_workbook

#: The same tables in a spreadsheet, on sheets of the files' names.
WORKBOOK: Final = "return.xlsx"
FIGURES: Final = "figures.csv"
METHODS: Final = "methods.csv"
ABOUT: Final = "about.csv"
#: The first sheet of the spreadsheet: words for who fills it.
HOW: Final = "how to fill"
COLUMNS: Final = {
    "sheet": "The sheet of the return",
    "item": "The item's code; do not change it",
    "label": "What it is",
    "definition": "What is counted",
    "unit": "What one of them is",
    "basis": "Over what: year, since-introduction or one-day",
    "value": "A whole number, or empty where it cannot be provided",
    "unable": "Why it cannot be provided: a code",
    "note": "Whatever the reader of the figure must know",
}
METHOD_COLUMNS: Final = {
    "sheet": "The sheet whose figures are counted so",
    "counted_by": "By what: as-asked, or another code of the list counting-bases",
    "definition": "The force's own definition, where it differs",
    "method": "How it was counted: from which system, on which day, what is left out",
}
ABOUT_COLUMNS: Final = {
    "force": "The code of the force's area",
    "year_end": "The last day of the year, as 2015-03-31",
    "contact": "Whom to ask: a post, not a person",
}


def write_template(out: Path, year_end: date, *, force: str = "") -> tuple[Path, ...]:
    """Write the template for a year into a folder, which is made; returns the files. Never over a file that is there.

    Raises FileExistsError naming the file.
    """
    return _write(out, year_end, force, {}, {}, "")


def write_return(out: Path, told: Return, *, contact: str = "") -> tuple[Path, ...]:
    """Write a return into a folder, which is made, as a force fills it by hand; returns the files. Never over a file.

    Raises FileExistsError naming the file.
    """
    return _write(out, told.year_end, told.force, told.entries, told.methods, contact)


def _write(
    out: Path,
    year_end: date,
    force: str,
    entries: Mapping[str, Entry],
    methods: Mapping[str, Counted],
    contact: str,
) -> tuple[Path, ...]:
    listed = items(year_end)
    sheets = dict.fromkeys(one.sheet for one in listed)
    files: dict[str, tuple[dict[str, str], list[Sequence[str | int]]]] = {
        ABOUT: (ABOUT_COLUMNS, [[force, year_end.isoformat(), contact]]),
        FIGURES: (
            COLUMNS,
            [
                [
                    one.sheet,
                    one.code,
                    one.label,
                    one.definition,
                    one.unit,
                    one.basis,
                    *_answer(entries.get(one.code)),
                ]
                for one in listed
            ],
        ),
        METHODS: (METHOD_COLUMNS, [_method(methods.get(sheet) or Counted(sheet, "")) for sheet in sheets]),
    }
    paths = [out / name for name in (*files, "csv-metadata.json", WORKBOOK)]
    for path in paths:
        if path.exists():
            raise FileExistsError(f"{path.name} is there already; choose an empty folder")
    out.mkdir(parents=True, exist_ok=True)
    for name, (columns, rows) in files.items():
        with (out / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
    (out / "csv-metadata.json").write_text(_metadata(year_end), encoding="utf-8")
    write_workbook(
        out / WORKBOOK,
        {HOW: _how(year_end)}
        | {name.removesuffix(".csv"): [[*columns], *rows] for name, (columns, rows) in files.items()},
        _looks(year_end),
    )
    return tuple(paths)


#: The headings within it.
_HEADINGS: Final = ("In the column unable", "In the column counted_by", "Column")


def _how(year_end: date) -> list[Sequence[str | int]]:
    """What whoever has the spreadsheet alone must know to fill it. The sheet is for them, and is not read."""
    columns = {
        f"{name.removesuffix('.csv')}: {column}": means
        for name, told in ((ABOUT, ABOUT_COLUMNS), (FIGURES, COLUMNS), (METHODS, METHOD_COLUMNS))
        for column, means in told.items()
    }
    return [
        ["How to fill this return", ""],
        ["1", "Sheet “about”: look whether the force and the year are right, and say which post to ask."],
        ["2", "Sheet “figures”: in every row either a whole number in the column value, or in the column unable why there is none."
              " 0 says that there was none. A percentage, “n/a” or an empty row is sent back."],
        ["3", "Sheet “methods”: how the figures of each sheet were counted."],
        ["4", "Send counts alone, never anything about a person. Save it as .xlsx and send it on the page where you found it."
              " If anything cannot be read nothing is loaded, and you see every fault with its row."],
        [_HEADINGS[0], "What it says"],
        *([one.code, one.label] for one in load("unable-reasons").as_of(year_end)),
        [_HEADINGS[1], "What it says"],
        *([one.code, one.label] for one in load("counting-bases").as_of(year_end)),
        [_HEADINGS[2], "What stands in it"],
        *([column, means] for column, means in columns.items()),
    ]  # fmt: skip


def _looks(year_end: date) -> dict[str, Look]:
    reasons, bases = (
        tuple(one.code for one in load(name).as_of(year_end)) for name in ("unable-reasons", "counting-bases")
    )
    value, unable, counted = (
        [*COLUMNS].index("value"),
        [*COLUMNS].index("unable"),
        [*METHOD_COLUMNS].index("counted_by"),
    )
    return {
        HOW: Look(
            widths=(30, 100),
            bold=frozenset(
                {at for at, (first, _) in enumerate(_how(year_end), start=1) if first in _HEADINGS}
            ),
        ),
        ABOUT.removesuffix(".csv"): Look(widths=(14, 14, 60), filled=frozenset({2})),
        FIGURES.removesuffix(".csv"): Look(
            widths=(20, 24, 34, 48, 18, 18, 12, 20, 40),
            filled=frozenset({value, unable, unable + 1}),
            choices={unable: reasons},
        ),
        METHODS.removesuffix(".csv"): Look(
            widths=(26, 16, 44, 60), filled=frozenset({1, 2, 3}), choices={counted: bases}
        ),
    }


def _answer(entry: Entry | None) -> tuple[str | int, str, str]:
    if entry is None:
        return "", "", ""
    return "" if entry.value is None else entry.value, entry.unable or "", entry.note


def _method(one: Counted) -> list[str | int]:
    return [one.sheet, one.counted_by, one.definition, one.method]


def _metadata(year_end: date) -> str:
    """CSVW for the three tables: names, words and types, so that any reader of it can check the form."""
    bases = [row.code for row in load("counting-bases").as_of(year_end)]
    reasons = [row.code for row in load("unable-reasons").as_of(year_end)]
    types: dict[str, object] = {
        "value": {"base": "nonNegativeInteger"},
        "year_end": {"base": "date", "format": "yyyy-MM-dd"},
        "unable": {"base": "string", "format": "|".join(reasons)},
        "counted_by": {"base": "string", "format": "|".join(bases)},
    }
    required = {"item", "force", "year_end", "sheet"}
    tables = [
        {
            "url": name,
            "tableSchema": {
                "columns": [
                    {
                        "name": column,
                        "titles": column,
                        "dc:description": means,
                        "datatype": types.get(column, "string"),
                        "required": column in required,
                    }
                    for column, means in columns.items()
                ],
                **({"primaryKey": "item"} if name == FIGURES else {}),
            },
        }
        for name, columns in ((ABOUT, ABOUT_COLUMNS), (FIGURES, COLUMNS), (METHODS, METHOD_COLUMNS))
    ]
    first = date(year_end.year - 1, year_end.month, year_end.day) + timedelta(days=1)
    return (
        json.dumps(
            {
                "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
                "dc:title": f"Domestic abuse data return, {first} to {year_end}",
                "tables": tables,
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )
