"""What is collected: nothing in it is ever changed or taken away, so that both sides' words and figures stay; but for the bytes of a file.

No table here is about a person whom the police dealt with: figures are counts, words are a force's and a statistician's. Each refuses
a write that is not audited; what belongs to one force has forced row security.
"""

import uuid
from collections.abc import Sequence

import pgtrigger
from django.db import models

from throughline.foundations.accounts.models import Team
from throughline.foundations.audit.models import guards
from throughline.national.collection.rules import Move, Source


def kept(*, but: Sequence[str] = (), once: str = "") -> list[pgtrigger.Trigger]:
    """Triggers of a table whose rows are added, audited, and never changed.

    The fields named in ``but`` change in one way alone: where ``once`` (SQL over ``old`` and ``new``) holds, by who keeps the site.
    """
    if not but:
        return [
            *guards(),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
    return [
        *guards(),
        pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        pgtrigger.ReadOnly(name="append_only", exclude=list(but)),
        pgtrigger.Trigger(
            name="removed_once",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=f"if access_role() in ('statistician', 'system') and {once} then return new; end if;"
            " raise exception 'what was sent does not change' using errcode = 'check_violation';",
        ),
    ]


class Force(models.Model):
    """A force that takes part, under the code that stands in its return. An invented one says so everywhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.TextField(unique=True)
    name = models.TextField(unique=True)
    invented = models.BooleanField(default=False)
    # how many people live in its area, of an invented one; those of the others stand in reference
    residents = models.PositiveIntegerField(null=True)

    class Meta:
        triggers = kept()

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """Which force the accounts of a team are for: its contacts, or its commissioner's office."""

    team = models.OneToOneField(Team, primary_key=True, on_delete=models.PROTECT, related_name="+")
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="seats")

    class Meta:
        triggers = kept()

    def __str__(self) -> str:
        return f"seat {self.pk}"


class Round(models.Model):
    """One collection: the returns of every force for the year that ends on a day, from when and until when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.SlugField(unique=True)
    title = models.TextField()
    year_end = models.DateField()
    opens = models.DateField()
    due = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="collection_round_days",
                condition=models.Q(opens__gt=models.F("year_end")) & models.Q(due__gte=models.F("opens")),
            )
        ]
        triggers = kept()

    def __str__(self) -> str:
        return self.title


class Release(models.Model):
    """A line of the release calendar: what comes out when, and, where it replaces an earlier line, why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="releases")
    title = models.TextField()
    # the name of the edition's folder
    edition = models.SlugField()
    at = models.DateTimeField()
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    why = models.TextField(blank=True)
    said_at = models.DateTimeField()
    said_by = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="collection_release_says_why",
                condition=models.Q(replaces__isnull=True) | ~models.Q(why=""),
            )
        ]
        triggers = kept()

    def __str__(self) -> str:
        return self.title


class Receipt(models.Model):
    """Something that a force sent, whether or not it could be read. ``problems`` says what was wrong with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="receipts")
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="receipts")
    # how manieth of the force in the round
    number = models.PositiveIntegerField()
    # in words; once a file of it is removed, without what they quote
    problems = models.JSONField(default=list)
    sent_at = models.DateTimeField()
    sent_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "force", "number"], name="collection_receipt_number")
        ]
        triggers = kept(
            but=["problems"],
            once="jsonb_array_length(new.problems) = jsonb_array_length(old.problems) and not exists (select from"
            " jsonb_array_elements(new.problems) p where p->>'message' <> '') and exists (select from"
            " collection_receivedfile f where f.receipt_id = new.id and f.removed_at is not null)",
        )

    def __str__(self) -> str:
        return f"receipt {self.id}"


class ReceivedFile(models.Model):
    """A file as it was sent, byte for byte, until its time is over (`reference/lists/file-retention.yaml`).

    Then its bytes are removed, once and for all; what it was called, how large it was, its SHA-256 and who sent it stay.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="files")
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    content = models.BinaryField(null=True)
    # in bytes
    size = models.PositiveIntegerField()
    sha256 = models.TextField()
    removed_at = models.DateTimeField(null=True)
    # the code of the rule, and where somebody had it removed before its time, why
    removed_under = models.TextField(blank=True)
    removed_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="collection_file_removed_whole",
                condition=models.Q(
                    removed_at__isnull=True, content__isnull=False, removed_under="", removed_why=""
                )
                | models.Q(removed_at__isnull=False, content__isnull=True) & ~models.Q(removed_under=""),
            )
        ]
        triggers = kept(
            but=["content", "removed_at", "removed_under", "removed_why"],
            once="old.removed_at is null and new.removed_at is not null",
        )

    def __str__(self) -> str:
        return f"file {self.id}"


class Version(models.Model):
    """The figures of one return, once they could be read. ``figures`` is their canonical text and ``digest`` its SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="versions")
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="version")
    figures = models.TextField()
    digest = models.TextField()
    # how each sheet was counted, in the force's words: rows of methods.csv
    methods = models.JSONField(default=list)
    # why it was corrected; the first needs no reason
    why = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "force", "number"], name="collection_version_number"),
            models.CheckConstraint(
                name="collection_correction_says_why", condition=models.Q(number=1) | ~models.Q(why="")
            ),
        ]
        triggers = kept()

    def __str__(self) -> str:
        return f"version {self.id}"


class Question(models.Model):
    """What is asked of a version, with its arithmetic. Both sides' words follow it (`Said`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="questions")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="questions")
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="questions")
    # in the order in which it was asked of its version
    place = models.PositiveIntegerField()
    source = models.TextField(choices=[(one.value, one.value) for one in Source])
    level = models.TextField()
    rule = models.TextField()
    items = models.JSONField()
    printed = models.TextField(blank=True)
    recomputed = models.TextField(blank=True)
    message = models.TextField()
    remedy = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "place"], name="collection_question_place")]
        indexes = [models.Index(fields=["round", "force"], name="collection_questions")]
        triggers = kept()

    def __str__(self) -> str:
        return f"question {self.id}"


class Said(models.Model):
    """What one side said of a question, and what that did."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="said")
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+")
    # how manieth of its question
    place = models.PositiveIntegerField()
    move = models.TextField(choices=[(one.value, one.value) for one in Move])
    words = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    name = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "place"], name="collection_said_place")]
        triggers = kept()

    def __str__(self) -> str:
        return f"said {self.id}"


class Signature(models.Model):
    """That a named person of the force signs exactly these figures. Of another version it says nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="signature")
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="signatures")
    digest = models.TextField()
    name = models.TextField()
    post = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        triggers = kept()

    def __str__(self) -> str:
        return f"signature {self.id}"


class Taking(models.Model):
    """That the signed returns of a round were taken for an edition, at one moment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="takings")
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        triggers = kept()

    def __str__(self) -> str:
        return f"taking {self.id}"


class Taken(models.Model):
    """One signed version within a taking."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    taking = models.ForeignKey(Taking, on_delete=models.PROTECT, related_name="taken")
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="taken")
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["taking", "force"], name="collection_taken_once")]
        triggers = kept()

    def __str__(self) -> str:
        return f"taken {self.id}"
