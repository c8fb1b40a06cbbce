"""The tables of an extract in a folder, as a database that a measure is run on."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import duckdb
import ibis
import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers import DuckDBCompiler
from ibis.backends.sql.datatypes import DuckDBType
from ibis.expr.types import Table

from throughline.handover.shapes import SHAPES, VERSION, Shape

#: Beside the tables: their version, and what they hold.
ABOUT: Final = "handover.json"
#: How the files of a shape end, what reads them, and how.
_READS: Final = {
    ".parquet": ("read_parquet", ""),
    ".csv": ("read_csv", ", header=true, all_varchar=true"),
}
#: What may be written beside memory at most.
SPILL: Final = "10GB"
_DAMAGED: Final = "{} of a force does not hold the columns of its shape, or is damaged"


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
    about = _about(folder)
    engine = duckdb.connect()
    for shape in SHAPES:
        engine.execute(shape.empty_on("duckdb"))
        for end, (reads, given) in _READS.items():
            path = folder / f"{shape.name}{end}"
            if not path.exists():
                continue
            columns = ", ".join(f'"{name}"' for name in shape.columns)
            try:
                engine.execute(
                    f'insert into "{shape.name}" select {columns} from {reads}(?{given})',  # noqa: S608 (of our own names)
                    [str(path)],
                )
            except duckdb.Error:
                raise ExtractError(
                    f"{path.name} does not hold the columns of its shape, or is damaged"
                ) from None
    return Extract(_runs(engine), about.all_crimes, about.rows, about.refused)


@dataclass(frozen=True, slots=True)
class Extracts:
    """The tables of many forces, each with the number of the force, from nought, in the column `force`.

    ``without`` says which shapes a force did not hand over, ``sizes`` how many rows each handed over. `hold` reads the tables
    of some forces into memory, of which alone `run` then tells; until then it reads where they lie. Shapes of which seldom
    anything is asked it may be told to leave there, and does so where they lie by columns. `keep` holds what an expression
    tells under a name, until it is kept again. Both hold the columns that are named, of each shape or of the expression:
    whatever asks for another fails.
    """

    forces: tuple[str, ...]
    run: Callable[[Table], Sequence[Mapping[str, Any]]]
    without: Mapping[str, frozenset[str]]
    sizes: tuple[int, ...]
    hold: Callable[[Sequence[int], Mapping[str, Collection[str]], Collection[str]], None]
    keep: Callable[[str, Table, Collection[str]], None]


def read_extracts(
    folder: Path,
    *,
    threads: int | None = None,
    memory: str = "",
    spill: Path | None = None,
) -> Extracts:
    """The extracts of a folder's folders, each named as its force is (``E23000001``, or ``force=E23000001``).

    They are read where they lie, as each figure asks for them. ``threads`` and ``memory`` (as ``6GB``) are what may be used
    at most; what does not fit is written to ``spill``, which does not fill the disk (`SPILL`). Raises ExtractError, as does
    what it gives where neither is enough.
    """
    try:
        found = {one.name.removeprefix("force="): one for one in sorted(folder.iterdir()) if one.is_dir()}
    except OSError:
        raise ExtractError(f"{folder.name} is not there or cannot be opened") from None
    if not found:
        raise ExtractError(f"{folder.name} holds no folder of a force")
    sizes = []
    for force, of_it in found.items():
        try:
            sizes.append(_about(of_it).rows)
        except ExtractError as error:
            raise ExtractError(f"{force}: {error}") from None
    forces = tuple(found)
    engine = duckdb.connect(config={"preserve_insertion_order": False})
    engine.execute("set timezone = 'UTC'")
    # joined as a measure says it: an engine that chooses may begin with the force, and hold each row of one beside all others
    engine.execute("set disabled_optimizers = 'join_order'")
    limits = {
        "threads": threads,
        "memory_limit": memory,
        "temp_directory": spill,
        "max_temp_directory_size": SPILL,
    }
    for name, value in limits.items():
        if value:
            engine.execute(f"set {name} = '{value}'")
    without: dict[str, set[str]] = {force: set() for force in forces}
    for shape in SHAPES:
        for force, of_it in found.items():
            if not any((of_it / f"{shape.name}{end}").exists() for end in _READS):
                without[force].add(shape.name)
        with _whole(shape):
            engine.execute(
                f'create view "{shape.name}" as {_rows_of(shape, dict(enumerate(found.values())))}'
            )

    def hold(numbers: Sequence[int], columns: Mapping[str, Collection[str]], seldom: Collection[str]) -> None:
        """What is temporary stands before the views of the same names."""
        folders = {number: of_it for number, of_it in enumerate(found.values()) if number in numbers}
        for shape in SHAPES:
            rows = _rows_of(shape, folders)
            as_text = any((of_it / f"{shape.name}.csv").exists() for of_it in folders.values())
            with _whole(shape), _enough():
                if shape.name in seldom and not as_text:
                    engine.execute(f"create or replace temp view {_named(shape.name)} as {rows}")
                else:
                    _hold(engine, shape.name, rows, _types(_with_force(shape)), columns.get(shape.name, ()))

    def keep(name: str, expression: Table, columns: Collection[str]) -> None:
        with _enough():
            _hold(engine, name, _as_sql(expression), _types(expression.schema()), columns)

    return Extracts(
        forces,
        _runs(engine),
        {force: frozenset(names) for force, names in without.items()},
        tuple(sizes),
        hold,
        keep,
    )


def _with_force(shape: Shape) -> ibis.Schema:
    return ibis.schema({**shape.columns, "force": "int16"})


def _types(schema: ibis.Schema) -> dict[str, str]:
    """DuckDB's own word for the type of each column."""
    return {name: DuckDBType.to_string(kind) for name, kind in schema.items()}


def _rows_of(shape: Shape, folders: Mapping[int, Path]) -> str:
    """What selects a shape of what lies in the folders of forces, by their number."""
    types = _types(_with_force(shape))
    none = ", ".join(f'null::{kind} as "{name}"' for name, kind in types.items())
    parts = [f"select {none} where false"]
    columns = ", ".join(f'"{name}"::{types[name]} as "{name}"' for name in shape.columns)
    for end, (reads, given) in _READS.items():
        paths = {number: folder / f"{shape.name}{end}" for number, folder in folders.items()}
        paths = {number: path for number, path in paths.items() if path.exists()}
        if not paths:
            continue
        files = ", ".join(_quoted(str(path)) for path in paths.values())
        numbers = ", ".join(map(str, paths))
        # of each file it is reckoned once for a block of rows
        number = f"[{numbers}][list_position([{files}], filename)]::{types['force']}"
        found = f"{reads}([{files}], filename=true{given})"
        parts.append(f"select {columns}, {number} as force from {found}")  # noqa: S608 (names quoted)
    return " union all ".join(parts)


def _hold(
    engine: duckdb.DuckDBPyConnection,
    name: str,
    rows: str,
    types: Mapping[str, str],
    columns: Collection[str],
) -> None:
    """A table of some columns of the rows, and under its name a view that has the others too, and fails where one is asked."""
    # where nobody asks for any, one that is short, so that its rows are there
    held = [one for one in types if one in columns] or [*types][-1:]
    table = _named(f"{name} held")
    listed = ", ".join(map(_named, held))
    engine.execute(f"create or replace temp table {table} as select {listed} from ({rows})")  # noqa: S608 (names quoted)
    listed = ", ".join(
        _named(one) if one in held else f"error({_quoted(f'{name} holds no {one}')})::{kind} as {_named(one)}"
        for one, kind in types.items()
    )
    engine.execute(f"create or replace temp view {_named(name)} as select {listed} from {table}")  # noqa: S608


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _whole(shape: Shape) -> Iterator[None]:
    try:
        yield
    except duckdb.Error:
        raise ExtractError(_DAMAGED.format(shape.name)) from None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class _About:
    all_crimes: bool
    rows: int
    refused: int


def _about(folder: Path) -> _About:
    """What stands beside the tables of an extract. Raises ExtractError."""
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        version = about["version"]
        found = _About(bool(about["all_crimes"]), int(about["rows"]), int(about["refused"]))
    except OSError:
        raise ExtractError(f"{ABOUT} is not there or cannot be opened") from None
    except (ValueError, KeyError, TypeError):
        raise ExtractError(f"{ABOUT} is damaged") from None
    if version != VERSION:
        raise ExtractError(
            f"its tables are of version {str(version)[:10]!r}, and this reads version {VERSION}"
        )
    return found


def _runs(engine: duckdb.DuckDBPyConnection) -> Callable[[Table], Sequence[Mapping[str, Any]]]:
    def run(expression: Table) -> Sequence[Mapping[str, Any]]:
        with _enough():
            answer = engine.execute(_as_sql(expression))
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    return run


@contextmanager
def _enough() -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise ExtractError(
            f"it fits neither into the memory that may be used nor into {SPILL} beside it"
        ) from None
    except duckdb.Error as error:
        # a table that is read where it lies is found to be damaged when something is asked of it
        if found := re.search(r"(handover_\w+)\.parquet", str(error)):
            raise ExtractError(_DAMAGED.format(found[1])) from None
        raise


class _Compiler(DuckDBCompiler):
    """As Ibis says it to DuckDB, but for what that takes long over."""

    def visit_ExtractEpochSeconds(
        self, op: ops.ExtractEpochSeconds, *, arg: sge.Expression
    ) -> sge.Expression:
        # an instant has the same seconds in every zone, and is carried to none first
        return self.f.epoch(arg)

    def visit_WindowFunction(
        self, op: ops.WindowFunction, *, order_by: Sequence[sge.Ordered], **given: Any
    ) -> sge.Expression:
        # by one key DuckDB finds the first of each without putting all in order
        if isinstance(op.func, ops.RowNumber) and not any(one.args.get("desc") for one in order_by):
            order_by = [sge.Ordered(this=self.f.row(*(one.this for one in order_by)))]
        return super().visit_WindowFunction(op, order_by=order_by, **given)


_COMPILER: Final = _Compiler()


@lru_cache(maxsize=1000)
def _as_sql(expression: Table) -> str:
    return str(_COMPILER.to_sqlglot(expression.unbind()).sql("duckdb"))
