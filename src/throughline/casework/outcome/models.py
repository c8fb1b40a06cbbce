"""What became of crimes. A row is about whoever its crime is about, and is in sight with it."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.cases.models import Crime
from throughline.casework.outcome.rules import LIVE
from throughline.foundations.audit.models import guards
from throughline.foundations.decisions.models import Decision


class OfACrime(models.Manager):
    """Rows with their crime, which says whom they are about."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().select_related("crime")


class AboutACrime(models.Model):
    """What every table of this room has: the crime, and whom it is about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    crime = models.ForeignKey(Crime, on_delete=models.PROTECT, related_name="+")
    objects = OfACrime()

    class Meta:
        abstract = True

    @property
    def subjects(self) -> list[uuid.UUID]:
        return self.crime.subjects


class Outcome(AboutACrime):
    """An outcome that a crime was given: a code of outcome-codes. Who gave it, why, and what a reviewer made of it is the decision.

    Nothing of it is edited but where it stands (`rules.State`): another outcome supersedes it.
    """

    code = models.TextField()
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    # when it was decided, as somebody says, and when it was written down
    decided_at = models.DateTimeField()
    given_at = models.DateTimeField()
    by = models.UUIDField()
    # whether a named suspect was interviewed under caution; null where nobody said
    interviewed = models.BooleanField(null=True)
    # why a reviewer looks at it, in codes of outcome-review-policy; none: nobody does
    reviewed_because = ArrayField(models.TextField(), default=list)
    state = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["crime"],
                condition=models.Q(state__in=[str(one) for one in LIVE]),
                name="outcome_one_stands",
            ),
        ]
        indexes = [models.Index(fields=["crime", "-given_at"], name="outcome_of_crime")]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["state"])]

    def __str__(self) -> str:
        return f"outcome {self.id}"


class VictimReview(AboutACrime):
    """A victim asked the police to look at a decision again. ``state`` is one of `rules.right.VictimReview`.

    One that is not covered is kept as well, with why not in a code of review-exclusions.
    """

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="asked")
    asked_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    state = models.TextField()
    not_covered = models.TextField(blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decision = models.OneToOneField(Decision, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["outcome"],
                condition=~models.Q(state="not-covered"),
                name="outcome_reviewed_for_her_once",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"review for a victim {self.id}"


class CourtEvent(AboutACrime):
    """Something that came from a prosecutor, a court or a prison: a code of court-events, and when it is or was.

    One that was wrong is withdrawn, and another row written.
    """

    kind = models.TextField()
    at = models.DateTimeField()
    # the other system's own number, where it has one
    reference = models.TextField(blank=True)
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            # however often it is brought in, it is there once
            models.UniqueConstraint(
                fields=["crime", "kind", "at"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="outcome_event_once",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="outcome_event_at")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class CourtReference(AboutACrime):
    """The number under which prosecutors and courts know the file that a crime is in (the URN)."""

    urn = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["crime"], condition=models.Q(ended_at__isnull=True), name="outcome_one_urn"
            ),
        ]
        indexes = [models.Index(fields=["urn"], name="outcome_urn")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"reference of a crime {self.id}"
