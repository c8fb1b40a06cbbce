"""The call or visit itself, what was said in it, and the decision whom to send."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from throughline.casework.cases.models import Incident
from throughline.foundations.audit.models import guards


class Contact(models.Model):
    """One call for assistance, or one visit to a front counter. Nothing but the time is needed to keep it.

    A call that a telephony system delivers waits with ``taken_by`` null until somebody takes it. ``enquiry`` is
    the one under which people were looked up (`people.Enquiry`); a restricted match hangs on it out of the
    handler's sight. ``came_from`` is the incident that it was of before somebody said that it is the same as another.
    ``version`` counts changes, so that a second editor is told of the first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # codes of reference's contact-channels and callers; `line` is of contact-lines (silent, abandoned, …)
    channel = models.TextField()
    caller = models.TextField(blank=True)
    line = models.TextField(blank=True)
    cannot_speak = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    # the delivering system and its number there: the same delivered twice is one contact
    system = models.TextField(blank=True)
    system_ref = models.TextField(blank=True)
    number = models.TextField(blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    within_metres = models.IntegerField(null=True)
    place = models.TextField(blank=True)
    postcode = models.TextField(blank=True)
    # the place as `linkage.places` reads it, to be found again however it is written
    house = models.TextField(blank=True, db_default="")
    street = models.TextField(blank=True, db_default="")
    recorded_as = models.TextField(blank=True)
    domestic = models.BooleanField(null=True)
    enquiry = models.UUIDField(default=uuid.uuid4)
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    came_from = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.IntegerField(default=1)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "system_ref"],
                condition=~models.Q(system_ref=""),
                name="contact_delivered_once",
            ),
        ]
        indexes = [
            GinIndex(fields=["subjects"], name="contact_subjects"),
            models.Index(fields=["received_at"], name="contact_received"),
            models.Index(fields=["number", "received_at"], name="contact_number"),
            models.Index(fields=["enquiry"], name="contact_enquiry"),
            models.Index(fields=["street", "house", "received_at"], name="contact_street"),
            models.Index(fields=["postcode", "house", "received_at"], name="contact_postcode"),
            models.Index(
                fields=["latitude", "longitude"],
                condition=models.Q(latitude__isnull=False),
                name="contact_position",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"contact {self.id}"


class LogLine(models.Model):
    """A line of the log: what was said, or advice that was given. Never changed; a correction is another line."""

    class Kind(models.TextChoices):
        SAID = "said"
        ADVICE = "advice"
        PROMPT = "prompt"
        CORRECTION = "correction"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="log")
    kind = models.TextField(choices=Kind)
    # the advice given or the prompt answered: a code of reference's safety-advice, or of the call script
    code = models.TextField(blank=True)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["contact", "at"], name="contact_log")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"log line {self.id}"


class Deployment(models.Model):
    """The decision whom to send how soon, or that nobody is sent; a later one supersedes, and stays.

    ``grade`` is a code of reference's response-grades. The maker's reason stands as a decision of kind
    deployment about the contact.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="deployments")
    grade = models.TextField()
    decided_at = models.DateTimeField()
    decided_by = models.UUIDField()
    # when somebody is to be there: of the grade's clock, or the appointment
    due_at = models.DateTimeField(null=True)
    appointment = models.BooleanField(default=False)
    unit = models.TextField(blank=True)
    officer = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    stood_down_at = models.DateTimeField(null=True)
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )

    class Meta:
        indexes = [models.Index(fields=["officer", "decided_at"], name="contact_deployed")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"deployment {self.id}"
