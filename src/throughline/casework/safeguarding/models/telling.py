"""Being in touch with a victim: what was tried, what she was told, and what she said."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from throughline.casework.cases.models import Case
from throughline.casework.people.models import Record
from throughline.foundations.audit.models import guards


class VictimContact(models.Model):
    """One contact with the victim of a case, made or tried, in codes. A correction is another row.

    An attempt is a row too and no contact: whether she was reached is what its result says (victim-contact-results).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    # whether it was she who got in touch
    hers = models.BooleanField()
    # codes of victim-contact-ways and victim-contact-results
    way = models.TextField()
    result = models.TextField()
    # codes of victim-updates; declined: she does not want to be told of these
    told = ArrayField(models.TextField(), default=list)
    declined = models.BooleanField(default=False)
    # a code of feels-safer, empty where she was not reached
    feels = models.TextField(blank=True)
    # whether a promise was due when it was made: what was not prompted is counted apart
    prompted = models.BooleanField()
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["case", "-at"], name="safeguarding_contacted")]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"contact with a victim {self.id}"


class UpdateChoice(models.Model):
    """How often and by what she said that she wants to hear. Hers over all her cases; the newest by ``at`` stands.

    ``case`` is that in which she was asked, ``rhythm`` a code of update-rhythms, ``way`` of victim-contact-ways, empty where she
    does not mind. ``at`` is when she said it, ``by`` who asked. Never changed: another choice is another row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    rhythm = models.TextField()
    way = models.TextField(blank=True)
    at = models.DateTimeField()
    entered_at = models.DateTimeField()
    by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["record", "-at"], name="safeguarding_chosen")]
        triggers = [*guards(), pgtrigger.ReadOnly(name="append_only", exclude=["subjects"])]

    def __str__(self) -> str:
        return f"choice of updates {self.id}"


class ContactWords(models.Model):
    """What she said, in her words, and whatever else was agreed; apart from the codes, which are counted."""

    contact = models.OneToOneField(
        VictimContact, primary_key=True, on_delete=models.PROTECT, related_name="words"
    )
    said = models.TextField()

    class Meta:
        verbose_name_plural = "words of contacts"
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"words of {self.contact_id}"
