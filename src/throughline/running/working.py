"""Doing a site's work between requests, in a process and under a login of its own: `worker` and `national` say what."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import close_old_connections

logger = logging.getLogger(__name__)

_TURN = 0.25  # seconds between looks at the clock


@dataclass
class Task:
    """Something to be done again and again; one that fails is tried at its next turn."""

    name: str
    every: timedelta
    run: Callable[[], object]
    next_at: float = field(default=0.0)

    def turn(self, moment: float) -> None:
        """Do it if its time has come. A failure is told by its kind alone: its text could name somebody."""
        if moment < self.next_at:
            return
        self.next_at = moment + self.every.total_seconds()
        close_old_connections()
        try:
            self.run()
        except Exception as failure:
            logger.error("%s failed: %s", self.name, type(failure).__name__)


def work(doing: Sequence[Task]) -> None:
    """Do every task in its time, until SIGTERM or SIGINT."""
    stopped = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_received: stopped.set())
    while not stopped.wait(_TURN):
        for task in doing:
            task.turn(time.monotonic())
