"""The evaluation: its figures by hand on small files, and what it says of files that cannot be used."""

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from click.testing import CliRunner, Result

from throughline.linkage.cli import linkage
from throughline.linkage.evaluate import pairs_within, recall_at, single_decision, truth_codes

HEADER = "who,first,last,born,phone,house,street,postcode\n"
MAP = """\
forename: first
surname: last
dob: {column: born, format: "%d/%m/%Y"}
phone: phone
house_number: house
street: street
postcode: postcode
"""
ROWS = """\
1,Sarah,Cole,03/11/1988,07700 900123,14,Alma Road,LS6 2AB
1,Sara,Cole,11/03/1988,07700 900123,14,Alma Rd,LS6 2AB
2,Kelly,Frost,09/08/1990,01632 960123,3,Mill Lane,YO1 7AA
3,Dean,Frost,01/05/1968,01632 960123,3,Mill Lane,YO1 7AA
4,Amy,Lunn,05/06/1979,,,,
4,Amy,Lunn,05/06/1979,07700 900777,8,High Street,HU1 1AA
"""


def evaluate(
    folder: Path, content: bytes | str, *more: str, map_text: str = MAP, truth: str = "who"
) -> Result:
    (folder / "rows.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "map.yaml").write_text(map_text, encoding="utf-8")
    arguments = [
        "evaluate",
        str(folder / "rows.csv"),
        "--truth",
        truth,
        "--map",
        str(folder / "map.yaml"),
        *more,
    ]
    return CliRunner().invoke(linkage, arguments)


def test_the_engine_and_the_exact_search_on_the_same_rows(tmp_path: Path) -> None:
    result = evaluate(tmp_path, HEADER + ROWS, "--json")

    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert set(found) == {"rows", "true_pairs", "seconds", "engine", "exact_phone_or_address"}
    assert (found["rows"], found["true_pairs"]) == (6, 2)
    # the exact search joins the two Coles, and the Frosts who only live together
    assert found["exact_phone_or_address"] == {
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
        "recall_at_p99": 0.0,
    }
    assert found["engine"]["precision"] == 1.0
    assert found["engine"]["recall_at_p99"] == 1.0
    assert "rows read" in result.stderr


def test_without_json_a_table_is_printed(tmp_path: Path) -> None:
    result = evaluate(tmp_path, HEADER + ROWS)

    assert result.exit_code == 0
    assert "recognition" in result.stdout
    assert "exact phone or address" in result.stdout


@pytest.mark.parametrize(
    "content",
    [
        ("\ufeff" + HEADER + ROWS).encode(),
        (HEADER + ROWS.replace("Kelly", "Zoë")).encode("latin-1"),
        (HEADER + ROWS).encode("utf-16"),
        (HEADER + ROWS).replace(",", ";").encode(),
        (HEADER + ROWS).replace("\n", "\r\n").encode(),
    ],
    ids=["byte order mark", "latin-1", "utf-16", "semicolons", "windows line ends"],
)
def test_any_usual_csv_is_read(tmp_path: Path, content: bytes) -> None:
    result = evaluate(tmp_path, content, "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["true_pairs"] == 2


def test_values_that_cannot_be_read_count_as_missing(tmp_path: Path) -> None:
    result = evaluate(tmp_path, HEADER + ROWS.replace("05/06/1979", "31/31/1979"), "--json")

    assert result.exit_code == 0
    assert "dob: 2 values cannot be read" in result.stderr
    assert "31/31" not in result.stderr


def test_a_few_fields_are_enough_and_rows_may_be_short(tmp_path: Path) -> None:
    result = evaluate(
        tmp_path, HEADER + ROWS + "9,Lee\n\n", "--json", map_text="forename: first\nsurname: last\n"
    )

    assert result.exit_code == 0
    assert json.loads(result.stdout)["exact_phone_or_address"]["recall"] == 0.0


def test_words_for_nothing_several_numbers_and_a_house_in_the_street_are_read_as_in_a_call(
    tmp_path: Path,
) -> None:
    rows = HEADER + (
        "1,Sarah,Cole,NULL,07700 900123 / 01632 960555,,14 Alma Road,LS6 2AB\n"
        "1,Sarah,Cole,n/k,01632 960555,14,Alma Rd,LS6 2AB\n"
        "NULL,Ann,Lunn,-,07000 000000,,NULL,unknown\n"
        "NULL,Eve,Frost,-,07000 000000,,NULL,unknown\n"
    )
    result = evaluate(tmp_path, rows, "--json", map_text=MAP + "height: tall\n")

    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["rows"], found["true_pairs"]) == (4, 1)
    assert found["exact_phone_or_address"]["precision"] == 1.0
    assert found["exact_phone_or_address"]["recall"] == 1.0
    assert "cannot be read" not in result.stderr
    assert "no column 'tall', which the map gives for height" in result.stderr


def test_an_email_address_finds_whom_nothing_else_does(tmp_path: Path) -> None:
    draw = Random(7)
    people = [["".join(draw.choices("abdeghiklmnorstuvw", k=9)) for _ in range(3)] for _ in range(60)]
    rows = "".join(
        f"{number},{one},{number % 28 + 1:02}/03/1988,{mail}@mail.example\n{number},{other},,{mail.upper()}@MAIL.example\n"
        for number, (one, other, mail) in enumerate(people)
    )
    header, map_text = "who,first,born,mail\n", "forename: first\ndob: born\n"
    without = evaluate(tmp_path, header + rows, "--json", map_text=map_text)
    found = evaluate(tmp_path, header + rows, "--json", map_text=map_text + "email: mail\n")

    assert json.loads(without.stdout)["engine"]["recall_at_p99"] < 0.1
    assert json.loads(found.stdout)["engine"]["recall_at_p99"] > 0.9
    assert "e-mail 1.000" in found.stderr


def test_columns_of_one_name_spread_values_and_long_rows_are_read_and_told(tmp_path: Path) -> None:
    header = "who,name,name,street,street,pc\n"
    rows = (
        '1,Ann,"Cole (née Frost)",Flat 2,14 Alma Road,LS6 2AB\n1,Ann,Frost,,"Flat 2, 14 Alma Rd",LS6 2AB,,x\n'
    )
    result = evaluate(
        tmp_path,
        header + rows,
        "--json",
        map_text="forename: name\nsurname: name (2)\naddress: [street, street (2), pc]\n",
    )

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["exact_phone_or_address"]["recall"] == 1.0
    assert json.loads(result.stdout)["engine"]["recall"] == 1.0
    assert "column 'name' stands there more than once: the first is read" in result.stderr
    assert "1 rows have more cells than the header" in result.stderr


def test_a_spreadsheet_is_refused_with_what_to_do(tmp_path: Path) -> None:
    result = evaluate(tmp_path, b"PK\x03\x04rest", "--json")

    assert result.exit_code == 1
    assert "save the sheet as CSV" in result.stderr


def test_no_truth_in_a_row_makes_it_nobody_elses(tmp_path: Path) -> None:
    result = evaluate(tmp_path, HEADER + ",Ann,Cole,,,,,\n,Ann,Cole,,,,,\n", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["true_pairs"] == 0


@pytest.mark.parametrize(
    "map_text",
    ["dob: born\n", "town: street\n", "full_name: last\n", "phone: first\n", "dob: last\ntown: house\n"],
)
def test_fields_that_find_nobody_give_figures_and_no_traceback(tmp_path: Path, map_text: str) -> None:
    result = evaluate(tmp_path, HEADER + ROWS, "--json", map_text=map_text)

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["true_pairs"] == 2


def test_how_many_of_the_true_pairs_share_each_key_is_told(tmp_path: Path) -> None:
    result = evaluate(tmp_path, HEADER + ROWS)

    told = next(line for line in result.stderr.splitlines() if line.startswith("of the true pairs share"))
    # the Coles share a telephone, and the Lunns, whose telephone stands in one row, do not; the Lunns a birth date
    assert "telephone 0.500" in told
    assert "birth date, name 0.500" in told
    assert "two names 1.000" in told


def test_a_column_that_the_file_lacks_is_told_and_the_others_are_compared(tmp_path: Path) -> None:
    result = evaluate(
        tmp_path, HEADER + ROWS, "--json", map_text=MAP + "middle: FIRST\ntown: city\neyes: eyes\n"
    )

    assert result.exit_code == 0, result.output
    assert "no column 'FIRST', which the map gives for middle; is it 'first'?" in result.stderr
    assert "no column 'eyes', which the map gives for eyes" in result.stderr


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        ("", {}, "the file is empty"),
        (HEADER, {}, "no rows"),
        (HEADER + ROWS, {"truth": "person"}, "no column 'person'"),
        (HEADER + ROWS, {"map_text": "surname: LAST"}, "no column 'LAST', which the map gives for surname"),
        (HEADER + ROWS, {"map_text": "surname: LAST"}, "none of the columns that the map names"),
        (HEADER + ROWS, {"map_text": "forenam: first"}, "unknown field 'forenam'"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(
    tmp_path: Path, content: str, more: dict, said: str
) -> None:
    result = evaluate(tmp_path, content, "--json", **more)

    assert result.exit_code != 0
    assert result.stdout == ""
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAP)
    result = CliRunner().invoke(
        linkage, ["evaluate", str(tmp_path / "no.csv"), "--truth", "who", "--map", str(tmp_path / "map.yaml")]
    )

    assert result.exit_code != 0
    assert "cannot be read" in result.stderr


def test_pairs_are_counted_within_groups() -> None:
    assert pairs_within(truth_codes(["a", "a", "a", "b", "b", "", ""])) == 4
    assert pairs_within(truth_codes(["a", "a", "a"]), truth_codes(["x", "x", "y"])) == 1


def test_recall_at_a_precision_takes_pairs_of_one_weight_together() -> None:
    weights = np.array([9.0, 8.0, 7.0, 7.0, 6.0])
    true = np.array([True, True, True, False, True])

    assert recall_at(0.99, weights, true, 4) == 0.5
    assert recall_at(0.7, weights, true, 4) == 1.0
    assert recall_at(0.99, np.array([]), np.array([], dtype=bool), 4) == 0.0


def test_one_decision_has_recall_at_precision_only_when_precise() -> None:
    assert single_decision(100, 99, 110).recall_at_p99 == pytest.approx(0.9)
    assert single_decision(100, 98, 110).recall_at_p99 == 0.0
    assert single_decision(0, 0, 5).precision == 0.0
