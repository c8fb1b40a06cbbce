"""The files that the invented force writes, and the people whom the demonstration tells of."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from throughline.synthetic import naming
from throughline.synthetic.cli import synthetic
from throughline.synthetic.demonstration import stories
from throughline.synthetic.export import index, person_reference, write_calls, write_csv
from throughline.synthetic.person import Relation
from throughline.synthetic.population import FIRST_NUMBER

TODAY = date(2026, 11, 23)


def _rows(path: Path, map_path: Path) -> list[dict[str, str]]:
    """The file's rows under our field names, read through its map alone."""
    fields = yaml.safe_load(map_path.read_text(encoding="utf-8"))
    columns = {
        name: column["column"] if isinstance(column, dict) else column for name, column in fields.items()
    }
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: row[column] for name, column in columns.items()} | {"_all": row}
            for row in csv.DictReader(file)
        ]


def test_the_index_reads_back_through_its_map(tmp_path):
    path = tmp_path / "people.csv"
    rows = _rows(path, write_csv(path, 3_000, 5, TODAY))
    expected = list(index(3_000, seed=5, today=TODAY))
    assert len(rows) == 3_000
    for row, person in zip(rows, expected, strict=True):
        assert row["id"] == person_reference(person)
        assert (row["forename"], row["middle"], row["surname"]) == (
            person.forename,
            person.middle,
            person.surname,
        )
        assert (row["former_surname"], row["known_as"]) == (person.former_surname, person.known_as)
        assert row["dob"] == (f"{person.birth_date:%d/%m/%Y}" if person.birth_date else "")
        assert row["age"] == ("" if person.estimated_age is None else str(person.estimated_age))
        assert row["sex"] == {"1": "M", "2": "F"}[person.sex]
        assert {row["phone"], row["phone_2"]} - {""} <= {phone.number for phone in person.phones}
        assert bool(row["phone"] or row["phone_2"]) == bool(person.phones)
        here = [address for address in person.addresses if address.until is None]
        assert row["postcode"] == (here[0].postcode if here else "")
        assert row["house_number"] == (here[0].house if here else "")
        assert tuple(filter(None, row["markers"].split(";"))) == person.markers
        assert (row["ethnicity"], row["language"]) == (person.ethnicity, person.language)
        assert (row["other_forename"], row["other_surname"]) == (person.other_party or ("", ""))


def test_the_map_tells_the_format_of_dates(tmp_path):
    fields = yaml.safe_load(write_csv(tmp_path / "p.csv", 5, 1, TODAY).read_text(encoding="utf-8"))
    assert fields["dob"] == {"column": "DATE_OF_BIRTH", "format": "%d/%m/%Y"}


def test_households_of_stories_and_county_are_apart(tmp_path):
    everybody = list(index(500, seed=5, today=TODAY))
    told = {person.household for person in everybody if person.number < FIRST_NUMBER}
    assert told
    assert not told & {person.household for person in everybody if person.number >= FIRST_NUMBER}
    assert len({person.number for person in everybody}) == 500


def test_calls_hold_the_truth_and_come_in_groups(tmp_path):
    path, people_path = tmp_path / "calls.csv", tmp_path / "people.csv"
    rows = _rows(path, write_calls(path, 2_000, 1_000, 5, TODAY))
    known = {row["id"] for row in _rows(people_path, write_csv(people_path, 2_000, 5, TODAY))}
    truth = [row["_all"]["TRUE_PERSON"] for row in rows]
    assert len(rows) == len({row["id"] for row in rows}) == 1_000
    assert sum(person in known for person in truth) == 700
    assert 1.5 < 700 / len({person for person in truth if person in known}) < 4
    assert any("misheard" in row["_all"]["NOISE"] for row in rows)


def test_calls_are_about_the_person_they_name(tmp_path):
    path = tmp_path / "calls.csv"
    rows = _rows(path, write_calls(path, 1_000, 400, 5, TODAY))
    by_reference = {person_reference(person): person for person in index(1_000, seed=5, today=TODAY)}
    plain = [row for row in rows if row["_all"]["NOISE"] == "" and row["_all"]["TRUE_PERSON"] in by_reference]
    assert plain
    for row in plain:
        person = by_reference[row["_all"]["TRUE_PERSON"]]
        assert (row["forename"], row["surname"]) == (person.forename, person.surname)


def test_the_command_line_writes_the_same_file_twice(tmp_path):
    for name in ("one.csv", "two.csv"):
        args = ["write", str(tmp_path / name), "--people", "300", "--seed", "8", "--today", "2026-11-23"]
        assert CliRunner().invoke(synthetic, args).exit_code == 0
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    args = ["calls", str(tmp_path / "c.csv"), "--people", "300", "--calls", "50", "--today", "2026-11-23"]
    assert CliRunner().invoke(synthetic, args).exit_code == 0
    assert len((tmp_path / "c.csv").read_text(encoding="utf-8").splitlines()) == 51
    assert (tmp_path / "c.map.yaml").exists()


def test_stories_use_drama_telephones_only():
    numbers = {phone.number for story in stories() for phone in story.person.phones}
    assert numbers
    assert all(re.fullmatch(r"07700900\d{3}|01632960\d{3}", number) for number in numbers)


def test_stories_are_told_once_and_apart_from_the_county():
    told = stories()
    assert [story.person.number for story in told] == list(range(1, len(told) + 1))
    assert len({story.key for story in told}) == len(told) >= 12
    assert len(told) < FIRST_NUMBER


def test_stories_relationships_are_mutual():
    by_number = {story.person.number: story.person for story in stories()}
    inverse = {Relation.PARENT: Relation.CHILD, Relation.CHILD: Relation.PARENT}
    for person in by_number.values():
        for kind, other in person.relationships:
            assert (inverse.get(kind, kind), person.number) in by_number[other].relationships


@pytest.mark.parametrize(
    ("key", "holds"),
    [
        ("repeat_victim", lambda p: p.former_surname and p.known_as and len(p.phones) == 2),
        ("son_of_the_same_name", lambda p: p.full_name == "Alan George Pritchard"),
        ("polish_wife", lambda p: p.surname.endswith("ska") or p.surname.endswith("cka")),
        ("student", lambda p: p.full_name == "Chen Xiao Yan" and p.known_as == "Amy"),
        ("estimated_age", lambda p: p.birth_date is None and p.estimated_age == 84),
        ("weapons", lambda p: "weapons" in p.markers),
        ("day_name", lambda p: p.middle == naming.day_name(p.sex, p.birth_date)),
    ],
)
def test_a_story_holds_what_it_tells_of(key, holds):
    assert holds(next(story.person for story in stories() if story.key == key))


def test_no_file_holds_a_refuge_address(tmp_path):
    (refuge,) = (story for story in stories() if story.refuge is not None)
    path = tmp_path / "people.csv"
    (row,) = (
        row
        for row in _rows(path, write_csv(path, 30, 5, TODAY))
        if row["id"] == person_reference(refuge.person)
    )
    assert row["postcode"] == row["street"] == row["house_number"] == ""
    assert row["previous_postcode"]
    assert refuge.refuge.postcode not in path.read_text(encoding="utf-8")


def test_markers_given_are_few_and_repeatable():
    given = Counter(marker for person in index(3_000, seed=5, today=TODAY) for marker in person.markers)
    assert 50 < sum(given.values()) < 400
