"""Finding a name by its trigrams: PostgreSQL's pg_trgm on a server of its own, to measure recognition against."""

import contextlib
import math
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg

from throughline.linkage.description import Description
from throughline.linkage.features import features
from throughline.linkage.known import plain_text
from throughline.linkage.replay import Answer
from throughline.running.cluster import SUPERUSER, Cluster

SIMILARITY = 0.5
"""From which likeness a name counts as found."""
_MOST = 200

_TABLE: LiteralString = """
create extension pg_trgm;
create unlogged table known (row integer, name text, born text, phone text, postcode text)
"""
_INDEX: LiteralString = """
create index on known using gin (name gin_trgm_ops);
analyze known
"""
# of equally similar names the one that has most else in common is first
_FIND: LiteralString = """
select row, similarity(name, %(name)s) as likeness,
       (born = %(born)s and born <> '')::int + (phone = %(phone)s and phone <> '')::int
       + (postcode = %(postcode)s and postcode <> '')::int as also
from known where name %% %(name)s
order by likeness desc, also desc, row limit %(most)s
"""


class Trigrams:
    """The known in a table, found by the likeness of their names."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def answer(self, heard: Description) -> Answer:
        """The record whose name is most like the one heard."""
        name, born, phone, postcode = plain_text(heard, features(heard))
        if not name:
            return Answer(-1, -math.inf, ())
        asked = {"name": name, "born": born, "phone": phone, "postcode": postcode, "most": _MOST}
        found = self._connection.execute(_FIND, asked, prepare=True).fetchall()
        if not found:
            return Answer(-1, -math.inf, ())
        row, likeness, also = found[0]
        return Answer(row, likeness + also / 1000, [one[0] for one in found])


@contextlib.contextmanager
def trigrams(texts: Path) -> Iterator[Trigrams]:
    """A server with the lines of ``texts`` (row, name, birth date, telephone, postcode, by tabs), gone afterwards.

    Raises ClusterError.
    """
    folder = Path(tempfile.mkdtemp(prefix="throughline-trigrams-"))
    cluster = Cluster(folder.with_name(folder.name + "-database"), fast=True)
    try:
        cluster.start()
        with psycopg.connect(cluster.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(_TABLE)
            with (
                connection.cursor() as cursor,
                cursor.copy("copy known from stdin") as copy,
                texts.open("rb") as file,
            ):
                while part := file.read(2**20):
                    copy.write(part)
            connection.execute("set maintenance_work_mem = '512MB'")
            connection.execute(_INDEX)
            connection.execute(
                "select set_config('pg_trgm.similarity_threshold', %s, false)", [str(SIMILARITY)]
            )
            yield Trigrams(connection)
    finally:
        cluster.erase()
        shutil.rmtree(folder, ignore_errors=True)
