"""The rows that the worker took apart, as web processes share them, and whether they are to be taken apart anew."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from throughline.casework.people.models import Record
from throughline.foundations.access.models import Grant
from throughline.linkage.mapped import SnapshotError
from throughline.linkage.prepared import Prepared, about

logger = logging.getLogger(__name__)

#: Rows written since the file was made are weighed one by one: so long it takes until these are worth making it anew.
AFTER = timedelta(hours=1)


def prepared() -> Prepared | None:
    """The rows of the file as it stands now; None where there is none that can be read. Lookups need none to be right."""
    path: Path = settings.PREPARED_ROWS
    try:
        stands = path.stat()
    except OSError:
        return None
    return _mapped(path, stands.st_ino, stands.st_mtime_ns, stands.st_size)


@lru_cache(maxsize=1)
def _mapped(path: Path, *_stands: int) -> Prepared | None:
    try:
        return Prepared.mapped(path)
    except SnapshotError as error:
        logger.error("rows taken apart beforehand cannot be used: %s", error)
        return None


def told_of(path: Path) -> Mapping[str, Any] | None:
    """When the file was made and of how many rows; None where there is none that can be read."""
    try:
        return about(path)
    except SnapshotError:
        return None


def due(path: Path, *, now: datetime) -> bool:
    """Whether the file is to be made anew: there is none, it is old, or it holds somebody who was hidden or erased since."""
    told = told_of(path)
    if told is None:
        return True
    made = datetime.fromisoformat(told["made"])
    return (
        now - made >= AFTER
        or Grant.objects.filter(kind__in=("restrict", "exclude"), valid_from__gte=made).exists()
        or Record.objects.filter(erased_at__gte=made).exists()
    )
