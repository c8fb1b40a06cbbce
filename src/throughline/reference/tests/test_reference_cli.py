import json

import pytest
from click.testing import CliRunner

from throughline.reference import names
from throughline.reference.cli import reference


def run(*arguments: str):
    return CliRunner().invoke(reference, arguments)


def test_names_says_which_lists_there_are():
    result = run("names")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()] == list(names())


def test_a_list_is_printed_as_of_a_day_with_confidence_and_source():
    result = run("list", "forces", "--as-of", "2015-03-31")
    assert result.exit_code == 0
    assert "as of 2015-03-31" in result.output
    assert "E23000034  City of London" in result.output
    assert "[1] ONS Police Force Areas" in result.output
    assert "Open Government Licence" in result.output


def test_what_is_unverified_is_shown_as_such():
    lines = run("list", "duty-kinds", "--as-of", "2026-11-23").output.splitlines()
    (line,) = [line for line in lines if line.startswith("restricted-match")]
    assert "L unverified" in line
    assert "With --json also: what." in lines


def test_json_carries_every_column():
    result = run("list", "duty-kinds", "--as-of", "2026-11-23", "--json")
    printed = json.loads(result.stdout)
    (row,) = [row for row in printed["rows"] if row["code"] == "restricted-match"]
    assert printed["as_of"] == "2026-11-23"
    assert row["clock"] == "immediate"
    assert row["role"] == "restricted-records-desk"
    assert row["verified"] is False
    assert row["valid_until"] is None
    assert "without the identity" in row["what"]


def test_without_a_day_the_list_is_read_today():
    assert len(json.loads(run("list", "sex", "--json").stdout)["rows"]) == 4


def test_a_day_before_every_row_says_so():
    result = run("list", "forces", "--as-of", "1999-01-01")
    assert result.exit_code == 0
    assert "no row holds on that day" in result.output


def test_an_unknown_list_is_answered_with_those_there_are():
    result = run("list", "fores")
    assert result.exit_code == 2
    for name in names():
        assert name in result.output


@pytest.mark.parametrize("day", ["31/3/15", "2015-02-30", "yesterday"])
def test_a_day_that_is_none_is_said_plainly(day):
    result = run("list", "forces", "--as-of", day)
    assert result.exit_code == 2
    assert "is not a date; write it as 2015-04-01" in result.output
    assert "Traceback" not in result.output
