"""Rows of a file, judged one by one: no database."""

import csv
import io
import os
import subprocess
import sys
from datetime import date
from uuid import UUID

import phonenumbers
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.casework.people.rules import Malformed, e164
from throughline.casework.people.rules.lines import FileProblem, Record, opened_records, records, survey
from throughline.casework.people.rules.rows import Judge, read_file_map
from throughline.linkage.layout import LayoutError

ON = date(2026, 11, 23)
MAP = """
id: REF
forename: FIRST
surname: LAST
dob: {column: BORN, format: "%d/%m/%Y"}
age: AGE
sex: SEX
phone: TEL
postcode: PC
previous_postcode: OLD_PC
previous_since: {column: FROM, format: "%d/%m/%Y"}
previous_until: {column: TO, format: "%d/%m/%Y"}
ethnicity: ETH
markers: {column: FLAGS, codes: {WM: weapons, OLD: ""}}
interpreter: INT
"""
COLUMNS = (
    "REF",
    "FIRST",
    "LAST",
    "BORN",
    "AGE",
    "SEX",
    "TEL",
    "PC",
    "OLD_PC",
    "FROM",
    "TO",
    "ETH",
    "FLAGS",
    "INT",
)
GOOD = {"REF": "P1", "FIRST": "Ann", "LAST": "Field", "BORN": "02/01/1990", "TEL": "07700 900123"}


@pytest.fixture
def judge(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text(MAP)
    return Judge(read_file_map(path), COLUMNS, ON, UUID(int=1), b"secret")


def row(**changed: str) -> Record:
    out = io.StringIO()
    csv.writer(out).writerow([(GOOD | changed).get(column, "") for column in COLUMNS])
    return Record(2, out.getvalue().encode())


@pytest.mark.parametrize(
    ("changed", "field", "why"),
    [
        ({"REF": " "}, "id", "is empty"),
        ({"BORN": "31/02/1990"}, "dob", "is not a date of the form %d/%m/%Y"),
        ({"BORN": "02/01/1790"}, "dob", "is not a possible date of birth"),
        ({"BORN": "02/01/2027"}, "dob", "is not a possible date of birth"),
        ({"BORN": "", "AGE": "212"}, "age", "is no possible age"),
        ({"BORN": "", "AGE": "inf"}, "age", "is no possible age"),
        ({"AGE": "50"}, "age", "contradicts dob"),
        ({"SEX": "Q"}, "sex", "is none of the codes for male, female and not known"),
        ({"TEL": "x"}, "phone", "is not a telephone number"),
        ({"FIRST": "A" * 201}, "forename", "is longer than 200 characters"),
        ({"FIRST": "A\x07nn"}, "forename", "holds a control character"),
        ({"FROM": "02/02/2020", "TO": "01/02/2020"}, "previous_until", "is before previous_since"),
        ({"FROM": "02/02/1980"}, "previous_since", "is before dob"),
        ({"FROM": "02/02/2036"}, "previous_since", "is a day to come"),
        ({"ETH": "Z9"}, "ethnicity", "is no code of the list ethnicity-18-plus-1"),
        ({"FLAGS": "WM;XX"}, "markers", "holds a code that is no marker of a person"),
        ({"INT": "perhaps"}, "interpreter", "is neither yes nor no"),
        ({"FIRST": "", "LAST": "", "BORN": "", "TEL": ""}, "row", "says nothing by which a person is known"),
    ],
)
def test_a_row_is_refused_for_its_first_fault_by_field_and_reason(judge, changed, field, why):
    with pytest.raises(Malformed) as refused:
        judge.judge(row(**changed))
    assert (refused.value.field, refused.value.why) == (field, why)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"P1,Ann\n", "has 2 columns, the first line has 14"),
        (b"P1,\xe9\n", "is not UTF-8"),
        (b'P1,"Ann" Field\n', "has quotation marks that cannot be read"),
    ],
)
def test_bytes_that_are_no_row(judge, raw, why):
    with pytest.raises(Malformed) as refused:
        judge.judge(Record(2, raw))
    assert (refused.value.field, refused.value.why) == ("row", why)


def test_what_clerks_write_for_not_known_is_empty(judge):
    said = judge.judge(row(BORN="N/K", TEL="none", FLAGS="OLD; wm")).said
    assert (said["birth"], said["phones"], said["markers"]) == ("", [], ["weapons"])


def test_a_name_that_looks_like_not_known_is_a_name(judge):
    assert judge.judge(row(LAST="Na")).said["names"][0][3] == "Na"


def test_an_age_is_the_same_statement_in_another_year(judge):
    told = row(BORN="", AGE="34")
    later = Judge(judge.file_map, COLUMNS, date(2027, 1, 1), UUID(int=2), b"secret")
    assert judge.judge(told).digest == later.judge(told).digest
    assert judge.judge(told).said["born_to"] + 1 == later.judge(told).said["born_to"]


def numbered(text: bytes) -> list[tuple[int, bytes]]:
    return list(enumerate(text.splitlines(keepends=True), start=2))


def test_an_open_quote_spoils_its_own_line_alone():
    text = b'1,"Ann\n2,Bea\n3,"Ca\nrla"\n4,Dee "D\n5,Eve\n'
    found = [(one.line, one.fault != "", one.raw) for one in records(numbered(text), 2)]
    assert found == [
        (2, True, b""),
        (3, False, b"2,Bea\n"),
        (4, False, b'3,"Ca\nrla"\n'),
        (6, True, b""),
        (7, False, b"5,Eve\n"),
    ]


def test_a_field_of_ten_megabytes_is_passed_over(tmp_path):
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n1," + b"x" * 10_000_000 + b"\n2,y\n")
    with opened_records(path, "utf-8", 2) as found:
        told = list(found)
    assert [(one.line, bool(one.fault)) for one in told] == [(2, True), (3, False)]


@pytest.mark.parametrize(
    ("content", "encoding", "says"),
    [
        (b"", "utf-8", "empty"),
        (b"a,b\n1,2\0\n", "utf-8", "Line 2 holds a NUL byte"),
        ("a,b\n1,2\n".encode("utf-16"), "utf-8", "encoding: utf-16"),
        ("a,b\nfirst,second\n".encode("utf-16-le"), "utf-8", "utf-16-le"),
        (("a,b\n" + "é,ü\n" * 20).encode("latin-1"), "utf-8", "encoding: cp1252"),
        (b"a,b\n1,2\n", "utf-16", "does not begin as UTF-16"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_so(tmp_path, content, encoding, says):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(FileProblem, match=says):
        survey(path, encoding)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("forename: A", "column for id"),
        ("id: A\nshoe_size: B", "unknown field 'shoe_size'"),
        ("id: A\nencoding: ebcdic-cp-be", "encoding"),
        ("id: A\nmarkers: {column: B, codes: [1]}", "theirs: ours"),
        ("id: A\nethnicity: {column: B, scheme: census}", "scheme"),
        ("id: A\nlanguage: {column: B, format: x}", "language"),
        ('id: A\ndob: {column: B, format: "%d/%m"}', "the year"),
        ('id: A\ndob: {column: B, format: "%m/%Y"}', "whole date"),
        ("- id", "field: column"),
    ],
)
def test_a_map_that_cannot_be_used_says_so(tmp_path, text, says):
    path = tmp_path / "map.yaml"
    path.write_text(text)
    with pytest.raises(LayoutError, match=says):
        read_file_map(path)


def test_codes_are_read_as_they_are_written(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text("id: NO\nethnicity: {column: ON, codes: {NO: A1, N: , 01: B2}}\n")

    told = read_file_map(path)

    assert (told.columns()["id"], told.columns()["ethnicity"]) == ("NO", "ON")
    assert told.codes["ethnicity"] == {"no": "A1", "n": "", "01": "B2"}


def test_a_map_with_a_column_that_the_file_lacks_or_has_twice(judge):
    with pytest.raises(LayoutError, match="no column 'FLAGS'"):
        judge.file_map.check([column for column in COLUMNS if column != "FLAGS"])
    with pytest.raises(LayoutError, match="'FLAGS' twice"):
        judge.file_map.check([*COLUMNS, "FLAGS"])


@settings(max_examples=400)
@given(st.from_regex(r"\A(\+44|0044|0)?[ (-]{0,2}[0-9]{2,6}[ ()-]{0,2}[0-9]{3,8}\Z") | st.text(max_size=20))
def test_the_quick_way_to_a_number_gives_what_the_library_gives(text):
    try:
        parsed = phonenumbers.parse(text, "GB")
        wanted = (
            phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
            if phonenumbers.is_possible_number(parsed)
            else None
        )
    except phonenumbers.NumberParseException:
        wanted = None
    if wanted is not None:
        assert e164(text) == wanted


@settings(max_examples=150)
@given(st.lists(st.binary(max_size=60), max_size=12))
def test_any_bytes_become_rows_or_reasons(lines):
    found = list(records(numbered(b"\n".join(lines)), 3))
    assert [one.line for one in found] == sorted({one.line for one in found})


_HELPED = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import getpid
from time import sleep

from throughline.casework.people.rules.rows import end_with_the_import

if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=end_with_the_import)
    print(pool.submit(getpid).result(), flush=True)
    sleep(60)
"""


def test_those_who_judge_for_an_import_go_when_it_is_killed(tmp_path):
    script = tmp_path / "helped.py"
    script.write_text(_HELPED)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, script], env=environment, stdout=subprocess.PIPE) as process:
        helper = psutil.Process(int(process.stdout.readline()))
        process.kill()
    psutil.wait_procs([helper], timeout=20)
    assert not helper.is_running()
