"""A choice with its maker and reasons, and what a second person made of it."""

import uuid

import pgtrigger
from django.db import models

from throughline.foundations.audit.models import guards


class Decision(models.Model):
    """A coded choice about a subject, with a coded reason and the maker's words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.TextField()
    record_id = models.UUIDField()
    # what else it is about: the other record of a merge, the enquiry of a match
    about = models.UUIDField(null=True)
    choice = models.TextField()
    reason = models.TextField(blank=True)
    words = models.TextField(blank=True)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT)

    class Meta:
        indexes = [
            models.Index(fields=["record_id", "kind"], name="decisions_record"),
            models.Index(fields=["about", "kind"], name="decisions_about"),
        ]
        triggers = [
            *guards(),
            # only erasing a person may change a decision, and only its words
            pgtrigger.ReadOnly(name="append_only", exclude=["words"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Review(models.Model):
    """A second person's look at a decision: agreed or overturned, with feedback to its maker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="reviews")
    agreed = models.BooleanField()
    feedback = models.TextField(blank=True)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        triggers = [
            *guards(),
            pgtrigger.ReadOnly(name="append_only", exclude=["feedback"]),
        ]

    def __str__(self) -> str:
        return f"review {self.id}"
