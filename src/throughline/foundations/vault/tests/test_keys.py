"""What is closed opens in its own place, under its own ring, and nowhere else."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundations.vault.keys import CannotOpen, CannotRotate, Keys

PLACE = "people_refugeaddress/closed/1"


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("ring") / "keys.json")


@given(plain=st.binary(max_size=400), place=st.text(max_size=40))
def test_what_is_closed_opens_in_its_place(ring: Keys, plain: bytes, place: str) -> None:
    closed = ring.close(plain, place)
    assert ring.open(closed, place) == plain
    assert ring.close(plain, place) != closed


@given(plain=st.binary(min_size=1, max_size=60), data=st.data())
def test_it_opens_nowhere_else_and_not_when_altered(ring: Keys, plain: bytes, data: st.DataObject) -> None:
    closed = ring.close(plain, PLACE)
    with pytest.raises(CannotOpen):
        ring.open(closed, PLACE + "0")
    at = data.draw(st.integers(2, len(closed) - 1))
    altered = closed[:at] + bytes([closed[at] ^ 1]) + closed[at + 1 :]
    with pytest.raises(CannotOpen):
        ring.open(altered, PLACE)


def test_another_ring_does_not_open_it(ring: Keys, tmp_path: Path) -> None:
    with pytest.raises(CannotOpen):
        Keys(tmp_path / "keys.json").open(ring.close(b"1 Hidden Lane", PLACE), PLACE)


def test_a_rotated_ring_opens_what_it_closed_before_and_after(tmp_path: Path) -> None:
    ring = Keys(tmp_path / "keys.json")
    before, recognition = ring.close(b"before", PLACE), ring.linkage
    assert ring.rotate() == 2
    after = ring.close(b"after", PLACE)
    again = Keys(tmp_path / "keys.json")
    assert (again.open(before, PLACE), again.open(after, PLACE)) == (b"before", b"after")
    assert after[:2] != before[:2]
    assert again.linkage == recognition


def test_a_process_with_the_ring_in_memory_goes_on_with_the_new_key(tmp_path: Path) -> None:
    ring, elsewhere = Keys(tmp_path / "keys.json"), Keys(tmp_path / "keys.json")
    before = elsewhere.close(b"before", PLACE)
    ring.rotate()
    # what the other closes meanwhile opens here, and goes under the new key from now on
    assert elsewhere.open(ring.close(b"after", PLACE), PLACE) == b"after"
    third = Keys(tmp_path / "keys.json")
    ring.rotate()
    assert third.current == 3
    assert third.close(b"later", PLACE)[:2] == b"\x00\x03"
    assert third.derive("pages", 1) == ring.derive("pages", 1)
    assert ring.open(before, PLACE) == b"before"


def test_of_two_that_rotate_neither_loses_the_key_of_the_other(tmp_path: Path) -> None:
    one, other = Keys(tmp_path / "keys.json"), Keys(tmp_path / "keys.json")
    assert one.rotate() == 2
    closed = one.close(b"x", PLACE)
    assert other.rotate() == 3
    assert Keys(tmp_path / "keys.json").open(closed, PLACE) == b"x"


def test_a_ring_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    ring = Keys(tmp_path / "keys.json")
    held = ring.file.read_bytes()
    # where the new file would be written: permissions do not hold root back
    (tmp_path / f"keys.json.{os.getpid()}").mkdir()
    with pytest.raises(CannotRotate, match=r"keys\.json cannot be written: "):
        ring.rotate()
    assert ring.file.read_bytes() == held
    assert ring.current == 1
    assert ring.close(b"x", PLACE)[:2] == b"\x00\x01"


def test_a_ring_out_of_reach_serves_on_as_it_was_read(tmp_path: Path) -> None:
    ring = Keys(tmp_path / "keys.json")
    ring.file.rename(tmp_path / "away")
    assert ring.open(ring.close(b"x", PLACE), PLACE) == b"x"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for another")
def test_a_ring_that_root_rotates_is_still_its_owners(tmp_path: Path) -> None:
    ring = Keys(tmp_path / "keys.json")
    os.chown(ring.file, 65534, 65534)
    ring.rotate()
    told = ring.file.stat()
    assert (told.st_uid, told.st_gid, stat.S_IMODE(told.st_mode)) == (65534, 65534, 0o600)
    assert os.listdir(tmp_path) == ["keys.json"]


def test_a_key_that_is_not_on_the_ring_is_said(ring: Keys) -> None:
    with pytest.raises(CannotOpen, match="not on this ring"):
        ring.open(b"\x00\x63" + ring.close(b"x", PLACE)[2:], PLACE)


def test_the_ring_is_its_owners_alone(ring: Keys) -> None:
    assert stat.S_IMODE(ring.file.stat().st_mode) == 0o600


def test_processes_that_start_together_share_one_ring(tmp_path: Path) -> None:
    code = "import sys, pathlib; from throughline.foundations.vault.keys import Keys;"
    code += " print(Keys(pathlib.Path(sys.argv[1])).linkage.hex())"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "keys.json")],
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    told = {process.communicate()[0] for process in started}
    assert len(told) == 1
    assert told != {""}


def test_a_fingerprint_tells_sameness_and_nothing_else(ring: Keys) -> None:
    assert ring.fingerprint("a/1") == ring.fingerprint("a/1") != ring.fingerprint("a/2")
    assert "a/1" not in ring.fingerprint("a/1")
