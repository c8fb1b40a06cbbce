"""Front counters: when they are open, and what is on view in them."""

import uuid

from django.db import models

from throughline.foundations.audit.models import guards


class Counter(models.Model):
    """A front counter, as long as there is one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.TextField(unique=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return self.name


class CounterHours(models.Model):
    """When a counter is open on one day of the week (0 is Monday), from when until when that held."""

    counter = models.ForeignKey(Counter, on_delete=models.CASCADE, related_name="hours")
    weekday = models.SmallIntegerField()
    opens = models.TimeField()
    # midnight is the end of the day
    closes = models.TimeField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        verbose_name_plural = "counter hours"
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"hours {self.pk}"


class Leaflet(models.Model):
    """A leaflet on view: what about, in which language, of what date, and when somebody last saw it there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    counter = models.ForeignKey(Counter, on_delete=models.CASCADE, related_name="leaflets")
    topic = models.TextField()
    language = models.TextField()
    printed_on = models.DateField(null=True)
    put_out_on = models.DateField()
    checked_on = models.DateField()
    checked_by = models.UUIDField()
    removed_on = models.DateField(null=True)

    class Meta:
        triggers = [*guards()]

    def __str__(self) -> str:
        return f"leaflet {self.id}"
