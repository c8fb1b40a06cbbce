"""What runs beside the pages: sealing the log every second, and the housekeeping of a day."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from throughline.casework.people.commands.retention import call_for_reviews
from throughline.foundations.audit.commands import Checkpoints, seal
from throughline.foundations.drafts.commands import expire

logger = logging.getLogger(__name__)


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
        try:
            self.run()
        except Exception as failure:
            logger.error("%s failed: %s", self.name, type(failure).__name__)
            close_old_connections()


def tasks() -> list[Task]:
    """What the worker does, most urgent first."""
    checkpoints = Checkpoints(Path(settings.HOME) / "checkpoints")
    return [
        Task("sealing", timedelta(seconds=1), seal),
        Task("checkpoint", timedelta(minutes=1), checkpoints.write),
        Task("expiry of drafts", timedelta(hours=1), lambda: expire(now=timezone.now())),
        Task("retention reviews", timedelta(hours=1), lambda: call_for_reviews(now=timezone.now())),
    ]


def run_forever() -> None:
    """Work until stopped from outside. Each turn is a transaction of its own, so a kill loses nothing."""
    work = tasks()
    while True:
        for task in work:
            task.turn(time.monotonic())
        time.sleep(0.2)
