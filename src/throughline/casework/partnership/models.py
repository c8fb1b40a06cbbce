"""What the room keeps. Every table has forced row security and refuses a write that is not audited.

Rows name her record and the case in which they were written; an adviser sees those of a referral that a grant opens to
her service. Codes and times stand apart from words, which name people.
"""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.cases.models import Case
from throughline.casework.partnership.rules.advising import OPEN
from throughline.casework.people.models import Record
from throughline.casework.safeguarding.models import VictimContact
from throughline.foundations.accounts.models import Agency, Team
from throughline.foundations.audit.models import guards
from throughline.foundations.decisions.models import Decision


class AdviserReferral(models.Model):
    """She was referred to an advisers' service, a team of a partner agency: on what basis, and where it stands.

    ``grade`` is what stood then; ``basis`` and ``consent`` are of sharing-bases and referral-consents. ``rests_on`` is what
    she said about reaching her as it stood then, with its ``means``: what holds now is read again whenever it is shown.
    ``account`` has her by name once she is accepted. It never owns the case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    grade = models.TextField(blank=True)
    basis = models.TextField()
    consent = models.TextField()
    rests_on = models.UUIDField(null=True)
    means = ArrayField(models.TextField(), default=list)
    sent_at = models.DateTimeField()
    sent_by = models.UUIDField()
    accept_by = models.DateTimeField()
    contact_by = models.DateTimeField()
    state = models.TextField()
    account = models.UUIDField(null=True)
    accepted_at = models.DateTimeField(null=True)
    reached_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    # a code of idva-return-reasons or idva-endings
    outcome = models.TextField(blank=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=[str(one) for one in OPEN]),
                name="partnership_one_open_referral",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "-sent_at"], name="partnership_referred"),
            models.Index(
                fields=["contact_by"],
                condition=models.Q(state__in=[str(one) for one in OPEN]),
                name="partnership_open",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"referral to an adviser {self.id}"


class ReferralWords(models.Model):
    """What whoever referred her tells the service, or the service writes where it returns her. Both sides read it."""

    id = models.BigAutoField(primary_key=True)
    referral = models.ForeignKey(AdviserReferral, on_delete=models.PROTECT, related_name="words")
    words = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards()]
        verbose_name_plural = "referral words"

    def __str__(self) -> str:
        return f"words of a referral {self.referral_id}"


class AdviserContact(models.Model):
    """A contact with her that her adviser wrote down. What she was told in it counts as told (`VictimContact`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    referral = models.ForeignKey(AdviserReferral, on_delete=models.PROTECT, related_name="contacts")
    contact = models.OneToOneField(VictimContact, on_delete=models.PROTECT, related_name="+")
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"contact of an adviser {self.id}"


class AdviserNote(models.Model):
    """What an adviser wrote: her service's own until it is shared. ``kind`` is of reference's note-kinds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    referral = models.ForeignKey(AdviserReferral, on_delete=models.PROTECT, related_name="notes")
    kind = models.TextField()
    words = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["referral", "-at"], name="partnership_notes")]
        triggers = [
            *guards(),
            # only erasing a person may change what was written
            pgtrigger.ReadOnly(name="append_only", exclude=["subjects", "words"]),
        ]

    def __str__(self) -> str:
        return f"note of an adviser {self.id}"


class NoteShare(models.Model):
    """That a note was shared: with whom (note-recipients), on what basis, by whom. What was shared stays read.

    ``roles`` read it beside whoever owns the case at the time of reading, as the list said on that day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    note = models.ForeignKey(AdviserNote, on_delete=models.PROTECT, related_name="shares")
    referral = models.ForeignKey(AdviserReferral, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    to = models.TextField()
    roles = ArrayField(models.TextField(), default=list)
    basis = models.TextField()
    consent = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["case", "-at"], name="partnership_shared")]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"sharing of a note {self.id}"


class MaracReferral(models.Model):
    """A referral to a MARAC: by whom and for which agency, with the criteria that they chose. Made, it stays made.

    ``met`` are those that the records met then. There is no state in which one is refused, withdrawn or screened out.
    ``through`` is the referral by which an adviser who made it has the case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    through = models.ForeignKey(AdviserReferral, null=True, on_delete=models.PROTECT, related_name="+")
    criteria = ArrayField(models.TextField(), default=list)
    met = ArrayField(models.TextField(), default=list)
    # whether she was told, a code of referral-consents: she is told unless that puts her in danger
    consent = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["case", "-at"], name="partnership_marac")]
        triggers = [
            *guards(),
            pgtrigger.ReadOnly(name="append_only", exclude=["subjects"]),
            pgtrigger.Protect(name="stays_made", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"referral to a MARAC {self.id}"


class MaracAddition(models.Model):
    """Something further to a referral: another reason, or a correction of what was written. The first stays as it was."""

    class Kind(models.TextChoices):
        REASON = "reason"
        CORRECTION = "correction"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    referral = models.ForeignKey(MaracReferral, on_delete=models.PROTECT, related_name="additions")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(choices=Kind)
    criteria = ArrayField(models.TextField(), default=list)
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [
            *guards(),
            pgtrigger.ReadOnly(name="append_only", exclude=["subjects"]),
            pgtrigger.Protect(name="stays_made", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"addition to a referral to a MARAC {self.id}"


class MaracSent(models.Model):
    """That a referral to a MARAC was sent: to whom (marac-destinations), when, and the reference that it was given."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    referral = models.ForeignKey(MaracReferral, on_delete=models.PROTECT, related_name="sent")
    to = models.TextField()
    reference = models.TextField(blank=True)
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects", "reference"])]
        verbose_name_plural = "MARAC sendings"

    def __str__(self) -> str:
        return f"sending of a referral to a MARAC {self.id}"


class MaracWords(models.Model):
    """Why it is referred, or what is added: words beside a referral or an addition (``about``)."""

    id = models.BigAutoField(primary_key=True)
    referral = models.ForeignKey(MaracReferral, on_delete=models.PROTECT, related_name="words")
    about = models.UUIDField()
    words = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards()]
        verbose_name_plural = "MARAC words"

    def __str__(self) -> str:
        return f"words of a referral to a MARAC {self.about}"


class NotReferred(models.Model):
    """Somebody decided not to refer a case that meets a criterion: why stands in the decision, which a sergeant sees.

    ``criteria`` are those that the records met then.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    criteria = ArrayField(models.TextField(), default=list)
    # codes of what the words speak of that is not about her danger
    flags = ArrayField(models.TextField(), default=list)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.UUIDField()
    # a supervisor decided otherwise: it answers no criterion any more
    overturned_at = models.DateTimeField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["case", "-at"], name="partnership_not_referred")]
        triggers = [*guards()]
        verbose_name_plural = "not referred"

    def __str__(self) -> str:
        return f"decision not to refer {self.id}"
