"""Rows taken apart beforehand: a lookup answers the same with them, without them, and with any that are old or broken."""

import fcntl
from datetime import UTC, date, datetime, timedelta
from threading import enumerate as enumerate_threads

import pytest
from click.testing import CliRunner
from django.db import transaction

from throughline.casework.people.cli import people
from throughline.casework.people.commands.indexing import renew_keys
from throughline.casework.people.commands.preparing import prepare
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.models import Features, Key, Record
from throughline.casework.people.queries.prepared import _Held, due, prepared, told_of
from throughline.casework.people.queries.searching import search
from throughline.casework.people.rules import RECOGNISER
from throughline.casework.people.tasks import Preparer
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.models import Event
from throughline.linkage import scoring
from throughline.linkage.features import features, pack
from throughline.linkage.keys import VERSION
from throughline.linkage.mapped import head_of
from throughline.linkage.prepared import NOT_HERE, digest_of_row, digests
from throughline.linkage.scraps import read_scraps

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
FORENAMES = [
    "Ada",
    "Bea",
    "Cleo",
    "Dee",
    "Eve",
    "Fay",
    "Gwen",
    "Hope",
    "Ivy",
    "Joy",
    "Kay",
    "Lil",
    "May",
    "Nell",
]
HEARD = read_scraps("zofia quillfeather 07700 900123", today=NOW.date())


@pytest.fixture
def path(tmp_path, settings):
    settings.PREPARED_ROWS = tmp_path / "rows" / "recognition.rows"
    return settings.PREPARED_ROWS


@pytest.fixture
def crowd(add):
    """A house whose one telephone all its people share: enough of them to be weighed together. Zofia is the first."""
    surnames = ["Quillfeather", "Ormsby"]
    return [add("Zofia", "Quillfeather", "07700 900123", born=date(1991, 5, 4))] + [
        add(forename, surname, "07700 900123", born=date(1960 + number, 2, 9))
        for surname in surnames
        for number, forename in enumerate(FORENAMES)
    ]


@pytest.fixture
def look_up(accounts):
    """What a call handler finds, as far as its order and weights go."""

    def found():
        actor = accounts[Role.CALL_HANDLER].actor
        with transaction.atomic():
            set_actor(actor)
            answer = search(actor, HEARD, today=NOW.date(), limit=40)
        return [(one.record_id, one.weight, one.probability, one.reasons) for one in answer.found]

    return found


@pytest.fixture
def together(monkeypatch):
    """How many rows each weighing took from the file."""
    taken = []

    class Counted(scoring.Weighing):
        def __init__(self, probe, columns, rows, model):
            taken.append(len(rows))
            super().__init__(probe, columns, rows, model)

    monkeypatch.setattr(scoring, "Weighing", Counted)
    return taken


def test_a_lookup_by_prepared_rows_answers_what_it_answered_without(crowd, path, look_up, together) -> None:
    before = look_up()
    assert before[0][0] == crowd[0]
    assert together == []

    assert prepare(path, now=NOW) == len(crowd)

    assert look_up() == before
    assert together == [len(crowd)]
    set_actor(RECOGNISER)
    look = Event.objects.filter(actor=RECOGNISER.id, detail__has_key="prepared").get()
    assert (look.kind, look.detail) == ("look", {"prepared": len(crowd)})


def test_the_database_knows_a_row_by_what_the_file_knows_it_by_also_once_it_changed(crowd) -> None:
    set_actor(RECOGNISER)
    Features.objects.filter(record=crowd[3]).update(packed=pack(features(HEARD)))
    rows = Features.objects.values_list("packed", "digest")
    assert len(rows) == len(crowd)
    assert all(bytes(digest) == digest_of_row(bytes(packed)) for packed, digest in rows)


def test_who_was_written_or_changed_since_is_found_as_they_are_now(
    crowd, path, look_up, together, add
) -> None:
    prepare(path, now=NOW)
    new = add("Zofia", "Quilfeather", "07700 900123", born=date(1991, 5, 4))
    set_actor(RECOGNISER)
    Features.objects.filter(record=crowd[3]).update(packed=pack(features(HEARD)))

    found = look_up()

    assert together == [len(crowd) - 1]
    assert {crowd[0], crowd[3], new} == {one[0] for one in found[:3]}
    path.unlink()
    assert look_up() == found


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda path: path.unlink(), id="gone"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-200]), id="cut short"),
        pytest.param(lambda path: path.write_bytes(b"no rows at all" * 100), id="something else"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
    ],
)
def test_a_file_that_is_gone_or_broken_hides_nobody(crowd, path, look_up, together, broken) -> None:
    before = look_up()
    prepare(path, now=NOW)
    broken(path)

    assert look_up() == before
    assert together == []
    assert prepared() is None
    set_actor(RECOGNISER)
    assert due(path, now=NOW)


@pytest.mark.parametrize("at_once", [pytest.param(1 << 40, id="small"), pytest.param(0, id="large")])
def test_a_file_with_a_byte_that_changed_is_not_used_and_told_of_and_made_anew(
    crowd, path, look_up, together, caplog, monkeypatch, at_once
) -> None:
    monkeypatch.setattr("throughline.casework.people.queries.prepared._AT_ONCE", at_once)
    monkeypatch.setattr("throughline.casework.people.queries.prepared._held", _Held())
    before = look_up()
    prepare(path, now=NOW)
    content = bytearray(path.read_bytes())
    head = head_of(path)
    _, (size, width), at, _ = head["arrays"]["row"]
    content[len(content) - head["bytes"] + at + size // 2 * width] ^= 1  # of when somebody was born
    path.write_bytes(content)
    set_actor(RECOGNISER)
    assert not due(path, now=NOW)

    assert look_up() == before
    read_through()

    assert look_up() == before
    assert together == []
    assert "damaged in row" in caplog.text
    set_actor(RECOGNISER)
    assert prepare(path, now=NOW, always=False) == len(crowd)
    look_up()
    read_through()
    assert look_up() == before
    assert together[-1] == len(crowd)


def read_through() -> None:
    """Until a file has been held to its checksums."""
    for thread in enumerate_threads():
        if thread.name == "prepared rows":
            thread.join()


def test_who_is_hidden_since_is_found_by_nobody_and_leaves_the_file(crowd, path, look_up, accounts) -> None:
    prepare(path, now=NOW - timedelta(minutes=1))
    set_actor(RECOGNISER)
    digest = digests(bytes(Features.objects.get(record=crowd[0]).digest))
    assert not due(path, now=NOW)

    supervisor = accounts[Role.DESK].actor
    set_actor(supervisor)
    restrict(by=supervisor, now=NOW, record_id=crowd[0], reason="honour-based")

    assert crowd[0] not in {one[0] for one in look_up()}
    set_actor(RECOGNISER)
    assert due(path, now=NOW)
    assert prepare(path, now=NOW + timedelta(seconds=1), always=False) == len(crowd) - 1
    held = prepared()
    assert held is not None
    assert held.places(digest).tolist() == [NOT_HERE]


def test_who_is_erased_leaves_the_file_also_where_that_is_committed_late(crowd, path) -> None:
    prepare(path, now=NOW)
    set_actor(RECOGNISER)
    assert not due(path, now=NOW)
    Record.objects.filter(id=crowd[0]).update(erased_at=NOW - timedelta(minutes=5))
    assert due(path, now=NOW)


def test_of_two_builders_one_does_it(crowd, path) -> None:
    path.parent.mkdir()
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert prepare(path, now=NOW) is None
    assert prepare(path, now=NOW) == len(crowd)
    assert prepare(path, now=NOW + timedelta(minutes=59), always=False) is None
    assert prepare(path, now=NOW + timedelta(minutes=60), always=False) == len(crowd)
    told = told_of(path)
    assert told is not None
    assert (told["made"], told["rows"]) == (
        (NOW + timedelta(minutes=60)).isoformat(),
        len(crowd),
    )


def test_the_worker_has_it_done_beside_its_other_work(path, monkeypatch) -> None:
    began = []

    class Child:
        ended = None

        def __init__(self, command, **_):
            began.append(command[-4:])

        def poll(self):
            return self.ended

    monkeypatch.setattr("subprocess.Popen", Child)
    preparer = Preparer()
    preparer.turn(now=NOW)
    preparer.turn(now=NOW)
    assert began == [["people", "rows", "prepare", "--if-due"]]
    Child.ended = 1
    with pytest.raises(ChildProcessError):
        preparer.turn(now=NOW)
    preparer.turn(now=NOW)
    assert len(began) == 2


def test_keys_of_earlier_rules_are_made_anew_some_at_a_time(crowd, look_up) -> None:
    before = look_up()
    set_actor(RECOGNISER)
    Features.objects.update(keyed=VERSION - 1)
    Key.objects.all().delete()
    assert look_up() == []

    set_actor(RECOGNISER)
    assert [renew_keys(now=NOW, limit=20) for _ in range(3)] == [20, len(crowd) - 20, 0]
    assert look_up() == before


def test_the_command_line_prepares_renews_and_says_how_it_stands(crowd, path) -> None:
    run = CliRunner().invoke
    assert (
        "no rows are taken apart\nto be taken apart anew\n0 of 29 records"
        in run(people, ["rows", "status"]).output
    )
    assert "29 rows taken apart" in run(people, ["rows", "prepare"]).output
    assert "Nothing is due" in run(people, ["rows", "prepare", "--if-due"]).output
    assert "not due yet" in run(people, ["rows", "status"]).output
    assert "0 records have new keys" in run(people, ["rows", "renew-keys"]).output
