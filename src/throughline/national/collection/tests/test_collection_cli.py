"""Every command of the national site's command line, and what each says where it cannot do what it is asked."""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from throughline.foundations.access.protection import set_actor
from throughline.national.collection.cli import national
from throughline.national.collection.models import Force, Receipt, Release, Round, Said, Signature, Version
from throughline.national.conftest import NOW, SETTER_UP, YEAR_END, World, figures_csv
from throughline.statistics.returns import read_return, write_template

AS_CONTACT, AS_STATISTICIAN = ("--as", "contact"), ("--as", "statistician")
RETURN = ("--round", "2026", "--force", "X01")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def run(*words: str) -> Result:
    told = CliRunner().invoke(national, words)
    assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
    set_actor(SETTER_UP)
    return told


def well(*words: str) -> str:
    told = run(*words)
    assert told.exit_code == 0, told.output
    return told.output


def ill(*words: str) -> str:
    told = run(*words)
    assert told.exit_code != 0
    return told.output


def filled(folder: Path, given: Any = None) -> str:
    path = folder / "figures.csv"
    path.write_bytes(figures_csv(given))
    return str(path)


def asked(*more: str) -> list[dict[str, Any]]:
    return json.loads(well("queries", "--round", "2026", "--json", *more))


def test_a_force_is_enrolled_once(world: World) -> None:
    well("enrol", "X09", "Tarnside Police", "--residents", "500000")
    force = Force.objects.get(code="X09")
    assert (force.name, force.residents, force.invented) == ("Tarnside Police", 500_000, True)
    ill("enrol", "X09", "Tarnside Police", "--residents", "500000")
    ill("enrol", "X10", "Another", "--residents", "0")
    assert "Refused" in ill("enrol", "X10", "Other Police", "--residents", "9", *AS_CONTACT)
    assert "no open account of that user name" in ill("enrol", "X10", "Other Police", "--as", "nobody")
    assert Force.objects.count() == 3


def test_a_round_is_opened(world: World) -> None:
    days = ("--year-end", "2025-03-31", "--due", "2025-09-30")
    well("round", "open", "2025", "--title", "Year to March 2025", *days, "--opens", "2025-06-01")
    assert Round.objects.get(code="2025").opens.isoformat() == "2025-06-01"
    told = ill("round", "open", "2024", "--title", "T", *days, "--opens", "2025-02-01")
    assert "--opens: must be after the year has ended" in told
    told = ill("round", "open", "2024", "--title", "T", *days, "--opens", "1 June")
    assert "write the day as 2026-03-31" in told
    assert Round.objects.count() == 2


def test_a_release_is_announced(world: World) -> None:
    what = ("round", "announce", "--round", "2026", "--title", "The edition", "--edition", "e-2026", "--at")
    assert "write it as" in ill(*what, "noon")
    assert "28 days ahead" in ill(*what, "2026-11-20 09:30")
    well(*what, "2026-12-20 09:30")
    assert Release.objects.get().at.isoformat() == "2026-12-20T09:30:00+00:00"
    elsewhere = (*what[:3], "1999", *what[4:], "2026-12-20 09:30")
    assert "There is no round '1999'." in ill(*elsewhere)
    assert "--why: needs an answer" in ill(*what, "2027-01-12 09:30")
    well(*what, "2027-01-12 09:30", "--why", "Two forces were late.")
    assert Release.objects.get(replaced_by=None).why == "Two forces were late."
    assert Release.objects.count() == 2


def test_from_what_is_sent_to_what_is_signed(world: World, tmp_path: Path) -> None:
    told = ill("receive", filled(tmp_path, {"calls": "nonsense"}), *RETURN, *AS_CONTACT)
    assert "'nonsense' is no reason" in told
    assert "No force takes part under 'X77'." in ill(
        "receive", filled(tmp_path), "--round", "2026", "--force", "X77", *AS_CONTACT
    )
    assert "There are no figures to sign yet." in ill(
        "sign", *RETURN, "--digest", "0" * 64, "--post", "Head", *AS_CONTACT
    )
    told = well("receive", filled(tmp_path, {"victims-repeat": 5_500}), *RETURN, *AS_CONTACT)
    version = Version.objects.get()
    assert told.startswith(f"Version 1, {version.digest}; ")
    [question] = asked("--force", "X01")
    assert (question["stands"], question["level"]) == ("with the force", "error")
    assert "1 open." in well("queries", "--round", "2026")
    sign = ("sign", *RETURN, "--post", "Head of data", *AS_CONTACT, "--digest")
    assert "1 question is still open" in ill(*sign, version.digest)

    assert "needs an answer" in ill("answer", question["id"], " ", *AS_CONTACT)
    assert "Refused" in ill("judge", question["id"], "accept", "--words", "So be it.", *AS_CONTACT)
    well("answer", question["id"], "Counted by incident.", *AS_CONTACT)
    assert "Invalid value for" in ill("judge", question["id"], "shrug", *AS_STATISTICIAN)
    well("judge", question["id"], "accept", "--words", "It stands.", *AS_STATISTICIAN)
    assert list(Said.objects.order_by("place").values_list("move", flat=True)) == ["answer", "accept"]
    assert asked() == []

    assert "not the figures that the page showed" in ill(*sign, "0" * 64)
    well(*sign, version.digest)
    assert Signature.objects.get().post == "Head of data"
    assert "signed already" in ill(*sign, version.digest)


def test_a_correction_says_why_and_a_spreadsheet_is_a_return_too(world: World, tmp_path: Path) -> None:
    well("receive", filled(tmp_path), *RETURN, *AS_CONTACT)
    assert "--upload: these are the figures of version 1" in ill(
        "receive", filled(tmp_path), *RETURN, *AS_CONTACT, "--why", "Nothing."
    )
    corrected = filled(tmp_path, {"calls": 90_010})
    assert "--why: needs an answer" in ill("receive", corrected, *RETURN, *AS_CONTACT)
    well("receive", corrected, *RETURN, *AS_CONTACT, "--why", "A week was missing.")
    version = Version.objects.get(number=2)
    assert (version.why, version.receipt.files.get().name) == ("A week was missing.", "figures.csv")

    other = ("--round", "2026", "--force", "X02", "--as", "other-contact")
    [workbook] = [
        one for one in write_template(tmp_path / "empty", YEAR_END, force="X02") if one.suffix == ".xlsx"
    ]
    # an empty one is kept, and every line that has no answer is named
    assert "Calls, row 2, calls: is empty" in ill("receive", str(workbook), *other)
    assert (Receipt.objects.filter(force=world.other).count(), Version.objects.count()) == (1, 2)
    page = tmp_path / "return.pdf"
    page.write_bytes(b"%PDF")
    assert "choose one spreadsheet" in ill("receive", str(page), *other)
    assert "Refused" in ill("receive", corrected, *other[:4], *AS_CONTACT)
    assert "does not exist" in ill("receive", str(tmp_path / "none.csv"), *other)


def test_what_is_signed_is_exported_exactly(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export = ("export-signed", "--round", "2026", "--out", str(out))
    assert "Nothing is signed yet." in ill(*export)
    well("receive", filled(tmp_path), *RETURN, *AS_CONTACT)
    version = Version.objects.get()
    well("sign", *RETURN, "--post", "Head of data", "--digest", version.digest, *AS_CONTACT)
    assert "Refused" in ill(*export, *AS_CONTACT)
    said = well(*export)
    assert said.startswith(f"1 signed returns in {out}; 1 are missing.")
    assert hashlib.sha256((out / "SHA256SUMS").read_bytes()).hexdigest() in said
    [row] = csv.DictReader((out / "signatures.csv").read_text(encoding="utf-8").splitlines())
    assert (row["force"], row["digest"], row["signed_by"]) == (
        "X01",
        version.digest,
        "Contact One, Head of data",
    )
    kept = (out / row["folder"] / "signed.txt").read_bytes()
    assert (hashlib.sha256(kept).hexdigest(), kept.decode()) == (version.digest, version.figures)
    told, problems = read_return(out / row["folder"], forces=["X01"])
    assert problems == ()
    assert told is not None
    assert told.value("calls") == 90_000
    [missing] = json.loads((out / "signed.json").read_text(encoding="utf-8"))["rounds"][0]["missing"]
    assert (missing["code"], missing["why"]) == ("X02", "not sent yet")
    assert "holds something already" in ill(*export)


def test_returns_are_held_against_each_other(world: World, tmp_path: Path) -> None:
    well("receive", filled(tmp_path), *RETURN, *AS_CONTACT)
    # two forces are too few to differ by more than forces do
    assert well("compare", "--round", "2026") == "0 new.\n"
    assert "Refused" in ill("compare", "--round", "2026", *AS_CONTACT)
    assert "There is no round 'none'." in ill("compare", "--round", "none")


def test_an_export_says_why_it_is_none(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "there.txt").write_text("x")
    assert "holds something already" in ill("export-signed", "--round", "2026", "--out", str(out))
    assert "There is no round 'none'." in ill(
        "export-signed", "--round", "none", "--out", str(tmp_path / "new")
    )
    assert not (tmp_path / "new").exists()


def test_where_every_return_stands(world: World, tmp_path: Path) -> None:
    well("receive", filled(tmp_path), *RETURN, *AS_CONTACT)
    told = json.loads(well("status", "--round", "2026", "--json"))
    assert [(one["force"], one["stands"], one["version"]) for one in told] == [
        ("X01", "to be signed", 1),
        ("X02", "not sent yet", None),
    ]
    assert "Lyndshire Police\tnot sent yet" in well("status", "--round", "2026")
    assert "There is no round 'none'." in ill("status", "--round", "none")
