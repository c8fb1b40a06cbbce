"""The log of looks and changes, and the chain of seals over it."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL

from throughline.foundations.access.models import no_truncate


def guards() -> list[pgtrigger.Trigger]:
    """Triggers of a table that may change only in a transaction which has written its audit row.

    The row is written first (see `audit.commands.record`), so that the refusal comes at once, not at the
    end; a page that is only looked at writes a look, which opens nothing.
    """
    return [
        pgtrigger.Trigger(
            name="audited",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            func="perform audit_required(); return null;",
        ),
        no_truncate(),
    ]


class Event(models.Model):
    """Who did or saw what, when, about whom and for what purpose. Ids, codes and dates only.

    Written by `audit.commands.record` in the transaction of what it tells of; the time is the
    database's. Data Protection Act 2018 s62 (logging of consultation, alteration, disclosure, erasure).
    """

    class Kind(models.TextChoices):
        LOOK = "look"
        WRITE = "write"
        REFUSED = "refused"
        SIGN_IN = "sign-in"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=RawSQL("clock_timestamp()", []))
    # the writing transaction: the sealer takes only what can no longer be overtaken
    xact = models.BigIntegerField(db_default=RawSQL("(pg_current_xact_id()::text::bigint)", []))
    actor = models.UUIDField()
    role = models.TextField()
    kind = models.TextField(choices=Kind)
    action = models.TextField()
    purpose = models.TextField(blank=True)
    subjects = ArrayField(models.UUIDField(), default=list)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["xact", "id"], name="audit_event_order"),
            models.Index(fields=["actor", "at"], name="audit_event_actor"),
            # one's own looks of a kind, newest first: what has come since
            models.Index(
                fields=["actor", "action", "-id"], condition=models.Q(kind="look"), name="audit_event_looks"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.action} {self.id}"


class Seal(models.Model):
    """One link of the chain: the hash of the link before and of one event."""

    number = models.BigIntegerField(primary_key=True)
    event = models.BigIntegerField(unique=True)
    hash = models.BinaryField()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"
