"""What the national site does between requests."""

from datetime import timedelta

from django.utils import timezone

from throughline.foundations.audit.commands import Checkpoints, seal
from throughline.foundations.drafts.commands import expire
from throughline.national.collection.commands.removing import remove_expired
from throughline.running.working import Task


def tasks(checkpoints: Checkpoints) -> list[Task]:
    """What the worker of the national site does."""
    return [
        Task("sealing", timedelta(seconds=1), seal),
        Task("checkpoint", timedelta(minutes=1), checkpoints.write),
        Task("expiry of drafts", timedelta(hours=1), lambda: expire(now=timezone.now())),
        Task("files whose time is over", timedelta(hours=1), lambda: remove_expired(now=timezone.now())),
    ]
