"""The front door, `./run`: what it says to somebody who has not got, or does not know, what it needs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[4] / "run"
TOOLS = ("sh", "dirname", "cat", "cksum", "mkdir", "tail")


def run(*arguments: str, path: str = os.defpath, script: Path = RUN) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(script), *arguments], env={"PATH": path}, cwd="/", capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"]])
def test_help_names_every_command(arguments: list[str]) -> None:
    helped = run(*arguments)
    assert helped.returncode == 0
    for command in ("demo", "test", "throughline", "help"):
        assert f"./run {command}" in helped.stdout


def test_an_unknown_command_is_refused() -> None:
    refused = run("dmeo")
    assert refused.returncode == 1
    assert "There is no command 'dmeo'." in refused.stderr


def test_a_machine_without_python_is_told_what_to_install(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tools / tool).symlink_to(found)
    checkout = tmp_path / "a checkout"
    checkout.mkdir()
    script = Path(shutil.copy(RUN, checkout))
    for lock in RUN.parent.glob("requirements*.lock"):
        shutil.copy(lock, checkout)
    told = run("demo", path=str(tools), script=script)
    assert told.returncode == 1
    assert "needs Python 3.12, 3.13 or 3.14" in told.stderr
