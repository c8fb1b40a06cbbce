"""`linkage replay`: its figures by hand on few calls, any file's oddities, and what cannot be used."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from throughline.linkage.known import whose
from throughline.linkage.replay import (
    Played,
    careful_threshold,
    expected_thresholds,
    measure,
    threshold,
)
from throughline.running.measuring import linkage

KNOWN = """\
who,first,maiden,last,born,phone,house,street,postcode
1,Sarah,Tarrant,Cole,03/11/1988,07700 900123,14,Alma Road,LS6 2AB
2,Kelly,,Frost,09/08/1990,01632 960123,3,Mill Lane,YO1 7AA
3,Dean,,Frost,01/05/1968,01632 960123,3,Mill Lane,YO1 7AA
4,Amy,,Lunn,05/06/1979,,,,
5,Grażyna,,Nowak,31/31/1961,,22,High Street,HU1 1AA
"""
CALLS = """\
who;heard;years;tel;postcode
1.0;sara cole;38;07700 900123;
1;sarah tarrant;;;LS6 2AB
2;kelly frost;36;01632 960123;
3;dean frost;;01632 960123;
4;Lunn, Amy;47;;
5;grazyna novak;;;HU1 1AA
;john stranger;50;07700 900999;
77;peter nobody;61;;
"""
MAP = """\
known:
  forename: first
  former_surname: maiden
  surname: last
  dob: {column: born, format: "%d/%m/%Y"}
  phone: phone
  house_number: house
  street: street
  postcode: postcode
  household: nowhere
  town: nowhere
calls:
  full_name: heard
  age: years
  phone: tel
  postcode: postcode
"""
FIGURES = {"recall_at_1", "recall_at_p95", "recall_at_p99", "recall_at_p999", "candidate_recall", "ms"}


def replay(
    folder: Path, *more: str, known: str = KNOWN, calls: str | bytes = CALLS, map_text: str = MAP
) -> Result:
    files = {"known": folder / "known.csv", "calls": folder / "calls.csv", "map": folder / "map.yaml"}
    files["known"].write_text(known, encoding="utf-8")
    files["calls"].write_bytes(calls if isinstance(calls, bytes) else calls.encode())
    files["map"].write_text(map_text, encoding="utf-8")
    named = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    return CliRunner().invoke(linkage, ["replay", *named, "--truth", "who", "--on", "2026-11-26", *more])


def test_every_call_is_played_by_each_way_and_the_right_person_comes_first(tmp_path: Path) -> None:
    result = replay(tmp_path, "--no-calibration", "--json", "--details", str(tmp_path / "details.json"))

    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert list(found) == ["known", "calls", "engine", "exact_phone_or_address", "pg_trgm"]
    assert (found["known"], found["calls"]) == (5, 8)
    for way in ("engine", "exact_phone_or_address", "pg_trgm"):
        assert set(found[way]) == FIGURES
        assert set(found[way]["ms"]) == {"p50", "p95", "p99"}
    assert found["engine"]["recall_at_1"] == found["engine"]["candidate_recall"] == 1.0
    # of six calls whose person is known three tell a number that is known; Dean's finds Kelly first
    exact = found["exact_phone_or_address"]
    assert (exact["recall_at_1"], exact["candidate_recall"]) == (0.3333, 0.5)
    assert found["pg_trgm"]["candidate_recall"] > 0.6
    assert "the known have no column 'nowhere', which the map gives for town" in result.stderr
    assert "1 values of dob cannot be read" in result.stderr
    assert "6 of persons who are known" in result.stderr
    details = json.loads((tmp_path / "details.json").read_text())
    assert details["engine"]["calls_measured"] == 8


def test_half_of_the_calls_set_the_thresholds_and_a_table_is_printed(tmp_path: Path) -> None:
    details = tmp_path / "details.json"
    result = replay(tmp_path, "--seed", "3", "--details", str(details))

    assert result.exit_code == 0, result.output
    assert "5 known, 8 calls" in result.stdout
    assert "exact phone or address" in result.stdout
    assert json.loads(details.read_text())["pg_trgm"]["calls_measured"] == 4


def test_one_call_alone_is_measured_by_the_thresholds_of_the_model(tmp_path: Path) -> None:
    result = replay(tmp_path, "--json", calls="\n".join(CALLS.splitlines()[:2]) + "\n")

    assert result.exit_code == 0, result.output
    engine = json.loads(result.stdout)["engine"]
    assert engine["recall_at_1"] == 1.0
    assert engine["ms"]["p50"] > 0
    assert "those of the model are taken" in result.stderr


def test_calls_about_nobody_known_give_noughts_and_a_word_of_why(tmp_path: Path) -> None:
    calls = CALLS.replace("\n1", "\nx1").replace("\n2", "\nx2").replace("\n3", "\nx3")
    result = replay(tmp_path, "--json", calls=calls.replace("\n4", "\nx4").replace("\n5", "\nx5"))

    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert {found["engine"][name] for name in FIGURES - {"ms"}} == {0.0}
    assert "no call has a mark in 'who' that one of the known has" in result.stderr


def test_words_for_nothing_guessed_ages_and_an_unknown_field_do_not_stop_a_replay(tmp_path: Path) -> None:
    known = KNOWN.replace("4,Amy,,Lunn,05/06/1979,,,,", "0004,Amy,NULL,Lunn,05/06/1979,n/k,-,unknown,N/A")
    calls = CALLS.replace("Lunn, Amy;47;;", "LUNN, Amy;40s;NULL;-").replace(
        "36;01632 960123", "c. 36;+44 (0)1632 960123"
    )
    result = replay(
        tmp_path, "--no-calibration", "--json", known=known, calls=calls, map_text=MAP + "  height: tall\n"
    )

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["engine"]["recall_at_1"] == 1.0
    assert "the calls: height is not compared" in result.stderr
    assert "values of age cannot" not in result.stderr
    assert "6 of persons who are known" in result.stderr


def test_a_caller_is_found_by_an_email_address_alone(tmp_path: Path) -> None:
    known = "".join(
        f"{line},{f'{line.split(chr(44))[1]}.{line.split(chr(44))[3]}@mail.example' if number else 'mail'}\n"
        for number, line in enumerate(KNOWN.splitlines())
    )
    calls = "who;at\n2;KELLY.FROST@mail.example\n4;amy.lunn@post.example\n;somebody.else@mail.example\n"
    mapped = "known: {forename: first, surname: last, email: mail}\ncalls: {email: at}\n"
    result = replay(tmp_path, "--no-calibration", "--json", known=known, calls=calls, map_text=mapped)

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["engine"]["recall_at_1"] == 1.0
    assert json.loads(result.stdout)["exact_phone_or_address"]["recall_at_1"] == 0.0


def test_the_id_of_the_known_says_whose_they_are_where_the_truth_is_in_the_calls_alone(
    tmp_path: Path,
) -> None:
    known, with_id = KNOWN.replace("who", "ref", 1), MAP.replace("known:\n", "known:\n  id: ref\n")
    result = replay(tmp_path, "--no-calibration", "--json", known=known, map_text=with_id)

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["engine"]["recall_at_1"] == 1.0
    assert "the known have no column 'who': whose a record is, 'ref' says, their id" in result.stderr

    refused = replay(tmp_path, "--no-calibration", "--json", known=known)
    assert "the known have no column 'who', which was given as the truth" in refused.stderr


def test_a_file_that_cannot_be_written_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    result = replay(tmp_path, "--details", str(tmp_path / "none" / "details.json"))

    assert result.exit_code == 1
    assert "A file cannot be written" in result.output
    assert "recognition" not in result.output


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"known": ""}, "the file is empty"),
        ({"calls": "who;heard\n"}, "no rows"),
        ({"calls": CALLS.replace("who", "person", 1)}, "the calls have no column 'who'"),
        ({"map_text": MAP.replace("known:", "index:")}, "unknown field 'index'"),
        ({"map_text": "known: {surname: last}"}, "under calls"),
        ({"map_text": "known: {surname: last}\ncalls: {surname: last}"}, "none of the columns"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(tmp_path: Path, given: dict, said: str) -> None:
    result = replay(tmp_path, "--json", **given)

    assert result.exit_code != 0
    assert result.stdout == ""
    assert said in result.stderr


def test_a_threshold_takes_answers_of_one_certainty_together_and_strangers_count_as_wrong() -> None:
    played = Played(
        known=np.array([True, True, False, True, True]),
        right=np.array([True, True, False, True, False]),
        seen=np.array([True, True, False, True, True]),
        certainty=np.array([9.0, 8.0, 7.0, 7.0, -np.inf]),
        ms=np.ones(5),
    )

    assert threshold(played, 0.99) == 8.0
    assert threshold(played, 0.75) == 7.0
    assert threshold(played[2:3], 0.5) == np.inf
    fixed = measure(
        played,
        halves=False,
        thresholds={"recall_at_p95": 8.0, "recall_at_p99": 8.5, "recall_at_p999": 99.0},
    )
    assert fixed.figures["recall_at_p95"] == 0.5
    assert fixed.figures["recall_at_p99"] == 0.25
    assert fixed.figures["recall_at_p999"] == 0.0
    assert fixed.precisions == {"recall_at_p95": 1.0, "recall_at_p99": 1.0, "recall_at_p999": 0.0}
    assert (fixed.figures["recall_at_1"], fixed.figures["candidate_recall"]) == (0.75, 1.0)


def answered(certainty: np.ndarray, right: np.ndarray) -> Played:
    return Played(np.ones(len(right), bool), right, right, certainty, np.ones(len(right)))


def test_a_model_that_is_right_about_itself_expects_the_precision_that_it_reaches() -> None:
    draw = np.random.default_rng(11)
    certainty = draw.normal(4, 4, 40_000)
    played = answered(certainty, draw.random(40_000) < 1 / (1 + np.exp2(-certainty)))
    least = expected_thresholds(played)

    assert least["recall_at_p95"] < least["recall_at_p99"] < least["recall_at_p999"]
    for name, precision in (("recall_at_p95", 0.95), ("recall_at_p99", 0.99)):
        reached = played.right[played.certainty >= least[name]].mean()
        assert reached == pytest.approx(precision, abs=0.003)
    assert expected_thresholds(answered(np.array([-np.inf, -3.0]), np.array([False, True]))) == dict.fromkeys(
        least, np.inf
    )


@pytest.mark.parametrize("calls", [100, 1_000])
def test_thresholds_that_few_calls_set_hold_for_others_more_often_than_the_least_that_passes(
    calls: int,
) -> None:
    draw = np.random.default_rng(calls)
    kept = {careful_threshold: 0, threshold: 0}
    for _ in range(200):
        certainty = draw.normal(4, 4, calls)
        seen = answered(certainty, draw.random(calls) < 1 / (1 + np.exp2(-certainty)))
        others = draw.normal(4, 4, 4_000)
        chance = 1 / (1 + np.exp2(-others))
        for way in kept:
            taken = chance[others >= way(seen, 0.99)]
            kept[way] += bool(not len(taken) or taken.mean() >= 0.99)

    assert kept[careful_threshold] > 0.7 * 200
    assert kept[careful_threshold] > 1.2 * kept[threshold]


def test_calls_correct_a_model_that_expects_too_much_or_too_little() -> None:
    draw = np.random.default_rng(5)
    certainty = draw.normal(4, 4, 20_000)
    for bold in (2.0, -2.0):  # bits by which it is too sure
        right = draw.random(20_000) < 1 / (1 + np.exp2(bold - certainty))
        least = careful_threshold(answered(certainty, right), 0.99)
        assert right[certainty >= least].mean() == pytest.approx(0.991, abs=0.002)


def test_a_number_that_a_spreadsheet_wrote_is_the_number() -> None:
    assert [whose(value) for value in ("12.0", " 12 ", "A.0", "nan", None, "1.5", "0012", "n/k", "?")] == [
        "12", "12", "A.0", "", "", "1.5", "12", "", "",
    ]  # fmt: skip
