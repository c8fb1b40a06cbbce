"""What the lists themselves must be true to. Shape, days and confidence are checked by loading them."""

from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

import throughline
from throughline.reference import load, names

TODAY = date(2026, 11, 23)


def codes(name: str) -> list[str]:
    return [row.code for row in load(name).as_of(TODAY)]


@pytest.mark.parametrize("name", names())
def test_every_list_loads_with_a_source_and_a_known_confidence_on_every_row(name):
    reference_list = load(name)
    assert reference_list.rows
    assert reference_list.source
    assert reference_list.licence
    for row in reference_list.rows:
        assert row.source
        assert row.confidence in {"H", "M", "L"}
        assert row.verified or row.confidence in {"M", "L"}


@pytest.mark.parametrize("name", names())
def test_every_file_in_the_folder_belongs_to_a_list(name):
    folder = Path(throughline.__file__).parent / "reference" / "lists"
    assert {path.stem for path in folder.iterdir()} == set(names())
    assert {path.suffix for path in folder.iterdir()} == {".yaml", ".csv"}


def test_there_are_43_forces_with_the_codes_of_their_areas():
    assert sorted(codes("forces")) == [
        *(f"E230000{number:02}" for number in range(1, 40)),
        *(f"W1500000{number}" for number in range(1, 5)),
    ]
    regions = {row.text("region") for row in load("forces").as_of(TODAY)}
    assert len(regions) == 10
    assert {row.code[0] for row in load("forces").as_of(TODAY) if row.text("region") == "Wales"} == {"W"}


def test_a_name_of_a_force_met_in_a_source_means_one_force():
    spellings = [
        spelling for row in load("forces").as_of(TODAY) for spelling in (row.label, *row.texts("aliases"))
    ]
    assert len(spellings) == len(set(spellings))
    by_alias = {alias: row.label for row in load("forces").as_of(TODAY) for alias in row.texts("aliases")}
    assert by_alias["London, City of"] == "City of London"
    assert by_alias["Devon & Cornwall"] == "Devon and Cornwall"


def test_ethnicity_sets_hold_as_many_codes_as_their_names_say():
    assert len(codes("ethnicity-16-plus-1")) == 16 + 1
    assert len(codes("ethnicity-18-plus-1")) == 18 + 1
    assert set(codes("ethnicity-18-plus-1")) - set(codes("ethnicity-16-plus-1")) == {"W3", "O2", "A4"}
    assert set(codes("ethnicity-16-plus-1")) - set(codes("ethnicity-18-plus-1")) == {"O1"}


def test_what_means_the_same_in_both_ethnicity_sets_is_named_and_nothing_else():
    older = load("ethnicity-16-plus-1")
    same = {row.code: row.optional_text("same_as") for row in load("ethnicity-18-plus-1").as_of(TODAY)}
    assert same["A4"] == "O1"
    assert [code for code, other in same.items() if other is None] == ["W3", "W9", "A9", "O2", "O9"]
    for code, other in same.items():
        if other is not None:
            assert older.label(other, on=TODAY) == load("ethnicity-18-plus-1").label(code, on=TODAY)


def test_a_language_has_one_name_whoever_says_it():
    called = {row.code: row.label for row in load("languages").as_of(TODAY)}
    leaflets = {row.code: row.label for row in load("leaflet-languages").as_of(TODAY)}
    assert leaflets == {code: called[code] for code in leaflets}


def test_what_an_officer_saw_shares_no_code_with_what_a_person_said():
    said = {*codes("ethnicity-16-plus-1"), *codes("ethnicity-18-plus-1")}
    assert said.isdisjoint(codes("ethnicity-officer-defined"))


def test_sex_has_the_four_international_codes_and_three_values_in_returns():
    assert codes("sex") == ["0", "1", "2", "9"]
    returned = [row.text("returned_as") for row in load("sex").as_of(TODAY)]
    assert returned == ["unknown", "male", "female", "unknown"]


def test_a_relationship_seen_from_the_other_side_and_back_is_itself():
    relationship = load("relationship")
    for row in relationship.as_of(TODAY):
        inverse = relationship.get(row.text("inverse"), on=TODAY)
        assert inverse.text("inverse") == row.code
        assert inverse.text("group") == row.text("group")


def test_the_roles_are_those_of_the_rooms_there_are():
    assert codes("roles") == [
        "call-handler",
        "front-counter",
        "control-room-supervisor",
        "response-officer",
        "response-sergeant",
        "duty-inspector",
        "hub-reviewer",
        "investigator",
        "restricted-records-desk",
        "intelligence-desk",
        "crime-registrar",
        "idva",
        "analyst",
        "administrator",
        "auditor",
        "force-contact",
        "police-and-crime-commissioner",
        "statistician",
    ]


def test_every_duty_stands_on_the_list_of_a_role_and_says_its_load():
    for row in load("duty-kinds").as_of(TODAY):
        assert row.text("role") in codes("roles")
        assert row.number("minutes") > 0
        assert row.number("volume") > 0


def test_every_chronology_kind_has_a_room_that_writes_it_and_roles_that_read_it():
    for row in load("chronology-kinds").as_of(TODAY):
        import_module(f"throughline.casework.{row.text('writer')}")
        assert row.texts("readers")
        assert set(row.texts("readers")) <= set(codes("roles"))
        assert row.text("expires") == "with-record"


def test_entries_that_show_a_record_is_restricted_are_for_the_desk_and_the_auditor_only():
    for code in ("restricted", "restriction-lifted", "staff-recognised"):
        readers = load("chronology-kinds").get(code, on=TODAY).texts("readers")
        assert set(readers) == {"restricted-records-desk", "auditor"}


def test_only_a_match_has_a_reading_and_each_reading_has_reasons():
    for row in load("decision-reasons").as_of(TODAY):
        assert (row.optional_text("reading") is not None) == (row.text("decision") == "match")
    for reading in ("confirmed", "rejected", "unconfirmed"):
        assert load("decision-reasons").choices(on=TODAY, reading=reading)
    for decision in (
        "merge",
        "part",
        "restrict",
        "lift-restriction",
        "break-glass",
        "extend-retention",
        "erase",
    ):
        assert len(load("decision-reasons").choices(on=TODAY, decision=decision)) >= 2


def test_capacity_is_never_offered_as_a_reason():
    for code, label in load("decision-reasons").choices(on=TODAY):
        assert "capacity" not in f"{code} {label}".lower()
        assert "workload" not in f"{code} {label}".lower()


def test_markers_are_about_a_person_or_an_address_and_those_on_addresses_expire():
    for row in load("markers").as_of(TODAY):
        assert (row.text("about"), row.text("kind")) in {
            ("person", "vulnerability"),
            ("person", "warning"),
            ("address", "address"),
        }
        assert (row.optional_text("expires_after") is not None) == (row.text("about") == "address")
    vulnerability = [code for code, _ in load("markers").choices(on=TODAY, kind="vulnerability")]
    assert len(vulnerability) == 7


def test_refuge_and_protection_are_never_opened_in_an_emergency():
    closed = {code for code, _ in load("restriction-reasons").choices(on=TODAY, break_glass=False)}
    assert closed == {"refuge", "protected-person"}
