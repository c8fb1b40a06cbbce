"""Invented returns: the same by seed, whole, and of forces that do not exist."""

from datetime import date
from pathlib import Path

from click.testing import CliRunner

from throughline.measures.dispersion import dispersion
from throughline.reference import load
from throughline.statistics.returns import read_return, within_itself
from throughline.synthetic.cli import synthetic
from throughline.synthetic.returning import invented_forces, invented_returns

YEARS = (date(2024, 3, 31), date(2025, 3, 31))


def test_there_are_43_forces_none_of_them_real_and_one_is_tiny() -> None:
    forces = invented_forces()
    assert len({one.code for one in forces}) == len({one.name for one in forces}) == 43
    real = {row.label for row in load("forces").rows} | {row.code for row in load("forces").rows}
    assert not real & {text for one in forces for text in (one.name, one.code)}
    assert min(one.residents for one in forces) < 10_000


def test_returns_add_up_differ_by_more_than_chance_and_have_gaps() -> None:
    told = [*invented_returns(YEARS)]
    assert len(told) == 84
    assert not [query for one in told for query in within_itself(one) if query.level == "error"]
    assert any(entry.unable for one in told for entry in one.entries.values())
    counts = {
        one.force: (one.value("charged") or 0, one.value("crimes-da") or 1)
        for one in told
        if one.year_end == YEARS[-1]
    }
    spread = dispersion(counts)
    assert spread is not None
    assert spread.factor > 3


def test_the_same_seed_makes_the_same_files_and_another_others(tmp_path: Path) -> None:
    for name, seed in (("one", "1"), ("two", "1"), ("three", "2")):
        told = CliRunner().invoke(
            synthetic, ["returns", str(tmp_path / name), "--years", "1", "--seed", seed]
        )
        assert told.exit_code == 0, told.output
    files = {
        name: {
            str(path.relative_to(tmp_path / name)): path.read_bytes()
            for path in (tmp_path / name).rglob("*.csv")
        }
        for name in ("one", "two", "three")
    }
    assert files["one"] == files["two"] != files["three"]
    told, problems = read_return(tmp_path / "one" / "2025-03-31-X00000001", forces={"X00000001"})
    assert told is not None, problems
    again = CliRunner().invoke(synthetic, ["returns", str(tmp_path / "one")])
    assert again.exit_code == 1
    assert "not empty" in again.output
