"""What the force itself says of its figures. They are of nobody: a figure counts, and an explanation is about the count."""

import uuid

import pgtrigger
from django.db import models

from throughline.foundations.audit.models import guards


class Explanation(models.Model):
    """Why a measure moved over some days, as a named account explained it. Never changed: another stands beside it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # a code of `measures`
    measure = models.TextField()
    # days in London, both included
    first = models.DateField()
    last = models.DateField()
    words = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["measure", "-last"], name="figures_explained")]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only")]

    def __str__(self) -> str:
        return f"explanation {self.id}"
