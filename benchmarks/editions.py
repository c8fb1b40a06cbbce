"""How long an edition takes, and what it is made from: signed returns of invented forces, corrected and signed anew.

    python benchmarks/editions.py --out benchmarks/results/editions.json

43 invented forces over ten years, from signed files to pages, pictures, CSV with CSVW, spreadsheet and digests; rebuilt from a
copy, every byte compared. Beside it in the same run: the same tables through pandas' own writer of spreadsheets alone, which
checks, protects and draws nothing.
"""

import argparse
import csv
import hashlib
import resource
import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from scratch import tell

from throughline.statistics.edition.gathering import SIGNATURES, WHY, gather
from throughline.statistics.edition.national import national_edition
from throughline.statistics.edition.reckoning import Figures
from throughline.statistics.edition.writing import write_edition
from throughline.statistics.returns import canonical, digest, read_return
from throughline.statistics.returns.template import FIGURES
from throughline.synthetic.returning import write_invented_returns


def write_invented(out: Path, years: Sequence[date]) -> int:
    """The signed returns of the invented forces."""
    return write_invented_returns(out, years)


def correct(
    folder: Path, force: str, year_end: date, item: str, *, sign: bool = True, why: str = ""
) -> tuple[int, int]:
    """Change a figure of a return by one in a hundred and sign it anew, with why or without; returns was and is."""
    path = folder / f"{year_end}-{force}" / FIGURES
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    row = next(one for one in table if one["item"] == item)
    was = int(row["value"])
    row["value"] = str(was + was // 100 + 1)
    _write(path, table)
    if sign:
        told, _ = read_return(path.parent, forces={force})
        assert told is not None
        with (folder / SIGNATURES).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for one in rows:
            if (one["force"], one["year_end"]) == (force, year_end.isoformat()):
                one["digest"] = digest(canonical(told))
        _write(folder / SIGNATURES, rows)
    if why:
        _write(folder / WHY, [{"force": force, "year_end": year_end.isoformat(), "why": why}])
    return was, int(row["value"])


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    tell(measure(years=asked.years), asked.out)


def measure(*, years: int) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="throughline-bench-"))
    try:
        style = folder / "style.css"
        style.write_text("body { margin: 0 }\n")
        count = write_invented(folder / "returns", [date(year, 3, 31) for year in range(2026 - years, 2026)])
        told: list[str] = []
        first, steps, edition, figures = _build(folder / "returns", folder / "one", style, told)
        shutil.copytree(folder / "returns", folder / "copy")
        second, *_ = _build(folder / "copy", folder / "two", style, [])
        plain = _plain(edition, folder / "plain.xlsx")
        same = _digests(folder / "one") == _digests(folder / "two")
        files = [path for path in (folder / "one").rglob("*") if path.is_file()]
        return {
            "forces": len(figures.forces),
            "years": years,
            "returns": count,
            "figures": figures.all_cells(),
            "protected": figures.protected_count(),
            "seconds": round(first, 1),
            "seconds_rebuilt": round(second, 1),
            "seconds_by_step": steps,
            "identical_when_rebuilt": same,
            "files": len(files),
            "megabytes": round(sum(path.stat().st_size for path in files) / 2**20, 1),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "progress_lines": len(told),
            "seconds_pandas_spreadsheet_alone": round(plain, 1),
            "ratio_to_pandas_spreadsheet_alone": round(first / plain, 1),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _build(
    returns: Path, out: Path, style: Path, told: list[str]
) -> tuple[float, dict[str, float], Any, Figures]:
    at = [time.perf_counter()]
    gathered = gather(returns, progress=told.append)
    at.append(time.perf_counter())
    figures = Figures(gathered, progress=told.append)
    at.append(time.perf_counter())
    edition = national_edition("Benchmark", figures, progress=told.append)
    at.append(time.perf_counter())
    write_edition(edition, out, style=style, progress=told.append)
    at.append(time.perf_counter())
    names = (
        "read and held against signatures",
        "small counts kept back and proved",
        "reckoned and drawn",
        "written",
    )
    steps = {name: round(later - earlier, 1) for name, earlier, later in zip(names, at, at[1:], strict=False)}
    return at[-1] - at[0], steps, edition, figures


def _plain(edition: Any, path: Path) -> float:
    import pandas as pd

    begun = time.perf_counter()
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        for at, (table, _) in enumerate(edition.tables):
            frame = pd.DataFrame(table.rows, columns=[column.name for column in table.columns])
            frame.to_excel(book, sheet_name=f"T{at}", index=False)
    return time.perf_counter() - begun


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


if __name__ == "__main__":
    main()
