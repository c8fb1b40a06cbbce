"""The rows that the worker took apart, as web processes share them, and whether they are to be taken apart anew."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from threading import Lock, Thread
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from throughline.casework.people.models import Record
from throughline.foundations.access.models import Grant
from throughline.linkage.mapped import DamagedError, SnapshotError
from throughline.linkage.prepared import Prepared, about

logger = logging.getLogger(__name__)

#: Rows written since the file was made are weighed one by one: so long it takes until these are worth making it anew.
AFTER = timedelta(hours=1)
#: Bytes of a file that is read through within some 10 ms.
_AT_ONCE = 64_000_000


def prepared() -> Prepared | None:
    """The rows of the file as it stands now; None where there is none that can be used. Lookups need none to be right.

    Until a large file that is new has been held to its checksums, the rows of the one before are used, or none.
    """
    path: Path = settings.PREPARED_ROWS
    try:
        stands = path.stat()
    except OSError:
        return None
    return _held.rows(path, _Stands(stands.st_ino, stands.st_mtime_ns, stands.st_size))


class _Stands(NamedTuple):
    """By which a file is known from the one whose place it took."""

    inode: int
    written: int
    size: int


class _Held:
    """The rows that this process has mapped, and of which file."""

    def __init__(self) -> None:
        self._lock, self._stands = Lock(), _Stands(0, 0, 0)
        self._rows: Prepared | None = None

    def rows(self, path: Path, stands: _Stands) -> Prepared | None:
        """Those of the file that stands there; it is read once. A large one meanwhile, so that nobody waits for it."""
        with self._lock:
            is_new, self._stands = stands != self._stands, stands
        if is_new and stands.size <= _AT_ONCE:
            self._take(path, stands)
        elif is_new:
            Thread(target=self._take, args=(path, stands), daemon=True, name="prepared rows").start()
        return self._rows

    def _take(self, path: Path, stands: _Stands) -> None:
        try:
            rows = Prepared.mapped(path)
        except SnapshotError as error:
            logger.error("rows taken apart beforehand cannot be used: %s", error)
            rows = None
            if isinstance(error, DamagedError):
                _take_away(path, stands)
        with self._lock:
            if stands == self._stands:
                self._rows = rows


_held = _Held()


def _take_away(path: Path, stands: _Stands) -> None:
    """Who finds a file damaged takes it away, unless another has its place: the worker, who reads no more than its head, makes
    a new one where there is none."""
    with suppress(OSError):
        if path.stat().st_ino == stands.inode:
            path.unlink()


def told_of(path: Path) -> Mapping[str, Any] | None:
    """When the file was made and of how many rows, by its head alone; None where there is none that can be read."""
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
