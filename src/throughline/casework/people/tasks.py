"""What the worker does for this room between requests, as named actors, through ordinary commands."""

import subprocess
import sys
from datetime import datetime

from django.conf import settings
from django.db import transaction

from throughline.casework.people.commands import pairs
from throughline.casework.people.queries.prepared import due
from throughline.casework.people.rules import RECOGNISER
from throughline.foundations.access.protection import set_actor

_COMMAND = [sys.executable, "-m", "throughline.cli", "people", "rows", "prepare", "--if-due"]


def look_for_pairs(*, now: datetime) -> int:
    """Look the next records up for pairs that may be of one person; says how many."""
    return pairs.go_on(now=now)


def call_for_readers(*, now: datetime) -> int:
    """Put the next pairs on the lists of who reads them, and take off what waits no longer; says how many."""
    return pairs.call_for_readers(now=now)


class Preparer:
    """Has the rows taken apart anew when they are due, in a process of its own: the worker's other work goes on."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None

    def turn(self, *, now: datetime) -> None:
        """Start it where it is due and not under way. One that failed is told of and tried again at the next turn."""
        if self._running is not None:
            ended = self._running.poll()
            if ended is None:
                return
            self._running = None
            if ended:
                raise ChildProcessError("taking rows apart ended with an error")
        with transaction.atomic():
            set_actor(RECOGNISER)
            if not due(settings.PREPARED_ROWS, now=now):
                return
        self._running = subprocess.Popen(_COMMAND, stdin=subprocess.DEVNULL)  # noqa: S603 our own command
