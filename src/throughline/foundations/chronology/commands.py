"""The only writer of the chronology."""

from datetime import datetime
from uuid import UUID

from throughline.foundations.access.rules import Actor
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.reference import load


def write(
    kind: str,
    *,
    by: Actor,
    now: datetime,
    record_id: UUID,
    about: UUID | None = None,
    code: str = "",
) -> Entry:
    """Add one line; a kind that the registry does not know raises before anything is written."""
    load("chronology-kinds").get(kind, on=london_day(now))
    return Entry.objects.create(kind=kind, at=now, by=by.id, record_id=record_id, about=about, code=code)
