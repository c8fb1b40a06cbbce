"""What must happen next: one table behind every worklist."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.foundations.audit.models import guards


class Duty(models.Model):
    """One thing to be done about one subject, by when, whose. Its kinds and clocks are in `reference`.

    ``role`` says on whose list it stands; ``owner`` names one account where it is theirs alone.
    ``causes`` collects why: a second reason joins the open duty, it does not make another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.TextField()
    record_id = models.UUIDField()
    about = models.UUIDField(null=True)
    role = models.TextField()
    owner = models.UUIDField(null=True)
    causes = ArrayField(models.TextField(), default=list)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    discharged_at = models.DateTimeField(null=True)
    discharged_by = models.UUIDField(null=True)
    outcome = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "duties"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "record_id", "about"],
                condition=models.Q(discharged_at__isnull=True),
                nulls_distinct=False,
                name="duties_one_open_of_a_kind",
            ),
        ]
        indexes = [
            models.Index(
                fields=["role", "due_at"],
                condition=models.Q(discharged_at__isnull=True),
                name="duties_open",
            ),
            # a list of one kind, whosever role's, and what is owed about one case or incident
            models.Index(
                fields=["kind", "due_at"],
                condition=models.Q(discharged_at__isnull=True),
                name="duties_open_of_kind",
            ),
            models.Index(fields=["about"], name="duties_about"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
