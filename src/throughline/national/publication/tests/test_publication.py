"""Editions as the public reads them: what is out, what is not yet, and nothing beside the folder."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from throughline.national.collection.commands.rounds import announce
from throughline.national.collection.models import Release
from throughline.national.conftest import World
from throughline.national.publication.rules import A_PAGE, BadEdition, inside, read_edition, read_table


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
    rounds = {reverse("collection:rounds")}
    assert {name: told - rounds for name, told in links.items()} == {
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
