"""The tables of an extract in a folder, as a database that a measure is run on."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import ibis
from ibis.expr.types import Table

from throughline.handover.shapes import SHAPES, VERSION

#: Beside the tables: their version, and what they hold.
ABOUT: Final = "handover.json"


class ExtractError(ValueError):
    """The folder holds no extract that can be read: says why."""


@dataclass(frozen=True, slots=True)
class Extract:
    """Tables of one version. ``all_crimes`` says that crimes which are not domestic are handed over as well; of the
    ``rows`` that they were made of so many were ``refused``."""

    run: Callable[[Table], Sequence[Mapping[str, Any]]]
    all_crimes: bool
    rows: int
    refused: int


def read_extract(folder: Path) -> Extract:
    """The tables of a folder; a shape that is not handed over is there and empty. Raises ExtractError."""
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        version, all_crimes = about["version"], bool(about["all_crimes"])
        rows, refused = int(about["rows"]), int(about["refused"])
    except OSError:
        raise ExtractError(f"{ABOUT} is not there or cannot be opened") from None
    except (ValueError, KeyError, TypeError):
        raise ExtractError(f"{ABOUT} is damaged") from None
    if version != VERSION:
        raise ExtractError(
            f"its tables are of version {str(version)[:10]!r}, and this reads version {VERSION}"
        )
    engine = duckdb.connect()
    for shape in SHAPES:
        engine.execute(shape.empty_on("duckdb"))
        for end, reads in (
            (".parquet", "read_parquet(?)"),
            (".csv", "read_csv(?, header=true, all_varchar=true)"),
        ):
            path = folder / f"{shape.name}{end}"
            if not path.exists():
                continue
            columns = ", ".join(f'"{name}"' for name in shape.columns)
            try:
                engine.execute(
                    f'insert into "{shape.name}" select {columns} from {reads}',  # noqa: S608 (of our own names)
                    [str(path)],
                )
            except duckdb.Error:
                raise ExtractError(
                    f"{path.name} does not hold the columns of its shape, or is damaged"
                ) from None

    def run(expression: Table) -> Sequence[Mapping[str, Any]]:
        answer = engine.execute(str(ibis.to_sql(expression, dialect="duckdb")))
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    return Extract(run, all_crimes, rows, refused)
