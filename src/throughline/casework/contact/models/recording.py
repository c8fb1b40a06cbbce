"""The recording of a call: where it is, until when it is held, and whether it is kept for evidence."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.contact.models.contact import Contact
from throughline.foundations.audit.models import guards


class Recording(models.Model):
    """What is known of a contact's recording: a reference alone, never the sound.

    Asked for (``asked_at``), then exhibited under ``exhibit`` or not held for a reason of reference's
    recordings-not-held. Why somebody asked stands as a decision of kind keep-recording about the contact.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="recording")
    # empty while nobody has said under what it is held
    reference = models.TextField(blank=True)
    held_until = models.DateTimeField()
    # whether the telephony system said until when, or the rule of reference does
    told_until = models.BooleanField(default=False)
    asked_at = models.DateTimeField(null=True)
    asked_by = models.UUIDField(null=True)
    exhibit = models.TextField(blank=True)
    not_held = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    # accounts that have listened to it, the first to do so first
    listeners = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="contact_recording_one_answer",
                condition=models.Q(exhibit="") | models.Q(not_held=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["held_until"],
                condition=models.Q(asked_at__isnull=True),
                name="contact_recording_lapses",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"recording {self.id}"
