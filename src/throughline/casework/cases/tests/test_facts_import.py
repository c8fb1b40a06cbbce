"""Orders, bail and warrants brought in from a file, under the importer's login."""

import csv
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from django.db import transaction

from throughline.casework.cases.cli import facts
from throughline.casework.cases.commands import facts as commands
from throughline.casework.cases.models import StandingFact
from throughline.casework.cases.tests.conftest import seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.importing import Source, bring_in
from throughline.casework.people.commands.recording import NewName, Particulars, add_record
from throughline.casework.people.models import Record
from throughline.casework.people.rules import IMPORTER as IMPORTING
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import system
from throughline.foundations.clock.rules import LONDON
from throughline.running.logins import IMPORTER

pytestmark = pytest.mark.django_db(transaction=True)

MAP = """
id: NR
kind: {column: TYPE, codes: {NMO: non-molestation, DVPO: dvpo}}
person_ref: HIM
forename: FIRST
surname: LAST
dob: {column: BORN, format: "%d/%m/%Y"}
protects_ref: HER
conditions: {column: CONDS, codes: {NC: no-contact}}
issuer: COURT
from: {column: MADE, format: "%d/%m/%Y"}
until: {column: EXPIRES, format: "%d/%m/%Y"}
"""
HEAD = "NR,TYPE,HIM,FIRST,LAST,BORN,HER,CONDS,COURT,MADE,EXPIRES\n"
ONE = "A1,NMO,H-1,,,,W-1,NC;curfew,Quarnley court,01/07/2026,01/07/2027\n"
BY_NAME = "A2,DVPO,,otto,LARCHWOOD,03/04/1985,,,,20/11/2026,10/12/2026\n"
PEOPLE = "REF,FIRST,LAST,BORN,SEX\nH-1,Bertram,Ashgrove,01/02/1980,1\nW-1,Zofia,Quillfeather,05/06/1987,2\nO-1,Otto,Larchwood,03/04/1985,1\n"
PEOPLE_MAP = 'id: REF\nforename: FIRST\nsurname: LAST\ndob: {column: BORN, format: "%d/%m/%Y"}\nsex: SEX\n'


@pytest.fixture
def bring(working_as, tmp_path):
    """Bring in rows by the command line; says what it told, with the reasons of what was rejected."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "people.yaml").write_text(PEOPLE_MAP)
    (tmp_path / "map.yaml").write_text(MAP)
    with working_as(IMPORTER):
        bring_in(
            by=IMPORTING,
            now=NOW,
            source=Source(tmp_path / "people.csv", tmp_path / "people.yaml", "index"),
            rejects=tmp_path / "people.rejects.csv",
        )

    def brought(*rows, whole=False, head=HEAD):
        file = tmp_path / "facts.csv"
        file.write_text(head + "".join(rows))
        arguments = ["import", str(file), "--map", str(tmp_path / "map.yaml"), "--source", "courts"]
        with working_as(IMPORTER):
            result = CliRunner().invoke(facts, [*arguments, *(["--whole"] if whole else [])])
        rejects = tmp_path / "facts.csv.rejects.csv"
        reasons = list(csv.reader(rejects.read_text().splitlines()))[1:] if rejects.exists() else []
        return result.output.splitlines()[0], reasons

    return brought


def standing():
    with seen_whole():
        return {
            one.source_ref: one
            for one in StandingFact.objects.filter(ended_at=None).select_related("record", "protects")
        }


def test_a_file_lands_is_known_again_and_varies(bring):
    assert bring(ONE, BY_NAME)[0] == "2 added, 0 varied, 0 unchanged, 0 ended, 0 rejected"
    found = standing()["A1"]
    assert (found.record.source_ref, found.protects.source_ref) == ("H-1", "W-1")
    assert (found.kind, found.conditions) == ("non-molestation", ["no-contact", "curfew"])
    assert found.valid_from == datetime(2026, 7, 1, tzinfo=LONDON)
    assert found.valid_until == datetime(2027, 7, 2, tzinfo=LONDON) - timedelta(microseconds=1)
    assert standing()["A2"].record.source_ref == "O-1"
    assert bring(ONE, BY_NAME)[0] == "0 added, 0 varied, 2 unchanged, 0 ended, 0 rejected"
    assert bring(ONE.replace("NC;curfew", "NC"))[0].startswith("0 added, 1 varied")
    varied = standing()["A1"]
    assert (varied.supersedes_id, varied.conditions) == (found.id, ["no-contact"])
    assert set(standing()) == {"A1", "A2"}


def test_what_a_later_file_leaves_out_stands_unless_the_file_is_the_whole(bring):
    bring(ONE, BY_NAME)
    assert set(standing()) == {"A1", "A2"}
    assert bring(ONE)[0] == "0 added, 0 varied, 1 unchanged, 0 ended, 0 rejected"
    assert set(standing()) == {"A1", "A2"}
    # a rejected row still names its fact
    assert bring(ONE.replace("01/07/2026", "yesterday"), whole=True)[0].endswith("1 ended, 1 rejected")
    assert set(standing()) == {"A1"}
    assert bring(ONE, BY_NAME)[0].startswith("1 added")


def test_a_whole_file_that_cannot_be_read_whole_ends_nothing(bring):
    bring(ONE, BY_NAME)
    assert bring(ONE, "only,three,cells\n", whole=True)[0].endswith("0 ended, 1 rejected")
    assert set(standing()) == {"A1", "A2"}


def test_what_was_ended_here_stays_ended_until_the_file_says_something_new(bring):
    bring(ONE)
    fact = standing()["A1"]
    with transaction.atomic():
        by = system("test")
        set_actor(by)
        commands.end_fact(by=by, now=NOW, fact_id=fact.id, because="discharged")
    assert bring(ONE)[0].startswith("0 added, 0 varied, 1 unchanged")
    assert standing() == {}
    assert bring(ONE.replace("2027", "2028"))[0].startswith("1 added")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (ONE.replace("A1", ""), "id"),
        (ONE.replace("NMO", "ASBO"), "kind"),
        (ONE.replace("NMO", "grade"), "kind"),
        (ONE.replace("H-1", "H-9"), "person_ref"),
        (ONE.replace("H-1", ""), "person_ref"),
        (ONE.replace("W-1", "W-9"), "protects_ref"),
        (ONE.replace("W-1", "H-1"), "protects_ref"),
        (ONE.replace("01/07/2027", "01/07/2020"), "until"),
        (ONE.replace("01/07/2026", "32/07/2026"), "from"),
        (ONE.replace("curfew", "be-nice"), "conditions"),
        (BY_NAME.replace("otto", "Otho"), "dob"),
        (BY_NAME.replace("03/04/1985", ""), "dob"),
        ("A1,NMO\n", "row"),
        ('A1,"NMO,H-1\n', "row"),
    ],
)
def test_a_row_that_cannot_land_is_told_by_line_field_and_reason_and_the_rest_lands(bring, row, field):
    good = ONE.replace("A1", "A9")
    told, reasons = bring(row, good)
    assert told == "1 added, 0 varied, 0 unchanged, 0 ended, 1 rejected"
    [(line, wrong, reason)] = reasons
    assert (line, wrong) == ("2", field)
    for value in ("H-9", "ASBO", "Otho", "be-nice", "yesterday"):
        assert value not in reason
    assert set(standing()) == {"A9"}


def test_a_name_of_two_people_is_nobodys(bring):
    with transaction.atomic():
        by = system("test")
        set_actor(by)
        with seen_whole():
            born = Record.objects.get(source_ref="O-1").born
        add_record(
            by=by,
            now=NOW,
            name=NewName(forename="Otto", surname="Larchwood"),
            particulars=Particulars(born=born),
        )
    _told, reasons = bring(BY_NAME)
    assert reasons == [["2", "dob", "and name are of more than one person here"]]


def test_an_id_that_stands_twice_or_is_somebody_elses_now_is_told(bring):
    _told, reasons = bring(ONE, ONE)
    assert reasons == [["3", "id", "stands twice in this file"]]
    _told, reasons = bring(ONE.replace("H-1", "O-1"))
    assert reasons == [["2", "id", "is of another kind or of other people than it was before"]]


def test_a_file_that_cannot_be_used_changes_nothing(bring):
    assert "Usage" in bring(ONE, head=HEAD.replace("NR,", "NUMBER,"))[0]
    assert standing() == {}
