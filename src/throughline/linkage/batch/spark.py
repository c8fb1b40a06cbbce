"""The same settings on Spark: what DuckDB holds as macros is written out, for Spark knows no functions of ours there.

Reading, keys, training and joining stay with DuckDB; the pairs of readings are weighed by Splink on Spark, and
come back. The two libraries' Jaro-Winkler differ in some pairs of texts, and a level may with them.
"""

import re
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from splink import Linker

from ..model import Model
from .levels import functions, settings_of, terms_of
from .weighing import register_shares

Connection = duckdb.DuckDBPyConnection

_OURS = {
    "likeness": ("a, b", "jaro_winkler(a, b)"),
    "edits": ("a, b", "damerau_levenshtein(a, b)"),
    "digits_off": ("a, b", "size(filter(sequence(1, length(a)), i -> substr(a, i, 1) <> substr(b, i, 1)))"),
    "share_any": ("a, b", "arrays_overlap(a, b)"),
    "share_mobile": ("a, b", "size(filter(array_intersect(a, b), x -> startswith(x, '447'))) > 0"),
    "has_words": ("a, b", "size(array_except(split(b, ' '), split(a, ' '))) = 0"),
    "string_split": ("a, b", "split(a, b)"),
}
_CALL = re.compile(r"\b([a-z_]+)\(")
_SOME = "list_bool_or(list_transform("


def written_out(sql: str) -> str:
    """A condition of `levels` in Spark's own words, without any function of ours."""
    return _written_out(sql, {**_OURS, **{name: (arguments, body) for name, arguments, body in functions()}})


def _written_out(sql: str, ours: Mapping[str, tuple[str, str]]) -> str:
    while (start := sql.find(_SOME)) >= 0:
        (inner,), end = _arguments(sql, start + len("list_bool_or("))
        (of, some), _ = _arguments(inner, len("list_transform("))
        variable, condition = some.removeprefix("lambda ").split(":", 1)
        sql = f"{sql[:start]}(size(filter({of}, {variable} -> {condition})) > 0){sql[end:]}"
    sql = re.sub(r"\[\{(.*?)\}\]", _one_struct, sql)
    for found in _CALL.finditer(sql):
        if found[1] in ours:
            given, end = _arguments(sql, found.end())
            names, body = ours[found[1]]
            values = dict(zip(names.split(", "), (_written_out(one, ours) for one in given), strict=True))
            made = _written_out(_with_values(_written_out(body, {}), values), ours)
            return f"{sql[: found.start()]}({made}){_written_out(sql[end:], ours)}"
    return sql


def _one_struct(found: re.Match[str]) -> str:
    return f"array(named_struct({re.sub(r"('[a-z]+'):", r'\1,', found[1])}))"


def _with_values(body: str, values: Mapping[str, str]) -> str:
    return re.sub(
        r"'[^']*'|(?<![.\w])[a-z]\w*\b(?!\()",
        lambda found: values.get(found[0], found[0]),
        body,
    )


def _arguments(sql: str, start: int) -> tuple[list[str], int]:
    """The arguments of a call whose bracket was just opened, and where the call ends."""
    found: list[str] = []
    depth, begun, quoted = 0, start, False
    for place in range(start, len(sql)):
        letter = sql[place]
        quoted ^= letter == "'"
        if quoted:
            continue
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            if depth == 0:
                return [*found, sql[begun:place].strip()], place + 1
            depth -= 1
        elif letter == "," and depth == 0:
            found.append(sql[begun:place].strip())
            begun = place + 1
    raise ValueError("a call without its end")


def spark_settings_of(model: Model) -> dict[str, Any]:
    """Splink's settings for a model, as `settings_of` makes them, for Spark."""
    settings = settings_of(model)
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            level["sql_condition"] = written_out(level["sql_condition"])
    return {**settings, "sql_dialect": "spark"}


class EngineError(RuntimeError):
    """There is no engine of the kind that was asked for, in words for the person who asked."""


class SparkScorer:
    """Splink on Spark, comparing the readings that DuckDB has in ``blocked``; it stands in for `weighing.Scorer`."""

    def __init__(self, con: Connection, model: Model, session: Any) -> None:
        from splink import SparkAPI
        from splink.backends.spark import similarity_jar_location

        # by the session and not at its start: a Java that runs already reads no jar from the configuration
        session.sql(f"add jar '{similarity_jar_location()}'")
        self._con, self._session, self._folder = con, session, TemporaryDirectory()
        self._numbers = count()
        database = SparkAPI(spark_session=session, break_lineage_method="persist")
        self._linker = Linker(
            database.register(self._handed("readings")), spark_settings_of(model), validate_settings=False, log_level=None
        )  # fmt: skip
        register_shares(con, model)
        for column in terms_of(model):
            shares = database.register(self._handed(f"tf_of_{column}"))
            self._linker.table_management.register_term_frequency_lookup(shares, column)

    def _file(self, name: str) -> Path:
        return Path(self._folder.name) / f"{name}_{next(self._numbers)}.parquet"

    def _handed(self, table: str) -> Any:
        file = self._file(table)
        self._con.execute(f"copy {table} to '{file}' (format parquet)")
        return self._session.read.parquet(str(file))

    def score(self, least: float) -> str:
        """A table with unique_id_l, unique_id_r and match_weight, of so much weight at the least."""
        tables = self._linker.table_management
        tables.register_blocked_pairs_for_predict(self._linker._db_api.register(self._handed("blocked")))
        scored = self._linker.inference.predict(threshold_match_weight=least, warning_mode="never")
        file = self._file("scored")
        wanted = scored.as_spark_dataframe().select("unique_id_l", "unique_id_r", "match_weight")
        wanted.write.parquet(str(file))
        self._con.execute(
            f"create or replace temp table scored_by_spark as from read_parquet('{file}/*.parquet')"
        )
        return "scored_by_spark"

    def close(self) -> None:
        """Put away what it made."""
        self._folder.cleanup()


def session() -> Any:
    """A session of Spark, on the cluster that its own configuration names or on this machine.

    Raises EngineError where there is no Spark.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineError("Spark is not installed") from None
    try:
        return SparkSession.builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    except PySparkException as error:
        raise EngineError("Spark did not start; it needs Java") from error
