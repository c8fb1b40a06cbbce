"""Taking rows apart for the web processes of this machine."""

import fcntl
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from django.db import transaction

from throughline.casework.people.models import Features
from throughline.casework.people.queries.prepared import due, hidden, left_out
from throughline.casework.people.rules import RECOGNISER
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.linkage.prepared import Prepared

CHUNK = 10_000


def prepare(
    path: Path, *, now: datetime, always: bool = True, say: Callable[[int], None] | None = None
) -> int | None:
    """Write the rows of all records in everybody's sight to a file, taken apart; says how many.

    None where another process is at it, or, unless ``always``, where the file is as it should be. Who is killed on the
    way leaves the old file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        with transaction.atomic():
            set_actor(RECOGNISER)
            if not always and not due(path, now=now):
                return None
            without = left_out(now)
            made = Prepared.of(_rows(now, say))
            record(
                RECOGNISER, Event.Kind.LOOK, Action.SEARCH_PEOPLE, subjects=[], detail={"prepared": len(made)}
            )
        made.write(path, {"made": now.isoformat(), "rows": len(made), "without": without})
    return len(made)


def _rows(now: datetime, say: Callable[[int], None] | None) -> Iterator[bytes]:
    # what hides one of few from a file that all web processes read is that they are not in it
    rows = Features.objects.exclude(record__in=hidden(now)).values_list("packed", flat=True)
    for read, packed in enumerate(rows.iterator(CHUNK), start=1):
        yield bytes(packed)
        if say and read % CHUNK == 0:
            say(read)
