"""What happened, between whom, and what stands: incidents, crimes, cases and standing facts.

The unit is the *case*: one victim, one alleged perpetrator, every incident between them. Rows name records, not
identities: a merge re-points nothing, and two open cases that thus share a pair stay apart until somebody joins
them. ``subjects`` repeats the ids of the records that a row is about, for row security.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from throughline.casework.people.models import Record
from throughline.foundations.audit.models import guards


class Incident(models.Model):
    """Something that police were told of, whoever told them, and whatever it was first recorded as.

    ``recorded_as`` is a code of reference's incident-kinds; ``domestic`` is what a person judged of it, null
    until somebody has. ``number`` is what is said over the air. One that was found to be the same as another is
    closed by rule, and names the one that it was ``joined_into``; ``other_was`` then holds, in codes, since
    when and what that one was before, for whoever parts them. ``has_contact`` says that a call or a visit is of it; without one an officer
    wrote it down, or it was brought in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.TextField(unique=True)
    reported_at = models.DateTimeField()
    place = models.TextField(blank=True)
    postcode = models.TextField(blank=True)
    recorded_as = models.TextField()
    domestic = models.BooleanField(null=True)
    has_contact = models.BooleanField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    closed_as = models.TextField(blank=True)
    joined_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="joined_from")
    other_was = models.JSONField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [
            GinIndex(fields=["subjects"], name="cases_incident_subjects"),
            models.Index(fields=["reported_at"], name="cases_incident_reported"),
            models.Index(fields=["postcode", "reported_at"], name="cases_incident_place"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"incident {self.id}"

    @property
    def where(self) -> str:
        """The place as it was said, with its postcode where that was not said with it."""
        said = self.postcode in self.place
        return self.place if said else f"{self.place} {self.postcode}".strip()


class Involvement(models.Model):
    """Who somebody was in an incident: victim, suspect, child, witness, caller (reference's involvements).

    One that is not ``confirmed`` keeps both readings open: it may be somebody else. A mistaken one is ended.
    ``came_from`` is the incident of which it was said first, where it was carried over from there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="involvements")
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    part = models.TextField()
    confirmed = models.BooleanField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    came_from = models.ForeignKey(Incident, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "record", "part"],
                condition=models.Q(ended_at__isnull=True),
                name="cases_involved_once",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"involvement {self.id}"


class Case(models.Model):
    """One victim and one alleged perpetrator, with every incident between them.

    ``suspect`` is null while nobody knows who it was. ``closed_as`` is a code of reference's case-closings.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    victim = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    suspect = models.ForeignKey(Record, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    closed_as = models.TextField(blank=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["victim", "suspect"],
                condition=models.Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="cases_one_open_a_pair",
            ),
            models.CheckConstraint(name="cases_case_two", condition=~models.Q(victim=models.F("suspect"))),
        ]
        indexes = [GinIndex(fields=["subjects"], name="cases_case_subjects")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"case {self.id}"


class EarlierClosing(models.Model):
    """A closing of a case that somebody has opened again since; the one that stands is on the case itself."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="earlier_closings")
    closed_at = models.DateTimeField()
    closed_by = models.UUIDField()
    closed_as = models.TextField()
    reopened_at = models.DateTimeField()
    reopened_by = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="cases_reopened_after_closing",
                condition=models.Q(reopened_at__gte=models.F("closed_at")),
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"earlier closing of a case {self.pk}"


class CaseIncident(models.Model):
    """An incident of a case; one with two victims is of two cases."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="incident_links")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="case_links")
    made_at = models.DateTimeField()
    made_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "incident"], name="cases_incident_once"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"incident of a case {self.pk}"


class Joining(models.Model):
    """Two open cases that are found to be of one pair, joined by a named person, and parted by ending it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="joinings")
    into = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="joined")
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="cases_joined_once"
            ),
            models.CheckConstraint(name="cases_joining_two", condition=~models.Q(case=models.F("into"))),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"joining {self.id}"


class Group(models.Model):
    """Cases that belong together, such as five relatives and one victim: one plan for all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reason = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField()

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"group {self.id}"


class GroupMember(models.Model):
    """A case of a group, from when until when."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="memberships")
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="cases_one_group"
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"member of a group {self.pk}"


class Visit(models.Model):
    """A reassurance visit to the victim of a case as an officer made or tried it: who was seen, what was agreed.

    Codes are of reference's visit-outcomes, visit-seen and visit-ways. A correction is another visit's row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="visits")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField()
    seen = ArrayField(models.TextField(), default=list)
    # null where nobody has said
    alone = models.BooleanField(null=True)
    safe_to_talk = models.BooleanField(null=True)
    agreed = models.TextField(blank=True)
    other_way = models.TextField(blank=True)
    next_on = models.DateField(null=True)
    # when the visit was due that this one was for, null for one that nobody owed
    due_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["case", "made_at"], name="cases_visit_case")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"visit {self.id}"


class Crime(models.Model):
    """An offence that the registrar judged to be recorded; several may come of one incident.

    The judgement, its reason and its review stand as a decision of kind crime-recording about this row. ``came_from``
    is the incident that it was recorded of, where that was joined into another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="crimes")
    came_from = models.ForeignKey(Incident, null=True, on_delete=models.SET_NULL, related_name="+")
    victim = models.ForeignKey(Record, null=True, on_delete=models.PROTECT, related_name="+")
    # a code of reference's offence-groups
    offence = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField()
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.UUIDField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["recorded_at"], name="cases_crime_recorded")]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"crime {self.id}"


class StandingFact(models.Model):
    """What holds from when until when and can be varied or lapse: an order, bail, a warrant, an owner, a grade.

    ``kind`` is a code of reference's standing-facts. ``record`` is whom it binds or is about, ``protects`` whom
    it protects; ``case`` where it is of one case. A variation supersedes; nothing is changed in place.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.TextField()
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="facts")
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    protects = models.ForeignKey(Record, null=True, on_delete=models.CASCADE, related_name="+")
    # the grade, or the account that owns; empty for an order, whose kind says all
    value = models.TextField(blank=True)
    # codes of reference's conditions, and what none of them says
    conditions = ArrayField(models.TextField(), default=list)
    words = models.TextField(blank=True)
    issuer = models.TextField(blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    set_at = models.DateTimeField()
    set_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    ended_because = models.TextField(blank=True)
    # where it was brought in from, and its number there
    source = models.TextField()
    source_ref = models.TextField(blank=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_ref"],
                condition=~models.Q(source_ref="") & models.Q(ended_at__isnull=True),
                name="cases_fact_source",
            ),
            models.CheckConstraint(
                name="cases_fact_ends_after_start",
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
            ),
        ]
        indexes = [
            models.Index(fields=["record", "kind"], name="cases_fact_record"),
            models.Index(fields=["protects", "kind"], name="cases_fact_protects"),
            # what one account owns
            models.Index(
                fields=["value"],
                condition=models.Q(kind="owner", ended_at__isnull=True),
                name="cases_fact_owner",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class CounterAllegation(models.Model):
    """Two cases of one pair against each other: each of the two is the victim of the other.

    ``first`` is the case that was opened first. ``stands`` is a code of reference's primary-standings, ``choice`` what
    was decided last; who decided, why and what a colleague made of it stand as decisions about this row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    first = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    seen_by = models.UUIDField()
    stands = models.TextField()
    choice = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                condition=models.Q(ended_at__isnull=True),
                name="cases_counter_once",
            ),
            models.CheckConstraint(name="cases_counter_two", condition=~models.Q(first=models.F("second"))),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"counter-allegation {self.id}"


class PlanLine(models.Model):
    """One line of a group's plan: what, whose, by when. A change is a new line that supersedes, and it stays.

    ``subjects`` are the victims whom it protects; ``parties`` everybody in the group, so that nobody who is party to
    any of it reads it. ``ended_as`` is a code of reference's plan-line-endings.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="lines")
    what = models.TextField(blank=True)
    whose = models.UUIDField()
    due_on = models.DateField()
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    ended_as = models.TextField(blank=True)
    ended_words = models.TextField(blank=True)
    subjects = ArrayField(models.UUIDField(), default=list)
    parties = ArrayField(models.UUIDField(), default=list)

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"line of a plan {self.id}"


class FileDraw(models.Model):
    """Files drawn for review: of which days, how many of each offence group, by which seed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    first_day = models.DateField()
    last_day = models.DateField()
    each = models.PositiveIntegerField()
    seed = models.TextField()
    drawn_at = models.DateTimeField()
    drawn_by = models.UUIDField()

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"draw of files {self.id}"


class DrawnFile(models.Model):
    """One incident that was drawn under an offence group; the reviewer's answers stand under its id.

    ``drawn_of`` is how many there were to draw from.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    draw = models.ForeignKey(FileDraw, on_delete=models.CASCADE, related_name="files")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    offence = models.TextField()
    drawn_of = models.PositiveIntegerField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "incident", "offence"], name="cases_drawn_once"),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"drawn file {self.id}"
