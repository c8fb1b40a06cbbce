"""Many weighed together weigh what each weighs alone; a snapshot mapped from its file answers as it did in memory."""

import os
import signal
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.linkage.columns import PHONE_WIDTH, Columns, ColumnsBuilder, columns_of
from throughline.linkage.comparisons import Level
from throughline.linkage.description import Description, Name, Place
from throughline.linkage.features import Features, features, pack, unpack
from throughline.linkage.keys import CAP, record_keys, telling
from throughline.linkage.mapped import head_of
from throughline.linkage.model import load_model
from throughline.linkage.names import PREFIX_NAMES, SHARED_NAMES
from throughline.linkage.prepared import LAYOUT, NOT_HERE, Digests, Prepared, digest_of_row, digests
from throughline.linkage.prepared import about as prepared_about
from throughline.linkage.scoring import compare, rank, rank_partly_prepared, rank_rows, weigh
from throughline.linkage.snapshot import KeyTable, Snapshot, SnapshotError, about
from throughline.linkage.weighing import Weighing, is_usual

MODEL = load_model("live")
SECRET = b"a secret of the tests"

# what the rules of comparison tell apart: pet forms, prefixes, shared and double-barrelled names, initials, swaps
FORENAMES = [
    "Sarah", "Sara", "Sarah Jane", "S", "Mohammed", "Mohammed Jalil", "Md Jalil Ahmed", "Liz", "Elizabeth Ann", "Kav",
    "Kavita", "Li Wei", "Liwei", "Bo", "Po", "Harpreet Kaur", "Kaur", "Ömer", "李", "Smith", "Al", "",
]  # fmt: skip
SURNAMES = [
    "Smith", "Smyth", "Khan", "Kaur", "Singh Gill", "Kowalska", "Kowalski", "O'Brien", "Smith-Jones", "Jones-Smythe",
    "Jalil", "Sarah", "Li", "van Dyk", "",
]  # fmt: skip
FULL = ["Sarah Smith", "Smith Sarah", "Khan", "Wei Li", "Liz O Brien", "Mohammed Khan", "SMITH, Jane"]
names = st.builds(Name, forename=st.sampled_from(FORENAMES), surname=st.sampled_from(SURNAMES)) | st.builds(
    Name, full=st.sampled_from(FULL)
)
places = st.builds(
    Place,
    number=st.sampled_from(["14", "41", "15", "Flat 2 14", "2", "Rose Cottage", ""]),
    street=st.sampled_from(["Alma Road", "Alma Rd", "Almer Road", "High Street", "Highstreet", "Road", ""]),
    town=st.sampled_from(["Leeds", "Leads", "Hull", "Milton Keynes", ""]),
    postcode=st.sampled_from(
        ["LS6 2AB", "LS6 2BA", "LS6 2AC", "LS6 1AB", "HU1 1AA", "LS6", "4223", "4232", ""]
    ),
)
people = st.builds(
    Description,
    names=st.lists(names, max_size=3).map(tuple),
    born=st.none() | st.sampled_from(
        [date(1980, 1, 1), date(1980, 3, 11), date(1980, 11, 3), date(1980, 3, 12), date(1981, 3, 11),
         date(1908, 3, 11), date(1984, 6, 20), date(1960, 3, 11), date(1981, 1, 1), date(1908, 1, 1)]
    ),
    born_from=st.none() | st.integers(1976, 1984),
    sex=st.sampled_from(["", "1", "2"]),
    phones=st.lists(
        st.sampled_from(
            ["07700 900123", "07700 900132", "07700 900124", "01632 960123", "01632 900123", "355-555-0100"]
        ),
        max_size=2,
    ).map(tuple),
    places=st.lists(places, max_size=2).map(tuple),
    others=st.lists(names, max_size=2).map(tuple),
    emails=st.lists(
        st.sampled_from(["kelly.frost@mail.example", "kelly.frsot@mail.example", "kelly.frost@post.example", "kfrost@a.example; d@b.example", "kelly.frostmail.example"]),
        max_size=2,
    ).map(tuple),
)  # fmt: skip


@given(people, st.lists(people, min_size=1, max_size=12))
@settings(max_examples=300)
def test_many_weighed_together_weigh_what_each_weighs_alone(
    heard: Description, known: list[Description]
) -> None:
    probe, rows = features(heard), [features(one) for one in known]

    weighing = Weighing(probe, columns_of(map(pack, rows)), np.arange(len(rows)), MODEL)

    for place, one in enumerate(rows):
        evidence = compare(probe, one, MODEL)
        assert weighing.evidence(place) == evidence
        assert (weighing.bits[place], weighing.doubt[place]) == weigh(evidence, MODEL)


WORDS = [
    "li",
    "lee",
    "leigh",
    "jon",
    "john",
    "jonathan",
    "kathryn",
    "catherine",
    "philips",
    "fillips",
    "mcdonald",
]


@pytest.mark.parametrize("heard", WORDS)
def test_every_two_names_are_as_alike_as_alone(heard: str) -> None:
    pairs = [(Name(one, "", other),) for one, other in product(WORDS, WORDS)]
    rows = [features(Description(names=pair)) for pair in pairs]
    probe = features(Description(names=(Name(heard, "", heard),)))

    weighing = Weighing(probe, columns_of(map(pack, rows)), np.arange(len(rows)), MODEL)

    assert [weighing.evidence(place) for place in range(len(rows))] == [
        compare(probe, one, MODEL) for one in rows
    ]


TURNED = [
    "sara",
    "sarah",
    "j",
    "smith",
    "kowalska",
    "kowalski",
    "khan",
    "singh gill",
    "bo",
    "po",
    "jalil",
    "",
]


def test_every_two_names_are_as_likely_turned_as_alone() -> None:
    rows = [features(Description(names=(Name(one, "", other),))) for one, other in product(TURNED, TURNED)]
    columns, turned = columns_of(map(pack, rows)), 0

    for probe in rows:
        if probe.names:
            weighing = Weighing(probe, columns, np.arange(len(rows)), MODEL)
            evidence = [compare(probe, one, MODEL) for one in rows]
            assert [weighing.evidence(place) for place in range(len(rows))] == evidence
            turned += sum(("order", Level("swapped")) in one for one in evidence)

    assert turned > 100


MANY = [
    features(
        Description(
            names=(Name(forename, "", surname),),
            born=date(1950 + number % 60, 1 + number % 12, 1 + number % 28),
            phones=("07700 900123",) if number % 3 else (),
            places=(Place(str(number % 20), "Alma Road", "Leeds", "LS6 2AB"),),
        )
    )
    for number, (forename, surname) in enumerate(product(FORENAMES[:-1], SURNAMES[:-1]))
]
HEARD = features(
    Description(names=(Name(full="sara smith"),), phones=("07700 900123",), born_from=1970, born_to=1971)
)


def answers(snapshot: Snapshot) -> object:
    return snapshot.look_up(HEARD, MODEL, limit=10)[0]


def snapshot_of(rows: list[Features], secret: bytes = SECRET) -> Snapshot:
    builder, keys, of = ColumnsBuilder(), [], []
    for number, one in enumerate(rows):
        builder.add(pack(one))
        for key in sorted(record_keys(one, secret)):
            keys.append(key)
            of.append(number)
    table = KeyTable(np.array(keys, dtype=np.int64), np.array(of, dtype=np.int32))
    return Snapshot(Columns(builder.done()), table, secret)


def test_ranked_together_they_are_ranked_as_one_by_one_also_by_person() -> None:
    rows, packed = np.arange(len(MANY)), list(map(pack, MANY))
    ids = [1000 - row for row in rows.tolist()]
    groups = {one: one // 2 for one in ids}

    together = rank_rows(HEARD, columns_of(packed), rows, ids, MODEL, groups=groups, limit=300)

    assert len(MANY) > 200
    assert together == rank(HEARD, list(zip(ids, packed, strict=True)), MODEL, groups=groups, limit=300)


@pytest.mark.parametrize(
    "said",
    [
        {"names": (Name("Ana Maria Luisa Rosa Carmen Ines", "", "Reyes"),)},
        {"phones": ("1" + "23456789" * 3,)},
        {"places": (Place("1", "Alma Road", "Leeds", "ABCDEFGHIJ"),)},
    ],
)
def test_what_has_no_place_in_the_columns_is_weighed_alone(said: dict) -> None:
    odd = features(Description(**said))
    rows = [*MANY, odd]

    found = rank_rows(odd, columns_of(map(pack, rows)), np.arange(len(rows)), list(range(len(rows))), MODEL)
    usual = rank_rows(HEARD, columns_of(map(pack, rows)), np.arange(len(rows)), list(range(len(rows))), MODEL)

    assert not is_usual(odd)
    assert found == rank(odd, list(enumerate(map(pack, rows))), MODEL)
    assert usual == rank(HEARD, list(enumerate(map(pack, rows))), MODEL)
    assert PHONE_WIDTH == 16


def test_a_word_of_hundreds_of_letters_is_weighed_like_another() -> None:
    long = features(Description(names=(Name("Sara", "", "x" * 300),), phones=("07700 900123",)))
    packed = [*map(pack, MANY), pack(long)]

    found = rank_rows(
        long, columns_of(packed), np.arange(len(packed)), list(range(len(packed))), MODEL, limit=300
    )

    assert is_usual(long)
    assert found == rank(long, list(enumerate(packed)), MODEL, limit=300)


def test_columns_give_back_what_was_packed() -> None:
    columns = columns_of(map(pack, MANY))

    assert [unpack(columns.packed(row)) for row in range(len(columns))] == MANY


def test_a_snapshot_mapped_from_its_file_answers_as_in_memory_and_is_for_its_owner_alone(
    tmp_path: Path,
) -> None:
    held = snapshot_of(MANY)
    held.write(tmp_path / "snapshot", {"model": MODEL.version})

    mapped = Snapshot.mapped(tmp_path / "snapshot", SECRET)

    assert answers(mapped) == answers(held) != []
    assert mapped.features(7) == MANY[7]
    assert about(tmp_path / "snapshot") == {"model": MODEL.version}
    assert stat.S_IMODE((tmp_path / "snapshot").stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["snapshot"]
    with pytest.raises(ValueError, match="read-only"):
        mapped.columns.row["sex"][0] = 2


def test_who_has_mapped_a_snapshot_keeps_it_while_a_new_one_takes_its_place(tmp_path: Path) -> None:
    snapshot_of(MANY).write(tmp_path / "snapshot", {})
    before = Snapshot.mapped(tmp_path / "snapshot", SECRET)

    snapshot_of(MANY[:50]).write(tmp_path / "snapshot", {})

    assert len(before) == len(MANY)
    assert answers(before) == answers(snapshot_of(MANY))
    assert len(Snapshot.mapped(tmp_path / "snapshot", SECRET)) == 50


_KILLED_ON_THE_WAY = """
import os, signal, sys
from pathlib import Path
from throughline.linkage.snapshot import Snapshot
# all is written, and nothing has taken the old one's place
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
path = Path(sys.argv[1])
Snapshot.mapped(path, sys.argv[2].encode()).write(path, {"new": True})
"""


def test_a_builder_that_is_killed_leaves_the_old_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "snapshot"
    snapshot_of(MANY).write(path, {"new": False})

    builder = [sys.executable, "-c", _KILLED_ON_THE_WAY, str(path), SECRET.decode()]
    killed = subprocess.run(
        builder, check=False, timeout=60, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )

    assert killed.returncode == -signal.SIGKILL
    assert about(path) == {"new": False}
    assert answers(Snapshot.mapped(path, SECRET)) == answers(snapshot_of(MANY))
    snapshot_of(MANY[:50]).write(path, {"new": True})
    assert about(path) == {"new": True}
    assert [one.name for one in tmp_path.iterdir()] == ["snapshot"]


def test_a_file_that_is_no_whole_snapshot_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "snapshot"
    snapshot_of(MANY).write(path, {})
    whole = path.read_bytes()

    for content, why in (
        (b"", "cannot be read"),
        (b"something else" * 100, "no snapshot"),
        (whole[:-100], "cut short"),
        (whole[:60], "head"),
        (whole.replace(b'"arrays"', b'"others"'), "head"),
        (whole.replace(b'"<i8"', b'"<u8"', 1), "head"),
    ):
        path.write_bytes(content)
        with pytest.raises(SnapshotError, match=why):
            Snapshot.mapped(path, SECRET)
    path.write_bytes(whole)
    with pytest.raises(SnapshotError, match="another secret"):
        Snapshot.mapped(path, b"another")
    with pytest.raises(SnapshotError, match="cannot be read"):
        Snapshot.mapped(tmp_path / "none", SECRET)


def test_a_name_of_two_orders_agrees_by_the_better_one() -> None:
    probe = features(Description(names=(Name("Duncan", "", "Craig"),)))
    rows = [
        features(Description(names=(name,)))
        for name in (Name("Craig", "", "Duncan"), Name(full="Craig Duncan"))
    ]

    weighing = Weighing(probe, columns_of(map(pack, rows)), np.arange(2), replace(MODEL))

    assert [level.name for _, level in weighing.evidence(0)] == ["same", "same", "swapped"]
    assert [level.name for _, level in weighing.evidence(1)] == ["same", "same"]


@given(people, st.lists(people, max_size=8), st.lists(people, max_size=4), st.integers(1, 30))
@settings(max_examples=60)
def test_rows_prepared_beforehand_change_no_answer(
    heard: Description, known: list[Description], since: list[Description], limit: int
) -> None:
    probe, rows = features(heard), [pack(features(one)) for one in known]
    candidates = list(enumerate([*map(pack, MANY[:40]), *rows, *(pack(features(one)) for one in since)]))

    prepared = Prepared.of([*rows, *map(pack, MANY)])
    places = prepared.places(digests_of(row for _, row in candidates))
    others = [row for (_, row), place in zip(candidates, places.tolist(), strict=True) if place == NOT_HERE]

    ids = [one for one, _ in candidates]
    assert rank_partly_prepared(probe, ids, prepared.columns, places, others, MODEL, limit=limit) == rank(
        probe, candidates, MODEL, limit=limit
    )


def digests_of(rows: Iterable[bytes]) -> Digests:
    return digests(b"".join(map(digest_of_row, rows)))


def test_prepared_rows_are_found_by_all_that_they_hold_and_by_nothing_less(tmp_path: Path) -> None:
    rows = [*map(pack, MANY)]
    Prepared.of([*rows, *rows]).write(tmp_path / "rows", {"rows": len(rows)})
    prepared = Prepared.mapped(tmp_path / "rows")

    assert [prepared.columns.packed(place) for place in prepared.places(digests_of(rows))] == rows
    assert set(prepared.places(digests_of(row + b"x" for row in rows)).tolist()) == {NOT_HERE}
    # of two digests that begin alike one is not the other
    alike = digests_of(rows).copy()
    alike[:, 1] += np.uint64(1)
    assert set(prepared.places(alike).tolist()) == {NOT_HERE}
    assert stat.S_IMODE((tmp_path / "rows").stat().st_mode) == 0o600
    assert Prepared.of([]).places(digests_of(rows[:3])).tolist() == [NOT_HERE] * 3
    snapshot_of(MANY).write(tmp_path / "snapshot", {})
    with pytest.raises(SnapshotError, match="no rows that this version reads"):
        Prepared.mapped(tmp_path / "snapshot")
    (tmp_path / "rows").write_bytes((tmp_path / "rows").read_bytes()[:-100])
    with pytest.raises(SnapshotError, match="cut short"):
        Prepared.mapped(tmp_path / "rows")


def test_who_changes_how_rows_are_taken_apart_raises_their_layout() -> None:
    """A file of rows that were taken apart in another way, or by other lists of names, must not be read."""
    columns = Prepared.of(map(pack, MANY)).columns.arrays
    made = sha256(repr((sorted(SHARED_NAMES), sorted(PREFIX_NAMES))).encode())
    for name in sorted(columns):
        made.update(name.encode() + columns[name].tobytes())
    assert (LAYOUT, made.hexdigest()[:16]) == (3, "f571f08b6261efb8")


@given(
    blocks=st.lists(st.sets(st.integers(0, 40), min_size=1, max_size=12), max_size=9),
    cap=st.integers(1, 12),
    most=st.integers(1, 30),
)
def test_of_too_many_those_are_weighed_whose_shared_keys_tell_most(
    blocks: list[set[int]], cap: int, most: int
) -> None:
    keys = np.array([key for key, block in enumerate(blocks) for _ in block], dtype=np.int64)
    table = KeyTable(keys, np.array([row for block in blocks for row in block], dtype=np.int32))
    told: Counter[int] = Counter()
    for block in blocks:
        if len(block) <= cap:
            told.update(dict.fromkeys(block, telling(len(block))))
    in_turn = sorted(told.values(), reverse=True)
    least = in_turn[most - 1] if len(in_turn) > most else 0
    expected = [row for row in sorted(told) if told[row] >= least]
    assert table.sharing(range(len(blocks)), cap=cap, most=most).tolist() == expected
    assert table.sharing(range(len(blocks)), cap=cap).tolist() == sorted(told)


def test_each_doubling_of_those_who_have_a_key_takes_a_bit_from_what_it_tells() -> None:
    assert [telling(1) - telling(many) for many in (1, 2, 4, 128)] == [0, 16, 32, 112]
    assert all(telling(many) > telling(many + 1) > 0 for many in range(1, 8))
    assert min(map(telling, range(1, CAP + 1))) > 0


def test_keys_sorted_a_part_at_a_time_stand_as_if_sorted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = np.random.default_rng(5).integers(-(2**63), 2**63 - 1, 3_000)
    keys[::3] = keys[1::3]  # many rows have a key that others have
    keys[:2] = (-(2**63), 2**63 - 1)
    rows = np.arange(len(keys), dtype=np.int32)
    monkeypatch.setattr("throughline.linkage.snapshot._PART", 400)

    table = KeyTable(keys, rows)

    order = np.argsort(keys, kind="stable")
    assert table.keys.tolist() == keys[order].tolist()
    assert table.rows.tolist() == rows[order].tolist()


@pytest.mark.parametrize("name", ["row", "place", "words", "packed", "row_place"])
def test_a_byte_that_changed_on_the_disk_is_noticed_wherever_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / "rows"
    Prepared.of(map(pack, MANY)).write(path, {"rows": len(MANY)})
    flip_a_byte(path, name)

    with pytest.raises(SnapshotError, match=f"damaged in {name}"):
        Prepared.mapped(path)
    assert prepared_about(path) == {"rows": len(MANY)}


def flip_a_byte(path: Path, name: str) -> None:
    """In the middle of an array of a file."""
    content = bytearray(path.read_bytes())
    head = head_of(path)
    _, shape, at, _ = head["arrays"][name]
    content[len(content) - head["bytes"] + at + shape[0] // 2] ^= 1
    path.write_bytes(content)
