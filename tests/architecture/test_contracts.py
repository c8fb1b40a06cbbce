"""The direction of imports, and that each contract notices when it is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache", "--config", str(folder / ".importlinter")],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code that may be spoilt."""
    shutil.copy(CHECKOUT / ".importlinter", tmp_path)
    shutil.copytree(CHECKOUT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    return tmp_path


def test_every_contract_is_kept() -> None:
    done = lint(CHECKOUT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("linkage/keys.py", "import throughline.casework.people.models", "A later part of the house"),
        (
            "national/collection/apps.py",
            "import throughline.casework.people.rules",
            "A later part of the house",
        ),
        ("website/frame.py", "import throughline.casework.people.rules", "The national site knows nobody's"),
        (
            "national/collection/apps.py",
            "import throughline.national.publication",
            "Rooms of the national site",
        ),
        (
            "casework/people/apps.py",
            "import throughline.statistics.returns",
            "Casework and statistics do not",
        ),
        ("casework/people/apps.py", "import throughline.casework.overview", "Rooms of casework know"),
        ("foundations/clock/rules.py", "import throughline.foundations.duties.rules", "Foundations stand on"),
        ("linkage/scoring.py", "import django.utils.timezone", "Rules, reference and linkage know no web"),
        ("foundations/access/rules.py", "import psycopg", "Rules, reference and linkage know no web"),
        ("synthetic/places.py", "import throughline.linkage.phonetics", "The invented people know nothing"),
    ],
)
def test_a_broken_contract_is_named(copy: Path, module: str, line: str, contract: str) -> None:
    spoilt = copy / "src" / "throughline" / module
    spoilt.write_text(spoilt.read_text() + f"\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1, done.stdout
    assert any(contract in told and "BROKEN" in told for told in done.stdout.splitlines()), done.stdout
