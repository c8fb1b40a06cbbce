"""Record exports of other software: what lands, what is named and why, and that nobody's reference goes out."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from throughline.handover import VERSION
from throughline.handover.cli import handover
from throughline.handover.importing import import_records
from throughline.handover.mapping import MapError, numbered, read_map
from throughline.handover.reading import ExtractError, read_extract
from throughline.handover.shapes import table
from throughline.synthetic.records import MAP, write_records

DAY = {
    "file": "incidents.csv",
    "id": "NO",
    "at": "WHEN",
    "domestic": {"column": "DA", "codes": {"Y": True, "N": False}},
}
PEOPLE = {"file": "people.csv", "incident": "NO", "person": "WHO", "part": "ROLE", "sex": {"column": "SEX", "codes": {"F": "2"}}}  # fmt: skip
FORMATS = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]


class Export:
    """A folder with files and a map, brought in by the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder, folder / "out"
        self.map: dict[str, object] = {"dates": FORMATS, "incidents": DAY}
        self.files: list[Path] = []

    def file(self, name: str, text: str, encoding: str = "utf-8") -> "Export":
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        self.files.append(path)
        return self

    def brought_in(self, *more: str, key: str = "key") -> Result:
        (self.folder / "map.yaml").write_text(yaml.safe_dump(self.map), encoding="utf-8")
        told = [
            "--map",
            str(self.folder / "map.yaml"),
            "--out",
            str(self.out),
            "--key",
            str(self.folder / key),
        ]
        return CliRunner().invoke(handover, ["import", *map(str, self.files), *told, *more])

    def rejects(self) -> list[tuple[str, ...]]:
        with (self.out / "rejects.csv").open(encoding="utf-8") as file:
            return [tuple(row) for row in csv.reader(file)][1:]

    def rows(self, name: str) -> list[dict[str, object]]:
        return [*map(dict, read_extract(self.out).run(table(name)))]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path)


INCIDENTS = "NO,WHEN,DA\nA1,28/06/2025 23:30,Y\nA2,30/06/2025,N\n"


class TestTheFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_usual_encodings_and_delimiters_are_found_out(
        self, export: Export, encoding: str, delimiter: str
    ) -> None:
        text = "NO,WHEN,DA,PLACE\nA1,28/06/2025 23:30,Y,Café\n".replace(",", delimiter)
        done = export.file("incidents.csv", text, encoding).brought_in()
        assert done.exit_code == 0, done.output
        (row,) = export.rows("handover_incident")
        assert (row["day"], row["domestic"], row["joined"]) == (date(2025, 6, 28), True, False)
        assert f"{row['at']:%H:%M%z}" in ("22:30+0000", "23:30+0100")

    def test_tables_come_as_parquet_or_as_csv_and_are_the_same(self, export: Export) -> None:
        export.file("incidents.csv", INCIDENTS).brought_in()
        assert (export.out / "handover_incident.parquet").exists()
        by_parquet = export.rows("handover_incident")
        export.out = export.folder / "as-csv"
        export.brought_in("--csv")
        assert (export.out / "handover_incident.csv").exists()
        assert export.rows("handover_incident") == by_parquet
        assert json.loads((export.out / "handover.json").read_text("utf-8"))["version"] == VERSION

    def test_a_column_that_is_not_there_ends_it_before_anything_is_written(self, export: Export) -> None:
        export.map["people"] = PEOPLE
        export.file("incidents.csv", INCIDENTS).file("people.csv", "NO,WHO,SEX\n")
        done = export.brought_in()
        assert done.exit_code == 1
        assert "people: the map names the column 'ROLE', which is not in people.csv" in done.output
        assert not export.out.exists()
        assert sorted(path.name for path in export.folder.iterdir()) == [
            "incidents.csv",
            "key",
            "map.yaml",
            "people.csv",
        ]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("NO,WHEN,DA,DA\n", "stands twice"),
            ("", "which is not in"),
            ('NO,WHEN,DA\n"' + "x" * 200_000 + "\n", "cannot be read as CSV"),
            (None, "is not there"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_named(
        self, export: Export, content: str | None, said: str
    ) -> None:
        export.file("incidents.csv", content or "")
        if content is None:
            export.files[0].unlink()
        done = export.brought_in()
        assert (done.exit_code, export.out.exists()) == (1, False)
        assert "incidents.csv" in done.output
        assert said in done.output

    def test_bytes_that_no_encoding_has_are_told(self, export: Export) -> None:
        export.file("incidents.csv", INCIDENTS)
        export.files[0].write_bytes(INCIDENTS.encode() + b"A3,\x81,Y\n")
        done = export.brought_in()
        assert (done.exit_code, export.out.exists()) == (1, False)
        assert "incidents.csv: is not in the encoding cp1252; say encoding in the map" in done.output

    def test_every_file_is_of_one_kind_and_every_kind_has_a_file(self, export: Export) -> None:
        export.map["people"] = PEOPLE
        export.file("incidents.csv", INCIDENTS)
        assert "people: the map names people.csv, and no such file was given" in export.brought_in().output
        del export.map["people"]
        export.file("other.csv", INCIDENTS)
        assert "other.csv: no kind of the map names it; it names incidents.csv" in export.brought_in().output

    def test_nothing_is_written_over(self, export: Export) -> None:
        export.file("incidents.csv", INCIDENTS).brought_in()
        done = export.brought_in()
        assert (done.exit_code, done.output) == (1, "Error: out is not empty.\n")


class TestTheRows:
    def test_what_is_bad_is_named_by_file_row_column_and_reason_and_the_rest_lands(
        self, export: Export
    ) -> None:
        export.map["people"] = {**PEOPLE, "part": {"column": "ROLE", "codes": {"V": "victim", "P": None}}}
        export.file(
            "incidents.csv", INCIDENTS + "A3,31/02/2025,Y\nA1,28/06/2025,Y\n\nA4,28/06/2025\n,28/06/2025,Y\n"
        )
        export.file(
            "people.csv", "NO,WHO,ROLE,SEX\nA1,Smith,V,X\nA3,Jones,V,F\nA1,Brown,W,F\nA1,,P,F\nA2,Green,V,F\n"
        )
        done = export.brought_in()
        assert done.exit_code == 0
        assert export.rejects() == [
            ("incidents.csv", "4", "WHEN", "is no date in a format of the map", "no"),
            ("incidents.csv", "5", "NO", "stands in an earlier row as well", "no"),
            ("incidents.csv", "7", "", "has 2 cells, and the heading 3", "no"),
            ("incidents.csv", "8", "NO", "is empty", "no"),
            ("people.csv", "2", "SEX", "is no code that the map knows; it is left out", "yes"),
            ("people.csv", "3", "NO", "names an incident that did not land", "no"),
            ("people.csv", "4", "ROLE", "is no code that the map knows", "no"),
        ]
        assert "people: 5 rows, 2 landed, 1 left out by the map, 2 rejected" in done.output
        assert [row["part"] for row in export.rows("handover_involvement")] == ["victim", "victim"]
        # no cell is repeated, for it may be a name in the wrong column
        written = b"".join(path.read_bytes() for path in export.out.iterdir())
        for name in (b"Smith", b"Jones", b"Brown", b"Green"):
            assert name not in written
            assert name not in done.output.encode()

    def test_pseudonyms_are_of_the_key_and_the_same_in_every_import(self, export: Export) -> None:
        found = []
        for n, key in enumerate(("key", "key", "another")):
            export.out, export.files = export.folder / f"out{n}", []
            export.file("incidents.csv", INCIDENTS).brought_in(key=key)
            found.append([row["incident"] for row in export.rows("handover_incident")])
        assert found[0] == found[1]
        assert not {*found[0]} & {*found[2]}
        assert (export.folder / "key").stat().st_mode & 0o777 == 0o600

    def test_a_key_is_not_handed_over_and_must_be_one(self, export: Export) -> None:
        export.file("incidents.csv", INCIDENTS)
        done = export.brought_in(key="out/key")
        assert (done.exit_code, export.out.exists()) == (2, False)
        (export.folder / "short").write_text("abcd", encoding="ascii")
        assert "short: is shorter than a key of 32 bytes" in export.brought_in(key="short").output

    def test_the_last_outcome_stands_and_who_people_are_is_what_was_said_last(self, export: Export) -> None:
        export.map |= {
            "crimes": {"file": "crimes.csv", "id": "CR", "incident": "NO", "at": "WHEN"},
            "people": {**PEOPLE, "part": {"always": "victim"}, "born": "BORN", "ethnicity": "ETH"},
            "outcomes": {"file": "outcomes.csv", "crime": "CR", "at": "WHEN", "code": "CODE"},
        }
        export.file("incidents.csv", INCIDENTS).file("crimes.csv", "CR,NO,WHEN\nC1,A1,30/06/2025\n")
        export.file(
            "people.csv", "NO,WHO,ROLE,SEX,BORN,ETH\nA2,P,V,F,30/06/2000,White\nA1,P,V,,01/07/2000,asian\n"
        )
        export.file("outcomes.csv", "CR,WHEN,CODE\nC1,09/07/2025,outcome-1\nC1,02/07/2025,outcome-16\nC9,02/07/2025,outcome-1\n")  # fmt: skip
        assert export.brought_in().exit_code == 0
        stands = {row["code"]: row["stands"] for row in export.rows("handover_outcome")}
        assert stands == {"outcome-1": True, "outcome-16": False}
        (person,) = export.rows("handover_person")
        assert (person["sex"], person["ethnicity"], person["disabled"]) == ("2", "white", None)
        parts = {str(row["day"]): (row["age"], row["crime"]) for row in export.rows("handover_involvement")}
        assert parts == {"2025-06-30": (25, False), "2025-06-28": (24, True)}
        assert [row["domestic"] for row in export.rows("handover_crime")] == [True]


class TestTheMap:
    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"incidents": None}, "incidents: says nothing"),
            ({"incident": DAY}, "incident: is nothing that a map says"),
            ({"dates": None}, "dates: is needed"),
            ({"dates": ["ISO"]}, "dates: is needed"),
            ({"dates": ["%d/%m/%Q"]}, "dates: '%d/%m/%Q' is no format"),
            ({"calls": None}, "calls: says nothing"),
            (
                {"incidents": {**DAY, "id": {"column": "NO", "codes": {"A": "B"}}}},
                "id: is a reference and has no codes",
            ),
            (
                {
                    "people": {
                        **PEOPLE,
                        "part": {"column": "ROLE", "codes": {"VIC": "victim", "Vic": "suspect"}},
                    }
                },
                "'Vic' stands twice, and means two things",
            ),
            ({"encoding": "klingon"}, "encoding: is none that is known"),
            ({"delimiter": "::"}, "delimiter: is one character"),
            ({"all_crimes": "some"}, "all_crimes: is true or false"),
            ({"incidents": {**DAY, "file": ""}}, "incidents: file: is needed"),
            ({"incidents": {**DAY, "grade": "G"}}, "incidents: grade: is none of its fields"),
            ({"incidents": {"file": "a", "id": "NO", "at": "W"}}, "incidents: domestic: is needed"),
            (
                {"incidents": {**DAY, "domestic": {"column": "DA", "codes": {"Y": "x"}}}},
                "domestic: is true or false",
            ),
            ({"incidents": {**DAY, "at": {"always": "today"}}}, "at: is a column"),
            ({"people": {"file": "p", "person": "W", "part": "R"}}, "people: incident: is needed, or crime"),
            ({"people": {**PEOPLE, "part": {"always": "boss"}}}, "'boss' is none of our codes"),
        ],
    )
    def test_an_entry_that_says_nothing_is_named(
        self, export: Export, changed: dict[str, object], said: str
    ) -> None:
        export.map |= changed
        done = export.file("incidents.csv", INCIDENTS).brought_in()
        assert done.exit_code == 1
        assert "map.yaml: " in done.output
        assert said in done.output

    @pytest.mark.parametrize("content", [b"", b"- a", b"a: [", b"\xff\xff", b"&a [*a]", b"1: 2", b"[" * 5000])
    def test_what_is_no_map_is_told(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "map.yaml").write_bytes(content)
        with pytest.raises(MapError):
            read_map(tmp_path / "map.yaml")

    def test_where_it_is_no_yaml_is_said_by_line(self, tmp_path: Path) -> None:
        for content, said in (
            ("dates: [excel]\nincidents:\n\tfile: a\n", "line 3: "),
            ("dates: [excel]\nincidents: {file: a}\ndates: []\n", "line 3: .*dates stands twice"),
        ):
            (tmp_path / "map.yaml").write_text(content, encoding="utf-8")
            with pytest.raises(MapError, match=said):
                read_map(tmp_path / "map.yaml")

    def test_the_invented_exports_map_is_one(self, tmp_path: Path) -> None:
        (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
        assert [file.kind for file in read_map(tmp_path / "map.yaml").files] == [
            "incidents", "crimes", "people", "custody", "outcomes", "calls",
        ]  # fmt: skip


class TestTheExtract:
    def test_another_version_or_a_damaged_table_is_refused(self, tmp_path: Path, export: Export) -> None:
        with pytest.raises(ExtractError, match="is not there"):
            read_extract(tmp_path)
        export.file("incidents.csv", INCIDENTS).brought_in()
        about = export.out / "handover.json"
        good = about.read_text("utf-8")
        about.write_text(good.replace(f'"{VERSION}"', '"1"'), "utf-8")
        with pytest.raises(ExtractError, match="of version '1'"):
            read_extract(export.out)
        about.write_text("{}", "utf-8")
        with pytest.raises(ExtractError, match="is damaged"):
            read_extract(export.out)
        about.write_text(good, "utf-8")
        (export.out / "handover_incident.parquet").write_bytes(b"PAR1nothing")
        with pytest.raises(ExtractError, match=r"handover_incident\.parquet"):
            read_extract(export.out)

    def test_the_invented_export_is_the_same_whenever_it_is_made(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            write_records(tmp_path / name, 20, seed=3, year_end=date(2026, 3, 31))
        for path in (tmp_path / "one").iterdir():
            assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


class TestOneRowOfEverything:
    """Software that writes an incident, its crime, two victims and a suspect into one row of one file."""

    TEXT = (
        "CRIME,INC,WHEN,DA,VIC1,VIC2,SUS,\n"
        "C1,A1,45836.5,Y,V1,V2,S1,\n"
        "C2,A2,45837,Y,V1,,S1,\n"
        "C3,A3,then,Y,V3,,S1,\n"
        "Figures are provisional,,,,,,,\n"
    )

    def test_each_kind_takes_its_own_columns(self, export: Export) -> None:
        part = {"file": "all.csv", "incident": "INC"}
        export.map = {
            "dates": ["excel"],
            "incidents": {**DAY, "file": "all.csv", "id": "INC"},
            "crimes": {"file": "all.csv", "id": "CRIME", "incident": "INC", "at": "WHEN"},
            "people": [
                {**part, "person": "VIC1", "part": {"always": "victim"}},
                {**part, "person": "VIC2", "part": {"always": "victim"}},
                {**part, "person": "SUS", "part": {"always": "suspect"}},
            ],
        }
        done = export.file("all.csv", self.TEXT).brought_in("--csv")

        assert done.exit_code == 0, done.output
        assert "people: 12 rows, 5 landed, 5 left out by the map, 2 rejected" in done.stdout
        assert "all.csv: 2 of 4 landed as incidents" in done.stderr
        assert len(export.rows("handover_case")) == 2
        (first, _) = sorted(export.rows("handover_incident"), key=lambda row: str(row["at"]))
        assert "2025-06-28" in str(first["at"])
        assert {(row, column) for _, row, column, *_ in export.rejects()} >= {("4", "WHEN"), ("5", "WHEN")}

    def test_a_file_of_two_names_of_the_map_is_refused(self, export: Export) -> None:
        export.map["crimes"] = {"file": "*.csv", "id": "CRIME", "incident": "INC", "at": "WHEN"}
        done = export.file("incidents.csv", INCIDENTS).brought_in()
        assert "incidents.csv: is what incidents and crimes of the map name" in done.stderr

    def test_a_title_above_the_heading_and_a_spreadsheet_are_told(self, export: Export) -> None:
        done = export.file("incidents.csv", "Extract of June\n\n" + INCIDENTS).brought_in()
        assert "its columns are named in row 3: take out the rows above it" in done.stderr
        done = export.file("incidents.csv", "PK\x03\x04").brought_in()
        assert "is a spreadsheet or an archive; save its sheet as CSV" in done.stderr
        assert not export.out.exists()

    def test_columns_and_codes_are_called_what_the_map_says(self, export: Export) -> None:
        (export.folder / "own.yaml").write_text(
            "dates: ['%d/%m/%Y %H:%M', '%d/%m/%Y']\n"
            "incidents: {file: incidents.csv, id: NO, at: 17, domestic: {column: On, codes: {yes: true, True: True, no: false}}}\n"
        )
        export.file("incidents.csv", "NO,17,On\nA1,28/06/2025,Yes\nA2,28/06/2025,TRUE\nA3,28/06/2025,NO\n")
        told = read_map(export.folder / "own.yaml")
        counts = import_records(told, export.files, export.out, key=b"k" * 32)
        assert counts["incidents"].landed == 3
        assert sorted(row["domestic"] for row in export.rows("handover_incident")) == [False, True, True]

    def test_a_column_in_other_letters_is_offered(self, export: Export) -> None:
        done = export.file("incidents.csv", INCIDENTS.replace("NO", "No")).brought_in()
        assert "names the column 'NO', which is not in incidents.csv; it has 'No'" in done.stderr

    def test_an_empty_list_of_a_kind_is_refused(self, export: Export) -> None:
        export.map["people"] = []
        done = export.file("incidents.csv", INCIDENTS).brought_in()
        assert "a list of nothing" in done.stderr


class TestARowForEachPerson:
    """Software that repeats an incident's crime in the row of everybody who had a part in it, and says codes by their labels."""

    TEXT = (
        "INC;CRIME;RECORDED;OFFENCE;WHO;ROLE;DOB;SEX;ETHNICITY\n"
        "A1;C1;28/06/25;Violence with injury;P1;Victim;18/07/42;Female;Not stated\n"
        "A1;C1;28/06/25;Violence with injury;P2;SUSPECT;18/07/80;m;white\n"
        "A1;C1;29/06/25;Violence with injury;P3;Witness;18/07/80;Unknown;\n"
        "A2;;;;P1;Victim;18/07/42;F;\n"
        "A2;;01/07/25;Robbery;P4;Suspect;18/07/80;F;\n"
    )

    @pytest.fixture
    def brought(self, export: Export) -> Result:
        export.map = {
            "dates": ["%d/%m/%y"],
            "incidents": {"file": "incidents.csv", "id": "NO", "at": "WHEN", "domestic": "DA"},
            "crimes": {"file": "all.csv", "id": "CRIME", "incident": "INC", "at": "RECORDED", "offence": "OFFENCE"},
            "people": {
                "file": "all.csv", "incident": "INC", "person": "WHO", "part": "ROLE", "born": "DOB", "sex": "SEX",
                "ethnicity": "ETHNICITY",
            },
        }  # fmt: skip
        export.file("incidents.csv", "NO,WHEN,DA\nA1,28/06/25,Yes\nA2,30/06/25,1\n").file(
            "all.csv", self.TEXT
        )
        return export.brought_in()

    def test_what_is_told_again_is_neither_landed_nor_rejected(self, export: Export, brought: Result) -> None:
        assert "crimes: 5 rows, 1 landed, 1 told again, 1 left out by the map, 2 rejected" in brought.stdout
        assert "people: 5 rows, 5 landed, 0 left out by the map, 0 rejected" in brought.stdout
        assert export.rejects() == [
            ("all.csv", "4", "RECORDED", "differs from what an earlier row says of the same", "no"),
            ("all.csv", "6", "CRIME", "is empty", "no"),
        ]
        about = json.loads((export.out / "handover.json").read_text("utf-8"))
        assert about["rows"] == about["landed"] + about["again"] + about["left_out"] + about["refused"] == 12

    def test_labels_and_usual_words_are_codes_and_years_of_two_digits_are_of_the_past(
        self, export: Export, brought: Result
    ) -> None:
        (crime,) = export.rows("handover_crime")
        assert crime["offence"] == "violence-with-injury"
        said = [(row["sex"], row["ethnicity"]) for row in export.rows("handover_person")]
        assert sorted(said, key=str) == [("0", None), ("1", "white"), ("2", None), ("2", None)]
        assert sorted(row["age"] for row in export.rows("handover_involvement")) == [44, 44, 44, 82, 82]

    def test_an_age_that_nobody_has_is_named(self, export: Export) -> None:
        export.map["people"] = {**PEOPLE, "born": "DOB"}
        export.file("incidents.csv", INCIDENTS)
        export.file("people.csv", "NO,WHO,ROLE,SEX,DOB\nA1,P1,victim,F,01/01/2031\n").brought_in()
        assert export.rejects() == [
            ("people.csv", "2", "DOB", "makes nobody's age on the day of the incident; it is left out", "yes")
        ]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("Outcome 16: Evidential difficulties; victim does not support", "outcome-16"),
        ("outcome 1", "outcome-1"),
        ("OC1A - Charged", "outcome-1a"),
        ("O16", "outcome-16"),
        ("16", "outcome-16"),
        ("08", "outcome-8"),
        ("Type 22", "outcome-22"),
        ("16 Evidential difficulties", "outcome-16"),
        ("99", None),
        ("0", None),
        ("16/03/2025", None),
        ("160", None),
        ("Undetected", None),
    ],
)
def test_an_outcome_is_known_by_its_number(told: str, code: str | None) -> None:
    assert numbered(told, plainly=True) == code
    # where the map says what the codes mean, a bare number may be one of its own
    assert numbered(told, plainly=False) == (None if told[0].isdigit() else code)
