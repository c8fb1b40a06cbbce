"""What was passed to the officer before arrival, and what intelligence was asked and answered."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.contact.models.contact import Contact, Deployment
from throughline.casework.people.models import Record
from throughline.foundations.audit.models import guards


class Brief(models.Model):
    """A brief as it was sent to whoever attends: opened or not, and when, before arrival or after.

    ``held`` keeps what it said: each section's state (held, none found, not checked) with ids and codes, so
    that it can be shown later what the officer could know. Never words.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="briefs")
    held = models.JSONField()
    sent_at = models.DateTimeField()
    sent_by = models.UUIDField()
    opened_at = models.DateTimeField(null=True)
    opened_by = models.UUIDField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.UUIDField(null=True)

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"brief {self.id}"


class IntelligenceRequest(models.Model):
    """What is asked of the intelligence desk about a contact: which systems, about whom."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="intelligence")
    record = models.ForeignKey(Record, null=True, on_delete=models.CASCADE, related_name="+")
    # codes of reference's intelligence-systems
    systems = ArrayField(models.TextField(), default=list)
    question = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"intelligence request {self.id}"


class IntelligenceAnswer(models.Model):
    """What was read where: held, none found or not checked, in words that the officer can use.

    What a confidential system holds is not here but in `ConfidentialWords`. One that is put right keeps its row.
    """

    class Result(models.TextChoices):
        HELD = "held"
        NONE_FOUND = "none-found"
        NOT_CHECKED = "not-checked"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    request = models.ForeignKey(IntelligenceRequest, on_delete=models.CASCADE, related_name="answers")
    system = models.TextField()
    result = models.TextField(choices=Result)
    words = models.TextField(blank=True)
    read_at = models.DateTimeField()
    read_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "system"], name="contact_answered_once"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"intelligence answer {self.id}"


class ConfidentialWords(models.Model):
    """What a confidential system holds, which named accounts alone read: a policy of the database looks up who.

    ``system`` is that under which accounts are named (`rules.intelligence.named_for`).
    """

    answer = models.OneToOneField(
        IntelligenceAnswer, primary_key=True, on_delete=models.CASCADE, related_name="confidential"
    )
    system = models.UUIDField()
    words = models.TextField()

    class Meta:
        verbose_name_plural = "confidential words"
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"confidential words {self.pk}"
