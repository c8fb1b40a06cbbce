"""The tables of an extract in a folder, as a database that a measure is run on."""

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final, Protocol

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
#: Of so many rows at most the tables are held in memory, unless one force alone hands over more.
_ROWS_AT_ONCE: Final = 30_000_000
_DAMAGED: Final = "{} does not hold the columns of its shape, or is damaged"


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
        for path in _files(shape, folder):
            with _whole(path.name):
                engine.execute(f'insert into "{shape.name}" {_rows_in(shape, path)}')
    return Extract(_runs(engine), about.all_crimes, about.rows, about.refused)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one force, by their names; `keep` holds in memory what an expression tells, under a name.

    Of each shape, and of what is kept, the columns that were named are there: whatever asks for another fails.
    """

    run: Callable[[Table], Sequence[Mapping[str, Any]]]
    keep: Callable[[str, Table, Collection[str]], None]


class _Opens(Protocol):
    def __call__(
        self, force: str, columns: Mapping[str, Collection[str]], seldom: Collection[str] = ()
    ) -> AbstractContextManager[Tables]: ...


@dataclass(frozen=True, slots=True)
class Extracts:
    """The tables of many forces, each opened by itself; so many ``at_once``, each in a thread of its own.

    ``without`` says which shapes a force did not hand over, ``sizes`` how many rows each handed over. Of one that is
    ``opened`` the columns that are named are read into memory; but shapes of which ``seldom`` anything is asked are read as
    each question asks for them, where they lie by columns.
    """

    forces: tuple[str, ...]
    without: Mapping[str, frozenset[str]]
    sizes: Mapping[str, int]
    at_once: int
    opened: _Opens


def read_extracts(
    folder: Path,
    *,
    threads: int | None = None,
    memory: str = "",
    spill: Path | None = None,
) -> Extracts:
    """The extracts of a folder's folders, each named as its force is (``E23000001``, or ``force=E23000001``).

    ``threads`` and ``memory`` (as ``6GB``) are what may be used at most; what does not fit is written to ``spill``, which does
    not fill the disk (`SPILL`). Raises ExtractError, as does what it gives where neither is enough.
    """
    try:
        found = {one.name.removeprefix("force="): one for one in sorted(folder.iterdir()) if one.is_dir()}
    except OSError:
        raise ExtractError(f"{folder.name} is not there or cannot be opened") from None
    if not found:
        raise ExtractError(f"{folder.name} holds no folder of a force")
    sizes, without = {}, {}
    for force, of_it in found.items():
        with _of(force):
            sizes[force] = _about(of_it).rows
        without[force] = frozenset(shape.name for shape in SHAPES if not [*_files(shape, of_it)])
    threads = threads or os.cpu_count() or 1
    at_once = min(threads, len(found), max(1, _ROWS_AT_ONCE // max(1, *sizes.values())))
    engine = duckdb.connect(config={"preserve_insertion_order": False})
    engine.execute("set timezone = 'UTC'")
    # joined as a measure says it: an engine that chooses may hold each row of one beside all others
    engine.execute("set disabled_optimizers = 'join_order'")
    limits = {
        # each of those at once works in the thread that asks as well
        "threads": threads - at_once + 1,
        "memory_limit": memory,
        "temp_directory": spill,
        "max_temp_directory_size": SPILL,
    }
    for name, value in limits.items():
        if value:
            engine.execute(f"set {name} = '{value}'")

    @contextmanager
    def opened(
        force: str, columns: Mapping[str, Collection[str]], seldom: Collection[str] = ()
    ) -> Iterator[Tables]:
        # what is temporary is its own, and goes with it
        with _of(force), engine.cursor() as own:
            lie_there = []
            for shape in SHAPES:
                rows, files = _rows_of(shape, found[force]), _files(shape, found[force])
                with _whole(shape.name), _enough():
                    if shape.name in seldom and all(path.suffix == ".parquet" for path in files):
                        own.execute(f"create temp view {_named(shape.name)} as {rows}")
                        lie_there.append(shape)
                    else:
                        _hold(own, shape.name, rows, _types(shape.columns), columns.get(shape.name, ()))
            try:
                yield Tables(_runs(own), partial(_keep, own))
            except duckdb.Error:
                # that one is damaged shows only when something is asked of it, and then not which
                for shape in lie_there:
                    with _whole(shape.name):
                        own.execute(f"select max(hash(columns(*))) from {_named(shape.name)}").fetchall()  # noqa: S608 (our own)
                raise

    return Extracts(tuple(found), without, sizes, at_once, opened)


@contextmanager
def _of(force: str) -> Iterator[None]:
    try:
        yield
    except ExtractError as error:
        raise ExtractError(f"{force}: {error}") from None


def _types(columns: Mapping[str, Any]) -> dict[str, str]:
    """DuckDB's own word for the type of each column."""
    return {name: DuckDBType.to_string(kind) for name, kind in ibis.schema(columns).items()}


def _files(shape: Shape, folder: Path) -> Iterator[Path]:
    """The files of a shape that lie in a folder."""
    return (path for end in _READS if (path := folder / f"{shape.name}{end}").exists())


def _rows_in(shape: Shape, path: Path) -> str:
    """What selects a shape of one of its files."""
    reads, given = _READS[path.suffix]
    columns = ", ".join(f'"{name}"::{kind} as "{name}"' for name, kind in _types(shape.columns).items())
    return f"select {columns} from {reads}({_quoted(str(path))}{given})"  # noqa: S608 (names quoted)


def _rows_of(shape: Shape, folder: Path) -> str:
    """What selects a shape of what lies in a folder."""
    none = ", ".join(f'null::{kind} as "{name}"' for name, kind in _types(shape.columns).items())
    found = (_rows_in(shape, path) for path in _files(shape, folder))
    return " union all ".join((f"select {none} where false", *found))


def _keep(engine: duckdb.DuckDBPyConnection, name: str, expression: Table, columns: Collection[str]) -> None:
    with _enough():
        _hold(engine, name, _as_sql(expression), _types(expression.schema()), columns)


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
def _whole(name: str) -> Iterator[None]:
    try:
        yield
    except duckdb.Error:
        raise ExtractError(_DAMAGED.format(name)) from None


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
