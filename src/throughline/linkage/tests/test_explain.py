"""`linkage explain`: the weights add up to the answer, and a non-match is explained as well as a match."""

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from throughline.linkage.cli import linkage
from throughline.linkage.model import load_model

HEARD = '{"forename": "jo", "surname": "whitmoor", "phone": "07700 900123", "postcode": "ZT1 4LX"}'
HERS = (
    '{"forename": "Joanne", "surname": "Whitmore", "dob": "1995-03-08", "phone": "07700900123",'
    ' "house_number": 14, "street": "Alma Road", "postcode": "ZT1 4LX"}'
)
SISTER = '{"forename": "Karen", "surname": "Whitmore", "dob": "1999-01-02", "postcode": "ZT1 4LX"}'


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(linkage, ["explain", *arguments])


def test_a_match_is_explained_and_its_weights_add_up() -> None:
    result = explain(HEARD, HERS, "--json")

    assert result.exit_code == 0, result.output
    why = json.loads(result.stdout)
    assert math.isclose(sum(reason["weight"] for reason in why["reasons"]), why["weight"])
    odds = 2 ** (why["weight"] + why["start"])
    assert math.isclose(why["probability"], odds / (1 + odds))
    assert why["accepted"]
    assert why["meet"]
    assert why["model"] == load_model("live").version
    assert {"same mobile", "same postcode"} <= {reason["words"] for reason in why["reasons"]}


def test_a_non_match_is_explained_in_words() -> None:
    result = explain(HEARD, SISTER)

    assert result.exit_code == 0, result.output
    assert "Not taken for the same person" in result.stdout
    assert "different forename" in result.stdout
    assert "times likelier if it is somebody else" in result.stdout
    assert "The decision is a person's" in result.stdout


def test_two_who_share_no_key_would_not_have_met() -> None:
    result = explain('{"forename": "Ann"}', '{"forename": "Ann", "surname": "Lunn", "dob": "1979-06-05"}')

    assert "They share no key" in result.stdout


def test_among_more_records_the_same_agreement_is_less_probable() -> None:
    named = '{"forename": "Ada", "surname": "Szymczak", "dob": "1979-06-05"}'
    few, many = (
        json.loads(explain(named, named, "--json", "--records", n).stdout) for n in ("1000", "9000000")
    )

    assert few["start"] == pytest.approx(-math.log2(1000))
    assert few["probability"] > many["probability"]


def test_rows_of_a_file_by_number_or_by_id(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("ref,first,last\nA7,Jo,Whitmore\nB9,Joanne,Whitmore\n")
    (tmp_path / "map.yaml").write_text("forename: first\nsurname: last\n")
    (tmp_path / "ids.yaml").write_text("id: ref\nforename: first\nsurname: last\n")
    rows = ("--file", str(tmp_path / "rows.csv"), "--json", "--map")

    by_number = explain("1", "2", *rows, str(tmp_path / "map.yaml"))
    by_id = explain("A7", "B9", *rows, str(tmp_path / "ids.yaml"))
    missing = explain("A7", "C1", *rows, str(tmp_path / "ids.yaml"))

    assert by_number.exit_code == 0, by_number.output
    assert by_number.stdout == by_id.stdout
    assert missing.exit_code != 0
    assert "no row C1" in missing.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Jo", HERS), "must be JSON objects"),
        (('{"nick": "Jo"}', HERS), "unknown field 'nick'"),
        (('{"dob": "31/31/1990"}', HERS), "dob: is not a date"),
        (("1", "2", "--file", "no.csv"), "--file needs --map"),
        ((HEARD, HERS, "--model", "no.yaml"), "the model cannot be read"),
    ],
)
def test_what_cannot_be_explained_is_refused_in_words(arguments: tuple[str, ...], said: str) -> None:
    result = explain(*arguments)

    assert result.exit_code != 0
    assert said in result.stderr
    assert "Traceback" not in result.output
