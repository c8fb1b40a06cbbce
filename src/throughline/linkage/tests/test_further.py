"""Fields that only a file's own map knows: compared where they tell something, and harmless where they do not."""

import csv
import json
from datetime import date
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from throughline.linkage.batch.table import further_in, load, opened
from throughline.linkage.batch.telling import new_fields
from throughline.linkage.batch.training import train_on
from throughline.linkage.batch.weighing import make_letters, make_readings
from throughline.linkage.cleaning import clean_further, further_name
from throughline.linkage.cli import linkage
from throughline.linkage.description import Description, Name
from throughline.linkage.explaining import explain, in_words
from throughline.linkage.features import features
from throughline.linkage.further import further_fields, further_level, with_further, without
from throughline.linkage.known import usable
from throughline.linkage.layout import LayoutError, layout_of
from throughline.linkage.model import Model, load_model, read_model, write_model

TODAY = date(2026, 11, 27)
KNOWN = {"forename": "given", "surname": "family", "dob": "born", "town": "town"}
COLUMNS = [
    "given", "family", "born", "town", "who", "register", "trade", "same", "row", "empty", "year", "noise", "again",
]  # fmt: skip
GIVEN = ("Ann", "Bea", "Cara", "Dot", "Eve", "Flo", "Gwen", "Hal", "Ivo", "Jon", "Kit", "Lou")
FAMILY = ("Abbot", "Birch", "Croft", "Dyer", "Eccles", "Firth", "Garth", "Holt", "Irwin", "Judd")
TRADES = tuple(f"{first}{last}" for first in ("wool", "coal", "corn", "iron", "silk") for last in ("man", "dyer", "weaver", "monger"))  # fmt: skip


def rows_of(persons: int, seed: int) -> list[list[str]]:
    """Two records of each person, many of whom share both names and a year of birth; one in four birth dates is not held."""
    draw = Random(seed)
    rows = []
    for who in range(persons):
        given, family, town = draw.choice(GIVEN), draw.choice(FAMILY), draw.choice(("Leeds", "York", "Hull"))
        born = date(1960 + draw.randrange(30), draw.randrange(1, 13), draw.randrange(1, 29))
        trade = draw.choice(TRADES)
        for _ in range(2):
            rows.append(
                [
                    given, family, born.isoformat() if draw.random() < 0.75 else "", town, str(who), f"N{who * 7919:06}",
                    trade if draw.random() < 0.8 else draw.choice(TRADES), "x", str(len(rows)), "", str(born.year),
                    str(draw.randrange(40)), town.upper(),
                ]
            )  # fmt: skip
    draw.shuffle(rows)
    return rows


def file_of(folder: Path, rows: list[list[str]]) -> Path:
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return path


def map_of(*further: str) -> dict[str, object]:
    return {**KNOWN, **{field: field for field in further}}


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("farmer", "farmer", "same"),
        ("farm labourer", "labourer", "nearly"),
        ("labourer farm", "farm labourer", "nearly"),
        ("farmer", "farmar", "nearly"),
        ("9434765919", "9434765991", "nearly"),
        ("clerk", "miner", "different"),
        ("170", "171", "different"),
    ],
)
def test_values_agree_nearly_or_differ(one: str, other: str, level: str) -> None:
    assert further_level(one, other).name == further_level(other, one).name == level


def test_a_field_of_a_map_has_a_plain_name_and_a_value_its_words() -> None:
    assert further_name("Place of birth") == "more_place_of_birth"
    assert further_name("rid") == "more_rid"
    assert clean_further("  Côte-d’Or (FR) ") == "cote dor fr"
    assert len(clean_further("word " * 1000)) <= 60


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("same", "all rows have the same value"),
        ("row", "no two rows have the same value"),
        ("empty", "it is empty"),
        ("who", "it is the truth"),
        ("year", "it says once more what the year of birth says"),
        ("again", "it says once more what the town says"),
    ],
)
def test_a_field_that_tells_nothing_new_is_not_compared_and_it_is_said_why(
    tmp_path: Path, field: str, said: str
) -> None:
    told: list[str] = []
    con = opened()
    load(con, file_of(tmp_path, rows_of(400, 1)), layout_of(map_of(field)), "who", on=TODAY, say=told.append)
    con.execute("create table pairs (rid_l bigint, rid_r bigint)")
    make_letters(con)
    make_readings(con)
    con.execute("create table first_readings as from readings")

    assert new_fields(con, told.append) == {}
    assert f"{field} is not compared: {said}" in told


def test_a_column_that_the_file_lacks_is_refused_as_that_of_a_known_field_is(tmp_path: Path) -> None:
    file = file_of(tmp_path, rows_of(50, 1))
    for told in ({"trade": "nowhere"}, {"town": "nowhere"}):
        [field] = told
        with pytest.raises(
            LayoutError, match=f"^the file has no column 'nowhere', which the map gives for {field}"
        ):
            load(opened(), file, layout_of({**KNOWN, **told}), None, on=TODAY, say=print)
    # whoever asks first compares by the others, and the one place that says so says it once
    said: list[str] = []
    layout = usable(file, layout_of({**KNOWN, "trade": "nowhere"}), None, "rows", said.append, further=True)
    load(opened(), file, layout, None, on=TODAY, say=said.append)
    assert [line for line in said if "nowhere" in line] == [
        "the rows have no column 'nowhere', which the map gives for trade"
    ]


def test_the_column_of_another_field_is_not_compared_twice(tmp_path: Path) -> None:
    told: list[str] = []
    layout = layout_of({**KNOWN, "home": "town", "trade": "trade", "Trade!": "noise"})
    con = opened()
    load(con, file_of(tmp_path, rows_of(50, 1)), layout, None, on=TODAY, say=told.append)

    assert further_in(con) == ["more_trade"]
    assert "home is not compared: another field has its column" in told


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, list[str]]:
    told: list[str] = []
    path = file_of(tmp_path_factory.mktemp("learnt"), rows_of(700, 2))
    layout = layout_of(map_of("register", "trade", "noise"))
    return train_on(path, layout, "batch", on=TODAY, seed=1, say=told.append), told


def test_what_agreeing_in_a_field_tells_is_learnt_from_the_file(learnt: tuple[Model, list[str]]) -> None:
    model, told = learnt

    assert further_fields(model) == ["more_register", "more_trade"]
    assert "noise is not compared: it tells nothing of who somebody is" in told
    trade, register = model.fields["more_trade"], model.fields["more_register"]
    # two trades agree two times in three, by chance one time in twenty; 100 pairs are held to have shown nothing
    assert trade["same"].same == pytest.approx(0.53, abs=0.1)
    assert sum(odds.same for odds in trade.values()) == pytest.approx(1)
    assert register["same"].same > 0.7
    assert trade["same"].words == "same trade"


def test_a_model_with_such_a_field_comes_back_and_explains_by_it(
    learnt: tuple[Model, list[str]], tmp_path: Path
) -> None:
    write_model(learnt[0], tmp_path / "model.yaml")
    model = read_model(str(tmp_path / "model.yaml"))
    one, other = (
        features(Description(names=(Name("Ann", "", "Holt"),), more=(("trade", trade), ("shoes", "9"))))
        for trade in ("Wool Man", "wool-man")
    )

    why = explain(one, other, model)

    (reason,) = (reason for reason in why.reasons if reason.field == "more_trade")
    assert reason.words == "same trade"
    assert reason.weight > 2
    assert any(line.startswith("trade ") and "same trade" in line for line in in_words(why))
    without_it = explain(one, other, without(model, ["more_trade"]))
    assert why.weight - without_it.weight == pytest.approx(reason.weight, abs=1.0)


def test_it_finds_who_has_one_number_and_the_review_names_the_field(tmp_path: Path) -> None:
    path = file_of(tmp_path, rows_of(300, 3))
    for name, further in (("plain", ()), ("more", ("register",))):
        (tmp_path / f"{name}.yaml").write_text(json.dumps(map_of(*further)))

    def recall(name: str) -> float:
        arguments = [
            "evaluate",
            str(path),
            "--truth",
            "who",
            "--map",
            str(tmp_path / f"{name}.yaml"),
            "--json",
        ]
        result = CliRunner().invoke(linkage, arguments)
        assert result.exit_code == 0, result.output
        return float(json.loads(result.stdout)["engine"]["recall_at_p99"])

    assert recall("more") > max(recall("plain"), 0.9)


def test_in_a_file_that_lacks_the_field_a_model_does_without(
    learnt: tuple[Model, list[str]], tmp_path: Path
) -> None:
    path = file_of(tmp_path, rows_of(30, 4))
    write_model(learnt[0], tmp_path / "model.yaml")
    (tmp_path / "map.yaml").write_text(json.dumps(map_of("trade", "noise")))

    result = CliRunner().invoke(
        linkage,
        [
            "link", str(path), "--map", str(tmp_path / "map.yaml"), "--out", str(tmp_path / "out"), "--review", "0.001",
            "--model", str(tmp_path / "model.yaml"),
        ],
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    assert "noise is not compared: the model does not know it" in result.stderr
    header = (tmp_path / "out" / "review.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert "more_trade" in header
    assert "more_trade_bits" in header
    assert "more_register" not in header


def test_a_call_is_not_compared_by_it() -> None:
    assert further_fields(with_further(load_model("live"), {})) == []
