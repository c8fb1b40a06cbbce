"""A program that plays calls: 200 of them, doubled, cut off, killed in the midst, and every one kept once."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from throughline.casework.contact.models import Contact
from throughline.casework.contact.rules.taking import TELEPHONY
from throughline.foundations.access.protection import acting

pytestmark = pytest.mark.django_db(transaction=True)
CALLS = 200


def receive(*words: str) -> list[str]:
    return [sys.executable, "-m", "throughline.cli", "contact", "receive", "--system", "phones", *words]


def played(*words: str, lines: list[bytes]) -> tuple[int, list[dict[str, object]], list[str]]:
    """Play lines to the command; says its exit code, its answers and its complaints."""
    run = subprocess.run(
        receive(*words),
        input=b"".join(lines),
        capture_output=True,
        check=False,
        env=environment(),
        timeout=120,
    )
    return (
        run.returncode,
        [json.loads(line) for line in run.stdout.splitlines()],
        run.stderr.decode().splitlines(),
    )


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(settings.CHECKOUT / "src")}


def call(number: int) -> bytes:
    told = {
        "id": f"C-{number:04}",
        "number": f"07700 900{number:03}",
        "latitude": 51 + number / 1000,
        "longitude": -0.1,
        "within_metres": 300,
        "at": "2026-11-03T02:14:05+00:00",
    }
    return json.dumps(told).encode() + b"\n"


def kept() -> list[str]:
    with transaction.atomic(), acting(TELEPHONY):
        return sorted(Contact.objects.values_list("system_ref", flat=True))


def test_two_hundred_calls_doubled_and_damaged() -> None:
    chance = random.Random(1)
    lines = [call(number) for number in range(CALLS)] + [call(number) for number in range(0, CALLS, 5)]
    chance.shuffle(lines)
    damaged = [b"{\n", b"\n", b'{"number": "07700 900777"}\n', b"\xff\xff\n", b"x" * 70_000 + b"\n"]
    for line in damaged:
        lines.insert(chance.randrange(len(lines)), line)
    # a minor field at fault, and a last line that was cut off
    lines += [b'{"id": "C-odd", "latitude": "north"}\n', call(0)[:30]]
    code, answers, complaints = played(lines=lines)
    assert kept() == sorted([f"C-{number:04}" for number in range(CALLS)] + ["C-odd"])
    counts = {
        result: sum(one["result"] == result for one in answers) for result in ("new", "same", "refused")
    }
    assert counts == {"new": CALLS + 1, "same": CALLS // 5, "refused": 5}
    assert code == 6
    # one answer for each line that says anything, each complaint by line and field
    assert len(answers) == len(lines) - 1
    refused = {one["line"] for one in answers if one["result"] == "refused" or "left_out" in one}
    assert {int(words.split(":")[0].removeprefix("line ")) for words in complaints} == refused
    assert not [words for words in complaints if "07700" in words]


def test_killed_in_the_midst_and_played_again_every_call_is_kept_once() -> None:
    lines = [call(number) for number in range(CALLS)]
    with subprocess.Popen(
        receive(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(b"".join(lines[: CALLS // 2]))
        running.stdin.flush()
        answered = [json.loads(running.stdout.readline()) for _ in range(20)]
        running.send_signal(signal.SIGKILL)
    before = kept()
    # whatever was answered had been kept
    assert {str(one["id"]) for one in answered} <= set(before)
    code, answers, _ = played(lines=lines)
    assert code == 0
    assert len(answers) == CALLS
    assert sum(one["result"] == "same" for one in answers) == len(before)
    assert kept() == [f"C-{number:04}" for number in range(CALLS)]


def test_a_folder_of_files_is_emptied_and_nothing_is_lost(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.json").write_bytes(call(number))
    (tmp_path / "again.json").write_bytes(call(3))
    (tmp_path / "broken.json").write_bytes(b'{"id": ')
    (tmp_path / "half-written.tmp").write_bytes(b"{")
    old = (tmp_path / "broken.json").stat().st_mtime - 60
    os.utime(tmp_path / "broken.json", (old, old))
    code, answers, complaints = played("--folder", str(tmp_path), "--once", lines=[])
    assert code == 1
    assert kept() == [f"C-{number:04}" for number in range(20)]
    assert len(answers) == 22
    assert len(list((tmp_path / "done").glob("*.json"))) == 21
    assert [file.name for file in (tmp_path / "refused").glob("*.json")] == ["broken.json"]
    assert "line: is not JSON" in (tmp_path / "refused" / "broken.reason.txt").read_text()
    assert complaints == ["broken.json: line: is not JSON; it may have been cut off"]
    assert [file.name for file in tmp_path.glob("*.*")] == ["half-written.tmp"]
    # a name that was used before overwrites nothing
    (tmp_path / "3.json").write_bytes(call(3))
    played("--folder", str(tmp_path), "--once", lines=[])
    assert len(list((tmp_path / "done").glob("*.json"))) == 22


def test_a_database_that_is_away_is_said_and_nothing_is_skipped() -> None:
    away = {**environment(), "THROUGHLINE_DATABASE": "postgresql://nobody@127.0.0.1:1/none"}
    run = subprocess.run(
        receive("--patience", "0"),
        input=call(1) + call(2),
        capture_output=True,
        check=False,
        env=away,
        timeout=60,
    )
    assert run.returncode == 101
    assert run.stdout == b""
    assert b"line 1: the database is away" in run.stderr
    assert b"must be delivered again" in run.stderr
