"""Who is on duty, what supervisors sampled, what was proposed to them, and what one turn handed to the next."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.contact.models.contact import Contact
from throughline.foundations.audit.models import guards


class Shift(models.Model):
    """Somebody on duty, from when until when: returned work goes to whoever is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.UUIDField()
    role = models.TextField()
    team = models.UUIDField(null=True)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ended_at__isnull=True), name="contact_one_shift"
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"shift {self.id}"


class Handover(models.Model):
    """What one supervisor hands to the next turn: open duties and contacts by id, accepted by name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    role = models.TextField()
    duties = ArrayField(models.UUIDField(), default=list)
    contacts = ArrayField(models.UUIDField(), default=list)
    words = models.TextField(blank=True)
    offered_at = models.DateTimeField()
    offered_by = models.UUIDField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.UUIDField(null=True)

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"handover {self.id}"


class Sample(models.Model):
    """A contact that a supervisor listens to or reads, drawn at random or while it is live, with feedback."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="samples")
    # what it was drawn from: random, live or appointments
    drawn_from = models.TextField()
    drawn_at = models.DateTimeField()
    drawn_by = models.UUIDField()
    # of a random draw: what it started from, by its source, and from how many contacts it drew
    seed = models.TextField(blank=True)
    drawn_of = models.IntegerField(null=True)
    # codes of reference's sample-verdicts; empty until judged
    verdict = models.TextField(blank=True)
    feedback = models.TextField(blank=True)
    judged_at = models.DateTimeField(null=True)
    judged_by = models.UUIDField(null=True)
    # when the handler read the feedback
    read_at = models.DateTimeField(null=True)

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"sample {self.id}"


class Proposal(models.Model):
    """A contact that may have been recorded as the wrong thing, with the rule that says so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="proposals")
    # a code of reference's proposal-rules
    rule = models.TextField()
    proposed_at = models.DateTimeField()
    accepted = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "rule"], name="contact_proposed_once"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"proposal {self.id}"


class RuleSwitch(models.Model):
    """A rule that proposes was switched off or on again: by a person, or because it was mostly wrong."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # a code of reference's proposal-rules
    rule = models.TextField()
    on = models.BooleanField()
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        verbose_name_plural = "rule switches"
        indexes = [models.Index(fields=["rule", "at"], name="contact_switched")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"switch of {self.rule}"
