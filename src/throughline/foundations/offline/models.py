"""Who has which pages with them, and what came of what they typed there. Ids, codes and times.

The one thing in words is what could not be taken in, encrypted until its author has settled it.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.foundations.audit.models import guards


class Lease(models.Model):
    """The pages about one matter that one account has taken along on one device, for a time.

    ``about`` is the incident or case, ``label`` what it is called over the air, ``subjects`` the records of
    whom the pages tell. ``waiting`` is how many entries the device last said it had not sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.UUIDField()
    # drawn by the browser itself; it says that two leases are on one telephone and nothing else
    device = models.UUIDField()
    about = models.UUIDField()
    label = models.TextField(blank=True)
    subjects = ArrayField(models.UUIDField(), default=list)
    # which master key its keys are derived from
    ring = models.PositiveIntegerField()
    taken_at = models.DateTimeField()
    until = models.DateTimeField()
    seen_at = models.DateTimeField()
    waiting = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "device", "about"],
                condition=models.Q(closed_at=None),
                name="offline_one_open_lease",
            )
        ]
        indexes = [
            models.Index(fields=["seen_at"], condition=models.Q(closed_at=None), name="offline_open"),
            models.Index(fields=["about"], name="offline_lease_about"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"lease {self.id}"


class Entry(models.Model):
    """One form that was sent without signal, as it arrived: taken in, or kept because it could not be.

    The device draws ``id``; the row is written in the transaction of what it did, so that the same entry sent
    again does nothing. ``answered`` and ``left`` are the version of the page that it was typed on and the one
    that it left. ``closed`` holds what was typed, encrypted, while a conflict is not ``settled_at``.
    """

    class Outcome(models.TextChoices):
        TAKEN = "taken"
        CONFLICT = "conflict"

    id = models.UUIDField(primary_key=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="entries")
    user = models.UUIDField()
    order = models.PositiveIntegerField()
    # the path that it was sent to; it holds opaque ids only
    place = models.TextField()
    device_time = models.DateTimeField()
    received_at = models.DateTimeField()
    done_at = models.DateTimeField()
    doubtful = models.BooleanField()
    outcome = models.TextField(choices=Outcome)
    why = models.TextField(blank=True)
    went_to = models.TextField(blank=True)
    answered = models.JSONField(default=dict)
    left = models.JSONField(default=dict)
    closed = models.BinaryField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["lease", "place", "order"], name="offline_entry_order"),
            models.Index(
                fields=["user", "place"],
                condition=models.Q(outcome="conflict", settled_at=None),
                name="offline_conflict",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"entry {self.id}"
