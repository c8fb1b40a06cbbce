"""The support directory: of nobody, so that no look is written."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import NOT_FOUND
from throughline.casework.safeguarding.models import Service, ServiceHours
from throughline.casework.safeguarding.rules.directory import Hours, hours_in_words, is_open
from throughline.casework.safeguarding.rules.planning import CHECK_DUTY
from throughline.foundations.access.rules import Action, Actor, Refused, insist
from throughline.foundations.duties.models import Duty

ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Listed:
    """A service as the directory shows it. ``open`` is None where its hours are not known."""

    service: Service
    hours: str
    open: bool | None
    checked_by: str
    check_due: datetime | None


def services(
    actor: Actor, *, now: datetime, need: str = "", language: str = "", open_now: bool = False
) -> tuple[Listed, ...]:
    """The services that serve a need in a language, those for that need alone before those for anybody, by name.

    Raises Refused.
    """
    insist(actor, Action.VIEW_DIRECTORY)
    rows = Service.objects.filter(withdrawn_on=None).order_by("name", "id")
    if need:
        rows = rows.filter(needs__overlap=[need, ANYBODY])
    if language:
        rows = rows.filter(languages__contains=[language])
    found = [one for one in _listed(list(rows), now) if one.open or not open_now]
    return tuple(sorted(found, key=lambda one: bool(need) and need not in one.service.needs))


def service(actor: Actor, service_id: UUID, *, now: datetime) -> Listed:
    """One service of the directory, also one that was withdrawn. Raises Refused."""
    insist(actor, Action.VIEW_DIRECTORY)
    row = Service.objects.filter(id=service_id).first()
    if row is None:
        raise Refused(NOT_FOUND, service_id)
    return _listed([row], now)[0]


def hours_of(row: Service) -> tuple[Hours, ...]:
    """When a service is open."""
    return tuple(Hours(*one) for one in row.hours.values_list("weekday", "opens", "closes"))


def _listed(rows: list[Service], now: datetime) -> list[Listed]:
    hours: dict[UUID, list[Hours]] = defaultdict(list)
    for one in ServiceHours.objects.filter(service__in=rows):
        hours[one.service_id].append(Hours(one.weekday, one.opens, one.closes))
    due = dict(
        Duty.objects.filter(
            kind=CHECK_DUTY, about__in=[one.id for one in rows], discharged_at=None
        ).values_list("about", "due_at")
    )
    names = staff_names({one.checked_by for one in rows if one.checked_by})
    return [
        Listed(
            one,
            hours_in_words(hours[one.id]),
            is_open(hours[one.id], now) if hours[one.id] else None,
            names.get(one.checked_by, "") if one.checked_by else "",
            due.get(one.id),
        )
        for one in rows
    ]
