"""The support directory: services added, changed, withdrawn, checked, and brought in from a file."""

import csv
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from throughline.casework.people.rules import NOT_FOUND, Malformed
from throughline.casework.people.rules.lines import FileProblem
from throughline.casework.safeguarding.models import Service, ServiceHours
from throughline.casework.safeguarding.rules.directory import COLUMNS, Told, checked, read_row
from throughline.casework.safeguarding.rules.planning import CHECK_DUTY
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day, start_of_day
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty


@transaction.atomic
def add_service(*, by: Actor, now: datetime, told: Told, checked_on: date | None = None) -> Service:
    """Put a service into the directory. It is to be checked a month after it last was. Raises Malformed, Refused."""
    undertake(by, Action.KEEP_DIRECTORY, detail={"what": "added"})
    told = checked(told, london_day(now))
    _insist_on_a_name_of_its_own(told.name)
    service = Service.objects.create(**_columns(told), changed_at=now, changed_by=by.id)
    _keep_hours(service, told)
    _checked(service, checked_on, by=by, now=now)
    return service


@transaction.atomic
def change_service(
    *, by: Actor, now: datetime, service_id: UUID, told: Told, checked_on: date | None = None
) -> Service:
    """Put right what the directory says of a service. Raises Malformed, Refused."""
    undertake(by, Action.KEEP_DIRECTORY, detail={"service": str(service_id), "what": "changed"})
    service = _the_service(service_id)
    told = checked(told, london_day(now))
    _insist_on_a_name_of_its_own(told.name, but=service.id)
    for field, value in _columns(told).items():
        setattr(service, field, value)
    service.changed_at, service.changed_by = now, by.id
    service.save()
    service.hours.all().delete()
    _keep_hours(service, told)
    if checked_on and (service.checked_on is None or checked_on > service.checked_on):
        _checked(service, checked_on, by=by, now=now)
    return service


@transaction.atomic
def check_service(*, by: Actor, now: datetime, service_id: UUID) -> Service:
    """Say that the service itself was asked today and that what stands here is right."""
    undertake(by, Action.KEEP_DIRECTORY, detail={"service": str(service_id), "what": "checked"})
    service = _the_service(service_id)
    _checked(service, london_day(now), by=by, now=now)
    return service


@transaction.atomic
def withdraw_service(*, by: Actor, now: datetime, service_id: UUID) -> Service:
    """Take a service out of the directory. Referrals that name it go on naming it."""
    undertake(by, Action.KEEP_DIRECTORY, detail={"service": str(service_id), "what": "withdrawn"})
    service = _the_service(service_id)
    service.withdrawn_on = london_day(now)
    service.save(update_fields=["withdrawn_on"])
    for duty in _checks(service.id):
        discharge(by=by, now=now, duty_id=duty.id, outcome="withdrawn")
    return service


def _the_service(service_id: UUID) -> Service:
    service = Service.objects.select_for_update().filter(id=service_id).first()
    if service is None:
        raise Refused(NOT_FOUND, service_id)
    if service.withdrawn_on is not None:
        raise Malformed("", "The service was withdrawn from the directory")
    return service


def _insist_on_a_name_of_its_own(name: str, *, but: UUID | None = None) -> None:
    if (
        Service.objects.filter(name__iexact=name, withdrawn_on=None)
        .exclude(pk__in=[but] if but else [])
        .exists()
    ):
        raise Malformed("name", "is that of another service")


def _columns(told: Told) -> dict[str, object]:
    columns = {name: value for name, value in asdict(told).items() if name != "hours"}
    return columns | {"needs": list(told.needs), "languages": list(told.languages)}


def _keep_hours(service: Service, told: Told) -> None:
    for one in told.hours:
        ServiceHours.objects.create(service=service, weekday=one.weekday, opens=one.opens, closes=one.closes)


def _checks(service_id: UUID) -> list[Duty]:
    return list(Duty.objects.filter(kind=CHECK_DUTY, about=service_id, discharged_at=None))


def _checked(service: Service, on: date | None, *, by: Actor, now: datetime) -> None:
    """The next check is due a month after the service was last asked; one that nobody has asked, from today."""
    if on and on > london_day(now):
        raise Malformed("checked_on", "has not come yet")
    for duty in _checks(service.id):
        discharge(by=by, now=now, duty_id=duty.id, outcome="checked")
    if on:
        service.checked_on, service.checked_by = on, by.id
        service.save(update_fields=["checked_on", "checked_by"])
    since = start_of_day(on) if on and on != london_day(now) else now
    open_duty(CHECK_DUTY, now=since, record_id=service.id, about=service.id, cause="last-checked")


# --- from a file ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of the rows of a file."""

    added: int
    changed: int
    rejected: int


def import_services(*, by: Actor, now: datetime, file: Path, rejects: Path) -> Brought:
    """Bring in services from a CSV file with a head of `rules.directory.COLUMNS`; one that is known by its name is put right.

    Each row lands by itself: what cannot be read is written to ``rejects`` whole, with its row, the field and why, and the
    rest is in. Raises FileProblem for a file that is none, Refused.
    """
    counts = {"added": 0, "changed": 0, "rejected": 0}
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            read = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileProblem(f"{file.name} cannot be read as CSV in UTF-8: {type(error).__name__}") from None
    head = [cell.strip().lower() for cell in read[0]] if read else []
    if missing := [one for one in ("name", "what") if one not in head]:
        raise FileProblem(f"{file.name} has no column {missing[0]!r}; its columns are: {', '.join(COLUMNS)}")
    if unknown := [one for one in head if one not in COLUMNS]:
        raise FileProblem(f"{file.name} has a column {unknown[0]!r}; its columns are: {', '.join(COLUMNS)}")
    refused: list[list[str]] = []
    for number, cells in enumerate(read[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            if len(cells) != len(head):
                raise Malformed("row", "has another number of cells than there are columns")
            counts[_land(dict(zip(head, cells, strict=True)), by=by, now=now)] += 1
        except Malformed as wrong:
            counts["rejected"] += 1
            refused.append([str(number), wrong.field, wrong.why, *cells])
    if refused:
        with rejects.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([["row", "field", "why", *head], *refused])
    return Brought(**counts)


@transaction.atomic
def _land(cells: dict[str, str], *, by: Actor, now: datetime) -> str:
    set_actor(by)
    told, checked_on = read_row(cells)
    name = " ".join(told.name.split())
    known = Service.objects.filter(name__iexact=name, withdrawn_on=None).first() if name else None
    if known is None:
        add_service(by=by, now=now, told=told, checked_on=checked_on)
        return "added"
    change_service(by=by, now=now, service_id=known.id, told=told, checked_on=checked_on)
    return "changed"
