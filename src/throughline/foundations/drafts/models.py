"""Unsaved typing, encrypted, for its author alone."""

import uuid

from django.db import models


class Draft(models.Model):
    """What one account typed on one page. ``place`` is the page's path; it holds opaque ids only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.UUIDField()
    place = models.TextField()
    closed = models.BinaryField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "place"], name="drafts_one_a_place")]
        indexes = [models.Index(fields=["saved_at"], name="drafts_age")]

    def __str__(self) -> str:
        return f"draft {self.id}"
