"""Fitting the model to an index: what is counted there, what stays, and how it comes back from its file."""

import math
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from throughline.linkage.batch import training
from throughline.linkage.batch.levels import compared
from throughline.linkage.batch.training import RULES, columns_of, is_settled_by, pairs_sharing, train_on
from throughline.linkage.batch.weighing import linker_of
from throughline.linkage.cli import linkage
from throughline.linkage.description import Description, Name, Place
from throughline.linkage.features import Features, features
from throughline.linkage.fitting import LISTED, values_of, with_households, with_shares
from throughline.linkage.layout import layout_of
from throughline.linkage.model import (
    Model,
    ModelError,
    live_model,
    load_model,
    read_model,
    versioned,
    write_model,
)

LIVE = load_model("live")


def person(forename: str, surname: str, **known: object) -> Features:
    return features(Description(names=(Name(forename, "", surname),), **known))  # type: ignore[arg-type]


def test_a_name_common_in_the_index_tells_less_and_a_rare_one_is_not_listed() -> None:
    rows = [person("Oksana", f"Name{'abcdefghij'[n % 10]}") for n in range(300)]
    rows += [person("Ludmila", "Petrenko") for _ in range(LISTED - 1)]

    model = with_shares(LIVE, Counter(value for row in rows for value in values_of(row)))

    assert model.rarities["forename"]["oksana"] == pytest.approx((300 + 0.1) / (304 + 1000))
    assert "ludmila" not in model.rarities["forename"]
    assert "petrenko" not in model.rarities["surname"]
    # those not listed share what such a one has
    assert model.fields["forename"]["same"].unrelated == pytest.approx((4 + 0.1) / (304 + 1000))
    assert model.fields["forename"]["same"].same == LIVE.fields["forename"]["same"].same


def test_who_lives_together_is_counted_from_those_who_do_and_twice_recorded_is_left_out() -> None:
    home = (Place("14", "Alma Road", "Leeds", "LS6 2AB"),)
    brothers = [
        (person(f"Ada{n}x", "Kaur", places=home), person(f"Zed{n}y", "Kaur", places=home)) for n in range(400)
    ]
    twice = [(person("Mary", "Oyelowo", places=home, phones=("07700900123",)),) * 2 for _ in range(400)]

    model = with_households(LIVE.with_population(1000), brothers + twice, 3.5)

    assert model.household == 3.5
    assert model.fields["surname"]["same"].household > 0.9
    assert model.fields["forename"]["variant"].household < LIVE.fields["forename"]["variant"].household
    assert model.fields["place"] == LIVE.fields["place"]
    assert with_households(LIVE, brothers[:50], 3.5) is LIVE


def test_where_no_birth_date_is_held_a_father_and_son_of_one_name_are_a_household_all_the_same() -> None:
    home = (Place("14", "Alma Road", "Leeds", "LS6 2AB"),)
    unlike = [
        (person(f"Ada{n}x", "Kaur", places=home), person(f"Zed{n}y", "Kaur", places=home)) for n in range(950)
    ]
    namesakes = [(person("Jack", "Kaur", places=home),) * 2 for _ in range(50)]

    model = with_households(LIVE.with_population(100), unlike + namesakes, 1.0)

    # they look like one person, and are left out; that does not make a namesake less likely than before
    assert model.fields["forename"]["same"].household == LIVE.fields["forename"]["same"].household
    assert model.fields["forename"]["variant"].household < LIVE.fields["forename"]["variant"].household


def test_a_model_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    changed = versioned(replace(LIVE, population=777, household=3.25, _bits={}), seed=5)
    write_model(changed, tmp_path / "model.yaml")

    again = read_model(str(tmp_path / "model.yaml"))

    assert again.version == changed.version != LIVE.version
    assert again.version.startswith(f"{LIVE.version}+")
    assert (again.population, again.household, again.seed) == (777, 3.25, 5)
    assert again.fields == LIVE.fields
    assert again.rarities == LIVE.rarities
    assert live_model(50_000, str(tmp_path / "model.yaml")).population == 50_000


@pytest.mark.parametrize("content", ["", "version: 1", "[1, 2]", "a: [", "context: live\nfields: {}\n"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(content)

    with pytest.raises(ModelError):
        read_model(str(path))


def test_an_index_is_trained_on_from_the_command_line(tmp_path: Path) -> None:
    rows = ["name,family,house,road,post"]
    rows += [f"{'Ann' if n % 2 else 'Bo'},Szymczak,{n // 2},Mill Lane,YO1 7AA" for n in range(300)]
    (tmp_path / "known.csv").write_text("\n".join(rows))
    (tmp_path / "map.yaml").write_text(
        "forename: name\nsurname: family\nhouse_number: house\nstreet: road\npostcode: post\n"
    )
    arguments = [
        "train",
        str(tmp_path / "known.csv"),
        "--map",
        str(tmp_path / "map.yaml"),
        "--out",
        str(tmp_path / "model.yaml"),
    ]

    first = CliRunner().invoke(linkage, arguments)
    text = (tmp_path / "model.yaml").read_text()
    again = CliRunner().invoke(linkage, arguments)

    assert first.exit_code == again.exit_code == 0, first.output
    assert (tmp_path / "model.yaml").read_text() == text
    model = read_model(str(tmp_path / "model.yaml"))
    assert model.household == pytest.approx(1.0, abs=0.02)
    assert model.rarities["surname"]["szymczak"] > 0.2
    assert math.log2(LIVE.fields["surname"]["same"].same / model.rarities["surname"]["szymczak"]) < 2.0
    assert "300 records written" in first.stderr


def test_where_there_are_no_house_numbers_it_is_learnt_how_postcodes_agree(tmp_path: Path) -> None:
    rows = ["given,family,born,post"]
    for n in range(240):
        name = "".join("bcdfghkmpt"[int(digit)] + "aeiou"[int(digit) % 5] for digit in f"{n * 37 % 1000:03}")
        said = f"{name},{name[::-1]}n,{1950 + n % 50}-{1 + n % 12:02}-{1 + n % 28:02},"
        rows += [
            said + f"YO{n % 20} 7A{'BDEF'[n % 4]}",
            said + f"YO{n % 20} {5 + 2 * (n % 3 > 0)}A{'BDEF'[n % 4]}",
        ]
    (tmp_path / "known.csv").write_text("\n".join(rows))
    layout = layout_of({"forename": "given", "surname": "family", "dob": "born", "postcode": "post"})

    model = train_on(tmp_path / "known.csv", layout, "batch", on=date(2026, 1, 1), seed=1, say=lambda _: None)

    place = model.fields["place"]
    assert place["postcode"].same == pytest.approx(0.5, abs=0.1)
    assert place["different"].same < load_model("batch").fields["place"]["different"].same


def test_of_pairs_that_share_a_birth_date_and_forename_it_is_known_how_many_would_by_chance() -> None:
    con = duckdb.connect()
    con.execute(
        "create table first_readings as select 1980 + n % 10 as born, n // 10 % 5 as forename from range(200) t(n)"
        " union all select 2000, null"
    )

    pairs, chance = pairs_sharing(con, ("born", "forename"))

    # 200 rows: 50 pairs of values, four rows each; a tenth of all pairs share the one, a fifth the other
    assert pairs == 50 * 6
    assert chance == pytest.approx(19_900 * (10 * 190 / 19_900) * (5 * 780 / 19_900))


CONSONANTS, VOWELS = "bcdfghkmptrsvw", "aeiou"
SAID = layout_of(
    {
        "forename": "given", "surname": "family", "dob": "born", "house_number": "house", "street": "road",
        "postcode": "post",
    }
)  # fmt: skip


def word(number: int, syllables: int) -> str:
    """A word of its own for every number below 70 to the power of the syllables."""
    return "".join(
        CONSONANTS[number // 70**place % 70 // 5] + VOWELS[number // 70**place % 5]
        for place in range(syllables)
    )


def trained_on(folder: Path, rows: list[str]) -> Model:
    (folder / "known.csv").write_text("\n".join(["given,family,born,house,road,post", *rows]))
    return train_on(folder / "known.csv", SAID, "batch", on=date(2026, 1, 1), seed=1, say=lambda _: None)


def test_pairs_of_one_person_do_not_make_strangers_look_as_if_they_lived_together(tmp_path: Path) -> None:
    # a person has three records at one address: two of a thousand random pairs of records are one person's
    rows = [
        f"{word(n * 37, 2)},{word(n * 101, 3)},{1950 + n % 50}-{1 + n % 12:02}-{1 + n % 28:02},"
        f"{n % 90 + 1},{word(n, 3)} road,YO{n % 20} {n % 9}AB"
        for n in range(300)
        for _ in range(3)
    ]

    model = trained_on(tmp_path, rows)

    before = load_model("batch").fields["place"]["same"]
    assert model.fields["place"]["same"].unrelated == pytest.approx(before.unrelated, rel=0.5)
    assert model.fields["place"]["same"].same > before.same


def test_training_begins_with_the_pairs_that_chance_does_not_explain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[float] = []

    def watched(*given: Any) -> Any:
        linker = linker_of(*given)
        learn = linker.training.estimate_parameters_using_expectation_maximisation

        def noted(*asked: Any, **how: Any) -> Any:
            session = learn(*asked, **how)
            chart = session.probability_two_random_records_match_iteration_chart()
            begun.append(chart.chart_dict["data"]["values"][0]["probability_two_random_records_match"])
            return session

        linker.training.estimate_parameters_using_expectation_maximisation = noted
        return linker

    monkeypatch.setattr(training, "linker_of", watched)
    # eight forenames and fifty birth dates among two thousand strangers, of whom 150 are there twice
    people = [
        f"{word(n % 8, 2)},{word(n * 101, 3)},{1950 + n // 8 % 50}-03-04,{n % 90 + 1},{word(n, 3)} road,YO{n % 20} {n % 9}AB"
        for n in range(2000)
    ]

    model = trained_on(tmp_path, people + people[:150])

    # of a pair's birth dates one in fifty agrees and of its forenames one in eight, which explains nearly all pairs of the rule
    assert begun[0] == pytest.approx(0.01, abs=0.03)
    session = model.trained["sessions"][0]
    assert session["pairs"] > 4_000
    assert session["matches"] == pytest.approx(150, abs=20)


def test_columns_of_a_rule_are_those_that_its_pairs_share() -> None:
    assert columns_of(RULES["both names and outcode"]) == ["forename", "surname", "outcode"]
    settled = {one.name for one in compared() if is_settled_by(one, ["born"])}
    assert settled == {"born", "age"}


def test_a_model_written_before_a_field_was_compared_takes_what_is_shipped_for_it(tmp_path: Path) -> None:
    for context, before in (("live", "2026-11-2"), ("batch", "2026-11-1+0123456789ab")):
        model = load_model(context)
        fields = {name: odds for name, odds in model.fields.items() if name != "email"}
        path = tmp_path / f"{context}.yaml"
        write_model(replace(model, version=before, fields=fields), path)

        assert read_model(str(path)).fields["email"] == model.fields["email"]


@pytest.mark.parametrize("version", ["2026-11-3", "2027-1-1+0123456789ab", "mine"])
def test_a_later_model_that_lacks_a_field_is_refused_by_its_name(tmp_path: Path, version: str) -> None:
    fields = {name: odds for name, odds in LIVE.fields.items() if name != "email"}
    write_model(replace(LIVE, version=version, fields=fields), tmp_path / "model.yaml")

    with pytest.raises(ModelError, match="lacks the field email"):
        read_model(str(tmp_path / "model.yaml"))


def test_a_share_of_nothing_is_refused_before_its_logarithm_is_asked_for(tmp_path: Path) -> None:
    sexes = {**LIVE.fields["sex"], "same": replace(LIVE.fields["sex"]["same"], unrelated=0.0)}
    write_model(replace(LIVE, fields={**LIVE.fields, "sex": sexes}), tmp_path / "model.yaml")

    with pytest.raises(ModelError, match="level 'same' of sex"):
        read_model(str(tmp_path / "model.yaml"))
