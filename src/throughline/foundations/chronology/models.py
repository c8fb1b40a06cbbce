"""What happened to a person, one line each."""

import pgtrigger
from django.db import models

from throughline.foundations.audit.models import guards


class Entry(models.Model):
    """A typed line of ids, codes and dates, never free text; its kinds are in `reference`."""

    id = models.BigAutoField(primary_key=True)
    record_id = models.UUIDField()
    kind = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    # what the entry is about (a phone, a marker, the other record) and a code, where the kind has one
    about = models.UUIDField(null=True)
    code = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["record_id", "-at"], name="chronology_entry_record"),
            # what the worker looks for every minute: what happened of late, of some kinds
            models.Index(fields=["kind", "-at"], name="chronology_entry_kind"),
            models.Index(fields=["about"], name="chronology_entry_about"),
        ]
        verbose_name_plural = "entries"
        triggers = [
            *guards(),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
