"""An edition of signed returns: refused, written, written again, followed by the next; and the one of the report of 2015."""

import csv
import hashlib
import html
import json
import re
import shutil
import warnings
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from csvw import CSVW
from editions import correct, write_invented
from frictionless import Package

from throughline.reference import load
from throughline.statistics.disclosure import UnprotectedError
from throughline.statistics.edition.before import Before, Printed, read_before
from throughline.statistics.edition.cli import publish
from throughline.statistics.edition.content import MARKS, Column, Table, Value
from throughline.statistics.edition.drawing import Dot, dots
from throughline.statistics.edition.gathering import (
    Gathered,
    Signed,
    UnpublishableError,
    gather,
    real_forces,
)
from throughline.statistics.edition.helping import helplines, how_sure
from throughline.statistics.edition.national import UNPUBLISHED, national_edition
from throughline.statistics.edition.national.about import outside_page
from throughline.statistics.edition.national.shared import Basis
from throughline.statistics.edition.printed import printed_edition
from throughline.statistics.edition.reckoning import Figures
from throughline.statistics.edition.writing import rows_of, write_edition
from throughline.statistics.printed import printed
from throughline.statistics.returns import Entry, Return, canonical, digest, items, read_return
from throughline.statistics.returns.template import ABOUT_COLUMNS, COLUMNS, METHOD_COLUMNS
from throughline.synthetic.returning import OWN_DEFINITION

YEARS = (date(2023, 3, 31), date(2024, 3, 31), date(2025, 3, 31))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The returns, the demonstration edition of them, and the edition of 2015."""
    base = tmp_path_factory.mktemp("editions")
    style = base / "style.css"
    style.write_text("body { margin: 0 }\n")
    write_invented(base / "returns", YEARS)
    for name, more in (
        (
            "demonstration",
            ["--returns", str(base / "returns"), "--ledger-out", str(base / "ledger.csv")],
        ),
        ("2015", ["--report", "hmic-2015"]),
    ):
        told = CliRunner().invoke(
            publish,
            [
                "--edition",
                name,
                "--out",
                str(base / name),
                "--style",
                str(style),
                "--quiet",
                *more,
            ],
            catch_exceptions=False,
        )
        assert told.exit_code == 0, told.output
    return base


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def copied(made: Path, to: Path) -> Path:
    shutil.copytree(made / "returns", to)
    return to


class TestOnlySignedReturnsArePublished:
    def test_a_figure_changed_after_signing_is_refused(self, made: Path, tmp_path: Path) -> None:
        folder = copied(made, tmp_path / "returns")
        correct(folder, "X00000001", YEARS[-1], "calls", sign=False)
        with pytest.raises(UnpublishableError, match="changed after it was signed"):
            gather(folder)

    def test_a_return_without_a_row_is_refused(self, made: Path, tmp_path: Path) -> None:
        folder = copied(made, tmp_path / "returns")
        manifest = folder / "signatures.csv"
        lines = manifest.read_text().splitlines(keepends=True)
        manifest.write_text("".join([*lines[:3], *lines[4:]]))
        with pytest.raises(UnpublishableError, match="is not signed") as refused:
            gather(folder)
        assert len(refused.value.faults) == 1

    @pytest.mark.parametrize(
        ("spoil", "says"),
        [
            (lambda text: text.replace("Invented data officer", "", 1), "nobody has signed"),
            (lambda text: re.sub(r"2025-07-01\n", "soon\n", text, count=1), "signed_on is not a date"),
            (lambda text: text + text.splitlines(keepends=True)[1], "second return"),
            (lambda text: text.replace("2023-03-31-X00000001,", "elsewhere,", 1), "is not there"),
            (
                lambda text: text.replace(",X00000001,2023-03-31", ",X00000002,2023-03-31", 1),
                "signed as another",
            ),
            (lambda text: text.replace("folder,", "file,", 1), "lacks folder"),
            (lambda text: re.sub(r",[0-9a-f]{32},", ",short,", text, count=1), "its mark has fewer"),
        ],
    )
    def test_a_manifest_at_fault_is_named(self, made: Path, tmp_path: Path, spoil: Any, says: str) -> None:
        folder = copied(made, tmp_path / "returns")
        manifest = folder / "signatures.csv"
        manifest.write_text(spoil(manifest.read_text()))
        with pytest.raises(UnpublishableError, match=says):
            gather(folder)

    def test_nothing_is_written_and_the_status_is_1(self, made: Path, tmp_path: Path) -> None:
        folder = copied(made, tmp_path / "returns")
        (folder / "signatures.csv").unlink()
        told = CliRunner().invoke(
            publish, ["--edition", "x", "--returns", str(folder), "--out", str(tmp_path / "out")]
        )
        assert told.exit_code == 1
        assert "Nothing unsigned is published" in told.output
        assert not (tmp_path / "out").exists()

    def test_a_digest_binds_every_answer(self, made: Path) -> None:
        folder = made / "returns"
        told, _ = read_return(folder / "2025-03-31-X00000001", forces={"X00000001"})
        assert told is not None
        seen = {digest(canonical(told))}
        for code, entry in told.entries.items():
            changed = replace(entry, value=(entry.value or 0) + 1, unable=None)
            seen.add(digest(canonical(replace(told, entries={**told.entries, code: changed}))))
        assert len(seen) == len(told.entries) + 1


class TestTheFirstPage:
    def test_each_headline_is_what_its_tables_hold(self, made: Path) -> None:
        out = made / "demonstration"
        told = json.loads((out / "index.json").read_text())["glance"]
        assert [one["text"] for one in told][:3] == [
            "Calls about domestic abuse",
            "Domestic abuse crimes",
            "Repeat victims",
        ]
        every = {row["label"]: row for row in rows(out / "data" / "numbers.csv")}
        compared = 0
        for one in told:
            row = every[one["text"]]
            if row["share"].startswith("["):
                assert one["says"].startswith(f"{int(row['now']):,} from {row['forces']} forces")
                continue
            share, part, of = re.match(
                r"([\d.]+%) of .*?\(([\d,]+) of ([\d,]+), from \d+ forces\)", one["says"]
            ).groups()  # type: ignore[union-attr]
            assert (
                share
                == f"{float(row['share']):.1%}"
                == f"{int(part.replace(',', '')) / int(of.replace(',', '')):.1%}"
            )
            shares = {
                each["name"]: float(each["value"])
                for each in rows(out / "data" / f"{one['page'].removesuffix('.html')}.csv")
                if not each["value"].startswith("[")
            }
            low, high = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
            assert f"by force from {shares[low]:.1%} ({low}) to {shares[high]:.1%} ({high})" in one["says"]
            assert ("not compared with the year before" in one["says"]) is (row["change"] == "[b]")
            compared += 1
        assert compared >= 6
        page = (out / "index.html").read_text()
        assert "No return was made by" in page
        assert "Series break, 1 May 2023" in page

    def test_a_force_is_told_in_words_as_its_table_has_it(self, made: Path) -> None:
        out, seen = made / "demonstration", 0
        for path in out.glob("force-*.html"):
            listed = path.read_text().partition('id="glance"')[2].partition("</ul>")[0]
            table = {
                row["label"]: row
                for end in ("", "-parts")
                for row in rows(out / "data" / f"{path.stem}{end}.csv")
            }
            for line in re.findall(r"<li>(.*?)</li>", listed):
                label, told = html.unescape(line).split(": ", 1)
                if re.match(r"[\d.]+%", told):
                    assert told.startswith(f"{float(table[label]['share']):.1%}"), line
                    assert f"all forces {float(table[label]['national']):.1%}" in told
                    seen += 1
        assert seen > 200

    def test_the_report_of_2015_begins_with_its_own_numbers(self, made: Path) -> None:
        told = json.loads((made / "2015" / "index.json").read_text())["glance"]
        assert len(told) == 10
        assert told[1]["says"] == (
            "353,100 in the 12 months to March 2015, 269,700 in the 12 months to August 2013 (+31 percent, as printed)"
        )


def test_no_protected_figure_is_found_by_trying_numbers_against_a_digest(made: Path) -> None:
    """Who has the digest that was signed tries small counts until one gives it; an edition prints another."""
    told, _ = read_return(made / "returns" / "2025-03-31-X00000043", forces={"X00000043"})
    assert told is not None
    printed_now = {
        row["item"]: row
        for row in rows(made / "demonstration" / "data" / "figures.csv")
        if (row["force"], row["year_end"]) == (told.force, told.year_end.isoformat())
    }
    kept = [code for code, row in printed_now.items() if row["status"] == "protected"]
    code = next(one for one in kept if (value := told.value(one)) is not None and value < 5)
    tried = {
        digest(
            canonical(
                replace(told, entries={**told.entries, code: replace(told.entries[code], value=number)})
            )
        ): number
        for number in range(1, 5)
    }
    assert tried[digest(canonical(told))] == told.value(code)
    text = (made / "demonstration" / "data" / "totals.csv").read_text()
    for each in tried:
        assert each != printed_now[code]["digest"]
        assert each[:16] not in text


class TestInventedNeverStandsUnderARealName:
    @pytest.mark.parametrize(
        ("was", "now"),
        [
            ("X00000001", "E23000001"),
            ("Aldershire", "Metropolitan"),
            (",invented\nX00000002", ",real\nX00000002"),
        ],
    )
    def test_a_real_code_or_name_or_no_mark_is_refused(
        self, made: Path, tmp_path: Path, was: str, now: str
    ) -> None:
        folder = copied(made, tmp_path / "returns")
        forces = folder / "forces.csv"
        forces.write_text(forces.read_text().replace(was, now, 1))
        with pytest.raises(UnpublishableError, match="invented one"):
            gather(folder)

    def test_every_row_picture_page_and_file_says_so(self, made: Path) -> None:
        out = made / "demonstration"
        for path in (out / "data").glob("*.csv"):
            assert all(row["invented"] == "invented" for row in rows(path)), path.name
        for path in (out / "figures").glob("*.svg"):
            assert ">invented</text>" in path.read_text(), path.name
        for path in out.glob("*.html"):
            text = path.read_text()
            assert "no force on this page exists" in text, path.name
            assert "<title>Invented: " in text
        index = json.loads((out / "index.json").read_text())
        assert index["invented"] is True
        assert all(one["invented"] for one in (*index["tables"], *index["figures"]))
        book = openpyxl.load_workbook(out / "edition.xlsx")
        for sheet in book.worksheets:
            if sheet.title.startswith("T"):
                (ref,) = [table.ref for table in sheet.tables.values()]
                cells = list(sheet[ref])
                assert cells[0][-1].value == "Invented"
                assert {row[-1].value for row in cells[1:]} == {"invented"}
        for path in out.rglob("*metadata.json"):
            assert "(invented)" in json.loads(path.read_text())["dc:title"]

    def test_the_real_edition_says_so_nowhere(self, made: Path) -> None:
        assert json.loads((made / "2015" / "index.json").read_text())["invented"] is False
        assert all("invented" not in row for row in rows(made / "2015" / "data" / "numbers.csv"))


def test_rebuilt_it_is_the_same_to_the_last_byte(made: Path, tmp_path: Path) -> None:
    def digests(folder: Path) -> dict[str, str]:
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }

    edition = national_edition("demonstration", Figures(gather(copied(made, tmp_path / "elsewhere"))))
    write_edition(edition, tmp_path / "again", style=made / "style.css")
    write_edition(printed_edition("hmic-2015", "2015"), tmp_path / "2015", style=made / "style.css")
    assert digests(tmp_path / "again") == digests(made / "demonstration")
    assert digests(tmp_path / "2015") == digests(made / "2015")
    with zipfile.ZipFile(tmp_path / "again" / "edition.xlsx") as book:
        assert {info.date_time for info in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2025-07-01T00:00:00Z" in book.read("docProps/core.xml")


class TestTheFilesAreAccepted:
    @pytest.mark.parametrize("name", ["demonstration", "2015"])
    def test_by_frictionless(self, made: Path, name: str) -> None:
        report = Package(str(made / name / "datapackage.json"))
        checked = [one for one in report.resources if not str(one.name).startswith(("history-", "force-"))]
        assert len(checked) >= 25
        for resource in checked:
            found = resource.validate()
            assert found.valid, (resource.name, found.flatten(["rowNumber", "fieldName", "message"])[:3])

    @pytest.mark.parametrize("name", ["demonstration", "2015"])
    def test_by_csvw(self, made: Path, name: str) -> None:
        described = sorted((made / name / "data").glob("*-metadata.json"))
        described = [one for one in described if not one.name.startswith(("history-", "force-"))]
        assert len(described) >= 25
        for path in described:
            told = CSVW(str(path), validate=True)
            assert told.is_valid, (path.name, told.warnings[:3])

    def test_and_a_wrong_cell_is_not(self, made: Path, tmp_path: Path) -> None:
        shutil.copytree(made / "demonstration", tmp_path / "spoilt")
        path = tmp_path / "spoilt" / "data" / "table-calls.csv"
        path.write_text(re.sub(r",\d+,invented\n", ",many,invented\n", path.read_text(), count=1))
        assert (
            not Package(str(tmp_path / "spoilt" / "datapackage.json"))
            .get_resource("table-calls")
            .validate()
            .valid
        )
        with warnings.catch_warnings():
            # it collects its own
            warnings.simplefilter("always")
            assert not CSVW(str(path) + "-metadata.json", validate=True).is_valid

    def test_the_index_names_every_file_and_the_digests_hold(self, made: Path) -> None:
        out = made / "demonstration"
        index = json.loads((out / "index.json").read_text())
        assert set(index) >= {"edition", "invented", "periods", "pages", "tables", "figures"}
        for one in index["tables"]:
            assert (out / one["csv"]).is_file()
            assert (out / one["csvw"]).is_file()
            assert (out / one["page"]).is_file()
        for one in index["figures"]:
            assert (out / one["svg"]).is_file()
        assert {one["path"] for one in index["pages"]} == {path.name for path in out.glob("*.html")}
        for line in (out / "SHA256SUMS").read_text().splitlines():
            told, _, name = line.partition("  ")
            assert hashlib.sha256((out / name).read_bytes()).hexdigest() == told

    def test_every_link_leads_somewhere(self, made: Path) -> None:
        for name in ("demonstration", "2015"):
            out = made / name
            for page in out.glob("*.html"):
                text = page.read_text()
                for link in re.findall(r'(?:href|src)="(?!tel:)([^"#]+)', text):
                    assert (out / link).is_file(), (page.name, link)
                ids = re.findall(r'\bid="([^"]+)"', text)
                assert [one for one, many in Counter(ids).items() if many > 1] == [], page.name


@pytest.mark.parametrize("name", ["demonstration", "2015"])
class TestTheSpreadsheet:
    """Each essential item of the Analysis Function's checklist of the basics."""

    @pytest.fixture
    def book(self, made: Path, name: str) -> Any:
        return openpyxl.load_workbook(made / name / "edition.xlsx")

    def test_tables_are_marked_up_one_a_sheet_with_unique_headers(self, book: Any) -> None:
        names: list[str] = []
        for sheet in book.worksheets:
            if sheet.title == "Cover":
                continue
            (table,) = sheet.tables.values()
            names.append(table.displayName)
            assert table.headerRowCount == 1
            heading = [cell.value for cell in sheet[table.ref][0]]
            assert all(isinstance(cell, str) and cell.strip() for cell in heading), sheet.title
            assert len({*heading}) == len(heading)
            assert table.ref.startswith("A"), "a table begins at the left edge"
            assert sheet.max_row == int(table.ref.rpartition(":")[2].strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), (
                "nothing below"
            )
        assert len({*names}) == len(names)

    def test_words_have_the_room_that_they_need_in_any_program(self, book: Any) -> None:
        """A row without a height, or a column wider than 255, is a guess of whoever opens the file."""
        for sheet in book.worksheets:
            widths = {
                at: one.width
                for one in sheet.column_dimensions.values()
                for at in range(one.min, one.max + 1)
            }
            assert max(widths.values()) < 105, sheet.title
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and cell.alignment.wrap_text:
                        lines = len(cell.value) / widths[cell.column]
                        height = sheet.row_dimensions[cell.row].height
                        assert height >= int(lines) * cell.font.sz, (sheet.title, cell.coordinate)

    def test_nothing_is_merged_hidden_filtered_or_frozen(self, book: Any) -> None:
        for sheet in book.worksheets:
            assert not sheet.merged_cells.ranges
            assert sheet.sheet_state == "visible"
            assert not any(
                one.hidden for one in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())
            )
            assert sheet.freeze_panes is None
            assert sheet.auto_filter.ref is None
            # the marked-up table brings no filter either
            assert all(table.autoFilter is None for table in sheet.tables.values())

    def test_no_cell_row_or_column_of_a_table_is_blank(self, book: Any) -> None:
        for sheet in book.worksheets:
            for table in sheet.tables.values():
                assert all(cell.value not in (None, "") for row in sheet[table.ref] for cell in row), (
                    sheet.title
                )

    def test_text_is_wrapped_sans_serif_and_large_enough(self, book: Any) -> None:
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is None:
                        continue
                    assert cell.font.name in ("Arial", "Calibri")
                    assert cell.font.sz >= 10
                    assert not cell.font.i
                    assert not cell.alignment.textRotation
            for table in sheet.tables.values():
                assert all(cell.alignment.wrap_text for cell in sheet[table.ref][0]), sheet.title

    def test_notes_are_words_in_square_brackets_and_on_a_sheet_of_their_own(self, book: Any) -> None:
        notes = book["Notes"]
        told = {f"[note {row[0].value}]" for row in notes.iter_rows() if isinstance(row[0].value, int)}
        used = {
            found
            for sheet in book.worksheets
            if sheet.title != "Notes"
            for row in sheet.iter_rows()
            for cell in row
            for found in re.findall(r"\[note \d+\]", str(cell.value))
        }
        assert used <= told
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                assert not any(mark in str(cell.value) for cell in row for mark in "†‡*¹²³")

    def test_every_mark_is_explained_on_the_cover(self, book: Any) -> None:
        cover = " ".join(str(cell.value) for row in book["Cover"].iter_rows() for cell in row)
        used = {
            str(cell.value)
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if re.fullmatch(r"\[[a-z]\]", str(cell.value))
        }
        assert used <= MARKS.keys()
        assert all(mark in cover for mark in used)

    def test_sheets_have_titles_in_their_first_cell_and_names_of_their_own(self, book: Any) -> None:
        titles = [sheet.title for sheet in book.worksheets]
        assert titles[:2] == ["Cover", "Contents"]
        assert len({*titles}) == len(titles)
        for sheet in book.worksheets:
            assert str(sheet["A1"].value).strip()
            assert sheet["A1"].font.b
        contents = [str(cell.value) for row in book["Contents"].iter_rows() for cell in row]
        assert all(any(title in cell for cell in contents) for title in titles if title.startswith("T"))

    def test_no_picture_macro_header_or_footer_and_the_document_has_a_title(
        self, book: Any, made: Path, name: str
    ) -> None:
        for sheet in book.worksheets:
            assert not sheet._images
            assert not sheet._charts
            assert not sheet.oddHeader.center.text
            assert not sheet.oddFooter.center.text
        assert book.properties.title
        with zipfile.ZipFile(made / name / "edition.xlsx") as parts:
            assert not any("vba" in part for part in parts.namelist())


@pytest.mark.parametrize("name", ["demonstration", "2015"])
def test_whoever_is_abused_reads_on_the_first_page_and_the_cover_whom_to_ring(made: Path, name: str) -> None:
    front = (made / name / "index.html").read_text()
    cover = openpyxl.load_workbook(made / name / "edition.xlsx")["Cover"]
    words = " ".join(str(row[0].value) for row in cover.iter_rows())
    assert len(helplines()) == 5
    for one in helplines():
        assert f'href="tel:{one.dial}">{one.number}</a>' in front
        assert f"{one.name}, {one.number}" in words
        assert re.fullmatch(r"999|0808\d{7}", one.dial)
        assert one.number.replace(" ", "").startswith(one.dial)
    assert how_sure() in html.unescape(front)
    assert how_sure() in words
    for page in (made / name).glob("*.html"):
        assert ('href="index.html#help"' in page.read_text()) == (page.name != "index.html")


def test_numbers_are_called_checked_once_somebody_has_rung_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not each has been rung" in how_sure()
    days = iter([date(2026, 12, 3), date(2026, 12, 1), *[date(2026, 12, 2)] * 3])
    rung = tuple(
        replace(row, verified=True, details={**row.details, "checked": next(days)})
        for row in load("helplines").rows
    )
    listed = replace(load("helplines"), rows=rung)
    monkeypatch.setattr("throughline.statistics.edition.helping.load", lambda _: listed)
    assert how_sure() == "These numbers are real; each was rung on 1 December 2026 or since."


class TestWhatIsCollectedIsPublished:
    def test_every_item_of_the_return_stands_in_a_table(self, made: Path) -> None:
        out = made / "demonstration"
        codes = {item.code for item in items(YEARS[-1])}
        in_tables = {
            heading
            for path in (out / "data").glob("table-*.csv")
            for heading in (rows(path)[0] if rows(path) else {})
        }
        assert {code.replace("-", "_") for code in codes} <= in_tables
        assert {row["item"] for row in rows(out / "data" / "figures.csv")} == codes
        assert {row["item"] for row in rows(out / "data" / "numbers.csv")} == codes
        assert {row["item"] for row in rows(out / "data" / "gaps.csv")} == codes

    def test_and_every_other_column_of_it_is_published_or_has_a_reason(self, made: Path) -> None:
        """Sheet, label, definition and unit describe items; figures and reasons are published; the rest says why not."""
        columns = {*ABOUT_COLUMNS, *COLUMNS, *METHOD_COLUMNS}
        told = {
            "force",
            "year_end",
            "sheet",
            "item",
            "label",
            "definition",
            "unit",
            "basis",
            "value",
            "unable",
            "counted_by",
            "method",
        }
        assert columns - told <= UNPUBLISHED.keys()
        page = (made / "demonstration" / "unpublished.html").read_text()
        assert all(why.split(".")[0][:40] in page for why in UNPUBLISHED.values())

    def test_equality_and_repeat_victims_have_pages_in_every_edition(self, made: Path) -> None:
        out = made / "demonstration"
        (sexes,) = [
            told
            for path in (out / "data").glob("breakdown-victims-*.csv")
            if (told := rows(path))[0]["item"] == "victims-female"
        ]
        assert [row["label"] for row in sexes] == ["Women and girls", "Men and boys", "Sex not recorded"]
        assert len({row["of"] for row in sexes}) == 1
        assert {"victims_repeat", "calls_repeat"} <= rows(out / "data" / "repeat-victims.csv")[0].keys()

    def test_what_each_force_counts_in_its_own_way_is_neither_added_up_nor_compared(self, made: Path) -> None:
        out, own = made / "demonstration", "victims-repeat-own"
        told = [row for row in rows(out / "data" / "figures.csv") if row["item"] == own]
        given = {
            row["name"] for row in told if row["year_end"] == "2025-03-31" and row["status"] == "published"
        }
        assert 3 < len(given) < 30
        assert {row["reason"] for row in told if row["status"] == "unable"} == {"no-own-definition"}
        assert own not in {row["item"] for row in rows(out / "data" / "totals.csv")}
        shares = [row for row in rows(out / "data" / "shares.csv") if row["item"] == own]
        assert shares
        assert {(row["national"], row["similar"]) for row in shares} == {("", "")}
        # the national line of its subject and of all figures says that there is none
        assert [row["victims_repeat_own"] for row in rows(out / "data" / "table-victims.csv")][-1] == "[z]"
        (line,) = [row for row in rows(out / "data" / "numbers.csv") if row["item"] == own]
        assert (line["now"], line["before"], line["change"], line["share"]) == ("[z]",) * 4
        page = (out / "repeat-victims.html").read_text()
        assert all(f"{name}: {OWN_DEFINITION}" in page for name in given)
        assert page.count(OWN_DEFINITION) == len(given)


def noted(folder: Path, force: str, notes: dict[str, str]) -> None:
    """Give figures of a return a note each, and sign it anew."""
    path = folder / f"{YEARS[-1]}-{force}" / "figures.csv"
    table = rows(path)
    for row in table:
        row["note"] = notes.get(row["item"], row["note"])
    told = write_rows(path, table)
    signed, _ = read_return(told.parent, forces={force})
    assert signed is not None
    signatures = rows(folder / "signatures.csv")
    for row in signatures:
        if (row["force"], row["year_end"]) == (force, YEARS[-1].isoformat()):
            row["digest"] = digest(canonical(signed))
    write_rows(folder / "signatures.csv", signatures)


def write_rows(path: Path, table: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*table[0]], lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    return path


class TestAReturnThatWasSignedBeforeAnItemWasAdded:
    LATER = "victims-repeat-own"

    @pytest.fixture
    def folder(self, made: Path, tmp_path: Path) -> Path:
        """All returns of a force lack the item, as they were signed."""
        folder = copied(made, tmp_path / "returns")
        signatures = rows(folder / "signatures.csv")
        for one in signatures:
            if one["force"] == "X00000001":
                path = folder / one["folder"] / "figures.csv"
                write_rows(path, [row for row in rows(path) if row["item"] != self.LATER])
                told, _ = read_return(path.parent, forces={"X00000001"}, asked_on=date.min)
                assert told is not None
                one["digest"] = digest(canonical(told))
        write_rows(folder / "signatures.csv", signatures)
        return folder

    def test_it_is_published_and_the_edition_says_so_in_words(
        self, folder: Path, made: Path, tmp_path: Path
    ) -> None:
        edition = national_edition("x", Figures(gather(folder)))
        out = tmp_path / "out"
        write_edition(edition, out, style=made / "style.css")
        told = {
            (row["year_end"], row["force"]): (row["value"], row["status"])
            for row in rows(out / "data" / "figures.csv")
            if row["item"] == self.LATER
        }
        day = YEARS[-1].isoformat()
        assert told[day, "X00000001"] == ("", "not-asked")
        assert {status for (_, force), (_, status) in told.items() if force != "X00000001"} <= {
            "published", "protected", "unable", "missing",
        }  # fmt: skip
        (gap,) = (row for row in rows(out / "data" / "gaps.csv") if row["item"] == self.LATER)
        name = gather(folder).forces["X00000001"].name
        assert f"was not yet asked for when the return was made: {name}" in gap["without"]
        assert gap["asked"] == "42"
        asked = {
            row["force"]: row["asked"] for row in rows(out / "data" / "returns.csv") if row["year_end"] == day
        }
        assert int(asked["X00000001"]) == int(asked["X00000002"]) - 1
        page = (out / "repeat-victims.html").read_text()
        assert "[n]" in page
        assert "was not yet asked for when the return was made" in page
        assert '"[n]"' in (out / "data" / "gaps.csv-metadata.json").read_text()

    def test_but_not_where_it_was_asked_for_since(self, folder: Path) -> None:
        signatures = rows(folder / "signatures.csv")
        late = [
            row | {"signed_on": "2026-12-01", "asked_on": ""}
            if row["force"] == "X00000001"
            else row | {"asked_on": ""}
            for row in signatures
        ]
        write_rows(folder / "signatures.csv", late)
        with pytest.raises(UnpublishableError, match="victims-repeat-own: has no row"):
            gather(folder)
        # signed since, and asked for before it
        write_rows(folder / "signatures.csv", [row | {"asked_on": "2026-11-26"} for row in late])
        assert len(gather(folder).returns) == len(late)
        write_rows(folder / "signatures.csv", [row | {"asked_on": "then"} for row in late])
        with pytest.raises(UnpublishableError, match="asked_on is none"):
            gather(folder)

    def test_what_it_gives_later_is_a_correction_that_says_why(self, folder: Path, made: Path) -> None:
        figures = Figures(gather(folder))
        cells = {
            (day, force, code): Printed(str(answer.shown), answer.status, "")
            for day in figures.years for force in figures.forces for code in figures.items[day]
            if (answer := figures.answer(day, force, code)) and force == "X00000001"
        }  # fmt: skip
        now = gather(made / "returns")
        before = Before("x", True, cells, {})
        later = Figures(replace(now, why={(day, "X00000001"): "Asked since." for day in figures.years}))
        told = {(day, code): (was, why) for _, day, code, was, _, why in before.corrections(later)}
        assert told[YEARS[-1], self.LATER] == ("not yet asked for", "Asked since.")


def test_a_note_of_a_protected_figure_stands_nowhere(made: Path, tmp_path: Path) -> None:
    kept = next(
        row
        for row in rows(made / "demonstration" / "data" / "figures.csv")
        if row["status"] == "protected" and row["year_end"] == YEARS[-1].isoformat()
    )
    folder = copied(made, tmp_path / "returns")
    noted(
        folder,
        kept["force"],
        {kept["item"]: "these are the two of the island", "calls": "without the island"},
    )
    edition = national_edition("x", Figures(gather(folder)))
    write_edition(edition, tmp_path / "out", style=made / "style.css")
    text = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert any(b"without the island" in content for content in text.values())
    assert not any(b"the two of the island" in content for content in text.values())
    with zipfile.ZipFile(tmp_path / "out" / "edition.xlsx") as parts:
        told = b"".join(parts.read(name) for name in parts.namelist())
    assert b"without the island" in told
    assert b"the two of the island" not in told
    assert [row["item"] for row in rows(tmp_path / "out" / "data" / "notes.csv")] == ["calls"]


class TestBesideOthers:
    def test_similar_forces_are_told_with_how_far_they_are_apart(self, made: Path) -> None:
        pairs = rows(made / "demonstration" / "data" / "similar-pairs.csv")
        near: dict[str, list[float]] = {}
        for row in pairs:
            assert row["force"] != row["similar_force"]
            near.setdefault(row["force"], []).append(float(row["distance"]))
        assert all(len(one) <= 5 and one == sorted(one) and one[-1] <= 3 for one in near.values())
        # the tiny force is like no other, says so, and is compared with all forces alone
        assert "X00000043" not in near
        assert "No force is near enough" in (made / "demonstration" / "force-x00000043.html").read_text()
        shares = rows(made / "demonstration" / "data" / "shares.csv")
        assert all(not row["similar"] for row in shares if row["force"] == "X00000043")
        assert any(row["similar"] for row in shares if row["force"] == "X00000001")

    def test_what_is_told_of_similar_forces_is_the_middle_of_their_printed_shares(self, made: Path) -> None:
        out = made / "demonstration" / "data"
        alike: dict[str, list[str]] = {}
        for row in rows(out / "similar-pairs.csv"):
            alike.setdefault(row["force"], []).append(row["similar_force"])
        shares = {(row["year_end"], row["force"], row["item"]): row for row in rows(out / "shares.csv")}
        for (day, force, item), row in shares.items():
            given = sorted(
                float(shares[day, other, item]["share"])
                for other in alike.get(force, [])
                if (day, other, item) in shares
            )
            if len(given) < 3:
                assert row["similar"] == ""
            elif len(given) % 2:
                assert float(row["similar"]) == given[len(given) // 2]

    def test_real_forces_are_similar_by_real_series_of_the_day(self, made: Path) -> None:
        told = {row["name"]: row for row in rows(made / "2015" / "data" / "similar.csv")}
        assert len(told) == 43
        assert told["City of London"]["similar"] == "none is near enough"
        assert {"Merseyside", "West Midlands"} <= {
            one.partition(" (")[0] for one in told["Greater Manchester"]["similar"].split("; ")
        }
        # 24,842 crimes and 1,142.87 officers for 499,858 residents
        assert (told["Cumbria"]["recorded"], told["Cumbria"]["officers"]) == ("49.7", "2.29")
        before = {one.code: one for one in real_forces(date(2014, 3, 31))}
        assert all(one.officers is None and one.recorded for one in before.values())

    def test_figures_that_differ_from_a_published_series_are_shown_with_the_arithmetic(self) -> None:
        day = date(2015, 3, 31)
        entries = {
            code: Entry(code, value)
            for code, value in {"crimes": 49_684, "crimes-da": 2_484, "crimes-da-sexual": 3}.items()
        }
        signed = Signed(Return("E23000002", day, entries), "0" * 64, "a post", date(2015, 7, 1))
        forces = {one.code: one for one in real_forces(day)}
        figures = Figures(Gathered(forces, {(day, "E23000002"): signed}, False))
        assert figures.answer(day, "E23000002", "crimes-da-sexual").status == "protected"
        page = outside_page(Basis("2015", figures, None))
        differ, every = (one for one in page.blocks if isinstance(one, Table))
        assert [(row[3], row[5], row[8]) for row in differ.rows] == [
            ("crimes", 49_684, "49,684 / 24,842 = 2.000")
        ]
        # the protected count is not told beside a series either
        assert [(row[3], row[10]) for row in every.rows] == [("crimes", "differs"), ("crimes-da", "agrees")]


class TestATableOfAPage:
    def test_both_ends_of_a_range_stand_in_one_cell_and_in_two_of_the_file(self, made: Path) -> None:
        low = Column("low", "Interval from", "share", ranged="95% interval")
        columns = (
            Column("name", "Force"),
            low,
            Column("high", "Interval to", "share"),
            Column("n", "Of", "whole"),
        )
        rows: tuple[tuple[Value, ...], ...] = (
            ("A", -0.01, -0.01, 7),
            ("B", "[z]", "[z]", "[u]"),
            ("C", 0.5, 0.625, 0),
        )
        heads, cells = rows_of(Table("t", "T", columns, rows))
        assert [head.title for head, _ in heads] == ["Force", "95% interval", "Of"]
        assert [[text for text, _, _ in row] for row in cells] == [
            ["A", "-1.0% to -1.0%", "7"],
            ["B", "[z]", "[u]"],
            ["C", "50.0% to 62.5%", "0"],
        ]
        head = (made / "demonstration" / "data" / "figure-06.csv").read_text().splitlines()[0]
        assert ",low,high," in head

    def test_each_cell_says_its_column_where_a_row_is_a_list(self, made: Path) -> None:
        pages = [(made / name / "figure-06.html").read_text() for name in ("demonstration", "2015")]
        stacked = [one for page in pages for one in re.findall(r"<table.*?</table>", page, re.DOTALL) if "throughline-stacks" in one]  # fmt: skip
        assert len(stacked) >= 2
        for table in stacked:
            heads = re.findall(r'role="columnheader"[^>]*>(.*?)</th>', table)
            for row in re.findall(
                r'<tr class="govuk-table__row" role="row">\n<th scope="row".*?</tr>', table, re.DOTALL
            ):
                labels = re.findall(r'role="cell"[^>]*data-label="([^"]*)"', row)
                assert labels == [one for one in heads[1:] if one != "Invented"]


class TestTheFigures:
    def test_what_a_force_could_not_provide_is_named_and_never_a_nought(self, made: Path) -> None:
        figures = rows(made / "demonstration" / "data" / "figures.csv")
        unable = [row for row in figures if row["status"] == "unable"]
        assert unable
        assert all(row["value"] == "" and row["reason"] for row in unable)
        one = next(
            row for row in unable if row["item"] == "crimes-arrested" and row["year_end"] == "2025-03-31"
        )
        page = (made / "demonstration" / "figure-06.html").read_text()
        assert f"{one['name']}: unable to provide" in page
        late = {
            row["name"] for row in figures if row["status"] == "missing" and row["year_end"] == "2025-03-31"
        }
        assert late == {"Elmseyshire"}
        assert "Elmseyshire: made no return" in page

    def test_totals_are_of_the_forces_that_they_name(self, made: Path) -> None:
        out = made / "demonstration" / "data"
        gathered = gather(made / "returns")
        for row in rows(out / "totals.csv"):
            forces = [one.split("/")[0] for one in row["over"].split()]
            assert len(forces) == int(row["forces"])
            year_end = date.fromisoformat(row["year_end"])
            values = [gathered.returns[year_end, force].told.value(row["item"]) for force in forces]
            assert sum(value or 0 for value in values) == int(row["value"])
            assert None not in values

    def test_no_protected_figure_is_in_any_file(self, made: Path) -> None:
        """The true value of a protected figure stands nowhere beside its force and item."""
        out = made / "demonstration"
        gathered = gather(made / "returns")
        kept = [row for row in rows(out / "data" / "figures.csv") if row["status"] == "protected"]
        assert kept
        assert all(row["value"] == "" for row in kept)
        shares = {(row["year_end"], row["force"], row["item"]) for row in rows(out / "data" / "shares.csv")}
        tables = {path.stem: rows(path) for path in (out / "data").glob("table-*.csv")}
        for row in kept:
            assert (row["year_end"], row["force"], row["item"]) not in shares
            if row["year_end"] != "2025-03-31":
                continue
            column = row["item"].replace("-", "_")
            (cell,) = [
                one[column]
                for table in tables.values()
                for one in table
                if one["force"] == row["force"] and column in one
            ]
            assert cell == "[c]"
        small = {
            (year_end, force, entry.item)
            for (year_end, force), one in gathered.returns.items()
            for entry in one.told.entries.values()
            if entry.value is not None
            and 0 < entry.value < 5
            and not entry.item.startswith(("staff", "trained"))
        }
        assert {(str(day), force, code) for day, force, code in small} <= {
            (row["year_end"], row["force"], row["item"]) for row in kept
        }

    def test_no_change_is_reckoned_across_a_break_and_it_is_drawn(self, made: Path) -> None:
        out = made / "demonstration"
        by_item = {row["item"]: row for row in rows(out / "data" / "numbers.csv")}
        assert by_item["crimes-da"]["change"] == "[b]"
        assert by_item["charged"]["change"] == "[b]", "part of what breaks"
        assert by_item["calls-da"]["change"] not in ("[b]", "[x]")
        assert "Counting rules of 2023" in by_item["crimes-da"]["breaks"]
        assert (
            "Series break: Counting rules of 2023; not compared"
            in (out / "figures" / "figure-09.svg").read_text()
        )
        assert "Series break" not in (out / "figures" / "figure-02.svg").read_text()
        assert "The series breaks before the year to 2024" in (out / "force-x00000001.html").read_text()

    def test_a_change_says_over_how_many_forces(self, made: Path) -> None:
        by_item = {row["item"]: row for row in rows(made / "demonstration" / "data" / "numbers.csv")}
        assert by_item["calls"]["forces"] == "42"
        assert by_item["calls"]["forces_both"] == "41"

    def test_a_picture_has_its_words_and_its_order(self, made: Path) -> None:
        svg = (made / "demonstration" / "figures" / "figure-02.svg").read_text()
        assert re.match(r'<svg [^>]*role="img" aria-labelledby="f02-title f02-says"', svg)
        told = rows(made / "demonstration" / "data" / "figure-02.csv")
        shares = {row["name"]: row["value"] for row in told}
        drawn = [one for one in re.findall(r'text-anchor="end"[^>]*>([^<]+)</text>', svg) if one in shares]
        assert {*drawn} == {*shares}
        known = [float(shares[name]) for name in drawn if shares[name] != "[z]"]
        assert known == sorted(known, reverse=True)
        assert [shares[name] for name in drawn[len(known) :]] == ["[z]"] * (len(drawn) - len(known))

    def test_words_in_a_picture_are_escaped(self) -> None:
        svg = dots("k", "<b>", 'a "&" b', [Dot("<script>", 0.5, 0.4, 0.6)], now="now", unit="&")
        assert "<script>" not in svg
        assert "&lt;script&gt;" in svg


class TestTheNextEdition:
    def test_corrections_are_logged_with_why_and_nothing_is_given_away(
        self, made: Path, tmp_path: Path
    ) -> None:
        folder = copied(made, tmp_path / "returns")
        was, now = correct(folder, "X00000002", YEARS[-1], "calls", why="A channel was left out")
        before = read_before(made / "demonstration")
        figures = Figures(gather(folder), before.earlier(made / "ledger.csv"))
        edition = national_edition("next", figures, before)
        write_edition(edition, tmp_path / "next", style=made / "style.css")
        (row,) = rows(tmp_path / "next" / "data" / "corrections.csv")
        assert (row["force"], row["item"], row["was"], row["now"], row["why"]) == (
            "X00000002", "calls", str(was), str(now), "A channel was left out",
        )  # fmt: skip
        printed = (tmp_path / "next" / "corrections.html").read_text()
        assert f">{was:,}</td>" in printed
        assert f">{now:,}</td>" in printed
        page = (tmp_path / "next" / "changes.html").read_text()
        assert "1 figure for the 12 months to 31 March 2025 corrected. Why: A channel was left out" in page
        hidden = [code for code in before.totals if code in figures.sums and figures.total(code) is None]
        assert (f"{len(hidden)} total" in page) == bool(hidden)
        kept_before = {key for key, one in before.cells.items() if one.status == "protected"}
        kept_now = {
            (date.fromisoformat(row["year_end"]), row["force"], row["item"])
            for row in rows(tmp_path / "next" / "data" / "figures.csv")
            if row["status"] == "protected"
        }
        assert kept_before <= kept_now
        totals = {row["total"] for row in rows(tmp_path / "next" / "data" / "totals.csv")}
        assert "earlier:demonstration:2025-03-31:calls:total" in totals

    def test_the_ledger_says_what_the_edition_knew_and_is_asked_for_where_a_return_was_corrected(
        self, made: Path, tmp_path: Path
    ) -> None:
        before = read_before(made / "demonstration")
        figures = Figures(gather(made / "returns"))
        # what is read of the folder and the ledger is what was known when they were written
        read, told = before.earlier(made / "ledger.csv"), figures.after()
        assert (read.protected, read.printed, read.values) == (told.protected, told.printed, told.values)
        assert {one.cells for one in read.sums} == {one.cells for one in told.sums}
        # nothing was corrected: the folder is enough, and what is kept back stays so
        again = Figures(gather(made / "returns"), before.earlier())
        assert again.protection.protected == figures.protection.protected
        folder = copied(made, tmp_path / "returns")
        correct(folder, "X00000043", YEARS[-1], "calls")
        with pytest.raises(UnprotectedError, match=r"ledger.*X00000043 to 2025-03-31"):
            Figures(gather(folder), before.earlier())
        other = tmp_path / "ledger.csv"
        other.write_text((made / "ledger.csv").read_text().replace(",printed\n", "0,printed\n", 1))
        with pytest.raises(UnpublishableError, match=r"was not written with|no ledger"):
            before.earlier(other)

    def test_what_was_printed_and_is_protected_now_is_logged_as_that(self, made: Path) -> None:
        before = read_before(made / "demonstration")
        figures = Figures(gather(made / "returns"), before.earlier())
        day, force, code = key = min(key for key, one in before.cells.items() if one.status == "protected")
        gathered = replace(figures.gathered, why={(day, force): "Counted anew"})
        figures.gathered = gathered
        printed_then = replace(
            before, cells={**before.cells, key: replace(before.cells[key], value="7", status="published")}
        )
        assert before.corrections(figures) == []
        assert printed_then.corrections(figures) == [(force, day, code, "7", "protected", "Counted anew")]

    def test_no_ledger_is_written_into_an_edition(self, made: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        told = CliRunner().invoke(
            publish,
            ["--edition", "x", "--returns", str(made / "returns"), "--out", str(out), "--ledger-out", str(out / "l.csv")],
        )  # fmt: skip
        assert told.exit_code == 2
        assert "never inside" in told.output
        assert not out.exists()

    def test_a_force_that_does_not_say_why_keeps_it_from_being_published(
        self, made: Path, tmp_path: Path
    ) -> None:
        folder = copied(made, tmp_path / "returns")
        correct(folder, "X00000002", YEARS[-1], "calls")
        told = CliRunner().invoke(
            publish,
            ["--edition", "next", "--returns", str(folder), "--after", str(made / "demonstration"), "--ledger", str(made / "ledger.csv"), "--out", str(tmp_path / "out"), "--style", str(made / "style.css")],
        )  # fmt: skip
        assert told.exit_code == 1
        assert "does not say why" in told.output
        assert not (tmp_path / "out").exists()

    def test_what_is_no_edition_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UnpublishableError, match="no edition"):
            read_before(tmp_path)


class TestTheReportOf2015:
    def test_every_printed_figure_is_printed_as_it_is_printed(self, made: Path) -> None:
        facts = {fact.id: fact for fact in printed("hmic-2015").facts}
        told = {row["id"]: row for row in rows(made / "2015" / "data" / "printed.csv")}
        assert told.keys() == facts.keys()
        for key, fact in facts.items():
            assert told[key]["value"] == fact.shown
            assert told[key]["judgement"] in ("follows", "alike", "alone", "contradicted")
        assert Counter(row["judgement"] for row in told.values())["follows"] >= 50

    def test_each_contradiction_has_its_arithmetic_and_each_row_names_it(self, made: Path) -> None:
        listed = rows(made / "2015" / "data" / "contradictions.csv")
        told = {row["id"]: row for row in rows(made / "2015" / "data" / "printed.csv")}
        contradicted = {one for row in listed for one in row["facts"].split(", ")}
        assert contradicted == {key for key, row in told.items() if row["judgement"] == "contradicted"}
        for row in listed:
            assert row["how"]
            assert all(
                f"contradiction {row['number']}" in told[one]["how"] for one in row["facts"].split(", ")
            )

    def test_the_numbers_page_is_the_reports(self, made: Path) -> None:
        told = {row["label"]: row for row in rows(made / "2015" / "data" / "numbers.csv")}
        crimes = told["Domestic abuse related crimes"]
        assert (crimes["august_2013"], crimes["march_2015"], crimes["change"]) == (
            "269,700",
            "353,100",
            "+31",
        )
        sexual = told["Domestic abuse related sexual offences"]
        assert (sexual["august_2013"], sexual["march_2015"], sexual["change"]) == ("6,400", "11,200", "+74")
        assert told["Share of recorded assaults with injury"]["change"] == "0"
        assert len(told) == 11

    def test_tables_1_and_2_and_annex_g_are_the_reports(self, made: Path) -> None:
        out = made / "2015" / "data"
        first = rows(out / "table-1.csv")
        assert [row["percent"] for row in first] == [
            "46",
            "32",
            "30",
            "29",
            "28",
            "16",
            "13",
            "13",
            "12",
            "12",
        ]
        second = rows(out / "table-2.csv")
        assert [(row["applicable"], row["completed"], row["percent"]) for row in second] == [
            ("452", "328", "73"), ("384", "214", "56"), ("361", "144", "40"), ("440", "280", "64"), ("329", "71", "22"),
            ("395", "305", "77"), ("456", "346", "76"),
        ]  # fmt: skip
        assert all("÷" in row["follows"] for row in second)
        annex = rows(out / "annex-g.csv")
        assert [row["provided"] for row in annex] == "43 43 43 19 36 43 39 32 43 40 38 37 43 36 43 32".split()

    def test_figures_have_what_the_text_gives_and_gaps_otherwise(self, made: Path) -> None:
        out = made / "2015" / "data"
        arrests = {row["name"]: row for row in rows(out / "figure-06.csv")}
        assert [row["name"] for row in sorted(arrests.values(), key=lambda row: int(row["order"]) if row["order"] != "[z]" else 99)][:4] == [
            "Humberside", "Leicestershire", "Northamptonshire", "Cambridgeshire",
        ]  # fmt: skip
        assert {name for name, row in arrests.items() if row["now"] not in ("[x]", "[u]")} == {
            "Humberside",
            "Leicestershire",
            "Lincolnshire",
        }
        assert arrests["Lincolnshire"]["now"] == "93"
        assert arrests["South Wales"]["before"] == "96"
        assert {name for name, row in arrests.items() if row["now"] == "[u]"} == {
            "City of London", "Cumbria", "Durham", "Gloucestershire", "Nottinghamshire", "Warwickshire", "West Mercia",
        }  # fmt: skip
        charges = {row["name"]: row for row in rows(out / "figure-09.csv")}
        assert (charges["Kent"]["now"], charges["Northumbria"]["now"], charges["Hampshire"]["before"]) == (
            "16",
            "51",
            "48",
        )
        assert charges["Dorset"]["now"] == "[x]"
        assert charges["Dorset"]["between"] == "between 16 and 51"
        assert not (out / "figure-07.csv").exists()

    def test_every_row_of_a_table_leads_to_rows_of_the_list(self, made: Path) -> None:
        told = {fact.id for fact in printed("hmic-2015").facts}
        led: set[str] = set()
        for path in (made / "2015" / "data").glob("*.csv"):
            for row in rows(path):
                led |= {*re.findall(r"RF\d{4}", row.get("facts", ""))}
        assert led <= told
        assert len(led) > 150

    def test_real_bases_add_up_to_what_is_published(self, made: Path) -> None:
        bases = rows(made / "2015" / "data" / "denominators.csv")
        assert sum(int(row["recorded"]) for row in bases) == 3_529_341
        assert sum(int(row["residents"]) for row in bases) == 56_075_912
        assert round(sum(float(row["officers"]) for row in bases), 2) == 126_818.09
        page = (made / "2015" / "denominators.html").read_text()
        for told in (
            "353,100 / 3,529,341 = 10.0%",
            "11,200 / 87,490 = 12.8%",
            "115,900 / 371,266 = 31.2%",
        ):
            assert told in page
        held = {row["what"]: row["judgement"] for row in rows(made / "2015" / "data" / "outside.csv")}
        assert held == {
            "All recorded crime": "agrees",
            "Domestic abuse crimes": "agrees",
            "Domestic abuse sexual offences": "agrees",
            "Domestic abuse assaults with injury": "differs",
            "Domestic abuse harassment": "differs",
        }

    def test_printed_counts_by_real_residents(self, made: Path) -> None:
        told = {
            (row["what"], row["whom"], row["until"]): (float(row["low"]), float(row["high"]))
            for row in rows(made / "2015" / "data" / "by-residents.csv")
        }
        # 75,450 to 75,550 of 56,075,912 residents, for 10,000 of them
        assert told["marac referrals", "England and Wales", "2015-03-31"] == (13.455, 13.473)
        # 35.5 to 36.5 percent of 4,225 applications, for 100,000 of 2,682,528 residents
        assert told["dvpo applications", "Greater Manchester", "2015-03-31"] == (55.913, 57.488)
        assert (made / "2015" / "data" / "figure-08-residents.csv").exists()

    def test_another_report_is_not_laid_out(self) -> None:
        told = CliRunner().invoke(publish, ["--edition", "x", "--report", "none", "--out", "nowhere"])
        assert told.exit_code == 1
        assert "no report 'none'" in told.output
