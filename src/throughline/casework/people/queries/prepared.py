"""The rows that the worker took apart, as web processes share them, and whether they are to be taken apart anew."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

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
    """Whether the file is to be made anew: there is none, it is old, or others were hidden or erased than are now."""
    told = told_of(path)
    if told is None:
        return True
    return now - datetime.fromisoformat(told["made"]) >= AFTER or told["without"] != left_out(now)


def hidden(now: datetime) -> QuerySet[Grant, UUID]:
    """The records that are kept from somebody, or from all."""
    kept_back = Grant.objects.filter(kind__in=("restrict", "exclude"))
    return kept_back.filter(Q(valid_until=None) | Q(valid_until__gt=now)).values_list("subject", flat=True)


def left_out(now: datetime) -> str:
    """Who is hidden from somebody or erased, as a mark that changes with them and names nobody.

    By who they are and not by when it was decided: what is committed late counts as well.
    """
    subjects = sorted({str(one) for one in hidden(now)})
    erased = Record.objects.filter(erased_at__isnull=False).count()
    return blake2b(" ".join([*subjects, str(erased)]).encode(), digest_size=16).hexdigest()
