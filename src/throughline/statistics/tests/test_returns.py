"""A return: its template, reading a filled one, and the questions that its figures raise."""

import csv
import io
import json
import os
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_returns import KINDS, YEAR, invented
from verification import judged, measure

from throughline.statistics.returns import (
    Counted,
    Entry,
    Return,
    against_others,
    against_outside,
    against_past,
    items,
    read_return,
    within_itself,
    without_method,
    write_return,
    write_template,
)
from throughline.statistics.returns.cli import returning
from throughline.statistics.returns.workbook import WorkbookError, read_workbook, write_workbook

FORCE = "E23000020"


@pytest.fixture(scope="module")
def world() -> dict[str, tuple[Return, Return]]:
    return invented(11)


def with_(told: Return, **values: int) -> Return:
    changed = {
        code.replace("_", "-"): Entry(code.replace("_", "-"), value, None, 9)
        for code, value in values.items()
    }
    return replace(told, entries={**told.entries, **changed})


def filled(folder: Path, told: Return, **cells: dict[str, str]) -> Path:
    """A template filled with a return's figures, some cells of a row otherwise."""
    write_template(folder, YEAR, force=FORCE)
    with (folder / "figures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        entry = told.entries[row["item"]]
        row |= {"value": "" if entry.value is None else f"{entry.value}", "unable": entry.unable or ""}
        row |= cells.get(row["item"].replace("-", "_"), {})
    _rewrite(folder / "figures.csv", rows)
    with (folder / "methods.csv").open(encoding="utf-8") as file:
        methods = list(csv.DictReader(file))
    _rewrite(
        folder / "methods.csv", [row | {"counted_by": "as-asked", "method": "By hand"} for row in methods]
    )
    return folder


def _rewrite(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


class TestOnlyASpreadsheet:
    """A force whose whole system is the spreadsheet: it explains itself, and is mended where its faults are named."""

    def test_it_says_how_it_is_filled_and_offers_the_reasons(self, tmp_path: Path) -> None:
        write_template(tmp_path / "return", YEAR, force=FORCE)
        book = openpyxl.load_workbook(tmp_path / "return" / "return.xlsx")
        assert book.sheetnames == ["how to fill", "about", "figures", "methods"]
        told = {row[0]: row[1] for row in book["how to fill"].iter_rows(values_only=True)}
        assert told["not-held"] == "Another body holds it"
        assert told["occasion"].startswith("Each person and occasion")
        (offered,) = book["figures"].data_validations.dataValidation
        assert "not-held" in offered.formula1
        assert str(offered.sqref).startswith("H2:H")
        assert all(cell.alignment.wrap_text for cell in book["figures"][2] if cell.column_letter in "DI")

    def test_what_a_person_types_is_read_or_named_by_the_sheet_that_is_open(
        self, world: dict[str, tuple[Return, Return]], tmp_path: Path
    ) -> None:
        told = replace(next(iter(world.values()))[0], force=FORCE, year_end=YEAR)
        write_return(tmp_path / "return", told)
        path = tmp_path / "return" / "return.xlsx"
        book = openpyxl.load_workbook(path)
        sheet = book["figures"]
        rows = {row[1].value: row for row in sheet.iter_rows(min_row=2)}
        rows["calls"][6].value, rows["calls"][7].value = " 12,345 ", None
        rows["crimes"][6].value, rows["crimes"][7].value = None, "the system cannot count it."
        sheet.move_range(f"A{rows['arrests'][0].row}:I{rows['arrests'][0].row}", rows=sheet.max_row)
        book.save(path)
        read, problems = read_return(path)
        assert read is not None, problems
        assert (read.value("calls"), read.entries["crimes"].unable) == (12_345, "system")
        assert read.entries["arrests"].value == told.entries["arrests"].value
        sheet["G2"], sheet["B999"] = "n/a", "Total"
        book.save(path)
        none, problems = read_return(path)
        assert none is None
        assert [(one.sheet, one.row, one.item) for one in problems] == [
            ("Calls", 2, "calls"),
            ("figures", 999, "'Total'"),
        ]
        assert "choose why in the column unable" in problems[0].remedy


class TestItems:
    def test_parts_and_totals_name_items_and_nobody_is_part_of_itself(self) -> None:
        listed = {item.code: item for item in items(YEAR)}
        for item in listed.values():
            assert item.part_of is None or item.part_of in listed
            assert item.adds_to is None or item.adds_to == item.part_of
            assert not item.compared or item.part_of
            seen = {item.code}
            while item.part_of:
                assert item.part_of not in seen
                seen.add(item.part_of)
                item = listed[item.part_of]

    def test_victims_are_told_apart_by_what_is_asked_in_the_year_and_each_breakdown_adds_up(self) -> None:
        asked = {"sex", "age", "ethnicity", "relationship"}
        assert {item.breakdown for item in items(YEAR) if item.adds_to == "victims"} == asked
        later = {item.breakdown for item in items(date(2017, 3, 31)) if item.adds_to == "victims"}
        assert later == asked | {"disability", "orientation", "gender-identity"}

    def test_before_the_first_return_there_is_none(self) -> None:
        assert items(date(2012, 3, 31)) == ()


class TestTheForm:
    def test_a_filled_template_is_read_as_it_was_filled(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]]
    ) -> None:
        _, told = world["Invented 05"]
        found, problems = read_return(filled(tmp_path / "return", told))
        assert problems == ()
        assert found is not None
        assert (found.force, found.year_end) == (FORCE, YEAR)
        assert {code: (one.value, one.unable) for code, one in found.entries.items()} == {
            code: (one.value, one.unable) for code, one in told.entries.items()
        }

    def test_the_template_writes_over_nothing(self, tmp_path: Path) -> None:
        write_template(tmp_path, YEAR)
        with pytest.raises(FileExistsError, match=r"about\.csv is there already"):
            write_template(tmp_path, YEAR)

    def test_its_metadata_describes_every_column_of_every_file(self, tmp_path: Path) -> None:
        *files, metadata, _ = write_template(tmp_path, YEAR)
        told = json.loads(metadata.read_text("utf-8"))
        for path, table in zip(files, told["tables"], strict=True):
            assert table["url"] == path.name
            with path.open(encoding="utf-8") as file:
                assert next(csv.reader(file)) == [
                    column["name"] for column in table["tableSchema"]["columns"]
                ]

    @pytest.mark.parametrize(
        ("cells", "rule"),
        [
            ({"value": "31%"}, "percentage"),
            ({"value": "many"}, "whole number"),
            ({"value": "3.5"}, "whole number"),
            ({"value": "-3"}, "whole number"),
            ({"value": "1,00"}, "whole number"),
            ({"value": "9" * 12}, "size"),
            ({"value": ""}, "neither"),
            ({"value": "4", "unable": "system"}, "both"),
            ({"value": "", "unable": "could not"}, "reason"),
            ({"item": "call"}, "item"),
            ({"item": "crimes"}, "twice"),
        ],
    )
    def test_a_faulty_row_is_named_and_nothing_is_read(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]], cells: dict[str, str], rule: str
    ) -> None:
        found, problems = read_return(filled(tmp_path / "return", world["Invented 05"][1], calls=cells))
        assert found is None
        assert rule in {one.rule for one in problems}
        one = next(one for one in problems if one.rule == rule)
        # the row of "crimes" is the one that is told twice
        assert one.row == (2 if rule != "twice" else 5)
        assert one.remedy

    @pytest.mark.parametrize(
        ("file", "content", "rule"),
        [
            ("figures.csv", b"", "columns"),
            ("figures.csv", b"\xff", "text"),
            ("figures.csv", b"\xff\xfei", "text"),
            ("figures.csv", b"Return of a force\n\nitem,value,unable\n", "columns"),
            ("figures.csv", b"item,value,unable\ncalls,1\n", "cells"),
            ("figures.csv", b"item,value,unable,value\n", "columns"),
            ("about.csv", b"force,year_end\nE23000020,March 2015\n", "date"),
            ("about.csv", b"force,year_end\nE99,2015-03-31\n", "force"),
            ("about.csv", b"force,year_end\nE23000020,1999-03-31\n", "year"),
            ("about.csv", b"force,year_end\n", "one row"),
        ],
    )
    def test_a_faulty_file_is_named(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]], file: str, content: bytes, rule: str
    ) -> None:
        folder = filled(tmp_path / "return", world["Invented 05"][1])
        (folder / file).write_bytes(content)
        found, problems = read_return(folder)
        assert found is None
        assert rule in {one.rule for one in problems}

    @pytest.mark.parametrize(
        "saved",
        [
            lambda text: text.replace(",", ";").encode(),
            lambda text: text.encode("utf-16"),
            lambda text: text.encode("utf-16-le"),
            lambda text: text.replace("\r\n", "\r").encode(),
            lambda text: "".join(f"{line},,\n" for line in text.splitlines()).encode(),
            lambda text: (text + ",,,\n\n").encode(),
        ],
        ids=[
            "semicolons",
            "utf-16",
            "utf-16 without a mark",
            "older line ends",
            "empty columns",
            "empty rows",
        ],
    )
    def test_what_a_spreadsheet_saves_as_csv_is_read(
        self, tmp_path: Path, saved: Callable[[str], bytes]
    ) -> None:
        write_template(tmp_path / "return", YEAR, force=FORCE)
        path = tmp_path / "return" / "figures.csv"
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
        # without the words, which hold commas of their own
        kept = [
            {name: row[name] for name in ("item", "value", "unable")} | {"value": "1 234"} for row in rows
        ]
        kept[0]["value"] = "12.0"
        _rewrite(path, kept)
        path.write_bytes(saved(path.read_text("utf-8")))
        (tmp_path / "return" / "about.csv").write_text(f"force,year_end\n{FORCE},31/03/2015\n", "utf-8")

        told, problems = read_return(tmp_path / "return")

        assert told is not None, problems
        assert {entry.value for entry in told.entries.values()} == {12, 1234}

    def test_names_of_files_may_be_in_capitals_and_what_is_no_file_is_not_read(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]]
    ) -> None:
        folder = filled(tmp_path / "return", world["Invented 05"][1])
        (folder / "return.xlsx").unlink()
        for path in folder.glob("*.csv"):
            path.rename(folder / path.name.upper())
        told, problems = read_return(folder)
        assert told is not None, problems
        assert told.methods
        (folder / "FIGURES.CSV").unlink()
        os.mkfifo(folder / "figures.csv")
        (one,) = read_return(folder)[1]
        assert (one.sheet, one.rule) == ("figures.csv", "file")

    def test_text_of_another_encoding_is_told_by_its_row(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]]
    ) -> None:
        folder = filled(tmp_path / "return", world["Invented 05"][1], crimes={"note": "Without Café"})
        path = folder / "figures.csv"
        path.write_bytes(path.read_text("utf-8").encode("cp1252"))
        (one,) = read_return(folder)[1]
        assert (one.sheet, one.row, one.rule) == ("figures.csv", 5, "text")

    def test_a_folder_with_a_spreadsheet_of_another_kind_is_told(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "return.ods", "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        (one,) = read_return(tmp_path)[1]
        assert (one.sheet, "an OpenDocument file" in one.message) == ("return.ods", True)

    def test_a_heading_below_a_title_is_told_by_its_row(self, tmp_path: Path) -> None:
        write_template(tmp_path / "return", YEAR, force=FORCE)
        path = tmp_path / "return" / "figures.csv"
        path.write_text("Kent\n" + path.read_text("utf-8"), "utf-8")
        told, (problem,) = read_return(tmp_path / "return")
        assert told is None
        assert (problem.row, problem.remedy) == (2, "Take out the rows above it.")

    @settings(max_examples=60, deadline=None)
    @given(data=st.data())
    def test_no_mutated_file_breaks_it(
        self,
        data: st.DataObject,
        tmp_path_factory: pytest.TempPathFactory,
        world: dict[str, tuple[Return, Return]],
    ) -> None:
        folder = filled(tmp_path_factory.mktemp("mutated") / "return", world["Invented 05"][1])
        path = folder / data.draw(st.sampled_from(["about.csv", "figures.csv"]))
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(content) - 1))
            content[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=5))
            content = content or bytearray(b"\n")
        path.write_bytes(content)
        found, problems = read_return(folder)
        assert (found is None) == bool(problems)


class TestAFolderWithASpreadsheetBeside:
    """CSV files and a spreadsheet in one folder: where they differ, nobody but the sender knows which of them counts."""

    @pytest.fixture
    def sent(self, tmp_path: Path, world: dict[str, tuple[Return, Return]]) -> tuple[Path, Return]:
        counted = {"Calls": Counted("Calls", "as-asked", "", "By hand")}
        told = replace(world["Invented 05"][1], force=FORCE, methods=counted)
        write_return(tmp_path / "return", told)
        return tmp_path / "return", told

    def in_the_sheet(self, folder: Path, cells: dict[str, str | int | None], name: str = "figures") -> None:
        book = openpyxl.load_workbook(folder / "return.xlsx")
        for at, value in cells.items():
            book[name][at] = value
        book.save(folder / "return.xlsx")

    def in_the_csv(self, folder: Path, code: str, value: str) -> None:
        with (folder / "figures.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        _rewrite(
            folder / "figures.csv",
            [row | ({"value": value, "unable": ""} if row["item"] == code else {}) for row in rows],
        )

    def test_where_they_are_equal_nothing_is_said(self, sent: tuple[Path, Return]) -> None:
        folder, told = sent
        assert read_return(folder) == (told, ())
        # the same figure and the same reason, written otherwise
        self.in_the_sheet(folder, {"G2": f" {told.value('calls'):,} "})
        self.in_the_csv(folder, "calls", f"{told.value('calls')}.0")
        assert read_return(folder)[1] == ()

    @pytest.mark.parametrize("by_sheet", [True, False])
    def test_a_figure_that_differs_is_named_with_both(
        self, sent: tuple[Path, Return], *, by_sheet: bool
    ) -> None:
        folder, told = sent
        was = told.value("calls")
        if by_sheet:
            self.in_the_sheet(folder, {"G2": 17})
        else:
            self.in_the_csv(folder, "calls", "17")
        read, (one,) = read_return(folder)
        assert read is None
        assert (one.sheet, one.row, one.item, one.rule) == ("Calls", 2, "calls", "two returns")
        here, there = (was, 17) if by_sheet else (17, was)
        assert one.message == f"is {here} in figures.csv and {there} in return.xlsx, row 2."
        assert one.remedy.startswith("Say which of them counts")
        done = CliRunner().invoke(returning, ["check", str(folder), "--json"])
        assert (done.exit_code, [found["item"] for found in json.loads(done.stdout)]) == (1, ["calls"])

    def test_so_is_whatever_else_is_told(self, sent: tuple[Path, Return]) -> None:
        folder, told = sent
        self.in_the_sheet(
            folder, {"G2": "n/a", "I3": "Provisional", "G4": None, "H4": "not-held", "B5": "crime"}
        )
        self.in_the_sheet(folder, {"B2": "2016-03-31"}, "about")
        self.in_the_sheet(folder, {"B2": "incident", "D3": "From the log"}, "methods")
        read, problems = read_return(folder)
        assert read is None
        calls, crimes = told.value("calls"), told.value("crimes")
        assert [f"{one.sheet}, {one.row}, {one.item}: {one.message}" for one in problems] == [
            "about.csv, 2, year_end: is '2015-03-31' in about.csv and '2016-03-31' in return.xlsx, row 2.",
            f"Calls, 2, calls: is {calls} in figures.csv and 'n/a' in return.xlsx, row 2.",
            "Calls, 3, calls-da: the note is empty in figures.csv and 'Provisional' in return.xlsx, row 3.",
            "Calls, 4, calls-repeat: is 'system' in figures.csv and 'not-held' in return.xlsx, row 4.",
            f"figures, 0, crime: is empty in figures.csv and {crimes} in return.xlsx, row 5.",
            f"Crimes, 5, crimes: is {crimes} in figures.csv and empty in return.xlsx.",
            "methods, 2, Calls: counted_by is 'as-asked' in methods.csv and 'incident' in return.xlsx, row 2.",
            "methods, 3, Crimes: method is empty in methods.csv and 'From the log' in return.xlsx, row 3.",
        ]

    def test_a_form_that_nobody_filled_in_says_nothing(
        self, sent: tuple[Path, Return], tmp_path: Path
    ) -> None:
        folder, told = sent
        write_template(tmp_path / "empty", YEAR, force=FORCE)
        filled = (folder / "return.xlsx").read_bytes()
        (folder / "return.xlsx").write_bytes((tmp_path / "empty" / "return.xlsx").read_bytes())
        assert read_return(folder) == (told, ())
        # the other way round, and without any CSV file
        (tmp_path / "empty" / "Kent final.XLSX").write_bytes(filled)
        assert read_return(tmp_path / "empty") == (told, ())
        for one in tmp_path.glob("empty/*.csv"):
            one.unlink()
        assert read_return(tmp_path / "empty") == (told, ())

    def test_one_that_cannot_be_read_is_told_and_what_a_program_left_is_not(
        self, sent: tuple[Path, Return]
    ) -> None:
        folder, told = sent
        (folder / "~$return.xlsx").write_bytes(b"who has it open")
        assert read_return(folder) == (told, ())
        book = openpyxl.load_workbook(folder / "return.xlsx")
        book["figures"].title = "Figures 2015"
        book.save(folder / "return.xlsx")
        read, (one,) = read_return(folder)
        assert (read, one.sheet, one.rule) == (None, "return.xlsx, figures", "sheet")
        # CSV that lost its rows
        figures = (folder / "figures.csv").read_text("utf-8")
        (folder / "figures.csv").write_text(figures.partition("\n")[0] + "\n", "utf-8")
        read, problems = read_return(folder)
        assert (read, {one.rule for one in problems}) == (None, {"missing", "sheet"})
        (folder / "figures.csv").write_text(figures, "utf-8")
        # one that is no return at all
        write_workbook(folder / "return.xlsx", {"Workings": [["Beat", "Calls"], ["North", 12]]})
        assert read_return(folder) == (told, ())
        (folder / "return.xlsx").write_bytes(b"nothing")
        read, (one,) = read_return(folder)
        assert (read, one.sheet, one.rule) == (None, "return.xlsx", "file")
        assert one.remedy.endswith("Or take return.xlsx out, if the other counts.")


class TestAReturnThatIsOlderThanAnItem:
    """An item that is added to years already being returned: who was asked before it need not answer it."""

    LATER = next(item for item in items(YEAR) if item.asked_since)
    BEFORE = LATER.asked_since - timedelta(days=1)

    @pytest.fixture
    def old(self, tmp_path: Path, world: dict[str, tuple[Return, Return]]) -> Path:
        folder = filled(tmp_path / "old", world["Invented 05"][1])
        lines = (folder / "figures.csv").read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if f",{self.LATER.code}," not in line]
        assert len(kept) == len(lines) - 1
        (folder / "figures.csv").write_text("".join(kept), "utf-8")
        return folder

    def test_it_is_whole_when_it_was_asked_for_before(self, old: Path) -> None:
        told, problems = read_return(old, asked_on=self.BEFORE)
        assert problems == ()
        assert told is not None
        assert {*told.entries} == {item.code for item in items(YEAR)} - {self.LATER.code}
        assert not [one for one in within_itself(told) if self.LATER.code in one.items]

    @pytest.mark.parametrize("on", [LATER.asked_since, None])
    def test_from_the_day_it_is_asked_it_is_missing(self, old: Path, on: date | None) -> None:
        told, (one,) = read_return(old, asked_on=on)
        assert told is None
        assert (one.item, one.rule) == (self.LATER.code, "missing")
        assert "before 27 November 2026, say on which day" in one.remedy

    def test_an_item_that_was_always_asked_is_missing_from_any_return(self, old: Path) -> None:
        text = (old / "figures.csv").read_text("utf-8")
        (old / "figures.csv").write_text(re.sub(r"(?m)^[^\n]*,crimes,.*\n", "", text), "utf-8")
        told, (one,) = read_return(old, asked_on=date.min)
        assert (told, one.item, one.rule) == (None, "crimes", "missing")

    def test_it_may_be_answered_or_left_empty_in_a_form_that_has_it(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]]
    ) -> None:
        told, _ = read_return(
            filled(
                tmp_path / "all", world["Invented 05"][1], victims_repeat_own={"value": "7", "unable": ""}
            ),
            asked_on=self.BEFORE,
        )
        assert told is not None
        assert told.value(self.LATER.code) == 7
        empty = filled(
            tmp_path / "one", world["Invented 05"][1], victims_repeat_own={"value": "", "unable": ""}
        )
        told, problems = read_return(empty, asked_on=self.BEFORE)
        assert problems == ()
        assert told is not None
        assert self.LATER.code not in told.entries
        assert read_return(empty)[1][0].rule == "neither"

    def test_the_command_judges_it_by_its_day(self, old: Path) -> None:
        def check(*more: str) -> Result:
            return CliRunner().invoke(returning, ["check", str(old), *more])

        assert "victims-repeat-own: has no row." in check().output
        told = check("--asked-on", str(self.BEFORE))
        assert (told.exit_code, "has no row" in told.output) == (0, False)
        assert "--asked-on: 'once' is not a date" in check("--asked-on", "once").output


class TestTheSpreadsheet:
    def filled(self, folder: Path, told: Return, **more: str) -> Path:
        write_template(folder, YEAR, force=FORCE)
        sheets = read_workbook(folder / "return.xlsx")
        heading, *rows = sheets["figures"]
        at = {name: heading.index(name) for name in heading}
        for row in rows:
            entry = told.entries[row[at["item"]]]
            row += [""] * (len(heading) - len(row))
            row[at["value"]] = "" if entry.value is None else str(entry.value)
            row[at["unable"]] = entry.unable or ""
            if (code := row[at["item"]].replace("-", "_")) in more:
                row[at["value"]] = more[code]
        write_workbook(folder / "return.xlsx", sheets | {"figures": [heading, *rows]})
        return folder / "return.xlsx"

    def test_a_return_that_is_written_is_read_as_it_was_by_folder_and_by_spreadsheet(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]]
    ) -> None:
        told = replace(
            world["Invented 05"][1],
            force=FORCE,
            methods={
                "Calls": Counted(
                    "Calls", "incident", "Each incident once", "Counted on 2 April; =not a formula"
                )
            },
        )
        noted = {"calls": replace(told.entries["calls"], note="Without those online, é and all")}
        told = replace(told, entries={**told.entries, **noted})
        write_return(tmp_path / "out", told, contact="Statistics desk")
        assert read_return(tmp_path / "out") == (told, ())
        assert read_return(tmp_path / "out" / "return.xlsx") == (told, ())
        with pytest.raises(FileExistsError):
            write_return(tmp_path / "out", told)

    @pytest.mark.parametrize(
        ("row", "rule"),
        [
            ("Cals,as-asked,,By hand", "sheet"),
            ("Calls,as-asked,,By hand\nCalls,,,Again", "twice"),
            ("Calls,guess,,By hand", "counted by"),
        ],
    )
    def test_a_faulty_method_is_named(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]], row: str, rule: str
    ) -> None:
        folder = filled(tmp_path / "return", world["Invented 05"][1])
        (folder / "methods.csv").write_text(f"sheet,counted_by,definition,method\n{row}\n", encoding="utf-8")
        found, (one,) = read_return(folder)
        assert (found, one.sheet, one.rule) == (None, "methods", rule)

    def test_a_faulty_cell_is_named_by_its_row(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]]
    ) -> None:
        found, (one,) = read_return(self.filled(tmp_path / "sheet", world["Invented 05"][1], crimes="12%"))
        assert found is None
        assert (one.sheet, one.row, one.item, one.rule) == ("Crimes", 5, "crimes", "percentage")

    def test_what_a_spreadsheet_program_saves_is_read(self, tmp_path: Path) -> None:
        """Shared texts with formatting, numbers as numbers, a formula with its value."""
        path = tmp_path / "saved.xlsx"
        write_workbook(path, {"a": [["x"]]})
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        with zipfile.ZipFile(path) as old:
            parts = {name: old.read(name) for name in old.namelist()}
        parts["xl/sharedStrings.xml"] = (
            f'<sst xmlns="{main}"><si><t>one</t></si><si><r><t>tw</t></r><r><t>o &amp; more</t></r></si></sst>'.encode()
        )
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
            b"</Types>",
            b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
            b'officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
        )
        parts["xl/worksheets/sheet1.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
            '<row r="3"><c r="A3"><v>31.0</v></c><c r="B3"><f>1+1</f><v>2</v></c><c r="C3"><v>0.5</v></c></row></sheetData>'
            "</worksheet>"
        ).encode()
        with zipfile.ZipFile(path, "w") as new:
            for name, content in parts.items():
                new.writestr(name, content)
        assert read_workbook(path) == {"a": [["one", "", "two & more"], [], ["31", "2", "0.5"]]}

    def test_a_text_that_looks_like_a_formula_stays_a_text_and_a_day_stays_a_day(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "made.xlsx"
        write_workbook(path, {"a": [["heading", 3], ["=1+1", ""]]})
        assert read_workbook(path) == {"a": [["heading", "3"], ["=1+1"]]}
        book = openpyxl.load_workbook(path)
        book["a"]["A2"] = datetime(2015, 3, 31)
        book["a"]["B2"] = True
        book.save(path)
        assert read_workbook(path) == {"a": [["heading", "3"], ["2015-03-31", "TRUE"]]}

    def test_it_is_the_same_whenever_it_is_made(self, tmp_path: Path) -> None:
        write_template(tmp_path / "one", YEAR)
        write_template(tmp_path / "two", YEAR)
        assert (tmp_path / "one" / "return.xlsx").read_bytes() == (
            tmp_path / "two" / "return.xlsx"
        ).read_bytes()

    def test_a_bomb_and_an_entity_are_refused(self, tmp_path: Path) -> None:
        bomb = tmp_path / "bomb.xlsx"
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b" " * 60_000_000)
        with pytest.raises(WorkbookError, match="would unpack to more"):
            read_workbook(bomb)
        said_small = tmp_path / "said-small.xlsx"
        content = bomb.read_bytes().replace((60_000_000).to_bytes(4, "little"), (60).to_bytes(4, "little"))
        said_small.write_bytes(content)
        with pytest.raises(WorkbookError, match="is damaged"):
            read_workbook(said_small)
        deep = tmp_path / "deep.xlsx"
        with zipfile.ZipFile(deep, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", "<a>" * 200_000 + "</a>" * 200_000)
        with pytest.raises(WorkbookError, match="holds more than a return is"):
            read_workbook(deep)
        entity = tmp_path / "entity.xlsx"
        with zipfile.ZipFile(entity, "w") as archive:
            archive.writestr("xl/_rels/workbook.xml.rels", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
        with pytest.raises(WorkbookError, match="a document type or an entity"):
            read_workbook(entity)

    @settings(max_examples=80, deadline=None)
    @given(data=st.data())
    def test_no_mutated_spreadsheet_breaks_it(
        self, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("mutated")
        write_template(folder, YEAR, force=FORCE)
        path = folder / "return.xlsx"
        if data.draw(st.booleans()):
            # the archive itself
            content = bytearray(path.read_bytes())
            at = data.draw(st.integers(0, len(content) - 1))
            content[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=8))
            path.write_bytes(content)
        else:
            with zipfile.ZipFile(path) as old:
                parts = {name: bytearray(old.read(name)) for name in old.namelist()}
            part = parts[data.draw(st.sampled_from(sorted(parts)))]
            at = data.draw(st.integers(0, len(part) - 1))
            part[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=8))
            with zipfile.ZipFile(path, "w") as new:
                for name, content in parts.items():
                    new.writestr(name, bytes(content))
        found, problems = read_return(path)
        assert found is None
        assert problems


class TestTheFigures:
    def test_a_part_above_its_whole(self, world: dict[str, tuple[Return, Return]]) -> None:
        _, told = world["Invented 05"]
        assert within_itself(told) == ()
        found = within_itself(with_(told, orders_breached=(told.value("orders-granted") or 0) + 1))
        assert [(one.level, one.rule, one.items) for one in found] == [
            ("error", "part above whole", ("orders-breached", "orders-granted"))
        ]

    def test_parts_that_do_not_add_up(self, world: dict[str, tuple[Return, Return]]) -> None:
        _, told = world["Invented 05"]
        (one,) = within_itself(with_(told, cases_high=(told.value("cases-high") or 0) + 1))
        assert one.rule == "parts and their total"
        assert " + " in one.message

    def test_each_breakdown_adds_up_for_itself(self, world: dict[str, tuple[Return, Return]]) -> None:
        _, told = world["Invented 05"]
        (one,) = within_itself(with_(told, victims_partner=(told.value("victims-partner") or 0) - 5))
        assert {item.breakdown for item in items(YEAR) if item.code in one.items[1:]} == {"relationship"}

    def test_a_sheet_whose_counting_was_not_said_is_asked_of(
        self, world: dict[str, tuple[Return, Return]]
    ) -> None:
        _, told = world["Invented 05"]
        sheets = {item.sheet for item in items(YEAR)}
        assert len(without_method(told)) == len(sheets)
        said = replace(told, methods={one: Counted(one, "as-asked") for one in sheets - {"Calls"}})
        assert [one.items for one in without_method(said)] == [("calls",)]

    def test_parts_may_be_less_where_one_was_not_provided_and_never_more(
        self, world: dict[str, tuple[Return, Return]]
    ) -> None:
        _, told = world["Invented 05"]
        without = replace(told, entries={**told.entries, "cases-high": Entry("cases-high", None, "system")})
        assert within_itself(without) == ()
        more = with_(without, cases_standard=(told.value("cases") or 0))
        assert [one.rule for one in within_itself(more)] == ["parts and their total"]

    def test_a_nought_of_many_is_asked_of(self, world: dict[str, tuple[Return, Return]]) -> None:
        _, told = world["Invented 05"]
        rules = {one.rule: one.level for one in within_itself(with_(told, victims_repeat=0))}
        assert rules == {"nought for unable": "question"}

    def test_a_definition_of_the_forces_own_is_asked_for(
        self, world: dict[str, tuple[Return, Return]]
    ) -> None:
        _, told = world["Invented 05"]
        assert told.entries["victims-repeat-own"].unable == "no-own-definition"
        own = with_(told, victims_repeat_own=12)
        (one,) = within_itself(own)
        assert (one.level, one.rule, one.items) == ("question", "own definition", ("victims-repeat-own",))
        assert "note" in one.remedy
        said = replace(own, methods={"Victims": Counted("Victims", "person", "Three in six months")})
        assert within_itself(said) == ()
        noted = {
            **own.entries,
            "victims-repeat-own": Entry("victims-repeat-own", 12, note="Three in six months"),
        }
        assert within_itself(replace(own, entries=noted)) == ()
        # by another definition there may be more of them, and never more than victims
        more = with_(said, victims_repeat_own=(told.value("victims") or 0) + 1)
        assert [one.rule for one in within_itself(more)] == ["part above whole"]

    def test_the_figures_of_another_year(self, world: dict[str, tuple[Return, Return]]) -> None:
        before, told = world["Invented 05"]
        assert [one.rule for one in against_past(replace(before, year_end=told.year_end), before)] == [
            "stale year"
        ]

    @pytest.mark.parametrize(
        ("item", "value", "asked"),
        [
            ("crimes", 24_842, None),
            ("crimes", 26_000, None),
            ("crimes", 49_684, "24,842 in all recorded crime without fraud (ONS): 49,684 / 24,842 = 2.000"),
            ("crimes", 12_421, "= 0.500"),
            ("crimes-da", 25_000, "= 1.006"),
            ("crimes-da-sexual", 738, None),
            ("crimes-da-sexual", 800, "recorded sexual offences (ONS)"),
            ("staff-response", 1_100, None),
            ("staff-response", 1_400, "police officers of the force"),
        ],
    )
    def test_a_published_series_is_asked_of_with_the_arithmetic(
        self, item: str, value: int, asked: str | None
    ) -> None:
        """Cumbria's published figures of the year to March 2015: 24,842 crimes, 703 sexual offences, 1,142.87 officers."""
        told = Return("E23000002", date(2015, 3, 31), {item: Entry(item, value)})
        found = against_outside(told)
        assert [one.level for one in found] == ([] if asked is None else ["question"])
        assert all(asked is not None and asked in one.message for one in found)

    def test_no_series_is_carried_of_another_area_or_year(self) -> None:
        for force, end in (("invented-05", date(2015, 3, 31)), ("E23000002", date(2015, 6, 30))):
            assert against_outside(Return(force, end, {"crimes": Entry("crimes", 1)})) == ()

    def test_a_force_that_differs_from_all_is_asked_with_both_funnels(
        self, world: dict[str, tuple[Return, Return]]
    ) -> None:
        now = {name: told for name, (_, told) in world.items()}
        odd = with_(now["Invented 07"], crimes_da=round((now["Invented 07"].value("crimes") or 0) * 0.3))
        found = against_others({**now, "Invented 07": odd}.values())["Invented 07"]
        one = next(one for one in found if one.items == ("crimes-da", "crimes"))
        assert "a plain binomial funnel has" in one.message
        assert against_others([]) == {}

    def test_a_force_that_differs_every_year_is_asked_in_the_first(
        self, world: dict[str, tuple[Return, Return]]
    ) -> None:
        def odd(told: Return, share: float) -> Return:
            return with_(told, crimes_da=round((told.value("crimes") or 0) * share))

        now = [odd(told, 0.3) if name == "Invented 07" else told for name, (_, told) in world.items()]
        for share, again in ((0.28, False), (0.1, True), (0.01, True)):
            then = [odd(told, share) if name == "Invented 07" else told for name, (told, _) in world.items()]
            asked = {one.items for one in against_others(now, then)["Invented 07"]}
            assert (("crimes-da", "crimes") in asked) is again

    @pytest.mark.parametrize("kind", KINDS)
    def test_each_kind_of_error_is_found(self, kind: str, world: dict[str, tuple[Return, Return]]) -> None:
        rng = random.Random(kind)
        now = {name: told for name, (_, told) in world.items()}
        past = [before for before, _ in world.values()]
        spoilt = None
        while spoilt is None:
            before, told = world[rng.choice([*world])]
            spoilt = KINDS[kind](told, before, rng)
        assert any(spoilt[1] & {*query.items} for query in judged(spoilt[0], past, now))

    def test_clean_returns_are_asked_little(self) -> None:
        told = measure(errors=24, seed=3, worlds=1)
        assert told["recall"] >= 0.95
        assert told["questions_a_clean_return"] <= 0.5
        assert told["most_questions_of_a_clean_return"] <= 1

    @given(st.integers(0, 10**6), st.integers(0, 10**6))
    def test_an_answer_is_a_figure_or_a_reason(self, one: int, other: int) -> None:
        assert Entry("calls", one).value == one
        with pytest.raises(ValueError, match="calls: is a figure or a reason"):
            Entry("calls", other, "system")
        with pytest.raises(ValueError, match="calls: is below nought"):
            Entry("calls", -1 - other)


class TestWhatIsNoError:
    """Clean returns of forces that are not like the usual one: nothing is asked in vain, and errors are found in them as well."""

    def scaled(self, told: Return, by: float) -> Return:
        """All figures so many times, with totals that add up."""
        entries = {
            code: entry if entry.value is None else replace(entry, value=round(entry.value * by))
            for code, entry in told.entries.items()
        }
        groups: dict[tuple[str, str | None], list[str]] = {}
        for item in items(YEAR):
            if item.adds_to:
                groups.setdefault((item.adds_to, item.breakdown), []).append(item.code)
        for (whole, _), parts in groups.items():
            if all(entries[code].value is not None for code in (whole, *parts)):
                rest = sum(entries[code].value or 0 for code in parts[1:])
                first = (entries[whole].value or 0) - rest
                entries[parts[0]] = replace(entries[parts[0]], value=first)
        return replace(told, entries=entries)

    def rounded(self, told: Return, to: int) -> Return:
        return replace(
            told,
            entries={
                code: entry
                if entry.value is None
                else replace(entry, value=(entry.value + to // 2) // to * to)
                for code, entry in told.entries.items()
            },
        )

    @pytest.mark.parametrize("to", [5, 10, 100])
    def test_rounded_figures_are_asked_about_once(
        self, world: dict[str, tuple[Return, Return]], to: int
    ) -> None:
        before, told = (self.rounded(one, to) for one in world["Invented 05"])
        (one,) = (*within_itself(told), *against_past(told, before))
        assert (one.level, one.rule) == ("question", "rounded")
        assert f"figures are multiples of {to}, as counts are not" in one.message
        # what is further off than rounding takes it is not rounding
        off = with_(told, victims_male=(told.value("victims-male") or 0) + 10 * to)
        assert "parts and their total" in {one.rule for one in within_itself(off)}

    def test_a_rounded_return_of_the_year_before_is_still_one(
        self, world: dict[str, tuple[Return, Return]]
    ) -> None:
        small = self.rounded(self.scaled(world["Invented 05"][0], 0.01), 10)
        assert sum((entry.value or 0) >= 300 for entry in small.entries.values()) < 5
        again = replace(small, year_end=YEAR + timedelta(days=1))
        assert [one.rule for one in against_past(again, small)] == ["stale year"]

    def test_two_forces_that_became_one_are_asked_about_once(
        self, world: dict[str, tuple[Return, Return]]
    ) -> None:
        before, told = world["Invented 05"]
        merged = self.scaled(told, 7.5)
        (one,) = against_past(merged, before)
        assert (one.level, one.rule) == ("question", "whole return")
        assert {"crimes", "calls", "victims"} <= {*one.items}
        assert "orders-granted" not in one.items
        # a slip in one of its figures is found all the same
        slipped = with_(merged, crimes_da_injury=(merged.value("crimes-da-injury") or 0) * 10)
        assert {("crimes-da-injury",)} == {
            one.items for one in against_past(slipped, before) if one.rule != "whole return"
        }

    def test_what_adds_up_since_its_introduction_may_double_and_not_go_down(
        self, world: dict[str, tuple[Return, Return]]
    ) -> None:
        before, told = world["Invented 05"]
        orders = {"orders_applied": 200, "orders_granted": 180, "orders_breached": 60}
        past = with_(before, **orders)

        def asked(by: float) -> set[str]:
            now = with_(told, **{code: round(value * by) for code, value in orders.items()})
            return {one.items[0] for one in against_past(now, past) if one.items[0].startswith("orders")}

        assert asked(2.6) == set()
        # their parts grew and went down with them
        assert asked(3.5) == {"orders-applied"}
        # the orders of the year alone: by less than a factor of two, and cannot be
        assert asked(0.6) == {"orders-applied"}

    def test_better_recording_is_asked_about_once_and_is_no_slip(
        self, world: dict[str, tuple[Return, Return]]
    ) -> None:
        before, told = world["Invented 05"]
        victims = told.value("victims") or 0
        sheet = [item.code for item in items(YEAR) if item.breakdown == "ethnicity"]

        def spread(one: Return, shares: tuple[float, ...]) -> Return:
            counts = [round(victims * share) for share in shares]
            counts.append(victims - sum(counts))
            return with_(
                one,
                victims=victims,
                **{code.replace("-", "_"): count for code, count in zip(sheet, counts, strict=True)},
            )

        past = spread(before, (0.16, 0.02, 0.01, 0.005, 0.005))
        now = spread(told, (0.74, 0.09, 0.05, 0.02, 0.02))
        found = [one for one in against_past(now, past) if {*one.items} & {*sheet}]
        assert [(one.level, one.rule, one.items) for one in found] == [
            ("question", "own past", ("victims-ethnicity-unknown",))
        ]
        # one of them that changed beyond the others is asked about
        odd = spread(told, (0.6, 0.23, 0.05, 0.02, 0.02))
        codes = {code for one in against_past(odd, past) for code in one.items}
        assert codes & {*sheet} == {"victims-ethnicity-mixed", "victims-ethnicity-unknown"}

    def test_parts_of_one_breakdown_are_one_question(self, world: dict[str, tuple[Return, Return]]) -> None:
        before, told = world["Invented 05"]
        past = with_(before, charged=2_000, cautioned=500, otherwise=3_000)
        now = with_(told, charged=800, cautioned=1_300, otherwise=700)
        one = next(one for one in against_past(now, past) if "charged" in one.items)
        assert {"charged", "cautioned", "otherwise"} <= {*one.items}
        assert one.message.count(" times, beyond ") == len(one.items)


class TestTheCommands:
    def test_a_good_return_has_nothing_to_ask(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]]
    ) -> None:
        folder = filled(tmp_path / "return", world["Invented 05"][1])
        # a year of which no series is published, since the figures are invented
        (folder / "about.csv").write_text("force,year_end\nE23000020,2015-03-30\n", encoding="utf-8")
        done = CliRunner().invoke(returning, ["check", str(folder), "--json"])
        assert (done.exit_code, json.loads(done.stdout)) == (0, [])

    def test_a_published_series_is_asked_of_and_is_no_error(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]]
    ) -> None:
        folder = filled(tmp_path / "return", world["Invented 05"][1])
        done = CliRunner().invoke(returning, ["check", str(folder), "--json"])
        found = json.loads(done.stdout)
        assert done.exit_code == 0
        assert {one["rule"] for one in found} == {"outside series"}
        assert found[0]["message"].startswith("Recorded crimes are 109,275, and 35,255 in all recorded crime")

    def test_an_error_is_told_with_sheet_row_item_rule_and_remedy(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]]
    ) -> None:
        folder = filled(tmp_path / "return", world["Invented 05"][1], calls={"value": "3%"})
        done = CliRunner().invoke(returning, ["check", str(folder), "--json"])
        assert done.exit_code == 1
        (one,) = json.loads(done.stdout)
        assert (one["sheet"], one["row"], one["item"], one["rule"]) == ("Calls", 2, "calls", "percentage")
        assert one["remedy"] == "Give the count of calls."

    def test_the_year_before_is_held_against_it(
        self, tmp_path: Path, world: dict[str, tuple[Return, Return]]
    ) -> None:
        before, told = world["Invented 05"]
        past = filled(tmp_path / "past", before)
        (past / "about.csv").write_text("force,year_end\nE23000020,2015-03-30\n", encoding="utf-8")
        now = filled(tmp_path / "now", told, calls={"value": str((told.value("calls") or 0) * 10)})
        done = CliRunner().invoke(returning, ["check", str(now), "--before", str(past)])
        assert done.exit_code == 1
        assert "error: Calls, row 2, calls" in done.stdout

    def test_a_template_is_written_and_is_empty(self, tmp_path: Path) -> None:
        out = tmp_path / "template"
        done = CliRunner().invoke(returning, ["template", "--out", str(out), "--force", FORCE])
        assert done.exit_code == 0
        assert CliRunner().invoke(returning, ["check", str(out)]).exit_code == 1
        assert CliRunner().invoke(returning, ["template", "--out", str(out)]).exit_code == 1


class TestFilledByHand:
    """Spreadsheets as people save and send them: what can be read is, and what cannot is named."""

    @pytest.fixture
    def sent(self, world: dict[str, tuple[Return, Return]], tmp_path: Path) -> Path:
        told = replace(next(iter(world.values()))[0], force=FORCE, year_end=YEAR)
        write_return(tmp_path / "return", told)
        return tmp_path / "return" / "return.xlsx"

    def test_a_copy_of_the_figures_is_asked_about(self, sent: Path) -> None:
        book = openpyxl.load_workbook(sent)
        book.copy_worksheet(book["figures"]).title = "figures (2)"
        book.save(sent)
        told, (one,) = read_return(sent)
        assert told is None
        assert (one.sheet, one.rule) == ("'figures (2)'", "two returns")
        # a sheet that was only given another name is missed, and is no copy
        del book["figures"]
        book.save(sent)
        assert [one.rule for one in read_return(sent)[1]] == ["sheet"]

    def test_a_sheet_of_another_name_is_named(self, sent: Path) -> None:
        book = openpyxl.load_workbook(sent)
        book["figures"].title, book["methods"].title = "Figures 2015", "How we counted"
        book.save(sent)
        told, problems = read_return(sent)
        assert told is None
        assert [(one.sheet, one.message, one.remedy) for one in problems] == [
            (
                "figures",
                "is not in the spreadsheet, and 'Figures 2015' has its columns.",
                "Name that sheet figures.",
            ),
            (
                "methods",
                "is not in the spreadsheet, and 'How we counted' has its columns.",
                "Name that sheet methods.",
            ),
        ]

    def test_a_number_that_is_shown_as_a_percentage_is_one(self, sent: Path) -> None:
        book = openpyxl.load_workbook(sent)
        for row, value in ((2, 1), (3, 0.125)):
            cell = book["figures"].cell(row, 7)
            cell.value, cell.number_format = value, "0.0%"
        book.save(sent)
        told, problems = read_return(sent)
        assert told is None
        assert [(one.item, one.rule, one.message) for one in problems] == [
            ("calls", "percentage", "'100%' is a percentage."),
            ("calls-da", "percentage", "'12.5%' is a percentage."),
        ]

    def test_cells_that_only_look_otherwise_hold_nothing(self, sent: Path) -> None:
        book = openpyxl.load_workbook(sent)
        for row, column in ((1, 300), (6_000, 1)):
            book["figures"].cell(row, column).number_format = "0.00"
        book.save(sent)
        told, problems = read_return(sent)
        assert told is not None, problems
        book["figures"].cell(6_000, 7).value = 3
        book.save(sent)
        assert "has more than 5,000 rows" in read_return(sent)[1][0].message

    def test_a_total_below_is_named_by_its_row(self, sent: Path) -> None:
        book = openpyxl.load_workbook(sent)
        book["figures"].append(["Total", "", "", "", "", "", 17])
        book.save(sent)
        (one,) = read_return(sent)[1]
        assert (one.row, one.item, one.message) == (
            book["figures"].max_row,
            "",
            "has a figure and no item.",
        )
        done = CliRunner().invoke(returning, ["check", str(sent)])
        assert f"error: figures, row {one.row}: has a figure" in done.output

    def test_a_formula_whose_value_was_not_saved_is_named(self, sent: Path) -> None:
        book = openpyxl.load_workbook(sent)
        row = next(cells for cells in book["figures"].iter_rows(min_row=2) if cells[1].value == "calls")
        row[6].value, row[7].value = "=1+2", None
        book.save(sent)
        (one,) = read_return(sent)[1]
        assert (one.item, one.row, one.rule) == ("calls", row[0].row, "formula")

    def test_notes_under_the_table_and_a_day_as_its_number_are_understood(self, sent: Path) -> None:
        for year_end in (42094, "31 March 2015", datetime(2015, 3, 31)):
            book = openpyxl.load_workbook(sent)
            book["figures"].append(["Figures are provisional"])
            book["figures"].append(["", "* see methods"])
            book["about"]["B2"] = year_end
            book.save(sent)
            told, problems = read_return(sent)
            assert told is not None, problems
            assert told.year_end == YEAR

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ({"about.csv": "force,year_end\n", "figures.csv": "item\n"}, "an archive of CSV files"),
            ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "an OpenDocument file"),
            (b"item,value,unable\ncalls,1,\n", "one file of text"),
            (b"\xd0\xcf\x11\xe0" + bytes(600), "the old kind .xls"),
            (
                b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
                "protected by a password: save it without",
            ),
            (b"\x00\x01", "no spreadsheet of the kind .xlsx"),
        ],
    )
    def test_what_is_no_spreadsheet_is_told_for_what_it_is(
        self, tmp_path: Path, content: bytes | dict[str, str], said: str
    ) -> None:
        path = tmp_path / "return.xlsx"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            with zipfile.ZipFile(path, "w") as archive:
                for name, text in content.items():
                    archive.writestr(name, text)
        (one,) = read_return(path)[1]
        assert said in one.message


def test_parts_that_grew_with_their_whole_are_not_asked_about_again(
    world: dict[str, tuple[Return, Return]],
) -> None:
    before, now = world["Invented 05"]
    parts = ("crimes-da-injury", "crimes-da-sexual", "crimes-da-harassment")
    grown = {code: (before.value(code) or 0) * 9 // 4 for code in ("crimes-da", *parts)}
    told = with_(now, **{code.replace("-", "_"): value for code, value in grown.items()})
    asked = {query.items[0] for query in against_past(told, before) if query.rule == "own past"}
    assert "crimes-da" in asked
    assert not asked & {*parts}
