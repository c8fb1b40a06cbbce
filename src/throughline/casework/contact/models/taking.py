"""What is known of a contact beside the row itself: scraps of people as heard, who changed what, who asked."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.contact.models.contact import Contact
from throughline.foundations.audit.models import guards


class Heard(models.Model):
    """Who it may be and who the other party is, as somebody typed it while they listened."""

    contact = models.OneToOneField(Contact, primary_key=True, on_delete=models.CASCADE, related_name="heard")
    who = models.TextField(blank=True)
    other = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "heard"
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"heard at {self.contact_id}"


class Change(models.Model):
    """Who changed which fields of a contact, making it which version: names of fields, never what they say."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="changes")
    version = models.IntegerField()
    fields = ArrayField(models.TextField())
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "version"], name="contact_version_once"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"change {self.pk}"


class Asking(models.Model):
    """The enquiry under which one account looks people up for a contact; a colleague who helps has another."""

    enquiry = models.UUIDField(primary_key=True)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="askings")
    by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "by"], name="contact_asks_once"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"enquiry {self.enquiry}"
