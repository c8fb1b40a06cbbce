"""Who is involved: records, the identities that they are linked to, and how to reach them safely.

Every table refers to the *record*; a merge adds links and never re-points a row (see `IdentityLink`).
All tables here have forced row security and refuse a write that is not audited.
"""

import uuid

from django.db import models

from throughline.foundations.audit.models import guards
from throughline.foundations.instruments.models import Answers


class Identity(models.Model):
    """One human being, as far as we know: what the records of one person have in common."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)

    class Meta:
        verbose_name_plural = "identities"
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"identity {self.id}"


class Record(models.Model):
    """What one source says of one person. Empty means not known, never none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    source = models.TextField()
    source_ref = models.TextField()
    sex = models.TextField(blank=True)
    gender_identity = models.TextField(blank=True)
    born = models.DateField(null=True)
    # the years that an estimated age leaves open
    born_from = models.SmallIntegerField(null=True)
    born_to = models.SmallIntegerField(null=True)
    ethnicity = models.TextField(blank=True)
    ethnicity_scheme = models.TextField(blank=True)
    # what an officer saw; never fills what the person says of themselves
    ethnicity_officer_defined = models.TextField(blank=True)
    language = models.TextField(blank=True)
    needs_interpreter = models.BooleanField(null=True)
    made_at = models.DateTimeField()
    review_on = models.DateField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_ref"], name="people_record_source"),
            models.CheckConstraint(
                name="people_record_years",
                condition=models.Q(born_from__isnull=True, born_to__isnull=True)
                | models.Q(born_from__lte=models.F("born_to")),
            ),
        ]
        indexes = [
            models.Index(fields=["review_on"], name="people_record_review"),
            models.Index(
                fields=["source"], condition=models.Q(erased_at__isnull=False), name="people_record_erased"
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"record {self.id}"


class IdentityLink(models.Model):
    """From when until when a record is held to be of an identity. Parting ends the link."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="links")
    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="links")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    made_by = models.UUIDField()
    ended_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record"],
                condition=models.Q(valid_until__isnull=True),
                # whose a record is, the index alone says
                include=["identity"],
                name="people_one_identity_a_record",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"link {self.pk}"


class AboutPerson(models.Model):
    """A fact about a record that holds for a time. Replaced facts are ended and stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    record = models.ForeignKey(Record, on_delete=models.CASCADE)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)

    class Meta:
        abstract = True
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Name(AboutPerson):
    """A name that a person has, had, uses or was heard by."""

    class Order(models.TextChoices):
        GIVEN_FIRST = "given-first"
        FAMILY_FIRST = "family-first"
        UNKNOWN = "unknown"

    kind = models.TextField()
    forename = models.TextField(blank=True)
    middle = models.TextField(blank=True)
    surname = models.TextField(blank=True)
    # as heard, or where a name has no family part
    full = models.TextField(blank=True)
    order = models.TextField(choices=Order, default=Order.GIVEN_FIRST)

    class Meta(AboutPerson.Meta):
        abstract = False

    @property
    def shown(self) -> str:
        """The name as its owner would write it."""
        if self.full:
            return self.full
        parts = [self.forename, self.middle, self.surname]
        if self.order == self.Order.FAMILY_FIRST:
            parts = [self.surname, self.forename, self.middle]
        return " ".join(part for part in parts if part)


class Phone(AboutPerson):
    """A number, in E.164 where it is one, and as it was given."""

    number = models.TextField()
    given = models.TextField()

    class Meta(AboutPerson.Meta):
        abstract = False


class Address(AboutPerson):
    """A place that may be known. A refuge is never kept here (`RefugeAddress`)."""

    number = models.TextField(blank=True)
    street = models.TextField(blank=True)
    town = models.TextField(blank=True)
    postcode = models.TextField(blank=True)

    class Meta(AboutPerson.Meta):
        abstract = False
        verbose_name_plural = "addresses"

    @property
    def shown(self) -> str:
        """On one line."""
        street = " ".join(part for part in (self.number, self.street) if part)
        return ", ".join(part for part in (street, self.town, self.postcode) if part)


class RefugeAddress(AboutPerson):
    """Encrypted under this row's own place, and shown to named accounts only; it gives no keys."""

    closed = models.BinaryField()

    class Meta(AboutPerson.Meta):
        abstract = False
        verbose_name_plural = "refuge addresses"


class Relationship(AboutPerson):
    """What ``other`` is to ``record``, in a code of `reference`."""

    other = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    kind = models.TextField()

    class Meta(AboutPerson.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                name="people_relationship_two",
                condition=~models.Q(record=models.F("other")),
            ),
            models.UniqueConstraint(
                fields=["record", "other", "kind"],
                condition=models.Q(valid_until__isnull=True),
                name="people_relationship_once",
            ),
        ]


class Household(models.Model):
    """People who live together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    source = models.TextField(blank=True)
    source_ref = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_ref"],
                condition=~models.Q(source_ref=""),
                name="people_household_source",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"household {self.id}"


class Member(AboutPerson):
    """Somebody of a household, and since when."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="members")

    class Meta(AboutPerson.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["record", "household"],
                condition=models.Q(valid_until__isnull=True),
                name="people_member_once",
            ),
        ]


class SafeContact(models.Model):
    """What she said about reaching her without harm, under the version of the questions she was asked.

    A change of the number or address that it rests on voids it: silence is safer than an old promise.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    record = models.ForeignKey(Record, on_delete=models.CASCADE)
    answers = models.ForeignKey(Answers, on_delete=models.PROTECT, related_name="+")
    phone = models.ForeignKey(Phone, null=True, on_delete=models.PROTECT)
    address = models.ForeignKey(Address, null=True, on_delete=models.PROTECT)
    given_at = models.DateTimeField()
    taken_by = models.UUIDField()
    voided_at = models.DateTimeField(null=True)
    voided_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record"],
                condition=models.Q(voided_at__isnull=True),
                name="people_one_safe_contact",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"safe contact {self.id}"


class Marker(AboutPerson):
    """A warning that lapses: vulnerable, weapons and the like, in codes of `reference`."""

    code = models.TextField()
    # where the warning is about a place rather than the person
    address = models.ForeignKey(Address, null=True, on_delete=models.CASCADE)
    # that place as `linkage.places` reads it, to be found by a place alone; empty for a warning about a person
    house = models.TextField(blank=True, db_default="")
    street = models.TextField(blank=True, db_default="")
    postcode = models.TextField(blank=True, db_default="")
    set_by = models.UUIDField()
    ended_by = models.UUIDField(null=True)

    class Meta(AboutPerson.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["record", "code", "address"],
                condition=models.Q(ended_by__isnull=True),
                nulls_distinct=False,
                name="people_marker_once",
            ),
        ]
        # row security lets an index be used for plain equality alone
        indexes = [
            models.Index(
                fields=["street", "house"],
                condition=models.Q(address__isnull=False, ended_by__isnull=True),
                name="people_marker_street",
            ),
            models.Index(
                fields=["postcode", "house"],
                condition=models.Q(address__isnull=False, ended_by__isnull=True),
                name="people_marker_postcode",
            ),
        ]


class StaffLink(models.Model):
    """This person is one of the staff, whose account is shut out and whose line is not told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    record = models.ForeignKey(Record, on_delete=models.CASCADE)
    user = models.UUIDField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "user"], name="people_staff_once"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"staff link {self.id}"


class Features(models.Model):
    """The compact row that recognition compares; written with the record."""

    record = models.OneToOneField(Record, primary_key=True, on_delete=models.CASCADE)
    packed = models.BinaryField()
    #: by which the row taken apart beforehand is found: half of its SHA-256, as `linkage.prepared` makes it
    digest = models.GeneratedField(
        expression=models.Func(
            "packed",
            template="substring(sha256(%(expressions)s) from 1 for 16)",
            output_field=models.BinaryField(),
        ),
        output_field=models.BinaryField(),
        db_persist=True,
    )
    #: whose the record is, as its open link says, so that one look at one index tells a lookup of hundreds what it needs of
    #: each. Kept by triggers of the database alone (migration 0011)
    identity = models.UUIDField(null=True, editable=False)
    #: the version of the rules that its keys were made by
    keyed = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name_plural = "features"
        indexes = [
            models.Index(fields=["keyed"], name="people_features_keyed"),
            # a lookup reads the digests of hundreds and whose they are, and of hardly any the row
            models.Index(fields=["record"], include=["digest", "identity"], name="people_features_told"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"features {self.pk}"


class Key(models.Model):
    """A keyed hash of some of a person's traits: records that share one are compared."""

    # one index serves as key of the table and of every lookup
    pk = models.CompositePrimaryKey("key", "record")
    key = models.BigIntegerField()
    # no constraint: checking a dozen keys a record would take a third of an import. Keys are written and
    # deleted with their record by `commands.indexing` alone
    record = models.ForeignKey(Record, on_delete=models.CASCADE, db_index=False, db_constraint=False)

    class Meta:
        indexes = [
            models.Index(fields=["record"], name="people_key_record"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"key {self.pk}"


class Enquiry(models.Model):
    """Scraps that somebody asked with, kept encrypted for as long as their matches stand open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    closed = models.BinaryField()
    model_version = models.TextField()

    class Meta:
        verbose_name_plural = "enquiries"
        indexes = [models.Index(fields=["asked_at"], name="people_enquiry_age")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"enquiry {self.id}"


class Match(models.Model):
    """A record that an enquiry may be of, with the weight it had, as a person reads it.

    Confirmed, rejected or left unconfirmed; an unconfirmed match keeps both readings open. One that was
    found out of the caller's sight is ``hidden``: only the desk sees it.
    """

    class Reading(models.TextChoices):
        CONFIRMED = "confirmed"
        REJECTED = "rejected"
        UNCONFIRMED = "unconfirmed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="matches")
    record = models.ForeignKey(Record, on_delete=models.CASCADE)
    weight = models.FloatField()
    probability = models.FloatField()
    reading = models.TextField(choices=Reading, default=Reading.UNCONFIRMED)
    read_by = models.UUIDField(null=True)
    read_at = models.DateTimeField(null=True)
    hidden = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "matches"
        constraints = [
            models.UniqueConstraint(fields=["enquiry", "record"], name="people_match_once"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"match {self.id}"


class PairRun(models.Model):
    """One walk over the index for pairs of records that may be one person: how far it came, to go on from there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    model_version = models.TextField()
    # the last record that was looked up, and how many were
    after = models.UUIDField(null=True)
    records = models.BigIntegerField(default=0)
    found = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(finished_at__isnull=True),
                name="people_one_pair_run",
            ),
        ]

    def __str__(self) -> str:
        return f"pair run {self.id}"


class Pair(models.Model):
    """Two records that may be of one person, for somebody to read side by side.

    ``record`` is the one whose id comes first. Both must be in sight for the row to be. An id is drawn at random, so
    that pairs of one band read in the order of their ids are a sample of it.
    """

    class State(models.TextChoices):
        OPEN = "open"
        UNSURE = "unsure"
        SECOND = "second"
        JOINED = "joined"
        APART = "apart"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    # log2 of the odds that they are one person, were they the only two
    certainty = models.FloatField()
    band = models.TextField()
    model_version = models.TextField()
    # the walk that found it last; none where only somebody who asked left it open
    run = models.ForeignKey(PairRun, null=True, on_delete=models.PROTECT, related_name="+")
    asked = models.BooleanField(default=False)
    found_at = models.DateTimeField()
    state = models.TextField(choices=State, default=State.OPEN)
    read_by = models.UUIDField(null=True)
    read_at = models.DateTimeField(null=True)
    # of a restricted record, what the first of the two persons said
    first_said = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "other"], name="people_pair_once"),
            models.CheckConstraint(
                name="people_pair_in_order", condition=models.Q(record__lt=models.F("other"))
            ),
        ]
        indexes = [models.Index(fields=["band", "state", "id"], name="people_pair_queue")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"pair {self.id}"


class SourceRow(models.Model):
    """What the system that a record came from last said of it.

    When it says something else, only what it changed is changed here, so that nothing typed here is lost.
    """

    record = models.OneToOneField(Record, primary_key=True, on_delete=models.CASCADE)
    run = models.UUIDField()
    digest = models.BinaryField()
    said = models.JSONField()

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"source row of {self.pk}"


class ImportRun(models.Model):
    """One bringing-in of a file: how far it came, so that it can go on where it stopped."""

    class State(models.TextChoices):
        LOADING = "loading"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    source = models.TextField()
    # of the file, its map and the source together: the same again is the same run
    digest = models.TextField(unique=True)
    state = models.TextField(choices=State, default=State.LOADING)
    # how many rows of the file have been dealt with, and what became of them
    rows = models.BigIntegerField(default=0)
    added = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    started_by = models.UUIDField()

    def __str__(self) -> str:
        return f"import {self.id}"
