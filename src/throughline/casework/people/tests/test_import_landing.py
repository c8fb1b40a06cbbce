"""Bringing in files on a real database, under the importer's login."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from throughline.casework.people.commands.importing import Source, bring_in
from throughline.casework.people.commands.indexing import described
from throughline.casework.people.commands.recording import (
    Particulars,
    add_phone,
    correct_particulars,
    particulars_of,
)
from throughline.casework.people.commands.retention import erase
from throughline.casework.people.commands.safety import give_safe_contact
from throughline.casework.people.models import (
    Address,
    Features,
    ImportRun,
    Key,
    Marker,
    Member,
    Name,
    Phone,
    Record,
    SafeContact,
    SourceRow,
)
from throughline.casework.people.queries.searching import search
from throughline.casework.people.rules import IMPORTER
from throughline.foundations.access.commands import grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Refused, Role, system
from throughline.foundations.instruments.queries import library
from throughline.foundations.vault.keys import keys
from throughline.linkage.description import Description
from throughline.linkage.description import Name as HeardName
from throughline.linkage.features import features, pack
from throughline.linkage.keys import record_keys
from throughline.running.logins import IMPORTER as IMPORTER_LOGIN
from throughline.running.logins import WEB
from throughline.synthetic.export import write_csv

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MAP = """
id: REF
forename: FIRST
surname: LAST
dob: BORN
phone: TEL
house_number: HOUSE
street: ROAD
postcode: PC
markers: FLAGS
household: HOME
other_forename: HIM
other_surname: HIS
"""
HEAD = "REF,FIRST,LAST,BORN,TEL,HOUSE,ROAD,PC,FLAGS,HOME,HIM,HIS\n"
ANN = "P1,Ann,Field,1990-01-02,07700900123,14,Alma Road,ZT1 4LX,weapons,H1,Carl,Stone\n"
BEA = "P2,Bea,Field,2015-03-04,,14,Alma Road,ZT1 4LX,,H1,,\n"
DESK = system("test")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _as_importer(transactional_db, test_logins, monkeypatch):
    """Django connected as the login that brings people in."""
    address = test_logins.url_for(IMPORTER_LOGIN)
    monkeypatch.setenv("THROUGHLINE_DATABASE", address)
    before = dict(connections["default"].settings_dict)
    connections["default"].close()
    connections["default"].settings_dict.update(
        USER=IMPORTER_LOGIN, PASSWORD=conninfo_to_dict(address).get("password") or ""
    )
    yield
    connections["default"].close()
    connections["default"].settings_dict.update(before)


@pytest.fixture
def bring(tmp_path):
    def bring(content, *, by=IMPORTER, batch=5_000, name="people.csv", text_of_map=MAP):
        file, map_path = tmp_path / name, tmp_path / "map.yaml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        map_path.write_text(text_of_map)
        rejects = tmp_path / "rejects.csv"
        run = bring_in(
            by=by, now=NOW, source=Source(file, map_path, "force"), rejects=rejects, batch=batch
        )  # fmt: skip
        return run, list(csv.reader(rejects.read_text().splitlines()))[1:]

    return bring


def as_system(look):
    with transaction.atomic():
        set_actor(IMPORTER)
        return look()


def told(run):
    return run.added, run.changed, run.unchanged, run.repeated, run.rejected


def test_rows_land_whole_with_all_that_belongs_to_them(bring):
    run, rejects = bring(HEAD + ANN + BEA)
    assert told(run) == (2, 0, 0, 0, 0)
    assert rejects == []

    def look():
        ann = Record.objects.get(source="force", source_ref="P1")
        assert (ann.born, ann.review_on) == (date(1990, 1, 2), date(2032, 11, 23))
        assert Name.objects.get(record=ann).shown == "Ann Field"
        assert Phone.objects.get(record=ann).number == "+447700900123"
        assert Address.objects.get(record=ann).shown == "14 Alma Road, ZT1 4LX"
        assert Marker.objects.get(record=ann).code == "weapons"
        assert ann.links.get().identity_id == Features.objects.get(record=ann).identity
        homes = Member.objects.values_list("household", flat=True)
        assert len(homes) == 2
        assert len(set(homes)) == 1
        # as if somebody had typed it: the same features and the same keys
        [known] = [features(one) for one in described([ann]).values()]
        assert bytes(Features.objects.get(record=ann).packed) == pack(known)
        assert set(Key.objects.filter(record=ann).values_list("key", flat=True)) == record_keys(
            known, keys().linkage
        )
        assert known.others

    as_system(look)


def test_who_is_brought_in_is_found_at_once(bring):
    bring(HEAD + ANN)
    heard = Description(names=(HeardName("Anne", "", "Feild"),), phones=("07700 900123",))
    found = as_system(lambda: _search(heard))
    assert [one.name for one in found.found] == ["Ann Field"]


def _search(heard):
    handler = Actor(system("handler").id, Role.CALL_HANDLER)
    set_actor(handler)
    return search(handler, heard, today=date(2026, 11, 23))


def test_each_record_names_its_run_and_each_batch_is_audited(bring):
    from throughline.foundations.audit.models import Event
    from throughline.foundations.chronology.models import Entry

    run, _ = bring(HEAD + ANN + BEA, batch=1)

    def look():
        assert set(Entry.objects.values_list("kind", "about")) == {("record-imported", run.id)}
        batches = Event.objects.filter(action="people.import", detail__run=str(run.id)).order_by("id")
        assert [event.detail["lines"] for event in batches] == [[2, 2], [3, 3]]

    as_system(look)


def test_the_rest_lands_and_what_does_not_is_told_by_line_field_and_reason(bring):
    content = (HEAD + ANN).encode() + b"".join([
        b"P3,Cy,Field,31/31/1990,,,,,,,,\n",
        b'P4,"Dee,Field,,,,,,,,,,\n',
        b"P5,Eve,Field\n",
        b"P6,Fr\xe9d,Field,,07700900124,,,,,,,\n",
        b"P1,Ann,Other,1990-01-02,,,,,,,,\n",
        b"P7,Gil," + b"x" * 70_000 + b",,,,,,,,,\n",
        b"P8,Hal,Field,,07700900125,,,,sharp,,,\n",
        b"\n",
        ANN.encode(),
        BEA.encode(),
    ])  # fmt: skip
    run, rejects = bring(content)
    assert told(run) == (2, 0, 0, 1, 7)
    assert rejects == [
        ["3", "dob", "is not a date"],
        ["4", "row", "has a quotation mark without its partner"],
        ["5", "row", "has 3 columns, the first line has 12"],
        ["6", "row", "is not UTF-8"],
        ["7", "id", "contradicts line 2"],
        ["8", "row", "is longer than 65536 bytes"],
        ["9", "markers", "holds a code that is no marker of a person"],
    ]


def test_the_rows_of_a_large_file_are_judged_by_other_processes_to_the_same_end(bring, monkeypatch):
    monkeypatch.setattr("throughline.casework.people.commands.importing.WORTH_A_POOL", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    run, rejects = bring(HEAD + ANN + BEA + "P3,Cy,Field,31/31/1990,,,,,,,,\n", batch=1)
    assert told(run) == (2, 0, 0, 0, 1)
    assert rejects == [["4", "dob", "is not a date"]]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le"])
def test_a_file_in_another_encoding_is_read_where_the_map_says_so(bring, encoding):
    content = (HEAD + ANN.replace("Ann", "Zoë")).encode(encoding)
    run, _ = bring(content, text_of_map=f"{MAP}encoding: {encoding}\n")
    assert told(run) == (1, 0, 0, 0, 0)
    assert as_system(lambda: Name.objects.get().forename) == "Zoë"


def test_the_same_again_duplicates_nothing(bring):
    first, _ = bring(HEAD + ANN + BEA)
    again, _ = bring(HEAD + ANN + BEA)
    assert again.id == first.id
    later, _ = bring(HEAD + BEA + ANN)
    assert told(later) == (0, 0, 2, 0, 0)
    assert as_system(lambda: (Record.objects.count(), Phone.objects.count())) == (2, 1)


def test_a_changed_number_ends_the_old_one_and_voids_the_safe_contact(bring, working_as):
    bring(HEAD + ANN)

    def promise():
        phone = Phone.objects.get()
        give_safe_contact(
            by=DESK,
            now=NOW,
            record_id=phone.record_id,
            instrument=library().as_of("safe-contact", NOW.date()),
            answers={},
            complete=False,
            after=None,
            phone_id=phone.id,
        )

    with working_as(WEB):
        as_system(promise)
    run, _ = bring(HEAD + ANN.replace("900123", "900187"))
    assert told(run) == (0, 1, 0, 0, 0)

    def look():
        assert dict(Phone.objects.values_list("number", "valid_until")) == {
            "+447700900123": date(2026, 11, 23),
            "+447700900187": None,
        }
        assert SafeContact.objects.get().voided_because == "number-changed"

    as_system(look)


def test_what_was_typed_here_is_left(bring):
    bring(HEAD + ANN)

    def type_here():
        record = Record.objects.get()
        add_phone(by=DESK, now=NOW, record_id=record.id, number="07700900200")
        correct_particulars(
            by=DESK, now=NOW, record_id=record.id, seen=particulars_of(record),
            particulars=Particulars(born=date(1991, 1, 2), sex="2"),
        )  # fmt: skip

    as_system(type_here)
    changed = ANN.replace("900123", "900187").replace("1990-01-02", "1990-02-02").replace("weapons", "")
    bring(HEAD + changed)

    def look():
        record = Record.objects.get()
        assert (record.born, record.sex) == (date(1991, 1, 2), "2")
        standing = Phone.objects.filter(valid_until=None).values_list("number", flat=True)
        assert set(standing) == {"+447700900187", "+447700900200"}
        assert Marker.objects.get().ended_by == IMPORTER.id

    as_system(look)


def test_an_empty_cell_wipes_nothing(bring):
    bring(HEAD + ANN)
    bring(HEAD + "P1,Ann,Field,,,,,,weapons,,,\n")

    def look():
        assert Record.objects.get().born == date(1990, 1, 2)
        assert Phone.objects.get().valid_until is None
        assert Address.objects.get().valid_until is None

    as_system(look)


@pytest.fixture
def erased(working_as):
    """Erase the record of a row, as a page does: under the login of pages."""

    def erase_one(source_ref):
        with working_as(WEB):
            as_system(
                lambda: erase(
                    by=DESK,
                    now=NOW,
                    record_id=Record.objects.get(source_ref=source_ref).id,
                    reason=_reason_to_erase(),
                )
            )

    return erase_one


def test_who_was_erased_is_no_longer_the_other_party_of_those_around_them(bring, erased):
    carl = "P3,Carl,Stone,,,14,Alma Road,ZT1 4LX,,,,\n"
    dee = "P4,Dee,Moss,1991-01-02,,9,Elm Row,ZT2 4LX,,,Carl,Stone\n"
    bring(HEAD + ANN + carl + dee)
    erased("P3")

    def others():
        known = {}
        for record in Record.objects.filter(source_ref__in=["P1", "P4"]):
            [anew] = [features(one) for one in described([record]).values()]
            assert bytes(Features.objects.get(record=record).packed) == pack(anew)
            known[record.source_ref] = SourceRow.objects.get(record=record).said["others"], bool(anew.others)
        return known

    # nothing tells that the one elsewhere is meant
    assert as_system(others) == {"P1": ([], False), "P4": ([["Carl", "Stone"]], True)}
    run, _ = bring(HEAD + dee + ANN)
    assert told(run) == (0, 0, 2, 0, 0)
    assert as_system(others)["P1"] == ([], False)


def test_who_was_erased_here_is_not_raised_again(bring, erased):
    bring(HEAD + ANN)
    erased("P1")
    run, rejects = bring(HEAD + BEA + ANN)
    assert told(run) == (1, 0, 0, 0, 1)
    assert rejects == [["3", "id", "was erased here and is not raised again"]]


def _reason_to_erase():
    from throughline.reference import load

    return next(row.code for row in load("decision-reasons").rows if row.text("decision") == "erase")


def test_who_is_party_to_a_matter_does_not_change_its_record_by_a_file(bring, working_as):
    bring(HEAD + ANN)
    administrator = Actor(system("x").id, Role.ADMINISTRATOR)

    def shut_out():
        grant(
            kind=Grant.Kind.EXCLUDE,
            subject=Record.objects.get(source_ref="P1").id,
            by=DESK,
            grantee=administrator.id,
            # the database's clock says which grants hold
            now=datetime.now(UTC),
            reason="staff-connected",
        )

    with working_as(WEB):
        as_system(shut_out)
    # what says nothing new is told as of anybody
    run, rejects = bring(HEAD + ANN + BEA, by=administrator)
    assert (told(run), rejects) == ((1, 0, 1, 0, 0), [])
    run, rejects = bring(HEAD + ANN.replace("Ann", "Zoe") + BEA, by=administrator)
    assert (told(run), rejects) == ((0, 0, 1, 0, 1), [["2", "row", "not allowed"]])
    assert as_system(lambda: list(Name.objects.filter(forename="Zoe"))) == []


def test_only_an_administrator_or_the_system_brings_people_in(bring):
    with pytest.raises(Refused):
        bring(HEAD + ANN, by=Actor(system("x").id, Role.CALL_HANDLER))
    run, _ = bring(HEAD + ANN, by=Actor(system("x").id, Role.ADMINISTRATOR))
    assert told(run) == (1, 0, 0, 0, 0)


def test_a_lost_staging_table_is_filled_again_and_nothing_lands_twice(bring, tmp_path, monkeypatch):
    rows = "".join(f"P{i},Ann,Field{i},1990-01-02,,,,,,,,\n" for i in range(30)) + "P3,Bo,Other,,,1,B,,,,,\n"
    content = HEAD + "P99,Ann,Field,never,,,,,,,,\n" + rows
    from throughline.casework.people.commands import importing

    def stop(run, lines):
        if run.rows >= 20:
            raise KeyboardInterrupt

    real = importing.bring_in
    (tmp_path / "people.csv").write_text(content)
    (tmp_path / "map.yaml").write_text(MAP)
    with pytest.raises(KeyboardInterrupt):
        real(
            by=IMPORTER, now=NOW, source=Source(tmp_path / "people.csv", tmp_path / "map.yaml", "force"),
            rejects=tmp_path / "rejects.csv", say=stop, batch=10,
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("delete from people_staging")
    run, rejects = bring(content, batch=7)
    assert told(run) == (30, 0, 0, 0, 2)
    assert rejects == [["2", "dob", "is not a date"], ["33", "id", "contradicts line 6"]]
    assert as_system(lambda: Record.objects.count()) == 30


_CHILD = """
import sys
import django
django.setup()
from datetime import datetime, UTC
from pathlib import Path
from throughline.casework.people.commands.importing import Source, bring_in
from throughline.casework.people.rules import IMPORTER
file = Path(sys.argv[1])
bring_in(by=IMPORTER, now=datetime(2026, 11, 23, 9, tzinfo=UTC), batch=20,
         source=Source(file, file.with_suffix(".map.yaml"), "force"), rejects=file.with_suffix(".rejects"),
         say=lambda run, lines: print(run.rows, flush=True))
"""


def test_killed_at_any_moment_it_goes_on_to_the_same_end(tmp_path):
    file = tmp_path / "index.csv"
    write_csv(file, 400, 3, date(2026, 11, 23))
    with file.open("a") as more:
        more.write("P000000001,Other,,Name" + "," * 20 + "\n")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "throughline.website.settings",
        "PYTHONPATH": str(Path(__file__).parents[4]),
    }
    rng = random.Random(7)
    killed = 0
    for _ in range(20):
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(file)], env=environment, stdout=subprocess.PIPE, text=True
        )
        stops_after = rng.randint(1, 7) if killed < 3 else 1_000
        for _, _line in zip(range(stops_after), child.stdout, strict=False):
            pass
        time.sleep(rng.random() / 30)
        if killed < 3 and child.poll() is None:
            child.send_signal(signal.SIGKILL)
            killed += 1
        code = child.wait()
        child.stdout.close()
        if code == 0:
            break
    assert killed == 3
    assert code == 0
    run = ImportRun.objects.get()
    assert told(run) == (400, 0, 0, 0, 1)
    assert run.state == ImportRun.State.DONE

    def look():
        assert Record.objects.count() == Features.objects.count() == 400
        assert Name.objects.filter(kind="current").count() == 400
        assert Phone.objects.values("record", "number").distinct().count() == Phone.objects.count()

    as_system(look)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.lists(st.binary(min_size=1, max_size=40).filter(lambda some: b"\0" not in some), max_size=8))
def test_whatever_stands_between_the_rows_no_row_lands_in_part(bring, noise):
    content = (HEAD + ANN).encode() + b"\n".join(noise) + b"\n" + BEA.encode()
    run, rejects = bring(content)
    assert run.added + run.changed + run.unchanged + run.rejected + run.repeated == run.rows
    assert len(rejects) == run.rejected

    def look():
        records = Record.objects.count()
        assert records == Features.objects.count()
        assert set(Record.objects.values_list("source_ref", flat=True)) >= {"P1"}
        for record in Record.objects.all():
            assert record.links.count() == 1

    as_system(look)
