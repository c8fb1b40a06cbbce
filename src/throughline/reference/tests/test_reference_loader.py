"""The loader answers by day, and refuses a list that breaks its own declarations."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from throughline.reference import BadList, ReferenceList, UnknownCode, UnknownList, load, names
from throughline.reference.loader import read

TODAY = date(2026, 11, 23)

GOOD = """
title: Outcomes
description: For tests
source: A schedule
licence: OGL
columns:
  group: {type: text, means: Group}
  was: {type: optional-text, means: Earlier code}
  also: {type: texts, means: Other names}
  minutes: {type: number, means: Minutes}
  formal: {type: flag, means: Formal or not}
  told: {type: optional-day, means: When it was told}
defaults: {source: Schedule 1, confidence: H, group: charged, minutes: 5, formal: true}
rows:
  - {code: "1", label: Charged, valid_from: 2014-04-01, valid_until: 2015-03-31, also: [charge, summons]}
  - {code: "1", label: Charged or summonsed, valid_from: 2015-04-01, was: "0", told: 2014-12-01}
  - {code: "2", label: Cautioned, valid_from: 2015-04-01, formal: false, confidence: L, note: Recalled}
"""


@pytest.fixture
def write(tmp_path: Path):
    def _write(text: str, csv: str | None = None) -> ReferenceList:
        (tmp_path / "outcomes.yaml").write_text(text)
        if csv is not None:
            (tmp_path / "outcomes.csv").write_text(csv)
        return read("outcomes", tmp_path)

    return _write


@pytest.mark.parametrize(
    ("on", "labels"),
    [
        (date(2014, 3, 31), []),
        (date(2014, 4, 1), ["Charged"]),
        (date(2015, 3, 31), ["Charged"]),
        (date(2015, 4, 1), ["Charged or summonsed", "Cautioned"]),
        (TODAY, ["Charged or summonsed", "Cautioned"]),
    ],
)
def test_rows_hold_from_their_first_day_to_their_last(write, on, labels):
    assert [row.label for row in write(GOOD).as_of(on)] == labels


def test_a_label_is_given_as_it_was_worded_on_the_day(write):
    outcomes = write(GOOD)
    assert outcomes.label("1", on=date(2015, 3, 31)) == "Charged"
    assert outcomes.label("1", on=TODAY) == "Charged or summonsed"


def test_an_unknown_code_is_named_with_its_list_and_day(write):
    with pytest.raises(UnknownCode, match=r"'outcomes' has no code '2' on 2014-04-01"):
        write(GOOD).get("2", on=date(2014, 4, 1))


def test_choices_can_be_narrowed_by_a_column(write):
    outcomes = write(GOOD)
    assert outcomes.choices(on=TODAY) == [("1", "Charged or summonsed"), ("2", "Cautioned")]
    assert outcomes.choices(on=TODAY, formal=False) == [("2", "Cautioned")]
    with pytest.raises(KeyError, match="no column 'colour'"):
        outcomes.choices(on=TODAY, colour="red")


def test_columns_are_read_with_their_types(write):
    row = write(GOOD).get("1", on=date(2014, 4, 1))
    assert row.text("group") == "charged"
    assert row.optional_text("was") is None
    assert row.texts("also") == ("charge", "summons")
    assert row.number("minutes") == 5
    assert row.flag("formal") is True
    assert row.optional_day("told") is None
    assert write(GOOD).get("1", on=TODAY).optional_day("told") == date(2014, 12, 1)
    with pytest.raises(TypeError, match="'group' is not int"):
        row.number("group")
    with pytest.raises(KeyError, match="no column 'colour'"):
        row.text("colour")


def test_low_confidence_is_never_verified_and_defaults_apply(write):
    outcomes = write(GOOD)
    assert outcomes.get("1", on=TODAY).verified
    assert not outcomes.get("2", on=TODAY).verified
    assert outcomes.get("2", on=TODAY).source == "Schedule 1"


def test_an_instant_is_not_a_day(write):
    with pytest.raises(TypeError, match="a day in London"):
        write(GOOD).as_of(datetime(2026, 11, 23, tzinfo=UTC))


def test_rows_can_stand_in_a_csv_file_beside_the_head(write):
    head, _ = GOOD.split("rows:")
    cells = "code,label,valid_from,also,formal\n1,Charged,2014-04-01,charge; summons,false\n"
    row = write(head + "rows: csv\n", cells).get("1", on=TODAY)
    assert row.texts("also") == ("charge", "summons")
    assert row.flag("formal") is False
    assert row.number("minutes") == 5


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("title: Outcomes", "titel: Outcomes", r"unknown in the head: titel"),
        ("licence: OGL", "licence: ' '", r"missing in the head: licence"),
        ("type: flag", "type: boolean", r"column formal: type is none of"),
        ("{type: flag, means: Formal or not}", "{type: flag}", r"column formal: needs means and type"),
        ('code: "2"', "code: 2", r"row 3: code is missing or not text"),
        ("label: Cautioned, ", "", r"row 3: label is missing"),
        ("source: Schedule 1, ", "", r"row 1: source is missing"),
        ("confidence: L", "confidence: sure", r"row 3: confidence is not H, M or L"),
        ("note: Recalled", "verified: true", r"row 3: .*low confidence is never verified"),
        ("note: Recalled", "colour: red", r"row 3: unknown columns: colour"),
        ("valid_from: 2015-04-01, formal", "valid_from: April, formal", r"row 3: .* must be dates"),
        ("valid_until: 2015-03-31", "valid_until: 2013-03-31", r"row 1: valid_until is before valid_from"),
        ("minutes: 5", "minutes: five", r"row 1: minutes is missing or not of type number"),
        ("minutes: 5", "minutes: true", r"row 1: minutes is missing or not of type number"),
        ("also: [charge, summons]", "also: charge", r"row 1: also is missing or not of type texts"),
        ("valid_until: 2015-03-31", "valid_until: 2015-04-01", r"two rows of code '1' hold on 2015-04-01"),
        (", valid_until: 2015-03-31", "", r"two rows of code '1' hold on 2015-04-01"),
        ("valid_until: 2015-03-31", "valid_until: 2015-03-30", r"code '1' has a gap before 2015-04-01"),
        ("rows:", "rows:\n  - charged", r"outcomes, row 1: not a mapping"),
        ("rows:", "rows: [", r"outcomes.yaml, line \d+: .*expected "),
        ("note: Recalled", "formal: true", r"outcomes.yaml, line 17: 'formal' is given twice"),
    ],
)
def test_a_list_at_fault_is_refused_with_list_and_row_named(write, before, after, complaint):
    assert before in GOOD
    with pytest.raises(BadList, match=complaint):
        write(GOOD.replace(before, after, 1))


def test_a_gap_with_a_declared_reason_is_allowed(write):
    gappy = GOOD.replace("valid_until: 2015-03-31", "valid_until: 2014-12-31")
    outcomes = write(gappy.replace("rows:", 'gaps: {"1": Suspended in early 2015}\nrows:'))
    assert outcomes.as_of(date(2015, 2, 1)) == ()


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ("code,label,valid_from\n1,Charged,1 April\n", r"outcomes.csv, line 2: valid_from is not a date"),
        ("code,label,valid_from\n1,Charged,2014-04-01,x\n", r"line 2: not as many cells"),
        ("code,label,valid_from\n1,Charged\n", r"line 2: not as many cells"),
        ("code,label,valid_from,minutes\n1,Charged,2014-04-01,few\n", r"line 2: minutes is missing or not"),
    ],
)
def test_a_csv_file_at_fault_is_refused_with_its_line(write, cells, complaint):
    head, _ = GOOD.split("rows:")
    with pytest.raises(BadList, match=complaint):
        write(head + "rows: csv\n", cells)


def test_lists_are_read_once_and_an_unknown_one_is_answered_with_those_there_are():
    assert load("forces") is load("forces")
    with pytest.raises(UnknownList, match=r"'fores'; there are: .*forces"):
        load("fores")
    assert list(names()) == sorted(names())
