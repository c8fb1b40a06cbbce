"""Answers to instruments, with the version that they were given under."""

import uuid

import pgtrigger
from django.db import models

from throughline.foundations.audit.models import guards


class Answers(models.Model):
    """What was answered about one subject in one go. Never changed: the next save supersedes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    instrument = models.TextField()
    version = models.TextField()
    # the record that the answers are about; row security reads it
    subject = models.UUIDField()
    answers = models.JSONField()
    # said to be finished by who answered; everything else is a save on the way
    complete = models.BooleanField()
    answered_by = models.UUIDField()
    at = models.DateTimeField()
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )

    class Meta:
        verbose_name_plural = "answers"
        indexes = [models.Index(fields=["subject", "instrument"], name="instruments_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "instrument"],
                condition=models.Q(supersedes__isnull=True),
                name="instruments_one_first_save",
            ),
        ]
        triggers = [
            *guards(),
            # only erasing a person may change what was answered
            pgtrigger.ReadOnly(name="append_only", exclude=["answers"]),
        ]

    def __str__(self) -> str:
        return f"answers {self.id}"
