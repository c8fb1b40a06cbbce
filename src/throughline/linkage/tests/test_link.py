"""Records of one file linked: what is written, for whom, and that a run broken off goes on where it was."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from throughline.linkage.batch import stages
from throughline.linkage.cli import linkage
from throughline.linkage.layout import read_map
from throughline.linkage.model import load_model, read_model

HEADER = "ref,first,last,born,phone,house,street,postcode\n"
MAP = (
    "id: ref\nforename: first\nsurname: last\ndob: born\nphone: phone\nhouse_number: house\nstreet: street\n"
)
ROWS = """\
A1,Sarah,Cole,1988-11-03,07700 900123,14,Alma Road,LS6 2AB
A2,Sara,Cole,1988-11-03,07700 900123,14,Alma Rd,LS6 2AB
A3,Kelly,Frost,1990-08-09,01632 960123,3,Mill Lane,YO1 7AA
A4,Dean,Frost,1968-05-01,01632 960123,3,Mill Lane,YO1 7AA
A5,Amy,Lunn,1979-06-05,07700 900777,8,High Street,HU1 1AA
A6,Beth,Lunn,1979-06-05,,9,Broad Walk,YO9 1AB
"""


@pytest.fixture
def records(tmp_path: Path) -> Path:
    (tmp_path / "rows.csv").write_text(HEADER + ROWS)
    (tmp_path / "map.yaml").write_text(MAP + "postcode: postcode\n")
    return tmp_path / "rows.csv"


def run(records: Path, *more: str) -> Result:
    arguments = ["link", str(records), "--map", str(records.with_name("map.yaml"))]
    return CliRunner().invoke(linkage, [*arguments, "--out", str(records.with_name("out")), *more])


def test_who_is_one_person_is_joined_and_who_may_be_is_for_a_person_to_look_at(records: Path) -> None:
    result = run(records, "--json", "--review", "0.001")

    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["records"], found["clusters"], found["joined_records"]) == (6, 5, 2)
    out = records.with_name("out")
    assert sorted(path.name for path in out.iterdir()) == ["clusters.csv", "model.yaml", "review.csv"]
    with (out / "clusters.csv").open(encoding="utf-8") as file:
        cluster = {row["id"]: row["cluster"] for row in csv.DictReader(file)}
    assert cluster["A1"] == cluster["A2"]
    assert cluster["A3"] != cluster["A4"]
    with (out / "review.csv").open(encoding="utf-8") as file:
        review = list(csv.DictReader(file))
    assert len(review) == found["to_review"]
    (lunns,) = (row for row in review if {row["id_a"], row["id_b"]} == {"A5", "A6"})
    assert lunns["born"] == "same"
    parts = [float(value) for name, value in lunns.items() if name.endswith("_bits")]
    assert sum(parts) + float(lunns["household"]) == pytest.approx(float(lunns["weight"]), abs=0.02)
    trained = read_model(str(out / "model.yaml")).trained
    assert trained["splink"].startswith("5.")
    assert trained["thresholds"] == {"review": 0.001, "join": 0.95}


def test_only_its_owner_reads_the_folder(records: Path) -> None:
    assert run(records).exit_code == 0

    out = records.with_name("out")
    assert out.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.iterdir())


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", ["block", "train", "weigh 0"])
def test_broken_off_it_goes_on_and_finds_the_same(
    records: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(out: str, said: list[str]) -> stages.Linked:
        return stages.link(
            records,
            read_map(records.with_name("map.yaml")),
            records.with_name(out),
            model=load_model("batch"),
            trained=False,
            on=date(2026, 11, 26),
            seed=1,
            say=said.append,
        )

    real = stages._Run.stage

    def broken(self: stages._Run, name: str, work: object) -> None:
        if name == at:
            work()  # type: ignore[operator] what it did is there, and nobody noted that it was done
            raise Killed
        real(self, name, work)  # type: ignore[arg-type]

    whole = link("whole", [])
    with monkeypatch.context() as patch:
        patch.setattr(stages._Run, "stage", broken)
        with pytest.raises(Killed):
            link("out", [])

    said: list[str] = []
    again = link("out", said)

    assert "stages were done before" in said[0]
    assert (again.clusters, again.to_review, again.model) == (whole.clusters, whole.to_review, whole.model)
    for name in ("clusters.csv", "review.csv"):
        assert (records.with_name("out") / name).read_text() == (
            records.with_name("whole") / name
        ).read_text()


def test_another_file_in_the_same_folder_begins_anew(records: Path) -> None:
    out = records.with_name("out")
    out.mkdir()
    begun = stages._Run(out, "of another file", lambda _: None)
    begun.con.execute("insert into stages values ('read', 1.0)")
    begun.close()

    result = run(records)

    assert result.exit_code == 0, result.output
    assert "begun anew" in result.stderr


def test_a_live_model_is_refused_in_words(records: Path) -> None:
    model = Path(stages.__file__).parents[1] / "models" / "live.yaml"

    result = run(records, "--model", str(model))

    assert result.exit_code != 0
    assert "need one for batch" in result.stderr
