"""The pages of the question sets, for whoever reads reference data."""

import datetime as dt
from pathlib import Path

import pytest

import throughline
from throughline.foundations.access.rules import Role
from throughline.foundations.instruments import queries
from throughline.foundations.instruments.commands.registering import register_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]

SHIPPED = Path(throughline.__file__).parent / "reference" / "instruments"
NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


@pytest.fixture
def own(tmp_path, settings):
    """The force's folder, empty, and asked for by the site."""
    folder = tmp_path / "own"
    folder.mkdir()
    settings.THROUGHLINE_INSTRUMENTS = str(folder)
    queries.library.cache_clear()
    yield folder
    queries.library.cache_clear()


def amended(at: Path) -> Path:
    """Our police assessment with one question in other words and without the last factor."""
    text = (SHIPPED / "dash-27.yaml").read_text(encoding="utf-8")
    text = text.replace('version: "1"', 'version: "1-force"').replace("2013-01-01", "2026-12-01")
    text = text.replace("Do they scare you?", "Are you scared of them at the moment?")
    start = text.index("  - code: animals")
    text = text[:start] + text[text.index("  - code: money") :]
    file = at / "dash-27-force.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def worded(at: Path) -> Path:
    """Invented licensed words for the partner agencies' assessment."""
    file = at / "wording.yaml"
    file.write_text(
        """
wording: dash-24 1
version: 1-licensed
valid_from: 2026-12-01
source: An invented licensor
confidence: H
licence: invented, for this test
acknowledgement: An Invented Licensor, used with leave.
texts: {injury: "Invented licensed words about injury?"}
""",
        encoding="utf-8",
    )
    return file


def test_the_pages_show_versions_differences_and_acknowledgement(tmp_path, own, signed_in):
    for file in (amended(tmp_path), worded(tmp_path)):
        register_file(by="Chief Inspector Invented", now=NOW, file=file, shipped=SHIPPED, folder=own)
    queries.library.cache_clear()
    client = signed_in(Role.ANALYST)
    page = client.get("/reference/instruments/?day_day=2&day_month=12&day_year=2026").content.decode()
    assert "Chief Inspector Invented" in page
    assert 'href="/reference/instruments/dash-27/1-force/"' in page
    mine = " ".join(client.get("/reference/instruments/dash-27/1-force/").content.decode().split())
    for words in ("Cruelty to animals", "removed", "reworded", "Are you scared of them at the moment?"):
        assert words in mine
    licensed = client.get("/reference/instruments/dash-24/1-licensed/").content.decode()
    assert "An Invented Licensor, used with leave." in licensed
    assert "licensed wording" in licensed
    assert client.get("/reference/instruments/dash-27/none/").status_code == 404
    assert "Changed since" not in page
    file = own / "dash-27-force.yaml"
    file.write_text(file.read_text() + "\n# touched\n")
    queries.library.cache_clear()
    assert "Changed since" in client.get("/reference/instruments/").content.decode()
    assert (
        "Nothing is listed for that day"
        in client.get("/reference/instruments/?day_day=1&day_month=1&day_year=2010").content.decode()
    )
