"""The support directory: services of the area that a force keeps, with when somebody last checked them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from throughline.foundations.audit.models import guards


class Service(models.Model):
    """A service that somebody can be told of or referred to. ``needs`` are of service-needs, ``languages`` of
    leaflet-languages. Withdrawn, it stays for the referrals that name it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.TextField()
    what = models.TextField()
    needs = ArrayField(models.TextField(), default=list)
    area = models.TextField(blank=True)
    telephone = models.TextField(blank=True)
    web = models.TextField(blank=True)
    languages = ArrayField(models.TextField(), default=list)
    accessible = models.TextField(blank=True)
    refers = models.TextField(blank=True)
    # the day on which somebody last asked the service itself; null: nobody has
    checked_on = models.DateField(null=True)
    checked_by = models.UUIDField(null=True)
    withdrawn_on = models.DateField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=models.Q(withdrawn_on__isnull=True),
                name="safeguarding_one_service_of_a_name",
            ),
        ]
        triggers = [*guards()]

    def __str__(self) -> str:
        return self.name


class ServiceHours(models.Model):
    """When a service is open on one day of the week (`rules.directory.Hours`)."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="hours")
    weekday = models.SmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        triggers = [*guards()]
        verbose_name_plural = "service hours"

    def __str__(self) -> str:
        return f"hours {self.pk}"
