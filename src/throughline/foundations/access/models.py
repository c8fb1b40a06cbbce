"""The one table of grants, which the rules and the row policies both read."""

import uuid

import pgtrigger
from django.db import models


def no_truncate() -> pgtrigger.Trigger:
    """Refuse TRUNCATE, which the row triggers do not see."""
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="raise exception 'this table is not emptied' using errcode = 'insufficient_privilege';",
    )


class Grant(models.Model):
    """Sight given, or taken away, for a time and a reason.

    ``restrict`` takes the subject out of everybody's sight but the desk's; ``see`` and ``break-glass``
    give it back to one account or team; ``exclude`` takes it from an account or a team over everything else;
    ``refuge`` shows a refuge address to one account. Rows are ended, never deleted.
    """

    class Kind(models.TextChoices):
        RESTRICT = "restrict"
        SEE = "see"
        BREAK_GLASS = "break-glass"
        EXCLUDE = "exclude"
        REFUGE = "refuge"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subject = models.UUIDField()
    kind = models.TextField(choices=Kind)
    # an account or a team; empty for `restrict`, which is about everybody
    grantee = models.UUIDField(null=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    reason = models.TextField()
    made_by = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "grantee"], name="access_grant_kind"),
            models.Index(fields=["subject"], name="access_grant_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                name="access_grant_grantee",
                condition=models.Q(kind="restrict", grantee__isnull=True)
                | (~models.Q(kind="restrict") & models.Q(grantee__isnull=False)),
            ),
            models.CheckConstraint(
                name="access_grant_ends_after_start",
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="grants_are_kept", operation=pgtrigger.Delete),
            no_truncate(),
            pgtrigger.ReadOnly(
                name="only_the_end_changes",
                exclude=["valid_until"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
