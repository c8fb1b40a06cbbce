"""What a force's records are asked for a return, over tables that are handed over."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from throughline.handover.importing import import_records
from throughline.handover.mapping import read_map
from throughline.measures import contact
from throughline.measures.returning import ALL_CRIMES, ELSEWHERE, asked
from throughline.reference import load
from throughline.returns.cli import returning
from throughline.statistics.returns import Return, items, read_return, within_itself
from throughline.synthetic.records import Rows, records, write_records

YEAR_END = date(2026, 3, 31)


@pytest.mark.parametrize("year_end", [date(2015, 3, 31), date(2026, 3, 31)])
def test_every_item_is_asked_of_the_records_or_is_elsewhere(year_end: date) -> None:
    answered = [code for one in asked() for code in dict.fromkeys(one.items.values())]
    assert len(answered) == len({*answered})
    listed = {item.code for item in items(year_end)}
    assert listed <= {*answered} | {*ELSEWHERE}
    assert not {*answered} & {*ELSEWHERE}
    assert {*ALL_CRIMES.items.values()} <= {*ELSEWHERE}
    # what is asked later is no item of the return of another year
    assert {*answered} <= {item.code for item in items(date(2026, 3, 31))}


def test_one_reading_answers_one_sheet() -> None:
    sheets = {item.code: item.sheet for item in items(date(2026, 3, 31))}
    for one in asked():
        assert len({sheets[code] for code in one.items.values()}) == 1


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows]:
    """The tables of an invented export, and its rows."""
    folder = tmp_path_factory.mktemp("export")
    write_records(folder / "records", 900, seed=5, year_end=YEAR_END)
    sources = sorted((folder / "records").glob("*.csv"))
    import_records(read_map(folder / "records" / "map.yaml"), sources, folder / "tables", key=bytes(32))
    return folder / "tables", records(900, seed=5, year_end=YEAR_END)


class TestOfAnExport:
    """A force that uses other software: its records, brought in and counted, against the same counted by hand."""

    def test_its_return_is_what_a_count_by_hand_gives(self, told: tuple[Path, Rows], tmp_path: Path) -> None:
        tables, rows = told
        out = tmp_path / "return"
        asked_for = ["--force", "E23000020", "--to", f"{YEAR_END}", "--out", str(out)]
        done = CliRunner().invoke(returning, ["build", "--from-handover", str(tables), *asked_for])
        assert done.exit_code == 0, done.output
        assert CliRunner().invoke(returning, ["check", str(out)]).output == "Nothing to ask.\n"
        found, _ = read_return(out)
        assert found is not None
        by_hand = counted_by_hand(rows)
        assert {code: found.value(code) for code in by_hand} == by_hand
        # nothing in the export says them
        for code in ("cases", "marac-police", "victims-disabled", "trained-desk", "crimes"):
            assert found.value(code) is None
        assert "rows of the export did not land" in found.methods["Victims"].method

    @pytest.mark.parametrize(
        ("definition", "relation"),
        [
            # the government's, so that both count the same
            ({"needed": 2, "same_perpetrator": False}, "the same"),
            ({"needed": 3, "same_perpetrator": False}, "fewer"),
        ],
    )
    def test_repeat_victims_by_the_forces_own_definition(
        self,
        told: tuple[Path, Rows],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        definition: dict[str, int | bool],
        relation: str,
    ) -> None:
        """Counted once the list holds the force's own and says so; the example in its place is nobody's definition."""

        def built(name: str) -> Return:
            asked_for = ["--force", "E23000020", "--to", f"{YEAR_END}", "--out", str(tmp_path / name)]
            CliRunner().invoke(returning, ["build", "--from-handover", str(told[0]), *asked_for])
            found, _ = read_return(tmp_path / name)
            assert found is not None
            return found

        without = built("without")
        assert without.entries["victims-repeat-own"].unable == "no-own-definition"
        assert "repeat-definitions" in without.entries["victims-repeat-own"].note
        assert "own definition" not in without.methods["Victims"].definition

        listed = load("repeat-definitions")
        rows = tuple(
            replace(row, verified=True, details={**row.details, **definition}) if row.code == "force" else row
            for row in listed.rows
        )
        monkeypatch.setattr(contact, "load", lambda _name: replace(listed, rows=rows))
        found = built("with")
        own, government = found.value("victims-repeat-own"), found.value("victims-repeat")
        assert own is not None
        assert government is not None
        assert own > 0
        assert (own == government) == (relation == "the same")
        assert (own < government) == (relation == "fewer")
        assert (
            "own definition: Of the victims of confirmed domestic incidents"
            in found.methods["Victims"].definition
        )
        assert within_itself(found) == ()

    def test_before_its_records_began_there_is_no_figure_of_a_year(
        self, told: tuple[Path, Rows], tmp_path: Path
    ) -> None:
        asked_for = ["--force", "E23000020", "--to", "2024-06-30", "--out", str(tmp_path / "out")]
        CliRunner().invoke(returning, ["build", "--from-handover", str(told[0]), *asked_for])
        found, _ = read_return(tmp_path / "out")
        assert found is not None
        assert {found.entries[code].unable for code in ("calls", "victims", "crimes-da", "charged")} == {
            "in-change"
        }

    def test_whose_sex_is_not_known_is_counted_as_such(self, tmp_path: Path) -> None:
        """By whichever code it says so: the parts of the victims are all of them."""
        (tmp_path / "map.yaml").write_text(
            'dates: ["%Y-%m-%d"]\n'
            "incidents: {file: incidents.csv, id: NO, at: DAY, domestic: DA}\n"
            "people: {file: people.csv, incident: NO, person: WHO, part: ROLE, sex: SEX}\n",
            "utf-8",
        )
        incidents, people = ["NO,DAY,DA", "A9,2025-03-20,Y"], ["NO,WHO,ROLE,SEX", "A9,P9,Victim,F"]
        for at, sex in enumerate(("F", "male", "0", "9", "Unknown", "", "Female")):
            incidents.append(f"A{at},2025-06-{at + 1:02},Yes")
            people.append(f"A{at},P{at},Victim,{sex}")
        (tmp_path / "incidents.csv").write_text("\n".join(incidents), "utf-8")
        (tmp_path / "people.csv").write_text("\n".join(people), "utf-8")
        sources = [tmp_path / "incidents.csv", tmp_path / "people.csv"]
        import_records(read_map(tmp_path / "map.yaml"), sources, tmp_path / "tables", key=bytes(32))
        asked_for = ["--force", "E23000020", "--to", f"{YEAR_END}", "--out", str(tmp_path / "out")]
        done = CliRunner().invoke(
            returning, ["build", "--from-handover", str(tmp_path / "tables"), *asked_for]
        )
        assert done.exit_code == 0, done.output
        found, problems = read_return(tmp_path / "out")
        assert found is not None, problems
        assert [found.value(f"victims-{sex}") for sex in ("female", "male", "sex-unknown")] == [2, 1, 4]
        assert within_itself(found) == ()

    def test_what_is_no_extract_is_told(self, tmp_path: Path) -> None:
        asked_for = ["--force", "E23000020", "--to", "2024-06-30", "--out", str(tmp_path / "out")]
        done = CliRunner().invoke(returning, ["build", "--from-handover", str(tmp_path), *asked_for])
        assert (done.exit_code, "handover.json is not there" in done.output) == (1, True)


def counted_by_hand(rows: Rows) -> dict[str, int]:
    """Some figures of the year, from the rows as they were exported."""

    def day(told: str) -> date | None:
        try:
            return datetime.strptime(told[:10], "%d/%m/%Y").date()  # noqa: DTZ007 (a day)
        except ValueError:
            return None

    first = date(YEAR_END.year - 1, 4, 1)
    incidents = {one["INC_NO"]: (day(one["REPORTED"]), one["DA_FLAG"] == "Y") for one in rows["incidents"]}
    incidents = {number: (at, domestic) for number, (at, domestic) in incidents.items() if at}
    crimes = {
        one["CRIME_NO"]: (one["INC_NO"], day(one["RECORDED"]), one["OFFENCE"])
        for one in rows["crimes"]
        if one["INC_NO"] in incidents and day(one["RECORDED"])
    }
    domestic = {
        number
        for number, (incident, at, _) in crimes.items()
        if incidents[incident][1] and at and first <= at <= YEAR_END
    }
    women, everybody, ages = set(), set(), {}
    for one in rows["people"]:
        at, abuse = incidents.get(one["INC_NO"], (None, False))
        if one["ROLE"] == "VIC" and at and abuse and first <= at <= YEAR_END and one["NOMINAL"]:
            everybody.add(one["NOMINAL"])
            born = day(one["DOB"])
            if born:
                age = at.year - born.year - ((at.month, at.day) < (born.month, born.day))
                # an invented child may be told of before it was born
                age = age if age >= 0 else -1
                ages[one["NOMINAL"]] = max((at, age), ages.get(one["NOMINAL"], (at, age)))
    sexes = {
        one["NOMINAL"]: one["GENDER"] for one in rows["people"] if one["GENDER"] in "FM" and one["GENDER"]
    }
    women = {one for one in everybody if sexes.get(one) == "F"}
    outcomes = {one["CRIME_NO"]: one["OUTCOME"] for one in rows["outcomes"] if one["CRIME_NO"] in domestic}
    with_crime = {incident for incident, _, _ in crimes.values()}
    return {
        "crimes-da": len(domestic),
        "crimes-da-sexual": sum(crimes[one][2] == "Rape" for one in domestic),
        "incidents-da": sum(
            abuse and first <= at <= YEAR_END and number not in with_crime
            for number, (at, abuse) in incidents.items()
        ),
        "victims": len(everybody),
        "victims-female": len(women),
        "victims-age-25-34": sum(25 <= age <= 34 for _, age in ages.values()),
        "victims-age-unknown": len(everybody - {one for one, (_, age) in ages.items() if age >= 0}),
        "arrests": sum(one["CRIME_NO"] in domestic for one in rows["custody"]),
        "charged": sum(told == "Charged/Summonsed" for told in outcomes.values()),
        "not-assigned": len(
            domestic - {one for one, told in outcomes.items() if not told.startswith("31/02")}
        ),
    }
