"""Editions as the public reads them: what is out, what is not yet, and nothing beside the folder."""

import csv
import html
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from csvw import CSVW
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from throughline.national.collection.commands.rounds import announce
from throughline.national.collection.models import Release
from throughline.national.conftest import World
from throughline.national.publication.rules.editions import (
    A_PAGE,
    BadEdition,
    inside,
    read_edition,
    read_table,
)
from throughline.reference import load


def build(root: Path, slug: str = "edition-2026", *, rows: int = 250) -> Path:
    folder = root / slug
    (folder / "data").mkdir(parents=True)
    index = {
        "edition": "Edition <2026>",
        "invented": True,
        "periods": ["Year to March 2026"],
        "pages": [{"path": "index.html", "title": "The numbers"}],
        "tables": [{"id": "calls", "title": "Calls", "csv": "data/calls.csv", "csvw": "data/calls.csv-metadata.json", "page": "index.html", "invented": True}],
        "figures": [],
    }  # fmt: skip
    (folder / "index.json").write_text(json.dumps(index))
    (folder / "index.html").write_text("<!doctype html><title>The numbers</title>")
    lines = ["force,item,value", *(f"X0{1 + at % 2},calls {at},{at}" for at in range(rows))]
    (folder / "data" / "calls.csv").write_text("\n".join(lines))
    (folder / "data" / "calls.csv-metadata.json").write_text("{}")
    (folder / "SHA256SUMS").write_text("abc  index.html\n")
    (folder / ".secret").write_text("x")
    (folder / "notes.py").write_text("x")
    return folder


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_everybody_reads_what_is_out(db: None, editions: Path, client: Client) -> None:
    build(editions)
    assert client.get("/").headers["Location"] == "/editions/"
    page = client.get("/editions/")
    assert "Edition &lt;2026&gt;" in page.content.decode()
    assert "Invented figures" in words(page)
    page = words(client.get("/editions/edition-2026/"))
    assert "Every force and every figure in this edition is invented." in page
    assert "CSV of Calls" in page
    sent = client.get("/editions/edition-2026/files/index.html")
    assert sent.content.startswith(b"<!doctype html>")
    assert sent["Content-Type"].startswith("text/html")
    sent = client.get("/editions/edition-2026/files/data/calls.csv")
    assert sent["Content-Disposition"] == 'attachment; filename="calls.csv"'
    assert client.get("/editions/edition-2026/files/SHA256SUMS").status_code == 200


def test_every_page_leads_to_whom_a_reader_can_ring(db: None, editions: Path, client: Client) -> None:
    build(editions)
    for path in ("/editions/", "/editions/edition-2026/", "/calendar/", "/revisions/", "/help/"):
        assert 'href="/help/"' in client.get(path).content.decode()
    page = client.get("/help/")
    assert 'href="tel:08082000247">0808 2000 247</a>' in page.content.decode()
    for one in load("helplines").rows:
        assert f"{one.label} {one.text('number')} {one.text('whom')}" in html.unescape(words(page))


def test_what_is_announced_is_not_out_before_its_time(world: World, editions: Path, client: Client) -> None:
    build(editions)
    now = timezone.now()
    announce(
        by=world.as_("statistician"), now=now - timedelta(days=40), round_id=world.round.id, title="The edition",
        edition="edition-2026", at=now + timedelta(hours=1),
    )  # fmt: skip
    for path in ("", "tables/calls/", "files/index.html", "files/data/calls.csv"):
        assert client.get(f"/editions/edition-2026/{path}").status_code == 404
    page = words(client.get("/editions/"))
    assert "None is out yet." in page
    assert "The edition" in page
    announce(
        by=world.as_("statistician"), now=now - timedelta(days=40), round_id=world.round.id, title="The edition",
        edition="edition-2026", at=now - timedelta(minutes=1), why="Ready <earlier>.",
    )  # fmt: skip
    assert client.get("/editions/edition-2026/").status_code == 200
    page = client.get("/calendar/")
    assert "Before that announced for" in words(page)
    assert "Ready &lt;earlier&gt;." in page.content.decode()
    assert Release.objects.count() == 2


def test_a_table_is_narrowed_a_page_at_a_time(db: None, editions: Path, client: Client) -> None:
    build(editions)
    address = reverse("publication:table", kwargs={"slug": "edition-2026", "id": "calls"})
    assert "250 rows" in words(client.get(address))
    page = client.get(address, {"column": "force", "contains": "x02", "page": "2"})
    assert "125 rows, of 250" in words(page)
    assert "column=force&amp;contains=x02&amp;page=1" in page.content.decode()
    page = client.get(address, {"column": "item", "contains": "calls 24"})
    assert "11 rows, of 250" in words(page)
    assert "No row holds that." in words(client.get(address, {"column": "", "contains": "nothing"}))
    # what is no column and no page is not an error of the server
    page = client.get(address, {"column": "nonsense", "contains": "1", "page": "-3"})
    assert page.status_code == 200
    assert "Column: choose one of the answers listed" in words(page)


def test_a_table_is_read_by_its_titles_and_its_marks_are_explained(
    db: None, editions: Path, client: Client
) -> None:
    folder = build(editions)
    (folder / "data" / "calls.csv").write_text("force,counted,share\nX01,12345,0.58747\nX02,[u],[z]\n")
    columns = [
        {"name": "force", "dc:title": "Code", "datatype": "string"},
        {"name": "counted", "dc:title": "Number", "datatype": "integer"},
        {"name": "share", "dc:title": "Share", "datatype": "number", "schema:unitText": "share of 1"},
    ]
    (folder / "data" / "calls.csv-metadata.json").write_text(
        json.dumps({"tableSchema": {"columns": columns}})
    )
    page = words(client.get("/editions/edition-2026/tables/calls/"))
    assert "Code Number Share X01 12,345 58.7% X02 [u] [z]" in page
    assert "[u] the force is unable to provide it [z] does not apply" in page
    assert "1 row, of 2" in words(
        client.get("/editions/edition-2026/tables/calls/", {"column": "counted", "contains": "12345"})
    )


def test_a_row_opens_to_the_signed_return_for_who_may(
    world: World, editions: Path, signed_in: Any, client: Client
) -> None:
    build(editions)
    announce(
        by=world.as_("statistician"), now=timezone.now() - timedelta(days=40), round_id=world.round.id, title="The edition",
        edition="edition-2026", at=timezone.now() - timedelta(minutes=1),
    )  # fmt: skip
    address = reverse("publication:table", kwargs={"slug": "edition-2026", "id": "calls"})
    links = {
        name: set(re.findall(r'href="(/collection/[^"]+)"', signed_in(name).get(address).content.decode()))
        for name in ("statistician", "contact", "other contact", "administrator")
    }
    own, other = (
        reverse("collection:return", args=[world.round.id, one.id]) for one in (world.force, world.other)
    )
    of_the_frame = {reverse("collection:rounds"), reverse("collection:log")}
    assert {name: told - of_the_frame for name, told in links.items()} == {
        "statistician": {own, other}, "contact": {own}, "other contact": {other}, "administrator": set(),
    }  # fmt: skip
    assert "/collection/" not in client.get(address).content.decode()


@pytest.mark.parametrize(
    "path",
    ["../secret.txt", ".secret", "notes.py", "data", "/etc/hosts", "nothing.html", "data/../../x.csv", ""],
)
def test_nothing_beside_the_edition_is_served(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("x")
    (tmp_path / "x.csv").write_text("x")
    assert inside(build(tmp_path), path) is None


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = build(tmp_path)
    (tmp_path / "secret.txt").write_text("x")
    (folder / "secret.txt").symlink_to(tmp_path / "secret.txt")
    assert inside(folder, "secret.txt") is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"edition": "x"}', '{"edition": "x", "invented": true, "pages": [1]}']
)
def test_a_folder_without_a_whole_index_is_no_edition_and_breaks_nothing(
    db: None, editions: Path, client: Client, text: str
) -> None:
    build(editions)
    (editions / "broken").mkdir()
    (editions / "broken" / "index.json").write_text(text)
    with pytest.raises(BadEdition):
        read_edition(editions / "broken")
    assert "Edition &lt;2026&gt;" in client.get("/editions/").content.decode()
    assert client.get("/editions/broken/").status_code == 404


def test_how_figures_are_revised_is_dated_data(db: None, client: Client) -> None:
    page = words(client.get("/revisions/"))
    assert "A correction at once" in page
    assert "Nobody has checked these rules yet." in page


def test_the_last_page_of_a_table_is_its_last(tmp_path: Path) -> None:
    path = build(tmp_path, rows=A_PAGE + 1) / "data" / "calls.csv"
    assert len(read_table(path, page=2).rows) == 1
    assert read_table(path, page=99).page == 2


def of_returns(folder: Path, *, years: int = 2) -> None:
    """The tables of figures that an edition of returns has: two forces, a share and its whole, one of each gap."""
    lines = ["year_end,force,name,item,value,status,reason,digest,invented"]
    shares = ["year_end,force,name,item,counted,of,share,low,high,national,similar,invented"]
    for year in range(2026 - years + 1, 2027):
        for force, name in (("X01", "Alder <Vale>"), ("X02", "Birch")):
            lines.append(f"{year}-03-31,{force},{name},calls,{year},published,,d1g3st{force},invented")
            told = f"{year - 2000},published," if force == "X01" else ",unable,not-marked"
            lines.append(f"{year}-03-31,{force},{name},calls-da,{told},d1g3st{force},invented")
        shares.append(
            f"{year}-03-31,X01,Alder <Vale>,calls-da,{year - 2000},{year},0.0128,0.0088,0.0187,0.02,,invented"
        )
    data = folder / "data"
    (data / "figures.csv").write_text("\n".join(lines))
    (data / "shares.csv").write_text("\n".join(shares))
    (data / "items.csv").write_text(
        "item,sheet,label,definition,part_of,invented\n"
        "calls,Calls,Calls for assistance,All calls for assistance,[z],invented\n"
        "calls-da,Calls,Calls about domestic abuse,Calls that are about domestic abuse,calls,invented\n"
    )


class TestFiguresAreAskedFor:
    ADDRESS = "/editions/edition-2026/figures/"

    @pytest.fixture(autouse=True)
    def there(self, db: None, editions: Path) -> None:
        of_returns(build(editions))

    def test_from_the_edition(self, client: Client) -> None:
        page = client.get("/editions/edition-2026/").content.decode()
        assert f'action="{self.ADDRESS}"' in page
        assert "Calls: Calls about domestic abuse" in page
        assert "Choose a force, a figure, or both." in words(client.get(self.ADDRESS))

    def test_by_force_by_figure_and_by_year(self, client: Client) -> None:
        page = words(client.get(self.ADDRESS, {"force": "X02"}))
        assert "4 figures" in page
        assert "unable to provide: " in page
        page = words(client.get(self.ADDRESS, {"item": "calls", "year": "2026-03-31"}))
        assert "2 figures" in page
        assert "2,026" in page
        assert "2,025" not in page

    def test_an_item_that_was_added_later_was_not_yet_asked_for(self, client: Client, editions: Path) -> None:
        path = editions / "edition-2026" / "data" / "figures.csv"
        path.write_text(path.read_text().replace(",unable,not-marked,", ",not-asked,,", 1))
        page = words(client.get(self.ADDRESS, {"force": "X02", "item": "calls-da", "year": "2025-03-31"}))
        assert "not yet asked for when the return was made" in page

    def test_one_opens_to_what_it_counts_beside_others_with_its_history(self, client: Client) -> None:
        response = client.get(self.ADDRESS, {"force": "X01", "item": "calls-da", "year": "2026-03-31"})
        assert "Alder &lt;Vale&gt;" in response.content.decode()
        page = words(response)
        for told in (
            "What it counts Calls that are about domestic abuse",
            "Number 26",
            "Share of All calls for assistance",
            "Of how many 2,026",
            "1.3% (95% interval 0.9% to 1.9%)",
            "All forces 2.0%",
            "Similar forces none",
            "d1g3stX01",
            "31 March 2025",
        ):
            assert told in page, told

    def test_what_is_seen_is_taken_away_in_three_shapes(self, client: Client, tmp_path: Path) -> None:
        asked = {"item": "calls-da", "year": "2026-03-31"}
        for kind, name in (("csv", "csv"), ("csvw", "csv-metadata.json"), ("xlsx", "xlsx")):
            sent = client.get(self.ADDRESS, {**asked, "as": kind})
            name = f"edition-2026-figures.{name}"
            assert sent["Content-Disposition"] == f'attachment; filename="{name}"'
            (tmp_path / name).write_bytes(sent.content)
        told = CSVW(str(tmp_path / "edition-2026-figures.csv-metadata.json"), validate=True)
        assert told.is_valid, told.warnings
        text = (tmp_path / "edition-2026-figures.csv").read_text(encoding="utf-8")
        rows = list(csv.DictReader(text.splitlines()))
        assert [
            (row["force"], row["value"], row["status"], row["share"], row["invented"]) for row in rows
        ] == [
            ("X01", "26", "published", "0.0128", "invented"),
            ("X02", "", "unable", "", "invented"),
        ]
        book = openpyxl.load_workbook(tmp_path / "edition-2026-figures.xlsx")
        assert book.sheetnames == ["Cover", "Contents", "Notes", "T1"]
        assert book["Cover"]["A1"].value == "Edition <2026>"
        (table,) = book["T1"].tables.values()
        told = [[cell.value for cell in row] for row in book["T1"][table.ref]]
        assert told[0][:8] == [
            "Year to",
            "Code",
            "Force",
            "Item",
            "Figure",
            "Definition",
            "Number",
            "Status",
        ]
        assert told[1][6:8] == [26, "published"]
        assert all(cell not in (None, "") for row in told for cell in row)

    def test_what_is_asked_wrongly_is_an_error_that_names_it(self, client: Client) -> None:
        response = client.get(self.ADDRESS, {"force": "<nobody>", "page": "-1", "as": "exe"})
        assert response.status_code == 200
        assert "Force: choose one of the answers listed" in words(response)
        assert "<nobody>" not in response.content.decode()

    def test_an_edition_without_returns_or_with_broken_files_has_no_such_page(
        self, client: Client, editions: Path
    ) -> None:
        for spoil in ("force,item\nX01,calls\n", ""):
            (editions / "edition-2026" / "data" / "figures.csv").write_text(spoil)
            assert client.get(self.ADDRESS).status_code == 404
            page = client.get("/editions/edition-2026/")
            assert page.status_code == 200
            assert "Ask for a figure" not in page.content.decode()

    @pytest.mark.parametrize(
        ("who", "opens"), [("statistician", True), ("contact", False), ("administrator", False)]
    )
    def test_it_opens_to_the_signed_return_for_who_may(
        self, world: World, editions: Path, signed_in: Any, who: str, opens: bool
    ) -> None:
        announce(
            by=world.as_("statistician"), now=timezone.now() - timedelta(days=40), round_id=world.round.id, title="The edition",
            edition="edition-2026", at=timezone.now() - timedelta(minutes=1),
        )  # fmt: skip
        asked = {"force": world.other.code, "item": "calls-da", "year": "2026-03-31"}
        page = signed_in(who).get(self.ADDRESS, asked).content.decode()
        assert (reverse("collection:return", args=[world.round.id, world.other.id]) in page) is opens


def test_hundreds_of_tables_are_found_by_their_words(db: None, editions: Path, client: Client) -> None:
    folder = build(editions)
    index = json.loads((folder / "index.json").read_text())
    index["tables"] += [
        {"id": f"t{at}", "title": f"History of force {at}", "csv": "data/calls.csv"} for at in range(300)
    ]
    index["pages"] = [
        {"path": "index.html", "title": "Contents", "group": ""},
        {"path": "numbers.html", "title": "The numbers", "group": "In short"},
    ]
    (folder / "index.json").write_text(json.dumps(index))
    page = words(client.get("/editions/edition-2026/"))
    assert "In short The numbers" in page
    assert "Contents" not in page  # its first page is led to once, in words
    assert "Read it from its first page" in page
    assert "301 tables" in page
    assert "History of force 7" not in page
    page = words(client.get("/editions/edition-2026/", {"words": "force 299"}))
    assert "1 table" in page
    assert "History of force 299" in page
    assert "300 tables; the first 100 are shown" in words(
        client.get("/editions/edition-2026/", {"words": "history"})
    )
    assert "No table has these words in its title." in words(
        client.get("/editions/edition-2026/", {"words": "zebra"})
    )
