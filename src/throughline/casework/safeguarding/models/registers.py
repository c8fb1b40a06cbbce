"""Registers about staff: posts of a team, who is on call, and who is trained in what. They say nothing of a case."""

import uuid

from django.db import models

from throughline.foundations.accounts.models import Team
from throughline.foundations.audit.models import guards


class TeamPosts(models.Model):
    """How many posts a team has and how many of them are filled, as somebody wrote it. The latest row stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    established = models.PositiveIntegerField()
    filled = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        verbose_name_plural = "posts of teams"
        indexes = [models.Index(fields=["team", "-at"], name="safeguarding_posts")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"posts of a team {self.id}"


class OnCall(models.Model):
    """Somebody of a team is on call, from when until when; ended before where they are not after all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    account = models.UUIDField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        verbose_name_plural = "on call"
        indexes = [models.Index(fields=["ends_at"], name="safeguarding_on_call")]
        constraints = [
            models.CheckConstraint(
                name="safeguarding_on_call_ends_later",
                condition=models.Q(ends_at__gt=models.F("starts_at")),
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"on call {self.id}"


class Training(models.Model):
    """Somebody is trained in something, or has a part that colleagues turn to: a code of training-kinds, and its days.

    ``valid_until`` is the last day on which it holds; null: it holds until somebody ends it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.UUIDField()
    kind = models.TextField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        verbose_name_plural = "training"
        indexes = [models.Index(fields=["account"], name="safeguarding_trained")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"training {self.id}"
