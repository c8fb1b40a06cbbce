"""What several commands do first: stand in line, and read words."""

from uuid import UUID

from django.db import connection

from throughline.national.collection.rules import Amiss

#: Longer ones are no answer but a document.
LONGEST = 4_000


def in_line(round_id: UUID, force_id: UUID | None = None) -> None:
    """Wait until nobody else changes this force's return of this round; with no force, until nobody changes any of it."""
    with connection.cursor() as cursor:
        if force_id is None:
            cursor.execute(
                "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"collection {round_id}"]
            )
        else:
            cursor.execute(
                "select pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [f"collection {round_id}"]
            )
            cursor.execute(
                "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"collection {round_id} {force_id}"]
            )


def said(field: str, words: str, *, needed: bool = True) -> str:
    """Words as they are kept; raises Amiss where they are needed and missing, or too long."""
    words = words.strip()
    if needed and not words:
        raise Amiss("needs an answer", field)
    if len(words) > LONGEST:
        raise Amiss(f"is longer than {LONGEST:,} characters; send a document another way", field)
    return words
